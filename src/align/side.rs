//! One text of an alignment: the fate of every word, unit and byte.

use std::ops::Range;

use super::PreparedText;
use super::units::Status;

/// Stands for "no partner".
const NONE: u32 = u32::MAX;
/// Set in a partner that is out of order; tokens are numbered below it.
const MOVED: u32 = 1 << 31;

/// One text of an alignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What an unmatched word of this side is: dropped in a, added in b.
    gone: Status,
    partner: Vec<u32>,
    units: Vec<Status>,
}

/// Bytes of one text that share a fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What became of them.
    pub status: Status,
}

impl Side {
    pub(super) fn new(
        gone: Status,
        tokens: usize,
        units: Vec<Status>,
        fill: impl FnOnce(&mut Self),
    ) -> Self {
        let mut side = Side {
            gone,
            partner: vec![NONE; tokens],
            units,
        };
        fill(&mut side);
        side
    }

    pub(super) fn fill(&mut self, own: usize, other: usize, len: usize, moved: bool) {
        let first = other as u32 | if moved { MOVED } else { 0 };
        for (partner, other) in self.partner[own..own + len].iter_mut().zip(first..) {
            *partner = other;
        }
    }

    /// The matched token of the other text; `None` where there is none.
    pub fn partner(&self, token: usize) -> Option<usize> {
        let partner = *self.partner.get(token)?;
        (partner != NONE).then_some((partner & !MOVED) as usize)
    }

    /// The partners of all tokens in order.
    pub fn partners(&self) -> impl Iterator<Item = Option<usize>> + '_ {
        (0..self.partner.len()).map(|token| self.partner(token))
    }

    /// True for a token whose match is out of order.
    pub fn is_moved(&self, token: usize) -> bool {
        let partner = self.partner.get(token);
        partner.is_some_and(|&partner| partner != NONE && partner & MOVED != 0)
    }

    /// The status of each unit. A line of symbols has that of its neighbour.
    pub fn units(&self) -> &[Status] {
        &self.units
    }

    /// Every byte of the text exactly once, in order; neighbouring spans of one
    /// status are not joined across units.
    ///
    /// `text` is this side's. White space after a unit belongs to it, and so
    /// does what stands before the first. Same and moved units are one span.
    /// The others go word by word, each word with what follows it: a word that
    /// stayed is `Edited`, one that is matched elsewhere `Moved`, the rest
    /// `Added` in b and `Dropped` in a. A text without units is one `Same` span.
    pub fn spans(&self, text: &PreparedText<'_>) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let length = text.text.len();
        for (index, (unit, &status)) in text.units.iter().zip(&self.units).enumerate() {
            let start = if index == 0 { 0 } else { unit.start };
            let end = text.units.get(index + 1).map_or(length, |next| next.start);
            let whole = Span {
                range: start..end,
                status,
            };
            if matches!(status, Status::Same | Status::Moved) || unit.is_empty() {
                spans.push(whole);
                continue;
            }
            let first = spans.len();
            for token in unit.first_token..unit.end_token {
                let fate = match self.partner(token) {
                    Some(_) if self.is_moved(token) => Status::Moved,
                    Some(_) => Status::Edited,
                    None => self.gone,
                };
                let from = match text.normalised.tokens().get(token) {
                    Some(own) if token > unit.first_token => own.start as usize,
                    _ => start,
                };
                let open = spans.len() > first;
                if from >= end {
                    // The second word of a character such as `½` owns no byte.
                    continue;
                }
                match spans.last_mut() {
                    Some(last) if open && (last.status == fate || last.range.start == from) => {}
                    Some(last) if open => {
                        last.range.end = from;
                        spans.push(Span {
                            range: from..end,
                            status: fate,
                        });
                    }
                    _ => spans.push(Span {
                        range: from..end,
                        status: fate,
                    }),
                }
            }
        }
        if spans.is_empty() && length > 0 {
            spans.push(Span {
                range: 0..length,
                status: Status::Same,
            });
        }
        spans
    }
}
