//! Texts to groups: candidates, verify, group.

use ahash::AHashSet;
use rayon::prelude::*;

use super::sides::Sides;
use super::survey::{Survey, Surveyed};
use super::verified::{Compared, Measured, View, copy_edges};
use super::{Observer, outlets};
use crate::candidates::{
    CandidatePair, Classes, Meeting, Parts, Prefixes, across, prefix_pairs, stars, window_for,
};
use crate::config::{Resources, Search, Settings};
use crate::document::Corpus;
use crate::error::Error;
use crate::group::{Refined, components, labels, refine};
use crate::verify::{VerifiedPair, covered_spans, demote_kin};

/// Meetings that make a pair worth a comparison in the first round.
const FIRST_ROUND: usize = 8;

/// What the search found. Pairs and groups speak of classes; a class is all
/// documents with one canonical text.
#[derive(Debug, Default)]
pub struct Found {
    /// Words of each document.
    pub words: Vec<u32>,
    /// Invisible characters left out of each document.
    pub removed: Vec<u32>,
    /// Documents with one canonical text, ordered by their first member.
    pub classes: Classes,
    /// Verified pairs of classes, ascending.
    pub pairs: Vec<VerifiedPair>,
    /// Pairs of one component that reach no bar, ascending.
    pub below: Vec<Measured>,
    /// Pairs that a round-up lost, ascending: verified, but not of one group.
    pub bridges: Vec<(u32, u32)>,
    /// Classes that are round-ups, ascending.
    pub round_ups: Vec<u32>,
    /// Groups with two documents and more as their classes, ascending; ordered
    /// by their first class.
    pub groups: Vec<Vec<u32>>,
    /// What was counted on the way.
    pub counts: SearchCounts,
    /// How pairs were found: what [`Search::Auto`] came to.
    pub search: Search,
}

impl Found {
    /// Whether a round-up lost a pair.
    pub fn is_bridge(&self, pair: &VerifiedPair) -> bool {
        self.bridges.binary_search(&(pair.a, pair.b)).is_ok()
    }

    /// The exact values of two classes of one component, where they are known.
    pub fn measured(&self, x: u32, y: u32) -> Option<Measured> {
        let (a, b) = (x.min(y), x.max(y));
        if let Ok(at) = self
            .pairs
            .binary_search_by_key(&(a, b), |pair| (pair.a, pair.b))
        {
            return self.pairs.get(at).map(Measured::from);
        }
        let at = self.below.binary_search_by_key(&(a, b), |m| (m.a, m.b));
        let at = at.ok()?;
        self.below.get(at).copied()
    }
}

/// Counts of the search, for `run.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SearchCounts {
    /// Distinct canonical texts.
    pub classes: u64,
    /// Pairs that were proposed and compared, those of completed groups aside.
    pub candidates: u64,
    /// Pairs compared because both stood in one component already.
    pub completed: u64,
    /// Keys of so many texts that not all their pairs were proposed.
    pub capped_buckets: u64,
    /// Components with more classes than are compared pair by pair.
    pub incomplete_components: u64,
    /// Pairs that a round-up lost.
    pub bridges: u64,
}

/// Finds all groups among the texts of a corpus.
///
/// The result does not depend on threads. It depends on the order of the texts
/// only through their indices, which callers derive from sorted keys.
///
/// # Errors
/// A setting that makes no sense, or a stop that the observer asked for.
pub fn search(
    corpus: Corpus<'_>,
    settings: &Settings,
    resources: &Resources,
    observer: &dyn Observer,
) -> Result<Found, Error> {
    let survey = Survey::new(settings, resources, observer)?;
    survey.go_through(corpus)?;
    find(
        corpus,
        survey.conclude(corpus),
        settings,
        resources,
        observer,
    )
}

