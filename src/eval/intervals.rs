//! Shares from samples, with how far they may be off.

use super::Share;

/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a share (Wilson 1927): it is sound for few labels and for shares
/// near 0 and 1; 0 to 1 where nothing is known.
pub fn wilson(share: Share) -> (f64, f64) {
    let Some(value) = share.value() else {
        return (0.0, 1.0);
    };
    let n = share.of as f64;
    let centre = value + Z * Z / (2.0 * n);
    let reach = Z * (value * (1.0 - value) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // Rounding must not take what is certain away.
    let low = if share.count == 0 {
        0.0
    } else {
        (centre - reach) / scale
    };
    let high = if share.count == share.of {
        1.0
    } else {
        (centre + reach) / scale
    };
    (low, high)
}

/// The labels of one band of scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Band {
    /// Pairs of the result that lie in it.
    pub pairs: u64,
    /// Labelled ones, and right ones of them.
    pub labelled: Share,
}

/// A share of the whole, estimated from labels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Pairs in bands with a label: what the estimate speaks of.
    pub pairs: u64,
}

/// The share of right pairs over all bands that have a label, each weighted by its pairs.
///
/// The interval joins those of the bands: `value - sqrt(sum of (weight * (share - low))^2)`, and upwards
/// alike (Zou, Huang, Zhang 2009, over Wilson intervals). So a band in which all labels agree
/// still adds its doubt.
pub fn overall(bands: &[Band]) -> Option<Estimate> {
    let known = || bands.iter().filter(|band| band.labelled.of > 0);
    let pairs: u64 = known().map(|band| band.pairs).sum();
    if pairs == 0 {
        return None;
    }
    let (mut value, mut below, mut above) = (0.0, 0.0, 0.0);
    for band in known() {
        let weight = band.pairs as f64 / pairs as f64;
        let share = band.labelled.value().unwrap_or(0.0);
        let (low, high) = wilson(band.labelled);
        value += weight * share;
        below += (weight * (share - low)).powi(2);
        above += (weight * (high - share)).powi(2);
    }
    Some(Estimate {
        value,
        low: (value - below.sqrt()).max(0.0),
        high: (value + above.sqrt()).min(1.0),
        pairs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(count: u64, of: u64) -> Share {
        Share { count, of }
    }

    /// Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I.
    #[test]
    fn the_published_intervals() {
        for (count, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let (l, h) = wilson(share(count, of));
            assert!(
                (l - low).abs() < 5e-5 && (h - high).abs() < 5e-5,
                "{count}/{of}: {l} {h}"
            );
        }
        assert_eq!(wilson(share(0, 0)), (0.0, 1.0));
        assert_eq!(wilson(share(7, 7)).1, 1.0);
    }

    #[test]
    fn bands_count_by_their_pairs() {
        let band = |pairs, count, of| Band {
            pairs,
            labelled: share(count, of),
        };
        // Of one band it is the band's own interval.
        let one = overall(&[band(40, 15, 148), band(0, 0, 0)]).unwrap();
        assert!((one.low - 0.0624).abs() < 5e-5 && (one.high - 0.1605).abs() < 5e-5);
        // .9 of 300 and .5 of 100.
        let two = overall(&[band(300, 9, 10), band(100, 5, 10), band(50, 0, 0)]).unwrap();
        assert!((two.value - 0.8).abs() < 1e-12);
        assert_eq!(two.pairs, 400);
        let by_hand = |ends: [f64; 2]| {
            (0.75f64.powi(2) * ends[0].powi(2) + 0.25f64.powi(2) * ends[1].powi(2)).sqrt()
        };
        let (w, v) = (wilson(share(9, 10)), wilson(share(5, 10)));
        assert!((two.value - two.low - by_hand([0.9 - w.0, 0.5 - v.0])).abs() < 1e-12);
        assert!((two.high - two.value - by_hand([w.1 - 0.9, v.1 - 0.5])).abs() < 1e-12);
        assert_eq!(overall(&[band(5, 0, 0)]), None);
    }
}
