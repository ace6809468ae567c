//! Every copy beside its exemplar: what it kept, added, dropped, edited, moved.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use super::descend::Descents;
use super::relate::Kinship;
use super::rows::words_relation;
use super::search::Found;
use super::{Observer, doc, in_pieces};
use crate::align::{Alignment, PreparedText, Row, Status, UnitChange, align, rows};
use crate::config::{Resources, Settings};
use crate::document::{Corpus, DocId, Document};
use crate::error::Error;
use crate::lineage::Role;
use crate::normalise::normalise;
use crate::segment::{Kind, LineIndex, Unit, kinds};
use crate::shingle::{ShingleSet, shingles};
use crate::spill::Spill;
use crate::trace::{
    Change, Changes, Comparison, Flag, LineCounts, Lineage, Mark, Op, Place, Relation,
};
use crate::verify::{SHORT_WORDS, Standing, containment, jaccard, longest_run, numeral, overlap};

/// Lineage rows and changes of all documents.
pub(super) struct Compared {
    pub lineage: Vec<Lineage>,
    pub changes: Changes,
    pub stretches_cut: u64,
}

pub(super) fn compare(
    corpus: Corpus<'_>,
    found: &Found,
    kinship: &Kinship,
    descents: &Descents,
    (settings, resources): (&Settings, &Resources),
    observer: &dyn Observer,
) -> Result<Compared, Error> {
    let documents = corpus.documents;
    let forms: BTreeSet<u32> = found
        .pairs
        .iter()
        .filter(|pair| pair.standing == Standing::Template)
        .flat_map(|pair| [pair.a, pair.b])
        .collect();
    // Of the first text of each class that has copies: byte-identical texts share it.
    let units: Vec<OnceLock<u64>> = vec![OnceLock::new(); found.classes.len()];
    let row = |i: usize| {
        let own = doc(i as u32);
        let descent = &descents.of[i];
        let group = kinship.group_of[i];
        let representative = group.map(|number| kinship.groups[number].representative);
        // An origin is a copy of nothing, so nothing is compared.
        let beside = representative.filter(|_| descent.role != Role::Origin);
        let other = descent.exemplar.or(beside).filter(|&other| other != own);
        let compared = other.map(|other| {
            let (exemplar, copy) = (corpus.text(other), corpus.text(own));
            let [exemplar, copy] = [(other, &exemplar), (own, &copy)].map(|(doc, text)| {
                let title = documents[doc.index()].title.as_deref();
                Titled { title, text }
            });
            let class = found.classes.of(own.0);
            if found.classes.of(other.0) == class {
                let first = corpus.text(doc(found.classes.first(class)));
                let units = if first == copy.text {
                    *units[class as usize].get_or_init(|| units_of(&first))
                } else {
                    units_of(copy.text)
                };
                return same_words(exemplar, copy, found.words[i], units);
            }
            compare_texts(exemplar, copy, settings)
        });
        let document = &documents[i];
        let is_form = forms.contains(&found.classes.of(own.0));
        let mut flags = flags(document, found, i, is_form);
        let cut = compared
            .as_ref()
            .map_or(0, |compared| compared.stretches_cut);
        if cut > 0 {
            flags.push(Flag::AlignmentCut);
        }
        let relation = match (descent.role, &compared) {
            (Role::Revision, _) => Some(Relation::Revision),
            (Role::Excerpt, _) => Some(Relation::Excerpt),
            _ if descent.shared_source => Some(Relation::SharedSource),
            (_, Some(compared)) => Some(compared.relation),
            (_, None) => is_form.then_some(Relation::Template),
        };
        let published = |doc: DocId| documents[doc.index()].published;
        let lag = descent
            .exemplar
            .and_then(|exemplar| document.published?.seconds_since(&published(exemplar)?));
        let line = Lineage {
            group,
            role: descent.role,
            words: found.words[i],
            exemplar: descent.exemplar,
            compared_with: other,
            relation,
            basis: descent.basis,
            alternative: descent.alternative,
            root: descent.root,
            lag_seconds: lag,
            comparison: compared
                .as_ref()
                .map(|compared| Box::new(compared.comparison)),
            credit: descent.credit.clone(),
            credit_status: descent.credit_status,
            flags,
        };
        let mut changes = compared.map_or(Vec::new(), |compared| compared.changes);
        for change in &mut changes {
            change.group = group;
            (change.exemplar, change.copy) = (other.unwrap_or(own), own);
        }
        (line, changes, cut)
    };
    let mut compared = Compared {
        lineage: Vec::with_capacity(documents.len()),
        changes: Changes::new(Spill::new(resources.pairs(), resources.temporary.clone())),
        stretches_cut: 0,
    };
    let mut stored = Ok(());
    in_pieces(
        documents.len(),
        observer,
        row,
        |at, (line, changes, cut)| {
            compared.lineage.push(line);
            compared.stretches_cut += cut as u64;
            if stored.is_ok() {
                stored = compared.changes.push(doc(at as u32), &changes);
            }
        },
    )?;
    stored?;
    Ok(compared)
}

