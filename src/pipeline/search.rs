//! Texts to groups: normalise, shingle, sketch, candidates, verify, group.

use ahash::AHashSet;
use rayon::prelude::*;

use crate::candidates::{
    CandidatePair, Candidates, Class, banding_pairs, classes, fingerprint_pairs, window_for, winnow,
};
use crate::config::Settings;
use crate::error::Error;
use crate::group::{Refined, components, refine};
use crate::normalise::{Normalised, normalise};
use crate::scan::Scanner;
use crate::shingle::{Shingle, set_of, shingles};
use crate::sketch::{MinHasher, Signature};
use crate::verify::{
    Side, Standing, Verdict, VerifiedPair, covered_spans, demote_kin, judge, verify,
};

use super::Observer;

/// Classes in a group up to which all its pairs are compared and listed.
pub const COMPLETE_GROUP: usize = 200;

/// Documents that are read and sketched before identical texts among them are
/// folded, so that a million copies of one page never stand in memory as sketches.
const CHUNK: usize = 4096;

/// What the search found. Pairs and groups speak of classes; a class is all
/// documents with one canonical text.
#[derive(Debug, Default)]
pub struct Found {
    /// Words of each document.
    pub words: Vec<u32>,
    /// Invisible characters left out of each document.
    pub removed: Vec<u32>,
    /// Classes, ordered by their first member.
    pub classes: Vec<Class>,
    /// The class of each document.
    pub class_of: Vec<u32>,
    /// Distinct shingles of each class, ascending.
    pub sets: Vec<Box<[u64]>>,
    /// Verified pairs of classes, ascending.
    pub pairs: Vec<VerifiedPair>,
    /// Pairs that a round-up lost, ascending: verified, but not of one group.
    pub bridges: Vec<(u32, u32)>,
    /// Classes that are round-ups, ascending.
    pub round_ups: Vec<u32>,
    /// Groups with two documents and more as their classes, ascending; ordered
    /// by their first class.
    pub groups: Vec<Vec<u32>>,
    /// What was counted on the way.
    pub counts: SearchCounts,
}

/// Counts of the search, for `run.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SearchCounts {
    /// Distinct canonical texts.
    pub classes: u64,
    /// Pairs that banding or a shared fingerprint proposed.
    pub candidates: u64,
    /// Pairs compared because both stood in one component already.
    pub completed: u64,
    /// Buckets with more members than the cap.
    pub capped_buckets: u64,
    /// Components with more classes than are compared pair by pair.
    pub incomplete_components: u64,
    /// Pairs that a round-up lost.
    pub bridges: u64,
}

/// What is held of a class while pairs are looked for.
struct Sketched {
    content: Option<u128>,
    words: u32,
    removed: u32,
    set: Box<[u64]>,
    fingerprints: Vec<u64>,
    signature: Option<Signature>,
}

fn sketch(
    scanner: &mut Scanner,
    text: &str,
    settings: &Settings,
    window: usize,
    hasher: &MinHasher,
) -> Sketched {
    let scan = scanner.scan(text, settings.width);
    let list = scan.shingles;
    Sketched {
        content: scan.content(),
        words: scan.words.len() as u32,
        removed: scan.removed,
        fingerprints: winnow(list, window),
        signature: (!list.is_empty()).then(|| hasher.sign(list)),
        set: set_of(list.to_vec()),
    }
}

