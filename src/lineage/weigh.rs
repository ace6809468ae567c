//! How well each text of a group explains each other: the weights of the links.

use std::cell::RefCell;

use ahash::{AHashMap, AHashSet};

use super::additions::has_additions;
use super::calendar::{EarliestMembers, Sure};
use super::credit::Credit;
use super::dates::{Trust, date_nats, order};
use super::member::Member;
use super::rates::{Rates, cost};
use super::readings::{Operation, Operator, Reading, Readings, operations, side_by_side};

/// What is believed of the corpus; estimated from it, see [`Learnt`](super::Learnt).
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What editors do with the texts of others.
    pub copies: Rates,
    /// What they do with their own.
    pub revisions: Rates,
    /// How far dates are trusted.
    pub trust: Trust,
    /// Share of the groups that were made from a text which the input lacks.
    pub missing: f64,
    /// Share of the copies that were made from the first text of all, and not from any.
    pub direct: f64,
}

impl Model {
    /// Nats by which the first of so many texts is the exemplar of any other more
    /// readily than one of the rest.
    pub(super) fn direct(&self, members: usize) -> f64 {
        let others = members.saturating_sub(1) as f64;
        (1.0 + others * self.direct / (1.0 - self.direct)).ln()
    }
}

impl Default for Model {
    fn default() -> Self {
        Model {
            copies: Rates::of_copies(),
            revisions: Rates::of_revisions(),
            trust: Trust::default(),
            missing: 0.35,
            direct: 0.35,
        }
    }
}

/// Logarithms of how much likelier everything is if one text was made from another
/// than if the two have nothing to do with each other, by kind of evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nats {
    /// What was done to the story, and whose furniture stands in it.
    pub text: f64,
    /// Dates.
    pub dates: f64,
    /// Credits.
    pub credit: f64,
    /// Texts of one outlet, and what they call themselves.
    pub outlet: f64,
    /// What makes the exemplar a likely one for anybody.
    pub standing: f64,
}

impl Nats {
    /// All together.
    pub fn sum(&self) -> f64 {
        self.text + self.dates + self.credit + self.outlet + self.standing
    }
}

/// What the text says counts by this share of itself. Its pieces are taken as independent
/// and are not: one hand makes several changes at once, a line that is matched amiss looks
/// like two operations. Without it what is said to be .98 likely is right in .85 of the
/// cases (`cargo test --test stemma`); with it in .94.
const TEXT: f64 = 0.4;
// Weights of evidence that no corpus is large enough to tell, in nats: 3 is what a
// careful reader would call near proof (20 to 1), 0.7 a nod (2 to 1).
/// The copy names the exemplar's source.
const CREDITED: f64 = 3.0;
/// Both name a third source: the copy kept the line.
const CREDIT_KEPT: f64 = 2.5;
/// The copy's story cites the exemplar's source.
const CITED: f64 = 1.0;
/// The copy names another source, which the exemplar neither is nor names.
const CREDITS_OTHER: f64 = -1.5;
/// The copy names a source that no member has, and is said to be made from that.
const NAMES_MISSING: f64 = 3.0;
/// A text whose dateline names its own outlet is said to be made from a missing one.
const SIGNED: f64 = -4.0;
/// A text that names another source is said to be the first of all.
const ORIGIN_CREDITS: f64 = -2.0;
/// Furniture of the exemplar's outlet in the copy; the same the other way round.
const LEAKED: f64 = 3.0;
/// Furniture of a member's outlet in the copy, and the exemplar does not explain it.
const STRANGE: f64 = -2.0;
/// A line of the page that all others have as well, and the exemplar lacks.
const SHARED_PAGE: f64 = -1.0;
/// The copy's headline is another member's, and not the exemplar's.
const OTHER_HEADLINE: f64 = -2.0;
/// Both are texts of one outlet.
const SAME_OUTLET: f64 = 1.5;
/// The exemplar is the last text that the outlet had before.
const LAST: f64 = 2.0;
/// The later one of an outlet says that it is an update, or the earlier one does.
const UPDATED: f64 = 2.0;
/// The copy has words that another outlet brought into its own text, and is said to be made
/// from a missing one: the outlet's revision would have been made from that too.
const REVISED: f64 = -2.0;
/// An outlet's dates of its own texts agree with the descent, or disagree.
const OWN_DATES: f64 = 2.0;
/// The exemplar is the earliest of the members that are dated.
const EARLIEST: f64 = 0.7;
/// Another member names the exemplar's source.
const NAMED: f64 = 0.5;

