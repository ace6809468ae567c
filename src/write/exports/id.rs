//! Ids that every format takes, whatever the keys hold.
//!
//! An id is a kind, `-`, and a key in which ASCII letters, digits, `-` and `.`
//! stand for themselves and every other byte is `_` with two hexadecimal digits
//! (so is a `.` at the end). That is at once a name in XML (`NCName`, so also the
//! `NMTOKEN` that GraphML asks for), the local part of a qualified name in PROV,
//! the end of a URN and an ID in DOT; and two keys never have one id.

/// The id of a document.
pub(super) fn document(key: &str) -> String {
    named("doc-", key)
}

/// The id of an outlet.
pub(super) fn outlet(source: &str) -> String {
    named("outlet-", source)
}

/// The id of a text that the input lacks. Group ids hold no `-`, so that the
/// two names do not run together.
pub(super) fn missing(group: &str, name: &str) -> String {
    let mut id = named("missing-", group);
    id.push('-');
    append(&mut id, name);
    id
}

fn named(kind: &str, key: &str) -> String {
    let mut id = String::with_capacity(kind.len() + key.len() + 8);
    id.push_str(kind);
    append(&mut id, key);
    id
}

fn append(id: &mut String, key: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let last = key.len().saturating_sub(1);
    for (at, byte) in key.bytes().enumerate() {
        // A qualified name does not end in a dot.
        if byte.is_ascii_alphanumeric() || byte == b'-' || (byte == b'.' && at != last) {
            id.push(char::from(byte));
        } else {
            id.push('_');
            id.push(char::from(DIGITS[usize::from(byte >> 4)]));
            id.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The key of an id: what the documentation says to do.
    fn key(id: &str) -> String {
        let (_, name) = id.split_once('-').unwrap();
        let mut parts = name.split('_');
        let mut bytes = parts.next().unwrap().as_bytes().to_vec();
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
            bytes.extend(part[2..].bytes());
        }
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn an_id_is_a_name_everywhere_and_gives_back_its_key(wanted in "\\PC{0,12}|[a-c._/:%é\0\n-]{0,8}") {
            let id = document(&wanted);
            prop_assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)));
            prop_assert!(id.starts_with(|c: char| c.is_ascii_alphabetic()) && !id.ends_with('.'));
            prop_assert_eq!(key(&id), wanted);
        }
    }

    #[test]
    fn plain_keys_stay_readable() {
        assert_eq!(document("harbour/ferry.txt"), "doc-harbour_2Fferry.txt");
        assert_eq!(document("a_b."), "doc-a_5Fb_2E");
        assert_eq!(outlet("قم"), "outlet-_D9_82_D9_85");
        assert_eq!(missing("g0f", "Tarn Wire"), "missing-g0f-Tarn_20Wire");
    }
}
