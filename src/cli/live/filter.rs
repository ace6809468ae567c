//! Items of a feed beside all that an index holds.

use std::path::Path;

use super::super::args::DedupArgs;
use super::now;
use crate::config::Settings;
use crate::document::Document;
use crate::error::Error;
use crate::group::Policy;
use crate::index::{Durability, Index, IndexOptions};
use crate::pipeline::{ItemVerdict, Outcome, beside_kept};

/// Judges the items of a feed by an index, and takes those that are new. One that the index knows is judged as it was.
///
/// What is said of an item beside the kept one is what a filter without an index says of the two.
pub(in crate::cli) fn judge(
    documents: &[Document],
    folder: &Path,
    args: &DedupArgs,
    settings: &Settings,
    policy: &Policy,
) -> Result<Vec<ItemVerdict>, Error> {
    let options = IndexOptions {
        settings: settings.clone(),
        policy: policy.clone(),
        ..IndexOptions::default()
    };
    let mut index = Index::open(folder, &options)?;
    if let Some(window) = args.live.window {
        index.expire(now().saturating_sub(window.as_secs()))?;
    }
    let mut verdicts = Vec::new();
    for document in documents {
        let answer = index.insert(document, now())?;
        if answer.is_kept {
            verdicts.push(ItemVerdict::new());
            continue;
        }
        let kept = index.document(&answer.kept)?;
        verdicts.push(ItemVerdict {
            outcome: kept.map_or(Outcome::Copy, |kept| beside_kept(document, &kept)),
            kept: Some(answer.kept),
        });
    }
    index.commit(Durability::Disk)?;
    // A feed is filtered whole each time, so that nothing hangs on whether this one arrives.
    index.confirm()?;
    index.close()?;
    Ok(verdicts)
}
