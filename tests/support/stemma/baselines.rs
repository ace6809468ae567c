//! What simple methods say of the same groups.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use wirecopy::document::Document;
use wirecopy::hash::hash64;
use wirecopy::normalise::normalise;
use wirecopy::trace::Trace;

use super::World;
use super::score::Claim;
use crate::support::text;

/// Groups as they were found, as indices of documents.
pub fn found(trace: &Trace) -> Vec<Vec<usize>> {
    let groups = trace.groups.iter();
    groups
        .map(|group| group.members.iter().map(|doc| doc.index()).collect())
        .collect()
}

/// The earliest dated member, undated ones last.
fn earliest(documents: &[Document], members: &[usize]) -> usize {
    let date = |&&at: &&usize| {
        let published = documents[at].published;
        (
            published.is_none(),
            published.map(|moment| moment.sort_key()),
            at,
        )
    };
    *members.iter().min_by_key(date).unwrap()
}

/// Everyone copies the earliest.
pub fn by_date(world: &World, groups: &[Vec<usize>]) -> Vec<Claim> {
    rooted(world, groups, |members| {
        let root = earliest(&world.documents, members);
        members
            .iter()
            .map(|&m| (m != root).then_some(root))
            .collect()
    })
}

/// A spanning tree of greatest Jaccard, rooted at the earliest.
pub fn by_overlap(world: &World, groups: &[Vec<usize>]) -> Vec<Claim> {
    let jaccard = |x: &BTreeSet<u64>, y: &BTreeSet<u64>| {
        let shared = x.intersection(y).count();
        shared as f64 / (x.len() + y.len() - shared) as f64
    };
    rooted(world, groups, |members| {
        let sets: Vec<BTreeSet<u64>> = members.iter().map(|&m| shingles(world, m)).collect();
        let root = earliest(&world.documents, members);
        let mut parents: Vec<Option<usize>> = vec![None; members.len()];
        let root = members.iter().position(|&m| m == root).unwrap();
        let mut best: Vec<(f64, usize)> = sets
            .iter()
            .map(|s| (jaccard(s, &sets[root]), root))
            .collect();
        let mut outside: Vec<usize> = (0..members.len()).filter(|&m| m != root).collect();
        while !outside.is_empty() {
            let next = (0..outside.len()).max_by(|&x, &y| {
                let [x, y] = [x, y].map(|at| (best[outside[at]].0, Reverse(outside[at])));
                x.0.total_cmp(&y.0).then(x.1.cmp(&y.1))
            });
            let next = outside.swap_remove(next.unwrap());
            parents[next] = Some(members[best[next].1]);
            for &other in &outside {
                let nearer = jaccard(&sets[other], &sets[next]);
                if nearer > best[other].0 {
                    best[other] = (nearer, next);
                }
            }
        }
        parents
    })
}

/// The arborescence of greatest containment of the copy in its exemplar.
pub fn by_containment(world: &World, groups: &[Vec<usize>]) -> Vec<Claim> {
    rooted(world, groups, |members| {
        let sets: Vec<BTreeSet<u64>> = members.iter().map(|&m| shingles(world, m)).collect();
        let n = members.len();
        // Node n is the root above all; only one member hangs on it, as it is so dear.
        let mut weights = vec![vec![f64::NEG_INFINITY; n + 1]; n + 1];
        for (from, own) in sets.iter().enumerate() {
            weights[n][from] = -1000.0;
            for (to, other) in sets.iter().enumerate().filter(|&(to, _)| to != from) {
                let shared = own.intersection(other).count();
                weights[from][to] = shared as f64 / other.len().max(1) as f64;
            }
        }
        let parents = arborescence(&weights, n);
        let member = |parent: &usize| (*parent < n).then(|| members[*parent]);
        parents[..n].iter().map(member).collect()
    })
}

/// Chu-Liu/Edmonds: the parents of greatest sum, `weights[from][to]`; the root's is itself.
pub fn arborescence(weights: &[Vec<f64>], root: usize) -> Vec<usize> {
    let n = weights.len();
    let heaviest = |to: usize| {
        let others = (0..n).filter(|&from| from != to);
        others.max_by(|&x, &y| weights[x][to].total_cmp(&weights[y][to]).then(y.cmp(&x)))
    };
    let best: Vec<usize> = (0..n)
        .map(|to| {
            if to == root {
                root
            } else {
                heaviest(to).unwrap()
            }
        })
        .collect();
    let Some(cycle) = cycle(&best, root) else {
        return best;
    };
    // The cycle becomes one node, numbered last.
    let outside: Vec<usize> = (0..n).filter(|node| !cycle.contains(node)).collect();
    let m = outside.len();
    let mut small = vec![vec![f64::NEG_INFINITY; m + 1]; m + 1];
    let (mut enters, mut leaves) = (vec![cycle[0]; m], vec![cycle[0]; m]);
    for (x, &from) in outside.iter().enumerate() {
        for (y, &to) in outside.iter().enumerate().filter(|&(y, _)| y != x) {
            small[x][y] = weights[from][to];
        }
        for &node in &cycle {
            let gain = weights[from][node] - weights[best[node]][node];
            if gain > small[x][m] {
                (small[x][m], enters[x]) = (gain, node);
            }
            if weights[node][from] > small[m][x] {
                (small[m][x], leaves[x]) = (weights[node][from], node);
            }
        }
    }
    let at = outside.iter().position(|&node| node == root).unwrap();
    let parents = arborescence(&small, at);
    let mut whole = best;
    for (x, &node) in outside.iter().enumerate().filter(|&(x, _)| x != at) {
        whole[node] = if parents[x] == m {
            leaves[x]
        } else {
            outside[parents[x]]
        };
    }
    whole[enters[parents[m]]] = outside[parents[m]];
    whole
}

fn cycle(parents: &[usize], root: usize) -> Option<Vec<usize>> {
    let mut seen = vec![usize::MAX; parents.len()];
    for start in 0..parents.len() {
        let mut at = start;
        while at != root && seen[at] == usize::MAX {
            seen[at] = start;
            at = parents[at];
        }
        if at != root && seen[at] == start {
            let first = at;
            let line = std::iter::successors(Some(parents[first]), |&node| {
                (node != first).then(|| parents[node])
            });
            return Some(line.collect());
        }
    }
    None
}

/// Runs of five words, by hash.
fn shingles(world: &World, member: usize) -> BTreeSet<u64> {
    let words = normalise(text(&world.documents[member]));
    let width = 5.min(words.len());
    let starts = 0..words.len() + 1 - width;
    starts
        .map(|at| hash64(words.words(at, at + width).as_bytes()))
        .collect()
}

/// Claims from the parents of each group; a single member without one is the origin.
fn rooted(
    world: &World,
    groups: &[Vec<usize>],
    parents: impl Fn(&[usize]) -> Vec<Option<usize>>,
) -> Vec<Claim> {
    let mut claims = vec![Claim::default(); world.documents.len()];
    for members in groups {
        for (&member, exemplar) in members.iter().zip(parents(members)) {
            claims[member].exemplar = exemplar;
            claims[member].is_origin = exemplar.is_none();
        }
    }
    claims
}
