//! `wirecopy diff`

use std::ffi::OsString;
use std::io;

use super::Outcome;
use super::args::{DiffArgs, FormatArg};
use super::keys;
use super::plan;
use super::progress::Messages;
use crate::config::Settings;
use crate::document::Document;
use crate::error::Error;
use crate::ingest::{Intake, Rejection};
use crate::pipeline::compare_texts;
use crate::write;

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
    let compared = compare_texts(&a, &b, &Settings::default());
    let differ = !compared.changes.is_empty();
    if !(args.running.quiet && args.running.exit_code) {
        // Data is written as it is; only pages for people are fit for a terminal.
        let data = || io::BufWriter::new(io::stdout().lock());
        match args.format {
            FormatArg::Text => plan::to_stream(plan::page(args.running.color), |out| {
                write::diff_text(&a, &b, &compared, out)
            }),
            FormatArg::Csv => plan::to_stream(data(), |out| {
                write::diff_csv(&a, &b, &compared, plan::csv_style(args.csv), out)
            }),
            FormatArg::Json => {
                plan::to_stream(data(), |out| write::diff_json(&a, &b, &compared, out))
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

/// The only document of a file.
fn whole(path: &OsString, args: &DiffArgs) -> Result<Document, Error> {
    let intake = plan::read(std::slice::from_ref(path), &args.reading, false, None)?;
    let count = intake.documents.len();
    let mut documents = intake.documents.into_iter();
    match (documents.next(), count) {
        (Some(document), 1) => Ok(document),
        _ => Err(Error::setting(
            "diff",
            format!(
                "{} holds {count} documents; name two of them with --in {0} KEY KEY",
                path.display()
            ),
        )),
    }
}

fn by_key(intake: &Intake, key: &OsString) -> Result<Document, Error> {
    let documents = &intake.documents;
    Ok(documents[keys::find(documents, key)?.index()].clone())
}
