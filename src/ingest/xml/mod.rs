//! XML of feeds and of news agencies: decoded, cut into records, each read as what it is.
//!
//! The stream is never held as a whole, and no fault in it costs more than a record: the
//! [`Cutter`](cut::Cutter) finds where records begin and end, a [`Tree`](tree::Tree) is made of
//! one at a time. Cutting needs a tokeniser that knows places and goes on behind a fault, so
//! there is one of a page for both; a library would have been a second one that disagrees with
//! it on what is not well-formed. Feeds read as a whole (feed-rs) have no places and no items
//! behind a fault.

mod context;
mod cut;
pub(super) mod encoding;
mod entities;
mod family;
mod feed;
mod markup;
mod names;
mod newsml;
mod nitf;
mod prose;
mod sources;
mod token;
mod tree;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::decode::Transcode;
use super::feed_file::{Found, Notation};
use super::gather::{Accepted, File};
use super::html;
use super::reason::{Reason, Refusal};
use super::shield::shielded;
use super::window::{Bytes, Window};
use tree::Tree;

pub(super) use feed::base64;
pub(super) use prose::{longest, of_markup, of_title, one_line, tidy};
pub(super) use sources::sources;

/// What a feed says of itself.
#[derive(Default)]
struct About {
    title: String,
    author: String,
    /// Addresses, with blanks between.
    links: String,
}

/// Reads a file of XML, several documents behind one another included.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
    let declared = encoding::declared(window.available()).filter(|_| file.encoding.is_none());
    let Some(encoding) = declared else {
        return decoded(window, file);
    };
    let is_page = encoding.is_ascii_compatible() && token::is_page(window.available());
    if is_page {
        return html::read(window, file);
    }
    let repaired = Arc::new(AtomicU64::new(0));
    let raw: Bytes<'_> = Window::new(Box::new(window));
    let mut window: Bytes<'_> =
        Window::new(Box::new(Transcode::new(raw, encoding, repaired.clone())));
    file.encoding = Some(encoding.name());
    window.fill(super::sniff::HEAD);
    let read = decoded(&mut window, file);
    if repaired.load(Ordering::Relaxed) > 0 {
        file.out
            .count_encoding(&format!("{} (repaired)", encoding.name()));
    }
    read
}

fn decoded(window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
    if token::is_page(window.available()) {
        return html::read(window, file);
    }
    let mut cutter = cut::Cutter::new(&file.options.limits);
    cutter.read(window, file)?;
    file.finish(window, (cutter.number > 0).then_some(cutter.number + 1));
    Ok(())
}

/// Makes a document of one record.
fn record(
    bytes: &[u8],
    (number, offset): (u64, u64),
    cutter: &mut context::Context,
    file: &mut File<'_, '_>,
) -> Result<(), Refusal> {
    let read = document(bytes, (number, offset), cutter, file);
    if let Some(found) = &mut file.out.found {
        // Elements of extensions may be called as items are.
        if cutter.is_in_feed() {
            let from = offset as usize;
            found.push(Found {
                range: from..from + bytes.len(),
                read: read.map(|accepted| (accepted.document, accepted.text)),
            });
        }
        return Ok(());
    }
    file.accept(read?, None);
    Ok(())
}

/// The document that one record is.
fn document(
    bytes: &[u8],
    (number, offset): (u64, u64),
    cutter: &mut context::Context,
    file: &File<'_, '_>,
) -> Result<Accepted, Refusal> {
    let limits = &file.options.limits;
    let (text, encoding) = file.decode(bytes)?;
    let mut cells = shielded("XML", || {
        let tree = Tree::parse(&text, cutter.usual(), &mut cutter.prefixes, limits)?;
        cutter.family.cells(&tree, &cutter.about, limits)
    })?;
    let place = file.place(Some(number), offset);
    let aside = cells.aside(file.fields);
    let read = cells.document(place, file.fields, limits.text_bytes)?;
    Ok(Accepted::new(read, encoding).with(aside))
}

/// Reads the items of a feed that is held whole, in UTF-8 or where bytes below 0x80 are ASCII;
/// each is noted with its place. What is wrong with an item is noted with it; what is wrong with
/// the feed is a rejection. Gives the kind of the feed and its own addresses.
pub(super) fn items(
    feed: &[u8],
    file: &mut File<'_, '_>,
) -> Result<(Notation, Vec<String>), Refusal> {
    if token::is_page(feed) {
        return Err(Refusal::new(Reason::Unsupported, "this is a web page"));
    }
    let mut window: Bytes<'_> = Window::new(Box::new(feed));
    let mut cutter = cut::Cutter::new(&file.options.limits);
    cutter.read(&mut window, file)?;
    let (family, about) = cutter.into_document();
    let notation = match family {
        family::Family::Rss => Notation::Rss,
        family::Family::Rdf => Notation::Rdf,
        family::Family::Atom => Notation::Atom,
        _ => {
            let message = "this is XML of news agencies, and no feed";
            return Err(Refusal::new(Reason::Unsupported, message));
        }
    };
    let addresses = about.links.split_whitespace().map(str::to_owned);
    Ok((notation, addresses.collect()))
}

/// What stands inside an item, from behind its start tag to its end tag; `None` where it has no
/// inside.
pub(super) fn inside(item: &[u8]) -> Option<Range<usize>> {
    let start = token::Scanner::new(u32::MAX).token(item, 0, true)?;
    let end = memchr::memrchr(b'<', item)?;
    (start.kind == token::Kind::Start && start.len <= end).then_some(start.len..end)
}

/// The prefix of an element's name with its colon, empty where it has none.
pub(super) fn prefix(element: &[u8]) -> &[u8] {
    let name = token::name(element);
    name.strip_suffix(token::local(name)).unwrap_or_default()
}

fn no_text(what: &str) -> Refusal {
    Refusal::new(Reason::NoText, format!("no text: {what}"))
}
