//! `wirecopy trace --index`: a batch goes into an index, and what it holds is traced as a batch is.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use support::{Row, put, rows, stories, temp};

fn record(id: &str, story: usize, cut: &[usize], day: u8) -> String {
    stories::record(id, &format!("Outlet {id}"), story, cut, day)
}

/// What is said, and the exit code.
fn run(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let (_, told, code) = stories::run(folder, arguments, "");
    (told, code)
}

fn table(folder: &Path, file: &str) -> Vec<Row> {
    rows(&fs::read(folder.join(file)).unwrap())
}

/// What a file says but for the ids of groups, in any order.
fn without_ids(folder: &Path, file: &str) -> BTreeSet<Vec<(String, String)>> {
    let cells = |row: Row| {
        row.into_iter()
            .filter(|(name, _)| name != "group_id")
            .collect()
    };
    table(folder, file).into_iter().map(cells).collect()
}

#[test]
fn what_an_index_holds_is_traced_as_one_batch_and_groups_keep_their_ids() {
    let folder = temp();
    let at = folder.path();
    // `b` and `y` are two groups until `a` joins them; then the id that was there first stays.
    let first = [
        record("y", 1, &[0, 1, 2, 3], 3),
        record("x", 1, &[0, 1, 2, 3], 4),
        record("k", 2, &[], 3),
    ];
    let second = [
        record("c", 1, &[6, 7, 8, 9], 2),
        record("b", 1, &[6, 7, 8, 9], 5),
        record("k2", 2, &[9], 9),
    ];
    let third = [
        record("a", 1, &[], 1),
        "no record".to_string(),
        first[0].clone(),
    ];
    put(&folder, "first.jsonl", first.join("\n"));
    put(&folder, "second.jsonl", second.join("\n"));
    put(&folder, "third.jsonl", third.join("\n"));
    assert_eq!(run(at, &["dedup", "first.jsonl", "--index", "kept"]).1, 0);
    let (told, code) = run(
        at,
        &["trace", "second.jsonl", "--index", "kept", "-o", "before"],
    );
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("3 documents added to kept, 0 known before; 6 held"),
        "{told}"
    );
    let before = table(&at.join("before"), "groups.csv");
    assert_eq!(before.len(), 3);
    let (told, code) = run(
        at,
        &["trace", "third.jsonl", "--index", "kept", "-o", "after"],
    );
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("1 document added to kept, 1 known before; 7 held"),
        "{told}"
    );
    assert_eq!(table(&at.join("after"), "rejected.csv").len(), 1);
    let after = table(&at.join("after"), "groups.csv");
    assert_eq!(after.len(), 2);
    let ids = |rows: &[Row]| -> BTreeSet<String> {
        rows.iter().map(|row| row["group_id"].clone()).collect()
    };
    assert!(ids(&after).is_subset(&ids(&before)), "{after:?} {before:?}");

    // What it holds, without inputs; and the same documents as a batch.
    let (told, code) = run(at, &["trace", "--index", "kept", "-o", "again"]);
    assert_eq!(code, 0, "{told}");
    let (_, code) = run(at, &["index", "export", "--index", "kept", "-o", "out"]);
    assert_eq!(code, 0);
    let (_, code) = run(at, &["trace", "out/documents.jsonl", "-o", "batch"]);
    assert_eq!(code, 0);
    for file in [
        "groups.csv",
        "pairs.csv",
        "changes.csv",
        "lineage.csv",
        "evidence.csv",
        "sources.csv",
    ] {
        let same = without_ids(&at.join("again"), file);
        assert!(!same.is_empty(), "{file}");
        assert_eq!(same, without_ids(&at.join("after"), file), "{file}");
        assert_eq!(same, without_ids(&at.join("batch"), file), "{file}");
    }
    // The ids are those that the index gives.
    let line = fs::read_to_string(at.join("out/documents.jsonl")).unwrap();
    let record = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let exported: BTreeSet<String> = line
        .lines()
        .filter_map(|line| Some(record(line)["group_id"].as_str()?.to_string()))
        .collect();
    assert_eq!(ids(&table(&at.join("again"), "groups.csv")), exported);
}

#[test]
fn what_cannot_be_traced_is_told() {
    let folder = temp();
    let at = folder.path();
    put(&folder, "feed.jsonl", record("a", 1, &[], 1));
    let (told, code) = run(at, &["trace", "--index", "kept"]);
    assert_eq!(code, 2);
    assert!(told.contains("kept holds no index of wirecopy"), "{told}");
    assert!(!at.join("kept").exists());
    assert_eq!(run(at, &["trace", "feed.jsonl", "--index", "kept"]).1, 0);
    let (told, code) = run(at, &["trace", "--index", "kept", "--threshold", "0.6"]);
    assert_eq!(code, 2);
    assert!(told.contains("\"threshold 0.6\" is asked for"), "{told}");
    for flag in ["--carry", "--against"] {
        let (told, code) = run(
            at,
            &[
                "trace",
                "feed.jsonl",
                "--index",
                "kept",
                flag,
                "feed.jsonl",
                "-o",
                "out",
            ],
        );
        assert_eq!(code, 2);
        assert!(told.contains("--index, which holds texts"), "{told}");
    }
    let (told, code) = run(
        at,
        &["trace", "feed.jsonl", "--index", "kept", "-o", "kept"],
    );
    assert_eq!(code, 2);
    assert!(told.contains("inputs are never overwritten"), "{told}");
    let (told, code) = run(at, &["trace"]);
    assert_eq!(code, 2);
    assert!(told.contains("<INPUT>"), "{told}");
}
