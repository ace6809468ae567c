//! The signature as an estimator: theory in, a two-sided binomial test out
//! (as hash4j tests its sketches). The seeds are fixed, so a test that passes
//! will pass; one false alarm in a thousand was the price when they were chosen.
#![allow(clippy::unwrap_used)]

mod support;

use support::Random;
use wirecopy::candidates::{Banding, Keying};
use wirecopy::config::Settings;
use wirecopy::sketch::{MinHasher, Signature};

const SIGNIFICANCE: f64 = 1e-3;
/// Shared shingles and those of one side only, for Jaccards .1, .3, .5, .7, .9.
const PLANTED: [(usize, usize); 5] = [(60, 270), (180, 210), (300, 150), (420, 90), (540, 30)];

fn planted_jaccard((shared, own): (usize, usize)) -> f64 {
    shared as f64 / (shared + 2 * own) as f64
}

/// Two sets of random hashes that share `shared` and have `own` more each.
fn planted_sets(random: &mut Random, (shared, own): (usize, usize)) -> [Vec<u64>; 2] {
    let both: Vec<u64> = (0..shared).map(|_| random.next()).collect();
    [(); 2].map(|()| {
        let rest = (0..own).map(|_| random.next());
        both.iter().copied().chain(rest).collect()
    })
}

fn agreeing(a: &Signature, b: &Signature) -> usize {
    let slots = a.slots.iter().zip(&b.slots);
    slots.filter(|(x, y)| x == y).count()
}

/// Probability of an outcome no likelier than `seen` successes of `trials`.
fn two_sided(seen: usize, trials: usize, p: f64) -> f64 {
    let mut logs = vec![0.0];
    for n in 1..=trials {
        logs.push(logs[n - 1] + (n as f64).ln());
    }
    let likelihood = |k: usize| {
        let choose = logs[trials] - logs[k] - logs[trials - k];
        (choose + k as f64 * p.ln() + (trials - k) as f64 * (1.0 - p).ln()).exp()
    };
    let bar = likelihood(seen) * (1.0 + 1e-9);
    let outcomes = (0..=trials).map(likelihood);
    outcomes.filter(|&l| l <= bar).sum::<f64>().min(1.0)
}

#[test]
fn the_test_itself_knows_a_fair_coin() {
    // R: binom.test(60, 100)$p.value = 0.05688793, binom.test(3, 10, 0.1) = 0.07019083
    assert!((two_sided(60, 100, 0.5) - 0.056_887_93).abs() < 1e-7);
    assert!((two_sided(3, 10, 0.1) - 0.070_190_83).abs() < 1e-7);
}

#[test]
fn every_slot_agrees_with_probability_jaccard() {
    const PAIRS: usize = 300;
    let hasher = MinHasher::new(Settings::default().slots(), 0);
    for (seed, sizes) in (1..).zip(PLANTED) {
        let mut random = Random(seed);
        let seen: usize = (0..PAIRS)
            .map(|_| planted_sets(&mut random, sizes))
            .map(|[a, b]| agreeing(&hasher.sign(&a), &hasher.sign(&b)))
            .sum();
        let trials = PAIRS * Settings::default().slots();
        let p = two_sided(seen, trials, planted_jaccard(sizes));
        assert!(p > SIGNIFICANCE, "{sizes:?}: {seen} of {trials}, p = {p}");
    }
}

#[test]
fn slots_are_independent_enough_that_the_variance_is_the_binomial_one() {
    const SEEDS: usize = 1500;
    let slots = Settings::default().slots();
    for (seed, sizes) in (11..).zip(PLANTED) {
        let [a, b] = planted_sets(&mut Random(seed), sizes);
        let estimates: Vec<f64> = (0..SEEDS as u64)
            .map(|seed| MinHasher::new(slots, seed))
            .map(|hasher| hasher.sign(&a).estimate(&hasher.sign(&b)))
            .collect();
        let mean = estimates.iter().sum::<f64>() / SEEDS as f64;
        let squares = estimates.iter().map(|estimate| (estimate - mean).powi(2));
        let variance = squares.sum::<f64>() / (SEEDS - 1) as f64;
        let j = planted_jaccard(sizes);
        let ratio = variance / (j * (1.0 - j) / slots as f64);
        println!("J {j:.1}: mean {mean:.4}, variance {ratio:.3} of the binomial one");
        assert!((0.8..1.2).contains(&ratio), "{sizes:?}: {ratio}");
    }
}

#[test]
fn banding_finds_what_its_curve_states() {
    const PAIRS: usize = 1500;
    for (seed, sizes) in [(21, (150, 75)), (22, (210, 45))] {
        let mut random = Random(seed);
        let pairs: Vec<[Vec<u64>; 2]> = (0..PAIRS)
            .map(|_| planted_sets(&mut random, sizes))
            .collect();
        for (bands, rows) in [(42, 3), (17, 3), (31, 4), (14, 8), (6, 13)] {
            let settings = Settings {
                bands,
                rows,
                ..Settings::default()
            };
            let banding = Banding::new(&settings);
            let keys = |set: &Vec<u64>| {
                let mut keys = Vec::new();
                banding.keys(set, &mut keys);
                assert_eq!(keys.len(), bands);
                keys
            };
            let meets = |[a, b]: &&[Vec<u64>; 2]| {
                let (x, y) = (keys(a), keys(b));
                x.iter().any(|key| y.contains(key))
            };
            let seen = pairs.iter().filter(meets).count();
            let recall = settings.banding_recall(planted_jaccard(sizes));
            let p = two_sided(seen, PAIRS, recall);
            println!("{bands} x {rows}: {seen} of {PAIRS}, stated {recall:.4}");
            assert!(p > SIGNIFICANCE, "{bands} x {rows}: {seen}, p = {p}");
        }
    }
}
