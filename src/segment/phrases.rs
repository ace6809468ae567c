//! The table of fixed phrases, and how a unit finds its own in it.

use std::sync::LazyLock;

use ahash::AHashMap;

use super::Kind;

/// The table. Its head says how to extend it.
const TABLE: &str = include_str!("phrases.txt");

/// What stands between the phrases of a line.
const BETWEEN: &str = " | ";

/// Stands for any word that begins with a digit.
const FIGURE: &str = "0";

/// Where in a unit a phrase must stand; the head of the table explains them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    First,
    Label,
    Alone,
    Last,
    Anywhere,
    Word,
}

const STANDS: [(&str, Stands); 6] = [
    ("first", Stands::First),
    ("label", Stands::Label),
    ("alone", Stands::Alone),
    ("last", Stands::Last),
    ("anywhere", Stands::Anywhere),
    ("word", Stands::Word),
];

/// A phrase with all that its group says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// What it makes of a unit.
    pub kind: Kind,
    /// Where most of its readers live; it orders the table and decides nothing.
    #[cfg_attr(not(test), allow(dead_code, reason = "only the tests ask"))]
    language: &'static str,
    stands: Stands,
    /// Words that a unit may have.
    most: usize,
    phrase: &'static str,
    /// Words of the phrase.
    length: usize,
}

impl Row {
    /// Words of its phrase.
    pub fn words(&self) -> usize {
        self.length
    }
}

/// The rows by the word that a unit must have for them.
struct Phrases {
    rows: Vec<Row>,
    /// Rows for the beginning of a unit and for all of it, by their first word.
    by_first: AHashMap<&'static str, Vec<usize>>,
    /// Rows for other places, by their longest word.
    by_longest: AHashMap<&'static str, Vec<usize>>,
    /// Words of figures and of dates; true for dates.
    figures: AHashMap<&'static str, bool>,
    /// Words of the longest unit that a row may mark.
    most: usize,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(read(TABLE).0));

impl Phrases {
    fn new(rows: Vec<Row>) -> Self {
        let mut phrases = Phrases {
            most: rows.iter().map(|row| row.most).max().unwrap_or(0),
            by_first: AHashMap::new(),
            by_longest: AHashMap::new(),
            figures: AHashMap::new(),
            rows: Vec::new(),
        };
        for (number, row) in rows.iter().enumerate() {
            let words = || row.phrase.split(' ');
            let (index, key) = match row.stands {
                Stands::First | Stands::Label | Stands::Alone => {
                    (&mut phrases.by_first, words().next())
                }
                Stands::Last | Stands::Anywhere => {
                    (&mut phrases.by_longest, words().max_by_key(|w| w.len()))
                }
                Stands::Word => {
                    let is_date = row.kind == Kind::Dateline;
                    phrases.figures.insert(row.phrase, is_date);
                    continue;
                }
            };
            let list = index.entry(key.unwrap_or("")).or_default();
            list.push(number);
        }
        phrases.rows = rows;
        phrases
    }
}

/// The row that fits a unit best: the one with most words, then the first.
///
/// `words` are the canonical words of the unit, `count` of them; `is_label` says
/// whether the unit makes a label of its first so many words.
///
/// Cost: a look-up for each word, and a comparison for each row that shares it.
pub(super) fn phrase_of(
    words: &str,
    count: usize,
    is_label: impl Fn(usize) -> bool,
) -> Option<&'static Row> {
    if count > PHRASES.most {
        return None;
    }
    let first = words.split(' ').next()?;
    let openers = PHRASES.by_first.get(first);
    let figures = PHRASES.by_first.get(FIGURE).filter(|_| is_digits(first));
    let within = words
        .split(' ')
        .filter_map(|word| PHRASES.by_longest.get(word));
    let numbers = openers.into_iter().chain(figures).chain(within).flatten();
    let fitting = numbers.filter_map(|&number| {
        let row = PHRASES.rows.get(number)?;
        let fits = count <= row.most
            && match row.stands {
                Stands::First => starts_with_words(words, row.phrase),
                Stands::Alone => count == row.length && starts_with_words(words, row.phrase),
                Stands::Label => starts_with_words(words, row.phrase) && is_label(row.length),
                Stands::Last => words.ends_with(row.phrase) && holds_words(words, row.phrase),
                Stands::Anywhere => holds_words(words, row.phrase),
                Stands::Word => false,
            };
        fits.then_some((row.length, std::cmp::Reverse(number), row))
    });
    let best = fitting.max_by_key(|&(length, number, _)| (length, number));
    best.map(|(_, _, row)| row)
}

