//! One file or stream: its compression, its encoding, its format, and the reader of that.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Encoding, UTF_8};

#[cfg(feature = "parquet")]
use super::columnar;
use super::decode::{self, Transcode, Utf32};
use super::fields::Fields;
use super::gather::{Accepted, File, Gathered};
use super::inflate::{self, Codec, Counted, Inflate, Tally};
use super::reason::Refusal;
use super::sniff::{self, Format};
#[cfg(feature = "warc")]
use super::warc::{self, Dialect};
use super::window::{Bytes, Window};
use super::{
    IngestOptions, Limits, delimited, html, json_values, jsonl, labels, mail, mojibake, record,
    tar, unmarked, xml, zip,
};

/// Reads one file or stream, `depth` archives deep, all of which share a tally; `again` is
/// where it can be opened once more.
pub(super) fn stream<'a>(
    raw: Box<dyn Read + Send + 'a>,
    path: &str,
    again: Option<&Path>,
    (options, fields): (&IngestOptions, &Fields),
    (depth, tally): (u32, &Arc<Tally>),
    out: &mut Gathered<'_>,
) {
    out.counts.files += 1;
    if depth == 0 {
        out.rejected.next_file();
    }
    let path: Arc<str> = path.into();
    let mut file = File {
        path: &path,
        options,
        fields,
        encoding: None,
        guessed: None,
        stored: None,
        again: None,
        depth,
        tally: tally.clone(),
        out,
    };
    let raw: Box<dyn Read + Send + 'a> = match depth {
        0 => Box::new(Counted {
            inner: raw,
            tally: tally.clone(),
        }),
        _ => raw,
    };
    let repaired = Arc::new(AtomicU64::new(0));
    let forced = forced(options.encoding.as_deref());
    let mut plain = plain((raw, &path), (&options.limits, forced), tally, &repaired);
    let lost = !plain.lost.is_empty();
    for lost in plain.lost.drain(..) {
        file.reject(None, 0, lost);
    }
    file.encoding = plain.encoding;
    let again = again
        .filter(|_| plain.as_stored)
        .map(|path| (path, plain.mark));
    if lost && plain.window.fill(1).is_empty() {
        // Nothing was left behind the damage, which is told.
    } else if let Err(refusal) = records(&mut plain.window, again, &mut file) {
        file.reject(None, 0, refusal);
    }
    if let (Some(encoding), true) = (file.encoding, repaired.load(Ordering::Relaxed) > 0) {
        file.out.count_encoding(&format!("{encoding} (repaired)"));
    }
    if depth == 0 {
        out.rejected.next_file();
    }
}

/// Whether a file that begins so, under this name, is read as JSON lines as it stands: line by line, in UTF-8 and
/// neither compressed nor in an encoding that was typed.
pub fn is_json_lines(head: &[u8], path: &str, options: &IngestOptions) -> bool {
    let fields = Fields::with_paths(&options.fields, &options.map, &[], &options.limits);
    let is_plain = options.encoding.is_none()
        && Codec::sniff(head).is_none()
        && decode::utf32_mark(head).is_none()
        && decode::byte_order_mark(head).is_none_or(|(encoding, _)| encoding == UTF_8);
    let behind_mark = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    is_plain && sniff::format(behind_mark, path, &fields) == Ok(Format::JsonLines)
}

/// The encoding of a name that was typed.
pub(super) fn forced(name: Option<&str>) -> Option<&'static Encoding> {
    labels::encoding(name?)
}

/// A content without compression and as UTF-8 where a mark tells the encoding.
struct Plain<'a> {
    window: Bytes<'a>,
    /// The encoding that a mark declared, other than UTF-8.
    encoding: Option<&'static str>,
    /// Bytes of the mark.
    mark: u64,
    /// True where the window shows the bytes of the file itself.
    as_stored: bool,
    /// Damage of the compression before the first byte.
    lost: Vec<Refusal>,
}

