//! What is known of a stream of XML where a record stands in it.

use super::About;
use super::family::Family;
use super::names::{Prefixes, Vocabulary, attribute};
use super::token::local;

/// Longest title of a feed that is kept, and most bytes of its addresses.
pub(super) const TITLE_BYTES: usize = 1000;

/// What is known where a record stands.
pub(super) struct Context {
    pub prefixes: Prefixes,
    pub family: Family,
    pub about: About,
    /// The elements around, each with the vocabulary of bare names in it.
    pub around: Vec<(Box<[u8]>, Vocabulary)>,
}

impl Context {
    pub fn new() -> Self {
        Context {
            prefixes: Prefixes::default(),
            family: Family::Other(""),
            about: About::default(),
            around: Vec::new(),
        }
    }

    /// The vocabulary of names without a prefix.
    pub fn usual(&self) -> Vocabulary {
        self.around.last().map_or("", |(_, usual)| usual)
    }

    /// Whether what stands here is directly in a feed, and not in an extension of it.
    pub fn is_in_feed(&self) -> bool {
        let name = self.around.last().map(|(name, _)| local(name));
        name.is_some_and(|name| is_any(name, &[b"channel", b"feed", b"rss", b"rdf"]))
    }

    /// Where what a text between records says of the feed is kept.
    pub fn said(&mut self) -> Option<&mut String> {
        // Markup within a title is part of it.
        let telling: &[&[u8]] = &[b"title", b"link", b"name"];
        let names = self.around.iter().rev().map(|(name, _)| local(name));
        let mut names = names.skip_while(|name| !telling.contains(name));
        let is_feed =
            |name: Option<&[u8]>| name.is_some_and(|name| is_any(name, &[b"channel", b"feed"]));
        match names.next()? {
            b"title" if is_feed(names.next()) => Some(&mut self.about.title),
            b"link" if is_feed(names.next()) => Some(&mut self.about.links),
            b"name" if names.next() == Some(b"author") && is_feed(names.next()) => {
                Some(&mut self.about.author)
            }
            _ => None,
        }
    }

    /// Takes the address in a link of the feed; one that is a text follows.
    pub fn note_link(&mut self, local: &str, tag: &str) {
        let links = &self.about.links;
        if !local.eq_ignore_ascii_case("link") || links.len() > TITLE_BYTES || !self.is_in_feed() {
            return;
        }
        let address = attribute(tag, "href").unwrap_or_default();
        if address.len() < TITLE_BYTES {
            self.about.links.push(' ');
            self.about.links.push_str(&address);
        }
    }
}

fn is_any(name: &[u8], of: &[&[u8]]) -> bool {
    of.iter().any(|other| name.eq_ignore_ascii_case(other))
}
