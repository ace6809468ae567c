//! How likely each descent is over all trees.
//!
//! The weight of a tree is the product of its links. By the matrix-tree theorem
//! (W. Tutte, 1948) the weights of all trees sum to a determinant, and the share of
//! those with a given link follows from the same matrix. Texts that are alike make it
//! nearly singular, so it is never inverted: nodes are eliminated as in a Markov chain
//! (W. Grassmann, M. Taksar, D. Heyman, 1985), which adds, multiplies and divides
//! positive numbers only and so loses no digits.

use std::ops::Range;

/// The trees of a group in sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginals {
    /// Logarithm of the sum of the weights of all trees.
    pub log_sum: f64,
    /// `links[child * count + parent]`: the share of the trees with this link.
    pub links: Vec<f64>,
    /// The share of the trees in which a node hangs on the root.
    pub roots: Vec<f64>,
}

/// Links that weigh less than the heaviest one to the same child by this are none.
const LEAST: f64 = -250.0;

/// The shares of all links among the trees over `roots.len()` nodes and a root.
///
/// `links[child * count + parent]` and `roots[child]` are logarithms of weights;
/// minus infinity is no link. Every node must hang together with the root somehow, or
/// all shares are 0 and the sum is minus infinity.
///
/// Cost: the cube of the nodes, some three times the operations of one elimination
/// (each node is left over once, by halves).
///
/// # Examples
/// ```
/// use wirecopy::lineage::marginals;
/// let none = f64::NEG_INFINITY;
/// // Two texts of one wording: either may be the copy of the other.
/// let found = marginals(&[none, 0.0, 0.0, none], &[-2.0, -2.0]);
/// // Trees: root-0-1, root-1-0 and both at the root, which weighs e^-2 beside each.
/// let share = 1.0 / (2.0 + (-2f64).exp());
/// assert!((found.links[1] - share).abs() < 1e-12);
/// ```
pub fn marginals(links: &[f64], roots: &[f64]) -> Marginals {
    let count = roots.len();
    let mut found = Marginals {
        log_sum: 0.0,
        links: vec![0.0; count * count],
        roots: vec![0.0; count],
    };
    let mut chain = Chain {
        nodes: (0..count).collect(),
        steps: vec![vec![0.0; count]; count],
        ends: vec![0.0; count],
    };
    for child in 0..count {
        let own = &links[child * count..(child + 1) * count];
        let others = own
            .iter()
            .enumerate()
            .filter(|(parent, _)| *parent != child);
        let most = others.fold(roots[child], |most, (_, &weight)| most.max(weight));
        if most == f64::NEG_INFINITY {
            found.log_sum = most;
            return found;
        }
        found.log_sum += most;
        let share = |weight: f64| {
            if weight - most < LEAST {
                0.0
            } else {
                (weight - most).exp()
            }
        };
        for (parent, &weight) in own.iter().enumerate() {
            if parent != child {
                chain.steps[child][parent] = share(weight);
            }
        }
        chain.ends[child] = share(roots[child]);
    }
    let (steps, ends) = (chain.steps.clone(), chain.ends.clone());
    let mut eliminated = Vec::with_capacity(count);
    let mut log_sum = None;
    leave_each(chain, &mut eliminated, &mut |left, eliminated| {
        if log_sum.is_none() {
            let pivots = eliminated.iter().map(|step: &Eliminated| step.sum.ln());
            log_sum = Some(pivots.sum::<f64>() + left.ends[0].ln());
        }
        let child = left.nodes[0];
        let escapes = escapes(count, child, eliminated);
        let total = left.ends[0];
        if total <= 0.0 {
            return;
        }
        for (parent, escape) in escapes.iter().enumerate() {
            found.links[child * count + parent] = steps[child][parent] * escape / total;
        }
        found.roots[child] = ends[child] / total;
    });
    found.log_sum += log_sum.unwrap_or(0.0);
    found
}

