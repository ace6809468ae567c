//! Header lines of mail, and the words in them.

use super::super::xml::{base64, one_line};
use super::super::{decode, labels};
use super::utf7;

/// Longest header that is kept, in bytes.
const HEADER_BYTES: usize = 64 * 1024;

/// Names that people write as well.
const USUAL: &[&str] = &[
    "from",
    "to",
    "cc",
    "date",
    "subject",
    "reply-to",
    "sender",
    "organization",
];
/// Names that only machines write.
const TECHNICAL: &[&str] = &[
    "received",
    "message-id",
    "mime-version",
    "return-path",
    "content-type",
    "delivered-to",
    "dkim-signature",
    "list-id",
    "content-transfer-encoding",
    "authentication-results",
    "list-unsubscribe",
];

/// The headers of a message or part that matter here; of several of one name the first.
#[derive(Default)]
pub(super) struct Head {
    pub subject: Option<Vec<u8>>,
    pub from: Option<Vec<u8>>,
    pub date: Option<Vec<u8>>,
    pub id: Option<Vec<u8>>,
    pub list: Option<Vec<u8>>,
    pub kind: Option<Vec<u8>>,
    pub encoding: Option<Vec<u8>>,
    pub disposition: Option<Vec<u8>>,
    /// Header lines of any name.
    pub lines: usize,
}

impl Head {
    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<Vec<u8>>> {
        let slots: [(&[u8], &mut Option<Vec<u8>>); 8] = [
            (b"subject", &mut self.subject),
            (b"from", &mut self.from),
            (b"date", &mut self.date),
            (b"message-id", &mut self.id),
            (b"list-id", &mut self.list),
            (b"content-type", &mut self.kind),
            (b"content-transfer-encoding", &mut self.encoding),
            (b"content-disposition", &mut self.disposition),
        ];
        let mut slots = slots.into_iter();
        slots
            .find(|(known, _)| name.eq_ignore_ascii_case(known))
            .map(|(_, slot)| slot)
    }
}

/// The name of the header that a line begins.
fn name(line: &[u8]) -> Option<&[u8]> {
    let end = line.iter().take(100).position(|&byte| byte == b':')?;
    let name = line.get(..end)?.trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic());
    is_name.then_some(name)
}

/// Takes the header lines off the front of a message or part; the body is what follows.
pub(super) fn split(bytes: &[u8]) -> (Head, &[u8]) {
    let mut head = Head::default();
    let mut at = 0;
    // Name of the header that continues, where it is kept.
    let mut kept: Option<&[u8]> = None;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let bare = line.trim_ascii_end();
        if bare.is_empty() {
            at += line.len();
            break;
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if let Some(slot) = kept.and_then(|name| head.slot(name)) {
                let held = slot.get_or_insert_default();
                if held.len() + bare.len() < HEADER_BYTES {
                    held.push(b' ');
                    held.extend_from_slice(bare.trim_ascii_start());
                }
            }
        } else if let Some(found) = name(line) {
            head.lines += 1;
            let value = bare
                .get(found.len()..)
                .unwrap_or_default()
                .trim_ascii_start();
            let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
            let value = value.get(..HEADER_BYTES).unwrap_or(value);
            kept = None;
            if let Some(slot) = head.slot(found)
                && slot.is_none()
            {
                *slot = Some(value.to_vec());
                kept = Some(found);
            }
        } else {
            // A line that is no header: the empty one before the body is missing.
            break;
        }
        at += line.len();
    }
    (head, bytes.get(at..).unwrap_or_default())
}

/// Whether a header stands at the front.
pub(super) fn is_header(bytes: &[u8]) -> bool {
    name(bytes).is_some()
}

/// How many lines at the front are headers of a message for sure, of two.
pub(super) fn known(bytes: &[u8]) -> usize {
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let first = lines.next().and_then(name);
    if !first.is_some_and(|name| is_one_of(name, USUAL) || is_one_of(name, TECHNICAL)) {
        return 0;
    }
    let goes_on = |line: &[u8]| matches!(line.first(), Some(b' ' | b'\t')) || name(line).is_some();
    1 + usize::from(lines.next().is_some_and(goes_on))
}

fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    let mut names = names.iter();
    names.any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether the bytes begin as a message does: header lines only, some of which people never write.
pub(super) fn is_message(bytes: &[u8]) -> bool {
    let (mut usual, mut technical) = (0, 0);
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if line.trim_ascii().is_empty() {
            return usual >= 2 && technical >= 1;
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            continue;
        }
        let Some(name) = name(line) else {
            // The head of a file may cut the last line.
            return line.last() != Some(&b'\n') && usual >= 1 && technical >= 3;
        };
        usual += usize::from(is_one_of(name, USUAL));
        technical += usize::from(is_one_of(name, TECHNICAL));
    }
    // Headers longer than the head of a file.
    usual >= 1 && technical >= 3
}

/// The text of a header: encoded words decoded, anything else as it is.
pub(super) fn words(value: &[u8]) -> String {
    let plain = match decode::decode(value) {
        Ok((text, _)) => text.into_owned(),
        Err(_) => String::from_utf8_lossy(value).into_owned(),
    };
    let mut out = String::new();
    // Bytes of encoded words in one charset, which may cut a letter between two.
    let mut held: Option<(&str, Vec<u8>)> = None;
    let mut rest = plain.as_str();
    while let Some((before, word, behind)) = encoded_word(rest) {
        let (charset, bytes) = word;
        if !before.trim().is_empty() || held.is_none() {
            flush(&mut held, &mut out);
            out.push_str(before);
        }
        match &mut held {
            Some((same, all)) if same.eq_ignore_ascii_case(charset) => all.extend(bytes),
            _ => {
                flush(&mut held, &mut out);
                held = Some((charset, bytes));
            }
        }
        rest = behind;
    }
    flush(&mut held, &mut out);
    out.push_str(rest);
    one_line(&out)
}

