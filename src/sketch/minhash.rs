//! Classic MinHash in 32-bit lanes (Broder 1997).

use super::Signature;
use crate::hash::hash64_seeded;

/// The hash functions of a signature: slot `i` maps the upper half `x` of a
/// shingle hash to `x * multiplier[i] + offset[i]` modulo 2^32.
///
/// The multipliers are odd, so each function is a permutation of the 32-bit
/// values; shingle hashes are already uniform, so the smallest value is every
/// shingle's with the same probability. Two shingles that agree in their upper
/// half (one pair in 2^32) count as one here, and only here.
#[derive(Clone, Debug)]
pub struct MinHasher {
    multipliers: Vec<u32>,
    offsets: Vec<u32>,
}

impl MinHasher {
    /// Functions for `slots` slots; the same seed gives the same functions for ever.
    pub fn new(slots: usize, seed: u64) -> Self {
        let draw = |i: usize, lane: u8| {
            let mut bytes = [0; 9];
            bytes[..8].copy_from_slice(&(i as u64).to_le_bytes());
            bytes[8] = lane;
            hash64_seeded(&bytes, seed) as u32
        };
        MinHasher {
            multipliers: (0..slots).map(|i| draw(i, 0) | 1).collect(),
            offsets: (0..slots).map(|i| draw(i, 1)).collect(),
        }
    }

    /// The signature of a text's shingle hashes, in any order, repetitions allowed.
    /// Cost: one multiplication, addition and minimum a shingle and slot.
    pub fn sign(&self, shingles: &[u64]) -> Signature {
        let mut slots = vec![u32::MAX; self.multipliers.len()].into_boxed_slice();
        for shingle in shingles {
            let x = (shingle >> 32) as u32;
            let functions = self.multipliers.iter().zip(&self.offsets);
            for (slot, (multiplier, offset)) in slots.iter_mut().zip(functions) {
                *slot = (*slot).min(x.wrapping_mul(*multiplier).wrapping_add(*offset));
            }
        }
        Signature { slots }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_definition_slot_by_slot() {
        let hasher = MinHasher::new(7, 3);
        let shingles: Vec<u64> = (0..50_u64)
            .map(|i| hash64_seeded(&i.to_le_bytes(), 9))
            .collect();
        let signature = hasher.sign(&shingles);
        for i in 0..7 {
            let naive = shingles
                .iter()
                .map(|s| {
                    let x = u128::from(s >> 32);
                    let product = x * u128::from(hasher.multipliers[i]);
                    ((product + u128::from(hasher.offsets[i])) % (1 << 32)) as u32
                })
                .min();
            assert_eq!(Some(signature.slots[i]), naive);
        }
    }

    #[test]
    fn order_and_repetition_do_not_matter() {
        let hasher = MinHasher::new(16, 0);
        assert_eq!(
            hasher.sign(&[1 << 40, 2 << 40, 3 << 40]),
            hasher.sign(&[3 << 40, 1 << 40, 1 << 40, 2 << 40])
        );
        assert!(hasher.sign(&[]).slots.iter().all(|&slot| slot == u32::MAX));
    }

    #[test]
    fn version_one_is_frozen() {
        let signature = MinHasher::new(4, 0).sign(&[0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210]);
        let hex: Vec<String> = signature.slots.iter().map(|s| format!("{s:08x}")).collect();
        assert_eq!(hex, FROZEN);
    }

    const FROZEN: [&str; 4] = ["2932a800", "aa61ac94", "3ae8ed4a", "421b8361"];
}
