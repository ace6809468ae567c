//! `wirecopy eval` as it is typed: the sample beside its truth, a result made by hand, sheets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

use serde_json::Value;
use support::{Row, put, rows, table, temp, traced, wirecopy};
use tempfile::TempDir;

const GROUPS: &str = "data/truth/groups.csv";
const LINEAGE: &str = "data/truth/lineage.csv";

fn sample() -> TempDir {
    traced(std::path::Path::new("."), &["data/sample"], &[])
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_string()
}

fn run(arguments: &[&str]) -> Output {
    wirecopy().arg("eval").args(arguments).output().unwrap()
}

fn out(arguments: &[&str]) -> String {
    let run = run(arguments);
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{arguments:?}: {said}");
    String::from_utf8(run.stdout).unwrap()
}

fn refusal(arguments: &[&str]) -> String {
    let run = run(arguments);
    assert_eq!(run.status.code(), Some(2), "{arguments:?}");
    assert!(run.stdout.is_empty());
    String::from_utf8(run.stderr).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&out(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// Count and total of a share.
fn share(figure: &Value) -> (u64, u64) {
    (
        figure["count"].as_u64().unwrap(),
        figure["of"].as_u64().unwrap(),
    )
}

#[test]
fn the_sample_beside_its_truth() {
    let folder = sample();
    let result = path(&folder, "result");
    let found = json(&[&result, "--truth", GROUPS, "--truth", LINEAGE]);
    assert_eq!(found["documents"]["documents_both"], 37);
    assert_eq!(found["documents"]["documents_truth_only"], 0);
    let groups = &found["groups"];
    assert_eq!(
        (&groups["true_groups"], &groups["predicted_groups"]),
        (&10.into(), &10.into())
    );
    for measure in [
        "pairs_f1",
        "adjusted_rand",
        "bcubed_precision",
        "bcubed_recall",
    ] {
        assert_eq!(groups[measure]["value"], 1.0, "{measure}");
    }

    // The same by hand, whatever lineage makes of it.
    let truth = rows(&fs::read(LINEAGE).unwrap());
    let claimed: BTreeMap<String, String> = table(&folder, "lineage.csv")
        .into_iter()
        .map(|row| (row["doc_id"].clone(), row["exemplar_id"].clone()))
        .collect();
    let known: Vec<&Row> = truth
        .iter()
        .filter(|row| row["note"] != "unknown")
        .collect();
    let with_parent = known.iter().filter(|row| !row["parent"].is_empty());
    let right = |row: &&&Row| claimed[&row["doc_id"]] == row["parent"];
    let lineage = &found["lineage"];
    assert_eq!(lineage["parents_judged"], known.len());
    assert_eq!(lineage["parents_unknowable"], 4);
    let expected = (
        with_parent.clone().filter(right).count() as u64,
        with_parent.count() as u64,
    );
    assert_eq!(share(&lineage["parent_accuracy"]), expected);
    assert_eq!(lineage["direction"]["value"], 1.0);
    assert_eq!(share(&lineage["origin_role"]).1, 9);

    let text = out(&[&result, "--truth", GROUPS]);
    assert!(
        text.contains("Groups: 10 true, 10 in the result, over 37 documents"),
        "{text}"
    );
    assert!(!text.contains("Lineage"));
    assert_eq!(json(&[&result, "--truth", GROUPS])["lineage"], Value::Null);
}

/// A result and a truth in which every kind of claim stands.
fn by_hand() -> TempDir {
    let folder = temp();
    fs::create_dir(folder.path().join("result")).unwrap();
    put(
        &folder,
        "result/run.json",
        "{\"program\":\"wirecopy\",\"csv\":\"neutral\"}",
    );
    put(
        &folder,
        "result/lineage.csv",
        "doc_id,group_id,role,source,title,exemplar_id,probability,missing_source\r\n\
         a,g1,origin,Wire,'=A,,,\r\n\
         b,g1,copy,Mail,B,a,0.9500,\r\n\
         c,g1,copy,Post,C,a,0.8500,\r\n\
         d,g1,copy,Mail,D,b,0.8500,\r\n\
         e,g2,copy,Mail,E,,0.7000,Tarnwire\r\n\
         f,g2,copy,Mail,F,,0.1000,unnamed\r\n\
         g,,singleton,Mail,G,,,\r\n\
         h,,excerpt,Mail,H,archived,1.0000,\r\n\
         extra,,singleton,,,,,\r\n",
    );
    put(
        &folder,
        "truth.csv",
        "\u{feff}Doc_ID;Group;Parent;Known\n\
         a;1;;\nb;1;a;yes\nc;1;b;\nd;1;b;no\ne;2;hidden;\nf;2;e;\ng;;;\nh;;?;\nhidden;2;;\n",
    );
    folder
}

#[test]
fn every_figure_of_a_result_made_by_hand() {
    let folder = by_hand();
    let (result, truth) = (path(&folder, "result"), path(&folder, "truth.csv"));
    let found = json(&[&result, "--truth", &truth]);
    let documents = &found["documents"];
    let counts = [
        "documents_both",
        "documents_result_only",
        "documents_truth_only",
    ];
    // `archived` is named as an exemplar only, and stands in the result with `extra`.
    assert_eq!(
        counts.map(|name| documents[name].as_u64().unwrap()),
        [8, 2, 1]
    );
    assert_eq!(found["groups"]["group_documents"], 8);
    assert_eq!(share(&found["groups"]["pairs_precision"]), (7, 7));
    let lineage = &found["lineage"];
    for (measure, count, of) in [
        ("parent_accuracy", 1, 3), // b; not c and f
        ("parent_claimed", 3, 3),
        ("claim_precision", 2, 4), // b and e; not c and f
        ("missing_source", 1, 1),
        ("direction", 1, 1), // a-b; b and c, e and f stand in no line
        ("direction_ordered", 1, 3),
        ("direction_of_edges", 1, 1),
        ("ancestor_precision", 2, 2), // a-b, a-c
        ("ancestor_recall", 2, 4),    // not b-c and e-f
        ("origin_role", 1, 1),
        ("origin_root", 1, 1),
        ("origin_missing", 1, 1),
    ] {
        assert_eq!(share(&lineage[measure]), (count, of), "{measure}");
    }
    assert_eq!(lineage["parents_unknowable"], 2);
    // Right at .95 and .7, wrong at .85 and .1.
    let calibration = &found["calibration"];
    assert_eq!(share(&calibration["claims_with_probability"]), (4, 4));
    assert_eq!(calibration["expected_calibration_error"]["value"], 0.325);
    let brier = (0.0025 + 0.7225 + 0.09 + 0.01) / 4.0;
    let said = calibration["brier"]["value"].as_f64().unwrap();
    assert!((said - brier).abs() < 1e-4);
    let bins = calibration["bins"].as_array().unwrap();
    assert_eq!(
        (bins.len(), &bins[8]["claims"], &bins[8]["right"]),
        (10, &1.into(), &0.into())
    );
    assert_eq!(bins[1]["bin_probability"], 0.1);

    let csv = rows(out(&[&result, "--truth", &truth, "--format", "csv"]).as_bytes());
    let row = |measure: &str| csv.iter().find(|row| row["measure"] == measure).unwrap();
    assert_eq!(row("ancestor_recall")["value"], "0.5000");
    assert_eq!(
        (&*row("bin_right")["low"], &*row("bin_right")["high"]),
        ("0.0000", "0.1000")
    );
    let text = out(&[&result, "--truth", &truth]);
    for line in [
        "8 documents in the result and in the truth; 2 in the result alone, 1 in the truth alone",
        "expected calibration error 0.3250, Brier score 0.206",
        "0.9 to 1.0          1         1   1.0000   0.9500",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn what_is_wrong_with_a_truth_is_said_with_its_place() {
    let folder = by_hand();
    let result = path(&folder, "result");
    for (truth, said) in [
        (
            "id,group\na,1\n",
            "line 1: has no column `doc_id`; it has id, group",
        ),
        (
            "doc_id,cluster\na,1\n",
            "has neither a column `group` nor a column `parent`; it has doc_id, cluster",
        ),
        (
            "doc_id,group\na,1\na,2\n",
            "line 3: doc_id \"a\" stands in line 2 of ",
        ),
        (
            "doc_id,parent\na,\nb,z\n",
            "line 3: \"b\" has the parent \"z\", which has no row; add one",
        ),
        (
            "doc_id,parent\na,b\nb,a\n",
            "line 2: \"a\" descends from itself",
        ),
        ("doc_id,parent\na,a\n", "line 2: \"a\" is its own parent"),
        (
            "doc_id,parent,known\na,,perhaps\n",
            "line 2: known is \"perhaps\"; write yes or no",
        ),
        ("doc_id,group\n,1\n", "line 2: has an empty doc_id"),
        ("doc_id,group\nz,1\n", "--truth: no doc_id of it stands in "),
    ] {
        let truth = put(&folder, "wrong.csv", truth);
        let message = refusal(&[&result, "--truth", truth.to_str().unwrap()]);
        assert!(message.contains(said), "{message}");
    }
    let nowhere = path(&folder, "nowhere");
    assert!(refusal(&[&result, "--truth", &nowhere]).contains("reading the truth"));
    assert!(refusal(&[&result]).contains("--truth"));
}

#[test]
fn only_a_finished_result_is_measured() {
    let folder = by_hand();
    let truth = path(&folder, "truth.csv");
    let result = path(&folder, "result");
    let nowhere = path(&folder, "nowhere");
    assert!(refusal(&[&nowhere, "--truth", &truth]).contains("looking at the results"));
    let plain = path(&folder, "");
    assert!(refusal(&[&plain, "--truth", &truth]).contains("holds no result of wirecopy"));
    let lineage = fs::read_to_string(folder.path().join("result/lineage.csv")).unwrap();
    for (from, to, said) in [
        (
            ",0.7000,",
            ",7,",
            "line 6: probability \"7\" is no number from 0 to 1",
        ),
        ("probability", "p", "has no column `probability`"),
        (
            "b,g1,",
            "a,g1,",
            "line 3: doc_id \"a\" stands in line 2 already",
        ),
        ("'=A,,,", "A,b,,", "\"a\" descends from itself"),
    ] {
        assert!(lineage.contains(from));
        put(&folder, "result/lineage.csv", lineage.replace(from, to));
        let message = refusal(&[&result, "--truth", &truth]);
        assert!(message.contains(said), "{message}");
    }
    put(&folder, "result/.wirecopy-unfinished", "");
    assert!(refusal(&[&result, "--truth", &truth]).contains("was not finished"));
}

/// The sheet with a label for each of its rows.
fn labelled(sheet: &str, label: impl Fn(usize, &Row) -> &'static str) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer(Vec::new());
    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
    let header = reader.headers().unwrap().clone();
    writer.write_record(&header).unwrap();
    for (number, row) in rows(sheet.as_bytes()).iter().enumerate() {
        let mut row = row.clone();
        row.insert("label".to_string(), label(number, &row).to_string());
        // What a spreadsheet of many countries makes of it.
        row.insert("jaccard".to_string(), row["jaccard"].replace('.', ","));
        writer
            .write_record(header.iter().map(|name| &row[name]))
            .unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn a_sheet_is_drawn_evenly_and_the_same_each_time() {
    let folder = sample();
    let result = path(&folder, "result");
    let sheet = out(&["sample", &result, "-n", "10"]);
    assert_eq!(sheet, out(&["sample", &result, "-n", "10"]));
    assert_ne!(sheet, out(&["sample", &result, "-n", "10", "--seed", "1"]));
    let drawn = rows(sheet.as_bytes());
    assert_eq!(drawn.len(), 10);

    let copies = |row: &&Row| row["relation"] != "template";
    let pairs = table(&folder, "pairs.csv");
    let pairs: Vec<&Row> = pairs.iter().filter(copies).collect();
    let in_band = |row: &Row, band: &str| {
        let jaccard: f64 = row["jaccard"].parse().unwrap();
        let (low, high) = band.split_once('-').unwrap();
        let (low, high): (f64, f64) = (low.parse().unwrap(), high.parse().unwrap());
        jaccard >= low && (jaccard < high || high == 1.0)
    };
    let mut of_bands: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &drawn {
        let same = |pair: &&&Row| pair["a_id"] == row["a_id"] && pair["b_id"] == row["b_id"];
        let pair = pairs.iter().find(same).unwrap();
        assert!(in_band(pair, &row["band"]));
        assert_eq!(
            (&pair["jaccard"], &pair["relation"]),
            (&row["jaccard"], &row["relation"])
        );
        let size = pairs
            .iter()
            .filter(|pair| in_band(pair, &row["band"]))
            .count();
        assert_eq!(row["band_pairs"], size.to_string());
        assert_eq!(row["all_pairs"], pairs.len().to_string());
        assert!(row["label"].is_empty() && row["a_text"].is_empty());
        *of_bands.entry(&row["band"]).or_default() += 1;
    }
    // Seven bands have pairs, three of them one only.
    assert_eq!(of_bands.len(), 7);
    assert!(of_bands.values().all(|&count| count <= 2));
    assert_eq!(
        rows(out(&["sample", &result]).as_bytes()).len(),
        pairs.len()
    );
}

#[test]
fn texts_stand_beside_the_pairs() {
    let folder = sample();
    let (result, file) = (path(&folder, "result"), path(&folder, "sheet.csv"));
    let typed = [
        "sample",
        &result,
        "--in",
        "data/sample",
        "--chars",
        "12",
        "-o",
        &file,
    ];
    assert_eq!(out(&typed), "");
    assert!(refusal(&typed).contains("exists; give --force to replace it"));
    let sheet = rows(&fs::read(&file).unwrap());
    let side = |key: &str| sheet.iter().find(|row| row["b_id"] == key).unwrap();
    let sarn = side("data/sample/wire/sarn-glassworks-b.txt");
    assert_eq!(
        (&*sarn["a_text"], &*sarn["b_text"]),
        ("SARN, Velmar…", "Sarn lets it…")
    );
    let ferry = side("harbour-ferry/tarnwire");
    assert_eq!(
        ferry["b_title"],
        "Ferry with 164 aboard freed from sandbank at Port Hallam"
    );
    assert_eq!(ferry["b_source"], "Tarnwire");

    let other = ["sample", &result, "--in", "data/sample/wire/fog-notice.txt"];
    assert!(refusal(&other).contains("--in: it has none of the documents of the sheet"));
    let inside = format!("{result}/pairs.csv");
    let refused = refusal(&["sample", &result, "--force", "-o", &inside]);
    assert!(
        refused.contains("inputs are never overwritten"),
        "{refused}"
    );
}

#[test]
fn labels_are_scored_by_band() {
    let folder = sample();
    let result = path(&folder, "result");
    let sheet = out(&["sample", &result, "-n", "24"]);
    // All right but one of the lowest band but one, which is wrong; the highest is left open.
    let label = |_: usize, row: &Row| match &*row["band"] {
        "0.4-0.5" => " N",
        "0.9-1.0" => "",
        "0.1-0.2" => "?",
        _ => "Y",
    };
    let file = put(&folder, "labelled.csv", labelled(&sheet, label));
    let file = file.to_str().unwrap();
    let found = json(&["score", file]);
    let bands = found["bands"].as_array().unwrap();
    let band = |name: &str| bands.iter().find(|band| band["band"] == name).unwrap();
    assert_eq!(band("0.1-0.2")["unsure"], 1);
    assert_eq!(band("0.4-0.5")["precision"], 0.0);
    assert_eq!(band("0.9-1.0")["precision"], Value::Null);
    assert_eq!(band("0.8-0.9")["high"], 1.0);
    let pairs = |name: &str| band(name)["pairs"].as_u64().unwrap();
    let right: u64 = ["0.5-0.6", "0.6-0.7", "0.7-0.8", "0.8-0.9"]
        .map(pairs)
        .iter()
        .sum();
    let all = right + pairs("0.4-0.5");
    let overall = &found["overall"];
    assert_eq!(overall["pairs"], all);
    let value = overall["precision"].as_f64().unwrap();
    assert!((value - right as f64 / all as f64).abs() < 5e-5);
    assert!(overall["low"].as_f64() < Some(value) && overall["high"].as_f64() > Some(value));
    assert_eq!(found["pairs_in_the_result"], 24);

    let csv = rows(out(&["score", file, "--format", "csv"]).as_bytes());
    let last = csv.last().unwrap();
    assert_eq!(
        (&*last["band"], last["pairs"].parse().ok()),
        ("all", Some(all))
    );
    let text = out(&["score", file]);
    assert!(
        text.contains(&format!("it speaks of {all} of the 24 pairs")),
        "{text}"
    );

    let wrong = put(
        &folder,
        "wrong.csv",
        labelled(&sheet, |at, _| ["", "maybe"][at % 2]),
    );
    let message = refusal(&["score", wrong.to_str().unwrap()]);
    assert!(
        message.contains("line 3: label is \"maybe\"; write y, n or ?"),
        "{message}"
    );
    let two = [
        &*sheet,
        &sheet.lines().nth(1).unwrap().replace(",24", ",25"),
    ]
    .concat();
    let two = put(&folder, "two.csv", two);
    assert!(refusal(&["score", two.to_str().unwrap()]).contains("of two sheets"));
    assert!(out(&["score", &path(&folder, "labelled.csv")]).contains("0.8-0.9"));
}

#[test]
fn flags_from_a_file_reach_what_eval_does() {
    let folder = sample();
    let result = path(&folder, "result");
    let flags = put(
        &folder,
        "flags.toml",
        "pairs = 3\nseed = 7\nthreshold = 0.6\nformat = \"json\"\n",
    );
    let flags = flags.to_str().unwrap();
    let typed = out(&["sample", &result, "-n", "3", "--seed", "7"]);
    assert_eq!(out(&["sample", &result, "--config", flags]), typed);
    let more = out(&["sample", &result, "-n", "5", "--config", flags]);
    assert_eq!(rows(more.as_bytes()).len(), 5);
    let found = out(&[&result, "--truth", GROUPS, "--config", flags]);
    assert_eq!(
        serde_json::from_str::<Value>(&found).unwrap()["lineage"],
        Value::Null
    );
}
