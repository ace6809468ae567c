//! The search against its naive twin: nothing is lost, nothing is made up.
//!
//! `cargo test --release --test oracle -- --nocapture` prints the figures. Texts
//! of the same words count as one text there, as pairs.csv lists them as a star.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use support::naive::{Corpus, Overlap};
use support::{Random, Row, intake, json, records, rows, shared, table, traced};
use wirecopy::config::Settings;
use wirecopy::pipeline::{Silent, trace};
use wirecopy::trace::{Pair, Relation, Trace};

/// How one text of a small corpus is made.
#[derive(Clone, Debug)]
enum Recipe {
    Fresh {
        seed: u64,
        words: usize,
    },
    Copy {
        of: usize,
    },
    Rewrapped {
        of: usize,
        every: usize,
    },
    Cut {
        of: usize,
        from: usize,
        keep: usize,
    },
    Edited {
        of: usize,
        at: Vec<usize>,
        seed: u64,
    },
    Refilled {
        of: usize,
        seed: u64,
    },
    Joined {
        of: usize,
        and: usize,
    },
}

fn recipe() -> impl Strategy<Value = Recipe> {
    use Recipe::*;
    let of = 0..1000usize;
    prop_oneof![
        2 => (any::<u64>(), 0..240usize).prop_map(|(seed, words)| Fresh { seed, words }),
        1 => of.clone().prop_map(|of| Copy { of }),
        1 => (of.clone(), 2..12usize).prop_map(|(of, every)| Rewrapped { of, every }),
        2 => (of.clone(), 0..100usize, 10..100usize)
            .prop_map(|(of, from, keep)| Cut { of, from, keep }),
        3 => (of.clone(), prop::collection::vec(0..1000usize, 1..14), any::<u64>())
            .prop_map(|(of, at, seed)| Edited { of, at, seed }),
        1 => (of.clone(), any::<u64>()).prop_map(|(of, seed)| Refilled { of, seed }),
        1 => (of.clone(), of).prop_map(|(of, and)| Joined { of, and }),
    ]
}

/// A word of a language of 400; every seventh or so is a figure.
fn word(random: &mut Random) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "co", "di", "fu", "ga", "ho", "ki", "lu", "ma", "no", "pe", "ra", "si", "to", "va",
        "wu", "ya", "zo", "el", "or",
    ];
    if random.below(7) == 0 {
        return random.below(900).to_string();
    }
    let syllable = |random: &mut Random| SYLLABLES[random.below(20)];
    format!("{}{}", syllable(random), syllable(random))
}

fn cook(recipes: &[Recipe]) -> Vec<String> {
    let mut texts: Vec<Vec<String>> = Vec::new();
    let mut written = Vec::new();
    for recipe in recipes {
        let earlier = |of: usize| match texts.len() {
            0 => Vec::new(),
            count => texts[of % count].clone(),
        };
        let words = match recipe {
            Recipe::Fresh { seed, words } => {
                let mut random = Random(*seed);
                (0..*words).map(|_| word(&mut random)).collect()
            }
            Recipe::Copy { of } | Recipe::Rewrapped { of, .. } => earlier(*of),
            Recipe::Cut { of, from, keep } => {
                let words = earlier(*of);
                let from = words.len() * from / 100;
                let keep = words.len() * keep / 100;
                words.into_iter().skip(from).take(keep).collect()
            }
            Recipe::Edited { of, at, seed } => {
                let (mut words, mut random) = (earlier(*of), Random(*seed));
                let count = words.len();
                for at in at.iter().filter(|_| count > 0) {
                    words[at % count] = word(&mut random);
                }
                words
            }
            Recipe::Refilled { of, seed } => {
                let (mut words, mut random) = (earlier(*of), Random(*seed));
                let figures = words.iter_mut().filter(|w| w.parse::<u32>().is_ok());
                figures.for_each(|figure| *figure = random.below(900).to_string());
                words
            }
            Recipe::Joined { of, and } => [earlier(*of), earlier(*and)].concat(),
        };
        let every = match recipe {
            Recipe::Rewrapped { every, .. } => *every,
            _ => usize::MAX,
        };
        let lines: Vec<String> = words.chunks(every).map(|line| line.join(" ")).collect();
        written.push(lines.join("\n"));
        texts.push(words);
    }
    written
}

