//! Which share of the pairs at a bar the sample of the shingles proposes.

use super::parts::{PARTS, SAMPLE};
use super::prefix::Prefixes;
use crate::config::Settings;

/// Probability that a pair is proposed by the sample: `shingles` are those of the
/// shorter text, `shared` is the share of them that the other text has.
///
/// Each shingle is in the sample with the same probability, whichever text has
/// it. Cost: quadratic in the shingles.
pub fn sampled_recall(settings: &Settings, shingles: u32, shared: f64) -> f64 {
    let prefixes = Prefixes::new(settings, true);
    let share = SAMPLE as f64 / PARTS as f64;
    let both = (shared * f64::from(shingles)).round() as u32;
    let (in_both, own) = (
        binomial(both, share),
        binomial(shingles.saturating_sub(both), share),
    );
    let mut found = 0.0;
    for (x, p) in (0u32..).zip(&in_both) {
        let sampled = (0u32..).zip(&own);
        let enough = sampled.filter(|(y, _)| x >= prefixes.needed(x + y) && x > 0);
        found += p * enough.map(|(_, q)| q).sum::<f64>();
    }
    found.min(1.0)
}

/// [`sampled_recall`] of a pair that just reaches a bar and whose shorter text has
/// so many words.
pub fn sampled_recall_at_bar(settings: &Settings, words: u32) -> f64 {
    let shingles = words.saturating_sub(settings.width as u32 - 1).max(1);
    sampled_recall(settings, shingles, Prefixes::new(settings, true).shared)
}

/// Probabilities of 0 to `count` successes.
fn binomial(count: u32, p: f64) -> Vec<f64> {
    let mut log = f64::from(count) * (1.0 - p).ln();
    let mut list = Vec::with_capacity(count as usize + 1);
    for k in 0..=count {
        list.push(log.exp());
        log += (f64::from(count - k) / f64::from(k + 1)).ln() + (p / (1.0 - p)).ln();
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stated_recall_of_the_sample() {
        // As README and docs/method.md say.
        for (words, stated) in [(20, 0.9578), (30, 0.9925), (100, 0.999_98)] {
            let found = sampled_recall_at_bar(&Settings::default(), words);
            assert!((found - stated).abs() < 1e-4, "{words}: {found}");
        }
        assert!(sampled_recall(&Settings::default(), 350, 1.0) > 1.0 - 1e-9);
    }
}
