//! The two texts in two columns.

use std::io::{self, Write};

use super::entry::label;
use super::fold::{Piece, fold};
use super::marks::{after, before, plain};
use super::page::Pair;
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
pub fn diff_side_by_side(pair: Pair<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    heading(pair, view.width, out)?;
    if whole_story(pair) && view.context.is_some() {
        return Ok(());
    }
    let digits = pair.last_line().to_string().len().max(2);
    // Two numbers with a space after each, and a sign between two spaces.
    let column = (view.width.saturating_sub(2 * (digits + 1) + 3) / 2).max(4);
    let columns = Columns { digits, column };
    writeln!(out)?;
    let head = |letter: &str| {
        [Line {
            spans: vec![Span::new(Look::Note, letter)],
            width: 1,
        }]
    };
    columns.write(
        (None, &head("A")),
        (Look::Plain, ' '),
        (None, &head("B")),
        Direction::LeftToRight,
        out,
    )?;
    for piece in fold(&pair.whole.rows, view.context) {
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
    fn row(&self, pair: Pair<'_>, row: &Row, out: &mut dyn Write) -> io::Result<()> {
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
        let lines = |spans: &[Span]| {
            if spans.is_empty() {
                Vec::new()
            } else {
                wrap(spans, self.column)
            }
        };
        let (_, sign, _) = label(row.op);
        let text = if row.b.is_empty() { a } else { b };
        self.write(
            (pair.line_a(row), &lines(&left)),
            (look, sign),
            (pair.line_b(row), &lines(&right)),
            Direction::of(text.as_str()),
            out,
        )
    }

    /// Two stacks of lines beside one another; numbers and sign at the first.
    fn write(
        &self,
        left: (Option<usize>, &[Line]),
        (look, sign): (Look, char),
        right: (Option<usize>, &[Line]),
        direction: Direction,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for i in 0..left.1.len().max(right.1.len()) {
            let number = |line: Option<usize>| match line.filter(|_| i == 0) {
                Some(line) => format!("{line:>digits$} ", digits = self.digits),
                None => format!("{:>digits$} ", "", digits = self.digits),
            };
            let text = |lines: &[Line]| {
                lines
                    .get(i)
                    .map_or(String::new(), |line| styled(&line.spans, direction))
            };
            let filled = left.1.get(i).map_or(0, |line| line.width);
            let mut line = String::new();
            line.push_str(&styled(
                &[Span::new(Look::Note, number(left.0))],
                Direction::LeftToRight,
            ));
            line.push_str(&text(left.1));
            line.push_str(&" ".repeat(self.column.saturating_sub(filled)));
            if i == 0 && sign != ' ' {
                let sign = [Span::new(look, format!(" {sign}"))];
                line.push_str(&styled(&sign, Direction::LeftToRight));
            } else {
                line.push_str("  ");
            }
            if right.1.get(i).is_some() {
                let number = format!(" {}", number(right.0));
                let number = [Span::new(Look::Note, number)];
                line.push_str(&styled(&number, Direction::LeftToRight));
                line.push_str(&text(right.1));
            }
            writeln!(out, "{}", line.trim_end_matches(' '))?;
        }
        Ok(())
    }
}
