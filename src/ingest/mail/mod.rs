//! Mail: one message, or a box of them.
//!
//! Own readers of a few pages: mail-parser 0.11 takes 1.2 GB for 32 MB of empty parts and 1.0 GB
//! for 32 MB of short headers, mailparse 0.16 takes 1.6 GB for the parts. Here nothing is kept of
//! a message but a few headers and its texts.

mod envelope;
mod header;
mod letter;
mod part;
mod utf7;

use memchr::{memchr, memmem};

use self::envelope::{FROM_LINE, is_from_line};
use super::gather::{Accepted, File};
use super::reason::{Reason, Refusal};
use super::shield::shielded;
use super::sniff::Format;
use super::window::Bytes;

/// Whether the file begins as mail does. An article that tells of dates and senders in its first
/// lines does not have what only machines write.
pub(super) fn sniff(start: &[u8]) -> Option<Format> {
    let end = memchr(b'\n', start)?;
    let (line, behind) = start.split_at(end + 1);
    if is_from_line(line) && header::is_header(behind) {
        return Some(Format::Mbox);
    }
    header::is_message(start).then_some(Format::Mail)
}

/// Reads a file that is one message.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
    let limit = file.record_limit();
    if window.fill(limit.saturating_add(1)).len() > limit {
        return Err(file.too_long());
    }
    if window.damage().is_some() {
        file.finish(window, None);
        return Ok(());
    }
    let bytes = window.available().len();
    message(window.available(), (None, 0), file)?;
    file.told(bytes);
    Ok(())
}

/// Reads a box message by message. A message begins behind an empty line,
/// at a line `From ` with an address and a date and nothing else.
pub(super) fn read_box(window: &mut Bytes<'_>, file: &mut File<'_, '_>) {
    let limit = file.record_limit();
    let mut number = 0;
    // What was searched for the next message, and where this one began if it is passed over.
    let (mut searched, mut lost) = (0, None);
    while file.out.failed.is_none() {
        let held = window.available();
        let found = next(held, searched, window.is_done());
        let end = match found {
            Next::At(end) => end,
            Next::None if window.is_done() => held.len(),
            Next::None | Next::Unclear(_) => {
                searched = match found {
                    Next::Unclear(at) => at,
                    _ => held.len().saturating_sub(8),
                };
                if lost.is_some() || held.len() > limit {
                    lost.get_or_insert(window.offset());
                    // Enough stays to see the empty line before the next message.
                    let passed = searched.saturating_sub(8);
                    window.consume(passed);
                    window.shrink();
                    file.told(passed);
                    searched -= passed;
                }
                window.more();
                continue;
            }
        };
        if held.is_empty() && lost.is_none() {
            break;
        }
        let is_last = end == held.len();
        let is_cut = is_last && window.damage().is_some();
        let bytes = held.get(..end).unwrap_or_default();
        // What is lost of a cut message is told by the damage itself.
        if !is_cut && (lost.is_some() || !bytes.trim_ascii().is_empty()) {
            number += 1;
            let offset = lost.unwrap_or(window.offset());
            let outcome = if lost.is_some() || bytes.len() > limit {
                Err(file.too_long())
            } else {
                message(&unquoted(bytes), (Some(number), offset), file)
            };
            if let Err(refusal) = outcome {
                file.reject(Some(number), offset, refusal);
            }
        }
        window.consume(end);
        window.shrink();
        file.told(end);
        (searched, lost) = (0, None);
    }
    file.finish(window, (number > 0).then_some(number + 1));
}

enum Next {
    At(usize),
    None,
    /// A line at this place may begin one, once all of it is there.
    Unclear(usize),
}

/// Where in `held` the next message begins, behind `searched`.
fn next(held: &[u8], searched: usize, last: bool) -> Next {
    const BEGIN: &[u8] = b"\nFrom ";
    let mut from = searched;
    while let Some(at) = held.get(from..).and_then(|rest| memmem::find(rest, BEGIN)) {
        let at = from + at;
        let line = held.get(at + 1..).unwrap_or_default();
        let before = held.get(..at).unwrap_or_default();
        let is_behind_empty = before.ends_with(b"\n") || before.ends_with(b"\n\r");
        let end = memchr(b'\n', line.get(..FROM_LINE).unwrap_or(line));
        let (line, behind) = line.split_at(end.map_or(line.len(), |end| end + 1));
        if end.is_some() && is_behind_empty && is_from_line(line.trim_ascii_end()) {
            return Next::At(at + 1);
        }
        // Whatever it says of the sender, headers behind it are those of a message.
        let needed = if is_behind_empty { 1 } else { 2 };
        if end.is_some() && header::known(behind) >= needed {
            return Next::At(at + 1);
        }
        let is_cut = match end {
            None => line.len() < FROM_LINE,
            Some(_) => {
                behind.len() < FROM_LINE && behind.iter().filter(|&&b| b == b'\n').count() < 2
            }
        };
        if is_cut && !last {
            return Next::Unclear(at);
        }
        from = at + 1;
    }
    Next::None
}

/// The message as it was before it was put in a box: `>From ` loses a mark.
fn unquoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (at, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let marks = line.iter().take_while(|&&byte| byte == b'>').count();
        let is_from = line
            .get(marks..)
            .is_some_and(|rest| rest.starts_with(b"From "));
        match line {
            _ if at == 0 && marks == 0 && is_from => {}
            [b'>', rest @ ..] if is_from => out.extend_from_slice(rest),
            _ => out.extend_from_slice(line),
        }
    }
    out
}

fn message(
    bytes: &[u8],
    (number, offset): (Option<u64>, u64),
    file: &mut File<'_, '_>,
) -> Result<(), Refusal> {
    let limits = &file.options.limits;
    let (mut cells, encoding) = shielded("mail", || letter::cells(bytes, limits))?;
    let place = file.place(number, offset);
    let aside = cells.aside(file.fields);
    let read = cells.document(place, file.fields, limits.text_bytes)?;
    file.accept(Accepted::new(read, encoding).with(aside), None);
    Ok(())
}

fn damaged() -> Refusal {
    Refusal::new(
        Reason::Damaged,
        "no message: it does not begin with header lines; it is left out, the next one is read",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_messages_are_told_from_articles() {
        let begin = b"From a@b.example Thu Apr  3 10:00:00 2031\nSubject: x\n\n";
        assert_eq!(sniff(begin), Some(Format::Mbox));
        assert_eq!(
            sniff(b"Received: by x\nFrom: a\nSubject: b\n c\nDate: d\n\n"),
            Some(Format::Mail)
        );
        for text in [
            &b"From Rome, 3 April 2031, 10:00 in the morning\nthe mayor said\n"[..],
            b"From: our correspondent\nDate: 3 April\nSubject: Rain\n\nRain will end.\n",
            b"Subject: x\nSubject: y\nreceived: z\n",
            b"Rain: what is known\nDate: open\n\n",
        ] {
            assert_eq!(sniff(text), None);
        }
    }

    #[test]
    fn marks_of_a_box_are_taken_off() {
        let boxed =
            b"From x Thu Apr  3 10:00:00 2031\nA: b\n\n>From here\n>>From there\n> From\nFrom me\n";
        assert_eq!(
            unquoted(boxed),
            b"A: b\n\nFrom here\n>From there\n> From\nFrom me\n"
        );
    }
}
