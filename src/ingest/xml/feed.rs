//! Items of feeds: RSS of every version, RDF, Atom.

use super::About;
use super::markup::{markup, unescaped};
use super::prose::{longest, of_markup, of_title, one_line, tidy};
use super::tree::{Id, ROOT, Tree};
use crate::ingest::author;
use crate::ingest::decode::is_stray_control;
use crate::ingest::fields::Role;
use crate::ingest::reason::Refusal;
use crate::ingest::record::{Cell, Cells};
use crate::ingest::{Limits, html};

/// Texts of an item in order of preference, where they are equally long.
#[derive(Default)]
struct Said {
    texts: Vec<String>,
    title: Option<String>,
    /// Addresses with their rank.
    links: Vec<(usize, String)>,
    authors: Vec<String>,
    /// Authors by a vocabulary that says less.
    others: Vec<String>,
}

pub(super) fn item(tree: &Tree<'_>, about: &About, limits: &Limits) -> Result<Cells, Refusal> {
    let mut cells = Cells::default();
    let mut said = Said::default();
    let root = tree.vocabulary(ROOT);
    for id in tree.elements(ROOT) {
        let vocabulary = match tree.vocabulary(id) {
            "atom" => "",
            own if own == root => "",
            other => other,
        };
        let name = tree.name(id).to_ascii_lowercase();
        let mut offer = |role, rank, text: String| {
            let text = text.trim();
            if !text.is_empty() {
                cells.offer((role, rank), Cell::Text(text.to_owned()));
            }
        };
        match (vocabulary, name.as_str()) {
            ("content", "encoded")
            | (
                "",
                "content" | "description" | "summary" | "body" | "fulltext" | "fullitem"
                | "abstract",
            )
            | ("xhtml", "body" | "div")
            | ("dc" | "media", "description")
            | ("itunes", "summary")
            | ("dcterms", "abstract")
            | ("media", "text") => {
                said.texts.push(content(tree, id, limits)?);
            }
            ("media", "group" | "content") => {
                for name in ["description", "text"] {
                    for id in tree.all(id, name) {
                        said.texts.push(content(tree, id, limits)?);
                    }
                }
            }
            ("", "title") => {
                said.title = Some(title(tree, id, limits)?)
                    .filter(|t| !t.is_empty())
                    .or(said.title)
            }
            ("dc" | "media", "title") if said.title.is_none() => {
                said.title = Some(title(tree, id, limits)?).filter(|title| !title.is_empty());
            }
            ("", "guid") => {
                let guid = tree.text(id);
                let is_link = !tree
                    .attribute(id, "isPermaLink")
                    .is_some_and(|told| told.trim().eq_ignore_ascii_case("false"));
                if is_link && guid.trim().starts_with("http") {
                    said.links.push((3, guid.clone()));
                }
                offer(Role::Key, 0, guid);
            }
            ("", "id") => offer(Role::Key, 1, tree.text(id)),
            ("dc", "identifier") => offer(Role::Key, 3, tree.text(id)),
            ("feedburner", "origlink") => said.links.push((0, tree.text(id))),
            ("", "link") => said.links.extend(link(tree, id)),
            ("", "pubdate" | "published") => offer(Role::Published, 0, tree.text(id)),
            ("dc", "date") => offer(Role::Published, 1, tree.text(id)),
            ("", "issued") | ("dcterms", "issued") => offer(Role::Published, 2, tree.text(id)),
            ("", "created" | "date") | ("dcterms", "created") => {
                offer(Role::Published, 3, tree.text(id))
            }
            ("", "updated" | "modified") | ("dcterms", "modified") => {
                offer(Role::Published, 4, tree.text(id))
            }
            ("", "source") => {
                let told = tree.child(id, "title").unwrap_or(id);
                let own = if told == id && tree.has_elements(id) {
                    String::new()
                } else {
                    title(tree, told, limits)?
                };
                offer(Role::Source, 0, own);
            }
            ("", "author") => said.authors.extend(authors(tree, id)),
            ("dc", "creator") => said.authors.push(tree.text(id)),
            ("dc" | "atom", "contributor") | ("itunes" | "media", "author" | "credit") => {
                said.others.push(tree.text(id));
            }
            ("dc", "publisher") => offer(Role::Source, 1, one_line(&tree.text(id))),
            _ => {}
        }
    }
    if let Some(about) = tree.attribute(ROOT, "about") {
        cells.offer((Role::Key, 2), Cell::Text(about.trim().to_owned()));
    }
    for (rank, link) in said.links {
        let link = link.trim();
        if !link.is_empty() {
            cells.offer((Role::Url, rank), Cell::Text(link.to_owned()));
            cells.offer((Role::Key, 4 + rank), Cell::Text(link.to_owned()));
        }
    }
    for (rank, name) in [(2, &about.title), (3, &about.author)] {
        let name = of_title(name, limits)?;
        if !name.is_empty() {
            cells.offer((Role::Source, rank), Cell::Text(name));
        }
    }
    cells.write_by(said.authors);
    cells.write_by(said.others);
    cells.write_by([&about.author]);
    let text = longest(said.texts).or_else(|| said.title.clone());
    let Some(text) = text else {
        return Err(super::no_text(
            "the item has no content, description, summary or title",
        ));
    };
    cells.offer((Role::Text, 0), Cell::Text(text));
    if let Some(title) = said.title {
        cells.offer((Role::Title, 0), Cell::Text(title));
    }
    Ok(cells)
}

