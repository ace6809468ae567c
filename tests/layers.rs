//! What the modules may know, read off their `use` lines and their words.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Modules in the order of the data: each may use those before it.
///
/// `codes`, `document`, `date`, `formulas`, `config`, `error`, `hash`, `packed` and `spill` are shared. `trace` holds the rows of
/// the outputs, `pipeline` alone knows the order, `write` and `cli` come last.
const ORDER: [&str; 28] = [
    "codes",
    "error",
    "hash",
    "cpu",
    "document",
    "date",
    "formulas",
    "packed",
    "spill",
    "config",
    "ingest",
    "normalise",
    "shingle",
    "scan",
    "sketch",
    "segment",
    "candidates",
    "verify",
    "group",
    "align",
    "collate",
    "lineage",
    "trace",
    "eval",
    "pipeline",
    "index",
    "write",
    "cli",
];
/// Modules that may touch files, clock, environment and terminal.
const OUTSIDE: [&str; 5] = ["spill", "ingest", "index", "write", "cli"];

/// A source file: its module, its path below src/, its code without comments
/// and without its tests.
struct Source {
    module: String,
    name: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    gather(&root, &mut paths);
    paths.sort();
    let source = |path: &PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let module = name.split('/').next().unwrap().trim_end_matches(".rs");
        Source {
            module: module.to_string(),
            name: name.to_string(),
            code: code(&fs::read_to_string(path).unwrap()),
        }
    };
    let tests = |path: &PathBuf| path.ends_with("tests.rs");
    paths
        .iter()
        .filter(|path| !tests(path))
        .map(source)
        .collect()
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

/// Lines without comments, up to the module of tests, which stands last.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests");
    let lines = text[..end.unwrap_or(text.len())].lines();
    let bare = lines.map(|line| match line.find("//") {
        Some(at) if !line[..at].contains('"') => &line[..at],
        _ => line,
    });
    bare.collect::<Vec<&str>>().join("\n")
}

/// The names that follow `prefix::` in a text, through one pair of braces.
fn named_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap(),
            None => rest.split([';', '\n']).next().unwrap(),
        };
        let word = |item: &str| {
            let item = item.trim();
            let end = item.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            item[..end.unwrap_or(item.len())].to_string()
        };
        match rest.starts_with('{') {
            true => names.extend(list.split(',').map(word).filter(|name| !name.is_empty())),
            false => _ = names.insert(word(list)),
        }
    }
    names
}

/// Files with what they name against the rule; `allowed` are known and meant.
fn assert_none(found: BTreeSet<(String, String)>, allowed: &[(&str, &str)]) {
    let is_allowed = |(file, what): &(String, String)| {
        let known = |&(f, w): &(&str, &str)| f == file && w == what;
        allowed.iter().any(known)
    };
    let broken: Vec<_> = found.iter().filter(|pair| !is_allowed(pair)).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    for (file, what) in allowed {
        let pair = (file.to_string(), what.to_string());
        assert!(found.contains(&pair), "no longer needed: {file} {what}");
    }
}

#[test]
fn every_module_has_its_place_in_the_order() {
    let known: BTreeSet<&str> = ORDER.into_iter().chain(["lib", "main"]).collect();
    let sources = sources();
    let modules: BTreeSet<&str> = sources.iter().map(|s| s.module.as_str()).collect();
    assert_eq!(modules, known);
}

#[test]
fn a_stage_knows_no_later_one() {
    let place: BTreeMap<&str, usize> = ORDER.into_iter().zip(0..).collect();
    let mut found = BTreeSet::new();
    for source in sources() {
        let Some(own) = place.get(source.module.as_str()) else {
            continue;
        };
        for used in named_after(&source.code, "crate::") {
            let other = place.get(used.as_str());
            if other.is_none_or(|other| other > own) {
                found.insert((source.name.clone(), used));
            }
        }
    }
    assert_none(found, &[]);
}

#[test]
fn the_stages_know_nothing_of_files_clock_environment_or_terminal() {
    let mut found = BTreeSet::new();
    for source in sources() {
        if OUTSIDE.contains(&source.module.as_str()) || source.module == "main" {
            continue;
        }
        for used in named_after(&source.code, "std::") {
            if ["fs", "io", "env", "time", "process", "net", "os"].contains(&used.as_str()) {
                found.insert((source.name.clone(), format!("std::{used}")));
            }
        }
    }
    // An error may carry what the system said; it does nothing with it.
    assert_none(found, &[("error.rs", "std::io")]);
}

