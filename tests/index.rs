//! The live index: what a batch says, one document after the other, whatever is removed and
//! however often it is opened again.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use support::stemma::World;
use support::stories::sentence;
use support::{Random, held, temp};
use wirecopy::config::Settings;
use wirecopy::document::Document;
use wirecopy::index::store::{Disk, Options, Store};
use wirecopy::index::{Durability, EventKind, Index, IndexOptions, Mark, Outcome, Statistics};
use wirecopy::ingest::{Counts, Intake};
use wirecopy::pipeline::{Silent, trace};

/// Documents of an invented world, their texts in memory.
fn documents(seed: u64, groups: usize) -> Vec<Document> {
    let world = World::ordinary(seed, groups, &[]);
    held(world.intake())
}

/// Groups of two and more as sets of keys.
type Partition = BTreeSet<Vec<String>>;

/// What a batch makes of some documents.
fn batch(documents: &[Document]) -> Partition {
    if documents.is_empty() {
        return Partition::new();
    }
    let mut documents = documents.to_vec();
    documents.sort_by(|x, y| x.key.cmp(&y.key));
    let count = documents.len() as u64;
    let intake = Intake {
        documents,
        counts: Counts {
            read: count,
            documents: count,
            ..Counts::default()
        },
        ..Intake::default()
    };
    let trace = trace(intake, &Settings::default(), &Silent).unwrap();
    let key = |doc: &wirecopy::document::DocId| trace.documents[doc.index()].key.to_string();
    let groups = trace.groups.iter();
    groups
        .map(|group| group.members.iter().map(key).collect())
        .collect()
}

/// What an index holds.
fn partition(index: &Index) -> Partition {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    index
        .for_each(&mut |entry| {
            if let Some(group) = entry.group {
                groups
                    .entry(group.to_string())
                    .or_default()
                    .push(entry.document.key.to_string());
            }
            Ok(())
        })
        .unwrap();
    let mut all = Partition::new();
    for mut members in groups.into_values() {
        members.sort();
        all.insert(members);
    }
    all
}

#[test]
fn one_by_one_gives_the_groups_of_a_batch_in_any_order() {
    let mut documents = documents(5, 120);
    let wanted = batch(&documents);
    assert!(wanted.len() > 80);
    for seed in 0..3 {
        let folder = temp();
        let mut index = Index::open(folder.path(), &IndexOptions::default()).unwrap();
        for (at, document) in documents.iter().enumerate() {
            index.insert(document, at as u64).unwrap();
        }
        index.commit(Durability::System).unwrap();
        let found = partition(&index);
        let differ: Vec<&Vec<String>> = found.symmetric_difference(&wanted).collect();
        assert!(differ.is_empty(), "{differ:?}");
        Random(seed).shuffle(&mut documents);
    }
}

/// Copies that join a group of many, and round-ups that join two of them, after every single one.
#[test]
fn what_joins_a_group_leaves_what_a_batch_would_find() {
    let text = |story: usize, without: usize| -> String {
        let all = (0..10).filter(|&at| at != without);
        all.map(|at| sentence(story, at) + "\n").collect()
    };
    let mut all = Vec::new();
    for at in 0..9 {
        all.extend([text(1, at), text(2, at)]);
    }
    all.push(text(1, 10) + &text(2, 10));
    all.push(text(2, 3) + &text(1, 4));
    all.push(text(1, 0));
    let mut all: Vec<Document> = (0..)
        .zip(all)
        .map(|(at, text): (u32, String)| Document {
            key: format!("d{at:02}").into(),
            text: text.as_str().into(),
            ..Document::default()
        })
        .collect();
    for seed in 0..3 {
        Random(seed).shuffle(&mut all);
        let folder = temp();
        let mut index = Index::open(folder.path(), &IndexOptions::default()).unwrap();
        for (at, document) in all.iter().enumerate() {
            index.insert(document, 1).unwrap();
            index.commit(Durability::System).unwrap();
            assert_eq!(partition(&index), batch(&all[..=at]), "{seed} {at}");
        }
        for (at, document) in all.iter().enumerate().take(15) {
            index.remove(&[&*document.key]).unwrap();
            index.commit(Durability::System).unwrap();
            assert_eq!(partition(&index), batch(&all[at + 1..]), "{seed} {at}");
        }
    }
}

