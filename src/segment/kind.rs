//! What a unit is for: headline, byline, credit, licence, furniture, body.
//!
//! The phrases are data in [`PHRASES`], several languages in one table, and meant
//! to be extended.

use super::Unit;
use crate::codes::codes;
use crate::normalise::Normalised;

codes! {
    /// What a unit is for.
    Kind {
        Headline "headline" "the title of the article";
        Byline "byline" "who wrote it";
        Dateline "dateline" "where, when and for which agency it was filed";
        Credit "credit" "who reported, edited or first published it";
        Licence "licence" "the terms under which it may be used";
        Correction "correction" "a note that an earlier text was wrong or has been updated";
        Quote "quote" "somebody's words, in quotation marks from end to end";
        Number "number" "an edit of figures only";
        Furniture "furniture" "what belongs to the page: comment prompts, share bars, calls";
        Trivial "trivial" "an edit of case, punctuation or typography only";
        Body "body" "everything else";
    }
}

/// Where in a unit a phrase must stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    First,
    Anywhere,
    /// It is the whole unit.
    Alone,
}
use Stands::{Alone, Anywhere, First};

/// Fixed phrases in canonical words (lower case, no punctuation), with the kind
/// that they give a unit of at most so many words. The first match wins.
const PHRASES: &[(Kind, Stands, usize, &str)] = &[
    (Kind::Licence, Anywhere, 60, "is licensed under"),
    (Kind::Licence, Anywhere, 60, "all rights reserved"),
    (
        Kind::Licence,
        Anywhere,
        60,
        "may not be published broadcast rewritten",
    ),
    (Kind::Licence, First, 40, "copyright"),
    (Kind::Licence, First, 40, "all content by"),
    (Kind::Licence, Anywhere, 60, "tous droits réservés"),
    (Kind::Licence, Anywhere, 60, "alle rechte vorbehalten"),
    (Kind::Licence, Anywhere, 60, "todos los derechos reservados"),
    (Kind::Licence, Anywhere, 60, "جمیع الحقوق محفوظة"),
    (Kind::Licence, Anywhere, 60, "تمامی حقوق"),
    (Kind::Licence, Anywhere, 60, "کلیه حقوق"),
    (Kind::Correction, First, 60, "correction"),
    (Kind::Correction, First, 60, "corrected"),
    (Kind::Correction, First, 60, "corrects"),
    (Kind::Correction, First, 60, "clarification"),
    (Kind::Correction, First, 60, "editor s note"),
    (Kind::Correction, First, 60, "updates with"),
    (Kind::Correction, First, 60, "this story has been corrected"),
    (
        Kind::Correction,
        First,
        60,
        "this article has been corrected",
    ),
    (Kind::Correction, First, 60, "this story has been updated"),
    (Kind::Correction, First, 60, "this article has been updated"),
    (Kind::Correction, First, 60, "rectificatif"),
    (Kind::Correction, First, 60, "berichtigung"),
    (Kind::Correction, First, 60, "corrección"),
    (Kind::Correction, First, 60, "تصحیح"),
    (Kind::Correction, First, 60, "اصلاحیه"),
    (Kind::Credit, First, 30, "source"),
    (Kind::Credit, First, 30, "reporting by"),
    (Kind::Credit, First, 30, "reporting for the"),
    (Kind::Credit, First, 30, "additional reporting"),
    (Kind::Credit, First, 30, "writing by"),
    (Kind::Credit, First, 30, "edited by"),
    (Kind::Credit, First, 30, "editing by"),
    (Kind::Credit, First, 30, "with files from"),
    (Kind::Credit, Anywhere, 20, "contributed to this report"),
    (Kind::Credit, Anywhere, 20, "contributed reporting"),
    (Kind::Credit, First, 30, "first published"),
    (Kind::Credit, First, 30, "originally published"),
    (Kind::Credit, First, 30, "this article first appeared"),
    (Kind::Credit, First, 30, "this article originally appeared"),
    (Kind::Credit, First, 30, "this story was first published"),
    (Kind::Credit, First, 30, "quelle"),
    (Kind::Credit, First, 30, "fuente"),
    (Kind::Credit, First, 30, "avec"),
    (Kind::Credit, First, 30, "المصدر"),
    (Kind::Credit, First, 30, "منبع"),
    (Kind::Furniture, First, 12, "leave a comment"),
    (Kind::Furniture, First, 12, "leave a reply"),
    (Kind::Furniture, First, 12, "post a comment"),
    (Kind::Furniture, First, 12, "add a comment"),
    (Kind::Furniture, First, 12, "view comments"),
    (Kind::Furniture, Alone, 3, "comment"),
    (Kind::Furniture, Alone, 3, "comments"),
    (Kind::Furniture, First, 16, "read more"),
    (Kind::Furniture, First, 16, "read also"),
    (Kind::Furniture, First, 16, "also read"),
    (Kind::Furniture, First, 16, "see also"),
    (Kind::Furniture, First, 12, "share this"),
    (Kind::Furniture, Alone, 2, "share"),
    (Kind::Furniture, First, 16, "click here"),
    (Kind::Furniture, First, 30, "sign up for"),
    (Kind::Furniture, First, 24, "subscribe"),
    (Kind::Furniture, First, 20, "follow us"),
    (Kind::Furniture, First, 20, "follow the"),
    (Kind::Furniture, First, 12, "listen to this"),
    (Kind::Furniture, First, 20, "related topics"),
    (Kind::Furniture, First, 20, "related stories"),
    (Kind::Furniture, Alone, 2, "advertisement"),
    (Kind::Furniture, Alone, 2, "print"),
    (Kind::Furniture, First, 16, "lire aussi"),
    (Kind::Furniture, Alone, 2, "partager"),
    (Kind::Furniture, First, 16, "laisser un commentaire"),
    (Kind::Furniture, First, 16, "mehr zum thema"),
    (Kind::Furniture, First, 16, "weiterlesen"),
    (Kind::Furniture, First, 16, "leer más"),
    (Kind::Furniture, Alone, 2, "compartir"),
    (Kind::Furniture, First, 16, "اقرا ایضا"),
    (Kind::Furniture, First, 16, "شارک"),
    (Kind::Furniture, First, 16, "بیشتر بخوانید"),
    (Kind::Furniture, First, 16, "نظر شما"),
];

