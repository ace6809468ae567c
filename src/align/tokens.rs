//! Which token of one text is which token of the other.
//!
//! A long common start and end are matched first. Of the rest, anchors (units and
//! shingles that each text has once) in order make the backbone; long anchors out
//! of order are moved passages. Gaps between
//! them are closed in the same way, then by longest common subsequence.

use std::borrow::Cow;
use std::ops::Range;
use std::slice;

use super::anchors::{Anchors, Block, WIDTH, anchors, heaviest_chain, unit_anchors};
use super::lcs::{Lcs, MOST_CELLS};

/// Tokens that a passage out of order needs before it counts as moved.
const LEAST_MOVED: usize = 8;
/// Tokens that may differ between two blocks of one moved passage.
const MOST_EDITED: usize = 4;
/// How often a gap is divided by anchors that are unique within it; a bound,
/// as a hostile text can hide one new anchor in each.
const MOST_DIVISIONS: u8 = 8;
/// Tokens below which a gap goes to the longest common subsequence at once.
const LEAST_DIVIDED: usize = 10;

/// Tokens in order, tokens moved, gaps given up.
#[derive(Default)]
pub(super) struct Matching {
    /// Runs in order: increasing and disjoint in both texts.
    pub(super) runs: Vec<Block>,
    /// Runs out of order, by place in b.
    pub(super) moved: Vec<Block>,
    /// Gaps that were too large to look into.
    pub(super) skipped: usize,
}

/// Stands for a token of a, or of b, that is taken and matches nothing more.
pub(super) const TAKEN: [u64; 2] = [u64::MAX, u64::MAX - 1];

/// The words of a text and the token ranges of its units.
#[derive(Clone, Copy)]
pub(super) struct Words<'x> {
    pub(super) words: &'x [u64],
    pub(super) units: &'x [Range<usize>],
}

/// Matches the words of two texts. Gives their words back, those that moved as
/// words that match nothing more.
pub(super) fn match_tokens<'x>(a: Words<'x>, b: Words<'x>) -> (Matching, [Cow<'x, [u64]>; 2]) {
    let mut out = Matching::default();
    let whole = outer(a.words, b.words, &mut out.runs);
    let found = all_anchors(a, b, &whole);
    let blocks = found.blocks;
    let chain = heaviest_chain(&blocks);
    let backbone = lay(&blocks, &chain, a.words, b.words, &whole);
    let mut in_chain = vec![false; blocks.len()];
    for &index in &chain {
        in_chain[index] = true;
    }
    let off: Vec<Block> = blocks
        .iter()
        .zip(&in_chain)
        .filter_map(|(block, &chained)| (!chained).then_some(*block))
        .collect();
    out.moved = moved(off, &backbone, a.words, b.words, &whole);
    // Without moved blocks nothing is taken, and the words need no copy.
    let (mut taken_a, mut taken_b) = (Cow::from(a.words), Cow::from(b.words));
    for block in &out.moved {
        taken_a.to_mut()[block.a..block.a_end()].fill(TAKEN[0]);
        taken_b.to_mut()[block.b..block.b_end()].fill(TAKEN[1]);
    }
    let mut gaps = between(&backbone, whole.0, whole.1, 0);
    out.runs.extend(backbone);
    // What stands once in a gap and not twice in the texts was an anchor already.
    let divisions = if found.repeats { MOST_DIVISIONS } else { 0 };
    close(&taken_a, &taken_b, &mut gaps, divisions, &mut out);
    out.runs = merged(out.runs);
    (out, [taken_a, taken_b])
}

/// Units that stand once in both texts, and shingles outside them that do.
fn all_anchors(a: Words<'_>, b: Words<'_>, whole: &(Range<usize>, Range<usize>)) -> Anchors {
    let inside = |text: &Words<'_>, whole: &Range<usize>| {
        let from = text.units.partition_point(|unit| unit.start < whole.start);
        let to = text.units.partition_point(|unit| unit.end <= whole.end);
        from..to.max(from)
    };
    let (units_a, units_b) = (
        &a.units[inside(&a, &whole.0)],
        &b.units[inside(&b, &whole.1)],
    );
    let units = unit_anchors((a.words, units_a), (b.words, units_b));
    let mut by_b = units.clone();
    by_b.sort_unstable_by_key(|block| block.b);
    let rest_a = outside(&whole.0, units.iter().map(|block| block.a..block.a_end()));
    let rest_b = outside(&whole.1, by_b.iter().map(|block| block.b..block.b_end()));
    let mut found = anchors((a.words, &rest_a), (b.words, &rest_b));
    found.blocks.extend(units);
    found.blocks.sort_unstable_by_key(|block| block.a);
    found
}

