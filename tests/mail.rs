//! Mail: every good message, whatever stands beside it.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use support::beside::{file, keys, letter, options, read, reasons, told};
use wirecopy::ingest::{IngestOptions, Limits, Reason};

#[test]
fn boxes_and_messages() {
    let intake = read("box", (1..3).map(letter).collect::<String>());
    let row = |n: usize| {
        [
            &format!("{n}@orme.example"),
            &format!("Rain will end on day {n}.\nFrom here on it is dry."),
            &format!("Rain {n}"),
            "Orme Post",
            "2031-04-03T10:00:00Z",
            "",
        ]
        .map(str::to_owned)
    };
    assert_eq!(told(&intake), [row(1), row(2)]);
    assert_eq!(
        intake.documents[1].place.path.rsplit('/').next(),
        Some("box")
    );
    let parts = "Received: x\nFrom: news@orme.example\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nMIME-Version: 1.0\nDate: Thu, 03 Apr 2031 10:00:00 +0000 (UTC)
Content-Type: multipart/mixed; boundary=\"out\"\n\n--out\nContent-Type: multipart/alternative; boundary=in\n\n--in\nContent-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable\n\nCaf=E9 in Orme =\nis dry.\n--in\nContent-Type: text/html\n\n<p>Caf\u{e9} in Orme is dry.</p>\n--in--\n
--out\nContent-Type: text/plain; name=a.txt\nContent-Disposition: attachment\n\nattached\n--out--\n";
    let all = told(&read("letter.eml", parts));
    assert_eq!(
        all[0][1..],
        [
            "Café in Orme is dry.",
            "Grüße",
            "orme.example",
            "2031-04-03T10:00:00Z",
            ""
        ]
        .map(str::to_owned)
    );
    assert_eq!(told(&read("letter", parts)).len(), 1);
    let broken =
        letter(1) + "From a@b.example Thu Apr  3 10:00:00 2031\n\n\nno headers\n\n" + &letter(2);
    let intake = read("a.mbox", broken);
    assert_eq!(
        (keys(&intake).len(), intake.rejected.len()),
        (2, 1),
        "{:?}",
        intake.rejected
    );
}

#[test]
fn messages_within_messages_are_read_unless_they_are_attached() {
    let inner =
        "From: a@b.example\nSubject: x\nContent-Type: text/plain\n\nRain will end on Friday.\n";
    let outer = |kind: &str, body: &str| {
        format!(
            "From: news@orme.example\nSubject: Fwd\nMIME-Version: 1.0\nContent-Type: {kind}\n\n{body}"
        )
    };
    let part = |head: &str| {
        let body = format!("--b\n\nFor you:\n--b\n{head}\n{inner}\n--b--\n");
        outer("multipart/mixed; boundary=b", &body)
    };
    for (letter, text) in [
        (outer("message/rfc822", inner), "Rain will end on Friday."),
        (
            part("Content-Type: message/rfc822\n"),
            "For you:\n\nRain will end on Friday.",
        ),
        (
            part("Content-Type: message/rfc822\nContent-Disposition: attachment\n"),
            "For you:",
        ),
        (
            outer(
                "multipart/digest; boundary=b",
                &format!("--b\n\n{inner}\n--b\n\n{inner}\n--b--\n"),
            ),
            "Rain will end on Friday.\n\nRain will end on Friday.",
        ),
    ] {
        assert_eq!(told(&read("letter.eml", &letter))[0][1], text, "{letter}");
    }
}

#[test]
fn charsets_of_old_and_letters_with_nul_bytes() {
    let letter = |charset: &str, body: &[u8]| {
        let head = format!("MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\n");
        [head.as_bytes(), body].concat()
    };
    for (charset, body, text) in [
        (
            "UTF-7",
            &b"Caf+AOk- in Orme +- Aldmoor"[..],
            "Café in Orme + Aldmoor",
        ),
        ("win-1252", b"Caf\xe9 in Orme", "Café in Orme"),
        ("iso-2022-kr", b"\x1b$)C\x0e=CGh\x0f", "시험"),
        // Damage of one letter, and no binary file.
        ("us-ascii", b"Rain\0 in Orme", "Rain\0 in Orme"),
    ] {
        let intake = read("letter.eml", letter(charset, body));
        assert_eq!(told(&intake)[0][1], text, "{charset}");
    }
}

