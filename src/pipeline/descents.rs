//! What lineage says of each document, as it is gathered group by group.

use super::credit::{self, Provenance, audit};
use crate::document::DocId;
use crate::error::Error;
use crate::lineage::{Basis, Credit, CreditStatus, Descent, Evidence, Role};
use crate::spill::Spill;
use crate::trace::{EvidenceRows, UNNAMED};

/// What lineage says of each document.
pub(super) struct Descents {
    /// In the order of the documents; `None` for those of which nothing is said.
    pub of: Vec<Option<Box<DocDescent>>>,
    /// By document.
    pub evidence: EvidenceRows,
    /// Groups of which not all trees were summed.
    pub approximated: u64,
}

/// What lineage says of one document.
#[derive(Clone, Debug)]
pub(super) struct DocDescent {
    pub role: Role,
    pub exemplar: Option<DocId>,
    pub basis: Basis,
    pub probability: Option<f64>,
    pub alternative: Option<DocId>,
    pub alternative_probability: Option<f64>,
    pub second_exemplar: Option<DocId>,
    pub missing_source: Option<String>,
    pub shared_source: bool,
    pub root: Option<(DocId, u32)>,
    /// The line that names the source that it was made from, else the first that names another.
    pub credit: Option<String>,
    pub credit_status: Option<CreditStatus>,
    /// The other sources that it says its words are from.
    pub credited: Vec<String>,
}

impl Descents {
    /// Nothing of so many documents; `spill` takes the evidence.
    pub(super) fn none(documents: usize, spill: Spill) -> Self {
        Descents {
            of: vec![None; documents],
            evidence: EvidenceRows::new(spill),
            approximated: 0,
        }
    }

    /// What is said of a document, if anything is.
    pub(super) fn get(&self, doc: DocId) -> Option<&DocDescent> {
        self.of.get(doc.index())?.as_deref()
    }

    /// Takes what was inferred of the member at a place of a group, with the credits of its text.
    pub(super) fn put(
        &mut self,
        (members, at): (&[DocId], usize),
        descent: Descent,
        from: &Provenance,
        credits: &[Credit],
        is_member: impl Fn(&Credit) -> bool,
    ) -> Result<(), Error> {
        let own = members[at];
        let member = |place: Option<usize>| place.map(|place| members[place]);
        let root = member(descent.root);
        let mut evidence = descent.evidence;
        let mut described = DocDescent {
            role: descent.role,
            exemplar: member(descent.exemplar),
            basis: descent.basis,
            probability: descent.probability,
            alternative: member(descent.alternative.map(|(member, _)| member)),
            alternative_probability: descent.alternative.map(|(_, share)| share),
            second_exemplar: member(descent.second),
            missing_source: descent
                .missing
                .map(|name| name.unwrap_or(UNNAMED.to_string())),
            shared_source: descent.shared_source,
            root: root.zip(descent.depth),
            ..DocDescent::default()
        };
        let piece = described.credit(own, from, credits, is_member, &evidence);
        evidence.extend(piece);
        self.of[own.index()] = Some(Box::new(described));
        self.evidence.push(own, &evidence)
    }

    /// Sets the credits of an excerpt, which stands in no group, beside its lineage.
    pub(super) fn credit_excerpt(
        &mut self,
        own: DocId,
        from: &Provenance,
        credits: &[Credit],
    ) -> Result<(), Error> {
        let known = self.evidence.of(own)?;
        let described = self.of[own.index()].get_or_insert_default();
        let piece = described.credit(own, from, credits, |_| false, &known);
        self.evidence.push(own, piece.as_slice())
    }
}

impl Default for DocDescent {
    /// A document that belongs to no group.
    fn default() -> Self {
        DocDescent {
            role: Role::Singleton,
            exemplar: None,
            basis: Basis::None,
            probability: None,
            alternative: None,
            alternative_probability: None,
            second_exemplar: None,
            missing_source: None,
            shared_source: false,
            root: None,
            credit: None,
            credit_status: None,
            credited: Vec::new(),
        }
    }
}

impl DocDescent {
    /// Sets the credits of a text; the piece of evidence about them, unless `known` has it.
    fn credit(
        &mut self,
        own: DocId,
        from: &Provenance,
        credits: &[Credit],
        is_member: impl Fn(&Credit) -> bool,
        known: &[Evidence],
    ) -> Option<Evidence> {
        let credited = audit(from, credits);
        let piece = credited.credit.as_ref().and_then(|credit| {
            let about = (own, self.exemplar);
            credit::piece(about, from, credit, is_member(credit), known)
        });
        self.credit = credited.credit.map(|credit| credit.line);
        self.credit_status = credited.status;
        self.credited = credited.names;
        piece
    }
}
