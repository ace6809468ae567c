//! A group of more distinct texts than are listed pair by pair.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use support::naive::Corpus;
use support::{Random, Row, intake, put, table, temp, traced};
use wirecopy::config::{Search, Settings};
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
