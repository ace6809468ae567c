//! A feed as one file that is to be written again: every item with its place, so that some can
//! be cut out or marked, and every other byte stays.
//!
//! The readers of feeds ([`xml`](super::xml), [`json_feed`](super::json_feed)) go on behind a
//! fault. Here a fault ends it: nobody may cut in a file whose structure is not certain.

mod cut;
mod json;
mod origin;
mod raw;

use std::ops::Range;
use std::sync::Arc;

use super::archive::Shelf;
use super::fields::Fields;
use super::gather::{File, Gathered, place};
use super::reason::{Reason, Refusal, Rejection};
use super::{IngestOptions, Limits, xml};
use crate::document::{Document, Text};
use crate::hash::hash128;
pub use cut::{MARK, MarkPlace};
pub use json::{Member, members, without_member};
use origin::Origin;
pub use raw::Unit;

/// Most bytes of a feed that is looked at: the feed, its text in UTF-8 and what is known of its
/// items are in memory together. Feeds of a thousand long articles have a fifth of it.
pub const FEED_BYTES: usize = 32 << 20;

/// Most items of a feed; each costs some hundred bytes beside its text.
const ITEMS: usize = 50_000;

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// RSS 0.9x and 2.0.
    Rss,
    /// RSS 0.90 and 1.0, which are RDF.
    Rdf,
    /// Atom.
    Atom,
    /// JSON Feed.
    Json,
}

/// A feed with its items and their places.
#[derive(Debug)]
pub struct FeedFile<'b> {
    bytes: &'b [u8],
    notation: Notation,
    unit: Unit,
    addresses: Vec<String>,
    items: Vec<FeedItem>,
}

/// An item of a feed.
#[derive(Debug)]
pub struct FeedItem {
    /// Its bytes in the feed, in the feed's own encoding.
    pub range: Range<usize>,
    /// What it says, its text held. `None` where no text can be read of it: nobody can judge it.
    ///
    /// [`record_hash`](Document::record_hash) is that of title and text alone, as counters of
    /// comments and the like change from one polling to the next. The key is the item's own id
    /// or address; of an item without either, `item:` and what title and text hash to, since a
    /// number would change with every item that comes.
    pub document: Option<Document>,
    /// Addresses of where it says that it is from: another feed, another page.
    pub sources: Vec<String>,
    /// What is between its first tag or brace and its last.
    inside: Option<Range<usize>>,
}

/// An item in a text of UTF-8 or of ASCII and other bytes.
#[derive(Debug)]
pub(super) struct Found {
    pub range: Range<usize>,
    pub read: Result<(Document, String), Refusal>,
}

/// The items of a feed as they are found; those beyond a limit are not held.
#[derive(Debug, Default)]
pub(super) struct FoundItems {
    items: Vec<Found>,
    too_many: bool,
}

impl FoundItems {
    pub fn push(&mut self, item: Found) {
        if self.items.len() < ITEMS {
            self.items.push(item);
        } else {
            self.too_many = true;
        }
    }
}

/// Finds the items of one feed: RSS of any version, Atom or JSON Feed, in UTF-8, UTF-16, UTF-32
/// or a declared legacy encoding. `path` names it in messages.
///
/// Cost: a few times the feed in memory, of which the documents stay; time linear in its bytes.
///
/// # Errors
/// A rejection of the feed as a whole, which then must be left as it is: it is no feed, too
/// large, not well-formed, or in an encoding in which the places of the items are not known.
pub fn read_feed<'b>(
    bytes: &'b [u8],
    path: &str,
    options: &IngestOptions,
) -> Result<FeedFile<'b>, Rejection> {
    let path: Arc<str> = path.into();
    let whole = |refusal: Refusal| refusal.at(place(&path, None, 0));
    if bytes.len() > FEED_BYTES {
        let message = format!("the feed is longer than the limit of {FEED_BYTES} bytes");
        return Err(whole(Refusal::fixed(Reason::TooLong, message)));
    }
    let plain = raw::plain(bytes, options.encoding.as_deref()).map_err(whole)?;
    let is_json = plain.text.trim_ascii_start().first() == Some(&b'{');
    let mut found = FoundItems::default();
    let (notation, addresses) = if is_json {
        if plain.unit != Unit::One || plain.encoding.is_some() {
            let message = "JSON Feed is read in UTF-8 alone; convert it to UTF-8";
            return Err(whole(Refusal::new(Reason::Undecodable, message)));
        }
        let addresses = json::items(&plain.text, &path, options, &mut found);
        (Notation::Json, addresses.map_err(whole)?)
    } else {
        of_xml(&plain.text, &path, options, &mut found)?
    };
    if found.too_many {
        let message = format!("the feed has more than {ITEMS} items");
        return Err(whole(Refusal::new(Reason::TooMany, message)));
    }
    let mut origin = Origin::new(&plain, bytes);
    let items: Option<Vec<FeedItem>> = found
        .items
        .into_iter()
        .map(|found| placed(found, &plain.text, (notation, &options.limits), &mut origin))
        .collect();
    let unknown = || {
        let message = "where its items stand is not certain in its encoding; convert it to UTF-8";
        whole(Refusal::new(Reason::Undecodable, message))
    };
    Ok(FeedFile {
        bytes,
        notation,
        unit: plain.unit,
        addresses,
        items: items.ok_or_else(unknown)?,
    })
}

