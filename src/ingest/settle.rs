//! What can only be said once everything is read: which dates know the time
//! of day, and which documents share a key.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Time;
use rayon::prelude::*;

use crate::document::{Archive, Document, Moment, Precision, Text};
use crate::hash::{hash64, hash128};

/// A date of a document, to read or to change.
type Slot = fn(&mut Document) -> &mut Option<Moment>;

/// Takes the time of day from the dates of every source that never gives one
/// other than midnight. Documents without a source count as one source.
pub(super) fn precision(documents: &mut [Document]) {
    let slots: [Slot; 2] = [|d| &mut d.published, |d| &mut d.collected];
    for slot in slots {
        let mut midnight_only: BTreeMap<Option<Box<str>>, bool> = BTreeMap::new();
        for document in documents.iter_mut() {
            if let Some(moment) = *slot(document) {
                let midnight = moment.civil.time() == Time::midnight();
                match midnight_only.get_mut(&document.source) {
                    Some(all) => *all &= midnight,
                    None => {
                        midnight_only.insert(document.source.clone(), midnight);
                    }
                }
            }
        }
        for document in documents.iter_mut() {
            if midnight_only.get(&document.source) == Some(&true)
                && let Some(moment) = slot(document)
            {
                moment.precision = Precision::Day;
                moment.offset_seconds = None;
            }
        }
    }
}

/// Documents with unique keys, sorted by them.
pub(super) struct Settled {
    pub documents: Vec<Document>,
    pub merged: u64,
    pub renamed: u64,
}

/// Whether at least a quarter of the documents have the key of another, by their hashes.
///
/// Cost: eight bytes and the sorting of a number for each.
pub(super) fn often_repeated(documents: &[Document]) -> bool {
    let mut keys: Vec<u64> = documents
        .par_iter()
        .map(|d| hash64(d.key.as_bytes()))
        .collect();
    keys.par_sort_unstable();
    let repeated = keys.windows(2).filter(|pair| pair[0] == pair[1]).count();
    repeated >= documents.len().div_ceil(4)
}

/// Merges, while more are to come, the documents that differ in nothing at all but their
/// place: what comes of all of them in the end is the same, and a million repetitions of one
/// record need the memory of a few. Gives the numbers of arrival of those that went.
pub(super) fn repetitions(
    documents: &mut Vec<Document>,
    text: &mut dyn FnMut(&Text) -> String,
) -> Vec<u32> {
    by_key_and_place(documents);
    let mut kept = Vec::new();
    let mut gone = Vec::new();
    let mut came = std::mem::take(documents).into_iter().peekable();
    while let Some(first) = came.next() {
        let mut same = vec![first];
        while let Some(again) =
            came.next_if(|again| same.last().is_some_and(|d| d.key == again.key))
        {
            same.push(again);
        }
        if same.len() > 1 {
            // A crawl of another day is left to the end, where dates are settled.
            let content = |d: &Document, text: &str| {
                let collected = d.collected.map(|moment| moment.to_string());
                let mut bytes = content(d, text);
                bytes.extend(collected.unwrap_or_default().as_bytes());
                bytes
            };
            same = merge(same, &content, text, &mut |again| gone.push(again.arrival));
        }
        kept.append(&mut same);
    }
    *documents = kept;
    gone
}

/// Merges documents of one key and one content, and renames those of one key
/// and different content. The order of `documents` does not matter.
pub(super) fn keys(mut documents: Vec<Document>, archive: &Archive) -> Settled {
    by_key_and_place(&mut documents);
    // Mostly all keys differ, and a second list would be half of all memory.
    if documents.windows(2).all(|pair| pair[0].key != pair[1].key) {
        return Settled {
            documents,
            merged: 0,
            renamed: 0,
        };
    }
    let mut settled = Settled {
        documents: Vec::with_capacity(documents.len()),
        merged: 0,
        renamed: 0,
    };
    let mut rivals: Vec<Vec<Document>> = Vec::new();
    let mut same: Vec<Document> = Vec::new();
    for document in documents {
        if same.first().is_some_and(|first| first.key != document.key) {
            settled.take(std::mem::take(&mut same), archive, &mut rivals);
        }
        same.push(document);
    }
    settled.take(same, archive, &mut rivals);

    let mut taken: BTreeSet<Box<str>> = BTreeSet::new();
    if !rivals.is_empty() {
        let originals = rivals.iter().flatten().chain(&settled.documents);
        taken.extend(originals.map(|document| document.key.clone()));
    }
    for group in rivals {
        let mut next = 2u64;
        for (at, mut document) in group.into_iter().enumerate() {
            if at > 0 {
                let name = loop {
                    let name: Box<str> = format!("{}~{next}", document.key).into();
                    next += 1;
                    if !taken.contains(&name) {
                        break name;
                    }
                };
                taken.insert(name.clone());
                document.key = name;
                document.renamed = true;
                settled.renamed += 1;
            }
            settled.documents.push(document);
        }
    }
    settled.documents.sort_by(|a, b| a.key.cmp(&b.key));
    settled
}

