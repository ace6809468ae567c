//! Tables that are no articles: truths, labelled sheets, our own results.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use csv::StringRecord;

use crate::error::{Error, ErrorKind};
use crate::formulas::original;

/// A table with a header row, read row by row.
///
/// Unlike an input it is taken whole or not at all: a row that cannot be read ends the run, because a
/// figure over the rest would be wrong. Comma, semicolon and tab separate, as the header says; UTF-8.
pub struct Sheet {
    path: PathBuf,
    doing: &'static str,
    csv: csv::Reader<Quotes<BufReader<File>>>,
    columns: Vec<String>,
    row: StringRecord,
    /// Line of the row, from 1.
    line: u64,
    /// The parser ends a row before the LF of CRLF and is then a line behind.
    lag: u64,
    /// Whether the row goes over several lines.
    is_broken: bool,
}

/// One row of a [`Sheet`].
#[derive(Clone, Copy)]
pub struct SheetRow<'s> {
    sheet: &'s Sheet,
}

impl Sheet {
    /// Opens a table and reads its header; `doing` is for messages, as in "reading the truth".
    ///
    /// # Errors
    /// What the system says, or a header that cannot be read.
    pub fn open(path: &Path, doing: &'static str) -> Result<Self, Error> {
        let io = |cause| Error::io(doing, path, cause);
        let mut file = BufReader::new(File::open(path).map_err(io)?);
        let delimiter = delimiter(file.fill_buf().map_err(io)?);
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(delimiter)
            .from_reader(Quotes {
                inner: file,
                count: 0,
            });
        let mut sheet = Sheet {
            path: path.to_path_buf(),
            doing,
            csv: reader,
            columns: Vec::new(),
            row: StringRecord::new(),
            line: 1,
            lag: 0,
            is_broken: false,
        };
        if !sheet.advance()? {
            return Err(sheet.wrong(None, "is empty; its first row must name the columns"));
        }
        let cells = sheet.row.iter();
        let breaks = cells.map(|cell| cell.matches('\n').count() as u64);
        let next = 2 + breaks.sum::<u64>();
        sheet.lag = next.saturating_sub(sheet.csv.position().line());
        let names = sheet.row.iter().map(|name| name.trim().to_lowercase());
        sheet.columns = names.collect();
        Ok(sheet)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Place of a column; upper and lower case are the same.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Place of a column that must be there.
    ///
    /// # Errors
    /// Says which columns there are.
    pub fn required(&self, name: &str) -> Result<usize, Error> {
        self.column(name).ok_or_else(|| {
            self.wrong(
                Some(1),
                &format!("has no column `{name}`; it has {}", self.listed()),
            )
        })
    }

    /// The names of the columns, for messages.
    pub fn listed(&self) -> String {
        const SHOWN: usize = 200;
        let names = self.columns.join(", ");
        match names.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{} …", names.get(..end).unwrap_or_default()),
            None => names,
        }
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// A row with another number of cells than the header, bytes that are no UTF-8, a quote that is
    /// never closed, or what the system says.
    pub fn next_row(&mut self) -> Result<Option<SheetRow<'_>>, Error> {
        Ok(self.advance()?.then_some(SheetRow { sheet: self }))
    }

    fn advance(&mut self) -> Result<bool, Error> {
        match self.csv.read_record(&mut self.row) {
            Ok(true) => {}
            // The parser takes what follows an unclosed quote for one cell and says nothing.
            Ok(false) if self.is_broken && self.csv.get_ref().count % 2 == 1 => {
                return Err(self.wrong(Some(self.line), "has a quote that is never closed"));
            }
            Ok(false) => return Ok(false),
            Err(error) => return Err(self.failed(error)),
        }
        if let Some(at) = self.row.position() {
            self.line = at.line() + self.lag;
        }
        self.is_broken = self.row.iter().any(|cell| cell.contains('\n'));
        Ok(true)
    }

    /// An error at a line.
    pub fn wrong(&self, line: Option<u64>, what: &str) -> Error {
        ErrorKind::Sheet {
            path: self.path.clone(),
            line,
            what: what.to_string(),
        }
        .into()
    }

