//! JSON that is not one object a line: lists of records, pretty-printed objects, and objects
//! that hold a list of records under some name, however deep it lies.
//!
//! A record is an object with a text; the objects and lists around it are gone through
//! without being held, so that an answer of gigabytes is read element by element.

use super::decode;
use super::fields::Fields;
use super::gather::{Accepted, File};
use super::json_feed::{self, Feed};
use super::json_scan::{self, Found, Shape};
use super::jsonl;
use super::ninjs;
use super::reason::{Reason, Refusal};
use super::record::{self, Cells};
use super::window::Bytes;

/// Objects and lists around a record, at most. Each costs one more look at what it holds.
const AROUND: usize = 8;

/// Bytes that may be looked at again in search of the next good record, beyond eight times
/// the input. Without this bound a crafted file costs quadratic time.
const SPARE_LOOKS: u64 = 256 << 20;

/// An object up to this size may be an item of a feed or a story of an agency: it is held as a tree.
const DOCUMENT: usize = 8 << 20;

/// Reads all records; they are counted from 1.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_, '_>) {
    let mut walk = Walk {
        window,
        file,
        levels: Vec::new(),
        number: 0,
        looked: 0,
        told_cut: false,
        in_items: false,
    };
    while walk.file.out.failed.is_none() && walk.step() {}
    let next = walk.number + 1;
    let is_open = !walk.levels.is_empty() && !walk.told_cut;
    if is_open && window.damage().is_none() {
        let refusal = invalid("the file ends before its list is closed; what came was kept");
        return file.reject(Some(next), window.offset(), refusal);
    }
    file.finish(window, Some(next));
}

/// An object or a list that is gone through.
struct Level {
    is_object: bool,
    /// The fields of the objects around, for the one record in them.
    outer: Option<Cells>,
    /// Whether it was seen to its end, so that what holds no text can be passed.
    seen: bool,
    /// Records in it so far.
    records: u64,
    /// The feed that the object is, or whose items the list holds.
    feed: Option<Feed>,
}

struct Walk<'w, 'b, 'f, 'o, 'l> {
    window: &'w mut Bytes<'b>,
    file: &'f mut File<'o, 'l>,
    levels: Vec<Level>,
    number: u64,
    /// Bytes looked at in search of the next good record.
    looked: u64,
    /// Whether the cut at the end of the file was told.
    told_cut: bool,
    /// Whether the last member of an object that was begun is called `items`.
    in_items: bool,
}

