//! The text of a JSON string.

use memchr::memchr;

/// What a JSON string, quotes included, stands for.
///
/// A parser has seen it and found no fault but perhaps in its escapes. Articles escape line
/// ends and quotes and little else, so what lies between is copied whole; a string with
/// a `\u` goes to the parser, which knows about surrogates.
///
/// # Errors
/// What the parser says of a bad escape.
pub(super) fn unescape(raw: &str) -> serde_json::Result<String> {
    plain(raw).map_or_else(|| serde_json::from_str(raw), Ok)
}

/// The text of a string with escapes of one letter only.
fn plain(raw: &str) -> Option<String> {
    let mut rest = raw.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(rest.len());
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        text.push_str(rest.get(..at)?);
        text.push(match rest.as_bytes().get(at + 1)? {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            &same @ (b'"' | b'\\' | b'/') => char::from(same),
            _ => return None,
        });
        rest = rest.get(at + 2..)?;
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_escape_is_known_and_no_other() {
        let all = r#""a\n\t\r\b\f\"\\\/ \u00e9\ud83d\ude00 é""#;
        assert_eq!(unescape(all).unwrap(), "a\n\t\r\u{8}\u{c}\"\\/ é😀 é");
        for bad in [r#""\x""#, r#""\ud800""#, r#""\u12""#, r#""\""#] {
            assert!(unescape(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn equals_the_parser(text in r#"([a-zé"\\/\n\t\r\x08\x0c]|\PC|\\){0,40}"#, ascii: bool) {
            let mut raw = serde_json::to_string(&text).unwrap();
            if ascii {
                let escaped = |c: char| if c.is_ascii() { c.to_string() } else {
                    let mut units = [0; 2];
                    c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
                };
                raw = raw.chars().map(escaped).collect();
            }
            prop_assert_eq!(unescape(&raw).unwrap(), text);
        }

        #[test]
        fn agrees_with_the_parser_on_anything(inner in r#"([ab"/]|\\[a-z"\\/]|\\u[0-9a-f]{4}){0,12}"#) {
            // Only what a parser took for one string comes here.
            let raw = format!("\"{inner}\"");
            if serde_json::from_str::<&serde_json::value::RawValue>(&raw).is_ok() {
                prop_assert_eq!(unescape(&raw).ok(), serde_json::from_str(&raw).ok());
            }
        }
    }
}
