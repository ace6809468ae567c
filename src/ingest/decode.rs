//! From bytes to text: byte order marks, UTF-8, and guesses at the rest.

use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use super::reason::{Reason, Refusal};
use super::unmarked;
use super::window::Bytes;

/// What the detector gets to see; it is the slowest part, and a megabyte of
/// running text is far more than it needs.
const DETECT_BYTES: usize = 1 << 20;

/// Korean mail of old, which encoding_rs does not know.
const ISO_2022_KR: &str = "ISO-2022-KR";

/// UTF-8 with a few bad bytes, which became U+FFFD.
const REPAIRED: &str = "UTF-8 (repaired)";

/// The encoding that a byte order mark declares, and the length of the mark.
pub(super) fn byte_order_mark(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    match head {
        // UTF-32, which begins like UTF-16 and which encoding_rs does not know.
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => None,
        [0xef, 0xbb, 0xbf, ..] => Some((UTF_8, 3)),
        [0xff, 0xfe, ..] => Some((UTF_16LE, 2)),
        [0xfe, 0xff, ..] => Some((UTF_16BE, 2)),
        _ => None,
    }
}

/// UTF-8 that was read in a wrong encoding and written again, which was undone.
const UNDONE: &str = "UTF-8 (mojibake undone)";

/// The name under which an encoding is counted.
pub(super) fn named(encoding: &'static str, undone: bool) -> &'static str {
    if undone { UNDONE } else { encoding }
}

/// UTF-32 by its mark: whether the first byte of a character is its lowest.
pub(super) fn utf32_mark(head: &[u8]) -> Option<bool> {
    match head {
        [0xff, 0xfe, 0, 0, ..] => Some(true),
        [0, 0, 0xfe, 0xff, ..] => Some(false),
        _ => None,
    }
}

/// UTF-32 turned into UTF-8 on the way; what is no character becomes U+FFFD.
pub(super) struct Utf32<'a> {
    input: Bytes<'a>,
    little: bool,
    held: Vec<u8>,
    start: usize,
    repaired: Arc<AtomicU64>,
}

impl<'a> Utf32<'a> {
    pub fn new(input: Bytes<'a>, little: bool, repaired: Arc<AtomicU64>) -> Self {
        Utf32 {
            input,
            little,
            held: Vec::new(),
            start: 0,
            repaired,
        }
    }
}

impl Read for Utf32<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        const STEP: usize = 16 << 10;
        if self.start == self.held.len() {
            let bytes = self.input.fill(STEP);
            let bytes = bytes.get(..STEP.min(bytes.len())).unwrap_or(bytes);
            let mut text = String::with_capacity(bytes.len());
            for unit in bytes.chunks(4) {
                let number = match (<[u8; 4]>::try_from(unit), self.little) {
                    (Ok(unit), true) => u32::from_le_bytes(unit),
                    (Ok(unit), false) => u32::from_be_bytes(unit),
                    (Err(_), _) => u32::MAX,
                };
                text.push(char::from_u32(number).unwrap_or_else(|| {
                    self.repaired.fetch_add(1, Ordering::Relaxed);
                    char::REPLACEMENT_CHARACTER
                }));
            }
            let taken = bytes.len();
            self.input.consume(taken);
            (self.held, self.start) = (text.into_bytes(), 0);
            if taken == 0
                && let Some(damage) = self.input.damage()
            {
                return Err(damage.clone().into());
            }
        }
        let count = self.held.get(self.start..).unwrap_or_default().read(out)?;
        self.start += count;
        Ok(count)
    }
}

/// Decodes one text file or one record: the text and the name of its encoding.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, &'static str), Refusal> {
    decode_as(bytes, None)
}

/// As [`decode`], of a record of a stream that [`guess`] told the encoding of: a record of a few
/// words alone looks like many an encoding.
pub(super) fn decode_as<'b>(
    bytes: &'b [u8],
    guessed: Option<&'static Encoding>,
) -> Result<(Cow<'b, str>, &'static str), Refusal> {
    if let Some(text) = unmarked::iso_2022_jp(bytes) {
        return Ok((Cow::Owned(text), ISO_2022_JP.name()));
    }
    if let Some(text) = unmarked::iso_2022_kr(bytes) {
        return Ok((Cow::Owned(text), ISO_2022_KR));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((Cow::Borrowed(text), UTF_8.name()));
    }
    if is_damaged_utf8(bytes) {
        return Ok((String::from_utf8_lossy(bytes), REPAIRED));
    }
    if let Some(encoding) = guessed {
        let (text, malformed) = encoding.decode_without_bom_handling(bytes);
        if !malformed && !text.chars().any(is_stray_control) {
            return Ok((text, encoding.name()));
        }
    }
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let from = bytes.get(first.saturating_sub(4096)..).unwrap_or_default();
    let sample = from.get(..DETECT_BYTES).unwrap_or(from);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() == from.len());
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
    // Every byte means something in windows-1252, so a guess never fails; what
    // gives random bytes away is that they are full of control characters.
    let controls = text.chars().filter(|&c| is_stray_control(c)).count();
    if malformed || controls > bytes.len() / 50 {
        return Err(Refusal::new(
            Reason::Undecodable,
            format!(
                "the bytes are neither UTF-8 nor text in another encoding (best guess {}); \
                 convert it to UTF-8",
                encoding.name()
            ),
        ));
    }
    Ok((text, encoding.name()))
}

