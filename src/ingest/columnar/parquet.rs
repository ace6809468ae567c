//! Parquet: the columns that play a role, row group by row group.

use std::fs::File as Opened;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Fields as SchemaFields, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::basic::Compression;

use super::super::gather::File;
use super::super::reason::{Reason, Refusal};
use super::super::shield::shielded;
use super::super::spool;
use super::super::window::Bytes;
use super::{Columns, Rows, damaged, is_hollow, pages};

/// Rows that are decoded at once.
const BATCH: usize = 256;

/// How often reading may begin again for the bad rows of one file.
const RESTARTS: u32 = 400;

/// Reads all rows; the record number is that of the row.
pub(in super::super) fn read(
    window: &mut Bytes<'_>,
    again: Option<&Path>,
    file: &mut File<'_, '_>,
) -> Result<(), Refusal> {
    let opened = spool::seekable(window, again, file)?;
    let bytes = opened.metadata()?.len();
    let metadata = shielded("Parquet", || metadata(&opened))?;
    let columns = Columns::of(metadata.schema(), file)?;
    let mut table = Parquet {
        opened,
        bytes,
        mask: ProjectionMask::roots(metadata.parquet_schema(), columns.places()),
        metadata,
        columns,
        restarts: 0,
        rows: Rows {
            number: 0,
            unpacked: 0,
            packed: bytes,
        },
    };
    for group in 0..table.metadata.metadata().num_row_groups() {
        if file.out.failed.is_some() {
            break;
        }
        if let Err(refusal) = table.group(group, file) {
            let groups = table.metadata.metadata().row_groups().iter();
            let rows = groups.map(|group| u64::try_from(group.num_rows()).unwrap_or(0));
            let rows = rows.fold(0, u64::saturating_add);
            let rest = rows.saturating_sub(table.rows.number);
            // Where the last row of all was one too many, none is left out.
            if rest > 0 {
                table.rows.without(rest, "are left out", (0, refusal), file);
            }
            break;
        }
    }
    file.told(usize::try_from(bytes).unwrap_or(usize::MAX));
    Ok(())
}

/// The metadata, with strings to be read as views: those of a dictionary are then not copied
/// for every row that names them.
fn metadata(opened: &Opened) -> Result<ArrowReaderMetadata, Refusal> {
    let broken = |error| damaged("its footer cannot be read, so nothing of it can", error);
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let plain = ArrowReaderMetadata::load(opened, options.clone()).map_err(broken)?;
    let fields: SchemaFields = plain.schema().fields().iter().map(viewed).collect();
    let schema = Arc::new(Schema::new(fields));
    let viewed =
        ArrowReaderMetadata::try_new(plain.metadata().clone(), options.with_schema(schema));
    Ok(viewed.unwrap_or(plain))
}

