//! gzip, zstd, bzip2 and xz, read so that nothing before a damage is lost, nor behind it.
//!
//! The readers of the crates drop what the failing call had already produced,
//! up to a whole buffer of good records; so the codecs are driven directly.
//!
//! A damaged member ends the stream with an error. Whoever reads on after the error gets
//! the next member that begins, if there is one; the reader of a format whose records
//! would run together across the gap does not. A member that is a bomb is passed over in the
//! same way, without decoding the rest of it.

mod codec;
mod tally;

use std::io::{self, Read};
use std::sync::Arc;

use memchr::memchr;

use super::Limits;
use super::reason::{Reason, Refusal};
use super::window::Bytes;

use self::codec::{Member, corrupt, truncated};

pub(super) use self::codec::{Codec, MAGIC};
pub(super) use self::tally::{Counted, Tally};

/// Bytes of a member that are kept to be looked through for the next one, at least:
/// a decoder may run far into later members before it finds the damage.
const KEPT: usize = 1 << 20;

/// Bytes that may be decoded twice because of damage, beyond eight times the input. Without
/// this bound a crafted file costs quadratic time.
const SPARE_LOOKS: u64 = 64 << 20;

/// What a reader gets next.
enum Next {
    Bytes,
    Failure(Refusal),
    /// A failure was told: look for the next member.
    Resume,
    End,
}

/// The decompressed stream.
pub(super) struct Inflate<'a> {
    input: Bytes<'a>,
    codec: Codec,
    limits: Limits,
    /// `None` between two members.
    member: Option<Member>,
    /// Bytes that the member gave so far.
    of_member: u64,
    /// The last bytes of the member so far.
    seen: Vec<u8>,
    /// Bytes to be read before the input, and how many of them were.
    replay: (Vec<u8>, usize),
    looked_again: u64,
    taken: u64,
    given: u64,
    tally: Arc<Tally>,
    /// A failure is told after the bytes that came before it.
    next: Next,
}

impl<'a> Inflate<'a> {
    pub fn new(input: Bytes<'a>, codec: Codec, limits: &Limits, tally: Arc<Tally>) -> Self {
        Inflate {
            input,
            codec,
            limits: limits.clone(),
            member: None,
            of_member: 0,
            seen: Vec::new(),
            replay: (Vec::new(), 0),
            looked_again: 0,
            taken: 0,
            given: 0,
            tally,
            next: Next::Bytes,
        }
    }

    /// One call of the codec: bytes produced and whether the stream is done.
    fn step(&mut self, out: &mut [u8]) -> Result<(usize, bool), Refusal> {
        let Some(member) = &mut self.member else {
            return self.next_member().map(|more| (0, !more));
        };
        let want = member.wants();
        let again = self.replay.0.get(self.replay.1..).unwrap_or_default();
        let front = match again {
            [] => self.input.fill(want.min(1 << 18)),
            again => again,
        };
        let piece = front.get(..want).unwrap_or(front);
        let exhausted = piece.is_empty();
        let step = member.run(piece, out);
        let (taken, given) = (step.taken, step.given);
        self.seen
            .extend_from_slice(piece.get(..taken).unwrap_or_default());
        self.consume(taken);
        if self.seen.len() > 2 * KEPT {
            self.seen.drain(..self.seen.len() - KEPT);
        }
        self.given += given as u64;
        self.of_member += given as u64;
        match step.ended {
            Ok(true) => {
                self.member = None;
                self.of_member = 0;
                self.seen.clear();
                if self.codec == Codec::Deflate {
                    self.next = Next::End;
                }
            }
            _ if exhausted && given == 0 => {
                return Err(match self.input.damage() {
                    Some(damage) => damage.clone(),
                    None => truncated(self.codec),
                });
            }
            Ok(false) if taken == 0 && given == 0 && !out.is_empty() => {
                return Err(corrupt(self.codec, "it makes no progress"));
            }
            Ok(false) => {}
            Err(refusal) => self.next = Next::Failure(refusal),
        }
        self.tally.give(given);
        self.check_ratio();
        Ok((given, false))
    }

    fn check_ratio(&mut self) {
        let Limits {
            ratio,
            ratio_after_bytes: after,
            ..
        } = self.limits;
        let (all_taken, all_given) = self.tally.so_far();
        for (taken, given) in [(self.taken, self.given), (all_taken, all_given)] {
            if given > after && given > ratio.saturating_mul(taken) {
                self.next = Next::Failure(Refusal::new(
                    Reason::Bomb,
                    format!(
                        "{taken} compressed bytes expand to more than {given} bytes, beyond the limit of \
                         {ratio}:1",
                    ),
                ));
            }
        }
    }

    /// Does not hold a bomb against what stands behind it, if there were not too many.
    fn forgive(&mut self) -> bool {
        self.given = self.given.saturating_sub(self.of_member);
        self.tally.forgive(self.of_member)
    }

