//! `lineage.prov.json`: W3C PROV as JSON
//! (<https://www.w3.org/submissions/prov-json/>).
//!
//! Documents and missing sources are entities, outlets are agents. A record
//! stands on a line; nothing is held but the line.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Map, Number, Value, json};

use super::super::table::{Cell, Column};
use super::graph::{Graph, Link, LinkRole, Node, graph_columns, known, missing, node_id};
use super::id;
use super::xml::storable;
use crate::document::{DocId, Moment, Precision};
use crate::lineage::Role;
use crate::trace::{Relation, UNNAMED};

/// Namespaces: of what is described, and of what is said about it.
const ITEMS: (&str, &str) = ("item", "urn:wirecopy:item:");
const TERMS: (&str, &str) = ("wirecopy", "urn:wirecopy:term:");
const SCHEMA: (&str, &str) = ("xsd", "http://www.w3.org/2001/XMLSchema#");

/// Writes the graph as PROV-JSON.
pub(super) fn write(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut sections = Sections { out, any: false };
    let prefixes = [ITEMS, TERMS, SCHEMA].map(|(prefix, uri)| (prefix.into(), Ok(uri.into())));
    sections.write("prefix", prefixes.into_iter())?;
    let entities = graph.nodes().map(|node| {
        let name = qualified(&node_id(graph.trace, node));
        (name, Ok(entity(graph, node)))
    });
    sections.write("entity", entities)?;
    let agents = outlets(graph).into_iter().map(|source| {
        let said = json!({ "prov:type": name("prov:Organization"), "prov:label": string(source) });
        (qualified(&id::outlet(source)), Ok(said))
    });
    sections.write("agent", agents)?;
    let derived = graph
        .documents()
        .flat_map(|doc| derivations(graph, doc))
        .zip(1..);
    let derived = derived.map(|(said, number)| (format!("_:derivation{number}"), said));
    sections.write("wasDerivedFrom", derived)?;
    let alike = graph
        .documents()
        .filter_map(|doc| alternate(graph, doc))
        .zip(1..);
    let alike = alike.map(|(said, number)| (format!("_:alternate{number}"), Ok(said)));
    sections.write("alternateOf", alike)?;
    let published = graph.nodes().filter_map(|node| {
        let source = outlet(graph, node)?;
        Some(json!({
            "prov:entity": qualified(&node_id(graph.trace, node)),
            "prov:agent": qualified(&id::outlet(source)),
        }))
    });
    let published = published.zip(1..);
    let published = published.map(|(said, number)| (format!("_:attribution{number}"), Ok(said)));
    sections.write("wasAttributedTo", published)?;
    sections.finish()
}

/// The members of the one JSON object.
struct Sections<'w> {
    out: &'w mut dyn Write,
    any: bool,
}

impl Sections<'_> {
    /// One member with its records; left out where there are none.
    fn write(
        &mut self,
        name: &str,
        records: impl Iterator<Item = (String, io::Result<Value>)>,
    ) -> io::Result<()> {
        let mut records = records.peekable();
        if records.peek().is_none() {
            return Ok(());
        }
        self.out.write_all(if self.any { b",\n" } else { b"{\n" })?;
        self.any = true;
        write!(self.out, "  \"{name}\": {{")?;
        for (number, (id, record)) in records.enumerate() {
            self.out
                .write_all(if number > 0 { b",\n    " } else { b"\n    " })?;
            serde_json::to_writer(&mut *self.out, &id)?;
            self.out.write_all(b": ")?;
            serde_json::to_writer(&mut *self.out, &record?)?;
        }
        self.out.write_all(b"\n  }")
    }

    fn finish(self) -> io::Result<()> {
        self.out.write_all(b"\n}\n")
    }
}

fn entity(graph: &Graph<'_>, node: Node<'_>) -> Value {
    let (node_columns, _) = graph_columns();
    let mut said = Map::new();
    let kind = match node {
        Node::Document(_) => "wirecopy:Document",
        Node::Missing(..) => "wirecopy:MissingSource",
    };
    said.insert("prov:type".into(), name(kind));
    said.insert("prov:label".into(), string(graph.label(node)));
    add(&mut said, node_columns, &graph.node_cells(node));
    if let Node::Document(doc) = node
        && let Some(moment) = graph.trace.document(doc).published
    {
        said.insert(term("published"), date(moment));
    }
    Value::Object(said)
}

/// Every text that a document was made from, a record each; then the one that all was
/// made from, where that is none of them.
fn derivations<'t>(
    graph: &Graph<'t>,
    doc: DocId,
) -> impl Iterator<Item = io::Result<Value>> + use<'t> {
    let line = graph.line(doc);
    let first = primary_source(graph, doc);
    let direct = graph.links_of(doc);
    let has_first = direct.iter().any(|link| Some(link.exemplar) == first);
    let rest = first.filter(|_| !has_first).map(|exemplar| Link {
        exemplar,
        copy: doc,
        role: LinkRole::Origin,
    });
    let said: Vec<io::Result<Value>> = direct
        .into_iter()
        .chain(rest)
        .map(|link| {
            let mut kinds = Vec::new();
            if link.role == LinkRole::Exemplar && matches!(link.exemplar, Node::Document(_)) {
                match line.role {
                    Role::Revision => kinds.push("prov:Revision"),
                    Role::Excerpt => kinds.push("prov:Quotation"),
                    _ => {}
                }
            }
            if Some(link.exemplar) == first {
                kinds.push("prov:PrimarySource");
            }
            derivation(graph, link, &kinds)
        })
        .collect();
    said.into_iter()
}

