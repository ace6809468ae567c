//! Text as lines, from what was written as text, as HTML or as elements of XML.

use super::entities::decode;
use super::tree::{Id, Tree};
use crate::ingest::reason::Refusal;
use crate::ingest::{Limits, html};

/// Lines without blanks at their ends, with at most one empty line between two.
pub(in crate::ingest) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        out.push_str(line);
        empty = 0;
    }
    out
}

/// The longest text; of equal ones the first.
pub(in crate::ingest) fn longest(texts: impl IntoIterator<Item = String>) -> Option<String> {
    texts
        .into_iter()
        .filter(|text| !text.is_empty())
        .reduce(|best, next| if next.len() > best.len() { next } else { best })
}

/// The text of a field that may hold HTML or none. What holds no tag keeps its lines.
pub(in crate::ingest) fn of_markup(field: &str, limits: &Limits) -> Result<String, Refusal> {
    let is_html = field.match_indices('<').any(|(at, _)| {
        let next = field.as_bytes().get(at + 1);
        next.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!'))
    });
    if is_html {
        return html::plain_text(field, limits).map(|text| tidy(&text));
    }
    Ok(tidy(&decode(field)))
}

/// A title on one line.
pub(in crate::ingest) fn of_title(field: &str, limits: &Limits) -> Result<String, Refusal> {
    Ok(one_line(&of_markup(field, limits)?))
}

pub(in crate::ingest) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.trim().len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// What elements of news formats make of lines.
fn begins_line(name: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hl1",
        "hl2",
        "hr",
        "block",
        "bq",
        "ul",
        "ol",
        "dl",
        "li",
        "dt",
        "dd",
        "table",
        "caption",
        "tr",
        "pre",
        "fn",
        "div",
        "body.content",
        "body.end",
        "hedline",
        "byline",
        "dateline",
        "abstract",
        "tagline",
        "br",
        "nitf-table",
        "section",
        "blockquote",
        "credit",
        "datasource",
        "body.head",
        "body",
    ];
    BLOCKS.contains(&name)
}

/// Elements that are beside the story: pictures and their captions, notes to editors.
fn is_beside(name: &str) -> bool {
    const BESIDE: &[&str] = &[
        "media",
        "note",
        "nitf-table-metadata",
        "nitf-colgroup",
        "script",
        "style",
        "object",
        "ednote",
    ];
    BESIDE.contains(&name)
}

/// The text of elements, one paragraph, row or item on a line; cells are parted by a tab.
pub(super) fn lines(tree: &Tree<'_>, id: Id) -> String {
    use std::cell::RefCell;
    #[derive(Default)]
    struct Out {
        done: String,
        line: String,
        kept: u32,
    }
    impl Out {
        fn end_line(&mut self) {
            let line = std::mem::take(&mut self.line);
            let cells = line.split('\t').map(one_line);
            let line = cells.collect::<Vec<_>>().join("\t");
            if !line.trim().is_empty() {
                self.done.push_str(line.trim());
                self.done.push('\n');
            }
        }
    }
    let out = RefCell::new(Out::default());
    tree.walk(
        id,
        |id| {
            let mut out = out.borrow_mut();
            if !tree.is_element(id) {
                let piece = tree.piece(id);
                if out.kept > 0 {
                    for line in piece.lines() {
                        out.line.push_str(line);
                        out.end_line();
                    }
                } else {
                    out.line.push_str(&piece.replace('\t', " "));
                }
                return true;
            }
            let name = tree.name(id);
            if is_beside(name) {
                return false;
            }
            if begins_line(name) {
                out.end_line();
            }
            out.kept += u32::from(name == "pre");
            true
        },
        |id| {
            let mut out = out.borrow_mut();
            let name = tree.name(id);
            match name {
                "td" | "th" => out.line.push('\t'),
                "pre" => out.kept = out.kept.saturating_sub(1),
                _ => {}
            }
            if begins_line(name) {
                out.end_line();
            }
        },
    );
    let mut out = out.into_inner();
    out.end_line();
    let kept = out.done.trim_end().len();
    out.done.truncate(kept);
    out.done
}

#[cfg(test)]
mod tests {
    use super::super::names::Prefixes;
    use super::super::tree::ROOT;
    use super::*;

    #[test]
    fn blocks_rows_and_items_are_lines() {
        let source = "<body.content><block><p>One\n  <person>two</person> three.</p><media><caption>A picture</caption></media>
            <table><tr><td>Orme</td><td>3</td></tr><tr><td>Ald\tmoor</td><td/></tr></table><ul><li>first</li><li>second</li></ul>
            <pre>a  b\nc</pre></block>tail</body.content>";
        let tree = Tree::parse(source, "", &mut Prefixes::default(), &Limits::default()).unwrap();
        assert_eq!(
            lines(&tree, ROOT),
            "One two three.\nOrme\t3\nAld moor\nfirst\nsecond\na b\nc\ntail"
        );
    }

    #[test]
    fn text_without_tags_keeps_its_lines() {
        let limits = Limits::default();
        assert_eq!(
            of_markup(" a < b \r\n\r\n\r\nAT&amp;T & co\n", &limits).unwrap(),
            "a < b\n\nAT&T & co"
        );
        assert_eq!(
            longest(["a".into(), "bc".into(), "de".into()]).unwrap(),
            "bc"
        );
        assert_eq!(longest([String::new()]), None);
    }
}
