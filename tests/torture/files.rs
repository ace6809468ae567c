//! Whole files that were made to harm, for each family of formats.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};

use super::Scale;
use super::archives;
use super::harm::Case;
use super::kinds::{Family, Kind};
use super::pieces::{attributes, mail, markup, noise};

/// Files that are bad as a whole.
pub fn hostile(kind: &Kind, scale: &Scale) -> Vec<Case> {
    match kind.family {
        Family::Text => texts(scale),
        Family::Page => pages(kind, scale),
        Family::Xml => xml(kind, scale),
        Family::XmlStory => {
            let mut cases = xml(kind, scale);
            cases.extend(filled(kind, markup(scale)));
            cases
        }
        Family::Json => values(kind, scale),
        Family::Mail | Family::Letter => {
            let mut cases = letters(scale);
            cases.extend(filled(kind, mail(scale)));
            cases
        }
        Family::Crawl => crawls(kind, scale),
        Family::Table => tables(scale),
        Family::Columns => columns(kind, scale),
        Family::Packed => archives::streams(kind, scale),
        Family::Archive if kind.ending == "zip" => archives::zips(kind, scale),
        Family::Archive => archives::tars(kind, scale),
    }
}

fn cases<const N: usize>(texts: [(&str, String); N]) -> Vec<Case> {
    let case = |(what, text): (&str, String)| Case::any(what, text.into_bytes());
    texts.into_iter().map(case).collect()
}

