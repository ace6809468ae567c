//! HTML cut into tags and text, in one pass and without a tree.
//!
//! It follows the tokenizer of the HTML standard, except that what is never closed (a
//! comment, a quoted value, a title) ends at the next `>` or not at all: half a page is
//! then read, where a browser shows nothing.

use memchr::{memchr, memmem};

/// Elements whose content is no markup, and whether it is text all the same.
const RAW: [(&str, bool); 7] = [
    ("script", false),
    ("style", false),
    ("title", true),
    ("textarea", true),
    ("xmp", true),
    ("iframe", false),
    ("noframes", false),
];

/// Elements that hold no words of a story.
const WORDLESS: [&str; 12] = [
    "svg", "math", "select", "template", "noscript", "video", "audio", "canvas", "button",
    "datalist", "map", "dialog",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// With its character references as written.
    Text(&'a str),
    Open(Tag<'a>),
    /// The name as written.
    Close(&'a str),
    /// What stands in a script or a style.
    Raw(&'a str),
}

/// A start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// As written.
    pub name: &'a str,
    attributes: &'a str,
    is_empty: bool,
}

impl<'a> Tag<'a> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Names and values as written.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let (name, value, after) = attribute(rest)?;
            rest = after;
            Some((name, value))
        })
    }

    /// Whether the tag ends with a slash.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The value of an attribute as written.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let found = self
            .attributes()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    /// As [`get`](Tag::get), with its character references resolved and trimmed.
    pub fn value(&self, name: &str) -> Option<String> {
        let value = htmlize::unescape(self.get(name)?);
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_string())
    }
}

