//! Outputs of `wirecopy dedup --index` over several runs, and what cannot be given out at all.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use serde_json::Value;
use support::stories::{self, run};
use support::{put, rows, temp};

/// A story told from a sentence on.
fn record(id: &str, story: usize, from: usize) -> String {
    let cut: Vec<usize> = (0..from).collect();
    stories::record(id, &format!("Outlet {id}"), story, &cut, 3)
}

#[test]
fn a_later_run_adds_to_the_files_of_an_earlier_one() {
    let folder = temp();
    let at = folder.path();
    let arguments = [
        "dedup",
        "-",
        "--index",
        "kept",
        "-o",
        "out.jsonl",
        "--decisions",
        "out.csv",
    ];
    let [a, b, c] = [record("a", 1, 0), record("b", 2, 0), record("c", 2, 1)];
    let (_, told, code) = run(at, &arguments, &format!("{a}\n"));
    assert_eq!(code, 0, "{told}");
    // A line that a crash cut.
    let torn = format!("{a}\n{{\"id\": \"b");
    put(&folder, "out.jsonl", &torn);
    let (_, told, code) = run(at, &arguments, &format!("{b}\n{c}\n"));
    assert_eq!(code, 0, "{told}");
    let out = fs::read_to_string(at.join("out.jsonl")).unwrap();
    assert_eq!(out, format!("{a}\n{b}\n"));
    let decisions = rows(&fs::read(at.join("out.csv")).unwrap());
    let ids: Vec<&str> = decisions.iter().map(|row| &*row["doc_id"]).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let (_, _, code) = run(
        at,
        &[&arguments[..], &["--force"]].concat(),
        &format!("{c}\n"),
    );
    assert_eq!(
        (code, fs::read(at.join("out.jsonl")).unwrap().len()),
        (0, 0)
    );
    let (_, told, code) = run(
        at,
        &["dedup", "out.csv", "--index", "kept", "-o", "out.csv"],
        "",
    );
    assert_eq!(code, 2);
    assert!(told.contains("inputs are never overwritten"), "{told}");
}

/// A full disk or a crash leaves part of a line, behind what an earlier run noted or of the very first one.
#[test]
fn a_line_that_was_cut_is_taken_out() {
    let folder = temp();
    let at = folder.path();
    let (out, decisions) = (at.join("out.jsonl"), at.join("decisions.csv"));
    let typed = ["dedup", "-", "--index", "kept", "-o", "out.jsonl"];
    let typed = [&typed[..], &["--decisions", "decisions.csv"]].concat();
    let lines = [record("a", 1, 0), record("b", 2, 0), record("c", 3, 0)];
    fs::write(&out, &lines[0][..20]).unwrap();
    for (count, line) in lines.iter().enumerate() {
        let (_, told, code) = run(at, &typed, &format!("{line}\n"));
        assert_eq!(code, 0, "{told}");
        assert_eq!(
            fs::read_to_string(&out).unwrap(),
            lines[..=count].join("\n") + "\n"
        );
        assert_eq!(rows(&fs::read(&decisions).unwrap()).len(), count + 1);
        for (file, cut) in [(&out, "{\"id\": \"z\", \"te"), (&decisions, "z,tr")] {
            let held = fs::read_to_string(file).unwrap();
            fs::write(file, held + cut).unwrap();
        }
    }
}

