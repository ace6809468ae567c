//! Parts of a page that belong to no story, told by their names.

use super::token::Tag;

/// How sure the name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Whatever is inside.
    Always,
    /// Unless so much is inside that it could be the story.
    Little,
}

impl Cut {
    /// Whether an element with so many bytes of words outside links and inside is cut.
    pub fn holds(self, (words, _): (usize, usize)) -> bool {
        const LITTLE: usize = 1200;
        self == Cut::Always || words <= LITTLE
    }
}

/// Whether and how an element is furniture.
pub(super) fn cut(tag: &Tag<'_>) -> Option<Cut> {
    const ALWAYS: &[&str] = &[
        "nav",
        "figcaption",
        "amp-sidebar",
        "amp-social-share",
        "amp-ad",
        "amp-consent",
    ];
    const LITTLE: &[&str] = &["aside", "footer", "menu"];
    const NEVER: &[&str] = &[
        "main", "article", "p", "h1", "time", "b", "i", "em", "strong",
    ];
    let of = |names: &[&str]| names.iter().any(|name| tag.is(name));
    if of(ALWAYS) {
        return Some(Cut::Always);
    }
    if of(LITTLE) {
        return Some(Cut::Little);
    }
    let mut found = None;
    for (name, value) in tag.attributes() {
        let this = if name.eq_ignore_ascii_case("class") || name.eq_ignore_ascii_case("id") {
            // Paragraphs carry classes too, and few of them are furniture.
            if of(NEVER) { None } else { named(value) }
        } else if name.eq_ignore_ascii_case("role") {
            role(value)
        } else if name.eq_ignore_ascii_case("hidden") {
            Some(Cut::Little)
        } else {
            None
        };
        found = match (found, this) {
            (Some(Cut::Always), _) | (_, Some(Cut::Always)) => Some(Cut::Always),
            (found, this) => found.or(this),
        };
    }
    found
}

fn role(value: &str) -> Option<Cut> {
    const ROLES: &[&str] = &[
        "navigation",
        "search",
        "menu",
        "menubar",
        "dialog",
        "alertdialog",
        "contentinfo",
        "complementary",
    ];
    ROLES
        .iter()
        .any(|role| role.eq_ignore_ascii_case(value))
        .then_some(Cut::Little)
}

/// By the words of a class or an id.
fn named(value: &str) -> Option<Cut> {
    const ALWAYS: &[&str] = &["comments", "disqus", "commentlist", "respond", "figcaption"];
    const LITTLE: &[&str] = &[
        "share",
        "sharing",
        "sharebar",
        "sharedaddy",
        "social",
        "addtoany",
        "addthis",
        "related",
        "recommended",
        "recommendations",
        "relatedposts",
        "breadcrumb",
        "breadcrumbs",
        "cookie",
        "cookies",
        "consent",
        "gdpr",
        "newsletter",
        "caption",
        "promo",
        "advert",
        "advertisement",
        "ads",
        "outbrain",
        "taboola",
        "pullquote",
        "tags",
        "taglist",
        "toolbar",
        "pagination",
        "skip",
        "readmore",
        "trending",
        "popular",
        "byline",
        "gallery",
        "slideshow",
        "carousel",
        "lightbox",
    ];
    const PAIRS: &[(&str, &str)] = &[
        ("author", "bio"),
        ("author", "box"),
        ("author", "info"),
        ("about", "author"),
        ("more", "stories"),
        ("read", "more"),
        ("read", "also"),
        ("read", "next"),
        ("most", "read"),
        ("ad", "slot"),
        ("ad", "container"),
        ("ad", "feedback"),
        ("pull", "quote"),
        ("tag", "list"),
        ("cat", "links"),
        ("screen", "reader"),
        ("visually", "hidden"),
        ("sr", "only"),
        ("image", "credit"),
        ("photo", "credit"),
        ("sign", "up"),
        ("comment", "list"),
        ("comment", "form"),
        ("post", "navigation"),
        ("posted", "on"),
        ("entry", "meta"),
        ("you", "may"),
    ];
    let mut best = None;
    for class in value.split_ascii_whitespace() {
        let mut before = "";
        let mut first = true;
        for word in parts(class) {
            let is = |known: &str, word: &str| known.eq_ignore_ascii_case(word);
            if ALWAYS.iter().any(|known| is(known, word)) && first {
                return Some(Cut::Always);
            }
            if LITTLE.iter().any(|known| is(known, word))
                || PAIRS.iter().any(|(a, b)| is(a, before) && is(b, word))
            {
                best = Some(Cut::Little);
            }
            before = word;
            first = false;
        }
    }
    best
}

/// The words of a name: `share-bar`, `share_bar2` and `shareBar` have the same.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        let mut before = b'A';
        let end = rest.bytes().position(|byte| {
            let ends = !byte.is_ascii_alphabetic()
                || (byte.is_ascii_uppercase() && before.is_ascii_lowercase());
            before = byte;
            ends
        });
        let (word, behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        rest = behind;
        (!word.is_empty()).then_some(word)
    })
}

/// Whether the tags of an element are dropped, whatever it holds.
pub(super) fn holds_no_words(name: &str) -> bool {
    const DROPPED: &[&str] = &[
        "html",
        "head",
        "body",
        "img",
        "input",
        "meta",
        "link",
        "source",
        "embed",
        "param",
        "wbr",
        "col",
        "base",
        "track",
        "area",
        "script",
        "style",
        "iframe",
        "noframes",
        "frameset",
        "frame",
        "colgroup",
        "title",
        "picture",
        "object",
        "applet",
        "image",
        "plaintext",
        "listing",
        "nobr",
        "marquee",
        "rb",
        "rp",
        "rt",
        "rtc",
        "ruby",
        "optgroup",
        "option",
        "keygen",
        "bgsound",
        "basefont",
        "font",
        "isindex",
        "fieldset",
    ];
    DROPPED
        .iter()
        .any(|dropped| dropped.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_words() {
        let words = |name: &'static str| parts(name).collect::<Vec<_>>();
        assert_eq!(words("share-bar"), ["share", "bar"]);
        assert_eq!(words("shareBar_2x"), ["share", "Bar", "x"]);
        assert_eq!(words("articleHTMLBody12"), ["article", "HTMLBody"]);
        assert_eq!(words("--é9"), [""; 0]);
        for name in [
            "share",
            "socialShare",
            "x__relatedLinks--3",
            "adSlot",
            "photo-gallery",
        ] {
            assert_eq!(named(name), Some(Cut::Little), "{name}");
        }
        assert_eq!(named("commentsList"), Some(Cut::Always));
        for name in [
            "shared",
            "article-body",
            "hasComments",
            "loads",
            "unrelated",
        ] {
            assert_eq!(named(name), None, "{name}");
        }
    }
}
