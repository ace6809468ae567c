//! Why two documents are, or are not, one group, for people.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::inert::{inert, inert_line};
use super::terminal::plural;
use crate::candidates::BUCKET_CAP;
use crate::config::Search;
use crate::document::{DocId, Document};
use crate::pipeline::{Explained, Explanation, Rule};
use crate::trace::Place;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const NAME: Style = AnsiColor::Cyan.on_default();
const OVER: Style = AnsiColor::Green.on_default();
const UNDER: Style = AnsiColor::Yellow.on_default();

/// Characters of a passage that are quoted.
const QUOTED: usize = 60;

/// Writes an explanation for people.
///
/// # Errors
/// What the output says.
pub fn explain_text(
    documents: &[Document],
    explained: &Explanation,
    out: &mut dyn Write,
) -> io::Result<()> {
    header(documents, "A", &explained.a, out)?;
    header(documents, "B", &explained.b, out)?;
    verdict(explained, out)?;
    numbers(explained, out)?;
    bars(explained, out)?;
    chain(documents, explained, out)?;
    passages(explained, out)
}

fn document(documents: &[Document], doc: DocId) -> Option<&Document> {
    documents.get(doc.index())
}

pub(super) fn key(documents: &[Document], doc: DocId) -> &str {
    document(documents, doc).map_or("", |document| &document.key)
}

