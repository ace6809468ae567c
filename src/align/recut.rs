//! Units of one text cut where the other text cuts the same words.
//!
//! A copy that lost its punctuation or its line ends is one unit of a thousand
//! words. Beside a text that has them its sentences are known all the same.

use std::cell::OnceCell;
use std::ops::Range;

use ahash::AHashSet;

use super::{Alignment, PreparedText, Side, Status, UnitChange, align, tokens_of};
use crate::segment::Unit;

/// How many units of one text a unit of the other must be, to be cut as they are.
/// Below that one sentence became two or three, and that is an edit worth telling.
const COARSE: usize = 4;
/// Words between two that stand side by side in the other text from which on they
/// are a unit of their own.
const LEAST_UNIT: usize = 3;

/// Aligns two texts after cutting units that are many of the other text's as these
/// are cut, and units to which a line of the other text was joined. The units of both
/// stay as the alignment knows them.
///
/// Cost: as [`align`], twice where something was cut.
///
/// # Examples
/// ```
/// use wirecopy::align::{PreparedText, Status, align_alike};
/// let story = "The ferry ran aground at dawn. Nobody was hurt, the pilot said. Two tugs came at noon. \
///     They pulled her off by one. The harbour is open again.";
/// let bare = story.replace(['.', ','], "").replace("Two", "Three");
/// let (mut a, mut b) = (PreparedText::new(story), PreparedText::new(&bare));
/// assert_eq!((a.units.len(), b.units.len()), (5, 1));
/// let aligned = align_alike(&mut a, &mut b);
/// assert_eq!(b.units.len(), 5);
/// assert_eq!(aligned.counts.units_same, 4);
/// assert_eq!(aligned.changes.len(), 1);
/// assert_eq!(&bare[aligned.changes[0].b.clone()], "Three tugs came at noon");
/// ```
pub fn align_alike(a: &mut PreparedText<'_>, b: &mut PreparedText<'_>) -> Alignment {
    let aligned = align(a, b);
    let (mut cuts_a, mut cuts_b) = (Vec::new(), Vec::new());
    let edited = aligned
        .changes
        .iter()
        .filter(|change| change.op == Status::Edited);
    for change in edited {
        let (of_a, of_b) = (change.a_units.len(), change.b_units.len());
        let starts = |text: &PreparedText<'_>, units: &Range<usize>| -> Vec<usize> {
            let units = text.units.get(units.clone()).unwrap_or_default();
            units.iter().skip(1).map(|unit| unit.first_token).collect()
        };
        if of_b >= COARSE * of_a {
            let starts = starts(b, &change.b_units);
            cuts_a.extend(
                starts
                    .iter()
                    .flat_map(|&at| across(at, |token| aligned.b.partner(token))),
            );
        } else if of_a >= COARSE * of_b {
            let starts = starts(a, &change.a_units);
            cuts_b.extend(
                starts
                    .iter()
                    .flat_map(|&at| across(at, |token| aligned.a.partner(token))),
            );
        }
    }
    let kept = |change: &&UnitChange| matches!(change.op, Status::Moved | Status::Edited);
    let (lines_a, lines_b) = (OnceCell::new(), OnceCell::new());
    for change in aligned.changes.iter().filter(kept) {
        let known = |words: &[u64]| lines_b.get_or_init(|| lines(b)).contains(words);
        cuts_a.extend(beside_line(a, &change.a_units, &aligned.a, known));
        let known = |words: &[u64]| lines_a.get_or_init(|| lines(a)).contains(words);
        cuts_b.extend(beside_line(b, &change.b_units, &aligned.b, known));
    }
    if cuts_a.is_empty() && cuts_b.is_empty() {
        return aligned;
    }
    cuts_a.sort_unstable();
    cuts_b.sort_unstable();
    a.cut(&cuts_a);
    b.cut(&cuts_b);
    align(a, b)
}

/// The words of each line.
fn lines<'x>(text: &'x PreparedText<'_>) -> AHashSet<&'x [u64]> {
    let words = |line: &Range<usize>| text.words.get(line.clone());
    text.unit_words.iter().filter_map(words).collect()
}

/// Where a unit passes from what is matched in it to a line that the other text has
/// elsewhere: "1400 GMT" with a moved sentence joined to it.
fn beside_line(
    text: &PreparedText<'_>,
    units: &Range<usize>,
    side: &Side,
    is_line: impl Fn(&[u64]) -> bool,
) -> Vec<usize> {
    let Some([unit]) = text.units.get(units.clone()) else {
        return Vec::new();
    };
    let tokens = unit.first_token..unit.end_token;
    let matched = |&token: &usize| side.partner(token).is_some();
    let (first, last) = (tokens.clone().find(matched), tokens.clone().rfind(matched));
    let Some((first, last)) = first.zip(last) else {
        return Vec::new();
    };
    let is_line = |rest: Range<usize>| {
        let words = text.words.get(rest).unwrap_or_default();
        !words.is_empty() && is_line(words)
    };
    let before = is_line(tokens.start..first).then_some(first);
    let behind = is_line(last + 1..tokens.end).then_some(last + 1);
    before.into_iter().chain(behind).collect()
}

/// Where the other text goes from one unit to the next: the places in it of the
/// words before and after the token `at`, if both are there in this order.
fn across(at: usize, partner: impl Fn(usize) -> Option<usize>) -> Vec<usize> {
    let before = at.checked_sub(1).and_then(&partner);
    match (before, partner(at)) {
        (Some(before), Some(after)) if before < after && after - before > LEAST_UNIT => {
            vec![before + 1, after]
        }
        (Some(before), Some(after)) if before < after => vec![after],
        (None, Some(after)) => vec![after],
        (Some(before), None) => vec![before + 1],
        _ => Vec::new(),
    }
}

