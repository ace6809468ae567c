//! One writer at a time, and who it is.

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use super::files::{Files, OpenFile, read_full, write_all};
use crate::error::{Error, IndexTrouble};

/// The file that is locked. Its content is for people; the lock is the system's and ends with
/// the process, however that ends.
pub(super) const LOCK: &str = "LOCK";
/// Bytes of it that are looked at.
const LONGEST: usize = 500;

/// Locks a folder for writing.
///
/// # Errors
/// Another process has it; what the system says.
pub(super) fn take(files: &dyn Files) -> Result<Arc<dyn OpenFile>, Error> {
    let io = |cause| Error::io("locking the index", files.place().join(LOCK), cause);
    let file = match files.open(LOCK, true) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => files.create(LOCK),
        other => other,
    };
    let file = file.map_err(io)?;
    if !file.try_lock().map_err(io)? {
        let owner = owner(&*file);
        return Err(super::trouble(files, IndexTrouble::Locked { owner }));
    }
    file.truncate(0).map_err(io)?;
    write_all(&*file, own_name().as_bytes(), 0).map_err(io)?;
    Ok(file)
}

/// The owner of a lock that is held.
fn owner(file: &dyn OpenFile) -> String {
    let mut bytes = [0; LONGEST];
    let read = read_full(file, &mut bytes, 0).unwrap_or(0);
    let text = String::from_utf8_lossy(bytes.get(..read).unwrap_or_default());
    let text: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    match text.is_empty() {
        true => "another process".to_string(),
        false => text,
    }
}

/// This process, in words.
fn own_name() -> String {
    let mut name = format!("process {}", std::process::id());
    // Only Linux says it in a file, and the standard library does not say it at all.
    if let Ok(host) = std::fs::read_to_string("/proc/sys/kernel/hostname") {
        name += &format!(" on {}", host.trim());
    }
    if let Ok(now) = jiff::Timestamp::try_from(SystemTime::now()) {
        let now = now.strftime("%Y-%m-%dT%H:%M:%SZ");
        name += &format!(" since {now}");
    }
    name + "\n"
}
