//! Opening a log: what is there, how much of it is whole, what a crash left lying about.

use std::io;
use std::sync::Arc;

use super::files::{Files, write_all};
use super::format::{SEGMENT_HEAD, SegmentHead, fingerprint_hash};
use super::log::{Log, Options, Store};
use super::manifest::{Fault, MANIFEST, Manifest, fault_error, other_settings};
use super::recover::{Tail, check_head, settle, tail};
use super::{damaged, lock, names, segment_name, trouble};
use crate::error::{Error, IndexTrouble};

impl Store {
    /// Opens the index for writing, makes it where there is none, and clears up after a crash.
    ///
    /// `fingerprint` is what decides answers, as lines of text that people can read.
    /// Costs a read of what was written since the last manifest and of a page a segment, and two syncs.
    ///
    /// # Errors
    /// Another process has it; it was made by another version or with other settings; it is
    /// damaged; the folder holds something else; what the system says.
    pub fn create_or_open(
        files: Arc<dyn Files>,
        fingerprint: &str,
        options: &Options,
    ) -> Result<Store, Error> {
        // Before anything is put into the folder of somebody else.
        match files.list() {
            Ok(found) => own_folder(&*files, &found)?,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(Error::io("looking at the index", files.place(), cause)),
        }
        let io = |doing| {
            let place = files.place().to_path_buf();
            move |cause| Error::io(doing, place.clone(), cause)
        };
        files.make_folder().map_err(io("making the index"))?;
        let lock = lock::take(&*files)?;
        let found = files.list().map_err(io("looking at the index"))?;
        let loaded = Manifest::load(&*files).map_err(io("reading the manifest of the index"))?;
        let (manifest, tail, logs) = match loaded {
            Err(Fault::Absent) => create(&*files, fingerprint, &found)?,
            Err(fault) => return Err(fault_error(&*files, fault)),
            Ok(manifest) => {
                if let Some(other) = other_settings(&manifest.fingerprint, fingerprint) {
                    return Err(trouble(&*files, other));
                }
                let (logs, tail) = open_segments(&*files, &manifest, true)?.map_err(|number| {
                    damaged(&*files, &segment_name(number), 0, "the file is missing")
                })?;
                if let Some(last) = logs.last() {
                    settle(&*last.file, &tail).map_err(io("recovering the index"))?;
                }
                (manifest, tail, logs)
            }
        };
        let mut store = Store::of(files.clone(), &manifest, logs, tail);
        store.settled(lock, options, names::last_table(&found));
        // Written at every open, since it is not known whether the one that was read is on the
        // disk. Only then can go what it does not name.
        store.store_manifest()?;
        names::sweep(&*files, &manifest, &found).map_err(io("clearing up the index"))?;
        Ok(store)
    }

    /// Opens the index for reading, as it is now; what a writer adds later is not seen.
    /// Writes nothing and takes no lock. Without a `fingerprint` any settings will do.
    ///
    /// # Errors
    /// As [`create_or_open`](Store::create_or_open), and where there is no index.
    pub fn open_read(files: Arc<dyn Files>, fingerprint: Option<&str>) -> Result<Store, Error> {
        let mut before: Option<Manifest> = None;
        loop {
            let loaded = match Manifest::load(&*files) {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => Err(Fault::Absent),
                other => other
                    .map_err(|cause| Error::io("reading", files.place().join(MANIFEST), cause))?,
            };
            let manifest = loaded.map_err(|fault| fault_error(&*files, fault))?;
            if let Some(other) =
                fingerprint.and_then(|wanted| other_settings(&manifest.fingerprint, wanted))
            {
                return Err(trouble(&*files, other));
            }
            match open_segments(&*files, &manifest, false)? {
                Ok((logs, tail)) => return Ok(Store::of(files, &manifest, logs, tail)),
                // A writer may have removed it since, and has a new manifest then.
                Err(_) if before.as_ref() != Some(&manifest) => before = Some(manifest),
                Err(number) => {
                    return Err(damaged(
                        &*files,
                        &segment_name(number),
                        0,
                        "the file is missing",
                    ));
                }
            }
        }
    }
}

