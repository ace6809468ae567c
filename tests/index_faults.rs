//! The live index on a disk that fails, is killed and loses its power, and a process that is killed for real.
//!
//! `WIRECOPY_FAULTS=n` runs n times as many states.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use support::dice::Dice;
use support::faulty::{Fault, World};
use support::{Random, temp};
use wirecopy::document::Document;
use wirecopy::error::Error;
use wirecopy::index::store::{Files, Options};
use wirecopy::index::{Durability, Index, IndexOptions};

fn times(usual: u64) -> u64 {
    let more = std::env::var("WIRECOPY_FAULTS").ok();
    usual * more.map_or(1, |n| n.parse().unwrap())
}

/// Small segments, so that many are closed and rewritten.
fn options() -> IndexOptions {
    IndexOptions {
        store: Options {
            segment_bytes: 6000,
        },
        ..IndexOptions::default()
    }
}

fn open(world: &World) -> Result<Index, Error> {
    let files: Arc<dyn Files> = Arc::new(world.clone());
    Index::open_in(files, &options())
}

/// Ten stories; every document is a copy of one of them with a sentence cut out.
fn document(number: usize) -> Document {
    let story = number % 10;
    let sentence = |at: usize| {
        let words: Vec<String> = (0..12)
            .map(|word| format!("w{story}x{at}x{word}"))
            .collect();
        format!("The {}.", words.join(" "))
    };
    let cut = number / 10;
    let text: Vec<String> = (0..9).filter(|at| *at != cut % 12).map(sentence).collect();
    Document {
        key: format!("d{number:03}").into(),
        source: Some(format!("Outlet {}", number % 7).into()),
        text: text.join("\n").into(),
        ..Document::default()
    }
}

/// Keys that an index holds, and its groups as sets of keys.
type Held = (BTreeSet<String>, BTreeSet<Vec<String>>);

fn held(index: &Index) -> Held {
    let (mut keys, mut groups) = (BTreeSet::new(), BTreeMap::<String, Vec<String>>::new());
    let listed = index.for_each(&mut |entry| {
        let key = entry.document.key.to_string();
        let number: usize = key[1..].parse().unwrap();
        assert_eq!(
            entry.document.text,
            document(number).text,
            "half a document"
        );
        assert!(keys.insert(key.clone()), "{key} is there twice");
        if let Some(group) = entry.group {
            groups.entry(group.to_string()).or_default().push(key);
        }
        Ok(())
    });
    listed.unwrap();
    let sorted = |mut members: Vec<String>| {
        members.sort();
        members
    };
    (keys, groups.into_values().map(sorted).collect())
}

fn keys(index: &Index) -> Result<BTreeSet<String>, Error> {
    let mut keys = BTreeSet::new();
    index.for_each(&mut |entry| {
        keys.insert(entry.document.key.to_string());
        Ok(())
    })?;
    Ok(keys)
}

/// The groups of these keys: the documents of one story.
fn wanted(keys: &BTreeSet<String>) -> Held {
    let mut groups: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for key in keys {
        let number: usize = key[1..].parse().unwrap();
        groups.entry(number % 10).or_default().push(key.clone());
    }
    let groups = groups.into_values().filter(|members| members.len() > 1);
    (keys.clone(), groups.collect())
}

/// What was acknowledged, and what was asked for since.
#[derive(Clone, Default)]
struct Ledger {
    acknowledged: BTreeSet<String>,
    asked: BTreeSet<String>,
}

/// Inserts, removes, expires, tidies, saves and commits; the same for the same seed.
fn run(world: &World, ledger: &mut Ledger, seed: u64, steps: usize) -> Result<(), Error> {
    let mut random = Random(seed);
    let mut index = open(world)?;
    ledger.asked = ledger.acknowledged.clone();
    for step in 0..steps {
        let key = random.below(60);
        match random.below(12) {
            0..=5 => {
                let document = document(key);
                index.insert(&document, step as u64)?;
                ledger.asked.insert(document.key.to_string());
            }
            6 | 7 => {
                let key = format!("d{key:03}");
                index.remove(&[&key])?;
                ledger.asked.remove(&key);
            }
            8 => {
                let gone = index.expire(step.saturating_sub(30) as u64)?;
                if gone.documents > 0 {
                    ledger.asked = keys(&index)?;
                }
            }
            9 => {
                index.tidy()?;
                ledger.acknowledged = ledger.asked.clone();
            }
            10 => {
                index.save()?;
                ledger.acknowledged = ledger.asked.clone();
            }
            _ => {
                index.commit(Durability::Disk)?;
                ledger.acknowledged = ledger.asked.clone();
                index.confirm()?;
            }
        }
    }
    index.close()?;
    ledger.acknowledged = ledger.asked.clone();
    Ok(())
}

