//! A unit as an entry of a page: line numbers, what was done, the text.

use std::io::{self, Write};

use super::spans::{Direction, Look, Span, styled};
use super::wrap::paragraph;
use crate::align::RowOp;
use crate::segment::Kind;

/// Columns that an entry has to itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    indent: usize,
    /// Digits of a line number.
    digits: usize,
    width: usize,
}

/// Columns of the sign and the longest word beside it.
const WORD: usize = 9;
/// Columns that a text needs; below, it stands under its numbers and not beside.
const NARROW: usize = 24;

impl Layout {
    /// `lines` is the greatest line number, `width` the columns of the page.
    pub(super) fn new(indent: usize, lines: usize, width: usize) -> Self {
        let digits = lines.to_string().len().max(2);
        Layout {
            indent,
            digits,
            width,
        }
    }

    /// Columns before the text, and of it; a narrow page has it below.
    fn columns(&self) -> (usize, usize, bool) {
        let before = self.indent + 2 * self.digits + 3 + WORD + 1;
        if before + NARROW <= self.width {
            (before, self.width - before, false)
        } else {
            (
                self.indent + 2,
                self.width.saturating_sub(self.indent + 2),
                true,
            )
        }
    }

    /// Writes the two letters over the line numbers and, where words are marked,
    /// what the signs mean.
    pub(super) fn heads(&self, marked: bool, out: &mut dyn Write) -> io::Result<()> {
        let (digits, indent) = (self.digits, self.indent);
        let heads = format!("{:indent$}{:>digits$} {:>digits$}", "", "A", "B");
        let heads = styled(&[Span::new(Look::Note, heads)], Direction::LeftToRight);
        if !marked {
            return writeln!(out, "{heads}");
        }
        let legend = [
            Span::new(Look::Gone, "[-only in A-]"),
            Span::new(Look::Plain, " "),
            Span::new(Look::New, "{+only in B+}"),
        ];
        let (before, width, below) = self.columns();
        let gap = if below {
            format!("\n{:before$}", "")
        } else {
            " ".repeat(before.saturating_sub(indent + 2 * digits + 1))
        };
        let place = (before, width);
        paragraph(&(heads + &gap), &legend, Direction::LeftToRight, place, out)
    }

    /// Writes a line of the program's own where texts stand.
    pub(super) fn note(&self, note: &str, out: &mut dyn Write) -> io::Result<()> {
        let (before, width, _) = self.columns();
        let (indent, note) = (" ".repeat(before), [Span::new(Look::Note, note)]);
        paragraph(&indent, &note, Direction::LeftToRight, (before, width), out)
    }

    /// Writes an entry, wrapped, the text under the text.
    pub(super) fn entry(&self, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
        let (digits, indent) = (self.digits, " ".repeat(self.indent));
        let number = |line: Option<usize>| line.map_or(String::new(), |line| line.to_string());
        let numbers = format!("{:>digits$} {:>digits$}", number(entry.a), number(entry.b));
        let (look, sign, word) = label(entry.op);
        let (before, width, below) = self.columns();
        let (done, gap) = if below {
            let done = format!("  {sign} {word}");
            (done.trim_end().to_string(), format!("\n{:before$}", ""))
        } else {
            (format!("  {sign} {word:<7}"), " ".to_string())
        };
        let head = [Span::new(Look::Note, numbers), Span::new(look, done)];
        let head = styled(&head, Direction::LeftToRight);
        let prefix = format!("{indent}{head}{gap}");
        let notes = match entry.notes.join("; ") {
            none if none.is_empty() => none,
            notes => format!("[{notes}] "),
        };
        let text = [&[Span::new(Look::Note, notes)], &entry.text[..]].concat();
        paragraph(&prefix, &text, entry.direction, (before, width), out)
    }
}

/// A unit, or a few, of one or both texts.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) op: RowOp,
    /// Lines in the two texts.
    pub(super) a: Option<usize>,
    pub(super) b: Option<usize>,
    /// What is to be said of it, before its text.
    pub(super) notes: Vec<String>,
    pub(super) text: Vec<Span>,
    pub(super) direction: Direction,
}

/// Look, sign and word of what was done.
pub(super) fn label(op: RowOp) -> (Look, char, &'static str) {
    match op {
        RowOp::Same => (Look::Plain, ' ', ""),
        RowOp::Added => (Look::New, '+', "added"),
        RowOp::Dropped => (Look::Gone, '-', "dropped"),
        RowOp::Edited => (Look::Carried, '~', "edited"),
        RowOp::MovedHere => (Look::Carried, '>', "moved"),
        RowOp::MovedAway => (Look::Carried, '<', "moved"),
    }
}

/// What a kind adds to the word of an entry; nothing for plain text.
pub(super) fn kind_note(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Body => None,
        Kind::Number => Some("only figures or dates differ"),
        Kind::Trivial => Some("only its form differs"),
        other => Some(other.code()),
    }
}

/// Says that sentences were cut or joined.
pub(super) fn recut(a: usize, b: usize) -> Option<String> {
    let words = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    let count = |count: usize| {
        words
            .get(count)
            .map_or(count.to_string(), |word| word.to_string())
    };
    let noun = if a == 1 { "sentence" } else { "sentences" };
    (a != b && a > 0 && b > 0).then(|| format!("{} {noun} became {}", count(a), count(b)))
}
