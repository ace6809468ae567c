//! Where a delimited record ends, found while streaming.
//!
//! The csv crate would follow an unclosed quote to the end of the file. This
//! finds the end first, by the same rules (RFC 4180: quotes open at the start
//! of a field only; LF, CRLF or CR ends a record), and knows when to give up.

use std::io::Read;

use super::window::Window;

/// How a table writes its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: u8,
    pub quote: u8,
    /// What makes a quote within quotes a plain one, beside doubling it.
    pub escape: Option<u8>,
    /// Whether blanks may stand between a delimiter and an opening quote.
    pub spaced: bool,
}

impl Dialect {
    pub fn usual(delimiter: u8) -> Self {
        Dialect {
            delimiter,
            quote: b'"',
            escape: None,
            spaced: false,
        }
    }
}

/// The record at the front of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing is left.
    End,
    Record(Span),
    /// One line longer than the limit; [`skip_line`] passes it.
    TooLong,
    /// A quote opens and is not properly closed; the span is the first line.
    Runaway(Span),
    /// As `Runaway`, where the quote is only not closed within the limit.
    Endless(Span),
}

/// A stretch at the front of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// Bytes without the line end.
    pub len: usize,
    /// Bytes with it.
    pub total: usize,
    /// Fields in the record; 0 for a blank line and for a first line of more.
    pub fields: usize,
    /// Length of the first line with its end, where the record has several.
    pub first_line: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Bare,
    Quoted,
    /// Behind a quote that closes, unless another follows.
    Closed,
}

/// Finds the end of the record at the front, reading as far as needed.
///
/// With `one_line`, a quote that is open at the end of a line is a runaway at
/// once. The number of bytes looked at is added to `looked`.
pub(super) fn record<R: Read>(
    window: &mut Window<R>,
    dialect: Dialect,
    limit: usize,
    one_line: bool,
    looked: &mut u64,
) -> Found {
    let Dialect {
        delimiter,
        quote,
        escape,
        spaced,
    } = dialect;
    let mut state = State::FieldStart;
    let mut fields = 1;
    let mut first: Option<(usize, usize)> = None;
    let mut at = 0;
    let found = loop {
        let rest = window.available().get(at..).unwrap_or_default();
        let plain = match state {
            State::Quoted => rest
                .iter()
                .position(|&b| b == quote || b == b'\n' || b == b'\r' || Some(b) == escape),
            State::Bare => rest
                .iter()
                .position(|&b| b == delimiter || b == b'\n' || b == b'\r'),
            State::FieldStart | State::Closed => Some(0),
        };
        at += plain.unwrap_or(rest.len());
        if at > limit {
            break match first {
                Some(first) => Found::Endless(first_line(first)),
                None => Found::TooLong,
            };
        }
        let Some(&byte) = window.available().get(at) else {
            if window.more() {
                continue;
            }
            break match (at, state) {
                (0, _) => Found::End,
                (_, State::Quoted) => runaway(first.unwrap_or((at, at))),
                _ => whole(at, at, fields, first),
            };
        };
        if byte == b'\n' || byte == b'\r' {
            let total = at + line_end(window, at);
            if state != State::Quoted {
                break whole(at, total, fields, first);
            }
            let first = *first.get_or_insert((at, total));
            if one_line {
                break runaway(first);
            }
            at = total;
            continue;
        }
        if state == State::Quoted && Some(byte) == escape {
            // The next byte is plain, unless it is a line end, which is looked at.
            let next = window.fill(at + 2).get(at + 1);
            at += if matches!(next, None | Some(b'\n' | b'\r')) {
                1
            } else {
                2
            };
            continue;
        }
        state = match state {
            State::FieldStart if byte == quote => State::Quoted,
            State::FieldStart if spaced && byte == b' ' => State::FieldStart,
            State::Quoted if byte == quote => State::Closed,
            State::Quoted => State::Quoted,
            State::Closed if byte == quote => State::Quoted,
            _ if byte == delimiter => {
                fields += 1;
                State::FieldStart
            }
            State::Closed => match first {
                // A quote inside a field that began lines ago: most likely the
                // opening quote of a later record.
                Some(first) => break runaway(first),
                None => State::Bare,
            },
            State::FieldStart | State::Bare => State::Bare,
        };
        at += 1;
    };
    *looked += at as u64;
    found
}

