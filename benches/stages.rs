//! What each stage costs, in bytes of JSON lines a second on one core.
//!
//! `cargo bench --bench stages -- FILE.jsonl [ROUNDS]` reads records with an
//! `id` and a `text`; without a file it repeats those of `data/sample`. Stages
//! take turns, so that a busy machine slows them alike; the median of the
//! rounds counts. Each line is a whole run from the bytes of the file, and the
//! last column compares it with a yardstick: a byte loop that folds words one
//! byte at a time and hashes each with XXH3.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs
)]

use std::borrow::Cow;
use std::hint::black_box;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use tempfile::NamedTempFile;
use wirecopy::candidates::{window_minima, winnow};
use wirecopy::cpu;
use wirecopy::hash::hash64;
use wirecopy::ingest::{IngestOptions, Input, Listener, read_and_tell};
use wirecopy::normalise::normalise;
use wirecopy::scan::Scanner;
use wirecopy::shingle::shingles;
use wirecopy::sketch::MinHasher;

#[allow(dead_code)]
#[path = "../tests/support/pages.rs"]
mod pages;

const WIDTH: usize = 5;
const WINDOW: usize = 8;
const SLOTS: usize = 128;

type Winnow = fn(&[u64], usize) -> Vec<u64>;
const WINNOWERS: [(&str, Winnow); 2] = [
    ("window minima in order", window_minima),
    ("winnow", winnow),
];

#[derive(serde::Deserialize)]
struct Record<'a> {
    #[serde(borrow, rename = "id")]
    _id: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

fn records(data: &[u8], mut each: impl FnMut(&str)) {
    for line in data.split_inclusive(|&byte| byte == b'\n') {
        let record: Record<'_> = serde_json::from_slice(line).expect("a record of id and text");
        each(&record.text);
    }
}

/// Folds the words of a text byte by byte into `word`.
fn byte_loop(text: &str, word: &mut Vec<u8>, mut each: impl FnMut(&[u8])) {
    word.clear();
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte.is_ascii_alphanumeric() {
            word.push(byte.to_ascii_lowercase());
            continue;
        }
        if byte >= 0x80 {
            let at = text.len() - rest.len() - 1;
            let c = text[at..].chars().next().unwrap();
            rest = &rest[c.len_utf8() - 1..];
            if c.is_alphanumeric() {
                for lower in c.to_lowercase() {
                    word.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
                }
                continue;
            }
        }
        if !word.is_empty() {
            each(word);
            word.clear();
        }
    }
    if !word.is_empty() {
        each(word);
    }
}

fn sample() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample/outlets.jsonl");
    let mut data = std::fs::read(path).expect("the sample");
    let rounds = 20_000_000 / data.len();
    data = data.repeat(rounds);
    data
}

type Stage<T> = (String, Box<dyn FnMut(&T) -> u64>);

/// Signs each text that it hears of.
struct Signing(Mutex<(Scanner, MinHasher, u64)>);

impl Listener for Signing {
    fn text(&self, _: u32, text: &str) {
        let (scanner, hasher, sum) = &mut *self.0.lock().unwrap();
        let signature = hasher.sign(scanner.scan(text, WIDTH).shingles);
        *sum += u64::from(signature.slots[0]);
    }
}

fn stored(data: &[u8]) -> NamedTempFile {
    let file = tempfile::Builder::new().suffix(".jsonl").tempfile();
    let file = file.expect("a temporary file");
    std::fs::write(file.path(), data).expect("room for it");
    file
}

/// Reads records as every command does, documents, keys and all, on one thread.
fn ingest(file: &NamedTempFile, listener: &dyn Listener) -> u64 {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let inputs = [Input::Path(file.path().into())];
    let options = IngestOptions::default();
    let read = || read_and_tell(&inputs, std::io::empty(), &options, listener);
    one.unwrap().install(read).unwrap().counts.read
}

