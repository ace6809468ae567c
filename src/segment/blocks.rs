//! Lines to blocks: undoes hard wraps, keeps every other line end.
//!
//! A hard wrap obeys a law: the next line's first word did not fit. Each line
//! end is thus explained by the widths between its own line's and that with the
//! next word added, and the width that explains most line ends is the text's
//! (the widest line alone will not do: one long headline or URL would hide the
//! wrap). In prose most wrapped lines go on in lower case; lists and tables of
//! even width do not, and that tells them apart.

use std::ops::Range;

use super::lines::lines;
use super::marks::{ends_with_terminator, is_bullet, is_closer, is_east, is_full_stop};
use super::sentences::needs_more;

/// Lines of items are seldom this wide, wrapped lines seldom narrower.
const LIKELY_WRAP: usize = 36;

/// Scripts without spaces that keep words whole when wrapped lie below this letter.
const CHINESE: char = '\u{2E80}';

/// How a text uses letter case, which decides what a small letter proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Casing {
    /// Sentences begin with capitals.
    Mixed,
    /// All small, all capitals, or mostly a script without case.
    None,
}

impl Casing {
    /// Mixed when small letters prevail and at least one letter in a hundred is a capital.
    pub(super) fn of(text: &str) -> Self {
        let (mut capital, mut small, mut caseless) = (0_usize, 0_usize, 0_usize);
        for c in text.chars() {
            if c.is_lowercase() {
                small += 1;
            } else if c.is_uppercase() {
                capital += 1;
            } else if !c.is_ascii() && c.is_alphabetic() {
                caseless += 1;
            }
        }
        if small > capital.max(caseless) && capital * 100 >= small {
            Casing::Mixed
        } else {
            Casing::None
        }
    }
}

/// A line that shows something.
struct Line<'t> {
    /// Visible content.
    start: usize,
    end: usize,
    shown: &'t str,
    /// Characters before the content.
    indent: usize,
    /// Characters up to the end of the content.
    width: usize,
    /// Characters of half width, where most are not.
    narrow: usize,
    /// Characters that no wrap cuts apart at its start.
    first_word: usize,
    /// A blank line stands before it.
    after_blank: bool,
}

impl<'t> Line<'t> {
    fn read(text: &'t str, range: Range<usize>, after_blank: bool) -> Option<Self> {
        let line = &text[range.clone()];
        let unindented = line.trim_start();
        let shown = unindented.trim_end();
        let before = line.len() - unindented.len();
        let start = range.start + before;
        let indent = line[..before].chars().count();
        if shown.is_empty() {
            return None;
        }
        Some(Line {
            start,
            end: start + shown.len(),
            shown,
            indent,
            width: indent + shown.chars().count(),
            narrow: narrow(shown),
            first_word: first_word(shown),
            after_blank,
        })
    }

    /// Goes on with a word of a sentence; an address is small wherever it stands.
    fn begins_small(&self) -> bool {
        let mut start = self.shown.bytes().take(10);
        let is_address = self.shown.starts_with("www.") || start.any(|byte| byte == b'/');
        !is_address
            && self
                .shown
                .chars()
                .find(|c| c.is_alphanumeric())
                .is_some_and(char::is_lowercase)
    }

    /// A sign that stands before items and nowhere else.
    fn begins_item(&self) -> bool {
        self.shown
            .starts_with(|c| is_bullet(c) || matches!(c, '*' | '·' | '|'))
    }

    /// A dash, before an item or within a sentence.
    fn begins_dash(&self) -> bool {
        self.shown.starts_with(['–', '—']) || self.shown.starts_with("- ")
    }

    /// More than one word, so that a wrap could have cut it.
    fn divisible(&self) -> bool {
        self.first_word < self.width - self.indent
    }

    /// A small word that ends nothing ("of"), in a text with capitals. One after
    /// a comma or semicolon may ("; and" before the next article of a law).
    fn ends_small_and_open(&self) -> bool {
        let before = self.shown.trim_end_matches(|c: char| !c.is_whitespace());
        self.shown.ends_with(char::is_lowercase)
            && !before.trim_end().ends_with([',', ';'])
            && needs_more(self.shown)
    }

    fn ends_sentence(&self) -> bool {
        ends_with_terminator(self.shown)
    }

    /// The widths, first and last, that explain a line end before `next`.
    fn explained_by(&self, next: &Line<'_>) -> (usize, usize) {
        (self.least_width(), self.width + next.first_word)
    }

    /// Its width where a letter of a script without spaces counts as two others,
    /// in such letters: a wrap may count characters or columns.
    fn least_width(&self) -> usize {
        self.width - self.narrow / 2
    }
}

/// ASCII characters of a line of Chinese or Japanese, else none.
fn narrow(shown: &str) -> usize {
    if shown.is_ascii() || !shown.contains(|c| c >= CHINESE && is_east(c)) {
        return 0;
    }
    shown.bytes().filter(u8::is_ascii).count()
}

