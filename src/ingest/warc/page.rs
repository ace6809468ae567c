//! From the content of a record to a document.

use std::borrow::Cow;
use std::io::Cursor;

use encoding_rs::UTF_8;

use super::super::fields::Role;
use super::super::gather::{Accepted, File};
use super::super::html::{self, Hints};
use super::super::reason::{Reason, Refusal};
use super::super::record::{Cell, Cells};
use super::super::shield::shielded;
use super::super::{decode, labels};
use super::header::{Head, Kind};
use super::http;
use crate::document::Place;
use crate::hash::hash128;

/// What a content type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Page,
    Text,
    /// A format that is told by content, such as a feed.
    File,
    /// Unsaid: a page, or nothing that is read.
    Unsaid,
    /// No article.
    Other,
}

fn content(mime: &str) -> Content {
    let name = mime
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match name.as_str() {
        "text/html" | "application/xhtml+xml" => Content::Page,
        "text/plain" | "text/markdown" => Content::Text,
        "" | "application/octet-stream" | "no-type" | "unknown" | "unk" | "*/*" => Content::Unsaid,
        "application/json"
        | "application/xml"
        | "text/xml"
        | "application/x-ndjson"
        | "application/jsonl"
        | "text/csv"
        | "text/tab-separated-values" => Content::File,
        "image/svg+xml" | "application/manifest+json" | "application/opensearchdescription+xml" => {
            Content::Other
        }
        name if name.ends_with("+xml") || name.ends_with("+json") => Content::File,
        _ => Content::Other,
    }
}

/// The encoding that a content type declares.
fn charset(mime: &str) -> Option<&str> {
    mime.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// Reads the content of a record; `false` where it holds no article.
pub(super) fn read(
    head: &Head,
    block: &[u8],
    place: Place,
    file: &mut File<'_, '_>,
) -> Result<bool, Refusal> {
    if head.segmented {
        let message =
            "the record is one of several that hold a page together, which are not put together";
        return Err(Refusal::new(Reason::Unsupported, message));
    }
    let limits = &file.options.limits;
    let is_http = block.starts_with(b"HTTP/")
        && (head.kind == Kind::Response || head.mime.starts_with("application/http"));
    let (mime, bytes) = if is_http {
        let (answer, sent) = http::parse(block);
        let good = answer
            .status
            .is_some_and(|status| (200..300).contains(&status) && status != 206);
        if !good || content(&answer.mime) == Content::Other || sent.is_empty() {
            return Ok(false);
        }
        let body = http::body(&answer, sent, head.truncated, (limits, &file.tally))?;
        (answer.mime, body)
    } else {
        let mime = match head.mime.starts_with("application/http") {
            true => String::new(),
            false => head.mime.clone(),
        };
        (mime, Cow::Borrowed(block))
    };
    let url = head.url.as_deref().unwrap_or_default();
    let content = match content(&mime) {
        Content::Unsaid if is_page(&bytes) => Content::Page,
        content => content,
    };
    // For robots, not for readers.
    let path = url.split(['?', '#']).next().unwrap_or_default();
    if bytes.trim_ascii().is_empty() || path.ends_with("/robots.txt") {
        return Ok(false);
    }
    let (mut cells, encoding) = match content {
        Content::Page => {
            let hints = Hints {
                url: head.url.as_deref(),
                charset: charset(&mime),
                fetched: head.date.as_deref(),
            };
            let page = shielded("HTML", || html::page(&bytes, &hints, limits))?;
            file.out.limits_hit(&page.limits);
            (page.cells, page.encoding)
        }
        Content::Text => {
            let (text, encoding) = decoded(&bytes, charset(&mime))?;
            let mut cells = Cells::default();
            cells.offer((Role::Text, 0), Cell::Text(text.into_owned()));
            (cells, encoding)
        }
        Content::File => {
            let number = place.record.unwrap_or_default();
            let name = if url.is_empty() {
                number.to_string()
            } else {
                url.to_owned()
            };
            file.member(&name, Box::new(Cursor::new(&*bytes)));
            return Ok(true);
        }
        Content::Unsaid | Content::Other => return Ok(false),
    };
    let mut offer = |role, rank, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            cells.offer((role, rank), Cell::Text(value.to_owned()));
        }
    };
    offer(Role::Key, 0, Some(url));
    offer(Role::Url, 0, Some(url));
    offer(Role::Collected, 0, head.date.as_deref());
    // Where the page itself names no outlet.
    offer(Role::Source, 9, host(url));
    let aside = cells.aside(file.fields);
    let (mut document, text) = cells.document(place, file.fields, limits.text_bytes)?;
    document.record_hash = hash128(&bytes).to_be_bytes();
    file.accept(Accepted::new((document, text), encoding).with(aside), None);
    Ok(true)
}

fn is_page(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    ["<!doctype html", "<html"].iter().any(|tag| {
        let head = start.get(..tag.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(tag.as_bytes()))
    })
}

/// The text, in the encoding that its server declared unless the bytes say otherwise.
fn decoded<'b>(
    bytes: &'b [u8],
    charset: Option<&str>,
) -> Result<(Cow<'b, str>, &'static str), Refusal> {
    if let Some((encoding, mark)) = decode::byte_order_mark(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return Ok((text, encoding.name()));
    }
    let declared = charset.and_then(labels::encoding);
    match declared.filter(|encoding| *encoding != UTF_8) {
        Some(encoding)
            if std::str::from_utf8(bytes).is_err() || !encoding.is_ascii_compatible() =>
        {
            match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
                Some(text) => Ok((text, encoding.name())),
                None => decode::decode(bytes),
            }
        }
        _ => decode::decode(bytes),
    }
}

/// The name of the server in an address.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let server = rest.split(['/', '?', '#']).next()?;
    let server = server.rsplit('@').next()?;
    let server = server.split(':').next()?;
    Some(server.strip_prefix("www.").unwrap_or(server))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_types() {
        assert_eq!(host("https://u@www.a.example:80/b"), Some("a.example"));
        assert_eq!(host("dns:a.example"), None);
        assert_eq!(
            charset("text/html; Charset=\"ISO-8859-1\""),
            Some("ISO-8859-1")
        );
        assert_eq!(charset("text/html"), None);
        assert_eq!(content("Application/RSS+XML; charset=utf-8"), Content::File);
        assert_eq!(content("image/png"), Content::Other);
    }

    #[test]
    fn a_declared_encoding_counts_where_the_bytes_allow_it() {
        let (text, name) = decoded(b"Gr\xf6\xdfe", Some("iso-8859-1")).unwrap();
        assert_eq!((&*text, name), ("Größe", "windows-1252"));
        let (text, _) = decoded("Größe".as_bytes(), Some("iso-8859-1")).unwrap();
        assert_eq!(text, "Größe");
        let (text, name) = decoded(b"\xff\xfea\0b\0", Some("utf-8")).unwrap();
        assert_eq!((&*text, name), ("ab", "UTF-16LE"));
    }
}
