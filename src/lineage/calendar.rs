//! Whose dates come before whose in a group, without a look at every two members.
//!
//! [`order`](super::dates::order) compares the dates published of two members, and the dates
//! collected where either lacks the former; [`Moment::order`] compares days, instants or neither.
//! So members are kept by the date that decides, and dates by what they know of the time.

use ahash::AHashMap;
use jiff::civil::Date;

use super::dates::Dated;
use crate::document::{Moment, Precision, WIDEST_ZONE_SECONDS};

/// Some members, kept in `T` by the dates on which an order with another member rests.
#[derive(Clone, Debug, Default)]
pub(super) struct ByDates<T> {
    /// Dates published.
    published: T,
    /// Dates collected of those without one published.
    unpublished: T,
    /// Dates collected of all.
    collected: T,
}

impl<T> ByDates<T> {
    fn add(&mut self, dated: &Dated<'_>, mut into: impl FnMut(&mut T, Option<Moment>)) {
        let collected = dated.document.collected;
        match dated.published() {
            Some(moment) => into(&mut self.published, Some(moment)),
            None => into(&mut self.unpublished, collected),
        }
        into(&mut self.collected, collected);
    }

    /// What a member is compared with, and its date for that.
    fn facing(&self, dated: &Dated<'_>) -> impl Iterator<Item = (&T, Option<Moment>)> {
        let collected = dated.document.collected;
        let parts = match dated.published() {
            Some(moment) => [
                Some((&self.published, Some(moment))),
                Some((&self.unpublished, collected)),
            ],
            None => [Some((&self.collected, collected)), None],
        };
        parts.into_iter().flatten()
    }
}

/// How sure it must be that one member is dated before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// The dates say so.
    Known,
    /// The dates do not deny it: where they tell no order, it may be so.
    Possible,
}

/// The earliest of some members.
pub(super) type EarliestMembers = ByDates<Earliest>;

impl EarliestMembers {
    /// Takes a member.
    pub(super) fn put(&mut self, dated: &Dated<'_>) {
        self.add(dated, |into, moment| into.add(moment, dated.source));
    }

    /// Whether any of them whose source is another than `source` is dated before a member.
    /// Without a source those of all sources count.
    ///
    /// Cost: none that grows with the members.
    pub(super) fn any_before(&self, dated: &Dated<'_>, source: Option<usize>, sure: Sure) -> bool {
        self.facing(dated)
            .any(|(earliest, moment)| earliest.any_before(moment, source, sure))
    }
}

/// The least of some keys, and the least of all that are not of the same source as that.
#[derive(Clone, Copy, Debug)]
struct Least<K> {
    first: Option<(K, Option<usize>)>,
    other: Option<(K, Option<usize>)>,
}

impl<K> Default for Least<K> {
    fn default() -> Self {
        Least {
            first: None,
            other: None,
        }
    }
}

impl<K: Copy + Ord> Least<K> {
    fn add(&mut self, key: K, source: Option<usize>) {
        match self.first {
            Some((least, of)) if key < least => {
                if of != source {
                    self.other = self.first;
                }
                self.first = Some((key, source));
            }
            Some((_, of)) if of == source => {}
            Some(_) => {
                if self.other.is_none_or(|(least, _)| key < least) {
                    self.other = Some((key, source));
                }
            }
            None => self.first = Some((key, source)),
        }
    }

    /// The least of those that are not of a source.
    fn but_of(&self, source: Option<usize>) -> Option<K> {
        let is_other = |of: Option<usize>| source.is_none() || of != source;
        let given = [self.first, self.other].into_iter().flatten();
        let mut others = given.filter(|(_, of)| is_other(*of));
        others.next().map(|(key, _)| key)
    }
}

/// The earliest of some dates, by each way in which two can be ordered.
#[derive(Clone, Debug, Default)]
pub(super) struct Earliest {
    undated: Least<()>,
    /// Of dates that know the day only, and of the others.
    day: Least<Date>,
    day_of_time: Least<Date>,
    /// In seconds and nanoseconds, with a zone and without.
    zoned: Least<(i64, i32)>,
    unzoned: Least<(i64, i32)>,
}

impl Earliest {
    fn add(&mut self, moment: Option<Moment>, source: Option<usize>) {
        let Some(moment) = moment else {
            return self.undated.add((), source);
        };
        let date = moment.civil.date();
        match (moment.precision, moment.offset_seconds) {
            (Precision::Day, _) => return self.day.add(date, source),
            (Precision::Time, Some(_)) => self.zoned.add(moment.sort_key(), source),
            (Precision::Time, None) => self.unzoned.add(moment.sort_key(), source),
        }
        self.day_of_time.add(date, source);
    }

