//! The possible exemplars of every member with their probabilities, and the tree.

use ahash::AHashMap;

use super::arborescence::{Link, arborescence};
use super::marginals::{Marginals, marginals, marginals_of_one_root};
use super::member::Member;
use super::weigh::{Model, Scale};

/// Members up to which all trees are summed.
const ALL_TREES: usize = 500;
/// Members up to which each is tried as the first of all; of larger groups the likeliest are.
const FEW: usize = 16;
const ORIGINS: usize = 6;
/// Members that are looked at as the exemplar of another one in a larger group.
const NEAR: usize = 16;
/// Texts that share a reading up to which it makes them neighbours.
const RARE: usize = 64;
/// A link below this is no alternative.
const LEAST: f64 = 1e-4;

/// What may have become of a group.
#[derive(Clone, Debug, Default)]
pub(super) struct Chances {
    /// By member: its possible exemplars, the likeliest first.
    pub(super) exemplars: Vec<Vec<(usize, f64)>>,
    /// By member: that it is the first of all.
    pub(super) origin: Vec<f64>,
    /// By member: that it was made from a text which the input lacks.
    pub(super) missing: Vec<f64>,
    /// The likeliest exemplar of each member, so that they make a tree.
    pub(super) tree: Vec<Option<usize>>,
    /// That some member was made from a text which the input lacks.
    pub(super) source_missing: f64,
    /// True where only near members were weighed and not all trees summed.
    pub(super) approximate: bool,
}

/// Sums over all trees; over a tree's neighbourhood in a large group.
///
/// Two stories are weighed of a group: one member is the first and all others
/// descend from it, or any number of them were made from one text that is missing.
pub(super) fn chances(
    scale: &Scale<'_>,
    model: &Model,
    possible: &dyn Fn(usize, usize) -> Option<bool>,
) -> Chances {
    if scale.members.len() <= ALL_TREES {
        all_trees(scale, model, possible)
    } else {
        near_trees(scale, model, possible)
    }
}

fn all_trees(
    scale: &Scale<'_>,
    model: &Model,
    possible: &dyn Fn(usize, usize) -> Option<bool>,
) -> Chances {
    let count = scale.members.len();
    let mut links = vec![f64::NEG_INFINITY; count * count];
    for copy in 0..count {
        for exemplar in (0..count).filter(|&exemplar| exemplar != copy) {
            if possible(exemplar, copy) != Some(false)
                && let Some(nats) = scale.link(exemplar, copy)
            {
                links[copy * count + exemplar] = nats.sum();
            }
        }
    }
    let direct = model.direct(count);
    let of_one = one_origin(&links, &scale.origins(), |origin, copy| {
        if scale.is_revision(origin, copy) {
            0.0
        } else {
            direct
        }
    });
    let from_missing: Vec<f64> = scale.missing().iter().map(|nats| nats + direct).collect();
    let of_missing = marginals(&links, &from_missing);
    let (one, missing) = (
        of_one.log_sum + (1.0 - model.missing).ln(),
        of_missing.log_sum + model.missing.ln(),
    );
    let source_missing = match (one == f64::NEG_INFINITY, missing == f64::NEG_INFINITY) {
        (true, true) => return Chances::none(count),
        (false, _) => 1.0 / (1.0 + (one - missing).exp()),
        (true, false) => 1.0,
    };
    let mix = |x: f64, y: f64| (1.0 - source_missing) * x + source_missing * y;
    let mut exemplars: Vec<Vec<(usize, f64)>> = Vec::with_capacity(count);
    for copy in 0..count {
        let row = copy * count..(copy + 1) * count;
        let own = of_one.links[row.clone()].iter().zip(&of_missing.links[row]);
        let shares = own.map(|(&x, &y)| mix(x, y)).enumerate();
        exemplars.push(shares.filter(|&(_, share)| share >= LEAST).collect());
    }
    let mut found = Chances {
        origin: of_one
            .roots
            .iter()
            .map(|&share| (1.0 - source_missing) * share)
            .collect(),
        missing: of_missing
            .roots
            .iter()
            .map(|&share| source_missing * share)
            .collect(),
        exemplars,
        source_missing,
        ..Chances::default()
    };
    let roots = found
        .origin
        .iter()
        .zip(&found.missing)
        .map(|(x, y)| (x + y).max(1e-12).ln());
    let roots: Vec<f64> = roots.collect();
    found.grow(&roots, f64::ln);
    found
}

