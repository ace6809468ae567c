//! Words that stand for a number or a date.

/// Words that stand for a number or a date, as (word, value). Any word that
/// begins with a digit is a numeral as well. Two words of one value are the same
/// numeral ("eight" and "8", "Jan" and "January"). Readers may extend the table.
const NUMERAL_WORDS: &[(&str, &str)] = &[
    ("zero", "0"),
    ("nil", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("sixteen", "16"),
    ("seventeen", "17"),
    ("eighteen", "18"),
    ("nineteen", "19"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("fifth", "5th"),
    ("half", "half"),
    ("quarter", "quarter"),
    ("unch", "unch"),
    ("january", "jan"),
    ("jan", "jan"),
    ("february", "feb"),
    ("feb", "feb"),
    ("march", "mar"),
    ("mar", "mar"),
    ("april", "apr"),
    ("apr", "apr"),
    ("may", "may"),
    ("june", "jun"),
    ("jun", "jun"),
    ("july", "jul"),
    ("jul", "jul"),
    ("august", "aug"),
    ("aug", "aug"),
    ("september", "sep"),
    ("sept", "sep"),
    ("sep", "sep"),
    ("october", "oct"),
    ("oct", "oct"),
    ("november", "nov"),
    ("nov", "nov"),
    ("december", "dec"),
    ("dec", "dec"),
    ("monday", "mon"),
    ("mon", "mon"),
    ("tuesday", "tue"),
    ("tue", "tue"),
    ("wednesday", "wed"),
    ("wed", "wed"),
    ("thursday", "thu"),
    ("thu", "thu"),
    ("friday", "fri"),
    ("fri", "fri"),
    ("saturday", "sat"),
    ("sat", "sat"),
    ("sunday", "sun"),
    ("sun", "sun"),
];

/// The value of a canonical word that stands for a number or a date.
pub fn numeral(word: &str) -> Option<&str> {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(word);
    }
    NUMERAL_WORDS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, value)| *value)
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
    fn names_of_numbers_are_their_values() {
        assert_eq!(numeral("eight"), Some("8"));
        assert_eq!(numeral("january"), numeral("jan"));
        assert_eq!(numeral("2nd"), numeral("second"));
        assert_eq!(numeral("board"), None);
    }
}
