//! `--map FILE` and `--carry NAME`: odd schemas in every format with fields.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::{json as result, put, table, temp, traced, wirecopy};
use tempfile::TempDir;
use wirecopy::config::{FieldPath, field_map};
use wirecopy::ingest::{IngestOptions, Input, Intake, read_inputs};

const STORY: &str = "The old bridge at Marnby was closed to all traffic on Monday after divers found \
    cracks in two of its piers, the county said. Buses will go round by Orme until May.";

/// Reads files with a map; counts must balance.
fn read(folder: &TempDir, map: &str, carry: &[&str]) -> Intake {
    let options = IngestOptions {
        map: field_map(map).unwrap(),
        carry: carry
            .iter()
            .map(|name| FieldPath::parse(name).unwrap())
            .collect(),
        keep_raw: true,
        ..IngestOptions::default()
    };
    let inputs = [Input::Path(folder.path().into())];
    let intake = read_inputs(&inputs, &b""[..], &options).unwrap();
    let counts = &intake.counts;
    assert_eq!(
        counts.read,
        counts.documents + counts.merged + counts.rejected
    );
    intake
}

/// Key, title, source and text of each document, the texts read again.
fn told(intake: &Intake) -> Vec<[String; 4]> {
    let told = |d: &wirecopy::document::Document| {
        let words = |field: &Option<Box<str>>| field.as_deref().unwrap_or("-").to_string();
        let text = intake.archive.text(&d.text).into_owned();
        [d.key.to_string(), words(&d.title), words(&d.source), text]
    };
    let all = intake.documents.iter().map(told).collect();
    intake.archive.intact().unwrap();
    all
}

/// Reads one file of this content.
fn one(name: &str, content: &str, map: &str) -> Vec<[String; 4]> {
    let folder = temp();
    put(&folder, name, content);
    let intake = read(&folder, map, &[]);
    assert_eq!(intake.counts.rejected, 0, "{:?}", intake.rejected);
    told(&intake)
}

fn is(all: &[[String; 4]], expected: &[[&str; 4]]) {
    assert_eq!(all, expected);
}

const NESTED: &str = "[fields]\n\
    id = 'meta.ids[0]'\n\
    text = ['body.main', 'summary']\n\
    title = 'headline.main'\n\
    source = { value = 'Tarnwire' }\n";

fn nested(n: usize) -> Value {
    json!({ "meta": { "ids": [format!("k{n}"), "x"], "text": "not the story" },
        "headline": { "kicker": "no", "main": format!("Title {n}") },
        "body": { "Main": format!("text \"{n}\"\nof ä harbour") } })
}

fn expected(n: usize) -> [String; 4] {
    let text = format!("text \"{n}\"\nof ä harbour");
    [
        format!("k{n}"),
        format!("Title {n}"),
        "Tarnwire".into(),
        text,
    ]
}

#[test]
fn nested_fields_are_found_in_json_of_every_shape() {
    let all: Vec<Value> = (0..9).map(nested).collect();
    let lines: Vec<String> = all.iter().map(Value::to_string).collect();
    let wanted: Vec<_> = (0..9).map(expected).collect();
    for (name, content) in [
        ("a.jsonl", lines.join("\n")),
        ("a", lines.join("\n")),
        ("a.json", lines.join("\n")),
        ("a.json", format!("[{}]", lines.join(",\n"))),
        ("a.json", serde_json::to_string_pretty(&all).unwrap()),
        (
            "a.json",
            json!({ "meta": { "text": "x" }, "data": { "items": all } }).to_string(),
        ),
        (
            "a",
            serde_json::to_string_pretty(&json!({ "main": "x", "docs": all })).unwrap(),
        ),
        ("a.jsonl", format!("{}\n", lines.join("\r\n"))),
    ] {
        assert_eq!(
            one(name, &content, NESTED),
            wanted,
            "{name}: {}",
            &content[..60]
        );
    }
}

#[test]
fn the_first_path_with_words_is_taken() {
    let lines = "{\"body\":{\"main\":\" \"},\"summary\":\"a\"}\n{\"body\":\"x\",\"summary\":\"b\"}\n\
        {\"body\":{\"main\":null},\"summary\":\"c\"}\n{\"body\":{\"main\":[1]},\"summary\":\"d\"}\n\
        {\"summary\":\"no\",\"body\":{\"main\":\"e\"}}\n{\"body.main\":\"f\",\"summary\":\"no\"}\n\
        {\"body\":{\"main\":\"\"}}\n{\"BODY\":[],\"body\":{\"main\":\"h\",\"main\":\"no\"}}";
    let read = one(
        "a.jsonl",
        lines,
        "[fields]\ntext = ['body.main', 'summary']",
    );
    let texts: Vec<&str> = read.iter().map(|row| row[3].as_str()).collect();
    assert_eq!(texts, ["a", "b", "c", "d", "e", "f", "", "h"]);
}

