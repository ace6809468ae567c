//! JSON Feed, 1.0 and 1.1: a whole value of JSON to its items.

use serde_json::Value;

use super::fields::Role;
use super::ninjs::{self, string};
use super::reason::{Reason, Refusal};
use super::record::{Cell, Cells};
use super::xml::{longest, of_title, tidy};
use super::{Limits, html};

/// The articles of a whole document, where it is of a format that has its own names: a feed, or a
/// story of a news agency. Each comes for itself; none where it is another document.
pub(super) fn articles(document: &Value, limits: &Limits) -> Option<Vec<Result<Cells, Refusal>>> {
    if is_feed(document) {
        return Some(items(document, limits));
    }
    ninjs::is_story(document).then(|| vec![ninjs::story(document, limits)])
}

/// Whether a document in one of the formats may begin with these bytes.
pub(super) fn may_be(head: &[u8]) -> bool {
    memchr::memmem::find(head, b"jsonfeed.org/version/").is_some() || ninjs::may_be(head)
}

/// Whether the value says that it is a feed.
pub(super) fn is_feed(value: &Value) -> bool {
    let version = value.get("version").and_then(Value::as_str);
    version.is_some_and(|version| {
        let address = version.trim().split_once("://").map(|(_, rest)| rest);
        address.is_some_and(|rest| {
            rest.trim_start_matches("www.")
                .starts_with("jsonfeed.org/version/")
        })
    })
}

/// The items of a feed in their order, each for itself.
fn items(feed: &Value, limits: &Limits) -> Vec<Result<Cells, Refusal>> {
    let items = feed.get("items").and_then(Value::as_array);
    let outlet = outlet(feed);
    items
        .into_iter()
        .flatten()
        .map(|value| item(value, outlet, limits))
        .collect()
}

/// Who publishes a feed.
pub(super) fn outlet(feed: &Value) -> Option<&str> {
    string(feed, "title").or_else(|| author(feed))
}

pub(super) fn item(item: &Value, outlet: Option<&str>, limits: &Limits) -> Result<Cells, Refusal> {
    if !item.is_object() {
        return Err(Refusal::new(
            Reason::NotAnObject,
            "the item of the feed is not an object",
        ));
    }
    let mut texts = Vec::new();
    if let Some(html) = string(item, "content_html") {
        texts.push(tidy(&html::plain_text(html, limits)?));
    }
    texts.extend(string(item, "content_text").map(tidy));
    texts.extend(string(item, "summary").map(tidy));
    let title = string(item, "title")
        .map(|title| of_title(title, limits))
        .transpose()?;
    let title = title.filter(|title| !title.is_empty());
    let Some(text) = longest(texts).or_else(|| title.clone()) else {
        let message = "no text: the item has no content_html, content_text, summary or title";
        return Err(Refusal::new(Reason::NoText, message));
    };
    let mut cells = Cells::default();
    let mut offer = |role, rank, text: Option<&str>| {
        if let Some(text) = text {
            cells.offer((role, rank), Cell::Text(text.trim().to_owned()));
        }
    };
    offer(Role::Title, 0, title.as_deref());
    offer(Role::Key, 0, string(item, "id"));
    offer(Role::Url, 0, string(item, "url"));
    offer(Role::Key, 2, string(item, "url"));
    offer(Role::Published, 0, string(item, "date_published"));
    offer(Role::Published, 1, string(item, "date_modified"));
    offer(Role::Source, 0, outlet);
    offer(Role::Source, 1, author(item));
    if let Some(Value::Number(id)) = item.get("id") {
        cells.offer((Role::Key, 1), Cell::Number(id.to_string()));
    }
    cells.offer((Role::Text, 0), Cell::Text(text));
    Ok(cells)
}

/// The first of `authors`, or what version 1.0 called `author`.
fn author(value: &Value) -> Option<&str> {
    let first = value.get("authors").and_then(|authors| authors.get(0));
    string(first.or(value.get("author"))?, "name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(cells: Cells) -> Vec<(Role, String)> {
        let text = |cell| match cell {
            Cell::Text(text) | Cell::Number(text) => text,
            other => format!("{other:?}"),
        };
        cells
            .into_fields()
            .map(|(role, cell)| (role, text(cell)))
            .collect()
    }

    #[test]
    fn items_with_every_fallback() {
        let feed = json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Orme Post",
            "items": [
                {"id": 7, "content_text": "Rain will end\non Friday.", "summary": "Rain.", "title": "Rain &amp; wind",
                 "url": "https://orme.example/7", "date_published": "2031-04-03T10:00:00Z"},
                {"url": "https://orme.example/8", "summary": "Short."},
                {"id": "9", "content_text": 5},
                "nothing",
            ],
        });
        let limits = Limits::default();
        assert!(articles(&json!({"version": "1.1"}), &limits).is_none());
        assert!(articles(&json!([]), &limits).is_none());
        let mut items = articles(&feed, &limits).unwrap().into_iter();
        let first = told(items.next().unwrap().unwrap());
        assert_eq!(
            first,
            [
                (Role::Key, "7".into()),
                (Role::Text, "Rain will end\non Friday.".into()),
                (Role::Title, "Rain & wind".into()),
                (Role::Source, "Orme Post".into()),
                (Role::Published, "2031-04-03T10:00:00Z".into()),
                (Role::Url, "https://orme.example/7".into()),
            ]
        );
        let second = told(items.next().unwrap().unwrap());
        assert_eq!(second[0], (Role::Key, "https://orme.example/8".into()));
        let reasons: Vec<Reason> = items.map(|item| item.err().unwrap().reason).collect();
        assert_eq!(reasons, [Reason::NoText, Reason::NotAnObject]);
    }
}
