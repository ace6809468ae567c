//! Whose texts were copied: by whom, how much of them, credited or not.

use std::collections::{BTreeMap, BTreeSet};

use super::{Trace, UNNAMED};
use crate::document::DocId;
use crate::lineage::{CreditStatus, Role, SourceNames};
use crate::normalise::normalise;

/// The credit audit of a whole trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// Every source of the input, and every missing one, by name.
    pub sources: Vec<SourceAudit>,
    /// Copies of texts whose source nobody names.
    pub of_nobody: u64,
}

/// What became of the texts of one source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceAudit {
    /// Its name: the first spelling of the input, else that of a table or of a credit.
    pub source: String,
    /// Whether a document of the input is from it.
    pub in_input: bool,
    /// Its documents.
    pub texts: u64,
    /// Those from which another source's text was made.
    pub copied_texts: u64,
    /// Texts of others that were made from its texts.
    pub copies: u64,
    /// Of these, passages of a much longer text.
    pub excerpts: u64,
    /// Copies of copies: texts whose line of descent begins with it by way of another source.
    pub onward_copies: u64,
    /// Sources of the copies with their number, most first, then by name.
    pub outlets: Vec<(String, u64)>,
    /// Copies that name it, or the origin of its text.
    pub credited: u64,
    /// Copies that name no source.
    pub uncredited: u64,
    /// Copies that name another.
    pub mismatched: u64,
    /// Median of the seconds from publication to that of a copy; of an even number the mean of
    /// the two in the middle, rounded down.
    pub median_lag: Option<i64>,
    /// How much of its texts the copies kept.
    pub kept: Option<Kept>,
    /// Its own texts beyond the first of each group that are no copies of another's, and excerpts
    /// of its own texts.
    pub own_reposts: u64,
    /// Texts of its own that were made from another's.
    pub copies_made: u64,
}

/// Shares of the words of exemplars that stand in their copies, in `[0, 1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kept {
    /// The middle one; of an even number the mean of the two in the middle.
    pub median: f64,
    /// The lowest.
    pub least: f64,
    /// The highest.
    pub most: f64,
}

/// A text that was made from another source's.
#[derive(Clone, Debug, PartialEq)]
struct Republication {
    /// Number of its own source, where it names one.
    outlet: Option<usize>,
    /// Number of the source of its exemplar, or of the missing source.
    from: Option<usize>,
    /// Number of the source where its line of descent begins.
    origin: Option<usize>,
    exemplar: Option<DocId>,
    excerpt: bool,
    status: Option<CreditStatus>,
    lag: Option<i64>,
    kept: Option<f64>,
}

/// Audits every source of a trace. Cost: linear in the documents.
pub fn audit(trace: &Trace) -> Audit {
    let mut names = Sources::of(trace);
    let owners: Vec<Option<usize>> = trace
        .documents
        .iter()
        .map(|document| names.number(document.source.as_deref()?))
        .collect();
    let rows = republications(trace, &mut names, &owners);
    let mut sums = sums(&rows);
    for owner in owners.iter().flatten() {
        sums.entry(*owner).or_default().texts += 1;
    }
    for (owner, count) in reposts(trace, &owners) {
        sums.entry(owner).or_default().own_reposts += count;
    }
    let name = |number: usize| names.name(number).to_string();
    let of_source = |(number, sums): (usize, SourceSums)| {
        let mut outlets: Vec<(String, u64)> = sums
            .outlets
            .iter()
            .map(|(&outlet, &count)| (name(outlet), count))
            .collect();
        outlets.sort_by(|x, y| y.1.cmp(&x.1).then_with(|| x.0.cmp(&y.0)));
        SourceAudit {
            source: name(number),
            in_input: sums.texts > 0,
            texts: sums.texts,
            copied_texts: sums.exemplars.len() as u64,
            copies: sums.copies,
            excerpts: sums.excerpts,
            onward_copies: sums.onward,
            outlets,
            credited: sums.credited,
            uncredited: sums.uncredited,
            mismatched: sums.mismatched,
            median_lag: middle(sums.lags).map(|(x, y)| midpoint(x, y)),
            kept: kept(sums.kept),
            own_reposts: sums.own_reposts,
            copies_made: sums.made,
        }
    };
    let of_nobody = rows.iter().filter(|row| row.from.is_none()).count() as u64;
    let mut sources: Vec<SourceAudit> = sums.into_iter().map(of_source).collect();
    sources.sort_by(|x, y| x.source.cmp(&y.source));
    Audit { sources, of_nobody }
}

