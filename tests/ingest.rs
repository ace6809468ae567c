//! What goes in comes out as documents or as rejections, and every one is told.

// The helpers here are tests as well; clippy's leave covers test functions only.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use proptest::prelude::*;
use support::containers::{Tar, Zip};
use support::held;
use wirecopy::document::Document;
use wirecopy::error::{Error, ErrorKind};
use wirecopy::ingest::{FieldNames, IngestOptions, Input, Intake, Limits, Reason, read_inputs};

/// Small limits, so that tests need not write megabytes.
fn small() -> IngestOptions {
    IngestOptions {
        limits: Limits {
            text_bytes: 1000,
            record_bytes: 2000,
            ratio: 50,
            ratio_after_bytes: 100_000,
            zstd_window_log: 20,
            archive_members: 3,
            ..Limits::default()
        },
        ..IngestOptions::default()
    }
}

fn stdin(bytes: &[u8]) -> Result<Intake, Error> {
    read_inputs(&[Input::Stdin], bytes, &small())
}

fn paths(roots: &[&Path], options: &IngestOptions) -> Result<Intake, Error> {
    let inputs: Vec<Input> = roots.iter().map(|r| Input::Path(r.to_path_buf())).collect();
    read_inputs(&inputs, io::empty(), options)
}

/// Reads one file of this name and content beside one good document, so that
/// there is always a document.
fn file(name: &str, bytes: &[u8], options: &IngestOptions) -> Intake {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let inputs = [Input::Path(folder.path().into()), Input::Stdin];
    let intake = read_inputs(
        &inputs,
        &b"{\"id\":\"good\",\"text\":\"good\"}"[..],
        options,
    )
    .unwrap();
    balanced(&intake);
    intake
}

fn balanced(intake: &Intake) {
    let counts = &intake.counts;
    assert_eq!(counts.documents, intake.documents.len() as u64);
    assert_eq!(counts.rejected, intake.rejected.len() as u64);
    assert_eq!(
        counts.read,
        counts.documents + counts.merged + counts.rejected
    );
}

fn keys(intake: &Intake) -> Vec<&str> {
    intake.documents.iter().map(|d| &*d.key).collect()
}

fn reasons(intake: &Intake) -> Vec<Reason> {
    intake.rejected.iter().map(|r| r.reason).collect()
}

fn get<'a>(intake: &'a Intake, key: &str) -> &'a Document {
    intake.documents.iter().find(|d| *d.key == *key).unwrap()
}

fn texts(intake: &Intake) -> Vec<String> {
    let documents = intake.documents.iter();
    let texts = documents.map(|d| intake.archive.text(&d.text).into_owned());
    let texts = texts.collect();
    intake.archive.intact().unwrap();
    texts
}

