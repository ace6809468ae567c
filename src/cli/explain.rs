//! `wirecopy explain`

use std::io;

use super::Outcome;
use super::args::{ExplainArgs, PageArg};
use super::keys;
use super::plan;
use super::progress::Messages;
use crate::error::Error;
use crate::pipeline;
use crate::write;

pub(super) fn run(args: &ExplainArgs) -> Result<Outcome, Error> {
    let settings = plan::settings(&args.matching)?;
    plan::threads(&args.running)?;
    let [a, b] = args.keys.as_slice() else {
        return Err(Error::setting("explain", "name two keys after `--`"));
    };
    let messages = Messages::new(&args.running);
    let resources = plan::resources(&args.running, &args.input.inputs);
    let (survey, intake) = plan::survey(
        (&args.input.inputs, &args.input.reading, &[]),
        &[],
        false,
        None,
        &settings,
        &resources,
        &messages,
    )?;
    let documents = &intake.documents;
    let pair = (keys::find(documents, a)?, keys::find(documents, b)?);
    let explained = pipeline::explain(
        intake.corpus(),
        survey,
        pair,
        &settings,
        &resources,
        &messages,
    )?;
    messages.end();
    if !(args.running.quiet && args.running.exit_code) {
        match args.format {
            PageArg::Text => plan::to_stream(plan::page(args.running.color), |out| {
                write::explain_text(documents, &explained, out)
            }),
            PageArg::Json => plan::to_stream(io::BufWriter::new(io::stdout().lock()), |out| {
                write::explain_json(documents, &explained, out)
            }),
        }?;
    }
    Ok(if !intake.rejected.is_empty() {
        Outcome::Rejected
    } else if args.running.exit_code && explained.same_group {
        Outcome::Found
    } else {
        Outcome::Done
    })
}
