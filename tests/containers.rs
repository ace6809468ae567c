//! Compression and archives: every member that can be read is, whatever is wrong with the one
//! beside it, and every count balances.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::io::Write;

use support::alone::{keys, noise, read, read_with, rejected, texts};
use support::containers::{Tar, Zip, arc, bzip2, gzip, warc, xz, zstd};
use support::{put, temp};
use wirecopy::ingest::{IngestOptions, Input, Limits, Reason, read_inputs};

const GOOD: &str = "The bridge at Orme is shut until the end of the week.";

fn lines(from: usize, to: usize) -> String {
    (from..to)
        .map(|n| format!("{{\"id\":\"r{n:05}\",\"text\":\"{GOOD} Number {n}.\"}}\n"))
        .collect()
}

#[test]
fn a_folder_with_one_file_of_each_kind() {
    let folder = temp();
    let one = |id: &str| format!("{{\"id\":\"{id}\",\"text\":\"{GOOD} {id}\"}}\n").into_bytes();
    put(&folder, "a.jsonl.gz", gzip(&one("gz")));
    put(&folder, "b.jsonl.zst", zstd(&one("zst")));
    put(&folder, "c.jsonl.bz2", bzip2(&one("bz2")));
    put(&folder, "d.jsonl.xz", xz(&one("xz")));
    put(
        &folder,
        "e.zip",
        Zip::new().add("m.jsonl", &one("zip")).finish(),
    );
    put(
        &folder,
        "f.tar",
        Tar::new().add("m.jsonl", &one("tar")).finish(),
    );
    put(
        &folder,
        "g.tar.gz",
        gzip(&Tar::new().add("m.jsonl.xz", &xz(&one("tgz"))).finish()),
    );
    let mut crawl = warc("https://a.example/1", GOOD.as_bytes());
    crawl.extend(warc(
        "https://a.example/2",
        b"Rain will end on Friday night.",
    ));
    put(&folder, "h.warc", &crawl);
    put(
        &folder,
        "i.arc",
        arc("http://a.example/arc", b"Rain will end on Friday."),
    );
    let nested = Zip::new().add(
        "in.zip",
        &Zip::new().add("m.jsonl", &one("nested")).finish(),
    );
    put(&folder, "j.zip", nested.finish());
    let input = Input::Path(folder.path().to_owned());
    let intake = read_inputs(&[input], std::io::empty(), &IngestOptions::default()).unwrap();
    assert_eq!(rejected(&intake), []);
    let expected = [
        "bz2",
        "gz",
        "http://a.example/arc",
        "https://a.example/1",
        "https://a.example/2",
        "nested",
        "tar",
        "tgz",
        "xz",
        "zip",
        "zst",
    ];
    assert_eq!(keys(&intake), expected);
    let nested = intake
        .documents
        .iter()
        .find(|d| &*d.key == "nested")
        .unwrap();
    assert!(nested.place.path.ends_with("j.zip/in.zip/m.jsonl"));
}

#[test]
fn streams_of_several_members_are_one() {
    for pack in [gzip, zstd, bzip2, xz] {
        let packed = [
            pack(lines(0, 500).as_bytes()),
            pack(lines(500, 900).as_bytes()),
        ]
        .concat();
        let intake = read("a.jsonl", &packed);
        assert_eq!((intake.counts.documents, intake.counts.rejected), (900, 0));
    }
}

#[test]
fn cut_streams_keep_what_came_before() {
    for pack in [gzip, zstd, bzip2, xz] {
        let packed = pack(lines(0, 3000).as_bytes());
        for part in 1..20 {
            let cut = &packed[..packed.len() * part / 20];
            if let Some(intake) = read_with("a.jsonl", cut, Limits::default()) {
                assert_eq!(intake.counts.rejected, 1);
            }
        }
        let last = read("a.jsonl", &packed[..packed.len() - 1]);
        assert!(last.counts.documents > 2900 && last.counts.rejected == 1);
    }
}

