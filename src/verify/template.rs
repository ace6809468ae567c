//! Templates: the same form filled in anew, such as a weekly table.
//!
//! Two such texts reach any Jaccard and are still no copies of each other. What
//! tells them from a copy is *what* differs: figures and dates take each other's
//! place, and little else does.

use std::collections::BTreeMap;

use gix_imara_diff::{Algorithm, Diff, InternedInput};

use super::form::{Form, Slot};
use super::numerals::{are_same, is_date, numeral};
use super::suspect::Suspicion;

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

/// What a form was filled in with anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filling {
    /// Figures of a text.
    Figures,
    /// Figures of a table.
    Table,
    /// A name that only one text has, and a figure.
    FiguresAndNames,
    /// A name that only one text has, in several places.
    Subject,
    /// A name in the place of another, three times or more.
    Names,
    /// The name that a short text begins with.
    Head,
}

/// What one form was filled in with, where two texts are one filled in twice.
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
///   mentions (a grant to another town), one such name stands in another's place,
///   and a numeral that is no date differs; or one stands for the same other one
///   twice while .97 agrees;
/// - **names**: one name takes another's place three times or more, unless the
///   outlets differ (each may have put its own name in); under 40
///   agreeing words once is enough at the head of both texts, if neither has the
///   other's name.
///
/// Unless one outlet published both, names are those of the stories (see
/// [`story`](super::story::story)), a name counts once the story has it, and so do
/// only figures of which one stands in a story: pages name their outlets, dates and numbers of comments.
/// An outlet fills in its own forms and edits them as it goes: between two texts
/// of one outlet names decide from an agreement of .80, wherever they stand, and
/// between two outlets' at Jaccard .8 and above not at all.
/// Where names decide, other words may take each other's place at most twice as
/// often as figures and names, or five times. A text that calls itself a
/// correction or an update is never a template, nor one of more than 20,000 words. Rates were
/// chosen by reading pairs of newswire and press releases at Jaccard .5 and above
/// (`docs/method.md`). `suspicion` says which of the rules can hold at all.
/// Cost: at most two diffs of the masked texts.
pub fn filling(a: &Form, b: &Form, outlets: Outlets, suspicion: Suspicion) -> Option<Filling> {
    let long = a.len().max(b.len()) > LONGEST_FORM;
    if long || a.corrects != b.corrects || a.fillings == b.fillings {
        return None;
    }
    let lengths = [a.figures.len(), b.figures.len()];
    if lengths[0].max(lengths[1]) > LONGEST * lengths[0].min(lengths[1]) {
        return None;
    }
    // Pages of one outlet have the same lines; those of two differ in their outlets'
    // names, dates and counts of comments, which fill in nothing.
    let whole_pages = outlets == Outlets::Same;
    let by_figures = || {
        let figures = compare((a, &a.figures), (b, &b.figures), whole_pages);
        let table = a.is_table && b.is_table && figures.numerals > 0;
        if figures.fills_in_figures() {
            Some(Filling::Figures)
        } else {
            table.then_some(Filling::Table)
        }
    };
    let by_names = || filling_of_names(a, b, outlets, whole_pages);
    let suspect = suspicion.figures && (whole_pages || a.numerals != b.numerals);
    let figures = suspect.then(by_figures).flatten();
    figures.or_else(|| suspicion.names.then(by_names).flatten())
}

