//! What a run found, ready to be written: the rows of every output.

mod audit;
mod changes;
mod cuts;
mod evidence;
mod origin;
mod pairs;

pub use audit::{Audit, Kept, SourceAudit, audit, share_kept};
pub use changes::Changes;
pub use cuts::{Cuts, cuts};
pub use evidence::EvidenceRows;
pub use origin::{OriginView, Scope, Taking, TextView};
pub use pairs::Pairs;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::codes::codes;
use crate::config::{Search, Settings};
use crate::document::{Archive, Corpus, DocId, Document};
pub(crate) use crate::ingest::Rejection;
use crate::ingest::{Counts, Reading};
use crate::lineage::{Basis, CreditStatus, Role};
use crate::segment::Kind;

/// Everything that a run found.
#[derive(Debug, Default)]
pub struct Trace {
    /// The settings that it was found with.
    pub settings: Settings,
    /// How the inputs were read.
    pub reading: Reading,
    /// Documents, sorted by key; a [`DocId`] is an index into them.
    pub documents: Vec<Document>,
    /// Where their texts are.
    pub archive: Archive,
    /// What could not be read.
    pub rejected: Vec<Rejection>,
    /// What happened to everything that was read.
    pub intake: Counts,
    /// Groups of two documents and more, ordered by id.
    pub groups: Vec<Group>,
    /// Verified pairs, by group id (none first) and keys.
    pub pairs: Pairs,
    /// Lineage of every document, in the order of the documents.
    pub lineage: Vec<Lineage>,
    /// What copies changed.
    pub changes: Changes,
    /// The evidence, by document.
    pub evidence: EvidenceRows,
    /// Counts of the stages, by name.
    pub counts: BTreeMap<&'static str, u64>,
    /// How pairs were found.
    pub search: Search,
    /// Shingles in a window of the fingerprints.
    pub fingerprint_window: usize,
    /// What is told of it, where that is not all.
    pub scope: Option<Scope>,
}

impl Trace {
    /// The document of an id.
    pub fn document(&self, doc: DocId) -> &Document {
        &self.documents[doc.index()]
    }

    /// The text of a document.
    pub fn text(&self, doc: DocId) -> Cow<'_, str> {
        let corpus = Corpus {
            documents: &self.documents,
            archive: &self.archive,
        };
        corpus.text(doc)
    }

    /// The key of a document.
    pub fn key(&self, doc: DocId) -> &str {
        &self.document(doc).key
    }

    /// The id of a group, empty for none.
    pub fn group_id(&self, group: Option<usize>) -> &str {
        group
            .and_then(|number| self.groups.get(number))
            .map_or("", |group| &group.id)
    }
}

/// Documents that republish one text.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// `g` and 16 hexadecimal digits of XXH3-64 of its smallest key, or its id in the index that it comes from.
    pub id: String,
    /// Ascending.
    pub members: Vec<DocId>,
    /// The member with the greatest sum of Jaccard to the others.
    pub representative: DocId,
    /// The member from which all others were made, where that is known.
    pub origin: Option<DocId>,
    /// Lowest Jaccard of two members (in a group that is not complete, of a listed pair).
    pub jaccard_min: f64,
    /// The edge that holds the group together least.
    pub weakest_link: Option<(DocId, DocId)>,
    /// Most steps of copy-strength pairs between two members; unknown in very large groups.
    pub diameter: Option<u32>,
    /// Members that name the source they were made from.
    pub credited: u64,
    /// Members that name none.
    pub uncredited: u64,
    /// Members that name another than the one they were made from.
    pub mismatched: u64,
    /// Whether every verified pair of the group is listed (identical texts as a star).
    pub pairs_complete: bool,
    /// Members beyond the first of each source.
    pub same_source_copies: u64,
}

codes! {
    /// How one text relates to another.
    Relation {
        Identical "identical" "the same text, byte for byte";
        Reformatted "reformatted" "the same words; wrapping, punctuation, typography or case differ";
        Trimmed "trimmed" "words left out, none added";
        Extended "extended" "words added, none left out";
        Edited "edited" "words added and left out, or changed, or moved";
        Excerpt "excerpt" "a passage of a text more than four times as long";
        Revision "revision" "a later text of the same outlet";
        SharedSource "shared_source" "made from one source, and nothing says from which member";
        Template "template" "the same form filled in anew; no copy";
        Passage "passage" "a shared passage that joins no groups";
        Borderline "borderline" "just below a bar, and it reaches none: listed with `--borderline`, and no copy";
    }
}

/// A verified pair of documents, `a` before `b` by key.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Number of the group that both belong to.
    pub group: Option<usize>,
    /// The smaller key.
    pub a: DocId,
    /// The larger key.
    pub b: DocId,
    /// What `b` is to `a`.
    pub relation: Relation,
    /// Exact Jaccard.
    pub jaccard: f64,
    /// Share of `a`'s shingles that `b` has.
    pub containment_a: f64,
    /// Share of `b`'s shingles that `a` has.
    pub containment_b: f64,
    /// Shares of the words of `a` and of `b` that the alignment matched.
    pub coverage: Option<(f64, f64)>,
    /// Words in shared shingles, counted in the text that has fewer of them.
    pub shared_words: u32,
    /// Words of the longest run that stands in both.
    pub longest_run_words: u32,
}

