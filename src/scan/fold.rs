//! Text to canonical bytes.
//!
//! The canonical text of [`normalise`](mod@crate::normalise) with sloppy
//! separators: any number of ASCII bytes that are no letter and no digit stand
//! between words. So a word is a maximal run of ASCII letters and digits and of
//! bytes from 0x80, and ASCII text keeps its places.

use std::sync::OnceLock;

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

use crate::normalise::{
    Cluster, Joint, continues_cluster, is_invisible, is_of_word, is_spaceless, starts_spaceless,
};
use crate::shingle::{SPACELESS_WEIGHT, WORD_WEIGHT};

/// Bytes that are read at once.
pub(super) const BLOCK: usize = 64;

/// The canonical bytes of one text.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// The text, and at least a block of zeros behind it; what follows is stale.
    bytes: Vec<u8>,
    len: usize,
    removed: u32,
    /// The text has a letter of a script without spaces.
    spaceless: bool,
    /// What is not ASCII: where its canonical bytes begin and end, and the byte
    /// of the text that follows it. Between them bytes keep their distance.
    detours: Vec<Detour>,
    weights: Vec<u8>,
    cluster: Cluster,
}

impl Folded {
    pub(super) fn removed(&self) -> u32 {
        self.removed
    }

    /// The canonical bytes as whole blocks, the last of which ends with a zero.
    pub(super) fn blocks(&self) -> &[u8] {
        let end = (self.len / BLOCK + 1) * BLOCK;
        self.bytes.get(..end).unwrap_or(&[])
    }

    /// Puts for the canonical byte at which each word starts the byte of the text,
    /// `u32::MAX` for a word that does not start in ASCII.
    pub(super) fn to_text(&self, starts: &mut [u32]) {
        let mut detours = self.detours.iter().peekable();
        let (mut ends, mut text) = (0, 0);
        for start in starts {
            while let Some(detour) = detours.next_if(|detour| detour.ends <= *start) {
                (ends, text) = (detour.ends, detour.text);
            }
            let within = detours.peek().is_some_and(|next| next.begins <= *start);
            *start = if within {
                u32::MAX
            } else {
                text + (*start - ends)
            };
        }
    }

    /// What each of the words weighs in a shingle; `None` where all weigh alike.
    pub(super) fn weights(&mut self, words: usize) -> Option<&[u8]> {
        if !self.spaceless {
            return None;
        }
        self.weights.clear();
        self.weights.reserve(words);
        let text = self.bytes.get(..self.len).unwrap_or(&[]);
        for word in text.split(|&byte| !is_word_byte(byte)) {
            // Letters of these scripts have three bytes and more.
            let spaceless = word.first().is_some_and(|&byte| byte >= 0xE0)
                && word
                    .utf8_chunks()
                    .next()
                    .is_some_and(|chunk| starts_spaceless(chunk.valid()));
            if !word.is_empty() {
                let weight = if spaceless {
                    SPACELESS_WEIGHT
                } else {
                    WORD_WEIGHT
                };
                self.weights.push(weight as u8);
            }
        }
        Some(&self.weights)
    }

    /// Room for the canonical form of `rest` further bytes behind `to`: the
    /// characters that stand alone at most double, the others ask again.
    fn make_room(&mut self, to: usize, rest: usize) {
        let wanted = to + 2 * rest + 3 * BLOCK;
        if self.bytes.len() < wanted {
            self.bytes.resize(wanted, 0);
        }
    }

    fn put(&mut self, to: &mut usize, bytes: &[u8]) {
        debug_assert!(*to + bytes.len() <= self.bytes.len());
        if let Some(room) = self.bytes.get_mut(*to..*to + bytes.len()) {
            room.copy_from_slice(bytes);
            *to += bytes.len();
        }
    }
}

/// Canonical bytes that came by another way than byte for byte.
#[derive(Clone, Copy, Debug)]
struct Detour {
    begins: u32,
    ends: u32,
    text: u32,
}

