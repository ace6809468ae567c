//! How good a result is, measured against what people or a generator know.
//!
//! Documents are numbers here, the same ones on both sides; nothing in this module
//! knows a key, a text or a file. Every figure is a share with its counts or an
//! average over documents in their order, so the same two sides give the same bytes.
//!
//! - [`group_scores`]: pairs, adjusted Rand index, B-cubed.
//! - [`lineage_scores`]: parents, direction, ancestors, origins, calibration.
//! - [`draw`], [`wilson`], [`overall`]: a sample of pairs for people to label.

mod calibration;
mod draw;
mod forest;
mod groups;
mod intervals;
mod lineage;

pub use calibration::{BINS, Bin, Calibration, calibration};
pub use draw::{BANDS, Drawn, Scored, allot, band, draw};
pub use forest::{Forest, on_a_cycle};
pub use groups::{GroupScores, group_scores};
pub use intervals::{Band, Estimate, overall, wilson};
pub use lineage::{Claim, LineageScores, Predicted, Truth, lineage_scores};

/// A share with the counts that it comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many of them.
    pub count: u64,
    /// How many there are.
    pub of: u64,
}

impl Share {
    /// The share; `None` of nothing.
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64)
    }

    /// One more, which counts or does not.
    pub(crate) fn add(&mut self, counts: bool) {
        self.count += u64::from(counts);
        self.of += 1;
    }
}

/// Precision and recall of what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What was found rightly, of all that was found.
    pub precision: Share,
    /// What was found rightly, of all there is.
    pub recall: Share,
}

impl Found {
    /// From what both have, what was predicted and what is true.
    pub fn new(both: u64, predicted: u64, truth: u64) -> Self {
        Found {
            precision: Share {
                count: both,
                of: predicted,
            },
            recall: Share {
                count: both,
                of: truth,
            },
        }
    }

    /// Harmonic mean of precision and recall; `None` where neither side has anything.
    pub fn f1(self) -> Option<f64> {
        let of = self.precision.of + self.recall.of;
        (of > 0).then(|| 2.0 * self.recall.count as f64 / of as f64)
    }
}

/// Documents that the two sides have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// In the result and in the truth: only these are compared.
    pub both: u64,
    /// In the result alone.
    pub result_only: u64,
    /// In the truth alone.
    pub truth_only: u64,
}

/// All that is said of a result beside a truth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// Documents with a true group or parent.
    pub documents: Overlap,
    /// How well groups agree; `None` where the truth has no groups.
    pub groups: Option<GroupScores>,
    /// How well lineage agrees; `None` where the truth has no parents.
    pub lineage: Option<LineageScores>,
}

/// The labels of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Bands of Jaccard from 0 upwards.
    pub bands: Vec<BandLabels>,
    /// Pairs of the result that the sheet was drawn from.
    pub all_pairs: u64,
}

/// The labels of one band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BandLabels {
    /// Its pairs, and the labels yes and no.
    pub band: Band,
    /// Rows of the sheet.
    pub drawn: u64,
    /// Rows labelled `?`.
    pub unsure: u64,
}

impl Labels {
    /// The share of right pairs over all bands; `None` without a label.
    pub fn overall(&self) -> Option<Estimate> {
        let bands: Vec<Band> = self.bands.iter().map(|labels| labels.band).collect();
        overall(&bands)
    }
}