#[test]
fn lists_are_joined_and_html_becomes_words() {
    let map = "[fields]\n\
        text = 'paragraphs[].text'\n\
        source = 'authors[].name'\n\
        title = { path = 'title.rendered', html = true }";
    let record = json!({ "id": 7, "title": { "rendered": "Fish &amp; <i>chips</i>\nat sea" },
        "authors": [{ "name": "A" }, {}, { "name": "B" }],
        "paragraphs": [{ "text": "one" }, { "text": null }, { "kind": "picture" }, { "text": "two" }] });
    let wanted = [["7", "Fish & chips at sea", "A, B", "one\ntwo"]];
    is(
        &one(
            "a.jsonl",
            &format!("{record}\n{{\"id\":8,\"text\":\"no\",\"paragraphs\":[{{\"text\":\"x\"}}]}}"),
            map,
        )[..1],
        &wanted,
    );
    is(
        &one("a.json", &format!("{{\"list\":[{record}]}}"), map),
        &wanted,
    );

    let map = "[fields]\ntext = { path = 'content.blocks[]', html = true }\nid = 'n'";
    let lines = "{\"n\":1.50,\"content\":{\"blocks\":[\"<p>A <b>b</b></p>\",\"c &lt; d\"]}}\n";
    is(
        &one(
            "a.json",
            &format!("{lines}{lines}").replace("1.50,", "1.50,\"x\":1,"),
            map,
        ),
        &[["1.50", "-", "-", "A b\nc < d"]],
    );
    is(
        &one("a.json", &format!("[{lines}]"), map),
        &[["1.50", "-", "-", "A b\nc < d"]],
    );
    // WordPress.
    let post = json!([{ "id": 3, "link": "https://x.example/3", "title": { "rendered": "T" },
        "content": { "rendered": "<p>One.</p>\n<p>Two.</p>" } }]);
    let map =
        "[fields]\ntext = { path = 'content.rendered', html = true }\ntitle = 'title.rendered'";
    is(
        &one("a.json", &post.to_string(), map),
        &[["3", "T", "-", "One.\nTwo."]],
    );
}

#[test]
fn tables_go_by_the_names_of_columns() {
    let map = "[fields]\nid = 'nr'\ntext = ['Body.Main', 'abstract']\ntitle = { path = 'head', html = true }\nsource = ['desk', { value = 'Tarnwire' }]";
    let rows = "nr,head,body.main,abstract,desk\n1,A &amp; B,\"a\nb\",no,Orme\n2,C,,short,\n";
    let wanted = [
        ["1", "A & B", "Orme", "a\nb"],
        ["2", "C", "Tarnwire", "short"],
    ];
    is(&one("a.csv", rows, map), &wanted);
    is(
        &one(
            "a.tsv",
            "nr\thead\tbody.main\tabstract\tdesk\n1\tA &amp; B\tx\tno\tOrme",
            map,
        ),
        &[["1", "A & B", "Orme", "x"]],
    );
    is(
        &one("a", &rows.replace("&amp;", "&").replace(',', ";"), map),
        &wanted,
    );
    is(
        &one("a.csv", "1,x\n2,y\n", "[fields]\ntext = '#2'\nid = '#1'"),
        &[["1", "-", "-", "x"], ["2", "-", "-", "y"]],
    );
    is(
        &one(
            "a.csv",
            "id,Text [en]\n1,x\n",
            "[fields]\ntext = 'text \\[en]'",
        ),
        &[["1", "-", "-", "x"]],
    );
}

