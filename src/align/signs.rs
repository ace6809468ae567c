//! Signs that are no letters and yet say something: amounts, minus, decimal points.
//!
//! Words are letters and digits, so "$5" and "€5", "1.5" and "1,5", "-3 degrees"
//! and "3 degrees" have the same words. No two of them are the same line. Each
//! token therefore has the signs that belong to it, and a matched word whose signs
//! differ is no match. Quotation marks, dashes, commas between words and white
//! space are typography and count for nothing.

use super::anchors::Block;
use crate::normalise::{Normalised, normalise};

/// For each token a number for the signs that belong to it; 0 for none.
///
/// A sign belongs to the word that it touches, in doubt to the one behind it, so
/// that nothing depends on where lines end. Cost: one look at what stands between words.
pub(super) fn signs(text: &str, normalised: &Normalised) -> Vec<u32> {
    let tokens = normalised.tokens();
    let mut signs = vec![0; tokens.len()];
    let mut from = 0;
    for at in 0..=tokens.len() {
        let (start, end) = match tokens.get(at) {
            Some(token) => (token.start as usize, token.end as usize),
            None => (text.len(), text.len()),
        };
        if let Some(gap) = text.get(from..start).filter(|gap| says_something(gap)) {
            let before = text.get(..from).and_then(|text| text.chars().next_back());
            let after = text.get(start..).and_then(|text| text.chars().next());
            each_sign(gap, [before, after], |sign, belongs| {
                let token = match belongs {
                    Belongs::Before => at.checked_sub(1),
                    Belongs::Behind => Some(at),
                };
                if let Some(own) = token.and_then(|token| signs.get_mut(token)) {
                    *own = note(*own, sign, belongs);
                }
            });
        }
        from = from.max(end);
    }
    signs
}

/// The signs of a text, to compare texts that have the same words.
pub(crate) fn signs_of(text: &str) -> Vec<u32> {
    signs(text, &normalise(text))
}

/// The runs without the words whose signs differ.
pub(super) fn without_other_signs(runs: Vec<Block>, a: &[u32], b: &[u32]) -> Vec<Block> {
    let same = |run: &Block| a.get(run.a..run.a_end()) == b.get(run.b..run.b_end());
    if runs.iter().all(same) {
        return runs;
    }
    let mut kept: Vec<Block> = Vec::with_capacity(runs.len() + 1);
    for run in runs {
        let mut open = false;
        for step in 0..run.len {
            let equal = a.get(run.a + step) == b.get(run.b + step);
            match kept.last_mut() {
                Some(last) if open && equal => last.len += 1,
                _ if equal => kept.push(Block {
                    a: run.a + step,
                    b: run.b + step,
                    len: 1,
                }),
                _ => {}
            }
            open = equal;
        }
    }
    kept
}

/// The word of a gap that a sign belongs to: the one before the gap or behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Belongs {
    Before,
    Behind,
}

/// A quick look: most gaps are a space, perhaps with a comma or a full stop.
fn says_something(gap: &str) -> bool {
    !gap.bytes()
        .all(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'"' | b'(' | b')'))
        && gap != ". "
        && gap != ", "
}

/// Calls with the signs of a gap between two characters.
fn each_sign(gap: &str, [before, after]: [Option<char>; 2], mut each: impl FnMut(char, Belongs)) {
    let is_digit = |c: Option<char>| c.is_some_and(char::is_numeric);
    // What stands at the start of a text touches the first word, what stands at its end the last.
    let first = gap
        .find(char::is_whitespace)
        .or(before.is_none().then_some(0))
        .or(after.is_none().then_some(gap.len()));
    let Some(first) = first else {
        // "1.5", "10:30", "3-5": all that stands between two figures; "R&D": nothing.
        let between = is_digit(before) && is_digit(after);
        for c in gap.chars().map(plain) {
            // As it would belong with white space on either side.
            if is_amount(c) && !between && !(is_digit(after) && is_money(c)) {
                each(c, Belongs::Before);
            } else if between || is_amount(c) || is_relation(c) && is_digit(after) {
                each(c, Belongs::Behind);
            }
        }
        return;
    };
    let rest = gap.get(first..).unwrap_or("");
    let middle = rest.trim_end_matches(|c: char| !c.is_whitespace());
    let touching = rest.get(middle.len()..).unwrap_or("");
    // "5%", "18+", "C#".
    for c in gap.get(..first).unwrap_or("").chars().map(plain) {
        if is_amount(c) || matches!(c, '+' | '#') {
            each(c, Belongs::Before);
        }
    }
    // "5 %", "5 €", "a < 5".
    for c in middle.chars().map(plain) {
        if is_amount(c) {
            each(c, Belongs::Before);
        } else if is_relation(c) && is_digit(after) {
            each(c, Belongs::Behind);
        }
    }
    // "$5", ">5", "-3", "(+5".
    for (at, c) in touching.char_indices() {
        let last = at + c.len_utf8() == touching.len();
        let c = plain(c);
        let leads = last && is_leading(c);
        if is_amount(c) || is_digit(after) && (is_relation(c) || leads) {
            each(c, Belongs::Behind);
        }
    }
}

