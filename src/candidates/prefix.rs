//! The prefix join: of all shingles no pair at a bar is missed, by construction;
//! of a sample of them next to none.
//!
//! Prefix filter (Chaudhuri, Ganti, Kaushik 2006; Xiao and others 2008, PPJoin),
//! with the order that news suggests: nine shingles in ten stand in one text
//! only, and a text that keeps enough of those to itself needs no partner.

use rayon::prelude::*;

use super::lists::Lists;
use super::meet::Meeting;
use super::scan_count::scan_count;
use super::shared::Shared;
use super::{CandidatePair, Keying};
use crate::config::{Resources, Settings};
use crate::error::Error;

/// Meetings that are asked for at most, and in keys that many texts have.
const MOST_MEETINGS: u32 = 48;
const FEW_MEETINGS: u32 = 4;
/// Binary logarithms of how many texts have a key: from the first on few meetings
/// must do, from the second on one.
const FREQUENT: usize = 8;
const VERY_FREQUENT: usize = 10;

/// Shingles are keys: all of them, or those of the sample.
#[derive(Clone, Copy, Debug)]
pub struct Prefixes {
    /// Share of the shorter text's shingles that a pair at a bar has in common.
    pub(super) shared: f64,
    /// Whether only the parts of the sample hold keys.
    pub(super) sampled: bool,
}

/// Standard deviations by which a sample may show less than is shared: one pair in
/// 10,000 at the very bar shows still less.
const MARGIN: f64 = 3.7;

impl Prefixes {
    /// Prefixes for the bars of the settings, of all shingles or of the sample.
    ///
    /// Jaccard t with a text at least as long takes `2 t / (1 + t)` of the
    /// shorter one's shingles, containment c takes c of them.
    pub fn new(settings: &Settings, sampled: bool) -> Self {
        let by_jaccard = 2.0 * settings.threshold / (1.0 + settings.threshold);
        Prefixes {
            shared: by_jaccard.min(settings.containment.unwrap_or(f64::INFINITY)),
            sampled,
        }
    }

    /// Shingles that a text of so many shares with a longer one that reaches a bar.
    pub(super) fn needed(&self, shingles: u32) -> u32 {
        let count = f64::from(shingles);
        let spread = if self.sampled {
            MARGIN * (self.shared * (1.0 - self.shared) * count).sqrt()
        } else {
            0.0
        };
        // Rounded down with a margin, so that no rounding loses a pair.
        (self.shared * count - spread - 1e-6).ceil().max(1.0) as u32
    }

    /// What is never sure: of all shingles one, as two of a text may agree in 40 bits
    /// and count as one; in texts as long as books, eight times as many as do by
    /// chance. Of a sample nothing is sure to the last shingle anyway.
    fn slack(&self, shingles: u32) -> u32 {
        let pairs = u64::from(shingles) * u64::from(shingles) / 2;
        if self.sampled {
            0
        } else {
            1 + (pairs >> 37) as u32
        }
    }

    /// Meetings that are asked for, among keys that fewer than `2^(level + 1)` texts have.
    ///
    /// Of texts that share n of their shingles, any prefix that leaves out only n - l
    /// of one text's has l of those shared (Wang, Li, Feng 2012, adaptive prefixes): a
    /// longer prefix tells a copy from a text with the same few phrases without
    /// reading either. It must not lead into the footer of all texts, though.
    fn meetings(&self, shingles: u32, level: usize) -> u32 {
        let most = match level {
            // A sample passes over crowded keys, so its prefixes lead nowhere.
            _ if self.sampled => MOST_MEETINGS,
            0..FREQUENT => MOST_MEETINGS,
            FREQUENT..VERY_FREQUENT => FEW_MEETINGS,
            _ => 1,
        };
        let sure = self.needed(shingles).saturating_sub(self.slack(shingles));
        sure.clamp(1, most)
    }

    /// Whether `spent` shingles of a text are prefix enough before the keys of a level.
    pub(super) fn is_enough(&self, shingles: u32, spent: u32, level: usize) -> bool {
        self.sure(shingles, spent) >= self.meetings(shingles, level)
    }

    /// Meetings that a pair at a bar has for sure among `spent` shingles, as far as
    /// they are asked for; 0 where it may have none.
    pub(super) fn sure(&self, shingles: u32, spent: u32) -> u32 {
        let missing = shingles.saturating_sub(self.needed(shingles)) + self.slack(shingles);
        spent
            .saturating_sub(missing)
            .min(self.meetings(shingles, 0))
    }
}

impl Keying for Prefixes {
    fn keys(&self, shingles: &[u64], keys: &mut Vec<u64>) {
        keys.extend_from_slice(shingles);
    }
}

/// Pairs each text with all as long or longer that its prefix meets often enough,
/// where the two are in different components and a pair that `counts`.
///
/// The prefix is made of the shingles that no text of another component has,
/// then of the rarest of the others. `component` labels every class. Returns the pairs and the
/// number of buckets above a cap, where completeness ends: of a sample they are
/// passed over, else texts are paired with one of them only. `room` is for what several
/// texts have, and for counting. Cost: a look at all shingles and a sort of those that texts share; then a step for each meeting.
///
/// # Errors
/// What the disk says.
pub fn prefix_pairs(
    meeting: &Meeting<'_>,
    prefixes: &Prefixes,
    component: &[u32],
    counts: impl Fn(u32, u32) -> bool + Sync,
    room: &Resources,
) -> Result<(Vec<CandidatePair>, u64), Error> {
    let mut shared = Shared::new(meeting, component, prefixes.sampled, room)?;
    let lists = Lists::new(shared.lists(), room.counting() / 8, room.spill());
    let crowded = shared.reach(meeting, prefixes, &lists)?;
    let label = |text: u32| component.get(text as usize);
    // The shorter text of a pair is the one whose prefix tells.
    let wanted = |from: u32, to: u32| {
        label(from) != label(to)
            && counts(from, to)
            && (shared.size(from), from) < (shared.size(to), to)
    };
    let texts = component.len() as u32;
    let mut found = scan_count(&lists, texts, room, |from| shared.least(from), wanted)?;
    found.par_sort_unstable();
    Ok((found, crowded))
}

