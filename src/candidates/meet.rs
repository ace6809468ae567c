//! Texts that share keys, paired.
//!
//! Keys arrive as entries (key, text) in [`Parts`]. Pairs are proposed in two
//! rounds. [`stars`] looks at a sample of the parts and links each text of a
//! bucket to one of them: enough to find what most groups are, at a cost that is
//! linear in the entries. Once those pairs are verified, a second round pairs what
//! is not in one component yet: [`across`] all of it for bands and fingerprints,
//! [`prefix_pairs`](super::prefix_pairs) the rarest shingles. So a thousand copies of one
//! article cost a thousand pairs, not half a million for each passage that they share.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::identical::Classes;
use super::parts::{Feeder, PARTS, Parts, SAMPLE};
use super::{BUCKET_CAP, CandidatePair};
use crate::error::Error;

/// Spreads keys evenly over the parts: fingerprints are minima, which crowd at the low end.
pub fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The entry of a text under a spread key: 32 bits of the key behind the eight
/// that name the part, then the text. Two keys that agree in 40 bits count as
/// one here, which proposes a pair too many, never one too few.
pub fn entry(spread: u64, text: u32) -> u64 {
    (spread << 8) & 0xffff_ffff_0000_0000 | u64::from(text)
}

/// What the entries of texts mean.
pub struct Meeting<'a> {
    /// Entries of texts by number of arrival.
    pub entries: &'a Parts,
    /// The class of each text by number of arrival; `u32::MAX` for none.
    pub class_of: &'a [u32],
    /// The classes.
    pub classes: &'a Classes,
    /// Entries of each class, repeated ones counted each time.
    pub sizes: &'a [u32],
}

impl Meeting<'_> {
    /// The entries of a part with classes for texts, sorted, each once.
    pub(super) fn sorted(&self, part: usize, keep: bool) -> Result<Vec<u64>, Error> {
        let mut entries = self.entries.take(part, keep)?;
        self.of_classes(&mut entries);
        entries.sort_unstable();
        entries.dedup();
        Ok(entries)
    }

    /// Puts classes in place of texts.
    pub(super) fn of_classes(&self, entries: &mut Vec<u64>) {
        entries.retain_mut(|entry| {
            let text = *entry as u32;
            let class = self.class_of.get(text as usize).copied();
            let class = class.unwrap_or(u32::MAX);
            *entry = *entry & 0xffff_ffff_0000_0000 | u64::from(class);
            class != u32::MAX
        });
    }

    pub(super) fn centre(&self, bucket: &[u64]) -> u32 {
        let texts = bucket.iter().map(|&entry| entry as u32);
        texts
            .min_by_key(|&text| self.classes.rank(text))
            .unwrap_or(0)
    }
}

/// Buckets with more than one text.
pub(super) fn buckets(entries: &[u64]) -> impl Iterator<Item = &[u64]> {
    entries
        .chunk_by(|x, y| x >> 32 == y >> 32)
        .filter(|bucket| bucket.len() > 1)
}

/// First round: pairs every text of a bucket with the one of smallest rank, in
/// the parts of the sample, and hands on pairs that meet at least `least` times
/// there. A copy shares tens of keys with its source, so a quarter of them shows
/// it; what it misses, the second round finds.
///
/// # Errors
/// What the disk says.
pub fn stars(
    meeting: &Meeting<'_>,
    pairs: &Parts,
    least: usize,
) -> Result<Vec<CandidatePair>, Error> {
    (0..SAMPLE).into_par_iter().try_for_each(|part| {
        let entries = meeting.sorted(part, true)?;
        let mut feeder = Feeder::new(pairs);
        for bucket in buckets(&entries) {
            let centre = meeting.centre(bucket);
            for other in bucket.iter().map(|&entry| entry as u32) {
                if other != centre {
                    push(&mut feeder, CandidatePair::new(centre, other));
                }
            }
        }
        Ok::<_, Error>(())
    })?;
    counted(pairs, |_, count| count >= least)
}

/// Second round: pairs the texts of a bucket that are in different components.
/// A bucket of more than [`BUCKET_CAP`] texts links each to one instead.
/// `component` labels every class. Returns the pairs and the number of capped buckets.
///
/// # Errors
/// What the disk says.
pub fn across(
    meeting: &Meeting<'_>,
    component: &[u32],
    pairs: &Parts,
) -> Result<(Vec<CandidatePair>, u64), Error> {
    let capped = AtomicU64::new(0);
    let label = |entry: u64| component.get(entry as u32 as usize);
    (0..PARTS).into_par_iter().try_for_each(|part| {
        let entries = meeting.sorted(part, false)?;
        let mut feeder = Feeder::new(pairs);
        for bucket in buckets(&entries) {
            if bucket.iter().all(|&entry| label(entry) == label(bucket[0])) {
                continue;
            }
            if bucket.len() > BUCKET_CAP {
                capped.fetch_add(1, Ordering::Relaxed);
                let centre = meeting.centre(bucket);
                for other in bucket.iter().map(|&entry| entry as u32) {
                    if label(other.into()) != label(centre.into()) {
                        push(&mut feeder, CandidatePair::new(centre, other));
                    }
                }
                continue;
            }
            for (i, &x) in bucket.iter().enumerate() {
                for &y in bucket[i + 1..].iter().filter(|&&y| label(x) != label(y)) {
                    push(&mut feeder, CandidatePair::new(x as u32, y as u32));
                }
            }
        }
        Ok::<_, Error>(())
    })?;
    Ok((counted(pairs, |_, _| true)?, capped.into_inner()))
}

/// Hands a pair on; all of one text stand in one part.
pub(super) fn push(feeder: &mut Feeder<'_>, pair: CandidatePair) {
    let key = spread(u64::from(pair.a));
    feeder.push(key, u64::from(pair.a) << 32 | u64::from(pair.b));
}

/// The pairs that are wanted, ascending, each once; `wanted` hears how often each was pushed.
pub(super) fn counted(
    pairs: &Parts,
    wanted: impl Fn(CandidatePair, usize) -> bool + Sync,
) -> Result<Vec<CandidatePair>, Error> {
    let of_part = |part| -> Result<Vec<CandidatePair>, Error> {
        let mut met = pairs.take(part, false)?;
        met.sort_unstable();
        let once = met.chunk_by(|x, y| x == y).filter_map(|same| {
            let first = *same.first()?;
            let pair = CandidatePair {
                a: (first >> 32) as u32,
                b: first as u32,
            };
            wanted(pair, same.len()).then_some(pair)
        });
        Ok(once.collect())
    };
    let lists: Result<Vec<Vec<CandidatePair>>, Error> =
        (0..PARTS).into_par_iter().map(of_part).collect();
    let mut all: Vec<CandidatePair> = lists?.into_iter().flatten().collect();
    all.par_sort_unstable();
    Ok(all)
}
