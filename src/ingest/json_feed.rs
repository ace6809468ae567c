//! JSON Feed, 1.0 and 1.1: a whole value of JSON to its items.

use memchr::memmem;
use serde_json::{Map, Value};

use super::fields::Role;
use super::json_scan;
use super::ninjs::{self, string};
use super::reason::{Reason, Refusal};
use super::record::{Cell, Cells};
use super::xml::{longest, of_title, tidy};
use super::{Limits, html};

/// What a feed says of all its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Feed {
    outlet: Option<String>,
    /// Who wrote the items that name nobody.
    authors: Vec<String>,
}

/// Whether a document in a format that has its own names, a feed or a story of a news agency,
/// may begin with these bytes.
pub(super) fn may_be(head: &[u8]) -> bool {
    memmem::find(head, VERSION).is_some() || ninjs::may_be(head)
}

const VERSION: &[u8] = b"jsonfeed.org/version/";

/// The feed that begins with these bytes, if it says that it is one. It may be cut off, or some
/// of its items broken.
pub(super) fn feed(head: &[u8]) -> Option<Feed> {
    memmem::find(head, VERSION)?;
    is_version(&value(head, "version")?).then_some(())?;
    let mut says = Value::Object(Map::new());
    for name in ["title", "authors", "author"] {
        if let (Some(value), Value::Object(says)) = (value(head, name), &mut says) {
            says.insert(name.to_owned(), value);
        }
    }
    Some(Feed {
        outlet: outlet(&says).map(str::to_owned),
        authors: authors(&says).map(str::to_owned).collect(),
    })
}

/// Whether a version is that of a feed.
fn is_version(version: &Value) -> bool {
    let version = version.as_str().unwrap_or_default();
    let address = version.trim().split_once("://").map(|(_, rest)| rest);
    let address = address.unwrap_or_default().trim_start_matches("www.");
    address.as_bytes().starts_with(VERSION)
}

/// Whether a whole value says that it is a feed.
pub(super) fn is_feed(value: &Value) -> bool {
    value.get("version").is_some_and(is_version)
}

/// Who publishes a feed.
pub(super) fn outlet(feed: &Value) -> Option<&str> {
    string(feed, "title").or_else(|| author(feed))
}

/// A short value of the feed itself.
fn value(head: &[u8], name: &str) -> Option<Value> {
    const LONGEST: usize = 16 << 10;
    let value = json_scan::member(head, name)?;
    let short = value.get(..LONGEST).unwrap_or(value);
    let mut values = serde_json::Deserializer::from_slice(short).into_iter();
    values.next()?.ok()
}

/// Whether an object is an item of a feed, wherever it stands.
pub(super) fn is_item(object: &[u8]) -> bool {
    ["content_html", "content_text"].into_iter().any(|name| {
        memmem::find(object, name.as_bytes()).is_some() && json_scan::member(object, name).is_some()
    })
}

/// The fields of an item.
///
/// # Errors
/// An item without a text; HTML beyond a limit.
pub(super) fn article(
    value: &Value,
    feed: Option<&Feed>,
    limits: &Limits,
) -> Result<Cells, Refusal> {
    let outlet = feed.and_then(|feed| feed.outlet.as_deref());
    let mut cells = item(value, outlet, limits)?;
    if let Some(feed) = feed {
        cells.write_by(&feed.authors);
    }
    Ok(cells)
}

pub(super) fn item(item: &Value, outlet: Option<&str>, limits: &Limits) -> Result<Cells, Refusal> {
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
    cells.write_by(authors(item));
    Ok(cells)
}

/// The first of the authors.
fn author(value: &Value) -> Option<&str> {
    authors(value).next()
}

/// The names of `authors`, or of what version 1.0 called `author`.
fn authors(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.get("authors").and_then(Value::as_array);
    let list = list.filter(|list| !list.is_empty());
    let one = value.get("author").filter(|_| list.is_none());
    let all = list.into_iter().flatten().chain(one);
    all.filter_map(|author| string(author, "name"))
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
        let whole = json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Orme Post",
            "items": [
                {"id": 7, "content_text": "Rain will end\non Friday.", "summary": "Rain.", "title": "Rain &amp; wind",
                 "url": "https://orme.example/7", "date_published": "2031-04-03T10:00:00Z"},
                {"url": "https://orme.example/8", "summary": "Short."},
                {"id": "9", "content_text": 5},
            ],
        });
        let limits = Limits::default();
        let bytes = whole.to_string();
        assert_eq!(feed(br#"{"version":"1.1"}"#), None);
        assert_eq!(feed(b"[]"), None);
        let said = feed(bytes.as_bytes()).unwrap();
        assert_eq!(said.outlet.as_deref(), Some("Orme Post"));
        let items = whole["items"].as_array().unwrap().iter();
        let mut items = items.map(|item| article(item, Some(&said), &limits));
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
        assert_eq!(reasons, [Reason::NoText]);
    }

    #[test]
    fn a_broken_feed_says_what_it_is() {
        let cut = br#"{"items":[{"id":"1","content_text":},{"title":"x"}],"version":"https://jsonfeed.org/version/1","author":{"name":"Orme"},"ti"#;
        assert_eq!(feed(cut).unwrap().outlet.as_deref(), Some("Orme"));
        assert!(is_item(br#"{"a":{"content_text":1},"content_html" : "x"}"#));
        assert!(!is_item(br#"{"a":{"content_text":1},"b":"content_html"}"#));
    }
}
