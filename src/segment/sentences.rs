//! A block to sentences.
//!
//! Sentences end between two words (between two letters where a script has no
//! spaces), decided by the word with the terminator and the word after it.

use std::ops::Range;

use super::blocks::Casing;

/// Titles and the like: a name follows, never a new sentence.
const BEFORE_NAMES: &[&str] = &[
    "adm", "brig", "capt", "cardinal", "cmdr", "col", "cpl", "det", "dr", "fr", "ft", "gen", "gov",
    "govs", "hon", "insp", "lt", "maj", "messrs", "mlle", "mme", "mr", "mrs", "ms", "mt", "pres",
    "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sgt", "supt", "vs",
];

/// A number follows; before anything else they are words like any other.
const BEFORE_NUMBERS: &[&str] = &[
    "apr", "art", "aug", "ca", "ch", "dec", "feb", "fig", "figs", "jan", "jul", "jun", "mar", "no",
    "nos", "nov", "oct", "op", "p", "para", "pp", "sec", "sep", "sept", "vol",
];

/// May end a sentence; taken as its end only before a word that usually begins one.
const OPEN_ENDED: &[&str] = &[
    "apr", "ariz", "assn", "aug", "ave", "blvd", "bros", "calif", "co", "colo", "conn", "corp",
    "cos", "dec", "dept", "dist", "est", "feb", "fla", "ga", "ill", "inc", "ind", "jan", "jr",
    "kan", "ky", "la", "ltd", "mass", "md", "mich", "minn", "miss", "mo", "mont", "neb", "nev",
    "nov", "oct", "okla", "ore", "pa", "plc", "rd", "sept", "sr", "st", "tenn", "tex", "univ",
    "va", "vt", "wash", "wis", "wyo",
];

/// Words that begin sentences far more often than names.
const STARTERS: &[&str] = &[
    "a",
    "according",
    "after",
    "all",
    "also",
    "although",
    "an",
    "and",
    "another",
    "as",
    "at",
    "both",
    "but",
    "by",
    "despite",
    "during",
    "each",
    "earlier",
    "even",
    "every",
    "for",
    "from",
    "he",
    "her",
    "here",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "instead",
    "it",
    "its",
    "last",
    "later",
    "many",
    "meanwhile",
    "more",
    "most",
    "my",
    "no",
    "nor",
    "not",
    "now",
    "on",
    "once",
    "one",
    "only",
    "other",
    "our",
    "she",
    "since",
    "so",
    "some",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "to",
    "under",
    "until",
    "we",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "why",
    "with",
    "yet",
    "you",
    "your",
];

/// Words that no headline and no sentence ends with.
const NEVER_LAST: &[&str] = &[
    "a", "an", "and", "as", "at", "between", "but", "by", "for", "from", "has", "have", "his",
    "in", "into", "is", "its", "of", "or", "said", "says", "than", "that", "the", "their", "to",
    "was", "were", "which", "whose", "will", "with", "would",
];

/// For the test that they are sorted.
#[cfg(test)]
pub(super) const LISTS: &[&[&str]] = &[
    BEFORE_NAMES,
    BEFORE_NUMBERS,
    OPEN_ENDED,
    STARTERS,
    NEVER_LAST,
];

/// Words of symbols that may stand between a terminator and the next word;
/// a bound, or a text of nothing but dots would take quadratic time.
const LOOK_AHEAD: usize = 4;

fn is_closer(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '”'
            | '’'
            | '»'
            | '›'
            | ')'
            | ']'
            | '}'
            | '」'
            | '』'
            | '）'
            | '】'
            | '》'
            | '〉'
            | '＂'
            | '*'
            | '_'
    )
}

/// Terminators after which a sentence ends whatever follows.
fn is_full_stop(c: char) -> bool {
    matches!(
        c,
        '。' | '！'
            | '？'
            | '｡'
            | '．'
            | '।'
            | '॥'
            | '۔'
            | '؟'
            | '։'
            | '။'
            | '។'
            | '።'
            | '፧'
    )
}

/// True when the shown text of a line ends like a sentence.
pub(super) fn ends_with_terminator(line: &str) -> bool {
    line.trim_end_matches(is_closer)
        .ends_with(|c| matches!(c, '.' | '!' | '?' | '…') || is_full_stop(c))
}

/// True when the line cannot be complete: it ends with a comma or a word like "of".
pub(super) fn needs_more(line: &str) -> bool {
    let last = line.split_whitespace().next_back().unwrap_or("");
    last.ends_with([',', '،', '，', '、']) || contains(NEVER_LAST, last)
}

/// Membership in a sorted list of lower-case words.
fn contains(list: &[&str], word: &str) -> bool {
    const LONGEST: usize = 12;
    let mut buffer = [0_u8; LONGEST];
    let Some(lower) = buffer.get_mut(..word.len()) else {
        return false;
    };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    list.binary_search_by(|entry| entry.as_bytes().cmp(lower))
        .is_ok()
}

/// Calls `emit` with the byte range of every sentence of `block`, in order.
///
/// `block` begins and ends with a visible character. White space inside it is
/// all alike, so the result does not depend on where its lines end.
pub(super) fn split(
    text: &str,
    block: Range<usize>,
    casing: Casing,
    mut emit: impl FnMut(Range<usize>),
) {
    let mut start = block.start;
    let mut words = words(text, block.clone()).peekable();
    while let Some(word) = words.next() {
        for cut in inner_ends(&text[word.clone()]) {
            emit(start..word.start + cut);
            start = word.start + cut;
        }
        let Some(next) = words.peek() else { break };
        if may_end(&text[word.clone()]) {
            let rest = &text[next.start..block.end];
            let numbers_item = start == word.start && is_item_number(&text[word.clone()]);
            if !numbers_item && ends_sentence(&text[word.clone()], rest, casing) {
                emit(start..word.end);
                start = next.start;
            }
        }
    }
    emit(start..block.end);
}

