//! `wirecopy diff`

use std::ffi::OsString;
use std::io;

use super::Outcome;
use super::args::{DiffArgs, FormatArg};
use super::keys;
use super::plan;
use super::progress::Messages;
use crate::config::Settings;
use crate::document::DocId;
use crate::error::Error;
use crate::ingest::{Intake, Rejection};
use crate::pipeline::{Titled, compare_texts};
use crate::write::{self, Named};

pub(super) fn run(args: &DiffArgs) -> Result<Outcome, Error> {
    plan::threads(&args.running)?;
    let messages = Messages::new(&args.running);
    let (a, b, rejected) = if args.inputs.is_empty() {
        (whole(&args.a, args)?, whole(&args.b, args)?, Vec::new())
    } else {
        let intake = plan::read(&args.inputs, &args.reading, false, None)?;
        messages.intake(&intake);
        (
            by_key(&intake, &args.a)?,
            by_key(&intake, &args.b)?,
            intake.rejected,
        )
    };
    let compared = compare_texts(a.titled(), b.titled(), &Settings::default());
    let (a, b) = (a.named(), b.named());
    let differ = !compared.changes.is_empty();
    if !(args.running.quiet && args.running.exit_code) {
        // Data is written as it is; only pages for people are fit for a terminal.
        let data = || io::BufWriter::new(io::stdout().lock());
        match args.format {
            FormatArg::Text => plan::to_stream(plan::page(args.running.color), |out| {
                write::diff_text(a, b, &compared, out)
            }),
            FormatArg::Csv => plan::to_stream(data(), |out| {
                write::diff_csv(a, b, &compared, plan::csv_style(args.csv), out)
            }),
            FormatArg::Json => {
                plan::to_stream(data(), |out| write::diff_json(a, b, &compared, out))
            }
        }?;
    }
    Ok(outcome(&rejected, args.running.exit_code && differ))
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
    fn of(intake: &Intake, at: usize) -> Result<Self, Error> {
        let document = &intake.documents[at];
        let text = intake.corpus().text(DocId(at as u32)).into_owned();
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
            text: &self.text,
        }
    }
}

/// The only document of a file.
fn whole(path: &OsString, args: &DiffArgs) -> Result<Subject, Error> {
    let intake = plan::read(std::slice::from_ref(path), &args.reading, false, None)?;
    match intake.documents.len() {
        1 => Subject::of(&intake, 0),
        count => Err(Error::setting(
            "diff",
            format!(
                "{} holds {count} documents; name two of them with --in {0} KEY KEY",
                path.display()
            ),
        )),
    }
}

fn by_key(intake: &Intake, key: &OsString) -> Result<Subject, Error> {
    Subject::of(intake, keys::find(&intake.documents, key)?.index())
}