/// Finds all groups among `texts`. `outlets` numbers the outlet of each text:
/// an outlet fills in its own forms, so two of its texts pass for templates
/// more easily.
///
/// The result does not depend on threads. It depends on the order of the texts
/// only through their indices, which callers derive from sorted keys.
///
/// # Errors
/// A setting that makes no sense, or a stop that the observer asked for.
pub fn search(
    texts: &[&str],
    outlets: &[Option<u32>],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Found, Error> {
    settings.check()?;
    let mut found = Found::default();
    observer.stage("reading words", texts.len())?;
    let (fingerprints, signatures) = sketch_all(texts, settings, &mut found, observer)?;

    observer.stage("looking for pairs", found.classes.len())?;
    let candidates = propose(&fingerprints, &signatures, &found.classes, settings);
    drop((fingerprints, signatures));
    found.counts.candidates = candidates.pairs.len() as u64;
    found.counts.capped_buckets = candidates.capped_buckets;

    observer.stage("comparing pairs", candidates.pairs.len())?;
    let view = View {
        texts,
        outlets,
        classes: &found.classes,
        sets: &found.sets,
        settings,
    };
    let mut pairs = view.verify_all(&candidates.pairs);
    let completed = view.complete(&candidates.pairs, &pairs, &mut found.counts);
    pairs.extend(view.verify_all(&completed));
    pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
    demote_kin(&mut pairs);

    observer.stage("grouping", pairs.len())?;
    let refined = view.group(&pairs);
    found.counts.bridges = refined.bridges.len() as u64;
    (found.groups, found.pairs) = (refined.groups, pairs);
    (found.bridges, found.round_ups) = (refined.bridges, refined.round_ups);
    Ok(found)
}

/// Shingles in a window of the fingerprints.
pub(super) fn window(settings: &Settings) -> usize {
    window_for(settings.width, settings.threshold, settings.containment)
}

type Sketches = (Vec<Vec<u64>>, Vec<Option<Signature>>);

/// Sketches every text chunk by chunk, keeping sketches of first members only.
fn sketch_all(
    texts: &[&str],
    settings: &Settings,
    found: &mut Found,
    observer: &dyn Observer,
) -> Result<Sketches, Error> {
    let hasher = MinHasher::new(settings.slots(), settings.seed);
    let window = window(settings);
    let mut contents: Vec<Option<u128>> = Vec::with_capacity(texts.len());
    let mut known: AHashSet<u128> = AHashSet::new();
    let (mut fingerprints, mut signatures) = (Vec::new(), Vec::new());
    for chunk in texts.chunks(CHUNK) {
        observer.progress(contents.len())?;
        let sketched: Vec<Sketched> = chunk
            .par_iter()
            .map_init(Scanner::new, |scanner, text| {
                sketch(scanner, text, settings, window, &hasher)
            })
            .collect();
        for one in sketched {
            contents.push(one.content);
            found.words.push(one.words);
            found.removed.push(one.removed);
            if one.content.is_none_or(|content| known.insert(content)) {
                found.sets.push(one.set);
                fingerprints.push(one.fingerprints);
                signatures.push(one.signature);
            }
        }
    }
    found.classes = classes(&contents);
    found.counts.classes = found.classes.len() as u64;
    found.class_of = vec![0; texts.len()];
    for (number, class) in (0u32..).zip(&found.classes) {
        for &member in &class.members {
            if let Some(of) = found.class_of.get_mut(member as usize) {
                *of = number;
            }
        }
    }
    Ok((fingerprints, signatures))
}

fn propose(
    fingerprints: &[Vec<u64>],
    signatures: &[Option<Signature>],
    classes: &[Class],
    settings: &Settings,
) -> Candidates {
    // Classes are ordered by key, so the index settles equal hashes as the key would.
    let order = |class: u32| (classes.get(class as usize).map(|c| c.content), class);
    let by_bands = banding_pairs(signatures, settings.bands, settings.rows, order);
    if settings.containment.is_none() {
        return by_bands;
    }
    by_bands.merge(fingerprint_pairs(fingerprints, order))
}

/// What the later half of the search looks at.
struct View<'a> {
    texts: &'a [&'a str],
    outlets: &'a [Option<u32>],
    classes: &'a [Class],
    sets: &'a [Box<[u64]>],
    settings: &'a Settings,
}

