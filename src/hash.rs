//! The one file that names the hash functions.
//!
//! Everything that is stored or that decides something is hashed here, with
//! little-endian arithmetic, so that every machine computes the same values.
//! Another function would be a new
//! [`SIGNATURE_VERSION`](crate::sketch::SIGNATURE_VERSION), because stored
//! signatures, group ids and tie-breaks all follow from it.
//!
//! None of them is keyed: who wants two words to collide can make them.

use xxhash_rust::xxh3;

/// XXH3-64 of `bytes`.
pub fn hash64(bytes: &[u8]) -> u64 {
    xxh3::xxh3_64(bytes)
}

/// XXH3-64 of `bytes` under a seed.
pub fn hash64_seeded(bytes: &[u8], seed: u64) -> u64 {
    xxh3::xxh3_64_with_seed(bytes, seed)
}

/// XXH3-128 of `bytes`.
pub fn hash128(bytes: &[u8]) -> u128 {
    xxh3::xxh3_128(bytes)
}

/// Bytes up to which a word is hashed by one multiplication.
pub(crate) const SHORT_WORD: usize = 16;

/// Fixed operands of the two halves. A 0xFF stands in no UTF-8 text, so the
/// halves of a word never equal them and no factor is ever zero, which would
/// make the other half irrelevant.
const LOW: u64 = 0x9e37_79ff_7f4a_7c15;
const HIGH: u64 = 0xa409_38ff_299f_3100;

/// Hash of one canonical word: up to 16 bytes are two little-endian halves,
/// padded with zeros, whose 64 x 64 -> 128 bit product is folded in two
/// (as in wyhash); a longer word has its XXH3-64.
pub fn word_hash(bytes: &[u8]) -> u64 {
    let mut padded = [0; SHORT_WORD];
    match padded.get_mut(..bytes.len()) {
        Some(head) => {
            head.copy_from_slice(bytes);
            short_word(&padded, bytes.len())
        }
        None => hash64(bytes),
    }
}

/// [`word_hash`] of the first `length` of 16 bytes; what follows is ignored.
/// Without a branch: this is what most of the text passes through.
#[inline(always)]
pub(crate) fn short_word(bytes: &[u8; SHORT_WORD], length: usize) -> u64 {
    /// The bytes that count, by length.
    static KEPT: [u128; SHORT_WORD + 1] = {
        let mut kept = [0; SHORT_WORD + 1];
        let mut length = 1;
        while length <= SHORT_WORD {
            kept[length] = u128::MAX >> (8 * (SHORT_WORD - length));
            length += 1;
        }
        kept
    };
    let kept = KEPT[length.min(SHORT_WORD)];
    let word = u128::from_le_bytes(*bytes) & kept;
    let low = word as u64 ^ LOW;
    let high = (word >> 64) as u64 ^ HIGH.wrapping_add(length as u64);
    let product = u128::from(low).wrapping_mul(u128::from(high));
    product as u64 ^ (product >> 64) as u64
}

/// Base of the polynomial over the words of a shingle. It is 5 modulo 8: then
/// words at a distance `d` that swap places, or one word `d` times over, lose
/// no more than the factors of two in `4 d`, and nothing ever cancels.
pub(crate) const SHINGLE_BASE: u64 = 0xd133_7a5b_9e6f_4c0d;
/// Sets runs of different lengths apart.
const SHINGLE_LENGTH: u64 = 0x2545_f491_4f6c_dd1d;

/// Hash of a run of words from their [`word_hash`]es: a polynomial modulo 2^64
/// in a fixed odd base, its length added, through the bijective finaliser of
/// MurmurHash3. The order of the words counts.
pub fn shingle_hash(words: &[u64]) -> u64 {
    let sum = words.iter().fold(0, |sum, &word| append(sum, word));
    finish(sum, words.len())
}

/// The polynomial of one more word.
#[inline(always)]
pub(crate) fn append(sum: u64, word: u64) -> u64 {
    sum.wrapping_mul(SHINGLE_BASE).wrapping_add(word)
}

