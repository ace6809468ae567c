//! What a run counted, below everything else.

use std::io::{self, Write};

use super::{BOLD, page_line, plural};
use crate::candidates::sampled_recall_at_bar;
use crate::config::Search;
use crate::lineage::Role;
use crate::trace::{Pair, Relation, Trace};
use crate::write::curve::percent;
use crate::write::diff::{Look, Span};
use crate::write::inert::inert;

pub(super) fn totals(trace: &Trace, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let count = |name: &str| trace.counts.get(name).copied().unwrap_or(0);
    let role = |role| {
        trace
            .lineage
            .iter()
            .filter(|line| line.role == role)
            .count()
    };
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}: {} in {}, {}, {} alone",
        plural(trace.documents.len(), "document"),
        count("grouped_documents"),
        plural(trace.groups.len(), "group"),
        plural(role(Role::Excerpt), "excerpt"),
        role(Role::Singleton),
    )?;
    let read = &trace.intake;
    let odd: Vec<String> = [
        (read.merged, "merged with an identical one"),
        (read.renamed, "renamed, their key being taken"),
        (read.rejected, "rejected"),
        (read.hidden, "hidden and left out"),
        (read.skipped, "left out as results of an earlier run"),
        (read.passed, "web records without an article passed over"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    if !odd.is_empty() {
        writeln!(
            out,
            "{}: {}",
            plural(read.read as usize, "record"),
            odd.join(", ")
        )?;
    }
    if count("template_pairs") > 0 {
        writeln!(
            out,
            "{} of one form filled in twice, kept apart",
            plural(count("template_pairs") as usize, "pair")
        )?;
    }
    borderline(trace, out)?;
    let exact = format!("every pair was verified exactly; {}", recall(trace));
    page_line("", &[Span::new(Look::Note, exact)], 0, width, out)
}

/// The pairs nearest to a bar among those that reach none, where they were asked for.
fn borderline(trace: &Trace, out: &mut dyn Write) -> io::Result<()> {
    const NAMED: usize = 10;
    if trace.settings.borderline == 0.0 {
        return Ok(());
    }
    let mut near: Vec<Pair> = Vec::new();
    for pair in trace.pairs.iter() {
        let pair = pair.map_err(io::Error::other)?;
        if pair.relation == Relation::Borderline {
            near.push(pair);
        }
    }
    if near.is_empty() {
        return Ok(());
    }
    let contained = |pair: &Pair| pair.containment_a.max(pair.containment_b);
    near.sort_by(|x, y| {
        let by_jaccard = y.jaccard.total_cmp(&x.jaccard);
        by_jaccard.then_with(|| (x.a, x.b).cmp(&(y.a, y.b)))
    });
    writeln!(
        out,
        "{} just below a bar, no copies:",
        plural(near.len(), "pair")
    )?;
    for pair in near.iter().take(NAMED) {
        let (a, b) = (inert(trace.key(pair.a)), inert(trace.key(pair.b)));
        let (jaccard, contained) = (pair.jaccard, contained(pair));
        writeln!(
            out,
            "  Jaccard {jaccard:.4}, containment {contained:.4}  {a}  {b}"
        )?;
    }
    if near.len() > NAMED {
        writeln!(
            out,
            "  and {} more; -o DIR lists them in pairs.csv",
            near.len() - NAMED
        )?;
    }
    Ok(())
}

/// What the search is certain to find.
fn recall(trace: &Trace) -> String {
    let settings = &trace.settings;
    let run = trace.fingerprint_window + settings.width - 1;
    let finds = match trace.search {
        Search::Exact | Search::Auto => "the search is exact and misses no pair at a bar".into(),
        Search::Sampled => format!(
            "a sample of the shingles finds {} % of pairs at a bar between texts of 100 words, \
             {} % of 30",
            percent(sampled_recall_at_bar(settings, 100)),
            percent(sampled_recall_at_bar(settings, 30)),
        ),
        Search::Lsh => {
            let share = 100.0 * settings.banding_recall(settings.threshold);
            let banding = format!(
                "banding finds {share:.2} % of pairs at the Jaccard bar {}",
                settings.threshold
            );
            match settings.containment {
                Some(_) => format!("{banding}, fingerprints every shared run of {run} words"),
                None => banding,
            }
        }
    };
    match trace.counts.get("capped_buckets") {
        None | Some(0) => finds,
        Some(&capped) => {
            let capped = plural(capped as usize, "key");
            format!("{finds}, but for {capped} that too many texts share")
        }
    }
}
