//! What was claimed against what is true.

use std::collections::BTreeMap;
use std::fmt;

use wirecopy::lineage::{CreditStatus, Role};
use wirecopy::trace::{Trace, UNNAMED};

use super::World;

/// What a method says of a document; numbers are those of the documents.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    pub exemplar: Option<usize>,
    pub alternative: Option<usize>,
    pub missing: Option<String>,
    pub is_origin: bool,
    pub probability: Option<f64>,
    /// 0 for none.
    pub alternative_probability: f64,
    pub second: Option<usize>,
    pub credit: Option<CreditStatus>,
}

/// What wirecopy says.
pub fn claims(trace: &Trace) -> Vec<Claim> {
    let lines = trace.lineage.iter();
    lines
        .map(|line| Claim {
            exemplar: line.exemplar.map(|doc| doc.index()),
            alternative: line.alternative.map(|doc| doc.index()),
            missing: line.missing_source.clone(),
            is_origin: line.role == Role::Origin,
            probability: line.probability,
            alternative_probability: line.alternative_probability.unwrap_or(0.0),
            second: line.second_exemplar.map(|doc| doc.index()),
            credit: line.credit_status,
        })
        .collect()
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default)]
pub struct Share(pub usize, pub usize);

impl Share {
    pub fn count(&mut self, is_right: bool) {
        self.0 += usize::from(is_right);
        self.1 += 1;
    }

    /// None of nothing.
    pub fn value(self) -> Option<f64> {
        (self.1 > 0).then(|| self.0 as f64 / self.1 as f64)
    }
}

/// Without its zero, as columns are narrow; a dash for what was not claimed.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&shown(self.value()))
    }
}

fn shown(value: Option<f64>) -> String {
    let digits = |value: f64| format!("{value:.3}").trim_start_matches('0').to_string();
    value.map_or_else(|| "-".into(), digits)
}

/// Forecasts with what came true.
#[derive(Clone, Debug, Default)]
pub struct Forecasts(Vec<(f64, bool)>);

impl Forecasts {
    pub fn add(&mut self, probability: f64, came_true: bool) {
        self.0.push((probability, came_true));
    }

    /// Ten bins of equal width: mean distance of forecast and frequency, by count.
    pub fn calibration_error(&self) -> Option<f64> {
        let mut bins = [(0.0, 0.0); 10];
        for &(probability, came_true) in &self.0 {
            let bin = &mut bins[((probability * 10.0) as usize).min(9)];
            bin.0 += probability;
            bin.1 += f64::from(u8::from(came_true));
        }
        let gaps: f64 = bins
            .iter()
            .map(|(stated, seen)| (stated - seen).abs())
            .sum();
        (!self.0.is_empty()).then(|| gaps / self.0.len() as f64)
    }

    pub fn brier(&self) -> Option<f64> {
        let error = |&(p, came_true): &(f64, bool)| (p - f64::from(u8::from(came_true))).powi(2);
        let sum: f64 = self.0.iter().map(error).sum();
        (!self.0.is_empty()).then(|| sum / self.0.len() as f64)
    }

    /// A line for each bin: forecasts, mean forecast, frequency.
    pub fn bins(&self) -> String {
        let bin = |n: usize| {
            let within = |p: f64| ((p * 10.0) as usize).min(9) == n;
            let own: Vec<_> = self.0.iter().filter(|f| within(f.0)).collect();
            let mean = own.iter().map(|f| f.0).sum::<f64>() / own.len() as f64;
            let seen = own.iter().filter(|f| f.1).count() as f64 / own.len() as f64;
            (!own.is_empty()).then(|| format!("  {:5} at {mean:.2}: {seen:.2}\n", own.len()))
        };
        (0..10).filter_map(bin).collect()
    }
}

/// The figures of a method on a world.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// All members of groups: the true parent, or rightly none.
    pub parent: Share,
    /// The same where the truth can be known.
    pub identifiable: Share,
    /// Members whose parent is there.
    pub strict: Share,
    /// Members that were made from something, with the alternative where nothing is claimed:
    /// for those of a missing source right where no member is taken.
    pub forced: Share,
    /// Claimed links of ancestor and descendant that go the right way.
    pub direction: Share,
    /// Groups whose top was found.
    pub root: Share,
    /// Named missing sources whose name is right.
    pub named: Share,
    pub forecasts: Forecasts,
    pub second_precision: Share,
    pub second_recall: Share,
    /// Stated credits that are right, and copies of which one is stated.
    pub credit: Share,
    pub credit_stated: Share,
    /// Members of which something is claimed.
    pub claims: Share,
    /// Members by what is true and what is claimed.
    outcomes: BTreeMap<(&'static str, &'static str), usize>,
}

/// Scores the claims about the members of the groups of so many members at most.
pub fn score(world: &World, claims: &[Claim], most: usize) -> Figures {
    let mut figures = Figures::default();
    for members in world
        .groups
        .values()
        .filter(|members| members.len() <= most)
    {
        for &own in members {
            figures.member(world, own, &claims[own]);
        }
        figures.root.count(is_root_found(world, claims, members));
    }
    figures
}

