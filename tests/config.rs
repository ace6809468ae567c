//! Flags from a file stand in for flags that were not typed.
#![allow(clippy::unwrap_used)]

mod support;

use std::process::Output;

use support::{files, put, temp, wirecopy};
use tempfile::TempDir;

const SAMPLE: &str = "data/sample";

fn run(arguments: &[&str]) -> Output {
    wirecopy().args(arguments).output().unwrap()
}

/// The path of a file with these flags.
fn flags(folder: &TempDir, toml: &str) -> String {
    put(folder, "flags.toml", toml)
        .to_str()
        .unwrap()
        .to_string()
}

fn out(arguments: &[&str]) -> String {
    let run = run(arguments);
    assert_eq!(
        run.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap()
}

fn refusal(toml: &str) -> String {
    let folder = temp();
    let run = run(&["trace", SAMPLE, "--config", &flags(&folder, toml)]);
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty());
    String::from_utf8(run.stderr).unwrap()
}

#[test]
fn a_file_says_what_could_be_typed() {
    let folder = temp();
    let file = flags(
        &folder,
        "# a strict audit\nthreshold = 0.9\ncontainment = \"off\"\nbands = 0x20\nquiet = true\nforce = false\n",
    );
    let typed = "--threshold 0.9 --containment off --bands 32";
    let typed: Vec<&str> = ["trace", SAMPLE]
        .into_iter()
        .chain(typed.split(' '))
        .collect();
    let wanted = out(&typed);
    assert_eq!(out(&["trace", SAMPLE, "--config", &file]), wanted);
    assert_eq!(out(&["--config", &file, "trace", SAMPLE]), wanted);
    assert_ne!(wanted, out(&["trace", SAMPLE]));
    // Not in run.json: only what the flags were.
    let result = folder.path().join("result");
    let to = result.to_str().unwrap();
    out(&["trace", SAMPLE, "--config", &file, "-o", to]);
    let manifest = String::from_utf8(files(&result)["run.json"].clone()).unwrap();
    assert!(manifest.contains("\"threshold\": 0.9") && !manifest.contains("flags.toml"));
}

#[test]
fn typed_flags_win() {
    let folder = temp();
    let file = flags(&folder, "threshold = 0.9\ncolor = \"always\"\n");
    let typed = [
        "trace",
        SAMPLE,
        "--config",
        &file,
        "--threshold",
        "0.5",
        "--color=never",
    ];
    assert_eq!(out(&typed), out(&["trace", SAMPLE]));
}

#[test]
fn one_file_serves_every_command() {
    let folder = temp();
    let file = flags(
        &folder,
        "threshold = 0.97\ncontainment = \"off\"\nkeep = \"latest\"\nin = [\"data/sample\"]\n",
    );
    let keys = ["harbour-ferry/tarnwire", "harbour-ferry/skerra-post"];
    let explained = out(&["explain", SAMPLE, "--config", &file, "--", keys[0], keys[1]]);
    assert!(
        explained.contains("0.2033 under the bar 0.97"),
        "{explained}"
    );
    let compared = out(&["diff", "--config", &file, keys[0], keys[1]]);
    assert_eq!(compared, out(&["diff", "--in", SAMPLE, keys[0], keys[1]]));
    assert!(out(&["curve", "--config", &file]).contains("at the Jaccard bar 0.97"));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let said = refusal("quiet = true\n\n  treshold = 0.6\n");
    assert!(said.contains("flags.toml, line 3, column 3"), "{said}");
    assert!(said.contains("did you mean threshold?"), "{said}");
    let said = refusal("xyzzy = 1\n");
    assert!(said.contains("without dashes"), "{said}");
    let said = refusal("[trace]\nthreshold = 0.6\n");
    assert!(said.contains("no flag is called \"trace\""), "{said}");
    let said = refusal("quiet = \"yes\"\n");
    assert!(
        said.contains("column 9: quiet takes true or false"),
        "{said}"
    );
    let said = refusal("threshold = [0.5, 0.6]\n");
    assert!(
        said.contains("threshold takes a text or a number"),
        "{said}"
    );
    let said = refusal("threshold = \n");
    assert!(said.contains("line 1"), "{said}");
    let said = refusal("color = \"sometimes\"\n");
    assert!(
        said.contains("flags.toml: invalid value 'sometimes'"),
        "{said}"
    );
    assert!(said.contains("possible values"), "{said}");
    let said = refusal("threshold = 7\n");
    assert!(said.contains("--threshold: 7 is not a Jaccard"), "{said}");
    let nowhere = run(&["trace", SAMPLE, "--config", "no-such.toml"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("no-such.toml"));
}