fn derivation(graph: &Graph<'_>, link: Link<'_>, kinds: &[&str]) -> io::Result<Value> {
    let (_, link_columns) = graph_columns();
    let of = |node| qualified(&node_id(graph.trace, node));
    let mut said = Map::new();
    said.insert(
        "prov:generatedEntity".into(),
        of(Node::Document(link.copy)).into(),
    );
    said.insert("prov:usedEntity".into(), of(link.exemplar).into());
    match kinds {
        [] => {}
        [kind] => _ = said.insert("prov:type".into(), name(kind)),
        kinds => {
            let kinds = kinds.iter().map(|kind| name(kind)).collect();
            said.insert("prov:type".into(), Value::Array(kinds));
        }
    }
    add(&mut said, link_columns, &graph.link_cells(link)?);
    Ok(Value::Object(said))
}

/// The text at the beginning: a missing source of its own or of the first of its line, or,
/// for a copy, the origin of its group. Who revises his own text has no source in it.
fn primary_source<'t>(graph: &Graph<'t>, doc: DocId) -> Option<Node<'t>> {
    let (trace, line) = (graph.trace, graph.line(doc));
    let root = line.root.map_or(doc, |(root, _)| root);
    let missing = missing(trace, doc).or_else(|| missing(trace, root));
    let group = line.group.and_then(|number| trace.groups.get(number));
    let origin = group
        .and_then(|group| group.origin)
        .filter(|&origin| origin != doc && line.role == Role::Copy);
    missing.or(origin.map(Node::Document))
}

/// Two forms of one text, of which nothing says that one was made from the other.
fn alternate(graph: &Graph<'_>, doc: DocId) -> Option<Value> {
    let line = graph.line(doc);
    let alike = matches!(
        line.relation,
        Some(Relation::SharedSource | Relation::Identical | Relation::Reformatted)
    );
    let undirected = line.exemplar.is_none() && line.group.is_some();
    let other = line
        .compared_with
        .filter(|&other| alike && undirected && other != doc)?;
    let of = |doc| qualified(&node_id(graph.trace, Node::Document(doc)));
    Some(json!({ "prov:alternate1": of(doc), "prov:alternate2": of(other) }))
}

/// Who published it.
fn outlet<'t>(graph: &Graph<'t>, node: Node<'t>) -> Option<&'t str> {
    let source = match node {
        Node::Document(doc) => graph.trace.document(doc).source.as_deref(),
        Node::Missing(_, name) => Some(name).filter(|name| *name != UNNAMED),
    };
    source.filter(|source| !source.is_empty())
}

fn outlets<'t>(graph: &Graph<'t>) -> BTreeSet<&'t str> {
    graph
        .nodes()
        .filter_map(|node| outlet(graph, node))
        .collect()
}

fn add(said: &mut Map<String, Value>, columns: &'static [Column], cells: &[Cell<'_>]) {
    for (column, cell) in known(columns, cells) {
        let value = match cell {
            Cell::Integer(number) => Value::from(*number),
            Cell::Boolean(yes) => Value::from(*yes),
            // As many decimals as in the tables.
            Cell::Number(_) => cell
                .written()
                .parse()
                .ok()
                .and_then(Number::from_f64)
                .map_or(Value::Null, Value::Number),
            Cell::Text(_) | Cell::Empty => string(&cell.written()),
        };
        said.insert(term(column.name), value);
    }
}

/// A date as XML Schema has it; a zone beyond its 14 hours leaves plain text.
fn date(moment: Moment) -> Value {
    const WIDEST_ZONE_SECONDS: i32 = 14 * 3600;
    let kind = match moment.precision {
        Precision::Day => "xsd:date",
        Precision::Time => "xsd:dateTime",
    };
    let offset = moment.offset_seconds.unwrap_or(0).abs();
    if moment.precision == Precision::Time && offset > WIDEST_ZONE_SECONDS {
        return moment.to_string().into();
    }
    json!({ "$": moment.to_string(), "type": kind })
}

/// The name of something described.
fn qualified(id: &str) -> String {
    format!("{}:{id}", ITEMS.0)
}

/// The name of an attribute of ours.
fn term(word: &str) -> String {
    format!("{}:{word}", TERMS.0)
}

/// Text as a value: an `xsd:string` holds what XML can hold, and PROV-JSON is turned into XML.
fn string(text: &str) -> Value {
    storable(text).into()
}

/// A name as a value.
fn name(qualified: &str) -> Value {
    json!({ "$": qualified, "type": "prov:QUALIFIED_NAME" })
}
