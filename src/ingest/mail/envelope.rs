//! The line before each message of a box: `From `, the address of the sender and a date, as
//! programs write them. An author's line that begins with the same word is text.

/// Longest line that begins a message of a box.
pub(super) const FROM_LINE: usize = 1000;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Whether the line begins a message.
pub(super) fn is_from_line(line: &[u8]) -> bool {
    let Some(rest) = line
        .strip_prefix(b"From ")
        .filter(|_| line.len() <= FROM_LINE)
    else {
        return false;
    };
    let words: Vec<&[u8]> = rest
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .collect();
    // No address where the sender is a program, and `user at host` in public archives.
    let is_address = |words: &[&[u8]]| match words {
        [] | [_] => true,
        [_, b"at", _] => true,
        [first, ..] => first.starts_with(b"\""),
    };
    (0..words.len().min(8)).any(|at| {
        let (address, date) = words.split_at(at);
        is_address(address) && is_date(date)
    })
}

/// Whether the words are a date with a time of day, in any order, and nothing else.
fn is_date(words: &[&[u8]]) -> bool {
    let (mut times, mut dates, mut days, mut months, mut years) = (0, 0, 0, 0, 0);
    for (at, &word) in words.iter().enumerate() {
        let bare = word.strip_suffix(b",").unwrap_or(word);
        match bare {
            _ if is_time(bare) => times += 1,
            _ if bare.len() == 4 && bare.iter().all(u8::is_ascii_digit) => years += 1,
            [b'0'..=b'9'] | [b'0'..=b'3', b'0'..=b'9'] => days += 1,
            _ if is_name(bare, &MONTHS) => months += 1,
            _ if is_name(bare, &DAYS) => {}
            _ if is_zone(bare) => {}
            // As `uucp` ended its lines.
            b"remote" => {
                return is_whole((times, dates, days, months, years)) && at + 3 == words.len();
            }
            _ => match bare
                .split(|byte| matches!(byte, b'T' | b't'))
                .collect::<Vec<_>>()[..]
            {
                [date] if is_iso(date) => dates += 1,
                [date, time] if is_iso(date) && is_time(time.get(..5).unwrap_or(time)) => {
                    (dates, times) = (dates + 1, times + 1);
                }
                _ => return false,
            },
        }
    }
    is_whole((times, dates, days, months, years))
}

fn is_whole(counts: (u32, u32, u32, u32, u32)) -> bool {
    matches!(counts, (1, 1, 0, 0, 0) | (1, 0, 1, 1, 1))
}

fn is_time(word: &[u8]) -> bool {
    let is_clock = word
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b':');
    is_clock && (4..=8).contains(&word.len()) && word.contains(&b':')
}

/// `2031-04-03`.
fn is_iso(word: &[u8]) -> bool {
    word.len() == 10
        && word.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// A whole name or its first three letters.
fn is_name(word: &[u8], names: &[&str]) -> bool {
    let word = word.strip_suffix(b".").unwrap_or(word);
    names.iter().any(|name| {
        let short = name.get(..3).unwrap_or(name);
        word.eq_ignore_ascii_case(short.as_bytes()) || word.eq_ignore_ascii_case(name.as_bytes())
    })
}

/// `+0000`, `(UTC)` or `CEST`.
fn is_zone(word: &[u8]) -> bool {
    match word {
        [b'+' | b'-', digits @ ..] => {
            matches!(digits.len(), 4 | 5)
                && digits
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || *byte == b':')
        }
        [b'(', name @ .., b')'] | name => {
            (1..=5).contains(&name.len()) && name.iter().all(u8::is_ascii_uppercase)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_are_told_from_sentences() {
        for line in [
            "From a@b.example Thu Apr  3 10:00:00 2031",
            "From a@b.example Thu Apr 13 10:00:00 2031\r\n",
            "From - Thu Apr  3 10:00:00 2031",
            "From MAILER-DAEMON Thu Apr  3 10:00 2031",
            "From  Thu Apr  3 10:00:00 2031",
            "From a at b.example  Thu Apr  3 10:00:00 2031",
            "From 1234567890@xxx Thu Apr 03 10:00:00 +0000 2031",
            "From a@b.example Thu Apr  3 10:00:00 CEST 2031",
            "From a@b.example Thu, 03 Apr 2031 10:00:00 +0000 (UTC)",
            "From \"A. Orme\"@b.example Thu Apr  3 10:00:00 2031",
            "From a!b Thu Apr  3 10:00:00 2031 remote from orme",
            "From a@b.example 2031-04-03 10:00:00",
            "From a@b.example 2031-04-03T10:00:00Z",
        ] {
            assert!(is_from_line(line.as_bytes()), "{line}");
        }
        for line in [
            "From Rome, 3 April 2031, 10:00 in the morning",
            "From 10:00 on 3 April 2031 the bridge is shut",
            "From Monday 2031 at 10:00 it is dry",
            "From here on",
            "From a@b.example, who wrote on Thu Apr 3 10:00:00 2031:",
            "From 10:00 to 11:00 on 3 April 2031",
            "From Thursday, 3 April 2031",
            "From: a@b.example Thu Apr  3 10:00:00 2031",
            "From ",
            "From a@b.example 2031 10:00",
            ">From a@b.example Thu Apr  3 10:00:00 2031",
        ] {
            assert!(!is_from_line(line.as_bytes()), "{line}");
        }
    }
}
