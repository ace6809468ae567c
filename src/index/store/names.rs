//! The names of the files of an index, and the clearing away of what a crash left.

use std::io;

use super::files::Files;
use super::lock::LOCK;
use super::manifest::{MANIFEST, Manifest};

/// The file of a segment.
pub(super) fn segment_name(number: u32) -> String {
    format!("{number:08}.log")
}

/// The number in a name with this ending.
fn numbered(name: &str, ending: &str) -> Option<u32> {
    let digits = name.strip_suffix(ending)?;
    let plain = digits.len() >= 8 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// The number of the segment of this name.
pub(super) fn segment(name: &str) -> Option<u32> {
    numbered(name, ".log")
}

/// The number of the snapshot of this name.
pub(super) fn table(name: &str) -> Option<u32> {
    numbered(name, ".table")
}

/// The newest snapshot's number; 0 for none.
pub(super) fn last_table(found: &[String]) -> u32 {
    found
        .iter()
        .filter_map(|name| table(name))
        .max()
        .unwrap_or(0)
}

/// Whether the file was begun and never got its name.
pub(super) fn is_temporary(name: &str) -> bool {
    name.strip_suffix(".tmp")
        .is_some_and(|name| name == MANIFEST || segment(name).is_some() || table(name).is_some())
}

/// Whether the store gives files such names.
pub(super) fn is_ours(name: &str) -> bool {
    name == LOCK
        || name == MANIFEST
        || segment(name).is_some()
        || table(name).is_some()
        || is_temporary(name)
}

/// Removes what the manifest, which is on the disk, does not name, and snapshots before the last.
///
/// # Errors
/// What the system says.
pub(super) fn sweep(files: &dyn Files, manifest: &Manifest, found: &[String]) -> io::Result<()> {
    let last_table = last_table(found);
    for name in found {
        let is_named = |number| manifest.segments.iter().any(|&(named, _)| named == number);
        let left_over = segment(name).is_some_and(|number| !is_named(number))
            || table(name).is_some_and(|number| number < last_table)
            || is_temporary(name);
        if left_over {
            remove(files, name)?;
        }
    }
    Ok(())
}

/// Removes a file, if it is there.
///
/// # Errors
/// What the system says.
pub(super) fn remove(files: &dyn Files, name: &str) -> io::Result<()> {
    match files.remove(name) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
