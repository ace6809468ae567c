//! What an index holds, without changing it.

use super::answers::{Seen, alone};
use super::insert::{Scanned, held, record_hash};
use super::lookup::candidates;
use super::store::Store;
use super::tables::NONE;
use super::{Answer, GroupId, Index};
use crate::document::Document;
use crate::error::Error;
use crate::group::Policy;
use crate::verify::{Standing, containment, jaccard, overlap};

/// A document of the index.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The document with its text.
    pub document: Document,
    /// Seconds since 1970 at which it was taken in.
    pub arrived: u64,
    /// Its group.
    pub group: Option<GroupId>,
    /// Whether it is kept.
    pub is_kept: bool,
}

/// How large an index is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Statistics {
    /// Documents.
    pub documents: usize,
    /// Distinct texts.
    pub texts: usize,
    /// Groups of two documents and more.
    pub groups: usize,
    /// Documents in groups.
    pub grouped: usize,
    /// Verified pairs of texts.
    pub pairs: usize,
    /// Keys of sketches.
    pub keys: usize,
    /// Bytes of the tables in memory.
    pub memory_bytes: usize,
    /// Bytes of the log on disk.
    pub log_bytes: u64,
    /// Files of the log.
    pub segments: usize,
    /// Arrivals and removals that ever were.
    pub changes: u64,
    /// Keys that were passed over since the index was opened, because too many texts have them.
    pub crowded_keys: u64,
}

impl Index {
    /// What would be answered for a document, which is not taken. One that is held is answered as it stands now, and is
    /// [known](Answer::is_known).
    ///
    /// The outcome is that of the group of the best text above a bar: round-ups and templates are told apart only
    /// when a document is taken.
    ///
    /// Cost: the text and those that resemble it.
    ///
    /// # Errors
    /// A text that is not in memory; damage, or what the system says.
    pub fn query(&mut self, document: &Document) -> Result<Answer, Error> {
        let Some(text) = held(document) else {
            return Err(self.trouble("takes documents with their text in memory"));
        };
        let key = match self.free_key(document, record_hash(document, text))? {
            Ok(key) => key,
            Err(known) => return self.held_answer(known),
        };
        let scanned = self.scan(text);
        let outlet = self.outlet(document.source.as_deref());
        let mut answer = alone(key);
        let same = self.same_text(&scanned);
        let (best, values) = match same {
            Some(class) => (Some(class), (1.0, 1.0)),
            None => self.most_alike(&scanned, outlet)?,
        };
        let Some(class) = best else { return Ok(answer) };
        let own = Seen {
            document,
            class: same.unwrap_or(NONE),
            outlet,
            number: self.tables.next + 1,
            words: scanned.text.words,
        };
        let group = self.tables.group_of_class(class);
        answer.group = group.and_then(|group| self.id_of(group));
        let members: Vec<u32> = match group {
            Some(group) => self.tables.documents(group).collect(),
            None => self.tables.members(class).collect(),
        };
        let one_each = matches!(self.policy, Policy::OnePerSource);
        let of_outlet = |doc: &u32| {
            self.tables
                .doc(*doc)
                .is_some_and(|row| row.outlet == outlet)
        };
        let kept = match group {
            Some(group) => self.kept_for(outlet, group),
            None => members
                .first()
                .copied()
                .filter(|doc| !one_each || of_outlet(doc)),
        };
        let other = kept.map(|doc| self.fields(doc)).transpose()?;
        let kept = kept.zip(other.as_ref());
        let kept = kept.map(|(doc, document)| self.seen(doc, document));
        let Some(kept) = kept.filter(|kept| self.rank(kept) < self.rank(&own)) else {
            answer.replaces = kept.map(|kept| kept.document.key.clone());
            answer.outcome = self.to_those_before(&own, &members)?;
            return Ok(answer);
        };
        let values = match kept.class == class {
            true => values,
            false => self.beside(&scanned, kept.class)?,
        };
        answer.kept = kept.document.key.clone();
        answer.is_kept = false;
        answer.outcome = own.relation(&kept);
        (answer.jaccard, answer.containment) = (Some(values.0), Some(values.1));
        Ok(answer)
    }

