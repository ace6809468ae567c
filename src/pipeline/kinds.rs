//! The kind of a change: what the units are for that it touched, or what the
//! edit itself was.

use std::ops::Range;

use super::furniture::unit_hash;
use crate::align::{PreparedText, Status, UnitChange, WordEdit};
use crate::segment::{Kind, Kinds, Unit, dateline, is_figure};
use crate::verify::numeral;

/// One of two compared texts.
pub(super) struct Side<'x> {
    text: &'x PreparedText<'x>,
    kinds: Kinds<'x>,
    /// Hashes of the units that its outlet repeats, ascending.
    furniture: &'x [u64],
}

impl<'x> Side<'x> {
    pub fn new(text: &'x PreparedText<'x>, title: Option<&str>, furniture: &'x [u64]) -> Self {
        Side {
            text,
            kinds: Kinds::new(text.text, &text.normalised, &text.units, title),
            furniture,
        }
    }

    /// What the longest of the units is for. A phrase says more than how often a
    /// unit stands somewhere; the form of a unit says less.
    fn kind(&self, units: &Range<usize>) -> Kind {
        let length = |unit: &usize| self.text.units.get(*unit).map_or(0, Unit::len);
        let longest = units.clone().rev().max_by_key(length);
        match longest.map_or(Kind::Body, |unit| self.kinds.of(unit)) {
            kind if kind.gives_way_to_outlet() && self.is_furniture(units) => Kind::OutletFurniture,
            kind => kind,
        }
    }

    /// True where the outlet repeats each of the units.
    fn is_furniture(&self, units: &Range<usize>) -> bool {
        let known = |unit| {
            let hash = unit_hash(self.text, unit);
            hash.is_some_and(|hash| self.furniture.binary_search(&hash).is_ok())
        };
        !self.furniture.is_empty() && !units.is_empty() && units.clone().all(known)
    }

    /// The tokens of a run of units.
    fn tokens(&self, units: &Range<usize>) -> Range<usize> {
        match self.text.units.get(units.clone()) {
            Some([first, .., last]) => first.first_token..last.end_token,
            Some([only]) => only.first_token..only.end_token,
            _ => 0..0,
        }
    }

    fn words(&self, tokens: &Range<usize>) -> &str {
        self.text.normalised.words(tokens.start, tokens.end)
    }

    fn shown_between(&self, token: usize) -> &str {
        let tokens = self.text.normalised.tokens();
        let gap = token.checked_sub(1).and_then(|before| {
            let (before, after) = (tokens.get(before)?, tokens.get(token)?);
            self.text
                .text
                .get(before.end as usize..after.start as usize)
        });
        gap.unwrap_or("")
    }

    fn is_digits(&self, token: usize) -> bool {
        let word = self.text.normalised.word(token);
        word.starts_with(char::is_numeric)
    }

    /// True for words that are numbers or dates, one and more.
    fn are_figures(&self, tokens: &Range<usize>) -> bool {
        let mut words = tokens.clone().map(|token| self.text.normalised.word(token));
        !tokens.is_empty() && words.all(|word| numeral(word).is_some() || is_figure(word))
    }

    /// True for digits that a point or a comma ties to other digits beside them, and
    /// for numbers that a hyphen ties to another: the 5 of "3.5", the five of
    /// "eighty-five".
    fn are_part_of_figure(&self, tokens: &Range<usize>) -> bool {
        let hyphened = |token: usize| {
            token > 0
                && self.shown_between(token) == "-"
                && [token - 1, token]
                    .iter()
                    .all(|&token| numeral(self.text.normalised.word(token)).is_some())
        };
        if tokens.len() == 1 && (hyphened(tokens.start) || hyphened(tokens.end)) {
            return true;
        }

        let tied = |token: usize| {
            token > 0
                && matches!(self.shown_between(token), "." | ",")
                && self.is_digits(token - 1)
                && self.is_digits(token)
        };
        tokens.clone().all(|token| self.is_digits(token))
            && (tied(tokens.start) || tied(tokens.end))
    }

    /// True where the tokens stand in the dateline that the unit begins with, or
    /// are a point at its end or at the start of the unit.
    fn is_in_dateline(&self, unit: usize, tokens: &Range<usize>) -> bool {
        let Some(unit) = self.text.units.get(unit) else {
            return false;
        };
        let shown = self.text.text.get(unit.start..unit.end).unwrap_or("");
        let end = unit.start + dateline(shown);
        let last = tokens.end.checked_sub(1);
        let last = last.and_then(|last| self.text.normalised.tokens().get(last));
        tokens.end == unit.first_token || last.is_some_and(|last| last.end as usize <= end)
    }
}

