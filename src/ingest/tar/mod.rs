//! Tar archives, each member read as a file of its own, in one pass.
//!
//! An own reader: that of the `tar` crate ends at the first broken header, and behind one
//! the members go on at the next block that is a header by its checksum.

mod header;

use std::io::{self, Read};

use self::header::Header;
use super::gather::File;
use super::members::{self, Members, Named};
use super::reason::{Reason, Refusal};
use super::window::Bytes;

pub(super) use self::header::{BLOCK, is_header};

/// Bytes of a long name or of a pax header, at most.
const LONGEST_NOTE: u64 = 1 << 20;

/// The greatest length that the eleven octal digits of a header can give.
const LONGEST_IN_HEADER: u64 = (1 << 33) - 1;

/// Reads every member.
///
/// # Errors
/// More members than the limit.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
    let mut members = Members::default();
    let mut notes = Notes::default();
    let mut told = false;
    while file.out.failed.is_none() {
        window.fill(BLOCK);
        let block = window.available();
        let Some(block) = block.get(..BLOCK) else {
            // The damage was told with the member that it cut.
            if !told && window.damage().is_some() {
                file.finish(window, None);
            } else if !told && block.iter().any(|&byte| byte != 0) {
                let refusal = Refusal::new(Reason::Truncated, "the archive ends within a header");
                file.reject(None, window.offset(), refusal);
            }
            break;
        };
        if block.iter().all(|&byte| byte == 0) {
            // Two such blocks end an archive; another one may be behind it.
            window.consume(BLOCK);
            continue;
        }
        let offset = window.offset();
        let Some(found) = header::parse(block) else {
            file.reject(None, offset, broken());
            notes = Notes::default();
            window.consume(BLOCK);
            while window.fill(BLOCK).len() >= BLOCK && !is_header(window.available()) {
                window.consume(BLOCK);
            }
            continue;
        };
        window.consume(BLOCK);
        members.count(file)?;
        told = member(window, found, &mut notes, &mut members, file);
        file.told(usize::try_from(window.offset() - offset).unwrap_or(usize::MAX));
    }
    Ok(())
}

fn broken() -> Refusal {
    Refusal::new(
        Reason::Damaged,
        "the header of a member is broken; reading went on at the next header",
    )
}

/// What headers say of the member that follows them.
#[derive(Default)]
struct Notes {
    name: Option<Vec<u8>>,
    len: Option<u64>,
    sparse: bool,
}

/// Reads one member; true where the archive ends within it.
fn member(
    window: &mut Bytes<'_>,
    header: Header,
    notes: &mut Notes,
    members: &mut Members,
    file: &mut File<'_, '_>,
) -> bool {
    if matches!(header.kind, b'x' | b'g' | b'X' | b'L' | b'K') && header.len <= LONGEST_NOTE {
        note(window, &header, notes);
        pass(window, padding(header.len));
        return false;
    }
    let Notes { name, len, sparse } = std::mem::take(notes);
    // A header gives a length of its own wherever that fits into it; beside such a one another
    // is a lie, which would swallow the members behind.
    let len = match len {
        Some(len) if header.len == 0 || len > LONGEST_IN_HEADER => len,
        _ => header.len,
    };
    let raw = name.unwrap_or(header.name);
    let mut part = Part {
        window,
        left: len,
        cut: false,
    };
    match header.kind {
        // A folder; in old archives by the end of its name.
        b'5' => {}
        b'0' | 0 if raw.ends_with(b"/") => {}
        // The volume's label and other notes.
        b'V' | b'M' | b'g' | b'x' | b'X' | b'L' | b'K' | b'N' | b'D' => {}
        kind => {
            if let Named::Visible(name) = members.name(&raw, file) {
                match kind {
                    b'0' | b'7' | 0 if !sparse => file.member(&name, Box::new(&mut part)),
                    b'0' | b'7' | 0 | b'S' => {
                        let message = "the member is stored with holes (sparse), which is not read; \
                                       pack it without --sparse";
                        members::reject(file, &name, Refusal::new(Reason::Unsupported, message));
                    }
                    _ => {
                        let message =
                            "it is a link, a pipe or a device; only regular files are read";
                        members::reject(file, &name, Refusal::new(Reason::NotAFile, message));
                    }
                }
            }
        }
    }
    let Part { left, cut, .. } = part;
    // Links may tell the length of their target, without its bytes.
    let has_bytes = !matches!(header.kind, b'1'..=b'6');
    if has_bytes {
        let offset = window.offset();
        let missing = pass(window, left.saturating_add(padding(len)));
        if missing > padding(len) && !cut {
            let message = "the archive ends within a member that was not read to its end";
            file.reject(None, offset, Refusal::new(Reason::Truncated, message));
            return true;
        }
    }
    cut
}

/// Bytes that fill the last block.
fn padding(len: u64) -> u64 {
    len.wrapping_neg() % BLOCK as u64
}

/// Passes over so many bytes without holding them; how many are not there.
fn pass(window: &mut Bytes<'_>, mut bytes: u64) -> u64 {
    while bytes > 0 {
        let held = window.fill(1).len();
        if held == 0 {
            break;
        }
        let step = usize::try_from(bytes).unwrap_or(usize::MAX).min(held);
        window.consume(step);
        bytes -= step as u64;
    }
    bytes
}

/// Takes what a header says of the next one.
fn note(window: &mut Bytes<'_>, header: &Header, notes: &mut Notes) {
    let mut bytes = Vec::new();
    let mut part = Part {
        window,
        left: header.len,
        cut: false,
    };
    if part.read_to_end(&mut bytes).is_err() {
        return;
    }
    match header.kind {
        b'L' => {
            let end = bytes.iter().position(|&byte| byte == 0);
            bytes.truncate(end.unwrap_or(bytes.len()));
            notes.name = Some(bytes);
        }
        b'x' | b'X' => {
            notes.name = header::pax(&bytes, "path")
                .map(<[u8]>::to_vec)
                .or(notes.name.take());
            let len = header::pax(&bytes, "size").and_then(|len| std::str::from_utf8(len).ok());
            notes.len = len.and_then(|len| len.parse().ok());
            notes.sparse = ["GNU.sparse.major", "GNU.sparse.size", "GNU.sparse.map"]
                .iter()
                .any(|keyword| header::pax(&bytes, keyword).is_some());
        }
        _ => {}
    }
}

/// The bytes of one member.
struct Part<'w, 'a> {
    window: &'w mut Bytes<'a>,
    left: u64,
    /// The archive ended before the member did.
    cut: bool,
}

impl Read for Part<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(out.len());
        let Some(out) = out.get_mut(..most).filter(|out| !out.is_empty()) else {
            return Ok(0);
        };
        let read = match self.window.read(out) {
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
            Ok(read) => self.left -= read as u64,
            Err(_) => {
                self.cut = true;
                self.left = 0;
            }
        }
        read
    }
}
