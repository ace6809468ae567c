//! Where the fields of odd records are: `--map FILE`, and paths into records.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::near;
use crate::error::Error;

/// What a field can be, as a map and `run.json` call it.
const ROLES: [&str; 8] = [
    "id",
    "text",
    "title",
    "source",
    "published",
    "collected",
    "url",
    "syndicated_from",
];

/// Steps of a path, at most.
const LONGEST: usize = 32;

/// One step of a path into a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To a field of an object, by its name in lower case.
    Name(String),
    /// To one element of a list, from 0.
    Item(usize),
    /// To all elements of a list.
    Each,
}

/// The way to a value within a record, such as `body.main`, `authors[0].name` or
/// `paragraphs[].text`.
///
/// A field of the record that has the whole path for its name is meant as well, so that names
/// of columns may hold dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    typed: String,
    whole: String,
    steps: Vec<Step>,
}

impl FieldPath {
    /// Reads a path; `\` takes a dot, a bracket or itself into a name.
    ///
    /// # Errors
    /// What is wrong, with advice.
    ///
    /// # Examples
    /// ```
    /// use wirecopy::config::{FieldPath, Step};
    /// let path = FieldPath::parse("Authors[0].name")?;
    /// assert_eq!(path.steps()[..2], [Step::Name("authors".into()), Step::Item(0)]);
    /// assert!(FieldPath::parse("price [EUR]").is_err());
    /// assert_eq!(FieldPath::parse(r"price \[EUR]")?.whole_name(), "price [eur]");
    /// # Ok::<(), String>(())
    /// ```
    pub fn parse(typed: &str) -> Result<FieldPath, String> {
        let wrong = |what: &str| Err(format!("{typed:?} is no path: {what}"));
        let (mut steps, mut whole, mut name) = (Vec::new(), String::new(), String::new());
        let mut letters = typed.chars();
        // Behind a bracket comes a dot, another bracket or the end.
        let mut closed = false;
        while let Some(letter) = letters.next() {
            if letter != '\\' {
                whole.push(letter);
            }
            if closed && !matches!(letter, '.' | '[') {
                return wrong("behind `]` comes `.`, `[` or nothing");
            }
            match letter {
                '\\' => match letters.next() {
                    Some(next) => {
                        whole.push(next);
                        name.push(next);
                    }
                    None => return wrong("it ends with `\\`; write `\\\\` for one in a name"),
                },
                '.' if closed => closed = false,
                '.' => steps.push(Step::Name(std::mem::take(&mut name).to_lowercase())),
                '[' => {
                    if !closed {
                        steps.push(Step::Name(std::mem::take(&mut name).to_lowercase()));
                    }
                    let rest = letters.as_str();
                    let Some((inside, behind)) = rest.split_once(']') else {
                        return wrong("a `[` is not closed");
                    };
                    letters = behind.chars();
                    whole.push_str(inside);
                    whole.push(']');
                    steps.push(match (inside, inside.parse()) {
                        ("", _) => Step::Each,
                        (_, Ok(at)) => Step::Item(at),
                        _ => {
                            return wrong(
                                "brackets hold a number, or nothing for all elements; write `\\[` for one in a name",
                            );
                        }
                    });
                    closed = true;
                }
                letter => name.push(letter),
            }
        }
        if !closed {
            steps.push(Step::Name(name.to_lowercase()));
        }
        let is_empty = |step: &Step| matches!(step, Step::Name(name) if name.trim().is_empty());
        if steps.iter().any(is_empty) {
            return wrong("a name in it is empty; write it like body.main or authors[0].name");
        }
        if steps.len() > LONGEST {
            return wrong("it has more than 32 steps");
        }
        Ok(FieldPath {
            typed: typed.to_owned(),
            whole: whole.to_lowercase(),
            steps,
        })
    }

    /// As it was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The path as one name, in lower case.
    pub fn whole_name(&self) -> &str {
        &self.whole
    }

    /// The way, step by step; the first is a name.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it may lead to several values, which are joined.
    pub fn is_joined(&self) -> bool {
        self.steps.contains(&Step::Each)
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.typed)
    }
}

