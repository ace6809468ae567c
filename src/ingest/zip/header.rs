//! Headers of zip archives: of the directory at the end, and before each member.

use std::io::{self, BufReader, Read};

use memchr::memmem;

use super::super::reason::{Reason, Refusal};
use super::stretch::{Stored, Stretch};

pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
pub(super) const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";

/// Bytes of a header of each kind, without what varies.
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
const END_64_BYTES: u64 = 56;
const LOCATOR_BYTES: u64 = 20;

/// What a header says of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: Vec<u8>,
    pub method: u16,
    pub encrypted: bool,
    pub crc: u32,
    /// Compressed bytes, and bytes of the member itself.
    pub packed: u64,
    pub len: u64,
    /// True where the lengths are not known before the member was read.
    pub open: bool,
    /// Where its own header is.
    pub at: u64,
    /// Kind of the file in Unix systems, 0 where it is not told.
    pub unix_kind: u32,
}

/// Whether the header of a member stands in these bytes behind their start: its mark, a version
/// and a method that exist.
pub(in crate::ingest) fn is_within(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, LOCAL).any(|at| {
        let head = bytes.get(at..).unwrap_or_default();
        let (version, method, name) = (u16_at(head, 4), u16_at(head, 8), u16_at(head, 26));
        at > 0 && head.len() >= LOCAL_BYTES && version < 100 && method < 100 && name > 0
    })
}

/// Little-endian numbers at a place; 0 behind the end.
fn number<const N: usize>(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    let found = bytes.get(at..at + N).unwrap_or_default();
    for (to, from) in number.iter_mut().zip(found) {
        *to = *from;
    }
    u64::from_le_bytes(number)
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    number::<2>(bytes, at) as u16
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    number::<4>(bytes, at) as u32
}

/// The entries of the directory at the end, one by one.
pub(super) struct Directory<'a> {
    stored: Stored<'a>,
    entries: BufReader<Stretch<'a>>,
    /// Where the entry begins that comes next, or that was broken, and the directory ends.
    at: u64,
    end: u64,
    /// Bytes before the archive, as in front of it in a self-extracting one.
    before: u64,
}

