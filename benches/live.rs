//! The live index beside what it has to be: decisions, memory, disk and opening with a window full of articles.
//!
//! `cargo bench --bench live -- DOCUMENTS [FOLDER]` makes articles of 5 KB, three of ten of them copies with edits of one of
//! the last 50,000, puts all but 20,000 into an index, and measures the rest one by one. The time of syncing is reported apart.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::{Duration, Instant};

use wirecopy::document::Document;
use wirecopy::index::{Durability, Index, IndexOptions, Outcome};

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Words as frequent as words are: a few make half of every text.
fn word(random: &mut Random, words: &[String]) -> usize {
    let unit = (random.next() >> 11) as f64 / (1u64 << 53) as f64;
    ((words.len() as f64).powf(unit) - 1.0) as usize
}

/// An article as its sentences.
fn article(seed: u64, words: &[String]) -> Vec<String> {
    let mut random = Random(seed);
    let mut sentences = Vec::new();
    let mut bytes = 0;
    while bytes < 5000 {
        let count = 12 + random.below(16);
        let mut sentence = String::new();
        for _ in 0..count {
            sentence += &words[word(&mut random, words)];
            sentence.push(' ');
        }
        sentence.pop();
        sentence.push_str(".\n");
        bytes += sentence.len();
        sentences.push(sentence);
    }
    sentences
}

fn document(number: usize, random: &mut Random, words: &[String]) -> Document {
    let is_copy = number > 0 && random.below(10) < 3;
    let of = match is_copy {
        true => number - 1 - random.below(number.min(50_000)),
        false => number,
    };
    let mut sentences = article(of as u64 * 7919 + 1, words);
    if is_copy {
        let kept = sentences.len() - random.below(sentences.len() / 4);
        sentences.truncate(kept);
        let at = random.below(sentences.len());
        sentences[at] = article(number as u64 * 104_729 + 3, words).swap_remove(0);
    }
    Document {
        key: format!("outlet-{}/{number}", number % 997).into(),
        source: Some(format!("Outlet {}", number % 997).into()),
        text: sentences.concat().into(),
        ..Document::default()
    }
}

fn share(times: &mut [Duration], of: f64) -> f64 {
    times.sort_unstable();
    let at = ((times.len() as f64 * of) as usize).min(times.len().saturating_sub(1));
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let number = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|text| text.parse::<f64>().ok());
    number.unwrap_or(0.0) * 1024.0
}

fn main() {
    let mut typed = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let count: usize = typed.next().map_or(100_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir_in(typed.next().unwrap_or_else(|| "/tmp".into())).unwrap();
    let mut random = Random(1);
    let words: Vec<String> = (0..60_000)
        .map(|_| {
            (0..3 + random.below(8))
                .map(|_| (b'a' + random.below(26) as u8) as char)
                .collect()
        })
        .collect();
    let options = IndexOptions::default();
    let mut index = Index::open(folder.path(), &options).unwrap();
    let before = resident();
    let measured = 20_000.min(count / 2);
    let (mut text, mut inserting, mut syncing) = (0u64, Duration::ZERO, Duration::ZERO);
    let mut last = (Duration::ZERO, 0);
    let start = Instant::now();
    for number in 0..count - measured {
        let document = document(number, &mut random, &words);
        if let wirecopy::document::Text::Held(own) = &document.text {
            text += own.len() as u64;
        }
        let clock = Instant::now();
        index.insert(&document, number as u64).unwrap();
        inserting += clock.elapsed();
        if number % 1000 == 999 {
            let clock = Instant::now();
            index.commit(Durability::Disk).unwrap();
            syncing += clock.elapsed();
        }
        if (number + 1) % 100_000 == 0 {
            let each = (inserting - last.0).as_secs_f64() * 1e6 / (number - last.1) as f64;
            println!(
                "  {:9} held: {each:6.1} us a document, {:.0} s in all",
                number + 1,
                start.elapsed().as_secs_f64()
            );
            last = (inserting, number);
        }
    }
    let filled = count - measured;
    println!(
        "{filled} documents of {:.0} bytes: {:.0} a second on one core (syncing and saving tables apart: {:.1} s)",
        text as f64 / filled as f64,
        filled as f64 / inserting.as_secs_f64(),
        syncing.as_secs_f64()
    );
    let (mut new, mut copies, mut acknowledged) = (Vec::new(), Vec::new(), Vec::new());
    for number in filled..count {
        let document = document(number, &mut random, &words);
        let clock = Instant::now();
        let answer = index.insert(&document, number as u64).unwrap();
        let time = clock.elapsed();
        match answer.outcome {
            Outcome::New => new.push(time),
            _ => copies.push(time),
        }
        if number % 100 == 99 {
            let clock = Instant::now();
            index.commit(Durability::Disk).unwrap();
            acknowledged.push(clock.elapsed());
        }
    }
    let mut all = [new.clone(), copies.clone()].concat();
    for (name, times) in [
        ("all", &mut all),
        ("new", &mut new),
        ("copies", &mut copies),
        ("commits of 100", &mut acknowledged),
    ] {
        println!(
            "{name:16} {:6}  p50 {:7.1} us  p99 {:7.1} us  max {:9.1} us",
            times.len(),
            share(times, 0.5),
            share(times, 0.99),
            share(times, 1.0)
        );
    }
    let figures = index.statistics();
    println!(
        "memory: {:.0} bytes a document in the tables, {:.0} resident; {} groups, {} pairs, {} keys passed over",
        figures.memory_bytes as f64 / figures.documents as f64,
        (resident() - before) / figures.documents as f64,
        figures.groups,
        figures.pairs,
        figures.crowded_keys
    );
    let clock = Instant::now();
    index.close().unwrap();
    println!(
        "close, with the tables saved: {:.2} s",
        clock.elapsed().as_secs_f64()
    );
    let mut disk = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        disk += entry.unwrap().metadata().unwrap().len();
    }
    println!(
        "disk: text + {:.0} bytes a document",
        (disk as f64 - text as f64 * count as f64 / filled as f64) / count as f64
    );
    let clock = Instant::now();
    let index = Index::open(folder.path(), &options).unwrap();
    println!(
        "open: {:.2} s, {} documents",
        clock.elapsed().as_secs_f64(),
        index.len()
    );
}
