//! What is known of every document and every text, in memory.

use std::collections::BTreeMap;

use ahash::AHashMap;

use super::confirm::Numbers;
use super::lists::Lists;
use super::marks::Marks;
use super::sketch::Sketch;
use super::store::Place;
use crate::hash::hash64;
use crate::verify::{Standing, jaccard};

/// No slot.
pub(super) const NONE: u32 = u32::MAX;

/// A document. 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DocRow {
    /// Counts everything that ever came; 0 for a slot that is free.
    pub number: u64,
    /// Hash of its key.
    pub key: u64,
    /// Where its entry stands.
    pub segment: u32,
    pub offset: u32,
    /// Seconds since 1970 at which it was taken in.
    pub arrived: u32,
    /// Its text.
    pub class: u32,
    /// The next document with this text; [`NONE`] for the last.
    pub next: u32,
    /// Number of its outlet; 0 for none.
    pub outlet: u32,
}

impl DocRow {
    pub fn place(&self) -> Place {
        Place {
            segment: self.segment,
            offset: u64::from(self.offset),
        }
    }
}

/// A text: all documents of the same words in the same order. 48 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClassRow {
    /// Hash of the words; halves of the 128 bits. Both are 0 for a text without words, which is alone.
    pub content: [u64; 2],
    /// How far its sketch reaches.
    pub reach: u64,
    /// Distinct shingles.
    pub shingles: u32,
    pub words: u32,
    /// The document with the smallest key, which stands for the text; [`NONE`] for a free slot.
    pub first: u32,
    /// Slot of its group, or [`NONE`].
    pub group: u32,
    /// The only outlet of its documents; 0 where there is none.
    pub outlet: u32,
    /// Documents.
    pub count: u32,
}

/// A pair above a bar, as one of its two texts has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub other: u32,
    /// Shingles that both have.
    pub shared: u32,
    pub standing: Standing,
}

/// A text that has pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Linked {
    /// Key of its first document.
    pub key: Box<str>,
    /// Ascending by the other text.
    pub links: Vec<Link>,
}

/// A group of two documents and more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GroupRow {
    pub id: u64,
    /// Ascending. Empty for a free slot.
    pub classes: Vec<u32>,
    /// The document that is kept for all.
    pub keeper: u32,
    /// Where it is known that it is all that hangs together, and that none of its texts has a pair of one form: the texts,
    /// ascending, that one text alone holds to the others. One more text with two pairs in it, with none of these, joins
    /// it and changes nothing else.
    pub hanging: Option<Vec<u32>>,
}

/// Bits of the keys of sketches, and of other keys, that choose a place. Fuzzing opens and closes
/// an index in each run, most of which time went into places that stay empty; with few of them
/// foreign entries are found far more often, which is the harder case.
const KEY_PLACES: u32 = if cfg!(fuzzing) { 4 } else { 16 };
const PLACES: u32 = if cfg!(fuzzing) { 4 } else { 12 };

/// All tables.
#[derive(Default)]
pub(super) struct Tables {
    pub docs: Vec<DocRow>,
    pub classes: Vec<ClassRow>,
    pub groups: Vec<GroupRow>,
    pub linked: AHashMap<u32, Linked>,
    /// Texts by the keys of their sketches.
    pub keys: Lists<KEY_PLACES>,
    /// Documents by the hash of their key.
    pub ids: Lists<PLACES>,
    /// Texts by the hash of their words.
    pub contents: Lists<PLACES>,
    /// Names of outlets as they are told apart; number 1 is the first.
    pub outlets: Vec<Box<str>>,
    /// The next number.
    pub next: u64,
    /// Arrivals whose answers may not have reached who asked. Those that went may be among them.
    pub waiting: Numbers,
    /// Arrivals in each segment of the log, those that went since too.
    pub came: BTreeMap<u32, u32>,
    /// How far files were read.
    pub marks: Marks,
    pub free_docs: Vec<u32>,
    pub free_classes: Vec<u32>,
    pub free_groups: Vec<u32>,
    /// Live documents.
    pub live: usize,
}

/// Puts a row into a free slot, or behind the last.
fn put<T>(rows: &mut Vec<T>, free: &mut Vec<u32>, row: T) -> u32 {
    if let Some(slot) = free.pop()
        && let Some(old) = rows.get_mut(slot as usize)
    {
        *old = row;
        return slot;
    }
    if rows.len() == rows.capacity() {
        rows.reserve_exact(1024 + rows.len() / 32);
    }
    rows.push(row);
    rows.len() as u32 - 1
}

