//! Words that an outlet brought into its own text when it revised it.

use ahash::AHashMap;

use super::calendar::{EarliestMembers, Sure};
use super::member::Member;
use super::readings::{Readings, side_by_side};

/// For each member whether its story has words that another outlet brought into its own text,
/// as far as is known before this member was made.
///
/// `last` is the text that each member's outlet had before. Words are of a line of the story:
/// a line that is new, or another wording. Cost: the readings of all members, however many
/// revisions brought the same words.
pub(super) fn has_additions(
    members: &[Member<'_>],
    readings: &Readings,
    last: &[Option<usize>],
) -> Vec<bool> {
    let mut brought: AHashMap<(usize, usize), EarliestMembers> = AHashMap::new();
    for (revision, earlier) in last.iter().enumerate() {
        let Some(earlier) = *earlier else { continue };
        let texts = [earlier, revision].map(|at| &readings.texts[members[at].text]);
        for (line, before, after) in side_by_side(texts[0], texts[1]) {
            let Some(after) = after else { continue };
            let kept = before.is_some_and(|before| before.variant == after.variant);
            if readings.lines[line].body && !kept {
                brought
                    .entry((line, after.variant))
                    .or_default()
                    .put(&members[revision].dated());
            }
        }
    }
    let takes = |copy: &Member<'_>| {
        let dated = copy.dated();
        let own = readings.texts[copy.text].iter();
        let mut known = own.filter_map(|reading| brought.get(&(reading.line, reading.variant)));
        known.any(|revisions| revisions.any_before(&dated, copy.source, Sure::Possible))
    };
    members.iter().map(takes).collect()
}
