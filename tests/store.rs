//! The log under the index against everything that can go wrong beneath it.
//!
//! `WIRECOPY_FAULTS=n` runs n times as many states.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::io::ErrorKind;
use std::sync::Arc;

use support::dice::Dice;
use support::faulty::{Fault, World};
use support::ledger::{Ledger, OPTIONS, SETTINGS, all, open, table, trouble};
use support::{files, temp};
use wirecopy::error::IndexTrouble;
use wirecopy::hash::hash64;
use wirecopy::index::store::{Disk, Files, Position, Store, salvage, verify};

fn times(usual: u64) -> u64 {
    let more = std::env::var("WIRECOPY_FAULTS").ok();
    usual * more.map_or(1, |n| n.parse().unwrap())
}

/// Opens again, compares, goes on, and compares once more.
fn recovered(world: &World, ledger: &mut Ledger, sure: u32, what: &str) {
    let store = open(world).unwrap_or_else(|error| panic!("{what}: {error}"));
    let ids = ledger.check(&store, sure);
    drop(store);
    ledger.settle(&ids);
    let seed = u64::from(ledger.next);
    ledger.run(world, seed, 6).0.unwrap();
    let store = open(world).unwrap();
    ledger.check(&store, ledger.acked);
    assert_eq!(verify(world).unwrap(), []);
}

#[test]
fn any_call_that_fails_is_an_error_and_leaves_what_was_acknowledged() {
    let kinds = [ErrorKind::Other, ErrorKind::StorageFull];
    for seed in 0..times(3) {
        for kind in kinds {
            for n in 1.. {
                let what = format!("seed {seed} call {n} {kind:?}");
                let (world, mut ledger) = (World::default(), Ledger::default());
                world.plan(Fault::Error(n, kind));
                let result = ledger.run(&world, seed, 25);
                if !world.hit() {
                    result.0.unwrap();
                    break;
                }
                if let (Err(_), Some(mut store)) = result
                    && store.sync().is_err()
                {
                    // Once stopped, it stays so, and reads on.
                    let error = store.append(1, b"x").and_then(|_| store.commit(true));
                    assert!(matches!(
                        trouble(&error.unwrap_err()),
                        Some(IndexTrouble::Closed { .. })
                    ));
                    all(&store).unwrap();
                }
                world.restart();
                // A failed sync is followed by a power loss, at once or after the next opening.
                let sure = match n % 3 {
                    0 => ledger.acked,
                    1 => {
                        world.lose_power(&mut Dice::new(n as u64));
                        ledger.safe
                    }
                    _ => {
                        let store = open(&world).unwrap_or_else(|error| panic!("{what}: {error}"));
                        let ids = ledger.check(&store, ledger.acked);
                        drop(store);
                        ledger.settle(&ids);
                        world.lose_power(&mut Dice::new(n as u64));
                        ledger.acked
                    }
                };
                recovered(&world, &mut ledger, sure, &what);
            }
        }
    }
}

#[test]
fn a_short_write_is_continued() {
    for n in 1..times(150) as usize {
        let (world, mut ledger) = (World::default(), Ledger::default());
        world.plan(Fault::Short(n));
        ledger.run(&world, 5, 12).0.unwrap();
        world.restart();
        let acked = ledger.acked;
        recovered(&world, &mut ledger, acked, &format!("call {n}"));
    }
}

#[test]
fn killed_at_any_call_that_writes_and_again_in_recovery() {
    for seed in 0..times(4) {
        for n in 1.. {
            let (world, mut ledger) = (World::default(), Ledger::default());
            world.plan(Fault::Kill(n, [0, 7, 16][n % 3]));
            let result = ledger.run(&world, seed, 25);
            if !world.hit() {
                result.0.unwrap();
                break;
            }
            drop(result);
            for again in 1.. {
                world.restart();
                world.plan(Fault::Kill(again, [16, 0, 9][again % 3]));
                if open(&world).is_ok() {
                    break;
                }
                assert!(world.hit(), "seed {seed} call {n}");
            }
            world.restart();
            let acked = ledger.acked;
            recovered(&world, &mut ledger, acked, &format!("seed {seed} call {n}"));
        }
    }
}

