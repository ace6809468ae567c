//! The parts of a message, and the texts among them.

use memchr::{memchr, memmem};

use super::super::reason::{Reason, Refusal};
use super::super::xml::{base64, tidy};
use super::super::{Limits, html};
use super::header::{self, Head, parameter};

/// The texts of a message.
pub(super) struct Texts<'l> {
    limits: &'l Limits,
    parts: u32,
    /// The encoding of the first text.
    pub encoding: Option<&'static str>,
}

/// A text in the two forms that letters have.
#[derive(Default)]
struct Forms {
    plain: String,
    html: String,
}

impl<'l> Texts<'l> {
    pub fn new(limits: &'l Limits) -> Self {
        Texts {
            limits,
            parts: 0,
            encoding: None,
        }
    }

    /// The text of a message: the plain one, unless the page beside it says much more, as
    /// where the plain one only tells where to read.
    pub fn of(&mut self, head: &Head, body: &[u8]) -> Result<String, Refusal> {
        let Forms { plain, html } = self.part(head, body, 0)?;
        let is_stub = plain.len() < html.len() / 2;
        Ok(if is_stub { html } else { plain })
    }

    fn part(&mut self, head: &Head, body: &[u8], depth: u32) -> Result<Forms, Refusal> {
        self.parts += 1;
        let Limits {
            mail_parts: most,
            mail_depth: deepest,
            ..
        } = *self.limits;
        if self.parts > most {
            let message =
                format!("the message has more than {most} parts, --max-mail-parts; it is left out");
            return Err(Refusal::new(Reason::TooMany, message).beyond("mail_parts"));
        }
        // Mail programs nest 4 or 5 levels; each one looks at all bytes again.
        if depth > deepest {
            let message = format!(
                "parts of the message are nested deeper than {deepest}, --max-mail-depth; it is left out"
            );
            return Err(Refusal::new(Reason::TooDeep, message).beyond("mail_depth"));
        }
        let of = String::from_utf8_lossy(head.kind.as_deref().unwrap_or(b"text/plain"));
        let kind = of
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let attached = head.disposition.as_deref().unwrap_or_default().trim_ascii();
        let is_attached = attached
            .get(..10)
            .is_some_and(|how| how.eq_ignore_ascii_case(b"attachment"));
        if let Some(how) = kind.strip_prefix("multipart/") {
            let boundary = parameter(&of, "boundary").unwrap_or_default();
            let parts = split(body, boundary.as_bytes(), self.limits.mail_parts as usize);
            // A message whose parts are not to be found is a text with lines between.
            if !parts.is_empty() {
                return self.parts(&parts, how, depth);
            }
        }
        if matches!(kind.as_str(), "message/rfc822" | "message/global") && !is_attached {
            let message = decoded(head, body);
            let (head, body) = header::split(message.trim_ascii_start());
            return self.part(&head, body, depth + 1);
        }
        let is_text = matches!(
            kind.as_str(),
            "text/plain" | "text/html" | "text" | "" | "application/xhtml+xml"
        ) || kind.starts_with("multipart/")
            || !kind.contains('/');
        if !is_text || is_attached {
            return Ok(Forms::default());
        }
        let charset = parameter(&of, "charset");
        let bytes = decoded(head, body);
        let (text, encoding) = header::text(&bytes, charset.as_deref());
        self.encoding.get_or_insert(encoding);
        if kind.contains("html") {
            // The whole letter: what a page has around its story, a newsletter hardly has, and
            // its stories are cells of tables.
            let html = tidy(&html::plain_text(&text, self.limits)?);
            return Ok(Forms {
                plain: String::new(),
                html,
            });
        }
        let is_flowed =
            parameter(&of, "format").is_some_and(|how| how.eq_ignore_ascii_case("flowed"));
        let plain = if is_flowed {
            flowed(&text)
        } else {
            tidy(&text)
        };
        Ok(Forms {
            plain,
            html: String::new(),
        })
    }

    /// The forms of parts: alternatives of each other, or one behind the other.
    fn parts(&mut self, parts: &[&[u8]], how: &str, depth: u32) -> Result<Forms, Refusal> {
        let mut all = Forms::default();
        let alternative = how == "alternative";
        for part in parts {
            let (mut head, body) = header::split(part);
            if how == "digest" {
                (head.kind).get_or_insert_with(|| b"message/rfc822".to_vec());
            }
            let forms = self.part(&head, body, depth + 1)?;
            if alternative {
                // The last of a form is the richest.
                if !forms.plain.is_empty() {
                    all.plain = forms.plain;
                }
                if !forms.html.is_empty() {
                    all.html = forms.html;
                }
                continue;
            }
            // A part in one form only says the same in both.
            let (plain, html) = match (forms.plain.is_empty(), forms.html.is_empty()) {
                (true, false) => (&forms.html, &forms.html),
                (false, true) => (&forms.plain, &forms.plain),
                _ => (&forms.plain, &forms.html),
            };
            append(&mut all.plain, plain);
            append(&mut all.html, html);
        }
        Ok(all)
    }
}

