//! The built program over one input: what it said, did and took.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::peak_memory;

/// What a run may take.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub time: Duration,
    /// Bytes of resident memory.
    pub memory: u64,
}

/// What came of one run.
#[derive(Default)]
pub struct Outcome {
    pub read: u64,
    pub rejected: u64,
    /// Keys of the documents, where a table tells them.
    pub keys: BTreeSet<String>,
    /// Greatest resident memory in bytes; none where the system does not tell.
    pub peak: Option<u64>,
    pub took: Duration,
    /// Whether it ended by a signal or a panic.
    pub crashed: bool,
    /// What is not as promised.
    pub faults: Vec<String>,
}

/// `trace INPUT -o OUTPUT`, its manifest and its table of documents.
pub fn trace(input: &Path, scratch: &Path, bounds: Bounds) -> Outcome {
    let result = scratch.join("result");
    let _ = fs::remove_dir_all(&result);
    let mut command = program("trace", input, scratch);
    let mut outcome = run(command.arg("-o").arg(&result), scratch, bounds);
    let manifest = fs::read(result.join("run.json"));
    let Some(manifest) = manifest.ok().and_then(|m| serde_json::from_slice(&m).ok()) else {
        return outcome;
    };
    outcome.counted(&manifest);
    let lineage = fs::read(result.join("lineage.csv")).unwrap_or_default();
    let mut rows = csv::Reader::from_reader(&lineage[..]);
    let keys = rows.records().map(|row| row.unwrap()[0].to_owned());
    outcome.keys = keys.collect();
    outcome
}

/// `dedup INPUT`, of which only the end counts.
pub fn dedup(input: &Path, scratch: &Path, bounds: Bounds) -> Outcome {
    let mut command = program("dedup", input, scratch);
    let decisions = scratch.join("decisions.csv");
    run(
        command.arg("--force").arg("--decisions").arg(&decisions),
        scratch,
        bounds,
    )
}

fn program(name: &str, input: &Path, scratch: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    command.arg(name).arg(input).arg("--temp-dir").arg(scratch);
    command
}

fn run(command: &mut Command, scratch: &Path, bounds: Bounds) -> Outcome {
    let errors: PathBuf = scratch.join("errors");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&errors).unwrap())
        .spawn()
        .unwrap();
    let mut outcome = Outcome::default();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        outcome.peak = outcome.peak.max(peak_memory(child.id()));
        if started.elapsed() > bounds.time {
            child.kill().unwrap();
            child.wait().unwrap();
            outcome.took = started.elapsed();
            outcome.crashed = true;
            outcome.fault(format!("no end after {} s", bounds.time.as_secs()));
            return outcome;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    outcome.took = started.elapsed();
    outcome.ended(
        status,
        &String::from_utf8_lossy(&fs::read(&errors).unwrap()),
    );
    if let Some(peak) = outcome.peak.filter(|peak| *peak > bounds.memory) {
        outcome.fault(format!("{} MB of memory", peak >> 20));
    }
    outcome
}

impl Outcome {
    fn fault(&mut self, what: String) {
        self.faults.push(what);
    }

    fn ended(&mut self, status: ExitStatus, said: &str) {
        let last = said.lines().last().unwrap_or_default();
        if !matches!(status.code(), Some(0 | 2 | 3)) {
            self.crashed = true;
            self.fault(format!("ended with {status}: {last}"));
        }
        if said.contains("panicked") {
            self.crashed = true;
            self.fault(format!("panicked: {last}"));
        }
        // Where there is no document there is no manifest, and the message tells the count.
        if status.code() == Some(2) {
            let count = || {
                let (_, last) = said.rsplit_once("no document in ")?;
                let (_, behind) = last.split_once("; ")?;
                behind.split_once(" rejected")?.0.parse().ok()
            };
            self.rejected = count().unwrap_or(0);
            self.read = self.rejected;
            if !said.contains("no document in") {
                self.fault(format!("failed otherwise: {last}"));
            }
        }
    }

    fn counted(&mut self, manifest: &Value) {
        let read = &manifest["read"];
        let count = |name: &str| read[name].as_u64().unwrap();
        (self.read, self.rejected) = (count("records"), count("rejected"));
        let sum = count("documents") + count("merged") + self.rejected;
        if self.read != sum {
            self.fault(format!("{} read, but {sum} accounted for", self.read));
        }
    }

    /// Whether every one of these is a document.
    pub fn holds(&mut self, wanted: &[String]) {
        let all = self.keys.iter().cloned().collect::<Vec<_>>().join("\n");
        let lost: Vec<&str> = wanted
            .iter()
            .map(String::as_str)
            .filter(|key| !all.contains(key))
            .collect();
        if let Some(first) = lost.first() {
            let last = lost.last().unwrap();
            let fault = format!("{} good records lost, {first} to {last}", lost.len());
            self.fault(fault);
        }
    }
}
