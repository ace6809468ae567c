//! Groups after something happened to some texts.

use super::entry::{CHANGES, Changes, Told};
use super::names::{EventKind, rename};
use super::regroup::{partition, touched};
use super::tables::{Link, NONE, Tables};
use super::{Index, desk};
use crate::error::Error;
use crate::group::Spans;
use crate::verify::{Standing, covered_spans};

impl Index {
    /// Makes the groups of some texts, and of all that hang together with them, what a batch would make of
    /// them. Returns what changed, which is not written yet. A group without a keeper gets one, of those
    /// that were there before `came`.
    pub(super) fn settle(
        &mut self,
        texts: &[u32],
        cause: u64,
        came: Option<u32>,
    ) -> Result<Changes, Error> {
        if let Some(changes) = came.and_then(|doc| self.join(texts, doc)) {
            return Ok(changes);
        }
        let mut changes = Changes::default();
        let components = touched(&self.tables, texts);
        // Parts of one old group are renamed together, so that one of them keeps its id.
        let mut all: Vec<u32> = Vec::new();
        let mut new: Vec<Vec<u32>> = Vec::new();
        let mut hanging: Vec<Option<Vec<u32>>> = Vec::new();
        for component in components {
            let mut failed = None;
            let Index {
                desk,
                tables,
                store,
                settings,
                ..
            } = self;
            let mut spans = |x: u32, y: u32| -> Spans {
                let mut read = |class| desk.text(class, tables, store, settings);
                match (read(x), read(y)) {
                    (Ok(x), Ok(y)) => covered_spans(&x.shingles, &y.set),
                    (Err(error), _) | (_, Err(error)) => {
                        failed.get_or_insert(error);
                        Spans::new()
                    }
                }
            };
            let (groups, of_one) = partition(tables, &component, &mut spans);
            hanging.resize(hanging.len() + groups.len(), of_one);
            new.extend(groups);
            if let Some(error) = failed {
                return Err(error);
            }
            all.extend(component);
        }
        let store = &self.store;
        let key = |tables: &Tables, classes: &[u32]| {
            let keys = classes.iter().map(|class| match tables.linked.get(class) {
                Some(linked) => linked.key.to_string(),
                None => {
                    let first = tables.class(*class).map_or(NONE, |row| row.first);
                    let arrival = tables
                        .doc(first)
                        .map(|doc| desk::fields(store, doc.place()));
                    arrival
                        .and_then(Result::ok)
                        .map(|own| own.document.key.to_string())
                        .unwrap_or_default()
                }
            });
            keys.min().unwrap_or_default()
        };
        let told = rename(&mut self.tables, &all, &new, cause, &mut self.ids, &key);
        for (&group, hanging) in told.groups.iter().zip(hanging) {
            if let Some(row) = self.tables.groups.get_mut(group as usize) {
                row.hanging = hanging;
            }
        }
        let number = |doc: u32| self.tables.doc(doc).map_or(0, |row| row.number);
        changes.groups = told
            .moved
            .iter()
            .map(|&(doc, id)| (number(doc), id))
            .collect();
        changes.events = told.events;
        for group in told.groups {
            if self
                .tables
                .group(group)
                .is_some_and(|row| row.keeper == NONE)
            {
                let mut among: Vec<u32> = self.tables.documents(group).collect();
                if among.len() > 1 {
                    among.retain(|&doc| Some(doc) != came);
                }
                self.choose(group, &among)?;
                // After a removal; what an arrival changes is told with its answer.
                if came.is_none()
                    && let Some(row) = self.tables.group(group)
                {
                    changes.events.push(Told {
                        cause,
                        kind: EventKind::Keeper.number(),
                        group: row.id,
                        other: self.tables.doc(row.keeper).map_or(0, |row| row.number),
                    });
                }
            }
        }
        Ok(changes)
    }

    /// The same where it is plain what comes of it, without a look at the pairs of the whole group, of which there may be
    /// tens of thousands: a text that was there before and has the pairs that it had, or a new one that joins a group with pairs
    /// to texts of which none hangs on one alone.
    fn join(&mut self, texts: &[u32], came: u32) -> Option<Changes> {
        let doc = *self.tables.doc(came)?;
        let row = *self.tables.class(doc.class)?;
        if row.group != NONE {
            return (texts == [doc.class]).then(Changes::default);
        }
        let links = self.tables.links(doc.class);
        let slot = self.tables.group_of_class(links.first()?.other)?;
        let hanging = self.tables.group(slot)?.hanging.as_ref()?;
        let joins = |link: &Link| {
            let group = self.tables.group_of_class(link.other);
            let is_held = hanging.binary_search(&link.other).is_err();
            link.standing == Standing::Copy && group == Some(slot) && is_held
        };
        if row.count != 1 || links.len() < 2 || !links.iter().all(joins) {
            return None;
        }
        let group = self.tables.groups.get_mut(slot as usize)?;
        let at = group.classes.partition_point(|&other| other < doc.class);
        group.classes.insert(at, doc.class);
        let groups = vec![(doc.number, group.id)];
        self.tables.classes.get_mut(doc.class as usize)?.group = slot;
        Some(Changes {
            groups,
            ..Changes::default()
        })
    }

    /// Writes what changed behind what it came of, in the same batch.
    pub(super) fn write_changes(&mut self, changes: &Changes) -> Result<(), Error> {
        if changes.groups.is_empty() && changes.events.is_empty() {
            return Ok(());
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        changes.bytes(&mut bytes);
        let written = self.store.append(CHANGES, &bytes);
        self.bytes = bytes;
        written.map(|_| ())
    }
}