#[test]
fn power_lost_at_any_moment_and_again_in_recovery() {
    for seed in 0..times(5000) {
        let mut dice = Dice::new(seed);
        let (world, mut ledger) = (World::default(), Ledger::default());
        world.plan(Fault::Kill(1 + dice.roll(120), dice.roll(17)));
        drop(ledger.run(&world, seed, 25));
        world.restart();
        world.lose_power(&mut dice);
        while dice.roll(3) == 0 {
            world.plan(Fault::Kill(1 + dice.roll(6), dice.roll(17)));
            _ = open(&world);
            world.restart();
            if dice.roll(2) == 0 {
                world.lose_power(&mut dice);
            }
        }
        let safe = ledger.safe;
        recovered(&world, &mut ledger, safe, &format!("seed {seed}"));
    }
}

/// A store that was closed, with closed segments, one that was rewritten, and a snapshot.
fn closed() -> (World, Vec<u32>) {
    for seed in 100.. {
        let (world, mut ledger) = (World::default(), Ledger::default());
        ledger.run(&world, seed, 60).0.unwrap();
        let store = open(&world).unwrap();
        let ids = ledger.check(&store, ledger.acked);
        let usable = table(&store)
            .unwrap()
            .is_some_and(|(_, at)| at != store.end());
        if usable && store.segments().len() >= 4 && !ledger.removed.is_empty() {
            store.close().unwrap();
            return (world, ids);
        }
    }
    unreachable!()
}

#[test]
fn flipped_and_truncated_files_are_noticed_or_harmless_and_can_be_rebuilt() {
    let (intact, ids) = closed();
    let places = all(&open(&intact).unwrap()).unwrap();
    let before = intact.snapshot();
    let names: Vec<&String> = before.keys().filter(|name| *name != "LOCK").collect();
    for seed in 0..times(6000) {
        let mut dice = Dice::new(seed);
        let mut files = before.clone();
        let name = *dice.pick(&names);
        let bytes = files.get_mut(name).unwrap();
        let at = dice.roll(bytes.len());
        let is_flip = dice.roll(3) > 0;
        match is_flip {
            true => bytes[at] ^= 1 << dice.roll(8),
            false => bytes.truncate(at),
        }
        let what = format!("seed {seed}: {name} at {at}");
        let world = World::of(&files);
        assert_ne!(verify(&world).unwrap(), [], "{what}");
        let mut noticed = name.ends_with(".table");
        for writes in [false, true] {
            let files = Arc::new(World::of(&files)) as Arc<dyn Files>;
            let store = match writes {
                true => Store::create_or_open(files, SETTINGS, &OPTIONS),
                false => Store::open_read(files, Some(SETTINGS)),
            };
            let store = match store {
                Ok(store) => store,
                Err(error) => {
                    assert!(
                        matches!(trouble(&error), Some(IndexTrouble::Damaged { .. })),
                        "{what}: {error}"
                    );
                    noticed = true;
                    continue;
                }
            };
            match all(&store) {
                Ok(found) => assert_eq!(found, places, "{what}"),
                Err(error) => {
                    assert!(matches!(
                        trouble(&error),
                        Some(IndexTrouble::Damaged { .. })
                    ));
                    noticed = true;
                }
            }
            let mut bytes = Vec::new();
            for &(place, id) in &places {
                if let Ok(kind) = store.read(place, &mut bytes) {
                    assert_eq!(support::ledger::id(kind, &bytes), id);
                }
            }
            if let Some((table, _)) = table(&store).unwrap() {
                assert_eq!(table[..], ids[..table.len()], "{what}");
            }
        }
        assert!(noticed, "{what}");
        let report = salvage(Arc::new(world.clone()), SETTINGS).unwrap();
        assert_eq!(verify(&world).unwrap(), [], "{what}");
        let store = open(&world).unwrap();
        let kept: Vec<u32> = all(&store).unwrap().into_iter().map(|(_, id)| id).collect();
        assert!(kept.is_sorted_by(|a, b| a < b), "{what}");
        assert!(
            kept.iter().all(|id| ids.binary_search(id).is_ok()),
            "{what}"
        );
        assert_eq!(report.entries, kept.len() as u64);
        let lost = ids.len() - kept.len();
        assert!(
            report.lost_entries <= lost as u64,
            "{what}: {report:?} {lost}"
        );
        assert_eq!(
            lost > 0,
            report.lost_bytes > 60 || report.lost_entries > 0,
            "{what}: {report:?} {lost}"
        );
        if is_flip {
            assert!(lost <= 1, "{what}: {lost} lost");
        }
    }
}

