//! Templates: the same form filled in anew, such as a weekly table.
//!
//! Two such texts reach any Jaccard and are still no copies of each other. What
//! tells them from a copy is *what* differs: figures and dates take each other's
//! place, and little else does.

use std::collections::BTreeMap;

use ahash::AHashSet;
use gix_imara_diff::{Algorithm, Diff, InternedInput};

use super::numerals::{is_date, numeral};
use super::suspect::Suspicion;
use crate::normalise::Normalised;

/// Share of the shorter masked text that must agree.
pub(super) const AGREEMENT: f64 = 0.85;
/// The same where names decide and one outlet published both: it fills in its
/// own forms, and edits them as it goes.
const SAME_OUTLET_AGREEMENT: f64 = 0.80;
/// Changed numerals among the agreeing masked words, at least.
const CHANGED_RATE: f64 = 0.02;
/// Masked words from which one changed numeral is no longer enough: a single
/// one in a longer text is a correction.
const ONE_IS_ENOUGH_BELOW: usize = 50;
/// Other words that may take each other's place however little else changed.
const OTHER_SUBSTITUTIONS: usize = 5;
/// Share of all masked words that may stand in one text only. A report of the
/// same event with new figures and new sentences is an update.
const ONE_SIDED: f64 = 0.10;
/// The same where a date changed too: next week's report may lack a paragraph.
pub(super) const ONE_SIDED_WITH_DATE: f64 = 0.30;
/// Words by which a text says that it corrects or updates an earlier one.
const CORRECTING: &[&str] = &[
    "corrects",
    "corrected",
    "correction",
    "corrigendum",
    "updates",
];
/// Words above which a text is no form: keeps the diff of hostile texts short.
const LONGEST_FORM: usize = 20_000;
/// Times as long as one filling of a form another may be.
const LONGEST: usize = 4;
/// Share of numerals from which a text is a table.
pub(super) const TABLE: f64 = 0.7;
/// Share of the shorter masked text that must agree where only names tell.
const SUBJECT_AGREEMENT: f64 = 0.97;
/// Places where a name that only one text has stands for the same name that only
/// the other has.
const SUBJECT_SWAPS: usize = 2;
/// Times that one name takes another's place in a form.
pub(super) const SAME_SWAP: usize = 3;
/// Masked words in which a text names what it is about.
const HEAD: usize = 8;
/// Masked words below which one swapped name makes another story.
const ONE_NAME_IS_ENOUGH_BELOW: usize = 40;
/// First letters that make two names spellings of one.
const SAME_NAME_LETTERS: usize = 5;

/// A text as the template test sees it.
#[derive(Clone, Copy)]
pub struct Form<'a> {
    /// The original text, for its capital letters.
    pub text: &'a str,
    /// Its tokens.
    pub words: &'a Normalised,
}

/// What is known of the outlets of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlets {
    /// One outlet published both.
    Same,
    /// Two outlets did.
    Different,
    /// Two outlets did, and the texts are so alike that one was made from the
    /// other whatever names differ: the letterhead, the speaker put first.
    DifferentButClose,
    /// Nobody knows.
    Unknown,
}

