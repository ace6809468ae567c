//! Files that a followed one was moved on to: `feed.jsonl.1`, `feed.jsonl.2.gz`, `feed-20311122.jsonl`.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flate2::read::MultiGzDecoder;

use super::reading::{Sample, holds, name_of};
use crate::index::Mark;

/// Digits up to which a number counts how often a file was moved on; one of more is a date.
const COUNTED: usize = 6;

/// A file of lines that is read, which may have been packed since it was written.
pub(super) struct Part {
    pub file: File,
    packed: Option<MultiGzDecoder<File>>,
}

impl Part {
    pub fn of(file: File) -> Self {
        Part { file, packed: None }
    }

    /// A file that a followed one was moved on to, from a byte of its content on.
    pub fn open(path: &Path, from: u64) -> io::Result<Self> {
        let mut part = Part::of(File::open(path)?);
        if is_packed(path) {
            let mut packed = MultiGzDecoder::new(part.file.try_clone()?);
            io::copy(&mut packed.by_ref().take(from), &mut io::sink())?;
            part.packed = Some(packed);
        } else {
            part.file.seek(SeekFrom::Start(from))?;
        }
        Ok(part)
    }

    /// Is at its end from here on, being damaged.
    pub fn give_up(&mut self) -> io::Result<()> {
        self.packed = None;
        self.file.seek(SeekFrom::End(0)).map(|_| ())
    }

    pub fn is_packed(&self) -> bool {
        self.packed.is_some()
    }

    pub fn identity(&self) -> Option<(u64, u64)> {
        self.file.metadata().ok().and_then(|about| identity(&about))
    }

    fn modified(&self) -> Option<SystemTime> {
        self.file.metadata().ok()?.modified().ok()
    }
}

impl Read for Part {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.packed {
            Some(packed) => packed.read(out),
            None => self.file.read(out),
        }
    }
}

/// What tells one file from another under the same name.
#[cfg(unix)]
pub(super) fn identity(about: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((about.dev(), about.ino()))
}

#[cfg(not(unix))]
pub(super) fn identity(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "gz")
}

/// When a file was moved on; the least is the oldest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Age {
    Date(Vec<u64>),
    Count(Reverse<u64>),
}

/// How the name of a moved file is made: whether behind the whole name or before its extension, which sign stands
/// before the age, and whether the extension follows it.
type Scheme = (bool, u8, bool);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Moved {
    path: PathBuf,
    scheme: Scheme,
    age: Age,
}

/// How a file may be called that this one was moved on to.
fn moved_as(name: &str, own: &str) -> Option<(Scheme, Age)> {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let parted = own.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
    let found = match (name.strip_prefix(own), parted) {
        (Some(rest), _) => (true, rest, false),
        (None, Some((stem, extension))) => {
            let rest = name.strip_prefix(stem)?;
            let before = rest.strip_suffix(extension);
            match before.and_then(|rest| rest.strip_suffix('.')) {
                Some(before) => (false, before, true),
                None => (false, rest, false),
            }
        }
        (None, None) => return None,
    };
    let (is_whole, rest, has_extension) = found;
    let sign = *rest.as_bytes().first()?;
    let digits = rest.get(1..).filter(|_| b".-_".contains(&sign))?;
    let parts: Option<Vec<u64>> = digits
        .split(['.', '-', '_', ':', 'T'])
        .map(|part| part.parse().ok())
        .collect();
    let parts = parts.filter(|_| !digits.contains('+'))?;
    let age = match parts[..] {
        [count] if digits.len() <= COUNTED => Age::Count(Reverse(count)),
        _ => Age::Date(parts),
    };
    Some(((is_whole, sign, has_extension), age))
}

/// A name that is followed, and the files that were under it.
pub(super) struct Rotation {
    pub path: PathBuf,
    /// Names of outputs, which are called as they are for other reasons.
    pub outputs: Vec<String>,
}

