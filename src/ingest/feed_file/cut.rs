//! Which bytes go when items go, and where a mark in an item may stand.

use std::ops::Range;

use super::{FeedFile, FeedItem, Notation, Unit, json};
use crate::ingest::xml;

/// Longest white space that is taken for the indentation of a mark.
const INDENTATION: usize = 200;

/// Where a mark is written in an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkPlace {
    /// What it takes the place of: nothing, but for a member that an earlier run wrote.
    pub range: Range<usize>,
    /// White space that the feed writes before a member of the item.
    pub indentation: Range<usize>,
    /// The prefix of the item's name with its colon, as in `atom:`.
    pub prefix: String,
}

impl<'b> FeedFile<'b> {
    /// The feed as it was read.
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// How the feed is written.
    pub fn notation(&self) -> Notation {
        self.notation
    }

    /// How a character of ASCII is written in it.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The addresses that the feed gives as its own.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The items in their order.
    pub fn items(&self) -> &[FeedItem] {
        &self.items
    }

    /// The bytes to leave out for the items for which `is_removed` says so, by number from 0:
    /// stretches in order, each apart from the next.
    ///
    /// With an item of XML goes the white space directly before it, so that what was before the
    /// item before it is followed by what follows it, as if it had not been written. With an
    /// item of JSON goes the comma before it, or the one behind it where no item is left before
    /// it, and the white space between.
    pub fn cuts(&self, is_removed: &dyn Fn(usize) -> bool) -> Vec<Range<usize>> {
        let mut cuts: Vec<Range<usize>> = Vec::new();
        let mut kept_before = false;
        for (number, item) in self.items.iter().enumerate() {
            if !is_removed(number) {
                kept_before = true;
                continue;
            }
            let next = self.items.get(number + 1).map(|item| item.range.start);
            let before = number.checked_sub(1).and_then(|n| self.items.get(n));
            let cut = match (self.notation, before, next) {
                (Notation::Json, Some(before), _) if kept_before => {
                    before.range.end..item.range.end
                }
                (Notation::Json, _, Some(next)) => item.range.start..next,
                (Notation::Json, _, None) => {
                    // Nothing is left: `[` and `]` stand as far apart as one of the spaces.
                    let first = self.items.first().map_or(0, |item| item.range.start);
                    cuts.clear();
                    self.blank_before(first)..item.range.end
                }
                _ => self.blank_before(item.range.start)..item.range.end,
            };
            match cuts.last_mut() {
                Some(last) if last.end >= cut.start => last.end = cut.end,
                _ => cuts.push(cut),
            }
        }
        cuts
    }

    /// Where the white space begins that ends at a place.
    fn blank_before(&self, at: usize) -> usize {
        self.blank_back(0, at)
    }

    fn blank_back(&self, from: usize, at: usize) -> usize {
        let width = self.unit.width();
        let rest = self.bytes.get(from..at).unwrap_or_default();
        let blank = |unit: &&[u8]| is_blank(self.unit.ascii(unit));
        let units = rest.rchunks_exact(width).take_while(blank).count();
        at - units * width
    }

    /// Where in an item a mark may stand: behind everything else. `None` for an item that has
    /// no inside or is not there.
    pub fn mark(&self, number: usize) -> Option<MarkPlace> {
        let item = self.items.get(number)?;
        let inside = item.inside.clone()?;
        let width = self.unit.width();
        let bytes = self.bytes.get(inside.clone())?;
        let blank = |unit: &&[u8]| is_blank(self.unit.ascii(unit));
        let units = bytes.chunks_exact(width).take_while(blank).count();
        let indentation = inside.start..inside.start + units * width;
        let own = self.bytes.get(item.range.clone())?;
        let mut place = MarkPlace {
            range: 0..0,
            indentation: if indentation.len() <= INDENTATION * width {
                indentation
            } else {
                0..0
            },
            prefix: String::new(),
        };
        if self.notation == Notation::Json
            && let Some(earlier) = json::member(own, MARK)
        {
            let from = item.range.start;
            place.range = from + earlier.start..from + earlier.end;
            return Some(place);
        }
        let end = self.blank_back(inside.start, inside.end);
        place.range = end..end;
        if self.notation != Notation::Json {
            let tag = own.chunks_exact(width).map(|unit| self.unit.ascii(unit));
            let tag: Vec<u8> = tag.take_while(|byte| *byte != b'>').collect();
            place.prefix = String::from_utf8_lossy(xml::prefix(&tag)).into_owned();
        }
        Some(place)
    }
}

/// The member of an item of JSON Feed that holds a mark: an extension, as its specification
/// allows them, begins with an underscore.
pub const MARK: &str = "_wirecopy";

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
