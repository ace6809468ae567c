//! From files and streams to documents: the only stage that knows formats.
//!
//! Walk the inputs, undo the compression, undo the encoding, tell the format,
//! cut the stream into records, and make a document of each. A record that
//! cannot become one is a [`Rejection`] with its place, never a failure of the
//! run, and never silent: read = documents + merged + rejected.

pub mod date;
mod decode;
mod delimited;
mod fields;
mod gather;
mod inflate;
mod jsonl;
mod reason;
mod record;
mod scan;
mod settle;
mod sniff;
mod walk;
mod window;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use encoding_rs::UTF_8;

use crate::document::Document;
use crate::error::{Error, ErrorKind};

use self::decode::Transcode;
use self::fields::Fields;
use self::gather::{File, Gathered};
use self::inflate::{Codec, Inflate};
use self::reason::Refusal;
use self::sniff::Format;
use self::window::{Bytes, Window};

pub use self::fields::FieldNames;
pub use self::reason::{Reason, Rejection};

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file, or a folder that is walked.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

impl From<OsString> for Input {
    /// As typed: `-` is standard input.
    fn from(typed: OsString) -> Self {
        if typed == "-" {
            Input::Stdin
        } else {
            Input::Path(typed.into())
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Path(path) => write!(f, "{}", path.display()),
            Input::Stdin => f.write_str("-"),
        }
    }
}

/// Bounds on what one input may cost.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Limits {
    /// Longest text of a document, in bytes of UTF-8.
    pub text_bytes: u64,
    /// Longest raw record, in bytes.
    pub record_bytes: u64,
    /// Greatest ratio of decompressed to compressed bytes.
    pub ratio: u64,
    /// Decompressed bytes up to which any ratio is fine.
    pub ratio_after_bytes: u64,
    /// Binary logarithm of the largest zstd window, in bytes.
    pub zstd_window_log: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            text_bytes: 16 << 20,
            record_bytes: 64 << 20,
            ratio: 1000,
            ratio_after_bytes: 64 << 20,
            zstd_window_log: 27,
        }
    }
}

/// How to read.
#[derive(Clone, Debug)]
pub struct IngestOptions {
    /// Names of fields that replace the usual ones.
    pub fields: FieldNames,
    /// Whether records are kept byte for byte in [`Document::raw`], and the
    /// header lines of tables in [`Intake::headers`].
    pub keep_raw: bool,
    /// A folder to leave out of walks, such as the one that is written to.
    pub skip: Option<PathBuf>,
    /// Whether a folder holds results of an earlier run and is left out of walks.
    pub is_result: fn(&Path) -> bool,
    /// Bounds on what one input may cost.
    pub limits: Limits,
}

impl Default for IngestOptions {
    fn default() -> Self {
        IngestOptions {
            fields: FieldNames::default(),
            keep_raw: false,
            skip: None,
            is_result: |_| false,
            limits: Limits::default(),
        }
    }
}

/// What happened to everything that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records read, and files that were rejected as a whole:
    /// always `documents + merged + rejected`.
    pub read: u64,
    /// Documents, each with a key of its own.
    pub documents: u64,
    /// Records with the key and the content of another.
    pub merged: u64,
    /// Records and files that became no document.
    pub rejected: u64,
    /// Documents that got another key because theirs was taken.
    pub renamed: u64,
    /// Files and streams opened.
    pub files: u64,
    /// Hidden files and folders that were not looked at.
    pub hidden: u64,
    /// Output folders that were not looked at.
    pub skipped: u64,
    /// Documents by the name of their encoding; `(repaired)` behind it means
    /// that bad bytes became U+FFFD.
    pub encodings: BTreeMap<String, u64>,
    /// How often each of the [`Limits`] was hit, by its name.
    pub limits: BTreeMap<String, u64>,
}

/// Everything that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// Sorted by key; every key is unique.
    pub documents: Vec<Document>,
    /// Sorted by place.
    pub rejected: Vec<Rejection>,
    /// The header line of every table by its path, with its line end; only
    /// with [`IngestOptions::keep_raw`].
    pub headers: BTreeMap<String, Box<[u8]>>,
    /// What happened to everything.
    pub counts: Counts,
    /// The names of fields and the bounds that it was read with.
    pub reading: Reading,
}

/// The settings of reading that can change a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Reading {
    /// Names of fields that replaced the usual ones.
    pub fields: FieldNames,
    /// Bounds on what one input might cost.
    pub limits: Limits,
}

/// Reads all inputs.
///
/// The documents and their keys do not depend on the order of the inputs.
///
/// # Errors
/// [`ErrorKind::NoDocuments`] when nothing became a document. Anything that
/// goes wrong with one file or record is a [`Rejection`] instead.
pub fn read_inputs<R: Read>(
    inputs: &[Input],
    stdin: R,
    options: &IngestOptions,
) -> Result<Intake, Error> {
    let fields = Fields::new(&options.fields);
    let mut out = Gathered::default();
    let mut stdin = Some(stdin);
    for input in inputs {
        match input {
            Input::Stdin => match stdin.take() {
                Some(stdin) => stream(Box::new(stdin), "-", options, &fields, &mut out),
                None => {
                    let message = "standard input is named twice and can be read only once";
                    out.reject_path("-", Reason::Unreadable, message);
                }
            },
            Input::Path(root) => {
                walk::walk(root, options, &mut out, |found, out| {
                    match fs::File::open(&found.file) {
                        Ok(file) => stream(Box::new(file), &found.path, options, &fields, out),
                        Err(error) => {
                            out.reject_path(&found.path, Reason::Unreadable, error.to_string());
                        }
                    }
                });
            }
        }
    }
    let mut intake = conclude(out, inputs)?;
    intake.reading = Reading {
        fields: options.fields.clone(),
        limits: options.limits.clone(),
    };
    Ok(intake)
}

