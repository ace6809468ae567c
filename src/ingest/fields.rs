//! Which field of a record plays which role.

use std::sync::{Arc, OnceLock};

use super::Limits;
use super::lookup::Lookup;
use super::reason::{Reason, Refusal};
use crate::config::{FieldMap, FieldPath, Step};

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
    /// What is looked for by paths; none in most runs.
    pub lookup: Option<Lookup>,
    no_text: OnceLock<Arc<str>>,
}

impl Fields {
    #[cfg(test)]
    pub fn new(chosen: &FieldNames) -> Self {
        Self::with_paths(chosen, &FieldMap::new(), &[], &Limits::default())
    }

    /// `map` says where roles are found that no name was chosen for, `carried` what is wanted
    /// beside them.
    pub fn with_paths(
        chosen: &FieldNames,
        map: &FieldMap,
        carried: &[FieldPath],
        limits: &Limits,
    ) -> Self {
        let roles: [(Role, &str, &Option<String>, &[&str]); 8] = [
            (
                Role::Key,
                "id",
                &chosen.id,
                &["id", "doc_id", "guid", "uri"],
            ),
            (
                Role::Text,
                "text",
                &chosen.text,
                &["text", "body", "content", "article"],
            ),
            (Role::Title, "title", &chosen.title, &["title", "headline"]),
            (
                Role::Source,
                "source",
                &chosen.source,
                &["source", "outlet", "site", "domain", "publisher", "series"],
            ),
            (
                Role::Published,
                "published",
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
                "collected",
                &chosen.collected,
                &["collected", "fetched", "crawled", "first_seen"],
            ),
            (Role::Url, "url", &chosen.url, &["url", "link"]),
            (
                Role::SyndicatedFrom,
                "syndicated_from",
                &None,
                SYNDICATED_FROM,
            ),
        ];
        let mut names = Vec::new();
        let mut mapped = Vec::new();
        for (role, called, explicit, aliases) in roles {
            match (explicit, map.get(called)) {
                (Some(name), _) => names.push((name.to_lowercase(), (role, 0))),
                (None, Some(origins)) => mapped.push((role, origins.clone())),
                (None, None) => names.extend(
                    aliases
                        .iter()
                        .enumerate()
                        .map(|(rank, alias)| ((*alias).to_owned(), (role, rank))),
                ),
            }
        }
        Fields {
            names,
            lookup: Lookup::new(mapped, carried, limits),
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

    /// Whether a column of this name is wanted for a role.
    pub fn knows(&self, name: &str) -> bool {
        let by_path = |lookup: &Lookup| lookup.roles_of(name).next().is_some();
        !self.matches(name).is_empty() || self.lookup.as_ref().is_some_and(by_path)
    }

    /// Whether a column of this name holds texts.
    pub fn is_text(&self, name: &str) -> bool {
        let is_text = |role: Role| role == Role::Text;
        let by_path = |lookup: &Lookup| lookup.roles_of(name).any(is_text);
        let matches = self.matches(name);
        matches.into_iter().any(|(role, _)| is_text(role))
            || self.lookup.as_ref().is_some_and(by_path)
    }

    /// Whether a map says where the text is.
    pub fn maps_text(&self) -> bool {
        self.lookup.as_ref().is_some_and(Lookup::names_text)
    }

    /// How deep in a record the text stands at least that a member of this name may be, from
    /// 1; and whether it may be a list of texts.
    pub fn text_at(&self, name: &str) -> Option<(usize, bool)> {
        let usual = self.matches(name);
        if usual.iter().any(|(role, _)| *role == Role::Text) {
            return Some((1, false));
        }
        let lookup = self.lookup.as_ref()?;
        let name = name.to_lowercase();
        let depth = |path: &FieldPath| {
            if path.whole_name() == name {
                return Some((1, path.is_joined()));
            }
            let steps = path.steps();
            let is_name = |step: &Step| matches!(step, Step::Name(_));
            let last = steps.iter().rposition(is_name)?;
            let is_this = matches!(steps.get(last), Some(Step::Name(known)) if *known == name);
            is_this.then_some((last + 1, last + 1 < steps.len()))
        };
        let all = lookup.of_texts().filter_map(depth);
        all.reduce(|x, y| (x.0.min(y.0), x.1 || y.1))
    }

    /// The names under which a text is looked for, for messages.
    pub fn text_names(&self) -> String {
        let by_path = self.lookup.iter().flat_map(Lookup::of_texts);
        let by_path = by_path.map(FieldPath::typed);
        let names: Vec<&str> = self
            .names
            .iter()
            .filter(|(_, (role, _))| *role == Role::Text)
            .map(|(name, _)| name.as_str())
            .chain(by_path)
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
                "no column named {}; the header has: {list}; {}",
                self.text_names(),
                self.advice()
            ),
        )
    }

    /// How another field is named for the text.
    pub fn advice(&self) -> &'static str {
        match self.maps_text() {
            true => "`text` under [fields] in the file of --map names another",
            false => "--text-field names another",
        }
    }

    /// Why a record without a text is left out; one string for millions of them.
    pub fn no_text_message(&self) -> Arc<str> {
        let message = self.no_text.get_or_init(|| {
            let names = self.text_names();
            let advice = self.advice();
            format!("no text: it has no field named {names}; {advice}").into()
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
