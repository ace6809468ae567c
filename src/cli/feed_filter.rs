//! `wirecopy dedup --format feed`: a filter between an outlet and a feed reader.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use super::args::{DedupArgs, DedupFormatArg};
use super::progress::Messages;
use super::{Outcome, live, plan};
use crate::config::{Resources, Settings};
use crate::document::Document;
use crate::error::{Error, ErrorKind};
use crate::group::Policy;
use crate::ingest::{
    FEED_BYTES, FeedFile, IngestOptions, MARK, Notation, Rejection, Unit, read_feed,
};
use crate::lineage::host_of;
use crate::normalise::normalise;
use crate::pipeline::{ItemVerdict, among_themselves, judge_items};
use crate::write::{self, FeedEdit, atom_mark, edited_feed, json_mark, plural, rdf_mark, rss_mark};

/// Memory for the search, at most: a feed is small, and a reader runs many filters at once.
const MEMORY: u64 = 128 << 20;

/// Refuses what was typed for the other format.
pub(super) fn check(args: &DedupArgs) -> Result<(), Error> {
    let feed = &args.feed;
    if args.live.index.is_some()
        && let Some(flag) = plan::of_the_search(&args.matching)
    {
        let advice = "says how a batch is searched; an index finds texts in its own way, by 40 keys of each, and compares them exactly; leave it out";
        return Err(Error::setting(flag, advice));
    }
    if feed.format == DedupFormatArg::Records {
        if feed.never.is_some() {
            let advice = "excepts outlets of a feed (RSS, Atom, JSON Feed); add --format feed, or leave it out";
            return Err(Error::setting("--never", advice));
        }
        if feed.annotate && args.live.index.is_none() {
            let advice = "marks the items of a feed with --format feed, and records with --index DIR; add one of them, or \
                          take --decisions FILE";
            return Err(Error::setting("--annotate", advice));
        }
        return Ok(());
    }
    let typed = [
        ("--decisions", args.decisions.is_some()),
        ("--against", !args.archive.against.is_empty()),
        ("--map", args.input.reading.map.is_some()),
        ("--follow", args.live.follow),
    ];
    if let Some((flag, _)) = typed.into_iter().find(|(_, typed)| *typed) {
        let advice = "does not go with --format feed; leave it out, or run without --format";
        return Err(Error::setting(flag, advice));
    }
    if args.input.inputs.len() != 1 {
        let advice = "a filter takes one feed: give `-` or one file";
        return Err(Error::setting("--format feed", advice));
    }
    Ok(())
}

/// Reads one feed and writes it again. Whatever is wrong with it, all of it is written: a filter
/// that loses a feed is worse than none.
pub(super) fn run(args: &DedupArgs, policy: &Policy) -> Result<Outcome, Error> {
    let settings = plan::settings(&args.matching)?;
    let never = Never::read(args.feed.never.as_deref())?;
    plan::threads(&args.running)?;
    let output = args
        .output
        .as_deref()
        .filter(|file| file.as_os_str() != "-");
    if let Some(file) = output {
        plan::check_target(file, &args.input.inputs, args.force)?;
    }
    let options = plan::reading(&args.input.reading)?;
    let input = args.input.inputs.first().map(AsRef::as_ref);
    let input: &Path = input.unwrap_or(Path::new("-"));
    let mut source = Source::open(input)?;
    let messages = Messages::new(&args.running);
    let resources = Resources {
        memory: args.running.memory.min(MEMORY),
        ..plan::resources(&args.running, &[])
    };
    let name = input.to_string_lossy();
    let edited = edits(
        &source.bytes,
        &name,
        (&options, &settings, &resources, policy),
        (&never, args),
        &messages,
    );
    messages.end();
    let (edits, told, found) = match edited {
        Ok(edited) => edited,
        Err(Failed::Stopped(error)) => return Err(error),
        Err(Failed::Left(why)) => (Vec::new(), format!("left as it is: {why}"), false),
    };
    let write = |out: &mut dyn Write| {
        edited_feed(&source.bytes, &edits, out)?;
        // What was too much to look at.
        io::copy(&mut source.rest, out).map(drop)
    };
    match output {
        Some(file) => write::place(file, write)?,
        None => plan::to_stream(io::BufWriter::new(io::stdout().lock()), write)?,
    }
    messages.say(&told);
    if let Some(error) = source.failed {
        return Err(error);
    }
    Ok(if args.running.exit_code && found {
        Outcome::Found
    } else {
        Outcome::Done
    })
}