/// The tags and texts of a page.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// The raw element that was just opened, by its place in [`RAW`].
    inside: Option<usize>,
    /// Raw elements that are not closed any more: searched for once, so that the whole is linear.
    unclosed: [bool; RAW.len()],
    unclosed_wordless: [bool; WORDLESS.len()],
    no_comment_end: bool,
    /// Attributes of a tag that are looked at, and whether one had more.
    attributes: u32,
    pub too_many: bool,
    /// Whether `<x/>` is an element without content, as in XHTML.
    pub xml: bool,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Self {
        Tokens::limited(text, u32::MAX)
    }

    /// As [`new`](Tokens::new), with the first so many attributes of each tag.
    pub fn limited(text: &'a str, attributes: u32) -> Self {
        Tokens {
            attributes,
            too_many: false,
            text,
            at: 0,
            inside: None,
            unclosed: [false; RAW.len()],
            unclosed_wordless: [false; WORDLESS.len()],
            no_comment_end: false,
            xml: text.starts_with("<?xml"),
        }
    }

    /// Whether the element that was just opened holds no words. If so it is passed over up to
    /// its first end tag; one that is never closed is only the tag.
    pub fn pass_wordless(&mut self, tag: &Tag<'_>) -> bool {
        let Some(number) = WORDLESS.iter().position(|name| tag.is(name)) else {
            return false;
        };
        let Some(unclosed) = self.unclosed_wordless.get(number).copied() else {
            return true;
        };
        let is_whole = self.xml && tag.is_empty();
        if !(unclosed || is_whole) {
            match self.raw_end(WORDLESS.get(number).copied().unwrap_or_default()) {
                Some(end) => self.at = end,
                None => self.unclosed_wordless[number] = true,
            }
        }
        true
    }

    /// Where the next token begins.
    #[cfg(feature = "html")]
    pub fn offset(&self) -> usize {
        self.at
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    fn cut(&mut self, end: usize) -> &'a str {
        let cut = self.text.get(self.at..end).unwrap_or_default();
        self.at = end;
        cut
    }

    /// Where the end tag of a raw element begins.
    fn raw_end(&self, name: &str) -> Option<usize> {
        let rest = self.rest(self.at).as_bytes();
        memmem::find_iter(rest, "</").find_map(|at| {
            let after = rest.get(at + 2..)?;
            let named = after
                .get(..name.len())?
                .eq_ignore_ascii_case(name.as_bytes());
            let ends = matches!(
                after.get(name.len()),
                None | Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
            );
            (named && ends).then_some(self.at + at)
        })
    }

    /// Whether a raw element of text is never closed.
    fn runs_on(&mut self, number: usize) -> bool {
        let Some((name, true)) = RAW.get(number) else {
            return false;
        };
        let known = self.unclosed.get(number) == Some(&true);
        let runs_on = known || self.raw_end(name).is_none();
        if let Some(unclosed) = self.unclosed.get_mut(number) {
            *unclosed = runs_on;
        }
        runs_on
    }

    fn raw(&mut self, number: usize) -> Option<Token<'a>> {
        let (name, is_text) = RAW.get(number)?;
        let end = self.raw_end(name);
        let content = self.cut(end.unwrap_or(self.text.len()));
        Some(if *is_text {
            Token::Text(content)
        } else {
            Token::Raw(content)
        })
    }

    /// Passes a comment, a doctype or what else begins with `<!` or `<?`; a CDATA section is text.
    fn passed(&mut self) -> Option<Token<'a>> {
        let rest = self.rest(self.at);
        if let Some(inside) = rest.strip_prefix("<!--") {
            if let Some(after) = ["<!-->", "<!--->"].iter().find(|c| rest.starts_with(**c)) {
                self.at += after.len();
                return None;
            }
            let end = (!self.no_comment_end)
                .then(|| memmem::find(inside.as_bytes(), b"-->"))
                .flatten();
            if let Some(end) = end {
                self.at += end + 7;
                return None;
            }
            self.no_comment_end = true;
        } else if let Some(inside) = rest.strip_prefix("<![CDATA[")
            && let Some(end) = inside.find('>')
            && let Some(content) = inside.get(..end)
            && let Some(content) = content.strip_suffix("]]")
        {
            self.at += 9 + end + 1;
            return Some(Token::Text(content));
        }
        self.at += memchr(b'>', rest.as_bytes()).map_or(rest.len(), |end| end + 1);
        None
    }

    /// The tag at `<`, whose name begins `before` bytes further.
    fn tag(&mut self, before: usize) -> Tag<'a> {
        let rest = self.rest(self.at + before);
        let is_end = |byte: &u8| matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c);
        let end = rest
            .bytes()
            .position(|byte| is_end(&byte))
            .unwrap_or(rest.len());
        let (name, inside) = rest.split_at(end);
        let mut after = inside;
        let mut seen = 0;
        // Where the attributes end that are looked at.
        let mut beyond = None;
        loop {
            after = after.trim_start_matches(is_between);
            let length = inside.len() - after.len();
            if let Some(behind) = after.strip_prefix('>') {
                self.at = self.text.len() - behind.len();
                let whole = inside.get(..length).unwrap_or_default();
                return Tag {
                    name,
                    attributes: whole.get(..beyond.unwrap_or(length)).unwrap_or(whole),
                    is_empty: whole.ends_with('/'),
                };
            }
            match attribute(after) {
                Some((_, _, next)) if next.len() < after.len() => {
                    if seen == self.attributes {
                        beyond.get_or_insert(length);
                        self.too_many = true;
                    }
                    seen = seen.saturating_add(1);
                    after = next;
                }
                _ => {
                    self.at = self.text.len();
                    return Tag {
                        name,
                        attributes: inside
                            .get(..beyond.unwrap_or(inside.len()))
                            .unwrap_or(inside),
                        is_empty: inside.ends_with('/'),
                    };
                }
            }
        }
    }
}

fn is_between(c: char) -> bool {
    c.is_ascii_whitespace() || c == '/'
}

