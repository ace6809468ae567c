//! The words before a story: "PORT HALLAM, May 3 (Tarnwire) -".

use super::phrases::is_figure;
use crate::normalise::normalise;

/// Characters within which a dateline ends.
const DATELINE_CHARS: usize = 90;
/// Words of a place with a date and an agency.
const DATELINE_WORDS: usize = 9;
/// Words of a place that stands without capitals, agency or date.
const PLACE_WORDS: usize = 5;
/// Small words within the names of places and between those and dates.
const SMALL_WORDS: &[&str] = &["de", "le", "la", "el", "of", "am", "den", "di", "do", "da"];
/// Characters that are looked at to tell a headline in capitals from a story.
const HEADLINE_CHARS: usize = 200;
/// How Chinese stories begin that name their agency, place and day before
/// "电": 新华社北京5月3日电.
const CHINESE_AGENCIES: &[&str] = &[
    "新华社",
    "新華社",
    "中新社",
    "中新网",
    "新华网",
    "中央社",
    "法新社",
    "路透社",
    "本报",
    "本報",
];
const CHINESE_DATELINE_CHARS: usize = 30;

/// Bytes of the dateline that a unit begins with, its dash and the space behind
/// it included; 0 where there is none.
///
/// A place in capitals and a dash are one, so are a place, an agency in brackets
/// and a dash; a place that is only capitalised needs a capital after the dash too.
///
/// ```
/// use wirecopy::segment::dateline;
/// let text = "BERLIN, 3. Mai (Nordwire) - Die Brücke ist gesperrt.";
/// assert_eq!(&text[dateline(text)..], "Die Brücke ist gesperrt.");
/// assert_eq!(dateline("The ferry - a small one - sank."), 0);
/// ```
pub fn dateline(shown: &str) -> usize {
    let limit = shown.char_indices().nth(DATELINE_CHARS);
    let head = shown
        .get(..limit.map_or(shown.len(), |(at, _)| at))
        .unwrap_or("");
    let end = chinese(head).or_else(|| before_dash(shown, head));
    let rest = end.and_then(|end| shown.get(end..));
    rest.map_or(0, |rest| shown.len() - rest.trim_start().len())
}

/// 新华社北京5月3日电, 【北京=Agency】, with the bracket that names the reporter.
fn chinese(head: &str) -> Option<usize> {
    let near = |signs: &[char]| {
        let mut chars = head.char_indices().take(CHINESE_DATELINE_CHARS);
        chars
            .find(|(_, c)| signs.contains(c))
            .map(|(at, c)| at + c.len_utf8())
    };
    if head.starts_with('【') {
        return near(&['】']);
    }
    let opens = CHINESE_AGENCIES
        .iter()
        .any(|agency| head.starts_with(agency));
    near(&['电', '電', '讯', '訊']).filter(|_| opens)
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | 'ـ')
}

/// The first dash with a space beside it, or a long one, behind a plausible place.
fn before_dash(shown: &str, head: &str) -> Option<usize> {
    let mut from = 0;
    for (at, dash) in head.char_indices().filter(|&(_, c)| is_dash(c)) {
        let end = at + dash.len_utf8();
        let (before, after) = (head.get(..at)?, shown.get(end..)?);
        if at < from || (dash == '-' && before.ends_with('-')) {
            continue;
        }
        let after = after.trim_start_matches(is_dash);
        // A hyphen within a word parts nothing.
        let apart = before.ends_with(char::is_whitespace) || before.ends_with([')', '.']);
        let spaced = after.is_empty() || after.starts_with(char::is_whitespace);
        let parts = matches!(dash, '—' | '―') || (apart && (spaced || dash != '-'));
        if !parts {
            continue;
        }
        // What goes on in capitals is a headline.
        let mut letters = after
            .chars()
            .take(HEADLINE_CHARS)
            .filter(|c| c.is_alphabetic());
        let is_text = after.trim().is_empty() || letters.any(|c| !c.is_uppercase());
        if is_text && is_place(before.trim(), after.trim_start()) {
            return Some(shown.len() - after.len());
        }
        // Only "place - agency - text" has a second dash.
        if from > 0 {
            return None;
        }
        from = end;
    }
    None
}

/// True for what may stand before the dash of a dateline, given what stands after it.
fn is_place(before: &str, after: &str) -> bool {
    let words = before.split_whitespace().count();
    let Some(first) = before.chars().find(|c| c.is_alphanumeric()) else {
        return false;
    };
    if words > DATELINE_WORDS || before.contains(['"', '“', '”', '!', '?', ':', ';']) {
        return false;
    }
    let agency = before.ends_with(')') && before.contains('(');
    if !first.is_uppercase() && !first.is_lowercase() {
        // Persian and Arabic: "place (agency) -" or "place - agency -".
        return first.is_alphabetic() && (agency || before.contains(is_dash));
    }
    let mut parts = before.split(|c: char| c.is_whitespace() || c == ',');
    let place = parts.clone().next().unwrap_or("");
    let letters = || place.chars().filter(|c| c.is_alphabetic());
    let capitals = letters().count() > 2 && letters().all(char::is_uppercase);
    let sentence = after.is_empty()
        || after.starts_with(|c: char| c.is_uppercase() || matches!(c, '"' | '“' | '«' | '„'));
    parts.all(is_name_or_figure) && (agency || capitals || (words <= PLACE_WORDS && sentence))
}

/// A capitalised word, a word in brackets, a number or the name of a month, a small
/// word of names, or nothing.
fn is_name_or_figure(word: &str) -> bool {
    let first = word.chars().find(|c| c.is_alphanumeric());
    first.is_none_or(|c| !c.is_lowercase())
        || word.contains(['(', ')'])
        || SMALL_WORDS.contains(&word)
        || is_figure(normalise(word).canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datelines_of_many_houses() {
        // A bar stands where the dateline ends.
        for case in [
            "PORT HALLAM (Tarnwire) - |The ferry sank.",
            "PORT HALLAM, Ondria, May 3 (Tarnwire) - |A ferry sank.",
            "TEHRAN — |As the year ended, it rained.",
            "TEHRAN (TNA)- |Rain fell.",
            "PARIS, 3 mai (APN) — |Le pont est fermé.",
            "BERLIN, 3. Mai (dnw) - |Die Brücke ist gesperrt.",
            "LOS ANGELES, Calif. -- |A bridge fell.",
            "Wailea, Maui - |The department said so.",
            "(Tarnwire) - |The ferry sank.",
            "تهران - ایرنا - |باران آمد.",
            "تهران (ایسنا) - |باران آمد.",
            "باريس (وكالة) - |هطل المطر.",
            "新华社北京5月3日电|水位下降。",
            "【北京共同】|水位が下がった。",
            "BAGHDAD (Dispatches) –|",
            "|The ferry - a small one - sank.",
            "|Hamas - which denied it - agreed.",
            "|The well-known ferry sank.",
            "|Fort Lowe - $28 million",
            "|He said: “No” - and left.",
            "|آب رفت - باران آمد و رفت.",
            "|LONDON METALS 1330 - APR 7",
            "|It will end.-30-",
            "|2031-05-03",
            "|",
            "|-",
        ] {
            let (text, want) = (case.replace('|', ""), case.find('|').unwrap());
            assert_eq!(dateline(&text), want, "{case}");
        }
    }

    proptest::proptest! {
        #[test]
        fn it_ends_within_the_unit(text in "[A-Z电新华社【】(). —-]{0,20}\\PC{0,20}") {
            let end = dateline(&text);
            proptest::prop_assert!(text.get(..end).is_some());
        }
    }
}
