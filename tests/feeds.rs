//! Feeds and news industry files: every good item, whatever stands beside it.
#![allow(clippy::unwrap_used)]

mod support;

mod feeds {
    mod hostile;
}

use support::beside::{item, keys, read, reasons, rss, told};
use wirecopy::ingest::Reason;

#[test]
fn rss_with_every_field() {
    let feed = r#"<?xml version="1.0"?>
<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>Orme &amp; <![CDATA[Post]]></title><item>
<guid isPermaLink="false">a1</guid><link>https://ads.example/1</link><fb:origLink>https://orme.example/1</fb:origLink>
<title>Rain &amp;amp; wind</title><pubDate>Thu, 03 Apr 2031 10:00:00 EST</pubDate>
<description>Rain.</description><c:encoded><![CDATA[Rain will end on Friday, the office said.]]></c:encoded></item>
<item><title>Only a title</title><source url="https://wire.example/rss">The Wire</source><link>https://orme.example/2</link></item>
<item><description>No guid</description></item>
<item></item><item/>
</channel></rss>"#;
    let intake = read("a.xml", feed);
    let row = |row: [&str; 6]| row.map(str::to_owned);
    let all = told(&intake);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(
        all.contains(&row([
            "a1",
            "Rain will end on Friday, the office said.",
            "Rain & wind",
            "Orme & Post",
            "2031-04-03T10:00:00-05:00",
            "https://orme.example/1",
        ])),
        "{all:?}"
    );
    assert!(
        all.contains(&row([
            "https://orme.example/2",
            "Only a title",
            "Only a title",
            "The Wire",
            "",
            "https://orme.example/2"
        ])),
        "{all:?}"
    );
    assert!(
        all.contains(&row(["a.xml#3", "No guid", "", "Orme & Post", "", ""])),
        "{all:?}"
    );
    assert_eq!(reasons(&intake), [Reason::NoText, Reason::NoText]);
    assert_eq!(intake.rejected[0].place.record, Some(4));
    assert_eq!(
        intake.rejected[0].place.offset,
        feed.find("<item></item>").unwrap() as u64
    );
}

#[test]
fn rdf_and_both_atoms_with_prefixes_of_their_own() {
    let rdf = r#"<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/">
<channel r:about="https://orme.example/"><title>Orme Post</title></channel>
<item r:about="https://orme.example/1"><title>Rain</title><link>https://orme.example/1</link><d:date>2031-04-03T10:00:00Z</d:date><description>Rain will end.</description></item></r:RDF>"#;
    let row = |key: &str, source: &str| {
        [
            key,
            "Rain will end.",
            "Rain",
            source,
            "2031-04-03T10:00:00Z",
            "https://orme.example/1",
        ]
        .map(str::to_owned)
    };
    assert_eq!(
        told(&read("a.rdf", rdf)),
        [row("https://orme.example/1", "Orme Post")]
    );
    let atom = r#"<?xml version='1.0' encoding='utf-8'?><a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:author><a:name>Orme Post</a:name></a:author>
<a:entry><a:id>urn:1</a:id><a:title type="text">Rain</a:title><a:link rel="self" href="https://x.example/"/><a:link href="https://orme.example/1"/>
<a:updated>2031-05-01T00:00:00Z</a:updated><a:published>2031-04-03T10:00:00Z</a:published><a:summary>Rain.</a:summary><a:content type="text">Rain will end.</a:content></a:entry></a:feed>"#;
    assert_eq!(told(&read("a", atom)), [row("urn:1", "Orme Post")]);
    let old = r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Orme Post</title><entry><id>urn:1</id><title>Rain</title>
<link rel="alternate" type="text/html" href="https://orme.example/1"/><issued>2031-04-03T10:00:00Z</issued>
<content type="text/plain" mode="base64">UmFpbiB3aWxsIGVuZC4=</content><source><title>The Wire</title></source></entry></feed>"#;
    assert_eq!(told(&read("a.atom", old)), [row("urn:1", "The Wire")]);
    let page = r#"<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Rain <b>will</b> end.</p></div></content></entry>
<entry><id>2</id><content src="https://orme.example/sound.mp3" type="audio/mpeg"/><summary>Rain, heard.</summary></entry></feed>"#;
    let all = told(&read("a", page));
    assert!(all[0][1].contains("will"), "{all:?}");
    assert_eq!(all[1][1], "Rain, heard.");
}

