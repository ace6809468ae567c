//! Documents over time: the answers of a batch, one document after the other.
//!
//! An [`Index`] is a folder. Every document that comes is looked up among those that came before,
//! compared with what resembles it, put into its group, and written to a log that survives the process and the
//! power. The tables that make that quick are in memory and a cache of the log.
//!
//! - [`store`] is the log. [`entry`] says what its entries mean.
//! - [`sketch`] and [`lists`] find the texts that a text may be a copy of, [`lookup`] asks them, [`desk`] compares.
//! - [`regroup`] makes of the texts that something happened to the groups that a batch would,
//!   [`names`] keeps their ids.
//! - [`mark`](Index::mark) keeps how far the files were read that records came from.
//! - [`insert`](Index::insert), [`query`](Index::query), [`remove`](Index::remove), [`expire`](Index::expire).

pub mod store;

mod answers;
mod change;
mod confirm;
mod desk;
mod entry;
mod events;
mod held;
mod insert;
mod keep;
mod lists;
mod lookup;
mod marks;
mod names;
mod open;
mod query;
mod regroup;
mod remove;
mod sketch;
mod snapshot;
mod tables;
mod tidy;

pub use events::Event;
pub use marks::Mark;
pub use names::EventKind;
pub use open::IndexOptions;
pub(crate) use open::fingerprint;
pub use query::{Entry, Statistics};
pub use remove::Removed;

use ahash::{AHashMap, AHashSet};

use crate::codes::codes;
use crate::config::Settings;
use crate::document::Document;
use crate::error::{Error, ErrorKind, IndexTrouble};
use crate::group::Policy;
use crate::lineage::SourceNames;
use crate::shingle::ShingleSet;
use crate::verify::shared_at_bar;
use confirm::Numbers;
use desk::Desk;
use entry::Arrival;
use store::Store;
use tables::Tables;

codes! {
    /// What a document is to those that came before.
    Outcome {
        New "new" "nothing that is held is a copy of it";
        Identical "identical" "the same words as one that is held";
        Copy "copy" "a copy of one that is held, or in one group with it";
        Update "update" "a later text, or the same under another title, of the outlet whose text is kept, or that came before where it is kept itself";
        Earlier "earlier" "an earlier text of that outlet, which came later: the other one is its update";
    }
}

/// What is answered for a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its key here: as it came, or with `~2`, `~3` where another document has that one.
    pub key: Box<str>,
    /// What it is.
    pub outcome: Outcome,
    /// True where the same record under the same key was held already; the answer is how it stands now.
    pub is_known: bool,
    /// True where it was held already and its answer was given out: [`Index::confirm`]. One that is known and not
    /// confirmed came before a crash, and nobody learnt what became of it.
    pub is_confirmed: bool,
    /// True where it is to be kept.
    pub is_kept: bool,
    /// Key of the document that is kept for its group; its own where it is kept itself.
    pub kept: Box<str>,
    /// Id of its group; `None` where it is in none.
    pub group: Option<GroupId>,
    /// Exact Jaccard to the kept document; `None` where it is kept itself.
    pub jaccard: Option<f64>,
    /// Share of its shingles that the kept document has.
    pub containment: Option<f64>,
    /// Key of the document that was kept for the group until this one came.
    pub replaces: Option<Box<str>>,
    /// What else changed.
    pub events: Vec<Event>,
}

/// Id of a group, written `g` and 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub u64);

impl std::fmt::Display for GroupId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "g{:016x}", self.0)
    }
}

/// How far an answer is to be safe before it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// On the disk: survives a loss of power.
    #[default]
    Disk,
    /// Handed to the system: survives the end of the process, however that comes.
    System,
}

/// An index that is open.
///
/// # Examples
/// ```
/// use wirecopy::document::Document;
/// use wirecopy::index::{Durability, Index, IndexOptions, Outcome};
/// # let folder = tempfile::tempdir()?;
/// let mut index = Index::open(folder.path(), &IndexOptions::default())?;
/// let document = |key: &str, more: &str| Document {
///     key: key.into(),
///     text: format!("The ferry ran aground at noon on Monday with 164 people on board, and was freed by \
///                    the evening tide after five hours; nobody was hurt, the company said.{more}").into(),
///     ..Document::default()
/// };
/// assert_eq!(index.insert(&document("a", ""), 1_000)?.outcome, Outcome::New);
/// let answer = index.insert(&document("b", " An inquiry has been opened."), 1_001)?;
/// assert_eq!((answer.outcome, &*answer.kept, answer.is_kept), (Outcome::Copy, "a", false));
/// index.commit(Durability::Disk)?; // from here on both are safe
/// assert_eq!(index.query(&document("c", ""))?.outcome, Outcome::Identical);
/// index.remove(&["a"])?;
/// index.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Index {
    store: Store,
    settings: Settings,
    policy: Policy,
    tables: Tables,
    desk: Desk,
    /// Ids that groups have or had.
    ids: AHashSet<u64>,
    names: SourceNames,
    /// Numbers of outlets by how they are spelled.
    spellings: AHashMap<Box<str>, u32>,
    scratch: Vec<(u32, u64)>,
    bytes: Vec<u8>,
    /// Arrivals that were answered and not confirmed.
    answered: Numbers,
    /// Marks that count with the next confirmation.
    noted: marks::Marks,
    /// What was written since the last snapshot: arrivals, removals, confirmations.
    since: usize,
    /// Keys that were passed over because too many texts have them.
    crowded: u64,
    /// Why the tables are no longer those of the log.
    broken: Option<String>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = f.debug_struct("Index");
        out.field("store", &self.store)
            .field("documents", &self.tables.live);
        out.finish_non_exhaustive()
    }
}

