//! The table of words by which a text says where it comes from and when.

use std::sync::LazyLock;

use ahash::AHashMap;

use crate::normalise::{Normalised, normalise};

/// The table. Its head says how to extend it.
const TABLE: &str = include_str!("phrases.txt");

/// What stands between the phrases of a line.
const BETWEEN: &str = " | ";

/// What a phrase is for; the head of the table explains them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Use {
    Credit,
    Licence,
    Report,
    Between,
    Agency,
    Update,
    Date,
}

const USES: [(&str, Use); 7] = [
    ("credit", Use::Credit),
    ("licence", Use::Licence),
    ("report", Use::Report),
    ("between", Use::Between),
    ("agency", Use::Agency),
    ("update", Use::Update),
    ("date", Use::Date),
];

/// Where a phrase stands or what follows it; the head of the table explains them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stands {
    Before,
    After,
    Label,
    Word,
    Number,
    Mark,
    Note,
    First,
    Later,
}

const STANDS: [(&str, Stands); 9] = [
    ("before", Stands::Before),
    ("after", Stands::After),
    ("label", Stands::Label),
    ("word", Stands::Word),
    ("number", Stands::Number),
    ("mark", Stands::Mark),
    ("note", Stands::Note),
    ("first", Stands::First),
    ("later", Stands::Later),
];

/// Canonical words of a phrase and their number.
type Phrase = (String, usize);

/// Phrases by the word next to the name: the last one of those before it, the first
/// one of all others. Longest first.
type ByWord = AHashMap<String, Vec<Phrase>>;

static PHRASES: LazyLock<AHashMap<(Use, Stands), ByWord>> = LazyLock::new(|| {
    let mut phrases: AHashMap<_, ByWord> = AHashMap::new();
    for (used, stands, phrase) in read(TABLE).0 {
        let words = normalise(phrase);
        let near = match stands {
            Stands::Before => words.len().saturating_sub(1),
            _ => 0,
        };
        let key = words.word(near).to_string();
        let list = phrases.entry((used, stands)).or_default();
        let list = list.entry(key).or_default();
        list.push((words.canonical().to_string(), words.len()));
        list.sort_by(|x, y| y.1.cmp(&x.1).then_with(|| x.0.cmp(&y.0)));
    }
    phrases
});

fn beside(used: Use, stands: Stands, word: &str) -> &'static [Phrase] {
    let phrases = PHRASES.get(&(used, stands));
    phrases
        .and_then(|phrases| phrases.get(word))
        .map_or(&[], Vec::as_slice)
}

/// Words of the longest phrase of a use that ends before token `at` and begins at
/// `first` or later.
pub(super) fn ends_at(words: &Normalised, first: usize, at: usize, used: Use) -> Option<usize> {
    let last = at.checked_sub(1).filter(|&last| last >= first)?;
    let found = beside(used, Stands::Before, words.word(last))
        .iter()
        .find(|(phrase, length)| {
            let from = at.checked_sub(*length).filter(|&from| from >= first);
            from.is_some_and(|from| words.words(from, at) == phrase)
        });
    found.map(|found| found.1)
}

/// Words of the longest phrase of a use that begins with token `at`.
pub(super) fn begins_at(
    words: &Normalised,
    at: usize,
    (used, stands): (Use, Stands),
) -> Option<usize> {
    let found = beside(used, stands, words.word(at))
        .iter()
        .find(|(phrase, length)| words.words(at, at + length) == phrase);
    found.map(|found| found.1)
}

/// True for a canonical word that is a phrase by itself.
pub(super) fn is_word(word: &str, used: Use, stands: Stands) -> bool {
    beside(used, stands, word)
        .iter()
        .any(|(phrase, _)| phrase == word)
}

/// The phrases of a table, and the lines that are none. A line that cannot be
/// read is left out at run time and fails a test.
fn read(table: &'static str) -> (Vec<(Use, Stands, &'static str)>, Vec<&'static str>) {
    let (mut rows, mut unread) = (Vec::new(), Vec::new());
    let mut group = None;
    let lines = table.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix('@') {
            group = read_group(head);
            if group.is_none() {
                unread.push(line);
            }
        } else if let Some((used, stands)) = group {
            rows.extend(line.split(BETWEEN).map(|phrase| (used, stands, phrase)));
        } else {
            unread.push(line);
        }
    }
    (rows, unread)
}

fn read_group(head: &str) -> Option<(Use, Stands)> {
    let columns: Vec<&str> = head.split_whitespace().collect();
    let [used, _language, stands] = columns[..] else {
        return None;
    };
    let used = USES.iter().find(|(name, _)| *name == used)?.1;
    let stands = STANDS.iter().find(|(name, _)| *name == stands)?.1;
    let fits = match used {
        Use::Credit | Use::Licence | Use::Report => {
            matches!(stands, Stands::Before | Stands::After | Stands::Label)
        }
        Use::Between => stands == Stands::Word,
        Use::Agency => matches!(stands, Stands::Before | Stands::After),
        Use::Update => matches!(stands, Stands::Number | Stands::Mark | Stands::Note),
        Use::Date => matches!(stands, Stands::First | Stands::Later | Stands::Word),
    };
    fits.then_some((used, stands))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let (rows, unread) = read(TABLE);
        assert_eq!(unread, Vec::<&str>::new());
        assert!(rows.len() > 400);
        for wrong in [
            "@ credit en",
            "@ nonsense en word",
            "@ update en before",
            "x",
        ] {
            assert_eq!(read(wrong).1, [wrong]);
        }
    }

    #[test]
    fn every_phrase_has_words_and_stands_once() {
        let (mut seen, mut twice) = (ahash::AHashSet::new(), Vec::new());
        for (used, stands, phrase) in read(TABLE).0 {
            let words = normalise(phrase).canonical().to_string();
            assert!(!words.is_empty(), "{phrase:?}");
            if !seen.insert((used, stands, words)) {
                twice.push((used, stands, phrase));
            }
        }
        assert_eq!(twice, []);
    }

    /// The way through the index finds what going through all phrases finds.
    #[test]
    fn the_index_loses_no_phrase() {
        for (used, stands, phrase) in read(TABLE).0 {
            let words = normalise(phrase);
            let found = match stands {
                Stands::Before => ends_at(&words, 0, words.len(), used),
                _ => begins_at(&words, 0, (used, stands)),
            };
            assert_eq!(found, Some(words.len()), "{phrase:?}");
        }
        let words = normalise("x according to the");
        assert_eq!(ends_at(&words, 0, 3, Use::Report), Some(2));
        assert_eq!(ends_at(&words, 2, 3, Use::Report), None);
        assert_eq!(ends_at(&words, 0, 0, Use::Report), None);
    }
}
