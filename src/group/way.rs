//! The way from one member of a group to another.

use std::collections::BTreeMap;

use super::Edge;

/// The members on a way from `from` to `to`, both included: of the ways with the
/// fewest steps the one whose lowest Jaccard is highest (ties go to the smaller
/// member before). `None` where no way leads there.
///
/// Cost: one breadth-first search, with one sorted map a step.
pub fn way(edges: &[Edge], from: u32, to: u32) -> Option<Vec<u32>> {
    let mut neighbours: BTreeMap<u32, Vec<(u32, f64)>> = BTreeMap::new();
    for edge in edges {
        let mut add = |x, y| neighbours.entry(x).or_default().push((y, edge.jaccard));
        add(edge.a, edge.b);
        add(edge.b, edge.a);
    }
    // Each member that was reached with the one before it.
    let mut before: BTreeMap<u32, u32> = BTreeMap::from([(from, from)]);
    let mut layer: BTreeMap<u32, f64> = BTreeMap::from([(from, f64::INFINITY)]);
    while !before.contains_key(&to) {
        let mut next: BTreeMap<u32, (f64, u32)> = BTreeMap::new();
        for (&here, &lowest) in &layer {
            for &(there, jaccard) in neighbours.get(&here).into_iter().flatten() {
                let lowest = lowest.min(jaccard);
                let known = next.get(&there).map(|&(known, _)| known);
                if !before.contains_key(&there) && known.is_none_or(|known| lowest > known) {
                    next.insert(there, (lowest, here));
                }
            }
        }
        if next.is_empty() {
            return None;
        }
        before.extend(next.iter().map(|(&there, &(_, here))| (there, here)));
        layer = next
            .into_iter()
            .map(|(there, (low, _))| (there, low))
            .collect();
    }
    let mut members = vec![to];
    let mut at = to;
    while at != from {
        at = *before.get(&at)?;
        members.push(at);
    }
    members.reverse();
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(list: &[(u32, u32, f64)]) -> Vec<Edge> {
        let edge = |&(a, b, jaccard): &(u32, u32, f64)| Edge { a, b, jaccard };
        list.iter().map(edge).collect()
    }

    #[test]
    fn the_fewest_steps_and_then_the_strongest() {
        let list = edges(&[
            (0, 1, 0.6),
            (0, 2, 0.8),
            (1, 4, 0.9),
            (2, 4, 0.7),
            (0, 3, 0.99),
            (3, 5, 0.99),
            (4, 5, 0.99),
        ]);
        assert_eq!(way(&list, 0, 4), Some(vec![0, 2, 4]));
        assert_eq!(way(&list, 4, 0), Some(vec![4, 2, 0]));
        assert_eq!(way(&list, 1, 3), Some(vec![1, 0, 3]));
    }

    #[test]
    fn no_way_and_no_step() {
        let list = edges(&[(0, 1, 0.6), (2, 3, 0.8)]);
        assert_eq!(way(&list, 0, 3), None);
        assert_eq!(way(&list, 7, 0), None);
        assert_eq!(way(&list, 1, 1), Some(vec![1]));
    }
}
