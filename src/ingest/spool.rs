//! A stream as a file that can be read at any place, for formats whose index is at the end.

use std::fs::File as Opened;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::gather::File;
use super::reason::Refusal;
use super::window::Bytes;

/// The whole stream as a file, at its first byte: the input itself where it is stored as it
/// is read, else a temporary file without a name.
///
/// # Errors
/// The damage of the stream; what the system says of the file.
#[cfg(feature = "parquet")]
pub(super) fn seekable(
    window: &mut Bytes<'_>,
    again: Option<&Path>,
    file: &File<'_, '_>,
) -> Result<Opened, Refusal> {
    match as_far_as_it_goes(window, again, file)? {
        (_, Some(damage)) => Err(damage),
        (opened, None) => Ok(opened),
    }
}

/// As [`seekable`], with the damage beside what came before it.
///
/// # Errors
/// What the system says of the file.
pub(super) fn as_far_as_it_goes(
    window: &mut Bytes<'_>,
    again: Option<&Path>,
    file: &File<'_, '_>,
) -> Result<(Opened, Option<Refusal>), Refusal> {
    const PIECE: usize = 1 << 20;
    if let Some(path) = again {
        return Ok((Opened::open(path)?, None));
    }
    let mut spooled = match &file.options.temporary {
        Some(folder) => tempfile::tempfile_in(folder)?,
        None => tempfile::tempfile()?,
    };
    loop {
        let piece = window.fill(PIECE);
        if piece.is_empty() {
            break;
        }
        spooled.write_all(piece)?;
        let bytes = piece.len();
        window.consume(bytes);
    }
    spooled.seek(SeekFrom::Start(0))?;
    Ok((spooled, window.damage().cloned()))
}