    /// Passes over bytes at the front.
    fn consume(&mut self, count: usize) {
        self.taken += count as u64;
        if self.replay.0.is_empty() {
            return self.input.consume(count);
        }
        self.replay.1 += count;
        if self.replay.1 >= self.replay.0.len() {
            self.replay = (Vec::new(), 0);
        }
    }

    /// The bytes at the front, a few of them.
    fn peek(&mut self) -> ([u8; MAGIC], usize) {
        let mut head = [0; MAGIC];
        let again = self.replay.0.get(self.replay.1..).unwrap_or_default();
        let input = self.input.fill(MAGIC);
        let mut len = 0;
        for (to, from) in head.iter_mut().zip(again.iter().chain(input)) {
            *to = *from;
            len += 1;
        }
        (head, len)
    }

    /// Begins the next member; `false` at the end. Zero padding is no data.
    fn next_member(&mut self) -> Result<bool, Refusal> {
        let (head, len) = self.peek();
        let head = head.get(..len).unwrap_or_default();
        let zeros = head.iter().take_while(|&&byte| byte == 0).count();
        if zeros > 0 && !matches!(self.codec, Codec::Deflate | Codec::Zlib) {
            self.consume(zeros);
            return Ok(true);
        }
        if let Some(bytes) = self.codec.nothing(head) {
            self.consume(bytes);
            return Ok(true);
        }
        let begins = match (self.codec, head) {
            (Codec::Zlib, []) if self.taken > 0 => return Ok(false),
            (Codec::Deflate | Codec::Zlib, _) => true,
            (_, []) => {
                return match self.input.damage() {
                    Some(damage) => Err(damage.clone()),
                    None => Ok(false),
                };
            }
            (Codec::Gzip, [0x1f, 0x8b, ..]) => true,
            (codec, head) if Codec::sniff(head) == Some(codec) => true,
            // Cut within its mark.
            (codec, [first, ..]) => *first == codec.first_byte() && len < MAGIC,
        };
        if !begins {
            let what = match self.taken {
                0 => "it does not begin as one",
                _ => "other bytes follow its end",
            };
            return Err(corrupt(self.codec, what));
        }
        self.member = Some(Member::new(self.codec, &self.limits)?);
        self.of_member = 0;
        Ok(true)
    }

