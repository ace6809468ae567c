//! The lineage as PROV and as graphs: every format says what lineage.csv says.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use support::graphs::{self, Graph, Said, kinds};
use support::{Row, files, golden, put, table, temp, traced, wirecopy};
use tempfile::TempDir;
use wirecopy::config::Settings;
use wirecopy::document::{DocId, Document};
use wirecopy::ingest::Intake;
use wirecopy::lineage::Role;
use wirecopy::pipeline::{self, Silent};
use wirecopy::trace::{Relation, Trace, UNNAMED};
use wirecopy::write::{CsvStyle, Export, publish};

const SAMPLE: &str = "data/sample";
const ALL: &[&str] = &["--prov", "--graph", "graphml,dot", "--graph", "gexf"];

fn sample() -> TempDir {
    traced(Path::new(env!("CARGO_MANIFEST_DIR")), &[SAMPLE], ALL)
}

fn text(folder: &TempDir, export: Export) -> String {
    fs::read_to_string(folder.path().join("result").join(export.file())).unwrap()
}

fn read(folder: &TempDir, export: Export) -> Graph {
    let text = text(folder, export);
    match export {
        Export::Prov => graphs::prov(&text),
        Export::GraphMl => graphs::graphml(&text),
        Export::Dot => graphs::dot(&text),
        Export::Gexf => graphs::gexf(&text),
    }
}

/// What lineage.csv says of the ends of an edge, in the words of the graphs.
fn expected(lineage: &[Row]) -> Graph {
    let mut graph = Graph::default();
    let by_key: BTreeMap<&str, &Row> = lineage.iter().map(|r| (&*r["doc_id"], r)).collect();
    let id = |key: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let mut id = String::from("doc-");
        for c in key.chars() {
            match plain(c) {
                true => id.push(c),
                false => id.push_str(&format!("_{:02X}", u32::from(c))),
            }
        }
        id
    };
    let said = |row: &Row, names: &[(&str, &str)]| -> Said {
        let known = names.iter().filter(|(_, column)| !row[*column].is_empty());
        known
            .map(|(name, column)| ((*name).into(), row[*column].clone()))
            .collect()
    };
    let mut drawn = BTreeSet::new();
    for row in lineage {
        let (key, exemplar) = (&*row["doc_id"], &*row["exemplar_id"]);
        if !row["group_id"].is_empty() || !exemplar.is_empty() {
            drawn.insert(key);
        }
        if exemplar.is_empty() {
            continue;
        }
        drawn.insert(exemplar);
        let mut edge = said(
            row,
            &[
                ("probability", "probability"),
                ("relation", "relation"),
                ("basis", "direction_basis"),
                ("evidence", "evidence"),
                ("jaccard", "jaccard"),
                ("lag_seconds", "lag_seconds"),
                ("words_added", "words_added"),
                ("words_dropped", "words_dropped"),
            ],
        );
        edge.insert("role".into(), "exemplar".into());
        graph.edges.insert((id(exemplar), id(key)), edge);
    }
    for key in drawn {
        let node = said(
            by_key[key],
            &[
                ("key", "doc_id"),
                ("title", "title"),
                ("source", "source"),
                ("published", "published"),
                ("words", "words"),
                ("role", "role"),
                ("group", "group_id"),
                ("credit_status", "credit_status"),
            ],
        );
        graph.nodes.insert(id(key), node);
    }
    graph
}

#[test]
fn every_export_of_the_sample() {
    let folder = sample();
    for &export in Export::ALL {
        golden(
            &format!("exports/{}", export.file()),
            text(&folder, export).as_bytes(),
        );
    }
}

#[test]
fn every_format_says_what_the_table_says() {
    let folder = sample();
    let expected = expected(&table(&folder, "lineage.csv"));
    // No missing source stands in the sample.
    assert!(expected.nodes.len() > 20 && expected.edges.len() > 10);
    for &export in Export::ALL {
        assert_eq!(read(&folder, export), expected, "{export:?}");
    }
}

