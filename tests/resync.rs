//! What stands behind a damage is found again, and what was lost is told.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use support::alone::{keys, noise, read, read_with, rejected, texts};
use support::containers::{Tar, Zip, gzip, lzma};
use wirecopy::document::Document;
use wirecopy::ingest::{Intake, Limits, Reason};

const GOOD: &str = "The bridge at Orme is shut until the end of the week.";

fn stories(which: usize) -> String {
    (0..4)
        .map(|n| format!("{{\"id\":\"{which}-{n}\",\"text\":\"{GOOD} Number {which} {n}.\"}}\n"))
        .collect()
}

/// An archive of members with four records each, and where each begins.
fn archive(members: usize) -> (Vec<u8>, Vec<usize>) {
    let mut tar = Tar::new();
    let mut starts = Vec::new();
    for which in 0..members {
        starts.push(tar.len());
        tar = tar.add(&format!("{which}.jsonl"), stories(which).as_bytes());
    }
    (tar.finish(), starts)
}

/// Members of which all records are there.
fn whole(intake: &Intake, members: usize) -> Vec<usize> {
    let keys = keys(intake);
    let is_whole = |which: &usize| (0..4).all(|n| keys.contains(&&*format!("{which}-{n}")));
    (0..members).filter(is_whole).collect()
}

