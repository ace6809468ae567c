//! Who publishes: agencies, papers, portals and broadcasters, each with its own page.

use jiff::civil::DateTime;
use wirecopy::document::{Moment, Precision};

use super::operators::{Draft, line};
use super::press::{ENGLISH_BOTTOM, ENGLISH_TOP, ORDINARY, PRESSES, Press};
use crate::support::dice::Dice;
use crate::support::languages::{LANGUAGES, Language};
use crate::support::planted::{Paragraphs, Sentence, set};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Agency,
    Paper,
    Portal,
    /// A site of a network, which publishes little else.
    Site,
    /// Held out.
    Broadcaster,
}

/// How an outlet dates its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    Zoned,
    Zoneless,
    Day,
}

/// How an outlet divides a story that comes from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paragraphing {
    Kept,
    Single,
    Twos,
}

pub struct Outlet {
    pub name: String,
    pub family: Family,
    pub language: &'static Language,
    pub place: &'static str,
    pub top: Vec<String>,
    pub bottom: Vec<String>,
    /// A paragraph that it sets below stories of its own; only the held-out world does.
    pub background: Vec<Sentence>,
    pub paragraphing: Paragraphing,
    pub credit_style: usize,
    /// Per cent of copies that name whom they are from.
    pub credits: usize,
    /// Per cent of datelines kept.
    pub datelines: usize,
    /// Per cent of headlines replaced.
    pub headlines: usize,
    /// Per cent of copies that run as they came.
    pub verbatim: usize,
    wrapping: usize,
    headline_in_text: bool,
    dateline_has_day: bool,
    prints_its_date: bool,
    links: bool,
    dates: Dates,
    offset: i32,
}

const SITES: usize = 400;

/// All outlets of a world.
pub fn press(is_held_out: bool, dice: &mut Dice) -> Vec<Outlet> {
    let presses = match is_held_out {
        false => PRESSES[..ORDINARY].iter().collect::<Vec<_>>(),
        true => PRESSES[..1].iter().chain(&PRESSES[ORDINARY..]).collect(),
    };
    let mut outlets = Vec::new();
    for press in presses {
        let mut add = |names: &[&str], family| {
            let made = |name: &&str| Outlet::new(press, (*name).into(), family, dice);
            outlets.extend(names.iter().map(made));
        };
        add(press.agencies, Family::Agency);
        add(press.papers, Family::Paper);
        add(press.portals, Family::Portal);
        if is_held_out {
            add(press.broadcasters, Family::Broadcaster);
        }
    }
    let site = |n| Outlet::new(&PRESSES[0], format!("Townline {n}"), Family::Site, dice);
    outlets.extend((0..SITES).map(site));
    outlets
}

impl Outlet {
    fn new(press: &'static Press, name: String, family: Family, dice: &mut Dice) -> Self {
        let language = LANGUAGES.iter().find(|l| l.name == press.language).unwrap();
        let slogan = |dice: &mut Dice| {
            let words: Vec<String> = (0..5).map(|_| language.word(dice)).collect();
            format!("{name}: {}", words.join(language.space))
        };
        let lines = |english: &[&str], count: usize, dice: &mut Dice| {
            let mut lines: Vec<String> = (0..count)
                .map(|_| match language.name {
                    "English" => dice.pick::<&str>(english).replace("{}", &name),
                    _ if dice.roll(2) == 0 => dice.pick::<&str>(language.furniture).to_string(),
                    _ => slogan(dice),
                })
                .collect();
            lines.dedup();
            lines
        };
        let (count_top, count_bottom) = (dice.roll(3), 1 + dice.roll(4));
        let (top, mut bottom) = (
            lines(ENGLISH_TOP, count_top, dice),
            lines(ENGLISH_BOTTOM, count_bottom, dice),
        );
        bottom.push(slogan(dice));
        let background = (0..3).map(|_| language.sentence(dice)).collect();
        // An agency sends bare text.
        let (top, bottom) = match family {
            Family::Agency => (Vec::new(), bottom.split_off(bottom.len() - 1)),
            _ => (top, bottom),
        };
        let verbatim = match family {
            Family::Portal | Family::Site => 40,
            _ => 12,
        };
        Outlet {
            top,
            bottom,
            background,
            place: dice.pick::<&str>(press.places),
            paragraphing: *dice.pick(&[
                Paragraphing::Kept,
                Paragraphing::Kept,
                Paragraphing::Single,
                Paragraphing::Twos,
            ]),
            credit_style: dice.roll(press.credits.len()),
            credits: 20 + dice.roll(61),
            datelines: 20 + dice.roll(61),
            headlines: 20 + dice.roll(61),
            verbatim,
            wrapping: dice.roll(5),
            headline_in_text: dice.roll(4) == 0,
            dateline_has_day: dice.roll(3) == 0,
            prints_its_date: language.name == "English" && dice.roll(6) == 0,
            links: matches!(family, Family::Portal | Family::Broadcaster) && dice.roll(2) == 0,
            dates: *dice.pick(&[
                Dates::Zoned,
                Dates::Zoned,
                Dates::Zoned,
                Dates::Zoneless,
                Dates::Day,
            ]),
            offset: 3600 * (dice.roll(6) as i32 - 2),
            language,
            family,
            name,
        }
    }

