//! How often two texts meet, counted text by text (ScanCount; Li, Lu, Lu 2008).
//!
//! A list of all meetings would be sorted to count them, and of a million articles
//! there are a billion. Instead each text that asks goes through its buckets and
//! counts the others in one row of small numbers.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::CandidatePair;
use super::lists::Lists;
use crate::error::Error;

/// Texts whose rows a thread counts before it makes way.
const CHUNK: usize = 2048;

/// Counts for each of `texts` texts how often it meets each other. Returns the
/// pairs that meet as often as `least` says of the one that asks, and of which
/// `wanted` (who asks, who is met) says yes, in no order. Counts end at 255.
///
/// What is held of the lists at once takes about `bytes`, and they are
/// gone through once more for each share of that. Cost: a step for each meeting.
///
/// # Errors
/// What the disk says.
pub(super) fn scan_count(
    lists: &Lists,
    texts: u32,
    bytes: usize,
    least: impl Fn(u32) -> u32 + Sync,
    wanted: impl Fn(u32, u32) -> bool + Sync,
) -> Result<Vec<CandidatePair>, Error> {
    let asked: Vec<AtomicU32> = (0..texts).map(|_| AtomicU32::new(0)).collect();
    let lengths = lengths(lists, &(0..texts), |text| {
        if let Some(asked) = asked.get(text as usize) {
            asked.fetch_add(1, Ordering::Relaxed);
        }
    })?;
    let asked: Vec<u32> = asked.into_iter().map(AtomicU32::into_inner).collect();
    let places: usize = asked.iter().map(|&count| count as usize).sum();
    let (of_met, of_asking) = shares(lengths.iter().sum(), places, bytes / size_of::<u32>());
    let slices = |count: u32| {
        let width = texts.div_ceil(count).max(1);
        let slice = move |from: u32| from..texts.min(from.saturating_add(width));
        (0..texts).step_by(width as usize).map(slice)
    };
    let mut found = Vec::new();
    for met in slices(of_met) {
        let lengths = if met.len() == texts as usize {
            lengths.clone()
        } else {
            self::lengths(lists, &met, |_| ())?
        };
        for asking in slices(of_asking) {
            let index = Index::new(lists, &lengths, &met, &asking, &asked)?;
            let rows: Vec<u32> = asking.collect();
            let chunks = rows
                .par_chunks(CHUNK)
                .map(|rows| index.count(rows, &least, &wanted));
            found.par_extend(chunks.flatten_iter());
        }
    }
    Ok(found)
}

/// In how many slices the texts that are met and those that ask are taken, so that
/// a slice of both takes no more than `room` numbers.
///
/// Each slice of the former costs another look at every bucket by every text that
/// asks, each slice of the latter another look at the lists only.
fn shares(buckets: usize, places: usize, room: usize) -> (u32, u32) {
    const MOST: usize = 8;
    let room = room.min(u32::MAX as usize / 2);
    let fits = |met: usize| {
        let left = room.checked_sub(buckets.div_ceil(met))?;
        let asking = places.div_ceil(left.max(1)).max(1);
        (asking <= MOST).then_some((met as u32, asking as u32))
    };
    (1..=1 << 10)
        .find_map(fits)
        .unwrap_or((1 << 10, MOST as u32))
}

/// Numbers that the buckets of each list take, of texts in `met`.
fn lengths(
    lists: &Lists,
    met: &Range<u32>,
    asks: impl Fn(u32) + Sync,
) -> Result<Vec<usize>, Error> {
    let of_list = |list| {
        let mut length = 0;
        lists.each(list, |bucket| {
            bucket.asking.iter().for_each(|&text| asks(text));
            length += 1 + within(bucket.texts, met).count();
        })?;
        Ok(length)
    };
    (0..lists.len()).into_par_iter().map(of_list).collect()
}

fn within<'t>(texts: &'t [u32], range: &'t Range<u32>) -> impl Iterator<Item = u32> + 't {
    texts.iter().copied().filter(|text| range.contains(text))
}

/// Buckets, and which of them each text asks.
struct Index {
    /// Of each bucket the number of its texts, then they.
    buckets: Vec<u32>,
    met: Range<u32>,
    /// Places in `buckets`, those of one text together.
    asked: Vec<AtomicU32>,
    /// Where the places of each text of `asking` begin, and one more.
    starts: Vec<u32>,
    asking: Range<u32>,
}

