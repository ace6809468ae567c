//! UTF-7 (RFC 2152), which some mail of old is in and encoding_rs does not know.

use super::super::xml::base64;

/// Whether a charset is called so.
pub(super) fn is_label(label: &str) -> bool {
    let known = ["utf-7", "unicode-1-1-utf-7", "csunicode11utf7"];
    known
        .iter()
        .any(|known| label.trim().eq_ignore_ascii_case(known))
}

/// The text of bytes that are UTF-7 throughout; none where they are not.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let coded = std::str::from_utf8(bytes).ok()?;
    if !coded.is_ascii() {
        return None;
    }
    let mut text = String::with_capacity(coded.len());
    let mut rest = coded;
    while let Some((before, behind)) = rest.split_once('+') {
        text.push_str(before);
        let is_coded = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
        let end = behind.find(|c| !is_coded(c)).unwrap_or(behind.len());
        let (coded, behind) = behind.split_at(end);
        rest = behind.strip_prefix('-').unwrap_or(behind);
        if coded.is_empty() {
            // A plus of its own is written `+-`.
            text.push('+');
            continue;
        }
        let bytes = base64(coded);
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)))
            .collect();
        text.push_str(&String::from_utf16(&units).ok()?);
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_of_base64_are_characters() {
        for (coded, text) in [
            (&b"Rain in Orme"[..], "Rain in Orme"),
            (b"Gr+APwA3w-e aus Orme", "Grü\u{df}e aus Orme"),
            (b"1 +- 1 = 2", "1 + 1 = 2"),
            (b"+2D3eAA-!", "😀!"),
            (b"+ZeVnLIqe", "日本語"),
        ] {
            assert_eq!(decode(coded).as_deref(), Some(text));
        }
        assert_eq!(decode(b"half a pair +2D0-"), None);
        assert_eq!(decode("é".as_bytes()), None);
        assert!(is_label(" UTF-7 ") && !is_label("utf-8"));
    }
}