fn reaches_a_bar(corpus: &Corpus, pair: &Overlap) -> bool {
    pair.jaccard() >= 0.5
        || (pair.containment() >= 0.7 && corpus.shared_words(pair.a, pair.b) >= 60)
}

/// Sets of documents joined by pairs.
fn joined<'a>(count: usize, pairs: impl Iterator<Item = &'a Pair>) -> Vec<usize> {
    let mut home: Vec<usize> = (0..count).collect();
    for pair in pairs {
        let (from, to) = (home[pair.b.index()], home[pair.a.index()]);
        home.iter_mut()
            .filter(|h| **h == from)
            .for_each(|h| *h = to);
    }
    home
}

fn every_pair_is_listed_and_no_other(texts: &[String]) -> Result<Trace, TestCaseError> {
    let corpus = Corpus::new(texts.iter().map(String::as_str));
    let trace = trace(intake(texts), &Settings::default(), &Silent).unwrap();
    let pairs = trace.pairs.list().unwrap();
    let key = |pair: &Pair| (pair.a.index(), pair.b.index());
    let listed: BTreeMap<(usize, usize), &Pair> =
        pairs.iter().map(|pair| (key(pair), pair)).collect();
    prop_assert_eq!(listed.len(), pairs.len());

    let in_star = |pair: &&Pair| {
        matches!(pair.relation, Relation::Identical | Relation::Reformatted) && pair.jaccard == 1.0
    };
    let star = joined(texts.len(), pairs.iter().filter(in_star));
    let all = corpus.all_pairs();
    let expected = all.iter().filter(|pair| reaches_a_bar(&corpus, pair));
    let expected: BTreeMap<(usize, usize), &Overlap> =
        expected.map(|pair| ((pair.a, pair.b), pair)).collect();
    for (&(a, b), truth) in &expected {
        let same_words = corpus.texts[a] == corpus.texts[b];
        let Some(pair) = listed.get(&(a, b)) else {
            prop_assert!(
                same_words && star[a] == star[b],
                "lost: {a} {b} {truth:?}, jaccard {}",
                truth.jaccard()
            );
            continue;
        };
        prop_assert_eq!(pair.jaccard, truth.jaccard());
        prop_assert_eq!(pair.containment_a, truth.containment_a());
        prop_assert_eq!(pair.containment_b, truth.containment_b());
        prop_assert_eq!(pair.shared_words as usize, corpus.shared_words(a, b));
        prop_assert_eq!(pair.longest_run_words as usize, corpus.longest_run(a, b));
    }
    for key in listed.keys() {
        prop_assert!(expected.contains_key(key), "made up: {:?}", key);
    }
    Ok(trace)
}

fn groups_stand_on_pairs(trace: &Trace) -> Result<(), TestCaseError> {
    let pairs = trace.pairs.list().unwrap();
    let mut seen = BTreeSet::new();
    for (number, group) in trace.groups.iter().enumerate() {
        let own = pairs.iter().filter(|pair| pair.group == Some(number));
        let home = joined(trace.documents.len(), own);
        prop_assert!(group.members.len() > 1);
        for member in &group.members {
            prop_assert!(seen.insert(*member), "in two groups");
            prop_assert_eq!(home[member.index()], home[group.members[0].index()]);
            prop_assert_eq!(trace.lineage[member.index()].group, Some(number));
        }
    }
    for (lineage, document) in trace.lineage.iter().zip(0u32..) {
        let grouped = seen.contains(&wirecopy::document::DocId(document));
        prop_assert_eq!(lineage.group.is_some(), grouped);
    }
    for pair in pairs.iter().filter(|pair| pair.group.is_some()) {
        prop_assert_eq!(pair.group, trace.lineage[pair.a.index()].group);
        prop_assert_eq!(pair.group, trace.lineage[pair.b.index()].group);
    }
    Ok(())
}