#[test]
fn flipped_bytes_never_crash_and_counts_balance() {
    let text = lines(0, 300);
    let tar = Tar::new()
        .add("a.jsonl", text.as_bytes())
        .add("b.txt", GOOD.as_bytes());
    let zip = Zip::new()
        .add("a.jsonl", text.as_bytes())
        .add("b.txt", GOOD.as_bytes());
    let crawl: Vec<u8> = (0..20)
        .flat_map(|n| warc(&format!("https://a.example/{n}"), GOOD.as_bytes()))
        .collect();
    let crawl_arc = arc("http://a.example/1", GOOD.as_bytes());
    let all = [
        gzip(text.as_bytes()),
        zstd(text.as_bytes()),
        bzip2(text.as_bytes()),
        xz(text.as_bytes()),
        tar.finish(),
        zip.finish(),
        crawl.clone(),
        gzip(&crawl),
        crawl_arc,
    ];
    for (which, good) in all.iter().enumerate() {
        for seed in 0..60 {
            let mut bad = good.clone();
            let dice = noise(seed + 1000 * which as u64 + 1, 24);
            for hit in dice.chunks(8).take(1 + seed as usize % 3) {
                let at = u32::from_le_bytes([hit[0], hit[1], hit[2], hit[3]]) as usize;
                let at = at % bad.len();
                bad[at] ^= 1 << (hit[4] % 8);
            }
            read_with("x", &bad, Limits::default());
            let at = usize::from(dice[20]) * good.len() / 256;
            read_with("x", &good[..at], Limits::default());
        }
    }
}

#[test]
fn bombs_are_stopped_and_the_rest_is_read() {
    let limits = Limits {
        ratio: 100,
        ratio_after_bytes: 1 << 20,
        ..Limits::default()
    };
    let zeros = vec![b' '; 20 << 20];
    for pack in [gzip, zstd, bzip2, xz] {
        let zip = Zip::new()
            .add("good.txt", GOOD.as_bytes())
            .store("bomb.txt", &pack(&zeros))
            .finish();
        let intake = read_with("a.zip", &zip, limits.clone()).unwrap();
        assert_eq!(keys(&intake), ["a.zip/good.txt"]);
        assert_eq!(rejected(&intake), [("a.zip/bomb.txt", Reason::Bomb)]);
    }
    // Each layer within the ratio, all of them together far beyond it.
    let layers = Limits {
        ratio: 100,
        ratio_after_bytes: 1 << 20,
        ..Limits::default()
    };
    let inner = gzip(&[lines(0, 1).as_bytes(), &vec![b' '; 6 << 20]].concat());
    let middle: Vec<u8> = std::iter::repeat_n(inner, 40).flatten().collect();
    let outer = Zip::new()
        .add("a.tar", &Tar::new().add("m.gz", &middle).finish())
        .finish();
    let read = read_with("a.zip", &outer, layers);
    assert!(read.is_none_or(|intake| intake.counts.limits.contains_key("ratio")));
}

