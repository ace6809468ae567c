//! What a file holds: its content decides, then its name.

use memchr::memmem;
use serde::de::IgnoredAny;

use super::delimited;
use super::fields::Fields;
use super::json_feed;
use super::json_scan::{self, Found, Shape};
use super::json_values;
use super::mail;
use super::reason::{Reason, Refusal};
use super::{tar, zip};

/// How many bytes decide.
pub(super) const HEAD: usize = 64 * 1024;

/// NUL bytes within so many bytes may mean that a file is not text.
const BINARY_HEAD: usize = 8 * 1024;

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    JsonLines,
    /// One JSON value, or several over more lines than one each.
    JsonValues,
    /// With the delimiter.
    Delimited(u8),
    Text,
    Html,
    /// Any XML: its root tells what it is.
    Xml,
    /// One message.
    Mail,
    Mbox,
    Warc,
    Arc,
    Zip,
    Tar,
    Parquet,
    Arrow,
}

/// The format of the stream that begins with `head` under the name `path`.
pub(super) fn format(head: &[u8], path: &str, fields: &Fields) -> Result<Format, Refusal> {
    if let Some(known) = known(head) {
        return known.map_err(unsupported);
    }
    let start = behind_nuls(head).trim_ascii_start();
    let line = first_line(start);
    let extension = extension(path);
    if let Some(format) = crawl(head, &extension) {
        return Ok(format);
    }
    // Its first header is damaged.
    if matches!(extension.as_str(), "tar" | "tgz") && tar::find(head).is_some() {
        return Ok(Format::Tar);
    }
    // Before NULs are looked for: one in a feed or a box is damage of one record.
    if let Some(format) = markup(start).or_else(|| mail::sniff(start)) {
        return Ok(format);
    }
    if let Some(format) = objects(start, line, fields) {
        return Ok(format);
    }
    // A name that promises records: one with a NUL in it is one bad record.
    if !matches!(
        extension.as_str(),
        "jsonl" | "ndjson" | "csv" | "tsv" | "warc" | "eml" | "mbox"
    ) || starts_with_nul(head)
    {
        check_binary(head)?;
        // The blocks of an archive are padded with NULs; one is text for the most part.
        if head.contains(&0) && tar::find(head).is_some() {
            return Ok(Format::Tar);
        }
    }
    match extension.as_str() {
        "jsonl" | "ndjson" => return Ok(Format::JsonLines),
        "json" if start.starts_with(b"[") || line.trim_ascii_end() == b"{" => {
            return Ok(Format::JsonValues);
        }
        "json" => return Ok(Format::JsonLines),
        "csv" | "tsv" => {
            let preferred = if extension == "tsv" { b'\t' } else { b',' };
            let (delimiter, _) = delimited::sniff(line, preferred, fields);
            return Ok(Format::Delimited(delimiter));
        }
        "html" | "htm" | "xhtml" => return Ok(Format::Html),
        "xml" | "rss" | "atom" | "rdf" | "nitf" => return Ok(Format::Xml),
        "eml" => return Ok(Format::Mail),
        "mbox" => return Ok(Format::Mbox),
        "warc" => return Ok(Format::Warc),
        "arc" => return Ok(Format::Arc),
        "txt" | "text" | "md" | "rst" => return Ok(Format::Text),
        _ => {}
    }
    match delimited::sniff(line, b',', fields) {
        (delimiter, true) => Ok(Format::Delimited(delimiter)),
        _ if objects_follow(start) => Ok(Format::JsonLines),
        _ => Ok(Format::Text),
    }
}