/// Money, shares and degrees.
fn is_amount(c: char) -> bool {
    matches!(
        c,
        '$' | '¢' | '£' | '¤' | '¥' | '฿' | '﷼' | '\u{20A0}'..='\u{20CF}' | '%' | '٪' | '‰' | '°'
    )
}

/// An amount's sign that stands before figures or behind them.
fn is_money(c: char) -> bool {
    is_amount(c) && !matches!(c, '%' | '٪' | '‰' | '°')
}

/// Says how a figure stands to what is before it.
fn is_relation(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '≤' | '≥' | '≠' | '±' | '×' | '÷')
}

/// Makes a figure negative, or says that it is not.
fn is_leading(c: char) -> bool {
    matches!(c, '-' | '+')
}

/// One sign for those that differ in typography only.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '−' | '﹣' | '－' => '-',
        '’' | '‘' | 'ʼ' => '\'',
        '＄' => '$',
        '￠' => '¢',
        '￡' => '£',
        '￥' => '¥',
        '￦' => '₩',
        '％' | '﹪' => '%',
        '．' => '.',
        '，' | '٬' => ',',
        '：' => ':',
        '＋' => '+',
        '＜' => '<',
        '＞' => '>',
        '＝' => '=',
        other => other,
    }
}

/// The number for the signs so far and one more.
fn note(own: u32, sign: char, belongs: Belongs) -> u32 {
    let side = u32::from(belongs == Belongs::Before) << 21;
    (own.rotate_left(7) ^ (sign as u32 | side))
        .wrapping_mul(0x9E37_79B1)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_would_call_another_amount_has_other_signs() {
        let pairs = [
            ("It cost $5 more.", "It cost €5 more."),
            ("It cost $5 more.", "It cost 5 more."),
            ("Sales rose 5% again.", "Sales rose 5 again."),
            ("Sales rose 1.5 times.", "Sales rose 1,5 times."),
            ("Some 1,500 came.", "Some 1.500 came."),
            ("At -3 degrees.", "At 3 degrees."),
            ("-3 degrees.", "3 degrees."),
            ("At +5 or (-3) degrees.", "At -5 or (-3) degrees."),
            ("At 10:30 sharp.", "At 10.30 sharp."),
            ("They lost 3-5 at home.", "They lost 3,5 at home."),
            ("If a < 5 then.", "If a > 5 then."),
            ("A film for those 18+ only.", "A film for those 18 only."),
            ("Written in C++, they say.", "Written in C, they say."),
            ("It cost ٥٪ more.", "It cost ٥ more."),
            ("Am Ende 5 € mehr.", "Am Ende 5 $ mehr."),
        ];
        for (a, b) in pairs {
            assert_eq!(normalise(a).canonical(), normalise(b).canonical(), "{a}");
            assert_ne!(signs_of(a), signs_of(b), "{a} / {b}");
        }
    }

    #[test]
    fn typography_and_line_ends_have_none() {
        let pairs = [
            (
                "“Rain”, she said – at last.",
                "\"Rain\" she said -- at last!",
            ),
            (
                "It cost 5 % more, in U.S. dollars.",
                "It cost 5% more\nin U. S. dollars.",
            ),
            ("From 3-5 to 4–6.", "From 3–5\nto 4-6."),
            ("It cost\n$1.5 million. Then", "It cost $1.5\nmillion; then"),
            ("At −3 degrees\n- Item", "At -3 degrees - Item"),
            (
                "The well-known No. 5 - see\np. 7 (a)",
                "The well known No 5, see p 7 [a]",
            ),
            ("Covid-19 and R&D", "Covid 19 and R & D"),
            ("Written in C++", "Written in C++\n"),
            ("价格上涨5%。他说", "价格上涨5％，\n他说"),
        ];
        for (a, b) in pairs {
            assert_eq!(signs_of(a), signs_of(b), "{a} / {b}");
        }
    }
}
