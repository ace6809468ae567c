//! The order of the stages. No other file knows it.
//!
//! [`trace`] is the whole of it: [`search`] turns texts into groups (normalise,
//! shingle, sketch, candidates, verify, group), `relate` aligns the pairs of a
//! group and lists them, `furniture` learns what the pages of an outlet repeat, `descend`
//! infers the lineage, `compare` sets every copy beside its exemplar and
//! notes what it changed. [`dedup`] stops at the groups, [`judge_items`] says what the items of a feed are to its reader, [`collate_group`] sets all
//! members of one side by side.

mod apart;
mod collate;
mod compare;
mod credit;
mod dedup;
mod descend;
mod descents;
mod explain;
mod furniture;
mod items;
mod kinds;
mod pair;
mod passages;
mod relate;
mod rows;
mod search;
mod sides;
mod survey;
mod texts;
mod verified;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use collate::{CollatedGroup, GroupName, PlacedCell, collate_group};
pub use dedup::{Decision, Deduped, Reason, dedup};
pub use explain::{Explained, Explanation, Rule, Step, explain};
pub use items::{ItemVerdict, Outcome, among_themselves, beside_kept, judge_items};
pub use pair::compare_documents;
pub use passages::Passage;
pub use search::{Found, SearchCounts, search};
pub use survey::Survey;
pub(crate) use texts::line_marks;
pub use texts::{ComparedTexts, PlacedUnit, Titled, WholeTexts, compare_texts, compare_whole};
pub use verified::{COMPLETE_GROUP, Measured};

use self::descents::Descents;
use crate::config::{Resources, Settings};
use crate::document::{Corpus, DocId, Document};
use crate::error::Error;
use crate::ingest::Intake;
use crate::lineage::SourceNames;
use crate::trace::Trace;
use crate::verify::Standing;

/// Hears how far a long call is and may stop it.
///
/// The library never prints; a caller that wants bars or lines draws them here.
pub trait Observer: Sync {
    /// A stage begins; `items` is what it will go through.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] ends the call.
    fn stage(&self, name: &'static str, items: usize) -> Result<(), Error> {
        let _ = (name, items);
        Ok(())
    }

    /// `done` items of the stage are through.
    ///
    /// # Errors
    /// As [`stage`](Observer::stage).
    fn progress(&self, done: usize) -> Result<(), Error> {
        let _ = done;
        Ok(())
    }

    /// `done` bytes of the input were read, of `total` where that is known (a
    /// pipe does not say). Reading is the first stage and begins with the first call.
    ///
    /// # Errors
    /// As [`stage`](Observer::stage).
    fn reading(&self, done: u64, total: Option<u64>) -> Result<(), Error> {
        let _ = (done, total);
        Ok(())
    }
}

/// An observer that hears nothing and never stops.
pub struct Silent;

impl Observer for Silent {}

/// Runs every stage over documents that are at hand already.
///
/// # Errors
/// A setting that makes no sense, or a stop that the observer asked for.
pub fn trace(intake: Intake, settings: &Settings, observer: &dyn Observer) -> Result<Trace, Error> {
    let resources = Resources::default();
    let survey = Survey::new(settings, &resources, observer)?;
    survey.go_through(intake.corpus())?;
    trace_surveyed(intake, survey, settings, &resources, observer)
}

