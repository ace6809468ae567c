//! What is answered for a document: whether it is kept, and what it is to the kept one or to those before it.
//!
//! The table in `docs/index.md` says what comes of each case.

use super::entry::Changes;
use super::tables::NONE;
use super::{Answer, Index, Outcome};
use crate::document::Document;
use crate::error::Error;
use crate::group::Policy;
use crate::normalise::same_words;
use crate::verify::{containment, jaccard, overlap};

/// A document as an answer sees it: one that is held, or one that is asked about.
#[derive(Clone, Copy)]
pub(super) struct Seen<'d> {
    /// All but its text.
    pub document: &'d Document,
    /// Its text; [`NONE`] where that is not held.
    pub class: u32,
    pub outlet: u32,
    /// Its number; the next one where it is not held.
    pub number: u64,
    pub words: u32,
}

impl Seen<'_> {
    /// Whether it is an earlier state of its outlet's story than another one: by the dates, else by which came first.
    fn is_before(&self, other: &Seen<'_>) -> bool {
        let dates = self.document.published.zip(other.document.published);
        let order = dates.and_then(|(own, other)| own.order(&other));
        match order.filter(|order| order.is_ne()) {
            Some(order) => order.is_lt(),
            None => self.number < other.number,
        }
    }

    /// What it is to another one in its group.
    pub(super) fn relation(&self, other: &Seen<'_>) -> Outcome {
        let is_same_text = self.class == other.class && self.class != NONE;
        if self.outlet == 0 || self.outlet != other.outlet {
            return match is_same_text {
                true => Outcome::Identical,
                false => Outcome::Copy,
            };
        }
        let title = |document: &Document| document.title.clone().unwrap_or_default();
        if is_same_text && same_words(&title(self.document), &title(other.document)) {
            return Outcome::Identical;
        }
        match self.is_before(other) {
            true => Outcome::Earlier,
            false => Outcome::Update,
        }
    }
}

/// The answer for a document that is like no other.
pub(super) fn alone(key: Box<str>) -> Answer {
    Answer {
        kept: key.clone(),
        key,
        outcome: Outcome::New,
        is_known: false,
        is_confirmed: false,
        is_kept: true,
        group: None,
        jaccard: None,
        containment: None,
        replaces: None,
        events: Vec::new(),
    }
}

impl Index {
    /// A document that is held, with its fields.
    pub(super) fn seen<'d>(&self, doc: u32, document: &'d Document) -> Seen<'d> {
        let row = self.tables.doc(doc);
        let class = row.map_or(NONE, |row| row.class);
        Seen {
            document,
            class,
            outlet: row.map_or(0, |row| row.outlet),
            number: row.map_or(0, |row| row.number),
            words: self.tables.class(class).map_or(0, |class| class.words),
        }
    }

    /// The document that is kept in the place of one of this outlet; `None` where its group keeps none for it yet.
    pub(super) fn kept_for(&self, outlet: u32, group: u32) -> Option<u32> {
        match self.policy {
            Policy::OnePerSource => self.first_of_outlet(outlet, group),
            _ => self.tables.group(group).map(|row| row.keeper),
        }
    }

    /// What is answered for a document that is held.
    pub(super) fn answer(&mut self, doc: u32, changes: Option<&Changes>) -> Result<Answer, Error> {
        let document = self.fields(doc)?;
        let own = self.seen(doc, &document);
        let mut answer = alone(document.key.clone());
        let group = self.tables.group_of_class(own.class);
        for told in changes.map_or(&[][..], |changes| &changes.events) {
            answer.events.extend(self.event(told, group)?);
        }
        let Some(group) = group else {
            return Ok(answer);
        };
        answer.group = self.id_of(group);
        let kept = self.kept_for(own.outlet, group).unwrap_or(doc);
        if kept == doc {
            let members: Vec<u32> = self.tables.documents(group).collect();
            answer.outcome = self.to_those_before(&own, &members)?;
            return Ok(answer);
        }
        let other = self.fields(kept)?;
        let other_seen = self.seen(kept, &other);
        let (jaccard, containment) = self.values(own.class, other_seen.class)?;
        Ok(Answer {
            outcome: own.relation(&other_seen),
            is_kept: false,
            kept: other.key.clone(),
            jaccard: Some(jaccard),
            containment: Some(containment),
            ..answer
        })
    }

    /// What a document that is kept is to those of its group that came before it: to the last one of its own outlet, if
    /// there is one.
    pub(super) fn to_those_before(
        &self,
        own: &Seen<'_>,
        members: &[u32],
    ) -> Result<Outcome, Error> {
        let (mut last, mut is_same, mut is_alone) = (None, false, true);
        for &doc in members {
            let Some(row) = self.tables.doc(doc).filter(|row| row.number < own.number) else {
                continue;
            };
            is_alone = false;
            is_same |= row.class == own.class;
            if row.outlet == own.outlet && own.outlet > 0 {
                last = last.max(Some((row.number, doc)));
            }
        }
        if let Some((_, doc)) = last {
            let other = self.fields(doc)?;
            return Ok(own.relation(&self.seen(doc, &other)));
        }
        Ok(match () {
            () if is_alone => Outcome::New,
            () if is_same => Outcome::Identical,
            () => Outcome::Copy,
        })
    }

    /// Exact Jaccard of two texts, and the share of the first that the second has.
    pub(super) fn values(&mut self, own: u32, other: u32) -> Result<(f64, f64), Error> {
        if own == other {
            return Ok((1.0, 1.0));
        }
        if let Some(link) = self
            .tables
            .links(own)
            .iter()
            .find(|link| link.other == other)
        {
            return Ok(self.tables.values(own, link));
        }
        let (x, y) = (self.text(own)?, self.text(other)?);
        let shared = overlap(&x.set, &y.set);
        let (own, other) = (x.set.len() as u32, y.set.len() as u32);
        Ok((jaccard(shared, own, other), containment(shared, own)))
    }
}