#[test]
fn a_removal_names_the_document_that_is_kept_now() {
    let folder = temp();
    let mut index = Index::open(folder.path(), &IndexOptions::default()).unwrap();
    for (at, key) in ["a", "b", "c"].into_iter().enumerate() {
        let text: String = (0..10 - at).map(|at| sentence(1, at) + "\n").collect();
        let document = Document {
            key: key.into(),
            text: text.as_str().into(),
            ..Document::default()
        };
        index.insert(&document, 1).unwrap();
    }
    let removed = index.remove(&["a"]).unwrap();
    let told: Vec<(EventKind, Option<&str>)> = removed
        .events
        .iter()
        .map(|event| (event.kind, event.document.as_deref()))
        .collect();
    assert_eq!(told, [(EventKind::Keeper, Some("b"))]);
}

/// Random steps against a plain map and a batch over it.
#[test]
fn steps_at_random_leave_what_a_batch_would_find() {
    let mut random = Random(11);
    for round in 0..4 {
        let all = documents(100 + round, 40);
        let folder = temp();
        let options = IndexOptions::default();
        let mut index = Index::open(folder.path(), &options).unwrap();
        let mut model: BTreeMap<String, (Document, u64)> = BTreeMap::new();
        let mut clock = 0;
        for step in 0..400 {
            clock += 1;
            let pick = all[random.below(all.len())].clone();
            let key = pick.key.to_string();
            match random.below(20) {
                0..=12 => {
                    let answer = index.insert(&pick, clock).unwrap();
                    let known = model.contains_key(&key);
                    assert_eq!(answer.is_known, known);
                    assert_eq!(*answer.key, *key);
                    assert!(answer.is_kept == (answer.kept == answer.key));
                    assert!(*answer.kept == *key || model.contains_key(&*answer.kept));
                    model.entry(key).or_insert((pick, clock));
                }
                13..=15 => {
                    let removed = index.remove(&[&key]).unwrap();
                    assert_eq!(removed.documents, usize::from(model.remove(&key).is_some()));
                }
                16 => {
                    let before = clock.saturating_sub(60);
                    let removed = index.expire(before).unwrap();
                    let count = model.len();
                    model.retain(|_, (_, arrived)| *arrived >= before);
                    assert_eq!(removed.documents, count - model.len());
                }
                17 => {
                    index.close().unwrap();
                    index = Index::open(folder.path(), &options).unwrap();
                }
                18 => {
                    // As after a kill: what was handed to the system is there, the tables are not.
                    index.commit(Durability::System).unwrap();
                    let before = partition(&index);
                    drop(index);
                    index = Index::open(folder.path(), &options).unwrap();
                    assert_eq!(partition(&index), before);
                }
                _ => {
                    index.tidy().unwrap();
                }
            }
            assert_eq!(index.len(), model.len());
            if step % 40 == 39 {
                index.commit(Durability::System).unwrap();
                let held: Vec<Document> = model
                    .values()
                    .map(|(document, _)| document.clone())
                    .collect();
                assert_eq!(
                    partition(&index),
                    batch(&held),
                    "round {round}, step {step}"
                );
            }
        }
    }
}

