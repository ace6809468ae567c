//! Candidates to exact values: texts are read again, compared and forgotten.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ahash::AHashMap;
use rayon::prelude::*;

use super::sides::Sides;
use super::{Observer, doc};
use crate::candidates::{CandidatePair, Classes};
use crate::config::Settings;
use crate::document::Corpus;
use crate::error::Error;
use crate::group::{components, labels};
use crate::scan::Scanner;
use crate::shingle::{Shingle, ShingleSet};
use crate::verify::{
    AtHand, Standing, Verdict, VerifiedPair, containment, jaccard, judge, listed, overlap, verify,
};

/// Classes in a group up to which all its pairs are compared and listed.
pub const COMPLETE_GROUP: usize = 200;

/// Exact sizes of two sets of shingles and of what they share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
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
}

impl From<&VerifiedPair> for Measured {
    fn from(pair: &VerifiedPair) -> Self {
        Measured {
            a: pair.a,
            b: pair.b,
            shared: pair.shared,
            shingles_a: pair.shingles_a,
            shingles_b: pair.shingles_b,
        }
    }
}

impl Measured {
    /// Exact Jaccard.
    pub fn jaccard(&self) -> f64 {
        jaccard(self.shared, self.shingles_a, self.shingles_b)
    }

    /// Share of the shingles of `text`, one of the two, that the other has.
    pub fn containment_of(&self, text: u32) -> f64 {
        let size = if text == self.a {
            self.shingles_a
        } else {
            self.shingles_b
        };
        containment(self.shared, size)
    }
}

/// Pairs of a component that a thread compares in one go.
const CHUNK: usize = 256;
/// Texts on a side of the squares in which the pairs of a larger component come.
const TILE: usize = 64;
/// Shingles of the texts that a thread keeps at hand.
const AT_HAND: usize = 1 << 17;

/// What verification looks at.
pub(super) struct View<'a> {
    pub corpus: Corpus<'a>,
    /// The outlet of each document: an outlet fills in its own forms, so two
    /// of its texts pass for templates more easily.
    pub outlets: &'a [Option<u32>],
    pub classes: &'a Classes,
    pub settings: &'a Settings,
    /// The same with the bars that are searched for.
    pub searched: &'a Settings,
}

/// The texts that a thread has at hand.
struct Desk<'v, 'a> {
    view: &'v View<'a>,
    scanner: Scanner,
    texts: AHashMap<u32, Rc<AtHand<'a>>>,
    /// Shingles of all of them.
    shingles: usize,
}

impl<'v, 'a> Desk<'v, 'a> {
    fn new(view: &'v View<'a>) -> Self {
        Desk {
            view,
            scanner: Scanner::new(),
            texts: AHashMap::new(),
            shingles: 0,
        }
    }

    fn take(&mut self, class: u32) -> Rc<AtHand<'a>> {
        if let Some(text) = self.texts.get(&class) {
            return text.clone();
        }
        if self.shingles > AT_HAND {
            self.texts.clear();
            self.shingles = 0;
        }
        let text = self.view.text(class);
        let text = Rc::new(AtHand::new(
            text,
            &mut self.scanner,
            self.view.settings.width,
        ));
        self.shingles += text.set.len();
        self.texts.insert(class, text.clone());
        text
    }
}

impl<'a> View<'a> {
    /// The outlet of a class, if all its documents have the same.
    fn outlet(&self, class: u32) -> Option<u32> {
        let members = self.classes.members(class);
        let outlet = |&member: &u32| self.outlets.get(member as usize).copied().flatten();
        let first = members.first().and_then(outlet)?;
        let same = |member: &u32| outlet(member) == Some(first);
        members.iter().all(same).then_some(first)
    }

