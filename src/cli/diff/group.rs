//! `wirecopy diff --group`

use std::ffi::OsStr;
use std::io;

use super::{outcome, views};
use crate::cli::Outcome;
use crate::cli::args::{DiffArgs, DiffFormatArg};
use crate::cli::progress::Messages;
use crate::cli::{keys, plan};
use crate::document::Document;
use crate::error::{Error, ErrorKind};
use crate::pipeline::{GroupName, collate_group};
use crate::write;

pub(super) fn run(name: &OsStr, args: &DiffArgs, messages: &Messages) -> Result<Outcome, Error> {
    check_format(args.format)?;
    let settings = plan::bars(&args.bars);
    settings.check()?;
    let resources = plan::resources(&args.running, &args.inputs);
    let read = (&args.inputs[..], &args.reading, &[][..]);
    let (survey, intake) = plan::survey(read, &[], false, None, &settings, &resources, messages)?;
    let corpus = intake.corpus();
    let typed = name.to_string_lossy();
    let group = named(&intake.documents, name, &typed)?;
    let collated = collate_group(corpus, survey, group, &settings, &resources, messages)?;
    messages.end();
    if !(args.running.quiet && args.running.exit_code) {
        let data = || io::BufWriter::new(io::stdout().lock());
        match args.format {
            DiffFormatArg::Csv => plan::to_stream(data(), |out| {
                write::collation_csv(corpus, &collated, plan::csv_style(args.csv), out)
            }),
            DiffFormatArg::Json => {
                plan::to_stream(data(), |out| write::collation_json(corpus, &collated, out))
            }
            _ => plan::to_stream(plan::page(args.running.color), |out| {
                write::collation_text(corpus, &collated, views(args).0, out)
            }),
        }?;
        intake.archive.intact()?;
    }
    Ok(outcome(
        &intake.rejected,
        args.running.exit_code && !collated.is_uniform(),
    ))
}

/// A group is more than two texts, and the other forms are for two.
fn check_format(format: DiffFormatArg) -> Result<(), Error> {
    match format {
        DiffFormatArg::Text | DiffFormatArg::Csv | DiffFormatArg::Json => Ok(()),
        DiffFormatArg::SideBySide | DiffFormatArg::Unified | DiffFormatArg::Html => {
            Err(Error::setting(
                "--format",
                "a group is shown as text, csv or json; for this form name two of its members, KEY KEY, in place of --group",
            ))
        }
    }
}

/// The group that was typed: a document with this key says which, else it is an id.
fn named<'t>(documents: &[Document], name: &OsStr, typed: &'t str) -> Result<GroupName<'t>, Error> {
    let unknown = match keys::find(documents, name) {
        Ok(doc) => return Ok(GroupName::Of(doc)),
        Err(unknown) => unknown,
    };
    let is_id = typed.strip_prefix('g').is_some_and(|digits| {
        digits.len() > 8 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    match unknown.kind() {
        ErrorKind::UnknownKey { near, .. } if !is_id => Err(ErrorKind::UnknownGroup {
            name: typed.to_string(),
            near: near.clone(),
        }
        .into()),
        ErrorKind::UnknownKey { .. } => Ok(GroupName::Id(typed)),
        _ => Err(unknown),
    }
}