#[test]
fn texts_under_other_names_and_items_alone() {
    let text = "Rain will end on Friday, the office said.";
    let base64 = "UmFpbiB3aWxsIGVuZCBvbiBGcmlkYXks\n IHRoZSBvZmZpY2Ugc2FpZC4=";
    let of_rss = |inner: &str| {
        rss(&format!("<item><guid>1</guid>{inner}</item>")).replace(
            "<rss",
            "<rss xmlns:i=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"",
        )
    };
    let entry = |inner: &str| {
        format!("<entry xmlns=\"http://www.w3.org/2005/Atom\"><id>1</id>{inner}</entry>")
    };
    for feed in [
        of_rss(&format!(
            "<i:summary>{text}</i:summary><description>Rain.</description>"
        )),
        of_rss(&format!("<fullitem>&lt;p>{text}&lt;/p></fullitem>")),
        of_rss(&format!("<abstract>{text}</abstract>")),
        entry(&format!("<summary>{text}</summary>")),
        entry(&format!(
            "<content type=\"application/octet-stream\">{base64}</content>"
        )),
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\">{}</feed>",
            entry(&format!("<content>{text}</content>"))
        ),
        format!("<item><guid>1</guid><description>{text}</description></item>"),
    ] {
        let intake = read("a.xml", &feed);
        let all = told(&intake);
        assert_eq!(all.len(), 1, "{feed}");
        assert_eq!(all[0][..2], ["1", text], "{feed}");
    }
    // What is no text in base64 either stays none.
    let sound = entry("<title>Rain</title><content type=\"audio/mpeg\">//uQZAAAAAAA</content>");
    assert_eq!(told(&read("a.xml", &sound))[0][1], "Rain");
}

#[test]
fn items_around_a_bad_one_are_kept() {
    for bad in [
        "<item><guid>x</guid><title>not closed</title>\n",
        "<item><guid>x</guid><description><![CDATA[not closed</description></item>\n",
        "<item><guid>x</guid><link href='not closed>a</link></item>\n",
        "<item><guid>x</guid><title>a</titel><description>b</description></item>\n",
        "<item><guid>x</guid><title>a</title <description>b</description></item>\n",
        "<item a=\"not closed>\n</item>\n",
    ] {
        let before: String = (1..4).map(item).collect();
        let after: String = (4..7)
            .map(|n| {
                item(n)
                    .replace("<description>", "<description><![CDATA[")
                    .replace("</description>", "]]></description>")
            })
            .collect();
        let feed = rss(&(before.clone() + bad + &after));
        let intake = read("a.rss", &feed);
        assert_eq!(
            keys(&intake),
            ["1", "2", "3", "4", "5", "6"],
            "{bad}: {:?}",
            intake.rejected
        );
        assert_eq!(
            reasons(&intake),
            [Reason::InvalidXml],
            "{bad}: {:?}",
            intake.rejected
        );
        let place = &intake.rejected[0].place;
        assert_eq!(
            (place.record, place.offset as usize),
            (Some(4), feed.find(bad).unwrap()),
            "{bad}"
        );
    }
}

#[test]
fn faults_within_a_field_cost_nothing() {
    let feed = rss(
        "<item><guid>1</guid><description>AT&T <br> said &foo; &eacute; a < b</p></description></item><item><guid>2</guid>\u{b}<title>b & c</title></item>",
    );
    let intake = read("a.xml", feed);
    assert_eq!(keys(&intake), ["1", "2"]);
    let all = told(&intake);
    assert!(
        all[0][1].contains("said") && all[0][1].contains('b'),
        "{all:?}"
    );
    assert_eq!(all[1][1], "b & c");
}

#[test]
fn feeds_behind_one_another_and_cut_ones() {
    let two = rss(&item(1)) + &rss(&item(2)).replace("Orme", "Aldmoor");
    let all = told(&read("a.xml", &two));
    assert_eq!(
        all.iter().map(|row| row[3].as_str()).collect::<Vec<_>>(),
        ["Orme Post", "Aldmoor Post"]
    );
    let cut = rss(&(item(1) + &item(2)));
    for end in 60..cut.len() {
        let intake = read("a.xml", &cut[..end]);
        let whole = cut[..end].matches("</item>").count();
        assert_eq!(keys(&intake).len(), whole, "{end}");
        let missing = usize::from(!cut[..end].contains("</rss>"));
        assert_eq!(
            intake.rejected.len(),
            missing,
            "{end}: {:?}",
            intake.rejected
        );
    }
    let joined = rss(&item(1)).replace("</item>", "") + &rss(&item(2));
    let intake = read("a.xml", &joined);
    assert_eq!(
        (keys(&intake), reasons(&intake)),
        (vec!["2".to_owned()], vec![Reason::InvalidXml])
    );
}

