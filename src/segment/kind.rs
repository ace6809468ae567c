//! What a unit is for: headline, byline, credit, licence, furniture, body.
//!
//! Fixed phrases say most of it. They are data, in `phrases.txt`, and meant to be
//! extended. What they leave open follows from the form of the unit and its place.

use super::Unit;
use super::dateline::dateline;
use super::phrases::{is_date_name, is_figure, phrase_of};
use super::quote::is_quote;
use crate::codes::codes;
use crate::normalise::{Normalised, normalise};

codes! {
    /// What a unit is for.
    Kind {
        Headline "headline" "the title of the article";
        Byline "byline" "who wrote it";
        Dateline "dateline" "where, when and for which agency it was filed, or an edit of that only";
        Credit "credit" "who reported, edited or first published it";
        Licence "licence" "the terms under which it may be used";
        Correction "correction" "a note that an earlier text was wrong or has been updated";
        Quote "quote" "somebody's words, in quotation marks from end to end";
        Number "number" "an edit of figures, spelled numbers or dates only";
        Furniture "furniture" "what belongs to the page: share bars, newsletter calls, comment prompts, navigation";
        OutletFurniture "outlet_furniture" "a unit that stands in many articles of its outlet and hardly elsewhere";
        Trivial "trivial" "an edit that leaves every letter and digit as it was: hyphens, full stops, spaces within words";
        Body "body" "everything else";
    }
}

/// A byline has at most so many words and stands among the first units.
const BYLINE_WORDS: usize = 12;
const BYLINE_UNITS: usize = 4;
/// Small words between the names of a byline.
const NAME_WORDS: &[&str] = &[
    "and", "und", "et", "y", "e", "with", "in", "à", "en", "de", "van", "von", "der", "di", "da",
    "the", "for",
];
/// A headline has at most so many words.
const HEADLINE_WORDS: usize = 25;
/// A title given apart from the text is looked for among the first units.
const TITLE_UNITS: usize = 3;
/// A line that is a date has at most so many words.
const DATE_WORDS: usize = 12;
/// Words between the parts of a date and a time, in canonical form.
const DATE_JOINS: &[&str] = &[
    "at", "am", "pm", "a", "p", "m", "um", "uhr", "de", "le", "à", "of", "gmt", "utc", "est", "et",
];

impl Kind {
    /// True for what only the form of a unit tells: that its outlet repeats it says more.
    pub fn gives_way_to_outlet(self) -> bool {
        matches!(self, Kind::Body | Kind::Quote | Kind::Headline)
    }
}

/// Tells what the units of one text are for.
#[derive(Debug)]
pub struct Kinds<'t> {
    text: &'t str,
    normalised: &'t Normalised,
    units: &'t [Unit],
    /// Canonical words of the title.
    title: Option<String>,
}

impl<'t> Kinds<'t> {
    /// `units` are those of the text; `title` is the headline that its record has
    /// apart from it.
    pub fn new(
        text: &'t str,
        normalised: &'t Normalised,
        units: &'t [Unit],
        title: Option<&str>,
    ) -> Self {
        let title = title.map(|title| normalise(title).canonical().to_owned());
        Kinds {
            text,
            normalised,
            units,
            title,
        }
    }

    /// The kind of a unit; body for an index that is none. `Number`, `Trivial` and
    /// `OutletFurniture` are not for a unit to have by itself.
    ///
    /// Cost: a look-up in the table of phrases for each word of a short unit.
    pub fn of(&self, position: usize) -> Kind {
        let Some(unit) = self.units.get(position) else {
            return Kind::Body;
        };
        let shown = self.text.get(unit.start..unit.end).unwrap_or("");
        let words = self.normalised.words(unit.first_token, unit.end_token);
        if self.is_title(position, words) {
            return Kind::Headline;
        }
        if let Some(kind) = self.by_phrase(unit, position, shown, words) {
            return kind;
        }
        if is_dateline(shown) || is_date(words, unit.len()) {
            Kind::Dateline
        } else if is_quote(shown) {
            Kind::Quote
        } else if self.is_headline(unit, position, shown) {
            Kind::Headline
        } else {
            Kind::Body
        }
    }

