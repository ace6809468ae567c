//! How far a file was read, and how it is known again after a restart.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::document::Place;
use crate::hash::hash64;
use crate::index::{Index, Mark};

/// Bytes at the beginning, and before a mark, by which a file is known again.
const SAMPLE: usize = 4096;

/// How some bytes begin and end, by which they are known again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// How many they are.
    pub bytes: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Sample {
    /// Of the bytes of a file up to a place.
    fn of(file: &File, bytes: u64) -> io::Result<Self> {
        let (head, tail) = ends(file, bytes)?;
        Ok(Sample { bytes, head, tail })
    }

    /// Takes some more bytes in.
    pub fn pass(&mut self, bytes: &[u8]) {
        let room = SAMPLE.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(room));
        self.tail.extend_from_slice(
            bytes
                .get(bytes.len().saturating_sub(SAMPLE)..)
                .unwrap_or(bytes),
        );
        let old = self.tail.len().saturating_sub(SAMPLE);
        self.tail.drain(..old);
        self.bytes += bytes.len() as u64;
    }

    /// Whether no more bytes can change how it begins.
    pub fn has_head(&self) -> bool {
        self.head.len() == SAMPLE
    }

    /// The last byte.
    pub fn last(&self) -> Option<u8> {
        self.tail.last().copied()
    }

    /// Whether a file begins with these bytes, as far as a sample tells. Moves its cursor.
    pub fn is_in(&self, file: &File) -> bool {
        Sample::of(file, self.bytes).is_ok_and(|found| found == *self)
    }

    /// What is kept of it.
    pub fn mark(&self) -> Mark {
        Mark {
            bytes: self.bytes,
            head: hash64(&self.head),
            tail: hash64(&self.tail),
            ..Mark::default()
        }
    }
}

/// A file, or a pipe, up to the byte where the next record begins.
pub(super) struct Reading {
    /// How it is called in messages.
    pub path: Arc<str>,
    /// Under what its mark is kept; `None` for a pipe.
    name: Option<String>,
    pub records: u64,
    /// Bytes of the header of a table.
    pub header: u64,
    pub sample: Sample,
}

impl Reading {
    /// A pipe.
    pub fn of_pipe(path: &str) -> Self {
        Reading {
            path: path.into(),
            name: None,
            records: 0,
            header: 0,
            sample: Sample::default(),
        }
    }

    /// A file from its beginning; `name` is what its mark is kept under.
    pub fn of(path: &Path, name: String) -> Self {
        Reading {
            name: Some(name),
            ..Reading::of_pipe(&path.display().to_string())
        }
    }

    /// The same, behind what a mark says.
    pub fn behind(self, file: &mut File, mark: &Mark) -> io::Result<Self> {
        Ok(Reading {
            records: mark.records,
            header: mark.header,
            sample: Sample::of(file, mark.bytes)?,
            ..self
        })
    }

    /// The same of a file that is read from its beginning, and may be packed: up to the mark.
    pub fn through(mut self, part: &mut impl Read, mark: &Mark) -> io::Result<Self> {
        (self.records, self.header) = (mark.records, mark.header);
        self.sample = Sample::default();
        let mut bytes = vec![0; 1 << 16];
        let mut part = part.take(mark.bytes);
        loop {
            match part.read(&mut bytes)? {
                0 => return Ok(self),
                count => self.sample.pass(bytes.get(..count).unwrap_or_default()),
            }
        }
    }

    /// Bytes that were read.
    pub fn bytes(&self) -> u64 {
        self.sample.bytes
    }

    /// Goes on in another file of that name.
    pub fn anew(&mut self) {
        *self = Reading {
            name: self.name.take(),
            ..Reading::of_pipe(&self.path)
        };
    }

    /// Goes behind some bytes.
    pub fn pass(&mut self, bytes: &[u8], records: u64) {
        self.sample.pass(bytes);
        self.records += records;
    }

    /// Whether the last line was read as a whole, however it ended.
    pub fn ended_a_line(&self) -> bool {
        self.sample.last().is_none_or(|last| last == b'\n')
    }

    /// Where the next record begins.
    pub fn place(&self) -> Place {
        Place {
            path: self.path.clone(),
            record: Some(self.records),
            offset: self.bytes(),
        }
    }

    /// Leaves a mark, which counts with the next confirmation.
    pub fn note(&self, index: &mut Index) {
        if let Some(name) = &self.name {
            index.mark(name, self.mark());
        }
    }

