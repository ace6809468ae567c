//! What a text calls itself: an update, a correction, a repeat.

use std::ops::Range;

use super::header::line_date;
use super::phrases::{Stands, Use, begins_at};
use crate::normalise::normalise;

/// Markers that may stand in a row: "RPT-UPDATE 2-".
const MARKERS: usize = 3;

/// Lines with words above the story that may tell of a change, and below it.
const HEAD_LINES: usize = 3;
const FOOT_LINES: usize = 6;
/// No line that tells of one is longer.
const BYTES: usize = 600;

/// What the head of a text, its title or its first line, says of being an update: 0 nothing, 1 a
/// correction or a repeat, 2 and more "UPDATE 1", "WRAPUP 2" and so on. The words are
/// data, in `phrases.txt`.
///
/// # Examples
/// ```
/// use wirecopy::lineage::update_rank;
/// assert_eq!(update_rank("UPDATE 2-Ferry sinks off Orme"), 3);
/// assert_eq!(update_rank("(Korrektur: Der Name) Fähre gesunken"), 1);
/// assert_eq!(update_rank("Correction officers strike"), 0);
/// ```
pub fn update_rank(head: &str) -> u32 {
    let words = normalise(head);
    let tokens = words.tokens();
    let shown = |from: usize, to: usize| {
        let (first, last) = (tokens.get(from)?, tokens.get(to.checked_sub(1)?)?);
        head.get(first.start as usize..last.end as usize)
    };
    let (mut rank, mut at) = (0, 0);
    for _ in 0..MARKERS {
        let numbered = begins_at(&words, at, (Use::Update, Stands::Number));
        let marked = begins_at(&words, at, (Use::Update, Stands::Mark));
        let Some(length) = numbered.or(marked) else {
            break;
        };
        let end = at + length;
        let marker = shown(at, end).unwrap_or("");
        let capitals =
            !marker.chars().any(char::is_lowercase) && marker.chars().any(char::is_uppercase);
        let opened = tokens.get(at).is_some_and(|token| {
            let before = head.get(..token.start as usize).unwrap_or("");
            before.trim_end().ends_with(['(', '[', '【', '（', '*'])
        });
        let closed = |end: usize| {
            let last = end.checked_sub(1).and_then(|last| tokens.get(last));
            let rest = last
                .and_then(|token| head.get(token.end as usize..))
                .unwrap_or("");
            let rest = rest.trim_start();
            rest.is_empty()
                || rest.starts_with([
                    ':', '：', '-', '–', '—', ')', ']', '】', '）', '|', '/', '*',
                ])
        };
        let figure = words
            .word(end)
            .parse::<u32>()
            .ok()
            .filter(|_| numbered.is_some());
        match figure.filter(|_| capitals || opened || closed(end + 1)) {
            Some(number) => {
                rank = rank.max(number.saturating_add(1));
                at = end + 1;
            }
            None if marked == Some(length) && (capitals || opened || closed(end)) => {
                rank = rank.max(1);
                at = end;
            }
            None => break,
        }
    }
    rank
}

/// The line above or below a story that says that it was corrected or updated. A line that
/// is a date with its label says so of nearly every text of some outlets, and does not count.
///
/// # Examples
/// ```
/// use wirecopy::lineage::update_note;
/// let text = "The ferry sank.\nCorrection: An earlier version misspelt Orme.";
/// assert_eq!(&text[update_note(text).unwrap()], "Correction: An earlier version misspelt Orme.");
/// assert_eq!(update_note("The ferry sank.\nUpdated: 3 April 2031"), None);
/// ```
pub fn update_note(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    let lines = text.split_inclusive(['\n', '\r']).filter_map(|line| {
        let at = start + line.len() - line.trim_start().len();
        start += line.len();
        let shown = line.trim();
        shown
            .contains(char::is_alphanumeric)
            .then_some(at..at + shown.len())
    });
    let lines: Vec<Range<usize>> = lines.collect();
    let foot = lines.len().saturating_sub(FOOT_LINES);
    let edges = (0..lines.len()).filter(|&at| at < HEAD_LINES || at >= foot);
    let mut edges = edges.filter_map(|at| lines.get(at));
    let tells = |place: &&Range<usize>| {
        let shown = text.get((*place).clone()).unwrap_or("");
        shown.len() <= BYTES && line_date(shown).is_none() && is_note(shown)
    };
    edges.find(tells).cloned()
}

fn is_note(line: &str) -> bool {
    let words = normalise(line);
    let note = |at| begins_at(&words, at, (Use::Update, Stands::Note)).is_some();
    update_rank(line) > 0 || (0..words.len()).any(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_many_houses() {
        let story = "The ferry sank off Orme.\nNobody was hurt.\n".repeat(6);
        for (line, wanted) in [
            ("Correction: The ferry is called Rufus.", true),
            (
                "(This story has been updated with the owner’s comment.)",
                true,
            ),
            (
                "• This article was amended on 3 April 2031. An earlier version had the wrong year.",
                true,
            ),
            (
                "An earlier version of this article misstated the number of tugs.",
                true,
            ),
            (
                "In einer früheren Version hieß es, die Fähre sei leer gewesen.",
                true,
            ),
            (
                "Una versión anterior de este artículo decía otra cosa.",
                true,
            ),
            ("更正：渡轮名为鲁弗斯。", true),
            ("Last updated: 3 April 2031", false),
            ("Updated 3 April 2031 10:30", false),
            ("The correction of the accounts took a year.", false),
            ("An earlier version of the engine failed too.", false),
        ] {
            let text = format!("{story}  {line}\r\n");
            let found = update_note(&text).map(|place| &text[place]);
            assert_eq!(found, wanted.then_some(line));
        }
        let within = format!("{story}Correction: Rufus.\n{story}");
        assert_eq!(update_note(&within), None);
    }

    #[test]
    fn markers_of_many_houses() {
        for (head, rank) in [
            ("UPDATE 2-Ferry sinks", 3),
            ("Update 2: Ferry sinks", 3),
            ("UPDATE 1 - Ferry sinks", 2),
            ("RPT-UPDATE 3-Ferry sinks", 4),
            ("WRAPUP 1-Ferries sink", 2),
            ("REFILE-Ferry sinks", 1),
            ("CORRECTED-Ferry sinks", 1),
            ("CORRECTED - Ferry sinks", 1),
            ("(Corrects spelling of Orme) Ferry sinks", 1),
            ("Correction: Ferry sinks", 1),
            ("UPDATED: Ferry sinks", 1),
            ("ROUNDUP 2: Fähre gesunken", 3),
            ("Korrektur: Fähre gesunken", 1),
            ("RECTIFICATIF - Le ferry coule", 1),
            ("CORRECCIÓN: El ferry se hunde", 1),
            ("ATUALIZAÇÃO 2-Balsa afunda", 3),
            ("RETTIFICA: Il traghetto affonda", 1),
            ("تصحيح: غرق العبارة", 1),
            ("اصلاحیه: کشتی غرق شد", 1),
            ("ИСПРАВЛЕНО: Паром затонул", 1),
            ("DÜZELTME - Feribot battı", 1),
            ("更正：渡轮沉没", 1),
            ("【訂正】フェリー沈没", 1),
            ("Ferry sinks", 0),
            ("Updates on the ferry", 0),
            ("Updated vaccines reach Orme", 0),
            ("Correction officers strike", 0),
            ("New 3 billion plan", 0),
            ("Lead 2 nowhere", 0),
            ("Update 5 apps now", 0),
            ("", 0),
        ] {
            assert_eq!(update_rank(head), rank, "{head}");
        }
    }
}
