//! Chooses for each member of a group the text that it was made from.

use crate::collate::Collation;

use super::chances::{Chances, chances, spans};
use super::dates::Agreement;
use super::member::Member;
use super::rates::{Rates, Tally};
use super::readings::Readings;
use super::reasons::{Shared, Witness};
use super::second::Seconds;
use super::weigh::{Model, Nats, Scale};
use super::{Basis, Descent, Role};

/// A group as lineage sees it.
#[derive(Clone, Copy)]
pub struct GroupTexts<'a> {
    /// Its members.
    pub members: &'a [Member<'a>],
    /// The matrix of its texts.
    pub collation: &'a Collation,
    /// The same, as far as lineage looks at it.
    pub readings: &'a Readings,
}

/// What is known of two members without reading their texts, and by reading them.
#[derive(Clone, Copy)]
pub struct Kin<'a> {
    /// Whether the two are a verified pair, if that is known: what is known not to
    /// be one is never claimed.
    pub known: &'a dyn Fn(usize, usize) -> Option<bool>,
    /// The same, computed where it must be.
    pub verified: &'a dyn Fn(usize, usize) -> bool,
}

/// What a group teaches of all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learnt {
    groups: f64,
    missing: f64,
    copies: Tally,
    revisions: Tally,
    agreement: Agreement,
}

impl Learnt {
    /// Adds what another group teaches. Sums of floats depend on the order in which they are taken.
    pub fn merge(&mut self, other: &Learnt) {
        self.groups += other.groups;
        self.missing += other.missing;
        self.copies.merge(&other.copies);
        self.revisions.merge(&other.revisions);
        self.agreement.merge(&other.agreement);
    }

    /// What is believed after this.
    pub fn model(&self) -> Model {
        const GROUPS: f64 = 40.0;
        let before = Model::default().missing;
        let missing = (self.missing + before * GROUPS) / (self.groups + GROUPS);
        Model {
            copies: self.copies.rates(Rates::of_copies()),
            revisions: self.revisions.rates(Rates::of_revisions()),
            trust: self.agreement.trust(),
            missing: missing.clamp(0.05, 0.8),
            direct: Model::default().direct,
        }
    }
}

/// A descent is claimed where it is this many times as likely as the next best.
const AHEAD: f64 = 1.15;
/// It must be this many times as likely as the same descent the other way round.
const DIRECTED: f64 = 1.5;
/// Nats from which on one kind of evidence is named as a basis.
const COUNTS: f64 = 0.35;
/// Share of the descents that came about in a way which is not weighed: two texts joined by
/// an editor, a story that was read on the telephone. Among all trees the best one has no
/// such rival; without this what is said to be .98 likely comes true in .92 of the cases.
const UNFORESEEN: f64 = 0.05;
/// Nats of dates and credits from which on a descent teaches what is done to texts.
const TOLD: f64 = 1.0;
/// Nats from which on text or credits are taken to tell an order without dates.
const TELLS: f64 = 4.0;

/// The share of trees with a descent as what is said of its probability.
pub(super) fn stated(share: f64) -> f64 {
    share * (1.0 - UNFORESEEN)
}

/// The likeliest of some exemplars as an alternative, where it is one.
fn alternative(mut exemplars: impl Iterator<Item = (usize, f64)>) -> Option<(usize, f64)> {
    let (member, share) = exemplars.next()?;
    (share >= 0.01).then(|| (member, stated(share)))
}

/// What a group teaches: what was done in its descents, weighted by how likely each
/// is under `model`. Cost: as [`infer`].
pub fn learn(group: GroupTexts<'_>, model: &Model, kin: Kin<'_>) -> Learnt {
    let scale = Scale::new(group.members, group.readings, model);
    let chances = chances(&scale, model, kin.known);
    let mut learnt = Learnt {
        groups: 1.0,
        missing: chances.source_missing,
        ..Learnt::default()
    };
    let mut operations = Vec::new();
    for (copy, exemplars) in chances.exemplars.iter().enumerate() {
        for &(exemplar, share) in exemplars.iter().filter(|(_, share)| *share >= 0.05) {
            // Where the text alone tells the direction, it would only confirm what was believed.
            let apart = |nats: Nats| nats.dates + nats.credit + nats.outlet;
            let told = scale.link(exemplar, copy).map_or(0.0, apart)
                - scale.link(copy, exemplar).map_or(0.0, apart);
            if told < TOLD {
                continue;
            }
            let (x, y) = (&group.members[exemplar], &group.members[copy]);
            let kept = scale.operations(x.text, y.text, &mut operations);
            let tally = if scale.is_revision(exemplar, copy) {
                &mut learnt.revisions
            } else {
                &mut learnt.copies
            };
            tally.add(&operations, kept, share);
        }
        if let Some(exemplar) = chances.tree[copy] {
            let pair = (&group.members[exemplar], &group.members[copy]);
            let told = scale
                .link(exemplar, copy)
                .zip(scale.link(copy, exemplar))
                .map_or(0.0, |(on, back)| {
                    on.text - back.text + on.credit - back.credit
                });
            if told >= TELLS {
                learnt.agreement.add(&pair.0.dated(), &pair.1.dated(), 1.0);
            } else if told <= -TELLS {
                learnt.agreement.add(&pair.1.dated(), &pair.0.dated(), 1.0);
            }
        }
    }
    learnt
}

