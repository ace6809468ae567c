//! What stands behind an `&`.

use std::borrow::Cow;

use memchr::memchr;

/// Longest name of an entity that is looked for.
const LONGEST: usize = 32;

/// The text with its character references resolved. XML knows five names; feeds use those of
/// HTML without declaring them. Any other reference stays as it is written.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let head = behind
            .as_bytes()
            .get(..LONGEST)
            .unwrap_or(behind.as_bytes());
        let name = memchr(b';', head).and_then(|end| behind.get(..end));
        match name.and_then(|name| meant(name).map(|meant| (name, meant))) {
            Some((name, meant)) => {
                out.push_str(&meant);
                rest = behind.get(name.len() + 1..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn meant(name: &str) -> Option<String> {
    match name.strip_prefix('#') {
        Some(number) => character(number).map(String::from),
        None => named(name),
    }
}

fn character(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    Some(match code {
        9 | 10 | 13 => char::from_u32(code)?,
        // Numbers of windows-1252, as browsers read them.
        0x80..=0x9f => {
            let byte = [u8::try_from(code).ok()?];
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
            text.chars().next()?
        }
        0..=31 => char::REPLACEMENT_CHARACTER,
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    })
}

/// What a name of HTML means.
fn named(name: &str) -> Option<String> {
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let reference = format!("&{name};");
    let meant = htmlize::unescape(&*reference);
    // Of a name that only begins as a known one the rest would stay.
    let whole = *meant != *reference && (!meant.ends_with(';') || *meant == *";");
    whole.then(|| meant.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        assert_eq!(
            decode("a&amp;b &lt;&eacute;&nbsp;&#233;&#xE9;&#x1F600;"),
            "a&b <é\u{a0}éé😀"
        );
        assert_eq!(decode("&rsquo;&hellip;&euro;&yuml;"), "’…€ÿ");
        assert_eq!(
            decode("&#146;&#0;&#xD800;&#99999999999;"),
            "’\u{fffd}\u{fffd}\u{fffd}"
        );
        for kept in [
            "AT&T", "a & b;", "&foo;", "&;", "&#;", "&#x;", "&#+5;", "&", "&lol9;",
        ] {
            assert_eq!(decode(kept), kept);
        }
        assert_eq!(decode("&amp;lt;"), "&lt;");
        assert_eq!(decode("&half;&lsqb;&semi;&notit;"), "½[;&notit;");
    }
}
