//! Who a text says it has its words from.

use std::ops::Range;

use ahash::AHashMap;

use crate::normalise::normalise;
use crate::segment::{Kind, Unit};

/// A line of a text that names a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The bytes of the line.
    pub place: Range<usize>,
    /// Its words, with single spaces between them.
    pub line: String,
    /// The name as it stands there, or the known source's own spelling.
    pub name: String,
    /// Number of the source among the known ones.
    pub source: Option<usize>,
}

/// The sources that the inputs name, to be found in texts.
#[derive(Debug, Default)]
pub struct SourceNames {
    names: Vec<String>,
    canonical: Vec<String>,
    /// Sources by the first word of their canonical name.
    by_first_word: AHashMap<String, Vec<usize>>,
    /// Sources of several words by their initials; `None` where two share them.
    by_initials: AHashMap<String, Option<usize>>,
}

impl SourceNames {
    /// Takes all spellings; those that differ in case and punctuation only are one source.
    pub fn new<'a>(spellings: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sorted: Vec<&str> = spellings.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut sources = SourceNames::default();
        for spelling in sorted {
            let canonical = normalise(spelling).canonical().to_string();
            let Some(first) = canonical.split(' ').next().filter(|word| !word.is_empty()) else {
                continue;
            };
            let known = sources.by_first_word.entry(first.to_string()).or_default();
            if !known
                .iter()
                .any(|&number| sources.canonical[number] == canonical)
            {
                known.push(sources.names.len());
                let initials: String = canonical
                    .split(' ')
                    .filter_map(|w| w.chars().next())
                    .collect();
                if initials.chars().count() > 1 {
                    let number = sources.names.len();
                    let entry = sources.by_initials.entry(initials).or_insert(Some(number));
                    *entry = entry.filter(|&other| other == number);
                }
                sources.names.push(spelling.to_string());
                sources.canonical.push(canonical);
            }
        }
        sources
    }

    /// The number of a source by any spelling of its name.
    pub fn number(&self, spelling: &str) -> Option<usize> {
        let canonical = normalise(spelling);
        let first = canonical.canonical().split(' ').next()?;
        let known = self.by_first_word.get(first)?;
        known
            .iter()
            .copied()
            .find(|&number| self.canonical[number] == canonical.canonical())
    }

    /// The source that a name in brackets means: by its name, or by its initials
    /// in capitals ("KPA") where only one source has them.
    fn meant(&self, name: &str) -> Option<usize> {
        let capitals = name.chars().all(char::is_uppercase);
        let initials = || {
            self.by_initials
                .get(&name.to_lowercase())
                .copied()
                .flatten()
        };
        self.number(name)
            .or_else(|| initials().filter(|_| capitals))
    }

    /// The first spelling of a source, in byte order.
    pub fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", String::as_str)
    }

    /// Every source whose canonical name stands in `words`.
    fn in_words(&self, words: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let starts = std::iter::once(0).chain(words.match_indices(' ').map(|(at, _)| at + 1));
        for start in starts {
            let rest = words.get(start..).unwrap_or("");
            let first = rest.split(' ').next().unwrap_or("");
            for &number in self.by_first_word.get(first).into_iter().flatten() {
                let name = &self.canonical[number];
                let whole = rest.strip_prefix(name.as_str());
                if whole.is_some_and(|after| after.is_empty() || after.starts_with(' ')) {
                    found.push(number);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Words after which a line names who owns or made the text, as they stand in
/// credits and licences, in canonical form.
const NAMING: &[&str] = &[
    "content by",
    "copyright",
    "source",
    "published by",
    "published in",
    "appeared in",
    "reporting for the",
    "quelle",
    "fuente",
    "المصدر",
    "منبع",
];
/// Bytes from the start of a text within which a dateline stands.
const DATELINE_BYTES: usize = 160;

/// Finds the lines that name a source: credits, licences, bylines and page
/// lines by their kind, and the agency in the brackets of a dateline
/// ("PORT HALLAM (Tarnwire) -"). `kinds` are those of `units`.
///
/// A name that no input gives as a source is reported as it stands. Ordered by place.
pub fn credits(text: &str, units: &[Unit], kinds: &[Kind], sources: &SourceNames) -> Vec<Credit> {
    let mut found = Vec::new();
    found.extend(dateline(text, sources));
    for (unit, kind) in units.iter().zip(kinds) {
        let naming = matches!(
            kind,
            Kind::Credit | Kind::Licence | Kind::Byline | Kind::Furniture
        );
        let shown = text.get(unit.start..unit.end).unwrap_or("");
        if !naming {
            continue;
        }
        let place = unit.start..unit.end;
        let known = sources.in_words(normalise(shown).canonical());
        for &number in &known {
            found.push(Credit {
                place: place.clone(),
                line: one_line(shown),
                name: sources.name(number).to_string(),
                source: Some(number),
            });
        }
        if known.is_empty()
            && matches!(kind, Kind::Credit | Kind::Licence)
            && let Some(name) = named(shown)
        {
            found.push(Credit {
                place,
                line: one_line(shown),
                name,
                source: None,
            });
        }
    }
    found
}

fn one_line(shown: &str) -> String {
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the head of a text, its title or its first line, says of being an update: 0 nothing, 1 a
/// correction or a repeat, 2 and more "UPDATE 1", "UPDATE 2" and so on.
pub fn update_rank(head: &str) -> u32 {
    let words = normalise(head);
    match (words.word(0), words.word(1).parse::<u32>()) {
        ("update" | "updated", Ok(number)) => number.saturating_add(1),
        ("corrected" | "correction" | "corrects" | "rpt" | "updated", _) => 1,
        _ => 0,
    }
}

/// The name in the brackets of a dateline at the head of a text.
fn dateline(text: &str, sources: &SourceNames) -> Option<Credit> {
    let mut end = text.len().min(DATELINE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    let opening = head.find('(')?;
    let closing = opening + head.get(opening..)?.find(')')?;
    let after = text.get(closing + 1..)?.trim_start_matches([' ', '\u{A0}']);
    let name = head.get(opening + 1..closing)?.trim();
    let place = head.get(..opening)?.rsplit(['\n', '\r']).next()?.trim();
    let capital = |word: &str| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric());
    // A dateline begins its line with the name of a place and perhaps a date.
    let plausible = after.starts_with(['-', '–', '—'])
        && (1..=4).contains(&name.split_whitespace().count())
        && (1..=6).contains(&place.split_whitespace().count())
        && capital(name)
        && place.split_whitespace().all(capital);
    plausible.then(|| {
        let source = sources.meant(name);
        Credit {
            place: opening..closing + 1,
            line: one_line(head.get(opening..=closing).unwrap_or("")),
            name: source
                .map_or(name, |number| sources.name(number))
                .to_string(),
            source,
        }
    })
}

/// The run of capitalised words that follows a naming phrase.
fn named(line: &str) -> Option<String> {
    let normalised = normalise(line);
    let tokens = normalised.tokens();
    for phrase in NAMING {
        let length = phrase.split(' ').count();
        let at = (0..tokens.len()).find(|&i| normalised.words(i, i + length) == *phrase);
        let Some(at) = at else { continue };
        let original = |i: usize| {
            let token = tokens.get(i)?;
            line.get(token.start as usize..token.end as usize)
        };
        let is_name = |i: usize| {
            original(i)
                .and_then(|word| word.chars().next())
                .is_some_and(char::is_uppercase)
        };
        let is_filler = |i: usize| {
            matches!(normalised.word(i), "the" | "c")
                || original(i).is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let mut first = at + length;
        while first < tokens.len() && is_filler(first) {
            first += 1;
        }
        let mut end = first;
        while end < tokens.len() && is_name(end) {
            end += 1;
        }
        if let (Some(from), Some(to)) = (tokens.get(first), tokens.get(end.wrapping_sub(1)))
            && end > first
        {
            return line
                .get(from.start as usize..to.end as usize)
                .map(str::to_string);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::{kinds, segment};

    fn names(text: &str, sources: &[&str]) -> Vec<(String, bool)> {
        let normalised = normalise(text);
        let units = segment(text, &normalised);
        let kinds = kinds(text, &normalised, &units);
        let known = SourceNames::new(sources.iter().copied());
        let found = credits(text, &units, &kinds, &known);
        found
            .into_iter()
            .map(|c| (c.name, c.source.is_some()))
            .collect()
    }

    #[test]
    fn a_dateline_a_credit_and_a_licence_name_their_source() {
        let known = ["Tarnwire", "Harbour Ledger"];
        let text =
            "PORT HALLAM (Tarnwire) - The ferry sank.\n\nFollow the Harbour Ledger for more.";
        let expected = [
            ("Tarnwire".to_string(), true),
            ("Harbour Ledger".to_string(), true),
        ];
        assert_eq!(names(text, &known), expected);
        let text =
            "The ferry sank.\n\nAll Content by Hill News Agency is licensed under a licence.";
        assert_eq!(
            names(text, &known),
            [("Hill News Agency".to_string(), false)]
        );
        let text = "DUNMERE (KPA) - It rained.";
        let known = ["Kessary Press Agency", "Tarnwire"];
        assert_eq!(
            names(text, &known),
            [("Kessary Press Agency".to_string(), true)]
        );
        let text = "It rained.\n\nSource: TARNWIRE";
        assert_eq!(names(text, &known), [("Tarnwire".to_string(), true)]);
    }

    #[test]
    fn a_name_in_the_story_is_no_credit() {
        let known = ["Tarnwire"];
        assert!(
            names(
                "Tarnwire was sold on Monday.\nThe buyer is unknown.",
                &known
            )
            .is_empty()
        );
        assert!(names("The minister (Labour) - a baker - resigned from the old and tired party board (Tarnwire).", &known).is_empty());
    }

    #[test]
    fn spellings_of_one_source_are_one() {
        let known = SourceNames::new(["The Ledger", "the ledger", "Ledger"]);
        assert_eq!(known.number("THE LEDGER"), known.number("The Ledger"));
        assert_ne!(known.number("Ledger"), known.number("The Ledger"));
        assert_eq!(known.number("Post"), None);
    }
}
