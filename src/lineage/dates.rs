//! What the dates of two texts say of their order.

use std::cmp::Ordering;

use crate::document::{Document, Moment};

use super::evidence::Code;

/// How far dates can be trusted.
#[derive(Clone, Debug, PartialEq)]
pub struct Trust {
    /// Share of the pairs of dates published that stand in the wrong order.
    pub wrong: f64,
    /// The same for each source whose dates are worse or better than most, by number.
    pub of_source: Vec<(usize, f64)>,
}

impl Default for Trust {
    fn default() -> Self {
        Trust {
            wrong: WRONG,
            of_source: Vec::new(),
        }
    }
}

impl Trust {
    fn wrong(&self, source: Option<usize>) -> f64 {
        let known = source.and_then(|source| {
            let at = self
                .of_source
                .binary_search_by_key(&source, |known| known.0);
            at.ok().map(|at| self.of_source[at].1)
        });
        known.unwrap_or(self.wrong)
    }
}

/// Share of pairs in the wrong order before anything is known: clocks, time zones
/// and dates of a page's last change.
const WRONG: f64 = 0.05;
/// When somebody first saw a text says less than when it was published.
const WRONG_COLLECTED: f64 = 0.2;
/// Lags beyond this grow rare; copies run within hours or days.
const LAG_SECONDS: f64 = 2.0 * 86_400.0;

/// A member's dates.
#[derive(Clone, Copy, Debug)]
pub struct Dated<'a> {
    /// The record with the dates given.
    pub document: &'a Document,
    /// A date in a header of the text, used where the record has none.
    pub written: Option<Moment>,
    /// Number of the source.
    pub source: Option<usize>,
}

impl Dated<'_> {
    /// When it was published, by the record or else by its own header.
    pub fn published(&self) -> Option<Moment> {
        self.document.published.or(self.written)
    }
}

/// Order by the dates published; where one is missing, by the dates collected.
pub fn order(x: &Dated<'_>, y: &Dated<'_>) -> Option<(Ordering, Code)> {
    let compare = |x: Option<Moment>, y: Option<Moment>| x?.order(&y?);
    match (x.published(), y.published()) {
        (Some(of_x), Some(of_y)) => {
            let code = if x.document.published.is_some() && y.document.published.is_some() {
                Code::PublishedEarlier
            } else {
                Code::WrittenEarlier
            };
            Some((of_x.order(&of_y)?, code))
        }
        _ => {
            let order = compare(x.document.collected, y.document.collected)?;
            Some((order, Code::CollectedEarlier))
        }
    }
}

/// Logarithm of how much likelier the dates are if `copy` was made from `exemplar`
/// than if neither has to do with the other; 0 where the order is not known.
pub fn date_nats(exemplar: &Dated<'_>, copy: &Dated<'_>, trust: &Trust) -> f64 {
    let Some((order, code)) = order(exemplar, copy) else {
        return 0.0;
    };
    let wrong = match code {
        Code::CollectedEarlier => WRONG_COLLECTED,
        _ => trust.wrong(exemplar.source).max(trust.wrong(copy.source)),
    };
    match order {
        Ordering::Equal => 0.0,
        Ordering::Greater => (2.0 * wrong).ln(),
        Ordering::Less => {
            let between = |x: Option<Moment>, y: Option<Moment>| y?.seconds_since(&x?);
            let lag = between(exemplar.published(), copy.published()).unwrap_or(0);
            let late = (lag as f64 / LAG_SECONDS).max(1.0);
            ((2.0 * (1.0 - wrong)) / late).max(2.0 * wrong).ln()
        }
    }
}

/// Pairs whose order something else than their dates tells, by source: how many
/// dates agree with it and how many do not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Number of a source, pairs that agree, pairs that do not; by number.
    pub of_source: std::collections::BTreeMap<Option<usize>, (f64, f64)>,
}

impl Agreement {
    /// Adds a pair that is known to be in this order with some probability.
    pub fn add(&mut self, exemplar: &Dated<'_>, copy: &Dated<'_>, probability: f64) {
        let Some((order, Code::PublishedEarlier)) = order(exemplar, copy) else {
            return;
        };
        for source in [exemplar.source, copy.source] {
            let entry = self.of_source.entry(source).or_default();
            match order {
                Ordering::Less => entry.0 += probability,
                Ordering::Greater => entry.1 += probability,
                Ordering::Equal => {}
            }
        }
    }

    /// Adds another one.
    pub fn merge(&mut self, other: &Agreement) {
        for (source, (agree, differ)) in &other.of_source {
            let entry = self.of_source.entry(*source).or_default();
            entry.0 += agree;
            entry.1 += differ;
        }
    }

    /// The trust after this; what was believed before counts as 20 pairs of each source
    /// and as 100 in all.
    pub fn trust(&self) -> Trust {
        const OF_SOURCE: f64 = 20.0;
        const IN_ALL: f64 = 100.0;
        let rate = |(agree, differ): (f64, f64), before: f64, worth: f64| {
            ((differ + before * worth) / (agree + differ + worth)).clamp(0.01, 0.5)
        };
        let all = self
            .of_source
            .values()
            .fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
        let wrong = rate(all, WRONG, IN_ALL);
        let known = self.of_source.iter().filter_map(|(source, pair)| {
            source.map(|source| (source, rate(*pair, wrong, OF_SOURCE)))
        });
        Trust {
            wrong,
            of_source: known.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Precision;
    use jiff::civil::date;

    fn document(day: i8, hour: i8) -> Document {
        Document {
            published: Some(Moment {
                civil: date(2031, 4, day).at(hour, 0, 0, 0),
                offset_seconds: Some(0),
                precision: Precision::Time,
            }),
            ..Document::default()
        }
    }

    fn dated(document: &Document) -> Dated<'_> {
        Dated {
            document,
            written: None,
            source: Some(1),
        }
    }

    #[test]
    fn an_earlier_date_speaks_for_a_descent_and_a_later_one_against() {
        let (first, next, late) = (document(3, 9), document(3, 11), document(28, 9));
        let trust = Trust::default();
        let nats = |x, y| date_nats(&dated(x), &dated(y), &trust);
        assert!(nats(&first, &next) > 0.5);
        assert!(nats(&next, &first) < -2.0);
        assert!(nats(&first, &late) < nats(&first, &next));
        assert_eq!(nats(&first, &Document::default()), 0.0);
    }

    #[test]
    fn a_source_whose_dates_are_wrong_is_trusted_less() {
        let (first, next) = (document(3, 9), document(3, 11));
        let mut agreement = Agreement::default();
        for _ in 0..50 {
            agreement.add(&dated(&next), &dated(&first), 1.0);
        }
        let trust = agreement.trust();
        assert!(date_nats(&dated(&next), &dated(&first), &trust) > -0.1);
        assert_eq!(Agreement::default().trust(), Trust::default());
    }

    #[test]
    fn a_header_stands_in_for_a_date_that_is_missing() {
        let (first, undated) = (document(3, 9), Document::default());
        let written = document(4, 9).published;
        let copy = Dated {
            document: &undated,
            written,
            source: None,
        };
        assert_eq!(
            order(&dated(&first), &copy),
            Some((Ordering::Less, Code::WrittenEarlier))
        );
    }
}
