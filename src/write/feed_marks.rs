//! A feed written again with some stretches left out and marks put in.

use std::io::{self, Write};
use std::ops::Range;

/// A change of a feed: bytes that go, and bytes that come in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEdit {
    /// What goes.
    pub range: Range<usize>,
    /// What comes.
    pub text: Vec<u8>,
}

/// Writes `bytes` with the edits, which stand in order and apart; one that does not is passed
/// over. Everything else is written as it is.
///
/// # Errors
/// What the output says.
pub fn edited_feed(bytes: &[u8], edits: &[FeedEdit], out: &mut dyn Write) -> io::Result<()> {
    let mut at = 0;
    for FeedEdit { range, text } in edits {
        let (Some(before), true) = (bytes.get(at..range.start), range.end <= bytes.len()) else {
            continue;
        };
        if range.end < range.start {
            continue;
        }
        out.write_all(before)?;
        out.write_all(text)?;
        at = range.end;
    }
    out.write_all(bytes.get(at..).unwrap_or_default())
}

/// What names the marks' vocabulary in RSS and Atom.
const SCHEME: &str = "urn:wirecopy:outcome";

/// A mark for an item of RSS 0.9x or 2.0: a category with the outcome, ` of ` and the key of the
/// kept item. `prefix` is that of the item's name, with its colon.
pub fn rss_mark(prefix: &str, outcome: &str, kept: Option<&str>) -> String {
    let said = escaped(&said(outcome, kept));
    format!("<{prefix}category domain=\"{SCHEME}\">{said}</{prefix}category>")
}

/// A mark for an item of RSS 1.0, which has no category of its own: a subject of Dublin Core.
pub fn rdf_mark(outcome: &str, kept: Option<&str>) -> String {
    let said = escaped(&said(outcome, kept));
    format!("<dc:subject xmlns:dc=\"http://purl.org/dc/elements/1.1/\">{said}</dc:subject>")
}

/// A mark for an entry of Atom: a category whose term is the outcome and whose label is for people.
pub fn atom_mark(prefix: &str, outcome: &str, kept: Option<&str>) -> String {
    let (term, label) = (escaped(outcome), escaped(&said(outcome, kept)));
    format!("<{prefix}category term=\"{term}\" scheme=\"{SCHEME}\" label=\"{label}\"/>")
}

/// A mark for an item of JSON Feed: the value of its extension.
pub fn json_mark(outcome: &str, kept: Option<&str>) -> String {
    match kept {
        Some(kept) => serde_json::json!({"outcome": outcome, "kept": kept}),
        None => serde_json::json!({"outcome": outcome}),
    }
    .to_string()
}

fn said(outcome: &str, kept: Option<&str>) -> String {
    match kept {
        Some(kept) => format!("{outcome} of {kept}"),
        None => outcome.to_owned(),
    }
}

/// The text in ASCII, for any encoding, and for an attribute as well; what XML has no character
/// for becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            ' '..='~' => out.push(c),
            '\t' | '\n' | '\r' => out.push_str(&format!("&#{};", u32::from(c))),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push_str("&#65533;"),
            _ => out.push_str(&format!("&#{};", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(bytes: &[u8], edits: &[(Range<usize>, &str)]) -> String {
        let edits: Vec<FeedEdit> = edits
            .iter()
            .map(|(range, text)| FeedEdit {
                range: range.clone(),
                text: text.as_bytes().to_vec(),
            })
            .collect();
        let mut out = Vec::new();
        edited_feed(bytes, &edits, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn edits_in_order() {
        assert_eq!(edited(b"abcdef", &[]), "abcdef");
        assert_eq!(edited(b"abcdef", &[(1..2, ""), (4..4, "X")]), "acdXef");
        assert_eq!(edited(b"abcdef", &[(0..6, "")]), "");
        assert_eq!(
            edited(b"abc", &[(2..3, "X"), (0..1, "Y"), (3..9, "Z")]),
            "abX"
        );
    }

    #[test]
    fn keys_cannot_leave_their_mark() {
        let key = "\"/><x a='&]]>é\u{1}\u{1f600}\n";
        for mark in [
            rss_mark("", "copy", Some(key)),
            atom_mark("", "copy", Some(key)),
            rdf_mark("copy", Some(key)),
        ] {
            let read = roxmltree::Document::parse(&mark).unwrap();
            let root = read.root_element();
            assert_eq!(root.children().filter(|node| node.is_element()).count(), 0);
            let said = root.attribute("label").or(root.text()).unwrap();
            assert_eq!(
                said,
                format!("copy of {}", key.replace('\u{1}', "\u{fffd}"))
            );
            assert!(mark.is_ascii());
        }
        let read: serde_json::Value = serde_json::from_str(&json_mark("copy", Some(key))).unwrap();
        assert_eq!(read, serde_json::json!({"outcome": "copy", "kept": key}));
    }
}
