//! One record of XML as a tree, in one list of nodes that point into the source.

use std::borrow::Cow;

use super::super::Limits;
use super::super::reason::{Reason, Refusal};
use super::entities::decode;
use super::names::{Prefixes, Vocabulary, attribute};
use super::token::{Kind, Scanner, name};

const NONE: u32 = u32::MAX;

pub(super) type Id = u32;

/// The record itself.
pub(super) const ROOT: Id = 0;

struct Node<'s> {
    kind: Kind,
    vocabulary: Vocabulary,
    name: &'s str,
    /// The tag, or what stands for a text.
    raw: &'s str,
    first: Id,
    next: Id,
}

pub(super) struct Tree<'s> {
    nodes: Vec<Node<'s>>,
}

/// An element that is not closed yet.
struct Open<'s> {
    id: Id,
    name: &'s str,
    last: Id,
    usual: Vocabulary,
}

impl<'s> Tree<'s> {
    /// The tree of a record, which is one element. `usual` is the vocabulary of its bare names.
    ///
    /// What is wrong inside a field is mended: an element that is not closed ends with the one
    /// around it. A field that is not closed would swallow the next, so that is an error.
    pub fn parse(
        source: &'s str,
        usual: Vocabulary,
        prefixes: &mut Prefixes,
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        let mut tree = Tree { nodes: Vec::new() };
        let mut open: Vec<Open<'s>> = Vec::new();
        let (mut scanner, mut at) = (Scanner::new(limits.attributes), 0);
        let most = limits.xml_nodes as usize;
        while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(token) = scanner.token(rest.as_bytes(), at as u64, true) else {
                break;
            };
            let raw = rest.get(..token.len).unwrap_or(rest);
            match token.kind {
                Kind::Text => tree.push(&mut open, Kind::Text, raw, most)?,
                Kind::Cdata => {
                    let inner = raw.get(9..raw.len().saturating_sub(3)).unwrap_or_default();
                    tree.push(&mut open, Kind::Cdata, inner, most)?;
                }
                Kind::Start | Kind::Empty => {
                    let before = open.last().map_or(usual, |open| open.usual);
                    let usual = prefixes.declare(raw).unwrap_or(before);
                    let id = tree.nodes.len() as Id;
                    tree.push(&mut open, Kind::Start, raw, most)?;
                    let qualified = text_of(name(raw.as_bytes()));
                    let (vocabulary, local) = prefixes.resolve(qualified, usual);
                    if let Some(node) = tree.nodes.get_mut(id as usize) {
                        (node.vocabulary, node.name) = (vocabulary, local);
                    }
                    if token.kind == Kind::Start {
                        if open.len() >= limits.xml_depth as usize {
                            let limit = limits.xml_depth;
                            let message =
                                format!("elements are nested deeper than the limit of {limit}");
                            return Err(Refusal::new(Reason::TooDeep, message).beyond("xml_depth"));
                        }
                        open.push(Open {
                            id,
                            name: qualified,
                            last: NONE,
                            usual,
                        });
                    }
                }
                Kind::End => {
                    let ended = name(raw.as_bytes());
                    let ended = open.iter().rposition(|open| open.name.as_bytes() == ended);
                    if let (Some(0), Some(field)) = (ended, open.get(1)) {
                        let message = format!("its <{}> is not closed", field.name);
                        return Err(ill_formed(&message));
                    }
                    if let Some(ended) = ended {
                        open.truncate(ended);
                    }
                }
                Kind::TooMany => return Err(too_many_attributes("a tag of it")),
                Kind::Broken => return Err(ill_formed("a tag in it is not closed")),
                Kind::Declaration | Kind::Passed => {}
            }
            at += token.len.max(1);
        }
        Ok(tree)
    }

    /// Adds a node, of `most` that there may be; an article has thousands, and each costs 80 bytes.
    fn push(
        &mut self,
        open: &mut [Open<'s>],
        kind: Kind,
        raw: &'s str,
        most: usize,
    ) -> Result<(), Refusal> {
        let id = self.nodes.len() as Id;
        if self.nodes.len() >= most {
            let message = format!(
                "the record has more than {most} elements and texts, --max-xml-nodes; it is left out"
            );
            return Err(Refusal::new(Reason::TooMany, message).beyond("xml_nodes"));
        }
        if let Some(parent) = open.last_mut() {
            let before = if parent.last == NONE {
                self.nodes
                    .get_mut(parent.id as usize)
                    .map(|node| &mut node.first)
            } else {
                self.nodes
                    .get_mut(parent.last as usize)
                    .map(|node| &mut node.next)
            };
            if let Some(link) = before {
                *link = id;
            }
            parent.last = id;
        }
        self.nodes.push(Node {
            kind,
            vocabulary: "",
            name: "",
            raw,
            first: NONE,
            next: NONE,
        });
        Ok(())
    }

    fn link(&self, id: Id, of: impl Fn(&Node<'s>) -> Id) -> Option<Id> {
        self.nodes.get(id as usize).map(of).filter(|&id| id != NONE)
    }

    /// Everything directly inside an element.
    pub fn inside(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let first = self.link(id, |node| node.first);
        std::iter::successors(first, |&id| self.link(id, |node| node.next))
    }

    /// The elements directly inside one.
    pub fn elements(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        self.inside(id).filter(|&id| self.is_element(id))
    }

    pub fn is_element(&self, id: Id) -> bool {
        self.nodes
            .get(id as usize)
            .is_some_and(|node| node.kind == Kind::Start)
    }

    pub fn name(&self, id: Id) -> &'s str {
        self.nodes.get(id as usize).map_or("", |node| node.name)
    }

    pub fn vocabulary(&self, id: Id) -> Vocabulary {
        self.nodes
            .get(id as usize)
            .map_or("", |node| node.vocabulary)
    }

    pub fn attribute(&self, id: Id, name: &str) -> Option<Cow<'s, str>> {
        let node = self.nodes.get(id as usize)?;
        attribute(node.raw, name).filter(|_| node.kind == Kind::Start)
    }

    /// The first element directly inside one by its plain name, in any capitals.
    pub fn child(&self, id: Id, name: &str) -> Option<Id> {
        self.elements(id)
            .find(|&id| self.name(id).eq_ignore_ascii_case(name))
    }

    /// The element at the end of a path of first children.
    pub fn path(&self, id: Id, path: &[&str]) -> Option<Id> {
        path.iter().try_fold(id, |id, name| self.child(id, name))
    }

    /// Visits everything below an element in order; `enter` says whether to go into one, and
    /// `leave` hears of the end of those that were entered. Not recursive, but bounded anyway.
    pub fn walk(&self, id: Id, mut enter: impl FnMut(Id) -> bool, mut leave: impl FnMut(Id)) {
        let mut around = Vec::new();
        let mut next = self.link(id, |node| node.first);
        loop {
            match next {
                Some(id) => {
                    let first = self.link(id, |node| node.first);
                    if enter(id) && self.is_element(id) {
                        around.push(id);
                        next = first;
                    } else {
                        next = self.link(id, |node| node.next);
                    }
                }
                None => {
                    let Some(id) = around.pop() else { break };
                    leave(id);
                    next = self.link(id, |node| node.next);
                }
            }
        }
    }

    /// All elements below one with this plain name.
    pub fn all(&self, id: Id, name: &str) -> Vec<Id> {
        let mut found = Vec::new();
        self.walk(
            id,
            |id| {
                if self.is_element(id) && self.name(id).eq_ignore_ascii_case(name) {
                    found.push(id);
                }
                true
            },
            |_| {},
        );
        found
    }

    /// What a piece of text says, its references resolved; empty for an element.
    pub fn piece(&self, id: Id) -> Cow<'s, str> {
        match self.nodes.get(id as usize) {
            Some(node) if node.kind == Kind::Text => decode(node.raw),
            Some(node) if node.kind == Kind::Cdata => Cow::Borrowed(node.raw),
            _ => Cow::Borrowed(""),
        }
    }

    /// All text below an element.
    pub fn text(&self, id: Id) -> String {
        let mut text = String::new();
        self.walk(
            id,
            |id| {
                text.push_str(&self.piece(id));
                true
            },
            |_| {},
        );
        text
    }

    pub fn has_elements(&self, id: Id) -> bool {
        self.elements(id).next().is_some()
    }

    /// The tag that an element begins with.
    pub fn tag(&self, id: Id) -> &'s str {
        self.nodes.get(id as usize).map_or("", |node| node.raw)
    }
}

