//! The summary of a trace for people: each group, who copied whom, and what
//! each copy changed; whose texts were copied; and for one source what became of its texts.

mod audit;
mod origin;
mod totals;

use std::cmp::Reverse;
use std::io::{self, Write};

use anstyle::Style;

use super::diff::{Direction, Look, Span, paragraph, write_changes};
use super::inert::{inert, inert_line};
use crate::document::DocId;
use crate::lineage::{Basis, Evidence, Role};
use crate::trace::{Group, Lineage, Trace, UNNAMED};

const BOLD: Style = Style::new().bold();

/// Writes the summary on a page of `width` columns. `out` decides whether colours are kept (an
/// [`anstream::AutoStream`] strips them where they do not belong).
///
/// # Errors
/// What the output says.
pub fn summary(trace: &Trace, width: usize, out: &mut dyn Write) -> io::Result<()> {
    if let Some(view) = trace.origin_view() {
        origin::texts_of_one_source(trace, &view, width, out)?;
        return totals::totals(trace, width, out);
    }
    let mut order: Vec<usize> = (0..trace.groups.len()).collect();
    // The largest first, then as in the files.
    order.sort_by_key(|&number| (Reverse(trace.groups[number].members.len()), number));
    for number in order {
        group(trace, number, width, out)?;
    }
    excerpts(trace, width, out)?;
    audit::sources(trace, width, out)?;
    totals::totals(trace, width, out)
}

fn group(trace: &Trace, number: usize, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let group = &trace.groups[number];
    let head = [
        Span::new(Look::Strong, format!("Group {}", group.id)),
        Span::new(Look::Plain, format!(": {}", headline(trace, group))),
    ];
    page_line("", &head, 2, width, out)?;
    for &member in &members_in_order(trace, group) {
        member_line(trace, member, width, out)?;
    }
    for &member in &members_in_order(trace, group) {
        copy(trace, member, width, out)?;
    }
    writeln!(out)
}

fn headline(trace: &Trace, group: &Group) -> String {
    let documents = || group.members.iter().map(|&doc| trace.document(doc));
    let mut sources: Vec<&str> = documents().filter_map(|d| d.source.as_deref()).collect();
    sources.sort_unstable();
    sources.dedup();
    let dates = || documents().filter_map(|document| document.published);
    let mut parts = vec![format!("{} texts", group.members.len())];
    match sources.len() {
        0 => {}
        1 => parts.push(format!("one source: {}", inert_line(sources[0]))),
        n => parts.push(format!("{n} sources")),
    }
    let (first, last) = (
        dates().min_by_key(|moment| moment.sort_key()),
        dates().max_by_key(|moment| moment.sort_key()),
    );
    if let (Some(first), Some(last)) = (first, last) {
        let (first, last) = (first.to_string(), last.to_string());
        parts.push(if first == last {
            first
        } else {
            format!("{first} to {last}")
        });
    }
    parts.push(format!("lowest Jaccard {:.2}", group.jaccard_min));
    parts.join(", ")
}

/// The origin first, then by date, undated last, then by key.
fn members_in_order(trace: &Trace, group: &Group) -> Vec<DocId> {
    let mut members = group.members.clone();
    members.sort_by_key(|&doc| {
        let date = trace
            .document(doc)
            .published
            .map(|moment| moment.sort_key());
        (Some(doc) != group.origin, date.is_none(), date, doc)
    });
    members
}

fn member_line(trace: &Trace, doc: DocId, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (document, line) = (trace.document(doc), &trace.lineage[doc.index()]);
    let mut head = vec![
        Span::new(Look::Name, inert(&document.key)),
        Span::new(Look::Note, " ("),
    ];
    if let Some(source) = document.source.as_deref() {
        head.push(Span::new(Look::Plain, inert_line(source)));
        head.push(Span::new(Look::Note, ", "));
    }
    if let Some(moment) = document.published {
        head.push(Span::new(Look::Note, format!("{moment}, ")));
    }
    let words = plural(line.words as usize, "word");
    head.push(Span::new(Look::Note, format!("{words})")));
    let role = format!("  {:<10} ", line.role.code());
    page_line(&role, &head, UNDER_KEY, width, out)?;
    if let Some(title) = &document.title {
        hanging(&inert_line(title), width, out)?;
    }
    if let Some(claim) = claim(trace, doc, line)? {
        hanging(&claim, width, out)?;
    }
    Ok(())
}