/// Files of one record, each with one of the bodies.
fn filled(kind: &Kind, bodies: Vec<(&'static str, Vec<u8>)>) -> Vec<Case> {
    let case = |(what, body): (&'static str, Vec<u8>)| {
        let key = format!("bad-{}", kind.code());
        let record = (kind.record)(&key, &body);
        Case::any(what, (kind.file)(&[(key, record)]))
    };
    bodies.into_iter().map(case).collect()
}

fn texts(scale: &Scale) -> Vec<Case> {
    let mut all = cases([
        ("an endless line", "x".repeat(scale.long)),
        ("endless words", "ab ".repeat(scale.long / 3)),
        ("one word for ever", "rain rain ".repeat(scale.wide)),
        ("empty lines", "\n".repeat(scale.wide * 10)),
        ("quotes in quotes", "> ".repeat(scale.deep)),
        (
            "brackets",
            "[".repeat(scale.wide) + &"](x)".repeat(scale.wide),
        ),
        (
            "marks on a letter",
            "e\u{301}".to_owned() + &"\u{301}".repeat(scale.wide),
        ),
        (
            "right to left",
            "\u{202e}rain\u{200f}\u{200d}".repeat(scale.wide),
        ),
        ("sentences", "A. ".repeat(scale.wide)),
        ("ligatures that grow", "\u{fdfa}".repeat(scale.wide)),
        ("a formula", "=cmd|' /C calc'!A0".to_owned()),
        ("an escape", "\u{1b}]0;x\u{7}rain\u{1b}[2J".to_owned()),
    ]);
    all.push(Case::any("noise", noise(100_000)));
    all.push(Case::any("a mark alone", &b"\xef\xbb\xbf"[..]));
    all.push(Case::any(
        "a lone half",
        [b"a".repeat(9000), vec![0xc3]].concat(),
    ));
    all
}

fn pages(kind: &Kind, scale: &Scale) -> Vec<Case> {
    let (deep, wide) = (scale.deep, scale.wide);
    let page = |inner: &str| {
        let record = (kind.record)(
            "html-99999",
            b"Rain will end on Friday, said the office.</p>\n",
        );
        let page = String::from_utf8(record).unwrap();
        page.replacen("<article>", &format!("{inner}<article>"), 1)
    };
    let ld = |json: &str| {
        page(&format!(
            "<script type=\"application/ld+json\">{json}</script>"
        ))
    };
    let mut all = cases([
        ("deep elements", page(&"<div>".repeat(deep))),
        ("deep formatting", page(&"<b>".repeat(deep))),
        (
            "formatting and paragraphs",
            page(&"<b><i><u><p>".repeat(deep / 4)),
        ),
        (
            "formatting of other names",
            page(&"<a href=1><b id=2><i><font size=3>x</p>".repeat(deep / 8)),
        ),
        ("deep tables", page(&"<table><tr><td>".repeat(deep / 3))),
        ("deep lists", page(&"<ul><li>".repeat(deep / 2))),
        ("deep templates", page(&"<template>".repeat(deep))),
        (
            "deep drawings",
            page(&"<svg><foreignObject><math><mi>".repeat(deep / 4)),
        ),
        (
            "deep selects",
            page(&"<select><optgroup><option>".repeat(deep / 3)),
        ),
        (
            "deep frames",
            page(&"<frameset><noframes>".repeat(deep / 2)),
        ),
        ("ends of nothing", page(&"</p></b></br>".repeat(wide))),
        (
            "attributes",
            page(&format!("<p{}>x</p>", attributes(wide, "a"))),
        ),
        (
            "an endless attribute",
            page(&format!("<p title='{}'>x</p>", "x".repeat(scale.long))),
        ),
        (
            "attributes of html",
            page(&"<html a=1><body b=2>".repeat(wide)),
        ),
        ("many paragraphs", page(&"<p>Rain will end.".repeat(wide))),
        ("many elements", page(&"<br><i></i>".repeat(wide))),
        (
            "many metas",
            page(&"<meta property='og:title' content='x'>".repeat(wide)),
        ),
        (
            "many times",
            page(&"<time datetime='2031-04-03'>x</time>".repeat(wide)),
        ),
        (
            "references",
            page(&"&amp;&notit;&#x110000;&#0;&Acirc".repeat(wide / 4)),
        ),
        ("a script without end", page("<script>")),
        ("a comment without end", page("<!--")),
        ("a text area without end", page("<textarea>")),
        ("plain text", page("<plaintext>")),
        ("half a tag", page("<p title='")),
        ("deep data", ld(&("[".repeat(deep) + &"]".repeat(deep)))),
        (
            "deep graphs",
            ld(&("{\"@graph\":".repeat(deep) + "1" + &"}".repeat(deep))),
        ),
        (
            "wide data",
            ld(&format!(
                "[{}{{}}]",
                "{\"@type\":\"NewsArticle\"},".repeat(wide)
            )),
        ),
        (
            "endless data",
            ld(&format!(
                "{{\"articleBody\":\"{}\"}}",
                "x".repeat(scale.long)
            )),
        ),
        (
            "an endless text",
            page(&"Rain will end. ".repeat(scale.long / 15)),
        ),
        ("an endless word", page(&"x".repeat(scale.long))),
        ("a formula", page("<p>=1+1</p>")),
        ("only a head", "<!doctype html><head><title>x".to_owned()),
        ("only an opening", "<html".to_owned()),
    ]);
    let noisy = [b"<html><body><p>".to_vec(), noise(100_000)].concat();
    all.push(Case::any("noise", noisy));
    all
}

fn xml(kind: &Kind, scale: &Scale) -> Vec<Case> {
    let parts = kind.parts(if kind.family == Family::Xml {
        scale.few
    } else {
        1
    });
    let whole = String::from_utf8((kind.file)(&parts)).unwrap();
    let bare = match whole.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").unwrap().1,
        None => &whole,
    };
    let root = bare.trim_start()[1..]
        .split([' ', '>', '\n'])
        .next()
        .unwrap();
    let declared =
        |subset: &str| format!("<?xml version=\"1.0\"?><!DOCTYPE {root} [{subset}]>{bare}");
    let laugh = |n: usize| {
        format!(
            "<!ENTITY a{n} '{}'>",
            format!("&a{};", n.max(1) - 1).repeat(10)
        )
    };
    let laughs: String = (1..40).map(laugh).collect();
    let laughing = |subset: &str, name: &str| {
        declared(subset).replacen("café", &format!("&{name};").repeat(20), 1)
    };
    let long = "x".repeat(scale.long / 4);
    let mut all = cases([
        (
            "a billion laughs",
            laughing(&format!("<!ENTITY a0 'ha'>{laughs}"), "a39"),
        ),
        (
            "long entities",
            laughing(&format!("<!ENTITY a '{long}'>"), "a"),
        ),
        (
            "a file as an entity",
            laughing("<!ENTITY a SYSTEM 'file:///etc/passwd'>", "a"),
        ),
        ("an entity of itself", laughing("<!ENTITY a '&a;'>", "a")),
        (
            "entities of parameters",
            declared(&"<!ENTITY % a '&#37;a;'>%a;".repeat(scale.wide / 4)),
        ),
        (
            "a subset without end",
            declared(&"[<!--".repeat(scale.wide)),
        ),
        (
            "many declarations",
            "<?xml version='1.0'?>".repeat(scale.wide) + &whole,
        ),
        ("many comments", "<!-- x -->".repeat(scale.wide) + &whole),
        (
            "comments that open",
            format!("{}-->{whole}", "<!-- x ".repeat(scale.wide)),
        ),
        (
            "an instruction without end",
            format!("<?xml version='1.0'?><?x {}", "y".repeat(scale.long)),
        ),
        ("many roots", format!("<{root}>").repeat(scale.wide)),
        (
            "the root in itself",
            format!("{whole}{}", format!("<{root} a='b'>").repeat(scale.deep)),
        ),
        ("only a root", format!("<?xml version=\"1.0\"?><{root}/>")),
        (
            "only half a root",
            format!("<?xml version=\"1.0\"?><{root} a='"),
        ),
        ("only a declaration", "<?xml version=\"1.0\"?>".to_owned()),
        (
            "only ends",
            format!(
                "<?xml version=\"1.0\"?>{}",
                format!("</{root}>").repeat(scale.wide)
            ),
        ),
        ("no ends", whole.replace("</", "<")),
        ("no quotes", whole.replace('"', "")),
        ("no brackets closed", whole.replace('>', "")),
    ]);
    if kind.family == Family::Xml {
        let (_, record) = &parts[0];
        let record = String::from_utf8_lossy(record);
        let name = record[1..].split([' ', '>']).next().unwrap();
        let opened = bare.find(&format!("<{name}")).unwrap();
        let head = &bare[..opened];
        all.extend(cases([
            (
                "records that open",
                format!("{head}{}", format!("<{name}>").repeat(scale.wide)),
            ),
            (
                "empty records",
                format!("{head}{}", format!("<{name}/>").repeat(scale.wide)),
            ),
            (
                "records in CDATA",
                format!("{head}<![CDATA[{}", record.repeat(scale.wide / 50)),
            ),
            (
                "ends in CDATA",
                format!(
                    "{head}<{name}>{}]]></{name}>",
                    format!("<![CDATA[</{name}>").repeat(scale.wide)
                ),
            ),
        ]));
    }
    all
}

