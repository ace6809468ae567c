//! From files and streams to documents: the only stage that knows formats.
//!
//! Walk the inputs, undo the compression, undo the encoding, tell the format,
//! cut the stream into records, and make a document of each. A record that
//! cannot become one is a [`Rejection`] with its place, never a failure of the
//! run, and never silent: read = documents + merged + rejected.

mod archive;
mod author;
#[cfg(feature = "parquet")]
mod columnar;
mod decode;
mod delimited;
mod dialect;
mod feed_file;
mod fields;
mod gather;
mod html;
mod inflate;
mod json_feed;
mod json_scan;
mod json_values;
mod jsonl;
mod labels;
mod lookup;
mod mail;
mod members;
mod mojibake;
mod ninjs;
mod reason;
mod record;
mod rejections;
mod rows;
mod scan;
mod settle;
mod sheet;
mod shield;
mod sniff;
mod spool;
mod stream;
mod tar;
mod unescape;
mod unmarked;
mod walk;
#[cfg(feature = "warc")]
mod warc;
mod window;
mod xml;
mod zip;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{FieldMap, FieldPath};
use crate::document::{Archive, Corpus, Document};
use crate::error::{Error, ErrorKind};

use self::archive::Shelf;
use self::fields::Fields;
use self::gather::Gathered;
use self::stream::{forced, stream};

pub use self::feed_file::{
    FEED_BYTES, FeedFile, FeedItem, MARK, MarkPlace, Member, Notation, Unit, members, read_feed,
    without_member,
};
pub use self::fields::FieldNames;
pub use self::reason::{Reason, Rejection};
pub use self::sheet::{Sheet, SheetRow};
pub use self::stream::is_json_lines;

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file, or a folder that is walked.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// Bytes in memory, read as a file of this name would be.
    Bytes(String, Arc<[u8]>),
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
            Input::Bytes(name, _) => f.write_str(name),
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
    /// Deepest nesting of JSON values.
    pub json_depth: u32,
    /// Deepest nesting of XML elements.
    pub xml_depth: u32,
    /// Deepest nesting of HTML elements, at most 160; tags beyond are dropped and their words kept.
    pub html_depth: u32,
    /// Most elements of a page that are made a tree of, with 75 levels and 105 bytes for each on
    /// average; the text of a larger page is found without one.
    pub html_tree: u32,
    /// Most elements of formatting on a page that end out of order; the ends beyond are dropped.
    pub html_misnested: u32,
    /// Most attributes of an element. A record of XML with more is rejected; of HTML those beyond
    /// are passed over.
    pub attributes: u32,
    /// Most fields of a row of a delimited table.
    pub columns: u32,
    /// Most elements and texts of a record of XML.
    pub xml_nodes: u32,
    /// Most parts of a mail message.
    pub mail_parts: u32,
    /// Deepest nesting of parts of a mail message.
    pub mail_depth: u32,
    /// Deepest nesting of archives in archives.
    pub archive_depth: u32,
    /// Most members of one archive.
    pub archive_members: u64,
    /// Most rejections of one input file that are told one by one, and a tenth of those of a
    /// run; the others are one [`Rejection`] for each reason.
    pub rejections: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            text_bytes: 16 << 20,
            record_bytes: 64 << 20,
            ratio: 1000,
            ratio_after_bytes: 64 << 20,
            zstd_window_log: 27,
            json_depth: 128,
            xml_depth: 256,
            html_depth: 512,
            html_tree: 40_000,
            html_misnested: 64,
            attributes: 1000,
            columns: 65_536,
            xml_nodes: 500_000,
            mail_parts: 10_000,
            mail_depth: 32,
            archive_depth: 4,
            archive_members: 1_000_000,
            rejections: 100_000,
        }
    }
}

/// How to read.
#[derive(Clone, Debug)]
pub struct IngestOptions {
    /// Names of fields that replace the usual ones.
    pub fields: FieldNames,
    /// Where in odd records the fields are, for those that no name was given for.
    pub map: FieldMap,
    /// Values of the records that are carried through to the outputs.
    pub carry: Vec<FieldPath>,
    /// An archive that the inputs are matched against: read as they are, and its
    /// documents marked as [`archived`](Document::archived).
    pub archive: Vec<Input>,
    /// Whether records are kept byte for byte in [`Document::raw`], and the
    /// header lines of tables in [`Intake::headers`].
    pub keep_raw: bool,
    /// A folder to leave out of walks, such as the one that is written to.
    pub skip: Option<PathBuf>,
    /// Whether a folder holds results of an earlier run and is left out of walks.
    pub is_result: fn(&Path) -> bool,
    /// Bounds on what one input may cost.
    pub limits: Limits,
    /// The encoding of every text without a byte order mark, by its name, in place of a guess.
    pub encoding: Option<String>,
    /// Folder for temporary files; none for the system's own.
    pub temporary: Option<PathBuf>,
}