impl Walk<'_, '_, '_, '_, '_> {
    fn pass(&mut self, count: usize) {
        self.window.consume(count);
        self.file.told(count);
    }

    /// The next byte that is no white space and no comma.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let bytes = self.window.available();
            let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
            match bytes.iter().position(|byte| !blank(byte)) {
                Some(at) => {
                    let byte = bytes.get(at).copied();
                    self.pass(at);
                    return byte;
                }
                None => self.pass(bytes.len()),
            }
            if !self.window.more() {
                return None;
            }
        }
    }

    /// Deals with what comes next; `false` at the end.
    fn step(&mut self) -> bool {
        let Some(byte) = self.peek() else {
            return false;
        };
        let in_object = self.levels.last().map(|level| level.is_object);
        match (byte, in_object) {
            (b'}', Some(true)) | (b']', Some(false)) => {
                self.levels.pop();
                self.pass(1);
            }
            (b'"', Some(true)) => self.member(),
            (b'{' | b'[', _) => self.value(),
            _ => self.scalars(in_object),
        }
        true
    }

    /// A member of an object that is gone through: its name, and its value where it is no
    /// object and no list.
    fn member(&mut self) {
        const LONGEST_NAME: usize = 4096;
        let from = self.window.offset();
        let head = self.window.fill(LONGEST_NAME);
        let name = head.get(1..).unwrap_or_default();
        let name = name.split(|&byte| byte == b'"').next().unwrap_or_default();
        let is_text = json_scan::text_at(name, self.file.fields).is_some();
        self.in_items = name == b"items";
        self.skip_scalar();
        if self.peek() == Some(b':') {
            self.pass(1);
        }
        match self.peek() {
            Some(b'{' | b'[' | b'}' | b']') | None => {}
            Some(first) => {
                let seen = self.levels.last().is_some_and(|level| level.seen);
                self.skip_scalar();
                if is_text && first == b'"' && !seen {
                    self.too_long_at(from);
                }
            }
        }
    }

    /// Passes a string, a number or a literal without holding it.
    fn skip_scalar(&mut self) {
        let quoted = self.window.fill(1).first() == Some(&b'"');
        if quoted {
            self.pass(1);
        }
        loop {
            let bytes = self.window.available();
            let end = |byte: &u8| match quoted {
                true => matches!(byte, b'"' | b'\\'),
                false => {
                    byte.is_ascii_whitespace()
                        || matches!(byte, b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"')
                }
            };
            match bytes.iter().position(end) {
                Some(at) if quoted && bytes.get(at) == Some(&b'\\') => {
                    self.window.fill(at + 2);
                    self.pass(at + 2);
                }
                Some(at) if quoted => return self.pass(at + 1),
                // At least one byte, so that reading goes on.
                Some(at) => return self.pass(at.max(1)),
                None => self.pass(bytes.len()),
            }
            if self.window.available().is_empty() && !self.window.more() {
                return;
            }
        }
    }

    /// A run of what is neither an object nor a list, where records should be: one rejection.
    fn scalars(&mut self, in_object: Option<bool>) {
        self.reject(Refusal::new(
            Reason::NotAnObject,
            "here stand values that are no objects, or brackets that close nothing; every record \
             must be like {\"id\": ..., \"text\": ...}",
        ));
        while let Some(byte) = self.peek() {
            match (byte, in_object) {
                (b'{' | b'[', _) | (b'}', Some(true)) | (b']', Some(false)) => break,
                (b'"', Some(true)) => break,
                (b'"', _) if !self.begins_string() => self.pass(1),
                _ => self.skip_scalar(),
            }
        }
    }

    /// Whether the quote at the front begins a string, behind which a value ends. One that is left
    /// over from a damaged record would turn strings and what is between them round for good.
    fn begins_string(&mut self) -> bool {
        const REACH: usize = 64 << 10;
        let bytes = self.window.fill(REACH);
        let end = json_scan::string_end(bytes, 1);
        let next = bytes.get(end..).unwrap_or_default().trim_ascii_start();
        matches!(next.first(), None | Some(b',' | b']' | b'}'))
    }

    /// Rejects what stands at the front.
    fn reject(&mut self, refusal: Refusal) {
        self.number += 1;
        self.file
            .reject(Some(self.number), self.window.offset(), refusal);
    }

    /// An object or a list at the front.
    fn value(&mut self) {
        let limit = self.file.record_limit();
        let depth = self.file.options.limits.json_depth as usize;
        let found = json_scan::value(self.window, 0, limit, depth);
        let is_object = self.window.available().first() == Some(&b'{');
        match found {
            Found::Whole(len) if is_object => self.object(len),
            Found::Whole(len) | Found::TooDeep(len) => {
                let bytes = self.window.available().get(..len).unwrap_or_default();
                let shape = json_scan::shape(bytes, self.file.fields);
                let below = shape.below && !(is_object && shape.direct);
                let around = below && !self.is_item() || self.is_around(bytes, is_object);
                if around && self.may_enter() {
                    self.enter(is_object, None, true);
                } else if matches!(found, Found::TooDeep(_)) {
                    self.reject(jsonl::too_deep(self.file.options));
                    self.pass(len);
                } else {
                    self.no_record(len);
                }
            }
            Found::TooLong | Found::Cut | Found::Broken(_) => self.unknown(found, is_object, limit),
        }
    }

    /// A whole list without a text in it: no loss within an object or where it is empty.
    fn no_record(&mut self, len: usize) {
        let in_object = self.levels.last().is_some_and(|level| level.is_object);
        let bytes = self.window.available().get(1..len).unwrap_or_default();
        let is_empty = bytes.trim_ascii() == b"]";
        if !in_object && !is_empty {
            let message = "a list without objects that hold a text; every record must be like {\"id\": ..., \"text\": ...}";
            let holds_objects = bytes.contains(&b'{');
            self.reject(match holds_objects {
                true => Refusal::new(Reason::NoText, self.file.fields.no_text_message()),
                false => Refusal::new(Reason::NotAnObject, message),
            });
        }
        self.pass(len);
    }

    fn may_enter(&self) -> bool {
        self.levels.len() < AROUND
    }

    /// Whether what stands at the front is an item of a feed.
    fn is_item(&self) -> bool {
        let level = self.levels.last();
        level.is_some_and(|level| !level.is_object && level.feed.is_some())
    }

    /// Whether the object or list that begins so holds items of a feed, or stories of an agency,
    /// whatever is wrong with some of them.
    fn is_around(&self, head: &[u8], is_object: bool) -> bool {
        if self.file.fields.maps_text() || self.is_item() {
            return false;
        }
        if is_object {
            let is_story = || json_scan::member(head, "uri").is_some();
            return json_feed::feed(head).is_some() || ninjs::may_be(head) && !is_story();
        }
        let of_feed = || self.levels.last().is_some_and(|level| level.feed.is_some());
        self.in_items && of_feed() || ninjs::may_be(head)
    }

    /// Begins to go through the object or list at the front.
    fn enter(&mut self, is_object: bool, outer: Option<Cells>, seen: bool) {
        let feed = match (is_object, self.in_items) {
            (true, _) => json_feed::feed(self.window.available()),
            (false, true) => self.levels.last().and_then(|level| level.feed.clone()),
            (false, false) => None,
        };
        self.in_items = false;
        self.levels.push(Level {
            is_object,
            outer,
            seen,
            records: 0,
            feed,
        });
        self.pass(1);
    }

    /// A whole object at the front: a record, or what is around some.
    fn object(&mut self, len: usize) {
        let bytes = self.window.available().get(..len).unwrap_or_default();
        let decoded = decode::decode(bytes);
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
        let (text, encoding) = decode::decode(bytes).ok()?;
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
        Some(cells.map(|cells| (cells, encoding)))
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

    /// A value whose end is not in reach: gone through where it seems to be around records.
    fn unknown(&mut self, found: Found, is_object: bool, limit: usize) {
        let bytes = self.window.available();
        let head = bytes.get(..limit.min(bytes.len())).unwrap_or_default();
        // What goes wrong in it first decides nothing of what comes before.
        let shape = json_scan::shape(head, self.file.fields);
        // Among records a broken object is a record, whatever it holds.
        let among = (self.levels.last()).is_some_and(|level| !level.is_object && level.records > 0);
        let below = shape.below && !(is_object && (shape.direct || among)) && !self.is_item();
        let in_list = self.levels.last().is_some_and(|level| !level.is_object);
        let around = below || !(is_object && in_list) && self.is_around(head, is_object);
        if around && self.may_enter() {
            return self.enter(is_object, None, false);
        }
        match found {
            Found::TooLong => {
                let offset = self.window.offset();
                self.skip_value();
                self.too_long_at(offset);
            }
            Found::Cut if self.window.damage().is_some() => {
                // What is lost of a cut record is told by the damage itself.
                self.told_cut = true;
                self.pass(self.window.available().len());
            }
            Found::Cut => {
                self.reject(invalid("it is not closed before the file ends"));
                self.told_cut = true;
                self.resume(limit, usize::MAX);
            }
            _ => {
                let at = match found {
                    Found::Broken(at) => at,
                    _ => 0,
                };
                let place = self.window.offset() + at as u64;
                self.reject(invalid(&format!(
                    "not valid JSON at byte {place}; it is left out, reading goes on behind it"
                )));
                self.resume(limit, at);
            }
        }
    }

    /// Rejects a record that was passed because of its length. Where the stream was cut off in
    /// it, what is lost is told by the damage itself.
    fn too_long_at(&mut self, offset: u64) {
        if self.window.fill(1).is_empty() && self.window.damage().is_some() {
            self.told_cut = true;
            return;
        }
        self.number += 1;
        let refusal = self.file.too_long();
        self.file.reject(Some(self.number), offset, refusal);
    }

    /// Passes a value that is too long to hold, by its brackets.
    fn skip_value(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.window.fill(1).first() {
                None => return,
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth = depth.saturating_sub(1),
                Some(b'"') => {
                    self.skip_scalar();
                    continue;
                }
                Some(_) => {}
            }
            self.pass(1);
            if depth == 0 {
                self.window.shrink();
                return;
            }
        }
    }

    /// Goes on behind the broken value at the front: at its end by brackets where that is
    /// sound, else at the next object that is whole and holds a text.
    fn resume(&mut self, limit: usize, error_at: usize) {
        if self.is_worn_out() {
            self.pass(error_at.clamp(1, self.window.available().len().max(1)));
            self.window.skip_line();
            return;
        }
        if error_at < usize::MAX {
            let end = json_scan::level(self.window, limit);
            self.looked += end.unwrap_or(error_at) as u64;
            if let Some(end) = end {
                let behind = self.window.available().get(end..).unwrap_or_default();
                let next = behind.trim_ascii_start().first();
                if matches!(next, None | Some(b',' | b']' | b'}' | b'{')) {
                    // A quote or a bracket that is missing may have put good records within.
                    let good = match self.next_good(1, limit) {
                        Next::At(at) if at < end => at,
                        _ => end,
                    };
                    return self.pass(good);
                }
            }
        }
        let mut from = 1;
        while self.file.out.failed.is_none() {
            match self.next_good(from, limit) {
                Next::At(at) => return self.pass(at),
                Next::Unclear(at) => {
                    self.pass(at);
                    from = 0;
                    if self.window.available().len() > limit || !self.window.more() {
                        from = 1;
                    }
                }
                Next::None => {
                    self.pass(self.window.available().len());
                    from = 0;
                    if self.window.fill(1).is_empty() {
                        return;
                    }
                }
            }
        }
    }

    fn is_worn_out(&self) -> bool {
        self.looked > 8 * self.window.offset() + SPARE_LOOKS
    }

    /// The next whole object with a text in what is held, `from` bytes on.
    fn next_good(&mut self, from: usize, limit: usize) -> Next {
        let depth = self.file.options.limits.json_depth as usize;
        let bytes = self.window.available();
        for at in memchr::memchr_iter(b'{', bytes).filter(|&at| at >= from) {
            let (before, rest) = bytes.split_at(at);
            let rest = rest.get(..limit.min(rest.len())).unwrap_or_default();
            if !is_plausible(before, rest) {
                continue;
            }
            let found = json_scan::value_of(rest, depth);
            let len = match found {
                Found::Whole(len) | Found::TooDeep(len) | Found::Broken(len) => len,
                Found::TooLong | Found::Cut => rest.len(),
            };
            self.looked += len as u64;
            let object = rest.get(..len).unwrap_or_default();
            match found {
                Found::Whole(_) if self.is_good(object) => {
                    return Next::At(at);
                }
                _ if self.is_worn_out() => return Next::At(at),
                Found::Cut => return Next::Unclear(at),
                _ => {}
            }
        }
        Next::None
    }

    /// Whether a whole object is a record of any kind.
    fn is_good(&self, object: &[u8]) -> bool {
        let is_story = || ninjs::may_be(object) && json_scan::member(object, "uri").is_some();
        is_record(object, self.file.fields)
            || !self.file.fields.maps_text() && (json_feed::is_item(object) || is_story())
    }
}

/// Whether a whole object holds a text in its place.
pub(super) fn is_record(object: &[u8], fields: &Fields) -> bool {
    if !fields.maps_text() {
        return json_scan::shape(object, fields).direct;
    }
    let text = std::str::from_utf8(object);
    text.is_ok_and(|text| jsonl::object(text, fields).is_ok_and(|cells| cells.has_text()))
}

/// Where to go on behind a broken value.
enum Next {
    At(usize),
    /// What begins there goes on beyond what is held.
    Unclear(usize),
    None,
}

/// Whether an object may begin between these: behind a comma, a bracket or a line end, and
/// with a name.
fn is_plausible(before: &[u8], rest: &[u8]) -> bool {
    let next = rest.get(1..).unwrap_or_default().trim_ascii_start().first();
    let line = before.trim_ascii_end().len() < before.len();
    let last = before.trim_ascii_end().last();
    next == Some(&b'"') && (line || matches!(last, None | Some(b',' | b'[' | b'}' | b']')))
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(Reason::InvalidJson, message)
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