/// A bomb costs itself: what stands before it and behind it is read, and it is told once.
#[test]
fn a_bomb_among_members_costs_itself() {
    let limits = |record_bytes| Limits {
        ratio: 100,
        ratio_after_bytes: 4 << 20,
        record_bytes,
        ..Limits::default()
    };
    let (before, behind) = (lines(0, 40), lines(40, 80));
    let bombs = [
        vec![b'x'; 40 << 20],
        [&b"{\"id\":\"x\",\"text\":\""[..], &vec![b'x'; 40 << 20]].concat(),
        [lines(90, 91).as_bytes(), &vec![b' '; 40 << 20]].concat(),
    ];
    for bomb in &bombs {
        for pack in [gzip, zstd, bzip2, xz] {
            for limit in [1 << 20, 64 << 20] {
                let packed = [pack(before.as_bytes()), pack(bomb), pack(behind.as_bytes())];
                let intake = read_with("a.jsonl", &packed.concat(), limits(limit)).unwrap();
                let kept = keys(&intake).iter().filter(|key| **key < "r00080").count();
                assert_eq!(kept, 80);
                assert_eq!(rejected(&intake), [("a.jsonl", Reason::Bomb)]);
            }
        }
    }
    // Readers of formats in which records would run together say that they stopped.
    let table = |from, to| {
        let rows = (from..to).map(|n| format!("{n},{GOOD} {n}\n"));
        format!("id,text\n{}", rows.collect::<String>())
    };
    let letters = |n: usize| {
        let from = "From a@b.example Thu Apr  3 10:00:00 2031";
        format!("{from}\nMessage-ID: <{n}@b.example>\nSubject: {n}\n\n{GOOD} {n}\n\n")
    };
    let item = |n: usize| format!("<item><guid>{n}</guid><title>{GOOD} {n}</title></item>");
    for (name, good, opens) in [
        ("a.mbox", letters(0) + &letters(1), &*letters(2)),
        (
            "a.xml",
            format!("<rss><channel>{}{}", item(0), item(1)),
            "<item><title>",
        ),
        (
            "a.json",
            format!("[{}", lines(0, 2).replace("}\n", "},")),
            "{\"text\":\"",
        ),
    ] {
        let bomb = format!("{}{}", opens.trim_end(), "x".repeat(40 << 20));
        let packed = [gzip(good.as_bytes()), gzip(bomb.as_bytes()), gzip(b"\n")].concat();
        for limit in [1 << 20, 64 << 20] {
            let intake = read_with(name, &packed, limits(limit)).unwrap();
            assert_eq!(intake.documents.len(), 2, "{name}");
            assert_eq!(rejected(&intake), [(name, Reason::Bomb)], "{limit}");
            let message = &intake.rejected[0].message;
            assert!(message.ends_with("behind it was not read"), "{message}");
        }
    }
    let bomb = format!("3,{}", "x".repeat(40 << 20));
    let packed = [table(0, 2).as_bytes(), bomb.as_bytes(), b"4,behind it\n"].map(gzip);
    let intake = read_with("a.csv", &packed.concat(), limits(1 << 20)).unwrap();
    assert_eq!(keys(&intake), ["0", "1", "4"]);
    assert_eq!(rejected(&intake), [("a.csv", Reason::Bomb)]);
    // Of archives too, whoever packed them.
    for pack in [gzip, zstd, bzip2, xz] {
        let tar = Tar::new()
            .add("a.txt", GOOD.as_bytes())
            .add("b.txt.gz", &pack(&bombs[0]))
            .add("c.jsonl.gz", &pack(&lines(0, 20_000).into_bytes()));
        let zip = Zip::new()
            .add("a.txt", GOOD.as_bytes())
            .add("b.txt", &bombs[2])
            .add("c.jsonl.gz", &pack(&lines(0, 20_000).into_bytes()));
        for (name, bytes) in [("a.tar", tar.finish()), ("a.zip", zip.finish())] {
            let intake = read_with(name, &bytes, limits(64 << 20)).unwrap();
            assert!(intake.documents.len() > 20_000, "{name}");
            assert_eq!(intake.rejected.len(), 1, "{:?}", intake.rejected);
        }
    }
    // So many that looking behind each of them would take long.
    let small = zstd(&vec![b'x'; 40 << 20]);
    let many: Vec<u8> = std::iter::repeat_n(small, 2000).flatten().collect();
    let packed = [zstd(before.as_bytes()), many, zstd(behind.as_bytes())].concat();
    let intake = read_with("a.jsonl", &packed, limits(1 << 20)).unwrap();
    assert_eq!(keys(&intake).len(), 40);
    let last = &intake.rejected[intake.rejected.len() - 1].message;
    assert!(
        (2..100).contains(&intake.rejected.len()) && last.contains("so many"),
        "{last}"
    );
}

#[test]
fn a_wide_xz_dictionary_is_refused() {
    let limits = Limits {
        zstd_window_log: 20,
        ..Limits::default()
    };
    let tar = Tar::new()
        .add("wide.xz", &xz(&vec![b'a'; 50_000_000]))
        .add("good.txt", GOOD.as_bytes());
    let intake = read_with("a.tar", &tar.finish(), limits).unwrap();
    // 8 MiB of dictionary are within 1 MiB and what the decoder takes for itself.
    assert_eq!(keys(&intake), ["a.tar/good.txt"]);
}

