//! Which pairs could be two fillings of one form at all.

use std::sync::LazyLock;

use ahash::AHashMap;

use super::numerals::{NUMERAL_WORDS, numeral};
use super::template::{Form, SAME_SWAP, TABLE};
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

/// A text as a passing look shows it: word by word its hash, and whether it is a
/// figure or begins with a capital.
#[derive(Debug)]
pub struct Glance {
    words: Vec<(u64, Look)>,
}

/// Hashes of the numeral words, and a bit for the lowest bits of each: asked for
/// every word of every text that is verified.
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
    /// A look at a text through its scan; `None` where that does not tell capitals.
    pub fn of_scan(text: &str, scan: &Scan<'_>) -> Option<Self> {
        let bytes = text.as_bytes();
        let starts = scan.starts?.iter();
        let look = |(&hash, &start): (&u64, &u32)| {
            let look = match bytes.get(start as usize) {
                Some(b'0'..=b'9') => Look::Figure,
                _ if is_numeral_word(hash) => Look::Figure,
                Some(b'A'..=b'Z') => Look::Name,
                _ => Look::Plain,
            };
            (hash, look)
        };
        let words = scan.words.iter().zip(starts).map(look).collect();
        Some(Glance { words })
    }

    /// A look at a text through its words.
    pub fn of_form(form: Form<'_>) -> Self {
        let look = |i| {
            let word = form.words.word(i);
            let look = if numeral(word).is_some() {
                Look::Figure
            } else if form.is_capitalised(i) {
                Look::Name
            } else {
                Look::Plain
            };
            (word_hash(word.as_bytes()), look)
        };
        Glance {
            words: (0..form.words.len()).map(look).collect(),
        }
    }

    fn is_table(&self) -> bool {
        let figures = self.words.iter().filter(|(_, look)| *look == Look::Figure);
        figures.count() as f64 >= TABLE * self.words.len() as f64
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
    Suspicion {
        figures: figures as f64 >= OWN_FIGURES * shorter as f64
            || (figures > 0 && a.is_table() && b.is_table()),
        names: (own_a.swaps() && own_b.swaps())
            || (own_a.repeats_missing_from(b) && own_b.repeats_missing_from(a)),
    }
}

/// What a text has for itself.
#[derive(Default)]
struct Own {
    figures: usize,
    /// Capitalised words, and how often they stand here.
    names: AHashMap<u64, usize>,
}

impl Own {
    fn of(glance: &Glance, covered: &[(u32, u32)]) -> Self {
        let mut own = Own::default();
        let count = glance.words.len() as u32;
        let mut from = 0;
        for &(start, end) in covered.iter().chain(&[(count, count)]) {
            let words = glance.words.get(from as usize..start as usize);
            for &(hash, look) in words.unwrap_or(&[]) {
                match look {
                    Look::Plain => {}
                    Look::Figure => own.figures += 1,
                    Look::Name => *own.names.entry(hash).or_default() += 1,
                }
            }
            from = end;
        }
        own
    }

    /// Whether a name could take another's place often enough to be a filling by itself.
    fn swaps(&self) -> bool {
        self.names.values().any(|&count| count >= SAME_SWAP)
    }

    /// Whether a name comes again here and is never mentioned in `other`.
    fn repeats_missing_from(&self, other: &Glance) -> bool {
        let mut again = self.names.iter().filter(|(_, count)| **count >= 2);
        again.any(|(name, _)| other.words.iter().all(|(hash, _)| hash != name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;
    use crate::scan::Scanner;

    #[test]
    fn a_scan_shows_what_the_words_show() {
        let text =
            "On Monday 3 of the twelve boats, Ostrel's 2nd fleet, left MARNBY at 9.30 (nine) am.";
        let words = normalise(text);
        let form = Form {
            text,
            words: &words,
        };
        let mut scanner = Scanner::new();
        let seen = Glance::of_scan(text, &scanner.scan(text, 5)).unwrap();
        assert_eq!(seen.words, Glance::of_form(form).words);
        let figures = seen.words.iter().filter(|(_, look)| *look == Look::Figure);
        assert_eq!(figures.count(), 7);
        assert!(Glance::of_scan("“quoted”", &scanner.scan("“quoted”", 5)).is_none());
    }
}
