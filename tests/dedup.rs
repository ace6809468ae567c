//! What `dedup` keeps, and where it writes that.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::fs;

use support::typed::{FEED, SAMPLE, code, out, path, refusal};
use support::{Row, put, rows, temp};

/// Keys that `dedup` keeps, by its decisions; the feed must agree with them.
fn kept(policy: &str) -> BTreeSet<String> {
    let folder = temp();
    let (feed, decisions) = (path(&folder, "feed.jsonl"), path(&folder, "decisions.csv"));
    let to = ["-o", &feed, "--decisions", &decisions];
    assert_eq!(
        code(&[&["dedup", FEED, "--keep", policy], &to[..]].concat()),
        0
    );
    let rows = rows(&fs::read(decisions).unwrap());
    assert_eq!(rows.len(), 21);
    let all: BTreeSet<&str> = rows.iter().map(|row| row["doc_id"].as_str()).collect();
    let is_kept = |row: &&Row| row["kept"] == "true";
    let kept: BTreeSet<String> = rows
        .iter()
        .filter(is_kept)
        .map(|row| row["doc_id"].clone())
        .collect();
    for row in &rows {
        assert_eq!(row["kept"] == "true", row["kept_id"] == row["doc_id"]);
        assert!(row["kept_id"].is_empty() || all.contains(row["kept_id"].as_str()));
    }
    let original = fs::read_to_string(FEED).unwrap();
    let expected = original.lines().filter(|line| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        kept.contains(record["id"].as_str().unwrap())
    });
    let expected: String = expected.flat_map(|line| [line, "\n"]).collect();
    assert_eq!(fs::read_to_string(feed).unwrap(), expected);
    kept
}

#[test]
fn each_policy_keeps_what_it_says_and_the_records_as_they_were() {
    let keeps = |policy: &str, key: &str| kept(policy).contains(key);
    let ferry = |policy: &str| {
        let mut keys: Vec<String> = kept(policy).into_iter().collect();
        keys.retain(|key| key.starts_with("harbour-ferry/"));
        keys
    };
    assert_eq!(ferry("earliest"), ["harbour-ferry/tarnwire"]);
    assert_eq!(ferry("latest"), ["harbour-ferry/skerra-post"]);
    assert_eq!(ferry("longest"), ["harbour-ferry/skerra-post"]);
    assert_eq!(ferry("central").len(), 1);
    assert_eq!(ferry("one-per-source").len(), 4);
    assert!(ferry("none").is_empty());
    assert!(keeps("none", "photo-page/courier"));
    let folder = temp();
    put(&folder, "sources.txt", "Nobody\n\ntolmouth courier\n");
    let prefer = format!("prefer={}", path(&folder, "sources.txt"));
    assert_eq!(ferry(&prefer), ["harbour-ferry/courier"]);
}

#[test]
fn the_last_records_of_two_inputs_stay_two_lines() {
    let folder = temp();
    let records = [
        r#"{"id":"a","text":"one two"}"#,
        r#"{"id":"b","text":"six ten"}"#,
    ];
    let utf16 = |text: &str| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let feeds = ["a.jsonl", "b.jsonl"].map(|name| path(&folder, name));
    for (feed, record) in feeds.iter().zip(records) {
        // Neither has a line end, and of both only a copy can be read again.
        fs::write(feed, utf16(record)).unwrap();
    }
    let kept = out(&["dedup", &feeds[0], &feeds[1], "-q"]);
    assert_eq!(kept, records.join("\n") + "\n");
}

#[test]
fn dedup_of_text_files_names_their_paths() {
    let names = out(&["dedup", "data/sample/wire"]);
    let names: Vec<&str> = names.lines().collect();
    assert!(names.contains(&"data/sample/wire/sarn-glassworks-a.txt"));
    assert!(!names.contains(&"data/sample/wire/sarn-glassworks-b.txt"));
}

#[test]
fn dedup_of_several_kinds_of_input_needs_a_place_for_its_decisions() {
    assert!(refusal(&["dedup", SAMPLE]).contains("--decisions"));
    let folder = temp();
    let decisions = path(&folder, "decisions.csv");
    assert_eq!(code(&["dedup", SAMPLE, "--decisions", &decisions]), 0);
    assert_eq!(rows(&fs::read(decisions).unwrap()).len(), 37);
}

#[test]
fn dedup_replaces_no_file_without_force() {
    let folder = temp();
    put(&folder, "kept.jsonl", "mine");
    let kept = path(&folder, "kept.jsonl");
    refusal(&["dedup", FEED, "-o", &kept]);
    refusal(&["dedup", FEED, "--decisions", &kept]);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "mine");
    assert_eq!(code(&["dedup", FEED, "-o", &kept, "--force"]), 0);
    assert_eq!(fs::read_to_string(&kept).unwrap(), out(&["dedup", FEED]));
}

#[test]
fn one_file_cannot_hold_the_feed_and_the_decisions() {
    let folder = temp();
    let one = path(&folder, "one");
    refusal(&["dedup", FEED, "-o", &one, "--decisions", &one]);
}

#[test]
fn a_feed_of_many_files_is_read_again_whether_or_not_they_stay_open() {
    let folder = temp();
    let text = "The pier at Port Hallam was closed on Monday after a storm tore planks from its head, the \
                council said, and it will stay shut until the spring.";
    for number in 0..260 {
        let letters = [number / 26, number % 26].map(|n| char::from(b'a' + n as u8));
        let text = format!("{text} Filed by desk q{}.", String::from_iter(letters));
        let record = serde_json::json!({ "id": format!("{number:03}"), "text": text });
        put(
            &folder,
            &format!("{number:03}.jsonl"),
            format!("{record}\n"),
        );
    }
    let input = folder.path().to_str().unwrap();
    let kept = out(&["dedup", input]);
    assert_eq!(kept.lines().count(), 1, "{kept}");
    assert!(kept.contains("desk qaa."));
}
