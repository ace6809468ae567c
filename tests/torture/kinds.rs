//! Every format that is read, each with how a sound file of it is made.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};

use super::support::Random;
use super::support::containers::{Tar, Zip, arc, bzip2, gzip, warc_header, xz, zstd};

/// A record: the name it is found by, and its bytes in the file.
pub type Part = (String, Vec<u8>);

/// A format.
pub struct Kind {
    /// As the table calls it.
    pub name: &'static str,
    /// What names of files end in.
    pub ending: &'static str,
    pub family: Family,
    /// A text as it stands within a record.
    pub quoted: fn(&str) -> Vec<u8>,
    /// A record with such a text under a key.
    pub record: fn(&str, &[u8]) -> Vec<u8>,
    /// Records as a file.
    pub file: fn(&[Part]) -> Vec<u8>,
}

/// Formats that the same things can be wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Text,
    Page,
    /// Many stories in one file of XML.
    Xml,
    /// One story in a file of XML.
    XmlStory,
    Json,
    Mail,
    Letter,
    Crawl,
    Table,
    Columns,
    Packed,
    Archive,
}

impl Family {
    /// Whether a file is one record.
    pub fn is_single(self) -> bool {
        matches!(
            self,
            Family::Text | Family::Page | Family::XmlStory | Family::Letter
        )
    }
}

impl Kind {
    /// What keys of this format begin with.
    pub fn code(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric();
        self.name.to_lowercase().replace(|c| !plain(c), "")
    }

    /// The key of a record.
    pub fn key(&self, number: usize) -> String {
        format!("{}-{number:05}", self.code())
    }

    /// A sound record.
    pub fn part(&self, number: usize) -> Part {
        let key = self.key(number);
        let seed = xxhash_rust::xxh3::xxh3_64(key.as_bytes());
        let text = (self.quoted)(&story(seed));
        let record = (self.record)(&key, &text);
        (key, record)
    }

    /// Sound records.
    pub fn parts(&self, count: usize) -> Vec<Part> {
        (0..count).map(|number| self.part(number)).collect()
    }
}

/// Some 80 words that no other seed gives.
fn story(seed: u64) -> String {
    const PLACES: [&str; 8] = [
        "Orme", "Aldmoor", "Tarn", "Sorval", "Brühl", "Skerra", "Hallam", "Gorran",
    ];
    const SYLLABLES: [&str; 16] = [
        "ba", "ren", "to", "mi", "lus", "ka", "dor", "pe", "sin", "ga", "vel", "no", "ri", "ta",
        "hem", "ud",
    ];
    let mut random = Random(seed);
    let mut text = String::new();
    for sentence in 0..7 {
        let place = PLACES[random.below(PLACES.len())];
        text += &format!("The café of {place} said that");
        for _ in 0..8 {
            let mut word = || SYLLABLES[random.below(SYLLABLES.len())];
            text += &format!(" {}{}{}", word(), word(), word());
        }
        text += if sentence % 3 == 2 { ".\n" } else { ". " };
    }
    text.trim_end().to_owned()
}

fn as_is(text: &str) -> Vec<u8> {
    text.into()
}

fn in_markup(text: &str) -> Vec<u8> {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.into_bytes()
}

fn in_json(text: &str) -> Vec<u8> {
    serde_json::to_vec(text).unwrap()
}

/// As the rest of a message.
fn in_mail(text: &str) -> Vec<u8> {
    format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{text}").into_bytes()
}

/// As the answer of a server.
fn in_answer(text: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}").into_bytes()
}

fn in_quotes(text: &str) -> Vec<u8> {
    format!("\"{}\"", text.replace('"', "\"\"")).into_bytes()
}

fn between(before: &str, text: &[u8], after: &str) -> Vec<u8> {
    [before.as_bytes(), text, after.as_bytes()].concat()
}

/// The records behind one another, with what stands before, between and behind them.
fn joined(before: &str, parts: &[Part], glue: &str, after: &str) -> Vec<u8> {
    let records: Vec<&[u8]> = parts.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    between(before, &records.join(glue.as_bytes()), after)
}

fn plain(parts: &[Part]) -> Vec<u8> {
    joined("", parts, "\n", "")
}

