//! Outputs of a live run, which go on behind what earlier runs put there.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::reading::{Reading, name_of_output};
use crate::formulas;
use crate::hash::hash128;
use crate::index::Index;
use crate::ingest;
use crate::write::{AnswerWriter, CsvStyle, FeedKind};

/// Bytes behind the last mark of an output that are looked at: far more than a batch.
const SURPLUS: u64 = 64 << 20;
/// Bytes of an output that say how it is written.
const HEAD: u64 = 64 << 10;

/// How the records of an output are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    Lines,
    /// Behind this header line.
    Table(Box<[u8]>),
    Paths,
}

impl Notation {
    pub fn of(kind: FeedKind<'_>) -> Option<Self> {
        match kind {
            FeedKind::Lines => Some(Notation::Lines),
            FeedKind::Table(header) => Some(Notation::Table(header.trim_ascii_end().into())),
            FeedKind::Paths => Some(Notation::Paths),
            FeedKind::Mixed => None,
        }
    }

    /// In words.
    pub fn name(&self) -> &'static str {
        match self {
            Notation::Lines => "JSON lines",
            Notation::Table(_) => "rows of a table",
            Notation::Paths => "paths of text files",
        }
    }
}

/// A file or a pipe that is written as records come.
pub(super) struct Output {
    /// How it is called in messages.
    pub name: PathBuf,
    to: Box<dyn Write>,
    /// How far it is written; `None` for a pipe.
    end: Option<Reading>,
    /// What an earlier run put behind its last mark: it came out, and nobody took note of it.
    surplus: HashMap<u128, u32>,
    /// Bytes that it took in this run.
    pub given: u64,
    /// How its records are written; `None` where nothing is in it yet.
    pub notation: Option<Notation>,
}

/// How the records in a file are told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// By their lines.
    Lines,
    /// By the key in the first cell.
    Decisions,
}

impl Output {
    /// Standard output.
    pub fn pipe() -> Self {
        Output {
            name: "standard output".into(),
            to: standard(),
            end: None,
            surplus: HashMap::new(),
            given: 0,
            notation: None,
        }
    }

    /// A file behind what earlier runs put there, unless it is to be replaced. A line that a crash or a full disk cut is
    /// taken out: its record comes again. `inputs` are those typed.
    pub fn file(
        path: &Path,
        (replace, rows): (bool, Rows),
        inputs: &[std::ffi::OsString],
        index: &Index,
    ) -> io::Result<Self> {
        if is_pipe(path) {
            return Ok(Output {
                name: path.to_path_buf(),
                to: Box::new(File::options().write(true).open(path)?),
                ..Output::pipe()
            });
        }
        let mut options = File::options();
        let mut file = match replace {
            true => options.read(true).write(true).create(true).truncate(true),
            false => options.read(true).append(true).create(true),
        }
        .open(path)?;
        let mut length = file.metadata()?.len();
        let name = name_of_output(path);
        let mut end = Reading::of(path, name.clone());
        let mut surplus = HashMap::new();
        // Where there is none, nothing of it was noted: the first batch may have been cut off.
        let mark = index.marked(&name).copied().unwrap_or_default();
        let known = Reading::of(path, name.clone());
        if mark.bytes <= length && (mark.bytes == 0 || known.behind(&mut file, &mark)?.is_at(&mark))
        {
            file.seek(SeekFrom::Start(mark.bytes))?;
            let mut behind = Vec::new();
            (&file).take(SURPLUS).read_to_end(&mut behind)?;
            let whole = memchr::memrchr(b'\n', &behind).map_or(0, |last| last + 1);
            let (lines, rest) = behind.split_at_checked(whole).unwrap_or_default();
            let is_last = mark.bytes + behind.len() as u64 == length;
            if is_last && (is_cut(rest, lines, rows) || mark.bytes > 0) {
                length = mark.bytes + whole as u64;
                file.set_len(length)?;
            }
            surplus = given(lines, rows)?;
        }
        if length > 0 {
            let here = crate::index::Mark {
                bytes: length,
                ..crate::index::Mark::default()
            };
            end = end.behind(&mut file, &here)?;
        }
        let mut output = Output {
            notation: notation(&mut file, inputs)?,
            name: path.to_path_buf(),
            to: Box::new(io::sink()),
            end: None,
            surplus,
            given: 0,
        };
        file.seek(SeekFrom::End(0))?;
        if !end.ended_a_line() {
            file.write_all(b"\n")?;
            end.pass(b"\n", 0);
        }
        (output.to, output.end) = (Box::new(file), Some(end));
        Ok(output)
    }

    /// Whether anything is in it.
    pub fn is_empty(&self) -> bool {
        let written = self.end.as_ref().map_or(self.given, Reading::bytes);
        written == 0
    }

    /// Whether an earlier run gave this record out and was ended before it could take note of that. Asked once for each.
    pub fn gave(&mut self, record: &[u8], rows: Rows) -> bool {
        if self.surplus.is_empty() {
            return false;
        }
        let hash = hash(record, rows);
        let Some(count) = self.surplus.get_mut(&hash) else {
            return false;
        };
        *count -= 1;
        if *count == 0 {
            self.surplus.remove(&hash);
        }
        true
    }

