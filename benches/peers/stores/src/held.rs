//! The stores behind one face: numbered entries in durable batches.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Result;

/// A store of entries with rising numbers.
pub trait Held {
    /// Puts entries in, numbered from `first`, and returns when they are on the disk.
    fn put(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<()>;
    /// Bytes of an entry, which is read as a whole; 0 where there is none.
    fn get(&mut self, number: u64) -> Result<usize>;
    /// Removes all entries with smaller numbers, durably, and gives their room back as far as the store can.
    fn remove_below(&mut self, number: u64) -> Result<()>;
    fn close(self: Box<Self>) -> Result<()>;
}

type Open = fn(&Path) -> Result<Box<dyn Held>>;

/// Every store by its name, with what opens it in a folder.
pub const KINDS: [(&str, Open); 6] = [
    ("wirecopy", |folder| Ok(Box::new(Log::open(folder)?))),
    ("redb", |folder| Ok(Box::new(Redb::open(folder)?))),
    ("fjall", |folder| Ok(Box::new(Fjall::open(folder, false)?))),
    ("fjall, values apart", |folder| {
        Ok(Box::new(Fjall::open(folder, true)?))
    }),
    ("LMDB", |folder| Ok(Box::new(Lmdb::open(folder)?))),
    ("SQLite", |folder| Ok(Box::new(Sqlite::open(folder)?))),
];

/// Entries removed in one transaction.
const REMOVED: u64 = 10_000;

mod log {
    pub use wirecopy::index::store::{Disk, Options, Place, Position, Snapshot, Store};
}

/// The log of wirecopy's index with the places of its entries in memory, as the index has them.
struct Log {
    store: log::Store,
    /// Number of the first entry that is held.
    first: u64,
    places: Vec<log::Place>,
}

const ENTRY: u8 = 1;
const REMOVAL: u8 = 2;

impl Log {
    fn open(folder: &Path) -> Result<Self> {
        let files = Arc::new(log::Disk::new(folder));
        let store = log::Store::create_or_open(files, "stores 1\n", &log::Options::default())?;
        let (mut first, mut places) = (0, Vec::new());
        let from = match store.table()? {
            log::Snapshot::Ready(position, mut reader) => {
                let mut number = [0; 8];
                reader.read_exact(&mut number)?;
                first = u64::from_le_bytes(number);
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes)?;
                places.extend(bytes.chunks_exact(12).map(|chunk| {
                    let (segment, offset) = chunk.split_at(4);
                    log::Place {
                        segment: u32::from_le_bytes(segment.try_into().unwrap_or_default()),
                        offset: u64::from_le_bytes(offset.try_into().unwrap_or_default()),
                    }
                }));
                position
            }
            log::Snapshot::None(_) => log::Position::START,
        };
        store.replay(from, &mut |place, kind, bytes| {
            match kind {
                ENTRY => places.push(place),
                _ => first = u64::from_le_bytes(bytes.try_into().unwrap_or_default()),
            }
            Ok(())
        })?;
        Ok(Log {
            store,
            first,
            places,
        })
    }

    fn save(&mut self) -> Result<()> {
        let (first, places) = (self.first, &self.places);
        self.store.save_table(&mut |out| {
            let mut bytes = first.to_le_bytes().to_vec();
            for place in places {
                bytes.extend(place.segment.to_le_bytes());
                bytes.extend(place.offset.to_le_bytes());
            }
            out.write_all(&bytes)
        })?;
        Ok(())
    }
}

impl Held for Log {
    fn put(&mut self, _: u64, entries: &[Vec<u8>]) -> Result<()> {
        for entry in entries {
            self.places.push(self.store.append(ENTRY, entry)?);
        }
        Ok(self.store.commit(true)?)
    }

    fn get(&mut self, number: u64) -> Result<usize> {
        let Some(at) = number.checked_sub(self.first) else {
            return Ok(0);
        };
        let mut bytes = Vec::new();
        self.store.read(self.places[at as usize], &mut bytes)?;
        Ok(bytes.len())
    }

