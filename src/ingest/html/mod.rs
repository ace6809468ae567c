//! Web pages: the story without the page around it, and what the page says of it.
//!
//! A page is decoded, its facts are read off its tags, and it is made safe before any tree is built;
//! the story is what [`story`] finds in the tree. Fragments, as feeds carry them, need no tree.

#![cfg_attr(not(feature = "html"), allow(dead_code, unused_imports))]

mod lines;
mod markup;
mod token;

#[cfg(feature = "html")]
mod about;
#[cfg(feature = "html")]
mod address;
#[cfg(feature = "html")]
mod charset;
#[cfg(feature = "html")]
mod furniture;
#[cfg(feature = "html")]
mod guard;
#[cfg(feature = "html")]
mod kept;
#[cfg(feature = "html")]
mod linked;
#[cfg(feature = "html")]
mod micro;
#[cfg(feature = "html")]
mod publisher;
#[cfg(feature = "html")]
mod region;
#[cfg(feature = "html")]
mod stand_in;
#[cfg(feature = "html")]
mod story;

use super::Limits;
use super::gather::{Accepted, File};
use super::reason::{Reason, Refusal};
use super::record::Cells;
use super::stream::just_over;
use super::window::Bytes;

/// What is known of a page beside its bytes.
#[derive(Clone, Debug, Default)]
#[cfg_attr(not(feature = "html"), allow(dead_code))]
pub(super) struct Hints<'a> {
    /// Where it was fetched from.
    pub url: Option<&'a str>,
    /// The encoding that its server declared.
    pub charset: Option<&'a str>,
    /// When it was fetched.
    pub fetched: Option<&'a str>,
}

/// The article that a page is.
pub(super) struct Page {
    pub cells: Cells,
    /// The name of its encoding.
    pub encoding: &'static str,
    /// Bounds beyond which tags were dropped and their words kept: counted as limits that were hit.
    pub limits: Vec<&'static str>,
}

/// The article that a page is.
///
/// # Errors
/// A page beyond a limit, or in no encoding. A page without a story has an empty text.
#[cfg(feature = "html")]
pub(super) fn page(bytes: &[u8], hints: &Hints<'_>, limits: &Limits) -> Result<Page, Refusal> {
    use super::fields::Role;
    use super::record::Cell;

    check_length(bytes, limits)?;
    let (html, encoding) = charset::decoded(bytes, hints.charset)?;
    let about = about::about(&html, hints, limits);
    let (text, limits) = story::story(&html, &about, limits)?;
    let mut cells = Cells::default();
    let facts = [
        (Role::Title, about.title),
        (Role::Published, about.published),
        (Role::Source, about.outlet),
        (Role::Url, about.url),
        (Role::SyndicatedFrom, about.syndicated_from),
        (Role::Collected, hints.fetched.map(str::to_string)),
        (Role::Text, Some(text)),
    ];
    for (role, fact) in facts {
        if let Some(fact) = fact {
            cells.offer((role, 0), Cell::Text(fact));
        }
    }
    cells.write_by(about.author);
    Ok(Page {
        cells,
        encoding,
        limits,
    })
}

/// Refuses the page: a build without the feature `html` has no extractor.
#[cfg(not(feature = "html"))]
pub(super) fn page(_: &[u8], _: &Hints<'_>, _: &Limits) -> Result<Page, Refusal> {
    Err(Refusal::not_built("HTML", "html"))
}

/// The words of a fragment of HTML, as feeds carry it: blocks on lines of their own, links
/// as their text. Cost: linear.
///
/// A fragment without a tag is text, and only its character references are resolved. Where
/// that uncovers tags that end something or break a line, it was escaped twice, as feeds do, and
/// is read as HTML; a text that merely names a tag (`&lt;b&gt;`) stays text.
///
/// # Errors
/// A fragment beyond a limit.
pub(super) fn plain_text(fragment: &str, limits: &Limits) -> Result<String, Refusal> {
    check_length(fragment.as_bytes(), limits)?;
    let most = just_over(limits.text_bytes);
    if markup::has_markup(fragment) {
        return Ok(lines::lines(fragment, most));
    }
    let text = htmlize::unescape(fragment);
    let breaks = ["</", "<br", "<BR", "<p>", "<P>"];
    if markup::has_markup(&text) && breaks.iter().any(|mark| text.contains(mark)) {
        return Ok(lines::lines(&text, most));
    }
    Ok(text.into_owned())
}

/// Reads a file that is one page; its key is its path.
///
/// A page without any words becomes no document: there is nothing to compare.
pub(super) fn read(window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
    let limits = &file.options.limits;
    let limit = just_over(limits.record_bytes);
    if window.fill(limit).len() >= limit {
        return Err(file.too_long());
    }
    if window.damage().is_some() {
        file.finish(window, None);
        return Ok(());
    }
    // What a mark declared was undone before, whatever the page says.
    let hints = Hints {
        charset: file.encoding.map(|_| "utf-8"),
        ..Hints::default()
    };
    let bytes = window.available().len();
    let mut page = page(window.available(), &hints, limits)?;
    file.out.limits_hit(&page.limits);
    let place = file.place(None, 0);
    let aside = page.cells.aside(file.fields);
    let (document, text) = (page.cells).document(place, file.fields, limits.text_bytes)?;
    if text.is_empty() {
        let message = "no text: the page holds no words of a story, as one does that a script fills in; save it as the browser shows it";
        return Err(Refusal::new(Reason::NoText, message));
    }
    file.accept(
        Accepted::new((document, text), page.encoding).with(aside),
        None,
    );
    file.told(bytes);
    Ok(())
}

fn check_length(bytes: &[u8], limits: &Limits) -> Result<(), Refusal> {
    if bytes.len() as u64 > limits.record_bytes {
        return Err(Refusal::new(
            Reason::TooLong,
            format!(
                "the page is longer than the limit of {} bytes for one record",
                limits.record_bytes
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_become_lines() {
        let plain = |fragment: &str| plain_text(fragment, &Limits::default()).unwrap();
        for (fragment, wanted) in [
            ("plain\n text, 1 < 2 &amp; 3", "plain\n text, 1 < 2 & 3"),
            ("<p>One <a href=x>link</a>.</p><p>Two</p>", "One link.\nTwo"),
            (
                "&lt;p&gt;Twice &amp;amp; escaped&lt;/p&gt;",
                "Twice & escaped",
            ),
            ("Use &lt;b&gt; for bold", "Use <b> for bold"),
            ("a<script>x</script><br>b", "a\nb"),
            ("", ""),
        ] {
            assert_eq!(plain(fragment), wanted, "{fragment}");
        }
        let small = Limits {
            record_bytes: 3,
            ..Limits::default()
        };
        assert_eq!(
            plain_text("long", &small).unwrap_err().reason,
            Reason::TooLong
        );
    }
}
