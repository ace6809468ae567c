//! The texts of a group side by side: which lines each copy has, and in which wording.
//!
//! Texts are set, one after the other, beside a *variant graph*: the lines of all
//! texts before it in one order, each with the wordings that were met. A line that
//! a text shares with the graph joins its row, in a wording that is there already or
//! in a new one; a line of its own becomes a row behind the one that it follows.
//! So a group costs its members times the lines of the graph, not its pairs
//! (D. Schmidt and R. Colomb, "A data structure for representing multi-version
//! texts online", 2009, and CollateX merge witnesses into a graph in this way).

use std::borrow::Cow;
use std::ops::Range;

use crate::align::{Alignment, PreparedText, Status, align};
use crate::normalise::Normalised;
use crate::segment::{Kind, kinds};

/// All lines of a group in one order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collation {
    /// The rows of the matrix.
    pub rows: Vec<CollatedUnit>,
}

/// A sentence or line in every wording that some text has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollatedUnit {
    /// What it is for, where it was first met.
    pub kind: Kind,
    /// Its wordings, those of most texts first, else in the order in which they were met.
    pub variants: Vec<Variant>,
}

/// One wording and the texts that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its canonical words, joined by spaces.
    pub words: String,
    /// Where it stands, by text, ascending.
    pub cells: Vec<Cell>,
}

/// Where a text has a wording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Number of the text.
    pub text: usize,
    /// Bytes of the text; several ranges where other lines stand between its parts.
    pub bytes: Vec<Range<usize>>,
    /// The text has it out of the order of the rows.
    pub moved: bool,
}

impl CollatedUnit {
    /// The wording that a text has, with its place in `variants`.
    pub fn of(&self, text: usize) -> Option<(usize, &Cell)> {
        self.variants
            .iter()
            .enumerate()
            .find_map(|(number, variant)| {
                let at = variant.cells.binary_search_by_key(&text, |cell| cell.text);
                Some((number, &variant.cells[at.ok()?]))
            })
    }
}

/// Collates texts in their order; the first should be the most typical one.
///
/// Every line with words of every text is in one cell. Cost: each text is aligned
/// with the lines met so far.
///
/// # Examples
/// ```
/// use wirecopy::collate::collate;
/// let texts = ["Rain ends. Crews left.", "Rain ends. Crews have left.", "Crews left.\nRead more"];
/// let collation = collate(texts.map(Into::into));
/// let wordings: Vec<Vec<&str>> = collation
///     .rows
///     .iter()
///     .map(|row| row.variants.iter().map(|variant| variant.words.as_str()).collect())
///     .collect();
/// assert_eq!(wordings, [vec!["rain ends"], vec!["crews left", "crews have left"], vec!["read more"]]);
/// assert_eq!(collation.rows[1].of(2).map(|(variant, _)| variant), Some(0));
/// ```
pub fn collate<'t>(texts: impl IntoIterator<Item = Cow<'t, str>>) -> Collation {
    let mut graph = Graph::default();
    for (number, text) in texts.into_iter().enumerate() {
        graph.take(number, &text);
    }
    graph.finish()
}

/// Rows in order, and a text that has each of them in its first wording.
#[derive(Default)]
struct Graph {
    rows: Vec<CollatedUnit>,
    /// The first wording of each row as it was met, a line each.
    text: String,
    /// Where the rows are in it.
    lines: Vec<Range<usize>>,
}

/// A part of a text that belongs to one row.
struct Part {
    tokens: Range<usize>,
    bytes: Range<usize>,
    kind: Kind,
    moved: bool,
    /// The row, or none for a line that the graph does not have.
    row: Option<usize>,
}

impl Graph {
    fn take(&mut self, number: usize, text: &str) {
        let graph = PreparedText::of_lines(&self.text, &self.lines);
        let own = PreparedText::new(text);
        let parts = parts(&graph, &own, &align(&graph, &own));
        // New rows by the row that they stand behind: 0 is the start.
        let mut fresh: Vec<(usize, CollatedUnit, &str)> = Vec::new();
        let mut behind = 0;
        for part in parts {
            let words = own.normalised.words(part.tokens.start, part.tokens.end);
            match part.row {
                Some(row) => {
                    self.rows[row].add(words, number, part.bytes, part.moved);
                    if !part.moved {
                        behind = row + 1;
                    }
                }
                None => {
                    let line = text.get(part.bytes.clone()).unwrap_or("");
                    let mut row = CollatedUnit {
                        kind: part.kind,
                        variants: Vec::new(),
                    };
                    row.add(words, number, part.bytes, false);
                    fresh.push((behind, row, line));
                }
            }
        }
        if !fresh.is_empty() {
            self.grow(fresh);
        }
    }

