//! Where the items of a JSON Feed stand, and its own members.

use std::ops::Range;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{Found, FoundItems};
use crate::ingest::fields::Fields;
use crate::ingest::gather::place;
use crate::ingest::json_feed::{is_feed, item, outlet};
use crate::ingest::json_scan::{Found as Extent, value_of};
use crate::ingest::reason::{Reason, Refusal};
use crate::ingest::{IngestOptions, Limits};

/// Longest item that is read; its values may take thirty times as much.
const ITEM_BYTES: usize = 4 << 20;

/// Members of the feed itself that are read, and the longest of them.
const OF_FEED: [&str; 6] = [
    "version",
    "title",
    "author",
    "authors",
    "home_page_url",
    "feed_url",
];
const MEMBER_BYTES: usize = 64 << 10;

/// Finds the items, and gives the feed's own addresses.
pub(super) fn items(
    json: &[u8],
    path: &Arc<str>,
    options: &IngestOptions,
    found: &mut FoundItems,
) -> Result<Vec<String>, Refusal> {
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(json) {
        let message = format!("not valid JSON: {error}");
        return Err(Refusal::new(Reason::InvalidJson, message));
    }
    let (mut feed, mut lists) = (Map::new(), Vec::new());
    each_member(json, &mut |name, at| {
        if name == "items" {
            lists.push(at);
        } else if OF_FEED.contains(&name)
            && at.len() < MEMBER_BYTES
            && let Some(Ok(value)) = json.get(at).map(serde_json::from_slice)
        {
            feed.insert(name.to_owned(), value);
        }
    });
    let feed = Value::Object(feed);
    if !is_feed(&feed) {
        let message = "this is JSON and no feed: its version does not say so";
        return Err(Refusal::new(Reason::Unsupported, message));
    }
    let list = match &lists[..] {
        [] => None,
        [list] if json.get(list.start) == Some(&b'[') => Some(list.clone()),
        _ => {
            let message = "the items of the feed are no list, or named twice";
            return Err(Refusal::new(Reason::Damaged, message));
        }
    };
    let (fields, limits) = (
        Fields::with_paths(&options.fields, &options.map, &[], &options.limits),
        &options.limits,
    );
    let mut number = 0;
    each_element(json, list.unwrap_or_default(), &mut |at| {
        number += 1;
        let place = place(path, Some(number), at.start as u64);
        let own = json.get(at.clone()).unwrap_or_default();
        let read = value(own, limits).and_then(|value| item(&value, outlet(&feed), limits));
        let read = read.and_then(|cells| cells.document(place, &fields, limits.text_bytes));
        found.push(Found { range: at, read });
    });
    let address = |name| feed.get(name).and_then(Value::as_str).map(str::to_owned);
    let named = ["home_page_url", "feed_url"].into_iter();
    Ok(named.filter_map(address).collect())
}

fn value(item: &[u8], limits: &Limits) -> Result<Value, Refusal> {
    if item.len() > ITEM_BYTES || item.len() as u64 > limits.record_bytes {
        let message = "the item is too long to be read";
        return Err(Refusal::fixed(Reason::TooLong, message));
    }
    serde_json::from_slice(item)
        .map_err(|error| Refusal::new(Reason::InvalidJson, error.to_string()))
}

/// Where in an item a member stands: its value.
pub(super) fn member(item: &[u8], wanted: &str) -> Option<Range<usize>> {
    let mut found = None;
    each_member(item, &mut |name, at| {
        if name == wanted {
            found = Some(at);
        }
    });
    found
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// From its name to the end of its value.
    pub whole: Range<usize>,
    /// Its value.
    pub value: Range<usize>,
}

/// The members of an object that have a name, as far as the bytes are valid JSON; a mark before them is passed over.
pub fn members(object: &[u8], wanted: &str) -> Vec<Member> {
    let mark = usize::from(object.starts_with(b"\xef\xbb\xbf")) * 3;
    let mut found = Vec::new();
    let mut from = token(object, mark, b'{').unwrap_or(mark);
    each_member(object.get(mark..).unwrap_or_default(), &mut |name, at| {
        let value = mark + at.start..mark + at.end;
        // What is between two members but white space is a comma.
        let between = object.get(from..value.start).unwrap_or_default();
        let quote = memchr::memchr(b'"', between).unwrap_or(0);
        if name == wanted {
            found.push(Member {
                whole: from + quote..value.end,
                value: value.clone(),
            });
        }
        from = value.end;
    });
    found
}