/// A visible top is the origin; of a missing one most copies say that it is missing. Where a
/// single text was made from a missing one, its being the origin of what is there counts too.
fn is_root_found(world: &World, claims: &[Claim], members: &[usize]) -> bool {
    let is_top = |&&own: &&usize| world.truth[own].parent.is_none();
    let tops: Vec<usize> = members.iter().filter(is_top).copied().collect();
    let says_missing = |&&own: &&usize| claims[own].missing.is_some();
    let missing = 2 * tops.iter().filter(says_missing).count() > tops.len();
    let origins: Vec<usize> = members
        .iter()
        .filter(|&&m| claims[m].is_origin)
        .copied()
        .collect();
    match world.truth[tops[0]].missing {
        Some(_) if tops.len() == 1 => missing || origins == tops,
        Some(_) => missing && origins.is_empty(),
        None => origins == tops,
    }
}

impl Figures {
    fn member(&mut self, world: &World, own: usize, claim: &Claim) {
        let truth = &world.truth[own];
        let is_right = claim.exemplar == truth.parent;
        self.parent.count(is_right);
        if truth.is_identifiable {
            self.identifiable.count(is_right);
        }
        if truth.parent.is_some() {
            self.strict.count(is_right);
        }
        if truth.parent.is_some() || truth.missing.is_some() {
            let silent = claim.exemplar.is_none() && claim.missing.is_none();
            let forced = claim.exemplar.or(claim.alternative.filter(|_| silent));
            self.forced.count(forced == truth.parent);
        }
        if let Some(exemplar) = claim.exemplar {
            let (down, up) = (world.descends(own, exemplar), world.descends(exemplar, own));
            if down || up {
                self.direction.count(down);
            }
        }
        let missed = claim.missing.is_some() && truth.missing.is_some();
        if let Some(name) = claim.missing.as_deref().filter(|name| *name != UNNAMED) {
            self.named.count(truth.missing.as_deref() == Some(name));
        }
        let claimed = claim.exemplar.is_some() || claim.missing.is_some();
        if let Some(probability) = claim.probability {
            let came_true = match claim.missing.is_some() && claim.exemplar.is_none() {
                true => missed,
                false => is_right && (claimed || claim.is_origin && truth.missing.is_none()),
            };
            self.forecasts.add(probability, came_true);
        }
        if let Some(second) = claim.second {
            self.second_precision.count(truth.second.contains(&second));
        }
        if !truth.second.is_empty() {
            let found = claim
                .second
                .is_some_and(|second| truth.second.contains(&second));
            self.second_recall.count(found);
        }
        if truth.credit.is_some() {
            self.credit_stated.count(claim.credit.is_some());
            if claim.credit.is_some() {
                self.credit.count(claim.credit == truth.credit);
            }
        }
        self.claims.count(claimed || claim.is_origin);
        let outlet_of = |at: usize| world.truth[at].outlet;
        let is_one_of_several = |parent: usize| {
            let group = truth.group.and_then(|group| world.groups.get(&group));
            let mut members = group.into_iter().flatten();
            let is_version =
                |&other: &usize| other != parent && outlet_of(other) == outlet_of(parent);
            outlet_of(parent) != truth.outlet && members.any(is_version)
        };
        let is = match (truth.parent, &truth.missing) {
            (Some(parent), _) if is_one_of_several(parent) => "made from one of several versions",
            (Some(_), _) => "made from a member",
            (None, Some(_)) => "made from a missing text",
            (None, None) => "original",
        };
        let said = match (claim.exemplar, &claim.missing) {
            (Some(_), _) if is_right => "right member",
            (Some(x), _) if truth.parent.is_some_and(|y| outlet_of(x) == outlet_of(y)) => {
                "another version"
            }
            (Some(_), _) => "wrong member",
            (None, Some(_)) => "missing source",
            (None, None) if claim.is_origin => "origin",
            (None, None) => "nothing",
        };
        *self.outcomes.entry((is, said)).or_default() += 1;
    }

    /// What the columns of a row are.
    pub const HEAD: &str = "                       parent ident. strict forced  direct  root   \
         ECE    Brier  claims second P/R   credit (of)   name";

    pub fn row(&self, name: &str) -> String {
        format!(
            "{name:22} {:6} {:6} {:6} {:6} {:6} {:6} {:6} {:6} {:6} {:5}/{:5} {:6} {:6} {:6}",
            self.parent,
            self.identifiable,
            self.strict,
            self.forced,
            self.direction,
            self.root,
            shown(self.forecasts.calibration_error()),
            shown(self.forecasts.brier()),
            self.claims,
            self.second_precision,
            self.second_recall,
            self.credit,
            self.credit_stated,
            self.named,
        )
    }

    /// A line for each kind of member: how many were told to be what.
    pub fn outcomes(&self) -> String {
        let mut lines: BTreeMap<&str, String> = BTreeMap::new();
        for ((is, said), count) in &self.outcomes {
            let line = lines.entry(is).or_default();
            *line += &format!(" {count} {said},");
        }
        let shown = |(is, line): (&str, String)| format!("  {is}:{}\n", line.trim_end_matches(','));
        lines.into_iter().map(shown).collect()
    }
}
