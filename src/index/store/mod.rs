//! A durable log of entries, each a kind and some bytes.
//!
//! It knows nothing of articles. Entries are appended into an open batch, which
//! [`commit`](Store::commit) writes as a whole: after a crash it is there
//! whole or not at all. Batches stand in segments, files that only grow, which a
//! manifest lists in order. Every byte is under a checksum that knows its place.
//! `docs/index.md` has the layout byte by byte and what is promised after which failure.
//!
//! ```
//! use std::sync::Arc;
//! use wirecopy::index::store::{Disk, Options, Position, Store};
//!
//! let folder = tempfile::tempdir().unwrap();
//! let files = Arc::new(Disk::new(folder.path().join("index")));
//! let mut store = Store::create_or_open(files, "width 5\n", &Options::default())?;
//! let place = store.append(1, b"a text")?;
//! store.commit(true)?;
//! let mut bytes = Vec::new();
//! assert_eq!(store.read(place, &mut bytes)?, 1);
//! assert_eq!(bytes, b"a text");
//! store.replay(Position::START, &mut |at, kind, bytes| {
//!     assert_eq!((at, kind, bytes), (place, 1, &b"a text"[..]));
//!     Ok(())
//! })?;
//! store.close()?;
//! # Ok::<(), wirecopy::error::Error>(())
//! ```

mod batches;
mod copy;
mod disk;
mod files;
mod format;
mod lock;
mod log;
mod manifest;
mod names;
mod open;
mod recover;
mod replay;
mod rewrite;
mod salvage;
mod snapshot;
mod survey;
mod table;
mod verify;
mod window;

pub use disk::Disk;
pub use files::{Files, OpenFile};
pub use log::{Options, Store};
pub use salvage::{Salvaged, salvage};
pub use verify::verify;

use crate::error::{Error, ErrorKind, IndexTrouble};
use names::segment_name;

/// Where an entry stands. Never used again for another entry.
///
/// The order is that of the log among places of one segment only: a segment
/// that was rewritten has a higher number than those behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Number of the segment.
    pub segment: u32,
    /// First byte of the entry in the segment's file.
    pub offset: u64,
}

/// What is called with place, kind and bytes of each entry.
pub type Each<'f, E = Error> = dyn FnMut(Place, u8, &[u8]) -> Result<(), E> + 'f;

/// A border between batches, from which entries can be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Number of the segment; 0 is the start of the log.
    pub segment: u32,
    /// Bytes of the segment before the border.
    pub offset: u64,
}

impl Position {
    /// Before the first entry.
    pub const START: Position = Position {
        segment: 0,
        offset: 0,
    };
}

/// A file of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its number.
    pub number: u32,
    /// Bytes of the file, the batch that is open not counted.
    pub bytes: u64,
}

/// The snapshot of the tables, or why there is none to use.
pub enum Snapshot {
    /// One that was written at this position. A reader's error of kind
    /// [`InvalidData`](std::io::ErrorKind::InvalidData) is damage: forget what was read and replay.
    Ready(Position, Box<dyn std::io::Read>),
    /// None to use; the log is to be replayed from its start.
    None(NoSnapshot),
}

/// Why there is no snapshot to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSnapshot {
    /// None was written.
    Absent,
    /// Another version of the program wrote it, or it was written under other settings.
    Version,
    /// Segments were rewritten or dropped after it, or it is ahead of the log.
    Stale,
    /// Its bytes are not what was written.
    Damaged,
}

/// Bytes of an index that are not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Name of the file in the folder.
    pub file: String,
    /// Where it begins, in bytes.
    pub offset: u64,
    /// What is wrong there.
    pub what: String,
}

/// What is the matter with the index in a folder, as an error.
fn trouble(files: &dyn Files, trouble: IndexTrouble) -> Error {
    let path = files.place().to_path_buf();
    ErrorKind::Index { path, trouble }.into()
}

/// Damage, as an error.
fn damaged(files: &dyn Files, file: &str, offset: u64, what: impl Into<String>) -> Error {
    let (file, what) = (file.to_string(), what.into());
    trouble(files, IndexTrouble::Damaged { file, offset, what })
}
