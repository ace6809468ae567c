//! Web pages as files: the story, the facts beside it, encodings, and pages made to hurt.
#![cfg(feature = "html")]
#![allow(clippy::unwrap_used)]

#[path = "support/pages.rs"]
mod pages;

use std::fs;
use std::time::{Duration, Instant};

use wirecopy::document::Document;
use wirecopy::ingest::{IngestOptions, Input, Intake, Reason, read_inputs};

/// Reads files of these names and contents from one folder.
fn read(files: &[(&str, &[u8])]) -> Intake {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    // A text beside them, as a folder of which nothing is read is an error.
    fs::write(folder.path().join("zz.txt"), "A text.").unwrap();
    let inputs = [Input::Path(folder.path().to_path_buf())];
    let intake = read_inputs(&inputs, &b""[..], &IngestOptions::default()).unwrap();
    let counts = &intake.counts;
    assert_eq!(
        counts.read,
        counts.documents + counts.merged + counts.rejected
    );
    assert_eq!(counts.read, files.len() as u64 + 1);
    intake
}

fn text(intake: &Intake, document: &Document) -> String {
    intake.archive.text(&document.text).into_owned()
}

/// The one page among what was read.
fn only(html: &[u8]) -> (Document, String) {
    let intake = read(&[("page.html", html)]);
    let document = intake
        .documents
        .iter()
        .find(|d| d.key.ends_with("page.html"))
        .unwrap();
    (document.clone(), text(&intake, document))
}

#[test]
fn stories_are_found_on_pages_of_many_kinds() {
    let pages = pages::pages();
    let files: Vec<(String, &[u8])> = pages
        .iter()
        .enumerate()
        .map(|(n, page)| (format!("{n:03}.html"), page.html.as_bytes()))
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, html)| (name.as_str(), *html))
        .collect();
    let intake = read(&files);
    let (mut words, mut runs) = (0.0, 0.0);
    for (page, document) in pages.iter().zip(&intake.documents) {
        let found = text(&intake, document);
        let score = pages::f1(&found, &page.story, 1);
        assert!(
            score > 0.9,
            "{}: {score:.3}\n{found}\n---\n{}",
            page.name,
            page.story
        );
        assert_eq!(document.title.as_deref(), Some(page.title), "{}", page.name);
        words += score;
        runs += pages::f1(&found, &page.story, 4);
    }
    let count = pages.len() as f64;
    assert!(
        words / count > 0.99 && runs / count > 0.99,
        "{} {}",
        words / count,
        runs / count
    );
}

#[test]
fn paragraphs_and_lists_are_lines_without_headline_caption_and_share_bar() {
    let sentence = "The council said that the harbour bridge will be closed from Monday, as inspectors found cracks. ";
    let html = format!(
        "<html><head><title>Bridge closes - Daily</title><meta property='og:site_name' content='Daily'></head><body><nav><a href=/>Home</a></nav>\
         <article><h1>Bridge closes</h1><figure><img src=a><figcaption>A caption</figcaption></figure><p>{sentence}</p>\
         <div class='share-bar'><a href=x>Share</a> on all networks</div><ul><li>first, {sentence}</li><li>second, {sentence}</li></ul>\
         <p><a href=/more>Read more about bridges</a></p><p>Last &amp; least: 1 &lt; 2. {sentence}</p></article></body></html>"
    );
    let (document, found) = only(html.as_bytes());
    let sentence = sentence.trim();
    assert_eq!(
        found,
        format!(
            "{sentence}\nfirst, {sentence}\nsecond, {sentence}\nLast & least: 1 < 2. {sentence}"
        )
    );
    assert_eq!(document.title.as_deref(), Some("Bridge closes"));
    assert_eq!(document.source.as_deref(), Some("Daily"));
}

/// A paragraph that no other resembles.
fn paragraph(number: usize) -> String {
    format!(
        "The council said on day {number} that the harbour bridge will be closed for {number} weeks, as inspectors \
         found {number} cracks in its piers, and that ferries will run every {number} minutes until then."
    )
}

