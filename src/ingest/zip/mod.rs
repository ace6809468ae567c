//! Zip archives, each member read as a file of its own.
//!
//! An own reader, since the readers of crates need the directory at the end, which is what
//! an interrupted download lacks, and give nothing of a member that is damaged. Member by
//! member in the order of the directory; where that is missing or lies, in the order of the
//! archive by the header before each member.

mod header;
mod scan;
mod stretch;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use self::header::{Directory, Entry};
use self::stretch::{Checked, Stored};
use super::gather::File;
use super::inflate::{Codec, Inflate};
use super::members::{self, Members, Named};
use super::reason::{Reason, Refusal};
use super::spool;
use super::window::{Bytes, Window};

pub(super) use self::header::is_within;

/// Entries that tell whether the archive is a document of an office program.
const TELLING: usize = 64;

/// Kinds of files in Unix systems.
const REGULAR: u32 = 8;
const FOLDER: u32 = 4;

/// Reads every member.
///
/// # Errors
/// An office document; more members than the limit; what the system says of the file.
pub(super) fn read(
    window: &mut Bytes<'_>,
    again: Option<&Path>,
    file: &mut File<'_, '_>,
) -> Result<(), Refusal> {
    read_unless(None, window, again, file)
}

/// As [`read`], of a file that does not begin as an archive but may end as one: with a program
/// in front that unpacks it, or other bytes.
///
/// # Errors
/// As [`read`]; `refusal` where it ends as none.
pub(super) fn read_behind(
    refusal: Refusal,
    window: &mut Bytes<'_>,
    again: Option<&Path>,
    file: &mut File<'_, '_>,
) -> Result<(), Refusal> {
    read_unless(Some(refusal), window, again, file)
}

fn read_unless(
    refusal: Option<Refusal>,
    window: &mut Bytes<'_>,
    again: Option<&Path>,
    file: &mut File<'_, '_>,
) -> Result<(), Refusal> {
    let (opened, damage) = spool::as_far_as_it_goes(window, again, file)?;
    let stored = Stored {
        len: opened.metadata()?.len(),
        file: &opened,
        tally: again.map(|_| file.tally.clone()),
    };
    let directory = Directory::find(&stored)?;
    if let Some(refusal) = refusal.filter(|_| directory.is_none()) {
        return Err(refusal);
    }
    file.told(usize::try_from(stored.len).unwrap_or(usize::MAX));
    let mut archive = Archive {
        stored,
        members: Members::default(),
        known: BTreeMap::new(),
    };
    let complete = match directory {
        Some(directory) => {
            refuse_office(&archive.stored)?;
            archive.by_directory(directory, file)
        }
        None => {
            refuse_office_start(&archive.stored)?;
            Err(Refusal::new(
                Reason::Truncated,
                "the archive has no directory at its end, as after an interrupted download; \
                 its members were found by their own headers",
            ))
        }
    };
    let Err(refusal) = complete else {
        return match damage {
            Some(damage) => Err(damage),
            None => Ok(()),
        };
    };
    if refusal.reason != Reason::TooMany {
        archive.by_headers(file)?;
    }
    Err(damage.unwrap_or(refusal))
}

struct Archive<'a> {
    stored: Stored<'a>,
    members: Members,
    /// Bytes of members so far, by where they begin and end.
    known: BTreeMap<u64, u64>,
}