/// True where two texts are one form filled in twice.
///
/// Runs of numerals are masked as one mark each, in a second step runs of names
/// as well, and the masked texts are aligned. Of the shorter one .85 must agree,
/// and the longer is at most four times as long.
/// They are a template pair when one of these holds:
/// - **figures**: the numerals that differ in agreeing marks make up .02 of what
///   agrees and are two at least (one, where under 50 masked words agree), other
///   words took each other's place no more often than that, or five times at
///   most, and a tenth of the words at most stands in one text only (three tenths
///   where a date differs);
/// - **table**: seven words in ten are numerals, and one of them differs;
/// - **figures and names**: each text repeats a name that the other never
///   mentions (a grant to another town), and a numeral that is no date differs, or
///   one such name stands for the same other one twice while .97 agrees;
/// - **names**: one name takes another's place three times or more, unless the
///   outlets differ (each may have put its own name in); under 40
///   agreeing words once is enough at the head of both texts, if neither has the
///   other's name.
///
/// An outlet fills in its own forms and edits them as it goes: between two texts
/// of one outlet names decide from an agreement of .80, and between two outlets'
/// at Jaccard .8 and above not at all.
/// Where names decide, other words may take each other's place at most twice as
/// often as figures and names, or five times. A text that calls itself a
/// correction or an update is never a template, nor one of more than 20,000 words. Rates were chosen by reading
/// pairs of newswire and press releases at Jaccard .5 and above
/// (`docs/method.md`). `suspicion` says which of the rules can hold at all.
/// Cost: at most two diffs of the masked texts.
pub fn is_template(a: Form<'_>, b: Form<'_>, outlets: Outlets, suspicion: Suspicion) -> bool {
    let same_outlet = outlets == Outlets::Same;
    let long = a.words.len().max(b.words.len()) > LONGEST_FORM;
    if long || a.corrects() != b.corrects() || a.fillings().eq(b.fillings()) {
        return false;
    }
    let (masked_a, masked_b) = (Masked::new(a, false), Masked::new(b, false));
    let lengths = [masked_a.slots.len(), masked_b.slots.len()];
    if lengths[0].max(lengths[1]) > LONGEST * lengths[0].min(lengths[1]) {
        return false;
    }
    if suspicion.figures {
        let figures = compare(&masked_a, &masked_b);
        let table = masked_a.is_table() && masked_b.is_table();
        if (table && figures.numerals > 0) || figures.fills_in_figures() {
            return true;
        }
    }
    if outlets == Outlets::DifferentButClose || !suspicion.names {
        return false;
    }
    let (of_a, of_b) = (a.names_missing_from(b), b.names_missing_from(a));
    let both = compare(&Masked::new(a, true), &Masked::new(b, true));
    let changed = both.numerals + both.names;
    let form_of_names = both.agrees_by(if same_outlet {
        SAME_OUTLET_AGREEMENT
    } else {
        AGREEMENT
    }) && both.substituted <= (2 * changed).max(OTHER_SUBSTITUTIONS);
    let other_figure = both.numerals > both.dates;
    let short = both.agreeing < ONE_NAME_IS_ENOUGH_BELOW;
    let subject = both.subject.as_ref();
    form_of_names
        && ((each_repeats(&of_a, &of_b)
            && (other_figure || both.another_subject(&of_a, &of_b, same_outlet)))
            || (outlets != Outlets::Different
                && both.swaps.values().any(|&count| count >= SAME_SWAP))
            || (short && subject.is_some_and(|swap| swap.is_between(&of_a, &of_b))))
}

/// How two masked texts compare.
#[derive(Default)]
struct Comparison<'a> {
    /// Masked words of the shorter text.
    shorter: usize,
    /// Masked words that agree, marks included.
    agreeing: usize,
    /// Agreeing marks that stood for different numerals, dates included.
    numerals: usize,
    /// Those of them that name a day, month or year.
    dates: usize,
    /// Agreeing marks that stood for different names.
    names: usize,
    /// The first names, at the head of both texts, that took others' place.
    subject: Option<Swap<'a>>,
    /// How often which names took which others' place, spellings aside.
    swaps: BTreeMap<Swap<'a>, usize>,
    /// Words that took the place of other words.
    substituted: usize,
    /// Masked words of both texts.
    words: usize,
    /// Masked words that stand in one text only.
    one_sided: usize,
}

impl<'a> Comparison<'a> {
    fn agrees(&self) -> bool {
        self.agrees_by(AGREEMENT)
    }

    fn agrees_by(&self, share: f64) -> bool {
        self.agreeing as f64 >= share * self.shorter as f64
    }

    fn fills_in_figures(&self) -> bool {
        let enough = if self.agreeing < ONE_IS_ENOUGH_BELOW {
            1
        } else {
            2
        };
        let one_sided = if self.dates > 0 {
            ONE_SIDED_WITH_DATE
        } else {
            ONE_SIDED
        };
        self.agrees()
            && self.numerals >= enough
            && self.numerals as f64 >= CHANGED_RATE * self.agreeing as f64
            && self.substituted <= self.numerals.max(OTHER_SUBSTITUTIONS)
            && self.one_sided as f64 <= one_sided * self.words as f64
    }

    /// True where one name that only a text has (`of_a`, `of_b`) stands in
    /// several places for the same name that only the other has.
    fn another_subject(
        &self,
        of_a: &[(&str, usize)],
        of_b: &[(&str, usize)],
        same_outlet: bool,
    ) -> bool {
        let own = |names: &[(&str, usize)], word: &str| names.iter().any(|(name, _)| *name == word);
        let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (swap, count) in &self.swaps {
            for x in swap.0.iter().filter(|x| own(of_a, x)) {
                for y in swap.1.iter().filter(|y| own(of_b, y)) {
                    *places.entry((x, y)).or_default() += count;
                }
            }
        }
        (same_outlet || self.agrees_by(SUBJECT_AGREEMENT))
            && places.values().any(|&count| count >= SUBJECT_SWAPS)
    }

