//! The one file that names the hash function.
//!
//! Everything that is stored or that decides something is hashed with XXH3
//! (64 or 128 bits, little-endian input). Another function here would be a new
//! [`SIGNATURE_VERSION`](crate::sketch::SIGNATURE_VERSION), because stored
//! signatures, group ids and tie-breaks all follow from it.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_is_frozen() {
        assert_eq!(hash64(b""), 0x2d06_8005_38d3_94c2);
        assert_eq!(hash64(b"wire copy"), hash64_seeded(b"wire copy", 0));
        assert_eq!(hash128(b""), 0x99aa_06d3_0147_98d8_6001_c324_468d_497f);
    }
}