fn text(intake: &Intake, key: &str) -> String {
    intake.archive.text(&get(intake, key).text).into_owned()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Numbered records whose texts do not compress to nothing.
fn lines(count: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for n in 0..count {
        let noise = n.wrapping_mul(2_654_435_761);
        writeln!(
            bytes,
            "{{\"id\":{n},\"text\":\"text {noise} {}\"}}",
            noise / 7
        )
        .unwrap();
    }
    bytes
}

#[test]
fn every_reason_occurs() {
    let mut seen = BTreeSet::new();
    let mut expect = |name: &str, bytes: &[u8], reason: Reason| {
        let intake = file(name, bytes, &small());
        assert_eq!(reasons(&intake), [reason], "{name}: {:?}", intake.rejected);
        assert!(!intake.rejected[0].message.is_empty());
        seen.insert(reason);
        if let Some(limit) = reason.limit() {
            assert_eq!(intake.counts.limits[limit], 1);
        }
    };
    let packed = gzip(&lines(200));
    expect("a.txt", b"\0\0\0\0", Reason::Binary);
    expect("a", b"%PDF-1.7", Reason::Unsupported);
    expect(
        "a.jsonl.gz",
        &packed[..packed.len() - 20],
        Reason::Truncated,
    );
    let mut bad = packed.clone();
    let at = bad.len() - 6;
    bad[at] ^= 0xff;
    expect("a.jsonl.gz", &bad, Reason::Corrupt);
    expect("a.gz", &gzip(&vec![b' '; 3_000_000]), Reason::TextTooLong);
    let rows = b"{\"id\":\"same\",\"text\":\"a\"}\n".repeat(100_000);
    expect("a.jsonl.gz", &gzip(&rows), Reason::Bomb);
    let mut wide = zstd::Encoder::new(Vec::new(), 1).unwrap();
    wide.window_log(22).unwrap();
    wide.write_all(&lines(300_000)).unwrap();
    expect("a.zst", &wide.finish().unwrap(), Reason::Window);
    expect("a.jsonl", &[b'x'; 3000], Reason::TooLong);
    expect("a.jsonl", b"{\"text\": \"a\"", Reason::InvalidJson);
    expect("a.jsonl", b"[1, 2]", Reason::NotAnObject);
    expect("a.jsonl", b"{\"words\": \"a\"}", Reason::NoText);
    expect("a.jsonl", b"{\"text\": [1]}", Reason::BadField);
    expect("a.csv", b"id,text\n1,a,b\n2,c\n", Reason::BadCsv);
    expect("a.csv", b"id,text\n1,\"a\n2,c\n", Reason::UnclosedQuote);
    expect(
        "a.txt",
        b"\x81\x8d\x8f\x90\x9d\x01\x02",
        Reason::Undecodable,
    );
    let deep = format!(
        "{{\"x\":{}1{},\"text\":\"a\"}}",
        "[".repeat(200),
        "]".repeat(200)
    );
    expect("a.jsonl", deep.as_bytes(), Reason::TooDeep);
    let item = |inside: &str| format!("<rss><channel><item>{inside}</item></channel></rss>");
    let four = (0..4).fold(Tar::new(), |tar, n| tar.add(&format!("{n}.txt"), b"a"));
    expect("a.tar", &four.finish(), Reason::TooMany);
    expect(
        "a.xml",
        item("<title>a</tit").as_bytes(),
        Reason::InvalidXml,
    );
    let mut broken = Tar::new().add("a.txt", b"a").finish();
    broken[0] ^= 1;
    expect("a.tar", &broken, Reason::Damaged);
    let secret = Zip::new().encrypted("secret.txt", b"a").finish();
    expect("a.zip", &secret, Reason::Encrypted);
    seen.extend(odd_files());
    // A defect of a reader is none that a test could know.
    seen.insert(Reason::ReaderFailed);
    let all: BTreeSet<Reason> = Reason::ALL.iter().copied().collect();
    assert_eq!(seen, all);
    let codes: BTreeSet<&str> = Reason::ALL.iter().map(|r| r.code()).collect();
    assert_eq!(codes.len(), all.len());
}

/// Reads a folder of everything that is no plain file, and says what came of it.
fn odd_files() -> Vec<Reason> {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("good.txt"), "text").unwrap();
    fs::write(at(".hidden"), "text").unwrap();
    fs::create_dir(at(".git")).unwrap();
    fs::write(at(".git/x"), "text").unwrap();
    fs::create_dir(at("out")).unwrap();
    fs::write(
        at("out/run.json"),
        "{\"x\": [1], \"program\": \"wirecopy\"}",
    )
    .unwrap();
    fs::write(at("out/groups.csv"), "a").unwrap();
    fs::create_dir(at("current")).unwrap();
    fs::write(at("current/a.txt"), "text").unwrap();
    fs::create_dir(at("other")).unwrap();
    fs::write(
        at("other/run.json"),
        "{\"program\": \"else\", \"text\": \"t\"}",
    )
    .unwrap();
    std::os::unix::fs::symlink(at("good.txt"), at("link")).unwrap();
    std::os::unix::fs::symlink(folder.path(), at("loop")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(at("pipe"))
        .status();
    assert!(made.unwrap().success());
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    fs::write(folder.path().join(name), "text").unwrap();

    let options = IngestOptions {
        skip: Some(at("./current")),
        is_result: wirecopy::write::is_result,
        ..IngestOptions::default()
    };
    let missing = at("missing");
    let intake = paths(
        &[folder.path(), &missing, &at("link"), &at("pipe")],
        &options,
    )
    .unwrap();
    balanced(&intake);
    let root = folder.path().to_str().unwrap();
    assert_eq!(
        keys(&intake),
        [
            format!("{root}/good.txt"),
            format!("{root}/link"),
            format!("{root}/other/run.json#1"),
        ]
    );
    assert_eq!((intake.counts.hidden, intake.counts.skipped), (2, 2));
    assert_eq!(
        reasons(&intake),
        [
            Reason::BadName,
            Reason::NotAFile,
            Reason::NotAFile,
            Reason::Unreadable,
            Reason::NotAFile,
            Reason::NotAFile,
        ]
    );
    reasons(&intake)
}

#[test]
fn the_key_of_a_file_is_its_path_as_given() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    fs::write(folder.path().join("in/a.txt"), "\u{feff}text").unwrap();
    let root = folder.path().to_str().unwrap();
    for typed in [format!("{root}/"), format!("{root}//"), root.to_owned()] {
        let intake = paths(&[Path::new(&typed)], &IngestOptions::default()).unwrap();
        assert_eq!(keys(&intake), [format!("{root}/in/a.txt")]);
        assert_eq!(texts(&intake), ["text"]);
    }
    let twice = format!("{root}/in/a.txt");
    let intake = paths(&[folder.path(), Path::new(&twice)], &small()).unwrap();
    assert_eq!((intake.counts.documents, intake.counts.merged), (1, 1));
}