#[test]
fn prov_tells_copies_quotations_and_revisions_apart() {
    let folder = sample();
    let value: Value = serde_json::from_str(&text(&folder, Export::Prov)).unwrap();
    let cases = [
        (
            "harbour-ferry_2Fledger",
            "harbour-ferry_2Ftarnwire",
            &["prov:PrimarySource"][..],
        ),
        (
            "gorran-slide_2Fpost-3",
            "gorran-slide_2Fpost-2",
            &["prov:Revision"],
        ),
        ("gorran-slide_2Ftoday", "gorran-slide_2Fpost-2", &[]),
        (
            "gorran-slide_2Ftoday",
            "gorran-slide_2Fpost-1",
            &["prov:PrimarySource"],
        ),
        (
            "holm-tunnel_2Fcourier",
            "holm-tunnel_2Fregister",
            &["prov:Quotation"],
        ),
    ];
    for (copy, exemplar, wanted) in cases {
        let (copy, exemplar) = (format!("doc-{copy}"), format!("doc-{exemplar}"));
        assert_eq!(kinds(&value, &copy, &exemplar).unwrap(), wanted, "{copy}");
    }
    // A claim that is not made is not drawn, and outlets stand once each.
    let (a, b) = ("doc-skerra-line_2Fondria", "doc-skerra-line_2Fsarovia");
    assert!(kinds(&value, a, b).is_none() && kinds(&value, b, a).is_none());
    let agent = &value["agent"]["item:outlet-Brennick_20Ledger"];
    assert_eq!(agent["prov:label"], "Brennick Ledger");
    let attributed = value["wasAttributedTo"].as_object().unwrap().values();
    let by_ledger = attributed.filter(|r| r["prov:agent"] == "item:outlet-Brennick_20Ledger");
    assert_eq!(by_ledger.count(), 2);
}

/// Five texts of one group under awkward names, with a lineage of every sort.
fn awkward() -> Trace {
    let story = "The old bridge at Marnby was closed to all traffic on Monday after divers found \
        cracks in two of its piers, the county said. Buses will go round by Orme until it opens.";
    let keys = [
        "",
        "a\u{0}\u{1b}[31m\u{fffe}",
        "b\"]]>&amp;<x y='\\",
        "c\\u{0} é漢\n\t\r",
        "d_5F.",
    ];
    let document = |key: &str| Document {
        key: key.into(),
        text: story.into(),
        title: Some(format!("{key}\\").into()),
        source: Some(format!(" {key}-->").into()),
        ..Document::default()
    };
    let intake = Intake {
        documents: keys.map(document).to_vec(),
        ..Intake::default()
    };
    let mut trace = pipeline::trace(intake, &Settings::default(), &Silent).unwrap();
    assert_eq!(trace.groups.len(), 1);
    for line in &mut trace.lineage {
        (line.exemplar, line.root) = (None, None);
        (line.role, line.relation) = (Role::Unresolved, Some(Relation::Identical));
        line.compared_with = Some(DocId(0));
    }
    // 1 is from a source that the input lacks, 2 from 1 and 4, 3 from nobody knows whom,
    // 4 from a missing source without a name.
    let lines = &mut trace.lineage;
    lines[1].missing_source = Some("Tarn & Wire\u{7}".into());
    lines[1].probability = Some(0.75);
    lines[2].role = Role::Copy;
    lines[2].exemplar = Some(DocId(1));
    lines[2].probability = Some(0.123_456);
    lines[2].second_exemplar = Some(DocId(4));
    lines[2].root = Some((DocId(1), 1));
    lines[2].lag_seconds = Some(-60);
    lines[4].missing_source = Some(UNNAMED.into());
    lines[4].relation = Some(Relation::SharedSource);
    trace
}

