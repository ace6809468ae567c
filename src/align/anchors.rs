//! Runs of words that occur once in each text, and the heaviest ones in order.

use std::ops::Range;
use std::sync::LazyLock;

/// Width of an anchor in tokens.
pub(super) const WIDTH: usize = 5;

/// `len` equal tokens from `a` in one text and from `b` in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Block {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) len: usize,
}

impl Block {
    pub(super) fn a_end(&self) -> usize {
        self.a + self.len
    }
    pub(super) fn b_end(&self) -> usize {
        self.b + self.len
    }
}

const NOWHERE: u32 = u32::MAX;
const TWICE: u32 = u32::MAX - 1;

static SPREAD: LazyLock<u64> = LazyLock::new(|| ahash::RandomState::new().hash_one(0) | 1);

/// Where a key was seen in each text.
#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    a: u32,
    b: u32,
}

/// Keys of passages of `a`, each with the only place where `b` has it too.
struct Seen {
    slots: Vec<Slot>,
    shift: u32,
    /// Odd and of this process alone, so that no text can be made to fill one
    /// corner of the table; nothing but time depends on it.
    spread: u64,
    /// Some key came twice in one text.
    repeats: bool,
}

impl Seen {
    /// Room for so many keys of `a`.
    fn new(keys: usize) -> Self {
        let slots = (keys * 2).next_power_of_two().max(2);
        let empty = Slot {
            key: 0,
            a: NOWHERE,
            b: NOWHERE,
        };
        Seen {
            slots: vec![empty; slots],
            shift: 64 - slots.trailing_zeros(),
            spread: *SPREAD,
            repeats: false,
        }
    }

