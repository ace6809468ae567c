//! Every bad input: a message that names the place, the right code, and nothing
//! else lost.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write;

use support::{Row, json, put, table, temp, wirecopy};
use tempfile::TempDir;

/// Good records, before and after a bad one.
const FIRST: &str = "{\"id\":\"first\",\"text\":\"The bridge at Orme is shut.\"}";
const LAST: &str = "{\"id\":\"last\",\"text\":\"Rain will end on Friday night.\"}";

/// What a run over a folder said and did.
struct Run {
    code: i32,
    said: String,
    result: TempDir,
}

fn trace(root: &TempDir, inputs: &[&str]) -> Run {
    let result = temp();
    let run = wirecopy()
        .current_dir(root.path())
        .arg("trace")
        .args(inputs)
        .arg("-o")
        .arg(result.path().join("result"))
        .output()
        .unwrap();
    Run {
        code: run.status.code().unwrap(),
        said: String::from_utf8(run.stderr).unwrap(),
        result,
    }
}

impl Run {
    fn keys(&self) -> Vec<String> {
        let lineage = table(&self.result, "lineage.csv");
        lineage.iter().map(|row| row["doc_id"].clone()).collect()
    }

    /// One rejection with this reason; both good records are there.
    fn loses_only(&self, place: &str, reason: &str) -> Row {
        assert_eq!(self.code, 3, "{}", self.said);
        assert!(self.said.contains(place), "{}", self.said);
        let keys = self.keys();
        assert!(keys.contains(&"first".into()) && keys.contains(&"last".into()));
        let rejected = table(&self.result, "rejected.csv");
        assert_eq!(rejected.len(), 1, "{rejected:?}");
        assert_eq!(rejected[0]["reason"], reason);
        let read = &json(&self.result, "run.json")["read"];
        let count = |name: &str| read[name].as_u64().unwrap();
        let sum = count("documents") + count("merged") + count("rejected");
        assert_eq!(count("records"), sum);
        rejected[0].clone()
    }

    /// Code 2, a message and no result.
    fn gives_nothing(&self, place: &str) {
        assert_eq!(self.code, 2, "{}", self.said);
        assert!(self.said.contains(place), "{}", self.said);
        assert!(!self.result.path().join("result").exists());
    }
}

/// A feed with something between two good records.
fn around(middle: &str) -> TempDir {
    let folder = temp();
    let lines = format!("{FIRST}\n{middle}\n{LAST}\n");
    put(&folder, "feed.jsonl", lines);
    folder
}

fn good() -> TempDir {
    let folder = temp();
    put(&folder, "good.jsonl", format!("{FIRST}\n{LAST}\n"));
    folder
}

#[test]
fn a_missing_file_is_named_and_the_others_are_read() {
    let folder = good();
    trace(&folder, &["nowhere.jsonl"]).gives_nothing("nowhere.jsonl");
    let run = trace(&folder, &["nowhere.jsonl", "good.jsonl"]);
    run.loses_only("nowhere.jsonl: No such file", "unreadable");
}

#[test]
#[cfg(unix)]
fn an_unreadable_file_is_named_and_the_others_are_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = good();
    let path = put(&folder, "locked.txt", "text");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    let run = trace(&folder, &["."]);
    run.loses_only("locked.txt: Permission denied", "unreadable");
}

