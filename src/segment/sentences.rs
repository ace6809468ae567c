//! A block to sentences.
//!
//! Sentences end between two words (between two letters where a script has no
//! spaces), decided by the word with the terminator and the words beside it.

use std::ops::Range;

use super::abbreviations::{Period, is_before_ordinal, is_never_last};
use super::blocks::Casing;
use super::items::Marker;
use super::marks::{
    ends_with_terminator, is_bullet, is_closer, is_closing_only, is_east, is_full_stop, is_stop,
};

/// Words of symbols that may stand between a terminator and the next word;
/// a bound, or a text of nothing but dots would take quadratic time.
const LOOK_AHEAD: usize = 5;

/// True when the line cannot be complete: it ends with a comma or a word like "of".
pub(super) fn needs_more(line: &str) -> bool {
    let last = line.split_whitespace().next_back().unwrap_or("");
    last.ends_with([',', '،', '，', '、']) || is_never_last(last)
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
    let mut open = Open::at(block.start);
    let mut before = block.start..block.start;
    let mut list = None;
    let mut words = words(text, block.clone()).peekable();
    while let Some(word) = words.next() {
        let shown = &text[word.clone()];
        if is_plain(shown) {
            open.take(text, &word);
            before = word;
            continue;
        }
        let rest = &text[word.end..block.end];
        let place = Place {
            first: &text[open.first.clone()],
            before: &text[before.clone()],
            word: shown,
            rest,
            casing,
        };
        if open.has_word && place.begins_item(list) {
            emit(open.start..before.end);
            open = Open::at(word.start);
        }
        let at_head = !open.has_word;
        let marker = if at_head { Marker::read(shown) } else { None };
        list = marker.or(list);
        open.take(text, &word);
        // A number at the head of a sentence, even one behind a bullet, is its item's.
        let numbers_item = marker.is_some() || at_head && is_lone_letter(shown);

        place.inner_ends(|end| {
            let end = word.start + end;
            if open.has_word {
                emit(open.start..end);
                open = Open::at(end);
                open.take(text, &(end..word.end));
            }
        });
        before = word.clone();
        if open.start == word.end {
            match words.peek() {
                Some(next) => open = Open::at(next.start),
                None => return,
            }
        } else if open.has_word
            && !numbers_item
            && ends_with_terminator(shown)
            && place.ends_sentence()
        {
            let mut end = word.end;
            // "Oui. »"
            let closes = |next: &Range<usize>| text[next.clone()].chars().all(is_closing_only);
            while let Some(closer) = words.next_if(closes) {
                end = closer.end;
            }
            if let Some(next) = words.peek() {
                emit(open.start..end);
                open = Open::at(next.start);
            }
        }
    }
    emit(open.start..block.end);
}

/// The sentence that is being read.
struct Open {
    start: usize,
    /// Its first word from its first letter or digit, once it has one.
    first: Range<usize>,
    /// Signs alone are no sentence: they stay with what follows.
    has_word: bool,
}

impl Open {
    fn at(start: usize) -> Self {
        Open {
            start,
            first: start..start,
            has_word: false,
        }
    }

    fn take(&mut self, text: &str, word: &Range<usize>) {
        if self.has_word {
            return;
        }
        if let Some(at) = text[word.clone()].find(char::is_alphanumeric) {
            self.has_word = true;
            self.first = word.start + at..word.end;
        }
    }
}

/// Letters and digits, perhaps with a comma or a hyphen: nothing ends here.
fn is_plain(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b',' | b'-' | b'\''))
}

/// Ranges of the words between white space.
fn words(text: &str, block: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let base = text.as_ptr() as usize;
    text[block].split_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - base;
        start..start + word.len()
    })
}

/// "A." at the head of a sentence: an item or an initial.
fn is_lone_letter(word: &str) -> bool {
    let stem = word.trim_end_matches(['.', ')']).trim_start_matches('(');
    stem.len() == 1 && stem.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// A word and what stands beside it.
struct Place<'t> {
    /// The first word of its sentence.
    first: &'t str,
    before: &'t str,
    word: &'t str,
    /// The text after it, up to the end of the block.
    rest: &'t str,
    casing: Casing,
}

