//! Text with looks, and what right-to-left text needs on a terminal.

use anstyle::{AnsiColor, Style};

/// How a stretch of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::write) enum Look {
    Plain,
    /// What the program says itself.
    Note,
    /// What stands over other lines.
    Strong,
    /// The name of a document.
    Name,
    /// Only in the first text.
    Gone,
    /// Only in the second.
    New,
    /// Carried to another place.
    Carried,
    /// The beginning of what was carried, where it stood before: as quiet as a
    /// note, and yet text.
    Opening,
    /// The signs around what is gone, `[-` and `-]`.
    GoneSign,
    /// The signs around what is new, `{+` and `+}`.
    NewSign,
}

impl Look {
    fn style(self) -> Style {
        match self {
            Look::Plain => Style::new(),
            Look::Note | Look::Opening => Style::new().dimmed(),
            Look::Strong => Style::new().bold(),
            Look::Name => AnsiColor::Cyan.on_default(),
            Look::Gone | Look::GoneSign => AnsiColor::Red.on_default(),
            Look::New | Look::NewSign => AnsiColor::Green.on_default(),
            Look::Carried => AnsiColor::Yellow.on_default(),
        }
    }

    pub(super) fn is_sign(self) -> bool {
        matches!(self, Look::GoneSign | Look::NewSign)
    }
}

/// A stretch of text of one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::write) struct Span {
    pub(in crate::write) look: Look,
    pub(in crate::write) text: String,
}

impl Span {
    pub(in crate::write) fn new(look: Look, text: impl Into<String>) -> Self {
        let text = text.into();
        Span { look, text }
    }

    /// True for a sign that stands before what it marks.
    pub(super) fn opens(&self) -> bool {
        self.look.is_sign() && self.text.starts_with(['[', '{'])
    }
}

/// The way in which a text runs, by its first letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::write) enum Direction {
    LeftToRight,
    RightToLeft,
}

impl Direction {
    pub(in crate::write) fn of(text: &str) -> Self {
        match text.chars().find(|c| c.is_alphabetic()) {
            Some(first) if is_right_to_left(first) => Direction::RightToLeft,
            _ => Direction::LeftToRight,
        }
    }

    fn isolate(self) -> char {
        match self {
            Direction::LeftToRight => '\u{2066}',
            Direction::RightToLeft => '\u{2067}',
        }
    }
}

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// Blocks of right-to-left scripts: all that Unicode keeps for them.
pub(super) fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

pub(super) fn holds_right_to_left(text: &str) -> bool {
    text.chars().any(is_right_to_left)
}

/// Spans of one line as they are printed.
///
/// Where a text has right-to-left letters, its part of the line is isolated in
/// the direction of the text, and so is what is marked in it: else a terminal
/// that reorders would carry signs and figures to the wrong side. A line stands
/// alone for a terminal, so a text that is wrapped needs the direction of the
/// whole.
pub(super) fn styled(spans: &[Span], direction: Direction) -> String {
    let is_text = |span: &Span| span.look != Look::Note;
    // A line of such a text may hold nothing but figures and foreign names.
    let isolated = direction == Direction::RightToLeft
        || spans
            .iter()
            .any(|span| is_text(span) && holds_right_to_left(&span.text));
    let mut line = String::new();
    let mut open = false;
    for span in spans {
        if open != (isolated && is_text(span)) {
            line.push(if open {
                POP_ISOLATE
            } else {
                direction.isolate()
            });
            open = !open;
        }
        let style = span.look.style();
        let apart = spans.len() > 1 && span.look != Look::Plain && holds_right_to_left(&span.text);
        line.push_str(&style.render().to_string());
        if apart {
            line.push(FIRST_STRONG_ISOLATE);
        }
        line.push_str(&span.text);
        if apart {
            line.push(POP_ISOLATE);
        }
        line.push_str(&style.render_reset().to_string());
    }
    if open {
        line.push(POP_ISOLATE);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_from_right_to_left_is_isolated() {
        let plain = [Span::new(Look::Plain, "The bridge at Orme")];
        assert_eq!(styled(&plain, Direction::LeftToRight), "The bridge at Orme");
        let text = "پل بسته شد ۱۲";
        assert_eq!(Direction::of(text), Direction::RightToLeft);
        let line = styled(&[Span::new(Look::Plain, text)], Direction::of(text));
        assert_eq!(line, format!("\u{2067}{text}\u{2069}"));
    }

    #[test]
    fn every_line_of_a_text_from_right_to_left_is_isolated() {
        let line = styled(
            &[Span::new(Look::Plain, "before 2032.")],
            Direction::RightToLeft,
        );
        assert_eq!(line, "\u{2067}before 2032.\u{2069}");
    }

    #[test]
    fn a_quiet_opening_is_text_and_isolated_beside_a_note() {
        let spans = [
            Span::new(Look::Note, "[to line 1 of B] "),
            Span::new(Look::Opening, "پل بسته شد."),
        ];
        let line = styled(&spans, Direction::RightToLeft);
        let shown = anstream::adapter::strip_str(&line).to_string();
        let text = "\u{2067}\u{2068}پل بسته شد.\u{2069}\u{2069}";
        assert_eq!(shown, format!("[to line 1 of B] {text}"));
    }

    #[test]
    fn what_is_marked_is_isolated_within_the_line() {
        let spans = [
            Span::new(Look::Plain, "said "),
            Span::new(Look::GoneSign, "[-"),
            Span::new(Look::Gone, "שלום"),
            Span::new(Look::GoneSign, "-]"),
            Span::new(Look::NewSign, "{+"),
            Span::new(Look::New, "12"),
            Span::new(Look::NewSign, "+}"),
        ];
        let line = styled(&spans, Direction::LeftToRight);
        let shown = anstream::adapter::strip_str(&line).to_string();
        assert_eq!(shown, "\u{2066}said [-\u{2068}שלום\u{2069}-]{+12+}\u{2069}");
    }
}
