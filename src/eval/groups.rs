//! Two partitions of the same documents, compared.

use super::Found;

/// How well predicted groups agree with the true ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupScores {
    /// Documents compared.
    pub documents: u64,
    /// True groups of two documents and more.
    pub true_groups: u64,
    /// Predicted groups of two documents and more.
    pub predicted_groups: u64,
    /// Pairs of documents in one group.
    pub pairs: Found,
    /// Adjusted Rand index (Hubert and Arabie 1985): 1 for the same partition, 0 on average for a
    /// random one of the same sizes; 1 where the two are equal and the formula is 0 / 0.
    pub adjusted_rand: Option<f64>,
    /// B-cubed precision (Bagga and Baldwin 1998): over documents, the mean share of a document's
    /// predicted group that belongs to its true one, itself included.
    pub bcubed_precision: Option<f64>,
    /// B-cubed recall: the mean share of its true group that its predicted one holds.
    pub bcubed_recall: Option<f64>,
    /// Harmonic mean of the two.
    pub bcubed_f1: Option<f64>,
}

/// Compares two partitions, given as the group of each document on either side.
///
/// Cost: two sorts of the documents. No pair is looked at: all figures follow from the
/// sizes of the groups and of what two groups have in common.
pub fn group_scores(predicted: &[u32], truth: &[u32]) -> GroupScores {
    let both = predicted.iter().copied().zip(truth.iter().copied());
    let cells: Vec<(u32, u32)> = both.collect();
    let turned: Vec<(u32, u32)> = cells.iter().map(|&(p, t)| (t, p)).collect();
    let documents = cells.len() as u64;
    let by_predicted = contingency(cells);
    let by_truth = contingency(turned);

    let common = sum(by_predicted.iter().flat_map(|(_, cells)| cells), pairs);
    let sizes = |groups: &[Group]| -> Vec<u64> { groups.iter().map(|(size, _)| *size).collect() };
    let (predicted, truth) = (sizes(&by_predicted), sizes(&by_truth));
    let (of_predicted, of_truth) = (sum(&predicted, pairs), sum(&truth, pairs));
    let bcubed_precision = bcubed(&by_predicted, documents);
    let bcubed_recall = bcubed(&by_truth, documents);
    let of_two = |sizes: &[u64]| sizes.iter().filter(|&&size| size > 1).count() as u64;
    GroupScores {
        documents,
        true_groups: of_two(&truth),
        predicted_groups: of_two(&predicted),
        pairs: Found::new(common, of_predicted, of_truth),
        adjusted_rand: adjusted_rand(common, of_predicted, of_truth, documents),
        bcubed_precision,
        bcubed_recall,
        bcubed_f1: bcubed_precision
            .zip(bcubed_recall)
            .map(|(precision, recall)| 2.0 * precision * recall / (precision + recall)),
    }
}

/// A group of one side: its size, and how much of it lies in each group of the other.
type Group = (u64, Vec<u64>);

/// Groups of the first side, in the order of their labels.
fn contingency(mut cells: Vec<(u32, u32)>) -> Vec<Group> {
    cells.sort_unstable();
    let groups = cells.chunk_by(|x, y| x.0 == y.0);
    groups
        .map(|group| {
            let parts = group.chunk_by(|x, y| x == y);
            let parts = parts.map(|part| part.len() as u64).collect();
            (group.len() as u64, parts)
        })
        .collect()
}

fn pairs(count: u64) -> u64 {
    count * count.saturating_sub(1) / 2
}

fn sum<'a>(counts: impl IntoIterator<Item = &'a u64>, of: impl Fn(u64) -> u64) -> u64 {
    counts.into_iter().map(|&count| of(count)).sum()
}

fn adjusted_rand(common: u64, predicted: u64, truth: u64, documents: u64) -> Option<f64> {
    if documents == 0 {
        return None;
    }
    let all = pairs(documents);
    // Only then do the expected and the greatest possible value meet.
    if predicted == truth && (predicted == 0 || predicted == all) {
        return Some(1.0);
    }
    let (predicted, truth) = (predicted as f64, truth as f64);
    let expected = predicted * truth / all as f64;
    let greatest = (predicted + truth) / 2.0;
    Some((common as f64 - expected) / (greatest - expected))
}

