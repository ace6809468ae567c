//! Where documents and rejections come together, and every one is counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fields::Fields;
use super::reason::{Reason, Refusal, Rejection};
use super::window::Bytes;
use super::{Counts, IngestOptions};
use crate::document::{Document, Place};
use crate::hash::hash128;

/// What was read so far.
#[derive(Default)]
pub(super) struct Gathered {
    pub documents: Vec<Document>,
    pub rejected: Vec<Rejection>,
    pub headers: BTreeMap<String, Box<[u8]>>,
    pub counts: Counts,
}

impl Gathered {
    pub fn reject(&mut self, rejection: Rejection) {
        self.counts.read += 1;
        self.rejected.push(rejection);
    }

    /// Rejects a path as a whole.
    pub fn reject_path(&mut self, path: &str, reason: Reason, message: impl Into<Arc<str>>) {
        let place = Place {
            path: path.into(),
            record: None,
            offset: 0,
        };
        self.reject(Refusal::new(reason, message).at(place));
    }

    fn accept(&mut self, document: Document, encoding: &str) {
        self.counts.read += 1;
        self.documents.push(document);
        self.count_encoding(encoding);
    }

    pub fn count_encoding(&mut self, name: &str) {
        match self.counts.encodings.get_mut(name) {
            Some(count) => *count += 1,
            None => {
                self.counts.encodings.insert(name.to_owned(), 1);
            }
        }
    }
}

/// One stream being read: its name, the settings, and where its records go.
pub(super) struct File<'a> {
    pub path: &'a Arc<str>,
    pub options: &'a IngestOptions,
    pub fields: &'a Fields,
    /// The encoding that a mark at the start of the stream declared.
    pub encoding: Option<&'static str>,
    pub out: &'a mut Gathered,
}

impl File<'_> {
    pub fn place(&self, record: Option<u64>, offset: u64) -> Place {
        Place {
            path: self.path.clone(),
            record,
            offset,
        }
    }

    pub fn record_limit(&self) -> usize {
        usize::try_from(self.options.limits.record_bytes).unwrap_or(usize::MAX)
    }

    pub fn too_long(&self) -> Refusal {
        Refusal::new(
            Reason::TooLong,
            format!(
                "the record is longer than the limit of {} bytes",
                self.options.limits.record_bytes
            ),
        )
    }

    pub fn reject(&mut self, record: Option<u64>, offset: u64, refusal: Refusal) {
        let place = self.place(record, offset);
        self.out.reject(refusal.at(place));
    }

    /// Takes a document; `raw` are its bytes, for the formats that keep them.
    pub fn accept(&mut self, mut document: Document, raw: Option<&[u8]>, encoding: &str) {
        document.record_hash = raw.map_or(0, |raw| hash128(raw.trim_ascii_end()));
        if self.options.keep_raw {
            document.raw = raw.map(Box::from);
        }
        self.out.accept(document, self.encoding.unwrap_or(encoding));
    }

    /// Tells what ended the stream before its time, if something did.
    pub fn finish(&mut self, window: &Bytes<'_>, record: Option<u64>) {
        if let Some(damage) = window.damage() {
            let offset = window.end_offset();
            let mut refusal = damage.clone();
            refusal.message =
                format!("{} (at byte {offset} of its content)", refusal.message).into();
            self.reject(record, offset, refusal);
        }
    }
}