#[test]
fn records_before_the_damage_are_kept() {
    let plain = lines(5000);
    let packed = gzip(&plain);
    let intake = stdin(&packed[..packed.len() / 2]).unwrap();
    balanced(&intake);
    assert_eq!(reasons(&intake), [Reason::Truncated]);
    let offset = intake.rejected[0].place.offset as usize;
    let whole = plain[..offset].iter().filter(|&&b| b == b'\n').count();
    assert_eq!(intake.documents.len(), whole);
    assert!(whole > 2000);
    assert!(intake.rejected[0].message.contains(&offset.to_string()));

    let mut table = b"id,text,source\n".to_vec();
    for n in 0..40_000u32 {
        let noise = n.wrapping_mul(2_654_435_761);
        writeln!(table, "{n},\"first {noise}\n\nlast, {}\",x", noise / 7).unwrap();
    }
    for packed in [gzip(&table), zstd::encode_all(&table[..], 1).unwrap()] {
        let intake = stdin(&packed[..packed.len() * 2 / 3]).unwrap();
        balanced(&intake);
        assert_eq!(reasons(&intake), [Reason::Truncated]);
        let whole = &table[..intake.rejected[0].place.offset as usize];
        let ended = whole.windows(4).filter(|&end| end == b"\",x\n").count();
        assert_eq!(intake.documents.len(), ended);
        assert!(ended > 10_000);
    }
}

#[test]
fn a_long_line_between_good_ones_is_passed() {
    let endless = (&b"{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\""[..])
        .chain(io::repeat(b'x').take(200_000_000))
        .chain(&b"\"}\n{\"id\":3,\"text\":\"b\"}"[..]);
    let options = IngestOptions {
        limits: Limits {
            record_bytes: 1 << 20,
            ..Limits::default()
        },
        ..IngestOptions::default()
    };
    let intake = read_inputs(&[Input::Stdin], endless, &options).unwrap();
    assert_eq!(keys(&intake), ["1", "3"]);
    let place = &intake.rejected[0].place;
    assert_eq!((place.record, place.offset), (Some(2), 20));
    assert_eq!(get(&intake, "3").place.record, Some(3));
}

#[test]
fn an_unclosed_quote_costs_one_record() {
    for (bad, after) in [
        ("2500,\"never closed,src\n", "plain text"),
        ("2500,\"never closed,src\n", "\"quoted, text\""),
        ("2500,\"never closed,src\n", "\"quoted\ntext\""),
        ("2500,text,\"src\n", "\"two \"\"words\"\"\""),
        ("\"2500,text,src\n", "\"\""),
    ] {
        let mut table = "id,text,source\n".to_owned();
        for n in 0..5000 {
            match n {
                2500 => table.push_str(bad),
                _ => table.push_str(&format!("{n},{after},src\r\n")),
            }
        }
        let intake = stdin(table.as_bytes());
        let mut options = small();
        options.limits.record_bytes = 1 << 20;
        let generous = read_inputs(&[Input::Stdin], table.as_bytes(), &options);
        for intake in [intake.unwrap(), generous.unwrap()] {
            balanced(&intake);
            assert_eq!(intake.documents.len(), 4999, "{bad:?} {after:?}");
            assert_eq!(reasons(&intake), [Reason::UnclosedQuote]);
            assert_eq!(intake.rejected[0].place.record, Some(2501));
            assert_eq!(get(&intake, "4999").place.record, Some(5000));
        }
    }
}

#[test]
fn what_repeats_is_merged_on_the_way() {
    const ROWS: u64 = 300_000;
    let row = |n: u64| format!("{},story {}\n", n % 7, n % 7 + n / 299_990);
    let table: String = (0..ROWS).map(row).collect();
    let intake = stdin(format!("id,text\n{table}").as_bytes()).unwrap();
    balanced(&intake);
    let counts = &intake.counts;
    assert_eq!(
        (counts.documents, counts.merged, counts.renamed),
        (14, ROWS - 14, 7)
    );
    assert_eq!(get(&intake, "3").place.record, Some(4));
}

