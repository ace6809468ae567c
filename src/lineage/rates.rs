//! How likely a scribe makes one text out of another.

use std::cmp::Ordering;

use super::readings::{Operation, Operator};

/// How often editors do what; estimated from the corpus, see [`Tally::rates`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Copies that lack the end of their exemplar.
    pub tail_cut: f64,
    /// Copies that lack its start.
    pub head_cut: f64,
    /// Runs of lines cut between lines that are kept, for each of these.
    pub interior_cut: f64,
    /// Runs of lines put in, for each line kept.
    pub insertion: f64,
    /// Copies with lines before the first that is kept.
    pub prepended: f64,
    /// Copies with lines behind the last that is kept.
    pub appended: f64,
    /// Lines in another wording, for each line kept.
    pub edit: f64,
    /// Lines carried elsewhere, for each line kept.
    pub moved: f64,
    /// A run of lines that are put in or cut out within goes on with this probability.
    pub goes_on: f64,
    /// Of the edits that change how many words a line has, those that add some.
    pub grows: f64,
    /// Nats at most for readings that other texts of the group have and the exemplar lacks.
    ///
    /// Two scribes never hit upon the same words, so such a descent is either wrong or the
    /// copy is the one from which those others have them. That is one event, however
    /// many lines it brought: so the price is not one for each line. Of an outlet's own texts
    /// the next ones all have what one of them adds, which says nothing.
    pub shared: f64,
}

impl Rates {
    /// What newsrooms do with the texts of others: an agency's text is written to be cut
    /// from its end; a sentence is changed more readily than written.
    pub fn of_copies() -> Self {
        Rates {
            tail_cut: 0.35,
            head_cut: 0.03,
            interior_cut: 0.02,
            insertion: 0.012,
            prepended: 0.1,
            appended: 0.25,
            edit: 0.03,
            moved: 0.003,
            goes_on: 0.5,
            grows: 0.5,
            shared: 6.0,
        }
    }

    /// What an outlet does with its own text when there is more to say: it grows, by lines
    /// and by paragraphs, and in the lines that it has.
    pub fn of_revisions() -> Self {
        Rates {
            tail_cut: 0.06,
            head_cut: 0.03,
            interior_cut: 0.04,
            insertion: 0.12,
            prepended: 0.08,
            appended: 0.2,
            edit: 0.15,
            moved: 0.01,
            goes_on: 0.9,
            grows: 0.8,
            shared: 0.0,
        }
    }
}

/// Minus the logarithm of the probability that these operations were done to a text
/// of so many lines, of which `kept` were kept.
///
/// A tail or a head may be cut at any line; runs elsewhere begin at any line that is
/// kept and end soon. Cost: the operations.
pub fn cost(operations: &[Operation], (lines, kept): (usize, usize), rates: &Rates) -> f64 {
    let Counts {
        tails,
        heads,
        cuts,
        insertions,
        prepended,
        appended,
        edits,
        moves,
    } = Counts::of(operations);
    let once = |happened: f64, rate: f64| -(if happened > 0.0 { rate } else { 1.0 - rate }).ln();
    let anywhere = |happened: f64| happened * (lines.max(1) as f64).ln();
    let each = |count: f64, rate: f64| dispersed(count as usize, kept + 1, rate);
    let short = |operation: &Operation| match operation.operator {
        Operator::InteriorCut | Operator::Insertion | Operator::Prepended | Operator::Appended => {
            -(1.0 - rates.goes_on).ln() - f64::from(operation.count - 1) * rates.goes_on.ln()
        }
        Operator::Edit => match operation.grown {
            Ordering::Greater => -(2.0 * rates.grows).ln(),
            Ordering::Less => -(2.0 * (1.0 - rates.grows)).ln(),
            Ordering::Equal => 0.0,
        },
        _ => 0.0,
    };
    let runs: f64 = operations.iter().map(short).sum();
    let shared: f64 = operations.iter().map(|op| op.shared).sum();
    once(tails, rates.tail_cut)
        + once(heads, rates.head_cut)
        + anywhere(tails + heads)
        + once(prepended, rates.prepended)
        + once(appended, rates.appended)
        + each(cuts, rates.interior_cut)
        + each(insertions, rates.insertion)
        + each(edits, rates.edit)
        + each(moves, rates.moved)
        + runs
        + rates.shared * (1.0 - (-shared).exp())
}

/// Shape of the gamma distribution by which scribes differ: most change little or
/// nothing, a few change much. Shapes of .5 to 4 give the same figures within .002.
const SHAPE: f64 = 2.0;

/// Minus the logarithm of the probability that just these `count` of `places` were
/// touched, where a scribe touches a share of them that is gamma distributed about `rate`
/// (a negative binomial number of places, every choice of them as likely).
fn dispersed(count: usize, places: usize, rate: f64) -> f64 {
    let mean = rate * places as f64;
    let none = SHAPE * (SHAPE / (SHAPE + mean)).ln();
    let each = (mean / (SHAPE + mean)).ln();
    // Binomial coefficients of the number and of the choice, whose factorials cancel.
    let chosen: f64 = (0..count)
        .map(|i| ((SHAPE + i as f64) / places.saturating_sub(i).max(1) as f64).ln())
        .sum();
    -(none + count as f64 * each + chosen)
}

