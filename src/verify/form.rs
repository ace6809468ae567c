//! A text as the template test sees it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::numerals::numeral;
use super::story::story;
use super::template::TABLE;
use crate::hash::{content_hash, hash64, word_hash};
use crate::normalise::{Normalised, normalise};

/// Words by which a text says that it corrects or updates an earlier one.
const CORRECTING: &[&str] = &[
    "corrects",
    "corrected",
    "correction",
    "corrigendum",
    "updates",
];
/// Letters of a name, at least.
const NAME_LETTERS: usize = 3;

/// A text with what may be filled in masked: made once, and compared with many.
///
/// What it mentions and whether it corrects is taken from the whole text, all else from
/// what is written or told (see [`story`]).
#[derive(Debug)]
pub struct Form {
    words: Normalised,
    /// True for a text with a correcting word, or that opens as "UPDATE 1".
    pub(super) corrects: bool,
    told: Range<usize>,
    /// Hash of the numerals and capitalised words in order, all that a form is filled
    /// with.
    pub(super) fillings: u128,
    /// Hash of the numerals that are told.
    pub(super) numerals: u128,
    pub(super) is_table: bool,
    /// What is written, with runs of numerals masked.
    pub(super) figures: Vec<Slot>,
    /// The same with runs of names masked too.
    names: Vec<Slot>,
    /// Of that, what is told.
    told_names: Vec<Slot>,
    capitalised: Vec<Capitalised>,
    /// Hashes of all words, ascending.
    mentions: Vec<u64>,
}

/// A word that is written with a capital, is no numeral and is long enough for a name.
#[derive(Debug)]
struct Capitalised {
    hash: u64,
    /// Where it first stands.
    token: u32,
    /// Whether the story has it.
    is_told: bool,
    /// How often it stands in the story and above it: a headline repeats what the story is
    /// about.
    until_told: u32,
    /// How often it stands in all that is written.
    count: u32,
}

/// A word, or a run of numerals or names that is masked as one mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Hash of the word, or one of the marks.
    pub mark: u64,
    /// Hash of the word, or of all that the mark stands for.
    pub filling: u64,
    /// First token and one past the last.
    pub tokens: (u32, u32),
}

impl Slot {
    /// In place of numerals. No word has the hash but by accident.
    pub const NUMERALS: u64 = 0;
    /// In place of names.
    pub const NAMES: u64 = 1;
}

