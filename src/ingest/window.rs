//! A stretch of a stream, held only as long as it is needed.

use std::io::{self, Read};

use super::reason::{Reason, Refusal};

/// Least number of bytes asked of the stream at once.
const STEP: usize = 64 * 1024;

/// Reads a stream piece by piece and knows the offset of every byte.
///
/// An error ends the stream: what was read before it can still be taken, and
/// [`damage`](Window::damage) tells what happened.
pub(super) struct Window<R> {
    inner: R,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were consumed already.
    start: usize,
    /// Offset in the stream of the first byte that was not consumed.
    offset: u64,
    ended: bool,
    damage: Option<Refusal>,
}

/// The bytes of one input file, whatever lies underneath.
pub(super) type Bytes<'a> = Window<Box<dyn Read + Send + 'a>>;

/// A line at the front of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing is left.
    End,
    /// `len` bytes without the line end, `total` with it. `total == len` where
    /// the stream ends without a line end.
    Whole { len: usize, total: usize },
    /// Longer than the limit; [`Window::skip_line`] passes it.
    TooLong,
}

/// Whole lines that were cut off a window.
#[derive(Default)]
pub(super) struct Block {
    pub bytes: Vec<u8>,
    /// Where in `bytes` the lines are.
    lines: std::ops::Range<usize>,
    /// Offset in the stream of the first line.
    pub offset: u64,
}

impl Block {
    pub fn lines(&self) -> &[u8] {
        self.bytes.get(self.lines.clone()).unwrap_or_default()
    }
}

impl<R: Read> Window<R> {
    pub fn new(inner: R) -> Self {
        Window {
            inner,
            buffer: Vec::new(),
            start: 0,
            offset: 0,
            ended: false,
            damage: None,
        }
    }

    /// The stream itself; its next byte stands at [`end_offset`](Window::end_offset).
    pub fn inner_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// What was read and not yet consumed.
    pub fn available(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Offset in the stream of the first available byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Offset just behind the last available byte.
    pub fn end_offset(&self) -> u64 {
        self.offset + self.available().len() as u64
    }

    /// What ended the stream before its time. Known once `more` gave `false`.
    pub fn damage(&self) -> Option<&Refusal> {
        self.damage.as_ref()
    }

    /// Whether nothing more will come.
    pub fn is_done(&self) -> bool {
        self.ended
    }

    /// Reads further; `false` when nothing came.
    pub fn more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        let held = self.available().len();
        if self.start > held {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        // A quarter more each time: linear work in total without the doubling
        // that would hold two record limits for one long record.
        let step = STEP.max(held / 4);
        self.buffer.reserve_exact(step);
        let before = self.buffer.len();
        let read = (&mut self.inner)
            .take(step as u64)
            .read_to_end(&mut self.buffer);
        if let Err(error) = read {
            self.damage = Some(error.into());
            self.ended = true;
        }
        let came = self.buffer.len() - before;
        self.ended |= came < step;
        came > 0
    }

    /// Reads on behind a damaged part of a compressed stream, once everything before it was
    /// consumed; `false` where nothing follows. The damage is forgotten.
    pub fn resume(&mut self) -> bool {
        let reason = self.damage.as_ref().map(|damage| damage.reason);
        let damaged = [
            Reason::Corrupt,
            Reason::Truncated,
            Reason::Window,
            Reason::Bomb,
        ]
        .map(Some);
        if !self.available().is_empty() || !damaged.contains(&reason) {
            return false;
        }
        self.damage = None;
        self.ended = false;
        // Nothing but a damage again is something to tell.
        self.more() || self.damage.is_some()
    }

    /// Reads until `want` bytes are available or the stream ends.
    pub fn fill(&mut self, want: usize) -> &[u8] {
        while self.available().len() < want && self.more() {}
        self.available()
    }

    /// Passes over `count` of the available bytes.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.available().len());
        self.start += count;
        self.offset += count as u64;
        if self.available().is_empty() {
            self.buffer.clear();
            self.start = 0;
        }
    }

    /// Counts offsets from here, as behind a byte order mark.
    pub fn rebase(&mut self) {
        self.offset = 0;
    }

    /// Finds the line at the front, ended by LF, holding at most about `limit` bytes.
    pub fn line(&mut self, limit: usize) -> Line {
        let mut searched = 0;
        loop {
            let fresh = self.available().get(searched..).unwrap_or_default();
            if let Some(at) = fresh.iter().position(|&byte| byte == b'\n') {
                let len = searched + at;
                return if len > limit {
                    Line::TooLong
                } else {
                    Line::Whole {
                        len,
                        total: len + 1,
                    }
                };
            }
            searched = self.available().len();
            if searched > limit {
                return Line::TooLong;
            }
            if !self.more() {
                return match searched {
                    0 => Line::End,
                    len => Line::Whole { len, total: len },
                };
            }
        }
    }