/// A crawl whose first record does not begin as one: the rest of its header stands where it
/// should, or the name says what it is and a later record that it is so.
fn crawl(head: &[u8], extension: &str) -> Option<Format> {
    /// Lines of a header that are looked at.
    const LINES: usize = 6;
    let mut lines = head.split(|&byte| byte == b'\n').take(LINES);
    let (first, behind) = (lines.next()?, lines);
    // The version, or the address of the file, with a few bytes that are not theirs.
    if first.len() > 1024 || first.is_empty() {
        return None;
    }
    let begins = |line: &[u8], name: &[u8]| {
        let start = line.get(..name.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let (mut fields, mut table) = (0, false);
    for line in behind {
        fields += usize::from(begins(line, b"WARC-") && line.contains(&b':'));
        table |= begins(line, b"URL IP-address Archive-date");
    }
    if fields >= 2 || extension == "warc" && memmem::find(head, b"\nWARC/1.").is_some() {
        return Some(Format::Warc);
    }
    let is_arc = || memmem::find(head, b"\nhttp").is_some() && !head.contains(&0);
    (table || extension == "arc" && is_arc()).then_some(Format::Arc)
}

/// JSON that holds records, by its beginning.
fn objects(start: &[u8], line: &[u8], fields: &Fields) -> Option<Format> {
    const DEPTH: usize = 512;
    let inside = |open: &[u8]| start.strip_prefix(open).map(<[u8]>::trim_ascii_start);
    if let Some(inside) = inside(b"[") {
        let first = inside.strip_prefix(b"{")?.trim_ascii_start().first();
        return matches!(first, Some(b'"' | b'}')).then_some(Format::JsonValues);
    }
    let named = inside(b"{")?.starts_with(b"\"");
    if is_object(line, line.len() == start.len()) {
        // A list of records in an object on one line is no record itself.
        let Shape { mut direct, below } = json_scan::shape(line, fields);
        let is_whole = line.len() < start.len() || start.len() < HEAD / 2;
        if fields.maps_text() && is_whole {
            direct = json_values::is_record(line, fields);
        }
        let around = !direct && (below || json_feed::may_be(line));
        return Some(if around {
            Format::JsonValues
        } else {
            Format::JsonLines
        });
    }
    let goes_on = line.len() < start.len();
    let around = |text: &[u8]| {
        let Shape { direct, below } = json_scan::shape(text, fields);
        below && !direct || json_feed::may_be(text)
    };
    let spread = match json_scan::value_of(start, DEPTH) {
        Found::Whole(len) | Found::TooDeep(len) => {
            let behind = start.get(len..).unwrap_or_default().trim_ascii_start();
            matches!(behind.first(), None | Some(b'{' | b',' | b'['))
        }
        // Perhaps only by the end of the head.
        Found::Cut | Found::TooLong => {
            named && (goes_on || start.len() > HEAD / 2 || around(start))
        }
        Found::Broken(_) => {
            let opens = || matches!(line.trim_ascii_end().last(), Some(b'{' | b'[' | b','));
            // A list of records on one line, one of them broken.
            named && (goes_on && opens() || around(line) && !objects_follow(start))
        }
    };
    spread.then_some(Format::JsonValues)
}

/// Whether one of the next few lines is a JSON object: then the first line is a
/// bad record of a feed and not the beginning of an article.
fn objects_follow(start: &[u8]) -> bool {
    const LINES: usize = 10;
    let mut lines = start
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty());
    lines.by_ref().skip(1).take(LINES).any(|line| {
        let last = line.as_ptr_range().end == start.as_ptr_range().end;
        line.trim_ascii_start().starts_with(b"{\"") && is_object(line, last)
    })
}

/// What stands behind NULs at the start, which are no data of any text.
pub(super) fn behind_nuls(head: &[u8]) -> &[u8] {
    let zeros = head.iter().take_while(|&&byte| byte == 0).count();
    head.get(zeros..).unwrap_or_default()
}

fn starts_with_nul(head: &[u8]) -> bool {
    head.first() == Some(&0)
}

/// Whether a file that is refused may be a zip with other bytes in front: a binary file or a
/// program that begins so, is named so, or can be looked at from its end without a copy.
pub(super) fn may_end_as_zip(head: &[u8], path: &str, refusal: &Refusal, seekable: bool) -> bool {
    let is_program = head.starts_with(b"\x7fELF") || head.starts_with(b"MZ");
    let is_named = || matches!(extension(path).as_str(), "zip" | "exe");
    (refusal.reason == Reason::Binary || is_program)
        && (seekable || is_named() || zip::is_within(head))
}

fn unsupported(what: &str) -> Refusal {
    Refusal::new(
        Reason::Unsupported,
        format!(
            "this is {what}; text, HTML, JSON, tables, feeds, mail, WARC, Parquet and Arrow are read, each also with gzip, zstd, bzip2 or xz, in a zip or a tar"
        ),
    )
}

/// Refuses what is no text by its NULs and what stands around them. A few are damage of a
/// text: a byte that was put in, or a hole where a system went down while it wrote.
fn check_binary(head: &[u8]) -> Result<(), Refusal> {
    let zeros = head.iter().take_while(|&&byte| byte == 0).count();
    let looked = head.get(zeros..).unwrap_or_default();
    let looked = looked.get(..BINARY_HEAD).unwrap_or(looked);
    if zeros == 0 && !looked.contains(&0) {
        return Ok(());
    }
    let message = if looked.is_empty() {
        "it begins with NUL bytes only, as a file does whose content was never written"
    } else if is_text_with_nuls(looked) {
        return Ok(());
    } else {
        "it holds NUL bytes among others that no text has, so it is not text, or UTF-16 without a byte order mark; convert it to UTF-8"
    };
    Err(Refusal::new(Reason::Binary, message))
}

/// Whether control characters are rare, a run of NULs being one, and nearly all else is UTF-8:
/// a tenth of compressed bytes are control characters, and of programs and tables more.
fn is_text_with_nuls(bytes: &[u8]) -> bool {
    let is_stray =
        |byte: u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let (mut all, mut strays, mut before) = (0usize, 0usize, 1);
    for &byte in bytes {
        if byte != 0 || before != 0 {
            all += 1;
            strays += usize::from(is_stray(byte));
        }
        before = byte;
    }
    let bad: usize = bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    strays <= (all / 16).min(12 + all / 64) && bad <= all / 8
}

/// Whether the bytes are of a format that is no text in any encoding.
pub(super) fn is_binary_format(head: &[u8]) -> bool {
    known(head).is_some()
}

/// A format that its first bytes tell: one that is read, or what one is that is not.
fn known(head: &[u8]) -> Option<Result<Format, &'static str>> {
    const MAGIC: &[(&[u8], Result<Format, &str>)] = &[
        (b"PK\x03\x04", Ok(Format::Zip)),
        (b"PK\x05\x06", Ok(Format::Zip)),
        (b"PAR1", Ok(Format::Parquet)),
        (b"ARROW1", Ok(Format::Arrow)),
        (b"WARC/", Ok(Format::Warc)),
        (b"filedesc://", Ok(Format::Arc)),
        // UTF-16 without a mark.
        (b"<\0?\0x\0m\0l\0", Ok(Format::Xml)),
        (b"\0<\0?\0x\0m\0l", Ok(Format::Xml)),
        (b"%PDF-", Err("PDF; extract its text first")),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            Err("an office document; save it as text first"),
        ),
        (b"{\\rtf", Err("RTF; save it as text first")),
        (b"\x89PNG\r\n", Err("an image (PNG)")),
        (b"\xff\xd8\xff", Err("an image (JPEG)")),
        (b"GIF87a", Err("an image (GIF)")),
        (b"GIF89a", Err("an image (GIF)")),
        (b"RIFF", Err("sound, video or an image (RIFF)")),
        (
            b"\x1f\x8b\x08",
            Err("gzip inside another compression; unpack it once first"),
        ),
        (
            b"\x28\xb5\x2f\xfd",
            Err("zstd inside another compression; unpack it once first"),
        ),
        (
            b"BZh",
            Err("bzip2 inside another compression; unpack it once first"),
        ),
        (
            b"\xfd7zXZ\x00",
            Err("xz inside another compression; unpack it once first"),
        ),
        (
            b"7z\xbc\xaf\x27\x1c",
            Err("a 7-Zip archive; unpack it first"),
        ),
        (b"Rar!\x1a\x07", Err("a RAR archive; unpack it first")),
        (b"\x04\x22\x4d\x18", Err("lz4; unpack it first")),
        (b"\x1f\x9d", Err("a .Z file; unpack it first")),
        (
            b"SQLite format 3\x00",
            Err("a SQLite database; export it as CSV first"),
        ),
        (b"\x7fELF", Err("a program")),
    ];
    // By its checksum, or by its mark where that is damaged: a header pads its file name
    // with NULs, so that no text is one.
    let named = head.get(257..262) == Some(b"ustar");
    if (named || tar::is_header(head)) && head.get(..257).is_some_and(|h| h.contains(&0)) {
        return Some(Ok(Format::Tar));
    }
    // A stream of Arrow messages: a mark, and the length of the schema.
    if let [0xff, 0xff, 0xff, 0xff, a, b, c, 0, d, ..] = head {
        let len = u32::from_le_bytes([*a, *b, *c, 0]);
        if len > 8 && len.is_multiple_of(8) && *d < 64 {
            return Some(Ok(Format::Arrow));
        }
    }
    let (magic, known) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic))?;
    let is_it = match *magic {
        // A text could begin so; with a block size and the magic number of a block it could not.
        b"BZh" => head.get(4..7) == Some(b"1AY"),
        // The same; here the type stands behind the length.
        b"RIFF" => head
            .get(..12)
            .is_some_and(|h| !h.is_ascii() || h.contains(&0)),
        _ => true,
    };
    is_it.then_some(*known)
}

