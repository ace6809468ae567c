//! Locality-sensitive hashing by bands of a MinHash signature.

use super::{Candidates, pair_parts};
use crate::hash::hash64;
use crate::sketch::Signature;

/// Proposes every pair of texts that agree in all `rows` slots of some band.
///
/// `signatures[i]` is `None` for a text without shingles. A pair of Jaccard J is
/// proposed with probability `1 - (1 - J^rows)^bands`. `order` ranks texts in a
/// capped bucket. Cost: one sort of the texts a band.
pub fn banding_pairs<R: Ord>(
    signatures: &[Option<Signature>],
    bands: usize,
    rows: usize,
    order: impl Fn(u32) -> R + Sync,
) -> Candidates {
    let entries = |band: usize| {
        let slots = |signature: &Option<Signature>| {
            let slots = &signature.as_ref()?.slots;
            slots.get(band * rows..(band + 1) * rows).map(band_key)
        };
        let keyed = (0u32..).zip(signatures);
        keyed
            .filter_map(|(i, signature)| Some((slots(signature)?, i)))
            .collect()
    };
    pair_parts(bands, entries, order)
}

/// The hash of one band. Bands are never mixed, so it need not name its band.
fn band_key(slots: &[u32]) -> u64 {
    let bytes: Vec<u8> = slots.iter().flat_map(|slot| slot.to_le_bytes()).collect();
    hash64(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::CandidatePair;

    fn signature(slots: &[u32]) -> Option<Signature> {
        Some(Signature {
            slots: slots.into(),
        })
    }

    #[test]
    fn one_equal_band_is_enough_and_half_a_band_is_not() {
        let signatures = [
            signature(&[1, 2, 3, 4]),
            signature(&[1, 2, 9, 9]),
            signature(&[8, 2, 3, 7]),
            None,
            signature(&[0, 0, 3, 4]),
        ];
        let found = banding_pairs(&signatures, 2, 2, |x| x);
        let expected = [CandidatePair { a: 0, b: 1 }, CandidatePair { a: 0, b: 4 }];
        assert_eq!(found.pairs, expected);
    }
}
