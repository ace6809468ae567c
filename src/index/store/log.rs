//! The log itself: appends, commits, reads.

use std::io;
use std::sync::Arc;

use super::files::{Files, OpenFile, read_full, write_all};
use super::format::{
    BATCH_HEAD, BatchHead, ENTRY_HEAD, EntryHead, MAX_BATCH, MAX_ENTRY, SEGMENT_HEAD,
    fingerprint_hash,
};
use super::manifest::{MANIFEST, Manifest};
use super::open::new_segment;
use super::recover::Tail;
use super::{Place, Position, Segment, damaged, segment_name, trouble};
use crate::error::{Error, IndexTrouble};
use crate::hash::hash64;

/// How a store is kept; none of it changes what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// A segment of this many bytes is closed before the next batch begins.
    pub segment_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            segment_bytes: 256 << 20,
        }
    }
}

/// A segment with its file.
#[derive(Clone)]
pub(super) struct Log {
    pub number: u32,
    /// Bytes up to the end of the last batch.
    pub bytes: u64,
    pub file: Arc<dyn OpenFile>,
}

/// An open log: one writer, or any number of readers.
///
/// After a write or a sync that failed every further call that would write fails; reads go on.
/// Opened again, it holds what was acknowledged.
pub struct Store {
    pub(super) files: Arc<dyn Files>,
    pub(super) fingerprint: String,
    pub(super) generation: u64,
    /// Number of the next segment.
    pub(super) next: u32,
    /// Number of the newest snapshot.
    pub(super) table: u32,
    /// In the order of the log. Never empty.
    pub(super) logs: Vec<Log>,
    /// Bytes of the last segment known to be on the disk.
    durable: u64,
    /// Number of the next batch.
    sequence: u64,
    /// The open batch: room for its head, then its entries. Empty before the first.
    batch: Vec<u8>,
    count: u32,
    segment_bytes: u64,
    /// Held as long as this is the writer.
    lock: Option<Arc<dyn OpenFile>>,
    /// Why nothing may be written any more.
    stopped: Option<String>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = f.debug_struct("Store");
        out.field("place", &self.files.place());
        out.field("segments", &self.segments());
        out.field("pending", &self.count).finish_non_exhaustive()
    }
}

impl Store {
    /// A store for reading.
    pub(super) fn of(
        files: Arc<dyn Files>,
        manifest: &Manifest,
        logs: Vec<Log>,
        tail: Tail,
    ) -> Self {
        Store {
            files,
            fingerprint: manifest.fingerprint.clone(),
            generation: manifest.generation,
            next: manifest.next,
            table: 0,
            logs,
            durable: tail.durable,
            sequence: tail.sequence,
            batch: Vec::new(),
            count: 0,
            segment_bytes: 0,
            lock: None,
            stopped: Some("it was opened for reading".to_string()),
        }
    }

    /// Makes it the writer's, with everything in it on the disk.
    pub(super) fn settled(&mut self, lock: Arc<dyn OpenFile>, options: &Options, table: u32) {
        self.durable = self.last_bytes();
        self.segment_bytes = options.segment_bytes;
        (self.lock, self.stopped, self.table) = (Some(lock), None, table);
    }

    /// The folder.
    pub fn path(&self) -> &std::path::Path {
        self.files.place()
    }

    /// What is said of an entry whose bytes are what was written and mean nothing.
    pub fn broken(&self, place: Place, what: &str) -> Error {
        damaged(
            &*self.files,
            &segment_name(place.segment),
            place.offset,
            what,
        )
    }

    /// The settings that it was made with, as they were given.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Puts an entry into the open batch and returns where it will stand.
    /// It can be read at once. Touches no file, other than to begin a new segment.
    ///
    /// # Errors
    /// An entry of more than 1 GiB, a batch of more than 3 GiB; an earlier write failed; what the system says.
    pub fn append(&mut self, kind: u8, bytes: &[u8]) -> Result<Place, Error> {
        self.writable()?;
        let length = ENTRY_HEAD + bytes.len();
        if bytes.len() > MAX_ENTRY || self.batch.len() + length > MAX_BATCH {
            let what = format!("takes no entry of {} bytes here", bytes.len());
            return Err(trouble(&*self.files, IndexTrouble::Misuse { what }));
        }
        if self.batch.is_empty() {
            if self.last_bytes() >= self.segment_bytes.max(SEGMENT_HEAD + 1) {
                self.begin_segment()?;
            }
            self.batch.resize(BATCH_HEAD, 0);
        }
        let place = Place {
            segment: self.last_number(),
            offset: self.last_bytes() + self.batch.len() as u64,
        };
        let head = EntryHead::of(kind, bytes, place);
        self.batch.extend_from_slice(&head.bytes());
        self.batch.extend_from_slice(bytes);
        self.count += 1;
        Ok(place)
    }