#[test]
fn archives_nest_so_deep_and_no_deeper() {
    let mut inner = Zip::new().add("m.txt", GOOD.as_bytes()).finish();
    for _ in 0..10 {
        inner = Zip::new()
            .add("in.zip", &inner)
            .add("n.txt", b"beside")
            .finish();
    }
    let intake = read("a.zip", &inner);
    assert_eq!(intake.counts.documents, 4);
    let rejected = rejected(&intake);
    assert_eq!(rejected.len(), 2);
    assert!(
        rejected
            .iter()
            .all(|(_, reason)| *reason == Reason::TooDeep)
    );
}

#[test]
fn names_of_members_are_only_names() {
    let zip = Zip::new()
        .add("../../etc/passwd", b"one")
        .add("/root.txt", b"two")
        .add("same.txt", b"three")
        .add("same.txt", b"four")
        .add("folder/", b"")
        .add(".hidden.txt", b"hidden")
        .add("__MACOSX/x.txt", b"hidden")
        .add_raw(b"caf\xe9.txt", b"latin")
        .add("esc\u{1b}[31m.txt", b"five")
        .finish();
    let intake = read("a.zip", &zip);
    assert_eq!(
        keys(&intake),
        [
            "a.zip/esc\u{fffd}[31m.txt",
            "a.zip/etc/passwd",
            "a.zip/root.txt",
            "a.zip/same.txt",
            "a.zip/same.txt~2"
        ]
    );
    assert_eq!(intake.counts.hidden, 2);
    assert_eq!(
        rejected(&intake),
        [("a.zip/caf\u{fffd}.txt", Reason::BadName)]
    );
}

#[test]
fn damaged_members_cost_themselves_alone() {
    let good = Zip::new()
        .add("a.txt", GOOD.repeat(50).as_bytes())
        .store("b.txt", GOOD.as_bytes())
        .add("c.txt", GOOD.repeat(50).as_bytes())
        .finish();
    // Within the stored member.
    let at = good
        .windows(10)
        .position(|w| w == &GOOD.as_bytes()[..10])
        .unwrap();
    let mut bad = good.clone();
    bad[at] ^= 1;
    let intake = read("a.zip", &bad);
    assert_eq!(rejected(&intake), [("a.zip/b.txt", Reason::Corrupt)]);
    assert_eq!(keys(&intake), ["a.zip/a.txt", "a.zip/c.txt"]);
    // Within the first compressed one.
    let mut bad = good.clone();
    bad[45..60].fill(0xff);
    let intake = read("a.zip", &bad);
    assert_eq!(rejected(&intake), [("a.zip/a.txt", Reason::Corrupt)]);
    assert_eq!(intake.counts.documents, 2);
    // An encrypted one, a link, an unknown method.
    let zip = Zip::new()
        .encrypted("secret.txt", b"xxxxxxxxxxxxxxxx")
        .method("lzma.txt", 14, b"xxxx")
        .link("link.txt", "/etc/passwd")
        .add("z.txt", GOOD.as_bytes())
        .finish();
    let intake = read("a.zip", &zip);
    assert_eq!(keys(&intake), ["a.zip/z.txt"]);
    assert_eq!(
        rejected(&intake),
        [
            ("a.zip/link.txt", Reason::NotAFile),
            ("a.zip/lzma.txt", Reason::Unsupported),
            ("a.zip/secret.txt", Reason::Encrypted),
        ]
    );
}

