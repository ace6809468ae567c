//! Where a copy was cut.

use std::ops::Range;

/// Units of an exemplar that a copy lacks, by where they stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Before everything that the copy kept.
    pub head: u64,
    /// Between what it kept.
    pub within: u64,
    /// Behind everything that it kept; all of them where it kept nothing.
    pub tail: u64,
}

/// Counts the `dropped` units of a text, given as its bytes in any order, by where they stood.
/// Cost: linear in the text, but for sorting.
///
/// # Examples
/// ```
/// use wirecopy::trace::cuts;
/// let found = cuts("One. Two. Three. Four.", &[5..9, 17..22]);
/// assert_eq!((found.head, found.within, found.tail), (0, 1, 1));
/// ```
pub fn cuts(text: &str, dropped: &[Range<usize>]) -> Cuts {
    let mut dropped: Vec<&Range<usize>> = dropped.iter().collect();
    dropped.sort_by_key(|range| (range.start, range.end));
    let is_bare = |range: Range<usize>| {
        let between = text.get(range).unwrap_or("");
        !between.contains(char::is_alphanumeric)
    };
    let mut rest = dropped.as_slice();
    let (mut tail, mut end) = (0, text.len());
    while let Some((last, before)) = rest.split_last()
        && is_bare(last.end.min(end)..end)
    {
        (tail, end, rest) = (tail + 1, last.start.min(end), before);
    }
    let (mut head, mut start) = (0, 0);
    while let Some((first, behind)) = rest.split_first()
        && is_bare(start..first.start.max(start))
    {
        (head, start, rest) = (head + 1, first.end.max(start), behind);
    }
    Cuts {
        head,
        within: rest.len() as u64,
        tail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each unit beside every letter that was kept.
    fn one_by_one(text: &str, dropped: &[Range<usize>]) -> Cuts {
        let is_kept = |at: usize| !dropped.iter().any(|range| range.contains(&at));
        let letters = text.char_indices().filter(|(_, c)| c.is_alphanumeric());
        let kept: Vec<usize> = letters
            .map(|(at, _)| at)
            .filter(|&at| is_kept(at))
            .collect();
        let mut cuts = Cuts::default();
        for range in dropped {
            let before = kept.iter().any(|&at| at < range.start);
            let behind = kept.iter().any(|&at| at >= range.end);
            match (before, behind) {
                (_, false) => cuts.tail += 1,
                (false, true) => cuts.head += 1,
                (true, true) => cuts.within += 1,
            }
        }
        cuts
    }

    proptest! {
        #[test]
        fn cuts_are_where_nothing_was_kept(kept in prop::collection::vec(any::<bool>(), 0..9)) {
            let mut text = String::from("… ");
            let mut dropped = Vec::new();
            for (i, kept) in kept.into_iter().enumerate() {
                let start = text.len();
                text.push_str(["Éins.", "Two words.", "三。"][i % 3]);
                if !kept {
                    dropped.push(start..text.len());
                }
                text.push_str("\n ");
            }
            let forward = cuts(&text, &dropped);
            prop_assert_eq!(forward, one_by_one(&text, &dropped));
            dropped.reverse();
            prop_assert_eq!(forward, cuts(&text, &dropped));
        }
    }

    #[test]
    fn a_text_of_which_nothing_was_kept_was_cut_from_its_end() {
        let found = cuts("One. Two.", &[0..4, 5..9]);
        assert_eq!((found.head, found.within, found.tail), (0, 0, 2));
        assert_eq!(cuts("One.", &[]), Cuts::default());
    }
}
