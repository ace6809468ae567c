//! Keys that texts of several components have, the rarest first, and how far down
//! the prefix of each text reaches.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rayon::prelude::*;

use super::lists::{Lists, Packed};
use super::meet::{Meeting, buckets};
use super::parts::{PARTS, Parts, SAMPLE};
use super::prefix::Prefixes;
use crate::config::Resources;
use crate::error::Error;

/// Ranges of frequencies: a key stands in fewer than 2^32 texts.
const LEVELS: usize = 32;

/// Parts that make a step: the order of a text's shingles is that of the steps,
/// and a prefix ends with one.
const BLOCK: usize = 16;

/// Meetings in a bucket beyond which it is too crowded: of all texts, those that
/// need a partner are paired with one only; of a sample, with none. 4,096 texts that
/// all look for a partner are not too many: one story that thousands changed a
/// little is no rarity, and which of them the others resemble is not known.
const CROWD: usize = 1 << 24;

/// Entries whose key texts of several components have, and counts for each text.
pub(super) struct Shared {
    /// Entries by the binary logarithm of how many texts have their key.
    levels: Vec<Parts>,
    /// Parts of each level that hold anything.
    parts: usize,
    sizes: Vec<AtomicU32>,
    /// Entries of each text that were not gone through.
    ahead: Vec<AtomicU32>,
    /// Meetings that a pair of each text has for sure in its prefix.
    sure: Vec<u32>,
    /// Meetings of each text that its pairs may have missed in crowded buckets.
    passed: Vec<AtomicU32>,
}

impl Shared {
    /// Takes all entries out of `meeting`; `component` labels every class.
    ///
    /// # Errors
    /// What the disk says.
    pub fn new(
        meeting: &Meeting<'_>,
        component: &[u32],
        sampled: bool,
        room: &Resources,
    ) -> Result<Self, Error> {
        let level = || Parts::new(room.counting() / LEVELS / 4, room.spill());
        let zeros = || component.iter().map(|_| AtomicU32::new(0)).collect();
        let shared = Shared {
            levels: (0..LEVELS).map(|_| level()).collect(),
            parts: if sampled { SAMPLE } else { PARTS },
            sizes: meeting.sizes.iter().map(|&size| size.into()).collect(),
            ahead: zeros(),
            sure: Vec::new(),
            passed: zeros(),
        };
        (0..shared.parts).into_par_iter().try_for_each(|part| {
            let mut entries = meeting.entries.take(part, false)?;
            retain_met(&mut entries);
            meeting.of_classes(&mut entries);
            entries.sort_unstable();
            entries.dedup_by(|again, first| {
                let repeated = again == first;
                if repeated {
                    change(&shared.sizes, *again as u32, -1);
                }
                repeated
            });
            for (level, mut entries) in shared.levels.iter().zip(by_rarity(&entries, component)) {
                if !entries.is_empty() {
                    entries
                        .iter()
                        .for_each(|&entry| change(&shared.ahead, entry as u32, 1));
                    entries.shrink_to_fit();
                    level.put(part, entries);
                }
            }
            Ok::<_, Error>(())
        })?;
        Ok(shared)
    }

    /// Goes through the keys from the rarest on until the prefix of each text is
    /// long enough, and puts the buckets of prefixes in `lists`, one for each of
    /// [`lists`](Shared::lists). Returns the number of crowded buckets.
    ///
    /// # Errors
    /// What the disk says.
    pub fn reach(
        &mut self,
        meeting: &Meeting<'_>,
        prefixes: &Prefixes,
        lists: &Lists,
    ) -> Result<u64, Error> {
        let crowded = AtomicU64::new(0);
        // What is sure of the texts whose prefix is long enough.
        let mut sure: Vec<Option<u32>> = vec![None; self.sizes.len()];
        for step in 0..self.lists().div_ceil(BLOCK) {
            let level = step * BLOCK / self.parts;
            sure.par_iter_mut().enumerate().for_each(|(text, sure)| {
                let (size, ahead) = (self.size(text as u32), count(&self.ahead, text as u32));
                let spent = size.saturating_sub(ahead);
                if sure.is_none() && prefixes.is_enough(size, spent, level) {
                    *sure = Some(prefixes.sure(size, spent));
                }
            });
            let asks = |text: u32| sure.get(text as usize) == Some(&None);
            let own = step * BLOCK..((step + 1) * BLOCK).min(self.lists());
            own.into_par_iter().try_for_each(|list| {
                let entries = self.take(list)?;
                let (packed, too_many) = self.pack(&entries, meeting, prefixes.sampled, asks);
                crowded.fetch_add(too_many, Ordering::Relaxed);
                for &entry in &entries {
                    change(&self.ahead, entry as u32, -1);
                }
                lists.fill(list, packed)
            })?;
        }
        let whole = |text: u32| prefixes.sure(self.size(text), self.size(text));
        let sure = (0u32..).zip(sure);
        self.sure = sure
            .map(|(text, sure)| sure.unwrap_or_else(|| whole(text)))
            .collect();
        Ok(crowded.into_inner())
    }

    /// Packs the buckets in which a text asks, and counts the crowded ones.
    fn pack(
        &self,
        entries: &[u64],
        meeting: &Meeting<'_>,
        sampled: bool,
        asks: impl Fn(u32) -> bool,
    ) -> (Packed, u64) {
        let (mut packed, mut crowded) = (Packed::default(), 0);
        let mut texts = Vec::new();
        for bucket in buckets(entries) {
            texts.clear();
            texts.extend(bucket.iter().map(|&entry| entry as u32));
            let needy = || texts.iter().copied().filter(|&text| asks(text));
            match needy().count() {
                0 => {}
                count if count * texts.len() <= CROWD => packed.push(&texts, &asks),
                _ => {
                    crowded += 1;
                    let centre = meeting.centre(bucket);
                    for text in needy().filter(|_| !sampled) {
                        packed.push(&[text, centre], |x| x == text);
                        change(&self.passed, text, 1);
                    }
                }
            }
        }
        (packed, crowded)
    }

    /// Number of lists that the entries come in.
    pub fn lists(&self) -> usize {
        self.levels.len() * self.parts
    }

    /// Sorted entries of a list, given away.
    fn take(&self, list: usize) -> Result<Vec<u64>, Error> {
        let level = self.levels.get(list / self.parts);
        level.map_or(Ok(Vec::new()), |level| level.take(list % self.parts, false))
    }

    /// Distinct shingles of a text.
    pub fn size(&self, text: u32) -> u32 {
        count(&self.sizes, text)
    }

    /// Meetings that make a pair of a text worth a comparison, once its prefix
    /// [reaches](Shared::reach) far enough.
    pub fn least(&self, text: u32) -> u32 {
        let sure = self.sure.get(text as usize).copied().unwrap_or(0);
        sure.saturating_sub(count(&self.passed, text)).max(1)
    }
}

fn count(counts: &[AtomicU32], text: u32) -> u32 {
    let count = counts.get(text as usize);
    count.map_or(0, |count| count.load(Ordering::Relaxed))
}

fn change(counts: &[AtomicU32], text: u32, by: i32) {
    if let Some(count) = counts.get(text as usize) {
        count.fetch_add(by as u32, Ordering::Relaxed);
    }
}

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
