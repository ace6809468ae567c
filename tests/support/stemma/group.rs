//! The making of one group: an original, and copies of it and of its copies.

use wirecopy::document::Document;
use wirecopy::lineage::CreditStatus;
use wirecopy::normalise::normalise;

use super::Truth;
use super::operators::{Desk, Draft, chance};
use super::outlets::{Family, Outlet, lag};
use crate::support::dice::Dice;

/// A text of a group while the group is made.
pub struct Node {
    draft: Draft,
    outlet: usize,
    time: i64,
    parent: Option<usize>,
    second: Vec<usize>,
    is_visible: bool,
}

/// A document with its truth; members are numbered within the group.
pub struct Page {
    pub document: Document,
    pub truth: Truth,
    draft: Draft,
}

/// Some time in 2031.
pub fn start(dice: &mut Dice) -> i64 {
    1_925_000_000 + (dice.roll(330 * 24 * 60) * 60) as i64
}

impl Node {
    pub fn new(draft: Draft, outlet: usize, time: i64) -> Self {
        Node {
            draft,
            outlet,
            time,
            parent: None,
            second: Vec::new(),
            is_visible: true,
        }
    }
}

impl Desk<'_> {
    /// An original with copies until so many texts are visible.
    pub fn group(&mut self, size: usize, dice: &mut Dice) -> Vec<Node> {
        let of_language = |wanted: &dyn Fn(&Outlet) -> bool| -> Vec<usize> {
            let numbered = self.outlets.iter().enumerate();
            numbered
                .filter(|(_, o)| wanted(o))
                .map(|(number, _)| number)
                .collect()
        };
        let is_large = size > 12;
        let origins = of_language(&|o| {
            matches!(
                o.family,
                Family::Agency | Family::Paper | Family::Broadcaster
            ) && (!is_large && size < 6 || o.language.name == "English")
        });
        let agencies: Vec<usize> = origins
            .iter()
            .copied()
            .filter(|&o| self.outlets[o].family == Family::Agency)
            .collect();
        let english = chance(50, dice);
        let from = if chance(60, dice) {
            &agencies
        } else {
            &origins
        };
        let origin = loop {
            let origin = *dice.pick(from);
            if !english || self.outlets[origin].language.name == "English" {
                break origin;
            }
        };
        let language = self.outlets[origin].language.name;
        let mut free = of_language(&|o| {
            o.language.name == language
                && (is_large || o.family != Family::Site)
                && o.name != self.outlets[origin].name
                // Agencies seldom run one another's texts.
                && o.family != Family::Agency
        });
        let time = start(dice);
        let draft = self.original(origin, time, dice);
        let mut nodes = vec![Node::new(draft, origin, time)];
        nodes[0].is_visible = chance(50, dice);
        while nodes.iter().filter(|node| node.is_visible).count() < size {
            let revised = chance(8, dice) || free.is_empty();
            let node = match revised {
                true => self.revision(&nodes, dice),
                false => {
                    let to = free.swap_remove(dice.roll(free.len()));
                    self.descendant(&nodes, to, dice)
                }
            };
            nodes.push(node);
        }
        nodes
    }

    /// The latest text of an outlet, revised.
    fn revision(&mut self, nodes: &[Node], dice: &mut Dice) -> Node {
        let outlet = match chance(50, dice) {
            true => nodes[0].outlet,
            false => nodes[dice.roll(nodes.len())].outlet,
        };
        let at = nodes
            .iter()
            .rposition(|node| node.outlet == outlet)
            .unwrap();
        let earlier = &nodes[at];
        let draft = self.revise(&earlier.draft, outlet, dice);
        // All texts of an outlet that is missing are missing.
        Node {
            parent: Some(at),
            is_visible: earlier.is_visible,
            ..Node::new(draft, outlet, earlier.time + lag(2 * 3600, dice))
        }
    }

    fn descendant(&mut self, nodes: &[Node], to: usize, dice: &mut Dice) -> Node {
        let from = match chance(55, dice) {
            true => {
                let versions = nodes.iter().enumerate();
                let versions: Vec<usize> = versions
                    .filter(|(_, node)| node.outlet == nodes[0].outlet)
                    .map(|(at, _)| at)
                    .collect();
                *dice.pick(&versions)
            }
            false => dice.roll(nodes.len()),
        };
        let exemplar = &nodes[from];
        let mut draft = self.copy(&exemplar.draft, (exemplar.outlet, to), dice);
        let time = exemplar.time + lag(3 * 3600, dice);
        let mut second = Vec::new();
        let could = |at: &usize| nodes[*at].is_visible && nodes[*at].time < time && *at != from;
        let others: Vec<usize> = (0..nodes.len()).filter(could).collect();
        if chance(10, dice) && !others.is_empty() {
            let other = &nodes[*dice.pick(&others)].draft;
            let taken = draft.contaminate(&exemplar.draft, other, dice);
            let has_all = |at: &usize| taken.iter().all(|s| nodes[*at].draft.holds(s));
            if !taken.is_empty() {
                second = others.into_iter().filter(has_all).collect();
            }
        }
        Node {
            parent: Some(from),
            second,
            ..Node::new(draft, to, time)
        }
    }
}

