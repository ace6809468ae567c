//! The log from front to back.

use super::batches::{Batches, Stop};
use super::format::SEGMENT_HEAD;
use super::log::{Log, Store};
use super::{Each, Position, damaged, segment_name, trouble};
use crate::error::{Error, IndexTrouble};

impl Store {
    /// Hands every committed entry behind `from` to `each`, in the order of the log.
    ///
    /// # Errors
    /// Damage, with its place; no border of batches is there; what `each` or the system says.
    pub fn replay(&self, from: Position, each: &mut Each<'_>) -> Result<(), Error> {
        let start = match from {
            Position::START => Some(0),
            _ => self.logs.iter().position(|log| log.number == from.segment),
        };
        let within = |index: &usize| {
            self.logs
                .get(*index)
                .is_some_and(|log| from.offset <= log.bytes)
        };
        let Some(start) = start.filter(within) else {
            let what = format!("does not reach {}:{}", from.segment, from.offset);
            return Err(trouble(&*self.files, IndexTrouble::Misuse { what }));
        };
        let mut at = from.offset.max(SEGMENT_HEAD);
        let mut least = 0;
        for log in self.logs.iter().skip(start) {
            least = self.replay_segment(log, at, least, each)?;
            at = SEGMENT_HEAD;
        }
        Ok(())
    }

    /// Hands out the entries of one segment; returns the lowest number the next batch may have.
    pub(super) fn replay_segment(
        &self,
        log: &Log,
        at: u64,
        least: u64,
        each: &mut Each<'_>,
    ) -> Result<u64, Error> {
        let mut least = least;
        let mut batches = Batches::new(&*log.file, log.number, at, log.bytes, least);
        loop {
            match batches.next() {
                Ok(None) => return Ok(least),
                Ok(Some(batch)) => {
                    least = batch.head.sequence.saturating_add(1);
                    if let Err(offset) = batch.entries(each)? {
                        return Err(self.bad(log, offset, "no intact entry"));
                    }
                }
                Err(stop) => return Err(self.stop(log, stop)),
            }
        }
    }

    fn bad(&self, log: &Log, offset: u64, what: &str) -> Error {
        damaged(&*self.files, &segment_name(log.number), offset, what)
    }

    pub(super) fn stop(&self, log: &Log, stop: Stop) -> Error {
        match stop {
            Stop::Io(cause) => {
                let path = self.files.place().join(segment_name(log.number));
                Error::io("reading", path, cause)
            }
            Stop::Bad { offset, what, .. } => self.bad(log, offset, what),
        }
    }
}
