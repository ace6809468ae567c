//! Tables and JSON of every shape: good records before and after damage are kept, counts
//! balance, and nothing takes long.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::time::{Duration, Instant};

use wirecopy::ingest::{IngestOptions, Input, Intake, Reason, read_inputs};

/// Reads one file beside a good document, so that there is always one; counts must balance.
fn file(name: &str, bytes: &[u8], options: &IngestOptions) -> Intake {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let inputs = [Input::Path(folder.path().into()), Input::Stdin];
    // Under both names of the text that the tests use.
    let began = Instant::now();
    let good = &b"{\"id\":\"good\",\"text\":\"good\",\"#2\":\"good\"}"[..];
    let intake = read_inputs(&inputs, good, options).unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "{name}");
    let counts = &intake.counts;
    assert_eq!(counts.documents, intake.documents.len() as u64);
    let told: u64 = intake.rejected.iter().map(|one| one.count).sum();
    assert_eq!(counts.rejected, told);
    assert_eq!(
        counts.read,
        counts.documents + counts.merged + counts.rejected
    );
    intake
}

/// Documents and rejections of a file.
fn told(name: &str, bytes: &[u8]) -> (usize, usize) {
    let intake = file(name, bytes, &IngestOptions::default());
    (intake.documents.len() - 1, intake.rejected.len())
}

fn keys(intake: &Intake) -> Vec<&str> {
    intake
        .documents
        .iter()
        .map(|document| &*document.key)
        .collect()
}

fn reasons(intake: &Intake) -> Vec<Reason> {
    intake.rejected.iter().map(|one| one.reason).collect()
}

fn record(n: usize) -> String {
    format!(r#"{{"id":"k{n}","title":"t","text":"text \"{n}\" of a harbour, [and] {{more}}"}}"#)
}

fn records(count: usize, between: &str) -> String {
    let all: Vec<String> = (0..count).map(record).collect();
    all.join(between)
}

/// Changes a byte here and there, always the same ones.
fn spoiled(bytes: &[u8], seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut bytes = bytes.to_vec();
    for _ in 0..3 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let at = (state >> 8) as usize % bytes.len();
        bytes[at] ^= 1 << (state & 7);
    }
    bytes
}