/// Where reading and writing stand.
#[derive(Clone, Copy)]
struct Place {
    /// Byte of the text.
    from: usize,
    /// Byte of the canonical text.
    to: usize,
    after_spaceless: bool,
}

/// Folds a text. ASCII goes by blocks, which are copied whole and kept up to
/// the first byte that is not ASCII.
#[inline(always)]
pub(super) fn fold<S: Simd>(simd: S, text: &str, out: &mut Folded) {
    (out.removed, out.spaceless) = (0, false);
    out.detours.clear();
    out.make_room(0, text.len());
    let (mut from, mut to) = (0, 0);
    while let Some(rest) = text.as_bytes().get(from..) {
        debug_assert!(to + 2 * rest.len() + 3 * BLOCK <= out.bytes.len());
        let Some(room) = out.bytes.get_mut(to..).and_then(<[u8]>::first_chunk_mut) else {
            break;
        };
        let (high, read) = match rest.first_chunk() {
            Some(block) => (fold_block(simd, block, room), BLOCK),
            None => {
                let mut block = [0; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                (fold_block(simd, &block, room), rest.len())
            }
        };
        let ascii = (high.trailing_zeros() as usize).min(read);
        from += ascii;
        to += ascii;
        if ascii < read {
            // A character that joins takes back the one before it.
            let begins = to.saturating_sub(1) as u32;
            (from, to) = fold_run(text, from, to, out);
            out.detours.push(Detour {
                begins,
                ends: to as u32,
                text: from as u32,
            });
        } else if read < BLOCK {
            break;
        }
    }
    out.len = to;
    // Room was made for three blocks behind the last byte.
    if let Some(end) = out.bytes.get_mut(to..).and_then(<[u8]>::first_chunk_mut) {
        *end = [0; BLOCK];
    }
}

/// Folds the ASCII letters of a block; the bits of bytes that are not ASCII.
#[inline(always)]
fn fold_block<S: Simd>(simd: S, block: &[u8; BLOCK], out: &mut [u8; BLOCK]) -> u64 {
    let bytes = u8x64::load_array_ref(simd, block);
    let capital = (bytes - b'A').simd_lt(26);
    let lower = capital.select(u8x64::splat(simd, 0x20), u8x64::splat(simd, 0));
    (bytes | lower).store_array(out);
    bytes.simd_ge(0x80).to_bitmask()
}

pub(super) fn is_word_byte(byte: u8) -> bool {
    byte >= 0x80 || byte.is_ascii_alphanumeric()
}

/// Folds what is not ASCII from `from` on, up to the next ASCII character, and
/// returns where reading and writing go on.
///
/// A character that joins its neighbour takes back what was written of it: an
/// ASCII letter may already stand there in the belief that it stood alone.
#[inline(never)]
fn fold_run(text: &str, from: usize, to: usize, out: &mut Folded) -> (usize, usize) {
    let mut at = Place {
        from,
        to,
        after_spaceless: false,
    };
    let before = |n: usize| n.checked_sub(1);
    let mut last = before(from).zip(before(to)).map(|(from, to)| Place {
        from,
        to,
        after_spaceless: false,
    });
    while let Some(c) = text.get(at.from..).and_then(|rest| rest.chars().next())
        && !c.is_ascii()
    {
        let here = at;
        match Alone::of(c) {
            Alone::Joins => {
                at = fold_cluster(text, last.unwrap_or(at), out);
                last = None;
                continue;
            }
            Alone::Several => {
                at = fold_cluster(text, at, out);
                last = None;
                continue;
            }
            Alone::Separator => {
                out.put(&mut at.to, b" ");
                at.after_spaceless = false;
            }
            Alone::Letter { utf8, length } => {
                if at.after_spaceless {
                    out.put(&mut at.to, b" ");
                }
                at.after_spaceless = false;
                out.put(&mut at.to, &utf8);
                at.to -= utf8.len() - usize::from(length);
            }
            Alone::Spaceless { utf8, length } => {
                out.put(&mut at.to, b" ");
                at.after_spaceless = true;
                out.spaceless = true;
                out.put(&mut at.to, &utf8);
                at.to -= utf8.len() - usize::from(length);
            }
        }
        at.from += c.len_utf8();
        last = Some(here);
    }
    if at.after_spaceless {
        out.put(&mut at.to, b" ");
    }
    (at.from, at.to)
}

/// Folds one cluster as `normalise` does.
fn fold_cluster(text: &str, at: Place, out: &mut Folded) -> Place {
    let Place {
        from,
        mut to,
        after_spaceless,
    } = at;
    let mut cluster = std::mem::take(&mut out.cluster);
    let length = cluster.read(text.get(from..).unwrap_or(""));
    let from = from + length;
    // A separator and four bytes a character at most.
    out.make_room(
        to + 5 * cluster.chars.len(),
        text.len().saturating_sub(from),
    );
    out.removed += cluster.removed;
    let open = to.checked_sub(1).and_then(|last| out.bytes.get(last));
    let mut joint = Joint {
        open: open.is_some_and(|&byte| is_word_byte(byte)),
        after_spaceless,
    };
    for &c in &cluster.chars {
        if !is_of_word(c) {
            out.put(&mut to, b" ");
            joint.open = false;
            continue;
        }
        if joint.begins(c) {
            out.put(&mut to, b" ");
            out.spaceless |= joint.after_spaceless;
        }
        out.put(&mut to, c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out.cluster = cluster;
    let after_spaceless = joint.open && joint.after_spaceless;
    Place {
        from,
        to,
        after_spaceless,
    }
}

/// What a character comes to when nothing joins it, as its cluster says.
#[derive(Clone, Copy, Debug)]
enum Alone {
    /// It is invisible or joins what stands before it.
    Joins,
    /// It becomes several characters, or is none of the below.
    Several,
    Separator,
    Letter {
        utf8: [u8; 4],
        length: u8,
    },
    /// A letter of a script without spaces.
    Spaceless {
        utf8: [u8; 4],
        length: u8,
    },
}

impl Alone {
    /// Read off a table that is filled page by page, as pages are met, by what
    /// `normalise` makes of each character: some 30 microseconds a page, once a run.
    #[inline]
    fn of(c: char) -> Alone {
        const PAGE: usize = 256;
        const PAGES: usize = 0x1_0000 / PAGE;
        static TABLE: [OnceLock<Box<[Alone; PAGE]>>; PAGES] = [const { OnceLock::new() }; PAGES];
        let code = c as usize;
        let Some(page) = TABLE.get(code / PAGE) else {
            return Alone::read(c);
        };
        page.get_or_init(|| {
            let mut list = Box::new([Alone::Several; PAGE]);
            for (slot, code) in list.iter_mut().zip((code - code % PAGE) as u32..) {
                *slot = char::from_u32(code).map_or(Alone::Several, Alone::read);
            }
            list
        })[code % PAGE]
    }

    fn read(c: char) -> Alone {
        if is_invisible(c) || continues_cluster(c) {
            return Alone::Joins;
        }
        let mut cluster = Cluster::default();
        cluster.read(c.encode_utf8(&mut [0; 4]));
        match cluster.chars[..] {
            // Room is made for twice the bytes, a separator among them.
            [letter]
                if letter.is_alphanumeric()
                    && !continues_cluster(letter)
                    && letter.len_utf8() < 2 * c.len_utf8() =>
            {
                let mut utf8 = [0; 4];
                let length = letter.encode_utf8(&mut utf8).len() as u8;
                if is_spaceless(letter) {
                    Alone::Spaceless { utf8, length }
                } else {
                    Alone::Letter { utf8, length }
                }
            }
            // Several marks and signs in one, or what is left of invisible ones.
            ref list if !list.is_empty() && !list.iter().any(|&c| is_of_word(c)) => {
                Alone::Separator
            }
            _ => Alone::Several,
        }
    }
}
