//! Runs that follow a file or a folder, and what they follow.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::stories::record;

/// Starts following an input, with what else was typed.
pub fn follow(folder: &Path, input: &str, more: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .current_dir(folder)
        .args(["dedup", input, "--index", "kept", "--follow"])
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until something holds.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(40));
    }
}

/// Waits until a file has so many lines.
pub fn until_lines(file: &Path, count: usize) {
    let lines = || fs::read_to_string(file).map_or(0, |text| text.lines().count());
    until(&format!("{count} lines in {}", file.display()), || {
        lines() >= count
    });
}

/// Ends a run as a user does; what it said.
pub fn stop(child: Child) -> String {
    Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .unwrap();
    let done = child.wait_with_output().unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    // Else it had not begun yet.
    let code = done.status.code();
    assert!(matches!(code, None | Some(0 | 3 | 143)), "{code:?} {told}");
    told
}

/// Adds to a file.
pub fn append(file: &Path, text: &str) {
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// A record by number.
pub fn story(at: usize) -> String {
    record(&format!("r{at}"), "Hill News", at, &[], 3) + "\n"
}

/// Records by number.
pub fn stories(numbers: std::ops::Range<usize>) -> String {
    numbers.map(story).collect()
}
