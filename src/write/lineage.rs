//! `lineage.csv`

use std::io;

use super::evidence::evidence_codes;
use super::table::{Cell, Column, Table, TableWriter, Type};
use crate::config::FieldPath;
use crate::document::DocId;
use crate::trace::Trace;

pub(super) struct LineageTable;

const COLUMNS: &[Column] = &[
    Column {
        name: "doc_id",
        kind: Type::Id,
        meaning: "the document's key",
    },
    Column {
        name: "group_id",
        kind: Type::Id,
        meaning: "its group; empty for a document that belongs to none",
    },
    Column {
        name: "group_size",
        kind: Type::Integer,
        meaning: "documents in the group; 1 without one",
    },
    Column {
        name: "role",
        kind: Type::Code,
        meaning: "what the document is in its group",
    },
    Column {
        name: "source",
        kind: Type::Text,
        meaning: "its outlet",
    },
    Column {
        name: "published",
        kind: Type::Date,
        meaning: "when it says that it was published",
    },
    Column {
        name: "url",
        kind: Type::Text,
        meaning: "where",
    },
    Column {
        name: "title",
        kind: Type::Text,
        meaning: "its title",
    },
    Column {
        name: "words",
        kind: Type::Integer,
        meaning: "words of its text",
    },
    Column {
        name: "exemplar_id",
        kind: Type::Id,
        meaning: "the text that it was made from; empty where nothing says",
    },
    Column {
        name: "relation",
        kind: Type::Code,
        meaning: "what it is to its exemplar, else to the representative",
    },
    Column {
        name: "direction_basis",
        kind: Type::Code,
        meaning: "what the direction rests on",
    },
    Column {
        name: "probability",
        kind: Type::Number,
        meaning: "that it was made from this exemplar, or from the missing source; of an origin, that it was the first; empty where nothing is claimed",
    },
    Column {
        name: "alternative_id",
        kind: Type::Id,
        meaning: "the next best exemplar",
    },
    Column {
        name: "alternative_probability",
        kind: Type::Number,
        meaning: "that it was made from the alternative",
    },
    Column {
        name: "second_exemplar_id",
        kind: Type::Id,
        meaning: "a second text, which has what it has and its exemplar lacks",
    },
    Column {
        name: "missing_source",
        kind: Type::Text,
        meaning: "the text that it was made from where the input lacks it: the name that credits agree on, or `unnamed`",
    },
    Column {
        name: "root_id",
        kind: Type::Id,
        meaning: "the first text of its line of descent",
    },
    Column {
        name: "depth",
        kind: Type::Integer,
        meaning: "steps from that text",
    },
    Column {
        name: "lag_seconds",
        kind: Type::Integer,
        meaning: "from the exemplar's publication to its own; empty where the order within a day is unknown",
    },
    Column {
        name: "jaccard",
        kind: Type::Number,
        meaning: "exact, to the exemplar, else to the representative, like all that follow",
    },
    Column {
        name: "containment_in_exemplar",
        kind: Type::Number,
        meaning: "share of its shingles that the other has",
    },
    Column {
        name: "containment_of_exemplar",
        kind: Type::Number,
        meaning: "share of the other's shingles that it has",
    },
    Column {
        name: "longest_run_words",
        kind: Type::Integer,
        meaning: "words of the longest run that stands in both",
    },
    Column {
        name: "lines_same",
        kind: Type::Integer,
        meaning: "its units (sentences and lines) with every word of the other's, in order",
    },
    Column {
        name: "lines_added",
        kind: Type::Integer,
        meaning: "rows of changes.csv with op added",
    },
    Column {
        name: "lines_dropped",
        kind: Type::Integer,
        meaning: "rows with op dropped",
    },
    Column {
        name: "lines_edited",
        kind: Type::Integer,
        meaning: "rows with op edited",
    },
    Column {
        name: "lines_moved",
        kind: Type::Integer,
        meaning: "rows with op moved",
    },
    Column {
        name: "words_added",
        kind: Type::Integer,
        meaning: "words that only it has",
    },
    Column {
        name: "words_dropped",
        kind: Type::Integer,
        meaning: "words that only the other has",
    },
    Column {
        name: "headline_changed",
        kind: Type::Boolean,
        meaning: "whether the titles differ, or the first units where there are no titles",
    },
    Column {
        name: "credit",
        kind: Type::Text,
        meaning: "the line that names the source that it was made from, else the first that names another",
    },
    Column {
        name: "credit_status",
        kind: Type::Code,
        meaning: "whether it names the source that it was made from",
    },
    Column {
        name: "evidence",
        kind: Type::Code,
        meaning: "codes of its rows in evidence.csv, each once, joined by `;`",
    },
    Column {
        name: "flags",
        kind: Type::Code,
        meaning: "what is odd about it, joined by `;`",
    },
];