proptest! {
    // A fixed seed: banding is a lottery, and a rare loss must not come and go.
    #![proptest_config(ProptestConfig {
        cases: 60,
        rng_seed: RngSeed::Fixed(19870226),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn small_corpora_are_searched_as_the_twin_searches_them(
        recipes in prop::collection::vec(recipe(), 20..60)
    ) {
        let trace = every_pair_is_listed_and_no_other(&cook(&recipes))?;
        groups_stand_on_pairs(&trace)?;
    }
}

/// Whether a row is of two texts with the same words, which stand as a star.
fn is_identical(pair: &&Pair) -> bool {
    matches!(pair.relation, Relation::Identical | Relation::Reformatted)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn against_an_archive_only_pairs_of_both_sides_count(
        recipes in prop::collection::vec(recipe(), 20..50),
        archived in any::<u64>(),
    ) {
        let texts = cook(&recipes);
        let is_archived = |at: usize| archived >> (at % 64) & 1 == 1;
        let whole = trace(intake(&texts), &Settings::default(), &Silent).unwrap();
        let mut sides = intake(&texts);
        for (at, document) in sides.documents.iter_mut().enumerate() {
            document.archived = is_archived(at);
        }
        let settings = Settings { against: true, ..Settings::default() };
        let matched = trace(sides, &settings, &Silent).unwrap();
        let (pairs, all) = (matched.pairs.list().unwrap(), whole.pairs.list().unwrap());
        let across = |pair: &&Pair| is_archived(pair.a.index()) != is_archived(pair.b.index());
        prop_assert!(pairs.iter().all(|pair| across(&pair)));
        let key = |pair: &Pair| (pair.a, pair.b, pair.jaccard.to_bits(), pair.shared_words);
        let listed = |pairs: &[Pair]| -> BTreeSet<_> {
            let pairs = pairs.iter().filter(|pair| !is_identical(pair));
            pairs.filter(across).map(key).collect()
        };
        prop_assert_eq!(listed(&pairs), listed(&all));
        for group in &matched.groups {
            prop_assert!(group.members.iter().any(|member| is_archived(member.index())));
            prop_assert!(group.members.iter().any(|member| !is_archived(member.index())));
        }
        // Texts with the same words on both sides are in one group.
        let home = |at: usize| matched.lineage[at].group;
        for pair in all.iter().filter(is_identical).filter(across) {
            prop_assert!(home(pair.a.index()).is_some());
            prop_assert_eq!(home(pair.a.index()), home(pair.b.index()));
        }
    }

    #[test]
    fn borderline_pairs_stand_beside_the_others_and_change_none(
        recipes in prop::collection::vec(recipe(), 20..50),
        margin in 0.01f64..0.3,
    ) {
        let texts = cook(&recipes);
        let corpus = Corpus::new(texts.iter().map(String::as_str));
        let plain = trace(intake(&texts), &Settings::default(), &Silent).unwrap();
        let settings = Settings { borderline: margin, ..Settings::default() };
        let with = trace(intake(&texts), &settings, &Silent).unwrap();
        let is_borderline = |pair: &&Pair| pair.relation == Relation::Borderline;
        let (pairs, before) = (with.pairs.list().unwrap(), plain.pairs.list().unwrap());
        let (near, others): (Vec<&Pair>, Vec<&Pair>) = pairs.iter().partition(is_borderline);
        prop_assert_eq!(others, before.iter().collect::<Vec<_>>());
        prop_assert_eq!(&with.groups, &plain.groups);
        let truth: HashMap<(usize, usize), Overlap> =
            corpus.all_pairs().into_iter().map(|pair| ((pair.a, pair.b), pair)).collect();
        for pair in near {
            let truth = &truth[&(pair.a.index(), pair.b.index())];
            prop_assert!(!reaches_a_bar(&corpus, truth) && pair.group.is_none());
            prop_assert!(truth.jaccard() >= 0.5 - margin || truth.containment() >= 0.7 - margin);
        }
    }
}

/// What was found of what there is, at one bar.
struct Figure {
    pairs: usize,
    recall: f64,
    precision: f64,
}