/// The header at a place, with another length.
fn lie(tar: &mut [u8], header: usize, len: u64) {
    let header = &mut tar[header..header + 512];
    header[124..136].copy_from_slice(format!("{len:011o}\0").as_bytes());
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

#[test]
fn a_byte_more_or_less_in_a_tar_costs_one_member() {
    const MEMBERS: usize = 7;
    let (good, starts) = archive(MEMBERS);
    assert_eq!(whole(&read("a.tar", &good), MEMBERS).len(), MEMBERS);
    let end = good.len() - 1024;
    for at in (0..end)
        .step_by(37)
        .chain([511, 512, 513, starts[1] - 1, starts[1]])
    {
        let hit = starts.iter().rposition(|&start| start <= at).unwrap();
        let mut more = good.clone();
        more.insert(at, b'z');
        let mut less = good.clone();
        less.remove(at);
        let mut many = good.clone();
        many.splice(at..at, vec![b'x'; 3000]);
        let mut few = good.clone();
        few.drain(at..(at + 300).min(end));
        for (what, bad, near) in [
            ("more", more, 1),
            ("less", less, 1),
            ("many", many, 1),
            ("few", few, 2),
        ] {
            for name in ["a.tar", "a.tar.gz"] {
                let bytes = if name == "a.tar" {
                    bad.clone()
                } else {
                    gzip(&bad)
                };
                let intake = read(name, &bytes);
                let lost = (0..MEMBERS).filter(|which| !whole(&intake, MEMBERS).contains(which));
                // Where a member begins, the one before may be the one that is hit.
                let lost: Vec<_> = lost.collect();
                let allowed = |which: &&usize| (hit.saturating_sub(1)..hit + near).contains(*which);
                assert!(
                    lost.len() <= near && lost.iter().all(|which| allowed(&which)),
                    "{what} {at} {lost:?}"
                );
                // Behind the last one no header tells that its bytes moved.
                if !lost.is_empty() && hit + near < MEMBERS {
                    assert!(!intake.rejected.is_empty(), "{what} {at}");
                }
                let told = intake
                    .rejected
                    .iter()
                    .filter(|r| r.reason == Reason::Damaged)
                    .count();
                assert!(told <= 1, "{what} {at} {:?}", intake.rejected);
                for rejection in &intake.rejected {
                    let is_last = hit + near >= MEMBERS;
                    let ends = rejection.message.contains("was not read");
                    assert!(is_last || !ends, "{what} {at} {rejection}");
                }
            }
        }
    }
}

#[test]
fn a_length_too_large_or_too_small_costs_one_member() {
    const MEMBERS: usize = 7;
    let (good, starts) = archive(MEMBERS);
    let is = starts[1] - starts[0] - 512;
    let right = stories(2).len();
    // Up to the next header but one, into the middle of it, to the end and beyond.
    let lies = [
        is + 512,
        is + 600,
        2 * is + 512,
        2 * is + 700,
        good.len() - starts[2] - 512 - 1024,
        good.len() - starts[2] - 512,
        good.len(),
        1 << 32,
        0,
        1,
        100,
    ];
    for (len, name) in lies
        .into_iter()
        .flat_map(|len| [(len, "a.tar"), (len, "a.tgz")])
    {
        let mut bad = good.clone();
        lie(&mut bad, starts[2], len as u64);
        let bytes = if name == "a.tar" { bad } else { gzip(&bad) };
        let intake = read(name, &bytes);
        let all = whole(&intake, MEMBERS);
        let others: Vec<usize> = all.iter().copied().filter(|&which| which != 2).collect();
        assert_eq!(others, [0, 1, 3, 4, 5, 6], "{len} {:?}", intake.rejected);
        assert!(!intake.rejected.is_empty(), "{len}");
        if len > right {
            let member = format!("{name}/2.jsonl");
            assert_eq!(rejected(&intake), [(&*member, Reason::Damaged)], "{len}");
            assert!(intake.rejected[0].message.contains("its length is wrong"));
            // All of its records are whole.
            assert_eq!(all.len(), MEMBERS, "{len}");
        }
    }
    // What is not read at all swallows none either.
    let mut hidden = Tar::new().add(".a", GOOD.as_bytes());
    let at = hidden.len();
    hidden = hidden.add("b.txt", GOOD.as_bytes());
    let mut bytes = hidden.finish();
    lie(&mut bytes, 0, at as u64 + 200);
    let intake = read("a.tar", &bytes);
    assert_eq!(
        (keys(&intake), rejected(&intake)),
        (vec!["a.tar/b.txt"], vec![("a.tar", Reason::Damaged)])
    );
    // Every length a lie: bounded time.
    let (mut all, starts) = archive(2000);
    for &start in &starts {
        lie(&mut all, start, (1 << 33) - 1);
    }
    assert_eq!(whole(&read("a.tgz", &gzip(&all)), 2000).len(), 2000);
}

#[test]
fn an_archive_in_an_archive_is_no_lie() {
    let inner = |members| archive(members).0;
    let script = [
        b"#!/bin/sh\nexit 0\n".to_vec(),
        vec![b'\n'; 512 - 17],
        inner(5),
        b"# the end\n".to_vec(),
    ];
    for members in [1, 3, 300] {
        let outer = Tar::new()
            .add("a.txt", GOOD.as_bytes())
            .add("in.tar", &inner(members))
            .add("run.bin", &script.concat())
            .add("b.txt", b"Rain will end on Friday.");
        let intake = read("a.tar", &outer.finish());
        assert_eq!(whole(&intake, members).len(), members);
        // A script with an archive behind it is read for that; the same record twice is one.
        assert_eq!(texts(&intake).len(), 4 * members.max(5) + 2);
        let of_script = |(path, _): &(&str, Reason)| *path == "a.tar/run.bin";
        assert!(rejected(&intake).iter().all(of_script));
        let of_inner = |d: &&Document| d.place.path.starts_with("a.tar/in.tar/");
        assert_eq!(
            intake.documents.iter().filter(of_inner).count(),
            4 * members
        );
        let last = Tar::new()
            .add("a.txt", GOOD.as_bytes())
            .add("in.tar", &inner(members));
        let intake = read("a.tar", &last.finish());
        assert_eq!(
            (whole(&intake, members).len(), rejected(&intake)),
            (members, vec![])
        );
    }
    // A byte less within the inner one, which is as long as its blocks.
    let mut cut = Tar::new()
        .add("in.tar", &inner(5))
        .add("b.txt", GOOD.as_bytes())
        .finish();
    cut.remove(512 + 700);
    let intake = read("a.tar", &cut);
    assert!(
        keys(&intake).contains(&"a.tar/b.txt"),
        "{:?}",
        intake.rejected
    );
    assert!(whole(&intake, 5).len() >= 4);
}

#[test]
fn old_headers_are_found_again_and_text_is_none() {
    // Without the mark of the format, as before 1988.
    let (mut old, starts) = archive(5);
    for &start in &starts {
        old[start + 257..start + 265].fill(0);
        let len = stories(0).len() as u64;
        lie(&mut old, start, len);
    }
    old.insert(starts[1] + 700, b'x');
    old[starts[3] + 20] ^= 1;
    let intake = read("a.tar", &old);
    assert!(
        whole(&intake, 5).starts_with(&[0, 2]) && whole(&intake, 5).ends_with(&[4]),
        "{:?}",
        intake.rejected
    );
    // Noise, and numbers made to look like checksums, in bounded time.
    let digits = b"0000644\0".repeat(2_000_000);
    for bytes in [noise(7, 4 << 20), digits] {
        let tar = Tar::new()
            .add("a.bin", &bytes)
            .add("b.txt", GOOD.as_bytes())
            .finish();
        let mut broken = tar.clone();
        broken[3] ^= 1;
        for bytes in [tar, broken] {
            let intake = read_with("a.tar", &bytes, Limits::default()).unwrap();
            assert_eq!(keys(&intake).last(), Some(&"a.tar/b.txt"));
        }
    }
}

#[test]
fn a_nul_costs_one_record_at_most_and_binaries_are_refused() {
    let lines: Vec<String> = (0..50)
        .map(|n| format!("{{\"id\":\"r{n}\",\"text\":\"{GOOD} {n}.\"}}\n"))
        .collect();
    let rows: Vec<String> = (0..50).map(|n| format!("r{n},{GOOD} {n}.\n")).collect();
    let table = format!("id,text\n{}", rows.concat());
    for (all, names) in [
        (lines.concat(), ["a.jsonl", "a.dat", "-", "a.txt"]),
        (table, ["a.csv", "a.dat", "-", "a"]),
    ] {
        let middle = all.find("r20").unwrap();
        for name in names {
            for (what, at, zeros) in [
                ("start", 0, 1),
                ("start", 0, 700),
                ("middle", middle, 1),
                ("middle", middle, 5000),
                ("end", all.len(), 3),
            ] {
                let mut bytes = all.clone().into_bytes();
                bytes.splice(at..at, vec![0; zeros]);
                let intake = read_with(name, &bytes, Limits::default()).unwrap();
                let kept = keys(&intake)
                    .iter()
                    .filter(|key| key.starts_with('r'))
                    .count();
                assert!(
                    kept >= if what == "middle" { 49 } else { 50 },
                    "{name} {what} {zeros} {kept} {:?}",
                    intake.rejected
                );
                assert!(
                    intake.counts.rejected <= 1,
                    "{name} {what} {zeros} {:?}",
                    intake.rejected
                );
            }
        }
    }
    let text = format!("{GOOD}\0 {GOOD}");
    assert_eq!(texts(&read("a.txt", text.as_bytes())).len(), 1);
    let program = [
        &b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0@\0"[..],
        &[0; 35],
        b"!This program cannot be run in DOS mode.\r\r\n$\0\0\0\0\0\0\0",
    ]
    .concat();
    let numbers: Vec<u8> = (0..5000u32).flat_map(u32::to_be_bytes).collect();
    let names = b"a.txt\0bcd.txt\0ef.txt\0".repeat(50);
    let picture = [
        &b"BM\x36\0\x0c\0\0\0\0\0\x36\0\0\0\x28\0\0\0\0\x02\0\0"[..],
        &[0xff; 9000],
    ]
    .concat();
    for (bytes, reason) in [
        (&program, Reason::Binary),
        (&numbers, Reason::Binary),
        (&names, Reason::Binary),
        (&noise(3, 9000), Reason::Binary),
        (&noise(5, 400), Reason::Binary),
        (&picture, Reason::Binary),
        (&vec![0; 70_000], Reason::Binary),
        (&b"\x7fELF\x02\x01\x01\0\0".to_vec(), Reason::Unsupported),
        (&b"SQLite format 3\0\x10\0".to_vec(), Reason::Unsupported),
        (
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            Reason::Unsupported,
        ),
        (&b"%PDF-1.4\n\0\x01".to_vec(), Reason::Unsupported),
    ] {
        let tar = Tar::new()
            .add("x", bytes)
            .add("y.txt", bytes)
            .add("z.txt", GOOD.as_bytes())
            .finish();
        let intake = read("a.tar", &tar);
        assert_eq!(
            rejected(&intake),
            [("a.tar/x", reason), ("a.tar/y.txt", reason)],
            "{:?}",
            &bytes[..9]
        );
    }
    // A tar is no text, whatever it holds, also without its first header and its name.
    let (mut tar, _) = archive(5);
    tar.splice(512..512, GOOD.repeat(200).bytes());
    tar[0] ^= 1;
    let intake = read("-", &tar);
    assert_eq!(whole(&intake, 5), [1, 2, 3, 4], "{:?}", intake.rejected);
}

#[test]
fn a_zip_with_other_bytes_in_front_is_read() {
    let zip = Zip::new()
        .add("m.txt", GOOD.as_bytes())
        .add("n.txt", b"Rain will end on Friday.")
        .finish();
    let program = [
        &b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff"[..],
        &noise(9, 100_000),
    ]
    .concat();
    let elf = [&b"\x7fELF\x02\x01\x01\0\0"[..], &noise(11, 3000)].concat();
    let script = b"#!/bin/sh\nexec unzip \"$0\"\nexit\n".to_vec();
    let long = [script.clone(), b"# what this is for\n".repeat(1000)].concat();
    for front in [
        program.clone(),
        elf.clone(),
        script,
        long,
        vec![0; 300],
        noise(3, 500),
    ] {
        let bytes = [&front[..], &zip].concat();
        let folder = support::temp();
        support::put(&folder, "a.bin", &bytes);
        let input = wirecopy::ingest::Input::Path(folder.path().to_owned());
        let options = wirecopy::ingest::IngestOptions::default();
        let intake = wirecopy::ingest::read_inputs(&[input], std::io::empty(), &options).unwrap();
        assert_eq!(
            (intake.documents.len(), rejected(&intake)),
            (2, vec![]),
            "{}",
            front.len()
        );
        // As a stream, where its end is not at hand.
        for name in ["a.exe", "a.zip"] {
            let intake = read(name, &bytes);
            assert_eq!(
                (texts(&intake).len(), rejected(&intake)),
                (2, vec![]),
                "{} {name}",
                front.len()
            );
        }
        if front.len() < 60_000 {
            assert_eq!(texts(&read("-", &bytes)).len(), 2, "{}", front.len());
            let tar = Tar::new().add("x", &bytes).finish();
            assert_eq!(texts(&read("a.tar", &tar)).len(), 2, "{}", front.len());
        }
    }
    // None behind it: as before. A text that tells of one is a text.
    let none = Tar::new()
        .add("a.exe", &program)
        .add("b", &elf)
        .add("c.zip", &noise(2, 900))
        .add("d.txt", b"PK and PK\x03\x04 are marks.");
    let intake = read("a.tar", &none.finish());
    assert_eq!(keys(&intake), ["a.tar/d.txt"]);
    let reasons = [
        ("a.tar/a.exe", Reason::Binary),
        ("a.tar/b", Reason::Unsupported),
        ("a.tar/c.zip", Reason::Binary),
    ];
    assert_eq!(rejected(&intake), reasons);
}

#[test]
fn lzma_alone_is_read() {
    let all = stories(1).repeat(50).replace("\"1-", "\"x1-");
    let packed = lzma(all.as_bytes());
    for name in ["a.jsonl.lzma", "-", "a"] {
        let intake = read(name, &packed);
        assert_eq!((intake.counts.read, intake.counts.rejected), (200, 0));
    }
    let intake = read("a.jsonl.lzma", &packed[..packed.len() - 20]);
    assert!(
        intake.counts.rejected == 1 && intake.counts.read > 20,
        "{:?}",
        intake.counts
    );
    for seed in 0..40 {
        let mut bad = packed.clone();
        let at = 13 + noise(seed, 1)[0] as usize % (packed.len() - 13);
        bad[at] ^= 0x55;
        read_with("a.jsonl.lzma", &bad, Limits::default());
    }
    let limits = Limits {
        ratio: 100,
        ratio_after_bytes: 1 << 20,
        ..Limits::default()
    };
    let bomb = Tar::new()
        .add("b.lzma", &lzma(&vec![b' '; 20 << 20]))
        .add("c.txt", GOOD.as_bytes())
        .finish();
    let intake = read_with("a.tar", &bomb, limits).unwrap();
    assert_eq!(rejected(&intake), [("a.tar/b.lzma", Reason::Bomb)]);
    assert_eq!(keys(&intake), ["a.tar/c.txt"]);
    let narrow = Limits {
        zstd_window_log: 20,
        ..Limits::default()
    };
    let wide = Tar::new()
        .add("b.lzma", &[&b"\x5d\0\0\0\x20"[..], &packed[5..]].concat())
        .add("c.txt", GOOD.as_bytes());
    let intake = read_with("a.tar", &wide.finish(), narrow).unwrap();
    assert_eq!(rejected(&intake), [("a.tar/b.lzma", Reason::Window)]);
}

#[test]
fn streams_of_nothing_cost_next_to_nothing() {
    let record = |n: usize| support::containers::bzip2(stories(n).as_bytes());
    let nothing = support::containers::bzip2(b"");
    assert_eq!(nothing.len(), 14);
    let many = [record(0), nothing.repeat(300_000), record(1)].concat();
    let started = std::time::Instant::now();
    let intake = read("a.jsonl.bz2", &many);
    assert_eq!((whole(&intake, 2), rejected(&intake)), (vec![0, 1], vec![]));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    // Nothing is passed over that is not such a stream.
    let mut bad = many.clone();
    bad[record(0).len() + 14 * 1000 + 12] = 1;
    let intake = read("a.jsonl.bz2", &bad);
    assert_eq!(whole(&intake, 2), [0, 1]);
    assert_eq!(rejected(&intake), [("a.jsonl.bz2", Reason::Corrupt)]);
}
