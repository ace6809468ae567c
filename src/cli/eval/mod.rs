//! `wirecopy eval`: a result beside the truth, or beside people's labels.

mod result;
mod sample;
mod score;
mod truth;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use self::result::Line;
use self::truth::{Parent, Truths};
use super::Outcome;
use super::args::{EvalArgs, EvalTask, FormatArg};
use super::plan;
use crate::error::Error;
use crate::eval::{
    self, Claim, Evaluation, GroupScores, LineageScores, Overlap, Predicted, Truth, group_scores,
    lineage_scores,
};
use crate::write;

pub(super) fn run(args: &EvalArgs) -> Result<Outcome, Error> {
    match &args.task {
        Some(EvalTask::Sample(args)) => sample::run(args),
        Some(EvalTask::Score(args)) => score::run(args),
        None => measure(args),
    }
}

fn measure(args: &EvalArgs) -> Result<Outcome, Error> {
    let folder = args.folder.as_deref().unwrap_or(Path::new("."));
    let style = write::result_style(folder)?;
    let truths = Truths::read(&args.truth)?;
    let lines = result::lineage(folder, style)?;
    let evaluation = evaluate(&lines, &truths, folder)?;
    let data = || io::BufWriter::new(io::stdout().lock());
    match args.format {
        FormatArg::Text => plan::to_stream(plan::page(args.color), |out| {
            write::evaluation_text(&evaluation, out)
        }),
        FormatArg::Csv => plan::to_stream(data(), |out| write::evaluation_csv(&evaluation, out)),
        FormatArg::Json => plan::to_stream(data(), |out| write::evaluation_json(&evaluation, out)),
    }?;
    Ok(Outcome::Done)
}

/// Numbers all keys of both sides in their order and sets the two beside each other.
fn evaluate(lines: &[Line], truths: &Truths, folder: &Path) -> Result<Evaluation, Error> {
    let result: BTreeSet<&str> = lines.iter().map(|line| line.key.as_str()).collect();
    let known: BTreeSet<&str> = truths.keys().collect();
    let both = result.intersection(&known).count() as u64;
    if both == 0 {
        let first = |keys: &BTreeSet<&str>| keys.first().copied().unwrap_or_default().to_string();
        return Err(Error::setting(
            "--truth",
            format!(
                "no doc_id of it stands in {}: the truth has keys such as {:?}, the result such as {:?}",
                folder.join(result::LINEAGE).display(),
                first(&known),
                first(&result)
            ),
        ));
    }
    let keys: Vec<&str> = result.union(&known).copied().collect();
    let number = |key: &str| keys.binary_search(&key).ok().map(|at| at as u32);
    Ok(Evaluation {
        documents: Overlap {
            both,
            result_only: result.len() as u64 - both,
            truth_only: known.len() as u64 - both,
        },
        groups: truths.has_groups.then(|| groups(lines, truths)),
        lineage: match truths.has_parents {
            true => Some(lineage(lines, truths, &keys, number, folder)?),
            false => None,
        },
    })
}

/// Labels of both sides for every document of the result that has a true group.
fn groups(lines: &[Line], truths: &Truths) -> GroupScores {
    let mut named = (Names::default(), Names::default());
    let (mut predicted, mut truth) = (Vec::new(), Vec::new());
    for line in lines {
        let Some(group) = truths.group(&line.key) else {
            continue;
        };
        predicted.push(named.0.number(line.group.as_deref()));
        truth.push(named.1.number(group));
    }
    group_scores(&predicted, &truth)
}

/// Numbers for names; what has no name stands for itself.
#[derive(Default)]
struct Names<'a> {
    numbers: std::collections::BTreeMap<&'a str, u32>,
    next: u32,
}

impl<'a> Names<'a> {
    fn number(&mut self, name: Option<&'a str>) -> u32 {
        let next = self.next;
        let number = match name {
            Some(name) => *self.numbers.entry(name).or_insert(next),
            None => next,
        };
        self.next += u32::from(number == next);
        number
    }
}

fn lineage(
    lines: &[Line],
    truths: &Truths,
    keys: &[&str],
    number: impl Fn(&str) -> Option<u32>,
    folder: &Path,
) -> Result<LineageScores, Error> {
    let truth: Vec<Truth> = keys
        .iter()
        .map(|key| match truths.parent(key) {
            None => Truth::Absent,
            Some(Parent::Unknowable) => Truth::Unknowable,
            Some(Parent::None) => Truth::Origin,
            Some(Parent::Key(parent)) => number(parent).map_or(Truth::Absent, Truth::From),
        })
        .collect();
    let mut named = Names::default();
    let mut predicted: Vec<Option<Predicted>> = vec![None; keys.len()];
    for line in lines {
        let claim = match &line.exemplar {
            Some(exemplar) => number(exemplar).map_or(Claim::None, Claim::From),
            None if line.is_source_missing => Claim::Missing,
            None => Claim::None,
        };
        let slot = number(&line.key).and_then(|at| predicted.get_mut(at as usize));
        if let Some(slot) = slot {
            *slot = Some(Predicted {
                claim,
                group: line.group.as_deref().map(|group| named.number(Some(group))),
                is_origin: line.is_origin,
                probability: line.probability,
            });
        }
    }
    let parents: Vec<Option<u32>> = truth
        .iter()
        .map(|truth| match truth {
            Truth::From(parent) => Some(*parent),
            Truth::Absent | Truth::Unknowable | Truth::Origin => None,
        })
        .collect();
    if let Some(key) = on_a_cycle(&parents, keys) {
        return Err(truths.wrong_parent(key, "descends from itself; a line of parents must end"));
    }
    let claimed: Vec<Option<u32>> = predicted
        .iter()
        .map(|own| match own.map(|own| own.claim) {
            Some(Claim::From(exemplar)) => Some(exemplar),
            _ => None,
        })
        .collect();
    if let Some(key) = on_a_cycle(&claimed, keys) {
        let what = format!("{key:?} descends from itself; `wirecopy trace` writes no such line");
        return Err(result::wrong(folder, &what));
    }
    Ok(lineage_scores(&truth, &predicted))
}

fn on_a_cycle<'k>(parents: &[Option<u32>], keys: &[&'k str]) -> Option<&'k str> {
    let at = eval::on_a_cycle(parents)?;
    keys.get(at as usize).copied()
}
