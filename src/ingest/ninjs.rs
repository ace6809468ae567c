//! ninjs, versions 1 and 2: a value of JSON that is a story of a news agency.

use serde_json::{Map, Value};

use super::fields::Role;
use super::reason::{Reason, Refusal};
use super::record::{Cell, Cells};
use super::xml::{longest, of_markup, of_title, tidy};
use super::{Limits, html};

/// Whether a story may begin with these bytes: a look that costs no parsing.
pub(super) fn may_be(head: &[u8]) -> bool {
    let names: [&[u8]; 4] = [
        b"\"body_",
        b"\"bodies\"",
        b"\"versioncreated\"",
        b"\"versionCreated\"",
    ];
    let holds = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    holds(b"\"uri\"") && names.into_iter().any(holds)
}

/// Whether the value is a story: an address of its own, and a body or what else only ninjs has.
pub(super) fn is_story(value: &Value) -> bool {
    let Some(fields) = value.as_object() else {
        return false;
    };
    let has_body = fields.keys().any(|name| name.starts_with("body_"))
        || fields.get("bodies").is_some_and(Value::is_array);
    let is_news = [
        "versioncreated",
        "versionCreated",
        "pubstatus",
        "usageterms",
        "contentcreated",
    ];
    let is_news = is_news.iter().any(|name| fields.contains_key(*name));
    fields.contains_key("uri")
        && (has_body
            || is_news && (fields.contains_key("headline") || fields.contains_key("headlines")))
}

/// The fields of a story.
///
/// # Errors
/// A story without a text, as those of pictures are; HTML beyond a limit.
pub(super) fn story(value: &Value, limits: &Limits) -> Result<Cells, Refusal> {
    let none = Map::new();
    let fields = value.as_object().unwrap_or(&none);
    let mut texts = Vec::new();
    for (name, body) in fields {
        if let (Some(of), Value::String(body)) = (name.strip_prefix("body_"), body) {
            texts.push(text(body, of, limits)?);
        }
    }
    for body in list(value, "bodies") {
        let of = string(body, "contenttype").or(string(body, "contentType"));
        if let Some(body) = string(body, "value") {
            texts.push(text(body, of.unwrap_or_default(), limits)?);
        }
    }
    let description = string(value, "description_text");
    let Some(text) = longest(texts).or_else(|| description.map(tidy)) else {
        let message = "no text: the story has no body_text, body_xhtml, body_html or bodies";
        return Err(Refusal::new(Reason::NoText, message));
    };
    let headline = string(value, "headline")
        .or_else(|| main(value, "headlines"))
        .or_else(|| string(value, "title"));
    let headline = headline.map(|title| of_title(title, limits)).transpose()?;
    let rights = value
        .get("rightsinfo")
        .or(value.get("rightsInfo"))
        .unwrap_or(&Value::Null);
    let mut cells = Cells::default();
    let mut offer = |role, rank, text: Option<&str>| {
        if let Some(text) = text {
            cells.offer((role, rank), Cell::Text(text.trim().to_owned()));
        }
    };
    offer(Role::Title, 0, headline.as_deref());
    let version = value.get("version").map(|version| match version {
        Value::String(version) => version.clone(),
        other => other.to_string(),
    });
    let key = string(value, "uri").map(|uri| match &version {
        Some(version) if !version.is_empty() => format!("{uri}:{version}"),
        _ => uri.to_owned(),
    });
    offer(Role::Key, 0, key.as_deref());
    for (rank, name) in [
        "versioncreated",
        "versionCreated",
        "firstcreated",
        "firstCreated",
        "contentcreated",
        "contentCreated",
    ]
    .into_iter()
    .enumerate()
    {
        offer(Role::Published, rank, string(value, name));
    }
    let source = [
        named(value, "provider"),
        named(value, "source"),
        list(value, "infosources")
            .next()
            .and_then(|source| string(source, "name")),
        list(value, "infosource")
            .next()
            .and_then(|source| string(source, "name")),
        string(value, "copyrightholder"),
        string(rights, "copyrightholder"),
        string(rights, "copyrightHolder"),
    ];
    for (rank, source) in source.into_iter().enumerate() {
        offer(Role::Source, rank, source);
    }
    offer(Role::Url, 0, string(value, "url"));
    let uri = string(value, "uri");
    offer(Role::Url, 1, uri.filter(|uri| uri.starts_with("http")));
    cells.offer((Role::Text, 0), Cell::Text(text));
    cells.write_by(string(value, "byline"));
    cells.write_by(main(value, "bylines"));
    Ok(cells)
}

fn text(body: &str, of: &str, limits: &Limits) -> Result<String, Refusal> {
    let of = of.to_ascii_lowercase();
    if of.contains("html") {
        return html::plain_text(body, limits).map(|text| tidy(&text));
    }
    if of == "text" || of == "text/plain" {
        return Ok(tidy(body));
    }
    of_markup(body, limits)
}

/// The value of the main one in a list of version 2, or the first.
fn main<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    let is_main = |one: &&Value| string(one, "role").is_some_and(|role| role.ends_with("main"));
    let found = list(value, name)
        .find(is_main)
        .or_else(|| list(value, name).next());
    string(found?, "value")
}

/// A name that stands alone or in an object.
fn named<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    string(value, name).or_else(|| string(value.get(name)?, "name"))
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// A field that is a string and says something.
pub(super) fn string<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value
        .get(name)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(value: &Value) -> Vec<(Role, String)> {
        assert!(is_story(value));
        let cells = story(value, &Limits::default()).unwrap();
        let text = |cell| match cell {
            Cell::Text(text) => text,
            other => format!("{other:?}"),
        };
        cells
            .into_fields()
            .map(|(role, cell)| (role, text(cell)))
            .collect()
    }

    #[test]
    fn both_versions() {
        let first = json!({"uri": "urn:orme:1", "version": "2", "headline": "Rain", "body_text": "Rain will end.",
            "versioncreated": "2031-04-03T10:00:00Z", "copyrightholder": "Orme Agency"});
        let expected = |key: &str| {
            vec![
                (Role::Key, key.to_owned()),
                (Role::Text, "Rain will end.".into()),
                (Role::Title, "Rain".into()),
                (Role::Source, "Orme Agency".into()),
                (Role::Published, "2031-04-03T10:00:00Z".into()),
            ]
        };
        assert_eq!(told(&first), expected("urn:orme:1:2"));
        let second = json!({"uri": "urn:orme:2", "headlines": [{"role": "short", "value": "R"}, {"role": "main", "value": "Rain"}],
            "bodies": [{"contenttype": "text/plain", "value": "Rain will end."}], "firstcreated": "2031-04-03T10:00:00Z",
            "infosources": [{"name": "Orme Agency"}]});
        assert_eq!(told(&second), expected("urn:orme:2"));
        let picture = json!({"uri": "urn:orme:3", "headline": "A picture", "usageterms": "none"});
        assert!(is_story(&picture));
        assert_eq!(
            story(&picture, &Limits::default()).err().unwrap().reason,
            Reason::NoText
        );
        assert!(!is_story(&json!({"uri": "a", "text": "b"})) && !is_story(&json!(["uri"])));
    }
}
