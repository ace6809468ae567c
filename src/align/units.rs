//! From matched tokens to units: same, edited, moved, added, dropped.
//!
//! Units of the two texts that share enough words are linked; linked units form
//! pieces, so that a sentence cut in two is one piece and not a loss and a gain.

use std::ops::Range;

use super::PreparedText;
use super::anchors::{Block, WIDTH};
use crate::segment::Unit;

/// What became of a unit or of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// In both texts, word for word and in order.
    Same,
    /// A unit that is in both texts with changes; of a word, one that stayed.
    Edited,
    /// In both texts, but out of order.
    Moved,
    /// In b only.
    Added,
    /// In a only.
    Dropped,
}

/// Share of a unit's words (in tenths) that must be matched for it to be edited
/// and not added or dropped.
const EDITED_TENTHS: usize = 4;
/// Matched words that link two units however long they are.
const LINKING_WORDS: usize = 3;

/// Units `a` and `b` of the two texts that belong together: a line of the
/// side-by-side view. Both ranges hold at least one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) a: Range<usize>,
    pub(super) b: Range<usize>,
    pub(super) status: Status,
}

/// Matched words between unit `a` and unit `b`.
#[derive(Clone, Copy, Debug)]
struct Link {
    a: usize,
    b: usize,
    words: usize,
    /// A run of matched words comes from the units before and goes on into the
    /// units after: the two texts cut the same words differently. A word or two
    /// that a run reaches over its last sentence is no such thing.
    inside_run: bool,
}

/// Both texts, whose units are to be linked.
pub(super) struct Linker<'x, 't> {
    pub(super) a: &'x PreparedText<'t>,
    pub(super) b: &'x PreparedText<'t>,
}

/// What links made of the texts.
pub(super) struct Linked {
    /// In-order pieces, in the order of both texts.
    pub(super) pieces: Vec<Piece>,
    /// In-order runs that support a piece; the others were chance.
    pub(super) runs: Vec<Block>,
    /// Units that lie mostly in moved blocks.
    pub(super) moved_a: Vec<bool>,
    pub(super) moved_b: Vec<bool>,
}

/// Which units the pieces do not hold and have enough of their words in
/// moved blocks to be what became of a moved unit.
fn free_and_moved(
    pieces: impl Iterator<Item = Range<usize>>,
    words: &[usize],
    units: &[Unit],
) -> Vec<bool> {
    let mut free: Vec<bool> = words
        .iter()
        .zip(units)
        .map(|(&words, unit)| words > 0 && words * 10 >= unit.len() * EDITED_TENTHS)
        .collect();
    for piece in pieces {
        free[piece].fill(false);
    }
    free
}

impl<'x, 't> Linker<'x, 't> {
    pub(super) fn new(a: &'x PreparedText<'t>, b: &'x PreparedText<'t>) -> Self {
        Linker { a, b }
    }

    /// Links units along runs in order, then joins linked units to pieces.
    pub(super) fn link(&self, runs: Vec<Block>, moved: &[Block]) -> Linked {
        let parts = self.cut_at_units(&runs);
        // Words of each unit that moved blocks hold.
        let mut in_moved_a = vec![0; self.a.units.len()];
        let mut in_moved_b = vec![0; self.b.units.len()];
        let moved_parts = self.cut_at_units(moved);
        for part in &moved_parts {
            in_moved_a[part.a] += part.block.len;
            in_moved_b[part.b] += part.block.len;
        }
        let mostly = |words: &[usize], units: &[Unit]| -> Vec<bool> {
            words
                .iter()
                .zip(units)
                .map(|(&words, unit)| words > 0 && words * 2 >= unit.len())
                .collect()
        };
        let mut moved_a = mostly(&in_moved_a, &self.a.units);
        let mut moved_b = mostly(&in_moved_b, &self.b.units);

        let mut links = links(&parts);
        links.retain(|link| {
            let shorter = self.a.units[link.a].len().min(self.b.units[link.b].len());
            !moved_a[link.a]
                && !moved_b[link.b]
                && (link.inside_run
                    || link.words >= LINKING_WORDS
                    || link.words * 10 >= shorter * EDITED_TENTHS)
        });
        // Enough of both sides must be matched, or of one by an anchor's width. Losing one link may
        // cost another its support, so until nothing falls; each round is
        // linear and few texts need a second.
        loop {
            let mut words_a = in_moved_a.clone();
            let mut words_b = in_moved_b.clone();
            for link in &links {
                words_a[link.a] += link.words;
                words_b[link.b] += link.words;
            }
            let enough = |words: usize, unit: &Unit| words * 10 >= unit.len() * EDITED_TENTHS;
            let before = links.len();
            links.retain(|link| {
                let a = enough(words_a[link.a], &self.a.units[link.a]);
                let b = enough(words_b[link.b], &self.b.units[link.b]);
                // "of the regulations" fills much of a short sentence and still
                // does not make it a part of a long one.
                a && b || (a || b) && link.words >= WIDTH
            });
            if links.len() == before {
                break;
            }
        }
        let runs = supported(parts, &links);
        let pieces = self.pieces(&links, &runs);
        // What a moved unit became is moved too, if it lies in nothing else and
        // as much of it is matched as an edited unit needs.
        let free_a = free_and_moved(
            pieces.iter().map(|p| p.a.clone()),
            &in_moved_a,
            &self.a.units,
        );
        let free_b = free_and_moved(
            pieces.iter().map(|p| p.b.clone()),
            &in_moved_b,
            &self.b.units,
        );
        let mostly = (moved_a.clone(), moved_b.clone());
        for part in moved_parts {
            moved_a[part.a] |= mostly.1[part.b] && free_a[part.a];
            moved_b[part.b] |= mostly.0[part.a] && free_b[part.b];
        }
        Linked {
            pieces,
            runs,
            moved_a,
            moved_b,
        }
    }