/// What a role is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A value of the record.
    Field {
        /// Where it is.
        path: FieldPath,
        /// Whether it is HTML, of which the words count.
        html: bool,
    },
    /// The same for every record.
    Value(String),
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, value) = match self {
            Origin::Field { path, html: false } => return path.serialize(serializer),
            Origin::Field { path, html: true } => ("path", path.typed()),
            Origin::Value(value) => ("value", value.as_str()),
        };
        let is_html = matches!(self, Origin::Field { .. });
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(name, value)?;
        if is_html {
            map.serialize_entry("html", &true)?;
        }
        map.end()
    }
}

/// For each role that it names what the role is taken from, best first.
pub type FieldMap = BTreeMap<&'static str, Vec<Origin>>;

/// Reads a map: TOML with a table `[fields]` of `role = "path"`, `role = ["path", ...]`,
/// `role = { path = "...", html = true }` or `role = { value = "..." }`.
///
/// # Errors
/// What is wrong, with its line and its key; for an unknown key those that look like it.
///
/// # Examples
/// ```
/// use wirecopy::config::field_map;
/// let map = field_map("[fields]\ntext = ['body.main', 'summary']\nsource = { value = 'Tarnwire' }")?;
/// assert_eq!(map["text"].len(), 2);
/// let wrong = field_map("[fields]\ntext = 'body'\ntitel = 'headline'").unwrap_err();
/// assert!(wrong.to_string().contains("line 3: fields.titel: no role is called that; did you mean title?"));
/// # Ok::<(), wirecopy::error::Error>(())
/// ```
pub fn field_map(text: &str) -> Result<FieldMap, Error> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let file = File(text);
    let table = DeTable::parse(text).map_err(|error| {
        file.wrong(
            error.span().map_or(0, |span| span.start),
            "",
            error.message(),
        )
    })?;
    let mut map = FieldMap::new();
    for (name, value) in table.get_ref() {
        let (at, name) = (name.span().start, name.get_ref().as_ref());
        if name != "fields" {
            let is_role = ROLES.contains(&name);
            let said = match is_role {
                true => "a role stands below a line `[fields]`".to_string(),
                false => unknown("no table", name, &["fields"]),
            };
            return Err(file.wrong(at, name, &said));
        }
        let DeValue::Table(fields) = value.get_ref() else {
            return Err(file.wrong(
                at,
                name,
                "this is a table; write [fields] on a line of its own",
            ));
        };
        for (key, value) in fields {
            let (at, key) = (key.span().start, key.get_ref().as_ref());
            let place = format!("fields.{key}");
            let Some(role) = ROLES.into_iter().find(|role| *role == key) else {
                return Err(file.wrong(at, &place, &unknown("no role", key, &ROLES)));
            };
            map.insert(role, file.origins(role, &place, value)?);
        }
    }
    if map.is_empty() {
        return Err(file.wrong(
            0,
            "",
            "it names no field; write [fields] and below it lines like text = \"body.main\"",
        ));
    }
    Ok(map)
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let near = near(name, known.iter().copied());
    match near.is_empty() {
        true => format!("{what} is called that; there is {}", known.join(", ")),
        false => format!("{what} is called that; did you mean {}?", near.join(" or ")),
    }
}

struct File<'a>(&'a str);