impl Place<'_> {
    fn cased(&self) -> bool {
        self.casing == Casing::Mixed
    }

    /// Whether an item begins with the word, within a line.
    fn begins_item(&self, list: Option<Marker>) -> bool {
        if self.word.starts_with(is_bullet) {
            return true;
        }
        let (Some(list), Some(marker)) = (list, Marker::read(self.word)) else {
            return false;
        };
        let capital_follows = || {
            let next = self.rest.chars().find(|c| c.is_alphanumeric());
            !self.cased() || next.is_some_and(char::is_uppercase)
        };
        list.precedes(marker)
            && (!marker.is_weak() || capital_follows() && !is_before_ordinal(self.before))
    }

    /// Calls `end` with offsets in the word where a sentence ends without white
    /// space: after the stops of scripts that need none, and where a space was
    /// lost. The end of the word is one of them where a full stop ends it.
    fn inner_ends(&self, mut end: impl FnMut(usize)) {
        if let Some(at) = lost_space(self.word) {
            return end(at);
        }
        if self.word.is_ascii() {
            return;
        }
        let mut signs = self.word.char_indices().peekable();
        let mut before = ' ';
        while let Some((at, c)) = signs.next() {
            let in_number = c == '．' && before.is_numeric();
            before = c;
            let carried = if at == 0 { self.carried_stop() } else { None };
            let Some(stop) = carried.or(Some(c).filter(|&c| is_stop(c) || is_full_stop(c))) else {
                continue;
            };
            let (mut full, mut closed) = (is_full_stop(stop), carried.is_some());
            let mut after = at + c.len_utf8();
            // Closing in German, these open a quotation behind an eastern stop ("。“").
            let opens = |c: char| is_east(stop) && matches!(c, '“' | '‘');
            let belongs = |c: char| is_closer(c) && !opens(c) || is_full_stop(c) || is_stop(c);
            while let Some((at, sign)) = signs.next_if(|&(_, c)| belongs(c)) {
                full |= is_full_stop(sign);
                closed |= is_closer(sign);
                after = at + sign.len_utf8();
            }
            // A line may be wrapped here, so white space is looked through.
            let next = match signs.peek() {
                Some(&(_, next)) => next,
                None => match self.rest.trim_start().chars().next() {
                    Some(next) => next,
                    None => return,
                },
            };
            let strong = full || matches!(stop, '!' | '?') && is_east(next);
            let goes_on = match next {
                // "「…。」と": what was said goes on as part of the sentence.
                '\u{3041}'..='\u{309F}' => closed,
                '，' | '、' | ',' | '،' => true,
                _ => is_closing_only(next) || in_number && next.is_numeric(),
            };
            if strong && !goes_on {
                end(after);
            }
        }
    }

    /// The stop before a bracket that a wrap cut off ("…！⏎』").
    fn carried_stop(&self) -> Option<char> {
        let last = || self.before.trim_end_matches(is_closer).chars().next_back();
        let is_cut_off = self.word.starts_with(is_closing_only);
        let last = if is_cut_off { last() } else { None };
        last.filter(|&c| is_stop(c) || is_full_stop(c))
    }

    /// Whether a sentence ends after the word, which ends with a terminator.
    /// Full stops are not looked at: [`inner_ends`](Self::inner_ends) has found them.
    fn ends_sentence(&self) -> bool {
        let core = self.word.trim_end_matches(is_closer);
        let stem = core.trim_end_matches(is_stop);
        if core.ends_with(is_full_stop) || stem.ends_with(['[', '(']) {
            // "[...]" and "(?)" stand for no sentence.
            return false;
        }
        let dots = &core[stem.len()..];
        let is_period = dots == "." && !(stem.is_empty() && self.before.ends_with(['.', '…']));
        let rest = self.rest.trim_start();
        let following = rest.split_whitespace().next().unwrap_or("");
        let dots_follow = following.chars().all(is_stop);
        if dots_follow && (stem.is_empty() || !is_period) {
            // ". . .": only the last dot decides.
            return false;
        }
        let mut words = rest.split_whitespace().take(LOOK_AHEAD);
        let Some(next) = words.find_map(|word| {
            let word = word.trim_start_matches(is_sign);
            (!word.is_empty()).then_some(word)
        }) else {
            // Only symbols follow: they stay with this sentence.
            return false;
        };
        let letter = next.chars().next().unwrap_or(' ');
        if self.cased() && letter.is_lowercase() || is_east(letter) {
            return false;
        }
        let next = next.split(is_sign).next();
        let next = next.unwrap_or("");
        if !is_period {
            // "I" is a capital anywhere: "the thing is . . . I forgot".
            let is_ellipsis = dots == "." || dots.contains('…') || dots.contains("...");
            return !(is_ellipsis && next == "I");
        }
        // "WASHINGTON, D.C. - The": a dateline goes on.
        !rest.starts_with(['-', '–', '—']) && !self.is_abbreviation(stem, next)
    }

    fn is_abbreviation(&self, stem: &str, next: &str) -> bool {
        let period = Period {
            stem,
            first: self.first,
            before: self.before.trim_start_matches(is_sign),
            next,
            cased: self.cased(),
        };
        period.is_abbreviation()
    }
}

fn is_sign(c: char) -> bool {
    !c.is_alphanumeric()
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