/// HTML or XML by the first tag behind comments and a prolog.
fn markup(start: &[u8]) -> Option<Format> {
    let mut root = start;
    for (opens, closes) in [("<!--", "-->"), ("<?xml", "?>")].repeat(4) {
        if root.starts_with(opens.as_bytes())
            && let Some(end) = memmem::find(root, closes.as_bytes())
        {
            root = root.get(end + closes.len()..).unwrap_or_default();
            root = root.trim_ascii_start();
        }
    }
    let begins = |tag: &str| {
        root.get(..tag.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(tag.as_bytes()))
    };
    if ["<!doctype html", "<html", "<head", "<body"]
        .into_iter()
        .any(begins)
    {
        return Some(Format::Html);
    }
    if start.starts_with(b"<?xml") {
        return Some(Format::Xml);
    }
    if [
        "<?xml",
        "<rss",
        "<feed",
        "<rdf:RDF",
        "<nitf",
        "<newsitem",
        "<newsml",
        "<newsmessage",
        "<!doctype",
    ]
    .into_iter()
    .any(begins)
    {
        return Some(Format::Xml);
    }
    None
}

fn first_line(start: &[u8]) -> &[u8] {
    let end = start.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    start.get(..end.unwrap_or(start.len())).unwrap_or(start)
}

