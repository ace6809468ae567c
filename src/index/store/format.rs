//! The bytes of a segment: its head, the heads of batches and of entries.
//!
//! Numbers are little-endian. Each checksum is seeded with the place of what it
//! covers, so that intact bytes at a wrong place are noticed too.

use super::Place;
use crate::hash::{hash64, hash64_seeded};

/// Version of everything in the folder.
pub(super) const VERSION: u32 = 1;
/// Bytes before the first batch of a segment.
pub(super) const SEGMENT_HEAD: u64 = 40;
/// Bytes before the entries of a batch.
pub(super) const BATCH_HEAD: usize = 56;
/// Bytes before those of an entry.
pub(super) const ENTRY_HEAD: usize = 16;
/// Bytes of an entry at most.
pub(super) const MAX_ENTRY: usize = 1 << 30;
/// Bytes of a batch at most.
pub(super) const MAX_BATCH: usize = 3 << 30;

const SEGMENT_MAGIC: &[u8; 8] = b"WCLOG\r\n\x1a";
pub(super) const BATCH_MAGIC: &[u8; 8] = b"\x89WCBATCH";

/// Hash of the settings, as it stands in segments and snapshots.
pub(super) fn fingerprint_hash(fingerprint: &str) -> u64 {
    hash64(fingerprint.as_bytes())
}

/// A seed for what stands at a place.
fn seed(at: Place) -> u64 {
    (u64::from(at.segment) << 40) ^ at.offset
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}

/// The head of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentHead {
    pub number: u32,
    pub fingerprint: u64,
    /// No batch in it has a lower number; that of the first, where it was never rewritten.
    pub first: u64,
}

impl SegmentHead {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SEGMENT_HEAD as usize);
        out.extend_from_slice(SEGMENT_MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&self.number.to_le_bytes());
        out.extend_from_slice(&self.fingerprint.to_le_bytes());
        out.extend_from_slice(&self.first.to_le_bytes());
        out.extend_from_slice(&hash64(&out).to_le_bytes());
        out
    }

    /// None where the bytes are not those of an intact head of this version.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let covered = bytes.get(..32)?;
        let intact = covered.starts_with(SEGMENT_MAGIC) && hash64(covered) == u64_at(bytes, 32)?;
        let head = SegmentHead {
            number: u32_at(bytes, 12)?,
            fingerprint: u64_at(bytes, 16)?,
            first: u64_at(bytes, 24)?,
        };
        (intact && u32_at(bytes, 8)? == VERSION).then_some(head)
    }
}

/// The head of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BatchHead {
    /// Rises through the log.
    pub sequence: u64,
    /// Entries.
    pub count: u32,
    /// Bytes of the entries.
    pub length: u64,
    /// Bytes of the segment that were known to be on the disk when this was written.
    pub durable: u64,
    /// Checksum of the bytes of the entries.
    pub payload: u64,
}

impl BatchHead {
    pub(super) fn bytes(&self, at: Place) -> [u8; BATCH_HEAD] {
        let parts: [&[u8]; 7] = [
            BATCH_MAGIC,
            &self.sequence.to_le_bytes(),
            &at.segment.to_le_bytes(),
            &self.count.to_le_bytes(),
            &self.length.to_le_bytes(),
            &self.durable.to_le_bytes(),
            &self.payload.to_le_bytes(),
        ];
        let mut out = [0; BATCH_HEAD];
        let covered = parts.concat();
        let checksum = hash64_seeded(&covered, seed(at)).to_le_bytes();
        for (slot, byte) in out.iter_mut().zip(covered.iter().chain(&checksum)) {
            *slot = *byte;
        }
        out
    }

    /// None where the bytes are not those of an intact head that was written at this place.
    pub(super) fn parse(bytes: &[u8], at: Place) -> Option<Self> {
        let covered = bytes.get(..48)?;
        if !covered.starts_with(BATCH_MAGIC) {
            return None;
        }
        let intact = hash64_seeded(covered, seed(at)) == u64_at(bytes, 48)?;
        let head = BatchHead {
            sequence: u64_at(bytes, 8)?,
            count: u32_at(bytes, 20)?,
            length: u64_at(bytes, 24)?,
            durable: u64_at(bytes, 32)?,
            payload: u64_at(bytes, 40)?,
        };
        (intact && head.length <= MAX_BATCH as u64).then_some(head)
    }

