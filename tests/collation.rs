//! What `diff --group` promises: the matrix holds every word of every member, is
//! the same whatever the order and the threads, and costs no more than it says.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::schema::check;
use support::{Random, Row, documents, put, rows, table, temp, text, traced, wirecopy};
use unicode_width::UnicodeWidthStr;
use wirecopy::collate::collate;
use wirecopy::normalise::normalise;
use wirecopy::write::original;

const SAMPLE: &str = "data/sample";

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let run = wirecopy().arg("diff").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (run.status.code(), text(run.stdout), text(run.stderr))
}

fn printed(arguments: &[&str]) -> String {
    let (code, page, said) = run(arguments);
    assert_eq!(code, Some(0), "{said}");
    page
}

/// The groups of the sample: id and members.
fn groups() -> BTreeMap<String, BTreeSet<String>> {
    let result = traced(Path::new(env!("CARGO_MANIFEST_DIR")), &[SAMPLE], &[]);
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in table(&result, "lineage.csv") {
        if !row["group_id"].is_empty() {
            groups
                .entry(row["group_id"].clone())
                .or_default()
                .insert(row["doc_id"].clone());
        }
    }
    assert!(groups.len() > 4);
    groups
}

#[test]
fn the_table_holds_every_word_of_every_member_once() {
    let texts: BTreeMap<String, String> = documents(&[SAMPLE])
        .into_iter()
        .map(|document| (document.key.to_string(), text(&document).to_string()))
        .collect();
    for (id, members) in groups() {
        let csv = printed(&["--group", &id, "--in", SAMPLE, "--format", "csv"]);
        let mut cells: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in rows(csv.as_bytes()) {
            assert_eq!(row["group_id"], id);
            cells.entry(row["doc_id"].clone()).or_default().push(row);
        }
        assert!(cells.keys().eq(&members));
        for (key, cells) in cells {
            let text = &texts[&key];
            let number = |row: &Row, name: &str| row[name].parse::<usize>().unwrap();
            let mut ranges: Vec<_> = cells
                .iter()
                .map(|row| (number(row, "start"), number(row, "end")))
                .collect();
            for (row, &(start, end)) in cells.iter().zip(&ranges) {
                assert_eq!(original(&row["text"]), &text[start..end]);
                let line = text[..start].split('\n').count();
                assert_eq!(number(row, "line"), line);
            }
            let in_place = cells.iter().filter(|row| row["moved"] == "false");
            let starts: Vec<usize> = in_place.map(|row| number(row, "start")).collect();
            assert!(starts.is_sorted(), "{key}");
            ranges.sort_unstable();
            let words: Vec<String> = ranges
                .iter()
                .map(|&(start, end)| normalise(&text[start..end]).canonical().to_string())
                .collect();
            assert_eq!(words.join(" "), normalise(text).canonical(), "{key}");
        }
    }
}

#[test]
fn the_json_is_what_its_schema_says_and_agrees_with_the_table() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/collation.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    for (id, members) in groups() {
        let form = |format| printed(&["--group", &id, "--in", SAMPLE, "--format", format]);
        let value: Value = serde_json::from_str(&form("json")).unwrap();
        check(&value, &schema, &schema, "$");
        let keys: Vec<&str> = value["documents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|document| document["id"].as_str().unwrap())
            .collect();
        assert_eq!(keys.len(), members.len());
        assert!(keys[1..].is_sorted());
        let mut cells: BTreeSet<Vec<String>> = BTreeSet::new();
        for unit in value["units"].as_array().unwrap() {
            let variants = unit["variants"].as_array().unwrap();
            for cell in unit["cells"].as_array().unwrap() {
                let variant = cell["variant"].as_u64().unwrap();
                assert!(variant <= variants.len() as u64);
                for bytes in cell["bytes"].as_array().unwrap() {
                    let key = keys[cell["document"].as_u64().unwrap() as usize];
                    let numbers = [&unit["number"], &cell["variant"], &bytes[0], &bytes[1]];
                    let mut row: Vec<String> = numbers.map(Value::to_string).to_vec();
                    row.extend([cell["moved"].to_string(), key.to_string()]);
                    cells.insert(row);
                }
            }
            let counts = variants
                .iter()
                .map(|variant| variant["documents"].as_u64().unwrap());
            assert!(counts.clone().is_sorted_by(|x, y| x >= y));
            assert_eq!(
                counts.sum::<u64>(),
                unit["cells"].as_array().unwrap().len() as u64
            );
        }
        let names = ["unit", "variant", "start", "end", "moved", "doc_id"];
        let row = |row: &Row| names.map(|name| row[name].clone()).to_vec();
        let table: BTreeSet<Vec<String>> = rows(form("csv").as_bytes()).iter().map(row).collect();
        assert_eq!(table, cells);
    }
}

