//! `wirecopy dedup --index` and `wirecopy index` as their users run them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::stories::{record, run, sentence};
use support::{put, rows, temp};

fn feed() -> Vec<String> {
    vec![
        record("a", "Hill News", 1, &[], 3),
        record("b", "Vale Post", 1, &[9], 2),
        record("c", "Fen Star", 2, &[], 3),
        record("d", "Hill News", 1, &[4], 4),
        record("e", "Moor Echo", 1, &[], 5),
    ]
}

#[test]
fn records_come_out_once_whatever_is_sent_again() {
    let folder = temp();
    let feed = feed();
    let all = feed.join("\n") + "\n";
    let arguments = [
        "dedup",
        "-",
        "--index",
        "kept",
        "--decisions",
        "decisions.csv",
    ];
    let (out, told, code) = run(folder.path(), &arguments, &all);
    assert_eq!(out, [&feed[0], "\n", &feed[2], "\n"].concat());
    assert_eq!(code, 0);
    assert!(
        told.contains(
            "5 records read: 2 kept, 2 copies, 1 of the same outlet, 0 known before, 0 rejected"
        ),
        "{told}"
    );
    let decisions = rows(&fs::read(folder.path().join("decisions.csv")).unwrap());
    let reasons: Vec<&str> = decisions.iter().map(|row| &*row["reason"]).collect();
    assert_eq!(reasons, ["new", "copy", "new", "update", "identical"]);
    assert_eq!(decisions[1]["kept_id"], "a");
    assert_eq!(decisions[4]["jaccard"], "1.0000");
    // Twice within one batch.
    let twice = [&*all, &*all].concat();
    let (out, told, _) = run(folder.path(), &["dedup", "-", "--index", "twice"], &twice);
    assert_eq!(out, [&feed[0], "\n", &feed[2], "\n"].concat());
    assert!(told.contains("5 known before"), "{told}");

    let arguments = ["dedup", "-", "--index", "kept"];
    let more = record("f", "Fen Star", 3, &[], 6);
    let (out, told, _) = run(
        folder.path(),
        &arguments,
        &format!("{all}not json\n{more}\n"),
    );
    assert_eq!(out, format!("{more}\n"));
    assert!(
        told.contains("1 kept, 0 copies, 0 of the same outlet, 5 known before, 1 rejected"),
        "{told}"
    );
    let (out, _, _) = run(
        folder.path(),
        &["dedup", "-", "--index", "kept", "--annotate"],
        &all,
    );
    let answers: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 5);
    assert!(
        answers
            .iter()
            .all(|answer| answer["wirecopy"]["known"] == true)
    );
    assert_eq!(answers[3]["wirecopy"]["outcome"], "update");
}

/// Records that are safe but whose lines went nowhere are not lost: sent again, they come out.
#[cfg(target_os = "linux")]
#[test]
fn what_was_never_given_out_comes_out_when_it_is_sent_again() {
    let feed = feed();
    let all = feed.join("\n") + "\n";
    let kept = [&feed[0], "\n", &feed[2], "\n"].concat();
    for input in ["-", "feed.jsonl"] {
        let folder = temp();
        let path = put(&folder, "feed.jsonl", &all);
        let full = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .current_dir(folder.path())
            .args(["dedup", input, "--index", "kept"])
            .stdin(fs::File::open(path).unwrap())
            .stdout(fs::File::create("/dev/full").unwrap())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(full.code(), Some(2));
        let arguments = ["dedup", input, "--index", "kept"];
        for wanted in [&*kept, ""] {
            let (out, told, code) = run(folder.path(), &arguments, &all);
            assert_eq!((&*out, code), (wanted, 0), "{told}");
        }
    }
}