/// The kind of a change from `a` to `b`.
pub(super) fn kind(a: &Side<'_>, b: &Side<'_>, change: &UnitChange) -> Kind {
    if change.op == Status::Dropped {
        return a.kind(&change.a_units);
    }
    let kind = b.kind(&change.b_units);
    if change.op == Status::Added {
        return kind;
    }
    // The exemplar's headline may stand below another line in the copy.
    let kind = match kind {
        Kind::Body => a.kind(&change.a_units),
        kind => kind,
    };
    let is_story = matches!(kind, Kind::Body | Kind::Headline | Kind::Quote);
    if change.op == Status::Moved {
        kind
    } else if is_trivial(a, b, change) {
        Kind::Trivial
    } else if is_story && is_in_datelines(a, b, change) {
        Kind::Dateline
    } else if is_story && is_in_figures(a, b, change) {
        Kind::Number
    } else {
        kind
    }
}

/// True where the words that differ are numbers or dates on both sides.
fn is_in_figures(a: &Side<'_>, b: &Side<'_>, change: &UnitChange) -> bool {
    let edits = &change.words;
    !edits.is_empty()
        && edits
            .iter()
            .all(|edit| match (edit.a.is_empty(), edit.b.is_empty()) {
                (true, true) => true,
                (true, false) => b.are_part_of_figure(&edit.b),
                (false, true) => a.are_part_of_figure(&edit.a),
                (false, false) => a.are_figures(&edit.a) && b.are_figures(&edit.b),
            })
}

/// True where all words that differ stand in datelines: "ORME (Tarnwire) -"
/// instead of "ORME -" or of nothing.
fn is_in_datelines(a: &Side<'_>, b: &Side<'_>, change: &UnitChange) -> bool {
    let edits = &change.words;
    !edits.is_empty()
        && edits.iter().all(|edit| {
            a.is_in_dateline(change.a_units.start, &edit.a)
                && b.is_in_dateline(change.b_units.start, &edit.b)
        })
}

/// True where both sides have the same letters and digits in the same order, and
/// only what stands between them differs: "co-operate" and "cooperate", "U.S." and
/// "US", "1,000" and "1000".
///
/// A point, a hyphen or a space between digits is part of what they say: 1.5 is not 15.
fn is_trivial(a: &Side<'_>, b: &Side<'_>, change: &UnitChange) -> bool {
    // Words that are the same and yet no match have other signs: "$5" and "€5".
    let other_signs = |edit: &WordEdit| !edit.a.is_empty() && a.words(&edit.a) == b.words(&edit.b);
    if change.words.iter().any(other_signs) {
        return false;
    }
    let (tokens_a, tokens_b) = (a.tokens(&change.a_units), b.tokens(&change.b_units));
    let (words_a, words_b) = (a.words(&tokens_a), b.words(&tokens_b));
    let letters_a = words_a.chars().filter(|&c| c != ' ');
    let letters_b = words_b.chars().filter(|&c| c != ' ');
    letters_a.eq(letters_b) && cut_figures(a, tokens_a) == cut_figures(b, tokens_b)
}

