//! Where documents and rejections come together, and every one is counted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::Arc;

use encoding_rs::Encoding;
use rayon::prelude::*;

use super::archive::{self, Shelf};
use super::decode;
use super::feed_file::FoundItems;
use super::fields::Fields;
use super::inflate::Tally;
use super::mojibake;
use super::reason::{Reason, Refusal, Rejection};
use super::rejections::Rejections;
use super::window::Bytes;
use super::{Counts, IngestOptions, Listener, settle};
use crate::document::{Document, Extent, Place, Storage, Text};
use crate::error::{Error, ErrorKind};
use crate::hash::hash128;

/// Bytes of texts that wait to be listened to, at most: enough to share out among threads.
const WAITING: usize = 4 << 20;

/// Documents that may wait for the end without a look at which of them repeat others.
const CROWDED: usize = 1 << 16;

/// What was read so far.
pub(super) struct Gathered<'l> {
    pub documents: Vec<Document>,
    pub rejected: Rejections,
    pub headers: BTreeMap<String, Box<[u8]>>,
    pub counts: Counts,
    pub shelf: Shelf,
    pub listener: &'l dyn Listener,
    /// The first failure that ends the run: a full disk, or a wish to stop.
    pub failed: Option<Error>,
    /// Items of a feed that is to be written again, in place of documents; `None` elsewhere.
    pub found: Option<FoundItems>,
    /// Whether what is read now is the archive that inputs are matched against.
    pub archived: bool,
    /// The next document's number of arrival.
    arrivals: u64,
    /// How many documents it takes for the next look at which of them repeat others.
    crowded: usize,
    /// Texts by number of arrival that nobody listened to yet, and their bytes.
    waiting: (Vec<(u32, String)>, usize),
}

impl<'l> Gathered<'l> {
    /// `rejections` of one input file are told one by one.
    pub fn new(shelf: Shelf, listener: &'l dyn Listener, rejections: u64) -> Self {
        Gathered {
            documents: Vec::new(),
            rejected: Rejections::new(rejections),
            headers: BTreeMap::new(),
            counts: Counts::default(),
            shelf,
            listener,
            failed: None,
            found: None,
            archived: false,
            arrivals: 0,
            crowded: CROWDED,
            waiting: (Vec::new(), 0),
        }
    }

    pub fn reject(&mut self, rejection: Rejection) {
        self.counts.read += rejection.count;
        // One fault is enough for a feed that is to be written again.
        if self.found.is_none() || self.rejected.rows() == 0 {
            self.rejected.push(rejection);
        }
    }

    /// Rejects a path as a whole.
    pub fn reject_path(&mut self, path: &str, reason: Reason, message: impl Into<Arc<str>>) {
        self.refuse_path(path, Refusal::new(reason, message));
    }

    /// As [`reject_path`](Gathered::reject_path).
    pub fn refuse_path(&mut self, path: &str, refusal: Refusal) {
        let place = Place {
            path: path.into(),
            record: None,
            offset: 0,
        };
        self.reject(refusal.at(place));
    }

    fn accept(&mut self, mut document: Document, encoding: &str) {
        self.counts.read += 1;
        document.archived = self.archived;
        self.documents.push(document);
        if self.documents.len() >= self.crowded {
            self.merge();
        }
        self.count_encoding(encoding);
    }

    /// Merges what only repeats what came before, where much does, so that the memory that a
    /// run needs goes by what is different.
    fn merge(&mut self) {
        if settle::often_repeated(&self.documents) {
            let (shelf, failed) = (&self.shelf, &mut self.failed);
            let mut text = |text: &Text| {
                let read = match text {
                    Text::Held(text) => Ok(text.to_string()),
                    Text::Stored { extent, check } => shelf.text(*extent, *check),
                };
                read.unwrap_or_else(|error| {
                    failed.get_or_insert(error);
                    String::new()
                })
            };
            let gone = settle::repetitions(&mut self.documents, &mut text);
            self.counts.merged += gone.len() as u64;
            // Whoever listens is to have heard a text before it hears that it went.
            self.tell();
            self.listener.merged(&gone);
        }
        self.crowded = CROWDED.max(2 * self.documents.len());
    }

    pub fn count_encoding(&mut self, name: &str) {
        match self.counts.encodings.get_mut(name) {
            Some(count) => *count += 1,
            None => {
                self.counts.encodings.insert(name.to_owned(), 1);
            }
        }
    }

    /// Counts limits that cost a record something and not itself.
    pub fn limits_hit(&mut self, names: &[&str]) {
        for name in names {
            *self.counts.limits.entry((*name).to_owned()).or_default() += 1;
        }
    }