fn plain<'a>(
    (raw, path): (Box<dyn Read + Send + 'a>, &str),
    (limits, forced): (&Limits, Option<&'static Encoding>),
    tally: &Arc<Tally>,
    repaired: &Arc<AtomicU64>,
) -> Plain<'a> {
    let mut plain = Plain {
        window: Window::new(raw),
        encoding: None,
        mark: 0,
        as_stored: true,
        lost: Vec::new(),
    };
    let sniffed = Codec::sniff(plain.window.fill(inflate::MAGIC));
    if let Some(codec) = sniffed.or_else(|| damaged_codec(&mut plain.window, path)) {
        let inflate = Inflate::new(plain.window, codec, limits, tally.clone());
        plain.window = Window::new(Box::new(inflate));
        plain.as_stored = false;
        // A first member of which nothing came costs itself alone, as a later one does.
        while plain.window.fill(1).is_empty()
            && let Some(damage) = plain.window.damage().cloned()
        {
            plain.lost.push(damage);
            if !plain.window.resume() {
                return plain;
            }
        }
    }
    let marked = decode::utf32_mark(plain.window.fill(4)).map(|little| (little, 4));
    let unmarked = |head: &[u8]| {
        let is_open = forced.is_none() && !sniff::is_binary_format(head);
        let found = is_open.then(|| unmarked::utf32(head)).flatten();
        found.map(|little| (little, 0))
    };
    let utf32 = marked.or_else(|| unmarked(plain.window.fill(sniff::HEAD)));
    if let Some((little, mark)) = utf32 {
        plain.window.consume(mark);
        plain.window.rebase();
        let decoded = Utf32::new(plain.window, little, repaired.clone());
        plain.window = Window::new(Box::new(decoded));
        plain.encoding = Some(if little { "UTF-32LE" } else { "UTF-32BE" });
        plain.as_stored = false;
        return plain;
    }
    let marked = decode::byte_order_mark(plain.window.fill(4));
    let found = marked.or_else(|| {
        let head = plain.window.fill(sniff::HEAD);
        if sniff::is_binary_format(head) {
            return None;
        }
        let encoding = forced.or_else(|| unmarked::utf16(head))?;
        Some((encoding, 0))
    });
    let Some((encoding, mark)) = found else {
        return plain;
    };
    plain.window.consume(mark);
    plain.window.rebase();
    plain.mark = mark as u64;
    if encoding != UTF_8 {
        let transcoded = Transcode::new(plain.window, encoding, repaired.clone());
        plain.window = Window::new(Box::new(transcoded));
        plain.encoding = Some(encoding.name());
        plain.as_stored = false;
    }
    plain
}

/// The compression of a stream whose first mark is damaged: by its name, where it holds what no
/// text does, or by a later member, where its first bytes are nearly those of one.
fn damaged_codec(window: &mut Bytes<'_>, path: &str) -> Option<Codec> {
    let head = window.fill(sniff::HEAD);
    if head.len() < inflate::MAGIC || sniff::is_binary_format(head) {
        return None;
    }
    let is_text = || std::str::from_utf8(head).is_ok_and(|text| !text.contains('\0'));
    match Codec::of_name(path) {
        Some(codec) => (codec.nearly_begins(head) && !is_text()).then_some(codec),
        None => {
            let later = |at: usize| head.get(at..).is_some_and(|rest| Codec::Gzip.begins(rest));
            let mut marks = memchr::memchr_iter(0x1f, head);
            (Codec::Gzip.nearly_begins(head) && marks.any(|at| at > 0 && later(at)))
                .then_some(Codec::Gzip)
        }
    }
}

