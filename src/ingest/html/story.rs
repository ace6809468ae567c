//! The story on a page: `dom_smoothie` on a page made safe, and what to do where it finds little.
//!
//! Measured on 125 made-up pages of 25 kinds in five languages (`tests/html.rs`) before and after
//! the guard; the figures are in `benches/record`.

use dom_smoothie::{Config, Readability, TextMode};

use super::super::Limits;
use super::super::reason::{Reason, Refusal};
use super::super::shield::shielded;
use super::about::About;
use super::guard::{Guarded, guarded};
use super::lines::{self, Lines, is_block, lines};
use super::stand_in;
use super::token::{Token, Tokens};

/// Bytes of a text below which it is asked whether the page holds more.
const SHORT: usize = 250;

/// Levels that the extractor walks on the caller's stack.
const SHALLOW: usize = 64;

/// A stack that [`guarded`] pages of any depth cannot overflow.
const STACK: usize = 64 << 20;

/// The lines of the story, without the headline, and the bounds that the page went beyond.
pub(super) fn story(
    html: &str,
    about: &About,
    limits: &Limits,
) -> Result<(String, Vec<&'static str>), Refusal> {
    let title = about.title.as_deref().unwrap_or_default();
    let most = usize::try_from(limits.text_bytes).unwrap_or(usize::MAX);
    let page = guarded(html, title, limits, true);
    if page.too_large {
        // Without a tree: the part that is marked or densest, unless it is the lesser part.
        let part = fallback(&page.html, title);
        let whole = 2 * part.len() < page.words;
        let text = match whole {
            true => cleaned(&page.html, title),
            false => part,
        };
        return Ok((text, page.limits));
    }
    let mut best = extracted(&page, title)?;
    // So much furniture, or so little else, may be a story in an element with an unlucky name.
    let unlucky = page.cut > 1500 && page.cut > 2 * page.words;
    if unlucky || (best.len() < 100 && page.cut > best.len()) {
        let whole = guarded(html, title, limits, false);
        if !whole.too_large {
            let other = extracted(&whole, title)?;
            if other.len() > 2 * best.len() {
                best = other;
            }
        }
    }
    if best.len() < SHORT && page.words > 2 * best.len() {
        let other = fallback(&page.html, title);
        if other.len() > 2 * best.len() {
            best = other;
        }
    }
    if let Some(body) = &about.body {
        let body = super::plain_text(body, limits)?;
        let body = lines(
            &body
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('\n', "<br>"),
            most,
        );
        if body.len() > best.len() + best.len() / 2 + 100 {
            best = body;
        }
    }
    if best.is_empty() {
        best = cleaned(&page.html, title);
    }
    Ok((best, page.limits))
}

/// What the extractor takes for the story.
fn extracted(page: &Guarded, title: &str) -> Result<String, Refusal> {
    let read = || {
        shielded("HTML", || {
            let config = Config {
                disable_json_ld: true,
                text_mode: TextMode::Raw,
                ..Config::default()
            };
            // No story is no failure.
            let found = Readability::new(page.html.as_str(), None, Some(config))
                .and_then(|mut page| page.parse());
            Ok(found
                .map(|article| article.content.to_string())
                .unwrap_or_default())
        })
    };
    let content = if page.depth <= SHALLOW {
        read()
    } else {
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, read);
            let failed = || {
                Refusal::new(
                    Reason::ReaderFailed,
                    "no thread for reading HTML could be started; run it again",
                )
            };
            thread
                .map_err(|_| failed())?
                .join()
                .unwrap_or_else(|_| Err(failed()))
        })
    }?;
    Ok(cleaned(&content, title))
}