impl Default for IngestOptions {
    fn default() -> Self {
        IngestOptions {
            fields: FieldNames::default(),
            map: FieldMap::new(),
            carry: Vec::new(),
            archive: Vec::new(),
            keep_raw: false,
            skip: None,
            is_result: |_| false,
            limits: Limits::default(),
            encoding: None,
            temporary: None,
        }
    }
}

/// Hears every text on the way in, while it is at hand: reading a text twice
/// costs as much as looking at it.
pub trait Listener: Sync {
    /// A text of a document, told once from any thread, with the number by
    /// which [`Document::arrival`] knows it.
    fn text(&self, arrival: u32, text: &str) {
        let _ = (arrival, text);
    }

    /// These of the texts that it heard were of records that only repeat another one.
    fn merged(&self, arrivals: &[u32]) {
        let _ = arrivals;
    }

    /// So many bytes more of the decompressed input were dealt with.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] ends the reading.
    fn read(&self, bytes: u64) -> Result<(), Error> {
        let _ = bytes;
        Ok(())
    }
}

/// Hears nothing.
impl Listener for () {}

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
    /// Records of web archives that hold no article by their own account: requests,
    /// metadata, redirects, failures, images.
    pub passed: u64,
    /// Documents by the name of their encoding; `(repaired)` behind it means
    /// that bad bytes became U+FFFD.
    pub encodings: BTreeMap<String, u64>,
    /// How often each of the [`Limits`] was hit, by its name.
    pub limits: BTreeMap<String, u64>,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Intake {
    /// Sorted by key; every key is unique.
    pub documents: Vec<Document>,
    /// Where their texts are.
    pub archive: Archive,
    /// Sorted by place.
    pub rejected: Vec<Rejection>,
    /// The header line of every table by its path, with its line end; only
    /// with [`IngestOptions::keep_raw`].
    pub headers: BTreeMap<String, Box<[u8]>>,
    /// What happened to everything.
    pub counts: Counts,
    /// The names of fields and the bounds that it was read with.
    pub reading: Reading,
    /// [`ErrorKind::NoDocuments`] where the inputs, or the archive, gave no document.
    pub failure: Option<Error>,
}

impl Intake {
    /// The documents with their texts at hand.
    pub fn corpus(&self) -> Corpus<'_> {
        Corpus {
            documents: &self.documents,
            archive: &self.archive,
        }
    }
}

/// The settings of reading that can change a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Reading {
    /// Names of fields that replaced the usual ones.
    pub fields: FieldNames,
    /// What a map said about fields.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub map: FieldMap,
    /// Values that were carried through to the outputs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub carry: Vec<FieldPath>,
    /// The encoding that was given in place of a guess.
    pub encoding: Option<String>,
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
pub fn read_inputs<R: Read + Send>(
    inputs: &[Input],
    stdin: R,
    options: &IngestOptions,
) -> Result<Intake, Error> {
    read_and_tell(inputs, stdin, options, &())
}

/// As [`read_inputs`], while `listener` hears every text.
///
/// # Errors
/// As [`read_inputs`]; a temporary file that cannot be written; what the
/// listener says.
pub fn read_and_tell<R: Read + Send>(
    inputs: &[Input],
    stdin: R,
    options: &IngestOptions,
    listener: &dyn Listener,
) -> Result<Intake, Error> {
    let mut intake = read_or_tell_why(inputs, stdin, options, listener)?;
    match intake.failure.take() {
        Some(error) => Err(error),
        None => Ok(intake),
    }
}

