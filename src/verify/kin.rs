//! Templates that only their family gives away.

use ahash::AHashMap;

use super::{Standing, VerifiedPair};

/// Turns a copy into a template where the two are members of one form's family:
/// some third text is the same form filled in anew beside both of them, and
/// resembles each of them at least as much as they resemble each other.
///
/// A real copy resembles its source more than the form's other fillings do, so
/// it stays. Works on the standings as given, in one pass, so the order of the
/// pairs does not matter. `pairs` are ascending. Cost: for each copy, the template
/// pairs of the member that has fewer of them.
pub fn demote_kin(pairs: &mut [VerifiedPair]) {
    let mut family: AHashMap<u32, AHashMap<u32, f64>> = AHashMap::new();
    for pair in pairs.iter().filter(|p| p.standing == Standing::Template) {
        family
            .entry(pair.a)
            .or_default()
            .insert(pair.b, strength(pair));
        family
            .entry(pair.b)
            .or_default()
            .insert(pair.a, strength(pair));
    }
    for pair in pairs.iter_mut().filter(|p| p.standing == Standing::Copy) {
        let (Some(of_a), Some(of_b)) = (family.get(&pair.a), family.get(&pair.b)) else {
            continue;
        };
        let (few, many) = if of_a.len() <= of_b.len() {
            (of_a, of_b)
        } else {
            (of_b, of_a)
        };
        let own = strength(pair);
        let sibling = |(third, &to_few): (&u32, &f64)| {
            let to_many = many.get(third).copied().unwrap_or(0.0);
            to_few >= own && to_many >= own
        };
        if few.iter().any(sibling) {
            pair.standing = Standing::Template;
        }
    }
}

/// The larger containment: a trimmed copy is as close as a full one.
fn strength(pair: &VerifiedPair) -> f64 {
    pair.containment_a().max(pair.containment_b())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(a: u32, b: u32, shared: u32, standing: Standing) -> VerifiedPair {
        VerifiedPair {
            a,
            b,
            shared,
            shingles_a: 100,
            shingles_b: 100,
            standing,
        }
    }

    #[test]
    fn a_sibling_of_the_form_is_no_copy_and_a_closer_text_is() {
        use Standing::{Copy, Template};
        let mut pairs = [
            pair(0, 1, 80, Copy),
            pair(0, 2, 85, Template),
            pair(0, 3, 95, Copy),
            pair(1, 2, 80, Template),
            pair(2, 3, 85, Template),
        ];
        demote_kin(&mut pairs);
        assert_eq!(pairs[0].standing, Template);
        assert_eq!(pairs[2].standing, Copy);
    }
}