const RSS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Orme Post</title>\n";
const ATOM: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Orme Post</title>\n";
const RDF: &str = "<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\">\n<channel rdf:about=\"https://orme.example/\"><title>Orme Post</title></channel>\n";
const G2: &str = "<?xml version=\"1.0\"?>\n<newsMessage xmlns=\"http://iptc.org/std/nar/2006-10-01/\"><itemSet>\n";

fn g2_item(key: &str, text: &[u8]) -> Vec<u8> {
    let head = format!(
        "<newsItem guid=\"{key}\" version=\"1\"><itemMeta><provider qcode=\"p:x\"><name>Orme Agency</name></provider>\
         <versionCreated>2031-04-03T12:00:00Z</versionCreated></itemMeta><contentMeta><headline>Rain</headline></contentMeta>\
         <contentSet><inlineData contenttype=\"text/plain\">"
    );
    between(&head, text, "</inlineData></contentSet></newsItem>")
}

fn first_newsml_item(key: &str, text: &[u8]) -> Vec<u8> {
    let head = format!(
        "<NewsItem><Identification><NewsIdentifier><PublicIdentifier>{key}</PublicIdentifier></NewsIdentifier></Identification>\
         <NewsComponent><NewsLines><HeadLine>Rain</HeadLine></NewsLines><ContentItem><DataContent><p>"
    );
    let tail = "</p></DataContent></ContentItem></NewsComponent></NewsItem>";
    between(&head, text, tail)
}

fn letter(key: &str, rest: &[u8]) -> Vec<u8> {
    let head = format!(
        "From: Orme Post <news@orme.example>\r\nSubject: Rain\r\nMessage-ID: <{key}@orme.example>\r\n\
         Date: Thu, 03 Apr 2031 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    );
    between(&head, rest, "\r\n\r\n")
}

fn line(key: &str, text: &[u8]) -> Vec<u8> {
    between(&format!("{{\"id\":\"{key}\",\"text\":"), text, "}")
}

fn packed_line(pack: fn(&[u8]) -> Vec<u8>, key: &str, text: &[u8]) -> Vec<u8> {
    pack(&[&line(key, text)[..], b"\n"].concat())
}

fn parquet(parts: &[Part]) -> Vec<u8> {
    let rows = batch(parts);
    let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), rows.schema(), None).unwrap();
    for start in (0..rows.num_rows()).step_by(GROUP) {
        let len = GROUP.min(rows.num_rows() - start);
        writer.write(&rows.slice(start, len)).unwrap();
        writer.flush().unwrap();
    }
    writer.into_inner().unwrap()
}

fn arrow(parts: &[Part]) -> Vec<u8> {
    let rows = batch(parts);
    let mut writer = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &rows.schema()).unwrap();
    for start in (0..rows.num_rows()).step_by(GROUP) {
        let len = GROUP.min(rows.num_rows() - start);
        writer.write(&rows.slice(start, len)).unwrap();
    }
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

/// Rows of a group.
const GROUP: usize = 50;

/// Rows of two columns; what is not UTF-8 has no text.
fn batch(parts: &[Part]) -> RecordBatch {
    let keys: ArrayRef = Arc::new(StringArray::from_iter_values(
        parts.iter().map(|(key, _)| key),
    ));
    let texts = parts
        .iter()
        .map(|(_, text)| std::str::from_utf8(text).ok())
        .collect::<StringArray>();
    RecordBatch::try_from_iter_with_nullable([
        ("id", keys, false),
        ("text", Arc::new(texts) as ArrayRef, true),
    ])
    .unwrap()
}