    fn failed(&self, error: csv::Error) -> Error {
        let line = error.position().map(|at| at.line() + self.lag);
        match error.into_kind() {
            csv::ErrorKind::Io(cause) => Error::io(self.doing, &self.path, cause),
            csv::ErrorKind::Utf8 { .. } => {
                self.wrong(line, "holds bytes that are no UTF-8; save it as UTF-8")
            }
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => self.wrong(
                line,
                &format!(
                    "has {len} cells where the header has {expected_len}; is a comma not in quotes?"
                ),
            ),
            _ => self.wrong(line, "cannot be read as CSV"),
        }
    }
}

impl<'s> SheetRow<'s> {
    /// A cell by the place of its column.
    pub fn cell(self, column: usize) -> &'s str {
        self.sheet.row.get(column).unwrap_or_default()
    }

    /// The key in a cell, as it was before it was made inert for spreadsheets.
    pub fn key(self, column: usize) -> &'s str {
        original(self.cell(column))
    }

    /// A cell of a column that may not be there, without white space around it.
    pub fn trimmed(self, column: Option<usize>) -> Option<&'s str> {
        column.map(|column| self.cell(column).trim())
    }

    /// Its line in the file, from 1.
    pub fn line(self) -> u64 {
        self.sheet.line
    }

    /// An error at this row.
    pub fn wrong(self, what: &str) -> Error {
        self.sheet.wrong(Some(self.line()), what)
    }
}

/// What separates the names of the header: spreadsheets of many countries write semicolons.
fn delimiter(start: &[u8]) -> u8 {
    let line = start
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let count = |&delimiter: &u8| line.iter().filter(|&&byte| byte == delimiter).count();
    // Of equals the last one wins.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(count)
        .unwrap_or(b',')
}

/// Counts the quotes that pass.
struct Quotes<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        let passed = out.get(..read).unwrap_or_default();
        self.count += memchr::memchr_iter(b'"', passed).count() as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(content: &[u8]) -> (tempfile::TempDir, Result<Sheet, Error>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        std::fs::write(&path, content).unwrap();
        let sheet = Sheet::open(&path, "reading the truth");
        (folder, sheet)
    }

    fn rows(content: &[u8]) -> Result<Vec<(u64, String)>, String> {
        let (_folder, sheet) = sheet(content);
        let mut sheet = sheet.map_err(|error| error.to_string())?;
        let (a, b) = (
            sheet.required("doc_id").map_err(|e| e.to_string())?,
            sheet.column("group"),
        );
        let mut rows = Vec::new();
        while let Some(row) = sheet.next_row().map_err(|error| error.to_string())? {
            let group = row.trimmed(b).unwrap_or("-");
            rows.push((row.line(), format!("{}|{group}", row.cell(a))));
        }
        Ok(rows)
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        let expected = vec![(2, "a,1|x".to_string()), (3, "b|".to_string())];
        for content in [
            &b"doc_id,group\n\"a,1\",x\nb,\n"[..],
            b"\xef\xbb\xbfDOC_ID;Group\r\na,1; x \r\nb;\r\n",
            b"group\tdoc_id\nx\ta,1\n\tb",
        ] {
            assert_eq!(rows(content), Ok(expected.clone()));
        }
        assert_eq!(rows(b"doc_id\na\n").unwrap(), [(2, "a|-".to_string())]);
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        for (content, said) in [
            (&b""[..], "truth.csv: is empty"),
            (
                b"id,group\n",
                "truth.csv: line 1: has no column `doc_id`; it has id, group",
            ),
            (
                b"doc_id,group\na,b\nc\n",
                "truth.csv: line 3: has 1 cells where the header has 2",
            ),
            (
                b"doc_id,group\na,b\nc,\xff\n",
                "truth.csv: line 3: holds bytes that are no UTF-8",
            ),
            (
                b"doc_id,group\na,\"b\nc,d\ne,f\n",
                "truth.csv: line 2: has a quote that is never closed",
            ),
        ] {
            let error = rows(content).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
