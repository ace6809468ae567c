//! Every limit that is hit is counted, and its message ends with the flag that moves it.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use support::alone::{read, read_with, rejected};
use support::beside::{item, rss};
use support::containers::{Tar, Zip, gzip};
use wirecopy::ingest::{Limits, Reason};

const GOOD: &str = "The bridge at Orme is shut until the end of the week.";

#[test]
fn messages_name_the_flag() {
    let small = Limits {
        text_bytes: 1000,
        record_bytes: 2000,
        ratio: 20,
        ratio_after_bytes: 1 << 20,
        zstd_window_log: 12,
        json_depth: 8,
        xml_depth: 8,
        attributes: 8,
        xml_nodes: 50,
        mail_parts: 2,
        archive_depth: 2,
        archive_members: 40,
        ..Limits::default()
    };
    let line = |inner: &str| format!("{{\"id\":\"x\",\"text\":{inner}}}\n").into_bytes();
    let feed = |inner: &str| rss(&format!("<item><title>{inner}</title></item>")).into_bytes();
    let deep = |n: usize| "<b>".repeat(n) + "x" + &"</b>".repeat(n);
    let lists = |n: usize| "[".repeat(n) + &"]".repeat(n);
    let mut wide = zstd::Encoder::new(Vec::new(), 1).unwrap();
    wide.window_log(22).unwrap();
    std::io::copy(&mut &noisy()[..], &mut wide).unwrap();
    let parts = "--b\n\nx\n".repeat(4);
    let nested = (0..4).fold(GOOD.as_bytes().to_vec(), |inner, _| {
        Zip::new().add("in.zip", &inner).finish()
    });
    let many = (0..60).fold(Tar::new(), |tar, n| tar.add(&format!("{n}"), b""));
    for (what, bytes, limit, flag) in [
        ("a.txt", "x ".repeat(2000).into_bytes(), "text_bytes", "--max-text"),
        ("a.jsonl", line(&format!("{:?}", "x ".repeat(700))), "text_bytes", "--max-text"),
        ("a.jsonl", line(&format!("{:?}", "x ".repeat(2000))), "record_bytes", "--max-record"),
        ("a.html", format!("<html><body><p>{}", "x ".repeat(2000)).into_bytes(), "record_bytes", "--max-record"),
        ("a.jsonl.gz", gzip(&line("\"a\"").repeat(200_000)), "ratio", "--max-ratio"),
        ("a.txt.zst", wide.finish().unwrap(), "zstd_window_log", "--max-zstd-window"),
        ("a.jsonl", line(&lists(20)), "json_depth", "--max-json-depth"),
        ("a.json", [b"[".to_vec(), line(&lists(20)), b"]".to_vec()].concat(), "json_depth", "--max-json-depth"),
        ("a.xml", feed(&deep(20)), "xml_depth", "--max-xml-depth"),
        ("a.xml", feed(&format!("<b{}/>", " a='1'".repeat(20))), "attributes", "--max-attributes"),
        ("a.xml", feed(&"<b/>".repeat(60)), "xml_nodes", "--max-xml-nodes"),
        ("a.eml", format!("From: a@b\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n").into_bytes(), "mail_parts", "--max-mail-parts"),
        ("a.zip", nested, "archive_depth", "--max-archive-depth"),
        ("a.tar", many.finish(), "archive_members", "--max-archive-members"),
    ] {
        let tar = Tar::new().add("good.txt", GOOD.as_bytes()).add(what, &bytes).finish();
        let (tar, limits) = match limit {
            "archive_members" => (many_beside(&bytes), small.clone()),
            _ => (tar, Limits { archive_depth: 3, ..small.clone() }),
        };
        let name = if limit == "archive_members" { "a.zip" } else { "a.tar" };
        let intake = read_with(name, &tar, limits).unwrap();
        assert_eq!(intake.counts.limits.get(limit), Some(&1), "{what} {limit} {:?}", intake.rejected);
        let told = intake.rejected.iter().find(|r| r.limit == Some(limit)).unwrap();
        assert!(told.message.contains(flag), "{told}");
        assert_eq!(told.message.matches("--max-").count(), 1, "{told}");
    }
}

fn many_beside(bytes: &[u8]) -> Vec<u8> {
    Zip::new()
        .add("good.txt", GOOD.as_bytes())
        .add("many.tar", bytes)
        .finish()
}

/// Bytes that no window makes small.
fn noisy() -> Vec<u8> {
    support::alone::noise(7, 8 << 20)
}

#[test]
fn what_is_nested_too_deep_is_called_so_unclosed_too() {
    let items = item(1) + "<item><title>" + &"<b>".repeat(100_000);
    for end in ["", "</item></channel></rss>"] {
        let intake = read("a.xml", format!("<rss><channel>{items}{end}").as_bytes());
        let reasons: Vec<_> = intake.rejected.iter().map(|r| r.reason).collect();
        assert_eq!(
            (intake.documents.len(), reasons[0]),
            (1, Reason::TooDeep),
            "{:?}",
            intake.rejected
        );
        assert_eq!(intake.counts.limits["xml_depth"], 1);
    }
    let next = format!("<rss><channel>{items}{}</channel></rss>", item(2));
    let intake = read("a.xml", next.as_bytes());
    assert_eq!(
        intake.documents.len() + intake.rejected.len(),
        3,
        "{:?}",
        intake.rejected
    );
    assert_eq!(intake.rejected[0].reason, Reason::TooDeep);
    let good = format!("{{\"id\":\"a\",\"text\":{GOOD:?}}}");
    for (name, open) in [
        ("a.json", "["),
        ("a.json", "{\"id\":"),
        ("a.jsonl", "["),
        ("a.jsonl", "{\"id\":"),
    ] {
        let deep = open.repeat(100_000);
        let json = match name {
            "a.json" => format!("[{good},\n{deep}"),
            _ => format!("{good}\n{deep}"),
        };
        let intake = read(name, json.as_bytes());
        assert_eq!(intake.documents.len(), 1);
        assert_eq!(
            intake.rejected[0].reason,
            Reason::TooDeep,
            "{name} {open} {:?}",
            intake.rejected
        );
        assert_eq!(intake.counts.limits["json_depth"], 1);
    }
}

#[test]
fn attributes_around_records_and_crossed_ends_are_counted() {
    let wide: String = (0..100_000).map(|n| format!(" a{n}='1'")).collect();
    for attributes in [&wide[..], &wide[..20_000]] {
        let feed = rss(&(item(1) + &item(2)))
            .replace("version=\"2.0\"", &format!("version=\"2.0\"{attributes}"));
        let intake = read("a.xml", feed.as_bytes());
        assert_eq!((intake.documents.len(), rejected(&intake)), (2, vec![]));
        assert_eq!(intake.counts.limits.get("attributes"), Some(&1));
    }
    let page = |times: usize| {
        let crossed = "<b><i>Rain will end.</b></i> ".repeat(times);
        format!("<html><body><article><p>{GOOD}</p><p>{crossed}</p></article></body></html>")
    };
    let hit = |times| {
        read("a.html", page(times).as_bytes())
            .counts
            .limits
            .get("html_misnested")
            .copied()
    };
    assert_eq!((hit(64), hit(65)), (None, Some(1)));
}
