//! The agency in the words before a story: "PORT HALLAM, May 3 (Tarnwire) -".

use std::ops::Range;

use super::{Credit, CreditKind, one_line};
use crate::date::is_month;
use crate::lineage::sources::SourceNames;
use crate::normalise::normalise;
use crate::segment::{dateline, is_figure};

/// Lines with words at the head of a text that may begin the story ...
const LINES: usize = 8;
/// ... and those of them in which a name that nobody knows is taken for an agency's.
const UNKNOWN_LINES: usize = 3;
/// Bytes from the start of a line within which a dateline stands.
const BYTES: usize = 160;
/// Words of the place and the date before the name.
const PLACE_WORDS: usize = 8;
/// Words of a name that nobody knows.
const NAME_WORDS: usize = 4;

/// The names in the datelines of the first lines.
pub(super) fn datelines(text: &str, sources: &SourceNames) -> Vec<Credit> {
    let mut start = 0;
    let lines = text.split_inclusive(['\n', '\r']).map(|line| {
        start += line.len();
        start - line.len()..start
    });
    let worded = |line: &Range<usize>| {
        let line = text.get(line.clone()).unwrap_or("");
        line.contains(char::is_alphabetic)
    };
    let mut found = Vec::new();
    for (number, line) in lines.filter(worded).take(LINES).enumerate() {
        let of_line = in_line(text, line, number < UNKNOWN_LINES, sources);
        found.extend(of_line);
        if !found.is_empty() {
            break;
        }
    }
    found
}

fn in_line(text: &str, line: Range<usize>, unknown: bool, sources: &SourceNames) -> Vec<Credit> {
    let shown = text.get(line.clone()).unwrap_or("");
    let start = line.start + shown.len() - shown.trim_start().len();
    let shown = shown.trim();
    let mut end = shown.len().min(BYTES);
    while !shown.is_char_boundary(end) {
        end -= 1;
    }
    let head = shown.get(..end).unwrap_or("");
    let opening = dateline(shown).min(head.len());
    let credit = |place: Range<usize>, name: &str, source: Option<usize>| Credit {
        how: CreditKind::Dateline,
        line: one_line(shown.get(place.clone()).unwrap_or("")),
        place: Some(start + place.start..start + place.end),
        name: source
            .map_or(name, |number| sources.name(number))
            .to_string(),
        source,
    };
    if let Some((place, before)) = bracket(head) {
        let inner = shown.get(place.start + 1..place.end - 1).unwrap_or("");
        let after = shown.get(place.end..).unwrap_or("");
        // "/TASS/" is one name, "(AFP/Tarnwire)" are two.
        let names = inner.split(['/', ',', '،']).map(str::trim);
        let known = |name: &str| sources.meant(name);
        let whole = known(inner.trim());
        let of: Vec<usize> = match whole {
            Some(number) => vec![number],
            None => names.filter_map(known).collect(),
        };
        let goes_on = after.trim_start();
        let marked = goes_on.starts_with(['-', '–', '—', ':', '.']);
        // "(PA)" is a state as well.
        let goes_on = marked
            || inner.chars().count() > 2
                && !goes_on.is_empty()
                && !goes_on.starts_with(char::is_lowercase);
        if !of.is_empty() && goes_on && is_place(before) {
            return of
                .into_iter()
                .map(|number| credit(place.clone(), "", Some(number)))
                .collect();
        }
        let name = inner.trim();
        let count = name.split_whitespace().count();
        let dash = after.trim_start().starts_with(['-', '–', '—']);
        if unknown
            && dash
            && opening >= place.end
            && (1..=NAME_WORDS).contains(&count)
            && starts_as_name(name)
            && !name.contains(char::is_numeric)
            && is_place(before)
            && head.starts_with(|c: char| c != '(')
        {
            return vec![credit(place, name, None)];
        }
    }
    // "TASNIM, Tehran —", "تهران - ایرنا -", 新华社北京5月3日电: no brackets.
    let words = head.get(..opening).unwrap_or("");
    let normalised = normalise(words);
    let hits = sources.hits(words, &normalised);
    let is_part = |from: usize, to: usize| {
        let before = words.get(..from).unwrap_or("").trim_end();
        let after = words.get(to..).unwrap_or("").trim_start();
        let mark = |c: char| !c.is_alphanumeric();
        let spaceless = |c: Option<char>| c.is_some_and(|c| ('\u{2E80}'..='\u{9FFF}').contains(&c));
        spaceless(words.get(from..).and_then(|rest| rest.chars().next()))
            || (before.is_empty() || before.ends_with(mark))
                && (after.is_empty() || after.starts_with(mark))
    };
    let mut found = Vec::new();
    for hit in hits {
        let tokens = normalised.tokens();
        if let (Some(first), Some(last)) = (tokens.get(hit.from), tokens.get(hit.to - 1)) {
            let place = first.start as usize..last.end as usize;
            if is_part(place.start, place.end) {
                found.push(credit(place, "", Some(hit.source)));
            }
        }
    }
    found
}

/// The first brackets or pair of slashes, with what stands before them.
fn bracket(head: &str) -> Option<(Range<usize>, &str)> {
    let opening = head.find(['(', '/'])?;
    let (before, rest) = head.split_at_checked(opening)?;
    let closing = if rest.starts_with('(') { ')' } else { '/' };
    let length = rest.get(1..)?.find(closing)?;
    Some((opening..opening + length + 2, before))
}

/// True for the name of a place, with a date perhaps, or nothing.
fn is_place(before: &str) -> bool {
    let mut words = before.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '[' | ']'));
    before.split_whitespace().count() <= PLACE_WORDS
        && !before.contains(['"', '“', '”', '!', '?', ';'])
        && words.all(|word| starts_as_name(word) || is_date_word(word))
}

fn is_date_word(word: &str) -> bool {
    is_figure(normalise(word).canonical()) || is_month(&word.to_lowercase())
}

fn starts_as_name(word: &str) -> bool {
    let first = word.chars().find(|c| c.is_alphanumeric());
    first.is_none_or(|c| !c.is_lowercase()) || matches!(word, "de" | "of" | "la" | "el" | "am")
}
