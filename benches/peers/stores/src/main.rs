//! `stores WORK [ENTRIES] [ROUNDS]` puts the same entries into the log of wirecopy's index and into
//! embedded stores, each in a process of its own and in turns, and prints a row for each.
//!
//! What is asked of all is what the index asks: durable batches, single entries by their place or
//! number, the older half gone with its room given back, and to be open again soon.

mod held;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use held::{Held, KINDS};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Entries of a batch while filling, and while single commits are timed.
const LARGE: u64 = 1000;
const SMALL: u64 = 100;
/// Commits that are timed one by one.
const COMMITS: u64 = 200;
/// Entries that are read one by one.
const READS: u64 = 100_000;

/// What is measured, in the order of the columns.
const FIGURES: [&str; 10] = [
    "fill MB/s",
    "slowest commit ms",
    "commit of 100 p50 ms",
    "p99",
    "read us",
    "open ms",
    "bytes beside the entry",
    "halved s",
    "bytes beside it then",
    "peak MB",
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual| arguments.get(at).map_or(Ok(usual), |typed| typed.parse());
    let work = PathBuf::from(
        arguments
            .first()
            .ok_or("usage: stores WORK [ENTRIES] [ROUNDS]")?,
    );
    let (entries, rounds) = (number(1, 200_000)?, number(2, 3)?);
    if let Some(kind) = arguments.get(3) {
        let figures = measure(kind, &work.join(kind), entries)?;
        let figures: Vec<String> = figures.iter().map(f64::to_string).collect();
        println!("{}", figures.join(" "));
        return Ok(());
    }
    let mut found: Vec<Vec<Vec<f64>>> = vec![Vec::new(); KINDS.len()];
    for round in 0..rounds {
        for turn in 0..KINDS.len() {
            let at = (turn + round as usize) % KINDS.len();
            let mut own = Command::new(std::env::current_exe()?);
            own.arg(&work)
                .args([entries.to_string(), rounds.to_string()])
                .arg(KINDS[at].0);
            let output = own.output()?;
            if !output.status.success() {
                return Err(format!(
                    "{}: {}",
                    KINDS[at].0,
                    String::from_utf8_lossy(&output.stderr)
                )
                .into());
            }
            let told = String::from_utf8(output.stdout)?;
            let figures: std::result::Result<Vec<f64>, _> =
                told.split_whitespace().map(str::parse).collect();
            found[at].push(figures?);
        }
    }
    println!(
        "{entries} entries of {} bytes on average, medians of {rounds} rounds\n",
        average(entries)
    );
    println!("| store | {} |", FIGURES.join(" | "));
    println!("|---|{}", "---|".repeat(FIGURES.len()));
    for ((name, _), rounds) in KINDS.iter().zip(&found) {
        let medians = (0..FIGURES.len()).map(|column| {
            let mut of_rounds: Vec<f64> = rounds.iter().map(|figures| figures[column]).collect();
            of_rounds.sort_by(f64::total_cmp);
            format!(
                "{:.*}",
                digits(of_rounds[of_rounds.len() / 2]),
                of_rounds[of_rounds.len() / 2]
            )
        });
        println!("| {name} | {} |", medians.collect::<Vec<_>>().join(" | "));
    }
    Ok(())
}

fn digits(figure: f64) -> usize {
    match figure.abs() {
        ..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    }
}

fn average(entries: u64) -> u64 {
    let sample = entries.min(1000);
    (0..sample)
        .map(|number| entry(number).len() as u64)
        .sum::<u64>()
        / sample
}

/// Fills a store, times what the index does with it, and removes it.
fn measure(kind: &str, folder: &Path, entries: u64) -> Result<Vec<f64>> {
    let (_, open) = KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .ok_or("no such store")?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let mut store = open(folder)?;
    let timed = COMMITS * SMALL;
    let filled = entries.saturating_sub(timed);

    // Making the entries is not the store's time.
    let (mut bytes, mut spent, mut slowest) = (0u64, 0.0f64, 0.0f64);
    for first in (0..filled).step_by(LARGE as usize) {
        let (took, own) = put(&mut *store, first, LARGE.min(filled - first))?;
        (bytes, spent, slowest) = (bytes + own, spent + took, slowest.max(took));
    }
    let mut commits = Vec::new();
    for first in (filled..filled + timed).step_by(SMALL as usize) {
        let (took, own) = put(&mut *store, first, SMALL)?;
        commits.push(took);
        bytes += own;
    }
    commits.sort_by(f64::total_cmp);
    let held = filled + timed;

    let (mut random, mut wrong) = (1u64, 0);
    let started = Instant::now();
    for _ in 0..READS {
        let number = next(&mut random) % held;
        wrong += u64::from(store.get(number)? != length(number));
    }
    let read = started.elapsed().as_secs_f64() / READS as f64;
    if wrong > 0 {
        return Err(format!("{wrong} entries are not what was put in").into());
    }
    store.close()?;
    let before = disk(folder)?;

    let started = Instant::now();
    let mut store = open(folder)?;
    store.get(held - 1)?;
    let opened = started.elapsed().as_secs_f64();
    let started = Instant::now();
    store.remove_below(held / 2)?;
    let halved = started.elapsed().as_secs_f64();
    if store.get(held / 2)? != length(held / 2) || store.get(held / 2 - 1)? != 0 {
        return Err("the wrong half is gone".into());
    }
    store.close()?;
    let left: u64 = (held / 2..held).map(|number| length(number) as u64).sum();
    let after = disk(folder)?;
    let figures = vec![
        bytes as f64 * filled as f64 / held as f64 / spent / 1e6,
        slowest * 1e3,
        commits[commits.len() / 2] * 1e3,
        commits[commits.len() * 99 / 100] * 1e3,
        read * 1e6,
        opened * 1e3,
        (before as f64 - bytes as f64) / held as f64,
        halved,
        (after as f64 - left as f64) / (held - held / 2) as f64,
        peak()? as f64 / 1e6,
    ];
    fs::remove_dir_all(folder)?;
    Ok(figures)
}

/// Puts a durable batch in; seconds and bytes.
fn put(store: &mut dyn Held, first: u64, count: u64) -> Result<(f64, u64)> {
    let batch: Vec<Vec<u8>> = (first..first + count).map(entry).collect();
    let started = Instant::now();
    store.put(first, &batch)?;
    let took = started.elapsed().as_secs_f64();
    Ok((took, batch.iter().map(|entry| entry.len() as u64).sum()))
}

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Bytes of an entry: 4,000 to 6,000.
fn length(number: u64) -> usize {
    4000 + (next(&mut { number }) % 2001) as usize
}

/// Words out of 4,096 of random letters, so that a store that compresses has something to find.
fn entry(number: u64) -> Vec<u8> {
    let length = length(number);
    let mut random = number ^ 0xa5a5;
    let mut bytes = Vec::with_capacity(length + 16);
    while bytes.len() < length {
        let mut word = next(&mut random) % 4096;
        let letters = 3 + word % 8;
        for _ in 0..letters {
            bytes.push(b'a' + (next(&mut word) % 26) as u8);
        }
        bytes.push(b' ');
    }
    bytes.truncate(length);
    bytes
}

fn disk(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for found in fs::read_dir(folder)? {
        let found = found?;
        bytes += match found.file_type()?.is_dir() {
            true => disk(&found.path())?,
            // Allocated, since LMDB and fjall make files longer than what they hold.
            false => std::os::unix::fs::MetadataExt::blocks(&found.metadata()?) * 512,
        };
    }
    Ok(bytes)
}

/// Largest resident size of this process, in bytes.
fn peak() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("no VmHWM")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}
