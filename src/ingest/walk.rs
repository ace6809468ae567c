//! Which files the inputs name.

use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::IngestOptions;
use super::gather::Gathered;
use super::reason::Reason;

/// A regular file to read, and the path by which it is known.
pub(super) struct Found {
    pub path: String,
    pub file: PathBuf,
}

/// Hands every regular file at or under `root` to `read`, in sorted order.
///
/// Everything else is rejected or counted in `out`; nothing but a regular file
/// is ever opened, since opening a pipe would wait for a writer.
pub(super) fn walk(
    root: &Path,
    options: &IngestOptions,
    out: &mut Gathered<'_>,
    mut read: impl FnMut(Found, &mut Gathered<'_>),
) {
    let Some(name) = root.to_str() else {
        return out.reject_path(&root.to_string_lossy(), Reason::BadName, BAD_NAME);
    };
    let kind = match fs::metadata(root) {
        Ok(metadata) => metadata.file_type(),
        Err(error) => return out.reject_path(name, Reason::Unreadable, error.to_string()),
    };
    if kind.is_file() {
        return read(
            Found {
                path: name.to_owned(),
                file: root.to_owned(),
            },
            out,
        );
    }
    if !kind.is_dir() {
        return out.reject_path(name, Reason::NotAFile, not_a_file(kind));
    }
    let skip = options
        .skip
        .as_deref()
        .and_then(|folder| fs::canonicalize(folder).ok());
    let mut entries = WalkDir::new(root).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_string_lossy().into_owned();
                let message = match error.io_error() {
                    Some(cause) => cause.to_string(),
                    None => error.to_string(),
                };
                out.reject_path(&path, Reason::Unreadable, message);
                continue;
            }
        };
        if entry.depth() == 0 {
            continue;
        }
        let is_dir = entry.file_type().is_dir();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            out.counts.hidden += 1;
            if is_dir {
                entries.skip_current_dir();
            }
            continue;
        }
        let Some(path) = joined(name, root, &entry) else {
            let path = entry.path().to_string_lossy();
            out.reject_path(&path, Reason::BadName, BAD_NAME);
            if is_dir {
                entries.skip_current_dir();
            }
            continue;
        };
        if is_dir {
            let same =
                |skip: &PathBuf| fs::canonicalize(entry.path()).is_ok_and(|own| own == *skip);
            if skip.as_ref().is_some_and(same) || (options.is_result)(entry.path()) {
                out.counts.skipped += 1;
                entries.skip_current_dir();
            }
        } else if entry.file_type().is_file() {
            let file = entry.into_path();
            read(Found { path, file }, out);
        } else {
            out.reject_path(&path, Reason::NotAFile, not_a_file(entry.file_type()));
        }
    }
}

const BAD_NAME: &str = "the name is not valid UTF-8; rename it";

/// The root as given, `/`, and the path below it.
fn joined(name: &str, root: &Path, entry: &DirEntry) -> Option<String> {
    let below = entry.path().strip_prefix(root).ok()?;
    let mut path = name.trim_end_matches('/').to_owned();
    for part in below.components() {
        path.push('/');
        path.push_str(part.as_os_str().to_str()?);
    }
    Some(path)
}

fn not_a_file(kind: FileType) -> &'static str {
    if kind.is_symlink() {
        "a link inside a folder is not followed; name its target as an input"
    } else {
        "it is a pipe, a socket or a device; only regular files are opened, `-` reads standard input"
    }
}