/// The search over texts that were surveyed on the way in.
pub(super) fn find(
    corpus: Corpus<'_>,
    surveyed: Surveyed,
    settings: &Settings,
    resources: &Resources,
    observer: &dyn Observer,
) -> Result<Found, Error> {
    let outlets = outlets(corpus.documents);
    let searched = settings.searched();
    let view = View {
        corpus,
        outlets: &outlets,
        classes: &surveyed.classes,
        settings,
        searched: &searched,
    };
    let mut counts = SearchCounts {
        classes: surveyed.classes.len() as u64,
        ..SearchCounts::default()
    };
    let sides = Sides::new(corpus.documents, &surveyed.classes, settings.against);
    let counts_for = |pair: &CandidatePair| sides.meet(pair.a, pair.b);
    observer.stage("looking for pairs", surveyed.classes.len())?;
    let meeting = Meeting {
        entries: &surveyed.keys,
        class_of: &surveyed.class_of,
        classes: &surveyed.classes,
        sizes: &surveyed.sizes,
    };
    let parts = || Parts::new(resources.pairs(), resources.spill());
    let mut first = stars(&meeting, &parts(), FIRST_ROUND)?;
    first.retain(counts_for);
    observer.stage("comparing likely pairs", first.len())?;
    let mut compared = view.compare_and_complete(&first, &sides, observer)?;

    observer.stage("looking for other pairs", surveyed.classes.len())?;
    let component = labels(surveyed.classes.len(), &compared.edges());
    let search = match settings.search {
        Search::Auto if surveyed.whole => Search::Exact,
        Search::Auto => Search::Sampled,
        chosen => chosen,
    };
    let (mut second, capped) = if search == Search::Lsh {
        let (mut pairs, capped) = across(&meeting, &component, &parts())?;
        pairs.retain(counts_for);
        (pairs, capped)
    } else {
        let prefixes = Prefixes::new(&searched, search == Search::Sampled);
        prefix_pairs(
            &meeting,
            &prefixes,
            &component,
            |a, b| sides.meet(a, b),
            resources,
        )?
    };
    second.retain(|pair| first.binary_search(pair).is_err());
    counts.candidates = (first.len() + second.len()) as u64;
    counts.capped_buckets = capped;
    observer.stage("comparing pairs", second.len())?;
    compared.append(view.compare(&second, observer)?);
    drop((first, second));

    let (missing, too_large) = compared.missing(&sides);
    observer.stage("completing groups", missing.len())?;
    compared.append(view.complete(&missing, observer)?);
    compared.sort();
    counts.completed = compared.completed;
    counts.incomplete_components = too_large;
    let Compared {
        mut pairs, below, ..
    } = compared;
    demote_kin(&mut pairs);

    observer.stage("grouping", pairs.len())?;
    let refined = group(&view, &sides, &pairs);
    counts.bridges = refined.bridges.len() as u64;
    corpus.archive.intact()?;
    Ok(Found {
        words: surveyed.words,
        removed: surveyed.removed,
        classes: surveyed.classes,
        pairs,
        below,
        bridges: refined.bridges,
        round_ups: refined.round_ups,
        groups: refined.groups,
        counts,
        search,
    })
}

/// Shingles in a window of the fingerprints.
pub(super) fn window(settings: &Settings) -> usize {
    window_for(settings.width, settings.threshold, settings.containment)
}

/// Components, refined, and classes of several documents that stand alone.
fn group(view: &View<'_>, sides: &Sides, pairs: &[VerifiedPair]) -> Refined {
    let edges = copy_edges(pairs);
    let spans = |x: u32, y: u32| covered_spans(&view.shingles(x), &view.set(y));
    let component_list = components(&edges);
    let own_edges = edges_of(&component_list, &edges);
    let parts: Vec<Refined> = component_list
        .par_iter()
        .zip(own_edges)
        .map(|(component, own)| {
            if component.len() > 2 {
                refine(&own, &mut |x, y| spans(x, y))
            } else {
                Refined {
                    groups: vec![component.clone()],
                    ..Refined::default()
                }
            }
        })
        .collect();
    let mut all = Refined::default();
    for refined in parts {
        all.groups.extend(refined.groups);
        all.bridges.extend(refined.bridges);
        all.round_ups.extend(refined.round_ups);
    }
    let grouped: AHashSet<u32> = all.groups.iter().flatten().copied().collect();
    for (number, members) in (0u32..).zip(view.classes.iter()) {
        if members.len() > 1 && !grouped.contains(&number) && sides.meet(number, number) {
            all.groups.push(vec![number]);
        }
    }
    all.groups.sort_unstable();
    all.bridges.sort_unstable();
    all.round_ups.sort_unstable();
    all
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