/// Each stage from the bytes of the file on.
fn stages(data: &[u8]) -> Vec<Stage<[u8]>> {
    let mut list: Vec<Stage<[u8]>> = Vec::new();
    let mut word = Vec::new();
    list.push((
        "yardstick: parse, byte loop, XXH3 a word".into(),
        Box::new(move |data| {
            let mut sum = 0_u64;
            records(data, |text| {
                byte_loop(text, &mut word, |word| sum = sum.wrapping_add(hash64(word)));
            });
            sum
        }),
    ));
    list.push((
        "parse".into(),
        Box::new(|data| {
            let mut sum = 0;
            records(data, |text| sum += text.len() as u64);
            sum
        }),
    ));
    list.push((
        "parse, normalise, shingles (the slow twin)".into(),
        Box::new(|data| {
            let mut sum = 0_u64;
            records(data, |text| {
                for shingle in shingles(&normalise(text), WIDTH) {
                    sum = sum.wrapping_add(shingle.hash);
                }
            });
            sum
        }),
    ));
    let file = stored(data);
    list.push(("ingest".into(), Box::new(move |_| ingest(&file, &()))));
    let file = stored(data);
    list.push((
        format!("ingest, scan, sign {SLOTS} slots"),
        Box::new(move |_| {
            let scanner = Scanner::new();
            let signing = Signing(Mutex::new((scanner, MinHasher::new(SLOTS, 0), 0)));
            ingest(&file, &signing);
            signing.0.into_inner().unwrap().2
        }),
    ));
    for (name, level) in cpu::levels() {
        let mut scanner = Scanner::at_level(level);
        list.push((
            format!("parse, scan ({name})"),
            Box::new(move |data| {
                let mut sum = 0_u64;
                records(data, |text| {
                    let scan = scanner.scan(text, WIDTH);
                    sum = sum.wrapping_add(scan.shingles.iter().fold(0, |a, &b| a ^ b));
                });
                sum
            }),
        ));
        let mut scanner = Scanner::at_level(level);
        let hasher = MinHasher::new(SLOTS, 0);
        list.push((
            format!("parse, scan, sign {SLOTS} slots ({name})"),
            Box::new(move |data| {
                let mut sum = 0_u64;
                records(data, |text| {
                    let scan = scanner.scan(text, WIDTH);
                    let signature = hasher.sign_at_level(level, scan.shingles);
                    sum += u64::from(signature.slots[0]);
                });
                sum
            }),
        ));
    }
    for (name, find) in WINNOWERS {
        let mut scanner = Scanner::new();
        list.push((
            format!("parse, scan, {name}"),
            Box::new(move |data| {
                let mut sum = 0;
                records(data, |text| {
                    sum += find(scanner.scan(text, WIDTH).shingles, WINDOW).len() as u64;
                });
                sum
            }),
        ));
    }
    let mut scanner = Scanner::new();
    list.push((
        "parse, scan, content hash".into(),
        Box::new(move |data| {
            let mut sum = 0_u64;
            records(data, |text| {
                let content = scanner.scan(text, WIDTH).content();
                sum = sum.wrapping_add(content.map_or(0, |content| content as u64));
            });
            sum
        }),
    ));
    list
}

/// Files of web pages, from the disk to documents.
fn web_pages() {
    const TIMES: usize = 8;
    let folder = tempfile::tempdir().expect("a folder");
    let (mut count, mut bytes) = (0_usize, 0);
    for page in (0..TIMES).flat_map(|_| pages::pages()) {
        let path = folder.path().join(format!("{count:05}.html"));
        std::fs::write(path, &page.html).expect("a file");
        count += 1;
        bytes += page.html.len();
    }
    let inputs = [Input::Path(folder.path().to_path_buf())];
    let begin = Instant::now();
    let intake = read_and_tell(&inputs, &b""[..], &IngestOptions::default(), &()).expect("pages");
    let took = begin.elapsed().as_secs_f64();
    println!(
        "{} web pages, {bytes} bytes: {:.1} MB/s, {:.0} pages/s\n",
        intake.documents.len(),
        bytes as f64 / took / 1e6,
        count as f64 / took
    );
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let data = match arguments.next() {
        Some(path) => std::fs::read(path).expect("the file"),
        None => sample(),
    };
    let rounds: usize = arguments
        .next()
        .map_or(7, |n| n.parse().expect("a number of rounds"));
    web_pages();
    // Three sizes: what fits in a cache, what fits in another, and what fits in none.
    for share in [100, 10, 1] {
        measure(head(&data, data.len() / share), rounds);
    }
}