/// Removals give the room back, files that are worth keeping stay as they are, and what was found before is found after.
#[test]
fn files_are_rewritten_when_more_than_half_of_them_went() {
    let documents = documents(7, 60);
    let folder = temp();
    let options = IndexOptions {
        store: Options {
            segment_bytes: 40_000,
        },
        ..IndexOptions::default()
    };
    let mut index = Index::open(folder.path(), &options).unwrap();
    for (at, document) in documents.iter().enumerate() {
        index.insert(document, at as u64).unwrap();
        index.commit(Durability::System).unwrap();
    }
    let before = index.statistics();
    assert!(before.segments > 4, "{before:?}");
    assert_eq!(index.tidy().unwrap(), 0);
    assert_eq!(index.statistics(), before);
    // A third of every file: not worth it.
    let third: Vec<&str> = documents.iter().step_by(3).map(|own| &*own.key).collect();
    index.remove(&third).unwrap();
    assert_eq!(index.tidy().unwrap(), 0);
    let old = documents.len() as u64 * 3 / 4;
    index.expire(old).unwrap();
    let freed = index.tidy().unwrap();
    let after = index.statistics();
    assert!(freed > 0);
    assert!(after.log_bytes * 2 < before.log_bytes, "{after:?}");
    assert_eq!(index.tidy().unwrap(), 0);
    let groups = partition(&index);
    // Killed, not closed.
    drop(index);
    let index = Index::open(folder.path(), &options).unwrap();
    let again = index.statistics();
    assert_eq!(
        again,
        Statistics {
            memory_bytes: again.memory_bytes,
            crowded_keys: 0,
            ..after
        }
    );
    assert_eq!(partition(&index), groups);
}

/// What came before the record that replaced it is told as new, and only a confirmed answer needs no other.
#[test]
fn a_known_record_is_answered_as_it_stands_until_the_answer_is_confirmed() {
    let folder = temp();
    let options = IndexOptions::default();
    let mut index = Index::open(folder.path(), &options).unwrap();
    let text = "The ferry ran aground at noon on Monday with 164 people on board, and was freed by the \
                evening tide after five hours; nobody was hurt, the company said.";
    let document = |key: &str| Document {
        key: key.into(),
        text: text.into(),
        ..Document::default()
    };
    let ask = |index: &mut Index, key: &str| {
        let answer = index.insert(&document(key), 1).unwrap();
        (
            answer.outcome,
            answer.is_kept,
            answer.is_known,
            answer.is_confirmed,
        )
    };
    assert_eq!(ask(&mut index, "a"), (Outcome::New, true, false, false));
    assert_eq!(
        ask(&mut index, "b"),
        (Outcome::Identical, false, false, false)
    );
    // Its answer is on the way, and is not to come out twice.
    assert_eq!(ask(&mut index, "a"), (Outcome::New, true, true, true));
    index.commit(Durability::Disk).unwrap();
    // Killed before it could say so.
    drop(index);
    let mut index = Index::open(folder.path(), &options).unwrap();
    assert_eq!(ask(&mut index, "a"), (Outcome::New, true, true, false));
    index.confirm().unwrap();
    drop(index);
    let mut index = Index::open(folder.path(), &options).unwrap();
    assert_eq!(ask(&mut index, "a"), (Outcome::New, true, true, true));
    assert_eq!(
        ask(&mut index, "b"),
        (Outcome::Identical, false, true, false)
    );
    // As saved in the tables.
    index.close().unwrap();
    let mut index = Index::open(folder.path(), &options).unwrap();
    assert_eq!(
        ask(&mut index, "b"),
        (Outcome::Identical, false, true, false)
    );
    index.confirm().unwrap();
    index.close().unwrap();
    let mut index = Index::open(folder.path(), &options).unwrap();
    assert_eq!(
        ask(&mut index, "b"),
        (Outcome::Identical, false, true, true)
    );
    assert_eq!(ask(&mut index, "a"), (Outcome::New, true, true, true));
}