#[test]
fn what_cannot_be_given_out_again_is_not_taken() {
    let folder = temp();
    let at = folder.path();
    let text = "The ferry ran aground at noon on Monday with 164 people on board.";
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>T</title><item><guid>1</guid><description>{text}</description></item></channel></rss>"
    );
    let table = format!("id,text\r\n1,{text}\r\n2,{text}\r\n");
    let (out, told, code) = run(at, &["dedup", "-", "--index", "kept"], &feed);
    assert_eq!((&*out, code), ("", 2), "{told}");
    assert!(told.contains("takes JSON lines from -"), "{told}");
    let (out, told, code) = run(at, &["dedup", "-", "--index", "kept"], &table);
    assert_eq!((&*out, code), ("", 3), "{told}");
    assert!(told.contains("3 rejected"), "{told}");
    let (out, told, code) = run(
        at,
        &["dedup", "-", "--index", "marked"],
        &format!("\u{feff}{}\n", record("a", 1, 0)),
    );
    assert_eq!(
        (out.trim_start_matches('\u{feff}').trim_end(), code),
        (&*record("a", 1, 0), 0),
        "{told}"
    );
    put(&folder, "table.csv", &table);
    let (_, told, code) = run(
        at,
        &["dedup", "table.csv", "--index", "kept", "--annotate"],
        "",
    );
    assert_eq!(code, 2);
    assert!(told.contains("writes members into JSON lines"), "{told}");
    let (out, _, _) = run(at, &["index", "stats", "--index", "kept"], "");
    assert!(
        out.contains("documents                            0"),
        "{out}"
    );
    let (out, _, code) = run(at, &["dedup", "table.csv", "--index", "kept"], "");
    assert_eq!((&*out, code), (&table[..table.find("2,").unwrap()], 0));
}

#[test]
fn two_texts_under_one_key_are_the_same_two_however_they_come() {
    let folder = temp();
    let at = folder.path();
    let lines = [
        record("n", 1, 0),
        record("n", 2, 0),
        record("n", 3, 0),
        record("m", 4, 0),
    ];
    for (name, order) in [("there", [0, 1, 2, 3]), ("back", [3, 2, 1, 0])] {
        let all = order.map(|at| lines[at].clone() + "\n").concat();
        put(&folder, "all.jsonl", &all);
        let (_, told, code) = run(at, &["dedup", "-", "--index", name], &all);
        assert_eq!(code, 0, "{told}");
        for arguments in [
            vec!["dedup", "all.jsonl"],
            vec!["trace", "all.jsonl", "-o", "out", "--force"],
        ] {
            let (_, told, code) = run(at, &[&arguments[..], &["--index", name]].concat(), "");
            assert_eq!(code, 0, "{told}");
            assert!(told.contains("4 known before"), "{told}");
        }
    }
}

#[test]
fn a_removal_tells_who_is_kept_now_and_a_rebuild_leaves_nothing_of_it() {
    let folder = temp();
    let at = folder.path();
    let all = [
        record("a", 1, 0),
        record("b", 1, 1),
        record("c", 1, 2),
        record("d", 2, 0),
    ]
    .join("\n");
    run(at, &["dedup", "-", "--index", "kept"], &all);
    let (_, _, code) = run(
        at,
        &["index", "remove", "--ids", "-", "--index", "kept"],
        "a\n",
    );
    assert_eq!(code, 0);
    let (_, _, code) = run(at, &["index", "export", "--index", "kept", "-o", "out"], "");
    assert_eq!(code, 0);
    let events = rows(&fs::read(at.join("out/group_events.csv")).unwrap());
    let last = events.last().unwrap();
    assert_eq!((&*last["event"], &*last["doc_id"]), ("keeper", "b"));
    let holds = |word: &[u8]| {
        let logs = fs::read_dir(at.join("kept"))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut logs = logs.filter(|path| path.extension().is_some_and(|end| end == "log"));
        logs.any(|path| {
            fs::read(path)
                .unwrap()
                .windows(word.len())
                .any(|own| own == word)
        })
    };
    // Only `a` had the first sentence.
    assert!(holds(b"w1x0x3") && holds(b"w1x1x3"));
    let (_, told, code) = run(at, &["index", "rebuild", "--index", "kept"], "");
    assert_eq!(code, 0, "{told}");
    assert!(!holds(b"w1x0x3") && holds(b"w1x1x3"));
    let (out, _, _) = run(at, &["index", "stats", "--index", "kept"], "");
    assert!(
        out.contains("documents                            3"),
        "{out}"
    );
}

