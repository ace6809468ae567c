//! A world of outlets that copy from one another, with the truth of who copied whom.
//!
//! A group is one invented story: an original (of an agency, or of a paper), which every
//! second time is in no input, and copies of it and of its copies. Nothing here knows how
//! lineage is worked out. Documents carry keys that say nothing of their order.

pub mod baselines;
pub mod operators;
pub mod outlets;
pub mod score;

use std::collections::{BTreeMap, BTreeSet};

use wirecopy::document::Document;
use wirecopy::ingest::{Counts, Intake};
use wirecopy::lineage::CreditStatus;
use wirecopy::normalise::normalise;

use super::Random;
use super::dice::Dice;
use operators::{Desk, Draft, chance};
use outlets::{Family, Outlet, lag, press};

/// Stories that an outlet has at least, so that its furniture can be learnt. The sites
/// of a network, which fill the large groups, have fewer.
pub const STORIES: usize = 12;

/// What is true of a document. Numbers are those of [`World::documents`].
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// None for a story that nobody copied.
    pub group: Option<usize>,
    /// What it was made from; none for an original and for what was made from a missing one.
    pub parent: Option<usize>,
    /// The outlet whose text it was made from, where no document is that text.
    pub missing: Option<String>,
    /// Texts that have the sentences which it took from a second one, and came before it.
    pub second: Vec<usize>,
    /// Seconds.
    pub time: i64,
    pub outlet: usize,
    /// Whether it names its exemplar's outlet; none for originals and revisions, and where
    /// only a leaked page line names somebody.
    pub credit: Option<CreditStatus>,
    /// False where another text of the same words could take its place or its parent's.
    pub is_identifiable: bool,
}

pub struct World {
    pub outlets: Vec<Outlet>,
    /// By key.
    pub documents: Vec<Document>,
    /// In the order of the documents.
    pub truth: Vec<Truth>,
    /// Members by group.
    pub groups: BTreeMap<usize, Vec<usize>>,
}

/// A text of a group while the group is made.
struct Node {
    draft: Draft,
    outlet: usize,
    time: i64,
    parent: Option<usize>,
    second: Vec<usize>,
    is_visible: bool,
}

/// A document with its truth; members are numbered within the group.
struct Page {
    document: Document,
    truth: Truth,
    draft: Draft,
}

impl World {
    /// Groups of 2 to 12 documents, and further ones of the sizes in `large`.
    pub fn ordinary(seed: u64, groups: usize, large: &[usize]) -> Self {
        World::new(seed, groups, large, false)
    }

    /// With outlets and operators that the ordinary world does not have.
    pub fn held_out(seed: u64, groups: usize, large: &[usize]) -> Self {
        World::new(seed, groups, large, true)
    }

    fn new(seed: u64, groups: usize, large: &[usize], is_held_out: bool) -> Self {
        let mut dice = Dice::new(seed);
        let outlets = press(is_held_out, &mut dice);
        let mut pages: Vec<Vec<Page>> = Vec::new();
        for group in 0..groups + large.len() {
            let mut dice = Dice::new(seed * 1_000_003 + group as u64);
            let size = match group.checked_sub(groups) {
                Some(at) => large[at],
                None => *dice.pick(&[2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 12]),
            };
            let mut desk = Desk {
                outlets: &outlets,
                is_held_out,
                sentences: 0,
            };
            let nodes = desk.group(size, &mut dice);
            pages.push(published(&nodes, group, &outlets, &mut dice));
        }
        let mut stories: BTreeMap<usize, usize> = BTreeMap::new();
        for members in &pages {
            let own: BTreeSet<usize> = members.iter().map(|page| page.truth.outlet).collect();
            own.into_iter()
                .for_each(|outlet| *stories.entry(outlet).or_default() += 1);
        }
        for (number, outlet) in outlets.iter().enumerate() {
            let known = stories.get(&number).copied().unwrap_or(0);
            let wanted = match outlet.family {
                Family::Site => usize::from(known > 0),
                _ => (STORIES + 2).saturating_sub(known).max(6),
            };
            for _ in 0..wanted {
                let mut desk = Desk {
                    outlets: &outlets,
                    is_held_out,
                    sentences: 0,
                };
                let time = start(&mut dice);
                let draft = desk.original(number, time, &mut dice);
                pages.push(published(
                    &[Node::new(draft, number, time)],
                    0,
                    &outlets,
                    &mut dice,
                ));
            }
        }
        World::by_key(seed, outlets, pages)
    }

    /// Gives every page a key that says nothing, and sorts by it.
    fn by_key(seed: u64, outlets: Vec<Outlet>, pages: Vec<Vec<Page>>) -> Self {
        let mut random = Random(seed);
        let mut keys = BTreeMap::new();
        for (group, members) in pages.iter().enumerate() {
            for at in 0..members.len() {
                keys.insert(format!("{:016x}", random.next()), (group, at));
            }
        }
        let places: BTreeMap<(usize, usize), usize> = keys
            .values()
            .enumerate()
            .map(|(to, &place)| (place, to))
            .collect();
        let mut world = World {
            outlets,
            documents: vec![Document::default(); keys.len()],
            truth: vec![Truth::default(); keys.len()],
            groups: BTreeMap::new(),
        };
        let keys: Vec<String> = keys.into_keys().collect();
        for (group, members) in pages.into_iter().enumerate() {
            let is_alone = members.len() < 2;
            for (at, page) in members.into_iter().enumerate() {
                let to = places[&(group, at)];
                let place = |member: usize| places[&(group, member)];
                world.documents[to] = Document {
                    key: keys[to].as_str().into(),
                    ..page.document
                };
                world.truth[to] = Truth {
                    group: (!is_alone).then_some(group),
                    parent: page.truth.parent.map(place),
                    second: page.truth.second.into_iter().map(place).collect(),
                    ..page.truth
                };
                if !is_alone {
                    world.groups.entry(group).or_default().push(to);
                }
            }
        }
        world
            .groups
            .values_mut()
            .for_each(|members| members.sort_unstable());
        world
    }

    /// What ingest would give.
    pub fn intake(&self) -> Intake {
        let count = self.documents.len() as u64;
        Intake {
            documents: self.documents.clone(),
            counts: Counts {
                read: count,
                documents: count,
                ..Counts::default()
            },
            ..Intake::default()
        }
    }

    /// True where one was made from the other, directly or not.
    pub fn descends(&self, copy: usize, from: usize) -> bool {
        let line = std::iter::successors(Some(copy), |&at| self.truth[at].parent);
        line.skip(1).any(|at| at == from)
    }

    /// Steps from the top of its line.
    pub fn depth(&self, of: usize) -> usize {
        std::iter::successors(Some(of), |&at| self.truth[at].parent).count() - 1
    }
}

/// Some time in 2031.
fn start(dice: &mut Dice) -> i64 {
    1_925_000_000 + (dice.roll(330 * 24 * 60) * 60) as i64
}

impl Node {
    fn new(draft: Draft, outlet: usize, time: i64) -> Self {
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
    fn group(&mut self, size: usize, dice: &mut Dice) -> Vec<Node> {
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
fn published(nodes: &[Node], group: usize, outlets: &[Outlet], dice: &mut Dice) -> Vec<Page> {
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
