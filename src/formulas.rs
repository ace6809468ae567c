//! Cells of CSV that a spreadsheet would run, made inert and given back as they were.
//!
//! Whoever writes a feed writes its keys, so a key is no safer than a text.

use std::borrow::Cow;

/// True for a cell that a spreadsheet could take for a formula, or that looks
/// like one of ours already.
fn is_active(text: &str) -> bool {
    let rest = text.trim_start_matches('\'');
    rest.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// True for a number with a sign, which no spreadsheet runs.
fn is_plain_number(text: &str) -> bool {
    let Some(number) = text.strip_prefix(['-', '+']) else {
        return false;
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(part)
}

/// Puts `'` before a cell that a spreadsheet could take for a formula.
pub(crate) fn neutral(text: &str) -> Cow<'_, str> {
    if is_active(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// As [`neutral`], for a key: one that is a plain number stays as it is.
pub(crate) fn neutral_key(key: &str) -> Cow<'_, str> {
    if is_plain_number(key) {
        Cow::Borrowed(key)
    } else {
        neutral(key)
    }
}

/// Gives back what a cell, a text or a key, was before it was made inert for spreadsheets.
///
/// A cell that was never made inert comes back as it is, unless it begins with an apostrophe and
/// the rest is such a cell.
pub fn original(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_active(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ACTIVE: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

    proptest! {
        #[test]
        fn neutral_cells_are_inert_and_go_back(text in "['=+@a\t＝-]{0,5}|\\PC{0,8}") {
            let cell = neutral(&text);
            prop_assert!(!cell.starts_with(ACTIVE));
            prop_assert_eq!(original(&cell), text.as_str());
        }

        #[test]
        fn neutral_keys_are_inert_or_numbers_and_go_back(key in "['=+@a\t＝-]{0,5}|'?[+-][0-9.]{0,5}") {
            let cell = neutral_key(&key);
            let number = cell.parse::<f64>().is_ok() && cell.ends_with(|c: char| c.is_ascii_digit());
            prop_assert!(number || !cell.starts_with(ACTIVE), "{cell}");
            prop_assert_eq!(original(&cell), key.as_str());
        }
    }

    #[test]
    fn plain_numbers_are_keys_as_they_are() {
        for key in ["-5", "+3.2", "-007", "12", "a-5"] {
            assert_eq!(neutral_key(key), key);
        }
        for key in [
            "-5+1", "+", "-", "-.", "--5", "+1.2.3", "-5e3", "-1,5", "-５", "'-5", "=1",
        ] {
            assert_eq!(neutral_key(key), format!("'{key}"));
        }
        assert_eq!(neutral("-5"), "'-5");
    }
}
