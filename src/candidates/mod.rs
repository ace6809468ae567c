//! Which pairs of texts are worth an exact comparison.
//!
//! Texts meet where they share a key, and a [`Keying`] says what keys a text
//! has: [`Banding`] of its MinHash signature (texts that resemble each other as
//! wholes), winnowed fingerprints as [`Passages`] (texts that share a passage,
//! however different their lengths), or with [`Prefixes`] every shingle or a
//! sample of them, of which only the rarest are paired. All only
//! propose: each pair is verified exactly afterwards. Texts with the same words form a class
//! before that, so a million copies of one page are one text here.

mod curve;
mod identical;
mod lists;
mod lsh;
mod meet;
mod parts;
mod passages;
mod prefix;
mod recall;
mod scan_count;
mod shared;

pub use curve::{BandingCost, Curve, Fingerprints, SAMPLE_WORDS, curve};
pub use identical::Classes;
pub use lsh::Banding;
pub use meet::{Meeting, across, entry, spread, stars};
pub use parts::{Batches, Feeder, PARTS, Parts, SAMPLE, part_of};
pub use passages::{Passages, window_for, window_minima, winnow};
pub use prefix::{Prefixes, prefix_pairs};
pub use recall::{sampled_recall, sampled_recall_at_bar};

/// Texts in a bucket of bands and fingerprints above which its pairs are no longer
/// all proposed: each is then paired with the one of smallest (content hash, key).
/// Keeps the work linear when a footer or a crafted collision fills a bucket.
pub const BUCKET_CAP: usize = 100;

/// What makes texts meet.
pub trait Keying: Send + Sync {
    /// Appends the keys of a text with these shingles, given in text order. Two
    /// texts meet once for each key that both have.
    fn keys(&self, shingles: &[u64], keys: &mut Vec<u64>);
}

/// Two texts that may be copies: `a < b`, indices into the list of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidatePair {
    /// The smaller index.
    pub a: u32,
    /// The larger index.
    pub b: u32,
}

impl CandidatePair {
    /// The pair of two different indices in ascending order.
    pub fn new(x: u32, y: u32) -> Self {
        CandidatePair {
            a: x.min(y),
            b: x.max(y),
        }
    }
}