fn flush(held: &mut Option<(&str, Vec<u8>)>, out: &mut String) {
    if let Some((charset, bytes)) = held.take() {
        out.push_str(&text(&bytes, Some(charset)).0);
    }
}

/// The charset and the bytes of an encoded word.
type Word<'t> = (&'t str, Vec<u8>);

/// What stands before the first encoded word, the word, and what stands behind.
fn encoded_word(text: &str) -> Option<(&str, Word<'_>, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find("=?")?;
        let inner = text.get(start + 2..)?;
        let word = || {
            let (charset, inner) = inner.split_once('?')?;
            let (how, inner) = inner.split_once('?')?;
            let (coded, behind) = inner.split_once("?=")?;
            let bytes = match how {
                "B" | "b" => base64(coded),
                "Q" | "q" => super::part::quoted(coded.replace('_', " ").as_bytes()),
                _ => return None,
            };
            let charset = charset.split('*').next()?;
            let is_short = charset.len() < 40 && !charset.contains(char::is_whitespace);
            is_short.then_some(((charset, bytes), behind))
        };
        if let Some((word, behind)) = word() {
            return Some((text.get(..start)?, word, behind));
        }
        from = start + 2;
    }
}

/// The text of bytes in the charset that they claim, where that can be; else in the one that they
/// seem to be in. With the name of what it was.
pub(super) fn text(bytes: &[u8], charset: Option<&str>) -> (String, &'static str) {
    if charset.is_some_and(utf7::is_label)
        && let Some(text) = utf7::decode(bytes)
    {
        return (text, "UTF-7");
    }
    let claimed = charset.and_then(labels::encoding);
    // One that is ASCII in its bytes says nothing by being valid UTF-8.
    let is_certain = claimed.is_some_and(|claimed| !claimed.is_ascii_compatible());
    if !is_certain && let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), encoding_rs::UTF_8.name());
    }
    if let Some(claimed) = claimed.filter(|claimed| *claimed != encoding_rs::UTF_8) {
        let (text, malformed) = claimed.decode_without_bom_handling(bytes);
        if !malformed {
            return (text.into_owned(), claimed.name());
        }
    }
    match decode::decode(bytes) {
        Ok((text, name)) => (text.into_owned(), name),
        Err(_) => (
            String::from_utf8_lossy(bytes).into_owned(),
            "UTF-8 (repaired)",
        ),
    }
}

/// A parameter of a structured header, such as the boundary of a content type.
pub(super) fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let (found, next) = match behind.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"').unwrap_or(quoted.len());
                let (found, next) = quoted.split_at(end);
                (found, next.strip_prefix('"').unwrap_or(next))
            }
            None => {
                let end = behind.find(|c: char| c == ';' || c.is_whitespace());
                behind.split_at(end.unwrap_or(behind.len()))
            }
        };
        let name = name.rsplit(';').next()?.trim();
        if name
            .trim_end_matches("*0")
            .trim_end_matches('*')
            .eq_ignore_ascii_case(wanted)
        {
            return Some(found.to_owned());
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_every_dress() {
        for (value, expected) in [
            ("Rain in Orme", "Rain in Orme"),
            ("=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?= Orme", "Grüße aus Orme"),
            ("=?UTF-8?B?w4Q=?= =?utf-8?b?w5Y=?=", "ÄÖ"),
            ("=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"),
            ("=?iso-8859-1*en?q?caf=E9?=", "café"),
            ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
            ("=?utf-8?X?a?= =?", "=?utf-8?X?a?= =?"),
            ("=?nonsense?Q?caf=C3=A9?=", "café"),
            ("=?cp932?B?k/qWew==?=", "日本"),
            ("=?utf-7?Q?caf+AOk-?=", "café"),
        ] {
            assert_eq!(words(value.as_bytes()), expected);
        }
        assert_eq!(words(b"caf\xe9 du port \xe0 Orme"), "café du port à Orme");
    }

    #[test]
    fn heads_end_at_an_empty_line_or_at_what_is_no_header() {
        let (head, body) = split(b"subject : a\r\n\tb\r\nSubject: c\r\nX: y\r\n z\r\n\r\nbody");
        assert_eq!(
            (head.subject.unwrap().as_slice(), head.lines, body),
            (&b"a b"[..], 3, &b"body"[..])
        );
        let (head, body) = split(b"Subject: a\nno header here\n\nbody");
        assert_eq!((head.lines, body), (1, &b"no header here\n\nbody"[..]));
    }

    #[test]
    fn parameters() {
        let kind = "multipart/mixed; charset=utf-8 ; boundary=\"a;b=c\"; name*=x";
        assert_eq!(parameter(kind, "boundary").unwrap(), "a;b=c");
        assert_eq!(parameter(kind, "Charset").unwrap(), "utf-8");
        assert_eq!(parameter(kind, "name").unwrap(), "x");
        assert_eq!(parameter("text/plain; a=\"b", "a").unwrap(), "b");
        assert_eq!(parameter("text/plain", "a"), None);
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(value in r#"(=\?|\?=|\?|utf-8|Q|B|=C3|_| |é|;|"|=|a){0,20}"#) {
            words(value.as_bytes());
            parameter(&value, "a");
            split(value.as_bytes());
        }
    }
}