/// Ranges of the words between white space.
fn words(text: &str, block: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let base = text.as_ptr() as usize;
    text[block].split_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - base;
        start..start + word.len()
    })
}

/// Where a lost space joins two sentences ("ended.The"): one terminator, small
/// letters before it, a capital after it. Addresses have more dots, or signs.
fn lost_space(word: &str) -> Option<usize> {
    let at = word.find(['.', '?', '!'])?;
    let (before, after) = (&word[..at], &word[at + 1..]);
    let after_quote = after.trim_start_matches(is_closer);
    let mut next = after_quote.chars();
    let capital = next.next().is_some_and(char::is_uppercase);
    let plain = |part: &str| {
        part.chars()
            .all(|c| c.is_alphabetic() || "’',:;“\"".contains(c))
    };
    let small = before
        .chars()
        .rev()
        .take(2)
        .filter(|c| c.is_lowercase())
        .count()
        == 2;
    let rest_is_word = plain(next.as_str().trim_end_matches(['.', '?', '!', '"', '”']));
    (capital && small && plain(before) && rest_is_word).then(|| word.len() - after_quote.len())
}

/// Offsets inside a word where a sentence ends without white space: always in
/// Chinese and Japanese, elsewhere where a space was lost. A closing bracket
/// before hiragana goes on ("…。」と").
fn inner_ends(word: &str) -> Vec<usize> {
    if let Some(end) = lost_space(word) {
        return vec![end];
    }
    let mut ends = Vec::new();
    if word.is_ascii() {
        return ends;
    }
    let mut rest = word.char_indices().peekable();
    while let Some((_, c)) = rest.next() {
        if !is_full_stop(c) {
            continue;
        }
        let mut closed = false;
        while let Some((_, after)) =
            rest.next_if(|&(_, after)| is_closer(after) || is_full_stop(after))
        {
            closed |= is_closer(after);
        }
        match rest.peek() {
            Some((_, '\u{3041}'..='\u{309F}')) if closed => {}
            Some((_, '，' | '、' | ',')) => {}
            Some(&(at, _)) => ends.push(at),
            None => {}
        }
    }
    ends
}

/// Quick look: the word ends with a terminator, perhaps closed by quotes.
fn may_end(word: &str) -> bool {
    ends_with_terminator(word)
}

/// "1." or "a)" at the head of a sentence is the number of an item.
fn is_item_number(word: &str) -> bool {
    let stem = word.trim_end_matches(['.', ')']).trim_start_matches('(');
    (1..=3).contains(&stem.len()) && stem.bytes().all(|byte| byte.is_ascii_digit())
        || stem.len() == 1 && stem.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a sentence ends after `word`, which ends with a terminator; `rest`
/// is the text after it.
fn ends_sentence(word: &str, rest: &str, casing: Casing) -> bool {
    let core = word.trim_end_matches(is_closer);
    let Some(terminator) = core.chars().next_back() else {
        return false;
    };
    if is_full_stop(terminator) {
        return true;
    }
    let dash_follows = rest.starts_with(['-', '–', '—']);
    let Some(rest) = rest
        .split_whitespace()
        .take(LOOK_AHEAD)
        .map(|word| word.trim_start_matches(|c: char| !c.is_alphanumeric()))
        .find(|word| !word.is_empty())
    else {
        // Only symbols follow: they stay with this sentence.
        return false;
    };
    let Some(first) = rest.chars().next() else {
        return false;
    };
    if casing == Casing::Mixed && first.is_lowercase() {
        return false;
    }
    let stem = core.trim_end_matches(['.', '…']);
    if terminator != '.' || core.len() - stem.len() != 1 {
        return true;
    }
    if dash_follows {
        // "WASHINGTON, D.C. - The": a dateline goes on.
        return false;
    }
    let next = rest
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or("");
    !is_abbreviation(stem, next, casing)
}

/// Whether the period after `stem` belongs to an abbreviation within a sentence
/// that goes on with the word `next`.
fn is_abbreviation(stem: &str, next: &str, casing: Casing) -> bool {
    let number_follows = next.starts_with(|c: char| c.is_numeric());
    // "D-Calif", "(R-Pa", "/Inc": what counts is the last part.
    let last = stem
        .rsplit(|c: char| !c.is_alphanumeric() && c != '.')
        .next()
        .unwrap_or(stem);
    if last.is_empty() {
        return false;
    }
    let begins_sentence =
        || casing == Casing::Mixed && contains(STARTERS, next) && next.len() <= 12;
    let dotted = last.split('.').all(|part| part.chars().count() <= 2)
        && last.chars().all(|c| c == '.' || c.is_alphabetic());
    let lone_letter = last.chars().count() == 1 && last.chars().all(char::is_alphabetic);
    if lone_letter || dotted && last.contains('.') {
        return matches!(last, "e.g" | "i.e") || !begins_sentence();
    }
    let capital = casing == Casing::None || last.starts_with(char::is_uppercase);
    if contains(BEFORE_NUMBERS, last) && number_follows {
        return true;
    }
    if !capital {
        return last == "vs";
    }
    contains(BEFORE_NAMES, last) || contains(OPEN_ENDED, last) && !begins_sentence()
}
