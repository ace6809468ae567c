//! Opening an index: its tables from the snapshot, and what came after from the log.

use std::path::Path;
use std::sync::Arc;

use ahash::{AHashMap, AHashSet};

use super::confirm::Numbers;
use super::entry::{ARRIVAL, Arrival, CHANGES, CONFIRMED, Changes, MARKS, REMOVAL, Removal};
use super::marks::{self, Marks};
use super::store::{Disk, Files, NoSnapshot, Options, Place, Position, Snapshot, Store};
use super::tables::{GroupRow, NONE, Tables};
use super::{Index, sketch};
use crate::config::Settings;
use crate::error::Error;
use crate::group::Policy;
use crate::lineage::SourceNames;

/// What an index is made with. Another value of any of it, but for `store`, is another index.
#[derive(Clone, Debug)]
pub struct IndexOptions {
    /// The bars.
    pub settings: Settings,
    /// Which document of a group is kept. `Central` and `None` cannot be told of a stream and are refused;
    /// `Earliest` is what came first.
    pub policy: Policy,
    /// How the log is kept.
    pub store: Options,
}

impl Default for IndexOptions {
    fn default() -> Self {
        IndexOptions {
            settings: Settings::default(),
            policy: Policy::Earliest,
            store: Options::default(),
        }
    }
}

/// What depends on the settings, as readable lines; another text is another index.
pub(crate) fn fingerprint(options: &IndexOptions) -> Result<String, Error> {
    let Settings {
        threshold,
        containment,
        min_shared_words,
        width,
        ..
    } = &options.settings;
    let keep = match &options.policy {
        Policy::Earliest => "earliest".to_string(),
        Policy::Latest => "latest".to_string(),
        Policy::Longest => "longest".to_string(),
        Policy::OnePerSource => "one-per-source".to_string(),
        Policy::Prefer(sources) => format!("prefer {}", serde_json::json!(sources)),
        Policy::Central | Policy::None => {
            let advice = "central and none cannot be told of a stream; take earliest, latest, longest, one-per-source or prefer=FILE";
            return Err(Error::setting("--keep", advice));
        }
    };
    let containment = containment.map_or("off".to_string(), |bar| bar.to_string());
    Ok(format!(
        "threshold {threshold}\ncontainment {containment}\nmin-shared-words {min_shared_words}\nwidth {width}\nkeep {keep}\nsketch {:016x}\n",
        sketch::version()
    ))
}

/// Numbers that arrivals and removals can have: they count from 1, and no log gets near the end.
fn is_numbered(number: &u64) -> bool {
    (1..u64::MAX / 2).contains(number)
}

/// What the log says beyond the snapshot.
#[derive(Default)]
struct Tail {
    /// Texts that something happened to.
    touched: AHashSet<u32>,
    /// Texts that are new.
    fresh: Vec<u32>,
    /// Groups by the number of a document, as they were written last.
    groups: AHashMap<u64, u64>,
    /// Slots by number.
    slots: AHashMap<u64, u32>,
}

impl Index {
    /// Opens an index for writing, or makes one in a folder that is not there or empty.
    ///
    /// Cost: the tables are read (350 bytes a document); after a crash also what came since they were saved last.
    ///
    /// # Errors
    /// Another process writes it; it was made with other settings or by another version of the program; it is
    /// damaged; what the system says.
    pub fn open(folder: impl AsRef<Path>, options: &IndexOptions) -> Result<Index, Error> {
        Index::open_in(Arc::new(Disk::new(folder.as_ref())), options)
    }

    /// As [`open`](Index::open), over any files.
    ///
    /// # Errors
    /// As there.
    pub fn open_in(files: Arc<dyn Files>, options: &IndexOptions) -> Result<Index, Error> {
        let store = Store::create_or_open(files, &fingerprint(options)?, &options.store)?;
        Index::load(store, options)
    }

    /// Opens an index for reading, as it is now; any number of readers may do so beside one writer.
    /// What it is asked to write fails.
    ///
    /// # Errors
    /// As [`open`](Index::open), but for a writer elsewhere.
    pub fn open_read(folder: impl AsRef<Path>, options: &IndexOptions) -> Result<Index, Error> {
        Index::open_read_in(Arc::new(Disk::new(folder.as_ref())), options)
    }

    /// As [`open_read`](Index::open_read), over any files.
    ///
    /// # Errors
    /// As there.
    pub fn open_read_in(files: Arc<dyn Files>, options: &IndexOptions) -> Result<Index, Error> {
        let store = Store::open_read(files, Some(&fingerprint(options)?))?;
        Index::load(store, options)
    }