/// The encoding of those lines of a stream that are not UTF-8, by all that its head holds of
/// them; `None` where there are none, or where nothing fits. Lines of UTF-8 among them tell
/// nothing of the others.
pub(super) fn guess(head: &[u8]) -> Option<&'static Encoding> {
    if std::str::from_utf8(head).is_ok() {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut bad = Vec::new();
    for line in head.split_inclusive(|&byte| byte == b'\n') {
        // The last line is cut, perhaps within a character.
        let whole = line.ends_with(b"\n");
        if whole && std::str::from_utf8(line).is_err() && !is_damaged_utf8(line) {
            detector.feed(line, false);
            bad.extend_from_slice(line);
        }
    }
    if bad.is_empty() {
        return None;
    }
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let (text, malformed) = encoding.decode_without_bom_handling(&bad);
    let controls = text.chars().filter(|&c| is_stray_control(c)).count();
    (!malformed && controls <= bad.len() / 50).then_some(encoding)
}

/// Whether the few bad bytes stand among many good sequences of UTF-8. Text in
/// a legacy encoding hardly ever holds a good one.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut sure, mut bad) = (0usize, 0usize, 0usize);
    // Legacy encodings of two bytes put their bad bytes side by side, or beside good ones.
    let (mut alone, mut behind_bad) = (true, false);
    let is_ascii = |c: Option<char>| c.is_none_or(|c| c.is_ascii());
    for chunk in bytes.utf8_chunks() {
        let (valid, invalid) = (chunk.valid(), chunk.invalid());
        good += valid.chars().filter(|c| !c.is_ascii()).count();
        sure += valid.chars().filter(|&c| is_no_chance(c)).count();
        if behind_bad {
            alone &= is_ascii(valid.chars().next()) && (invalid.is_empty() || !valid.is_empty());
        }
        behind_bad = !invalid.is_empty();
        if behind_bad {
            bad += 1;
            alone &= invalid.len() == 1 && is_ascii(valid.chars().next_back());
        }
    }
    good > 4 * bad || alone && sure >= bad && sure > 0
}

/// Whether the bytes of a character of UTF-8 hardly stand side by side in a text of one byte a
/// letter: a capital with an accent may be followed by a closing quotation mark there.
fn is_no_chance(c: char) -> bool {
    match c {
        '\u{a0}'..='\u{17f}' | '\u{391}'..='\u{3c9}' | '\u{410}'..='\u{44f}' => {
            let second = u32::from(c) & 0x3f | 0x80;
            !matches!(second, 0x82 | 0x84 | 0x85 | 0x91..=0x97 | 0xab | 0xbb)
        }
        '\u{2010}'..='\u{203a}' | '\u{20ac}' | '\u{2122}' => true,
        '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => true,
        _ => false,
    }
}

pub(super) fn is_stray_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\u{85}')
}

/// UTF-16 turned into UTF-8 on the way.
pub(super) struct Transcode<'a> {
    input: Bytes<'a>,
    decoder: Decoder,
    buffer: Vec<u8>,
    start: usize,
    finished: bool,
    repaired: Arc<AtomicU64>,
}