    fn add_agreeing(&mut self, (i, x): (usize, &Slot<'a>), (j, y): (usize, &Slot<'a>)) {
        self.agreeing += 1;
        match (x, y) {
            (Slot::Numerals(of_x), Slot::Numerals(of_y)) if of_x != of_y => {
                self.numerals += 1;
                self.dates += usize::from(is_date(of_x) || is_date(of_y));
            }
            (Slot::Names(of_x), Slot::Names(of_y)) if of_x.concat() != of_y.concat() => {
                self.names += 1;
                // "Ostrel Hospital" for "Marnby Hospital" is one town for another.
                let only = |run: &[&'a str], other: &[&'a str]| -> Vec<&'a str> {
                    run.iter()
                        .filter(|word| !other.contains(word))
                        .copied()
                        .collect()
                };
                let (own_x, own_y) = (only(of_x, of_y), only(of_y, of_x));
                let spelling = own_x
                    .iter()
                    .any(|x| own_y.iter().any(|y| is_spelling(x, y)));
                if !own_x.is_empty() && !own_y.is_empty() && !spelling {
                    let swap = Swap(own_x, own_y);
                    if i.max(j) < HEAD && self.subject.is_none() {
                        self.subject = Some(swap.clone());
                    }
                    *self.swaps.entry(swap).or_default() += 1;
                }
            }
            _ => {}
        }
    }
}

/// Names of the first text in whose place the second has others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Swap<'a>(Vec<&'a str>, Vec<&'a str>);

impl Swap<'_> {
    /// True where neither text has the other's name anywhere.
    fn is_between(&self, of_a: &[(&str, usize)], of_b: &[(&str, usize)]) -> bool {
        let holds = |own: &[(&str, usize)], names: &[&str]| {
            names
                .iter()
                .any(|name| own.iter().any(|(own, _)| own == name))
        };
        holds(of_a, &self.0) && holds(of_b, &self.1)
    }
}

fn compare<'a>(a: &Masked<'a>, b: &Masked<'a>) -> Comparison<'a> {
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(a.slots.iter().map(Slot::mark));
    input.update_after(b.slots.iter().map(Slot::mark));
    let mut comparison = Comparison {
        shorter: a.slots.len().min(b.slots.len()),
        words: a.slots.len() + b.slots.len(),
        ..Comparison::default()
    };
    let (mut of_a, mut of_b) = (a.slots.iter().enumerate(), b.slots.iter().enumerate());
    let mut agree = |until: Option<u32>, from: u32, skip: (usize, usize)| {
        let length = until.map_or(usize::MAX, |until| (until - from) as usize);
        for (x, y) in of_a.by_ref().zip(of_b.by_ref()).take(length) {
            comparison.add_agreeing(x, y);
        }
        comparison.substituted += skip.0.min(skip.1);
        comparison.one_sided += skip.0 + skip.1;
        for _ in 0..skip.0 {
            of_a.next();
        }
        for _ in 0..skip.1 {
            of_b.next();
        }
    };
    let mut from = 0;
    for hunk in Diff::compute(Algorithm::Myers, &input).hunks() {
        let skip = (hunk.before.len(), hunk.after.len());
        agree(Some(hunk.before.start), from, skip);
        from = hunk.before.end;
    }
    agree(None, from, (0, 0));
    comparison
}

/// A word, or a run of numerals or names that was masked.
enum Slot<'a> {
    Word(&'a str),
    Numerals(Vec<&'a str>),
    Names(Vec<&'a str>),
}

impl<'a> Slot<'a> {
    /// What the diff sees. No word is `#` or `@`, which are no letters.
    fn mark(&self) -> &'a str {
        match self {
            Slot::Word(word) => word,
            Slot::Numerals(_) => "#",
            Slot::Names(_) => "@",
        }
    }

    fn numerals(&self) -> usize {
        match self {
            Slot::Numerals(run) => run.len(),
            Slot::Word(_) | Slot::Names(_) => 0,
        }
    }

    fn words(&self) -> usize {
        match self {
            Slot::Word(_) => 1,
            Slot::Numerals(run) | Slot::Names(run) => run.len(),
        }
    }
}

/// A text with its runs of numerals, and of names if asked for, masked.
struct Masked<'a> {
    slots: Vec<Slot<'a>>,
}

