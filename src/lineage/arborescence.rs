//! The heaviest tree of descent, all members under one root.
//!
//! J. Edmonds, "Optimum branchings", 1967; found before by Y. Chu and T. Liu, 1965.

/// A possible descent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The text copied from.
    pub parent: u32,
    /// The text made from it.
    pub child: u32,
    /// The greater, the likelier; finite.
    pub weight: f64,
}

/// The parent of every node in the arborescence of greatest weight, in which all of
/// `count` nodes are reached from `root`; `None` for the root and where no tree
/// reaches a node.
///
/// Of links of one weight the one that comes first in `links` is taken, so that
/// the answer is a function of the list. Cost: the links, for each nesting of circles
/// that they hold; four or five in practice, the nodes at most.
///
/// # Examples
/// ```
/// use wirecopy::lineage::{Link, arborescence};
/// let link = |parent, child, weight| Link { parent, child, weight };
/// // 1 and 2 would rather be made from each other than from the root.
/// let links = [link(0, 1, -2.0), link(0, 2, -9.0), link(1, 2, -1.0), link(2, 1, -1.0)];
/// assert_eq!(arborescence(3, 0, &links), [None, Some(0), Some(1)]);
/// ```
pub fn arborescence(count: usize, root: usize, links: &[Link]) -> Vec<Option<usize>> {
    let mut parents = vec![None; count];
    let nodes: Vec<u32> = (0u32..).take(count).collect();
    let chosen = choose(count, root, open(count, links), &nodes, links);
    for at in chosen.into_iter().flatten() {
        let link = &links[at as usize];
        parents[link.child as usize] = Some(link.parent as usize);
    }
    parents
}

/// A link between nodes some of which are circles, and the one that it was.
struct Open {
    parent: u32,
    child: u32,
    weight: f64,
    at: u32,
}

/// The links among which is chosen. A node that nothing was made from is in no circle, so of those
/// that lead to it only the best can be chosen: most copies of a much copied text are such.
fn open(count: usize, links: &[Link]) -> Vec<Open> {
    let mut is_parent = vec![false; count];
    let mut best: Vec<Option<u32>> = vec![None; count];
    for (at, link) in (0u32..)
        .zip(links)
        .filter(|(_, link)| link.parent != link.child)
    {
        is_parent[link.parent as usize] = true;
        let best = &mut best[link.child as usize];
        if best.is_none_or(|known| link.weight > links[known as usize].weight) {
            *best = Some(at);
        }
    }
    let counts = |(at, link): &(u32, &Link)| {
        is_parent[link.child as usize] || best[link.child as usize] == Some(*at)
    };
    let mut open = Vec::with_capacity((0u32..).zip(links).filter(counts).count());
    open.extend((0u32..).zip(links).filter(counts).map(|(at, link)| Open {
        parent: link.parent,
        child: link.child,
        weight: link.weight,
        at,
    }));
    open
}

/// For each node the index in `links` of the link that leads to it. `node_of` says where each
/// node of `links` is among the `count`.
///
/// The open links are handed on from nesting to nesting, so that there is one list of them:
/// many texts alike make circles within circles, and a list for each took most of the memory.
fn choose(
    count: usize,
    root: usize,
    mut open: Vec<Open>,
    node_of: &[u32],
    links: &[Link],
) -> Vec<Option<u32>> {
    let mut best: Vec<Option<u32>> = vec![None; count];
    for (at, link) in (0u32..).zip(&open) {
        if link.child as usize == root || link.parent == link.child {
            continue;
        }
        let best = &mut best[link.child as usize];
        if best.is_none_or(|known| link.weight > open[known as usize].weight) {
            *best = Some(at);
        }
    }
    let parent = |node: usize| best[node].map(|at| open[at as usize].parent as usize);
    let (circle_of, circles) = circles(count, parent);
    // What a link into a circle replaces: the one that closed it there.
    let replaced = |node: usize| match (circle_of[node], best[node]) {
        (Some(_), Some(at)) => open[at as usize].weight,
        _ => 0.0,
    };
    let replaced: Vec<f64> = (0..count).map(replaced).collect();
    let mut chosen: Vec<Option<u32>> = best
        .into_iter()
        .map(|best| best.map(|at| open[at as usize].at))
        .collect();
    if circles == 0 {
        return chosen;
    }
    // Every circle becomes one node, behind those that are in none.
    let mut number = vec![0u32; count];
    let mut plain = 0;
    for node in 0..count {
        if circle_of[node].is_none() {
            number[node] = plain;
            plain += 1;
        }
    }
    for node in 0..count {
        if let Some(circle) = circle_of[node] {
            number[node] = plain + circle as u32;
        }
    }
    open.retain_mut(|link| {
        let (from, to) = (number[link.parent as usize], number[link.child as usize]);
        let stays = from != to && link.child as usize != root;
        link.weight -= replaced[link.child as usize];
        (link.parent, link.child) = (from, to);
        stays
    });
    let above = node_of.iter().map(|&node| number[node as usize]);
    let above: Vec<u32> = above.collect();
    let (count, root) = (plain as usize + circles, number[root] as usize);
    for at in choose(count, root, open, &above, links)
        .into_iter()
        .flatten()
    {
        let child = links[at as usize].child;
        chosen[node_of[child as usize] as usize] = Some(at);
    }
    chosen
}

