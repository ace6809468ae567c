//! Takes apart components that hang together by a round-up only.

use std::collections::{BTreeMap, BTreeSet};

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
pub type Spans = Vec<(u32, u32)>;

/// Share of the smaller span set up to which two sets of spans are called disjoint.
const DISJOINT: f64 = 0.05;

/// Refines one component, given by its edges.
///
/// A member is a round-up when the others fall apart without it and its spans
/// shared with one part are disjoint from its spans shared with another. It
/// keeps its edges to the part that it shares most words with (ties: the part
/// with the smallest member). All round-ups are found first and lose their edges
/// together, then the rest is looked at again, so no order matters.
/// `spans(x, y)` gives the ordered token ranges of `x` that it shares with `y`.
///
/// Cost: per round linear in the edges, plus `spans` for each edge of a member
/// whose loss would part the others.
pub fn refine(edges: &[(u32, u32)], spans: &mut dyn FnMut(u32, u32) -> Spans) -> Refined {
    refine_and_tell(edges, spans).0
}

/// Cut members of a component beyond which it is not told what hangs on them.
const TOLD: usize = 64;

/// As [`refine`], and what hangs on cut members of a component that stayed whole, ascending: all that they hold to the
/// part with which they share most.
///
/// One more member with edges to two others, neither of which hangs so, leaves the component whole and what hangs on it
/// as it is. It parts nothing, and nothing is parted by what was none before; of each cut member it joins the part with which
/// that one shares most, and what that one shares with it can only grow, as does what the others have in common with it.
pub(crate) fn refine_and_tell(
    edges: &[(u32, u32)],
    spans: &mut dyn FnMut(u32, u32) -> Spans,
) -> (Refined, Option<Vec<u32>>) {
    let mut edges = edges.to_vec();
    let mut refined = Refined::default();
    let mut hanging = None;
    for round in 0.. {
        let mut lost: Vec<(u32, u32)> = Vec::new();
        let mut held: Vec<(u32, Vec<u32>)> = Vec::new();
        for cut in cuts(&edges) {
            let (of_one, best) = round_up(&cut, spans);
            if !of_one.is_empty() {
                refined.round_ups.push(cut.member);
                lost.extend(of_one);
            }
            let others = cut.parts.into_iter().enumerate();
            let others = others.filter(|(at, _)| *at != best);
            held.push((cut.member, others.flat_map(|(_, part)| part).collect()));
        }
        if lost.is_empty() {
            if round == 0 && held.len() <= TOLD {
                hanging = Some(beyond(&edges, &held));
            }
            break;
        }
        lost.sort_unstable();
        lost.dedup();
        edges.retain(|edge| lost.binary_search(edge).is_err());
        refined.bridges.extend(lost);
    }
    refined.bridges.sort_unstable();
    refined.round_ups.sort_unstable();
    refined.round_ups.dedup();
    refined.groups = components(&edges);
    (refined, hanging)
}

/// All that is reached from some neighbours of members without going through those members, ascending.
fn beyond(edges: &[(u32, u32)], held: &[(u32, Vec<u32>)]) -> Vec<u32> {
    let mut found: BTreeSet<u32> = BTreeSet::new();
    if held.is_empty() {
        return Vec::new();
    }
    let mut neighbours: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for &(x, y) in edges {
        neighbours.entry(x).or_default().push(y);
        neighbours.entry(y).or_default().push(x);
    }
    for (member, from) in held {
        let mut own: BTreeSet<u32> = from.iter().copied().collect();
        let mut open = from.clone();
        while let Some(at) = open.pop() {
            for &next in neighbours.get(&at).into_iter().flatten() {
                if next != *member && own.insert(next) {
                    open.push(next);
                }
            }
        }
        found.extend(own);
    }
    found.into_iter().collect()
}

