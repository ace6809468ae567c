//! Ids of groups that stay, and what is told when they cannot.

use ahash::{AHashMap, AHashSet};

use super::entry::Told;
use super::tables::{GroupRow, NONE, Tables};
use crate::codes::codes;
use crate::hash::hash64_seeded;

codes! {
    /// What happened to a group.
    EventKind {
        Merged "merged" "another group became part of it, and its id is no longer used";
        Split "split" "it was part of another group, which goes on without it";
        Ended "ended" "fewer than two of its documents are left together";
        Keeper "keeper" "another document is kept for it";
        Late "late" "a document that was published before the kept one came after it";
    }
}

impl EventKind {
    /// Its number in the log.
    pub(super) fn number(self) -> u8 {
        EventKind::ALL
            .iter()
            .position(|&kind| kind == self)
            .unwrap_or(0) as u8
    }

    /// The kind with a number.
    pub(super) fn of(number: u8) -> Option<Self> {
        EventKind::ALL.get(usize::from(number)).copied()
    }
}

/// What a new partition of some texts comes to.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    /// Slots of the groups that are there now, in the order of the new ones.
    pub groups: Vec<u32>,
    /// Documents whose group is another one now, by slot, with its id; 0 for none.
    pub moved: Vec<(u32, u64)>,
    pub events: Vec<Told>,
}

/// Puts new groups in place of what the texts of some components were in.
///
/// Each old group, the oldest first, lends its id to the new one that has most of its
/// documents, unless an older one did. `key` gives the smallest key of a group, from which a new id is
/// drawn. The keeper of a group stays if it is still a member, else it is [`NONE`].
pub(super) fn rename(
    tables: &mut Tables,
    texts: &[u32],
    new: &[Vec<u32>],
    cause: u64,
    ids: &mut AHashSet<u64>,
    key: &dyn Fn(&Tables, &[u32]) -> String,
) -> Renamed {
    let mut told = Renamed::default();
    let mut old: Vec<u32> = texts
        .iter()
        .filter_map(|&class| tables.group_of_class(class))
        .collect();
    old.sort_unstable();
    old.dedup();
    let age = |group: u32| {
        tables
            .documents(group)
            .filter_map(|doc| Some(tables.doc(doc)?.number))
            .min()
    };
    old.sort_by_cached_key(|&group| (age(group), group));
    let home: AHashMap<u32, usize> = (0..)
        .zip(new)
        .flat_map(|(at, classes)| classes.iter().map(move |&class| (class, at)))
        .collect();
    let mut lent: Vec<Option<u32>> = vec![None; new.len()];
    // For each old group the new one that has most of it, and all that have some.
    let mut parts: Vec<(u32, Vec<usize>)> = Vec::new();
    for &group in &old {
        let mut share: AHashMap<usize, u32> = AHashMap::new();
        for &class in tables.group(group).map_or(&[][..], |row| &row.classes) {
            if let Some(&at) = home.get(&class) {
                *share.entry(at).or_default() += tables.class(class).map_or(0, |row| row.count);
            }
        }
        let mut ranked: Vec<(u32, usize)> =
            share.into_iter().map(|(at, count)| (count, at)).collect();
        ranked.sort_by_key(|&(count, at)| (std::cmp::Reverse(count), at));
        if let Some(&(_, at)) = ranked.first()
            && let Some(lent) = lent.get_mut(at)
            && lent.is_none()
        {
            *lent = Some(group);
        }
        parts.push((group, ranked.into_iter().map(|(_, at)| at).collect()));
    }
    let before: AHashMap<u32, u64> = texts
        .iter()
        .filter_map(|&class| {
            let group = tables.group(tables.group_of_class(class)?)?;
            Some((class, group.id))
        })
        .collect();
    let rows: AHashMap<u32, (u64, u32)> = old
        .iter()
        .filter_map(|&group| {
            let row = tables.group(group)?;
            Some((group, (row.id, row.keeper)))
        })
        .collect();
    // Slots that lend their id are used on; the others are free.
    let lending: AHashSet<u32> = lent.iter().flatten().copied().collect();
    for &group in &old {
        if !lending.contains(&group) {
            if let Some(row) = tables.groups.get_mut(group as usize) {
                row.classes = Vec::new();
            }
            tables.free_groups.push(group);
        }
    }
    for &class in texts {
        if let Some(row) = tables.classes.get_mut(class as usize) {
            row.group = NONE;
        }
    }
    for (classes, lent) in new.iter().zip(&lent) {
        let mut classes = classes.clone();
        classes.sort_unstable();
        let known = lent.and_then(|group| rows.get(&group));
        let (id, keeper) = known.copied().unwrap_or_else(|| {
            let name = key(tables, &classes);
            let mut drawn = (0..).map(|seed| hash64_seeded(name.as_bytes(), seed));
            let id = drawn.find(|id| *id != 0 && !ids.contains(id));
            (id.unwrap_or(1), NONE)
        });
        ids.insert(id);
        let row = GroupRow {
            id,
            classes: classes.clone(),
            keeper,
            hanging: None,
        };
        let slot = match *lent {
            Some(slot) => {
                if let Some(own) = tables.groups.get_mut(slot as usize) {
                    *own = row;
                }
                slot
            }
            None => tables.add_group(row),
        };
        for &class in &classes {
            if let Some(row) = tables.classes.get_mut(class as usize) {
                row.group = slot;
            }
        }
        let stays = tables.documents(slot).any(|doc| doc == keeper);
        if !stays && let Some(row) = tables.groups.get_mut(slot as usize) {
            row.keeper = NONE;
        }
        told.groups.push(slot);
    }
    let mut events = Vec::new();
    let mut event = |kind: EventKind, group: u64, other: u64| {
        events.push(Told {
            cause,
            kind: kind.number(),
            group,
            other,
        });
    };
    let id_of = |tables: &Tables, slot: Option<&u32>| {
        slot.and_then(|&slot| tables.group(slot))
            .map_or(0, |row| row.id)
    };
    for (group, into) in &parts {
        let old_id = rows.get(group).map_or(0, |row| row.0);
        let keeps = lending.contains(group);
        match into.first() {
            None => event(EventKind::Ended, old_id, 0),
            Some(&at) if !keeps => {
                event(
                    EventKind::Merged,
                    id_of(tables, told.groups.get(at)),
                    old_id,
                );
            }
            Some(_) => {}
        }
        for &at in into
            .iter()
            .skip(1)
            .filter(|&&at| lent.get(at) == Some(&None))
        {
            event(EventKind::Split, id_of(tables, told.groups.get(at)), old_id);
        }
    }
    told.events = events;
    for &class in texts {
        let now = tables
            .group_of_class(class)
            .and_then(|slot| tables.group(slot))
            .map_or(0, |row| row.id);
        if before.get(&class).copied().unwrap_or(0) != now {
            told.moved
                .extend(tables.members(class).map(|doc| (doc, now)));
        }
    }
    told
}