/// The reader of a pipe goes in the middle of a batch: what the pipe took was given out, and the rest comes again.
#[test]
fn a_pipe_that_is_closed_gives_every_line_once() {
    let folder = temp();
    let at = folder.path();
    let all: Vec<String> = (0..400)
        .map(|story| record(&format!("r{story}"), "Hill News", story, &[], 3))
        .collect();
    let path = put(&folder, "all.jsonl", all.join("\n") + "\n");
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .current_dir(at)
        .args(["dedup", "-", "--index", "kept", "--decisions", "told.csv"])
        .stdin(fs::File::open(path).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::with_capacity(512, child.stdout.take().unwrap());
    let mut line = String::new();
    let mut seen = Vec::new();
    for _ in 0..20 {
        line.clear();
        out.read_line(&mut line).unwrap();
        seen.push(line.trim_end().to_string());
    }
    drop(out);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(seen, all[..20]);
    let told = rows(&fs::read(at.join("told.csv")).unwrap()).len();
    assert!((20..400).contains(&told), "{told}");
    let arguments = ["dedup", "-", "--index", "kept", "--decisions", "told.csv"];
    let (out, _, code) = run(at, &arguments, &(all.join("\n") + "\n"));
    assert_eq!(code, 0);
    let again: Vec<&str> = out.lines().collect();
    assert!(again == all[told..], "{} of {told}", again.len());
    // Of what is sent again a row says how it stands.
    let rows = rows(&fs::read(at.join("told.csv")).unwrap());
    let ids: Vec<&str> = rows.iter().map(|row| &*row["doc_id"]).collect();
    let wanted: Vec<String> = (0..told).chain(0..400).map(|at| format!("r{at}")).collect();
    assert_eq!(ids, wanted);
}

#[test]
fn a_rejection_names_the_line_and_the_byte_of_the_stream() {
    let folder = temp();
    let feed = feed();
    let lines = format!("{}\n{}\nnot json\n", feed[0], feed[0]);
    let (_, told, code) = run(folder.path(), &["dedup", "-", "--index", "kept"], &lines);
    assert_eq!(code, 3);
    let place = format!("rejected: -: record 3 (byte {})", 2 * feed[0].len() + 2);
    assert!(told.contains(&place), "{told}");
}

#[test]
fn an_index_is_looked_after() {
    let folder = temp();
    let at = folder.path();
    put(&folder, "feed.jsonl", feed().join("\n"));
    let (_, _, code) = run(at, &["dedup", "feed.jsonl", "--index", "kept"], "");
    assert_eq!(code, 0);
    let stats = |index: &str| -> Value {
        let (out, _, code) = run(
            at,
            &["index", "stats", "--index", index, "--format", "json"],
            "",
        );
        assert_eq!(code, 0);
        serde_json::from_str(&out).unwrap()
    };
    assert_eq!(stats("kept")["index"]["documents"], 5);
    assert_eq!(stats("kept")["index"]["groups"], 1);
    let (out, _, _) = run(at, &["index", "query", "feed.jsonl", "--index", "kept"], "");
    assert!(
        out.starts_with("a: held, new, group g")
            && out.contains("\ne: held, identical of a, Jaccard 1.0000"),
        "{out}"
    );

    let (_, told, code) = run(
        at,
        &["index", "remove", "--ids", "-", "--index", "kept"],
        "\u{feff}a\nnobody\n",
    );
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("no document has the key \"nobody\"")
            && told.contains("1 document removed, 4 held"),
        "{told}"
    );
    let (_, told, code) = run(at, &["index", "export", "--index", "kept", "-o", "out"], "");
    assert_eq!(code, 0, "{told}");
    let documents = fs::read_to_string(at.join("out/documents.jsonl")).unwrap();
    let ids: Vec<Value> = documents
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<&str> = ids
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["b", "c", "d", "e"]);
    let events = rows(&fs::read(at.join("out/group_events.csv")).unwrap());
    assert!(
        events
            .iter()
            .any(|event| event["event"] == "late" && event["doc_id"] == "b")
    );

    // What was exported makes the same index again, and merging it with itself changes nothing.
    let (_, _, code) = run(
        at,
        &["dedup", "out/documents.jsonl", "--index", "again"],
        "",
    );
    assert_eq!(code, 0);
    assert_eq!(
        stats("again")["index"]["groups"],
        stats("kept")["index"]["groups"]
    );
    let (_, told, _) = run(at, &["index", "merge", "kept", "--index", "again"], "");
    assert!(told.contains("4 documents read"), "{told}");
    assert_eq!(stats("again")["index"]["groups"], 1);

    let (_, told, code) = run(
        at,
        &["index", "expire", "--older-than", "1d", "--index", "kept"],
        "",
    );
    assert_eq!(
        (code, told.trim()),
        (0, "0 documents removed, 4 held, 0 bytes freed")
    );
    let (_, told, code) = run(
        at,
        &[
            "dedup",
            "feed.jsonl",
            "--index",
            "kept",
            "--threshold",
            "0.6",
        ],
        "",
    );
    assert_eq!(code, 2);
    assert!(
        told.contains("it has \"threshold 0.5\" where \"threshold 0.6\" is asked for"),
        "{told}"
    );
    let (_, told, code) = run(at, &["index", "stats", "--index", "nothing"], "");
    assert_eq!(code, 2);
    assert!(
        told.contains("nothing holds no index of wirecopy"),
        "{told}"
    );
    assert!(!at.join("nothing").exists());
}

