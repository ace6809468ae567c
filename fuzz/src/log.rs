//! An index whose log says anything.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use wirecopy::document::Document;
use wirecopy::error::{Error, ErrorKind};
use wirecopy::index::store::{Disk, Options, Store, salvage, verify};
use wirecopy::index::{Durability, Index, IndexOptions};

/// Bytes before the first batch of a segment.
const SEGMENT_HEAD: usize = 40;

/// Opens an index whose log the bytes are: what comes of it is an index that works, or an error.
///
/// The first byte says how they get there. 0: they are the file of the first segment. 1: they stand
/// behind the sound head of one. Else they are entries under sound checksums, each a byte for its kind, two for its
/// length and so many bytes; a kind of 0 ends a batch.
pub fn opened_as_index(bytes: &[u8]) {
    let Some((how, rest)) = bytes.split_first() else {
        return;
    };
    let folder = tempfile::tempdir_in(Path::new("/dev/shm")).expect("a folder");
    let path = folder.path().join("index");
    let options = IndexOptions::default();
    let empty = Index::open(&path, &options).expect("a new one");
    let fingerprint = empty.store().fingerprint().to_string();
    empty.close().expect("room");
    let files = Arc::new(Disk::new(&path));
    if *how > 1 {
        let store = Store::create_or_open(files.clone(), &fingerprint, &Options::default());
        write_entries(store.expect("its own"), rest);
    } else {
        for entry in fs::read_dir(&path).expect("a folder") {
            let file = entry.expect("a name").path();
            if file.extension().is_some_and(|ending| ending == "log") {
                let head = fs::read(&file).expect("a file");
                let head = &head[..if *how == 1 { SEGMENT_HEAD } else { 0 }];
                fs::write(&file, [head, rest].concat()).expect("room");
            }
        }
    }
    let sound = works(&path, &options);
    verify(&*files).expect("the folder can be read");
    match salvage(files, &fingerprint) {
        Ok(_) => {
            let mended = works(&path, &options);
            assert!(mended || !sound);
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
            kind => drop(store.append(*kind, entry).expect("room")),
        }
        bytes = rest;
    }
    store.close().expect("room");
}

/// Opens the index and asks everything of it; false where it refuses.
fn works(path: &Path, options: &IndexOptions) -> bool {
    let used = || -> Result<(), Error> {
        let mut index = Index::open(path, options)?;
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
            text: "The ferry ran aground at noon on Monday with 164 people on board, and was freed \
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
        index.close()?;
        Index::open_read(path, options).map(drop)
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
