//! `wirecopy dedup --follow`: where it stopped it goes on, and every record comes out once.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::dice::Dice;
use support::followed::{append, follow, stop, stories, story, until, until_lines};
use support::stories::run;
use support::{put, temp};

#[test]
fn a_restart_goes_on_where_the_last_run_stopped() {
    let folder = temp();
    let at = folder.path();
    let (feed, out) = (at.join("feed.jsonl"), at.join("out.jsonl"));
    // Everything is forgotten at once, so that only what was not read yet may come out.
    let typed = ["-o", "out.jsonl", "--window", "1s"];
    append(&feed, &(stories(0..3) + "not json\n"));
    let child = follow(at, "feed.jsonl", &typed);
    until_lines(&out, 3);
    let told = stop(child);
    assert!(
        told.contains("4 records read: 3 kept") && told.contains("1 rejected"),
        "{told}"
    );
    std::thread::sleep(Duration::from_millis(2100));
    append(&feed, &stories(3..5));
    let child = follow(at, "feed.jsonl", &typed);
    until_lines(&out, 5);
    let told = stop(child);
    assert!(
        told.contains("2 records read: 2 kept") && told.contains("0 rejected"),
        "{told}"
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), stories(0..5));
}

#[test]
fn what_took_the_place_of_a_file_while_nobody_looked_is_noticed() {
    let folder = temp();
    let at = folder.path();
    let (feed, out) = (at.join("feed.jsonl"), at.join("out.jsonl"));
    let typed = ["-o", "out.jsonl"];
    let lap = |lines: usize| {
        let child = follow(at, "feed.jsonl", &typed);
        until_lines(&out, lines);
        stop(child)
    };
    append(&feed, &stories(0..3));
    lap(3);
    // Moved on, with lines that were never read; the rest of it comes first.
    append(&feed, &stories(3..5));
    fs::rename(&feed, at.join("feed.1")).unwrap();
    append(&feed, &stories(5..7));
    let told = lap(7);
    assert!(
        told.contains("what was read before is ") && told.contains("feed.1 now"),
        "{told}"
    );
    // Written anew with what it had and more: nothing is read twice.
    let more = fs::read_to_string(&feed).unwrap() + &stories(7..9);
    fs::remove_file(&feed).unwrap();
    append(&feed, &more);
    let told = lap(9);
    assert!(told.contains("2 records read: 2 kept"), "{told}");
    // Emptied, and filled with more than there was.
    fs::remove_file(at.join("feed.1")).unwrap();
    fs::write(&feed, stories(20..30)).unwrap();
    let told = lap(19);
    assert!(told.contains("not the file that was read before"), "{told}");
    // Shorter than what was read.
    fs::write(&feed, stories(40..41)).unwrap();
    lap(20);
    let wanted = stories(0..9) + &stories(20..30) + &stories(40..41);
    assert_eq!(fs::read_to_string(&out).unwrap(), wanted);
}

#[test]
fn a_longer_file_in_the_place_of_another_is_read_from_its_beginning() {
    let folder = temp();
    let at = folder.path();
    let (feed, out) = (at.join("feed.jsonl"), at.join("out.jsonl"));
    append(&feed, &stories(0..2));
    let child = follow(at, "feed.jsonl", &["-o", "out.jsonl"]);
    until_lines(&out, 2);
    stop(child);
    // While nobody looked, and while somebody does.
    fs::rename(&feed, at.join("feed.1")).unwrap();
    append(&feed, &stories(2..9));
    let child = follow(at, "feed.jsonl", &["-o", "out.jsonl"]);
    until_lines(&out, 9);
    append(&at.join("next"), &stories(9..30));
    fs::rename(at.join("next"), &feed).unwrap();
    until_lines(&out, 30);
    stop(child);
    assert_eq!(fs::read_to_string(&out).unwrap(), stories(0..30));
}