fn values(kind: &Kind, scale: &Scale) -> Vec<Case> {
    let whole = String::from_utf8((kind.file)(&kind.parts(scale.few))).unwrap();
    let mut all = cases([
        ("lists that open", "[".repeat(scale.wide)),
        ("objects that open", "{\"a\":".repeat(scale.wide)),
        (
            "objects in lists that open",
            "[{\"items\":".repeat(scale.wide),
        ),
        (
            "empty objects",
            format!("[{}{{}}]", "{},".repeat(scale.wide)),
        ),
        ("empty lists", "[]".repeat(scale.wide)),
        ("lines of lists", "[1]\n".repeat(scale.wide)),
        ("lines of nothing", "{}\n".repeat(scale.wide)),
        ("half lines", "{\"id\":\n".repeat(scale.wide)),
        (
            "an endless line",
            format!("{{\"text\":\"{}", "x".repeat(scale.long)),
        ),
        ("endless space", " ".repeat(scale.long)),
        (
            "endless space in front",
            format!("{}{whole}", " ".repeat(scale.long / 8)),
        ),
        (
            "an endless key",
            format!("{{\"{}\":1}}", "x".repeat(scale.long / 2)),
        ),
        ("quotes", "\"".repeat(scale.wide)),
        ("commas", format!("[{}]", ",".repeat(scale.wide))),
        ("only carriage returns", whole.replace('\n', "\r")),
        ("single quotes", whole.replace('"', "'")),
        ("no commas", whole.replace(',', " ")),
        ("no colons", whole.replace(':', " ")),
        (
            "records in records",
            whole.replace("\"The", &format!("{{\"text\":{whole:?}}}, \"The")),
        ),
    ]);
    let marked = Case::keeping(
        "a byte order mark",
        ["\u{feff}", &whole].concat(),
        &kind.parts(scale.few),
    );
    all.push(marked);
    all
}

