//! The prefix join: of all shingles no pair at a bar is missed, by construction;
//! of a sample of them next to none.
//!
//! Prefix filter (Chaudhuri, Ganti, Kaushik 2006; Xiao and others 2008, PPJoin),
//! with the order that news suggests: nine shingles in ten stand in one text
//! only, and a text that keeps enough of those to itself needs no partner.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rayon::prelude::*;

use super::meet::{Meeting, buckets, counted, push};
use super::parts::{Feeder, PARTS, Parts, SAMPLE};
use super::{CandidatePair, Keying};
use crate::config::Settings;
use crate::error::Error;

/// Meetings that are asked for at most.
const MOST_MEETINGS: u32 = 48;

/// Shingles are keys: all of them, or those of the sample.
#[derive(Clone, Copy, Debug)]
pub struct Prefixes {
    /// Share of the shorter text's shingles that a pair at a bar has in common.
    shared: f64,
    sampled: bool,
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
    fn needed(&self, shingles: u32) -> u32 {
        let count = f64::from(shingles);
        let spread = if self.sampled {
            MARGIN * (self.shared * (1.0 - self.shared) * count).sqrt()
        } else {
            0.0
        };
        // Rounded down with a margin, so that no rounding loses a pair.
        (self.shared * count - spread - 1e-6).ceil().max(1.0) as u32
    }

    /// Meetings that are asked for. Of texts that share n of their shingles, any
    /// prefix that leaves out only n - l of one text's has l of those shared
    /// (Wang, Li, Feng 2012, adaptive prefixes): a longer prefix tells a copy from a text with the
    /// same few phrases without reading either.
    fn meetings(&self, shingles: u32) -> u32 {
        (self.needed(shingles) * 3 / 4).clamp(1, MOST_MEETINGS)
    }

    /// Length of a text's prefix. One more than need be: two shingles of a text
    /// that agree in 40 bits count as one.
    fn prefix(&self, shingles: u32) -> u32 {
        let missing = shingles.saturating_sub(self.needed(shingles));
        missing.saturating_add(self.meetings(shingles) + 1)
    }
}

/// Probability that a pair is proposed by the sample: `shingles` are those of the
/// shorter text, `shared` is the share of them that the other text has.
///
/// Each shingle is in the sample with the same probability, whichever text has
/// it. Cost: quadratic in the shingles.
pub fn sampled_recall(settings: &Settings, shingles: u32, shared: f64) -> f64 {
    let prefixes = Prefixes::new(settings, true);
    let share = SAMPLE as f64 / PARTS as f64;
    let both = (shared * f64::from(shingles)).round() as u32;
    let (in_both, own) = (
        binomial(both, share),
        binomial(shingles.saturating_sub(both), share),
    );
    let mut found = 0.0;
    for (x, p) in (0u32..).zip(&in_both) {
        let sampled = (0u32..).zip(&own);
        let enough = sampled.filter(|(y, _)| x >= prefixes.needed(x + y) && x > 0);
        found += p * enough.map(|(_, q)| q).sum::<f64>();
    }
    found.min(1.0)
}

/// [`sampled_recall`] of a pair that just reaches a bar and whose shorter text has
/// so many words.
pub fn sampled_recall_at_bar(settings: &Settings, words: u32) -> f64 {
    let shingles = words.saturating_sub(settings.width as u32 - 1).max(1);
    sampled_recall(settings, shingles, Prefixes::new(settings, true).shared)
}

/// Probabilities of 0 to `count` successes.
fn binomial(count: u32, p: f64) -> Vec<f64> {
    let mut log = f64::from(count) * (1.0 - p).ln();
    let mut list = Vec::with_capacity(count as usize + 1);
    for k in 0..=count {
        list.push(log.exp());
        log += (f64::from(count - k) / f64::from(k + 1)).ln() + (p / (1.0 - p)).ln();
    }
    list
}

impl Keying for Prefixes {
    fn keys(&self, shingles: &[u64], keys: &mut Vec<u64>) {
        keys.extend_from_slice(shingles);
    }
}

/// Parts that are gone through at once; the order of a text's shingles is that
/// of these blocks within a range of frequencies.
const BLOCK: usize = 16;

