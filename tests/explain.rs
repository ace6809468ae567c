//! What `explain` says is what the search did.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::Value;
use support::{documents, put, table, temp, text, traced, wirecopy};
use wirecopy::config::{Resources, Search, Settings};
use wirecopy::document::{Archive, Corpus, DocId, Document};
use wirecopy::pipeline::{Explanation, Rule, Silent, Survey, explain};

const SAMPLE: &str = "data/sample";

/// Documents `d0`, `d1`, … of these texts.
fn made(texts: &[String]) -> Vec<Document> {
    let document = |(number, text): (usize, &String)| Document {
        key: format!("d{number}").into(),
        text: text.clone().into(),
        ..Document::default()
    };
    texts.iter().enumerate().map(document).collect()
}

fn explained(documents: &[Document], a: u32, b: u32, settings: &Settings) -> Explanation {
    both(documents, (DocId(a), DocId(b)), settings)
}

fn both(documents: &[Document], pair: (DocId, DocId), settings: &Settings) -> Explanation {
    let corpus = Corpus {
        documents,
        archive: &Archive::default(),
    };
    let resources = Resources::default();
    let survey = Survey::new(settings, &resources, &Silent).unwrap();
    survey.go_through(corpus).unwrap();
    explain(corpus, survey, pair, settings, &resources, &Silent).unwrap()
}