/// As [`marginals`] for trees in which exactly one node hangs on the root.
///
/// # Examples
/// ```
/// use wirecopy::lineage::marginals_of_one_root;
/// let none = f64::NEG_INFINITY;
/// let found = marginals_of_one_root(&[none, 0.0, 0.0, none], &[-2.0, -2.0]);
/// assert!((found.links[1] - 0.5).abs() < 1e-12);
/// assert!((found.log_sum - (2.0 * (-2f64).exp()).ln()).abs() < 1e-12);
/// ```
pub fn marginals_of_one_root(links: &[f64], roots: &[f64]) -> Marginals {
    // With roots this dear a second one weighs nothing beside the first.
    const DEAR: f64 = 45.0;
    let count = roots.len();
    // Roots are given as dear beside the heaviest link of each node, however light that is.
    let most = |child: usize| {
        let own = &links[child * count..(child + 1) * count];
        let others = own
            .iter()
            .enumerate()
            .filter(|(parent, _)| *parent != child);
        others.fold(f64::NEG_INFINITY, |most, (_, &weight)| most.max(weight))
    };
    let dearest = (0..count).fold(f64::INFINITY, |least, child| match most(child) {
        f64::NEG_INFINITY => least,
        most => least.min(most - roots[child]),
    });
    let shift = if dearest.is_finite() {
        dearest - DEAR
    } else {
        0.0
    };
    let dear: Vec<f64> = roots.iter().map(|root| root + shift).collect();
    let mut found = marginals(links, &dear);
    found.log_sum -= shift;
    found
}

/// Nodes that are left, with the weights of the steps between them.
struct Chain {
    /// Each as it was given.
    nodes: Vec<usize>,
    /// Rows of the matrix, by place in `nodes`.
    steps: Vec<Vec<f64>>,
    /// To the root.
    ends: Vec<f64>,
}

/// A node that was eliminated, with its steps at that time.
struct Eliminated {
    node: usize,
    steps: Vec<(usize, f64)>,
    end: f64,
    sum: f64,
}

/// Calls `each` for every node of a chain with only this one left.
fn leave_each(
    chain: Chain,
    eliminated: &mut Vec<Eliminated>,
    each: &mut dyn FnMut(&Chain, &[Eliminated]),
) {
    let count = chain.nodes.len();
    if count == 0 {
        return;
    }
    if count == 1 {
        each(&chain, eliminated);
        return;
    }
    let before = eliminated.len();
    let half = count / 2;
    for gone in [half..count, 0..half] {
        leave_each(chain.without(gone, eliminated), eliminated, each);
        eliminated.truncate(before);
    }
}

impl Chain {
    /// Takes out the nodes at some places: whoever stepped on one steps to where it led.
    fn without(&self, gone: Range<usize>, eliminated: &mut Vec<Eliminated>) -> Chain {
        let (mut steps, mut ends) = (self.steps.clone(), self.ends.clone());
        let mut left: Vec<usize> = (0..self.nodes.len()).collect();
        for at in gone {
            left.retain(|&other| other != at);
            let (row, end) = (std::mem::take(&mut steps[at]), ends[at]);
            let sum = left.iter().map(|&other| row[other]).sum::<f64>() + end;
            for &from in left.iter().filter(|_| sum > 0.0) {
                let share = steps[from][at] / sum;
                if share > 0.0 {
                    let own = &mut steps[from];
                    left.iter().for_each(|&to| own[to] += share * row[to]);
                    ends[from] += share * end;
                    own[from] = 0.0;
                }
            }
            let on = |&other: &usize| (self.nodes[other], row[other]);
            eliminated.push(Eliminated {
                node: self.nodes[at],
                steps: left.iter().map(on).collect(),
                end,
                sum,
            });
        }
        let row = |&at: &usize| left.iter().map(|&to| steps[at][to]).collect();
        Chain {
            nodes: left.iter().map(|&at| self.nodes[at]).collect(),
            steps: left.iter().map(row).collect(),
            ends: left.iter().map(|&at| ends[at]).collect(),
        }
    }
}