    /// Exact values of a text that is not held beside one that is.
    fn beside(&mut self, scanned: &Scanned, class: u32) -> Result<(f64, f64), Error> {
        let other = self.text(class)?;
        let shared = overlap(&scanned.text.set, &other.set);
        let (own, other) = (scanned.text.set.len() as u32, other.set.len() as u32);
        Ok((jaccard(shared, own, other), containment(shared, own)))
    }

    fn same_text(&self, scanned: &Scanned) -> Option<u32> {
        match scanned.content {
            [0, 0] => None,
            content => self.tables.class_of_content(content),
        }
    }

    /// The text above a bar that is most like one, with Jaccard and the share of the first that it has.
    fn most_alike(
        &mut self,
        scanned: &Scanned,
        outlet: u32,
    ) -> Result<(Option<u32>, (f64, f64)), Error> {
        let shingles = scanned.text.set.len() as u32;
        self.tables.keys.warm(&scanned.sketch.keys);
        let mut scratch = std::mem::take(&mut self.scratch);
        let found = candidates(
            &self.tables,
            &scanned.sketch,
            (shingles, NONE),
            &self.settings,
            &mut scratch,
        );
        self.scratch = scratch;
        let mut best = (None, (0.0, 0.0));
        for class in found.classes {
            if !self.may_reach(&scanned.text.set, class)? {
                continue;
            }
            let other = self.text(class)?;
            let of_other = self.tables.class(class).map_or(0, |row| row.outlet);
            let known =
                super::desk::compare((&scanned.text, outlet), (&other, of_other), &self.settings);
            let Some((shared, Standing::Copy)) = known else {
                continue;
            };
            let values = (
                jaccard(shared, shingles, other.set.len() as u32),
                containment(shared, shingles),
            );
            if values.0 > best.1.0 {
                best = (Some(class), values);
            }
        }
        Ok(best)
    }

    /// The document under a key, with its text.
    ///
    /// # Errors
    /// Damage, or what the system says.
    pub fn document(&self, key: &str) -> Result<Option<Document>, Error> {
        for doc in self.tables.docs_of_key(key) {
            let document = self.arrival(doc)?.document;
            if *document.key == *key {
                return Ok(Some(document));
            }
        }
        Ok(None)
    }

    /// Every document that is held, in the order of arrival.
    ///
    /// Cost: the whole log is read, one document at a time.
    ///
    /// # Errors
    /// Damage, what the system says, or what `each` says.
    pub fn for_each(&self, each: &mut dyn FnMut(Entry) -> Result<(), Error>) -> Result<(), Error> {
        let mut order: Vec<u32> = (0..self.tables.docs.len() as u32).collect();
        order.retain(|&doc| self.tables.doc(doc).is_some());
        order.sort_by_key(|&doc| self.tables.doc(doc).map(|row| row.number));
        for doc in order {
            let arrival = self.arrival(doc)?;
            let class = self.tables.doc(doc).map_or(NONE, |row| row.class);
            let group = self.tables.group_of_class(class);
            let outlet = self.tables.doc(doc).map_or(0, |row| row.outlet);
            let kept = group.and_then(|group| self.kept_for(outlet, group));
            each(Entry {
                document: arrival.document,
                arrived: arrival.arrived,
                group: group.and_then(|group| self.id_of(group)),
                is_kept: kept.is_none_or(|kept| kept == doc),
            })?;
        }
        Ok(())
    }

    /// How large the index is.
    pub fn statistics(&self) -> Statistics {
        let tables = &self.tables;
        let groups =
            || (0..tables.groups.len() as u32).filter(|&slot| tables.group(slot).is_some());
        let segments = self.store.segments();
        Statistics {
            documents: tables.live,
            texts: (0..tables.classes.len() as u32)
                .filter(|&class| tables.class(class).is_some())
                .count(),
            groups: groups().count(),
            grouped: groups().map(|group| tables.documents(group).count()).sum(),
            pairs: tables
                .linked
                .values()
                .map(|own| own.links.len())
                .sum::<usize>()
                / 2,
            keys: tables.keys.len(),
            memory_bytes: tables.bytes(),
            log_bytes: segments.iter().map(|segment| segment.bytes).sum(),
            segments: segments.len(),
            changes: tables.next,
            crowded_keys: self.crowded,
        }
    }

    /// The log below.
    pub fn store(&self) -> &Store {
        &self.store
    }
}
