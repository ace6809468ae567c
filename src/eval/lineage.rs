//! Who copied whom, as claimed and as known.

use super::calibration::{Calibration, calibration};
use super::forest::Forest;
use super::{Found, Share};

/// What is known of a document's parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Truth {
    /// Nothing was said of it.
    #[default]
    Absent,
    /// It was said that nobody can know.
    Unknowable,
    /// It was made from no document.
    Origin,
    /// It was made from this one, which may not be in the result.
    From(u32),
}

/// What a result claims of a document's parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Claim {
    /// Nothing.
    #[default]
    None,
    /// It was made from a text that the input lacks.
    Missing,
    /// It was made from this document.
    From(u32),
}

/// One document of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Predicted {
    /// The exemplar that is claimed.
    pub claim: Claim,
    /// Its group; `None` for a document that is in none.
    pub group: Option<u32>,
    /// Whether it has the role of an origin.
    pub is_origin: bool,
    /// Probability of the claim.
    pub probability: Option<f64>,
}

/// How well the claims of a result agree with the truth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineageScores {
    /// Documents of the result whose parent, or that there is none, is known.
    pub judged: u64,
    /// Documents of the result whose parent cannot be known; in no figure below.
    pub unknowable: u64,
    /// Documents with the true exemplar, of those whose parent is in the result.
    pub parents: Share,
    /// Documents with any claim, of the same.
    pub claimed: Share,
    /// Right claims, of all claims on judged documents. That of a missing source is right where the
    /// parent is not in the result or there is none.
    pub precision: Share,
    /// Documents claimed to be made from a missing source, of those whose parent is not in the result.
    pub missing: Share,
    /// Parents placed above their children, of the true pairs that the result puts in one line.
    pub direction: Share,
    /// True pairs that the result puts in one line, of those that it has in one group.
    pub ordered: Share,
    /// Claims that go the right way, of those that join a true parent and its child.
    pub edges: Share,
    /// Pairs of an ancestor and a descendant, both in the result.
    pub ancestors: Found,
    /// Documents whose line leads to one whose parent is not known; not in `ancestors` as descendants.
    pub broken_lines: u64,
    /// True origins that have the role of an origin, of the true groups of two and more documents
    /// whose origin is in the result.
    pub origins: Share,
    /// True origins that claim nothing and from which more than half of the others descend, of the same.
    pub roots: Share,
    /// True groups of two and more documents of the result whose origin it lacks: those where a missing
    /// source is claimed and nobody has the role of an origin, of all.
    pub missing_origins: Share,
    /// Claims on judged documents that have no probability.
    pub without_probability: u64,
    /// Probabilities of the others.
    pub calibration: Calibration,
}

/// Sets claims beside the truth: for each document what is known of it, and what the
/// result says, `None` for one that it does not have.
///
/// The true parents must have no cycle ([`on_a_cycle`](super::on_a_cycle)), nor must the claimed ones.
/// A true group is what descends from one origin. Cost: n log n, whatever the depth.
pub fn lineage_scores(truth: &[Truth], predicted: &[Option<Predicted>]) -> LineageScores {
    let true_parents: Vec<Option<u32>> = truth.iter().map(|&truth| parent(truth)).collect();
    let claimed: Vec<Option<u32>> = predicted.iter().map(|p| exemplar(*p)).collect();
    let stand = |at: u32| predicted[at as usize];
    let (above, lines) = (Forest::new(&true_parents), Forest::new(&claimed));
    let mut scores = LineageScores::default();
    let mut outcomes = Vec::new();
    for (at, (&truth, own)) in (0u32..).zip(truth.iter().zip(predicted)) {
        let Some(own) = own else { continue };
        match truth {
            Truth::Absent => continue,
            Truth::Unknowable => {
                scores.unknowable += 1;
                continue;
            }
            Truth::Origin => {}
            Truth::From(parent) => match stand(parent) {
                Some(of_parent) => {
                    scores.parents.add(own.claim == Claim::From(parent));
                    scores.claimed.add(own.claim != Claim::None);
                    if own.group.is_some() && own.group == of_parent.group {
                        let right = lines.is_above(parent, at);
                        let ordered = right || lines.is_above(at, parent);
                        scores.ordered.add(ordered);
                        if ordered {
                            scores.direction.add(right);
                        }
                    }
                }
                None => scores.missing.add(own.claim == Claim::Missing),
            },
        }
        scores.judged += 1;
        if let Some(right) = is_right(own.claim, truth, |parent| stand(parent).is_some()) {
            scores.precision.add(right);
            match own.probability {
                Some(probability) => outcomes.push((probability, right)),
                None => scores.without_probability += 1,
            }
        }
    }
    scores.edges = edges(truth, &claimed);
    scores.calibration = calibration(&outcomes);
    ancestors(&mut scores, truth, (&true_parents, &above), &lines, stand);
    origins(&mut scores, truth, (&true_parents, &above), &lines, stand);
    scores
}