impl<'a> Masked<'a> {
    fn new(form: Form<'a>, names: bool) -> Self {
        let mut slots: Vec<Slot<'a>> = Vec::with_capacity(form.words.len());
        for i in 0..form.words.len() {
            let word = form.words.word(i);
            match (numeral(word), slots.last_mut()) {
                (Some(value), Some(Slot::Numerals(run))) => run.push(value),
                (Some(value), _) => slots.push(Slot::Numerals(vec![value])),
                (None, Some(Slot::Names(run))) if names && form.is_capitalised(i) => run.push(word),
                (None, _) if names && form.is_capitalised(i) => slots.push(Slot::Names(vec![word])),
                (None, _) => slots.push(Slot::Word(word)),
            }
        }
        Masked { slots }
    }

    fn is_table(&self) -> bool {
        let numerals: usize = self.slots.iter().map(Slot::numerals).sum();
        let words: usize = self.slots.iter().map(Slot::words).sum();
        numerals as f64 >= TABLE * words.max(1) as f64
    }
}

impl<'a> Form<'a> {
    /// True for a text with a correcting word, or that opens as "UPDATE 1".
    fn corrects(&self) -> bool {
        let opens_as_update =
            self.words.word(0) == "update" && numeral(self.words.word(1)).is_some();
        opens_as_update || (0..self.words.len()).any(|i| CORRECTING.contains(&self.words.word(i)))
    }

    pub(super) fn is_capitalised(&self, token: usize) -> bool {
        let start = self
            .words
            .tokens()
            .get(token)
            .map(|token| token.start as usize);
        let rest = start.and_then(|start| self.text.get(start..));
        rest.and_then(|rest| rest.chars().next())
            .is_some_and(char::is_uppercase)
    }

    /// The numerals and capitalised words in order: all that a form is filled with.
    fn fillings(&self) -> impl Iterator<Item = &'a str> {
        let own = *self;
        (0..own.words.len()).filter_map(move |i| {
            let word = own.words.word(i);
            numeral(word).or_else(|| own.is_capitalised(i).then_some(word))
        })
    }

    /// Words that are written with a capital here, are no numerals, have three
    /// letters at least and do not stand in `other`; and how often they stand here.
    fn names_missing_from(&self, other: Form<'_>) -> Vec<(&'a str, usize)> {
        let elsewhere: AHashSet<&str> = (0..other.words.len())
            .map(|i| other.words.word(i))
            .collect();
        let mut names: BTreeMap<&'a str, usize> = BTreeMap::new();
        for i in 0..self.words.len() {
            let word = self.words.word(i);
            if self.is_capitalised(i)
                && word.chars().count() >= 3
                && numeral(word).is_none()
                && !elsewhere.contains(word)
            {
                *names.entry(word).or_default() += 1;
            }
        }
        names.into_iter().collect()
    }
}

/// True where each text repeats a name that the other never mentions, nor
/// anything that could be another spelling of it.
fn each_repeats(of_a: &[(&str, usize)], of_b: &[(&str, usize)]) -> bool {
    let repeats = |own: &[(&str, usize)], others: &[(&str, usize)]| {
        let spelt = |name| others.iter().any(|&(other, _)| is_spelling(name, other));
        own.iter().any(|&(name, count)| count >= 2 && !spelt(name))
    };
    repeats(of_a, of_b) && repeats(of_b, of_a)
}