/// The visible texts of a group, each on the page of its outlet.
pub fn published(nodes: &[Node], group: usize, outlets: &[Outlet], dice: &mut Dice) -> Vec<Page> {
    let visible: Vec<usize> = (0..nodes.len())
        .filter(|&at| nodes[at].is_visible)
        .collect();
    let place = |node: usize| visible.binary_search(&node).ok();
    let page = |&at: &usize| {
        let node = &nodes[at];
        let outlet = &outlets[node.outlet];
        let (title, text) = outlet.page(&node.draft, node.time, dice);
        let parent = node.parent.and_then(place);
        let missing = node.parent.filter(|_| parent.is_none());
        Page {
            document: Document {
                text: text.into(),
                title: title.map(Into::into),
                source: Some(outlet.name.as_str().into()),
                published: outlet.published(node.time, dice),
                ..Document::default()
            },
            truth: Truth {
                group: Some(group),
                parent,
                missing: missing.map(|from| outlets[nodes[from].outlet].name.clone()),
                second: node.second.iter().filter_map(|&node| place(node)).collect(),
                time: node.time,
                outlet: node.outlet,
                credit: credit(nodes, at, outlets),
                is_identifiable: true,
            },
            draft: node.draft.clone(),
        }
    };
    let mut pages: Vec<Page> = visible.iter().map(page).collect();
    mark_twins(&mut pages);
    pages
}

fn credit(nodes: &[Node], at: usize, outlets: &[Outlet]) -> Option<CreditStatus> {
    let node = &nodes[at];
    let exemplar = nodes[node.parent?].outlet;
    if exemplar == node.outlet {
        return None;
    }
    let mut named: Vec<usize> = node.draft.credits.iter().map(|credit| credit.1).collect();
    named.extend(node.draft.wired_by);
    named.retain(|&outlet| outlet != node.outlet);
    if named.contains(&exemplar) || named.contains(&nodes[0].outlet) {
        return Some(CreditStatus::Credited);
    }
    let mut leaked = node.draft.leaked.iter();
    let leaks = leaked.any(|line| outlets.iter().any(|o| line.0.contains(&o.name)));
    match (named.is_empty(), leaks) {
        (false, _) => Some(CreditStatus::Mismatched),
        (true, true) => None,
        (true, false) => Some(CreditStatus::Uncredited),
    }
}

/// Marks what nobody can tell: texts of the same words (page lines aside) of which no date
/// says that one cannot have come first.
fn mark_twins(pages: &mut [Page]) {
    let words = |page: &Page, with_headline: bool| {
        let draft = &page.draft;
        let body = draft.body.iter().flatten().flat_map(|s| &s.words);
        let lines = draft.credits.iter().map(|credit| &credit.0);
        let leaked = draft.leaked.iter().map(|line| &line.0);
        let all = body.chain(lines).chain(leaked).chain(&draft.dateline);
        let headline = draft.headline.words.iter().filter(|_| with_headline);
        let joined: Vec<&str> = all.chain(headline).map(String::as_str).collect();
        normalise(&joined.join(" ")).canonical().to_string()
    };
    let [bare, headed] = [false, true].map(|with_headline| -> Vec<String> {
        pages
            .iter()
            .map(|page| words(page, with_headline))
            .collect()
    });
    let order = |x: usize, y: usize| {
        let [x, y] = [x, y].map(|at| pages[at].document.published);
        x.zip(y)
            .and_then(|(x, y)| x.order(&y))
            .filter(|order| order.is_ne())
    };
    let is_clear = |own: usize| {
        let parent = pages[own].truth.parent;
        (0..pages.len()).filter(|&other| other != own).all(|other| {
            let ordered = order(own, other);
            if parent == Some(other) {
                return bare[own] != bare[other] || ordered.is_some();
            }
            // A headline tells which of two was copied, but not which of two came first.
            let is_twin = bare[other] == bare[own]
                || parent.is_some_and(|parent| headed[other] == headed[parent]);
            !is_twin || ordered == Some(std::cmp::Ordering::Less)
        })
    };
    let clear: Vec<bool> = (0..pages.len()).map(is_clear).collect();
    for (page, is_clear) in pages.iter_mut().zip(clear) {
        page.truth.is_identifiable = is_clear;
    }
}