/// One after the other, as INTAKE names them.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "text",
        ending: "txt",
        family: Family::Text,
        quoted: as_is,
        record: |_, text| text.to_vec(),
        file: plain,
    },
    Kind {
        name: "Markdown",
        ending: "md",
        family: Family::Text,
        quoted: as_is,
        record: |key, text| between(&format!("# Rain of {key}\n\n* *Orme*\n\n"), text, "\n"),
        file: plain,
    },
    Kind {
        name: "HTML",
        ending: "html",
        family: Family::Page,
        quoted: in_markup,
        record: |key, text| {
            let head = format!(
                "<!doctype html><html><head><meta charset=\"utf-8\"><title>Rain</title><link rel=\"canonical\" href=\"https://orme.example/{key}\">\
                 </head><body><nav><a href=\"/\">Home</a></nav><article><h1>Rain</h1><p>"
            );
            let tail = "</p></article></body></html>";
            between(&head, text, tail)
        },
        file: plain,
    },
    Kind {
        name: "RSS",
        ending: "rss",
        family: Family::Xml,
        quoted: in_markup,
        record: |key, text| {
            let head = format!("<item><guid>{key}</guid><title>Rain</title><description>");
            between(&head, text, "</description></item>")
        },
        file: |parts| joined(RSS, parts, "\n", "\n</channel></rss>\n"),
    },
    Kind {
        name: "Atom",
        ending: "atom",
        family: Family::Xml,
        quoted: in_markup,
        record: |key, text| {
            let head = format!("<entry><id>{key}</id><title>Rain</title><content type=\"text\">");
            between(&head, text, "</content></entry>")
        },
        file: |parts| joined(ATOM, parts, "\n", "\n</feed>\n"),
    },
    Kind {
        name: "RDF",
        ending: "rdf",
        family: Family::Xml,
        quoted: in_markup,
        record: |key, text| {
            let head = format!("<item rdf:about=\"{key}\"><title>Rain</title><description>");
            between(&head, text, "</description></item>")
        },
        file: |parts| joined(RDF, parts, "\n", "\n</rdf:RDF>\n"),
    },
    Kind {
        name: "JSON Feed",
        ending: "json",
        family: Family::Json,
        quoted: in_json,
        record: |key, text| between(&format!("{{\"id\":\"{key}\",\"content_text\":"), text, "}"),
        file: |parts| {
            let head = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Orme Post\",\"items\":[\n";
            joined(head, parts, ",\n", "\n]}\n")
        },
    },
    Kind {
        name: "NewsML-G2",
        ending: "xml",
        family: Family::Xml,
        quoted: in_markup,
        record: g2_item,
        file: |parts| joined(G2, parts, "\n", "\n</itemSet></newsMessage>\n"),
    },
    Kind {
        name: "NewsML 1",
        ending: "xml",
        family: Family::Xml,
        quoted: in_markup,
        record: first_newsml_item,
        file: |parts| {
            joined(
                "<?xml version=\"1.0\"?>\n<NewsML>\n",
                parts,
                "\n",
                "\n</NewsML>\n",
            )
        },
    },
    Kind {
        name: "NITF",
        ending: "nitf",
        family: Family::XmlStory,
        quoted: in_markup,
        record: |key, text| {
            let head = format!(
                "<nitf><head><docdata><doc-id id-string=\"{key}\"/></docdata></head><body><body.head><hedline><hl1>Rain</hl1></hedline></body.head><body.content><p>"
            );
            between(&head, text, "</p></body.content></body></nitf>")
        },
        file: plain,
    },
    Kind {
        name: "ninjs",
        ending: "json",
        family: Family::Json,
        quoted: in_json,
        record: |key, text| {
            let head = format!(
                "{{\"uri\":\"{key}\",\"versioncreated\":\"2031-04-03T10:00:00Z\",\"body_text\":"
            );
            between(&head, text, "}")
        },
        file: |parts| joined("[", parts, ",\n", "]\n"),
    },
    Kind {
        name: "RCV1",
        ending: "xml",
        family: Family::XmlStory,
        quoted: in_markup,
        record: |key, text| {
            let head = format!(
                "<?xml version=\"1.0\"?><newsitem itemid=\"{key}\" date=\"2031-04-03\"><title>Rain</title><headline>Rain</headline><text><p>"
            );
            between(&head, text, "</p></text></newsitem>")
        },
        file: plain,
    },
    Kind {
        name: "mail",
        ending: "eml",
        family: Family::Letter,
        quoted: in_mail,
        record: letter,
        file: plain,
    },
    Kind {
        name: "mbox",
        ending: "mbox",
        family: Family::Mail,
        quoted: in_mail,
        record: |key, rest| {
            let from = "From a@b.example Thu Apr  3 10:00:00 2031\r\n";
            between(from, &letter(key, rest), "")
        },
        file: |parts| joined("", parts, "", ""),
    },
    Kind {
        name: "WARC",
        ending: "warc",
        family: Family::Crawl,
        quoted: in_answer,
        record: |key, answer| {
            let url = format!("https://orme.example/{key}");
            let mime = "application/http; msgtype=response";
            warc_header("response", Some(&url), mime, answer)
        },
        file: |parts| joined("", parts, "", ""),
    },
    Kind {
        name: "ARC",
        ending: "arc",
        family: Family::Crawl,
        quoted: in_answer,
        record: |key, answer| {
            let head = format!(
                "http://orme.example/{key} 192.0.2.1 20310403100000 text/plain {}\n",
                answer.len()
            );
            between(&head, answer, "\n")
        },
        file: |parts| {
            let first = arc("http://orme.example/first", b"");
            let head = String::from_utf8(first).unwrap();
            let own = head.find("http://orme").unwrap();
            joined(&head[..own], parts, "", "")
        },
    },
    Kind {
        name: "JSON array",
        ending: "json",
        family: Family::Json,
        quoted: in_json,
        record: line,
        file: |parts| joined("[\n", parts, ",\n", "\n]\n"),
    },
    Kind {
        name: "JSONL",
        ending: "jsonl",
        family: Family::Json,
        quoted: in_json,
        record: line,
        file: |parts| joined("", parts, "\n", "\n"),
    },
    Kind {
        name: "CSV",
        ending: "csv",
        family: Family::Table,
        quoted: in_quotes,
        record: |key, text| between(&format!("{key},"), text, ",end"),
        file: |parts| joined("id,text,note\n", parts, "\n", "\n"),
    },
    Kind {
        name: "TSV",
        ending: "tsv",
        family: Family::Table,
        quoted: in_quotes,
        record: |key, text| between(&format!("{key}\t"), text, "\tend"),
        file: |parts| joined("id\ttext\tnote\n", parts, "\n", "\n"),
    },
    Kind {
        name: "Parquet",
        ending: "parquet",
        family: Family::Columns,
        quoted: as_is,
        record: |_, text| text.to_vec(),
        file: parquet,
    },
    Kind {
        name: "Arrow",
        ending: "arrow",
        family: Family::Columns,
        quoted: as_is,
        record: |_, text| text.to_vec(),
        file: arrow,
    },
    Kind {
        name: "gz",
        ending: "jsonl.gz",
        family: Family::Packed,
        quoted: in_json,
        record: |key, text| packed_line(gzip, key, text),
        file: |parts| joined("", parts, "", ""),
    },
    Kind {
        name: "zst",
        ending: "jsonl.zst",
        family: Family::Packed,
        quoted: in_json,
        record: |key, text| packed_line(zstd, key, text),
        file: |parts| joined("", parts, "", ""),
    },
    Kind {
        name: "bz2",
        ending: "jsonl.bz2",
        family: Family::Packed,
        quoted: in_json,
        record: |key, text| packed_line(bzip2, key, text),
        file: |parts| joined("", parts, "", ""),
    },
    Kind {
        name: "xz",
        ending: "jsonl.xz",
        family: Family::Packed,
        quoted: in_json,
        record: |key, text| packed_line(xz, key, text),
        file: |parts| joined("", parts, "", ""),
    },
    Kind {
        name: "zip",
        ending: "zip",
        family: Family::Archive,
        quoted: as_is,
        record: |_, text| text.to_vec(),
        file: |parts| {
            let add = |zip: Zip, (key, text): &Part| zip.add(&format!("{key}.txt"), text);
            parts.iter().fold(Zip::new(), add).finish()
        },
    },
    Kind {
        name: "tar",
        ending: "tar",
        family: Family::Archive,
        quoted: as_is,
        record: |_, text| text.to_vec(),
        file: |parts| {
            let add = |tar: Tar, (key, text): &Part| tar.add(&format!("{key}.txt"), text);
            parts.iter().fold(Tar::new(), add).finish()
        },
    },
];