    fn find(&self, key: u64) -> usize {
        let mut at = (key.wrapping_mul(self.spread) >> self.shift) as usize;
        while self.slots[at].a != NOWHERE && self.slots[at].key != key {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    fn in_a(&mut self, key: u64, place: usize) {
        let at = self.find(key);
        let slot = &mut self.slots[at];
        slot.key = key;
        if slot.a == NOWHERE {
            slot.a = place as u32;
        } else {
            (slot.a, self.repeats) = (TWICE, true);
        }
    }

    fn in_b(&mut self, key: u64, place: usize) {
        let at = self.find(key);
        let slot = &mut self.slots[at];
        if slot.a == NOWHERE {
            return;
        }
        if slot.b == NOWHERE {
            slot.b = place as u32;
        } else {
            (slot.b, self.repeats) = (TWICE, true);
        }
    }

    /// The place in `b` of a key that both texts have once.
    fn partner(&self, key: u64) -> Option<usize> {
        let slot = self.slots[self.find(key)];
        (slot.a != TWICE && slot.b < TWICE).then_some(slot.b as usize)
    }
}

/// Passages that each text has once.
pub(super) struct Anchors {
    /// By place in `a`.
    pub(super) blocks: Vec<Block>,
    /// A passage was no anchor because a text has it twice.
    pub(super) repeats: bool,
}

/// Shingles of [`WIDTH`] tokens that lie in one of the ranges of `a` and one of
/// `b`, once each, neighbours merged; ranges are in order and disjoint.
///
/// Shingles are told apart by a 64-bit key and every pair is confirmed on its
/// tokens, so that two of one key may hide an anchor but never make one. Cost: a
/// table of two slots per token of the ranges of `a`.
pub(super) fn anchors(
    (a, ranges_a): (&[u64], &[Range<usize>]),
    (b, ranges_b): (&[u64], &[Range<usize>]),
) -> Anchors {
    let shingles = |text: &'_ [u64], ranges: &[Range<usize>]| {
        let most = ranges.iter().map(Range::len).sum();
        let mut keys: Vec<(usize, u64)> = Vec::with_capacity(most);
        for range in ranges {
            let places = range.start..;
            keys.extend(places.zip(text[range.clone()].windows(WIDTH).map(key)));
        }
        keys
    };
    let keys_a = shingles(a, ranges_a);
    let mut seen = Seen::new(keys_a.len());
    for &(place, key) in &keys_a {
        seen.in_a(key, place);
    }
    if !keys_a.is_empty() {
        for (place, key) in shingles(b, ranges_b) {
            seen.in_b(key, place);
        }
    }
    let mut blocks: Vec<Block> = Vec::new();
    for (place, key) in keys_a {
        let Some(partner) = seen.partner(key) else {
            continue;
        };
        if b[partner..partner + WIDTH] != a[place..place + WIDTH] {
            continue;
        }
        match blocks.last_mut() {
            Some(last)
                if last.a_end() + 1 == place + WIDTH && last.b_end() + 1 == partner + WIDTH =>
            {
                last.len += 1;
            }
            _ => blocks.push(Block {
                a: place,
                b: partner,
                len: WIDTH,
            }),
        }
    }
    Anchors {
        blocks,
        repeats: seen.repeats,
    }
}

/// Units of at least [`WIDTH`] tokens that each text has once, neighbours in both
/// texts merged.
///
/// A unit's key is made of a few of its words; the pair is then confirmed on all
/// of them. A unit that shares its key with another is no anchor: its shingles may be.
pub(super) fn unit_anchors(
    (a, units_a): (&[u64], &[Range<usize>]),
    (b, units_b): (&[u64], &[Range<usize>]),
) -> Vec<Block> {
    let key_of = |text: &[u64], unit: &Range<usize>| {
        let len = unit.len();
        let words = [0, len / 4, len / 2, len * 3 / 4, len - 1].map(|at| text[unit.start + at]);
        key(&words) ^ len as u64
    };
    let long = |unit: &&Range<usize>| unit.len() >= WIDTH;
    let mut seen = Seen::new(units_a.len());
    for unit in units_a.iter().filter(long) {
        seen.in_a(key_of(a, unit), unit.start);
    }
    for unit in units_b.iter().filter(long) {
        seen.in_b(key_of(b, unit), unit.start);
    }
    let mut blocks: Vec<Block> = Vec::new();
    for unit in units_a.iter().filter(long) {
        let Some(partner) = seen.partner(key_of(a, unit)) else {
            continue;
        };
        let len = unit.len();
        if b.get(partner..partner + len) != Some(&a[unit.clone()]) {
            continue;
        }
        match blocks.last_mut() {
            Some(last) if last.a_end() == unit.start && last.b_end() == partner => last.len += len,
            _ => blocks.push(Block {
                a: unit.start,
                b: partner,
                len,
            }),
        }
    }
    blocks
}

/// A sum of products, so that its terms do not wait for each other.
fn key(words: &[u64]) -> u64 {
    const FACTORS: [u64; WIDTH] = [
        0x9E37_79B9_7F4A_7C15,
        0xC2B2_AE3D_27D4_EB4F,
        0x1656_67B1_9E37_79F9,
        0x27D4_EB2F_1656_67C5,
        0xD6E8_FEB8_6659_FD93,
    ];
    let terms = words
        .iter()
        .zip(FACTORS)
        .map(|(word, factor)| word.wrapping_mul(factor));
    terms.fold(0, u64::wrapping_add)
}

/// Indices of the blocks that lie in the same order in both texts and hold the
/// most anchors together; `blocks` are as [`anchors`] returns them. Of equal
/// chains the one that was complete earlier in `a` wins. Cost: n log n, by a
/// Fenwick tree over the order in b that keeps the best chain up to there.
pub(super) fn heaviest_chain(blocks: &[Block]) -> Vec<usize> {
    // No two blocks share an anchor's first token, in either text, so comparing
    // their starts orders them.
    let mut by_b: Vec<usize> = (0..blocks.len()).collect();
    by_b.sort_unstable_by_key(|&index| blocks[index].b);
    let mut rank = vec![0; blocks.len()];
    for (place, &index) in by_b.iter().enumerate() {
        rank[index] = place + 1;
    }
    let mut tree: Vec<Option<(usize, usize)>> = vec![None; blocks.len() + 1];
    let mut previous: Vec<Option<usize>> = vec![None; blocks.len()];
    let mut best: Option<(usize, usize)> = None;
    for (index, block) in blocks.iter().enumerate() {
        let mut before: Option<(usize, usize)> = None;
        let mut at = rank[index] - 1;
        while at > 0 {
            before = heavier(before, tree[at]);
            at &= at - 1;
        }
        previous[index] = before.map(|(_, chain)| chain);
        let own = before.map_or(0, |(weight, _)| weight) + block.len;
        let mut at = rank[index];
        while at < tree.len() {
            tree[at] = heavier(tree[at], Some((own, index)));
            at += at & at.wrapping_neg();
        }
        best = heavier(best, Some((own, index)));
    }
    let mut chain = Vec::new();
    let mut link = best.map(|(_, index)| index);
    while let Some(index) = link {
        chain.push(index);
        link = previous[index];
    }
    chain.reverse();
    chain
}

/// The heavier chain end; of equals the earlier in `a`.
fn heavier(one: Option<(usize, usize)>, two: Option<(usize, usize)>) -> Option<(usize, usize)> {
    match (one, two) {
        (Some(x), Some(y)) => Some(if (y.0, x.1) > (x.0, y.1) { y } else { x }),
        (x, y) => x.or(y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    /// Anchors by looking at every pair of shingles, unmerged.
    fn naive_anchors(
        (a, ranges_a): (&[u64], &[Range<usize>]),
        (b, ranges_b): (&[u64], &[Range<usize>]),
    ) -> Vec<(usize, usize)> {
        let count = |text: &[u64], ranges: &[Range<usize>]| {
            let mut places: HashMap<Vec<u64>, Vec<usize>> = HashMap::new();
            for range in ranges {
                for place in range.start..(range.end + 1).saturating_sub(WIDTH) {
                    let shingle = text[place..place + WIDTH].to_vec();
                    places.entry(shingle).or_default().push(place);
                }
            }
            places
        };
        let in_b = count(b, ranges_b);
        let mut found: Vec<(usize, usize)> = count(a, ranges_a)
            .into_iter()
            .filter_map(
                |(shingle, places)| match (&places[..], in_b.get(&shingle)) {
                    (&[x], Some(other)) if other.len() == 1 => Some((x, other[0])),
                    _ => None,
                },
            )
            .collect();
        found.sort_unstable();
        found
    }

    /// Weight of the best chain, by trying all predecessors.
    fn naive_weight(blocks: &[Block]) -> usize {
        let mut best = vec![0; blocks.len()];
        for at in 0..blocks.len() {
            let before = (0..at)
                .filter(|&i| blocks[i].a < blocks[at].a && blocks[i].b < blocks[at].b)
                .map(|i| best[i])
                .max();
            best[at] = before.unwrap_or(0) + blocks[at].len;
        }
        best.into_iter().max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn anchors_agree_with_the_twin(
            a in prop::collection::vec(0_u64..4, 0..60),
            b in prop::collection::vec(0_u64..4, 0..60),
            cuts in prop::collection::vec(0_usize..60, 4),
        ) {
            // All of a but a stretch, and all of b but a stretch.
            let ranges = |length: usize, one: usize, two: usize| {
                let (one, two) = (one.min(two).min(length), one.max(two).min(length));
                [0..one, two..length]
            };
            let (ranges_a, ranges_b) =
                (ranges(a.len(), cuts[0], cuts[1]), ranges(b.len(), cuts[2], cuts[3]));
            let (a, b) = ((a.as_slice(), ranges_a.as_slice()), (b.as_slice(), ranges_b.as_slice()));
            let found: Vec<(usize, usize)> = anchors(a, b).blocks
                .iter()
                .flat_map(|block| (0..=block.len - WIDTH).map(|i| (block.a + i, block.b + i)))
                .collect();
            prop_assert_eq!(found, naive_anchors(a, b));
        }

        #[test]
        fn equal_units_that_stand_once_are_anchors(
            a in prop::collection::vec(prop::collection::vec(0_u64..3, 4..7), 0..12),
            b in prop::collection::vec(prop::collection::vec(0_u64..3, 4..7), 0..12),
        ) {
            let joined = |units: &[Vec<u64>]| {
                let mut at = 0;
                let ranges = units.iter().map(|unit| {
                    at += unit.len();
                    at - unit.len()..at
                });
                let ranges: Vec<Range<usize>> = ranges.collect();
                (units.concat(), ranges)
            };
            let ((words_a, units_a), (words_b, units_b)) = (joined(&a), joined(&b));
            let found = unit_anchors((&words_a, &units_a), (&words_b, &units_b));
            let times = |list: &[Vec<u64>], unit: &[u64]| list.iter().filter(|u| *u == unit).count();
            let inside = |units: &[Range<usize>], block: &Range<usize>| -> Vec<Range<usize>> {
                let within = |unit: &&Range<usize>| block.start <= unit.start && unit.end <= block.end;
                units.iter().filter(within).cloned().collect()
            };
            let mut anchored = 0;
            for block in &found {
                prop_assert_eq!(&words_a[block.a..block.a_end()], &words_b[block.b..block.b_end()]);
                let of_a = inside(&units_a, &(block.a..block.a_end()));
                let of_b = inside(&units_b, &(block.b..block.b_end()));
                // Whole units, each once in both texts, beside each other in both.
                prop_assert_eq!(of_a.len(), of_b.len());
                prop_assert_eq!(of_a.iter().map(Range::len).sum::<usize>(), block.len);
                for unit in of_a {
                    let unit = &words_a[unit];
                    prop_assert_eq!((times(&a, unit), times(&b, unit)), (1, 1));
                    anchored += 1;
                }
            }
            // A unit that is alone of its length has a key of its own.
            let lone = |unit: &&Vec<u64>| unit.len() >= WIDTH
                && times(&a, unit) == 1 && times(&b, unit) == 1
                && a.iter().chain(&b).filter(|u| u.len() == unit.len()).count() == 2;
            prop_assert!(anchored >= a.iter().filter(lone).count());
        }

        #[test]
        fn the_chain_is_the_heaviest(order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(),
                                     lengths in prop::collection::vec(5_usize..9, 12)) {
            let blocks: Vec<Block> = order.iter().zip(&lengths).enumerate()
                .map(|(i, (&b, &len))| Block { a: i * 20, b: b * 20, len })
                .collect();
            let chain = heaviest_chain(&blocks);
            for pair in chain.windows(2) {
                prop_assert!(blocks[pair[0]].b < blocks[pair[1]].b && pair[0] < pair[1]);
            }
            let weight: usize = chain.iter().map(|&index| blocks[index].len).sum();
            prop_assert_eq!(weight, naive_weight(&blocks));
        }
    }
}
