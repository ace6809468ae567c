//! What must hold for every text: nothing is lost between a text and what is
//! said about it.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use support::{Row, documents, json, put, shared, table, temp, text, traced};
use wirecopy::align::{PreparedText, Side, Status, align, apply, edit_script};
use wirecopy::document::Document;
use wirecopy::normalise::normalise;
use wirecopy::write::original;

/// Texts whose spans are hard to state: all line ends, wide letters, cells that
/// look like formulas, invisible characters, nothing at all.
const AWKWARD: &[&str] = &[
    "",
    "\u{FEFF}",
    "🙂 * * *",
    "½ cup\r\n=SUM(A1)\r-5 degrees 🙂 in Orme\n\n\tcafe\u{301} «quoted» e\u{AD}nd",
    "=SUM(A1) is the headline.\r\nThe ferry left the pier at nine with eighty people on board.\r\
     +47 was the number to call, the pier office said. @orme said so 🙂 too.\n\
     '=quoted cells stay as they are, said Émile Dräger of the harbour board on Friday.\n\
     -Nothing else was said by anybody who stood on the pier that morning, in rain and wind.",
    "The ferry left the pier at nine with eighty people on board.\n\
     +47 was the only number to call, the pier office said. @orme said so 🙂 too.\r\n\
     '=quoted cells stay as they are, said Émile Dräger of the harbour board on Friday.\r\
     -Nothing else was said by anybody who stood on the pier that morning, in rain and wind.\n\
     \t=Read more",
    "水位下降，渡轮停航。\r\n码头已经关闭。",
];

fn all_texts() -> Vec<String> {
    let sample = documents(&["data/sample"]);
    let awkward = AWKWARD.iter().map(|text| text.to_string());
    sample
        .iter()
        .map(|d| text(d).to_string())
        .chain(awkward)
        .collect()
}

#[test]
fn normalising_twice_is_normalising_once() {
    for text in all_texts() {
        let once = normalise(&text);
        assert_eq!(normalise(once.canonical()).canonical(), once.canonical());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn wrapping_changes_no_word(which in any::<prop::sample::Index>(), width in 1..90usize) {
        let texts = all_texts();
        let text = which.get(&texts);
        let wrapped: String = text
            .chars()
            .enumerate()
            .map(|(at, c)| match c {
                ' ' if at % width == 0 => "\r\n".to_string(),
                ' ' if at % width == 1 => " \u{A0} ".to_string(),
                '\n' if width % 3 == 0 => " ".to_string(),
                other => other.to_string(),
            })
            .collect();
        let (plain, wrapped) = (normalise(text), normalise(&wrapped));
        prop_assert_eq!(plain.canonical(), wrapped.canonical());
    }
}

#[test]
fn the_statuses_of_two_texts_partition_their_bytes() {
    let texts = all_texts();
    let prepared: Vec<PreparedText<'_>> = texts.iter().map(|t| PreparedText::new(t)).collect();
    for a in &prepared {
        for b in &prepared {
            let alignment = align(a, b);
            for (side, text) in [(&alignment.a, a), (&alignment.b, b)] {
                let mut at = 0;
                for span in side.spans(text) {
                    assert_eq!(span.range.start, at);
                    assert!(text.text.get(span.range.clone()).is_some());
                    at = span.range.end;
                }
                assert_eq!(at, text.text.len());
                assert_eq!(side.partners().count(), text.normalised.len());
                assert_eq!(side.units().len(), text.units.len());
            }
            let counts = alignment.counts;
            let words = (a.normalised.len(), b.normalised.len());
            let matched = counts.words_matched();
            assert_eq!(matched + counts.words_dropped, words.0);
            assert_eq!(matched + counts.words_added, words.1);
        }
    }
}

#[test]
fn the_edit_script_rebuilds_the_second_text_from_the_first() {
    let texts = all_texts();
    let prepared: Vec<PreparedText<'_>> = texts.iter().map(|t| PreparedText::new(t)).collect();
    for a in &prepared {
        for b in &prepared {
            let script = edit_script(a, b, &align(a, b));
            assert_eq!(apply(a.text, &script), b.text);
        }
    }
}

/// What [`all_texts`] says of texts is asked of real ones too, where they are at hand.
fn real_pairs() -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, apart) in [("versions_dev", 1), ("senate_press_dev", 7), ("bbc", 1)] {
        let Some(path) = shared(&format!("data/{name}.jsonl.zst")) else {
            continue;
        };
        let documents = documents(&[path.to_str().unwrap()]);
        // Neighbours: some are versions of one text, some share a line, most nothing.
        let texts: Vec<&str> = documents
            .iter()
            .map(text)
            .step_by(apart)
            .take(300)
            .collect();
        pairs.extend(
            texts
                .windows(2)
                .map(|two| (two[0].to_string(), two[1].to_string())),
        );
    }
    pairs
}

