//! The manifest: which segments there are, in what order, and how much of them is sure.

use std::fmt::Write as _;
use std::io;

use super::files::{Files, read_full, write_all};
use super::format::VERSION;
use crate::error::{Error, IndexTrouble};
use crate::hash::hash64;

/// Its file.
pub(super) const MANIFEST: &str = "MANIFEST";
const TEMPORARY: &str = "MANIFEST.tmp";
/// Far more than it needs.
const LONGEST: u64 = 64 << 20;

/// What the manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    pub fingerprint: String,
    /// Rises whenever segments are rewritten or dropped.
    pub generation: u64,
    /// The next segment has this number.
    pub next: u32,
    /// The first batch behind what `segments` says has this number.
    pub sequence: u64,
    /// Number and bytes in the order of the log; of the last, the bytes known to be on the disk.
    pub segments: Vec<(u32, u64)>,
}

/// Why a manifest says nothing.
#[derive(Debug)]
pub(super) enum Fault {
    Absent,
    Version(u64),
    Damaged(&'static str),
}

impl Manifest {
    /// Lines that people can read; the last one is a checksum of those before.
    pub(super) fn text(&self) -> String {
        let lines: Vec<&str> = self.fingerprint.split('\n').collect();
        let mut out = format!("wirecopy index\nversion {VERSION}\n");
        // Writing to a string cannot fail.
        _ = writeln!(out, "generation {}", self.generation);
        _ = writeln!(out, "next {}", self.next);
        _ = writeln!(out, "sequence {}", self.sequence);
        _ = writeln!(out, "settings {}", lines.len());
        for line in lines {
            _ = writeln!(out, "| {line}");
        }
        _ = writeln!(out, "segments {}", self.segments.len());
        for (number, bytes) in &self.segments {
            _ = writeln!(out, "{number} {bytes}");
        }
        let checksum = hash64(out.as_bytes());
        _ = writeln!(out, "checksum {checksum:016x}");
        out
    }

    /// Every version begins with its first two lines and ends with its last.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let damaged = Fault::Damaged("not a manifest that was written whole");
        /// `checksum `, 16 digits and a line end.
        const LAST: usize = 26;
        let parsed = || {
            let split = bytes.len().checked_sub(LAST)?;
            let (covered, last) = bytes.split_at_checked(split)?;
            let wanted = format!("checksum {:016x}\n", hash64(covered));
            (wanted.as_bytes() == last).then(|| str::from_utf8(covered).ok())?
        };
        let Some(text) = parsed() else {
            return Err(damaged);
        };
        // Not `lines`, which would take a carriage return from the settings.
        let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
        let number = |lines: &mut std::str::Split<'_, char>, name: &str| -> Option<u64> {
            lines
                .next()?
                .strip_prefix(name)?
                .strip_prefix(' ')?
                .parse()
                .ok()
        };
        let version = (lines.next() == Some("wirecopy index"))
            .then(|| number(&mut lines, "version"))
            .flatten();
        match version {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => return Err(Fault::Version(version)),
            None => return Err(damaged),
        }
        let mut body = || {
            let generation = number(&mut lines, "generation")?;
            let next = u32::try_from(number(&mut lines, "next")?).ok()?;
            let sequence = number(&mut lines, "sequence")?;
            let mut settings = Vec::new();
            for _ in 0..number(&mut lines, "settings")? {
                settings.push(lines.next()?.strip_prefix("| ")?);
            }
            let mut segments = Vec::new();
            for _ in 0..number(&mut lines, "segments")? {
                let (number, bytes) = lines.next()?.split_once(' ')?;
                segments.push((number.parse().ok()?, bytes.parse().ok()?));
            }
            let whole = lines.next().is_none() && !segments.is_empty();
            whole.then(|| Manifest {
                fingerprint: settings.join("\n"),
                generation,
                next,
                sequence,
                segments,
            })
        };
        body().ok_or(damaged)
    }

    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn load(files: &dyn Files) -> io::Result<Result<Self, Fault>> {
        let file = match files.open(MANIFEST, false) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Err(Fault::Absent)),
            Err(cause) => return Err(cause),
        };
        let length = file.length()?;
        if length > LONGEST {
            return Ok(Err(Fault::Damaged("far too long")));
        }
        let mut bytes = vec![0; length as usize];
        let read = read_full(&*file, &mut bytes, 0)?;
        bytes.truncate(read);
        Ok(Manifest::parse(&bytes))
    }

    /// Puts it in place of the old one: afterwards it is on the disk, and before, the old one is.
    ///
    /// # Errors
    /// What the system says. Either may be there then.
    pub(super) fn store(&self, files: &dyn Files) -> io::Result<()> {
        let file = files.create(TEMPORARY)?;
        write_all(&*file, self.text().as_bytes(), 0)?;
        file.sync()?;
        drop(file);
        files.rename(TEMPORARY, MANIFEST)?;
        files.sync_dir()
    }
}

/// The trouble with settings that are not the same; none where they are.
pub(super) fn other_settings(found: &str, wanted: &str) -> Option<IndexTrouble> {
    if found == wanted {
        return None;
    }
    let (mut found, mut wanted) = (found.split('\n'), wanted.split('\n'));
    loop {
        match (found.next(), wanted.next()) {
            (Some(a), Some(b)) if a == b => {}
            (a, b) => {
                return Some(IndexTrouble::Settings {
                    found: a.unwrap_or_default().to_string(),
                    wanted: b.unwrap_or_default().to_string(),
                });
            }
        }
    }
}

/// A manifest that says nothing, as an error.
pub(super) fn fault_error(files: &dyn Files, fault: Fault) -> Error {
    let trouble = match fault {
        Fault::Absent => IndexTrouble::Absent,
        Fault::Version(found) => IndexTrouble::Version {
            found,
            known: u64::from(VERSION),
        },
        Fault::Damaged(what) => IndexTrouble::Damaged {
            file: MANIFEST.to_string(),
            offset: 0,
            what: what.to_string(),
        },
    };
    super::trouble(files, trouble)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_and_every_flip_is_seen(
            fingerprint in "([a-z |\r]{0,9}\n?){0,4}",
            generation: u64, next: u32, sequence: u64,
            segments in prop::collection::vec(any::<(u32, u64)>(), 1..5),
            bit: prop::sample::Index,
        ) {
            let manifest = Manifest { fingerprint, generation, next, sequence, segments };
            let mut bytes = manifest.text().into_bytes();
            prop_assert_eq!(&Manifest::parse(&bytes).unwrap(), &manifest);
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Manifest::parse(&bytes).is_err());
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes.truncate(bit / 8);
            prop_assert!(Manifest::parse(&bytes).is_err());
        }
    }

    #[test]
    fn the_line_that_differs_is_named() {
        assert_eq!(other_settings("a\nb", "a\nb"), None);
        let differs = |found: &str, wanted: &str| match other_settings(found, wanted) {
            Some(IndexTrouble::Settings { found, wanted }) => (found, wanted),
            other => panic!("{other:?}"),
        };
        assert_eq!(differs("a\nb", "a\nc"), ("b".into(), "c".into()));
        assert_eq!(differs("a", "a\nc"), (String::new(), "c".into()));
    }
}
