//! JSON lines: one object per line, only the wanted fields kept.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use encoding_rs::Encoding;
use memchr::{memchr, memchr_iter};
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::decode;
use super::fields::{Fields, Match, Role};
use super::gather::{self, Accepted, File};
use super::json_scan;
use super::lookup::Lookup;
use super::lookup::json::Paths;
use super::reason::{Reason, Refusal};
use super::record::{Cell, Cells, without_mark as without_mark_of_text};
use super::unescape::unescape;
use super::window::{Bytes, Line};
use super::{IngestOptions, Listener};
use crate::document::Place;
use crate::hash::hash128;

/// Bytes of lines that are read, parsed and listened to at a time.
const BLOCK: usize = 4 << 20;
/// Bytes of a block that one thread takes at a time.
const SHARE: usize = 128 << 10;

/// Reads every line as a record; the record number is the number of the line.
///
/// Whole blocks of lines are parsed, and their texts listened to, on all
/// threads, while the next block is read. A line longer than a block, and the last one
/// where it has no end, are read by themselves.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_, '_>) {
    let mut number = 0;
    let mut block = window.block(BLOCK, Vec::new());
    let mut spare = Vec::new();
    while file.out.failed.is_none() {
        let Some(lines) = block.take() else {
            if !one_line(window, file, &mut number) {
                file.pause(window, Some(number));
                // Behind a damaged member of a compressed file the lines go on.
                if !window.resume() {
                    return;
                }
            }
            block = window.block(BLOCK, std::mem::take(&mut spare));
            continue;
        };
        let shares = shares(lines.lines(), number, file);
        let context = Context {
            path: file.path,
            options: file.options,
            fields: file.fields,
            guessed: file.guessed,
            listener: file.out.listener,
            keeps_texts: file.stored.is_none(),
        };
        let bytes = lines.lines();
        let parse = |wave: &[Share]| -> Vec<Vec<Parsed>> {
            let parsed = wave.par_iter();
            parsed
                .map(|share| context.share(share, lines.offset, bytes))
                .collect()
        };
        let mut rest = &shares[..];
        let (next, parsed) = loop {
            let (wave, behind) = rest.split_at(wave(rest));
            if behind.is_empty() {
                let waiting = std::mem::take(&mut spare);
                break rayon::join(|| window.block(BLOCK, waiting), || parse(wave));
            }
            take(parse(wave), (lines.offset, bytes), file);
            rest = behind;
        };
        number += shares.iter().map(|share| share.lines as u64).sum::<u64>();
        take(parsed, (lines.offset, bytes), file);
        file.told(bytes.len());
        spare = lines.bytes;
        block = next;
    }
}

/// Takes what became of lines, in their order.
fn take(parsed: Vec<Vec<Parsed>>, (offset, bytes): (u64, &[u8]), file: &mut File<'_, '_>) {
    for line in parsed.into_iter().flatten() {
        let whole = bytes.get(line.bytes.clone()).unwrap_or_default();
        match line.outcome {
            Ok(accepted) => drop(file.keep(accepted, Some(whole))),
            Err(refusal) => {
                let offset = offset + line.bytes.start as u64;
                file.reject(Some(line.number), offset, refusal);
            }
        }
    }
}

/// How many of the first shares are parsed together: mostly all of a block, but what became of
/// two million lines of one byte would be a gigabyte.
fn wave(shares: &[Share]) -> usize {
    const LINES: usize = 128 << 10;
    let mut lines = 0;
    let fits = shares.iter().take_while(|share| {
        lines += share.lines;
        lines <= LINES
    });
    fits.count().max(1).min(shares.len())
}

/// Some lines of a block.
struct Share {
    bytes: Range<usize>,
    lines: usize,
    /// Number of the first line in the file, from 1.
    number: u64,
    /// Number of arrival of the first line.
    arrival: u32,
}

