//! Values of a record that a `--map` or `--carry` leads to, beside those by usual names.
//!
//! Only runs with either come here: the usual way through JSON lines looks at the names of
//! the record itself and at nothing below them.

#[cfg(feature = "parquet")]
pub(super) mod columns;
pub(super) mod json;

use std::ops::Range;

use super::fields::Role;
use super::reason::{Reason, Refusal};
use super::record::{Cell, Cells};
use super::xml::{one_line, tidy};
use super::{Limits, html};
use crate::config::{FieldPath, Origin, Step};

/// What a run looks for by paths.
#[derive(Debug)]
pub(super) struct Lookup {
    ways: Vec<Way>,
    roles: Vec<(Role, Vec<Choice>)>,
    limits: Limits,
}

/// A path, and what becomes of what it leads to.
#[derive(Debug)]
pub(super) struct Way {
    pub path: FieldPath,
    /// None for a value that is carried through.
    role: Option<Role>,
    html: bool,
}

impl Way {
    /// Whether the value is wanted as it is written, whatever it is.
    pub fn is_carried(&self) -> bool {
        self.role.is_none()
    }
}

#[derive(Debug)]
enum Choice {
    Way(usize),
    Value(String),
}

/// What a way led to in one record.
#[derive(Default)]
pub(super) struct Found {
    pub cell: Option<Cell>,
    /// Where in the record it stands as a JSON string.
    pub literal: Option<Range<usize>>,
    refusal: Option<Refusal>,
}

/// How good a value is: the best one of a role is taken, among equal ones the first named.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Words,
    Blank,
    WrongType,
    Null,
}

impl Lookup {
    /// None where there is nothing to look for.
    pub fn new(
        roles: Vec<(Role, Vec<Origin>)>,
        carried: &[FieldPath],
        limits: &Limits,
    ) -> Option<Lookup> {
        if roles.is_empty() && carried.is_empty() {
            return None;
        }
        let mut ways = Vec::new();
        let mut chosen = Vec::new();
        for (role, origins) in roles {
            let choice = |origin| match origin {
                Origin::Value(value) => Choice::Value(value),
                Origin::Field { path, html } => {
                    let role = Some(role);
                    ways.push(Way { path, role, html });
                    Choice::Way(ways.len() - 1)
                }
            };
            chosen.push((role, origins.into_iter().map(choice).collect()));
        }
        ways.extend(carried.iter().map(|path| Way {
            path: path.clone(),
            role: None,
            html: false,
        }));
        Some(Lookup {
            ways,
            roles: chosen,
            limits: limits.clone(),
        })
    }

    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// A place for what each way leads to.
    pub fn places(&self) -> Vec<Found> {
        self.ways.iter().map(|_| Found::default()).collect()
    }

    /// Whether a way leads to a text.
    #[cfg(feature = "parquet")]
    pub fn is_text(&self, at: usize) -> bool {
        (self.ways.get(at)).is_some_and(|way| way.role == Some(Role::Text))
    }

    /// Whether a way leads to the key of the record.
    pub fn is_key(&self, at: usize) -> bool {
        (self.ways.get(at)).is_some_and(|way| way.role == Some(Role::Key))
    }

    /// The ways of texts.
    pub fn of_texts(&self) -> impl Iterator<Item = &FieldPath> {
        let ways = self.ways.iter();
        ways.filter(|way| way.role == Some(Role::Text))
            .map(|way| &way.path)
    }

    /// Whether the map names the text.
    pub fn names_text(&self) -> bool {
        self.of_texts().next().is_some()
    }

    /// The ways of roles for which a column of this name is taken as a whole.
    pub fn roles_of(&self, name: &str) -> impl Iterator<Item = Role> {
        let name = name.to_lowercase();
        let ways = self.ways.iter();
        ways.filter(move |way| way.path.whole_name() == name)
            .filter_map(|way| way.role)
    }

