//! Values that are broken, cut off or too long, and where reading goes on behind them.

use super::super::json_feed;
use super::super::json_scan::{self, Found};
use super::super::jsonl;
use super::super::ninjs;
use super::object::is_record;
use super::{Walk, invalid};

/// Bytes that may be looked at again in search of the next good record, beyond eight times
/// the input. Without this bound a crafted file costs quadratic time.
const SPARE_LOOKS: u64 = 256 << 20;

impl Walk<'_, '_, '_, '_, '_> {
    /// A value whose end is not in reach: gone through where it seems to be around records.
    pub(super) fn unknown(&mut self, found: Found, is_object: bool, limit: usize) {
        let bytes = self.window.available();
        let head = bytes.get(..limit.min(bytes.len())).unwrap_or_default();
        // What goes wrong in it first decides nothing of what comes before.
        let shape = json_scan::shape(head, self.file.fields);
        // Among records a broken object is a record, whatever it holds.
        let among = (self.levels.last()).is_some_and(|level| !level.is_object && level.records > 0);
        let below = shape.below && !(is_object && (shape.direct || among)) && !self.is_item();
        let in_list = self.levels.last().is_some_and(|level| !level.is_object);
        let around = below || !(is_object && in_list) && self.is_around(head, is_object);
        if around && self.may_enter() {
            return self.enter(is_object, None, false);
        }
        match found {
            Found::TooLong => {
                let offset = self.window.offset();
                self.skip_value();
                self.too_long_at(offset);
            }
            Found::Cut if self.window.damage().is_some() => {
                // What is lost of a cut record is told by the damage itself.
                self.told_cut = true;
                self.pass(self.window.available().len());
            }
            Found::Cut => {
                let depth = self.file.options.limits.json_depth as usize;
                let is_too_deep = json_scan::is_too_deep(self.window.available(), depth);
                self.reject(match is_too_deep {
                    true => jsonl::too_deep(self.file.options),
                    false => invalid("it is not closed before the file ends"),
                });
                self.told_cut = true;
                self.resume(limit, usize::MAX);
            }
            _ => {
                let at = match found {
                    Found::Broken(at) => at,
                    _ => 0,
                };
                let place = self.window.offset() + at as u64;
                self.reject(invalid(&format!(
                    "not valid JSON at byte {place}; it is left out, reading goes on behind it"
                )));
                self.resume(limit, at);
            }
        }
    }

    /// Rejects a record that was passed because of its length. Where the stream was cut off in
    /// it, what is lost is told by the damage itself.
    pub(super) fn too_long_at(&mut self, offset: u64) {
        if self.window.fill(1).is_empty() && self.window.damage().is_some() {
            self.told_cut = true;
            return;
        }
        self.number += 1;
        let refusal = self.file.too_long();
        self.file.reject(Some(self.number), offset, refusal);
    }

    /// Passes a value that is too long to hold, by its brackets.
    fn skip_value(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.window.fill(1).first() {
                None => return,
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth = depth.saturating_sub(1),
                Some(b'"') => {
                    self.skip_scalar();
                    continue;
                }
                Some(_) => {}
            }
            self.pass(1);
            if depth == 0 {
                self.window.shrink();
                return;
            }
        }
    }

    /// Goes on behind the broken value at the front: at its end by brackets where that is
    /// sound, else at the next object that is whole and holds a text.
    fn resume(&mut self, limit: usize, error_at: usize) {
        if self.is_worn_out() {
            self.pass(error_at.clamp(1, self.window.available().len().max(1)));
            self.window.skip_line();
            return;
        }
        if error_at < usize::MAX {
            let end = json_scan::level(self.window, limit);
            self.looked += end.unwrap_or(error_at) as u64;
            if let Some(end) = end {
                let behind = self.window.available().get(end..).unwrap_or_default();
                let next = behind.trim_ascii_start().first();
                if matches!(next, None | Some(b',' | b']' | b'}' | b'{')) {
                    // A quote or a bracket that is missing may have put good records within.
                    let good = match self.next_good(1, limit) {
                        Next::At(at) if at < end => at,
                        _ => end,
                    };
                    return self.pass(good);
                }
            }
        }
        let mut from = 1;
        while self.file.out.failed.is_none() {
            match self.next_good(from, limit) {
                Next::At(at) => return self.pass(at),
                Next::Unclear(at) => {
                    self.pass(at);
                    from = 0;
                    if self.window.available().len() > limit || !self.window.more() {
                        from = 1;
                    }
                }
                Next::None => {
                    self.pass(self.window.available().len());
                    from = 0;
                    if self.window.fill(1).is_empty() {
                        return;
                    }
                }
            }
        }
    }

    fn is_worn_out(&self) -> bool {
        self.looked > 8 * self.window.offset() + SPARE_LOOKS
    }

    /// The next whole object with a text in what is held, `from` bytes on.
    fn next_good(&mut self, from: usize, limit: usize) -> Next {
        let depth = self.file.options.limits.json_depth as usize;
        let bytes = self.window.available();
        for at in memchr::memchr_iter(b'{', bytes).filter(|&at| at >= from) {
            let (before, rest) = bytes.split_at(at);
            let rest = rest.get(..limit.min(rest.len())).unwrap_or_default();
            if !is_plausible(before, rest) {
                continue;
            }
            let found = json_scan::value_of(rest, depth);
            let len = match found {
                Found::Whole(len) | Found::TooDeep(len) | Found::Broken(len) => len,
                Found::TooLong | Found::Cut => rest.len(),
            };
            self.looked += len as u64;
            let object = rest.get(..len).unwrap_or_default();
            match found {
                Found::Whole(_) if self.is_good(object) => {
                    return Next::At(at);
                }
                _ if self.is_worn_out() => return Next::At(at),
                Found::Cut => return Next::Unclear(at),
                _ => {}
            }
        }
        Next::None
    }

    /// Whether a whole object is a record of any kind.
    fn is_good(&self, object: &[u8]) -> bool {
        let is_story = || ninjs::may_be(object) && json_scan::member(object, "uri").is_some();
        is_record(object, self.file.fields)
            || !self.file.fields.maps_text() && (json_feed::is_item(object) || is_story())
    }
}

/// Where to go on behind a broken value.
enum Next {
    At(usize),
    /// What begins there goes on beyond what is held.
    Unclear(usize),
    None,
}

/// Whether an object may begin between these: behind a comma, a bracket or a line end, and
/// with a name.
fn is_plausible(before: &[u8], rest: &[u8]) -> bool {
    let next = rest.get(1..).unwrap_or_default().trim_ascii_start().first();
    let line = before.trim_ascii_end().len() < before.len();
    let last = before.trim_ascii_end().last();
    next == Some(&b'"') && (line || matches!(last, None | Some(b',' | b'[' | b'}' | b']')))
}
