//! Takes apart components that hang together by a round-up only.

use std::collections::BTreeMap;

use super::components;

/// The result of refining one component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refined {
    /// Groups of two and more, members ascending, ordered by first member.
    pub groups: Vec<Vec<u32>>,
    /// Edges that no longer count, ascending.
    pub bridges: Vec<(u32, u32)>,
    /// The round-ups that lost them, ascending.
    pub round_ups: Vec<u32>,
}

/// Token ranges, ordered and apart.
type Spans = Vec<(u32, u32)>;

/// Share of the smaller span set up to which two sets of spans are called disjoint.
const DISJOINT: f64 = 0.05;

/// Refines one component, given by its edges.
///
/// A member is a round-up when the others fall apart without it and its spans
/// shared with one part are disjoint from its spans shared with another. It
/// keeps its edges to the part that it shares most words with (ties: the part
/// with the smallest member). `spans(x, y)` gives the ordered token ranges of
/// `x` that it shares with `y`.
///
/// Cost: linear in the edges for finding cut members, plus `spans` for each of
/// their edges; repeated for every round-up found.
pub fn refine(edges: &[(u32, u32)], spans: &mut dyn FnMut(u32, u32) -> Spans) -> Refined {
    let mut edges = edges.to_vec();
    let mut cleared: Vec<u32> = Vec::new();
    let (mut bridges, mut round_ups) = (Vec::new(), Vec::new());
    loop {
        let cut = cut_members(&edges).into_iter().find_map(|member| {
            if cleared.contains(&member) {
                return None;
            }
            let lost = round_up(member, &edges, spans);
            if lost.is_empty() {
                cleared.push(member);
                return None;
            }
            Some((member, lost))
        });
        let Some((member, lost)) = cut else { break };
        round_ups.push(member);
        edges.retain(|edge| !lost.contains(edge));
        bridges.extend(lost);
        cleared.clear();
    }
    bridges.sort_unstable();
    round_ups.sort_unstable();
    round_ups.dedup();
    Refined {
        groups: components(&edges),
        bridges,
        round_ups,
    }
}

/// The edges that `member` loses as a round-up; none where it is not one.
fn round_up(
    member: u32,
    edges: &[(u32, u32)],
    spans: &mut dyn FnMut(u32, u32) -> Spans,
) -> Vec<(u32, u32)> {
    let touches = |&&(x, y): &&(u32, u32)| x == member || y == member;
    let rest: Vec<(u32, u32)> = edges.iter().filter(|e| !touches(e)).copied().collect();
    let parts = components(&rest);
    let neighbours = edges
        .iter()
        .filter(touches)
        .map(|&(x, y)| if x == member { y } else { x });
    // A neighbour without other edges is a part of its own.
    let mut by_part: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for neighbour in neighbours {
        let part = parts
            .iter()
            .find(|part| part.binary_search(&neighbour).is_ok());
        let name = part
            .and_then(|part| part.first().copied())
            .unwrap_or(neighbour);
        by_part.entry(name).or_default().push(neighbour);
    }
    let covered: Vec<(Spans, Vec<u32>)> = by_part
        .into_values()
        .map(|part| {
            let all = part
                .iter()
                .flat_map(|&other| spans(member, other))
                .collect();
            (union_of(all), part)
        })
        .collect();
    // The first of equals: parts come in order of their smallest member.
    let Some(best) = (0..covered.len())
        .rev()
        .max_by_key(|&i| length(&covered[i].0))
    else {
        return Vec::new();
    };
    let mut lost = Vec::new();
    for (i, (part_spans, part)) in covered.iter().enumerate() {
        if i != best && disjoint(part_spans, &covered[best].0) {
            lost.extend(
                part.iter()
                    .map(|&other| (member.min(other), member.max(other))),
            );
        }
    }
    lost
}

fn length(spans: &[(u32, u32)]) -> u32 {
    spans.iter().map(|(from, to)| to - from).sum()
}

