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
mod feed;
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
use super::record::Cells;
use super::shield::shielded;
use super::window::{Bytes, Window};
use super::{Limits, decode, html};
use tree::Tree;

pub(super) use feed::base64;
pub(super) use prose::{longest, of_markup, of_title, tidy};

/// What the root of a document makes of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Rss,
    Atom,
    /// NewsML-G2; alone or in a message.
    NewsMl2,
    NewsMl1,
    Nitf,
    /// The Reuters corpus.
    Rcv1,
    Page,
    Other(&'static str),
}

/// What a feed says of itself.
#[derive(Default)]
struct About {
    title: String,
    author: String,
}

impl Family {
    fn of(root: &str) -> Self {
        match root {
            "newsItem" | "newsMessage" => return Family::NewsMl2,
            "NewsML" | "NewsItem" => return Family::NewsMl1,
            "newsitem" => return Family::Rcv1,
            "packageItem" => {
                return Family::Other(
                    "a NewsML-G2 package, which only lists items; read the items",
                );
            }
            _ => {}
        }
        match root.to_ascii_lowercase().as_str() {
            "rss" | "rdf" | "channel" => Family::Rss,
            "feed" => Family::Atom,
            "nitf" => Family::Nitf,
            "html" => Family::Page,
            "urlset" | "sitemapindex" => {
                Family::Other("a sitemap, which only lists addresses; read the pages themselves")
            }
            "opml" => Family::Other("OPML, which only lists feeds; read the feeds themselves"),
            _ => Family::Other(""),
        }
    }

    /// The plain name of the elements that are records.
    fn record(self) -> &'static str {
        match self {
            Family::Rss => "item",
            Family::Atom => "entry",
            Family::NewsMl2 => "newsItem",
            Family::NewsMl1 => "NewsItem",
            Family::Nitf => "nitf",
            Family::Rcv1 => "newsitem",
            Family::Page | Family::Other(_) => "",
        }
    }

    fn is_record(self, name: &str) -> bool {
        match self {
            Family::Rss | Family::Atom | Family::Nitf => name.eq_ignore_ascii_case(self.record()),
            Family::Page | Family::Other(_) => false,
            _ => name == self.record(),
        }
    }

    fn cells(self, tree: &Tree<'_>, about: &About, limits: &Limits) -> Result<Cells, Refusal> {
        match self {
            Family::Rss | Family::Atom => feed::item(tree, about, limits),
            Family::NewsMl2 => newsml::item(tree, limits),
            Family::NewsMl1 => newsml::first(tree, limits),
            Family::Nitf => Ok(nitf::document(tree, tree::ROOT)),
            Family::Rcv1 => Ok(nitf::corpus(tree)),
            Family::Page | Family::Other(_) => Ok(Cells::default()),
        }
    }
}

/// Reads a file of XML, several documents behind one another included.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
    let declared = encoding::declared(window.available()).filter(|_| file.encoding.is_none());
    let Some(encoding) = declared else {
        return decoded(window, file);
    };
    let is_page = encoding.is_ascii_compatible() && cut::is_page(window.available());
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
    if cut::is_page(window.available()) {
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
