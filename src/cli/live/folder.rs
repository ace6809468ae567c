//! A folder that is followed: its files as they come and as they grow.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::super::stop;
use super::arrivals::Folder;
use super::outputs::{Notation, Rows};
use super::reading::{Before, Reading, moved, name_of, take_up};
use super::{BATCH, Live};
use crate::error::Error;
use crate::index::{Durability, Mark};
use crate::ingest::{self, Input, Intake, Reason, Rejection};
use crate::write;

/// Bytes of lines that are decided together, at most, but for one that is longer.
const AT_ONCE: usize = 4 << 20;
/// Rows that a table grew by and that are read without those before; where there are more, all are.
const GROWN: u64 = 64 << 20;
/// Bytes that tell what a file holds.
const HEAD: u64 = 64 << 10;
/// What to do with files of several kinds.
const APART: &str = "follow it with an output of its own, or give --decisions FILE";
/// Names that a file may have had one after the other, as logs are moved on.
const MOVES: usize = 32;

impl Live<'_> {
    /// Decides what comes into a folder until a signal comes.
    pub(super) fn folder(&mut self, mut folder: Folder) -> Result<(), Error> {
        let mut is_first = true;
        while stop::code().is_none() {
            for file in folder.new_files() {
                if stop::code().is_some() {
                    break;
                }
                self.file(&file, MOVES)?;
            }
            if std::mem::take(&mut is_first) {
                self.forget_gone(&folder.path);
            }
            folder.wait();
        }
        Ok(())
    }

    /// Takes the marks of files away that are gone.
    fn forget_gone(&mut self, folder: &Path) {
        let folder = name_of(folder);
        let is_gone = |name: &&str| {
            let path = Path::new(name);
            path.starts_with(&folder) && path.parent().is_some_and(Path::is_dir) && !path.exists()
        };
        let names = self.index.marks().map(|(name, _)| name).filter(is_gone);
        let gone: Vec<String> = names.map(str::to_string).collect();
        for name in gone {
            self.index.mark(&name, Mark::default());
        }
    }

    /// Decides what a file has behind its mark.
    fn file(&mut self, path: &Path, moves: usize) -> Result<(), Error> {
        let failed = |cause| Error::io("reading the input", path, cause);
        let (mut file, mut reading, before) = match take_up(path, &self.index) {
            Ok(found) => found,
            // It went while the folder was looked through.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(cause) => {
                self.refuse(path, &cause.to_string());
                return Ok(());
            }
        };
        if matches!(before, Before::Other) {
            let earlier = moved(path, &self.index).filter(|_| moves > 0);
            match earlier {
                // Under its new name first, while its mark is there.
                Some(earlier) => self.file(&earlier, moves - 1)?,
                None => self.messages.say(&format!(
                    "{}: not the file that was read before; it is read from its beginning",
                    path.display()
                )),
            }
        }
        let length = file.metadata().map_err(failed)?.len();
        let mut head = Vec::new();
        file.rewind().map_err(failed)?;
        (&file).take(HEAD).read_to_end(&mut head).map_err(failed)?;
        if length > reading.bytes() && !reading.ended_a_line() {
            // The last line was taken for whole, and went on if it was not ended since.
            let mut next = [0];
            file.seek(SeekFrom::Start(reading.bytes()))
                .map_err(failed)?;
            file.read_exact(&mut next).map_err(failed)?;
            if !matches!(next[0], b'\r' | b'\n') {
                reading.anew();
            }
        }
        if length <= reading.bytes() {
            reading.note(&mut self.index);
            return self.index.confirm();
        }
        if ingest::is_json_lines(&head, &reading.path, &self.options) {
            if let Some(why) = self.refusal(&Notation::Lines) {
                self.refuse(path, &why);
                return Ok(());
            }
            file.seek(SeekFrom::Start(reading.bytes()))
                .map_err(failed)?;
            let rest = file.take(length - reading.bytes());
            return self
                .grown_lines(rest, &mut reading)
                .map_err(|error| match error {
                    Failed::Read(cause) => failed(cause),
                    Failed::Other(error) => error,
                });
        }
        let grown = length - reading.bytes();
        let input = if reading.bytes() > 0 && reading.header > 0 && grown <= GROWN {
            let mut bytes = vec![0; reading.header as usize];
            file.rewind().map_err(failed)?;
            file.read_exact(&mut bytes).map_err(failed)?;
            file.seek(SeekFrom::Start(reading.bytes()))
                .map_err(failed)?;
            let rest = (&file).take(grown).read_to_end(&mut bytes);
            rest.map_err(failed)?;
            Input::Bytes(reading.path.to_string(), bytes.into())
        } else {
            reading.anew();
            Input::Path(path.to_path_buf())
        };
        self.other(path, input, (&mut file, reading, length), &head)
    }

    /// Decides the lines of a file that is whole up to here.
    fn grown_lines(&mut self, rest: impl Read, reading: &mut Reading) -> Result<(), Failed> {
        let mut rest = BufReader::with_capacity(1 << 16, rest);
        while stop::code().is_none() {
            let (mut lines, mut bytes) = (Vec::new(), 0);
            while lines.len() < BATCH && bytes < AT_ONCE {
                let mut line = Vec::new();
                match rest.read_until(b'\n', &mut line).map_err(Failed::Read)? {
                    0 => break,
                    count => bytes += count,
                }
                lines.push(line);
            }
            if lines.is_empty() {
                return Ok(());
            }
            self.batch(lines, reading).map_err(Failed::Other)?;
        }
        Ok(())
    }

    /// Decides all of a file that is no JSON lines, or the rows that a table grew by.
    fn other(
        &mut self,
        path: &Path,
        input: Input,
        (file, reading, length): (&mut File, Reading, u64),
        head: &[u8],
    ) -> Result<(), Error> {
        self.sweep()?;
        let mut intake = ingest::read_or_tell_why(&[input], io::empty(), &self.options, &())?;
        // A part of a table is read behind its header.
        for rejection in intake.rejected.iter_mut().filter(|_| reading.bytes() > 0) {
            let place = &mut rejection.place;
            place.record = place.record.map(|record| record + reading.records);
            place.offset += reading.bytes() - reading.header;
        }
        if !intake.documents.is_empty() {
            let all: Vec<_> = intake.documents.iter().collect();
            let kind = write::feed_kind(&all, &intake.headers);
            let notation = Notation::of(kind);
            let why = match &notation {
                Some(notation) => self.refusal(notation),
                None if self.decisions.is_some() => None,
                None => Some(format!("it holds records of several kinds; {APART}")),
            };
            if let Some(why) = why {
                self.refuse(path, &why);
                return Ok(());
            }
        }
        self.messages.intake(&intake);
        let is_done = self.give(&intake)?;
        // Else it is read again as a whole: what was taken is known then.
        if is_done && file.metadata().is_ok_and(|about| about.len() == length) {
            let done = Mark {
                bytes: length,
                records: reading.records + intake.counts.read,
                header: header(&intake, &reading, head),
                ..Mark::default()
            };
            let behind = reading.behind(file, &done);
            let behind = behind.map_err(|cause| Error::io("reading the input", path, cause))?;
            behind.note(&mut self.index);
        }
        self.confirm()
    }

    /// Why records of this kind cannot be given out.
    fn refusal(&self, notation: &Notation) -> Option<String> {
        if self.args.feed.annotate && *notation != Notation::Lines {
            let why = "--annotate writes members into JSON lines, which it does not hold; follow it without";
            return Some(why.to_string());
        }
        let known = self.out.notation.as_ref()?;
        let is_other = known != notation && self.decisions.is_none();
        is_other.then(|| {
            let own = match (known, notation) {
                (Notation::Table(_), Notation::Table(_)) => "rows under another header",
                _ => notation.name(),
            };
            let known = known.name();
            format!("it would add {own} to an output that holds {known}; {APART}")
        })
    }

    /// Leaves a file out, which counts as a rejection; nothing of it is taken.
    fn refuse(&mut self, path: &Path, why: &str) {
        self.read += 1;
        self.rejected += 1;
        self.messages
            .say(&format!("rejected: {}: {why}", path.display()));
    }

    /// Decides the records that were read, and gives out what is kept as it was read. False where a signal ended it.
    pub(super) fn give(&mut self, intake: &Intake) -> Result<bool, Error> {
        self.read += intake.counts.read;
        self.rejected += intake.counts.rejected;
        let mut documents: Vec<_> = intake.documents.iter().collect();
        let kind = write::feed_kind(&documents, &intake.headers);
        documents.sort_by_key(|document| document.arrival);
        let mut kept = Vec::new();
        let mut is_done = true;
        for (at, &document) in documents.iter().enumerate() {
            let answer = self.decide(document, intake)?;
            if self.args.feed.annotate {
                let raw = document.raw.map(|raw| intake.archive.bytes(raw));
                self.line(&raw.unwrap_or_default(), &answer);
            } else if answer.is_kept && !answer.is_confirmed {
                let given = match document.raw {
                    Some(raw) => intake.archive.bytes(raw),
                    None => write::inert(&document.place.path).to_string().into_bytes(),
                };
                if !(answer.is_known && self.out.gave(&given, Rows::Lines)) {
                    kept.push(document);
                }
            }
            if at % BATCH == BATCH - 1 {
                self.acknowledge()?;
                self.sweep()?;
            }
            if stop::code().is_some() {
                is_done = at + 1 == documents.len();
                break;
            }
        }
        self.index.commit(Durability::Disk)?;
        intake.archive.intact()?;
        if let Some(notation) = Notation::of(kind).filter(|_| !kept.is_empty()) {
            // The rows of one output stand behind one header.
            let without_header = match (&self.out.notation, kind) {
                (Some(known), write::FeedKind::Table(_)) if *known == notation => {
                    write::FeedKind::Lines
                }
                _ => kind,
            };
            if self
                .out
                .notation
                .as_ref()
                .is_none_or(|known| *known == notation)
            {
                let mut to = io::BufWriter::new(&mut self.out);
                let written = write::feed(&kept, &intake.archive, without_header, &mut to);
                let written = written.and_then(|()| io::Write::flush(&mut to));
                drop(to);
                written.map_err(|cause| Error::io("writing", &self.out.name, cause))?;
                self.out.notation = Some(notation);
            } else {
                let name = kept.first().map_or("", |first| &*first.place.path);
                self.messages.say(&format!(
                    "{name}: its kept records are told in --decisions alone: the output holds other ones"
                ));
            }
        }
        Ok(is_done)
    }
}

/// Bytes of the header without which the rest of a table cannot be read; 0 where it is no table that
/// begins with it.
fn header(intake: &Intake, reading: &Reading, head: &[u8]) -> u64 {
    if reading.bytes() > 0 {
        return reading.header;
    }
    let Some(header) = intake.headers.get(&*reading.path) else {
        return 0;
    };
    // A row that is not whole yet may go on.
    let is_open = |rejection: &Rejection| rejection.reason == Reason::UnclosedQuote;
    if intake.rejected.iter().any(is_open) {
        return 0;
    }
    let mark = usize::from(head.starts_with(b"\xef\xbb\xbf")) * 3;
    match head.get(mark..).is_some_and(|own| own.starts_with(header)) {
        true => (mark + header.len()) as u64,
        false => 0,
    }
}

/// Why the lines of a file were not all decided.
enum Failed {
    Read(io::Error),
    Other(Error),
}