    /// Goes to the next place behind the damage where a member begins, if there is one.
    fn resynchronise(&mut self) -> bool {
        self.member = None;
        let mut again = std::mem::take(&mut self.seen);
        self.looked_again += again.len() as u64;
        if self.looked_again > SPARE_LOOKS + 8 * self.taken {
            again.clear();
        }
        again.extend_from_slice(self.replay.0.get(self.replay.1..).unwrap_or_default());
        self.replay = (again, 0);
        // Not the one that was just found damaged.
        self.peek();
        self.consume(1);
        loop {
            let (head, len) = self.peek();
            let head = head.get(..len).unwrap_or_default();
            if head.is_empty() {
                return false;
            }
            if self.codec.begins(head) {
                return true;
            }
            let again = self.replay.0.get(self.replay.1..).unwrap_or_default();
            let front = match again {
                [] => self.input.available(),
                again => again,
            };
            let next = front
                .get(1..)
                .and_then(|rest| memchr(self.codec.first_byte(), rest));
            let pass = next.map_or(front.len(), |at| at + 1);
            self.consume(pass);
        }
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.next, Next::Bytes) {
                Next::Bytes => match self.step(out) {
                    Ok((0, true)) => {
                        self.next = Next::End;
                    }
                    Ok((0, false)) => {}
                    Ok((given, _)) => return Ok(given),
                    Err(refusal) => self.next = Next::Failure(refusal),
                },
                Next::Failure(mut refusal) => {
                    refusal.spoilt = self.of_member;
                    let forgiven = refusal.reason != Reason::Bomb || self.forgive();
                    if !forgiven {
                        let many = "; there are so many that what stands behind is not read";
                        refusal.message = format!("{}{many}", refusal.message).into();
                    }
                    let ends = !forgiven || self.input.damage().is_some();
                    self.next = if ends { Next::End } else { Next::Resume };
                    return Err(refusal.into());
                }
                Next::Resume
                    if matches!(self.codec, Codec::Lzma | Codec::Deflate | Codec::Zlib) =>
                {
                    self.next = Next::End;
                }
                Next::Resume => {
                    if !self.resynchronise() {
                        self.next = Next::End;
                    }
                }
                Next::End => {
                    self.next = Next::End;
                    return Ok(0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::window::Window;
    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn numbers() -> Vec<u8> {
        (0..60_000u64)
            .flat_map(|n| format!("{}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).into_bytes())
            .collect()
    }

    /// What comes out, and how it ended.
    fn inflate(bytes: &[u8], limits: &Limits) -> (Vec<u8>, Option<Reason>) {
        let codec = Codec::sniff(bytes).unwrap();
        let input: Bytes<'_> = Window::new(Box::new(bytes));
        let mut out = Vec::new();
        let tally = Arc::new(Tally::default());
        tally.take(bytes.len());
        let end = Inflate::new(input, codec, limits, tally).read_to_end(&mut out);
        (out, end.err().map(|error| Refusal::from(error).reason))
    }

    #[test]
    fn several_members_and_padding_are_one_stream() {
        let limits = Limits::default();
        let plain = numbers();
        let mut gz = gzip(&plain);
        gz.extend(gzip(b"second"));
        gz.extend([0; 700]);
        let whole = [&plain[..], b"second"].concat();
        assert_eq!(inflate(&gz, &limits), (whole.clone(), None));
        let mut zst = zstd::encode_all(&plain[..], 3).unwrap();
        zst.extend([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
        zst.extend(zstd::encode_all(&b"second"[..], 3).unwrap());
        assert_eq!(inflate(&zst, &limits), (whole, None));
    }

    #[test]
    fn everything_before_a_cut_is_kept() {
        let plain = numbers();
        for (packed, slack) in [
            (gzip(&plain), 70_000),
            (zstd::encode_all(&plain[..], 3).unwrap(), 140_000),
        ] {
            let cut = packed.len() - 10;
            let (out, end) = inflate(&packed[..cut], &Limits::default());
            assert_eq!(end, Some(Reason::Truncated));
            assert!(plain.starts_with(&out));
            assert!(
                out.len() + slack > plain.len(),
                "{} of {}",
                out.len(),
                plain.len()
            );
        }
    }

    #[test]
    fn everything_before_a_bad_byte_is_kept() {
        let plain = numbers();
        let mut gz = gzip(&plain);
        let mut zst = zstd::encode_all(&plain[..], 3).unwrap();
        let good = inflate(&gz[..gz.len() / 2], &Limits::default()).0.len();
        for packed in [&mut gz, &mut zst] {
            let from = packed.len() / 2;
            packed[from..from + 200].fill(0xff);
        }
        for packed in [gz, zst] {
            let (out, end) = inflate(&packed, &Limits::default());
            assert_eq!(end, Some(Reason::Corrupt));
            let same = plain.iter().zip(&out).take_while(|(a, b)| a == b).count();
            assert!(same + 140_000 > good, "{same} of {good}");
        }
    }

    #[test]
    fn bombs_and_wide_windows_are_stopped() {
        let limits = Limits {
            ratio: 100,
            ratio_after_bytes: 1 << 20,
            zstd_window_log: 20,
            ..Limits::default()
        };
        let zeros = vec![0u8; 30 << 20];
        let (out, end) = inflate(&gzip(&zeros), &limits);
        assert_eq!(end, Some(Reason::Bomb));
        assert!(out.len() < 4 << 20);
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(24).unwrap();
        encoder.write_all(&zeros).unwrap();
        let wide = encoder.finish().unwrap();
        assert_eq!(inflate(&wide, &limits).1, Some(Reason::Window));
    }

    /// Everything that comes out, damage or not, and how often it was damaged.
    fn inflate_on(bytes: &[u8]) -> (Vec<u8>, usize) {
        let codec = Codec::sniff(bytes).unwrap();
        let input: Bytes<'_> = Window::new(Box::new(bytes));
        let mut inflate = Inflate::new(input, codec, &Limits::default(), Arc::default());
        let (mut out, mut damaged) = (Vec::new(), 0);
        while inflate.read_to_end(&mut out).is_err() {
            damaged += 1;
        }
        (out, damaged)
    }

    #[test]
    fn members_behind_a_damaged_one_are_read_on_demand() {
        let mut bytes: Vec<u8> = (0..7u64)
            .flat_map(|n| gzip(n.to_string().repeat(900).as_bytes()))
            .collect();
        let member = bytes.len() / 7;
        bytes[3 * member + 14] ^= 0xff;
        let (out, damaged) = inflate_on(&bytes);
        let text = String::from_utf8_lossy(&out);
        let whole = |n: u64| text.contains(&n.to_string().repeat(900));
        assert!([0, 1, 2, 4, 5, 6].into_iter().all(whole), "{damaged}");
        assert_eq!(damaged, 1);
        // One that is cut short runs into the next, which is not lost with it.
        let parts = [
            gzip(&numbers())[..5000].to_vec(),
            gzip(b"second"),
            gzip(b"third"),
        ];
        let (out, _) = inflate_on(&parts.concat());
        assert!(out.ends_with(b"secondthird"));
    }

    #[test]
    fn bytes_behind_the_end_are_reported() {
        let mut gz = gzip(b"text");
        gz.extend(b"garbage");
        let (out, end) = inflate(&gz, &Limits::default());
        assert_eq!((&out[..], end), (&b"text"[..], Some(Reason::Corrupt)));
    }
}
