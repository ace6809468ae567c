//! `dedup --format feed`: what stays is the same to the byte, and what goes is a copy.
#![allow(clippy::unwrap_used, clippy::panic)]

mod feed_filter {
    mod exceptions;
    pub mod made;
}

use std::io::Write as _;
use std::process::{Command, Stdio};

use feed_filter::made::{
    ENCODINGS, FORMS, Form, Item, encoded, feed, is_json, item, kept, mixed, retold, story,
};
use proptest::prelude::*;
use wirecopy::document::Document;
use wirecopy::ingest::{IngestOptions, Input, MARK, Reason, read_feed, read_inputs};
use wirecopy::write::{FeedEdit, atom_mark, edited_feed, json_mark, rdf_mark, rss_mark};

/// Runs the filter: its output, its messages and its exit code.
fn filter(flags: &[&str], feed: &[u8]) -> (Vec<u8>, String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(["dedup", "-", "--format", "feed"])
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let feed = feed.to_vec();
    let writer = std::thread::spawn(move || _ = input.write_all(&feed));
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    (done.stdout, said, done.status.code().unwrap())
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn copies_go_and_every_other_byte_stays() {
    let (items, copies) = mixed();
    for form in FORMS {
        let whole = feed(form, &items, "utf-8", "café");
        let mut wanted = feed(form, &kept(&items, &copies), "utf-8", "café");
        if form == Form::Rss {
            // What is between items belongs to none of them.
            let comments: Vec<String> = [3, 5]
                .iter()
                .map(|n| format!("\n\t\t<!-- before urn:x:{n} -->"))
                .collect();
            for (comment, next) in comments.iter().zip([4, 6]) {
                let behind = format!("\n\t\t<!-- before urn:x:{next} -->");
                wanted = wanted.replace(&behind, &format!("{comment}{behind}"));
            }
        }
        let (out, said, code) = filter(&[], whole.as_bytes());
        assert_eq!(shown(&out), wanted, "{form:?} {said}");
        assert_eq!(code, 0);
        assert_eq!(said, "6 items of a feed: 2 copies removed\n", "{form:?}");
        // Once is enough.
        let (again, said, _) = filter(&["--quiet", "--exit-code"], &out);
        assert!(again == out && said.is_empty());
        assert_eq!(filter(&["--exit-code"], whole.as_bytes()).2, 1);
    }
}

#[test]
fn nothing_but_copies_and_nothing_at_all() {
    for form in FORMS {
        let none = feed(form, &[], "utf-8", "");
        let (out, said, code) = filter(&[], none.as_bytes());
        assert_eq!((shown(&out), code), (none.clone(), 0), "{form:?} {said}");
        // The policy that keeps nothing of a group empties it.
        let all = [
            item(1, "a.example", story(1)),
            item(2, "b.example", retold(1)),
        ];
        let (out, said, _) = filter(
            &["--keep", "none"],
            feed(form, &all, "utf-8", "").as_bytes(),
        );
        let left = read_feed(&out, "-", &IngestOptions::default());
        if form == Form::Rss {
            assert!(
                shown(&out).contains("<!-- before urn:x:2 -->\n  <ttl>"),
                "{}",
                shown(&out)
            );
        } else if form == Form::AtomPrefix {
            assert!(
                shown(&out).ends_with("</a:title>\n</a:feed>"),
                "{}",
                shown(&out)
            );
        } else if form == Form::Json {
            assert!(
                shown(&out).contains("\"items\": [\n    ]"),
                "{}",
                shown(&out)
            );
        } else {
            assert_eq!(shown(&out), none, "{form:?} {said}");
        }
        // RDF without an item may be anything.
        assert!(form == Form::Rdf || left.unwrap().items().is_empty());
    }
}

#[test]
fn every_encoding_keeps_its_bytes() {
    let (items, copies) = mixed();
    for (encoding, note) in ENCODINGS {
        for form in [Form::OneLine, Form::Atom, Form::AtomPrefix] {
            let label = encoding.split(' ').next().unwrap();
            let label = label.trim_end_matches("le").trim_end_matches("be");
            let whole = encoded(&feed(form, &items, label, note), encoding);
            let wanted = encoded(&feed(form, &kept(&items, &copies), label, note), encoding);
            let (out, said, code) = filter(&[], &whole);
            assert_eq!(code, 0);
            assert!(out == wanted, "{encoding} {form:?}: {said}");
            let documents = documents(&whole);
            assert!(documents[0].text_held().contains(note), "{encoding}");
            let marked = filter(&["--annotate"], &whole).0;
            assert!(marked != whole, "{encoding}");
            assert_eq!(
                told(&self::documents(&marked)),
                told(&documents),
                "{encoding}"
            );
        }
    }
}

trait Held {
    fn text_held(&self) -> &str;
}

impl Held for Document {
    fn text_held(&self) -> &str {
        match &self.text {
            wirecopy::document::Text::Held(text) => text,
            other => panic!("{other:?}"),
        }
    }
}

fn documents(feed: &[u8]) -> Vec<Document> {
    let read = read_feed(feed, "-", &IngestOptions::default());
    let read = read.unwrap_or_else(|rejection| panic!("{rejection}: {}", shown(feed)));
    read.items()
        .iter()
        .filter_map(|item| item.document.clone())
        .collect()
}

/// All that a document says, without its place.
fn told(documents: &[Document]) -> Vec<[String; 5]> {
    let some = |text: &Option<Box<str>>| text.as_deref().unwrap_or("-").to_owned();
    documents
        .iter()
        .map(|d| {
            [
                d.key.to_string(),
                d.text_held().to_owned(),
                some(&d.title),
                some(&d.source),
                some(&d.url),
            ]
        })
        .collect()
}

#[test]
fn where_places_are_not_certain_the_feed_passes_whole() {
    let (items, _) = mixed();
    let rss = feed(Form::OneLine, &items, "utf-8", "");
    let jis = feed(Form::OneLine, &items, "iso-2022-jp", "大雨");
    let json = feed(Form::Json, &items, "", "");
    let many = format!("<rss><channel>{}</channel></rss>", "<item/>".repeat(60_000));
    let deep = format!("<rss><channel>{}", "<a>".repeat(100_000));
    let deep_item = format!(
        "<rss><channel><item><description>{}</description></item></channel></rss>",
        "<b>".repeat(100_000)
    );
    let laughs = "<!DOCTYPE r [<!ENTITY a \"&b;&b;\"><!ENTITY b \"&a;&a;\">]><rss><channel><item><title>&a;</title></item><item><title>&a;</title></channel></rss>";
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("cut", rss.as_bytes()[..rss.len() - 30].to_vec()),
        ("cut in an item", rss.as_bytes()[..rss.len() / 2].to_vec()),
        (
            "an item in an item",
            rss.replace("<description>", "<item>").into_bytes(),
        ),
        (
            "a field without an end",
            rss.replace("</title><link>", "<link>").into_bytes(),
        ),
        ("half letters", encoded(&jis, "iso-2022-jp")),
        (
            "no such encoding",
            feed(Form::OneLine, &items, "ebcdic-9", "").into_bytes(),
        ),
        ("json cut", json.as_bytes()[..json.len() - 4].to_vec()),
        (
            "json, items twice",
            json.replace("\"z\": 1.50e0", "\"items\": []").into_bytes(),
        ),
        ("json, utf-16", encoded(&json, "utf-16le")),
        ("json, deep", "{\"a\":".repeat(1_000_000).into_bytes()),
        (
            "json, other",
            b"{\"version\": \"1\", \"items\": []}".to_vec(),
        ),
        ("a page", b"<!doctype html><html><p>no feed</html>".to_vec()),
        ("words", b"no feed at all\n".to_vec()),
        ("zip", b"\x1f\x8b\x08\0\0\0\0\0".to_vec()),
        ("nothing", Vec::new()),
        ("many", many.into_bytes()),
        ("deep", deep.into_bytes()),
        ("laughs", laughs.as_bytes().to_vec()),
        ("news", b"<nitf><body>no feed</body></nitf>".to_vec()),
    ];
    for (what, feed) in cases {
        for flags in [&[][..], &["--annotate"]] {
            let (out, said, code) = filter(flags, &feed);
            assert!(out == feed, "{what}");
            assert_eq!(code, 0, "{what}");
            assert!(said.starts_with("left as it is: "), "{what}: {said}");
            assert!(
                !said.contains("left out") && !said.contains("kept"),
                "{what}: {said}"
            );
        }
    }
    let (out, said, code) = filter(&[], deep_item.as_bytes());
    assert!(out == deep_item.as_bytes() && code == 0, "{said}");
    // One byte more than is looked at, and what follows it.
    let large = format!("{}{}", rss, " ".repeat(33 << 20));
    let (out, said, code) = filter(&[], large.as_bytes());
    assert!(out == large.as_bytes() && code == 0, "{said}");
}