/// What stands at a place.
enum Piece<'a> {
    Word(&'a str),
    Numeral(&'a str),
    Name(&'a str),
}

impl Form {
    /// Cost: linear in the text.
    pub fn new(text: &str) -> Self {
        let words = normalise(text);
        let is_capitalised: Vec<bool> = (0..words.len())
            .map(|at| is_capitalised(text, &words, at))
            .collect();
        let story = story(text, &words);
        let written: Vec<usize> = story.written.iter().cloned().flatten().collect();
        let told: Vec<usize> = story.tokens().collect();
        let piece = |names: bool, at: usize| {
            let word = words.word(at);
            match numeral(word) {
                Some(value) => Piece::Numeral(value),
                None if names && is_capitalised.get(at) == Some(&true) => Piece::Name(word),
                None => Piece::Word(word),
            }
        };
        let mut capitalised: BTreeMap<u64, Capitalised> = BTreeMap::new();
        for &at in &written {
            let Piece::Name(word) = piece(true, at) else {
                continue;
            };
            if word.chars().count() < NAME_LETTERS {
                continue;
            }
            let hash = word_hash(word.as_bytes());
            let name = capitalised.entry(hash).or_insert(Capitalised {
                hash,
                token: at as u32,
                is_told: false,
                until_told: 0,
                count: 0,
            });
            name.is_told |= story.told.contains(&at);
            name.until_told += u32::from(at < story.told.end);
            name.count += 1;
        }
        let fillings = |of: &[usize]| -> Vec<u64> {
            let filling = |&at: &usize| match piece(true, at) {
                Piece::Numeral(word) | Piece::Name(word) => Some(word_hash(word.as_bytes())),
                Piece::Word(_) => None,
            };
            of.iter().filter_map(filling).collect()
        };
        let numerals = |of: &[usize]| -> Vec<u64> {
            let values = of.iter().filter_map(|&at| numeral(words.word(at)));
            values.map(|value| word_hash(value.as_bytes())).collect()
        };
        let masked =
            |names: bool, of: &[usize]| mask(of.iter().map(|&at| (at as u32, piece(names, at))));
        let mut mentions: Vec<u64> = (0..words.len())
            .map(|at| word_hash(words.word(at).as_bytes()))
            .collect();
        mentions.sort_unstable();
        mentions.dedup();
        Form {
            corrects: corrects(&words),
            told: story.told,
            fillings: content_hash(&fillings(&written)),
            numerals: content_hash(&numerals(&told)),
            is_table: numerals(&written).len() as f64 >= TABLE * written.len().max(1) as f64,
            figures: masked(false, &written),
            names: masked(true, &written),
            told_names: masked(true, &told),
            capitalised: capitalised.into_values().collect(),
            mentions,
            words,
        }
    }

    /// Number of words of the whole text.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// True for a slot that stands in the story.
    pub(super) fn tells(&self, slot: &Slot) -> bool {
        let told = &self.told;
        told.start < slot.tokens.1 as usize && (slot.tokens.0 as usize) < told.end
    }

    /// The words of a slot.
    pub(super) fn run(&self, slot: &Slot) -> impl Iterator<Item = &str> + Clone {
        (slot.tokens.0..slot.tokens.1).map(|at| self.words.word(at as usize))
    }

    /// The text with numerals and names masked: the whole page, or its story.
    pub(super) fn names(&self, whole_pages: bool) -> &[Slot] {
        if whole_pages {
            &self.names
        } else {
            &self.told_names
        }
    }

    /// Names that `other` does not mention anywhere, with how often they stand here.
    /// Unless the whole page counts, those that the story has, how often they stand
    /// in it and above it.
    pub(super) fn names_missing_from(
        &self,
        other: &Form,
        whole_pages: bool,
    ) -> BTreeMap<&str, u32> {
        let missing = |name: &&Capitalised| other.mentions.binary_search(&name.hash).is_err();
        let names = self.capitalised.iter();
        let names = names.filter(|name| whole_pages || name.is_told);
        let count = |name: &Capitalised| {
            if whole_pages {
                name.count
            } else {
                name.until_told
            }
        };
        names
            .filter(missing)
            .map(|name| (self.words.word(name.token as usize), count(name)))
            .collect()
    }
}

/// Masks pieces: neighbouring numerals, and neighbouring names, are one slot.
fn mask<'a>(pieces: impl Iterator<Item = (u32, Piece<'a>)>) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    let mut run = String::new();
    for (at, piece) in pieces {
        let (mark, word) = match piece {
            Piece::Word(word) => (word_hash(word.as_bytes()), word),
            Piece::Numeral(value) => (Slot::NUMERALS, value),
            Piece::Name(word) => (Slot::NAMES, word),
        };
        let before = slots.last_mut();
        let before = before.filter(|slot| slot.mark == mark && slot.tokens.1 == at);
        match before.filter(|_| matches!(mark, Slot::NUMERALS | Slot::NAMES)) {
            Some(slot) => {
                // "New York" and "Newyork" are one name, "1 2" and "12" two numbers.
                run.push_str(if mark == Slot::NUMERALS { " " } else { "" });
                run.push_str(word);
                slot.tokens.1 = at + 1;
                slot.filling = hash64(run.as_bytes());
            }
            None => {
                run.clear();
                run.push_str(word);
                slots.push(Slot {
                    mark,
                    filling: hash64(word.as_bytes()),
                    tokens: (at, at + 1),
                });
            }
        }
    }
    slots
}

pub(super) fn is_capitalised(text: &str, words: &Normalised, token: usize) -> bool {
    let start = words.tokens().get(token).map(|token| token.start as usize);
    let rest = start.and_then(|start| text.get(start..));
    rest.and_then(|rest| rest.chars().next())
        .is_some_and(char::is_uppercase)
}

fn corrects(words: &Normalised) -> bool {
    let opens_as_update = words.word(0) == "update" && numeral(words.word(1)).is_some();
    opens_as_update || (0..words.len()).any(|at| CORRECTING.contains(&words.word(at)))
}