fn flags(document: &Document, found: &Found, i: usize, is_form: bool) -> Vec<Flag> {
    let words = found.words[i];
    let round_up = found
        .round_ups
        .binary_search(&found.classes.of(i as u32))
        .is_ok();
    let given = [
        (Flag::Empty, words == 0),
        (Flag::Short, (1..SHORT_WORDS).contains(&words)),
        (Flag::DateUnread, document.date_unread),
        (Flag::Renamed, document.renamed),
        (Flag::Archived, document.archived),
        (Flag::Invisible, found.removed[i] > 0),
        (Flag::Template, is_form),
        (Flag::RoundUp, round_up),
    ];
    given
        .into_iter()
        .filter(|(_, yes)| *yes)
        .map(|(flag, _)| flag)
        .collect()
}

/// A text with the headline that its record has apart from it.
#[derive(Clone, Copy, Debug)]
pub struct Titled<'a> {
    /// The headline.
    pub title: Option<&'a str>,
    /// The text.
    pub text: &'a str,
}

impl<'a> From<&'a str> for Titled<'a> {
    fn from(text: &'a str) -> Self {
        Titled { title: None, text }
    }
}

/// Two texts compared: the numbers, the changes and the relation of the second
/// to the first.
#[derive(Debug)]
pub struct ComparedTexts {
    /// Exact values and counts.
    pub comparison: Comparison,
    /// What the second changed, by place; ids of documents are left at zero.
    pub changes: Vec<Change>,
    /// What the second is to the first.
    pub relation: Relation,
    /// Stretches that were too large to be compared word by word.
    pub stretches_cut: usize,
}

/// Sets a copy beside its exemplar.
///
/// ```
/// use wirecopy::{config::Settings, pipeline::{compare_texts, Titled}, trace::Op};
/// let a = Titled::from("The bridge is shut.\nTraffic goes round by Orme.");
/// let b = Titled::from("The bridge is shut.\nTraffic goes round by Orme.\nRead more");
/// let compared = compare_texts(a, b, &Settings::default());
/// assert_eq!(compared.changes[0].op, Op::Added);
/// assert_eq!(compared.changes[0].in_copy.line_column, Some((3, 1)));
/// ```
pub fn compare_texts(exemplar: Titled<'_>, copy: Titled<'_>, settings: &Settings) -> ComparedTexts {
    let (a, b) = (
        PreparedText::new(exemplar.text),
        PreparedText::new(copy.text),
    );
    let aligned = align(&a, &b);
    compare_aligned((exemplar, &a), (copy, &b), &aligned, settings)
}

/// Two texts compared, with what is the same in both: everything that a page
/// that shows them needs.
#[derive(Debug)]
pub struct WholeTexts {
    /// What [`compare_texts`] says.
    pub compared: ComparedTexts,
    /// Every unit of both texts, side by side; their changes are those of
    /// `compared`.
    pub rows: Vec<Row>,
    /// The units of the first text.
    pub a: Vec<PlacedUnit>,
    /// The units of the second.
    pub b: Vec<PlacedUnit>,
}

/// A sentence or line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedUnit {
    /// Where it stands.
    pub place: Place,
    /// Its words; none for a line of symbols.
    pub words: usize,
}

/// Sets a copy beside its exemplar, as [`compare_texts`], and keeps the rest.
///
/// ```
/// use wirecopy::{align::RowOp, config::Settings, pipeline::compare_whole};
/// let a = "The bridge is shut.\nTraffic goes round by Orme.";
/// let b = "The bridge is shut.\nTraffic goes round by Orme.\nRead more";
/// let whole = compare_whole(a.into(), b.into(), &Settings::default());
/// let ops: Vec<RowOp> = whole.rows.iter().map(|row| row.op).collect();
/// assert_eq!(ops, [RowOp::Same, RowOp::Same, RowOp::Added]);
/// assert_eq!(whole.b[2].place.line_column, Some((3, 1)));
/// ```
pub fn compare_whole(exemplar: Titled<'_>, copy: Titled<'_>, settings: &Settings) -> WholeTexts {
    let (a, b) = (
        PreparedText::new(exemplar.text),
        PreparedText::new(copy.text),
    );
    let aligned = align(&a, &b);
    WholeTexts {
        compared: compare_aligned((exemplar, &a), (copy, &b), &aligned, settings),
        rows: rows(&a, &b, &aligned),
        a: placed(&a),
        b: placed(&b),
    }
}