    fn by_phrase(&self, unit: &Unit, position: usize, shown: &str, words: &str) -> Option<Kind> {
        if shown.starts_with('©') && unit.len() <= HEADLINE_WORDS {
            return Some(Kind::Licence);
        }
        let tokens = self.normalised.tokens();
        let is_label = |length: usize| {
            let last = tokens.get(unit.first_token + length - 1);
            let end = last.map_or(unit.end, |token| token.end as usize);
            is_label(shown, end.saturating_sub(unit.start))
        };
        let row = phrase_of(words, unit.len(), is_label)?;
        let holds = row.kind != Kind::Byline
            || position < BYLINE_UNITS && is_byline(shown, unit.len(), row.words());
        holds.then_some(row.kind)
    }

    /// The title of the record among the first units, whatever it ends with.
    fn is_title(&self, position: usize, words: &str) -> bool {
        position < TITLE_UNITS && !words.is_empty() && self.title.as_deref() == Some(words)
    }

    fn is_headline(&self, unit: &Unit, position: usize, shown: &str) -> bool {
        let rest = self.text.get(unit.end..).unwrap_or("");
        let own_line = rest
            .trim_start_matches([' ', '\t'])
            .starts_with(['\n', '\r']);
        position == 0
            && own_line
            && (1..=HEADLINE_WORDS).contains(&unit.len())
            && !ends_a_sentence(shown)
    }
}

/// The kind of every unit of a text, in their order, where no title is known.
pub fn kinds(text: &str, normalised: &Normalised, units: &[Unit]) -> Vec<Kind> {
    let kinds = Kinds::new(text, normalised, units, None);
    (0..units.len())
        .map(|position| kinds.of(position))
        .collect()
}

/// True where a colon or a bar follows the first `end` bytes, or nothing but
/// punctuation, or a dash after capitals ("CORRECTED-Ferry").
fn is_label(shown: &str, end: usize) -> bool {
    let (head, rest) = shown.split_at_checked(end).unwrap_or((shown, ""));
    let bare = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ')' | ']' | '*'));
    let capitals = || {
        let mut letters = head.chars().filter(|c| c.is_alphabetic());
        letters.all(char::is_uppercase)
    };
    bare.starts_with([':', '：', '|', '›', '»', '∶', '﹕'])
        || (rest.starts_with(['-', '–', '—']) && capitals())
        || !bare.chars().any(char::is_alphanumeric)
}

/// True where a unit's visible text ends as a statement does, closing marks aside.
pub fn ends_a_sentence(shown: &str) -> bool {
    let closing = ['"', '\'', '”', '’', '»', ')', ']'];
    let rest = shown.trim_end_matches(closing);
    rest.ends_with(['.', '!', '…', '。', '۔', '।'])
}

/// Names, and nothing but names, behind the first `opener` words: "By Ana Loor and
/// Tom Reck", "Von Anna Lohr, Orme". A headline that begins so goes on with a verb.
fn is_byline(shown: &str, count: usize, opener: usize) -> bool {
    let names = shown.split([',', '|', '·', '/', '(']).next().unwrap_or("");
    let is_name = |word: &str| NAME_WORDS.contains(&word) || !word.starts_with(char::is_lowercase);
    (opener + 1..=BYLINE_WORDS).contains(&count)
        && !ends_a_sentence(shown)
        && names.split_whitespace().skip(opener).all(is_name)
        && names
            .split_whitespace()
            .nth(opener)
            .is_none_or(|word| !word.starts_with(char::is_lowercase))
}

/// A line that is a dateline from end to end: "PORT HALLAM (Dispatches) –".
fn is_dateline(shown: &str) -> bool {
    !shown.is_empty() && dateline(shown) == shown.len()
}

