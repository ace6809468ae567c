//! `wirecopy dedup --index`: records are decided as they come.

mod arrivals;

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::args::{DedupArgs, SyncArg};
use super::progress::Messages;
use super::{Outcome, plan, stop};
use crate::config::Settings;
use crate::document::{Archive, Document, Place, Text};
use crate::error::{Error, ErrorKind};
use crate::group::Policy;
use crate::index::{Answer, Durability, Index, IndexOptions, Outcome as Found};
use crate::ingest::{self, IngestOptions, Input, Intake};
use crate::pipeline::{ItemVerdict, Outcome as ItemOutcome};
use crate::write::{self, AnswerWriter, FeedKind};
use arrivals::{Arrivals, Lines};

/// Records after which a batch is closed.
const BATCH: usize = 1000;
/// Time after which it is.
const PATIENCE: Duration = Duration::from_millis(50);
/// Time between two looks for what is too old.
const SWEEP: Duration = Duration::from_secs(60);

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// A live run.
struct Live<'a> {
    args: &'a DedupArgs,
    index: Index,
    options: IngestOptions,
    messages: &'a Messages,
    out: Box<dyn Write>,
    decisions: Option<AnswerWriter<'static>>,
    /// The output has records of earlier runs.
    appends: bool,
    /// What is given out once it is safe: a buffer that gives out by itself would say too much.
    lines: Vec<u8>,
    answers: Vec<Answer>,
    swept: Instant,
    read: u64,
    kept: u64,
    known: u64,
    rejected: u64,
    expired: usize,
}

pub(super) fn run(args: &DedupArgs, settings: Settings, policy: Policy) -> Result<Outcome, Error> {
    let Some(folder) = &args.live.index else {
        return Err(Error::setting("--index", "names no folder"));
    };
    if !args.archive.against.is_empty() {
        return Err(Error::setting(
            "--against",
            "cannot be given with --index: the index is the archive",
        ));
    }
    let messages = Messages::new(&args.running);
    let output = args
        .output
        .as_deref()
        .filter(|file| file.as_os_str() != "-");
    for file in output.into_iter().chain(args.decisions.as_deref()) {
        // What came out in earlier runs stays: a record comes out once.
        plan::check_target(file, &args.input.inputs, true)?;
    }
    let index = Index::open(
        folder,
        &IndexOptions {
            settings,
            policy,
            ..IndexOptions::default()
        },
    )?;
    let open = |file: &Path| {
        let opened = reopened(file, args.force);
        opened.map_err(|cause| Error::io("making the output", file, cause))
    };
    let mut appends = false;
    let out: Box<dyn Write> = match output {
        Some(file) => {
            let opened = open(file)?;
            appends = opened.0;
            Box::new(io::BufWriter::new(opened.1))
        }
        None => Box::new(io::BufWriter::new(io::stdout())),
    };
    let decisions = match &args.decisions {
        Some(file) => {
            let style = plan::csv_style(args.csv);
            let table = match open(file)? {
                (true, opened) => Ok(AnswerWriter::behind(opened, style)),
                (false, opened) => AnswerWriter::new(opened, style),
            };
            Some(table.map_err(|cause| Error::io("writing the decisions", file, cause))?)
        }
        None => None,
    };
    stop::cleanly();
    let mut live = Live {
        args,
        index,
        options: IngestOptions {
            keep_raw: true,
            ..plan::reading(&args.input.reading)?
        },
        messages: &messages,
        out,
        decisions,
        appends,
        lines: Vec::new(),
        answers: Vec::new(),
        swept: Instant::now(),
        read: 0,
        kept: 0,
        known: 0,
        rejected: 0,
        expired: 0,
    };
    let done = live.all();
    let closed = live.close();
    done.and(closed)
}