    /// Whether it stands where a mark is.
    pub fn is_at(&self, mark: &Mark) -> bool {
        self.mark() == *mark
    }

    fn mark(&self) -> Mark {
        Mark {
            records: self.records,
            header: self.header,
            ..self.sample.mark()
        }
    }
}

/// The name under which the mark of a file is kept.
pub(super) fn name_of(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    absolute.display().to_string()
}

/// A sign with which no whole path begins.
pub(super) const OUTPUT: &str = "> ";

/// The same of an output: behind that sign.
pub(super) fn name_of_output(path: &Path) -> String {
    format!("{OUTPUT}{}", name_of(path))
}

/// The first bytes of a file, and the last before a place.
fn ends(mut file: &File, at: u64) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let count = at.min(SAMPLE as u64);
    let mut read = |from: u64| {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        file.take(count).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    };
    Ok((read(0)?, read(at - count)?))
}

/// Whether a file is the one that was read up to a mark.
pub(super) fn holds(file: &File, mark: &Mark) -> bool {
    let long_enough = file.metadata().is_ok_and(|about| about.len() >= mark.bytes);
    let same =
        |(head, tail): (Vec<u8>, Vec<u8>)| (hash64(&head), hash64(&tail)) == (mark.head, mark.tail);
    long_enough && ends(file, mark.bytes).is_ok_and(same)
}

/// What is known of a file that is taken up.
pub(super) enum Before {
    /// Nothing.
    Nothing,
    /// It was read up to here.
    Read,
    /// Another file of that name was read, which is not there any more.
    Other,
}

/// Opens a file behind what was read of it.
pub(super) fn take_up(path: &Path, index: &Index) -> io::Result<(File, Reading, Before)> {
    let mut file = File::open(path)?;
    let name = name_of(path);
    let reading = Reading::of(path, name.clone());
    if let Some(mark) = index.marked(&name) {
        return Ok(match holds(&file, mark) {
            true => {
                let reading = reading.behind(&mut file, mark)?;
                (file, reading, Before::Read)
            }
            false => (file, reading, Before::Other),
        });
    }
    // It may have had another name, under which there is another file now or none.
    let folder = path.parent();
    for (other, mark) in index.marks() {
        let other = Path::new(other);
        let beside = other.parent().is_some_and(|own| {
            folder.is_some_and(|folder| name_of(folder) == own.display().to_string())
        });
        let is_gone = || !File::open(other).is_ok_and(|file| holds(&file, mark));
        if beside && holds(&file, mark) && is_gone() {
            let reading = reading.behind(&mut file, mark)?;
            return Ok((file, reading, Before::Read));
        }
    }
    Ok((file, reading, Before::Nothing))
}

/// The file in the same folder that the one of this name was when it was read last.
pub(super) fn moved(path: &Path, index: &Index) -> Option<PathBuf> {
    let mark = index.marked(&name_of(path))?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut names: Vec<PathBuf> = fs::read_dir(folder.unwrap_or(Path::new(".")))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    names.sort();
    names.into_iter().find(|other| {
        // An output may say word for word what its input says.
        let is_output = index.marked(&name_of_output(other)).is_some();
        let is_other = !is_output && name_of(other) != name_of(path);
        let is_file = || fs::symlink_metadata(other).is_ok_and(|about| about.is_file());
        is_other && is_file() && File::open(other).is_ok_and(|file| holds(&file, mark))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_again_by_what_was_read_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let bytes: Vec<u8> = (0..20_000u32).flat_map(u32::to_le_bytes).collect();
        fs::write(&path, &bytes).unwrap();
        for cut in [1, 7, 4096, 4097, 60_000] {
            let mut reading = Reading::of(&path, name_of(&path));
            for part in bytes[..cut].chunks(1000) {
                reading.pass(part, 1);
            }
            let mark = reading.mark();
            let mut file = File::open(&path).unwrap();
            assert!(holds(&file, &mark), "{cut}");
            let again = Reading::of(&path, name_of(&path));
            assert_eq!(again.behind(&mut file, &mark).unwrap().mark(), mark);
            // Another beginning, another end, a shorter file.
            for change in [0, cut - 1] {
                let mut other = bytes.clone();
                other[change] ^= 1;
                fs::write(folder.path().join("b"), &other).unwrap();
                assert!(!holds(&File::open(folder.path().join("b")).unwrap(), &mark));
            }
            fs::write(folder.path().join("b"), &bytes[..cut - 1]).unwrap();
            assert!(!holds(&File::open(folder.path().join("b")).unwrap(), &mark));
        }
    }
}