/// What of a range lies in none of the disjoint ranges, which are in order.
fn outside(whole: &Range<usize>, ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut rest = Vec::new();
    let mut from = whole.start;
    for range in ranges {
        rest.push(from..range.start);
        from = range.end;
    }
    rest.push(from..whole.end);
    rest.retain(|range| !range.is_empty());
    rest
}

/// Matches what lies in the gaps: by anchors that are unique within one, at most
/// `divisions` times over, then by longest common subsequence.
fn close(a: &[u64], b: &[u64], gaps: &mut Vec<Gap>, divisions: u8, out: &mut Matching) {
    let mut lcs = Lcs::default();
    while let Some(gap) = gaps.pop() {
        let (x, y) = trim(a, b, gap.a, gap.b, &mut out.runs);
        if x.is_empty() || y.is_empty() {
            continue;
        }
        if gap.depth < divisions && x.len().min(y.len()) >= LEAST_DIVIDED {
            let ranges = (slice::from_ref(&x), slice::from_ref(&y));
            let blocks = anchors((a, ranges.0), (b, ranges.1)).blocks;
            if !blocks.is_empty() {
                let chain = heaviest_chain(&blocks);
                let laid = lay(&blocks, &chain, a, b, &(x.clone(), y.clone()));
                gaps.extend(between(&laid, x, y, gap.depth + 1));
                out.runs.extend(laid);
                continue;
            }
        }
        if x.len().saturating_mul(y.len()) > MOST_CELLS {
            out.skipped += 1;
            continue;
        }
        lcs.pairs(&a[x.clone()], &b[y.clone()], |i, j| {
            out.runs.push(Block {
                a: x.start + i,
                b: y.start + j,
                len: 1,
            });
        });
    }
}

struct Gap {
    a: Range<usize>,
    b: Range<usize>,
    depth: u8,
}

/// As [`trim`] for whole texts, but a start or end too short to be evidence is
/// left alone: the first word of a moved sentence must not be taken from it.
fn outer(a: &[u64], b: &[u64], runs: &mut Vec<Block>) -> (Range<usize>, Range<usize>) {
    let mut found = Vec::new();
    let (mut x, mut y) = trim(a, b, 0..a.len(), 0..b.len(), &mut found);
    for run in found {
        if run.len >= LEAST_MOVED {
            runs.push(run);
        } else if (run.a, run.b) == (0, 0) {
            (x.start, y.start) = (0, 0);
        } else {
            (x.end, y.end) = (a.len(), b.len());
        }
    }
    (x, y)
}

/// Matches the common start and end of two ranges; returns what is left.
fn trim(
    a: &[u64],
    b: &[u64],
    x: Range<usize>,
    y: Range<usize>,
    runs: &mut Vec<Block>,
) -> (Range<usize>, Range<usize>) {
    let (left, right) = (&a[x.clone()], &b[y.clone()]);
    let same = |(p, q): &(&u64, &u64)| p == q;
    let start = left.iter().zip(right).take_while(same).count();
    let end = left[start..]
        .iter()
        .rev()
        .zip(right[start..].iter().rev())
        .take_while(same)
        .count();
    let (inner_x, inner_y) = (x.start + start..x.end - end, y.start + start..y.end - end);
    for (a, b, len) in [(x.start, y.start, start), (inner_x.end, inner_y.end, end)] {
        if len > 0 {
            runs.push(Block { a, b, len });
        }
    }
    (inner_x, inner_y)
}

