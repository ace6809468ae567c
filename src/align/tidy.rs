//! Takes back matches that are no evidence; slides edits to sentence starts.

use std::ops::Range;

use super::anchors::Block;
use super::tokens::merged;

/// Tokens from which a matched run stands by itself.
const LEAST_RUN: usize = 3;
/// Tokens that a gap beside a short run may have for the run to stay.
const LEAST_GAP: usize = 2;

/// Drops runs under three tokens, unless the gaps on both sides are of two
/// tokens at most or the run is evidence by itself (a rare word, a whole unit).
///
/// Without this the "a" of a comment form is matched with the "a" of a licence
/// notice, and two lines that have nothing in common are both cut in two.
/// `within` are the tokens of both texts that were compared: what lies before the
/// first and after the last run is a gap too. Dropping one run widens the gaps of its
/// neighbours, which are then judged again. Cost: linear in the runs.
pub(super) fn drop_chance(
    runs: Vec<Block>,
    within: &(Range<usize>, Range<usize>),
    stands_alone: impl Fn(&Block) -> bool,
) -> Vec<Block> {
    let fits = |before: Option<&Block>, after: Option<&Block>| {
        let starts = (within.0.start, within.1.start);
        let ends = (within.0.end, within.1.end);
        let (a, b) = before.map_or(starts, |run| (run.a_end(), run.b_end()));
        let (next_a, next_b) = after.map_or(ends, |run| (run.a, run.b));
        (next_a - a).max(next_b - b) <= LEAST_GAP
    };
    let stays = |before: Option<&Block>, run: &Block, after: Option<&Block>| {
        run.len >= LEAST_RUN
            || fits(before, Some(run)) && fits(Some(run), after)
            || stands_alone(run)
    };
    // Dropping only ever widens gaps, so what survives does not depend on the
    // order of judging. Everything in `kept` is right as long as the run at `at`
    // stays; when it falls, those that leaned on it are judged again.
    let mut kept: Vec<Block> = Vec::with_capacity(runs.len());
    for (at, run) in runs.iter().enumerate() {
        let after = runs.get(at + 1);
        if stays(kept.last(), run, after) {
            kept.push(*run);
            continue;
        }
        while let Some(last) = kept.pop() {
            if stays(kept.last(), &last, after) {
                kept.push(last);
                break;
            }
        }
    }
    kept
}

/// Extends runs into the gaps beside them as far as tokens agree: what chance
/// matches took from their rightful neighbours goes back to these.
pub(super) fn regrow(mut runs: Vec<Block>, a: &[u64], b: &[u64]) -> Vec<Block> {
    let (mut free_a, mut free_b) = (0, 0);
    for at in 0..runs.len() {
        let (end_a, end_b) = runs
            .get(at + 1)
            .map_or((a.len(), b.len()), |next| (next.a, next.b));
        let run = &mut runs[at];
        while run.a > free_a && run.b > free_b && a[run.a - 1] == b[run.b - 1] {
            (run.a, run.b, run.len) = (run.a - 1, run.b - 1, run.len + 1);
        }
        while run.a_end() < end_a && run.b_end() < end_b && a[run.a_end()] == b[run.b_end()] {
            run.len += 1;
        }
        (free_a, free_b) = (run.a_end(), run.b_end());
    }
    runs
}

/// Moves each pure insertion or deletion to where it begins, and if possible
/// ends, with a unit; else as far right as it goes. Nothing else changes: the
/// same number of tokens stays matched.
///
/// `starts_a[i]` says that token `i` begins a unit; one more entry for the end.
pub(super) fn slide(
    mut runs: Vec<Block>,
    (a, b): (&[u64], &[u64]),
    (starts_a, starts_b): (&[bool], &[bool]),
) -> Vec<Block> {
    for at in 1..runs.len() {
        let (before, after) = (runs[at - 1], runs[at]);
        let shift = if before.a_end() == after.a {
            best_shift(b, starts_b, before.b_end(), after.b, before.len, after.len)
        } else if before.b_end() == after.b {
            best_shift(a, starts_a, before.a_end(), after.a, before.len, after.len)
        } else {
            continue;
        };
        let moved = |place: usize| place.saturating_add_signed(shift);
        runs[at - 1].len = moved(before.len);
        runs[at] = Block {
            a: moved(after.a),
            b: moved(after.b),
            len: after.len.saturating_add_signed(-shift),
        };
    }
    runs.retain(|run| run.len > 0);
    merged(runs)
}

/// How far the gap `from..to` should slide (left is negative). It may use up a
/// run beside it only where that puts it in a better place.
fn best_shift(
    ids: &[u64],
    starts: &[bool],
    from: usize,
    to: usize,
    before: usize,
    after: usize,
) -> isize {
    let left = (1..=before)
        .take_while(|&by| ids[from - by] == ids[to - by])
        .count();
    let right = (0..after)
        .take_while(|&by| ids[from + by] == ids[to + by])
        .count();
    let score = |start: usize| 2 * u8::from(starts[start]) + u8::from(starts[start + to - from]);
    let spares = |start: usize| start != from - before && start != from + after;
    let best = (from - left..=from + right)
        .max_by_key(|&start| (score(start), spares(start), start))
        .unwrap_or(from);
    best as isize - from as isize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(a: usize, b: usize, len: usize) -> Block {
        Block { a, b, len }
    }

    #[test]
    fn a_lone_article_is_no_evidence() {
        let runs = vec![run(0, 0, 50), run(58, 51, 1)];
        assert_eq!(
            drop_chance(runs, &(0..67, 0..53), |_| false),
            [run(0, 0, 50)]
        );
    }

    #[test]
    fn short_runs_between_short_gaps_stay() {
        let runs = vec![run(0, 0, 9), run(10, 10, 1), run(12, 12, 9)];
        assert_eq!(drop_chance(runs.clone(), &(0..21, 0..21), |_| false), runs);
    }

    #[test]
    fn what_leaned_on_a_dropped_run_falls_too() {
        let runs = vec![run(0, 0, 9), run(10, 10, 1), run(12, 12, 1), run(30, 30, 9)];
        assert_eq!(
            drop_chance(runs.clone(), &(0..39, 0..39), |_| false),
            [run(0, 0, 9), run(30, 30, 9)]
        );
        assert_eq!(drop_chance(runs.clone(), &(0..39, 0..39), |_| true), runs);
    }

    #[test]
    fn an_inserted_sentence_keeps_its_first_word() {
        // "x. The y. | The z" against "x. The z": the prefix took "The".
        let a = [1, 2, 9, 5, 6];
        let b = [1, 2, 9, 3, 4, 9, 5, 6];
        let starts_a = [true, false, true, false, false, true];
        let starts_b = [true, false, true, false, false, true, false, false, true];
        let slid = slide(
            vec![run(0, 0, 3), run(3, 6, 2)],
            (&a, &b),
            (&starts_a, &starts_b),
        );
        assert_eq!(slid, [run(0, 0, 2), run(2, 5, 3)]);
    }
}