#[test]
fn links_and_headings_of_the_story_stay_and_furniture_goes_by_any_name() {
    let [a, b, c, d] = [1, 2, 3, 4].map(paragraph);
    let html = format!(
        "<title>Bridge closes</title><div class=text><p>{a}</p><h2 class=subheader id=the-ferries>The ferries</h2><p>{b}</p>\
         <div class=socialShare><span>Share this now</span></div><ul><li>{c}</li><li><a href=x>What the inspectors wrote</a></li></ul>\
         <div class=photoGallery><p>A ferry at the old pier, seen from above</p></div>\
         <h3><a href=y>What happens now</a></h3><p>{d}</p><p><a href=z>Read more about bridges</a></p></div>"
    );
    assert_eq!(
        only(html.as_bytes()).1,
        format!("{a}\nThe ferries\n{b}\n{c}\nWhat the inspectors wrote\nWhat happens now\n{d}")
    );
}

#[test]
fn the_publishers_text_tells_the_lines_of_the_story() {
    let story = [1, 2, 3, 4].map(paragraph);
    let page = |body: &str| {
        format!(
            "<title>Bridge closes</title><script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"articleBody\":\"{body}\"}}</script>\
             <div class=text><p>{}</p><div><p>Video feedback</p><p>Watch what the mayor did, 02:12</p></div><p>{}</p></div>",
            story[0],
            story[1..].join("</p><p>")
        )
    };
    let found = |body: &str| only(page(body).as_bytes()).1;
    assert_eq!(found(&story.join(" ")), story.join("\n"));
    // One that is cut short decides nothing.
    let whole = found("");
    assert!(whole.contains("Watch what the mayor did"), "{whole}");
    assert_eq!(found(&(story[..2].join(" ") + " and ...")), whole);
}

#[test]
fn facts_come_from_wherever_a_page_states_them() {
    let story = "<p>The council said that the harbour bridge will be closed from Monday, as inspectors found cracks.</p>".repeat(4);
    let facts = |head: &str, body: &str| {
        only(format!("<!doctype html><head>{head}</head><body>{body}{story}").as_bytes()).0
    };
    let published =
        |head: &str, body: &str| facts(head, body).published.map(|date| date.to_string());
    let day = Some("2031-04-03".to_string());
    for (head, body) in [
        (
            "<meta property='article:published_time' content='2031-04-03'>",
            "",
        ),
        ("<meta name='DC.date.issued' content='2031-04-03'>", ""),
        ("<meta name=parsely-pub-date content=2031-04-03>", ""),
        (
            "<meta name=pubdate content=nonsense><meta name=date content=2031-04-03>",
            "",
        ),
        ("", "<time datetime='2031-04-03'>today</time>"),
        ("", "<span itemprop=datePublished>3 April 2031</span>"),
        ("", "<meta itemprop=datePublished content=2031-04-03>"),
        (
            "<link rel=canonical href=https://a.example/2031/04/03/bridge>",
            "",
        ),
        (
            "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"datePublished\":\"2031-04-03\"}</script>",
            "<time datetime=2030-01-01>",
        ),
    ] {
        assert_eq!(published(head, body), day, "{head}{body}");
    }
    let document = facts(
        "<title>Bridge closes | Daily Post</title><base href=https://post.example/n/><link rel='canonical' href='story-1'>",
        "",
    );
    assert_eq!(
        document.url.as_deref(),
        Some("https://post.example/n/story-1")
    );
    assert_eq!(document.source.as_deref(), Some("post.example"));
    assert_eq!(document.title.as_deref(), Some("Bridge closes"));
    assert_eq!(document.syndicated_from, None);
}

