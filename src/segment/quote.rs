//! Whether all words of a unit stand in quotation marks.

/// Double marks, opening or closing.
const MARKS: [char; 8] = ['"', '“', '”', '„', '«', '»', '「', '」'];

/// True where every letter of the unit is inside a quotation: one that begins and
/// ends with it, or one that the units before or after it share.
///
/// Single marks count only around the whole unit: within, they are apostrophes.
pub(super) fn is_quote(shown: &str) -> bool {
    let shown = shown.trim_matches(|c: char| c.is_whitespace() || is_stop(c));
    if let Some(rest) = shown.strip_prefix(['‘', '\'', '‚', '‹', '『']) {
        let inner = rest.strip_suffix(['’', '\'', '‘', '›', '』']);
        return inner.is_some_and(|inner| inner.chars().any(char::is_alphanumeric));
    }
    // Most units are no quotation, and their ends say so.
    if !shown.starts_with(MARKS) && !shown.ends_with(MARKS) {
        return false;
    }
    let chars: Vec<char> = shown.chars().collect();
    // What the letters since the last mark are, where it said so.
    let mut inside = None;
    let mut letters = false;
    for (at, &c) in chars.iter().enumerate() {
        let Some(opens) = direction(&chars, at) else {
            letters |= c.is_alphanumeric();
            continue;
        };
        // Before an opening mark, and after a closing one, nobody speaks.
        if letters && (opens || inside == Some(false)) {
            return false;
        }
        (inside, letters) = (Some(opens), false);
    }
    let ends_open = inside == Some(true);
    inside.is_some() && (!letters || ends_open)
}

fn is_stop(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | '!' | '?' | '…' | '。' | '！' | '？' | '،' | '؟' | '۔'
    )
}

/// Whether a character opens a quotation or closes one; `None` for no double mark.
/// The white space beside it decides, since nations use the same marks the other
/// way round; where that says nothing, its shape does.
fn direction(chars: &[char], at: usize) -> Option<bool> {
    let mark = *chars.get(at)?;
    let shape = match mark {
        '「' => return Some(true),
        '」' => return Some(false),
        '"' | '“' | '„' | '«' => true,
        '”' | '»' => false,
        _ => return None,
    };
    let open = |c: &char| c.is_whitespace() || matches!(c, '(' | '[' | '—' | '–');
    let close = |c: &char| c.is_whitespace() || is_stop(*c) || matches!(c, ')' | ']' | ';' | ':');
    let before = at.checked_sub(1).and_then(|before| chars.get(before));
    let after = chars.get(at + 1);
    let (begins, ends) = (before.is_none_or(open), after.is_none_or(close));
    Some(match (before, after) {
        (None, _) => true,
        (_, None) => false,
        _ if begins != ends => begins,
        _ => shape,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_of_many_nations() {
        for yes in [
            "“We had no choice.”",
            "\"We had no choice\".",
            "„Wir hatten keine Wahl.“",
            "»Wir hatten keine Wahl.«",
            "« Nous n'avions pas le choix. »",
            "«Мы не могли иначе».",
            "«ما چاره‌ای نداشتیم.»",
            "「行こう。」",
            "‘We had no choice.’",
            "”Vi hade inget val.”",
            "“We had no choice. (They left.)",
            "We had no choice, and we went.”",
            "“We had.” “No choice.”",
        ] {
            assert!(is_quote(yes), "{yes}");
        }
        for no in [
            "“We had no choice,” she said. “None.”",
            "\"I know,\" she said.",
            "She said: “None.”",
            "The “old” bridge",
            "“Old” bridge shut",
            "We had no choice.",
            "Rock 'n' roll",
            "“”",
            "",
        ] {
            let wanted = no == "“”";
            assert_eq!(is_quote(no), wanted, "{no}");
        }
    }
}
