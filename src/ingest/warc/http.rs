//! Answers of web servers as crawlers keep them, with what is usually wrong with them.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use memchr::memchr;

use super::super::Limits;
use super::super::inflate::{Codec, Inflate, Tally};
use super::super::reason::{Reason, Refusal};
use super::super::shield::shielded;
use super::super::window::Window;
use super::header::field;

/// Layers of compression that are undone; servers apply one, or one twice by mistake.
const LAYERS: usize = 3;

/// An answer, apart from its body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub status: Option<u16>,
    /// The content type as sent.
    pub mime: String,
    /// Compressions, in the order in which they were applied.
    encodings: Vec<String>,
    chunked: bool,
}

/// Reads status and headers; the rest is the body.
pub(super) fn parse(block: &[u8]) -> (Answer, &[u8]) {
    let mut answer = Answer::default();
    let (line, mut rest) = cut_line(block);
    let line = String::from_utf8_lossy(line);
    answer.status = line
        .split_ascii_whitespace()
        .nth(1)
        .and_then(|code| code.parse().ok());
    while !rest.is_empty() {
        let (line, behind) = cut_line(rest);
        if line.is_empty() {
            return (answer, behind);
        }
        // Some servers forget the empty line.
        if line.starts_with(b"<") {
            return (answer, rest);
        }
        rest = behind;
        let Some((name, value)) = field(line) else {
            continue;
        };
        let value = value.trim();
        match name.as_slice() {
            b"content-type" => answer.mime = value.to_owned(),
            b"content-encoding" => {
                let names = value.to_ascii_lowercase();
                let names = names.split(',').map(|name| name.trim().to_owned());
                answer.encodings.extend(names.take(LAYERS));
            }
            b"transfer-encoding" => {
                answer.chunked |= value.to_ascii_lowercase().contains("chunked")
            }
            _ => {}
        }
    }
    (answer, rest)
}

/// A line without its end, and what is behind it.
fn cut_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let Some(end) = memchr(b'\n', bytes) else {
        return (bytes, &[]);
    };
    let line = bytes.get(..end).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    (line, bytes.get(end + 1..).unwrap_or_default())
}

/// The body as it was before it was sent. Where it is known to be `cut`, as far as it goes.
pub(super) fn body<'a>(
    answer: &Answer,
    sent: &'a [u8],
    cut: bool,
    (limits, tally): (&Limits, &Arc<Tally>),
) -> Result<Cow<'a, [u8]>, Refusal> {
    let mut body = match chunks(sent) {
        Chunks::Whole(body) if answer.chunked || !body.is_empty() => Cow::Owned(body),
        Chunks::Cut(body) if answer.chunked && cut => Cow::Owned(body),
        Chunks::Cut(_) if answer.chunked => {
            return Err(Refusal::new(
                Reason::Truncated,
                "the body of the page ends within a chunk, as after an interrupted download",
            ));
        }
        _ => Cow::Borrowed(sent),
    };
    for encoding in answer.encodings.iter().rev().take(LAYERS) {
        if let Some(plain) = decompressed(encoding, &body, cut, limits, tally)? {
            body = Cow::Owned(plain);
        }
    }
    if answer.encodings.is_empty() && Codec::sniff(&body) == Some(Codec::Gzip) {
        body = match decompressed("gzip", &body, cut, limits, tally)? {
            Some(plain) => Cow::Owned(plain),
            None => body,
        };
    }
    Ok(body)
}

/// A body in chunks.
enum Chunks {
    /// It is none.
    No,
    Whole(Vec<u8>),
    /// The end is missing.
    Cut(Vec<u8>),
}

/// Puts chunks together: by their sizes, whatever the headers say, since crawlers keep the
/// header of a body that they have put together, and the other way round.
fn chunks(mut sent: &[u8]) -> Chunks {
    let mut body = Vec::new();
    let mut first = true;
    loop {
        let Some(end) = memchr(b'\n', sent.get(..sent.len().min(1024)).unwrap_or_default()) else {
            return if first { Chunks::No } else { Chunks::Cut(body) };
        };
        let line = sent.get(..end).unwrap_or_default();
        let digits = line.split(|&byte| byte == b';').next().unwrap_or_default();
        let digits = std::str::from_utf8(digits.trim_ascii()).unwrap_or_default();
        let plausible = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = plausible
            .then(|| usize::from_str_radix(digits, 16).ok())
            .flatten();
        let Some(size) = size else {
            return if first { Chunks::No } else { Chunks::Cut(body) };
        };
        // A text may begin with a number on a line of its own.
        if first && !line.ends_with(b"\r") {
            return Chunks::No;
        }
        first = false;
        if size == 0 {
            return Chunks::Whole(body);
        }
        let rest = sent.get(end + 1..).unwrap_or_default();
        let Some(chunk) = rest.get(..size) else {
            body.extend_from_slice(rest);
            return Chunks::Cut(body);
        };
        body.extend_from_slice(chunk);
        let behind = rest.get(size..).unwrap_or_default();
        let Some(behind) = behind.strip_prefix(b"\r\n").or(behind.strip_prefix(b"\n")) else {
            return if behind.is_empty() {
                Chunks::Whole(body)
            } else {
                Chunks::Cut(body)
            };
        };
        if behind.is_empty() {
            // Only the mark of the end is missing.
            return Chunks::Whole(body);
        }
        sent = behind;
    }
}