/// How likely a walk from each node comes to the root before it comes to `child`,
/// which is the only one left.
fn escapes(count: usize, child: usize, eliminated: &[Eliminated]) -> Vec<f64> {
    let mut escapes = vec![0.0; count];
    for step in eliminated.iter().rev() {
        let on = step.steps.iter().filter(|(to, _)| *to != child);
        let way: f64 = on.map(|&(to, weight)| weight * escapes[to]).sum();
        if step.sum > 0.0 {
            escapes[step.node] = (way + step.end) / step.sum;
        }
    }
    escapes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every choice of one parent each that holds no circle, one by one.
    fn naive(links: &[f64], roots: &[f64], one_root: bool) -> Marginals {
        let count = roots.len();
        let mut found = Marginals {
            log_sum: 0.0,
            links: vec![0.0; count * count],
            roots: vec![0.0; count],
        };
        let mut sum = 0.0;
        let mut parents = vec![0; count];
        // `count` stands for the root.
        for mut code in 0..(count + 1).pow(count as u32) {
            for parent in &mut parents {
                *parent = code % (count + 1);
                code /= count + 1;
            }
            let reaches = |mut node: usize| {
                for _ in 0..=count {
                    if node == count {
                        return true;
                    }
                    node = parents[node];
                }
                false
            };
            let under_root = parents.iter().filter(|&&parent| parent == count).count();
            if !(0..count).all(reaches) || (one_root && under_root != 1) {
                continue;
            }
            let of = |child: usize| match parents[child] {
                root if root == count => roots[child],
                parent => links[child * count + parent],
            };
            let weight = (0..count).map(of).sum::<f64>().exp();
            sum += weight;
            for (child, &parent) in parents.iter().enumerate() {
                if parent == count {
                    found.roots[child] += weight;
                } else {
                    found.links[child * count + parent] += weight;
                }
            }
        }
        found.log_sum = sum.ln();
        found.links.iter_mut().for_each(|share| *share /= sum);
        found.roots.iter_mut().for_each(|share| *share /= sum);
        found
    }

    fn near(x: f64, y: f64) -> bool {
        (x - y).abs() <= 1e-9 * (1.0 + x.abs())
    }

    proptest! {
        #[test]
        fn all_trees_are_counted(
            count in 1usize..5,
            weights in prop::collection::vec(-30f64..3.0, 20),
        ) {
            let links = &weights[..count * count];
            let roots = &weights[16..16 + count];
            for one_root in [false, true] {
                let found = if one_root {
                    marginals_of_one_root(links, roots)
                } else {
                    marginals(links, roots)
                };
                let wanted = naive(links, roots, one_root);
                prop_assert!(near(found.log_sum, wanted.log_sum), "{found:?} {wanted:?}");
                for child in 0..count {
                    prop_assert!(near(found.roots[child], wanted.roots[child]), "{found:?} {wanted:?}");
                    for parent in (0..count).filter(|&parent| parent != child) {
                        let at = child * count + parent;
                        prop_assert!(near(found.links[at], wanted.links[at]), "{found:?} {wanted:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_nest_of_like_texts_far_from_the_root_keeps_its_digits() {
        // Pairs at 0, pairs of pairs at -40, all of them at -70 from the root.
        let count = 8;
        let weight = |child: usize, parent: usize| match child ^ parent {
            1 => 0.0,
            2 | 3 => -40.0,
            _ => -60.0,
        };
        let links: Vec<f64> = (0..count * count)
            .map(|at| weight(at / count, at % count))
            .collect();
        let found = marginals(&links, &[-75.0; 8]);
        for child in 0..count {
            let sum: f64 = (0..count)
                .map(|parent| found.links[child * count + parent])
                .sum();
            assert!(near(sum + found.roots[child], 1.0), "{found:?}");
            // By symmetry one of each pair is the other's child, and one hangs elsewhere.
            assert!((found.links[child * count + (child ^ 1)] - 0.5).abs() < 1e-9);
        }
    }
}