/// A member that an earlier run wrote is replaced, and all else stays.
#[test]
fn an_annotation_is_renewed() {
    let folder = temp();
    let line = record("a", 1, 0);
    let inside = line.trim_end_matches('}');
    let with = format!(
        "{{ \"wirecopy\" : {{\"x\":[\"}}\"]}} , {} , \"wirecopy\": 7 }}\n",
        &inside[1..]
    );
    let (out, told, _) = run(
        folder.path(),
        &["dedup", "-", "--index", "kept", "--annotate"],
        &with,
    );
    assert_eq!(out.matches("\"wirecopy\"").count(), 1, "{told}");
    let answer = out.find("{\"doc_id\"").unwrap();
    assert_eq!(
        out[..answer],
        format!("{{  {} , \"wirecopy\": ", &inside[1..])
    );
    assert!(out.ends_with("} }\n"), "{out}");
    // Again, with what came out.
    let (again, _, _) = run(
        folder.path(),
        &["dedup", "-", "--index", "kept", "--annotate"],
        &out,
    );
    assert_eq!(again.matches("\"wirecopy\"").count(), 1);
    let value: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(value["wirecopy"]["doc_id"], "a");
    assert_eq!(value["wirecopy"]["known"], true);
}

#[test]
fn nothing_at_all_is_a_failure_of_files_and_none_of_a_stream() {
    let folder = temp();
    let at = folder.path();
    put(&folder, "bad.jsonl", "{\n{\n");
    put(&folder, "empty.jsonl", "");
    for (input, sent, wanted) in [
        ("bad.jsonl", "", 2),
        ("empty.jsonl", "", 2),
        ("-", "{\n{\n", 3),
        ("-", "", 0),
    ] {
        let (_, told, code) = run(at, &["dedup", input, "--index", "kept"], sent);
        assert_eq!(code, wanted, "{input} {told}");
    }
    // One line of another kind is one rejection, and no end.
    let [a, b] = [1, 2].map(|story| record(&format!("r{story}"), story, 0));
    let (out, told, code) = run(
        at,
        &["dedup", "-", "--index", "kept", "--sync", "each"],
        &format!("{a}\n<rss version=\"2.0\">\n[1]\n\n{{\0}}\n{b}\n"),
    );
    assert_eq!((out, code), (format!("{a}\n{b}\n"), 3), "{told}");
    assert!(
        told.contains("3 rejected") && told.contains("record 3"),
        "{told}"
    );
}

#[test]
fn messages_say_what_to_do() {
    let folder = temp();
    let at = folder.path();
    let all: Vec<String> = (0..5)
        .map(|story| record(&format!("r{story}"), story, 0))
        .collect();
    let all = all.join("\n");
    run(at, &["dedup", "-", "--index", "kept"], &all);
    let advice = |arguments: &[&str]| {
        let (_, told, code) = run(at, arguments, "");
        assert_eq!(code, 2, "{told}");
        told
    };
    let told = advice(&["dedup", "-", "--index", "kept", "--keep", "latest"]);
    assert!(told.contains("wirecopy index merge"), "{told}");
    let told = advice(&["dedup", "-", "--index", "kept", "--window", "0d"]);
    assert!(told.contains("would forget everything at once"), "{told}");
    let told = advice(&["man", "no/such"]);
    assert!(
        told.contains("no/such is no folder; make it first"),
        "{told}"
    );
    // As the message says.
    let empty = ["dedup", "-", "--index", "new", "--keep", "latest"];
    assert_eq!(run(at, &empty, "").2, 0);
    let (_, told, code) = run(at, &["index", "merge", "kept", "--index", "new"], "");
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("5 documents read, 5 new"), "{told}");
    // The folder from a file of flags, as dedup takes it.
    put(
        &folder,
        "flags.toml",
        "index = \"kept\"\nwindow = \"30d\"\n",
    );
    let config = ["index", "stats", "--config", "flags.toml"];
    let (out, told, code) = run(at, &config, "");
    assert_eq!(code, 0, "{told}");
    assert!(
        out.contains("documents                            5"),
        "{out}"
    );
    let (out, _, _) = run(at, &[&config[..], &["--index", "new"]].concat(), "");
    assert!(out.contains("keep latest"), "{out}");
}
