//! Which words of a page tell its story, and which belong to the page.

use std::ops::Range;

use super::form::is_capitalised;
use super::numerals::numeral;
use crate::normalise::Normalised;
use crate::segment::{Kind, Kinds, Unit, ends_a_sentence, segment};

/// Words from which a unit that ends as a sentence does is prose.
const SENTENCE: usize = 8;
/// Words from which any unit is that is not in capitals: some texts have lost their
/// punctuation.
const PROSE: usize = 25;
/// Share of figures among the words of a row of a table.
const ROW: f64 = 0.5;
/// Rows from which they are a table, and not the date of a page and its number of comments.
const ROWS: usize = 3;
/// Share of all words that the story must keep; where less would remain, all is story.
const LEAST: f64 = 1.0 / 3.0;

/// The words of a page that are its author's, as token ranges in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// Without credits, licences, bylines and page furniture.
    pub written: Vec<Range<usize>>,
    /// Of that, what stands between the first and the last sentence of any length.
    pub told: Range<usize>,
}

impl Story {
    /// The tokens that are told.
    pub fn tokens(&self) -> impl Iterator<Item = usize> {
        let told = self.told.clone();
        self.written
            .iter()
            .cloned()
            .flatten()
            .filter(move |token| told.contains(token))
    }
}

/// Tells what of a page is written for this text, and what of that is its story.
///
/// An outlet's name stands in the short lines above and below every story that it
/// publishes, so they say nothing about whether two stories are one. A list or a
/// table, most of which would go, is told whole.
/// Cost: that of [`segment`], and a look at the phrases of each short unit.
pub fn story(text: &str, words: &Normalised) -> Story {
    let units = segment(text, words);
    let kinds = Kinds::new(text, words, &units, None);
    let of_page = |position: usize| is_of_page(kinds.of(position));
    let units: Vec<&Unit> = (0..)
        .zip(&units)
        .filter(|(position, _)| !of_page(*position))
        .map(|(_, unit)| unit)
        .collect();
    let mut written: Vec<Range<usize>> = Vec::new();
    for unit in &units {
        match written.last_mut() {
            Some(range) if range.end == unit.first_token => range.end = unit.end_token,
            _ => written.push(unit.first_token..unit.end_token),
        }
    }
    let is_prose: Vec<bool> = units.iter().map(|u| is_prose(text, words, u)).collect();
    let mut is_told = is_prose.clone();
    let is_row: Vec<bool> = units.iter().map(|unit| is_row(words, unit)).collect();
    for (at, rows) in is_row.windows(ROWS).enumerate() {
        if rows.iter().all(|&row| row) {
            is_told
                .iter_mut()
                .skip(at)
                .take(ROWS)
                .for_each(|told| *told = true);
        }
    }
    let first = is_told.iter().position(|&told| told);
    let last = is_told.iter().rposition(|&told| told);
    let unit = |at: Option<usize>| at.and_then(|at| units.get(at));
    let whole = Story {
        written,
        told: 0..words.len(),
    };
    let (Some(first), Some(last), true) = (unit(first), unit(last), is_prose.contains(&true))
    else {
        return whole;
    };
    let story = Story {
        told: first.first_token..last.end_token,
        ..whole.clone()
    };
    if (story.tokens().count() as f64) < LEAST * words.len() as f64 {
        return whole;
    }
    story
}

/// A sentence of any length, or a text that has lost its punctuation.
fn is_prose(text: &str, words: &Normalised, unit: &Unit) -> bool {
    let shown = text.get(unit.start..unit.end).unwrap_or("");
    let tokens = unit.first_token..unit.end_token;
    let capitals = || tokens.filter(|&at| is_capitalised(text, words, at)).count();
    (unit.len() >= SENTENCE && ends_a_sentence(shown))
        || (unit.len() >= PROSE && 2 * capitals() <= unit.len())
}

fn is_row(words: &Normalised, unit: &Unit) -> bool {
    let tokens = unit.first_token..unit.end_token;
    let figures = tokens.filter(|&at| numeral(words.word(at)).is_some());
    !unit.is_empty() && figures.count() as f64 >= ROW * unit.len() as f64
}

fn is_of_page(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Byline | Kind::Credit | Kind::Licence | Kind::Furniture
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;

    fn told(text: &str) -> Vec<String> {
        let words = normalise(text);
        let story = story(text, &words);
        let told =
            |range: &Range<usize>| range.start.max(story.told.start)..range.end.min(story.told.end);
        let ranges = story.written.iter().map(told);
        ranges
            .filter(|range| !range.is_empty())
            .map(|range| words.words(range.start, range.end).to_string())
            .collect()
    }

    #[test]
    fn the_lines_of_a_page_are_no_story() {
        let page = "Hill Courier | News | Sport\n\n12 comments\n\n3 April 2031 - 21:30\n\nSupport Hill Courier from two marks a month\n\n\
            The old bridge at Marnby was closed to all traffic on Monday, the county said.\n\n\
            Buses go round.\n\nDivers had found cracks in two of its piers, which will be mended.\n\n\
            Hill Courier contributed to this report.\n\n© 2031 Hill Courier. All rights reserved.\n\n\
            Hill Courier: the voice of the valley";
        let expected = "the old bridge at marnby was closed to all traffic on monday the county said \
            buses go round divers had found cracks in two of its piers which will be mended";
        assert_eq!(told(page), [expected]);
    }

    #[test]
    fn a_credit_within_is_left_out_and_a_dateline_stays() {
        let page = "MARNBY (Brackwire) - The old bridge was closed to all traffic on Monday.\n\
            Reporting by Ana Loor; editing by Tom Reck\n\
            Divers had found cracks in two of its piers, which will be mended.";
        let expected = [
            "marnby brackwire the old bridge was closed to all traffic on monday",
            "divers had found cracks in two of its piers which will be mended",
        ];
        assert_eq!(told(page), expected);
    }

    #[test]
    fn a_table_below_its_sentence_is_told() {
        let table = "Deposits in the valley stood at noon as the bank gave them.\n\
            Overnight 6 1/8 6 1/16\nWeek 6 1/4 6 3/16\nMonth 6 3/8 6 5/16\n12 comments";
        let words = normalise(table);
        let end = words.len() - 2;
        assert_eq!(told(table), [words.words(0, end)]);
    }

    #[test]
    fn lists_and_tables_and_texts_without_marks_stay_whole() {
        for text in [
            "Overnight 6 1/8 6 1/16\nWeek 6 1/4 6 3/16\nMonth 6 3/8 6 5/16",
            "Milk\nBread\nTen eggs",
            "the old bridge was closed on monday after divers found cracks in two of its piers and \
             buses go round by orme until it is mended said the county which had been warned",
            "",
        ] {
            assert_eq!(told(text).concat(), normalise(text).canonical());
        }
        let list = "Ships in port, as the harbour master gave them on Monday at noon:\n"
            .to_string()
            + &"Anna Orme\nTwo Brothers of Marnby\nHope\n".repeat(9);
        assert_eq!(told(&list), [normalise(&list).canonical()]);
    }
}
