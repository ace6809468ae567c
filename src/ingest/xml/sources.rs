//! Where an item of a feed says that it is from.

use super::names::Prefixes;
use super::tree::{ROOT, Tree};
use crate::ingest::Limits;
use crate::ingest::shield::shielded;

/// The addresses in the `source` elements of an item: of RSS its `url`, of Atom the `id` and the links of the feed
/// that the entry was taken from. None of an item that cannot be read.
pub(in crate::ingest) fn sources(item: &str, limits: &Limits) -> Vec<String> {
    if memchr::memmem::find(item.as_bytes(), b"ource").is_none() {
        return Vec::new();
    }
    let found = shielded("XML", || {
        let mut found = Vec::new();
        let tree = Tree::parse(item, "", &mut Prefixes::default(), limits)?;
        for source in tree.elements(ROOT) {
            if !tree.name(source).eq_ignore_ascii_case("source") {
                continue;
            }
            found.extend(tree.attribute(source, "url").map(|url| url.into_owned()));
            for own in tree.elements(source) {
                match tree.name(own).to_ascii_lowercase().as_str() {
                    "id" => found.push(tree.text(own)),
                    "link" => {
                        let address = tree.attribute(own, "href");
                        found.push(address.map_or_else(|| tree.text(own), |own| own.into_owned()));
                    }
                    _ => {}
                }
            }
        }
        Ok(found)
    });
    found.unwrap_or_default()
}
