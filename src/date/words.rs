//! Dates in words and figures, as mail, feeds and news pages have them.

use jiff::civil::{Date, DateTime, Time};

use super::names::{is_join, is_weekday, month};
use super::{day, zone};
use crate::document::{Moment, Precision};

/// What the words of a date have said so far; each thing may be said once.
#[derive(Default)]
struct Said {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    clock: Option<(i8, i8, i8, i32)>,
    afternoon: Option<bool>,
    zone: Option<Option<i32>>,
}

/// `Sat, 03 Apr 2031 10:00:00 +0200`, `12 December 2021 - 21:22`, `Dec. 12, 2021 at 9:22 p.m. EST`.
pub(super) fn read(text: &str) -> Option<Moment> {
    let mut said = Said::default();
    let apart = text.replace([',', '|', '·'], " ");
    for token in apart.split_whitespace() {
        let dashed = token.bytes().filter(|&b| b == b'-').count() == 2
            && token.bytes().any(|b| b.is_ascii_alphabetic());
        if dashed {
            for part in token.split('-') {
                said.take(part)?;
            }
        } else {
            said.take(token)?;
        }
    }
    let date = Date::new(said.year?, said.month?, said.day?).ok()?;
    let Some((mut hour, minute, second, nanos)) = said.clock else {
        return (said.zone.is_none() && said.afternoon.is_none()).then(|| day(date));
    };
    if let Some(afternoon) = said.afternoon {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    let time = Time::new(hour, minute, second, nanos).ok()?;
    Some(Moment {
        civil: DateTime::from_parts(date, time),
        offset_seconds: said.zone.flatten(),
        precision: Precision::Time,
    })
}

/// Sets what was not set before.
fn once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.is_none().then(|| *slot = Some(value))
}

impl Said {
    fn take(&mut self, token: &str) -> Option<()> {
        let lower = token.to_lowercase();
        let word = lower.trim_end_matches('.');
        if word.is_empty() || is_join(word) {
            return Some(());
        }
        match word {
            // "am 3. April" is German; a forenoon stands behind its hour.
            "am" if self.day.is_none() && self.clock.is_none() => return Some(()),
            "am" | "a.m" => return once(&mut self.afternoon, false),
            "pm" | "p.m" => return once(&mut self.afternoon, true),
            _ => {}
        }
        if let Some(month) = month(word) {
            return once(&mut self.month, month);
        }
        if is_weekday(word) {
            return Some(());
        }
        if let Some(whole) = figures(word) {
            return self.figures(whole);
        }
        if let Some(clock) = hours(word, self.is_dated()) {
            return self.clock(&clock);
        }
        if word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.clock(word);
        }
        if let Some(value) = ordinal(word) {
            return match word.bytes().take_while(u8::is_ascii_digit).count() {
                4 => once(&mut self.year, value),
                // The two-digit years of RFC 822, only behind a day and a month.
                2 if self.day.is_some() && self.month.is_some() => {
                    once(&mut self.year, value + if value < 50 { 2000 } else { 1900 })
                }
                1 | 2 => once(&mut self.day, i8::try_from(value).ok()?),
                _ => None,
            };
        }
        // A comment such as "+0000 (UTC)" repeats the zone.
        if token.starts_with('(') && self.zone.is_some() {
            return zone(token).map(|_| ());
        }
        once(&mut self.zone, zone(token)?)
    }

    fn is_dated(&self) -> bool {
        self.year.is_some() && self.month.is_some() && self.day.is_some()
    }

    fn figures(&mut self, (year, month, day): (i16, i8, i8)) -> Option<()> {
        once(&mut self.year, year)?;
        once(&mut self.month, month)?;
        once(&mut self.day, day)
    }

    fn clock(&mut self, word: &str) -> Option<()> {
        let word = if let Some(rest) = word.strip_suffix("am").or(word.strip_suffix("a.m")) {
            once(&mut self.afternoon, false)?;
            rest
        } else if let Some(rest) = word.strip_suffix("pm").or(word.strip_suffix("p.m")) {
            once(&mut self.afternoon, true)?;
            rest
        } else {
            word
        };
        let (word, fraction) = word.split_once('.').unwrap_or((word, ""));
        let mut parts = word.split(':');
        let mut part = || -> Option<i8> {
            let digits = parts.next()?;
            (digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit()))
                .then(|| digits.parse().ok())?
        };
        let (hour, minute) = (part()?, part()?);
        let second = if word.matches(':').count() > 1 {
            part()?
        } else {
            0
        };
        if word.matches(':').count() > 2 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let nanos: String = fraction
            .chars()
            .chain("000000000".chars())
            .take(9)
            .collect();
        // A leap second, which civil time does not know.
        let second = if second == 60 { 59 } else { second };
        once(&mut self.clock, (hour, minute, second, nanos.parse().ok()?))
    }
}

/// Year, month and day of `3.4.2031` and `2031-4-3`: dots part a day that comes first; hyphens and
/// slashes count behind a year, and before one where the figures can be read in one way only:
/// `13/4/2031`, `4/13/2031`.
fn figures(word: &str) -> Option<(i16, i8, i8)> {
    let mark = if word.contains('.') { '.' } else { '-' };
    let word = if mark == '-' {
        word.replace('/', "-")
    } else {
        word.to_string()
    };
    let parts: Vec<&str> = word.split(mark).collect();
    let [first, second, third] = parts[..] else {
        return None;
    };
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return None;
    }
    let one: i16 = first.parse().ok()?;
    let (year, month, day) = match (mark, first.len(), third.len()) {
        ('.', 1 | 2, 4) => (third, second, first),
        ('-', 4, 1 | 2) => (first, second, third),
        ('-', 1 | 2, 4) => match second.parse::<i16>().ok()? {
            two if one > 12 || one == two => (third, second, first),
            two if two > 12 => (third, first, second),
            _ => return None,
        },
        _ => return None,
    };
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// `10h15`, `10h` and, behind a whole date, `10.15` as `10:15`.
fn hours(word: &str, is_dated: bool) -> Option<String> {
    let (hour, minute) = match word.split_once('h') {
        Some(parts) => parts,
        None if is_dated => word.split_once('.')?,
        None => return None,
    };
    let is_number = |part: &str| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
    if hour.is_empty() || !is_number(hour) || !is_number(minute) {
        return None;
    }
    Some(format!("{hour}:{minute:0>2}"))
}

/// `12`, `2021`, `3rd`.
fn ordinal(word: &str) -> Option<i16> {
    let digits = ["st", "nd", "rd", "th", "er", "º", "°"]
        .iter()
        .find_map(|suffix| word.strip_suffix(suffix))
        .unwrap_or(word);
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| digits.parse().ok())?
}
