//! Two texts compared, for people, for spreadsheets and for programs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::changes::{COLUMNS, cells};
use super::folder::CsvStyle;
use super::inert::inert;
use super::table::TableWriter;
use super::unit_line::{Side, write_change};
use crate::pipeline::ComparedTexts;
use crate::trace::{Change, Place};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const REMOVED: Style = AnsiColor::Red.on_default();
const INSERTED: Style = AnsiColor::Green.on_default();

/// One of the two texts, by the name under which it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The key, or the path of a file.
    pub key: &'a str,
    /// The text.
    pub text: &'a str,
}

/// Writes a comparison for people: what the numbers are, then each change.
///
/// # Errors
/// What the output says.
pub fn diff_text(
    a: Named<'_>,
    b: Named<'_>,
    compared: &ComparedTexts,
    out: &mut dyn Write,
) -> io::Result<()> {
    let comparison = &compared.comparison;
    let lines = comparison.lines;
    writeln!(
        out,
        "{REMOVED}---{REMOVED:#} {BOLD}{}{BOLD:#}",
        inert(a.key)
    )?;
    writeln!(
        out,
        "{INSERTED}+++{INSERTED:#} {BOLD}{}{BOLD:#}",
        inert(b.key)
    )?;
    writeln!(
        out,
        "{}: {} lines the same, {} added, {} dropped, {} edited, {} moved; Jaccard {:.4}, \
         longest run {} words",
        compared.relation.code(),
        lines.same,
        lines.added,
        lines.dropped,
        lines.edited,
        lines.moved,
        comparison.jaccard,
        comparison.longest_run_words,
    )?;
    let mut hunk = 0;
    for change in &compared.changes {
        if change.hunk != hunk {
            hunk = change.hunk;
            writeln!(out, "{DIM}@@ {hunk}{DIM:#}")?;
        }
        write_change(
            change,
            Side { text: a.text },
            Side { text: b.text },
            "",
            out,
        )?;
    }
    Ok(())
}

/// Writes the changes with the columns of `changes.csv`; the group is empty.
///
/// # Errors
/// What the output says.
pub fn diff_csv(
    a: Named<'_>,
    b: Named<'_>,
    compared: &ComparedTexts,
    style: CsvStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = TableWriter::new(out, COLUMNS, style == CsvStyle::Neutral)?;
    for change in &compared.changes {
        table.row(&cells("", (a.key, a.text), (b.key, b.text), change))?;
    }
    table.finish()
}

/// Writes one JSON object; its fields are described in `docs/formats.md`.
///
/// # Errors
/// What the output says.
pub fn diff_json(
    a: Named<'_>,
    b: Named<'_>,
    compared: &ComparedTexts,
    out: &mut dyn Write,
) -> io::Result<()> {
    let c = &compared.comparison;
    let side = |named: Named<'_>| json!({ "id": named.key, "bytes": named.text.len() });
    let changes: Vec<Value> = compared.changes.iter().map(|x| change(a, b, x)).collect();
    let value = json!({
        "a": side(a),
        "b": side(b),
        "relation": compared.relation.code(),
        "jaccard": c.jaccard,
        "containment_a": c.containment_of_exemplar,
        "containment_b": c.containment_in_exemplar,
        "longest_run_words": c.longest_run_words,
        "lines": {
            "same": c.lines.same,
            "added": c.lines.added,
            "dropped": c.lines.dropped,
            "edited": c.lines.edited,
            "moved": c.lines.moved,
        },
        "words_added": c.words_added,
        "words_dropped": c.words_dropped,
        "headline_changed": c.headline_changed,
        "changes": changes,
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    out.write_all(b"\n")
}

fn change(a: Named<'_>, b: Named<'_>, change: &Change) -> Value {
    let side = |named: Named<'_>, place: &Place| {
        json!({
            "start": place.bytes.start,
            "end": place.bytes.end,
            "line": place.line_column.map(|(line, _)| line),
            "column": place.line_column.map(|(_, column)| column),
            "text": named.text.get(place.bytes.clone()).unwrap_or(""),
        })
    };
    let words: Vec<Value> = change
        .marks
        .iter()
        .map(|mark| {
            json!({
                "a": [mark.exemplar.start, mark.exemplar.end],
                "b": [mark.copy.start, mark.copy.end],
            })
        })
        .collect();
    json!({
        "op": change.op.code(),
        "kind": change.kind.code(),
        "hunk": change.hunk,
        "a": side(a, &change.in_exemplar),
        "b": side(b, &change.in_copy),
        "words": words,
    })
}
