//! Web pages: the story without the page around it, and what the page says of it.

use super::reason::{Reason, Refusal};
use super::record::Cells;
use super::{Limits, gather::File, window::Bytes};

/// What is known of a page beside its bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints<'a> {
    /// Where it was fetched from.
    pub url: Option<&'a str>,
    /// The encoding that its server declared.
    pub charset: Option<&'a str>,
    /// When it was fetched.
    pub fetched: Option<&'a str>,
}

/// The fields of the article that a page is, and the name of its encoding.
///
/// # Errors
/// A page beyond a limit, or in no encoding. A page without a story has an empty text.
pub(super) fn page(
    bytes: &[u8],
    hints: &Hints<'_>,
    limits: &Limits,
) -> Result<(Cells, &'static str), Refusal> {
    let _ = (bytes, hints, limits);
    Err(Refusal::new(Reason::Unsupported, "HTML"))
}

/// The words of a fragment of HTML, as feeds carry it: blocks on lines of their own.
///
/// # Errors
/// A fragment beyond a limit.
pub(super) fn plain_text(fragment: &str, limits: &Limits) -> Result<String, Refusal> {
    let _ = limits;
    Ok(fragment.to_string())
}

/// Reads a file that is one page.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
    let _ = (window, file);
    Err(Refusal::new(Reason::Unsupported, "HTML"))
}