#[test]
fn missing_sources_second_exemplars_and_awkward_names() {
    let trace = awkward();
    let folder = temp();
    let result = folder.path().join("result");
    publish(&trace, &result, CsvStyle::Neutral, Export::ALL, false).unwrap();
    let graph = read(&folder, Export::GraphMl);
    for &export in Export::ALL {
        assert_eq!(read(&folder, export), graph, "{export:?}");
    }

    let keys: BTreeSet<&str> = graph
        .nodes
        .values()
        .filter_map(|said| said.get("key").map(String::as_str))
        .collect();
    // An empty value is no value.
    let wanted = trace.documents.iter().map(|document| &*document.key);
    assert_eq!(keys, wanted.filter(|key| !key.is_empty()).collect());
    for (id, said) in graph.nodes.iter().filter(|(id, _)| id.starts_with("doc-")) {
        let key = said.get("key").map_or("", |key| key);
        assert_eq!(said["title"], format!("{key}\\"), "{id}");
        assert_eq!(said["source"], format!(" {key}-->"), "{id}");
    }

    let group = &trace.groups[0].id;
    let wire = format!("missing-{group}-Tarn_20_26_20Wire_07");
    let unnamed = format!("missing-{group}-unnamed");
    let missing = &graph.nodes[&wire];
    assert_eq!(missing["role"], "missing_source");
    assert_eq!(missing["source"], "Tarn & Wire\u{7}");
    assert_eq!(&missing["group"], group);
    assert!(!graph.nodes[&unnamed].contains_key("source"));
    assert_eq!((graph.nodes.len(), graph.edges.len()), (7, 4));

    let id = |doc: u32| {
        let key = trace.key(DocId(doc));
        let with_key = |said: &Said| said.get("key").map(String::as_str) == Some(key);
        let found = graph.nodes.iter().find(|(_, said)| with_key(said));
        found.unwrap().0.clone()
    };
    let edge = |from: &str, to: u32| &graph.edges[&(from.to_string(), id(to))];
    assert_eq!(edge(&wire, 1)["probability"], "0.7500");
    // Nothing is compared with a text that is not there.
    assert!(!edge(&wire, 1).contains_key("jaccard") && !edge(&wire, 1).contains_key("relation"));
    let first = edge(&id(1), 2);
    assert_eq!(
        (&*first["role"], &*first["probability"]),
        ("exemplar", "0.1235")
    );
    assert_eq!(first["lag_seconds"], "-60");
    let second = edge(&id(4), 2);
    assert_eq!(*second, Said::from([("role".into(), "second".into())]));
    assert_eq!(edge(&unnamed, 4)["role"], "exemplar");

    let value: Value = serde_json::from_str(&text(&folder, Export::Prov)).unwrap();
    let primary = Some(vec!["prov:PrimarySource".to_string()]);
    assert_eq!(kinds(&value, &id(1), &wire), primary);
    assert_eq!(kinds(&value, &id(2), &wire), primary, "by way of 1");
    assert_eq!(kinds(&value, &id(2), &id(1)), Some(Vec::new()));
    assert_eq!(kinds(&value, &id(2), &id(4)), Some(Vec::new()));
    assert_eq!(kinds(&value, &id(4), &unnamed), primary);
    let alike = value["alternateOf"].as_object().unwrap().values();
    let alike: BTreeSet<&str> = alike
        .map(|r| r["prov:alternate1"].as_str().unwrap())
        .collect();
    let wanted = [1, 3, 4].map(|doc| format!("item:{}", id(doc)));
    assert_eq!(alike, wanted.iter().map(String::as_str).collect());
    // Who is missing is an outlet too, unless nobody knows who it is.
    let agents = value["agent"].as_object().unwrap();
    assert!(agents.contains_key("item:outlet-Tarn_20_26_20Wire_07"));
    assert_eq!(agents.len(), 6);
}

#[test]
fn an_input_without_copies_makes_empty_graphs() {
    let folder = temp();
    put(&folder, "a.txt", "Nothing else is like it.");
    let result = traced(folder.path(), &["a.txt"], ALL);
    for &export in Export::ALL {
        assert_eq!(read(&result, export), Graph::default(), "{export:?}");
    }
}

#[test]
fn what_is_not_asked_for_goes_with_force() {
    let folder = temp();
    let result = folder.path().join("result");
    let trace = |flags: &[&str]| {
        let mut run = wirecopy();
        let run = run.args(["trace", SAMPLE, "-o"]).arg(&result).args(flags);
        assert_eq!(run.output().unwrap().status.code(), Some(0), "{flags:?}");
        let names = files(&result).into_keys();
        names
            .filter(|name| name.starts_with("lineage."))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        trace(ALL),
        [
            "lineage.csv",
            "lineage.dot",
            "lineage.gexf",
            "lineage.graphml",
            "lineage.prov.json"
        ]
    );
    let again = ["--force", "--graph=dot", "--graph", "dot"];
    assert_eq!(trace(&again), ["lineage.csv", "lineage.dot"]);
    assert_eq!(trace(&["--force"]), ["lineage.csv"]);
}

#[test]
fn exports_need_a_folder() {
    for (flags, named) in [
        (&["--prov"][..], ["--prov", "lineage.prov.json", "-o"]),
        (&["--graph", "gexf"], ["--graph", "lineage.gexf", "-o"]),
    ] {
        let run = wirecopy()
            .args(["trace", SAMPLE])
            .args(flags)
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(2));
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(named.iter().all(|word| said.contains(word)), "{said}");
        assert!(run.stdout.is_empty());
    }
    let run = wirecopy()
        .args(["trace", SAMPLE, "-o", "x", "--graph", "svg"])
        .output()
        .unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(
        run.status.code() == Some(2) && said.contains("graphml"),
        "{said}"
    );
}

#[test]
fn a_file_of_flags_takes_a_list_of_graphs() {
    let folder = temp();
    let flags = put(
        &folder,
        "flags.toml",
        "prov = true\ngraph = [\"dot\", \"gexf\"]\n",
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let result = traced(root, &[SAMPLE], &["--config", flags.to_str().unwrap()]);
    let files = files(&result.path().join("result"));
    let has = |export: Export| files.contains_key(export.file());
    assert!(has(Export::Prov) && has(Export::Dot) && has(Export::Gexf));
    assert!(!has(Export::GraphMl));
}