#[test]
fn a_wrong_width_costs_one_record_even_over_several_lines() {
    let intake = stdin(b"id,text\n1,a\n2,\"b\nmore of it\nb\",x\n\n3,c\n").unwrap();
    assert_eq!(reasons(&intake), [Reason::BadCsv]);
    assert_eq!(keys(&intake), ["1", "3"]);
}

#[test]
fn tables_are_read_as_written() {
    let table =
        b"\xef\xbb\xbfID;Body;pubDate;extra\r\n1;\"a; \"\"b\"\"\nc\";3 May 2031 10:00;\r\n2;;;\r\n";
    let mut options = small();
    options.keep_raw = true;
    let intake = file("t.csv", table, &options);
    assert!(intake.rejected.is_empty());
    let one = get(&intake, "1");
    assert_eq!(intake.archive.text(&one.text), "a; \"b\"\nc");
    assert_eq!(one.published.unwrap().to_string(), "2031-05-03T10:00:00");
    assert_eq!((one.place.record, one.place.offset), (Some(1), 23));
    assert_eq!(
        intake.archive.bytes(one.raw.unwrap()),
        b"1;\"a; \"\"b\"\"\nc\";3 May 2031 10:00;\r\n"
    );
    assert_eq!(text(&intake, "2"), "");
    let header = intake.headers.values().next().unwrap();
    assert_eq!(&header[..], b"ID;Body;pubDate;extra\r\n");
    let no_text = file("t.csv", b"id,words\n1,a\n", &small());
    assert!(no_text.rejected[0].message.contains("id, words"));
    assert_eq!(no_text.rejected[0].place.record, None);
}

#[test]
fn lines_are_kept_as_written() {
    let mut options = small();
    options.keep_raw = true;
    let bytes = b"\n {\"text\":\"a\"} \r\nbroken\n{\"text\":\"caf\xe9 cr\xe8me\",\"x\":1}";
    let intake = read_inputs(&[Input::Stdin], &bytes[..], &options).unwrap();
    assert_eq!(keys(&intake), ["-#2", "-#4"]);
    assert_eq!(
        intake.archive.bytes(get(&intake, "-#2").raw.unwrap()),
        b" {\"text\":\"a\"} \r\n"
    );
    assert_eq!(text(&intake, "-#4"), "café crème");
    assert_eq!(intake.counts.encodings["UTF-8"], 1);
    assert_eq!(intake.counts.encodings["windows-1252"], 1);
    let place = &intake.rejected[0].place;
    assert_eq!((place.record, place.offset), (Some(3), 17));
}

#[test]
fn utf16_is_read_in_every_format() {
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        let unit = |u: u16| {
            if little {
                u.to_le_bytes()
            } else {
                u.to_be_bytes()
            }
        };
        std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(unit)
            .collect()
    };
    let intake = file("a.txt", &utf16("Zürich 😀", true), &small());
    assert_eq!(
        texts(&intake)
            .iter()
            .filter(|text| *text == "Zürich 😀")
            .count(),
        1
    );
    assert_eq!(intake.counts.encodings["UTF-16LE"], 1);
    let intake = stdin(&utf16(
        "{\"text\":\"é\"}\n{\"id\":1,\"text\":\"ü\"}\n",
        false,
    ))
    .unwrap();
    assert_eq!(get(&intake, "1").place.offset, 14);
    let intake = stdin(&gzip(&utf16("id\ttext\n1\té\n", true))).unwrap();
    assert_eq!(text(&intake, "1"), "é");
    assert_eq!(intake.counts.encodings["UTF-16LE"], 1);
}

#[test]
fn the_order_of_inputs_does_not_show() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(
        at("a.jsonl"),
        "{\"id\":\"k\",\"text\":\"one\"}\n{\"id\":\"k\",\"text\":\"two\"}\n",
    )
    .unwrap();
    fs::write(at("b.csv"), "id,text\nk,three\nk~2,own\n").unwrap();
    fs::write(at("c.txt"), "text").unwrap();
    // The first is the record of a.jsonl again; the second says more than it.
    fs::write(
        at("d.jsonl"),
        "{\"id\":\"k\",\"text\":\"one\"}\r\n{\"id\":\"k\",\"text\":\"one\",\"author\":\"x\"}\n",
    )
    .unwrap();
    let (a, b, c, d) = (at("a.jsonl"), at("b.csv"), at("c.txt"), at("d.jsonl"));
    let first = paths(&[&a, &b, &c, &d], &small()).unwrap();
    let all = |intake: Intake| (intake.counts.clone(), intake.rejected.clone(), held(intake));
    let again = paths(&[&a, &b, &c, &d], &small()).unwrap();
    let seen = all(again);
    assert_eq!(seen, all(paths(&[&d, &c, &b, &a], &small()).unwrap()));
    assert_eq!(seen, all(paths(&[folder.path()], &small()).unwrap()));
    assert_eq!(keys(&first)[1..], ["k", "k~2", "k~3", "k~4", "k~5"]);
    assert_eq!((first.counts.merged, first.counts.renamed), (1, 3));
    assert_eq!(text(&first, "k~2"), "own");
    let texts = texts(&first);
    let ones = first
        .documents
        .iter()
        .zip(&texts)
        .filter(|(_, text)| *text == "one");
    let paths: BTreeSet<bool> = ones
        .map(|(d, _)| d.place.path.ends_with("a.jsonl"))
        .collect();
    assert_eq!(paths.len(), 2);
}

