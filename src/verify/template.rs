//! Templates (stub)
use crate::normalise::Normalised;
/// stub
pub fn is_template(_a: &Normalised, _b: &Normalised) -> bool {
    false
}