impl Settled {
    /// Takes the documents of one key, given in the order of their places.
    fn take(
        &mut self,
        mut same: Vec<Document>,
        archive: &Archive,
        rivals: &mut Vec<Vec<Document>>,
    ) {
        if same.len() < 2 {
            self.documents.append(&mut same);
            return;
        }
        let mut text = |text: &Text| archive.text(text).into_owned();
        let mut different = merge(same, &content, &mut text, &mut |_| self.merged += 1);
        if different.len() == 1 {
            self.documents.append(&mut different);
        } else {
            rivals.push(different);
        }
    }
}

fn by_key_and_place(documents: &mut [Document]) {
    documents.par_sort_unstable_by(|a, b| a.key.cmp(&b.key).then_with(|| a.place.cmp(&b.place)));
}

/// Documents of one key, given in the order of their places, by the hash of their content and
/// each content once; `gone` hears of those that went into another.
fn merge(
    same: Vec<Document>,
    content: &dyn Fn(&Document, &str) -> Vec<u8>,
    text: &mut dyn FnMut(&Text) -> String,
    gone: &mut dyn FnMut(Document),
) -> Vec<Document> {
    let mut content = |document: &Document| content(document, &text(&document.text));
    // The hash orders, the bytes decide: a crafted collision of hashes must
    // not merge two texts. Among equal ones the first place comes first.
    let mut ranked: Vec<(u128, Document)> = (same.into_iter())
        .map(|document| (hash128(&content(&document)), document))
        .collect();
    ranked.sort_by_key(|(hash, _)| *hash);
    let mut different: Vec<Document> = Vec::new();
    let mut last: Option<(u128, Vec<u8>)> = None;
    let mut ranked = ranked.into_iter().peekable();
    while let Some((hash, document)) = ranked.next() {
        let again = last.as_ref().filter(|(of_last, _)| *of_last == hash);
        if let (Some((_, bytes)), Some(first)) = (again, different.last_mut())
            && content(&document) == *bytes
        {
            first.archived |= document.archived;
            earliest(&mut first.collected, document.collected);
            gone(document);
            continue;
        }
        let repeated = ranked.peek().is_some_and(|(of_next, _)| *of_next == hash);
        last = repeated.then(|| (hash, content(&document)));
        different.push(document);
    }
    different
}

/// Keeps the date of the first crawl.
fn earliest(first: &mut Option<Moment>, again: Option<Moment>) {
    if let (Some(held), Some(again)) = (*first, again)
        && again.order(&held) == Some(Ordering::Less)
    {
        *first = Some(again);
    }
}

