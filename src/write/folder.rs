//! The output folder: complete, or marked as unfinished.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use serde_json::Value;
use tempfile::NamedTempFile;

use super::exports::{Export, Graph};
use super::table::TableWriter;
use super::{datapackage, run, tables};
use crate::error::{Error, ErrorKind};
use crate::trace::Trace;

/// The manifest: a folder with it is complete.
const MANIFEST: &str = "run.json";
/// Stands in a folder while results are put there, so that what an interrupted
/// run left is known as ours.
const UNFINISHED: &str = ".wirecopy-unfinished";
/// Names of temporary files begin like this.
const TEMPORARY: &str = ".wirecopy-";

/// Whether text cells are made inert for spreadsheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvStyle {
    /// Cells that look like formulas get a `'` before them.
    Neutral,
    /// Cells are written as they are.
    Raw,
}

/// Refuses a folder that holds anything but an earlier result of ours, and an
/// earlier result without `force`. Creates nothing.
///
/// # Errors
/// [`ErrorKind::OutputExists`], or what the file system says.
pub fn check(folder: &Path, force: bool) -> Result<(), Error> {
    let io = |cause| Error::io("looking at the output folder", folder, cause);
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(io(cause)),
    };
    if entries.next().is_none() {
        return Ok(());
    }
    let ours = is_result(folder);
    if ours && force {
        return Ok(());
    }
    let path = folder.to_path_buf();
    Err(ErrorKind::OutputExists { path, ours }.into())
}

/// Whether a folder holds a result of wirecopy, complete or unfinished.
pub fn is_result(folder: &Path) -> bool {
    let regular = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    regular(&folder.join(UNFINISHED)) || {
        let manifest = folder.join(MANIFEST);
        regular(&manifest) && is_manifest(&manifest)
    }
}

/// Makes sure that a folder holds a complete result, and says how its CSV cells were written.
///
/// # Errors
/// [`ErrorKind::NoResult`], or what the file system says.
pub fn result_style(folder: &Path) -> Result<CsvStyle, Error> {
    let io = |cause| Error::io("looking at the results", folder, cause);
    fs::read_dir(folder).map_err(io)?;
    let path = folder.to_path_buf();
    let unfinished = folder.join(UNFINISHED).exists();
    match manifest(&folder.join(MANIFEST)) {
        Some(manifest) if !unfinished => Ok(match manifest.get("csv") {
            Some(style) if style == "raw" => CsvStyle::Raw,
            _ => CsvStyle::Neutral,
        }),
        _ => Err(ErrorKind::NoResult { path, unfinished }.into()),
    }
}

fn is_manifest(path: &Path) -> bool {
    manifest(path).is_some()
}

/// The manifest of a result of ours.
fn manifest(path: &Path) -> Option<Value> {
    /// Far more than a manifest needs.
    const LONGEST: u64 = 4 << 20;
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    let manifest: Option<Value> = read.ok().and_then(|_| serde_json::from_slice(&bytes).ok());
    manifest.filter(|value| value.get("program") == Some(&Value::from("wirecopy")))
}

/// Writes every table, the `exports` that are asked for, `datapackage.json` and, last, `run.json`
/// into `folder`.
///
/// Each file is written beside its place, brought to the disk and renamed, so
/// that no file is ever half there; a folder without `run.json` is unfinished.
/// Files of an earlier result are replaced with `force`, exports that are not asked for now go
/// with it, all other files are left alone.
///
/// # Errors
/// As [`check`]; or what the file system says, with the file.
pub fn publish(
    trace: &Trace,
    folder: &Path,
    style: CsvStyle,
    exports: &[Export],
    force: bool,
) -> Result<(), Error> {
    check(folder, force)?;
    let io = |doing| move |cause| Error::io(doing, folder, cause);
    fs::create_dir_all(folder).map_err(io("making the output folder"))?;
    mark(&folder.join(UNFINISHED)).map_err(io("marking the output folder"))?;
    clear_temporary(folder).map_err(io("clearing the output folder"))?;
    remove(&folder.join(MANIFEST))?;
    let not_asked_for = |export: &&Export| !exports.contains(export);
    for export in Export::ALL.iter().filter(not_asked_for) {
        remove(&folder.join(export.file()))?;
    }
    let tables = tables();
    for table in &tables {
        place(&folder.join(table.file()), |out| {
            let (columns, carried) = (table.columns(), table.carried(trace));
            let neutralise = style == CsvStyle::Neutral;
            let mut writer = TableWriter::with_carried(out, columns, carried, neutralise)?;
            table.write(trace, &mut writer)?;
            writer.finish()
        })?;
    }
    write_exports(trace, folder, exports)?;
    place(&folder.join("datapackage.json"), |out| {
        write_json(out, &datapackage::describe(&tables, trace))
    })?;
    trace.archive.intact()?;
    sync(folder).map_err(io("bringing the output folder to the disk"))?;
    place(&folder.join(MANIFEST), |out| {
        write_json(out, &run::manifest(trace, style))
    })?;
    fs::remove_file(folder.join(UNFINISHED)).map_err(io("unmarking the output folder"))?;
    sync(folder).map_err(io("bringing the output folder to the disk"))
}

fn write_exports(trace: &Trace, folder: &Path, exports: &[Export]) -> Result<(), Error> {
    if exports.is_empty() {
        return Ok(());
    }
    let graph = Graph::new(trace);
    let asked_for = |export: &&Export| exports.contains(export);
    for export in Export::ALL.iter().filter(asked_for) {
        place(&folder.join(export.file()), |out| export.write(&graph, out))?;
    }
    Ok(())
}

/// Removes a file of an earlier result, if there is one.
fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("removing", path, cause))
        }
        _ => Ok(()),
    }
}

/// Creates the marker; a link or anything else in its place is not followed.
fn mark(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
            if fs::symlink_metadata(path)?.is_file() {
                Ok(())
            } else {
                Err(cause)
            }
        }
        opened => opened.map(|_| ()),
    }
}

/// Removes what a killed run left half-written.
fn clear_temporary(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let ours = name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes());
        if ours && name != UNFINISHED && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn write_json(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Writes one file beside its place and renames it there.
pub(crate) fn place(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let written = || -> io::Result<()> {
        let file = NamedTempFile::with_prefix_in(TEMPORARY, folder.unwrap_or(Path::new(".")))?;
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        readable_as_usual(file.as_file())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|cause| Error::io("writing", path, cause))
}

/// Temporary files are private; results are like any other new file.
#[cfg(unix)]
fn readable_as_usual(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_as_usual(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
