//! Delimited tables: CSV, TSV and their kin, record by record.

use super::decode;
use super::dialect;
use super::fields::{Fields, Match, Role};
use super::gather::{Accepted, File};
use super::reason::{Reason, Refusal};
use super::record::{Cell, Cells};
use super::rows::{Rows, own};
use super::scan::{self, Dialect, Found, Span};
use super::window::Bytes;
use crate::formulas::original;

/// Delimiters in order of preference.
pub(super) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Delimiters that stand in texts as well: only where they make nothing but known names.
const RARE: [u8; 5] = [b'^', b':', b'~', 0x1f, 0x01];

/// Bytes that may be looked at twice because of runaway quotes, beyond eight
/// times the input, before quoted fields may no longer span lines. Without
/// this bound a crafted file costs quadratic time.
const SPARE_LOOKS: u64 = 256 << 20;

/// Bytes that tell how a table writes its fields.
const HEAD: usize = 64 << 10;

/// The delimiter of a table with this header line, and whether the names in it
/// make it a table for sure: two known ones, a text among them.
pub(super) fn sniff(header: &[u8], preferred: u8, fields: &Fields) -> (u8, bool) {
    let Ok((header, _)) = decode::decode(header) else {
        return (preferred, false);
    };
    let mut best = ((0, 0, false), preferred, false);
    // One that is not there makes one name of all; and a parser takes longer to build than a small
    // file to read.
    let is_there =
        |delimiter: &u8| *delimiter == preferred || header.as_bytes().contains(delimiter);
    let delimiters = DELIMITERS.into_iter().chain(RARE).filter(is_there);
    for delimiter in delimiters.filter(|_| !header.is_empty()) {
        let names = Rows::new(Dialect::usual(delimiter))
            .row(&header)
            .map(own)
            .unwrap_or_default();
        let known = names.iter().filter(|name| fields.knows(name.trim()));
        let rank = (known.count(), names.len(), delimiter == preferred);
        if RARE.contains(&delimiter) && (rank.0 < 2 || rank.0 < names.len()) {
            continue;
        }
        if rank > best.0 {
            best = (rank, delimiter, rank.0 >= 2 && has_text(&names, fields));
        }
    }
    (best.1, best.2)
}

fn has_text(names: &[String], fields: &Fields) -> bool {
    names.iter().any(|name| fields.is_text(name.trim()))
}

/// Whether these are names of columns: a text among them, and where other rows came before,
/// another known name as well.
fn is_header(names: &[String], first: bool, fields: &Fields) -> bool {
    let known = names.iter().filter(|name| fields.knows(name.trim()));
    has_text(names, fields) && (first || known.count() >= 2)
}

/// The names in a header line whose quotes are not closed.
fn bare_names(line: &str, dialect: Dialect, most: usize) -> Vec<String> {
    // Of a line without end only as many as a header has at most are looked at.
    let names = line.split(char::from(dialect.delimiter)).take(most);
    let bare = |name: &str| {
        name.trim()
            .trim_matches(char::from(dialect.quote))
            .to_owned()
    };
    names.map(bare).collect()
}

fn too_wide(fields: usize, file: &File<'_, '_>) -> Refusal {
    let limit = file.options.limits.columns;
    let message = format!("the row has {fields} fields, the limit is {limit}");
    Refusal::new(Reason::TooMany, message).beyond("columns")
}

/// Reads a table; records are counted from 1 behind the header.
pub(super) fn read(window: &mut Bytes<'_>, delimiter: u8, file: &mut File<'_, '_>) {
    let mut number = 0;
    match Table::begin(window, delimiter, file, &mut number) {
        Ok(Some(mut table)) => loop {
            while file.out.failed.is_none() && table.next(window, file, &mut number) {}
            if window.damage().is_none() {
                return;
            }
            number += 1;
            file.pause(window, Some(number));
            // Behind a damaged member of a compressed file the rows go on.
            if !window.resume() {
                return;
            }
        },
        Ok(None) => file.finish(window, None),
        Err(refusal) => file.reject(None, window.offset(), refusal),
    }
}

struct Table {
    dialect: Dialect,
    /// Fields in the header.
    width: usize,
    /// Fields up to the last one with a name: a delimiter behind it may be missing in the rows.
    least: usize,
    /// Columns that play a role.
    columns: Vec<(usize, Match)>,
    /// Columns that are looked for by a path, each with the number of its way.
    by_path: Vec<(usize, usize)>,
    rows: Rows,
    /// The header line without its end; empty where there is none.
    header: Vec<u8>,
    /// Bytes looked at so far, some of them more than once.
    looked: u64,
}