/// As [`read_and_tell`], but where nothing became a document that is told in
/// [`Intake::failure`], beside everything that was rejected.
///
/// # Errors
/// A temporary file that cannot be written; what the listener says.
pub fn read_or_tell_why<R: Read + Send>(
    inputs: &[Input],
    stdin: R,
    options: &IngestOptions,
    listener: &dyn Listener,
) -> Result<Intake, Error> {
    if let Some(name) = &options.encoding
        && forced(Some(name)).is_none()
    {
        let advice = format!(
            "no encoding is called {name:?}; take one such as windows-1252, gbk or utf-16le"
        );
        return Err(Error::setting("--encoding", advice));
    }
    let (map, carry) = (&options.map, &options.carry);
    let fields = Fields::with_paths(&options.fields, map, carry, &options.limits);
    let fields = Arc::new(fields);
    let encoding = forced(options.encoding.as_deref());
    let reading = (&options.limits, encoding);
    let shelf = Shelf::new(fields.clone(), reading, options.temporary.clone());
    let mut out = Gathered::new(shelf, listener, options.limits.rejections);
    let mut stdin = Some(stdin);
    let own = inputs.iter().map(|input| (input, false));
    let mut of_inputs = 0;
    for (input, archived) in own.chain(options.archive.iter().map(|input| (input, true))) {
        out.rejected.next_file();
        if !archived {
            of_inputs = usize::MAX;
        } else if !out.archived {
            of_inputs = out.rejected.rows();
        }
        out.archived = archived;
        match input {
            Input::Stdin => match stdin.take() {
                Some(stdin) => stream(
                    Box::new(stdin),
                    "-",
                    None,
                    (options, &fields),
                    (0, &Arc::default()),
                    &mut out,
                ),
                None => {
                    let message = "standard input is named twice and can be read only once";
                    out.reject_path("-", Reason::Unreadable, message);
                }
            },
            Input::Bytes(name, bytes) => {
                let content = Box::new(&bytes[..]);
                stream(
                    content,
                    name,
                    None,
                    (options, &fields),
                    (0, &Arc::default()),
                    &mut out,
                );
            }
            Input::Path(root) => {
                walk::walk(root, options, &mut out, |found, out| {
                    if out.failed.is_some() {
                        return;
                    }
                    match fs::File::open(&found.file) {
                        Ok(file) => {
                            let again = Some(found.file.as_path());
                            let reading = (options, &*fields);
                            stream(
                                Box::new(file),
                                &found.path,
                                again,
                                reading,
                                (0, &Arc::default()),
                                out,
                            );
                        }
                        Err(error) => {
                            out.reject_path(&found.path, Reason::Unreadable, error.to_string());
                        }
                    }
                });
            }
        }
    }
    out.tell();
    if let Some(error) = out.failed.take() {
        return Err(error);
    }
    let mut intake = conclude(out, (inputs, of_inputs), &options.archive)?;
    intake.reading = Reading {
        fields: options.fields.clone(),
        map: options.map.clone(),
        carry: options.carry.clone(),
        encoding: options.encoding.clone(),
        limits: options.limits.clone(),
    };
    Ok(intake)
}

/// Sorts, settles keys and dates, and checks that nothing was lost.
///
/// The first `of_inputs` rejections are of `inputs`, the others of `archive`.
fn conclude(
    out: Gathered<'_>,
    (inputs, of_inputs): (&[Input], usize),
    archive: &[Input],
) -> Result<Intake, Error> {
    let Gathered {
        mut documents,
        rejected,
        headers,
        mut counts,
        shelf,
        ..
    } = out;
    let texts = Archive::new(Box::new(shelf));
    let (mut rejected, files_beyond) = rejected.into_rows();
    let (of_inputs, of_archive) = rejected.split_at(of_inputs.min(rejected.len()));
    let bad_input = of_inputs.first().map(Rejection::to_string);
    let bad_archive = of_archive.first().map(Rejection::to_string);
    rejected.sort_by(|a, b| {
        let key = |r: &Rejection| (r.place.offset, r.place.record, r.reason);
        (a.place.path.cmp(&b.place.path)).then_with(|| key(a).cmp(&key(b)))
    });
    settle::precision(&mut documents);
    let settled = settle::keys(documents, &texts);
    counts.documents = settled.documents.len() as u64;
    counts.merged += settled.merged;
    counts.renamed = settled.renamed;
    counts.rejected = rejected.iter().map(|r| r.count).sum();
    let hit = rejected.iter().map(|r| (r.limit, r.count));
    for (limit, count) in hit.chain([(Some("rejections"), files_beyond)]) {
        if let (Some(limit), 1..) = (limit, count) {
            *counts.limits.entry(limit.to_owned()).or_default() += count;
        }
    }
    if counts.read != counts.documents + counts.merged + counts.rejected {
        return Err(ErrorKind::Internal(format!(
            "{} records read, but {} documents, {} merged and {} rejected",
            counts.read, counts.documents, counts.merged, counts.rejected
        ))
        .into());
    }
    // An empty file is no mistake where the other side has something; a side of which
    // nothing could be read is.
    let lacks = |archived: bool| !settled.documents.iter().any(|d| d.archived == archived);
    let empty = if settled.documents.is_empty() {
        Some((inputs, rejected.first().map(Rejection::to_string)))
    } else if lacks(false) && bad_input.is_some() {
        Some((inputs, bad_input))
    } else if lacks(true) && bad_archive.is_some() {
        Some((archive, bad_archive))
    } else {
        None
    };
    let failure = empty.map(|(inputs, first)| {
        let kind = ErrorKind::NoDocuments {
            inputs: inputs.iter().map(Input::to_string).collect(),
            rejected: counts.rejected,
            first,
        };
        kind.into()
    });
    Ok(Intake {
        reading: Reading::default(),
        documents: settled.documents,
        archive: texts,
        rejected,
        headers,
        counts,
        failure,
    })
}