fn letters(scale: &Scale) -> Vec<Case> {
    let from = "From a@b.example Thu Apr  3 10:00:00 2031\n";
    cases([
        ("lines of From", from.repeat(scale.wide)),
        (
            "heads alone",
            format!("{from}Subject: x\n").repeat(scale.wide),
        ),
        (
            "an endless line",
            format!("{from}Subject: {}", "x".repeat(scale.long)),
        ),
        (
            "an endless address",
            format!("From: {}@b.example\n\nRain.\n", "a".repeat(scale.long / 4)),
        ),
        (
            "comments in an address",
            format!(
                "From: {}a@b.example\nTo: x\n\nRain.\n",
                "(".repeat(scale.deep)
            ),
        ),
        (
            "quotes in an address",
            format!("From: {}\nTo: x\n\nRain.\n", "\"\\".repeat(scale.wide)),
        ),
        (
            "many dates",
            format!(
                "From: a@b.example\n{}\nRain.\n",
                "Date: Thu, 03 Apr 2031 10:00:00\n".repeat(scale.wide)
            ),
        ),
        ("colons", ":".repeat(scale.wide)),
    ])
}

fn crawls(kind: &Kind, scale: &Scale) -> Vec<Case> {
    let whole = (kind.file)(&kind.parts(scale.few));
    let claim = "WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 3000000\r\n\r\n";
    let first = "filedesc://x 0.0.0.0 20310403100000 text/plain 0\n";
    let address = "http://a 192.0.2.1 20310403100000 text/plain 900000\n";
    let mut all = cases([
        ("each claims the rest", claim.repeat(scale.wide)),
        ("heads that open", "WARC/1.0\r\nA: b\r\n".repeat(scale.wide)),
        ("versions", "WARC/1.0\r\n".repeat(scale.wide)),
        (
            "an endless head",
            format!("WARC/1.0\r\nA: {}", "b".repeat(scale.long)),
        ),
        (
            "each address claims the rest",
            format!("{first}{}", address.repeat(scale.wide)),
        ),
        (
            "an endless address",
            format!("{first}http://{}", "a".repeat(scale.long)),
        ),
        (
            "lines without a record",
            format!("{first}{}", "http://a\n".repeat(scale.wide)),
        ),
        (
            "addresses without a length",
            format!("{first}{}", "http://a 1 2 3 \n".repeat(scale.wide)),
        ),
    ]);
    let text = String::from_utf8(whole.clone()).unwrap();
    all.push(Case::any("line ends of Unix", text.replace("\r\n", "\n")));
    all.push(Case::any("no line ends", text.replace(['\r', '\n'], "")));
    let noisy = [&whole[..], &noise(100_000), &whole].concat();
    all.push(Case::keeping(
        "noise between",
        noisy,
        &kind.parts(scale.few),
    ));
    all
}