#[test]
fn json_of_every_shape_is_read() {
    let list = records(50, ",\n ");
    for json in [
        format!("[{list}]"),
        records(50, " "),
        records(50, "\n").replace(",\"t", ",\n \"t"),
        format!(r#"{{"n":1,"sources":[{{"id":"x"}}],"articles":[{list}]}}"#),
        format!(r#"{{"response":{{"docs":[{list}],"next":null}}}}"#),
    ] {
        assert_eq!(told("a.json", json.as_bytes()), (50, 0), "{}", &json[..40]);
    }
    let hits: Vec<String> = (0..50)
        .map(|n| format!(r#"{{"_id":{n},"_source":{}}}"#, record(n)))
        .collect();
    let hits = format!(
        "{{\"hits\":{{\"total\":9,\n\"hits\":[{}]}}}}",
        hits.join(",")
    );
    assert_eq!(told("a", hits.as_bytes()), (50, 0));
    assert_eq!(told("a.json", b"[1, 2, \"x\"]"), (0, 1));
    assert_eq!(told("a.json", b"[]"), (0, 0));
}

#[test]
fn a_broken_element_costs_itself() {
    for bad in [
        r#"{"id": k, "text": 5}"#,
        r#"{"id":"x","text":"never closed}"#,
        r#"{"id":"x","text" "no colon"}"#,
        r#"{"id":"x","text":"bad \q escape"}"#,
        r#"{"id":"x","text":"open","#,
        r#"{"id":"x","text":["a"}"#,
    ] {
        for between in [",", ",\n"] {
            let mut all: Vec<String> = (0..40).map(record).collect();
            all[20] = bad.to_owned();
            let json = format!("[{}]", all.join(between));
            assert_eq!(
                told("a.json", json.as_bytes()),
                (39, 1),
                "{bad} {between:?}"
            );
        }
    }
    let deep = format!(
        r#"[{},{{"text":"a","x":{}{}}},{}]"#,
        record(1),
        "[".repeat(100_000),
        "]".repeat(100_000),
        record(2)
    );
    let intake = file("a.json", deep.as_bytes(), &IngestOptions::default());
    assert_eq!(intake.documents.len(), 3);
    assert_eq!(intake.rejected[0].reason, Reason::TooDeep);
    told("a.json", "[".repeat(200_000).as_bytes());
    told("a.json", "{\"a\":".repeat(200_000).as_bytes());
    told("a.json", "[{\"text\":\"".repeat(50_000).as_bytes());
}

#[test]
fn cut_and_spoiled_json_keeps_what_is_whole() {
    let json = format!("{{\"articles\":[{}]}}", records(30, ",\n"));
    for end in (1..json.len()).step_by(97) {
        let (documents, rejected) = told("a.json", &json.as_bytes()[..end]);
        let whole = json[..end].matches("{more}\"}").count();
        assert_eq!(documents, whole, "{end}");
        assert!(rejected <= 1);
    }
    for seed in 0..60 {
        let (documents, _) = told("a.json", &spoiled(json.as_bytes(), seed));
        assert!(documents >= 24, "{seed}: {documents}");
    }
}

#[test]
fn tables_are_read_however_they_are_written() {
    let row = |n: usize, quote: char| {
        let text = format!("text, number {n}; of the\nharbour");
        format!("{n},{quote}{text}{quote},s\n")
    };
    let rows = |quote| (0..60).map(|n| row(n, quote)).collect::<String>();
    let good = rows('"');
    for (table, documents) in [
        (format!("id,text,source\n{good}"), 60),
        (format!("id,text,source\n{}", rows('\'')), 60),
        (
            format!("A report\nof May, 2031\n\nid,text,source\n{good}"),
            60,
        ),
        (format!("id,text,source\n{good}id,text,source\n{good}"), 60),
        (
            format!("id,text,source\n{good}\n\nid,body\nx1,a\nx2,b\n"),
            62,
        ),
        ("sep=;\nid;text\n1;a, b\n2;c\n".to_owned(), 2),
        ("id,text\r1,a\r2,b".to_owned(), 2),
        ("id,text\n1,a\0b\n2,\0\n".to_owned(), 2),
        ("text\na\n\nb\n".to_owned(), 3),
        // Blanks before quotes, and delimiters behind the last name that the rows lack.
        (
            "id, \"text\", \"url\"\n1, \"a, b\", \"c\"\n2, \"d \"\"e, f\"\"\", \"g\"\n".to_owned(),
            2,
        ),
        ("id,text,,\n1,a\n2,b,,\n3,c,d,\n".to_owned(), 3),
        ("id,\"text,url\n1,\"a, b\",c\n2,d,e\n".to_owned(), 2),
        ("id~text\n1~a, b\n2~c\n".to_owned(), 2),
        ("id\u{1f}text\n1\u{1f}a, b\n2\u{1f}c\n".to_owned(), 2),
    ] {
        assert_eq!(told("a.csv", table.as_bytes()), (documents, 0), "{table}");
    }
    let mut options = IngestOptions::default();
    options.fields.text = Some("#2".into());
    let intake = file("a.csv", good.as_bytes(), &options);
    assert_eq!(intake.documents.len(), 61);
    let intake = file("a.csv", good.as_bytes(), &IngestOptions::default());
    assert!(intake.rejected[0].message.contains("--text-field '#2'"));
}

#[test]
fn blanks_before_quotes_belong_to_no_field() {
    let table = b"id, \"title\", \"text\"\n1, \"Rain, wind\",  \"It rains, he said\"\n";
    let intake = file("a.csv", table, &IngestOptions::default());
    let rain = intake.documents.iter().find(|d| &*d.key == "1").unwrap();
    assert_eq!(rain.title.as_deref(), Some("Rain, wind"));
    assert_eq!(intake.archive.text(&rain.text), "It rains, he said");
}

/// One word alone looks like many an encoding; the file is in one.
#[test]
fn short_records_are_read_as_the_others_of_their_file_are() {
    let words = [
        "Совет решил дело о мосте во вторник утром",
        "После шторма разрушений не было",
        "Дождь",
        "Суд",
        "Мэр сказал",
        "Мост",
    ];
    let jsonl = words.map(|w| format!("{{\"id\":\"{w}\",\"text\":\"{w}\"}}\n"));
    let csv = words.map(|w| format!("\"{w}\",\"{w}\"\n"));
    let list = jsonl.clone().map(|line| line.replace('\n', "\n,\n"));
    let rss =
        words.map(|w| format!("<item><guid>{w}</guid>\n<description>{w}</description></item>\n"));
    let rss = format!("<rss><channel>{}</channel></rss>", rss.concat());
    for (name, content) in [
        ("a.jsonl", jsonl.concat()),
        ("a.csv", format!("id,text\n{}", csv.concat())),
        (
            "a.json",
            format!("[\n{}{{\"text\":\"end\"}}]", list.concat()),
        ),
        ("a.xml", rss),
    ] {
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(&content);
        let intake = file(name, &bytes, &IngestOptions::default());
        for word in words {
            let found = intake.documents.iter().find(|d| &*d.key == word);
            let text = &found.unwrap_or_else(|| panic!("{name}: {word}")).text;
            assert_eq!(intake.archive.text(text), word, "{name}");
        }
        intake.archive.intact().unwrap();
        assert_eq!(intake.counts.encodings["windows-1251"], 6, "{name}");
    }
}

#[test]
fn a_quote_that_is_closed_much_later_costs_one_row() {
    let mut table = "id,text,source\n".to_owned();
    for n in 0..3000 {
        match n {
            100 => table.push_str("100,\"never closed,s\n"),
            2500 => table.push_str("2500,words\",s\n"),
            _ => table.push_str(&format!("{n},words {n},s\n")),
        }
    }
    assert_eq!(told("a.csv", table.as_bytes()), (2999, 1));
    for seed in 0..40 {
        let (documents, _) = told("a.csv", &spoiled(table.as_bytes(), seed));
        assert!(documents >= 2990, "{seed}: {documents}");
    }
}

#[test]
fn encodings_are_told_without_marks_and_counted() {
    let text = "A plain text without any mark, of two lines.\nThe second.";
    let counted = |name: &str, bytes: &[u8], options: &IngestOptions| {
        let intake = file(name, bytes, options);
        let texts = intake.documents.iter();
        let texts: Vec<String> = texts
            .map(|d| intake.archive.text(&d.text).into_owned())
            .collect();
        intake.archive.intact().unwrap();
        let names: Vec<String> = intake.counts.encodings.keys().cloned().collect();
        (texts.concat(), names.join(" "))
    };
    let usual = IngestOptions::default();
    let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    for (bytes, name) in [
        (wide(u16::to_le_bytes), "UTF-16LE"),
        (wide(u16::to_be_bytes), "UTF-16BE"),
    ] {
        let (texts, names) = counted("a.txt", &bytes, &usual);
        assert!(texts.contains(text) && names.contains(name), "{names}");
    }
    let utf32 = std::iter::once('\u{feff}').chain(text.chars());
    let utf32: Vec<u8> = utf32.flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let (texts, names) = counted("a.txt", &utf32, &usual);
    assert!(texts.contains(text) && names.contains("UTF-32LE"));
    let spoiled = "{\"text\":\"CafÃ© et cÃ´tÃ© de la forÃªt\"}";
    let (texts, names) = counted("a.jsonl", spoiled.as_bytes(), &usual);
    assert!(names.contains("mojibake undone"), "{names}");
    assert!(texts.contains("Café et côté de la forêt"), "{texts}");
    let forced = IngestOptions {
        encoding: Some("koi8-r".into()),
        ..IngestOptions::default()
    };
    let (texts, _) = counted("a.txt", b"\xf0\xf2\xe1\xf7\xe4\xe1", &forced);
    assert!(texts.contains("ПРАВДА"), "{texts}");
}

#[cfg(feature = "parquet")]
mod columnar {
    use std::sync::Arc;

    use arrow_array::builder::{ListBuilder, StringBuilder, StringDictionaryBuilder};
    use arrow_array::{
        ArrayRef, Date32Array, Int64Array, ListArray, RecordBatch, StringArray, types::Int32Type,
    };
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::WriterProperties;

    use super::*;

    const ROWS: usize = 1000;

    fn batch() -> RecordBatch {
        let texts = (0..ROWS).map(|n| Some(format!("text {n} {}", n * 7919 % 1009)));
        let mut sources = StringDictionaryBuilder::<Int32Type>::new();
        (0..ROWS).for_each(|n| drop(sources.append(["a", "b"][n % 2])));
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("id", Arc::new(Int64Array::from_iter_values(0..ROWS as i64))),
            ("text", Arc::new(StringArray::from_iter(texts))),
            ("source", Arc::new(sources.finish())),
            (
                "published",
                Arc::new(Date32Array::from_iter_values(
                    (0..ROWS).map(|n| 20_000 + n as i32),
                )),
            ),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn parquet(batch: &RecordBatch) -> Vec<u8> {
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(100))
            .build();
        let mut bytes = Vec::new();
        let mut writer =
            ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
        bytes
    }

    fn arrow(batch: &RecordBatch, as_file: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        if as_file {
            let mut writer =
                arrow_ipc::writer::FileWriter::try_new(&mut bytes, &batch.schema()).unwrap();
            for start in (0..ROWS).step_by(100) {
                writer.write(&batch.slice(start, 100)).unwrap();
            }
            writer.finish().unwrap();
        } else {
            let mut writer =
                arrow_ipc::writer::StreamWriter::try_new(&mut bytes, &batch.schema()).unwrap();
            for start in (0..ROWS).step_by(100) {
                writer.write(&batch.slice(start, 100)).unwrap();
            }
            writer.finish().unwrap();
        }
        bytes
    }

    #[test]
    fn whole_files_are_read() {
        let batch = batch();
        for (name, bytes) in [
            ("a.parquet", parquet(&batch)),
            ("a", arrow(&batch, true)),
            ("b", arrow(&batch, false)),
        ] {
            let intake = file(name, &bytes, &IngestOptions::default());
            assert_eq!(intake.rejected, []);
            assert_eq!(intake.documents.len(), ROWS + 1, "{name}");
            let found = intake.documents.iter().find(|d| &*d.key == "7").unwrap();
            assert_eq!(found.source.as_deref(), Some("b"));
            assert_eq!(found.published.unwrap().to_string(), "2024-10-11");
        }
    }

    #[test]
    fn lists_of_paragraphs_are_one_text() {
        let mut lists = ListBuilder::new(StringBuilder::new());
        lists.append_value([Some("one"), Some("two")]);
        lists.append_null();
        let lists: ListArray = lists.finish();
        let columns: Vec<(&str, ArrayRef)> = vec![("text", Arc::new(lists))];
        let bytes = parquet(&RecordBatch::try_from_iter(columns).unwrap());
        let intake = file("a.parquet", &bytes, &IngestOptions::default());
        assert_eq!((intake.documents.len(), intake.rejected.len()), (2, 1));
        let text = &intake.documents[0].text;
        assert_eq!(intake.archive.text(text), "one\ntwo");
    }

    #[test]
    fn damage_costs_what_it_touches() {
        let batch = batch();
        for (name, bytes) in [
            ("a.parquet", parquet(&batch)),
            ("a", arrow(&batch, true)),
            ("b", arrow(&batch, false)),
        ] {
            let (mut most, mut least) = (0, ROWS);
            for seed in 0..150 {
                let (documents, rejected) = told(name, &spoiled(&bytes, seed));
                assert!(
                    documents >= ROWS || rejected > 0 || documents == 0,
                    "{name} {seed}"
                );
                (most, least) = (most.max(documents), least.min(documents));
            }
            println!("{name}: {least} to {most} rows");
            for end in (1..bytes.len()).step_by(bytes.len() / 40) {
                told(name, &bytes[..end]);
            }
        }
        // In the middle of the data only what is there is lost.
        let mut stream = arrow(&batch, false);
        let middle = stream.len() / 2;
        stream[middle..middle + 40].fill(0xee);
        let (documents, rejected) = told("b", &stream);
        assert!(documents >= ROWS - 200, "{documents} {rejected}");
    }
}

#[test]
fn an_unclosed_text_of_several_lines_is_one_record() {
    let story = "2,\"begins, but\nnever ends\n\nnot even, here, with\nwords, and more\n";
    let table = format!("id,text\n1,a\n{story}3,\"two\nlines\"\n4,b,c\n5,d\n");
    let intake = file("a.csv", table.as_bytes(), &IngestOptions::default());
    assert_eq!(keys(&intake), ["1", "3", "5", "good", "words"]);
    assert_eq!(intake.archive.text(&intake.documents[1].text), "two\nlines");
    assert_eq!(reasons(&intake), [Reason::UnclosedQuote, Reason::BadCsv]);
    assert!(intake.rejected[0].message.ends_with("that are no rows: 2"));
    // A row that begins as the bad one does is told by itself, whatever is wrong with it.
    let intake = file(
        "a.csv",
        b"id,text\n1,\"a\n2,b,c\n3,d\n",
        &IngestOptions::default(),
    );
    assert_eq!(reasons(&intake), [Reason::UnclosedQuote, Reason::BadCsv]);
    assert_eq!(keys(&intake), ["3", "good"]);
}

#[test]
fn a_quoted_record_beyond_the_limit_is_one_rejection() {
    let mut options = IngestOptions::default();
    options.limits.record_bytes = 4096;
    for lines in [400, 30_000] {
        let table = format!(
            "id,text\na,\"{}\"\nb,hello there\n",
            "line of text\n".repeat(lines)
        );
        let intake = file("a.csv", table.as_bytes(), &options);
        assert_eq!(reasons(&intake), [Reason::TooLong], "{lines}");
        assert_eq!(intake.counts.limits["record_bytes"], 1);
        assert!(intake.rejected[0].message.contains("--max-record"));
        assert!(keys(&intake).contains(&"b"));
    }
}

#[test]
fn rows_and_texts_beyond_a_limit_cost_themselves() {
    let mut options = IngestOptions::default();
    options.limits.columns = 3;
    let intake = file("a.csv", b"id,text\n1,a\n2,b,,,,,,\n3,c,\n", &options);
    assert_eq!(reasons(&intake), [Reason::TooMany]);
    assert!(intake.rejected[0].message.contains("--max-columns"));
    assert_eq!(intake.counts.limits["columns"], 1);
    assert_eq!(keys(&intake).len(), 3);
    let intake = file("a.csv", b"id,text,a,b\n1,a,,\n", &options);
    assert_eq!(reasons(&intake), [Reason::TooMany]);
    options.limits.record_bytes = 100;
    let intake = file("a.txt", "word ".repeat(21).as_bytes(), &options);
    assert_eq!(reasons(&intake), [Reason::TooLong]);
    assert!(
        file("a.txt", "word ".repeat(20).as_bytes(), &options)
            .rejected
            .is_empty()
    );
}
