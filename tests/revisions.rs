//! A copy is attached to the text of an outlet that it was made from, before and after the outlet
//! went on with it.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::{put, table, temp, traced};

/// A sentence of words that no other one has.
fn sentence(number: usize) -> String {
    let words = (0..14 + number % 5).map(|word| format!("word{number}x{word}"));
    format!("The {}.", words.collect::<Vec<_>>().join(" "))
}

/// Three texts of one outlet, each longer than the one before, and where sentences stand in them.
fn versions() -> [Vec<usize>; 3] {
    let first: Vec<usize> = (0..12).collect();
    let mut second = first.clone();
    second.insert(6, 20);
    second.push(21);
    let mut third = second.clone();
    third.insert(3, 22);
    third.push(23);
    [first, second, third]
}

fn without(version: &[usize], lost: &[usize]) -> Vec<usize> {
    let kept = version.iter().filter(|line| !lost.contains(line));
    kept.copied().collect()
}

/// Key, outlet, sentences, hour of the third of May and, beyond 24, of the days after.
type Text = (&'static str, &'static str, Vec<usize>, usize);

/// Exemplar by key, empty where none is claimed.
fn exemplars(texts: &[Text]) -> Vec<(String, String)> {
    let record = |(key, outlet, lines, hour): &Text| {
        let lines: Vec<String> = lines.iter().map(|&line| sentence(line)).collect();
        let published = format!("2031-05-{:02}T{:02}:00:00Z", 3 + hour / 24, hour % 24);
        json!({ "id": key, "source": outlet, "text": lines.join("\n"), "published": published })
            .to_string()
    };
    let folder = temp();
    let feed: Vec<String> = texts.iter().map(record).collect();
    put(&folder, "feed.jsonl", feed.join("\n"));
    let result = traced(folder.path(), &["feed.jsonl"], &[]);
    let lineage = table(&result, "lineage.csv");
    let row = |row: &support::Row| (row["doc_id"].clone(), row["exemplar_id"].clone());
    lineage.iter().map(row).collect()
}

#[test]
fn copies_of_every_version_find_theirs() {
    let [first, second, third] = versions();
    for late in [15, 31] {
        let found = exemplars(&[
            ("a1", "Tarn Times", first.clone(), 8),
            ("a2", "Tarn Times", second.clone(), 12),
            ("a3", "Tarn Times", third.clone(), 18),
            ("b-of-1", "Hill Post", without(&first, &[10, 11]), 9),
            ("c-of-2", "Vale News", without(&second, &[4]), 13),
            ("d-of-2", "Fen Star", without(&second, &[8, 9]), late),
            ("e-of-3", "Moor Echo", without(&third, &[1]), 20),
        ]);
        let wanted = [
            ("a1", ""),
            ("a2", "a1"),
            ("a3", "a2"),
            ("b-of-1", "a1"),
            ("c-of-2", "a2"),
            ("d-of-2", "a2"),
            ("e-of-3", "a3"),
        ];
        let wanted = wanted.map(|(key, exemplar)| (key.to_string(), exemplar.to_string()));
        assert_eq!(found, wanted, "the late copy at {late} h");
    }
}

/// Where nobody revised anything, what two copies share and the third lacks is still what a
/// missing text had.
#[test]
fn words_that_no_revision_brought_stay_with_a_missing_text() {
    let lines: Vec<usize> = (0..14).collect();
    let found = exemplars(&[
        ("b", "Hill Post", without(&lines, &[3, 12, 13]), 9),
        ("c", "Vale News", without(&lines, &[7, 13]), 9),
        ("d", "Fen Star", without(&lines, &[1, 10]), 9),
    ]);
    assert!(found.iter().all(|(_, exemplar)| exemplar.is_empty()));
}