/// True for names that may be one: "Sen" and "Senators", "Ostrel" and "Ostrel's",
/// or any two that share their first letters.
fn is_spelling(x: &str, y: &str) -> bool {
    let (x, y) = (x.trim_end_matches('s'), y.trim_end_matches('s'));
    let alike = x.chars().zip(y.chars()).take_while(|(x, y)| x == y).count();
    alike >= SAME_NAME_LETTERS || x.starts_with(y) || y.starts_with(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;

    const ALL: Suspicion = Suspicion {
        figures: true,
        names: true,
    };

    fn template<'a>(a: &'a str, b: &'a str) -> bool {
        let (words_a, words_b) = (normalise(a), normalise(b));
        let form = |text, words| Form { text, words };
        is_template(form(a, &words_a), form(b, &words_b), Outlets::Unknown, ALL)
    }

    const TABLE: &str = "Reservoir levels in the eastern valleys stood at 61 per cent of capacity \
        on April 3, the water board said, against 58 per cent a week earlier. Inflow was 12.5 \
        million cubic metres and outflow 9.1 million. The board repeats that watering of lawns \
        is forbidden between nine in the morning and six in the evening.";

    #[test]
    fn the_same_form_with_other_figures_is_a_template() {
        let next = TABLE
            .replace("61", "63")
            .replace("58", "61")
            .replace("April 3", "April 10")
            .replace("12.5", "14")
            .replace("9.1", "10.3");
        assert!(template(TABLE, &next));
        let longer = next + " Two wells were shut for repairs.";
        assert!(template(TABLE, &longer));
        let corrected = format!("{longer} (Corrects inflow.)");
        assert!(!template(TABLE, &corrected));
        let updated = TABLE.replace("61", "62").replace("12.5", "13")
            + " The board met in the \
            evening and decided to open the upper gates, because more rain was forecast for the hills.";
        assert!(!template(TABLE, &updated));
    }

    #[test]
    fn a_copy_is_none() {
        assert!(!template(TABLE, TABLE));
        assert!(!template(TABLE, &TABLE.replace("61", "sixty-one")));
        // A correction, a cut and other words are edits, not a form.
        assert!(!template(
            TABLE,
            &TABLE.replace("58 per cent", "57 per cent")
        ));
        assert!(!template(TABLE, &TABLE[..200]));
        let rewritten = TABLE
            .replace("61", "62")
            .replace("58", "57")
            .replace("water board", "agency")
            .replace("stood", "reached")
            .replace("against", "compared with")
            .replace("is forbidden", "stays banned")
            .replace("repeats", "reminds everybody")
            .replace("earlier", "before")
            .replace("Inflow", "The inflow");
        assert!(!template(TABLE, &rewritten));
    }

    #[test]
    fn a_table_is_its_figures() {
        let table = "Deposits at noon: overnight 6 1/8 6 1/16, week 6 1/4 6 3/16, month 6 3/8 6 5/16, \
            year 6 7/8 6 13/16, two years 7 1/8 7 1/16";
        assert!(template(table, &table.replace("6 7/8", "6 15/16")));
        assert!(!template(table, &table.replace("noon", "midday")));
    }

    #[test]
    fn an_outlet_may_edit_its_own_form() {
        let visit = "Mayor Tull met the crew of the Orme lifeboat on Monday. The Orme crew showed her \
            the new launch and told her that fuel had doubled in price. She promised to write to the \
            minister, and said that no village on this coast should have to hold a raffle for diesel.";
        let other = visit
            .replace("Orme", "Skerry")
            .replace(
                "the new launch and",
                "the slip, which the winter broke, and",
            )
            .replace("on this coast", "of this county");
        let (words_a, words_b) = (normalise(visit), normalise(&other));
        let form = |text, words| Form { text, words };
        let test =
            |outlets| is_template(form(visit, &words_a), form(&other, &words_b), outlets, ALL);
        assert!(test(Outlets::Same));
        assert!(!test(Outlets::Different));
    }

    #[test]
    fn a_name_that_is_always_another_makes_a_form() {
        let praise = "The Fund praised Ostrel Hospital for its care of the heart. Ostrel Hospital was \
            among the best tenth of clinics in the hills, with Marnby Hospital, in a trial that paid \
            clinics by what they did for patients. The director of Ostrel Hospital thanked the nurses, \
            who had worked through the winter without a free weekend.";
        let swapped = praise
            .replace("Marnby", "#")
            .replace("Ostrel", "Marnby")
            .replace('#', "Ostrel");
        assert!(template(praise, &swapped));
        let bank = "Hill Savings will charge its best customers 7 3/4 per cent from Tuesday noon, up \
            from 7 1/2, as the other lenders of the valley do.";
        assert!(template(bank, &bank.replace("Hill Savings", "Lowmoor")));
        assert!(!template(
            bank,
            &bank.replace("Hill Savings", "Hills Savings")
        ));
    }

    const GRANT: &str = "The Fund today awarded 41,200 crowns to the fire brigade of Ostrel. Ostrel \
        will buy a pump and train its volunteers, the Fund said. The grant is one of forty that the \
        Fund makes each spring to brigades in the hill districts, and it must be spent within a year. Applications for the next round close when the snow is gone.";

    #[test]
    fn the_same_letter_to_another_town_is_a_template() {
        let other = GRANT
            .replace("Ostrel", "Marnby")
            .replace("41,200", "38,750");
        assert!(template(GRANT, &other));
        // A copy that spells a name in another way is still a copy.
        let spelt = GRANT
            .replace("Ostrel", "Ostrell")
            .replace("41,200", "41,250");
        assert!(!template(GRANT, &spelt));
        let dated = GRANT.replace("today", "on May 3");
        assert!(!template(&dated, &dated.replace("May 3", "May 4")));
    }
}
