//! Lines that are signed with a name, and names that nobody knows.

use super::{CreditKind, Line};
use crate::lineage::phrases::{Stands, Use, begins_at, ends_at, is_word};
use crate::lineage::sources::Hit;

/// Words of a line that may be nothing but a signature.
const SIGNED_WORDS: usize = 12;
/// Words of the name of a person.
const PERSON: std::ops::RangeInclusive<usize> = 2..=4;
/// Words of a name that nobody knows, where no capitals say how far it goes.
const UNCASED_WORDS: usize = 10;

/// Marks between the parts of a line: an author and an outlet, a title and an outlet.
const PARTS: [&str; 9] = [" | ", " · ", " • ", " – ", " — ", " - ", " / ", ", ", "/"];

impl Line<'_> {
    /// What a short line says whose one part is nothing but a name: "Tarnwire",
    /// "(AFP/Tarnwire)", "Ann Lee | Tarnwire", "Ferry sinks off Orme - Tarnwire".
    pub(super) fn signed(&self) -> Option<CreditKind> {
        let named: usize = self.hits.iter().map(|hit| hit.to - hit.from).sum();
        let agency = |at: &usize| {
            let word = self.words.word(*at);
            let is = |stands| is_word(word, Use::Agency, stands);
            is(Stands::Before) || is(Stands::After)
        };
        let between = (self.unit.first_token..self.unit.end_token)
            .filter(|at| !self.hits.iter().any(|hit| (hit.from..hit.to).contains(at)))
            .filter(agency)
            .count();
        let ends = self.shown().ends_with(['.', '!', '?', ':', '。']);
        if named + between == self.unit.len() && !ends {
            return Some(CreditKind::Credit);
        }
        if ends || self.unit.len() > SIGNED_WORDS {
            // The title of a page ends with its outlet, however long it is.
            return None;
        }
        let is_name = |part: &str| {
            let part = part.trim();
            self.sources.meant(part).is_some()
        };
        PARTS.iter().find_map(|mark| {
            let (first, last) = self.shown().rsplit_once(mark)?;
            match (is_name(first), is_name(last)) {
                (true, false) if is_person(last) => Some(CreditKind::Byline),
                (false, true) if is_person(first) => Some(CreditKind::Byline),
                (false, true) if mark.starts_with(' ') => Some(CreditKind::Page),
                _ => None,
            }
        })
    }

    /// A name in brackets behind the end of a sentence, or as a line: "… he said. (AFP)".
    pub(super) fn bracketed(&self, hit: &Hit) -> Option<CreditKind> {
        let tokens = self.words.tokens();
        let (first, last) = (tokens.get(hit.from)?, tokens.get(hit.to - 1)?);
        let before = self.text.get(self.unit.start..first.start as usize)?;
        let after = self.text.get(last.end as usize..self.unit.end)?;
        let (before, opening) = before.rsplit_once(['(', '[', '（'])?;
        let (closing, after) = after.split_once([')', ']', '）'])?;
        let is_list = |part: &str| part.chars().all(|c| !c.is_alphabetic()) || self.is_names(part);
        let before = before.trim_end();
        let ended =
            before.is_empty() || before.ends_with(['.', '!', '?', '"', '”', '»', '。', '؟']);
        let nothing = !after.chars().any(char::is_alphanumeric);
        (ended && nothing && is_list(opening) && is_list(closing)).then_some(CreditKind::Credit)
    }

    fn is_names(&self, part: &str) -> bool {
        let names = part.split(['/', ',']).map(str::trim);
        let mut names = names.filter(|name| !name.is_empty());
        names.all(|name| self.sources.meant(name).is_some())
    }

    /// The name behind a naming phrase or a `©` that no source has: a run of capitalised
    /// words; where the script has no capitals, what stands there up to the next mark.
    pub(super) fn unknown(&self) -> Option<String> {
        let (from, to) = (self.unit.first_token, self.unit.end_token);
        let tokens = self.words.tokens();
        let original = |at: usize| {
            let token = tokens.get(at).filter(|_| at < to)?;
            self.text.get(token.start as usize..token.end as usize)
        };
        let phrase = |at: usize| {
            [Use::Credit, Use::Licence].into_iter().find_map(|used| {
                let label = begins_at(self.words, at, (used, Stands::Label));
                label
                    .or_else(|| self.opens(at, used))
                    .map(|length| at + length)
            })
        };
        let sign = self.text.get(self.unit.start..self.unit.end)?.find('©');
        let behind_sign = sign.map(|at| {
            let byte = (self.unit.start + at) as u32;
            from + tokens
                .get(from..to)
                .map_or(0, |own| own.partition_point(|t| t.start < byte))
        });
        let mut first = behind_sign.or_else(|| (from..to).find_map(phrase))?;
        let is_filler = |at: usize| {
            let word = self.words.word(at);
            matches!(word, "the" | "c" | "by") || word.bytes().all(|byte| byte.is_ascii_digit())
        };
        while first < to && is_filler(first) {
            first += 1;
        }
        let starts = |at: usize| original(at).and_then(|word| word.chars().next());
        let cased = |c: char| c.is_uppercase() || c.is_lowercase();
        let is_next = |at: usize| {
            let gap = |at: usize| {
                let (last, next) = (tokens.get(at.checked_sub(1)?)?, tokens.get(at)?);
                self.text.get(last.end as usize..next.start as usize)
            };
            match starts(at) {
                Some(c) if cased(c) => c.is_uppercase(),
                Some(c) => {
                    let joined = at == first || gap(at).is_some_and(|gap| gap.trim().is_empty());
                    c.is_alphabetic() && joined && at < first + UNCASED_WORDS
                }
                None => false,
            }
        };
        let mut end = first;
        while end < to && is_next(end) {
            end += 1;
        }
        let last = tokens.get(end.checked_sub(1)?).filter(|_| end > first)?;
        let place = tokens.get(first)?.start as usize..last.end as usize;
        self.text.get(place).map(str::to_string)
    }

    /// Words of the phrase before a name that begins with a token.
    fn opens(&self, at: usize, used: Use) -> Option<usize> {
        const LONGEST: usize = 6;
        let last = self.unit.end_token.min(at + LONGEST);
        (at + 1..=last).rev().find_map(|end| {
            let length = ends_at(self.words, at, end, used)?;
            (length == end - at).then_some(length)
        })
    }
}

/// Names, and nothing but names.
fn is_person(part: &str) -> bool {
    let words = || part.split_whitespace();
    PERSON.contains(&words().count())
        && words().all(|word| word.starts_with(char::is_uppercase))
        && !part.chars().any(|c| c.is_numeric())
}
