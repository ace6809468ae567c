//! Which vector instructions the machine has.
//!
//! The vectorised kernels ([`scan`](crate::scan), [`sketch`](crate::sketch) and
//! the fingerprints of [`candidates`](crate::candidates)) are written once, over
//! the vector types of `fearless_simd`, and compiled for every level; which one
//! runs is decided at run time and never changes a result. So there is no
//! `unsafe` here: the intrinsics and the proof that the machine has them stand
//! in that crate.
//!
//! A kernel is a free function that is `#[inline(always)]`, generic over
//! `fearless_simd::Simd`, and called through `fearless_simd::dispatch!` only:
//! a function that is not inlined would be compiled without the instructions.

pub use fearless_simd::Level;

/// The best level of this machine; cheap, as it is detected once.
pub fn best() -> Level {
    Level::new()
}

/// Every level that this machine can run, by name, the best one first:
/// `avx512` (Ice Lake and later), `avx2`, `sse4.2`, `sse2` or `neon`. The last
/// is what every machine of its architecture has.
pub fn levels() -> Vec<(&'static str, Level)> {
    let best = best();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let known = {
        use fearless_simd::Simd;
        [
            ("avx512", best.as_avx512().map(Simd::level)),
            ("avx2", best.as_avx2().map(Simd::level)),
            ("sse4.2", best.as_sse4_2().map(Simd::level)),
            ("sse2", best.as_sse2().map(Simd::level)),
        ]
    };
    #[cfg(target_arch = "aarch64")]
    let known = [("neon", Some(best))];
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    let known = [("portable", Some(best))];
    known
        .into_iter()
        .filter_map(|(name, level)| level.map(|level| (name, level)))
        .collect()
}

/// What tests run every kernel on: [`levels`], and the portable twin of the
/// vector types, which no test machine would choose.
#[cfg(test)]
pub(crate) fn tested() -> Vec<(&'static str, Level)> {
    let mut all = levels();
    all.push(("portable", Level::fallback()));
    all
}