#[test]
fn pages_keep_to_their_width_and_show_every_line_or_fold_it() {
    for id in groups().keys() {
        for width in [20, 36, 80] {
            let columns = width.to_string();
            let page = printed(&["--group", id, "--in", SAMPLE, "--width", &columns]);
            for line in page.lines() {
                assert!(line.width() <= width, "{width}: {line}");
                assert_eq!(line, line.trim_end());
            }
        }
        let whole = printed(&["--group", id, "--in", SAMPLE, "--context", "all"]);
        assert!(!whole.contains("in all documents …"), "{whole}");
        assert!(!whole.contains("… and "), "{whole}");
    }
}

#[test]
fn a_group_is_named_by_its_id_or_by_a_member() {
    for (id, members) in groups() {
        let by_id = printed(&["--group", &id, "--in", SAMPLE]);
        for member in members {
            assert_eq!(printed(&["--group", &member, "--in", SAMPLE]), by_id);
        }
    }
}

#[test]
fn what_is_not_there_is_an_error_with_advice() {
    let refused = |arguments: &[&str]| {
        let (code, page, said) = run(arguments);
        assert_eq!((code, page.as_str()), (Some(2), ""), "{arguments:?}");
        said
    };
    let id = groups().into_keys().next().unwrap();
    let typo = format!("{}{}", &id[..16], if id.ends_with('0') { '1' } else { '0' });
    let said = refused(&["--group", &typo, "--in", SAMPLE]);
    assert!(
        said.contains(&format!("did you mean {id}?")) && said.contains("wirecopy trace"),
        "{said}"
    );
    let said = refused(&["--group", "g0000000000000000", "--in", SAMPLE]);
    assert!(
        !said.contains("did you mean") && said.contains("wirecopy trace"),
        "{said}"
    );
    let said = refused(&["--group", "harbour-ferry/tarnwir", "--in", SAMPLE]);
    assert!(
        said.contains("did you mean harbour-ferry/tarnwire?"),
        "{said}"
    );

    let members: BTreeSet<String> = groups().into_values().flatten().collect();
    let alone = documents(&[SAMPLE]);
    let alone = alone
        .iter()
        .find(|document| !members.contains(&*document.key))
        .unwrap();
    let said = refused(&["--group", &alone.key, "--in", SAMPLE]);
    assert!(
        said.contains("stands alone") && said.contains("wirecopy trace"),
        "{said}"
    );

    let said = refused(&["--group", &id, "--in", SAMPLE, "--format", "html"]);
    assert!(said.contains("text, csv or json"), "{said}");
    let said = refused(&["--group", &id]);
    assert!(said.contains("--in"), "{said}");
    let said = refused(&["--group", &id, "--in", SAMPLE, "a", "b"]);
    assert!(said.contains("--group"), "{said}");
    let said = refused(&["--in", SAMPLE, "a"]);
    assert!(said.contains("<B>"), "{said}");
    let said = refused(&["--group", &id, "--in", SAMPLE, "--threshold", "1.5"]);
    assert!(said.contains("--threshold"), "{said}");
}

#[test]
fn the_bars_decide_who_is_in_it() {
    let group = |flags: &[&str]| {
        let diff = ["--group", "harbour-ferry/tarnwire", "--in", SAMPLE];
        printed(&[&diff[..], flags].concat())
    };
    let strict = group(&["--threshold", "0.95", "--containment", "off"]);
    assert!(strict.contains(": 3 documents."), "{strict}");
    assert!(group(&[]).contains(": 5 documents."));
}

