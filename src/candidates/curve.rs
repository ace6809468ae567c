//! What a setting of bands and rows finds, at which Jaccard, and what it costs.

use super::{sampled_recall_at_bar, window_for};
use crate::config::Settings;

/// Jaccards at which a curve is stated: .1 to 1 in steps of .05.
const STEPS: std::ops::RangeInclusive<u32> = 2..=20;
const STEP: f64 = 0.05;
/// Shares of pairs found for which the Jaccard is stated.
const LEVELS: [f64; 4] = [0.5, 0.9, 0.99, 0.999];
/// Jaccard of two news articles that have nothing to do with each other.
const BACKGROUND: [f64; 3] = [0.002, 0.004, 0.006];
/// Documents for which the cost is stated.
const COLLECTION: f64 = 1e6;
/// Rows of the settings that are set beside the one asked for.
const OTHER_ROWS: std::ops::RangeInclusive<usize> = 1..=8;

/// A setting of bands and rows with what it finds and costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandingCost {
    /// Bands of the signature.
    pub bands: usize,
    /// Slots in a band.
    pub rows: usize,
}

impl BandingCost {
    /// Slots of the signature.
    pub fn slots(self) -> usize {
        self.bands * self.rows
    }

    /// Probability that a pair of this Jaccard is proposed,
    /// `1 - (1 - J^rows)^bands`, exact for very small values too.
    pub fn proposes(self, jaccard: f64) -> f64 {
        let band = jaccard.powf(self.rows as f64);
        -(self.bands as f64 * (-band).ln_1p()).exp_m1()
    }

    /// The Jaccard from which a pair is proposed with at least this probability.
    pub fn reaches(self, probability: f64) -> f64 {
        let band = -((-probability).ln_1p() / self.bands as f64).exp_m1();
        band.powf(1.0 / self.rows as f64)
    }

    /// Expected candidates a document among a million documents, each pair of
    /// which has this Jaccard.
    pub fn candidates_per_document(self, jaccard: f64) -> f64 {
        (COLLECTION - 1.0) / 2.0 * self.proposes(jaccard)
    }

    /// Bytes a document of its signature: four a slot.
    pub fn signature_bytes(self) -> usize {
        4 * self.slots()
    }

    /// Bytes a document of its band keys: eight a band.
    pub fn key_bytes(self) -> usize {
        8 * self.bands
    }
}

/// The curve of a setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Exact Jaccard from which two texts are copies.
    pub threshold: f64,
    /// Bands and rows.
    pub banding: BandingCost,
    /// Jaccard, and the probability that a pair of it is proposed, ascending.
    pub points: Vec<(f64, f64)>,
    /// Share of pairs, and the Jaccard from which so many are proposed, ascending.
    pub reached: Vec<(f64, f64)>,
    /// Jaccard of unrelated news, and the candidates a document that it makes
    /// among a million documents.
    pub background: Vec<(f64, f64)>,
    /// What the fingerprints find; `None` where containment is off.
    pub fingerprints: Option<Fingerprints>,
    /// Words of the shorter text, and the probability that the sample of the
    /// shingles proposes a pair that just reaches a bar.
    pub sample: Vec<(u32, f64)>,
    /// The most bands of 1 to 8 rows with no more slots than the setting.
    pub others: Vec<BandingCost>,
}

/// Lengths of texts, in words, at which the recall of the sample is stated.
pub const SAMPLE_WORDS: [u32; 6] = [20, 30, 50, 100, 200, 500];

/// What winnowed fingerprints find for certain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fingerprints {
    /// Shingles in a window.
    pub window: usize,
    /// Words of a shared run that always holds a shared fingerprint.
    pub run_words: usize,
    /// Fingerprints that a hundred words have, about.
    pub per_hundred_words: f64,
}