impl Table for LineageTable {
    fn file(&self) -> &'static str {
        "lineage.csv"
    }

    fn meaning(&self) -> &'static str {
        "one row per document, those in no group too, of an archive only those in one"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn carried<'t>(&self, trace: &'t Trace) -> &'t [FieldPath] {
        &trace.reading.carry
    }

    fn write(&self, trace: &Trace, out: &mut TableWriter<'_>) -> io::Result<()> {
        // Of an archive only what something came of is told.
        let told = |&i: &usize| {
            trace.tells(DocId(i as u32))
                && (!trace.documents[i].archived || trace.lineage[i].group.is_some())
        };
        let mut order: Vec<usize> = (0..trace.lineage.len()).filter(told).collect();
        order.sort_by_key(|&i| (trace.group_id(trace.lineage[i].group), i));
        for i in order {
            let mut row = cells(trace, i, evidence_codes(trace, DocId(i as u32))?);
            let mut values = trace.archive.carried(&trace.documents[i]).into_iter();
            let carried = self.carried(trace).iter();
            row.extend(carried.map(|_| Cell::from(values.next())));
            out.row(&row)?;
        }
        Ok(())
    }
}

fn cells(trace: &Trace, i: usize, evidence: String) -> Vec<Cell<'_>> {
    let document = &trace.documents[i];
    let line = &trace.lineage[i];
    let size = line
        .group
        .map_or(1, |number| trace.groups[number].members.len());
    let key = |doc: Option<DocId>| Cell::from(doc.map(|doc| trace.key(doc)));
    let with = line.comparison.as_ref();
    let lines = with.map(|c| c.lines);
    let flags: Vec<&str> = line.flags.iter().map(|flag| flag.code()).collect();
    vec![
        (&*document.key).into(),
        trace.group_id(line.group).into(),
        size.into(),
        line.role.code().into(),
        document.source.as_deref().into(),
        document.published.map(|moment| moment.to_string()).into(),
        document.url.as_deref().into(),
        document.title.as_deref().into(),
        line.words.into(),
        key(line.exemplar),
        line.relation.map(|relation| relation.code()).into(),
        line.basis.code().into(),
        line.probability.into(),
        key(line.alternative),
        line.alternative_probability.into(),
        key(line.second_exemplar),
        line.missing_source.as_deref().into(),
        key(line.root.map(|(root, _)| root)),
        line.root.map(|(_, depth)| depth).into(),
        line.lag_seconds.into(),
        with.map(|c| c.jaccard).into(),
        with.map(|c| c.containment_in_exemplar).into(),
        with.map(|c| c.containment_of_exemplar).into(),
        with.map(|c| c.longest_run_words).into(),
        lines.map(|c| c.same).into(),
        lines.map(|c| c.added).into(),
        lines.map(|c| c.dropped).into(),
        lines.map(|c| c.edited).into(),
        lines.map(|c| c.moved).into(),
        with.map(|c| c.words_added).into(),
        with.map(|c| c.words_dropped).into(),
        with.map(|c| c.headline_changed).into(),
        line.credit.as_deref().into(),
        line.credit_status.map(|status| status.code()).into(),
        evidence.into(),
        flags.join(";").into(),
    ]
}
