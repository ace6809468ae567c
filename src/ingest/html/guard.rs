//! A page made safe for a tree builder, and smaller.
//!
//! Tree builders of the HTML standard take quadratic time for deep nesting and exponential
//! room for formatting elements that end out of order, and what walks their trees overflows
//! the stack. So a page reaches them only after this pass: every element that is open is
//! closed in order, nesting is bounded, and whatever has no words is gone. Text is never
//! lost to a limit: tags beyond it are dropped and their words kept.

use super::super::Limits;
use super::furniture::{self, Cut};
use super::lines::is_block;
use super::stand_in;
use super::token::{Tag, Token, Tokens};

/// Levels for each element that a tree may have: what scores a tree asks of each level how much
/// text is below it. Long live blogs have some 20,000 elements.
const LEVELS: usize = 75;

/// Bytes for each element that a tree may have.
const BYTES: usize = 105;

/// Levels kept for a tree at most: real pages nest 30 to 80 deep.
const DEPTH: usize = 160;

/// Bytes of an attribute that are kept.
const VALUE: usize = 256;

/// What is kept of a page.
pub(super) struct Guarded {
    pub html: String,
    /// Bytes of text that are no links, and those that were cut away as probable furniture.
    pub words: usize,
    pub cut: usize,
    /// Whether a tree of it would be too large.
    pub too_large: bool,
    /// Levels of elements, at most.
    pub depth: usize,
    /// The bounds beyond which something of its structure was dropped, each once.
    pub limits: Vec<&'static str>,
}

/// An element that is open.
struct Level<'a> {
    name: &'a str,
    /// Where in the output it begins, and the counts of words at that point.
    at: usize,
    words: (usize, usize),
    cut: Option<Cut>,
}

struct Guard<'a> {
    out: String,
    open: Vec<Level<'a>>,
    /// Open elements and dropped ones by the [`slot`] of their name, so that most stray
    /// end tags cost no search.
    opened: [u32; 256],
    dropped: [u32; 256],
    /// Links that are open.
    links: usize,
    /// Bytes of text outside links and inside.
    words: (usize, usize),
    cut: usize,
    elements: usize,
    levels: usize,
    /// Formatting elements that end inside of others, as `<a><div></a></div>` does; each costs the
    /// tree builder a walk.
    misnested: usize,
    /// Formatting elements that ended with the one around them, by the [`slot`] of their name,
    /// and those whose own end came behind it, as in `<b><i></b></i>`. They cost nothing.
    ended: [u32; 256],
    crossed: usize,
    limits: &'a Limits,
    depth: usize,
    deepest: usize,
    is_flattened: bool,
}

/// Elements that the standard opens again where one around them ends first.
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

fn slot(name: &str) -> usize {
    let sum = name.bytes().fold(name.len(), |sum, byte| {
        sum.wrapping_mul(31)
            .wrapping_add(usize::from(byte.to_ascii_lowercase()))
    });
    sum % 256
}

fn is(name: &str, of: &[&str]) -> bool {
    of.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A page fit for a tree builder, with furniture cut away where `cut` says so.
pub(super) fn guarded(html: &str, title: &str, limits: &Limits, cut: bool) -> Guarded {
    let mut guard = Guard {
        out: String::with_capacity(html.len() / 2),
        open: Vec::new(),
        opened: [0; 256],
        dropped: [0; 256],
        links: 0,
        words: (0, 0),
        cut: 0,
        elements: 0,
        levels: 0,
        misnested: 0,
        ended: [0; 256],
        crossed: 0,
        limits,
        depth: DEPTH.min(limits.html_depth as usize),
        deepest: 0,
        is_flattened: false,
    };
    guard.out.push_str("<!DOCTYPE html><html><head><title>");
    guard.out.push_str(&title.replace(['<', '&'], " "));
    guard.out.push_str("</title></head><body>");
    let mut tokens = Tokens::limited(html, limits.attributes);
    let mut in_title = false;
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) if !in_title => guard.text(text),
            Token::Text(_) | Token::Raw(_) => {}
            Token::Open(tag) => {
                in_title = tag.is("title");
                if in_title || tokens.pass_wordless(&tag) {
                    continue;
                }
                guard.open(&tag, cut, tokens.xml);
            }
            Token::Close(name) => {
                in_title &= !name.eq_ignore_ascii_case("title");
                guard.close(name);
            }
        }
    }
    let too_large = guard.is_too_large();
    let hits = [
        ("html_depth", guard.is_flattened),
        (
            "html_misnested",
            guard.misnested + guard.crossed > limits.html_misnested as usize,
        ),
        ("html_tree", too_large),
        ("attributes", tokens.too_many),
    ];
    let hits = hits.into_iter().filter(|(_, hit)| *hit);
    let hits = hits.map(|(limit, _)| limit).collect();
    guard.pop_to(0);
    guard.out.push_str("</body></html>");
    Guarded {
        html: guard.out,
        words: guard.words.0,
        cut: guard.cut,
        too_large,
        depth: guard.deepest,
        limits: hits,
    }
}

