//! The texts of a group side by side: which lines each copy has, and in which wording.
//!
//! Texts are set, one after the other, beside a *variant graph*: the lines of all
//! texts before it in one order, each with the wordings that were met. A line that
//! a text shares with the graph joins its row, in a wording that is there already or
//! in a new one; a line of its own becomes a row behind the one that it follows.
//! So a group costs its members times their lines, not its pairs
//! (D. Schmidt and R. Colomb, "A data structure for representing multi-version
//! texts online", 2009, and CollateX merge witnesses into a graph in this way).
//!
//! `index` finds the lines of the graph that a text may have, [`align`] sets the
//! text beside them, `parts` reads off which line each of its parts is, and
//! `order` says where a new line goes.

mod index;
mod order;
mod parts;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use ahash::{AHashMap, AHashSet};

use crate::align::{PreparedText, align};
use crate::segment::Kind;
use index::{Index, Wording};
use order::Order;
use parts::{Part, parts};

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
    /// Its canonical words, joined by spaces; a word with signs that say something
    /// ("$5", "5%") has U+001F and a number for them behind it.
    pub words: String,
    /// The bytes of the first text that has it; parts that stand apart are joined by a space.
    pub text: String,
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
    /// True where all of so many texts have it in one wording and in its place.
    pub fn is_uniform(&self, texts: usize) -> bool {
        match self.variants.as_slice() {
            [only] => only.cells.len() == texts && only.cells.iter().all(|cell| !cell.moved),
            _ => false,
        }
    }

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
/// Every line with words of every text is in one cell. A line in a wording that is
/// known makes no new row, unless the text has all rows with that wording already.
/// Cost: see [`Collator`].
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
    let mut collator = Collator::default();
    for text in texts {
        collator.add(&text);
    }
    collator.finish(|_| 1)
}

/// Collates texts that come one at a time, as [`collate`] does.
///
/// Cost: each text is aligned with the lines that look like its own, whatever
/// else the graph holds; beside that a number is moved for every line of the graph.
///
/// # Examples
/// ```
/// use wirecopy::collate::Collator;
/// let mut collator = Collator::default();
/// collator.add("Rain ends.");
/// collator.add("Rain ends\nRead more");
/// // Ten documents have the second text.
/// let collation = collator.finish(|text| [1, 10][text]);
/// assert_eq!(collation.rows[1].variants[0].text, "Read more");
/// ```
#[derive(Default)]
pub struct Collator {
    /// By number, which is the order in which they were met.
    rows: Vec<CollatedUnit>,
    order: Order,
    index: Index,
    texts: usize,
}

/// What a text has of one row.
struct Entry {
    row: Option<usize>,
    kind: Kind,
    words: String,
    bytes: Vec<Range<usize>>,
    moved: bool,
}

impl Collator {
    /// Takes the next text and gives its number, from 0.
    pub fn add(&mut self, text: &str) -> usize {
        self.add_prepared(&PreparedText::new(text))
    }

    /// As [`add`](Collator::add) for a text that was prepared for something else as well.
    pub fn add_prepared(&mut self, own: &PreparedText<'_>) -> usize {
        let number = self.texts;
        self.texts += 1;
        let mut entries = self.entries(own);
        self.adopt(&mut entries);
        let next = following(&entries);
        let mut fresh = Vec::new();
        let mut behind = None;
        for (entry, next) in entries.into_iter().zip(next) {
            let row = entry.row.unwrap_or_else(|| {
                self.rows.push(CollatedUnit {
                    kind: entry.kind,
                    variants: Vec::new(),
                });
                fresh.push((behind, next));
                self.rows.len() - 1
            });
            behind = entry.in_order().or(behind);
            self.put(row, number, entry, own.text);
        }
        self.order.grow(&fresh);
        number
    }

    /// The matrix; `weight` says how many documents have a text, by which the
    /// wordings of a line are ordered.
    pub fn finish(self, weight: impl Fn(usize) -> u64) -> Collation {
        let place = |(row, unit): (usize, CollatedUnit)| (self.order.rank(row), unit);
        let mut rows: Vec<(u32, CollatedUnit)> =
            self.rows.into_iter().enumerate().map(place).collect();
        rows.sort_by_key(|(rank, _)| *rank);
        let mut rows: Vec<CollatedUnit> = rows.into_iter().map(|(_, unit)| unit).collect();
        let documents = |variant: &Variant| {
            variant
                .cells
                .iter()
                .map(|cell| weight(cell.text))
                .sum::<u64>()
        };
        for row in &mut rows {
            row.variants
                .sort_by_cached_key(|variant| Reverse(documents(variant)));
        }
        Collation { rows }
    }

    /// What a text has, in its order, told by row where the graph has it there.
    fn entries(&self, own: &PreparedText<'_>) -> Vec<Entry> {
        let wordings = self.like(own);
        let mut lines = Vec::with_capacity(wordings.len());
        let mut joined = String::new();
        for variant in wordings.iter().filter_map(|&at| self.variant(at)) {
            let start = joined.len();
            joined.push_str(&variant.text);
            lines.push(start..joined.len());
            joined.push('\n');
        }
        let graph = PreparedText::of_lines(&joined, &lines);
        let mut entries: Vec<Entry> = Vec::new();
        let mut of_row: BTreeMap<usize, usize> = BTreeMap::new();
        for part in parts(&graph, own, &align(&graph, own)) {
            let words = own.wording(part.tokens.clone());
            let row = part
                .line
                .and_then(|line| wordings.get(line))
                .map(|at| at.0 as usize);
            let known = row.and_then(|row| of_row.get(&row));
            if let Some(entry) = known.and_then(|&at| entries.get_mut(at)) {
                entry.join(&words, part);
                continue;
            }
            of_row.extend(row.map(|row| (row, entries.len())));
            entries.push(Entry {
                row,
                kind: part.kind,
                words,
                bytes: vec![part.bytes],
                moved: part.moved,
            });
        }
        // A sentence that is in order may hold words of a line that is not.
        let mut from = 0;
        for entry in &mut entries {
            if let Some(row) = entry.in_order() {
                let rank = self.order.rank(row);
                entry.moved = rank < from;
                from = from.max(rank);
            }
        }
        entries
    }

