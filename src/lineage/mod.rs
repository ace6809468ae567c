//! Groups and their texts to a stemma: who copied whom, with evidence.
//!
//! - [`Readings`] are the lines that each text of the group has, from a collation;
//!   [`operations`] says what made one text out of another, [`cost`] how likely that is.
//! - [`date_nats`] and credits say how likely the rest is; `weigh` adds it up.
//! - [`marginals`] sums over all trees of descent, [`arborescence`] finds the best.
//! - [`infer`] claims what is likely and told, and lists the evidence; [`learn`] says what a
//!   group teaches of the rates by which all are judged.
//!
//! No direction is ever invented: where nothing tells it, the answer is *unresolved*.

use crate::codes::codes;

mod additions;
mod arborescence;
mod calendar;
mod chances;
mod credit;
mod dates;
mod evidence;
mod header;
mod marginals;
mod member;
mod phrases;
mod rates;
mod readings;
mod reasons;
mod second;
mod sources;
mod stemma;
mod update;
mod weigh;

pub use arborescence::{Link, arborescence};
pub use credit::{Credit, CreditKind, address_credit, credits};
pub use dates::{Agreement, Dated, Trust, date_nats, order};
pub use evidence::{Code, Evidence, Strength};
pub use header::text_date;
pub use marginals::{Marginals, marginals, marginals_of_one_root};
pub use member::Member;
pub use rates::{Rates, Tally, cost};
pub use readings::{Line, Operation, Operator, Reading, Readings, operations};
pub use sources::{SourceNames, host_of};
pub use stemma::{GroupTexts, Kin, Learnt, infer, learn};
pub use update::{update_note, update_rank};
pub use weigh::{Model, Nats};

codes! {
    /// What a document is within its group.
    Role {
        Origin "origin" "every other member was made from it, directly or not";
        Copy "copy" "made from another outlet's text";
        Revision "revision" "a later text of the same outlet";
        Excerpt "excerpt" "a passage of a much longer text";
        Unresolved "unresolved" "in a group, and nothing says from what it was made";
        Singleton "singleton" "in no group";
    }
}

codes! {
    /// What a direction rests on.
    Basis {
        Dates "dates" "dates published or collected";
        Text "text" "the texts themselves";
        Credit "credit" "a credit, dateline, licence or page line";
        Mixed "mixed" "several of these";
        None "none" "no direction is claimed";
    }
}

codes! {
    /// Whether a copy names the source that it was made from.
    CreditStatus {
        Credited "credited" "the copy names its exemplar's source, or the origin's";
        Uncredited "uncredited" "the copy names no source";
        Mismatched "mismatched" "the copy names another source";
    }
}

/// What lineage says about one member of a group. Members are numbered as given
/// to [`infer`].
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// What the member is.
    pub role: Role,
    /// The member that it was made from.
    pub exemplar: Option<usize>,
    /// How likely that is, or that it was made from the missing source, or that it is the origin.
    pub probability: Option<f64>,
    /// What the direction rests on.
    pub basis: Basis,
    /// The next best exemplar with its probability.
    pub alternative: Option<(usize, f64)>,
    /// A second member, which has what it has and its exemplar lacks.
    pub second: Option<usize>,
    /// It was made from a text that no member is, with the name of its source where credits agree on one.
    pub missing: Option<Option<String>>,
    /// True where several exemplars are equally good, so that none is claimed.
    pub shared_source: bool,
    /// True where not all trees were summed.
    pub approximate: bool,
    /// The member without exemplar at the end of the chain, where there is a chain.
    pub root: Option<usize>,
    /// Steps from that root; 0 for the origin.
    pub depth: Option<u32>,
    /// Everything found for and against, claims or none.
    pub evidence: Vec<Evidence>,
}

impl Descent {
    /// Nothing is claimed.
    fn unresolved() -> Self {
        Descent {
            role: Role::Unresolved,
            exemplar: None,
            probability: None,
            basis: Basis::None,
            alternative: None,
            second: None,
            missing: None,
            shared_source: false,
            approximate: false,
            root: None,
            depth: None,
            evidence: Vec::new(),
        }
    }
}