    /// Hands out whole lines of about `want` bytes together, in a buffer of
    /// their own, and consumes them; `None` where no line ends within as much.
    /// `spare` is a buffer that is no longer needed.
    pub fn block(&mut self, want: usize, mut spare: Vec<u8>) -> Option<Block> {
        self.fill(want);
        let end = self.available().iter().rposition(|&byte| byte == b'\n')? + 1;
        spare.clear();
        spare.extend_from_slice(self.available().get(end..).unwrap_or_default());
        let offset = self.offset;
        let (from, to) = (self.start, self.start + end);
        self.offset += end as u64;
        self.start = 0;
        Some(Block {
            bytes: std::mem::replace(&mut self.buffer, spare),
            lines: from..to,
            offset,
        })
    }

    /// Passes over the rest of the line, including its end, without holding it; `false` where
    /// the stream ended before the line did.
    pub fn skip_line(&mut self) -> bool {
        let ended = loop {
            let end = self.available().iter().position(|&byte| byte == b'\n');
            match end {
                Some(at) => {
                    self.consume(at + 1);
                    break true;
                }
                None => self.consume(self.available().len()),
            }
            if !self.more() {
                break false;
            }
        };
        self.shrink();
        ended
    }

    /// Gives back what one long record made the buffer grow by.
    pub fn shrink(&mut self) {
        let held = self.available().len();
        if self.buffer.capacity() > 4 * (held + STEP) {
            self.buffer.drain(..self.start);
            self.start = 0;
            self.buffer.shrink_to(held + STEP);
        }
    }

    #[cfg(test)]
    pub fn capacity(&self) -> usize {
        self.buffer.capacity()
    }
}

impl<R: Read> Read for Window<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.available().is_empty() && !self.more() {
            return match &self.damage {
                Some(damage) => Err(damage.clone().into()),
                None => Ok(0),
            };
        }
        let count = self.available().read(out)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of `len` bytes `x`, then a line end, then `tail`; never in memory.
    pub fn long_line(len: u64, tail: &'static [u8]) -> impl Read {
        io::repeat(b'x').take(len).chain(&b"\n"[..]).chain(tail)
    }

    #[test]
    fn a_line_of_200_megabytes_is_passed_without_being_held() {
        let limit = 1 << 20;
        let mut window = Window::new(long_line(200_000_000, b"next\n"));
        assert_eq!(window.line(limit), Line::TooLong);
        assert!(window.capacity() < 2 * limit);
        window.skip_line();
        assert!(window.capacity() < 2 * limit);
        assert_eq!(window.offset(), 200_000_001);
        assert_eq!(window.line(limit), Line::Whole { len: 4, total: 5 });
    }

    #[test]
    fn blocks_are_whole_lines_and_lose_nothing() {
        let text: String = (0..3000).map(|n| format!("line {n}\n")).collect();
        let text = text + "the rest";
        for want in [1, 10, 1000, 1 << 20] {
            let mut window = Window::new(text.as_bytes());
            let (mut all, mut spare) = (Vec::new(), Vec::new());
            while let Some(block) = window.block(want, std::mem::take(&mut spare)) {
                assert_eq!(block.offset, all.len() as u64);
                assert!(block.lines().ends_with(b"\n"));
                all.extend_from_slice(block.lines());
                spare = block.bytes;
            }
            assert_eq!(window.offset(), all.len() as u64);
            all.extend_from_slice(window.available());
            assert_eq!(all, text.as_bytes(), "{want}");
        }
    }

    #[test]
    fn what_came_before_an_error_can_be_taken() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let mut window = Window::new((&b"one\ntw"[..]).chain(Fails));
        assert_eq!(window.line(100), Line::Whole { len: 3, total: 4 });
        window.consume(4);
        assert_eq!(window.line(100), Line::Whole { len: 2, total: 2 });
        assert_eq!(&*window.damage().unwrap().message, "the disk is gone");
        window.consume(2);
        assert_eq!(window.line(100), Line::End);
    }

    #[test]
    fn offsets_survive_any_reading_pattern() {
        let bytes: Vec<u8> = (0..400_000u32).map(|n| n as u8).collect();
        let mut window = Window::new(&bytes[..]);
        let mut at = 0usize;
        for step in [1usize, 70_000, 3, 130_000, 65_536, 1_000_000]
            .iter()
            .cycle()
        {
            window.fill(*step);
            let held = window.available().len();
            if held == 0 {
                break;
            }
            assert_eq!(window.offset(), at as u64);
            assert_eq!(window.available(), &bytes[at..at + held]);
            let take = held.min(*step);
            window.consume(take);
            at += take;
        }
        assert_eq!(at, bytes.len());
    }
}
