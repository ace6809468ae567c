//! Classic MinHash in 32-bit lanes (Broder 1997).

use fearless_simd::dispatch;
use fearless_simd::prelude::*;

use super::Signature;
use crate::cpu::{self, Level};
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
    slots: usize,
    /// Padded to whole vectors; what the padding computes is dropped.
    multipliers: Vec<u32>,
    offsets: Vec<u32>,
}

/// Lanes of the longest vector.
const LONGEST: usize = 16;

impl MinHasher {
    /// Functions for `slots` slots; the same seed gives the same functions for ever.
    pub fn new(slots: usize, seed: u64) -> Self {
        let draw = |i: usize, lane: u8| {
            let mut bytes = [0; 9];
            bytes[..8].copy_from_slice(&(i as u64).to_le_bytes());
            bytes[8] = lane;
            hash64_seeded(&bytes, seed) as u32
        };
        let padded = slots.next_multiple_of(LONGEST);
        MinHasher {
            slots,
            multipliers: (0..padded).map(|i| draw(i, 0) | 1).collect(),
            offsets: (0..padded).map(|i| draw(i, 1)).collect(),
        }
    }

    /// The signature of a text's shingle hashes, in any order, repetitions allowed.
    ///
    /// Cost: one multiplication, addition and minimum a shingle and slot, eight
    /// vectors of slots at a time (128 slots with AVX-512) in registers.
    pub fn sign(&self, shingles: &[u64]) -> Signature {
        self.sign_at_level(cpu::best(), shingles)
    }

    /// [`sign`](MinHasher::sign) with the instructions of `level` only; the
    /// signature is the same.
    pub fn sign_at_level(&self, level: Level, shingles: &[u64]) -> Signature {
        let mut slots = vec![u32::MAX; self.multipliers.len()];
        dispatch!(level, simd => minima(simd, shingles, self, &mut slots));
        slots.truncate(self.slots);
        Signature {
            slots: slots.into_boxed_slice(),
        }
    }
}

#[inline(always)]
fn minima<S: Simd>(simd: S, shingles: &[u64], functions: &MinHasher, slots: &mut [u32]) {
    let mut done = 0;
    // Minima, multipliers and offsets of eight vectors fill 24 registers. AVX2
    // and SSE have 16: theirs come from first-level cache beyond four.
    if S::u8s::LEN == 64 || cfg!(target_arch = "aarch64") {
        blocks::<S, 8>(simd, shingles, functions, slots, &mut done);
    }
    blocks::<S, 4>(simd, shingles, functions, slots, &mut done);
    blocks::<S, 1>(simd, shingles, functions, slots, &mut done);
}

/// Takes blocks of `N` vectors of slots, as many as there are, past all shingles.
#[inline(always)]
fn blocks<S: Simd, const N: usize>(
    simd: S,
    shingles: &[u64],
    functions: &MinHasher,
    slots: &mut [u32],
    done: &mut usize,
) {
    let lanes = S::u32s::LEN;
    while let Some(out) = slots.get_mut(*done..*done + N * lanes)
        && let Some(multipliers) = functions.multipliers.get(*done..*done + N * lanes)
        && let Some(offsets) = functions.offsets.get(*done..*done + N * lanes)
    {
        let read =
            |list: &[u32], i: usize| S::u32s::from_slice(simd, &list[i * lanes..(i + 1) * lanes]);
        let multipliers: [S::u32s; N] = std::array::from_fn(|i| read(multipliers, i));
        let offsets: [S::u32s; N] = std::array::from_fn(|i| read(offsets, i));
        let mut smallest: [S::u32s; N] = std::array::from_fn(|i| read(out, i));
        for shingle in shingles {
            let x = S::u32s::splat(simd, (shingle >> 32) as u32);
            for i in 0..N {
                smallest[i] = smallest[i].min(x * multipliers[i] + offsets[i]);
            }
        }
        for (vector, out) in smallest.iter().zip(out.chunks_exact_mut(lanes)) {
            vector.store_slice(out);
        }
        *done += N * lanes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, in whole numbers.
    fn naive(hasher: &MinHasher, shingles: &[u64]) -> Vec<u32> {
        let slot = |i: usize| {
            let values = shingles.iter().map(|shingle| {
                let x = u128::from(shingle >> 32);
                let product = x * u128::from(hasher.multipliers[i]);
                ((product + u128::from(hasher.offsets[i])) % (1 << 32)) as u32
            });
            values.min().unwrap_or(u32::MAX)
        };
        (0..hasher.slots).map(slot).collect()
    }

    #[test]
    fn equals_the_definition_slot_by_slot_on_every_level() {
        let shingles: Vec<u64> = (0..50_u64)
            .map(|i| hash64_seeded(&i.to_le_bytes(), 9))
            .collect();
        for slots in (0..40).chain([63, 64, 65, 126, 127, 128, 129, 200, 256, 300]) {
            let hasher = MinHasher::new(slots, 3);
            for (name, level) in cpu::tested() {
                for shingles in [&shingles[..], &shingles[..1], &[]] {
                    let signature = hasher.sign_at_level(level, shingles);
                    assert_eq!(
                        signature.slots[..],
                        naive(&hasher, shingles),
                        "{slots} {name}"
                    );
                }
            }
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
