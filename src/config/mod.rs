//! The settings of a run: all that can change a result, frozen in one struct.

mod aliases;
mod mapping;
mod near;

pub use aliases::{Alias, aliases};
pub use mapping::{FieldMap, FieldPath, Origin, Step, field_map};
pub(crate) use near::{likeness, near};

use std::path::PathBuf;

use serde::Serialize;

use crate::error::Error;
use crate::spill::Spill;

/// Everything that decides a result. Threads, memory, paths and colour are not
/// here, because they must not matter. `run.json` holds a copy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// Exact Jaccard from which two documents merge, in `(0, 1]`.
    pub threshold: f64,
    /// Exact containment from which two documents merge, in `(0, 1]`, or `None`.
    pub containment: Option<f64>,
    /// Words that a pair must share before containment counts.
    pub min_shared_words: u32,
    /// Words in a shingle.
    pub width: usize,
    /// Bands of the signature.
    pub bands: usize,
    /// Slots in a band.
    pub rows: usize,
    /// Seed of the signature's hash functions.
    pub seed: u64,
    /// How pairs are found.
    pub search: Search,
    /// How far below a bar a pair may be to be listed beside those that reach one, in `[0, 1)`.
    pub borderline: f64,
    /// Whether only pairs of an input and the archive count, none within either.
    pub against: bool,
    /// Other names of sources; what they say wins over the built-in table of agencies.
    pub aliases: Vec<Alias>,
}

/// How pairs are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// Exactly up to [`EXACT_BYTES`] of text, beyond that by a sample of the shingles.
    #[default]
    Auto,
    /// Every pair at a bar, by construction.
    Exact,
    /// By a quarter of the shingles, chosen by hash.
    Sampled,
    /// Bands of a MinHash signature, and shared passages where containment counts.
    Lsh,
}

/// Bytes of text up to which [`Search::Auto`] is exact.
pub const EXACT_BYTES: u64 = 2 << 30;

/// What a run may use; nothing here changes a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resources {
    /// Bytes of memory.
    pub memory: u64,
    /// Folder for temporary files; none for the system's own.
    pub temporary: Option<PathBuf>,
    /// Bytes of input that are known to come, where that is known.
    pub expected: Option<u64>,
}

impl Default for Resources {
    fn default() -> Self {
        Resources {
            memory: 1 << 30,
            temporary: None,
            expected: None,
        }
    }
}

impl Resources {
    /// Bytes of keys that stay in memory.
    pub fn keys(&self) -> usize {
        usize::try_from(self.memory / 32).unwrap_or(usize::MAX)
    }

    /// A store for what does not stay in memory.
    pub(crate) fn spill(&self) -> Spill {
        Spill::new(0, self.temporary.clone())
    }

    /// A store for rows that wait to be written.
    pub(crate) fn rows(&self) -> Spill {
        Spill::new(self.pairs(), self.temporary.clone())
    }

    /// Bytes of what meetings are counted by.
    pub fn counting(&self) -> usize {
        usize::try_from(self.memory / 12).unwrap_or(usize::MAX)
    }

    /// Bytes of candidate pairs that stay in memory.
    pub fn pairs(&self) -> usize {
        usize::try_from(self.memory / 16).unwrap_or(usize::MAX)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            threshold: 0.5,
            containment: Some(0.7),
            min_shared_words: 60,
            width: 5,
            bands: 42,
            rows: 3,
            seed: 0,
            search: Search::Auto,
            borderline: 0.0,
            against: false,
            aliases: Vec::new(),
        }
    }
}

impl Settings {
    /// The settings with bars lowered to what is listed: what the search looks for.
    pub fn searched(&self) -> Settings {
        // No bar falls to 0, where every pair would reach it.
        let lowered = |bar: f64| {
            if self.borderline > 0.0 {
                (bar - self.borderline).max(bar.min(0.01))
            } else {
                bar
            }
        };
        Settings {
            threshold: lowered(self.threshold),
            containment: self.containment.map(lowered),
            ..self.clone()
        }
    }

    /// Refuses values that make no sense, with advice.
    ///
    /// # Errors
    /// [`ErrorKind::Setting`](crate::error::ErrorKind::Setting) naming the flag.
    pub fn check(&self) -> Result<(), Error> {
        let share = |value: f64| value > 0.0 && value <= 1.0;
        if !share(self.threshold) {
            return Err(Error::setting(
                "--threshold",
                format!(
                    "{} is not a Jaccard between 0 and 1; 0.5 is the default",
                    self.threshold
                ),
            ));
        }
        if let Some(bar) = self.containment
            && !share(bar)
        {
            return Err(Error::setting(
                "--containment",
                format!("{bar} is not a share between 0 and 1; give 0.7, the default, or `off`"),
            ));
        }
        if !(0.0..1.0).contains(&self.borderline) {
            return Err(Error::setting(
                "--borderline",
                format!(
                    "{} is not a share below 1; give 0.05 for pairs that miss a bar by that much at most",
                    self.borderline
                ),
            ));
        }
        if !(1..=64).contains(&self.width) {
            return Err(Error::setting(
                "--width",
                format!(
                    "{} words do not make a shingle; take 1 to 64 (5 is the default)",
                    self.width
                ),
            ));
        }
        if self.bands == 0 || self.rows == 0 || self.bands.saturating_mul(self.rows) > 4096 {
            return Err(Error::setting(
                "--bands",
                format!(
                    "{} bands of {} rows are not between 1 and 4096 slots; 42 and 3 are the defaults",
                    self.bands, self.rows
                ),
            ));
        }
        Ok(())
    }

    /// Number of slots in a signature.
    pub fn slots(&self) -> usize {
        self.bands * self.rows
    }

    /// Probability that banding proposes a pair of this Jaccard:
    /// `1 - (1 - J^rows)^bands` (Leskovec, Rajaraman, Ullman, *Mining of Massive
    /// Datasets*, section 3.4).
    ///
    /// ```
    /// let settings = wirecopy::config::Settings::default();
    /// assert!(settings.banding_recall(0.5) > 0.996);
    /// ```
    pub fn banding_recall(&self, jaccard: f64) -> f64 {
        1.0 - (1.0 - jaccard.powi(self.rows as i32)).powi(self.bands as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_sound_and_odd_values_are_named() {
        assert!(Settings::default().check().is_ok());
        for (settings, flag) in [
            (
                Settings {
                    threshold: 0.0,
                    ..Settings::default()
                },
                "--threshold",
            ),
            (
                Settings {
                    threshold: f64::NAN,
                    ..Settings::default()
                },
                "--threshold",
            ),
            (
                Settings {
                    containment: Some(1.5),
                    ..Settings::default()
                },
                "--containment",
            ),
            (
                Settings {
                    width: 0,
                    ..Settings::default()
                },
                "--width",
            ),
            (
                Settings {
                    bands: usize::MAX,
                    ..Settings::default()
                },
                "--bands",
            ),
        ] {
            let message = settings.check().unwrap_err().to_string();
            assert!(message.starts_with(flag), "{message}");
        }
    }
}