#[test]
fn marks_are_read_by_others_and_change_no_document() {
    let (items, _) = mixed();
    for form in FORMS {
        let whole = feed(form, &items, "utf-8", "café");
        let (out, said, code) = filter(&["--annotate"], whole.as_bytes());
        assert_eq!(code, 0);
        assert_eq!(said, "6 items of a feed: 2 copies marked\n");
        assert_eq!(
            told(&documents(&out)),
            told(&documents(whole.as_bytes())),
            "{form:?}"
        );
        let ours = |bytes: &[u8]| {
            let input = [Input::Bytes("feed".into(), bytes.into())];
            let read = read_inputs(&input, std::io::empty(), &IngestOptions::default()).unwrap();
            let said = |d: &Document| (d.key.clone(), read.archive.text(&d.text).into_owned());
            read.documents.iter().map(said).collect::<Vec<_>>()
        };
        assert_eq!(ours(&out), ours(whole.as_bytes()), "{form:?}");
        let again = filter(&["--annotate"], &out).0;
        assert_eq!(shown(&again), shown(&out), "{form:?}");
        let text = shown(&out);
        let marks: Vec<String> = if is_json(form) {
            let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
            let items = value["items"].as_array().unwrap();
            let mark = |item: &serde_json::Value| item.get(MARK).cloned();
            let all = items.iter().filter_map(mark);
            all.map(|mark| format!("{} of {}", mark["outcome"], mark["kept"]).replace('"', ""))
                .collect()
        } else {
            let options = roxmltree::ParsingOptions {
                allow_dtd: true,
                ..Default::default()
            };
            // A name of HTML is no XML without its DTD; the form has it in CDATA alone.
            let read = roxmltree::Document::parse_with_options(&text, options).unwrap();
            let is_mark = |node: &roxmltree::Node<'_, '_>| {
                ["category", "subject"].contains(&node.tag_name().name())
            };
            let marks = read.descendants().filter(is_mark);
            marks
                .map(|node| {
                    let item = node.parent().unwrap();
                    assert!(["item", "entry"].contains(&item.tag_name().name()));
                    if form != Form::Rdf {
                        assert_eq!(node.tag_name().namespace(), item.tag_name().namespace());
                    }
                    node.attribute("label").or(node.text()).unwrap().to_owned()
                })
                .collect()
        };
        let key = |n: usize| match form {
            Form::Rss091 => format!("https://{}/urn-x-{n}", items[n - 1].host),
            _ => format!("urn:x:{n}"),
        };
        let wanted = [
            format!("copy of {}", key(1)),
            format!("update of {}", key(1)),
            format!("identical of {}", key(2)),
        ];
        assert_eq!(marks, wanted, "{form:?}");
    }
}

