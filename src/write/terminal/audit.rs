//! Whose texts were copied.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::{BOLD, after, few, page_line, plural};
use crate::trace::{Audit, SourceAudit, Trace, audit};
use crate::write::diff::{Look, Span};
use crate::write::inert::inert_line;

/// Sources that are shown; the rest is counted.
const SHOWN: usize = 10;
/// Outlets of each that are named.
const OUTLETS: usize = 3;

/// The sources that were copied most.
pub(super) fn sources(trace: &Trace, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let Audit { sources, of_nobody } = audit(trace);
    let mut copied: Vec<&SourceAudit> = sources.iter().filter(|s| s.copies > 0).collect();
    copied.sort_by_key(|source| Reverse(source.copies));
    if !copied.is_empty() {
        writeln!(out, "{BOLD}Whose texts were copied{BOLD:#}")?;
    }
    for source in copied.iter().take(SHOWN) {
        one(source, width, out)?;
    }
    let note = |text: String, out: &mut dyn Write| {
        page_line("  ", &[Span::new(Look::Note, text)], 2, width, out)
    };
    let rest = copied.get(SHOWN..).unwrap_or_default();
    if !rest.is_empty() {
        let copies = rest.iter().map(|source| source.copies).sum::<u64>();
        let (more, copies) = (
            plural(rest.len(), "more source"),
            plural(copies as usize, "copy"),
        );
        note(
            format!("and {more} with {copies}; -o DIR lists all in sources.csv"),
            out,
        )?;
    }
    if of_nobody > 0 {
        let copies = plural(of_nobody as usize, "copy");
        note(format!("{copies} of texts whose source is not named"), out)?;
    }
    let reposts: u64 = sources.iter().map(|source| source.own_reposts).sum();
    if reposts > 0 {
        let posts = match reposts {
            1 => "1 re-post or revision by the outlet of the text itself".to_string(),
            _ => format!("{reposts} re-posts or revisions by the outlets of the texts themselves"),
        };
        note(format!("counted apart: {posts}"), out)?;
    }
    if !copied.is_empty() || of_nobody > 0 || reposts > 0 {
        writeln!(out)?;
    }
    Ok(())
}

fn one(source: &SourceAudit, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let absent = if source.in_input {
        ""
    } else {
        " (not in the input)"
    };
    let head = [
        Span::new(Look::Strong, inert_line(&source.source)),
        Span::new(Look::Plain, format!("{absent}: {}", figures(source))),
    ];
    page_line("  ", &head, 4, width, out)?;
    let by = (!source.outlets.is_empty()).then(|| format!("by {}", outlets(source)));
    let lag = source.median_lag.map(|lag| match source.copies {
        1 => after(lag),
        _ => format!("{} (median)", after(lag)),
    });
    let measured: Vec<String> = kept(source).into_iter().chain(lag).collect();
    let measured = (!measured.is_empty()).then(|| measured.join("; "));
    let said: Vec<String> = by.into_iter().chain(measured).collect();
    let lines = match source.copies {
        1 => vec![said.join("; ")],
        _ => said,
    };
    for line in lines.into_iter().filter(|line| !line.is_empty()) {
        page_line("    ", &[Span::new(Look::Plain, line)], 4, width, out)?;
    }
    Ok(())
}

/// "5 copies of 2 texts: 4 credited, 1 uncredited".
pub(super) fn figures(source: &SourceAudit) -> String {
    let mut said = plural(source.copies as usize, "copy");
    if source.copied_texts > 0 {
        said += &format!(" of {}", plural(source.copied_texts as usize, "text"));
    }
    let statuses: Vec<String> = [
        (source.credited, "credited"),
        (source.uncredited, "uncredited"),
        (source.mismatched, "crediting another"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, status)| match source.copies {
        1 => (*status).to_string(),
        _ => format!("{count} {status}"),
    })
    .collect();
    if !statuses.is_empty() {
        said += &format!(": {}", statuses.join(", "));
    }
    if source.onward_copies > 0 {
        said += &format!("; {} more at second hand", source.onward_copies);
    }
    if source.own_reposts > 0 {
        let reposts = plural(source.own_reposts as usize, "re-post");
        said += &format!("; {reposts} of its own");
    }
    said
}

/// The outlets that copied most, with their copies where there are several.
pub(super) fn outlets(source: &SourceAudit) -> String {
    let names: Vec<String> = source
        .outlets
        .iter()
        .map(|(name, count)| match count {
            1 => inert_line(name),
            _ => format!("{} ({count})", inert_line(name)),
        })
        .collect();
    few(&names, OUTLETS, "outlet")
}

/// "kept 71 to 100 % of the words (median 86 %)".
pub(super) fn kept(source: &SourceAudit) -> Option<String> {
    let kept = source.kept?;
    let (least, most, median) = (whole(kept.least), whole(kept.most), whole(kept.median));
    Some(if least == most {
        format!("kept {least} % of the words")
    } else {
        format!("kept {least} to {most} % of the words (median {median} %)")
    })
}

/// Whole per cent; 100 for everything only, and 0 for nothing.
pub(super) fn whole(share: f64) -> u32 {
    match (share * 100.0).round() as u32 {
        100 if share < 1.0 => 99,
        0 if share > 0.0 => 1,
        percent => percent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Kept;

    #[test]
    fn a_share_is_all_or_nothing_only_where_it_is() {
        let shares = [0.0, 0.001, 0.5, 0.999, 1.0];
        assert_eq!(shares.map(whole), [0, 1, 50, 99, 100]);
    }

    #[test]
    fn one_copy_and_many_read_well() {
        let mut source = SourceAudit {
            copies: 1,
            copied_texts: 1,
            credited: 1,
            kept: Some(Kept {
                median: 1.0,
                least: 1.0,
                most: 1.0,
            }),
            ..SourceAudit::default()
        };
        assert_eq!(figures(&source), "1 copy of 1 text: credited");
        assert_eq!(kept(&source).unwrap(), "kept 100 % of the words");
        source.copies = 3;
        source.mismatched = 2;
        source.own_reposts = 2;
        source.onward_copies = 1;
        assert_eq!(
            figures(&source),
            "3 copies of 1 text: 1 credited, 2 crediting another; 1 more at second hand; 2 re-posts of its own"
        );
    }
}
