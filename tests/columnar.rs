//! Rows that are lost in Parquet and Arrow: no more of them than the damage touches, each counted.

#![cfg(feature = "parquet")]
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use wirecopy::ingest::{IngestOptions, Input, Intake, Reason, Rejection, read_inputs};

/// Reads bytes beside a good document; counts must balance.
fn read(bytes: &[u8]) -> Intake {
    read_with(bytes, &IngestOptions::default())
}

fn read_with(bytes: &[u8], options: &IngestOptions) -> Intake {
    let inputs = [Input::Bytes("table".into(), bytes.into()), Input::Stdin];
    let good = &b"{\"id\":\"good\",\"text\":\"good\"}"[..];
    let intake = read_inputs(&inputs, good, options).unwrap();
    let counts = &intake.counts;
    let told: u64 = intake.rejected.iter().map(|one| one.count).sum();
    assert_eq!(counts.rejected, told);
    assert_eq!(counts.documents, intake.documents.len() as u64);
    assert_eq!(
        counts.read,
        counts.documents + counts.merged + counts.rejected
    );
    intake
}

/// The only rejection: the first row it is about, how many, and why.
fn only(intake: &Intake) -> (u64, u64, Reason) {
    let [one] = &intake.rejected[..] else {
        let told: Vec<String> = intake.rejected.iter().map(Rejection::to_string).collect();
        unreachable!("{told:?}");
    };
    (one.place.record.unwrap(), one.count, one.reason)
}

