//! `wirecopy dedup --index`: records are decided as they come.

mod arrivals;
mod filter;
mod folder;
mod growing;
mod lines;
mod outputs;
mod reading;
mod rotation;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::args::{DedupArgs, SyncArg};
use super::progress::Messages;
use super::{Outcome, plan, stop};
use crate::config::Settings;
use crate::document::{Archive, Document, Text};
use crate::error::{Error, ErrorKind};
use crate::group::Policy;
use crate::index::{Answer, Durability, Index, IndexOptions, Outcome as Found};
use crate::ingest::{self, IngestOptions, Input, Intake};
use crate::write::{self, AnswerWriter, FeedKind};
use arrivals::{Folder, Lines};
pub(super) use filter::judge;
use outputs::{Notation, Output, Rows};
use reading::Reading;

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
    out: Output,
    decisions: Option<Output>,
    /// What is given out once it is safe: a buffer that gives out by itself would say too much.
    lines: Vec<u8>,
    /// Where each of them ends, with the key of its record.
    ends: Vec<(usize, Box<str>)>,
    answers: Vec<Answer>,
    swept: Instant,
    read: u64,
    kept: u64,
    /// Texts of the outlets whose texts are kept, which are not kept themselves.
    updates: u64,
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
    let named = |file: &&Path| !plan::is_standard(file);
    let output = args.output.as_deref().filter(named);
    for file in output
        .into_iter()
        .chain(args.decisions.as_deref().filter(named))
    {
        // What came out in earlier runs stays: a record comes out once.
        if !outputs::is_pipe(file) {
            plan::check_target(file, &args.input.inputs, true)?;
        }
        let refuse = |advice| {
            let path = file.to_path_buf();
            Err(ErrorKind::Overwrite { path, advice }.into())
        };
        if is_within(file, folder) {
            return refuse(
                "lies in the folder of the index, which holds nothing else; name a file elsewhere",
            );
        }
        let rows = match output == Some(file) {
            true => Rows::Lines,
            false => Rows::Decisions,
        };
        let foreign = || outputs::foreign(file, rows, args.is_stream());
        if let Some(advice) = (!args.force).then(foreign).flatten() {
            return refuse(advice);
        }
    }
    let index = Index::open(
        folder,
        &IndexOptions {
            settings,
            policy,
            ..IndexOptions::default()
        },
    )?;
    let inputs = &args.input.inputs;
    let open = |file: &Path, rows| {
        Output::file(file, (args.force, rows), inputs, &index)
            .map_err(|cause| Error::io("making the output", file, cause))
    };
    let out = match output {
        Some(file) => open(file, Rows::Lines)?,
        None => Output::pipe(),
    };
    let decisions = args.decisions.as_deref();
    let decisions = decisions
        .map(|file| match plan::is_standard(file) {
            true => Ok(Output::pipe()),
            false => open(file, Rows::Decisions),
        })
        .transpose()?;
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
        lines: Vec::new(),
        ends: Vec::new(),
        answers: Vec::new(),
        swept: Instant::now(),
        read: 0,
        kept: 0,
        updates: 0,
        known: 0,
        rejected: 0,
        expired: 0,
    };
    let done = live.all();
    let closed = live.close();
    done.and(closed)
}