fn tables(scale: &Scale) -> Vec<Case> {
    let wide = scale.wide;
    let head = |count: usize| (0..count).map(|n| format!("c{n},")).collect::<String>() + "text";
    cases([
        ("quotes", "\"".repeat(wide)),
        (
            "quotes after a head",
            format!("id,text\n{}", "\"".repeat(wide)),
        ),
        (
            "quotes that open",
            format!("id,text\n{}", "1,\"x\n".repeat(wide)),
        ),
        ("commas", ",".repeat(wide)),
        (
            "lines of commas",
            format!("id,text\n{}", ",\n".repeat(wide)),
        ),
        ("ten lines of many columns", (head(wide) + "\n").repeat(10)),
        ("a head of one name", "text,".repeat(wide) + "\n1,2\n"),
        ("an endless line", "x".repeat(scale.long)),
        (
            "an endless head",
            format!("id,text,{}\n1,2,3\n", "x".repeat(scale.long)),
        ),
        (
            "an endless quote",
            format!("id,text\n1,\"{}", "x\n".repeat(scale.long / 2)),
        ),
        (
            "only carriage returns",
            format!("id,text\r{}", "1,Rain will end.\r".repeat(wide)),
        ),
        (
            "all ends of lines",
            format!(
                "id,text\n{}",
                "1,Rain\r2,Snow\r\n3,Hail\n\n\r".repeat(wide / 4)
            ),
        ),
        (
            "all delimiters",
            format!("id,text;date\turl|x\n{}", "1,2;3\t4|5\n".repeat(wide)),
        ),
        ("a head alone", "id,text\n".to_owned()),
        (
            "lines of NULs",
            format!("id,text\n{}", "1,\0\n".repeat(wide)),
        ),
        (
            "rows of every width",
            format!(
                "id,text\n{}",
                (0..wide / 100)
                    .map(|n| "x,".repeat(n % 200) + "\n")
                    .collect::<String>()
            ),
        ),
    ])
}

fn columns(kind: &Kind, scale: &Scale) -> Vec<Case> {
    let write = |batch: &RecordBatch| -> Vec<u8> {
        if kind.ending == "parquet" {
            let mut writer =
                parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
            writer.write(batch).unwrap();
            return writer.into_inner().unwrap();
        }
        let mut writer =
            arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(batch).unwrap();
        writer.into_inner().unwrap()
    };
    let column = |texts: Vec<String>| -> ArrayRef { Arc::new(StringArray::from(texts)) };
    let of = |columns: Vec<(String, ArrayRef)>| RecordBatch::try_from_iter(columns).unwrap();
    let one = |text: String| of(vec![("text".to_owned(), column(vec![text]))]);
    let wide = (0..scale.wide / 20).map(|n| (format!("c{n}"), column(vec!["x".to_owned()])));
    let same = (0..100).map(|_| ("text".to_owned(), column(vec!["x".to_owned()])));
    let rain = || column(vec!["Rain will end.".to_owned(); scale.wide]);
    let mut all = vec![
        Case::any("an endless text", write(&one("x".repeat(scale.long)))),
        Case::any("many columns", write(&of(wide.collect()))),
        Case::any("columns of one name", write(&of(same.collect()))),
        Case::any(
            "one text many times",
            write(&of(vec![("text".to_owned(), rain())])),
        ),
        Case::any(
            "no text",
            write(&of(vec![("body of it".to_owned(), rain())])),
        ),
        Case::any("no row", write(&one(String::new()).slice(0, 0))),
    ];
    let whole = (kind.file)(&kind.parts(scale.few));
    // Every length that stands in the last bytes, as great as it can be.
    let len = whole.len();
    for back in (4..200.min(len)).step_by(scale.step) {
        for value in [0xff, 0x7f, 0x80, 0] {
            let mut bytes = whole.clone();
            let at = len - back;
            bytes[at..at + 4].fill(value);
            all.push(Case::any(
                format!("{value:x} at {back} from the end"),
                bytes,
            ));
        }
    }
    for at in (4..300.min(len - 4)).step_by(scale.step) {
        let mut bytes = whole.clone();
        bytes[at..at + 4].fill(0xff);
        all.push(Case::any(format!("ff at {at}"), bytes));
    }
    all
}