/// True for a canonical word that says a number or a date: digits, and the names
/// of the table in every language that it has.
///
/// ```
/// use wirecopy::segment::is_figure;
/// assert!(is_figure("14") && is_figure("5m") && is_figure("milliarden") && is_figure("mai"));
/// assert!(!is_figure("people"));
/// ```
pub fn is_figure(word: &str) -> bool {
    is_digits(word) || PHRASES.figures.contains_key(word)
}

/// True for the name of a month or of a weekday.
pub(super) fn is_date_name(word: &str) -> bool {
    PHRASES.figures.get(word) == Some(&true)
}

fn is_digits(word: &str) -> bool {
    word.starts_with(char::is_numeric)
}

/// True where `words` begins with the words of `phrase`; both canonical.
fn starts_with_words(words: &str, phrase: &str) -> bool {
    let mut words = words.split(' ');
    phrase.split(' ').all(|wanted| {
        let word = words.next();
        word.is_some_and(|word| word == wanted || (wanted == FIGURE && is_digits(word)))
    })
}

/// True where the words of `phrase` stand in `words` one after another; both canonical.
fn holds_words(words: &str, phrase: &str) -> bool {
    words.match_indices(phrase).any(|(at, found)| {
        let before = words.get(..at).unwrap_or("");
        let after = words.get(at + found.len()..).unwrap_or("");
        (before.is_empty() || before.ends_with(' ')) && (after.is_empty() || after.starts_with(' '))
    })
}

/// The rows of a table, and the lines that are none. A line that cannot be read
/// is left out at run time and fails a test.
fn read(table: &'static str) -> (Vec<Row>, Vec<&'static str>) {
    let (mut rows, mut unread) = (Vec::new(), Vec::new());
    let mut group = None;
    let lines = table.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix('@') {
            group = read_group(head);
            if group.is_none() {
                unread.push(line);
            }
            continue;
        }
        let Some(group) = group else {
            unread.push(line);
            continue;
        };
        rows.extend(line.split(BETWEEN).map(|phrase| Row {
            phrase,
            length: phrase.split(' ').count(),
            ..group
        }));
    }
    (rows, unread)
}

