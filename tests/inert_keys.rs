//! A key that a spreadsheet would run is inert in every table, the same cell in each, and comes
//! back as it was wherever a key is taken from one.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use support::{Row, put, rows, temp, wirecopy};
use tempfile::TempDir;

/// What a hostile feed calls its items; the number is one that nothing runs.
const KEYS: [&str; 5] = ["=1+1|cmd", "@SUM(A1)", "'=quoted", "＝2", "-5"];
const CELLS: [&str; 5] = ["'=1+1|cmd", "'@SUM(A1)", "''=quoted", "'＝2", "-5"];

fn story(changed: usize) -> String {
    let word = |n: usize| match n {
        30 => format!("changed{changed}"),
        n => format!("word{}", n * 7 % 90),
    };
    (0..90).map(word).collect::<Vec<_>>().join(" ")
}

/// One story under each key, a day apart.
fn feed(folder: &TempDir) {
    let lines = KEYS.iter().enumerate().map(|(n, key)| {
        let line = serde_json::json!({
            "id": key,
            "title": "=T()",
            "source": format!("Outlet {n}"),
            "published": format!("2031-04-0{}T10:00:00Z", n + 1),
            "text": story(n),
        });
        format!("{line}\n")
    });
    put(folder, "feed.jsonl", lines.collect::<String>());
}

fn run(at: &Path, arguments: &[&str]) -> Vec<u8> {
    let run = wirecopy().current_dir(at).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{arguments:?}: {said}");
    run.stdout
}

/// No cell of the table begins a formula; the keys in it are cells of ours.
fn inert(name: &str, bytes: &[u8], columns: &[&str]) {
    let mut keys = BTreeSet::new();
    for row in rows(bytes) {
        for (column, cell) in &row {
            let is_active =
                cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
            assert!(
                !is_active || cell.parse::<f64>().is_ok(),
                "{name} {column}: {cell}"
            );
        }
        keys.extend(columns.iter().map(|column| row[*column].clone()));
    }
    keys.remove("");
    assert_eq!(columns.is_empty(), keys.is_empty(), "{name} has no key");
    for key in keys {
        assert!(CELLS.contains(&&*key), "{name}: {key}");
    }
}

fn keys(rows: &[Row]) -> BTreeSet<&str> {
    rows.iter().map(|row| &*row["doc_id"]).collect()
}

#[test]
fn a_key_is_the_same_inert_cell_in_every_table() {
    let folder = temp();
    let at = folder.path();
    feed(&folder);
    run(at, &["trace", "feed.jsonl", "-o", "result"]);
    let columns = |table: &str| match table {
        "groups.csv" => vec!["representative_id", "origin_id", "weakest_link_a"],
        "pairs.csv" => vec!["a_id", "b_id"],
        "changes.csv" => vec!["exemplar_id", "copy_id"],
        "lineage.csv" => vec!["doc_id", "exemplar_id", "root_id"],
        "evidence.csv" => vec!["doc_id", "exemplar_id"],
        _ => vec![],
    };
    let mut tables = 0;
    for (name, bytes) in support::files(&at.join("result")) {
        if name.ends_with(".csv") {
            tables += usize::from(!columns(&name).is_empty());
            inert(&name, &bytes, &columns(&name));
        }
    }
    assert_eq!(tables, 5);
    let lineage = rows(&fs::read(at.join("result/lineage.csv")).unwrap());
    assert_eq!(keys(&lineage), CELLS.into());

    run(
        at,
        &[
            "dedup",
            "feed.jsonl",
            "-o",
            "kept.jsonl",
            "--decisions",
            "decisions.csv",
        ],
    );
    let decisions = fs::read(at.join("decisions.csv")).unwrap();
    inert("decisions", &decisions, &["doc_id", "kept_id"]);
    assert_eq!(keys(&rows(&decisions)), CELLS.into());

    run(
        at,
        &[
            "dedup",
            "feed.jsonl",
            "--index",
            "index",
            "-o",
            "live.jsonl",
            "--decisions",
            "live.csv",
        ],
    );
    inert(
        "live",
        &fs::read(at.join("live.csv")).unwrap(),
        &["doc_id", "kept_id"],
    );
    run(at, &["index", "export", "--index", "index", "-o", "export"]);
    inert(
        "events",
        &fs::read(at.join("export/group_events.csv")).unwrap(),
        &[],
    );
    // JSON has them as they are.
    let documents = fs::read_to_string(at.join("export/documents.jsonl")).unwrap();
    for key in KEYS {
        assert!(documents.contains(&format!("\"id\":\"{key}\"")), "{key}");
    }

    let pair = ["diff", "--in", "feed.jsonl", "--format", "csv", KEYS[0]];
    let diff = run(at, &[&pair[..], &[KEYS[1]]].concat());
    inert("diff", &diff, &["exemplar_id", "copy_id"]);
    // As it stands in a cell.
    assert_eq!(run(at, &[&pair[..], &[CELLS[1]]].concat()), diff);
    let group = run(
        at,
        &[
            "diff",
            "--group",
            CELLS[0],
            "--in",
            "feed.jsonl",
            "--format",
            "csv",
        ],
    );
    inert("group", &group, &["doc_id"]);

    run(at, &["trace", "feed.jsonl", "-o", "raw", "--csv", "raw"]);
    let lineage = rows(&fs::read(at.join("raw/lineage.csv")).unwrap());
    assert_eq!(keys(&lineage), KEYS.into());
}

