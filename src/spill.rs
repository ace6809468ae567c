//! Bytes that need not stay in memory.
//!
//! A [`Spill`] keeps what is appended in memory up to a bound and moves it to a
//! temporary file beyond that. The file has no name from the moment it is opened
//! (on Windows it is deleted when it is closed), so whatever ends the process
//! leaves nothing behind.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use crate::error::Error;

/// An append-only store of bytes, in memory or beyond a bound on disk.
#[derive(Debug)]
pub struct Spill {
    /// Bytes held in memory at most.
    bound: usize,
    /// The folder of the temporary file; none for the system's own.
    folder: Option<PathBuf>,
    file: Option<File>,
    /// Bytes in the file; what is held comes behind them.
    written: u64,
    held: Vec<u8>,
}

impl Spill {
    /// An empty store that holds up to `bound` bytes in memory. The temporary
    /// file is opened in `folder`, or where the system keeps such files.
    pub fn new(bound: usize, folder: Option<PathBuf>) -> Self {
        Spill {
            bound,
            folder,
            file: None,
            written: 0,
            held: Vec::new(),
        }
    }

    /// Bytes appended so far.
    pub fn len(&self) -> u64 {
        self.written + self.held.len() as u64
    }

    /// True before the first byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that went to disk.
    pub fn on_disk(&self) -> u64 {
        self.written
    }

    /// Appends bytes and returns where they begin.
    ///
    /// # Errors
    /// What the system says of the temporary file.
    pub fn append(&mut self, bytes: &[u8]) -> Result<u64, Error> {
        let at = self.len();
        if self.held.len() + bytes.len() > self.bound {
            self.flush()?;
        }
        if bytes.len() > self.bound {
            self.write(bytes)?;
        } else {
            self.held.extend_from_slice(bytes);
        }
        Ok(at)
    }

    fn flush(&mut self) -> Result<(), Error> {
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            self.write(&held)?;
        }
        self.held = held;
        self.held.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let opened = match &self.folder {
                    Some(folder) => tempfile::tempfile_in(folder),
                    None => tempfile::tempfile(),
                };
                none.insert(opened.map_err(|cause| failed(&self.folder, cause))?)
            }
        };
        write_at(file, bytes, self.written).map_err(|cause| failed(&self.folder, cause))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Fills `out` with the bytes from `offset`.
    ///
    /// # Errors
    /// What the system says; bytes that were never appended are an unexpected end.
    pub fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let end = offset.checked_add(out.len() as u64);
        if end.is_none_or(|end| end > self.len()) {
            let cause = io::ErrorKind::UnexpectedEof.into();
            return Err(failed(&self.folder, cause));
        }
        // Appended bytes never straddle, but a reader may ask for several at once.
        let on_disk = self.written.saturating_sub(offset).min(out.len() as u64) as usize;
        let (first, rest) = out.split_at_mut(on_disk);
        if let Some(file) = self.file.as_ref().filter(|_| !first.is_empty()) {
            read_at(file, first, offset).map_err(|cause| failed(&self.folder, cause))?;
        }
        let from = (offset + on_disk as u64).saturating_sub(self.written) as usize;
        if let Some(held) = self.held.get(from..from + rest.len()) {
            rest.copy_from_slice(held);
        }
        Ok(())
    }
}

fn failed(folder: &Option<PathBuf>, cause: io::Error) -> Error {
    let folder = folder.clone();
    let folder = folder.unwrap_or_else(|| "the system's temporary folder".into());
    Error::io("using a temporary file in", folder, cause)
}

/// Fills `out` from a place in a file, whatever others read at the same time.
///
/// # Errors
/// What the system says; a file that is too short is an unexpected end.
pub fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, out, offset);
    #[cfg(windows)]
    {
        let (mut done, mut offset) = (0, offset);
        while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match std::os::windows::fs::FileExt::seek_read(file, rest, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => (done, offset) = (done + read, offset + read as u64),
            }
        }
        Ok(())
    }
}

fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::write_all_at(file, bytes, offset);
    #[cfg(windows)]
    {
        let (mut done, mut offset) = (0, offset);
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            let wrote = std::os::windows::fs::FileExt::seek_write(file, rest, offset)?;
            (done, offset) = (done + wrote, offset + wrote as u64);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_went_in_comes_out(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..30),
            bound in 0usize..100,
        ) {
            let mut spill = Spill::new(bound, None);
            let mut all = Vec::new();
            for piece in &pieces {
                prop_assert_eq!(spill.append(piece).unwrap(), all.len() as u64);
                all.extend_from_slice(piece);
            }
            prop_assert_eq!(spill.len(), all.len() as u64);
            prop_assert!(spill.held.len() <= bound);
            for start in 0..all.len() {
                let mut out = vec![0; (all.len() - start).min(25)];
                spill.read(start as u64, &mut out).unwrap();
                prop_assert_eq!(&out[..], &all[start..start + out.len()]);
            }
            prop_assert!(spill.read(all.len() as u64, &mut [0]).is_err());
        }
    }
}