/// Cuts a block into shares; `before` lines came before it.
fn shares(block: &[u8], before: u64, file: &mut File<'_, '_>) -> Vec<Share> {
    let mut shares = Vec::new();
    let (mut start, mut number) = (0, before + 1);
    while start < block.len() {
        let rest = block.get(start..).unwrap_or_default();
        let least = SHARE.min(rest.len()) - 1;
        let end = rest.get(least..).and_then(|tail| memchr(b'\n', tail));
        let end = end.map_or(block.len(), |at| start + least + at + 1);
        let lines = memchr_iter(b'\n', block.get(start..end).unwrap_or_default()).count();
        shares.push(Share {
            bytes: start..end,
            lines,
            number,
            arrival: file.out.arrive(lines),
        });
        (start, number) = (end, number + lines as u64);
    }
    shares
}

/// A line that was parsed.
struct Parsed {
    /// Where it stands in its block, with its end.
    bytes: Range<usize>,
    number: u64,
    outcome: Result<Accepted, Refusal>,
}

/// What it takes to parse a line on any thread.
struct Context<'a> {
    path: &'a Arc<str>,
    options: &'a IngestOptions,
    fields: &'a Fields,
    guessed: Option<&'static Encoding>,
    listener: &'a dyn Listener,
    /// Whether texts are wanted once they were listened to.
    keeps_texts: bool,
}

impl Context<'_> {
    /// Parses lines; blank ones give nothing.
    fn share(&self, share: &Share, offset: u64, block: &[u8]) -> Vec<Parsed> {
        let limit = usize::try_from(self.options.limits.record_bytes).unwrap_or(usize::MAX);
        let bytes = block.get(share.bytes.clone()).unwrap_or_default();
        let mut parsed = Vec::with_capacity(share.lines);
        let mut start = 0;
        for (at, end) in memchr_iter(b'\n', bytes).enumerate() {
            let whole = start..end + 1;
            let line = bytes.get(start..end).unwrap_or_default();
            start = end + 1;
            let number = share.number + at as u64;
            let from = share.bytes.start + whole.start;
            let outcome = if line.len() > limit {
                Err(gather::too_long(self.options))
            } else {
                let place = gather::place(self.path, Some(number), offset + from as u64);
                match record(line, place, self.guessed, (self.fields, self.options)) {
                    Ok(None) => continue,
                    Ok(Some(mut accepted)) => {
                        let arrival = share.arrival.wrapping_add(at as u32);
                        let whole = bytes.get(whole.clone()).unwrap_or_default();
                        accepted.document.arrival = arrival;
                        accepted.document.record_hash =
                            hash128(whole.trim_ascii_end()).to_be_bytes();
                        self.listener.text(arrival, &accepted.text);
                        if !self.keeps_texts && !accepted.made {
                            accepted.text = String::new();
                        }
                        Ok(accepted)
                    }
                    Err(refusal) => Err(refusal),
                }
            };
            parsed.push(Parsed {
                bytes: from..from + whole.len(),
                number,
                outcome,
            });
        }
        parsed
    }
}

/// Reads the line at the front; `false` at the end.
fn one_line(window: &mut Bytes<'_>, file: &mut File<'_, '_>, number: &mut u64) -> bool {
    let limit = file.record_limit();
    match window.line(limit) {
        Line::End => return false,
        Line::TooLong => {
            let offset = window.offset();
            // What is lost of a cut line, as of the line that a bomb is, is told by the damage itself.
            if window.skip_line() || window.damage().is_none() {
                *number += 1;
                file.reject(Some(*number), offset, file.too_long());
            }
        }
        Line::Whole { len, total } => {
            *number += 1;
            let line = window.available().get(..len).unwrap_or_default();
            let cut = len == total && window.damage().is_some();
            let whole = window.available().get(..total).unwrap_or_default();
            let place = file.place(Some(*number), window.offset());
            match record(line, place, file.guessed, (file.fields, file.options)) {
                // What is lost of a cut line is told by the damage itself.
                Err(_) if cut => *number -= 1,
                Err(refusal) => file.reject(Some(*number), window.offset(), refusal),
                Ok(None) => {}
                Ok(Some(accepted)) => file.accept(accepted, Some(whole)),
            }
            window.consume(total);
            file.told(total);
        }
    }
    true
}

