//! A comparison for people, on a terminal of any width.

use std::io::{self, Write};

use unicode_segmentation::UnicodeSegmentation;

use super::entry::{Entry, Layout};
use super::fit::Part;
use super::fold::Piece;
use super::marks::{Kept, flow, merged, plain};
use super::page::{Named, NamedPair};
use super::spans::{Direction, Look, Span};
use super::wrap::paragraph;
use crate::align::{Row, RowOp};
use crate::trace::Relation;
use crate::write::inert::{inert, inert_line};
use crate::write::terminal::plural;

/// What a page for a terminal shows, and how wide it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Unchanged sentences shown on either side of a change; `None` for all.
    pub context: Option<usize>,
    /// Columns of the page.
    pub width: usize,
}

/// Writes a comparison for people: what happened in a sentence, then each change
/// in its place, moved and edited ones explained.
///
/// # Errors
/// What the output says.
pub fn diff_text(pair: NamedPair<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    heading(pair, view.width, out)?;
    if whole_story(pair) && view.context.is_some() {
        return Ok(());
    }
    let layout = Layout::new(0, pair.last_line(), view.width);
    writeln!(out)?;
    let marked = pair
        .whole
        .rows
        .iter()
        .any(|row| !pair.marks(row).is_empty());
    layout.heads(marked, out)?;
    for piece in pair.pieces(view.context) {
        match piece {
            Piece::Row(row) => {
                if let Some(row) = pair.whole.rows.get(row) {
                    layout.entry(&entry(pair, row, view.context), out)?;
                }
            }
            Piece::Folded(range) => {
                let count = pair.count(pair.whole.rows.get(range).unwrap_or(&[]));
                if count > 0 {
                    layout.note(&folded(count), out)?;
                }
            }
        }
    }
    Ok(())
}

/// True where the summary says all: no sentence differs.
pub(super) fn whole_story(pair: NamedPair<'_>) -> bool {
    let relation = pair.whole.compared.relation;
    matches!(relation, Relation::Identical | Relation::Reformatted)
        && pair.whole.rows.iter().all(|row| row.op == RowOp::Same)
}

pub(super) fn folded(count: usize) -> String {
    format!("… {} the same …", plural(count, "sentence"))
}

/// The two names, the summary and its numbers.
pub(super) fn heading(pair: NamedPair<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (letter, look, named) in [("A", Look::Gone, pair.a), ("B", Look::New, pair.b)] {
        name(letter, look, named, width, out)?;
    }
    for (look, text) in [(Look::Plain, pair.summary()), (Look::Note, pair.figures())] {
        let text = [Span::new(look, text)];
        paragraph("", &text, Direction::LeftToRight, (0, width), out)?;
    }
    Ok(())
}

/// A key after its letter, and the title below.
fn name(
    letter: &str,
    look: Look,
    named: Named<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    const HANG: usize = 3;
    let title = named.title.map(inert_line);
    let lines = [
        (letter, look, Some(inert(named.key).into_owned())),
        ("", Look::Plain, title.filter(|title| !title.is_empty())),
    ];
    for (letter, look, text) in lines {
        let Some(text) = text else { continue };
        let (prefix, direction) = (format!("{letter:<HANG$}"), Direction::of(&text));
        let place = (HANG, width.saturating_sub(HANG));
        paragraph(&prefix, &[Span::new(look, text)], direction, place, out)?;
    }
    Ok(())
}

/// Words that a long sentence keeps on either side of what changed in it.
const LONG_SENTENCE: usize = 24;

/// A row with its text once: at its new place, or where it was dropped. What a
/// sentence of hundreds of words keeps is folded as kept lines are.
fn entry(pair: NamedPair<'_>, row: &Row, context: Option<usize>) -> Entry {
    let kept = context.map_or(Kept::Whole, |_| Kept::Words(LONG_SENTENCE));
    let (a, b) = (pair.part_a(row), pair.part_b(row));
    let shown = if row.op == RowOp::Dropped || row.b.is_empty() {
        a
    } else {
        b
    };
    let text = match row.op {
        RowOp::Same => plain(shown, Look::Plain),
        RowOp::Added => plain(shown, Look::New),
        RowOp::Dropped => plain(shown, Look::Gone),
        RowOp::Edited => merged(a, b, pair.marks(row), kept),
        RowOp::MovedHere if pair.marks(row).is_empty() => plain(shown, Look::Carried),
        RowOp::MovedHere => merged(a, b, pair.marks(row), kept),
        RowOp::MovedAway => vec![Span::new(Look::Opening, opening(a))],
    };
    Entry {
        op: row.op,
        a: pair.line_a(row),
        b: pair.line_b(row),
        notes: pair.notes(row),
        text,
        direction: Direction::of(shown.as_str()),
    }
}

/// The first words of a text that is shown elsewhere.
pub(super) fn opening(part: Part<'_>) -> String {
    const SHOWN: usize = 32;
    let text = flow(part.as_str());
    let cut = text.grapheme_indices(true).nth(SHOWN).map(|(at, _)| at);
    let Some(head) = cut.and_then(|cut| text.get(..cut)) else {
        return text;
    };
    let words = head.rfind(' ').and_then(|space| head.get(..space));
    format!("{} …", words.unwrap_or(head))
}