/// Words that occur nowhere else, `from..to` of an endless list.
fn words(from: usize, to: usize) -> String {
    let word = |number: usize| {
        let letter = |digit: usize| char::from(b'a' + (digit % 26) as u8);
        let letters = [number, number / 26, number * 7 + 3, number / 11].map(letter);
        String::from_iter(letters)
    };
    (from..to).map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_listed_pair_is_explained_with_its_own_numbers() {
    let root = env!("CARGO_MANIFEST_DIR").as_ref();
    let folder = traced(root, &[SAMPLE], &[]);
    let documents = documents(&[SAMPLE]);
    let at = |key: &str| {
        let at = documents.binary_search_by(|document| (*document.key).cmp(key));
        DocId(at.unwrap() as u32)
    };
    let pairs = table(&folder, "pairs.csv");
    assert!(pairs.len() > 20);
    for pair in pairs {
        let (a, b) = (at(&pair["a_id"]), at(&pair["b_id"]));
        // Asked the other way round, so that sides are told apart.
        let it = both(&documents, (b, a), &Settings::default());
        let number = |value: f64| format!("{value:.4}");
        assert_eq!(pair["jaccard"], number(it.jaccard()), "{pair:?}");
        assert_eq!(pair["containment_a"], number(it.containment_b()));
        assert_eq!(pair["containment_b"], number(it.containment_a()));
        assert_eq!(pair["shared_words"], it.shared_words.to_string());
        assert_eq!(pair["longest_run_words"], it.longest_run_words.to_string());
        let group = if it.same_group {
            it.a.group.as_deref()
        } else {
            None
        };
        assert_eq!(pair["group_id"], group.unwrap_or(""));
        let apart = matches!(it.rule, Rule::Excerpt | Rule::Template);
        assert_eq!(
            apart,
            ["excerpt", "template"].contains(&pair["relation"].as_str())
        );
        assert!(it.chain.is_empty());
        assert_eq!(it.passages[0].words, it.longest_run_words);
        assert!(it.passages.iter().all(|passage| passage.documents >= 2));
    }
}

#[test]
fn a_chain_names_the_documents_that_join_two_others() {
    // d0 and d3 share 40 of 160 words; d1 and d2 stand between them.
    let texts = [
        words(0, 100),
        words(20, 120),
        words(40, 140),
        words(60, 160),
    ];
    let documents = made(&texts);
    let settings = Settings {
        threshold: 0.6,
        containment: None,
        ..Settings::default()
    };
    let it = explained(&documents, 0, 3, &settings);
    assert!(it.same_group);
    assert_eq!((it.rule, it.pair_rule), (Rule::Chain, Rule::Below));
    let steps: Vec<(u32, u32)> = it
        .chain
        .iter()
        .map(|step| (step.from.0, step.to.0))
        .collect();
    assert_eq!(steps, [(0, 1), (1, 2), (2, 3)]);
    for step in &it.chain {
        // 96 shingles each, 76 of them shared.
        assert_eq!(step.jaccard, 76.0 / 116.0);
        assert_eq!(step.containment_from, 76.0 / 96.0);
    }
    let back = explained(&documents, 3, 0, &settings);
    let steps: Vec<(u32, u32)> = back
        .chain
        .iter()
        .map(|step| (step.from.0, step.to.0))
        .collect();
    assert_eq!(steps, [(3, 2), (2, 1), (1, 0)]);
}

#[test]
fn what_is_missing_would_be_enough_and_one_less_would_not() {
    let documents = made(&[words(0, 100), words(40, 140)]);
    let it = explained(&documents, 0, 1, &Settings::default());
    assert_eq!((it.rule, it.same_group), (Rule::Below, false));
    // 96 shingles each, 56 shared: 64 shared make 64 / 128.
    assert_eq!((it.shared, it.shingles_missing()), (56, Some(8)));
    let strict = Settings {
        threshold: 0.9,
        ..Settings::default()
    };
    let short = made(&[words(0, 100), words(0, 60)]);
    let it = explained(&short, 0, 1, &strict);
    assert_eq!((it.rule, it.shingles_missing()), (Rule::Containment, None));
}

#[test]
fn passages_count_the_documents_that_have_them() {
    let footer = words(500, 520);
    let texts = [
        format!("{} {footer}", words(0, 60)),
        format!("{} {footer}", words(100, 160)),
        format!("{} {footer}", words(200, 260)),
        format!("{} {}", words(300, 360), words(500, 510)),
        words(400, 460),
    ];
    // A second document with the words of the third.
    let texts = [&texts[..], &[texts[2].to_uppercase()]].concat();
    let by_bands = Settings {
        search: Search::Lsh,
        ..Settings::default()
    };
    let it = explained(&made(&texts), 0, 1, &by_bands);
    assert_eq!(it.rule, Rule::Below);
    let [passage] = it.passages.as_slice() else {
        panic!("{:?}", it.passages);
    };
    assert_eq!(
        (passage.words, passage.text.as_str()),
        (20, footer.as_str())
    );
    assert_eq!((passage.documents, passage.documents_in_part), (4, 5));
    let start = words(0, 60).len() + 1;
    assert_eq!(passage.in_a.line_column, Some((1, start + 1)));
    assert!(it.by_fingerprints() && it.certain_run_words == Some(12));
}

#[test]
fn short_texts_and_round_ups_are_named() {
    let short = made(&[words(0, 15), words(0, 16)]);
    assert_eq!(
        explained(&short, 0, 1, &Settings::default()).rule,
        Rule::Short
    );

    let (one, other) = (words(0, 150), words(200, 320));
    let both = format!("{one} {other}");
    let it = explained(&made(&[one, other, both]), 1, 2, &Settings::default());
    assert_eq!((it.rule, it.same_group), (Rule::RoundUp, false));
}

#[test]
fn what_cannot_be_explained_is_code_2_with_advice() {
    let refusal = |arguments: &[&str]| {
        let run = wirecopy().args(arguments).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{arguments:?}");
        assert!(run.stdout.is_empty());
        String::from_utf8(run.stderr).unwrap()
    };
    let (known, other) = ("gorran-slide/today", "gorran-slide/post-1");
    let said = refusal(&["explain", SAMPLE, "--", "goran-slide/today", other]);
    assert!(said.contains("did you mean gorran-slide/today?"), "{said}");
    let said = refusal(&["explain", SAMPLE, "--", known, known]);
    assert!(said.contains("name two"), "{said}");
    let said = refusal(&["explain", SAMPLE, known, other]);
    assert!(said.contains("-- <A> <B>"), "{said}");
    let said = refusal(&["explain", SAMPLE, "--", known]);
    assert!(said.contains("2 values"), "{said}");
}

#[test]
fn the_exit_code_is_asked_for() {
    let code = |arguments: &[&str]| {
        let run = wirecopy().arg("explain").args(arguments).output();
        run.unwrap().status.code()
    };
    let copies = ["--", "gorran-slide/today", "gorran-slide/post-1"];
    let apart = ["--", "gorran-slide/today", "harbour-ferry/ledger"];
    assert_eq!(code(&[&[SAMPLE], &copies[..]].concat()), Some(0));
    assert_eq!(
        code(&[&[SAMPLE, "--exit-code"], &copies[..]].concat()),
        Some(1)
    );
    assert_eq!(
        code(&[&[SAMPLE, "--exit-code"], &apart[..]].concat()),
        Some(0)
    );
    let folder = temp();
    let bad = put(&folder, "bad.jsonl", "no json\n");
    let bad = bad.to_str().unwrap();
    assert_eq!(
        code(&[&[SAMPLE, bad, "--exit-code"], &copies[..]].concat()),
        Some(3)
    );
}

#[test]
fn json_says_the_same_as_the_page() {
    let pair = ["--", "holm-tunnel/register", "holm-tunnel/courier"];
    let arguments = [&["explain", SAMPLE, "--format", "json"], &pair[..]].concat();
    let run = wirecopy().args(arguments).output().unwrap();
    let value: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(value["rule"], "excerpt");
    assert_eq!(value["same_group"], false);
    assert_eq!(value["containment_b"], 1.0);
    assert_eq!(value["passages"][0]["a"]["line"], 7);
    let start = value["passages"][0]["a"]["start"].as_u64().unwrap() as usize;
    let end = value["passages"][0]["a"]["end"].as_u64().unwrap() as usize;
    let all = documents(&[SAMPLE]);
    let of = all
        .iter()
        .find(|document| *document.key == *pair[1])
        .unwrap();
    assert_eq!(value["passages"][0]["text"], text(of)[start..end]);
}

#[test]
fn a_pair_that_the_search_missed_is_called_one() {
    // One band of 30 slots proposes nothing below equality.
    let settings = Settings {
        bands: 1,
        rows: 30,
        containment: None,
        search: Search::Lsh,
        ..Settings::default()
    };
    let documents = made(&[words(0, 100), words(20, 120)]);
    let it = explained(&documents, 0, 1, &settings);
    assert!(it.jaccard() > 0.6 && !it.by_banding() && !it.by_fingerprints());
    assert_eq!((it.rule, it.same_group), (Rule::NotCompared, false));
    // The exact search does not, and fingerprints find it too.
    let exact = Settings {
        search: Search::Exact,
        ..settings.clone()
    };
    assert!(explained(&documents, 0, 1, &exact).same_group);
    let settings = Settings {
        containment: Some(0.7),
        ..settings
    };
    let it = explained(&documents, 0, 1, &settings);
    assert!(it.by_fingerprints() && !it.by_banding());
    assert_eq!((it.rule, it.same_group), (Rule::Jaccard, true));
}

#[test]
fn too_few_shared_words_are_said_to_be_what_is_missing() {
    let folder = temp();
    put(&folder, "a.txt", words(0, 120));
    put(&folder, "b.txt", words(0, 40));
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let (a, b) = (path("a.txt"), path("b.txt"));
    let arguments = ["explain", &a, &b, "--", &a, &b];
    let run = wirecopy().args(arguments).output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    let wanted = "Containment 1.0000 of B reaches the bar 0.7, \
                  but 40 shared words are 20 under the 60 that it takes.";
    assert!(said.contains(wanted), "{said}");
    assert!(
        said.contains("their lengths alone keep it from being reached"),
        "{said}"
    );
}

#[test]
fn a_passage_of_too_many_texts_is_not_said_to_have_proposed_a_pair() {
    let footer = words(20_000, 20_030);
    let text = |number: usize| format!("{} {footer}", words(number * 100, number * 100 + 60));
    let proposal = |texts: usize| {
        let folder = temp();
        for number in 0..texts {
            put(&folder, &format!("{number:03}.txt"), text(number));
        }
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
        let (all, a, b) = (path(""), path("007.txt"), path("008.txt"));
        let run = wirecopy()
            .args(["explain", "--search", "lsh", &all, "--", &a, &b])
            .output();
        let said = String::from_utf8(run.unwrap().stdout).unwrap();
        let line = said
            .lines()
            .find(|line| line.contains("the pair") || line.contains("The pair"));
        line.unwrap_or(&said).to_string()
    };
    assert!(
        proposal(20).starts_with("The search proposed the pair"),
        "{}",
        proposal(20)
    );
    assert!(
        proposal(120).ends_with("stands in more than 100 texts."),
        "{}",
        proposal(120)
    );
}
