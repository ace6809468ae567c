//! The changes of all copies, packed: what would be the largest table in memory.

use super::{Change, Mark, Op, Place};
use crate::document::DocId;
use crate::error::Error;
use crate::packed::{put, take};
use crate::segment::Kind;
use crate::spill::Spill;

/// What copies changed, by document; beyond a bound in a temporary file.
///
/// Mostly small numbers, a change takes a fraction of what it takes as it is worked with.
#[derive(Debug)]
pub struct Changes {
    packed: Spill,
    /// Each document that has changes, ascending, and where they are.
    places: Vec<(DocId, u64, u32)>,
    count: usize,
}

impl Default for Changes {
    fn default() -> Self {
        Changes::new(Spill::new(usize::MAX, None))
    }
}

impl Changes {
    /// No changes yet; `spill` takes them.
    pub(crate) fn new(spill: Spill) -> Self {
        Changes {
            packed: spill,
            places: Vec::new(),
            count: 0,
        }
    }

    /// Takes the changes of a document; documents come in ascending order.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn push(&mut self, doc: DocId, changes: &[Change]) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        changes.iter().for_each(|change| pack(change, &mut bytes));
        let at = self.packed.append(&bytes)?;
        self.places.push((doc, at, bytes.len() as u32));
        self.count += changes.len();
        Ok(())
    }

    /// Number of all changes.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True where nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The documents that have changes, ascending.
    pub fn documents(&self) -> impl Iterator<Item = DocId> {
        self.places.iter().map(|&(doc, _, _)| doc)
    }

    /// What a document changed against the one that it is compared with, by place.
    ///
    /// # Errors
    /// What the disk says.
    pub fn of(&self, doc: DocId) -> Result<Vec<Change>, Error> {
        let found = self.places.binary_search_by_key(&doc, |&(doc, _, _)| doc);
        let Some(&(_, at, length)) = found.ok().and_then(|found| self.places.get(found)) else {
            return Ok(Vec::new());
        };
        let mut bytes = vec![0; length as usize];
        self.packed.read(at, &mut bytes)?;
        let mut rest = bytes.as_slice();
        Ok(std::iter::from_fn(|| unpack(&mut rest)).collect())
    }
}

fn pack(change: &Change, out: &mut Vec<u8>) {
    let mut put = |number: usize| put(number, out);
    put(change.group.map_or(0, |group| group + 1));
    put(change.exemplar.index());
    put(change.copy.index());
    // A variant without fields is its place in the table of its codes.
    put(change.op as usize);
    put(change.kind as usize);
    for place in [&change.in_exemplar, &change.in_copy] {
        put(place.bytes.start);
        put(place.bytes.len());
        let (line, column) = place.line_column.unwrap_or_default();
        put(line);
        put(column);
    }
    put(change.hunk as usize);
    put(change.marks.len());
    for range in change
        .marks
        .iter()
        .flat_map(|mark| [&mark.exemplar, &mark.copy])
    {
        put(range.start);
        put(range.len());
    }
}

/// The next change; `None` at the end.
fn unpack(bytes: &mut &[u8]) -> Option<Change> {
    let mut take = || take(bytes);
    let group = take()?.checked_sub(1);
    let (exemplar, copy) = (DocId(take()? as u32), DocId(take()? as u32));
    let op = *Op::ALL.get(take()?)?;
    let kind = *Kind::ALL.get(take()?)?;
    let range = |take: &mut dyn FnMut() -> Option<usize>| {
        let start = take()?;
        Some(start..start + take()?)
    };
    let place = |take: &mut dyn FnMut() -> Option<usize>| {
        let bytes = range(take)?;
        // Lines count from 1.
        let (line, column) = (take()?, take()?);
        let line_column = (line > 0).then_some((line, column));
        Some(Place { bytes, line_column })
    };
    let (in_exemplar, in_copy) = (place(&mut take)?, place(&mut take)?);
    let hunk = take()? as u32;
    let count = take()?;
    let mark = |_| {
        Some(Mark {
            exemplar: range(&mut take)?,
            copy: range(&mut take)?,
        })
    };
    let marks = (0..count).map(mark).collect::<Option<Vec<Mark>>>()?;
    Some(Change {
        group,
        exemplar,
        copy,
        op,
        kind,
        in_exemplar,
        in_copy,
        hunk,
        marks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place() -> impl Strategy<Value = Place> {
        let line_column = prop::option::of((1usize..9999, 1usize..500));
        (0usize..100_000, 0usize..400, line_column).prop_map(|(start, length, line_column)| Place {
            bytes: start..start + length,
            line_column,
        })
    }

    fn change() -> impl Strategy<Value = Change> {
        let of = (
            prop::option::of(0usize..usize::MAX),
            any::<u32>(),
            any::<u32>(),
        );
        let what = (0..Op::ALL.len(), 0..Kind::ALL.len(), any::<u32>());
        let marks = prop::collection::vec((place(), place()), 0..4);
        (of, what, place(), place(), marks).prop_map(|(of, what, in_exemplar, in_copy, marks)| {
            Change {
                group: of.0,
                exemplar: DocId(of.1),
                copy: DocId(of.2),
                op: Op::ALL[what.0],
                kind: Kind::ALL[what.1],
                in_exemplar,
                in_copy,
                hunk: what.2,
                marks: marks
                    .into_iter()
                    .map(|(x, y)| Mark {
                        exemplar: x.bytes,
                        copy: y.bytes,
                    })
                    .collect(),
            }
        })
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            lists in prop::collection::vec(prop::collection::vec(change(), 0..5), 0..6),
            bound in 0usize..300,
        ) {
            let mut changes = Changes::new(Spill::new(bound, None));
            for (doc, list) in (0u32..).zip(&lists) {
                changes.push(DocId(3 * doc), list).unwrap();
            }
            prop_assert_eq!(changes.len(), lists.iter().map(Vec::len).sum::<usize>());
            for (doc, list) in (0u32..).zip(&lists) {
                prop_assert_eq!(&changes.of(DocId(3 * doc)).unwrap(), list);
                prop_assert_eq!(changes.of(DocId(3 * doc + 1)).unwrap(), Vec::new());
                prop_assert_eq!(changes.documents().any(|d| d == DocId(3 * doc)), !list.is_empty());
            }
        }
    }
}