/// What stood alone is weighed as well when something joins it to a group.
#[test]
fn what_is_drawn_into_a_group_may_be_what_is_kept() {
    let folder = temp();
    let mut index = Index::open(folder.path(), &IndexOptions::default()).unwrap();
    let mut random = 1u64;
    let mut word = || {
        let letters = (0..7).map(|_| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b'a' + (random >> 33) as u8 % 26)
        });
        letters.collect::<String>()
    };
    let words: Vec<String> = (0..200).map(|_| word()).collect();
    // Of four texts the last is like the first and the third, the third like the second.
    let chain = [
        ("a", 0..100),
        ("b", 85..185),
        ("c", 60..160),
        ("d", 30..130),
    ];
    let mut last = None;
    for (key, range) in chain.clone() {
        let document = Document {
            key: key.into(),
            text: words[range].join(" ").into(),
            ..Document::default()
        };
        last = Some(index.insert(&document, 1).unwrap());
    }
    let last = last.unwrap();
    assert_eq!(&*last.kept, "a");
    assert!(last.jaccard.is_some_and(|jaccard| jaccard > 0.5));
    let told = last.events.iter().map(|event| event.kind);
    assert!(
        told.clone().any(|kind| kind == EventKind::Keeper),
        "{:?}",
        told.collect::<Vec<_>>()
    );
    for (key, range) in chain {
        let document = Document {
            key: key.into(),
            text: words[range].join(" ").into(),
            ..Document::default()
        };
        let answer = index.insert(&document, 2).unwrap();
        assert_eq!((answer.is_known, &*answer.kept), (true, "a"), "{key}");
    }
}

/// A log may be sound and say what no index wrote: numbers that leave none for the next, or none at all.
#[test]
fn numbers_that_no_index_gives_are_refused() {
    for (kind, number) in [(1, 0), (2, 0), (1, u64::MAX), (2, u64::MAX)] {
        let folder = temp();
        let options = IndexOptions::default();
        let index = Index::open(folder.path(), &options).unwrap();
        let settings = index.store().fingerprint().to_string();
        index.close().unwrap();
        let files = Arc::new(Disk::new(folder.path()));
        let mut store = Store::create_or_open(files, &settings, &options.store).unwrap();
        let mut entry = Vec::new();
        let mut rest: u64 = number;
        while rest >= 0x80 {
            entry.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        entry.push(rest as u8);
        // Of a removal: how many went. Of an arrival: when, which record, not renamed, no key, no fields.
        entry.resize(entry.len() + if kind == 2 { 1 } else { 25 }, 0);
        store.append(kind, &entry).unwrap();
        store.commit(true).unwrap();
        store.close().unwrap();
        let refused = Index::open(folder.path(), &options).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("an entry that is none of ours"),
            "{refused}"
        );
    }
}

#[test]
fn a_mark_counts_with_the_answers_before_it() {
    let folder = temp();
    let open = || Index::open(folder.path(), &IndexOptions::default()).unwrap();
    let mark = |bytes: u64| Mark {
        bytes,
        records: 2,
        header: 0,
        head: 3,
        tail: 4,
    };
    let mut index = open();
    for (at, document) in documents(7, 20).iter().enumerate() {
        index.insert(document, at as u64).unwrap();
    }
    index.mark("/feed", mark(700));
    index.commit(Durability::Disk).unwrap();
    // Ended here, nobody learnt the answers.
    drop(index);
    let mut index = open();
    assert_eq!(index.marked("/feed"), None);
    for bytes in [700, 900] {
        index.mark("/feed", mark(bytes));
        index.mark("/other", mark(bytes));
        index.confirm().unwrap();
    }
    drop(index);
    let mut index = open();
    assert_eq!(index.marked("/feed"), Some(&mark(900)));
    // With tables that were saved, and in a log of which nothing else is left.
    index.mark("/other", Mark::default());
    index.confirm().unwrap();
    index.close().unwrap();
    let mut index = open();
    index.expire(u64::MAX).unwrap();
    index.commit(Durability::Disk).unwrap();
    index.purge().unwrap();
    drop(index);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "table") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let index = open();
    let marks: Vec<_> = index.marks().collect();
    assert_eq!(marks, [("/feed", &mark(900))]);
}