fn union_of(mut spans: Spans) -> Spans {
    spans.sort_unstable();
    let mut union = Spans::new();
    for (from, to) in spans {
        match union.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => union.push((from, to)),
        }
    }
    union
}

fn disjoint(x: &[(u32, u32)], y: &[(u32, u32)]) -> bool {
    let both = length(x) + length(y) - length(&union_of([x, y].concat()));
    f64::from(both) <= DISJOINT * f64::from(length(x).min(length(y)))
}

/// Members without which a component falls apart, ascending (Hopcroft and
/// Tarjan 1973, without recursion: a chain may be a million long).
fn cut_members(edges: &[(u32, u32)]) -> Vec<u32> {
    let mut names: Vec<u32> = edges.iter().flat_map(|&(x, y)| [x, y]).collect();
    names.sort_unstable();
    names.dedup();
    let at = |name: u32| names.binary_search(&name).unwrap_or(0);
    let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    for &(x, y) in edges {
        neighbours[at(x)].push(at(y));
        neighbours[at(y)].push(at(x));
    }
    let mut reached = vec![0usize; names.len()];
    let mut low = vec![0usize; names.len()];
    let mut cut = vec![false; names.len()];
    let mut time = 0;
    for root in 0..names.len() {
        if reached[root] != 0 {
            continue;
        }
        time += 1;
        (reached[root], low[root]) = (time, time);
        let mut children_of_root = 0;
        // (member, the one it was reached from, next neighbour to look at)
        let mut stack = vec![(root, root, 0)];
        while let Some((here, from, next)) = stack.pop() {
            if let Some(&to) = neighbours[here].get(next) {
                stack.push((here, from, next + 1));
                if reached[to] == 0 {
                    time += 1;
                    (reached[to], low[to]) = (time, time);
                    children_of_root += usize::from(here == root);
                    stack.push((to, here, 0));
                } else if to != from {
                    low[here] = low[here].min(reached[to]);
                }
            } else if here != root {
                low[from] = low[from].min(low[here]);
                cut[from] |= from != root && low[here] >= reached[from];
            }
        }
        cut[root] = children_of_root > 1;
    }
    (0..names.len())
        .filter(|&i| cut[i])
        .map(|i| names[i])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_round_up_stays_with_its_best_part() {
        // 5 carries words 0..40 of the stories 1 and 2 and words 50..80 of 7.
        let edges = [(1, 2), (1, 5), (2, 5), (5, 7)];
        let mut spans = |x: u32, y: u32| match (x, y) {
            (5, 7) => vec![(50, 80)],
            _ => vec![(0, 40)],
        };
        let refined = refine(&edges, &mut spans);
        assert_eq!(refined.groups, [vec![1, 2, 5]]);
        assert_eq!(
            (refined.bridges, refined.round_ups),
            (vec![(5, 7)], vec![5])
        );
    }

    #[test]
    fn a_chain_of_edits_stays_whole() {
        let edges = [(1, 2), (2, 3)];
        let refined = refine(&edges, &mut |_, _| vec![(0, 40)]);
        assert_eq!(refined.groups, [vec![1, 2, 3]]);
        assert!(refined.bridges.is_empty());
    }

    proptest! {
        #[test]
        fn cut_members_are_those_whose_loss_parts_the_rest(
            edges in prop::collection::btree_set((0u32..9, 0u32..9), 1..16)
        ) {
            let edges: Vec<(u32, u32)> = edges.into_iter().filter(|(x, y)| x < y).collect();
            let cut = cut_members(&edges);
            for component in components(&edges) {
                for &member in &component {
                    let rest: Vec<(u32, u32)> = edges
                        .iter()
                        .filter(|&&(x, y)| x != member && y != member && component.contains(&x))
                        .copied()
                        .collect();
                    let joined: usize = components(&rest).iter().map(Vec::len).sum();
                    let alone = component.len() - 1 - joined;
                    let parts = components(&rest).len() + alone;
                    prop_assert_eq!(cut.contains(&member), parts > 1);
                }
            }
        }
    }
}
