//! One error type for the library, with a place and advice.

use std::fmt;
use std::path::PathBuf;

/// Why a call failed as a whole. A single bad record is no error: it becomes a
/// [`Rejection`](crate::ingest::Rejection) and the run goes on.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file could not be read or written.
    Io {
        /// What was being done, as in "reading the input".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The inputs hold no document at all.
    NoDocuments {
        /// Inputs as given.
        inputs: Vec<String>,
        /// Records that were rejected.
        rejected: u64,
        /// The first rejection in words, if there was one.
        first: Option<String>,
    },
    /// A setting has a value that makes no sense.
    Setting {
        /// Name of the flag, with its dashes.
        flag: &'static str,
        /// What is wrong and what to use instead.
        advice: String,
    },
    /// The output folder holds something that this program did not write, or
    /// an earlier result without leave to replace it.
    OutputExists {
        /// The folder.
        path: PathBuf,
        /// True when `--force` would replace it.
        ours: bool,
    },
    /// A file that is to be written and must not be.
    Overwrite {
        /// The file.
        path: PathBuf,
        /// Why not, and what to do instead.
        advice: &'static str,
    },
    /// A table, such as a truth or a labelled sheet, that says something which cannot be.
    Sheet {
        /// The file.
        path: PathBuf,
        /// The line, from 1; `None` where the whole file is meant.
        line: Option<u64>,
        /// What is wrong there, and what to do.
        what: String,
    },
    /// A folder that holds no complete result.
    NoResult {
        /// The folder.
        path: PathBuf,
        /// True where a run did not finish it.
        unfinished: bool,
    },
    /// A key that no document has.
    UnknownKey {
        /// The key as asked for.
        key: String,
        /// Keys that look like it.
        near: Vec<String>,
    },
    /// A group that is not there.
    UnknownGroup {
        /// The id, or the key of a member, as asked for.
        name: String,
        /// Ids or keys that look like it.
        near: Vec<String>,
    },
    /// A document that is in no group.
    NoGroup {
        /// Its key.
        key: String,
    },
    /// An index that cannot be used, or not any more.
    Index {
        /// Its folder.
        path: PathBuf,
        /// What is the matter with it.
        trouble: IndexTrouble,
    },
    /// The caller asked to stop.
    Cancelled,
    /// The program's own accounts do not balance: a defect in wirecopy.
    Internal(String),
}

/// What is the matter with an index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexTrouble {
    /// There is none.
    Absent,
    /// The folder holds something else.
    Foreign {
        /// A file in it that is not ours.
        file: String,
    },
    /// Another version of the program made it.
    Version {
        /// The version of its format.
        found: u64,
        /// The one that this program knows.
        known: u64,
    },
    /// It was made with other settings.
    Settings {
        /// The first line that differs, as the index has it; empty for none.
        found: String,
        /// The same line, as it was asked for; empty for none.
        wanted: String,
    },
    /// Another process writes it.
    Locked {
        /// Which one, in words.
        owner: String,
    },
    /// Bytes are not what was written.
    Damaged {
        /// The file in the folder.
        file: String,
        /// Where, in bytes.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// An earlier write failed, or it was opened for reading.
    Closed {
        /// Why nothing is written.
        why: String,
    },
    /// A call asked for what cannot be: a place where nothing stands, too large an entry.
    Misuse {
        /// What was asked for.
        what: String,
    },
}

impl fmt::Display for IndexTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IndexTrouble::Absent => f.write_str(
                "holds no index of wirecopy; `wirecopy dedup INPUT --index DIR` makes one in a new folder",
            ),
            IndexTrouble::Foreign { file } => write!(
                f,
                "holds {file:?}, which wirecopy did not write, and no index; name another folder"
            ),
            IndexTrouble::Version { found, known } => write!(
                f,
                "is an index of format {found}, this program knows format {known}; \
                 use the program that made it, or make a new index"
            ),
            IndexTrouble::Settings { found, wanted } => write!(
                f,
                "was made with other settings: it has {found:?} where {wanted:?} is asked for; \
                 give it the settings it was made with, or begin a new index with the others and take this one in \
                 with `wirecopy index merge`"
            ),
            IndexTrouble::Locked { owner } => write!(
                f,
                "is being written by {owner}; end that first, or use another folder"
            ),
            IndexTrouble::Damaged { file, offset, what } => write!(
                f,
                "is damaged: {file} at byte {offset}: {what}; `wirecopy index rebuild` keeps what is intact"
            ),
            IndexTrouble::Closed { why } => write!(f, "takes nothing more: {why}"),
            IndexTrouble::Misuse { what } => f.write_str(what),
        }
    }
}