/// The edges that a cut member loses as a round-up, none where it is not one; and the part that it keeps.
fn round_up(cut: &Cut, spans: &mut dyn FnMut(u32, u32) -> Spans) -> (Vec<(u32, u32)>, usize) {
    let covered: Vec<Spans> = cut
        .parts
        .iter()
        .map(|part| {
            union_of(
                part.iter()
                    .flat_map(|&other| spans(cut.member, other))
                    .collect(),
            )
        })
        .collect();
    // The first of equals: parts come in order of their smallest neighbour.
    let Some(best) = (0..covered.len())
        .rev()
        .max_by_key(|&i| length(&covered[i]))
    else {
        return (Vec::new(), 0);
    };
    let mut lost = Vec::new();
    for (i, part) in cut.parts.iter().enumerate() {
        if i != best && disjoint(&covered[i], &covered[best]) {
            let edge = |&other: &u32| (cut.member.min(other), cut.member.max(other));
            lost.extend(part.iter().map(edge));
        }
    }
    (lost, best)
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

/// A member without which the others fall apart, and its neighbours by the part
/// that they would be in.
#[derive(Debug, PartialEq, Eq)]
struct Cut {
    member: u32,
    /// Two and more; each ascending, ordered by first neighbour.
    parts: Vec<Vec<u32>>,
}

/// All cut members, ascending (Hopcroft and Tarjan 1973, without recursion: a
/// chain may be a million long). Cost: linear, but for looking up indices.
fn cuts(edges: &[(u32, u32)]) -> Vec<Cut> {
    let mut names: Vec<u32> = edges.iter().flat_map(|&(x, y)| [x, y]).collect();
    names.sort_unstable();
    names.dedup();
    let at = |name: u32| names.binary_search(&name).unwrap_or(0);
    let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    for &(x, y) in edges {
        neighbours[at(x)].push(at(y));
        neighbours[at(y)].push(at(x));
    }
    // When a member was reached (from 1), the earliest one reached from below
    // it, and the last one reached below it.
    let mut reached = vec![0usize; names.len()];
    let (mut low, mut last) = (reached.clone(), reached.clone());
    // Spans of times that hang on each member alone.
    let mut hanging: Vec<Vec<(usize, usize)>> = vec![Vec::new(); names.len()];
    let mut time = 0;
    for root in 0..names.len() {
        if reached[root] != 0 {
            continue;
        }
        time += 1;
        (reached[root], low[root]) = (time, time);
        // (member, the one it was reached from, next neighbour to look at)
        let mut stack = vec![(root, root, 0)];
        while let Some((here, from, next)) = stack.pop() {
            if let Some(&to) = neighbours[here].get(next) {
                stack.push((here, from, next + 1));
                if reached[to] == 0 {
                    time += 1;
                    (reached[to], low[to]) = (time, time);
                    stack.push((to, here, 0));
                } else if to != from {
                    low[here] = low[here].min(reached[to]);
                }
                continue;
            }
            last[here] = time;
            if here != root {
                low[from] = low[from].min(low[here]);
                if low[here] >= reached[from] {
                    hanging[from].push((reached[here], last[here]));
                }
            }
        }
    }
    // Spans of one member are apart and in the order of time.
    let part_of = |member: usize, neighbour: usize| {
        let time = reached[neighbour];
        let place = hanging[member].partition_point(|&(_, to)| to < time);
        hanging[member]
            .get(place)
            .filter(|&&(from, _)| from <= time)
            .map(|_| place)
    };
    let cut = |member: usize| {
        let mut parts: BTreeMap<Option<usize>, Vec<u32>> = BTreeMap::new();
        for &neighbour in &neighbours[member] {
            parts
                .entry(part_of(member, neighbour))
                .or_default()
                .push(names[neighbour]);
        }
        let mut parts: Vec<Vec<u32>> = parts.into_values().collect();
        for part in &mut parts {
            part.sort_unstable();
        }
        parts.sort_unstable();
        (parts.len() > 1).then(|| Cut {
            member: names[member],
            parts,
        })
    };
    let with_several = |&member: &usize| !hanging[member].is_empty();
    (0..names.len())
        .filter(with_several)
        .filter_map(cut)
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
        fn cuts_are_the_members_whose_loss_parts_the_rest(
            edges in prop::collection::btree_set((0u32..9, 0u32..9), 1..16)
        ) {
            let edges: Vec<(u32, u32)> = edges.into_iter().filter(|(x, y)| x < y).collect();
            let found = cuts(&edges);
            for component in components(&edges) {
                for &member in &component {
                    let rest: Vec<(u32, u32)> = edges
                        .iter()
                        .filter(|&&(x, y)| x != member && y != member && component.contains(&x))
                        .copied()
                        .collect();
                    let parts = components(&rest);
                    let neighbours: Vec<u32> = edges
                        .iter()
                        .filter(|&&(x, y)| x == member || y == member)
                        .map(|&(x, y)| if x == member { y } else { x })
                        .collect();
                    let mut named: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
                    for &neighbour in &neighbours {
                        let part = parts.iter().find(|part| part.contains(&neighbour));
                        let name = part.map_or(neighbour, |part| part[0]);
                        named.entry(name).or_default().push(neighbour);
                    }
                    let mut wanted: Vec<Vec<u32>> = named.into_values().collect();
                    for part in &mut wanted {
                        part.sort_unstable();
                    }
                    wanted.sort_unstable();
                    let cut = found.iter().find(|cut| cut.member == member);
                    let wanted = (wanted.len() > 1).then_some(&wanted);
                    prop_assert_eq!(cut.map(|cut| &cut.parts), wanted);
                }
            }
        }
    }
}