fn placed(text: &PreparedText<'_>) -> Vec<PlacedUnit> {
    let lines = LineIndex::new(text.text);
    let unit = |unit: &Unit| PlacedUnit {
        place: Place {
            bytes: unit.start..unit.end,
            line_column: Some(lines.place(unit.start)),
        },
        words: unit.len(),
    };
    text.units.iter().map(unit).collect()
}

fn compare_aligned(
    (exemplar, a): (Titled<'_>, &PreparedText<'_>),
    (copy, b): (Titled<'_>, &PreparedText<'_>),
    aligned: &Alignment,
    settings: &Settings,
) -> ComparedTexts {
    let (list_a, list_b) = (
        shingles(&a.normalised, settings.width),
        shingles(&b.normalised, settings.width),
    );
    let (set_a, set_b) = (ShingleSet::of(&list_a), ShingleSet::of(&list_b));
    let (size_a, size_b) = (set_a.len() as u32, set_b.len() as u32);
    let shared = overlap(&set_a, &set_b);
    let changes = changes(a, b, aligned);
    let of_op = |op: Op| changes.iter().filter(|change| change.op == op).count() as u64;
    let counts = &aligned.counts;
    let (added, dropped) = (counts.words_added as u64, counts.words_dropped as u64);
    let comparison = Comparison {
        jaccard: jaccard(shared, size_a, size_b),
        containment_in_exemplar: containment(shared, size_b),
        containment_of_exemplar: containment(shared, size_a),
        longest_run_words: longest_run(&list_a, &list_b),
        lines: LineCounts {
            same: counts.units_same as u64,
            added: of_op(Op::Added),
            dropped: of_op(Op::Dropped),
            edited: of_op(Op::Edited),
            moved: of_op(Op::Moved),
        },
        words_added: added,
        words_dropped: dropped,
        headline_changed: headline_changed((exemplar, a), (copy, b)),
    };
    let relation = if exemplar.text == copy.text {
        Relation::Identical
    } else {
        words_relation(added, dropped, counts.words_moved > 0)
    };
    ComparedTexts {
        comparison,
        changes,
        relation,
        stretches_cut: counts.gaps_skipped,
    }
}

/// Units with words of a text.
fn units_of(text: &str) -> u64 {
    let units = PreparedText::new(text).units;
    units.iter().filter(|unit| !unit.is_empty()).count() as u64
}

/// What [`compare_texts`] says of two texts with the same words, without
/// aligning them: a page may have a million copies.
fn same_words(exemplar: Titled<'_>, copy: Titled<'_>, words: u32, units: u64) -> ComparedTexts {
    let titles = exemplar.title.zip(copy.title);
    let canonical = |title: &str| normalise(title).canonical().to_string();
    let same = exemplar.text == copy.text;
    ComparedTexts {
        comparison: Comparison {
            jaccard: 1.0,
            containment_in_exemplar: 1.0,
            containment_of_exemplar: 1.0,
            longest_run_words: words,
            lines: LineCounts {
                same: units,
                ..LineCounts::default()
            },
            headline_changed: match titles {
                Some((x, y)) => canonical(x) != canonical(y),
                None => {
                    !same && {
                        headline_changed(
                            (exemplar, &PreparedText::new(exemplar.text)),
                            (copy, &PreparedText::new(copy.text)),
                        )
                    }
                }
            },
            ..Comparison::default()
        },
        changes: Vec::new(),
        relation: if same {
            Relation::Identical
        } else {
            Relation::Reformatted
        },
        stretches_cut: 0,
    }
}

/// Compares the titles; where one is missing, the first units.
fn headline_changed(
    a: (Titled<'_>, &PreparedText<'_>),
    b: (Titled<'_>, &PreparedText<'_>),
) -> bool {
    if let (Some(x), Some(y)) = (a.0.title, b.0.title) {
        return normalise(x).canonical() != normalise(y).canonical();
    }
    let first = |text: &PreparedText<'_>| {
        let unit = text.units.iter().find(|unit| !unit.is_empty());
        unit.map(|unit| {
            text.normalised
                .words(unit.first_token, unit.end_token)
                .to_string()
        })
    };
    first(a.1) != first(b.1)
}

