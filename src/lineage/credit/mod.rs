//! Who a text says it has its words from.

mod address;
mod dateline;
mod signed;

use std::ops::Range;

use ahash::AHashSet;

use super::phrases::{Stands, Use, begins_at, ends_at, is_word};
use super::sources::{Hit, SourceNames};
use crate::codes::codes;
use crate::normalise::Normalised;
use crate::segment::{Kind, Unit};

pub use address::address_credit;

codes! {
    /// How a text names a source.
    CreditKind {
        Dateline "dateline" "in the words before the story, with the place";
        Credit "credit" "as whose text this is";
        Licence "licence" "as its owner";
        Byline "byline" "beside its author";
        Page "page" "in a line of the page around the story";
        Report "report" "within the story, as what it is cited for";
        Url "url" "by an address of it";
    }
}

impl CreditKind {
    /// True for what says that the text, or this page of it, is the source's: enough
    /// for a claim. A story may cite and link to others than the one it was copied from.
    pub fn is_of_the_text(self) -> bool {
        !matches!(self, CreditKind::Report | CreditKind::Url)
    }
}

/// A place where a text names a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// How.
    pub how: CreditKind,
    /// The bytes of the line or of the words; `None` for the address of the document.
    pub place: Option<Range<usize>>,
    /// Its words, with single spaces between them.
    pub line: String,
    /// The name as it stands there, or the known source's own spelling.
    pub name: String,
    /// Number of the source among the known ones.
    pub source: Option<usize>,
}

impl Credit {
    fn known(
        how: CreditKind,
        text: &str,
        place: Range<usize>,
        (sources, number): (&SourceNames, usize),
    ) -> Self {
        Credit {
            how,
            line: one_line(text.get(place.clone()).unwrap_or("")),
            place: Some(place),
            name: sources.name(number).to_string(),
            source: Some(number),
        }
    }
}

