//! Where a JSON value ends, and what it holds, without parsing it.

use std::io::Read;

use memchr::{memchr2, memchr3};

use super::fields::Fields;
use super::window::Window;

/// The value at a place of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// So many bytes.
    Whole(usize),
    /// So many bytes, nested deeper than the limit.
    TooDeep(usize),
    TooLong,
    /// The stream ends within it.
    Cut,
    /// It cannot go on as it does at this byte.
    Broken(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    /// Behind `[`.
    FirstItem,
    /// Behind `{`.
    FirstName,
    Name,
    InName,
    Colon,
    InText,
    /// In a number or a literal; a parser looks at it closely.
    InWord,
    After,
}

/// Finds the end of the object or list that begins `from` bytes into the window, reading as
/// far as needed.
pub(super) fn value<R: Read>(
    window: &mut Window<R>,
    from: usize,
    limit: usize,
    depth: usize,
) -> Found {
    let mut scan = Scan::new(depth);
    loop {
        let bytes = window.available().get(from..).unwrap_or_default();
        if let Some(found) = scan.run(bytes) {
            return match found {
                Found::Whole(len) | Found::TooDeep(len) if len > limit => Found::TooLong,
                found => found,
            };
        }
        if bytes.len() > limit {
            return Found::TooLong;
        }
        if !window.more() {
            return Found::Cut;
        }
    }
}

/// As [`value`] over bytes that are all there is.
pub(super) fn value_of(bytes: &[u8], depth: usize) -> Found {
    Scan::new(depth).run(bytes).unwrap_or(Found::Cut)
}

struct Scan {
    at: usize,
    state: State,
    /// For each open level up to the cap whether it is an object.
    objects: Vec<bool>,
    /// Levels beyond the cap; within them only brackets count.
    beyond: usize,
    cap: usize,
    too_deep: bool,
}

impl Scan {
    fn new(cap: usize) -> Self {
        Scan {
            at: 0,
            state: State::Value,
            objects: Vec::new(),
            beyond: 0,
            cap,
            too_deep: false,
        }
    }

    /// Goes on to the end of the bytes or of the value.
    fn run(&mut self, bytes: &[u8]) -> Option<Found> {
        while let Some(&byte) = bytes.get(self.at) {
            match self.state {
                State::InText | State::InName => {
                    let rest = bytes.get(self.at..).unwrap_or_default();
                    let Some(found) = memchr3(b'"', b'\\', b'\n', rest) else {
                        self.at = bytes.len();
                        return None;
                    };
                    self.at += found;
                    match rest.get(found) {
                        Some(b'"') if self.state == State::InName => self.state = State::Colon,
                        Some(b'"') => self.state = State::After,
                        Some(b'\\') => {
                            bytes.get(self.at + 1)?;
                            self.at += 1;
                        }
                        // A line end stands in no string.
                        _ => return Some(Found::Broken(self.at)),
                    }
                }
                State::InWord
                    if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.') => {}
                _ if byte.is_ascii_whitespace() => {
                    if self.state == State::InWord {
                        self.state = State::After;
                    }
                }
                _ if self.beyond > 0 => self.uncounted(byte),
                _ => {
                    if !self.token(byte) {
                        return Some(Found::Broken(self.at));
                    }
                }
            }
            self.at += 1;
            if self.objects.is_empty() && self.beyond == 0 && self.state == State::After {
                return Some(match self.too_deep {
                    true => Found::TooDeep(self.at),
                    false => Found::Whole(self.at),
                });
            }
        }
        None
    }

    /// Takes a byte that begins or ends something; `false` where it cannot stand.
    fn token(&mut self, byte: u8) -> bool {
        let in_object = self.objects.last().copied();
        let after = matches!(self.state, State::After | State::InWord);
        let value = matches!(self.state, State::Value | State::FirstItem);
        self.state = match byte {
            b'{' | b'[' if value => {
                self.open(byte == b'{');
                if byte == b'{' {
                    State::FirstName
                } else {
                    State::FirstItem
                }
            }
            b'}' if in_object == Some(true) && (after || self.state == State::FirstName) => {
                self.objects.pop();
                State::After
            }
            b']' if in_object == Some(false) && (after || self.state == State::FirstItem) => {
                self.objects.pop();
                State::After
            }
            b',' if after && in_object == Some(true) => State::Name,
            b',' if after && in_object == Some(false) => State::Value,
            b'"' if value => State::InText,
            b'"' if matches!(self.state, State::Name | State::FirstName) => State::InName,
            b':' if self.state == State::Colon => State::Value,
            _ if value && (byte.is_ascii_alphanumeric() || byte == b'-') => State::InWord,
            _ => return false,
        };
        true
    }

    fn open(&mut self, object: bool) {
        if self.objects.len() < self.cap {
            self.objects.push(object);
        } else {
            self.too_deep = true;
            self.beyond = 1;
        }
    }

    fn uncounted(&mut self, byte: u8) {
        match byte {
            b'{' | b'[' => self.beyond += 1,
            b'}' | b']' => self.beyond -= 1,
            b'"' => {
                self.state = State::InText;
                return;
            }
            _ => {}
        }
        self.state = State::After;
    }
}