    /// The settings that an index was made with.
    ///
    /// # Errors
    /// There is none; it is of another version or damaged.
    pub fn options_of(folder: impl AsRef<Path>) -> Result<IndexOptions, Error> {
        let store = Store::open_read(Arc::new(Disk::new(folder.as_ref())), None)?;
        let mut options = IndexOptions::default();
        for line in store.fingerprint().lines() {
            let (name, value) = line.split_once(' ').unwrap_or((line, ""));
            let settings = &mut options.settings;
            match name {
                "threshold" => settings.threshold = value.parse().unwrap_or(settings.threshold),
                "containment" => settings.containment = value.parse().ok(),
                "min-shared-words" => {
                    settings.min_shared_words = value.parse().unwrap_or(settings.min_shared_words)
                }
                "width" => settings.width = value.parse().unwrap_or(settings.width),
                "keep" => {
                    options.policy = match value {
                        "latest" => Policy::Latest,
                        "longest" => Policy::Longest,
                        "one-per-source" => Policy::OnePerSource,
                        _ => match value.strip_prefix("prefer ").map(serde_json::from_str) {
                            Some(Ok(sources)) => Policy::Prefer(sources),
                            _ => Policy::Earliest,
                        },
                    }
                }
                _ => {}
            }
        }
        Ok(options)
    }

    fn load(store: Store, options: &IndexOptions) -> Result<Index, Error> {
        let mut index = Index {
            store,
            settings: options.settings.clone(),
            policy: options.policy.clone(),
            tables: Tables::default(),
            desk: super::desk::Desk::default(),
            ids: AHashSet::new(),
            names: SourceNames::new([]),
            spellings: AHashMap::new(),
            scratch: Vec::new(),
            bytes: Vec::new(),
            answered: Numbers::default(),
            noted: Marks::new(),
            since: 0,
            crowded: 0,
            broken: None,
        };
        let from = match index.store.table()? {
            Snapshot::Ready(position, mut reader) => match index.restore(&mut *reader) {
                Ok(()) => position,
                Err(_) => {
                    index.tables = Tables::default();
                    index.ids = AHashSet::new();
                    Position::START
                }
            },
            Snapshot::None(
                NoSnapshot::Absent | NoSnapshot::Version | NoSnapshot::Stale | NoSnapshot::Damaged,
            ) => Position::START,
        };
        index.catch_up(from)?;
        Ok(index)
    }

    /// Takes in what the log says behind a position.
    fn catch_up(&mut self, from: Position) -> Result<(), Error> {
        if from == self.store.end() {
            return Ok(());
        }
        let mut tail = Tail::default();
        if from != Position::START {
            let rows = self
                .tables
                .docs
                .iter()
                .zip(0u32..)
                .filter(|(row, _)| row.number > 0);
            tail.slots = rows.map(|(row, slot)| (row.number, slot)).collect();
        }
        // The log cannot be read by its own callback while the tables change.
        let mut entries: Vec<(Place, u8, u64, Vec<u64>)> = Vec::new();
        let mut changes: Vec<Changes> = Vec::new();
        let mut confirmed = Numbers::default();
        let mut marked = Marks::new();
        self.store.replay(from, &mut |place, kind, bytes| {
            let broken = || self.store.broken(place, "an entry that is none of ours");
            match kind {
                ARRIVAL => {
                    let number = Arrival::number(bytes).filter(is_numbered);
                    let number = number.ok_or_else(broken)?;
                    entries.push((place, kind, number, Vec::new()));
                }
                REMOVAL => {
                    let removal = Removal::parse(bytes);
                    let removal = removal.filter(|own| is_numbered(&own.number));
                    let removal = removal.ok_or_else(broken)?;
                    entries.push((place, kind, removal.number, removal.gone));
                }
                CHANGES => changes.push(Changes::parse(bytes).ok_or_else(broken)?),
                CONFIRMED => {
                    for &(first, last) in Numbers::parse(bytes).ok_or_else(broken)?.ranges() {
                        confirmed.extend(first, last);
                    }
                }
                MARKS => marked.extend(marks::parse(bytes).ok_or_else(broken)?),
                _ => return Err(broken()),
            }
            Ok(())
        })?;
        marks::renew(&mut self.tables.marks, marked);
        // What goes again later needs not come.
        let gone: AHashSet<u64> = entries
            .iter()
            .flat_map(|entry| entry.3.iter().copied())
            .collect();
        self.since += entries.len();
        for (place, kind, number, removed) in entries {
            self.tables.next = self.tables.next.max(number);
            match kind {
                ARRIVAL if gone.contains(&number) => {
                    *self.tables.came.entry(place.segment).or_default() += 1;
                }
                ARRIVAL => self.come_back(place, &mut tail)?,
                REMOVAL => {
                    let slots: Vec<u32> = removed
                        .iter()
                        .filter_map(|number| tail.slots.remove(number))
                        .collect();
                    tail.touched.extend(self.unseat(&slots)?.0);
                }
                _ => {}
            }
        }
        for &(first, last) in confirmed.ranges() {
            self.tables.waiting.remove(first, last);
        }
        for change in changes {
            self.ids.extend(change.events.iter().map(|told| told.group));
            tail.groups.extend(change.groups);
        }
        self.regroup(tail)
    }

