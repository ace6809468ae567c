//! Groups after something happened to some texts.

use super::entry::{CHANGES, Changes, Told};
use super::names::{EventKind, rename};
use super::regroup::{partition, touched};
use super::tables::{NONE, Tables};
use super::{Index, desk};
use crate::error::Error;
use crate::group::Spans;
use crate::verify::covered_spans;

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
        let mut changes = Changes::default();
        let components = touched(&self.tables, texts);
        // Parts of one old group are renamed together, so that one of them keeps its id.
        let mut all: Vec<u32> = Vec::new();
        let mut new: Vec<Vec<u32>> = Vec::new();
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
            new.extend(partition(tables, &component, &mut spans));
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
