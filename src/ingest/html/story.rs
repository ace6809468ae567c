//! The story on a page: `dom_smoothie` on a page made safe, and what to do where it finds little.
//!
//! Measured on 125 made-up pages of 25 kinds in five languages (`tests/html.rs`) before and after
//! the guard; the figures are in `benches/record`.

use dom_smoothie::{Config, Readability, TextMode};

use super::super::Limits;
use super::super::reason::{Reason, Refusal};
use super::super::shield::shielded;
use super::about::About;
use super::guard::{Guarded, guarded};
use super::kept::cleaned;
use super::lines::lines;
use super::publisher;
use super::region::{Regions, SHORT, regions};

/// Bytes of a text that may be one box of several: some paragraphs.
const SMALL: usize = 1000;

/// Levels that the extractor walks on the caller's stack.
const SHALLOW: usize = 64;

/// A stack that [`guarded`] pages of any depth cannot overflow.
const STACK: usize = 64 << 20;

/// The lines of the story, without the headline, and the bounds that the page went beyond.
pub(super) fn story(
    html: &str,
    about: &About,
    limits: &Limits,
) -> Result<(String, Vec<&'static str>), Refusal> {
    let title = about.title.as_deref().unwrap_or_default();
    let most = usize::try_from(limits.text_bytes).unwrap_or(usize::MAX);
    let page = guarded(html, title, limits, true);
    if page.too_large {
        // Without a tree: the part that is marked or densest, unless it is the lesser part.
        let parts = regions(&page.html);
        let part = cleaned(parts.likeliest().of(&page.html), title);
        let whole = 2 * part.len() < page.words;
        let text = match whole {
            true => cleaned(&page.html, title),
            false => part,
        };
        return Ok((text, page.limits));
    }
    let mut best = extracted(&page, title)?;
    // So much furniture, or so little else, may be a story in an element with an unlucky name.
    let unlucky = page.cut > 1500 && page.cut > 2 * page.words;
    if unlucky || (best.len() < 100 && page.cut > best.len()) {
        let whole = guarded(html, title, limits, false);
        if !whole.too_large {
            let other = extracted(&whole, title)?;
            if other.len() > 2 * best.len() {
                best = other;
            }
        }
    }
    if best.len() < SMALL {
        best = with_parts(best, &page, &regions(&page.html), title);
    }
    if let Some(body) = &about.body {
        let body = super::plain_text(body, limits)?;
        let body = body.replace('&', "&amp;").replace('<', "&lt;");
        best = publisher::agreed(best, lines(&body.replace('\n', "<br>"), most));
    }
    if best.is_empty() {
        best = cleaned(&page.html, title);
    }
    Ok((best, page.limits))
}

/// What was extracted, unless it is short and a part of the page holds so much more that the wrong
/// part was taken, as where the story stands in several boxes.
///
/// Nothing is asked of longer texts: what is three times as long as a story may be a gallery.
fn with_parts(found: String, page: &Guarded, parts: &Regions, title: &str) -> String {
    let (part, least) = if found.len() < SHORT && page.words > 2 * found.len() {
        (parts.likeliest(), 2 * found.len())
    } else if found.len() < SMALL && parts.densest.words > 3 * found.len() {
        (&parts.densest, 3 * found.len())
    } else {
        return found;
    };
    let other = cleaned(part.of(&page.html), title);
    match other.len() > least {
        true => other,
        false => found,
    }
}

/// What the extractor takes for the story.
fn extracted(page: &Guarded, title: &str) -> Result<String, Refusal> {
    let read = || {
        shielded("HTML", || {
            let config = Config {
                disable_json_ld: true,
                text_mode: TextMode::Raw,
                ..Config::default()
            };
            // No story is no failure.
            let found = Readability::new(page.html.as_str(), None, Some(config))
                .and_then(|mut page| page.parse());
            Ok(found
                .map(|article| article.content.to_string())
                .unwrap_or_default())
        })
    };
    let content = if page.depth <= SHALLOW {
        read()
    } else {
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, read);
            let failed = || {
                Refusal::new(
                    Reason::ReaderFailed,
                    "no thread for reading HTML could be started; run it again",
                )
            };
            thread
                .map_err(|_| failed())?
                .join()
                .unwrap_or_else(|_| Err(failed()))
        })
    }?;
    Ok(cleaned(&content, title))
}
