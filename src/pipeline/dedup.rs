//! The short way: groups only, and what a deduplicated feed keeps of them.

use rayon::prelude::*;

use super::relate::{group_documents, measure};
use super::search::find;
use super::survey::Survey;
use super::{Observer, doc};
use crate::codes::codes;
use crate::config::{Resources, Settings};
use crate::document::{Corpus, DocId};
use crate::error::Error;
use crate::group::{Policy, keepers, source_name};
use crate::trace::Group;

/// What is kept and why.
#[derive(Debug)]
pub struct Deduped {
    /// Groups of two documents and more, ordered by id.
    pub groups: Vec<Group>,
    /// One for each document, in the order of the documents.
    pub decisions: Vec<Decision>,
    /// Keys of so many texts that not all their pairs were compared.
    pub crowded_keys: u64,
}

/// What becomes of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The document.
    pub doc: DocId,
    /// The document that is kept in its stead, or itself; `None` where its
    /// group keeps nothing.
    pub kept: Option<DocId>,
    /// Number of its group.
    pub group: Option<usize>,
    /// Exact Jaccard to the kept document.
    pub jaccard: Option<f64>,
    /// Share of its shingles that the kept document has.
    pub containment: Option<f64>,
    /// Why.
    pub reason: Reason,
}

impl Decision {
    /// True where the document itself is kept.
    pub fn is_kept(&self) -> bool {
        self.kept == Some(self.doc)
    }
}

codes! {
    /// Why a document is kept or not.
    Reason {
        Unique "unique" "nothing that it was compared with is a copy of it";
        Keeper "keeper" "kept for its group";
        Identical "identical" "the same words as the kept one";
        Copy "copy" "a copy of the kept one, or in one group with it";
        NoneKept "none_kept" "the policy keeps nothing of a group";
    }
}

/// Decides for every document whether a deduplicated feed keeps it.
///
/// The documents are sorted by key, as ingest gives them.
///
/// # Errors
/// As [`search`].
pub fn dedup(
    corpus: Corpus<'_>,
    survey: Survey<'_>,
    settings: &Settings,
    resources: &Resources,
    policy: &Policy,
    observer: &dyn Observer,
) -> Result<Deduped, Error> {
    let surveyed = survey.conclude(corpus);
    let found = find(corpus, surveyed, settings, resources, observer)?;
    let documents = corpus.documents;
    let (groups, _, group_of) = group_documents(corpus, &found, settings);
    let kept: Vec<Vec<DocId>> = groups
        .iter()
        .map(|group| {
            let words = |doc: DocId| found.words[doc.index()];
            // What an archive holds is kept there, whatever comes in.
            let archived = |doc: &DocId| documents[doc.index()].archived;
            let held: Vec<DocId> = group.members.iter().copied().filter(archived).collect();
            let members = if held.is_empty() {
                &group.members
            } else {
                &held
            };
            let central = Some(group.representative).filter(|doc| members.contains(doc));
            let central = central
                .or(members.first().copied())
                .unwrap_or(group.representative);
            keepers(policy, members, central, documents, words)
        })
        .collect();
    let values = |own: DocId, other: DocId| {
        let (x, y) = (found.classes.of(own.0), found.classes.of(other.0));
        if x == y {
            return (1.0, 1.0);
        }
        let measured = found.measured(x, y);
        let measured = measured.unwrap_or_else(|| measure(corpus, &found, (x, y), settings));
        (measured.jaccard(), measured.containment_of(x))
    };
    let decide = |i: u32| {
        let own = doc(i);
        let alone = Decision {
            doc: own,
            kept: Some(own),
            group: None,
            jaccard: None,
            containment: None,
            reason: Reason::Unique,
        };
        let Some(group) = group_of[own.index()] else {
            return alone;
        };
        let kept = &kept[group];
        if kept.binary_search(&own).is_ok() {
            return Decision {
                group: Some(group),
                reason: Reason::Keeper,
                ..alone
            };
        }
        // The kept one of its own source, where each has one; else the one that it is most like, and ties
        // go to the smallest key.
        let source = |doc: DocId| source_name(&documents[doc.index()]);
        let one_each = *policy == Policy::OnePerSource;
        let of_source = |&&other: &&DocId| one_each && source(other) == source(own);
        let own_kept = kept.iter().find(of_source);
        let nearest = own_kept
            .map_or(&kept[..], std::slice::from_ref)
            .iter()
            .map(|&other| (values(own, other), other))
            .reduce(|best, next| if next.0.0 > best.0.0 { next } else { best });
        let same_class = |other: DocId| found.classes.of(other.0) == found.classes.of(own.0);
        Decision {
            kept: nearest.map(|(_, other)| other),
            group: Some(group),
            jaccard: nearest.map(|((jaccard, _), _)| jaccard),
            containment: nearest.map(|((_, containment), _)| containment),
            reason: match nearest {
                None => Reason::NoneKept,
                Some((_, other)) if same_class(other) => Reason::Identical,
                Some(_) => Reason::Copy,
            },
            ..alone
        }
    };
    let decisions = (0..documents.len() as u32)
        .into_par_iter()
        .map(decide)
        .collect();
    corpus.archive.intact()?;
    Ok(Deduped {
        groups,
        decisions,
        crowded_keys: found.counts.capped_buckets,
    })
}