#[test]
fn a_cut_zip_is_read_by_the_headers_of_its_members() {
    let mut zip = Zip::new();
    for n in 0..20 {
        zip = zip.add(
            &format!("{n:02}.txt"),
            format!("{GOOD} {n}").repeat(20).as_bytes(),
        );
    }
    let whole = zip.finish();
    for part in 2..10 {
        let intake = read("a.zip", &whole[..whole.len() * part / 10]);
        assert!(
            intake.counts.documents as usize + 2 >= 20 * part / 10 * 8 / 10,
            "{part}"
        );
        assert!(intake.counts.rejected <= 2);
    }
    // Without its directory all members are there.
    let end = whole.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let intake = read("a.zip", &whole[..end]);
    assert_eq!((intake.counts.documents, intake.counts.rejected), (20, 1));
    // A directory that names a place where nothing is.
    let mut lies = whole.clone();
    lies[end + 42] ^= 7;
    let intake = read("a.zip", &lies);
    assert_eq!(intake.counts.documents, 20);
    // An entry of the directory that is broken, and another member's own header: what the one
    // does not find the other does, and what neither finds is told.
    for (entry, length) in [(end, 0), (end, 28)] {
        let mut broken = whole.clone();
        broken[entry + length] ^= 0x40;
        let local = whole.windows(6).position(|w| w == b"10.txt").unwrap() - 30;
        broken[local] ^= 1;
        let intake = read("a.zip", &broken);
        let told: Vec<_> = rejected(&intake);
        let of_members = told.iter().filter(|(path, _)| *path != "a.zip");
        assert!(intake.counts.documents >= 18, "{told:?}");
        let all = intake.counts.documents as usize + of_members.count();
        assert_eq!(all, 20, "{told:?}");
        assert!(
            told.iter().any(|(path, _)| path.ends_with("10.txt")),
            "{told:?}"
        );
    }
    // The lengths are behind the members.
    let streamed = Zip::streamed(&[("a.txt", GOOD), ("b.txt", "Rain will end.")]);
    assert_eq!(read("a.zip", &streamed).counts.documents, 2);
    let end = streamed
        .windows(4)
        .position(|w| w == b"PK\x01\x02")
        .unwrap();
    let intake = read("a.zip", &streamed[..end]);
    assert_eq!((intake.counts.documents, intake.counts.rejected), (2, 1));
}

#[test]
fn members_that_share_bytes_and_office_documents_are_refused() {
    let shared = Zip::new()
        .add("a.txt", GOOD.as_bytes())
        .again(0, "b.txt")
        .finish();
    let intake = read("a.zip", &shared);
    assert_eq!(rejected(&intake), [("a.zip/b.txt", Reason::Bomb)]);
    // No flag moves that, so none is named.
    assert!(!intake.rejected[0].message.contains("--max-"));
    for name in ["[Content_Types].xml", "mimetype"] {
        let tar = Tar::new()
            .add(
                "x.docx",
                &Zip::new()
                    .add(name, b"x")
                    .add("word/document.xml", b"x")
                    .finish(),
            )
            .add("good.txt", GOOD.as_bytes());
        let intake = read("a.tar", &tar.finish());
        assert_eq!(rejected(&intake), [("a.tar/x.docx", Reason::Unsupported)]);
    }
    let limits = Limits {
        archive_members: 2,
        ..Limits::default()
    };
    let many = Zip::new()
        .add("a.txt", b"a")
        .add("b.txt", b"b")
        .add("c.txt", b"c")
        .finish();
    let intake = read_with("a.zip", &many, limits).unwrap();
    assert_eq!(
        (
            intake.counts.documents,
            intake.counts.limits["archive_members"]
        ),
        (2, 1)
    );
}

#[test]
fn tar_members_of_every_kind() {
    let long = format!("{}/{}.txt", "d".repeat(90), "n".repeat(120));
    let tar = Tar::new()
        .kind("folder/", b'5', b"")
        .kind("link", b'2', b"")
        .kind("fifo", b'6', b"")
        .kind("sparse", b'S', b"x")
        .long(&long, GOOD.as_bytes())
        .pax("pax ü.txt", GOOD.as_bytes())
        .add("empty.txt", b"")
        .add("old.txt", &GOOD.repeat(40).into_bytes())
        .finish();
    let intake = read("a.tar", &tar);
    assert_eq!(
        rejected(&intake),
        [
            ("a.tar/fifo", Reason::NotAFile),
            ("a.tar/link", Reason::NotAFile),
            ("a.tar/sparse", Reason::Unsupported),
        ]
    );
    let long = format!("a.tar/{long}");
    assert_eq!(
        keys(&intake),
        [
            &*long,
            "a.tar/empty.txt",
            "a.tar/old.txt",
            "a.tar/pax ü.txt"
        ]
    );
}

