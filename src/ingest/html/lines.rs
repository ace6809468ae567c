//! From tags and text to lines: a block is a line, white space is folded.

use super::token::{Token, Tokens};

/// Elements that stand on lines of their own.
pub(super) fn is_block(name: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "table",
        "blockquote",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "nav",
        "pre",
        "hr",
        "dl",
        "dt",
        "dd",
        "figure",
        "figcaption",
        "form",
        "fieldset",
        "address",
        "center",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "details",
        "summary",
        "title",
        "body",
        "html",
        "head",
        "option",
        "select",
        "textarea",
        "xmp",
        "legend",
        "menu",
        "dir",
        "noscript",
        "template",
    ];
    BLOCKS.iter().any(|block| block.eq_ignore_ascii_case(name))
}

/// Text on its way to lines.
#[derive(Default)]
pub(super) struct Lines {
    out: String,
    /// Where the line that is written begins.
    line: usize,
    space: bool,
}

impl Lines {
    /// Adds text whose character references are resolved.
    pub fn text(&mut self, text: &str) {
        for (number, word) in text
            .split(|c: char| c.is_ascii_whitespace() || c == '\0')
            .enumerate()
        {
            self.space |= number > 0;
            if word.is_empty() {
                continue;
            }
            if self.space && self.out.len() > self.line {
                self.out.push(' ');
            }
            self.space = false;
            self.out.push_str(word);
        }
    }

    /// Adds text as it stands, line ends included.
    pub fn verbatim(&mut self, text: &str) {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.end();
            }
            if self.space && self.out.len() > self.line {
                self.out.push(' ');
            }
            self.space = false;
            self.out.push_str(line.trim_end_matches('\r'));
        }
    }

    pub fn space(&mut self) {
        self.space = true;
    }

    /// Ends the line; one of blanks alone was none.
    pub fn end(&mut self) {
        self.space = false;
        let line = self.out.get(self.line..).unwrap_or_default();
        let lead = line.len() - line.trim_start().len();
        self.out.truncate(self.line + line.trim_end().len());
        if lead > 0 && self.out.len() > self.line {
            let end = (self.line + lead).min(self.out.len());
            self.out.drain(self.line..end);
        }
        if self.out.len() > self.line {
            self.out.push('\n');
            self.line = self.out.len();
        }
    }

    /// Bytes of the line that is written.
    #[cfg(feature = "html")]
    pub fn line_len(&self) -> usize {
        self.out.len() - self.line
    }

    /// Drops the line that is written.
    #[cfg(feature = "html")]
    pub fn forget_line(&mut self) {
        self.out.truncate(self.line);
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// The lines, without a line end behind the last.
    pub fn finish(mut self) -> String {
        self.end();
        if self.out.ends_with('\n') {
            self.out.pop();
        }
        self.out
    }
}

/// All text of a page or a part of it.
pub(super) fn lines(html: &str, limit: usize) -> String {
    let mut lines = Lines::default();
    let (mut pre, mut hidden) = (0usize, false);
    for token in Tokens::new(html) {
        if lines.len() > limit {
            break;
        }
        match token {
            Token::Text(_) if hidden => {}
            Token::Text(text) => {
                let text = htmlize::unescape(text);
                if pre > 0 {
                    lines.verbatim(&text);
                } else {
                    lines.text(&text);
                }
            }
            Token::Open(tag) => {
                open(&mut lines, tag.name);
                pre += usize::from(tag.is("pre"));
                hidden |= tag.is("title");
            }
            Token::Close(name) => {
                open(&mut lines, name);
                if name.eq_ignore_ascii_case("pre") {
                    pre = pre.saturating_sub(1);
                }
                hidden &= !name.eq_ignore_ascii_case("title");
            }
            Token::Raw(_) => {}
        }
    }
    lines.finish()
}

/// What the begin or end of an element does to the line.
pub(super) fn open(lines: &mut Lines, name: &str) {
    if is_block(name) {
        lines.end();
    } else if ["td", "th", "img"]
        .iter()
        .any(|cell| cell.eq_ignore_ascii_case(name))
    {
        lines.space();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_lines_and_white_space_is_folded() {
        for (html, wanted) in [
            ("<p>a  <b>b</b>\n c</p><p>d</p>", "a b c\nd"),
            ("a<br><br/>b&nbsp;<p>&nbsp;</p>", "a\nb"),
            ("un<i>believ</i>able", "unbelievable"),
            ("<ul><li>a<li> b </ul>c", "a\nb\nc"),
            ("<tr><td>a</td><td>b</td></tr>", "a b"),
            ("<pre>a\n  b</pre>", "a\nb"),
            ("x<script>y</script><style>z</style>w", "xw"),
            (
                "a &amp; b &lt;c&gt; &eacute;&#x20ac;&copy 1",
                "a & b <c> é€© 1",
            ),
            ("<title>t</title>b", "b"),
            ("", ""),
        ] {
            assert_eq!(lines(html, usize::MAX), wanted, "{html}");
        }
    }
}
