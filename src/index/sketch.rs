//! What is kept of a text in memory to find its copies: its smallest shingle hashes.

use crate::config::Settings;
use crate::hash::hash64;
use crate::verify::shared_at_bar;

/// Hashes of a text that are kept.
///
/// Bottom-k sampling (Broder 1997): the smallest of two texts' hashes are samples of the
/// same part of the space, so shared shingles are shared samples. Of two texts of one length that just reach
/// Jaccard .5 some 27 of the forty are shared. The worst are an excerpt that just reaches containment .7
/// and a text four times as long: seven, and none in one of 1,400 such pairs. Texts of up to forty shingles are
/// held whole.
pub(super) const KEYS: usize = 40;

/// Share of the pairs that just reach a bar which asking for more than one shared sample may miss.
const MISS: f64 = 5e-6;

/// The smallest hashes of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sketch {
    /// Ascending, [`KEYS`] at most.
    pub keys: Vec<u64>,
    /// All hashes of the text up to this one are among the keys.
    pub reach: u64,
}

/// One more step of hashing: a shingle's hash is drawn by the text, a sample is not to be.
fn scrambled(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (hash ^ (hash >> 29)).wrapping_mul(0xc4ce_b9fe_1a85_ec53)
}

/// The sketch of a text, given its distinct shingle hashes.
///
/// Cost: one pass, and a sort of the few that are kept.
pub(super) fn sketch(hashes: &[u64]) -> Sketch {
    let mut keys: Vec<u64> = hashes.iter().map(|&hash| scrambled(hash)).collect();
    if keys.len() > KEYS {
        keys.select_nth_unstable(KEYS - 1);
        keys.truncate(KEYS);
    }
    keys.sort_unstable();
    let reach = match keys.last() {
        Some(&last) if hashes.len() > KEYS => last,
        _ => u64::MAX,
    };
    Sketch { keys, reach }
}

/// Nats by which it is unlikely that of so many samples fewer than `least` are shared where a share
/// `rate` of all is.
///
/// Chernoff's bound on the binomial tail, which is an upper one for drawing without replacement too
/// (Hoeffding 1963). Rises with `least`.
fn nats_of_fewer(least: usize, samples: usize, rate: f64) -> f64 {
    let below = (least as f64 - 1.0) / samples as f64;
    if below >= rate {
        return 0.0;
    }
    let part = |x: f64, y: f64| if x <= 0.0 { 0.0 } else { x * (x / y).ln() };
    let rest = match rate >= 1.0 {
        true => f64::INFINITY,
        false => part(1.0 - below, 1.0 - rate),
    };
    samples as f64 * (part(below, rate) + rest)
}

/// Whether a pair that shares so many samples is worth a comparison: one sample, or more as long as
/// asking for them misses fewer than five of a million pairs that just reach a bar. Never where no pair
/// of these sizes reaches one.
///
/// `samples` are the samples of `own` that lie where both texts were sampled. Cost: two logarithms.
pub(super) fn is_enough(
    shared: usize,
    samples: usize,
    (own, other): (u32, u32),
    settings: &Settings,
) -> bool {
    let needed = shared_at_bar(own, other, settings);
    let rate = needed / f64::from(own.max(1));
    if shared == 0 || rate > 1.0 || needed > f64::from(other) {
        return false;
    }
    shared >= samples || nats_of_fewer(shared + 1, samples, rate) < -MISS.ln()
}

/// A name for what the sketch depends on; another one is another index.
pub(super) fn version() -> u64 {
    hash64(b"bottom 40 of scrambled shingles, 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_is_the_smallest_and_says_how_far_it_reaches() {
        let few = sketch(&[5, 9, 1]);
        assert_eq!((few.keys.len(), few.reach), (3, u64::MAX));
        let hashes: Vec<u64> = (1..500).collect();
        let all = sketch(&hashes);
        let mut sorted: Vec<u64> = hashes.iter().map(|&hash| scrambled(hash)).collect();
        sorted.sort_unstable();
        assert_eq!(all.keys, sorted[..KEYS]);
        assert_eq!(all.reach, sorted[KEYS - 1]);
    }

    /// The least that is enough.
    fn least(samples: usize, own: u32, other: u32, settings: &Settings) -> Option<usize> {
        (1..=KEYS).find(|&shared| is_enough(shared, samples, (own, other), settings))
    }

    #[test]
    fn the_least_that_is_shared() {
        let settings = Settings::default();
        // All forty of one text, of which two thirds are shared at Jaccard .5.
        assert!((8..=14).contains(&least(40, 800, 800, &settings).unwrap()));
        // A quarter of the samples, seven tenths shared: one of them is asked for.
        assert_eq!(least(10, 200, 790, &settings), Some(1));
        let no_containment = Settings {
            containment: None,
            ..Settings::default()
        };
        assert_eq!(least(10, 100, 900, &no_containment), None);
        // What is enough stays enough.
        for samples in 1..=KEYS {
            let first = least(samples, 300, 400, &settings).unwrap();
            assert!((first..=KEYS).all(|more| is_enough(more, samples, (300, 400), &settings)));
        }
    }

    /// Draws pairs at a bar and counts those that share too few samples.
    #[test]
    fn pairs_at_a_bar_are_found() {
        let settings = Settings::default();
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            scrambled(state)
        };
        for (own, other, shared) in [
            (300usize, 300usize, 200usize),
            (100, 390, 70),
            (60, 60, 40),
            (500, 800, 434),
        ] {
            let mut missed = 0;
            for _ in 0..2000 {
                let both: Vec<u64> = (0..shared).map(|_| draw()).collect();
                let with = |more: usize, draw: &mut dyn FnMut() -> u64| {
                    let mut all = both.clone();
                    all.extend((0..more).map(|_| draw()));
                    sketch(&all)
                };
                let x = with(own - shared, &mut draw);
                let y = with(other - shared, &mut draw);
                let reach = x.reach.min(y.reach);
                let samples = x.keys.iter().filter(|&&key| key <= reach).count();
                let found = x.keys.iter().filter(|key| y.keys.contains(key)).count();
                let sizes = (own as u32, other as u32);
                missed += usize::from(!is_enough(found, samples, sizes, &settings));
            }
            assert!(missed <= 3, "{missed} of 2,000 pairs of {own} and {other}");
        }
    }
}