impl Rotation {
    /// The files that were under the name, the oldest first. Of one that is packed just now, the one that is not.
    fn files(&self) -> Vec<Moved> {
        let folder = self
            .path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let Some(own) = self.path.file_name().and_then(OsStr::to_str) else {
            return Vec::new();
        };
        let entries = fs::read_dir(folder.unwrap_or(Path::new(".")));
        let mut found: Vec<Moved> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let name = entry.ok()?.file_name();
                let (scheme, age) = moved_as(name.to_str()?, own)?;
                let path = self.path.with_file_name(name);
                let is_file = fs::symlink_metadata(&path).is_ok_and(|about| about.is_file());
                let is_moved = is_file && !self.outputs.contains(&name_of(&path));
                is_moved.then_some(Moved { path, scheme, age })
            })
            .collect();
        found.sort_by(|x, y| {
            let key = |own: &Moved| (own.scheme, own.age.clone(), is_packed(&own.path));
            key(x).cmp(&key(y))
        });
        found.dedup_by(|next, own| (next.scheme, &next.age) == (own.scheme, &own.age));
        found
    }

    /// Names of the files that were under the name, for a message.
    pub fn names(&self) -> Vec<String> {
        let names = self.files().into_iter();
        names.map(|own| own.path.display().to_string()).collect()
    }

    /// The file that holds what a mark says.
    pub fn holder(&self, mark: &Mark) -> Option<PathBuf> {
        let files = self.files().into_iter().map(|own| own.path);
        files.rev().find(|path| holds_moved(path, mark))
    }

    /// The file that came after one that is no longer under the name; `None` for the one that is there now. With
    /// what may have been missed, in words.
    pub fn after(&self, part: &Part, sample: &Sample) -> (Option<PathBuf>, Option<String>) {
        let files = self.files();
        let identity = part.identity();
        let is_it = |own: &&Moved| {
            let found = fs::metadata(&own.path).ok();
            identity.is_some() && found.and_then(|about| self::identity(&about)) == identity
        };
        let mark = sample.mark();
        let holds = |own: &&Moved| mark.bytes > 0 && holds_moved(&own.path, &mark);
        let own = files.iter().find(is_it);
        let Some(own) = own.or_else(|| files.iter().rev().find(holds)) else {
            return self.after_lost(&files, part);
        };
        let next = files
            .iter()
            .filter(|next| next.scheme == own.scheme && next.age > own.age)
            .min_by(|x, y| x.age.cmp(&y.age));
        let count = |own: Option<&Moved>| match own.map(|own| &own.age) {
            Some(Age::Count(Reverse(count))) => *count,
            _ => 0,
        };
        let is_gap = count(Some(own)).saturating_sub(count(next)) > 1;
        let shown = next.map_or(&self.path, |next| &next.path).display();
        let told = is_gap.then(|| {
            format!(
                "{}: what came between {} and {shown} is not in the folder; if it is elsewhere, `wirecopy dedup FILE --index` takes it",
                self.path.display(),
                own.path.display(),
            )
        });
        (next.map(|next| next.path.clone()), told)
    }

    /// The same where the file that was read is not in the folder: what was written to later came later.
    fn after_lost(&self, files: &[Moved], part: &Part) -> (Option<PathBuf>, Option<String>) {
        let before = part.modified();
        let written = |own: &Moved| fs::metadata(&own.path).ok()?.modified().ok();
        // A number before the extension may tell one feed from another.
        let is_sure = |own: &&Moved| own.scheme.0 || matches!(own.age, Age::Date(_));
        let later = files.iter().filter(is_sure);
        let later = later.filter(|own| written(own) > before);
        let next = later.min_by_key(|own| written(own));
        let told = format!(
            "{}: another file is in its place, and what was read before, to its end, is not beside it; a third one between the two would be missed",
            self.path.display()
        );
        (next.map(|next| next.path.clone()), Some(told))
    }
}

/// Whether a moved file is the one that was read up to a mark.
fn holds_moved(path: &Path, mark: &Mark) -> bool {
    let Ok(file) = File::open(path) else {
        return false;
    };
    if !is_packed(path) {
        return holds(&file, mark);
    }
    let mut sample = Sample::default();
    let mut packed = MultiGzDecoder::new(file).take(mark.bytes);
    let mut bytes = vec![0; 1 << 16];
    loop {
        match packed.read(&mut bytes) {
            Ok(0) => {
                return sample.mark()
                    == Mark {
                        records: 0,
                        header: 0,
                        ..*mark
                    };
            }
            Ok(count) => sample.pass(bytes.get(..count).unwrap_or_default()),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
        // Most are told by how they begin.
        if sample.has_head() && sample.mark().head != mark.head {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_file_is_moved_on_to() {
        let own = "feed.jsonl";
        let oldest_first = [
            ["feed.jsonl.11", "feed.jsonl.2.gz", "feed.jsonl.1"],
            ["feed.3", "feed.2", "feed.0"],
            ["feed-2.jsonl.gz", "feed-1.jsonl", "feed-0.jsonl"],
            [
                "feed.jsonl-20311122.gz",
                "feed.jsonl-20311130",
                "feed.jsonl-20320101",
            ],
            [
                "feed-2031-11-09.jsonl",
                "feed-2031-11-10.jsonl",
                "feed-2031-12-01.jsonl.gz",
            ],
        ];
        for names in oldest_first {
            let found = names.map(|name| moved_as(name, own).unwrap());
            assert!(
                found.is_sorted_by(|x, y| x.0 == y.0 && x.1 < y.1),
                "{found:?}"
            );
        }
        let others = [
            own,
            "feed.jsonl.gz",
            "feed.jsonl.old",
            "feed.jsonl.1.bak",
            "feeds.1",
            "feed1.jsonl",
            "feed-a.jsonl",
            "feed.jsonl.+1",
            "feed.",
            "other.jsonl.1",
        ];
        for name in others {
            assert_eq!(moved_as(name, own), None, "{name}");
        }
    }
}
