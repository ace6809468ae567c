//! A group of more distinct texts than are listed pair by pair.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::civil::date;
use support::naive::Corpus;
use support::{Random, Row, intake, put, table, temp, traced};
use wirecopy::config::{Search, Settings};
use wirecopy::document::{Moment, Precision};
use wirecopy::ingest::Intake;
use wirecopy::pipeline::{Silent, trace};

const TEXTS: usize = 210;
const WORDS: usize = 100;
/// Words by which each text begins later than the one before it.
const STEP: usize = 4;

/// Windows over one long text: neighbours are copies, the ends share nothing.
fn windows() -> Vec<String> {
    let word = |i: usize| format!("w{:x}", (i as u32).wrapping_mul(0x9E37_79B1));
    (0..TEXTS)
        .map(|i| {
            let words: Vec<String> = (i * STEP..i * STEP + WORDS).map(word).collect();
            words.join(" ")
        })
        .collect()
}

#[test]
fn every_value_listed_is_exact_though_not_every_pair_is_listed() {
    let texts = windows();
    let folder = temp();
    for (i, text) in texts.iter().enumerate() {
        put(&folder, &format!("{i:03}.txt"), text);
    }
    let result = traced(Path::new("."), &[folder.path().to_str().unwrap()], &[]);

    let groups = table(&result, "groups.csv");
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0]["size"], TEXTS.to_string());
    assert_eq!(groups[0]["pairs_complete"], "false");

    let corpus = Corpus::new(texts.iter().map(String::as_str));
    let number = |key: &str| -> usize {
        let name = Path::new(key).file_stem().unwrap();
        name.to_str().unwrap().parse().unwrap()
    };
    let representative = number(&groups[0]["representative_id"]);
    let pairs = table(&result, "pairs.csv");
    let mut beside: BTreeSet<usize> = BTreeSet::new();
    let mut below_the_bars = 0;
    for row in &pairs {
        let (a, b) = (number(&row["a_id"]), number(&row["b_id"]));
        let (of_a, of_b) = (corpus.shingle_set(a), corpus.shingle_set(b));
        let shared = of_a.intersection(&of_b).count();
        let jaccard = shared as f64 / (of_a.len() + of_b.len() - shared) as f64;
        let value = |row: &Row, name: &str| row[name].parse::<f64>().unwrap();
        assert!((value(row, "jaccard") - jaccard).abs() < 0.00006, "{row:?}");
        assert_eq!(
            value(row, "shared_words"),
            corpus.shared_words(a, b) as f64,
            "{row:?}"
        );
        assert_eq!(
            value(row, "longest_run_words"),
            corpus.longest_run(a, b) as f64,
            "{row:?}"
        );
        below_the_bars += usize::from(shared > 0 && jaccard < 0.3);
        if a == representative || b == representative {
            beside.insert(a + b - representative);
        }
    }
    assert_eq!(
        beside.len(),
        TEXTS - 1,
        "all stand beside the representative"
    );
    assert!(below_the_bars > 0, "some of them below the bars");
    assert!(pairs.len() < TEXTS * 3);
}

/// One story, and versions of it that each changed a few other words: they resemble
/// the story and hardly one another, and each passage stands in nearly all of them.
fn versions(count: usize) -> Vec<String> {
    let mut random = Random(20_310_403);
    let mut word = |_| format!("w{}", random.below(30_000));
    let story: Vec<String> = (0..205).map(&mut word).collect();
    let mut random = Random(7);
    let mut texts = vec![story.join(" ")];
    for _ in 1..count {
        let mut version = story[..200].to_vec();
        for _ in 0..6 {
            version[random.below(200)] = format!("x{}", random.below(1_000_000));
        }
        texts.push(version.join(" "));
    }
    texts
}

#[test]
fn a_story_in_hundreds_of_versions_is_found_whole() {
    let texts = versions(600);
    for search in [Search::Exact, Search::Sampled] {
        for against in [false, true] {
            let mut read = intake(&texts);
            // The story is the archive's, where there is one.
            read.documents[0].archived = against;
            let settings = Settings {
                search,
                against,
                ..Settings::default()
            };
            let trace = trace(read, &settings, &Silent).unwrap();
            assert_eq!(trace.groups.len(), 1, "{search:?}");
            assert_eq!(trace.groups[0].members.len(), texts.len(), "{search:?}");
            assert_eq!(trace.counts["capped_buckets"], 0);
        }
    }
}

/// What the copies of one text say of themselves.
#[derive(Clone, Copy, Debug)]
enum Records {
    Bare,
    /// Every one has another time.
    Dated,
    /// Of one outlet, each at another time.
    Reposted,
    /// Of few outlets, half of them with a credit, some without a date.
    Mixed,
}

/// So many documents with one text.
fn copies(count: usize, records: Records) -> Intake {
    const TEXT: &str = "The ferry ran onto a sandbank off the port on Monday. Nobody on board \
        was hurt. The tide lifted her off again after seven long hours. Two tugs stood by.";
    let texts: Vec<String> = (0..count)
        .map(|at| match records {
            Records::Mixed if at % 2 == 1 => format!("{TEXT}\n\nSource: Outlet 3 Herald"),
            _ => TEXT.to_string(),
        })
        .collect();
    let mut read = intake(&texts);
    for (at, document) in read.documents.iter_mut().enumerate() {
        // The later, the smaller the key: whoever looks for an earlier one begins at the wrong end.
        let back = (count - at) as i64;
        let start = date(2031, 4, 1).at(0, 0, 0, 0);
        let moment = start.checked_add(jiff::Span::new().seconds(back * 61));
        let moment = moment.ok().map(|civil| Moment {
            civil,
            offset_seconds: Some(0),
            precision: Precision::Time,
        });
        document.key = format!("d{at:06}").into();
        let (published, source) = match records {
            Records::Bare => (None, None),
            Records::Dated => (moment, None),
            Records::Reposted => (moment, Some("Outlet Herald".into())),
            Records::Mixed if at % 5 == 0 => {
                (None, Some(format!("Outlet {} Herald", at % 7).into()))
            }
            Records::Mixed => (moment, Some(format!("Outlet {} Herald", at % 7).into())),
        };
        (document.published, document.source) = (published, source);
        document.collected = moment.filter(|_| at % 3 == 0);
    }
    read
}

/// Nothing looks at every two members: sixteen times the documents take sixteen times as
/// long, and not 256 times. A busy machine makes one attempt of several slow, hardly all.
#[test]
fn many_copies_of_one_text_take_time_by_their_number() {
    const FEW: usize = 800;
    const TIMES: usize = 16;
    const ATTEMPTS: usize = 6;
    let settings = Settings::default();
    let took = |count: usize, records: Records| {
        let read = copies(count, records);
        let begun = Instant::now();
        let found = trace(read, &settings, &Silent).unwrap();
        let took = begun.elapsed();
        assert_eq!(found.groups.len(), 1, "{records:?}");
        assert_eq!(found.groups[0].members.len(), count, "{records:?}");
        took
    };
    for records in [
        Records::Bare,
        Records::Dated,
        Records::Reposted,
        Records::Mixed,
    ] {
        let (mut few, mut many) = (Duration::MAX, Duration::MAX);
        let in_time = (0..ATTEMPTS).any(|_| {
            few = few.min(took(FEW, records));
            many = many.min(took(FEW * TIMES, records));
            many < few * (3 * TIMES as u32)
        });
        assert!(in_time, "{records:?}: {few:?}, then {many:?}");
    }
}