fn parent(truth: Truth) -> Option<u32> {
    match truth {
        Truth::From(parent) => Some(parent),
        Truth::Absent | Truth::Unknowable | Truth::Origin => None,
    }
}

fn exemplar(predicted: Option<Predicted>) -> Option<u32> {
    match predicted.map(|predicted| predicted.claim) {
        Some(Claim::From(exemplar)) => Some(exemplar),
        Some(Claim::None | Claim::Missing) | None => None,
    }
}

/// Whether a claim is right; `None` where nothing is claimed.
fn is_right(claim: Claim, truth: Truth, is_there: impl Fn(u32) -> bool) -> Option<bool> {
    match claim {
        Claim::None => None,
        Claim::Missing => Some(parent(truth).is_none_or(|parent| !is_there(parent))),
        Claim::From(exemplar) => Some(parent(truth) == Some(exemplar)),
    }
}

/// Claims that join a true parent and its child, and which way they go.
fn edges(truth: &[Truth], claimed: &[Option<u32>]) -> Share {
    let mut edges = Share::default();
    for (at, exemplar) in (0u32..).zip(claimed) {
        let Some(exemplar) = *exemplar else { continue };
        let right = truth[at as usize] == Truth::From(exemplar);
        if right || truth[exemplar as usize] == Truth::From(at) {
            edges.add(right);
        }
    }
    edges
}

fn ancestors(
    scores: &mut LineageScores,
    truth: &[Truth],
    (parents, above): (&[Option<u32>], &Forest),
    lines: &Forest,
    stand: impl Fn(u32) -> Option<Predicted>,
) {
    let is_there = |at: u32| stand(at).is_some();
    let mut whole = vec![false; truth.len()];
    let mut of_truth = 0;
    // Ancestors in the result: those of the parent, and the parent.
    let mut depths = vec![0u64; truth.len()];
    for &at in above.order() {
        let i = at as usize;
        whole[i] = match truth[i] {
            Truth::Origin => true,
            Truth::Absent | Truth::Unknowable => false,
            Truth::From(parent) => whole[parent as usize],
        };
        if let Some(parent) = parents[i] {
            depths[i] = depths[parent as usize] + u64::from(is_there(parent));
        }
        if is_there(at) && whole[i] {
            of_truth += depths[i];
        }
        let is_broken = is_there(at) && !whole[i] && parents[i].is_some();
        scores.broken_lines += u64::from(is_broken);
    }
    let counts = |at: u32| is_there(at) && whole[at as usize];
    let mut of_lines = 0;
    let mut depths = vec![0u64; truth.len()];
    for &at in lines.order() {
        let exemplar = exemplar(stand(at));
        depths[at as usize] = exemplar.map_or(0, |exemplar| depths[exemplar as usize] + 1);
        if counts(at) {
            of_lines += depths[at as usize];
        }
    }
    let both = above.common_ancestors(lines, counts, is_there);
    scores.ancestors = Found::new(both, of_lines, of_truth);
}