/// Whether a file lies in a folder, however the two are written.
fn is_within(file: &Path, folder: &Path) -> bool {
    let parent = file.parent().filter(|own| !own.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    match (whole(parent), whole(folder)) {
        (Ok(own), Ok(folder)) => own.starts_with(folder),
        _ => false,
    }
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
            let path = PathBuf::from(input);
            return match () {
                () if input == "-" => self.lines(&Lines::of_pipe(), Reading::of_pipe("-")),
                () if path.is_dir() => self.folder(Folder::new(path)),
                () => self.growing(input),
            };
        }
        let inputs: Vec<Input> = inputs.iter().cloned().map(Input::from).collect();
        self.whole(&inputs)
    }

    fn decide(&mut self, document: &Document, intake: &Intake) -> Result<Answer, Error> {
        let document = lasting(document, &intake.archive);
        let answer = self.index.insert(&document, now())?;
        if answer.is_confirmed {
            self.known += 1;
        } else if answer.is_kept {
            self.kept += 1;
        } else if matches!(answer.outcome, Found::Update | Found::Earlier) {
            self.updates += 1;
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
        let write = |out: &mut Output, bytes: &[u8]| {
            let written = out.write_all(bytes).and_then(|()| out.flush());
            written.map_err(|cause| Error::io("writing", &out.name, cause))
        };
        let before = self.out.given;
        if let Err(error) = write(&mut self.out, &self.lines) {
            let taken = (self.out.given - before) as usize;
            self.withhold(taken)?;
            return Err(error);
        }
        self.lines.clear();
        self.ends.clear();
        self.tell()
    }

    /// Writes the decisions.
    fn tell(&mut self) -> Result<(), Error> {
        let Some(decisions) = &mut self.decisions else {
            return Ok(());
        };
        let mut rows = Vec::new();
        let style = plan::csv_style(self.args.csv);
        let table = match decisions.is_empty() {
            true => AnswerWriter::new(&mut rows, style),
            false => Ok(AnswerWriter::behind(&mut rows, style)),
        };
        let mut table = table.map_err(plan::output_error)?;
        for answer in self.answers.drain(..) {
            let is_open = answer.is_known && !answer.is_confirmed;
            if !(is_open && decisions.gave(answer.key.as_bytes(), Rows::Decisions)) {
                table.answer(&answer).map_err(plan::output_error)?;
            }
        }
        table.flush().map_err(plan::output_error)?;
        drop(table);
        let written = decisions.write_all(&rows).and_then(|()| decisions.flush());
        written.map_err(|cause| Error::io("writing", &decisions.name, cause))
    }

    /// Lets the answers count whose lines were written before a line failed, and those before them that have no line:
    /// what a pipe took was given out. The others come out when their records come again.
    fn withhold(&mut self, taken: usize) -> Result<(), Error> {
        let kept_back = self.ends.iter().filter(|(end, _)| *end > taken);
        let keys: Vec<&str> = kept_back.map(|(_, key)| &**key).collect();
        self.index.withhold(&keys)?;
        self.answers.retain(|answer| !keys.contains(&&*answer.key));
        self.lines.clear();
        self.tell()?;
        // No mark of the output, in which a line may be cut: the next run takes it out, being behind the last mark.
        if let Some(decisions) = &self.decisions {
            decisions.note(&mut self.index);
        }
        self.index.confirm()
    }

    /// Makes what was decided safe, gives it out, and takes note of that.
    fn confirm(&mut self) -> Result<(), Error> {
        self.acknowledge()?;
        self.out.note(&mut self.index);
        if let Some(decisions) = &self.decisions {
            decisions.note(&mut self.index);
        }
        self.index.confirm()
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
        let mut intake = ingest::read_or_tell_why(inputs, io::stdin(), &self.options, &())?;
        self.messages.intake(&intake);
        let all: Vec<&Document> = intake.documents.iter().collect();
        let kind = write::feed_kind(&all, &intake.headers);
        if kind == FeedKind::Mixed && self.decisions.is_none() {
            let advice = "the inputs mix kinds, which no one feed can hold; run it once for each, or give --decisions FILE";
            return Err(Error::setting("dedup", advice));
        }
        if kind != FeedKind::Lines && self.args.feed.annotate {
            let advice =
                "writes members into JSON lines, which the inputs are not; give --decisions FILE";
            return Err(Error::setting("--annotate", advice));
        }
        let notation = Notation::of(kind).filter(|_| !all.is_empty());
        if let (Some(known), Some(own)) = (&self.out.notation, &notation)
            && known != own
        {
            let advice = format!(
                "holds {} already, and the inputs give {}; name another file, or give --force",
                known.name(),
                own.name()
            );
            return Err(Error::setting("--output", advice));
        }
        self.give(&intake)?;
        self.confirm()?;
        match intake.failure.take() {
            Some(error) => Err(plan::without_first(error)),
            None => Ok(()),
        }
    }

    fn close(self) -> Result<Outcome, Error> {
        let held = self.index.len();
        self.index.close()?;
        self.messages.end();
        let decided = self.read - self.rejected;
        self.messages.say(&format!(
            "{} records read: {} kept, {} copies, {} of the same outlet, {} known before, {} rejected; {} expired, {held} held",
            self.read,
            self.kept,
            decided.saturating_sub(self.kept + self.updates + self.known),
            self.updates,
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
