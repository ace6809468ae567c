//! Sentences that were carried elsewhere and edited on the way.
//!
//! Anchors find a moved passage by five words in a row that stand once in each
//! text. A short sentence with one changed word may have none. What neither text
//! has in its place is therefore looked at once more, sentence by sentence.

use std::ops::Range;

use super::anchors::Block;
use super::lcs::Lcs;
use super::tidy;
use super::tokens::{Matching, TAKEN, Words, merged};
use super::units::{Part, cut_at_units};

/// Matched words that make a unit a moved one, and the tenths of the longer of
/// the two units that they must be.
const LEAST_WORDS: usize = 5;
const LEAST_TENTHS: usize = 6;
/// Matched words of a shorter unit, four fifths of the longer of the two and more.
const LEAST_SHORT: usize = 3;
/// Tenths of a unit below which its matches in order are chance.
const CHANCE_TENTHS: usize = 4;
/// Units that a word may stand in to speak for a pair: "the" speaks for none.
const MOST_UNITS: usize = 8;
/// Words times words of two units above which they are not compared.
const MOST_CELLS: usize = 1 << 16;

/// Finds for units of `b` that have no counterpart the one of `a` that they were,
/// and adds their words to what moved; `stands_alone` as for [`tidy::drop_chance`].
///
/// Cost: linear in the words of such units, and for each unit of `b` one
/// subsequence with the unit of `a` that shares most words with it.
pub(super) fn edited_moves(
    a: Words<'_>,
    b: Words<'_>,
    matching: &mut Matching,
    stands_alone: impl Fn(&Block) -> bool,
) {
    let all = || matching.runs.iter().chain(&matching.moved);
    let matched_a = matched(a.units, all().map(|run| run.a..run.a_end()));
    let matched_b = matched(b.units, all().map(|run| run.b..run.b_end()));
    let (free_a, free_b) = (free(a.units, &matched_a), free(b.units, &matched_b));
    if free_a.is_empty() || free_b.is_empty() {
        return;
    }
    let words = |(at, unit): (usize, &Range<usize>)| {
        let own = &a.words[unit.clone()];
        own.iter().map(move |&word| (word, at)).collect::<Vec<_>>()
    };
    let mut holders: Vec<(u64, usize)> = free_a.iter().enumerate().flat_map(words).collect();
    holders.sort_unstable();
    holders.dedup();
    let mut lcs = Lcs::default();
    let mut votes = vec![0; free_a.len()];
    let mut pairs: Vec<(usize, usize, Vec<Block>)> = Vec::new();
    for (of_b, unit) in free_b.iter().enumerate() {
        let Some((of_a, most)) = most_shared(&b.words[unit.clone()], &holders, &mut votes) else {
            continue;
        };
        let longer = unit.len().max(free_a[of_a].len());
        if most * 10 < longer * LEAST_TENTHS {
            continue;
        }
        let runs = runs_of(
            a.words,
            &free_a[of_a],
            b.words,
            unit,
            &mut lcs,
            &stands_alone,
        );
        let matched: usize = runs.iter().map(|run| run.len).sum();
        // A line that moved as it is may be as short as it likes.
        let enough = matched == longer
            || matched >= LEAST_SHORT && matched * 5 >= longer * 4
            || matched >= LEAST_WORDS && matched * 10 >= longer * LEAST_TENTHS;
        if enough {
            pairs.push((of_a, of_b, runs));
        }
    }
    // A unit of a has one counterpart: the one that keeps most of it, the earlier of equals.
    let words = |runs: &[Block]| runs.iter().map(|run| run.len).sum::<usize>();
    pairs.sort_by_key(|(of_a, of_b, runs)| (usize::MAX - words(runs), *of_b, *of_a));
    let mut used = vec![false; free_a.len()];
    let mut moves = Vec::new();
    for (of_a, of_b, runs) in pairs {
        let (x, y) = (&free_a[of_a], &free_b[of_b]);
        if !used[of_a] && crosses(&matching.runs, x, y) {
            used[of_a] = true;
            moves.push((x.clone(), y.clone(), runs));
        }
    }
    if moves.is_empty() {
        return;
    }
    // What of these units was matched before was chance.
    let (mut gone_a, mut gone_b) = (vec![false; a.words.len()], vec![false; b.words.len()]);
    for (x, y, _) in &moves {
        gone_a[x.clone()].fill(true);
        gone_b[y.clone()].fill(true);
    }
    matching.runs = without(&matching.runs, &gone_a, &gone_b);
    matching.moved = without(&matching.moved, &gone_a, &gone_b);
    let runs = moves.into_iter().flat_map(|(_, _, runs)| runs);
    matching.moved.extend(runs);
    matching.moved.sort_unstable_by_key(|block| block.b);
}