    /// Puts new rows behind others; they come in the order of their text.
    fn grow(&mut self, mut fresh: Vec<(usize, CollatedUnit, &str)>) {
        fresh.sort_by_key(|(behind, _, _)| *behind);
        let mut fresh = fresh.into_iter().peekable();
        let old = std::mem::take(self);
        let mut put = |row: CollatedUnit, line: &str| {
            let start = self.text.len();
            self.text.push_str(line);
            self.lines.push(start..self.text.len());
            self.text.push('\n');
            self.rows.push(row);
        };
        let lines = old.lines.iter().map(|range| &old.text[range.clone()]);
        for (at, (row, line)) in old.rows.into_iter().zip(lines).enumerate() {
            while let Some((_, row, line)) = fresh.next_if(|(behind, _, _)| *behind <= at) {
                put(row, line);
            }
            put(row, line);
        }
        for (_, row, line) in fresh {
            put(row, line);
        }
    }

    fn finish(self) -> Collation {
        let mut rows = self.rows;
        for row in &mut rows {
            row.variants
                .sort_by_key(|variant| usize::MAX - variant.cells.len());
        }
        Collation { rows }
    }
}

impl CollatedUnit {
    /// Notes that a text has these words here; what it has here already goes before them.
    fn add(&mut self, words: &str, text: usize, bytes: Range<usize>, moved: bool) {
        let before = self
            .variants
            .iter_mut()
            .enumerate()
            .find_map(|(at, variant)| {
                let last = variant.cells.pop_if(|cell| cell.text == text)?;
                Some((at, variant.words.clone(), last))
            });
        let mut cell = Cell {
            text,
            bytes: Vec::new(),
            moved,
        };
        let mut whole = words.to_string();
        if let Some((at, first, last)) = before {
            whole = first + " " + words;
            cell = last;
            if self.variants[at].cells.is_empty() {
                self.variants.remove(at);
            }
        }
        cell.bytes.push(bytes);
        match self
            .variants
            .iter_mut()
            .find(|variant| variant.words == whole)
        {
            Some(variant) => variant.cells.push(cell),
            None => self.variants.push(Variant {
                words: whole,
                cells: vec![cell],
            }),
        }
    }
}

/// The parts of a text, in its order: its units with words, those that hold more
/// than one row of the graph cut where the next row begins.
fn parts(graph: &PreparedText<'_>, own: &PreparedText<'_>, aligned: &Alignment) -> Vec<Part> {
    let row_of = |token: usize| {
        let partner = aligned.b.partner(token)?;
        Some(
            graph
                .units
                .partition_point(|unit| unit.end_token <= partner),
        )
    };
    let kinds = kinds(own.text, &own.normalised, &own.units);
    let mut parts = Vec::new();
    let units = own.units.iter().zip(kinds).zip(aligned.b.units());
    for ((unit, kind), &status) in units.filter(|((unit, _), _)| !unit.is_empty()) {
        let tokens = unit.first_token..unit.end_token;
        let moved = status == Status::Moved;
        let cuts = if status == Status::Added {
            vec![(tokens.start, None)]
        } else {
            cuts(graph, &tokens, row_of)
        };
        for (at, &(from, row)) in cuts.iter().enumerate() {
            let next = cuts.get(at + 1).map_or(tokens.end, |next| next.0);
            let start = if at == 0 {
                unit.start
            } else {
                start_of(&own.normalised, from)
            };
            let end = if next == tokens.end {
                unit.end
            } else {
                own.text[..start_of(&own.normalised, next)].trim_end().len()
            };
            parts.push(Part {
                tokens: from..next,
                bytes: start..end.max(start),
                kind,
                moved,
                row,
            });
        }
    }
    parts
}

/// First byte of a token.
fn start_of(text: &Normalised, token: usize) -> usize {
    text.tokens()
        .get(token)
        .map_or(0, |token| token.start as usize)
}