    /// The ways for which a column of this name is taken as a whole.
    pub fn ways_of_column(&self, name: &str) -> impl Iterator<Item = usize> {
        let name = name.to_lowercase();
        let ways = self.ways.iter().enumerate();
        ways.filter(move |(_, way)| way.path.whole_name() == name)
            .map(|(at, _)| at)
    }

    /// The ways that begin at a field of this name, and how many of their steps it is.
    pub fn ways_from(&self, name: &str) -> Vec<(usize, usize)> {
        let name = name.to_lowercase();
        let taken = |way: &Way| match way.path.steps().first() {
            _ if way.path.whole_name() == name => Some(way.path.steps().len()),
            Some(Step::Name(first)) if *first == name => Some(1),
            _ => None,
        };
        let ways = self.ways.iter().enumerate();
        ways.filter_map(|(at, way)| Some((at, taken(way)?)))
            .collect()
    }

    /// Takes what a way led to. Several values of one way are joined; else the first that is
    /// not null stays.
    pub fn take(&self, at: usize, cell: Cell, literal: Option<Range<usize>>, places: &mut [Found]) {
        let (Some(way), Some(found)) = (self.ways.get(at), places.get_mut(at)) else {
            return;
        };
        let cell = match cell {
            Cell::Text(fragment) if way.html => match self.words(way, &fragment) {
                Ok(words) => Cell::Text(words),
                Err(refusal) => {
                    found.refusal.get_or_insert(refusal);
                    return;
                }
            },
            other => other,
        };
        let joins = way.path.is_joined();
        if found.refusal.is_some() {
            return;
        }
        if let Cell::Text(next) | Cell::Number(next) = &cell
            && (joins || way.is_carried())
        {
            let held = match &found.cell {
                Some(Cell::Text(held) | Cell::Number(held)) if joins => held.len(),
                _ => 0,
            };
            if self.is_too_long(held + next.len()) {
                return self.refuse(at, places);
            }
        }
        match (&mut found.cell, cell) {
            (
                Some(Cell::Text(held) | Cell::Number(held)),
                Cell::Text(next) | Cell::Number(next),
            ) if joins => {
                held.push_str(if way.role == Some(Role::Text) {
                    "\n"
                } else {
                    ", "
                });
                held.push_str(&next);
            }
            (held @ Some(_), Cell::Other(what)) if joins => *held = Some(Cell::Other(what)),
            (held @ (None | Some(Cell::Null)), cell) => {
                *held = Some(match cell {
                    // What is joined is a text, even of one number.
                    Cell::Number(number) if joins => Cell::Text(number),
                    cell => cell,
                });
                found.literal = literal.filter(|_| !joins && !way.html);
            }
            _ => {}
        }
    }

    /// Whether a value has more bytes than may be joined or carried through.
    pub fn is_too_long(&self, bytes: usize) -> bool {
        bytes as u64 > self.limits.text_bytes
    }

    /// Gives up a way whose value is too long to hold.
    pub fn refuse(&self, at: usize, places: &mut [Found]) {
        let (Some(way), Some(found)) = (self.ways.get(at), places.get_mut(at)) else {
            return;
        };
        let message = format!(
            "{:?} is longer than the limit of {} bytes for what is joined or carried through",
            way.path.typed(),
            self.limits.text_bytes
        );
        found.cell = None;
        found.refusal = Some(Refusal::new(Reason::TextTooLong, message));
    }

    fn words(&self, way: &Way, fragment: &str) -> Result<String, Refusal> {
        let words = html::plain_text(fragment, &self.limits)?;
        Ok(match way.role {
            Some(Role::Text) => tidy(&words),
            _ => one_line(&words),
        })
    }

