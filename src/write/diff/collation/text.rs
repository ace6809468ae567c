//! The matrix of a group for people, on a terminal of any width.

use std::io::{self, Write};

use crate::collate::{CollatedUnit, Variant};
use crate::document::{Corpus, Document};
use crate::pipeline::{CollatedGroup, line_marks};
use crate::write::diff::entry::kind_note;
use crate::write::diff::fit::Part;
use crate::write::diff::fold::{Piece, fold};
use crate::write::diff::marks::{Kept, merged, plain};
use crate::write::diff::spans::{Direction, Look, Span, styled};
use crate::write::diff::text::View;
use crate::write::diff::wrap::paragraph;
use crate::write::inert::inert_line;
use crate::write::terminal::plural;

/// Documents up to which each has a column, if the page is wide enough.
const MOST_COLUMNS: usize = 26;
/// Wordings of a line that are shown, unless everything is.
const MOST_WORDINGS: usize = 8;
/// Words on either side of a mark.
const CONTEXT: usize = 8;
/// Columns before a wording's letter, and before its text.
const INDENT: usize = 4;
const HANG: usize = INDENT + 3;

/// Writes a group: its documents, then each line with who has it in which wording,
/// and the wordings. Lines that all have alike are folded away as `view` says.
///
/// # Errors
/// What the output says.
pub fn collation_text(
    corpus: Corpus<'_>,
    collated: &CollatedGroup,
    view: View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page::new(corpus, collated, view);
    page.heading(out)?;
    page.legend(out)?;
    let rows = &collated.collation.rows;
    let differs = |row: usize| rows.get(row).is_some_and(|row| !page.is_uniform(row));
    for piece in fold(rows.len(), differs, view.context) {
        match piece {
            Piece::Row(number) => {
                if let Some(row) = rows.get(number) {
                    page.row(number + 1, row, out)?;
                }
            }
            Piece::Folded(range) => {
                let note = format!(
                    "… {} the same in all documents …",
                    plural(range.len(), "line")
                );
                writeln!(out)?;
                page.note(&note, out)?;
            }
        }
    }
    Ok(())
}

struct Page<'a> {
    corpus: Corpus<'a>,
    collated: &'a CollatedGroup,
    view: View,
    /// Documents that have each text.
    weights: Vec<u64>,
    /// Digits of a row's number.
    digits: usize,
    /// Whether each document has a column.
    columns: bool,
}

impl<'a> Page<'a> {
    fn new(corpus: Corpus<'a>, collated: &'a CollatedGroup, view: View) -> Self {
        let documents = collated.documents.len();
        let digits = collated.collation.rows.len().to_string().len().max(2);
        Page {
            corpus,
            collated,
            view,
            weights: collated.weights(),
            digits,
            columns: documents <= MOST_COLUMNS && digits + 1 + 2 * documents <= view.width,
        }
    }

    fn is_uniform(&self, row: &CollatedUnit) -> bool {
        row.is_uniform(self.weights.len())
    }

