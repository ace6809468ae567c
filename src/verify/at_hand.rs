//! A text with all that verification asks of it.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::{Form, Glance, Side};
use crate::normalise::normalise;
use crate::scan::{Scan, Scanner};
use crate::shingle::{Shingle, ShingleSet, shingles};

/// A text at hand: its shingles at once, its form when it is asked for.
pub struct AtHand<'a> {
    /// As read.
    pub text: Cow<'a, str>,
    /// Number of its words.
    pub words: u32,
    /// Hash of all of them; none for a text without words.
    pub content: Option<u128>,
    /// In text order.
    pub shingles: Vec<Shingle>,
    /// The distinct ones.
    pub set: ShingleSet,
    form: OnceCell<Form>,
    glance: Glance,
}

impl<'a> AtHand<'a> {
    /// Scans a text. Cost: linear in the text.
    pub fn new(text: Cow<'a, str>, scanner: &mut Scanner, width: usize) -> Self {
        let scan = scanner.scan(&text, width);
        let shingles = listed(&text, &scan, width);
        let (words, glance) = (scan.words.len() as u32, Glance::of_scan(&text, &scan));
        let content = scan.content();
        AtHand {
            words,
            content,
            set: ShingleSet::of(&shingles),
            glance,
            form: OnceCell::new(),
            shingles,
            text,
        }
    }

    /// One side of a pair; `outlet` is the only one that published the text.
    pub fn side(&self, outlet: Option<u32>) -> Side<'_> {
        Side {
            text: &self.text,
            count: self.words,
            form: &self.form,
            glance: &self.glance,
            shingles: &self.shingles,
            set: &self.set,
            outlet,
        }
    }
}

/// The shingles of a text in text order, with their lengths.
pub fn listed(text: &str, scan: &Scan<'_>, width: usize) -> Vec<Shingle> {
    if !scan.even {
        return shingles(&normalise(text), width);
    }
    let of = |(start, &hash): (usize, &u64)| Shingle {
        hash,
        end: (start + width).min(scan.words.len()) as u32,
    };
    scan.shingles.iter().enumerate().map(of).collect()
}
