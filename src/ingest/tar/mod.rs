//! Tar archives, each member read as a file of its own, in one pass.
//!
//! An own reader: that of the `tar` crate ends at the first broken header, and behind one
//! the members go on at the next place that is a header by its checksum, at whatever byte.

mod ahead;
mod header;
mod part;

use std::io::Read;

use self::ahead::Ahead;
use self::header::{BLOCK, Header, is_end, padding};
use self::part::{End, PIECE, Part, Tape};
use super::gather::File;
use super::members::{self, Members, Named};
use super::reason::{Reason, Refusal};
use super::window::{Bytes, Window};

pub(super) use self::header::{find, is_header};

/// Bytes of a long name or of a pax header, at most.
const LONGEST_NOTE: u64 = 1 << 20;

/// The greatest length that the eleven octal digits of a header can give.
const LONGEST_IN_HEADER: u64 = (1 << 33) - 1;

/// Reads every member.
///
/// # Errors
/// More members than the limit; a temporary file that cannot be written.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
    let mut tape = Window::new(Ahead::new(window, file.options.temporary.clone()));
    let mut members = Members::default();
    let mut notes = Notes::default();
    let mut told = false;
    // The name of the last member.
    let mut before = None;
    // Bytes before the next header.
    let mut due = 0;
    while file.out.failed.is_none() {
        let start = tape.offset();
        tape.fill(due + BLOCK);
        let behind = tape.available().get(due..).unwrap_or_default();
        let Some(block) = behind.get(..BLOCK) else {
            // The damage was told with the member that it cut.
            if !told && tape.damage().is_some() {
                file.finish(tape.inner_mut().inner, None);
            } else if !told && !is_end(behind) {
                let refusal = Refusal::new(Reason::Truncated, "the archive ends within a header");
                file.reject(None, start + due as u64, refusal);
            }
            break;
        };
        if is_end(block) {
            // Two such blocks end an archive; another one may be behind it.
            tape.consume(due + BLOCK);
            due = 0;
        } else if let Some(found) = header::parse(block) {
            tape.consume(due + BLOCK);
            members.count(file)?;
            (due, told) = member(
                &mut tape,
                found,
                &mut notes,
                (&mut members, &mut before),
                file,
            )?;
        } else {
            let name = name(block).map(|name| format!(", perhaps of {name:?},"));
            notes = Notes::default();
            let place = start + due as u64;
            let went_on = match go_on(&mut tape) {
                true => format!("reading went on at the next one, at byte {}", tape.offset()),
                false => "no other one follows, so that what stands behind was not read".to_owned(),
            };
            let before = before
                .take()
                .map(|name| format!("; {name:?} before it may be cut"));
            let message = format!(
                "a header{} is broken, or bytes were put in or taken out before it{}; {went_on}",
                name.unwrap_or_default(),
                before.unwrap_or_default()
            );
            file.reject(None, place, Refusal::new(Reason::Damaged, message));
            due = 0;
        }
        file.told(usize::try_from(tape.offset() - start).unwrap_or(usize::MAX));
    }
    Ok(())
}

/// The name in a header that is broken, where it can be one.
fn name(block: &[u8]) -> Option<&str> {
    let field = block.get(..100)?;
    let end = field.iter().position(|&byte| byte == 0)?;
    let (name, rest) = field.split_at(end);
    let name = std::str::from_utf8(name).ok().filter(|_| is_end(rest))?;
    (!name.is_empty() && !name.contains(char::is_control)).then_some(name)
}

/// Passes over everything before the next header, wherever it stands; false where none follows.
fn go_on(tape: &mut Tape<'_, '_>) -> bool {
    loop {
        let held = tape.fill(PIECE);
        let found = find(held);
        let passed = match held.len().checked_sub(BLOCK - 1) {
            Some(most) if held.len() >= PIECE => most,
            _ => held.len(),
        };
        let is_last = held.len() < PIECE;
        tape.consume(found.unwrap_or(passed));
        if found.is_some() || is_last {
            return found.is_some();
        }
    }
}

/// What headers say of the member that follows them.
#[derive(Default)]
struct Notes {
    name: Option<Vec<u8>>,
    len: Option<u64>,
    sparse: bool,
}

/// Reads one member; how many bytes stand before the next header, and whether the archive ends
/// within it.
fn member(
    tape: &mut Tape<'_, '_>,
    header: Header,
    notes: &mut Notes,
    (members, before): (&mut Members, &mut Option<String>),
    file: &mut File<'_, '_>,
) -> Result<(usize, bool), Refusal> {
    let offset = tape.offset();
    if matches!(header.kind, b'x' | b'g' | b'X' | b'L' | b'K') && header.len <= LONGEST_NOTE {
        let mut part = Part::new(tape, header.len);
        note(&mut part, header.kind, notes);
        let (reason, message) = match part.end {
            End::Told => (
                Reason::Damaged,
                "the header with the name or the length of a member is damaged: another header \
                 stands in it; reading went on at that one",
            ),
            End::Cut => (Reason::Truncated, "the archive ends within a header"),
            _ => return Ok((padding(header.len) as usize, false)),
        };
        let is_cut = part.end == End::Cut;
        *notes = Notes::default();
        file.reject(None, offset, Refusal::new(reason, message));
        return Ok((0, is_cut));
    }
    let Notes { name, len, sparse } = std::mem::take(notes);
    // A header gives a length of its own wherever that fits into it; beside such a one another
    // is a lie, which would swallow the members behind.
    let len = match len {
        Some(len) if header.len == 0 || len > LONGEST_IN_HEADER => len,
        _ => header.len,
    };
    let raw = name.unwrap_or(header.name);
    // Links may tell the length of their target, without its bytes.
    let has_bytes = !matches!(header.kind, b'1'..=b'6');
    let len = if has_bytes { len } else { 0 };
    let mut part = Part::new(tape, len);
    let mut named = None;
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
                named = Some(name);
            }
        }
    }
    let missing = part.pass()?;
    let end = part.end;
    Ok(match end {
        End::Right if missing > 0 => {
            let message = "the archive ends within a member that was not read to its end";
            file.reject(None, offset, Refusal::new(Reason::Truncated, message));
            (0, true)
        }
        End::Right => {
            *before = named;
            (padding(len) as usize, false)
        }
        End::Wrong(refusal) => {
            match named {
                Some(name) => members::reject(file, &name, refusal),
                None => file.reject(None, offset, refusal),
            }
            go_on(tape);
            (0, false)
        }
        End::Told => {
            go_on(tape);
            (0, false)
        }
        End::Cut => (0, true),
    })
}

/// Takes what a header says of the next one.
fn note(part: &mut Part<'_, '_, '_>, kind: u8, notes: &mut Notes) {
    let mut bytes = Vec::new();
    if part.read_to_end(&mut bytes).is_err() {
        return;
    }
    match kind {
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
