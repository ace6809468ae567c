//! Shared passages by winnowed fingerprints (Schleimer, Wilkerson, Aiken 2003).

use fearless_simd::dispatch;
use fearless_simd::prelude::*;

use super::Keying;
use crate::config::Settings;
use crate::cpu::{self, Level};

/// The fingerprints of a text: of every `window` neighbouring shingles the one
/// with the smallest hash. Ascending, without repetition. `shingles` are the
/// hashes in text order.
///
/// Two texts that share a run of `window` shingles, that is of
/// `window + width - 1` words, share a fingerprint for certain. About
/// `2 / (window + 1)` of the shingles are kept. A text of fewer shingles than
/// the window has one fingerprint. Cost: one pass over the shingles for each
/// factor of two in the window, and a sort of what is kept.
pub fn winnow(shingles: &[u64], window: usize) -> Vec<u64> {
    let mut kept = window_minima(shingles, window);
    kept.sort_unstable();
    kept.dedup();
    kept
}

/// [`winnow`] in text order, where a fingerprint may come again, but never
/// right after itself. Sorting is two fifths of the cost of [`winnow`].
pub fn window_minima(shingles: &[u64], window: usize) -> Vec<u64> {
    window_minima_at_level(cpu::best(), shingles, window)
}

fn window_minima_at_level(level: Level, shingles: &[u64], window: usize) -> Vec<u64> {
    let mut minima = shingles.to_vec();
    dispatch!(level, simd => all_minima(simd, &mut minima, window));
    // Every value is written, and kept if it differs from the one before: no
    // branch depends on the hashes.
    let (mut kept, mut last) = (0, None);
    for i in 0..minima.len() {
        let value = minima[i];
        minima[kept] = value;
        kept += usize::from(last != Some(value));
        last = Some(value);
    }
    minima.truncate(kept);
    minima
}

/// Replaces hashes by the minimum of each window: of 2, of 4, of 8 and so on
/// neighbours, and at last of two windows that overlap.
#[inline(always)]
fn all_minima<S: Simd>(simd: S, hashes: &mut Vec<u64>, window: usize) {
    let window = window.clamp(1, hashes.len().max(1));
    let mut wide = 1;
    while wide < window {
        let step = wide.min(window - wide);
        let count = hashes.len() - step;
        fold_in(simd, hashes, step);
        hashes.truncate(count);
        wide += step;
    }
}

/// Sets each hash to the smaller of itself and the one `step` behind. Vectors
/// are read before what they overlap is written.
#[inline(always)]
fn fold_in<S: Simd>(simd: S, hashes: &mut [u64], step: usize) {
    let lanes = S::u64s::LEN;
    let count = hashes.len().saturating_sub(step);
    let mut at = 0;
    while at + lanes <= count {
        let own = S::u64s::from_slice(simd, &hashes[at..at + lanes]);
        let other = S::u64s::from_slice(simd, &hashes[at + step..at + step + lanes]);
        own.min(other).store_slice(&mut hashes[at..at + lanes]);
        at += lanes;
    }
    for at in at..count {
        hashes[at] = hashes[at].min(hashes[at + step]);
    }
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

/// Texts meet where they share a winnowed fingerprint, and with it a passage.
#[derive(Debug)]
pub struct Passages {
    window: usize,
}

impl Passages {
    /// Fingerprints for the bars of the settings.
    pub fn new(settings: &Settings) -> Self {
        Passages {
            window: window_for(settings.width, settings.threshold, settings.containment),
        }
    }
}

impl Keying for Passages {
    fn keys(&self, shingles: &[u64], keys: &mut Vec<u64>) {
        keys.extend(window_minima(shingles, self.window));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hash64;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn shingles(values: &[u8]) -> Vec<u64> {
        values.iter().map(|value| hash64(&[*value])).collect()
    }

    /// The definition: the smallest of every window.
    fn naive(shingles: &[u64], window: usize) -> Vec<u64> {
        let window = window.min(shingles.len()).max(1);
        let windows = shingles.windows(window);
        windows.filter_map(|w| w.iter().copied().min()).collect()
    }

    proptest! {
        #[test]
        fn equals_the_smallest_of_every_window(
            values in prop::collection::vec(any::<u8>(), 0..90), window in 0usize..70
        ) {
            let list = shingles(&values);
            let mut minima = naive(&list, window);
            minima.dedup();
            for (name, level) in cpu::tested() {
                prop_assert_eq!(&window_minima_at_level(level, &list, window), &minima, "{}", name);
            }
            let set: BTreeSet<u64> = minima.into_iter().collect();
            prop_assert!(winnow(&list, window).into_iter().eq(set));
        }

        #[test]
        fn a_shared_run_of_one_window_is_found(
            left in prop::collection::vec(0u8..100, 0..30),
            shared in prop::collection::vec(any::<u8>(), 9..20),
            right in prop::collection::vec(100u8..200, 0..30),
        ) {
            let a = shingles(&[left.clone(), shared.clone()].concat());
            let b = winnow(&shingles(&[shared, right].concat()), 9);
            prop_assert!(winnow(&a, 9).iter().any(|hash| b.contains(hash)));
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
