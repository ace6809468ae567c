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
use super::marks::ends_with_terminator;
use super::sentences::needs_more;

/// How a text uses letter case, which decides what a small letter proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Casing {
    /// Sentences begin with capitals.
    Mixed,
    /// All small, all capitals, or a script without case.
    None,
}

impl Casing {
    /// Mixed when small letters prevail and at least one letter in a hundred is a capital.
    pub(super) fn of(text: &str) -> Self {
        let (mut capital, mut small) = (0_usize, 0_usize);
        for c in text.chars() {
            if c.is_lowercase() {
                small += 1;
            } else if c.is_uppercase() {
                capital += 1;
            }
        }
        if small > capital && capital * 100 >= small {
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
    /// Characters of the first word.
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
        // A script without spaces wraps at any character: its "word" is one.
        let first_word = match shown.chars().next()? {
            '\u{0E00}'..='\u{0EFF}' | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{9FFF}' => 1,
            _ => shown.chars().take_while(|c| !c.is_whitespace()).count(),
        };
        Some(Line {
            start,
            end: start + shown.len(),
            shown,
            indent,
            width: indent + shown.chars().count(),
            first_word,
            after_blank,
        })
    }

    fn begins_small(&self) -> bool {
        self.shown
            .chars()
            .find(|c| c.is_alphanumeric())
            .is_some_and(char::is_lowercase)
    }

    fn begins_item(&self) -> bool {
        self.shown
            .starts_with(['•', '*', '·', '▪', '‣', '●', '■', '◦', '–', '|'])
            || self.shown.starts_with("- ")
    }

    /// More than one word, so that a wrap could have cut it.
    fn divisible(&self) -> bool {
        self.first_word < self.width - self.indent
    }

    fn ends_sentence(&self) -> bool {
        ends_with_terminator(self.shown)
    }

    /// The widths, first and last, that explain a line end before `next`.
    fn explained_by(&self, next: &Line<'_>) -> (usize, usize) {
        (self.width, self.width + next.first_word)
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
    let begins_paragraph = |line: &Line<'_>| line.after_blank || line.indent > margin;
    let pairs: Vec<(&Line<'_>, &Line<'_>)> = shown
        .windows(2)
        .filter_map(|pair| match pair {
            [line, next] if !begins_paragraph(next) => Some((line, next)),
            _ => None,
        })
        .collect();
    let wrap = wrap_width(&pairs, casing);

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
    if next.begins_item() {
        return false;
    }
    if casing == Casing::Mixed
        && !line.ends_sentence()
        && !line.shown.ends_with(':')
        && next.begins_small()
    {
        return true;
    }
    let Some(wrap) = wrap else { return false };
    let (least, most) = line.explained_by(next);
    if least <= wrap || !line.divisible() {
        wrap <= most || needs_more(line.shown)
    } else {
        // Wider than the wrap: a headline or a table row that was not wrapped.
        false
    }
}

/// The width at which the text was hard-wrapped, if it was.
fn wrap_width(pairs: &[(&Line<'_>, &Line<'_>)], casing: Casing) -> Option<usize> {
    // Best width by a sweep over the ends of all explaining ranges. A width also
    // pays for each line that it should have cut but did not.
    let mut events: Vec<(usize, i64)> = Vec::with_capacity(pairs.len() * 3);
    let mut too_wide = 0;
    for (line, next) in pairs {
        let (least, most) = line.explained_by(next);
        events.push((least, 1));
        events.push((most + 1, -1));
        if line.divisible() {
            too_wide += 1;
            events.push((line.width, 1));
        }
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
    let (_, width) = best.filter(|&(score, _)| score > 0)?;

    let mut explained = 0;
    let mut open = 0;
    let mut small = 0;
    let mut unexplained = 0;
    for (line, next) in pairs {
        let (least, most) = line.explained_by(next);
        if !(least..=most).contains(&width) {
            unexplained += usize::from(!line.ends_sentence());
            continue;
        }
        explained += 1;
        if !line.ends_sentence() {
            open += 1;
            small += usize::from(next.begins_small());
        }
    }
    let is_prose = match casing {
        Casing::Mixed => small > 0 && small * 3 >= open,
        Casing::None => explained >= 3 && explained >= 2 * unexplained,
    };
    is_prose.then_some(width)
}