/// A value in Thrift's compact protocol.
enum Value {
    I32(i32),
    I64(i64),
    Text(&'static str),
    /// Records.
    Records(Vec<Vec<u8>>),
    Texts(Vec<&'static str>),
    I32s(Vec<i32>),
    Record(Vec<u8>),
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number > 127 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

fn zigzag(number: i64, out: &mut Vec<u8>) {
    varint(((number << 1) ^ (number >> 63)) as u64, out);
}

fn text(text: &str, out: &mut Vec<u8>) {
    varint(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

fn list(kind: u8, len: usize, out: &mut Vec<u8>) {
    assert!(len < 15);
    out.push((len as u8) << 4 | kind);
}

/// A structure of fields in the order of their numbers.
fn record(fields: &[(u8, Value)]) -> Vec<u8> {
    let (mut out, mut last) = (Vec::new(), 0);
    for (id, value) in fields {
        let kind = match value {
            Value::I32(_) => 5,
            Value::I64(_) => 6,
            Value::Text(_) => 8,
            Value::Records(_) | Value::Texts(_) | Value::I32s(_) => 9,
            Value::Record(_) => 12,
        };
        out.push((id - last) << 4 | kind);
        last = *id;
        match value {
            Value::I32(number) => zigzag(i64::from(*number), &mut out),
            Value::I64(number) => zigzag(*number, &mut out),
            Value::Text(value) => text(value, &mut out),
            Value::Record(bytes) => out.extend_from_slice(bytes),
            Value::Records(all) => {
                list(12, all.len(), &mut out);
                all.iter().for_each(|one| out.extend_from_slice(one));
            }
            Value::Texts(all) => {
                list(8, all.len(), &mut out);
                all.iter().for_each(|one| text(one, &mut out));
            }
            Value::I32s(all) => {
                list(5, all.len(), &mut out);
                all.iter().for_each(|one| zigzag(i64::from(*one), &mut out));
            }
        }
    }
    out.push(0);
    out
}

/// What a Parquet file says of itself.
struct Written {
    /// Rows of a page, pages of a row group, row groups.
    shape: [usize; 3],
    with_checksums: bool,
    /// The packing that the columns name.
    codec: i32,
    /// Rows that each row group claims, where that is a lie.
    claimed: Option<i64>,
}

const PLAIN: Written = Written {
    shape: [300, 4, 2],
    with_checksums: true,
    codec: 0,
    claimed: None,
};

fn story(row: usize) -> String {
    format!("The ferry number {row} ran aground at noon.")
}

/// A page of values with its header.
fn page(values: &[String], with_checksum: bool) -> Vec<u8> {
    let mut body = Vec::new();
    for value in values {
        body.extend_from_slice(&(value.len() as u32).to_le_bytes());
        body.extend_from_slice(value.as_bytes());
    }
    let mut crc = flate2::Crc::new();
    crc.update(&body);
    let len = body.len() as i32;
    let about = record(&[
        (1, Value::I32(values.len() as i32)),
        (2, Value::I32(0)),
        (3, Value::I32(3)),
        (4, Value::I32(3)),
    ]);
    let mut fields = vec![
        (1, Value::I32(0)),
        (2, Value::I32(len)),
        (3, Value::I32(len)),
    ];
    if with_checksum {
        fields.push((4, Value::I32(crc.sum() as i32)));
    }
    fields.push((5, Value::Record(about)));
    [record(&fields), body].concat()
}

/// A Parquet file with the columns `id` and `text`, which no writer at hand gives checksums.
fn parquet(how: &Written) -> Vec<u8> {
    const UTF_8: i32 = 0;
    const BYTES: i32 = 6;
    let mut out = b"PAR1".to_vec();
    let (mut groups, mut row) = (Vec::new(), 0);
    let [of_page, pages, row_groups] = how.shape;
    for _ in 0..row_groups {
        let rows: Vec<usize> = (row..row + of_page * pages).collect();
        row += rows.len();
        let claimed = how.claimed.unwrap_or(rows.len() as i64);
        let mut columns = Vec::new();
        for name in ["id", "text"] {
            let start = out.len() as i64;
            for rows in rows.chunks(of_page) {
                let value = |row: &usize| match name {
                    "id" => row.to_string(),
                    _ => story(*row),
                };
                let values: Vec<String> = rows.iter().map(value).collect();
                out.extend(page(&values, how.with_checksums));
            }
            let len = out.len() as i64 - start;
            let about = record(&[
                (1, Value::I32(BYTES)),
                (2, Value::I32s(vec![0, 3])),
                (3, Value::Texts(vec![name])),
                (4, Value::I32(how.codec)),
                (5, Value::I64(claimed)),
                (6, Value::I64(len)),
                (7, Value::I64(len)),
                (9, Value::I64(start)),
            ]);
            columns.push(record(&[(2, Value::I64(start)), (3, Value::Record(about))]));
        }
        groups.push(record(&[
            (1, Value::Records(columns)),
            (2, Value::I64(out.len() as i64)),
            (3, Value::I64(claimed)),
        ]));
    }
    let column = |name| {
        record(&[
            (1, Value::I32(BYTES)),
            (3, Value::I32(0)),
            (4, Value::Text(name)),
            (6, Value::I32(UTF_8)),
        ])
    };
    let root = record(&[(4, Value::Text("schema")), (5, Value::I32(2))]);
    let footer = record(&[
        (1, Value::I32(1)),
        (2, Value::Records(vec![root, column("id"), column("text")])),
        (3, Value::I64(row as i64)),
        (4, Value::Records(groups)),
    ]);
    out.extend_from_slice(&footer);
    out.extend_from_slice(&(footer.len() as u32).to_le_bytes());
    out.extend_from_slice(b"PAR1");
    out
}

/// The file with one letter of a row's text changed to another one.
fn flipped(mut bytes: Vec<u8>, row: usize) -> Vec<u8> {
    let at = memchr::memmem::find(&bytes, story(row).as_bytes()).unwrap();
    bytes[at + 4] ^= 1;
    bytes
}

#[test]
fn a_page_that_is_not_what_was_written_costs_its_own_rows() {
    let sound = read(&parquet(&PLAIN));
    assert_eq!(
        (sound.documents.len(), &sound.rejected[..]),
        (2401, &[][..])
    );
    for (row, first) in [
        (0, 1),
        (299, 1),
        (300, 301),
        (1000, 901),
        (1200, 1201),
        (2399, 2101),
    ] {
        let intake = read(&flipped(parquet(&PLAIN), row));
        assert_eq!(only(&intake), (first, 300, Reason::Damaged), "row {row}");
        let message = &intake.rejected[0].message;
        let wanted = format!("rows {first} to {} cannot be read", first + 299);
        assert!(message.starts_with(&wanted), "{message}");
        assert_eq!(intake.counts.read, 2401);
        assert_eq!(intake.documents.len(), 2101);
        let lost = first - 1..first + 299;
        for document in intake.documents.iter().filter(|one| &*one.key != "good") {
            let row: u64 = document.key.parse().unwrap();
            assert!(!lost.contains(&row));
            assert_eq!(intake.archive.text(&document.text), story(row as usize));
        }
    }
    // The same without checksums goes unseen: it is they that tell.
    let unsure = Written {
        with_checksums: false,
        ..PLAIN
    };
    let intake = read(&flipped(parquet(&unsure), 1000));
    assert_eq!((intake.documents.len(), intake.rejected.len()), (2401, 0));
}

#[test]
fn pages_of_any_length_and_several_bad_ones() {
    for of_page in [1, 7, 256, 1000] {
        let how = Written {
            shape: [of_page, 9, 1],
            ..PLAIN
        };
        let bytes = flipped(flipped(parquet(&how), 2 * of_page), 8 * of_page);
        let intake = read(&bytes);
        let first = |page: usize| (Some((page * of_page + 1) as u64), of_page as u64);
        let told: Vec<(Option<u64>, u64)> = intake
            .rejected
            .iter()
            .map(|one| (one.place.record, one.count))
            .collect();
        assert_eq!(told, [first(2), first(8)]);
        assert_eq!(intake.documents.len(), 7 * of_page + 1);
    }
}

#[test]
fn a_row_group_that_is_left_out_counts_its_rows() {
    const BROTLI: i32 = 4;
    let packed = Written {
        codec: BROTLI,
        shape: [50, 2, 1],
        ..PLAIN
    };
    let intake = read(&parquet(&packed));
    assert_eq!(only(&intake), (1, 100, Reason::Unsupported));
}

#[test]
fn rows_beyond_the_ratio_are_left_out_and_counted() {
    let bytes = parquet(&PLAIN);
    let mut options = IngestOptions::default();
    options.limits.ratio_after_bytes = 0;
    options.limits.ratio = 1;
    let intake = read_with(&bytes, &options);
    let (first, count, reason) = only(&intake);
    assert_eq!((first + count, reason), (2401, Reason::Bomb));
    // 46 bytes of text and number, and 128 for the row.
    let seen = 2 * bytes.len() as u64 / (128 + 46);
    assert!(first.abs_diff(seen) < 20, "{first} {seen}");
    assert_eq!(intake.counts.limits["ratio"], count);
    assert!(intake.rejected[0].message.contains("to 2400 are left out"));
    options.limits.ratio = 1000;
    options.limits.record_bytes = 60;
    let intake = read_with(&bytes, &options);
    assert!(
        intake
            .rejected
            .iter()
            .all(|one| one.reason == Reason::TooLong)
    );
    // The ten shortest are 60 bytes.
    assert_eq!(intake.rejected.len(), 2390);
}

#[test]
fn claims_of_rows_beyond_all_measure_are_bounded() {
    for claimed in [1_000, 1 << 40, i64::MAX] {
        let lie = Written {
            claimed: Some(claimed),
            shape: [50, 2, 3],
            ..PLAIN
        };
        let intake = read(&parquet(&lie));
        assert_eq!(intake.documents.len(), 301, "{claimed}");
        let told: Vec<u64> = intake.rejected.iter().map(|one| one.count).collect();
        let bound = (claimed as u64 - 100).min(u64::from(u32::MAX));
        assert_eq!(told, [bound; 3]);
    }
}

/// An Arrow stream of ten batches of a hundred rows, and where the texts of each begin.
fn arrow() -> (Vec<u8>, Vec<usize>) {
    let ids: Vec<String> = (0..1000).map(|row| row.to_string()).collect();
    let texts: Vec<String> = (0..1000).map(story).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(StringArray::from(ids))),
        ("text", Arc::new(StringArray::from(texts))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(&mut bytes, &batch.schema()).unwrap();
    for start in (0..1000).step_by(100) {
        writer.write(&batch.slice(start, 100)).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    let starts = (0..10).map(|n| memchr::memmem::find(&bytes, story(100 * n).as_bytes()).unwrap());
    let starts = starts.collect();
    (bytes, starts)
}

#[test]
fn a_bad_batch_of_arrow_counts_its_rows() {
    let (bytes, starts) = arrow();
    assert_eq!(read(&bytes).documents.len(), 1001);
    for (n, start) in starts.iter().enumerate() {
        let mut bad = bytes.clone();
        bad[start + 4] = 0xff;
        let intake = read(&bad);
        assert_eq!(only(&intake), (100 * n as u64 + 1, 100, Reason::Damaged));
        assert_eq!(intake.documents.len(), 901);
        // Cut off within it.
        let intake = read(&bytes[..start + 4]);
        assert_eq!(only(&intake), (100 * n as u64 + 1, 100, Reason::Damaged));
        assert_eq!(intake.documents.len(), 100 * n + 1);
    }
}