/// What the republications come to, by the source that was copied or did the copying.
#[derive(Clone, Debug, Default, PartialEq)]
struct SourceSums {
    texts: u64,
    exemplars: BTreeSet<DocId>,
    copies: u64,
    excerpts: u64,
    onward: u64,
    outlets: BTreeMap<usize, u64>,
    credited: u64,
    uncredited: u64,
    mismatched: u64,
    lags: Vec<i64>,
    kept: Vec<f64>,
    own_reposts: u64,
    made: u64,
}

fn sums(rows: &[Republication]) -> BTreeMap<usize, SourceSums> {
    let mut sums: BTreeMap<usize, SourceSums> = BTreeMap::new();
    for row in rows {
        if let Some(from) = row.from {
            let of = sums.entry(from).or_default();
            of.exemplars.extend(row.exemplar);
            of.copies += 1;
            of.excerpts += u64::from(row.excerpt);
            if let Some(outlet) = row.outlet {
                *of.outlets.entry(outlet).or_default() += 1;
            }
            match row.status {
                Some(CreditStatus::Credited) => of.credited += 1,
                Some(CreditStatus::Uncredited) => of.uncredited += 1,
                Some(CreditStatus::Mismatched) => of.mismatched += 1,
                None => {}
            }
            of.lags.extend(row.lag);
            of.kept.extend(row.kept);
        }
        // An outlet that copies its own text back is no copy of itself.
        let onward = |origin: &usize| row.from != Some(*origin) && row.outlet != Some(*origin);
        if let Some(origin) = row.origin.filter(onward) {
            sums.entry(origin).or_default().onward += 1;
        }
        if let Some(outlet) = row.outlet {
            sums.entry(outlet).or_default().made += 1;
        }
    }
    sums
}

/// The two in the middle; twice the one of an odd number.
fn middle<T: Copy + PartialOrd>(mut values: Vec<T>) -> Option<(T, T)> {
    values.sort_by(|x, y| x.partial_cmp(y).unwrap_or(std::cmp::Ordering::Equal));
    let last = values.len().checked_sub(1)?;
    Some((*values.get(last / 2)?, *values.get(last.div_ceil(2))?))
}

/// The mean of two numbers, rounded down.
fn midpoint(x: i64, y: i64) -> i64 {
    // Half of each fits; what both halves lose is one where both are odd.
    x.div_euclid(2) + y.div_euclid(2) + (x.rem_euclid(2) & y.rem_euclid(2))
}

fn kept(shares: Vec<f64>) -> Option<Kept> {
    let least = shares.iter().copied().reduce(f64::min)?;
    let most = shares.iter().copied().reduce(f64::max)?;
    let (x, y) = middle(shares)?;
    Some(Kept {
        median: f64::midpoint(x, y),
        least,
        most,
    })
}

/// Every copy and excerpt of another source's text.
fn republications(
    trace: &Trace,
    names: &mut Sources,
    owners: &[Option<usize>],
) -> Vec<Republication> {
    let mut rows = Vec::new();
    for (doc, line) in (0u32..).map(DocId).zip(&trace.lineage) {
        if !matches!(line.role, Role::Copy | Role::Excerpt) {
            continue;
        }
        let outlet = owners[doc.index()];
        let from = match line.exemplar {
            Some(exemplar) => owners[exemplar.index()],
            None => names.missing(trace, doc),
        };
        if outlet.is_some() && outlet == from {
            continue;
        }
        let root = line.root.map(|(root, _)| root);
        let above = root.and_then(|root| names.missing(trace, root));
        rows.push(Republication {
            outlet,
            from,
            origin: above.or_else(|| owners[root?.index()]),
            exemplar: line.exemplar,
            excerpt: line.role == Role::Excerpt,
            status: line.credit_status,
            lag: line.lag_seconds,
            kept: share_kept(trace, doc),
        });
    }
    rows
}

