//! Arrow IPC, as a stream or as a file, which is a stream with an index behind it.
//!
//! The messages are cut out here and handed to the reader one by one, so that a bad one costs
//! itself and no length is believed that the stream does not bear out.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_ipc::reader::{read_dictionary, read_record_batch};
use arrow_ipc::{Message, MessageHeader, root_as_message};
use arrow_schema::Schema;

use super::super::gather::File;
use super::super::reason::{Reason, Refusal};
use super::super::shield::shielded;
use super::super::window::Bytes;
use super::{Columns, Rows, UNPACKED, damaged, is_hollow};

const MARK: [u8; 4] = [0xff; 4];
/// Bytes of the description of a message, at most.
const DESCRIPTION: usize = 16 << 20;
/// Dictionaries kept at once, in bytes.
const DICTIONARIES: usize = UNPACKED as usize;

/// Reads all rows; the record number is that of the row.
pub(in super::super) fn read(
    window: &mut Bytes<'_>,
    file: &mut File<'_, '_>,
) -> Result<(), Refusal> {
    const MAGIC: &[u8] = b"ARROW1";
    const PADDED: usize = 64;
    if window.fill(PADDED).starts_with(MAGIC) {
        // Behind it zeros up to the writer's alignment.
        let behind = window.available().iter().skip(MAGIC.len());
        let zeros = behind.take(PADDED).take_while(|&&byte| byte == 0).count();
        window.consume(MAGIC.len() + zeros);
    }
    let mut table = Arrow {
        schema: None,
        dictionaries: HashMap::new(),
        rows: Rows {
            number: 0,
            unpacked: 0,
            packed: 0,
        },
        cut: 1,
    };
    while file.out.failed.is_none() && table.message(window, file)? {}
    file.finish_with(window, Some(table.rows.number + 1), table.cut);
    match table.schema {
        None if window.damage().is_none() => Err(damaged(
            "Arrow",
            "no schema was found, so no row can be read",
        )),
        _ => Ok(()),
    }
}

struct Arrow {
    schema: Option<(Arc<Schema>, Columns)>,
    dictionaries: HashMap<i64, ArrayRef>,
    rows: Rows,
    /// Rows that are lost where the stream is cut off.
    cut: u64,
}

impl Arrow {
    /// Reads one message; `false` at the end. An error ends the file.
    fn message(
        &mut self,
        window: &mut Bytes<'_>,
        file: &mut File<'_, '_>,
    ) -> Result<bool, Refusal> {
        let offset = window.offset();
        let Some(head) = self.head(window, file) else {
            return Ok(false);
        };
        let Some(len) = head else {
            return Ok(true);
        };
        let description = window
            .fill(8 + len)
            .get(8..8 + len)
            .unwrap_or_default()
            .to_vec();
        window.consume(8 + len);
        // It was looked at before: `head` gives only what can be parsed.
        let Ok(message) = root_as_message(&description) else {
            return Ok(true);
        };
        let length = u64::try_from(message.bodyLength()).unwrap_or(u64::MAX);
        let mut body = Vec::new();
        if length > 2 * UNPACKED {
            self.bad(None, offset, file, bomb(length));
            return Ok(true);
        }
        let read = std::io::Read::by_ref(window)
            .take(length)
            .read_to_end(&mut body);
        file.told(8 + len + body.len());
        self.rows.packed += (8 + len + body.len()) as u64;
        if read.is_err() || (body.len() as u64) < length {
            let rows = rows_of(&message, length);
            match window.damage() {
                None => {
                    let refusal = damaged("a batch of rows", "the file ends within it");
                    self.bad(rows, offset, file, refusal);
                }
                Some(_) => self.cut = rows.unwrap_or(1),
            }
            return Ok(false);
        }
        let unpacked = unpacked(&message, &body);
        let rows = rows_of(&message, unpacked);
        match shielded("Arrow", || self.decoded(&message, body, unpacked, file)) {
            Ok(None) => {}
            Ok(Some(batch)) if is_hollow(&batch) && batch.num_rows() > 0 => {
                let refusal = damaged("a batch of rows", "its text column holds nothing");
                self.bad(rows, offset, file, refusal);
            }
            Ok(Some(batch)) => {
                if let Some((_, columns)) = &self.schema {
                    self.rows.batch(&batch, columns, offset, file)?;
                }
            }
            // Without a text column, no batch can give anything.
            Err(refusal) if self.schema.is_none() => return Err(refusal),
            Err(refusal) => self.bad(rows, offset, file, refusal),
        }
        Ok(true)
    }

    /// One rejection for a message, which stands for the rows that it held; where they are not
    /// known, for one.
    fn bad(&mut self, rows: Option<u64>, offset: u64, file: &mut File<'_, '_>, refusal: Refusal) {
        let message = format!("{}; reading went on behind it", refusal.message);
        let refusal = Refusal::new(refusal.reason, message);
        if let Some(rows) = rows {
            return self.rows.lost(rows, offset, refusal, file);
        }
        self.rows.number += 1;
        file.reject(Some(self.rows.number), offset, refusal);
    }