    /// The line by which this outlet names another.
    pub fn credit(&self, named: &str) -> String {
        let press = PRESSES.iter().find(|p| p.language == self.language.name);
        press.unwrap().credits[self.credit_style].replace("{}", named)
    }

    /// The dateline of a story of its own.
    pub fn dateline(&self, time: i64) -> String {
        let day = match self.dateline_has_day {
            true if self.language.name == "English" => civil(time).strftime(", %B %-d").to_string(),
            _ => String::new(),
        };
        match self.family {
            Family::Agency => format!("{}{day} ({}) -", self.place, self.name),
            _ => format!("{}{day} -", self.place),
        }
    }

    /// What its page says of when: one in five says nothing, one in twenty is wrong.
    pub fn published(&self, time: i64, dice: &mut Dice) -> Option<Moment> {
        if dice.roll(100) < 20 {
            return None;
        }
        let shown = match dice.roll(100) < 5 {
            true => time + [-1, 1][dice.roll(2)] * lag(12 * 3600, dice),
            false => time,
        };
        let local = civil(shown + i64::from(self.offset));
        let day = local.date().to_datetime(jiff::civil::Time::midnight());
        let (civil, offset_seconds, precision) = match self.dates {
            Dates::Zoned => (local, Some(self.offset), Precision::Time),
            Dates::Zoneless => (local, None, Precision::Time),
            Dates::Day => (day, None, Precision::Day),
        };
        Some(Moment {
            civil,
            offset_seconds,
            precision,
        })
    }

    /// Title and text of its page.
    pub fn page(&self, draft: &Draft, time: i64, dice: &mut Dice) -> (Option<String>, String) {
        let language = self.language;
        let shown = |s: &Sentence| set(&vec![vec![s.clone()]], language, 0);
        let mut headline = shown(&draft.headline);
        if draft.update > 0 && language.name == "English" {
            headline = format!("UPDATE {}-{headline}", draft.update);
        }
        let mut page: Paragraphs = Vec::new();
        let mut put = |page: &mut Paragraphs, text: &str| {
            // A line of the page is absent now and then.
            if dice.roll(12) > 0 {
                page.push(vec![line(text)]);
            }
        };
        self.top.iter().for_each(|text| put(&mut page, text));
        if self.headline_in_text {
            page.push(vec![line(&headline)]);
        }
        if self.prints_its_date {
            let date = civil(time + i64::from(self.offset)).strftime("%d %B %Y - %H:%M");
            page.push(vec![line(&format!("Publish Date : {date}"))]);
        }
        if self.family == Family::Broadcaster {
            let bullets = draft.body.iter().flatten().step_by(3).take(3);
            for sentence in bullets {
                let most = sentence.words.len().min(8);
                let words = sentence.words[..most].join(language.space);
                page.push(vec![line(&format!("• {words}"))]);
            }
        }
        let leaked = |top: bool| draft.leaked.iter().filter(move |line| line.1 == top);
        page.extend(leaked(true).map(|(text, _)| vec![line(text)]));
        let from = page.len();
        page.extend(draft.body.iter().cloned());
        if let (Some(dateline), Some(first)) = (&draft.dateline, page.get_mut(from)) {
            let mut opening = line(&format!("{dateline} {}", shown(&first[0])));
            opening.is_set = true;
            opening.is_line = false;
            first[0] = opening;
        }
        page.extend(draft.credits.iter().map(|(text, _)| vec![line(text)]));
        page.extend(leaked(false).map(|(text, _)| vec![line(text)]));
        self.bottom.iter().for_each(|text| put(&mut page, text));
        if self.links {
            let words: Vec<String> = (0..7).map(|_| language.word(dice)).collect();
            let link = format!("» {}", words.join(language.space));
            let at = from + dice.roll(page.len() - from) + 1;
            page.insert(at.min(page.len()), vec![line(&link)]);
        }
        let title = (!self.headline_in_text).then_some(headline);
        (title, set(&page, language, self.wrapping))
    }
}

fn civil(time: i64) -> DateTime {
    let minute = time - time.rem_euclid(60);
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_second(minute).unwrap())
}

/// Seconds, log-normal around a median: most within a factor of four.
pub fn lag(median: i64, dice: &mut Dice) -> i64 {
    let uniform = |dice: &mut Dice| dice.roll(1 << 20) as f64 / f64::from(1 << 20);
    let normal = (0..12).map(|_| uniform(dice)).sum::<f64>() - 6.0;
    ((median as f64 * (1.4 * normal).exp()) as i64).clamp(120, 20 * 86_400)
}
