//! `wirecopy index`: looking after an index.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::args::{CsvArg, IndexArgs, IndexTask, PageArg, ReadingArgs};
use super::live::{lasting, now};
use super::{Outcome, plan};
use crate::document::Text;
use crate::error::Error;
use crate::index::store::{self, Disk};
use crate::index::{Durability, Entry, Index, Statistics, fingerprint};
use crate::ingest::{self, Input};
use crate::write::{self, answer_json, inert, plural};

/// Keys that are removed at once.
const AT_ONCE: usize = 1 << 16;

pub(super) fn run(args: &IndexArgs) -> Result<Outcome, Error> {
    let Some(folder) = &args.index else {
        return Err(Error::setting(
            "--index",
            "names no folder; give --index DIR",
        ));
    };
    let say = |line: &str| {
        if !args.quiet {
            let _ = writeln!(io::stderr().lock(), "{}", inert(line));
        }
    };
    match &args.task {
        IndexTask::Stats { format } => stats(folder, *format),
        IndexTask::Verify => verify(folder),
        IndexTask::Rebuild => rebuild(folder, &say),
        IndexTask::Expire { older_than } => expire(folder, *older_than, &say),
        IndexTask::Remove { ids } => remove(folder, ids, &say),
        IndexTask::Merge { other } => merge(folder, other, &say),
        IndexTask::Query {
            inputs,
            format,
            reading,
        } => {
            let inputs: Vec<Input> = inputs.iter().cloned().map(Input::from).collect();
            query(folder, &inputs, *format, reading)
        }
        IndexTask::Export { output, force, csv } => export(folder, (output, *force, *csv), &say),
    }
}

fn reader(folder: &Path) -> Result<Index, Error> {
    Index::open_read(folder, &Index::options_of(folder)?)
}

fn writer(folder: &Path) -> Result<Index, Error> {
    // Asked for first: an index that is not there is not made.
    let options = Index::options_of(folder)?;
    Index::open(folder, &options)
}

fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    plan::to_stream(io::BufWriter::new(io::stdout().lock()), write)
}

fn stats(folder: &Path, format: PageArg) -> Result<Outcome, Error> {
    let index = reader(folder)?;
    let figures = index.statistics();
    let settings = index.store().fingerprint().to_string();
    print(|out| match format {
        PageArg::Json => {
            let lines = settings.lines().filter_map(|line| line.split_once(' '));
            let settings: serde_json::Map<String, serde_json::Value> = lines
                .map(|(name, value)| (name.to_string(), value.into()))
                .collect();
            let all = serde_json::json!({ "index": figures, "settings": settings });
            writeln!(out, "{all:#}")
        }
        _ => describe(&figures, &settings, out),
    })?;
    Ok(Outcome::Done)
}

fn describe(figures: &Statistics, settings: &str, out: &mut dyn Write) -> io::Result<()> {
    let each = |bytes: u64| match bytes.checked_div(figures.documents as u64) {
        Some(each) => format!("{each} a document"),
        None => "and no document".to_string(),
    };
    let rows = [
        ("documents", figures.documents as u64, String::new()),
        ("distinct texts", figures.texts as u64, String::new()),
        (
            "groups",
            figures.groups as u64,
            format!("of {} documents", figures.grouped),
        ),
        ("verified pairs", figures.pairs as u64, String::new()),
        (
            "bytes in memory",
            figures.memory_bytes as u64,
            each(figures.memory_bytes as u64),
        ),
        (
            "bytes of log",
            figures.log_bytes,
            format!(
                "{}, in {}",
                each(figures.log_bytes),
                plural(figures.segments, "file")
            ),
        ),
        (
            "arrivals and removals",
            figures.changes,
            "that ever were".to_string(),
        ),
    ];
    for (name, number, more) in rows {
        writeln!(
            out,
            "{}",
            format!("{name:22}{number:>16}  {more}").trim_end()
        )?;
    }
    writeln!(out, "made with")?;
    settings
        .lines()
        .try_for_each(|line| writeln!(out, "  {line}"))
}

