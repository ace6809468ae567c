//! The bytes of one member, as far as they are its own.
//!
//! A length that lies, and a byte that was put in or taken out, would hand the bytes of one
//! member to another and hide those behind it. So what a member holds is looked through for
//! headers before it is given out. An archive in the archive has headers too: it begins with
//! one, or where it ends by its length a header or the end of the archive stands.

use std::io::{self, Read};

use super::ahead::Ahead;
use super::header::{self, BLOCK, is_end, padding};
use crate::ingest::reason::{Reason, Refusal};
use crate::ingest::window::Window;

/// Bytes that are looked through at once.
pub(super) const PIECE: usize = 64 << 10;

/// The archive, from the place on that is read next.
pub(super) type Tape<'w, 'a> = Window<Ahead<'w, 'a>>;

/// What a member has to tell of its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Not reached yet, or where its length says.
    Right,
    /// Elsewhere, which its reader does not know yet.
    Wrong(Refusal),
    /// The reader was told why it ends.
    Told,
    /// As `Told`, and the archive ends with it.
    Cut,
}

/// The bytes of one member.
pub(super) struct Part<'t, 'w, 'a> {
    tape: &'t mut Tape<'w, 'a>,
    /// Bytes that are still to come, by its length.
    left: u64,
    /// Bytes behind them up to the next header.
    padding: u64,
    /// Bytes at the front that are its own.
    clear: u64,
    begun: bool,
    /// It begins with a header: those in it are of its own members.
    is_archive: bool,
    /// Its length is right, whatever stands in it.
    is_sure: bool,
    pub end: End,
}

impl<'t, 'w, 'a> Part<'t, 'w, 'a> {
    pub fn new(tape: &'t mut Tape<'w, 'a>, len: u64) -> Self {
        Part {
            tape,
            left: len,
            padding: padding(len),
            clear: 0,
            begun: false,
            is_archive: false,
            is_sure: false,
            end: End::Right,
        }
    }

    /// Finds out how many of the next bytes are its own, and whether it ends behind them.
    fn look(&mut self) -> io::Result<()> {
        const REST: usize = BLOCK - 1;
        let due = self.left.saturating_add(self.padding);
        if self.is_sure {
            self.clear = self.left;
            return Ok(());
        }
        // The last piece, held together with the header behind it.
        let last = usize::try_from(due).ok().filter(|&due| due <= PIECE);
        let reach = last.map_or(PIECE, |due| due + BLOCK);
        let held = self.tape.fill(reach + REST);
        let from = match (self.is_archive, last) {
            // Bytes that were taken out of it would take as many of the next header.
            (true, Some(due)) => due.saturating_sub(REST),
            (true, None) => {
                self.clear = self.left.min(due - PIECE as u64);
                return Ok(());
            }
            (false, _) => 0,
        };
        self.clear = self.left.min(held.len().min(PIECE) as u64);
        let looked = held.get(from..held.len().min(reach + REST));
        let first = !std::mem::replace(&mut self.begun, true);
        let Some(at) = looked.and_then(header::find).map(|at| from + at) else {
            return Ok(());
        };
        if at == 0 && first {
            self.is_archive = true;
            return self.look();
        }
        let at = at as u64;
        if self.is_right(at, due)? {
            self.is_sure = true;
            self.clear = self.left;
            return Ok(());
        }
        self.clear = self.left.min(at);
        let message = match at.checked_sub(due) {
            None => format!(
                "the header of another member stands {} before the end of this one: its \
                 length is wrong, or bytes of it are missing; reading went on at that header",
                bytes(due - at)
            ),
            Some(more) => format!(
                "the header of the next member stands {} behind the end of this one: \
                 bytes were put in; reading went on at that header",
                bytes(more)
            ),
        };
        self.end = End::Wrong(Refusal::new(Reason::Damaged, message));
        Ok(())
    }

    /// Whether the member ends where its length says, `due` bytes from here, though the header
    /// of a member stands at `at`.
    fn is_right(&mut self, at: u64, due: u64) -> io::Result<bool> {
        let Some(behind) = self.block(due)? else {
            return Ok(false);
        };
        let at_the_end = is_end(&behind);
        if !at_the_end && header::parse(&behind).is_none() {
            return Ok(false);
        }
        if at >= due {
            return Ok(true);
        }
        // An archive in the middle of it ends before it does. Members that a lie swallowed do
        // not: they go on right up to where it ends.
        let mut at = at;
        while at < due {
            let Some(block) = self.block(at)? else {
                return Ok(false);
            };
            if is_end(&block) {
                let last = self.block(due.saturating_sub(BLOCK as u64))?;
                return Ok(!at_the_end || last.is_some_and(|last| !is_end(&last)));
            }
            let Some(header) = header::parse(&block) else {
                return Ok(true);
            };
            at = at.saturating_add(BLOCK as u64 + header.stored());
        }
        Ok(false)
    }

    /// The block behind so many bytes; `None` where the archive ends before.
    fn block(&mut self, ahead: u64) -> io::Result<Option<Vec<u8>>> {
        let held = self.tape.available().len() as u64;
        if let Some(beyond) = ahead.checked_sub(held) {
            return self.tape.inner_mut().peek(beyond);
        }
        let ahead = ahead as usize;
        let held = self.tape.fill(ahead + BLOCK);
        let block = held.get(ahead..held.len().min(ahead + BLOCK));
        Ok(block.map(<[u8]>::to_vec))
    }

    /// Passes over what was not read, without holding it; how many bytes of it are not there.
    ///
    /// # Errors
    /// What the system says of a temporary file.
    pub fn pass(&mut self) -> io::Result<u64> {
        while self.end == End::Right && self.left > 0 {
            if self.clear == 0 {
                self.look()?;
                if self.clear == 0 {
                    break;
                }
            }
            let held = self.tape.fill(1).len() as u64;
            if held == 0 {
                break;
            }
            self.step(held.min(self.clear));
        }
        let held = self.clear.min(self.tape.available().len() as u64);
        if matches!(self.end, End::Wrong(_)) {
            self.step(held);
        }
        Ok(match self.end {
            End::Right => self.left,
            _ => 0,
        })
    }

    fn step(&mut self, bytes: u64) {
        self.tape.consume(bytes as usize);
        self.left -= bytes;
        self.clear -= bytes;
    }
}

fn bytes(count: u64) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} byte{end}")
}

impl Read for Part<'_, '_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() || matches!(self.end, End::Told | End::Cut) {
            return Ok(0);
        }
        if self.clear == 0 && self.left > 0 && self.end == End::Right {
            self.look()?;
        }
        if self.clear == 0
            && let End::Wrong(refusal) = &self.end
        {
            let refusal = refusal.clone();
            self.end = End::Told;
            return Err(refusal.into());
        }
        let most = usize::try_from(self.left.min(self.clear.max(1)));
        let most = most.unwrap_or(usize::MAX).min(out.len());
        let Some(out) = out.get_mut(..most).filter(|out| !out.is_empty()) else {
            return Ok(0);
        };
        let read = match self.tape.read(out) {
            Ok(0) => Err(Refusal::new(
                Reason::Truncated,
                format!(
                    "the archive ends {} bytes before the end of this member",
                    self.left
                ),
            )
            .into()),
            read => read,
        };
        match read {
            Ok(read) => {
                self.left -= read as u64;
                self.clear = self.clear.saturating_sub(read as u64);
            }
            Err(_) => self.end = End::Cut,
        }
        read
    }
}