/// Rows that may stand before the header.
const PREAMBLE: usize = 32;

impl Table {
    /// Reads up to the header; `None` where there is nothing at all.
    fn begin(
        window: &mut Bytes<'_>,
        delimiter: u8,
        file: &mut File<'_, '_>,
        number: &mut u64,
    ) -> Result<Option<Table>, Refusal> {
        let limit = file.record_limit();
        let most = file.options.limits.columns as usize;
        let dialect = dialect::of(window.fill(HEAD), delimiter, file.fields);
        let mut rows = Rows::new(dialect);
        // Rows that came before, with their offsets and widths.
        let mut passed: Vec<(u64, usize)> = Vec::new();
        let mut first: Option<Vec<String>> = None;
        while passed.len() < PREAMBLE {
            let found = scan::record(window, dialect, limit, false, &mut 0);
            let unclosed = matches!(found, Found::Runaway(_) | Found::Endless(_));
            let span = match found {
                Found::End => break,
                Found::Record(span) if span.fields == 0 => {
                    window.consume(span.total);
                    continue;
                }
                Found::TooLong if first.is_none() => return Err(file.too_long()),
                Found::TooLong => break,
                Found::Record(span) if first.is_none() && span.fields > most => {
                    return Err(too_wide(span.fields, file));
                }
                Found::Record(span) if span.fields > most => {
                    window.consume(span.total);
                    continue;
                }
                Found::Record(span) => span,
                // Names hold no delimiters, so that quotes among them say nothing.
                Found::Runaway(span) | Found::Endless(span) if first.is_none() => span,
                Found::Runaway(span) | Found::Endless(span) => {
                    window.consume(span.total);
                    continue;
                }
            };
            let raw = window.available().get(..span.len).unwrap_or_default();
            let Ok((row, _)) = file.decode(raw) else {
                passed.push((window.offset(), span.fields));
                window.consume(span.total);
                continue;
            };
            let names = match unclosed {
                true => bare_names(&row, dialect, most),
                false => rows.row(&row).map(own).unwrap_or_default(),
            };
            let numbers: Vec<String> = (1..=names.len()).map(|n| format!("#{n}")).collect();
            let by_number = first.is_none() && has_text(&numbers, file.fields);
            if by_number || is_header(&names, first.is_none(), file.fields) {
                for (offset, width) in passed {
                    // Narrower rows are words about the table.
                    if width >= names.len() {
                        *number += 1;
                        let message = "the row stands before the header and is left out";
                        let refusal = Refusal::new(Reason::BadCsv, message);
                        file.reject(Some(*number), offset, refusal);
                    }
                }
                let mut table = Table {
                    dialect,
                    width: 0,
                    least: 0,
                    columns: Vec::new(),
                    by_path: Vec::new(),
                    rows,
                    header: raw.to_vec(),
                    looked: 0,
                };
                if by_number {
                    table.header.clear();
                    table.name(&numbers, file.fields);
                    return Ok(Some(table));
                }
                table.name(&names, file.fields);
                if file.options.keep_raw {
                    let whole = window.available().get(..span.total).unwrap_or_default();
                    file.out.headers.insert(file.path.to_string(), whole.into());
                }
                window.consume(span.total);
                return Ok(Some(table));
            }
            if unclosed {
                return Err(Refusal::new(
                    Reason::UnclosedQuote,
                    "a quote in the header line is never closed",
                ));
            }
            // The line that tells a spreadsheet the delimiter is no row.
            if !raw.starts_with(b"sep=") {
                first.get_or_insert(names);
                passed.push((window.offset(), span.fields));
            }
            window.consume(span.total);
        }
        let Some(first) = first else {
            return Ok(None);
        };
        let names: Vec<&str> = first.iter().map(String::as_str).collect();
        let refusal = file.fields.no_column(&names);
        let message = format!(
            "{}, or of a table without a header the number of a column, as in {}",
            refusal.message,
            match file.fields.maps_text() {
                true => "text = \"#2\"",
                false => "--text-field '#2'",
            }
        );
        Err(Refusal::new(refusal.reason, message))
    }

