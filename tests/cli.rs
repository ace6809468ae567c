//! What the command line promises: codes, files, streams.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use support::typed::{FEED, SAMPLE, code, out, path, refusal, run};
use support::{files, put, temp, wirecopy};

const TABLES: [&str; 9] = [
    "changes.csv",
    "datapackage.json",
    "evidence.csv",
    "groups.csv",
    "lineage.csv",
    "pairs.csv",
    "rejected.csv",
    "run.json",
    "sources.csv",
];

#[test]
fn help_and_version_are_data() {
    assert!(out(&["--help"]).contains("Exit codes: 0 done"));
    assert!(out(&["--version"]).starts_with(concat!("wirecopy ", env!("CARGO_PKG_VERSION"))));
    for command in ["trace", "diff", "dedup", "explain", "curve", "eval"] {
        assert!(out(&[command, "--help"]).contains("Examples:"));
        assert_eq!(code(&[command, "--help"]), 0);
    }
}

#[test]
fn copies_are_code_1_only_where_the_code_is_asked_for() {
    assert_eq!(code(&["trace", SAMPLE]), 0);
    assert_eq!(code(&["trace", SAMPLE, "--exit-code"]), 1);
    assert_eq!(code(&["dedup", FEED]), 0);
    assert_eq!(code(&["dedup", FEED, "--exit-code"]), 1);
    let single = "data/sample/wire/fog-notice.txt";
    assert_eq!(code(&["trace", single, "--exit-code"]), 0);
    assert_eq!(code(&["dedup", single, "--exit-code"]), 0);
}

#[test]
fn differences_are_code_1_only_where_the_code_is_asked_for() {
    let keys = ["harbour-ferry/tarnwire", "harbour-ferry/courier"];
    let diff = ["diff", "--in", SAMPLE, keys[0], keys[1]];
    assert_eq!(code(&diff), 0);
    let asked = [&diff[..], &["--exit-code"]].concat();
    assert_eq!(code(&asked), 1);
    let same = ["diff", "--in", SAMPLE, keys[0], keys[0], "--exit-code"];
    assert_eq!(code(&same), 0);
    let silent = [&asked[..], &["--quiet"]].concat();
    assert!(out(&silent).is_empty());
}

#[test]
fn rejected_records_are_code_3_even_with_copies() {
    let folder = temp();
    put(
        &folder,
        "feed.jsonl",
        "{\"id\":\"a\",\"text\":\"One.\"}\nno json\n",
    );
    let feed = path(&folder, "feed.jsonl");
    assert_eq!(code(&["trace", &feed]), 3);
    assert_eq!(code(&["trace", SAMPLE, &feed, "--exit-code"]), 3);
    assert_eq!(code(&["dedup", &feed]), 3);
    assert_eq!(code(&["diff", "--in", &feed, "a", "a"]), 3);
}

#[test]
fn what_cannot_be_meant_is_code_2_with_advice() {
    assert!(refusal(&["nonsense"]).contains("--help"));
    assert!(refusal(&["trace"]).contains("<INPUT>"));
    for (setting, value) in [
        ("--threshold", "2"),
        ("--threshold", "0"),
        ("--containment", "1.5"),
        ("--containment", "most"),
        ("--width", "0"),
        ("--bands", "0"),
        ("--threads", "0"),
        ("--max-text", "1TB"),
    ] {
        let said = refusal(&["trace", SAMPLE, setting, value]);
        assert!(said.contains(setting), "{said}");
    }
    let said = refusal(&["dedup", FEED, "--keep", "best"]);
    assert!(said.contains("earliest, latest, longest"), "{said}");
    let said = refusal(&["diff", FEED, FEED]);
    assert!(said.contains("--in"), "{said}");
}