impl Tables {
    pub fn doc(&self, slot: u32) -> Option<&DocRow> {
        self.docs.get(slot as usize).filter(|row| row.number > 0)
    }

    pub fn class(&self, slot: u32) -> Option<&ClassRow> {
        self.classes
            .get(slot as usize)
            .filter(|row| row.first != NONE)
    }

    pub fn group(&self, slot: u32) -> Option<&GroupRow> {
        self.groups
            .get(slot as usize)
            .filter(|row| !row.classes.is_empty())
    }

    /// The group of a document or text, if it has one.
    pub fn group_of_class(&self, class: u32) -> Option<u32> {
        let group = self.class(class)?.group;
        (group != NONE).then_some(group)
    }

    /// The documents of a text.
    pub fn members(&self, class: u32) -> impl Iterator<Item = u32> {
        // The head of the list is the first; the rest is in no order.
        let mut at = self.class(class).map_or(NONE, |row| row.first);
        std::iter::from_fn(move || {
            let own = at;
            at = self.doc(own)?.next;
            Some(own)
        })
    }

    /// The documents of a group.
    pub fn documents(&self, group: u32) -> impl Iterator<Item = u32> {
        let classes = self
            .group(group)
            .into_iter()
            .flat_map(|row| row.classes.iter());
        classes.flat_map(|&class| self.members(class))
    }

    /// The text with these words, if there is one.
    pub fn class_of_content(&self, content: [u64; 2]) -> Option<u32> {
        let mut known = self.contents.of(content[0]);
        known.find(|&class| self.class(class).is_some_and(|row| row.content == content))
    }

    /// Documents whose key hashes so.
    pub fn docs_of_key(&self, key: &str) -> Vec<u32> {
        let hash = hash64(key.as_bytes());
        let known = self.ids.of(hash);
        known
            .filter(|&doc| self.doc(doc).is_some_and(|row| row.key == hash))
            .collect()
    }

    pub fn links(&self, class: u32) -> &[Link] {
        self.linked
            .get(&class)
            .map_or(&[], |linked| linked.links.as_slice())
    }

    /// Exact Jaccard, and the share of `class` that the other has.
    pub fn values(&self, class: u32, link: &Link) -> (f64, f64) {
        let size = |class| self.class(class).map_or(0, |row| row.shingles);
        let (own, other) = (size(class), size(link.other));
        (
            jaccard(link.shared, own, other),
            f64::from(link.shared) / f64::from(own.max(1)),
        )
    }

    /// Adds a text without documents yet.
    pub fn add_class(&mut self, row: ClassRow, sketch: &Sketch) -> u32 {
        let class = put(&mut self.classes, &mut self.free_classes, row);
        if row.content != [0, 0] {
            self.contents.insert(row.content[0], class);
        }
        self.keys.warm(&sketch.keys);
        for &key in &sketch.keys {
            self.keys.insert(key, class);
        }
        class
    }

    /// Adds a document to its text; `is_first` where its key is the smallest there.
    pub fn add_doc(&mut self, mut row: DocRow, is_first: bool) -> u32 {
        let class = row.class;
        let head = self.class(class).map_or(NONE, |row| row.first);
        let behind = |slot: u32, tables: &Tables| tables.doc(slot).map_or(NONE, |doc| doc.next);
        row.next = if is_first { head } else { behind(head, self) };
        let doc = put(&mut self.docs, &mut self.free_docs, row);
        if !is_first && let Some(head) = self.docs.get_mut(head as usize) {
            head.next = doc;
        }
        if let Some(own) = self.classes.get_mut(class as usize) {
            if is_first {
                own.first = doc;
            }
            own.outlet = match own.count {
                0 => row.outlet,
                _ if own.outlet == row.outlet => row.outlet,
                _ => 0,
            };
            own.count += 1;
        }
        self.ids.insert(row.key, doc);
        self.live += 1;
        doc
    }