/// The bytes without a compression; `None` where they are not compressed as the header says,
/// since crawlers keep the header of a body that they have decompressed.
fn decompressed(
    encoding: &str,
    body: &[u8],
    cut: bool,
    limits: &Limits,
    tally: &Arc<Tally>,
) -> Result<Option<Vec<u8>>, Refusal> {
    let is_text = matches!(body.trim_ascii_start().first(), None | Some(b'<' | b'{'));
    let codec = match encoding {
        "br" if !is_text => return brotli(body, cut, limits).map(Some),
        "deflate" if is_text => return Ok(None),
        "deflate" if zlib(body) => Some(Codec::Zlib),
        "deflate" => Some(Codec::Deflate),
        "gzip" | "x-gzip" | "zstd" => Codec::sniff(body),
        _ => None,
    };
    let Some(codec) = codec else {
        return Ok(None);
    };
    let input = Window::new(Box::new(body) as Box<dyn Read + Send + '_>);
    collect(
        Inflate::new(input, codec, limits, tally.clone()),
        cut,
        limits,
    )
    .map(Some)
}

fn zlib(body: &[u8]) -> bool {
    match body {
        [method, flags, ..] => {
            method & 0xf == 8 && (u32::from(*method) * 256 + u32::from(*flags)) % 31 == 0
        }
        _ => false,
    }
}

fn brotli(body: &[u8], cut: bool, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    shielded("brotli", || {
        let reader = brotli_decompressor::Decompressor::new(body, 64 << 10);
        collect(reader, cut, limits)
    })
}

/// Everything that a reader gives, up to the limit of a record.
fn collect(reader: impl Read, cut: bool, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let limit = limits.record_bytes;
    let mut plain = Vec::new();
    let read = reader.take(limit.saturating_add(1)).read_to_end(&mut plain);
    if plain.len() as u64 > limit {
        return Err(Refusal::new(
            Reason::TooLong,
            format!("the page is longer than the limit of {limit} bytes once it is decompressed"),
        ));
    }
    match read {
        Err(error) => {
            let refusal = Refusal::from(error);
            let damaged = matches!(
                refusal.reason,
                Reason::Truncated | Reason::Corrupt | Reason::Unreadable
            );
            match refusal.reason {
                _ if cut && damaged && !plain.is_empty() => Ok(plain),
                Reason::Unreadable => Err(Refusal::new(
                    Reason::Corrupt,
                    format!(
                        "the compressed body of the page is damaged: {}",
                        refusal.message
                    ),
                )),
                _ => Err(refusal),
            }
        }
        Ok(_) => Ok(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(block: &[u8], cut: bool) -> Result<Vec<u8>, Reason> {
        let (answer, sent) = parse(block);
        let tally = Arc::new(Tally::default());
        tally.take(block.len());
        let body = body(&answer, sent, cut, (&Limits::default(), &tally));
        body.map(Cow::into_owned).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn chunks_are_put_together_whatever_the_header_says() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let plain = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
        let sent = "4\r\n<p>a\r\n5;x=y\r\nb</p>\r\n0\r\n\r\n";
        for head in [chunked, plain] {
            let block = [head, sent].concat();
            assert_eq!(told(block.as_bytes(), false).unwrap(), b"<p>ab</p>");
            let block = [head, "<p>ab</p>"].concat();
            assert_eq!(told(block.as_bytes(), false).unwrap(), b"<p>ab</p>");
        }
        let cut = [chunked, "4\r\n<p>a\r\n50\r\nb</"].concat();
        assert_eq!(told(cut.as_bytes(), false), Err(Reason::Truncated));
        assert_eq!(told(cut.as_bytes(), true).unwrap(), b"<p>ab</");
        let endless = [chunked, "ffffffffffffffff\r\nab"].concat();
        assert_eq!(told(endless.as_bytes(), false), Err(Reason::Truncated));
    }

    #[test]
    fn headers_may_be_broken() {
        let (answer, body) = parse(b"HTTP/1.0 404\nno colon\n: x\nContent-Type:a/b\n\nbody");
        assert_eq!((answer.status, answer.mime.as_str()), (Some(404), "a/b"));
        assert_eq!(body, b"body");
        assert_eq!(
            parse(b"HTTP/1.1 200 OK\r\nServer: x\r\n<html>").1,
            b"<html>"
        );
        assert_eq!(parse(b"").0.status, None);
    }

    #[test]
    fn a_mislabelled_compression_is_no_loss() {
        for name in ["gzip", "br", "deflate", "zstd", "other"] {
            let block = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\n\r\n<p>a</p>");
            assert_eq!(told(block.as_bytes(), false).unwrap(), b"<p>a</p>");
        }
        let text = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n";
        // "hello" as an uncompressed block of brotli.
        let packed = [&text[..], b"\x0f\x02\x80hello\x03"].concat();
        assert_eq!(told(&packed, false).unwrap(), b"hello");
        let damaged = [&text[..], b"\x0f\x02\x80he"].concat();
        assert!(told(&damaged, false).is_err());
    }
}
