//! A comparison as one page for a browser, which loads and runs nothing.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use super::entry::label;
use super::fold::Piece;
use super::marks::{Kept, merged, plain};
use super::page::{Named, NamedPair};
use super::spans::{Direction, Look, Span};
use super::text::opening;
use crate::align::{Row, RowOp};
use crate::write::inert::{inert, inert_line};
use crate::write::terminal::plural;

/// The only style of the page, and what its policy allows: the SHA-256 of it.
const STYLE: &str = include_str!("page.css");
const STYLE_HASH: &str = "sha256-pQITd2EjQcmHozO7q9+ogQAXyhHuIplVSls1cMQ4RpE=";

/// Writes one self-contained page. Its policy allows the one style that it
/// holds and nothing else; texts stand escaped in it, with every control
/// character shown as `\u{..}`. Unchanged sentences are folded, not left out.
///
/// # Errors
/// What the output says.
pub fn diff_html(
    pair: NamedPair<'_>,
    context: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (a, b) = (
        escaped(&inert_line(pair.a.key)),
        escaped(&inert_line(pair.b.key)),
    );
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{a} and {b} compared</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>What B changed</h1>\n<dl>\n"
    )?;
    name("A", pair.a, out)?;
    name("B", pair.b, out)?;
    let (summary, figures) = (escaped(&pair.summary()), escaped(&pair.figures()));
    writeln!(
        out,
        "</dl>\n<p>{summary}</p>\n<p class=\"figures\">{figures}</p>\n</header>\n<main>\n<ol>"
    )?;
    let places = places(&pair.whole.rows);
    for piece in pair.pieces(context) {
        match piece {
            Piece::Row(at) => row(pair, at, &places, out)?,
            Piece::Folded(range) => folded(pair, range, &places, out)?,
        }
    }
    writeln!(out, "</ol>\n</main>\n</body>\n</html>")
}

fn name(letter: &str, named: Named<'_>, out: &mut dyn Write) -> io::Result<()> {
    let key = escaped(&inert(named.key));
    write!(out, "<dt>{letter}</dt><dd><bdi>{key}</bdi>")?;
    if let Some(title) = named
        .title
        .map(inert_line)
        .filter(|title| !title.is_empty())
    {
        write!(out, "<span><bdi>{}</bdi></span>", escaped(&title))?;
    }
    writeln!(out, "</dd>")
}

/// The first row of each move at its old and at its new place.
type Places = BTreeMap<(usize, bool), usize>;

fn places(rows: &[Row]) -> Places {
    let mut places = Places::new();
    for (at, row) in rows.iter().enumerate() {
        if let Some(change) = row.change
            && matches!(row.op, RowOp::MovedAway | RowOp::MovedHere)
        {
            places
                .entry((change, row.op == RowOp::MovedHere))
                .or_insert(at);
        }
    }
    places
}

fn folded(
    pair: NamedPair<'_>,
    range: Range<usize>,
    places: &Places,
    out: &mut dyn Write,
) -> io::Result<()> {
    let count = pair.count(pair.whole.rows.get(range.clone()).unwrap_or(&[]));
    let count = plural(count, "sentence");
    writeln!(
        out,
        "<li class=\"fold\"><details><summary>{count} the same</summary>\n<ol>"
    )?;
    for at in range {
        row(pair, at, places, out)?;
    }
    writeln!(out, "</ol>\n</details></li>")
}

fn row(pair: NamedPair<'_>, at: usize, places: &Places, out: &mut dyn Write) -> io::Result<()> {
    let Some(row) = pair.whole.rows.get(at) else {
        return Ok(());
    };
    let word = label(row.op).2;
    let class = if word.is_empty() { "same" } else { word };
    write!(
        out,
        "<li id=\"r{at}\" class=\"{class}\"><div class=\"what\">"
    )?;
    if !word.is_empty() {
        write!(out, "<b>{word}</b> ")?;
    }
    write!(out, "{}", lines(pair, row))?;
    let other = row
        .change
        .and_then(|change| places.get(&(change, row.op == RowOp::MovedAway)));
    for (i, note) in pair.notes(row).iter().enumerate() {
        match other.filter(|_| i == 0 && matches!(row.op, RowOp::MovedAway | RowOp::MovedHere)) {
            Some(other) => write!(out, ", <a href=\"#r{other}\">{}</a>", escaped(note))?,
            None => write!(out, ", {}", escaped(note))?,
        }
    }
    let (direction, text) = text(pair, row);
    writeln!(out, "</div><p dir=\"{direction}\">{text}</p></li>")
}