#[test]
fn a_rebuild_may_be_killed_and_lose_its_power() {
    let (intact, ids) = closed();
    let before = intact.snapshot();
    for seed in 0..times(400) {
        let mut dice = Dice::new(seed);
        let mut files = before.clone();
        let logs: Vec<&String> = before
            .keys()
            .filter(|name| name.ends_with(".log"))
            .collect();
        let bytes = files.get_mut(*dice.pick(&logs)).unwrap();
        let at = dice.roll(bytes.len());
        bytes[at] ^= 1;
        match dice.roll(3) {
            0 => _ = files.remove("MANIFEST"),
            1 => files.get_mut("MANIFEST").unwrap()[20] ^= 1,
            _ => {}
        }
        let whole = World::of(&files);
        let report = salvage(Arc::new(whole.clone()), SETTINGS).unwrap();
        let wanted: Vec<u32> = all(&open(&whole).unwrap())
            .unwrap()
            .into_iter()
            .map(|(_, id)| id)
            .collect();
        assert_eq!(report.entries, wanted.len() as u64);
        assert!(wanted.len() + 1 >= ids.len());
        let world = World::of(&files);
        for _ in 0..3 {
            world.plan(Fault::Kill(1 + dice.roll(25), dice.roll(17)));
            _ = salvage(Arc::new(world.clone()), SETTINGS);
            world.restart();
            world.lose_power(&mut dice);
        }
        salvage(Arc::new(world.clone()), SETTINGS).unwrap();
        let store = open(&world).unwrap();
        let kept: Vec<u32> = all(&store).unwrap().into_iter().map(|(_, id)| id).collect();
        assert_eq!(kept, wanted, "seed {seed}");
    }
}

#[test]
fn the_same_calls_give_the_same_bytes_on_a_real_disk_as_in_memory() {
    let folder = temp();
    let (world, mut ledger) = (World::default(), Ledger::default());
    ledger.run(&world, 7, 40).0.unwrap();
    let mut bytes = world.snapshot();
    bytes.remove("LOCK");
    let again = World::default();
    Ledger::default().run(&again, 7, 40).0.unwrap();
    let mut same = again.snapshot();
    same.remove("LOCK");
    assert_eq!(bytes, same);
    // On a disk: what was written in memory is opened, read and added to.
    let place = folder.path().join("index");
    std::fs::create_dir(&place).unwrap();
    for (name, bytes) in &bytes {
        std::fs::write(place.join(name), bytes).unwrap();
    }
    let disk = Arc::new(Disk::new(&place));
    let mut store = Store::create_or_open(disk.clone(), SETTINGS, &OPTIONS).unwrap();
    ledger.check(&store, ledger.acked);
    store.append(9, b"one more").unwrap();
    store.commit(true).unwrap();
    let end = store.end();
    store.close().unwrap();
    assert_eq!(verify(&*disk).unwrap(), []);
    let store = Store::open_read(disk, None).unwrap();
    assert_eq!((store.end(), store.fingerprint()), (end, SETTINGS));
    assert!(files(&place).keys().all(|name| !name.ends_with(".tmp")));
}

#[test]
fn the_bytes_are_frozen() {
    let world = World::default();
    Ledger::default().run(&world, 11, 40).0.unwrap();
    let mut all = Vec::new();
    for (name, bytes) in world.snapshot().iter().filter(|(name, _)| *name != "LOCK") {
        all.extend_from_slice(name.as_bytes());
        all.extend_from_slice(bytes);
    }
    // Another value is another version of the format.
    assert_eq!(hash64(&all), 0xb354_e35a_1352_5aed, "{:x}", hash64(&all));
}

