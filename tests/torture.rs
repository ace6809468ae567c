//! Torture: files of every format that is read, sound and then spoilt in every way, given to the
//! built program one by one and all together.
//!
//! `cargo test --release --test torture -- --ignored --nocapture` is the long run and prints what
//! came of it; the short run is part of the suite. Every file is made here from a fixed seed.
//! What fails is named with a command that shows it, and its file stays below `target/tmp`.
#![cfg(all(feature = "html", feature = "parquet", feature = "warc"))]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

mod torture {
    pub mod archives;
    pub mod files;
    pub mod harm;
    pub mod kinds;
    pub mod pieces;
    pub mod run;

    pub use super::Scale;
    pub(crate) use super::support;
}

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use support::temp;
use torture::harm::{Case, encoded, spoiled};
use torture::kinds::{KINDS, Kind};
use torture::run::{Bounds, Outcome, dedup, trace};
use torture::{files, pieces};

/// How much, how long, how deep.
pub struct Scale {
    /// Records of a sound file.
    pub many: usize,
    /// Good records around a bad one.
    pub few: usize,
    /// How often a sound file is spoilt in each way.
    pub times: usize,
    /// Elements in elements.
    pub deep: usize,
    /// Parts of one kind beside one another.
    pub wide: usize,
    /// Bytes of an endless line.
    pub long: usize,
    /// Bytes that a bomb unpacks to.
    pub bomb: usize,
    /// Of the places in a directory or footer every so many is overwritten.
    pub step: usize,
    /// Of the bad files every so many is read.
    pub every: usize,
}

/// What came of all files of a format.
#[derive(Default)]
struct Row {
    files: usize,
    read: u64,
    rejected: u64,
    crashes: usize,
    peak: Option<u64>,
    slowest: Duration,
    faults: Vec<String>,
}

impl Row {
    fn add(&mut self, outcome: Outcome, command: &str) {
        self.files += 1;
        self.read += outcome.read;
        self.rejected += outcome.rejected;
        self.crashes += usize::from(outcome.crashed);
        self.peak = self.peak.max(outcome.peak);
        self.slowest = self.slowest.max(outcome.took);
        let faults = outcome.faults.into_iter();
        self.faults
            .extend(faults.map(|fault| format!("{fault}: wirecopy {command}")));
    }

    fn print(&self, name: &str) {
        let peak = self
            .peak
            .map_or(String::new(), |bytes| (bytes >> 20).to_string());
        println!(
            "{name:10} | {:5} | {:12} | {:8} | {:7} | {peak:>7} | {:9.2}",
            self.files,
            self.read,
            self.rejected,
            self.crashes,
            self.slowest.as_secs_f64()
        );
    }
}

/// Every file of a format; of the bad ones every so many, beginning with another in each format.
fn cases(number: usize, kind: &Kind, scale: &Scale) -> Vec<Case> {
    let few = kind.parts(scale.few);
    let (mut sound, mut bad) = (Vec::new(), Vec::new());
    if kind.family.is_single() {
        for part in &few {
            let bytes = (kind.file)(std::slice::from_ref(part));
            sound.push(Case::keeping(&*part.0, bytes, std::slice::from_ref(part)));
        }
        bad.extend(spoiled(kind, &few[..1], scale.times));
        bad.extend(encoded(kind, &few[..1]));
    } else {
        let many = kind.parts(scale.many);
        sound.push(Case::keeping("sound", (kind.file)(&many), &many));
        bad.extend(spoiled(kind, &few, scale.times));
        bad.extend(encoded(kind, &few));
    }
    bad.extend(pieces::among_good_ones(kind, scale));
    bad.extend(files::hostile(kind, scale));
    let bad = bad.into_iter().skip(number % scale.every);
    sound.extend(bad.step_by(scale.every));
    sound
}

