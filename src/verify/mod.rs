//! Candidate pairs to exact values: Jaccard, containment, shared words.
//!
//! Sketches end here. A pair leaves this stage only with values computed from
//! the complete shingle sets of both texts.

mod at_hand;
mod form;
mod kin;
mod numerals;
mod run;
mod story;
mod suspect;
mod template;

pub use at_hand::{AtHand, listed};
pub use form::Form;
pub use kin::demote_kin;
pub use numerals::numeral;
pub use run::{covered_spans, covered_words, longest_run};
pub use suspect::{Glance, Suspicion};
pub use template::{Filling, Outlets, filling};

use std::cell::OnceCell;

use crate::candidates::CandidatePair;
use crate::config::Settings;
use crate::shingle::{Shingle, ShingleSet};

/// A pair with its exact values: `a < b`, indices as in the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedPair {
    /// The smaller index.
    pub a: u32,
    /// The larger index.
    pub b: u32,
    /// Distinct shingles that both texts have.
    pub shared: u32,
    /// Distinct shingles of `a`.
    pub shingles_a: u32,
    /// Distinct shingles of `b`.
    pub shingles_b: u32,
    /// What the pair means for grouping.
    pub standing: Standing,
}

impl VerifiedPair {
    /// Shared shingles divided by all distinct shingles of the two texts.
    pub fn jaccard(&self) -> f64 {
        jaccard(self.shared, self.shingles_a, self.shingles_b)
    }

    /// Share of `a`'s distinct shingles that `b` has.
    pub fn containment_a(&self) -> f64 {
        containment(self.shared, self.shingles_a)
    }

    /// Share of `b`'s distinct shingles that `a` has.
    pub fn containment_b(&self) -> f64 {
        containment(self.shared, self.shingles_b)
    }
}

/// What a verified pair means for grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Above a bar: the two belong to one group.
    Copy,
    /// One stands in the other, which is more than [`EXCERPT_RATIO`] times as long.
    Excerpt,
    /// The same form filled in anew: never merges.
    Template,
    /// Just below every bar; listed because it was asked for, and never merges.
    Borderline,
    /// Above a bar, but one text has under [`SHORT_WORDS`] words: never merges.
    Short,
}

/// How many times longer than an excerpt the whole text is, at least.
pub const EXCERPT_RATIO: u32 = 4;

/// Jaccard from which the texts of two outlets are copies whatever names differ.
const CLOSE: f64 = 0.8;

/// Words below which only identical texts merge.
pub const SHORT_WORDS: u32 = 20;

/// Resemblance of two sets from their sizes; 0 where both are empty.
pub fn jaccard(shared: u32, a: u32, b: u32) -> f64 {
    let all = u64::from(a) + u64::from(b) - u64::from(shared);
    if all == 0 {
        0.0
    } else {
        f64::from(shared) / all as f64
    }
}

/// Share of a set of `size` that is shared; 0 for an empty set.
pub fn containment(shared: u32, size: u32) -> f64 {
    if size == 0 {
        0.0
    } else {
        f64::from(shared) / f64::from(size)
    }
}

/// Number of shingles that two sets share.
pub fn overlap(a: &ShingleSet, b: &ShingleSet) -> u32 {
    overlap_of(a, b, 0).unwrap_or(0)
}

/// [`overlap`], or `None` as soon as fewer than `needed` are certain: most
/// candidates are no copies, and a third of the smaller set shows it.
fn overlap_of(a: &ShingleSet, b: &ShingleSet, needed: usize) -> Option<u32> {
    const STEPS: usize = 32;
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let (mut shared, mut left) = (0, small.len());
    for some in small.hashes().chunks(STEPS) {
        if shared + left < needed {
            return None;
        }
        left -= some.len();
        shared += some.iter().filter(|&&hash| large.contains(hash)).count();
    }
    (shared >= needed).then_some(shared as u32)
}

/// What the exact sets say about a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Below every bar.
    Apart,
    /// Jaccard reaches the threshold.
    ByJaccard,
    /// Containment reaches its bar; whether enough words are shared is still open.
    ByContainment,
}

/// Shingles that two texts of so many share at least where they reach a bar.
///
/// Jaccard t of sets of sizes m and n takes t / (1 + t) * (m + n) shared shingles; containment is of the smaller.
pub fn shared_at_bar(a: u32, b: u32, settings: &Settings) -> f64 {
    let sum = f64::from(a) + f64::from(b);
    let by_jaccard = settings.threshold / (1.0 + settings.threshold) * sum;
    let bar = settings.containment.unwrap_or(f64::INFINITY);
    by_jaccard.min(bar * f64::from(a.min(b)))
}

/// Compares two shingle sets with the bars. Returns the verdict and the number
/// of shared shingles (0 for a pair that is apart).
pub fn judge(a: &ShingleSet, b: &ShingleSet, settings: &Settings) -> (Verdict, u32) {
    let (small, large) = (a.len().min(b.len()), a.len().max(b.len()));
    let bar = settings.containment.unwrap_or(f64::INFINITY);
    let jaccard_possible = small as f64 >= settings.threshold * large as f64;
    // k shared shingles lie over at most k * width words (letters without spaces: twice that).
    let words_possible = small * 2 * settings.width >= settings.min_shared_words as usize;
    if small == 0 || !(jaccard_possible || (bar <= 1.0 && words_possible)) {
        return (Verdict::Apart, 0);
    }
    let needed = shared_at_bar(small as u32, large as u32, settings);
    // Rounded down with a margin: the bars themselves decide below.
    let Some(shared) = overlap_of(a, b, (needed - 1.0).max(0.0) as usize) else {
        return (Verdict::Apart, 0);
    };
    let verdict = if jaccard(shared, a.len() as u32, b.len() as u32) >= settings.threshold {
        Verdict::ByJaccard
    } else if containment(shared, small as u32) >= bar {
        Verdict::ByContainment
    } else {
        return (Verdict::Apart, 0);
    };
    (verdict, shared)
}

