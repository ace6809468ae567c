//! What the pages of an outlet repeat: a contact line, a slogan, a sentence about
//! itself. It stands in many of its stories and hardly in others'.
//!
//! Counted are stories, not documents: a story is all texts that any verified pair
//! connects, so neither copies nor the fillings of one form make a unit frequent.
//! Of each outlet a sample is read, chosen by a hash of the keys, so that the same
//! documents give the same furniture in any order.

use ahash::{AHashMap, AHashSet};

use super::relate::Kinship;
use super::search::Found;
use super::{Observer, doc, in_pieces, outlets};
use crate::align::PreparedText;
use crate::document::{Corpus, DocId};
use crate::error::Error;
use crate::group::labels;
use crate::hash::hash64;
use crate::verify::Standing;

/// Stories that an outlet needs before anything is learnt of it.
const STORIES: usize = 12;
/// Stories that are read of an outlet.
const SAMPLE: usize = 32;
/// Texts that are read of all outlets: so many, and one in so many documents.
const TEXTS: usize = 512;
const ONE_IN: usize = 16;
/// A longer text is not read.
const WORDS: u32 = 20_000;
/// Units that are looked at from each end of a text.
const UNITS: usize = 128;
/// Stories of the sample that a unit must stand in, and the share of the sample.
const STANDS: usize = 4;
const SHARE: usize = 8;
/// How many times more often it must stand in the outlet than in all others.
const TIMES: usize = 4;

/// The furniture of all outlets, as hashes of units.
#[derive(Debug, Default)]
pub(super) struct Furniture {
    /// The outlet of each document.
    outlets: Vec<Option<u32>>,
    /// Ascending.
    of: AHashMap<u32, Vec<u64>>,
}

impl Furniture {
    /// True where nothing was learnt.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// What the outlet of a document repeats, ascending; nothing where none is known.
    pub fn of(&self, doc: DocId) -> &[u64] {
        let outlet = self.outlets.get(doc.index()).copied().flatten();
        let known = outlet.and_then(|outlet| self.of.get(&outlet));
        known.map_or(&[], Vec::as_slice)
    }
}

/// A unit in a story of an outlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sighting {
    hash: u64,
    outlet: u32,
    story: u32,
}

/// The hash of a unit's words; `None` for a unit without words.
pub(super) fn unit_hash(text: &PreparedText<'_>, unit: usize) -> Option<u64> {
    let unit = text.units.get(unit)?;
    let words = text.normalised.words(unit.first_token, unit.end_token);
    (!words.is_empty()).then(|| hash64(words.as_bytes()))
}

/// The documents that a trace compares: members of groups, excerpts and what holds them.
pub(super) fn compared(found: &Found, kinship: &Kinship) -> impl Fn(u32) -> bool {
    let excerpts = found
        .pairs
        .iter()
        .filter(|pair| pair.standing == Standing::Excerpt);
    let in_excerpts: AHashSet<u32> = excerpts.flat_map(|pair| [pair.a, pair.b]).collect();
    move |i| kinship.group_of[i as usize].is_some() || in_excerpts.contains(&found.classes.of(i))
}

/// True where the outlet of one of some documents has enough of them that something could be learnt.
pub(super) fn can_learn(corpus: Corpus<'_>, docs: &[DocId]) -> bool {
    let outlets = outlets(corpus.documents);
    let own = docs.iter().filter_map(|doc| *outlets.get(doc.index())?);
    let mut counts: AHashMap<u32, usize> = own.map(|outlet| (outlet, 0)).collect();
    for outlet in outlets.iter().flatten() {
        if let Some(count) = counts.get_mut(outlet) {
            *count += 1;
        }
    }
    counts.values().any(|&count| count >= STORIES)
}

