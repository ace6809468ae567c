//! The decoders behind one call, each fed piece by piece.

use std::io;

use flate2::{Decompress, FlushDecompress};
use liblzma::stream::{Action, Stream};
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::super::Limits;
use super::super::reason::{Reason, Refusal};

/// Bytes that tell any compression, and a bzip2 stream of nothing.
pub(in crate::ingest) const MAGIC: usize = 14;

/// Bytes with which a zstd frame header can be begun.
const ZSTD_START: usize = 5;

/// What the xz decoder takes beside its dictionary.
const XZ_OVERHEAD: u64 = 16 << 20;

/// A compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Codec {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    /// What came before xz: one stream, without a checksum.
    Lzma,
    /// As members of zip archives have it, without any frame.
    Deflate,
    /// As web servers call `deflate`.
    #[cfg_attr(not(feature = "warc"), allow(dead_code))]
    Zlib,
}

impl Codec {
    /// The compression that a stream begins with; those without a mark are never told.
    pub fn sniff(head: &[u8]) -> Option<Codec> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Codec::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Codec::Zstd),
            // A skippable frame, with which parallel zstd files begin.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Codec::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Codec::Xz),
            // The usual properties, and a length that is not known or below 2^32.
            [0x5d, dictionary @ ..]
                if dictionary
                    .split_first_chunk()
                    .is_some_and(|(size, length)| {
                        is_dictionary(u32::from_le_bytes(*size))
                            && (length.starts_with(&[0xff; 5]) || length.get(4) == Some(&0))
                    }) =>
            {
                Some(Codec::Lzma)
            }
            // "BZh" could begin a text; the mark of a block or of an empty stream could not.
            [b'B', b'Z', b'h', b'1'..=b'9', mark @ ..] => {
                let marks = [b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"];
                let known = marks.into_iter().any(|known| mark.starts_with(known));
                known.then_some(Codec::Bzip2)
            }
            _ => None,
        }
    }

    /// Whether a later member begins here. Stricter than [`sniff`](Codec::sniff), since it is
    /// asked of every byte behind a damage.
    pub fn begins(self, head: &[u8]) -> bool {
        match self {
            Codec::Gzip => matches!(
                head,
                // No reserved flags, a level and a system that exist.
                [
                    0x1f,
                    0x8b,
                    8,
                    0..=0x1f,
                    _,
                    _,
                    _,
                    _,
                    0 | 2 | 4,
                    0..=13 | 255,
                    ..
                ]
            ),
            Codec::Lzma | Codec::Deflate | Codec::Zlib => false,
            Codec::Zstd | Codec::Bzip2 | Codec::Xz => Codec::sniff(head) == Some(self),
        }
    }

    /// Bytes of the stream that begins here, where it is one of nothing: a decoder of bzip2 takes
    /// megabytes for it, and a tenth of a millisecond.
    pub fn nothing(self, head: &[u8]) -> Option<usize> {
        match (self, head) {
            (
                Codec::Bzip2,
                [
                    b'B',
                    b'Z',
                    b'h',
                    b'1'..=b'9',
                    0x17,
                    0x72,
                    0x45,
                    0x38,
                    0x50,
                    0x90,
                    0,
                    0,
                    0,
                    0,
                    ..,
                ],
            ) => Some(14),
            _ => None,
        }
    }

    /// The compression that the name of a file promises.
    pub fn of_name(path: &str) -> Option<Codec> {
        let (_, extension) = path.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "gz" | "gzip" | "tgz" => Some(Codec::Gzip),
            "zst" | "zstd" => Some(Codec::Zstd),
            "bz2" => Some(Codec::Bzip2),
            "xz" => Some(Codec::Xz),
            "lzma" => Some(Codec::Lzma),
            _ => None,
        }
    }

    /// Whether all but one byte of the mark are here.
    pub fn nearly_begins(self, head: &[u8]) -> bool {
        let mark: &[u8] = match self {
            Codec::Gzip => &[0x1f, 0x8b, 8],
            Codec::Zstd => &[0x28, 0xb5, 0x2f, 0xfd],
            Codec::Bzip2 => b"BZh",
            Codec::Xz => b"\xfd7zXZ\0",
            Codec::Lzma | Codec::Deflate | Codec::Zlib => return false,
        };
        let same = mark.iter().zip(head).filter(|(a, b)| a == b);
        same.count() + 1 >= mark.len()
    }

    /// The first byte of its mark.
    pub fn first_byte(self) -> u8 {
        match self {
            Codec::Gzip => 0x1f,
            Codec::Zstd => 0x28,
            Codec::Bzip2 => b'B',
            Codec::Xz => 0xfd,
            Codec::Lzma => 0x5d,
            Codec::Deflate | Codec::Zlib => 0,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Codec::Gzip => "gzip",
            Codec::Zstd => "zstd",
            Codec::Bzip2 => "bzip2",
            Codec::Xz => "xz",
            Codec::Lzma => "lzma",
            Codec::Deflate | Codec::Zlib => "deflate",
        }
    }
}

/// Whether an lzma encoder chooses this size, in bytes: 2^n or 2^n + 2^(n-1), from 64 KiB on.
fn is_dictionary(size: u32) -> bool {
    let third = size / 3;
    size >= 1 << 16
        && (size.is_power_of_two() || third.is_power_of_two() && third.saturating_mul(3) == size)
}