/// The end of a broken value by its brackets alone, within `limit` bytes: only where the
/// quotes in it look sound, that is, where no string goes on over what looks like an element.
pub(super) fn level<R: Read>(window: &mut Window<R>, limit: usize) -> Option<usize> {
    let (mut at, mut depth) = (0, 0usize);
    let mut quoted = false;
    loop {
        if window.available().len() < at + 2 && window.more() {
            continue;
        }
        let rest = window.available().get(at..).unwrap_or_default();
        let &byte = rest.first()?;
        if at > limit {
            return None;
        }
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'\n' if quoted => {
                let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
                if matches!(next, None | Some(b'{' | b'}' | b']' | b'"')) {
                    return None;
                }
            }
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Where a text stands in an object. With a map, `direct` is a guess by the depth of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// As a field of its own.
    pub direct: bool,
    /// As a field of an object within it.
    pub below: bool,
}

/// Looks for strings under a name that a text goes by. The bytes may be cut off.
pub(super) fn shape(bytes: &[u8], fields: &Fields) -> Shape {
    let mut shape = Shape::default();
    let (mut at, mut depth) = (0usize, 0usize);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at;
                at = string_end(bytes, at);
                let mut behind = bytes.get(at..).unwrap_or_default().trim_ascii_start();
                if behind.first() == Some(&b':') {
                    behind = behind.get(1..).unwrap_or_default().trim_ascii_start();
                    let name = bytes.get(start..at.saturating_sub(1)).unwrap_or_default();
                    let known = match behind.first() {
                        Some(b'"') => text_at(name, fields),
                        Some(b'[') => text_at(name, fields).filter(|(_, is_list)| *is_list),
                        _ => None,
                    };
                    if let Some((own, _)) = known {
                        shape.direct |= depth == own;
                        shape.below |= depth > own;
                        if shape.direct && shape.below {
                            break;
                        }
                    }
                }
            }
            _ => {}
        }
    }
    shape
}

/// Where the value stands of a member of the object that `bytes` begin with, behind its name.
/// They may be cut off, or broken elsewhere.
pub(super) fn member<'b>(bytes: &'b [u8], name: &str) -> Option<&'b [u8]> {
    let (mut at, mut depth) = (0usize, 0usize);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return None,
            b'}' | b']' => depth -= 1,
            b'"' => {
                let start = at;
                at = string_end(bytes, at);
                if depth == 1 && bytes.get(start..at - 1) == Some(name.as_bytes()) {
                    let behind = bytes.get(at..).unwrap_or_default().trim_ascii_start();
                    if let Some(value) = behind.strip_prefix(b":") {
                        return Some(value.trim_ascii_start());
                    }
                }
            }
            _ => {}
        }
    }
    None
}

/// Just behind the quote that closes the string whose content begins at `at`.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// How deep in its record the text stands that goes by this name, and whether it may be a list.
pub(super) fn text_at(name: &[u8], fields: &Fields) -> Option<(usize, bool)> {
    const LONGEST: usize = 200;
    if name.len() > LONGEST {
        return None;
    }
    fields.text_at(std::str::from_utf8(name).ok()?)
}

/// Whether a line nests deeper than `cap`. Cheap for one that holds no more brackets than that.
pub(super) fn is_too_deep(line: &[u8], cap: usize) -> bool {
    let brackets = memchr::memchr2_iter(b'{', b'[', line).take(cap + 1).count();
    brackets > cap && {
        let mut scan = Scan::new(cap);
        scan.run(line);
        scan.too_deep
    }
}

#[cfg(test)]
mod tests {
    use super::super::FieldNames;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_end_where_they_end() {
        for (json, found) in [
            ("{} x", Found::Whole(2)),
            (
                r#"{"a":[1,-2.5e3,{"b":"}\"]"}],"c":null}]"#,
                Found::Whole(38),
            ),
            ("[]", Found::Whole(2)),
            ("[1 ,\n 2]", Found::Whole(8)),
            (r#"{"a":"b"#, Found::Cut),
            ("[[[1]]]", Found::Whole(7)),
            ("[[[[{\"]\":[]}]]]],", Found::TooDeep(16)),
            ("[1 2]", Found::Broken(3)),
            ("[1}", Found::Broken(2)),
            ("{\"a\" 1}", Found::Broken(5)),
            ("{\"a\":\"\n\"}", Found::Broken(6)),
            ("{a:1}", Found::Broken(1)),
            ("[1,]", Found::Broken(3)),
        ] {
            assert_eq!(value_of(json.as_bytes(), 3), found, "{json}");
        }
    }

    #[test]
    fn texts_are_found_direct_and_below() {
        let fields = Fields::new(&FieldNames::default());
        let told = |json: &str| {
            let Shape { direct, below } = shape(json.as_bytes(), &fields);
            (direct, below)
        };
        assert_eq!(told(r#"{"Text" : "a","x":{"body":"b"}}"#), (true, true));
        assert_eq!(told(r#"{"text":["a"],"x":[{"body":"b"#), (false, true));
        assert_eq!(told(r#"{"a":"\"text\":\"x\"","b":"text"}"#), (false, false));
    }

    proptest! {
        /// What the parser takes is found whole, however it is cut into pieces.
        #[test]
        fn whole_where_the_parser_says_so(json in r#"(\{|\[|\}|\]|"a\\""|"b"|:|,| |1|null){0,24}"#) {
            let whole = serde_json::from_str::<serde::de::IgnoredAny>(&json).is_ok();
            let trimmed = json.trim();
            if whole && trimmed.starts_with(['{', '[']) {
                prop_assert_eq!(value_of(trimmed.as_bytes(), 99), Found::Whole(trimmed.len()));
            }
            let mut scan = Scan::new(99);
            let cut = (0..=json.len()).find_map(|end| scan.run(&json.as_bytes()[..end]));
            prop_assert_eq!(cut.unwrap_or(Found::Cut), value_of(json.as_bytes(), 99));
        }
    }
}