#[test]
fn damage_is_found_told_and_mended() {
    let folder = temp();
    let at = folder.path();
    put(&folder, "feed.jsonl", feed().join("\n"));
    run(at, &["dedup", "feed.jsonl", "--index", "kept"], "");
    let (out, _, code) = run(at, &["index", "verify", "--index", "kept"], "");
    assert_eq!((&*out, code), ("every byte is as it was written\n", 0));
    let log = at.join("kept/00000001.log");
    let mut bytes = fs::read(&log).unwrap();
    let place = bytes.len() / 2;
    bytes[place] ^= 4;
    fs::write(&log, &bytes).unwrap();
    let (out, told, code) = run(at, &["index", "verify", "--index", "kept"], "");
    assert_eq!(code, 2);
    assert!(
        out.contains("00000001.log at byte") && told.contains("rebuild"),
        "{out}{told}"
    );
    let (_, told, code) = run(at, &["index", "rebuild", "--index", "kept"], "");
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("4 documents held"), "{told}");
    let (_, _, code) = run(at, &["index", "verify", "--index", "kept"], "");
    assert_eq!(code, 0);
    // The one that is lost is taken again.
    let (_, told, _) = run(at, &["dedup", "feed.jsonl", "--index", "kept"], "");
    assert!(told.contains("4 known before"), "{told}");
}

#[test]
fn a_policy_that_prefers_tells_what_is_replaced() {
    let folder = temp();
    let short = record("short", "Vale Post", 1, &[8, 9], 3);
    let long = record("long", "Hill News", 1, &[], 4);
    let arguments = [
        "dedup",
        "-",
        "--index",
        "kept",
        "--keep",
        "longest",
        "--annotate",
    ];
    let (out, _, _) = run(folder.path(), &arguments, &format!("{short}\n{long}\n"));
    let last: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(last["wirecopy"]["replaces_id"], "short");
    assert_eq!(last["wirecopy"]["kept"], true);
    assert_eq!(last["wirecopy"]["events"][0]["event"], "keeper");
    let (_, told, code) = run(
        folder.path(),
        &["dedup", "-", "--index", "other", "--keep", "central"],
        "",
    );
    assert_eq!(code, 2);
    assert!(told.contains("cannot be told of a stream"), "{told}");
}

/// The answer to one record comes while the pipe stays open, and a signal ends the run cleanly.
#[test]
fn a_pipe_that_idles_is_answered_and_a_signal_ends_cleanly() {
    let folder = temp();
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .current_dir(folder.path())
        .args(["dedup", "-", "--index", "kept"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let feed = feed();
    for record in [&feed[0], &feed[2]] {
        writeln!(stdin, "{record}").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), record);
    }
    Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let (out, _, _) = run(folder.path(), &["index", "stats", "--index", "kept"], "");
    assert!(
        out.contains("documents                            2"),
        "{out}"
    );
}

