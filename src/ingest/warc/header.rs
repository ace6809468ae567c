//! Headers of WARC records, of several lines, and of ARC records, of one.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memmem};

use super::super::reason::{Reason, Refusal};

/// Which of the two a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Dialect {
    Warc,
    Arc,
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What a server answered.
    Response,
    /// A file as it is, or a text made of one.
    Resource,
    /// Anything that holds no article.
    Other,
}

/// The header of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub kind: Kind,
    /// Bytes of the header itself.
    pub bytes: usize,
    /// Bytes of what follows it, as declared.
    pub len: u64,
    pub url: Option<String>,
    pub date: Option<String>,
    pub mime: String,
    /// Whether the crawler kept only a part.
    pub truncated: bool,
    /// Whether other records hold the rest.
    pub segmented: bool,
}

/// What the bytes at the front of a record are.
pub(super) enum Front {
    Head(Head),
    /// The header does not end within these bytes.
    More,
    Broken(Refusal),
}

/// Whether a record begins here.
pub(super) fn begins(bytes: &[u8], dialect: Dialect) -> bool {
    match dialect {
        Dialect::Warc => {
            let version = bytes.strip_prefix(b"WARC/").unwrap_or_default();
            let line = version.get(..6).unwrap_or(version);
            let end = line.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let version = line.get(..end.unwrap_or(0)).unwrap_or_default();
            version.len() >= 3
                && version.first().is_some_and(u8::is_ascii_digit)
                && version.get(1) == Some(&b'.')
        }
        Dialect::Arc => {
            /// No address is longer.
            const LONGEST: usize = 64 << 10;
            let head = bytes.get(..LONGEST).unwrap_or(bytes);
            let end = memchr(b'\n', head);
            end.is_some_and(|end| arc_line(head.get(..end).unwrap_or_default()).is_some())
        }
    }
}

/// Where the next record begins, from `from` on: at a line of its own, or behind what is
/// left of a cut record where fields of a header follow.
pub(super) fn find(bytes: &[u8], from: usize, dialect: Dialect) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let starts_line = |at: usize| at == 0 || bytes.get(at - 1) == Some(&b'\n');
    let begins_at = |at: usize| begins(bytes.get(at..).unwrap_or_default(), dialect);
    match dialect {
        Dialect::Warc => memmem::find_iter(rest, b"WARC/")
            .map(|at| from + at)
            .find(|&at| begins_at(at) && (starts_line(at) || fields_follow(bytes, at))),
        Dialect::Arc => {
            let lines = memchr_iter(b'\n', rest).map(|at| from + at + 1);
            let mut lines = std::iter::once(from).chain(lines);
            lines.find(|&at| starts_line(at) && begins_at(at))
        }
    }
}

/// Whether the line behind the one at `at` is a field of a header.
fn fields_follow(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let next = memchr(b'\n', rest).and_then(|end| rest.get(end + 1..));
    ["warc-", "content-"].iter().any(|name| {
        let field = next.and_then(|next| next.get(..name.len()));
        field.is_some_and(|field| field.eq_ignore_ascii_case(name.as_bytes()))
    })
}

/// Reads the header at the front of `bytes`, which are all there are where `last`.
pub(super) fn read(bytes: &[u8], last: bool, dialect: Dialect) -> Front {
    if !begins(bytes, dialect) {
        return match dialect {
            _ if !last && memchr(b'\n', bytes).is_none() => Front::More,
            Dialect::Warc => broken("no record begins here, where one should"),
            Dialect::Arc => broken("this is no line that begins a record of an ARC file"),
        };
    }
    match dialect {
        Dialect::Warc => warc(bytes, last),
        Dialect::Arc => {
            let end = memchr(b'\n', bytes).unwrap_or(bytes.len());
            match arc_line(bytes.get(..end).unwrap_or_default()) {
                Some(head) => Front::Head(Head {
                    bytes: end + 1,
                    ..head
                }),
                None => broken("the line that begins the record is broken"),
            }
        }
    }
}

fn broken(what: &str) -> Front {
    let message = format!("{what}; reading went on at the next record");
    Front::Broken(Refusal::new(Reason::Damaged, message))
}

/// The name of a field of a header, in lower case, and its value.
pub(super) fn field(line: &[u8]) -> Option<(Vec<u8>, Cow<'_, str>)> {
    let (name, value) = line.split_at(memchr(b':', line)?);
    let value = String::from_utf8_lossy(value.get(1..).unwrap_or_default());
    Some((name.trim_ascii().to_ascii_lowercase(), value))
}