/// Weighs the links of one group.
pub(super) struct Scale<'g> {
    pub(super) members: &'g [Member<'g>],
    pub(super) readings: &'g Readings,
    model: &'g Model,
    consensus: Vec<Reading>,
    body: Vec<usize>,
    standing: Vec<f64>,
    /// The last text of the same outlet that is dated before each member.
    last: Vec<Option<usize>>,
    /// Members by headline.
    headlines: Vec<usize>,
    /// The sources that members have.
    sources: AHashSet<usize>,
    /// By text, and whether as a revision.
    costs: RefCell<AHashMap<(usize, usize, bool), Option<f64>>>,
}

impl<'g> Scale<'g> {
    pub(super) fn new(members: &'g [Member<'g>], readings: &'g Readings, model: &'g Model) -> Self {
        Scale {
            members,
            readings,
            model,
            consensus: readings.consensus(),
            body: (0..readings.texts.len())
                .map(|text| readings.body(text))
                .collect(),
            standing: standing(members),
            last: last_before(members),
            headlines: headlines(members),
            sources: members.iter().filter_map(|member| member.source).collect(),
            costs: RefCell::default(),
        }
    }

    /// What speaks for a descent; `None` where the two stories have no line in common.
    pub(super) fn link(&self, exemplar: usize, copy: usize) -> Option<Nats> {
        let (x, y) = (&self.members[exemplar], &self.members[copy]);
        let revision = self.is_revision(exemplar, copy);
        let story = self.story(x.text, y.text, revision)?;
        let dates = date_nats(&x.dated(), &y.dated(), &self.model.trust);
        Some(Nats {
            text: TEXT * (self.page(x, y) + self.headline(x.headline, y) - story),
            dates,
            credit: self.credit(x, y),
            outlet: outlet(x, y, dates) + self.follows(exemplar, copy),
            standing: if revision {
                0.0
            } else {
                self.standing[exemplar]
            },
        })
    }

    /// Whether two members are of one outlet.
    pub(super) fn is_revision(&self, exemplar: usize, copy: usize) -> bool {
        let (x, y) = (&self.members[exemplar], &self.members[copy]);
        x.source.is_some() && x.source == y.source
    }

    /// An outlet goes on from the last text that it has.
    fn follows(&self, exemplar: usize, copy: usize) -> f64 {
        let last = self.last.get(copy).copied().flatten();
        if last == Some(exemplar) { LAST } else { 0.0 }
    }

    /// Minus the logarithm of the probability of one story out of another.
    fn story(&self, exemplar: usize, copy: usize, revision: bool) -> Option<f64> {
        let key = (exemplar, copy, revision);
        let known = self.costs.borrow().get(&key).copied();
        let rates = if revision {
            &self.model.revisions
        } else {
            &self.model.copies
        };
        known.unwrap_or_else(|| {
            let mut found = Vec::new();
            let kept = self.operations(exemplar, copy, &mut found);
            let lines = self.body[exemplar];
            // Texts of a page alone have no story to differ in.
            let alike = kept > 0 || (lines == 0 && self.body[copy] == 0);
            let cost = alike.then(|| cost(&found, (lines, kept), rates));
            self.costs.borrow_mut().insert(key, cost);
            cost
        })
    }

    /// What makes one story out of another; see [`operations`].
    pub(super) fn operations(
        &self,
        exemplar: usize,
        copy: usize,
        into: &mut Vec<Operation>,
    ) -> usize {
        let texts = &self.readings.texts;
        operations(self.readings, &texts[exemplar], &texts[copy], into)
    }

    /// What the lines around the story say of a descent.
    fn page(&self, x: &Member<'_>, y: &Member<'_>) -> f64 {
        let texts = &self.readings.texts;
        let of_outlet = |owners: &[usize], member: &Member<'_>| {
            member
                .source
                .is_some_and(|source| owners.binary_search(&source).is_ok())
        };
        let others = self.readings.texts.len().saturating_sub(2).max(1) as f64;
        let (mut leaked, mut backwards, mut strange, mut shared) = (false, false, false, 0.0);
        for (line, in_x, in_y) in side_by_side(&texts[x.text], &texts[y.text]) {
            let about = &self.readings.lines[line];
            if about.body {
                continue;
            }
            let (of_x, of_y) = (of_outlet(&about.owners, x), of_outlet(&about.owners, y));
            match (in_x, in_y) {
                (_, Some(_)) if of_x && !of_y => leaked = true,
                (Some(_), _) if of_y && !of_x => backwards = true,
                (None, Some(_)) if !about.owners.is_empty() && !of_y => strange = true,
                (None, Some(_)) if about.owners.is_empty() => {
                    shared += f64::from(about.holders - 1) / others;
                }
                _ => {}
            }
        }
        let given = |yes: bool, nats: f64| if yes { nats } else { 0.0 };
        given(leaked, LEAKED)
            + given(backwards, -LEAKED)
            + given(strange && !leaked, STRANGE)
            + shared.min(2.0) * SHARED_PAGE
    }

    /// What the headlines of a text and of a copy say: nobody makes up another one's.
    fn headline(&self, exemplar: Option<usize>, copy: &Member<'_>) -> f64 {
        let known = |headline: usize| self.headlines.get(headline).copied().unwrap_or(0);
        match (exemplar, copy.headline) {
            (Some(x), Some(y)) if x != y && known(y) > 1 => OTHER_HEADLINE,
            _ => 0.0,
        }
    }

    /// What credits say of a descent.
    fn credit(&self, x: &Member<'_>, y: &Member<'_>) -> f64 {
        let (named, back) = (y.names(x.source).is_some(), x.names(y.source).is_some());
        let cited = x.source.is_some() && y.cites(x.source).is_some();
        match (named, back) {
            (true, false) => CREDITED,
            (false, true) => -CREDITED,
            (true, true) => 0.0,
            (false, false) if x.names_with(y) => CREDIT_KEPT,
            (false, false) if cited => CITED,
            (false, false) if self.credits_other(x, y).is_some() => CREDITS_OTHER,
            (false, false) => 0.0,
        }
    }

    /// A line of a copy that names another source, which its exemplar neither is nor names.
    pub(super) fn credits_other<'c>(&self, x: &Member<'_>, y: &Member<'c>) -> Option<&'c Credit> {
        y.foreign().find(|credit| {
            let is_source = credit.source.is_some() && credit.source == x.source;
            !is_source && !x.carries(credit)
        })
    }

    /// Whether a credit names a source that no member has.
    pub(super) fn is_foreign(&self, credit: &Credit) -> bool {
        credit
            .source
            .is_none_or(|source| !self.sources.contains(&source))
    }

    /// For each member how likely it is the first of all, beside the others.
    pub(super) fn origins(&self) -> Vec<f64> {
        let each = -(self.members.len() as f64).ln();
        let nats = |member: &Member<'_>| match member.foreign().next() {
            Some(_) => each + ORIGIN_CREDITS,
            None => each,
        };
        self.members.iter().map(nats).collect()
    }

    /// For each member how likely it was made from a text that the input lacks.
    pub(super) fn missing(&self) -> Vec<f64> {
        let most = self
            .headlines
            .iter()
            .copied()
            .enumerate()
            .max_by_key(|&(at, count)| (count, std::cmp::Reverse(at)));
        let usual = most.map(|(headline, _)| headline);
        let mut of_text: Vec<Option<f64>> = vec![None; self.readings.texts.len()];
        let additions = has_additions(self.members, self.readings, &self.last);
        let revisions = of_own_outlet(self.members);
        let nats = |((member, has_additions), revised): ((&Member<'_>, bool), bool)| {
            let text =
                *of_text[member.text].get_or_insert_with(|| self.cost_from_consensus(member.text));
            let within = |credit: &Credit| !self.is_foreign(credit);
            let credit = match member.foreign().next() {
                None => 0.0,
                Some(_) if member.foreign().any(within) => CREDITS_OTHER,
                Some(_) => NAMES_MISSING,
            };
            // It would rather be made from the outlet's own text.
            let own = if revised {
                -SAME_OUTLET - OWN_DATES
            } else {
                0.0
            };
            let signed = if member.signs() { SIGNED } else { 0.0 };
            let revised = if has_additions { REVISED } else { 0.0 };
            credit + own + revised + signed + TEXT * (self.headline(usual, member) - text)
        };
        let told = self.members.iter().zip(additions).zip(revisions);
        told.map(nats).collect()
    }

    /// What the story says for a text that was made from one which is missing.
    pub(super) fn text_from_missing(&self, text: usize) -> f64 {
        -TEXT * self.cost_from_consensus(text)
    }

    /// As `story` for a text that was made from the consensus. A line that nobody
    /// else has was put in, or it stood in the source and all others cut it.
    fn cost_from_consensus(&self, text: usize) -> f64 {
        let mut found = Vec::new();
        let kept = operations(
            self.readings,
            &self.consensus,
            &self.readings.texts[text],
            &mut found,
        );
        let others = self.readings.texts.len() as f64 - 1.0;
        let lines = self.consensus.len();
        let size = (lines, kept);
        let of = |operations: &[Operation]| cost(operations, size, &self.model.copies);
        let nothing = of(&[]);
        let each = |operation: &Operation| {
            let put_in = of(&[*operation]) - nothing;
            let operator = match operation.operator {
                _ if operation.shared > 0.0 => return put_in,
                Operator::Appended => Operator::TailCut,
                Operator::Prepended => Operator::HeadCut,
                Operator::Insertion => Operator::InteriorCut,
                _ => return put_in,
            };
            let cut = of(&[Operation {
                operator,
                ..*operation
            }]) - nothing;
            put_in.min(others * cut)
        };
        nothing + found.iter().map(each).sum::<f64>()
    }
}

