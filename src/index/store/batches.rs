//! The batches of a segment, one after the other, each checked as a whole.

use std::io;

use memchr::memmem;

use super::files::OpenFile;
use super::format::{BATCH_HEAD, BATCH_MAGIC, BatchHead, ENTRY_HEAD, EntryHead};
use super::window::Window;
use super::{Each, Place};

/// Why there is no next batch.
#[derive(Debug)]
pub(super) enum Stop {
    /// What the system said.
    Io(io::Error),
    /// What stands there is no intact batch.
    Bad {
        offset: u64,
        what: &'static str,
        /// Where another batch can begin at the earliest.
        behind: u64,
    },
}

impl From<io::Error> for Stop {
    fn from(cause: io::Error) -> Self {
        Stop::Io(cause)
    }
}

/// An intact batch.
pub(super) struct Batch<'b> {
    pub head: BatchHead,
    /// Where its entries begin.
    pub first: Place,
    /// Its entries.
    pub payload: &'b [u8],
}

impl Batch<'_> {
    /// Where it ends.
    pub(super) fn end(&self) -> u64 {
        self.first.offset + self.head.length
    }

    /// Hands out its entries. Returns the offset of the first that is not as it should be.
    pub(super) fn entries<E>(&self, each: &mut Each<'_, E>) -> Result<Result<(), u64>, E> {
        let (mut at, mut rest, mut count) = (self.first, self.payload, 0_u32);
        while !rest.is_empty() {
            let head = EntryHead::parse(rest, at);
            let Some((head, bytes)) = head.and_then(|head| {
                let bytes = rest.get(ENTRY_HEAD..)?.get(..head.length)?;
                Some((head, bytes))
            }) else {
                return Ok(Err(at.offset));
            };
            each(at, head.kind, bytes)?;
            let length = ENTRY_HEAD + head.length;
            at.offset += length as u64;
            rest = rest.get(length..).unwrap_or_default();
            count = count.saturating_add(1);
        }
        Ok(match count == self.head.count {
            true => Ok(()),
            false => Err(at.offset),
        })
    }
}

/// Reads batches in order.
pub(super) struct Batches<'f> {
    window: Window<'f>,
    number: u32,
    at: u64,
    end: u64,
    /// The lowest number that the next batch may have.
    least: u64,
    /// True where it must have that one.
    exact: bool,
}

impl<'f> Batches<'f> {
    /// The batches of segment `number` from byte `at` to `end`, with numbers from `least` on.
    pub(super) fn new(file: &'f dyn OpenFile, number: u32, at: u64, end: u64, least: u64) -> Self {
        Batches {
            window: Window::new(file, end),
            number,
            at,
            end,
            least,
            exact: false,
        }
    }

    /// Each number must follow the one before, as it does until a segment is rewritten.
    pub(super) fn exact(self) -> Self {
        Batches {
            exact: true,
            ..self
        }
    }

    /// The next batch; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Batch<'_>>, Stop> {
        if self.at >= self.end {
            return Ok(None);
        }
        let at = Place {
            segment: self.number,
            offset: self.at,
        };
        let bad = |what, behind| Stop::Bad {
            offset: at.offset,
            what,
            behind,
        };
        let head = BatchHead::parse(self.window.bytes(at.offset, BATCH_HEAD)?, at);
        let Some(head) = head else {
            return Err(bad("no intact head of a batch", at.offset + 1));
        };
        let first = Place {
            offset: at.offset + BATCH_HEAD as u64,
            ..at
        };
        let behind = first.offset + head.length;
        if head.sequence < self.least || (self.exact && head.sequence != self.least) {
            return Err(bad("a batch out of its order", behind));
        }
        if head.durable > at.offset {
            return Err(bad("a batch that knows of bytes behind it", behind));
        }
        let payload = self.window.bytes(first.offset, head.length as usize)?;
        if !head.covers(payload) {
            return Err(bad(
                "a batch whose bytes are not those that were written",
                behind,
            ));
        }
        (self.at, self.least) = (behind, head.sequence.saturating_add(1));
        Ok(Some(Batch {
            head,
            first,
            payload,
        }))
    }
}

/// Looks between `from` and `end` for the head of a batch that knows more than `bytes` bytes
/// of its segment to be on the disk.
///
/// # Errors
/// What the system says.
pub(super) fn any_knows_more(
    file: &dyn OpenFile,
    number: u32,
    (from, end): (u64, u64),
    bytes: u64,
) -> io::Result<bool> {
    const PIECE: usize = 1 << 20;
    let finder = memmem::Finder::new(BATCH_MAGIC);
    let mut window = Window::new(file, end);
    let mut at = from;
    while at < end {
        // A head that straddles is found with the next piece.
        let piece = window.bytes(at, PIECE)?;
        for found in finder.find_iter(piece) {
            let place = Place {
                segment: number,
                offset: at + found as u64,
            };
            let head = piece
                .get(found..)
                .and_then(|bytes| BatchHead::parse(bytes, place));
            if head.is_some_and(|head| head.durable > bytes) {
                return Ok(true);
            }
        }
        if piece.len() < PIECE {
            break;
        }
        at += (PIECE - BATCH_HEAD) as u64;
    }
    Ok(false)
}