/// A line that is a date: figures, with the name of a month or a weekday.
fn is_date(words: &str, count: usize) -> bool {
    count <= DATE_WORDS
        && count > 1
        && words.split(' ').any(is_date_name)
        && words
            .split(' ')
            .any(|word| word.starts_with(char::is_numeric))
        && words
            .split(' ')
            .all(|word| is_figure(word) || DATE_JOINS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;
    use crate::segment::segment;

    fn kinds_of(text: &str) -> Vec<&'static str> {
        let normalised = normalise(text);
        let units = segment(text, &normalised);
        kinds(text, &normalised, &units)
            .into_iter()
            .map(Kind::code)
            .collect()
    }

    #[test]
    fn an_article_from_top_to_bottom() {
        let text = "Bridge closes after flood\n\nBy Ana Loor\n\nMARNBY (Dispatches) –\n\nThe old \
            bridge at Marnby was closed on Monday.\n\n“We had no choice.”\n\nEditing by Tom Reck\n\n\
            Leave a Comment\n\nAll content by Hill News is licensed under the Open Text Licence.";
        let expected = [
            "headline",
            "byline",
            "dateline",
            "body",
            "quote",
            "credit",
            "furniture",
            "licence",
        ];
        assert_eq!(kinds_of(text), expected);
    }

    #[test]
    fn phrases_count_as_words_in_short_units_only() {
        assert_eq!(
            kinds_of("Sources said that it rained.\nIt did."),
            ["body", "body"]
        );
        assert_eq!(
            kinds_of("UPDATE 2-Ferry sinks off Orme.\nAll were saved."),
            ["correction", "body"]
        );
        let long = "Share this view of the town as many of us do who have lived here for longer than we say.";
        assert_eq!(kinds_of(long), ["body"]);
    }

    #[test]
    fn a_label_needs_its_colon() {
        let of = |unit: &str| kinds_of(&format!("It rained in Orme.\n\n{unit}"))[1];
        for (unit, kind) in [
            ("Source: Hill News", "credit"),
            ("Source of the Orme found", "body"),
            ("Photo | Ana Loor", "credit"),
            ("CORRECTED-Ferry sinks off Orme", "correction"),
            ("Video-Konferenz in Orme", "body"),
            ("* Comment:", "furniture"),
            ("Related: The bridge is shut", "furniture"),
            ("Related to him by marriage, she won.", "body"),
            ("© 2031 Hill News", "licence"),
            ("Friday, September 3, 2031", "dateline"),
            ("May 1 and 2", "body"),
        ] {
            assert_eq!(of(unit), kind, "{unit}");
        }
    }

    #[test]
    fn a_byline_holds_names_only() {
        let of = |unit: &str| kinds_of(&format!("Rain at last\n{unit}\nIt rained."))[1];
        for unit in [
            "By Ana Loor",
            "By ANA LOOR, Hill News",
            "Von Anna von Lohr",
            "Par Anne Lors et Jean Rieux, à Marne",
            "بقلم أحمد سالم",
        ] {
            assert_eq!(of(unit), "byline", "{unit}");
        }
        for unit in [
            "By the river it rained",
            "Von Lohr kritisiert Marn",
            "By Friday all had left.",
            "Par ici la sortie",
        ] {
            assert_eq!(of(unit), "body", "{unit}");
        }
        let late = format!("{}By Ana Loor", "It rained in Orme.\n\n".repeat(9));
        assert_eq!(kinds_of(&late).last(), Some(&"body"));
    }

    #[test]
    fn a_title_is_a_headline_wherever_it_stands_at_the_top() {
        let text = "Hill News\nThe bridge is shut.\nIt is old.";
        let normalised = normalise(text);
        let units = segment(text, &normalised);
        let kind = |title| Kinds::new(text, &normalised, &units, title).of(1);
        assert_eq!(kind(Some("THE BRIDGE IS SHUT")), Kind::Headline);
        assert_eq!(kind(Some("Another")), Kind::Body);
        assert_eq!(kind(None), Kind::Body);
        assert_eq!(
            Kinds::new(text, &normalised, &units, None).of(99),
            Kind::Body
        );
    }

    #[test]
    fn codes_are_distinct() {
        let mut codes: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Kind::ALL.len());
    }
}
