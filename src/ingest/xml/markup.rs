//! Elements written back as HTML.

use std::cell::RefCell;

use super::token::name;
use super::tree::{Id, Tree};

/// Elements of HTML that have no end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// What stands inside an element as HTML: names without prefixes, text escaped.
pub(super) fn markup(tree: &Tree<'_>, id: Id) -> String {
    written(tree, id, escape)
}

/// As [`markup`], where the text between the elements is HTML too.
pub(super) fn unescaped(tree: &Tree<'_>, id: Id) -> String {
    written(tree, id, |text, html| html.push_str(text))
}

fn written(tree: &Tree<'_>, id: Id, text: impl Fn(&str, &mut String)) -> String {
    let html = RefCell::new(String::new());
    tree.walk(
        id,
        |id| {
            let mut html = html.borrow_mut();
            if tree.is_element(id) {
                let tag = tree.tag(id);
                let behind = tag
                    .get(1 + name(tag.as_bytes()).len()..)
                    .unwrap_or_default();
                html.push('<');
                html.push_str(tree.name(id));
                html.push_str(behind.trim_end_matches(['>', '/']));
                html.push('>');
            } else {
                text(&tree.piece(id), &mut html);
            }
            true
        },
        |id| {
            let name = tree.name(id);
            if !VOID.iter().any(|void| void.eq_ignore_ascii_case(name)) {
                let mut html = html.borrow_mut();
                html.push_str("</");
                html.push_str(name);
                html.push('>');
            }
        },
    );
    html.into_inner()
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
}
