//! The date that a text gives itself, in a line above or below the story.

use std::ops::Range;

use super::phrases::{Stands, Use, begins_at};
use crate::date;
use crate::document::Moment;
use crate::normalise::normalise;

/// Lines with words above the story that may be its date, and below it.
const HEAD_LINES: usize = 6;
const FOOT_LINES: usize = 4;
/// No line with a date and its label is longer.
const BYTES: usize = 200;
/// No text is dated outside these years; 1400 and 2574 are years of other calendars.
const YEARS: Range<i16> = 1900..2200;

/// The date of a text by its own words, with the bytes of the line: "Publish Date : 12
/// December 2021 - 21:22", "3 avril 2031", "Updated: 2031-04-03T10:30Z".
///
/// Only a line, or a part of one between bars, that is nothing but a date with its
/// label counts, at the head of the text or else at its foot. Of a date of publication and one of
/// a change the first counts. A date without a year, one that can be read in
/// two ways, or one of another calendar is not read.
///
/// # Examples
/// ```
/// use wirecopy::lineage::text_date;
/// let text = "Bridge shut\nBy Ann Lee | 3 April 2031, 10:30 GMT\nThe bridge was shut.";
/// let (moment, place) = text_date(text).unwrap();
/// assert_eq!(moment.to_string(), "2031-04-03T10:30:00Z");
/// assert_eq!(&text[place], "By Ann Lee | 3 April 2031, 10:30 GMT");
/// assert!(text_date("It was shut\non 3 April 2031 by the county.").is_none());
/// ```
pub fn text_date(text: &str) -> Option<(Moment, Range<usize>)> {
    let mut start = 0;
    let lines = text.split_inclusive(['\n', '\r']).filter_map(|line| {
        let at = start + line.len() - line.trim_start().len();
        start += line.len();
        let shown = line.trim();
        let worded = shown.contains(char::is_alphanumeric);
        worded.then_some(at..at + shown.len())
    });
    let lines: Vec<Range<usize>> = lines.collect();
    let head = lines.len().min(HEAD_LINES);
    let foot = lines.len().saturating_sub(FOOT_LINES).max(head);
    let dated = |lines: &[Range<usize>]| {
        let dates = lines.iter().filter_map(|line| {
            let (moment, first) = line_date(text.get(line.clone())?)?;
            Some((moment, line.clone(), first))
        });
        let dates: Vec<_> = dates.collect();
        let chosen = dates.iter().find(|(_, _, first)| *first).or(dates.first());
        chosen.map(|(moment, line, _)| (*moment, line.clone()))
    };
    dated(lines.get(..head)?).or_else(|| dated(lines.get(foot..)?))
}

/// The date that a line is, and whether it is one of publication.
pub(super) fn line_date(line: &str) -> Option<(Moment, bool)> {
    if line.len() > BYTES || !line.contains(char::is_numeric) {
        return None;
    }
    let parts = line.split(['|', '•', '·', '／', '‖', '(', ')', '；', ';']);
    let dates: Vec<(Moment, bool)> = parts.filter_map(part_date).collect();
    let first = dates.iter().find(|(_, first)| *first);
    first.or(dates.first()).copied()
}

/// The date that is left of a part of a line without its labels.
fn part_date(part: &str) -> Option<(Moment, bool)> {
    let words = normalise(part);
    let (mut at, mut first) = (0, true);
    loop {
        let label = |stands| begins_at(&words, at, (Use::Date, stands));
        let labels = [Stands::Later, Stands::First, Stands::Word];
        let longest = labels
            .into_iter()
            .filter_map(|stands| Some((label(stands)?, stands)));
        let Some((length, stands)) = longest.max_by_key(|&(length, _)| length) else {
            break;
        };
        first = first && stands != Stands::Later;
        at += length;
    }
    let from = words.tokens().get(at)?.start as usize;
    let rest = part.get(from..)?.trim();
    let rest = rest.trim_end_matches(['.', ',', ']', '،', ':']);
    let moment = date::parse(rest).filter(|_| !is_bare_number(rest))?;
    YEARS
        .contains(&moment.civil.year())
        .then_some((moment, first))
}

