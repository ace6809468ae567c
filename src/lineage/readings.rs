//! The lines of a group's texts, as far as lineage looks at them.

use std::cmp::Ordering;

use crate::collate::{CollatedUnit, Collation, Variant};
use crate::segment::Kind;

/// A line of the matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Part of the story; else of the page around it (a headline, a credit, a share bar).
    pub body: bool,
    /// Outlets whose furniture it is, by number, ascending.
    pub owners: Vec<usize>,
    /// Texts that have it.
    pub holders: u32,
    /// Texts that have it in each wording.
    pub variants: Vec<u32>,
    /// Words of each wording.
    pub words: Vec<u32>,
}

/// What a text has of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Number of the line.
    pub line: usize,
    /// Number of the wording.
    pub variant: usize,
    /// Out of the order of the lines.
    pub moved: bool,
}

/// The readings of all distinct texts of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// In their order.
    pub lines: Vec<Line>,
    /// By text, in the order of the lines.
    pub texts: Vec<Vec<Reading>>,
}

impl Readings {
    /// Reads a collation of so many texts. `owners` gives the outlets whose
    /// furniture a line with these words is, ascending; `is_title` says whether a
    /// document has these words for a title, which makes them a headline in all texts.
    pub fn new(
        collation: &Collation,
        texts: usize,
        owners: impl Fn(&str) -> Vec<usize>,
        is_title: impl Fn(&str) -> bool,
    ) -> Self {
        let mut readings = Readings {
            lines: Vec::with_capacity(collation.rows.len()),
            texts: vec![Vec::new(); texts],
        };
        let mut lines_so_far = vec![0; texts];
        for (number, row) in collation.rows.iter().enumerate() {
            let mut line = Line {
                body: matches!(
                    row.kind,
                    Kind::Body | Kind::Quote | Kind::Number | Kind::Trivial
                ),
                ..Line::default()
            };
            let classes = but_for_datelines(row, &lines_so_far);
            line.variants = vec![0; row.variants.len()];
            let words = |variant: &Variant| variant.words.split(' ').count() as u32;
            line.words = row.variants.iter().map(words).collect();
            for (wording, &variant) in row.variants.iter().zip(&classes) {
                for cell in &wording.cells {
                    readings.texts[cell.text].push(Reading {
                        line: number,
                        variant,
                        moved: cell.moved,
                    });
                }
                line.variants[variant] += wording.cells.len() as u32;
                line.holders += wording.cells.len() as u32;
                line.owners.extend(owners(&wording.words));
                line.body &= !is_title(&wording.words);
            }
            line.owners.sort_unstable();
            line.owners.dedup();
            line.body &= line.owners.is_empty();
            if line.body {
                let cells = row.variants.iter().flat_map(|wording| &wording.cells);
                cells.for_each(|cell| lines_so_far[cell.text] += 1);
            }
            readings.lines.push(line);
        }
        readings
    }

    /// The lines of the story that a text has.
    pub fn body(&self, text: usize) -> usize {
        let readings = self.texts.get(text).into_iter().flatten();
        readings
            .filter(|reading| self.lines[reading.line].body)
            .count()
    }

    /// What a text that nobody has may have read from which all others were made:
    /// the lines of the story that a third of the texts, and two at least, have, each
    /// in the wording of most.
    pub fn consensus(&self) -> Vec<Reading> {
        let texts = self.texts.len() as u32;
        let enough = |line: &Line| line.body && line.holders >= 2 && line.holders * 3 >= texts;
        let most = |(number, line): (usize, &Line)| {
            let ranked = line.variants.iter().enumerate();
            let (variant, _) = ranked.max_by_key(|&(at, holders)| (*holders, usize::MAX - at))?;
            Some(Reading {
                line: number,
                variant,
                moved: false,
            })
        };
        let lines = self.lines.iter().enumerate();
        lines
            .filter(|(_, line)| enough(line))
            .filter_map(most)
            .collect()
    }

    /// The share of the other texts that have a line, in one wording or in any:
    /// others than the two of a pair, of which `of_pair` have it.
    fn share(&self, holders: u32, of_pair: u32) -> f64 {
        let others = self.texts.len().saturating_sub(2);
        if others == 0 {
            return 0.0;
        }
        f64::from(holders.saturating_sub(of_pair)) / others as f64
    }
}

