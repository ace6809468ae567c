//! Which encoding a stream of XML is in.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::ingest::labels;

/// How far a declaration is looked for.
const DECLARATION: usize = 1024;

/// The encoding to decode the stream from, none where it is UTF-8 or says nothing; each record is
/// then decoded by itself. A byte order mark was heard before.
pub(in crate::ingest) fn declared(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [b'<', 0, _, 0, ..] => return Some(UTF_16LE),
        [0, b'<', 0, _, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let encoding = labels::encoding(label(head)?)?;
    // Whoever reads "UTF-16" in ASCII reads no UTF-16.
    let of_ascii = encoding.is_ascii_compatible();
    (encoding != UTF_8 && of_ascii && !is_utf8_anyway(head, encoding)).then_some(encoding)
}

/// The encoding that a declaration names, in its own words.
pub(in crate::ingest) fn label(head: &[u8]) -> Option<&str> {
    let start = head.trim_ascii_start();
    let start = start.get(..DECLARATION).unwrap_or(start);
    let end = memchr::memmem::find(start, b"?>")?;
    let declaration = std::str::from_utf8(start.get(..end)?).ok()?;
    let declaration = declaration.strip_prefix("<?xml")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(value.get(1..)?.split(quote).next()?.trim())
}

/// Whether text that claims one byte for each letter is certainly UTF-8: several letters beyond
/// ASCII, each a good sequence.
fn is_utf8_anyway(head: &[u8], encoding: &'static Encoding) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may cut a letter.
        Err(error) if error.error_len().is_none() => {
            let (valid, _) = head.split_at(error.valid_up_to());
            std::str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let letters = valid.chars().filter(|c| !c.is_ascii()).count();
    encoding.is_single_byte() && letters >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_and_what_contradicts_them() {
        let name = |head: &[u8]| declared(head).map_or("", Encoding::name);
        assert_eq!(name(b"<\0?\0x\0m\0l\0"), "UTF-16LE");
        assert_eq!(name(b"\0<\0?\0x\0m\0l"), "UTF-16BE");
        assert_eq!(
            name(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9"),
            "windows-1252"
        );
        assert_eq!(name(b"\n<?xml version='1.0' encoding = 'gb2312'?>"), "GBK");
        assert_eq!(
            name(b"<?xml version='1.0' encoding='MacCyrillic'?><a>\xdf"),
            "x-mac-cyrillic"
        );
        assert_eq!(name(b"<?xml version='1.0' encoding='utf-8'?>"), "");
        assert_eq!(name(b"<?xml version='1.0' encoding='utf-16'?>"), "");
        assert_eq!(name(b"<?xml version='1.0' encoding='nonsense'?>"), "");
        assert_eq!(
            name("<?xml version='1.0' encoding='latin1'?>éàü".as_bytes()),
            ""
        );
        assert_eq!(name(b"<?xml encoding='latin1"), "");
        assert_eq!(name(b"<a encoding='latin1'>"), "");
    }
}