#[test]
fn a_folder_gives_what_its_files_grew_by() {
    let folder = temp();
    let at = folder.path();
    let inbox = at.join("inbox");
    fs::create_dir(&inbox).unwrap();
    let out = at.join("out.jsonl");
    let typed = ["-o", "out.jsonl", "--window", "1s"];
    append(&inbox.join("a.jsonl"), &(stories(0..2) + "not json\n"));
    let child = follow(at, "inbox", &typed);
    until_lines(&out, 2);
    append(&inbox.join("b.jsonl"), &stories(2..4));
    until_lines(&out, 4);
    append(&inbox.join("a.jsonl"), &stories(4..6));
    until_lines(&out, 6);
    let told = stop(child);
    assert!(told.contains("7 records read: 6 kept"), "{told}");
    assert_eq!(told.matches("rejected: inbox/a.jsonl").count(), 1, "{told}");
    std::thread::sleep(Duration::from_millis(2100));
    // While nobody looks one grows, one is new, one goes, and one is moved on and begun anew.
    append(&inbox.join("a.jsonl"), &stories(6..8));
    fs::rename(inbox.join("a.jsonl"), inbox.join("a.1")).unwrap();
    append(&inbox.join("a.jsonl"), &stories(8..9));
    fs::remove_file(inbox.join("b.jsonl")).unwrap();
    append(&inbox.join("c.jsonl"), stories(9..10).trim_end());
    let child = follow(at, "inbox", &typed);
    until_lines(&out, 10);
    let told = stop(child);
    assert!(
        told.contains("4 records read: 4 kept") && told.contains("0 rejected"),
        "{told}"
    );
    let mut lines: Vec<String> = fs::read_to_string(&out)
        .unwrap()
        .lines()
        .map(|line| line.to_string() + "\n")
        .collect();
    lines.sort();
    let mut wanted: Vec<String> = (0..10).map(story).collect();
    wanted.sort();
    assert_eq!(lines, wanted);
    // The last line of a file, which was not ended, is ended and goes on.
    std::thread::sleep(Duration::from_millis(2100));
    append(&inbox.join("c.jsonl"), &format!("\n{}", stories(10..11)));
    let child = follow(at, "inbox", &typed);
    until_lines(&out, 11);
    let told = stop(child);
    assert!(told.contains(" records read: 1 kept"), "{told}");
}

#[test]
fn one_output_holds_one_kind_of_records() {
    let folder = temp();
    let at = folder.path();
    let inbox = at.join("inbox");
    fs::create_dir(&inbox).unwrap();
    let text = |at: usize| {
        let line: serde_json::Value = serde_json::from_str(&story(at)).unwrap();
        line["text"].as_str().unwrap().replace('\n', " ")
    };
    let row = |number: usize| format!("r{number},{}\r\n", text(number));
    append(&inbox.join("a.csv"), &(format!("id,text\r\n{}", row(0))));
    append(&inbox.join("b.jsonl"), &stories(1..2));
    append(
        &inbox.join("c.csv"),
        &(format!("text,id\r\n{},r2\r\n", text(2))),
    );
    let out = at.join("out.csv");
    let child = follow(at, "inbox", &["-o", "out.csv"]);
    until_lines(&out, 2);
    append(&inbox.join("a.csv"), &row(3));
    append(&inbox.join("d.csv"), &(format!("id,text\r\n{}", row(4))));
    until_lines(&out, 4);
    let told = stop(child);
    let wanted = [
        "rejected: inbox/b.jsonl: it would add JSON lines to an output that holds rows of a table",
        "rejected: inbox/c.csv: it would add rows under another header",
        "5 records read: 3 kept",
        "2 rejected",
        "3 held",
    ];
    for part in wanted {
        assert!(told.contains(part), "{part}\n{told}");
    }
    // Goes on behind the rows that are there, without another header.
    append(&inbox.join("a.csv"), &row(5));
    let child = follow(at, "inbox", &["-o", "out.csv"]);
    until_lines(&out, 5);
    stop(child);
    let held = fs::read_to_string(&out).unwrap();
    let mut held: Vec<&str> = held.split_inclusive('\n').collect();
    assert_eq!(held.remove(0), "id,text\r\n");
    held.sort();
    assert_eq!(held, [row(0), row(3), row(4), row(5)]);
    // With an output of their own they are taken.
    let child = follow(
        at,
        "inbox",
        &["-o", "other.jsonl", "--decisions", "all.csv"],
    );
    until_lines(&at.join("all.csv"), 3);
    let told = stop(child);
    assert!(told.contains("2 records read: 2 kept"), "{told}");
    assert_eq!(
        fs::read_to_string(at.join("other.jsonl")).unwrap(),
        stories(1..2)
    );
}