#[test]
fn damage_costs_itself() {
    let folder = temp();
    let mut lines: Vec<String> = (0..9).map(|n| nested(n).to_string()).collect();
    lines[4] = "{\"body\":{\"main\":\"x\"},".into();
    lines[6] = "{\"body\":{\"main\":5},\"summary\":[]}".into();
    let wanted: Vec<_> = [0, 1, 2, 3, 5, 7, 8].map(expected).to_vec();
    put(&folder, "a.jsonl", lines.join("\n"));
    let intake = read(&folder, NESTED, &[]);
    assert_eq!((told(&intake), intake.counts.rejected), (wanted.clone(), 2));
    fs::remove_file(folder.path().join("a.jsonl")).unwrap();
    put(&folder, "a.json", format!("[{}]", lines.join(",\n")));
    let intake = read(&folder, NESTED, &[]);
    assert_eq!((told(&intake), intake.counts.rejected), (wanted, 2));
    let whole = format!(
        "{{\"docs\":[{}]}}",
        (0..9)
            .map(|n| nested(n).to_string())
            .collect::<Vec<_>>()
            .join(",")
    );
    for end in (1..whole.len()).step_by(41) {
        put(&folder, "a.json", &whole.as_bytes()[..end]);
        put(&folder, "b.jsonl", nested(10).to_string());
        let intake = read(&folder, NESTED, &[]);
        let came = String::from_utf8_lossy(&whole.as_bytes()[..end]);
        let complete = came.matches("the story\"}}").count();
        assert_eq!(intake.documents.len(), complete + 1, "{end}");
        assert!(intake.counts.rejected <= 2, "{end}: {:?}", intake.rejected);
    }
}

#[test]
fn hostile_records_end_soon() {
    let folder = temp();
    let map = "[fields]\ntext = 'a[].b'\ntitle = { path = 'a[].b', html = true }";
    let deep = format!(
        "{{\"a\":{}{}}}",
        "[{\"b\":".repeat(100_000),
        "}]".repeat(100_000)
    );
    let wide = format!("{{\"a\":[{}{{\"b\":\"x\"}}]}}", "{},".repeat(1_000_000));
    let many = format!("{{\"a\":[{}]}}", vec!["{\"b\":\"<b>\"}"; 100_000].join(","));
    let keys = format!(
        "{{{}\"a\":[{{\"b\":\"y\"}}]}}",
        "\"a\":null,".repeat(500_000)
    );
    put(&folder, "a.jsonl", [deep, wide, many, keys].join("\n"));
    let began = std::time::Instant::now();
    let intake = read(&folder, map, &["a", "a[]", "a[3].b"]);
    assert!(began.elapsed().as_secs() < 30);
    assert_eq!((intake.counts.documents, intake.counts.rejected), (3, 1));
    told(&intake);
}

#[cfg(feature = "parquet")]
mod columns {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, ListArray, RecordBatch, StringArray, StructArray, types::Int64Type,
    };
    use arrow_schema::{DataType, Field};

    /// Two rows with a struct, a list, and plain columns.
    fn batch() -> RecordBatch {
        let strings = |all: [&str; 2]| Arc::new(StringArray::from(all.to_vec())) as ArrayRef;
        let field = |name: &str| Arc::new(Field::new(name, DataType::Utf8, true));
        let body = StructArray::from(vec![
            (field("main"), strings(["first text", "second text"])),
            (field("lead"), strings(["l1", "l2"])),
        ]);
        let votes =
            ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), Some(2)]), None]);
        let all: [(&str, ArrayRef); 4] = [
            ("key", strings(["k1", "k2"])),
            ("head", strings(["<b>H</b>", ""])),
            ("body", Arc::new(body)),
            ("votes", Arc::new(votes)),
        ];
        RecordBatch::try_from_iter(all).unwrap()
    }

    pub fn arrow() -> Vec<u8> {
        let batch = batch();
        let mut writer =
            arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    pub fn parquet() -> Vec<u8> {
        let batch = batch();
        let mut out = Vec::new();
        let mut writer =
            parquet::arrow::ArrowWriter::try_new(&mut out, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        out
    }
}

#[cfg(feature = "parquet")]
#[test]
fn columns_go_by_name_and_into_structs() {
    let map = "[fields]\nid = 'key'\ntext = 'body.main'\ntitle = { path = 'head', html = true }\nsource = { value = 'Tarnwire' }";
    for (name, content) in [
        ("a.arrow", columns::arrow()),
        ("a.parquet", columns::parquet()),
    ] {
        let folder = temp();
        put(&folder, name, content);
        let intake = read(&folder, map, &["votes", "BODY.lead", "votes[1]", "none"]);
        let wanted = [
            ["k1", "H", "Tarnwire", "first text"],
            ["k2", "-", "Tarnwire", "second text"],
        ];
        is(&told(&intake), &wanted);
        let carried = |at: usize| intake.archive.carried(&intake.documents[at]);
        assert_eq!(carried(0), ["[1,2]", "l1", "2", ""]);
        assert_eq!(carried(1), ["", "l2", "", ""]);
    }
}

/// A feed of copies with fields beside.
fn feed() -> String {
    let record = |id: &str, source: &str, more: Value| {
        let mut record =
            json!({ "uid": id, "desk": { "name": source }, "story": { "body": STORY } });
        record
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        format!("{record}\n")
    };
    record(
        "wire",
        "Tarnwire",
        json!({ "Lang": "en", "tags": ["a", { "b": "c d" }], "score": 1.50, "ok": true }),
    ) + &record(
        "post",
        "Post",
        json!({ "lang": "=1+1", "tags": [], "geo": { "country": "GB" } }),
    )
}

const FEED: &str = "[fields]\nid = 'uid'\ntext = 'story.body'\nsource = 'desk.name'\n";

fn flags<'a>(map: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    [&["--map", map.to_str().unwrap()], more].concat()
}

