//! The texts that one may be a copy of.

use super::sketch::{Sketch, is_enough};
use super::tables::Tables;
use crate::config::Settings;

/// Texts under a key from which on it tells nothing: a line that stands on every page.
const CROWDED: usize = 512;
/// Texts that are looked at where every key is crowded.
const FALLBACK: usize = 4096;

/// What a lookup found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Candidates {
    /// Texts, those that share most samples first; ties by slot.
    pub classes: Vec<u32>,
    /// Keys under which so many texts stand that they were passed over.
    pub crowded: usize,
}

/// Texts that may reach a bar beside one of so many shingles, other than `own`.
///
/// Cost: the entries under its keys, and a sort of them.
pub(super) fn candidates(
    tables: &Tables,
    sketch: &Sketch,
    (shingles, own): (u32, u32),
    settings: &Settings,
    scratch: &mut Vec<(u32, u64)>,
) -> Candidates {
    scratch.clear();
    let mut crowded: Vec<u64> = Vec::new();
    for &key in &sketch.keys {
        let list = tables.keys.of(key);
        if list.len() > CROWDED {
            crowded.push(key);
        } else {
            scratch.extend(list.map(|class| (class, key)));
        }
    }
    let passed = crowded.len();
    let is_fallback = sketch.keys.len() - passed < sketch.keys.len().min(8);
    if is_fallback {
        // Too few keys are left to tell anything: the least crowded ones are read after all.
        crowded.sort_by_key(|&key| (tables.keys.of(key).len(), key));
        let mut room = FALLBACK;
        for &key in &crowded {
            let list = tables.keys.of(key);
            scratch.extend(list.take(room).map(|class| (class, key)));
            room = room.saturating_sub(CROWDED);
        }
        crowded.clear();
    }
    scratch.sort_unstable();
    let mut found: Vec<(usize, u32)> = Vec::new();
    for run in scratch.chunk_by(|x, y| x.0 == y.0) {
        let Some(&(class, _)) = run.first() else {
            continue;
        };
        let Some(row) = tables.class(class).filter(|_| class != own) else {
            continue;
        };
        let reach = row.reach.min(sketch.reach);
        let within = |key: &&u64| **key <= reach && !crowded.contains(*key);
        let samples = sketch.keys.iter().filter(within).count();
        let sizes = (shingles, row.shingles);
        // Lists that were cut prove nothing by what they lack.
        let asked = if is_fallback { samples } else { run.len() };
        if is_enough(asked.max(run.len()), samples, sizes, settings) {
            found.push((run.len(), class));
        }
    }
    found.sort_by(|x, y| y.0.cmp(&x.0).then(x.1.cmp(&y.1)));
    Candidates {
        classes: found.into_iter().map(|(_, class)| class).collect(),
        crowded: passed,
    }
}