/// A feed in memory, as far as it is looked at.
struct Source {
    bytes: Vec<u8>,
    rest: Box<dyn Read>,
    /// What ended the reading before its time.
    failed: Option<Error>,
}

impl Source {
    fn open(path: &Path) -> Result<Self, Error> {
        let fail = |cause| Error::io("reading the feed", path, cause);
        let mut rest: Box<dyn Read> = if path.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(fs::File::open(path).map_err(fail)?)
        };
        let mut bytes = Vec::new();
        let read = (&mut rest)
            .take(FEED_BYTES as u64 + 1)
            .read_to_end(&mut bytes);
        let failed = read.err().map(fail);
        if failed.is_some() {
            rest = Box::new(io::empty());
        }
        Ok(Source {
            bytes,
            rest,
            failed,
        })
    }
}

/// Why no edit is made.
enum Failed {
    /// The feed is passed on as it is.
    Left(String),
    /// The run was stopped.
    Stopped(Error),
}

const LEFT_OUT: &str = "; it is left out";
const KEPT: &str = "; what came before was kept";

impl From<Rejection> for Failed {
    fn from(rejection: Rejection) -> Self {
        // What readers do with a fault is not what is done here.
        let said = rejection.to_string();
        let end = [LEFT_OUT, KEPT].iter().find_map(|told| said.find(told));
        Failed::Left(
            said.get(..end.unwrap_or(said.len()))
                .unwrap_or(&said)
                .to_owned(),
        )
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Cancelled => Failed::Stopped(error),
            _ => Failed::Left(error.to_string()),
        }
    }
}

/// The edits, what to say of them, and whether there were copies.
fn edits(
    bytes: &[u8],
    name: &str,
    (options, settings, resources, policy): (&IngestOptions, &Settings, &Resources, &Policy),
    (never, args): (&Never, &DedupArgs),
    messages: &Messages,
) -> Result<(Vec<FeedEdit>, String, bool), Failed> {
    if bytes.trim_ascii().is_empty() {
        return Err(Failed::Left(format!("{name}: the input is empty")));
    }
    let feed = read_feed(bytes, name, options)?;
    let documents = feed.items().iter().filter_map(|item| item.document.clone());
    let decided = judge_items(documents.collect(), |documents| match &args.live.index {
        None => among_themselves(documents, settings, resources, policy, messages),
        Some(folder) => live::judge(&documents, folder, args, settings, policy),
    })?;
    let of_feed = feed
        .addresses()
        .iter()
        .any(|address| never.has_host(address));
    let mut decided = decided.into_iter();
    let verdicts: Vec<ItemVerdict> = feed
        .items()
        .iter()
        .map(|item| {
            let document = item.document.as_ref();
            let verdict = document.and_then(|_| decided.next()).unwrap_or_default();
            let is_from = |address: &String| never.has_host(address);
            let excepted = of_feed
                || document.is_some_and(|document| never.has(document))
                || item.sources.iter().any(is_from);
            if excepted {
                ItemVerdict::new()
            } else {
                verdict
            }
        })
        .collect();
    let copies = verdicts.iter().filter(|verdict| verdict.outcome.is_copy());
    let copies = copies.count();
    let edits = if args.feed.annotate {
        marks(&feed, &verdicts)
    } else {
        let is_copy = |number: usize| verdicts.get(number).is_some_and(|v| v.outcome.is_copy());
        let gone = |range| FeedEdit {
            range,
            text: Vec::new(),
        };
        feed.cuts(&is_copy).into_iter().map(gone).collect()
    };
    let done = if args.feed.annotate {
        "marked"
    } else {
        "removed"
    };
    let told = format!(
        "{} of a feed: {} {done}",
        plural(verdicts.len(), "item"),
        if copies == 1 {
            "1 copy".to_owned()
        } else {
            format!("{copies} copies")
        }
    );
    Ok((edits, told, copies > 0))
}