/// Infers the stemma of one group.
///
/// The tree is the one whose links are the likeliest together; the probability of a
/// link is its share among all trees, less what no tree foresees. A link is claimed where it is likelier than
/// anything else that may have become of the copy, where something tells its
/// direction, and where the two are a verified pair.
///
/// Cost: the square of the members times their lines and the cube of the members,
/// up to 500 of them; above, members times lines times near neighbours, and for a second
/// exemplar the texts that share lines with a copy and not with its exemplar.
pub fn infer(group: GroupTexts<'_>, model: &Model, kin: Kin<'_>) -> Vec<Descent> {
    let scale = Scale::new(group.members, group.readings, model);
    let chances = chances(&scale, model, kin.known);
    let witness = Witness {
        group,
        scale: &scale,
        chances: &chances,
        shared: Shared::of(group.members),
    };
    let count = group.members.len();
    let mut descents: Vec<Descent> = (0..count).map(|copy| claim(&witness, copy, kin)).collect();
    claim_missing(&witness, &mut descents);
    let claimed: Vec<Option<usize>> = descents.iter().map(|descent| descent.exemplar).collect();
    let roots = find_roots(&claimed);
    for (descent, root) in descents.iter_mut().zip(roots) {
        descent.root = root.map(|(root, _)| root);
        descent.depth = root.map(|(_, depth)| depth);
    }
    claim_origin(&witness, &mut descents);
    let below = spans(&chances.tree);
    let seconds = Seconds::new(&scale, &chances, &below);
    for copy in 0..count {
        if let Some(exemplar) = claimed[copy] {
            let second = seconds.find(exemplar, copy);
            let evidence = witness.for_exemplar(exemplar, copy);
            let descent = &mut descents[copy];
            descent.evidence.extend(evidence);
            if let Some((member, line)) = second {
                descent.second = Some(member);
                descent.evidence.push(witness.second(member, copy, line));
            }
        }
        let silence = witness.silence(copy, &descents[copy]);
        let dateline = witness.same_dateline(copy, &descents[copy]);
        let names = witness.foreign_names(copy);
        descents[copy]
            .evidence
            .extend(silence.into_iter().chain(dateline).chain(names));
        descents[copy].evidence.shrink_to_fit();
    }
    descents
}

/// The exemplar of one member, where one is claimed.
fn claim(witness: &Witness<'_>, copy: usize, kin: Kin<'_>) -> Descent {
    let Witness { scale, chances, .. } = witness;
    let mut descent = Descent {
        approximate: chances.approximate,
        ..Descent::unresolved()
    };
    let Some(exemplar) = chances.tree[copy] else {
        return descent;
    };
    let best = chances.share(exemplar, copy);
    let others = || {
        chances.exemplars[copy]
            .iter()
            .filter(|(member, _)| *member != exemplar)
    };
    let rival = others().fold(
        chances.missing[copy].max(chances.origin[copy]),
        |most, &(_, share)| most.max(share),
    );
    let Some(on) = scale.link(exemplar, copy) else {
        return descent;
    };
    let back = scale.link(copy, exemplar).unwrap_or_default();
    let directed = best >= chances.share(copy, exemplar) * DIRECTED;
    if best < rival * AHEAD {
        // What is as likely as this one, and came before the copy just as surely.
        let tied: Vec<usize> = others()
            .filter(|(_, share)| *share * AHEAD > best)
            .map(|&(member, _)| member)
            .collect();
        if directed && !tied.is_empty() {
            descent.shared_source = true;
            let tied: Vec<usize> = std::iter::once(exemplar).chain(tied).collect();
            // No room for more: a million copies of one text have a tie each.
            descent.evidence = vec![witness.tie(copy, &tied)];
        }
        return descent;
    }
    if !directed || !(kin.verified)(exemplar, copy) {
        return descent;
    }
    descent.role = if scale.is_revision(exemplar, copy) {
        Role::Revision
    } else {
        Role::Copy
    };
    descent.exemplar = Some(exemplar);
    descent.basis = basis(&on, &back);
    descent.probability = Some(stated(best));
    descent.alternative = alternative(others().copied());
    descent
}