/// Cuts the content into records by its format. `again` is where the file can
/// be opened once more, and the bytes before its first record.
fn records(
    window: &mut Bytes<'_>,
    again: Option<(&Path, u64)>,
    file: &mut File<'_, '_>,
) -> Result<(), Refusal> {
    window.fill(sniff::HEAD);
    if window.available().is_empty() {
        // Damage before the first byte: what kind of file it is stays unknown.
        if let Some(damage) = window.damage() {
            return Err(damage.clone());
        }
        if **file.path == *"-" {
            return Ok(());
        }
    }
    let head = window.available();
    let format = match sniff::format(head, file.path, file.fields) {
        // A script in front of an archive.
        Ok(Format::Text) if zip::is_within(head) => Format::Zip,
        Err(refusal) if sniff::may_end_as_zip(head, file.path, &refusal, again.is_some()) => {
            let again = again.map(|(path, _)| path);
            return zip::read_behind(refusal, window, again, file);
        }
        told => told?,
    };
    if matches!(
        format,
        Format::JsonLines | Format::JsonValues | Format::Delimited(_) | Format::Xml
    ) {
        file.guessed = decode::guess(window.available());
    }
    if matches!(
        format,
        Format::JsonLines | Format::Delimited(_) | Format::JsonValues
    ) {
        let held = window.available();
        let zeros = held.len() - sniff::behind_nuls(held).len();
        window.consume(zeros);
    }
    match format {
        Format::JsonLines => {
            if let Some((path, mark)) = again
                && let Ok(opened) = fs::File::open(path)
            {
                let number = (file.out.shelf).lines(path.to_path_buf(), opened, file.guessed);
                file.stored = Some((number, mark));
            }
            jsonl::read(window, file);
        }
        Format::Delimited(delimiter) => delimited::read(window, delimiter, file),
        Format::Html => return html::read(window, file),
        Format::JsonValues => json_values::read(window, file),
        #[cfg(feature = "parquet")]
        Format::Parquet => {
            return columnar::read_parquet(window, again.map(|(path, _)| path), file);
        }
        #[cfg(feature = "parquet")]
        Format::Arrow => return columnar::read_arrow(window, file),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet | Format::Arrow => {
            return Err(Refusal::not_built("Parquet or Arrow", "parquet"));
        }
        Format::Xml => return xml::read(window, file),
        Format::Mail => return mail::read(window, file),
        Format::Mbox => mail::read_box(window, file),
        Format::Zip => return zip::read(window, again.map(|(path, _)| path), file),
        Format::Tar => return tar::read(window, file),
        #[cfg(feature = "warc")]
        Format::Warc => warc::read(window, Dialect::Warc, file),
        #[cfg(feature = "warc")]
        Format::Arc => warc::read(window, Dialect::Arc, file),
        #[cfg(not(feature = "warc"))]
        Format::Warc | Format::Arc => return Err(Refusal::not_built("WARC or ARC", "warc")),
        Format::Text => {
            file.again = again.map(|(path, _)| path.to_path_buf());
            return text(window, file);
        }
    }
    Ok(())
}

/// Reads a file that is one text.
fn text(window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
    let limit = file.options.limits.text_bytes;
    if window.fill(just_over(limit)).len() as u64 > limit {
        return Err(record::text_too_long(limit));
    }
    if window.available().len() > file.record_limit() {
        return Err(file.too_long());
    }
    if window.damage().is_some() {
        file.finish(window, None);
        return Ok(());
    }
    let (text, encoding) = decode::decode(window.available())?;
    let read = record::whole_file(text.into_owned(), file.path, limit)?;
    let bytes = window.available().len();
    file.accept(Accepted::new(read, encoding), None);
    file.told(bytes);
    Ok(())
}

pub(super) fn just_over(limit: u64) -> usize {
    usize::try_from(limit)
        .unwrap_or(usize::MAX)
        .saturating_add(1)
}

/// The text that a plain file is, read once more.
pub(super) fn whole_text(
    file: fs::File,
    limits: &Limits,
    encoding: Option<&'static Encoding>,
) -> Option<String> {
    let tally = Arc::new(Tally::default());
    let raw = Box::new(Counted {
        inner: file,
        tally: tally.clone(),
    });
    let mut plain = plain((raw, ""), (limits, encoding), &tally, &Arc::default());
    let bytes = plain.window.fill(just_over(limits.text_bytes));
    let (text, _) = decode::decode(bytes).ok()?;
    let text = record::without_mark(text.into_owned());
    Some(mojibake::undone(&text).unwrap_or(text))
}
