//! `--carry author` in every format that has an author.
#![allow(clippy::unwrap_used)]
#![cfg(all(feature = "html", feature = "warc"))]

mod support;

use serde_json::json;
use support::{put, table, temp, traced};

const STORY: &str = "The old bridge at Marnby was closed to all traffic on Monday after divers found \
    cracks in two of its piers, the county said. Buses will go round by Orme until May.";

#[test]
fn the_author_is_carried_from_every_format_that_has_one() {
    let folder = temp();
    let page = |n: usize, head: &str, body: &str| {
        format!(
            "<!doctype html><html><head><title>{n}</title>{head}</head><body><article>{body}<p>{STORY} {n}</p></article>"
        )
    };
    let ld = r#"<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"h","author":[{"@id":"\#a"},{"name":"Jo Ek"}]},{"@id":"\#a","name":"Ann Hart"}]}</script>"#;
    let ld = ld.replace("\\#", "#");
    let micro = "<div itemscope itemtype='https://schema.org/NewsArticle'>
        <span itemprop=publisher itemscope><meta itemprop=name content='Orme Post'></span>
        <span itemprop=author itemscope>By <b itemprop=name>Ann Hart</b></span></div>";
    let http = page(4, "<meta name=author content='Ann Hart'>", "");
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{http}");
    let crawled = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/4\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{http}\r\n\r\n",
        http.len()
    );
    let rss = |n: usize, author: &str| {
        format!(
            "<item><guid>rss{n}</guid><title>{n}</title>{author}<description>{STORY}</description></item>"
        )
    };
    let files: [(&str, String); 11] = [
        ("1.html", page(1, &ld, "")),
        ("2.html", page(2, "", micro)),
        ("3.html", page(3, "<meta property=article:author content='https://fb.example/ann'>", "<div class=byline>By <a rel=author>Ann Hart</a></div>")),
        ("4.warc", crawled),
        ("5.xml", format!(
            "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Orme</title>{}{}{}</channel></rss>",
            rss(1, "<dc:creator>Ann Hart</dc:creator><dc:creator>Jo Ek</dc:creator>"),
            rss(2, "<author>ann@a.example (Ann Hart)</author>"),
            rss(3, "")
        )),
        ("6.xml", format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><author><name>Desk</name></author>
             <entry><id>atom1</id><author><name>Ann Hart</name><uri>x</uri></author><summary>{STORY}</summary></entry>
             <entry><id>atom2</id><summary>{STORY}</summary></entry></feed>"
        )),
        ("7.json", json!({"version": "https://jsonfeed.org/version/1.1", "title": "Orme", "authors": [{"name": "Desk"}], "items": [
            {"id": "feed1", "content_text": STORY, "author": {"name": "Old"}, "authors": [{"name": "Ann Hart"}, {"name": "Jo Ek"}]},
            {"id": "feed2", "content_text": STORY, "lang": "de", "_own": {"a": [1]}}]}).to_string()),
        ("8.xml", format!(
            "<newsItem xmlns='http://iptc.org/std/nar/2006-10-01/' guid='g2' version='1'><contentMeta><by>By Ann Hart</by></contentMeta>
             <contentSet><inlineXML><p>{STORY}</p></inlineXML></contentSet></newsItem>"
        )),
        ("9.xml", format!(
            "<nitf uno='nitf'><body><body.head><byline>By <person>Ann Hart</person>, Orme Post</byline></body.head>
             <body.content><p>{STORY}</p></body.content></body></nitf>"
        )),
        ("a.eml", format!("From: \"Ann Hart\" <ann@a.example>\nTo: b\nDate: Thu, 3 Apr 2031 10:00:00 +0000\nMessage-ID: <mail@a>\nReceived: x\nSubject: s\n\n{STORY}\n")),
        ("b.jsonl", json!({"id": "own", "text": STORY, "author": "Ann Hart", "lang": "en"}).to_string()),
    ];
    let mut names = Vec::new();
    for (name, content) in &files {
        put(&folder, name, content);
        names.push(*name);
    }
    let results = traced(folder.path(), &names, &["--carry", "lang,author,_own.a"]);
    let rows = table(&results, "lineage.csv");
    let told: Vec<(&str, &str)> = (rows.iter())
        .map(|row| (&*row["doc_id"], &*row["x_author"]))
        .collect();
    let expected = [
        ("1.html", "Ann Hart, Jo Ek"),
        ("2.html", "Ann Hart"),
        ("3.html", "Ann Hart"),
        ("atom1", "Ann Hart"),
        ("atom2", "Desk"),
        ("feed1", "Ann Hart, Jo Ek"),
        ("feed2", "Desk"),
        ("g2:1", "Ann Hart"),
        ("https://a.example/4", "Ann Hart"),
        ("mail@a", "Ann Hart"),
        ("nitf", "Ann Hart"),
        ("own", "Ann Hart"),
        ("rss1", "Ann Hart, Jo Ek"),
        ("rss2", "Ann Hart"),
        ("rss3", ""),
    ];
    let mut sorted = told.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    let of = |key: &str| rows.iter().find(|row| row["doc_id"] == key).unwrap();
    assert_eq!(of("own")["x_lang"], "en");
    // Of JSON Feed any member, beside what its format says of authors.
    assert_eq!(
        (&*of("feed2")["x_lang"], &*of("feed2")["x__own.a"]),
        ("de", "[1]")
    );
    assert_eq!(of("2.html")["source"], "Orme Post");
}