    fn text(&self, class: u32) -> Cow<'a, str> {
        self.corpus.text(doc(self.classes.first(class)))
    }

    /// The shingles of a class in text order, read again.
    pub fn shingles(&self, class: u32) -> Vec<Shingle> {
        let (text, width) = (self.text(class), self.settings.width);
        let mut scanner = Scanner::new();
        let scan = scanner.scan(&text, width);
        listed(&text, &scan, width)
    }

    /// The distinct shingles of a class.
    pub fn set(&self, class: u32) -> ShingleSet {
        ShingleSet::of(&self.shingles(class))
    }

    /// Compares pairs of which nothing is known.
    pub fn compare(
        &self,
        pairs: &[CandidatePair],
        observer: &dyn Observer,
    ) -> Result<Compared, Error> {
        self.for_all(pairs, observer, |desk, pairs| desk.verify_all(pairs))
    }

    /// [`compare`](View::compare) and, while their texts are at hand,
    /// [`complete`](View::complete) what they join: three quarters of all that is missing.
    pub fn compare_and_complete(
        &self,
        pairs: &[CandidatePair],
        sides: &Sides,
        observer: &dyn Observer,
    ) -> Result<Compared, Error> {
        self.for_all(pairs, observer, |desk, pairs| {
            let mut compared = desk.verify_all(pairs);
            // A cut component is no whole: what it lacks shows at the end.
            if pairs.len() < CHUNK {
                let (missing, _) = compared.missing(sides);
                compared.append(desk.complete(&missing));
            }
            compared
        })
    }

    /// Compares pairs that stand in one component already.
    pub fn complete(
        &self,
        missing: &[CandidatePair],
        observer: &dyn Observer,
    ) -> Result<Compared, Error> {
        self.for_all(missing, observer, |desk, pairs| desk.complete(pairs))
    }

    /// Goes through pairs on all threads, those of one component together, so
    /// that a text is read once for many of its pairs. A component of more than
    /// [`CHUNK`] pairs comes in chunks.
    fn for_all(
        &self,
        pairs: &[CandidatePair],
        observer: &dyn Observer,
        each: impl Fn(&mut Desk<'_, 'a>, &[CandidatePair]) -> Compared + Sync,
    ) -> Result<Compared, Error> {
        let edges: Vec<(u32, u32)> = pairs.iter().map(|pair| (pair.a, pair.b)).collect();
        let label = labels(self.classes.len(), &edges);
        drop(edges);
        let of = |pair: &CandidatePair| label.get(pair.a as usize).copied();
        let mut ordered = pairs.to_vec();
        ordered.par_sort_unstable_by_key(|pair| (of(pair), *pair));
        ordered
            .par_chunk_by_mut(|x, y| of(x) == of(y))
            .filter(|component| component.len() > CHUNK)
            .for_each(tile);
        let done = AtomicUsize::new(0);
        let compared: Result<Vec<Compared>, Error> = ordered
            .par_chunk_by(|x, y| of(x) == of(y))
            .flat_map(|component| component.par_chunks(CHUNK))
            .map_init(
                || Desk::new(self),
                |desk, pairs| {
                    observer.progress(done.fetch_add(pairs.len(), Ordering::Relaxed))?;
                    Ok(each(desk, pairs))
                },
            )
            .collect();
        let mut all = Compared::default();
        compared?.into_iter().for_each(|some| all.append(some));
        Ok(all)
    }
}

/// Orders the pairs of a component by squares of [`TILE`] texts by as many: a text is
/// then read once for all its pairs of a square, where row by row it is read
/// for each of them.
fn tile(pairs: &mut [CandidatePair]) {
    let mut texts: Vec<u32> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    texts.sort_unstable();
    texts.dedup();
    let square = |text: u32| texts.partition_point(|&other| other < text) / TILE;
    pairs.sort_by_cached_key(|pair| (square(pair.a), square(pair.b), *pair));
}

/// Pairs with their exact values, in no order.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Those that reach a bar.
    pub pairs: Vec<VerifiedPair>,
    /// Those of one component that do not.
    pub below: Vec<Measured>,
    /// How many of both were compared because they stood in one component.
    pub completed: u64,
}

impl Compared {
    /// Adds what others were compared.
    pub fn append(&mut self, mut other: Compared) {
        self.pairs.append(&mut other.pairs);
        self.below.append(&mut other.below);
        self.completed += other.completed;
    }

    /// Puts both lists in ascending order.
    pub fn sort(&mut self) {
        self.pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
        self.below.sort_unstable_by_key(|pair| (pair.a, pair.b));
    }

    /// The edges that join classes.
    pub fn edges(&self) -> Vec<(u32, u32)> {
        copy_edges(&self.pairs)
    }