fn warc(bytes: &[u8], last: bool) -> Front {
    let mut head = Head {
        kind: Kind::Other,
        bytes: 0,
        len: 0,
        url: None,
        date: None,
        mime: String::new(),
        truncated: false,
        segmented: false,
    };
    let (mut len, mut kind) = (None, None);
    let mut start = 0;
    let mut first = true;
    loop {
        let rest = bytes.get(start..).unwrap_or_default();
        let Some(end) = memchr(b'\n', rest) else {
            return match last {
                true => broken("the file ends within the header of the record"),
                false => Front::More,
            };
        };
        let line = rest.get(..end).unwrap_or_default();
        let cut_by = memmem::find(line, b"WARC/").filter(|_| !first);
        if cut_by.is_some_and(|at| {
            begins(rest.get(at..).unwrap_or_default(), Dialect::Warc)
                && (at == 0 || fields_follow(rest, at))
        }) {
            return broken("the header of the record is cut by the next one");
        }
        start += end + 1;
        if line.trim_ascii().is_empty() {
            break;
        }
        if std::mem::take(&mut first) {
            continue;
        }
        let Some((name, value)) = field(line) else {
            continue;
        };
        let value = value.trim();
        match name.as_slice() {
            b"warc-type" => kind = kind.or(Some(value.to_ascii_lowercase())),
            b"content-length" => len = len.or(value.parse().ok()),
            b"warc-target-uri" => {
                let value = value.strip_prefix('<').unwrap_or(value);
                let value = value.strip_suffix('>').unwrap_or(value);
                head.url.get_or_insert_with(|| value.to_owned());
            }
            b"warc-date" => drop(head.date.get_or_insert_with(|| value.to_owned())),
            b"content-type" if head.mime.is_empty() => head.mime = value.to_owned(),
            b"warc-truncated" => head.truncated = true,
            b"warc-segment-number" => head.segmented = true,
            _ => {}
        }
    }
    let Some(len) = len else {
        return broken("the header of the record tells no length");
    };
    head.kind = match kind.as_deref() {
        Some("response") => Kind::Response,
        Some("resource" | "conversion") => Kind::Resource,
        Some(_) => Kind::Other,
        None => return broken("the header of the record tells no type"),
    };
    head.bytes = start;
    head.len = len;
    Front::Head(head)
}

/// `address ip date type ... length`, in version 1 with nothing between.
fn arc_line(line: &[u8]) -> Option<Head> {
    let line = std::str::from_utf8(line.trim_ascii_end()).ok()?;
    let (_, len) = line.rsplit_once(' ')?;
    let len = len.parse().ok()?;
    let scheme = line.split_once(':')?.0;
    if scheme.is_empty() || scheme.len() > 16 || !scheme.bytes().all(|c| c.is_ascii_alphanumeric())
    {
        return None;
    }
    let parts: Vec<&str> = line.split(' ').collect();
    let is_date = |part: &&str| {
        matches!(part.len(), 12 | 14) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    // An address may hold spaces, though it should not.
    let date = 2 + parts.get(2..)?.iter().position(is_date)?;
    if parts.len() < date + 3 {
        return None;
    }
    let mime = parts.get(date + 1)?;
    Some(Head {
        kind: match scheme {
            "http" | "https" => Kind::Response,
            _ => Kind::Other,
        },
        bytes: 0,
        len,
        url: Some(parts.get(..date - 1)?.join(" ")),
        date: parts.get(date).and_then(|date| moment(date)),
        mime: (*mime).to_owned(),
        truncated: false,
        segmented: false,
    })
}

/// `20310403100000` as `2031-04-03T10:00:00Z`.
fn moment(digits: &str) -> Option<String> {
    let part = |from: usize| digits.get(from..from + 2);
    Some(format!(
        "{}-{}-{}T{}:{}:{}Z",
        digits.get(..4)?,
        part(4)?,
        part(6)?,
        part(8)?,
        part(10)?,
        part(12).unwrap_or("00"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arc_lines_of_both_versions() {
        let one = b"http://a.example/b c 192.0.2.1 20310403100000 text/html 1234";
        let head = arc_line(one).unwrap();
        assert_eq!(head.url.as_deref(), Some("http://a.example/b c"));
        assert_eq!(head.date.as_deref(), Some("2031-04-03T10:00:00Z"));
        assert_eq!((head.len, head.mime.as_str()), (1234, "text/html"));
        let two = b"http://a.example/ 192.0.2.1 20310403100000 text/html 200 - - 0 f.arc 77";
        assert_eq!(arc_line(two).unwrap().len, 77);
        assert!(arc_line(b"He said: at 12 200 people came 20310403100000").is_none());
        assert!(arc_line(b"").is_none());
    }

    #[test]
    fn a_record_begins_with_its_version() {
        for good in [&b"WARC/1.0\r\n"[..], b"WARC/0.18\n", b"WARC/1.1\r\n"] {
            assert!(begins(good, Dialect::Warc));
        }
        for bad in [
            &b"WARC/1.0 is a format\n"[..],
            b"WARC/\n",
            b"WARC/1\n",
            b"warc",
        ] {
            assert!(!begins(bad, Dialect::Warc));
        }
        let bytes = b"x WARC/1.0\nWARC/1.0\r\n";
        assert_eq!(find(bytes, 0, Dialect::Warc), Some(11));
    }
}