/// An object without the members of a name, and without the commas that set them apart.
pub fn without_member(object: &[u8], name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(object.len());
    let mut at = 0;
    for member in members(object, name) {
        out.extend_from_slice(object.get(at..member.whole.start).unwrap_or_default());
        at = member.whole.end;
        match out.trim_ascii_end().strip_suffix(b",").map(<[u8]>::len) {
            Some(length) => out.truncate(length),
            None => at = token(object, at, b',').unwrap_or(at),
        }
    }
    out.extend_from_slice(object.get(at..).unwrap_or_default());
    out
}

/// Calls for each member of the object that valid JSON is: its name and where its value stands.
fn each_member(json: &[u8], call: &mut dyn FnMut(&str, Range<usize>)) {
    let Some(mut at) = token(json, 0, b'{') else {
        return;
    };
    while let Some(start) = token(json, at, b'"') {
        let Some(name_end) = value_end(json, start - 1) else {
            return;
        };
        let name = json.get(start - 1..name_end).unwrap_or_default();
        let Some(from) = token(json, name_end, b':').map(|at| behind_blanks(json, at)) else {
            return;
        };
        let Some(end) = value_end(json, from) else {
            return;
        };
        if let Ok(name) = serde_json::from_slice::<String>(name) {
            call(&name, from..end);
        }
        match token(json, end, b',') {
            Some(next) => at = next,
            None => return,
        }
    }
}

/// The address of the page that an item speaks of, where that is another one.
pub(super) fn sources(item: &[u8]) -> Vec<String> {
    let address = members(item, "external_url").pop();
    let address = address.and_then(|own| serde_json::from_slice(item.get(own.value)?).ok());
    address.into_iter().collect()
}

/// Calls for each element of the list that stands at a place of valid JSON.
fn each_element(json: &[u8], list: Range<usize>, call: &mut dyn FnMut(Range<usize>)) {
    let Some(mut at) = token(json, list.start, b'[').filter(|_| !list.is_empty()) else {
        return;
    };
    loop {
        let from = behind_blanks(json, at);
        match value_end(json, from) {
            Some(end) if end > from => {
                call(from..end);
                at = end;
            }
            _ => return,
        }
        match token(json, at, b',') {
            Some(next) => at = next,
            None => return,
        }
    }
}

fn behind_blanks(json: &[u8], at: usize) -> usize {
    let rest = json.get(at..).unwrap_or_default();
    at + (rest.len() - rest.trim_ascii_start().len())
}

/// The place behind a byte that comes next, if it does.
fn token(json: &[u8], at: usize, byte: u8) -> Option<usize> {
    let at = behind_blanks(json, at);
    (json.get(at) == Some(&byte)).then_some(at + 1)
}

/// Where the value ends that begins at a place of valid JSON; the place itself where none does.
fn value_end(json: &[u8], at: usize) -> Option<usize> {
    /// More than the parser takes.
    const DEPTH: usize = 512;
    let rest = json.get(at..)?;
    let len = match rest.first()? {
        b'{' | b'[' => match value_of(rest, DEPTH) {
            Extent::Whole(len) => len,
            _ => return None,
        },
        b'"' => {
            let mut at = 1;
            loop {
                at += memchr::memchr2(b'"', b'\\', rest.get(at..)?)?;
                match rest.get(at) {
                    Some(b'"') => break at + 1,
                    _ => at += 2,
                }
            }
        }
        _ => rest
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}'))
            .unwrap_or(rest.len()),
    };
    Some(at + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_and_left_out() {
        let bare =
            |object: &str| String::from_utf8(without_member(object.as_bytes(), "w")).unwrap();
        for (object, without) in [
            (r#"{"a":1,"w":{"x":[1,"}"]}}"#, r#"{"a":1}"#),
            (r#"{ "w" : 1 , "a":"w" }"#, r#"{  "a":"w" }"#),
            (r#"{"w":1,"a":{"w":2},"w":3}"#, r#"{"a":{"w":2}}"#),
            ("\u{feff}{\"w\":1}", "\u{feff}{}"),
            (r#"{"\u0077":1}"#, "{}"),
            ("not json", "not json"),
        ] {
            assert_eq!(bare(object), without, "{object}");
        }
    }
}