/// Sums over all trees with one member as the first of all, from which each copy is made
/// more readily, by `direct(origin, copy)` nats, than from any other.
///
/// The members that are likely the first without this are tried one after the other.
fn one_origin(links: &[f64], origins: &[f64], direct: impl Fn(usize, usize) -> f64) -> Marginals {
    let count = origins.len();
    let plain = marginals_of_one_root(links, origins);
    let mut first: Vec<usize> = (0..count).collect();
    first.sort_by(|&x, &y| plain.roots[y].total_cmp(&plain.roots[x]).then(x.cmp(&y)));
    first.truncate(if count <= FEW { count } else { ORIGINS });
    let of_each = first.iter().map(|&origin| {
        let mut nearer = links.to_vec();
        for copy in 0..count {
            nearer[copy * count + origin] += direct(origin, copy);
        }
        let mut roots = vec![f64::NEG_INFINITY; count];
        roots[origin] = origins[origin];
        marginals(&nearer, &roots)
    });
    let of_each: Vec<Marginals> = of_each.collect();
    let most = of_each
        .iter()
        .fold(f64::NEG_INFINITY, |most, one| most.max(one.log_sum));
    let mut sum = Marginals {
        log_sum: most,
        links: vec![0.0; count * count],
        roots: vec![0.0; count],
    };
    if most == f64::NEG_INFINITY {
        return sum;
    }
    let total: f64 = of_each.iter().map(|one| (one.log_sum - most).exp()).sum();
    for one in &of_each {
        let share = (one.log_sum - most).exp() / total;
        let add = |into: &mut Vec<f64>, from: &[f64]| {
            into.iter_mut()
                .zip(from)
                .for_each(|(into, from)| *into += share * from);
        };
        add(&mut sum.links, &one.links);
        add(&mut sum.roots, &one.roots);
    }
    sum.log_sum += total.ln();
    sum
}

fn near_trees(
    scale: &Scale<'_>,
    model: &Model,
    possible: &dyn Fn(usize, usize) -> Option<bool>,
) -> Chances {
    let count = scale.members.len();
    let weigh = |copy: usize, near: Vec<usize>| {
        let mut own: Vec<(usize, f64)> = near
            .into_iter()
            .filter(|&exemplar| exemplar != copy && possible(exemplar, copy) != Some(false))
            .filter_map(|exemplar| Some((exemplar, scale.link(exemplar, copy)?.sum())))
            .collect();
        own.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        own.truncate(NEAR);
        own.shrink_to_fit();
        own
    };
    let mut found = Chances {
        exemplars: neighbours(scale, weigh),
        approximate: true,
        ..Chances::default()
    };
    let roots: Vec<f64> = scale
        .missing()
        .iter()
        .map(|nats| nats + model.missing.ln())
        .collect();
    found.grow(&roots, |nats| nats);
    // Nothing that descends from a member can be what it was made from.
    let line_of_descent = spans(&found.tree);
    let tops = found.tree.iter().filter(|parent| parent.is_none()).count();
    found.origin = vec![0.0; count];
    found.missing = vec![0.0; count];
    for copy in 0..count {
        let (from, to) = line_of_descent[copy];
        let own = &mut found.exemplars[copy];
        own.retain(|&(exemplar, _)| !(from..to).contains(&line_of_descent[exemplar].0));
        let most = own
            .iter()
            .fold(roots[copy], |most, &(_, nats)| most.max(nats));
        let sum = own
            .iter()
            .map(|&(_, nats)| (nats - most).exp())
            .sum::<f64>()
            + (roots[copy] - most).exp();
        own.iter_mut()
            .for_each(|(_, nats)| *nats = (*nats - most).exp() / sum);
        own.retain(|&(_, share)| share >= LEAST);
        let root = (roots[copy] - most).exp() / sum;
        if tops == 1 && found.tree[copy].is_none() {
            (found.origin[copy], found.missing[copy]) =
                (root * (1.0 - model.missing), root * model.missing);
        } else {
            found.missing[copy] = root;
        }
    }
    found.source_missing = if tops == 1 { model.missing } else { 1.0 };
    found
}

impl Chances {
    fn none(count: usize) -> Self {
        Chances {
            exemplars: vec![Vec::new(); count],
            origin: vec![0.0; count],
            missing: vec![0.0; count],
            tree: vec![None; count],
            ..Chances::default()
        }
    }

    /// How likely one member was made from another.
    pub(super) fn share(&self, exemplar: usize, copy: usize) -> f64 {
        let own = self.exemplars.get(copy).into_iter().flatten();
        let known = own.copied().find(|&(member, _)| member == exemplar);
        known.map_or(0.0, |(_, share)| share)
    }

    /// Finds the tree and sorts the exemplars by weight.
    fn grow(&mut self, roots: &[f64], weight: impl Fn(f64) -> f64) {
        let count = roots.len();
        let exemplars = self.exemplars.iter().map(Vec::len).sum::<usize>();
        let mut links: Vec<Link> = Vec::with_capacity(exemplars + count);
        for (child, own) in (0u32..).zip(&mut self.exemplars) {
            own.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
            let of = |&(parent, value): &(usize, f64)| Link {
                parent: parent as u32,
                child,
                weight: weight(value),
            };
            links.extend(own.iter().map(of));
            links.push(Link {
                parent: count as u32,
                child,
                weight: roots[child as usize],
            });
        }
        let parents = arborescence(count + 1, count, &links);
        self.tree = parents
            .into_iter()
            .take(count)
            .map(|parent| parent.filter(|&at| at < count))
            .collect();
    }
}

