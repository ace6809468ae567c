//! JSON lines: one object per line, only the wanted fields kept.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::decode;
use super::fields::{Fields, Match};
use super::gather::File;
use super::reason::{Reason, Refusal};
use super::record::{Cell, Cells};
use super::window::{Bytes, Line};

/// Reads every line as a record; the record number is the number of the line.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_>) {
    let limit = file.record_limit();
    let mut number = 0;
    loop {
        number += 1;
        match window.line(limit) {
            Line::End => break,
            Line::TooLong => {
                file.reject(Some(number), window.offset(), file.too_long());
                window.skip_line();
            }
            Line::Whole { len, total } => {
                let line = window.available().get(..len).unwrap_or_default();
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let cut = len == total && window.damage().is_some();
                let whole = window.available().get(..total).unwrap_or_default();
                match record(line, whole, file, number, window.offset()) {
                    // What is lost of a cut line is told by the damage itself.
                    Err(_) if cut => number -= 1,
                    Err(refusal) => file.reject(Some(number), window.offset(), refusal),
                    Ok(()) => {}
                }
                window.consume(total);
            }
        }
    }
    file.finish(window, Some(number));
}

/// Takes one line; `whole` is the line with its end.
fn record(
    line: &[u8],
    whole: &[u8],
    file: &mut File<'_>,
    number: u64,
    offset: u64,
) -> Result<(), Refusal> {
    let bare = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    if bare.trim_ascii().is_empty() {
        return Ok(());
    }
    let (text, encoding) = decode::decode(bare)?;
    let cells = object(&text, file.fields)?;
    let place = file.place(Some(number), offset);
    let document = cells.document(&place, file.fields, file.options.limits.text_bytes)?;
    file.accept(document, Some(whole), encoding);
    Ok(())
}

/// The wanted fields of the object that the line is.
fn object(line: &str, fields: &Fields) -> Result<Cells, Refusal> {
    let mut parser = serde_json::Deserializer::from_str(line);
    let parsed = if line.trim_start().starts_with('{') {
        Wanted(fields).deserialize(&mut parser)
    } else {
        IgnoredAny::deserialize(&mut parser).map(|_| Cells::default())
    };
    let cells = parsed
        .and_then(|cells| parser.end().map(|()| cells))
        .map_err(|error| {
            Refusal::new(
                Reason::InvalidJson,
                format!("not valid JSON: {error}; it is left out, the next line is read"),
            )
        })?;
    if !line.trim_start().starts_with('{') {
        return Err(Refusal::new(
            Reason::NotAnObject,
            "the line is JSON but not an object; every line must be like {\"id\": ..., \"text\": ...}",
        ));
    }
    Ok(cells)
}

/// Reads an object and keeps the fields that play a role.
struct Wanted<'f>(&'f Fields);

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
        while let Some(matches) = map.next_key_seed(Name(self.0))? {
            let Some((last, others)) = matches.split_last() else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let cell = cell(map.next_value::<&RawValue>()?.get()).map_err(A::Error::custom)?;
            for other in others {
                cells.offer(*other, cell.clone());
            }
            cells.offer(*last, cell);
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
fn cell(raw: &str) -> serde_json::Result<Cell> {
    Ok(match raw.as_bytes().first() {
        Some(b'"') => Cell::Text(serde_json::from_str(raw)?),
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
    use crate::document::Place;

    fn parse(line: &str) -> Result<crate::document::Document, Reason> {
        let fields = Fields::new(&FieldNames::default());
        let place = Place {
            path: "f".into(),
            record: Some(7),
            offset: 0,
        };
        object(line, &fields)
            .and_then(|cells| cells.document(&place, &fields, 100))
            .map_err(|refusal| refusal.reason)
    }

    #[test]
    fn names_rank_by_the_order_of_aliases() {
        let document = parse(
            r#"{"uri":"u","DOC_ID":12e1,"guid":"g","body":"b","Text":"t","text":"second",
                "published":null,"date":"2031-04-03","site":5,"title":"","url":{"a":[1]}}"#,
        )
        .unwrap();
        assert_eq!(document.key, "12e1");
        assert_eq!(document.text, "t");
        assert_eq!(document.published.unwrap().to_string(), "2031-04-03");
        assert_eq!(document.source.as_deref(), Some("5"));
        assert_eq!((document.title, document.url), (None, None));
        assert!(!document.date_unread);
    }

    #[test]
    fn texts_must_be_strings() {
        assert_eq!(parse(r#"{"text":""}"#).unwrap().key, "f#7");
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
