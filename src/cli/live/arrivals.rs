//! Where records come from while they come.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::super::stop;
use crate::error::Error;

/// Time between two looks at a file or a folder that is followed.
const PAUSE: Duration = Duration::from_millis(200);
/// Blocks of lines that wait to be decided.
const WAITING: usize = 16;
/// Bytes of a line that are kept; the reader refuses a longer one by its own limit.
const LONGEST: usize = 1 << 30;

/// What is read while it comes.
pub(super) enum Arrivals {
    /// Lines of a pipe or of a file.
    Lines(Lines),
    /// Files of a folder.
    Folder(Folder),
}

impl Arrivals {
    /// An input as typed.
    pub fn of(input: &OsStr, follow: bool) -> Result<Self, Error> {
        if input == "-" {
            return Ok(Arrivals::Lines(Lines::of(
                "-".to_string(),
                io::stdin(),
                false,
            )));
        }
        let path = PathBuf::from(input);
        let io = |cause| Error::io("reading the input", &path, cause);
        if path.is_dir() {
            return Ok(Arrivals::Folder(Folder {
                path,
                seen: BTreeMap::new(),
            }));
        }
        let name = path.display().to_string();
        let file = File::open(&path).map_err(io)?;
        Ok(Arrivals::Lines(match follow {
            true => Lines::of(name, Growing::new(path.clone(), file).map_err(io)?, true),
            false => Lines::of(name, file, false),
        }))
    }
}

/// Lines that a thread of its own reads, so that a pipe that idles can be told from one that is full.
pub(super) struct Lines {
    name: String,
    blocks: Receiver<io::Result<Vec<Vec<u8>>>>,
    left: std::cell::RefCell<std::collections::VecDeque<Vec<u8>>>,
}

impl Lines {
    fn of(name: String, source: impl Read + Send + 'static, follow: bool) -> Self {
        let (send, blocks) = sync_channel(WAITING);
        thread::spawn(move || read_lines(source, follow, &send));
        Lines {
            name,
            blocks,
            left: Default::default(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The next lines with their line ends: up to `most`, what came within `patience` of the first, or what
    /// came until nothing more did. `None` at the end.
    pub fn next(&self, most: usize, patience: Duration) -> Result<Option<Vec<Vec<u8>>>, Error> {
        let mut left = self.left.borrow_mut();
        let failed = |cause| Error::io("reading the input", &self.name, cause);
        while left.is_empty() {
            match self.blocks.recv_timeout(PAUSE) {
                Ok(block) => left.extend(block.map_err(failed)?),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if stop::code().is_some() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        let first = Instant::now();
        while left.len() < most && first.elapsed() < patience {
            match self.blocks.try_recv() {
                Ok(block) => left.extend(block.map_err(failed)?),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        let count = most.min(left.len());
        Ok(Some(left.drain(..count).collect()))
    }
}

/// A file that is written to: read up to its end, and from the beginning of the one that takes its place.
struct Growing {
    path: PathBuf,
    file: File,
    identity: Option<(u64, u64)>,
    /// Bytes that were read of it.
    read: u64,
    last: u8,
}

/// What tells one file from another under the same name.
#[cfg(unix)]
fn identity(about: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((about.dev(), about.ino()))
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

impl Growing {
    fn new(path: PathBuf, file: File) -> io::Result<Self> {
        Ok(Growing {
            identity: identity(&file.metadata()?),
            path,
            file,
            read: 0,
            last: b'\n',
        })
    }

    fn more(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(out)?;
        self.read += count as u64;
        if let Some(&last) = count.checked_sub(1).and_then(|at| out.get(at)) {
            self.last = last;
        }
        Ok(count)
    }
}

impl Read for Growing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.more(out)?;
        if count > 0 {
            return Ok(count);
        }
        // Gone for a moment: between a name that is taken away and one that is given.
        let Ok(about) = fs::metadata(&self.path) else {
            return Ok(0);
        };
        let is_other = identity(&about) != self.identity;
        if !is_other && about.len() >= self.read {
            return Ok(0);
        }
        if is_other {
            // What came between the two looks.
            let count = self.more(out)?;
            if count > 0 {
                return Ok(count);
            }
        }
        // A line that nobody will end any more.
        if let Some(first) = out.first_mut().filter(|_| self.last != b'\n') {
            (*first, self.last) = (b'\n', b'\n');
            return Ok(1);
        }
        let file = File::open(&self.path)?;
        *self = Growing::new(std::mem::take(&mut self.path), file)?;
        self.more(out)
    }
}

/// Sends lines in blocks as they can be had; the last one of a file that is followed only when it is whole.
fn read_lines(source: impl Read, follow: bool, send: &SyncSender<io::Result<Vec<Vec<u8>>>>) {
    let mut reader = BufReader::with_capacity(1 << 16, source);
    let mut line: Vec<u8> = Vec::new();
    loop {
        let block = match reader.fill_buf() {
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => {
                let _ = send.send(Err(cause));
                return;
            }
            Ok(block) => block,
        };
        if block.is_empty() {
            if follow {
                thread::sleep(PAUSE);
                continue;
            }
            if !line.is_empty() {
                let _ = send.send(Ok(vec![line]));
            }
            return;
        }
        let mut lines = Vec::new();
        for part in block.split_inclusive(|&byte| byte == b'\n') {
            let room = LONGEST.saturating_sub(line.len());
            line.extend_from_slice(part.get(..room).unwrap_or(part));
            if part.ends_with(b"\n") {
                lines.push(std::mem::take(&mut line));
            }
        }
        let length = block.len();
        reader.consume(length);
        if !lines.is_empty() && send.send(Ok(lines)).is_err() {
            return;
        }
    }
}

/// A folder that gets files.
pub(super) struct Folder {
    path: PathBuf,
    /// Files that were read, as they were then.
    seen: BTreeMap<PathBuf, (u64, Option<SystemTime>)>,
}

impl Folder {
    /// Files that are new, or that changed, and have stood still for a moment; by name.
    pub fn new_files(&mut self) -> Result<Vec<PathBuf>, Error> {
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(&self.path).sort_by_file_name() {
            let Ok(entry) = entry else { continue };
            let Ok(about) = entry.metadata() else {
                continue;
            };
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            let state = (about.len(), about.modified().ok());
            if !about.is_file() || hidden || self.seen.get(entry.path()) == Some(&state) {
                continue;
            }
            let still = state
                .1
                .and_then(|at| at.elapsed().ok())
                .is_none_or(|age| age >= PAUSE);
            if still && is_whole(entry.path(), state.0) {
                self.seen.insert(entry.path().to_path_buf(), state);
                found.push(entry.into_path());
            }
        }
        Ok(found)
    }

    pub fn wait(&self) {
        thread::sleep(PAUSE);
    }
}

/// True for a file whose length is still what it was when it was found.
fn is_whole(path: &Path, length: u64) -> bool {
    fs::metadata(path).is_ok_and(|about| about.len() == length)
}