/// A mark in every item that is not new.
fn marks(feed: &FeedFile<'_>, verdicts: &[ItemVerdict]) -> Vec<FeedEdit> {
    let mut edits = Vec::new();
    for (number, (verdict, item)) in verdicts.iter().zip(feed.items()).enumerate() {
        if verdict.outcome == crate::pipeline::Outcome::New {
            continue;
        }
        let Some(place) = feed.mark(number) else {
            continue;
        };
        let (outcome, kept) = (verdict.outcome.code(), verdict.kept.as_deref());
        let mark = match feed.notation() {
            Notation::Rss => rss_mark(&place.prefix, outcome, kept),
            Notation::Atom => atom_mark(&place.prefix, outcome, kept),
            Notation::Rdf => rdf_mark(outcome, kept),
            Notation::Json if place.range.is_empty() => {
                format!("\"{MARK}\": {}", json_mark(outcome, kept))
            }
            Notation::Json => json_mark(outcome, kept),
        };
        let unit = feed.unit();
        let mark = unit.written(&mark);
        let own = feed.bytes().get(item.range.clone()).unwrap_or_default();
        // An earlier run may have been here.
        if feed.notation() != Notation::Json && memchr::memmem::find(own, &mark).is_some() {
            continue;
        }
        let mut text = Vec::new();
        if place.range.is_empty() {
            if feed.notation() == Notation::Json {
                text.extend(Unit::One.written(","));
            }
            text.extend(feed.bytes().get(place.indentation).unwrap_or_default());
        }
        text.extend(mark);
        edits.push(FeedEdit {
            range: place.range,
            text,
        });
    }
    edits
}

/// Outlets and hosts whose items stay as they are.
#[derive(Default)]
struct Never {
    outlets: BTreeSet<String>,
    hosts: BTreeSet<String>,
}

impl Never {
    /// From a file with one in each line; behind `#` stand notes.
    fn read(file: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = file else {
            return Ok(Never::default());
        };
        let list = fs::read_to_string(path)
            .map_err(|cause| Error::io("reading the outlets of --never", path, cause))?;
        Ok(Never::of(&list))
    }

    fn of(list: &str) -> Self {
        let mut never = Never::default();
        for line in list.trim_start_matches('\u{feff}').lines() {
            // A `#` within a name or an address is none of a note.
            let note = line.find(" #").or(line.find("\t#"));
            let line = line
                .get(..note.unwrap_or(line.len()))
                .unwrap_or(line)
                .trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if !line.contains(' ') {
                never.hosts.extend(host_of(line));
            }
            never.outlets.insert(same_name(line));
        }
        never
    }

    fn has(&self, document: &Document) -> bool {
        let source = document.source.as_deref().map(same_name);
        source.is_some_and(|source| self.outlets.contains(&source))
            || document
                .url
                .as_deref()
                .is_some_and(|url| self.has_host(url))
    }

    /// Whether the host of an address, or a domain that it lies in, is listed.
    fn has_host(&self, address: &str) -> bool {
        // An id may be a tag of a domain: `tag:orme.example,2005:feed`.
        let tagged = address.trim().strip_prefix("tag:");
        let tagged = tagged
            .and_then(|tag| tag.split_once(','))
            .map(|(own, _)| own);
        let host = host_of(tagged.unwrap_or(address.trim())).unwrap_or_default();
        let mut domain = Some(host.as_str());
        while let Some(own) = domain.filter(|own| !own.is_empty()) {
            if self.hosts.contains(own) {
                return true;
            }
            domain = own.split_once('.').map(|(_, above)| above);
        }
        false
    }
}

/// A name as it is compared: its words alone.
fn same_name(name: &str) -> String {
    normalise(name).canonical().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_by_name_and_by_host() {
        let never =
            Never::of("# wires\nOrme Post # a note\n\nhttps://www.hill.example/feed\nC# News\n");
        let document = |source: &str, url: &str| Document {
            source: Some(source.into()),
            url: Some(url.into()),
            ..Document::default()
        };
        assert!(never.has(&document("ORME  POST", "")));
        assert!(never.has(&document("", "https://hill.example/1")));
        assert!(never.has(&document("", "http://live.hill.example/1")));
        assert!(never.has(&document("C# news", "")));
        assert!(!never.has(&document("Orme", "https://uphill.example/")));
        assert!(!never.has(&document("", "")));
        assert!(!Never::default().has(&document("", "")));
    }
}
