//! Connected components by union-find.

use ahash::AHashMap;

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
    let mut sets = DisjointSets::default();
    for &(x, y) in edges {
        sets.join(x, y);
    }
    let mut members: Vec<u32> = edges.iter().flat_map(|&(x, y)| [x, y]).collect();
    members.sort_unstable();
    members.dedup();
    let mut labelled: Vec<(u32, u32)> = members.into_iter().map(|x| (sets.root(x), x)).collect();
    // The root is the smallest member, so this order is by first member.
    labelled.sort_unstable();
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
    let mut parent: Vec<u32> = (0..count as u32).collect();
    let root = |parent: &mut Vec<u32>, mut at: u32| {
        while parent[at as usize] != at {
            let up = parent[parent[at as usize] as usize];
            parent[at as usize] = up;
            at = up;
        }
        at
    };
    for &(x, y) in edges {
        let (x, y) = (root(&mut parent, x), root(&mut parent, y));
        parent[x.max(y) as usize] = x.min(y);
    }
    (0..count as u32).map(|at| root(&mut parent, at)).collect()
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
}
