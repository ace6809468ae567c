//! Signs that end, close and list sentences.

use crate::normalise::is_spaceless;

/// Closes a quotation or a bracket when it stands after a sentence's last sign.
/// `“` and `‘` do so in German, `«` in the German order.
pub(super) fn is_closer(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '‘' | '«' | '‹' | '＂' | '*' | '_') || is_closing_only(c)
}

/// Closes and never opens, so that it may stand apart from what it closes ("Oui. »").
pub(super) fn is_closing_only(c: char) -> bool {
    matches!(
        c,
        '”' | '’'
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
            | '］'
            | '〕'
    )
}

/// Signs after which a sentence ends whatever follows.
pub(super) fn is_full_stop(c: char) -> bool {
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
            | '៕'
            | '።'
            | '፧'
            | '፨'
            | '༎'
            | '෴'
            | '๛'
            | '\u{37E}' // the Greek question mark that is not a semicolon
    )
}

/// Signs that end a sentence or an abbreviation; what follows decides.
pub(super) fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…')
}

/// True when the shown text of a line ends like a sentence.
pub(super) fn ends_with_terminator(line: &str) -> bool {
    line.trim_end_matches(is_closer)
        .ends_with(|c| is_stop(c) || is_full_stop(c))
}

/// Begins an item of a list wherever it stands, alone or before a word.
pub(super) fn is_bullet(c: char) -> bool {
    matches!(c, '•' | '▪' | '‣' | '●' | '■' | '◦' | '⁃')
}

/// A letter of a script without spaces, or a sign that goes with such letters.
pub(super) fn is_east(c: char) -> bool {
    is_spaceless(c) || matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}')
}
