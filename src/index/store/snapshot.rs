//! When a snapshot is taken, and whether it is one of this log as it is now.

use std::io::{self, Write};

use super::format::fingerprint_hash;
use super::log::{Log, Store};
use super::table::{self, Moment, table_name};
use super::{NoSnapshot, Snapshot, names};
use crate::error::Error;

impl Store {
    /// Keeps a snapshot of the caller's tables, as they are at [`end`](Store::end), in place of
    /// the last one. The log is synced first. A snapshot is a cache: to lose it costs time.
    ///
    /// # Errors
    /// What `write` or the system says, or an earlier write failed.
    pub fn save_table(
        &mut self,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        self.sync()?;
        self.store_manifest()?;
        let moment = Moment {
            position: self.end(),
            generation: self.generation,
            fingerprint: fingerprint_hash(&self.fingerprint),
        };
        let number = self.table + 1;
        let saved = table::save(&*self.files, number, moment, write);
        self.attempt("writing the snapshot", &table_name(number), saved)?;
        let before = std::mem::replace(&mut self.table, number);
        if before > 0 {
            // What stays is swept by the next writer.
            _ = self.files.remove(&table_name(before));
        }
        Ok(())
    }

    /// The last snapshot, or why there is none to use.
    ///
    /// # Errors
    /// What the system says.
    pub fn table(&self) -> Result<Snapshot, Error> {
        let io = |cause| Error::io("reading the snapshot", self.files.place(), cause);
        let number = names::last_table(&self.files.list().map_err(io)?);
        let fingerprint = fingerprint_hash(&self.fingerprint);
        let (moment, reader) = match table::open(&*self.files, number, fingerprint).map_err(io)? {
            Ok(opened) => opened,
            Err(why) => return Ok(Snapshot::None(why)),
        };
        let at = moment.position;
        let holds = |log: &Log| log.number == at.segment && at.offset <= log.bytes;
        let is_of_this_log = moment.generation == self.generation && self.logs.iter().any(holds);
        Ok(match is_of_this_log {
            true => Snapshot::Ready(at, Box::new(reader)),
            false => Snapshot::None(NoSnapshot::Stale),
        })
    }
}