/// The first attribute and what follows it; none before the end of the tag.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start_matches(is_between);
    if text.is_empty() || text.starts_with('>') {
        return None;
    }
    // A name may begin with `=`, and only begin.
    let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=');
    let first = text.chars().next().map_or(0, char::len_utf8);
    let length = text
        .get(first..)?
        .find(ends)
        .map_or(text.len(), |at| at + first);
    let (name, rest) = text.split_at(length);
    let Some(value) = rest.trim_ascii_start().strip_prefix('=') else {
        return Some((name, "", rest));
    };
    let value = value.trim_ascii_start();
    let quote = value.bytes().next().filter(|b| matches!(b, b'"' | b'\''));
    if let Some(quote) = quote {
        let inside = value.get(1..)?;
        if let Some(end) = memchr(quote, inside.as_bytes()) {
            return Some((name, inside.get(..end)?, inside.get(end + 1..)?));
        }
        // Never closed: no such quote follows, so this is searched for once.
        let end = memchr(b'>', inside.as_bytes()).unwrap_or(inside.len());
        return Some((name, inside.get(..end)?, inside.get(end..)?));
    }
    let end = value.find(|c: char| c.is_ascii_whitespace() || c == '>');
    let (value, rest) = value.split_at(end.unwrap_or(value.len()));
    Some((name, value, rest))
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(number) = self.inside.take()
            && let Some(token) = self.raw(number)
        {
            return Some(token);
        }
        let mut from = self.at;
        loop {
            let rest = self.rest(from).as_bytes();
            if rest.is_empty() && from == self.at {
                return None;
            }
            let Some(at) = memchr(b'<', rest) else {
                let end = self.text.len();
                return Some(Token::Text(self.cut(end)));
            };
            let end = from + at;
            let kind = rest.get(at + 1).copied().unwrap_or(0);
            let closes = kind == b'/' && rest.get(at + 2).is_some_and(u8::is_ascii_alphabetic);
            let opens = kind.is_ascii_alphabetic();
            if !opens && !closes && !matches!(kind, b'!' | b'?') {
                // A lone `<` is text, but `</` with no name behind it is a comment.
                from = end + 1;
                continue;
            }
            if end > self.at {
                return Some(Token::Text(self.cut(end)));
            }
            if closes {
                return Some(Token::Close(self.tag(2).name));
            }
            if opens {
                let tag = self.tag(1);
                let raw = RAW.iter().position(|(name, _)| tag.is(name));
                self.inside = raw.filter(|_| !(self.xml && tag.is_empty()));
                if self.inside.is_some_and(|number| self.runs_on(number)) {
                    // A tree builder would put the rest of the page into it.
                    self.inside = None;
                    from = self.at;
                    continue;
                }
                return Some(Token::Open(tag));
            }
            if let Some(token) = self.passed() {
                return Some(token);
            }
            from = self.at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let show = |token| match token {
            Token::Text(text) => text.to_string(),
            Token::Open(tag) => {
                let all: Vec<String> = tag.attributes().map(|(n, v)| format!(" {n}={v}")).collect();
                format!("[{}{}]", tag.name, all.concat())
            }
            Token::Close(name) => format!("[/{name}]"),
            Token::Raw(raw) => format!("[raw {raw}]"),
        };
        Tokens::new(text).map(show).collect()
    }

    #[test]
    fn tags_attributes_and_text() {
        for (text, wanted) in [
            ("a<b>c</b >d", "a[b]c[/b]d"),
            (
                "<a href=x title='y \"> z' Q>t",
                "[a href=x title=y \"> z Q=]t",
            ),
            ("<img src=\"a\"/><br/>", "[img src=a][br]"),
            ("1 < 2 <3 a<", "1 < 2 <3 a<"),
            ("<!doctype html><?xml x?><!-- <p> -->k<!-->l", "kl"),
            ("<!-- open <p>text", "text"),
            (
                "<script>a<b>\"</p>\"</SCRIPT >z",
                "[script][raw a<b>\"</p>\"][/SCRIPT]z",
            ),
            ("<script>open <p>", "[script][raw open <p>]"),
            (
                "<title>a <b> c</title><title>open<p>",
                "[title]a <b> c[/title]open[p]",
            ),
            ("<a href=\"open>text <b>x", "[a href=open]text [b]x"),
            ("<p<b>x</p<b>y", "[p<b]x[/p<b]y"),
            ("<![CDATA[c]]>d", "cd"),
            ("<p =a= / b>", "[p =a=/ b=]"),
            ("<p a", "[p a=]"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }
}
