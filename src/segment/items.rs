//! Lists that were run together on one line: "1. Open it. 2. Shut it."
//!
//! An item counts as such only where a sentence began with the number before
//! it, written alike; any other number is one of the text.

use super::marks::is_bullet;

/// What numbers an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    number: u32,
    /// How it is written.
    letter: bool,
    opened: bool,
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Dot,
    Bracket,
    DotBracket,
}

impl Marker {
    /// Reads "1.", "1)", "1.)", "(1)", "a.", "a)" or "(a)", also behind a bullet.
    pub(super) fn read(word: &str) -> Option<Self> {
        let word = word.trim_start_matches(is_bullet);
        let unopened = word.strip_prefix('(');
        let opened = unopened.is_some();
        let word = unopened.unwrap_or(word);
        let (stem, ending) = if let Some(stem) = word.strip_suffix(".)") {
            (stem, Ending::DotBracket)
        } else if let Some(stem) = word.strip_suffix(')') {
            (stem, Ending::Bracket)
        } else {
            (word.strip_suffix('.')?, Ending::Dot)
        };
        let (number, letter) = match stem.as_bytes() {
            [letter @ b'a'..=b'z'] => (u32::from(letter - b'a') + 1, true),
            [b'0'..=b'9', ..] if stem.len() <= 3 => (stem.parse().ok()?, false),
            _ => return None,
        };
        Some(Marker {
            number,
            letter,
            opened,
            ending,
        })
    }

    /// True for the marker of the item after this one.
    pub(super) fn precedes(self, other: Marker) -> bool {
        let next = Marker {
            number: self.number + 1,
            ..self
        };
        next == other
    }

    /// A period alone could as well end a sentence or stand behind an ordinal.
    pub(super) fn is_weak(self) -> bool {
        self.ending == Ending::Dot
    }
}