/// Opens an output behind what earlier runs put there, unless it is to be replaced; also says whether there is anything. A
/// line that a crash cut is ended: its record comes again.
fn reopened(file: &Path, replace: bool) -> io::Result<(bool, File)> {
    let mut options = File::options();
    let mut opened = match replace {
        true => options.write(true).create(true).truncate(true).open(file)?,
        false => options.read(true).append(true).create(true).open(file)?,
    };
    let holds = opened.metadata()?.len() > 0;
    if holds {
        let mut last = [0];
        opened.seek(io::SeekFrom::End(-1))?;
        opened.read_exact(&mut last)?;
        if last != *b"\n" {
            opened.write_all(b"\n")?;
        }
    }
    Ok((holds, opened))
}

/// Judges the items of a feed by an index, and takes those that are new. One that the index knows is judged as it was.
pub(super) fn judge(
    documents: &[Document],
    folder: &Path,
    args: &DedupArgs,
    settings: &Settings,
    policy: &Policy,
) -> Result<Vec<ItemVerdict>, Error> {
    let options = IndexOptions {
        settings: settings.clone(),
        policy: policy.clone(),
        ..IndexOptions::default()
    };
    let mut index = Index::open(folder, &options)?;
    if let Some(window) = args.live.window {
        index.expire(now().saturating_sub(window.as_secs()))?;
    }
    let mut verdicts = Vec::new();
    for document in documents {
        let answer = index.insert(document, now())?;
        let outcome = match answer.outcome {
            _ if answer.is_kept => ItemOutcome::New,
            Found::Update => ItemOutcome::Update,
            Found::Identical => ItemOutcome::Identical,
            Found::New | Found::Copy => ItemOutcome::Copy,
        };
        let kept = (outcome != ItemOutcome::New).then_some(answer.kept);
        verdicts.push(ItemVerdict { outcome, kept });
    }
    index.commit(Durability::Disk)?;
    // A feed is filtered whole each time, so that nothing hangs on whether this one arrives.
    index.confirm()?;
    index.close()?;
    Ok(verdicts)
}

/// Moves a place behind some lines.
fn pass(place: &mut Place, lines: &[Vec<u8>]) {
    place.record = Some(place.record.unwrap_or(0) + lines.len() as u64);
    place.offset += lines.iter().map(|line| line.len() as u64).sum::<u64>();
}

/// A document as an index takes it: with its text, and under a key that lasts.
pub(super) fn lasting(document: &Document, archive: &Archive) -> Document {
    let text = archive.text(&document.text).into_owned();
    let mut document = Document {
        text: Text::Held(text.into()),
        ..document.clone()
    };
    // Which of two records of one key came first is the index's to know: a batch numbers them by their content.
    if document.renamed
        && let Some((key, _)) = document.key.rsplit_once('~')
    {
        document.key = key.into();
    }
    let place = &document.place;
    // A number in a stream means nothing tomorrow; the record itself does.
    let numbered = |record| *document.key == *format!("{}#{record}", place.path);
    if place.record.is_some_and(numbered) {
        let hash = u128::from_be_bytes(document.record_hash);
        document.key = format!("#{hash:032x}").into();
    }
    document
}

