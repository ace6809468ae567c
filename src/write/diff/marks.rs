//! The words that differ within a unit, as spans.

use std::ops::Range;

use super::fit::{Part, fitted};
use super::spans::{Look, Span};
use crate::trace::Mark;
use crate::write::inert::inert;

/// How much is shown of what did not change between two marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Whole,
    /// So many words on either side of a mark, and `…` for the rest.
    Words(usize),
}

/// b's text with what a had at each place where it had something else: what is
/// gone in `[-…-]`, what is new in `{+…+}`.
pub(super) fn merged(a: Part<'_>, b: Part<'_>, marks: &[Mark], kept: Kept) -> Vec<Span> {
    let marks = fitted(a, b, marks);
    let mut line = Marked::default();
    let mut from = b.start;
    for (i, mark) in marks.iter().enumerate() {
        line.keep(shortened(b.slice(from..mark.copy.start), i > 0, true, kept));
        line.mark(Look::Gone, a.slice(mark.exemplar.clone()));
        line.mark(Look::New, b.slice(mark.copy.clone()));
        from = mark.copy.end;
    }
    line.keep(shortened(
        b.slice(from..b.end),
        !marks.is_empty(),
        false,
        kept,
    ));
    line.spans
}

/// a's own text, with what is gone in `[-…-]`.
pub(super) fn before(a: Part<'_>, b: Part<'_>, marks: &[Mark]) -> Vec<Span> {
    one_side(
        a,
        Look::Gone,
        fitted(a, b, marks).into_iter().map(|mark| mark.exemplar),
    )
}

/// b's own text, with what is new in `{+…+}`.
pub(super) fn after(a: Part<'_>, b: Part<'_>, marks: &[Mark]) -> Vec<Span> {
    one_side(
        b,
        Look::New,
        fitted(a, b, marks).into_iter().map(|mark| mark.copy),
    )
}

/// The whole of a part, unmarked.
pub(super) fn plain(part: Part<'_>, look: Look) -> Vec<Span> {
    vec![Span::new(look, flow(part.as_str()))]
}

fn one_side(part: Part<'_>, look: Look, marks: impl Iterator<Item = Range<usize>>) -> Vec<Span> {
    let mut line = Marked::default();
    let mut from = part.start;
    for mark in marks {
        line.keep(flow(part.slice(from..mark.start)));
        line.mark(look, part.slice(mark.clone()));
        from = mark.end;
    }
    line.keep(flow(part.slice(from..part.end)));
    line.spans
}

/// A line under construction. Only between words is there a space, and only one.
#[derive(Default)]
struct Marked {
    spans: Vec<Span>,
    /// White space stood at the end of the last span.
    space: bool,
}

impl Marked {
    fn keep(&mut self, text: String) {
        let body = text.trim_start_matches(' ');
        self.space |= body.len() < text.len();
        if body.is_empty() {
            return;
        }
        let mut span = Span::new(Look::Plain, "");
        if self.space && !self.spans.is_empty() {
            span.text.push(' ');
        }
        span.text.push_str(body.trim_end_matches(' '));
        self.space = body.ends_with(' ');
        self.spans.push(span);
    }

    fn mark(&mut self, look: Look, text: &str) {
        let (text, sign) = (
            flow(text),
            if look == Look::Gone {
                Look::GoneSign
            } else {
                Look::NewSign
            },
        );
        let body = text.trim_matches(' ');
        if body.is_empty() {
            self.space |= !text.is_empty();
            return;
        }
        if (self.space || text.starts_with(' ')) && !self.spans.is_empty() {
            self.spans.push(Span::new(Look::Plain, " "));
        }
        let (open, close) = if look == Look::Gone {
            ("[-", "-]")
        } else {
            ("{+", "+}")
        };
        self.spans.push(Span::new(sign, open));
        self.spans.push(Span::new(look, body));
        self.spans.push(Span::new(sign, close));
        self.space = text.ends_with(' ');
    }
}

/// Text with every run of white space as one space, and nothing in it that acts.
pub(super) fn flow(text: &str) -> String {
    let mut flowing = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        if !c.is_whitespace() {
            flowing.push(c);
        } else if !space {
            flowing.push(' ');
        }
        space = c.is_whitespace();
    }
    match inert(&flowing) {
        std::borrow::Cow::Borrowed(_) => flowing,
        std::borrow::Cow::Owned(shown) => shown,
    }
}

