//! What a live index says of a record: the table of docs/index.md row by row, and beside a batch.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::stories::{run, sentence};
use support::{put, rows, temp};
use wirecopy::document::{Document, Moment, Precision};
use wirecopy::group::Policy;
use wirecopy::index::{Answer, EventKind, Index, IndexOptions};

/// Lines of one story but for some.
fn text(cut: &[usize]) -> String {
    let lines = (0..10).filter(|at| !cut.contains(at));
    lines
        .map(|at| sentence(1, at))
        .collect::<Vec<_>>()
        .join("\n")
}

fn document(key: &str, outlet: &str, title: &str, cut: &[usize], day: i8) -> Document {
    Document {
        key: key.into(),
        source: (!outlet.is_empty()).then(|| outlet.into()),
        title: Some(title.into()),
        text: (&*text(cut)).into(),
        published: (day > 0).then(|| Moment {
            civil: jiff::civil::date(2031, 5, day).at(8, 0, 0, 0),
            offset_seconds: Some(0),
            precision: Precision::Time,
        }),
        ..Document::default()
    }
}

/// What is answered for the last of some documents, asked without taking it, taking it, and again.
fn last(policy: &Policy, documents: &[Document]) -> Answer {
    let folder = temp();
    let options = IndexOptions {
        policy: policy.clone(),
        ..IndexOptions::default()
    };
    let mut index = Index::open(folder.path(), &options).unwrap();
    let (own, before) = documents.split_last().unwrap();
    for document in before {
        index.insert(document, 1).unwrap();
    }
    let asked = index.query(own).unwrap();
    let answer = index.insert(own, 1).unwrap();
    let again = index.insert(own, 2).unwrap();
    let said = |answer: &Answer| {
        let Answer {
            outcome,
            is_kept,
            kept,
            jaccard,
            containment,
            ..
        } = answer.clone();
        (outcome, is_kept, kept, jaccard, containment)
    };
    assert_eq!(said(&asked), said(&answer), "{policy:?}");
    assert_eq!(said(&again), said(&answer), "{policy:?}");
    assert_eq!(asked.replaces, answer.replaces);
    assert!(again.is_known && !answer.is_known && !asked.is_known);
    let held = index.query(own).unwrap();
    assert_eq!((said(&held), held.is_known), (said(&answer), true));
    assert_eq!(answer.is_kept, *answer.kept == *answer.key);
    assert_eq!(answer.is_kept, answer.jaccard.is_none());
    answer
}

fn is_late(answer: &Answer) -> bool {
    answer
        .events
        .iter()
        .any(|event| event.kind == EventKind::Late)
}

/// Outlet, title, sentences left out, day, what it is, and whether a batch would keep it.
type Row = (
    &'static str,
    &'static str,
    &'static [usize],
    i8,
    &'static str,
    bool,
);

#[test]
fn a_record_that_is_not_kept_is_told_by_the_kept_one() {
    let kept = document("a", "Hill News", "Title", &[], 4);
    let (other, same) = ("Vale Post", "Hill News");
    let table: [Row; 16] = [
        (other, "Title", &[], 5, "identical", false),
        (other, "Title", &[], 3, "identical", true),
        (other, "Other", &[], 5, "identical", false),
        ("", "Title", &[], 5, "identical", false),
        (other, "Title", &[9], 5, "copy", false),
        (other, "Title", &[9], 3, "copy", true),
        ("", "Title", &[9], 5, "copy", false),
        (same, "Title", &[], 5, "identical", false),
        (same, "TITLE.", &[], 3, "identical", true),
        (same, "Other", &[], 5, "update", false),
        (same, "Other", &[], 4, "update", false),
        (same, "Other", &[], 0, "update", false),
        (same, "Other", &[], 3, "earlier", true),
        (same, "Title", &[9], 5, "update", false),
        (same, "Title", &[9], 0, "update", false),
        (same, "Title", &[9], 3, "earlier", true),
    ];
    for (outlet, title, cut, day, wanted, late) in table {
        let own = document("b", outlet, title, cut, day);
        let answer = last(&Policy::Earliest, &[kept.clone(), own.clone()]);
        let row = (outlet, title, cut, day);
        assert_eq!(
            (answer.outcome.code(), answer.is_kept),
            (wanted, false),
            "{row:?}"
        );
        assert_eq!((&*answer.kept, is_late(&answer)), ("a", late), "{row:?}");
        // The latest is kept: the older one is not, and comes late for nobody.
        let answer = last(&Policy::Latest, &[kept.clone(), own.clone()]);
        assert!(!is_late(&answer), "{row:?}");
        let is_kept = day > 4;
        assert_eq!(
            (answer.outcome.code(), answer.is_kept),
            (wanted, is_kept),
            "{row:?}"
        );
        assert_eq!(
            answer.replaces.as_deref(),
            is_kept.then_some("a"),
            "{row:?}"
        );
        let answer = last(&Policy::Longest, &[kept.clone(), own]);
        assert_eq!(
            (answer.outcome.code(), answer.is_kept),
            (wanted, false),
            "{row:?}"
        );
        assert_eq!(is_late(&answer), late && cut.is_empty(), "{row:?}");
    }
}

