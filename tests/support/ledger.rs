//! A run of the store with an account of what it has acknowledged.

use std::io::Read;
use std::sync::Arc;

use wirecopy::error::{Error, ErrorKind, IndexTrouble};
use wirecopy::index::store::{Files, Options, Place, Position, Snapshot, Store};

use super::dice::Dice;
use super::faulty::World;

/// The settings of every run.
pub const SETTINGS: &str = "width 5\nbands 42";
/// Small segments, so that many are closed.
pub const OPTIONS: Options = Options {
    segment_bytes: 2000,
};

/// An entry's number is in its bytes, and all of them follow from it.
pub fn content(id: u32) -> (u8, Vec<u8>) {
    let mut dice = Dice::new(u64::from(id));
    let length = match dice.roll(12) {
        0 => 0,
        1 => 1500,
        _ => dice.roll(200),
    };
    let mut bytes = id.to_le_bytes().to_vec();
    bytes.extend((0..length).map(|_| dice.roll(256) as u8));
    ((id % 250) as u8, bytes)
}

/// The entry's number, which must be that of exactly these bytes.
pub fn id(kind: u8, bytes: &[u8]) -> u32 {
    let id = u32::from_le_bytes(*bytes.first_chunk().unwrap());
    assert_eq!(
        (kind, bytes),
        (content(id).0, &content(id).1[..]),
        "half an entry, or none of ours"
    );
    id
}

/// What was asked for and what was acknowledged.
#[derive(Clone, Default)]
pub struct Ledger {
    /// The next entry.
    pub next: u32,
    /// Entries below were acknowledged.
    pub acked: u32,
    /// Entries below were acknowledged as safe from power loss.
    pub safe: u32,
    /// Ends of batches.
    pub ends: Vec<u32>,
    /// Entries that a compaction has removed.
    pub removed: Vec<u32>,
    /// Entries that a compaction may have removed, all or none.
    pub removing: Vec<u32>,
}

/// Everything that a store holds, in order, with places.
pub fn all(store: &Store) -> Result<Vec<(Place, u32)>, Error> {
    from(store, Position::START)
}

fn from(store: &Store, position: Position) -> Result<Vec<(Place, u32)>, Error> {
    let mut found = Vec::new();
    store.replay(position, &mut |place, kind, bytes| {
        found.push((place, id(kind, bytes)));
        Ok(())
    })?;
    Ok(found)
}

/// Opens for writing.
pub fn open(world: &World) -> Result<Store, Error> {
    Store::create_or_open(
        Arc::new(world.clone()) as Arc<dyn Files>,
        SETTINGS,
        &OPTIONS,
    )
}

impl Ledger {
    /// Some steps, until one fails; then with the store, where there still is one.
    pub fn run(
        &mut self,
        world: &World,
        seed: u64,
        steps: usize,
    ) -> (Result<(), Error>, Option<Store>) {
        let mut store = None;
        let result = self.steps(world, seed, steps, &mut store);
        (result, store)
    }

    fn steps(
        &mut self,
        world: &World,
        seed: u64,
        steps: usize,
        slot: &mut Option<Store>,
    ) -> Result<(), Error> {
        let mut dice = Dice::new(seed);
        for step in 0..=steps {
            if step == steps || dice.roll(12) == 0 {
                if let Some(store) = slot.take() {
                    store.close()?;
                    self.safe = self.acked;
                }
                continue;
            }
            let store = match slot {
                Some(store) => store,
                None => slot.insert(open(world)?),
            };
            self.step(store, &mut dice)?;
        }
        Ok(())
    }

    fn step(&mut self, store: &mut Store, dice: &mut Dice) -> Result<(), Error> {
        match dice.roll(10) {
            0 => {
                let held: Vec<u8> = all(store)?
                    .iter()
                    .flat_map(|(_, id)| id.to_le_bytes())
                    .collect();
                store.save_table(&mut |out| out.write_all(&held))?;
                self.safe = self.acked;
            }
            1 => {
                store.seal()?;
                self.safe = self.acked;
            }
            2 => {
                store.sync()?;
                self.safe = self.acked;
            }
            3 | 4 => self.compact(store, dice)?,
            _ => {
                for _ in 0..=dice.roll(6) {
                    let (kind, bytes) = content(self.next);
                    let place = store.append(kind, &bytes)?;
                    self.next += 1;
                    let mut read = Vec::new();
                    assert_eq!((store.read(place, &mut read)?, read), (kind, bytes));
                }
                self.ends.push(self.next);
                let durable = dice.roll(3) > 0;
                store.commit(durable)?;
                self.acked = self.next;
                if durable {
                    self.safe = self.acked;
                }
            }
        }
        Ok(())
    }

