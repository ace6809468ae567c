//! The lines of a story: those that are only a link go, unless what stands around them says
//! that they belong to it.

use std::ops::Range;

use super::lines::{self, Lines, is_block};
use super::stand_in;
use super::token::{Token, Tokens};

/// Bytes of a line from which on it is no mere link.
const LONG: usize = 300;

/// Bytes of an item that make its list one of the story, and of a paragraph that make the line
/// above it a heading.
const ITEM: usize = 40;
const PARAGRAPH: usize = 80;

/// Lines that wait for what stands around them, at most; those beyond go. Stories have some dozens,
/// and a page of nothing but links has millions.
const WAITING: usize = 10_000;

/// A line that is only a link, and that a list or a paragraph may still keep.
struct Doubtful {
    range: Range<usize>,
    /// The list that it stands in.
    list: Option<usize>,
    heading: bool,
    is_kept: bool,
}

/// What is known of the lines so far.
#[derive(Default)]
struct Kept {
    lines: Lines,
    /// Bytes of links on the line.
    linked: usize,
    /// Open headings.
    headings: usize,
    /// Open lists, and of every list whether it has an item of words.
    lists: Vec<usize>,
    worded: Vec<bool>,
    doubtful: Vec<Doubtful>,
}

impl Kept {
    /// At the begin or end of an element: where it is a block, the line ends.
    fn boundary(&mut self, name: &str) {
        if !is_block(name) {
            lines::open(&mut self.lines, name);
            return;
        }
        let length = self.lines.line_len();
        let start = self.lines.len() - length;
        let list = self.lists.last().copied();
        let linked = std::mem::take(&mut self.linked);
        let is_link = linked > 0 && linked * 10 >= length * 9 && length < LONG;
        let waits = list.is_some() || self.headings > 0;
        if is_link && (!waits || self.doubtful.len() >= WAITING) {
            self.lines.forget_line();
            if let Some(above) = self.doubtful.last_mut() {
                above.heading = false;
            }
        }
        self.lines.end();
        let end = self.lines.len();
        if end == start {
            return;
        }
        if is_link {
            self.doubtful.push(Doubtful {
                range: start..end,
                list,
                heading: self.headings > 0,
                is_kept: false,
            });
            return;
        }
        if length >= ITEM
            && let Some(worded) = list.and_then(|list| self.worded.get_mut(list))
        {
            *worded = true;
        }
        if length >= PARAGRAPH
            && self.headings == 0
            && let Some(above) = self.doubtful.last_mut()
            && above.heading
            && above.range.end == start
        {
            above.is_kept = true;
        }
    }

    fn opened(&mut self, name: &str) {
        self.boundary(name);
        if is_list(name) {
            self.lists.push(self.worded.len());
            self.worded.push(false);
        }
        self.headings += usize::from(is_heading(name));
    }

    fn closed(&mut self, name: &str) {
        self.boundary(name);
        if is_list(name) {
            self.lists.pop();
        }
        self.headings -= usize::from(self.headings > 0 && is_heading(name));
    }

    /// The lines that are left.
    fn finish(mut self) -> String {
        self.boundary("p");
        let text = self.lines.finish();
        let worded = self.worded;
        let is_of_story =
            |list: Option<usize>| list.is_some_and(|list| worded.get(list) == Some(&true));
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for line in self.doubtful {
            if !line.is_kept && !is_of_story(line.list) {
                out.push_str(text.get(from..line.range.start).unwrap_or_default());
                from = line.range.end;
            }
        }
        out.push_str(text.get(from..).unwrap_or_default());
        out.truncate(out.trim_end_matches('\n').len());
        out
    }
}

fn is_list(name: &str) -> bool {
    ["ul", "ol"]
        .iter()
        .any(|list| list.eq_ignore_ascii_case(name))
}

fn is_heading(name: &str) -> bool {
    matches!(name.as_bytes(), [b'h' | b'H', b'2'..=b'6'])
}

/// The lines of a part of a page, without those that are only a link, and without the headline
/// at their beginning.
///
/// A link stays where it is an item of a list that has items of words too, and where it is
/// the heading of a paragraph.
pub(super) fn cleaned(html: &str, title: &str) -> String {
    let mut kept = Kept::default();
    let (mut links, mut pre) = (0usize, 0usize);
    let mut in_title = false;
    for token in Tokens::new(html) {
        match token {
            Token::Text(_) if in_title => {}
            Token::Text(text) => {
                let mut text = htmlize::unescape(text);
                if stand_in::is_in(&text) {
                    text = stand_in::undone(&text).into();
                }
                let before = kept.lines.line_len();
                if pre > 0 {
                    kept.lines.verbatim(&text);
                } else {
                    kept.lines.text(&text);
                }
                if links > 0 {
                    kept.linked += kept.lines.line_len().saturating_sub(before);
                }
            }
            Token::Open(tag) => {
                in_title = tag.is("title");
                kept.opened(tag.name);
                pre += usize::from(tag.is("pre"));
                links += usize::from(
                    tag.is("a") && tag.get("href").is_some_and(|href| !href.starts_with('#')),
                );
            }
            Token::Close(name) => {
                in_title = false;
                kept.closed(name);
                if name.eq_ignore_ascii_case("pre") {
                    pre = pre.saturating_sub(1);
                } else if name.eq_ignore_ascii_case("a") {
                    links = links.saturating_sub(1);
                }
            }
            Token::Raw(_) => {}
        }
    }
    without_headline(kept.finish(), title)
}

/// A story without its headline among the first lines.
fn without_headline(text: String, title: &str) -> String {
    const FIRST: usize = 3;
    let letters = |text: &str| -> Vec<char> {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let title = letters(title);
    if title.is_empty() {
        return text;
    }
    let mut from = 0;
    for line in text.split_inclusive('\n').take(FIRST) {
        let end = from + line.len();
        if line.len() < 600 && letters(line) == title {
            return [text.get(..from), text.get(end..)]
                .into_iter()
                .flatten()
                .collect();
        }
        from = end;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_only_a_link_stay_where_they_belong_to_the_story() {
        let words = "The council said that the harbour bridge will be closed from Monday, as inspectors found cracks.";
        for (html, wanted) in [
            (
                "<p>a</p><p><a href=x>Read more</a></p><p>b</p>".to_string(),
                "a\nb".to_string(),
            ),
            (
                "<ul><li><a href=x>One</a></li><li><a href=y>Two</a></li></ul><p>a</p>".into(),
                "a".into(),
            ),
            (
                format!(
                    "<ul><li><a href=x>One</a></li><li>{words}</li><li><a href=y>Two</a></li></ul>"
                ),
                format!("One\n{words}\nTwo"),
            ),
            // The list inside is one of its own.
            (
                format!("<ul><li>{words}<ul><li><a href=y>Two</a></li></ul></li></ul>"),
                words.to_string(),
            ),
            (
                format!(
                    "<h2><a href=x>One</a></h2><p>{words}</p><h2><a href=y>Two</a></h2><p>c</p>"
                ),
                format!("One\n{words}\nc"),
            ),
            ("<a href='#note'>1</a>".into(), "1".into()),
        ] {
            assert_eq!(cleaned(&html, "t"), wanted, "{html}");
        }
        assert_eq!(cleaned("<h1>A  title</h1><p>a</p>", "a title"), "a");
    }
}
