//! Damage where it hurts most: at the very beginning of a stream, in one item of many, and in
//! everything at once.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use support::containers::{arc, gzip, warc};
use support::{put, temp, wirecopy};
use wirecopy::ingest::{IngestOptions, Input, Intake, Limits, Reason, read_inputs};

const GOOD: &str = "The bridge at Orme is shut until the end of the week.";

fn read_with(name: &str, bytes: &[u8], limits: Limits) -> Intake {
    let options = IngestOptions {
        limits,
        ..IngestOptions::default()
    };
    let input = Input::Bytes(name.to_owned(), bytes.into());
    let intake = read_inputs(&[input], std::io::empty(), &options).expect(name);
    let counts = &intake.counts;
    assert_eq!(
        counts.read,
        counts.documents + counts.merged + counts.rejected
    );
    intake
}

fn read(name: &str, bytes: &[u8]) -> Intake {
    read_with(name, bytes, Limits::default())
}

fn keys(intake: &Intake) -> Vec<&str> {
    let documents = intake.documents.iter();
    documents.map(|document| &*document.key).collect()
}

fn reasons(intake: &Intake) -> Vec<Reason> {
    intake.rejected.iter().map(|r| r.reason).collect()
}

#[test]
fn rejections_beyond_the_bound_are_counted() {
    let limits = Limits {
        rejections: 10,
        ..Limits::default()
    };
    let good = format!("{{\"id\":\"a\",\"text\":\"{GOOD}\"}}\n");
    let lines = ["{\n".repeat(1000), good, "[]\n".repeat(500)].concat();
    let intake = read_with("a.jsonl.gz", &gzip(lines.as_bytes()), limits);
    assert_eq!((intake.rejected.len(), intake.counts.rejected), (12, 1500));
    let counts: Vec<u64> = intake.rejected.iter().map(|r| r.count).collect();
    assert_eq!(counts, [&[1; 10][..], &[990, 500]].concat());
    assert_eq!(intake.rejected[10].place.record, Some(11));
    assert!(intake.rejected[10].message.contains("--max-rejections"));
    assert_eq!(intake.counts.limits["rejections"], 1);
}

#[test]
fn a_damaged_first_member_costs_itself_alone() {
    let member = |n: u32| gzip(format!("{{\"id\":\"{n}\",\"text\":\"{GOOD} {n}\"}}\n").as_bytes());
    let page = |n: u32| gzip(&warc(&format!("http://a.example/{n}"), GOOD.as_bytes()));
    let lines: Vec<u8> = (0..4).flat_map(member).collect();
    let pages: Vec<u8> = (0..4).flat_map(page).collect();
    for (name, whole) in [("a.jsonl.gz", &lines), ("a.warc.gz", &pages)] {
        let all = read(name, whole).documents.len();
        assert_eq!(all, 4);
        for (at, flip) in [(0, 0xff), (1, 1), (2, 4), (3, 0x55), (12, 0x55), (20, 0xff)] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            let intake = read(name, &bytes);
            assert!(
                intake.documents.len() >= 3,
                "{name} {at}: {:?}",
                keys(&intake)
            );
            let lost = intake.documents.len() == 3;
            assert!(!lost || !intake.rejected.is_empty(), "{name} {at}");
        }
    }
    // Without a name a later member tells.
    let mut bytes = lines.clone();
    bytes[1] ^= 1;
    assert_eq!(read("-", &bytes).documents.len(), 3);
    // A text under a wrong name is a text.
    assert_eq!(reasons(&read("a.txt.gz", GOOD.as_bytes())), []);
}

#[test]
fn a_crawl_is_known_behind_a_damaged_first_header() {
    let pages: Vec<u8> = (0..3)
        .flat_map(|n| warc(&format!("http://a.example/{n}"), GOOD.as_bytes()))
        .collect();
    let crawl: Vec<u8> = (0..3)
        .flat_map(|n| arc(&format!("http://a.example/{n}"), GOOD.as_bytes()))
        .collect();
    for name in ["a.warc", "-"] {
        for bit in 0..80 {
            let mut bytes = pages.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let intake = read(name, &bytes);
            let (kept, lost) = (intake.documents.len(), intake.rejected.len());
            assert!(
                kept == 3 || kept == 2 && lost > 0,
                "{name} {bit}: {kept} {lost}"
            );
            assert!(
                intake.documents.iter().all(|d| d.key.starts_with("http")),
                "{bit}"
            );
        }
    }
    for bit in 0..96 {
        let mut bytes = crawl.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let intake = read("-", &bytes);
        assert_eq!(intake.documents.len(), 3, "{bit}");
    }
    let quoted = format!("{GOOD}\nThe file began with\nWARC/1.0\nand no more.");
    assert_eq!(keys(&read("a.txt", quoted.as_bytes())), ["a.txt"]);
}