/// Where a unit's tokens pass from row to row: the rows that have two fifths of
/// their words in it, each from its first word on; else the row with most of them.
fn cuts(
    graph: &PreparedText<'_>,
    tokens: &Range<usize>,
    row_of: impl Fn(usize) -> Option<usize>,
) -> Vec<(usize, Option<usize>)> {
    // Row, first token, words.
    let mut rows: Vec<(usize, usize, usize)> = Vec::new();
    for token in tokens.clone() {
        let Some(row) = row_of(token) else { continue };
        match rows.iter_mut().find(|(known, _, _)| *known == row) {
            Some((_, _, words)) => *words += 1,
            None => rows.push((row, token, 1)),
        }
    }
    let Some(&most) = rows
        .iter()
        .max_by_key(|(row, _, words)| (*words, usize::MAX - row))
    else {
        return vec![(tokens.start, None)];
    };
    rows.retain(|&(row, _, words)| row == most.0 || words * 5 >= graph.units[row].len() * 2);
    let cut = |(at, (row, first, _)): (usize, (usize, usize, usize))| {
        (if at == 0 { tokens.start } else { first }, Some(row))
    };
    rows.into_iter().enumerate().map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;
    use proptest::prelude::*;

    fn collated(texts: &[String]) -> Collation {
        collate(texts.iter().map(|text| Cow::from(text.as_str())))
    }

    /// The matrix as a reader sees it: a wording's letter for each text, or a point.
    fn matrix(collation: &Collation, texts: usize) -> Vec<String> {
        let letter = |row: &CollatedUnit, text: usize| match row.of(text) {
            Some((variant, cell)) => {
                let letter = (b'a' + variant as u8) as char;
                if cell.moved {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                }
            }
            None => '.',
        };
        let line = |row: &CollatedUnit| (0..texts).map(|text| letter(row, text)).collect();
        collation.rows.iter().map(line).collect()
    }

    const STORY: [&str; 4] = [
        "The level of the river fell by two metres on Friday.",
        "Crews began to take away the sandbags before noon.",
        "The mayor of Ostia thanked them in a short speech at the old bridge.",
        "Schools will open again on Monday morning.",
    ];

    #[test]
    fn lines_are_told_by_row_and_wording() {
        let [one, two, three, four] = STORY.map(str::to_string);
        let three_metres = one.replace("two", "three");
        let texts = [
            STORY.join(" "),
            format!("{three_metres} {two}\n{four}\nRead more"),
            format!("River falls\n{one}\n{four} {two} {three}"),
            format!("{three_metres} {two} {three} {four} Read more."),
        ];
        let collation = collated(&texts);
        assert_eq!(
            matrix(&collation, 4),
            ["..a.", "abab", "aaaa", "a.aa", "aaAa", ".a.a"]
        );
    }

    #[test]
    fn a_sentence_cut_in_two_stays_one_row() {
        let whole = "The mayor thanked the crews at the bridge and the schools will open on Monday morning.";
        let cut = "The mayor thanked the crews at the bridge. And the schools will open on Monday morning.";
        let collation = collated(&[whole.to_string(), cut.to_string()]);
        assert_eq!(matrix(&collation, 2), ["aa"]);
        assert_eq!(collation.rows[0].variants[0].cells[1].bytes.len(), 2);
        // The other way round: one sentence that holds two rows.
        let collation = collated(&[cut.to_string(), whole.to_string()]);
        assert_eq!(matrix(&collation, 2), ["aa", "aa"]);
    }

    fn text() -> impl Strategy<Value = String> {
        let sentence = prop::collection::vec(
            prop::sample::select(&["the", "river", "bridge", "crews", "rain", "mayor", "of"][..]),
            1..9,
        );
        let sentence = sentence.prop_map(|words| {
            let text = words.join(" ");
            text[..1].to_uppercase() + &text[1..] + "."
        });
        let end = prop::sample::select(&[" ", "\n", "\n\n", "\n* * *\n"][..]);
        prop::collection::vec((sentence, end), 0..8)
            .prop_map(|parts| parts.into_iter().map(|(s, end)| s + end).collect())
    }

    proptest! {
        #[test]
        fn every_word_of_every_text_is_in_one_cell(texts in prop::collection::vec(text(), 1..6)) {
            let collation = collated(&texts);
            for (number, text) in texts.iter().enumerate() {
                let mut ranges = Vec::new();
                for row in &collation.rows {
                    let cells: Vec<_> = row.variants.iter().flat_map(|variant| {
                        variant.cells.iter().filter(|cell| cell.text == number).map(move |c| (variant, c))
                    }).collect();
                    prop_assert!(cells.len() <= 1);
                    for (variant, cell) in cells {
                        let words: Vec<String> = cell.bytes.iter()
                            .map(|bytes| normalise(&text[bytes.clone()]).canonical().to_string())
                            .collect();
                        prop_assert_eq!(&words.join(" "), &variant.words);
                        ranges.extend(cell.bytes.clone());
                    }
                }
                ranges.sort_by_key(|range| range.start);
                prop_assert!(ranges.windows(2).all(|two| two[0].end <= two[1].start));
                let words: usize = ranges.iter().map(|range| normalise(&text[range.clone()]).len()).sum();
                prop_assert_eq!(words, normalise(text).len());
            }
        }

        /// A line in a wording that some text had is in that text's row.
        #[test]
        fn lines_in_known_wordings_add_no_row(
            texts in prop::collection::vec(prop::collection::vec(0..STORY.len(), 1..5), 1..5),
        ) {
            let text = |lines: &Vec<usize>| {
                let mut seen = Vec::new();
                let first = |line: &&usize| {
                    let new = !seen.contains(*line);
                    seen.push(**line);
                    new
                };
                lines.iter().filter(first).map(|&line| STORY[line]).collect::<Vec<_>>().join("\n")
            };
            let texts: Vec<String> = texts.iter().map(text).collect();
            let collation = collated(&texts);
            let known = STORY.iter().filter(|line| texts.iter().any(|text| text.contains(**line)));
            prop_assert_eq!(collation.rows.len(), known.count());
            prop_assert!(collation.rows.iter().all(|row| row.variants.len() == 1));
        }
    }
}
