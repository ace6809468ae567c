//! Word hashes to shingle hashes.

use fearless_simd::prelude::*;

use crate::hash::{SHINGLE_BASE, append, finish, shingle_hash};
use crate::shingle::WORD_WEIGHT;

/// Shingles that are hashed at once.
const LANES: usize = 32;
/// Width beyond which a shingle is made from the one before it.
const WIDE: usize = 24;

/// The shingles of words that all weigh alike.
#[inline(always)]
pub(super) fn of_words<S: Simd>(_simd: S, words: &[u64], width: usize, out: &mut Vec<u64>) {
    let width = width.max(1);
    if words.len() <= width {
        out.extend((!words.is_empty()).then(|| shingle_hash(words)));
        return;
    }
    if width > WIDE {
        return slide(words, width, out);
    }
    let count = words.len() - width + 1;
    out.resize(count, 0);
    let (blocks, rest) = out.as_chunks_mut::<LANES>();
    let mut tail = words;
    for block in blocks {
        let mut windows = tail.windows(LANES).take(width);
        let mut sums = [0; LANES];
        if let Some(first) = windows.next() {
            sums.copy_from_slice(first);
        }
        for words in windows {
            for (sum, &word) in sums.iter_mut().zip(words) {
                *sum = append(*sum, word);
            }
        }
        for (slot, sum) in block.iter_mut().zip(sums) {
            *slot = finish(sum, width);
        }
        tail = tail.get(LANES..).unwrap_or(&[]);
    }
    for (slot, window) in rest.iter_mut().zip(tail.windows(width)) {
        *slot = shingle_hash(window);
    }
}

/// The shingles of words of one weight, each made from the one before.
fn slide(words: &[u64], width: usize, out: &mut Vec<u64>) {
    let Some((first, added)) = words.split_at_checked(width) else {
        return;
    };
    let highest = powers(width).last().copied().unwrap_or(1);
    let mut sum = first.iter().fold(0, |sum, &word| append(sum, word));
    out.push(finish(sum, width));
    out.extend(words.iter().zip(added).map(|(&gone, &new)| {
        sum = append(sum.wrapping_sub(gone.wrapping_mul(highest)), new);
        finish(sum, width)
    }));
}

/// The first `count` powers of the base.
fn powers(count: usize) -> Vec<u64> {
    let next = |power: &u64| Some(power.wrapping_mul(SHINGLE_BASE));
    std::iter::successors(Some(1), next).take(count).collect()
}

/// The shingles of words of given weights: the shortest runs that weigh as much
/// as `width` words. Cost: a word enters once and leaves once.
pub(super) fn by_weight(words: &[u64], weights: &[u8], width: usize, out: &mut Vec<u64>) {
    let full = width.max(1).saturating_mul(WORD_WEIGHT);
    let mut powers = vec![1_u64];
    let (mut sum, mut weight, mut end) = (0_u64, 0_usize, 0_usize);
    for (start, (&gone, &own)) in words.iter().zip(weights).enumerate() {
        while weight < full
            && let (Some(&next), Some(&more)) = (words.get(end), weights.get(end))
        {
            sum = append(sum, next);
            weight += usize::from(more);
            end += 1;
        }
        if weight < full {
            break;
        }
        let length = end - start;
        while powers.len() < length {
            powers.push(
                powers
                    .last()
                    .map_or(1, |power| power.wrapping_mul(SHINGLE_BASE)),
            );
        }
        out.push(finish(sum, length));
        let highest = powers.get(length - 1).copied().unwrap_or(1);
        sum = sum.wrapping_sub(gone.wrapping_mul(highest));
        weight -= usize::from(own);
    }
    if out.is_empty() && !words.is_empty() {
        out.push(shingle_hash(words));
    }
}
