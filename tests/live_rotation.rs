//! `wirecopy dedup --follow FILE` where the file is moved on, copied and emptied, or filled with something else.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use support::dice::Dice;
use support::followed::{append, follow, stop, stories, until_lines};
use support::temp;

/// Packs a file as `logrotate` does; its times stay.
fn pack(file: &Path) {
    let modified = fs::metadata(file).unwrap().modified().unwrap();
    let name = format!("{}.gz", file.display());
    let out = fs::File::create(&name).unwrap();
    let mut packed = flate2::write::GzEncoder::new(&out, flate2::Compression::fast());
    packed.write_all(&fs::read(file).unwrap()).unwrap();
    packed.finish().unwrap();
    out.set_modified(modified).unwrap();
    fs::remove_file(file).unwrap();
}

/// Moves a file on as the kinds of rotation do: `names` from the youngest to the oldest.
fn move_on(at: &Path, names: &[&str]) {
    for pair in names.windows(2).rev() {
        let from = at.join(pair[0]);
        if from.exists() {
            fs::rename(from, at.join(pair[1])).unwrap();
        }
    }
}

const COUNTED: [&str; 4] = ["feed.jsonl", "feed.jsonl.1", "feed.jsonl.2", "feed.jsonl.3"];

#[test]
fn files_between_two_looks_are_read_in_their_order() {
    for is_running in [true, false] {
        let folder = temp();
        let at = folder.path();
        let (feed, out) = (at.join("feed.jsonl"), at.join("out.jsonl"));
        append(&feed, &stories(0..3));
        let typed = ["-o", "out.jsonl"];
        let mut child = Some(follow(at, "feed.jsonl", &typed));
        until_lines(&out, 3);
        let mut told = String::new();
        if !is_running {
            told += &child.take().map_or_else(String::new, stop);
        }
        // What was not read yet of the first, two files that nobody saw under the name, and the one there now.
        append(&feed, &stories(3..5));
        move_on(at, &COUNTED);
        append(&feed, &stories(5..8));
        move_on(at, &COUNTED);
        append(&feed, &stories(8..11));
        move_on(at, &COUNTED);
        append(&feed, &stories(11..14));
        let child = child.unwrap_or_else(|| follow(at, "feed.jsonl", &typed));
        until_lines(&out, 14);
        // And on, with a mark in the last of them.
        append(&feed, &stories(14..15));
        until_lines(&out, 15);
        told += &stop(child);
        assert_eq!(fs::read_to_string(&out).unwrap(), stories(0..15), "{told}");
        assert!(
            !told.contains("miss") && !told.contains("not in the"),
            "{told}"
        );
    }
}

#[test]
fn packed_files_and_files_with_dates_are_read() {
    let folder = temp();
    let at = folder.path();
    let (feed, out) = (at.join("feed.jsonl"), at.join("out.jsonl"));
    let lap = |lines: usize| {
        let child = follow(at, "feed.jsonl", &["-o", "out.jsonl"]);
        until_lines(&out, lines);
        stop(child)
    };
    append(&feed, &stories(0..3));
    lap(3);
    append(&feed, &stories(3..5));
    move_on(at, &COUNTED);
    append(&feed, &stories(5..8));
    pack(&at.join("feed.jsonl.1"));
    fs::rename(at.join("feed.jsonl.1.gz"), at.join("feed.jsonl.2.gz")).unwrap();
    fs::rename(&feed, at.join("feed.jsonl.1")).unwrap();
    pack(&at.join("feed.jsonl.1"));
    append(&feed, &stories(8..9));
    let told = lap(9);
    assert!(
        told.contains("feed.jsonl.2.gz now; its rest goes first"),
        "{told}"
    );
    assert!(!told.contains("miss"), "{told}");
    // By dates, while it runs; the one that is read is packed before anybody looks.
    let child = follow(at, "feed.jsonl", &["-o", "out.jsonl"]);
    append(&feed, &stories(9..10));
    until_lines(&out, 10);
    for (day, from) in [(21, 10), (22, 12)] {
        append(&feed, &stories(from..from + 2));
        let moved = at.join(format!("feed-203111{day}.jsonl"));
        fs::rename(&feed, &moved).unwrap();
        if day == 21 {
            pack(&moved);
        }
    }
    append(&feed, &stories(14..15));
    until_lines(&out, 15);
    stop(child);
    assert_eq!(fs::read_to_string(&out).unwrap(), stories(0..15));
}