/// The text of a line that became a document before, or of the JSON string in it.
pub(super) fn text(
    line: &[u8],
    fields: &Fields,
    guessed: Option<&'static Encoding>,
) -> Option<String> {
    if line.starts_with(b"\"") {
        let text = unescape(std::str::from_utf8(line).ok()?).ok();
        return text.map(without_mark_of_text);
    }
    let (line, _) = decode::decode_as(without_mark(line), guessed).ok()?;
    object(line.trim_end_matches(['\n', '\r']), fields)
        .ok()?
        .into_text(fields)
}

fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
}

/// Takes one line without its end; a blank one is nothing.
fn record(
    line: &[u8],
    place: Place,
    guessed: Option<&'static Encoding>,
    (fields, options): (&Fields, &IngestOptions),
) -> Result<Option<Accepted>, Refusal> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let bare = without_mark(line);
    if bare.trim_ascii().is_empty() {
        return Ok(None);
    }
    if json_scan::is_too_deep(bare, options.limits.json_depth as usize) {
        return Err(too_deep(options));
    }
    let (decoded, encoding) = decode::decode_as(bare, guessed)?;
    let mut cells = object(&decoded, fields)?;
    let encoding = decode::named(encoding, cells.undo_mojibake());
    // In the line as it is stored, behind a mark; what was decoded stands elsewhere.
    let mark = line.len() - bare.len();
    let literal = cells
        .literal
        .take()
        .map(|at| at.start + mark..at.end + mark);
    let aside = cells.aside(fields);
    let read = cells.document(place, fields, options.limits.text_bytes)?;
    Ok(Some(Accepted {
        literal: literal.filter(|_| matches!(decoded, Cow::Borrowed(_))),
        ..Accepted::as_it_is(read, encoding).with(aside)
    }))
}

pub(super) fn too_deep(options: &IngestOptions) -> Refusal {
    Refusal::new(
        Reason::TooDeep,
        format!(
            "its values are nested deeper than the limit of {}; it is left out, reading goes on behind it",
            options.limits.json_depth
        ),
    )
    .beyond("json_depth")
}

/// The wanted fields of the object that the line is.
pub(super) fn object(line: &str, fields: &Fields) -> Result<Cells, Refusal> {
    let mut parser = serde_json::Deserializer::from_str(line);
    let mut places = fields.lookup.as_ref().map_or(Vec::new(), Lookup::places);
    let is_object = line.trim_start().starts_with('{');
    let parsed = if let Some(lookup) = fields.lookup.as_ref().filter(|_| is_object) {
        let places = &mut places;
        Paths {
            fields,
            lookup,
            line,
            places,
        }
        .deserialize(&mut parser)
    } else if is_object {
        Wanted { fields, line }.deserialize(&mut parser)
    } else {
        IgnoredAny::deserialize(&mut parser).map(|_| Cells::default())
    };
    let mut cells = parsed
        .and_then(|cells| parser.end().map(|()| cells))
        .map_err(|error| {
            Refusal::new(
                Reason::InvalidJson,
                format!("not valid JSON: {error}; it is left out, reading goes on behind it"),
            )
        })?;
    if !is_object {
        return Err(Refusal::new(
            Reason::NotAnObject,
            "the line is JSON but not an object; every line must be like {\"id\": ..., \"text\": ...}",
        ));
    }
    if let Some(lookup) = &fields.lookup {
        lookup.settle(places, &mut cells)?;
    }
    Ok(cells)
}

/// Reads an object and keeps the fields that play a role.
struct Wanted<'f> {
    fields: &'f Fields,
    /// What is parsed, to tell where in it a value stands.
    line: &'f str,
}

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Cells;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Cells, D::Error> {
        parser.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Cells;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cells, A::Error> {
        let mut cells = Cells::default();
        while let Some(matches) = map.next_key_seed(Name(self.fields))? {
            let Some((last, others)) = matches.split_last() else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let raw = map.next_value::<&RawValue>()?.get();
            let cell = cell(raw).map_err(A::Error::custom)?;
            for other in others {
                cells.offer(*other, cell.clone());
            }
            if cells.offer(*last, cell) && last.0 == Role::Text {
                let at = (raw.as_ptr() as usize).checked_sub(self.line.as_ptr() as usize);
                cells.literal = at.map(|at| at..at + raw.len());
            }
        }
        Ok(cells)
    }
}

