//! Which field of a record plays which role.

use std::sync::{Arc, OnceLock};

use super::reason::{Reason, Refusal};

/// What a field means to wirecopy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Key,
    Text,
    Title,
    Source,
    Published,
    Collected,
    Url,
    SyndicatedFrom,
}

/// Names of fields, each overriding the usual ones; case does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct FieldNames {
    /// Field with the key, in place of `id doc_id guid uri`.
    pub id: Option<String>,
    /// Field with the text, in place of `text body content article`.
    pub text: Option<String>,
    /// Field with the headline, in place of `title headline`.
    pub title: Option<String>,
    /// Field with the outlet, in place of `source outlet site domain publisher series`.
    pub source: Option<String>,
    /// Field with the date of publication, in place of
    /// `published published_at date pubDate timestamp created_at`.
    pub published: Option<String>,
    /// Field with the date of collection, in place of `collected fetched crawled first_seen`.
    pub collected: Option<String>,
    /// Field with the address, in place of `url link`.
    pub url: Option<String>,
}

/// Names of the field with the address or the name of whom a text was taken from.
const SYNDICATED_FROM: &[&str] = &[
    "syndicated_from",
    "syndication_source",
    "original_source",
    "canonical",
    "canonical_url",
];

/// A role that a name plays, and its rank among the names for that role.
pub(super) type Match = (Role, usize);

/// The names looked for, ready to compare.
#[derive(Debug)]
pub(super) struct Fields {
    names: Vec<(String, Match)>,
    no_text: OnceLock<Arc<str>>,
}

impl Fields {
    pub fn new(chosen: &FieldNames) -> Self {
        let roles: [(Role, &Option<String>, &[&str]); 8] = [
            (Role::Key, &chosen.id, &["id", "doc_id", "guid", "uri"]),
            (
                Role::Text,
                &chosen.text,
                &["text", "body", "content", "article"],
            ),
            (Role::Title, &chosen.title, &["title", "headline"]),
            (
                Role::Source,
                &chosen.source,
                &["source", "outlet", "site", "domain", "publisher", "series"],
            ),
            (
                Role::Published,
                &chosen.published,
                &[
                    "published",
                    "published_at",
                    "date",
                    "pubdate",
                    "timestamp",
                    "created_at",
                ],
            ),
            (
                Role::Collected,
                &chosen.collected,
                &["collected", "fetched", "crawled", "first_seen"],
            ),
            (Role::Url, &chosen.url, &["url", "link"]),
            (Role::SyndicatedFrom, &None, SYNDICATED_FROM),
        ];
        let mut names = Vec::new();
        for (role, explicit, aliases) in roles {
            match explicit {
                Some(name) => names.push((name.to_lowercase(), (role, 0))),
                None => names.extend(
                    aliases
                        .iter()
                        .enumerate()
                        .map(|(rank, alias)| ((*alias).to_owned(), (role, rank))),
                ),
            }
        }
        Fields {
            names,
            no_text: OnceLock::new(),
        }
    }

    /// The roles that a field of this name plays; mostly none or one.
    pub fn matches(&self, name: &str) -> Vec<Match> {
        let lowered;
        let name = if name.is_ascii() {
            name
        } else {
            lowered = name.to_lowercase();
            &lowered
        };
        self.names
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, found)| *found)
            .collect()
    }

    /// The names under which a text is looked for, for messages.
    pub fn text_names(&self) -> String {
        let names: Vec<&str> = self
            .names
            .iter()
            .filter(|(_, (role, _))| *role == Role::Text)
            .map(|(name, _)| name.as_str())
            .collect();
        names.join(", ")
    }

    /// Why a table without a column of texts is left out.
    pub fn no_column(&self, names: &[&str]) -> Refusal {
        const SHOWN: usize = 200;
        let list = names.join(", ");
        let list = match list.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{} ...", list.get(..end).unwrap_or_default()),
            None => list,
        };
        Refusal::new(
            Reason::NoText,
            format!(
                "no column named {}; the header has: {list}; --text-field names another",
                self.text_names()
            ),
        )
    }

    /// Why a record without a text is left out; one string for millions of them.
    pub fn no_text_message(&self) -> Arc<str> {
        let message = self.no_text.get_or_init(|| {
            let names = self.text_names();
            format!("no text: it has no field named {names}; --text-field names another").into()
        });
        message.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_any_case_and_an_explicit_one_replaces_the_usual() {
        let usual = Fields::new(&FieldNames::default());
        assert_eq!(usual.matches("pubDate"), [(Role::Published, 3)]);
        assert_eq!(usual.matches("BODY"), [(Role::Text, 1)]);
        assert_eq!(usual.matches("author"), []);
        let chosen = Fields::new(&FieldNames {
            id: Some("URL".into()),
            text: Some("Größe".into()),
            ..FieldNames::default()
        });
        assert_eq!(chosen.matches("url"), [(Role::Key, 0), (Role::Url, 0)]);
        assert_eq!(chosen.matches("GRÖSSE"), []);
        assert_eq!(chosen.matches("GRÖßE"), [(Role::Text, 0)]);
        assert_eq!(chosen.matches("text"), []);
        assert_eq!(chosen.text_names(), "größe");
    }
}