#[test]
fn what_cannot_be_found_is_told() {
    let folder = temp();
    let at = folder.path();
    let (feed, out) = (at.join("feed.jsonl"), at.join("out.jsonl"));
    let typed = ["-o", "out.jsonl"];
    append(&feed, &stories(0..3));
    let child = follow(at, "feed.jsonl", &typed);
    until_lines(&out, 3);
    // The second one is gone before anybody looked.
    move_on(at, &COUNTED);
    append(&feed, &stories(3..5));
    move_on(at, &COUNTED);
    fs::remove_file(at.join("feed.jsonl.1")).unwrap();
    append(&feed, &stories(5..7));
    until_lines(&out, 5);
    let told = stop(child);
    let gap = "what came between feed.jsonl.2 and feed.jsonl is not in the folder";
    assert_eq!(told.matches(gap).count(), 1, "{told}");
    // The one that was read is gone.
    fs::remove_file(at.join("feed.jsonl.2")).unwrap();
    fs::rename(&feed, at.join("elsewhere")).unwrap();
    append(&at.join("feed.jsonl.1"), &stories(7..8));
    append(&feed, &stories(8..9));
    fs::remove_file(at.join("elsewhere")).unwrap();
    let child = follow(at, "feed.jsonl", &typed);
    until_lines(&out, 6);
    let told = stop(child);
    assert!(told.contains("not the file that was read before"), "{told}");
    assert!(
        told.contains("of feed.jsonl.1 what came since is missed"),
        "{told}"
    );
}

#[test]
fn a_file_that_is_copied_and_emptied_is_read_from_its_beginning() {
    let folder = temp();
    let at = folder.path();
    let (feed, out) = (at.join("feed.jsonl"), at.join("out.jsonl"));
    append(&feed, &stories(0..3));
    let child = follow(at, "feed.jsonl", &["-o", "out.jsonl"]);
    until_lines(&out, 3);
    // Filled beyond what it had, in one go: nobody sees it shorter. What nobody read is in the copy.
    let copied = stories(0..5);
    append(&feed, &stories(3..5));
    fs::write(at.join("feed.jsonl.1"), &copied).unwrap();
    let more = "\n".to_string() + &stories(5..20);
    assert!(more.len() > copied.len());
    overwrite(&feed, &more);
    until_lines(&out, 20);
    // Without a copy.
    overwrite(&feed, &stories(20..50));
    until_lines(&out, 50);
    let told = stop(child);
    assert_eq!(fs::read_to_string(&out).unwrap(), stories(0..50), "{told}");
    assert_eq!(
        told.matches("no copy of what was read is beside it")
            .count(),
        1,
        "{told}"
    );
    assert!(told.contains("0 rejected"), "{told}");
}

/// Killed at random while its file is moved on, some of them packed: every record comes out once.
#[test]
fn a_run_that_is_killed_misses_no_moved_file() {
    let folder = temp();
    let at = folder.path();
    let (feed, out) = (at.join("feed.jsonl"), at.join("out.jsonl"));
    let typed = ["-o", "out.jsonl", "--sync", "each"];
    let names: Vec<String> = (0..60).map(|at| format!("feed.jsonl.{at}")).collect();
    let mut dice = Dice::new(4);
    append(&feed, &stories(0..5));
    let child = follow(at, "feed.jsonl", &typed);
    until_lines(&out, 1);
    let mut child = Some(child);
    let mut written = 5;
    for round in 0..30 {
        let count = 1 + dice.roll(30);
        append(&feed, &stories(written..written + count));
        written += count;
        std::thread::sleep(Duration::from_millis(dice.roll(120) as u64));
        if dice.roll(3) > 0 {
            for pair in names.windows(2).rev() {
                for end in ["", ".gz"] {
                    let from = at.join(pair[0].clone() + end);
                    if from.exists() {
                        fs::rename(from, at.join(pair[1].clone() + end)).unwrap();
                    }
                }
            }
            fs::rename(&feed, at.join(&names[0])).unwrap();
            if round % 3 == 0 && at.join(&names[1]).exists() {
                pack(&at.join(&names[1]));
            }
            append(&feed, &stories(written..written + 1));
            written += 1;
        }
        if dice.roll(4) == 0 {
            let mut child = child.take().unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
        }
        child = child.or_else(|| Some(follow(at, "feed.jsonl", &typed)));
    }
    until_lines(&out, written);
    let told = stop(child.unwrap());
    assert_eq!(
        fs::read_to_string(&out).unwrap(),
        stories(0..written),
        "{told}"
    );
}

/// Writes a file anew without ever leaving it shorter than it was.
fn overwrite(file: &Path, text: &str) {
    let mut file = fs::OpenOptions::new().write(true).open(file).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