/// Killed at random while it follows, and begun again: every record is in the output and in the decisions once.
#[test]
fn a_run_that_is_killed_gives_every_record_once() {
    let rounds =
        std::env::var("WIRECOPY_FAULTS").map_or(12, |more| 12 * more.parse::<usize>().unwrap());
    let mut dice = Dice::new(9);
    for input in ["feed.jsonl", "inbox"] {
        let folder = temp();
        let at = folder.path();
        fs::create_dir(at.join("inbox")).unwrap();
        append(&at.join("feed.jsonl"), "");
        let mut written = 0;
        let typed = ["-o", "out.jsonl", "--decisions", "out.csv", "--quiet"];
        for _ in 0..rounds {
            let mut child = follow(at, input, &typed);
            for _ in 0..dice.roll(4) {
                let count = 1 + dice.roll(60);
                let file = match input {
                    "inbox" => at.join("inbox").join(format!("{}.jsonl", dice.roll(6))),
                    file => at.join(file),
                };
                append(&file, &stories(written..written + count));
                written += count;
                std::thread::sleep(Duration::from_millis(dice.roll(90) as u64));
            }
            std::thread::sleep(Duration::from_millis(dice.roll(400) as u64));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let child = follow(at, input, &typed);
        // A row that was cut is ended, and is there again.
        let decided = || -> Vec<String> {
            let text = fs::read_to_string(at.join("out.csv")).unwrap_or_default();
            let whole = text.lines().filter(|line| line.matches(',').count() == 8);
            let id = |line: &str| line.split(',').next().unwrap_or_default().to_string();
            whole.skip(1).map(id).collect()
        };
        until("all were decided", || decided().len() >= written);
        stop(child);
        let ids = |bytes: &str| -> Vec<String> {
            let line = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok();
            let id = |value: serde_json::Value| value["id"].as_str().unwrap().to_string();
            bytes.lines().filter_map(line).map(id).collect()
        };
        let mut out = ids(&fs::read_to_string(at.join("out.jsonl")).unwrap());
        out.sort();
        let mut wanted: Vec<String> = (0..written).map(|at| format!("r{at}")).collect();
        wanted.sort();
        assert_eq!(out, wanted, "{input}");
        let mut decided = decided();
        decided.sort();
        assert_eq!(decided, wanted, "{input}");
    }
}

/// A run that died between its output and the note of it, as exactly as a test can make one.
#[test]
fn what_came_out_and_was_not_noted_does_not_come_out_again() {
    let folder = temp();
    let at = folder.path();
    let typed = |annotates: bool| {
        let mut typed = vec!["dedup", "-", "--index", "kept", "-o", "out.jsonl"];
        typed.extend(annotates.then_some("--annotate"));
        typed
    };
    for annotates in [false, true] {
        for name in ["kept", "before"] {
            let _ = fs::remove_dir_all(at.join(name));
        }
        let _ = fs::remove_file(at.join("out.jsonl"));
        run(at, &typed(annotates), &stories(0..2));
        let copy = |from: &str, to: &str| {
            fs::create_dir_all(at.join(to)).unwrap();
            for entry in fs::read_dir(at.join(from)).unwrap() {
                let entry = entry.unwrap();
                fs::copy(entry.path(), at.join(to).join(entry.file_name())).unwrap();
            }
        };
        copy("kept", "before");
        // The records are safe, their lines are out, and the index knows of no answer: as one that took them by other means.
        run(at, &typed(annotates), &stories(2..4));
        let wanted = fs::read_to_string(at.join("out.jsonl")).unwrap();
        fs::remove_dir_all(at.join("kept")).unwrap();
        copy("before", "kept");
        let full = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .current_dir(at)
            .args(["dedup", "-", "--index", "kept"])
            .stdin(fs::File::open(put(&folder, "more.jsonl", stories(2..4))).unwrap())
            .stdout(fs::File::create("/dev/full").unwrap())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(full.code(), Some(2));
        let (_, told, _) = run(at, &typed(annotates), &stories(2..5));
        assert!(told.contains("3 records read: 3 kept"), "{told}");
        let held = fs::read_to_string(at.join("out.jsonl")).unwrap();
        assert!(
            held.starts_with(&wanted) && held.lines().count() == 5,
            "{held}"
        );
    }
}

/// What a damaged index lost comes again: its marks say nothing any more.
#[test]
fn a_rebuild_that_lost_something_reads_from_the_beginning() {
    let folder = temp();
    let at = folder.path();
    let out = at.join("out.jsonl");
    let typed = ["-o", "out.jsonl", "--sync", "each"];
    let lap = |lines: usize| {
        let child = follow(at, "feed.jsonl", &typed);
        until_lines(&out, lines);
        stop(child)
    };
    append(&at.join("feed.jsonl"), &stories(0..3));
    lap(3);
    let rebuild = || run(at, &["index", "rebuild", "--index", "kept"], "");
    assert_eq!(rebuild().2, 0);
    append(&at.join("feed.jsonl"), &stories(3..4));
    let told = lap(4);
    assert!(told.contains("1 records read: 1 kept"), "{told}");
    // Of the last record, so that all were read once it came out again.
    let word = b"w3x3x3";
    for entry in fs::read_dir(at.join("kept")).unwrap() {
        let log = entry.unwrap().path();
        let mut bytes = fs::read(&log).unwrap();
        let found = bytes.windows(word.len()).position(|own| own == word);
        if let Some(place) = found.filter(|_| log.extension().is_some_and(|end| end == "log")) {
            bytes[place] ^= 4;
            fs::write(&log, &bytes).unwrap();
        }
    }
    let (_, told, code) = rebuild();
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("3 documents held"), "{told}");
    let told = lap(5);
    assert!(
        told.contains("4 records read: 1 kept") && told.contains("3 known before"),
        "{told}"
    );
}