#[test]
fn a_mark_stands_as_the_items_fields_do() {
    let two = [
        item(1, "a.example", story(1)),
        item(2, "b.example", story(1)),
    ];
    let (out, _, _) = filter(
        &["--annotate"],
        feed(Form::Atom, &two, "utf-8", "").as_bytes(),
    );
    let mark = "</content>\n    <category term=\"identical\" scheme=\"urn:wirecopy:outcome\" label=\"identical of urn:x:1\"/>\n  </entry>";
    assert!(shown(&out).contains(mark), "{}", shown(&out));
    let (out, _, _) = filter(&["--annotate"], feed(Form::Json, &two, "", "").as_bytes());
    let mark = "\",\n    \"_wirecopy\": {\"kept\":\"urn:x:1\",\"outcome\":\"identical\"}\n    }";
    assert!(shown(&out).contains(mark), "{}", shown(&out));
}

#[test]
fn what_is_typed_wrongly_is_said() {
    let run = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .arg("dedup")
            .args(args)
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(2), "{args:?}");
        String::from_utf8(done.stderr).unwrap()
    };
    let advice = run(&["-", "--annotate"]);
    assert!(advice.contains("--format feed") && advice.contains("--index DIR"));
    let advice = run(&["-", "--never", "x"]);
    assert!(advice.contains("add --format feed") && !advice.contains("--annotate"));
    assert!(run(&["-", "--format", "feed", "--never", "no/such"]).contains("--never"));
    assert!(run(&["-", "--format", "feed", "--decisions", "x"]).contains("--decisions"));
    assert!(run(&["a", "b", "--format", "feed"]).contains("one feed"));
    assert!(run(&["no/such", "--format", "feed"]).contains("no/such"));
}

