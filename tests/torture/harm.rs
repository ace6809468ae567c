//! What happens to sound files on their way, and which records must survive it.

use std::ops::Range;

use encoding_rs::Encoding;
use memchr::memmem;

use super::kinds::{Family, Kind, Part};
use super::support::Random;

/// A file to read.
pub struct Case {
    pub what: String,
    pub bytes: Vec<u8>,
    /// Keys that must be among the documents.
    pub keeps: Vec<String>,
}

impl Case {
    /// A file of which nothing is known but that its counts must balance.
    pub fn any(what: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Case {
        Case {
            what: what.into(),
            bytes: bytes.into(),
            keeps: Vec::new(),
        }
    }

    /// A file with the good records under these keys.
    pub fn keeping(what: impl Into<String>, bytes: impl Into<Vec<u8>>, parts: &[Part]) -> Case {
        Case {
            keeps: parts.iter().map(|(key, _)| key.clone()).collect(),
            ..Case::any(what, bytes)
        }
    }
}

/// Where each record stands in the file of all of them; empty where that cannot be told.
fn places(file: &[u8], parts: &[Part], family: Family) -> Vec<Range<usize>> {
    let by_name = family == Family::Archive;
    let mut from = 0;
    let mut places = Vec::new();
    for (key, bytes) in parts {
        let wanted: &[u8] = if by_name { key.as_bytes() } else { bytes };
        let Some(at) = memmem::find(&file[from..], wanted) else {
            return Vec::new();
        };
        let start = from + at;
        // A member ends behind its name and a little of what is in it.
        let end = if by_name {
            start + 100
        } else {
            start + bytes.len()
        };
        places.push(start..end);
        from = end;
    }
    places
}

/// The same file cut, changed here and there, with pieces put in, left out and zeroed, and twice.
pub fn spoiled(kind: &Kind, parts: &[Part], times: usize) -> Vec<Case> {
    let whole = (kind.file)(parts);
    let len = whole.len();
    let seed = xxhash_rust::xxh3::xxh3_64(kind.name.as_bytes());
    let mut random = Random(seed);
    let places = match kind.family {
        Family::Columns => Vec::new(),
        family => places(&whole, parts, family),
    };
    let mut cases = Vec::new();
    for time in 0..times {
        let at = match time {
            0 => len - 1,
            1 => len / 2,
            _ => random.below(len),
        };
        // What ended long before the cut is there.
        let whole_ones = places.iter().filter(|place| place.end + 1024 < at).count();
        let kept = match kind.family {
            Family::Archive => 0,
            _ => whole_ones.saturating_sub(1),
        };
        let cut = &whole[..at];
        cases.push(Case::keeping(format!("cut at {at}"), cut, &parts[..kept]));

        let mut flipped = whole.clone();
        for _ in 0..1 + time % 8 {
            // Every second one at an end, where lengths and directories stand.
            let at = match time % 4 {
                0 => random.below(len.min(200)),
                1 => len - 1 - random.below(len.min(400)),
                _ => random.below(len),
            };
            flipped[at] ^= 1 << random.below(8);
        }
        cases.push(Case::any(format!("bits flipped {time}"), flipped));

        if !places.is_empty() && parts.len() > 2 {
            let hit = 1 + random.below(parts.len() - 2);
            let mut bytes = whole.clone();
            for _ in 0..3 {
                let within = &places[hit];
                bytes[within.start + random.below(within.len())] ^= 1 << random.below(8);
            }
            let what = format!("bits of {} flipped", parts[hit].0);
            let others = [&parts[..hit], &parts[hit + 1..]].concat();
            cases.push(Case::keeping(what, bytes, &others));
        }

        let (from, to) = (random.below(len), random.below(len));
        let piece = random.below(len.min(5000));
        let noise: Vec<u8> = (0..piece).map(|_| (random.next() >> 32) as u8).collect();
        let end = (from + piece).min(len);
        let spliced = match time % 4 {
            0 => [&whole[..from], &noise, &whole[from..]].concat(),
            1 => [&whole[..from], &whole[end..]].concat(),
            2 => [&whole[..to], &whole[from..end], &whole[to..]].concat(),
            _ => [&whole[..from], &vec![0; end - from][..], &whole[end..]].concat(),
        };
        cases.push(Case::any(format!("spliced {time}"), spliced));
    }
    let twice = [&whole[..], &whole].concat();
    // Of two pages one behind the other only one may be seen, and a text has the name of its file.
    let kept = match kind.family {
        Family::Columns | Family::Page | Family::Text => &[][..],
        _ => parts,
    };
    cases.push(Case::keeping("twice", twice, kept));
    cases.push(Case::any(
        "zeros behind",
        [&whole[..], &vec![0; 4096]].concat(),
    ));
    cases.push(Case::any(
        "zeros before",
        [&vec![0; 4096][..], &whole].concat(),
    ));
    cases.push(Case::any("all zeros", vec![0; len]));
    cases.push(Case::any("one byte", &whole[..1]));
    cases.push(Case::any("nothing", Vec::new()));
    cases
}

/// The same file in encodings that it does not declare.
pub fn encoded(kind: &Kind, parts: &[Part]) -> Vec<Case> {
    if matches!(
        kind.family,
        Family::Columns | Family::Packed | Family::Archive
    ) {
        return Vec::new();
    }
    let whole = String::from_utf8((kind.file)(parts)).unwrap();
    let wide = |unit: fn(u16) -> [u8; 2]| whole.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    let mut cases = vec![
        Case::any("UTF-16LE", wide(u16::to_le_bytes)),
        Case::any("UTF-16BE", wide(u16::to_be_bytes)),
        Case::any("UTF-16 of odd length", &wide(u16::to_le_bytes)[1..]),
        Case::any(
            "UTF-16BE by its mark",
            marked(b"\xfe\xff", wide(u16::to_be_bytes)),
        ),
        Case::any(
            "UTF-8 marked as UTF-16",
            marked(b"\xff\xfe", whole.clone().into()),
        ),
        Case::any(
            "a mark in the middle",
            whole.replace("café", "\u{feff}café"),
        ),
    ];
    let utf32 = whole.chars().flat_map(|c| u32::from(c).to_le_bytes());
    cases.push(Case::any("UTF-32LE", utf32.collect::<Vec<u8>>()));
    for name in ["windows-1252", "shift_jis", "gb18030", "iso-2022-jp"] {
        let encoding = Encoding::for_label(name.as_bytes()).unwrap();
        cases.push(Case::any(name, encoding.encode(&whole).0.into_owned()));
        // Declared as such, and still UTF-8.
        let lies = whole.replace("UTF-8", name).replace("utf-8", name);
        cases.push(Case::any(format!("UTF-8 declared as {name}"), lies));
    }
    let unknown = whole.replace("UTF-8", "x-none").replace("utf-8", "x-none");
    cases.push(Case::any("an unknown encoding", unknown));
    let half = whole.as_bytes().split(|&byte| byte == 0xa9);
    let half: Vec<&[u8]> = half.collect();
    // A lone first byte of a character, in every record.
    cases.push(Case::keeping(
        "half characters",
        half.concat(),
        match kind.family {
            // In a crawl the lengths would be wrong as well.
            Family::Page | Family::Text | Family::Crawl => &[],
            _ => parts,
        },
    ));
    cases
}
