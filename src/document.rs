//! What every stage shares: one input text, who published it and when.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex};

use jiff::civil::DateTime;

use crate::error::Error;

/// Dense internal id of a document: its index in the list sorted by key.
///
/// Ids follow the byte order of the keys, so comparing two ids compares the
/// keys, and no result depends on the order in which inputs were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocId(pub u32);

impl DocId {
    /// The id as an index into a slice of documents.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One input text with what the input said about it.
///
/// Nothing after ingest knows which format it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The user's id for it; unique within a run.
    pub key: Box<str>,
    /// The text as decoded, without a byte order mark, otherwise untouched.
    /// Every span that wirecopy reports is a byte range of it.
    pub text: Text,
    /// Headline, where the input has it apart from the text.
    pub title: Option<Box<str>>,
    /// Outlet that published this text.
    pub source: Option<Box<str>>,
    /// When the outlet says that it published the text.
    pub published: Option<Moment>,
    /// When somebody first saw the text.
    pub collected: Option<Moment>,
    /// Where it was published.
    pub url: Option<Box<str>>,
    /// Address or name of the outlet that the document itself says it was taken from.
    pub syndicated_from: Option<Box<str>>,
    /// Where the record stands in the input.
    pub place: Place,
    /// Where the values are that are carried through to the outputs; see [`Archive::carried`].
    pub carried: Option<NonZeroU64>,
    /// Where the record can be read again byte for byte, with its line end if
    /// it had one; kept only when asked for.
    pub raw: Option<Extent>,
    /// Number of the document in the order of arrival; gaps stand for records
    /// that became no document.
    pub arrival: u32,
    /// XXH3-128 of the record without its line end, big end first; zeros for a whole file. Two
    /// records of one key merge only when it agrees as well.
    pub record_hash: [u8; 16],
    /// True when a date field was there but could not be read.
    pub date_unread: bool,
    /// True for a document of the archive that the inputs are matched against.
    pub archived: bool,
    /// True when another document had the same key and this one was renamed.
    pub renamed: bool,
    /// Id of its group in the index that it comes from.
    pub indexed_group: Option<NonZeroU64>,
}

/// A text that is in memory, or one that is read again whenever it is needed:
/// an archive of millions of articles never stands in memory as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// In memory.
    Held(Box<str>),
    /// In an [`Archive`]; `check` is the lower half of the text's XXH3-64, so
    /// that an input that changes during a run is noticed.
    Stored {
        /// Where it stands.
        extent: Extent,
        /// What its bytes hash to.
        check: u32,
    },
}

impl Default for Text {
    fn default() -> Self {
        Text::Held("".into())
    }
}

impl<T: Into<Box<str>>> From<T> for Text {
    fn from(text: T) -> Self {
        Text::Held(text.into())
    }
}

/// Bytes of one of the sources of an [`Archive`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Extent {
    /// Number of the source.
    pub source: u32,
    /// Length in bytes.
    pub bytes: u32,
    /// Where they begin.
    pub offset: u64,
}

/// Reads what was stored on the way in.
pub trait Storage: Send + Sync + fmt::Debug {
    /// The text that an extent stands for.
    ///
    /// # Errors
    /// What the system says, or that the input is not what it was.
    fn text(&self, extent: Extent, check: u32) -> Result<String, Error>;

    /// The bytes of an extent.
    ///
    /// # Errors
    /// What the system says.
    fn bytes(&self, extent: Extent) -> Result<Vec<u8>, Error>;

    /// The values behind [`Document::carried`].
    ///
    /// # Errors
    /// What the system says.
    fn carried(&self, at: NonZeroU64) -> Result<Vec<String>, Error>;
}

/// The texts of a run, wherever they are.
///
/// Reading a text again fails only where the disk fails or an input changes
/// under a run, and then everything is void. So [`text`](Archive::text) gives an
/// empty text in that case and remembers why, and whoever hands out results
/// asks [`intact`](Archive::intact) first.
#[derive(Debug, Default)]
pub struct Archive {
    storage: Option<Box<dyn Storage>>,
    lost: Mutex<Option<Error>>,
}

impl Archive {
    /// An archive over a storage.
    pub fn new(storage: Box<dyn Storage>) -> Self {
        Archive {
            storage: Some(storage),
            lost: Mutex::default(),
        }
    }

    /// A text; empty after a failure, which [`intact`](Archive::intact) reports.
    /// Cost of a stored one: a read of its record and the parsing of it.
    pub fn text<'t>(&self, text: &'t Text) -> Cow<'t, str> {
        match text {
            Text::Held(text) => Cow::Borrowed(text),
            Text::Stored { extent, check } => {
                let read = self.read(|storage| storage.text(*extent, *check));
                Cow::Owned(read.unwrap_or_default())
            }
        }
    }

    /// The bytes of an extent; none after a failure, as with texts.
    pub fn bytes(&self, extent: Extent) -> Vec<u8> {
        self.read(|storage| storage.bytes(extent))
            .unwrap_or_default()
    }

    /// The values of a document that are carried through, in the order in which they were
    /// asked for; none after a failure, as with texts, and none where all are missing.
    pub fn carried(&self, document: &Document) -> Vec<String> {
        let values = document
            .carried
            .and_then(|at| self.read(|storage| storage.carried(at)));
        values.unwrap_or_default()
    }

    fn read<T>(&self, from: impl FnOnce(&dyn Storage) -> Result<T, Error>) -> Option<T> {
        match from(self.storage.as_deref()?) {
            Ok(read) => Some(read),
            Err(error) => {
                if let Ok(mut lost) = self.lost.lock() {
                    lost.get_or_insert(error);
                }
                None
            }
        }
    }

    /// Fails when a text could not be read again. It tells so once.
    ///
    /// # Errors
    /// The first failure.
    pub fn intact(&self) -> Result<(), Error> {
        let lost = self.lost.lock().ok().and_then(|mut lost| lost.take());
        lost.map_or(Ok(()), Err)
    }
}