impl PreparedText<'_> {
    /// Cuts units so that these tokens begin one; tokens are ascending.
    fn cut(&mut self, tokens: &[usize]) {
        let mut units = Vec::with_capacity(self.units.len() + tokens.len());
        for unit in &self.units {
            let mut rest = *unit;
            let from = tokens.partition_point(|&token| token <= unit.first_token);
            for &token in tokens.iter().skip(from) {
                if token >= unit.end_token {
                    break;
                }
                let (end, start) = self.between(token);
                // The second word of a character such as `½` has no byte and begins no unit.
                let own = self.normalised.tokens().get(token);
                let no_byte = own.is_none_or(|token| token.start >= token.end);
                if no_byte || token == rest.first_token || end <= rest.start {
                    continue;
                }
                units.push(Unit {
                    end,
                    end_token: token,
                    ..rest
                });
                rest = Unit {
                    start,
                    first_token: token,
                    ..rest
                };
            }
            units.push(rest);
        }
        self.unit_words = tokens_of(&units);
        self.units = units;
    }

    /// Where a unit ends and the next begins if a token begins it: at the white space
    /// before it, else right before its word.
    fn between(&self, token: usize) -> (usize, usize) {
        let tokens = self.normalised.tokens();
        let end_of = |at: usize| tokens.get(at).map_or(0, |token| token.end as usize);
        let before = token.checked_sub(1).map_or(0, end_of);
        let start = tokens
            .get(token)
            .map_or(self.text.len(), |t| t.start as usize);
        // A mark without a letter begins at the white space before it.
        let rest = self.text.get(start..).unwrap_or("");
        let start = start + rest.len() - rest.trim_start().len();
        let gap = self.text.get(before..start).unwrap_or("");
        match gap.rfind(char::is_whitespace) {
            Some(at) => {
                let opening = gap[at..].trim_start().len();
                (before + gap[..at].trim_end().len(), start - opening)
            }
            None => (start, start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;
    use proptest::prelude::*;

    const STORY: &str = "The ferry ran aground at dawn. \"Nobody was hurt,\" the pilot said. Two tugs \
        came at noon. They pulled her off by one. The harbour is open again.";

    fn units(text: &PreparedText<'_>) -> Vec<String> {
        let shown = |unit: &Unit| text.text[unit.start..unit.end].to_string();
        text.units.iter().map(shown).collect()
    }

    #[test]
    fn words_put_in_between_are_a_unit_of_their_own() {
        let bare = STORY
            .replace(['.', ','], "")
            .replace("said Two", "said from our reporter there Two");
        let (mut a, mut b) = (PreparedText::new(STORY), PreparedText::new(&bare));
        let aligned = align_alike(&mut a, &mut b);
        assert_eq!(
            units(&b),
            [
                "The ferry ran aground at dawn",
                "\"Nobody was hurt\" the pilot said",
                "from our reporter there",
                "Two tugs came at noon",
                "They pulled her off by one",
                "The harbour is open again"
            ]
        );
        assert_eq!(
            (aligned.counts.units_same, aligned.counts.units_added),
            (5, 1)
        );
    }

    #[test]
    fn a_line_that_a_moved_sentence_joined_stays_the_same() {
        let moved = "It credited the legend with raw energy and an ability to create characters.";
        let a = format!(
            "{STORY}\n\n{moved}\n\nA third day of storm kept the boats in port.\n\n1400 GMT\n\nThe mayor went home."
        );
        let b = format!(
            "{STORY}\n\nA third day of storm kept the boats in port.\n\n1400 GMT {moved}\n\nThe mayor went home."
        );
        for (a, b) in [(&a, &b), (&b, &a)] {
            let (mut a, mut b) = (PreparedText::new(a), PreparedText::new(b));
            let counts = align_alike(&mut a, &mut b).counts;
            assert_eq!((counts.words_added, counts.words_dropped), (0, 0));
            assert_eq!(
                (
                    counts.units_added,
                    counts.units_dropped,
                    counts.units_edited
                ),
                (0, 0, 0)
            );
            assert_eq!(counts.units_moved + counts.units_same, b.units.len());
        }
    }

    #[test]
    fn a_sentence_cut_in_two_stays_one_edit() {
        let joined = STORY.replace("noon. They", "noon and they");
        let (mut a, mut b) = (PreparedText::new(&joined), PreparedText::new(STORY));
        let before = (a.units.len(), b.units.len());
        let aligned = align_alike(&mut a, &mut b);
        assert_eq!((a.units.len(), b.units.len()), before);
        assert_eq!(
            (
                aligned.changes[0].a_units.len(),
                aligned.changes[0].b_units.len()
            ),
            (1, 2)
        );
    }

    proptest! {
        #[test]
        fn cut_units_keep_the_laws(
            text in "[a-c水½\u{301} .\"\n]{0,60}", tokens in prop::collection::btree_set(0usize..40, 0..8),
        ) {
            let mut prepared = PreparedText::new(&text);
            let tokens: Vec<usize> = tokens.into_iter().collect();
            prepared.cut(&tokens);
            let (mut byte, mut token) = (0, 0);
            for unit in &prepared.units {
                prop_assert!(unit.start >= byte && unit.start < unit.end);
                prop_assert!(text.get(byte..unit.start).unwrap().trim().is_empty());
                prop_assert_eq!(unit.first_token, token);
                let shown = text.get(unit.start..unit.end).unwrap();
                prop_assert_eq!(shown.trim(), shown);
                (byte, token) = (unit.end, unit.end_token);
            }
            prop_assert_eq!(token, normalise(&text).len());
        }
    }
}