fn viewed(field: &Arc<Field>) -> Arc<Field> {
    let data_type = match field.data_type() {
        DataType::Utf8 => DataType::Utf8View,
        DataType::Binary => DataType::BinaryView,
        DataType::List(item) => DataType::List(viewed(item)),
        _ => return field.clone(),
    };
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

struct Parquet {
    opened: Opened,
    bytes: u64,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    columns: Columns,
    restarts: u32,
    rows: Rows,
}

impl Parquet {
    /// Reads one row group; what is wrong with it is its own.
    fn group(&mut self, group: usize, file: &mut File<'_, '_>) -> Result<(), Refusal> {
        let before = self.rows.number;
        let (offset, rows) = match shielded("Parquet", || self.checked(group)) {
            Ok(checked) => checked,
            Err(refusal) => {
                let rows = self.metadata.metadata().row_group(group).num_rows();
                let rows = u64::try_from(rows).unwrap_or(0);
                self.rows.lost(rows, 0, refusal, file);
                return Ok(());
            }
        };
        let mut batch_size = BATCH;
        loop {
            let done = self.rows.number - before;
            if done >= rows || file.out.failed.is_some() {
                return Ok(());
            }
            let single = (batch_size == 1).then_some(BATCH as u64);
            match self.range(group, (done, single), batch_size, offset, file)? {
                None if single.is_none() || self.rows.number == before + done => break,
                None => batch_size = BATCH,
                // Each row of the bad batch by itself, as far as they can be read.
                Some(_) if batch_size > 1 => batch_size = 1,
                Some(refusal) => {
                    let done = self.rows.number - before;
                    if done < rows {
                        let passed = self.stretch(group, done, rows - done);
                        self.rows.lost(passed, offset, refusal, file);
                    }
                }
            }
        }
        let came = self.rows.number - before;
        if came < rows {
            let refusal = damaged("a row group", "the rows that it should have are missing");
            self.rows.lost(rows - came, offset, refusal, file);
        }
        Ok(())
    }

    /// How many rows from a bad one on are passed, of those that are left: as far as the next
    /// that can be read. Bad rows stand alone or fill a page, whose end ever longer steps find.
    fn stretch(&mut self, group: usize, from: u64, left: u64) -> u64 {
        // The row at `bad` cannot be read; that at `good` can, or the row group ends there.
        let (mut bad, mut good, mut step) = (0, left, 1);
        while bad + 1 < good {
            self.restarts += 1;
            if self.restarts > RESTARTS {
                return good;
            }
            let is_end_known = good < left || bad + step >= good;
            let next = match is_end_known {
                true => bad + (good - bad) / 2,
                false => bad + step,
            };
            match self.is_readable(group, from + next) {
                true => good = next,
                false => bad = next,
            }
            step = step.saturating_mul(2);
        }
        good
    }

    fn is_readable(&self, group: usize, row: u64) -> bool {
        let read = shielded("Parquet", || {
            let mut reader = self.reader(group, row, Some(1), 1)?;
            let next = reader.next().transpose();
            next.map_err(|error| damaged("Parquet", error))
        });
        matches!(read, Ok(Some(batch)) if !is_hollow(&batch))
    }

    /// Checks what a row group claims; gives its offset and its rows.
    fn checked(&self, group: usize) -> Result<(u64, u64), Refusal> {
        let group = self.metadata.metadata().row_group(group);
        let rows = u64::try_from(group.num_rows())
            .map_err(|_| damaged("a row group", "it has a negative number of rows"))?;
        let mut first = u64::MAX;
        for (at, column) in group.columns().iter().enumerate() {
            if !self.mask.leaf_included(at) {
                continue;
            }
            let packed = column.compression();
            if matches!(packed, Compression::BROTLI(_) | Compression::LZO) {
                let name = column.column_path().string();
                let packing = packed.to_string().to_ascii_lowercase();
                let message = format!(
                    "column {name} of {rows} rows is packed with {packing}, which is not read; write it with zstd or snappy"
                );
                return Err(Refusal::new(Reason::Unsupported, message));
            }
            let first_page = column.dictionary_page_offset();
            let start = first_page.unwrap_or(column.data_page_offset());
            if start < 0 || column.compressed_size() < 0 {
                let name = column.column_path().string();
                let message = format!("column {name} has a negative place or length");
                return Err(damaged("a row group is left out", message));
            }
            let (start, len) = column.byte_range();
            if start.checked_add(len).is_none_or(|end| end > self.bytes) {
                let name = column.column_path().string();
                let message = format!("column {name} ends behind the end of the file");
                return Err(damaged("a row group is left out", message));
            }
            first = first.min(start);
            pages::check(&self.opened, start, len)?;
        }
        Ok((first, rows))
    }

    /// Reads rows of a group from one on; gives what stopped it. An error is a limit that ends
    /// the whole file.
    fn range(
        &mut self,
        group: usize,
        (from, count): (u64, Option<u64>),
        batch_size: usize,
        offset: u64,
        file: &mut File<'_, '_>,
    ) -> Result<Option<Refusal>, Refusal> {
        let reader = shielded("Parquet", || self.reader(group, from, count, batch_size));
        let mut reader = match reader {
            Ok(reader) => reader,
            Err(refusal) => return Ok(Some(refusal)),
        };
        loop {
            let next = shielded("Parquet", || -> Result<Option<RecordBatch>, Refusal> {
                let next = reader.next().transpose();
                next.map_err(|error| damaged("Parquet", error))
            });
            match next {
                Ok(None) => return Ok(None),
                Ok(Some(batch)) if is_hollow(&batch) => return Ok(None),
                Ok(Some(batch)) => self.rows.batch(&batch, &self.columns, offset, file)?,
                Err(refusal) => {
                    // After a panic the reader's state is unknown: it is dropped, not asked again.
                    return Ok(Some(refusal));
                }
            }
            if file.out.failed.is_some() {
                return Ok(None);
            }
        }
    }

    fn reader(
        &self,
        group: usize,
        from: u64,
        count: Option<u64>,
        batch_size: usize,
    ) -> Result<ParquetRecordBatchReader, Refusal> {
        let opened = self.opened.try_clone()?;
        let mut builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(opened, self.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(self.mask.clone())
                .with_batch_size(batch_size);
        let rows = self.metadata.metadata().row_group(group).num_rows();
        let left = u64::try_from(rows).unwrap_or(0).saturating_sub(from);
        if from > 0 || count.is_some() {
            let size = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
            let taken = count.map_or(left, |count| count.min(left));
            builder = builder.with_row_selection(RowSelection::from(vec![
                RowSelector::skip(size(from)),
                RowSelector::select(size(taken)),
            ]));
        }
        builder.build().map_err(|error| damaged("Parquet", error))
    }
}