fn verify(folder: &Path) -> Result<Outcome, Error> {
    let damage = store::verify(&Disk::new(folder))?;
    print(|out| {
        for one in &damage {
            writeln!(
                out,
                "{} at byte {}: {}",
                inert(&one.file),
                one.offset,
                inert(&one.what)
            )?;
        }
        match damage.len() {
            0 => writeln!(out, "every byte is as it was written"),
            _ => Ok(()),
        }
    })?;
    if damage.is_empty() {
        // What the log says has to make sense too.
        reader(folder)?;
        return Ok(Outcome::Done);
    }
    Err(Error::setting(
        "index verify",
        format!(
            "{} found; `wirecopy index rebuild` keeps what is intact",
            plural(damage.len(), "damaged place")
        ),
    ))
}

fn rebuild(folder: &Path, say: &dyn Fn(&str)) -> Result<Outcome, Error> {
    let files = Arc::new(Disk::new(folder));
    // The settings may be lost with the manifest; segments bear a hash of them.
    let options = Index::options_of(folder).unwrap_or_default();
    let salvaged = store::salvage(files, &fingerprint(&options)?)?;
    for one in &salvaged.damage {
        say(&format!(
            "{} at byte {}: {}",
            one.file, one.offset, one.what
        ));
    }
    say(&format!(
        "{} entries kept, {} lost at least, {} bytes lost",
        salvaged.entries, salvaged.lost_entries, salvaged.lost_bytes
    ));
    let mut index = Index::open(folder, &options)?;
    if salvaged.lost_entries > 0 || salvaged.lost_bytes > 0 {
        // What is lost comes again where it is still there; what is held is known.
        index.forget_marks()?;
    }
    let freed = index.purge()?;
    index.save()?;
    say(&format!(
        "{} held, {freed} bytes freed",
        plural(index.len(), "document")
    ));
    index.close()?;
    Ok(Outcome::Done)
}

fn expire(folder: &Path, age: Duration, say: &dyn Fn(&str)) -> Result<Outcome, Error> {
    let mut index = writer(folder)?;
    let gone = index.expire(now().saturating_sub(age.as_secs()))?;
    finish(index, gone.documents, say)
}

/// Makes a removal safe and gives back the room.
fn finish(mut index: Index, gone: usize, say: &dyn Fn(&str)) -> Result<Outcome, Error> {
    index.commit(Durability::Disk)?;
    let freed = if gone > 0 { index.tidy()? } else { 0 };
    let held = index.len();
    index.close()?;
    say(&format!(
        "{} removed, {held} held, {freed} bytes freed",
        plural(gone, "document")
    ));
    Ok(Outcome::Done)
}

fn remove(folder: &Path, ids: &OsStr, say: &dyn Fn(&str)) -> Result<Outcome, Error> {
    let list = match ids == "-" {
        true => io::read_to_string(io::stdin()),
        false => fs::read_to_string(ids),
    };
    let list = list.map_err(|cause| Error::io("reading the keys", ids, cause))?;
    let mut keys: Vec<&str> = list
        .trim_start_matches('\u{feff}')
        .lines()
        .map(|line| crate::formulas::original(line.trim_end_matches('\r')))
        .filter(|line| !line.is_empty())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut index = writer(folder)?;
    let (mut gone, mut unknown) = (0, Vec::new());
    for some in keys.chunks(AT_ONCE) {
        let removed = index.remove(some)?;
        gone += removed.documents;
        unknown.extend(removed.unknown);
    }
    for key in unknown.iter().take(10) {
        say(&format!("no document has the key {key:?}"));
    }
    if unknown.len() > 10 {
        say(&format!("and {} more", unknown.len() - 10));
    }
    finish(index, gone, say)
}

