//! A run stays within the memory that it was given, however much it reads.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Random, put, temp};

const DOCUMENTS: usize = 30_000;
const WORDS: usize = 450;
const MEMORY: u64 = 64 << 20;
/// What is known of each document, its texts aside (README, Limits).
const OF_A_DOCUMENT: u64 = 800;
/// What `--memory` may be exceeded by.
const MORE: u64 = 64 << 20;

/// Articles of random words, every tenth a copy of the one before with a word changed.
fn feed() -> String {
    let mut random = Random(7);
    let mut out = String::new();
    let mut words: Vec<String> = Vec::new();
    for number in 0..DOCUMENTS {
        if number % 10 == 0 && number > 0 {
            words[WORDS / 2] = "changed".to_string();
        } else {
            words = (0..WORDS)
                .map(|_| format!("w{}", random.below(50_000)))
                .collect();
        }
        writeln!(
            out,
            "{{\"id\":\"d{number:06}\",\"text\":\"{}\"}}",
            words.join(" ")
        )
        .unwrap();
    }
    out
}

/// Greatest resident memory of a process so far, in bytes.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

#[test]
fn peak_memory_follows_the_flag_and_not_the_input() {
    let folder = temp();
    let feed = put(&folder, "feed.jsonl", feed());
    let bytes = fs::metadata(&feed).unwrap().len();
    let least = MEMORY + DOCUMENTS as u64 * OF_A_DOCUMENT;
    for search in ["exact", "sampled"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args([
                "dedup", "--memory", "64MiB", "--search", search, "--quiet", "--force",
            ])
            .arg(&feed)
            .arg("-o")
            .arg(folder.path().join("unique.jsonl"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut most = 0;
        while child.try_wait().unwrap().is_none() {
            most = most.max(peak(child.id()).unwrap_or(0));
            std::thread::sleep(Duration::from_millis(2));
        }
        let kept = fs::read_to_string(folder.path().join("unique.jsonl")).unwrap();
        assert_eq!(
            kept.lines().count(),
            DOCUMENTS - DOCUMENTS / 10 + 1,
            "{search}"
        );
        println!("{search}: {} MB of {} MB of input", most >> 20, bytes >> 20);
        assert!(
            most > 0 && most < least + MORE,
            "{search}: {} MB",
            most >> 20
        );
    }
}