/// Documents with their texts at hand.
#[derive(Clone, Copy, Debug)]
pub struct Corpus<'a> {
    /// Sorted by key; a [`DocId`] is an index into them.
    pub documents: &'a [Document],
    /// Where their texts are.
    pub archive: &'a Archive,
}

impl<'a> Corpus<'a> {
    /// The text of a document; empty for an id that is none.
    pub fn text(&self, doc: DocId) -> Cow<'a, str> {
        let document = self.documents.get(doc.index());
        document.map_or(Cow::Borrowed(""), |document| {
            self.archive.text(&document.text)
        })
    }
}

/// A place in the input, for messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The path as given (`-` for standard input).
    pub path: Arc<str>,
    /// Number of the record, from 1; absent when the whole file is meant.
    pub record: Option<u64>,
    /// Byte offset of the record in the decompressed, decoded stream.
    pub offset: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.record {
            Some(record) => write!(f, "{}: record {record} (byte {})", self.path, self.offset),
            None => write!(f, "{}", self.path),
        }
    }
}

/// How much of a [`Moment`] is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Only the day.
    Day,
    /// The time of the day as well.
    Time,
}

/// A date as far as it is known: a civil date and time, perhaps without a
/// zone, perhaps without a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// Date and time as written, in the zone of `offset_seconds`.
    pub civil: DateTime,
    /// Seconds east of UTC; `None` when the input names no zone.
    pub offset_seconds: Option<i32>,
    /// Whether the time of the day means anything.
    pub precision: Precision,
}

/// Further apart than this are no two zones.
pub(crate) const WIDEST_ZONE_SECONDS: i64 = 14 * 3600;

impl Moment {
    /// Seconds since 1970 in UTC, taking an unknown zone as UTC.
    fn seconds(self) -> i64 {
        let days = i64::from(days_from_civil(self.civil));
        let time = i64::from(self.civil.hour()) * 3600
            + i64::from(self.civil.minute()) * 60
            + i64::from(self.civil.second());
        days * 86_400 + time - i64::from(self.offset_seconds.unwrap_or(0))
    }

    /// Which of two moments came first, or `None` where that is not known.
    ///
    /// Two moments of which one knows only the day are ordered when their days
    /// differ. A moment with a zone and one without are ordered when they lie
    /// further apart than any zone could explain (14 hours). `Equal` means the
    /// same instant to the second; two texts of one day at day precision are
    /// unordered, not equal.
    ///
    /// # Examples
    /// ```
    /// use wirecopy::document::{Moment, Precision};
    /// let noon = Moment { civil: jiff::civil::date(2031, 4, 3).at(12, 0, 0, 0),
    ///                     offset_seconds: None, precision: Precision::Time };
    /// let that_day = Moment { precision: Precision::Day, ..noon };
    /// assert_eq!(noon.order(&that_day), None);
    /// ```
    pub fn order(&self, other: &Moment) -> Option<Ordering> {
        if self.precision == Precision::Day || other.precision == Precision::Day {
            let order = self.civil.date().cmp(&other.civil.date());
            return (order != Ordering::Equal).then_some(order);
        }
        let (mine, theirs) = (self.seconds(), other.seconds());
        if self.offset_seconds.is_some() == other.offset_seconds.is_some() {
            return Some(
                mine.cmp(&theirs).then(
                    self.civil
                        .subsec_nanosecond()
                        .cmp(&other.civil.subsec_nanosecond()),
                ),
            );
        }
        ((mine - theirs).abs() > WIDEST_ZONE_SECONDS).then(|| mine.cmp(&theirs))
    }

    /// Seconds from `earlier` to `self`, where both times of day are known in
    /// the same way; `None` otherwise.
    pub fn seconds_since(&self, earlier: &Moment) -> Option<i64> {
        let comparable = self.precision == Precision::Time
            && earlier.precision == Precision::Time
            && self.offset_seconds.is_some() == earlier.offset_seconds.is_some();
        comparable.then(|| self.seconds() - earlier.seconds())
    }

    /// A total order for sorting and for choosing a keeper: by instant, an
    /// unknown zone taken as UTC, a day as its midnight. Unlike [`order`],
    /// it claims nothing about what came first.
    ///
    /// [`order`]: Moment::order
    pub fn sort_key(&self) -> (i64, i32) {
        (self.seconds(), self.civil.subsec_nanosecond())
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(moment: DateTime) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    moment
        .date()
        .since((jiff::Unit::Day, epoch))
        .map(|span| span.get_days())
        .unwrap_or(0)
}

impl fmt::Display for Moment {
    /// ISO 8601: the day alone at day precision, no zone where none is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.precision == Precision::Day {
            return write!(f, "{}", self.civil.date());
        }
        write!(f, "{}", self.civil)?;
        match self.offset_seconds {
            None => Ok(()),
            Some(0) => write!(f, "Z"),
            Some(seconds) => {
                let sign = if seconds < 0 { '-' } else { '+' };
                let minutes = seconds.abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}