/// Where a row stands, in words.
fn lines(pair: NamedPair<'_>, row: &Row) -> String {
    match (pair.line_a(row), pair.line_b(row)) {
        (Some(a), Some(b)) if a == b => format!("line {a}"),
        (Some(a), Some(b)) => format!("line {a} of A, {b} of B"),
        (Some(a), None) => format!("line {a} of A"),
        (None, Some(b)) => format!("line {b} of B"),
        (None, None) => String::new(),
    }
}

/// The direction of a row's text, and the text.
fn text(pair: NamedPair<'_>, row: &Row) -> (&'static str, String) {
    let (a, b, marks) = (pair.part_a(row), pair.part_b(row), pair.marks(row));
    let shown = if row.b.is_empty() { a } else { b };
    let spans = match row.op {
        RowOp::Same => plain(shown, Look::Plain),
        RowOp::Added => plain(shown, Look::New),
        RowOp::Dropped => plain(shown, Look::Gone),
        RowOp::Edited | RowOp::MovedHere => merged(a, b, marks, Kept::Whole),
        RowOp::MovedAway => vec![Span::new(Look::Plain, opening(a))],
    };
    // Not `auto`: it looks past elements that have a direction of their own.
    let direction = match Direction::of(shown.as_str()) {
        Direction::LeftToRight => "ltr",
        Direction::RightToLeft => "rtl",
    };
    (direction, spans.iter().map(markup).collect())
}

/// Elements say what the signs say on a terminal.
fn markup(span: &Span) -> String {
    let text = escaped(&span.text);
    match span.look {
        Look::Gone => format!("<del dir=\"auto\">{text}</del>"),
        Look::New => format!("<ins dir=\"auto\">{text}</ins>"),
        Look::GoneSign | Look::NewSign => String::new(),
        _ => text,
    }
}

/// Text that is nothing but text, in an element and in an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::config::Settings;
    use crate::pipeline::compare_whole;

    fn page(a: &str, b: &str) -> String {
        let whole = compare_whole(a.into(), b.into(), &Settings::default());
        let named = |text| Named {
            key: "\"><img src=x onerror=alert(1)>",
            title: Some("</title><script>"),
            text,
        };
        let mut out = Vec::new();
        diff_html(
            NamedPair {
                a: named(a),
                b: named(b),
                whole: &whole,
            },
            Some(1),
            &mut out,
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_policy_allows_the_style() {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
        assert_eq!(STYLE_HASH, format!("sha256-{hash}"));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains('<'));
    }

    /// Every tag of a page must be one that this file writes.
    #[test]
    fn hostile_text_stays_text() {
        let evil = "</style></p></li><script>alert(1)</script> \"><img src=x onerror=alert(1)> \
            <!-- & &amp; ' ]]> \u{0} \u{1b}[2J \u{202e}txt.exe \u{2066} \u{2069}\u{2069} <base href=//x>";
        let a = format!("The mayor of Orme said {evil} to all of us.\n<iframe>\nBoats were lost.");
        let b = format!(
            "Boats were lost.\nThe mayor of Orme {evil} told all of us today.\n<svg onload=1>"
        );
        for page in [
            page(&a, &b),
            page(&b, &a),
            page(&a, &a),
            page("", evil),
            page(evil, ""),
        ] {
            let (_, body) = page.split_once("</style>").unwrap();
            let tags = body
                .split('<')
                .skip(1)
                .map(|tag| tag.split('>').next().unwrap());
            for tag in tags {
                let (element, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
                let element = element.trim_start_matches('/');
                let known = [
                    "head", "body", "html", "header", "main", "h1", "dl", "dt", "dd", "bdi",
                    "span", "p", "ol", "li", "div", "b", "a", "ins", "del", "details", "summary",
                ];
                assert!(known.contains(&element), "<{tag}>");
                let simple = |c: char| c.is_ascii_alphanumeric() || " =\"#".contains(c);
                assert!(attributes.chars().all(simple), "<{tag}>");
                assert!(
                    !attributes.contains("on") && !attributes.contains("src"),
                    "<{tag}>"
                );
            }
            assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
            assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{2069}']));
        }
    }

    #[test]
    fn what_moved_is_linked_to_its_old_place() {
        let sentence = |i: usize| {
            format!(
                "The harbour master of the town number {i} said that boats number {i} were lost."
            )
        };
        let (a, b) = (
            [sentence(1), sentence(2), sentence(3)].join("\n"),
            [sentence(3), sentence(1), sentence(2)].join("\n"),
        );
        let page = page(&a, &b);
        assert!(page.contains("<li id=\"r0\" class=\"moved\"><div class=\"what\"><b>moved</b> line 1 of B, <a href=\"#r3\">from line 3 of A</a>"));
        assert!(page.contains("<li id=\"r3\" class=\"moved\"><div class=\"what\"><b>moved</b> line 3 of A, <a href=\"#r0\">to line 1 of B</a>"));
    }
}
