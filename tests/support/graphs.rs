//! The graphs of a trace, read without wirecopy.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;
use serde_json::Value;

/// What is said about a node or an edge, by name.
pub type Said = BTreeMap<String, String>;

/// A graph; edges by their two ends, which must differ from edge to edge.
#[derive(Debug, Default, PartialEq)]
pub struct Graph {
    pub nodes: BTreeMap<String, Said>,
    pub edges: BTreeMap<(String, String), Said>,
}

impl Graph {
    fn node(&mut self, id: &str, said: Said) {
        assert!(
            self.nodes.insert(id.into(), said).is_none(),
            "{id} stands twice"
        );
    }

    fn edge(&mut self, from: &str, to: &str, said: Said) {
        for end in [from, to] {
            assert!(self.nodes.contains_key(end), "no node {end}");
        }
        let ends = (from.to_string(), to.to_string());
        let before = self.edges.insert(ends, said);
        assert!(before.is_none(), "{from} to {to} stands twice");
    }
}

/// Undoes `\u{HEX}`.
fn original(stored: &str) -> String {
    let mut parts = stored.split("\\u{");
    let mut text = parts.next().unwrap().to_string();
    for part in parts {
        let (number, rest) = part.split_once('}').unwrap();
        let number = u32::from_str_radix(number, 16).unwrap();
        text.push(char::from_u32(number).unwrap());
        text.push_str(rest);
    }
    text
}

fn children<'a>(node: Node<'a, 'a>, name: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children()
        .filter(move |child| child.has_tag_name(name))
}

fn one<'a>(node: Node<'a, 'a>, name: &'a str) -> Node<'a, 'a> {
    let mut all = children(node, name);
    let first = all.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(all.next().is_none(), "two of {name}");
    first
}

/// Checks that a value is of its declared type.
fn typed(value: &str, kind: &str) {
    match kind {
        "string" => {}
        "long" => assert!(value.parse::<i64>().is_ok(), "{value}"),
        "double" => assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{value}"),
        other => panic!("no such type: {other}"),
    }
}

/// Names and types by id, in what they may be said about.
type Declared = BTreeMap<String, (String, String, String)>;

fn said(list: impl Iterator<Item = (String, String)>, of: &str, declared: &Declared) -> Said {
    let mut said = Said::new();
    for (id, value) in list {
        let (about, name, kind) = &declared[&id];
        assert_eq!(about, of);
        typed(&value, kind);
        assert!(said.insert(name.clone(), original(&value)).is_none());
    }
    said
}

/// Reads GraphML.
pub fn graphml(text: &str) -> Graph {
    let document = roxmltree::Document::parse(text).unwrap();
    let root = document.root_element();
    let space = Some("http://graphml.graphdrawing.org/xmlns");
    assert_eq!(
        (root.tag_name().name(), root.tag_name().namespace()),
        ("graphml", space)
    );
    let get = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().to_string();
    let declared: Declared = children(root, "key")
        .map(|key| {
            let about = (
                get(key, "for"),
                get(key, "attr.name"),
                get(key, "attr.type"),
            );
            (get(key, "id"), about)
        })
        .collect();
    let drawn = one(root, "graph");
    assert_eq!(drawn.attribute("edgedefault"), Some("directed"));
    let data = |node: Node<'_, '_>, of: &str| {
        let list = node.children().filter(Node::is_element).map(|data| {
            assert!(data.has_tag_name("data"));
            let value = data.text().unwrap().to_string();
            (data.attribute("key").unwrap().to_string(), value)
        });
        said(list, of, &declared)
    };
    let mut graph = Graph::default();
    for node in children(drawn, "node") {
        graph.node(&get(node, "id"), data(node, "node"));
    }
    for edge in children(drawn, "edge") {
        graph.edge(
            &get(edge, "source"),
            &get(edge, "target"),
            data(edge, "edge"),
        );
    }
    graph
}

