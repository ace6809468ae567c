//! Ways into a JSON object, all of them in one pass and without a tree of it.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::super::fields::{Fields, Role};
use super::super::jsonl::cell;
use super::super::record::{Cell, Cells};
use super::{Found, Lookup};
use crate::config::Step;

/// Reads the object that a line is: what goes by a usual name goes to the cells, what the
/// ways lead to into its place.
pub(in super::super) struct Paths<'l> {
    pub fields: &'l Fields,
    pub lookup: &'l Lookup,
    pub line: &'l str,
    pub places: &'l mut [Found],
}

impl<'de> DeserializeSeed<'de> for Paths<'_> {
    type Value = Cells;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Cells, D::Error> {
        parser.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Paths<'_> {
    type Value = Cells;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cells, A::Error> {
        let mut cells = Cells::default();
        while let Some(Name(name)) = map.next_key_seed(Name::default())? {
            let matches = self.fields.matches(&name);
            let from_here = self.lookup.ways_from(&name);
            if matches.is_empty() && from_here.is_empty() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw = map.next_value::<&RawValue>()?.get();
            for found in matches {
                let cell = cell(raw).map_err(A::Error::custom)?;
                if cells.offer(found, cell) && found.0 == Role::Text {
                    cells.literal = place(raw, self.line);
                }
            }
            let mut ways = Ways {
                lookup: self.lookup,
                line: self.line,
                places: &mut *self.places,
                on: from_here,
            };
            ways.follow(raw).map_err(A::Error::custom)?;
        }
        Ok(cells)
    }
}

/// Where a part of a line stands in it.
fn place(raw: &str, line: &str) -> Option<std::ops::Range<usize>> {
    let at = (raw.as_ptr() as usize).checked_sub(line.as_ptr() as usize);
    at.map(|at| at..at + raw.len())
}

/// A name, decoded.
#[derive(Default)]
struct Name(String);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Name, D::Error> {
        parser.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(Name(name.to_owned()))
    }
}

/// Ways that lead through one value: their numbers, and how many steps are behind them.
struct Ways<'l> {
    lookup: &'l Lookup,
    line: &'l str,
    places: &'l mut [Found],
    on: Vec<(usize, usize)>,
}

impl Ways<'_> {
    /// Goes on into a value that is known to be well-formed. As deep as the longest path.
    fn follow(&mut self, raw: &str) -> serde_json::Result<()> {
        let (lookup, mut further) = (self.lookup, Vec::new());
        for (at, done) in std::mem::take(&mut self.on) {
            let Some(way) = lookup.ways().get(at) else {
                continue;
            };
            if done < way.path.steps().len() {
                further.push((at, done));
                continue;
            }
            if way.is_carried() && lookup.is_too_long(raw.len()) {
                lookup.refuse(at, self.places);
                continue;
            }
            let found = if way.is_carried() {
                as_written(raw)?
            } else {
                cell(raw)?
            };
            // Nothing among several is passed: it neither joins nor ends them.
            let is_gap = found == Cell::Null && way.path.is_joined();
            if !is_gap {
                lookup.take(at, found, place(raw, self.line), self.places);
            }
        }
        if further.is_empty() || !raw.starts_with(['{', '[']) {
            return Ok(());
        }
        self.on = further;
        let mut parser = serde_json::Deserializer::from_str(raw);
        parser.deserialize_any(self)
    }

    /// The ways that take this step.
    fn that_take(&self, step: impl Fn(&Step) -> bool) -> Vec<(usize, usize)> {
        let takes = |&&(at, done): &&(usize, usize)| {
            let way = self.lookup.ways().get(at);
            way.and_then(|way| way.path.steps().get(done))
                .is_some_and(&step)
        };
        let on = self.on.iter().filter(takes);
        on.map(|(at, done)| (*at, done + 1)).collect()
    }

    fn into(&mut self, raw: &str, on: Vec<(usize, usize)>) -> serde_json::Result<()> {
        let mut below = Ways {
            lookup: self.lookup,
            line: self.line,
            places: &mut *self.places,
            on,
        };
        below.follow(raw)
    }
}

impl<'de> Visitor<'de> for &mut Ways<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key_seed(Name::default())? {
            let name = name.to_lowercase();
            let on = self.that_take(|step| matches!(step, Step::Name(known) if *known == name));
            if on.is_empty() {
                map.next_value::<IgnoredAny>()?;
            } else {
                let raw = map.next_value::<&RawValue>()?.get();
                self.into(raw, on).map_err(A::Error::custom)?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let last = self.on.iter().filter_map(|&(at, done)| {
            match self.lookup.ways().get(at)?.path.steps().get(done)? {
                Step::Item(wanted) => Some(*wanted),
                Step::Each => Some(usize::MAX),
                Step::Name(_) => None,
            }
        });
        let Some(last) = last.max() else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        let mut number = 0;
        while let Some(raw) = list.next_element::<&RawValue>()? {
            if number <= last {
                let on = self.that_take(|step| match step {
                    Step::Item(wanted) => *wanted == number,
                    Step::Each => true,
                    Step::Name(_) => false,
                });
                if !on.is_empty() {
                    self.into(raw.get(), on).map_err(A::Error::custom)?;
                }
            }
            number += 1;
        }
        Ok(())
    }
}

/// A value to carry through: words and numbers as they are, what is nested as JSON on one line.
fn as_written(raw: &str) -> serde_json::Result<Cell> {
    Ok(match cell(raw)? {
        Cell::Other(_) => Cell::Text(on_one_line(raw)),
        known => known,
    })
}

/// JSON without the white space between its parts.
fn on_one_line(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let (mut quoted, mut escaped) = (false, false);
    for letter in raw.chars() {
        if quoted || !letter.is_ascii_whitespace() {
            out.push(letter);
        }
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            _ => {}
        }
    }
    out
}
