//! The credit audit: who ran whose copy, how much of it, credited or not.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::json;
use support::{Row, files, json as read_json, put, table, temp, traced, wirecopy};
use tempfile::TempDir;

const SAMPLE: &str = "data/sample";

const BRIDGE: [&str; 9] = [
    "The old bridge at Marnby was closed to all traffic on Monday after divers found cracks in two of its piers, the county said.",
    "Buses will go round by Orme until the middle of May, which adds forty minutes to the way to school for most children.",
    "A ferry that had been laid up since the spring floods is to carry people on foot from Tuesday at no charge.",
    "Engineers from the capital are expected to look at all eleven piers before the end of the week and to report in public.",
    "The bridge was last repaired in 1988, when a barge loaded with gravel ran into the pier nearest to the Marnby bank.",
    "Shopkeepers on the Orme side fear for their trade, and asked the county for help with their rents until it opens.",
    "The mayor said that nobody could have known of the cracks, which lie far under the water even in a dry summer.",
    "A diver who asked not to be named said that he had written of them to the county as long as three years ago.",
    "The county has called a meeting at the town hall on Thursday evening, to which everybody is invited.",
];

const WINE: [&str; 7] = [
    "Growers in the Velm valley brought in the smallest harvest since records began, their union said at its yearly dinner.",
    "Frost in the first week of May took the buds off two vines in three, and hail in August most of what had come again.",
    "Cellars hold enough of the older vintages to fill the orders of restaurants until the summer after next, by its reckoning.",
    "What there is will be dear: a bottle of the common red may cost half as much again from Christmas onwards.",
    "Young growers speak of planting apricots on the lower slopes, as their neighbours across the border have done for years.",
    "An insurance that covers frost exists, but few have signed up for it because the state pays only a tenth of the premium.",
    "Parliament is to debate a larger share on the last day of the session, when most members are already on their way home.",
];

const TRAM: [&str; 7] = [
    "Line nine of the Hallam tramway will run all night from the first of October, the works department announced.",
    "Drivers had refused the late shifts since a colleague was robbed at the terminus, and now get a second man on board.",
    "Tickets bought after midnight are to cost the same as by day, against the advice of the auditors.",
    "Students of the conservatory collected nine thousand signatures, many of them in the waiting room of the night clinic.",
    "If more than two hundred people ride on an average night, lines four and twelve may follow in spring.",
    "The last time that trams ran through the night here was during the great exhibition, seventy years ago.",
    "Residents of Mill Street have gone to court over the noise in the curve, where the rails are to be greased by hand.",
];

/// A record; `minute` counts from noon.
fn record(id: &str, source: &str, minute: Option<u32>, text: &str) -> String {
    let mut fields = json!({ "id": id, "source": source, "text": text });
    if let Some(minute) = minute {
        let (hour, minute) = (12 + minute / 60, minute % 60);
        fields["published"] = format!("2031-04-03T{hour:02}:{minute:02}:17Z").into();
    }
    format!("{fields}\n")
}

/// An agency, its copies, a copy of a copy, a wrong credit, its own re-post, a text
/// that nobody has, and a story that has nothing to do with it.
fn feed(folder: &TempDir) -> PathBuf {
    let wire = format!("MARNBY (Tarnwire) - {}", BRIDGE.join(" "));
    let wine = |sentences: usize| {
        format!(
            "{}\n\nSource: Ostrel News Agency",
            WINE[..sentences].join(" ")
        )
    };
    let tram = TRAM.join(" ");
    let without_ferry = [&BRIDGE[..2], &BRIDGE[3..]].concat().join(" ");
    let records = [
        record("wire-1", "Tarnwire", Some(0), &wire),
        record(
            "wire-2",
            "Tarnwire",
            Some(90),
            &format!("{wire} It opens again in June."),
        ),
        record("ledger", "Ledger", Some(10), &wire),
        record("post", "Post", Some(31), &BRIDGE[..6].join(" ")),
        record(
            "mail",
            "Mail",
            Some(50),
            &format!("{without_ferry}\n\nSource: Kessary Press Agency"),
        ),
        record("echo", "Echo", None, &wine(7)),
        record("star", "Star", None, &wine(5)),
        record("kpa", "Kessary Press Agency", Some(5), &tram),
        record(
            "dial",
            "Dial",
            Some(15),
            &format!("{tram}\n\nSource: Kessary Press Agency"),
        ),
    ];
    put(folder, "feed.jsonl", records.concat())
}