/// Where digits meet digits of another word that is no group of three of the same
/// figure, in bytes of the letters and digits before.
fn cut_figures(side: &Side<'_>, tokens: Range<usize>) -> Vec<usize> {
    let (mut cuts, mut at) = (Vec::new(), 0);
    for token in tokens.clone() {
        let word = side.text.normalised.word(token);
        let before = token
            .checked_sub(1)
            .filter(|&before| before >= tokens.start);
        let before = before.map_or("", |before| side.text.normalised.word(before));
        let meets = before.ends_with(char::is_numeric) && word.starts_with(char::is_numeric);
        let digits = |word: &str| word.chars().all(char::is_numeric);
        // A plain space may part two figures as well: "2 200".
        let groups = matches!(
            side.shown_between(token),
            "," | "'" | "’" | "\u{A0}" | "\u{2009}" | "\u{202F}" | "٬"
        );
        let group = groups
            && word.chars().count() == 3
            && before.chars().count() <= 3
            && digits(word)
            && digits(before)
            && before != "0";
        if meets && !group {
            cuts.push(at);
        }
        at += word.len();
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::align;

    /// The kinds of the changes from one text to another.
    fn kinds_of(a: &str, b: &str) -> Vec<&'static str> {
        let (a, b) = (PreparedText::new(a), PreparedText::new(b));
        let sides = [&a, &b].map(|text| Side::new(text, None, &[]));
        let changes = align(&a, &b).changes;
        changes
            .iter()
            .map(|change| kind(&sides[0], &sides[1], change).code())
            .collect()
    }

    /// The kind of the only change when one sentence becomes another within a text.
    fn kind_of(from: &str, to: &str) -> &'static str {
        let text = |middle: &str| {
            format!(
                "The old bridge at Marnby was closed.\n\n{middle}\n\nNobody was hurt, the office said."
            )
        };
        let kinds = kinds_of(&text(from), &text(to));
        assert_eq!(kinds.len(), 1, "{from} / {to}: {kinds:?}");
        kinds[0]
    }

    #[test]
    fn an_edit_of_what_stands_between_letters_is_trivial() {
        for (from, to) in [
            (
                "They agreed to co-operate on the new road.",
                "They agreed to cooperate on the new road.",
            ),
            (
                "The U.S. delegation left the hall early.",
                "The US delegation left the hall early.",
            ),
            (
                "Some 1,000 people came to the square.",
                "Some 1000 people came to the square.",
            ),
            (
                "Some 1\u{A0}000\u{A0}000 people came to the square.",
                "Some 1000000 people came to the square.",
            ),
            (
                "It rose by two per cent in the spring.",
                "It rose by two percent in the spring.",
            ),
            (
                "He can't say when it will open again.",
                "He cant say when it will open again.",
            ),
        ] {
            assert_eq!(kind_of(from, to), "trivial", "{from}");
        }
    }

    #[test]
    fn an_edit_of_figures_is_a_number() {
        for (from, to) in [
            (
                "It rose by 1.5 percent in the spring.",
                "It rose by 15 percent in the spring.",
            ),
            (
                "It rose by 0,125 percent in the spring.",
                "It rose by 0125 percent in the spring.",
            ),
            (
                "Take 2 200 litres a day for the whole spring.",
                "Take 2200 litres a day for the whole spring.",
            ),
            (
                "It ended 5-4 on a cold evening in Orme.",
                "It ended 54 on a cold evening in Orme.",
            ),
            (
                "At least 12 people were taken ashore.",
                "At least 14 people were taken ashore.",
            ),
            (
                "At least twelve people were taken ashore.",
                "At least 14 people were taken ashore.",
            ),
            (
                "The work will cost $3.5m in all.",
                "The work will cost $3.6m in all.",
            ),
            (
                "The work will cost 3 million in all.",
                "The work will cost 3.5 million in all.",
            ),
            (
                "The work will cost 3 million in all.",
                "The work will cost 3 billion in all.",
            ),
            (
                "The quarry gives work to eighty people in Orme.",
                "The quarry gives work to eighty-five people in Orme.",
            ),
            (
                "The council meets on May 3 in Orme.",
                "The council meets on June 14 in Orme.",
            ),
            (
                "Die Brücke ist seit Mai 2030 für alle gesperrt.",
                "Die Brücke ist seit Juni 2029 für alle gesperrt.",
            ),
            (
                "وقال المكتب إن ١٢ شخصا كانوا على متنها.",
                "وقال المكتب إن ١٤ شخصا كانوا على متنها.",
            ),
        ] {
            assert_eq!(kind_of(from, to), "number", "{from}");
        }
        for (from, to) in [
            (
                "At least 12 people were taken ashore.",
                "At least 14 women were taken ashore.",
            ),
            (
                "At least 12 people were taken ashore.",
                "At least people were taken ashore.",
            ),
            (
                "The work will take 3 weeks in all.",
                "The work will take 3 4 weeks in all.",
            ),
        ] {
            assert_eq!(kind_of(from, to), "body", "{from}");
        }
    }

    #[test]
    fn an_edit_within_the_dateline_is_one_of_the_dateline() {
        let story = "A passenger ferry ran onto a sandbank before dawn.";
        let with = |dateline: &str| format!("{dateline}{story}");
        for (from, to) in [
            ("ORME, May 3 (Tarnwire) - ", "ORME - "),
            ("ORME, May 3 (Tarnwire) - ", "ORME, May 4 (Tarnwire) - "),
            ("", "ORME (Tarnwire) - "),
            ("ORME — ", "DUNMERE (HPA) — "),
        ] {
            assert_eq!(kind_of(&with(from), &with(to)), "dateline", "{from}");
        }
        let other = "ORME - A passenger ferry ran onto a rock before dawn.";
        assert_eq!(kind_of(&with("ORME (Tarnwire) - "), other), "body");
    }

    #[test]
    fn what_a_phrase_says_of_a_unit_holds_for_an_edit_of_its_figures() {
        assert_eq!(
            kind_of("Leave a comment (12)", "Leave a comment (14)"),
            "furniture"
        );
        assert_eq!(kind_of("© 2030 Hill News", "© 2031 Hill News"), "licence");
    }

    #[test]
    fn what_an_outlet_repeats_is_its_furniture_unless_a_phrase_says_more() {
        let a = PreparedText::new("The old bridge at Marnby was closed.");
        let b = PreparedText::new(
            "The old bridge at Marnby was closed.\nHill News, every day.\nEditing by Ana Loor\nIt rained.",
        );
        let mut learnt: Vec<u64> = [1, 2]
            .iter()
            .filter_map(|&unit| unit_hash(&b, unit))
            .collect();
        learnt.sort_unstable();
        let sides = (Side::new(&a, None, &[]), Side::new(&b, None, &learnt));
        let kinds: Vec<&str> = align(&a, &b)
            .changes
            .iter()
            .map(|change| kind(&sides.0, &sides.1, change).code())
            .collect();
        assert_eq!(kinds, ["outlet_furniture", "credit", "body"]);
    }
}