/// The first records of about so many bytes, one at least.
fn head(data: &[u8], bytes: usize) -> &[u8] {
    let rest = data.get(bytes..).unwrap_or_default();
    let end = rest.iter().position(|&byte| byte == b'\n');
    end.map_or(data, |end| &data[..=bytes + end])
}

fn measure(data: &[u8], rounds: usize) {
    let (mut documents, mut shingles, mut bytes) = (0_usize, 0, 0);
    let mut scanner = Scanner::new();
    records(data, |text| {
        documents += 1;
        bytes += text.len();
        shingles += scanner.scan(text, WIDTH).shingles.len();
    });
    println!(
        "{documents} documents, {} bytes, {bytes} of them text, {shingles} shingles; median of {rounds} rounds",
        data.len()
    );
    let mut stages = stages(data);
    let medians = medians(&mut stages, data, rounds);
    println!(
        "{:<46} {:>8} {:>12} {:>10}",
        "stage", "MB/s", "documents/s", "yardstick"
    );
    let yardstick = medians[0];
    for ((name, _), median) in stages.iter().zip(medians) {
        println!(
            "{name:<46} {:>8.0} {:>12.0} {:>9.2}x",
            data.len() as f64 / median / 1e6,
            documents as f64 / median,
            yardstick / median
        );
    }

    let mut texts = Vec::new();
    records(data, |text| texts.push(text.to_string()));
    let list = |text: &String| Scanner::new().scan(text, WIDTH).shingles.to_vec();
    let lists: Vec<Vec<u64>> = texts.iter().map(list).collect();
    let memory = Memory { texts, lists };
    let mut stages = alone();
    let medians = self::medians(&mut stages, &memory, rounds);
    println!(
        "\n{:<46} {:>8} {:>12}",
        "alone, texts in memory", "MB/s", "ns/shingle"
    );
    for ((name, _), median) in stages.iter().zip(medians) {
        let (speed, each) = (bytes as f64 / median / 1e6, median * 1e9 / shingles as f64);
        println!("{name:<46} {speed:>8.0} {each:>12.2}");
    }
    println!();
}

/// Texts and their shingles.
struct Memory {
    texts: Vec<String>,
    lists: Vec<Vec<u64>>,
}

/// Each stage by itself.
fn alone() -> Vec<Stage<Memory>> {
    let mut list: Vec<Stage<Memory>> = Vec::new();
    for (name, level) in cpu::levels() {
        let mut scanner = Scanner::at_level(level);
        let scan = move |memory: &Memory| {
            let texts = memory.texts.iter();
            texts
                .map(|text| scanner.scan(text, WIDTH).shingles.len() as u64)
                .sum()
        };
        list.push((format!("scan ({name})"), Box::new(scan)));
        let hasher = MinHasher::new(SLOTS, 0);
        let sign = move |memory: &Memory| {
            let first = |list: &Vec<u64>| hasher.sign_at_level(level, list).slots[0];
            memory.lists.iter().map(|list| u64::from(first(list))).sum()
        };
        list.push((format!("sign {SLOTS} slots ({name})"), Box::new(sign)));
    }
    for (name, find) in WINNOWERS {
        let run = move |memory: &Memory| {
            let lists = memory.lists.iter();
            lists.map(|list| find(list, WINDOW).len() as u64).sum()
        };
        list.push((name.into(), Box::new(run)));
    }
    list
}

/// Seconds of each stage: the median of rounds in which they take turns.
fn medians<T: ?Sized>(stages: &mut [Stage<T>], input: &T, rounds: usize) -> Vec<f64> {
    let mut times = vec![Vec::new(); stages.len()];
    for _ in 0..rounds {
        for ((_, run), times) in stages.iter_mut().zip(&mut times) {
            let start = Instant::now();
            black_box(run(black_box(input)));
            times.push(start.elapsed().as_secs_f64());
        }
    }
    let median = |mut times: Vec<f64>| {
        times.sort_unstable_by(f64::total_cmp);
        times[times.len() / 2]
    };
    times.into_iter().map(median).collect()
}
