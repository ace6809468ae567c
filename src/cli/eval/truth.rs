//! What is true, from files with `doc_id` and `group` or `parent`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::error::{Error, ErrorKind};
use crate::ingest::{Sheet, SheetRow};

/// The parent that a truth names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parent {
    /// There is none.
    None,
    /// Nobody can know.
    Unknowable,
    /// This document.
    Key(String),
}

/// Where something was said: number of the file, line.
type Said = (usize, u64);

/// All truths together.
#[derive(Default)]
pub(super) struct Truths {
    paths: Vec<PathBuf>,
    groups: BTreeMap<String, (Option<String>, Said)>,
    parents: BTreeMap<String, (Parent, Said)>,
    pub has_groups: bool,
    pub has_parents: bool,
}

impl Truths {
    /// Reads the files and checks them against one another.
    ///
    /// # Errors
    /// A file that cannot be read or lacks a column, a document that stands twice, a parent that has no row.
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self, Error> {
        let mut truths = Truths {
            paths: paths.to_vec(),
            ..Truths::default()
        };
        for number in 0..paths.len() {
            truths.read_file(number)?;
        }
        truths.check_parents()?;
        Ok(truths)
    }

    fn read_file(&mut self, file: usize) -> Result<(), Error> {
        let path = self.paths.get(file).cloned().unwrap_or_default();
        let mut sheet = Sheet::open(&path, "reading the truth")?;
        let key = sheet.required("doc_id")?;
        let (group, parent) = (sheet.column("group"), sheet.column("parent"));
        let (known, note) = (sheet.column("known"), sheet.column("note"));
        if group.is_none() && parent.is_none() {
            let what = format!(
                "has neither a column `group` nor a column `parent`; it has {}",
                sheet.listed()
            );
            return Err(sheet.wrong(Some(1), &what));
        }
        self.has_groups |= group.is_some();
        self.has_parents |= parent.is_some();
        while let Some(row) = sheet.next_row()? {
            let key = row.key(key);
            if key.is_empty() {
                return Err(row.wrong("has an empty doc_id"));
            }
            let said = (file, row.line());
            if let Some(group) = group {
                let group = Some(row.cell(group)).filter(|group| !group.is_empty());
                let value = (group.map(str::to_string), said);
                if let Some((_, first)) = self.groups.insert(key.to_string(), value) {
                    return Err(self.twice(row, key, first));
                }
            }
            if let Some(parent) = parent {
                let note = row.trimmed(note);
                let is_known = is_known(row.trimmed(known)).map_err(|what| row.wrong(&what))?
                    && !note.is_some_and(|note| note.eq_ignore_ascii_case("unknown"));
                let parent = match row.cell(parent) {
                    "?" => Parent::Unknowable,
                    _ if !is_known => Parent::Unknowable,
                    "" => Parent::None,
                    _ => Parent::Key(row.key(parent).to_string()),
                };
                let value = (parent, said);
                if let Some((_, first)) = self.parents.insert(key.to_string(), value) {
                    return Err(self.twice(row, key, first));
                }
            }
        }
        Ok(())
    }

    fn twice(&self, row: SheetRow<'_>, key: &str, (file, line): Said) -> Error {
        let path = self.paths.get(file).cloned().unwrap_or_default();
        row.wrong(&format!(
            "doc_id {key:?} stands in line {line} of {} already; leave one of the two",
            path.display()
        ))
    }

    fn check_parents(&self) -> Result<(), Error> {
        for (key, (parent, _)) in &self.parents {
            let Parent::Key(parent) = parent else {
                continue;
            };
            if parent == key {
                return Err(self.wrong_parent(key, "is its own parent"));
            }
            if !self.parents.contains_key(parent) && !self.groups.contains_key(parent) {
                let what = format!(
                    "has the parent {parent:?}, which has no row; add one with an empty parent (a \
                     document that the result lacks is counted as such), or write `?`"
                );
                return Err(self.wrong_parent(key, &what));
            }
        }
        Ok(())
    }

    /// Every document that anything is said of, in order; some of them twice.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let keys: BTreeSet<&String> = self.groups.keys().chain(self.parents.keys()).collect();
        keys.into_iter().map(String::as_str)
    }

    /// The true group of a document: `None` where nothing is said of it, `Some(None)` where
    /// it is alone.
    pub(super) fn group(&self, key: &str) -> Option<Option<&str>> {
        let (group, _) = self.groups.get(key)?;
        Some(group.as_deref())
    }

    /// What is said of a document's parent.
    pub(super) fn parent(&self, key: &str) -> Option<&Parent> {
        self.parents.get(key).map(|(parent, _)| parent)
    }

    /// An error about the parent of a document.
    pub(super) fn wrong_parent(&self, key: &str, what: &str) -> Error {
        let said = self.parents.get(key).map(|(_, said)| *said);
        let path = said.and_then(|(file, _)| self.paths.get(file));
        ErrorKind::Sheet {
            path: path.cloned().unwrap_or_default(),
            line: said.map(|(_, line)| line),
            what: format!("{key:?} {what}"),
        }
        .into()
    }
}

/// The column `known`, where there is one.
fn is_known(typed: Option<&str>) -> Result<bool, String> {
    let lower = typed.unwrap_or_default().to_ascii_lowercase();
    match lower.as_str() {
        "" | "yes" | "y" | "true" | "1" => Ok(true),
        "no" | "n" | "false" | "0" => Ok(false),
        _ => Err(format!("known is {lower:?}; write yes or no")),
    }
}