fn header(
    documents: &[Document],
    name: &str,
    side: &Explained,
    out: &mut dyn Write,
) -> io::Result<()> {
    let of = document(documents, side.doc);
    let facts: Vec<String> = [
        of.and_then(|document| document.source.as_deref())
            .map(inert_line),
        of.and_then(|document| document.published)
            .map(|moment| moment.to_string()),
        Some(plural(side.words as usize, "word")),
        side.group.as_ref().map(|group| format!("group {group}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    writeln!(
        out,
        "{name}  {NAME}{}{NAME:#}  {DIM}{}{DIM:#}",
        inert(key(documents, side.doc)),
        facts.join(", ")
    )
}

/// The answer, then what was decisive.
fn verdict(explained: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let answer = if explained.same_group {
        "One group"
    } else {
        "Not one group"
    };
    writeln!(
        out,
        "\n{BOLD}{answer}{BOLD:#}: {}.",
        explained.rule.meaning()
    )?;
    if explained.rule == Rule::Chain {
        writeln!(out, "By themselves: {}.", explained.pair_rule.meaning())?;
    }
    for line in missing(explained) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{}", proposed(explained))
}

/// What a pair below the bars lacks, and by how much.
fn missing(explained: &Explanation) -> Vec<String> {
    if explained.pair_rule != Rule::Below {
        return Vec::new();
    }
    let (settings, jaccard) = (&explained.settings, explained.jaccard());
    let (name, containment) = greater(explained);
    if explained.shared == 0 {
        return vec!["They share no run of words as long as a shingle.".to_string()];
    }
    let more = match explained.shingles_missing() {
        Some(1) => "one more shared shingle would reach it".to_string(),
        Some(more) => format!("{more} more shared shingles would reach it"),
        None => "their lengths alone keep it from being reached".to_string(),
    };
    let under = settings.threshold - jaccard;
    let mut lines = vec![format!(
        "Jaccard {jaccard:.4} is {under:.4} under the bar {}; {more}.",
        settings.threshold
    )];
    let Some(bar) = settings.containment else {
        lines.push("Containment does not count (--containment off).".to_string());
        return lines;
    };
    let words = explained.shared_words;
    let needed = settings.min_shared_words;
    let few = match needed.checked_sub(words).filter(|&lack| lack > 0) {
        Some(lack) => format!("{words} shared words are {lack} under the {needed} that it takes"),
        None => format!("{words} shared words would be enough"),
    };
    lines.push(if containment < bar {
        let under = bar - containment;
        format!("Containment {containment:.4} of {name} is {under:.4} under the bar {bar}; {few}.")
    } else {
        format!("Containment {containment:.4} of {name} reaches the bar {bar}, but {few}.")
    });
    lines
}

/// The side with the greater containment.
fn greater(explained: &Explanation) -> (&'static str, f64) {
    if explained.containment_a() >= explained.containment_b() {
        ("A", explained.containment_a())
    } else {
        ("B", explained.containment_b())
    }
}

/// How the search came, or did not come, to compare the two.
fn proposed(explained: &Explanation) -> String {
    if explained.pair_rule == Rule::Identical {
        return "Identical words are found without a search.".to_string();
    }
    let missed = explained.pair_rule == Rule::NotCompared;
    match explained.search {
        Search::Exact if missed => {
            return "The search was exact, but what the two share is so common that each of its \
                    texts is compared with one only."
                .to_string();
        }
        Search::Exact => return "The search was exact: it misses no pair at a bar.".to_string(),
        Search::Sampled if missed => {
            return "The search went by a sample of the shingles, which missed the pair; \
                    --search exact misses none."
                .to_string();
        }
        Search::Sampled => {
            return "The search went by a sample of the shingles: `curve` says how few pairs it \
                    misses."
                .to_string();
        }
        Search::Auto | Search::Lsh => {}
    }
    let by = match (explained.by_banding(), explained.by_fingerprints()) {
        (true, true) => "both by banding and by a shared fingerprint",
        (true, false) => "by banding",
        (false, true) => "by a shared fingerprint",
        (false, false) => {
            let none = match explained.certain_run_words {
                Some(_) => "no band and no fingerprint is shared",
                None => "no band is shared",
            };
            return if explained.pair_rule == Rule::Below || explained.pair_rule == Rule::NotCompared
            {
                format!("The search did not propose the pair: {none}.")
            } else {
                format!("The pair was compared as part of its group: {none}.")
            };
        }
    };
    if explained.pair_rule == Rule::NotCompared {
        return format!(
            "The pair is proposed {by}, but what they share stands in more than {} texts, each of \
             which is compared with one only.",
            BUCKET_CAP
        );
    }
    match (explained.capped_buckets, explained.pair_rule) {
        (0, _) => format!("The search proposed the pair {by}."),
        // Which buckets were capped is not known here, so nothing more is claimed.
        (_, Rule::Below) => format!(
            "The pair is proposed {by}, unless all that it shares so stands in more than \
             {BUCKET_CAP} texts."
        ),
        _ => format!("The search compared the pair, proposed {by} or as part of its group."),
    }
}

fn numbers(explained: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let (a, b) = (&explained.a, &explained.b);
    writeln!(
        out,
        "\n{DIM}{:<20}{:>8}{:>8}{:>8}{DIM:#}",
        "", "A", "B", "shared"
    )?;
    let slots = (explained.settings.bands, explained.settings.rows);
    let rows = [
        ("words", a.words, b.words, explained.shared_words),
        (
            "distinct shingles",
            a.shingles,
            b.shingles,
            explained.shared,
        ),
    ];
    for (name, of_a, of_b, shared) in rows {
        writeln!(out, "{name:<20}{of_a:>8}{of_b:>8}{shared:>8}")?;
    }
    if let Some(run) = explained.certain_run_words {
        writeln!(
            out,
            "{:<20}{:>8}{:>8}{:>8}   {DIM}every shared run of {run} words holds one{DIM:#}",
            "fingerprints", a.fingerprints, b.fingerprints, explained.fingerprints_shared
        )?;
    }
    if explained.search != Search::Lsh {
        return Ok(());
    }
    let deviation = (explained.jaccard() * (1.0 - explained.jaccard())
        / (slots.0 * slots.1).max(1) as f64)
        .sqrt();
    writeln!(
        out,
        "{:<20}{:>8}{:>8}{:>8}   {DIM}slots estimate Jaccard {:.2} ± {deviation:.2}{DIM:#}",
        "bands", slots.0, slots.0, explained.bands_shared, explained.estimate
    )
}

/// Each exact value beside its bar.
fn bars(explained: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let settings = &explained.settings;
    writeln!(out)?;
    let mut line = |name: &str, value: f64, bar: Option<f64>| {
        let Some(bar) = bar else {
            return writeln!(out, "{name:<20}{value:>8.4}");
        };
        let (style, word) = if value >= bar {
            (OVER, "reached")
        } else {
            (UNDER, "not reached")
        };
        writeln!(
            out,
            "{name:<20}{value:>8.4}   bar {bar:<6} {style}{word}{style:#}"
        )
    };
    line("Jaccard", explained.jaccard(), Some(settings.threshold))?;
    line(
        "containment of A",
        explained.containment_a(),
        settings.containment,
    )?;
    line(
        "containment of B",
        explained.containment_b(),
        settings.containment,
    )?;
    let words = explained.shared_words;
    let (style, word) = match (settings.containment, words >= settings.min_shared_words) {
        (None, _) => (DIM, ""),
        (Some(_), true) => (OVER, "reached"),
        (Some(_), false) => (UNDER, "not reached"),
    };
    let needed = settings.min_shared_words;
    match settings.containment {
        Some(_) => writeln!(
            out,
            "{:<20}{words:>8}   bar {needed:<6} {style}{word}{style:#}",
            "shared words"
        )?,
        None => writeln!(out, "{:<20}{words:>8}", "shared words")?,
    }
    let quote = explained
        .passages
        .first()
        .map(|passage| quoted(&passage.text));
    write!(
        out,
        "{:<20}{:>8}",
        "longest run, words", explained.longest_run_words
    )?;
    writeln!(
        out,
        "{}",
        quote.map_or(String::new(), |quote| format!("   {quote}"))
    )
}

fn chain(documents: &[Document], explained: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    if explained.chain.is_empty() {
        return Ok(());
    }
    let steps = explained.chain.len();
    let weakest = explained.chain.iter().map(|step| step.jaccard);
    writeln!(
        out,
        "\n{BOLD}The chain that joins them{BOLD:#}: {}, lowest Jaccard {:.4}",
        plural(steps, "step"),
        weakest.fold(1.0, f64::min)
    )?;
    for step in &explained.chain {
        writeln!(
            out,
            "  {NAME}{}{NAME:#} and {NAME}{}{NAME:#}: Jaccard {:.4}, containment {:.4} and {:.4}",
            inert(key(documents, step.from)),
            inert(key(documents, step.to)),
            step.jaccard,
            step.containment_from,
            step.containment_to
        )?;
    }
    Ok(())
}

fn passages(explained: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    if explained.passages.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{BOLD}The longest passages that both have{BOLD:#}, and how many of the {} have them",
        plural(explained.documents as usize, "document")
    )?;
    for passage in &explained.passages {
        let part = if passage.documents_in_part > passage.documents {
            format!(", parts of it in {}", passage.documents_in_part)
        } else {
            String::new()
        };
        writeln!(
            out,
            "  {:>4} words  {DIM}A {:<8} B {:<8}{DIM:#} in {}{part}\n      {}",
            passage.words,
            at(&passage.in_a),
            at(&passage.in_b),
            passage.documents,
            quoted(&passage.text)
        )?;
    }
    Ok(())
}

fn at(place: &Place) -> String {
    let (line, column) = place.line_column.unwrap_or((1, 1));
    format!("{line}:{column}")
}

/// The first words of a passage.
fn quoted(text: &str) -> String {
    let line = inert_line(text);
    if line.chars().count() <= QUOTED {
        return format!("“{line}”");
    }
    let first: String = line.chars().take(QUOTED).collect();
    let whole = first.rfind(' ').map_or(first.as_str(), |end| &first[..end]);
    format!("“{whole} …”")
}