fn one_line(shown: &str) -> String {
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Small words between a phrase and a name that are looked over.
const MOST_BETWEEN: usize = 4;

/// Finds the places where a text names a source: credits, licences, bylines and
/// page lines; the agency of a dateline ("PORT HALLAM (Tarnwire) -"); addresses;
/// and within the story what is cited ("Tarnwire reported"). `kinds` are those of `units`,
/// which are those of the text.
///
/// A name that nobody knows as a source's is reported as it stands, but only from
/// datelines, credits and licences. What a story cites or links to is reported once
/// for each source. Ordered by place.
///
/// Cost: a look-up for each word of the text.
///
/// # Examples
/// ```
/// use wirecopy::lineage::{CreditKind, SourceNames, credits};
/// use wirecopy::{normalise::normalise, segment::{kinds, segment}};
/// let text = "PARIS (AFP) - The bridge over the Marne is shut from today on, Tarnwire reported.\n\n\
///     With files from the Hill Post";
/// let words = normalise(text);
/// let units = segment(text, &words);
/// let kinds = kinds(text, &words, &units);
/// let names = SourceNames::new(["Tarnwire", "The Hill Post"]);
/// let found = credits(text, &words, &units, &kinds, &names);
/// let shown: Vec<_> = found.iter().map(|credit| (credit.how.code(), &*credit.name)).collect();
/// assert_eq!(shown, [("dateline", "Agence France-Presse"), ("report", "Tarnwire"), ("credit", "The Hill Post")]);
/// ```
pub fn credits(
    text: &str,
    words: &Normalised,
    units: &[Unit],
    kinds: &[Kind],
    sources: &SourceNames,
) -> Vec<Credit> {
    let mut found = dateline::datelines(text, sources);
    let hits = sources.hits(text, words);
    let mut next = 0;
    for (position, (unit, &kind)) in units.iter().zip(kinds).enumerate() {
        let from = next;
        while hits.get(next).is_some_and(|hit| hit.from < unit.end_token) {
            next += 1;
        }
        let line = Line {
            text,
            words,
            unit,
            hits: hits.get(from..next).unwrap_or(&[]),
            sources,
        };
        match kind {
            Kind::Credit => line.all(CreditKind::Credit, &mut found),
            Kind::Licence => line.all(CreditKind::Licence, &mut found),
            Kind::Byline => line.all(CreditKind::Byline, &mut found),
            Kind::Furniture | Kind::OutletFurniture => line.page(&mut found),
            _ => line.within(is_edge(position, units.len()), &mut found),
        }
    }
    address::addresses(text, units, kinds, sources, &mut found);
    keep_one_of_each(found)
}

/// Units at the top and the end of a text where a line may be nothing but a name.
fn is_edge(position: usize, units: usize) -> bool {
    const EDGE: usize = 5;
    position < EDGE || position + EDGE >= units
}

/// By place; of one source in one place the first kind, of what is cited or linked to
/// the first place, and no unknown name where the line has a known one.
fn keep_one_of_each(mut found: Vec<Credit>) -> Vec<Credit> {
    let key = |credit: &Credit| {
        credit
            .place
            .as_ref()
            .map_or(usize::MAX, |place| place.start)
    };
    found.sort_by(|x, y| {
        let own = |credit: &Credit| (key(credit), credit.how, credit.source);
        own(x).cmp(&own(y)).then_with(|| x.name.cmp(&y.name))
    });
    let known: AHashSet<Option<Range<usize>>> = found
        .iter()
        .filter(|credit| credit.source.is_some())
        .map(|credit| credit.place.clone())
        .collect();
    found.retain(|credit| credit.source.is_some() || !known.contains(&credit.place));
    let mut kept: Vec<Credit> = Vec::with_capacity(found.len());
    for credit in found {
        let repeats = |other: &Credit| {
            // A dateline may be a unit by itself, and looks signed.
            let filed = other.how == CreditKind::Dateline && overlap(&other.place, &credit.place);
            let weak = !credit.how.is_of_the_text() && other.how == credit.how;
            other.source == credit.source
                && other.name == credit.name
                && (weak || filed || other.place == credit.place)
        };
        if !kept.iter().any(repeats) {
            kept.push(credit);
        }
    }
    kept
}

fn overlap(x: &Option<Range<usize>>, y: &Option<Range<usize>>) -> bool {
    let both = x.as_ref().zip(y.as_ref());
    both.is_some_and(|(x, y)| x.start < y.end && y.start < x.end)
}

/// A unit with the names that stand in it.
struct Line<'a> {
    text: &'a str,
    words: &'a Normalised,
    unit: &'a Unit,
    hits: &'a [Hit],
    sources: &'a SourceNames,
}

