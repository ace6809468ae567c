//! The sample articles against their truth: groups, and every claimed descent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use support::{put, table, temp, traced};
use wirecopy::config::Settings;
use wirecopy::document::DocId;
use wirecopy::ingest::{IngestOptions, Input, read_inputs};
use wirecopy::lineage::Role;
use wirecopy::pipeline::{self, Silent};
use wirecopy::trace::{Relation, Trace};

fn sample() -> Trace {
    // Keys of text files are their paths as given; tests run in the package's root.
    let inputs = [Input::Path(Path::new("data/sample").to_path_buf())];
    let intake = read_inputs(&inputs, io::empty(), &IngestOptions::default()).unwrap();
    pipeline::trace(intake, &Settings::default(), &Silent).unwrap()
}

fn rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(format!("data/truth/{name}")).unwrap();
    reader.deserialize().collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_groups_are_the_true_ones() {
    let trace = sample();
    let mut truth: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows("groups.csv") {
        truth
            .entry(row["group"].clone())
            .or_default()
            .insert(row["doc_id"].clone());
    }
    let wanted: BTreeSet<BTreeSet<String>> = truth
        .into_values()
        .filter(|group| group.len() > 1)
        .collect();
    let members = |members: &[DocId]| {
        members
            .iter()
            .map(|&doc| trace.key(doc).to_string())
            .collect()
    };
    let found: BTreeSet<BTreeSet<String>> = trace
        .groups
        .iter()
        .map(|group| members(&group.members))
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn no_claim_of_descent_is_wrong_and_all_but_one_are_made() {
    let trace = sample();
    let mut missed = Vec::new();
    for row in rows("lineage.csv") {
        let at = trace
            .documents
            .binary_search_by(|d| (*d.key).cmp(&row["doc_id"]))
            .unwrap();
        let line = &trace.lineage[at];
        match line.exemplar {
            Some(exemplar) => assert_eq!(trace.key(exemplar), row["parent"], "{}", row["doc_id"]),
            None if !row["parent"].is_empty() => missed.push(row["doc_id"].clone()),
            None => {}
        }
        let claimed_origin = line.role == Role::Origin;
        assert!(
            !claimed_origin || row["note"] == "origin",
            "{} is no origin",
            row["doc_id"]
        );
    }
    // Undated, and nothing in the texts but their lengths: a guess would be right here.
    assert_eq!(missed, ["data/sample/wire/yunlan-bridge-2.txt"]);
}

#[test]
fn the_odd_ones_are_told_for_what_they_are() {
    let trace = sample();
    let line = |key: &str| {
        let at = trace
            .documents
            .binary_search_by(|d| (*d.key).cmp(key))
            .unwrap();
        &trace.lineage[at]
    };
    assert_eq!(line("holm-tunnel/courier").role, Role::Excerpt);
    assert_eq!(
        line("dam-levels/april-04").relation,
        Some(Relation::Template)
    );
    assert_eq!(line("dam-levels/april-04").group, None);
    let flags = |key| {
        line(key)
            .flags
            .iter()
            .map(|flag| flag.code())
            .collect::<Vec<_>>()
    };
    assert_eq!(flags("photo-page/courier"), ["empty"]);
    assert_eq!(flags("data/sample/wire/fog-notice.txt"), ["short"]);
    let moved = line("three-valleys/observer")
        .comparison
        .as_ref()
        .unwrap()
        .lines;
    assert_eq!(
        (moved.moved, moved.added, moved.dropped, moved.edited),
        (1, 0, 0, 0)
    );
}

#[test]
fn copies_of_the_same_words_with_another_amount_are_edited() {
    let story = "The harbour fund of the town lost $5 million last year, its board said on \
        Monday, and a second report on the loss is due before the end of June.";
    let folder = temp();
    put(&folder, "a.txt", story);
    put(&folder, "b.txt", story.replace('$', "€"));
    put(&folder, "c.txt", story.replace(' ', "\n"));
    let results = traced(folder.path(), &["."], &[]);
    let relation = |a: &str, b: &str| {
        let pairs = table(&results, "pairs.csv");
        let pair = pairs
            .iter()
            .find(|row| row["a_id"].ends_with(a) && row["b_id"].ends_with(b));
        pair.map(|row| row["relation"].clone())
    };
    assert_eq!(relation("a.txt", "b.txt").as_deref(), Some("edited"));
    assert_eq!(relation("a.txt", "c.txt").as_deref(), Some("reformatted"));
    let changes = table(&results, "changes.csv");
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (&*changes[0]["op"], &*changes[0]["kind"]),
        ("edited", "number")
    );
}

#[test]
fn what_could_tell_a_direction_and_does_not_is_listed() {
    let trace = sample();
    let of = |key: &str| -> Vec<(&str, &str)> {
        let doc = trace
            .evidence
            .documents()
            .find(|&doc| trace.key(doc) == key);
        let own = trace.evidence.of(doc.unwrap()).unwrap();
        own.iter()
            .map(|piece| {
                let words = piece.place.as_ref().map_or("", |(doc, bytes)| {
                    let text = trace.text(*doc);
                    if text[bytes.clone()].starts_with("SARN") {
                        "SARN, Velmark"
                    } else {
                        ""
                    }
                });
                (piece.code.code(), words)
            })
            .collect()
    };
    let a = of("data/sample/wire/sarn-glassworks-a.txt");
    let b = of("data/sample/wire/sarn-glassworks-b.txt");
    for (own, codes) in [
        (&a, ["names_source", "no_date"]),
        (&b, ["no_date", "same_dateline"]),
    ] {
        assert!(own.contains(&("same_dateline", "SARN, Velmark")), "{own:?}");
        assert!(
            codes
                .iter()
                .all(|code| own.iter().any(|(known, _)| known == code)),
            "{own:?}"
        );
    }
}
