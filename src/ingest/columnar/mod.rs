//! Tables stored by columns: Parquet files, Arrow files and streams.

mod arrow;
mod cells;
mod pages;
mod parquet;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::Schema;

use super::fields::{Match, Role};
use super::gather::{Accepted, File};
use super::lookup::{Lookup, columns as paths};
use super::reason::{Reason, Refusal};
use super::record::{Cell, Cells};

pub(super) use self::arrow::read as read_arrow;
pub(super) use self::cells::cell;
pub(super) use self::parquet::read as read_parquet;

/// Bytes of one page, message or dictionary once it is unpacked, at most.
const UNPACKED: u64 = 128 << 20;

/// Bytes that a row counts beside its texts where what came is held against the size of the
/// file: a few bytes can claim any number of empty rows, or of such with one and the same text.
const ROW: u64 = 128;

/// Rows that one damaged part of a file may be said to have held: as many as a run may read. A
/// part that claims more lies.
const CLAIMED: u64 = u32::MAX as u64;

/// The columns of a table that play a role.
struct Columns {
    /// In the order of the schema.
    wanted: Vec<Column>,
}

struct Column {
    /// Place in the schema.
    at: usize,
    name: String,
    matches: Vec<Match>,
    /// Ways that begin here, and how many of their steps the column is.
    ways: Vec<(usize, usize)>,
}

impl Columns {
    fn of(schema: &Schema, file: &File<'_, '_>) -> Result<Columns, Refusal> {
        let mut wanted = Vec::new();
        for (at, field) in schema.fields().iter().enumerate() {
            let name = field.name().trim();
            let matches = file.fields.matches(name);
            let lookup = file.fields.lookup.as_ref();
            let ways = lookup.map_or(Vec::new(), |lookup| lookup.ways_from(name));
            if !matches.is_empty() || !ways.is_empty() {
                let name = field.name().clone();
                wanted.push(Column {
                    at,
                    name,
                    matches,
                    ways,
                });
            }
        }
        let is_text = |column: &Column| {
            let by_path = |lookup: &Lookup| column.ways.iter().any(|(way, _)| lookup.is_text(*way));
            column.matches.iter().any(|(role, _)| *role == Role::Text)
                || file.fields.lookup.as_ref().is_some_and(by_path)
        };
        if !wanted.iter().any(is_text) {
            let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
            return Err(file.fields.no_column(&names));
        }
        Ok(Columns { wanted })
    }

    fn places(&self) -> Vec<usize> {
        self.wanted.iter().map(|column| column.at).collect()
    }
}

/// What came of the rows of a file so far.
struct Rows {
    number: u64,
    /// Bytes of the rows.
    unpacked: u64,
    /// Bytes of the file as far as it was read.
    packed: u64,
}

impl Rows {
    /// Takes the rows of a batch that holds the wanted columns in their order.
    fn batch(
        &mut self,
        batch: &RecordBatch,
        columns: &Columns,
        offset: u64,
        file: &mut File<'_, '_>,
    ) -> Result<(), Refusal> {
        for row in 0..batch.num_rows() {
            if file.out.failed.is_some() {
                break;
            }
            self.number = self.number.saturating_add(1);
            if let Err(refusal) = self.row(batch.columns(), row, columns, offset, file) {
                file.reject(Some(self.number), offset, refusal);
            }
            self.check(file)?;
        }
        Ok(())
    }

    /// Rejects the next rows, of which nothing can be read.
    fn lost(&mut self, rows: u64, offset: u64, refusal: Refusal, file: &mut File<'_, '_>) {
        self.without(rows, "cannot be read", (offset, refusal), file);
    }