impl File<'_> {
    /// An error at a byte of the file.
    fn wrong(&self, at: usize, key: &str, what: &str) -> Error {
        let before = self.0.get(..at).unwrap_or(self.0);
        let line = before.matches('\n').count() + 1;
        let colon = if key.is_empty() { "" } else { ": " };
        Error::setting("--map", format!("line {line}: {key}{colon}{what}"))
    }

    fn origins(
        &self,
        role: &str,
        place: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<Origin>, Error> {
        match value.get_ref() {
            DeValue::Array(list) if list.is_empty() => {
                Err(self.wrong(value.span().start, place, "the list is empty; name a path"))
            }
            DeValue::Array(list) => (list.iter())
                .map(|value| self.origin(role, place, value))
                .collect(),
            _ => Ok(vec![self.origin(role, place, value)?]),
        }
    }

    fn origin(
        &self,
        role: &str,
        place: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Origin, Error> {
        let wrong = |what: &str| self.wrong(value.span().start, place, what);
        let path = |typed: &str| FieldPath::parse(typed).map_err(|what| wrong(&what));
        let table = match value.get_ref() {
            DeValue::String(typed) => {
                let path = path(typed)?;
                return Ok(Origin::Field { path, html: false });
            }
            DeValue::Table(table) => table,
            _ => {
                return Err(wrong(
                    "it takes a path in quotes, a list of them, { path = \"...\", html = true } or { value = \"...\" }",
                ));
            }
        };
        let (mut from, mut constant, mut html) = (None, None, false);
        for (key, value) in table {
            let (at, key) = (key.span().start, key.get_ref().as_ref());
            let place = format!("{place}.{key}");
            let wrong = |what: &str| self.wrong(at, &place, what);
            match (key, value.get_ref()) {
                ("path", DeValue::String(typed)) => from = Some(path(typed)?),
                ("path", _) => return Err(wrong("it takes a path in quotes")),
                ("html", DeValue::Boolean(is_html)) => html = *is_html,
                ("html", _) => return Err(wrong("it takes true or false")),
                ("value", DeValue::String(text)) => constant = Some(text.to_string()),
                ("value", DeValue::Datetime(moment)) => constant = Some(moment.to_string()),
                ("value", _) => return Err(wrong("it takes a text in quotes or a date")),
                _ => return Err(wrong(&unknown("no key", key, &["path", "html", "value"]))),
            }
        }
        match (from, constant) {
            (Some(path), None) => Ok(Origin::Field { path, html }),
            (None, Some(_)) if role == "id" || role == "text" => Err(wrong(
                "every record would have the same; name the path of a field",
            )),
            (None, Some(value)) if !html => Ok(Origin::Value(value)),
            (None, Some(_)) => Err(wrong("a value is no HTML; leave html out")),
            (Some(_), Some(_)) => Err(wrong("it has a path and a value; leave one of them out")),
            (None, None) => Err(wrong("it has neither a path nor a value")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        let steps = |typed: &str| -> Vec<String> {
            let path = FieldPath::parse(typed).unwrap();
            let told = |step: &Step| match step {
                Step::Name(name) => name.clone(),
                Step::Item(at) => format!("[{at}]"),
                Step::Each => "[]".to_string(),
            };
            path.steps().iter().map(told).collect()
        };
        assert_eq!(steps("Body.Main"), ["body", "main"]);
        assert_eq!(steps("a[][12].b c[]"), ["a", "[]", "[12]", "b c", "[]"]);
        assert_eq!(steps(r"a\.b.c\\\[d]"), ["a.b", r"c\[d]"]);
        for wrong in [
            "", "a.", ".a", "a..b", "[0]", "a[x]", "a[0", "a[", "a[0]b", "a\\", "a[-1]",
        ] {
            assert!(FieldPath::parse(wrong).is_err(), "{wrong}");
        }
        assert!(FieldPath::parse(&"a.".repeat(40)).is_err());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_its_key() {
        for (text, said) in [
            (
                "[fields]\ntext = 5",
                "line 2: fields.text: it takes a path in quotes",
            ),
            (
                "\n[field]\ntext = 'a'",
                "line 2: field: no table is called that; did you mean fields?",
            ),
            ("text = 'a'", "line 1: text: a role stands below"),
            (
                "[fields]\n\nbody = 'a'",
                "line 3: fields.body: no role is called that; there is id, text",
            ),
            (
                "[fields]\ntext = ['a',\n 'b[']",
                "line 3: fields.text: \"b[\" is no path",
            ),
            (
                "[fields]\ntext = { path = 'a', htm = true }",
                "fields.text.htm: no key is called that; did you mean html?",
            ),
            (
                "[fields]\ntext = { value = 'a' }",
                "fields.text: every record would have the same",
            ),
            (
                "[fields]\ntitle = { html = true }",
                "neither a path nor a value",
            ),
            (
                "[fields]\ntitle = { value = 'a', path = 'b' }",
                "leave one of them out",
            ),
            ("[fields]\ntext = []", "the list is empty"),
            ("[fields]\ntext = 'a'\ntext = 'b'", "line 3: "),
            ("[fields]\ntext = ", "line 2: "),
            ("# nothing", "line 1: it names no field"),
        ] {
            let error = field_map(text).unwrap_err().to_string();
            assert!(
                error.starts_with("--map: line ") && error.contains(said),
                "{error}"
            );
        }
    }

    #[test]
    fn a_map_is_written_as_it_was_read() {
        let text = "\u{feff}[fields]\ntext = ['a.b', { path = 'c', html = true }]\npublished = { value = 2031-04-03 }";
        let written = serde_json::to_string(&field_map(text).unwrap()).unwrap();
        let expected =
            r#"{"published":[{"value":"2031-04-03"}],"text":["a.b",{"path":"c","html":true}]}"#;
        assert_eq!(written, expected);
    }
}
