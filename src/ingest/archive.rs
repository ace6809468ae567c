//! Where texts can be read again: in the inputs themselves where they can be
//! read by offset, else in a copy made on the way in.

use std::fs::File;
use std::io;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;

use encoding_rs::Encoding;

use super::fields::Fields;
use super::stream::whole_text;
use super::{Limits, jsonl};
use crate::document::{Extent, Storage};
use crate::error::Error;
use crate::hash::hash64;
use crate::spill::{Spill, read_at};

/// Bytes of the copies that stay in memory; more go to a temporary file.
pub(super) const HELD_COPIES: usize = 16 << 20;

/// Files that stay open to be read from again, at most.
const OPEN_FILES: usize = 200;

/// One place that extents point into.
#[derive(Debug)]
enum Source {
    /// A file of JSON lines; an extent is a line with its end, or a JSON string in one.
    /// Open where few enough are; a feed of ten thousand files is opened file by file. With
    /// the encoding of those lines that are not UTF-8, where one was guessed.
    Lines(PathBuf, Option<File>, Option<&'static Encoding>),
    /// A file that is one text.
    Whole(PathBuf),
}

/// Number of the source that stands for the copies.
const COPIES: u32 = u32::MAX;

/// Everything that texts can be read from again.
#[derive(Debug)]
pub(super) struct Shelf {
    sources: Vec<Source>,
    copies: Spill,
    fields: Arc<Fields>,
    limits: Limits,
    encoding: Option<&'static Encoding>,
}

impl Shelf {
    /// `encoding` is the one that was given in place of a guess.
    pub fn new(
        fields: Arc<Fields>,
        (limits, encoding): (&Limits, Option<&'static Encoding>),
        folder: Option<PathBuf>,
    ) -> Self {
        Shelf {
            sources: Vec::new(),
            copies: Spill::new(HELD_COPIES, folder),
            fields,
            limits: limits.clone(),
            encoding,
        }
    }

    /// A file of JSON lines to be read by offset, and the encoding of those that are not UTF-8,
    /// where one was guessed; gives its number.
    pub fn lines(&mut self, path: PathBuf, file: File, guessed: Option<&'static Encoding>) -> u32 {
        let open = (self.sources.len() < OPEN_FILES).then_some(file);
        self.source(Source::Lines(path, open, guessed))
    }

    /// A file that is one text; gives its number.
    pub fn whole(&mut self, path: PathBuf) -> u32 {
        self.source(Source::Whole(path))
    }

    fn source(&mut self, source: Source) -> u32 {
        self.sources.push(source);
        (self.sources.len() - 1) as u32
    }

    /// Keeps values that are carried through, behind their length.
    pub fn carry(&mut self, values: &[u8]) -> Result<Option<NonZeroU64>, Error> {
        let at = self.copies.append(&(values.len() as u32).to_be_bytes())?;
        self.copies.append(values)?;
        Ok(NonZeroU64::new(at + 1))
    }

    /// Keeps a copy of bytes that no input gives twice.
    pub fn copy(&mut self, bytes: &[u8]) -> Result<Extent, Error> {
        Ok(Extent {
            source: COPIES,
            bytes: bytes.len() as u32,
            offset: self.copies.append(bytes)?,
        })
    }
}

/// What a text is checked by when it is read again.
pub(super) fn check(text: &str) -> u32 {
    hash64(text.as_bytes()) as u32
}

impl Storage for Shelf {
    fn text(&self, extent: Extent, expected: u32) -> Result<String, Error> {
        let (text, path) = match self.sources.get(extent.source as usize) {
            None => (String::from_utf8(self.bytes(extent)?).ok(), None),
            Some(Source::Lines(path, _, guessed)) => {
                let line = self.bytes(extent)?;
                (jsonl::text(&line, &self.fields, *guessed), Some(path))
            }
            Some(Source::Whole(path)) => {
                let opened = File::open(path);
                let opened = opened.map_err(|cause| Error::io(AGAIN, path, cause))?;
                (whole_text(opened, &self.limits, self.encoding), Some(path))
            }
        };
        let same = text.filter(|text| check(text) == expected);
        same.ok_or_else(|| {
            let path = path.cloned().unwrap_or_default();
            Error::io(AGAIN, path, io::Error::other(CHANGED))
        })
    }

    fn bytes(&self, extent: Extent) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; extent.bytes as usize];
        match self.sources.get(extent.source as usize) {
            Some(Source::Lines(path, open, _)) => {
                let read = match open {
                    Some(file) => read_at(file, &mut bytes, extent.offset),
                    None => {
                        File::open(path).and_then(|file| read_at(&file, &mut bytes, extent.offset))
                    }
                };
                read.map_err(|cause| Error::io(AGAIN, path, cause))?;
            }
            _ => self.copies.read(extent.offset, &mut bytes)?,
        }
        Ok(bytes)
    }

    fn carried(&self, at: NonZeroU64) -> Result<Vec<String>, Error> {
        let mut length = [0; 4];
        self.copies.read(at.get() - 1, &mut length)?;
        let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
        self.copies.read(at.get() + 3, &mut bytes)?;
        serde_json::from_slice(&bytes).map_err(|cause| Error::io(AGAIN, "", cause.into()))
    }
}

const AGAIN: &str = "reading a text again";
const CHANGED: &str = "the input changed while it was read; run again once nothing writes to it";