/// Words that open a byline, in canonical form.
const BYLINE_OPENERS: &[&str] = &["by", "par", "von", "por", "بقلم", "نویسنده"];
/// A byline has at most so many words and stands among the first units.
const BYLINE_WORDS: usize = 12;
const BYLINE_UNITS: usize = 4;
/// A headline has at most so many words.
const HEADLINE_WORDS: usize = 25;

/// The kind of every unit of a text, in the order of the units. `Number` and
/// `Trivial` are kinds of edits and never given here.
///
/// Cost: the units times the phrases of the table that could begin them.
pub fn kinds(text: &str, normalised: &Normalised, units: &[Unit]) -> Vec<Kind> {
    let mut kinds = Vec::with_capacity(units.len());
    for (position, unit) in units.iter().enumerate() {
        let shown = text.get(unit.start..unit.end).unwrap_or("");
        let words = normalised.words(unit.first_token, unit.end_token);
        let kind = by_phrase(words, unit.len())
            .or_else(|| is_byline(words, unit.len(), position, shown).then_some(Kind::Byline))
            .or_else(|| is_dateline(shown).then_some(Kind::Dateline))
            .or_else(|| is_headline(text, unit, position, shown).then_some(Kind::Headline))
            .or_else(|| is_quote(shown).then_some(Kind::Quote));
        kinds.push(kind.unwrap_or(Kind::Body));
    }
    kinds
}

fn by_phrase(words: &str, count: usize) -> Option<Kind> {
    if is_update(words) {
        return Some(Kind::Correction);
    }
    let row = PHRASES.iter().find(|(_, stands, most, phrase)| {
        count <= *most
            && match stands {
                Alone => words == *phrase,
                First => starts_with_words(words, phrase),
                Anywhere => holds_words(words, phrase),
            }
    });
    row.map(|(kind, _, _, _)| *kind)
}

/// "UPDATE 1-..." and its like.
fn is_update(words: &str) -> bool {
    let mut words = words.split(' ');
    words.next() == Some("update")
        && words
            .next()
            .is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// True where `words` begins with the words of `phrase`; both canonical.
pub(crate) fn starts_with_words(words: &str, phrase: &str) -> bool {
    words
        .strip_prefix(phrase)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// True where the words of `phrase` stand in `words` one after another; both canonical.
pub(crate) fn holds_words(words: &str, phrase: &str) -> bool {
    !phrase.is_empty()
        && words.match_indices(phrase).any(|(at, found)| {
            let before = words.get(..at).unwrap_or("");
            let after = words.get(at + found.len()..).unwrap_or("");
            (before.is_empty() || before.ends_with(' '))
                && (after.is_empty() || after.starts_with(' '))
        })
}

fn ends_a_sentence(shown: &str) -> bool {
    let closing = ['"', '\'', '”', '’', '»', ')', ']'];
    let rest = shown.trim_end_matches(closing);
    rest.ends_with(['.', '!', '…', '。', '۔', '।'])
}

fn is_byline(words: &str, count: usize, position: usize, shown: &str) -> bool {
    position < BYLINE_UNITS
        && (2..=BYLINE_WORDS).contains(&count)
        && !ends_a_sentence(shown)
        && BYLINE_OPENERS
            .iter()
            .any(|opener| starts_with_words(words, opener))
}

/// A line that ends with its dash: "PORT HALLAM (Dispatches) –".
fn is_dateline(shown: &str) -> bool {
    shown.chars().count() <= 80
        && shown.ends_with(['-', '–', '—'])
        && shown.chars().next().is_some_and(char::is_uppercase)
}

fn is_headline(text: &str, unit: &Unit, position: usize, shown: &str) -> bool {
    let rest = text.get(unit.end..).unwrap_or("");
    let own_line = rest
        .trim_start_matches([' ', '\t'])
        .starts_with(['\n', '\r']);
    position == 0
        && own_line
        && (1..=HEADLINE_WORDS).contains(&unit.len())
        && !ends_a_sentence(shown)
}

fn is_quote(shown: &str) -> bool {
    let opens = shown.starts_with(['"', '“', '„', '«', '‘', '「']);
    let end = shown.trim_end_matches(['.', ',', '!', '?', '…']);
    opens && end.len() > 1 && end.ends_with(['"', '”', '“', '»', '’', '」'])
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
        assert!(holds_words("a is licensed under b", "is licensed under"));
        assert!(!holds_words(
            "a is licensed underneath",
            "is licensed under"
        ));
    }

    #[test]
    fn phrases_are_canonical_and_codes_are_distinct() {
        for (_, _, _, phrase) in PHRASES {
            assert_eq!(normalise(phrase).canonical(), *phrase);
        }
        let mut codes: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Kind::ALL.len());
    }
}