/// A corpus, its truth and what `trace` listed.
struct Measured {
    name: &'static str,
    corpus: Corpus,
    /// Text of each key, and the first text of the same words.
    first: Vec<usize>,
    number: HashMap<String, usize>,
    truth: Vec<Overlap>,
    pairs: Vec<Row>,
}

fn measure(name: &'static str, path: &Path) -> Measured {
    let texts: Vec<(String, String)> = records(path)
        .iter()
        .filter_map(|r| Some((r["id"].as_str()?.into(), r["text"].as_str()?.into())))
        .collect();
    let corpus = Corpus::new(texts.iter().map(|(_, text)| text.as_str()));
    let mut first: Vec<usize> = (0..texts.len()).collect();
    for class in corpus.classes() {
        class.iter().for_each(|&text| first[text] = class[0]);
    }
    let folder = traced(Path::new("."), &[path.to_str().unwrap()], &[]);
    assert_eq!(json(&folder, "run.json")["read"]["documents"], texts.len());
    let numbered = texts.into_iter().enumerate();
    let mut truth = corpus.all_pairs();
    truth.retain(|pair| first[pair.a] == pair.a && first[pair.b] == pair.b);
    Measured {
        name,
        truth,
        corpus,
        first,
        number: numbered.map(|(at, (key, _))| (key, at)).collect(),
        pairs: table(&folder, "pairs.csv"),
    }
}

impl Measured {
    /// The two texts of a row, the smaller number first.
    fn texts(&self, row: &Row) -> (usize, usize) {
        let (a, b) = (self.number[&row["a_id"]], self.number[&row["b_id"]]);
        (a.min(b), a.max(b))
    }

    /// The pairs that are listed, each text as the first of its words.
    fn listed(&self, wanted: impl Fn(&Row) -> bool) -> BTreeSet<(usize, usize)> {
        let rows = self.pairs.iter().filter(|row| wanted(row));
        let pairs = rows.map(|row| {
            let (a, b) = self.texts(row);
            let (a, b) = (self.first[a], self.first[b]);
            (a.min(b), a.max(b))
        });
        pairs.filter(|(a, b)| a != b).collect()
    }

    fn figure(
        &self,
        bar: &str,
        in_truth: impl Fn(&Overlap) -> bool,
        in_row: impl Fn(&Row) -> bool,
    ) -> Figure {
        let truth = self.truth.iter().filter(|pair| in_truth(pair));
        let truth: BTreeSet<(usize, usize)> = truth.map(|pair| (pair.a, pair.b)).collect();
        let listed = self.listed(in_row);
        let both = truth.intersection(&listed).count() as f64;
        let figure = Figure {
            pairs: truth.len(),
            recall: both / truth.len() as f64,
            precision: both / listed.len() as f64,
        };
        println!(
            "{} {bar}: {} pairs, recall {:.4}, precision {:.4}",
            self.name, figure.pairs, figure.recall, figure.precision
        );
        figure
    }

    fn reaches_the_promised_figures(&self) {
        let j = |row: &Row| number(row, "jaccard");
        let c = |row: &Row| number(row, "containment_a").max(number(row, "containment_b"));
        let words = |row: &Row| row["shared_words"].parse::<usize>().unwrap();
        let half = self.figure("J>=.5", |p| p.jaccard() >= 0.5, |row| j(row) >= 0.5);
        let most = self.figure("J>=.7", |p| p.jaccard() >= 0.7, |row| j(row) >= 0.7);
        let enough = |p: &Overlap| self.corpus.shared_words(p.a, p.b) >= 60;
        let within = self.figure(
            "containment>=.9",
            |p| p.containment() >= 0.9 && enough(p),
            |row| c(row) >= 0.9 && words(row) >= 60,
        );
        assert!(half.pairs > 0 && half.recall >= 0.997 && half.precision == 1.0);
        assert!(most.pairs > 0 && most.recall >= 0.9995 && most.precision == 1.0);
        assert!(within.pairs > 0 && within.recall >= 0.999 && within.precision == 1.0);
    }