/// Operations by operator.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    tails: f64,
    heads: f64,
    cuts: f64,
    insertions: f64,
    prepended: f64,
    appended: f64,
    edits: f64,
    moves: f64,
}

impl Counts {
    fn of(operations: &[Operation]) -> Self {
        let mut counts = Counts::default();
        for operation in operations {
            *match operation.operator {
                Operator::TailCut => &mut counts.tails,
                Operator::HeadCut => &mut counts.heads,
                Operator::InteriorCut => &mut counts.cuts,
                Operator::Insertion => &mut counts.insertions,
                Operator::Prepended => &mut counts.prepended,
                Operator::Appended => &mut counts.appended,
                Operator::Edit => &mut counts.edits,
                Operator::Move => &mut counts.moves,
            } += 1.0;
        }
        counts
    }

    fn add_times(&mut self, other: &Counts, times: f64) {
        self.tails += times * other.tails;
        self.heads += times * other.heads;
        self.cuts += times * other.cuts;
        self.insertions += times * other.insertions;
        self.prepended += times * other.prepended;
        self.appended += times * other.appended;
        self.edits += times * other.edits;
        self.moves += times * other.moves;
    }
}

/// What was done in the descents of a corpus, each weighted by its probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    copies: f64,
    kept: f64,
    done: Counts,
}

impl Tally {
    /// Adds a descent of some probability.
    pub fn add(&mut self, operations: &[Operation], kept: usize, probability: f64) {
        let done = Counts::of(operations);
        let one = Tally {
            copies: 1.0,
            kept: kept as f64,
            done,
        };
        self.add_times(&one, probability);
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Tally) {
        self.add_times(other, 1.0);
    }

    fn add_times(&mut self, other: &Tally, times: f64) {
        self.copies += times * other.copies;
        self.kept += times * other.kept;
        self.done.add_times(&other.done, times);
    }

    /// The rates after this, with those believed before worth 40 copies of 20 lines:
    /// a small input keeps these, a large one has its own.
    pub fn rates(&self, prior: Rates) -> Rates {
        const COPIES: f64 = 40.0;
        const LINES: f64 = 20.0 * COPIES;
        let of = |seen: f64, chances: f64, prior: f64, worth: f64| {
            ((seen + prior * worth) / (chances + worth)).clamp(1e-4, 0.6)
        };
        Rates {
            tail_cut: of(self.done.tails, self.copies, prior.tail_cut, COPIES),
            head_cut: of(self.done.heads, self.copies, prior.head_cut, COPIES),
            interior_cut: of(self.done.cuts, self.kept, prior.interior_cut, LINES),
            insertion: of(self.done.insertions, self.kept, prior.insertion, LINES),
            prepended: of(self.done.prepended, self.copies, prior.prepended, COPIES),
            appended: of(self.done.appended, self.copies, prior.appended, COPIES),
            edit: of(self.done.edits, self.kept, prior.edit, LINES),
            moved: of(self.done.moves, self.kept, prior.moved, LINES),
            ..prior
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(operator: Operator, count: u32) -> Operation {
        Operation {
            operator,
            lines: (0, 0),
            count,
            shared: 0.0,
            grown: Ordering::Equal,
        }
    }

    #[test]
    fn a_cut_tail_is_cheap_and_new_lines_are_dear() {
        let rates = Rates::of_copies();
        let of = |operation| cost(&[operation], (20, 15), &rates);
        let tail = of(op(Operator::TailCut, 5));
        assert!(tail < of(op(Operator::HeadCut, 5)));
        assert!(of(op(Operator::InteriorCut, 5)) > tail);
        assert!(of(op(Operator::Insertion, 5)) > of(op(Operator::InteriorCut, 5)));
        assert!(of(op(Operator::Insertion, 1)) > of(op(Operator::Edit, 1)));
        let shared = Operation {
            shared: 1.0,
            ..op(Operator::Insertion, 1)
        };
        let more = of(shared) - of(op(Operator::Insertion, 1));
        assert!(more > 0.5 * rates.shared && more < rates.shared);
    }

    #[test]
    fn rates_follow_what_was_seen() {
        let prior = Rates::of_copies();
        let near = |x: f64, y: f64| (x - y).abs() < 1e-9;
        assert!(near(Tally::default().rates(prior).edit, prior.edit));
        let mut tally = Tally::default();
        for _ in 0..1000 {
            tally.add(&[op(Operator::Edit, 1), op(Operator::TailCut, 3)], 10, 0.5);
        }
        let mut twice = tally;
        twice.merge(&tally);
        let rates = twice.rates(prior);
        assert!(near(rates.edit, (1000.0 + 24.0) / (10_000.0 + 800.0)));
        assert!(near(rates.tail_cut, 0.6));
        assert!(rates.insertion < prior.insertion);
    }
}
