//! What was read and what came of it over all layers of archives and compression, so that
//! a bomb in a bomb is one that is a thousand times as large, and no more.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Bombs in one input behind which reading goes on: each costs
/// [`ratio_after_bytes`](super::super::Limits) of work before it is known to be one.
const BOMBS: u32 = 16;

/// Bytes of one input and everything in it.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Tally {
    /// Read as stored.
    taken: AtomicU64,
    /// Decompressed, on any layer.
    given: AtomicU64,
    bombs: AtomicU32,
}

impl Tally {
    pub fn take(&self, bytes: usize) {
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub fn give(&self, bytes: usize) {
        self.given.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Takes back what a bomb gave, so that it is not held against what stands behind it; false
    /// where there were so many that nothing more of the input is read.
    pub fn forgive(&self, given: u64) -> bool {
        if self.bombs.fetch_add(1, Ordering::Relaxed) >= BOMBS {
            return false;
        }
        let rest = |all: u64| Some(all.saturating_sub(given));
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        self.given.fetch_update(set, fetch, rest).is_ok()
    }

    /// Bytes taken and given.
    pub fn so_far(&self) -> (u64, u64) {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (of(&self.taken), of(&self.given))
    }
}

/// A reader of stored bytes.
pub(in crate::ingest) struct Counted<R> {
    pub inner: R,
    pub tally: Arc<Tally>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.tally.take(read);
        Ok(read)
    }
}
