//! Signs that a tree builder would read as markup, on their way through it.

/// What stands for `&` and `<` in a guarded text. As character references they would cost the tree
/// builder a search of the text before each (half a megabyte of them 2 s), so these
/// noncharacters take their place, which no text may hold.
const AMPERSAND: char = '\u{fdd0}';
const LESS: char = '\u{fdd1}';

/// A guarded text as it was.
pub(super) fn undone(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            AMPERSAND => '&',
            LESS => '<',
            c => c,
        })
        .collect()
}

/// Whether a text has to be [`undone`].
pub(super) fn is_in(text: &str) -> bool {
    text.contains([AMPERSAND, LESS])
}

/// Adds a text of HTML with its character references resolved.
pub(super) fn push(out: &mut String, text: &str) {
    let text = htmlize::unescape(text);
    if !text.contains(['&', '<', '\0', '\r', AMPERSAND, LESS]) {
        out.push_str(&text);
        return;
    }
    out.extend(text.chars().filter_map(|c| match c {
        '&' => Some(AMPERSAND),
        '<' => Some(LESS),
        '\r' => Some('\n'),
        '\0' => None,
        AMPERSAND | LESS => Some(char::REPLACEMENT_CHARACTER),
        c => Some(c),
    }));
}
