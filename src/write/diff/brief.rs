//! Changes alone, without what is the same: as a trace prints them.

use std::io::{self, Write};

use super::entry::{Entry, Layout, kind_note};
use super::fit::Part;
use super::marks::{Kept, merged, plain};
use super::page::line_of;
use super::spans::{Direction, Look};
use crate::align::RowOp;
use crate::trace::{Change, Op};

/// Writes changes as [`diff_text`](super::diff_text) does, below one another.
pub(in crate::write) fn write_changes(
    (exemplar, copy): (&str, &str),
    changes: &[Change],
    indent: usize,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = changes
        .iter()
        .flat_map(|change| [line_of(&change.in_exemplar), line_of(&change.in_copy)]);
    let layout = Layout::new(indent, lines.flatten().max().unwrap_or(1), width);
    for change in changes {
        layout.entry(&entry(change, exemplar, copy), out)?;
    }
    Ok(())
}

/// A change with its text once; of a long sentence the words beside what differs.
fn entry(change: &Change, exemplar: &str, copy: &str) -> Entry {
    const CONTEXT: usize = 8;
    let (a, b) = (
        Part::new(exemplar, &change.in_exemplar.bytes),
        Part::new(copy, &change.in_copy.bytes),
    );
    let marked = || merged(a, b, &change.marks, Kept::Words(CONTEXT));
    let (op, text) = match change.op {
        Op::Added => (RowOp::Added, plain(b, Look::New)),
        Op::Dropped => (RowOp::Dropped, plain(a, Look::Gone)),
        Op::Edited => (RowOp::Edited, marked()),
        Op::Moved if change.marks.is_empty() => (RowOp::MovedHere, plain(b, Look::Carried)),
        Op::Moved => (RowOp::MovedHere, marked()),
    };
    let shown = if change.op == Op::Dropped { a } else { b };
    let from = (change.op == Op::Moved)
        .then(|| format!("from line {}", line_of(&change.in_exemplar).unwrap_or(1)));
    let kind = kind_note(change.kind).map(str::to_string);
    Entry {
        op,
        a: line_of(&change.in_exemplar).filter(|_| change.op != Op::Moved),
        b: line_of(&change.in_copy),
        notes: [from, kind].into_iter().flatten().collect(),
        text,
        direction: Direction::of(shown.as_str()),
    }
}
