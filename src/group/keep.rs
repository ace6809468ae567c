//! Which documents of a group a deduplicated feed keeps.

use std::collections::BTreeMap;

use crate::document::{DocId, Document};
use crate::normalise::normalise;

/// Which documents of a group are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The one published first; undated ones last; then the smallest key.
    Earliest,
    /// The one published last; undated ones last; then the smallest key.
    Latest,
    /// The one with most words; then as earliest.
    Longest,
    /// The representative of the group.
    Central,
    /// The one whose source stands first in the list; then as earliest.
    Prefer(Vec<String>),
    /// The earliest of every source; documents without a source count as one.
    OnePerSource,
    /// None that has a copy.
    None,
}

/// The source of a document as sources are told apart where each keeps one: its words; empty for none.
pub fn source_name(document: &Document) -> String {
    let name = document.source.as_deref().unwrap_or_default();
    normalise(name).canonical().to_string()
}

/// The documents of a group that are kept, ascending.
///
/// `members` are the group's, `words` those of every document.
pub fn keepers(
    policy: &Policy,
    members: &[DocId],
    representative: DocId,
    documents: &[Document],
    words: impl Fn(DocId) -> u32,
) -> Vec<DocId> {
    let date = |doc: DocId| {
        documents[doc.index()]
            .published
            .map(|moment| moment.sort_key())
    };
    let earliest = |doc: DocId| (date(doc).is_none(), date(doc), doc);
    let source = |doc: DocId| documents[doc.index()].source.as_deref();
    let best = match policy {
        Policy::Earliest => members.iter().copied().min_by_key(|&doc| earliest(doc)),
        Policy::Latest => {
            let latest = |doc: DocId| (date(doc).is_none(), std::cmp::Reverse(date(doc)), doc);
            members.iter().copied().min_by_key(|&doc| latest(doc))
        }
        Policy::Longest => {
            let longest = |doc: DocId| (std::cmp::Reverse(words(doc)), earliest(doc));
            members.iter().copied().min_by_key(|&doc| longest(doc))
        }
        Policy::Central => Some(representative),
        Policy::Prefer(sources) => {
            let rank = |doc: DocId| {
                let own = source(doc).map(str::to_lowercase);
                let place = sources.iter().position(|s| Some(s.to_lowercase()) == own);
                (place.unwrap_or(sources.len()), earliest(doc))
            };
            members.iter().copied().min_by_key(|&doc| rank(doc))
        }
        Policy::OnePerSource => {
            let mut first: BTreeMap<String, DocId> = BTreeMap::new();
            for &doc in members {
                let name = source_name(&documents[doc.index()]);
                let kept = first.entry(name).or_insert(doc);
                if earliest(doc) < earliest(*kept) {
                    *kept = doc;
                }
            }
            let mut kept: Vec<DocId> = first.into_values().collect();
            kept.sort_unstable();
            return kept;
        }
        Policy::None => None,
    };
    best.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Moment, Precision};

    fn document(key: &str, source: &str, day: Option<i8>) -> Document {
        Document {
            key: key.into(),
            source: Some(source.into()),
            published: day.map(|day| Moment {
                civil: jiff::civil::date(2031, 4, day).at(0, 0, 0, 0),
                offset_seconds: None,
                precision: Precision::Day,
            }),
            ..Document::default()
        }
    }

    #[test]
    fn each_policy_keeps_what_it_says() {
        let documents = [
            document("a", "Post", Some(5)),
            document("b", "Wire", Some(3)),
            document("c", "Mail", None),
            document("d", "Wire", Some(9)),
        ];
        let members: Vec<DocId> = (0..4).map(DocId).collect();
        let words = |doc: DocId| [10, 20, 40, 40][doc.index()];
        let kept = |policy| -> Vec<u32> {
            let kept = keepers(&policy, &members, DocId(2), &documents, words);
            kept.into_iter().map(|doc| doc.0).collect()
        };
        assert_eq!(kept(Policy::Earliest), [1]);
        assert_eq!(kept(Policy::Latest), [3]);
        assert_eq!(kept(Policy::Longest), [3]);
        assert_eq!(kept(Policy::Central), [2]);
        assert_eq!(
            kept(Policy::Prefer(vec!["mail".into(), "wire".into()])),
            [2]
        );
        assert_eq!(kept(Policy::Prefer(vec!["Sun".into()])), [1]);
        assert_eq!(kept(Policy::OnePerSource), [0, 1, 2]);
        assert!(kept(Policy::None).is_empty());
    }
}
