//! Shared passages by winnowed fingerprints (Schleimer, Wilkerson, Aiken 2003).

use super::{Candidates, pair_parts};
use crate::shingle::Shingle;

/// The fingerprints of a text: of every `window` neighbouring shingles the one
/// with the smallest hash (the last of equals). Ascending, without repetition.
///
/// Two texts that share a run of `window` shingles, that is of
/// `window + width - 1` words, share a fingerprint for certain (whether it
/// proposes them is up to [`fingerprint_pairs`]). About
/// `2 / (window + 1)` of the shingles are kept. A text of fewer shingles than
/// the window has one fingerprint.
pub fn winnow(shingles: &[Shingle], window: usize) -> Vec<u64> {
    let window = window.clamp(1, shingles.len().max(1));
    let mut kept = Vec::with_capacity(2 * shingles.len() / (window + 1) + 1);
    let mut smallest: Option<usize> = None;
    for end in window..=shingles.len() {
        let start = end - window;
        let at = match smallest {
            // Still inside the window: only the newcomer can beat it.
            Some(at) if at >= start => {
                if shingles[end - 1].hash <= shingles[at].hash {
                    end - 1
                } else {
                    at
                }
            }
            _ => last_smallest(shingles, start, end),
        };
        if smallest != Some(at) {
            kept.push(shingles[at].hash);
            smallest = Some(at);
        }
    }
    kept.sort_unstable();
    kept.dedup();
    kept
}

fn last_smallest(shingles: &[Shingle], start: usize, end: usize) -> usize {
    let mut at = start;
    for i in start..end {
        if shingles[i].hash <= shingles[at].hash {
            at = i;
        }
    }
    at
}

/// The window that finds every pair at the bars, edits being spread as evenly
/// as can be.
///
/// One changed word costs `width` shingles on each side, one inserted word
/// `width - 1` on the side that lacks it and `width` on the other. If every
/// shared run had fewer than `window` shingles, a pair of Jaccard `t` would need
/// `(2 width - 1) t / (1 - t)` shingles a run, one of containment `c`
/// `(width - 1) c / (1 - c)`; a window up to the smaller of the two misses
/// neither. One less than that leaves room for the ends of the text.
pub fn window_for(width: usize, threshold: f64, containment: Option<f64>) -> usize {
    let odds = |share: f64| share / (1.0 - share).max(1e-9);
    let width = width as f64;
    let by_jaccard = (2.0 * width - 1.0) * odds(threshold);
    let by_containment = containment.map_or(f64::INFINITY, |bar| (width - 1.0) * odds(bar));
    (by_jaccard.min(by_containment).floor() as usize)
        .saturating_sub(1)
        .clamp(1, 64)
}

/// Proposes every pair of texts that share a fingerprint.
///
/// `fingerprints[i]` are those of text `i`. A fingerprint that stands in more
/// than [`BUCKET_CAP`](super::BUCKET_CAP) texts is a stop-shingle: it links each
/// of them to one member only. Cost: one sort of all fingerprints.
pub fn fingerprint_pairs<R: Ord>(
    fingerprints: &[Vec<u64>],
    order: impl Fn(u32) -> R + Sync,
) -> Candidates {
    /// Fingerprints are uniform, so their upper six bits cut the work evenly.
    const PARTS: usize = 64;
    let entries = |part: usize| {
        let of_text = |(i, list): (u32, &Vec<u64>)| {
            let from = list.partition_point(|hash| hash >> 58 < part as u64);
            let to = list.partition_point(|hash| hash >> 58 <= part as u64);
            list[from..to]
                .iter()
                .map(move |&hash| (hash, i))
                .collect::<Vec<_>>()
        };
        (0u32..).zip(fingerprints).flat_map(of_text).collect()
    };
    pair_parts(PARTS, entries, order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::CandidatePair;
    use crate::hash::hash64;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn shingles(values: &[u8]) -> Vec<Shingle> {
        let hash = |value: &u8| hash64(&[*value]);
        values
            .iter()
            .map(|v| Shingle {
                hash: hash(v),
                end: 0,
            })
            .collect()
    }

    /// The definition: the smallest of every window.
    fn naive(shingles: &[Shingle], window: usize) -> Vec<u64> {
        let window = window.min(shingles.len()).max(1);
        let minima: BTreeSet<u64> = shingles
            .windows(window)
            .filter_map(|w| w.iter().map(|s| s.hash).min())
            .collect();
        minima.into_iter().collect()
    }

    proptest! {
        #[test]
        fn equals_the_smallest_of_every_window(
            values in prop::collection::vec(any::<u8>(), 0..60), window in 1usize..12
        ) {
            let list = shingles(&values);
            prop_assert_eq!(winnow(&list, window), naive(&list, window));
        }

        #[test]
        fn a_shared_run_of_one_window_is_found(
            left in prop::collection::vec(0u8..100, 0..30),
            shared in prop::collection::vec(any::<u8>(), 9..20),
            right in prop::collection::vec(100u8..200, 0..30),
        ) {
            let a = shingles(&[left.clone(), shared.clone()].concat());
            let b = shingles(&[shared, right].concat());
            let found = fingerprint_pairs(&[winnow(&a, 9), winnow(&b, 9)], |x| x);
            prop_assert_eq!(found.pairs, vec![CandidatePair { a: 0, b: 1 }]);
        }
    }

    #[test]
    fn the_window_follows_the_bars() {
        assert_eq!(window_for(5, 0.5, Some(0.7)), 8);
        assert_eq!(window_for(5, 0.5, None), 8);
        assert_eq!(window_for(5, 0.9, Some(0.95)), 64);
        assert_eq!(window_for(5, 0.1, Some(0.7)), 1);
    }
}
