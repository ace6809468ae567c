//! Groups and their texts to a stemma: who copied whom, with evidence.
//!
//! First version: dates decide where they are known; otherwise a credit that
//! names another member's source, or an update marker, does; otherwise the
//! answer is *unresolved*. The text decides among several that came before. No
//! direction is ever invented.

mod credit;
mod evidence;
mod reasons;
mod stemma;

pub use credit::{Credit, SourceNames, credits, update_rank};
pub use evidence::{Code, Evidence, Strength};
pub use stemma::{Distance, Member, infer};

/// What a document is within its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Every other member was made from it, directly or not.
    Origin,
    /// Made from another outlet's text.
    Copy,
    /// A later text of the same outlet.
    Revision,
    /// A passage of a much longer text.
    Excerpt,
    /// In a group, and nothing says from what it was made.
    Unresolved,
    /// In no group.
    Singleton,
}

impl Role {
    /// Every role with its meaning.
    pub const ALL: &'static [(Role, &'static str, &'static str)] = &[
        (
            Role::Origin,
            "origin",
            "every other member was made from it, directly or not",
        ),
        (Role::Copy, "copy", "made from another outlet's text"),
        (
            Role::Revision,
            "revision",
            "a later text of the same outlet",
        ),
        (Role::Excerpt, "excerpt", "a passage of a much longer text"),
        (
            Role::Unresolved,
            "unresolved",
            "in a group, and nothing says from what it was made",
        ),
        (Role::Singleton, "singleton", "in no group"),
    ];

    /// The word in `lineage.csv`.
    pub fn name(self) -> &'static str {
        let row = Role::ALL.iter().find(|(role, _, _)| *role == self);
        row.map_or("", |(_, name, _)| name)
    }
}

/// What a direction rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// Dates.
    Dates,
    /// The texts themselves.
    Text,
    /// A credit.
    Credit,
    /// Several of these.
    Mixed,
    /// Nothing: no direction is claimed.
    None,
}

impl Basis {
    /// Every basis with its meaning.
    pub const ALL: &'static [(Basis, &'static str, &'static str)] = &[
        (Basis::Dates, "dates", "dates published or collected"),
        (Basis::Text, "text", "the texts themselves"),
        (
            Basis::Credit,
            "credit",
            "a credit, dateline, licence or page line",
        ),
        (Basis::Mixed, "mixed", "several of these"),
        (Basis::None, "none", "no direction is claimed"),
    ];

    /// The word in `lineage.csv`.
    pub fn name(self) -> &'static str {
        let row = Basis::ALL.iter().find(|(basis, _, _)| *basis == self);
        row.map_or("", |(_, name, _)| name)
    }
}

/// Whether a copy names the source that it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CreditStatus {
    /// It names its exemplar's source, or the origin's.
    Credited,
    /// It names no source.
    Uncredited,
    /// It names another source.
    Mismatched,
}

impl CreditStatus {
    /// Every status with its meaning.
    pub const ALL: &'static [(CreditStatus, &'static str, &'static str)] = &[
        (
            CreditStatus::Credited,
            "credited",
            "the copy names its exemplar's source, or the origin's",
        ),
        (
            CreditStatus::Uncredited,
            "uncredited",
            "the copy names no source",
        ),
        (
            CreditStatus::Mismatched,
            "mismatched",
            "the copy names another source",
        ),
    ];

    /// The word in `lineage.csv`.
    pub fn name(self) -> &'static str {
        let row = CreditStatus::ALL
            .iter()
            .find(|(status, _, _)| *status == self);
        row.map_or("", |(_, name, _)| name)
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