/// Computes the curve of a setting.
///
/// ```
/// use wirecopy::{candidates::curve, config::Settings};
/// let curve = curve(&Settings::default());
/// assert!(curve.banding.proposes(0.5) > 0.996);
/// assert_eq!(curve.fingerprints.unwrap().run_words, 12);
/// ```
pub fn curve(settings: &Settings) -> Curve {
    let banding = BandingCost {
        bands: settings.bands,
        rows: settings.rows,
    };
    let window = window_for(settings.width, settings.threshold, settings.containment);
    let other = |rows: usize| BandingCost {
        bands: banding.slots() / rows,
        rows,
    };
    Curve {
        threshold: settings.threshold,
        banding,
        points: STEPS
            .map(|step| f64::from(step) * STEP)
            .map(|jaccard| (jaccard, banding.proposes(jaccard)))
            .collect(),
        reached: LEVELS.map(|level| (level, banding.reaches(level))).to_vec(),
        background: BACKGROUND
            .map(|jaccard| (jaccard, banding.candidates_per_document(jaccard)))
            .to_vec(),
        fingerprints: settings.containment.map(|_| Fingerprints {
            window,
            run_words: window + settings.width - 1,
            per_hundred_words: 200.0 / (window + 1) as f64,
        }),
        sample: SAMPLE_WORDS
            .map(|words| (words, sampled_recall_at_bar(settings, words)))
            .to_vec(),
        others: OTHER_ROWS
            .map(other)
            .filter(|other| other.bands > 0)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DEFAULT: BandingCost = BandingCost { bands: 42, rows: 3 };

    proptest! {
        #[test]
        fn equals_the_formula_and_never_falls(
            bands in 1usize..200, rows in 1usize..12, jaccard in 0.0f64..=1.0
        ) {
            let banding = BandingCost { bands, rows };
            let settings = Settings { bands, rows, ..Settings::default() };
            let proposed = banding.proposes(jaccard);
            prop_assert!((proposed - settings.banding_recall(jaccard)).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&proposed));
            prop_assert!(banding.proposes((jaccard + 0.01).min(1.0)) >= proposed);
        }

        #[test]
        fn the_way_back_leads_back(
            bands in 1usize..200, rows in 1usize..12, share in 0.01f64..0.999
        ) {
            let banding = BandingCost { bands, rows };
            prop_assert!((banding.proposes(banding.reaches(share)) - share).abs() < 1e-9);
        }
    }

    #[test]
    fn values_of_the_default_by_hand() {
        // 1 - (1 - 1/8)^42 and 1 - (1 - .343)^42.
        assert!((DEFAULT.proposes(0.5) - 0.996_33).abs() < 1e-5);
        assert!((DEFAULT.proposes(0.7) - 1.0).abs() < 1e-7);
        assert_eq!((DEFAULT.proposes(0.0), DEFAULT.proposes(1.0)), (0.0, 1.0));
        // 42 * .004^3 of half a million pairs a document.
        assert!((DEFAULT.candidates_per_document(0.004) - 1.344).abs() < 1e-3);
        assert_eq!((DEFAULT.signature_bytes(), DEFAULT.key_bytes()), (504, 336));
    }

    #[test]
    fn tiny_probabilities_are_not_lost_in_one_minus_one() {
        let eight = BandingCost { bands: 14, rows: 8 };
        let expected = 14.0 * 0.002_f64.powi(8);
        assert!((eight.proposes(0.002) / expected - 1.0).abs() < 1e-9);
    }

    #[test]
    fn others_have_no_more_slots_and_the_setting_is_among_them() {
        let curve = curve(&Settings::default());
        assert!(curve.others.iter().all(|other| other.slots() <= 126));
        assert!(curve.others.contains(&DEFAULT));
        assert_eq!(curve.points.len(), 19);
        assert!(curve.points.is_sorted_by(|x, y| x.1 <= y.1));
    }

    #[test]
    fn few_slots_and_no_containment() {
        let settings = Settings {
            bands: 1,
            rows: 2,
            containment: None,
            ..Settings::default()
        };
        let curve = curve(&settings);
        assert_eq!(curve.others.len(), 2);
        assert_eq!(curve.fingerprints, None);
    }
}
