//! Every output for the sample articles, byte for byte.
//!
//! `WIRECOPY_BLESS=1 cargo test --test golden` rewrites the files in
//! `tests/golden/`. A golden changes only together with a line in CHANGELOG.md:
//! a changed output is a breaking change, however right the new one is. The
//! version of the program stands in `run.json` as `VERSION`.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use support::{files, golden, temp, wirecopy};

const SAMPLE: &str = "data/sample";

fn printed(arguments: &[&str]) -> Vec<u8> {
    let run = wirecopy().args(arguments).output().unwrap();
    assert_eq!(run.status.code(), Some(0));
    run.stdout
}

#[test]
fn every_file_of_a_trace() {
    let folder = temp();
    let result = folder.path().join("result");
    printed(&["trace", SAMPLE, "-o", result.to_str().unwrap()]);
    let written = files(&result);
    for (name, bytes) in &written {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
        let text = match name.as_str() {
            "run.json" => text.replace(&version, "\"version\": \"VERSION\""),
            _ => text,
        };
        golden(&format!("trace/{name}"), text.as_bytes());
    }
    let goldens = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/trace"));
    assert!(goldens.keys().eq(written.keys()), "a file came or went");
}

#[test]
fn the_summary_on_a_terminal() {
    golden("summary.txt", &printed(&["trace", SAMPLE]));
    let coloured = printed(&["trace", SAMPLE, "--color", "always"]);
    golden("summary.ansi", &coloured);
}

#[test]
fn one_source_on_a_terminal() {
    for (name, source) in [("tarnwire", "Tarnwire"), ("ostrel", "Ostrel News Agency")] {
        let view = printed(&["trace", SAMPLE, "--origin", source]);
        golden(&format!("origin/{name}.txt"), &view);
    }
}

#[test]
fn two_texts_compared_in_every_format() {
    let wire = |name: &str| format!("{SAMPLE}/wire/{name}.txt");
    let pairs = [
        (
            "edited",
            "harbour-ferry/tarnwire",
            "harbour-ferry/skerra-post",
        ),
        ("moved", "three-valleys/ledger", "three-valleys/observer"),
        ("persian", "qanat/abgineh", "qanat/nimruz"),
        (
            "chinese",
            &wire("yunlan-bridge-1"),
            &wire("yunlan-bridge-2"),
        ),
        (
            "reformatted",
            "harbour-ferry/tarnwire",
            "harbour-ferry/evening-mail",
        ),
    ];
    for (name, a, b) in pairs {
        for (format, end) in [
            ("text", "txt"),
            ("side-by-side", "side.txt"),
            ("unified", "diff"),
            ("csv", "csv"),
            ("json", "json"),
            ("html", "html"),
        ] {
            let diff = ["diff", "--in", SAMPLE, a, b, "--format", format];
            golden(&format!("diff/{name}.{end}"), &printed(&diff));
        }
    }
    let (_, a, b) = pairs[0];
    let diff = ["diff", "--in", SAMPLE, a, b, "--color", "always"];
    golden("diff/edited.ansi", &printed(&diff));
    golden(
        "diff/edited.whole.txt",
        &printed(&["diff", "--in", SAMPLE, a, b, "--context", "all"]),
    );
    golden(
        "diff/edited.narrow.txt",
        &printed(&["diff", "--in", SAMPLE, a, b, "--width", "36"]),
    );
}

#[test]
fn two_documents_explained() {
    let cases = [
        (
            "copy",
            "harbour-ferry/tarnwire",
            "harbour-ferry/skerra-post",
        ),
        (
            "identical",
            "harbour-ferry/tarnwire",
            "harbour-ferry/ledger",
        ),
        ("excerpt", "holm-tunnel/register", "holm-tunnel/courier"),
        ("template", "dam-levels/april-04", "dam-levels/april-11"),
        (
            "apart",
            "harbour-ferry/tarnwire",
            "data/sample/wire/port-hallam-ona.txt",
        ),
        ("empty", "photo-page/courier", "harbour-ferry/tarnwire"),
    ];
    for (name, a, b) in cases {
        let explain = ["explain", SAMPLE, "--", a, b];
        golden(&format!("explain/{name}.txt"), &printed(&explain));
    }
    let json = [
        "explain", SAMPLE, "--format", "json", "--", cases[0].1, cases[0].2,
    ];
    golden("explain/copy.json", &printed(&json));
}

#[test]
fn groups_collated_in_every_format() {
    let groups = [
        ("harbour", "harbour-ferry/tarnwire"),
        ("valleys", "three-valleys/ledger"),
        ("persian", "qanat/abgineh"),
    ];
    for (name, member) in groups {
        for (format, end) in [("text", "txt"), ("csv", "csv"), ("json", "json")] {
            let diff = [
                "diff", "--group", member, "--in", SAMPLE, "--format", format,
            ];
            golden(&format!("collation/{name}.{end}"), &printed(&diff));
        }
    }
    let diff = ["diff", "--group", groups[0].1, "--in", SAMPLE];
    let narrow = [&diff[..], &["--width", "30", "--context", "all"]].concat();
    golden("collation/harbour.narrow.txt", &printed(&narrow));
    let coloured = [&diff[..], &["--color", "always"]].concat();
    golden("collation/harbour.ansi", &printed(&coloured));
}

#[test]
fn the_curve_in_every_format() {
    for (format, end) in [("text", "txt"), ("json", "json"), ("csv", "csv")] {
        let curve = printed(&["curve", "--format", format]);
        golden(&format!("curve/default.{end}"), &curve);
    }
    let other = "curve --threshold 0.73 --bands 14 --rows 8 --containment off";
    let other: Vec<&str> = other.split(' ').collect();
    golden("curve/14x8.txt", &printed(&other));
}

#[test]
fn a_feed_without_its_copies_and_the_decisions() {
    let folder = temp();
    let decisions = folder.path().join("decisions.csv");
    let feed = "data/sample/outlets.jsonl";
    let run = ["dedup", feed, "--decisions", decisions.to_str().unwrap()];
    golden("dedup/unique.jsonl", &printed(&run));
    golden("dedup/decisions.csv", &fs::read(&decisions).unwrap());
}