    /// Puts the bytes of an entry into `out`, in place of what it holds, and returns its kind.
    /// One read of the file for up to 8 KiB, two beyond.
    ///
    /// # Errors
    /// Nothing stands there, or not what was written; what the system says.
    pub fn read(&self, place: Place, out: &mut Vec<u8>) -> Result<u8, Error> {
        /// Bytes read before the length is known.
        const GUESS: usize = 8 << 10;
        let bad = |what| {
            damaged(
                &*self.files,
                &segment_name(place.segment),
                place.offset,
                what,
            )
        };
        let none = || {
            let what = format!("holds no entry at {}:{}", place.segment, place.offset);
            trouble(&*self.files, IndexTrouble::Misuse { what })
        };
        let log = self.logs.iter().find(|log| log.number == place.segment);
        let log = log.ok_or_else(none)?;
        let broken = "no intact entry";
        if place.offset >= log.bytes {
            let is_last = place.segment == self.last_number();
            let from = usize::try_from(place.offset - log.bytes).map_err(|_| none())?;
            let entry = self
                .batch
                .get(from..)
                .filter(|_| is_last)
                .ok_or_else(none)?;
            let head = EntryHead::parse(entry, place).ok_or_else(none)?;
            let bytes = entry
                .get(ENTRY_HEAD..)
                .and_then(|rest| rest.get(..head.length));
            out.clear();
            out.extend_from_slice(bytes.ok_or_else(none)?);
            return Ok(head.kind);
        }
        let io = |cause| {
            let path = self.files.place().join(segment_name(place.segment));
            Error::io("reading", path, cause)
        };
        let rest = usize::try_from(log.bytes - place.offset).unwrap_or(usize::MAX);
        out.resize(GUESS.min(rest), 0);
        let mut read = read_full(&*log.file, out, place.offset).map_err(io)?;
        out.truncate(read);
        let head = EntryHead::parse(out, place).ok_or_else(|| bad(broken))?;
        let whole = ENTRY_HEAD + head.length;
        if whole > rest {
            return Err(bad(broken));
        }
        if whole > read {
            out.resize(whole, 0);
            let behind = out.get_mut(read..).unwrap_or_default();
            read += read_full(&*log.file, behind, place.offset + read as u64).map_err(io)?;
        }
        out.truncate(whole.min(read));
        out.drain(..ENTRY_HEAD.min(read));
        match head.covers(out) {
            true => Ok(head.kind),
            false => {
                out.clear();
                Err(bad(broken))
            }
        }
    }

    /// Entries of the open batch.
    pub fn pending(&self) -> usize {
        self.count as usize
    }

    /// Writes the open batch. With `durable` it is on the disk when this returns, and so is
    /// everything before; without, it survives the end of the process but not a power loss.
    ///
    /// # Errors
    /// What the system says, or an earlier write failed. The batch is not acknowledged then; a
    /// later open finds it whole or not at all.
    pub fn commit(&mut self, durable: bool) -> Result<(), Error> {
        self.writable()?;
        if self.count > 0 {
            let at = Place {
                segment: self.last_number(),
                offset: self.last_bytes(),
            };
            let payload = self.batch.get(BATCH_HEAD..).unwrap_or_default();
            let head = BatchHead {
                sequence: self.sequence,
                count: self.count,
                length: payload.len() as u64,
                durable: self.durable,
                payload: hash64(payload),
            };
            if let Some(room) = self.batch.first_chunk_mut() {
                *room = head.bytes(at);
            }
            let name = segment_name(at.segment);
            let batch = std::mem::take(&mut self.batch);
            let wrote = self.last_file(|file| write_all(file, &batch, at.offset));
            self.batch = batch;
            self.attempt("writing", &name, wrote)?;
            let length = self.batch.len() as u64;
            if let Some(last) = self.logs.last_mut() {
                last.bytes += length;
            }
            self.batch.clear();
            (self.count, self.sequence) = (0, self.sequence + 1);
        }
        match durable {
            true => self.sync(),
            false => Ok(()),
        }
    }