    /// Goes on without the next rows: one rejection that stands for each of them.
    fn without(
        &mut self,
        rows: u64,
        what: &str,
        (offset, mut refusal): (u64, Refusal),
        file: &mut File<'_, '_>,
    ) {
        let rows = rows.clamp(1, CLAIMED);
        let first = self.number.saturating_add(1);
        self.number = self.number.saturating_add(rows);
        let which = match rows {
            1 => format!("row {first}"),
            _ => format!("rows {first} to {}", self.number),
        };
        refusal.message = format!("{which} {what}: {}", refusal.message).into();
        file.reject_all(rows, Some(first), offset, refusal);
    }

    fn row(
        &mut self,
        arrays: &[ArrayRef],
        row: usize,
        columns: &Columns,
        offset: u64,
        file: &mut File<'_, '_>,
    ) -> Result<(), Refusal> {
        self.unpacked += ROW;
        let mut cells = Cells::default();
        let mut raw = serde_json::Map::new();
        let mut encoding = "UTF-8";
        let mut places = file
            .fields
            .lookup
            .as_ref()
            .map_or(Vec::new(), Lookup::places);
        for (array, column) in arrays.iter().zip(&columns.wanted) {
            if let Some(lookup) = &file.fields.lookup {
                for way in &column.ways {
                    paths::follow(lookup, *way, array.as_ref(), row, &mut places)?;
                }
            }
            let Column { name, matches, .. } = column;
            let (cell, its_encoding) = cell(array.as_ref(), row, 0)?;
            let value = match &cell {
                Cell::Text(text) | Cell::Number(text) => {
                    if matches.iter().any(|(role, _)| *role == Role::Text) {
                        encoding = its_encoding;
                    }
                    self.unpacked += text.len() as u64;
                    text.clone().into()
                }
                Cell::Null | Cell::Other(_) => serde_json::Value::Null,
            };
            raw.insert(name.clone(), value);
            for found in matches {
                cells.offer(*found, cell.clone());
            }
        }
        if let Some(lookup) = &file.fields.lookup {
            // What stands within a column goes by its path, which is a name as well.
            for (way, found) in lookup.ways().iter().zip(&places) {
                let is_within = way.path.steps().len() > 1;
                if let (true, Some(Cell::Text(text) | Cell::Number(text))) =
                    (is_within, &found.cell)
                {
                    self.unpacked += text.len() as u64;
                    let name = way.path.typed().to_owned();
                    raw.entry(name).or_insert_with(|| text.clone().into());
                }
            }
            lookup.settle(places, &mut cells)?;
        }
        // No bytes of the file are the record; its fields stand for them.
        let mut line = serde_json::to_vec(&raw).unwrap_or_default();
        if line.len() > file.record_limit() {
            return Err(file.too_long());
        }
        line.push(b'\n');
        let place = file.place(Some(self.number), offset);
        let aside = cells.aside(file.fields);
        let read = cells.document(place, file.fields, file.options.limits.text_bytes)?;
        file.accept(Accepted::new(read, encoding).with(aside), Some(&line));
        Ok(())
    }

    /// Refuses to go on where few bytes became far too many.
    fn check(&self, file: &File<'_, '_>) -> Result<(), Refusal> {
        let limits = &file.options.limits;
        if self.unpacked > limits.ratio_after_bytes
            && self.unpacked / self.packed.max(1) > limits.ratio
        {
            let message = format!(
                "the rows before, each as {ROW} bytes and its texts, are more than {} times the size of the file",
                limits.ratio
            );
            return Err(Refusal::new(Reason::Bomb, message).beyond("ratio"));
        }
        Ok(())
    }
}

fn damaged(what: &str, error: impl std::fmt::Display) -> Refusal {
    let said: String = error.to_string().chars().take(300).collect();
    Refusal::new(Reason::Damaged, format!("{what}: {said}"))
}

/// Whether an array claims more rows than its data can hold.
fn is_hollow(batch: &RecordBatch) -> bool {
    batch.num_columns() == 0
        || batch
            .columns()
            .iter()
            .all(|array| array.data_type().is_null() || array.is_empty())
}