impl<'a> Transcode<'a> {
    /// `repaired` counts the places that were no valid UTF-16 and became U+FFFD.
    pub fn new(input: Bytes<'a>, encoding: &'static Encoding, repaired: Arc<AtomicU64>) -> Self {
        Transcode {
            input,
            decoder: encoding.new_decoder_without_bom_handling(),
            buffer: Vec::new(),
            start: 0,
            finished: false,
            repaired,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let source = self.input.fill(1);
        let last = source.is_empty();
        let mut taken = 0;
        self.buffer.resize(3 * source.len().max(64), 0);
        let (result, read, written, repaired) =
            self.decoder.decode_to_utf8(source, &mut self.buffer, last);
        taken += read;
        self.buffer.truncate(written);
        self.start = 0;
        self.repaired
            .fetch_add(u64::from(repaired), Ordering::Relaxed);
        self.input.consume(taken);
        if last {
            if let Some(damage) = self.input.damage() {
                self.finished = true;
                return Err(damage.clone().into());
            }
            self.finished = result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl Read for Transcode<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut held = self.buffer.get(self.start..).unwrap_or_default();
            if !held.is_empty() {
                let count = held.read(out)?;
                self.start += count;
                return Ok(count);
            }
            if self.finished {
                return Ok(0);
            }
            self.refill()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::window::Window;
    use super::*;

    #[test]
    fn legacy_text_is_guessed() {
        let (text, name) = decode(b"Le caf\xe9 est \xe0 c\xf4t\xe9 \x96 \xabdit-il\xbb.").unwrap();
        assert_eq!(text, "Le café est à côté – «dit-il».");
        assert_eq!(name, "windows-1252");
        let russian = "Правительство сообщило о новых мерах поддержки.";
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(russian);
        let (text, name) = decode(&bytes).unwrap();
        assert_eq!((text.as_ref(), name), (russian, "windows-1251"));
    }

    #[test]
    fn one_bad_byte_does_not_turn_utf8_into_another_encoding() {
        let bytes = [
            "«Größe», sagte Jürgen, «läßt».".as_bytes(),
            b"\xff",
            "ä".as_bytes(),
        ]
        .concat();
        let (text, name) = decode(&bytes).unwrap();
        assert_eq!(name, REPAIRED);
        assert_eq!(text, "«Größe», sagte Jürgen, «läßt».\u{fffd}ä");
    }

    #[test]
    fn one_stray_byte_does_not_spoil_a_short_text() {
        for (bytes, text) in [
            (
                &b"caf\xc3\xa9 is open\xff and closed"[..],
                "café is open\u{fffd} and closed",
            ),
            (
                b"The \xe2\x82\xac5 caf\xc3\xa9 \xe2\x80\x93 it\xe2\x80\x99s open \x96 and closed",
                "The €5 café – it’s open \u{fffd} and closed",
            ),
        ] {
            assert_eq!(decode(bytes).unwrap(), (text.into(), REPAIRED));
        }
        // A capital before a closing mark, and pairs of bytes, are no proof of UTF-8.
        for bytes in [
            &b"\xab Le CAF\xc9\xbb de la place"[..],
            b"A IRM\xc3\x94 e o caf\xe9 da esquina",
            b"Une \xe9t\xe9 en \xcele-de-France",
        ] {
            assert_ne!(decode(bytes).unwrap().1, REPAIRED);
        }
        for text in ["정부는 오늘 새 대책을 발표했다.", "시장은"] {
            let (bytes, _, _) = encoding_rs::EUC_KR.encode(text);
            assert!(!is_damaged_utf8(&bytes), "{text}");
        }
        let (bytes, _, _) = encoding_rs::GBK.encode("政府今天宣布了新的措施。");
        assert!(!is_damaged_utf8(&bytes));
    }

    #[test]
    fn a_short_record_is_read_as_the_others_of_its_stream_are() {
        let lines = [
            "Городской совет принял решение о мосте во вторник.",
            "Мэр сказал, что паром пойдёт утром.",
            "Суд отложил дело.",
            "Дождь.",
        ];
        let joined = lines.join("\n");
        let (stream, _, _) = encoding_rs::WINDOWS_1251.encode(&joined);
        let mut stream = [&stream[..], b"\n"].concat();
        stream.extend_from_slice("Größe in UTF-8\n".as_bytes());
        let guessed = guess(&stream);
        assert_eq!(guessed, Some(encoding_rs::WINDOWS_1251));
        for line in lines {
            let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(line);
            assert_eq!(decode_as(&bytes, guessed).unwrap().0, line);
        }
        let utf8 = "Größe".as_bytes();
        assert_eq!(decode_as(utf8, guessed).unwrap(), ("Größe".into(), "UTF-8"));
        assert_eq!(guess("Größe\n".as_bytes()), None);
        assert_eq!(guess(b"plain\ncut within \xc3"), None);
        // What fits no encoding but its own is read in that one.
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("市議会は火曜日に橋について決定した");
        assert_eq!(decode_as(&bytes, Some(UTF_8)).unwrap().1, "Shift_JIS");
    }

    #[test]
    fn noise_is_no_text() {
        let mut state = 1u32;
        let noise: Vec<u8> = (0..5000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8 | 1
            })
            .collect();
        assert_eq!(decode(&noise).unwrap_err().reason, Reason::Undecodable);
    }

    #[test]
    fn utf16_is_transcoded_and_repairs_are_counted() {
        let mut bytes: Vec<u8> = "Zürich 😀\n"
            .repeat(20_000)
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        bytes.extend([0xd8, 0x00]);
        let repaired = Arc::new(AtomicU64::new(0));
        let input: Bytes<'_> = Window::new(Box::new(&bytes[..]));
        let mut out = String::new();
        Transcode::new(input, UTF_16BE, repaired.clone())
            .read_to_string(&mut out)
            .unwrap();
        assert_eq!(out, "Zürich 😀\n".repeat(20_000) + "\u{fffd}");
        assert_eq!(repaired.load(Ordering::Relaxed), 1);
    }
}
