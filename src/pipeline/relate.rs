//! Groups of documents, and how the two texts of each pair relate.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::num::NonZeroU64;

use ahash::AHashMap;
use rayon::prelude::*;

use super::rows::{Summary, Together, cross, star};
use super::search::Found;
use super::verified::{COMPLETE_GROUP, Measured};
use super::{Observer, doc, in_pieces};
use crate::align::{PreparedText, align};
use crate::config::{Resources, Settings};
use crate::document::{Corpus, DocId, Document};
use crate::error::Error;
use crate::group::{Edge, diameter, spanning_tree, weakest_link};
use crate::hash::{hash64, hash64_seeded};
use crate::normalise::{Normalised, normalise};
use crate::shingle::{Shingle, ShingleSet, shingles};
use crate::trace::{Group, Pair, Pairs};
use crate::verify::{Standing, VerifiedPair, covered_words, jaccard, longest_run, overlap};

/// Classes in a group up to which its diameter is measured.
const MEASURED_GROUP: usize = 2000;
/// Classes in a group up to which every pair is aligned; in larger ones the
/// pairs of the tree and of the representative are.
const ALIGNED_GROUP: usize = 40;
/// Groups, listed pairs and what alignments say of them.
pub(super) struct Kinship {
    /// Ordered by id.
    pub groups: Vec<Group>,
    /// The classes of each group, ascending, in the order of the groups.
    pub classes: Vec<Vec<u32>>,
    /// The group of each document.
    pub group_of: Vec<Option<usize>>,
    /// By group id (none first) and keys.
    pub pairs: Pairs,
}

pub(super) fn relate(
    corpus: Corpus<'_>,
    found: &Found,
    (settings, resources): (&Settings, &Resources),
    observer: &dyn Observer,
) -> Result<Kinship, Error> {
    let (groups, classes, group_of) = group_documents(corpus, found, settings);
    let mut kinship = Kinship {
        groups,
        classes,
        group_of,
        pairs: Pairs::default(),
    };
    kinship.list(corpus, found, (settings, resources), observer)?;
    Ok(kinship)
}

/// Groups by id, the classes of each, and the group of each document.
type Grouped = (Vec<Group>, Vec<Vec<u32>>, Vec<Option<usize>>);

/// Names the groups of documents that the search found, ordered by id.
pub(super) fn group_documents(corpus: Corpus<'_>, found: &Found, settings: &Settings) -> Grouped {
    let documents = corpus.documents;
    let mut groups: Vec<(Group, Vec<u32>)> = found
        .groups
        .par_iter()
        .map(|classes| (describe(corpus, found, classes, settings), classes.clone()))
        .collect();
    keep_ids(documents, groups.iter_mut().map(|(group, _)| group));
    groups.sort_by(|x, y| (&x.0.id, &x.0.members).cmp(&(&y.0.id, &y.0.members)));
    let (groups, classes): (Vec<Group>, Vec<Vec<u32>>) = groups.into_iter().unzip();
    let mut group_of = vec![None; documents.len()];
    for (number, group) in groups.iter().enumerate() {
        for member in &group.members {
            group_of[member.index()] = Some(number);
        }
    }
    (groups, classes, group_of)
}

/// Gives the ids of an index to the groups that hold the same documents there. Another group gets none of them.
fn keep_ids<'g>(documents: &[Document], groups: impl Iterator<Item = &'g mut Group>) {
    let mut sizes: AHashMap<u64, usize> = AHashMap::new();
    for id in documents.iter().filter_map(|own| own.indexed_group) {
        *sizes.entry(id.get()).or_default() += 1;
    }
    if sizes.is_empty() {
        return;
    }
    for group in groups {
        let members = || group.members.iter().map(|doc| &documents[doc.index()]);
        let first = members().next();
        let known = first.and_then(|first| first.indexed_group).filter(|id| {
            sizes.get(&id.get()) == Some(&group.members.len())
                && members().all(|other| other.indexed_group == Some(*id))
        });
        let key = first.map_or(&[][..], |first| first.key.as_bytes());
        let mut drawn = (0..).map(|seed| hash64_seeded(key, seed));
        let id = known.map(NonZeroU64::get);
        let id = id.or_else(|| drawn.find(|id| !sizes.contains_key(id)));
        group.id = group_id(id.unwrap_or_default());
    }
}