    /// Runs cut wherever either text begins another unit, each with its units.
    pub(super) fn cut_at_units(&self, runs: &[Block]) -> Vec<Part> {
        cut_at_units(&self.a.unit_words, &self.b.unit_words, runs)
    }

    /// Linked units as pieces. Links never cross, so a piece is an interval in
    /// both texts; units between linked ones of the same piece belong to it.
    fn pieces(&self, links: &[Link], runs: &[Block]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for link in links {
            match pieces.last_mut() {
                Some(last) if link.a < last.a.end || link.b < last.b.end => {
                    last.a.end = last.a.end.max(link.a + 1);
                    last.b.end = last.b.end.max(link.b + 1);
                }
                _ => pieces.push(Piece {
                    a: link.a..link.a + 1,
                    b: link.b..link.b + 1,
                    status: Status::Edited,
                }),
            }
        }
        for piece in &mut pieces {
            let a = token_range(&self.a.units, &piece.a);
            let b = token_range(&self.b.units, &piece.b);
            let at = runs.partition_point(|run| run.a_end() <= a.start);
            let whole = runs.get(at).is_some_and(|run| {
                run.a <= a.start
                    && a.end <= run.a_end()
                    && a.len() == b.len()
                    && b.start >= run.b
                    && b.start - run.b == a.start - run.a
            });
            if whole {
                piece.status = Status::Same;
            }
        }
        pieces
    }
}

/// A part of a run inside one unit of each text.
pub(super) struct Part {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) block: Block,
    inside_run: bool,
}

/// Runs cut wherever either text begins another unit, each with its units, which
/// are given as their tokens.
pub(super) fn cut_at_units(
    units_a: &[Range<usize>],
    units_b: &[Range<usize>],
    runs: &[Block],
) -> Vec<Part> {
    // Every token is of one unit.
    let unit_of =
        |units: &[Range<usize>], token: usize| units.partition_point(|unit| unit.end <= token);
    // Every part begins a run or a unit.
    let most = runs.len() + units_a.len() + units_b.len();
    let mut parts = Vec::with_capacity(if runs.is_empty() { 0 } else { most });
    for run in runs {
        let mut at = 0;
        let (mut a, mut b) = (unit_of(units_a, run.a), unit_of(units_b, run.b));
        while at < run.len {
            let (i, j) = (run.a + at, run.b + at);
            while units_a[a].end <= i {
                a += 1;
            }
            while units_b[b].end <= j {
                b += 1;
            }
            let len = (units_a[a].end - i)
                .min(units_b[b].end - j)
                .min(run.len - at);
            parts.push(Part {
                a,
                b,
                block: Block { a: i, b: j, len },
                inside_run: at > 0 && at + len < run.len,
            });
            at += len;
        }
    }
    parts
}

/// The tokens of a range of units; empty for no unit.
pub(super) fn token_range(units: &[Unit], range: &Range<usize>) -> Range<usize> {
    match units.get(range.clone()) {
        Some([first, .., last]) => first.first_token..last.end_token,
        Some([only]) => only.first_token..only.end_token,
        _ => 0..0,
    }
}

/// Parts of the same two units summed; parts are in order, so these are neighbours.
fn links(parts: &[Part]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::with_capacity(parts.len());
    for part in parts {
        match links.last_mut() {
            Some(last) if (last.a, last.b) == (part.a, part.b) => {
                last.words += part.block.len;
                last.inside_run |= part.inside_run;
            }
            _ => links.push(Link {
                a: part.a,
                b: part.b,
                words: part.block.len,
                inside_run: part.inside_run,
            }),
        }
    }
    links
}

/// The parts whose units stayed linked, as runs again.
fn supported(parts: Vec<Part>, links: &[Link]) -> Vec<Block> {
    let mut links = links.iter().peekable();
    let mut runs = Vec::with_capacity(parts.len());
    for part in parts {
        while links
            .next_if(|link| (link.a, link.b) < (part.a, part.b))
            .is_some()
        {}
        if links
            .peek()
            .is_some_and(|link| (link.a, link.b) == (part.a, part.b))
        {
            runs.push(part.block);
        }
    }
    super::tokens::merged(runs)
}