fn by_key(rows: Vec<Row>, column: &str) -> BTreeMap<String, Row> {
    rows.into_iter()
        .map(|row| (row[column].clone(), row))
        .collect()
}

fn number(row: &Row, column: &str) -> u64 {
    row[column].parse().unwrap()
}

/// The figures of sources.csv counted from lineage.csv alone.
fn counted(lineage: &[Row]) -> BTreeMap<String, BTreeMap<&'static str, u64>> {
    let source: BTreeMap<&str, &str> = lineage
        .iter()
        .map(|row| (&*row["doc_id"], &*row["source"]))
        .collect();
    let mut sums: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    let mut add = |source: &str, what| {
        if !source.is_empty() && source != "unnamed" {
            *sums
                .entry(source.to_string())
                .or_default()
                .entry(what)
                .or_default() += 1;
        }
    };
    for row in lineage {
        add(&row["source"], "texts");
        let from = match &*row["exemplar_id"] {
            "" => &*row["missing_source"],
            exemplar => source[exemplar],
        };
        let is_copy = matches!(&*row["role"], "copy" | "excerpt") && from != row["source"];
        if is_copy {
            add(from, "copies");
            add(&row["source"], "copies_made");
            if row["role"] == "excerpt" {
                add(from, "excerpts");
            }
            match &*row["credit_status"] {
                "credited" => add(from, "credited"),
                "uncredited" => add(from, "uncredited"),
                "mismatched" => add(from, "mismatched"),
                _ => {}
            }
        }
    }
    sums
}

fn check_figures(results: &TempDir) {
    let lineage = table(results, "lineage.csv");
    let sources = by_key(table(results, "sources.csv"), "source");
    let counted = counted(&lineage);
    assert!(counted.keys().eq(sources.keys()));
    for (source, row) in &sources {
        let wanted = |what: &str| counted[source].get(what).copied().unwrap_or(0);
        for what in [
            "texts",
            "copies",
            "copies_made",
            "excerpts",
            "credited",
            "uncredited",
            "mismatched",
        ] {
            assert_eq!(number(row, what), wanted(what), "{source}: {what}");
        }
        let statuses = ["credited", "uncredited", "mismatched"].map(|what| number(row, what));
        assert_eq!(
            statuses.iter().sum::<u64>(),
            number(row, "copies"),
            "{source}"
        );
        assert_eq!(row["in_input"], (number(row, "texts") > 0).to_string());
    }
    let groups = table(results, "groups.csv");
    for group in &groups {
        let of_group = || {
            lineage
                .iter()
                .filter(|row| row["group_id"] == group["group_id"])
        };
        for status in ["credited", "uncredited", "mismatched"] {
            let count = of_group()
                .filter(|row| row["credit_status"] == *status)
                .count() as u64;
            assert_eq!(number(group, status), count);
        }
    }
}

/// Every credit stands in evidence.csv, with its place.
fn check_places(results: &TempDir) {
    let evidence = table(results, "evidence.csv");
    for row in table(results, "lineage.csv") {
        if row["credit"].is_empty() {
            assert!(
                !matches!(&*row["credit_status"], "credited" | "mismatched"),
                "{row:?}"
            );
            continue;
        }
        let says =
            |piece: &&Row| piece["doc_id"] == row["doc_id"] && piece["text"] == row["credit"];
        let piece = evidence
            .iter()
            .find(says)
            .unwrap_or_else(|| panic!("{row:?}"));
        // The address of the document stands in no text.
        if row["credit"] != row["url"] {
            assert_eq!(piece["in_doc"], row["doc_id"]);
            assert!(number(piece, "start") < number(piece, "end") && number(piece, "line") > 0);
        }
    }
}