    fn every_row_states_what_the_twin_counts(&self) {
        let truth: HashMap<(usize, usize), &Overlap> =
            self.truth.iter().map(|p| ((p.a, p.b), p)).collect();
        let sorted = |x: &Row, y: &Row| {
            let order = ["group_id", "a_id", "b_id"].map(|c| x[c].cmp(&y[c]));
            order.into_iter().find(|o| o.is_ne()) == Some(Ordering::Less)
        };
        assert!(self.pairs.is_sorted_by(sorted));
        for row in &self.pairs {
            assert!(row["a_id"] < row["b_id"], "{row:?}");
            let (a, b) = self.texts(row);
            let (a, b) = (self.first[a], self.first[b]);
            if a == b {
                assert_eq!(row["jaccard"], "1.0000", "{row:?}");
                continue;
            }
            let pair = truth.get(&(a.min(b), a.max(b)));
            let pair = pair.unwrap_or_else(|| panic!("made up: {row:?}"));
            assert!(reaches_a_bar(&self.corpus, pair), "{row:?}");
            let (mut of_a, mut of_b) = (pair.containment_a(), pair.containment_b());
            if self.first[self.number[&row["a_id"]]] != pair.a {
                (of_a, of_b) = (of_b, of_a);
            }
            assert_eq!(row["jaccard"], format!("{:.4}", pair.jaccard()), "{row:?}");
            assert_eq!(row["containment_a"], format!("{of_a:.4}"), "{row:?}");
            assert_eq!(row["containment_b"], format!("{of_b:.4}"), "{row:?}");
            let words = self.corpus.shared_words(pair.a, pair.b).to_string();
            assert_eq!(row["shared_words"], words, "{row:?}");
        }
    }