/// Reads each file on its own; those that stay for the run over all are left in the folder.
fn tortured(cases: &[Case], kind: &Kind, (bounds, workers): (Bounds, usize), folder: &Path) -> Row {
    let row = Mutex::new(Row::default());
    let next = AtomicUsize::new(0);
    let work = || {
        let scratch = temp();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(number) else {
                return;
            };
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let what = case.what.replace(|c| !plain(c), "-");
            let path = folder.join(format!("{number:03}-{what}.{}", kind.ending));
            fs::write(&path, &case.bytes).unwrap();
            let mut outcome = trace(&path, scratch.path(), bounds);
            outcome.holds(&case.keeps);
            if number.is_multiple_of(6) {
                let other = dedup(&path, scratch.path(), bounds);
                outcome.peak = outcome.peak.max(other.peak);
                outcome.crashed |= other.crashed;
                let faults = other.faults.iter().map(|fault| format!("dedup {fault}"));
                outcome.faults.extend(faults);
            }
            if !outcome.faults.is_empty() {
                let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("torture");
                fs::create_dir_all(&kept).unwrap();
                let name = format!("{}-{}", kind.code(), path.file_name().unwrap().display());
                fs::copy(&path, kept.join(&name)).unwrap();
                let shown = kept.join(&name);
                row.lock()
                    .unwrap()
                    .add(outcome, &format!("trace {}", shown.display()));
            } else {
                row.lock().unwrap().add(outcome, "");
            }
            // What is large is not read a second time.
            if case.bytes.len() > 1 << 20 {
                fs::remove_file(&path).unwrap();
            }
        }
    };
    std::thread::scope(|scope| {
        (0..workers).for_each(|_| _ = scope.spawn(work));
    });
    row.into_inner().unwrap()
}

/// Every format, then all that was kept of them in one run.
fn torture(scale: &Scale, bounds: Bounds, workers: usize) {
    let folder = temp();
    let mut faults = Vec::new();
    println!("format     | files | records read | rejected | crashes | peak MB | slowest s");
    for (number, kind) in KINDS.iter().enumerate() {
        let own = folder.path().join(kind.code());
        fs::create_dir(&own).unwrap();
        let row = tortured(&cases(number, kind, scale), kind, (bounds, workers), &own);
        row.print(kind.name);
        assert!(row.read > 0 && row.files > 5, "{}", kind.name);
        row.faults.iter().for_each(|fault| println!("  {fault}"));
        faults.extend(row.faults);
    }
    let scratch = temp();
    // Thousands of files, each of which may take its time. The memory is that of one: where the long
    // run fails here, the bound is not met (what is known of two million documents is more).
    let time = bounds.time * 10;
    let mut outcome = trace(folder.path(), scratch.path(), Bounds { time, ..bounds });
    for kind in KINDS {
        let parts = kind.parts(scale.few);
        let keys: Vec<String> = parts.into_iter().map(|(key, _)| key).collect();
        outcome.holds(&keys);
    }
    let mut row = Row::default();
    row.add(outcome, "trace, all of them in one run");
    row.print("all at once");
    faults.extend(row.faults);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_little_of_every_torture() {
    let scale = Scale {
        many: 60,
        few: 8,
        times: 1,
        deep: 2000,
        wide: 3000,
        long: 1 << 20,
        bomb: 80 << 20,
        step: 97,
        every: 5,
    };
    let bounds = Bounds {
        time: Duration::from_secs(60),
        memory: 1 << 30,
    };
    torture(&scale, bounds, 2);
}

#[test]
#[ignore = "takes many minutes and is meant for a release build"]
fn all_of_it() {
    let scale = Scale {
        many: 3000,
        few: 40,
        times: 16,
        deep: 300_000,
        wide: 100_000,
        long: 80 << 20,
        bomb: 2 << 30,
        step: 8,
        every: 1,
    };
    let bounds = Bounds {
        time: Duration::from_secs(60),
        memory: 512 << 20,
    };
    torture(&scale, bounds, 1);
}