#[test]
fn the_exit_code_says_whether_they_differ() {
    let texts = ["Rain fell on the old town of Orme for three days and the river rose by a foot before it went down again on Sunday.";
        2];
    let folder = temp();
    put(&folder, "a.txt", texts[0]);
    put(&folder, "b.txt", texts[1].to_uppercase().replace(' ', "\n"));
    let folder = folder.path().to_str().unwrap();
    let key = documents(&[folder])[0].key.to_string();
    let quiet = ["--exit-code", "--quiet", "--group"];
    let run = |key: &str, input: &str| run(&[&quiet[..], &[key, "--in", input]].concat());
    assert_eq!(run(&key, folder), (Some(0), String::new(), String::new()));
    assert_eq!(
        run("harbour-ferry/tarnwire", SAMPLE),
        (Some(1), String::new(), String::new())
    );
}

#[test]
fn neither_order_nor_threads_change_a_byte() {
    let mut feed: Vec<String> = documents(&[SAMPLE])
        .into_iter()
        .map(|document| json!({"id": document.key, "text": text(&document)}).to_string())
        .collect();
    let mut first: Option<Vec<String>> = None;
    for (seed, threads) in [(1, "1"), (2, "2"), (3, "8")] {
        Random(seed).shuffle(&mut feed);
        let folder = temp();
        let path = put(&folder, "feed.jsonl", feed.join("\n"));
        let form = |format| {
            let group = ["--group", "harbour-ferry/tarnwire", "--format", format];
            let input = ["--threads", threads, "--in", path.to_str().unwrap()];
            printed(&[&group[..], &input].concat())
        };
        let forms: Vec<String> = ["text", "csv", "json"].map(form).to_vec();
        assert_eq!(*first.get_or_insert_with(|| forms.clone()), forms);
    }
}

/// Members that are the same byte for byte, or in their words, are one column's work.
#[test]
fn members_with_the_same_words_have_their_own_places() {
    let folder = temp();
    let story = "Rain fell on the old town of Orme for three days. The river rose by a foot before it went down again. Nobody was hurt, the mayor said on Sunday.";
    let wrapped = story.replace(". ", ".\n\n  ");
    for (name, text) in [("a", story), ("b", &wrapped), ("c", story), ("d", &wrapped)] {
        put(&folder, &format!("{name}.txt"), text);
    }
    let folder = folder.path().to_str().unwrap();
    let key = documents(&[folder])[0].key.to_string();
    let csv = printed(&["--group", &key, "--in", folder, "--format", "csv"]);
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(csv.as_bytes()) {
        assert_eq!(
            (row["variant"].as_str(), row["moved"].as_str()),
            ("1", "false")
        );
        places
            .entry(row["doc_id"].clone())
            .or_default()
            .push(row["line"].clone());
    }
    let lines: Vec<Vec<String>> = places.into_values().collect();
    assert_eq!(
        lines,
        [
            ["1", "1", "1"],
            ["1", "3", "5"],
            ["1", "1", "1"],
            ["1", "3", "5"]
        ]
    );
}

/// A story and copies of it, each with edits and furniture of its own.
fn copies(count: usize, edits: usize) -> Vec<String> {
    let mut random = Random(11);
    let mut word = move || format!("w{:x}", random.below(4000));
    let story: Vec<Vec<String>> = (0..40).map(|_| (0..16).map(|_| word()).collect()).collect();
    (0..count)
        .map(|_| {
            let mut lines = story.clone();
            for at in 0..edits {
                let length = lines.len();
                lines[at * 7 % length][at % 16] = word();
            }
            let own = |word: &mut dyn FnMut() -> String| (0..9).map(|_| word()).collect::<Vec<_>>();
            lines.insert(0, own(&mut word));
            lines.push(own(&mut word));
            lines.iter().map(|line| line.join(" ") + ".\n").collect()
        })
        .collect()
}

/// All pairs of a thousand would be half a million alignments: minutes. What it
/// takes is a second, so that the bound holds on any machine.
#[test]
fn a_group_of_a_thousand_is_collated_at_once() {
    for edits in [4, 40] {
        let texts = copies(1000, edits);
        let start = Instant::now();
        let collation = collate(texts.iter().map(|text| text.as_str().into()));
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{:?}",
            start.elapsed()
        );
        let common = collation.rows.iter().filter(|row| {
            let cells = row.variants.iter().map(|variant| variant.cells.len());
            cells.sum::<usize>() == texts.len()
        });
        assert_eq!(common.count(), 40);
    }
}
