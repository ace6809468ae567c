//! Whether a text is HTML at all.

use memchr::{memchr, memchr2};

/// Whether there is anything in a text that only HTML has: a tag or a comment.
pub(super) fn has_markup(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| memchr(b'<', rest)) {
        from += at + 1;
        let rest = bytes.get(from..).unwrap_or_default();
        if rest.starts_with(b"!--") || rest.starts_with(b"![CDATA[") {
            return true;
        }
        let name = rest.strip_prefix(b"/").unwrap_or(rest);
        let length = name
            .iter()
            .take(12)
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        let known = name.get(..length).and_then(|n| std::str::from_utf8(n).ok());
        if known.is_some_and(is_known)
            && matches!(
                name.get(length),
                Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r')
            )
            && memchr2(b'>', b'<', name).is_some_and(|at| name.get(at) == Some(&b'>'))
        {
            return true;
        }
    }
    false
}

/// Elements that articles are made of.
fn is_known(name: &str) -> bool {
    const KNOWN: &str = "a abbr article aside b big blockquote body br center cite code dd del div dl dt em \
        figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img ins \
        li link main mark meta nav object ol p picture pre q s script section small source span \
        strike strong style sub sup svg table tbody td th thead time title tr tt u ul video";
    KNOWN
        .split(' ')
        .any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_signs_is_no_markup() {
        for text in [
            "1 < 2 and 3 > 2",
            "<jane@mail.example> wrote",
            "a <- b",
            "if a<b then c",
            "a <b and c",
            "",
        ] {
            assert!(!has_markup(text), "{text}");
        }
        for text in [
            "a<br>b",
            "<p class='x'>",
            "x <!-- y -->",
            "</div>",
            "<A HREF=x>",
        ] {
            assert!(has_markup(text), "{text}");
        }
    }
}