/// Whether the line behind the first `skip` bytes is a record of its own with
/// `fields` fields. Looks only at what is available already.
pub(super) fn is_record(available: &[u8], skip: usize, dialect: Dialect, fields: usize) -> bool {
    let rest = available.get(skip..).unwrap_or_default();
    let line = rest
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .map_or(rest, |end| rest.get(..end).unwrap_or(rest));
    is_row(line, dialect, fields)
}

fn is_row(line: &[u8], dialect: Dialect, fields: usize) -> bool {
    let mut window = Window::new(line);
    match record(&mut window, dialect, usize::MAX, true, &mut 0) {
        Found::Record(span) => span.fields == fields,
        _ => false,
    }
}

/// Whether a record of several lines holds other records: its quote was closed by one that
/// belongs to a later record. `first` is the length of its first line. Texts have lines with
/// as many commas as a table of few columns, so nearly all lines must look like rows, and
/// begin as this record does: with a number, or a letter and a number, or a date.
pub(super) fn swallows(record: &[u8], first: usize, dialect: Dialect, fields: usize) -> bool {
    const LEAST: usize = 3;
    if fields < 2 {
        return false;
    }
    let own = shape(record, dialect);
    let rest = record.get(first..).unwrap_or_default();
    let (mut rows, mut lines) = (0usize, 0usize);
    for line in rest.split(|&byte| byte == b'\n' || byte == b'\r') {
        if line.is_empty() {
            continue;
        }
        lines += 1;
        let is_key = !own.is_empty() && shape(line, dialect) == own;
        rows += usize::from(is_key && is_row(line, dialect, fields));
    }
    rows >= LEAST && rows * 5 >= lines * 4
}

/// The first field of a row with every run of digits as one and every run of letters as one;
/// nothing where it holds white space, as a text does.
pub(super) fn shape(row: &[u8], dialect: Dialect) -> Vec<u8> {
    let field = row.split(|&byte| byte == dialect.delimiter).next();
    let classes = field.unwrap_or_default().iter().map(|&byte| match byte {
        b'0'..=b'9' => b'0',
        b'A'..=b'Z' | b'a'..=b'z' | 0x80.. => b'a',
        other => other,
    });
    let mut shape: Vec<u8> = classes.collect();
    shape.dedup();
    if shape.iter().any(u8::is_ascii_whitespace) {
        shape.clear();
    }
    shape
}

/// The lines behind one whose quote is never closed that are the rest of its field, and their
/// bytes with line ends: those that are no rows, begin no quote that stays open and do not begin
/// as the record does, by the [`shape`] of that. Told too: whether the last of them may close the
/// quote. Looks only at whole lines.
pub(super) fn rest_of_field(
    available: &[u8],
    own: &[u8],
    dialect: Dialect,
    fields: usize,
) -> (usize, usize, bool) {
    let (mut lines, mut bytes, mut blank) = (0, 0, 0);
    let mut is_closed = false;
    for line in available.split_inclusive(|&byte| byte == b'\n' || byte == b'\r') {
        let plain = line.trim_ascii();
        if plain.is_empty() {
            blank += line.len();
            continue;
        }
        let mut window = Window::new(line);
        // The quote that closes the field where it ends after all.
        let closes = plain.first() == Some(&dialect.quote)
            && plain.get(1).is_none_or(|&byte| byte == dialect.delimiter)
            && line.len() > plain.len();
        let no_row = match record(&mut window, dialect, usize::MAX, true, &mut 0) {
            Found::Record(span) => span.fields != fields && span.len < span.total,
            _ => closes,
        };
        if !no_row || !own.is_empty() && shape(plain, dialect) == own {
            break;
        }
        lines += 1;
        bytes += blank + line.len();
        blank = 0;
        is_closed = plain.contains(&dialect.quote);
    }
    (lines, bytes, is_closed)
}