#[test]
fn nothing_reads_the_clock_or_the_environment() {
    let mut found = BTreeSet::new();
    for source in sources() {
        for used in named_after(&source.code, "std::") {
            if ["env", "time"].contains(&used.as_str()) {
                found.insert((source.name.clone(), used));
            }
        }
    }
    // How long a stage took is said on standard error and stands in no file; what
    // was typed comes through `std::env` as well. The lock of an index says since when it is held.
    let allowed = [
        // Ages, and the age of what is held.
        ("cli/args/index.rs", "time"),
        ("cli/index.rs", "time"),
        ("cli/live.rs", "time"),
        ("cli/live/arrivals.rs", "time"),
        ("cli/live/rotation.rs", "time"),
        ("cli/progress.rs", "time"),
        ("index/store/lock.rs", "time"),
        ("main.rs", "env"),
    ];
    assert_none(found, &allowed);
}

#[test]
fn one_file_names_the_hash_function() {
    let named = |source: &Source| source.code.contains("xxh");
    let files = sources()
        .into_iter()
        .filter(named)
        .map(|source| source.name);
    assert_eq!(files.collect::<Vec<_>>(), ["hash.rs"]);
}

#[test]
fn only_ingest_and_cli_know_formats() {
    let mut found = BTreeSet::new();
    for source in sources() {
        if ["ingest", "cli", "lib"].contains(&source.module.as_str()) {
            continue;
        }
        for used in named_after(&source.code, "crate::ingest::") {
            found.insert((source.name.clone(), used));
        }
        for library in ["flate2", "zstd", "encoding_rs", "chardetng", "walkdir"] {
            if source.code.contains(&format!("{library}::")) {
                found.insert((source.name.clone(), library.to_string()));
            }
        }
    }
    let counted = [
        ("trace.rs", "Counts"),
        ("trace.rs", "Reading"),
        ("trace.rs", "Rejection"),
        ("pipeline/mod.rs", "Intake"),
        ("pipeline/survey.rs", "Listener"),
    ];
    assert_none(found, &counted);
}

#[test]
fn the_library_prints_nothing_and_never_exits() {
    let mut found = BTreeSet::new();
    for source in sources().iter().filter(|source| source.module != "main") {
        for word in [
            "println!",
            "eprintln!",
            "print!(",
            "eprint!(",
            "process::exit",
            "abort(",
        ] {
            if source.code.contains(word) {
                found.insert((source.name.clone(), word.to_string()));
            }
        }
        let speaks = source.code.contains("stdout()") || source.code.contains("stderr()");
        if speaks && source.module != "cli" {
            found.insert((source.name.clone(), "a standard stream".to_string()));
        }
    }
    assert_none(found, &[]);
}

#[test]
fn a_map_of_random_order_is_never_what_an_output_is_made_from() {
    for source in sources() {
        if ["write", "trace"].contains(&source.module.as_str()) {
            let code = &source.code;
            assert!(
                !code.contains("HashMap") && !code.contains("HashSet"),
                "{}",
                source.name
            );
        }
    }
}

#[test]
fn every_room_is_small() {
    for source in sources() {
        let lines = source.code.lines().count();
        assert!(lines <= 600, "{}: {lines} lines", source.name);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs");
    assert!(fs::read_to_string(root).unwrap().lines().count() < 60);
}

#[test]
fn names_are_read_off_every_form_of_use() {
    let code = "use crate::a::B;\nuse crate::{c, d::E};\nlet x = crate::f::g(1);\nxcrate::h";
    let names = named_after(code, "crate::");
    assert!(names.iter().eq(["a", "c", "d", "f"]), "{names:?}");
    assert!(named_after("use std::{fs::{self, File}, io};", "std::").contains("fs"));
}

/// Crates that speak to a network or make one safe: none is linked, not even by a test.
const NETWORK: &[&str] = &[
    "async-std",
    "attohttpc",
    "aws-lc-rs",
    "boring",
    "curl",
    "curl-sys",
    "h2",
    "h3",
    "hickory-client",
    "hickory-resolver",
    "http",
    "hyper",
    "isahc",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "ring",
    "rustls",
    "s2n-tls",
    "socket2",
    "surf",
    "tokio",
    "tonic",
    "trust-dns-resolver",
    "tungstenite",
    "ureq",
];

#[test]
fn nothing_that_is_linked_knows_a_network() {
    let lock =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let names: Vec<&str> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .collect();
    assert!(names.contains(&"wirecopy") && names.contains(&"serde_json"));
    for name in NETWORK {
        assert!(!names.contains(name), "{name}");
    }
}