#[cfg(test)]
mod tests {
    use super::super::sampled_recall_at_bar;
    use super::super::{
        CandidatePair, Classes, Feeder, Meeting, Parts, SAMPLE, entry, part_of, spread,
    };
    use super::{Prefixes, prefix_pairs};
    use crate::config::{Resources, Settings};
    use crate::hash::hash64;
    use crate::spill::Spill;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn hash(shingle: u16) -> u64 {
        hash64(&shingle.to_le_bytes())
    }

    /// Sets of shingles, most of them shares of a few common stocks, so that
    /// every degree of likeness occurs.
    fn corpus() -> impl Strategy<Value = Vec<BTreeSet<u16>>> {
        let share = (0u16..4, 0u16..40, 1u16..40).prop_map(|(stock, from, count)| {
            (from..from + count)
                .map(|n| stock * 100 + n)
                .collect::<BTreeSet<u16>>()
        });
        let own = prop::collection::btree_set(1000u16..60_000, 0..12);
        let text = (prop::collection::vec(share, 0..3), own).prop_map(|(shares, own)| {
            shares
                .into_iter()
                .flatten()
                .chain(own)
                .collect::<BTreeSet<u16>>()
        });
        prop::collection::vec(text, 2..40)
    }

    fn parts() -> Parts {
        Parts::new(1 << 20, Spill::new(0, None))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_pair_at_a_bar_is_missed(texts in corpus(), threshold in 0.2f64..1.0, joined in 0u32..4) {
            let settings = Settings { threshold, ..Settings::default() };
            let every = parts();
            let mut feeder = Feeder::new(&every);
            for (text, set) in (0u32..).zip(&texts) {
                for key in set.iter().map(|&shingle| spread(hash(shingle))) {
                    feeder.push(key, entry(key, text));
                }
            }
            drop(feeder);
            let count = texts.len() as u32;
            let classes = Classes::new((0..count).map(|n| Some(n.into())));
            let class_of: Vec<u32> = (0..count).collect();
            // The first few texts are one component already.
            let component: Vec<u32> = (0..count).map(|n| if n < joined { 0 } else { n }).collect();
            let sizes: Vec<u32> = texts.iter().map(|text| text.len() as u32).collect();
            // So little that everything goes to disk and is counted in slices.
            let scarce = Resources { memory: 1 << 10, ..Resources::default() };
            let meeting = Meeting { entries: &every, class_of: &class_of, classes: &classes, sizes: &sizes };
            let (found, capped) =
                prefix_pairs(&meeting, &Prefixes::new(&settings, false), &component, |_, _| true, &scarce).unwrap();
            prop_assert_eq!(capped, 0);
            for a in 0..count {
                for b in a + 1..count {
                    let (x, y) = (&texts[a as usize], &texts[b as usize]);
                    let shared = x.intersection(y).count() as f64;
                    let jaccard = shared / (x.len() + y.len()) .saturating_sub(shared as usize).max(1) as f64;
                    let contained = shared / x.len().min(y.len()).max(1) as f64;
                    let apart = component[a as usize] != component[b as usize];
                    if apart && shared > 0.0 && (jaccard >= threshold || contained >= 0.7) {
                        prop_assert!(found.contains(&CandidatePair { a, b }), "{} {}", a, b);
                    }
                }
            }
        }
    }

    #[test]
    fn the_sample_finds_what_is_stated_and_more() {
        const PAIRS: u32 = 2000;
        let settings = Settings::default();
        for words in [20, 30, 60] {
            let shingles = words - 4;
            let shared = (2.0 / 3.0 * f64::from(shingles)).round() as u32;
            let keys = parts();
            let mut feeder = Feeder::new(&keys);
            let mut sizes = vec![0; 2 * PAIRS as usize];
            for text in 0..2 * PAIRS {
                for n in 0..shingles {
                    // Shared shingles are of the pair, the others of the text.
                    let whose = if n < shared { text / 2 } else { PAIRS + text };
                    let key = spread(hash64(&[whose.to_le_bytes(), n.to_le_bytes()].concat()));
                    feeder.push(key, entry(key, text));
                    sizes[text as usize] += u32::from(part_of(key) < SAMPLE);
                }
            }
            drop(feeder);
            let (classes, each) = (
                Classes::new((0..2 * PAIRS).map(|n| Some(n.into()))),
                (0..2 * PAIRS).collect::<Vec<u32>>(),
            );
            let meeting = Meeting {
                entries: &keys,
                class_of: &each,
                classes: &classes,
                sizes: &sizes,
            };
            let prefixes = Prefixes::new(&settings, true);
            let (found, _) = prefix_pairs(
                &meeting,
                &prefixes,
                &each,
                |_, _| true,
                &Resources::default(),
            )
            .unwrap();
            let planted = found.iter().filter(|pair| pair.a / 2 == pair.b / 2).count();
            let stated = sampled_recall_at_bar(&settings, words);
            let deviation = (stated * (1.0 - stated) / f64::from(PAIRS)).sqrt();
            let seen = planted as f64 / f64::from(PAIRS);
            assert!(
                seen >= stated - 4.0 * deviation,
                "{words}: {seen}, stated {stated}"
            );
        }
    }
}
