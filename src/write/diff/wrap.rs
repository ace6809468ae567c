//! Text to lines of a width, in columns of a terminal.

use std::io::{self, Write};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::spans::{Direction, Span, styled};

/// Spans that fit a line, and the columns that they fill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) spans: Vec<Span>,
    pub(super) width: usize,
}

impl Line {
    fn push(&mut self, span: &Span, text: &str, width: usize) {
        self.width += width;
        match self.spans.last_mut() {
            Some(last) if last.look == span.look => last.text.push_str(text),
            _ => self.spans.push(Span::new(span.look, text)),
        }
    }

    fn append(&mut self, word: &mut Line) {
        for span in std::mem::take(&mut word.spans) {
            let width = span.text.width();
            self.push(&span, &span.text, width);
        }
        word.width = 0;
    }
}

/// Breaks text at white space, and beside characters of scripts written without
/// it; a word longer than a line is cut between grapheme clusters, so that no
/// mark is cut from its letter. A line never ends with an opening sign, nor
/// begins with a closing one. Gives at least one line.
///
/// textwrap was the alternative: it cuts long words between code points, and
/// knows neither signs nor looks.
pub(super) fn wrap(spans: &[Span], width: usize) -> Vec<Line> {
    let mut wrapper = Wrapper {
        width: width.max(2),
        lines: Vec::new(),
        line: Line::default(),
        word: Line::default(),
        space: None,
    };
    let mut before: Option<(&str, &Span)> = None;
    for span in spans {
        if span.look.is_sign() {
            // A closing sign stays with what it closes.
            if span.opens() && before.is_some_and(|(_, last)| last.look.is_sign() && !last.opens())
            {
                wrapper.flush();
            }
            wrapper.put(span, &span.text);
            before = Some((&span.text, span));
            continue;
        }
        for cluster in span.text.graphemes(true) {
            if cluster == " " {
                wrapper.flush();
                wrapper.space = Some(span.clone_look());
            } else {
                if before.is_some_and(|(last, from)| !from.opens() && may_break(last, cluster)) {
                    wrapper.flush();
                }
                wrapper.put(span, cluster);
            }
            before = Some((cluster, span));
        }
    }
    wrapper.flush();
    if !wrapper.line.spans.is_empty() || wrapper.lines.is_empty() {
        wrapper.lines.push(wrapper.line);
    }
    wrapper.lines
}

/// Writes text in `width` columns after a prefix, which is written as it is; what
/// does not fit on its line begins `hang` columns in.
pub(in crate::write) fn paragraph(
    prefix: &str,
    spans: &[Span],
    direction: Direction,
    (hang, width): (usize, usize),
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "{prefix}")?;
    for (i, line) in wrap(spans, width).iter().enumerate() {
        let indent = if i == 0 { 0 } else { hang };
        writeln!(out, "{:indent$}{}", "", styled(&line.spans, direction))?;
    }
    Ok(())
}

impl Span {
    /// An empty span that looks like this one.
    fn clone_look(&self) -> Span {
        Span::new(self.look, "")
    }
}

struct Wrapper {
    width: usize,
    lines: Vec<Line>,
    line: Line,
    /// What may not be broken, so far.
    word: Line,
    /// A space between the line and the word.
    space: Option<Span>,
}

impl Wrapper {
    fn put(&mut self, span: &Span, text: &str) {
        let width = text.width();
        if self.word.width + width > self.width && self.word.width > 0 {
            self.flush();
        }
        self.word.push(span, text, width);
    }

    /// Moves the word to the line, or to the next where it does not fit.
    fn flush(&mut self) {
        if self.word.spans.is_empty() {
            return;
        }
        let space = usize::from(self.space.is_some());
        if self.line.width > 0 && self.line.width + space + self.word.width > self.width {
            self.lines.push(std::mem::take(&mut self.line));
        } else if let Some(space) = self.space.take().filter(|_| self.line.width > 0) {
            self.line.push(&space, " ", 1);
        }
        self.space = None;
        self.line.append(&mut self.word);
    }
}

/// Whether a line may end between two clusters without white space between them.
fn may_break(before: &str, after: &str) -> bool {
    const CLOSING: &str = "、。，．！？：；」』）】》〉”’…,.!?:;)]}»›-";
    const OPENING: &str = "「『（【《〈“‘([{«‹";
    // By the letter alone: a vowel sign makes a Hindi syllable two columns wide as
    // well, and Hindi breaks at spaces.
    let wide = |cluster: &str| {
        let letter = cluster.chars().next();
        letter.and_then(UnicodeWidthChar::width) > Some(1)
    };
    let among =
        |cluster: &str, list: &str| cluster.chars().next().is_some_and(|c| list.contains(c));
    (wide(before) || wide(after)) && !among(after, CLOSING) && !among(before, OPENING)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::spans::Look;
    use super::*;

    fn shown(text: &str, width: usize) -> Vec<String> {
        let lines = wrap(&[Span::new(Look::Plain, text)], width);
        let text = |line: &Line| line.spans.iter().map(|span| span.text.as_str()).collect();
        lines.iter().map(text).collect()
    }

    #[test]
    fn words_are_kept_whole_and_long_ones_are_cut() {
        assert_eq!(shown("the river fell", 9), ["the river", "fell"]);
        assert_eq!(shown("a riverside", 6), ["a", "rivers", "ide"]);
        assert_eq!(shown("", 6), [""]);
    }

    #[test]
    fn scripts_without_spaces_break_anywhere_but_before_a_full_stop() {
        assert_eq!(shown("大桥今天关闭。", 6), ["大桥今", "天关", "闭。"]);
        let thai = "สะพานปิดแล้ว";
        let lines = shown(thai, 5);
        assert_eq!(lines.concat(), thai);
        assert!(lines.iter().all(|line| line.width() <= 5));
    }

    #[test]
    fn a_word_with_vowel_signs_is_kept_whole() {
        assert_eq!(shown("एक नई योजना की", 9), ["एक नई", "योजना की"]);
    }

    #[test]
    fn no_mark_is_cut_from_its_letter() {
        assert_eq!(
            shown("e\u{301}e\u{301}e\u{301}", 2),
            ["e\u{301}e\u{301}", "e\u{301}"]
        );
        let family = "👨\u{200d}👩\u{200d}👧";
        assert_eq!(shown(&family.repeat(2), 2), [family, family]);
    }

    #[test]
    fn signs_stay_with_what_they_mark() {
        let spans = [
            Span::new(Look::Plain, "the "),
            Span::new(Look::GoneSign, "[-"),
            Span::new(Look::Gone, "大桥"),
            Span::new(Look::GoneSign, "-]"),
            Span::new(Look::NewSign, "{+"),
            Span::new(Look::New, "river"),
            Span::new(Look::NewSign, "+}"),
        ];
        let text = |line: &Line| {
            line.spans
                .iter()
                .map(|span| span.text.as_str())
                .collect::<String>()
        };
        let lines: Vec<String> = wrap(&spans, 9).iter().map(text).collect();
        assert_eq!(lines, ["the [-大", "桥-]", "{+river+}"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_overflows(text in "([a-z]{1,9}|[大桥。]{1,5}|e\u{301}|กำ| ){0,30}", width in 2usize..12) {
            let lines = shown(&text, width);
            let squeezed = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(squeezed(&lines.concat()), squeezed(&text));
            for line in &lines {
                prop_assert!(line.width() <= width, "{line:?}");
                prop_assert!(!line.ends_with(' '));
            }
        }
    }
}