#[test]
fn a_page_says_whom_it_was_taken_from() {
    let story = "<p>The council said that the harbour bridge will be closed from Monday, as inspectors found cracks.</p>".repeat(4);
    let from = |head: &str| {
        only(format!("<html><head><meta property=og:url content=https://post.example/a>{head}</head><body>{story}").as_bytes()).0
    };
    for (head, wanted) in [
        (
            "<link rel=canonical href=https://wire.example/1>",
            Some("https://wire.example/1"),
        ),
        ("<link rel=canonical href=https://m.post.example/1>", None),
        (
            "<meta name=syndication-source content=https://wire.example/2>",
            Some("https://wire.example/2"),
        ),
        (
            "<meta name=original-source content=https://post.example/a>",
            None,
        ),
        (
            "<script type='application/ld+json'>{\"@type\":\"Article\",\"isBasedOn\":\"https://wire.example/3\"}</script>",
            Some("https://wire.example/3"),
        ),
        (
            "<script type='application/ld+json'>{\"@type\":\"Article\",\"publisher\":{\"name\":\"Post\"},\"sourceOrganization\":{\"name\":\"Wire\"}}</script>",
            Some("Wire"),
        ),
        (
            "<script type='application/ld+json'>{\"@type\":\"Article\",\"publisher\":{\"name\":\"Post\"},\"copyrightHolder\":{\"name\":\"Post\"}}</script>",
            None,
        ),
    ] {
        let document = from(head);
        assert_eq!(document.syndicated_from.as_deref(), wanted, "{head}");
        assert_eq!(
            document
                .url
                .as_deref()
                .map(|url| url.contains("post.example")),
            Some(true),
            "{head}"
        );
    }
    let lines =
        b"{\"id\":\"1\",\"text\":\"a text\",\"canonical_url\":\"https://wire.example/4\"}\n";
    let intake = read(&[("a.jsonl", lines)]);
    assert_eq!(
        intake
            .documents
            .iter()
            .find(|d| &*d.key == "1")
            .unwrap()
            .syndicated_from
            .as_deref(),
        Some("https://wire.example/4")
    );
}

#[test]
fn encodings_are_counted_and_pages_without_words_are_rejected() {
    let story = "Größe und Überfluß, sagte Jürgen Möller am Mittwoch in Köln. ".repeat(6);
    let html = |charset: &str| {
        format!("<html><head><meta charset={charset}></head><body><p>{story}</p></body></html>")
    };
    let (latin, _, _) = encoding_rs::WINDOWS_1252
        .encode(&html("iso-8859-1"))
        .into_owned_parts();
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(html("utf-8").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let intake = read(&[
        ("a.html", &latin),
        ("b.html", html("iso-8859-1").as_bytes()),
        ("c.html", &utf16),
        ("d.html", b"<html><head><title>Only a title</title></head><body><div id=app></div><script>go()</script>"),
        ("e.htm", b""),
    ]);
    let texts: Vec<String> = intake
        .documents
        .iter()
        .take(3)
        .map(|d| text(&intake, d))
        .collect();
    assert!(texts.iter().all(|text| text == story.trim()), "{texts:?}");
    assert_eq!(intake.counts.encodings["windows-1252"], 1);
    assert_eq!(intake.counts.encodings["UTF-16LE"], 1);
    let reasons: Vec<Reason> = intake.rejected.iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [Reason::NoText, Reason::NoText]);
    assert!(intake.rejected.iter().all(|r| !r.message.is_empty()));
}

trait Parts {
    fn into_owned_parts(self) -> (Vec<u8>, (), ());
}

impl Parts
    for (
        std::borrow::Cow<'_, [u8]>,
        &'static encoding_rs::Encoding,
        bool,
    )
{
    fn into_owned_parts(self) -> (Vec<u8>, (), ()) {
        (self.0.into_owned(), (), ())
    }
}

