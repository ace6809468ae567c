//! Groups and their texts to a stemma: who copied whom, with evidence.
//!
//! First version: dates decide where they are known; otherwise a credit that
//! names another member's source, or an update marker, does; otherwise the
//! answer is *unresolved*. The text decides among several that came before. No
//! direction is ever invented.

use crate::codes::codes;

mod credit;
mod evidence;
mod header;
mod phrases;
mod reasons;
mod sources;
mod stemma;
mod update;

pub use credit::{Credit, CreditKind, address_credit, credits};
pub use evidence::{Code, Evidence, Strength};
pub use header::text_date;
pub use sources::{SourceNames, host_of};
pub use stemma::{Distance, Member, infer};
pub use update::update_rank;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descent {
    /// What the member is.
    pub role: Role,
    /// The member that it was made from.
    pub exemplar: Option<usize>,
    /// What the direction rests on.
    pub basis: Basis,
    /// The next best exemplar.
    pub alternative: Option<usize>,
    /// True where several exemplars are equally good, so that none is claimed.
    pub shared_source: bool,
    /// The member without exemplar at the end of the chain, where there is a chain.
    pub root: Option<usize>,
    /// Steps from that root; 0 for the origin.
    pub depth: Option<u32>,
    /// Everything found for and against, claims or none.
    pub evidence: Vec<Evidence>,
}