/// The circle that each node is in, by number, and how many there are.
fn circles(count: usize, parent: impl Fn(usize) -> Option<usize>) -> (Vec<Option<usize>>, usize) {
    let mut circle_of = vec![None; count];
    let mut visit: Vec<Option<usize>> = vec![None; count];
    let mut circles = 0;
    for start in 0..count {
        let mut at = start;
        while visit[at].is_none() {
            visit[at] = Some(start);
            match parent(at) {
                Some(next) => at = next,
                None => break,
            }
        }
        if visit[at] != Some(start) || parent(at).is_none() || circle_of[at].is_some() {
            continue;
        }
        let mut member = at;
        while circle_of[member].is_none() {
            circle_of[member] = Some(circles);
            member = parent(member).unwrap_or(at);
        }
        circles += 1;
    }
    (circle_of, circles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The greatest weight over all choices of one parent each that reach the root.
    fn naive(count: usize, links: &[Link]) -> Option<f64> {
        fn reaches(parents: &[usize], mut node: usize) -> bool {
            for _ in 0..=parents.len() {
                if node == 0 {
                    return true;
                }
                node = parents[node];
            }
            false
        }
        fn go(node: usize, parents: &mut Vec<usize>, links: &[Link], sum: f64) -> Option<f64> {
            if node == parents.len() {
                return (0..node).all(|n| reaches(parents, n)).then_some(sum);
            }
            let own = links
                .iter()
                .filter(|link| link.child as usize == node && link.parent != link.child);
            let sums = own.filter_map(|link| {
                parents[node] = link.parent as usize;
                go(node + 1, parents, links, sum + link.weight)
            });
            sums.fold(None, |best: Option<f64>, sum| {
                Some(best.map_or(sum, |best| best.max(sum)))
            })
        }
        go(1, &mut vec![0; count], links, 0.0)
    }

    fn links() -> impl Strategy<Value = Vec<Link>> {
        let link = (0u32..6, 1u32..6, -8i32..1).prop_map(|(parent, child, weight)| Link {
            parent,
            child,
            weight: weight.into(),
        });
        prop::collection::vec(link, 0..24)
    }

    proptest! {
        #[test]
        fn no_tree_is_heavier(list in links()) {
            // Every node can be reached from the root, at a price.
            let dear = (1..6).map(|child| Link { parent: 0, child, weight: -50.0 });
            let links: Vec<Link> = list.into_iter().chain(dear).collect();
            let parents = arborescence(6, 0, &links);
            let weight = |child: u32| {
                links
                    .iter()
                    .filter(|link| link.child == child && Some(link.parent as usize) == parents[child as usize])
                    .map(|link| link.weight)
                    .fold(f64::NEG_INFINITY, f64::max)
            };
            for start in 1..6 {
                let mut at = start;
                for _ in 0..6 {
                    at = parents[at].unwrap_or(0);
                }
                prop_assert_eq!(at, 0);
            }
            let sum: f64 = (1..6).map(weight).sum();
            prop_assert_eq!(Some(sum), naive(6, &links));
        }
    }
}