impl Index {
    fn new(
        lists: &Lists,
        lengths: &[usize],
        met: &Range<u32>,
        asking: &Range<u32>,
        asked: &[u32],
    ) -> Result<Self, Error> {
        let mut starts = vec![0];
        for text in asking.clone() {
            let last = starts.last().copied().unwrap_or(0);
            starts.push(last + asked.get(text as usize).copied().unwrap_or(0));
        }
        let next: Vec<AtomicU32> = starts.iter().map(|&start| start.into()).collect();
        let places = starts.last().copied().unwrap_or(0);
        let index = Index {
            buckets: Vec::new(),
            met: met.clone(),
            asked: (0..places).map(|_| AtomicU32::new(0)).collect(),
            starts,
            asking: asking.clone(),
        };
        let mut all = vec![0; lengths.iter().sum()];
        let (mut rest, mut own, mut place) = (all.as_mut_slice(), Vec::new(), 0);
        for &length in lengths {
            let (first, others) = rest.split_at_mut(length);
            own.push((place, first));
            (rest, place) = (others, place + length as u32);
        }
        own.into_par_iter()
            .enumerate()
            .try_for_each(|(list, (place, own))| {
                let mut at = 0;
                lists.each(list, |bucket| {
                    for text in within(bucket.asking, asking) {
                        let next = next.get((text - asking.start) as usize);
                        let slot = next.map(|next| next.fetch_add(1, Ordering::Relaxed));
                        if let Some(slot) = slot.and_then(|slot| index.asked.get(slot as usize)) {
                            slot.store(place + at as u32, Ordering::Relaxed);
                        }
                    }
                    let first = at;
                    for text in within(bucket.texts, met) {
                        at += 1;
                        if let Some(slot) = own.get_mut(at) {
                            *slot = text;
                        }
                    }
                    if let Some(slot) = own.get_mut(first) {
                        *slot = (at - first) as u32;
                    }
                    at += 1;
                })
            })?;
        Ok(Index {
            buckets: all,
            ..index
        })
    }

    /// The places of the buckets that a text asks.
    fn places(&self, text: u32) -> &[AtomicU32] {
        let at = (text - self.asking.start) as usize;
        let range = self.starts.get(at).zip(self.starts.get(at + 1));
        let range = range.map_or(0..0, |(&from, &to)| from as usize..to as usize);
        self.asked.get(range).unwrap_or_default()
    }

    /// The wanted pairs of some texts.
    fn count(
        &self,
        rows: &[u32],
        least: &(impl Fn(u32) -> u32 + Sync),
        wanted: &(impl Fn(u32, u32) -> bool + Sync),
    ) -> Vec<CandidatePair> {
        let mut counts = vec![0u8; self.met.len()];
        let (mut touched, mut ranges) = (Vec::new(), Vec::new());
        let mut found = Vec::new();
        for &from in rows {
            // Buckets lie anywhere in memory. Their lengths are read first, since reads
            // that do not wait for one another are under way together.
            ranges.clear();
            ranges.extend(self.places(from).iter().filter_map(|place| {
                let place = place.load(Ordering::Relaxed) as usize;
                let length = *self.buckets.get(place)? as usize;
                Some(place + 1..place + 1 + length)
            }));
            let met = ranges.drain(..).filter_map(|range| self.buckets.get(range));
            for &to in met.flatten() {
                if let Some(count) = counts.get_mut((to - self.met.start) as usize) {
                    if *count == 0 {
                        touched.push(to);
                    }
                    *count = count.saturating_add(1);
                }
            }
            let least = least(from);
            for to in touched.drain(..) {
                if let Some(count) = counts.get_mut((to - self.met.start) as usize) {
                    let met = u32::from(std::mem::take(count));
                    if met >= least && to != from && wanted(from, to) {
                        found.push(CandidatePair::new(from, to));
                    }
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::lists::Packed;
    use super::*;
    use crate::spill::Spill;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn counts_are_those_of_all_meetings(
            lists in prop::collection::vec(
                prop::collection::vec(prop::collection::btree_map(0u32..12, any::<bool>(), 1..8), 0..6),
                0..6,
            ),
            least in 1u32..4,
            bytes in 0usize..400,
        ) {
            let mut met: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            let packed = Lists::new(lists.len(), bytes, Spill::new(0, None));
            for (number, buckets) in lists.iter().enumerate() {
                let mut list = Packed::default();
                for bucket in buckets {
                    let texts: Vec<u32> = bucket.keys().copied().collect();
                    list.push(&texts, |text| bucket[&text]);
                    for &from in texts.iter().filter(|text| bucket[text]) {
                        for &to in texts.iter().filter(|&&to| to != from) {
                            *met.entry((from, to)).or_default() += 1;
                        }
                    }
                }
                packed.fill(number, list).unwrap();
            }
            let mut expected: Vec<CandidatePair> = met
                .into_iter()
                .filter(|&((from, to), met)| from < to && met >= least)
                .map(|((from, to), _)| CandidatePair::new(from, to))
                .collect();
            let mut found = scan_count(&packed, 12, bytes, |_| least, |x, y| x < y).unwrap();
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
