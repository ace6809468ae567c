//! One changed unit as a line for people, its changed words marked.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::{AnsiColor, Style};

use super::inert::{inert, inert_line};
use crate::trace::{Change, Op, Place};

const REMOVED: Style = AnsiColor::Red.on_default();
const INSERTED: Style = AnsiColor::Green.on_default();
const CARRIED: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// Unchanged words kept on each side of a longer stretch, which is shown as `…`.
const CONTEXT: usize = 8;

/// The text of one side.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub text: &'a str,
}

/// Writes a change as `sign place kind text`. Words that only the exemplar has
/// stand in `[-…-]`, words that only the copy has in `{+…+}`.
pub(super) fn write_change(
    change: &Change,
    exemplar: Side<'_>,
    copy: Side<'_>,
    indent: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let place = match change.op {
        Op::Added => at(&change.in_copy),
        Op::Dropped => at(&change.in_exemplar),
        Op::Edited | Op::Moved => format!("{} → {}", at(&change.in_exemplar), at(&change.in_copy)),
    };
    let style = match change.op {
        Op::Added => INSERTED,
        Op::Dropped => REMOVED,
        Op::Edited | Op::Moved => CARRIED,
    };
    write!(
        out,
        "{indent}{style}{}{style:#} {DIM}{place} {}{DIM:#}  ",
        change.op.sign(),
        change.kind.code()
    )?;
    let text = match change.op {
        Op::Added => styled(INSERTED, copy.text, &change.in_copy.bytes),
        Op::Dropped => styled(REMOVED, exemplar.text, &change.in_exemplar.bytes),
        Op::Moved if change.marks.is_empty() => styled(CARRIED, copy.text, &change.in_copy.bytes),
        Op::Edited | Op::Moved => merged(change, exemplar.text, copy.text),
    };
    writeln!(out, "{text}")
}

fn at(place: &Place) -> String {
    let (line, column) = place.line_column.unwrap_or((1, 1));
    format!("{line}:{column}")
}

fn styled(style: Style, text: &str, bytes: &Range<usize>) -> String {
    format!(
        "{style}{}{style:#}",
        inert_line(text.get(bytes.clone()).unwrap_or(""))
    )
}

/// The copy's text with what the exemplar had at each place where it had
/// something else.
fn merged(change: &Change, exemplar: &str, copy: &str) -> String {
    let mut line = String::new();
    let mut from = change.in_copy.bytes.start;
    for (i, mark) in change.marks.iter().enumerate() {
        let kept = copy.get(from..mark.copy.start).unwrap_or("");
        line.push_str(&shortened(kept, i > 0, true));
        let gone_bytes = if mark.copy.is_empty() {
            with_punctuation(exemplar, &mark.exemplar, change.in_exemplar.bytes.end)
        } else {
            mark.exemplar.clone()
        };
        let gone = inert_line(exemplar.get(gone_bytes).unwrap_or(""));
        let new = inert_line(copy.get(mark.copy.clone()).unwrap_or(""));
        let apart = |line: &str| line.is_empty() || line.ends_with(' ');
        if new.is_empty() && !apart(&line) {
            line.push(' ');
        }
        if !gone.is_empty() {
            line.push_str(&format!("{REMOVED}[-{gone}-]{REMOVED:#}"));
        }
        let rest = copy
            .get(mark.copy.end..change.in_copy.bytes.end)
            .unwrap_or("");
        if new.is_empty() && rest.starts_with(char::is_alphanumeric) {
            line.push(' ');
        }
        if !new.is_empty() {
            line.push_str(&format!("{INSERTED}{{+{new}+}}{INSERTED:#}"));
        }
        from = mark.copy.end;
    }
    let kept = copy.get(from..change.in_copy.bytes.end).unwrap_or("");
    line.push_str(&shortened(kept, !change.marks.is_empty(), false));
    line
}

/// Words that were left out, with the punctuation that went with them.
fn with_punctuation(text: &str, words: &Range<usize>, end: usize) -> Range<usize> {
    let before = text.get(..words.start).unwrap_or("");
    let start = before
        .trim_end_matches(['(', '[', '"', '“', '‘', '«'])
        .len();
    let rest = text.get(words.end..end).unwrap_or("");
    let stops = |c: char| c.is_whitespace() || c.is_alphanumeric();
    start..words.end + rest.find(stops).unwrap_or(rest.len())
}

/// Kept text on one line; of a long stretch only the words beside a change,
/// which may stand before it, after it, or both.
fn shortened(kept: &str, after_change: bool, before_change: bool) -> String {
    let words: Vec<&str> = kept.split_whitespace().collect();
    let head = if after_change { CONTEXT } else { 0 };
    let tail = if before_change { CONTEXT } else { 0 };
    let body = if words.len() <= 2 * CONTEXT {
        words.join(" ")
    } else {
        let (first, last) = (
            words[..head].join(" "),
            words[words.len() - tail..].join(" "),
        );
        let parts = [first.as_str(), "…", last.as_str()];
        parts
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let space = |yes: bool| if yes { " " } else { "" };
    if body.is_empty() {
        return space(!kept.is_empty()).to_string();
    }
    let starts = kept.starts_with(char::is_whitespace);
    let ends = kept.ends_with(char::is_whitespace);
    format!("{}{}{}", space(starts), inert(&body), space(ends))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::pipeline::compare_texts;

    fn lines(a: &str, b: &str) -> Vec<String> {
        let compared = compare_texts(a.into(), b.into(), &Settings::default());
        let line = |change: &Change| {
            let mut out = Vec::new();
            let (a, b) = (Side { text: a }, Side { text: b });
            write_change(change, a, b, "", &mut out).unwrap();
            anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
        };
        compared.changes.iter().map(line).collect()
    }

    #[test]
    fn changed_words_are_marked_where_they_stand() {
        let a = "The harbour master said that 12 boats were lost, and two crews.";
        let b = "The harbour master said that 14 boats were lost and three crews today.";
        let expected = "~ 1:1 → 1:1 body  The harbour master said that [-12-]{+14+} boats were lost \
            and [-two-]{+three+} crews {+today+}.\n";
        assert_eq!(lines(a, b), [expected]);
    }

    #[test]
    fn punctuation_goes_with_the_words_that_were_left_out() {
        let a = "PORT HALLAM, Ondria (Tarnwire) - A ferry with many people on board ran aground.";
        let b = "PORT HALLAM - A ferry with many people on board ran aground.";
        let expected = "~ 1:1 → 1:1 dateline  PORT HALLAM - [-Ondria (Tarnwire)-] A ferry with many \
            people on board ran aground.\n";
        assert_eq!(lines(a, b), [expected]);
    }

    #[test]
    fn what_was_left_out_stands_apart_from_its_neighbours() {
        let a = "The harbour master said on Monday that boats were lost.";
        let b = "The harbour master said that boats were lost.";
        let expected =
            "~ 1:1 → 1:1 body  The harbour master said [-on Monday-] that boats were lost.\n";
        assert_eq!(lines(a, b), [expected]);
    }
}
