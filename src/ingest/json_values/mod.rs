//! JSON that is not one object a line: lists of records, pretty-printed objects, and objects
//! that hold a list of records under some name, however deep it lies.
//!
//! A record is an object with a text; the objects and lists around it are gone through
//! without being held, so that an answer of gigabytes is read element by element.

mod damage;
mod object;

use super::gather::File;
use super::json_feed::{self, Feed};
use super::json_scan::{self, Found};
use super::jsonl;
use super::ninjs;
use super::reason::{Reason, Refusal};
use super::record::Cells;
use super::window::Bytes;

pub(super) use self::object::is_record;

/// Objects and lists around a record, at most. Each costs one more look at what it holds.
const AROUND: usize = 8;

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
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(Reason::InvalidJson, message)
}
