//! How far the files were read that records came from, and what stands in outputs.
//!
//! A mark is written with the confirmation of the answers before it, in one batch. So a record is never behind
//! a mark before it is safe and its answer was given out, and never before one when it was.

use std::collections::BTreeMap;

use super::Index;
use crate::error::Error;
use crate::packed::{put, take};

/// How far a file is done with, and how to know it again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Bytes from its beginning; 0 takes the mark away.
    pub bytes: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes at its beginning without which the rest cannot be read: the header of a table.
    pub header: u64,
    /// Hash of its first bytes, as many as the caller takes.
    pub head: u64,
    /// Hash of the last bytes before the mark.
    pub tail: u64,
}

/// Marks by the names of files.
pub(super) type Marks = BTreeMap<Box<str>, Mark>;

/// Puts marks over others.
pub(super) fn renew(marks: &mut Marks, with: Marks) {
    marks.extend(with);
    marks.retain(|_, mark| mark.bytes > 0);
}

/// The bytes of their entry.
pub(super) fn bytes(marks: &Marks, out: &mut Vec<u8>) {
    out.clear();
    put(marks.len(), out);
    for (name, mark) in marks {
        put(name.len(), out);
        out.extend_from_slice(name.as_bytes());
        for number in [mark.bytes, mark.records, mark.header] {
            put(number as usize, out);
        }
        out.extend_from_slice(&mark.head.to_le_bytes());
        out.extend_from_slice(&mark.tail.to_le_bytes());
    }
}

/// Reads them; `None` where the bytes are none.
pub(super) fn parse(mut bytes: &[u8]) -> Option<Marks> {
    let bytes = &mut bytes;
    let mut marks = Marks::new();
    for _ in 0..take(bytes)? {
        let length = take(bytes)?;
        let (name, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        let mut mark = Mark {
            bytes: take(bytes)? as u64,
            records: take(bytes)? as u64,
            header: take(bytes)? as u64,
            ..Mark::default()
        };
        for hash in [&mut mark.head, &mut mark.tail] {
            let (own, rest) = bytes.split_first_chunk::<8>()?;
            *hash = u64::from_le_bytes(*own);
            *bytes = rest;
        }
        marks.insert(std::str::from_utf8(name).ok()?.into(), mark);
    }
    bytes.is_empty().then_some(marks)
}

impl Index {
    /// Notes how far a file is done with, under a name of the caller's. Counts with the next
    /// [`confirm`](Index::confirm): after a crash either both are there or neither.
    pub fn mark(&mut self, name: &str, mark: Mark) {
        if self.marked(name).copied().unwrap_or_default() != mark {
            self.noted.insert(name.into(), mark);
        }
    }

    /// The mark of a file, as it counts.
    pub fn marked(&self, name: &str) -> Option<&Mark> {
        self.tables.marks.get(name)
    }

    /// All marks that count, by name.
    pub fn marks(&self) -> impl Iterator<Item = (&str, &Mark)> {
        let marks = self.tables.marks.iter();
        marks.map(|(name, mark)| (&**name, mark))
    }

    /// Takes all marks away: what is followed is read from its beginning again.
    ///
    /// # Errors
    /// As [`confirm`](Index::confirm).
    pub fn forget_marks(&mut self) -> Result<(), Error> {
        for name in self.tables.marks.keys() {
            self.noted.insert(name.clone(), Mark::default());
        }
        self.confirm()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_as_they_were() {
        let mark = |bytes: u64| Mark {
            bytes,
            records: 3,
            header: 12,
            head: u64::MAX,
            tail: 7,
        };
        let mut marks: Marks = [("/a/b.jsonl", mark(700)), ("/a/ü", mark(1))]
            .map(|(name, mark)| (name.into(), mark))
            .into();
        let mut out = Vec::new();
        bytes(&marks, &mut out);
        assert_eq!(parse(&out), Some(marks.clone()));
        for cut in 0..out.len() {
            assert_eq!(parse(&out[..cut]), None, "{cut}");
        }
        renew(&mut marks, [("/a/ü".into(), Mark::default())].into());
        assert_eq!(
            marks.keys().map(|name| &**name).collect::<Vec<_>>(),
            ["/a/b.jsonl"]
        );
    }
}