/// One side of a pair in full, for what sets cannot tell.
pub struct Side<'a> {
    /// The original text.
    pub text: &'a str,
    /// Number of its words.
    pub count: u32,
    /// What the template test sees of it, which few pairs ask for.
    pub form: &'a OnceCell<Form>,
    /// A passing look at them.
    pub glance: &'a Glance,
    /// The shingles in text order.
    pub shingles: &'a [Shingle],
    /// The distinct ones.
    pub set: &'a ShingleSet,
    /// Number of the only outlet that published it.
    pub outlet: Option<u32>,
}

impl<'a> Side<'a> {
    fn form(&self) -> &'a Form {
        self.form.get_or_init(|| Form::new(self.text))
    }
}

/// Completes a pair that [`judge`] found above a bar; `None` where containment
/// was its only claim and it shares too few words.
///
/// Cost: linear in the words of both texts; where they differ as two fillings of
/// a form might, two token diffs for the template test.
pub fn verify<'a>(
    pair: CandidatePair,
    (verdict, shared): (Verdict, u32),
    a: &Side<'a>,
    b: &Side<'a>,
    settings: &Settings,
) -> Option<VerifiedPair> {
    if verdict == Verdict::Apart {
        return None;
    }
    // A text that stands in the other whole has nothing of its own filled in,
    // and n shared shingles cover n words at least.
    let contained = shared as usize == a.set.len().min(b.set.len());
    let enough = verdict == Verdict::ByJaccard || shared >= settings.min_shared_words;
    // Two diffs of a form may differ in who is first. Keys and arrivals do not decide that, but the
    // texts: a stream has them as they come, a batch by key.
    let rank = |side: &Side<'a>| (side.count, side.set.hashes(), side.text);
    let mut suspicion = Suspicion::default();
    if !(contained && enough) {
        let (spans_a, spans_b) = (
            covered_spans(a.shingles, b.set),
            covered_spans(b.shingles, a.set),
        );
        let (words_a, words_b) = (words_in(&spans_a), words_in(&spans_b));
        if !enough && words_a.min(words_b) < settings.min_shared_words {
            return None;
        }
        if words_a < a.count && words_b < b.count {
            suspicion = suspect::suspicion((a.glance, &spans_a), (b.glance, &spans_b));
        }
    }
    let (shorter, longer) = (a.count.min(b.count), a.count.max(b.count));
    let closeness = jaccard(shared, a.set.len() as u32, b.set.len() as u32);
    let outlets = match (a.outlet, b.outlet) {
        (Some(x), Some(y)) if x == y => Outlets::Same,
        (Some(_), Some(_)) if closeness >= CLOSE => Outlets::DifferentButClose,
        (Some(_), Some(_)) => Outlets::Different,
        _ => Outlets::Unknown,
    };
    let suspect = suspicion != Suspicion::default();
    let is_filling = || {
        let (x, y) = if rank(a) <= rank(b) { (a, b) } else { (b, a) };
        filling(x.form(), y.form(), outlets, suspicion).is_some()
    };
    let standing = if suspect && is_filling() {
        Standing::Template
    } else if shorter < SHORT_WORDS {
        Standing::Short
    } else if verdict == Verdict::ByContainment && longer > EXCERPT_RATIO * shorter {
        Standing::Excerpt
    } else {
        Standing::Copy
    };
    Some(VerifiedPair {
        a: pair.a,
        b: pair.b,
        shared,
        shingles_a: a.set.len() as u32,
        shingles_b: b.set.len() as u32,
        standing,
    })
}

fn words_in(spans: &[(u32, u32)]) -> u32 {
    spans.iter().map(|(from, to)| to - from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(values: BTreeSet<u64>) -> ShingleSet {
        ShingleSet::new(values.into_iter())
    }

    proptest! {
        #[test]
        fn overlap_is_the_size_of_the_intersection(
            a in prop::collection::btree_set(1u64..80, 0..60),
            b in prop::collection::btree_set(1u64..80, 0..60),
        ) {
            let (x, y) = (set(a.clone()), set(b.clone()));
            let both: BTreeSet<_> = a.intersection(&b).collect();
            prop_assert_eq!(overlap(&x, &y) as usize, both.len());
        }

        #[test]
        fn the_filters_never_lose_a_pair(
            a in prop::collection::btree_set(1u64..40, 1..40),
            b in prop::collection::btree_set(1u64..40, 1..40),
        ) {
            let (x, y) = (set(a), set(b));
            let settings = Settings::default();
            let shared = overlap(&x, &y);
            let j = jaccard(shared, x.len() as u32, y.len() as u32);
            let c = containment(shared, x.len().min(y.len()) as u32);
            if j >= settings.threshold {
                prop_assert_eq!(judge(&x, &y, &settings), (Verdict::ByJaccard, shared));
            } else if c >= 0.7 && x.len().min(y.len()) >= 6 {
                prop_assert_eq!(judge(&x, &y, &settings), (Verdict::ByContainment, shared));
            }
        }
    }

    #[test]
    fn empty_sets_are_never_alike() {
        assert_eq!(jaccard(0, 0, 0), 0.0);
        assert_eq!(
            judge(&set([].into()), &set([].into()), &Settings::default()).0,
            Verdict::Apart
        );
    }
}
