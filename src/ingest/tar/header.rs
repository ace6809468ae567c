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
    let bytes = block.iter().enumerate().map(|(at, &byte)| match byte {
        _ if SUM.contains(&at) => b' ',
        byte => byte,
    });
    // Some old programs added up signed bytes.
    let (mut sum, mut signed) = (0i64, 0i64);
    for byte in bytes {
        sum += i64::from(byte);
        signed += i64::from(byte as i8);
    }
    told as i64 == sum || told as i64 == signed
}

/// The first place at which a header stands whole, whether at a multiple of a block or not.
///
/// Linear but for at most a look at a block for each number in octal digits behind which a NUL
/// stands: so every program ends a checksum, as `%06o\0 ` or `%07o\0`.
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

/// Stricter than [`is_header`], since it is asked at every byte: a name, and the mark of the
/// format or, in old archives, a mode in octal digits and a kind that exists.
fn begins_member(block: &[u8]) -> bool {
    let is_named = block.first().is_some_and(|&byte| byte != 0);
    let is_marked = || block.get(257..262) == Some(b"ustar");
    let is_old = || {
        let mode = octal(block.get(100..108).unwrap_or_default());
        let kind = block.get(156).copied().unwrap_or_default();
        mode.is_some_and(|mode| mode > 0) && matches!(kind, 0 | b'0'..=b'7')
    };
    is_named && parse(block).is_some() && (is_marked() || is_old())
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
    fn the_last_value_of_a_pax_keyword_counts() {
        let records = b"9 path=x\n12 size=100\n9 path=y\n";
        assert_eq!(pax(records, "path"), Some(&b"y"[..]));
        assert_eq!(pax(records, "size"), Some(&b"100"[..]));
        assert_eq!(pax(b"999 path=x\n", "path"), None);
        assert_eq!(pax(b"0 path=x\n", "path"), None);
    }
}