#[test]
fn fields_can_be_named() {
    let mut options = small();
    options.fields = FieldNames {
        id: Some("Key".into()),
        text: Some("story".into()),
        published: Some("when".into()),
        ..FieldNames::default()
    };
    let line = b"{\"key\":\"k\",\"id\":1,\"STORY\":\"s\",\"text\":\"t\",\"when\":1932984000123}";
    let intake = read_inputs(&[Input::Stdin], &line[..], &options).unwrap();
    let document = get(&intake, "k");
    assert_eq!(text(&intake, "k"), "s");
    assert_eq!(
        document.published.unwrap().to_string(),
        "2031-04-03T12:00:00.123Z"
    );
}

#[test]
fn no_document_at_all_is_an_error() {
    let error = stdin(b"").unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::NoDocuments { rejected: 0, .. }
    ));
    let error =
        read_inputs(&[Input::Path("/nowhere/x".into())], io::empty(), &small()).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::NoDocuments { rejected: 1, .. }
    ));
    assert!(error.to_string().contains("/nowhere/x"));
}

#[test]
fn standard_input_named_twice_is_told() {
    let intake = read_inputs(&[Input::Stdin, Input::Stdin], &b"text"[..], &small()).unwrap();
    assert_eq!(reasons(&intake), [Reason::Unreadable]);
}

/// Whatever the bytes, reading does not panic and the counts balance.
fn survives(bytes: &[u8]) {
    for name in ["a", "a.csv", "a.tsv", "a.jsonl", "a.json", "a.txt"] {
        file(name, bytes, &small());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn random_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        survives(&bytes);
        survives(&[&b"\xff\xfe"[..], &bytes].concat());
        survives(&[&b"\x1f\x8b\x08"[..], &bytes].concat());
        survives(&[&b"\x28\xb5\x2f\xfd"[..], &bytes].concat());
    }

    #[test]
    fn near_tables_are_survived(rows in "(id,text|text\tid|[a1,;\"\t\r\n \u{e9}]{0,30})\n[a1,;\"\t\r\n\\\\]{0,200}") {
        survives(rows.as_bytes());
        survives(&[&b"id,text\n"[..], rows.as_bytes()].concat());
    }

    #[test]
    fn near_json_is_survived(lines in "([\\[{]?(\"(id|text|date)\"[:,](1|\"[a\\\\u\"]{0,5}\"|null|\\{\\}),?){0,3}[}\\]]?\n?){0,6}") {
        survives(lines.as_bytes());
    }

    /// What was written is read, whatever stands in it.
    #[test]
    fn tables_and_lines_come_back(texts in proptest::collection::vec("[ab\u{e9}\u{feff},;\"\t\r\n\\\\ ]{0,40}", 1..20)) {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["id", "text", "note"]).unwrap();
        let mut lines = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            let id = format!("{at:03}");
            table.write_record([&id, text, text]).unwrap();
            writeln!(lines, "{}", serde_json::json!({"note": text, "id": id, "text": text})).unwrap();
        }
        for bytes in [table.into_inner().unwrap(), lines] {
            let intake = stdin(&bytes).unwrap();
            prop_assert!(intake.rejected.is_empty());
            let read = held(intake);
            let read: Vec<&str> = read.iter().map(support::text).collect();
            let written: Vec<&str> = texts.iter().map(|t| t.strip_prefix('\u{feff}').unwrap_or(t)).collect();
            prop_assert_eq!(read, written);
        }
    }

    #[test]
    fn damaged_compression_is_survived(at in 0usize..4000, with: u8, cut in 0usize..4000) {
        let plain = lines(300);
        for mut packed in [gzip(&plain), zstd::encode_all(&plain[..], 3).unwrap()] {
            let (at, cut) = (at % packed.len(), packed.len() - cut % packed.len());
            packed[at] ^= with;
            survives(&packed[..cut]);
        }
    }
}
