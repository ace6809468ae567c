//! Crawls: every page that can be read is, whatever is wrong with the record beside it, and
//! every count balances.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use support::alone::{keys, noise, read, read_with, rejected, texts};
use support::containers::{arc, bzip2, deflate, gzip, warc, warc_header, zstd};
use wirecopy::ingest::{Limits, Reason};

const GOOD: &str = "The bridge at Orme is shut until the end of the week.";

/// Three records, of which the second was made bad by hand.
fn crawl(bad: &[u8]) -> Vec<u8> {
    [
        &warc("https://a.example/1", b"The first text, before the damage.")[..],
        bad,
        &warc("https://a.example/3", b"The third text, behind the damage."),
    ]
    .concat()
}

fn second() -> Vec<u8> {
    warc("https://a.example/2", GOOD.as_bytes())
}

fn with(bad: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(bad.to_vec()).unwrap();
    assert!(text.contains(from), "{text}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn the_record_behind_a_damaged_one_is_kept_in_eight_of_eight() {
    let second = second();
    let len = String::from_utf8(second.clone()).unwrap();
    let len = len
        .split("Content-Length: ")
        .nth(1)
        .unwrap()
        .split('\r')
        .next()
        .unwrap()
        .to_owned();
    let number: usize = len.parse().unwrap();
    let told = |len: usize| {
        with(
            &second,
            &format!("Content-Length: {number}"),
            &format!("Content-Length: {len}"),
        )
    };
    let third = warc("https://a.example/3", b"The third text, behind the damage.");
    let damages: Vec<(&str, Vec<u8>)> = vec![
        ("a bad version", with(&second, "WARC/1.0", "W@RC/1.0")),
        (
            "no length",
            with(&second, "Content-Length", "Content-Lenght"),
        ),
        (
            "a length that is no number",
            with(
                &second,
                &format!("Content-Length: {number}"),
                "Content-Length: abc",
            ),
        ),
        ("too short", told(number - 20)),
        ("too long", told(number + 20)),
        ("far too long", told(usize::MAX / 2)),
        (
            "so long that it swallows the next",
            told(number + 4 + third.len() - 4),
        ),
        (
            "garbage between",
            [&noise(7, 3000)[..], b"\r\n\r\n"].concat(),
        ),
        ("a cut header", second[..60].to_vec()),
        ("a cut body", second[..second.len() - 40].to_vec()),
        ("no type", with(&second, "WARC-Type", "WARC-Tipe")),
    ];
    for (what, bad) in damages {
        let intake = read("a.warc", &crawl(&bad));
        assert_eq!(
            keys(&intake),
            ["https://a.example/1", "https://a.example/3"],
            "{what}"
        );
        assert_eq!(intake.counts.rejected, 1, "{what}: {:?}", intake.rejected);
        assert_eq!(intake.rejected[0].place.record, Some(2), "{what}");
        let offset =
            warc("https://a.example/1", b"The first text, before the damage.").len() as u64;
        assert_eq!(intake.rejected[0].place.offset, offset, "{what}");
    }
    // A missing end is no damage where the next record begins behind the declared length.
    let tight = second[..second.len() - 4].to_vec();
    assert_eq!(read("a.warc", &crawl(&tight)).counts.documents, 3);
}

#[test]
fn a_damaged_member_of_a_compressed_crawl_costs_its_record_alone() {
    for pack in [gzip, zstd, bzip2] {
        let records: Vec<Vec<u8>> = (0..9)
            .map(|n| {
                warc(
                    &format!("https://a.example/{n}"),
                    format!("{GOOD} {n} {:?}", noise(n, 3000)).as_bytes(),
                )
            })
            .map(|record| pack(&record))
            .collect();
        for hit in 0..6 {
            let mut bad = records.clone();
            let middle = bad[4].len() / 2;
            let end = bad[4].len();
            match hit {
                0 => bad[4][middle..middle + 30].fill(0xff),
                1 => bad[4][2] ^= 0xff,
                2 => bad[4].truncate(middle),
                3 => bad[4][end - 6] ^= 1,
                4 => bad[4] = noise(5, 2000),
                _ => bad[4][middle] ^= 4,
            }
            let intake = read("a.warc.gz", &bad.concat());
            let lost: Vec<String> = (0..9)
                .map(|n| format!("https://a.example/{n}"))
                .filter(|key| !keys(&intake).contains(&key.as_str()))
                .collect();
            // A frame of zstd has no checksum unless it was asked for.
            let expected = if intake.counts.rejected == 0 {
                vec![]
            } else {
                vec!["https://a.example/4".to_owned()]
            };
            assert_eq!(lost, expected, "{hit}: {:?}", intake.rejected);
            assert!(intake.counts.rejected <= 3, "{hit}: {:?}", intake.rejected);
        }
    }
}

#[test]
fn records_without_an_article_are_counted_and_not_read() {
    let mut crawl = warc_header(
        "warcinfo",
        None,
        "application/warc-fields",
        b"software: x\r\n",
    );
    crawl.extend(warc_header(
        "request",
        Some("https://a.example/1"),
        "application/http; msgtype=request",
        b"GET / HTTP/1.1\r\n\r\n",
    ));
    crawl.extend(warc("https://a.example/1", GOOD.as_bytes()));
    for (status, mime) in [
        ("404 Not Found", "text/plain"),
        ("301 Moved", "text/plain"),
        ("200 OK", "image/png"),
        ("200 OK", "text/css"),
    ] {
        let http = format!("HTTP/1.1 {status}\r\nContent-Type: {mime}\r\n\r\nsomething");
        crawl.extend(warc_header(
            "response",
            Some("https://a.example/x"),
            "application/http; msgtype=response",
            http.as_bytes(),
        ));
    }
    crawl.extend(warc_header(
        "revisit",
        Some("https://a.example/1"),
        "application/http",
        b"",
    ));
    crawl.extend(warc_header(
        "conversion",
        Some("https://a.example/wet"),
        "text/plain",
        GOOD.as_bytes(),
    ));
    let intake = read("a.warc", &crawl);
    assert_eq!(
        keys(&intake),
        ["https://a.example/1", "https://a.example/wet"]
    );
    assert_eq!((intake.counts.passed, intake.counts.rejected), (7, 0));
    let document = &intake.documents[0];
    assert_eq!(document.url.as_deref(), Some("https://a.example/1"));
    assert_eq!(document.source.as_deref(), Some("a.example"));
    assert_eq!(
        document.collected.unwrap().to_string(),
        "2031-04-03T10:00:00Z"
    );
    assert_eq!(texts(&intake), [GOOD, GOOD]);
}

#[test]
fn a_page_crawled_twice_is_one_and_a_changed_one_is_another() {
    let again = with(&second(), "2031-04-03T10", "2031-04-02T09");
    let changed = warc("https://a.example/2", b"The bridge at Orme is open.");
    let intake = read("a.warc", &[second(), again, changed].concat());
    assert_eq!(
        keys(&intake),
        ["https://a.example/2", "https://a.example/2~2"]
    );
    assert_eq!((intake.counts.merged, intake.counts.renamed), (1, 1));
    let first = intake
        .documents
        .iter()
        .find(|d| intake.archive.text(&d.text) == GOOD)
        .unwrap();
    assert_eq!(first.collected.unwrap().to_string(), "2031-04-02T09:00:00Z");
}

#[test]
fn bodies_come_as_they_were_sent() {
    let answer = |headers: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{headers}\r\n");
        [head.as_bytes(), body].concat()
    };
    let chunked = format!("{:x}\r\n{GOOD}\r\n0\r\n\r\n", GOOD.len());
    let bodies = [
        answer("Content-Encoding: gzip\r\n", &gzip(GOOD.as_bytes())),
        answer("Content-Encoding: zstd\r\n", &zstd(GOOD.as_bytes())),
        answer("Content-Encoding: deflate\r\n", &deflate(GOOD.as_bytes())),
        answer("Transfer-Encoding: chunked\r\n", chunked.as_bytes()),
        answer("", chunked.as_bytes()),
        answer(
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            GOOD.as_bytes(),
        ),
    ];
    let crawl: Vec<u8> = bodies
        .iter()
        .enumerate()
        .flat_map(|(n, body)| {
            warc_header(
                "response",
                Some(&format!("https://a.example/{n}")),
                "application/http; msgtype=response",
                body,
            )
        })
        .collect();
    let intake = read("a.warc", &crawl);
    assert_eq!(texts(&intake), vec![GOOD; 6], "{:?}", intake.rejected);
    let bomb = answer("Content-Encoding: gzip\r\n", &gzip(&vec![b'x'; 80 << 20]));
    let bomb = warc_header(
        "response",
        Some("https://a.example/bomb"),
        "application/http",
        &bomb,
    );
    let intake = read("a.warc", &crawl_around(&bomb));
    assert_eq!(intake.counts.documents, 2);
    assert_eq!(intake.rejected[0].reason, Reason::TooLong);
}

