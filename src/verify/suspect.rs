//! Which pairs could be two fillings of one form at all.

use std::sync::LazyLock;

use ahash::AHashMap;

use super::numerals::NUMERAL_WORDS;
use super::template::{AGREEMENT, ONE_SIDED_WITH_DATE, SAME_SWAP, TABLE};
use crate::hash::word_hash;
use crate::scan::Scan;

/// Words under which one name makes another story, or one figure another
/// report, so that one of either is suspect. The template test draws these lines at 40 and 50 words
/// and counts a run of names or figures as one word.
const SHORT: usize = 120;
/// Figures of its own among the words of a text, at least: half the rate that the
/// template test asks for, since it counts runs of numerals as one word.
const OWN_FIGURES: f64 = 0.01;

/// What a word looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Plain,
    Figure,
    Name,
}

/// A text as a passing look shows it: the hash of each word and its first byte.
#[derive(Debug)]
pub struct Glance {
    words: Vec<u64>,
    initials: Vec<u8>,
}

/// In place of a first byte that is not ASCII.
const UNKNOWN: u8 = 0xFF;

/// Hashes of the numeral words, and a bit for the lowest bits of each: few other
/// words get past the bit.
static NUMERALS: LazyLock<(Vec<u64>, [u64; 64])> = LazyLock::new(|| {
    let words = NUMERAL_WORDS.iter();
    let mut hashes: Vec<u64> = words.map(|(word, _)| word_hash(word.as_bytes())).collect();
    hashes.sort_unstable();
    let mut bits = [0; 64];
    for hash in &hashes {
        bits[(hash >> 6 & 63) as usize] |= 1u64 << (hash & 63);
    }
    (hashes, bits)
});

fn is_numeral_word(hash: u64) -> bool {
    let (hashes, bits) = &*NUMERALS;
    bits[(hash >> 6 & 63) as usize] >> (hash & 63) & 1 == 1 && hashes.binary_search(&hash).is_ok()
}

impl Glance {
    /// A look at a text through its scan. A word that does not begin in ASCII may
    /// be a name.
    pub fn of_scan(text: &str, scan: &Scan<'_>) -> Self {
        let bytes = text.as_bytes();
        let initial = |&start: &u32| bytes.get(start as usize).copied().unwrap_or(UNKNOWN);
        Glance {
            words: scan.words.to_vec(),
            initials: scan.starts.iter().map(initial).collect(),
        }
    }

    fn look(&self, at: usize) -> Look {
        match (self.initials.get(at), self.words.get(at)) {
            (Some(b'0'..=b'9'), _) => Look::Figure,
            (_, Some(&hash)) if is_numeral_word(hash) => Look::Figure,
            (Some(b'A'..=b'Z' | &UNKNOWN), _) => Look::Name,
            _ => Look::Plain,
        }
    }

    fn is_table(&self) -> bool {
        let figures = (0..self.words.len()).filter(|&at| self.look(at) == Look::Figure);
        figures.count() as f64 >= TABLE * self.words.len() as f64
    }

    fn has(&self, word: u64) -> bool {
        self.words.contains(&word)
    }
}

/// What of a form the differences of two texts could be the filling of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suspicion {
    /// Figures may take each other's place.
    pub figures: bool,
    /// Names may.
    pub names: bool,
}

/// Whether what differs between two texts could be the filling of a form.
///
/// The template test aligns two texts, which costs ten times what all else
/// about a pair does, and most pairs are copies for which a look at the words
/// outside of shared shingles settles it: fillings stand there, on both sides,
/// as figures at some rate or as names that come again. `spans` are the covered
/// words of each text.
pub(super) fn suspicion(
    (a, spans_a): (&Glance, &[(u32, u32)]),
    (b, spans_b): (&Glance, &[(u32, u32)]),
) -> Suspicion {
    let (own_a, own_b) = (Own::of(a, spans_a), Own::of(b, spans_b));
    let shorter = a.words.len().min(b.words.len());
    let figures = own_a.figures.min(own_b.figures);
    if shorter < SHORT {
        return Suspicion {
            figures: figures > 0,
            names: !own_a.names.is_empty() && !own_b.names.is_empty(),
        };
    }
    let at_a_rate = figures as f64 >= OWN_FIGURES * shorter as f64;
    let table = || figures > 0 && a.is_table() && b.is_table();
    Suspicion {
        figures: (at_a_rate && fits(a, &own_a, b, &own_b)) || table(),
        names: (own_a.swaps() && own_b.swaps())
            || (own_a.repeats_missing_from(b) && own_b.repeats_missing_from(a)),
    }
}