/// What one call of a decoder did.
pub(super) struct Step {
    pub taken: usize,
    pub given: usize,
    /// Whether the member ended.
    pub ended: Result<bool, Refusal>,
}

/// A decoder of one member: a gzip member, a zstd frame, a bzip2 or an xz stream.
pub(super) enum Member {
    Flate(Box<Decompress>, Codec),
    Bzip2(Box<bzip2::Decompress>),
    Xz(Box<Stream>, Codec),
    /// With how many bytes the decoder wants next. Feeding it exactly those means that a
    /// bad block costs only itself.
    Zstd(Box<Decoder<'static>>, usize),
}

impl Member {
    pub fn new(codec: Codec, limits: &Limits) -> Result<Member, Refusal> {
        Ok(match codec {
            Codec::Gzip => Member::Flate(Box::new(Decompress::new_gzip(15)), codec),
            Codec::Deflate => Member::Flate(Box::new(Decompress::new(false)), codec),
            Codec::Zlib => Member::Flate(Box::new(Decompress::new(true)), codec),
            Codec::Bzip2 => Member::Bzip2(Box::new(bzip2::Decompress::new(false))),
            Codec::Xz | Codec::Lzma => {
                let dictionary = 1u64.checked_shl(limits.zstd_window_log);
                let memory = dictionary.unwrap_or(u64::MAX).saturating_add(XZ_OVERHEAD);
                let decoder = match codec {
                    Codec::Xz => Stream::new_stream_decoder(memory, 0),
                    _ => Stream::new_lzma_decoder(memory),
                };
                Member::Xz(Box::new(decoder.map_err(io::Error::from)?), codec)
            }
            Codec::Zstd => {
                let mut decoder = Decoder::new()?;
                decoder.set_parameter(DParameter::WindowLogMax(limits.zstd_window_log))?;
                Member::Zstd(Box::new(decoder), ZSTD_START)
            }
        })
    }

    /// How many bytes at the front of the input are wanted at most.
    pub fn wants(&self) -> usize {
        match self {
            Member::Zstd(_, hint) => *hint,
            _ => usize::MAX,
        }
    }

    /// One call of the decoder. Empty `input` means that nothing is left.
    pub fn run(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        match self {
            Member::Flate(decoder, codec) => {
                let before = (decoder.total_in(), decoder.total_out());
                let status = decoder.decompress(input, out, FlushDecompress::None);
                Step {
                    taken: (decoder.total_in() - before.0) as usize,
                    given: (decoder.total_out() - before.1) as usize,
                    ended: match status {
                        Ok(status) => Ok(status == flate2::Status::StreamEnd),
                        Err(error) => Err(corrupt(*codec, &error.to_string())),
                    },
                }
            }
            Member::Bzip2(decoder) => {
                let before = (decoder.total_in(), decoder.total_out());
                let status = decoder.decompress(input, out);
                Step {
                    taken: (decoder.total_in() - before.0) as usize,
                    given: (decoder.total_out() - before.1) as usize,
                    ended: match status {
                        Ok(bzip2::Status::MemNeeded) => Err(corrupt(Codec::Bzip2, "no memory")),
                        Ok(status) => Ok(status == bzip2::Status::StreamEnd),
                        Err(error) => Err(corrupt(Codec::Bzip2, &error.to_string())),
                    },
                }
            }
            Member::Xz(decoder, codec) => {
                let before = (decoder.total_in(), decoder.total_out());
                let status = decoder.process(input, out, Action::Run);
                Step {
                    taken: (decoder.total_in() - before.0) as usize,
                    given: (decoder.total_out() - before.1) as usize,
                    ended: match status {
                        Ok(status) => Ok(status == liblzma::stream::Status::StreamEnd),
                        Err(liblzma::stream::Error::MemLimit) => Err(wide(*codec)),
                        Err(error) => Err(corrupt(*codec, &error.to_string())),
                    },
                }
            }
            Member::Zstd(decoder, hint) => {
                let mut source = InBuffer::around(input);
                let mut target = OutBuffer::around(out);
                let result = decoder.run(&mut source, &mut target);
                let ended = match result {
                    Ok(next) => {
                        *hint = next;
                        Ok(next == 0)
                    }
                    Err(error) => {
                        let detail = error.to_string();
                        Err(if detail.contains("too much memory") {
                            wide(Codec::Zstd)
                        } else {
                            corrupt(Codec::Zstd, &detail)
                        })
                    }
                };
                Step {
                    taken: source.pos(),
                    given: target.pos(),
                    ended,
                }
            }
        }
    }
}

pub(super) fn truncated(codec: Codec) -> Refusal {
    Refusal::new(
        Reason::Truncated,
        format!(
            "the {} stream ends early, as after an interrupted download",
            codec.name()
        ),
    )
}

pub(super) fn corrupt(codec: Codec, detail: &str) -> Refusal {
    Refusal::new(
        Reason::Corrupt,
        format!("the {} stream is damaged: {detail}", codec.name()),
    )
}

fn wide(codec: Codec) -> Refusal {
    let advice = match codec {
        Codec::Zstd => "without --long",
        _ => "with a smaller dictionary",
    };
    Refusal::new(
        Reason::Window,
        format!(
            "the {} stream needs a larger window than the limit allows; compress it {advice}",
            codec.name()
        ),
    )
}