/// The items of a feed in XML.
fn of_xml(
    text: &[u8],
    path: &Arc<str>,
    options: &IngestOptions,
    found: &mut FoundItems,
) -> Result<(Notation, Vec<String>), Rejection> {
    let whole = |refusal: Refusal| refusal.at(place(path, None, 0));
    if text.trim_ascii_start().first() != Some(&b'<') {
        let message = "this is no feed; RSS, Atom and JSON Feed are known";
        return Err(whole(Refusal::new(Reason::Unsupported, message)));
    }
    let fields = Arc::new(Fields::with_paths(
        &options.fields,
        &options.map,
        &[],
        &options.limits,
    ));
    let shelf = Shelf::new(fields.clone(), (&options.limits, None), None);
    let mut out = Gathered::new(shelf, &(), options.limits.rejections);
    out.found = Some(std::mem::take(found));
    let mut file = File {
        path,
        options,
        fields: &fields,
        encoding: None,
        guessed: None,
        stored: None,
        depth: 0,
        tally: Arc::default(),
        again: None,
        out: &mut out,
    };
    let read = xml::items(text, &mut file).map_err(whole)?;
    if let Some(first) = out.rejected.into_rows().0.into_iter().next() {
        return Err(first);
    }
    *found = out.found.unwrap_or_default();
    let is_broken = |found: &&Found| {
        let refusal = found.read.as_ref().err();
        refusal.is_some_and(|refusal| refusal.reason == Reason::InvalidXml)
    };
    if let Some(Err(refusal)) = found.items.iter().find(is_broken).map(|found| &found.read) {
        return Err(whole(refusal.clone()));
    }
    Ok(read)
}

/// An item with its places in the feed; `None` where they are not certain.
fn placed(
    found: Found,
    text: &[u8],
    (notation, limits): (Notation, &Limits),
    origin: &mut Origin<'_>,
) -> Option<FeedItem> {
    let Found { range, read } = found;
    let own = text.get(range.clone())?;
    let (range, inside) = if notation == Notation::Json {
        (
            origin.same(&range),
            origin.same(&(range.start + 1..range.end - 1)),
        )
    } else {
        let from = range.start;
        let start = origin.before(from)?;
        match xml::inside(own) {
            Some(inside) => {
                let begin = origin.behind(from + inside.start)?;
                let end = origin.before(from + inside.end)?;
                let inside = begin..end;
                (start..origin.behind(range.end)?, inside)
            }
            None => (start..origin.behind(range.end)?, 0..0),
        }
    };
    if !origin.is_same_text(&range, own) {
        return None;
    }
    let sources = match notation {
        Notation::Json => json::sources(own),
        _ => xml::sources(&String::from_utf8_lossy(own), limits),
    };
    Some(FeedItem {
        sources,
        inside: Some(inside).filter(|inside| !inside.is_empty()),
        document: read.ok().map(|(document, text)| settled(document, text)),
        range,
    })
}

/// A document with its text, and with a key that does not hang on its place.
fn settled(mut document: Document, text: String) -> Document {
    let title = document.title.as_deref().unwrap_or_default();
    let hash = hash128(&[title.as_bytes(), b"\0", text.as_bytes()].concat());
    let place = &document.place;
    let by_place = place
        .record
        .map(|number| format!("{}#{number}", place.path));
    if by_place.is_some_and(|by_place| *by_place == *document.key) {
        document.key = format!("item:{hash:032x}").into();
    }
    document.record_hash = hash.to_be_bytes();
    document.text = Text::Held(text.into());
    document
}