/// Passes over the rest of the line without holding it; `false` where the stream ended before.
pub(super) fn skip_line<R: Read>(window: &mut Window<R>) -> bool {
    let ended = loop {
        let end = window
            .available()
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'));
        match end {
            Some(at) => {
                let total = at + line_end(window, at);
                window.consume(total);
                break true;
            }
            None => window.consume(window.available().len()),
        }
        if !window.more() {
            break false;
        }
    };
    window.shrink();
    ended
}

/// Length of the line end at `at`: 2 for CRLF.
fn line_end<R: Read>(window: &mut Window<R>, at: usize) -> usize {
    match window.fill(at + 2).get(at..) {
        Some([b'\r', b'\n', ..]) => 2,
        _ => 1,
    }
}

fn runaway(first: (usize, usize)) -> Found {
    Found::Runaway(first_line(first))
}

fn first_line((len, total): (usize, usize)) -> Span {
    Span {
        len,
        total,
        ..Span::default()
    }
}

fn whole(len: usize, total: usize, fields: usize, first: Option<(usize, usize)>) -> Found {
    Found::Record(Span {
        len,
        total,
        fields: if len == 0 { 0 } else { fields },
        first_line: first.map(|(_, total)| total),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut window = Window::new(bytes);
        let mut spans = Vec::new();
        while let Found::Record(span) =
            record(&mut window, Dialect::usual(b','), 1000, false, &mut 0)
        {
            window.consume(span.total);
            spans.push((span.len, span.fields));
        }
        spans
    }

    #[test]
    fn records_end_where_rfc_4180_says() {
        assert_eq!(spans(b"a,b\nc\r\nd\re"), [(3, 2), (1, 1), (1, 1), (1, 1)]);
        assert_eq!(spans(b"\"a\n,b\",c\r\n"), [(8, 2)]);
        assert_eq!(spans(b"a\"b,\"c\"\"\n\"\n\n"), [(10, 2), (0, 0)]);
        assert_eq!(spans(b"\"a\"b\n,"), [(4, 1), (1, 2)]);
    }

    #[test]
    fn runaways_are_told_from_records_of_several_lines() {
        let first = |bytes: &[u8]| {
            let mut window = Window::new(bytes);
            record(&mut window, Dialect::usual(b','), 20, false, &mut 0)
        };
        assert!(matches!(first(b"\"a\nb\",c"), Found::Record(_)));
        assert!(matches!(first(b"\"a\nb\"c"), Found::Runaway(span) if span.total == 3));
        assert!(matches!(first(b"\"a\nb"), Found::Runaway(_)));
        assert!(matches!(first(b"\"ab"), Found::Runaway(span) if span.len == 3));
        assert!(matches!(first(&[b'"'; 22]), Found::TooLong));
        assert!(matches!(
            first(b"\"a\nbcdefghijklmnopqrstuvwxyz\""),
            Found::Endless(span) if span.total == 3
        ));
    }

    proptest! {
        /// The csv crate cuts the same bytes into the same records.
        #[test]
        fn agrees_with_the_csv_crate(text in "[a,\"\n\r]{0,40}") {
            let ours: Vec<usize> = spans(text.as_bytes())
                .into_iter().map(|(_, fields)| fields).filter(|&n| n > 0).collect();
            let theirs: Vec<usize> = csv::ReaderBuilder::new()
                .has_headers(false).flexible(true).from_reader(text.as_bytes())
                .byte_records().map(|r| r.unwrap().len()).collect();
            // Up to the first runaway, at which ours stops.
            prop_assert_eq!(&theirs[..ours.len()], &ours[..]);
        }
    }
}
