//! How much two texts share word by word: covered words and the longest run.

use ahash::AHashMap;

use crate::hash::hash64_seeded;
use crate::shingle::{Shingle, ShingleSet};

/// Words of a text that lie in a shingle which `others` holds too.
pub fn covered_words(shingles: &[Shingle], others: &ShingleSet) -> u32 {
    covered_spans(shingles, others)
        .iter()
        .map(|(from, to)| to - from)
        .sum()
}

/// The token ranges of a text that lie in shingles which `others` holds too:
/// ordered, apart.
pub fn covered_spans(shingles: &[Shingle], others: &ShingleSet) -> Vec<(u32, u32)> {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for (start, shingle) in (0u32..).zip(shingles) {
        if others.contains(shingle.hash) {
            match spans.last_mut() {
                Some((_, to)) if start <= *to => *to = shingle.end,
                _ => spans.push((start, shingle.end)),
            }
        }
    }
    spans
}

/// Words of the longest run that stands in both texts; 0 where they share no shingle.
///
/// Cost: linear in the words of both while shingles repeat rarely; a logarithm
/// more where they repeat often.
pub fn longest_run(a: &[Shingle], b: &[Shingle]) -> u32 {
    run_by_matches(a, b).unwrap_or_else(|| run_by_search(a, b))
}

/// Follows every match of two shingles along its diagonal; `None` where there
/// are too many matches.
fn run_by_matches(a: &[Shingle], b: &[Shingle]) -> Option<u32> {
    const NONE: u32 = u32::MAX;
    // The last place of each shingle in b, and for each place the one before it.
    let mut last: AHashMap<u64, u32> = AHashMap::with_capacity(b.len());
    let before: Vec<u32> = (0u32..)
        .zip(b)
        .map(|(j, shingle)| last.insert(shingle.hash, j).unwrap_or(NONE))
        .collect();
    let mut budget = 2 * (a.len() + b.len()) + 1024;
    // Shingles of the run that ends at place j of b, and the place of a where it
    // ended when that was noted.
    let mut run = vec![0u32; b.len()];
    let mut ended = vec![NONE; b.len()];
    let mut best = 0;
    for (i, shingle) in (0u32..).zip(a) {
        let mut place = last.get(&shingle.hash).copied().unwrap_or(NONE);
        // Backwards through b, so that the place before still holds the last row.
        while place != NONE {
            budget = budget.checked_sub(1)?;
            let j = place as usize;
            let goes_on = j > 0 && i > 0 && ended[j - 1] == i - 1;
            let length = if goes_on { run[j - 1] + 1 } else { 1 };
            (run[j], ended[j]) = (length, i);
            best = best.max(b[j].end - (place + 1 - length));
            place = before[j];
        }
    }
    Some(best)
}

/// Search for the run's length in shingles, comparing hashes of windows of
/// shingles: a run of n shingles contains one of n - 1, so the search is sound.
/// Lengths are doubled until there is no such run, then halved between: where
/// shingles repeat often, common runs are short.
fn run_by_search(a: &[Shingle], b: &[Shingle]) -> u32 {
    let most = a.len().min(b.len());
    let (mut best, mut low, mut high) = (0, 1, 1);
    while high <= most
        && let Some(words) = run_of(a, b, high)
    {
        best = words;
        (low, high) = (high + 1, 2 * high);
    }
    high = (high - 1).min(most);
    while low <= high {
        let middle = low + (high - low) / 2;
        match run_of(a, b, middle) {
            Some(words) => {
                best = words;
                low = middle + 1;
            }
            None => high = middle - 1,
        }
    }
    best
}

/// Words of a run of exactly `length` shingles that stands in both texts.
fn run_of(a: &[Shingle], b: &[Shingle], length: usize) -> Option<u32> {
    let of_a = ShingleSet::new(window_hashes(a, length).into_iter());
    (0u32..)
        .zip(window_hashes(b, length))
        .filter(|(_, hash)| of_a.contains(*hash))
        .filter_map(|(start, _)| Some(b.get(start as usize + length - 1)?.end - start))
        .max()
}

/// Polynomial hashes (modulo 2^64, of mixed shingle hashes) of all windows.
fn window_hashes(shingles: &[Shingle], length: usize) -> Vec<u64> {
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed: Vec<u64> = shingles
        .iter()
        .map(|shingle| hash64_seeded(&shingle.hash.to_le_bytes(), 1))
        .collect();
    let highest = (1..length).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let mut rolling = 0u64;
    let window = |(at, &mix): (usize, &u64)| {
        if let Some(leaving) = at.checked_sub(length).and_then(|before| mixed.get(before)) {
            rolling = rolling.wrapping_sub(leaving.wrapping_mul(highest));
        }
        rolling = rolling.wrapping_mul(BASE).wrapping_add(mix);
        (at + 1 >= length).then_some(rolling)
    };
    mixed.iter().enumerate().filter_map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;
    use crate::shingle::shingles;
    use proptest::prelude::*;

    /// Longest common run of words by dynamic programming, runs under the width aside.
    fn naive(a: &[&str], b: &[&str], width: usize) -> u32 {
        let mut best = 0;
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut next = vec![0; b.len() + 1];
            for (j, y) in b.iter().enumerate() {
                if x == y {
                    next[j + 1] = row[j] + 1;
                    best = best.max(next[j + 1]);
                }
            }
            row = next;
        }
        if best < width as u32 { 0 } else { best }
    }

    proptest! {
        #[test]
        fn longest_run_equals_the_dynamic_program(
            a in prop::collection::vec("[abc]", 3..60), b in prop::collection::vec("[abc]", 3..60)
        ) {
            let (left, right) = (normalise(&a.join(" ")), normalise(&b.join(" ")));
            let words = |list: &'_ [String]| list.to_vec();
            let (x, y) = (words(&a), words(&b));
            let x: Vec<&str> = x.iter().map(String::as_str).collect();
            let y: Vec<&str> = y.iter().map(String::as_str).collect();
            let run = longest_run(&shingles(&left, 3), &shingles(&right, 3));
            prop_assert_eq!(run, naive(&x, &y, 3));
            let (list_a, list_b) = (shingles(&left, 3), shingles(&right, 3));
            prop_assert_eq!(run, run_by_search(&list_a, &list_b));
        }

        #[test]
        fn covered_words_are_those_in_a_shared_shingle(
            a in prop::collection::vec("[abcd]", 3..50), b in prop::collection::vec("[abcd]", 3..50)
        ) {
            let (left, right) = (normalise(&a.join(" ")), normalise(&b.join(" ")));
            let others: Vec<&[String]> = b.windows(3).collect();
            let covered = (0..a.len())
                .filter(|&i| (i.saturating_sub(2)..=i).any(|s| {
                    a.get(s..s + 3).is_some_and(|w| others.contains(&w))
                }))
                .count();
            let fast = covered_words(&shingles(&left, 3), &ShingleSet::of(&shingles(&right, 3)));
            prop_assert_eq!(fast as usize, covered);
        }
    }
}