/// The shingle hash that belongs to the polynomial of `length` words.
#[inline(always)]
pub(crate) fn finish(sum: u64, length: usize) -> u64 {
    let mut hash = sum.wrapping_add(SHINGLE_LENGTH.wrapping_mul(length as u64));
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// Hash of a whole text from the [`word_hash`]es of its words in order:
/// XXH3-128 of them as little-endian bytes.
pub fn content_hash(words: &[u64]) -> u128 {
    const PIECE: usize = 64;
    let mut state = xxh3::Xxh3::new();
    for piece in words.chunks(PIECE) {
        let mut bytes = [[0; 8]; PIECE];
        for (slot, word) in bytes.iter_mut().zip(piece) {
            *slot = word.to_le_bytes();
        }
        state.update(bytes[..piece.len()].as_flattened());
    }
    state.digest128()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_functions_are_frozen() {
        assert_eq!(hash64(b""), 0x2d06_8005_38d3_94c2);
        assert_eq!(hash64(b"wire copy"), hash64_seeded(b"wire copy", 0));
        assert_eq!(hash128(b""), 0x99aa_06d3_0147_98d8_6001_c324_468d_497f);
        let words = ["wire", "responsibilities", "responsibilities2"];
        let words = words.map(|word| word_hash(word.as_bytes()));
        assert_eq!(
            words,
            [
                0xc7b9_81b5_92b9_6644,
                0xa365_d19a_bd55_66b7,
                0xc1ad_e727_6cd8_5b1d
            ]
        );
        assert_eq!(words[2], hash64(b"responsibilities2"));
        assert_eq!(shingle_hash(&words), 0x058d_4243_200d_2905);
        assert_eq!(
            content_hash(&words),
            0xf8b9_4955_18d3_7360_134c_6b95_aa11_1133
        );
    }

    fn assert_distinct(mut hashes: Vec<u64>) {
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    #[test]
    fn no_two_of_eighteen_million_words_collide() {
        let mut hashes = Vec::with_capacity(19_000_000);
        for length in 1..=3_u32 {
            for value in 0..1_u32 << (8 * length) {
                hashes.push(word_hash(&value.to_le_bytes()[..length as usize]));
            }
        }
        // Three digits and fewer are among the bytes above.
        hashes.extend((1000..2_000_000).map(|n| word_hash(n.to_string().as_bytes())));
        assert_distinct(hashes);
    }

    #[test]
    fn no_two_pairs_of_words_collide_in_whatever_order() {
        let words: Vec<u64> = (0..1500)
            .map(|n: u32| word_hash(n.to_string().as_bytes()))
            .collect();
        let pairs = words
            .iter()
            .flat_map(|&a| words.iter().map(move |&b| [a, b]));
        assert_distinct(pairs.map(|pair| shingle_hash(&pair)).collect());
    }

    #[test]
    fn one_word_over_and_over_is_another_shingle_at_every_length() {
        let words = ["ha", "a", "0"].map(|word| word_hash(word.as_bytes()));
        let runs = words
            .iter()
            .flat_map(|&word| (1..=128).map(move |n| vec![word; n]));
        assert_distinct(runs.map(|run| shingle_hash(&run)).collect());
    }

    #[test]
    fn every_bit_of_a_word_moves_half_the_bits_of_a_shingle() {
        for position in [0, 2, 4] {
            for bit in 0..40 {
                let mut changed = 0;
                for n in 0..200_u64 {
                    let hash = |flip: u64| {
                        let mut words = [7, 8, 9, 10, 11_u64].map(|w| w * 1000 + n);
                        words[position] ^= flip;
                        shingle_hash(&words.map(|word| word_hash(&word.to_le_bytes())))
                    };
                    changed += ((hash(0) ^ hash(1 << bit)) >> 32).count_ones();
                }
                // 6,400 coins, six standard deviations.
                assert!(
                    (2960..=3440).contains(&changed),
                    "{position} {bit} {changed}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn the_whole_text_is_hashed_as_its_little_endian_bytes(
            words in prop::collection::vec(any::<u64>(), 0..300)
        ) {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            prop_assert_eq!(content_hash(&words), hash128(&bytes));
        }

        #[test]
        fn bytes_behind_a_short_word_are_ignored(bytes in any::<[u8; 16]>(), length in 0usize..=16) {
            prop_assert_eq!(short_word(&bytes, length), word_hash(&bytes[..length]));
        }
    }
}
