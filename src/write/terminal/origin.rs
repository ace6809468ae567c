//! What became of the texts of one source.

use std::io::{self, Write};

use super::audit::{figures, kept, outlets, whole};
use super::{BOLD, after, duration, hanging_at, page_line, plural};
use crate::document::DocId;
use crate::lineage::{CreditStatus, Role};
use crate::trace::{Op, OriginView, Taking, TextView, Trace, cuts, share_kept};
use crate::write::diff::{Look, Span};
use crate::write::inert::{inert, inert_line};

/// Code points of a credit that are shown.
const CREDIT: usize = 100;
/// Texts without copies that are named.
const NAMED: usize = 10;

/// A heading with the figures, each text with its copies, and what names the source only.
pub(super) fn texts_of_one_source(
    trace: &Trace,
    view: &OriginView,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    heading(view, width, out)?;
    for text in &view.texts {
        writeln!(out)?;
        match text.text {
            Some(doc) => document(trace, doc, width, out)?,
            None => absent(trace, text, width, out)?,
        }
        for taking in &text.takings {
            copy(trace, text, *taking, width, out)?;
        }
    }
    let lists = [
        (
            &view.unresolved,
            "Among copies, and nothing says which was made from which",
        ),
        (
            &view.named,
            "Credit it, and are not known to be made from its texts",
        ),
    ];
    for (docs, title) in lists.iter().filter(|(docs, _)| !docs.is_empty()) {
        writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
        for &doc in docs.iter().take(NAMED) {
            named(trace, doc, width, out)?;
        }
        if docs.len() > NAMED {
            writeln!(out, "  and {} more", docs.len() - NAMED)?;
        }
    }
    writeln!(out)
}

fn heading(view: &OriginView, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let source = &view.audit;
    let mut said = match source.texts {
        0 => "no text of its own in the input".to_string(),
        texts => format!("{} in the input", plural(texts as usize, "text")),
    };
    if source.copies_made > 0 {
        said += &format!(", {} made from those of others", source.copies_made);
    }
    let head = [
        Span::new(Look::Strong, inert_line(&source.source)),
        Span::new(Look::Plain, format!(": {said}")),
    ];
    page_line("", &head, 2, width, out)?;
    let mut lines = Vec::new();
    if source.copies == 0 {
        lines.push("no copy was found".to_string());
    } else {
        lines.push(figures(source));
        if !source.outlets.is_empty() {
            let count = plural(source.outlets.len(), "outlet");
            lines.push(format!("{count}: {}", outlets(source)));
        }
        let mut measured: Vec<String> = kept(source).into_iter().collect();
        measured.extend(
            source
                .median_lag
                .map(|lag| format!("median lag {}", duration(lag))),
        );
        if !measured.is_empty() {
            lines.push(measured.join("; "));
        }
    }
    for line in lines {
        page_line("  ", &[Span::new(Look::Plain, line)], 4, width, out)?;
    }
    Ok(())
}

fn document(trace: &Trace, doc: DocId, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (document, line) = (trace.document(doc), &trace.lineage[doc.index()]);
    let date = document
        .published
        .map_or(String::new(), |moment| format!("{moment}, "));
    let words = plural(line.words as usize, "word");
    let head = [
        Span::new(Look::Name, inert(&document.key)),
        Span::new(Look::Note, format!(" ({date}{words})")),
    ];
    page_line("", &head, 2, width, out)?;
    match &document.title {
        Some(title) => hanging_at(2, &inert_line(title), width, out),
        None => Ok(()),
    }
}

fn absent(trace: &Trace, text: &TextView, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let group = inert(trace.group_id(text.group)).into_owned();
    let said = format!("A text that the input lacks (group {group})");
    page_line("", &[Span::new(Look::Plain, said)], 2, width, out)
}

/// The key and the outlet of a document.
fn name(trace: &Trace, doc: DocId) -> Vec<Span> {
    let document = trace.document(doc);
    let mut spans = vec![Span::new(Look::Name, inert(&document.key))];
    if let Some(source) = document.source.as_deref() {
        spans.push(Span::new(Look::Note, format!(" ({})", inert_line(source))));
    }
    spans
}

fn copy(
    trace: &Trace,
    text: &TextView,
    taking: Taking,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let line = &trace.lineage[taking.copy.index()];
    let published = |doc: DocId| trace.document(doc).published;
    let lag = text
        .text
        .and_then(|doc| published(taking.copy)?.seconds_since(&published(doc)?));
    let mut head = name(trace, taking.copy);
    let date = || published(taking.copy).map(|moment| moment.to_string());
    let mut facts: Vec<String> = lag.map(after).or_else(date).into_iter().collect();
    if let Some(between) = taking.by_way_of {
        facts.push(format!("by way of {}", inert(trace.key(between))));
    }
    match line.role {
        Role::Excerpt => facts.push("an excerpt".to_string()),
        Role::Revision => facts.push("revised there".to_string()),
        _ => {}
    }
    if !facts.is_empty() {
        head.push(Span::new(Look::Plain, format!(", {}", facts.join(", "))));
    }
    page_line("  ", &head, 4, width, out)?;
    if let Some(changes) = changes(trace, taking.copy)? {
        hanging_at(4, &changes, width, out)?;
    }
    if let Some(credit) = credit(trace, taking.copy) {
        hanging_at(4, &credit, width, out)?;
    }
    Ok(())
}

/// How much of its exemplar a copy kept and what was done to the rest, in a line.
fn changes(trace: &Trace, copy: DocId) -> io::Result<Option<String>> {
    let line = &trace.lineage[copy.index()];
    let (Some(exemplar), Some(comparison)) = (line.exemplar, &line.comparison) else {
        return Ok(None);
    };
    let changes = trace.changes.of(copy).map_err(io::Error::other)?;
    let dropped: Vec<_> = changes
        .iter()
        .filter(|change| change.op == Op::Dropped)
        .map(|change| change.in_exemplar.bytes.clone())
        .collect();
    let cut = cuts(&trace.text(exemplar), &dropped);
    let lines = comparison.lines;
    let counts = [
        (cut.head, "cut from the head"),
        (cut.within, "cut within"),
        (cut.tail, "cut from the tail"),
        (lines.edited, "edited"),
        (lines.moved, "moved"),
        (lines.added, "added"),
    ];
    let done: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let kept = share_kept(trace, copy).map_or(0, whole);
    let kept = format!("kept {kept} % of the words");
    Ok(Some(match done.is_empty() {
        true => format!("{kept}, every sentence as it was"),
        false => format!("{kept}; sentences and lines: {}", done.join(", ")),
    }))
}

fn credit(trace: &Trace, copy: DocId) -> Option<String> {
    let line = &trace.lineage[copy.index()];
    let shown = line.credit.as_deref().map(shown);
    match (line.credit_status, shown) {
        (Some(CreditStatus::Mismatched), Some(credit)) => {
            Some(format!("credits another: {credit}"))
        }
        (Some(status), Some(credit)) => Some(format!("{}: {credit}", status.code())),
        (Some(status), None) => Some(status.code().to_string()),
        (None, Some(credit)) => Some(format!("credits: {credit}")),
        (None, None) => None,
    }
}

fn shown(credit: &str) -> String {
    let line = inert_line(credit);
    match line.char_indices().nth(CREDIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn named(trace: &Trace, doc: DocId, width: usize, out: &mut dyn Write) -> io::Result<()> {
    page_line("  ", &name(trace, doc), 4, width, out)?;
    match credit(trace, doc) {
        Some(credit) => hanging_at(4, &credit, width, out),
        None => Ok(()),
    }
}