/// Reads GEXF.
pub fn gexf(text: &str) -> Graph {
    let document = roxmltree::Document::parse(text).unwrap();
    let root = document.root_element();
    let space = Some("http://www.gexf.net/1.2draft");
    assert_eq!(
        (root.tag_name().name(), root.tag_name().namespace()),
        ("gexf", space)
    );
    let drawn = one(root, "graph");
    assert_eq!(drawn.attribute("defaultedgetype"), Some("directed"));
    let get = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().to_string();
    let mut declared = Declared::new();
    for list in children(drawn, "attributes") {
        for attribute in children(list, "attribute") {
            let about = (
                get(list, "class"),
                get(attribute, "title"),
                get(attribute, "type"),
            );
            declared.insert(get(attribute, "id"), about);
        }
    }
    let values = |node: Node<'_, '_>, of: &str| {
        let list = one(node, "attvalues");
        let list = children(list, "attvalue").map(|value| (get(value, "for"), get(value, "value")));
        said(list, of, &declared)
    };
    let mut graph = Graph::default();
    for node in children(one(drawn, "nodes"), "node") {
        assert!(!get(node, "label").is_empty());
        graph.node(&get(node, "id"), values(node, "node"));
    }
    let mut numbers = BTreeSet::new();
    for edge in children(one(drawn, "edges"), "edge") {
        assert!(numbers.insert(get(edge, "id")));
        graph.edge(
            &get(edge, "source"),
            &get(edge, "target"),
            values(edge, "edge"),
        );
    }
    graph
}

/// Reads DOT, as much of it as stands in one line for each node and edge.
pub fn dot(text: &str) -> Graph {
    let mut graph = Graph::default();
    let body = text.strip_prefix("digraph lineage {\n").unwrap();
    for line in body.strip_suffix("}\n").unwrap().lines() {
        let mut words = words(line).into_iter();
        let mut next = || words.next().unwrap();
        let from = next();
        let mut mark = next();
        let to = (mark == "->").then(&mut next);
        if to.is_some() {
            mark = next();
        }
        assert_eq!(mark, "[", "{line}");
        let mut said = Said::new();
        loop {
            let (name, sign, value) = (next(), next(), next());
            assert_eq!(sign, "=", "{line}");
            assert!(said.insert(name, original(&value)).is_none());
            match next().as_str() {
                "," => {}
                "]" => break,
                other => panic!("{other} in {line}"),
            }
        }
        assert_eq!(next(), ";", "{line}");
        assert!(words.next().is_none(), "{line}");
        match to {
            Some(to) => graph.edge(&from, &to, said),
            None => {
                assert!(said.remove("label").is_some());
                graph.node(&from, said);
            }
        }
    }
    graph
}

/// IDs, numbers, strings without their marks, and signs.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => {
                let mut word = String::new();
                let mut chars = rest.char_indices().skip(1);
                let end = loop {
                    match chars.next().unwrap_or_else(|| panic!("no end: {line}")) {
                        (at, '"') => break at + 1,
                        (_, '\\') => word.push(match chars.next().unwrap().1 {
                            'n' => '\n',
                            'r' => '\r',
                            't' => '\t',
                            c @ ('"' | '\\') => c,
                            other => panic!("\\{other}: {line}"),
                        }),
                        (_, c) => word.push(c),
                    }
                };
                words.push(word);
                end
            }
            _ if rest.starts_with("->") => {
                words.push("->".into());
                2
            }
            '[' | ']' | '=' | ',' | ';' => {
                words.push(first.into());
                1
            }
            _ => {
                let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
                let end = rest.find(|c| !plain(c)).unwrap_or(rest.len());
                assert!(end > 0, "{rest}");
                words.push(rest[..end].into());
                end
            }
        };
        rest = rest[end..].trim_start();
    }
    words
}

