//! What the root of a document says of what is in it.

use super::tree::{self, Tree};
use super::{About, feed, newsml, nitf};
use crate::ingest::Limits;
use crate::ingest::reason::{Reason, Refusal};
use crate::ingest::record::Cells;

/// What the root of a document makes of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Rss,
    /// RSS in RDF; there is much other RDF.
    Rdf,
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

impl Family {
    pub fn of(root: &str) -> Self {
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
            // An item may stand alone, as a document of its own.
            "rss" | "channel" | "item" => Family::Rss,
            "rdf" => Family::Rdf,
            "feed" | "entry" => Family::Atom,
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
            Family::Rss | Family::Rdf => "item",
            Family::Atom => "entry",
            Family::NewsMl2 => "newsItem",
            Family::NewsMl1 => "NewsItem",
            Family::Nitf => "nitf",
            Family::Rcv1 => "newsitem",
            Family::Page | Family::Other(_) => "",
        }
    }

    pub fn is_record(self, name: &str) -> bool {
        match self {
            Family::Rss | Family::Rdf | Family::Atom | Family::Nitf => {
                name.eq_ignore_ascii_case(self.record())
            }
            Family::Page | Family::Other(_) => false,
            _ => name == self.record(),
        }
    }

    pub fn cells(self, tree: &Tree<'_>, about: &About, limits: &Limits) -> Result<Cells, Refusal> {
        match self {
            Family::Rss | Family::Rdf | Family::Atom => feed::item(tree, about, limits),
            Family::NewsMl2 => newsml::item(tree, limits),
            Family::NewsMl1 => newsml::first(tree, limits),
            Family::Nitf => Ok(nitf::document(tree, tree::ROOT)),
            Family::Rcv1 => Ok(nitf::corpus(tree)),
            Family::Page | Family::Other(_) => Ok(Cells::default()),
        }
    }

    /// Whether a document without a record is one that has nothing to say, and none of another kind.
    pub fn may_be_empty(self) -> bool {
        !matches!(self, Family::Rdf | Family::NewsMl1 | Family::NewsMl2)
    }

    /// Why a document of this root is not read.
    pub fn unsupported(self, root: &str) -> Refusal {
        let message = match self {
            Family::Page => {
                "this is an HTML page behind XML; keep it in a file of its own".to_owned()
            }
            Family::Other(what) if !what.is_empty() => format!("this is {what}"),
            _ => {
                let shown: String = root.chars().take(60).collect();
                format!(
                    "this is XML with the root <{shown}>, which is not known; RSS, Atom, NewsML, NITF and \
                 the Reuters corpus are read; convert it to one of them or to JSON lines"
                )
            }
        };
        Refusal::new(Reason::Unsupported, message)
    }
}
