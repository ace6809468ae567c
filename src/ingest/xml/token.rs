//! XML cut into tokens, without a grammar: the only thing that is asked of a byte is where
//! its token ends.
//!
//! Nothing is expanded and a DOCTYPE is passed over, so there is nothing that could grow.
//! Every token is found in time linear in its bytes: where an end is looked for and not
//! found, [`Scanner`] remembers how far it looked.

use memchr::{memchr, memchr3, memmem};

/// Longest tag, in bytes.
const TAG_BYTES: usize = 1 << 20;
pub(super) const CDATA: &[u8] = b"<![CDATA[";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Start,
    /// A start that is its own end.
    Empty,
    End,
    Cdata,
    Declaration,
    /// A comment, an instruction or a DOCTYPE.
    Passed,
    /// Markup that does not end as it must; reading can go on behind `len` bytes.
    Broken,
    /// A tag beyond a limit.
    TooMany,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub len: usize,
}

/// A stretch that was searched for an end.
#[derive(Clone, Copy, Default)]
struct Searched {
    from: u64,
    to: u64,
    /// Whether the end stands at `to`.
    found: bool,
}

/// Finds tokens in one stream.
pub(super) struct Scanner {
    /// Most attributes of a tag.
    attributes: u32,
    cdata: Searched,
    comment: Searched,
    instruction: Searched,
}

impl Searched {
    /// Where in `bytes`, which begin at `offset` of the stream, `end` stands behind `skip` bytes.
    fn find(&mut self, bytes: &[u8], offset: u64, skip: usize, end: &[u8]) -> Option<usize> {
        let start = offset + skip as u64;
        if !(self.from..=self.to).contains(&start) {
            (self.from, self.to, self.found) = (start, start, false);
        }
        if !self.found {
            // An end may lie across the border of what was searched.
            let again = (end.len() as u64).saturating_sub(1);
            let from = self.to.saturating_sub(again).max(start) - offset;
            let from = usize::try_from(from).ok()?;
            match memmem::find(bytes.get(from..)?, end) {
                Some(at) => (self.to, self.found) = (offset + (from + at) as u64, true),
                None => self.to = self.to.max(offset + bytes.len() as u64),
            }
        }
        let at = usize::try_from(self.to - offset).ok()?;
        (self.found && at + end.len() <= bytes.len()).then_some(at)
    }
}

impl Scanner {
    /// Tags of more than so many attributes are [`Kind::TooMany`].
    pub fn new(attributes: u32) -> Self {
        Scanner {
            attributes,
            cdata: Searched::default(),
            comment: Searched::default(),
            instruction: Searched::default(),
        }
    }

    /// The token at the front of `bytes`, which begin at `offset` of the stream; `None` where
    /// more bytes are needed, never so where these are the `last`.
    pub fn token(&mut self, bytes: &[u8], offset: u64, last: bool) -> Option<Token> {
        let of = |kind, len| Some(Token { kind, len });
        if bytes.first() != Some(&b'<') {
            return of(Kind::Text, memchr(b'<', bytes).unwrap_or(bytes.len()));
        }
        let broken = |len| {
            last.then_some(Token {
                kind: Kind::Broken,
                len,
            })
        };
        let passed = |end: Option<usize>, more: usize, kind, opener| match end {
            Some(at) => of(kind, at + more),
            None => broken(opener),
        };
        match bytes.get(1) {
            None if last => of(Kind::Text, 1),
            None => None,
            Some(b'?') => {
                let end = self.instruction.find(bytes, offset, 2, b"?>");
                let is_xml = bytes.get(2..5) == Some(b"xml")
                    && bytes.get(5).is_some_and(u8::is_ascii_whitespace);
                let kind = if is_xml {
                    Kind::Declaration
                } else {
                    Kind::Passed
                };
                passed(end, 2, kind, 2)
            }
            Some(b'!') if begins(bytes, b"<!--") => passed(
                self.comment.find(bytes, offset, 4, b"-->"),
                3,
                Kind::Passed,
                4,
            ),
            Some(b'!') if begins(bytes, CDATA) => {
                let end = self.cdata.find(bytes, offset, CDATA.len(), b"]]>");
                passed(end, 3, Kind::Cdata, CDATA.len())
            }
            Some(b'!') if begins(bytes, b"<!doctype") => self.doctype(bytes, offset, last),
            Some(b'!') if bytes.len() < CDATA.len() && !last => None,
            Some(b'/') => match memchr3(b'>', b'<', b'\n', bytes.get(1..)?) {
                Some(at) if bytes.get(at + 1) == Some(&b'>') => of(Kind::End, at + 2),
                // Hardly ever a line ends within an end tag.
                Some(_) => match bytes.iter().skip(1).position(|b| matches!(b, b'<' | b'>')) {
                    Some(at) if bytes.get(at + 1) == Some(&b'>') => of(Kind::End, at + 2),
                    Some(at) => of(Kind::Broken, at + 1),
                    None if bytes.len() > TAG_BYTES => of(Kind::Broken, bytes.len()),
                    None => broken(bytes.len()),
                },
                None if bytes.len() > TAG_BYTES => of(Kind::Broken, bytes.len()),
                None => broken(bytes.len()),
            },
            Some(&byte) if is_name_start(byte) => start(bytes, last, self.attributes),
            // A mark of its own, as in "a < b".
            Some(_) => of(
                Kind::Text,
                memchr(b'<', bytes.get(1..)?).map_or(bytes.len(), |at| at + 1),
            ),
        }
    }