    /// Takes these for the names of the columns.
    fn name(&mut self, names: &[String], fields: &Fields) {
        let columns = names.iter().enumerate().flat_map(|(at, name)| {
            let matches = fields.matches(name.trim());
            matches.into_iter().map(move |found| (at, found))
        });
        self.columns = columns.collect();
        self.by_path.clear();
        if let Some(lookup) = &fields.lookup {
            for (at, name) in names.iter().enumerate() {
                let ways = lookup.ways_of_column(name.trim());
                self.by_path.extend(ways.map(|way| (at, way)));
            }
        }
        self.width = names.len();
        let named = names.iter().rposition(|name| !name.trim().is_empty());
        self.least = named.map_or(self.width, |last| last + 1);
    }

    /// Whether a row names columns: the header once more, as where tables were joined, or the
    /// header of a next table, which is then taken.
    fn names_columns(&mut self, raw: &[u8], span: Span, file: &File<'_, '_>) -> bool {
        if !self.header.is_empty() && raw == self.header {
            return true;
        }
        // What is written back has one header, so there it stays a bad row.
        if span.fields == self.width || file.options.keep_raw || self.header.is_empty() {
            return false;
        }
        let Ok((row, _)) = file.decode(raw) else {
            return false;
        };
        let names = self.rows.row(&row).map(own).unwrap_or_default();
        let is_header = is_header(&names, false, file.fields);
        if is_header {
            self.name(&names, file.fields);
            self.header = raw.to_vec();
        }
        is_header
    }

    /// Reads one record; `false` at the end.
    fn next(&mut self, window: &mut Bytes<'_>, file: &mut File<'_, '_>, number: &mut u64) -> bool {
        let offset = window.offset();
        let one_line = self.looked > 8 * offset + SPARE_LOOKS;
        let limit = file.record_limit();
        let found = scan::record(window, self.dialect, limit, one_line, &mut self.looked);
        let at_end = |total: usize| total == window.available().len();
        match found {
            Found::End => return false,
            // In a table of one column a blank line is a record with an empty text.
            Found::Record(span) if span.fields == 0 && self.width != 1 => {}
            // What is lost of a cut record is told by the damage itself.
            Found::Record(span)
                if span.len == span.total && at_end(span.total) && window.damage().is_some() => {}
            Found::Record(span) if span.fields > file.options.limits.columns as usize => {
                *number += 1;
                file.reject(Some(*number), offset, too_wide(span.fields, file));
            }
            Found::Record(span) => {
                let Span {
                    fields, first_line, ..
                } = span;
                let raw = window.available().get(..span.len).unwrap_or_default();
                if let Some(first) = first_line {
                    let swallows = if fields == self.width {
                        self.looked += span.len as u64;
                        scan::swallows(raw, first, self.dialect, self.width)
                    } else {
                        scan::is_record(window.available(), first, self.dialect, self.width)
                    };
                    if swallows {
                        return self.runaway((first, false), window, file, number);
                    }
                }
                let delimiter = self.dialect.delimiter;
                let is_blank = raw.trim_ascii().is_empty() && !raw.contains(&delimiter);
                if self.width > 1 && is_blank || self.names_columns(raw, span, file) {
                    window.consume(span.total);
                    return true;
                }
                *number += 1;
                let whole = window.available().get(..span.total).unwrap_or_default();
                if let Err(refusal) = self.record(raw, whole, file, *number, offset) {
                    file.reject(Some(*number), offset, refusal);
                }
            }
            Found::TooLong => {
                // What is lost of a cut line is told by the damage itself.
                if scan::skip_line(window) || window.damage().is_none() {
                    *number += 1;
                    file.reject(Some(*number), offset, file.too_long());
                }
                return true;
            }
            Found::Runaway(span)
                if window.damage().is_some()
                    && !scan::is_record(
                        window.available(),
                        span.total,
                        self.dialect,
                        self.width,
                    ) =>
            {
                window.consume(window.available().len());
                return true;
            }
            Found::Runaway(span) => return self.runaway((span.total, false), window, file, number),
            Found::Endless(span) => return self.runaway((span.total, true), window, file, number),
        }
        if let Found::Record(span) = found {
            window.consume(span.total);
        }
        true
    }