impl<'a> Guard<'a> {
    fn is_too_large(&self) -> bool {
        let most = self.limits.html_tree as usize;
        self.elements > most
            || self.levels > most.saturating_mul(LEVELS)
            || self.out.len() > most.saturating_mul(BYTES)
    }

    fn is_misnested(&self) -> bool {
        self.misnested > self.limits.html_misnested as usize
    }

    fn text(&mut self, text: &str) {
        let blank = text.trim_ascii().is_empty();
        let count = if blank { 0 } else { text.trim_ascii().len() };
        if self.links > 0 {
            self.words.1 += count;
        } else {
            self.words.0 += count;
        }
        if blank {
            self.out.push(if text.contains('\n') { '\n' } else { ' ' });
            return;
        }
        stand_in::push(&mut self.out, text);
    }

    fn open(&mut self, tag: &Tag<'a>, cut: bool, xml: bool) {
        let name = tag.name;
        if furniture::holds_no_words(name) {
            return;
        }
        self.elements += 1;
        self.levels += self.open.len();
        if is(name, &["br", "hr"]) {
            if name.eq_ignore_ascii_case("hr") {
                self.close_paragraph();
            }
            self.out.push_str(
                if name.len() == 2 && name.ends_with(['r', 'R']) && name.starts_with(['b', 'B']) {
                    "<br>"
                } else {
                    "<hr>"
                },
            );
            return;
        }
        let named = name.len() <= 40
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if (xml && tag.is_empty()) || !named {
            return;
        }
        self.implied_ends(name);
        if self.open.len() >= self.depth {
            self.is_flattened = true;
            if let Some(count) = self.dropped.get_mut(slot(name)) {
                *count += 1;
            }
            if is_block(name) {
                self.out.push_str("<br>");
            }
            return;
        }
        let cut = if cut { furniture::cut(tag) } else { None };
        let level = Level {
            name,
            at: self.out.len(),
            words: self.words,
            cut,
        };
        self.open.push(level);
        self.deepest = self.deepest.max(self.open.len());
        if let Some(count) = self.opened.get_mut(slot(name)) {
            *count += 1;
        }
        self.links += usize::from(name.eq_ignore_ascii_case("a"));
        self.write(tag);
    }

    /// Writes the tag with the few attributes that say something about its content.
    fn write(&mut self, tag: &Tag<'_>) {
        const KEPT: &[&str] = &[
            "class",
            "id",
            "role",
            "itemprop",
            "rel",
            "hidden",
            "style",
            "href",
            "aria-hidden",
            "aria-modal",
        ];
        self.out.push('<');
        self.out
            .extend(tag.name.chars().map(|c| c.to_ascii_lowercase()));
        let mut seen = [false; KEPT.len()];
        // Whether a heading is of the story its neighbours say, not its names: the extractor drops
        // `subheader`, and an id is mostly made of the heading's words.
        let heading = is(tag.name, &["h2", "h3", "h4", "h5", "h6"]);
        for (name, value) in tag.attributes() {
            if heading && is(name, &["class", "id"]) {
                continue;
            }
            let Some(at) = KEPT.iter().position(|kept| kept.eq_ignore_ascii_case(name)) else {
                continue;
            };
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            let mut end = value.len().min(VALUE);
            while !value.is_char_boundary(end) {
                end -= 1;
            }
            let value = value.get(..end).unwrap_or_default();
            self.out.push(' ');
            self.out.push_str(KEPT[at]);
            self.out.push_str("=\"");
            self.out.extend(
                value
                    .chars()
                    .filter(|c| !matches!(c, '"' | '<' | '>' | '\0')),
            );
            self.out.push('"');
        }
        self.out.push('>');
    }