    fn doctype(&mut self, bytes: &[u8], offset: u64, last: bool) -> Option<Token> {
        let (mut at, mut quote, mut inside) = (2, None, false);
        let broken = |len| Token {
            kind: Kind::Broken,
            len,
        };
        while let Some(&byte) = bytes.get(at) {
            if at > TAG_BYTES {
                return Some(broken(at));
            }
            let rest = bytes.get(at..).unwrap_or_default();
            match (byte, quote) {
                // One in the other: the first was not closed.
                (b'<', _) if begins(rest, b"<!doctype") => return Some(broken(at)),
                (b'<', None) if rest.starts_with(b"<!--") => {
                    match self.comment.find(rest, offset + at as u64, 4, b"-->") {
                        Some(end) => at += end + 2,
                        None => return last.then_some(broken(at)),
                    }
                }
                (b'"' | b'\'', None) => quote = Some(byte),
                (_, Some(open)) if byte == open => quote = None,
                (b'[', None) => inside = true,
                (b']', None) => inside = false,
                (b'>', None) if !inside => {
                    return Some(Token {
                        kind: Kind::Passed,
                        len: at + 1,
                    });
                }
                _ => {}
            }
            at += 1;
        }
        // Behind the opener, so that a root that was taken for its inside is found.
        last.then_some(broken(2))
    }
}

/// A start tag. A `<` in it means that it was never closed.
fn start(bytes: &[u8], last: bool, most: u32) -> Option<Token> {
    let mut quote = None;
    let mut attributes = 0;
    for (at, &byte) in bytes.iter().enumerate().skip(1) {
        match (byte, quote) {
            (b'<', _) => {
                return Some(Token {
                    kind: Kind::Broken,
                    len: at,
                });
            }
            (b'"' | b'\'', None)
                if bytes
                    .get(at - 1)
                    .is_some_and(|b| *b == b'=' || b.is_ascii_whitespace()) =>
            {
                quote = Some(byte)
            }
            (_, Some(open)) if byte == open => quote = None,
            (b'=', None) => attributes += 1,
            (b'>', None) => {
                let kind = match bytes.get(at - 1) {
                    _ if attributes > most => Kind::TooMany,
                    Some(b'/') => Kind::Empty,
                    _ => Kind::Start,
                };
                return Some(Token { kind, len: at + 1 });
            }
            _ => {}
        }
        if at > TAG_BYTES {
            return Some(Token {
                kind: Kind::TooMany,
                len: at,
            });
        }
    }
    last.then_some(Token {
        kind: Kind::Broken,
        len: bytes.len(),
    })
}

fn begins(bytes: &[u8], with: &[u8]) -> bool {
    bytes
        .get(..with.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(with))
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':' || byte >= 0x80
}

/// The name in a tag, with its prefix.
pub(super) fn name(tag: &[u8]) -> &[u8] {
    let inner = tag
        .strip_prefix(b"</")
        .or(tag.strip_prefix(b"<"))
        .unwrap_or(tag);
    let end = inner
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    inner.get(..end.unwrap_or(inner.len())).unwrap_or(inner)
}

/// A name without its prefix.
pub(super) fn local(name: &[u8]) -> &[u8] {
    let at = name.iter().rposition(|&byte| byte == b':');
    name.get(at.map_or(0, |at| at + 1)..).unwrap_or(name)
}

