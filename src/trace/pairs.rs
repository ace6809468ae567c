//! The rows of all pairs: of one size each, and beyond a bound on disk.

use super::{Pair, Relation};
use crate::document::DocId;
use crate::error::Error;
use crate::spill::Spill;

/// Bytes of a row.
const ROW: usize = 61;
/// Rows read back at once.
const PIECE: usize = 1024;

/// Verified pairs by group id (none first) and keys; beyond a bound in a temporary file.
#[derive(Debug)]
pub struct Pairs {
    rows: Spill,
    count: usize,
}

impl Default for Pairs {
    fn default() -> Self {
        Pairs::new(Spill::new(usize::MAX, None))
    }
}

impl Pairs {
    /// No pairs yet; `spill` takes them.
    pub(crate) fn new(spill: Spill) -> Self {
        Pairs {
            rows: spill,
            count: 0,
        }
    }

    /// Takes the next pairs in order.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn push(&mut self, pairs: &[Pair]) -> Result<(), Error> {
        let mut bytes = Vec::with_capacity(pairs.len() * ROW);
        pairs.iter().for_each(|pair| pack(pair, &mut bytes));
        self.rows.append(&bytes)?;
        self.count += pairs.len();
        Ok(())
    }

    /// Number of all pairs.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True where no two documents share a text.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Every pair in order, read a piece at a time.
    ///
    /// # Errors
    /// An item is what the disk says, where it cannot be read; nothing comes behind it.
    pub fn iter(&self) -> impl Iterator<Item = Result<Pair, Error>> {
        let (mut bytes, mut at) = (Vec::new(), 0);
        std::iter::from_fn(move || {
            if at == self.count {
                return None;
            }
            if at % PIECE == 0 {
                bytes.resize(PIECE.min(self.count - at) * ROW, 0);
                if let Err(error) = self.rows.read((at * ROW) as u64, &mut bytes) {
                    at = self.count;
                    return Some(Err(error));
                }
            }
            let row = bytes.get(at % PIECE * ROW..)?.first_chunk::<ROW>()?;
            at += 1;
            unpack(row).map(Ok)
        })
    }

    /// Every pair in order, all in memory.
    ///
    /// # Errors
    /// What the disk says.
    pub fn list(&self) -> Result<Vec<Pair>, Error> {
        self.iter().collect()
    }
}

fn pack(pair: &Pair, out: &mut Vec<u8>) {
    // Fewer groups than documents, and these are numbered in 32 bits.
    let group = pair.group.map_or(0, |group| group as u32 + 1);
    let words = [pair.shared_words, pair.longest_run_words];
    let numbers = [group, pair.a.0, pair.b.0].into_iter().chain(words);
    out.extend(numbers.flat_map(u32::to_le_bytes));
    let (coverage_a, coverage_b) = pair.coverage.unwrap_or((f64::NAN, f64::NAN));
    let shares = [
        pair.jaccard,
        pair.containment_a,
        pair.containment_b,
        coverage_a,
        coverage_b,
    ];
    out.extend(shares.into_iter().flat_map(f64::to_le_bytes));
    // A variant without fields is its place in the table of its codes.
    out.push(pair.relation as u8);
}

fn unpack(row: &[u8; ROW]) -> Option<Pair> {
    let mut rest = row.as_slice();
    let mut number = || {
        let (four, others) = rest.split_first_chunk()?;
        rest = others;
        Some(u32::from_le_bytes(*four))
    };
    let [group, a, b] = [number()?, number()?, number()?];
    let [shared_words, longest_run_words] = [number()?, number()?];
    let mut share = || {
        let (eight, others) = rest.split_first_chunk()?;
        rest = others;
        Some(f64::from_le_bytes(*eight))
    };
    let [jaccard, containment_a, containment_b] = [share()?, share()?, share()?];
    let coverage = (share()?, share()?);
    Some(Pair {
        group: group.checked_sub(1).map(|group| group as usize),
        a: DocId(a),
        b: DocId(b),
        relation: *Relation::ALL.get(usize::from(*rest.first()?))?,
        jaccard,
        containment_a,
        containment_b,
        coverage: (!coverage.0.is_nan()).then_some(coverage),
        shared_words,
        longest_run_words,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair() -> impl Strategy<Value = Pair> {
        let of = (
            prop::option::of(0usize..1 << 31),
            any::<u32>(),
            any::<u32>(),
            0..Relation::ALL.len(),
        );
        let shares = (0.0..=1.0, 0.0..=1.0, 0.0..=1.0);
        let coverage = prop::option::of((0.0..=1.0, 0.0..=1.0));
        let words = (any::<u32>(), any::<u32>());
        (of, shares, coverage, words).prop_map(|(of, shares, coverage, words)| Pair {
            group: of.0,
            a: DocId(of.1),
            b: DocId(of.2),
            relation: Relation::ALL[of.3],
            jaccard: shares.0,
            containment_a: shares.1,
            containment_b: shares.2,
            coverage,
            shared_words: words.0,
            longest_run_words: words.1,
        })
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            lists in prop::collection::vec(prop::collection::vec(pair(), 0..700), 0..5),
            bound in 0usize..100_000,
        ) {
            let mut pairs = Pairs::new(Spill::new(bound, None));
            for list in &lists {
                pairs.push(list).unwrap();
            }
            prop_assert_eq!(pairs.len(), lists.iter().map(Vec::len).sum::<usize>());
            prop_assert_eq!(pairs.list().unwrap(), lists.concat());
        }
    }
}
