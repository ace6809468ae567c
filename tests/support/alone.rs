//! One file in memory and what is read of it, within its time and with counts that balance.

use std::time::{Duration, Instant};

use wirecopy::document::Document;
use wirecopy::ingest::{IngestOptions, Input, Intake, Limits, Reason, read_inputs};

/// What is read of one file; none where it holds no document.
pub fn read_with(name: &str, bytes: &[u8], limits: Limits) -> Option<Intake> {
    let options = IngestOptions {
        limits,
        ..IngestOptions::default()
    };
    let input = Input::Bytes(name.to_owned(), bytes.into());
    let started = Instant::now();
    let read = read_inputs(&[input], std::io::empty(), &options);
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{name} takes too long"
    );
    match read {
        Ok(intake) => {
            let counts = &intake.counts;
            assert_eq!(
                counts.read,
                counts.documents + counts.merged + counts.rejected
            );
            Some(intake)
        }
        Err(error) => {
            assert!(!error.to_string().contains("records read, but"), "{error}");
            None
        }
    }
}

/// What is read of one file that holds a document.
pub fn read(name: &str, bytes: &[u8]) -> Intake {
    read_with(name, bytes, Limits::default()).unwrap()
}

/// The keys of the documents.
pub fn keys(intake: &Intake) -> Vec<&str> {
    intake
        .documents
        .iter()
        .map(|document| &*document.key)
        .collect()
}

/// Path without the archive's, and reason, of each rejection.
pub fn rejected(intake: &Intake) -> Vec<(&str, Reason)> {
    let rejected = intake.rejected.iter();
    rejected.map(|r| (&*r.place.path, r.reason)).collect()
}

/// The texts of the documents.
pub fn texts(intake: &Intake) -> Vec<String> {
    let text = |document: &Document| intake.archive.text(&document.text).into_owned();
    intake.documents.iter().map(text).collect()
}

/// Bytes that look random and are the same in every run.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}