    /// Brings every committed batch to the disk.
    ///
    /// # Errors
    /// As [`commit`](Store::commit).
    pub fn sync(&mut self) -> Result<(), Error> {
        self.writable()?;
        if self.durable < self.last_bytes() {
            let synced = self.last_file(|file| file.sync());
            self.attempt("syncing", &segment_name(self.last_number()), synced)?;
            self.durable = self.last_bytes();
        }
        Ok(())
    }

    /// The end of the last committed batch.
    pub fn end(&self) -> Position {
        Position {
            segment: self.last_number(),
            offset: self.last_bytes(),
        }
    }

    /// The segments in the order of the log. The last is the one that grows.
    pub fn segments(&self) -> Vec<Segment> {
        let segment = |log: &Log| Segment {
            number: log.number,
            bytes: log.bytes,
        };
        self.logs.iter().map(segment).collect()
    }

    /// Closes the last segment where it holds an entry, so that it can be rewritten.
    ///
    /// # Errors
    /// As [`commit`](Store::commit); entries are pending.
    pub fn seal(&mut self) -> Result<(), Error> {
        self.writable()?;
        if self.count > 0 {
            let what = "cannot close a segment with entries that are not committed".to_string();
            return Err(trouble(&*self.files, IndexTrouble::Misuse { what }));
        }
        match self.last_bytes() > SEGMENT_HEAD {
            true => self.begin_segment(),
            false => Ok(()),
        }
    }

    /// Syncs and notes how long the log is, so that any loss is seen. What is
    /// pending is not written. To drop a store instead is as to be killed.
    ///
    /// # Errors
    /// As [`commit`](Store::commit).
    pub fn close(mut self) -> Result<(), Error> {
        self.sync()?;
        self.store_manifest()?;
        if let Some(lock) = &self.lock {
            // Nobody's any more; only a courtesy.
            _ = lock.truncate(0);
        }
        Ok(())
    }

    /// Brings the last segment to the disk and begins another.
    fn begin_segment(&mut self) -> Result<(), Error> {
        self.sync()?;
        let number = self.take_number()?;
        let fingerprint = fingerprint_hash(&self.fingerprint);
        let made = new_segment(&*self.files, number, fingerprint, self.sequence);
        let log = self.attempt("beginning", &segment_name(number), made)?;
        self.logs.push(log);
        self.durable = SEGMENT_HEAD;
        self.store_manifest()
    }

    /// The number of a new segment.
    pub(super) fn take_number(&mut self) -> Result<u32, Error> {
        let number = self.next;
        let Some(next) = number.checked_add(1) else {
            let what = "has no number left for a segment".to_string();
            return Err(trouble(&*self.files, IndexTrouble::Misuse { what }));
        };
        self.next = next;
        Ok(number)
    }

    pub(super) fn manifest(&self, logs: &[Log], generation: u64) -> Manifest {
        let mut segments: Vec<(u32, u64)> =
            logs.iter().map(|log| (log.number, log.bytes)).collect();
        if let Some(last) = segments.last_mut() {
            last.1 = self.durable;
        }
        Manifest {
            fingerprint: self.fingerprint.clone(),
            generation,
            next: self.next,
            sequence: self.sequence,
            segments,
        }
    }

    /// Writes the manifest of what is there.
    pub(super) fn store_manifest(&mut self) -> Result<(), Error> {
        let manifest = self.manifest(&self.logs, self.generation);
        let stored = manifest.store(&*self.files);
        self.attempt("writing", MANIFEST, stored)
    }

    /// Makes sure that something may be written.
    ///
    /// # Errors
    /// An earlier write failed, or this is a reader.
    pub(super) fn writable(&self) -> Result<(), Error> {
        match &self.stopped {
            None => Ok(()),
            Some(why) => {
                let why = why.clone();
                Err(trouble(&*self.files, IndexTrouble::Closed { why }))
            }
        }
    }

    /// Notes a failure, after which nothing is written any more.
    pub(super) fn attempt<T>(
        &mut self,
        doing: &'static str,
        name: &str,
        result: io::Result<T>,
    ) -> Result<T, Error> {
        result.map_err(|cause| {
            self.stopped = Some(format!("{doing} {name} failed: {cause}"));
            Error::io(doing, self.files.place().join(name), cause)
        })
    }

    fn last_file<T>(&self, run: impl FnOnce(&dyn OpenFile) -> io::Result<T>) -> io::Result<T> {
        match self.logs.last() {
            Some(log) => run(&*log.file),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn last_number(&self) -> u32 {
        self.logs.last().map_or(0, |log| log.number)
    }

    fn last_bytes(&self) -> u64 {
        self.logs.last().map_or(0, |log| log.bytes)
    }
}