#[test]
fn a_result_is_not_replaced_without_force() {
    let folder = temp();
    let result = path(&folder, "result");
    let trace = ["trace", SAMPLE, "-o", &result];
    assert_eq!(code(&trace), 0);
    let before = files(result.as_ref());
    assert_eq!(before.keys().collect::<Vec<_>>(), TABLES);
    let said = refusal(&["trace", FEED, "-o", &result]);
    assert!(said.contains("--force") && said.contains(&result), "{said}");
    assert_eq!(files(result.as_ref()), before);

    assert_eq!(code(&["trace", FEED, "-o", &result, "--force"]), 0);
    let after = files(result.as_ref());
    assert_eq!(after.keys().collect::<Vec<_>>(), TABLES);
    assert_ne!(after["pairs.csv"], before["pairs.csv"]);
}

#[test]
fn a_folder_with_foreign_files_is_left_alone_even_with_force() {
    let folder = temp();
    put(&folder, "notes.txt", "mine");
    let result = path(&folder, "");
    for force in [&[][..], &["--force"][..]] {
        let said = refusal(&[&["trace", SAMPLE, "-o", &result], force].concat());
        assert!(said.contains("did not write"), "{said}");
    }
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn a_foreign_manifest_is_no_result_of_ours() {
    let folder = temp();
    put(&folder, "run.json", "{\"program\":\"another\"}");
    refusal(&["trace", SAMPLE, "-o", &path(&folder, ""), "--force"]);
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn what_a_killed_run_left_is_known_as_ours_and_replaced_with_force() {
    let folder = temp();
    put(&folder, ".wirecopy-unfinished", "");
    put(&folder, "groups.csv", "half a table");
    let result = path(&folder, "");
    let said = refusal(&["trace", SAMPLE, "-o", &result]);
    assert!(said.contains("--force"), "{said}");
    assert_eq!(code(&["trace", SAMPLE, "-o", &result, "--force"]), 0);
    let names: Vec<String> = files(folder.path()).into_keys().collect();
    assert_eq!(names, TABLES);
}

#[test]
fn nothing_is_published_where_there_is_no_document() {
    let folder = temp();
    put(&folder, "nul.txt", [0; 100]);
    let result = path(&folder, "result");
    refusal(&["trace", &path(&folder, "nul.txt"), "-o", &result]);
    assert!(!folder.path().join("result").exists());
}

#[test]
fn a_dash_is_standard_input() {
    let feed = fs::read(FEED).unwrap();
    let run = wirecopy()
        .args(["dedup", "-"])
        .write_stdin(feed)
        .output()
        .unwrap();
    assert_eq!(run.stdout, out(&["dedup", FEED]).into_bytes());
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.starts_with("21 records read: 13 kept"), "{said}");
}

#[test]
fn compressed_inputs_are_read_like_plain_ones() {
    let folder = temp();
    let feed = fs::read(FEED).unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&feed).unwrap();
    put(&folder, "feed.jsonl.gz", gz.finish().unwrap());
    put(
        &folder,
        "feed.jsonl.zst",
        zstd::encode_all(&feed[..], 1).unwrap(),
    );
    let plain = out(&["trace", FEED]);
    assert_eq!(out(&["trace", &path(&folder, "feed.jsonl.gz")]), plain);
    assert_eq!(out(&["trace", &path(&folder, "feed.jsonl.zst")]), plain);
}

#[test]
fn quiet_says_nothing_but_data_and_errors() {
    let folder = temp();
    let said = |arguments: &[&str]| run(arguments).stderr;
    assert!(said(&["dedup", FEED, "--quiet"]).is_empty());
    let result = path(&folder, "result");
    assert!(said(&["trace", SAMPLE, "-q", "-o", &result]).is_empty());
    assert!(!said(&["trace", SAMPLE, "-o", &result, "-q"]).is_empty());
    assert_eq!(out(&["trace", SAMPLE, "-q"]), out(&["trace", SAMPLE]));
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let styled = |arguments: &[&str]| out(arguments).contains('\u{1b}');
    let diff = "diff --in data/sample harbour-ferry/tarnwire harbour-ferry/courier";
    for command in ["trace data/sample", diff] {
        let plain: Vec<&str> = command.split(' ').collect();
        assert!(!styled(&plain));
        assert!(!styled(&[&plain[..], &["--color", "never"]].concat()));
        assert!(styled(&[&plain[..], &["--color", "always"]].concat()));
        let mut none = wirecopy();
        let none = none.args(plain).env("NO_COLOR", "1");
        let none = none.env("CLICOLOR_FORCE", "1").output().unwrap();
        assert!(!none.stdout.contains(&0x1b));
    }
}

