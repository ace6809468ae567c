//! Connected components by union-find.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use ahash::AHashMap;
use rayon::prelude::*;

/// Edges or members from which on threads share the work: fewer are joined before a thread wakes.
const SHARED_OUT: usize = 1 << 12;

/// Disjoint sets over whichever indices are named.
#[derive(Default)]
pub(super) struct DisjointSets {
    parent: AHashMap<u32, u32>,
}

impl DisjointSets {
    fn root(&mut self, x: u32) -> u32 {
        let mut root = x;
        while let Some(&up) = self.parent.get(&root)
            && up != root
        {
            root = up;
        }
        let mut at = x;
        while at != root {
            at = self.parent.insert(at, root).unwrap_or(root);
        }
        root
    }

    /// Unites two sets under the smaller root; true where they were apart.
    pub(super) fn join(&mut self, x: u32, y: u32) -> bool {
        let (x, y) = (self.root(x), self.root(y));
        self.parent.insert(x.max(y), x.min(y));
        self.parent.entry(x.min(y)).or_insert(x.min(y));
        x != y
    }
}

/// The connected components with two members and more: members ascending,
/// components ordered by their first member. The order of `edges` does not matter.
///
/// ```
/// use wirecopy::group::components;
/// assert_eq!(components(&[(4, 2), (7, 9), (2, 1)]), [vec![1, 2, 4], vec![7, 9]]);
/// ```
pub fn components(edges: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut members: Vec<u32> = edges.iter().flat_map(|&(x, y)| [x, y]).collect();
    members.par_sort_unstable();
    members.dedup();
    // Numbered anew without gaps, in the same order.
    let number = |member: u32| members.binary_search(&member).unwrap_or(0) as u32;
    let numbered = |&(x, y): &(u32, u32)| (number(x), number(y));
    let numbered: Vec<(u32, u32)> = match edges.len() < SHARED_OUT {
        true => edges.iter().map(numbered).collect(),
        false => edges.par_iter().map(numbered).collect(),
    };
    let mut labelled: Vec<(u32, u32)> = labels(members.len(), &numbered)
        .into_iter()
        .zip(members)
        .collect();
    // The label is that of the smallest member, so this order is by first member.
    labelled.par_sort_unstable();
    labelled
        .chunk_by(|x, y| x.0 == y.0)
        .map(|component| component.iter().map(|&(_, x)| x).collect())
        .collect()
}

/// A label for each of `count` indices, the same for those that `edges` connect:
/// the smallest index of the component. The order of `edges` does not matter.
///
/// ```
/// assert_eq!(wirecopy::group::labels(5, &[(4, 2), (1, 2)]), [0, 1, 1, 3, 1]);
/// ```
pub fn labels(count: usize, edges: &[(u32, u32)]) -> Vec<u32> {
    let forest: Vec<AtomicU32> = (0..count as u32).map(AtomicU32::new).collect();
    let root = |at: usize| root(&forest, at as u32);
    if edges.len() < SHARED_OUT && count < SHARED_OUT {
        edges.iter().for_each(|&(x, y)| unite(&forest, x, y));
        return (0..count).map(root).collect();
    }
    edges.par_iter().for_each(|&(x, y)| unite(&forest, x, y));
    (0..count).into_par_iter().map(root).collect()
}

/// Unites two trees that threads work at (Anderson, Woll 1991). A parent is never larger than
/// its child, so there is no cycle, and the last root is the smallest index of
/// all whatever the order. No other data hangs on the forest, so the order in which
/// threads see its changes does not matter either.
fn unite(forest: &[AtomicU32], mut x: u32, mut y: u32) {
    loop {
        (x, y) = (root(forest, x), root(forest, y));
        let (low, high) = (x.min(y), x.max(y));
        let Some(slot) = forest.get(high as usize).filter(|_| low != high) else {
            return;
        };
        // Fails where another thread was first: then `high` is no root any more.
        if slot.compare_exchange(high, low, Relaxed, Relaxed).is_ok() {
            return;
        }
    }
}

/// The root above an index, which makes the way to it shorter for those that follow.
fn root(forest: &[AtomicU32], mut at: u32) -> u32 {
    let parent = |at: u32| {
        forest
            .get(at as usize)
            .map_or(at, |slot| slot.load(Relaxed))
    };
    loop {
        let up = parent(at);
        let above = parent(up);
        if up == above {
            return up;
        }
        if let Some(slot) = forest.get(at as usize) {
            let _ = slot.compare_exchange_weak(up, above, Relaxed, Relaxed);
        }
        at = above;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_flooding(edges in prop::collection::vec((0u32..30, 0u32..30), 0..40)) {
            let mut label: Vec<u32> = (0..30).collect();
            loop {
                let before = label.clone();
                for &(x, y) in &edges {
                    let low = label[x as usize].min(label[y as usize]);
                    label[x as usize] = low;
                    label[y as usize] = low;
                }
                if label == before { break; }
            }
            for component in components(&edges) {
                let first = component[0];
                let flooded: Vec<u32> = (0..30).filter(|&x| label[x as usize] == label[first as usize]).collect();
                prop_assert_eq!(component, flooded);
            }
            prop_assert_eq!(labels(30, &edges), label);
        }
    }
    #[test]
    fn threads_agree_on_a_long_chain_and_a_star() {
        const COUNT: u32 = 20_000;
        let mut chain: Vec<(u32, u32)> = (1..COUNT).map(|at| (at, at - 1)).collect();
        // Anything but the order of the chain.
        chain.sort_by_key(|&(at, _)| at.wrapping_mul(0x9e37_79b9));
        let star: Vec<(u32, u32)> = (0..COUNT).map(|at| (COUNT - 1, at)).collect();
        for edges in [chain, star] {
            assert!(
                labels(COUNT as usize, &edges)
                    .iter()
                    .all(|&label| label == 0)
            );
            assert_eq!(components(&edges), [(0..COUNT).collect::<Vec<u32>>()]);
        }
    }
}