/// The lines of a part of a page, without those that are only a link, and without the headline
/// at their beginning.
fn cleaned(html: &str, title: &str) -> String {
    let mut lines = Lines::default();
    let (mut links, mut linked, mut pre) = (0usize, 0usize, 0usize);
    let boundary = |lines: &mut Lines, name: &str, linked: &mut usize| {
        if is_block(name) {
            let length = lines.line_len();
            if *linked > 0 && *linked * 10 >= length * 9 && length < 300 {
                lines.forget_line();
            }
            *linked = 0;
        }
        lines::open(lines, name);
    };
    let mut in_title = false;
    for token in Tokens::new(html) {
        match token {
            Token::Text(_) if in_title => {}
            Token::Text(text) => {
                let mut text = htmlize::unescape(text);
                if stand_in::is_in(&text) {
                    text = stand_in::undone(&text).into();
                }
                let before = lines.line_len();
                if pre > 0 {
                    lines.verbatim(&text);
                } else {
                    lines.text(&text);
                }
                if links > 0 {
                    linked += lines.line_len().saturating_sub(before);
                }
            }
            Token::Open(tag) => {
                in_title = tag.is("title");
                boundary(&mut lines, tag.name, &mut linked);
                pre += usize::from(tag.is("pre"));
                links += usize::from(
                    tag.is("a") && tag.get("href").is_some_and(|href| !href.starts_with('#')),
                );
            }
            Token::Close(name) => {
                in_title = false;
                boundary(&mut lines, name, &mut linked);
                if name.eq_ignore_ascii_case("pre") {
                    pre = pre.saturating_sub(1);
                } else if name.eq_ignore_ascii_case("a") {
                    links = links.saturating_sub(1);
                }
            }
            Token::Raw(_) => {}
        }
    }
    boundary(&mut lines, "p", &mut linked);
    without_headline(lines.finish(), title)
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

/// An element that holds text, and how much.
struct Region {
    start: usize,
    words: usize,
    /// Bytes of text in itself and in its paragraphs.
    own: usize,
    marked: bool,
}

/// The text of the element that is marked as the article, else of the one with most words of its own.
fn fallback(html: &str, title: &str) -> String {
    let mut open: Vec<(Region, &str)> = Vec::new();
    let (mut marked, mut densest) = ((0, 0..0), (0, 0..0));
    let mut links = 0usize;
    let mut tokens = Tokens::new(html);
    loop {
        let before = tokens.offset();
        let Some(token) = tokens.next() else { break };
        match token {
            Token::Open(tag) => {
                links += usize::from(tag.is("a"));
                if tag.is("br") || tag.is("hr") {
                    continue;
                }
                let article = tag.is("article")
                    || tag.is("main")
                    || tag
                        .get("itemprop")
                        .is_some_and(|what| what.contains("articleBody"));
                open.push((
                    Region {
                        start: before,
                        words: 0,
                        own: 0,
                        marked: article,
                    },
                    tag.name,
                ));
            }
            Token::Close(name) => {
                if name.eq_ignore_ascii_case("a") {
                    links = links.saturating_sub(1);
                }
                let Some(at) = open
                    .iter()
                    .rposition(|(_, open)| open.eq_ignore_ascii_case(name))
                else {
                    continue;
                };
                while open.len() > at {
                    let Some((region, name)) = open.pop() else {
                        break;
                    };
                    let range = region.start..tokens.offset();
                    if region.marked && region.words > marked.0 {
                        marked = (region.words, range.clone());
                    }
                    if region.own > densest.0 && is_block(name) {
                        densest = (region.own, range);
                    }
                    if let Some((outer, _)) = open.last_mut() {
                        outer.words += region.words;
                        let passes = !is_block(name)
                            || ["p", "li", "ul", "ol", "h2", "h3", "h4", "blockquote"]
                                .contains(&name);
                        outer.own += if passes { region.own } else { 0 };
                    }
                }
            }
            Token::Text(text) if links == 0 => {
                if let Some((region, _)) = open.last_mut() {
                    let bytes = text.trim().len();
                    region.words += bytes;
                    region.own += bytes;
                }
            }
            Token::Text(_) | Token::Raw(_) => {}
        }
    }
    let (_, range) = if marked.0 >= SHORT { marked } else { densest };
    cleaned(html.get(range).unwrap_or_default(), title)
}