fn merge(folder: &Path, other: &Path, say: &dyn Fn(&str)) -> Result<Outcome, Error> {
    let mut index = writer(folder)?;
    let from = reader(other)?;
    let before = index.len();
    let mut count = 0usize;
    from.for_each(&mut |entry: Entry| {
        index.insert(&entry.document, entry.arrived)?;
        count += 1;
        if count.is_multiple_of(1000) {
            index.commit(Durability::System)?;
        }
        Ok(())
    })?;
    index.commit(Durability::Disk)?;
    // Whoever sent them to the other index was answered there.
    index.confirm()?;
    let held = index.len();
    index.close()?;
    say(&format!(
        "{} read, {} new, {held} held",
        plural(count, "document"),
        held - before
    ));
    Ok(Outcome::Done)
}

fn query(
    folder: &Path,
    inputs: &[Input],
    format: PageArg,
    reading: &ReadingArgs,
) -> Result<Outcome, Error> {
    let mut index = reader(folder)?;
    let intake = ingest::read_and_tell(inputs, io::stdin(), &plan::reading(reading)?, &())?;
    let mut answers = Vec::new();
    for document in &intake.documents {
        answers.push(index.query(&lasting(document, &intake.archive))?);
    }
    intake.archive.intact()?;
    print(|out| {
        for answer in &answers {
            if format == PageArg::Json {
                writeln!(out, "{}", answer_json(answer))?;
                continue;
            }
            let held = if answer.is_known { "held, " } else { "" };
            let outcome = answer.outcome.code();
            write!(out, "{}: {held}{outcome}", inert(&answer.key))?;
            if let (Some(jaccard), Some(containment)) = (answer.jaccard, answer.containment) {
                write!(
                    out,
                    " of {}, Jaccard {jaccard:.4}, containment {containment:.4}",
                    inert(&answer.kept)
                )?;
            }
            match answer.group {
                Some(group) => writeln!(out, ", group {group}")?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    })?;
    Ok(if intake.rejected.is_empty() {
        Outcome::Done
    } else {
        Outcome::Rejected
    })
}

fn export(
    folder: &Path,
    (output, force, csv): (&Path, bool, CsvArg),
    say: &dyn Fn(&str),
) -> Result<Outcome, Error> {
    let index = reader(folder)?;
    fs::create_dir_all(output).map_err(|cause| Error::io("making the folder", output, cause))?;
    let [documents, events] = ["documents.jsonl", "group_events.csv"].map(|name| output.join(name));
    for file in [&documents, &events] {
        plan::check_target(file, &[], force)?;
    }
    let mut failed = None;
    write::place(&documents, |out| {
        let done = index.for_each(&mut |entry| {
            let line = record(&entry);
            writeln!(out, "{line}").map_err(|cause| Error::io("writing", &documents, cause))
        });
        if let Err(error) = done {
            failed = Some(error);
            return Err(io::Error::other("the index cannot be read"));
        }
        Ok(())
    })
    .map_err(|error| failed.take().unwrap_or(error))?;
    let told = index.events()?;
    write::place(&events, |out| {
        write::events_csv(&told, plan::csv_style(csv), out)
    })?;
    say(&format!(
        "{} and {} written",
        plural(index.len(), "document"),
        plural(told.len(), "event")
    ));
    Ok(Outcome::Done)
}

/// A document as a line that `wirecopy` reads again as it was.
fn record(entry: &Entry) -> serde_json::Value {
    let document = &entry.document;
    let text = match &document.text {
        Text::Held(text) => &**text,
        Text::Stored { .. } => "",
    };
    let mut line = serde_json::json!({ "id": document.key, "text": text });
    let optional = [
        ("title", document.title.as_deref().map(str::to_string)),
        ("source", document.source.as_deref().map(str::to_string)),
        ("url", document.url.as_deref().map(str::to_string)),
        (
            "syndicated_from",
            document.syndicated_from.as_deref().map(str::to_string),
        ),
        (
            "published",
            document.published.map(|moment| moment.to_string()),
        ),
        (
            "collected",
            document.collected.map(|moment| moment.to_string()),
        ),
        ("group_id", entry.group.map(|group| group.to_string())),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            line[name] = value.into();
        }
    }
    line["kept"] = entry.is_kept.into();
    line
}
