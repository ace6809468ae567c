//! One record of a table at a time, parsed into its fields.

use std::io::{self, Read};

use super::scan::Dialect;

/// The csv crate's parser, fed one record at a time; building it anew for
/// every record would cost more than the parsing.
pub(super) struct Rows {
    reader: csv::Reader<Feed>,
    dialect: Dialect,
    row: csv::StringRecord,
}

impl Rows {
    pub fn new(dialect: Dialect) -> Self {
        Rows {
            reader: Self::reader(dialect),
            dialect,
            row: csv::StringRecord::new(),
        }
    }

    fn reader(dialect: Dialect) -> csv::Reader<Feed> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.delimiter)
            .quote(dialect.quote)
            .escape(dialect.escape)
            .from_reader(Feed::default())
    }

    /// The fields of one record, given without its line end.
    pub fn row(&mut self, record: &str) -> Option<&csv::StringRecord> {
        let feed = self.reader.get_mut();
        feed.bytes.clear();
        if self.dialect.spaced {
            close_up(record.as_bytes(), self.dialect, &mut feed.bytes);
        } else {
            feed.bytes.extend_from_slice(record.as_bytes());
        }
        feed.bytes.push(b'\n');
        feed.start = 0;
        let read = self.reader.read_record(&mut self.row);
        let feed = self.reader.get_ref();
        let clean = feed.start == feed.bytes.len() && !self.reader.is_done();
        if !clean {
            // A record that the parser sees otherwise than the scanner; whatever
            // it holds back must not reach the next one.
            self.reader = Self::reader(self.dialect);
        }
        matches!(read, Ok(true)).then_some(&self.row)
    }
}

/// A record without the blanks between a delimiter and an opening quote, for which the parser
/// has no rule.
fn close_up(record: &[u8], dialect: Dialect, out: &mut Vec<u8>) {
    let (mut starts, mut quoted, mut escaped) = (true, false, false);
    let mut at = 0;
    while let Some(&byte) = record.get(at) {
        if starts && byte == b' ' {
            let rest = record.get(at..).unwrap_or_default();
            let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
            if rest.get(blanks) == Some(&dialect.quote) {
                at += blanks;
                continue;
            }
        }
        if quoted {
            // A doubled quote closes and opens again.
            quoted = escaped || byte != dialect.quote;
            escaped = !escaped && Some(byte) == dialect.escape;
        } else {
            quoted = byte == dialect.quote && (starts || record.get(at - 1) == Some(&byte));
        }
        starts = !quoted && byte == dialect.delimiter;
        out.push(byte);
        at += 1;
    }
}

/// The bytes of one record at a time.
#[derive(Default)]
struct Feed {
    bytes: Vec<u8>,
    start: usize,
}

impl Read for Feed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.get(self.start..).unwrap_or_default().read(out)?;
        self.start += count;
        Ok(count)
    }
}

/// The fields of a row as strings of their own.
pub(super) fn own(row: &csv::StringRecord) -> Vec<String> {
    row.iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_before_quotes_are_closed_up() {
        let dialect = Dialect {
            spaced: true,
            ..Dialect::usual(b',')
        };
        let mut rows = Rows::new(dialect);
        for (record, fields) in [
            (r#"1, "a, b",  "c""#, vec!["1", "a, b", "c"]),
            (r#" "a ""b, "" c", d"#, vec![r#"a "b, " c"#, " d"]),
            (r#"a "b", c"#, vec![r#"a "b""#, " c"]),
            (r#""a, "" , ", "b""#, vec![r#"a, " , "#, "b"]),
        ] {
            assert_eq!(own(rows.row(record).unwrap()), fields, "{record}");
        }
    }

    #[test]
    fn one_parser_reads_many_records() {
        let mut rows = Rows::new(Dialect::usual(b','));
        let long = "x".repeat(100_000);
        for (record, fields) in [
            ("a,b".to_owned(), vec!["a", "b"]),
            ("\"a\nb\",\"\"".to_owned(), vec!["a\nb", ""]),
            (format!("{long},\"{long}\""), vec![&long, &long]),
            ("\"open".to_owned(), vec!["open\n"]),
            ("c".to_owned(), vec!["c"]),
        ] {
            let row: Vec<String> = own(rows.row(&record).unwrap());
            assert_eq!(row, fields);
        }
        assert!(rows.row("").is_none());
        assert_eq!(rows.row("d").unwrap().len(), 1);
    }
}