/// A line of digits only is the number of a story as often as a time.
fn is_bare_number(shown: &str) -> bool {
    !shown.contains(|c: char| !c.is_numeric() && c != '.') && shown.matches('.').count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_lines_of_many_houses() {
        for (line, wanted) in [
            (
                "Publish Date : 12 December 2021 - 21:22",
                "2021-12-12T21:22:00",
            ),
            ("Published: 3 Apr 2031 10:30 GMT", "2031-04-03T10:30:00Z"),
            (
                "Published on April 3, 2031 at 10:30 a.m. EST",
                "2031-04-03T10:30:00-05:00",
            ),
            ("Posted April 3, 2031", "2031-04-03"),
            ("2031-04-03T10:30Z", "2031-04-03T10:30:00Z"),
            ("Updated 3 April 2031", "2031-04-03"),
            ("Updated: 4 Apr 2031 | Published: 3 Apr 2031", "2031-04-03"),
            ("Last updated: Thursday, April 3, 2031", "2031-04-03"),
            ("April 3, 2031", "2031-04-03"),
            ("3 avril 2031", "2031-04-03"),
            ("Publié le 3 avril 2031 à 10h15", "2031-04-03T10:15:00"),
            (
                "Veröffentlicht am 3. April 2031 um 10:30 Uhr",
                "2031-04-03T10:30:00",
            ),
            ("Stand: 03.04.2031 10:30", "2031-04-03T10:30:00"),
            ("Publicado el 3 de abril de 2031", "2031-04-03"),
            (
                "Publicado em 3 de abril de 2031 às 10h30",
                "2031-04-03T10:30:00",
            ),
            (
                "Pubblicato il 3 aprile 2031 alle 10:30",
                "2031-04-03T10:30:00",
            ),
            (
                "Опубликовано: 3 апреля 2031 г. 10:30",
                "2031-04-03T10:30:00",
            ),
            ("Yayınlanma: 3 Nisan 2031 10:30", "2031-04-03T10:30:00"),
            ("تاريخ النشر: ٣ مايو ٢٠٣١", "2031-05-03"),
            (
                "تاریخ انتشار: ۱۲ دسامبر ۲۰۲۱ - ۲۱:۲۲",
                "2021-12-12T21:22:00",
            ),
            ("发布时间：2031年4月3日 10:30", "2031-04-03T10:30:00"),
            ("公開日：2031年4月3日", "2031-04-03"),
            ("Ann Lee • 3 April 2031", "2031-04-03"),
            ("تاریخ انتشار: ۱۲ آذر ۱۴۱۰", ""),
            ("1400/09/21", ""),
            ("Published: 03/04/2031", ""),
            ("Published: 13/04/2031 10:30", "2031-04-13T10:30:00"),
            ("PARIS, April 3 (AFP) -", ""),
            ("News ID: 181234567", ""),
            ("1932984000", ""),
            ("20310403", ""),
            ("Born: 3 April 1931", ""),
            ("The bridge shut on 3 April 2031", ""),
            ("10:30", ""),
        ] {
            let text = format!("Bridge shut\n  {line}\r\nThe bridge was shut on Monday.\n");
            let read = text_date(&text).map(|(moment, place)| {
                assert_eq!(&text[place], line);
                moment.to_string()
            });
            assert_eq!(read.unwrap_or_default(), wanted, "{line}");
        }
    }

    #[test]
    fn only_the_head_and_the_foot_are_looked_at() {
        let story = "The bridge was shut.\n".repeat(12);
        let date = "3 April 2031\n";
        assert!(text_date(&format!("{story}{date}{story}")).is_none());
        let foot = format!("{story}{date}Tarnwire");
        assert_eq!(
            text_date(&foot).unwrap().1,
            story.len()..story.len() + date.len() - 1
        );
        let both = format!("Updated: 5 April 2031\n{story}Published: 4 April 2031\n");
        assert_eq!(text_date(&both).unwrap().0.to_string(), "2031-04-05");
        assert!(text_date("").is_none());
    }

    proptest::proptest! {
        #[test]
        fn the_place_is_a_line_of_the_text(text in "([A-Za-z0-9:.,| \\n]|\\PC){0,60}", at in 0usize..4) {
            let text = ["", "Published: 3 April 2031\n", "2031-04-03\n", "Stand: 3.4.2031 | "][at].to_string() + &text;
            if let Some((_, place)) = text_date(&text) {
                proptest::prop_assert_eq!(text[place.clone()].trim(), &text[place]);
            }
        }
    }
}
