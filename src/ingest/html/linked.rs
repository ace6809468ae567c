//! What a page says of its article in JSON-LD.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Bytes of JSON-LD that are read of one page: a tree of values takes a hundred times as many.
const BYTES: usize = 1 << 20;

/// An article as JSON-LD describes it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Linked {
    pub headline: Option<String>,
    pub published: Option<String>,
    pub publisher: Option<String>,
    pub authors: Vec<String>,
    pub body: Option<String>,
    pub url: Option<String>,
    /// What it is based on; an address or a name.
    pub based_on: Option<String>,
    /// Who sent it, where that is another than the publisher.
    pub origin: Option<String>,
}

/// Reads the blocks of a page, up to [`BYTES`] together.
pub(super) fn linked(blocks: &[&str]) -> Linked {
    let mut found = Linked::default();
    let mut left = BYTES;
    let mut values = Vec::new();
    for block in blocks {
        let Some(rest) = left.checked_sub(block.len()) else {
            break;
        };
        left = rest;
        values.extend(parsed(block));
    }
    let mut things = Vec::new();
    for value in &values {
        gather(value, &mut things, 0);
    }
    let mut by_id: BTreeMap<&str, &Map<String, Value>> = BTreeMap::new();
    for thing in &things {
        if let Some(id) = thing.get("@id").and_then(Value::as_str)
            && (thing.contains_key("name") || !by_id.contains_key(id))
        {
            by_id.insert(id, thing);
        }
    }
    // The article with the longest text, else the first with a headline.
    let articles: Vec<&Map<String, Value>> = things
        .iter()
        .copied()
        .filter(|thing| is_article(thing))
        .collect();
    let length =
        |thing: &Map<String, Value>| text(thing, "articleBody").map_or(0, |body| body.len());
    let longest = articles
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|(at, thing)| (length(thing), articles.len() - at));
    let Some((_, article)) = longest else {
        return found;
    };
    found.headline = text(article, "headline").or_else(|| text(article, "name"));
    found.published = text(article, "datePublished").or_else(|| text(article, "dateCreated"));
    found.body = text(article, "articleBody").or_else(|| live(article));
    found.url = text(article, "url").or_else(|| address(article.get("mainEntityOfPage")?));
    found.publisher = article
        .get("publisher")
        .and_then(|value| name(value, &by_id));
    let authors = ["author", "creator"].into_iter().find_map(|key| {
        let names = all_names(article.get(key)?, &by_id);
        (!names.is_empty()).then_some(names)
    });
    found.authors = authors.unwrap_or_default();
    found.based_on = article
        .get("isBasedOn")
        .or_else(|| article.get("isBasedOnUrl"))
        .and_then(|value| address(value).or_else(|| name(value, &by_id)));
    let own = found.publisher.as_deref().map(str::to_lowercase);
    let other = |key: &str| {
        let named = article.get(key).and_then(|value| name(value, &by_id))?;
        (Some(named.to_lowercase()) != own).then_some(named)
    };
    found.origin = other("sourceOrganization").or_else(|| other("copyrightHolder"));
    found
}

/// JSON as pages have it: in a comment, with line ends in strings, with a comma too many.
fn parsed(block: &str) -> Option<Value> {
    let text = block.trim().trim_end_matches(';');
    let text = text
        .trim_start_matches("<!--")
        .trim_end_matches("-->")
        .trim();
    let text = text.trim_start_matches("//").trim_start();
    let text = text
        .trim_start_matches("<![CDATA[")
        .trim_end_matches("]]>")
        .trim_end()
        .trim_end_matches("//");
    serde_json::from_str(text).ok().or_else(|| {
        let plain: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        serde_json::from_str(&plain).ok()
    })
}

/// Every object that could be a thing of its own.
fn gather<'v>(value: &'v Value, things: &mut Vec<&'v Map<String, Value>>, depth: usize) {
    const DEPTH: usize = 8;
    const THINGS: usize = 2000;
    if depth > DEPTH || things.len() > THINGS {
        return;
    }
    match value {
        Value::Array(values) => values
            .iter()
            .for_each(|value| gather(value, things, depth + 1)),
        Value::Object(thing) => {
            things.push(thing);
            for key in [
                "@graph",
                "mainEntity",
                "mainEntityOfPage",
                "publisher",
                "author",
                "hasPart",
            ] {
                if let Some(value) = thing.get(key) {
                    gather(value, things, depth + 1);
                }
            }
        }
        _ => {}
    }
}