#[test]
fn mail_bombs_are_bounded() {
    let limited = IngestOptions {
        limits: Limits {
            record_bytes: 4 << 20,
            ..Limits::default()
        },
        ..options()
    };
    let from = "From a@b.example Thu Apr  3 10:00:00 2031\n";
    let nested: String = (0..20_000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
        .collect();
    for (inner, reason) in [
        (
            format!("Subject: x\n\n{}", "x".repeat(5 << 20)),
            Some(Reason::TooLong),
        ),
        (
            format!("Subject: x\n\n{}", "x\n".repeat(3 << 20)),
            Some(Reason::TooLong),
        ),
        (nested, Some(Reason::TooDeep)),
        (
            format!(
                "Content-Type: multipart/mixed; boundary=b\n\n{}",
                "--b\n\nx\n".repeat(400_000)
            ),
            Some(Reason::TooMany),
        ),
        (format!("{}\nRain.\n", "a: b\n".repeat(100_000)), None),
        (format!("To: {}\n\nRain.\n", "a@b, ".repeat(100_000)), None),
        (
            format!("Subject: {}\n\nRain.\n", "=?utf-8?Q?".repeat(6_000)),
            None,
        ),
        (
            "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!\n".to_owned(),
            Some(Reason::NoText),
        ),
        (
            "Content-Type: multipart/mixed; boundary=\"\n\n--\nRain.\n".to_owned(),
            None,
        ),
    ] {
        let begun = Instant::now();
        let content = [&letter(1), from, &inner, "\n\n", &letter(2)].concat();
        let intake = file("a.mbox", content.as_bytes(), &limited);
        let keys = keys(&intake);
        let head: String = inner.chars().take(60).collect();
        assert!(
            keys.contains(&"1@orme.example".into()) && keys.contains(&"2@orme.example".into()),
            "{keys:?} {head}"
        );
        assert_eq!(
            reasons(&intake),
            reason.into_iter().collect::<Vec<_>>(),
            "{head}"
        );
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{head}: {:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn headers_behind_a_from_begin_a_letter() {
    let usual = letter(2).lines().next().unwrap().to_owned();
    for begun in [
        "From a@b.example",
        "From Ann Hart Mon May 13 10:00:00 2024",
        "From a@b.example Mon Mai 13 10:00:00 24",
    ] {
        let own = letter(2).replacen(&usual, begun, 1);
        for between in ["", "\n"] {
            let whole = letter(1).trim_end().to_owned() + "\n" + between + &own + &letter(3);
            let intake = read("a.mbox", whole);
            let ids = [1, 2, 3].map(|n| format!("{n}@orme.example"));
            assert_eq!(
                (keys(&intake), reasons(&intake)),
                (ids.to_vec(), vec![]),
                "{begun}{between}"
            );
        }
    }
}

#[test]
fn a_sentence_that_begins_with_from_begins_no_letter() {
    for sentence in [
        "From 10:00 on 3 April 2031 the bridge is shut.",
        "From Monday, 7 April 2031, 10:00, it is dry again",
        "From here on it is dry",
        "From ",
        "From a@b.example Thu Apr  3 10:00:00 2031 he wrote",
    ] {
        let told_so = letter(1).replace(">From here on it is dry.", &format!("\r\n{sentence}"));
        let intake = read("a.mbox", told_so + &letter(2) + &letter(3));
        let ids = [1, 2, 3].map(|n| format!("{n}@orme.example"));
        assert_eq!((keys(&intake), reasons(&intake)), (ids.to_vec(), vec![]));
        assert!(
            told(&intake)[0][1].contains(sentence.trim_end()),
            "{sentence}"
        );
    }
}
