//! What the suites share: the real binary, tables as rows, the shared texts.
// Each suite takes its own part; clippy's leave for tests covers test functions only.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

pub mod alone;
pub mod beside;
pub mod containers;
pub mod dice;
pub mod faulty;
pub mod followed;
pub mod graphs;
pub mod languages;
pub mod ledger;
pub mod naive;
pub mod planted;
pub mod schema;
pub mod stemma;
pub mod stories;
pub mod typed;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;
use wirecopy::document::{Document, Text};
use wirecopy::ingest::{Counts, IngestOptions, Input, Intake, read_inputs};

/// A row of a table by column.
pub type Row = BTreeMap<String, String>;

/// The real binary, run from the root of the repository.
pub fn wirecopy() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// A folder that goes when it is dropped.
pub fn temp() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes a file into a folder and returns its path.
pub fn put(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

/// Results of `trace INPUT... -o DIR`; the exit code must be 0 or, with rejects, 3.
pub fn traced(root: &Path, inputs: &[&str], flags: &[&str]) -> TempDir {
    let folder = temp();
    let run = wirecopy()
        .current_dir(root)
        .arg("trace")
        .args(inputs)
        .args(flags)
        .arg("--force")
        .arg("-o")
        .arg(folder.path().join("result"))
        .output()
        .unwrap();
    let code = run.status.code();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(matches!(code, Some(0 | 3)), "{code:?}: {said}");
    folder
}

/// A table of the results.
pub fn table(folder: &TempDir, name: &str) -> Vec<Row> {
    rows(&fs::read(folder.path().join("result").join(name)).unwrap())
}

/// A JSON file of the results.
pub fn json(folder: &TempDir, name: &str) -> Value {
    let bytes = fs::read(folder.path().join("result").join(name)).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Greatest resident memory of a process so far, in bytes; none where the system does not tell.
pub fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

/// CSV with a header as rows.
pub fn rows(bytes: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(Result::unwrap).collect()
}

/// Every file of a folder with its bytes.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// A file or folder of the shared texts, which are no part of the repository.
/// `WIRECOPY_SHARED` names their folder where it is not beside the repository.
pub fn shared(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let root = std::env::var_os("WIRECOPY_SHARED").map_or_else(beside, PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no shared/{name}");
    None
}

/// The records of a `.jsonl.zst` file, read without wirecopy.
pub fn records(path: &Path) -> Vec<Value> {
    let bytes = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let lines = text.lines();
    lines.map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// The documents of inputs, by key.
pub fn documents(inputs: &[&str]) -> Vec<Document> {
    let inputs: Vec<Input> = inputs.iter().map(|i| Input::Path(i.into())).collect();
    let intake = read_inputs(&inputs, std::io::empty(), &IngestOptions::default());
    held(intake.unwrap())
}

/// The documents of an intake with their texts in memory, as if they had come alone.
pub fn held(intake: Intake) -> Vec<Document> {
    let texts: Vec<String> = intake
        .documents
        .iter()
        .map(|document| intake.archive.text(&document.text).into_owned())
        .collect();
    intake.archive.intact().unwrap();
    let with_text = |(document, text): (Document, String)| Document {
        text: text.into(),
        arrival: 0,
        ..document
    };
    intake
        .documents
        .into_iter()
        .zip(texts)
        .map(with_text)
        .collect()
}

/// A text in memory.
pub fn text(document: &Document) -> &str {
    match &document.text {
        Text::Held(text) => text,
        Text::Stored { .. } => panic!("{} is not held", document.key),
    }
}

/// What ingest would give for these texts.
pub fn intake(texts: &[String]) -> Intake {
    let document = |(number, text): (usize, &String)| Document {
        key: format!("d{number:04}").into(),
        text: text.clone().into(),
        ..Document::default()
    };
    let count = texts.len() as u64;
    Intake {
        documents: texts.iter().enumerate().map(document).collect(),
        counts: Counts {
            read: count,
            documents: count,
            ..Counts::default()
        },
        ..Intake::default()
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): random enough, and the same for ever.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

/// Compares with a file of `tests/golden`, or rewrites it.
pub fn golden(name: &str, bytes: &[u8]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let path = root.join(name);
    if std::env::var_os("WIRECOPY_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        return;
    }
    let expected = fs::read(&path).unwrap_or_default();
    if expected == bytes {
        return;
    }
    let (new, old) = (
        String::from_utf8_lossy(bytes),
        String::from_utf8_lossy(&expected),
    );
    let at = new
        .lines()
        .zip(old.lines())
        .take_while(|(x, y)| x == y)
        .count();
    panic!(
        "{name}, line {}: is\n{}\nand was\n{}\nWIRECOPY_BLESS=1 accepts it",
        at + 1,
        new.lines().nth(at).unwrap_or("(end)"),
        old.lines().nth(at).unwrap_or("(end)")
    );
}