/// Pairs each text with all that its prefix meets often enough, where the two are
/// in different components.
///
/// The prefix is made of the shingles that no text of another component has,
/// then of the rarest of the others. `component` labels every class. Returns the pairs and the
/// number of buckets above a cap, where completeness ends: of a sample they are
/// passed over, else texts are paired with one of them only. `spare` gives room for what several texts have, once for each
/// range of frequencies. Cost: a look at all shingles and a sort of those that texts share; then in proportion to the pairs.
///
/// # Errors
/// What the disk says.
pub fn prefix_pairs(
    meeting: &Meeting<'_>,
    prefixes: &Prefixes,
    component: &[u32],
    pairs: &Parts,
    spare: impl Fn() -> Parts,
) -> Result<(Vec<CandidatePair>, u64), Error> {
    // Of each text the distinct shingles, and above them in the same number
    // those that other components have and that were not gone through.
    let size = |&size: &u32| AtomicU64::new(u64::from(size));
    let counts: Vec<AtomicU64> = meeting.sizes.iter().map(size).collect();
    let count = |text: u32| {
        let count = counts.get(text as usize);
        count.map_or(0, |count| count.load(Ordering::Relaxed))
    };
    let change = |text: u32, what: u64| {
        if let Some(count) = counts.get(text as usize) {
            count.fetch_add(what, Ordering::Relaxed);
        }
    };
    let parts = if prefixes.sampled { SAMPLE } else { PARTS };
    // Keys that several components have, by the binary logarithm of how many texts do.
    let levels: Vec<Parts> = (0..LEVELS).map(|_| spare()).collect();
    (0..parts).into_par_iter().try_for_each(|part| {
        let mut entries = meeting.entries.take(part, false)?;
        retain_met(&mut entries);
        meeting.of_classes(&mut entries);
        entries.sort_unstable();
        entries.dedup_by(|again, first| {
            let same = again == first;
            if same {
                change(*again as u32, REPEATED);
            }
            same
        });
        for (level, entries) in levels.iter().zip(by_rarity(&entries, component)) {
            if !entries.is_empty() {
                entries
                    .iter()
                    .for_each(|&entry| change(entry as u32, AHEAD));
                level.put(part, entries);
            }
        }
        Ok::<_, Error>(())
    })?;
    let size = |text: u32| count(text) as u32;
    let needs = |text: u32| {
        let (size, ahead) = (size(text), (count(text) >> 32) as u32);
        size - ahead.min(size) < prefixes.prefix(size)
    };
    let capped = AtomicU64::new(0);
    // Meetings of each text that its pairs may have missed in crowded buckets.
    let passed: Vec<AtomicU32> = component.iter().map(|_| AtomicU32::new(0)).collect();
    let pass = |text: u32| {
        if let Some(passed) = passed.get(text as usize) {
            passed.fetch_add(1, Ordering::Relaxed);
        }
    };
    for level in &levels {
        for block in 0..parts.div_ceil(BLOCK) {
            // What is spent is read by all and added to after: the order in
            // which threads come by decides nothing.
            let used: Result<Vec<Vec<u64>>, Error> = (block * BLOCK..(block + 1) * BLOCK)
                .into_par_iter()
                .map(|part| {
                    let entries = level.take(part, false)?;
                    let mut feeder = Feeder::new(pairs);
                    for bucket in buckets(&entries) {
                        let needy = needy(bucket, &needs);
                        if needy.len() * bucket.len() <= CROWD {
                            pair_bucket(bucket, &needy, component, &mut feeder);
                            continue;
                        }
                        capped.fetch_add(1, Ordering::Relaxed);
                        if !prefixes.sampled {
                            let centre = meeting.centre(bucket);
                            pair_bucket(&[u64::from(centre)], &needy, component, &mut feeder);
                            needy.iter().for_each(|&text| pass(text));
                        }
                    }
                    Ok(entries)
                })
                .collect();
            let used = used?;
            used.par_iter()
                .flatten()
                .for_each(|&entry| change(entry as u32, PAST));
        }
    }
    // Directed: how often the prefix of the first met the second.
    let enough = |pair: CandidatePair, met: usize| {
        let passed = passed.get(pair.a as usize);
        let passed = passed.map_or(0, |passed| passed.load(Ordering::Relaxed));
        met + passed as usize >= prefixes.meetings(size(pair.a)) as usize
    };
    let mut found: Vec<CandidatePair> = counted(pairs, enough)?
        .into_iter()
        .map(|pair| CandidatePair::new(pair.a, pair.b))
        .collect();
    found.par_sort_unstable();
    found.dedup();
    Ok((found, capped.into_inner()))
}

/// Ranges of frequencies: a key stands in fewer than 2^32 texts.
const LEVELS: usize = 32;