/// Completes moved blocks within their units: the words before, between and
/// behind them that both units have in order, as far as they are evidence.
pub(super) fn complete(
    a: Words<'_>,
    b: Words<'_>,
    matching: &mut Matching,
    stands_alone: impl Fn(&Block) -> bool,
) {
    let parts = cut_at_units(a.units, b.units, &matching.moved);
    let is_whole = |part: &Part| {
        part.block.len == a.units[part.a].len() && part.block.len == b.units[part.b].len()
    };
    if parts.iter().all(is_whole) {
        return;
    }
    let (mut rest_a, mut rest_b) = (a.words.to_vec(), b.words.to_vec());
    let take = |rest_a: &mut [u64], rest_b: &mut [u64], run: &Block| {
        rest_a[run.a..run.a_end()].fill(TAKEN[0]);
        rest_b[run.b..run.b_end()].fill(TAKEN[1]);
    };
    for run in matching.runs.iter().chain(&matching.moved) {
        take(&mut rest_a, &mut rest_b, run);
    }
    let mut lcs = Lcs::default();
    let mut completed = Vec::with_capacity(matching.moved.len());
    for parts in parts.chunk_by(|p, q| (p.a, p.b) == (q.a, q.b) && p.block.a_end() <= q.block.a) {
        let (x, y) = (a.units[parts[0].a].clone(), b.units[parts[0].b].clone());
        let mut runs: Vec<Block> = parts.iter().map(|part| part.block).collect();
        let end = Block {
            a: x.end,
            b: y.end,
            len: 0,
        };
        let (mut from_a, mut from_b) = (x.start, y.start);
        for block in parts.iter().map(|part| part.block).chain([end]) {
            let (gap_a, gap_b) = (&rest_a[from_a..block.a], &rest_b[from_b..block.b]);
            if gap_a.len().saturating_mul(gap_b.len()) <= MOST_CELLS {
                lcs.pairs(gap_a, gap_b, |i, j| {
                    runs.push(Block {
                        a: from_a + i,
                        b: from_b + j,
                        len: 1,
                    });
                });
            }
            (from_a, from_b) = (block.a_end(), block.b_end());
        }
        let runs = tidy::drop_chance(merged(runs), &(x, y), &stands_alone);
        for run in &runs {
            take(&mut rest_a, &mut rest_b, run);
        }
        completed.extend(runs);
    }
    matching.moved = merged(completed);
    matching.moved.sort_unstable_by_key(|block| block.b);
}

/// Words of each unit that lie in one of the ranges, which are apart.
fn matched(units: &[Range<usize>], ranges: impl Iterator<Item = Range<usize>>) -> Vec<usize> {
    let mut words = vec![0; units.len()];
    for range in ranges {
        let first = units.partition_point(|unit| unit.end <= range.start);
        let touched = units.iter().zip(&mut words).skip(first);
        for (unit, words) in touched.take_while(|(unit, _)| unit.start < range.end) {
            *words += unit.end.min(range.end) - unit.start.max(range.start);
        }
    }
    words
}

/// Units with words of which next to nothing is matched; `matched` has their
/// matched words.
fn free(units: &[Range<usize>], matched: &[usize]) -> Vec<Range<usize>> {
    let is_free = |(unit, matched): &(&Range<usize>, &usize)| {
        !unit.is_empty() && **matched * 10 < unit.len() * CHANCE_TENTHS
    };
    let free = units.iter().zip(matched).filter(is_free);
    free.map(|(unit, _)| unit.clone()).collect()
}