#[test]
fn encodings_declared_undeclared_and_wrong() {
    let feed = |encoding: &str| {
        rss("<item><guid>1</guid><description>Café à Orme, «dit-il», où l'été a été très sec.</description></item>").replace("?>", &format!(" encoding=\"{encoding}\"?>"))
    };
    let text = "Café à Orme, «dit-il», où l'été a été très sec.";
    let latin = |feed: &str| encoding_rs::WINDOWS_1252.encode(feed).0.into_owned();
    let wide = |feed: &str, unit: fn(u16) -> [u8; 2]| {
        feed.encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    for (content, counted) in [
        (feed("utf-8").into_bytes(), "UTF-8"),
        (latin(&feed("ISO-8859-1")), "windows-1252"),
        (latin(&feed("utf-8")), "windows-1252"),
        (latin(&feed("cp1252")), "windows-1252"),
        (
            encoding_rs::MACINTOSH
                .encode(&feed("MacRoman"))
                .0
                .into_owned(),
            "macintosh",
        ),
        (feed("ISO-8859-1").into_bytes(), "UTF-8"),
        (wide(&feed("utf-16"), u16::to_le_bytes), "UTF-16LE"),
        (wide(&feed("utf-16"), u16::to_be_bytes), "UTF-16BE"),
        (
            wide(&format!("\u{feff}{}", feed("utf-16")), u16::to_be_bytes),
            "UTF-16BE",
        ),
        (format!("\u{feff}{}", feed("utf-16")).into_bytes(), "UTF-8"),
    ] {
        let intake = read("a.xml", &content);
        assert_eq!(told(&intake)[0][1], text, "{counted}");
        assert!(
            intake.counts.encodings.contains_key(counted),
            "{:?}",
            intake.counts.encodings
        );
    }
}

const NITF: &str = r#"<nitf><head><title>Slug</title><docdata><doc-id id-string="n1"/><date.issue norm="20310403T120000Z"/><doc.copyright holder="Orme Agency"/></docdata></head>
<body><body.head><hedline><hl1>Rain to end</hl1></hedline><byline>By Ann</byline><dateline>ORME</dateline></body.head>
<body.content><p>Rain will
 end.</p><media><media-caption>Rain</media-caption></media><table><tr><td>Orme</td><td>3</td></tr></table></body.content></body></nitf>"#;

#[test]
fn files_of_agencies() {
    let story = "Rain will end.\nOrme\t3";
    let date = "2031-04-03T12:00:00Z";
    let row = |row: [&str; 6]| [row.map(str::to_owned)];
    assert_eq!(
        told(&read("a.nitf", NITF)),
        row(["n1", story, "Rain to end", "Orme Agency", date, ""])
    );
    let g2 = |inner: &str| {
        format!(
            r#"<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:1" version="3">
<itemMeta><provider qcode="p:x"><name>Orme Agency</name></provider><versionCreated>2031-04-03T12:00:00Z</versionCreated></itemMeta>
<contentMeta><headline>Rain to end</headline></contentMeta><contentSet>{inner}</contentSet></newsItem>"#
        )
    };
    let inline = g2(&format!(
        "<inlineXML contenttype='application/nitf+xml'>{NITF}</inlineXML>"
    ));
    let expected = row(["urn:1:3", story, "Rain to end", "Orme Agency", date, ""]);
    assert_eq!(
        told(&read("a.xml", format!("<?xml version='1.0'?>{inline}"))),
        expected
    );
    let data = g2("<inlineData contenttype='text/plain'>Rain will end.\nOrme\t3</inlineData>");
    assert_eq!(told(&read("a.xml", &data)), expected);
    let message = format!(
        "<newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><itemSet><packageItem guid='p'/>{data}{}</itemSet></newsMessage>",
        g2("<remoteContent href='a.jpg'/>")
    );
    let intake = read("a.xml", message);
    assert_eq!(
        (told(&intake), reasons(&intake)),
        (expected.to_vec(), vec![Reason::NoText])
    );
    let first = format!("<NewsML><NewsItem><Identification><NewsIdentifier><PublicIdentifier>urn:1:3</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><ThisRevisionCreated>20310403T120000Z</ThisRevisionCreated></NewsManagement><NewsComponent><AdministrativeMetadata><Provider><Party FormalName='Orme Agency'/></Provider></AdministrativeMetadata>
<NewsLines><HeadLine>Rain to end</HeadLine></NewsLines><ContentItem><DataContent>{NITF}</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>");
    assert_eq!(told(&read("a.xml", first)), expected);
    let corpus = "<?xml version='1.0'?><newsitem itemid='77' date='2031-04-03'><title>ORME: Rain to end.</title><headline>Rain to end</headline><dateline>ORME</dateline>
<text><p>Rain will end.</p><p>Orme is dry.</p></text><metadata><dc element='dc.publisher' value='Orme Agency'/></metadata></newsitem>";
    assert_eq!(
        told(&read("a.xml", corpus)),
        row([
            "77",
            "Rain will end.\nOrme is dry.",
            "Rain to end",
            "Orme Agency",
            "2031-04-03",
            ""
        ])
    );
}

#[test]
fn other_xml_is_refused_with_advice() {
    for (content, advice) in [
        (
            "<?xml version='1.0'?><urlset><url><loc>x</loc></url></urlset>",
            "pages themselves",
        ),
        (
            "<?xml version='1.0'?><library><item>x</item></library>",
            "<library>",
        ),
        ("<?xml version='1.0'?><packageItem/>", "read the items"),
        ("<?xml version='1.0'?><opml/>", "feeds themselves"),
        (
            "<?xml version='1.0'?><rdf:RDF><skos:Concept/></rdf:RDF>",
            "no item",
        ),
    ] {
        let intake = read("a", content);
        assert_eq!(reasons(&intake), [Reason::Unsupported], "{content}");
        assert!(
            intake.rejected[0].message.contains(advice),
            "{}",
            intake.rejected[0].message
        );
        assert_eq!(intake.documents.len(), 1);
    }
    assert_eq!(reasons(&read("a.xml", "no markup")), [Reason::InvalidXml]);
}

#[test]
fn markup_that_a_feed_forgot_to_escape_is_read() {
    let words = |description: &str, title: &str| {
        let feed = format!(
            "<?xml version='1.0'?><rss version='2.0'><channel><title>Orme <b>Post</b>, daily</title><item>\
             <guid>1</guid><title>{title}</title><description>{description}</description></item></channel></rss>"
        );
        let [_, text, title, source, ..] = told(&read("a.xml", &feed))[0].clone();
        assert_eq!(source, "Orme Post, daily");
        (text, title)
    };
    for (description, text) in [
        ("Hello <b>world</b>, more", "Hello world, more"),
        ("Hello <b>world, more", "Hello world, more"),
        (
            "Hello</b> <br>world <img src=a.png> more",
            "Hello\nworld more",
        ),
        ("<p>One</p><p>two &lt; three</p>", "One\ntwo < three"),
        (
            "Caf&eacute;&nbsp;au <i>lait&hellip;</i> &half;",
            "Café\u{a0}au lait… ½",
        ),
        (
            "Caf&eacute; &nolongerknown; &amp;eacute;",
            "Café &nolongerknown; é",
        ),
        // What is escaped beside it is HTML too, unless it only names a tag.
        ("&lt;p&gt;One&lt;/p&gt; <b>two</b>", "One\ntwo"),
        (
            "<![CDATA[<p>One</p>]]> <b>two</b> &lt;i>three&lt;/i>",
            "One\ntwo three",
        ),
        ("Use &lt;b&gt; for <i>bold</i>", "Use <b> for bold"),
    ] {
        let told = words(description, description);
        let line = text.replace(['\n', '\u{a0}'], " ");
        assert_eq!(told, (text.to_owned(), line), "{description}");
    }
    let entry = |how: &str| {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title{how}>A <b>big</b> day</title>\
             <summary{how}>Hello <b>world</b>, more&nbsp;words</summary></entry></feed>"
        )
    };
    for how in [
        "",
        " type='text'",
        " type='html'",
        " type='text/html'",
        " type='xhtml'",
    ] {
        let told = told(&read("a.xml", entry(how)));
        assert_eq!(told[0][1], "Hello world, more\u{a0}words", "{how}");
        assert_eq!(told[0][2], "A big day", "{how}");
    }
}

#[test]
fn json_of_feeds_and_agencies_on_one_line_or_many() {
    let feed = r#"{"version":"https://jsonfeed.org/version/1.1","title":"Mail","items":[{"id":"1","content_html":"<p>One.</p>"},{"id":"2","content_text":"Two."},{"id":"3"}]}"#;
    let stories: Vec<String> = (0..3)
        .map(|n| {
            format!(r#"{{"uri":"urn:s{n}","versioncreated":"2031-04-03T08:00:00Z","headline":"H","body_xhtml":"<p>Story {n}.</p>"}}"#)
        })
        .collect();
    for name in ["feed.json", "-"] {
        let intake = read(name, feed);
        assert_eq!(keys(&intake), ["1", "2"], "{name}");
        assert_eq!(reasons(&intake), [Reason::NoText]);
    }
    for content in [
        stories.join("\n"),
        format!("[{}]", stories.join(",")),
        stories.join("").replace(',', ",\n"),
    ] {
        let intake = read("stories.json", &content);
        assert_eq!(keys(&intake), ["urn:s0", "urn:s1", "urn:s2"], "{content}");
        assert!(intake.rejected.is_empty());
    }
    assert_eq!(keys(&read("one.json", &stories[0])), ["urn:s0"]);
}