impl View<'_> {
    fn set(&self, class: u32) -> &[u64] {
        self.sets.get(class as usize).map_or(&[], |set| set)
    }

    /// The outlet of a class, if all its documents have the same.
    fn outlet(&self, class: u32) -> Option<u32> {
        let members = &self.classes.get(class as usize)?.members;
        let outlet = |&member: &u32| self.outlets.get(member as usize).copied().flatten();
        let first = members.first().and_then(outlet)?;
        let same = |member: &u32| outlet(member) == Some(first);
        members.iter().all(same).then_some(first)
    }

    fn text(&self, class: u32) -> &str {
        let first = self
            .classes
            .get(class as usize)
            .and_then(|c| c.members.first());
        first
            .and_then(|&member| self.texts.get(member as usize))
            .copied()
            .unwrap_or("")
    }

    /// Reads a class again: tokens and shingles are not held.
    fn read(&self, class: u32) -> (Normalised, Vec<Shingle>) {
        let normalised = normalise(self.text(class));
        let list = shingles(&normalised, self.settings.width);
        (normalised, list)
    }

    /// Verifies pairs, ascending; a text is read once for all its pairs as `a`.
    fn verify_all(&self, pairs: &[CandidatePair]) -> Vec<VerifiedPair> {
        pairs
            .par_chunk_by(|x, y| x.a == y.a)
            .flat_map_iter(|of_one| {
                let mut read_a = None;
                of_one.iter().filter_map(move |&pair| {
                    let (set_a, set_b) = (self.set(pair.a), self.set(pair.b));
                    let judged = judge(set_a, set_b, self.settings);
                    if judged.0 == Verdict::Apart {
                        return None;
                    }
                    let (words_a, list_a) = read_a.get_or_insert_with(|| self.read(pair.a));
                    let (words_b, list_b) = self.read(pair.b);
                    let a = Side {
                        text: self.text(pair.a),
                        words: words_a,
                        shingles: list_a,
                        set: set_a,
                        outlet: self.outlet(pair.a),
                    };
                    let b = Side {
                        text: self.text(pair.b),
                        words: &words_b,
                        shingles: &list_b,
                        set: set_b,
                        outlet: self.outlet(pair.b),
                    };
                    verify(pair, judged, &a, &b, self.settings)
                })
            })
            .collect()
    }

    /// Pairs that stand in one component and were not proposed: banding misses
    /// a few, and a group's own numbers should rest on all its pairs.
    fn complete(
        &self,
        proposed: &[CandidatePair],
        verified: &[VerifiedPair],
        counts: &mut SearchCounts,
    ) -> Vec<CandidatePair> {
        let mut missing = Vec::new();
        for component in components(&copy_edges(verified)) {
            if component.len() > COMPLETE_GROUP {
                counts.incomplete_components += 1;
                continue;
            }
            for (i, &a) in component.iter().enumerate() {
                for &b in &component[i + 1..] {
                    let pair = CandidatePair { a, b };
                    if proposed.binary_search(&pair).is_err() {
                        missing.push(pair);
                    }
                }
            }
        }
        counts.completed = missing.len() as u64;
        missing
    }

    /// Components, refined, and classes of several documents that stand alone.
    fn group(&self, pairs: &[VerifiedPair]) -> Refined {
        let edges = copy_edges(pairs);
        let mut spans = |x: u32, y: u32| covered_spans(&self.read(x).1, self.set(y));
        let mut all = Refined::default();
        let component_list = components(&edges);
        for (component, own) in component_list.iter().zip(edges_of(&component_list, &edges)) {
            if component.len() > 2 {
                let refined = refine(&own, &mut spans);
                all.groups.extend(refined.groups);
                all.bridges.extend(refined.bridges);
                all.round_ups.extend(refined.round_ups);
            } else {
                all.groups.push(component.clone());
            }
        }
        let grouped: AHashSet<u32> = all.groups.iter().flatten().copied().collect();
        for (number, class) in (0u32..).zip(self.classes) {
            if class.members.len() > 1 && !grouped.contains(&number) {
                all.groups.push(vec![number]);
            }
        }
        all.groups.sort_unstable();
        all.bridges.sort_unstable();
        all.round_ups.sort_unstable();
        all
    }
}

fn copy_edges(pairs: &[VerifiedPair]) -> Vec<(u32, u32)> {
    pairs
        .iter()
        .filter(|pair| pair.standing == Standing::Copy)
        .map(|pair| (pair.a, pair.b))
        .collect()
}

/// The edges of each component, in the order of the components.
fn edges_of(components: &[Vec<u32>], edges: &[(u32, u32)]) -> Vec<Vec<(u32, u32)>> {
    let mut home = ahash::AHashMap::new();
    for (number, component) in components.iter().enumerate() {
        home.extend(component.iter().map(|&member| (member, number)));
    }
    let mut lists = vec![Vec::new(); components.len()];
    for edge in edges {
        if let Some(list) = home.get(&edge.0).and_then(|&number| lists.get_mut(number)) {
            list.push(*edge);
        }
    }
    lists
}