/// Whether the texts agree enough for one to be a form with other figures: what
/// one has and the other lacks altogether is little of the shorter one, and of both.
fn fits(a: &Glance, own_a: &Own, b: &Glance, own_b: &Own) -> bool {
    let (missing_a, missing_b) = (own_a.missing_from(b), own_b.missing_from(a));
    let sides = [(a.words.len(), missing_a), (b.words.len(), missing_b)];
    // Of two as long, the one that fits better, whichever comes first.
    let (short, missing) = sides.into_iter().min().unwrap_or_default();
    let both = a.words.len() + b.words.len();
    missing as f64 <= (1.0 - AGREEMENT) * short as f64
        && (missing_a + missing_b) as f64 <= ONE_SIDED_WITH_DATE * both as f64
}

/// What a text has for itself.
#[derive(Default)]
struct Own {
    figures: usize,
    /// Words that are no figures.
    others: Vec<u64>,
    /// Capitalised words, and how often they stand here.
    names: AHashMap<u64, usize>,
}

impl Own {
    fn of(glance: &Glance, covered: &[(u32, u32)]) -> Self {
        let mut own = Own::default();
        let count = glance.words.len() as u32;
        let mut from = 0;
        for &(start, end) in covered.iter().chain(&[(count, count)]) {
            for at in from as usize..start as usize {
                let word = glance.words.get(at).copied().unwrap_or(0);
                let look = glance.look(at);
                match look {
                    Look::Figure => own.figures += 1,
                    Look::Name => *own.names.entry(word).or_default() += 1,
                    Look::Plain => {}
                }
                if look != Look::Figure {
                    own.others.push(word);
                }
            }
            from = end;
        }
        own
    }

    /// Words that the other text does not have at all.
    fn missing_from(&self, other: &Glance) -> usize {
        self.others.iter().filter(|word| !other.has(**word)).count()
    }

    /// Whether a name could take another's place often enough to be a filling by itself.
    fn swaps(&self) -> bool {
        self.names.values().any(|&count| count >= SAME_SWAP)
    }

    /// Whether a name comes again here and is never mentioned in `other`.
    fn repeats_missing_from(&self, other: &Glance) -> bool {
        let mut again = self.names.iter().filter(|(_, count)| **count >= 2);
        again.any(|(name, _)| !other.has(*name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::is_capitalised;
    use super::super::numerals::numeral;
    use super::*;
    use crate::normalise::normalise;
    use crate::scan::Scanner;

    #[test]
    fn a_look_tells_figures_and_names() {
        let text = "“On Monday” 3 of the twelve boats, Ostrel’s 2nd fleet, left MARNBY at 9.30 \
                    (nine) am. Émile e\u{301}tc.";
        let words = normalise(text);
        let mut scanner = Scanner::new();
        let glance = Glance::of_scan(text, &scanner.scan(text, 5));
        assert_eq!(glance.words.len(), words.len());
        for at in 0..words.len() {
            let word = words.word(at);
            let expected = if numeral(word).is_some() {
                Look::Figure
            } else if is_capitalised(text, &words, at) {
                Look::Name
            } else {
                Look::Plain
            };
            // What begins beside something else than ASCII is taken for a name.
            let beside = glance.initials[at] == UNKNOWN;
            assert!(
                glance.look(at) == expected || beside && expected == Look::Plain,
                "{word}"
            );
        }
        assert_eq!(
            glance
                .initials
                .iter()
                .filter(|byte| **byte == UNKNOWN)
                .count(),
            2
        );
    }
}