fn filling_of_names(a: &Form, b: &Form, outlets: Outlets, whole_pages: bool) -> Option<Filling> {
    if outlets == Outlets::DifferentButClose {
        return None;
    }
    let names = Names {
        of_a: a.names_missing_from(b, whole_pages),
        of_b: b.names_missing_from(a, whole_pages),
    };
    let each_repeats = names.each_repeats();
    let (slots_a, slots_b) = (a.names(whole_pages), b.names(whole_pages));
    // What agrees is .85 of the shorter at least.
    let shorter = slots_a.len().min(slots_b.len());
    let may_be_short = AGREEMENT * shorter as f64 <= ONE_NAME_IS_ENOUGH_BELOW as f64;
    if outlets == Outlets::Different && !each_repeats && !may_be_short {
        return None;
    }
    let both = compare((a, slots_a), (b, slots_b), whole_pages);
    let changed = both.numerals + both.names;
    let agreement = if outlets == Outlets::Same {
        SAME_OUTLET_AGREEMENT
    } else {
        AGREEMENT
    };
    if !both.agrees_by(agreement) || both.substituted > (2 * changed).max(OTHER_SUBSTITUTIONS) {
        return None;
    }
    let other_figure = both.numerals > both.dates;
    let short = both.agreeing < ONE_NAME_IS_ENOUGH_BELOW;
    let places = || both.places_of(&names);
    let in_places = |least: usize| places().into_iter().any(|places| places >= least);
    let subject = outlets == Outlets::Same || both.agrees_by(SUBJECT_AGREEMENT);
    if each_repeats && other_figure && (outlets == Outlets::Same || in_places(1)) {
        Some(Filling::FiguresAndNames)
    } else if each_repeats && subject && in_places(SUBJECT_SWAPS) {
        Some(Filling::Subject)
    } else if outlets != Outlets::Different && both.swaps.values().any(|&count| count >= SAME_SWAP)
    {
        Some(Filling::Names)
    } else if short && both.subject.as_ref().is_some_and(|swap| names.has(swap)) {
        Some(Filling::Head)
    } else {
        None
    }
}

