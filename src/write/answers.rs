//! What a live index answers, one row or one object for each record, and what became of its groups.

use std::io::{self, Write};
use std::ops::Range;

use serde_json::{Map, Value, json};

use super::folder::CsvStyle;
use super::table::{Column, TableWriter, Type};
use crate::index::{Answer, Event};

const COLUMNS: &[Column] = &[
    Column {
        name: "doc_id",
        kind: Type::Id,
        meaning: "the document's key in the index: as it came, or with `~2`, `~3` where another record has that one",
    },
    Column {
        name: "kept",
        kind: Type::Boolean,
        meaning: "whether it is kept",
    },
    Column {
        name: "kept_id",
        kind: Type::Id,
        meaning: "the document kept in its stead, or itself",
    },
    Column {
        name: "group_id",
        kind: Type::Id,
        meaning: "its group, by an id that stays; empty for a document that belongs to none",
    },
    Column {
        name: "jaccard",
        kind: Type::Number,
        meaning: "exact, to the kept document; empty for a kept one",
    },
    Column {
        name: "containment",
        kind: Type::Number,
        meaning: "share of its shingles that the kept document has",
    },
    Column {
        name: "reason",
        kind: Type::Code,
        meaning: "what it is to those before",
    },
    Column {
        name: "replaces_id",
        kind: Type::Id,
        meaning: "the document that was kept for the group until this one came",
    },
    Column {
        name: "known",
        kind: Type::Boolean,
        meaning: "whether the same record was held already; then the row says how it stands now",
    },
];

const EVENTS: &[Column] = &[
    Column {
        name: "number",
        kind: Type::Integer,
        meaning: "counts arrivals and removals: the one that the event came of",
    },
    Column {
        name: "event",
        kind: Type::Code,
        meaning: "what happened",
    },
    Column {
        name: "group_id",
        kind: Type::Id,
        meaning: "the group",
    },
    Column {
        name: "other_group_id",
        kind: Type::Id,
        meaning: "the group that became part of it, or of which it was part",
    },
    Column {
        name: "doc_id",
        kind: Type::Id,
        meaning: "the document that is kept now, or that came late",
    },
];

/// The columns of live decisions.
pub fn answer_columns() -> &'static [Column] {
    COLUMNS
}

/// The columns of group_events.csv.
pub fn event_columns() -> &'static [Column] {
    EVENTS
}

/// Writes live decisions as they come.
pub struct AnswerWriter<'w>(TableWriter<'w>);

impl<'w> AnswerWriter<'w> {
    /// Begins with the header row.
    ///
    /// # Errors
    /// What the output says.
    pub fn new(out: impl Write + 'w, style: CsvStyle) -> io::Result<Self> {
        TableWriter::new(out, COLUMNS, style == CsvStyle::Neutral).map(AnswerWriter)
    }

    /// Goes on behind the rows of an earlier run.
    pub fn behind(out: impl Write + 'w, style: CsvStyle) -> Self {
        AnswerWriter(TableWriter::behind(
            out,
            COLUMNS,
            style == CsvStyle::Neutral,
        ))
    }

    /// Writes one answer.
    ///
    /// # Errors
    /// What the output says.
    pub fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        let group = answer.group.map(|group| group.to_string());
        self.0.row(&[
            (&*answer.key).into(),
            answer.is_kept.into(),
            (&*answer.kept).into(),
            group.into(),
            answer.jaccard.into(),
            answer.containment.into(),
            answer.outcome.code().into(),
            answer.replaces.as_deref().into(),
            answer.is_known.into(),
        ])
    }

    /// Hands what was written to the output.
    ///
    /// # Errors
    /// What the output says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Writes what became of groups, in order.
///
/// # Errors
/// What the output says.
pub fn events_csv(events: &[Event], style: CsvStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut table = TableWriter::new(out, EVENTS, style == CsvStyle::Neutral)?;
    for event in events {
        let (group, other) = (
            event.group.to_string(),
            event.other.map(|other| other.to_string()),
        );
        table.row(&[
            event.number.into(),
            event.kind.code().into(),
            group.into(),
            other.into(),
            event.document.as_deref().into(),
        ])?;
    }
    table.finish()
}