#[test]
fn a_length_that_lies_swallows_no_member_in_silence() {
    // Beside a header that knows better it is not believed.
    let note = b"17 size=99999999\n";
    let lies = Tar::new()
        .add("a.txt", GOOD.as_bytes())
        .kind("p", b'x', note)
        .add("b.txt", GOOD.as_bytes())
        .add("c.txt", GOOD.as_bytes());
    let intake = read("a.tar", &lies.finish());
    assert_eq!(keys(&intake), ["a.tar/a.txt", "a.tar/b.txt", "a.tar/c.txt"]);
    assert_eq!(rejected(&intake), []);
    // Where it is, and what it covers is not read to its end, the end of the archive tells.
    let believed = Tar::new()
        .add("a.txt", GOOD.as_bytes())
        .kind("p", b'x', note)
        .add("b.txt", b"");
    let bytes = [believed.finish(), vec![0; 200_000]].concat();
    let intake = read("a.tar", &bytes);
    assert_eq!(keys(&intake), ["a.tar/a.txt"]);
    assert_eq!(
        rejected(&intake),
        [
            ("a.tar", Reason::Truncated),
            ("a.tar/b.txt", Reason::Binary)
        ]
    );
}

#[test]
fn a_broken_tar_header_costs_its_member_alone() {
    let good = Tar::new()
        .add("a.txt", GOOD.as_bytes())
        .add("b.txt", GOOD.repeat(30).as_bytes())
        .add("c.txt", GOOD.as_bytes())
        .finish();
    let mut bad = good.clone();
    bad[1024 + 130] ^= 1;
    let intake = read("a.tar", &bad);
    assert_eq!(keys(&intake), ["a.tar/a.txt", "a.tar/c.txt"]);
    assert_eq!(rejected(&intake), [("a.tar", Reason::Damaged)]);
    let intake = read("a.tar", &good[..1024 + 512 + 100]);
    assert_eq!(keys(&intake), ["a.tar/a.txt"]);
    assert_eq!(rejected(&intake), [("a.tar/b.txt", Reason::Truncated)]);
}

#[test]
fn json_lines_go_on_behind_a_damaged_member() {
    for pack in [gzip, zstd, bzip2, xz] {
        let mut parts: Vec<Vec<u8>> = (0..5)
            .map(|n| pack(lines(n * 100, n * 100 + 100).as_bytes()))
            .collect();
        let middle = parts[2].len() / 2;
        parts[2][middle..middle + 20].fill(0xff);
        let intake = read("a.jsonl", &parts.concat());
        let keys = keys(&intake);
        assert!(keys.contains(&"r00199") && keys.contains(&"r00300") && keys.contains(&"r00499"));
        assert!(
            intake.counts.rejected >= 1 && intake.counts.rejected <= 102,
            "{:?}",
            intake.rejected
        );
    }
}

#[test]
fn tables_go_on_behind_a_damaged_member() {
    for pack in [gzip, zstd, bzip2, xz] {
        let rows = |n: usize| {
            (n..n + 100)
                .map(|n| format!("r{n:05},{GOOD} {n}\n"))
                .collect::<String>()
        };
        let mut parts: Vec<Vec<u8>> = (0..5).map(|n| pack(rows(n * 100).as_bytes())).collect();
        let middle = parts[2].len() / 2;
        parts[2][middle..middle + 20].fill(0xff);
        parts.insert(0, pack(b"id,text\n"));
        let intake = read("a.csv", &parts.concat());
        let keys = keys(&intake);
        assert!(keys.contains(&"r00199") && keys.contains(&"r00300") && keys.contains(&"r00499"));
        assert!(
            (1..=102).contains(&intake.counts.rejected),
            "{:?}",
            intake.rejected
        );
    }
}

#[test]
fn a_text_that_looks_like_a_container_is_a_text() {
    for text in [
        "WARC is a format for crawls.",
        "BZhang wrote this story.",
        "PK won the match.",
        "filedesc is a word",
    ] {
        let intake = read("a.txt", text.as_bytes());
        assert_eq!(texts(&intake), [text]);
    }
}

#[test]
fn standard_input_may_be_a_zip() {
    let zip = Zip::new().add("a.txt", GOOD.as_bytes()).finish();
    let read = read_inputs(&[Input::Stdin], &zip[..], &IngestOptions::default());
    assert_eq!(keys(&read.unwrap()), ["-/a.txt"]);
    let mut out = Vec::new();
    out.write_all(&zip).unwrap();
}
