//! CSV tables: typed cells, a fixed order of columns, inert text.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::config::FieldPath;
use crate::formulas::{neutral, neutral_key};
use crate::trace::Trace;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A key or an id, neutralised for spreadsheets unless it is a plain number: the same cell in every file.
    Id,
    /// Words of a document or of an input, neutralised for spreadsheets.
    Text,
    /// One of a fixed list of words, or several joined by `;`.
    Code,
    /// A whole number.
    Integer,
    /// A number with four decimals.
    Number,
    /// `true` or `false`.
    Boolean,
    /// ISO 8601, a day or a time.
    Date,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in the header row.
    pub name: &'static str,
    /// What it holds.
    pub kind: Type,
    /// What it means.
    pub meaning: &'static str,
}

/// A value; an empty cell means unknown or not applicable.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing is known.
    Empty,
    /// A string, to be neutralised if its column holds text or keys.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// A score.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
}

impl Cell<'_> {
    /// As it stands in a file, before anything is quoted; empty for nothing known.
    pub fn written(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Integer(number) => Cow::Owned(number.to_string()),
            Cell::Number(number) => Cow::Owned(format!("{number:.4}")),
            Cell::Boolean(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(Cow::Borrowed(text))
        }
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(Cow::Owned(text))
        }
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Cell<'_> {
            fn from(number: $integer) -> Self {
                Cell::Integer(number as i64)
            }
        }
    )*};
}
from_integer!(u32, u64, usize, i64);

impl From<f64> for Cell<'_> {
    fn from(number: f64) -> Self {
        Cell::Number(number)
    }
}

impl From<bool> for Cell<'_> {
    fn from(yes: bool) -> Self {
        Cell::Boolean(yes)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}

/// One output table.
pub trait Table {
    /// Name of its file.
    fn file(&self) -> &'static str;
    /// What one row is.
    fn meaning(&self) -> &'static str;
    /// Its columns in order.
    fn columns(&self) -> &'static [Column];
    /// Fields of the records that were carried through, each a column of text behind the others.
    fn carried<'t>(&self, trace: &'t Trace) -> &'t [FieldPath] {
        let _ = trace;
        &[]
    }
    /// Writes all rows, in their fixed order.
    ///
    /// # Errors
    /// What the output says.
    fn write(&self, trace: &Trace, out: &mut TableWriter<'_>) -> io::Result<()>;
}

/// Writes rows of cells as RFC 4180.
pub struct TableWriter<'w> {
    csv: csv::Writer<Box<dyn Write + 'w>>,
    columns: &'static [Column],
    /// Columns of text behind them.
    carried: usize,
    neutralise: bool,
}

impl<'w> TableWriter<'w> {
    /// Begins a table with its header row.
    ///
    /// # Errors
    /// What the output says.
    pub fn new(
        out: impl Write + 'w,
        columns: &'static [Column],
        neutralise: bool,
    ) -> io::Result<Self> {
        Self::with_carried(out, columns, &[], neutralise)
    }

    /// As [`new`](TableWriter::new), with columns of text behind the others.
    ///
    /// # Errors
    /// What the output says.
    pub fn with_carried(
        out: impl Write + 'w,
        columns: &'static [Column],
        carried: &[FieldPath],
        neutralise: bool,
    ) -> io::Result<Self> {
        let mut table = Self::behind(out, columns, neutralise);
        table.carried = carried.len();
        for column in columns {
            table.csv.write_field(column.name)?;
        }
        for path in carried {
            table.csv.write_field(carried_name(path))?;
        }
        table.csv.write_record(None::<&[u8]>)?;
        Ok(table)
    }

    /// Goes on with a table that has its header row.
    pub fn behind(out: impl Write + 'w, columns: &'static [Column], neutralise: bool) -> Self {
        let boxed: Box<dyn Write + 'w> = Box::new(out);
        let csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(boxed);
        TableWriter {
            csv,
            columns,
            carried: 0,
            neutralise,
        }
    }

    /// Writes one row, a cell for each column.
    ///
    /// # Errors
    /// What the output says.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        debug_assert_eq!(cells.len(), self.columns.len() + self.carried);
        let kinds = self.columns.iter().map(|column| column.kind);
        for (cell, kind) in cells.iter().zip(kinds.chain(std::iter::repeat(Type::Text))) {
            let text = match (cell, kind) {
                (Cell::Text(text), Type::Text) if self.neutralise => neutral(text),
                (Cell::Text(key), Type::Id) if self.neutralise => neutral_key(key),
                _ => cell.written(),
            };
            self.csv.write_field(text.as_bytes())?;
        }
        self.csv.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Hands what was written so far to the output.
    ///
    /// # Errors
    /// What the output says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.csv.flush()
    }

    /// Hands everything to the output.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

/// What the column of a field is called that was carried through.
pub(super) fn carried_name(path: &FieldPath) -> String {
    format!("x_{}", path.typed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_keys_are_touched_and_numbers_are_not() {
        const COLUMNS: &[Column] = &[
            Column {
                name: "id",
                kind: Type::Id,
                meaning: "",
            },
            Column {
                name: "text",
                kind: Type::Text,
                meaning: "",
            },
            Column {
                name: "score",
                kind: Type::Number,
                meaning: "",
            },
        ];
        let mut out = Vec::new();
        let mut table = TableWriter::new(&mut out, COLUMNS, true).unwrap();
        table
            .row(&["-a".into(), "-b, \"c\"".into(), Cell::Number(-0.5)])
            .unwrap();
        table
            .row(&["-5".into(), "-5".into(), Cell::Integer(-5)])
            .unwrap();
        table.row(&[Cell::Empty, Cell::Empty, Cell::Empty]).unwrap();
        table.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "id,text,score\r\n'-a,\"'-b, \"\"c\"\"\",-0.5000\r\n-5,'-5,-5\r\n,,\r\n"
        );
    }
}