#[test]
fn real_texts_are_accounted_for_and_rebuilt_from_both_sides() {
    for (a, b) in real_pairs() {
        let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
        let (there, back) = (align(&a, &b), align(&b, &a));
        for (side, text) in [(&there.a, &a), (&there.b, &b)] {
            let spans = side.spans(text);
            assert!(
                spans
                    .windows(2)
                    .all(|two| two[0].range.end == two[1].range.start)
            );
            let bytes: usize = spans.iter().map(|span| span.range.len()).sum();
            assert_eq!(bytes, text.text.len());
        }
        assert_eq!(apply(a.text, &edit_script(&a, &b, &there)), b.text);
        assert_eq!(apply(b.text, &edit_script(&b, &a, &back)), a.text);
        // What is the same, edited or moved is so from both sides.
        assert!(there.a.partners().eq(back.b.partners()));
        assert!(there.b.partners().eq(back.a.partners()));
        let kept = |side: &Side| -> Vec<Option<Status>> {
            let gone = |s: &&Status| !matches!(s, Status::Added | Status::Dropped);
            side.units()
                .iter()
                .map(|s| Some(s).filter(gone).copied())
                .collect()
        };
        assert_eq!(kept(&there.a), kept(&back.b));
        assert_eq!(kept(&there.b), kept(&back.a));
    }
}

#[test]
fn a_text_set_in_another_way_is_the_same_text() {
    let set = |text: &str, way: usize| match way {
        0 => text.to_string(),
        1 => text.split_whitespace().collect::<Vec<_>>().join(" "),
        2 => text.replace('\n', "\r\n\r\n"),
        3 => text.replace(' ', "\n"),
        4 => text
            .replace(['“', '”'], "\"")
            .replace('’', "'")
            .replace(" - ", " — "),
        _ => text.replace(' ', "\u{A0}"),
    };
    let texts = all_texts()
        .into_iter()
        .chain(real_pairs().into_iter().map(|(a, _)| a));
    for text in texts {
        let plain = PreparedText::new(&text);
        for way in 0..6 {
            let other = set(&text, way);
            let result = align(&plain, &PreparedText::new(&other));
            assert_eq!(result.changes, [], "{way}: {text}");
        }
    }
}

/// Line and column of a byte, character by character.
fn line_and_column(text: &str, byte: usize) -> (String, String) {
    let (mut line, mut column) = (1, 1);
    let mut chars = text[..byte].chars().peekable();
    while let Some(c) = chars.next() {
        column += 1;
        let within_crlf = c == '\r' && (chars.peek() == Some(&'\n'));
        // The LF of a CRLF that the byte cuts apart is of the line that it ends.
        let cut = c == '\r' && chars.peek().is_none() && text[byte..].starts_with('\n');
        if matches!(c, '\n' | '\r') && !within_crlf && !cut {
            (line, column) = (line + 1, 1);
        }
    }
    (line.to_string(), column.to_string())
}

/// A range, its text, its line and its column, as a table states them.
fn check_place(documents: &BTreeMap<String, Document>, key: &str, cells: [&str; 5]) {
    let [start, end, line, column, cell] = cells;
    let text = text(&documents[key]);
    let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
    assert_eq!(text.get(start..end), Some(original(cell)), "{key} {start}");
    let place = if start == end {
        (String::new(), String::new())
    } else {
        line_and_column(text, start)
    };
    assert_eq!(
        (line.to_string(), column.to_string()),
        place,
        "{key} {start}"
    );
}

