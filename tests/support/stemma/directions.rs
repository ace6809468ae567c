//! Directions that are claimed between two texts.

use super::score::{Claim, Forecasts, Share};

/// What is said of two texts of which the second is the later one.
#[derive(Default)]
pub struct Directions {
    pub claimed: Share,
    right: Share,
    /// By the greater probability, claimed or not; halves for ties.
    forced: f64,
    forecasts: Forecasts,
}

impl Directions {
    pub fn add(&mut self, claims: &[Claim], earlier: usize, later: usize) {
        let above = |own: usize, other: usize| {
            let line = std::iter::successors(Some(own), |&at| claims[at].exemplar);
            line.skip(1).take(claims.len()).any(|at| at == other)
        };
        let (right, wrong) = (above(later, earlier), above(earlier, later));
        self.claimed.count(right || wrong);
        if right || wrong {
            self.right.count(right);
        }
        for (copy, exemplar) in [(later, earlier), (earlier, later)] {
            let claim = &claims[copy];
            if let Some(probability) = claim
                .probability
                .filter(|_| claim.exemplar == Some(exemplar))
            {
                self.forecasts.add(probability, copy == later);
            }
        }
        let weight = |copy: usize, exemplar: usize| {
            let claim = &claims[copy];
            match (claim.exemplar, claim.alternative) {
                (Some(named), _) if named == exemplar => 1.0 + claim.probability.unwrap_or(0.0),
                (_, Some(named)) if named == exemplar => 0.5 + 0.5 * claim.alternative_probability,
                _ => 0.0,
            }
        };
        let (forth, back) = (weight(later, earlier), weight(earlier, later));
        self.forced += match forth.total_cmp(&back) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        };
    }

    pub fn print(&self, name: &str) {
        let error = self.forecasts.calibration_error();
        println!(
            "  {name:22} claimed {}, right {}, forced {:.3}, ECE {error:.3?}",
            self.claimed,
            self.right,
            self.forced / self.claimed.1 as f64,
        );
    }
}