    fn close(&mut self, name: &str) {
        let slot = slot(name);
        if let Some(count) = self.dropped.get_mut(slot)
            && *count > 0
        {
            *count -= 1;
            return;
        }
        if self.opened.get(slot).is_none_or(|count| *count == 0) {
            if let Some(count) = self.ended.get_mut(slot).filter(|count| **count > 0)
                && is(name, FORMATTING)
            {
                *count -= 1;
                self.crossed += 1;
            }
            return;
        }
        let Some(at) = self
            .open
            .iter()
            .rposition(|level| level.name.eq_ignore_ascii_case(name))
        else {
            return;
        };
        let inline = !is_block(name) && !is(name, &["td", "th"]);
        let blocks = self
            .open
            .iter()
            .skip(at + 1)
            .any(|level| is_block(level.name) || is(level.name, &["td", "th"]));
        if inline && blocks {
            // The block stays open without the element: the tree builder moves it.
            self.misnested += 1;
            if !self.is_misnested() && is(name, &["a", "b", "i", "em", "strong", "u"]) {
                self.out.push_str("</");
                self.out
                    .extend(name.chars().map(|c| c.to_ascii_lowercase()));
                self.out.push('>');
            }
            let level = self.open.remove(at);
            self.forget(level.name);
            return;
        }
        // A cell is closed by nothing but what belongs to tables.
        let cell = self
            .open
            .iter()
            .skip(at + 1)
            .any(|level| is(level.name, &["td", "th", "table"]));
        if cell
            && !is(
                name,
                &["td", "th", "tr", "table", "tbody", "thead", "tfoot"],
            )
        {
            return;
        }
        if is(name, FORMATTING) {
            for level in self.open.iter().skip(at + 1) {
                let formats = is(level.name, FORMATTING);
                if let Some(count) = self
                    .ended
                    .get_mut(self::slot(level.name))
                    .filter(|_| formats)
                {
                    *count += 1;
                }
            }
        }
        self.pop_to(at);
    }

    fn forget(&mut self, name: &str) {
        if let Some(count) = self.opened.get_mut(slot(name)) {
            *count = count.saturating_sub(1);
        }
        if name.eq_ignore_ascii_case("a") {
            self.links = self.links.saturating_sub(1);
        }
    }