impl<'a> Directory<'a> {
    /// `None` where there is no directory.
    pub fn find(stored: &Stored<'a>) -> io::Result<Option<Directory<'a>>> {
        let most = stored.len.min(END_BYTES as u64 + 0xffff);
        let from = stored.len - most;
        let tail = stored.bytes(from, most as usize)?;
        let ends = (0..tail.len().saturating_sub(END_BYTES - 1)).rev();
        for at in ends.filter(|&at| tail.get(at..).is_some_and(|tail| tail.starts_with(END))) {
            let head = tail.get(at..).unwrap_or_default();
            let mut end = from + at as u64;
            let (mut len, mut offset) = (number::<4>(head, 12), number::<4>(head, 16));
            if len == 0xffff_ffff || offset == 0xffff_ffff || number::<2>(head, 10) == 0xffff {
                let locator = end.saturating_sub(LOCATOR_BYTES);
                let found = stored.bytes(locator, LOCATOR_BYTES as usize)?;
                let at = number::<8>(&found, 8);
                let head = stored.bytes(at, END_64_BYTES as usize)?;
                if found.starts_with(LOCATOR_64) && head.starts_with(END_64) {
                    (len, offset, end) = (number::<8>(&head, 40), number::<8>(&head, 48), at);
                }
            }
            // Its place by its length is right even where bytes stand before the archive.
            let by_len = end.checked_sub(len);
            for start in [by_len, Some(offset)].into_iter().flatten() {
                let head = stored.bytes(start, CENTRAL.len())?;
                // Length and place agree: then its first entry is broken, not missing.
                let agreed = by_len == Some(offset);
                if start <= end && (head == CENTRAL || agreed) {
                    return Ok(Some(Directory {
                        stored: stored.clone(),
                        at: start,
                        end,
                        entries: BufReader::new(stored.stretch(start, end)),
                        before: start.saturating_sub(offset),
                    }));
                }
            }
        }
        Ok(None)
    }

    /// Goes on behind a broken entry, at the next one that begins as entries do; `false` where
    /// none does.
    ///
    /// # Errors
    /// What the system says.
    pub fn go_on(&mut self) -> io::Result<bool> {
        const PIECE: usize = 64 << 10;
        self.at += 1;
        while self.at < self.end {
            let piece = self.stored.bytes(self.at, PIECE)?;
            let found = piece.windows(CENTRAL.len()).position(|at| at == CENTRAL);
            let passed = found.unwrap_or(piece.len().saturating_sub(CENTRAL.len() - 1));
            self.at += passed as u64;
            if found.is_some() {
                self.entries = BufReader::new(self.stored.stretch(self.at, self.end));
                return Ok(self.at < self.end);
            }
            if passed == 0 {
                break;
            }
        }
        Ok(false)
    }

    /// The next entry; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Entry>, Refusal> {
        let head = take(&mut self.entries, CENTRAL_BYTES)?;
        if head.is_empty() || head.starts_with(END_64) || head.starts_with(b"PK\x05\x05") {
            return Ok(None);
        }
        let lengths = [28, 30, 32].map(|at| usize::from(u16_at(&head, at)));
        let [name, extra, comment] = lengths;
        let rest = take(&mut self.entries, name + extra + comment)?;
        if !head.starts_with(CENTRAL) || rest.len() < name + extra + comment {
            return Err(Refusal::new(
                Reason::Damaged,
                "the directory of the archive is broken; its members were found by their own headers",
            ));
        }
        self.at += (CENTRAL_BYTES + rest.len()) as u64;
        let unix = u16_at(&head, 4) >> 8 == 3;
        let mut entry = Entry {
            name: rest.get(..name).unwrap_or_default().to_vec(),
            method: u16_at(&head, 10),
            encrypted: u16_at(&head, 8) & 1 != 0,
            crc: u32_at(&head, 16),
            packed: number::<4>(&head, 20),
            len: number::<4>(&head, 24),
            open: false,
            at: number::<4>(&head, 42),
            unix_kind: if unix { u32_at(&head, 38) >> 28 } else { 0 },
        };
        let extra = rest.get(name..name + extra).unwrap_or_default();
        entry.large(extra, true);
        entry.at = entry.at.saturating_add(self.before);
        Ok(Some(entry))
    }
}

impl Entry {
    /// Takes numbers of 64 bits from the extra fields where those of 32 bits are full.
    fn large(&mut self, mut extra: &[u8], with_place: bool) {
        while extra.len() >= 4 {
            let (kind, len) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
            let mut field = extra.get(4..4 + len).unwrap_or_default();
            if kind == 1 {
                let place = with_place.then_some(&mut self.at);
                let slots = [&mut self.len, &mut self.packed].into_iter().chain(place);
                for slot in slots.filter(|slot| **slot == 0xffff_ffff) {
                    if field.len() >= 8 {
                        *slot = number::<8>(field, 0);
                        field = field.get(8..).unwrap_or_default();
                    }
                }
                return;
            }
            extra = extra.get(4 + len..).unwrap_or_default();
        }
    }
}

fn take(from: &mut impl Read, want: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(want as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The header before a member, and where the member's bytes begin; `None` where there is none.
pub(super) fn local(stored: &Stored<'_>, at: u64) -> io::Result<Option<(Entry, u64)>> {
    let head = stored.bytes(at, LOCAL_BYTES)?;
    if !head.starts_with(LOCAL) || head.len() < LOCAL_BYTES {
        return Ok(None);
    }
    let [name, extra] = [26, 28].map(|at| usize::from(u16_at(&head, at)));
    let rest = stored.bytes(at.saturating_add(LOCAL_BYTES as u64), name + extra)?;
    if rest.len() < name + extra {
        return Ok(None);
    }
    let flags = u16_at(&head, 6);
    let mut entry = Entry {
        name: rest.get(..name).unwrap_or_default().to_vec(),
        method: u16_at(&head, 8),
        encrypted: flags & 1 != 0,
        crc: u32_at(&head, 14),
        packed: number::<4>(&head, 18),
        len: number::<4>(&head, 22),
        open: flags & 8 != 0,
        at,
        unix_kind: 0,
    };
    entry.large(rest.get(name..).unwrap_or_default(), false);
    entry.open &= entry.packed == 0;
    Ok(Some((entry, at + (LOCAL_BYTES + name + extra) as u64)))
}
