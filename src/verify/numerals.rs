//! Words that stand for a number or a date.

use std::sync::LazyLock;

use ahash::AHashMap;

/// Whether two runs of values are the same numbers, one written with thousands set apart: "2,119,198" and "2119198".
pub(super) fn are_same<'a>(
    x: impl Iterator<Item = &'a str>,
    y: impl Iterator<Item = &'a str>,
) -> bool {
    whole(x) == whole(y)
}

/// Values with groups of three digits put behind what they belong to.
fn whole<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut whole: Vec<String> = Vec::new();
    // Whether the last value may go on.
    let mut is_open = false;
    for value in values {
        match whole.last_mut() {
            Some(last) if is_open && value.len() == 3 && is_number(value) => last.push_str(value),
            _ => {
                whole.push(value.to_string());
                is_open = value.len() <= 3 && is_number(value);
            }
        }
    }
    whole
}

/// [`NUMERAL_WORDS`] by word: asked for every word of every verified pair.
static NUMERALS: LazyLock<AHashMap<&str, &str>> =
    LazyLock::new(|| NUMERAL_WORDS.iter().copied().collect());

/// Words that stand for a number or a date, as (word, value). Any word that
/// begins with a digit is a numeral as well. Two words of one value are the same
/// numeral ("eight" and "8", "Jan" and "January"). Readers may extend the table.
pub(super) const NUMERAL_WORDS: &[(&str, &str)] = &[
    ("apr", "apr"),
    ("april", "apr"),
    ("aug", "aug"),
    ("august", "aug"),
    ("dec", "dec"),
    ("december", "dec"),
    ("eight", "8"),
    ("eighteen", "18"),
    ("eighty", "80"),
    ("eleven", "11"),
    ("feb", "feb"),
    ("february", "feb"),
    ("fifteen", "15"),
    ("fifth", "5th"),
    ("fifty", "50"),
    ("first", "1st"),
    ("five", "5"),
    ("forty", "40"),
    ("four", "4"),
    ("fourteen", "14"),
    ("fourth", "4th"),
    ("fri", "fri"),
    ("friday", "fri"),
    ("half", "half"),
    ("jan", "jan"),
    ("january", "jan"),
    ("jul", "jul"),
    ("july", "jul"),
    ("jun", "jun"),
    ("june", "jun"),
    ("mar", "mar"),
    ("march", "mar"),
    ("may", "may"),
    ("mon", "mon"),
    ("monday", "mon"),
    ("nil", "0"),
    ("nine", "9"),
    ("nineteen", "19"),
    ("ninety", "90"),
    ("nov", "nov"),
    ("november", "nov"),
    ("oct", "oct"),
    ("october", "oct"),
    ("one", "1"),
    ("quarter", "quarter"),
    ("sat", "sat"),
    ("saturday", "sat"),
    ("second", "2nd"),
    ("sep", "sep"),
    ("sept", "sep"),
    ("september", "sep"),
    ("seven", "7"),
    ("seventeen", "17"),
    ("seventy", "70"),
    ("six", "6"),
    ("sixteen", "16"),
    ("sixty", "60"),
    ("sun", "sun"),
    ("sunday", "sun"),
    ("ten", "10"),
    ("third", "3rd"),
    ("thirteen", "13"),
    ("thirty", "30"),
    ("three", "3"),
    ("thu", "thu"),
    ("thursday", "thu"),
    ("tue", "tue"),
    ("tuesday", "tue"),
    ("twelve", "12"),
    ("twenty", "20"),
    ("two", "2"),
    ("unch", "unch"),
    ("wed", "wed"),
    ("wednesday", "wed"),
    ("zero", "0"),
];

/// The value of a canonical word that stands for a number or a date.
pub fn numeral(word: &str) -> Option<&str> {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(word);
    }
    NUMERALS.get(word).copied()
}

/// True for a run of numerals that holds a month, a weekday or a lone year.
pub(super) fn is_date(run: &[&str]) -> bool {
    let is_year = |word: &str| {
        word.len() == 4
            && (word.starts_with("19") || word.starts_with("20"))
            && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let names_day = |word: &&str| DATE_VALUES.contains(word);
    run.iter().any(names_day) || matches!(run, [word] if is_year(word))
}

/// The values in [`NUMERAL_WORDS`] that name a month or a weekday.
const DATE_VALUES: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon",
    "tue", "wed", "thu", "fri", "sat", "sun",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_twice_in_the_table() {
        assert_eq!(NUMERALS.len(), NUMERAL_WORDS.len());
    }

    #[test]
    fn names_of_numbers_are_their_values() {
        assert_eq!(numeral("eight"), Some("8"));
        assert_eq!(numeral("january"), numeral("jan"));
        assert_eq!(numeral("2nd"), numeral("second"));
        assert_eq!(numeral("board"), None);
    }
}
