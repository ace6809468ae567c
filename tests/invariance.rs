//! The same bytes whatever the threads and the order of the input.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use support::{Random, documents, files, put, records, shared, temp, text, traced};

/// Flags for every file that there is.
const EXPORTS: &[&str] = &["--prov", "--graph", "graphml,dot,gexf"];

/// The records of the sample, and of 300 BBC articles where they are to be had.
fn feed() -> Vec<String> {
    let sample = documents(&["data/sample"]).into_iter().map(|document| {
        json!({
            "id": document.key,
            "title": document.title,
            "source": document.source,
            "published": document.published.map(|moment| moment.to_string()),
            "url": document.url,
            "text": text(&document),
        })
    });
    let mut list: Vec<Value> = sample.collect();
    if let Some(path) = shared("data/bbc.jsonl.zst") {
        list.extend(records(&path).into_iter().take(300));
    }
    list.iter().map(Value::to_string).collect()
}

fn result(feed: &[String], threads: &str) -> BTreeMap<String, Vec<u8>> {
    searched(feed, threads, "auto")
}

fn searched(feed: &[String], threads: &str, how: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = temp();
    put(&folder, "feed.jsonl", feed.join("\n"));
    let flags = ["--threads", threads, "--search", how];
    let flags = [&flags[..], EXPORTS].concat();
    let result = traced(folder.path(), &["feed.jsonl"], &flags);
    files(&result.path().join("result"))
}

fn same(left: &BTreeMap<String, Vec<u8>>, right: &BTreeMap<String, Vec<u8>>) {
    let names = |side: &BTreeMap<String, Vec<u8>>| side.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(left), names(right));
    for (name, bytes) in left {
        assert!(*bytes == right[name], "{name} differs");
    }
}

#[test]
fn threads_change_no_byte() {
    let feed = feed();
    let one = result(&feed, "1");
    assert!(one["pairs.csv"].len() > 1000 && one.len() == 13);
    same(&one, &result(&feed, "2"));
    same(&one, &result(&feed, "8"));
}

#[test]
fn the_order_of_the_input_changes_no_byte() {
    let mut feed = feed();
    let sorted = result(&feed, "2");
    for seed in 1..=3 {
        Random(seed).shuffle(&mut feed);
        same(&sorted, &result(&feed, "2"));
    }
}

#[test]
fn no_way_of_searching_depends_on_threads_or_order() {
    let mut feed = feed();
    for how in ["exact", "sampled", "lsh"] {
        let one = searched(&feed, "1", how);
        Random(9).shuffle(&mut feed);
        same(&one, &searched(&feed, "8", how));
    }
}

#[test]
fn the_order_of_the_files_changes_no_byte() {
    let feed = feed();
    let folder = temp();
    let (left, right) = feed.split_at(feed.len() / 2);
    put(&folder, "left.jsonl", left.join("\n"));
    put(&folder, "right.jsonl", right.join("\n"));
    let run = |inputs: &[&str]| {
        let result = traced(folder.path(), inputs, EXPORTS);
        files(&result.path().join("result"))
    };
    let forth = run(&["left.jsonl", "right.jsonl"]);
    same(&forth, &run(&["right.jsonl", "left.jsonl"]));
    same(&forth, &run(&["."]));
    same(&forth, &result(&feed, "1"));
}
