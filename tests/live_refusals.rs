//! What `wirecopy dedup --index` refuses, and where else it writes than to files.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use support::stories::{self, run};
use support::{put, rows, temp};
use wirecopy::hash::hash64;

fn record(id: &str, story: usize) -> String {
    stories::record(id, "Hill News", story, &[], 3) + "\n"
}

/// Runs what has to fail, and gives what it said.
fn refused(at: &Path, arguments: &[&str], input: &str) -> String {
    let (out, told, code) = run(at, arguments, input);
    assert_eq!((&*out, code), ("", 2), "{arguments:?} {told}");
    told
}

#[test]
fn flags_of_the_search_of_a_batch_are_refused() {
    let folder = temp();
    let at = folder.path();
    for (flag, value) in [
        ("--search", "exact"),
        ("--bands", "20"),
        ("--rows", "4"),
        ("--seed", "7"),
    ] {
        for more in [&[][..], &["--format", "feed"]] {
            let typed = ["dedup", "-", "--index", "kept", flag, value];
            let told = refused(at, &[&typed[..], more].concat(), &record("a", 1));
            assert!(
                told.contains(flag) && told.contains("leave it out"),
                "{told}"
            );
        }
    }
    assert!(!at.join("kept").exists());
    // As they are without being named.
    let typed = [
        "dedup", "-", "--index", "kept", "--search", "auto", "--seed", "0",
    ];
    assert_eq!(run(at, &typed, &record("a", 1)).2, 0);
}

#[test]
fn files_that_hold_something_else_are_not_added_to() {
    let folder = temp();
    let at = folder.path();
    let notes = put(&folder, "notes.txt", "do not touch\nnor this");
    let pretty = put(&folder, "pretty.json", "{\n  \"a\": 1\n}\n");
    let batch = put(&folder, "batch.csv", "doc_id,kept,kept_id\n1,true,1\n");
    for (flag, file) in [
        ("-o", &notes),
        ("-o", &pretty),
        ("--decisions", &notes),
        ("--decisions", &batch),
    ] {
        let before = fs::read(file).unwrap();
        let name = file.to_str().unwrap();
        let typed = ["dedup", "-", "--index", "kept", flag, name];
        let told = refused(at, &typed, &record("a", 1));
        assert!(told.contains(name) && told.contains("--force"), "{told}");
        assert_eq!(fs::read(file).unwrap(), before);
        assert!(!at.join("kept").exists());
    }
    let typed = [
        "dedup",
        "-",
        "--index",
        "kept",
        "-o",
        "notes.txt",
        "--force",
    ];
    assert_eq!(run(at, &typed, &record("a", 1)).2, 0);
    assert_eq!(fs::read_to_string(&notes).unwrap(), record("a", 1));
    // Its own files, however they are called.
    for file in ["kept/out.jsonl", "./kept/../kept/out.jsonl"] {
        for flag in ["-o", "--decisions"] {
            let typed = ["dedup", "-", "--index", "kept", flag, file];
            let told = refused(at, &typed, &record("b", 2));
            assert!(told.contains("lies in the folder of the index"), "{told}");
        }
    }
}

#[test]
fn decisions_go_to_standard_output_where_nothing_else_does() {
    let folder = temp();
    let at = folder.path();
    put(&folder, "feed.jsonl", record("a", 1));
    for (at_index, index) in [&["--index", "kept"][..], &[]].into_iter().enumerate() {
        for name in ["-", "/dev/stdout"] {
            let typed = ["dedup", "feed.jsonl", "--decisions", name];
            let told = refused(at, &[&typed[..], index].concat(), "");
            assert!(
                told.contains("--decisions") && told.contains("-o FILE"),
                "{told}"
            );
        }
        let out = format!("out{at_index}.jsonl");
        let typed = ["dedup", "feed.jsonl", "--decisions", "-", "-o", &out];
        let (told, said, code) = run(at, &[&typed[..], index].concat(), "");
        assert_eq!(code, 0, "{said}");
        let told = rows(told.as_bytes());
        assert_eq!((told.len(), &*told[0]["doc_id"]), (1, "a"));
        assert_eq!(fs::read_to_string(at.join(out)).unwrap(), record("a", 1));
    }
    assert!(!at.join("-").exists());
}

#[cfg(unix)]
#[test]
fn decisions_go_into_a_fifo_and_a_device() {
    let folder = temp();
    let at = folder.path();
    let fifo = at.join("told");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    for (id, story) in [("a", 1), ("b", 2)] {
        let reader = std::thread::spawn({
            let fifo = fifo.clone();
            move || fs::read(fifo).unwrap()
        });
        let typed = ["dedup", "-", "--index", "kept", "--decisions", "told"];
        let (_, said, code) = run(at, &typed, &record(id, story));
        assert_eq!(code, 0, "{said}");
        // Each reader gets a table of its own.
        let told = rows(&reader.join().unwrap());
        assert_eq!((told.len(), &*told[0]["doc_id"]), (1, id));
    }
    let typed = ["dedup", "-", "--index", "kept", "--decisions", "/dev/null"];
    assert_eq!(run(at, &typed, &record("c", 3)).2, 0);
}

#[test]
fn what_is_wrong_is_told_with_what_to_do() {
    let folder = temp();
    let at = folder.path();
    let told = refused(at, &["index", "stats", "--index", "none"], "");
    assert!(
        told.contains("none holds no index") && told.contains("dedup INPUT --index"),
        "{told}"
    );
    let (_, told, code) = run(at, &["dedup", "-", "--index", "kept"], "id,text\n1,a b c\n");
    assert_eq!(code, 3);
    assert!(
        told.contains("-: begins with no JSON object") && told.contains("dedup FILE --index"),
        "{told}"
    );
    let (out, _, _) = run(at, &["index", "stats", "--index", "kept"], "");
    assert!(
        out.contains("and no document") && !out.contains("a document"),
        "{out}"
    );
    let (help, _, _) = run(at, &["dedup", "--help"], "");
    let help: Vec<&str> = help.split_whitespace().collect();
    let wanted = "with --index neither central nor none";
    assert!(help.join(" ").contains(wanted), "{help:?}");
    // Another version of the format.
    let path = at.join("kept/MANIFEST");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("version 1", "version 2");
    let body = &text[..text.find("checksum").unwrap()];
    let sum = hash64(body.as_bytes());
    fs::write(&path, format!("{body}checksum {sum:016x}\n")).unwrap();
    for typed in [
        &["dedup", "-", "--index", "kept"][..],
        &["index", "stats", "--index", "kept"],
    ] {
        let told = refused(at, typed, "");
        let wanted = "kept is an index of format 2, this program knows format 1; use the program that made it";
        assert!(told.contains(wanted), "{told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_its_place() {
    let folder = temp();
    let at = folder.path();
    for (flag, place) in [("-o", "/dev/full"), ("--decisions", "/dev/full")] {
        let typed = ["dedup", "-", "--index", "kept", flag, place];
        let (_, told, code) = run(at, &typed, &record("a", 1));
        assert_eq!(code, 2, "{told}");
        assert!(
            told.contains("/dev/full: No space left") && told.contains("free some room there"),
            "{told}"
        );
    }
}