fn bcubed(groups: &[Group], documents: u64) -> Option<f64> {
    let squares = |parts: &[u64]| sum(parts, |part| part * part);
    let of_group = |(size, parts): &Group| squares(parts) as f64 / *size as f64;
    let sum: f64 = groups.iter().map(of_group).sum();
    (documents > 0).then(|| sum / documents as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counts every pair and every document's neighbours.
    fn slow(predicted: &[u32], truth: &[u32]) -> (Found, Option<f64>, Option<f64>, Option<f64>) {
        let n = predicted.len();
        let (mut both, mut p, mut t, mut neither) = (0, 0, 0, 0);
        for i in 0..n {
            for j in i + 1..n {
                let (x, y) = (predicted[i] == predicted[j], truth[i] == truth[j]);
                both += u64::from(x && y);
                p += u64::from(x);
                t += u64::from(y);
                neither += u64::from(!x && !y);
            }
        }
        // The pair-counting form of Steinley 2004, in the four cells of the table.
        let (a, b, c, d) = (
            both as f64,
            (p - both) as f64,
            (t - both) as f64,
            neither as f64,
        );
        let below = (a + b) * (b + d) + (a + c) * (c + d);
        let rand = match n {
            0 => None,
            _ if below == 0.0 => Some(1.0),
            _ => Some(2.0 * (a * d - b * c) / below),
        };
        let mean = |own: &[u32], other: &[u32]| {
            let share = |i: usize| {
                let mine: Vec<usize> = (0..n).filter(|&j| own[j] == own[i]).collect();
                let right = mine.iter().filter(|&&j| other[j] == other[i]).count();
                right as f64 / mine.len() as f64
            };
            (n > 0).then(|| (0..n).map(share).sum::<f64>() / n as f64)
        };
        let found = Found::new(both, p, t);
        (found, rand, mean(predicted, truth), mean(truth, predicted))
    }

    fn close(x: Option<f64>, y: Option<f64>) -> bool {
        match (x, y) {
            (Some(x), Some(y)) => (x - y).abs() < 1e-9,
            (x, y) => x.is_none() && y.is_none(),
        }
    }

    proptest! {
        #[test]
        fn counts_say_what_pairs_say(
            labels in proptest::collection::vec((0u32..6, 0u32..6), 0..40)
        ) {
            let (predicted, truth): (Vec<u32>, Vec<u32>) = labels.into_iter().unzip();
            let fast = group_scores(&predicted, &truth);
            let (pairs, rand, precision, recall) = slow(&predicted, &truth);
            prop_assert_eq!(fast.pairs, pairs);
            prop_assert!(close(fast.adjusted_rand, rand), "{:?} {rand:?}", fast.adjusted_rand);
            prop_assert!(close(fast.bcubed_precision, precision));
            prop_assert!(close(fast.bcubed_recall, recall));
            prop_assert!(group_scores(&truth, &truth).adjusted_rand.is_none_or(|index| index == 1.0));
        }
    }

    /// The two responses of Bagga and Baldwin, "Algorithms for Scoring Coreference Chains", 1998.
    #[test]
    fn the_published_bcubed_example() {
        let truth = [1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3];
        let first = group_scores(&[1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2], &truth);
        let second = group_scores(&[1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1], &truth);
        assert!(close(first.bcubed_precision, Some(16.0 / 21.0)));
        assert!(close(second.bcubed_precision, Some(7.0 / 12.0)));
        assert_eq!(
            (first.bcubed_recall, second.bcubed_recall),
            (Some(1.0), Some(1.0))
        );
        assert!(close(first.bcubed_f1, Some(32.0 / 37.0)));
    }

    #[test]
    fn an_adjusted_rand_index_by_hand() {
        // Pairs 2 and 1, 1 in both, of 6: (1 - 1/3) / (3/2 - 1/3).
        let scores = group_scores(&[0, 0, 1, 2], &[0, 0, 1, 1]);
        assert!(close(scores.adjusted_rand, Some(4.0 / 7.0)));
        assert_eq!(scores.pairs, Found::new(1, 1, 2));
        assert!(close(scores.pairs.f1(), Some(2.0 / 3.0)));
        assert_eq!((scores.true_groups, scores.predicted_groups), (2, 1));
        // No better than chance, and worse.
        assert!(group_scores(&[0, 1, 0, 1], &[0, 0, 1, 1]).adjusted_rand < Some(0.0));
        assert_eq!(
            group_scores(&[0, 0, 0], &[0, 1, 2]).adjusted_rand,
            Some(0.0)
        );
    }

    #[test]
    fn nothing_to_compare_has_no_score() {
        let none = group_scores(&[], &[]);
        assert_eq!((none.adjusted_rand, none.bcubed_f1), (None, None));
        let alone = group_scores(&[0, 1], &[5, 3]);
        assert_eq!((alone.pairs.f1(), alone.adjusted_rand), (None, Some(1.0)));
        assert_eq!(alone.bcubed_f1, Some(1.0));
    }
}
