//! The two texts in two columns.

use std::io::{self, Write};

use super::entry::label;
use super::fit::Part;
use super::fold::Piece;
use super::marks::{after, before, plain};
use super::page::NamedPair;
use super::spans::{Direction, Look, Span, styled};
use super::text::{View, folded, heading, whole_story};
use super::wrap::{Line, wrap};
use crate::align::{Row, RowOp};

/// Columns below which two texts do not fit beside one another.
pub const LEAST_WIDTH: usize = 60;

/// Writes the two texts in two columns, each with its line numbers, and a sign
/// between them. What is moved stands in both its places.
///
/// # Errors
/// What the output says.
pub fn diff_side_by_side(pair: NamedPair<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    heading(pair, view.width, out)?;
    if whole_story(pair) && view.context.is_some() {
        return Ok(());
    }
    let digits = pair.last_line().to_string().len().max(2);
    // Two numbers with a space after each, and a sign between two spaces.
    let column = (view.width.saturating_sub(2 * (digits + 1) + 3) / 2).max(4);
    let columns = Columns { digits, column };
    writeln!(out)?;
    let head = |letter: &str| Cell {
        number: None,
        lines: wrap(&[Span::new(Look::Note, letter)], column),
        direction: Direction::LeftToRight,
    };
    columns.write(&head("A"), (Look::Plain, ' '), &head("B"), out)?;
    for piece in pair.pieces(view.context) {
        match piece {
            Piece::Row(row) => {
                if let Some(row) = pair.whole.rows.get(row) {
                    columns.row(pair, row, out)?;
                }
            }
            Piece::Folded(range) => {
                let count = pair.count(pair.whole.rows.get(range).unwrap_or(&[]));
                if count > 0 {
                    let note = styled(
                        &[Span::new(Look::Note, folded(count))],
                        Direction::LeftToRight,
                    );
                    writeln!(out, "{:>digits$} {note}", "")?;
                }
            }
        }
    }
    Ok(())
}

/// Where things stand.
struct Columns {
    digits: usize,
    column: usize,
}

impl Columns {
    fn row(&self, pair: NamedPair<'_>, row: &Row, out: &mut dyn Write) -> io::Result<()> {
        let (a, b, marks) = (pair.part_a(row), pair.part_b(row), pair.marks(row));
        let look = label(row.op).0;
        let (mut left, mut right) = match row.op {
            RowOp::Same => (plain(a, Look::Plain), plain(b, Look::Plain)),
            RowOp::Edited => (before(a, b, marks), after(a, b, marks)),
            RowOp::Dropped => (plain(a, look), Vec::new()),
            RowOp::Added => (Vec::new(), plain(b, look)),
            RowOp::MovedAway if marks.is_empty() => (plain(a, look), Vec::new()),
            RowOp::MovedAway => (before(a, b, marks), Vec::new()),
            RowOp::MovedHere if marks.is_empty() => (Vec::new(), plain(b, look)),
            RowOp::MovedHere => (Vec::new(), after(a, b, marks)),
        };
        let notes = pair.notes(row);
        if !notes.is_empty() {
            let side = if row.b.is_empty() {
                &mut left
            } else {
                &mut right
            };
            side.insert(0, Span::new(Look::Note, format!("[{}] ", notes.join("; "))));
        }
        let cell = |number, spans: &[Span], part: Part<'_>| Cell {
            number,
            lines: if spans.is_empty() {
                Vec::new()
            } else {
                wrap(spans, self.column)
            },
            direction: Direction::of(part.as_str()),
        };
        let (left, right) = (
            cell(pair.line_a(row), &left, a),
            cell(pair.line_b(row), &right, b),
        );
        self.write(&left, (look, label(row.op).1), &right, out)
    }

    /// Two stacks of lines beside one another; numbers and sign at the first.
    fn write(
        &self,
        left: &Cell,
        (look, sign): (Look, char),
        right: &Cell,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for i in 0..left.lines.len().max(right.lines.len()) {
            let filled = left.lines.get(i).map_or(0, |line| line.width);
            let gap = " ".repeat(self.column.saturating_sub(filled));
            let mut line = self.half(left, i) + &gap;
            if i == 0 && sign != ' ' {
                let sign = [Span::new(look, format!(" {sign}"))];
                line.push_str(&styled(&sign, Direction::LeftToRight));
            } else {
                line.push_str("  ");
            }
            if i < right.lines.len() {
                line.push(' ');
                line.push_str(&self.half(right, i));
            }
            writeln!(out, "{}", line.trim_end_matches(' '))?;
        }
        Ok(())
    }

    /// Number and text of a line of one side.
    fn half(&self, cell: &Cell, i: usize) -> String {
        let number = cell.number.filter(|_| i == 0);
        let number = number.map_or(String::new(), |number| number.to_string());
        let number = Span::new(
            Look::Note,
            format!("{number:>digits$} ", digits = self.digits),
        );
        let text = cell.lines.get(i);
        styled(&[number], Direction::LeftToRight)
            + &text.map_or(String::new(), |line| styled(&line.spans, cell.direction))
    }
}

/// A unit of one side.
struct Cell {
    /// Its line in its text.
    number: Option<usize>,
    lines: Vec<Line>,
    direction: Direction,
}
