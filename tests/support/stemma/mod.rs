//! A world of outlets that copy from one another, with the truth of who copied whom.
//!
//! A group is one invented story: an original (of an agency, or of a paper), which every
//! second time is in no input, and copies of it and of its copies. Nothing here knows how
//! lineage is worked out. Documents carry keys that say nothing of their order.

pub mod baselines;
pub mod directions;
mod group;
pub mod operators;
pub mod outlets;
mod press;
pub mod score;

use std::collections::{BTreeMap, BTreeSet};

use wirecopy::document::Document;
use wirecopy::ingest::{Counts, Intake};
use wirecopy::lineage::CreditStatus;

use super::Random;
use super::dice::Dice;
use group::{Node, Page, published, start};
use operators::Desk;
use outlets::{Family, Outlet, press};

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
