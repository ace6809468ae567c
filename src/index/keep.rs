//! Which document of a group is kept, as it grows.

use super::Index;
use super::answers::Seen;
use super::tables::NONE;
use crate::document::Document;
use crate::error::Error;
use crate::group::Policy;

/// How good a document is to keep: the least is kept.
pub(super) type Rank = (i64, i64, u64);

impl Index {
    /// Where a document stands by the policy; ties go to what came first.
    pub(super) fn rank(&self, own: &Seen<'_>) -> Rank {
        match &self.policy {
            Policy::Longest => (-i64::from(own.words), 0, own.number),
            Policy::Latest => {
                let published = own.document.published;
                let published = published.map(|moment| moment.sort_key().0);
                (
                    i64::from(published.is_none()),
                    -published.unwrap_or(0),
                    own.number,
                )
            }
            Policy::Prefer(sources) => {
                let source = own.document.source.as_deref().map(str::to_lowercase);
                let place = sources
                    .iter()
                    .position(|name| Some(name.to_lowercase()) == source);
                (place.unwrap_or(sources.len()) as i64, 0, own.number)
            }
            _ => (0, 0, own.number),
        }
    }

    /// Makes the best of some documents the keeper of a group. Returns the keeper before, if there was one.
    pub(super) fn choose(&mut self, group: u32, among: &[u32]) -> Result<Option<u32>, Error> {
        let before = self.tables.group(group).map_or(NONE, |row| row.keeper);
        let reads_fields = matches!(self.policy, Policy::Latest | Policy::Prefer(_));
        let mut best: Option<(Rank, u32)> = None;
        for &doc in among {
            let document = match reads_fields {
                true => self.fields(doc)?,
                false => Document::default(),
            };
            let rank = self.rank(&self.seen(doc, &document));
            if best.is_none_or(|(least, _)| rank < least) {
                best = Some((rank, doc));
            }
        }
        if let (Some((_, doc)), Some(row)) = (best, self.tables.groups.get_mut(group as usize)) {
            row.keeper = doc;
        }
        Ok((before != NONE).then_some(before))
    }

    /// Whether a batch would keep a document and not the one that is kept for it, which came first: they are as good
    /// as each other by the policy, and it was published earlier.
    pub(super) fn came_late(&self, own: &Seen<'_>, kept: &Seen<'_>) -> bool {
        let dates = own.document.published.zip(kept.document.published);
        let order = dates.and_then(|(own, kept)| own.order(&kept));
        self.policy != Policy::Latest
            && self.rank(own).0 == self.rank(kept).0
            && order.is_some_and(|order| order.is_lt())
    }

    /// The first of an outlet in a group.
    pub(super) fn first_of_outlet(&self, outlet: u32, group: u32) -> Option<u32> {
        let docs = self.tables.documents(group);
        let numbered = docs.filter_map(|doc| {
            let row = self.tables.doc(doc).filter(|row| row.outlet == outlet)?;
            Some((row.number, doc))
        });
        numbered.min().map(|(_, doc)| doc)
    }
}
