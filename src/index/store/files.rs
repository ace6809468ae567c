//! The only way in which the store touches a disk.
//!
//! A test puts a layer under it that fails, tears, drops and reorders.

use std::io;
use std::path::Path;
use std::sync::Arc;

/// The files of one folder, by name.
///
/// What was written is seen at once by every reader, but only what was synced
/// is there after a power loss: bytes by [`OpenFile::sync`]; names, after
/// [`create`](Files::create), [`rename`](Files::rename) and
/// [`remove`](Files::remove), by [`sync_dir`](Files::sync_dir).
pub trait Files: Send + Sync {
    /// The folder, for messages.
    fn place(&self) -> &Path;

    /// Makes the folder, where it is missing, and sees that it stays.
    ///
    /// # Errors
    /// What the system says.
    fn make_folder(&self) -> io::Result<()>;

    /// A new empty file for reading and writing; an old one of the name is emptied.
    ///
    /// # Errors
    /// What the system says.
    fn create(&self, name: &str) -> io::Result<Arc<dyn OpenFile>>;

    /// A file that is there, for reading and, where asked, for writing.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, name: &str, writable: bool) -> io::Result<Arc<dyn OpenFile>>;

    /// The names of the regular files of the folder, sorted.
    ///
    /// # Errors
    /// What the system says; a folder that is missing is [`io::ErrorKind::NotFound`].
    fn list(&self) -> io::Result<Vec<String>>;

    /// Gives a file another name and replaces what had it, in one step.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file; who has it open still reads it.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Brings the names of the folder to the disk.
    ///
    /// # Errors
    /// What the system says.
    fn sync_dir(&self) -> io::Result<()>;
}

/// An open file.
pub trait OpenFile: Send + Sync {
    /// Writes some of `bytes` at a place and returns how many.
    ///
    /// # Errors
    /// What the system says; some bytes may be written all the same.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Reads some bytes from a place and returns how many; none at the end.
    ///
    /// # Errors
    /// What the system says.
    fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Bytes in the file.
    ///
    /// # Errors
    /// What the system says.
    fn length(&self) -> io::Result<u64>;

    /// Cuts the file to a length.
    ///
    /// # Errors
    /// What the system says.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// Brings the bytes to the disk (fsync).
    ///
    /// # Errors
    /// What the system says. Nothing is known of the bytes then, and another
    /// call that succeeds proves nothing.
    fn sync(&self) -> io::Result<()>;

    /// Locks the file for this process, until it is closed; false where another has it.
    ///
    /// # Errors
    /// What the system says.
    fn try_lock(&self) -> io::Result<bool>;
}

/// Writes all of `bytes` at a place.
///
/// # Errors
/// What the system says; a file that takes nothing is [`io::ErrorKind::WriteZero`].
pub(super) fn write_all(file: &dyn OpenFile, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
        match file.write_at(rest, offset + done as u64) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(wrote) => done += wrote,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
}

/// Fills `out` from a place as far as the file goes; returns the bytes read.
///
/// # Errors
/// What the system says.
pub(super) fn read_full(file: &dyn OpenFile, out: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut done = 0;
    while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset + done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(done)
}