/// Who copied whom, or why nobody knows.
fn claim(trace: &Trace, doc: DocId, line: &Lineage) -> io::Result<Option<String>> {
    // One of each code; what was done to the story follows line by line.
    let mut evidence = trace.evidence.of(doc).map_err(io::Error::other)?;
    evidence.dedup_by_key(|piece| piece.code);
    evidence.retain(|piece| !piece.code.is_of_changes());
    let said: Vec<String> = evidence
        .iter()
        .map(|piece| describe(trace, piece))
        .collect();
    let because = if said.is_empty() {
        String::new()
    } else {
        format!(" ({})", said.join("; "))
    };
    let percent = |probability: f64| match probability {
        0.995.. => "over 99 %".to_string(),
        _ => format!("{:.0} %", 100.0 * probability),
    };
    let credit = line
        .credit_status
        .map_or(String::new(), |status| format!(", {}", status.code()));
    // What is less likely than one in twenty is in lineage.csv alone.
    let other = line
        .alternative
        .zip(line.alternative_probability.filter(|p| *p >= 0.05));
    let or = other.map_or(String::new(), |(doc, p)| {
        format!("; else {}, {}", inert(trace.key(doc)), percent(p))
    });
    let likely = line
        .probability
        .map_or(String::new(), |p| format!(" ({} likely{or})", percent(p)));
    let and = line.second_exemplar.map_or(String::new(), |doc| {
        format!(" and took lines from {}", inert(trace.key(doc)))
    });
    Ok(match (line.role, line.exemplar) {
        (_, Some(exemplar)) => {
            let verb = match line.role {
                Role::Revision => "revises",
                Role::Excerpt => "is an excerpt of",
                _ => "was made from",
            };
            let lag = line
                .lag_seconds
                .map_or(String::new(), |lag| format!(", {}", after(lag)));
            let key = inert(trace.key(exemplar)).into_owned();
            Some(format!("{verb} {key}{likely}{and}{lag}{credit}{because}"))
        }
        (_, None) if line.missing_source.is_some() => {
            let name = line.missing_source.as_deref().unwrap_or(UNNAMED);
            let source = match name {
                UNNAMED => "a text".to_string(),
                name => format!("a text of {}", inert_line(name)),
            };
            Some(format!(
                "was made from {source} that the input lacks{likely}{credit}{because}"
            ))
        }
        (Role::Unresolved, None) if line.basis == Basis::None => {
            Some(format!("direction unknown{because}"))
        }
        _ => None,
    })
}

fn describe(trace: &Trace, piece: &Evidence) -> String {
    let name = piece.code.code().replace('_', " ");
    let text = match &piece.place {
        Some((doc, bytes)) if piece.text.is_empty() => {
            inert_line(trace.text(*doc).get(bytes.clone()).unwrap_or(""))
        }
        _ => inert_line(&piece.text),
    };
    if text.is_empty() {
        return name;
    }
    const SHOWN: usize = 100;
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{name}: {short}")
}