#[test]
fn carried_fields_stand_in_the_lineage() {
    let folder = temp();
    put(&folder, "feed.jsonl", feed());
    let map = put(&folder, "map.toml", FEED);
    let carry = [
        "--carry",
        "lang,tags,score",
        "--carry",
        "geo.country",
        "--carry",
        "ok,geo,nothing",
    ];
    let results = traced(folder.path(), &["feed.jsonl"], &flags(&map, &carry));
    let lineage = table(&results, "lineage.csv");
    let of = |key: &str| {
        let row = lineage.iter().find(|row| row["doc_id"] == key).unwrap();
        let names = [
            "x_lang",
            "x_tags",
            "x_score",
            "x_geo.country",
            "x_ok",
            "x_geo",
            "x_nothing",
        ];
        names.map(|name| row[name].clone())
    };
    assert_eq!(
        of("wire"),
        ["en", "[\"a\",{\"b\":\"c d\"}]", "1.5", "", "true", "", ""]
    );
    assert_eq!(
        of("post"),
        ["'=1+1", "[]", "", "GB", "", "{\"country\":\"GB\"}", ""]
    );
    let header = fs::read_to_string(results.path().join("result/lineage.csv")).unwrap();
    let header = header.lines().next().unwrap();
    assert!(header.ends_with("flags,x_lang,x_tags,x_score,x_geo.country,x_ok,x_geo,x_nothing"));
    let fields = &result(&results, "datapackage.json")["resources"][3]["schema"]["fields"];
    let fields = fields.as_array().unwrap();
    assert_eq!(fields.len(), header.split(',').count());
    assert_eq!(fields.last().unwrap()["name"], "x_nothing");
    let reading = &result(&results, "run.json")["reading"];
    assert_eq!(reading["map"]["text"], json!(["story.body"]));
    assert_eq!(reading["carry"][3], "geo.country");

    // In a table, and without a map.
    put(
        &folder,
        "feed.csv",
        "id,lang,text\na,'x,one two\nb,,three\n",
    );
    let results = traced(
        folder.path(),
        &["feed.csv"],
        &["--carry", "LANG", "--csv", "raw"],
    );
    let values: Vec<String> = table(&results, "lineage.csv")
        .iter()
        .map(|row| row["x_LANG"].clone())
        .collect();
    assert_eq!(values, ["'x", ""]);
    put(&folder, "plain.txt", "one two");
    let results = traced(
        folder.path(),
        &["plain.txt", "feed.csv"],
        &["--carry", "text"],
    );
    assert_eq!(table(&results, "lineage.csv")[2]["x_text"], "");
}

#[test]
fn a_record_without_a_text_is_told_where_the_map_looked() {
    let folder = temp();
    put(
        &folder,
        "a.jsonl",
        "{\"text\":\"a\"}\n{\"body\":{\"main\":\"b\"}}\n{\"body\":{\"main\":5}}\n",
    );
    put(&folder, "b.csv", "text\na\n");
    let intake = read(&folder, "[fields]\ntext = \"body.main\"\n", &[]);
    assert_eq!(intake.rejected.len(), 3);
    for rejected in &intake.rejected {
        let message = &rejected.message;
        assert!(message.contains("`text` under [fields]"), "{message}");
        assert!(!message.contains("--text-field"), "{message}");
    }
    assert!(intake.rejected[0].message.contains("body.main"));
}