    /// Puts a document of the log back into the tables, without pairs.
    fn come_back(&mut self, place: Place, tail: &mut Tail) -> Result<(), Error> {
        let arrival = super::desk::arrival(&self.store, place)?;
        let text = super::insert::held(&arrival.document)
            .unwrap_or_default()
            .to_string();
        let scanned = self.scan(&text);
        let known = match scanned.content {
            [0, 0] => None,
            content => self.tables.class_of_content(content),
        };
        let (doc, class) = self.seat_alone(&arrival, place, &scanned, known)?;
        if known.is_none() {
            tail.fresh.push(class);
        }
        tail.touched.insert(class);
        tail.slots.insert(arrival.number, doc);
        Ok(())
    }

    /// Pairs and groups of what came back; groups have the ids that were given out.
    fn regroup(&mut self, tail: Tail) -> Result<(), Error> {
        let mut touched: Vec<u32> = tail
            .touched
            .iter()
            .copied()
            .filter(|&class| self.tables.class(class).is_some())
            .collect();
        touched.sort_unstable();
        let fresh: AHashSet<u32> = tail.fresh.iter().copied().collect();
        let mut more = Vec::new();
        for &class in &touched {
            if fresh.contains(&class) {
                let text = self.text(class)?;
                let scanned = super::insert::Scanned {
                    content: [0, 0],
                    sketch: sketch::sketch(text.set.hashes()),
                    text,
                };
                more.extend(self.link_new(class, &scanned)?);
            } else {
                more.extend(self.link_again(class)?);
            }
        }
        self.name_as_written(&tail);
        touched.extend(more);
        touched.sort_unstable();
        touched.dedup();
        // What comes of it was written by the one who saw it happen.
        self.settle(&touched, self.tables.next, None)?;
        Ok(())
    }

    /// Puts the texts of documents into the groups that the log names last.
    fn name_as_written(&mut self, tail: &Tail) {
        let mut slots: AHashMap<u64, u32> = AHashMap::new();
        for (row, slot) in self.tables.groups.iter().zip(0u32..) {
            if !row.classes.is_empty() {
                slots.insert(row.id, slot);
            }
        }
        let mut named: Vec<(u64, u64)> = tail
            .groups
            .iter()
            .map(|(&number, &id)| (number, id))
            .collect();
        named.sort_unstable();
        for (number, id) in named {
            let Some(class) = tail
                .slots
                .get(&number)
                .and_then(|&doc| self.tables.doc(doc))
                .map(|row| row.class)
            else {
                continue;
            };
            let before = self.tables.group_of_class(class);
            let now = (id != 0).then(|| {
                self.ids.insert(id);
                *slots.entry(id).or_insert_with(|| {
                    self.tables.add_group(GroupRow {
                        id,
                        classes: vec![class],
                        keeper: NONE,
                        hanging: None,
                    })
                })
            });
            if before == now {
                continue;
            }
            if let Some(row) = before.and_then(|slot| self.tables.groups.get_mut(slot as usize)) {
                row.classes.retain(|&other| other != class);
                row.hanging = None;
            }
            if let Some(row) = now.and_then(|slot| self.tables.groups.get_mut(slot as usize))
                && !row.classes.contains(&class)
            {
                row.classes.push(class);
                row.hanging = None;
                row.classes.sort_unstable();
            }
            if let Some(row) = self.tables.classes.get_mut(class as usize) {
                row.group = now.unwrap_or(NONE);
            }
        }
        let groups = self.tables.groups.iter().zip(0u32..);
        let free = groups.filter(|(row, _)| row.classes.is_empty());
        self.tables.free_groups = free.map(|(_, slot)| slot).collect();
    }
}