    fn documents(&self) -> impl Iterator<Item = &'a Document> {
        let documents = self.corpus.documents;
        self.collated
            .documents
            .iter()
            .filter_map(move |doc| documents.get(doc.index()))
    }

    fn paragraph(&self, spans: &[Span], out: &mut dyn Write) -> io::Result<()> {
        paragraph("", spans, Direction::LeftToRight, (0, self.view.width), out)
    }

    fn note(&self, note: &str, out: &mut dyn Write) -> io::Result<()> {
        let place = (HANG, self.view.width.saturating_sub(HANG));
        let prefix = " ".repeat(HANG);
        paragraph(
            &prefix,
            &[Span::new(Look::Note, note)],
            Direction::LeftToRight,
            place,
            out,
        )
    }

    fn heading(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows = &self.collated.collation.rows;
        let alike = rows.iter().filter(|row| self.is_uniform(row)).count();
        let wordings: usize = rows.iter().map(|row| row.variants.len()).sum();
        let documents = self.collated.documents.len();
        let said = match (rows.len(), alike) {
            (0, _) => "Their texts have no words.".to_string(),
            (all, alike) if all == alike => format!("All have the same {}.", plural(all, "line")),
            (all, alike) => {
                let alike = match alike {
                    0 => "no line is".to_string(),
                    1 => "one is".to_string(),
                    alike => format!("{alike} are"),
                };
                let (all, wordings) = (plural(all, "line"), plural(wordings, "wording"));
                format!("{all} in {wordings}; {alike} the same in all documents.")
            }
        };
        let head = format!(
            "Group {}: {}.",
            self.collated.group.id,
            plural(documents, "document")
        );
        self.paragraph(&[Span::new(Look::Strong, head)], out)?;
        self.paragraph(&[Span::new(Look::Plain, said)], out)
    }

    /// Which document is which, and what the letters and signs mean.
    fn legend(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out)?;
        let signs = if self.columns {
            for (document, label) in self.documents().zip('a'..) {
                self.document(&format!("{label}  "), document, out)?;
            }
            writeln!(out)?;
            "A: the wording of most documents; B, C, …: other wordings (* for any behind Z); \
             > before a letter: this document has the line elsewhere; a dot: it lacks the line."
        } else {
            for document in self.documents().take(1) {
                self.document("most typical: ", document, out)?;
            }
            writeln!(out)?;
            "A: the wording of most documents, with their number; B, C, …: other wordings \
             (* for any behind Z); >: documents that have the line elsewhere; -: those that lack it."
        };
        self.paragraph(&[Span::new(Look::Note, signs)], out)?;
        let marks = [
            Span::new(Look::Note, "Against A: "),
            Span::new(Look::Gone, "[-only in A-]"),
            Span::new(Look::Plain, " "),
            Span::new(Look::New, "{+not in A+}"),
        ];
        let several = |row: &CollatedUnit| row.variants.len() > 1;
        if self.collated.collation.rows.iter().any(several) {
            self.paragraph(&marks, out)?;
        }
        if self.columns {
            let labels: String = ('a'..)
                .take(self.collated.documents.len())
                .flat_map(|label| [' ', label])
                .collect();
            let heads = format!("\n{:digits$} {labels}", "", digits = self.digits);
            writeln!(
                out,
                "{}",
                styled(&[Span::new(Look::Note, heads)], Direction::LeftToRight)
            )?;
        }
        Ok(())
    }

    fn document(&self, label: &str, document: &Document, out: &mut dyn Write) -> io::Result<()> {
        let key = inert_line(&document.key);
        let source = document.source.as_deref().map(inert_line);
        let date = document.published.map(|moment| moment.to_string());
        let facts: Vec<String> = [source, date].into_iter().flatten().collect();
        let mut spans = vec![Span::new(Look::Name, key.clone())];
        if !facts.is_empty() {
            spans.push(Span::new(Look::Note, format!(" ({})", facts.join(", "))));
        }
        let hang = label.len();
        let place = (hang, self.view.width.saturating_sub(hang));
        paragraph(label, &spans, Direction::of(&key), place, out)
    }

    /// The letters of a line, then its wordings.
    fn row(&self, number: usize, row: &CollatedUnit, out: &mut dyn Write) -> io::Result<()> {
        let number = format!("{number:>digits$} ", digits = self.digits);
        let number = styled(&[Span::new(Look::Note, number)], Direction::LeftToRight);
        let kind = kind_note(row.kind).map_or(String::new(), |kind| format!(" ({kind})"));
        writeln!(out)?;
        if self.columns {
            let mut spans = self.letters(row);
            let free = self
                .view
                .width
                .saturating_sub(self.digits + 1 + 2 * spans.len());
            spans.extend(Some(Span::new(Look::Note, kind)).filter(|kind| kind.text.len() <= free));
            writeln!(out, "{number}{}", styled(&spans, Direction::LeftToRight))?;
        } else {
            let spans = [
                Span::new(Look::Plain, self.counts(row)),
                Span::new(Look::Note, kind),
            ];
            let hang = self.digits + 1;
            let place = (hang, self.view.width.saturating_sub(hang));
            paragraph(&number, &spans, Direction::LeftToRight, place, out)?;
        }
        let shown = self.view.context.map_or(usize::MAX, |_| MOST_WORDINGS);
        for (number, variant) in row.variants.iter().enumerate().take(shown) {
            let text = self.wording(row, number, variant);
            let prefix = format!("{:INDENT$}{}  ", "", letter(number));
            let place = (HANG, self.view.width.saturating_sub(HANG));
            paragraph(&prefix, &text, Direction::of(&variant.text), place, out)?;
        }
        match row.variants.get(shown..).unwrap_or(&[]) {
            [] => Ok(()),
            more => self.note(
                &format!("… and {} …", plural(more.len(), "other wording")),
                out,
            ),
        }
    }

    /// The first wording of a line, or another with what differs from the first
    /// marked, if they have anything in common.
    fn wording(&self, row: &CollatedUnit, number: usize, variant: &Variant) -> Vec<Span> {
        let kept = self
            .view
            .context
            .map_or(Kept::Whole, |_| Kept::Words(CONTEXT));
        let beside = |first: &Variant| {
            let marks = line_marks(&first.text, &variant.text)?;
            Some(merged(
                whole(&first.text),
                whole(&variant.text),
                &marks,
                kept,
            ))
        };
        let first = row.variants.first().filter(|_| number > 0);
        first
            .and_then(beside)
            .unwrap_or_else(|| plain(whole(&variant.text), Look::Plain))
    }

    /// A sign and a letter for each document.
    fn letters(&self, row: &CollatedUnit) -> Vec<Span> {
        let mut of_texts = vec![None; self.weights.len()];
        for (number, variant) in row.variants.iter().enumerate() {
            for cell in &variant.cells {
                if let Some(own) = of_texts.get_mut(cell.text) {
                    *own = Some((letter(number), cell.moved));
                }
            }
        }
        let of = |text: &usize| match of_texts.get(*text).copied().flatten() {
            None => Span::new(Look::Note, " ."),
            Some((letter, false)) => Span::new(Look::Plain, format!(" {letter}")),
            Some((letter, true)) => Span::new(Look::Carried, format!(">{letter}")),
        };
        self.collated.texts.iter().map(of).collect()
    }

    /// How many documents have each wording.
    fn counts(&self, row: &CollatedUnit) -> String {
        let documents = |variant: &Variant, moved: bool| -> u64 {
            let cells = variant.cells.iter().filter(|cell| cell.moved || !moved);
            cells.filter_map(|cell| self.weights.get(cell.text)).sum()
        };
        let all = self.collated.documents.len() as u64;
        let (mut parts, mut rest, mut had, mut elsewhere) = (Vec::new(), 0, 0, 0);
        for (number, variant) in row.variants.iter().enumerate() {
            let count = documents(variant, false);
            had += count;
            elsewhere += documents(variant, true);
            if number < MOST_WORDINGS {
                parts.push(format!("{} {count}", letter(number)));
            } else {
                rest += count;
            }
        }
        let others = [
            ("others", rest),
            ("-", all.saturating_sub(had)),
            (">", elsewhere),
        ];
        parts.extend(
            others
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(sign, count)| format!("{sign} {count}")),
        );
        parts.join(", ")
    }
}

/// The letter of a wording.
fn letter(number: usize) -> char {
    ('A'..='Z').nth(number).unwrap_or('*')
}

fn whole(text: &str) -> Part<'_> {
    Part::new(text, &(0..text.len()))
}