    /// Takes `count` numbers of arrival and gives the first.
    pub fn arrive(&mut self, count: usize) -> u32 {
        let first = self.arrivals;
        self.arrivals += count as u64;
        if self.arrivals >= u64::from(u32::MAX) {
            let what = format!("{} records in one run", self.arrivals);
            self.fail(ErrorKind::Internal(what).into());
        }
        first as u32
    }

    pub fn fail(&mut self, error: Error) {
        self.failed.get_or_insert(error);
    }

    /// Keeps a copy of bytes that no input gives twice; a failure ends the run.
    fn copy(&mut self, bytes: &[u8]) -> Option<Extent> {
        match self.shelf.copy(bytes) {
            Ok(extent) => Some(extent),
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    /// Keeps values that are carried through; a failure ends the run.
    fn carry(&mut self, values: &[u8]) -> Option<NonZeroU64> {
        self.shelf.carry(values).unwrap_or_else(|error| {
            self.fail(error);
            None
        })
    }

    /// Puts a text with those that the listener hears next.
    fn tell_later(&mut self, arrival: u32, text: String) {
        self.waiting.1 += text.len();
        self.waiting.0.push((arrival, text));
        if self.waiting.1 > WAITING {
            self.tell();
        }
    }

    /// Lets the listener hear all texts that wait.
    pub fn tell(&mut self) {
        let (texts, _) = std::mem::take(&mut self.waiting);
        let listener = self.listener;
        texts
            .into_par_iter()
            .for_each(|(arrival, text)| listener.text(arrival, &text));
    }
}

/// A record that became a document, before anything is kept of it.
pub(super) struct Accepted {
    pub document: Document,
    /// Empty where the text can be read again and the listener has heard it.
    pub text: String,
    /// What the text is checked by when it is read again.
    pub check: u32,
    pub encoding: &'static str,
    /// Where in its record the text stands as a JSON string, if it does.
    pub literal: Option<Range<usize>>,
    /// Whether the text was made by a map, so that a copy of it is kept.
    pub made: bool,
    /// Values that are carried through to the outputs.
    pub carried: Option<Box<[u8]>>,
}

impl Accepted {
    /// A text, and a title with it, that was read in a wrong encoding for certain is undone.
    pub fn new((mut document, text): (Document, String), encoding: &'static str) -> Self {
        let Some(meant) = mojibake::undone(&text) else {
            return Accepted::as_it_is((document, text), encoding);
        };
        let title = document.title.as_deref().and_then(mojibake::undone);
        if let Some(title) = title {
            document.title = Some(title.into());
        }
        Accepted::as_it_is((document, meant), decode::named(encoding, true))
    }

    /// Of a record that was looked at for such texts already.
    pub fn as_it_is((document, text): (Document, String), encoding: &'static str) -> Self {
        Accepted {
            document,
            check: archive::check(&text),
            text,
            encoding,
            literal: None,
            made: false,
            carried: None,
        }
    }

    /// With what the cells of its record say beside the document.
    pub fn with(self, (made, carried): (bool, Option<Box<[u8]>>)) -> Self {
        Accepted {
            made,
            carried,
            ..self
        }
    }
}

/// One stream being read: its name, the settings, and where its records go.
pub(super) struct File<'a, 'l> {
    pub path: &'a Arc<str>,
    pub options: &'a IngestOptions,
    pub fields: &'a Fields,
    /// The encoding that a mark at the start of the stream declared.
    pub encoding: Option<&'static str>,
    /// The encoding of its records that are not UTF-8, told by many of them.
    pub guessed: Option<&'static Encoding>,
    /// The number by which the file can be read by offset, if it can, and the
    /// bytes before the offset 0 of its records.
    pub stored: Option<(u32, u64)>,
    /// Archives that the stream lies in.
    pub depth: u32,
    /// What was read and what came of it, together with the archives around it.
    pub tally: Arc<Tally>,
    /// A file that is one text, which can be opened again.
    pub again: Option<std::path::PathBuf>,
    pub out: &'a mut Gathered<'l>,
}

impl File<'_, '_> {
    pub fn place(&self, record: Option<u64>, offset: u64) -> Place {
        place(self.path, record, offset)
    }

    /// Reads a member of an archive as if it were a file of its own, under the path of the
    /// archive, `/` and its name. Whatever is wrong with it is a rejection of that path.
    pub fn member(&mut self, name: &str, content: Box<dyn Read + Send + '_>) {
        let path = format!("{}/{name}", self.path);
        let depth = self.depth + 1;
        if depth > self.options.limits.archive_depth {
            let message = format!(
                "archives are nested deeper than the limit of {}",
                self.options.limits.archive_depth
            );
            let refusal = Refusal::new(Reason::TooDeep, message).beyond("archive_depth");
            return self.out.refuse_path(&path, refusal);
        }
        let reading = (self.options, self.fields);
        let tally = self.tally.clone();
        super::stream::stream(content, &path, None, reading, (depth, &tally), self.out);
    }

    /// A record as text, with the name of its encoding.
    pub fn decode<'b>(&self, record: &'b [u8]) -> Result<(Cow<'b, str>, &'static str), Refusal> {
        decode::decode_as(record, self.guessed)
    }

    pub fn record_limit(&self) -> usize {
        usize::try_from(self.options.limits.record_bytes).unwrap_or(usize::MAX)
    }

    pub fn too_long(&self) -> Refusal {
        too_long(self.options)
    }

    pub fn reject(&mut self, record: Option<u64>, offset: u64, refusal: Refusal) {
        self.reject_all(1, record, offset, refusal);
    }

    /// Rejects so many records at once, the first of which stands at a place.
    pub fn reject_all(&mut self, count: u64, record: Option<u64>, offset: u64, refusal: Refusal) {
        let place = self.place(record, offset);
        self.out.reject(Rejection {
            count,
            ..refusal.at(place)
        });
    }

    /// Takes a document that the listener did not hear yet; `raw` are its
    /// bytes, for the formats that keep them.
    pub fn accept(&mut self, mut accepted: Accepted, raw: Option<&[u8]>) {
        accepted.document.arrival = self.out.arrive(1);
        if let Some(raw) = raw {
            accepted.document.record_hash = hash128(raw.trim_ascii_end()).to_be_bytes();
        }
        let arrival = accepted.document.arrival;
        let text = self.keep(accepted, raw);
        self.out.tell_later(arrival, text);
    }

    /// Takes a document and gives its text back.
    pub fn keep(&mut self, accepted: Accepted, raw: Option<&[u8]>) -> String {
        let Accepted {
            mut document,
            text,
            check,
            encoding,
            literal,
            made,
            carried,
        } = accepted;
        let stored = self.stored.zip(raw).map(|((source, before), raw)| Extent {
            source,
            bytes: raw.len() as u32,
            offset: before + document.place.offset,
        });
        let again = self.again.take();
        let extent = match (stored.filter(|_| !made), again) {
            (Some(stored), _) => Some(match literal {
                Some(at) => Extent {
                    bytes: at.len() as u32,
                    offset: stored.offset + at.start as u64,
                    ..stored
                },
                None => stored,
            }),
            (None, Some(path)) => Some(Extent {
                source: self.out.shelf.whole(path),
                bytes: text.len() as u32,
                offset: 0,
            }),
            (None, None) => self.out.copy(text.as_bytes()),
        };
        if let Some(values) = carried {
            document.carried = self.out.carry(&values);
        }
        if self.options.keep_raw {
            document.raw = stored.or_else(|| raw.and_then(|raw| self.out.copy(raw)));
        }
        if let Some(extent) = extent {
            document.text = Text::Stored { extent, check };
        }
        self.out.accept(document, self.encoding.unwrap_or(encoding));
        text
    }

    /// Tells the listener of bytes that were dealt with.
    pub fn told(&mut self, bytes: usize) {
        if let Err(error) = self.out.listener.read(bytes as u64) {
            self.out.fail(error);
        }
    }

    /// Tells what ended the stream before its time, if something did.
    pub fn finish(&mut self, window: &Bytes<'_>, record: Option<u64>) {
        self.finish_with(window, record, 1);
    }

    /// As [`finish`](File::finish), where so many records are known to be cut off with it.
    pub fn finish_with(&mut self, window: &Bytes<'_>, record: Option<u64>, count: u64) {
        self.tell(
            window,
            record,
            count,
            "; what stands behind it was not read",
        );
    }

    /// As [`finish`](File::finish), where records behind the damage are read.
    pub fn pause(&mut self, window: &Bytes<'_>, record: Option<u64>) {
        self.tell(window, record, 1, "");
    }

    fn tell(&mut self, window: &Bytes<'_>, record: Option<u64>, count: u64, behind: &str) {
        if let Some(damage) = window.damage() {
            let offset = window.end_offset();
            let mut refusal = damage.clone();
            let behind = match refusal.reason {
                Reason::Bomb | Reason::Corrupt => behind,
                _ => "",
            };
            let message = &refusal.message;
            refusal.message = format!("{message} (at byte {offset} of its content){behind}").into();
            self.reject_all(count, record, offset, refusal);
        }
    }
}

pub(super) fn place(path: &Arc<str>, record: Option<u64>, offset: u64) -> Place {
    Place {
        path: path.clone(),
        record,
        offset,
    }
}

pub(super) fn too_long(options: &IngestOptions) -> Refusal {
    Refusal::new(
        Reason::TooLong,
        format!(
            "the record is longer than the limit of {} bytes",
            options.limits.record_bytes
        ),
    )
}