    fn compact(&mut self, store: &mut Store, dice: &mut Dice) -> Result<(), Error> {
        let segments = store.segments();
        if segments.len() < 2 {
            return Ok(());
        }
        let number = segments[dice.roll(segments.len() - 1)].number;
        let whole = dice.roll(5) == 0;
        let chosen = |id: u32| whole || id.is_multiple_of(3);
        let inside = all(store)?
            .into_iter()
            .filter(|(place, _)| place.segment == number);
        let inside: Vec<(Place, u32)> = inside.collect();
        let gone = inside.iter().map(|&(_, id)| id).filter(|&id| chosen(id));
        self.removing = gone.collect();
        if whole && dice.roll(2) == 0 {
            store.drop_segment(number)?;
        } else {
            let mut moves = Vec::new();
            store.rewrite(
                number,
                &mut |_, kind, bytes| !chosen(id(kind, bytes)),
                &mut |old, new| moves.push((old, new)),
            )?;
            let kept = inside.iter().filter(|&&(_, id)| !chosen(id));
            assert_eq!(moves.len(), kept.clone().count());
            for ((old, new), (place, number)) in moves.into_iter().zip(kept) {
                let mut bytes = Vec::new();
                let kind = store.read(new, &mut bytes)?;
                assert_eq!((old, id(kind, &bytes)), (*place, *number));
                assert!(store.read(old, &mut bytes).is_err());
            }
        }
        self.removed.append(&mut self.removing);
        self.safe = self.acked;
        Ok(())
    }

    /// Compares what a store holds with the account, of which what is below `sure` must be there.
    pub fn check(&self, store: &Store, sure: u32) -> Vec<u32> {
        let found = all(store).unwrap();
        let ids: Vec<u32> = found.iter().map(|&(_, id)| id).collect();
        assert!(
            ids.is_sorted_by(|a, b| a < b),
            "out of order, or twice: {ids:?}"
        );
        let holds = |id: &u32| ids.binary_search(id).is_ok();
        assert!(!self.removed.iter().any(holds), "removed and there");
        let going = self.removing.iter().filter(|id| holds(id)).count();
        assert!(
            going == 0 || going == self.removing.len(),
            "half a compaction"
        );
        let gone = |id: &u32| self.removed.contains(id) || self.removing.contains(id);
        for id in (0..sure).filter(|id| !gone(id)) {
            assert!(holds(&id), "{id} was acknowledged: {ids:?}");
        }
        // What comes behind is a row of whole batches.
        let end = ids.last().map_or(0, |last| last + 1);
        if end > sure {
            assert!(self.ends.contains(&end), "half a batch");
            for id in (sure..end).filter(|id| !gone(id)) {
                assert!(holds(&id), "a hole at {id} before {end}");
            }
        }
        let mut bytes = Vec::new();
        for &(place, number) in &found {
            let kind = store.read(place, &mut bytes).unwrap();
            assert_eq!(id(kind, &bytes), number);
        }
        if let Some((table, position)) = table(store).unwrap() {
            let behind = from(store, position).unwrap().into_iter().map(|(_, id)| id);
            assert_eq!(table.into_iter().chain(behind).collect::<Vec<u32>>(), ids);
        }
        ids
    }

    /// After a crash: what is there now counts as asked for, acknowledged and safe.
    pub fn settle(&mut self, ids: &[u32]) {
        let going = self
            .removing
            .first()
            .is_some_and(|id| ids.binary_search(id).is_err());
        match going {
            true => self.removed.append(&mut self.removing),
            false => self.removing.clear(),
        }
        self.ends
            .retain(|end| ids.last().is_some_and(|last| *end <= *last + 1));
        let end = ids
            .last()
            .map_or(self.safe, |last| (last + 1).max(self.safe));
        (self.next, self.acked, self.safe) = (end, end, end);
    }
}

/// The numbers in the snapshot, and where it was taken. None where its bytes are damaged.
pub fn table(store: &Store) -> Result<Option<(Vec<u32>, Position)>, Error> {
    let Snapshot::Ready(position, mut reader) = store.table()? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    match reader.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(cause) if cause.kind() == std::io::ErrorKind::InvalidData => return Ok(None),
        Err(cause) => return Err(Error::io("reading the snapshot", "index", cause)),
    }
    let numbers = bytes
        .chunks(4)
        .map(|four| u32::from_le_bytes(four.try_into().unwrap()));
    Ok(Some((numbers.collect(), position)))
}

/// What is the matter, where it is an index's trouble.
pub fn trouble(error: &Error) -> Option<&IndexTrouble> {
    match error.kind() {
        ErrorKind::Index { trouble, .. } => Some(trouble),
        _ => None,
    }
}