fn text_of(name: &[u8]) -> &str {
    std::str::from_utf8(name).unwrap_or_default()
}

/// Why the record of a tag is left out.
pub(super) fn too_many_attributes(tag: &str) -> Refusal {
    let message = format!(
        "{tag} has more attributes than --max-attributes, or is longer than 1 MiB; its record is left out"
    );
    Refusal::new(Reason::TooMany, message).beyond("attributes")
}

pub(super) fn ill_formed(what: &str) -> Refusal {
    Refusal::new(
        Reason::InvalidXml,
        format!("not well-formed: {what}; it is left out, and reading goes on behind it"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::markup::markup;
    use super::*;

    fn parse(source: &str) -> Result<Tree<'_>, Refusal> {
        Tree::parse(source, "", &mut Prefixes::default(), &Limits::default())
    }

    #[test]
    fn a_field_keeps_its_faults_to_itself() {
        let tree =
            parse("<item><description>a<br>b &amp; <i>c</description><title>t</title></item>")
                .unwrap();
        let description = tree.child(ROOT, "description").unwrap();
        assert_eq!(tree.text(description), "ab & c");
        assert_eq!(markup(&tree, description), "a<br>b &amp; <i>c</i>");
        assert_eq!(tree.text(tree.child(ROOT, "TITLE").unwrap()), "t");
        let lost = parse("<item><title>t</titel><description>d</description></item>")
            .err()
            .unwrap();
        assert_eq!(lost.reason, Reason::InvalidXml);
        assert!(lost.message.contains("<title>"), "{}", lost.message);
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = |n: usize| "<a>".repeat(n) + &"</a>".repeat(n);
        assert!(parse(&deep(256)).is_ok());
        assert_eq!(parse(&deep(257)).err().unwrap().reason, Reason::TooDeep);
        let wide = format!("<a>{}</a>", "<b/>".repeat(500_000));
        assert_eq!(parse(&wide).err().unwrap().reason, Reason::TooMany);
    }

    /// What another reader says of the same: names and texts in order.
    fn reference(node: roxmltree::Node<'_, '_>, out: &mut String) {
        for child in node.children() {
            if child.is_element() {
                out.push_str(&format!("<{}>", child.tag_name().name()));
                reference(child, out);
                out.push_str("</>");
            } else if child.is_text() {
                out.push_str(child.text().unwrap_or_default());
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn equals_another_reader_on_what_is_well_formed(
            parts in proptest::collection::vec(r#"<b c="[a-z>']{0,4}">x</b>|<d/>|<!-- [a-z<]{0,5} -->|<!\[CDATA\[[a-z<&]{0,6}\]\]>|[a-z ]{0,8}|&amp;|&#233;|<e f='"'>[a-z]{0,3}<g>é</g></e>|<\?p i\?>"#, 0..20),
        ) {
            let source = format!("<a>{}</a>", parts.concat());
            let document = roxmltree::Document::parse(&source).unwrap();
            let mut expected = String::new();
            reference(document.root_element(), &mut expected);
            let tree = parse(&source).unwrap();
            let own = std::cell::RefCell::new(String::new());
            tree.walk(ROOT, |id| {
                let mut own = own.borrow_mut();
                if tree.is_element(id) { own.push_str(&format!("<{}>", tree.name(id))); } else { own.push_str(&tree.piece(id)); }
                true
            }, |_| own.borrow_mut().push_str("</>"));
            proptest::prop_assert_eq!(own.into_inner(), expected);
        }

        #[test]
        fn nothing_panics(source in r#"<a>(<b |<b>|</b>|</a>|>|'|=|&|;|#|x|<!\[CDATA\[|\]\]>|<!--|-->|é){0,30}"#) {
            if let Ok(tree) = parse(&source) {
                tree.text(ROOT);
                markup(&tree, ROOT);
            }
        }
    }
}
