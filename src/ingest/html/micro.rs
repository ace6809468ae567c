//! Names that microdata gives: `itemprop="name"` within the publisher and the authors.

use super::token::Tag;

/// Whom a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party {
    Publisher,
    Author,
}

/// A thing with properties of its own.
struct Scope<'a> {
    /// The element that it is, and how many of that name are open in it.
    element: &'a str,
    open: usize,
    party: Option<Party>,
    /// Whether the people in it wrote something else, as those of a comment did.
    is_other: bool,
}

/// The things that are open where a page is read.
#[derive(Default)]
pub(super) struct Scopes<'a> {
    open: Vec<Scope<'a>>,
}

/// Things within one another that are followed.
const DEPTH: usize = 32;

fn names(tag: &Tag<'_>, wanted: &str) -> bool {
    let named = tag.get("itemprop").unwrap_or_default();
    named.split_ascii_whitespace().any(|name| name == wanted)
}

impl<'a> Scopes<'a> {
    /// Takes a start tag; says whose name its content is.
    pub fn enter(&mut self, tag: &Tag<'a>) -> Option<Party> {
        let is_void = ["meta", "link", "img", "br", "hr", "input"];
        let is_void = is_void.into_iter().any(|name| tag.is(name));
        if let Some(last) = self.open.last_mut()
            && tag.is(last.element)
        {
            last.open += 1;
        }
        let is_other = self.open.last().is_some_and(|last| last.is_other);
        let party = match () {
            () if is_other => None,
            () if names(tag, "publisher") => Some(Party::Publisher),
            () if names(tag, "author") => Some(Party::Author),
            () => None,
        };
        let is_scope = tag.get("itemscope").is_some();
        if is_scope && !is_void && self.open.len() < DEPTH {
            let kind = tag.get("itemtype").unwrap_or_default();
            if let Some(last) = self.open.last_mut().filter(|last| tag.is(last.element)) {
                // Its end is that of the inner one.
                last.open -= 1;
            }
            self.open.push(Scope {
                element: tag.name,
                open: 1,
                party,
                is_other: is_other || kind.ends_with("Comment"),
            });
            return None;
        }
        match self.open.last() {
            Some(last) if names(tag, "name") => last.party,
            _ if is_scope => None,
            _ => party,
        }
    }

    /// Takes an end tag.
    pub fn leave(&mut self, name: &str) {
        if let Some(last) = self.open.last_mut()
            && last.element.eq_ignore_ascii_case(name)
        {
            last.open -= 1;
            if last.open == 0 {
                self.open.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::{Token, Tokens};
    use super::*;

    /// Texts with whom they name.
    fn told(html: &str) -> Vec<(Party, String)> {
        let (mut scopes, mut whose, mut all) = (Scopes::default(), None, Vec::new());
        for token in Tokens::new(html) {
            match token {
                Token::Open(tag) => {
                    whose = scopes.enter(&tag);
                    if let (Some(party), Some(content)) = (whose, tag.value("content")) {
                        all.push((party, content));
                        whose = None;
                    }
                }
                Token::Close(name) => scopes.leave(name),
                Token::Text(text) => all.extend(whose.take().map(|party| (party, text.to_owned()))),
                Token::Raw(_) => {}
            }
        }
        all
    }

    #[test]
    fn names_belong_to_the_nearest_thing() {
        let page = "<div itemscope itemtype=NewsArticle><h1 itemprop=name>Rain</h1>
            <div itemprop=publisher itemscope><div itemprop=logo itemscope><meta itemprop=name content=logo.png></div>
            <div><meta itemprop=name content='Orme Post'></div></div>
            <span itemprop=author itemscope><a><span itemprop=name>Ann Hart</span></a></span>
            <div itemscope itemtype=https://schema.org/Comment><b itemprop=author>Troll</b>
            <i itemprop=author itemscope><b itemprop=name>Other</b></i></div>
            <span itemprop=author>Jo Ek</span></div><p itemprop=name>none";
        let author = |name: &str| (Party::Author, name.to_owned());
        assert_eq!(
            told(page),
            [
                (Party::Publisher, "Orme Post".to_owned()),
                author("Ann Hart"),
                author("Jo Ek")
            ]
        );
        told(&"<div itemscope>".repeat(1000));
        told(&"</div>".repeat(1000));
    }
}