#[test]
fn items_without_an_id_and_without_a_text() {
    let one = format!("<item><description>{}</description></item>", story(1));
    let feed = format!(
        "<rss><channel><item/>{one}<item><enclosure/></item>\n {one}<item><pubDate>x</pubDate></item></channel></rss>"
    );
    let (out, said, _) = filter(&[], feed.as_bytes());
    let wanted = feed.replace(&format!("\n {one}"), "");
    assert_eq!(shown(&out), wanted, "{said}");
    let keys: Vec<Box<str>> = documents(feed.as_bytes())
        .into_iter()
        .map(|d| d.key)
        .collect();
    assert!(
        keys[0].starts_with("item:") && keys[0] == keys[1],
        "{keys:?}"
    );
    // The key does not hang on the place.
    assert_eq!(documents(out.as_slice())[0].key, keys[0]);
}

#[test]
fn a_file_is_read_as_well_and_one_is_written() {
    let (items, copies) = mixed();
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in.xml"), folder.path().join("out.xml"));
    std::fs::write(&from, feed(Form::Rdf, &items, "utf-8", "")).unwrap();
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        command
            .arg("dedup")
            .arg(&from)
            .args(["--format", "feed", "-o"])
            .arg(&to);
        command.output().unwrap().status.code()
    };
    assert_eq!(run(), Some(0));
    let wanted = feed(Form::Rdf, &kept(&items, &copies), "utf-8", "");
    assert_eq!(std::fs::read_to_string(&to).unwrap(), wanted);
    assert_eq!(run(), Some(2), "what exists is not replaced");
}

#[test]
fn a_broken_feed_is_refused_with_its_reason() {
    let read = |bytes: &[u8]| {
        read_feed(bytes, "f", &IngestOptions::default())
            .unwrap_err()
            .reason
    };
    assert_eq!(read(b"<rss><channel><item>"), Reason::InvalidXml);
    assert_eq!(read(b"{"), Reason::InvalidJson);
    assert_eq!(read(b"words"), Reason::Unsupported);
    assert_eq!(read(&vec![b' '; 33 << 20]), Reason::TooLong);
}

fn edit(bytes: &[u8], edits: &[FeedEdit]) -> Vec<u8> {
    let mut out = Vec::new();
    edited_feed(bytes, edits, &mut out).unwrap();
    out
}