#[test]
#[cfg(unix)]
fn a_link_or_a_socket_in_a_folder_is_named_and_not_opened() {
    let folder = good();
    std::os::unix::fs::symlink("/nowhere", folder.path().join("link.txt")).unwrap();
    trace(&folder, &["."]).loses_only("link.txt", "not_a_file");
    fs::remove_file(folder.path().join("link.txt")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket"));
    trace(&folder, &["."]).loses_only("socket", "not_a_file");
    drop(socket);
}

#[test]
fn a_folder_without_a_document_is_a_failure_with_advice() {
    let folder = temp();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let run = trace(&folder, &["empty"]);
    run.gives_nothing("no document in empty");
    assert!(run.said.contains("JSON lines"));
}

#[test]
fn a_line_that_is_no_json_is_left_out() {
    let folder = around("{\"id\": \"broken\", \"text\": \"no end");
    let row = trace(&folder, &["feed.jsonl"]).loses_only("feed.jsonl: record 2", "invalid_json");
    assert_eq!(row["record"], "2");
    assert_eq!(row["offset"], (FIRST.len() + 1).to_string());
    let row = trace(&around("[1, 2]"), &["feed.jsonl"]);
    row.loses_only("feed.jsonl: record 2", "not_an_object");
}

#[test]
fn a_record_without_a_text_is_left_out_with_advice() {
    let run = trace(&around("{\"id\":\"b\"}"), &["feed.jsonl"]);
    run.loses_only("feed.jsonl: record 2", "no_text");
    assert!(run.said.contains("--text-field"));
    let run = trace(&around("{\"id\":\"b\",\"text\":null}"), &["feed.jsonl"]);
    run.loses_only("feed.jsonl: record 2", "no_text");
    let run = trace(&around("{\"id\":\"b\",\"text\":7}"), &["feed.jsonl"]);
    run.loses_only("feed.jsonl: record 2", "bad_field");
}

#[test]
fn an_empty_text_is_a_document_and_equal_to_no_other() {
    let two = "{\"id\":\"e1\",\"text\":\"\"}\n{\"id\":\"e2\",\"text\":\"\"}";
    let run = trace(&around(two), &["feed.jsonl"]);
    assert_eq!(run.code, 0, "{}", run.said);
    assert_eq!(run.keys(), ["e1", "e2", "first", "last"]);
    let rows = table(&run.result, "lineage.csv");
    assert!(rows[..2].iter().all(|row| row["flags"] == "empty"));
    assert!(rows.iter().all(|row| row["role"] == "singleton"));
}

#[test]
fn a_record_that_comes_twice_is_merged_and_counted() {
    let run = trace(&around(FIRST), &["feed.jsonl"]);
    assert_eq!((run.code, run.keys().len()), (0, 2));
    let read = &json(&run.result, "run.json")["read"];
    assert_eq!((&read["merged"], &read["records"]), (&1.into(), &3.into()));
}

#[test]
fn two_texts_with_one_key_are_both_kept_whatever_their_order() {
    let other = "{\"id\":\"first\",\"text\":\"Another text of that key.\"}";
    let names = |lines: [&str; 2]| {
        let folder = temp();
        put(&folder, "feed.jsonl", lines.join("\n"));
        let run = trace(&folder, &["feed.jsonl"]);
        assert_eq!(run.keys(), ["first", "first~2"]);
        let rows = table(&run.result, "lineage.csv");
        assert!(rows[1]["flags"].contains("renamed"));
        assert_eq!(json(&run.result, "run.json")["read"]["renamed"], 1);
        rows[0]["words"].clone()
    };
    assert_eq!(names([FIRST, other]), names([other, FIRST]));
}

#[test]
fn a_gzip_file_that_ends_early_gives_what_came_before() {
    let folder = temp();
    let filler = |number: u64| {
        let mut random = support::Random(number);
        let words: Vec<String> = (0..40).map(|_| format!("{:x}", random.next())).collect();
        format!(
            "{{\"id\":\"n{number}\",\"text\":\"{}\"}}\n",
            words.join(" ")
        )
    };
    let filler: String = (0..200).map(filler).collect();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    write!(gz, "{FIRST}\n{LAST}\n{filler}").unwrap();
    let whole = gz.finish().unwrap();
    put(&folder, "feed.jsonl.gz", &whole[..whole.len() / 2]);
    let run = trace(&folder, &["feed.jsonl.gz"]);
    run.loses_only("feed.jsonl.gz", "truncated");
    assert!(run.keys().len() > 80);
}

#[test]
fn a_file_of_nul_bytes_is_left_out() {
    let folder = good();
    put(&folder, "zeros.txt", vec![0; 100_000]);
    trace(&folder, &["zeros.txt"]).gives_nothing("zeros.txt");
    trace(&folder, &["."]).loses_only("zeros.txt", "binary");
}

#[test]
fn a_line_of_200_megabytes_is_left_out_and_the_next_is_read() {
    let folder = temp();
    let mut feed = fs::File::create(folder.path().join("feed.jsonl")).unwrap();
    write!(feed, "{FIRST}\n{{\"id\":\"huge\",\"text\":\"").unwrap();
    let piece = vec![b'x'; 10_000_000];
    (0..20).for_each(|_| feed.write_all(&piece).unwrap());
    write!(feed, "\"}}\n{LAST}\n").unwrap();
    let run = trace(&folder, &["feed.jsonl"]);
    run.loses_only("feed.jsonl: record 2", "too_long");
    assert_eq!(
        json(&run.result, "run.json")["read"]["limits_hit"]["record_bytes"],
        1
    );
}
