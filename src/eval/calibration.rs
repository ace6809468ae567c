//! Whether probabilities mean what they say.

/// Bins of equal width over 0 to 1.
pub const BINS: usize = 10;

/// Claims whose probability lies in one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// Claims.
    pub claims: u64,
    /// Right ones.
    pub right: u64,
    /// Mean of their probabilities.
    pub mean_probability: Option<f64>,
}

/// Probabilities of claims beside what became of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    /// Claims with a probability.
    pub claims: u64,
    /// Bins from 0 upwards; a probability on a border is in the upper one, 1 in the last.
    pub bins: Vec<Bin>,
    /// Expected calibration error (Naeini, Cooper, Hauskrecht 2015): the distance of mean
    /// probability and share of right claims, averaged over bins by their claims.
    pub expected_error: Option<f64>,
    /// Mean squared distance of probability and outcome (Brier 1950).
    pub brier: Option<f64>,
}

/// Sets the probabilities of claims beside whether they were right. Cost: linear.
pub fn calibration(claims: &[(f64, bool)]) -> Calibration {
    let mut bins = vec![(Bin::default(), 0.0); BINS];
    let mut squares = 0.0;
    for &(probability, right) in claims {
        let (bin, sum) = &mut bins[bin_of(probability)];
        bin.claims += 1;
        bin.right += u64::from(right);
        *sum += probability;
        let miss = probability - f64::from(u8::from(right));
        squares += miss * miss;
    }
    let mut distance = 0.0;
    for (bin, sum) in &mut bins {
        if bin.claims > 0 {
            bin.mean_probability = Some(*sum / bin.claims as f64);
            distance += (*sum - bin.right as f64).abs();
        }
    }
    let count = claims.len() as f64;
    let some = !claims.is_empty();
    Calibration {
        claims: claims.len() as u64,
        bins: bins.into_iter().map(|(bin, _)| bin).collect(),
        expected_error: some.then(|| distance / count),
        brier: some.then(|| squares / count),
    }
}

fn bin_of(probability: f64) -> usize {
    ((probability * BINS as f64) as usize).min(BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow(claims: &[(f64, bool)]) -> f64 {
        let mut error = 0.0;
        for bin in 0..BINS {
            let (low, high) = (bin as f64 / 10.0, (bin + 1) as f64 / 10.0);
            let inside = |p: f64| p >= low && (p < high || bin == BINS - 1);
            let own: Vec<&(f64, bool)> = claims.iter().filter(|claim| inside(claim.0)).collect();
            if own.is_empty() {
                continue;
            }
            let n = own.len() as f64;
            let mean = own.iter().map(|claim| claim.0).sum::<f64>() / n;
            let right = own.iter().filter(|claim| claim.1).count() as f64 / n;
            error += n / claims.len() as f64 * (mean - right).abs();
        }
        error
    }

    proptest! {
        #[test]
        fn bins_say_what_filters_say(
            claims in proptest::collection::vec((0u32..=10_000, any::<bool>()), 1..60)
        ) {
            // Four decimals, as in the tables.
            let claims: Vec<(f64, bool)> =
                claims.into_iter().map(|(p, right)| (f64::from(p) / 1e4, right)).collect();
            let fast = calibration(&claims);
            prop_assert!((fast.expected_error.unwrap() - slow(&claims)).abs() < 1e-9);
            let counted: u64 = fast.bins.iter().map(|bin| bin.claims).sum();
            prop_assert_eq!(counted, fast.claims);
        }
    }

    #[test]
    fn an_example_by_hand() {
        let claims = [(0.95, true), (0.85, true), (0.85, false), (1.0, true)];
        let found = calibration(&claims);
        // Bin .8: mean .85, right .5, two claims; bin .9: mean .975, right 1, two claims.
        assert!((found.expected_error.unwrap() - (0.35 + 0.025) / 2.0).abs() < 1e-12);
        let squares = 0.05f64.powi(2) + 0.15f64.powi(2) + 0.85f64.powi(2);
        assert!((found.brier.unwrap() - squares / 4.0).abs() < 1e-12);
        assert_eq!((found.bins[8].claims, found.bins[9].right), (2, 2));
        assert_eq!(found.bins[0].mean_probability, None);
        assert_eq!(calibration(&[]).expected_error, None);
    }

    #[test]
    fn a_border_belongs_to_the_upper_bin() {
        for tenth in 0..10 {
            assert_eq!(bin_of(f64::from(tenth) / 10.0), tenth as usize);
        }
        assert_eq!((bin_of(1.0), bin_of(0.0999)), (9, 0));
    }
}