/// Runs the binary with a standard output that nobody reads.
fn without_reader(arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    // It waits for its input, so the reader is gone before it writes.
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let feed = fs::read(FEED).unwrap();
    for arguments in [&["trace", "-", "-q"][..], &["dedup", "-", "-q"]] {
        let run = without_reader(arguments, &feed);
        assert_eq!(run.status.code(), Some(0));
        assert!(run.stderr.is_empty());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_a_failure_that_names_the_stream() {
    for command in ["trace", "dedup"] {
        let full = fs::File::create("/dev/full").unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args([command, FEED])
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(2));
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(said.contains("standard output"), "{said}");
    }
}

#[test]
fn an_unknown_key_names_those_that_look_like_it() {
    let said = refusal(&["diff", "--in", SAMPLE, "gorran-slide", "gorran-slide/today"]);
    assert!(said.contains("\"gorran-slide\""), "{said}");
    assert!(
        said.contains("gorran-slide/post-1 or gorran-slide/post-2"),
        "{said}"
    );
    let said = refusal(&["diff", "--in", SAMPLE, "gorran-slide/today.txt", "x"]);
    assert!(said.contains("did you mean gorran-slide/today?"), "{said}");
}

#[test]
fn a_mistyped_key_names_the_one_that_was_meant() {
    let said = refusal(&[
        "diff",
        "--in",
        SAMPLE,
        "goran-slide/today",
        "gorran-slide/post-1",
    ]);
    assert!(said.contains("did you mean gorran-slide/today?"), "{said}");
}

#[test]
fn diff_takes_files_as_well_as_keys() {
    let wire = "data/sample/wire";
    let (a, b) = (
        format!("{wire}/sarn-glassworks-a.txt"),
        format!("{wire}/sarn-glassworks-b.txt"),
    );
    assert_eq!(out(&["diff", &a, &b]), out(&["diff", "--in", wire, &a, &b]));
}

#[test]
fn pairs_just_below_a_bar_are_named_where_they_are_asked_for() {
    let high = [
        "trace",
        SAMPLE,
        "--threshold",
        "0.95",
        "--containment",
        "off",
    ];
    assert!(!out(&high).contains("just below a bar"));
    let said = out(&[&high[..], &["--borderline", "0.4"]].concat());
    assert!(said.contains("just below a bar, no copies:\n  Jaccard 0."));
    assert!(refusal(&["trace", SAMPLE, "--borderline", "1"]).contains("--borderline"));
}

#[test]
fn an_input_is_not_overwritten_even_with_force() {
    let folder = temp();
    let feed = fs::read(FEED).unwrap();
    put(&folder, "feed.jsonl", &feed);
    let own = path(&folder, "feed.jsonl");
    refusal(&["dedup", &own, "-o", &own, "--force"]);
    refusal(&["dedup", &own, "--decisions", &own, "--force"]);
    assert_eq!(fs::read(&own).unwrap(), feed);
}

#[test]
fn a_table_of_the_output_folder_is_not_read_and_overwritten() {
    let folder = temp();
    let result = path(&folder, "result");
    assert_eq!(code(&["trace", SAMPLE, "-o", &result]), 0);
    let before = files(result.as_ref());
    let table = path(&folder, "result/lineage.csv");
    let texts = ["--text-field", "title"];
    refusal(&[&["trace", &table, "-o", &result, "--force"], &texts[..]].concat());
    assert_eq!(files(result.as_ref()), before);
}

#[test]
fn shells_get_completions() {
    for (shell, mark) in [
        ("bash", "_wirecopy()"),
        ("zsh", "#compdef wirecopy"),
        ("fish", "complete -c wirecopy"),
    ] {
        let script = out(&["completions", shell]);
        assert!(
            script.contains(mark) && script.contains("min-shared-words"),
            "{shell}"
        );
    }
    assert!(refusal(&["completions", "cmd"]).contains("possible values"));
}

#[test]
fn every_command_has_a_man_page() {
    let folder = temp();
    assert_eq!(code(&["man", &path(&folder, "")]), 0);
    let pages = files(folder.path());
    let expected = [
        "-completions",
        "-curve",
        "-dedup",
        "-diff",
        "-eval-sample",
        "-eval-score",
        "-eval",
        "-explain",
        "-index-expire",
        "-index-export",
        "-index-merge",
        "-index-query",
        "-index-rebuild",
        "-index-remove",
        "-index-stats",
        "-index-verify",
        "-index",
        "-man",
        "-trace",
        "",
    ];
    let expected = expected.map(|name| format!("wirecopy{name}.1"));
    assert!(expected.iter().eq(pages.keys()), "{:?}", pages.keys());
    for page in pages.values() {
        assert!(String::from_utf8_lossy(page).contains(".SH NAME"));
    }
    let nowhere = path(&folder, "nowhere");
    assert!(refusal(&["man", &nowhere]).contains(&nowhere));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_run_at_once_and_leaves_nothing() {
    let folder = temp();
    for (signal, expected) in [("-INT", 130), ("-TERM", 143)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args(["dedup", "-", "-o"])
            .arg(folder.path().join("unique.jsonl"))
            .arg("--temp-dir")
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The pipe stays open: the run waits for more input.
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"{\"text\":\"one\"}\n").unwrap();
        // Signals sent before the program listens would end it in another way.
        std::thread::sleep(std::time::Duration::from_millis(500));
        let child_id = child.id().to_string();
        let sent = Command::new("kill").args([signal, &child_id]).status();
        assert!(sent.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(expected));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn memory_and_temporary_files_change_no_byte() {
    let folder = temp();
    let run = |name: &str, flags: &[&str]| {
        let out = folder.path().join(name);
        let run = wirecopy()
            .args(["trace", SAMPLE, "-o"])
            .arg(&out)
            .args(flags)
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        files(&out)
    };
    let usual = run("usual", &[]);
    let scratch = folder.path().join("scratch");
    fs::create_dir(&scratch).unwrap();
    let at = scratch.to_str().unwrap();
    let spare = run("spare", &["--memory", "64MiB", "--temp-dir", at, "-j", "1"]);
    assert_eq!(usual, spare);
    assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0);
    let missing = folder.path().join("missing");
    let inputs = [SAMPLE, "--temp-dir", missing.to_str().unwrap()];
    // Nothing is put aside in a run so small, so nothing is missed.
    assert_eq!(code(&[&["trace"], &inputs[..]].concat()), 0);
}

/// A sampled search finds what the exact one does where texts are not short, and
/// says so; every way of searching gives the sample's groups.
#[test]
fn every_search_finds_the_groups_of_the_sample() {
    let groups = |how: &str| {
        let folder = support::traced(
            env!("CARGO_MANIFEST_DIR").as_ref(),
            &[SAMPLE],
            &["--search", how],
        );
        let manifest = support::json(&folder, "run.json");
        assert_eq!(manifest["recall"]["search"], how);
        assert_eq!(manifest["recall"]["every_pair_at_a_bar"], how == "exact");
        fs::read(folder.path().join("result/groups.csv")).unwrap()
    };
    let exact = groups("exact");
    assert_eq!(groups("sampled"), exact);
    assert_eq!(groups("lsh"), exact);
}
