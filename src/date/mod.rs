//! Dates as feeds, archives and news pages write them.

mod names;
mod words;

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;

use crate::document::{Moment, Precision};

/// Years of newspapers. Year 1 is what some systems write for "never"; those of the Islamic and
/// Persian calendars come before, those of the Buddhist one behind.
const YEARS: std::ops::Range<i16> = 1600..2500;

/// Reads a date: ISO 8601, RFC 3339, RFC 2822, Unix time in seconds, milli- or
/// microseconds, and the forms of news pages: the month in the words of eleven
/// languages, `3.4.2031`, `2031年4月3日`, Arabic and Persian digits.
///
/// Dates that can be read in two ways, such as `03/04/2021`, and dates that do
/// not exist, such as 31 June, give `None`, and so do years of other calendars: 1400 in
/// Iran, 2574 in Thailand. A zone name whose offset depends on
/// the season (`ET`) or on the country (`IST`) gives a moment without a zone.
///
/// # Examples
/// ```
/// use wirecopy::date::parse;
/// let moment = parse("Thu, 03 Apr 2031 10:00:00 +0200").unwrap();
/// assert_eq!(moment.to_string(), "2031-04-03T10:00:00+02:00");
/// assert_eq!(parse("3 April 2031").unwrap().to_string(), "2031-04-03");
/// assert!(parse("03/04/2031").is_none());
/// ```
pub fn parse(text: &str) -> Option<Moment> {
    /// No date is longer; a megabyte in a date field is not worth the look.
    const LONGEST: usize = 100;
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let folded;
    let text = if text.is_ascii() {
        text
    } else {
        folded = fold(text);
        folded.trim()
    };
    number(text)
        .or_else(|| iso(text))
        .or_else(|| words::read(text))
        .filter(|moment| YEARS.contains(&moment.civil.year()))
}

/// True for the name of a month, or a usual abbreviation of it, in lower case.
pub(crate) fn is_month(word: &str) -> bool {
    names::month(word).is_some()
}

/// Digits of other scripts as ASCII, and the marks of Chinese and Japanese dates as usual ones.
fn fold(text: &str) -> String {
    let of = |c: char| match c {
        '\u{660}'..='\u{669}' => digit(c, 0x660),
        '\u{6F0}'..='\u{6F9}' => digit(c, 0x6F0),
        '\u{FF10}'..='\u{FF19}' => digit(c, 0xFF10),
        '年' | '月' => '-',
        '时' | '時' | '：' => ':',
        '日' | '分' | '،' | '，' => ' ',
        _ => c,
    };
    text.chars().map(of).collect()
}

fn digit(c: char, zero: u32) -> char {
    char::from_digit(c as u32 - zero, 10).unwrap_or(c)
}

/// Numbers by their count of digits: a day, Unix time, or a compact date and
/// time. 12 digits are refused: milliseconds before 2001 and a compact time
/// look alike.
fn number(text: &str) -> Option<Moment> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    match (whole.len(), fraction.is_empty()) {
        (8, true) => {
            let date = compact_date(value)?;
            Some(day(date))
        }
        (9 | 10, _) => {
            let nanos: String = fraction
                .chars()
                .chain("000000000".chars())
                .take(9)
                .collect();
            unix(value, nanos.parse().ok()?)
        }
        (13, _) => unix(value / 1000, (value % 1000) as i32 * 1_000_000),
        (14, true) => {
            let (date, clock) = (compact_date(value / 1_000_000)?, value % 1_000_000);
            let part = |n: i64| i8::try_from(n).ok();
            let time = Time::new(
                part(clock / 10_000)?,
                part(clock / 100 % 100)?,
                part(clock % 100)?,
                0,
            );
            Some(Moment {
                civil: date.to_datetime(time.ok()?),
                offset_seconds: None,
                precision: Precision::Time,
            })
        }
        (16, _) => unix(value / 1_000_000, (value % 1_000_000) as i32 * 1000),
        _ => None,
    }
}

fn compact_date(value: i64) -> Option<Date> {
    Date::new(
        i16::try_from(value / 10_000).ok()?,
        i8::try_from(value / 100 % 100).ok()?,
        i8::try_from(value % 100).ok()?,
    )
    .ok()
}

fn unix(seconds: i64, nanos: i32) -> Option<Moment> {
    let instant = jiff::Timestamp::new(seconds, nanos).ok()?;
    Some(Moment {
        civil: jiff::tz::Offset::UTC.to_datetime(instant),
        offset_seconds: Some(0),
        precision: Precision::Time,
    })
}

fn day(date: Date) -> Moment {
    Moment {
        civil: date.to_datetime(Time::midnight()),
        offset_seconds: None,
        precision: Precision::Day,
    }
}