    /// Pairs that count, stand in one component and were not compared, ascending, and
    /// the number of components too large for that: a group's own
    /// numbers should rest on all its pairs, and the search looks for
    /// components only. The lists are put in order for it.
    pub fn missing(&mut self, sides: &Sides) -> (Vec<CandidatePair>, u64) {
        self.sort();
        let known = |a: u32, b: u32| {
            let of_pairs = self
                .pairs
                .binary_search_by_key(&(a, b), |pair| (pair.a, pair.b));
            let of_below = || {
                self.below
                    .binary_search_by_key(&(a, b), |pair| (pair.a, pair.b))
            };
            of_pairs.is_ok() || of_below().is_ok()
        };
        let (mut missing, mut too_large) = (Vec::new(), 0);
        for component in components(&self.edges()) {
            if component.len() > COMPLETE_GROUP {
                too_large += 1;
                continue;
            }
            for (i, &a) in component.iter().enumerate() {
                let others = component[i + 1..]
                    .iter()
                    .filter(|&&b| sides.meet(a, b) && !known(a, b));
                missing.extend(others.map(|&b| CandidatePair { a, b }));
            }
        }
        missing.sort_unstable();
        (missing, too_large)
    }
}

/// The pairs that join classes.
pub(super) fn copy_edges(pairs: &[VerifiedPair]) -> Vec<(u32, u32)> {
    let copies = pairs.iter().filter(|pair| pair.standing == Standing::Copy);
    copies.map(|pair| (pair.a, pair.b)).collect()
}

impl Desk<'_, '_> {
    fn verify_all(&mut self, pairs: &[CandidatePair]) -> Compared {
        let pairs = pairs.iter().filter_map(|&pair| self.verify(pair));
        Compared {
            pairs: pairs.collect(),
            ..Compared::default()
        }
    }

    fn complete(&mut self, missing: &[CandidatePair]) -> Compared {
        let mut compared = Compared {
            completed: missing.len() as u64,
            ..Compared::default()
        };
        for &pair in missing {
            match self.verify(pair) {
                Some(pair) => compared.pairs.push(pair),
                None => compared.below.push(self.measure(pair)),
            }
        }
        compared
    }

    fn verify(&mut self, pair: CandidatePair) -> Option<VerifiedPair> {
        let (a, b) = (self.take(pair.a), self.take(pair.b));
        let by = |settings: &Settings| {
            let judged = judge(&a.set, &b.set, settings);
            if judged.0 == Verdict::Apart {
                return None;
            }
            let (x, y) = (
                a.side(self.view.outlet(pair.a)),
                b.side(self.view.outlet(pair.b)),
            );
            verify(pair, judged, &x, &y, settings)
        };
        let View {
            settings, searched, ..
        } = *self.view;
        let borderline = || {
            // What would be a copy if the bars were as low as what is searched for.
            let near = by(searched).filter(|near| near.standing == Standing::Copy)?;
            Some(VerifiedPair {
                standing: Standing::Borderline,
                ..near
            })
        };
        let verified = by(settings);
        if settings.borderline > 0.0 {
            verified.or_else(borderline)
        } else {
            verified
        }
    }

    fn measure(&mut self, pair: CandidatePair) -> Measured {
        let (a, b) = (self.take(pair.a), self.take(pair.b));
        Measured {
            a: pair.a,
            b: pair.b,
            shared: overlap(&a.set, &b.set),
            shingles_a: a.set.len() as u32,
            shingles_b: b.set.len() as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_hold_every_pair_once_and_few_texts() {
        let texts = 3 * TILE as u32;
        let all = (0..texts).flat_map(|a| (a + 1..texts).map(move |b| (5 * a, 5 * b)));
        let rows: Vec<CandidatePair> = all.map(|(a, b)| CandidatePair { a, b }).collect();
        let mut tiled = rows.clone();
        tile(&mut tiled);
        let distinct = |pairs: &[CandidatePair]| {
            let mut texts: Vec<u32> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
            texts.sort_unstable();
            texts.dedup();
            texts.len()
        };
        // The last square is a triangle.
        let last = TILE * (TILE - 1) / 2;
        assert_eq!(distinct(&tiled[tiled.len() - last..]), TILE);
        let square = &tiled[last..last + TILE * TILE];
        assert_eq!(distinct(square), 2 * TILE);
        tiled.sort_unstable();
        assert_eq!(tiled, rows);
    }
}