#[test]
fn a_key_comes_back_from_every_table() {
    let folder = temp();
    let at = folder.path();
    feed(&folder);
    run(at, &["trace", "feed.jsonl", "-o", "result"]);
    run(at, &["trace", "feed.jsonl", "-o", "raw", "--csv", "raw"]);

    // Inputs and archives, whatever the column is called.
    let table = |name: &str, header: &str| {
        let row = |(n, cell)| {
            format!(
                "\"{cell}\",Outlet {n},2031-04-0{}T10:00:00Z,{}\n",
                n + 1,
                story(n)
            )
        };
        let all: String = CELLS.into_iter().enumerate().map(row).collect();
        put(&folder, name, format!("{header}\n{all}"));
    };
    table("documents.csv", "doc_id,source,published,text");
    table("odd.csv", "name,source,published,text");
    put(&folder, "map.toml", "[fields]\nid = \"name\"\n");
    let lineage = |folder: &str| rows(&fs::read(at.join(folder).join("lineage.csv")).unwrap());
    run(at, &["trace", "documents.csv", "-o", "again"]);
    run(
        at,
        &["trace", "odd.csv", "-o", "mapped", "--map", "map.toml"],
    );
    run(
        at,
        &["trace", "odd.csv", "-o", "named", "--id-field", "name"],
    );
    for again in ["again", "mapped", "named"] {
        assert_eq!(keys(&lineage(again)), CELLS.into(), "{again}");
    }
    run(
        at,
        &["trace", "documents.csv", "-o", "plain", "--csv", "raw"],
    );
    assert_eq!(keys(&lineage("plain")), KEYS.into());
    // The same records under the same keys are in the archive already.
    run(
        at,
        &[
            "trace",
            "feed.jsonl",
            "--against",
            "documents.csv",
            "-o",
            "against",
            "--csv",
            "raw",
        ],
    );
    let against = lineage("against");
    assert!(
        keys(&against).contains("=1+1|cmd~2"),
        "{:?}",
        keys(&against)
    );

    // Truths, and results in either style.
    let truth = |name: &str, keys: &[&str]| {
        let rows = keys.iter().map(|key| format!("\"{key}\",one,\n"));
        let rows: String = rows.collect();
        put(&folder, name, format!("doc_id,group,parent\n{rows}"));
    };
    truth("inert.csv", &CELLS);
    // Raw, where that is no cell of ours.
    truth("typed.csv", &[KEYS[0], KEYS[1], CELLS[2], KEYS[3], KEYS[4]]);
    let eval = |folder: &str, truth: &str| {
        let out = run(at, &["eval", folder, "--truth", truth, "--format", "json"]);
        serde_json::from_slice::<serde_json::Value>(&out).unwrap()
    };
    let measured = eval("result", "inert.csv");
    assert_eq!(
        measured["documents"]["documents_both"], 5,
        "{}",
        measured["documents"]
    );
    assert_eq!(eval("result", "typed.csv"), measured);
    assert_eq!(eval("raw", "inert.csv"), measured);

    // Sheets for people, with the texts found again.
    let sheet = |folder: &str| {
        let arguments = ["eval", "sample", folder, "--in", "feed.jsonl"];
        run(at, &arguments)
    };
    let drawn = sheet("result");
    inert("sheet", &drawn, &["a_id", "b_id"]);
    assert_eq!(sheet("raw"), drawn);
    assert!(
        rows(&drawn)
            .iter()
            .all(|row| row["a_text"].contains("word7"))
    );
}