fn crawl_around(middle: &[u8]) -> Vec<u8> {
    crawl(middle)
}

#[test]
fn arc_files_of_several_records_and_damaged_ones() {
    let record = |n: u32, text: &str| {
        let body = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n{text}");
        format!(
            "http://a.example/{n} 192.0.2.1 20310403100000 text/plain {}\n{body}\n",
            body.len()
        )
    };
    let start = String::from_utf8(arc("http://a.example/0", GOOD.as_bytes())).unwrap();
    let third = record(3, "The third text, behind the damage.");
    let good = [start.clone(), record(2, GOOD), third.clone()].concat();
    assert_eq!(read("a.arc", good.as_bytes()).counts.documents, 3);
    let packed: Vec<u8> = [start.clone(), record(2, GOOD), third.clone()]
        .iter()
        .flat_map(|r| gzip(r.as_bytes()))
        .collect();
    assert_eq!(read("a.arc.gz", &packed).counts.documents, 3);
    let long = record(2, GOOD);
    let len = long
        .lines()
        .next()
        .unwrap()
        .rsplit(' ')
        .next()
        .unwrap()
        .to_owned();
    for bad in [
        long.replacen(&format!(" {len}\n"), " 20\n", 1),
        long.replacen(&format!(" {len}\n"), " 9000\n", 1),
        long.replacen(&format!(" {len}\n"), " x\n", 1),
        "noise and more noise\n".repeat(50),
    ] {
        let intake = read(
            "a.arc",
            [start.clone(), bad, third.clone()].concat().as_bytes(),
        );
        assert_eq!(
            keys(&intake),
            ["http://a.example/0", "http://a.example/3"],
            "{:?}",
            intake.rejected
        );
        assert_eq!(intake.counts.rejected, 1);
    }
}