/// Whether a CDATA section runs over the end of its record into the section of another.
pub(super) fn swallows(section: &[u8], own: &[u8]) -> bool {
    let inner = section.get(CDATA.len()..).unwrap_or_default();
    memmem::find(inner, CDATA).is_some_and(|next| {
        let before = inner.get(..next).unwrap_or_default();
        memmem::find(before, &[b"</", own].concat()).is_some()
    })
}

/// Whether the first element is that of a page.
pub(super) fn is_page(head: &[u8]) -> bool {
    let (mut scanner, mut at) = (Scanner::new(u32::MAX), 0);
    while let Some(rest) = head.get(at..).filter(|rest| !rest.is_empty()) {
        match scanner.token(rest, at as u64, false) {
            Some(token) if matches!(token.kind, Kind::Start | Kind::Empty) => {
                return local(name(rest)).eq_ignore_ascii_case(b"html");
            }
            Some(token) => at += token.len.max(1),
            None => break,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kind::*;

    fn tokens(text: &str) -> Vec<(Kind, &str)> {
        let (mut scanner, mut at, mut all) = (Scanner::new(1000), 0, Vec::new());
        while at < text.len() {
            let token = scanner
                .token(&text.as_bytes()[at..], at as u64, true)
                .unwrap();
            assert!(token.len > 0);
            all.push((token.kind, &text[at..at + token.len]));
            at += token.len;
        }
        all
    }

    #[test]
    fn every_kind() {
        assert_eq!(
            tokens(
                "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b '>'> <!-- ]> ' -->]><a b='>' c=\"/\"/>x < y<!-- <b> --><![CDATA[<c>]]></ a>"
            ),
            [
                (Declaration, "<?xml version='1.0'?>"),
                (Passed, "<!DOCTYPE a [<!ENTITY b '>'> <!-- ]> ' -->]>"),
                (Empty, "<a b='>' c=\"/\"/>"),
                (Text, "x "),
                (Text, "< y"),
                (Passed, "<!-- <b> -->"),
                (Cdata, "<![CDATA[<c>]]>"),
                (End, "</ a>"),
            ]
        );
    }

    #[test]
    fn what_is_not_closed_ends_at_the_next_tag() {
        assert_eq!(tokens("<a b='x<c>")[1], (Start, "<c>"));
        assert_eq!(tokens("</a <c>")[1], (Start, "<c>"));
        assert_eq!(tokens("<!-- x <c>")[2], (Start, "<c>"));
        assert_eq!(tokens("<![CDATA[x<c>")[2], (Start, "<c>"));
        assert_eq!(tokens("<!DOCTYPE [x<c>").last(), Some(&(Start, "<c>")));
        assert_eq!(tokens("<"), [(Text, "<")]);
        assert_eq!(
            tokens(&format!("<a{}>", " b='1'".repeat(1001)))[0].0,
            TooMany
        );
    }

    #[test]
    fn openers_without_ends_cost_linear_time() {
        let started = std::time::Instant::now();
        for opener in [
            "<![CDATA[",
            "<!--",
            "<?",
            "<!DOCTYPE ",
            "<a ",
            "</a ",
            "<",
            "<!DOCTYPE <!--",
        ] {
            tokens(&opener.repeat(1_000_000 / opener.len()));
            tokens(&(opener.repeat(1_000_000 / opener.len()) + "]]>-->?>"));
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    proptest::proptest! {
        #[test]
        fn pieces_give_the_tokens_of_the_whole(text in r#"(<a |</a|>|'|"|=|<!--|-->|<!\[CDATA\[|\]\]>|<\?|\?>|<!DOCTYPE|\[|\]|x|<){0,30}"#, step in 1usize..6) {
            let whole = tokens(&text);
            let (mut scanner, mut at, mut held, mut all) = (Scanner::new(1000), 0, 0, Vec::new());
            while at < text.len() {
                match scanner.token(&text.as_bytes()[at..held.max(at)], at as u64, held == text.len()) {
                    Some(token) if token.len > 0 => {
                        all.push((token.kind, &text[at..at + token.len]));
                        at += token.len;
                    }
                    _ => held = (held + step).min(text.len()),
                }
            }
            // Text comes in pieces; everything else is the same.
            let join = |tokens: Vec<(Kind, &str)>| {
                let markup: Vec<(Kind, String)> = tokens.iter().filter(|t| t.0 != Text).map(|t| (t.0, t.1.to_owned())).collect();
                let text: String = tokens.iter().filter(|t| t.0 == Text).map(|t| t.1).collect();
                (markup, text)
            };
            proptest::prop_assert_eq!(join(all), join(whole));
        }
    }
}
