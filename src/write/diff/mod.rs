//! Two texts compared, for people, for spreadsheets and for programs.
//!
//! `page` holds what every form asks for. `fit` finds where the marks of words
//! that differ stand, `marks` sets them, `spans` gives them looks, `wrap` breaks
//! them into lines, `fold` leaves out what is the same, `entry` lays out a
//! sentence, `brief` its changes alone; then one file per form. `collation` has the
//! forms of a whole group.

mod brief;
mod collation;
mod entry;
mod fit;
mod fold;
mod html;
mod json;
mod marks;
mod page;
mod side_by_side;
mod spans;
mod text;
mod unified;
mod wrap;

use std::io::{self, Write};

pub use collation::{collation_columns, collation_csv, collation_json, collation_text};
pub use html::diff_html;
pub use json::diff_json;
pub use page::{Named, NamedPair};
pub use side_by_side::{LEAST_WIDTH, diff_side_by_side};
pub use text::{View, diff_text};
pub use unified::diff_unified;

pub(super) use brief::write_changes;
pub(super) use spans::{Direction, Look, Span};
pub(super) use wrap::paragraph;

use super::changes::{COLUMNS, cells};
use super::folder::CsvStyle;
use super::table::TableWriter;

/// Writes the changes with the columns of `changes.csv`; the group is empty.
///
/// # Errors
/// What the output says.
pub fn diff_csv(pair: NamedPair<'_>, style: CsvStyle, out: &mut dyn Write) -> io::Result<()> {
    let (a, b) = (pair.a, pair.b);
    let mut table = TableWriter::new(out, COLUMNS, style == CsvStyle::Neutral)?;
    for change in &pair.whole.compared.changes {
        table.row(&cells("", (a.key, a.text), (b.key, b.text), change))?;
    }
    table.finish()
}