    fn any_before(&self, moment: Option<Moment>, source: Option<usize>, sure: Sure) -> bool {
        let possible = sure == Sure::Possible;
        let undated = self.undated.but_of(source).is_some();
        let Some(moment) = moment else {
            let days = [&self.day, &self.day_of_time];
            let dated = days.iter().any(|days| days.but_of(source).is_some());
            return possible && (undated || dated);
        };
        let date = moment.civil.date();
        let by_day = |days: &Least<Date>| {
            let least = days.but_of(source);
            least.is_some_and(|least| least < date || possible && least == date)
        };
        if possible && undated || by_day(&self.day) {
            return true;
        }
        if moment.precision == Precision::Day {
            return by_day(&self.day_of_time);
        }
        let (alike, apart) = match moment.offset_seconds {
            Some(_) => (&self.zoned, &self.unzoned),
            None => (&self.unzoned, &self.zoned),
        };
        let key = moment.sort_key();
        let latest = match sure {
            Sure::Known => key.0 - WIDEST_ZONE_SECONDS - 1,
            Sure::Possible => key.0 + WIDEST_ZONE_SECONDS,
        };
        alike.but_of(source).is_some_and(|least| least < key)
            || apart
                .but_of(source)
                .is_some_and(|(seconds, _)| seconds <= latest)
    }
}

/// The members of a group by the dates that others may share with them.
pub(super) type Calendar = ByDates<Undecided>;

impl Calendar {
    /// Takes all members, in their order.
    ///
    /// Cost: a sort of the dates.
    pub(super) fn of<'a>(members: impl Iterator<Item = Dated<'a>>) -> Self {
        let mut calendar = Calendar::default();
        for (at, dated) in members.enumerate() {
            calendar.add(&dated, |into, moment| into.add(moment, at));
        }
        let parts = [
            &mut calendar.published,
            &mut calendar.unpublished,
            &mut calendar.collected,
        ];
        // Where all or none know their zone, nobody asks for a span. A part may hold one kind and
        // be asked by a member with the other, whose date is in another part.
        let zoned = parts.iter().any(|part| !part.zoned.places.is_empty());
        let unzoned = parts.iter().any(|part| !part.unzoned.places.is_empty());
        if zoned && unzoned {
            for part in parts {
                part.zoned.sort();
                part.unzoned.sort();
            }
        }
        calendar
    }

    /// The first other member that is not known to be dated before or after a member.
    ///
    /// Cost: a few look-ups.
    pub(super) fn undecided(&self, member: usize, dated: &Dated<'_>) -> Option<usize> {
        self.facing(dated)
            .filter_map(|(dates, moment)| dates.first(moment, member))
            .min()
    }
}

/// The first two of some members, one of which may be the one that asks.
#[derive(Clone, Copy, Debug, Default)]
struct FirstTwo([Option<usize>; 2]);

impl FirstTwo {
    /// Takes a member; they come in their order.
    fn add(&mut self, member: usize) {
        if let Some(free) = self.0.iter_mut().find(|known| known.is_none()) {
            *free = Some(member);
        }
    }

    fn but(self, member: usize) -> Option<usize> {
        self.0.into_iter().flatten().find(|&known| known != member)
    }
}

/// Members by their dates, so that the first with a date that tells no order is found.
#[derive(Clone, Debug, Default)]
pub(super) struct Undecided {
    all: FirstTwo,
    undated: FirstTwo,
    /// Those that know the day only, and those of any precision.
    day: AHashMap<Date, FirstTwo>,
    any_of_day: AHashMap<Date, FirstTwo>,
    /// Those that know the time, by whether they know the zone, seconds and nanoseconds.
    instant: AHashMap<(bool, i64, i32), FirstTwo>,
    zoned: FirstInSpan,
    unzoned: FirstInSpan,
}

impl Undecided {
    fn add(&mut self, moment: Option<Moment>, member: usize) {
        self.all.add(member);
        let Some(moment) = moment else {
            return self.undated.add(member);
        };
        let date = moment.civil.date();
        self.any_of_day.entry(date).or_default().add(member);
        if moment.precision == Precision::Day {
            return self.day.entry(date).or_default().add(member);
        }
        let (seconds, nanos) = moment.sort_key();
        let has_zone = moment.offset_seconds.is_some();
        let same = self.instant.entry((has_zone, seconds, nanos)).or_default();
        same.add(member);
        let span = if has_zone {
            &mut self.zoned
        } else {
            &mut self.unzoned
        };
        span.places.push((seconds, member));
    }