#[test]
fn endless_records_are_passed_over() {
    let limits = Limits {
        record_bytes: 1 << 20,
        ..Limits::default()
    };
    let long = warc("https://a.example/long", &vec![b'x'; 5 << 20]);
    let intake = read_with("a.warc", &crawl(&long), limits).unwrap();
    assert_eq!(intake.counts.documents, 2);
    assert_eq!(rejected(&intake), [("a.warc", Reason::TooLong)]);
}

#[test]
fn crafted_crawls_take_bounded_time() {
    // Headers that each claim all that is left.
    let claim = "WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 3000000\r\n\r\n";
    read_with("a.warc", claim.repeat(60_000).as_bytes(), Limits::default());
    let open = "WARC/1.0\r\nA: b\r\n";
    read_with("a.warc", open.repeat(200_000).as_bytes(), Limits::default());
    let arc = "http://a 1 20310403100000 text/plain 900000\n";
    read_with(
        "a.arc",
        format!(
            "filedesc://x 0.0.0.0 20310403100000 text/plain 0\n{}",
            arc.repeat(100_000)
        )
        .as_bytes(),
        Limits::default(),
    );
    // Gzip headers that each begin a long block.
    let fake = [
        &b"\x1f\x8b\x08\0\0\0\0\0\0\x03\0\xff\xff\0\0"[..],
        &[0x41; 3],
    ]
    .concat();
    read_with(
        "a.warc",
        &[gzip(&second()), fake.repeat(100_000)].concat(),
        Limits::default(),
    );
}

#[test]
fn pages_of_a_crawl_are_read_as_pages() {
    let page = format!(
        "<html><head><title>Orme</title></head><body><article><p>{GOOD}</p></article></body></html>"
    );
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
    let crawl = warc_header(
        "response",
        Some("https://a.example/p"),
        "application/http",
        http.as_bytes(),
    );
    let intake = read("a.warc", &crawl);
    assert_eq!(keys(&intake), ["https://a.example/p"]);
}