/// What a document changed against the one that it is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Exact Jaccard of the two.
    pub jaccard: f64,
    /// Share of the document's shingles that the other has.
    pub containment_in_exemplar: f64,
    /// Share of the other's shingles that the document has.
    pub containment_of_exemplar: f64,
    /// Words of the longest run that stands in both.
    pub longest_run_words: u32,
    /// Units (sentences and lines) by what became of them.
    pub lines: LineCounts,
    /// Words that only the document has.
    pub words_added: u64,
    /// Words that only the other has.
    pub words_dropped: u64,
    /// Whether the titles differ, or the first units where there are no titles.
    pub headline_changed: bool,
}

/// Units by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// Every word is there, in order.
    pub same: u64,
    /// Only in the copy.
    pub added: u64,
    /// Only in the exemplar.
    pub dropped: u64,
    /// Changed in part.
    pub edited: u64,
    /// Carried to another place.
    pub moved: u64,
}

/// What stands for a missing source that no credit names.
pub const UNNAMED: &str = "unnamed";

/// Lineage of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Lineage {
    /// Number of its group.
    pub group: Option<usize>,
    /// What it is there.
    pub role: Role,
    /// Words of its text.
    pub words: u32,
    /// The text that it was made from.
    pub exemplar: Option<DocId>,
    /// What it is compared with: the exemplar, else the representative.
    pub compared_with: Option<DocId>,
    /// What it is to that.
    pub relation: Option<Relation>,
    /// What the direction rests on.
    pub basis: Basis,
    /// How likely it is that it was made from that, or from the missing source.
    pub probability: Option<f64>,
    /// The next best exemplar.
    pub alternative: Option<DocId>,
    /// How likely it is that it was made from the next best.
    pub alternative_probability: Option<f64>,
    /// A second text from which it has what the exemplar lacks.
    pub second_exemplar: Option<DocId>,
    /// What it was made from where no document of the input is that text: the
    /// name that credits agree on, or [`UNNAMED`].
    pub missing_source: Option<String>,
    /// The first of its line of descent, with the steps to it.
    pub root: Option<(DocId, u32)>,
    /// Seconds from the exemplar's publication to its own.
    pub lag_seconds: Option<i64>,
    /// What it changed.
    pub comparison: Option<Box<Comparison>>,
    /// The line that names the source that it was made from, else the first that names another.
    pub credit: Option<String>,
    /// Whether it names the source that it was made from.
    pub credit_status: Option<CreditStatus>,
    /// The other sources that it says its words are from, that of `credit` first.
    pub credited: Vec<String>,
    /// What is odd about it, ascending.
    pub flags: Vec<Flag>,
}

/// One unit, or a run of units, that a copy does not have as its exemplar has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Number of the group.
    pub group: Option<usize>,
    /// The text compared with.
    pub exemplar: DocId,
    /// The text that changed it.
    pub copy: DocId,
    /// What was done.
    pub op: Op,
    /// What the unit is for.
    pub kind: Kind,
    /// Its place in the exemplar.
    pub in_exemplar: Place,
    /// Its place in the copy.
    pub in_copy: Place,
    /// Numbers neighbouring changes of one copy, from 1.
    pub hunk: u32,
    /// The words that differ within an edited or moved unit, by place.
    pub marks: Vec<Mark>,
}

/// Words of the exemplar that became words of the copy, as bytes of each text;
/// one of the two may be empty, and is then a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Bytes of the exemplar.
    pub exemplar: Range<usize>,
    /// Bytes of the copy.
    pub copy: Range<usize>,
}

/// A byte range of a text with its line and column; both absent where the side
/// lacks the text and the range is an insertion point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Bytes of the text.
    pub bytes: Range<usize>,
    /// Line and column of its first byte, from 1.
    pub line_column: Option<(usize, usize)>,
}

codes! {
    /// What was done to a unit.
    Op {
        Added "added" "only the copy has it";
        Dropped "dropped" "only the exemplar has it";
        Edited "edited" "both have it, with other words in part";
        Moved "moved" "both have it, in another place";
    }
}

impl Op {
    /// The sign on a terminal.
    pub fn sign(self) -> char {
        match self {
            Op::Added => '+',
            Op::Dropped => '-',
            Op::Edited => '~',
            Op::Moved => '>',
        }
    }
}

codes! {
    /// What is odd about a document.
    Flag {
        Empty "empty" "no letter or digit in its text";
        Short "short" "under 20 words: it merges with identical texts only";
        DateUnread "date_unread" "a date field was there and could not be read";
        Renamed "renamed" "its key was taken by another document";
        Invisible "invisible" "invisible characters were left out of its words";
        Template "template" "it fills in a form that other documents fill in too";
        RoundUp "round_up" "it shares passages with stories that have nothing else in common";
        Archived "archived" "a document of the archive that `--against` names";
        AlignmentCut "alignment_cut" "its alignment was too large in places and left them unmatched";
    }
}
