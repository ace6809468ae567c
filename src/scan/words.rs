//! Canonical bytes to word hashes.

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

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

/// Hashes every word of `bytes`, which are whole blocks, the last of which ends
/// outside of a word.
#[inline(always)]
pub(super) fn words<S: Simd>(simd: S, bytes: &[u8], borders: &mut Borders, out: &mut Vec<u64>) {
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
                positions(changes, base, room);
            }
            found += changes.count_ones() as usize;
            base = base.wrapping_add(BLOCK as u32);
        }
        let (pairs, rest) = borders[..found.min(ROOM)].as_chunks();
        out.extend(pairs.iter().map(|&[start, end]| hash(bytes, start, end)));
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

/// Writes where the bits of `mask` are. News has 21 borders in 64 bytes: the
/// first 24 are written whether there are as many or not, so that no branch
/// depends on the text but for a block of very short words.
#[inline(always)]
fn positions(mut mask: u64, base: u32, out: &mut [u32; BLOCK]) {
    let count = mask.count_ones();
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
