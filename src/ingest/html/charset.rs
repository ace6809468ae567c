//! The encoding of a page: its mark, then what was declared, then what it looks like.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

use super::super::reason::Refusal;
use super::super::{decode, labels};
use super::token::{Token, Tokens};

/// Bytes in which a declaration is looked for. The standard says 1024, and browsers look
/// further, as many pages put scripts before it.
const PRESCAN: usize = 4096;

/// The text of a page and the name of its encoding.
///
/// A page that is valid UTF-8 beyond ASCII is UTF-8, whatever it declares: text in another
/// encoding is so by chance hardly ever, and pages that were converted and still declare what they
/// were are common.
pub(super) fn decoded<'a>(
    bytes: &'a [u8],
    declared: Option<&str>,
) -> Result<(Cow<'a, str>, &'static str), Refusal> {
    if let Some((encoding, mark)) = decode::byte_order_mark(bytes) {
        let (text, bad) =
            encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return Ok((text, name(encoding, bad)));
    }
    // UTF-16 without a mark: a `<` and half a character.
    let wide = match bytes {
        [b'<', 0, _, 0, ..] => Some(UTF_16LE),
        [0, b'<', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    };
    let from_server = declared.and_then(labels::encoding);
    let from_server = wide.or(from_server);
    if let (Ok(text), None) = (std::str::from_utf8(bytes), wide)
        && (!text.is_ascii() || from_server.is_none())
    {
        let stateful = text.is_ascii().then(|| prescan(bytes)).flatten();
        match stateful.filter(|encoding| !encoding.is_ascii_compatible()) {
            Some(encoding) => {
                let (text, bad) = encoding.decode_without_bom_handling(bytes);
                return Ok((text, name(encoding, bad)));
            }
            None => return Ok((Cow::Borrowed(text), UTF_8.name())),
        }
    }
    let Some(encoding) = from_server.or_else(|| prescan(bytes)) else {
        return decode::decode(bytes);
    };
    let (text, bad) = encoding.decode_without_bom_handling(bytes);
    if !bad {
        return Ok((text, encoding.name()));
    }
    // A few bad bytes are damage; many mean that the declaration is wrong.
    let lost = text
        .chars()
        .filter(|&c| c == char::REPLACEMENT_CHARACTER)
        .count();
    let beyond = text.chars().filter(|c| !c.is_ascii()).count();
    if lost * 20 > beyond
        && let Ok(found) = decode::decode(bytes)
    {
        return Ok(found);
    }
    Ok((text, name(encoding, true)))
}

/// The name under which a page is counted.
fn name(encoding: &'static Encoding, repaired: bool) -> &'static str {
    if !repaired {
        return encoding.name();
    }
    match encoding.name() {
        "UTF-8" => "UTF-8 (repaired)",
        "UTF-16LE" => "UTF-16LE (repaired)",
        "UTF-16BE" => "UTF-16BE (repaired)",
        "GBK" => "GBK (repaired)",
        "gb18030" => "gb18030 (repaired)",
        "Big5" => "Big5 (repaired)",
        "EUC-JP" => "EUC-JP (repaired)",
        "EUC-KR" => "EUC-KR (repaired)",
        "Shift_JIS" => "Shift_JIS (repaired)",
        "ISO-2022-JP" => "ISO-2022-JP (repaired)",
        _ => "another encoding (repaired)",
    }
}

/// The encoding that the page itself declares.
fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..PRESCAN).unwrap_or(bytes);
    let (head, _) = WINDOWS_1252.decode_without_bom_handling(head);
    let declared = declared(&head)?;
    // What could be read as ASCII is no UTF-16.
    if [UTF_16LE, UTF_16BE].contains(&declared) {
        return Some(UTF_8);
    }
    Some(if declared == X_USER_DEFINED {
        WINDOWS_1252
    } else {
        declared
    })
}

fn declared(head: &str) -> Option<&'static Encoding> {
    if let Some(prolog) = head.trim_start().strip_prefix("<?xml")
        && let Some((prolog, _)) = prolog.split_once("?>")
        && let Some((_, label)) = prolog.split_once("encoding")
        && let Some(found) = labels::encoding(
            label
                .trim_matches(['=', '"', '\'', ' '])
                .split(['"', '\''])
                .next()?,
        )
    {
        return Some(found);
    }
    Tokens::new(head).find_map(|token| {
        let Token::Open(tag) = token else { return None };
        if !tag.is("meta") {
            return None;
        }
        if let Some(label) = tag.get("charset") {
            return labels::encoding(label);
        }
        let is_type = tag
            .get("http-equiv")
            .is_some_and(|v| v.trim().eq_ignore_ascii_case("content-type"));
        let content = tag.get("content").filter(|_| is_type)?.to_ascii_lowercase();
        let (_, label) = content.split_once("charset")?;
        let label = label.trim_start().strip_prefix('=')?.trim_start();
        let label = label.trim_start_matches(['"', '\'']);
        let end = label.find(|c: char| c.is_ascii_whitespace() || matches!(c, ';' | '"' | '\''));
        labels::encoding(label.get(..end.unwrap_or(label.len()))?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8], server: Option<&str>) -> (String, &'static str) {
        let (text, name) = decoded(bytes, server).unwrap();
        (text.into_owned(), name)
    }

    #[test]
    fn marks_then_servers_then_pages() {
        let meta = b"<meta charset=windows-1251><p>\xcf\xf0\xe8\xe2\xe5\xf2";
        assert_eq!(told(meta, None).1, "windows-1251");
        assert!(told(meta, None).0.ends_with("Привет"));
        assert_eq!(told(meta, Some("koi8-r")).1, "KOI8-R");
        let old =
            b"<META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=ISO-8859-2\">\xb3";
        assert!(told(old, None).0.ends_with('ł'));
        let xml = b"<?xml version='1.0' encoding='iso-8859-1'?><p>\xe9";
        assert_eq!(
            told(xml, None),
            (
                "<?xml version='1.0' encoding='iso-8859-1'?><p>é".into(),
                "windows-1252"
            )
        );
        let wide: Vec<u8> = "<p>é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(told(&wide, Some("iso-8859-1")), ("<p>é".into(), "UTF-16LE"));
        assert_eq!(
            told(b"\xef\xbb\xbf<p>\xc3\xa9", Some("latin1")),
            ("<p>é".into(), "UTF-8")
        );
        let japanese = b"<meta charset=iso-2022-jp><p>\x1b$B$\"\x1b(B";
        assert!(told(japanese, None).0.ends_with('あ'));
    }

    #[test]
    fn a_wrong_declaration_gives_way() {
        let wrong = "<meta charset=iso-8859-1><p>Größe, Überfall".as_bytes();
        assert_eq!(told(wrong, Some("iso-8859-1")).1, "UTF-8");
        let latin = b"<meta charset=utf-8><p>Le caf\xe9 est \xe0 c\xf4t\xe9 du mus\xe9e, dit-il.";
        let (text, name) = told(latin, None);
        assert!(
            text.ends_with("Le café est à côté du musée, dit-il."),
            "{text}"
        );
        assert_eq!(name, "windows-1252");
        let damaged = [
            b"<meta charset=utf-8><p>".as_slice(),
            "ä".repeat(50).as_bytes(),
            b"\xff",
        ]
        .concat();
        assert_eq!(told(&damaged, None).1, "UTF-8 (repaired)");
    }
}