/// Learns the furniture of the outlets of which documents, by number, are compared.
///
/// Cost: the reading and cutting of at most [`SAMPLE`] texts of each of them, and of
/// [`TEXTS`] and one in [`ONE_IN`] documents in all; 16 bytes for each of their units.
pub(super) fn learn(
    corpus: Corpus<'_>,
    found: &Found,
    is_compared: impl Fn(u32) -> bool,
    observer: &dyn Observer,
) -> Result<Furniture, Error> {
    let outlets = outlets(corpus.documents);
    let mut compared: AHashMap<u32, usize> = AHashMap::new();
    for (i, outlet) in (0u32..).zip(&outlets) {
        if let Some(outlet) = outlet.filter(|_| is_compared(i)) {
            *compared.entry(outlet).or_default() += 1;
        }
    }
    let edges: Vec<(u32, u32)> = found.pairs.iter().map(|pair| (pair.a, pair.b)).collect();
    let story_of = labels(found.classes.len(), &edges);
    let mut stories: AHashMap<u32, Vec<(u32, DocId)>> = AHashMap::new();
    for (i, outlet) in (0u32..).zip(&outlets) {
        let words = found.words.get(i as usize).copied().unwrap_or(0);
        let Some(outlet) = outlet.filter(|outlet| compared.contains_key(outlet)) else {
            continue;
        };
        if let Some(&story) = story_of.get(found.classes.of(i) as usize)
            && (1..=WORDS).contains(&words)
        {
            stories.entry(outlet).or_default().push((story, doc(i)));
        }
    }
    let budget = TEXTS + corpus.documents.len() / ONE_IN;
    let sample = sample(corpus, stories, &compared, budget);
    observer.stage("learning furniture", sample.len())?;
    let mut sightings: Vec<Sighting> = Vec::new();
    in_pieces(
        sample.len(),
        observer,
        |i| {
            let (outlet, story, doc) = sample[i];
            units_of(&corpus.text(doc))
                .into_iter()
                .map(|hash| Sighting {
                    hash,
                    outlet,
                    story,
                })
                .collect::<Vec<_>>()
        },
        |_, units| {
            sightings.extend(units);
            Ok(())
        },
    )?;
    let mut sizes: AHashMap<u32, usize> = AHashMap::new();
    for (outlet, _, _) in &sample {
        *sizes.entry(*outlet).or_default() += 1;
    }
    let mut of: AHashMap<u32, Vec<u64>> = AHashMap::new();
    for (outlet, hash) in repeated(&mut sightings, |outlet| {
        sizes.get(&outlet).copied().unwrap_or(0)
    }) {
        of.entry(outlet).or_default().push(hash);
    }
    Ok(Furniture { outlets, of })
}

/// The texts to read, as outlet, story and document: of the outlets with most
/// compared texts first, until the budget is spent.
fn sample(
    corpus: Corpus<'_>,
    stories: AHashMap<u32, Vec<(u32, DocId)>>,
    compared: &AHashMap<u32, usize>,
    budget: usize,
) -> Vec<(u32, u32, DocId)> {
    let mut ranked: Vec<(u32, Vec<(u32, DocId)>)> = stories.into_iter().collect();
    ranked.sort_by_key(|(outlet, _)| {
        let count = compared.get(outlet).copied().unwrap_or(0);
        (std::cmp::Reverse(count), *outlet)
    });
    let mut chosen = Vec::new();
    for (outlet, mut list) in ranked {
        list.sort_unstable();
        list.dedup_by_key(|&mut (story, _)| story);
        if list.len() < STORIES || chosen.len() + list.len().min(SAMPLE) > budget {
            continue;
        }
        let key = |doc: DocId| corpus.documents.get(doc.index()).map_or("", |d| &d.key);
        list.sort_by_cached_key(|&(_, doc)| (hash64(key(doc).as_bytes()), doc));
        list.truncate(SAMPLE);
        chosen.extend(list.into_iter().map(|(story, doc)| (outlet, story, doc)));
    }
    chosen
}