#[test]
fn the_same_bytes_at_any_number_of_threads_and_in_every_shape() {
    let folder = temp();
    let many: String = (0..3000)
        .map(|n| {
            let text = format!("{STORY} Number {}", n / 3);
            let record = json!({ "uid": format!("k{n:04}"), "story": { "body": [text, "<p>end</p>"] }, "n": { "at": n } });
            format!("{record}\n")
        })
        .collect();
    let list: Vec<&str> = many.lines().collect();
    put(&folder, "feed.jsonl", &many);
    put(
        &folder,
        "feed.json",
        format!("{{\"all\":[{}]}}", list.join(",")),
    );
    let map = put(
        &folder,
        "map.toml",
        "[fields]\nid = 'uid'\ntext = { path = 'story.body[]', html = true }",
    );
    let run = |input: &str, threads: &str| {
        let results = traced(
            folder.path(),
            &[input],
            &flags(&map, &["--carry", "n.at,n", "-j", threads]),
        );
        let read = |name: &str| fs::read(results.path().join("result").join(name)).unwrap();
        ["lineage.csv", "pairs.csv", "groups.csv", "changes.csv"].map(read)
    };
    let first = run("feed.jsonl", "1");
    assert!(first == run("feed.jsonl", "8"));
    assert!(first == run("feed.json", "3"));
    assert!(String::from_utf8_lossy(&first[0]).contains(",2999,\"{\"\"at\"\":2999}\""));
}

#[test]
fn flags_win_and_records_are_written_back_as_they_were() {
    let folder = temp();
    put(&folder, "feed.jsonl", feed());
    let map = put(&folder, "map.toml", FEED);
    let run = wirecopy()
        .current_dir(folder.path())
        .args(["dedup", "feed.jsonl"])
        .args(flags(&map, &["--keep", "prefer=names.txt"]))
        .output();
    assert_eq!(run.unwrap().status.code(), Some(2));
    let run = wirecopy()
        .current_dir(folder.path())
        .args(["dedup", "feed.jsonl"])
        .args(flags(&map, &[]))
        .output()
        .unwrap();
    let kept = String::from_utf8(run.stdout).unwrap();
    assert_eq!(kept.lines().count(), 1);
    assert!(feed().contains(&kept));
    put(
        &folder,
        "b.jsonl",
        "{\"uid\":\"a\",\"body\":\"one\",\"story\":{\"body\":\"two\"}}",
    );
    let results = traced(
        folder.path(),
        &["b.jsonl"],
        &flags(&map, &["--text-field", "body", "--carry", "story"]),
    );
    assert_eq!(table(&results, "lineage.csv")[0]["words"], "1");
    let run = wirecopy()
        .current_dir(folder.path())
        .args(["diff", "--in", "feed.jsonl", "wire", "post"])
        .args(flags(&map, &[]))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0));
}

#[test]
fn what_is_wrong_is_said_with_file_line_and_key() {
    let folder = temp();
    put(&folder, "feed.jsonl", feed());
    let said = |map: &str, more: &[&str]| {
        let map = put(&folder, "odd.toml", map);
        let out = folder.path().join("result");
        let run = wirecopy()
            .current_dir(folder.path())
            .args(["trace", "feed.jsonl", "-o", out.to_str().unwrap()])
            .args(flags(&map, more))
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(2));
        assert!(!out.exists());
        String::from_utf8(run.stderr).unwrap()
    };
    let wrong = said("[fields]\ntext = 'a'\ntitel = 'b'\n", &[]);
    assert!(
        wrong.contains(
            "odd.toml, line 3: fields.titel: no role is called that; did you mean title?"
        ),
        "{wrong}"
    );
    let wrong = said("[fields]\ntext = { path = 'a', htmll = true }\n", &[]);
    assert!(
        wrong.contains(
            "odd.toml, line 2: fields.text.htmll: no key is called that; did you mean html?"
        ),
        "{wrong}"
    );
    let wrong = said("[fields]\ntext = 'a..b'", &[]);
    assert!(
        wrong.contains("line 2: fields.text: \"a..b\" is no path"),
        "{wrong}"
    );
    assert!(said("[fields]\ntext = ", &[]).contains("odd.toml, line 2: "));
    let wrong = said("[fields]\ntext = 'storey.body'", &[]);
    assert!(wrong.contains("no field named storey.body"), "{wrong}");
    assert!(said(FEED, &["--carry", "a,A"]).contains("--carry: \"A\" is named twice"));
    assert!(
        said(FEED, &["--carry", "a["]).contains("--carry: \"a[\" is no path: a `[` is not closed")
    );
    let run = wirecopy()
        .current_dir(folder.path())
        .args(["trace", "feed.jsonl", "--map", "none.toml"])
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(
        String::from_utf8(run.stderr)
            .unwrap()
            .contains("reading the fields of --map: none.toml")
    );
    let run = wirecopy()
        .current_dir(folder.path())
        .args(["trace", "feed.jsonl", "--carry", "lang"])
        .output()
        .unwrap();
    assert!(
        String::from_utf8(run.stderr)
            .unwrap()
            .contains("name a folder with -o")
    );
}
