//! What is noted of every text on the way in: its content, and the keys by
//! which it meets others.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ahash::AHashSet;
use rayon::prelude::*;

use super::Observer;
use crate::candidates::{
    Banding, Batches, Classes, Keying, PARTS, Parts, Passages, Prefixes, SAMPLE, entry, part_of,
    spread,
};
use crate::config::{EXACT_BYTES, Resources, Search, Settings};
use crate::document::Corpus;
use crate::error::Error;
use crate::ingest::Listener;
use crate::scan::Scanner;

/// What is kept of one text.
#[derive(Clone, Copy, Debug)]
struct Note {
    /// Hash of its canonical text; 0 where it has no words.
    content: u128,
    arrival: u32,
    words: u32,
    removed: u32,
}

/// Keys that a text gave.
#[derive(Clone, Copy, Debug)]
struct Given {
    arrival: u32,
    all: u32,
    /// Those in the parts of the sample.
    sampled: u32,
}

/// What one thread needs to look at a text, and what it noted.
struct Worker {
    scanner: Scanner,
    found: Vec<u64>,
    keys: Batches,
    notes: Vec<Note>,
    given: Vec<Given>,
}

/// Listens to every text and notes what the search needs of it.
///
/// Of texts with the same words only one gives keys, whichever comes first: the
/// keys are the same. So a million copies of one page cost the keys of one.
pub struct Survey<'o> {
    settings: Settings,
    resources: Resources,
    observer: &'o dyn Observer,
    strategies: Vec<Box<dyn Keying>>,
    keys: Parts,
    /// Whether all parts are filled, or only those of the sample.
    whole: AtomicBool,
    /// Bytes of texts so far, and of input.
    bytes: AtomicU64,
    read: AtomicU64,
    /// Whether texts came by index and not through ingest.
    by_index: AtomicBool,
    seen: Vec<Mutex<AHashSet<u128>>>,
    workers: Vec<Mutex<Worker>>,
}

/// Shards of the contents seen so far: threads rarely want the same one.
const SHARDS: usize = 64;

impl<'o> Survey<'o> {
    /// A survey for a search with these settings.
    ///
    /// # Errors
    /// A setting that makes no sense.
    pub fn new(
        settings: &Settings,
        resources: &Resources,
        observer: &'o dyn Observer,
    ) -> Result<Self, Error> {
        settings.check()?;
        let mut strategies: Vec<Box<dyn Keying>> = Vec::new();
        if settings.search == Search::Lsh {
            strategies.push(Box::new(Banding::new(settings)));
            if settings.containment.is_some() {
                strategies.push(Box::new(Passages::new(settings)));
            }
        } else {
            strategies.push(Box::new(Prefixes::new(settings, false)));
        }
        let worker = |_| {
            Mutex::new(Worker {
                scanner: Scanner::new(),
                found: Vec::new(),
                keys: Batches::default(),
                notes: Vec::new(),
                given: Vec::new(),
            })
        };
        Ok(Survey {
            settings: settings.clone(),
            resources: resources.clone(),
            observer,
            strategies,
            keys: Parts::new(resources.keys(), resources.spill()),
            whole: AtomicBool::new(settings.search != Search::Sampled),
            bytes: AtomicU64::new(0),
            read: AtomicU64::new(0),
            by_index: AtomicBool::new(false),
            seen: (0..SHARDS).map(|_| Mutex::default()).collect(),
            workers: (0..=rayon::current_num_threads()).map(worker).collect(),
        })
    }

    /// True the first time that a content comes.
    fn is_new(&self, content: u128) -> bool {
        let shard = self.seen.get(content as usize % SHARDS).map(Mutex::lock);
        shard.is_some_and(|shard| shard.is_ok_and(|mut seen| seen.insert(content)))
    }

    /// Whether all parts are filled, given what came so far.
    fn is_whole(&self) -> bool {
        if self.settings.search == Search::Auto && self.bytes.load(Ordering::Relaxed) > EXACT_BYTES
        {
            self.whole.store(false, Ordering::Relaxed);
        }
        self.whole.load(Ordering::Relaxed)
    }

    /// Looks at the texts of a corpus whose reading was not listened to.
    ///
    /// # Errors
    /// A stop that the observer asked for.
    pub fn go_through(&self, corpus: Corpus<'_>) -> Result<(), Error> {
        const CHUNK: usize = 4096;
        self.by_index.store(true, Ordering::Relaxed);
        self.observer
            .stage("reading words", corpus.documents.len())?;
        for (at, chunk) in corpus.documents.chunks(CHUNK).enumerate() {
            self.observer.progress(at * CHUNK)?;
            chunk.par_iter().enumerate().for_each(|(i, document)| {
                let arrival = (at * CHUNK + i) as u32;
                self.text(arrival, &corpus.archive.text(&document.text));
            });
        }
        Ok(())
    }

