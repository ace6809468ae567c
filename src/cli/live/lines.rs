//! JSON lines as they come, out of a pipe or of a file that grows.

use std::ffi::{OsStr, OsString};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::IgnoredAny;

use super::super::args::{DedupArgs, SyncArg};
use super::super::stop;
use super::arrivals::Lines;
use super::outputs::{MEMBER, Notation, Rows};
use super::reading::{Before, OUTPUT, Reading, moved, name_of, take_up};
use super::rotation::{Part, Rotation};
use super::{BATCH, Live, PATIENCE};
use crate::document::{Document, Place};
use crate::error::Error;
use crate::index::Answer;
use crate::ingest::{self, Input, Intake, Reason, Rejection};
use crate::write;

impl DedupArgs {
    /// Whether JSON lines come, and nothing else can.
    pub(super) fn is_stream(&self) -> bool {
        let inputs = &self.input.inputs;
        let is_folder = |input: &OsString| Path::new(input).is_dir();
        inputs.iter().any(|input| input == "-") || self.live.follow && !inputs.iter().any(is_folder)
    }
}

impl Live<'_> {
    /// Decides the lines of a file that grows, behind what was read of it before.
    pub(super) fn growing(&mut self, input: &OsStr) -> Result<(), Error> {
        let path = PathBuf::from(input);
        let failed = |cause| Error::io("reading the input", &path, cause);
        let (mut file, mut reading, before) = take_up(&path, &self.index).map_err(failed)?;
        let from = SeekFrom::Start(reading.bytes());
        file.seek(from).map_err(failed)?;
        let mut part = Part::of(file);
        let outputs = self.index.marks().map(|(name, _)| name);
        let outputs = outputs.filter_map(|name| name.strip_prefix(OUTPUT));
        let named = [&self.args.output, &self.args.decisions].into_iter();
        let named = named.flatten().map(|file| name_of(file));
        let rotation = Rotation {
            outputs: outputs.map(str::to_string).chain(named).collect(),
            path: path.clone(),
        };
        if matches!(before, Before::Other) {
            let shown = path.display();
            let mark = self.index.marked(&name_of(&path)).copied();
            let mark = mark.unwrap_or_default();
            let earlier = moved(&path, &self.index).or_else(|| rotation.holder(&mark));
            // The rest of the one that was read goes first, as it does where one runs while it is moved.
            if let Some(earlier) = earlier {
                part = Part::open(&earlier, 0).map_err(failed)?;
                reading = reading.through(&mut part, &mark).map_err(failed)?;
                let earlier = earlier.display();
                self.messages.say(&format!(
                    "{shown}: what was read before is {earlier} now; its rest goes first"
                ));
            } else {
                let names = rotation.names().join(", ");
                let lost = match names.is_empty() {
                    true => String::new(),
                    false => format!(
                        "; of {names} what came since is missed: `wirecopy dedup FILE --index` takes it"
                    ),
                };
                self.messages.say(&format!(
                    "{shown}: not the file that was read before; it is read from its beginning{lost}"
                ));
            }
        }
        let lines = Lines::of_file(rotation, part, reading.sample.clone());
        self.lines(&lines, reading)
    }

    /// Decides lines until they end.
    pub(super) fn lines(&mut self, lines: &Lines, mut reading: Reading) -> Result<(), Error> {
        let most = if self.args.live.sync == SyncArg::Each {
            1
        } else {
            BATCH
        };
        while let Some(block) = lines.next(most, PATIENCE)? {
            if stop::code().is_some() {
                break;
            }
            for told in &block.told {
                self.messages.say(told);
            }
            if block.anew {
                reading.anew();
            }
            if block.lines.is_empty() {
                continue;
            }
            self.batch(block.lines, &mut reading)?;
        }
        Ok(())
    }

    /// Decides some lines, which stand behind what was read.
    pub(super) fn batch(
        &mut self,
        lines: Vec<Vec<u8>>,
        reading: &mut Reading,
    ) -> Result<(), Error> {
        self.sweep()?;
        let all = lines.concat();
        let without = self.without_odd_ones(&lines, reading);
        let shown = without.as_deref().unwrap_or(&all);
        let read = self.intake(reading, shown)?;
        let mut seen = lines.iter().filter(|line| !line.trim_ascii().is_empty());
        if reading.records == 0
            && read.documents.is_empty()
            && seen.next().is_some_and(|line| !is_object(line))
        {
            self.messages.say(&format!(
                "{}: begins with no JSON object, and a stream takes JSON lines alone; give a table or other formats as files: \
                 `wirecopy dedup FILE --index DIR`",
                reading.path
            ));
        }
        // Two records of one key in one batch would be settled by their bytes, not by what came first; and one line
        // must not make another kind of file of all.
        let apart = read.counts.merged + read.counts.renamed > 0 || !are_lines(&read);
        if apart && lines.len() > 1 {
            let mut at = 0;
            for line in &lines {
                let own = shown.get(at..at + line.len()).unwrap_or_default();
                let read = self.intake(reading, own)?;
                self.take(&read, reading)?;
                reading.pass(line, 1);
                at += line.len();
            }
        } else {
            self.take(&read, reading)?;
            reading.pass(&all, lines.len() as u64);
        }
        reading.note(&mut self.index);
        self.confirm()
    }

    /// Rejects lines that hold no object, where the first one does, and leaves blanks in their places. `None` where
    /// there are none.
    fn without_odd_ones(&mut self, lines: &[Vec<u8>], reading: &Reading) -> Option<Vec<u8>> {
        let is_odd = |line: &&Vec<u8>| !line.trim_ascii().is_empty() && !is_object(line);
        let first = lines.iter().find(|line| !line.trim_ascii().is_empty())?;
        // How a stream begins tells what it is.
        if (reading.records == 0 && !is_object(first)) || !lines.iter().any(|line| is_odd(&line)) {
            return None;
        }
        let mut shown = lines.concat();
        let (mut place, mut at) = (reading.place(), 0);
        for line in lines {
            place.record = place.record.map(|record| record + 1);
            if is_odd(&line) {
                self.reject(line, place.clone());
                let own = shown.get_mut(at..at + line.len()).unwrap_or_default();
                let inside = own.iter_mut().filter(|byte| **byte != b'\n');
                inside.for_each(|byte| *byte = b' ');
            }
            at += line.len();
            place.offset += line.len() as u64;
        }
        Some(shown)
    }

    /// Rejects a line that is no record.
    fn reject(&mut self, line: &[u8], place: Place) {
        self.read += 1;
        self.rejected += 1;
        let (reason, message) = match serde_json::from_slice::<IgnoredAny>(line.trim_ascii()) {
            Ok(_) => (Reason::NotAnObject, "the line is JSON but no object"),
            Err(_) => (Reason::InvalidJson, "the line is no JSON object"),
        };
        let rejection = Rejection {
            place,
            reason,
            message: Arc::from(message),
            count: 1,
            limit: None,
        };
        self.messages.say(&format!("rejected: {rejection}"));
    }

    fn intake(&self, reading: &Reading, lines: &[u8]) -> Result<Intake, Error> {
        if lines.trim_ascii().is_empty() {
            return Ok(Intake::default());
        }
        let inputs = [Input::Bytes(
            format!("{}.jsonl", reading.path),
            lines.into(),
        )];
        ingest::read_or_tell_why(&inputs, io::empty(), &self.options, &())
    }

    /// Decides the records of a batch of lines, in the order in which they came.
    fn take(&mut self, intake: &Intake, reading: &Reading) -> Result<(), Error> {
        // Before anything is taken: what cannot be given out again must not count as seen.
        if !are_lines(intake) {
            if reading.records > 0 {
                let mut place = reading.place();
                place.record = place.record.map(|record| record + 1);
                self.reject(b"", place);
                return Ok(());
            }
            let advice = format!(
                "takes JSON lines from {}; give other formats as files, and a feed with --format feed",
                reading.path
            );
            return Err(Error::setting("--index", advice));
        }
        self.read += intake.counts.read;
        self.rejected += intake.counts.rejected;
        for rejection in &intake.rejected {
            let mut rejection = rejection.clone();
            let place = &mut rejection.place;
            place.path = reading.path.clone();
            place.record = place.record.map(|own| own + reading.records);
            place.offset += reading.bytes();
            self.messages.say(&format!("rejected: {rejection}"));
        }
        let mut documents: Vec<&Document> = intake.documents.iter().collect();
        documents.sort_by_key(|document| document.arrival);
        for document in documents {
            let raw = document.raw.map(|raw| intake.archive.bytes(raw));
            let answer = self.decide(document, intake)?;
            self.line(&raw.unwrap_or_default(), &answer);
        }
        intake.archive.intact()
    }

    /// Puts the line of a record behind those that are given out next, if it is to come out.
    pub(super) fn line(&mut self, raw: &[u8], answer: &Answer) {
        let annotates = self.args.feed.annotate;
        if !annotates && (!answer.is_kept || answer.is_confirmed) {
            return;
        }
        let is_open = answer.is_known && !answer.is_confirmed;
        if is_open && self.out.gave(raw, Rows::Lines) {
            return;
        }
        let annotated = annotates.then(|| {
            let before = ingest::members(raw, MEMBER).into_iter();
            let before: Vec<_> = before.map(|own| (own.whole, own.value)).collect();
            write::annotated(raw, answer, &before)
        });
        let annotated = annotated.flatten();
        let line = annotated.as_deref().unwrap_or(raw);
        self.lines.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            self.lines.push(b'\n');
        }
        self.ends.push((self.lines.len(), answer.key.clone()));
        self.out.notation.get_or_insert(Notation::Lines);
    }
}

/// Whether a line begins as an object does.
fn is_object(line: &[u8]) -> bool {
    let behind_mark = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    behind_mark.trim_ascii_start().starts_with(b"{")
}

/// Whether every record that was read is a line that can be given out again.
fn are_lines(intake: &Intake) -> bool {
    let is_line = |document: &Document| {
        let raw = document.raw.map(|raw| intake.archive.bytes(raw));
        raw.is_some_and(|raw| is_object(&raw))
    };
    intake.documents.iter().all(is_line)
}
