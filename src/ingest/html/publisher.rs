//! The text of the story as its publisher states it in JSON-LD, against what was found on the page.
//!
//! It is free of furniture, but often cut short, and has mostly no paragraphs. So it
//! says which lines found on the page are the story's, and stands for them only
//! where they are too few.

use std::hash::Hash;

use ahash::RandomState;

/// Words of a run that two texts share by chance hardly ever.
const RUN: usize = 4;

/// Bytes of a line that no furniture has.
const PROSE: usize = 200;

/// Bytes of a body that are enough to judge by.
const ENOUGH: usize = 250;

/// Runs of up to [`RUN`] words, hashed and in order.
struct Runs(Vec<u64>);

/// Words of a line as hashes, and their letters in bytes.
fn words(line: &str) -> (Vec<u64>, usize) {
    let mut letters = 0;
    let words = line
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            letters += word.len();
            hashed(&word)
        })
        .collect();
    (words, letters)
}

/// With fixed keys: who writes both texts gains nothing by a collision.
fn hashed(of: &impl Hash) -> u64 {
    RandomState::with_seeds(1, 2, 3, 4).hash_one(of)
}

impl Runs {
    fn of(words: &[u64]) -> Runs {
        let runs = (1..=RUN).flat_map(|width| words.windows(width).map(|run| hashed(&run)));
        let mut runs: Vec<u64> = runs.collect();
        runs.sort_unstable();
        Runs(runs)
    }

    /// Whether half of the runs of a line are among them.
    fn hold(&self, words: &[u64]) -> bool {
        let runs = words.windows(RUN.min(words.len()).max(1));
        let count = runs.len();
        let known = runs
            .filter(|run| self.0.binary_search(&hashed(run)).is_ok())
            .count();
        known > 0 && 2 * known >= count
    }
}

/// The story, from what was found on the page and the body that the publisher states.
pub(super) fn agreed(found: String, body: String) -> String {
    if body.len() > found.len() + found.len() / 2 + 100 {
        return body;
    }
    if body.len() < ENOUGH {
        return found;
    }
    let (stated, of_body) = words(&body);
    let runs = Runs::of(&stated);
    let (mut known, mut other, mut prose_behind) = (0, 0, false);
    let lines: Vec<(&str, bool)> = found
        .lines()
        .map(|line| {
            let (words, letters) = words(line);
            let is_known = runs.hold(&words);
            if is_known {
                known += letters;
                prose_behind = false;
            } else {
                other += letters;
                prose_behind |= line.len() >= PROSE;
            }
            (line, is_known)
        })
        .collect();
    // All of it is in the body, which has more.
    if known > 4 * other && 5 * of_body > 6 * (known + other) + 100 {
        return body;
    }
    // The body ends where the story goes on, or lacks much of it: it says nothing of the other lines.
    let is_cut = body.ends_with("...") || body.ends_with(['…', ',']) || ends_in_a_word(&body);
    if is_cut || prose_behind || 10 * known < 9 * of_body || other > known / 2 {
        return found;
    }
    let kept = lines
        .iter()
        .filter(|(line, is_known)| *is_known || line.len() >= PROSE);
    let kept: Vec<&str> = kept.map(|(line, _)| *line).collect();
    kept.join("\n")
}

fn ends_in_a_word(text: &str) -> bool {
    text.trim_end()
        .chars()
        .next_back()
        .is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story() -> Vec<String> {
        let line = |n: usize| {
            format!(
                "Line {n} says that the harbour bridge number {n} will be closed for {n} weeks, as inspectors found {n} cracks."
            )
        };
        (1..=8).map(line).collect()
    }

    #[test]
    fn the_body_tells_furniture_from_story() {
        let lines = story();
        let body = lines.join(" ");
        let found = format!(
            "Video Advertisement\n{}\nSend us a tip about this",
            lines.join("\n")
        );
        assert_eq!(agreed(found.clone(), body.clone()), lines.join("\n"));
        // A lead that the body lacks is too long for furniture.
        let lead = "The lead says more of it than any line of furniture would, ".repeat(4);
        let led = format!("{lead}\n{}\nVideo", lines.join("\n"));
        assert_eq!(
            agreed(led, body.clone()),
            format!("{lead}\n{}", lines.join("\n"))
        );
        // A body that is cut says nothing of what comes behind it.
        for cut in [
            lines[..7].join(" ") + " …",
            lines[..7].join(" ") + " Line 8 says",
            lines[..3].join(" "),
        ] {
            assert_eq!(agreed(found.clone(), cut), found);
        }
        assert_eq!(agreed(found.clone(), String::new()), found);
    }

    #[test]
    fn the_body_stands_for_what_was_not_found() {
        let lines = story();
        let body = lines.join("\n");
        assert_eq!(agreed(lines[..2].join("\n"), body.clone()), body);
        assert_eq!(agreed(lines[2..].join("\n"), body.clone()), body);
        assert_eq!(
            agreed(lines[1..].join("\n"), body.clone()),
            lines[1..].join("\n")
        );
        assert_eq!(agreed(String::new(), body.clone()), body);
    }
}