/// What tells that one text was made from another and not the other way round. Where the
/// two alone do not tell it, what they share with the other members does: their texts.
fn basis(on: &Nats, back: &Nats) -> Basis {
    let dates = on.dates + on.standing - back.dates - back.standing;
    let outlet = on.outlet - back.outlet;
    // Without dates only what the texts call themselves tells an outlet's own apart.
    let (text, dates) = match on.text - back.text {
        text if on.dates == back.dates => (text + outlet, dates),
        text => (text, dates + outlet),
    };
    let credit = on.credit - back.credit;
    let given = [
        (text, Basis::Text),
        (dates, Basis::Dates),
        (credit, Basis::Credit),
    ];
    let mut named = given.iter().filter(|(nats, _)| *nats >= COUNTS);
    match (named.next(), named.next()) {
        (Some((_, only)), None) => *only,
        (Some(_), Some(_)) => Basis::Mixed,
        (None, _) => Basis::Text,
    }
}

/// Claims a missing source for members that were likely made from one, where credits
/// name it or where what the texts lack tells of it.
fn claim_missing(witness: &Witness<'_>, descents: &mut [Descent]) {
    let Chances {
        missing,
        tree,
        source_missing,
        ..
    } = witness.chances;
    let below: Vec<usize> = (0..tree.len())
        .filter(|&member| tree[member].is_none())
        .collect();
    if *source_missing < 0.5 {
        return;
    }
    let named = witness.missing_name(&below);
    let told = witness.tells_of_missing(&below);
    if (named.is_none() && !told) || below.len() + usize::from(named.is_some()) < 2 {
        return;
    }
    for &member in below.iter().filter(|&&member| missing[member] >= 0.5) {
        let descent = &mut descents[member];
        descent.role = Role::Copy;
        descent.shared_source = true;
        descent.basis = match (&named, told) {
            (Some(_), true) => Basis::Mixed,
            (Some(_), false) => Basis::Credit,
            (None, _) => Basis::Text,
        };
        descent.probability = Some(stated(missing[member]));
        descent.missing = Some(named.clone());
        descent.alternative = alternative(witness.chances.exemplars[member].iter().copied());
        if told {
            descent.evidence.push(witness.common_source(member));
        }
    }
}

/// The member from which all others descend, if it is likelier than not the first of all.
fn claim_origin(witness: &Witness<'_>, descents: &mut [Descent]) {
    let tree = &witness.chances.tree;
    let mut tops = (0..tree.len()).filter(|&member| tree[member].is_none());
    let (Some(top), None) = (tops.next(), tops.next()) else {
        return;
    };
    let claimed: Vec<Basis> = descents
        .iter()
        .filter(|descent| descent.root == Some(top))
        .map(|descent| descent.basis)
        .collect();
    if descents[top].exemplar.is_some()
        || descents[top].missing.is_some()
        || witness.chances.origin[top] < 0.5
    {
        return;
    }
    let Some(basis) = claimed
        .into_iter()
        .reduce(|x, y| if x == y { x } else { Basis::Mixed })
    else {
        return;
    };
    let descent = &mut descents[top];
    (descent.role, descent.basis) = (Role::Origin, basis);
    descent.probability = Some(stated(witness.chances.origin[top]));
    (descent.root, descent.depth) = (Some(top), Some(0));
}

/// Root and depth of every member that has an exemplar; the exemplars make no circle.
fn find_roots(exemplars: &[Option<usize>]) -> Vec<Option<(usize, u32)>> {
    let mut roots: Vec<Option<(usize, u32)>> = vec![None; exemplars.len()];
    for start in 0..exemplars.len() {
        let mut path = Vec::new();
        let mut at = start;
        while let Some(above) = exemplars[at].filter(|_| roots[at].is_none()) {
            path.push(at);
            at = above;
        }
        let (root, mut depth) = roots[at].unwrap_or((at, 0));
        for member in path.into_iter().rev() {
            depth += 1;
            roots[member] = Some((root, depth));
        }
    }
    roots
}
