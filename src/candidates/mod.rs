//! Which pairs of texts are worth an exact comparison.
//!
//! Two paths propose pairs: LSH banding over signatures (texts that resemble
//! each other as wholes) and shared winnowed fingerprints (texts that share a
//! passage, however different their lengths). Both only propose: each pair is
//! verified exactly afterwards. Byte-identical canonical texts form a class
//! before that, so a million copies of one page are one text here.

mod fingerprint;
mod identical;
mod lsh;

pub use fingerprint::{fingerprint_pairs, window_for, window_minima, winnow};
pub use identical::{Class, classes};
pub use lsh::banding_pairs;

use rayon::prelude::*;

/// Members of a bucket above which its pairs are no longer all proposed: each
/// member is then paired with the one of smallest (content hash, key). Keeps
/// the work linear when a footer or a crafted collision fills a bucket.
pub const BUCKET_CAP: usize = 100;

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

/// Proposed pairs, sorted and without repetition, and how often a cap bit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Ascending, each pair once.
    pub pairs: Vec<CandidatePair>,
    /// Buckets with more than [`BUCKET_CAP`] members.
    pub capped_buckets: u64,
}

impl Candidates {
    /// The union of two lists of candidates.
    pub fn merge(mut self, other: Candidates) -> Candidates {
        self.pairs.extend(other.pairs);
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.capped_buckets += other.capped_buckets;
        self
    }
}

/// Pairs the members of the buckets of every part, the parts at once. `entries`
/// gives the (bucket key, text) list of a part, in any order.
fn pair_parts<R: Ord>(
    parts: usize,
    entries: impl Fn(usize) -> Vec<(u64, u32)> + Sync,
    order: impl Fn(u32) -> R + Sync,
) -> Candidates {
    (0..parts)
        .into_par_iter()
        .map(|part| {
            let mut entries = entries(part);
            entries.sort_unstable();
            let mut found = Candidates::default();
            pair_buckets(&entries, &order, &mut found);
            found
        })
        .reduce(Candidates::default, Candidates::merge)
}

/// Pairs the members of every bucket of `entries`, a list of (bucket key, text)
/// sorted by key and then by text. `order` ranks a text when its bucket is capped.
fn pair_buckets<K: PartialEq, R: Ord>(
    entries: &[(K, u32)],
    order: impl Fn(u32) -> R,
    found: &mut Candidates,
) {
    for bucket in entries.chunk_by(|x, y| x.0 == y.0) {
        if bucket.len() <= BUCKET_CAP {
            for (i, &(_, x)) in bucket.iter().enumerate() {
                for &(_, y) in &bucket[i + 1..] {
                    found.pairs.push(CandidatePair::new(x, y));
                }
            }
        } else if let Some(centre) = bucket.iter().map(|&(_, x)| x).min_by_key(|&x| order(x)) {
            found.capped_buckets += 1;
            let others = bucket.iter().map(|&(_, x)| x).filter(|&x| x != centre);
            found
                .pairs
                .extend(others.map(|x| CandidatePair::new(centre, x)));
        }
    }
    found.pairs.sort_unstable();
    found.pairs.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capped_bucket_becomes_a_star() {
        let entries: Vec<(u64, u32)> = (0..=BUCKET_CAP as u32).map(|x| (7, x)).collect();
        let mut found = Candidates::default();
        pair_buckets(&entries, |x| (x != 5, x), &mut found);
        assert_eq!(found.capped_buckets, 1);
        assert_eq!(found.pairs.len(), BUCKET_CAP);
        assert!(found.pairs.iter().all(|pair| pair.a == 5 || pair.b == 5));
    }
}
