//! Which document of a group is kept, as it grows.

use super::Index;
use super::tables::NONE;
use crate::error::Error;
use crate::group::Policy;

/// How good a document is to keep: the least is kept.
type Rank = (i64, i64, u64);

impl Index {
    /// Where a document stands by the policy; ties go to what came first.
    fn rank(&self, doc: u32) -> Result<Rank, Error> {
        let Some(row) = self.tables.doc(doc) else {
            return Ok((i64::MAX, i64::MAX, u64::MAX));
        };
        let words = self.tables.class(row.class).map_or(0, |class| class.words);
        Ok(match &self.policy {
            Policy::Longest => (-i64::from(words), 0, row.number),
            Policy::Latest => {
                let published = self.fields(doc)?.published;
                let published = published.map(|moment| moment.sort_key().0);
                (
                    i64::from(published.is_none()),
                    -published.unwrap_or(0),
                    row.number,
                )
            }
            Policy::Prefer(sources) => {
                let source = self.fields(doc)?.source;
                let source = source.map(|name| name.to_lowercase());
                let place = sources
                    .iter()
                    .position(|name| Some(name.to_lowercase()) == source);
                (place.unwrap_or(sources.len()) as i64, 0, row.number)
            }
            _ => (0, 0, row.number),
        })
    }

    /// Makes the best of some documents the keeper of a group. Returns the keeper before, if there was one.
    pub(super) fn choose(&mut self, group: u32, among: &[u32]) -> Result<Option<u32>, Error> {
        let before = self.tables.group(group).map_or(NONE, |row| row.keeper);
        let mut best: Option<(Rank, u32)> = None;
        for &doc in among {
            let rank = self.rank(doc)?;
            if best.is_none_or(|(least, _)| rank < least) {
                best = Some((rank, doc));
            }
        }
        if let (Some((_, doc)), Some(row)) = (best, self.tables.groups.get_mut(group as usize)) {
            row.keeper = doc;
        }
        Ok((before != NONE).then_some(before))
    }

    /// Whether a document of a group is kept beside its keeper: the first of its outlet.
    pub(super) fn is_first_of_outlet(&self, doc: u32, group: u32) -> bool {
        let Some(own) = self.tables.doc(doc) else {
            return false;
        };
        let mut others = self
            .tables
            .documents(group)
            .filter_map(|other| self.tables.doc(other));
        !others.any(|other| other.outlet == own.outlet && other.number < own.number)
    }
}