#[test]
fn a_record_that_is_kept_is_told_by_those_before() {
    let short = |key: &str, outlet: &str, day| document(key, outlet, "Title", &[8, 9], day);
    let own = |outlet: &str, day| document("b", outlet, "Title", &[], day);
    let preferred = Policy::Prefer(vec!["hill news".into()]);
    for (before, own, policy, wanted) in [
        (
            short("a", "Hill News", 3),
            own("Hill News", 4),
            Policy::Longest,
            "update",
        ),
        (
            short("a", "Hill News", 3),
            own("Hill News", 2),
            Policy::Longest,
            "earlier",
        ),
        (
            short("a", "Vale Post", 3),
            own("Hill News", 2),
            Policy::Longest,
            "copy",
        ),
        (
            short("a", "Vale Post", 3),
            own("Hill News", 2),
            preferred.clone(),
            "copy",
        ),
        (
            short("a", "Vale Post", 3),
            short("b", "Hill News", 2),
            preferred,
            "identical",
        ),
        (
            short("a", "Vale Post", 3),
            short("b", "Hill News", 4),
            Policy::Latest,
            "identical",
        ),
        (
            short("a", "Hill News", 3),
            short("b", "Hill News", 4),
            Policy::Latest,
            "identical",
        ),
    ] {
        let answer = last(&policy, &[before, own]);
        assert_eq!(
            (answer.outcome.code(), answer.is_kept),
            (wanted, true),
            "{policy:?}"
        );
        assert_eq!(
            (&*answer.kept, answer.replaces.as_deref()),
            ("b", Some("a"))
        );
        assert!(!is_late(&answer));
    }
}

#[test]
fn one_of_each_source_is_kept_and_told_by_its_own() {
    let all = [
        document("a", "Hill News", "Title", &[], 4),
        document("b", "Vale Post", "Title", &[9], 5),
        document("c", "Fen Star", "Title", &[], 3),
        document("d", "Vale Post", "Title", &[8, 9], 6),
        document("e", "VALE POST", "Title", &[9], 7),
        document("f", "Vale Post", "Title", &[], 4),
    ];
    let wanted = [
        ("new", "a"),
        ("copy", "b"),
        ("identical", "c"),
        ("update", "b"),
        ("identical", "b"),
        ("earlier", "b"),
    ];
    for (count, (outcome, kept)) in (1..).zip(wanted) {
        let answer = last(&Policy::OnePerSource, &all[..count]);
        assert_eq!(
            (answer.outcome.code(), &*answer.kept),
            (outcome, kept),
            "{count}"
        );
        // Only the outlet's own could have been kept in the place of its own.
        assert_eq!(is_late(&answer), outcome == "earlier", "{count}");
        assert_eq!(answer.replaces, None);
    }
}

/// The same records in one batch, and one by one as they were published.
#[test]
fn a_batch_says_the_same() {
    let lines: Vec<String> = [
        ("a", "Hill News", "One", vec![9]),
        ("b", "Vale Post", "One", vec![]),
        ("d", "Hill News", "One", vec![4, 9]),
        ("e", "Moor Echo", "Two", vec![]),
        ("f", "Hill News", "One", vec![9]),
        ("g", "Hill News", "Three", vec![9]),
        ("h", "VALE POST", "One", vec![8]),
    ]
    .iter()
    .zip(1..)
    .map(|((id, source, title, cut), day)| {
        let published = format!("2031-05-{day:02}T08:00:00Z");
        json!({ "id": id, "source": source, "title": title, "text": text(cut), "published": published }).to_string()
    })
    .collect();
    for keep in [
        "earliest",
        "latest",
        "longest",
        "one-per-source",
        "prefer=list",
    ] {
        let folder = temp();
        let at = folder.path();
        put(&folder, "list", "Moor Echo\nVale Post\n");
        put(&folder, "feed.jsonl", lines.join("\n"));
        let batch = [
            "dedup",
            "feed.jsonl",
            "--keep",
            keep,
            "--decisions",
            "batch.csv",
        ];
        let (_, told, code) = run(at, &batch, "");
        assert_eq!(code, 0, "{told}");
        let live = ["dedup", "feed.jsonl", "--keep", keep, "--index", "kept"];
        assert_eq!(run(at, &live, "").2, 0);
        let query = [
            "index",
            "query",
            "feed.jsonl",
            "--index",
            "kept",
            "--format",
            "json",
        ];
        let (out, told, code) = run(at, &query, "");
        assert_eq!(code, 0, "{told}");
        let answers: Vec<Value> = out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let decisions = rows(&fs::read(at.join("batch.csv")).unwrap());
        assert_eq!(answers.len(), decisions.len());
        for row in &decisions {
            let own = answers
                .iter()
                .find(|answer| answer["doc_id"] == *row["doc_id"])
                .unwrap();
            let what = format!("{keep} {row:?} {own}");
            assert_eq!(own["kept"].to_string(), row["kept"], "{what}");
            assert_eq!(own["kept_id"], *row["kept_id"], "{what}");
            let number = |cell: &str| cell.parse::<f64>().ok();
            assert_eq!(own["jaccard"].as_f64(), number(&row["jaccard"]), "{what}");
            assert_eq!(
                own["containment"].as_f64(),
                number(&row["containment"]),
                "{what}"
            );
            let said = own["outcome"].as_str().unwrap();
            let agrees = match &*row["reason"] {
                "keeper" => own["kept"] == true,
                "identical" => own["jaccard"] == 1.0 && said != "new" && said != "copy",
                "copy" => ["copy", "update", "earlier"].contains(&said),
                _ => said == "new",
            };
            assert!(agrees, "{what}");
        }
    }
}
