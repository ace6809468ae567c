//! The rows of `pairs.csv`: what the values of two classes say of their documents.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::doc;
use super::search::Found;
use crate::align::signs_of;
use crate::document::Corpus;
use crate::trace::{Pair, Relation};
use crate::verify::{Standing, VerifiedPair, containment};

/// Documents of two classes together up to which all pairs between them are
/// listed; of larger ones only the first two are.
const LISTED_CROSS: usize = 200;

/// An alignment, as far as a pair's row needs it.
#[derive(Clone, Copy)]
pub(super) struct Summary {
    pub coverage: (f64, f64),
    /// Words that only b and that only a has.
    pub added: u32,
    pub dropped: u32,
    pub moved: bool,
}

/// What a pair's row says beside its sizes.
pub(super) struct Together {
    /// Words that lie in a shared shingle, counted in the text that has fewer of them.
    pub shared_words: u32,
    /// Words of the longest run that stands in both texts.
    pub longest_run_words: u32,
    /// What the alignment says, if it was asked for.
    pub summary: Option<Summary>,
}

/// What b is to a.
fn relation(pair: &VerifiedPair, bridge: bool, summary: Option<Summary>) -> Relation {
    match (pair.standing, summary) {
        (Standing::Template, _) => Relation::Template,
        (Standing::Borderline, _) => Relation::Borderline,
        _ if bridge => Relation::Passage,
        (Standing::Excerpt, _) => Relation::Excerpt,
        (_, Some(summary)) => {
            words_relation(summary.added.into(), summary.dropped.into(), summary.moved)
        }
        (_, None) => Relation::Edited,
    }
}

/// What a text is to another from the words that only one of them has.
pub(super) fn words_relation(added: u64, dropped: u64, moved: bool) -> Relation {
    match (added, dropped) {
        (0, 0) if !moved => Relation::Reformatted,
        (0, 1..) => Relation::Trimmed,
        (1.., 0) => Relation::Extended,
        _ => Relation::Edited,
    }
}

/// A text beside which others with the same words are set.
struct Centre<'x> {
    text: Cow<'x, str>,
    signs: OnceCell<Vec<u32>>,
}

impl Centre<'_> {
    /// What another text with the same words is to it.
    fn relation(&self, other: &str) -> Relation {
        if self.text == other {
            Relation::Identical
        } else if *self.signs.get_or_init(|| signs_of(&self.text)) == signs_of(other) {
            Relation::Reformatted
        } else {
            // "$5" is "€5" in the other.
            Relation::Edited
        }
    }
}

/// The rows of a pair of classes: one for every two documents that count as a
/// pair, or only the first of them where there are too many.
pub(super) fn cross(
    found: &Found,
    pair: &VerifiedPair,
    group: Option<usize>,
    together: &Together,
    counts: impl Fn(u32, u32) -> bool,
) -> Vec<Pair> {
    let summary = together.summary;
    let bridge = found.is_bridge(pair);
    let (x, y) = (found.classes.members(pair.a), found.classes.members(pair.b));
    let most = if x.len() + y.len() <= LISTED_CROSS {
        usize::MAX
    } else {
        1
    };
    let forward = relation(pair, bridge, summary);
    let swap = |s: Summary| Summary {
        coverage: (s.coverage.1, s.coverage.0),
        added: s.dropped,
        dropped: s.added,
        moved: s.moved,
    };
    let backward = relation(pair, bridge, summary.map(swap));
    let coverage = summary.map(|summary| summary.coverage);
    let row = |(i, j): (u32, u32)| {
        // Members of two classes may interleave by key.
        let in_order = i < j;
        let turn = |(p, q)| if in_order { (p, q) } else { (q, p) };
        let (containment_a, containment_b) = turn((
            containment(pair.shared, pair.shingles_a),
            containment(pair.shared, pair.shingles_b),
        ));
        Pair {
            group,
            a: doc(i.min(j)),
            b: doc(i.max(j)),
            relation: if in_order { forward } else { backward },
            jaccard: pair.jaccard(),
            containment_a,
            containment_b,
            coverage: coverage.map(turn),
            shared_words: together.shared_words,
            longest_run_words: together.longest_run_words,
        }
    };
    let documents = x.iter().flat_map(|&i| y.iter().map(move |&j| (i, j)));
    documents
        .filter(|&(i, j)| counts(i, j))
        .take(most)
        .map(row)
        .collect()
}

/// The rows of one class: every other member beside the first, or beside the first
/// that counts as a pair with that one.
pub(super) fn star(
    corpus: Corpus<'_>,
    found: &Found,
    class: u32,
    group: Option<usize>,
    counts: impl Fn(u32, u32) -> bool,
) -> Vec<Pair> {
    let members = found.classes.members(class);
    let (first, others) = (members[0], &members[1..]);
    let second = others.iter().copied().find(|&other| counts(first, other));
    let centre = |at: u32| Centre {
        text: corpus.text(doc(at)),
        signs: OnceCell::new(),
    };
    let centres = (centre(first), second.map(|second| (second, centre(second))));
    let linked = others.iter().filter_map(|&other| {
        if counts(first, other) {
            return Some((first, &centres.0, other));
        }
        let (second, centre) = centres.1.as_ref()?;
        Some((*second, centre, other))
    });
    let row = |(centre, text, other): (u32, &Centre<'_>, u32)| {
        let words = found.words[centre as usize];
        let relation = text.relation(&corpus.text(doc(other)));
        Pair {
            group,
            a: doc(centre.min(other)),
            b: doc(centre.max(other)),
            relation,
            jaccard: 1.0,
            containment_a: 1.0,
            containment_b: 1.0,
            // Words with other signs are no match; how many there are was not counted.
            coverage: (relation != Relation::Edited).then_some((1.0, 1.0)),
            shared_words: words,
            longest_run_words: words,
        }
    };
    linked.map(row).collect()
}
