//! NewsML-G2 and NewsML 1: the envelope around a story.

use super::markup::markup;
use super::nitf::{self, offer};
use super::prose::{lines, longest, of_markup, one_line, tidy};
use super::tree::{Id, ROOT, Tree};
use crate::ingest::fields::Role;
use crate::ingest::reason::Refusal;
use crate::ingest::record::Cells;
use crate::ingest::{Limits, html};

/// An item of NewsML-G2.
pub(super) fn item(tree: &Tree<'_>, limits: &Limits) -> Result<Cells, Refusal> {
    let mut cells = Cells::default();
    let set = tree.child(ROOT, "contentSet");
    let mut texts = Vec::new();
    let mut within = None;
    for content in set.iter().flat_map(|&set| tree.elements(set)) {
        match tree.name(content) {
            "inlineXML" => texts.push(inline(tree, content, &mut within, limits)?),
            "inlineData" => texts.push(data(tree, content, "contenttype", limits)?),
            _ => {}
        }
    }
    let mut offer = |role, rank, text| offer(&mut cells, role, rank, text);
    let about = |path: &[&str]| tree.path(ROOT, path).map(|id| one_line(&tree.text(id)));
    let guid = tree
        .attribute(ROOT, "guid")
        .filter(|guid| !guid.trim().is_empty());
    let version = tree.attribute(ROOT, "version");
    offer(
        Role::Key,
        0,
        guid.map(|guid| match version {
            Some(version) => format!("{}:{}", guid.trim(), version.trim()),
            None => guid.into_owned(),
        }),
    );
    offer(Role::Title, 0, about(&["contentMeta", "headline"]));
    offer(Role::Title, 1, about(&["itemMeta", "title"]));
    offer(Role::Published, 0, about(&["itemMeta", "versionCreated"]));
    offer(Role::Published, 1, about(&["itemMeta", "firstCreated"]));
    offer(
        Role::Published,
        2,
        about(&["contentMeta", "contentCreated"]),
    );
    offer(Role::Source, 0, party(tree, &["itemMeta", "provider"]));
    offer(Role::Source, 1, about(&["contentMeta", "creditline"]));
    offer(Role::Source, 2, party(tree, &["contentMeta", "infoSource"]));
    offer(
        Role::Source,
        3,
        party(tree, &["rightsInfo", "copyrightHolder"]),
    );
    let link = tree.path(ROOT, &["itemMeta", "link"]);
    let link = link.filter(|&id| {
        tree.attribute(id, "rel")
            .is_none_or(|rel| rel.ends_with("alternate"))
    });
    offer(
        Role::Url,
        0,
        link.and_then(|id| Some(tree.attribute(id, "href")?.into_owned())),
    );
    let meta = tree.child(ROOT, "contentMeta");
    let all = |name: &str| {
        let elements = meta.into_iter().flat_map(|meta| tree.elements(meta));
        elements
            .filter(|&id| tree.name(id) == name)
            .collect::<Vec<_>>()
    };
    cells.write_by(all("by").into_iter().map(|id| tree.text(id)));
    cells.write_by(all("creator").into_iter().filter_map(|id| named(tree, id)));
    let mut offer = |role, rank, text| nitf::offer(&mut cells, role, rank, text);
    let text = longest(texts);
    if text.is_none() {
        return Err(super::no_text(
            "the item has no inline text; what it refers to is not fetched",
        ));
    }
    offer(Role::Text, 0, text);
    Ok(match within {
        Some(nitf) => under(cells, tree, nitf),
        None => cells,
    })
}

/// Fields of the envelope before those of the story in it.
fn under(mut cells: Cells, tree: &Tree<'_>, nitf: Id) -> Cells {
    const BEHIND: usize = 10;
    let story = nitf::document(tree, nitf);
    cells.write_by(story.author.clone());
    for (role, cell) in story.into_fields() {
        if role != Role::Text {
            cells.offer((role, BEHIND), cell);
        }
    }
    cells
}

/// Who is named: by a name, in letters, or by a code.
fn party(tree: &Tree<'_>, path: &[&str]) -> Option<String> {
    named(tree, tree.path(ROOT, path)?)
}

/// The name of a party.
fn named(tree: &Tree<'_>, id: Id) -> Option<String> {
    let name = tree
        .child(id, "name")
        .map_or_else(|| tree.text(id), |name| tree.text(name));
    let name = one_line(&name);
    if !name.is_empty() {
        return Some(name);
    }
    if let Some(name) = tree.attribute(id, "literal") {
        return Some(name.into_owned());
    }
    let code = tree.attribute(id, "qcode").or(tree.attribute(id, "uri"))?;
    Some(code.rsplit([':', '/']).next()?.to_owned())
}