/// Opens again: what was acknowledged is there, or that and all that was asked for since.
fn recovered(world: &World, ledger: &mut Ledger, what: &str) {
    let index = open(world).unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = held(&index);
    assert!(
        found.0 == ledger.acknowledged || found.0 == ledger.asked,
        "{what}: {:?}, not {:?} nor {:?}",
        found.0,
        ledger.acknowledged,
        ledger.asked
    );
    assert_eq!(found, wanted(&found.0), "{what}");
    ledger.acknowledged = found.0;
    drop(index);
    run(world, ledger, 77, 8).unwrap();
    let index = open(world).unwrap();
    assert_eq!(held(&index), wanted(&ledger.acknowledged), "{what}");
}

#[test]
fn any_call_that_fails_leaves_the_old_state_and_a_rerun_works() {
    for seed in 0..times(1) {
        for kind in [ErrorKind::Other, ErrorKind::StorageFull] {
            for n in 1.. {
                let (world, mut ledger) = (World::default(), Ledger::default());
                world.plan(Fault::Error(n, kind));
                let result = run(&world, &mut ledger, seed, 40);
                if !world.hit() {
                    result.unwrap();
                    assert!(n > 100, "{n} calls are few");
                    break;
                }
                world.restart();
                recovered(
                    &world,
                    &mut ledger,
                    &format!("seed {seed} call {n} {kind:?}"),
                );
            }
        }
    }
}

#[test]
fn killed_at_any_call_that_writes() {
    for seed in 0..times(2) {
        for n in 1.. {
            let (world, mut ledger) = (World::default(), Ledger::default());
            world.plan(Fault::Kill(n, [0, 7, 16][n % 3]));
            let result = run(&world, &mut ledger, 100 + seed, 40);
            if !world.hit() {
                result.unwrap();
                break;
            }
            world.restart();
            recovered(&world, &mut ledger, &format!("seed {seed} write {n}"));
        }
    }
}

#[test]
fn power_lost_at_any_moment() {
    for seed in 0..times(300) {
        let mut dice = Dice::new(seed);
        let (world, mut ledger) = (World::default(), Ledger::default());
        world.plan(Fault::Kill(1 + dice.roll(150), dice.roll(17)));
        _ = run(&world, &mut ledger, seed, 40);
        world.restart();
        world.lose_power(&mut dice);
        if dice.roll(2) == 0 {
            world.plan(Fault::Kill(1 + dice.roll(6), dice.roll(17)));
            _ = open(&world);
            world.restart();
            world.lose_power(&mut dice);
        }
        recovered(&world, &mut ledger, &format!("seed {seed}"));
    }
}

/// Lines that came out are in the index, each once, whenever the process dies; and the run goes on
/// where it stopped.
#[test]
fn a_process_that_is_killed_keeps_what_it_gave_out() {
    let folder = temp();
    let index = folder.path().join("index");
    let mut out: BTreeSet<String> = BTreeSet::new();
    let mut random = Random(3);
    let mut next = 0;
    for _ in 0..times(12) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args(["dedup", "-", "--annotate", "--quiet", "--index"])
            .arg(&index)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let from = next;
        let writer = std::thread::spawn(move || {
            for number in from..from + 400 {
                let document = document(number);
                let text = support::text(&document).to_string();
                let line = serde_json::json!({ "id": document.key, "text": text }).to_string();
                if writeln!(stdin, "{line}").is_err() {
                    return;
                }
            }
        });
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let killer = std::thread::spawn({
            let wait = random.below(300) as u64;
            let id = child.id().to_string();
            move || {
                std::thread::sleep(Duration::from_millis(wait));
                Command::new("kill").args(["-9", &id]).status().unwrap();
            }
        });
        for line in stdout.lines().map_while(Result::ok) {
            // The last line may be cut by the kill; then it was no answer.
            if let Ok(record) = serde_json::from_str::<serde_json::Value>(&line) {
                out.insert(record["wirecopy"]["doc_id"].as_str().unwrap().to_string());
            }
        }
        killer.join().unwrap();
        child.wait().unwrap();
        writer.join().unwrap();
        let opened = Index::open(&index, &IndexOptions::default()).unwrap();
        let found = held(&opened).0;
        let lost: Vec<&String> = out.difference(&found).collect();
        assert!(lost.is_empty(), "{lost:?}");
        // Sent again from a little before: what is known is not taken twice.
        next = found.len().saturating_sub(20);
        opened.close().unwrap();
    }
    assert!(!out.is_empty());
}