/// The harness itself: what it would let pass is shown to be caught.
#[test]
fn a_disk_that_only_says_that_it_syncs_is_caught() {
    let mut caught = 0;
    for seed in 0..100 {
        let (world, mut ledger) = (World::default(), Ledger::default());
        world.lie();
        world.plan(Fault::Kill(40, 16));
        drop(ledger.run(&world, seed, 25));
        world.lose_power(&mut Dice::new(seed));
        let gone = ledger.removed.len() + ledger.removing.len();
        let held = open(&world).and_then(|store| all(&store));
        let is_caught = held.map_or(true, |held| held.len() + gone < ledger.safe as usize);
        caught += u32::from(is_caught);
    }
    assert!(caught > 50, "{caught}");
}

#[test]
fn a_second_writer_is_told_of_the_first_and_readers_are_let_in() {
    let folder = temp();
    let files = || Arc::new(Disk::new(folder.path().join("a/b"))) as Arc<dyn Files>;
    let error = Store::open_read(files(), None).unwrap_err();
    assert_eq!(trouble(&error), Some(&IndexTrouble::Absent));
    let mut writer = Store::create_or_open(files(), SETTINGS, &OPTIONS).unwrap();
    let place = writer.append(3, b"text").unwrap();
    writer.commit(false).unwrap();
    let error = Store::create_or_open(files(), SETTINGS, &OPTIONS).unwrap_err();
    let own = format!("process {}", std::process::id());
    assert!(error.to_string().contains(&own), "{error}");
    let mut reader = Store::open_read(files(), Some(SETTINGS)).unwrap();
    let mut bytes = Vec::new();
    assert_eq!(reader.read(place, &mut bytes).unwrap(), 3);
    assert!(reader.append(1, b"x").is_err());
    drop(writer);
    Store::create_or_open(files(), SETTINGS, &OPTIONS).unwrap();
}

#[test]
fn other_settings_versions_and_folders_are_refused() {
    let folder = temp();
    let files = || Arc::new(Disk::new(folder.path())) as Arc<dyn Files>;
    std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let error = Store::create_or_open(files(), SETTINGS, &OPTIONS).unwrap_err();
    assert!(error.to_string().contains("notes.txt"), "{error}");
    assert_eq!(support::files(folder.path()).len(), 1);
    std::fs::remove_file(folder.path().join("notes.txt")).unwrap();
    Store::create_or_open(files(), SETTINGS, &OPTIONS)
        .unwrap()
        .close()
        .unwrap();
    let error = Store::open_read(files(), Some("width 5\nbands 9")).unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("bands 42") && said.contains("bands 9"),
        "{said}"
    );
    let path = folder.path().join("MANIFEST");
    let text = std::fs::read_to_string(&path)
        .unwrap()
        .replace("version 1", "version 2");
    let body = &text[..text.find("checksum").unwrap()];
    let sum = hash64(body.as_bytes());
    std::fs::write(&path, format!("{body}checksum {sum:016x}\n")).unwrap();
    let error = Store::create_or_open(files(), SETTINGS, &OPTIONS).unwrap_err();
    assert!(matches!(
        trouble(&error),
        Some(IndexTrouble::Version { found: 2, known: 1 })
    ));
}

#[test]
fn a_replay_can_begin_at_any_border_of_batches() {
    let mut store = open(&World::default()).unwrap();
    let mut borders = Vec::new();
    for n in 0..40_u8 {
        borders.push((store.end(), n));
        store.append(n, &[n; 300]).unwrap();
        store.commit(false).unwrap();
    }
    for (border, first) in borders {
        let mut kinds = Vec::new();
        store
            .replay(border, &mut |_, kind, _| {
                kinds.push(kind);
                Ok(())
            })
            .unwrap();
        assert_eq!(kinds, (first..40).collect::<Vec<u8>>());
    }
    let beyond = Position {
        segment: 99,
        offset: 0,
    };
    assert!(store.replay(beyond, &mut |_, _, _| Ok(())).is_err());
}
