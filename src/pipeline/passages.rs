//! The longest passages that two texts have in common, and who else has them.

use std::cell::OnceCell;

use ahash::{AHashMap, AHashSet};
use rayon::prelude::*;

use super::search::Found;
use super::{Observer, doc};
use crate::config::Settings;
use crate::document::Corpus;
use crate::error::Error;
use crate::normalise::{Normalised, normalise};
use crate::scan::Scanner;
use crate::segment::LineIndex;
use crate::shingle::{Shingle, ShingleSet, shingles};
use crate::trace::Place;
use crate::verify::{Form, Glance, Side};

/// Passages that are listed.
const PASSAGES: usize = 5;
/// Texts that are looked through between two words to the observer.
const CHUNK: usize = 4096;
/// Places of one shingle that are followed, and steps that are taken per shingle:
/// bounds the cost where a text repeats itself.
const PLACES: usize = 32;
const STEPS: usize = 64;

/// A run of words that both texts have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Its words.
    pub words: u32,
    /// Where it stands in the first text.
    pub in_a: Place,
    /// Where it stands in the second text.
    pub in_b: Place,
    /// How it reads in the first text.
    pub text: String,
    /// Documents of the input that have the whole of it, the two included.
    pub documents: u64,
    /// Documents of the input that have at least one shingle of it, the two included.
    pub documents_in_part: u64,
}

/// A text with all that is computed of it.
pub(super) struct Text<'t> {
    pub text: &'t str,
    pub words: Normalised,
    form: OnceCell<Form>,
    glance: Glance,
    pub list: Vec<Shingle>,
    pub set: ShingleSet,
}

impl<'t> Text<'t> {
    pub fn read(text: &'t str, settings: &Settings) -> Self {
        let words = normalise(text);
        let list = shingles(&words, settings.width);
        let set = ShingleSet::of(&list);
        Text {
            text,
            words,
            form: OnceCell::new(),
            glance: Glance::of_scan(text, &Scanner::new().scan(text, settings.width)),
            list,
            set,
        }
    }

    pub fn side(&self, outlet: Option<u32>) -> Side<'_> {
        Side {
            text: self.text,
            count: self.words.len() as u32,
            form: &self.form,
            glance: &self.glance,
            shingles: &self.list,
            set: &self.set,
            outlet,
        }
    }
}

/// The longest passages of two texts with the documents that have them.
pub(super) fn passages(
    a: &Text<'_>,
    b: &Text<'_>,
    corpus: Corpus<'_>,
    found: &Found,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Vec<Passage>, Error> {
    let runs = longest_runs(&a.list, &b.list, PASSAGES);
    let shingles_of = |run: &Run| a.list.get(run.a..run.a + run.length).unwrap_or(&[]);
    let holders = Holders::new(runs.iter().map(shingles_of).collect());
    let mut held = vec![(0, 0); runs.len()];
    if !runs.is_empty() {
        observer.stage("counting passages", found.classes.len())?;
        let classes: Vec<&[u32]> = found.classes.iter().collect();
        for (number, chunk) in classes.chunks(CHUNK).enumerate() {
            observer.progress(number * CHUNK)?;
            let counted = holders.count(chunk, |members| {
                let words = normalise(&corpus.text(doc(members[0])));
                (shingles(&words, settings.width), members.len() as u64)
            });
            for (sum, more) in held.iter_mut().zip(counted) {
                *sum = (sum.0 + more.0, sum.1 + more.1);
            }
        }
    }
    let passage = |(run, (documents, documents_in_part)): (&Run, (u64, u64))| {
        let in_a = place(a.text, &a.words, run.a, run.words);
        Passage {
            words: run.words,
            text: a.text.get(in_a.bytes.clone()).unwrap_or("").to_string(),
            in_a,
            in_b: place(b.text, &b.words, run.b, run.words),
            documents,
            documents_in_part,
        }
    };
    Ok(runs.iter().zip(held).map(passage).collect())
}

/// Neighbouring shingles that stand in both lists, as long as can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// First shingle in the first list, which is its first word too.
    a: usize,
    /// First shingle in the second list.
    b: usize,
    /// Shingles.
    length: usize,
    /// Words.
    words: u32,
}

/// The `most` longest runs, apart from each other in both texts, the longest first.
fn longest_runs(a: &[Shingle], b: &[Shingle], most: usize) -> Vec<Run> {
    let mut all = common_runs(a, b);
    all.sort_unstable_by_key(|run| (std::cmp::Reverse(run.words), run.a, run.b));
    let apart = |x: usize, y: usize, x_words: u32, y_words: u32| {
        x + x_words as usize <= y || y + y_words as usize <= x
    };
    let mut kept: Vec<Run> = Vec::new();
    for run in all {
        let is_apart = |other: &Run| {
            apart(run.a, other.a, run.words, other.words)
                && apart(run.b, other.b, run.words, other.words)
        };
        if kept.len() < most && kept.iter().all(is_apart) {
            kept.push(run);
        }
    }
    kept
}