/// ISO 8601 with the liberties that feeds take: a blank before the zone, a zone
/// name behind it, slashes behind a year that comes first.
fn iso(text: &str) -> Option<Moment> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mut body, mut named) = (text, None);
    if let Some((before, last)) = text.rsplit_once(' ')
        && before.contains(':')
    {
        named = Some(zone(last)?);
        body = before.trim_end();
    }
    let slashed;
    if body.get(4..5) == Some("/") {
        slashed = body.replacen('/', "-", 2);
        body = &slashed;
    }
    let pieces = Pieces::parse(body).ok()?;
    let Some(time) = pieces.time() else {
        return Some(day(pieces.date()));
    };
    let own = pieces.to_numeric_offset().map(jiff::tz::Offset::seconds);
    // No zone on earth is further from Greenwich.
    const WIDEST_ZONE_SECONDS: i32 = 18 * 3600;
    if own.is_some_and(|seconds| seconds.abs() > WIDEST_ZONE_SECONDS) {
        return None;
    }
    if own.is_some() && named.is_some() {
        return None;
    }
    Some(Moment {
        civil: pieces.date().to_datetime(time),
        offset_seconds: own.or(named.flatten()),
        precision: Precision::Time,
    })
}

/// Seconds east of UTC: `Some(None)` for a zone that is known to exist without
/// a certain offset, `None` for what is no zone.
fn zone(token: &str) -> Option<Option<i32>> {
    let token = token.trim_start_matches('(').trim_end_matches(')');
    let hours = |h: i32| Some(Some(h * 3600));
    match token.to_ascii_uppercase().as_str() {
        "Z" | "UT" | "UTC" | "GMT" | "WET" => return hours(0),
        "CET" | "BST" | "WEST" | "WAT" => return hours(1),
        "CEST" | "EET" | "SAST" | "CAT" => return hours(2),
        "EEST" | "MSK" | "EAT" => return hours(3),
        "SGT" | "HKT" | "AWST" => return hours(8),
        "JST" | "KST" => return hours(9),
        "AEST" => return hours(10),
        "AEDT" => return hours(11),
        "EDT" | "AST" => return hours(-4),
        "EST" | "CDT" => return hours(-5),
        "CST" | "MDT" => return hours(-6),
        "MST" | "PDT" => return hours(-7),
        "PST" | "AKDT" => return hours(-8),
        "AKST" => return hours(-9),
        "HST" => return hours(-10),
        "ET" | "CT" | "MT" | "PT" | "IST" | "LOCAL" => return Some(None),
        // The letters of RFC 822, whose signs it had wrong: RFC 5322 takes them for no zone.
        "J" => return None,
        _ if matches!(token.as_bytes(), [b'A'..=b'Y']) => return Some(None),
        _ => {}
    }
    let upper = token.to_ascii_uppercase();
    let token = upper
        .strip_prefix("GMT")
        .or_else(|| upper.strip_prefix("UTC"))
        .unwrap_or(&upper);
    let (sign, digits) = match (token.strip_prefix('+'), token.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: i32 = digits.parse().ok()?;
    let (hours, minutes) = match digits.len() {
        1 | 2 => (value, 0),
        4 => (value / 100, value % 100),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(Some(sign * (hours * 3600 + minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_are_read() {
        for (text, expected) in [
            ("2031-04-03", "2031-04-03"),
            ("20310403", "2031-04-03"),
            ("2031/04/03", "2031-04-03"),
            ("2031-04-03T10:00", "2031-04-03T10:00:00"),
            ("2031-04-03 10:00:05", "2031-04-03T10:00:05"),
            ("2031-04-03T10:00:05.250Z", "2031-04-03T10:00:05.25Z"),
            ("2031-04-03t10:00:05z", "2031-04-03T10:00:05Z"),
            ("2031-04-03T10:00:05+02:00", "2031-04-03T10:00:05+02:00"),
            ("2031-04-03T10:00:05-0530", "2031-04-03T10:00:05-05:30"),
            ("2031-04-03 10:00:05 +0200", "2031-04-03T10:00:05+02:00"),
            ("2031-04-03 10:00:05 UTC", "2031-04-03T10:00:05Z"),
            ("20310403T100005Z", "2031-04-03T10:00:05Z"),
            ("20310403100005", "2031-04-03T10:00:05"),
            (
                "Thu, 03 Apr 2031 10:00:00 +0200",
                "2031-04-03T10:00:00+02:00",
            ),
            ("Thu, 3 Apr 2031 10:00:00 GMT", "2031-04-03T10:00:00Z"),
            ("Thu, 03 Apr 2031 10:00:00 EST", "2031-04-03T10:00:00-05:00"),
            ("03 Apr 31 10:00 PDT", "2031-04-03T10:00:00-07:00"),
            (
                "Thu, 03 Apr 2031 10:00:00 +0000 (UTC)",
                "2031-04-03T10:00:00Z",
            ),
            ("Thu, 03 Apr 2031 10:00:00 N", "2031-04-03T10:00:00"),
            ("Thu, 03 Apr 2031 10:00:00 J", ""),
            ("20310403T120000+0100", "2031-04-03T12:00:00+01:00"),
            ("20310403T120000-0500", "2031-04-03T12:00:00-05:00"),
            ("2031-04-03T10:00:00.000+0000", "2031-04-03T10:00:00Z"),
            ("2031-04-03T10:00Z", "2031-04-03T10:00:00Z"),
            ("Thu, 3 Apr 2031 10:00:00 Z", "2031-04-03T10:00:00Z"),
            ("1932984000", "2031-04-03T12:00:00Z"),
            ("1932984000.5", "2031-04-03T12:00:00.5Z"),
            ("1932984000000", "2031-04-03T12:00:00Z"),
            ("12 December 2021 - 21:22", "2021-12-12T21:22:00"),
            ("December 12, 2021", "2021-12-12"),
            ("12 Dec 2021 21:22", "2021-12-12T21:22:00"),
            ("12-Dec-2021", "2021-12-12"),
            ("Sunday 12th December 2021", "2021-12-12"),
            ("Dec. 12, 2021 at 9:22 p.m. ET", "2021-12-12T21:22:00"),
            ("Sept 1, 2021, 12:05am UTC+1", "2021-09-01T00:05:00+01:00"),
            ("26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01.79"),
            ("Thu Apr 03 10:00:00 +0000 2031", "2031-04-03T10:00:00Z"),
            ("Thu Apr  3 10:00:00 UTC 2031", "2031-04-03T10:00:00Z"),
            ("2031-04-03 10:00:05+00", "2031-04-03T10:00:05Z"),
            ("2031-04-03T10:00:00Z[UTC]", "2031-04-03T10:00:00Z"),
            ("2031-04-03 10:00:05.123456", "2031-04-03T10:00:05.123456"),
            ("2031-04-03 10:00 PM", "2031-04-03T22:00:00"),
            ("3 April 2031 10:30 AM -0800", "2031-04-03T10:30:00-08:00"),
            ("3 avril 2031 à 10h15", "2031-04-03T10:15:00"),
            ("1er août 2031", "2031-08-01"),
            ("Samstag, 3. Mai 2031, 10.30 Uhr", "2031-05-03T10:30:00"),
            ("am 3. März 2031", "2031-03-03"),
            ("3 de abril de 2031", "2031-04-03"),
            ("3 dicembre 2031, ore 9:05", "2031-12-03T09:05:00"),
            ("3 апреля 2031 г. в 10:30", "2031-04-03T10:30:00"),
            ("3 Nisan 2031", "2031-04-03"),
            ("٣ مايو ٢٠٣١", "2031-05-03"),
            ("۱۲ دسامبر ۲۰۲۱ - ۲۱:۲۲", "2021-12-12T21:22:00"),
            ("2031年4月3日 10:30", "2031-04-03T10:30:00"),
            ("03.04.2031 10:30", "2031-04-03T10:30:00"),
            ("2031-4-3", "2031-04-03"),
            ("13/12/2021", "2021-12-13"),
            ("12/13/2021 9:22 PM", "2021-12-13T21:22:00"),
            ("13-12-2021 21:22", "2021-12-13T21:22:00"),
            ("Fri, 05/05/2031", "2031-05-05"),
            ("13/13/2021", ""),
            ("1/31/2021/2", ""),
            ("۱۴۰۰/۰۹/۲۱", ""),
            ("1400-09-21T10:00:00Z", ""),
            ("21/09/2564", ""),
            ("۱۲ آذر ۱۴۱۰", ""),
            ("03.04.31", ""),
            ("3/4/2031", ""),
            ("3-4-2031", ""),
            ("31 juin 2031", ""),
            ("0001-01-01T00:00:00Z", ""),
            ("0000-00-00", ""),
            ("April 2031", ""),
            ("2031-W14-4", ""),
            (" Published 2021 ", ""),
            ("03/04/2021", ""),
            ("31 June 2021", ""),
            ("2021-06-31", ""),
            ("2021-06-30T25:00", ""),
            ("29 February 2021", ""),
            ("2021", ""),
            ("12:30", ""),
            ("May", ""),
            ("yesterday", ""),
            ("202104031200", ""),
            ("1 2 March 2021", ""),
            ("13:00 pm 1 May 2021", ""),
            ("2021-04-03T10:00Z +0200", ""),
            ("-", ""),
            ("", ""),
        ] {
            let read = parse(text).map(|moment| moment.to_string());
            assert_eq!(read.unwrap_or_default(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_zone_is_kept_apart_from_its_absence() {
        assert_eq!(parse("2031-04-03T10:00").unwrap().offset_seconds, None);
        assert_eq!(parse("2031-04-03T10:00Z").unwrap().offset_seconds, Some(0));
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,40}", near in "[0-9:/,. +TZ-]{0,30}") {
            parse(&text);
            parse(&near);
            parse(&format!("{near} Dec {text}"));
        }
    }
}
