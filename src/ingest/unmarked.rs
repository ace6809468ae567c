//! Encodings of more than one byte that no mark declares, found by their structure alone.
//!
//! Each answer is certain or none: what is read here in a wrong encoding would be garbage
//! without a message.

use encoding_rs::{EUC_KR, Encoding, ISO_2022_JP, UTF_16BE, UTF_16LE};

use super::decode::is_stray_control;

/// What is looked at of a stream.
const LOOKED: usize = 4096;

/// UTF-16 without a mark, told by the NUL bytes beside ASCII, or, where there are hardly any, by
/// the scripts of East Asia.
pub(super) fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    const LEAST: usize = 8;
    let head = head.get(..LOOKED.min(head.len() & !1)).unwrap_or_default();
    let zeros = |side: usize| {
        let bytes = head.iter().skip(side).step_by(2);
        bytes.filter(|&&byte| byte == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let encoding = match (even, odd) {
        (0, odd) if odd * 5 >= head.len() / 2 => UTF_16LE,
        (even, 0) if even * 5 >= head.len() / 2 => UTF_16BE,
        _ => return east_asian(head),
    };
    let (text, malformed) = encoding.decode_without_bom_handling(head);
    // The head may end within a character of two units.
    let cut = text.trim_end_matches('\u{fffd}');
    let sound = !malformed || !cut.contains('\u{fffd}');
    (head.len() >= LEAST && sound && !text.chars().any(is_stray_control)).then_some(encoding)
}

/// UTF-16 of Chinese, Japanese or Korean: in one order of bytes nearly all of it is of these
/// scripts, in the other it is not, and it holds bytes that no text in another encoding does.
fn east_asian(head: &[u8]) -> Option<&'static Encoding> {
    const LEAST: usize = 32;
    let control = |&byte: &u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    if head.len() < LEAST || !head.iter().any(control) || std::str::from_utf8(head).is_ok() {
        return None;
    }
    let share = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(head);
        let all = text.chars().count();
        let fits = text.chars().filter(|&c| is_east_asian(c)).count();
        let ends = text
            .chars()
            .any(|c| matches!(c, '、' | '。' | '，' | ' ' | '\n' | 'ぁ'..='ん'));
        (fits * 100 / all.max(1), ends)
    };
    let (little, big) = (share(UTF_16LE), share(UTF_16BE));
    match (little, big) {
        ((97.., true), (..80, _)) => Some(UTF_16LE),
        ((..80, _), (97.., true)) => Some(UTF_16BE),
        _ => None,
    }
}