    fn remove_below(&mut self, number: u64) -> Result<()> {
        self.store.append(REMOVAL, &number.to_le_bytes())?;
        self.store.commit(true)?;
        let gone = self
            .places
            .drain(..(number - self.first) as usize)
            .collect::<Vec<_>>();
        self.first = number;
        self.store.seal()?;
        let segments: Vec<u32> = gone.iter().map(|place| place.segment).collect();
        let (all, mut mixed) = (segments.last().copied().unwrap_or(0), Vec::new());
        for segment in self
            .store
            .segments()
            .iter()
            .map(|segment| segment.number)
            .filter(|n| *n <= all)
        {
            match self.places.iter().any(|place| place.segment == segment) {
                true => mixed.push(segment),
                false => self.store.drop_segment(segment)?,
            }
        }
        for segment in mixed {
            let held: std::collections::HashSet<log::Place> = self.places.iter().copied().collect();
            let mut moved = std::collections::HashMap::new();
            let mut keep = |place, _, _: &[u8]| held.contains(&place);
            let mut tell = |from, to| _ = moved.insert(from, to);
            self.store.rewrite(segment, &mut keep, &mut tell)?;
            for place in &mut self.places {
                *place = moved.get(place).copied().unwrap_or(*place);
            }
        }
        self.save()
    }

    fn close(mut self: Box<Self>) -> Result<()> {
        self.save()?;
        Ok(self.store.close()?)
    }
}

struct Redb(redb::Database);

const TABLE: redb::TableDefinition<u64, &[u8]> = redb::TableDefinition::new("entries");

impl Redb {
    fn open(folder: &Path) -> Result<Self> {
        Ok(Redb(redb::Database::create(folder.join("redb"))?))
    }
}