    /// The length of the description at the front; none where the stream ends, and none within
    /// where bytes had to be passed to find one.
    fn head(&mut self, window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Option<Option<usize>> {
        let offset = window.offset();
        let head = window.fill(8);
        match described(head) {
            Some(0) => return None,
            _ if head.len() < 8 => return None,
            Some(len) if parses(window.fill(8 + len), len) => return Some(Some(len)),
            _ => {}
        }
        let refusal = damaged("a message", "it has no valid head");
        self.bad(None, offset, file, refusal);
        window.consume(1);
        loop {
            let bytes = window.available();
            let found = memchr::memmem::find(bytes, &MARK);
            match found {
                Some(at) => {
                    window.consume(at);
                    let len = described(window.fill(8));
                    if len.is_some_and(|len| len > 0 && parses(window.fill(8 + len), len)) {
                        return Some(None);
                    }
                    window.consume(1);
                }
                None => {
                    let held = bytes.len();
                    window.consume(held.saturating_sub(3));
                    if !window.more() {
                        return None;
                    }
                }
            }
        }
    }

    /// What a message holds, where that is rows.
    fn decoded(
        &mut self,
        message: &Message<'_>,
        body: Vec<u8>,
        unpacked: u64,
        file: &File<'_, '_>,
    ) -> Result<Option<RecordBatch>, Refusal> {
        let version = message.version();
        if unpacked > UNPACKED && unpacked > body.len() as u64 {
            return Err(bomb(unpacked));
        }
        match message.header_type() {
            MessageHeader::Schema if self.schema.is_none() => {
                let header = message.header_as_schema();
                let header = header.ok_or_else(|| damaged("the schema", "it is missing"))?;
                let schema = arrow_ipc::convert::try_fb_to_schema(header)
                    .map_err(|error| damaged("the schema", error))?;
                let columns = Columns::of(&schema, file)?;
                self.schema = Some((Arc::new(schema), columns));
                Ok(None)
            }
            MessageHeader::DictionaryBatch => {
                let (Some((schema, _)), Some(header)) =
                    (&self.schema, message.header_as_dictionary_batch())
                else {
                    return Ok(None);
                };
                let body = body.into();
                read_dictionary(&body, header, schema, &mut self.dictionaries, &version)
                    .map_err(|error| damaged("a dictionary", error))?;
                let held = self.dictionaries.values();
                let held: usize = held.map(|values| values.get_array_memory_size()).sum();
                if held > DICTIONARIES {
                    self.dictionaries.clear();
                    return Err(bomb(held as u64));
                }
                Ok(None)
            }
            MessageHeader::RecordBatch => {
                let (Some((schema, columns)), Some(header)) =
                    (&self.schema, message.header_as_record_batch())
                else {
                    return Ok(None);
                };
                let places = columns.places();
                let batch = read_record_batch(
                    &body.into(),
                    header,
                    schema.clone(),
                    &self.dictionaries,
                    Some(&places),
                    &version,
                );
                batch
                    .map(Some)
                    .map_err(|error| damaged("a batch of rows", error))
            }
            _ => Ok(None),
        }
    }
}

/// Bytes of a message's body once it is unpacked, as far as it claims: nothing is unpacked to
/// find out.
fn unpacked(message: &Message<'_>, body: &[u8]) -> u64 {
    let dictionary = message.header_as_dictionary_batch();
    let batch = message.header_as_record_batch();
    let batch = batch.or_else(|| dictionary.and_then(|dictionary| dictionary.data()));
    let Some(batch) = batch.filter(|batch| batch.compression().is_some()) else {
        return body.len() as u64;
    };
    let mut all = 0u64;
    for buffer in batch.buffers().into_iter().flatten() {
        let start = usize::try_from(buffer.offset()).unwrap_or(usize::MAX);
        let claim = start
            .checked_add(8)
            .and_then(|end| body.get(start..end))
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, i64::from_le_bytes);
        // -1 stands for bytes that are not compressed.
        all = all.saturating_add(u64::try_from(claim).unwrap_or(0));
    }
    all.max(body.len() as u64)
}

/// The rows that a batch says it holds, where its bytes once unpacked could: a row takes
/// one bit at least.
fn rows_of(message: &Message<'_>, unpacked: u64) -> Option<u64> {
    let rows = u64::try_from(message.header_as_record_batch()?.length()).ok()?;
    (1..=unpacked.saturating_mul(8))
        .contains(&rows)
        .then_some(rows)
}

fn bomb(bytes: u64) -> Refusal {
    let message = format!(
        "a part of the file claims to unpack to {bytes} bytes, more than the {UNPACKED} that are \
         believed: it is damaged, or made to fill the memory"
    );
    Refusal::new(Reason::Damaged, message)
}

/// The length that a mark of a message declares.
fn described(head: &[u8]) -> Option<usize> {
    let len = head.strip_prefix(&MARK)?.get(..4)?.try_into().ok();
    let len = len.map(i32::from_le_bytes)?;
    usize::try_from(len).ok().filter(|&len| len <= DESCRIPTION)
}

fn parses(bytes: &[u8], len: usize) -> bool {
    let description = bytes.get(8..8 + len);
    description.is_some_and(|description| root_as_message(description).is_ok())
}