/// The chain's blocks without overlap, extended as far as tokens agree.
fn lay(
    blocks: &[Block],
    chain: &[usize],
    a: &[u64],
    b: &[u64],
    within: &(Range<usize>, Range<usize>),
) -> Vec<Block> {
    let mut laid: Vec<Block> = Vec::with_capacity(chain.len());
    let (mut free_a, mut free_b) = (within.0.start, within.1.start);
    for &index in chain {
        let mut block = blocks[index];
        // Neighbours may overlap by less than an anchor; the earlier keeps it.
        let overlap = free_a
            .saturating_sub(block.a)
            .max(free_b.saturating_sub(block.b));
        if overlap >= block.len {
            continue;
        }
        block.a += overlap;
        block.b += overlap;
        block.len -= overlap;
        while block.a > free_a && block.b > free_b && a[block.a - 1] == b[block.b - 1] {
            block.a -= 1;
            block.b -= 1;
            block.len += 1;
        }
        while block.a_end() < within.0.end
            && block.b_end() < within.1.end
            && a[block.a_end()] == b[block.b_end()]
        {
            block.len += 1;
        }
        (free_a, free_b) = (block.a_end(), block.b_end());
        laid.push(block);
    }
    laid
}

/// The gaps between blocks that are in order.
fn between(blocks: &[Block], x: Range<usize>, y: Range<usize>, depth: u8) -> Vec<Gap> {
    let mut gaps = Vec::with_capacity(blocks.len() + 1);
    let (mut a, mut b) = (x.start, y.start);
    for block in blocks {
        gaps.push(Gap {
            a: a..block.a,
            b: b..block.b,
            depth,
        });
        (a, b) = (block.a_end(), block.b_end());
    }
    gaps.push(Gap {
        a: a..x.end,
        b: b..y.end,
        depth,
    });
    gaps
}

/// Off-backbone blocks that are still free on both sides, longest first, each
/// extended as far as free tokens agree.
fn moved(
    mut off: Vec<Block>,
    backbone: &[Block],
    a: &[u64],
    b: &[u64],
    whole: &(Range<usize>, Range<usize>),
) -> Vec<Block> {
    if off.is_empty() {
        return off;
    }
    let mut free_a = vec![false; a.len()];
    let mut free_b = vec![false; b.len()];
    free_a[whole.0.clone()].fill(true);
    free_b[whole.1.clone()].fill(true);
    for block in backbone {
        free_a[block.a..block.a_end()].fill(false);
        free_b[block.b..block.b_end()].fill(false);
    }
    off.sort_unstable_by(|x, y| y.len.cmp(&x.len).then(x.cmp(y)));
    let mut found = Vec::new();
    for core in off {
        let mut from = 0;
        while from < core.len {
            let is_free = |i: usize| free_a[core.a + i] && free_b[core.b + i];
            let Some(skip) = (from..core.len).position(is_free) else {
                break;
            };
            let start = from + skip;
            let len = (start..core.len).take_while(|&i| is_free(i)).count();
            from = start + len;
            let mut block = Block {
                a: core.a + start,
                b: core.b + start,
                len,
            };
            let agrees = |i: usize, j: usize| {
                free_a.get(i) == Some(&true) && free_b.get(j) == Some(&true) && a[i] == b[j]
            };
            while block.a > 0 && block.b > 0 && agrees(block.a - 1, block.b - 1) {
                (block.a, block.b, block.len) = (block.a - 1, block.b - 1, block.len + 1);
            }
            while agrees(block.a_end(), block.b_end()) {
                block.len += 1;
            }
            if block.len >= WIDTH {
                free_a[block.a..block.a_end()].fill(false);
                free_b[block.b..block.b_end()].fill(false);
                found.push(block);
            }
        }
    }
    found.sort_unstable_by_key(|block| block.b);
    // A passage may be lightly edited: blocks that nearly touch count together.
    let nearly_touch = |x: &Block, y: &Block| {
        y.a >= x.a_end() && y.a - x.a_end() <= MOST_EDITED && y.b - x.b_end() <= MOST_EDITED
    };
    found
        .chunk_by(nearly_touch)
        .filter(|passage| passage.iter().map(|block| block.len).sum::<usize>() >= LEAST_MOVED)
        .flatten()
        .copied()
        .collect()
}

/// Runs sorted, touching ones on one diagonal made one.
pub(super) fn merged(mut runs: Vec<Block>) -> Vec<Block> {
    runs.sort_unstable();
    let mut out: Vec<Block> = Vec::with_capacity(runs.len());
    for run in runs {
        match out.last_mut() {
            Some(last) if last.a_end() == run.a && last.b_end() == run.b => last.len += run.len,
            _ => out.push(run),
        }
    }
    out
}
