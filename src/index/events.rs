//! What is told of groups.

use super::entry::{ARRIVAL, Arrival, CHANGES, Changes, Told};
use super::names::EventKind;
use super::store::Position;
use super::{GroupId, Index};
use crate::error::Error;
use ahash::AHashMap;

/// Something that happened to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Counts what came and went: the arrival or the removal that it came of.
    pub number: u64,
    /// What happened.
    pub kind: EventKind,
    /// The group.
    pub group: GroupId,
    /// The group that became part of it, or of which it was part.
    pub other: Option<GroupId>,
    /// The document that is kept now, or that came late; empty where it is no longer there.
    pub document: Option<Box<str>>,
}

impl Event {
    fn new(told: &Told, kind: EventKind, document: Option<Box<str>>) -> Self {
        let of_groups = matches!(kind, EventKind::Merged | EventKind::Split);
        Event {
            number: told.cause,
            kind,
            group: GroupId(told.group),
            other: of_groups.then_some(GroupId(told.other)),
            document,
        }
    }
}

/// True for kinds that are about a document.
fn is_of_document(kind: EventKind) -> bool {
    matches!(kind, EventKind::Keeper | EventKind::Late)
}

impl Index {
    /// An event that just happened to a group in this slot.
    pub(super) fn event(&self, told: &Told, group: Option<u32>) -> Result<Option<Event>, Error> {
        let Some(kind) = EventKind::of(told.kind) else {
            return Ok(None);
        };
        let mut document = None;
        if is_of_document(kind)
            && let Some(group) = group
        {
            let is_it = |doc: &u32| {
                self.tables
                    .doc(*doc)
                    .is_some_and(|row| row.number == told.other)
            };
            let doc = self.tables.documents(group).find(is_it);
            document = doc.map(|doc| self.key(doc)).transpose()?;
        }
        Ok(Some(Event::new(told, kind, document)))
    }

    /// All that happened, in order, as far as the log still has it.
    ///
    /// Cost: the whole log is read.
    ///
    /// # Errors
    /// Damage, or what the system says.
    pub fn events(&self) -> Result<Vec<Event>, Error> {
        let mut told: Vec<Told> = Vec::new();
        let mut keys: AHashMap<u64, Box<str>> = AHashMap::new();
        self.store.replay(Position::START, &mut |_, kind, bytes| {
            if kind == ARRIVAL
                && let Some(arrival) = Arrival::parse(bytes)
            {
                keys.insert(arrival.number, arrival.document.key);
            }
            if kind == CHANGES
                && let Some(changes) = Changes::parse(bytes)
            {
                told.extend(changes.events);
            }
            Ok(())
        })?;
        told.sort();
        told.dedup();
        let event = |told: &Told| {
            let kind = EventKind::of(told.kind)?;
            let document =
                is_of_document(kind).then(|| keys.get(&told.other).cloned().unwrap_or_default());
            Some(Event::new(told, kind, document))
        };
        Ok(told.iter().filter_map(event).collect())
    }
}
