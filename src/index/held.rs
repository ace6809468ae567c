//! What an index holds, as the documents of a batch.

use std::fmt;
use std::num::NonZeroU64;

use super::entry::{ARRIVAL, Arrival};
use super::store::{Place, Store};
use super::{Index, desk};
use crate::document::{self, Archive, Document, Extent, Storage, Text};
use crate::error::Error;

/// The log as the archive of a run. A log that is rewritten meanwhile is read as it was.
struct Held(Store);

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Storage for Held {
    // Entries have checksums of their own, and nothing changes them.
    fn text(&self, extent: Extent, _: u32) -> Result<String, Error> {
        let place = Place {
            segment: extent.source,
            offset: extent.offset,
        };
        let mut bytes = Vec::new();
        let kind = self.0.read(place, &mut bytes)?;
        let text = (kind == ARRIVAL).then(|| Arrival::text(&bytes)).flatten();
        text.map(str::to_string)
            .ok_or_else(|| self.0.broken(place, "no document"))
    }

    fn bytes(&self, extent: Extent) -> Result<Vec<u8>, Error> {
        self.text(extent, 0).map(String::into_bytes)
    }

    fn carried(&self, _: NonZeroU64) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }
}

impl Index {
    /// All documents that are held, as a batch takes them: by key, with the ids of their groups, and an archive
    /// with their texts. Best of an index that was opened for reading: the texts are those of this moment.
    ///
    /// Cost: a read for each document.
    ///
    /// # Errors
    /// Damage, or what the system says.
    pub fn into_documents(self) -> Result<(Vec<Document>, Archive), Error> {
        let path = self.store.path().display().to_string().into();
        let mut documents = Vec::with_capacity(self.len());
        for row in self.tables.docs.iter().filter(|row| row.number > 0) {
            let group = self.tables.group_of_class(row.class);
            let group = group.and_then(|group| NonZeroU64::new(self.tables.group(group)?.id));
            let extent = Extent {
                source: row.segment,
                bytes: 0,
                offset: u64::from(row.offset),
            };
            documents.push((
                row.number,
                Document {
                    text: Text::Stored { extent, check: 0 },
                    place: document::Place {
                        path: std::sync::Arc::clone(&path),
                        record: Some(row.number),
                        offset: 0,
                    },
                    indexed_group: group,
                    ..desk::fields(&self.store, row.place())?.document
                },
            ));
        }
        documents.sort_unstable_by_key(|(number, _)| *number);
        let numbered = (0u32..).zip(documents);
        let mut documents: Vec<Document> = numbered
            .map(|(arrival, (_, document))| Document {
                arrival,
                ..document
            })
            .collect();
        documents.sort_unstable_by(|x, y| x.key.cmp(&y.key));
        Ok((documents, Archive::new(Box::new(Held(self.store)))))
    }
}
