//! Runs of words that occur once in each text, and the heaviest ones in order.

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

#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    a: u32,
    b: u32,
}

/// Shingles of [`WIDTH`] tokens found exactly once in `a` and once in `b`,
/// neighbours merged, ordered by place in `a`. Positions count from the start
/// of the slices. Shingles are told apart by a 64-bit hash and every pair is
/// confirmed on its tokens, so a collision may hide an anchor but never make
/// one. Cost: a table of two slots per token of `a`.
pub(super) fn anchors(a: &[u32], b: &[u32]) -> Vec<Block> {
    if a.len() < WIDTH || b.len() < WIDTH {
        return Vec::new();
    }
    let slots = (a.len() * 2).next_power_of_two();
    let shift = 64 - slots.trailing_zeros();
    let empty = Slot {
        key: 0,
        a: NOWHERE,
        b: NOWHERE,
    };
    let mut table = vec![empty; slots];
    let find = |table: &[Slot], key: u64| {
        let mut at = (key >> shift) as usize;
        while table[at].a != NOWHERE && table[at].key != key {
            at = (at + 1) & (slots - 1);
        }
        at
    };
    for (position, shingle) in a.windows(WIDTH).enumerate() {
        let key = key(shingle);
        let at = find(&table, key);
        let slot = &mut table[at];
        slot.key = key;
        slot.a = if slot.a == NOWHERE {
            position as u32
        } else {
            TWICE
        };
    }
    for (position, shingle) in b.windows(WIDTH).enumerate() {
        let at = find(&table, key(shingle));
        let slot = &mut table[at];
        if slot.a != NOWHERE {
            slot.b = if slot.b == NOWHERE {
                position as u32
            } else {
                TWICE
            };
        }
    }
    let mut blocks: Vec<Block> = Vec::new();
    for (position, shingle) in a.windows(WIDTH).enumerate() {
        let slot = table[find(&table, key(shingle))];
        if slot.a == TWICE || slot.b >= TWICE {
            continue;
        }
        let partner = slot.b as usize;
        if b.get(partner..partner + WIDTH) != Some(shingle) {
            continue;
        }
        match blocks.last_mut() {
            Some(last)
                if last.a_end() + 1 == position + WIDTH && last.b_end() + 1 == partner + WIDTH =>
            {
                last.len += 1;
            }
            _ => blocks.push(Block {
                a: position,
                b: partner,
                len: WIDTH,
            }),
        }
    }
    blocks
}

fn key(shingle: &[u32]) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    shingle
        .iter()
        .fold(0_u64, |hash, &id| {
            (hash.rotate_left(23) ^ u64::from(id)).wrapping_mul(ODD)
        })
        .wrapping_mul(ODD)
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
    fn naive_anchors(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
        let count = |text: &[u32]| {
            let mut places: HashMap<Vec<u32>, Vec<usize>> = HashMap::new();
            for (place, shingle) in text.windows(WIDTH).enumerate() {
                places.entry(shingle.to_vec()).or_default().push(place);
            }
            places
        };
        let in_b = count(b);
        let mut found: Vec<(usize, usize)> = count(a)
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
            a in prop::collection::vec(0_u32..4, 0..60),
            b in prop::collection::vec(0_u32..4, 0..60),
        ) {
            let found: Vec<(usize, usize)> = anchors(&a, &b)
                .iter()
                .flat_map(|block| (0..=block.len - WIDTH).map(|i| (block.a + i, block.b + i)))
                .collect();
            prop_assert_eq!(found, naive_anchors(&a, &b));
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