/// The changes of one copy under a line that sums them up.
fn copy(trace: &Trace, doc: DocId, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let line = &trace.lineage[doc.index()];
    let (Some(other), Some(comparison)) = (line.compared_with, &line.comparison) else {
        return Ok(());
    };
    let lines = comparison.lines;
    let sums: Vec<String> = [
        (lines.same, "same"),
        (lines.added, "added"),
        (lines.dropped, "dropped"),
        (lines.edited, "edited"),
        (lines.moved, "moved"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, name)| format!("{count} {name}"))
    .collect();
    let relation = line.relation.map_or("", |relation| relation.code());
    let against = if line.exemplar.is_some() {
        "against"
    } else {
        "beside"
    };
    let head = [
        Span::new(Look::Name, inert(trace.key(doc))),
        Span::new(
            Look::Plain,
            format!(
                " {against} {}: {relation}, Jaccard {:.2}, lines: {}",
                inert(trace.key(other)),
                comparison.jaccard,
                sums.join(", ")
            ),
        ),
    ];
    writeln!(out)?;
    page_line("  ", &head, 4, width, out)?;
    let (exemplar, copy) = (trace.text(other), trace.text(doc));
    let changes = trace.changes.of(doc).map_err(io::Error::other)?;
    write_changes((&exemplar, &copy), &changes, 3, width, out)
}

/// Columns before the key of a document.
const UNDER_KEY: usize = 13;

/// A line of the program's own, wrapped.
fn page_line(
    prefix: &str,
    spans: &[Span],
    hang: usize,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let place = (hang, width.saturating_sub(hang));
    paragraph(prefix, spans, Direction::LeftToRight, place, out)
}

/// Text under the key of its document.
fn hanging(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    hanging_at(UNDER_KEY, text, width, out)
}

/// Text that may run either way, some columns in.
fn hanging_at(columns: usize, text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (indent, direction) = (" ".repeat(columns), Direction::of(text));
    let place = (columns, width.saturating_sub(columns));
    paragraph(
        &indent,
        &[Span::new(Look::Plain, text)],
        direction,
        place,
        out,
    )
}

/// Excerpts stand outside groups.
fn excerpts(trace: &Trace, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let lines = (0u32..).zip(&trace.lineage);
    let excerpts: Vec<DocId> = lines
        .filter(|(_, line)| line.role == Role::Excerpt)
        .map(|(doc, _)| DocId(doc))
        .collect();
    if excerpts.is_empty() {
        return Ok(());
    }
    writeln!(out, "{BOLD}Excerpts{BOLD:#}")?;
    for doc in excerpts {
        member_line(trace, doc, width, out)?;
    }
    writeln!(out)
}

pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

/// A list in words: its first few, the rest counted.
fn few(names: &[String], most: usize, noun: &str) -> String {
    let shown = names.get(..most).unwrap_or(names).join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        rest => format!("{shown} and {}", plural(rest, &format!("more {noun}"))),
    }
}

/// How long after its exemplar a copy came.
fn after(seconds: i64) -> String {
    let way = if seconds < 0 { "earlier" } else { "later" };
    format!("{} {way}", duration(seconds))
}

/// Seconds in the two largest units that they fill.
fn duration(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds.abs();
    let mut parts = Vec::new();
    for (size, name) in units {
        if rest >= size && parts.len() < 2 {
            parts.push(format!("{} {name}", rest / size));
            rest %= size;
        }
    }
    if parts.is_empty() {
        "0 s".to_string()
    } else {
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::{after, duration, few, plural};

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(0), "0 s");
        assert_eq!(duration(59), "59 s");
        assert_eq!(duration(3_660), "1 h 1 min");
        assert_eq!(duration(90_061), "1 d 1 h");
        assert_eq!(after(60), "1 min later");
        assert_eq!(after(-60), "1 min earlier");
    }

    #[test]
    fn nouns_are_counted() {
        assert_eq!(plural(1, "copy"), "1 copy");
        assert_eq!(plural(0, "copy"), "0 copies");
        assert_eq!(plural(2, "key"), "2 keys");
        assert_eq!(plural(2, "pair"), "2 pairs");
    }

    #[test]
    fn long_lists_end_with_a_count() {
        let names = ["A", "B", "C"].map(String::from);
        assert_eq!(few(&names, 3, "outlet"), "A, B, C");
        assert_eq!(few(&names, 2, "outlet"), "A, B and 1 more outlet");
        assert_eq!(few(&names, 1, "outlet"), "A and 2 more outlets");
    }
}
