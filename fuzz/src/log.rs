//! An index whose log says anything.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use wirecopy::document::Document;
use wirecopy::error::{Error, ErrorKind};
use wirecopy::index::store::{Options, Store, salvage, verify};
use wirecopy::index::{Durability, Index, IndexOptions};

use crate::faulty::World;

/// Bytes before the first batch of a segment.
const SEGMENT_HEAD: usize = 40;

/// The files of an empty index and the text of its settings; opening one costs milliseconds.
static EMPTY: LazyLock<(String, BTreeMap<String, Vec<u8>>)> = LazyLock::new(|| {
    let disk = World::default();
    let empty = Index::open_in(Arc::new(disk.clone()), &IndexOptions::default());
    let empty = empty.expect("a new one");
    let fingerprint = empty.store().fingerprint().to_string();
    empty.close().expect("room");
    (fingerprint, disk.snapshot())
});

/// Opens an index whose log the bytes are: what comes of it is an index that works, or an error.
///
/// The first byte says how they get there. 0: they are the file of the first segment. 1: they stand
/// behind the sound head of one. Else they are entries under sound checksums, each a byte for its kind, two for its
/// length and so many bytes; a kind of 0 ends a batch.
pub fn opened_as_index(bytes: &[u8]) {
    let Some((how, rest)) = bytes.split_first() else {
        return;
    };
    let (fingerprint, empty) = &*EMPTY;
    let mut own = empty.clone();
    for (name, content) in &mut own {
        if name.ends_with(".log") {
            match how {
                0 => *content = rest.to_vec(),
                1 => content
                    .splice(SEGMENT_HEAD.., rest.iter().copied())
                    .for_each(drop),
                _ => {}
            }
        }
    }
    let files = Arc::new(World::of(&own));
    let store = Store::create_or_open(files.clone(), fingerprint, &Options::default());
    let is_open = match (how, store) {
        (0 | 1, Ok(store)) => {
            drop(store);
            true
        }
        (0 | 1, Err(error)) => {
            refused(&error);
            false
        }
        (_, store) => {
            write_entries(store.expect("its own"), rest);
            true
        }
    };
    let options = IndexOptions::default();
    let is_sound = is_open && works(files.clone(), &options);
    verify(&*files).expect("the folder can be read");
    match salvage(files.clone(), fingerprint) {
        Ok(_) => {
            let opened = Index::open_read_in(files, &options);
            assert!(opened.is_ok() || !is_sound, "{:?}", opened.err());
            opened.err().iter().for_each(refused);
        }
        Err(error) => refused(&error),
    }
}

fn write_entries(mut store: Store, mut bytes: &[u8]) {
    while let Some(([kind, low, high], rest)) = bytes.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (entry, rest) = rest.split_at(length);
        match kind {
            0 => store.commit(false).expect("room"),
            kind => {
                store.append(*kind, entry).expect("room");
            }
        }
        bytes = rest;
    }
    store.close().expect("room");
}

/// Opens the index and asks everything of it; false where it refuses.
fn works(files: Arc<World>, options: &IndexOptions) -> bool {
    let used = || -> Result<(), Error> {
        let mut index = Index::open_in(files.clone(), options)?;
        let mut keys = Vec::new();
        index.for_each(&mut |entry| {
            keys.push(entry.document.key.to_string());
            Ok(())
        })?;
        assert_eq!(keys.len(), index.len());
        index.events()?;
        index.statistics();
        let document = Document {
            key: "fuzz".into(),
            text:
                "The ferry ran aground at noon on Monday with 164 people on board, and was freed \
                   by the evening tide after five hours; nobody was hurt, the company said."
                    .into(),
            ..Document::default()
        };
        index.query(&document)?;
        index.insert(&document, 1)?;
        index.commit(Durability::System)?;
        if let Some(first) = keys.first() {
            index.remove(&[first])?;
        }
        index.expire(100)?;
        index.close()
    };
    match used() {
        Ok(()) => true,
        Err(error) => {
            refused(&error);
            false
        }
    }
}

/// An error about the index is an answer; any other is a defect.
fn refused(error: &Error) {
    assert!(matches!(error.kind(), ErrorKind::Index { .. }), "{error:?}");
}