/// Whether the line is a JSON object, or begins one and is cut by the end of
/// the head.
fn is_object(line: &[u8], cut: bool) -> bool {
    match serde_json::from_slice::<IgnoredAny>(line) {
        Ok(_) => true,
        Err(error) => cut && line.len() > HEAD / 2 && error.is_eof(),
    }
}

/// The extension in lower case, without that of a compression.
fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let name = [".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lzma"]
        .iter()
        .find_map(|packed| name.strip_suffix(packed))
        .unwrap_or(&name);
    match name.rsplit_once('.') {
        Some((_, extension)) => extension.to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::FieldNames;
    use super::*;

    #[test]
    fn pages_begin_in_many_ways() {
        for head in [
            &b"<!doctype HTML>"[..],
            b"\n<HTML lang=x>",
            b"<!-- saved --><!-- twice -->\n<html>",
            b"<?xml version='1.0'?>\n<!-- x -->\n<!DOCTYPE html PUBLIC 'x'>",
            b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>",
        ] {
            assert_eq!(told(head, "-"), Ok(Format::Html));
        }
        assert_eq!(told(b"<p>", "a.htm.gz"), Ok(Format::Html));
        assert_eq!(told(b"<!-- x --> a text", "a.txt"), Ok(Format::Text));
        assert_eq!(
            told(b"<?xml version='1.0'?><!-- <html> --><rss>", "-"),
            Ok(Format::Xml)
        );
    }

    fn told(head: &[u8], path: &str) -> Result<Format, Reason> {
        let fields = Fields::new(&FieldNames::default());
        format(head, path, &fields).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn content_decides_before_the_name() {
        assert_eq!(told(b"\n {\"a\":1}\nx", "a.txt"), Ok(Format::JsonLines));
        assert_eq!(told(b"not json\n{}", "a.JSONL.gz"), Ok(Format::JsonLines));
        assert_eq!(told(b"[1]\n{}", "a.ndjson"), Ok(Format::JsonLines));
        assert_eq!(told(b"{oh} what", "-"), Ok(Format::Text));
        let long = [&b"{\"text\":\""[..], &vec![b'x'; HEAD]].concat();
        assert_eq!(told(&long, "-"), Ok(Format::JsonLines));
        assert_eq!(told(b"", "-"), Ok(Format::Text));
    }

    #[test]
    fn tables_need_their_extension_or_two_known_names() {
        assert_eq!(told(b"id;text\n", "-"), Ok(Format::Delimited(b';')));
        assert_eq!(told(b"text\tURL\n", "x.dat"), Ok(Format::Delimited(b'\t')));
        assert_eq!(told(b"id,text\n", "a.txt"), Ok(Format::Text));
        assert_eq!(told(b"Title, date and place\n", "-"), Ok(Format::Text));
        assert_eq!(told(b"text", "a.csv"), Ok(Format::Delimited(b',')));
        assert_eq!(
            told(b"a\tb,c\td", "a.tsv.zst"),
            Ok(Format::Delimited(b'\t'))
        );
    }

    #[test]
    fn other_formats_are_named_and_texts_that_look_like_them_are_not() {
        for head in [
            &b"%PDF-1.4"[..],
            b"\x89PNG\r\n\x1a\n",
            b"7z\xbc\xaf\x27\x1c",
        ] {
            assert_eq!(told(head, "-"), Err(Reason::Unsupported));
        }
        for (head, format) in [
            (&b"PK\x03\x04"[..], Format::Zip),
            (b"WARC/1.0\r\n", Format::Warc),
            (b"PAR1", Format::Parquet),
            (b"<!DOCTYPE html><p>", Format::Html),
            (b"\n<?xml version='1.0'?>", Format::Xml),
            (b"[{\"text\":1}]", Format::JsonValues),
            (b"{\n \"text\": 1}", Format::JsonValues),
        ] {
            assert_eq!(told(head, "-"), Ok(format));
        }
        assert_eq!(told(b"<p>", "a.html"), Ok(Format::Html));
        assert_eq!(told(b"a\0b", "a.txt"), Err(Reason::Binary));
        assert_eq!(told(b"[Reuters] LONDON", "-"), Ok(Format::Text));
        assert_eq!(told(b"RIFF raff, said the mayor", "-"), Ok(Format::Text));
        assert_eq!(told(b"BZhang wrote", "-"), Ok(Format::Text));
    }
}