/// The text of elements: a story in NITF, a page, or anything else with blocks.
fn inline(
    tree: &Tree<'_>,
    id: Id,
    within: &mut Option<Id>,
    limits: &Limits,
) -> Result<String, Refusal> {
    if let Some(nitf) = tree.child(id, "nitf") {
        within.get_or_insert(nitf);
        return Ok(nitf::story(tree, nitf).unwrap_or_default());
    }
    if tree.child(id, "body.content").is_some() {
        return Ok(lines(tree, id));
    }
    if let Some(page) = tree.child(id, "html") {
        let body = tree.child(page, "body").unwrap_or(page);
        return html::plain_text(&markup(tree, body), limits).map(|text| tidy(&text));
    }
    if tree.has_elements(id) {
        return html::plain_text(&markup(tree, id), limits).map(|text| tidy(&text));
    }
    of_markup(&tree.text(id), limits)
}

/// The text of characters, whose type an attribute tells.
fn data(tree: &Tree<'_>, id: Id, of: &str, limits: &Limits) -> Result<String, Refusal> {
    let of = tree
        .attribute(id, of)
        .unwrap_or_default()
        .to_ascii_lowercase();
    if tree
        .attribute(id, "encoding")
        .is_some_and(|how| how.contains("base64"))
    {
        let bytes = super::feed::base64(&tree.text(id));
        let (text, _) = crate::ingest::decode::decode(&bytes)?;
        return of_markup(&text, limits);
    }
    if of.starts_with("text/plain") {
        return Ok(tidy(&tree.text(id)));
    }
    if of.is_empty() || of.starts_with("text/") || of.contains("html") || of.contains("xml") {
        return of_markup(&tree.text(id), limits);
    }
    Ok(String::new())
}

/// An item of NewsML 1.
pub(super) fn first(tree: &Tree<'_>, limits: &Limits) -> Result<Cells, Refusal> {
    let mut cells = Cells::default();
    let mut texts = Vec::new();
    let mut within = None;
    for content in tree.all(ROOT, "DataContent") {
        texts.push(inline(tree, content, &mut within, limits)?);
    }
    let mut offer = |role, rank, text| offer(&mut cells, role, rank, text);
    let about = |path: &[&str]| tree.path(ROOT, path).map(|id| one_line(&tree.text(id)));
    let any = |name: &str| {
        tree.all(ROOT, name)
            .first()
            .map(|&id| one_line(&tree.text(id)))
    };
    offer(
        Role::Key,
        0,
        about(&["Identification", "NewsIdentifier", "PublicIdentifier"]),
    );
    let item = about(&["Identification", "NewsIdentifier", "NewsItemId"]);
    let revision = about(&["Identification", "NewsIdentifier", "RevisionId"]);
    offer(
        Role::Key,
        1,
        item.map(|item| {
            [item, revision.unwrap_or_default()]
                .join(":")
                .trim_end_matches(':')
                .to_owned()
        }),
    );
    offer(Role::Title, 0, any("HeadLine"));
    offer(
        Role::Published,
        0,
        about(&["NewsManagement", "ThisRevisionCreated"]),
    );
    offer(
        Role::Published,
        1,
        about(&["NewsManagement", "FirstCreated"]),
    );
    let provider = tree.all(ROOT, "Provider");
    let provider = provider.first().and_then(|&id| tree.child(id, "Party"));
    offer(
        Role::Source,
        0,
        provider.and_then(|id| Some(tree.attribute(id, "FormalName")?.into_owned())),
    );
    offer(Role::Source, 1, any("CreditLine"));
    offer(
        Role::Source,
        2,
        about(&["Identification", "NewsIdentifier", "ProviderId"]),
    );
    cells.write_by(tree.all(ROOT, "ByLine").into_iter().map(|id| tree.text(id)));
    let mut offer = |role, rank, text| nitf::offer(&mut cells, role, rank, text);
    let text = longest(texts);
    if text.is_none() {
        return Err(super::no_text(
            "the item has no text of its own; what it refers to is not fetched",
        ));
    }
    offer(Role::Text, 0, text);
    Ok(match within {
        Some(nitf) => under(cells, tree, nitf),
        None => cells,
    })
}
