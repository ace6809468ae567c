//! The groups of a batch, for the texts that something happened to.

use ahash::{AHashMap, AHashSet};

use super::tables::Tables;
use crate::group::{Spans, components, refine_and_tell};
use crate::verify::{Standing, VerifiedPair, demote_kin};

/// The texts that hang together with some by pairs of copy strength, each component by the keys
/// of its texts. Texts without such a pair are components of their own.
pub(super) fn touched(tables: &Tables, from: &[u32]) -> Vec<Vec<u32>> {
    let mut seen: AHashSet<u32> = AHashSet::new();
    let mut found = Vec::new();
    for &start in from {
        if tables.class(start).is_none() || !seen.insert(start) {
            continue;
        }
        let mut component = vec![start];
        let mut at = 0;
        while let Some(&class) = component.get(at) {
            at += 1;
            for link in tables.links(class) {
                if link.standing == Standing::Copy && seen.insert(link.other) {
                    component.push(link.other);
                }
            }
        }
        let key = |class: &u32| tables.linked.get(class).map(|own| own.key.clone());
        component.sort_by_cached_key(|class| (key(class), *class));
        found.push(component);
    }
    found
}

/// The groups of one component, given in the order of keys: what a batch makes of the same texts.
/// Texts of no group are left out.
///
/// Kin of templates are told apart first, by what is known beside the component too; then round-ups are
/// cut out. `spans(x, y)` gives the ranges of `x` that it shares with `y`. Cost: the pairs of the
/// component, and `spans` as [`refine`] asks for it.
///
/// Told too, of a component that is one group: what hangs on one text of it (`GroupRow::hanging`).
pub(super) fn partition(
    tables: &Tables,
    component: &[u32],
    spans: &mut dyn FnMut(u32, u32) -> Spans,
) -> (Vec<Vec<u32>>, Option<Vec<u32>>) {
    let mut place: AHashMap<u32, u32> = (0..)
        .zip(component)
        .map(|(at, &class)| (class, at))
        .collect();
    let mut order = component.to_vec();
    let mut pairs = Vec::new();
    for (a, &class) in (0u32..).zip(component) {
        for link in tables.links(class) {
            let is_kin = link.standing == Standing::Template;
            if link.standing != Standing::Copy && !is_kin {
                continue;
            }
            let b = *place.entry(link.other).or_insert_with(|| {
                order.push(link.other);
                order.len() as u32 - 1
            });
            // A pair within is seen from both sides.
            if a < b {
                let size = |class| tables.class(class).map_or(0, |row| row.shingles);
                pairs.push(VerifiedPair {
                    a,
                    b,
                    shared: link.shared,
                    shingles_a: size(class),
                    shingles_b: size(link.other),
                    standing: link.standing,
                });
            }
        }
    }
    pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
    let is_plain = pairs.iter().all(|pair| pair.standing == Standing::Copy);
    demote_kin(&mut pairs);
    let copies = pairs.iter().filter(|pair| pair.standing == Standing::Copy);
    let edges: Vec<(u32, u32)> = copies.map(|pair| (pair.a, pair.b)).collect();
    let at = |place: u32| order.get(place as usize).copied().unwrap_or_default();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    // Of two, neither hangs on the other alone once a third one has pairs with both.
    let mut hanging = Some(Vec::new());
    for members in components(&edges) {
        if members.len() <= 2 {
            groups.push(members);
            continue;
        }
        let own = |edge: &&(u32, u32)| members.binary_search(&edge.0).is_ok();
        let own: Vec<(u32, u32)> = edges.iter().filter(own).copied().collect();
        let (refined, told) = refine_and_tell(&own, &mut |x, y| spans(at(x), at(y)));
        groups.extend(refined.groups);
        hanging = told;
    }
    let mut groups: Vec<Vec<u32>> = groups
        .into_iter()
        .map(|members| members.into_iter().map(at).collect())
        .collect();
    let grouped: AHashSet<u32> = groups.iter().flatten().copied().collect();
    for &class in component {
        let count = tables.class(class).map_or(0, |row| row.count);
        if count > 1 && !grouped.contains(&class) {
            groups.push(vec![class]);
        }
    }
    let is_whole = groups
        .first()
        .is_some_and(|group| group.len() == component.len() && group.len() > 1);
    let mut hanging = hanging.filter(|_| is_plain && is_whole);
    for place in hanging.iter_mut().flatten() {
        *place = at(*place);
    }
    hanging.iter_mut().for_each(|all| all.sort_unstable());
    (groups, hanging)
}