/// Characters that no wrap cuts apart at the start of a line: a word, or in
/// Chinese and Japanese a letter with the signs that must stay beside it. Where
/// words have no spaces but are kept whole (Thai), any of usual length.
fn first_word(shown: &str) -> usize {
    const LONGEST_UNSPACED: usize = 12;
    let length = |is_in: fn(char) -> bool| shown.chars().take_while(|&c| is_in(c)).count();
    match shown.chars().next() {
        Some(first) if is_east(first) && first < CHINESE => {
            length(|c| !c.is_whitespace()).min(LONGEST_UNSPACED)
        }
        Some(first) if is_east(first) => {
            let stays =
                |c| is_closer(c) || is_full_stop(c) || matches!(c, '，' | '、' | '：' | '；');
            let opened = length(|c| matches!(c, '「' | '『' | '（' | '《' | '【' | '〈')) + 1;
            let rest = shown.chars().skip(opened);
            opened + rest.take_while(|&c| stays(c)).count()
        }
        _ => length(|c| !c.is_whitespace() && !is_east(c)),
    }
}

/// The byte ranges of the visible content of blocks: lines, or several lines
/// that a hard wrap made of one.
pub(super) fn blocks(text: &str, casing: Casing) -> Vec<Range<usize>> {
    let mut shown = Vec::new();
    let mut after_blank = false;
    for range in lines(text) {
        match Line::read(text, range, after_blank) {
            Some(line) => {
                shown.push(line);
                after_blank = false;
            }
            None => after_blank = true,
        }
    }
    let margin = shown.iter().map(|line| line.indent).min().unwrap_or(0);
    let begins_paragraph =
        |line: &Line<'_>| line.after_blank || line.indent > margin || line.begins_item();
    let pairs: Vec<(&Line<'_>, &Line<'_>)> = shown
        .windows(2)
        .filter_map(|pair| match pair {
            [line, next] if !begins_paragraph(next) => Some((line, next)),
            _ => None,
        })
        .collect();
    let wrap = wrap_width(&shown, &pairs, casing);

    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut previous: Option<&Line<'_>> = None;
    for line in &shown {
        let joins = previous.is_some_and(|previous| {
            !begins_paragraph(line) && is_wrapped(previous, line, wrap, casing)
        });
        match blocks.last_mut() {
            Some(block) if joins => block.end = line.end,
            _ => blocks.push(line.start..line.end),
        }
        previous = Some(line);
    }
    blocks
}

/// True where the line end between two lines of one paragraph is a hard wrap.
fn is_wrapped(line: &Line<'_>, next: &Line<'_>, wrap: Option<usize>, casing: Casing) -> bool {
    let (least, most) = line.explained_by(next);
    let is_explained = wrap.is_some_and(|wrap| (least..=most).contains(&wrap));
    let is_closed = line.ends_sentence() || line.shown.ends_with(':');
    if next.begins_dash() {
        return is_explained && !is_closed && !line.begins_dash();
    }
    if casing == Casing::Mixed && !is_closed && (next.begins_small() || line.ends_small_and_open())
    {
        return true;
    }
    // A line wider than the wrap was not wrapped: a headline, a row of a table.
    wrap.is_some_and(|wrap| {
        (least <= wrap || !line.divisible()) && (wrap <= most || needs_more(line.shown))
    })
}

/// The width at which the text was hard-wrapped, if it was.
fn wrap_width(
    lines: &[Line<'_>],
    pairs: &[(&Line<'_>, &Line<'_>)],
    casing: Casing,
) -> Option<usize> {
    let width = best_width(lines, pairs)?;
    let too_wide = lines.iter().filter(|line| line.divisible());
    let too_wide = too_wide.filter(|line| line.least_width() > width).count();
    let (mut explained, mut unexplained) = (0, 0);
    // Of the explained: not at the end of a sentence, and surely going on.
    let (mut open, mut flowing) = (0, 0);
    for (line, next) in pairs {
        let (least, most) = line.explained_by(next);
        if !(least..=most).contains(&width) {
            unexplained += usize::from(!line.ends_sentence());
            continue;
        }
        explained += 1;
        if !line.ends_sentence() {
            open += 1;
            flowing += usize::from(next.begins_small() || line.ends_small_and_open());
        }
    }
    let against = unexplained + too_wide;
    let is_prose = match casing {
        Casing::Mixed => {
            flowing > 0 && flowing * 3 >= open
                || width >= LIKELY_WRAP && explained >= 3 && explained >= 8 * against
        }
        Casing::None => explained >= 3 && explained >= 2 * unexplained,
    };
    is_prose.then_some(width)
}

/// The width that explains most line ends, less the lines that it should have cut
/// but did not. A sweep over the ends of all explaining ranges.
fn best_width(lines: &[Line<'_>], pairs: &[(&Line<'_>, &Line<'_>)]) -> Option<usize> {
    let mut events: Vec<(usize, i64)> = Vec::with_capacity(pairs.len() * 2 + lines.len());
    let mut too_wide = 0;
    for line in lines.iter().filter(|line| line.divisible()) {
        too_wide += 1;
        events.push((line.least_width(), 1));
    }
    for (line, next) in pairs {
        let (least, most) = line.explained_by(next);
        events.push((least, 1));
        events.push((most + 1, -1));
    }
    events.sort_unstable();
    let mut score = -too_wide;
    let mut best: Option<(i64, usize)> = None;
    let mut rest = events.iter().peekable();
    while let Some(&(width, change)) = rest.next() {
        score += change;
        let complete = rest.peek().is_none_or(|next| next.0 != width);
        if complete && best.is_none_or(|(most, _)| score >= most) {
            best = Some((score, width));
        }
    }
    best.filter(|&(score, _)| score > 0).map(|(_, width)| width)
}
