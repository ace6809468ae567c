//! `wirecopy diff`

mod group;

use std::ffi::OsString;
use std::io;

use super::Outcome;
use super::args::{DiffArgs, DiffFormatArg};
use super::keys;
use super::plan;
use super::progress::Messages;
use crate::config::Settings;
use crate::document::DocId;
use crate::error::Error;
use crate::ingest::{Intake, Rejection};
use crate::pipeline::{Titled, compare_documents, compare_whole};
use crate::write::{self, Named, NamedPair, View};

pub(super) fn run(args: &DiffArgs) -> Result<Outcome, Error> {
    plan::threads(&args.running)?;
    let messages = Messages::new(&args.running);
    match (&args.group, &args.a, &args.b) {
        (Some(name), _, _) => group::run(name, args, &messages),
        (None, Some(a), Some(b)) => run_pair(a, b, args, &messages),
        (None, _, _) => Err(Error::setting(
            "diff",
            "name two texts, or a group with --group",
        )),
    }
}

fn run_pair(
    a: &OsString,
    b: &OsString,
    args: &DiffArgs,
    messages: &Messages,
) -> Result<Outcome, Error> {
    let settings = Settings::default();
    let (a, b, whole, rejected) = if args.inputs.is_empty() {
        let (a, b) = (whole(a, args)?, whole(b, args)?);
        let whole = compare_whole(a.titled(), b.titled(), &settings);
        (a, b, whole, Vec::new())
    } else {
        let intake = plan::read(&args.inputs, &args.reading, false, None)?;
        messages.intake(&intake);
        let (a, b) = (
            keys::find(&intake.documents, a)?,
            keys::find(&intake.documents, b)?,
        );
        let resources = plan::resources(&args.running, &args.inputs);
        let corpus = intake.corpus();
        let whole = compare_documents(corpus, (a, b), &settings, &resources, messages)?;
        messages.end();
        let (a, b) = (Subject::of(&intake, a)?, Subject::of(&intake, b)?);
        (a, b, whole, intake.rejected)
    };
    let differ = !whole.compared.changes.is_empty();
    if !(args.running.quiet && args.running.exit_code) {
        let pair = NamedPair {
            a: a.named(),
            b: b.named(),
            whole: &whole,
        };
        print(pair, args, messages)?;
    }
    Ok(outcome(&rejected, args.running.exit_code && differ))
}

/// Columns of a page of text; longer lines are hard to read.
const READABLE: usize = 100;

/// Units on either side of a change.
fn context(args: &DiffArgs, default: usize) -> Option<usize> {
    args.context.map_or(Some(default), |typed| typed.0)
}

/// How text, and what stands in columns, is shown.
fn views(args: &DiffArgs) -> (View, View) {
    let (typed, terminal) = (args.width.map(usize::from), plan::width());
    let view = |terminal| View {
        context: context(args, 1),
        width: typed.unwrap_or(terminal),
    };
    (view(terminal.min(READABLE)), view(terminal))
}

fn print(pair: NamedPair<'_>, args: &DiffArgs, messages: &Messages) -> Result<(), Error> {
    // Data is written as it is; only pages for people are fit for a terminal.
    let data = || io::BufWriter::new(io::stdout().lock());
    let page = || plan::page(args.running.color);
    let (text, wide) = views(args);
    match args.format {
        DiffFormatArg::SideBySide if wide.width >= write::LEAST_WIDTH => {
            plan::to_stream(page(), |out| write::diff_side_by_side(pair, wide, out))
        }
        DiffFormatArg::Text | DiffFormatArg::SideBySide => {
            if args.format == DiffFormatArg::SideBySide {
                messages.say(&format!(
                    "side by side takes {} columns and there are {}: as text instead",
                    write::LEAST_WIDTH,
                    wide.width
                ));
            }
            plan::to_stream(page(), |out| write::diff_text(pair, text, out))
        }
        DiffFormatArg::Unified => plan::to_stream(page(), |out| {
            write::diff_unified(pair, context(args, 3), out)
        }),
        DiffFormatArg::Csv => plan::to_stream(data(), |out| {
            write::diff_csv(pair, plan::csv_style(args.csv), out)
        }),
        DiffFormatArg::Json => plan::to_stream(data(), |out| write::diff_json(pair, out)),
        DiffFormatArg::Html => {
            plan::to_stream(data(), |out| write::diff_html(pair, wide.context, out))
        }
    }
}

fn outcome(rejected: &[Rejection], found: bool) -> Outcome {
    match (rejected.is_empty(), found) {
        (false, _) => Outcome::Rejected,
        (true, true) => Outcome::Found,
        (true, false) => Outcome::Done,
    }
}

/// One of the two texts to compare.
struct Subject {
    key: Box<str>,
    title: Option<Box<str>>,
    text: String,
}

impl Subject {
    fn of(intake: &Intake, doc: DocId) -> Result<Self, Error> {
        let document = &intake.documents[doc.index()];
        let text = intake.corpus().text(doc).into_owned();
        intake.archive.intact()?;
        Ok(Subject {
            key: document.key.clone(),
            title: document.title.clone(),
            text,
        })
    }

    fn titled(&self) -> Titled<'_> {
        Titled {
            title: self.title.as_deref(),
            text: &self.text,
        }
    }

    fn named(&self) -> Named<'_> {
        Named {
            key: &self.key,
            title: self.title.as_deref(),
            text: &self.text,
        }
    }
}

/// The only document of a file.
fn whole(path: &OsString, args: &DiffArgs) -> Result<Subject, Error> {
    let intake = plan::read(std::slice::from_ref(path), &args.reading, false, None)?;
    match intake.documents.len() {
        1 => Subject::of(&intake, DocId(0)),
        count => Err(Error::setting(
            "diff",
            format!(
                "{} holds {count} documents; name two of them with --in {0} KEY KEY",
                path.display()
            ),
        )),
    }
}
