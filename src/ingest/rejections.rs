//! Rejections, told one by one up to a bound and counted beyond it.
//!
//! Ten kilobytes of packed `{` lines are five million bad records. A list of all of them on disk
//! was considered: it would be gigabytes that nobody reads, so the bound holds for
//! `rejected.csv` too, and what is beyond it is one row for each reason with its number.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reason::{Reason, Rejection};

/// The bound of a whole run, as so many times that of one input file.
const FILES: u64 = 10;

/// The rejections of a run.
pub(super) struct Rejections {
    told: Vec<Rejection>,
    /// How many of one input file, the members of an archive included, are told one by one.
    bound: u64,
    of_file: u64,
    of_run: u64,
    /// For each reason, and limit, the first one of this file that is beyond the bound; its count is
    /// that of all.
    beyond: BTreeMap<(Reason, Option<&'static str>), Rejection>,
    /// The last message of each reason: mostly the next one is the same.
    messages: BTreeMap<Reason, Arc<str>>,
    /// Input files with more rejections than are told.
    files_beyond: u64,
}

impl Rejections {
    pub fn new(bound: u64) -> Self {
        Rejections {
            told: Vec::new(),
            bound,
            of_file: 0,
            of_run: 0,
            beyond: BTreeMap::new(),
            messages: BTreeMap::new(),
            files_beyond: 0,
        }
    }

    pub fn push(&mut self, mut rejection: Rejection) {
        if self.of_file >= self.bound || self.of_run >= self.bound.saturating_mul(FILES) {
            let kind = (rejection.reason, rejection.limit);
            match self.beyond.get_mut(&kind) {
                Some(first) => first.count += rejection.count,
                None => drop(self.beyond.insert(kind, rejection)),
            }
            return;
        }
        let last = self.messages.entry(rejection.reason);
        let last = last.or_insert_with(|| rejection.message.clone());
        if *last == rejection.message {
            rejection.message = last.clone();
        } else {
            *last = rejection.message.clone();
        }
        self.of_file += 1;
        self.of_run += 1;
        self.told.push(rejection);
    }

    /// What comes from now on is of another input file.
    pub fn next_file(&mut self) {
        self.of_file = 0;
        self.files_beyond += u64::from(!self.beyond.is_empty());
        for (_, mut first) in std::mem::take(&mut self.beyond) {
            if first.count > 1 {
                first.message = format!(
                    "{} records of the input were rejected for this reason from here on; \
                     --max-rejections tells more of them one by one. The first: {}",
                    first.count, first.message
                )
                .into();
            }
            self.told.push(first);
        }
    }

    /// Rows so far, once the last file was ended.
    pub fn rows(&self) -> usize {
        self.told.len()
    }

    /// All rows in the order in which they came, and how often the bound was hit.
    pub fn into_rows(mut self) -> (Vec<Rejection>, u64) {
        self.next_file();
        (self.told, self.files_beyond)
    }
}

#[cfg(test)]
mod tests {
    use super::super::reason::Refusal;
    use super::*;
    use crate::document::Place;

    fn bad(reason: Reason, record: u64) -> Rejection {
        let place = Place {
            path: "f".into(),
            record: Some(record),
            offset: record,
        };
        Refusal::new(reason, "so it is").at(place)
    }

    #[test]
    fn beyond_the_bound_they_are_counted_by_reason() {
        let mut all = Rejections::new(3);
        for record in 1..=8 {
            all.push(bad(Reason::InvalidJson, record));
        }
        all.push(bad(Reason::TooDeep, 9));
        all.next_file();
        all.push(bad(Reason::InvalidJson, 1));
        let (rows, hit) = all.into_rows();
        let told: Vec<(Option<u64>, Reason, u64)> = rows
            .iter()
            .map(|r| (r.place.record, r.reason, r.count))
            .collect();
        let json = Reason::InvalidJson;
        assert_eq!(
            told,
            [
                (Some(1), json, 1),
                (Some(2), json, 1),
                (Some(3), json, 1),
                (Some(4), json, 5),
                (Some(9), Reason::TooDeep, 1),
                (Some(1), json, 1),
            ]
        );
        assert_eq!(hit, 1);
        assert!(rows[3].message.starts_with("5 records of the input"));
        assert!(Arc::ptr_eq(&rows[0].message, &rows[1].message));
    }

    #[test]
    fn many_files_share_a_bound_too() {
        let mut all = Rejections::new(2);
        for _ in 0..100 {
            for record in 0..9 {
                all.push(bad(Reason::BadCsv, record));
            }
            all.next_file();
        }
        let (rows, hit) = all.into_rows();
        assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), 900);
        assert_eq!(rows.len() as u64, 2 * FILES + 100);
        assert_eq!(hit, 100);
    }
}
