//! What the pages of a Parquet column claim to hold, read before anything is unpacked: the
//! reader takes room for what a page claims, and unpacks as much as it finds.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::super::reason::{Reason, Refusal};
use super::UNPACKED;

/// Refuses a column chunk with a page that unpacks to more than a limit.
pub(super) fn check(file: &std::fs::File, start: u64, len: u64) -> Result<(), Refusal> {
    let mut reader = BufReader::with_capacity(4096, file.try_clone()?);
    let mut at = start;
    while at < start + len {
        reader.seek(SeekFrom::Start(at))?;
        let mut header = Header {
            from: (&mut reader).take(start + len - at),
            read: 0,
        };
        // A header that cannot be read is for the reader to report.
        let Ok((unpacked, packed)) = header.sizes() else {
            return Ok(());
        };
        if unpacked > UNPACKED {
            let message = format!(
                "a page claims to unpack to {unpacked} bytes, more than the {UNPACKED} that are \
                 believed: it is damaged, or made to fill the memory; its row group is left out"
            );
            return Err(Refusal::new(Reason::Damaged, message));
        }
        at += header.read + packed;
    }
    Ok(())
}

/// A page header in Thrift's compact protocol.
struct Header<R> {
    from: R,
    read: u64,
}

impl<R: Read> Header<R> {
    /// Bytes of the page unpacked and as it is stored.
    fn sizes(&mut self) -> io::Result<(u64, u64)> {
        let (mut unpacked, mut packed) = (0, 0);
        let mut id = 0;
        loop {
            let Some(kind) = self.field(&mut id)? else {
                return Ok((unpacked, packed));
            };
            match (id, kind) {
                (2, 5) => unpacked = self.size()?,
                (3, 5) => packed = self.size()?,
                _ => self.skip(kind, 0)?,
            }
        }
    }

    /// The type of the next field of a structure; none at its end.
    fn field(&mut self, id: &mut i64) -> io::Result<Option<u8>> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(None);
        }
        match head >> 4 {
            0 => *id = self.varint()? as i64,
            step => *id += i64::from(step),
        }
        Ok(Some(head & 15))
    }

    fn size(&mut self) -> io::Result<u64> {
        let coded = self.varint()?;
        // Zigzag: odd is negative, which no size is.
        if coded % 2 == 1 { bad() } else { Ok(coded / 2) }
    }

    fn skip(&mut self, kind: u8, depth: u32) -> io::Result<()> {
        if depth > 16 {
            return bad();
        }
        match kind {
            1 | 2 => Ok(()),
            3 => self.byte().map(drop),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let len = self.varint()?;
                self.pass(len)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = match head >> 4 {
                    15 => self.varint()?,
                    few => u64::from(few),
                };
                for _ in 0..count {
                    // A boolean in a list is a byte, so that each item takes one at least.
                    match head & 15 {
                        1 | 2 => self.byte().map(drop)?,
                        kind => self.skip(kind, depth + 1)?,
                    }
                }
                Ok(())
            }
            12 => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth + 1)?;
                }
                Ok(())
            }
            _ => bad(),
        }
    }

    fn pass(&mut self, len: u64) -> io::Result<()> {
        let passed = io::copy(&mut (&mut self.from).take(len), &mut io::sink())?;
        self.read += passed;
        if passed < len { bad() } else { Ok(()) }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.from.read_exact(&mut byte)?;
        self.read += 1;
        Ok(byte[0])
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(value);
            }
        }
        bad()
    }
}

fn bad<T>() -> io::Result<T> {
    Err(io::ErrorKind::InvalidData.into())
}
