//! Text in XML 1.0: nothing in it may act, and all of it can be had back.

use std::borrow::Cow;

/// Writes what XML 1.0 has no place for (control characters but tab and line
/// ends, U+FFFE, U+FFFF) as `\u{HEX}`, and a `\` that stands before `u{` as
/// `\u{5C}`, so that it can be undone.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if !text.contains(lacking) && !text.contains("\\u{") {
        return Cow::Borrowed(text);
    }
    let mut stored = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if lacking(c) || (c == '\\' && text[at + 1..].starts_with("u{")) {
            stored.push_str(&format!("\\u{{{:X}}}", u32::from(c)));
        } else {
            stored.push(c);
        }
    }
    Cow::Owned(stored)
}

fn lacking(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// [`storable`] text as the content of an element or of an attribute in `"`.
/// White space but the space is written by number: readers change it otherwise.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in storable(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Undoes [`storable`]: what the documentation says to do.
    fn original(stored: &str) -> String {
        let mut parts = stored.split("\\u{");
        let mut text = parts.next().unwrap().to_string();
        for part in parts {
            let (number, rest) = part.split_once('}').unwrap();
            let number = u32::from_str_radix(number, 16).unwrap();
            text.push(char::from_u32(number).unwrap());
            text.push_str(rest);
        }
        text
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_an_element_and_an_attribute(
            text in "[\\\\u{}5C\0\u{1}\u{1b}\u{fffe}\u{ffff}\t\r\n &<>\"'é]{0,12}|(\\PC|\\pC){0,12}",
        ) {
            let escaped = escaped(&text);
            let xml = format!("<a b=\"{escaped}\">{escaped}</a>");
            let read = roxmltree::Document::parse(&xml).unwrap();
            let root = read.root_element();
            prop_assert_eq!(original(root.attribute("b").unwrap()), text.clone());
            prop_assert_eq!(original(root.text().unwrap_or("")), text);
        }
    }

    #[test]
    fn usual_text_is_left_alone() {
        assert_eq!(storable(r"C:\users, \n and “é”"), r"C:\users, \n and “é”");
        assert_eq!(storable("a\0\\u{0}"), r"a\u{0}\u{5C}u{0}");
    }
}