    /// Sets the notes in the order of the documents.
    pub(super) fn conclude(self, corpus: Corpus<'_>) -> Surveyed {
        let by_index = self.by_index.load(Ordering::Relaxed);
        let arrivals =
            (0u32..).zip(corpus.documents).map(
                |(index, document)| {
                    if by_index { index } else { document.arrival }
                },
            );
        let whole = self.is_whole();
        drop(self.seen);
        let mut notes: Vec<Note> = Vec::new();
        let mut given: Vec<Given> = Vec::new();
        for worker in self.workers {
            let Ok(mut worker) = worker.into_inner() else {
                continue;
            };
            worker.keys.flush(&self.keys);
            given.append(&mut worker.given);
            notes.reserve_exact(worker.notes.len());
            notes.append(&mut worker.notes);
        }
        notes.par_sort_unstable_by_key(|note| note.arrival);
        let at = |arrival: u32| notes.binary_search_by_key(&arrival, |note| note.arrival);
        let of_documents: Vec<Option<u32>> = arrivals
            .map(|arrival| at(arrival).ok().map(|at| at as u32))
            .collect();
        let note = |at: &Option<u32>| at.and_then(|at| notes.get(at as usize));
        let each = |of: fn(&Note) -> u32| -> Vec<u32> {
            let notes = of_documents.iter().map(note);
            notes.map(|note| note.map_or(0, of)).collect()
        };
        let (words, removed) = (each(|note| note.words), each(|note| note.removed));
        let contents = of_documents.iter().map(|at| {
            let content = note(at).map(|note| note.content);
            content.filter(|&content| content != 0)
        });
        let classes = Classes::new(contents);
        // By content, since the text that gave the keys may be a record that
        // was merged into another.
        let mut by_content: Vec<u32> = (0..classes.len() as u32).collect();
        by_content.par_sort_unstable_by_key(|&class| classes.content(class));
        let last = notes.last().map_or(0, |note| note.arrival as usize + 1);
        let mut class_of = vec![u32::MAX; last];
        for note in notes.iter().filter(|note| note.content != 0) {
            let at =
                by_content.binary_search_by_key(&note.content, |&class| classes.content(class));
            if let Some(class) = at.ok().and_then(|at| by_content.get(at)) {
                class_of[note.arrival as usize] = *class;
            }
        }
        drop((notes, by_content));
        let mut sizes = vec![0; classes.len()];
        for given in given {
            let class = class_of.get(given.arrival as usize);
            if let Some(size) = class.and_then(|&class| sizes.get_mut(class as usize)) {
                *size = if whole { given.all } else { given.sampled };
            }
        }
        Surveyed {
            words,
            removed,
            classes,
            class_of,
            sizes,
            keys: self.keys,
            whole,
        }
    }
}

impl Listener for Survey<'_> {
    fn text(&self, arrival: u32, text: &str) {
        let own = rayon::current_thread_index().map_or(0, |index| index + 1);
        let Some(Ok(mut worker)) = self.workers.get(own).map(Mutex::lock) else {
            return;
        };
        let Worker {
            scanner,
            found,
            keys,
            notes,
            given,
        } = &mut *worker;
        let scan = scanner.scan(text, self.settings.width);
        let content = scan.content().unwrap_or(0);
        notes.push(Note {
            content,
            arrival,
            words: scan.words.len() as u32,
            removed: scan.removed,
        });
        self.bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
        if content == 0 || !self.is_new(content) {
            return;
        }
        found.clear();
        for strategy in &self.strategies {
            strategy.keys(scan.shingles, found);
        }
        let last = if self.is_whole() { PARTS } else { SAMPLE };
        let mut sampled = 0;
        for key in found.iter().map(|&key| spread(key)) {
            sampled += u32::from(part_of(key) < SAMPLE);
            if part_of(key) < last {
                keys.push(&self.keys, key, entry(key, arrival));
            }
        }
        let all = found.len() as u32;
        given.push(Given {
            arrival,
            all,
            sampled,
        });
    }

    /// Drops the notes of texts that are no documents and gave no keys.
    fn merged(&self, arrivals: &[u32]) {
        let mut gone: AHashSet<u32> = arrivals.iter().copied().collect();
        let workers = || self.workers.iter().filter_map(|worker| worker.lock().ok());
        for worker in workers() {
            for given in &worker.given {
                gone.remove(&given.arrival);
            }
        }
        for mut worker in workers() {
            worker.notes.retain(|note| !gone.contains(&note.arrival));
        }
    }

    fn read(&self, bytes: u64) -> Result<(), Error> {
        let done = self.read.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.observer.reading(done, self.resources.expected)
    }
}

/// What a survey found, by document and by class.
pub(super) struct Surveyed {
    /// Words and invisible characters of each document.
    pub words: Vec<u32>,
    pub removed: Vec<u32>,
    pub classes: Classes,
    /// The class of a text by its number of arrival.
    pub class_of: Vec<u32>,
    /// Keys of each class in all parts, or in those of the sample; repeated ones
    /// are counted each time.
    pub sizes: Vec<u32>,
    pub keys: Parts,
    /// Whether `keys` holds all of them, or the parts of the sample only.
    pub whole: bool,
}