#[test]
fn figures_balance_and_credits_have_their_place() {
    let folder = temp();
    let feed = feed(&folder);
    for input in [SAMPLE, feed.to_str().unwrap()] {
        let results = traced(env!("CARGO_MANIFEST_DIR").as_ref(), &[input], &[]);
        check_figures(&results);
        check_places(&results);
    }
}

#[test]
fn each_copy_is_credited_or_not() {
    let folder = temp();
    let results = traced(folder.path(), &[feed(&folder).to_str().unwrap()], &[]);
    let lineage = by_key(table(&results, "lineage.csv"), "doc_id");
    let wanted = [
        ("wire-1", "origin", "", ""),
        ("ledger", "copy", "wire-1", "credited"),
        ("post", "copy", "", "uncredited"),
        ("mail", "copy", "", "mismatched"),
        ("echo", "copy", "", "credited"),
        ("star", "copy", "", "credited"),
        ("dial", "copy", "kpa", "credited"),
    ];
    for (doc, role, exemplar, status) in wanted {
        let row = &lineage[doc];
        assert_eq!(
            (&*row["role"], &*row["credit_status"]),
            (role, status),
            "{doc}"
        );
        assert!(
            exemplar.is_empty() || row["exemplar_id"] == exemplar,
            "{doc}"
        );
    }
    assert_eq!(lineage["mail"]["credit"], "Source: Kessary Press Agency");
    assert_eq!(lineage["wire-2"]["role"], "revision");
    assert_eq!(lineage["wire-2"]["credit_status"], "");

    let sources = by_key(table(&results, "sources.csv"), "source");
    let tarnwire = &sources["Tarnwire"];
    assert_eq!(tarnwire["own_reposts"], "1");
    assert_eq!(
        number(tarnwire, "copies") + number(tarnwire, "onward_copies"),
        3
    );
    let ostrel = &sources["Ostrel News Agency"];
    let row = [
        "in_input",
        "texts",
        "copies",
        "outlets",
        "credited",
        "median_lag_seconds",
        "median_share_kept",
    ];
    assert_eq!(
        row.map(|column| &*ostrel[column]),
        ["false", "0", "2", "2", "2", "", ""]
    );
}

