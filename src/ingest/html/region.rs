//! The parts of a page that hold most words, found by counting and without a tree.

use std::ops::Range;

use super::lines::is_block;
use super::token::{Tag, Token, Tokens};

/// Bytes of a text below which it is asked whether the page holds more.
pub(super) const SHORT: usize = 250;

/// An element and the bytes of its text that are no links.
#[derive(Debug, Default)]
pub(super) struct Region {
    range: Range<usize>,
    /// In itself and in its paragraphs, or, where a mark and no count chose it, in all of it.
    pub words: usize,
}

impl Region {
    /// Its part of the page in which it was found.
    pub fn of<'a>(&self, html: &'a str) -> &'a str {
        html.get(self.range.clone()).unwrap_or_default()
    }
}

/// What could be the story.
#[derive(Debug, Default)]
pub(super) struct Regions {
    /// The largest that is marked as an article or as the main part.
    pub article: Region,
    /// The one with most words of its own.
    pub densest: Region,
}

impl Regions {
    /// The one that is marked, unless that is too short to be a story.
    pub fn likeliest(&self) -> &Region {
        match self.article.words >= SHORT {
            true => &self.article,
            false => &self.densest,
        }
    }
}

fn is_article(tag: &Tag<'_>) -> bool {
    let body = |what: &str| what.contains("articleBody");
    tag.is("article") || tag.is("main") || tag.get("itemprop").is_some_and(body)
}

/// An element that is open.
struct Level<'a> {
    name: &'a str,
    start: usize,
    is_article: bool,
    words: usize,
    own: usize,
}

/// Counts a page that was made safe. Cost: linear.
pub(super) fn regions(html: &str) -> Regions {
    let mut found = Regions::default();
    let mut open: Vec<Level<'_>> = Vec::new();
    let mut links = 0usize;
    let mut tokens = Tokens::new(html);
    loop {
        let before = tokens.offset();
        let Some(token) = tokens.next() else { break };
        match token {
            Token::Open(tag) => {
                links += usize::from(tag.is("a"));
                if !tag.is("br") && !tag.is("hr") {
                    open.push(Level {
                        name: tag.name,
                        start: before,
                        is_article: is_article(&tag),
                        words: 0,
                        own: 0,
                    });
                }
            }
            Token::Close(name) => {
                links -= usize::from(links > 0 && name.eq_ignore_ascii_case("a"));
                let is_it = |level: &Level<'_>| level.name.eq_ignore_ascii_case(name);
                let Some(at) = open.iter().rposition(is_it) else {
                    continue;
                };
                while open.len() > at {
                    let Some(level) = open.pop() else { break };
                    found.offer(&level, tokens.offset());
                    if let Some(outer) = open.last_mut() {
                        outer.words += level.words;
                        outer.own += if passes(level.name) { level.own } else { 0 };
                    }
                }
            }
            Token::Text(text) if links == 0 => {
                if let Some(level) = open.last_mut() {
                    let bytes = text.trim().len();
                    level.words += bytes;
                    level.own += bytes;
                }
            }
            Token::Text(_) | Token::Raw(_) => {}
        }
    }
    found
}

/// Whether the text of an element is that of the element around it.
fn passes(name: &str) -> bool {
    const PASSING: &[&str] = &["p", "li", "ul", "ol", "h2", "h3", "h4", "blockquote"];
    !is_block(name) || PASSING.contains(&name)
}

impl Regions {
    fn offer(&mut self, level: &Level<'_>, end: usize) {
        let put = |region: &mut Region, words: usize| {
            if words > region.words {
                *region = Region {
                    range: level.start..end,
                    words,
                };
            }
        };
        if level.is_article {
            put(&mut self.article, level.words);
        }
        if is_block(level.name) {
            put(&mut self.densest, level.own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_counts_choose_parts() {
        let html = "<div><div>short<a href=x>a long link that counts for nothing</a></div><main><p>one</p>\
             <div itemprop=\"articleBody\"><div>two</div><div>three</div></div></main>\
             <div id=d><p>four five</p><ul><li>six</li></ul></div></div>";
        let found = regions(html);
        assert!(found.article.of(html).starts_with("<main>"));
        assert_eq!(found.article.words, 11);
        assert!(found.densest.of(html).starts_with("<div id=d>"));
        assert_eq!(found.densest.words, 12);
        assert_eq!(found.likeliest().words, 12);
        assert_eq!(regions("").likeliest().of(""), "");
    }
}
