//! Which pairs are shown to people: some of each band of scores.

use std::collections::BinaryHeap;

use crate::hash::hash64_seeded;

/// Bands of Jaccard, a tenth wide each.
pub const BANDS: usize = 10;

/// The band of a Jaccard; a border belongs to the upper one, 1 to the last.
pub fn band(jaccard: f64) -> usize {
    ((jaccard * BANDS as f64) as usize).min(BANDS - 1)
}

/// How many to take from bands of these sizes, `most` in all: the same number of each, and what a
/// small band cannot give from the others; what is left over from the lowest bands on.
pub fn allot(sizes: &[u64], most: u64) -> Vec<u64> {
    let mut taken = vec![0; sizes.len()];
    let mut left = most;
    loop {
        let open = (0..sizes.len()).filter(|&band| taken[band] < sizes[band]);
        let open: Vec<usize> = open.collect();
        if open.is_empty() || left == 0 {
            return taken;
        }
        let each = (left / open.len() as u64).max(1);
        for band in open {
            let more = each.min(sizes[band] - taken[band]).min(left);
            taken[band] += more;
            left -= more;
        }
    }
}

/// A pair with a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scored<T> {
    /// The keys of the two, in their order.
    pub keys: (String, String),
    /// Its [`band`].
    pub band: usize,
    /// Whatever else is known of it.
    pub carried: T,
}

/// Pairs that were drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn<T> {
    /// Pairs seen in each band.
    pub sizes: Vec<u64>,
    /// What was drawn, in an order that says nothing of the score, so that the first
    /// part of it is a sample as well.
    pub pairs: Vec<Scored<T>>,
}

/// Draws at most `most` pairs from a stream, as evenly from the bands as [`allot`] says.
///
/// Which ones are drawn depends on the keys and the seed alone: those with the smallest hashes of
/// each band. Memory: `most` pairs a band.
///
/// # Errors
/// The first error of the stream.
pub fn draw<T, E>(
    pairs: impl Iterator<Item = Result<Scored<T>, E>>,
    most: usize,
    seed: u64,
) -> Result<Drawn<T>, E> {
    let mut sizes = vec![0u64; BANDS];
    let mut kept: Vec<BinaryHeap<Ticket<T>>> = (0..BANDS).map(|_| BinaryHeap::new()).collect();
    for pair in pairs {
        let Scored {
            keys,
            band,
            carried,
        } = pair?;
        let band = band.min(BANDS - 1);
        sizes[band] += 1;
        let order = (pair_hash(&keys.0, &keys.1, seed), keys);
        let heap = &mut kept[band];
        if heap.len() == most && heap.peek().is_none_or(|last| last.order <= order) {
            continue;
        }
        heap.push(Ticket { order, carried });
        if heap.len() > most {
            heap.pop();
        }
    }
    let shares = allot(&sizes, most as u64);
    let mut drawn = Vec::new();
    for (band, (heap, share)) in kept.into_iter().zip(shares).enumerate() {
        let sorted = heap.into_sorted_vec().into_iter();
        drawn.extend(sorted.take(share as usize).map(|ticket| (band, ticket)));
    }
    drawn.sort_by(|x, y| x.1.order.cmp(&y.1.order));
    let pair = |(band, ticket): (usize, Ticket<T>)| Scored {
        keys: ticket.order.1,
        band,
        carried: ticket.carried,
    };
    Ok(Drawn {
        sizes,
        pairs: drawn.into_iter().map(pair).collect(),
    })
}

/// A pair with its place in the draw.
struct Ticket<T> {
    order: (u64, (String, String)),
    carried: T,
}

impl<T> PartialEq for Ticket<T> {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl<T> Eq for Ticket<T> {}

impl<T> PartialOrd for Ticket<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Ticket<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

/// The length of the first key keeps "a", "bc" and "ab", "c" apart.
fn pair_hash(a: &str, b: &str, seed: u64) -> u64 {
    let length = (a.len() as u64).to_le_bytes();
    hash64_seeded(&[&length, a.as_bytes(), b.as_bytes()].concat(), seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sorts everything and takes what is allotted.
    fn slow(
        pairs: &[((String, String), usize)],
        most: usize,
        seed: u64,
    ) -> Vec<((String, String), usize)> {
        let hash = |pair: &((String, String), usize)| pair_hash(&pair.0.0, &pair.0.1, seed);
        let mut sorted = pairs.to_vec();
        sorted.sort_by_key(|pair| (hash(pair), pair.0.clone()));
        let size = |band| sorted.iter().filter(|pair| pair.1 == band).count() as u64;
        let sizes: Vec<u64> = (0..BANDS).map(size).collect();
        let mut left = allot(&sizes, most as u64);
        let taken = sorted.into_iter().filter(|pair| {
            let wanted = left[pair.1] > 0;
            left[pair.1] -= u64::from(wanted);
            wanted
        });
        taken.collect()
    }

    proptest! {
        #[test]
        fn a_draw_is_what_sorting_gives_in_any_order(
            (pairs, shuffled) in proptest::collection::btree_map(("[a-c]{1,3}", "[a-c]{1,3}"), 0usize..BANDS, 0..50)
                .prop_flat_map(|pairs| {
                    let pairs: Vec<_> = pairs.into_iter().collect();
                    (Just(pairs.clone()), Just(pairs).prop_shuffle())
                }),
            most in 1usize..30,
            seed in 0u64..3,
        ) {
            let stream = shuffled.into_iter().map(|(keys, band)| Ok::<_, ()>(Scored { keys, band, carried: () }));
            let drawn = draw(stream, most, seed).unwrap();
            let plain: Vec<_> = drawn.pairs.into_iter().map(|pair| (pair.keys, pair.band)).collect();
            prop_assert_eq!(plain, slow(&pairs, most, seed));
            prop_assert_eq!(drawn.sizes.iter().sum::<u64>(), pairs.len() as u64);
        }

        #[test]
        fn all_that_can_be_is_allotted_and_evenly(
            sizes in proptest::collection::vec(0u64..20, 1..12), most in 0u64..100
        ) {
            let taken = allot(&sizes, most);
            prop_assert_eq!(taken.iter().sum::<u64>(), most.min(sizes.iter().sum()));
            let full = |band: &usize| taken[*band] == sizes[*band];
            let open: Vec<u64> = (0..sizes.len()).filter(|b| !full(b)).map(|b| taken[b]).collect();
            let (low, high) = (open.iter().min().copied(), taken.iter().max().copied());
            prop_assert!(taken.iter().zip(&sizes).all(|(taken, size)| taken <= size));
            prop_assert!(low.is_none_or(|low| high.unwrap_or(0) <= low + 1));
        }
    }

    #[test]
    fn bands_by_hand() {
        assert_eq!(allot(&[100, 2, 0, 100], 10), [4, 2, 0, 4]);
        assert_eq!(allot(&[5, 5, 5], 2), [1, 1, 0]);
        assert_eq!(allot(&[100, 2, 100], 11), [5, 2, 4]);
        assert_eq!(
            (band(0.0), band(0.5), band(0.4999), band(1.0)),
            (0, 5, 4, 9)
        );
        assert_ne!(pair_hash("a", "bc", 0), pair_hash("ab", "c", 0));
        assert_ne!(pair_hash("a", "b", 0), pair_hash("a", "b", 1));
    }
}
