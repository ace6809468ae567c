//! Candidates to exact values: texts are read again, compared and forgotten.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ahash::AHashMap;
use rayon::prelude::*;

use super::{Observer, doc};
use crate::candidates::{CandidatePair, Classes};
use crate::config::Settings;
use crate::document::Corpus;
use crate::error::Error;
use crate::group::labels;
use crate::normalise::{Normalised, normalise};
use crate::scan::{Scan, Scanner};
use crate::shingle::{Shingle, ShingleSet, shingles};
use crate::verify::{
    Glance, Side, Verdict, VerifiedPair, containment, jaccard, judge, overlap, verify,
};

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

/// Pairs that a thread verifies with one set of texts at hand.
const CHUNK: usize = 256;
/// Shingles of the texts that a thread keeps at hand.
const AT_HAND: usize = 1 << 16;

/// What verification looks at.
pub(super) struct View<'a> {
    pub corpus: Corpus<'a>,
    /// The outlet of each document: an outlet fills in its own forms, so two
    /// of its texts pass for templates more easily.
    pub outlets: &'a [Option<u32>],
    pub classes: &'a Classes,
    pub settings: &'a Settings,
}

/// A text at hand: its shingles at once, its words when they are asked for.
struct AtHand<'a> {
    text: Cow<'a, str>,
    words: u32,
    shingles: Vec<Shingle>,
    set: ShingleSet,
    normalised: OnceCell<Normalised>,
    glance: Glance,
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
        let width = self.view.settings.width;
        let scan = self.scanner.scan(&text, width);
        let (words, shingles) = (scan.words.len() as u32, listed(&text, &scan, width));
        let glance = Glance::of_scan(&text, &scan);
        let set = ShingleSet::of(&shingles);
        self.shingles += set.len();
        let text = Rc::new(AtHand {
            text,
            words,
            shingles,
            set,
            normalised: OnceCell::new(),
            glance,
        });
        self.texts.insert(class, text.clone());
        text
    }
}

/// The shingles of a text in text order, with their lengths.
fn listed(text: &str, scan: &Scan<'_>, width: usize) -> Vec<Shingle> {
    if !scan.even {
        return shingles(&normalise(text), width);
    }
    let of = |(start, &hash): (usize, &u64)| Shingle {
        hash,
        end: (start + width).min(scan.words.len()) as u32,
    };
    scan.shingles.iter().enumerate().map(of).collect()
}

impl AtHand<'_> {
    fn side(&self, view: &View<'_>, class: u32) -> Side<'_> {
        Side {
            text: &self.text,
            count: self.words,
            words: &self.normalised,
            glance: &self.glance,
            shingles: &self.shingles,
            set: &self.set,
            outlet: view.outlet(class),
        }
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

    /// The pairs that reach a bar, in no order.
    pub fn verify_all(
        &self,
        pairs: &[CandidatePair],
        observer: &dyn Observer,
    ) -> Result<Vec<VerifiedPair>, Error> {
        let each = |desk: &mut Desk<'_, 'a>, pair: CandidatePair| desk.verify(pair);
        self.for_all(pairs, observer, each)
    }

    /// The pairs that reach a bar and the exact values of those that do not,
    /// the latter ascending.
    pub fn measure_all(
        &self,
        pairs: &[CandidatePair],
        observer: &dyn Observer,
    ) -> Result<(Vec<VerifiedPair>, Vec<Measured>), Error> {
        let each = |desk: &mut Desk<'_, 'a>, pair: CandidatePair| {
            Some(desk.verify(pair).ok_or_else(|| desk.measure(pair)))
        };
        let mut reached = Vec::new();
        let mut below = Vec::new();
        for measured in self.for_all(pairs, observer, each)? {
            match measured {
                Ok(pair) => reached.push(pair),
                Err(measured) => below.push(measured),
            }
        }
        below.sort_unstable_by_key(|measured| (measured.a, measured.b));
        Ok((reached, below))
    }

    /// Goes through pairs on all threads, texts of one component together, so
    /// that a text is read once for many of its pairs.
    fn for_all<T: Send>(
        &self,
        pairs: &[CandidatePair],
        observer: &dyn Observer,
        each: impl Fn(&mut Desk<'_, 'a>, CandidatePair) -> Option<T> + Sync,
    ) -> Result<Vec<T>, Error> {
        let edges: Vec<(u32, u32)> = pairs.iter().map(|pair| (pair.a, pair.b)).collect();
        let label = labels(self.classes.len(), &edges);
        drop(edges);
        let mut ordered: Vec<(u32, CandidatePair)> = pairs
            .iter()
            .map(|&pair| (label[pair.a as usize], pair))
            .collect();
        drop(label);
        ordered.par_sort_unstable();
        let done = AtomicUsize::new(0);
        let chunks: Result<Vec<Vec<T>>, Error> = ordered
            .par_chunks(CHUNK)
            .map(|chunk| {
                observer.progress(done.fetch_add(chunk.len(), Ordering::Relaxed))?;
                let mut desk = Desk::new(self);
                let found = chunk.iter().filter_map(|&(_, pair)| each(&mut desk, pair));
                Ok(found.collect())
            })
            .collect();
        Ok(chunks?.into_iter().flatten().collect())
    }
}

impl Desk<'_, '_> {
    fn verify(&mut self, pair: CandidatePair) -> Option<VerifiedPair> {
        let (a, b) = (self.take(pair.a), self.take(pair.b));
        let judged = judge(&a.set, &b.set, self.view.settings);
        if judged.0 == Verdict::Apart {
            return None;
        }
        let (x, y) = (a.side(self.view, pair.a), b.side(self.view, pair.b));
        verify(pair, judged, &x, &y, self.view.settings)
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