impl Index {
    /// Documents that are held.
    pub fn len(&self) -> usize {
        self.tables.live
    }

    /// True where none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes everything before safe: what was answered counts from here on.
    ///
    /// # Errors
    /// What the system says; nothing can be written after that. Opened again, the index holds
    /// what was committed before, and perhaps more.
    pub fn commit(&mut self, durability: Durability) -> Result<(), Error> {
        self.intact()?;
        self.store.commit(durability == Durability::Disk)?;
        self.snapshot_when_due()
    }

    /// Commits, saves the tables so that the next one opens quickly, and closes.
    ///
    /// # Errors
    /// As [`commit`](Index::commit).
    pub fn close(mut self) -> Result<(), Error> {
        self.intact()?;
        self.store.commit(true)?;
        if self.since > 0 {
            self.save()?;
        }
        self.store.close()
    }

    /// The document in a slot.
    fn arrival(&self, doc: u32) -> Result<Arrival, Error> {
        match self.tables.doc(doc) {
            Some(row) => desk::arrival(&self.store, row.place()),
            None => Err(self.trouble("a document that it should have is missing")),
        }
    }

    /// The text of a class, at hand.
    fn text(&mut self, class: u32) -> Result<desk::Own, Error> {
        self.desk
            .text(class, &self.tables, &self.store, &self.settings)
    }

    /// Whether a text may reach a bar beside one with these shingles; see [`Desk::may_share`].
    fn may_reach(&mut self, set: &ShingleSet, class: u32) -> Result<bool, Error> {
        let shingles = self.tables.class(class).map_or(0, |row| row.shingles);
        let least = shared_at_bar(set.len() as u32, shingles, &self.settings);
        self.desk.may_share(
            (class, set, least),
            &self.tables,
            &self.store,
            &self.settings,
        )
    }

    /// The document in a slot, without its text.
    fn fields(&self, doc: u32) -> Result<Document, Error> {
        match self.tables.doc(doc) {
            Some(row) => Ok(desk::fields(&self.store, row.place())?.document),
            None => Err(self.trouble("a document that it should have is missing")),
        }
    }

    fn key(&self, doc: u32) -> Result<Box<str>, Error> {
        Ok(self.fields(doc)?.key)
    }

    fn id_of(&self, group: u32) -> Option<GroupId> {
        self.tables.group(group).map(|row| GroupId(row.id))
    }

    fn trouble(&self, what: &str) -> Error {
        let path = self.store.path().to_path_buf();
        let trouble = IndexTrouble::Misuse {
            what: what.to_string(),
        };
        ErrorKind::Index { path, trouble }.into()
    }

    fn intact(&self) -> Result<(), Error> {
        match &self.broken {
            None => Ok(()),
            Some(why) => {
                let path = self.store.path().to_path_buf();
                let trouble = IndexTrouble::Closed { why: why.clone() };
                Err(ErrorKind::Index { path, trouble }.into())
            }
        }
    }

    /// Runs a change of the log and the tables. Where it fails midway the two disagree, and nothing
    /// more is taken until the index is opened again.
    fn change<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.intact()?;
        let done = run(self);
        if let Err(error) = &done {
            self.broken = Some(format!("a change failed halfway: {error}"));
        }
        done
    }

    /// The number of an outlet; 0 for none.
    fn outlet(&mut self, source: Option<&str>) -> u32 {
        let Some(spelling) = source else { return 0 };
        if let Some(&known) = self.spellings.get(spelling) {
            return known;
        }
        let number = match self.names.number(spelling) {
            Some(agency) => self
                .tables
                .outlet(&format!("agency: {}", self.names.name(agency))),
            None => {
                let words = crate::normalise::normalise(spelling);
                match words.is_empty() {
                    true => 0,
                    false => self.tables.outlet(words.canonical()),
                }
            }
        };
        self.spellings.insert(spelling.into(), number);
        number
    }
}
