//! gzip and zstd, read so that nothing before a damage is lost.
//!
//! The readers of the crates drop what the failing call had already produced,
//! up to a whole buffer of good records; so the codecs are driven directly.

use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::Limits;
use super::reason::{Reason, Refusal};
use super::window::Bytes;

/// Bytes with which a zstd frame header can be begun.
const ZSTD_START: usize = 5;

/// A compression that is recognised by its first bytes.
pub(super) enum Codec {
    Gzip,
    Zstd,
}

impl Codec {
    pub fn sniff(head: &[u8]) -> Option<Codec> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Codec::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Codec::Zstd),
            // A skippable frame, with which parallel zstd files begin.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Codec::Zstd),
            _ => None,
        }
    }
}

enum State {
    /// `None` between two members.
    Gzip(Option<Box<Decompress>>),
    /// How many bytes the decoder wants next; 0 between two frames. Feeding it
    /// exactly those means that a bad block costs only itself.
    Zstd(Box<Decoder<'static>>, usize),
}

/// The decompressed stream.
pub(super) struct Inflate<'a> {
    input: Bytes<'a>,
    state: State,
    ratio: u64,
    ratio_after: u64,
    taken: u64,
    given: u64,
    /// Reported at the next call, after the bytes that came before it.
    failure: Option<Refusal>,
}

impl<'a> Inflate<'a> {
    pub fn new(input: Bytes<'a>, codec: Codec, limits: &Limits) -> io::Result<Self> {
        let state = match codec {
            Codec::Gzip => State::Gzip(None),
            Codec::Zstd => {
                let mut decoder = Decoder::new()?;
                decoder.set_parameter(DParameter::WindowLogMax(limits.zstd_window_log))?;
                State::Zstd(Box::new(decoder), 0)
            }
        };
        Ok(Inflate {
            input,
            state,
            ratio: limits.ratio,
            ratio_after: limits.ratio_after_bytes,
            taken: 0,
            given: 0,
            failure: None,
        })
    }

    /// One call of the codec: bytes produced and whether the stream is done.
    fn step(&mut self, out: &mut [u8]) -> Result<(usize, bool), Refusal> {
        let exhausted = self.input.fill(1).is_empty();
        if exhausted && let Some(damage) = self.input.damage() {
            return Err(damage.clone());
        }
        let (taken, given) = match &mut self.state {
            State::Gzip(member) => {
                let Some(decoder) = member else {
                    if exhausted {
                        return Ok((0, true));
                    }
                    return self.next_member().map(|()| (0, false));
                };
                if exhausted {
                    return Err(truncated("gzip"));
                }
                let (taken, given) = (decoder.total_in(), decoder.total_out());
                let status = decoder.decompress(self.input.available(), out, FlushDecompress::None);
                let taken = (decoder.total_in() - taken) as usize;
                let given = (decoder.total_out() - given) as usize;
                match status {
                    Ok(Status::StreamEnd) => *member = None,
                    Ok(_) if taken == 0 && given == 0 && !out.is_empty() => {
                        return Err(corrupt("gzip", "it makes no progress"));
                    }
                    Ok(_) => {}
                    Err(error) => self.failure = Some(corrupt("gzip", &error.to_string())),
                }
                (taken, given)
            }
            State::Zstd(decoder, hint) => {
                let want = if *hint == 0 { ZSTD_START } else { *hint };
                let held = self.input.fill(want.min(1 << 18));
                let piece = held.get(..want).unwrap_or(held);
                let mut source = InBuffer::around(piece);
                let mut target = OutBuffer::around(out);
                let result = decoder.run(&mut source, &mut target);
                let (taken, given) = (source.pos(), target.pos());
                match result {
                    Ok(_) if exhausted && given == 0 => {
                        return if *hint == 0 {
                            Ok((0, true))
                        } else {
                            Err(truncated("zstd"))
                        };
                    }
                    Ok(0) => {
                        *hint = 0;
                        decoder.reinit()?;
                    }
                    Ok(next) => *hint = next,
                    Err(error) => self.failure = Some(zstd_failure(&error)),
                }
                (taken, given)
            }
        };
        self.input.consume(taken);
        self.taken += taken as u64;
        self.given += given as u64;
        if self.given > self.ratio_after && self.given > self.ratio.saturating_mul(self.taken) {
            self.failure = Some(Refusal::new(
                Reason::Bomb,
                format!(
                    "{} compressed bytes expand to more than {} bytes, beyond the limit of {}:1; \
                     decompress it yourself if it is meant so",
                    self.taken, self.given, self.ratio
                ),
            ));
        }
        Ok((given, false))
    }

    /// Begins the next gzip member; zero padding behind the last one is no data.
    fn next_member(&mut self) -> Result<(), Refusal> {
        let zeros = self
            .input
            .available()
            .iter()
            .take_while(|&&b| b == 0)
            .count();
        if zeros > 0 {
            self.input.consume(zeros);
            return Ok(());
        }
        match self.input.fill(2) {
            [0x1f, 0x8b, ..] | [0x1f] => {
                self.state = State::Gzip(Some(Box::new(Decompress::new_gzip(15))));
                Ok(())
            }
            _ => Err(corrupt("gzip", "other bytes follow its end")),
        }
    }
}

fn truncated(what: &str) -> Refusal {
    Refusal::new(
        Reason::Truncated,
        format!("the {what} stream ends early, as after an interrupted download"),
    )
}

fn corrupt(what: &str, detail: &str) -> Refusal {
    Refusal::new(
        Reason::Corrupt,
        format!("the {what} stream is damaged: {detail}"),
    )
}

fn zstd_failure(error: &io::Error) -> Refusal {
    let detail = error.to_string();
    if detail.contains("too much memory") {
        return Refusal::new(
            Reason::Window,
            "the zstd stream needs a larger window than the limit allows; compress it without --long",
        );
    }
    corrupt("zstd", &detail)
}

impl Read for Inflate<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(failure) = &self.failure {
                return Err(failure.clone().into());
            }
            match self.step(out) {
                Ok((0, false)) => {}
                Ok((given, _)) => return Ok(given),
                Err(refusal) => self.failure = Some(refusal),
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
        let end = Inflate::new(input, codec, limits)
            .unwrap()
            .read_to_end(&mut out);
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

    #[test]
    fn bytes_behind_the_end_are_reported() {
        let mut gz = gzip(b"text");
        gz.extend(b"garbage");
        let (out, end) = inflate(&gz, &Limits::default());
        assert_eq!((&out[..], end), (&b"text"[..], Some(Reason::Corrupt)));
    }
}