/// Checks PROV-JSON against our reading of the submission, and reads the entities
/// and derivations that it holds, without those from the first text by way of others.
pub fn prov(text: &str) -> Graph {
    let value: Value = serde_json::from_str(text).unwrap();
    let prefixes = object(&value["prefix"]);
    for (prefix, space) in prefixes {
        assert!(
            prefix.bytes().all(|b| b.is_ascii_alphanumeric()),
            "{prefix}"
        );
        let space = space.as_str().unwrap();
        assert!(
            space.starts_with("urn:") || space.starts_with("http"),
            "{space}"
        );
    }
    // The two ends of each relation, and whether it may say more.
    let relations: BTreeMap<&str, ([&str; 2], [&str; 2], bool)> = BTreeMap::from([
        (
            "wasDerivedFrom",
            (
                ["prov:usedEntity", "prov:generatedEntity"],
                ["entity"; 2],
                true,
            ),
        ),
        (
            "alternateOf",
            (["prov:alternate1", "prov:alternate2"], ["entity"; 2], false),
        ),
        (
            "wasAttributedTo",
            (["prov:agent", "prov:entity"], ["agent", "entity"], true),
        ),
    ]);
    let mut graph = Graph::default();
    for (section, records) in object(&value) {
        for (id, record) in object(records) {
            match section.as_str() {
                "prefix" => continue,
                "entity" | "agent" => {
                    name(id, prefixes);
                    let said = attributes(record, &[], prefixes);
                    if section == "entity" {
                        graph.node(id.strip_prefix("item:").unwrap(), said);
                    }
                }
                relation => {
                    assert!(id.starts_with("_:"), "{id}");
                    let (ends, kinds, more) = relations[relation];
                    for (end, kind) in ends.iter().zip(kinds) {
                        let known = &value[kind][record[end].as_str().unwrap()];
                        assert!(known.is_object(), "{id}: no {kind} {}", record[end]);
                    }
                    assert_ne!(record[ends[0]], record[ends[1]], "{id}");
                    let said = attributes(record, &ends, prefixes);
                    assert!(more || said.is_empty(), "{id}");
                }
            }
        }
    }
    let derived = value.get("wasDerivedFrom").into_iter().flat_map(object);
    for (_, record) in derived {
        let end = |name: &str| {
            let end = record[name].as_str().unwrap();
            end.strip_prefix("item:").unwrap().to_string()
        };
        let (from, to) = (end("prov:usedEntity"), end("prov:generatedEntity"));
        let ends = ["prov:usedEntity", "prov:generatedEntity"];
        let said = attributes(record, &ends, prefixes);
        if said["role"] != "origin" {
            graph.edge(&from, &to, said);
        }
    }
    graph
}

/// The kinds of the derivation of one text from another in PROV-JSON, if there is one.
pub fn kinds(value: &Value, copy: &str, exemplar: &str) -> Option<Vec<String>> {
    let records = object(&value["wasDerivedFrom"]);
    let is = |record: &&Value| {
        record["prov:generatedEntity"] == format!("item:{copy}")
            && record["prov:usedEntity"] == format!("item:{exemplar}")
    };
    let mut found = records.values().filter(is);
    let record = found.next()?;
    assert!(
        found.next().is_none(),
        "{copy} from {exemplar} stands twice"
    );
    let kinds = match &record["prov:type"] {
        Value::Null => Vec::new(),
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let names = kinds.iter().map(|kind| kind["$"].as_str().unwrap().into());
    Some(names.collect())
}

fn object(value: &Value) -> &serde_json::Map<String, Value> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {value}"))
}

/// Checks a qualified name: a prefix that is declared, and a local part that is
/// one in PROV-N without escapes.
fn name(name: &str, prefixes: &serde_json::Map<String, Value>) {
    let (prefix, local) = name.split_once(':').unwrap();
    assert!(prefix == "prov" || prefixes.contains_key(prefix), "{name}");
    let within = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    assert!(local.bytes().all(within), "{name}");
    assert!(
        local.starts_with(|c: char| c.is_ascii_alphabetic()),
        "{name}"
    );
    assert!(!local.ends_with('.'), "{name}");
}

/// Checks attributes but the ends of a relation, and gives back our own.
fn attributes(record: &Value, ends: &[&str], prefixes: &serde_json::Map<String, Value>) -> Said {
    let mut said = Said::new();
    for (attribute, value) in object(record) {
        name(attribute, prefixes);
        if ends.contains(&attribute.as_str()) {
            continue;
        }
        let values = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            let written = literal(value, prefixes);
            if let Some(own) = attribute.strip_prefix("wirecopy:") {
                assert!(said.insert(own.into(), original(&written)).is_none());
            }
        }
    }
    said
}

/// A literal: a string, a number, or a value with its type.
fn literal(value: &Value, prefixes: &serde_json::Map<String, Value>) -> String {
    match value {
        Value::String(text) => text.clone(),
        // As in the tables.
        Value::Number(number) if number.is_f64() => format!("{:.4}", number.as_f64().unwrap()),
        Value::Number(number) => number.to_string(),
        Value::Object(typed) => {
            assert!(typed.keys().eq(["$", "type"]), "{value}");
            let (text, kind) = (
                typed["$"].as_str().unwrap(),
                typed["type"].as_str().unwrap(),
            );
            match kind {
                "prov:QUALIFIED_NAME" => name(text, prefixes),
                "xsd:date" => assert_eq!(text.len(), 10),
                "xsd:dateTime" => assert!(text.len() >= 19 && &text[10..11] == "T"),
                other => panic!("type {other}"),
            }
            text.into()
        }
        other => panic!("no literal: {other}"),
    }
}