    fn first(&self, moment: Option<Moment>, asks: usize) -> Option<usize> {
        let Some(moment) = moment else {
            return self.all.but(asks);
        };
        let date = moment.civil.date();
        let but = |known: Option<&FirstTwo>| known.and_then(|known| known.but(asks));
        let undated = self.undated.but(asks);
        if moment.precision == Precision::Day {
            let same_day = but(self.any_of_day.get(&date));
            return undated.into_iter().chain(same_day).min();
        }
        let (seconds, nanos) = moment.sort_key();
        let has_zone = moment.offset_seconds.is_some();
        let apart = if has_zone { &self.unzoned } else { &self.zoned };
        let span = (seconds - WIDEST_ZONE_SECONDS, seconds + WIDEST_ZONE_SECONDS);
        let found = [
            undated,
            but(self.day.get(&date)),
            but(self.instant.get(&(has_zone, seconds, nanos))),
            apart.first(span),
        ];
        found.into_iter().flatten().min()
    }
}

/// Members by time, so that the first of those within a span is found.
#[derive(Clone, Debug, Default)]
struct FirstInSpan {
    /// Seconds and member; ascending when sorted.
    places: Vec<(i64, usize)>,
    /// The first member of those at 1, 2, 4 … places from each on.
    levels: Vec<Vec<usize>>,
}

impl FirstInSpan {
    fn sort(&mut self) {
        self.places.sort_unstable();
        let mut level: Vec<usize> = self.places.iter().map(|&(_, member)| member).collect();
        let mut length = 1;
        while level.len() > length {
            let pairs = level.iter().zip(&level[length..]);
            let next = pairs.map(|(&x, &y)| x.min(y)).collect();
            self.levels.push(std::mem::replace(&mut level, next));
            length *= 2;
        }
        self.levels.push(level);
    }

    /// The first member whose seconds lie within a span, its ends included.
    fn first(&self, (from, to): (i64, i64)) -> Option<usize> {
        let from = self.places.partition_point(|&(seconds, _)| seconds < from);
        let to = self.places.partition_point(|&(seconds, _)| seconds <= to);
        let depth = to.checked_sub(from)?.checked_ilog2()?;
        let level = self.levels.get(depth as usize)?;
        let (left, right) = (level.get(from)?, level.get(to - (1 << depth))?);
        Some(*left.min(right))
    }
}

#[cfg(test)]
mod tests {
    use super::super::dates::order;
    use super::*;
    use crate::document::Document;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn moment() -> impl Strategy<Value = Option<Moment>> {
        let parts = (3i8..6, 0i8..24, 0i8..2, prop::option::of(-3i32..4), 0..4);
        let some = parts.prop_map(|(day, hour, minute, zone, precision)| Moment {
            civil: date(2031, 4, day).at(hour, minute, 0, 0),
            offset_seconds: zone.map(|hours| hours * 3600),
            precision: if precision == 0 {
                Precision::Day
            } else {
                Precision::Time
            },
        });
        prop::option::weighted(0.8, some)
    }

    /// A document with its source, and a date in its text.
    type Drawn = (Document, Option<usize>, Option<Moment>);

    fn members() -> impl Strategy<Value = Vec<Drawn>> {
        let member = (moment(), moment(), moment(), prop::option::of(0usize..3));
        let drawn = member.prop_map(|(published, collected, written, source)| {
            let document = Document {
                published,
                collected,
                ..Document::default()
            };
            (document, source, written)
        });
        prop::collection::vec(drawn, 1..12)
    }

    fn dated((document, source, written): &Drawn) -> Dated<'_> {
        Dated {
            document,
            written: *written,
            source: *source,
        }
    }

    proptest! {
        #[test]
        fn the_earliest_answer_for_all(drawn in members(), asks in members()) {
            let mut earliest = EarliestMembers::default();
            drawn.iter().for_each(|member| earliest.put(&dated(member)));
            for asked in &asks {
                let asked = dated(asked);
                let others = || drawn
                    .iter()
                    .map(dated)
                    .filter(|other| asked.source.is_none() || other.source != asked.source);
                let known = others()
                    .any(|other| order(&other, &asked).is_some_and(|(order, _)| order.is_lt()));
                let possible = others()
                    .any(|other| order(&other, &asked).is_none_or(|(order, _)| order.is_lt()));
                let found = |sure| earliest.any_before(&asked, asked.source, sure);
                prop_assert_eq!(found(Sure::Known), known);
                prop_assert_eq!(found(Sure::Possible), possible);
            }
        }

        #[test]
        fn the_first_undecided_is_found(drawn in members()) {
            let calendar = Calendar::of(drawn.iter().map(dated));
            for (member, own) in drawn.iter().enumerate() {
                let first = (0..drawn.len()).filter(|&other| other != member).find(|&other| {
                    let order = order(&dated(own), &dated(&drawn[other]));
                    order.is_none_or(|(order, _)| order.is_eq())
                });
                prop_assert_eq!(calendar.undecided(member, &dated(own)), first);
            }
        }
    }
}
