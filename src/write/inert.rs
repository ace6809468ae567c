//! Text on its way to a terminal: nothing in it may act.

use std::borrow::Cow;

/// Shows control, escape, bidi and other invisible characters as `\u{..}`;
/// leaves everything else alone.
pub fn inert(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if acts(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// [`inert`], with every run of white space as one space.
pub(crate) fn inert_line(text: &str) -> String {
    let words: Vec<Cow<'_, str>> = text.split_whitespace().map(inert).collect();
    words.join(" ")
}

fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_acts_and_nothing_else() {
        assert_eq!(inert("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
        assert_eq!(inert("سلام é 漢 \u{200c}"), "سلام é 漢 \u{200c}");
        assert_eq!(inert_line(" a\n\tb\u{85}c "), "a b c");
    }
}
