//! The evidence of all documents, packed: beyond a bound on disk.

use crate::document::DocId;
use crate::error::Error;
use crate::lineage::{Code, Evidence, Strength};
use crate::packed::{put, take};
use crate::spill::Spill;

/// The pieces of evidence by document; beyond a bound in a temporary file.
#[derive(Debug)]
pub struct EvidenceRows {
    packed: Spill,
    /// Of each document up to the last that has any: where its last batch is, and its bytes.
    last: Vec<Option<Batch>>,
    count: usize,
}

/// Pieces of one document that were pushed together. A batch begins with the place of
/// the batch of the same document before it.
#[derive(Clone, Copy, Debug)]
struct Batch {
    at: u64,
    bytes: u32,
}

impl Default for EvidenceRows {
    fn default() -> Self {
        EvidenceRows::new(Spill::new(usize::MAX, None))
    }
}

impl EvidenceRows {
    /// No evidence yet; `spill` takes it.
    pub(crate) fn new(spill: Spill) -> Self {
        EvidenceRows {
            packed: spill,
            last: Vec::new(),
            count: 0,
        }
    }

    /// Takes pieces about one document, behind what it has; documents come in any order.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn push(&mut self, doc: DocId, pieces: &[Evidence]) -> Result<(), Error> {
        if pieces.is_empty() {
            return Ok(());
        }
        if self.last.len() <= doc.index() {
            self.last.resize(doc.index() + 1, None);
        }
        let last = &mut self.last[doc.index()];
        let mut bytes = Vec::new();
        let (at, length) = last.map_or((0, 0), |batch| (batch.at as usize, batch.bytes as usize));
        put(length, &mut bytes);
        put(at, &mut bytes);
        pieces.iter().for_each(|piece| pack(piece, &mut bytes));
        *last = Some(Batch {
            at: self.packed.append(&bytes)?,
            bytes: bytes.len() as u32,
        });
        self.count += pieces.len();
        Ok(())
    }

    /// Number of all pieces.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True where nothing tells anything.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The documents that have evidence, ascending.
    pub fn documents(&self) -> impl Iterator<Item = DocId> {
        let all = (0u32..).map(DocId).zip(&self.last);
        all.filter_map(|(doc, last)| last.is_some().then_some(doc))
    }

    /// The evidence of a document by code, the text that it speaks of and place.
    ///
    /// # Errors
    /// What the disk says.
    pub fn of(&self, doc: DocId) -> Result<Vec<Evidence>, Error> {
        let mut batches = Vec::new();
        let mut next = self.last.get(doc.index()).copied().flatten();
        while let Some(batch) = next {
            let mut bytes = vec![0; batch.bytes as usize];
            self.packed.read(batch.at, &mut bytes)?;
            let mut rest = bytes.as_slice();
            let before = (take(&mut rest), take(&mut rest));
            next = match before {
                (Some(length @ 1..), Some(at)) => Some(Batch {
                    at: at as u64,
                    bytes: length as u32,
                }),
                _ => None,
            };
            batches.push(std::iter::from_fn(|| unpack(doc, &mut rest)).collect::<Vec<_>>());
        }
        let mut pieces: Vec<Evidence> = batches.into_iter().rev().flatten().collect();
        let start = |piece: &Evidence| piece.place.as_ref().map(|(_, bytes)| bytes.start);
        pieces.sort_by_key(|piece| (piece.code, piece.exemplar, start(piece)));
        Ok(pieces)
    }
}

/// Packs all but the document.
fn pack(piece: &Evidence, out: &mut Vec<u8>) {
    put(piece.exemplar.map_or(0, |doc| doc.index() + 1), out);
    // A variant without fields is its place in the table of its codes.
    put(piece.code as usize, out);
    put(piece.strength as usize, out);
    match &piece.place {
        None => put(0, out),
        Some((doc, bytes)) => {
            put(doc.index() + 1, out);
            put(bytes.start, out);
            put(bytes.len(), out);
        }
    }
    put(piece.text.len(), out);
    out.extend_from_slice(piece.text.as_bytes());
}

/// The next piece; `None` at the end.
fn unpack(doc: DocId, bytes: &mut &[u8]) -> Option<Evidence> {
    let id = |number: usize| Some(DocId(u32::try_from(number.checked_sub(1)?).ok()?));
    let exemplar = id(take(bytes)?);
    let code = *Code::ALL.get(take(bytes)?)?;
    let strength = *Strength::ALL.get(take(bytes)?)?;
    let place = match id(take(bytes)?) {
        None => None,
        Some(doc) => {
            let start = take(bytes)?;
            Some((doc, start..start + take(bytes)?))
        }
    };
    let length = take(bytes)?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(Evidence {
        doc,
        exemplar,
        code,
        strength,
        place,
        text: std::str::from_utf8(text).ok()?.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn piece() -> impl Strategy<Value = Evidence> {
        let of = (0u32..6, prop::option::of(any::<u16>()));
        let what = (0..Code::ALL.len(), 0..Strength::ALL.len());
        let place = prop::option::of((any::<u16>(), 0usize..99_999, 0usize..400));
        (of, what, place, ".{0,20}").prop_map(|(of, what, place, text)| Evidence {
            doc: DocId(of.0),
            exemplar: of.1.map(|doc| DocId(doc.into())),
            code: Code::ALL[what.0],
            strength: Strength::ALL[what.1],
            place: place.map(|(doc, start, length)| (DocId(doc.into()), start..start + length)),
            text,
        })
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out_by_document(
            pieces in prop::collection::vec(piece(), 0..40),
            bound in 0usize..300,
        ) {
            let mut rows = EvidenceRows::new(Spill::new(bound, None));
            for run in pieces.chunk_by(|x, y| x.doc == y.doc) {
                rows.push(run[0].doc, run).unwrap();
            }
            prop_assert_eq!(rows.len(), pieces.len());
            for doc in (0..7).map(DocId) {
                let mut own: Vec<Evidence> =
                    pieces.iter().filter(|piece| piece.doc == doc).cloned().collect();
                own.sort_by_key(|piece| {
                    (piece.code, piece.exemplar, piece.place.as_ref().map(|(_, bytes)| bytes.start))
                });
                prop_assert_eq!(rows.documents().any(|d| d == doc), !own.is_empty());
                prop_assert_eq!(rows.of(doc).unwrap(), own);
            }
        }
    }
}