/// An id as it is written.
fn group_id(id: u64) -> String {
    format!("g{id:016x}")
}

/// What is known of a group from its verified pairs.
fn describe(corpus: Corpus<'_>, found: &Found, classes: &[u32], settings: &Settings) -> Group {
    let documents = corpus.documents;
    let first = |class: u32| found.classes.first(class);
    let mut members: Vec<DocId> = classes
        .iter()
        .flat_map(|&class| found.classes.members(class).iter().map(|&m| doc(m)))
        .collect();
    members.sort_unstable();
    let complete = classes.len() <= COMPLETE_GROUP;
    let edges = edges(found, classes);
    let values = if complete {
        all_values(corpus, found, classes, settings)
    } else {
        edges.clone()
    };

    let place = |class: u32| classes.binary_search(&class).unwrap_or(0);
    let size = |class: u32| found.classes.members(class).len();
    let mut sums: Vec<f64> = classes
        .iter()
        .map(|&class| size(class) as f64 - 1.0)
        .collect();
    for edge in &values {
        sums[place(edge.a)] += edge.jaccard * size(edge.b) as f64;
        sums[place(edge.b)] += edge.jaccard * size(edge.a) as f64;
    }
    let rank = |&class: &u32| (sums[place(class)], found.words[first(class) as usize]);
    let best = classes.iter().copied().reduce(|best, class| {
        let ((sum, words), (best_sum, best_words)) = (rank(&class), rank(&best));
        let order = sum.total_cmp(&best_sum).then(words.cmp(&best_words));
        if order.is_gt() { class } else { best }
    });
    let smallest = members.first().copied().unwrap_or(doc(0));
    let key = documents[smallest.index()].key.as_bytes();
    let mut by_source: BTreeMap<&str, u64> = BTreeMap::new();
    for source in members
        .iter()
        .filter_map(|m| documents[m.index()].source.as_deref())
    {
        *by_source.entry(source).or_default() += 1;
    }
    Group {
        id: group_id(hash64(key)),
        representative: best.map_or(smallest, |class| doc(first(class))),
        origin: None,
        jaccard_min: values.iter().map(|edge| edge.jaccard).fold(1.0, f64::min),
        weakest_link: weakest_link(&edges).map(|edge| (doc(first(edge.a)), doc(first(edge.b)))),
        diameter: (classes.len() <= MEASURED_GROUP).then(|| steps(classes, &edges)),
        credited: 0,
        uncredited: 0,
        mismatched: 0,
        pairs_complete: complete,
        same_source_copies: by_source.values().map(|count| count - 1).sum(),
        members,
    }
}

/// Steps between classes, and one between two documents of the only class.
fn steps(classes: &[u32], edges: &[Edge]) -> u32 {
    let mut neighbours: Vec<Vec<u32>> = vec![Vec::new(); classes.len()];
    for edge in edges {
        if let (Ok(a), Ok(b)) = (
            classes.binary_search(&edge.a),
            classes.binary_search(&edge.b),
        ) {
            neighbours[a].push(b as u32);
            neighbours[b].push(a as u32);
        }
    }
    diameter(classes.len(), &neighbours).max(1)
}

/// The copy-strength pairs inside a group.
fn edges(found: &Found, classes: &[u32]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for &class in classes {
        for pair in pairs_from(&found.pairs, class) {
            let inside = classes.binary_search(&pair.b).is_ok();
            if pair.standing == Standing::Copy && inside && !found.is_bridge(pair) {
                edges.push(Edge {
                    a: pair.a,
                    b: pair.b,
                    jaccard: pair.jaccard(),
                });
            }
        }
    }
    edges
}

/// The verified pairs whose smaller index is `a`.
fn pairs_from(pairs: &[VerifiedPair], a: u32) -> &[VerifiedPair] {
    let from = pairs.partition_point(|pair| pair.a < a);
    let to = pairs.partition_point(|pair| pair.a <= a);
    &pairs[from..to]
}

