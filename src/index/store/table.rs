//! The snapshot of the tables that the caller keeps in memory.
//!
//! A cache: whatever is wrong with it, the log has everything.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::files::{Files, OpenFile, read_full, write_all};
use super::format::{VERSION, u32_at, u64_at};
use super::{NoSnapshot, Position};
use crate::hash::{hash64, hash64_seeded};

/// Bytes under one checksum.
const CHUNK: usize = 1 << 20;
const HEAD: u64 = 56;
const SUM: u64 = 8;
const MAGIC: &[u8; 8] = b"WCTABLE\n";

/// The log at the moment of the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub position: Position,
    pub generation: u64,
    pub fingerprint: u64,
}

impl Moment {
    fn head(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD as usize);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&self.position.segment.to_le_bytes());
        out.extend_from_slice(&self.position.offset.to_le_bytes());
        out.extend_from_slice(&self.generation.to_le_bytes());
        out.extend_from_slice(&self.fingerprint.to_le_bytes());
        out
    }

    /// The seed of the checksums of the chunks, to which the number of each is added.
    fn seed(&self) -> u64 {
        hash64(&self.head())
    }
}

/// The name of the `number`th snapshot.
pub(super) fn table_name(number: u32) -> String {
    format!("{number:08}.table")
}

/// Writes a snapshot: beside its place, then renamed.
///
/// # Errors
/// What `write` or the system says.
pub(super) fn save(
    files: &dyn Files,
    number: u32,
    moment: Moment,
    write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let name = table_name(number);
    let temporary = format!("{name}.tmp");
    let file = files.create(&temporary)?;
    let mut chunks = ChunkWriter {
        file: &*file,
        seed: moment.seed(),
        chunk: Vec::with_capacity(SUM as usize + CHUNK),
        done: 0,
        at: HEAD,
        content: 0,
    };
    write(&mut chunks)?;
    chunks.put()?;
    let mut head = moment.head();
    head.extend_from_slice(&chunks.content.to_le_bytes());
    head.extend_from_slice(&hash64(&head).to_le_bytes());
    write_all(&*file, &head, 0)?;
    file.sync()?;
    drop(file);
    files.rename(&temporary, &name)?;
    files.sync_dir()
}

/// Cuts what is written into chunks, each behind its checksum.
struct ChunkWriter<'f> {
    file: &'f dyn OpenFile,
    seed: u64,
    /// Room for the checksum, then the bytes; empty before the first.
    chunk: Vec<u8>,
    /// Chunks written.
    done: u64,
    /// Where the next goes.
    at: u64,
    /// Bytes in the chunks written.
    content: u64,
}

impl ChunkWriter<'_> {
    fn put(&mut self) -> io::Result<()> {
        let Some((sum, bytes)) = self.chunk.split_first_chunk_mut() else {
            return Ok(());
        };
        *sum = hash64_seeded(bytes, self.seed.wrapping_add(self.done)).to_le_bytes();
        self.content += bytes.len() as u64;
        write_all(self.file, &self.chunk, self.at)?;
        self.at += self.chunk.len() as u64;
        self.done += 1;
        self.chunk.clear();
        Ok(())
    }
}

impl Write for ChunkWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let whole = SUM as usize + CHUNK;
        if self.chunk.len() == whole {
            self.put()?;
        }
        if self.chunk.is_empty() {
            self.chunk.extend_from_slice(&[0; SUM as usize]);
        }
        let taken = bytes.len().min(whole - self.chunk.len());
        self.chunk
            .extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a snapshot; of its content only the length is checked here.
///
/// # Errors
/// What the system says.
pub(super) fn open(
    files: &dyn Files,
    number: u32,
    fingerprint: u64,
) -> io::Result<Result<(Moment, TableReader), NoSnapshot>> {
    let file = match files.open(&table_name(number), false) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            return Ok(Err(NoSnapshot::Absent));
        }
        Err(cause) => return Err(cause),
    };
    let mut head = [0; HEAD as usize];
    let read = read_full(&*file, &mut head, 0)?;
    let length = file.length()?;
    let parsed = || {
        let covered = head.get(..48).filter(|_| read == head.len())?;
        let intact = covered.starts_with(MAGIC) && hash64(covered) == u64_at(&head, 48)?;
        let version = u32_at(&head, 8).filter(|_| intact)?;
        let moment = Moment {
            position: Position {
                segment: u32_at(&head, 12)?,
                offset: u64_at(&head, 16)?,
            },
            generation: u64_at(&head, 24)?,
            fingerprint: u64_at(&head, 32)?,
        };
        let content = u64_at(&head, 40)?;
        let sums = content.div_ceil(CHUNK as u64).checked_mul(SUM)?;
        let whole = content.checked_add(sums)?.checked_add(HEAD)?;
        (whole == length).then_some((version, moment, content))
    };
    let Some((version, moment, content)) = parsed() else {
        return Ok(Err(NoSnapshot::Damaged));
    };
    if version != VERSION || moment.fingerprint != fingerprint {
        return Ok(Err(NoSnapshot::Version));
    }
    let reader = TableReader {
        file,
        seed: moment.seed(),
        chunk: Vec::new(),
        taken: 0,
        done: 0,
        at: HEAD,
        left: content,
    };
    Ok(Ok((moment, reader)))
}

/// Reads the content of a snapshot; hands out no byte before its checksum was verified.
pub(super) struct TableReader {
    file: Arc<dyn OpenFile>,
    seed: u64,
    /// A checksum and its bytes.
    chunk: Vec<u8>,
    /// Bytes of it that were handed out, the checksum counted.
    taken: usize,
    done: u64,
    /// Where the next chunk stands.
    pub at: u64,
    /// Bytes of the content that are not read yet.
    left: u64,
}

impl TableReader {
    fn fill(&mut self) -> io::Result<()> {
        let length = self.left.min(CHUNK as u64) as usize;
        self.chunk.resize(SUM as usize + length, 0);
        let read = read_full(&*self.file, &mut self.chunk, self.at)?;
        self.taken = SUM as usize;
        let seed = self.seed.wrapping_add(self.done);
        let intact = self
            .chunk
            .split_first_chunk()
            .is_some_and(|(sum, bytes)| hash64_seeded(bytes, seed) == u64::from_le_bytes(*sum));
        if read < self.chunk.len() || !intact {
            self.chunk.clear();
            let what = format!("the snapshot is damaged in the chunk at byte {}", self.at);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        self.at += self.chunk.len() as u64;
        self.done += 1;
        self.left -= length as u64;
        Ok(())
    }
}

impl Read for TableReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken >= self.chunk.len() {
            if self.left == 0 || out.is_empty() {
                return Ok(0);
            }
            self.fill()?;
        }
        let rest = self.chunk.get(self.taken..).unwrap_or_default();
        let taken = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..taken), rest.get(..taken)) {
            to.copy_from_slice(from);
        }
        self.taken += taken;
        Ok(taken)
    }
}