/// Share of the words of its exemplar that a copy kept.
pub fn share_kept(trace: &Trace, copy: DocId) -> Option<f64> {
    let line = trace.lineage.get(copy.index())?;
    let words = f64::from(trace.lineage.get(line.exemplar?.index())?.words);
    let dropped = line.comparison.as_ref()?.words_dropped as f64;
    (words > 0.0).then(|| (1.0 - dropped / words).clamp(0.0, 1.0))
}

/// Re-posts and revisions of each source, by number.
fn reposts(trace: &Trace, owners: &[Option<usize>]) -> BTreeMap<usize, u64> {
    let mut reposts: BTreeMap<usize, u64> = BTreeMap::new();
    for group in &trace.groups {
        // Members of each source, and those among them that are copies.
        let mut members: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
        for &doc in &group.members {
            if let Some(owner) = owners[doc.index()] {
                let (all, copies) = members.entry(owner).or_default();
                *all += 1;
                *copies += u64::from(trace.lineage[doc.index()].role == Role::Copy);
            }
        }
        for (owner, (all, copies)) in members {
            *reposts.entry(owner).or_default() += all - copies.max(1);
        }
    }
    for (line, owner) in trace.lineage.iter().zip(owners) {
        let of = line.exemplar.and_then(|exemplar| owners[exemplar.index()]);
        if let Some(owner) = owner.filter(|_| line.role == Role::Excerpt && of == *owner) {
            *reposts.entry(owner).or_default() += 1;
        }
    }
    reposts
}

/// Sources numbered as they come: those that a table knows under any of their names, others by
/// the words of theirs.
#[derive(Debug)]
pub(super) struct Sources {
    table: SourceNames,
    by_spelling: BTreeMap<String, Option<usize>>,
    by_words: BTreeMap<String, usize>,
    by_known: BTreeMap<usize, usize>,
    shown: Vec<String>,
}

impl Sources {
    pub(super) fn of(trace: &Trace) -> Self {
        Sources {
            table: SourceNames::of(&trace.documents, &trace.settings.aliases),
            by_spelling: BTreeMap::new(),
            by_words: BTreeMap::new(),
            by_known: BTreeMap::new(),
            shown: Vec::new(),
        }
    }

    /// `None` for a name without words.
    pub(super) fn number(&mut self, spelling: &str) -> Option<usize> {
        if let Some(known) = self.by_spelling.get(spelling) {
            return *known;
        }
        let next = self.shown.len();
        let (number, shown) = match self.table.number(spelling) {
            Some(known) => {
                let number = *self.by_known.entry(known).or_insert(next);
                (Some(number), self.table.name(known))
            }
            None => {
                let words = normalise(spelling).canonical().to_string();
                let number =
                    (!words.is_empty()).then(|| *self.by_words.entry(words).or_insert(next));
                (number, spelling)
            }
        };
        if number == Some(next) {
            self.shown.push(shown.to_string());
        }
        self.by_spelling.insert(spelling.to_string(), number);
        number
    }

    /// The missing source from which a document was made, where it has a name.
    pub(super) fn missing(&mut self, trace: &Trace, doc: DocId) -> Option<usize> {
        let name = trace.lineage.get(doc.index())?.missing_source.as_deref()?;
        self.number(Some(name).filter(|name| *name != UNNAMED)?)
    }

    pub(super) fn name(&self, number: usize) -> &str {
        self.shown.get(number).map_or("", String::as_str)
    }