    /// Closes all elements from `depth` on.
    fn pop_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(level) = self.open.pop() else { return };
            self.forget(level.name);
            let inside = (
                self.words.0 - level.words.0.min(self.words.0),
                self.words.1 - level.words.1.min(self.words.1),
            );
            if let Some(cut) = level.cut.filter(|cut| cut.holds(inside)) {
                self.out.truncate(level.at);
                self.out.push(' ');
                self.words = level.words;
                self.cut += if cut == Cut::Little { inside.0 } else { 0 };
                continue;
            }
            self.out.push_str("</");
            self.out
                .extend(level.name.chars().map(|c| c.to_ascii_lowercase()));
            self.out.push('>');
        }
    }

    /// Closes what the standard says ends where `name` begins.
    fn implied_ends(&mut self, name: &str) {
        let (ended, within): (&[&str], &[&str]) = if is(name, &["li"]) {
            (&["li"], &["ul", "ol", "menu", "table", "td", "th", "body"])
        } else if is(name, &["dt", "dd"]) {
            (&["dt", "dd"], &["dl", "table", "td", "th"])
        } else if is(name, &["td", "th"]) {
            (&["td", "th"], &["tr", "table"])
        } else if is(name, &["tr"]) {
            (&["tr"], &["table"])
        } else if is(name, &["tbody", "thead", "tfoot"]) {
            (&["tbody", "thead", "tfoot"], &["table"])
        } else if is(name, &["a"]) {
            (&["a"], &["td", "th", "table"])
        } else {
            (&[], &[])
        };
        let some = ended
            .iter()
            .any(|name| self.opened.get(slot(name)).is_some_and(|count| *count > 0));
        if some {
            let found = self
                .open
                .iter()
                .rposition(|level| is(level.name, ended) || is(level.name, within));
            if let Some(at) = found
                && self.open.get(at).is_some_and(|level| is(level.name, ended))
            {
                if is(name, &["a"]) {
                    self.close("a");
                } else {
                    self.pop_to(at);
                }
            }
        }
        if is_block(name) && !is(name, &["tr", "tbody", "thead", "tfoot", "caption"]) {
            self.close_paragraph();
        }
    }

    fn close_paragraph(&mut self) {
        if self.opened.get(slot("p")).is_none_or(|count| *count == 0) {
            return;
        }
        let found = self
            .open
            .iter()
            .rposition(|level| is(level.name, &["p", "td", "th", "table", "caption"]));
        if let Some(at) = found
            && self
                .open
                .get(at)
                .is_some_and(|level| level.name.eq_ignore_ascii_case("p"))
        {
            self.pop_to(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str, depth: u32, cut: bool) -> String {
        let guarded = guarded(
            html,
            "t",
            &Limits {
                html_depth: depth,
                ..Limits::default()
            },
            cut,
        )
        .html;
        let body = guarded.split_once("<body>").unwrap().1;
        body.strip_suffix("</body></html>").unwrap().to_string()
    }

    #[test]
    fn everything_is_closed_in_order() {
        for (html, wanted) in [
            ("<p>a<p>b", "<p>a</p><p>b</p>"),
            ("<div><b>a</div>c</b>", "<div><b>a</b></div>c"),
            (
                "<a href=x><div>b</a>c</div>",
                "<a href=\"x\"><div>b</a>c</div>",
            ),
            (
                "<ul><li>a<li>b<ul><li>c</ul></ul>",
                "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
            ),
            (
                "<table><tr><td>a<td>b<tr><td>c</table>d",
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>d",
            ),
            (
                "<div><table><td>x</div>y</table>z",
                "<div><table><td>xy</td></table>z</div>",
            ),
            ("</p></b>a < b<!-- c --><i>d", "a \u{fdd1} b<i>d</i>"),
            ("<svg><path d=1></svg>a<svg>b", "ab"),
            (
                "<p CLASS='x\"<y>' data-x=1 onclick=z>a",
                "<p class=\"xy\">a</p>",
            ),
            ("a<script>b</script><style>c</style>d", "ad"),
            ("<p>a<nav>b</nav>", "<p>a</p><nav>b</nav>"),
        ] {
            assert_eq!(shown(html, 512, false), wanted, "{html}");
        }
        assert_eq!(shown("<p>a</p><nav>b</nav>c", 512, true), "<p>a</p> c");
    }

    #[test]
    fn what_is_too_deep_keeps_its_words() {
        assert_eq!(
            shown("<div><div><div>a</div>b</div>c</div>d", 2, false),
            "<div><div><br>ab</div>c</div>d"
        );
        let deep = "<div><b>".repeat(100_000) + "words";
        let guarded = guarded(&deep, "", &Limits::default(), true);
        assert!(guarded.too_large || guarded.html.contains("words"));
    }

    #[test]
    fn what_was_dropped_is_told_once() {
        let limits = |html: &str| guarded(html, "", &Limits::default(), true).limits;
        for (html, wanted) in [
            ("<div><b>a</div>c</b>".to_string(), &[][..]),
            ("<div>".repeat(DEPTH) + "a", &[]),
            ("<div>".repeat(DEPTH + 9) + "a", &["html_depth"]),
            ("<i><div></i>a".repeat(65), &["html_misnested"]),
            ("<b><i>a</b></i>".repeat(65), &["html_misnested"]),
            ("<b><i>a</b></i>".repeat(64), &[]),
            ("<b><i>a</b>".repeat(200), &[]),
            ("<p>a".repeat(40_001), &["html_tree"]),
            ("<div>".repeat(40_001), &["html_depth", "html_tree"]),
        ] {
            assert_eq!(limits(&html), wanted, "{} bytes", html.len());
        }
    }
}