/// The exact Jaccard of every two classes.
fn all_values(
    corpus: Corpus<'_>,
    found: &Found,
    classes: &[u32],
    settings: &Settings,
) -> Vec<Edge> {
    // Not measured before: a part of a component that was too large for it.
    let sets: Vec<OnceCell<ShingleSet>> = vec![OnceCell::new(); classes.len()];
    let set = |at: usize| sets[at].get_or_init(|| set_of(corpus, found, classes[at], settings));
    let mut values = Vec::new();
    for (i, &a) in classes.iter().enumerate() {
        for (j, &b) in classes[i + 1..].iter().enumerate() {
            let known = found.measured(a, b).map(|measured| measured.jaccard());
            let jaccard = known.unwrap_or_else(|| {
                let (x, y) = (set(i), set(i + 1 + j));
                jaccard(overlap(x, y), x.len() as u32, y.len() as u32)
            });
            values.push(Edge { a, b, jaccard });
        }
    }
    values
}

/// What a verified pair, or a class of identical texts, has to say in `pairs.csv`.
#[derive(Clone, Copy)]
enum Listed {
    Pair(VerifiedPair),
    Identical(u32),
}

impl Kinship {
    /// Aligns and lists the pairs, group by group.
    fn list(
        &mut self,
        corpus: Corpus<'_>,
        found: &Found,
        (settings, resources): (&Settings, &Resources),
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let sparse = self.sparse_pairs(found);
        let listed = self.listed(corpus, found, settings, &sparse);
        let few = |group: Option<usize>| {
            group.is_none_or(|number| self.classes[number].len() <= ALIGNED_GROUP)
        };
        let archived = |at: u32| corpus.documents[at as usize].archived;
        let counts = |a: u32, b: u32| !settings.against || archived(a) != archived(b);
        let rows_of = |at: usize| {
            let (group, pair) = match listed[at] {
                (group, Listed::Pair(pair)) => (group, pair),
                (group, Listed::Identical(class)) => {
                    return star(corpus, found, class, group, counts);
                }
            };
            let wanted = few(group) || sparse.contains_key(&(pair.a, pair.b));
            let copy = !matches!(pair.standing, Standing::Template | Standing::Borderline);
            let together = together(corpus, found, &pair, settings, copy && wanted);
            cross(found, &pair, group, &together, counts)
        };
        let mut pairs = Pairs::new(resources.rows());
        // Rows of the group at hand, which is through when the next one begins.
        let mut rows: Vec<Pair> = Vec::new();
        let mut store = |rows: &mut Vec<Pair>| {
            rows.sort_unstable_by_key(|row| (row.a, row.b));
            let stored = pairs.push(rows);
            rows.clear();
            stored
        };
        in_pieces(listed.len(), observer, rows_of, |at, more| {
            if rows
                .first()
                .is_some_and(|first| first.group != listed[at].0)
            {
                store(&mut rows)?;
            }
            rows.extend(more);
            Ok(())
        })?;
        store(&mut rows)?;
        self.pairs = pairs;
        Ok(())
    }

    /// What is listed, by group: all verified pairs, but of groups that are not
    /// complete those of `sparse`, and the classes of identical texts.
    fn listed(
        &self,
        corpus: Corpus<'_>,
        found: &Found,
        settings: &Settings,
        sparse: &BTreeMap<(u32, u32), usize>,
    ) -> Vec<(Option<usize>, Listed)> {
        let group_of = |class: u32| self.group_of[found.classes.first(class) as usize];
        let complete = |number: usize| self.groups[number].pairs_complete;
        let verified = found.pairs.iter().filter_map(|pair| {
            let merges = pair.standing == Standing::Copy && !found.is_bridge(pair);
            let group = group_of(pair.a).filter(|_| merges);
            let listed = group.is_none_or(complete);
            listed.then_some((group, Listed::Pair(*pair)))
        });
        let beside = sparse
            .par_iter()
            .filter(|&(_, &number)| !complete(number))
            .map(|(&(a, b), &number)| {
                let pair = exact(corpus, found, settings, a, b);
                (Some(number), Listed::Pair(pair))
            });
        let identical = (0..found.classes.len() as u32)
            .filter(|&class| found.classes.members(class).len() > 1)
            .map(|class| (group_of(class), Listed::Identical(class)));
        let mut listed: Vec<_> = verified.chain(identical).collect();
        listed.par_extend(beside);
        listed.sort_by_key(|&(group, _)| group);
        listed
    }