    /// As [`number`](Sources::number), also by initials in capitals that one source has, with
    /// whether a table has the name.
    pub(super) fn typed(&mut self, name: &str) -> Option<(usize, bool)> {
        let table = &self.table;
        let known = table.number(name).or_else(|| table.meant(name));
        let shown = known.map(|known| table.name(known).to_string());
        let number = self.number(shown.as_deref().unwrap_or(name))?;
        Some((number, known.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row() -> impl Strategy<Value = Republication> {
        let source = || prop::option::of(0usize..4);
        let sources = (source(), source(), source(), prop::option::of(0u32..5));
        let status = prop::option::of(0..CreditStatus::ALL.len());
        let rest = (
            any::<bool>(),
            status,
            prop::option::of(-9i64..99),
            prop::option::of(0u8..=4),
        );
        (sources, rest).prop_map(|((outlet, from, origin, exemplar), rest)| Republication {
            outlet,
            from,
            origin,
            exemplar: exemplar.map(DocId),
            excerpt: rest.0,
            status: rest.1.map(|at| CreditStatus::ALL[at]),
            lag: rest.2,
            kept: rest.3.map(|quarters| f64::from(quarters) / 4.0),
        })
    }

    /// Every figure counted by itself.
    fn counted(rows: &[Republication], source: usize) -> SourceSums {
        let own: Vec<&Republication> = rows.iter().filter(|r| r.from == Some(source)).collect();
        let status = |s| own.iter().filter(|r| r.status == Some(s)).count() as u64;
        let mut outlets = BTreeMap::new();
        for outlet in 0..4 {
            let count = own.iter().filter(|r| r.outlet == Some(outlet)).count() as u64;
            if count > 0 {
                outlets.insert(outlet, count);
            }
        }
        let onward = |r: &&Republication| {
            r.origin == Some(source) && r.from != Some(source) && r.outlet != Some(source)
        };
        SourceSums {
            exemplars: own.iter().filter_map(|r| r.exemplar).collect(),
            copies: own.len() as u64,
            excerpts: own.iter().filter(|r| r.excerpt).count() as u64,
            onward: rows.iter().filter(onward).count() as u64,
            outlets,
            credited: status(CreditStatus::Credited),
            uncredited: status(CreditStatus::Uncredited),
            mismatched: status(CreditStatus::Mismatched),
            lags: own.iter().filter_map(|r| r.lag).collect(),
            kept: own.iter().filter_map(|r| r.kept).collect(),
            made: rows.iter().filter(|r| r.outlet == Some(source)).count() as u64,
            ..SourceSums::default()
        }
    }

    proptest! {
        #[test]
        fn sums_are_what_counting_gives(rows in prop::collection::vec(row(), 0..20)) {
            let sums = sums(&rows);
            for source in 0..4 {
                let found = sums.get(&source).cloned().unwrap_or_default();
                prop_assert_eq!(found, counted(&rows, source));
            }
        }

        #[test]
        fn the_median_has_as_many_below_as_above(values in prop::collection::vec(-5i64..5, 1..12)) {
            let (low, high) = middle(values.clone()).unwrap();
            let below = |x: i64| values.iter().filter(|v| **v < x).count();
            let above = |x: i64| values.iter().filter(|v| **v > x).count();
            let half = values.len() / 2;
            prop_assert!(low <= high && values.contains(&low) && values.contains(&high));
            prop_assert!(below(low) <= half && above(high) <= half);
            prop_assert!(low == high || below(high) == half && above(low) == half);
        }

        #[test]
        fn the_mean_of_two_seconds_is_exact(x in any::<i64>(), y in any::<i64>()) {
            let exact = (i128::from(x) + i128::from(y)).div_euclid(2);
            prop_assert_eq!(i128::from(midpoint(x, y)), exact);
        }
    }

    #[test]
    fn medians_of_known_lists() {
        assert_eq!(middle(Vec::<i64>::new()), None);
        assert_eq!(middle(vec![3]), Some((3, 3)));
        assert_eq!(middle(vec![9, 1, 5]), Some((5, 5)));
        assert_eq!(middle(vec![9, 1, 5, 4]), Some((4, 5)));
        assert_eq!(midpoint(4, 5), 4);
        assert_eq!(midpoint(-4, -5), -5);
        let shares = kept(vec![1.0, 0.5, 0.75, 0.25]).unwrap();
        assert_eq!(
            (shares.median, shares.least, shares.most),
            (0.625, 0.25, 1.0)
        );
        assert_eq!(kept(Vec::new()), None);
    }
}