fn is_article(thing: &Map<String, Value>) -> bool {
    let named = |value: &Value| {
        value.as_str().is_some_and(|kind| {
            ["Article", "Posting", "Report", "Review", "OpinionPiece"]
                .iter()
                .any(|end| kind.ends_with(end))
        })
    };
    match thing.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().any(named),
        Some(kind) => named(kind),
        None => false,
    }
}

/// A string that is not blank; of a list the first.
fn text(thing: &Map<String, Value>, key: &str) -> Option<String> {
    let value = match thing.get(key)? {
        Value::Array(values) => values.first()?,
        value => value,
    };
    let text = value
        .as_str()
        .or_else(|| value.get("@value")?.as_str())?
        .trim();
    (!text.is_empty()).then(|| text.to_string())
}

/// The posts of a live blog, in their order.
fn live(thing: &Map<String, Value>) -> Option<String> {
    let posts = thing.get("liveBlogUpdate")?.as_array()?;
    let posts: Vec<String> = posts
        .iter()
        .filter_map(|post| text(post.as_object()?, "articleBody"))
        .collect();
    (!posts.is_empty()).then(|| posts.join("\n"))
}

fn address(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => super::address::host(text).map(|_| text.clone()),
        Value::Array(values) => values.first().and_then(address),
        Value::Object(thing) => ["url", "@id"]
            .iter()
            .find_map(|key| address(thing.get(*key)?)),
        _ => None,
    }
}

fn name(value: &Value, by_id: &BTreeMap<&str, &Map<String, Value>>) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_string()),
        Value::Array(values) => {
            let mut values = values.iter().filter(|value| !value.is_array());
            values.find_map(|value| name(value, by_id))
        }
        Value::Object(thing) => {
            text(thing, "name").or_else(|| text(by_id.get(thing.get("@id")?.as_str()?)?, "name"))
        }
        _ => None,
    }
}

/// The names of one or of a list.
fn all_names(value: &Value, by_id: &BTreeMap<&str, &Map<String, Value>>) -> Vec<String> {
    const MOST: usize = 50;
    match value {
        Value::Array(values) => {
            let values = values.iter().filter(|value| !value.is_array()).take(MOST);
            values.filter_map(|value| name(value, by_id)).collect()
        }
        value => name(value, by_id).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_found_wherever_it_stands() {
        let block = r##"[{"@graph":[{"@type":"Organization","@id":"#o","name":"Daily"},{"@type":["Thing","NewsArticle"],
            "headline":"H","datePublished":"2031-04-03","publisher":{"@id":"#o"},"articleBody":"B","isBasedOn":{"@id":"https://x.example/1"},
            "copyrightHolder":{"name":"daily"},"sourceOrganization":[{"name":"Wire"}]}]}]"##;
        let found = linked(&["{ bad", block]);
        assert_eq!(found.headline.as_deref(), Some("H"));
        assert_eq!(found.publisher.as_deref(), Some("Daily"));
        assert_eq!(found.body.as_deref(), Some("B"));
        assert_eq!(found.based_on.as_deref(), Some("https://x.example/1"));
        assert_eq!(found.origin.as_deref(), Some("Wire"));
        let names = r##"[{"@type":"NewsArticle","headline":"H","publisher":[{"@id":"#lost"},{"@id":"#o"}],
            "author":[{"@id":"#a"},{"name":"Jo Ek"},"Al Orm"]},{"@id":"#o","name":"Daily"},{"@id":"#a","name":"Ann Hart"},{"@id":"#o","url":"x"}]"##;
        let found = linked(&[names]);
        assert_eq!(found.publisher.as_deref(), Some("Daily"));
        assert_eq!(found.authors, ["Ann Hart", "Jo Ek", "Al Orm"]);
        let dirty = "<!--\n{\"@type\":\"BlogPosting\",\"headline\":\"a\nb\"}\n-->";
        assert_eq!(linked(&[dirty]).headline.as_deref(), Some("a b"));
        assert_eq!(linked(&[&"[".repeat(100_000)]), Linked::default());
        assert_eq!(
            linked(&[r#"{"@type":"WebSite","name":"x"}"#]),
            Linked::default()
        );
    }
}