    /// Gives up a record whose quote is not closed, or not within the limit, and goes on at the
    /// next row.
    fn runaway(
        &mut self,
        (first, is_long): (usize, bool),
        window: &mut Bytes<'_>,
        file: &mut File<'_, '_>,
        number: &mut u64,
    ) -> bool {
        *number += 1;
        let offset = window.offset();
        let own = scan::shape(window.available(), self.dialect);
        window.consume(first);
        let (mut lines, mut is_closed) = (0, false);
        loop {
            let held = window.available();
            let (more, bytes, closed) = scan::rest_of_field(held, &own, self.dialect, self.width);
            (lines, is_closed) = (lines + more, if more > 0 { closed } else { is_closed });
            window.consume(bytes);
            let is_all = !window
                .available()
                .iter()
                .any(|byte| matches!(byte, b'\n' | b'\r'));
            // What was at hand is all of the field: so may be what comes.
            if bytes == 0 || !is_all || !window.more() {
                break;
            }
        }
        let is_long = is_long && is_closed;
        let mut refusal = match is_long {
            true => file.too_long(),
            false => Refusal::new(
                Reason::UnclosedQuote,
                "a field begins with a quote that is not closed",
            ),
        };
        let left_out = match (is_long, lines) {
            (false, 0) => "its line is left out, the next one is read".to_owned(),
            (false, _) => {
                format!("its line is left out, with the lines behind it that are no rows: {lines}")
            }
            (true, _) => format!("it has {} lines", lines + 1),
        };
        refusal.message = format!("{}; {left_out}", refusal.message).into();
        file.reject(Some(*number), offset, refusal);
        window.shrink();
        true
    }

    fn record(
        &mut self,
        raw: &[u8],
        whole: &[u8],
        file: &mut File<'_, '_>,
        number: u64,
        offset: u64,
    ) -> Result<(), Refusal> {
        let (text, encoding) = file.decode(raw)?;
        let width = self.width;
        // The parser passes blank lines.
        let row = if text.is_empty() && width == 1 {
            self.rows.row("\"\"")
        } else {
            self.rows.row(&text)
        };
        let fields = row.map_or(0, csv::StringRecord::len);
        let least = self.least;
        // Empty fields behind the last column say nothing.
        let fits = |row: &&csv::StringRecord| {
            row.len() >= least && row.iter().skip(width).all(|field| field.trim().is_empty())
        };
        let Some(row) = row.filter(fits) else {
            return Err(Refusal::new(
                Reason::BadCsv,
                format!("the record has {fields} fields, the header has {width}"),
            ));
        };
        if width > 1 && row.iter().all(|field| field.trim().is_empty()) {
            let message = "no text: every field of the row is empty";
            return Err(Refusal::new(Reason::NoText, message));
        }
        let mut cells = Cells::default();
        for &(at, found) in &self.columns {
            let value = row.get(at).unwrap_or_default();
            // A key may come from a table of ours, which no spreadsheet may run.
            let value = match found.0 {
                Role::Key => original(value),
                _ => value,
            };
            let cell = if value.is_empty() && found.0 != Role::Text {
                Cell::Null
            } else {
                Cell::Text(value.to_owned())
            };
            cells.offer(found, cell);
        }
        if let Some(lookup) = &file.fields.lookup {
            let mut places = lookup.places();
            for &(at, way) in &self.by_path {
                let value = row.get(at).unwrap_or_default();
                let value = match lookup.is_key(way) {
                    true => original(value),
                    false => value,
                };
                lookup.take(way, Cell::Text(value.to_owned()), None, &mut places);
            }
            lookup.settle(places, &mut cells)?;
        }
        let place = file.place(Some(number), offset);
        let aside = cells.aside(file.fields);
        let read = cells.document(place, file.fields, file.options.limits.text_bytes)?;
        let accepted = Accepted::new(read, encoding).with(aside);
        file.accept(accepted, Some(whole));
        file.told(whole.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::FieldNames;
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_makes_names() {
        let fields = Fields::new(&FieldNames::default());
        let sniffed = |header: &str| sniff(header.as_bytes(), b',', &fields);
        assert_eq!(sniffed("id,text,a;b;c;d"), (b',', true));
        assert_eq!(sniffed("id;text;price, net"), (b';', true));
        assert_eq!(sniffed("\"Text\"|URL"), (b'|', true));
        assert_eq!(sniffed("text"), (b',', false));
        assert_eq!(sniffed("id,url"), (b',', false));
        assert_eq!(sniffed("a;b;c"), (b';', false));
        assert_eq!(sniffed("id^text^url"), (b'^', true));
        assert_eq!(sniffed("title:text"), (b':', true));
        assert!(!sniffed("Text: he said, title: none").1);
    }
}