/// The hashes of the units at both ends of a text.
fn units_of(text: &str) -> AHashSet<u64> {
    let text = PreparedText::new(text);
    let count = text.units.len();
    let ends = (0..count.min(UNITS)).chain(count.saturating_sub(UNITS)..count);
    ends.filter_map(|unit| unit_hash(&text, unit)).collect()
}

/// Each outlet with the units that it repeats, by hash. `stories_of` says how many
/// stories of an outlet were looked at.
///
/// Cost: a sort of the sightings.
fn repeated(sightings: &mut Vec<Sighting>, stories_of: impl Fn(u32) -> usize) -> Vec<(u32, u64)> {
    sightings.sort_unstable();
    sightings.dedup();
    let mut found = Vec::new();
    for same in sightings.chunk_by(|x, y| x.hash == y.hash) {
        if same.len() < STANDS {
            continue;
        }
        let mut stories: Vec<u32> = same.iter().map(|sighting| sighting.story).collect();
        stories.sort_unstable();
        stories.dedup();
        for own in same.chunk_by(|x, y| x.outlet == y.outlet) {
            let Some(Sighting { hash, outlet, .. }) = own.first().copied() else {
                continue;
            };
            // A story that several outlets have counts as the outlet's own.
            let elsewhere = stories.len() - own.len();
            if own.len() >= STANDS
                && own.len() * SHARE >= stories_of(outlet)
                && own.len() >= TIMES * elsewhere
            {
                found.push((outlet, hash));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the definition says, outlet by outlet and unit by unit.
    fn naive(sightings: &[Sighting], stories_of: impl Fn(u32) -> usize) -> Vec<(u32, u64)> {
        let mut found = Vec::new();
        for &Sighting { hash, outlet, .. } in sightings {
            let stories = |here: bool| -> Vec<u32> {
                let mut list: Vec<u32> = sightings
                    .iter()
                    .filter(|other| other.hash == hash && (other.outlet == outlet) == here)
                    .map(|other| other.story)
                    .collect();
                list.sort_unstable();
                list.dedup();
                list
            };
            let own = stories(true);
            let elsewhere = stories(false)
                .iter()
                .filter(|story| !own.contains(story))
                .count();
            let often = own.len() >= STANDS && own.len() * SHARE >= stories_of(outlet);
            if often && own.len() >= TIMES * elsewhere && !found.contains(&(outlet, hash)) {
                found.push((outlet, hash));
            }
        }
        found.sort_by_key(|&(outlet, hash)| (hash, outlet));
        found
    }

    fn sighting() -> impl Strategy<Value = Sighting> {
        (0u64..4, 0u32..3, 0u32..12).prop_map(|(hash, outlet, story)| Sighting {
            hash,
            outlet,
            story,
        })
    }

    proptest! {
        #[test]
        fn what_is_repeated_is_what_the_twin_says(
            sightings in prop::collection::vec(sighting(), 0..90),
            size in 4usize..60,
        ) {
            let stories_of = |outlet: u32| size + outlet as usize;
            let wanted = naive(&sightings, stories_of);
            prop_assert_eq!(repeated(&mut sightings.clone(), stories_of), wanted);
        }
    }

    #[test]
    fn a_unit_is_furniture_of_one_outlet_only() {
        let at = |hash, outlet, story| Sighting {
            hash,
            outlet,
            story,
        };
        // Four stories of outlet 0 have unit 1; those of outlet 1 have unit 2 as well.
        let mut sightings: Vec<Sighting> = (0..4)
            .flat_map(|s| [at(1, 0, s), at(2, 0, s), at(2, 1, 9 + s)])
            .collect();
        assert_eq!(repeated(&mut sightings, |_| 16), [(0, 1)]);
        assert_eq!(repeated(&mut sightings, |_| 33), []);
        // Its copies at another outlet take nothing from it.
        sightings.extend((0..4).map(|s| at(1, 1, s)));
        assert_eq!(repeated(&mut sightings, |_| 16), [(0, 1), (1, 1)]);
    }
}