/// Kept text; of a long stretch only the words beside a mark, which may stand
/// before it, after it, or both.
fn shortened(kept: &str, after_mark: bool, before_mark: bool, length: Kept) -> String {
    let Kept::Words(context) = length else {
        return flow(kept);
    };
    let words: Vec<&str> = kept.split_whitespace().collect();
    if words.len() <= 2 * context {
        return flow(kept);
    }
    let head = if after_mark { context } else { 0 };
    let tail = if before_mark { context } else { 0 };
    let mut parts: Vec<&str> = words.iter().take(head).copied().collect();
    parts.push("…");
    parts.extend(words.iter().skip(words.len() - tail));
    let space = |yes: bool| if yes { " " } else { "" };
    format!(
        "{}{}{}",
        space(kept.starts_with(char::is_whitespace)),
        inert(&parts.join(" ")),
        space(kept.ends_with(char::is_whitespace))
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::Settings;
    use crate::pipeline::compare_texts;
    use crate::trace::Change;

    fn text(spans: &[Span]) -> String {
        spans.iter().map(|span| span.text.as_str()).collect()
    }

    fn parts<'t>(a: &'t str, b: &'t str, change: &Change) -> (Part<'t>, Part<'t>) {
        (
            Part::new(a, &change.in_exemplar.bytes),
            Part::new(b, &change.in_copy.bytes),
        )
    }

    fn lines(a: &str, b: &str, kept: Kept) -> Vec<String> {
        let compared = compare_texts(a.into(), b.into(), &Settings::default());
        let line = |change: &Change| {
            let (x, y) = parts(a, b, change);
            text(&merged(x, y, &change.marks, kept))
        };
        compared.changes.iter().map(line).collect()
    }

    fn marked(a: &str, b: &str) -> String {
        lines(a, b, Kept::Whole).join(" / ")
    }

    #[test]
    fn changed_words_are_marked_where_they_stand() {
        let a = "The harbour master said that 12 boats were lost, and two crews.";
        let b = "The harbour master said that 14 boats were lost and three crews today.";
        let expected = "The harbour master said that [-12-]{+14+} boats were lost and \
            [-two-]{+three+} crews {+today+}.";
        assert_eq!(marked(a, b), expected);
    }

    #[test]
    fn punctuation_goes_with_the_words_that_were_left_out() {
        for (a, b, expected) in [
            (
                "PORT HALLAM, Ondria (Tarnwire) - A ferry with many people on board ran aground.",
                "PORT HALLAM - A ferry with many people on board ran aground.",
                "PORT HALLAM[-, Ondria (Tarnwire)-] - A ferry with many people on board ran aground.",
            ),
            (
                "The harbour master said on Monday that boats were lost.",
                "The harbour master said that boats were lost.",
                "The harbour master said [-on Monday-] that boats were lost.",
            ),
            (
                "The harbour master said that boats were lost on Monday.",
                "The harbour master said that boats were lost.",
                "The harbour master said that boats were lost [-on Monday-].",
            ),
            (
                "“The boats were lost long ago,” he said to the harbour master.",
                "“The boats were lost long ago,” said to the harbour master.",
                "“The boats were lost long ago,” [-he-] said to the harbour master.",
            ),
            (
                "Boats from Orme, Marnby and Coll were lost in the storm.",
                "Boats from Orme and Coll were lost in the storm.",
                "Boats from Orme[-, Marnby-] and Coll were lost in the storm.",
            ),
            (
                "Boats from Orme and Coll were lost in the storm.",
                "Boats from Orme, Marnby and Coll were lost in the storm.",
                "Boats from Orme{+, Marnby+} and Coll were lost in the storm.",
            ),
            (
                "On Monday, boats from Orme and Coll were lost.",
                "Boats from Orme and Coll were lost.",
                "[-On Monday,-] Boats from Orme and Coll were lost.",
            ),
            (
                "Boats from Orme and Coll were lost: two on Monday.",
                "Boats from Orme and Coll  were lost — on Monday.",
                "Boats from Orme and Coll were lost — [-two-] on Monday.",
            ),
        ] {
            assert_eq!(marked(a, b), expected);
        }
    }

    #[test]
    fn of_a_word_that_changed_in_part_that_part_is_marked() {
        for (a, b, expected) in [
            (
                "in 1995 the votes",
                "in 1996 the voted",
                "in 199[-5-]{+6+} the vote[-s-]{+d+}",
            ),
            (
                "in 164 the vote",
                "in 166 the voted",
                "in [-164-]{+166+} the vote{+d+}",
            ),
            (
                "colour he said of happy",
                "color he says of unhappy",
                "colo[-u-]r he [-said-]{+says+} of {+un+}happy",
            ),
            ("naïve", "naïf", "naï[-ve-]{+f+}"),
        ] {
            let frame = |text: &str| {
                format!("The harbour master of Orme wrote {text} to all of the island’s people.")
            };
            assert_eq!(marked(&frame(a), &frame(b)), frame(expected));
        }
    }

    #[test]
    fn no_mark_is_cut_from_its_letter_and_no_word_of_joined_letters_is_cut() {
        let (a, b) = (
            "सरकार ने कहा कि पुल सोमवार को बंद रहेगा और बसें चलेंगी।",
            "सरकार ने कहा कि पुल सोमवारी को बंद रहेगा और बसें चलेंगी।",
        );
        assert!(
            marked(a, b).contains("सोमवा[-र-]{+री+}"),
            "{}",
            marked(a, b)
        );
        let (a, b) = (
            "شهردار گفت که پل امروز بسته است و اتوبوس‌ها می‌روند.",
            "شهردار گفت که پلها امروز بسته است و اتوبوس‌ها می‌روند.",
        );
        assert!(marked(a, b).contains("[-پل-]{+پلها+}"), "{}", marked(a, b));
        let (a, b) = (
            "ผู้ว่ากล่าวว่าสะพานจะปิดวันนี้และรถเมล์จะไปทางอื่น",
            "ผู้ว่ากล่าวว่าสะพานจะเปิดวันนี้และรถเมล์จะไปทางอื่น",
        );
        assert_eq!(marked(a, b), "ผู้ว่ากล่าวว่าสะพานจะ{+เ+}ปิดวันนี้และรถเมล์จะไปทางอื่น");
        let (a, b) = (
            "市长表示大桥今天关闭，公交车绕行。",
            "市长表示大桥明天关闭，公交车绕行。",
        );
        assert_eq!(marked(a, b), "市长表示大桥[-今-]{+明+}天关闭，公交车绕行。");
    }

    #[test]
    fn of_a_long_stretch_only_the_words_beside_a_change_are_kept() {
        let words = "one two three four five six seven eight nine ten";
        let (a, b) = (
            format!("{words} old {words}."),
            format!("{words} new {words}."),
        );
        assert_eq!(
            lines(&a, &b, Kept::Words(2)),
            ["… nine ten [-old-]{+new+} one two …"]
        );
    }

    #[test]
    fn what_acts_is_shown_and_does_nothing() {
        let (a, b) = (
            "The mayor of Orme said \u{1b}[31m yes \u{202e} to all of it.",
            "The mayor of Orme said \u{1b}[32m yes \u{202e} to all of it.",
        );
        assert_eq!(
            marked(a, b),
            "The mayor of Orme said \\u{1b}[[-31m-]{+32m+} yes \\u{202e} to all of it."
        );
    }

    proptest! {
        /// Without what is marked, each side is its own text.
        #[test]
        fn the_sides_hold_their_texts(
            a in "([a-d]{1,3}|é|กำ|[大桥]|\\(|, |\\. | |-){0,24}",
            b in "([a-d]{1,3}|é|กำ|[大桥]|\\(|, |\\. | |-){0,24}",
        ) {
            let compared = compare_texts(a.as_str().into(), b.as_str().into(), &Settings::default());
            let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            for change in &compared.changes {
                let (x, y) = parts(&a, &b, change);
                let of = |spans: Vec<Span>, hidden: Look| {
                    let shown = spans.into_iter().filter(|span| span.look != hidden && !span.look.is_sign());
                    squeezed(&shown.map(|span| span.text).collect::<String>())
                };
                prop_assert_eq!(of(before(x, y, &change.marks), Look::Note), squeezed(x.as_str()));
                prop_assert_eq!(of(after(x, y, &change.marks), Look::Note), squeezed(y.as_str()));
                let both = merged(x, y, &change.marks, Kept::Whole);
                prop_assert_eq!(of(both, Look::Gone), squeezed(y.as_str()));
            }
        }
    }
}
