//! The seeds of the fuzz targets, among them what fuzzing found: read whole, cut and with bytes
//! changed, they are documents and rejections that add up.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../fuzz/src/feed.rs"]
mod feed;
#[path = "../fuzz/src/log.rs"]
mod log;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Random, faulty};
use wirecopy::error::ErrorKind;
use wirecopy::ingest::{IngestOptions, Input, read_inputs};

/// The name of the file that a target reads.
fn input_name(target: &str) -> String {
    let name = match target.strip_prefix("read_").unwrap() {
        "text" => "txt",
        "mail" => "eml",
        "packed" => "jsonl.gz",
        "feed" => "xml",
        format => format,
    };
    format!("input.{name}")
}

/// Parquet and Arrow are read by libraries that panic on some damage, which costs the rows at hand.
fn is_known(message: &str) -> bool {
    ["the reader of Parquet failed", "the reader of Arrow failed"]
        .iter()
        .any(|known| message.contains(known))
}

/// Reads the bytes; says what one of our own readers failed on.
fn defect(name: &str, bytes: Vec<u8>) -> Option<String> {
    let inputs = [Input::Bytes(name.to_string(), bytes.into())];
    match read_inputs(&inputs, std::io::empty(), &IngestOptions::default()) {
        Ok(intake) => {
            let counts = &intake.counts;
            let sum = counts.documents + counts.merged + counts.rejected;
            assert_eq!(counts.read, sum, "{name}");
            let rejected = intake.rejected.iter();
            let failed = rejected.filter(|rejection| rejection.reason.code() == "reader_failed");
            let mut messages = failed.map(ToString::to_string);
            messages.find(|message| !is_known(message))
        }
        Err(error) => match error.kind() {
            ErrorKind::NoDocuments { first, .. } => first
                .clone()
                .filter(|first| first.contains("please report") && !is_known(first)),
            other => Some(format!("{other:?}")),
        },
    }
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// A seed, parts of it, and it with some bits changed.
fn variants(whole: Vec<u8>, random: &mut Random) -> Vec<Vec<u8>> {
    let mut all = vec![whole.clone()];
    for _ in 0..6 {
        all.push(whole[..random.below(whole.len() + 1)].to_vec());
        let mut flipped = whole.clone();
        for _ in 0..1 + random.below(3) {
            let at = random.below(whole.len().max(1));
            if let Some(byte) = flipped.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        all.push(flipped);
    }
    all
}

#[test]
fn an_index_opens_on_any_seed_or_says_why_not_and_feeds_stay_feeds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let mut random = Random(7);
    let mut opened = 0;
    for (target, check) in [
        ("index_entries", log::opened_as_index as fn(&[u8])),
        ("read_feed", feed::cut_in_feed),
    ] {
        for seed in inside(&root.join(target)) {
            for bytes in variants(fs::read(&seed).unwrap(), &mut random) {
                check(&bytes);
                opened += 1;
            }
        }
    }
    assert!(opened > 200, "{opened}");
}

#[test]
fn no_seed_and_no_part_of_one_makes_a_reader_fail() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let mut random = Random(7);
    let (mut seeds, mut read) = (0, 0);
    for target in inside(&root) {
        let name = target.file_name().unwrap().to_str().unwrap().to_string();
        if !name.starts_with("read_") {
            continue;
        }
        let input = input_name(&name);
        for seed in inside(&target) {
            seeds += 1;
            for bytes in variants(fs::read(&seed).unwrap(), &mut random) {
                read += 1;
                assert_eq!(defect(&input, bytes), None, "{}", seed.display());
            }
        }
    }
    assert!(seeds > 40 && read > 500, "{seeds} seeds, {read} files");
}