/// Makes sure that a folder without a manifest holds nothing of others.
fn own_folder(files: &dyn Files, found: &[String]) -> Result<(), Error> {
    let foreign = found.iter().find(|name| !names::is_ours(name));
    match foreign {
        Some(file) if !found.iter().any(|name| name == MANIFEST) => {
            let file = file.clone();
            Err(trouble(files, IndexTrouble::Foreign { file }))
        }
        _ => Ok(()),
    }
}

/// A new index in an empty folder, or in one where that was begun before.
fn create(
    files: &dyn Files,
    fingerprint: &str,
    found: &[String],
) -> Result<(Manifest, Tail, Vec<Log>), Error> {
    let io = |cause| Error::io("making the index", files.place(), cause);
    own_folder(files, found)?;
    for name in found.iter().filter(|name| names::segment(name).is_some()) {
        // An index whose making was interrupted has no entry yet.
        let length = files.open(name, false).and_then(|file| file.length());
        if length.map_err(io)? > SEGMENT_HEAD {
            let what = "the file is missing";
            return Err(damaged(files, MANIFEST, 0, what));
        }
    }
    let manifest = Manifest {
        fingerprint: fingerprint.to_string(),
        generation: 0,
        next: 2,
        sequence: 1,
        segments: vec![(1, SEGMENT_HEAD)],
    };
    let log = new_segment(files, 1, fingerprint_hash(fingerprint), 1).map_err(io)?;
    let tail = Tail {
        end: SEGMENT_HEAD,
        length: SEGMENT_HEAD,
        durable: SEGMENT_HEAD,
        sequence: 1,
    };
    Ok((manifest, tail, vec![log]))
}

/// An empty segment, on the disk with its name.
///
/// # Errors
/// What the system says.
pub(super) fn new_segment(
    files: &dyn Files,
    number: u32,
    fingerprint: u64,
    first: u64,
) -> io::Result<Log> {
    let file = files.create(&segment_name(number))?;
    let head = SegmentHead {
        number,
        fingerprint,
        first,
    };
    write_all(&*file, &head.bytes(), 0)?;
    file.sync()?;
    files.sync_dir()?;
    Ok(Log {
        number,
        bytes: SEGMENT_HEAD,
        file,
    })
}

/// Opens the segments of a manifest; the number of one whose file is missing.
fn open_segments(
    files: &dyn Files,
    manifest: &Manifest,
    writable: bool,
) -> Result<Result<(Vec<Log>, Tail), u32>, Error> {
    let fingerprint = fingerprint_hash(&manifest.fingerprint);
    let mut logs: Vec<Log> = Vec::with_capacity(manifest.segments.len());
    let mut end = None;
    for (index, &(number, bytes)) in manifest.segments.iter().enumerate() {
        let name = segment_name(number);
        let io = |cause| Error::io("reading", files.place().join(&name), cause);
        let is_last = index + 1 == manifest.segments.len();
        let file = match files.open(&name, writable && is_last) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Err(number)),
            Err(cause) => return Err(io(cause)),
        };
        check_head(files, &*file, number, fingerprint)?;
        let mut log = Log {
            number,
            bytes,
            file,
        };
        if is_last {
            let tail = tail(files, &*log.file, number, bytes, manifest.sequence)?;
            log.bytes = tail.end;
            end = Some(tail);
        } else {
            let length = log.file.length().map_err(io)?;
            if length != bytes {
                let what = format!("the file has {length} bytes, {bytes} were written");
                return Err(damaged(files, &name, length.min(bytes), what));
            }
        }
        logs.push(log);
    }
    match end {
        Some(tail) => Ok(Ok((logs, tail))),
        None => Err(damaged(files, MANIFEST, 0, "no segment in it")),
    }
}
