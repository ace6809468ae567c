//! A segment that is written from another one.

use std::io;
use std::sync::Arc;

use super::Place;
use super::files::{Files, OpenFile, write_all};
use super::format::{BATCH_HEAD, BatchHead, EntryHead, SEGMENT_HEAD, SegmentHead};
use crate::hash::hash64;

/// Bytes held before they are written.
const HELD: usize = 4 << 20;

/// A segment in the making.
pub(super) struct Copy {
    file: Arc<dyn OpenFile>,
    number: u32,
    /// Bytes in the file.
    written: u64,
    /// What comes behind them: batches, then the open one.
    held: Vec<u8>,
    /// Where the open batch begins in `held`.
    open: usize,
    count: u32,
}

impl Copy {
    /// Begins a file of this name.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn begin(files: &dyn Files, name: &str, head: SegmentHead) -> io::Result<Self> {
        let file = files.create(name)?;
        Ok(Copy {
            file,
            number: head.number,
            written: 0,
            held: head.bytes(),
            open: SEGMENT_HEAD as usize,
            count: 0,
        })
    }

    /// Puts an entry into the open batch; returns where it will stand.
    pub(super) fn entry(&mut self, kind: u8, bytes: &[u8]) -> Place {
        if self.count == 0 {
            self.held.resize(self.open + BATCH_HEAD, 0);
        }
        let place = Place {
            segment: self.number,
            offset: self.written + self.held.len() as u64,
        };
        self.held
            .extend_from_slice(&EntryHead::of(kind, bytes, place).bytes());
        self.held.extend_from_slice(bytes);
        self.count += 1;
        place
    }

    /// Ends the open batch; one without entries is left out.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn end_batch(&mut self, sequence: u64) -> io::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let at = Place {
            segment: self.number,
            offset: self.written + self.open as u64,
        };
        if let Some((room, payload)) = self
            .held
            .get_mut(self.open..)
            .and_then(|batch| batch.split_first_chunk_mut())
        {
            let head = BatchHead {
                sequence,
                count: self.count,
                length: payload.len() as u64,
                durable: 0,
                payload: hash64(payload),
            };
            *room = head.bytes(at);
        }
        self.count = 0;
        if self.held.len() >= HELD {
            self.flush()?;
        }
        self.open = self.held.len();
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        write_all(&*self.file, &self.held, self.written)?;
        self.written += self.held.len() as u64;
        self.held.clear();
        Ok(())
    }

    /// Brings it to the disk, its name apart. Returns the file and its length.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn finish(mut self) -> io::Result<(Arc<dyn OpenFile>, u64)> {
        self.flush()?;
        self.file.sync()?;
        Ok((self.file, self.written))
    }
}
