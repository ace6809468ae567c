//! `wirecopy trace`

mod indexed;

use super::Outcome;
use super::args::{GraphArg, TraceArgs};
use super::keys;
use super::plan;
use super::progress::Messages;
use crate::config::Settings;
use crate::error::Error;
use crate::pipeline::{self, Survey};
use crate::trace::Trace;
use crate::write::{self, Export, inert, plural};

pub(super) fn run(args: &TraceArgs) -> Result<Outcome, Error> {
    let settings = Settings {
        against: !args.archive.against.is_empty(),
        borderline: args.borderline,
        aliases: plan::aliases(args.aliases.as_deref())?,
        ..plan::settings(&args.matching)?
    };
    settings.check()?;
    plan::threads(&args.running)?;
    let messages = Messages::new(&args.running);
    let exports = exports(args)?;
    let carried = plan::carried(&args.carry)?;
    if !carried.is_empty() && args.output.is_none() {
        let advice = "lineage.csv gets its columns; name a folder with -o";
        return Err(Error::setting("--carry", advice));
    }
    let mut all = plan::all_inputs(&args.input, &args.archive);
    all.extend(args.index.iter().map(|folder| folder.as_os_str().into()));
    if let Some(folder) = &args.output {
        if folder.as_os_str() == "-" {
            return Err(Error::setting(
                "--output",
                "trace writes a folder of files; name one",
            ));
        }
        plan::check_folder(folder, &all)?;
        write::check(folder, args.force)?;
    }
    let resources = plan::resources(&args.running, &all);
    let (survey, intake) = match &args.index {
        Some(folder) => {
            let intake = indexed::all(folder, args, &settings, &messages)?;
            let survey = Survey::new(&settings, &resources, &messages)?;
            survey.go_through(intake.corpus())?;
            (survey, intake)
        }
        None => plan::survey(
            (&args.input.inputs, &args.input.reading, &carried),
            &args.archive.against,
            false,
            args.output.as_deref(),
            &settings,
            &resources,
            &messages,
        )?,
    };
    let mut trace = pipeline::trace_surveyed(intake, survey, &settings, &resources, &messages)?;
    messages.end();
    if let Some(source) = &args.origin {
        narrow(&mut trace, source)?;
    }
    match &args.output {
        Some(folder) => {
            let style = plan::csv_style(args.csv);
            write::publish(&trace, folder, style, &exports, args.force)?;
            messages.say(&format!("{}: {}", written(&trace), folder.display()));
        }
        None => plan::to_stream(plan::page(args.running.color), |out| {
            write::summary(&trace, plan::width(), out)
        })?,
    }
    Ok(if !trace.rejected.is_empty() {
        Outcome::Rejected
    } else if args.running.exit_code && (0..trace.groups.len()).any(|at| trace.tells_group(at)) {
        Outcome::Found
    } else {
        Outcome::Done
    })
}

/// What the files tell of.
fn written(trace: &Trace) -> String {
    let documents = plural(trace.documents.len(), "document");
    let groups = plural(trace.groups.len(), "group");
    match &trace.scope {
        None => format!(
            "{documents}, {groups}, {}",
            plural(trace.pairs.len(), "pair")
        ),
        Some(scope) => format!(
            "{}: {} of {documents}, {} of {groups}",
            inert(&scope.source),
            scope.count_documents(),
            scope.count_groups()
        ),
    }
}

/// Tells of one source only from now on.
fn narrow(trace: &mut Trace, source: &str) -> Result<(), Error> {
    let known = match trace.narrow_to(source) {
        Ok(()) => return Ok(()),
        Err(known) => known,
    };
    let near = keys::near(source, known.iter().map(String::as_str));
    let advice = match near.is_empty() {
        true => {
            "sources.csv lists the sources of the input, --aliases gives them further names".into()
        }
        false => format!("did you mean {}?", near.join(" or ")),
    };
    let said = format!("no text is from {source:?} or credits it; {advice}");
    Err(Error::setting("--origin", said))
}

/// The further files that were asked for; they need a folder.
fn exports(args: &TraceArgs) -> Result<Vec<Export>, Error> {
    let graphs = args.graph.iter().map(|form| match form {
        GraphArg::Graphml => Export::GraphMl,
        GraphArg::Dot => Export::Dot,
        GraphArg::Gexf => Export::Gexf,
    });
    let exports: Vec<Export> = args
        .prov
        .then_some(Export::Prov)
        .into_iter()
        .chain(graphs)
        .collect();
    match exports.first() {
        Some(first) if args.output.is_none() => {
            let flag = if args.prov { "--prov" } else { "--graph" };
            let file = first.file();
            Err(Error::setting(
                flag,
                format!("{file} is written beside the tables; name a folder with -o"),
            ))
        }
        _ => Ok(exports),
    }
}
