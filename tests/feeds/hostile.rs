//! Feeds that are too long, too deep, flipped or cut.

use std::time::{Duration, Instant};

use crate::support::beside::{file, item, keys, letter, options, read, reasons, rss, told};
use wirecopy::ingest::{IngestOptions, Limits, Reason};

#[test]
fn a_record_beyond_the_limit_is_one_record() {
    let small = IngestOptions {
        limits: Limits {
            record_bytes: 2000,
            ..Limits::default()
        },
        ..options()
    };
    let long = |n: usize| {
        format!(
            "<item><guid>x</guid><title>{}</title></item>",
            "x".repeat(n)
        )
    };
    for long in [
        long(1000),
        long(2000),
        long(300_000),
        long(2000)
            .replace("<title>", "<title><![CDATA[")
            .replace("</title>", "]]></title>"),
    ] {
        let many: String = (1..1000).map(item).collect();
        let intake = file(
            "a.xml",
            rss(&(many.clone() + &long + &many)).as_bytes(),
            &small,
        );
        let is_short = long.len() <= 2000;
        assert_eq!(intake.documents.len(), 1000 + usize::from(is_short));
        assert_eq!(intake.counts.merged, 999);
        assert_eq!(
            reasons(&intake),
            if is_short {
                vec![]
            } else {
                vec![Reason::TooLong]
            }
        );
        let mails = |n: usize| (1..n).map(letter).collect::<String>();
        let boxed = mails(500) + &letter(501).replace("Rain will", &long) + &mails(500);
        let intake = file("a.mbox", boxed.as_bytes(), &small);
        assert_eq!(intake.documents.len(), 500 + usize::from(is_short));
        assert_eq!(
            intake.rejected.len(),
            usize::from(!is_short),
            "{:?}",
            intake.rejected
        );
    }
}

#[test]
fn bombs_are_bounded() {
    let started = Instant::now();
    let limited = IngestOptions {
        limits: Limits {
            record_bytes: 4 << 20,
            ..Limits::default()
        },
        ..options()
    };
    let laughs = format!(
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'ha'>{}]>{}",
        (1..40)
            .map(|n| format!("<!ENTITY a{n} '&a{};&a{};'>", n - 1, n - 1))
            .collect::<String>(),
        &rss("<item><guid>1</guid><title>&a39;</title></item>")[21..],
    );
    assert_eq!(
        told(&file("a.xml", laughs.as_bytes(), &limited))[0][1],
        "&a39;"
    );
    let deep = |inner: String| rss(&(item(1) + &inner + &item(2)));
    for (feed, reason) in [
        (
            deep(format!(
                "<item><description>{}x{}</description></item>",
                "<a>".repeat(100_000),
                "</a>".repeat(100_000)
            )),
            Some(Reason::TooDeep),
        ),
        (
            deep(format!(
                "<item><title {}>x</title></item>",
                "a='1' ".repeat(100_000)
            )),
            Some(Reason::TooMany),
        ),
        (
            deep(format!(
                "<item><title>{}</title></item>",
                "x".repeat(5 << 20)
            )),
            Some(Reason::TooLong),
        ),
        (
            deep(format!(
                "<item><title>{}</title></item>",
                "<a/>".repeat(1 << 20)
            )),
            Some(Reason::TooLong),
        ),
        (
            deep(format!(
                "<item><title>{}</title></item>",
                "<a/>".repeat(900 << 10)
            )),
            Some(Reason::TooMany),
        ),
        (
            deep(format!(
                "<item><title>{}</title></item>",
                "&amp;&#x41;&".repeat(100_000)
            )),
            None,
        ),
        (deep("<!-- x ".repeat(100_000) + "-->"), None),
        (deep("<a>".repeat(100_000)), Some(Reason::TooDeep)),
        (deep("</a>".repeat(100_000)), None),
        (
            deep(format!(
                "<item>{}]]></item>",
                "<![CDATA[</item>".repeat(100_000)
            )),
            Some(Reason::InvalidXml),
        ),
        (deep("<item>".repeat(100_000)), Some(Reason::InvalidXml)),
        (
            deep(format!(
                "<a {}>",
                (0..100_000)
                    .map(|n| format!("xmlns:p{n}='u'"))
                    .collect::<Vec<_>>()
                    .join(" ")
            )),
            None,
        ),
    ] {
        let begun = Instant::now();
        let intake = file("a.xml", feed.as_bytes(), &limited);
        let keys = keys(&intake);
        let head = &feed[90..160];
        assert!(
            keys.contains(&"1".into()) && keys.contains(&"2".into()),
            "{keys:?} {head}"
        );
        if let Some(reason) = reason {
            assert!(
                reasons(&intake).contains(&reason),
                "{:?} {head}",
                intake.rejected.first()
            );
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{head}: {:?}",
            begun.elapsed()
        );
    }
    assert!(started.elapsed() < Duration::from_secs(60));
}

/// Numbers that look like chance and are the same every time.
fn dice(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

#[test]
fn flipped_and_cut_files_cost_no_more_than_they_hold() {
    let feed = rss(&(1..30).map(item).collect::<String>());
    let mail = (1..30).map(letter).collect::<String>();
    let mut dice = dice(88_172_645_463_325_252);
    for (name, content, whole) in [("a.xml", &feed, 29), ("a.mbox", &mail, 29)] {
        for _ in 0..150 {
            let mut bytes = content.clone().into_bytes();
            let at = 120 + (dice() as usize) % (bytes.len() - 120);
            bytes[at] ^= 1 << (dice() % 8);
            let intake = read(name, &bytes);
            let kept = keys(&intake).len();
            assert!(
                kept + intake.rejected.len() + intake.counts.merged as usize >= whole - 1
                    && kept >= whole - 2,
                "{at}: {kept} {:?}",
                intake.rejected
            );
            let end = 200 + (dice() as usize) % (bytes.len() - 200);
            read(name, &content.as_bytes()[..end]);
        }
        // NULs, noise.
        let mut bytes = content.clone().into_bytes();
        let middle = bytes.len() / 2;
        bytes.splice(middle..middle, (0..3000).map(|_| (dice() >> 32) as u8));
        assert!(keys(&read(name, &bytes)).len() >= whole - 3);
    }
}
