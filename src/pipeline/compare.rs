//! Every copy beside its exemplar: what it kept, added, dropped, edited, moved.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::descents::DocDescent;
use super::furniture::Furniture;
use super::relate::Kinship;
use super::search::Found;
use super::texts::{Titled, compare_pages, same_words, units_of};
use super::{Observer, doc, in_pieces};
use crate::align::signs_of;
use crate::config::{Resources, Settings};
use crate::document::{Corpus, DocId, Document};
use crate::error::Error;
use crate::lineage::Role;
use crate::trace::{Changes, Flag, Lineage, Relation};
use crate::verify::{SHORT_WORDS, Standing};

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
    (descents, furniture): (Vec<Option<Box<DocDescent>>>, &Furniture),
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
    let alone = DocDescent::default();
    let row = |i: usize| {
        let own = doc(i as u32);
        let descent = descents[i].as_deref().unwrap_or(&alone);
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
            if found.classes.of(other.0) == class
                && (exemplar.text == copy.text || signs_of(exemplar.text) == signs_of(copy.text))
            {
                let first = corpus.text(doc(found.classes.first(class)));
                let units = if first == copy.text {
                    *units[class as usize].get_or_init(|| units_of(&first))
                } else {
                    units_of(copy.text)
                };
                return same_words(exemplar, copy, found.words[i], units);
            }
            compare_pages(
                exemplar,
                copy,
                [other, own].map(|doc| furniture.of(doc)),
                settings,
            )
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
            probability: descent.probability,
            alternative: descent.alternative,
            alternative_probability: descent.alternative_probability,
            second_exemplar: descent.second_exemplar,
            missing_source: descent.missing_source.clone(),
            root: descent.root,
            lag_seconds: lag,
            comparison: compared
                .as_ref()
                .map(|compared| Box::new(compared.comparison)),
            credit: descent.credit.clone(),
            credit_status: descent.credit_status,
            credited: descent.credited.clone(),
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
        changes: Changes::new(resources.rows()),
        stretches_cut: 0,
    };
    in_pieces(
        documents.len(),
        observer,
        row,
        |at, (line, changes, cut)| {
            compared.lineage.push(line);
            compared.stretches_cut += cut as u64;
            compared.changes.push(doc(at as u32), &changes)
        },
    )?;
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