fn is_east_asian(c: char) -> bool {
    matches!(c, ' '..='~' | '\t' | '\n' | '\r')
        || matches!(c, '\u{2010}'..='\u{2026}' | '\u{3000}'..='\u{30ff}' | '\u{ff01}'..='\u{ff9f}')
        || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// UTF-32 without a mark: every four bytes are a character, and they are those of words. True
/// where the first byte of each is its lowest.
pub(super) fn utf32(head: &[u8]) -> Option<bool> {
    const LEAST: usize = 16;
    let head = head.get(..LOOKED.min(head.len() & !3)).unwrap_or_default();
    if head.len() < LEAST {
        return None;
    }
    let is_text = |little: bool| {
        let (mut all, mut words) = (0usize, 0usize);
        for unit in head.chunks_exact(4) {
            let unit = <[u8; 4]>::try_from(unit).unwrap_or_default();
            let number = match little {
                true => u32::from_le_bytes(unit),
                false => u32::from_be_bytes(unit),
            };
            match char::from_u32(number) {
                Some(c) if !is_stray_control(c) => {
                    words += usize::from(c.is_alphanumeric() || c == ' ')
                }
                _ => return false,
            }
            all += 1;
        }
        words * 10 >= all * 7
    };
    [true, false].into_iter().find(|&little| is_text(little))
}

/// Japanese mail of old: only ASCII, with escapes into characters of two bytes.
pub(super) fn iso_2022_jp(bytes: &[u8]) -> Option<String> {
    memchr::memchr(0x1b, bytes)?;
    let opens = [&b"\x1b$B"[..], b"\x1b$@"];
    let opened = opens
        .iter()
        .any(|mark| memchr::memmem::find(bytes, mark).is_some());
    if !opened || !bytes.is_ascii() {
        return None;
    }
    let (text, malformed) = ISO_2022_JP.decode_without_bom_handling(bytes);
    (!malformed && !text.is_ascii()).then(|| text.into_owned())
}

/// Korean mail of old (RFC 1557): only ASCII, in which the bytes between the control characters
/// SO and SI stand for those of EUC-KR with the highest bit set. A line end ends a stretch.
pub(super) fn iso_2022_kr(bytes: &[u8]) -> Option<String> {
    const SHIFT_OUT: u8 = 0x0e;
    const SHIFT_IN: u8 = 0x0f;
    const HEADER: &[u8] = b"\x1b$)C";
    memchr::memchr(SHIFT_OUT, bytes)?;
    if !bytes.is_ascii() {
        return None;
    }
    let header = memchr::memmem::find(bytes, HEADER)?;
    let mut wide = Vec::with_capacity(bytes.len());
    let mut out = false;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            SHIFT_OUT => out = true,
            SHIFT_IN => out = false,
            b'\n' => {
                out = false;
                wide.push(byte);
            }
            0x21..=0x7e if out => wide.push(byte | 0x80),
            _ if (header..header + HEADER.len()).contains(&at) => {}
            _ => wide.push(byte),
        }
    }
    let (text, malformed) = EUC_KR.decode_without_bom_handling(&wide);
    (!malformed && !text.is_ascii()).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const JAPANESE: &str = "東京で開かれた会議で、首相は来年度の予算について説明した。";
    const CHINESE: &str = "政府今天宣布了新的措施，市场反应积极。记者会上有许多问题。";

    fn utf16_of(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn east_asian_utf16_is_told_and_nothing_else_is() {
        for text in [JAPANESE, CHINESE] {
            assert_eq!(utf16(&utf16_of(text, u16::to_le_bytes)), Some(UTF_16LE));
            assert_eq!(utf16(&utf16_of(text, u16::to_be_bytes)), Some(UTF_16BE));
            let legacy = [
                encoding_rs::SHIFT_JIS,
                encoding_rs::GBK,
                encoding_rs::EUC_JP,
            ];
            for encoding in legacy {
                assert_eq!(utf16(&encoding.encode(text).0), None);
            }
            assert_eq!(utf16(text.as_bytes()), None);
        }
        let noise: Vec<u8> = (0..4000u32)
            .map(|n| (n.wrapping_mul(0x9e37_79b9) >> 24) as u8)
            .collect();
        assert_eq!(utf16(&noise), None);
    }

    #[test]
    fn utf32_is_told_by_its_characters() {
        let of = |text: &str, unit: fn(u32) -> [u8; 4]| -> Vec<u8> {
            text.chars().flat_map(|c| unit(u32::from(c))).collect()
        };
        for text in ["Rain will end on Friday.", JAPANESE] {
            assert_eq!(utf32(&of(text, u32::to_le_bytes)), Some(true));
            assert_eq!(utf32(&of(text, u32::to_be_bytes)), Some(false));
            assert_eq!(utf32(text.as_bytes()), None);
            assert_eq!(utf32(&utf16_of(text, u16::to_le_bytes)), None);
        }
        let numbers: Vec<u8> = (0..400u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(utf32(&numbers), None);
    }

    #[test]
    fn escapes_into_two_bytes_are_japanese() {
        let (bytes, _, _) = ISO_2022_JP.encode(JAPANESE);
        assert_eq!(iso_2022_jp(&bytes).as_deref(), Some(JAPANESE));
        assert_eq!(iso_2022_jp(b"\x1b[31mred\x1b[0m and \x1b$"), None);
    }

    #[test]
    fn shifted_stretches_are_korean() {
        const KOREAN: &str = "시의회는 화요일에 다리를 고치기로 했다.\nRain in Orme";
        let mut bytes = b"\x1b$)C".to_vec();
        let (wide, _, _) = EUC_KR.encode(KOREAN);
        let mut out = false;
        for &byte in wide.iter() {
            if out != (byte >= 0x80) {
                out = !out;
                bytes.push(if out { 0x0e } else { 0x0f });
            }
            bytes.push(byte & 0x7f);
        }
        assert_eq!(iso_2022_kr(&bytes).as_deref(), Some(KOREAN));
        let bare = bytes.strip_prefix(b"\x1b$)C").unwrap_or_default();
        assert_eq!(iso_2022_kr(bare), None);
        assert_eq!(iso_2022_kr(b"\x1b$)C and \x0e alone"), None);
    }
}