/// The unit that shares most words with these, the first of equals, and the most
/// of them that it can have. `holders` are the words of units, in order; `votes`
/// are zero before and after.
fn most_shared(
    words: &[u64],
    holders: &[(u64, usize)],
    votes: &mut [usize],
) -> Option<(usize, usize)> {
    let mut spoken = Vec::with_capacity(words.len());
    let mut mute = 0;
    for &word in words {
        let from = holders.partition_point(|&(held, _)| held < word);
        let rest = holders.get(from..).unwrap_or_default();
        let same = rest.iter().take_while(|&&(held, _)| held == word);
        let count = same.take(MOST_UNITS + 1).count();
        if count > MOST_UNITS {
            mute += 1;
        } else {
            spoken.extend(rest.iter().take(count).map(|&(_, unit)| unit));
        }
    }
    for &unit in &spoken {
        votes[unit] += 1;
    }
    let best = spoken.iter().copied();
    let best = best.max_by_key(|&unit| (votes[unit], usize::MAX - unit));
    let best = best.map(|unit| (unit, votes[unit] + mute));
    for unit in spoken {
        votes[unit] = 0;
    }
    best
}

/// The words that two units share in order, without what is no evidence.
fn runs_of(
    a: &[u64],
    x: &Range<usize>,
    b: &[u64],
    y: &Range<usize>,
    lcs: &mut Lcs,
    stands_alone: impl Fn(&Block) -> bool,
) -> Vec<Block> {
    if x.len().saturating_mul(y.len()) > MOST_CELLS {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    lcs.pairs(&a[x.clone()], &b[y.clone()], |i, j| {
        pairs.push(Block {
            a: x.start + i,
            b: y.start + j,
            len: 1,
        });
    });
    tidy::drop_chance(merged(pairs), &(x.clone(), y.clone()), stands_alone)
}

/// True where some run outside the two ranges lies before the one and behind the other.
fn crosses(runs: &[Block], x: &Range<usize>, y: &Range<usize>) -> bool {
    // Runs are in order in both texts, so those before a place are a prefix.
    let before_x = runs.partition_point(|run| run.a_end() <= x.start);
    let before_y = runs.partition_point(|run| run.b_end() <= y.start);
    let from_x = runs.partition_point(|run| run.a < x.end);
    let from_y = runs.partition_point(|run| run.b < y.end);
    from_x < before_y || from_y < before_x || before_x.max(before_y) > from_x.min(from_y)
}

/// The runs without these words of a and of b.
fn without(runs: &[Block], gone_a: &[bool], gone_b: &[bool]) -> Vec<Block> {
    let words = runs.iter().flat_map(|run| {
        (0..run.len).map(|step| Block {
            a: run.a + step,
            b: run.b + step,
            len: 1,
        })
    });
    merged(
        words
            .filter(|word| !gone_a[word.a] && !gone_b[word.b])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(a: usize, b: usize, len: usize) -> Block {
        Block { a, b, len }
    }

    #[test]
    fn a_pair_that_keeps_the_order_crosses_nothing() {
        let runs = [run(0, 0, 5), run(10, 12, 5), run(20, 25, 5)];
        assert!(!crosses(&runs, &(5..10), &(5..12)));
        assert!(crosses(&runs, &(5..10), &(17..25)));
        assert!(crosses(&runs, &(15..20), &(5..12)));
        assert!(!crosses(&runs, &(15..20), &(17..25)));
        assert!(crosses(&runs, &(25..30), &(0..0)));
    }

    #[test]
    fn words_are_taken_out_of_runs() {
        let runs = [run(0, 0, 5), run(10, 12, 5)];
        let gone = |range: Range<usize>| {
            (0..20)
                .map(|word| range.contains(&word))
                .collect::<Vec<_>>()
        };
        let rest = without(&runs, &gone(12..14), &gone(0..1));
        assert_eq!(rest, [run(1, 1, 4), run(10, 12, 2), run(14, 16, 1)]);
    }

    #[test]
    fn the_unit_with_most_shared_words_is_found() {
        let units = [vec![1, 2, 3], vec![3, 4, 5], vec![4, 5, 6]];
        let of_unit = |(at, unit): (usize, &Vec<u64>)| {
            let words = unit.iter().map(move |&word| (word, at));
            words.collect::<Vec<_>>()
        };
        let mut holders: Vec<(u64, usize)> = units.iter().enumerate().flat_map(of_unit).collect();
        holders.sort_unstable();
        let mut votes = vec![0; 3];
        assert_eq!(
            most_shared(&[9, 4, 5, 3], &holders, &mut votes),
            Some((1, 3))
        );
        assert_eq!(most_shared(&[4, 5], &holders, &mut votes), Some((1, 2)));
        assert_eq!(most_shared(&[9], &holders, &mut votes), None);
        assert_eq!(votes, [0, 0, 0]);
    }
}
