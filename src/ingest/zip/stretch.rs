//! A part of an archive that lies in a file.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use flate2::Crc;

use super::super::inflate::Tally;
use super::super::reason::{Reason, Refusal};

/// An archive as a file.
#[derive(Clone)]
pub(super) struct Stored<'a> {
    pub file: &'a fs::File,
    pub len: u64,
    /// Where bytes that come from an input itself are counted.
    pub tally: Option<Arc<Tally>>,
}

impl<'a> Stored<'a> {
    /// The bytes from `at` up to `end`, as far as there are any.
    pub fn stretch(&self, at: u64, end: u64) -> Stretch<'a> {
        Stretch {
            file: self.file,
            at,
            end: end.min(self.len),
            tally: self.tally.clone(),
        }
    }

    /// The bytes at `at`, at most `want` of them.
    pub fn bytes(&self, at: u64, want: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let end = at.saturating_add(want as u64);
        self.stretch(at, end).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Reads a part of a file that others may read as well.
pub(super) struct Stretch<'a> {
    file: &'a fs::File,
    at: u64,
    end: u64,
    tally: Option<Arc<Tally>>,
}

impl Read for Stretch<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = left.min(out.len());
        let Some(out) = out.get_mut(..most).filter(|out| !out.is_empty()) else {
            return Ok(0);
        };
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(out)?;
        self.at += read as u64;
        if let Some(tally) = &self.tally {
            tally.take(read);
        }
        Ok(read)
    }
}

/// A member that is compared with what the archive says of it, once it was read.
pub(super) struct Checked<R> {
    inner: R,
    /// Checksum and length; `None` once they were looked at.
    expected: Option<(u32, u64)>,
    crc: Crc,
    len: u64,
}

impl<R: Read> Checked<R> {
    pub fn new(inner: R, expected: Option<(u32, u64)>) -> Self {
        Checked {
            inner,
            expected,
            crc: Crc::new(),
            len: 0,
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        let read = match self.inner.read(out) {
            Ok(read) => read,
            Err(error) => {
                self.expected = None;
                return Err(error);
            }
        };
        self.crc.update(out.get(..read).unwrap_or_default());
        self.len += read as u64;
        match self.expected.take_if(|_| read == 0) {
            Some((_, len)) if len > self.len => Err(Refusal::new(
                Reason::Truncated,
                format!("the member ends after {} of {len} bytes", self.len),
            )
            .into()),
            Some((crc, len)) if (crc, len) != (self.crc.sum(), self.len) => Err(Refusal::new(
                Reason::Corrupt,
                "the member is damaged: its bytes and its checksum differ",
            )
            .into()),
            _ => Ok(read),
        }
    }
}