/// Reads one file or stream.
fn stream<'a>(
    raw: Box<dyn Read + 'a>,
    path: &str,
    options: &IngestOptions,
    fields: &Fields,
    out: &mut Gathered,
) {
    out.counts.files += 1;
    let path: Arc<str> = path.into();
    let mut file = File {
        path: &path,
        options,
        fields,
        encoding: None,
        out,
    };
    let repaired = Rc::new(Cell::new(0));
    if let Err(refusal) = plain(raw, options, &repaired)
        .map_err(Refusal::from)
        .and_then(|(mut window, encoding)| {
            file.encoding = encoding;
            records(&mut window, &mut file)
        })
    {
        file.reject(None, 0, refusal);
    }
    if let (Some(encoding), true) = (file.encoding, repaired.get() > 0) {
        file.out.count_encoding(&format!("{encoding} (repaired)"));
    }
}

/// The content without compression and, where a mark tells the encoding, as
/// UTF-8; with the name of that encoding.
fn plain<'a>(
    raw: Box<dyn Read + 'a>,
    options: &IngestOptions,
    repaired: &Rc<Cell<u64>>,
) -> std::io::Result<(Bytes<'a>, Option<&'static str>)> {
    let mut window: Bytes<'a> = Window::new(raw);
    if let Some(codec) = Codec::sniff(window.fill(4)) {
        window = Window::new(Box::new(Inflate::new(window, codec, &options.limits)?));
    }
    let Some((encoding, mark)) = decode::byte_order_mark(window.fill(4)) else {
        return Ok((window, None));
    };
    window.consume(mark);
    window.rebase();
    if encoding == UTF_8 {
        return Ok((window, None));
    }
    let transcoded = Transcode::new(window, encoding, repaired.clone());
    Ok((Window::new(Box::new(transcoded)), Some(encoding.name())))
}

/// Cuts the content into records by its format.
fn records(window: &mut Bytes<'_>, file: &mut File<'_>) -> Result<(), Refusal> {
    window.fill(sniff::HEAD);
    if window.available().is_empty() {
        // Damage before the first byte: what kind of file it is stays unknown.
        if let Some(damage) = window.damage() {
            return Err(damage.clone());
        }
        if **file.path == *"-" {
            return Ok(());
        }
    }
    match sniff::format(window.available(), file.path, file.fields)? {
        Format::JsonLines => jsonl::read(window, file),
        Format::Delimited(delimiter) => delimited::read(window, delimiter, file),
        Format::Text => return text(window, file),
    }
    Ok(())
}

/// Reads a file that is one text.
fn text(window: &mut Bytes<'_>, file: &mut File<'_>) -> Result<(), Refusal> {
    let limit = file.options.limits.text_bytes;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    if window.fill(most.saturating_add(1)).len() > most {
        return Err(record::text_too_long(limit));
    }
    if window.damage().is_some() {
        file.finish(window, None);
        return Ok(());
    }
    let (text, encoding) = decode::decode(window.available())?;
    let document = record::whole_file(text.into_owned(), file.path, limit)?;
    file.accept(document, None, encoding);
    Ok(())
}

/// Sorts, settles keys and dates, and checks that nothing was lost.
fn conclude(out: Gathered, inputs: &[Input]) -> Result<Intake, Error> {
    let Gathered {
        mut documents,
        mut rejected,
        headers,
        mut counts,
    } = out;
    rejected.sort_by(|a, b| {
        let key = |r: &Rejection| (r.place.offset, r.place.record, r.reason);
        (a.place.path.cmp(&b.place.path)).then_with(|| key(a).cmp(&key(b)))
    });
    settle::precision(&mut documents);
    let settled = settle::keys(documents);
    counts.documents = settled.documents.len() as u64;
    counts.merged = settled.merged;
    counts.renamed = settled.renamed;
    counts.rejected = rejected.len() as u64;
    for limit in rejected.iter().filter_map(|r| r.reason.limit()) {
        *counts.limits.entry(limit.to_owned()).or_default() += 1;
    }
    if counts.read != counts.documents + counts.merged + counts.rejected {
        return Err(ErrorKind::Internal(format!(
            "{} records read, but {} documents, {} merged and {} rejected",
            counts.read, counts.documents, counts.merged, counts.rejected
        ))
        .into());
    }
    if settled.documents.is_empty() {
        return Err(ErrorKind::NoDocuments {
            inputs: inputs.iter().map(Input::to_string).collect(),
            rejected: counts.rejected,
            first: rejected.first().map(Rejection::to_string),
        }
        .into());
    }
    Ok(Intake {
        reading: Reading::default(),
        documents: settled.documents,
        rejected,
        headers,
        counts,
    })
}