/// The address in a link and its rank: the page first, then other forms of it.
fn link(tree: &Tree<'_>, id: Id) -> Option<(usize, String)> {
    let Some(address) = tree.attribute(id, "href") else {
        return Some((1, tree.text(id)));
    };
    let relation = tree.attribute(id, "rel");
    if relation.is_some_and(|relation| !relation.trim().eq_ignore_ascii_case("alternate")) {
        return None;
    }
    let is_page = tree
        .attribute(id, "type")
        .is_none_or(|of| of.contains("html"));
    Some((if is_page { 1 } else { 2 }, address.into_owned()))
}

/// Who wrote an item: names in Atom, a mailbox in RSS.
fn authors(tree: &Tree<'_>, id: Id) -> Vec<String> {
    let names = tree.all(id, "name");
    if names.is_empty() {
        return vec![author::of_mailbox(&tree.text(id)).to_owned()];
    }
    names.into_iter().map(|name| tree.text(name)).collect()
}

fn title(tree: &Tree<'_>, id: Id, limits: &Limits) -> Result<String, Refusal> {
    Ok(one_line(&content(tree, id, limits)?))
}

/// How a text is written, by the attributes of Atom; RSS has none, and holds HTML or plain text.
fn content(tree: &Tree<'_>, id: Id, limits: &Limits) -> Result<String, Refusal> {
    let of = tree
        .attribute(id, "type")
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let mode = tree
        .attribute(id, "mode")
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if mode == "base64" {
        let decoded = base64(&tree.text(id));
        let (text, _) = crate::ingest::decode::decode(&decoded)?;
        return if of.contains("html") {
            of_markup(&text, limits)
        } else {
            Ok(tidy(&text))
        };
    }
    if tree.has_elements(id) {
        let html = if of.contains("xhtml") || !is_half_escaped(tree, id) {
            markup(tree, id)
        } else {
            unescaped(tree, id)
        };
        return html::plain_text(&html, limits).map(|text| tidy(&text));
    }
    let is_text = matches!(of.as_str(), "" | "text" | "html" | "xhtml" | "plain")
        || of.contains("html")
        || of.starts_with("text/");
    if !is_text {
        return undeclared(&tree.text(id), limits);
    }
    let is_plain = matches!(of.as_str(), "text" | "text/plain" | "plain") && mode != "escaped";
    if is_plain {
        Ok(tidy(&tree.text(id)))
    } else {
        of_markup(&tree.text(id), limits)
    }
}

/// Content that is said to be no text: sound, pictures, or a document of its own, in base64. Of
/// unspecified bytes that are text all the same the text.
fn undeclared(coded: &str, limits: &Limits) -> Result<String, Refusal> {
    let is_coded = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'+' | b'/' | b'=')
            || byte.is_ascii_whitespace()
    };
    let decoded = coded.bytes().all(is_coded).then(|| base64(coded));
    match decoded.map(String::from_utf8) {
        Some(Ok(text)) if !text.chars().any(is_stray_control) => of_markup(&text, limits),
        _ => Ok(String::new()),
    }
}

/// Whether beside elements there is HTML that is escaped: a feed that forgot to escape some of it.
fn is_half_escaped(tree: &Tree<'_>, id: Id) -> bool {
    const MARKS: [&str; 5] = ["</", "<br", "<BR", "<p>", "<P>"];
    let mut found = false;
    tree.walk(
        id,
        |id| {
            let piece = tree.piece(id);
            found |= MARKS.iter().any(|mark| piece.contains(mark));
            !found
        },
        |_| {},
    );
    found
}

/// The bytes behind base64; everything else is passed over.
pub(in crate::ingest) fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0u32, 0);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            // Padding ends a group; another one may follow.
            b'=' => {
                (held, bits) = (0, 0);
                continue;
            }
            _ => continue,
        };
        held = (held << 6 | u32::from(six)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_with_faults() {
        assert_eq!(base64("UmFpbiBp\nbiBPcm1l"), b"Rain in Orme");
        assert_eq!(base64("UmE=aW4="), b"Rain");
        assert_eq!(base64("!!"), b"");
        assert_eq!(base64("A"), b"");
    }
}