/// The record's hash, then text and everything that the input said about it, each with its length, so
/// that different contents have different bytes. When it was collected is none of its content: a
/// page that was crawled twice is one, while a line of a feed has its dates in its hash.
fn content(document: &Document, text: &str) -> Vec<u8> {
    let date = |moment: &Option<Moment>| moment.map(|moment| moment.to_string());
    let published = date(&document.published);
    let parts = [
        Some(text),
        document.title.as_deref(),
        document.source.as_deref(),
        published.as_deref(),
        document.url.as_deref(),
        document.date_unread.then_some(""),
    ];
    let mut bytes = Vec::with_capacity(text.len() + 128);
    bytes.extend(document.record_hash);
    for part in parts {
        match part {
            Some(part) => {
                bytes.extend((part.len() as u64).to_be_bytes());
                bytes.extend(part.as_bytes());
            }
            None => bytes.extend(u64::MAX.to_be_bytes()),
        }
    }
    // Last and only where there is one: the order of rivals, and so their names, stay as they were.
    if let Some(from) = &document.syndicated_from {
        bytes.extend(from.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date;
    use crate::document::Place;

    fn document(key: &str, text: &str, record: u64) -> Document {
        Document {
            key: key.into(),
            text: text.into(),
            place: Place {
                path: "f".into(),
                record: Some(record),
                offset: 0,
            },
            ..Document::default()
        }
    }

    #[test]
    fn keys_become_unique_whatever_the_order() {
        let archive = Archive::default();
        let mut documents = vec![
            document("a", "one", 1),
            document("a", "two", 2),
            document("a", "one", 3),
            document("a", "three", 4),
            document("a~2", "other", 5),
            document("a~2", "another", 6),
            document("b", "", 7),
        ];
        let forward = keys(documents.clone(), &archive);
        documents.reverse();
        let backward = keys(documents.clone(), &archive);
        documents.rotate_left(3);
        let rotated = keys(documents, &archive);
        assert_eq!(forward.documents, backward.documents);
        assert_eq!(forward.documents, rotated.documents);
        assert_eq!((forward.merged, forward.renamed), (1, 3));
        let names: Vec<&str> = forward.documents.iter().map(|d| &*d.key).collect();
        assert_eq!(names, ["a", "a~2", "a~2~2", "a~3", "a~4", "b"]);
        let one = forward
            .documents
            .iter()
            .find(|d| d.text == "one".into())
            .unwrap();
        assert_eq!(one.place.record, Some(1));
        assert!(
            forward
                .documents
                .iter()
                .all(|d| d.renamed != ["a", "a~2", "b"].contains(&&*d.key))
        );
    }

    #[test]
    fn repetitions_may_go_at_any_time() {
        let dated = |key: &str, text: &str, record: u64, collected: &str| Document {
            collected: date::parse(collected),
            archived: record == 9,
            arrival: record as u32,
            ..document(key, text, record)
        };
        let all: Vec<Document> = (1..=200)
            .map(|record| {
                let key = ["a", "b", "a~2"][record as usize % 3];
                let text = ["one", "two"][record as usize / 3 % 2];
                dated(
                    key,
                    text,
                    record,
                    ["2031-04-03", "2031-04-02"][record as usize / 6 % 2],
                )
            })
            .collect();
        let archive = Archive::default();
        let whole = keys(all.clone(), &archive);
        assert_eq!(
            (whole.documents.len(), whole.merged, whole.renamed),
            (6, 194, 3)
        );
        for size in [1, 2, 7, 50] {
            let (mut held, mut gone) = (Vec::new(), Vec::new());
            for piece in all.rchunks(size) {
                held.extend_from_slice(piece);
                let mut text = |text: &Text| archive.text(text).into_owned();
                gone.append(&mut repetitions(&mut held, &mut text));
            }
            assert_eq!(held.len(), 12, "pieces of {size}");
            assert!(
                held.iter()
                    .all(|document| !gone.contains(&document.arrival))
            );
            let settled = keys(held, &archive);
            assert_eq!(settled.documents, whole.documents, "pieces of {size}");
            assert_eq!(settled.merged + gone.len() as u64, whole.merged);
        }
    }

    #[test]
    fn a_source_that_never_tells_the_time_knows_days_only() {
        let dated = |source: Option<&str>, text: &str| Document {
            source: source.map(Into::into),
            published: date::parse(text),
            ..document(text, "", 1)
        };
        let mut documents = vec![
            dated(Some("x"), "2031-04-03T00:00:00Z"),
            dated(Some("x"), "2031-04-04T00:00:00Z"),
            dated(Some("y"), "2031-04-03T00:00:00Z"),
            dated(Some("y"), "2031-04-03T00:00:01Z"),
            dated(None, "2031-04-03 00:00"),
        ];
        precision(&mut documents);
        let shown: Vec<String> = documents
            .iter()
            .map(|d| d.published.unwrap().to_string())
            .collect();
        assert_eq!(
            shown,
            [
                "2031-04-03",
                "2031-04-04",
                "2031-04-03T00:00:00Z",
                "2031-04-03T00:00:01Z",
                "2031-04-03",
            ]
        );
    }
}