    /// Gives the roles of the map and what is carried to the cells of the record.
    ///
    /// # Errors
    /// A value beyond a limit, where nothing else gives one.
    pub fn settle(&self, mut places: Vec<Found>, cells: &mut Cells) -> Result<(), Refusal> {
        for (role, choices) in &self.roles {
            let mut best: Option<(Worth, usize)> = None;
            for (rank, choice) in choices.iter().enumerate() {
                let worth = match choice {
                    Choice::Value(_) => Worth::Words,
                    Choice::Way(at) => {
                        match places.get(*at).and_then(|found| found.cell.as_ref()) {
                            Some(cell) => worth(*role, cell),
                            None => continue,
                        }
                    }
                };
                if best.is_none_or(|(held, _)| worth < held) {
                    best = Some((worth, rank));
                }
            }
            let refused = choices.iter().find_map(|choice| match choice {
                Choice::Way(at) => places.get_mut(*at)?.refusal.take(),
                Choice::Value(_) => None,
            });
            if let Some(refusal) = refused
                && best.is_none_or(|(worth, _)| worth != Worth::Words)
            {
                return Err(refusal);
            }
            let taken = best.and_then(|(_, rank)| choices.get(rank));
            match taken {
                Some(Choice::Value(value)) => {
                    cells.offer((*role, 0), Cell::Text(value.clone()));
                }
                Some(Choice::Way(at)) => {
                    let Some(found) = places.get_mut(*at) else {
                        continue;
                    };
                    let Some(cell) = found.cell.take() else {
                        continue;
                    };
                    if *role == Role::Text {
                        cells.literal = found.literal.take();
                        cells.made = cells.literal.is_none();
                    }
                    cells.offer((*role, 0), cell);
                }
                None => {}
            }
        }
        let carried = self.ways.iter().zip(&mut places);
        let mut carried = carried.filter(|(way, _)| way.is_carried());
        if let Some(refusal) = carried.find_map(|(_, found)| found.refusal.take()) {
            return Err(refusal);
        }
        cells.carried = self.carried(&mut places);
        Ok(())
    }

    /// What is carried through, with the author in the place of `author` where the record has no
    /// field of that name, or where it `replaces` that.
    pub fn with_author(
        &self,
        carried: Option<Box<[u8]>>,
        author: &str,
        replaces: bool,
    ) -> Option<Box<[u8]>> {
        let carries = |way: &&Way| way.is_carried();
        let ways = self.ways.iter().filter(carries);
        let at = ways
            .clone()
            .position(|way| way.path.whole_name() == "author");
        let Some(at) = at else {
            return carried;
        };
        let known: Option<Vec<String>> = carried
            .as_deref()
            .and_then(|values| serde_json::from_slice(values).ok());
        let mut values = known.unwrap_or_else(|| vec![String::new(); ways.count()]);
        match values.get_mut(at) {
            Some(value) if replaces || value.is_empty() => author.clone_into(value),
            _ => return carried,
        }
        serde_json::to_vec(&values).ok().map(Vec::into_boxed_slice)
    }

    /// The values to carry through, in the order of their ways; none where all are missing.
    fn carried(&self, places: &mut [Found]) -> Option<Box<[u8]>> {
        let ways = self.ways.iter().zip(places);
        let values: Vec<String> = ways
            .filter(|(way, _)| way.is_carried())
            .map(|(_, found)| match found.cell.take() {
                Some(Cell::Text(value) | Cell::Number(value)) => value,
                _ => String::new(),
            })
            .collect();
        let any = values.iter().any(|value| !value.is_empty());
        any.then(|| serde_json::to_vec(&values).ok().map(Vec::into_boxed_slice))
            .flatten()
    }
}

fn worth(role: Role, cell: &Cell) -> Worth {
    match cell {
        Cell::Text(text) if text.trim().is_empty() => Worth::Blank,
        Cell::Text(_) => Worth::Words,
        Cell::Number(_) if role != Role::Text => Worth::Words,
        Cell::Number(_) | Cell::Other(_) => Worth::WrongType,
        Cell::Null => Worth::Null,
    }
}
