//! Which vocabulary an element is of, whatever prefix it has.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::entities::decode;

/// Most prefixes that are remembered.
const PREFIXES: usize = 1000;

/// Vocabularies by address, without what differs in capitals and slashes at the end. The empty
/// name is that of the format itself.
const KNOWN: &[(&str, &str)] = &[
    ("http://backend.userland.com/rss2", ""),
    ("http://blogs.law.harvard.edu/tech/rss", ""),
    ("http://channel.netscape.com/rdf/simple/0.9", ""),
    ("http://my.netscape.com/rdf/simple/0.9", ""),
    ("http://purl.org/rss/1.0", ""),
    ("http://purl.org/net/rss1.1#", ""),
    ("http://iptc.org/std/nar/2006-10-01", ""),
    ("http://iptc.org/std/nitf/2006-10-18", ""),
    ("http://purl.org/atom/ns#", "atom"),
    ("http://www.w3.org/2005/atom", "atom"),
    ("http://purl.org/rss/1.0/modules/content", "content"),
    ("http://purl.org/dc/elements/1.0", "dc"),
    ("http://purl.org/dc/elements/1.1", "dc"),
    ("http://purl.org/dc/terms", "dcterms"),
    ("http://search.yahoo.com/mrss", "media"),
    ("http://video.search.yahoo.com/mrss", "media"),
    ("http://rssnamespace.org/feedburner/ext/1.0", "feedburner"),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"),
    ("http://www.w3.org/1999/xhtml", "xhtml"),
    ("http://www.w3.org/2005/11/its", "its"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("http://www.w3.org/xml/1998/namespace", "xml"),
];

/// What stands for a vocabulary that is not known.
pub(super) const FOREIGN: &str = "?";

pub(super) type Vocabulary = &'static str;

/// The prefixes that a stream declared. They count from there on to its end: nobody gives one
/// prefix two meanings, and items that lost their root keep theirs.
#[derive(Default)]
pub(super) struct Prefixes {
    declared: BTreeMap<Box<str>, Vocabulary>,
}

impl Prefixes {
    /// Takes the declarations of a tag, and gives the vocabulary that it makes the usual one for
    /// names without a prefix.
    pub fn declare(&mut self, tag: &str) -> Option<Vocabulary> {
        if !tag.contains("xmlns") {
            return None;
        }
        let mut usual = None;
        for (name, value) in attributes(tag) {
            if name == "xmlns" {
                usual = Some(vocabulary(value));
            } else if let Some(prefix) = name.strip_prefix("xmlns:")
                && self.declared.len() < PREFIXES
            {
                self.declared.insert(prefix.into(), vocabulary(value));
            }
        }
        usual
    }

    /// The vocabulary and the plain name of an element, where `usual` is that of bare names.
    pub fn resolve<'s>(&self, name: &'s str, usual: Vocabulary) -> (Vocabulary, &'s str) {
        let Some((prefix, local)) = name.split_once(':') else {
            return (usual, name);
        };
        let declared = self.declared.get(prefix).copied();
        // Feeds forget to declare; a usual prefix means what it usually means.
        let named = || {
            KNOWN
                .iter()
                .map(|(_, known)| *known)
                .find(|known| !known.is_empty() && known.eq_ignore_ascii_case(prefix))
        };
        (declared.or_else(named).unwrap_or(FOREIGN), local)
    }
}

fn vocabulary(address: &str) -> Vocabulary {
    let address = address.trim().to_ascii_lowercase();
    let address = address.trim_end_matches('/');
    let known = KNOWN.iter().find(|(known, _)| *known == address);
    match known {
        Some((_, name)) => name,
        None if address.starts_with("http://iptc.org/std/") => "",
        None => FOREIGN,
    }
}

/// The names and raw values of the attributes in a tag; what is no attribute is passed over.
pub(super) fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let name = super::token::name(tag.as_bytes()).len();
    let mut rest = tag.get(1 + name..).unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let end = rest
                .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '"' | '\''))?;
            let (name, behind) = rest.split_at(end);
            let behind = behind.trim_start();
            let Some(value) = behind.strip_prefix('=').map(str::trim_start) else {
                if behind.starts_with('>') && name.is_empty() {
                    return None;
                }
                let skip = usize::from(name.is_empty());
                rest = behind.get(skip..)?;
                continue;
            };
            let quote = value.chars().next()?;
            let inner = value.get(1..).filter(|_| matches!(quote, '"' | '\''));
            let (found, behind) = match inner {
                Some(inner) => inner.split_once(quote)?,
                None => {
                    let end = value.find(|c: char| c.is_ascii_whitespace() || c == '>');
                    value.split_at(end.unwrap_or(value.len()))
                }
            };
            rest = behind;
            return Some((name, found));
        }
    })
}

/// The value of an attribute, by its plain name.
pub(super) fn attribute<'s>(tag: &'s str, wanted: &str) -> Option<Cow<'s, str>> {
    attributes(tag)
        .find(|(name, _)| {
            name.rsplit(':')
                .next()
                .is_some_and(|local| local.eq_ignore_ascii_case(wanted))
        })
        .map(|(_, value)| decode(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_with_liberties() {
        let all = |tag| attributes(tag).collect::<Vec<_>>();
        assert_eq!(
            all("<a b='1' c = \"x>y\" d=2 e/>"),
            [("b", "1"), ("c", "x>y"), ("d", "2")]
        );
        assert_eq!(all("<a>"), []);
        assert_eq!(all("<a b='1"), []);
        assert_eq!(all("<a ' b='1'>"), [("b", "1")]);
        assert_eq!(all("<a é=\"ü\">"), [("é", "ü")]);
        assert_eq!(
            attribute("<a rdf:about='x&amp;y'>", "about").unwrap(),
            "x&y"
        );
    }

    #[test]
    fn any_prefix_means_its_vocabulary() {
        let mut prefixes = Prefixes::default();
        assert_eq!(prefixes.declare("<rss xmlns:c='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://other.example/'>"), None);
        assert_eq!(
            prefixes.declare("<feed xmlns='http://www.w3.org/2005/Atom'>"),
            Some("atom")
        );
        assert_eq!(prefixes.resolve("c:encoded", ""), ("content", "encoded"));
        assert_eq!(prefixes.resolve("dc:date", ""), (FOREIGN, "date"));
        assert_eq!(prefixes.resolve("Media:text", ""), ("media", "text"));
        assert_eq!(prefixes.resolve("title", "atom"), ("atom", "title"));
    }

    proptest::proptest! {
        #[test]
        fn any_tag_ends(tag in "<a[ a='\"/=>é]{0,30}") {
            proptest::prop_assert!(attributes(&tag).count() <= 30);
        }
    }
}