#[test]
fn a_file_that_grows_is_followed_and_taken_up_again() {
    let folder = temp();
    let feed = feed();
    let path = put(&folder, "feed.jsonl", format!("{}\n", feed[0]));
    for (more, wanted) in [(&feed[1..3], "3 "), (&feed[3..], "5 ")] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .current_dir(folder.path())
            .args([
                "dedup",
                "feed.jsonl",
                "--index",
                "kept",
                "--follow",
                "--quiet",
            ])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        for record in more {
            writeln!(file, "{record}").unwrap();
        }
        let held = || run(folder.path(), &["index", "stats", "--index", "kept"], "").0;
        let since = Instant::now();
        let wanted = format!("documents{:>29}", wanted.trim());
        while !held().contains(&wanted) {
            assert!(since.elapsed() < Duration::from_secs(20), "{}", held());
            std::thread::sleep(Duration::from_millis(50));
        }
        Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// A log that is moved away and begun anew, and one that is emptied: nothing is lost and nothing read from the middle.
#[test]
fn a_file_that_is_rotated_is_followed() {
    let folder = temp();
    let path = put(&folder, "feed.jsonl", "");
    let child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .current_dir(folder.path())
        .args(["dedup", "feed.jsonl", "--index", "kept", "--follow"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let held = |wanted: usize| {
        let since = Instant::now();
        let wanted = format!("documents{wanted:>29}");
        loop {
            let told = run(folder.path(), &["index", "stats", "--index", "kept"], "").0;
            if told.contains(&wanted) {
                return;
            }
            assert!(since.elapsed() < Duration::from_secs(20), "{told}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let append = |lines: &[String]| {
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .unwrap();
        writeln!(file, "{}", lines.join("\n")).unwrap();
    };
    let records: Vec<String> = (0..7)
        .map(|at| record(&format!("r{at}"), "Hill News", at, &[], 3))
        .collect();
    append(&records[..3]);
    held(3);
    fs::rename(&path, folder.path().join("feed.1")).unwrap();
    append(&records[3..5]);
    held(5);
    fs::write(&path, "").unwrap();
    std::thread::sleep(Duration::from_millis(600));
    append(&records[5..]);
    held(7);
    Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    let out = String::from_utf8(done.stdout).unwrap();
    assert_eq!(out.lines().collect::<Vec<_>>(), records);
}

/// A feed reader asks again and again: what it was given once it is given again.
#[test]
fn a_feed_is_filtered_by_what_an_index_holds() {
    let folder = temp();
    let item = |guid: &str, story: usize, cut: &[usize]| {
        let lines: Vec<String> = (0..10)
            .filter(|at| !cut.contains(at))
            .map(|at| sentence(story, at))
            .collect();
        format!(
            "<item><guid>{guid}</guid><title>T</title><description>{}</description></item>\n",
            lines.join(" ")
        )
    };
    let feed = |link: &str, items: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>{link}</title><link>https://{link}/</link>\n{items}</channel></rss>\n"
        )
    };
    let first = feed("hill.example", &(item("h1", 1, &[]) + &item("h2", 2, &[])));
    let second = feed("vale.example", &(item("v1", 1, &[9]) + &item("v3", 3, &[])));
    let arguments = ["dedup", "-", "--format", "feed", "--index", "kept"];
    for _ in 0..2 {
        let (out, told, code) = run(folder.path(), &arguments, &first);
        assert_eq!((&out, code), (&first, 0), "{told}");
        let (out, _, _) = run(folder.path(), &arguments, &second);
        assert!(!out.contains("v1") && out.contains("v3"), "{out}");
    }
}

/// What an index adds to a filter are other feeds: of one feed it says what a filter without one says.
#[test]
fn a_feed_is_filtered_alike_with_an_index_and_without() {
    let folder = temp();
    let item = |guid: &str, host: &str, title: &str, cut: &[usize]| {
        let lines: Vec<String> = (0..10)
            .filter(|at| !cut.contains(at))
            .map(|at| sentence(1, at))
            .collect();
        format!(
            "<item><guid>{guid}</guid><link>https://{host}.example/{guid}</link><title>{title}</title><description>{}</description></item>\n",
            lines.join(" ")
        )
    };
    let items = [
        item("1", "hill", "One", &[]),
        item("2", "hill", "Two", &[]),
        item("3", "hill", "ONE!", &[]),
        item("4", "hill", "One", &[9]),
        item("5", "vale", "One", &[]),
        item("6", "vale", "Two", &[8]),
    ];
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>All</title>\n{}</channel></rss>\n",
        items.concat()
    );
    for marks in [&[][..], &["--annotate"][..]] {
        let arguments = [&["dedup", "-", "--format", "feed"][..], marks].concat();
        let (wanted, _, _) = run(folder.path(), &arguments, &feed);
        assert!(
            wanted.contains("<guid>2<") && wanted.contains("<guid>4<"),
            "{wanted}"
        );
        for _ in 0..2 {
            let with = [&arguments[..], &["--index", "kept"]].concat();
            let (out, told, _) = run(folder.path(), &with, &feed);
            assert_eq!(out, wanted, "{told}");
        }
    }
}
