//! Which pairs could be two fillings of one form at all.

use ahash::AHashMap;

use super::numerals::numeral;
use super::template::Form;

/// Words under which one name makes another story, or one figure another
/// report: texts so short always go to the template test.
const SHORT: usize = 200;
/// Figures of its own among the words of a text, at least: half the rate that the
/// template test asks for, since it counts runs of numerals as one word.
const OWN_FIGURES: f64 = 0.01;

/// Whether what differs between two texts could be the filling of a form.
///
/// The template test aligns two texts twice, which costs ten times what all else
/// about a pair does, and most pairs are copies for which a look at the words outside of shared
/// shingles settles it: fillings stand there, on both sides, as figures at some
/// rate or as names that come again. `spans` are the covered words of each text.
pub(super) fn may_be_template(
    (a, spans_a): (Form<'_>, &[(u32, u32)]),
    (b, spans_b): (Form<'_>, &[(u32, u32)]),
) -> bool {
    let (own_a, own_b) = (Own::of(a, spans_a), Own::of(b, spans_b));
    let shorter = a.words.len().min(b.words.len());
    if shorter < SHORT {
        return (own_a.figures > 0 && own_b.figures > 0) || (own_a.names > 0 && own_b.names > 0);
    }
    let figures = own_a.figures.min(own_b.figures);
    (own_a.repeats_a_name && own_b.repeats_a_name)
        || figures as f64 >= OWN_FIGURES * shorter as f64
        || (figures > 0 && a.is_table() && b.is_table())
}

/// What a text has for itself.
#[derive(Default)]
struct Own {
    figures: usize,
    names: usize,
    repeats_a_name: bool,
}

impl Own {
    fn of(form: Form<'_>, covered: &[(u32, u32)]) -> Self {
        let mut own = Own::default();
        let mut names: AHashMap<&str, usize> = AHashMap::new();
        let count = form.words.len() as u32;
        let mut from = 0;
        for &(start, end) in covered.iter().chain(&[(count, count)]) {
            for i in from..start {
                let word = form.words.word(i as usize);
                if numeral(word).is_some() {
                    own.figures += 1;
                } else if form.is_capitalised(i as usize) {
                    own.names += 1;
                    let times = names.entry(word).or_default();
                    *times += 1;
                    own.repeats_a_name |= *times >= 2;
                }
            }
            from = end;
        }
        own
    }
}