impl Error {
    /// What went wrong, to match on.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// An input or output error with its place.
    pub fn io(doing: &'static str, path: impl Into<PathBuf>, cause: std::io::Error) -> Self {
        ErrorKind::Io {
            doing,
            path: path.into(),
            cause,
        }
        .into()
    }

    /// A setting that makes no sense.
    pub fn setting(flag: &'static str, advice: impl Into<String>) -> Self {
        ErrorKind::Setting {
            flag,
            advice: advice.into(),
        }
        .into()
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Error(Box::new(kind))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            ErrorKind::Io { doing, path, cause } => {
                write!(f, "{doing}: {}: {cause}", path.display())?;
                match cause.kind() {
                    std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                        f.write_str("; free some room there and run it again")
                    }
                    _ => Ok(()),
                }
            }
            ErrorKind::NoDocuments {
                inputs,
                rejected,
                first,
            } => {
                write!(f, "no document in {}", inputs.join(", "))?;
                match (rejected, first) {
                    (0, _) => write!(
                        f,
                        "; wirecopy reads text and web pages, JSON lines and lists, CSV and TSV, RSS, Atom, JSON Feed, \
                         NewsML, NITF, ninjs, mail and mbox, WARC and ARC, Parquet and Arrow, each also compressed or in a zip or tar"
                    ),
                    (n, None) => write!(f, "; {n} rejected"),
                    (n, Some(first)) => write!(f, "; {n} rejected, the first: {first}"),
                }
            }
            ErrorKind::Setting { flag, advice } => write!(f, "{flag}: {advice}"),
            ErrorKind::OutputExists { path, ours: true } => write!(
                f,
                "{} holds an earlier result; give --force to replace it, or name another folder",
                path.display()
            ),
            ErrorKind::OutputExists { path, ours: false } => write!(
                f,
                "{} holds files that wirecopy did not write, so it is left alone; name another folder",
                path.display()
            ),
            ErrorKind::Overwrite { path, advice } => write!(f, "{} {advice}", path.display()),
            ErrorKind::Sheet { path, line, what } => {
                write!(f, "{}: ", path.display())?;
                if let Some(line) = line {
                    write!(f, "line {line}: ")?;
                }
                f.write_str(what)
            }
            ErrorKind::NoResult {
                path,
                unfinished: true,
            } => write!(
                f,
                "{} holds a result that was not finished; run `wirecopy trace INPUT -o {0} --force` again",
                path.display()
            ),
            ErrorKind::NoResult {
                path,
                unfinished: false,
            } => write!(
                f,
                "{} holds no result of wirecopy; `wirecopy trace INPUT -o DIR` writes one",
                path.display()
            ),
            ErrorKind::UnknownKey { key, near } => {
                write!(f, "no document has the key {key:?}")?;
                if !near.is_empty() {
                    write!(f, "; did you mean {}?", near.join(" or "))?;
                }
                Ok(())
            }
            ErrorKind::UnknownGroup { name, near } => {
                write!(f, "no group has the id {name:?}, and no document that key")?;
                if !near.is_empty() {
                    write!(f, " (did you mean {}?)", near.join(" or "))?;
                }
                write!(f, "; `wirecopy trace INPUT` lists the groups")
            }
            ErrorKind::NoGroup { key } => write!(
                f,
                "{key:?} stands alone: nothing in the input is a copy of it; \
                 `wirecopy trace INPUT` lists the groups, `wirecopy explain` says why two texts are none"
            ),
            ErrorKind::Index { path, trouble } => write!(f, "{} {trouble}", path.display()),
            ErrorKind::Cancelled => write!(f, "stopped on request"),
            ErrorKind::Internal(what) => write!(
                f,
                "this is a defect in wirecopy, please report it with the input: {what}"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            ErrorKind::Io { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