fn check_spans(root: &Path, inputs: &[&str]) -> usize {
    let folder = traced(root, inputs, &[]);
    let absolute: Vec<String> = inputs
        .iter()
        .map(|input| root.join(input).to_str().unwrap().to_string())
        .collect();
    let absolute: Vec<&str> = absolute.iter().map(String::as_str).collect();
    let prefix = format!("{}/", root.display());
    let by_key = |document: Document| (document.key.replacen(&prefix, "", 1), document);
    let documents: BTreeMap<String, Document> =
        documents(&absolute).into_iter().map(by_key).collect();
    let mut spans = 0;
    for row in table(&folder, "changes.csv") {
        for side in ["exemplar", "copy"] {
            let cell = |name: &str| row[&format!("{side}_{name}")].as_str();
            let cells = ["start", "end", "line", "column", "text"].map(cell);
            check_place(&documents, cell("id"), cells);
            spans += 1;
        }
        let lacking = match row["op"].as_str() {
            "added" => ["exemplar_start", "exemplar_end"],
            "dropped" => ["copy_start", "copy_end"],
            _ => continue,
        };
        assert_eq!(row[lacking[0]], row[lacking[1]], "{row:?}");
    }
    let placed = |row: &Row| !row["in_doc"].is_empty();
    for row in table(&folder, "evidence.csv").into_iter().filter(placed) {
        let cells = ["start", "end", "line", "column", "text"].map(|name| row[name].as_str());
        check_place(&documents, &row["in_doc"], cells);
        spans += 1;
    }
    spans
}

#[test]
fn every_span_of_the_sample_is_a_range_of_its_text_at_its_line_and_column() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(check_spans(root, &["data/sample"]) > 150);
}

#[test]
fn every_span_of_awkward_texts_is_a_range_of_its_text_at_its_line_and_column() {
    let folder = temp();
    for (number, text) in AWKWARD.iter().enumerate() {
        put(&folder, &format!("{number}.txt"), text);
    }
    assert!(
        check_spans(folder.path(), &["."]) >= 6,
        "texts no longer pair"
    );
}

#[test]
fn groups_have_two_members_and_share_none() {
    let folder = traced(Path::new(env!("CARGO_MANIFEST_DIR")), &["data/sample"], &[]);
    let lineage = table(&folder, "lineage.csv");
    let mut members: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &lineage {
        if !row["group_id"].is_empty() {
            let group = members.entry(&row["group_id"]).or_default();
            assert!(group.insert(&row["doc_id"]));
        }
    }
    let groups = table(&folder, "groups.csv");
    assert_eq!(groups.len(), members.len());
    for group in &groups {
        let own = &members[group["group_id"].as_str()];
        assert!(own.len() > 1);
        assert_eq!(own.len().to_string(), group["size"]);
        assert!(own.contains(group["representative_id"].as_str()));
    }
    let documents: BTreeSet<&String> = lineage.iter().map(|row| &row["doc_id"]).collect();
    assert_eq!(documents.len(), lineage.len());

    let counts = &json(&folder, "run.json")["counts"];
    let grouped: usize = members.values().map(BTreeSet::len).sum();
    assert_eq!(counts["groups"], groups.len());
    assert_eq!(counts["grouped_documents"], grouped);
    assert_eq!(counts["pairs_listed"], table(&folder, "pairs.csv").len());
    assert_eq!(counts["changes"], table(&folder, "changes.csv").len());
}

#[test]
fn what_was_read_is_what_came_out() {
    let folder = temp();
    let feed = "{\"id\":\"a\",\"text\":\"One.\"}\n{\"id\":\"a\",\"text\":\"One.\"}\n\
                {\"id\":\"a\",\"text\":\"Two.\"}\nno json\n{\"id\":\"b\"}\n[]\n\
                {\"id\":\"c\",\"text\":\"\"}\n";
    put(&folder, "feed.jsonl", feed);
    put(&folder, "nul.txt", "NUL\0");
    let result = traced(folder.path(), &["."], &[]);
    let read = &json(&result, "run.json")["read"];
    let count = |name: &str| read[name].as_u64().unwrap();
    assert_eq!(
        count("records"),
        count("documents") + count("merged") + count("rejected")
    );
    assert_eq!(count("records"), 8);
    assert_eq!((count("documents"), count("merged")), (3, 1));
    assert_eq!(table(&result, "lineage.csv").len(), 3);
    assert_eq!(table(&result, "rejected.csv").len(), 4);
}