/// Every run that cannot be longer, in the order of the first list.
fn common_runs(a: &[Shingle], b: &[Shingle]) -> Vec<Run> {
    let mut places: AHashMap<u64, Vec<usize>> = AHashMap::new();
    for (j, shingle) in b.iter().enumerate() {
        let list = places.entry(shingle.hash).or_default();
        if list.len() < PLACES {
            list.push(j);
        }
    }
    let mut budget = STEPS * (a.len() + b.len());
    let mut runs = Vec::new();
    for (i, shingle) in a.iter().enumerate() {
        for &j in places.get(&shingle.hash).into_iter().flatten() {
            // It was found at its beginning.
            if i > 0 && j > 0 && a[i - 1].hash == b[j - 1].hash {
                continue;
            }
            let both = a[i..].iter().zip(&b[j..]);
            let length = both.take_while(|(x, y)| x.hash == y.hash).count();
            let Some(rest) = budget.checked_sub(length) else {
                return runs;
            };
            budget = rest;
            let words = a[i + length - 1].end - i as u32;
            runs.push(Run {
                a: i,
                b: j,
                length,
                words,
            });
        }
    }
    runs
}

/// Where words of a text stand.
fn place(text: &str, words: &Normalised, from: usize, count: u32) -> Place {
    let tokens = words.tokens();
    let first = tokens.get(from);
    let last = tokens.get((from + count as usize).saturating_sub(1));
    let bytes = match (first, last) {
        (Some(first), Some(last)) => first.start as usize..last.end as usize,
        _ => 0..0,
    };
    Place {
        line_column: (!bytes.is_empty()).then(|| LineIndex::new(text).place(bytes.start)),
        bytes,
    }
}

/// Looks for passages in other texts.
struct Holders<'a> {
    passages: Vec<&'a [Shingle]>,
    /// The passages that have a shingle.
    of: AHashMap<u64, Vec<usize>>,
}

/// For each passage the texts that have the whole of it, and those that have
/// at least one of its shingles.
type Held = Vec<(u64, u64)>;

impl<'a> Holders<'a> {
    fn new(passages: Vec<&'a [Shingle]>) -> Self {
        let mut of: AHashMap<u64, Vec<usize>> = AHashMap::new();
        for (number, passage) in passages.iter().enumerate() {
            let distinct: AHashSet<u64> = passage.iter().map(|shingle| shingle.hash).collect();
            for hash in distinct {
                of.entry(hash).or_default().push(number);
            }
        }
        Holders { passages, of }
    }

    /// Counts a chunk of texts at once; `read` gives the shingles of a text and
    /// how many documents have it.
    fn count<T: Sync>(&self, texts: &[T], read: impl Fn(&T) -> (Vec<Shingle>, u64) + Sync) -> Held {
        let none = || vec![(0, 0); self.passages.len()];
        texts
            .par_iter()
            .map(|text| {
                let (list, documents) = read(text);
                let held = self.held(&list).into_iter();
                let counted = |yes: bool| if yes { documents } else { 0 };
                held.map(|(whole, part)| (counted(whole), counted(part)))
                    .collect()
            })
            .reduce(none, |x: Held, y: Held| {
                let both = x.into_iter().zip(y);
                both.map(|(x, y)| (x.0 + y.0, x.1 + y.1)).collect()
            })
    }

    /// Whether a text has the whole, and a part, of each passage.
    fn held(&self, list: &[Shingle]) -> Vec<(bool, bool)> {
        let mut held = vec![(false, false); self.passages.len()];
        for (at, shingle) in list.iter().enumerate() {
            for &number in self.of.get(&shingle.hash).into_iter().flatten() {
                let passage = self.passages[number];
                let here = &list[at..];
                let begins = passage
                    .first()
                    .is_some_and(|first| first.hash == shingle.hash);
                let whole = begins
                    && !held[number].0
                    && here.len() >= passage.len()
                    && here.iter().zip(passage).all(|(x, y)| x.hash == y.hash);
                held[number] = (held[number].0 || whole, true);
            }
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::longest_run;
    use proptest::prelude::*;

    fn list(text: &str) -> Vec<Shingle> {
        shingles(&normalise(text), 3)
    }

    proptest! {
        #[test]
        fn the_first_run_is_the_longest_and_all_are_apart(
            a in prop::collection::vec("[abc]", 3..60), b in prop::collection::vec("[abc]", 3..60)
        ) {
            let (x, y) = (list(&a.join(" ")), list(&b.join(" ")));
            let runs = longest_runs(&x, &y, 5);
            prop_assert_eq!(runs.first().map_or(0, |run| run.words), longest_run(&x, &y));
            for (i, run) in runs.iter().enumerate() {
                let words = run.words as usize;
                prop_assert_eq!(&a[run.a..run.a + words], &b[run.b..run.b + words]);
                for other in &runs[..i] {
                    prop_assert!(run.words <= other.words);
                    let (from, to) = (other.a, other.a + other.words as usize);
                    prop_assert!(run.a + words <= from || to <= run.a);
                }
            }
        }
    }

    #[test]
    fn a_text_that_repeats_itself_ends_too() {
        let text = "ha ".repeat(20_000);
        assert!(longest_runs(&list(&text), &list(&text), 5)[0].words > 1_000);
    }

    #[test]
    fn holders_of_the_whole_and_of_a_part() {
        let passage = list("one two three four five");
        let holders = Holders::new(vec![&passage]);
        let texts = [
            ("zero one two three four five six", 2),
            ("one two three", 1),
            ("five four three two one", 1),
            ("one two three four one two three four five", 1),
        ];
        let held = holders.count(&texts, |(text, documents)| (list(text), *documents));
        assert_eq!(held, [(3, 4)]);
    }
}