    /// Texts of the same words stand in a star around the smallest key.
    fn every_star_is_complete(&self) {
        let keys: HashMap<usize, &String> = self.number.iter().map(|(k, n)| (*n, k)).collect();
        let pair = |row: &Row| (row["a_id"].clone(), row["b_id"].clone());
        let listed: BTreeSet<(String, String)> = self.pairs.iter().map(pair).collect();
        for class in self.corpus.classes() {
            let mut keys: Vec<&String> = class.iter().map(|text| keys[text]).collect();
            keys.sort();
            for key in &keys[1..] {
                let row = (keys[0].clone(), (*key).clone());
                assert!(listed.contains(&row), "{row:?}");
            }
        }
    }
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[test]
fn the_bbc_articles_are_found_in_full() {
    let Some(path) = shared("data/bbc.jsonl.zst") else {
        return;
    };
    let bbc = measure("bbc", &path);
    bbc.reaches_the_promised_figures();
    bbc.every_row_states_what_the_twin_counts();
    bbc.every_star_is_complete();
}

#[test]
fn the_reuters_items_are_found_in_full_and_weekly_tables_are_no_copies() {
    let Some(path) = shared("data/reuters21578.jsonl.zst") else {
        return;
    };
    let reuters = measure("reuters", &path);
    reuters.reaches_the_promised_figures();
    reuters.every_row_states_what_the_twin_counts();
    reuters.every_star_is_complete();
    for (a, b) in [("11043", "46"), ("10172", "4599")] {
        let row = |row: &&Row| row["a_id"] == a && row["b_id"] == b;
        let row = reuters.pairs.iter().find(row).unwrap();
        assert_eq!((&*row["relation"], &*row["group_id"]), ("template", ""));
    }
}

#[test]
#[ignore = "38,614 texts; run with --release -- --ignored --nocapture"]
fn the_known_pairs_of_the_senate_releases_are_found() {
    let (Some(path), Some(known)) = (
        shared("data/senate_press_dev.jsonl.zst"),
        shared("data/senate_press_dev.pairs.csv"),
    ) else {
        return;
    };
    let folder = traced(Path::new("."), &[path.to_str().unwrap()], &[]);
    let lineage = table(&folder, "lineage.csv");
    let known_documents: BTreeSet<&String> = lineage.iter().map(|row| &row["doc_id"]).collect();
    // Texts of the same words are listed as a star.
    let mut centre: HashMap<String, String> = HashMap::new();
    let mut listed: HashMap<(String, String), f64> = HashMap::new();
    for row in table(&folder, "pairs.csv") {
        let j = number(&row, "jaccard");
        let (a, b) = (row["a_id"].clone(), row["b_id"].clone());
        if matches!(&*row["relation"], "identical" | "reformatted") && j == 1.0 {
            let end = centre.get(&a).cloned().unwrap_or_else(|| a.clone());
            centre.insert(b.clone(), end);
        }
        listed.insert((a, b), j);
    }
    let (mut all, mut found, mut apart) = (0, 0, 0.0f64);
    for row in rows(&std::fs::read(known).unwrap()) {
        let j = number(&row, "jaccard5");
        let (a, b) = (&row["file_a"], &row["file_b"]);
        if j < 0.5 {
            continue;
        }
        assert!(known_documents.contains(a) && known_documents.contains(b));
        all += 1;
        let end = |key: &String| centre.get(key).cloned().unwrap_or_else(|| key.clone());
        let pair = |a: String, b: String| if a < b { (a, b) } else { (b, a) };
        let direct = listed.get(&pair(a.clone(), b.clone()));
        let by_star = (end(a) == end(b)).then_some(&1.0);
        match direct.or(by_star).or(listed.get(&pair(end(a), end(b)))) {
            Some(own) => {
                found += 1;
                apart = apart.max((own - j).abs());
            }
            None => println!("not listed: {a} {b} {j}"),
        }
    }
    println!(
        "senate J>=.5: {all} known pairs, {found} listed, values differ by {apart:.4} at most"
    );
    assert!(f64::from(found) >= 0.997 * f64::from(all));
    // The file's words are Python's `\w+`, in which an underscore is a letter: ruled lines and bullets count there as words,
    // here as nothing. That moves 61 of its values by more than .0006, a fraction such as ½ (one word there, two here) 3 more.
    assert!(apart < 0.04, "values differ by {apart}");
}

#[test]
fn the_republished_seed_is_found_with_its_three_differences() {
    let Some(path) = shared("seeds") else {
        return;
    };
    let folder = traced(path.parent().unwrap(), &["seeds"], &[]);
    let (a, b) = (
        "seeds/000_d747303f053c4634.txt",
        "seeds/001_1668c32e7800ef1f.txt",
    );
    let pairs = table(&folder, "pairs.csv");
    assert_eq!(pairs.len(), 1);
    assert_eq!((&*pairs[0]["a_id"], &*pairs[0]["b_id"]), (a, b));
    assert_eq!(pairs[0]["longest_run_words"], "794");
    let groups = table(&folder, "groups.csv");
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0]["size"], "2");
    assert_eq!(pairs[0]["group_id"], groups[0]["group_id"]);

    let changes = table(&folder, "changes.csv");
    let exemplar_line = |op: &str| {
        let rows = changes.iter().filter(move |row| row["op"] == op);
        rows.map(|row| (row["exemplar_line"].clone(), row["kind"].clone()))
            .collect::<Vec<_>>()
    };
    let copy_line = |op: &str| {
        let rows = changes.iter().filter(move |row| row["op"] == op);
        rows.map(|row| (row["copy_line"].clone(), row["kind"].clone()))
            .collect::<Vec<_>>()
    };
    let of = |line: &str, kind: &str| (line.to_string(), kind.to_string());
    assert_eq!(changes.len(), 3);
    assert_eq!(exemplar_line("dropped"), [of("2", "licence")]);
    let added = [of("1", "headline"), of("30", "furniture")];
    assert_eq!(copy_line("added"), added);

    let lineage = table(&folder, "lineage.csv");
    let grouped = lineage.iter().filter(|row| !row["group_id"].is_empty());
    let roles: Vec<_> = grouped
        .map(|row| (&*row["doc_id"], &*row["role"]))
        .collect();
    assert_eq!(roles, [(a, "unresolved"), (b, "unresolved")]);
    let evidence = table(&folder, "evidence.csv");
    let named = evidence.iter().filter(|row| row["code"] == "names_source");
    let named: Vec<&Row> = named.collect();
    assert_eq!(named.len(), 1);
    assert_eq!(named[0]["doc_id"], a);
    assert!(named[0]["text"].contains("Mehr"), "{named:?}");
}
