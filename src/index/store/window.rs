//! A file read from front to back in large pieces.

use std::io;

use super::files::{OpenFile, read_full};

/// Bytes read at once.
const PIECE: usize = 1 << 20;

/// The part of a file that is in memory.
pub(super) struct Window<'f> {
    file: &'f dyn OpenFile,
    /// Bytes of the file that count.
    end: u64,
    start: u64,
    held: Vec<u8>,
}

impl<'f> Window<'f> {
    /// The first `end` bytes of a file.
    pub(super) fn new(file: &'f dyn OpenFile, end: u64) -> Self {
        Window {
            file,
            end,
            start: 0,
            held: Vec::new(),
        }
    }

    /// The bytes from `at`: `length` of them, or fewer at the end. Places may only rise.
    /// Memory grows to `length`, never beyond what the file holds.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn bytes(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        let rest = self.end.saturating_sub(at).min(usize::MAX as u64) as usize;
        let length = length.min(rest);
        let held_to = self.start + self.held.len() as u64;
        if at < self.start || at + length as u64 > held_to {
            let kept = held_to.saturating_sub(at) as usize;
            if at < self.start || kept == 0 {
                self.held.clear();
            } else {
                self.held
                    .drain(..self.held.len() - kept.min(self.held.len()));
            }
            self.start = at;
            let kept = self.held.len();
            self.held.resize(length.max(PIECE).min(rest).max(kept), 0);
            if let Some(out) = self.held.get_mut(kept..) {
                let read = read_full(self.file, out, at + kept as u64)?;
                self.held.truncate(kept + read);
            }
        }
        let from = (at - self.start) as usize;
        let held = self.held.get(from..).unwrap_or_default();
        Ok(held.get(..length).unwrap_or(held))
    }
}