impl Archive<'_> {
    fn by_directory(
        &mut self,
        mut directory: Directory<'_>,
        file: &mut File<'_, '_>,
    ) -> Result<(), Refusal> {
        let mut lies = false;
        let mut broken = None;
        loop {
            let entry = match directory.next() {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                Err(refusal) => {
                    broken.get_or_insert(refusal);
                    match directory.go_on()? {
                        true => continue,
                        false => break,
                    }
                }
            };
            if file.out.failed.is_some() {
                return Ok(());
            }
            self.members.count(file)?;
            match header::local(&self.stored, entry.at)? {
                Some((local, data)) => {
                    let encrypted = entry.encrypted || local.encrypted;
                    let packed = match local.open {
                        true => scan::packed(&self.stored, data, &[entry.packed])?,
                        false => scan::packed(&self.stored, data, &[entry.packed, local.packed])?,
                    };
                    let entry = Entry {
                        encrypted,
                        packed,
                        ..entry
                    };
                    self.member(entry, data, file);
                }
                None => {
                    lies = true;
                    if let Named::Visible(name) = self.members.name(&entry.name, file) {
                        let message =
                            "the directory of the archive names a member that is not there";
                        let refusal = Refusal::new(Reason::Damaged, message);
                        members::reject(file, &name, refusal);
                    }
                }
            }
        }
        if let Some(broken) = broken {
            return Err(broken);
        }
        if lies {
            return Err(Refusal::new(
                Reason::Damaged,
                "the directory of the archive is wrong; its members were found by their own headers",
            ));
        }
        Ok(())
    }

    /// Reads the members that were not read yet.
    fn by_headers(&mut self, file: &mut File<'_, '_>) -> Result<(), Refusal> {
        let mut at = 0;
        while let Some((entry, data, on)) = scan::next(&self.stored, at, &self.known)? {
            if file.out.failed.is_some() {
                return Ok(());
            }
            self.members.count(file)?;
            self.member(entry, data, file);
            at = on;
        }
        Ok(())
    }

    fn member(&mut self, entry: Entry, data: u64, file: &mut File<'_, '_>) {
        let end = data.saturating_add(entry.packed);
        let overlaps = self.overlaps(entry.at, end);
        if !overlaps {
            self.known.insert(entry.at, end);
        }
        if entry.name.ends_with(b"/") || entry.unix_kind == FOLDER {
            return;
        }
        let Named::Visible(name) = self.members.name(&entry.name, file) else {
            return;
        };
        let codec = match codec(&entry, overlaps) {
            Ok(codec) => codec,
            Err(refusal) => return members::reject(file, &name, refusal),
        };
        let packed = self.stored.stretch(data, end);
        let content: Box<dyn Read + Send + '_> = match codec {
            None => Box::new(packed),
            Some(codec) => Box::new(Inflate::new(
                Window::new(Box::new(packed)),
                codec,
                &file.options.limits,
                file.tally.clone(),
            )),
        };
        let expected = (!entry.open).then_some((entry.crc, entry.len));
        file.member(&name, Box::new(Checked::new(content, expected)));
    }

    /// Whether bytes of another member are among these.
    fn overlaps(&self, start: u64, end: u64) -> bool {
        let before = self.known.range(..end).next_back();
        before.is_some_and(|(_, known)| *known > start)
    }
}

/// How a member is compressed, or why it is not read.
fn codec(entry: &Entry, overlaps: bool) -> Result<Option<Codec>, Refusal> {
    let refused = |reason, message: &str| Err(Refusal::new(reason, message));
    if !matches!(entry.unix_kind, 0 | REGULAR) {
        let message = "it is a link, a pipe or a device; only regular files are read";
        return refused(Reason::NotAFile, message);
    }
    if entry.encrypted {
        let message = "the member is encrypted; unpack the archive with its password first";
        return refused(Reason::Encrypted, message);
    }
    if overlaps {
        let message = "the member shares its bytes with another one, as in a zip bomb";
        return Err(Refusal::fixed(Reason::Bomb, message));
    }
    Ok(match entry.method {
        0 => None,
        8 => Some(Codec::Deflate),
        12 => Some(Codec::Bzip2),
        20 | 93 => Some(Codec::Zstd),
        95 => Some(Codec::Xz),
        other => {
            let message = format!(
                "the member is compressed by method {other} of zip, which is not read; \
                 unpack the archive first"
            );
            return refused(Reason::Unsupported, &message);
        }
    })
}

fn refuse_office(stored: &Stored<'_>) -> Result<(), Refusal> {
    let Some(mut directory) = Directory::find(stored)? else {
        return Ok(());
    };
    for at in 0..TELLING {
        let Ok(Some(entry)) = directory.next() else {
            break;
        };
        is_office(&entry.name, at == 0)?;
    }
    Ok(())
}

fn refuse_office_start(stored: &Stored<'_>) -> Result<(), Refusal> {
    match header::local(stored, 0)? {
        Some((entry, _)) => is_office(&entry.name, true),
        None => Ok(()),
    }
}

fn is_office(name: &[u8], first: bool) -> Result<(), Refusal> {
    let message = match name {
        b"[Content_Types].xml" => "this is an office document (docx, xlsx, pptx)",
        b"META-INF/container.xml" => "this is an electronic book (EPUB)",
        b"mimetype" if first => "this is an office document or an electronic book (ODF, EPUB)",
        _ => return Ok(()),
    };
    let message = format!("{message}; save it as text or HTML first");
    Err(Refusal::new(Reason::Unsupported, message))
}