#[test]
fn the_summary_names_who_copied_whom() {
    let folder = temp();
    let run = wirecopy().arg("trace").arg(feed(&folder)).output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    let summary = said.split("Whose texts were copied\n").nth(1).unwrap();
    assert!(summary.starts_with("  Tarnwire: "), "{summary}");
    let ostrel =
        "  Ostrel News Agency (not in the input): 2 copies: 2 credited\n    by Echo, Star\n";
    assert!(summary.contains(ostrel), "{summary}");
    assert!(
        summary
            .contains("  counted apart: 1 re-post or revision by the outlet of the text itself\n")
    );
    assert!(said.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn one_source_by_any_of_its_names() {
    let folder = temp();
    let feed = feed(&folder);
    let input = feed.to_str().unwrap();
    let aliases = put(
        &folder,
        "names.txt",
        "Kessary Press Agency = Kess, kpa.example\n",
    );
    let aliases = aliases.to_str().unwrap();
    let view = |name: &str| {
        let run = wirecopy()
            .args(["trace", input, "--aliases", aliases, "--origin", name])
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(0), "{name}");
        String::from_utf8(run.stdout).unwrap()
    };
    let own = view("Kessary Press Agency");
    for name in ["KESS", "kpa.example", "KPA", "kessary press agency"] {
        assert_eq!(view(name), own, "{name}");
    }
    assert!(
        own.starts_with(
            "Kessary Press Agency: 1 text in the input\n  1 copy of 1 text: credited\n"
        ),
        "{own}"
    );
    assert!(own.contains("\n  dial (Dial), 10 min later\n"));
    let named = "Credit it, and are not known to be made from its texts\n  mail (Mail)\n    credits another: Source: Kessary Press Agency\n";
    assert!(own.contains(named), "{own}");

    let wire = view("tarnwire");
    assert!(wire.contains("\n  ledger (Ledger), 10 min later\n    kept 100 % of the words, every sentence as it was\n    credited: (Tarnwire)\n"), "{wire}");
    assert!(wire.contains("3 cut from the tail"), "{wire}");
    assert!(!wire.contains("dial"));
    let ostrel = view("Ostrel News Agency");
    assert!(
        ostrel.contains("A text that the input lacks (group g"),
        "{ostrel}"
    );
    assert!(
        ostrel.contains("  echo (Echo)\n    credited: Source: Ostrel News Agency\n"),
        "{ostrel}"
    );
    assert!(
        view("Reuters")
            .starts_with("Reuters: no text of its own in the input\n  no copy was found\n")
    );
}

#[test]
fn files_of_one_source_tell_of_nothing_else() {
    let folder = temp();
    let feed = feed(&folder);
    let input = feed.to_str().unwrap();
    let (all, one) = (
        traced(folder.path(), &[input], &[]),
        traced(
            folder.path(),
            &[input],
            &["--origin", "tarnwire", "--prov", "--graph", "dot"],
        ),
    );
    let keys = |results: &TempDir, file: &str, column: &str| -> BTreeSet<String> {
        table(results, file)
            .into_iter()
            .map(|row| row[column].clone())
            .collect()
    };
    let told = keys(&one, "lineage.csv", "doc_id");
    let wanted = ["ledger", "mail", "post", "wire-1", "wire-2"].map(String::from);
    assert_eq!(told, BTreeSet::from(wanted));
    let groups = keys(&one, "groups.csv", "group_id");
    assert_eq!(groups.len(), 1);
    for (file, columns) in [
        ("lineage.csv", &["doc_id"][..]),
        ("pairs.csv", &["a_id", "b_id"]),
        ("changes.csv", &["exemplar_id", "copy_id"]),
        ("evidence.csv", &["doc_id"]),
    ] {
        let is_told = |row: &Row| columns.iter().all(|column| told.contains(&row[*column]));
        let wanted: Vec<Row> = table(&all, file).into_iter().filter(is_told).collect();
        assert!(!wanted.is_empty());
        assert_eq!(table(&one, file), wanted, "{file}");
    }
    // What a row refers to is told as well.
    for row in table(&one, "lineage.csv") {
        assert!(row["exemplar_id"].is_empty() || told.contains(&row["exemplar_id"]));
        assert!(row["group_id"].is_empty() || groups.contains(&row["group_id"]));
    }
    assert_eq!(
        keys(&one, "sources.csv", "source")
            .into_iter()
            .collect::<Vec<_>>(),
        ["Tarnwire"]
    );
    let manifest = read_json(&one, "run.json");
    assert_eq!(manifest["origin"], "Tarnwire");
    assert_eq!(manifest["counts"]["documents_of_the_origin"], 5);
    assert!(read_json(&all, "run.json")["origin"].is_null());
    let drawn = files(&one.path().join("result"));
    assert!(!String::from_utf8_lossy(&drawn["lineage.dot"]).contains("dial"));
    assert!(!String::from_utf8_lossy(&drawn["lineage.prov.json"]).contains("dial"));
}

#[test]
fn threads_and_order_change_no_byte() {
    let folder = temp();
    let feed = feed(&folder);
    let text = std::fs::read_to_string(&feed).unwrap();
    let lines: Vec<&str> = text.lines().rev().collect();
    let turned = put(&folder, "turned.jsonl", lines.join("\n"));
    let result = |input: &PathBuf, threads: &str| {
        let flags = ["--origin", "Tarnwire", "--threads", threads];
        files(
            &traced(folder.path(), &[input.to_str().unwrap()], &flags)
                .path()
                .join("result"),
        )
    };
    let first = result(&feed, "1");
    assert_eq!(first, result(&feed, "3"));
    assert_eq!(first, result(&turned, "2"));
}

#[test]
fn a_name_that_nobody_has_is_refused() {
    let folder = temp();
    let feed = feed(&folder);
    let out = folder.path().join("out");
    let run = wirecopy()
        .arg("trace")
        .arg(&feed)
        .args(["--origin", "Tarnwier", "-o"])
        .arg(&out)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(
        said.contains(
            "--origin: no text is from \"Tarnwier\" or credits it; did you mean Tarnwire?"
        ),
        "{said}"
    );
    assert!(!out.exists());
}