/// For each member the last text of its outlet that is dated before it.
fn last_before(members: &[Member<'_>]) -> Vec<Option<usize>> {
    let date = |at: usize| {
        members[at]
            .dated()
            .published()
            .map(|moment| moment.sort_key())
    };
    let mut dated: Vec<usize> = (0..members.len())
        .filter(|&at| members[at].source.is_some() && date(at).is_some())
        .collect();
    dated.sort_by_key(|&at| (members[at].source, date(at), at));
    let mut last = vec![None; members.len()];
    for pair in dated.windows(2) {
        if let [x, y] = *pair
            && members[x].source == members[y].source
            && order(&members[x].dated(), &members[y].dated()).is_some_and(|(o, _)| o.is_lt())
        {
            last[y] = Some(x);
        }
    }
    last
}

/// For each member whether its outlet had a text before from which it would be made rather
/// than from any other: not one that says to be a later update.
fn of_own_outlet(members: &[Member<'_>]) -> Vec<bool> {
    let mut ranked: Vec<usize> = (0..members.len())
        .filter(|&at| members[at].source.is_some())
        .collect();
    ranked.sort_by_key(|&at| (members[at].source, members[at].update));
    let mut found = vec![false; members.len()];
    for outlet in ranked.chunk_by(|&x, &y| members[x].source == members[y].source) {
        let mut earlier = EarliestMembers::default();
        for alike in outlet.chunk_by(|&x, &y| members[x].update == members[y].update) {
            for &at in alike {
                earlier.put(&members[at].dated());
            }
            for &at in alike {
                found[at] = earlier.any_before(&members[at].dated(), None, Sure::Known);
            }
        }
    }
    found
}

/// How many members have each headline.
fn headlines(members: &[Member<'_>]) -> Vec<usize> {
    let mut count = Vec::new();
    for headline in members.iter().filter_map(|member| member.headline) {
        if headline >= count.len() {
            count.resize(headline + 1, 0);
        }
        count[headline] += 1;
    }
    count
}

/// What two texts of one outlet are to each other.
fn outlet(x: &Member<'_>, y: &Member<'_>, dates: f64) -> f64 {
    if x.source.is_none() || x.source != y.source {
        return 0.0;
    }
    let marked = match x.update.cmp(&y.update) {
        std::cmp::Ordering::Less => UPDATED,
        std::cmp::Ordering::Equal => 0.0,
        std::cmp::Ordering::Greater => -UPDATED,
    };
    let dated = if dates == 0.0 {
        0.0
    } else {
        OWN_DATES.copysign(dates)
    };
    SAME_OUTLET + marked + dated
}

/// What makes each member a likely exemplar for anybody.
fn standing(members: &[Member<'_>]) -> Vec<f64> {
    let first = members.iter().enumerate().filter_map(|(at, member)| {
        let moment = member.dated().published().or(member.document.collected)?;
        Some((moment.sort_key(), at))
    });
    // The earliest, if it is known to be earlier than all others that are dated.
    let first = first.min().map(|(_, at)| at).filter(|&at| {
        let later = |other: &Member<'_>| {
            let undated = other.dated().published().is_none() && other.document.collected.is_none();
            let order = order(&members[at].dated(), &other.dated());
            undated || order.is_some_and(|(order, _)| order.is_lt())
        };
        let mut others = members.iter().enumerate().filter(|(other, _)| *other != at);
        let dated = |(other, member): (usize, &Member<'_>)| {
            other != at && order(&members[at].dated(), &member.dated()).is_some()
        };
        others.all(|(_, other)| later(other)) && members.iter().enumerate().any(dated)
    });
    let mut named: Vec<usize> = members
        .iter()
        .flat_map(|member| member.credits.iter().filter_map(|credit| credit.source))
        .collect();
    named.sort_unstable();
    let nats = |(at, member): (usize, &Member<'_>)| {
        let is_named = |source: usize| {
            let own = member
                .credits
                .iter()
                .any(|credit| credit.source == Some(source));
            let times = named.partition_point(|&name| name <= source)
                - named.partition_point(|&name| name < source);
            times > usize::from(own)
        };
        let by_date = if first == Some(at) { EARLIEST } else { 0.0 };
        by_date
            + if member.source.is_some_and(is_named) {
                NAMED
            } else {
                0.0
            }
    };
    members.iter().enumerate().map(nats).collect()
}
