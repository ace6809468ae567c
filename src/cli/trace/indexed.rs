//! `wirecopy trace --index`: a batch goes into an index, and all that it holds is traced.

use std::path::Path;

use super::super::args::TraceArgs;
use super::super::live::{lasting, now};
use super::super::plan;
use super::super::progress::Messages;
use crate::config::Settings;
use crate::document::Document;
use crate::error::Error;
use crate::index::{Durability, Index, IndexOptions};
use crate::ingest::Intake;
use crate::write::plural;

/// Documents after which what was taken is handed to the system.
const BATCH: usize = 1000;

/// Adds the inputs that were typed, if any, and gives all that the index holds.
pub(super) fn all(
    folder: &Path,
    args: &TraceArgs,
    settings: &Settings,
    messages: &Messages,
) -> Result<Intake, Error> {
    if !args.archive.against.is_empty() || !args.carry.is_empty() {
        let flag = if args.carry.is_empty() {
            "--against"
        } else {
            "--carry"
        };
        let advice = "cannot be given with --index, which holds texts and their usual fields";
        return Err(Error::setting(flag, advice));
    }
    let has_inputs = !args.input.inputs.is_empty();
    // Which document of a group is kept was settled when the index was made.
    let policy = match Index::options_of(folder) {
        Ok(known) => known.policy,
        Err(error) if !has_inputs => return Err(error),
        // There is none yet, or opening it tells what is wrong.
        Err(_) => IndexOptions::default().policy,
    };
    let options = IndexOptions {
        settings: settings.clone(),
        policy,
        ..IndexOptions::default()
    };
    let read = match has_inputs {
        true => add(folder, &options, args, messages)?,
        false => Intake::default(),
    };
    let (documents, archive) = Index::open_read(folder, &options)?.into_documents()?;
    if documents.is_empty() {
        let advice = format!("{} holds no document; name inputs", folder.display());
        return Err(Error::setting("--index", advice));
    }
    let mut counts = read.counts;
    counts.documents = documents.len() as u64;
    counts.renamed = documents.iter().filter(|own| own.renamed).count() as u64;
    counts.read = counts.documents + counts.merged + counts.rejected;
    Ok(Intake {
        documents,
        archive,
        counts,
        rejected: read.rejected,
        reading: read.reading,
        ..Intake::default()
    })
}

/// Reads the inputs and takes what the index does not know.
fn add(
    folder: &Path,
    options: &IndexOptions,
    args: &TraceArgs,
    messages: &Messages,
) -> Result<Intake, Error> {
    let skip = args.output.as_deref();
    let intake = plan::read(&args.input.inputs, &args.input.reading, false, skip)?;
    messages.intake(&intake);
    let mut index = Index::open(folder, options)?;
    let mut documents: Vec<&Document> = intake.documents.iter().collect();
    documents.sort_by_key(|document| document.arrival);
    let mut added = 0;
    for (at, document) in documents.iter().enumerate() {
        let answer = index.insert(&lasting(document, &intake.archive), now())?;
        added += usize::from(!answer.is_known);
        if at % BATCH == BATCH - 1 {
            index.commit(Durability::System)?;
        }
    }
    intake.archive.intact()?;
    index.commit(Durability::Disk)?;
    index.confirm()?;
    messages.say(&format!(
        "{} added to {}, {} known before; {} held",
        plural(added, "document"),
        folder.display(),
        documents.len() - added,
        index.len()
    ));
    index.close()?;
    Ok(intake)
}