/// For each wording of a line the first that is the same but for words before it: a
/// dateline that was put there or taken away is no other wording. One stands where a
/// story begins; further down a word before a line ("However, …") is an edit like another.
/// `before` tells how many lines of the story each text has had.
fn but_for_datelines(row: &CollatedUnit, before: &[usize]) -> Vec<usize> {
    /// Words of a dateline at most.
    const WORDS: usize = 8;
    /// Lines of the story above it at most: a headline or a summary that passes for one.
    const ABOVE: usize = 2;
    let begins = |variant: &Variant| variant.cells.iter().all(|cell| before[cell.text] <= ABOVE);
    let ends_alike = |x: &Variant, y: &Variant| {
        let (long, short) = if x.words.len() > y.words.len() {
            (x, y)
        } else {
            (y, x)
        };
        let more = long
            .words
            .strip_suffix(short.words.as_str())
            .and_then(|more| more.strip_suffix(' '));
        more.is_some_and(|more| more.split(' ').count() <= WORDS)
            && short.words.split(' ').count() >= WORDS
            && begins(long)
    };
    let first = |at: usize| {
        let earlier = row.variants[..at].iter();
        earlier
            .zip(0..)
            .find(|(other, _)| ends_alike(other, &row.variants[at]))
            .map(|(_, other)| other)
    };
    (0..row.variants.len())
        .map(|at| first(at).unwrap_or(at))
        .collect()
}

/// What a scribe did to a run of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Cut from some line to the end.
    TailCut,
    /// Cut from the start to some line.
    HeadCut,
    /// Cut between lines that are kept.
    InteriorCut,
    /// Put in between lines that are kept.
    Insertion,
    /// Put before all lines that are kept.
    Prepended,
    /// Put behind all lines that are kept.
    Appended,
    /// Put another wording in its place.
    Edit,
    /// Carried elsewhere.
    Move,
}

/// An operator with the lines that it touched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operation {
    /// What was done.
    pub operator: Operator,
    /// The first and the last of the lines.
    pub lines: (usize, usize),
    /// How many of them.
    pub count: u32,
    /// Sum over the lines that are new to the copy: the share of other texts that read so too.
    pub shared: f64,
    /// Of an edit: whether the line has more words after it, or fewer.
    pub grown: Ordering,
}

/// What makes the story of `copy` out of that of `exemplar`, in the order of the
/// lines, and how many lines were kept; lines of the page are passed over.
///
/// Cost: the readings of both.
pub fn operations(
    readings: &Readings,
    exemplar: &[Reading],
    copy: &[Reading],
    into: &mut Vec<Operation>,
) -> usize {
    into.clear();
    let mut kept = 0;
    let (mut lost, mut gained): (Option<Operation>, Option<Operation>) = (None, None);
    for (line, x, y) in side_by_side(exemplar, copy) {
        let about = &readings.lines[line];
        if !about.body {
            continue;
        }
        let one = |operator, shared| Operation {
            operator,
            lines: (line, line),
            count: 1,
            shared,
            grown: Ordering::Equal,
        };
        match (x, y) {
            (Some(x), Some(y)) => {
                let cut = if kept == 0 {
                    Operator::HeadCut
                } else {
                    Operator::InteriorCut
                };
                into.extend(lost.take().map(|run| Operation {
                    operator: cut,
                    ..run
                }));
                let put = if kept == 0 {
                    Operator::Prepended
                } else {
                    Operator::Insertion
                };
                into.extend(gained.take().map(|run| Operation {
                    operator: put,
                    ..run
                }));
                kept += 1;
                if x.variant != y.variant {
                    let shared = readings.share(about.variants[y.variant], 1);
                    into.push(Operation {
                        grown: about.words[y.variant].cmp(&about.words[x.variant]),
                        ..one(Operator::Edit, shared)
                    });
                }
                if x.moved != y.moved {
                    into.push(one(Operator::Move, 0.0));
                }
            }
            (Some(_), None) => extend(&mut lost, one(Operator::TailCut, 0.0)),
            (None, Some(_)) => {
                let shared = readings.share(about.holders, 1);
                extend(&mut gained, one(Operator::Appended, shared));
            }
            (None, None) => {}
        }
    }
    into.extend(lost);
    into.extend(gained);
    kept
}

fn extend(run: &mut Option<Operation>, next: Operation) {
    match run {
        Some(run) => {
            run.lines.1 = next.lines.1;
            run.count += 1;
            run.shared += next.shared;
        }
        None => *run = Some(next),
    }
}