/// A row without its phrase from `KIND LANGUAGE WHERE MOST`.
fn read_group(head: &'static str) -> Option<Row> {
    let mut columns = head.split_whitespace();
    let kind = columns.next()?;
    let language = columns.next()?;
    let stands = columns.next()?;
    let most = columns.next()?.parse().ok()?;
    Some(Row {
        kind: *Kind::ALL.iter().find(|known| known.code() == kind)?,
        language,
        stands: STANDS.iter().find(|(name, _)| *name == stands)?.1,
        most,
        phrase: "",
        length: 0,
    })
    .filter(|_| columns.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;
    use ahash::AHashSet;

    /// Every kind and language of the table with a unit of theirs.
    const EXAMPLES: &str = include_str!("phrases_examples.txt");

    #[test]
    fn every_line_of_the_table_is_read() {
        let (rows, unread) = read(TABLE);
        assert_eq!(unread, Vec::<&str>::new());
        assert!(rows.len() > 1000);
        assert_eq!(read("a phrase").1, ["a phrase"]);
        for wrong in [
            "@ nonsense en first 3",
            "@ credit en first",
            "@ credit en somewhere 3",
        ] {
            assert_eq!(read(wrong).1, [wrong]);
        }
    }

    #[test]
    fn every_phrase_is_canonical_and_its_place_can_hold_it() {
        for row in read(TABLE).0 {
            assert_eq!(normalise(row.phrase).canonical(), row.phrase, "{row:?}");
            assert!(row.length <= row.most, "{row:?}");
            assert_eq!(row.stands == Stands::Word, row.most == 1, "{row:?}");
            let wild = row.phrase.split(' ').any(|word| word == FIGURE);
            assert!(!wild || !matches!(row.stands, Stands::Last | Stands::Anywhere));
            let names_figures = matches!(row.kind, Kind::Number | Kind::Dateline);
            assert!(row.stands != Stands::Word || names_figures, "{row:?}");
        }
    }

    /// The longest phrase wins, so only a row of the same words can stand in the way.
    #[test]
    fn no_row_is_shadowed_by_an_earlier_one() {
        let wider = |wide: Stands, narrow: Stands| match wide {
            Stands::Anywhere => narrow != Stands::Word,
            Stands::First => matches!(narrow, Stands::First | Stands::Label | Stands::Alone),
            Stands::Label => matches!(narrow, Stands::Label | Stands::Alone),
            Stands::Last => matches!(narrow, Stands::Last | Stands::Alone),
            Stands::Alone | Stands::Word => narrow == wide,
        };
        let (rows, mut same) = (read(TABLE).0, AHashMap::<&str, Vec<Row>>::new());
        for row in rows {
            let earlier = same.entry(row.phrase).or_default();
            let shadow = earlier
                .iter()
                .find(|other| wider(other.stands, row.stands) && other.most >= row.most);
            assert!(
                shadow.is_none(),
                "{row:?} never counts because of {shadow:?}"
            );
            earlier.push(row);
        }
    }

    #[test]
    fn every_kind_and_language_has_an_example() {
        let (mut shown, mut wrong) = (AHashSet::new(), Vec::new());
        for line in EXAMPLES.lines().filter(|line| !line.is_empty()) {
            let mut columns = line.splitn(3, ' ');
            let mut next = || columns.next().unwrap_or("");
            let (kind, language, unit) = (next(), next(), next());
            let normalised = normalise(unit);
            let ends = |length: usize| unit.contains([':', '：']) || normalised.len() == length;
            let row = phrase_of(normalised.canonical(), normalised.len(), ends);
            let found = row.map(|row| (row.kind.code(), row.language));
            if found != Some((kind, language)) {
                wrong.push((unit, found));
            }
            shown.insert((kind, language));
        }
        for row in read(TABLE).0 {
            let pair = (row.kind.code(), row.language);
            if row.stands != Stands::Word && shown.insert(pair) {
                wrong.push(("no example", Some(pair)));
            }
        }
        assert_eq!(wrong, []);
    }

    #[test]
    fn the_longest_phrase_wins_and_figures_are_any() {
        let kind = |words: &str| {
            let row = phrase_of(words, words.split(' ').count(), |_| false);
            row.map(|row| (row.kind, row.phrase))
        };
        assert_eq!(
            kind("update 3 ferry sinks off orme"),
            Some((Kind::Correction, "update 0"))
        );
        assert_eq!(kind("12 comments"), Some((Kind::Furniture, "0 comments")));
        assert_eq!(kind("12 comments were heard in the hall"), None);
        let first = "first published by the ledger";
        assert_eq!(kind(first), Some((Kind::Credit, "first published by")));
        assert!(holds_words("a is licensed under b", "is licensed under"));
        assert!(!holds_words(
            "a is licensed underneath",
            "is licensed under"
        ));
    }

    /// The way through the index says what going through all rows says.
    #[test]
    fn the_index_loses_no_row() {
        for row in read(TABLE)
            .0
            .iter()
            .filter(|row| row.stands != Stands::Word)
        {
            let found = phrase_of(row.phrase, row.length, |_| true);
            let found = found.map(|found| found.length);
            assert!(found >= Some(row.length), "{row:?}");
        }
    }
}
