//! Headers of tar archives: blocks of 512 bytes with a checksum.

/// Bytes of a block; everything begins at a multiple.
pub(in crate::ingest) const BLOCK: usize = 512;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub name: Vec<u8>,
    pub len: u64,
    pub kind: u8,
}

impl Header {
    /// Bytes that follow it, up to the next header. Links may tell the length of their target,
    /// without its bytes.
    pub fn stored(&self) -> u64 {
        match self.kind {
            b'1'..=b'6' => 0,
            _ => self.len.saturating_add(padding(self.len)),
        }
    }
}

/// Bytes that fill the last block.
pub(super) fn padding(len: u64) -> u64 {
    len.wrapping_neg() % BLOCK as u64
}

/// Whether a block is one of those that end an archive.
pub(super) fn is_end(block: &[u8]) -> bool {
    block.iter().all(|&byte| byte == 0)
}

/// Whether a block is a header, by its checksum.
pub(in crate::ingest) fn is_header(block: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Some(block) = block.get(..BLOCK) else {
        return false;
    };
    // A block of zeros would need no name and no checksum; no sum is below that of the blanks
    // which stand for the checksum itself.
    let Some(told) = octal(block.get(SUM).unwrap_or_default()).filter(|&told| told > 256) else {
        return false;
    };
    let sum_of = |bytes: &[u8]| bytes.iter().map(|&byte| i64::from(byte)).sum::<i64>();
    let high_of = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte >= 0x80).count() as i64;
    let field = block.get(SUM).unwrap_or_default();
    let sum = sum_of(block) - sum_of(field) + SUM.len() as i64 * i64::from(b' ');
    // Some old programs added up signed bytes.
    let signed = sum - 256 * (high_of(block) - high_of(field));
    told as i64 == sum || told as i64 == signed
}

/// The first place at which a header stands whole, whether at a multiple of a block or not.
///
/// Where a NUL stands behind a digit or a blank a checksum may end: every program writes it as
/// `%06o\0 ` or `%07o\0`.
pub(in crate::ingest) fn find(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(0, bytes).find_map(|end| {
        let before = bytes.get(end.checked_sub(1)?)?;
        if !matches!(before, b'0'..=b'7' | b' ') {
            return None;
        }
        [155, 154].into_iter().find_map(|behind| {
            let start = end.checked_sub(behind)?;
            let block = bytes.get(start..start + BLOCK)?;
            begins_member(block).then_some(start)
        })
    })
}

/// Stricter than [`is_header`], since it is asked at every byte, and cheap where the answer is
/// no: a name with nothing but NULs behind it, and the mark of the format or, in old archives,
/// no more than they have.
fn begins_member(block: &[u8]) -> bool {
    let name = block.get(..100).unwrap_or_default();
    let end = name.iter().position(|&byte| byte == 0);
    let is_named = end != Some(0) && is_end(name.get(end.unwrap_or(100)..).unwrap_or_default());
    let is_marked = || block.get(257..262) == Some(b"ustar");
    let is_old = || block.get(257..).is_some_and(is_end);
    is_named && (is_marked() || is_old()) && parse(block).is_some()
}

/// The header that a block is.
pub(super) fn parse(block: &[u8]) -> Option<Header> {
    if !is_header(block) {
        return None;
    }
    let text = |from: usize, to: usize| {
        let field = block.get(from..to).unwrap_or_default();
        let end = field.iter().position(|&byte| byte == 0);
        field.get(..end.unwrap_or(field.len())).unwrap_or(field)
    };
    let mut name = text(0, 100).to_vec();
    let prefix = text(345, 500);
    if block.get(257..263) == Some(b"ustar\0") && !prefix.is_empty() {
        name = [prefix, b"/", &name].concat();
    }
    Some(Header {
        name,
        len: size(block.get(124..136).unwrap_or_default())?,
        kind: block.get(156).copied().unwrap_or_default(),
    })
}

/// A length: octal, or binary behind a byte with its highest bit set.
fn size(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((&0x80, digits)) => digits.iter().try_fold(0u64, |number, &byte| {
            number.checked_mul(256)?.checked_add(u64::from(byte))
        }),
        _ => octal(field),
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let end = field.iter().position(|&byte| byte == 0);
    let digits = field.get(..end.unwrap_or(field.len()))?.trim_ascii();
    digits.iter().try_fold(0u64, |number, &byte| match byte {
        b'0'..=b'7' => number.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// The value of a keyword in a pax header: lines of length, keyword and value.
pub(super) fn pax<'a>(mut records: &'a [u8], keyword: &str) -> Option<&'a [u8]> {
    let mut found = None;
    while let Some(space) = records.iter().position(|&byte| byte == b' ') {
        let len = std::str::from_utf8(records.get(..space)?).ok()?;
        let len = len.parse::<usize>().ok()?;
        let record = records.get(space + 1..len)?;
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(value) = record.strip_prefix(keyword.as_bytes())
            && let Some(value) = value.strip_prefix(b"=")
        {
            found = Some(value);
        }
        records = records.get(len..)?;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(size(b"00000000017\0"), Some(15));
        assert_eq!(size(b"     17 \0\0\0\0"), Some(15));
        assert_eq!(size(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]), Some(258));
        assert_eq!(size(&[0xff; 12]), None);
        assert_eq!(size(b"8"), None);
    }

    #[test]
    fn a_header_is_found_at_any_byte_and_checked_whole() {
        let mut block = [0u8; BLOCK];
        block[..5].copy_from_slice(b"a.txt");
        block[124..135].copy_from_slice(b"00000000017");
        for (mark, name) in [(&b"ustar\0"[..], b'a'), (b"", b'a'), (b"", 0xe9)] {
            block[0] = name;
            block[257..257 + mark.len()].copy_from_slice(mark);
            block[148..156].fill(b' ');
            let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
            for sum in [sum, sum - if name > 0x7f { 256 } else { 0 }] {
                block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
                for before in [0, 1, 37, 512] {
                    let bytes = [&vec![b'7'; before][..], &block, b"x"].concat();
                    assert_eq!(find(&bytes), Some(before));
                    assert_eq!(find(&bytes[..before + BLOCK - 1]), None);
                }
                let mut other = block;
                other[130] ^= 1;
                assert_eq!(find(&other), None);
            }
            block[257..].fill(0);
        }
        assert_eq!(find(&[0; 2048]), None);
    }

    #[test]
    fn the_last_value_of_a_pax_keyword_counts() {
        let records = b"9 path=x\n12 size=100\n9 path=y\n";
        assert_eq!(pax(records, "path"), Some(&b"y"[..]));
        assert_eq!(pax(records, "size"), Some(&b"100"[..]));
        assert_eq!(pax(b"999 path=x\n", "path"), None);
        assert_eq!(pax(b"0 path=x\n", "path"), None);
    }
}