    /// For groups of more than a few classes, with the number of the group: the
    /// tree that holds it together best, and every class beside the representative's.
    fn sparse_pairs(&self, found: &Found) -> BTreeMap<(u32, u32), usize> {
        let mut wanted = BTreeMap::new();
        for (number, classes) in self.classes.iter().enumerate() {
            if classes.len() <= ALIGNED_GROUP {
                continue;
            }
            let representative = found.classes.of(self.groups[number].representative.0);
            let tree = spanning_tree(&edges(found, classes));
            wanted.extend(tree.iter().map(|edge| ((edge.a, edge.b), number)));
            let others = classes.iter().filter(|&&class| class != representative);
            let beside = others.map(|&x| (x.min(representative), x.max(representative)));
            wanted.extend(beside.map(|pair| (pair, number)));
        }
        wanted
    }
}

/// A pair of one group with its exact values, verified before or, for a member
/// below the bars beside the representative, computed now.
fn exact(corpus: Corpus<'_>, found: &Found, settings: &Settings, a: u32, b: u32) -> VerifiedPair {
    let known = found
        .pairs
        .binary_search_by_key(&(a, b), |pair| (pair.a, pair.b));
    if let Ok(at) = known {
        return found.pairs[at];
    }
    let (list_a, list_b) = (
        list_of(corpus, found, a, settings),
        list_of(corpus, found, b, settings),
    );
    let (x, y) = (ShingleSet::of(&list_a), ShingleSet::of(&list_b));
    VerifiedPair {
        a,
        b,
        shared: overlap(&x, &y),
        shingles_a: x.len() as u32,
        shingles_b: y.len() as u32,
        standing: Standing::Copy,
    }
}

/// The text of the first document of a class.
fn first_text<'a>(corpus: Corpus<'a>, found: &Found, class: u32) -> Cow<'a, str> {
    corpus.text(doc(found.classes.first(class)))
}

/// The shingles of a class in text order, read again.
fn list_of(corpus: Corpus<'_>, found: &Found, class: u32, settings: &Settings) -> Vec<Shingle> {
    let text = first_text(corpus, found, class);
    shingles(&normalise(&text), settings.width)
}

/// The exact values of two classes, their texts read again.
pub(super) fn measure(
    corpus: Corpus<'_>,
    found: &Found,
    (x, y): (u32, u32),
    settings: &Settings,
) -> Measured {
    let (a, b) = (x.min(y), x.max(y));
    let [own, other] = [a, b].map(|class| set_of(corpus, found, class, settings));
    Measured {
        a,
        b,
        shared: overlap(&own, &other),
        shingles_a: own.len() as u32,
        shingles_b: other.len() as u32,
    }
}

fn set_of(corpus: Corpus<'_>, found: &Found, class: u32, settings: &Settings) -> ShingleSet {
    ShingleSet::of(&list_of(corpus, found, class, settings))
}

/// Reads the texts of a pair again for its row.
fn together(
    corpus: Corpus<'_>,
    found: &Found,
    pair: &VerifiedPair,
    settings: &Settings,
    aligned: bool,
) -> Together {
    let [a, b] = [pair.a, pair.b].map(|class| first_text(corpus, found, class));
    let of_words = |a: &Normalised, b: &Normalised| {
        let (a, b) = (shingles(a, settings.width), shingles(b, settings.width));
        let (set_a, set_b) = (ShingleSet::of(&a), ShingleSet::of(&b));
        Together {
            shared_words: covered_words(&a, &set_b).min(covered_words(&b, &set_a)),
            longest_run_words: longest_run(&a, &b),
            summary: None,
        }
    };
    if !aligned {
        return of_words(&normalise(&a), &normalise(&b));
    }
    let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
    let counts = align(&a, &b).counts;
    let summary = Summary {
        coverage: (counts.coverage_a(), counts.coverage_b()),
        added: counts.words_added as u32,
        dropped: counts.words_dropped as u32,
        moved: counts.words_moved > 0,
    };
    Together {
        summary: Some(summary),
        ..of_words(&a.normalised, &b.normalised)
    }
}
