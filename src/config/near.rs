//! Names that look like one that was typed.

use std::collections::BTreeSet;

/// Likeness from which a name is offered in place of an unknown one, and how far
/// it may be behind the best.
const ALIKE: f64 = 0.5;
const BESIDE_THE_BEST: f64 = 0.1;

/// Up to three names that look like the one typed, the likest first.
pub(crate) fn near<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut near: Vec<(f64, &str)> = names.map(|name| (likeness(typed, name), name)).collect();
    near.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(y.1)));
    let best = near.first().map_or(0.0, |(likeness, _)| *likeness);
    let alike = |likeness: f64| likeness >= ALIKE && likeness >= best - BESIDE_THE_BEST;
    let near = near.into_iter().filter(|(likeness, _)| alike(*likeness));
    near.map(|(_, name)| name).take(3).collect()
}

/// Share of neighbouring letters that two names have in common (Dice).
pub(crate) fn likeness(x: &str, y: &str) -> f64 {
    let pairs = |key: &str| -> BTreeSet<(char, char)> {
        let letters: Vec<char> = key.to_lowercase().chars().collect();
        letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let (x, y) = (pairs(x), pairs(y));
    2.0 * x.intersection(&y).count() as f64 / (x.len() + y.len()).max(1) as f64
}
