//! `wirecopy dedup`

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use super::args::{DedupArgs, DedupFormatArg};
use super::progress::Messages;
use super::{Outcome, feed_filter, live, plan};
use crate::config::Settings;
use crate::document::Document;
use crate::error::{Error, ErrorKind};
use crate::group::Policy;
use crate::pipeline;
use crate::write::{self, FeedKind, plural};

pub(super) fn run(args: &DedupArgs) -> Result<Outcome, Error> {
    feed_filter::check(args)?;
    let policy = policy(&args.keep)?;
    if args.feed.format == DedupFormatArg::Feed {
        return feed_filter::run(args, &policy);
    }
    let against = &args.archive.against;
    let settings = Settings {
        against: !against.is_empty(),
        ..plan::settings(&args.matching)?
    };
    let all = plan::all_inputs(&args.input, &args.archive);
    plan::threads(&args.running)?;
    let named = |file: &&Path| !plan::is_standard(file);
    let output = args.output.as_deref().filter(named);
    let decisions = args.decisions.as_deref();
    if output.is_none() && decisions.is_some_and(plan::is_standard) {
        let advice = "names standard output, to which the kept records go; name a file, or one for the records with -o FILE";
        return Err(Error::setting("--decisions", advice));
    }
    if output.is_some() && output == decisions {
        let advice = "is named for the records and for the decisions; name two files";
        let path = output.unwrap_or(Path::new("")).to_path_buf();
        return Err(ErrorKind::Overwrite { path, advice }.into());
    }
    if args.live.index.is_some() {
        return live::run(args, settings, policy);
    }
    for file in output.into_iter().chain(decisions.filter(named)) {
        plan::check_target(file, &all, args.force)?;
    }
    let messages = Messages::new(&args.running);
    let resources = plan::resources(&args.running, &all);
    let (survey, intake) = plan::survey(
        (&args.input.inputs, &args.input.reading, &[]),
        against,
        true,
        None,
        &settings,
        &resources,
        &messages,
    )?;
    let documents = &intake.documents;
    let deduped = pipeline::dedup(
        intake.corpus(),
        survey,
        &settings,
        &resources,
        &policy,
        &messages,
    )?;
    messages.end();

    let mut kept: Vec<&Document> = deduped
        .decisions
        .iter()
        .filter(|decision| decision.is_kept())
        .map(|decision| &documents[decision.doc.index()])
        .filter(|document| !document.archived)
        .collect();
    in_input_order(&mut kept, &args.input.inputs);
    let own: Vec<&Document> = documents.iter().filter(|d| !d.archived).collect();
    let kind = write::feed_kind(&own, &intake.headers);
    if kind == FeedKind::Mixed && args.decisions.is_none() {
        return Err(Error::setting(
            "dedup",
            "the inputs mix text files, JSON lines or tables with different columns, which no \
             one feed can hold; run it once for each kind, or give --decisions FILE to learn \
             what to keep",
        ));
    }
    if let Some(file) = decisions {
        let style = plan::csv_style(args.csv);
        let write = |out: &mut dyn io::Write| write::decisions_csv(documents, &deduped, style, out);
        match plan::is_standard(file) {
            true => plan::to_stream(io::BufWriter::new(io::stdout().lock()), write)?,
            false => write::place(file, write)?,
        }
    }
    match (output, kind) {
        (_, FeedKind::Mixed) => {
            messages.say("the inputs are of several kinds: only decisions were written")
        }
        (Some(file), _) => {
            write::place(file, |out| write::feed(&kept, &intake.archive, kind, out))?
        }
        (None, _) => {
            let out = io::BufWriter::new(io::stdout().lock());
            plan::to_stream(out, |out| write::feed(&kept, &intake.archive, kind, out))?;
        }
    }
    if deduped.crowded_keys > 0 {
        messages.say(&format!(
            "{} shared by so many texts that not all their pairs were compared; some copies \
             may have been kept",
            plural(deduped.crowded_keys as usize, "shingle")
        ));
    }
    let archived = documents.len() - own.len();
    messages.say(&format!(
        "{} records read{}: {} kept, {} copies, {} merged, {} rejected",
        intake.counts.read,
        if archived > 0 {
            format!(", {archived} of them of the archive")
        } else {
            String::new()
        },
        kept.len(),
        own.len() - kept.len(),
        intake.counts.merged,
        intake.counts.rejected
    ));
    Ok(if !intake.rejected.is_empty() {
        Outcome::Rejected
    } else if args.running.exit_code && kept.len() < own.len() {
        Outcome::Found
    } else {
        Outcome::Done
    })
}

fn policy(typed: &str) -> Result<Policy, Error> {
    match typed {
        "earliest" => Ok(Policy::Earliest),
        "latest" => Ok(Policy::Latest),
        "longest" => Ok(Policy::Longest),
        "central" => Ok(Policy::Central),
        "one-per-source" => Ok(Policy::OnePerSource),
        "none" => Ok(Policy::None),
        _ => match typed.strip_prefix("prefer=") {
            Some(file) => {
                let list = fs::read_to_string(file)
                    .map_err(|cause| Error::io("reading the preferred sources", file, cause))?;
                let sources = list.lines().map(str::trim).filter(|line| !line.is_empty());
                Ok(Policy::Prefer(sources.map(str::to_string).collect()))
            }
            None => Err(Error::setting(
                "--keep",
                format!(
                    "`{typed}` is no policy; take earliest, latest, longest, central, \
                     one-per-source, none or prefer=FILE"
                ),
            )),
        },
    }
}

/// By input as typed, then by path and place: a filter keeps the order of its input.
fn in_input_order(documents: &mut [&Document], inputs: &[OsString]) {
    let inputs: Vec<String> = inputs
        .iter()
        .map(|i| i.to_string_lossy().into_owned())
        .collect();
    let input = |path: &str| {
        let inside = |root: &String| {
            let rest = path.strip_prefix(root.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || root.ends_with('/'))
        };
        inputs.iter().position(inside).unwrap_or(inputs.len())
    };
    documents.sort_by_cached_key(|document| (input(&document.place.path), document.place.clone()));
}
