//! A stream of which bytes can be looked at long before they are due.

use std::io::{self, Read};
use std::path::PathBuf;

use super::header::BLOCK;
use crate::ingest::reason::{Reason, Refusal};
use crate::ingest::window::Bytes;
use crate::spill::Spill;

/// Bytes that are kept in memory; more go to a temporary file.
const HELD: usize = 1 << 20;

/// Keeps what was looked at until it is due: everything on the way there, once.
pub(super) struct Ahead<'w, 'a> {
    pub inner: &'w mut Bytes<'a>,
    folder: Option<PathBuf>,
    kept: Spill,
    /// How much of it was read.
    given: u64,
}

impl<'w, 'a> Ahead<'w, 'a> {
    pub fn new(inner: &'w mut Bytes<'a>, folder: Option<PathBuf>) -> Self {
        Ahead {
            inner,
            kept: Spill::new(HELD, folder.clone()),
            folder,
            given: 0,
        }
    }

    /// The block behind so many more bytes, or what there is of it; `None` where the stream ends
    /// before.
    ///
    /// # Errors
    /// What the system says of the temporary file.
    pub fn peek(&mut self, ahead: u64) -> io::Result<Option<Vec<u8>>> {
        let start = self.given.saturating_add(ahead);
        let end = start.saturating_add(BLOCK as u64);
        while self.kept.len() < end {
            let piece = self.inner.fill(1);
            let wanted = usize::try_from(end - self.kept.len()).unwrap_or(usize::MAX);
            let piece = piece.get(..wanted).unwrap_or(piece);
            if piece.is_empty() {
                break;
            }
            let taken = piece.len();
            self.kept.append(piece).map_err(unusable)?;
            self.inner.consume(taken);
        }
        let Some(len) = self.kept.len().checked_sub(start) else {
            return Ok(None);
        };
        let mut block = vec![0; len.min(BLOCK as u64) as usize];
        self.kept.read(start, &mut block).map_err(unusable)?;
        Ok(Some(block))
    }
}

impl Read for Ahead<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let kept = self.kept.len() - self.given;
        if kept == 0 {
            return self.inner.read(out);
        }
        let len = kept.min(out.len() as u64) as usize;
        let out = out.get_mut(..len).unwrap_or_default();
        self.kept.read(self.given, out).map_err(unusable)?;
        self.given += len as u64;
        if self.given == self.kept.len() {
            self.kept = Spill::new(HELD, self.folder.clone());
            self.given = 0;
        }
        Ok(len)
    }
}

fn unusable(error: crate::error::Error) -> io::Error {
    Refusal::new(Reason::Unreadable, error.to_string()).into()
}
