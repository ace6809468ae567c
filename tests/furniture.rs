//! What the pages of an outlet repeat is marked so, in whatever order they come.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Random, Row, put, rows, table, temp, traced, wirecopy};

const SLOGAN: &str = "Seven valleys are in our care.";
const LINE: &str = "A line that stands in one story only.";

/// A story of words that no other story has, with what its outlet puts under it.
fn story(number: usize, foot: &str) -> String {
    let words = |from: usize| {
        let words = (from..from + 12).map(|word| format!("w{number}x{word}"));
        words.collect::<Vec<_>>().join(" ")
    };
    let sentences = [0, 12, 24, 36].map(|from| format!("The {}.", words(from)));
    format!("{}\n\n{foot}", sentences.join("\n\n"))
}

fn record(id: &str, source: &str, text: &str) -> Value {
    json!({ "id": id, "source": source, "text": text, "published": "2031-05-03" })
}

/// `stories` of Hill News with its slogan; the Ledger copies the first of them.
fn feed(stories: usize) -> Vec<String> {
    let hill =
        (0..stories).map(|n| record(&format!("hill/{n:02}"), "Hill News", &story(n, SLOGAN)));
    let ledger = (20..40).map(|n| record(&format!("ledger/{n}"), "The Ledger", &story(n, "")));
    let copy = record("ledger/copy", "The Ledger", &story(0, LINE));
    hill.chain(ledger)
        .chain([copy])
        .map(|record| record.to_string())
        .collect()
}

fn changes(feed: &[String], threads: &str) -> Vec<Row> {
    let folder = temp();
    put(&folder, "feed.jsonl", feed.join("\n"));
    let result = traced(folder.path(), &["feed.jsonl"], &["--threads", threads]);
    table(&result, "changes.csv")
}

/// The kind of the change whose text, in either column, is this.
fn kind(changes: &[Row], text: &str) -> String {
    let holds = |row: &&Row| row["exemplar_text"] == text || row["copy_text"] == text;
    changes.iter().find(holds).unwrap()["kind"].clone()
}

#[test]
fn a_line_of_many_stories_of_one_outlet_is_its_furniture() {
    let changes = changes(&feed(16), "2");
    assert_eq!(kind(&changes, SLOGAN), "outlet_furniture");
    assert_eq!(kind(&changes, LINE), "body");
}

#[test]
fn neither_few_stories_nor_many_copies_teach_anything() {
    assert_eq!(kind(&changes(&feed(11), "2"), SLOGAN), "body");
    // One story twenty times is one story.
    let mut feed = feed(3);
    feed.extend((0..20).map(|n| {
        let text = format!("{}\n\nRun {n}.", story(0, SLOGAN));
        record(&format!("hill/again{n:02}"), "Hill News", &text).to_string()
    }));
    let changes = changes(&feed, "2");
    assert!(!changes.is_empty());
    assert!(changes.iter().all(|row| row["kind"] != "outlet_furniture"));
}

#[test]
fn neither_order_nor_threads_teach_anything_else() {
    let mut feed = feed(40);
    let one = changes(&feed, "1");
    assert_eq!(kind(&one, SLOGAN), "outlet_furniture");
    Random(3).shuffle(&mut feed);
    assert_eq!(one, changes(&feed, "8"));
}

#[test]
fn two_files_have_no_outlet() {
    let folder = temp();
    put(&folder, "a.txt", story(0, SLOGAN));
    put(&folder, "b.txt", story(0, LINE));
    let run = wirecopy()
        .current_dir(folder.path())
        .args(["diff", "a.txt", "b.txt", "--format", "csv"])
        .output()
        .unwrap();
    assert_eq!(kind(&rows(&run.stdout), SLOGAN), "body");
}

#[test]
fn diff_learns_it_from_the_documents_beside() {
    let folder = temp();
    put(&folder, "feed.jsonl", feed(16).join("\n"));
    let feed = folder.path().join("feed.jsonl");
    let feed = feed.to_str().unwrap();
    let printed = |typed: &[&str]| {
        let run = wirecopy().args(typed).output().unwrap();
        run.stdout
    };
    let pair = [
        "diff",
        "--in",
        feed,
        "hill/00",
        "ledger/copy",
        "--format",
        "csv",
    ];
    let pair = rows(&printed(&pair));
    assert_eq!(kind(&pair, SLOGAN), "outlet_furniture");
    assert_eq!(kind(&pair, LINE), "body");
    let group = [
        "diff", "--in", feed, "--group", "hill/00", "--format", "json",
    ];
    let group: Value = serde_json::from_slice(&printed(&group)).unwrap();
    let kinds: Vec<(&str, &str)> = group["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = row["variants"][0]["text"].as_str().unwrap();
            (text, row["kind"].as_str().unwrap())
        })
        .collect();
    assert!(kinds.contains(&(SLOGAN, "outlet_furniture")), "{kinds:?}");
    assert!(kinds.contains(&(LINE, "body")));
}