    /// Leaves a mark, which counts with the next confirmation.
    pub fn note(&self, index: &mut Index) {
        if let Some(end) = self.end.as_ref().filter(|end| end.bytes() > 0) {
            end.note(index);
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.given += count as u64;
        if let Some(end) = &mut self.end {
            end.pass(bytes.get(..count).unwrap_or(bytes), 0);
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn hash(record: &[u8], rows: Rows) -> u128 {
    match rows {
        Rows::Lines => hash128(&ingest::without_member(record.trim_ascii(), MEMBER)),
        Rows::Decisions => hash128(record),
    }
}

/// Standard output without a buffer, which would hide how much of a batch it took.
#[cfg(unix)]
fn standard() -> Box<dyn Write> {
    use std::os::fd::AsFd as _;
    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(own) => Box::new(File::from(own)),
        Err(_) => Box::new(io::stdout()),
    }
}

#[cfg(not(unix))]
fn standard() -> Box<dyn Write> {
    Box::new(io::stdout())
}

/// Whether a file is written to and never read again: a FIFO, a device. Nothing is kept of how far it is written.
pub(super) fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
}

/// Why a file cannot be added to, where what stands in it is not what a run writes: decisions, or, with `lines`, JSON lines.
pub(super) fn foreign(path: &Path, rows: Rows, lines: bool) -> Option<&'static str> {
    let mut head = Vec::new();
    // To open a FIFO would wait for a writer.
    let file = (!is_pipe(path)).then(|| File::open(path).ok()).flatten()?;
    file.take(HEAD).read_to_end(&mut head).ok()?;
    let line = head.split(|&byte| byte == b'\n').next()?;
    let is_ours = match rows {
        Rows::Decisions => {
            let mut header = Vec::new();
            AnswerWriter::new(&mut header, CsvStyle::Neutral).ok()?;
            // The first one may have been cut.
            head.starts_with(&header) || header.starts_with(&head)
        }
        Rows::Lines if !lines || head.is_empty() => true,
        Rows::Lines => {
            let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
            let is_whole = head.len() > line.len();
            line.trim_ascii_start().starts_with(b"{")
                && (!is_whole || serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok())
        }
    };
    match rows {
        _ if is_ours => None,
        Rows::Decisions => Some(
            "holds no decisions of a live run, to which this one would add its own; name another file, or give --force to replace it",
        ),
        Rows::Lines => Some(
            "holds no JSON lines, to which this run would add its own; name another file, or give --force to replace it",
        ),
    }
}

/// The member that holds an answer.
pub(super) const MEMBER: &str = "wirecopy";

/// Whether a last line without an end was cut off, where no mark says that it is ours.
fn is_cut(rest: &[u8], lines: &[u8], rows: Rows) -> bool {
    let cells = |row: &[u8]| {
        let mut table = csv::ReaderBuilder::new();
        let table = table.has_headers(false).flexible(true);
        let mut rows = table.from_reader(row).into_byte_records();
        rows.next().and_then(Result::ok).map_or(0, |row| row.len())
    };
    match rows {
        Rows::Lines => {
            rest.starts_with(b"{") && serde_json::from_slice::<serde::de::IgnoredAny>(rest).is_err()
        }
        Rows::Decisions => !rest.is_empty() && cells(rest) < cells(lines),
    }
}

/// The records in whole lines.
fn given(bytes: &[u8], rows: Rows) -> io::Result<HashMap<u128, u32>> {
    let mut found = HashMap::new();
    match rows {
        Rows::Lines => {
            for line in bytes.split_inclusive(|&byte| byte == b'\n') {
                *found.entry(hash(line, rows)).or_default() += 1;
            }
        }
        Rows::Decisions => {
            let mut table = csv::ReaderBuilder::new();
            let table = table.has_headers(false).flexible(true);
            for row in table.from_reader(bytes).byte_records() {
                let row = row.map_err(io::Error::other)?;
                let key = String::from_utf8_lossy(row.get(0).unwrap_or_default());
                let key = formulas::original(&key);
                *found.entry(hash(key.as_bytes(), rows)).or_default() += 1;
            }
        }
    }
    Ok(found)
}

/// How the records in a file are written, by its first line.
fn notation(file: &mut File, inputs: &[std::ffi::OsString]) -> io::Result<Option<Notation>> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    (&*file).take(HEAD).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(None);
    }
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let behind_mark = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    if behind_mark.trim_ascii_start().starts_with(b"{") {
        return Ok(Some(Notation::Lines));
    }
    // A table never begins with the path of a file in one of the inputs.
    let is_path = |input: &std::ffi::OsString| line.starts_with(input.as_encoded_bytes());
    Ok(Some(match inputs.iter().any(is_path) {
        true => Notation::Paths,
        false => Notation::Table(line.trim_ascii_end().into()),
    }))
}
