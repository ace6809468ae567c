//! A member of a group, and whom it names.

use std::ops::Range;

use crate::document::{DocId, Document, Moment};

use super::credit::{Credit, CreditKind};
use super::dates::Dated;

/// One member of a group, as far as lineage looks at it.
pub struct Member<'a> {
    /// Its id.
    pub doc: DocId,
    /// The record.
    pub document: &'a Document,
    /// Number of its source among the known ones.
    pub source: Option<usize>,
    /// Lines of its text that name a source.
    pub credits: &'a [Credit],
    /// Its title, else the first line with words.
    pub head: &'a str,
    /// What its update marker says: 0 none, then rising.
    pub update: u32,
    /// The line of its text that says that it was corrected or updated.
    pub note: Option<&'a Range<usize>>,
    /// The date in a header of its text.
    pub written: Option<&'a (Moment, Range<usize>)>,
    /// Number of its text among the readings.
    pub text: usize,
    /// Number of its headline among those of the group.
    pub headline: Option<usize>,
    /// The dateline of its text, with its place.
    pub dateline: Option<&'a (Range<usize>, String)>,
}

impl<'a> Member<'a> {
    /// Its dates.
    pub fn dated(&self) -> Dated<'a> {
        Dated {
            document: self.document,
            written: self.written.map(|(moment, _)| *moment),
            source: self.source,
        }
    }

    /// The first line that names a source other than its own as the one it is from.
    pub(super) fn names(&self, source: Option<usize>) -> Option<&'a Credit> {
        self.credit(source, true)
    }

    /// The first place where the story cites a source other than its own.
    pub(super) fn cites(&self, source: Option<usize>) -> Option<&'a Credit> {
        self.credit(source, false)
    }

    fn credit(&self, source: Option<usize>, of_the_text: bool) -> Option<&'a Credit> {
        let named = source.filter(|_| source != self.source)?;
        self.credits.iter().find(|credit| {
            credit.source == Some(named) && credit.how.is_of_the_text() == of_the_text
        })
    }

    /// Whether its dateline names its own outlet, as agencies sign what they send.
    pub(super) fn signs(&self) -> bool {
        let own = |credit: &Credit| {
            credit.how == CreditKind::Dateline
                && credit.source.is_some()
                && credit.source == self.source
        };
        self.credits.iter().any(own)
    }

    /// Whether it names the same source as a credit does.
    pub(super) fn carries(&self, credit: &Credit) -> bool {
        let same = |own: &Credit| match (own.source, credit.source) {
            (Some(x), Some(y)) => x == y,
            (None, None) => own.name == credit.name,
            _ => false,
        };
        self.foreign().any(same)
    }

    /// Whether both name one source that neither is.
    pub(super) fn names_with(&self, other: &Member<'_>) -> bool {
        other.foreign().any(|credit| self.carries(credit))
    }

    /// The lines that name another source than its own as the one it is from.
    pub(super) fn foreign(&self) -> impl Iterator<Item = &'a Credit> {
        let own = self.source;
        let foreign = move |credit: &&Credit| {
            credit.how.is_of_the_text() && (credit.source.is_none() || credit.source != own)
        };
        self.credits.iter().filter(foreign)
    }
}