/// The lines that either of two texts has, with what each reads there.
pub(super) fn side_by_side<'r>(
    a: &'r [Reading],
    b: &'r [Reading],
) -> impl Iterator<Item = (usize, Option<&'r Reading>, Option<&'r Reading>)> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    std::iter::from_fn(move || {
        let line = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => x.line.min(y.line),
            (Some(only), None) | (None, Some(only)) => only.line,
            (None, None) => return None,
        };
        Some((
            line,
            a.next_if(|reading| reading.line == line),
            b.next_if(|reading| reading.line == line),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collate::collate;

    fn readings(texts: &[&str]) -> Readings {
        let collation = collate(texts.iter().map(|&text| text.into()));
        let owners = |words: &str| match words.starts_with("follow") {
            true => vec![7],
            false => Vec::new(),
        };
        Readings::new(&collation, texts.len(), owners, |words| {
            words == "ferry aground"
        })
    }

    fn told(readings: &Readings, x: usize, y: usize) -> (usize, Vec<(Operator, u32)>) {
        let mut found = Vec::new();
        let kept = operations(readings, &readings.texts[x], &readings.texts[y], &mut found);
        (
            kept,
            found.iter().map(|op| (op.operator, op.count)).collect(),
        )
    }

    const A: &str = "The ferry ran onto a sandbank off the port on Monday. Nobody on board was hurt. \
        The tide lifted her off again after seven long hours. Her owners will look into the matter. \
        Two tugs stood by through the night. The next boat leaves in the morning.";

    #[test]
    fn what_a_scribe_did_is_told_by_operator() {
        let tail = A.replace(
            " Two tugs stood by through the night. The next boat leaves in the morning.",
            "",
        );
        let inner = A.replace(" Nobody on board was hurt.", "");
        let grown = A.replace("hurt. ", "hurt. A dog called Rufus swam ashore. ");
        let edited = A.replace("seven", "nine");
        let all = readings(&[A, &tail, &inner, &grown, &edited]);
        assert_eq!(told(&all, 0, 1), (4, vec![(Operator::TailCut, 2)]));
        assert_eq!(told(&all, 1, 0), (4, vec![(Operator::Appended, 2)]));
        assert_eq!(told(&all, 0, 2), (5, vec![(Operator::InteriorCut, 1)]));
        assert_eq!(told(&all, 0, 3), (6, vec![(Operator::Insertion, 1)]));
        assert_eq!(told(&all, 0, 4), (6, vec![(Operator::Edit, 1)]));
        assert_eq!(
            told(&all, 2, 1),
            (3, vec![(Operator::Insertion, 1), (Operator::TailCut, 2)])
        );
    }

    #[test]
    fn what_others_read_too_was_hardly_put_in() {
        let cut = A.replace(" Nobody on board was hurt.", "");
        let edited = A.replace("seven", "nine");
        let all = readings(&[A, &cut, &edited, A]);
        let shared = |x: usize, y: usize| {
            let mut found = Vec::new();
            operations(&all, &all.texts[x], &all.texts[y], &mut found);
            found.iter().map(|op| op.shared).sum::<f64>()
        };
        // Of the two other texts both have the line.
        assert_eq!(shared(1, 0), 1.0);
        // One of the two others reads "seven".
        assert_eq!((shared(2, 0), shared(0, 2)), (0.5 + 0.5, 0.0));
    }

    #[test]
    fn a_headline_and_a_dateline_change_no_story() {
        let headed = format!("Ferry aground\n\nPORT HALLAM, Monday - {A}");
        let all = readings(&[A, &headed]);
        assert_eq!(told(&all, 0, 1), (6, Vec::new()));
        assert_eq!(told(&all, 1, 0), (6, Vec::new()));
    }

    #[test]
    fn words_before_a_line_further_down_are_another_wording() {
        let joined = A.replace(" Two tugs", " Meanwhile two tugs");
        let all = readings(&[A, &joined]);
        assert_eq!(told(&all, 0, 1), (6, vec![(Operator::Edit, 1)]));
        assert_eq!(told(&all, 1, 0), (6, vec![(Operator::Edit, 1)]));
    }

    #[test]
    fn furniture_is_of_the_page() {
        let with = format!("{A}\n\nFollow the Mail for all of it.");
        let all = readings(&[A, &with]);
        assert_eq!(told(&all, 0, 1), (6, Vec::new()));
        assert_eq!(
            all.lines.last().map(|line| line.owners.clone()),
            Some(vec![7])
        );
        assert_eq!((all.body(0), all.body(1)), (6, 6));
        assert_eq!(all.consensus().len(), 6);
    }
}
