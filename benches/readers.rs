//! What each reader does of a second on one core: megabytes of the file as it comes, and of the text in it.
//!
//! `cargo bench --bench readers -- FILE.jsonl [ROUNDS]` writes the records of the file (`id` and `text`) in every format
//! that is easily written, and reads each as users do, fields, dates and accounts included. Readers take turns; the median
//! of the rounds counts. The yardstick of JSON lines is serde_json into a struct of two strings, with every text owned.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use wirecopy::ingest::{IngestOptions, Input, read_inputs};

#[derive(serde::Deserialize)]
struct Record {
    id: String,
    text: String,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A file of each format by its name.
fn files(records: &[Record], lines: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(&str, Vec<u8>)> = vec![("feed.jsonl", lines.to_vec())];
    let list = records
        .iter()
        .map(|record| serde_json::json!({ "id": record.id, "text": record.text }).to_string());
    files.push((
        "feed.json",
        format!("[\n{}\n]\n", list.collect::<Vec<_>>().join(",\n")).into_bytes(),
    ));
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "text"]).unwrap();
    records
        .iter()
        .for_each(|record| table.write_record([&record.id, &record.text]).unwrap());
    files.push(("feed.csv", table.into_inner().unwrap()));
    let item = |record: &Record| {
        format!(
            "<item><guid>{}</guid><title>A title</title><description>{}</description></item>\n",
            escaped(&record.id),
            escaped(&record.text)
        )
    };
    let items: String = records.iter().map(item).collect();
    files.push(("feed.xml", format!("<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>Outlet</title>\n{items}</channel></rss>\n").into_bytes()));
    let letter = |record: &Record| {
        let body = record.text.replace("\nFrom ", "\n>From ");
        format!(
            "From a@b.example Mon Mar  3 08:00:00 2031\nMessage-ID: <{}@b.example>\nSubject: A title\nContent-Type: text/plain; charset=utf-8\n\n{body}\n\n",
            record.id.replace(['<', '>', '\n', ' '], "_")
        )
    };
    files.push((
        "feed.mbox",
        records.iter().map(letter).collect::<String>().into_bytes(),
    ));
    let page = |record: &Record| {
        let paragraphs: String = record
            .text
            .split('\n')
            .map(|line| format!("<p>{}</p>\n", escaped(line)))
            .collect();
        format!(
            "<!doctype html><html><head><title>A title</title></head><body><nav><a href=\"/\">Home</a></nav><article><h1>A title</h1>\n{paragraphs}</article></body></html>"
        )
    };
    let mut warc = Vec::new();
    for (number, record) in records.iter().enumerate() {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}",
            page(record)
        );
        write!(warc, "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://b.example/{number}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{answer}\r\n\r\n", answer.len()).unwrap();
    }
    files.push(("crawl.warc", warc));
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(lines).unwrap();
    files.push(("feed.jsonl.gz", gz.finish().unwrap()));
    files.push(("feed.jsonl.zst", zstd::encode_all(lines, 3).unwrap()));
    files.push(("feed.parquet", parquet_of(records)));
    files
        .into_iter()
        .map(|(name, bytes)| (name.to_string(), bytes))
        .collect()
}

fn parquet_of(records: &[Record]) -> Vec<u8> {
    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    let column = |of: fn(&Record) -> &str| -> ArrayRef {
        std::sync::Arc::new(StringArray::from_iter_values(records.iter().map(of)))
    };
    let batch =
        RecordBatch::try_from_iter([("id", column(|r| &r.id)), ("text", column(|r| &r.text))])
            .unwrap();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn main() {
    let mut typed = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let path = typed
        .next()
        .unwrap_or_else(|| "data/sample/feed.jsonl".to_string());
    let rounds: usize = typed.next().map_or(5, |text| text.parse().unwrap());
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()
        .unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let parse = |bytes: &[u8]| -> Vec<Record> {
        let lines = bytes
            .split_inclusive(|&byte| byte == b'\n')
            .filter(|line| !line.trim_ascii().is_empty());
        lines
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    };
    let records = parse(&bytes);
    let text: usize = records.iter().map(|record| record.text.len()).sum();
    let files = files(&records, &bytes);
    let mut times = vec![Vec::new(); files.len() + 1];
    for _ in 0..rounds {
        for ((name, bytes), times) in files.iter().zip(times.iter_mut().skip(1)) {
            let inputs = [Input::Bytes(name.clone(), bytes.as_slice().into())];
            let start = Instant::now();
            let intake = read_inputs(&inputs, std::io::empty(), &IngestOptions::default()).unwrap();
            times.push(start.elapsed().as_secs_f64());
            // A text may hold what its format cannot: then it is another record, or none.
            let lost = records.len().abs_diff(intake.counts.documents as usize);
            assert!(lost * 50 <= records.len(), "{name}: {lost} lost");
        }
        let start = Instant::now();
        black_box(parse(&bytes));
        times[0].push(start.elapsed().as_secs_f64());
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_unstable_by(f64::total_cmp);
        times[times.len() / 2]
    };
    println!(
        "{} records, {text} bytes of text; one core, median of {rounds} rounds",
        records.len()
    );
    println!(
        "{:<18} {:>10} {:>12} {:>10}",
        "reader", "MB/s", "text, MB/s", "yardstick"
    );
    let yardstick = median(&mut times[0]);
    let row = |name: &str, length: usize, time: f64| {
        println!(
            "{name:<18} {:>10.0} {:>12.0} {:>9.2}x",
            length as f64 / time / 1e6,
            text as f64 / time / 1e6,
            yardstick / time
        );
    };
    row("serde_json", bytes.len(), yardstick);
    for ((name, bytes), times) in files.iter().zip(times.iter_mut().skip(1)) {
        row(name, bytes.len(), median(times));
    }
}