    /// Takes documents out of their text, which may be left without one; see
    /// [`drop_class`](Tables::drop_class). Cost: the documents of the text.
    pub fn remove_docs(&mut self, class: u32, is_gone: impl Fn(u32) -> bool) {
        let (gone, rest): (Vec<u32>, Vec<u32>) = self.members(class).partition(|&doc| is_gone(doc));
        for doc in gone {
            if let Some(row) = self.docs.get_mut(doc as usize) {
                self.ids.remove(row.key, doc);
                row.number = 0;
            }
            self.free_docs.push(doc);
            self.live -= 1;
        }
        let outlets: Vec<u32> = rest
            .iter()
            .filter_map(|&doc| Some(self.doc(doc)?.outlet))
            .collect();
        let same = outlets.windows(2).all(|pair| pair[0] == pair[1]);
        if let Some(own) = self.classes.get_mut(class as usize) {
            own.count = rest.len() as u32;
            own.outlet = outlets.first().copied().filter(|_| same).unwrap_or(0);
            own.first = rest.first().copied().unwrap_or(NONE);
        }
        self.chain(&rest);
    }

    /// Makes documents a list in this order.
    fn chain(&mut self, docs: &[u32]) {
        for (at, &doc) in docs.iter().enumerate() {
            if let Some(row) = self.docs.get_mut(doc as usize) {
                row.next = docs.get(at + 1).copied().unwrap_or(NONE);
            }
        }
    }

    /// Makes another document of a text the one that stands for it.
    pub fn set_first(&mut self, class: u32, doc: u32) {
        let mut order = vec![doc];
        order.extend(self.members(class).filter(|&other| other != doc));
        if let Some(row) = self.classes.get_mut(class as usize) {
            row.first = doc;
        }
        self.chain(&order);
    }

    /// Takes a text with all its pairs away; `sketch` is its own. Returns the texts that it had pairs with.
    pub fn drop_class(&mut self, class: u32, content: [u64; 2], sketch: &Sketch) -> Vec<u32> {
        for &key in &sketch.keys {
            self.keys.remove(key, class);
        }
        self.contents.remove(content[0], class);
        let own = self.linked.remove(&class).unwrap_or_default();
        for link in &own.links {
            self.unlink(link.other, class);
        }
        if let Some(row) = self.classes.get_mut(class as usize) {
            row.first = NONE;
        }
        self.free_classes.push(class);
        own.links.iter().map(|link| link.other).collect()
    }

    fn unlink(&mut self, class: u32, other: u32) {
        if let Some(linked) = self.linked.get_mut(&class) {
            linked.links.retain(|link| link.other != other);
            if linked.links.is_empty() {
                self.linked.remove(&class);
            }
        }
    }

    /// Sets what is known of a pair; `None` takes it away.
    pub fn link(
        &mut self,
        x: u32,
        y: u32,
        known: Option<(u32, Standing)>,
        key: &dyn Fn(u32) -> Box<str>,
    ) {
        for (own, other) in [(x, y), (y, x)] {
            let Some((shared, standing)) = known else {
                self.unlink(own, other);
                continue;
            };
            let link = Link {
                other,
                shared,
                standing,
            };
            let linked = self.linked.entry(own).or_insert_with(|| Linked {
                key: key(own),
                links: Vec::new(),
            });
            match linked.links.binary_search_by_key(&other, |link| link.other) {
                Ok(at) => linked.links[at] = link,
                Err(at) => {
                    // Most have one or two: a list that doubles would hold four.
                    if linked.links.len() == linked.links.capacity() {
                        linked.links.reserve_exact(1 + linked.links.len() / 4);
                    }
                    linked.links.insert(at, link);
                }
            }
        }
    }

    /// Adds a group.
    pub fn add_group(&mut self, row: GroupRow) -> u32 {
        put(&mut self.groups, &mut self.free_groups, row)
    }

    /// The number of an outlet, new or known.
    pub fn outlet(&mut self, name: &str) -> u32 {
        // Few and asked once for each spelling; see `Outlets`.
        let known = self.outlets.iter().position(|own| **own == *name);
        let at = known.unwrap_or_else(|| {
            self.outlets.push(name.into());
            self.outlets.len() - 1
        });
        at as u32 + 1
    }

    /// Bytes of all tables.
    pub fn bytes(&self) -> usize {
        let links: usize = self
            .linked
            .values()
            .map(|own| own.key.len() + own.links.capacity() * size_of::<Link>())
            .sum();
        let groups: usize = self
            .groups
            .iter()
            .map(|group| 4 * group.classes.capacity())
            .sum();
        self.docs.capacity() * size_of::<DocRow>()
            + self.classes.capacity() * size_of::<ClassRow>()
            + self.groups.capacity() * size_of::<GroupRow>()
            + groups
            + self.linked.capacity() * (size_of::<Linked>() + 5)
            + links
            + self.keys.bytes()
            + self.ids.bytes()
            + self.contents.bytes()
    }
}