/// Reads a name and keeps only what it means.
struct Name<'f>(&'f Fields);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Vec<Match>;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Vec<Match>, D::Error> {
        parser.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Vec<Match>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Vec<Match>, E> {
        Ok(self.0.matches(name))
    }
}

/// A value that is known to be well-formed, but for the escapes in its strings.
pub(super) fn cell(raw: &str) -> serde_json::Result<Cell> {
    Ok(match raw.as_bytes().first() {
        Some(b'"') => Cell::Text(unescape(raw)?),
        Some(b'n') => Cell::Null,
        Some(b't' | b'f') => Cell::Other("true or false"),
        Some(b'[') => Cell::Other("a list"),
        Some(b'{') => Cell::Other("an object"),
        _ => Cell::Number(raw.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::FieldNames;
    use super::*;

    fn parse(line: &str) -> Result<crate::document::Document, Reason> {
        let fields = Fields::new(&FieldNames::default());
        let place = Place {
            path: "f".into(),
            record: Some(7),
            offset: 0,
        };
        object(line, &fields)
            .and_then(|cells| cells.document(place, &fields, 100))
            .map(|(document, text)| crate::document::Document {
                text: text.into(),
                ..document
            })
            .map_err(|refusal| refusal.reason)
    }

    #[test]
    fn names_rank_by_the_order_of_aliases() {
        let document = parse(
            r#"{"uri":"u","DOC_ID":12e1,"guid":"g","body":"b","Text":"t","text":"second",
                "published":null,"date":"2031-04-03","site":5,"title":"","url":{"a":[1]}}"#,
        )
        .unwrap();
        assert_eq!(&*document.key, "12e1");
        assert_eq!(document.text, "t".into());
        assert_eq!(document.published.unwrap().to_string(), "2031-04-03");
        assert_eq!(document.source.as_deref(), Some("5"));
        assert_eq!((document.title, document.url), (None, None));
        assert!(!document.date_unread);
    }

    #[test]
    fn texts_must_be_strings() {
        assert_eq!(&*parse(r#"{"text":""}"#).unwrap().key, "f#7");
        assert_eq!(parse("{}").unwrap_err(), Reason::NoText);
        assert_eq!(parse(r#"{"text":null}"#).unwrap_err(), Reason::NoText);
        assert_eq!(parse(r#"{"text":["a"]}"#).unwrap_err(), Reason::BadField);
        assert_eq!(parse(r#"{"text":5}"#).unwrap_err(), Reason::BadField);
        let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(101));
        assert_eq!(parse(&long).unwrap_err(), Reason::TextTooLong);
    }

    #[test]
    fn what_is_no_object_says_so() {
        for bad in [
            r#"{"text":"\ud800"}"#,
            r#"{"text":"a"} {"text":"b"}"#,
            r#"{"text":"a""#,
            "{'text':1}",
            "nonsense",
            r#"{"text":"a","x":01}"#,
        ] {
            assert_eq!(parse(bad).unwrap_err(), Reason::InvalidJson, "{bad}");
        }
        assert_eq!(parse("[1]").unwrap_err(), Reason::NotAnObject);
        assert_eq!(parse("5").unwrap_err(), Reason::NotAnObject);
        let deep = format!(
            r#"{{"text":"a","x":{}{}}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert!(parse(&deep).is_ok());
    }

    #[test]
    fn unreadable_dates_are_told() {
        let document = parse(r#"{"text":"a","date":"soon","fetched":1932984000}"#).unwrap();
        assert!(document.date_unread && document.published.is_none());
        assert_eq!(
            document.collected.unwrap().to_string(),
            "2031-04-03T12:00:00Z"
        );
    }
}
