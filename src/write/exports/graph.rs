//! What all formats draw: documents and missing sources, and who was made from whom.

use std::collections::BTreeSet;
use std::io;

use super::super::evidence::evidence_codes;
use super::super::table::{Cell, Column, Type};
use super::id;
use crate::codes::codes;
use crate::document::DocId;
use crate::trace::{Lineage, Trace, UNNAMED};

const NODE_COLUMNS: &[Column] = &[
    Column {
        name: "key",
        kind: Type::Id,
        meaning: "the document's key; none for a missing source",
    },
    Column {
        name: "title",
        kind: Type::Text,
        meaning: "its title",
    },
    Column {
        name: "source",
        kind: Type::Text,
        meaning: "its outlet; of a missing source the name that credits agree on",
    },
    Column {
        name: "published",
        kind: Type::Date,
        meaning: "when it says that it was published",
    },
    Column {
        name: "words",
        kind: Type::Integer,
        meaning: "words of its text",
    },
    Column {
        name: "role",
        kind: Type::Code,
        meaning: "its role in lineage.csv, or `missing_source`",
    },
    Column {
        name: "group",
        kind: Type::Id,
        meaning: "id of its group",
    },
    Column {
        name: "credit_status",
        kind: Type::Code,
        meaning: "whether it names the source that it was made from",
    },
];

const LINK_COLUMNS: &[Column] = &[
    Column {
        name: "role",
        kind: Type::Code,
        meaning: "what the exemplar is to the copy",
    },
    Column {
        name: "probability",
        kind: Type::Number,
        meaning: "that the copy was made from it",
    },
    Column {
        name: "relation",
        kind: Type::Code,
        meaning: "what the copy is to it",
    },
    Column {
        name: "basis",
        kind: Type::Code,
        meaning: "what the direction rests on: direction_basis in lineage.csv",
    },
    Column {
        name: "evidence",
        kind: Type::Code,
        meaning: "codes of the copy's rows in evidence.csv, each once, joined by `;`",
    },
    Column {
        name: "jaccard",
        kind: Type::Number,
        meaning: "exact, of the two",
    },
    Column {
        name: "lag_seconds",
        kind: Type::Integer,
        meaning: "from the exemplar's publication to the copy's",
    },
    Column {
        name: "words_added",
        kind: Type::Integer,
        meaning: "words that only the copy has",
    },
    Column {
        name: "words_dropped",
        kind: Type::Integer,
        meaning: "words that only the exemplar has",
    },
];

/// What nodes and edges of a graph say, in the order in which they say it.
pub fn graph_columns() -> (&'static [Column], &'static [Column]) {
    (NODE_COLUMNS, LINK_COLUMNS)
}

codes! {
    /// What a text is to one that was made from it.
    LinkRole {
        Exemplar "exemplar" "the text, or the missing source, that it was made from";
        Second "second" "a second text, which has what it has and its exemplar lacks";
        Origin "origin" "the first text of its group, or the missing source, by way of others; in PROV only";
    }
}

/// The role of a node that stands for no document.
const MISSING: &str = "missing_source";

/// Something that was copied or copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node<'t> {
    /// A document of the input.
    Document(DocId),
    /// A text that the input lacks: the id of the group, and its name.
    Missing(&'t str, &'t str),
}

/// One text was made from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link<'t> {
    pub(super) exemplar: Node<'t>,
    pub(super) copy: DocId,
    pub(super) role: LinkRole,
}

/// A trace as a graph: the members of groups, excerpts with what they were taken from,
/// and missing sources.
pub(in super::super) struct Graph<'t> {
    pub(super) trace: &'t Trace,
    /// By group and key, as in the tables.
    documents: Vec<DocId>,
    missing: BTreeSet<(&'t str, &'t str)>,
}

impl<'t> Graph<'t> {
    /// Finds what is to be drawn.
    pub(in super::super) fn new(trace: &'t Trace) -> Self {
        let mut drawn = vec![false; trace.lineage.len()];
        let mut missing = BTreeSet::new();
        let all = (0..trace.lineage.len()).map(|i| DocId(i as u32));
        for doc in all.filter(|&doc| trace.tells(doc)) {
            drawn[doc.index()] |= trace.lineage[doc.index()].group.is_some();
            for link in links(trace, doc) {
                drawn[doc.index()] = true;
                match link.exemplar {
                    Node::Document(exemplar) => drawn[exemplar.index()] = true,
                    Node::Missing(group, name) => _ = missing.insert((group, name)),
                }
            }
        }
        let all = (0..trace.lineage.len()).filter(|&i| drawn[i]);
        let mut documents: Vec<DocId> = all.map(|i| DocId(i as u32)).collect();
        documents.sort_by_key(|doc| (trace.group_id(trace.lineage[doc.index()].group), *doc));
        Graph {
            trace,
            documents,
            missing,
        }
    }

