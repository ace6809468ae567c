//! A command line and what came of it.

use std::process::Output;

use tempfile::TempDir;

use super::wirecopy;

/// Articles of every kind.
pub const SAMPLE: &str = "data/sample";
/// Records of many outlets.
pub const FEED: &str = "data/sample/outlets.jsonl";

/// Runs the program.
pub fn run(arguments: &[&str]) -> Output {
    wirecopy().args(arguments).output().unwrap()
}

/// The exit code.
pub fn code(arguments: &[&str]) -> i32 {
    run(arguments).status.code().unwrap()
}

/// Standard output.
pub fn out(arguments: &[&str]) -> String {
    String::from_utf8(run(arguments).stdout).unwrap()
}

/// What a failing command says; its code must be 2 and it must give no data.
pub fn refusal(arguments: &[&str]) -> String {
    let run = run(arguments);
    assert_eq!(run.status.code(), Some(2), "{arguments:?}");
    assert!(run.stdout.is_empty());
    String::from_utf8(run.stderr).unwrap()
}

/// A path below a folder.
pub fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_string()
}