/// What changes in the counts of a text: a shingle that was counted twice, one
/// to go through, one that was gone through.
const REPEATED: u64 = 1u64.wrapping_neg();
const AHEAD: u64 = 1 << 32;
const PAST: u64 = AHEAD.wrapping_neg();

/// Leaves out entries whose key no other has, as far as a table of bits shows:
/// nine in ten, which then need not be sorted.
fn retain_met(entries: &mut Vec<u64>) {
    let bits = (4 * entries.len()).next_power_of_two().clamp(64, 1 << 32);
    let shift = u64::BITS - bits.ilog2();
    let (mut once, mut again) = (vec![0u64; bits / 64], vec![0u64; bits / 64]);
    let place = |entry: u64| {
        let at = (entry >> shift) as usize;
        (at / 64, 1u64 << (at % 64))
    };
    for &entry in &*entries {
        let (at, bit) = place(entry);
        if let (Some(once), Some(again)) = (once.get_mut(at), again.get_mut(at)) {
            *again |= *once & bit;
            *once |= bit;
        }
    }
    entries.retain(|&entry| {
        let (at, bit) = place(entry);
        again.get(at).is_some_and(|again| again & bit != 0)
    });
}

/// Cuts sorted entries by the binary logarithm of how many texts have a key, the
/// rarest first, and leaves out keys of one component, which pair nothing.
fn by_rarity(entries: &[u64], component: &[u32]) -> Vec<Vec<u64>> {
    let label = |entry: u64| component.get(entry as u32 as usize);
    let mut levels: Vec<Vec<u64>> = Vec::new();
    for bucket in buckets(entries) {
        if bucket.iter().any(|&entry| label(entry) != label(bucket[0])) {
            let level = bucket.len().ilog2() as usize;
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            levels[level].extend_from_slice(bucket);
        }
    }
    levels
}

/// Pairs of a bucket beyond which it is too crowded: of all texts, those that need a
/// partner are paired with one only; of a sample, with none.
const CROWD: usize = 20_000;

/// The texts of a bucket that need a partner.
fn needy(bucket: &[u64], needs: &impl Fn(u32) -> bool) -> Vec<u32> {
    let texts = bucket.iter().map(|&entry| entry as u32);
    texts.filter(|&text| needs(text)).collect()
}

/// Pairs texts that need a partner with those of a bucket.
fn pair_bucket(bucket: &[u64], needy: &[u32], component: &[u32], feeder: &mut Feeder<'_>) {
    let label = |text: u32| component.get(text as usize);
    for &a in needy {
        for b in bucket.iter().map(|&entry| entry as u32) {
            if label(a) != label(b) {
                push(feeder, CandidatePair { a, b });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        CandidatePair, Classes, Feeder, Meeting, Parts, SAMPLE, entry, part_of, spread,
    };
    use super::{Prefixes, prefix_pairs, sampled_recall, sampled_recall_at_bar};
    use crate::config::Settings;
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
            let contents: Vec<Option<u128>> = (0..count).map(|n| Some(n.into())).collect();
            let classes = Classes::new(&contents);
            let class_of: Vec<u32> = (0..count).collect();
            // The first few texts are one component already.
            let component: Vec<u32> = (0..count).map(|n| if n < joined { 0 } else { n }).collect();
            let sizes: Vec<u32> = texts.iter().map(|text| text.len() as u32).collect();
            let meeting = Meeting { entries: &every, class_of: &class_of, classes: &classes, sizes: &sizes };
            let (found, capped) =
                prefix_pairs(&meeting, &Prefixes::new(&settings, false), &component, &parts(), parts).unwrap();
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
    fn the_stated_recall_of_the_sample() {
        // As README and docs/method.md say.
        for (words, stated) in [(20, 0.9578), (30, 0.9925), (100, 0.999_98)] {
            let found = sampled_recall_at_bar(&Settings::default(), words);
            assert!((found - stated).abs() < 1e-4, "{words}: {found}");
        }
        assert!(sampled_recall(&Settings::default(), 350, 1.0) > 1.0 - 1e-9);
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
            let contents: Vec<Option<u128>> = (0..2 * PAIRS).map(|n| Some(n.into())).collect();
            let (classes, each) = (
                Classes::new(&contents),
                (0..2 * PAIRS).collect::<Vec<u32>>(),
            );
            let meeting = Meeting {
                entries: &keys,
                class_of: &each,
                classes: &classes,
                sizes: &sizes,
            };
            let prefixes = Prefixes::new(&settings, true);
            let (found, _) = prefix_pairs(&meeting, &prefixes, &each, &parts(), parts).unwrap();
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