fn origins(
    scores: &mut LineageScores,
    truth: &[Truth],
    (parents, above): (&[Option<u32>], &Forest),
    lines: &Forest,
    stand: impl Fn(u32) -> Option<Predicted>,
) {
    let order = above.order();
    for &root in order.iter().filter(|&&at| parents[at as usize].is_none()) {
        if truth[root as usize] != Truth::Origin {
            continue;
        }
        let (start, end) = above.span(root);
        let members = order.get(start as usize..end as usize).unwrap_or_default();
        let members: Vec<(u32, Predicted)> = members
            .iter()
            .filter_map(|&at| Some((at, stand(at)?)))
            .collect();
        if members.len() < 2 {
            continue;
        }
        match stand(root) {
            Some(own) => {
                let below = members.iter().filter(|(at, _)| lines.is_above(root, *at));
                let is_top = own.claim == Claim::None;
                scores.origins.add(own.is_origin);
                scores
                    .roots
                    .add(is_top && 2 * below.count() > members.len() - 1);
            }
            None => {
                let said = members.iter().any(|(_, own)| own.claim == Claim::Missing);
                let nobody = members.iter().all(|(_, own)| !own.is_origin);
                scores.missing_origins.add(said && nobody);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::forest::tests::{ancestors as walk, parents};
    use super::*;
    use proptest::prelude::*;

    /// Precision and recall of ancestor pairs by looking at every pair.
    fn slow_ancestors(truth: &[Truth], predicted: &[Option<Predicted>]) -> Found {
        let ups: Vec<Option<u32>> = truth.iter().map(|&t| parent(t)).collect();
        let claims: Vec<Option<u32>> = predicted.iter().map(|&p| exemplar(p)).collect();
        let (mut both, mut claimed, mut known) = (0, 0, 0);
        for at in 0..truth.len() as u32 {
            let top = walk(&ups, at).last().copied().unwrap_or(at);
            let there = |&other: &u32| predicted[other as usize].is_some();
            if !there(&at) || truth[top as usize] != Truth::Origin {
                continue;
            }
            let truly: Vec<u32> = walk(&ups, at).into_iter().filter(there).collect();
            let said = walk(&claims, at);
            both += said.iter().filter(|a| truly.contains(a)).count() as u64;
            claimed += said.len() as u64;
            known += truly.len() as u64;
        }
        Found::new(both, claimed, known)
    }

    /// Each figure of single documents by its words.
    fn slow_shares(truth: &[Truth], predicted: &[Option<Predicted>]) -> [Share; 5] {
        let claims: Vec<Option<u32>> = predicted.iter().map(|&p| exemplar(p)).collect();
        let mut shares = [Share::default(); 5];
        let [parents, precision, ordered, direction, edges] = &mut shares;
        for at in 0..truth.len() {
            let Some(own) = predicted[at] else { continue };
            let known = !matches!(truth[at], Truth::Absent | Truth::Unknowable);
            if known && own.claim != Claim::None {
                let right = match (own.claim, truth[at]) {
                    (Claim::From(x), Truth::From(y)) => x == y,
                    (Claim::Missing, Truth::From(y)) => predicted[y as usize].is_none(),
                    (Claim::Missing, Truth::Origin) => true,
                    _ => false,
                };
                precision.add(right);
            }
            if let Some(x) = claims[at] {
                let forth = truth[at] == Truth::From(x);
                let back = truth[x as usize] == Truth::From(at as u32);
                if forth || back {
                    edges.add(forth);
                }
            }
            let Truth::From(up) = truth[at] else { continue };
            let Some(of_parent) = predicted[up as usize] else {
                continue;
            };
            parents.add(claims[at] == Some(up));
            if own.group.is_none() || own.group != of_parent.group {
                continue;
            }
            let forth = walk(&claims, at as u32).contains(&up);
            let back = walk(&claims, up).contains(&(at as u32));
            ordered.add(forth || back);
            if forth || back {
                direction.add(forth);
            }
        }
        shares
    }

    /// Two forests over the same documents, some of them not in the result.
    fn two_sides() -> impl Strategy<Value = (Vec<Truth>, Vec<Option<Predicted>>)> {
        let marks = proptest::collection::vec((0u8..5, 0u8..6, 0u32..3), 24);
        (parents(), parents(), marks).prop_map(|(ups, claims, marks)| {
            let count = ups.len().min(claims.len());
            let within = |p: Option<u32>| p.filter(|&p| (p as usize) < count);
            let there = |at: u32| marks[at as usize].1 > 0;
            let truth = |at: usize| match (within(ups[at]), marks[at].0) {
                (Some(up), _) => Truth::From(up),
                (None, 0) => Truth::Unknowable,
                (None, 1) => Truth::Absent,
                (None, _) => Truth::Origin,
            };
            let predicted = |at: usize| {
                let claim = match within(claims[at]).filter(|&up| there(up)) {
                    Some(up) => Claim::From(up),
                    None if marks[at].1 == 1 => Claim::Missing,
                    None => Claim::None,
                };
                let group = Some(marks[at].2).filter(|&group| group > 0);
                let own = Predicted {
                    claim,
                    group,
                    ..Predicted::default()
                };
                there(at as u32).then_some(own)
            };
            (
                (0..count).map(truth).collect(),
                (0..count).map(predicted).collect(),
            )
        })
    }

    proptest! {
        #[test]
        fn figures_are_what_walks_give((truth, predicted) in two_sides()) {
            let fast = lineage_scores(&truth, &predicted);
            prop_assert_eq!(fast.ancestors, slow_ancestors(&truth, &predicted));
            let shares = [fast.parents, fast.precision, fast.ordered, fast.direction, fast.edges];
            prop_assert_eq!(shares, slow_shares(&truth, &predicted));
            prop_assert_eq!(fast.without_probability, fast.precision.of);
        }

        #[test]
        fn the_truth_told_is_all_right(ups in parents()) {
            let truth = |up: &Option<u32>| up.map_or(Truth::Origin, Truth::From);
            let told = |up: &Option<u32>| Some(Predicted {
                claim: up.map_or(Claim::None, Claim::From),
                group: Some(0),
                is_origin: up.is_none(),
                probability: up.map(|_| 1.0),
            });
            let truth: Vec<Truth> = ups.iter().map(truth).collect();
            let told: Vec<Option<Predicted>> = ups.iter().map(told).collect();
            let scores = lineage_scores(&truth, &told);
            let all = [scores.parents, scores.precision, scores.direction, scores.ordered,
                scores.edges, scores.ancestors.precision, scores.ancestors.recall,
                scores.origins, scores.roots];
            prop_assert!(all.iter().all(|share| share.count == share.of), "{scores:?}");
            prop_assert!(scores.calibration.brier.is_none_or(|brier| brier == 0.0));
        }
    }

    fn share(count: u64, of: u64) -> Share {
        Share { count, of }
    }

    /// 0 is the origin of 1, 2 (from 1) and 3; 4 was made from 5, which is not there; of 6 nobody
    /// can know, 7 was made from 6; 8 stands alone.
    fn example() -> Vec<Truth> {
        use Truth::{From, Origin, Unknowable};
        vec![
            Origin,
            From(0),
            From(1),
            From(0),
            From(5),
            Origin,
            Unknowable,
            From(6),
            Origin,
        ]
    }

    fn told(claims: [Option<Claim>; 9]) -> Vec<Option<Predicted>> {
        let one = |(at, claim): (usize, Option<Claim>)| {
            Some(Predicted {
                claim: claim?,
                group: Some(u32::from(at > 3)),
                is_origin: at == 1,
                probability: Some(0.75).filter(|_| at < 4),
            })
        };
        claims.into_iter().enumerate().map(one).collect()
    }

    #[test]
    fn an_example_by_hand() {
        use Claim::{From, Missing};
        let none = Some(Claim::None);
        // 1 is taken for the origin; 0 and 2 come from it, 3 from 2.
        let predicted = told([
            Some(From(1)),
            none,
            Some(From(1)),
            Some(From(2)),
            Some(Missing),
            None,
            Some(From(7)),
            none,
            Some(Missing),
        ]);
        let scores = lineage_scores(&example(), &predicted);
        assert_eq!((scores.judged, scores.unknowable), (7, 1));
        assert_eq!(scores.parents, share(1, 4)); // of 1, 2, 3, 7: that of 2
        assert_eq!(scores.claimed, share(2, 4));
        assert_eq!(scores.precision, share(3, 5)); // 2, 4 and 8; not 0 and 3
        assert_eq!(scores.missing, share(1, 1));
        assert_eq!(scores.ordered, share(3, 4)); // 0-1, 1-2 and 6-7; 0 and 3 are in two lines
        assert_eq!(scores.direction, share(1, 3)); // only 1-2
        assert_eq!(scores.edges, share(1, 3));
        // True: 0-1, 0-2, 1-2, 0-3. Claimed: 1-0, 1-2, 1-3, 2-3. 7 hangs on what nobody knows.
        assert_eq!(scores.ancestors, Found::new(1, 4, 4));
        assert_eq!(scores.broken_lines, 1);
        assert_eq!((scores.origins, scores.roots), (share(0, 1), share(0, 1)));
        assert_eq!(scores.missing_origins, Share::default()); // 4 is alone
        assert_eq!(
            (scores.calibration.claims, scores.without_probability),
            (3, 2)
        );
        assert_eq!(scores.calibration.bins[7].right, 1);
    }

    #[test]
    fn an_origin_that_is_not_there_is_to_be_said() {
        let truth = [Truth::Origin, Truth::From(0), Truth::From(0)];
        let with = |claim, is_origin| {
            let own = Predicted {
                claim,
                is_origin,
                ..Predicted::default()
            };
            lineage_scores(&truth, &[None, Some(own), Some(Predicted::default())]).missing_origins
        };
        assert_eq!(with(Claim::Missing, false), share(1, 1));
        assert_eq!(with(Claim::None, false), share(0, 1));
        assert_eq!(with(Claim::Missing, true), share(0, 1));
    }

    #[test]
    fn a_deep_line_takes_no_longer_than_a_flat_one() {
        let count = 100_000;
        let line = |at: u32| at.checked_sub(1);
        let truth: Vec<Truth> = (0..count)
            .map(|at| line(at).map_or(Truth::Origin, Truth::From))
            .collect();
        let told = |at| {
            Some(Predicted {
                claim: line(at).map_or(Claim::None, Claim::From),
                ..Predicted::default()
            })
        };
        let predicted: Vec<Option<Predicted>> = (0..count).map(told).collect();
        let pairs = u64::from(count) * u64::from(count - 1) / 2;
        assert_eq!(
            lineage_scores(&truth, &predicted).ancestors,
            Found::new(pairs, pairs, pairs)
        );
    }
}