fn append(all: &mut String, more: &str) {
    if !all.is_empty() && !more.is_empty() {
        all.push_str("\n\n");
    }
    all.push_str(more);
}

/// What stands between lines `--boundary`, of `most` parts and one more; an end that is missing is
/// that of the body.
fn split<'b>(body: &'b [u8], boundary: &[u8], most: usize) -> Vec<&'b [u8]> {
    let mark = [b"--", boundary].concat();
    let mut parts = Vec::new();
    let mut start = None;
    let mut at = 0;
    if boundary.is_empty() {
        return parts;
    }
    while let Some(found) = body.get(at..).and_then(|rest| memmem::find(rest, &mark)) {
        let found = at + found;
        at = found + mark.len();
        let begins_line = found == 0 || body.get(found - 1) == Some(&b'\n');
        let line = body.get(at..).unwrap_or_default();
        let end = memchr(b'\n', line.get(..200).unwrap_or(line)).unwrap_or(line.len().min(200));
        let behind = line.get(..end).unwrap_or_default().trim_ascii();
        let is_last = behind.starts_with(b"--");
        if !begins_line || !(behind.is_empty() || is_last) {
            continue;
        }
        if let Some(start) = start.take() {
            parts.extend(body.get(start..found));
        }
        at = (at + end + 1).min(body.len());
        if is_last {
            return parts;
        }
        start = Some(at);
        if parts.len() > most {
            break;
        }
    }
    if let Some(start) = start {
        parts.extend(body.get(start..));
    }
    parts
}

fn decoded(head: &Head, body: &[u8]) -> Vec<u8> {
    let how = head
        .encoding
        .as_deref()
        .unwrap_or_default()
        .trim_ascii()
        .to_ascii_lowercase();
    match how.as_slice() {
        b"base64" => base64(&String::from_utf8_lossy(body)),
        b"quoted-printable" => quoted(body),
        _ => body.to_vec(),
    }
}

/// The bytes behind quoted-printable; what is none stays as it is.
pub(super) fn quoted(coded: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(coded.len());
    let mut rest = coded;
    while let Some(at) = memchr(b'=', rest) {
        let (before, behind) = rest.split_at(at);
        bytes.extend_from_slice(before);
        let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
        // Blanks may stand between the mark and the end of the line that it joins.
        let blanks = behind
            .iter()
            .skip(1)
            .take(80)
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r'))
            .count();
        rest = match (hex(behind.get(1)), hex(behind.get(2))) {
            (Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                behind.get(3..).unwrap_or_default()
            }
            _ if behind.get(1 + blanks) == Some(&b'\n') => {
                behind.get(2 + blanks..).unwrap_or_default()
            }
            _ => {
                bytes.push(b'=');
                behind.get(1..).unwrap_or_default()
            }
        };
    }
    bytes.extend_from_slice(rest);
    bytes
}

/// Text whose lines go on behind a blank at their end (RFC 3676).
fn flowed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        out.push_str(line);
        if !line.ends_with(' ') || line == "-- " {
            out.push('\n');
        }
    }
    tidy(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_with_faults() {
        assert_eq!(
            quoted(b"caf=C3=a9=\r\n du = port =zz= \t\nend="),
            "café du = port =zzend=".as_bytes()
        );
    }

    #[test]
    fn parts_end_at_whole_lines() {
        let body = b"before\n--b\none\n--bc\n--b  \r\ntwo\nx--b\n--b--\nafter\n--b\n";
        assert_eq!(split(body, b"b", 9), [&b"one\n--bc\n"[..], b"two\nx--b\n"]);
        assert_eq!(split(b"--b\nend is missing", b"b", 9), [b"end is missing"]);
        assert_eq!(split(b"--b\n", b"b", 9), [b""]);
        assert_eq!(split(b"--\n--\n", b"", 9), [] as [&[u8]; 0]);
    }

    #[test]
    fn soft_ends_of_lines_are_joined() {
        assert_eq!(
            flowed("Rain will \nend on Friday.\n>From us\n -- \nA"),
            "Rain will end on Friday.\n>From us\n--\nA"
        );
    }
}