/// Runs the stages behind reading; `survey` heard every text on the way in.
///
/// # Errors
/// As [`trace`]; a temporary file that cannot be used.
pub fn trace_surveyed(
    intake: Intake,
    survey: Survey<'_>,
    settings: &Settings,
    resources: &Resources,
    observer: &dyn Observer,
) -> Result<Trace, Error> {
    let Intake {
        documents,
        archive,
        rejected,
        counts: read,
        reading,
        ..
    } = intake;
    let corpus = Corpus {
        documents: &documents,
        archive: &archive,
    };
    let surveyed = survey.conclude(corpus);
    let found = search::find(corpus, surveyed, settings, resources, observer)?;

    observer.stage("aligning pairs", found.pairs.len())?;
    let kinship = relate::relate(corpus, &found, (settings, resources), observer)?;

    let compared = furniture::compared(&found, &kinship);
    let furniture = furniture::learn(corpus, &found, compared, observer)?;
    let of_groups = (&kinship, &furniture);
    let Descents {
        of: descents,
        evidence,
        approximated,
    } = descend::descend(corpus, &found, of_groups, (settings, resources), observer)?;

    observer.stage("comparing copies", documents.len())?;
    let compared = compare::compare(
        corpus,
        &found,
        &kinship,
        (descents, &furniture),
        (settings, resources),
        observer,
    )?;

    archive.intact()?;
    let mut trace = Trace {
        settings: settings.clone(),
        reading,
        counts: counts(&found, &kinship, approximated, &compared),
        groups: kinship.groups,
        pairs: kinship.pairs,
        lineage: compared.lineage,
        changes: compared.changes,
        evidence,
        search: found.search,
        fingerprint_window: search::window(settings),
        documents,
        archive,
        rejected,
        intake: read,
        scope: None,
    };
    descend::sum_up(&mut trace);
    Ok(trace)
}

/// Numbers the outlets of documents; spellings in other case or punctuation are one.
fn outlets(documents: &[Document]) -> Vec<Option<u32>> {
    let sources = SourceNames::new(documents.iter().filter_map(|d| d.source.as_deref()));
    let number = |document: &Document| sources.number(document.source.as_deref()?);
    documents
        .iter()
        .map(|document| number(document).map(|number| number as u32))
        .collect()
}

/// Counts of all stages by name, for `run.json`.
fn counts(
    found: &Found,
    kinship: &relate::Kinship,
    approximated: u64,
    compared: &compare::Compared,
) -> BTreeMap<&'static str, u64> {
    let standing = |which| {
        found
            .pairs
            .iter()
            .filter(|pair| pair.standing == which)
            .count() as u64
    };
    let grouped: usize = kinship.groups.iter().map(|group| group.members.len()).sum();
    let search = &found.counts;
    BTreeMap::from([
        ("distinct_texts", search.classes),
        ("candidate_pairs", search.candidates),
        ("pairs_completed_in_groups", search.completed),
        ("capped_buckets", search.capped_buckets),
        (
            "components_too_large_to_complete",
            search.incomplete_components,
        ),
        ("copy_pairs", standing(Standing::Copy)),
        ("excerpt_pairs", standing(Standing::Excerpt)),
        ("template_pairs", standing(Standing::Template)),
        ("borderline_pairs", standing(Standing::Borderline)),
        ("short_pairs", standing(Standing::Short)),
        ("round_up_pairs", search.bridges),
        ("groups", kinship.groups.len() as u64),
        ("grouped_documents", grouped as u64),
        ("pairs_listed", kinship.pairs.len() as u64),
        ("changes", compared.changes.len() as u64),
        ("alignment_stretches_cut", compared.stretches_cut),
        ("groups_with_lineage_approximated", approximated),
    ])
}

/// Works out `of` for each number below `count` on all threads and hands it to `take`
/// in order, in pieces: what is under way at once stays little, and the observer
/// hears how far it is.
fn in_pieces<T: Send>(
    count: usize,
    observer: &dyn Observer,
    of: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(usize, T) -> Result<(), Error>,
) -> Result<(), Error> {
    const PIECE: usize = 2048;
    for from in (0..count).step_by(PIECE) {
        observer.progress(from)?;
        let to = count.min(from + PIECE);
        let piece: Vec<T> = (from..to).into_par_iter().map(&of).collect();
        for (at, done) in (from..to).zip(piece) {
            take(at, done)?;
        }
    }
    Ok(())
}

/// The id of the document at an index of the sorted list.
fn doc(index: u32) -> DocId {
    DocId(index)
}
