//! Canonical bytes to word hashes.

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{mask8x64, u8x64};

use super::fold::BLOCK;
use crate::hash::{SHORT_WORD, short_word, word_hash};

/// Bytes whose borders are held at once: text and borders stay in first-level cache.
const PIECE: usize = 64 * BLOCK;
/// As many borders as a piece may have, one left over, and a block of slack.
const ROOM: usize = PIECE + 2 * BLOCK;

/// First byte and one past the last of each word in turn.
#[derive(Debug)]
pub(super) struct Borders(Box<[u32; ROOM]>);

impl Default for Borders {
    fn default() -> Self {
        Borders(Box::new([0; ROOM]))
    }
}

/// Hashes every word of `bytes` and tells where it starts, which are whole blocks, the last of which ends
/// outside of a word.
#[inline(always)]
pub(super) fn words<S: Simd>(
    simd: S,
    bytes: &[u8],
    borders: &mut Borders,
    out: &mut Vec<u64>,
    starts: &mut Vec<u32>,
) {
    let borders = &mut *borders.0;
    let mut found = 0;
    // The last bit of the block before: it lies within a word.
    let mut inside = 0;
    let mut base = 0_u32;
    for piece in bytes.chunks(PIECE) {
        for block in piece.as_chunks().0 {
            let mask = word_mask(simd, block);
            let changes = mask ^ (mask << 1 | inside);
            inside = mask >> (BLOCK - 1);
            if let Some(room) = borders.get_mut(found..).and_then(<[u32]>::first_chunk_mut) {
                positions(simd, changes, base, room);
            }
            found += changes.count_ones() as usize;
            base = base.wrapping_add(BLOCK as u32);
        }
        let (pairs, rest) = borders[..found.min(ROOM)].as_chunks();
        out.extend(pairs.iter().map(|&[start, end]| hash(bytes, start, end)));
        starts.extend(pairs.iter().map(|&[start, _]| start));
        // A word that goes on in the next piece.
        let open = rest.first().copied();
        found = rest.len();
        if let Some(start) = open {
            borders[0] = start;
        }
    }
}

/// The bits of bytes that belong to words.
#[inline(always)]
fn word_mask<S: Simd>(simd: S, block: &[u8; BLOCK]) -> u64 {
    let bytes = u8x64::load_array_ref(simd, block);
    let letter = ((bytes | 0x20) - b'a').simd_lt(26);
    let digit = (bytes - b'0').simd_lt(10);
    (letter | digit | bytes.simd_ge(0x80)).to_bitmask()
}

/// Writes where the bits of `mask` are; `out` may have anything behind them.
///
/// News has 21 borders in 64 bytes: the first 24 or 32 are written whether
/// there are as many or not, so that no branch depends on the text but for a
/// block of very short words.
#[inline(always)]
fn positions<S: Simd>(simd: S, mut mask: u64, base: u32, out: &mut [u32; BLOCK]) {
    let count = mask.count_ones();
    // AVX-512 packs the numbers of the bytes that are borders in one step;
    // left to itself the compiler takes 80 for what is below.
    if S::u8s::LEN == BLOCK {
        let places = u8x64::from_fn(simd, |place| place as u8);
        let packed = places
            .compress(mask8x64::from_bitmask(simd, mask))
            .to_array();
        let mut write = |range: Range<usize>| {
            for (slot, place) in out[range.clone()].iter_mut().zip(&packed[range]) {
                *slot = base.wrapping_add(u32::from(*place));
            }
        };
        write(0..32);
        if count > 32 {
            write(32..BLOCK);
        }
        return;
    }
    let mut write = |slots: &mut [u32]| {
        for slot in slots {
            *slot = base.wrapping_add(mask.trailing_zeros());
            mask &= mask.wrapping_sub(1);
        }
    };
    let (usual, more) = out.split_at_mut(24);
    write(usual);
    if count > 24 {
        let (more, all) = more.split_at_mut(8);
        write(more);
        if count > 32 {
            write(all);
        }
    }
}

/// [`word_hash`] of `bytes[start..end]`.
#[inline(always)]
fn hash(bytes: &[u8], start: u32, end: u32) -> u64 {
    let (start, end) = (start as usize, end as usize);
    let length = end.wrapping_sub(start);
    let window = bytes.get(start..).and_then(<[u8]>::first_chunk);
    match window {
        Some(window) if length <= SHORT_WORD => short_word(window, length),
        // Longer, or at the very end of the buffer.
        _ => word_hash(bytes.get(start..end).unwrap_or(&[])),
    }
}
