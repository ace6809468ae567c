//! Whole objects: records, items of feeds, stories of agencies, and what is around some.

use super::super::fields::Fields;
use super::super::gather::Accepted;
use super::super::json_feed;
use super::super::json_scan::{self, Shape};
use super::super::jsonl;
use super::super::ninjs;
use super::super::reason::Refusal;
use super::super::record::{self, Cells};
use super::Walk;

/// An object up to this size may be an item of a feed or a story of an agency: it is held as a tree.
const DOCUMENT: usize = 8 << 20;

impl Walk<'_, '_, '_, '_, '_> {
    /// A whole object at the front: a record, or what is around some.
    pub(super) fn object(&mut self, len: usize) {
        let bytes = self.window.available().get(..len).unwrap_or_default();
        let decoded = self.file.decode(bytes);
        let read = decoded.and_then(|(text, encoding)| {
            jsonl::object(&text, self.file.fields).map(|cells| (cells, encoding))
        });
        let is_record = read.as_ref().is_ok_and(|(cells, _)| cells.has_text());
        if !is_record && let Some(story) = self.story(bytes) {
            self.number += 1;
            let number = self.number;
            if let Some(level) = self.levels.last_mut() {
                level.records += 1;
            }
            let bytes = self.window.available().get(..len).unwrap_or_default();
            match story {
                Ok((cells, encoding)) => self.record(cells, encoding, &one_line(bytes), number),
                Err(refusal) => (self.file).reject(Some(number), self.window.offset(), refusal),
            }
            return self.pass(len);
        }
        let shape = match is_record {
            true => Shape::default(),
            false => self.shape_of_no_record(bytes),
        };
        let below = shape.below && !shape.direct;
        if (below || !is_record && self.is_around(bytes, true)) && self.may_enter() {
            let cells = read.ok().filter(|_| below).map(|(mut cells, _)| {
                if let Some(outer) = self.levels.last().and_then(|level| level.outer.as_ref()) {
                    cells.fill(outer);
                }
                cells
            });
            return self.enter(true, cells, true);
        }
        // Beside a text or a list of records there are objects that are none.
        let beside = self.levels.last().is_some_and(|level| level.is_object);
        if beside && !is_record && !shape.direct {
            return self.pass(len);
        }
        self.number += 1;
        let number = self.number;
        match read {
            Ok((mut cells, encoding)) => {
                cells.literal = None;
                if let Some(level) = self.levels.last_mut() {
                    level.records += 1;
                    if let Some(outer) = &level.outer {
                        cells.fill(outer);
                    }
                }
                let line = one_line(bytes);
                self.record(cells, encoding, &line, number);
            }
            Err(refusal) => self
                .file
                .reject(Some(number), self.window.offset(), refusal),
        }
        self.pass(len);
        self.window.shrink();
    }

    /// An object that is an item of a feed or a story of an agency, under names of its own, and
    /// its encoding.
    fn story(&self, bytes: &[u8]) -> Option<Result<(Cells, &'static str), Refusal>> {
        let is_item = self.is_item() || json_feed::is_item(bytes);
        if self.file.fields.maps_text() || !is_item && !ninjs::may_be(bytes) {
            return None;
        }
        if bytes.len() > DOCUMENT {
            let told = is_item || json_scan::member(bytes, "uri").is_some();
            return told.then(|| Err(record::text_too_long(DOCUMENT as u64)));
        }
        let (text, encoding) = self.file.decode(bytes).ok()?;
        let value = serde_json::from_str(&text).ok()?;
        let limits = &self.file.options.limits;
        let feed = self.levels.last().and_then(|level| level.feed.as_ref());
        let cells = if ninjs::is_story(&value) {
            ninjs::story(&value, limits)
        } else if is_item {
            json_feed::article(&value, feed, limits)
        } else {
            return None;
        };
        let fields = self.file.fields;
        let carried = |mut cells: Cells| {
            if let Some(lookup) = &fields.lookup {
                cells.carry_from(jsonl::object(&text, fields)?, lookup);
            }
            Ok(cells)
        };
        Some(cells.and_then(carried).map(|cells| (cells, encoding)))
    }

    /// With a map an object that gave no text has none in its place, whatever its names say.
    fn shape_of_no_record(&self, bytes: &[u8]) -> Shape {
        let shape = json_scan::shape(bytes, self.file.fields);
        Shape {
            direct: shape.direct && !self.file.fields.maps_text(),
            ..shape
        }
    }

    fn record(&mut self, mut cells: Cells, encoding: &'static str, raw: &[u8], number: u64) {
        let offset = self.window.offset();
        let place = self.file.place(Some(number), offset);
        let limit = self.file.options.limits.text_bytes;
        let aside = cells.aside(self.file.fields);
        match cells.document(place, self.file.fields, limit) {
            Ok(read) => {
                let accepted = Accepted::new(read, encoding).with(aside);
                self.file.accept(accepted, Some(raw));
            }
            Err(refusal) => self.file.reject(Some(number), offset, refusal),
        }
    }
}

/// Whether a whole object holds a text in its place.
pub(in crate::ingest) fn is_record(object: &[u8], fields: &Fields) -> bool {
    if !fields.maps_text() {
        return json_scan::shape(object, fields).direct;
    }
    let text = std::str::from_utf8(object);
    text.is_ok_and(|text| jsonl::object(text, fields).is_ok_and(|cells| cells.has_text()))
}

/// The object as one line of JSON lines: valid JSON has line ends only between its parts.
fn one_line(object: &[u8]) -> Vec<u8> {
    let mut line: Vec<u8> = object
        .iter()
        .map(|&byte| match byte {
            b'\n' | b'\r' => b' ',
            other => other,
        })
        .collect();
    line.push(b'\n');
    line
}