    /// A wording for each row that a text may have, in the order of the rows: its
    /// own where a line of the text has it, else the one most like it.
    fn like(&self, own: &PreparedText<'_>) -> Vec<Wording> {
        // Votes and wording by row; its own has them all.
        let mut best: BTreeMap<u32, BTreeMap<u32, u32>> = BTreeMap::new();
        let mut seen = AHashSet::new();
        for unit in own.units.iter().filter(|unit| !unit.is_empty()) {
            let words = own.wording(unit.first_token..unit.end_token);
            if !seen.insert(words.clone()) {
                continue;
            }
            let mut known = self.index.known(&words).peekable();
            if known.peek().is_some() {
                known.for_each(|(row, variant)| {
                    best.entry(row).or_default().insert(variant, u32::MAX);
                });
                continue;
            }
            for ((row, variant), votes) in self.index.like(&words) {
                let sum = best.entry(row).or_default().entry(variant).or_default();
                *sum = sum.saturating_add(votes);
            }
        }
        let most = |(row, variants): (u32, BTreeMap<u32, u32>)| {
            let most = variants
                .into_iter()
                .max_by_key(|&(variant, votes)| (votes, Reverse(variant)));
            (row, most.map_or(0, |(variant, _)| variant))
        };
        let mut wordings: Vec<Wording> = best.into_iter().map(most).collect();
        wordings.sort_by_key(|&(row, _)| self.order.rank(row as usize));
        wordings
    }

    fn variant(&self, (row, variant): Wording) -> Option<&Variant> {
        self.rows.get(row as usize)?.variants.get(variant as usize)
    }

    /// Gives lines without a row one that has their words and that the text lacks:
    /// what the alignment left alone is too short to be called moved by itself, and
    /// "Read more" here and there is one line of the matrix.
    fn adopt(&self, entries: &mut [Entry]) {
        let next = following(entries);
        let mut taken: BTreeSet<usize> = entries.iter().filter_map(|entry| entry.row).collect();
        // Rows of each wording by rank, those that are free when it first comes.
        let mut rows: AHashMap<String, BTreeSet<(u32, usize)>> = AHashMap::new();
        let mut from = 0;
        for (entry, next) in entries.iter_mut().zip(&next) {
            if entry.row.is_none() {
                let free = rows.entry(entry.words.clone()).or_insert_with(|| {
                    let known = self.index.known(&entry.words).map(|(row, _)| row as usize);
                    known.map(|row| (self.order.rank(row), row)).collect()
                });
                let to = next.map_or(u32::MAX, |row| self.order.rank(row)).max(from);
                while let Some((at, fits)) = nearest(free, from..to) {
                    free.remove(&at);
                    if taken.insert(at.1) {
                        (entry.row, entry.moved) = (Some(at.1), !fits);
                        break;
                    }
                }
            }
            if let Some(row) = entry.in_order() {
                from = self.order.rank(row) + 1;
            }
        }
    }

    /// Notes that a text has a row.
    fn put(&mut self, row: usize, number: usize, entry: Entry, text: &str) {
        let known = self.index.in_row(&entry.words, row as u32);
        let Some(unit) = self.rows.get_mut(row) else {
            return;
        };
        let cell = Cell {
            text: number,
            bytes: entry.bytes,
            moved: entry.moved,
        };
        let known = known.and_then(|variant| unit.variants.get_mut(variant as usize));
        if let Some(variant) = known {
            variant.cells.push(cell);
            return;
        }
        let bytes = |range: &Range<usize>| text.get(range.clone());
        let parts: Vec<&str> = cell.bytes.iter().filter_map(bytes).collect();
        self.index
            .add(&entry.words, (row as u32, unit.variants.len() as u32));
        unit.variants.push(Variant {
            text: parts.join(" "),
            words: entry.words,
            cells: vec![cell],
        });
    }
}

/// The first row with its rank among these ranks, else of all; and whether it is among them.
fn nearest(rows: &BTreeSet<(u32, usize)>, ranks: Range<u32>) -> Option<((u32, usize), bool)> {
    let fits = rows.range((ranks.start, 0)..(ranks.end, 0)).next();
    Some((*fits.or(rows.first())?, fits.is_some()))
}

/// For each entry the row in order that follows it.
fn following(entries: &[Entry]) -> Vec<Option<usize>> {
    let mut next = vec![None; entries.len()];
    let mut following = None;
    for (entry, next) in entries.iter().zip(&mut next).rev() {
        *next = following;
        following = entry.in_order().or(following);
    }
    next
}

impl Entry {
    /// The row that the graph has it in, in order.
    fn in_order(&self) -> Option<usize> {
        self.row.filter(|_| !self.moved)
    }

    /// Adds a part that stands behind the others; the first says where the whole is.
    fn join(&mut self, words: &str, part: Part) {
        self.words.push(' ');
        self.words.push_str(words);
        self.bytes.push(part.bytes);
    }
}

#[cfg(test)]
mod tests;