fn feed(items: &[String], end: &str) -> String {
    let items = items.join(",");
    format!(
        r#"{{"version":"https://jsonfeed.org/version/1.1","title":"Orme Post","items":[{items}{end}"#
    )
}

fn item(n: u32) -> String {
    format!(r#"{{"id":"{n}","content_text":"{GOOD} {n}"}}"#)
}

#[test]
fn a_bad_item_of_a_feed_costs_itself_alone() {
    let deep = format!(
        r#"{{"id":"2","content_text":{}1{}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    for (bad, reason) in [
        (r#"{"id":"2","content_text":}"#, Reason::InvalidJson),
        (r#"{"id":"2","content_text":tru}"#, Reason::InvalidJson),
        (r#"{"id":"2"}"#, Reason::NoText),
        ("7", Reason::NotAnObject),
        (&deep, Reason::TooDeep),
    ] {
        for at in 0..3 {
            let mut items = vec![item(1), item(3)];
            items.insert(at, bad.to_owned());
            for name in ["a.json", "-"] {
                let intake = read(name, feed(&items, "]}").as_bytes());
                assert_eq!(keys(&intake), ["1", "3"], "{bad} {at}");
                assert_eq!(reasons(&intake), [reason], "{bad} {at}");
                let source = intake.documents[0].source.as_deref();
                assert_eq!(source, Some("Orme Post"), "{bad} {at}");
            }
        }
    }
    let cut = feed(&[item(1), item(2), item(3)], "");
    let intake = read("a.json", &cut.as_bytes()[..cut.len() - 20]);
    assert_eq!((keys(&intake), intake.rejected.len()), (vec!["1", "2"], 1));
    // Longer than any head, and than what is held of one item.
    let many: Vec<String> = (0..2000)
        .map(|n| item(n).replace("week.", &"week ".repeat(1000)))
        .collect();
    let long = feed(&many, "]}");
    assert!(long.len() > 9 << 20);
    let intake = read("a.json", long.as_bytes());
    assert_eq!((intake.documents.len(), intake.rejected.len()), (2000, 0));
    assert_eq!(intake.documents[0].source.as_deref(), Some("Orme Post"));
}

#[test]
fn a_bad_story_or_record_of_a_list_costs_itself_alone() {
    let story = |n: u32| {
        format!(
            r#"{{"uri":"urn:{n}","versioncreated":"2031-04-03T10:00:00Z","body_text":"{GOOD} {n}"}}"#
        )
    };
    let bad = r#"{"uri": , "versioncreated":"2031-04-03T10:00:00Z","body_text":"x"}"#;
    for at in 0..3 {
        let mut stories = vec![story(1), story(3)];
        stories.insert(at, bad.to_owned());
        let intake = read("a.json", format!("[{}]", stories.join(",")).as_bytes());
        assert_eq!(keys(&intake), ["urn:1", "urn:3"], "{at}");
        assert_eq!(reasons(&intake), [Reason::InvalidJson], "{at}");
    }
    let record = |n: u32| format!(r#"{{"id":"{n}","text":"{GOOD} {n}"}}"#);
    for at in 0..3 {
        let mut records = vec![record(1), record(3)];
        records.insert(at, r#"{"id":"2","text":}"#.to_owned());
        let wrapped = format!(r#"{{"total":3,"articles":[{}]}}"#, records.join(","));
        for name in ["a.json", "-"] {
            let intake = read(name, wrapped.as_bytes());
            assert_eq!(keys(&intake), ["1", "3"], "{at}");
            assert_eq!(reasons(&intake), [Reason::InvalidJson], "{at}");
        }
    }
}

#[test]
fn texts_in_undeclared_encodings_are_read_or_refused() {
    let japanese = "東京で開かれた会議で、首相は来年度の予算について説明した。";
    let utf32: Vec<u8> = GOOD
        .chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    let utf16: Vec<u8> = japanese.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (escaped, _, _) = encoding_rs::ISO_2022_JP.encode(japanese);
    for (bytes, text, encoding) in [
        (&utf32[..], GOOD, "UTF-32LE"),
        (&utf16, japanese, "UTF-16LE"),
        (&escaped, japanese, "ISO-2022-JP"),
        (
            b"caf\xc3\xa9 is open\xff.",
            "café is open\u{fffd}.",
            "UTF-8 (repaired)",
        ),
        (
            "Le prÃ©sident a dÃ©clarÃ© que l'Ã©tÃ© vient.".as_bytes(),
            "Le président a déclaré que l'été vient.",
            "UTF-8 (mojibake undone)",
        ),
    ] {
        let folder = temp();
        let path = put(&folder, "a.txt", bytes);
        let input = Input::Path(path);
        let intake = read_inputs(&[input], std::io::empty(), &IngestOptions::default()).unwrap();
        let encodings: Vec<&String> = intake.counts.encodings.keys().collect();
        assert_eq!(encodings, [encoding]);
        let documents = support::held(intake);
        assert_eq!(support::text(&documents[0]), text);
    }
}

#[test]
fn where_everything_is_bad_the_first_are_named_and_the_rest_counted() {
    let root = temp();
    put(&root, "a.jsonl", "{\n".repeat(17));
    let run = |flags: &[&str]| {
        let command = wirecopy()
            .current_dir(root.path())
            .args(["trace", "a.jsonl"])
            .args(flags)
            .output();
        let output = command.unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, said) = run(&[]);
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(said.matches("rejected: a.jsonl").count(), 10, "{said}");
    assert!(
        said.contains("rejected: 7 more") && said.contains("; 17 rejected"),
        "{said}"
    );
    // Nothing is published of nothing.
    assert_eq!(run(&["-o", "out"]).0, Some(2));
    assert!(!root.path().join("out").exists());
}

#[test]
fn a_row_of_empty_fields_has_no_text() {
    let table = format!("id,title,text\n1,a,{GOOD}\n,,\n2,b,{GOOD} 2\n3,c,\n");
    let intake = read("a.csv", table.as_bytes());
    assert_eq!(keys(&intake), ["1", "2", "3"]);
    assert_eq!(reasons(&intake), [Reason::NoText]);
}

/// Pages keep their words whatever is dropped of them, and the run says so.
#[test]
#[cfg(feature = "html")]
fn pages_that_are_flattened_are_counted() {
    let page = |inner: &str| format!("<html><body>{inner}</body></html>").into_bytes();
    let deep = page(&format!("{}<p>{GOOD}", "<div>".repeat(1000)));
    let wild = page(&format!("<p>{GOOD}</p>{}", "<b><div>x</b>y".repeat(100)));
    let long = page(&format!("<p>{GOOD}</p>{}", "<p>x".repeat(50_000)));
    for (bytes, wanted) in [
        (&page(&format!("<p>{GOOD}</p>")), None),
        (&deep, Some("html_depth")),
        (&wild, Some("html_misnested")),
        (&long, Some("html_tree")),
    ] {
        let intake = read("a.html", bytes);
        assert_eq!((intake.documents.len(), intake.rejected.len()), (1, 0));
        let text = intake.archive.text(&intake.documents[0].text).into_owned();
        assert!(
            wanted != Some("html_depth") || text.contains(GOOD),
            "{text}"
        );
        let hit: Vec<(&str, u64)> = (intake.counts.limits.iter())
            .map(|(name, count)| (name.as_str(), *count))
            .collect();
        assert_eq!(
            hit,
            wanted.map(|name| (name, 1)).into_iter().collect::<Vec<_>>()
        );
    }
    // So are attributes without number, in HTML and in XML, and parts of a message, each by a flag.
    let root = temp();
    let attributes = "a='1' ".repeat(100_000);
    put(
        &root,
        "a.html",
        page(&format!("<p {attributes} class=b>{GOOD}</p>")),
    );
    let item = |n: u32, more: &str| {
        format!("<item><guid>{n}</guid><title {more}>{GOOD} {n}</title></item>")
    };
    let items = [item(1, ""), item(2, &attributes), item(3, "")].concat();
    put(
        &root,
        "b.xml",
        format!("<rss><channel>{items}</channel></rss>"),
    );
    let parts = "--b\n\nx\n".repeat(50);
    let mail = format!(
        "From: a@b.example\nTo: c\nDate: d\nReceived: e\nContent-Type: multipart/mixed; boundary=b\n\n{parts}"
    );
    put(&root, "c.eml", mail);
    put(
        &root,
        "d.html",
        page(&format!("<p>{GOOD} d</p>{}", "<b><div>x</b>y".repeat(5))),
    );
    let hit = |flags: &[&str]| {
        let files = ["a.html", "b.xml", "c.eml", "d.html"];
        support::json(&support::traced(root.path(), &files, flags), "run.json")["read"].take()
    };
    let usual = hit(&[]);
    assert_eq!(usual["limits_hit"], serde_json::json!({"attributes": 2}));
    assert_eq!(
        (&usual["documents"], &usual["rejected"]),
        (&5.into(), &1.into())
    );
    let wide = hit(&["--max-attributes", "100001"]);
    assert_eq!(
        (&wide["limits_hit"], &wide["rejected"]),
        (&serde_json::json!({}), &0.into())
    );
    let narrow = hit(&[
        "--max-mail-parts",
        "9",
        "--max-html-misnested",
        "2",
        "--max-xml-nodes",
        "4",
    ]);
    assert_eq!(
        narrow["limits_hit"],
        serde_json::json!({"attributes": 2, "html_misnested": 1, "mail_parts": 1, "xml_nodes": 2})
    );
    let flat = hit(&["--max-html-tree", "3", "--max-mail-depth", "1"]);
    assert_eq!(
        flat["limits_hit"],
        serde_json::json!({"attributes": 2, "html_tree": 1})
    );
    // In a crawl each page counts.
    let root = temp();
    let http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    let response = |n: u32| {
        let url = format!("http://a.example/{n}");
        let block = [&http[..], &deep].concat();
        support::containers::warc_header(
            "response",
            Some(&url),
            "application/http; msgtype=response",
            &block,
        )
    };
    put(&root, "a.warc", [response(1), response(2)].concat());
    let root = root.path().join("a.warc");
    let folder = support::traced(root.parent().unwrap(), &["a.warc"], &[]);
    let run = support::json(&folder, "run.json");
    assert_eq!(
        run["read"]["limits_hit"],
        serde_json::json!({"html_depth": 2})
    );
}

#[test]
fn a_lone_byte_in_a_feed_or_a_story_costs_no_more_than_itself() {
    let feed = feed(&[item(1), item(2)], "]}");
    let story =
        format!(r#"[{{"uri":"1","body_text":"{GOOD} 1"}},{{"uri":"2","body_text":"{GOOD} 2"}}]"#);
    for json in [feed, story] {
        let at = json.find(" 1").unwrap();
        let bytes = [&json.as_bytes()[..at], b"\xc3", &json.as_bytes()[at..]].concat();
        let intake = read("a.json", &bytes);
        assert_eq!(keys(&intake), ["1", "2"], "{:?}", intake.rejected);
        let texts = support::held(intake);
        assert!(support::text(&texts[0]).starts_with(GOOD), "{json}");
    }
}

#[test]
fn a_record_whose_name_has_other_letters_swallows_none() {
    let item = |n: u32| format!("<item><guid>{n}</guid><title>{GOOD} {n}</title></item>\n");
    for bad in [
        item(2).replace("<item>", "<itEm>"),
        item(2).replace("</item>", "</Item>"),
        item(2).replace("item", "ITEM"),
    ] {
        let items = [item(1), bad, item(3), item(4)].concat();
        let feed = format!("<rss version=\"2.0\"><channel>{items}</channel></rss>");
        let intake = read("a.rss", feed.as_bytes());
        assert_eq!(keys(&intake), ["1", "2", "3", "4"]);
    }
}

#[test]
fn objects_that_only_open_take_bounded_time() {
    for open in ["{\"id\":\n", "[{\"items\":", "{\"id\":[\n"] {
        let begun = Instant::now();
        let good = format!("[{{\"id\":\"a\",\"text\":\"{GOOD}\"}},\n");
        let intake = read("a.json", (good + &open.repeat(100_000)).as_bytes());
        assert_eq!(keys(&intake), ["a"], "{open}");
        assert!(!intake.rejected.is_empty(), "{open}");
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(20), "{open}: {took:?}");
    }
}

#[test]
fn half_a_record_in_a_list_costs_itself_alone() {
    let good = |n: u32| format!(r#"{{"id":"{n}","text":"{GOOD} {n}"}}"#);
    let story = |n: u32| format!(r#"{{"uri":"{n}","body_text":"{GOOD} {n}"}}"#);
    let both: [&dyn Fn(u32) -> String; 2] = [&good, &story];
    for record in both {
        let half = record(2);
        for at in 1..half.len() - 1 {
            for glue in [",", ",\n"] {
                let list = [&record(1), &half[at..], &record(3), &record(4)].join(glue);
                let intake = read("a.json", format!("[{list}]").as_bytes());
                let kept = keys(&intake);
                for key in ["1", "3", "4"] {
                    assert!(kept.contains(&key), "{at} {list}: {kept:?}");
                }
                assert!(!intake.rejected.is_empty(), "{at} {list}");
            }
        }
    }
}