/// Pages that cost a tree builder minutes or gigabytes, each with words that must be kept.
fn torture() -> Vec<(String, String)> {
    const WORDS: &str =
        "<p>Words of the story that are kept, as they are good, and more of them follow.</p>";
    let mut pages = Vec::new();
    let mut add = |name: &str, bad: String| {
        pages.push((format!("{name}.html"), format!("<html><body>{WORDS}{bad}")))
    };
    for tag in [
        "div", "b", "table", "a", "font", "select", "template", "svg", "math", "p", "li", "form",
        "x-y", "title", "noscript", "pre", "button",
    ] {
        add(
            &format!("nested {tag}"),
            format!("<{tag}>").repeat(150_000) + WORDS,
        );
    }
    add("cells", "<table><tr><td>".repeat(60_000));
    add("foster", "<table><div>".repeat(60_000));
    add("adopt", "<b><i><a><div>".repeat(40_000));
    add("misnested", "<a><b><i><div></a></b></i>x".repeat(40_000));
    add(
        "formats",
        (0..50)
            .map(|n| format!("<b class={n}>"))
            .collect::<String>()
            .repeat(800),
    );
    add("values open", "<a href=\"".repeat(100_000));
    add("one value", format!("<a href=\"{}", "x".repeat(2_000_000)));
    add(
        "attributes",
        format!(
            "<p {}>",
            (0..100_000).map(|n| format!("a{n}=1 ")).collect::<String>()
        ),
    );
    add("paragraphs", "<p>".repeat(1_000_000));
    add("links", "<a href=/x>w</a> ".repeat(50_000));
    add("items", "<li>word, word and more".repeat(50_000));
    add(
        "wide and deep",
        "<div>".repeat(300) + &"<p>Text of some length, with commas, and more.</p>".repeat(10_000),
    );
    add("comment", format!("<!-- {}", "x".repeat(2_000_000)));
    add("comments", "<!-- ".repeat(300_000));
    add("scripts", "<script></script>".repeat(100_000));
    add("text areas", "<textarea>".repeat(200_000));
    add("references", "&amp".repeat(500_000));
    add("numbers", "&#x".repeat(500_000));
    add("signs", "<".repeat(2_000_000));
    add("stray ends", "<div>".repeat(250) + &"</x>".repeat(500_000));
    add("facts", "<meta name='a b c d' content=x>".repeat(50_000));
    add(
        "lists",
        format!(
            "<script type='application/ld+json'>{}</script>",
            "[".repeat(500_000)
        ),
    );
    add(
        "objects",
        format!(
            "<script type='application/ld+json'>[{}0]</script>",
            "{\"\":0},".repeat(120_000)
        ),
    );
    pages
}

#[test]
fn pages_made_to_hurt_end_soon_and_keep_their_words() {
    for (name, html) in torture() {
        let begin = Instant::now();
        let intake = read(&[(name.as_str(), html.as_bytes())]);
        let took = begin.elapsed();
        // A build for tests on a busy machine: ten times what a release needs at most.
        assert!(took < Duration::from_secs(20), "{name}: {took:?}");
        assert_eq!(intake.counts.rejected, 0, "{name}: {:?}", intake.rejected);
        let document = intake
            .documents
            .iter()
            .find(|d| d.key.ends_with(&name))
            .unwrap();
        assert!(
            text(&intake, document).contains("Words of the story that are kept"),
            "{name}"
        );
    }
}

#[test]
fn damaged_pages_are_read_or_rejected_and_never_more() {
    let pages = pages::pages();
    let page = pages[0].html.as_bytes();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for cut in (0..page.len()).step_by(page.len() / 60) {
        files.push((format!("cut{cut}.html"), page[..cut].to_vec()));
    }
    let mut state = 7u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..120 {
        let mut bytes = pages[round % pages.len()].html.clone().into_bytes();
        for _ in 0..1 + round {
            let at = next(bytes.len());
            bytes[at] ^= 1 << next(8);
        }
        files.push((format!("flip{round}.html"), bytes));
    }
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let intake = read(&files);
    assert!(intake.documents.len() > 150);
    assert!(
        intake
            .rejected
            .iter()
            .all(|r| r.reason != Reason::ReaderFailed)
    );
}
