//! How often two texts meet, counted text by text (ScanCount; Li, Lu, Lu 2008).
//!
//! A list of all meetings would be sorted to count them, and of a million articles
//! there are a billion. Instead each text that asks goes through its buckets and
//! counts the others in one row of small numbers.

use std::ops::Range;

use rayon::prelude::*;

use super::CandidatePair;
use super::lists::Lists;
use super::meet::spread;
use super::parts::{Feeder, PARTS, Parts};
use crate::config::Resources;
use crate::error::Error;

/// Counts for each of `texts` texts how often it meets each other. Returns the
/// pairs that meet as often as `least` says of the one that asks, and of which
/// `wanted` (who asks, who is met) says yes, in no order. Counts end at 255.
///
/// The texts that are met are taken in as many slices as make the buckets fit into
/// `room`; each costs another look at the lists. Cost: a step for each meeting.
///
/// # Errors
/// What the disk says.
pub(super) fn scan_count(
    lists: &Lists,
    texts: u32,
    room: &Resources,
    least: impl Fn(u32) -> u32 + Sync,
    wanted: impl Fn(u32, u32) -> bool + Sync,
) -> Result<Vec<CandidatePair>, Error> {
    let most = (room.counting() / 2 / size_of::<u32>()).clamp(1, u32::MAX as usize / 2);
    let slices = lists
        .numbers()
        .div_ceil(most)
        .clamp(1, texts.max(1) as usize);
    let width = texts.div_ceil(slices as u32).max(1);
    let lengths = lengths(lists, texts, width)?;
    let mut found = Vec::new();
    for (from, lengths) in (0..texts).step_by(width as usize).zip(&lengths) {
        let met = from..texts.min(from.saturating_add(width));
        let asked = Parts::new(room.counting() / 8, room.spill());
        let index = Index::new(lists, lengths, met, &asked)?;
        let of_part = |part| -> Result<Vec<CandidatePair>, Error> {
            let mut asked = asked.take(part, false)?;
            asked.sort_unstable();
            Ok(index.count(&asked, &least, &wanted))
        };
        let parts: Result<Vec<Vec<CandidatePair>>, Error> =
            (0..PARTS).into_par_iter().map(of_part).collect();
        found.extend(parts?.into_iter().flatten());
    }
    Ok(found)
}

/// For each slice of `width` texts the numbers that the buckets of each list take there.
fn lengths(lists: &Lists, texts: u32, width: u32) -> Result<Vec<Vec<usize>>, Error> {
    let slices = texts.div_ceil(width) as usize;
    let of_list = |list| {
        let mut lengths = vec![0; slices];
        lists.each(list, |bucket| {
            lengths.iter_mut().for_each(|length| *length += 1);
            for text in bucket.texts {
                if let Some(length) = lengths.get_mut((text / width) as usize) {
                    *length += 1;
                }
            }
        })?;
        Ok(lengths)
    };
    let of_lists: Result<Vec<Vec<usize>>, Error> =
        (0..lists.len()).into_par_iter().map(of_list).collect();
    let of_lists = of_lists?;
    let of_slice = |slice: usize| {
        of_lists
            .iter()
            .filter_map(|lengths| lengths.get(slice).copied())
            .collect()
    };
    Ok((0..slices).map(of_slice).collect())
}

/// Buckets with those of their texts that lie in a slice.
struct Index {
    /// Of each bucket the number of its texts, then they.
    buckets: Vec<u32>,
    met: Range<u32>,
}

impl Index {
    /// Packs the buckets, which take `lengths` numbers in each list, and puts what is
    /// asked in `asked`: a text and the place of a bucket, all of one text in one part.
    fn new(
        lists: &Lists,
        lengths: &[usize],
        met: Range<u32>,
        asked: &Parts,
    ) -> Result<Self, Error> {
        let mut buckets = vec![0; lengths.iter().sum()];
        let (mut rest, mut own, mut place) = (buckets.as_mut_slice(), Vec::new(), 0);
        for &length in lengths {
            let (first, others) = rest.split_at_mut(length);
            own.push((place, first));
            (rest, place) = (others, place + length as u64);
        }
        let fill = |(list, (place, own)): (usize, (u64, &mut [u32]))| {
            let mut feeder = Feeder::new(asked);
            let mut at = 0;
            lists.each(list, |bucket| {
                for &text in bucket.asking {
                    let entry = u64::from(text) << 32 | (place + at as u64);
                    feeder.push(spread(text.into()), entry);
                }
                let first = at;
                for &text in bucket.texts.iter().filter(|text| met.contains(text)) {
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
        };
        own.into_par_iter().enumerate().try_for_each(fill)?;
        Ok(Index { buckets, met })
    }

    /// The wanted pairs of some texts; `asked` is sorted.
    fn count(
        &self,
        asked: &[u64],
        least: &(impl Fn(u32) -> u32 + Sync),
        wanted: &(impl Fn(u32, u32) -> bool + Sync),
    ) -> Vec<CandidatePair> {
        let mut counts = vec![0u8; self.met.len()];
        let (mut touched, mut ranges) = (Vec::new(), Vec::new());
        let mut found = Vec::new();
        for row in asked.chunk_by(|x, y| x >> 32 == y >> 32) {
            let from = (row[0] >> 32) as u32;
            // Buckets lie anywhere in memory. Their lengths are read first, since reads
            // that do not wait for one another are under way together.
            ranges.clear();
            ranges.extend(row.iter().filter_map(|&entry| {
                let place = entry as u32 as usize;
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
            memory in 0u64..8000,
        ) {
            let mut met: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            let room = Resources { memory, ..Resources::default() };
            let packed = Lists::new(lists.len(), room.counting(), room.spill());
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
            let mut found = scan_count(&packed, 12, &room, |_| least, |x, y| x < y).unwrap();
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
