//! NITF, and the XML of the Reuters corpus, which is like it.

use super::prose::{lines, one_line};
use super::tree::{Id, ROOT, Tree};
use crate::ingest::fields::Role;
use crate::ingest::record::{Cell, Cells};

/// The document in an element `nitf`.
pub(super) fn document(tree: &Tree<'_>, nitf: Id) -> Cells {
    let mut cells = Cells::default();
    let mut offer = |role, rank, text: Option<String>| offer(&mut cells, role, rank, text);
    let data = tree.path(nitf, &["head", "docdata"]);
    let datum = |element: &str, attribute: &str| {
        let element = tree.child(data?, element)?;
        Some(tree.attribute(element, attribute)?.into_owned())
    };
    let print = tree.path(nitf, &["head", "pubdata"]);
    let printed = |name: &str| Some(tree.attribute(print?, name)?.into_owned());
    let head = tree.path(nitf, &["body", "body.head"]);
    let line = |element: Option<Id>| element.map(|id| one_line(&lines(tree, id)));
    let headed = |name: &str| line(tree.child(head?, name));

    offer(Role::Key, 0, datum("doc-id", "id-string"));
    offer(
        Role::Key,
        1,
        tree.attribute(nitf, "uno").map(|id| id.into_owned()),
    );
    let headline = head.and_then(|head| tree.path(head, &["hedline", "hl1"]));
    offer(Role::Title, 0, line(headline));
    offer(Role::Title, 1, headed("hedline"));
    offer(Role::Title, 2, line(tree.path(nitf, &["head", "title"])));
    offer(Role::Published, 0, datum("date.issue", "norm"));
    offer(Role::Published, 1, datum("date.release", "norm"));
    offer(Role::Published, 2, printed("date.publication"));
    let dated = head.and_then(|head| tree.path(head, &["dateline", "story.date"]));
    offer(
        Role::Published,
        3,
        dated.and_then(|id| Some(tree.attribute(id, "norm")?.into_owned())),
    );
    offer(Role::Source, 0, headed("distributor"));
    offer(Role::Source, 1, printed("name"));
    offer(Role::Source, 2, datum("doc.copyright", "holder"));
    let url = tree.path(nitf, &["head", "docdata", "doc.url"]);
    offer(Role::Url, 0, url.map(|id| tree.text(id)));
    offer(Role::Url, 1, printed("ex-ref"));
    offer(Role::Text, 0, story(tree, nitf));
    let byline = head.and_then(|head| tree.child(head, "byline"));
    if let Some(byline) = byline {
        let people = tree
            .all(byline, "person")
            .into_iter()
            .map(|id| tree.text(id));
        cells.write_by(people);
        cells.write_by(line(Some(byline)));
    }
    cells
}

/// The story alone. What the head of the body holds is said of the story, not in it.
pub(super) fn story(tree: &Tree<'_>, nitf: Id) -> Option<String> {
    let body = tree.child(nitf, "body").unwrap_or(nitf);
    let contents: Vec<String> = tree
        .elements(body)
        .filter(|&id| tree.name(id) == "body.content")
        .map(|id| lines(tree, id))
        .collect();
    let text = if contents.is_empty() && tree.child(body, "body.head").is_none() {
        lines(tree, body)
    } else {
        contents.join("\n")
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// A document of the Reuters corpus.
pub(super) fn corpus(tree: &Tree<'_>) -> Cells {
    let mut cells = Cells::default();
    let mut offer = |role, rank, text: Option<String>| offer(&mut cells, role, rank, text);
    let attribute = |name: &str| tree.attribute(ROOT, name).map(|value| value.into_owned());
    let child = |name: &str| tree.child(ROOT, name).map(|id| one_line(&tree.text(id)));
    offer(Role::Key, 0, attribute("itemid"));
    offer(Role::Title, 0, child("headline"));
    offer(Role::Title, 1, child("title"));
    offer(Role::Published, 0, attribute("date"));
    for element in tree.all(ROOT, "dc") {
        let value = || {
            tree.attribute(element, "value")
                .map(|value| value.into_owned())
        };
        match tree
            .attribute(element, "element")
            .unwrap_or_default()
            .as_ref()
        {
            "dc.publisher" => offer(Role::Source, 0, value()),
            "dc.source" => offer(Role::Source, 1, value()),
            "dc.date.published" => offer(Role::Published, 1, value()),
            _ => {}
        }
    }
    let text = tree.child(ROOT, "text").map(|id| lines(tree, id));
    offer(Role::Text, 0, text);
    cells.write_by(child("byline"));
    cells
}

/// Offers what is not blank.
pub(super) fn offer(cells: &mut Cells, role: Role, rank: usize, text: Option<String>) {
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        let text = if role == Role::Text {
            text
        } else {
            text.trim().to_owned()
        };
        cells.offer((role, rank), Cell::Text(text));
    }
}
