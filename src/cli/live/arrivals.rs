//! Where records come from while they come.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::super::stop;
use super::growing::Growing;
use super::reading::Sample;
use super::rotation::{Part, Rotation};
use crate::error::Error;

/// Time between two looks at a file or a folder that is followed.
const PAUSE: Duration = Duration::from_millis(200);
/// Blocks of lines that wait to be decided.
const WAITING: usize = 16;
/// Bytes of a line that are kept; the reader refuses a longer one by its own limit.
const LONGEST: usize = 1 << 30;

/// Lines that a thread of its own reads, so that a pipe that idles can be told from one that is full.
pub(super) struct Lines {
    name: String,
    blocks: Receiver<io::Result<Block>>,
    left: RefCell<VecDeque<Block>>,
}

/// Lines with their line ends.
#[derive(Default)]
pub(super) struct Block {
    /// True where another file took the place of the one before.
    pub anew: bool,
    pub lines: Vec<Vec<u8>>,
    /// What is to be said of how they were read.
    pub told: Vec<String>,
}

impl Lines {
    /// Standard input.
    pub fn of_pipe() -> Self {
        Lines::of("-".to_string(), Pipe(io::stdin()), false)
    }

    /// A file as it grows, behind what was read of it, where it stands now.
    pub fn of_file(rotation: Rotation, part: Part, read: Sample) -> Self {
        let name = rotation.path.display().to_string();
        Lines::of(name, Growing::new(rotation, part, read), true)
    }

    fn of(name: String, source: impl Source + Send + 'static, follow: bool) -> Self {
        let (send, blocks) = sync_channel(WAITING);
        thread::spawn(move || read_lines(source, follow, &send));
        Lines {
            name,
            blocks,
            left: RefCell::default(),
        }
    }

    /// The next lines of one file: up to `most`, what came within `patience` of the first, or what
    /// came until nothing more did. `None` at the end.
    pub fn next(&self, most: usize, patience: Duration) -> Result<Option<Block>, Error> {
        let mut left = self.left.borrow_mut();
        let failed = |cause| Error::io("reading the input", &self.name, cause);
        while left.is_empty() {
            match self.blocks.recv_timeout(PAUSE) {
                Ok(block) => left.push_back(block.map_err(failed)?),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if stop::code().is_some() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        let first = Instant::now();
        let mut batch = Block::default();
        while batch.lines.len() < most {
            let Some(mut block) = left.pop_front() else {
                if first.elapsed() >= patience {
                    break;
                }
                match self.blocks.try_recv() {
                    Ok(block) => left.push_back(block.map_err(failed)?),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
                continue;
            };
            if block.anew && !batch.lines.is_empty() {
                left.push_front(block);
                break;
            }
            batch.anew |= block.anew;
            batch.told.append(&mut block.told);
            let room = most - batch.lines.len();
            let rest = block.lines.split_off(room.min(block.lines.len()));
            batch.lines.append(&mut block.lines);
            if !rest.is_empty() {
                left.push_front(Block {
                    lines: rest,
                    ..Block::default()
                });
            }
        }
        Ok(Some(batch))
    }
}

/// What lines are read from.
pub(super) trait Source: Read {
    /// Whether what was read last is the first of another file; asked once.
    fn is_anew(&mut self) -> bool {
        false
    }

    /// What is to be said of it; asked once.
    fn told(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// What has one beginning.
struct Pipe<R>(R);

impl<R: Read> Read for Pipe<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl<R: Read> Source for Pipe<R> {}

/// Sends lines in blocks as they can be had; the last one of a file that is followed only when it is whole.
fn read_lines(source: impl Source, follow: bool, send: &SyncSender<io::Result<Block>>) {
    let mut reader = BufReader::with_capacity(1 << 16, source);
    let mut line: Vec<u8> = Vec::new();
    let mut anew = false;
    loop {
        let block = match reader.fill_buf() {
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => {
                let _ = send.send(Err(cause));
                return;
            }
            Ok(block) => block,
        };
        let length = block.len();
        if length == 0 {
            let told = reader.get_mut().told();
            let mut last = Block {
                told,
                ..Block::default()
            };
            if !follow && !line.is_empty() {
                (last.anew, last.lines) = (anew, vec![line.clone()]);
            }
            let is_none = last.lines.is_empty() && last.told.is_empty();
            if !is_none && send.send(Ok(last)).is_err() || !follow {
                return;
            }
            thread::sleep(PAUSE);
            continue;
        }
        let mut lines = Vec::new();
        for part in block.split_inclusive(|&byte| byte == b'\n') {
            let room = LONGEST.saturating_sub(line.len());
            line.extend_from_slice(part.get(..room).unwrap_or(part));
            if part.ends_with(b"\n") {
                lines.push(std::mem::take(&mut line));
            }
        }
        reader.consume(length);
        // A read gives bytes of one file only.
        anew |= reader.get_mut().is_anew();
        let told = reader.get_mut().told();
        if lines.is_empty() && told.is_empty() {
            continue;
        }
        let block = Block {
            anew: !lines.is_empty() && std::mem::take(&mut anew),
            lines,
            told,
        };
        if send.send(Ok(block)).is_err() {
            return;
        }
    }
}

/// A folder that gets files.
pub(super) struct Folder {
    pub path: PathBuf,
    /// Files that were handed out, as they were then.
    seen: BTreeMap<PathBuf, (u64, Option<SystemTime>)>,
}

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Folder {
            path,
            seen: BTreeMap::new(),
        }
    }

    /// Files that are new, or that changed, and have stood still for a moment; by name.
    pub fn new_files(&mut self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(&self.path).sort_by_file_name() {
            let Ok(entry) = entry else { continue };
            let Ok(about) = entry.metadata() else {
                continue;
            };
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            let state = (about.len(), about.modified().ok());
            let is_known = self.seen.get(entry.path()) == Some(&state);
            if !about.is_file() || hidden || is_known || state.0 == 0 {
                continue;
            }
            let age = state.1.and_then(|at| at.elapsed().ok());
            // One that ends within a line may be waiting for the rest of it.
            let least = match ends_a_line(entry.path()) {
                true => PAUSE,
                false => 5 * PAUSE,
            };
            if age.is_none_or(|age| age >= least) && is_whole(entry.path(), state.0) {
                self.seen.insert(entry.path().to_path_buf(), state);
                found.push(entry.into_path());
            }
        }
        found
    }

    pub fn wait(&self) {
        thread::sleep(PAUSE);
    }
}

/// True for a file whose length is still what it was when it was found.
fn is_whole(path: &Path, length: u64) -> bool {
    fs::metadata(path).is_ok_and(|about| about.len() == length)
}

fn ends_a_line(path: &Path) -> bool {
    let last = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        Ok::<_, io::Error>(last)
    };
    last().is_ok_and(|last| last == *b"\n")
}