/// For each node of a forest the places of its line of descent in one order of all
/// nodes: its own, and one past the last of those below it.
pub(super) fn spans(tree: &[Option<usize>]) -> Vec<(usize, usize)> {
    // The last child of each node, and the one before each child.
    let mut last: Vec<Option<u32>> = vec![None; tree.len()];
    let mut before: Vec<Option<u32>> = vec![None; tree.len()];
    let mut stack: Vec<(usize, bool)> = Vec::new();
    for (child, parent) in (0u32..).zip(tree) {
        match parent {
            Some(parent) => before[child as usize] = last[*parent].replace(child),
            None => stack.push((child as usize, false)),
        }
    }
    let mut spans = vec![(0, 0); tree.len()];
    let mut next = 0;
    while let Some((node, left)) = stack.pop() {
        if left {
            spans[node].1 = next;
            continue;
        }
        spans[node].0 = next;
        next += 1;
        stack.push((node, true));
        let mut child = last[node];
        while let Some(one) = child {
            stack.push((one as usize, false));
            child = before[one as usize];
        }
    }
    spans
}

/// For each member of a large group those that it may have been made from: the
/// texts with which it shares readings that few have, the members of its own text and outlet, and the
/// texts that most resemble. Each list is handed over as soon as it is made: all of them would
/// be more than what is kept.
fn neighbours<T>(scale: &Scale<'_>, hand_over: impl Fn(usize, Vec<usize>) -> T) -> Vec<T> {
    let texts = &scale.readings.texts;
    let mut members_of: Vec<Vec<usize>> = vec![Vec::new(); texts.len()];
    let mut of_source: AHashMap<usize, Vec<usize>> = AHashMap::new();
    for (number, member) in scale.members.iter().enumerate() {
        members_of[member.text].push(number);
        if let Some(source) = member.source {
            of_source.entry(source).or_default().push(number);
        }
    }
    let mut holders: AHashMap<(usize, usize), Vec<usize>> = AHashMap::new();
    for (text, readings) in texts.iter().enumerate() {
        for reading in readings {
            holders
                .entry((reading.line, reading.variant))
                .or_default()
                .push(text);
        }
    }
    let date = |(number, member): (usize, &Member<'_>)| {
        let dated = member.dated();
        let moment = dated.published().or(dated.document.collected);
        (
            moment.is_none(),
            moment.map(|moment| moment.sort_key()),
            number,
        )
    };
    let dates: Vec<_> = scale.members.iter().enumerate().map(date).collect();
    let date = |member: usize| dates[member];
    // The earliest members of a text stand for all of them.
    for members in &mut members_of {
        members.sort_by_key(|&member| date(member));
    }
    // Texts that have most documents, and the earliest members.
    let mut hubs: Vec<usize> = (0..texts.len()).collect();
    hubs.sort_by_key(|&text| (std::cmp::Reverse(members_of[text].len()), text));
    hubs.truncate(NEAR / 2);
    let mut earliest: Vec<usize> = (0..scale.members.len()).collect();
    earliest.sort_by_key(|&member| date(member));
    earliest.truncate(NEAR / 2);
    for members in of_source.values_mut() {
        members.sort_by_key(|&member| date(member));
    }
    let few = |list: &[usize]| list.iter().copied().take(4).collect::<Vec<usize>>();
    let near = |(number, own): (usize, &Member<'_>)| {
        let mut shared: AHashMap<usize, usize> = AHashMap::new();
        for reading in &texts[own.text] {
            let known = &holders[&(reading.line, reading.variant)];
            if known.len() <= RARE {
                known
                    .iter()
                    .for_each(|&text| *shared.entry(text).or_default() += 1);
            }
        }
        let mut ranked: Vec<(usize, usize)> = shared.into_iter().collect();
        ranked.sort_by_key(|&(text, count)| (std::cmp::Reverse(count), text));
        let alike = ranked.into_iter().take(NEAR).map(|(text, _)| text);
        let mut near: Vec<usize> = alike
            .chain(hubs.iter().copied())
            .chain([own.text])
            .flat_map(|text| few(&members_of[text]))
            .chain(earliest.iter().copied())
            .chain(
                own.credits
                    .iter()
                    .filter_map(|c| c.source)
                    .filter_map(|s| of_source.get(&s))
                    .flat_map(|list| few(list)),
            )
            .collect();
        // Of its own outlet those just before it.
        if let Some(list) = own.source.and_then(|source| of_source.get(&source)) {
            let at = list.partition_point(|&other| date(other) < date(number));
            near.extend(&list[at.saturating_sub(4)..at]);
        }
        near.sort_unstable();
        near.dedup();
        hand_over(number, near)
    };
    scale.members.iter().enumerate().map(near).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_descent_is_a_span() {
        //     3        4
        //   0   1
        //   2
        let spans = spans(&[Some(3), Some(3), Some(0), None, None]);
        let below = |x: usize, y: usize| (spans[x].0..spans[x].1).contains(&spans[y].0);
        for (x, all) in [
            (3, vec![0, 1, 2, 3]),
            (0, vec![0, 2]),
            (1, vec![1]),
            (4, vec![4]),
        ] {
            let found: Vec<usize> = (0..5).filter(|&y| below(x, y)).collect();
            assert_eq!(found, all);
        }
    }
}
