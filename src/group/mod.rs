//! Verified pairs to groups.
//!
//! Components of the graph of copy-strength edges, refined: a round-up that
//! would join stories which share nothing else stays with its best part only.

mod keep;
mod refine;
mod union;
mod way;

pub use keep::{Policy, keepers, source_name};
pub(crate) use refine::refine_and_tell;
pub use refine::{Refined, Spans, refine};
pub use union::{components, labels};
pub use way::way;

use std::collections::VecDeque;

/// An undirected edge between two texts with its exact Jaccard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The smaller index.
    pub a: u32,
    /// The larger index.
    pub b: u32,
    /// Exact Jaccard of the pair.
    pub jaccard: f64,
}

/// A spanning tree of highest Jaccards, from the highest down. Ties go to the
/// smaller pair of indices. Cost: one sort of the edges.
pub fn spanning_tree(edges: &[Edge]) -> Vec<Edge> {
    let mut sorted = edges.to_vec();
    sorted.sort_by(|x, y| {
        let by_jaccard = y.jaccard.total_cmp(&x.jaccard);
        by_jaccard.then_with(|| (x.a, x.b).cmp(&(y.a, y.b)))
    });
    let mut forest = union::DisjointSets::default();
    sorted.retain(|edge| forest.join(edge.a, edge.b));
    sorted
}

/// The edge without which the group would fall apart most easily: the last of
/// its [`spanning_tree`]. `None` for a group without edges.
pub fn weakest_link(edges: &[Edge]) -> Option<Edge> {
    spanning_tree(edges).last().copied()
}

/// Edges on the longest of the shortest ways between two members; 0 for one member.
///
/// Cost: one breadth-first search a member, so callers bound the group.
pub fn diameter(members: usize, neighbours: &[Vec<u32>]) -> u32 {
    let mut longest = 0;
    for start in 0..members {
        let mut distance: Vec<Option<u32>> = vec![None; members];
        distance[start] = Some(0);
        let mut queue = VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            let here = distance[at].unwrap_or(0);
            longest = longest.max(here);
            for &next in &neighbours[at] {
                let next = next as usize;
                if distance[next].is_none() {
                    distance[next] = Some(here + 1);
                    queue.push_back(next);
                }
            }
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(a: u32, b: u32, jaccard: f64) -> Edge {
        Edge { a, b, jaccard }
    }

    #[test]
    fn the_weakest_link_is_on_the_strongest_tree() {
        let edges = [
            edge(0, 1, 0.9),
            edge(0, 2, 0.5),
            edge(1, 2, 0.8),
            edge(2, 3, 0.6),
        ];
        assert_eq!(weakest_link(&edges), Some(edge(2, 3, 0.6)));
        assert_eq!(weakest_link(&[]), None);
    }

    #[test]
    fn the_diameter_of_a_chain_and_a_triangle() {
        assert_eq!(diameter(3, &[vec![1], vec![0, 2], vec![1]]), 2);
        assert_eq!(diameter(3, &[vec![1, 2], vec![0, 2], vec![0, 1]]), 1);
    }
}