fn any_items() -> impl Strategy<Value = Vec<(Item, bool)>> {
    let text = "[a-z <>&\"'\\]\u{e9}\u{416}\u{1f600}]{0,30}";
    let one = (text, 0..5usize, any::<bool>()).prop_map(|(text, n, gone)| {
        let escaped = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace(['"', '>'], "q");
        (
            item(n, "a.example", format!("{} {escaped}", story(n))),
            gone,
        )
    });
    proptest::collection::vec(one, 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("WIRECOPY_FEED_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(64)
    ))]

    /// Without a cut the bytes are the same; what is left of any cut are the kept documents;
    /// marks in any items leave all documents as they were.
    #[test]
    fn what_is_left_is_what_was_kept(
        items in any_items(),
        form in proptest::sample::select(&FORMS[..]),
        encoding in proptest::sample::select(vec!["utf-8", "utf-8 with a mark", "utf-16le", "utf-16be", "utf-32le", "gb18030"]),
    ) {
        let all: Vec<Item> = items.iter().map(|(item, _)| item.clone()).collect();
        let label = encoding.split(' ').next().unwrap().trim_end_matches("le").trim_end_matches("be");
        let encoding = if is_json(form) { "utf-8" } else { encoding };
        let bytes = encoded(&feed(form, &all, label, ""), encoding);
        let options = IngestOptions::default();
        if form == Form::Rdf && items.is_empty() {
            prop_assert!(read_feed(&bytes, "-", &options).is_err());
            return Ok(());
        }
        let read = read_feed(&bytes, "-", &options).unwrap();
        prop_assert_eq!(read.items().len(), items.len());
        prop_assert!(read.cuts(&|_| false).is_empty());
        prop_assert!(edit(&bytes, &[]) == bytes);
        let gone = |number: usize| items[number].1;
        let cuts = read.cuts(&gone).into_iter();
        let cuts: Vec<FeedEdit> = cuts.map(|range| FeedEdit { range, text: Vec::new() }).collect();
        let left = edit(&bytes, &cuts);
        let documents: Vec<Document> = read.items().iter().map(|item| item.document.clone().unwrap()).collect();
        let mut numbers = 0..;
        let mut kept = documents.clone();
        kept.retain(|_| !gone(numbers.next().unwrap()));
        if form != Form::Rdf || !kept.is_empty() {
            prop_assert_eq!(told(&self::documents(&left)), told(&kept));
        }
        let mark = |number: usize| {
            let place = read.mark(number).unwrap();
            let key = Some("\"<é>&");
            let text = match form {
                Form::Json | Form::JsonOneLine => format!(",\"{MARK}\":{}", json_mark("copy", key)),
                Form::Rdf => rdf_mark("copy", key),
                Form::Atom | Form::AtomPrefix => atom_mark(&place.prefix, "copy", key),
                _ => rss_mark(&place.prefix, "copy", key),
            };
            FeedEdit { range: place.range, text: read.unit().written(&text) }
        };
        let marks: Vec<FeedEdit> = (0..items.len()).filter(|&n| gone(n)).map(mark).collect();
        prop_assert_eq!(told(&self::documents(&edit(&bytes, &marks))), told(&documents));
    }

    /// A feed with any damage is refused, or its items lie apart and in order.
    #[test]
    fn damage_is_refused_or_harmless(
        items in any_items(),
        form in proptest::sample::select(&FORMS[..]),
        at in any::<proptest::sample::Index>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..4),
        cut in 0..40usize,
        odd in proptest::sample::select(vec!["utf-8", "utf-16le", "utf-32be", "shift_jis"]),
    ) {
        let all: Vec<Item> = items.iter().map(|(item, _)| item.clone()).collect();
        let text = feed(form, &all, "utf-8", "").replace(['\u{e9}', '\u{1f600}'], "");
        let mut feed = encoded(&text, if is_json(form) { "utf-8" } else { odd });
        let at = at.index(feed.len());
        let end = (at + cut).min(feed.len());
        feed.splice(at..end, bytes);
        if let Ok(read) = read_feed(&feed, "-", &IngestOptions::default()) {
            let mut before = 0;
            for item in read.items() {
                prop_assert!(before <= item.range.start && item.range.start < item.range.end);
                before = item.range.end;
            }
            prop_assert!(before <= feed.len());
            let gone = read.cuts(&|number| items.get(number).is_none_or(|item| item.1));
            prop_assert!(gone.iter().all(|range| range.start < range.end && range.end <= feed.len()));
            prop_assert!(gone.windows(2).all(|two| two[0].end < two[1].start));
        }
    }
}
