//! XML of feeds and of news agencies: decoded, cut into records, each read as what it is.
//!
//! The stream is never held as a whole, and no fault in it costs more than a record: the
//! [`Cutter`](cut::Cutter) finds where records begin and end, a [`Tree`](tree::Tree) is made of
//! one at a time. Cutting needs a tokeniser that knows places and goes on behind a fault, so
//! there is one of a page for both; a library would have been a second one that disagrees with
//! it on what is not well-formed. Feeds read as a whole (feed-rs) have no places and no items
//! behind a fault.

mod cut;
mod encoding;
mod entities;
mod family;
mod feed;
mod markup;
mod names;
mod newsml;
mod nitf;
mod prose;
mod token;
mod tree;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::decode::Transcode;
use super::gather::{Accepted, File};
use super::reason::{Reason, Refusal};
use super::shield::shielded;
use super::window::{Bytes, Window};
use super::{decode, html};
use tree::Tree;

pub(super) use feed::base64;
pub(super) use prose::{longest, of_markup, of_title, one_line, tidy};

/// What a feed says of itself.
#[derive(Default)]
struct About {
    title: String,
    author: String,
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
    let mut cutter = cut::Cutter::new();
    cutter.read(window, file)?;
    file.finish(window, (cutter.number > 0).then_some(cutter.number + 1));
    Ok(())
}

/// Makes a document of one record.
fn record(
    bytes: &[u8],
    (number, offset): (u64, u64),
    cutter: &mut cut::Context,
    file: &mut File<'_, '_>,
) -> Result<(), Refusal> {
    let limits = &file.options.limits;
    let (text, encoding) = decode::decode(bytes)?;
    let cells = shielded("XML", || {
        let tree = Tree::parse(&text, cutter.usual(), &mut cutter.prefixes, limits)?;
        cutter.family.cells(&tree, &cutter.about, limits)
    })?;
    let place = file.place(Some(number), offset);
    let read = cells.document(place, file.fields, limits.text_bytes)?;
    file.accept(Accepted::new(read, encoding), None);
    Ok(())
}

fn no_text(what: &str) -> Refusal {
    Refusal::new(Reason::NoText, format!("no text: {what}"))
}