    /// Whether these are the bytes of its entries.
    pub(super) fn covers(&self, payload: &[u8]) -> bool {
        payload.len() as u64 == self.length && hash64(payload) == self.payload
    }
}

/// The head of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntryHead {
    pub length: usize,
    pub kind: u8,
    /// Hash of length and kind at the place; seeds the checksum of the bytes.
    key: u64,
    checksum: u64,
}

impl EntryHead {
    /// The head of an entry that is to stand at a place. Its length must be one of 32 bits.
    pub(super) fn of(kind: u8, bytes: &[u8], at: Place) -> Self {
        let key = Self::key(bytes.len() as u32, kind, at);
        EntryHead {
            length: bytes.len(),
            kind,
            key,
            checksum: hash64_seeded(bytes, key),
        }
    }

    fn key(length: u32, kind: u8, at: Place) -> u64 {
        let [a, b, c, d] = length.to_le_bytes();
        hash64_seeded(&[a, b, c, d, kind], seed(at))
    }

    pub(super) fn bytes(&self) -> [u8; ENTRY_HEAD] {
        let [a, b, c, d] = (self.length as u32).to_le_bytes();
        let [x, y, z, ..] = self.key.to_le_bytes();
        let [s, t, u, v, w, p, q, r] = self.checksum.to_le_bytes();
        [a, b, c, d, self.kind, x, y, z, s, t, u, v, w, p, q, r]
    }

    /// None where the bytes are not those of an intact head that was written at this place.
    pub(super) fn parse(bytes: &[u8], at: Place) -> Option<Self> {
        let length = u32_at(bytes, 0)?;
        if length as usize > MAX_ENTRY {
            return None;
        }
        let kind = *bytes.get(4)?;
        let key = Self::key(length, kind, at);
        let checksum = u64_at(bytes, 8)?;
        let head = EntryHead {
            length: length as usize,
            kind,
            key,
            checksum,
        };
        // Three bytes of the key stand in the head: without them a search for entries
        // among damaged bytes would hash megabytes at every step.
        (bytes.get(5..8)? == key.to_le_bytes().get(..3)?).then_some(head)
    }

    /// Whether these are the bytes of the entry.
    pub(super) fn covers(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.length && hash64_seeded(bytes, self.key) == self.checksum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Place = Place {
        segment: 3,
        offset: 4096,
    };

    #[test]
    fn every_flip_in_a_head_is_seen() {
        let segment = SegmentHead {
            number: 3,
            fingerprint: 7,
            first: 9,
        };
        let batch = BatchHead {
            sequence: 9,
            count: 2,
            length: 40,
            durable: 40,
            payload: 5,
        };
        let entry = EntryHead::of(4, b"some bytes", AT);
        assert_eq!(SegmentHead::parse(&segment.bytes()), Some(segment));
        assert_eq!(BatchHead::parse(&batch.bytes(AT), AT), Some(batch));
        assert_eq!(EntryHead::parse(&entry.bytes(), AT), Some(entry));
        let flipped = |bytes: &[u8], bit: usize| {
            let mut bytes = bytes.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        for bit in 0..8 * SEGMENT_HEAD as usize {
            assert_eq!(SegmentHead::parse(&flipped(&segment.bytes(), bit)), None);
        }
        for bit in 0..8 * BATCH_HEAD {
            assert_eq!(BatchHead::parse(&flipped(&batch.bytes(AT), bit), AT), None);
        }
        for bit in 0..8 * ENTRY_HEAD {
            let head = EntryHead::parse(&flipped(&entry.bytes(), bit), AT);
            assert!(head.is_none_or(|head| !head.covers(b"some bytes")));
        }
    }

    #[test]
    fn intact_bytes_at_a_wrong_place_are_seen() {
        let batch = BatchHead {
            sequence: 9,
            count: 2,
            length: 40,
            durable: 40,
            payload: 5,
        };
        let entry = EntryHead::of(4, b"some bytes", AT);
        for other in [Place { segment: 4, ..AT }, Place { offset: 4097, ..AT }] {
            assert_eq!(BatchHead::parse(&batch.bytes(AT), other), None);
            assert_eq!(EntryHead::parse(&entry.bytes(), other), None);
        }
    }
}