/// How two masked texts compare.
#[derive(Default)]
struct Comparison<'a> {
    /// Whether figures count that stand in the page and not in the story.
    whole_pages: bool,
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

    /// In how many places a name that only one text has stands for one that only
    /// the other has, for each two such names.
    fn places_of(&self, names: &Names<'_>) -> Vec<usize> {
        let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (swap, count) in &self.swaps {
            for x in swap.0.iter().filter(|x| names.of_a.contains_key(**x)) {
                for y in swap.1.iter().filter(|y| names.of_b.contains_key(**y)) {
                    *places.entry((x, y)).or_default() += count;
                }
            }
        }
        places.into_values().collect()
    }

    fn add_agreeing(
        &mut self,
        (a, i): (&'a Form, usize),
        (b, j): (&'a Form, usize),
        [x, y]: [&Slot; 2],
    ) {
        self.agreeing += 1;
        if x.filling == y.filling {
            return;
        }
        match x.mark {
            Slot::NUMERALS if self.whole_pages || a.tells(x) || b.tells(y) => {
                let values = |form: &'a Form, slot| form.run(slot).filter_map(numeral);
                if are_same(values(a, x), values(b, y)) {
                    return;
                }
                let dated = |form: &'a Form, slot| {
                    let values: Vec<&str> = values(form, slot).collect();
                    is_date(&values)
                };
                self.numerals += 1;
                self.dates += usize::from(dated(a, x) || dated(b, y));
            }
            Slot::NAMES => {
                self.names += 1;
                // "Ostrel Hospital" for "Marnby Hospital" is one town for another.
                let own_x: Vec<&str> = a.run(x).filter(|w| b.run(y).all(|v| v != *w)).collect();
                let own_y: Vec<&str> = b.run(y).filter(|w| a.run(x).all(|v| v != *w)).collect();
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

/// Names that the other text never mentions, with how often they stand in the one.
struct Names<'a> {
    of_a: BTreeMap<&'a str, u32>,
    of_b: BTreeMap<&'a str, u32>,
}

impl Names<'_> {
    /// True where each text repeats a name that the other never mentions, nor
    /// anything that could be another spelling of it.
    fn each_repeats(&self) -> bool {
        let repeats = |own: &BTreeMap<&str, u32>, others: &BTreeMap<&str, u32>| {
            let spelt = |name| others.keys().any(|other| is_spelling(name, other));
            own.iter().any(|(name, &count)| count >= 2 && !spelt(name))
        };
        repeats(&self.of_a, &self.of_b) && repeats(&self.of_b, &self.of_a)
    }

    /// True where neither text has the other's name of a swap anywhere.
    fn has(&self, swap: &Swap<'_>) -> bool {
        swap.0.iter().any(|name| self.of_a.contains_key(name))
            && swap.1.iter().any(|name| self.of_b.contains_key(name))
    }
}

fn compare<'a>(
    (a, slots_a): (&'a Form, &'a [Slot]),
    (b, slots_b): (&'a Form, &'a [Slot]),
    whole_pages: bool,
) -> Comparison<'a> {
    let mut input: InternedInput<u64> = InternedInput::default();
    input.update_before(slots_a.iter().map(|slot| slot.mark));
    input.update_after(slots_b.iter().map(|slot| slot.mark));
    let mut comparison = Comparison {
        whole_pages,
        shorter: slots_a.len().min(slots_b.len()),
        words: slots_a.len() + slots_b.len(),
        ..Comparison::default()
    };
    let (mut of_a, mut of_b) = (slots_a.iter().enumerate(), slots_b.iter().enumerate());
    let mut agree = |until: Option<u32>, from: u32, skip: (usize, usize)| {
        let length = until.map_or(usize::MAX, |until| (until - from) as usize);
        for ((i, x), (j, y)) in of_a.by_ref().zip(of_b.by_ref()).take(length) {
            comparison.add_agreeing((a, i), (b, j), [x, y]);
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

    const ALL: Suspicion = Suspicion {
        figures: true,
        names: true,
    };

    fn template(a: &str, b: &str) -> bool {
        filling(&Form::new(a), &Form::new(b), Outlets::Unknown, ALL).is_some()
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
        // Thousands set apart or not are the same figures.
        let [apart, joined] = [["2,119,198", "300,000"], ["2119198", "300000"]];
        let with = |[x, y]: [&str; 2]| TABLE.replace("12.5", x).replace("9.1", y);
        assert!(!template(&with(apart), &with(joined)));
        assert!(template(&with(apart), &with(["2119199", "300001"])));
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
        let (visit, other) = (Form::new(visit), Form::new(&other));
        let test = |outlets| filling(&visit, &other, outlets, ALL).is_some();
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

    /// The page of an outlet, which names itself above and below what it runs.
    fn page(outlet: &str, story: &str, comments: usize) -> String {
        format!(
            "{outlet} | News | Sport\n\n{comments} comments\n\nSupport {outlet} from two crowns a \
             month\n\n{story}\n\nFollow {outlet} on social media\n\n© 2031 {outlet}. All rights \
             reserved.\n\n{outlet}: the voice of the valley since {}",
            1900 + comments
        )
    }

    #[test]
    fn what_a_page_says_of_its_outlet_makes_no_form() {
        let corrected = GRANT.replace("41,200", "41,250");
        let town = GRANT
            .replace("Ostrel", "Marnby")
            .replace("41,200", "38,750");
        for outlets in [Outlets::Different, Outlets::Unknown] {
            let told = |story: &str| {
                let pages = [
                    page("Hill Courier", GRANT, 12),
                    page("Lowmoor Ledger", story, 31),
                ];
                let [a, b] = pages.map(|page| Form::new(&page));
                filling(&a, &b, outlets, ALL)
            };
            assert_eq!(told(GRANT), None);
            assert_eq!(told(&corrected), None);
            assert_eq!(told(&town), Some(Filling::FiguresAndNames));
        }
    }

    #[test]
    fn a_name_that_stands_in_nothing_s_place_fills_in_nothing() {
        let a = format!("{GRANT} The pump stands in Wester; Wester has a shed.");
        let b = format!(
            "Norsey men of Norsey marched. {}",
            GRANT.replace("41,200", "41,250")
        );
        let (a, b) = (Form::new(&a), Form::new(&b));
        assert_eq!(filling(&a, &b, Outlets::Different, ALL), None);
        // An outlet edits its own forms as it goes.
        let own = filling(&a, &b, Outlets::Same, ALL);
        assert_eq!(own, Some(Filling::FiguresAndNames));
    }
}