    /// Documents by group and key.
    pub(super) fn documents(&self) -> impl Iterator<Item = DocId> + '_ {
        self.documents.iter().copied()
    }

    /// Documents, then missing sources by group and name.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node<'t>> + '_ {
        let missing = self.missing.iter();
        self.documents()
            .map(Node::Document)
            .chain(missing.map(|&(group, name)| Node::Missing(group, name)))
    }

    /// By copy, in the order of the documents; never two from one exemplar.
    pub(super) fn links(&self) -> impl Iterator<Item = Link<'t>> + '_ {
        self.documents().flat_map(|doc| links(self.trace, doc))
    }

    /// From what one document was made.
    pub(super) fn links_of(&self, doc: DocId) -> Vec<Link<'t>> {
        links(self.trace, doc).collect()
    }

    pub(super) fn line(&self, doc: DocId) -> &'t Lineage {
        &self.trace.lineage[doc.index()]
    }

    /// A name for people: the title, else the key.
    pub(super) fn label(&self, node: Node<'t>) -> &'t str {
        match node {
            Node::Document(doc) => {
                let document = self.trace.document(doc);
                let title = document.title.as_deref();
                title
                    .filter(|title| !title.trim().is_empty())
                    .unwrap_or(&document.key)
            }
            Node::Missing(_, name) => name,
        }
    }

    /// A cell for each of the columns of nodes.
    pub(super) fn node_cells(&self, node: Node<'t>) -> Vec<Cell<'t>> {
        match node {
            Node::Document(doc) => {
                let (document, line) = (self.trace.document(doc), self.line(doc));
                vec![
                    (&*document.key).into(),
                    document.title.as_deref().into(),
                    document.source.as_deref().into(),
                    document.published.map(|moment| moment.to_string()).into(),
                    line.words.into(),
                    line.role.code().into(),
                    self.trace.group_id(line.group).into(),
                    line.credit_status.map(|status| status.code()).into(),
                ]
            }
            Node::Missing(group, name) => vec![
                Cell::Empty,
                Cell::Empty,
                Some(name).filter(|name| *name != UNNAMED).into(),
                Cell::Empty,
                Cell::Empty,
                MISSING.into(),
                group.into(),
                Cell::Empty,
            ],
        }
    }

    /// A cell for each of the columns of links. A missing source has no text to
    /// compare with, and what is known of a second exemplar is that it is one.
    ///
    /// # Errors
    /// What is said where the evidence is read.
    pub(super) fn link_cells(&self, link: Link<'t>) -> io::Result<Vec<Cell<'t>>> {
        let line = self.line(link.copy);
        let first = link.role == LinkRole::Exemplar;
        let compared = first && line.exemplar.map(Node::Document) == Some(link.exemplar);
        // The probability is the missing source's where there is no exemplar.
        let claimed = compared || (first && line.exemplar.is_none());
        let with = line.comparison.as_ref().filter(|_| compared);
        let evidence = first.then(|| evidence_codes(self.trace, link.copy));
        Ok(vec![
            link.role.code().into(),
            line.probability.filter(|_| claimed).into(),
            line.relation
                .filter(|_| compared)
                .map(|relation| relation.code())
                .into(),
            Some(line.basis.code()).filter(|_| first).into(),
            evidence.transpose()?.into(),
            with.map(|c| c.jaccard).into(),
            line.lag_seconds.filter(|_| compared).into(),
            with.map(|c| c.words_added).into(),
            with.map(|c| c.words_dropped).into(),
        ])
    }
}

/// From what a document was made.
fn links<'t>(trace: &'t Trace, copy: DocId) -> impl Iterator<Item = Link<'t>> + use<'t> {
    let line = &trace.lineage[copy.index()];
    let exemplar = line.exemplar.map(Node::Document);
    let missing = missing(trace, copy);
    let second = line
        .second_exemplar
        .filter(|&second| line.exemplar != Some(second))
        .map(Node::Document);
    let link = move |node: Option<Node<'t>>, role| {
        node.filter(|node| *node != Node::Document(copy))
            .map(|exemplar| Link {
                exemplar,
                copy,
                role,
            })
    };
    [
        link(exemplar, LinkRole::Exemplar),
        link(missing, LinkRole::Exemplar),
        link(second, LinkRole::Second),
    ]
    .into_iter()
    .flatten()
}

/// The text that the input lacks and a document was made from.
pub(super) fn missing(trace: &Trace, doc: DocId) -> Option<Node<'_>> {
    let line = &trace.lineage[doc.index()];
    let name = line.missing_source.as_deref()?;
    Some(Node::Missing(trace.group_id(line.group), name))
}

/// The id of a node, the same in every format.
pub(super) fn node_id(trace: &Trace, node: Node<'_>) -> String {
    match node {
        Node::Document(doc) => id::document(trace.key(doc)),
        Node::Missing(group, name) => id::missing(group, name),
    }
}

/// What is known, with its column.
pub(super) fn known<'c, 't>(
    columns: &'static [Column],
    cells: &'c [Cell<'t>],
) -> impl Iterator<Item = (&'static Column, &'c Cell<'t>)> {
    let all = columns.iter().zip(cells);
    all.filter(|(_, cell)| **cell != Cell::Empty)
}

/// The type of a column, in the words that GraphML and GEXF share.
pub(super) fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Integer => "long",
        Type::Number => "double",
        Type::Boolean => "boolean",
        Type::Id | Type::Text | Type::Code | Type::Date => "string",
    }
}