impl Held for Redb {
    fn put(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<()> {
        let write = self.0.begin_write()?;
        let mut table = write.open_table(TABLE)?;
        for (number, entry) in (first..).zip(entries) {
            table.insert(number, &entry[..])?;
        }
        drop(table);
        Ok(write.commit()?)
    }

    fn get(&mut self, number: u64) -> Result<usize> {
        use redb::ReadableDatabase;
        let read = self.0.begin_read()?;
        let table = read.open_table(TABLE)?;
        Ok(table
            .get(number)?
            .map_or(0, |entry| entry.value().to_vec().len()))
    }

    fn remove_below(&mut self, number: u64) -> Result<()> {
        for first in (0..number).step_by(REMOVED as usize) {
            let write = self.0.begin_write()?;
            let mut table = write.open_table(TABLE)?;
            table.retain_in(first..number.min(first + REMOVED), |_, _| false)?;
            drop(table);
            write.commit()?;
        }
        self.0.compact()?;
        Ok(())
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

struct Fjall {
    database: fjall::Database,
    entries: fjall::Keyspace,
}

impl Fjall {
    fn open(folder: &Path, is_apart: bool) -> Result<Self> {
        let database = fjall::Database::builder(folder.join("fjall")).open()?;
        let entries = database.keyspace("entries", || {
            let options = fjall::KeyspaceCreateOptions::default();
            options.with_kv_separation(is_apart.then(fjall::KvSeparationOptions::default))
        })?;
        Ok(Fjall { database, entries })
    }
}

impl Held for Fjall {
    fn put(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<()> {
        let mut batch = self
            .database
            .batch()
            .durability(Some(fjall::PersistMode::SyncAll));
        for (number, entry) in (first..).zip(entries) {
            batch.insert(&self.entries, number.to_be_bytes(), &entry[..]);
        }
        Ok(batch.commit()?)
    }

    fn get(&mut self, number: u64) -> Result<usize> {
        let entry = self.entries.get(number.to_be_bytes())?;
        Ok(entry.map_or(0, |entry| entry.to_vec().len()))
    }

    fn remove_below(&mut self, number: u64) -> Result<()> {
        for first in (0..number).step_by(REMOVED as usize) {
            let mut batch = self
                .database
                .batch()
                .durability(Some(fjall::PersistMode::SyncAll));
            for gone in first..number.min(first + REMOVED) {
                batch.remove(&self.entries, gone.to_be_bytes());
            }
            batch.commit()?;
        }
        self.entries.rotate_memtable_and_wait()?;
        Ok(self.entries.major_compact()?)
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(self.database.persist(fjall::PersistMode::SyncAll)?)
    }
}

struct Lmdb {
    environment: heed::Env,
    entries: heed::Database<heed::types::U64<heed::byteorder::BE>, heed::types::Bytes>,
    folder: PathBuf,
}

impl Lmdb {
    #[allow(unsafe_code)]
    fn open(folder: &Path) -> Result<Self> {
        let mut options = heed::EnvOpenOptions::new();
        options.map_size(64 << 30);
        // SAFETY: nobody else writes to the folder.
        let environment = unsafe { options.open(folder)? };
        let mut write = environment.write_txn()?;
        let entries = environment.create_database(&mut write, None)?;
        write.commit()?;
        Ok(Lmdb {
            environment,
            entries,
            folder: folder.to_path_buf(),
        })
    }
}

impl Held for Lmdb {
    fn put(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<()> {
        let mut write = self.environment.write_txn()?;
        for (number, entry) in (first..).zip(entries) {
            self.entries.put(&mut write, &number, entry)?;
        }
        Ok(write.commit()?)
    }

    fn get(&mut self, number: u64) -> Result<usize> {
        let read = self.environment.read_txn()?;
        Ok(self
            .entries
            .get(&read, &number)?
            .map_or(0, |entry| entry.to_vec().len()))
    }

    fn remove_below(&mut self, number: u64) -> Result<()> {
        for first in (0..number).step_by(REMOVED as usize) {
            let mut write = self.environment.write_txn()?;
            self.entries
                .delete_range(&mut write, &(first..number.min(first + REMOVED)))?;
            write.commit()?;
        }
        // The only way to a smaller file is a copy of it.
        let copy = self.folder.join("copy.mdb");
        let file = self
            .environment
            .copy_to_path(&copy, heed::CompactionOption::Enabled)?;
        file.sync_all()?;
        std::fs::rename(&copy, self.folder.join("data.mdb"))?;
        Ok(std::fs::File::open(&self.folder)?.sync_all()?)
    }

    fn close(self: Box<Self>) -> Result<()> {
        self.environment.prepare_for_closing().wait();
        Ok(())
    }
}

struct Sqlite(rusqlite::Connection);

impl Sqlite {
    fn open(folder: &Path) -> Result<Self> {
        let connection = rusqlite::Connection::open(folder.join("sqlite"))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
             CREATE TABLE IF NOT EXISTS entries (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);",
        )?;
        Ok(Sqlite(connection))
    }
}

impl Held for Sqlite {
    fn put(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<()> {
        let write = self.0.transaction()?;
        let mut insert = write.prepare_cached("INSERT INTO entries VALUES (?1, ?2)")?;
        for (number, entry) in (first..).zip(entries) {
            insert.execute(rusqlite::params![number as i64, entry])?;
        }
        drop(insert);
        Ok(write.commit()?)
    }

    fn get(&mut self, number: u64) -> Result<usize> {
        let mut select = self
            .0
            .prepare_cached("SELECT bytes FROM entries WHERE number = ?1")?;
        let mut rows = select.query([number as i64])?;
        let found: Option<Vec<u8>> = rows.next()?.map(|row| row.get(0)).transpose()?;
        Ok(found.map_or(0, |entry| entry.len()))
    }

    fn remove_below(&mut self, number: u64) -> Result<()> {
        self.0
            .execute("DELETE FROM entries WHERE number < ?1", [number as i64])?;
        Ok(self
            .0
            .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?)
    }

    fn close(self: Box<Self>) -> Result<()> {
        self.0.close().map_err(|(_, error)| error.into())
    }
}
