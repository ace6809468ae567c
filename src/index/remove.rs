//! Documents go.

use ahash::{AHashMap, AHashSet};

use super::entry::{REMOVAL, Removal, Told};
use super::names::EventKind;
use super::{Event, Index};
use crate::error::Error;

/// What went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Documents.
    pub documents: usize,
    /// Keys that were asked for and are not there, as they were given.
    pub unknown: Vec<Box<str>>,
    /// What became of groups.
    pub events: Vec<Event>,
}

impl Index {
    /// Removes documents by their keys. Counts once it is committed.
    ///
    /// Cost: a read for each, and the pairs of the groups that they were in.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(&mut self, keys: &[&str]) -> Result<Removed, Error> {
        self.intact()?;
        let mut gone = Vec::new();
        let mut unknown = Vec::new();
        for &key in keys {
            let mut found = None;
            for doc in self.tables.docs_of_key(key) {
                if *self.key(doc)? == *key {
                    found = Some(doc);
                }
            }
            match found {
                Some(doc) => gone.push(doc),
                None => unknown.push(key.into()),
            }
        }
        let removed = self.remove_docs(gone)?;
        Ok(Removed { unknown, ..removed })
    }

    /// Removes what was taken in before a moment, in seconds since 1970.
    ///
    /// Age counts from arrival, not from the date that a document bears: one date in twenty is wrong, and
    /// a wrong one should neither make the index forget nor make it remember.
    ///
    /// # Errors
    /// As [`remove`](Index::remove).
    pub fn expire(&mut self, before: u64) -> Result<Removed, Error> {
        self.intact()?;
        let docs = self.tables.docs.iter().zip(0u32..);
        let old = docs.filter(|(row, _)| row.number > 0 && u64::from(row.arrived) < before);
        let gone: Vec<u32> = old.map(|(_, doc)| doc).collect();
        self.remove_docs(gone)
    }

    fn remove_docs(&mut self, mut gone: Vec<u32>) -> Result<Removed, Error> {
        gone.sort_unstable();
        gone.dedup();
        if gone.is_empty() {
            return Ok(Removed::default());
        }
        self.change(|index| {
            index.tables.next += 1;
            let number = index.tables.next;
            let numbers = gone
                .iter()
                .filter_map(|&doc| Some(index.tables.doc(doc)?.number));
            let mut removal = Removal {
                number,
                gone: numbers.collect(),
            };
            removal.gone.sort_unstable();
            let mut bytes = Vec::new();
            removal.bytes(&mut bytes);
            let (touched, ended) = index.unseat(&gone)?;
            index.store.append(REMOVAL, &bytes)?;
            let mut changes = index.settle(&touched, number, None)?;
            let end = |group| Told {
                cause: number,
                kind: EventKind::Ended.number(),
                group,
                other: 0,
            };
            changes.events.extend(ended.into_iter().map(end));
            index.write_changes(&changes)?;
            index.since += 1;
            let groups = index.tables.groups.iter().zip(0u32..);
            let slots: AHashMap<u64, u32> = groups
                .filter(|(row, _)| !row.classes.is_empty())
                .map(|(row, slot)| (row.id, slot))
                .collect();
            let mut events = Vec::new();
            for told in &changes.events {
                events.extend(index.event(told, slots.get(&told.group).copied())?);
            }
            Ok(Removed {
                documents: gone.len(),
                unknown: Vec::new(),
                events,
            })
        })
    }

    /// Takes documents out of the tables. Returns the texts that something happened to, and the ids of
    /// groups of which nothing is left.
    pub(super) fn unseat(&mut self, gone: &[u32]) -> Result<(Vec<u32>, Vec<u64>), Error> {
        let is_gone: AHashSet<u32> = gone.iter().copied().collect();
        let mut of_class: AHashMap<u32, usize> = AHashMap::new();
        for &doc in gone {
            if let Some(row) = self.tables.doc(doc) {
                *of_class.entry(row.class).or_default() += 1;
            }
        }
        let mut classes: Vec<(u32, usize)> = of_class.into_iter().collect();
        classes.sort_unstable();
        let (mut touched, mut ended) = (Vec::new(), Vec::new());
        let mut again = Vec::new();
        for (class, count) in classes {
            let Some(before) = self.tables.class(class).copied() else {
                continue;
            };
            if before.count as usize > count {
                self.tables.remove_docs(class, |doc| is_gone.contains(&doc));
                again.push((class, before));
                continue;
            }
            // The sketch is not kept apart: the text tells it.
            let text = self.text(class)?;
            let sketch = super::sketch::sketch(text.set.hashes());
            self.desk.forget(class);
            if let Some(group) = self.tables.group_of_class(class) {
                let rest = self.leave(class, group);
                if rest.is_empty() {
                    ended.extend(self.tables.groups.get(group as usize).map(|row| row.id));
                    self.tables.free_groups.push(group);
                }
                touched.extend(rest);
            }
            self.tables.remove_docs(class, |_| true);
            touched.extend(self.tables.drop_class(class, before.content, &sketch));
        }
        for (class, before) in again {
            touched.push(class);
            let now = self.tables.class(class).copied().unwrap_or(before);
            let first_went = is_gone.contains(&before.first);
            if first_went {
                self.desk.forget(class);
                self.lead(class)?;
            }
            if first_went || now.outlet != before.outlet {
                touched.extend(self.link_again(class)?);
            }
        }
        touched.sort_unstable();
        touched.dedup();
        Ok((touched, ended))
    }

    /// Takes a text out of the list of its group; returns the others, which may be no group any more.
    fn leave(&mut self, class: u32, group: u32) -> Vec<u32> {
        let Some(row) = self.tables.groups.get_mut(group as usize) else {
            return Vec::new();
        };
        row.classes.retain(|&other| other != class);
        row.hanging = None;
        row.classes.clone()
    }

    /// Finds the document that stands for a text: the one with the smallest key.
    fn lead(&mut self, class: u32) -> Result<(), Error> {
        let mut least: Option<(Box<str>, u32)> = None;
        let members: Vec<u32> = self.tables.members(class).collect();
        for doc in members {
            let key = self.key(doc)?;
            if least.as_ref().is_none_or(|(known, _)| key < *known) {
                least = Some((key, doc));
            }
        }
        if let Some((key, doc)) = least {
            self.tables.set_first(class, doc);
            if let Some(linked) = self.tables.linked.get_mut(&class) {
                linked.key = key;
            }
        }
        Ok(())
    }
}
