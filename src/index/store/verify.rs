//! Every byte of every file, looked at once.

use std::io::{self, Read};

use super::files::{Files, OpenFile};
use super::format::{SEGMENT_HEAD, fingerprint_hash};
use super::manifest::{Fault, MANIFEST, Manifest, fault_error};
use super::recover::{check_head, tail};
use super::survey::{Found, survey};
use super::{Damage, NoSnapshot, names, segment_name, table};
use crate::error::{Error, ErrorKind, IndexTrouble};

/// Checks every byte of every file of an index. Takes no lock, writes nothing, and says of
/// each file by itself what is wrong with it, in the order of the log. A tail that a
/// crash has torn is no damage. Reads all of it once.
///
/// # Errors
/// What the system says; no index there, or one of another version.
pub fn verify(files: &dyn Files) -> Result<Vec<Damage>, Error> {
    let io = |cause| Error::io("reading", files.place(), cause);
    let mut found = Vec::new();
    let names = files.list().map_err(io)?;
    let manifest = match Manifest::load(files).map_err(io)? {
        Ok(manifest) => Some(manifest),
        Err(fault @ Fault::Version(_)) => return Err(fault_error(files, fault)),
        Err(fault) => {
            let is_index = names.iter().any(|name| names::segment(name).is_some());
            match fault_error(files, fault) {
                absent if matches!(trouble_of(&absent), Some(IndexTrouble::Absent)) => {
                    if !is_index {
                        return Err(absent);
                    }
                    found.push(damage(MANIFEST, 0, "the file is missing"));
                }
                other => note(other, &mut found)?,
            }
            None
        }
    };
    match &manifest {
        Some(manifest) => {
            for (index, &(number, bytes)) in manifest.segments.iter().enumerate() {
                let is_last = index + 1 == manifest.segments.len();
                let last = is_last.then_some(manifest.sequence);
                segment(files, number, bytes, last, manifest, &mut found)?;
            }
        }
        None => {
            for number in names.iter().filter_map(|name| names::segment(name)) {
                let name = segment_name(number);
                let file = files.open(&name, false).map_err(io)?;
                let end = file.length().map_err(io)?;
                gaps(&*file, number, end, &mut found).map_err(io)?;
            }
        }
    }
    if let Some(manifest) = &manifest {
        let number = names::last_table(&names);
        let name = table::table_name(number);
        match table::open(files, number, fingerprint_hash(&manifest.fingerprint)).map_err(io)? {
            Err(NoSnapshot::Damaged) => {
                found.push(damage(&name, 0, "no intact head of a snapshot"));
            }
            Err(_) => {}
            Ok((_, mut reader)) => {
                let mut piece = vec![0; 1 << 20];
                loop {
                    match reader.read(&mut piece) {
                        Ok(0) => break,
                        Ok(_) => {}
                        Err(cause) if cause.kind() == io::ErrorKind::InvalidData => {
                            found.push(damage(&name, reader.at, "a damaged chunk of a snapshot"));
                            break;
                        }
                        Err(cause) => return Err(io(cause)),
                    }
                }
            }
        }
    }
    Ok(found)
}

pub(super) fn damage(file: &str, offset: u64, what: impl Into<String>) -> Damage {
    Damage {
        file: file.to_string(),
        offset,
        what: what.into(),
    }
}

fn trouble_of(error: &Error) -> Option<&IndexTrouble> {
    match error.kind() {
        ErrorKind::Index { trouble, .. } => Some(trouble),
        _ => None,
    }
}

/// Takes an error that is damage into the list.
///
/// # Errors
/// The error, where it is something else.
pub(super) fn note(error: Error, found: &mut Vec<Damage>) -> Result<(), Error> {
    match trouble_of(&error) {
        Some(IndexTrouble::Damaged { file, offset, what }) => {
            found.push(damage(file, *offset, what.clone()));
            Ok(())
        }
        _ => Err(error),
    }
}

/// Checks one segment; of the last, `last` is the number of the first batch behind `bytes`.
fn segment(
    files: &dyn Files,
    number: u32,
    bytes: u64,
    last: Option<u64>,
    manifest: &Manifest,
    found: &mut Vec<Damage>,
) -> Result<(), Error> {
    let name = segment_name(number);
    let io = |cause| Error::io("reading", files.place().join(&name), cause);
    let file = match files.open(&name, false) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            found.push(damage(&name, 0, "the file is missing"));
            return Ok(());
        }
        Err(cause) => return Err(io(cause)),
    };
    let fingerprint = fingerprint_hash(&manifest.fingerprint);
    if let Err(error) = check_head(files, &*file, number, fingerprint) {
        note(error, found)?;
    }
    let length = file.length().map_err(io)?;
    let mut end = bytes.min(length);
    match last {
        Some(sequence) => match tail(files, &*file, number, bytes, sequence) {
            Ok(tail) => end = tail.end,
            // The gaps below say where, but not of a file that is too short.
            Err(error) if length < bytes => note(error, found)?,
            Err(error) => {
                note(error, &mut Vec::new())?;
                end = length;
            }
        },
        None if length != bytes => {
            let what = format!("the file has {length} bytes, {bytes} were written");
            found.push(damage(&name, end, what));
        }
        None => {}
    }
    gaps(&*file, number, end, found).map_err(io)
}

/// Lists the gaps between intact entries.
fn gaps(file: &dyn OpenFile, number: u32, end: u64, found: &mut Vec<Damage>) -> io::Result<()> {
    let name = segment_name(number);
    survey(file, number, end.max(SEGMENT_HEAD), &mut |what| {
        if let Found::Gap(from, to, what) = what {
            let what = format!("{what} ({} bytes)", to - from);
            found.push(damage(&name, from, what));
        }
        Ok(())
    })
}