fn changes(a: &PreparedText<'_>, b: &PreparedText<'_>, aligned: &Alignment) -> Vec<Change> {
    if aligned.changes.is_empty() {
        return Vec::new();
    }
    let kinds_of = |text: &PreparedText<'_>| kinds(text.text, &text.normalised, &text.units);
    let (kinds_a, kinds_b) = (kinds_of(a), kinds_of(b));
    let (lines_a, lines_b) = (LineIndex::new(a.text), LineIndex::new(b.text));
    let place = |bytes: &Range<usize>, lines: &LineIndex<'_>| Place {
        bytes: bytes.clone(),
        line_column: (!bytes.is_empty()).then(|| lines.place(bytes.start)),
    };
    let row = |change: &UnitChange| {
        let op = match change.op {
            Status::Added => Op::Added,
            Status::Dropped => Op::Dropped,
            Status::Moved => Op::Moved,
            Status::Edited | Status::Same => Op::Edited,
        };
        let first = |kinds: &[Kind], units: &Range<usize>| kinds.get(units.start).copied();
        let kind = match op {
            Op::Dropped => first(&kinds_a, &change.a_units),
            Op::Edited if figures_only(a, b, change) => Some(Kind::Number),
            _ => first(&kinds_b, &change.b_units),
        };
        Change {
            group: None,
            exemplar: doc(0),
            copy: doc(0),
            op,
            kind: kind.unwrap_or(Kind::Body),
            in_exemplar: place(&change.a, &lines_a),
            in_copy: place(&change.b, &lines_b),
            hunk: change.hunk as u32,
            marks: change
                .words
                .iter()
                .map(|edit| Mark {
                    exemplar: token_bytes(a, &edit.a, &change.a),
                    copy: token_bytes(b, &edit.b, &change.b),
                })
                .collect(),
        }
    };
    aligned.changes.iter().map(row).collect()
}

/// The words that differ between two wordings of one line; `None` where they
/// have too little in common.
pub(crate) fn line_marks(a: &str, b: &str) -> Option<Vec<Mark>> {
    let whole = |text| PreparedText::of_lines(text, std::slice::from_ref(&(0..text.len())));
    let (a, b) = (whole(a), whole(b));
    match changes(&a, &b, &align(&a, &b)).as_mut_slice() {
        [change] if matches!(change.op, Op::Edited | Op::Moved) => {
            Some(std::mem::take(&mut change.marks))
        }
        _ => None,
    }
}

/// The bytes of a token range; for an empty one the point before the next
/// token, or the end of the unit.
fn token_bytes(
    text: &PreparedText<'_>,
    tokens: &Range<usize>,
    unit: &Range<usize>,
) -> Range<usize> {
    let list = text.normalised.tokens();
    match list.get(tokens.clone()) {
        Some([first, .., last]) => first.start as usize..last.end as usize,
        Some([only]) => only.start as usize..only.end as usize,
        _ => {
            let next = list
                .get(tokens.start)
                .map_or(unit.end, |token| token.start as usize);
            let point = next.clamp(unit.start, unit.end);
            point..point
        }
    }
}

/// True where the words that differ are numerals on both sides.
fn figures_only(a: &PreparedText<'_>, b: &PreparedText<'_>, change: &UnitChange) -> bool {
    let numerals = |text: &PreparedText<'_>, tokens: &Range<usize>| {
        !tokens.is_empty()
            && tokens
                .clone()
                .all(|i| numeral(text.normalised.word(i)).is_some())
    };
    !change.words.is_empty()
        && change
            .words
            .iter()
            .all(|edit| numerals(a, &edit.a) && numerals(b, &edit.b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_says_what_the_alignment_says() {
        let text = "Rain at last\n\nIt rained in Orme on Monday. The river rose by a foot. * * *\nNobody was hurt.";
        let a = Titled::from(text);
        for copy in [
            text.to_string(),
            text.replace('\n', " "),
            text.to_uppercase(),
            text.replace(". ", "!\n"),
        ] {
            let b = Titled::from(copy.as_str());
            let long = compare_texts(a, b, &Settings::default());
            let words = normalise(b.text).len() as u32;
            let short = same_words(a, b, words, units_of(b.text));
            assert_eq!(short.comparison, long.comparison, "{:?}", b.text);
            assert_eq!(
                (short.relation, &short.changes),
                (long.relation, &long.changes)
            );
        }
    }
}