impl Line<'_> {
    fn shown(&self) -> &str {
        self.text.get(self.unit.start..self.unit.end).unwrap_or("")
    }

    fn whole(&self, how: CreditKind, source: usize) -> Credit {
        let place = self.unit.start..self.unit.end;
        Credit::known(how, self.text, place, (self.sources, source))
    }

    /// Every name of a line that is there to name sources; one that nobody knows
    /// where there is none.
    fn all(&self, how: CreditKind, found: &mut Vec<Credit>) {
        found.extend(self.hits.iter().map(|hit| self.whole(how, hit.source)));
        if self.hits.is_empty()
            && how != CreditKind::Byline
            && let Some(name) = self.unknown()
        {
            found.push(Credit {
                how,
                place: Some(self.unit.start..self.unit.end),
                line: one_line(self.shown()),
                name,
                source: None,
            });
        }
    }

    fn page(&self, found: &mut Vec<Credit>) {
        let named = self.hits.iter().filter(|hit| self.means_the_source(hit));
        found.extend(named.map(|hit| self.whole(CreditKind::Page, hit.source)));
    }

    /// Names in a line of the story: signed with one, or beside the phrases of
    /// credits and reports.
    fn within(&self, is_edge: bool, found: &mut Vec<Credit>) {
        if self.hits.is_empty() {
            return;
        }
        if let Some(how) = is_edge.then(|| self.signed()).flatten() {
            found.extend(self.hits.iter().map(|hit| self.whole(how, hit.source)));
            return;
        }
        for hit in self.hits {
            let how = self.bracketed(hit).or_else(|| self.beside(hit));
            let Some(how) = how else { continue };
            found.push(match how {
                CreditKind::Report => {
                    let place = self.around(hit);
                    Credit::known(how, self.text, place, (self.sources, hit.source))
                }
                _ => self.whole(how, hit.source),
            });
        }
    }

    /// False for a word that within a story means something else, such as the surname in
    /// "Ann Hill": a name of one word behind another capitalised one.
    fn means_the_source(&self, hit: &Hit) -> bool {
        let last = hit
            .from
            .checked_sub(1)
            .filter(|&last| last > self.unit.first_token);
        let is_surname = last.filter(|_| hit.to == hit.from + 1).is_some_and(|last| {
            let tokens = self.words.tokens();
            let place = tokens[last].start as usize..tokens[hit.from].start as usize;
            let shown = self.text.get(place).unwrap_or("");
            let joined = shown
                .trim_end()
                .ends_with(|c: char| c.is_alphanumeric() || c == '.');
            let word = self.words.word(last);
            shown.starts_with(char::is_uppercase)
                && joined
                && !is_word(word, Use::Between, Stands::Word)
                && ends_at(self.words, self.unit.first_token, hit.from, Use::Report).is_none()
        });
        hit.in_story && !is_surname
    }

    /// What the phrase beside a name makes of it.
    fn beside(&self, hit: &Hit) -> Option<CreditKind> {
        const KINDS: [(Use, CreditKind); 3] = [
            (Use::Credit, CreditKind::Credit),
            (Use::Licence, CreditKind::Licence),
            (Use::Report, CreditKind::Report),
        ];
        let counts = |how: CreditKind| how != CreditKind::Report || self.means_the_source(hit);
        let mut at = hit.from;
        for _ in 0..=MOST_BETWEEN {
            let before = |used| ends_at(self.words, self.unit.first_token, at, used).is_some();
            if let Some(&(_, how)) = KINDS.iter().find(|(used, _)| before(*used)) {
                return counts(how).then_some(how);
            }
            let Some(last) = at
                .checked_sub(1)
                .filter(|&last| last >= self.unit.first_token)
            else {
                break;
            };
            if !is_word(self.words.word(last), Use::Between, Stands::Word) {
                break;
            }
            at = last;
        }
        let at = self.behind(hit);
        let after = |used| begins_at(self.words, at, (used, Stands::After)).is_some();
        let found = KINDS.iter().find(|(used, _)| after(*used));
        found
            .map(|&(_, how)| how)
            .filter(|&how| at < self.unit.end_token && counts(how))
    }

    /// The token behind a name, the ending that an apostrophe parts from it, and
    /// the words of an agency.
    fn behind(&self, hit: &Hit) -> usize {
        let mut at = hit.to;
        let byte = |token: usize| self.words.tokens().get(token);
        if let (Some(last), Some(next)) = (byte(at.wrapping_sub(1)), byte(at))
            && let Some(gap) = self.text.get(last.end as usize..next.start as usize)
            && matches!(gap, "'" | "’")
        {
            at += 1;
        }
        for _ in 0..MOST_BETWEEN {
            if at >= self.unit.end_token
                || !is_word(self.words.word(at), Use::Agency, Stands::After)
            {
                break;
            }
            at += 1;
        }
        at
    }

    /// The bytes of a name with some words on either side.
    fn around(&self, hit: &Hit) -> Range<usize> {
        const BESIDE: usize = 6;
        let first = hit.from.saturating_sub(BESIDE).max(self.unit.first_token);
        let last = (hit.to + BESIDE).min(self.unit.end_token).saturating_sub(1);
        let tokens = self.words.tokens();
        match (tokens.get(first), tokens.get(last)) {
            (Some(first), Some(last)) => first.start as usize..last.end as usize,
            _ => self.unit.start..self.unit.end,
        }
    }
}

#[cfg(test)]
mod tests;