impl Live<'_> {
    fn all(&mut self) -> Result<(), Error> {
        self.forget()?;
        let inputs = &self.args.input.inputs;
        if self.args.live.follow || inputs.iter().any(|input| input == "-") {
            let [input] = &inputs[..] else {
                let advice = "standard input and --follow take one input at a time";
                return Err(Error::setting("INPUT", advice));
            };
            return match Arrivals::of(input, self.args.live.follow)? {
                Arrivals::Lines(lines) => self.lines(&lines),
                Arrivals::Folder(mut folder) => {
                    while stop::code().is_none() {
                        for file in folder.new_files()? {
                            self.whole(&[Input::Path(file)])?;
                        }
                        folder.wait();
                    }
                    Ok(())
                }
            };
        }
        let inputs: Vec<Input> = inputs.iter().cloned().map(Input::from).collect();
        self.whole(&inputs)
    }

    /// Decides lines until they end.
    fn lines(&mut self, lines: &Lines) -> Result<(), Error> {
        let mut before = Place {
            path: lines.name().into(),
            ..Place::default()
        };
        let most = if self.args.live.sync == SyncArg::Each {
            1
        } else {
            BATCH
        };
        while let Some(batch) = lines.next(most, PATIENCE)? {
            if stop::code().is_some() {
                break;
            }
            self.batch(batch, &mut before)?;
        }
        Ok(())
    }

    /// Decides some lines; `before` says where the last one ended.
    fn batch(&mut self, lines: Vec<Vec<u8>>, before: &mut Place) -> Result<(), Error> {
        self.sweep()?;
        let all = lines.concat();
        let read = self.intake(before, &all);
        // Two records of one key in one batch would be settled by their bytes, not by what came first.
        let apart = match &read {
            Ok(intake) => intake.counts.merged + intake.counts.renamed > 0,
            Err(_) => false,
        };
        if apart {
            for line in lines {
                let intake = self.intake(before, &line);
                self.take(intake, before)?;
                pass(before, &[line]);
            }
        } else {
            self.take(read, before)?;
            pass(before, &lines);
        }
        self.acknowledge()?;
        self.index.confirm()
    }

    fn intake(&self, before: &Place, lines: &[u8]) -> Result<Intake, Error> {
        let inputs = [Input::Bytes(format!("{}.jsonl", before.path), lines.into())];
        ingest::read_or_tell_why(&inputs, io::empty(), &self.options, &())
    }

    /// Decides the records of a batch of lines, in the order in which they came.
    fn take(&mut self, intake: Result<Intake, Error>, before: &Place) -> Result<(), Error> {
        let intake = intake?;
        self.read += intake.counts.read;
        self.rejected += intake.counts.rejected;
        for rejection in &intake.rejected {
            let mut rejection = rejection.clone();
            let place = &mut rejection.place;
            place.path = before.path.clone();
            place.record = place.record.map(|own| own + before.record.unwrap_or(0));
            place.offset += before.offset;
            self.messages.say(&format!("rejected: {rejection}"));
        }
        let mut documents: Vec<&Document> = intake.documents.iter().collect();
        documents.sort_by_key(|document| document.arrival);
        let raw = |own: &&Document| own.raw.map(|raw| intake.archive.bytes(raw));
        let raws: Vec<Vec<u8>> = documents.iter().filter_map(raw).collect();
        let is_line = |raw: &Vec<u8>| {
            let behind_mark = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
            behind_mark.trim_ascii_start().starts_with(b"{")
        };
        // Before anything is taken: what cannot be given out again must not count as seen.
        if raws.len() < documents.len() || !raws.iter().all(is_line) {
            let advice = format!(
                "takes JSON lines from {}; give other formats as files, and a feed with --format feed",
                before.path
            );
            return Err(Error::setting("--index", advice));
        }
        for (document, raw) in documents.into_iter().zip(raws) {
            let answer = self.decide(document, &intake)?;
            let line = match self.args.feed.annotate {
                true => write::annotated(&raw, &answer).unwrap_or(raw),
                false if answer.is_kept && !answer.is_confirmed => raw,
                false => continue,
            };
            self.lines.extend_from_slice(&line);
            if !line.ends_with(b"\n") {
                self.lines.push(b'\n');
            }
        }
        intake.archive.intact()
    }

    fn decide(&mut self, document: &Document, intake: &Intake) -> Result<Answer, Error> {
        let document = lasting(document, &intake.archive);
        let answer = self.index.insert(&document, now())?;
        if answer.is_confirmed {
            self.known += 1;
        } else if answer.is_kept {
            self.kept += 1;
        }
        if self.decisions.is_some() {
            self.answers.push(answer.clone());
        }
        Ok(answer)
    }

    /// Makes what was decided safe, and only then gives it out.
    fn acknowledge(&mut self) -> Result<(), Error> {
        self.index.commit(match self.args.live.sync {
            SyncArg::Each | SyncArg::Batch => Durability::Disk,
            SyncArg::None => Durability::System,
        })?;
        self.out
            .write_all(&self.lines)
            .map_err(plan::output_error)?;
        self.out.flush().map_err(plan::output_error)?;
        self.lines.clear();
        if let Some(decisions) = &mut self.decisions {
            for answer in self.answers.drain(..) {
                decisions.answer(&answer).map_err(plan::output_error)?;
            }
            decisions.flush().map_err(plan::output_error)?;
        }
        Ok(())
    }

    /// Forgets what is too old, if the last time was some time ago: before the next record is decided by it.
    fn sweep(&mut self) -> Result<(), Error> {
        match self.swept.elapsed() >= SWEEP {
            true => self.forget(),
            false => Ok(()),
        }
    }

    /// Forgets what is too old.
    fn forget(&mut self) -> Result<(), Error> {
        self.swept = Instant::now();
        if let Some(window) = self.args.live.window {
            let gone = self.index.expire(now().saturating_sub(window.as_secs()))?;
            self.expired += gone.documents;
            if gone.documents > 0 {
                self.index.commit(Durability::Disk)?;
                self.index.tidy()?;
            }
        }
        Ok(())
    }

    /// Decides all that is in some inputs, and writes what is kept as it was read.
    fn whole(&mut self, inputs: &[Input]) -> Result<(), Error> {
        self.sweep()?;
        let intake = ingest::read_or_tell_why(inputs, io::stdin(), &self.options, &())?;
        self.messages.intake(&intake);
        self.read += intake.counts.read;
        self.rejected += intake.counts.rejected;
        let mut documents: Vec<&Document> = intake.documents.iter().collect();
        documents.sort_by_key(|document| document.arrival);
        let all: Vec<&Document> = documents.clone();
        let kind = write::feed_kind(&all, &intake.headers);
        if kind == FeedKind::Mixed && self.decisions.is_none() {
            let advice = "the inputs mix kinds, which no one feed can hold; run it once for each, or give --decisions FILE";
            return Err(Error::setting("dedup", advice));
        }
        if kind != FeedKind::Lines && (self.args.feed.annotate || self.appends) {
            let (flag, advice) = match self.appends {
                true => (
                    "--output",
                    "holds records already, and only JSON lines can be added; name another file, or give --force",
                ),
                false => (
                    "--annotate",
                    "writes members into JSON lines, which the inputs are not; give --decisions FILE",
                ),
            };
            return Err(Error::setting(flag, advice));
        }
        let mut kept = Vec::new();
        for (at, &document) in documents.iter().enumerate() {
            let answer = self.decide(document, &intake)?;
            if self.args.feed.annotate && kind == FeedKind::Lines {
                let raw = document
                    .raw
                    .map(|raw| intake.archive.bytes(raw))
                    .unwrap_or_default();
                let line = write::annotated(&raw, &answer).unwrap_or(raw);
                self.lines.extend_from_slice(&line);
            } else if answer.is_kept && !answer.is_confirmed {
                kept.push(document);
            }
            if at % BATCH == BATCH - 1 {
                self.acknowledge()?;
                self.sweep()?;
            }
            if stop::code().is_some() {
                break;
            }
        }
        self.index.commit(Durability::Disk)?;
        intake.archive.intact()?;
        if kind != FeedKind::Mixed && !kept.is_empty() {
            write::feed(&kept, &intake.archive, kind, &mut self.out).map_err(plan::output_error)?;
        }
        self.acknowledge()?;
        self.index.confirm()
    }

    fn close(mut self) -> Result<Outcome, Error> {
        self.out.flush().map_err(plan::output_error)?;
        let held = self.index.len();
        self.index.close()?;
        self.messages.end();
        let decided = self.read - self.rejected;
        self.messages.say(&format!(
            "{} records read: {} kept, {} copies, {} known before, {} rejected; {} expired, {held} held",
            self.read,
            self.kept,
            decided.saturating_sub(self.kept + self.known),
            self.known,
            self.rejected,
            self.expired,
        ));
        if stop::code().is_some() && !self.args.live.follow {
            return Err(ErrorKind::Cancelled.into());
        }
        Ok(if self.rejected > 0 {
            Outcome::Rejected
        } else if self.args.running.exit_code && decided > self.kept + self.known {
            Outcome::Found
        } else {
            Outcome::Done
        })
    }
}