/// An answer as a JSON object.
pub fn answer_json(answer: &Answer) -> Value {
    let rounded = |number: f64| json!((number * 1e4).round() / 1e4);
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_string(), value);
    };
    put("doc_id", json!(answer.key));
    put("outcome", json!(answer.outcome.code()));
    if answer.is_known {
        put("known", json!(true));
    }
    put("kept", json!(answer.is_kept));
    put("kept_id", json!(answer.kept));
    if let Some(group) = answer.group {
        put("group_id", json!(group.to_string()));
    }
    if let Some(jaccard) = answer.jaccard {
        put("jaccard", rounded(jaccard));
    }
    if let Some(containment) = answer.containment {
        put("containment", rounded(containment));
    }
    if let Some(replaces) = &answer.replaces {
        put("replaces_id", json!(replaces));
    }
    if !answer.events.is_empty() {
        let event = |event: &Event| {
            json!({
                "event": event.kind.code(),
                "group_id": event.group.to_string(),
                "other_group_id": event.other.map(|other| other.to_string()),
                "doc_id": event.document,
            })
        };
        put("events", answer.events.iter().map(event).collect());
    }
    Value::Object(object)
}

/// A record of JSON lines with the answer as its member `wirecopy`, the last one; all else byte for byte. Members of
/// that name which came with it are given: each from its name to its end, and its value. The answer takes the place of
/// the last of them, and the others go. `None` for bytes that are no object.
pub fn annotated(
    record: &[u8],
    answer: &Answer,
    before: &[(Range<usize>, Range<usize>)],
) -> Option<Vec<u8>> {
    if let Some(((_, last), others)) = before.split_last() {
        let mut out = Vec::with_capacity(record.len() + 200);
        let mut at = 0;
        for (whole, _) in others {
            out.extend_from_slice(record.get(at..whole.start)?);
            let rest = record.get(whole.end..)?;
            let comma = memchr::memchr(b',', rest)?;
            at = whole.end + comma + 1;
        }
        out.extend_from_slice(record.get(at..last.start)?);
        out.extend_from_slice(answer_json(answer).to_string().as_bytes());
        out.extend_from_slice(record.get(last.end..)?);
        return Some(out);
    }
    let body = record.trim_ascii_end();
    let inside = body.strip_suffix(b"}")?;
    let is_empty = inside.trim_ascii_end().ends_with(b"{");
    let mut out = Vec::with_capacity(record.len() + 200);
    out.extend_from_slice(inside);
    out.extend_from_slice(if is_empty {
        b"\"wirecopy\":"
    } else {
        b",\"wirecopy\":"
    });
    out.extend_from_slice(answer_json(answer).to_string().as_bytes());
    out.extend_from_slice(b"}");
    out.extend_from_slice(record.get(body.len()..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{GroupId, Outcome};

    fn answer() -> Answer {
        Answer {
            key: "b".into(),
            outcome: Outcome::Copy,
            is_known: false,
            is_confirmed: false,
            is_kept: false,
            kept: "a".into(),
            group: Some(GroupId(1)),
            jaccard: Some(0.912_34),
            containment: Some(1.0),
            replaces: None,
            events: Vec::new(),
        }
    }

    #[test]
    fn a_record_keeps_its_bytes() {
        let record = b" {\"id\": \"b\" , \"text\":\"}\"} \r\n";
        let out = annotated(record, &answer(), &[]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with(" {\"id\": \"b\" , \"text\":\"}\","));
        assert!(text.ends_with("} \r\n"));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["wirecopy"]["kept_id"], "a");
        assert_eq!(value["wirecopy"]["jaccard"], 0.9123);
        assert_eq!(annotated(b"[1]", &answer(), &[]), None);
        let empty: Value =
            serde_json::from_slice(&annotated(b"{ }", &answer(), &[]).unwrap()).unwrap();
        assert_eq!(empty["wirecopy"]["outcome"], "copy");
        let twice = annotated(
            br#"{"wirecopy":1 , "a":2,"wirecopy":{} }"#,
            &answer(),
            &[(1..13, 12..13), (22..36, 33..35)],
        );
        let twice = String::from_utf8(twice.unwrap()).unwrap();
        assert!(twice.starts_with(r#"{ "a":2,"wirecopy":{"#), "{twice}");
        assert!(twice.ends_with("} }"), "{twice}");
    }
}
