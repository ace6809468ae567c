//! Copies that are taken for forms, and forms, listed with the rule that judged them.
//!
//! `WIRECOPY_LIST=DIR cargo test --release --test templates -- --include-ignored` writes the
//! template pairs of each corpus to `DIR`, for the eye.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use support::stemma::World;
use support::{Random, documents, intake, shared};
use wirecopy::config::Settings;
use wirecopy::document::{DocId, Document};
use wirecopy::ingest::Intake;
use wirecopy::pipeline::{Silent, trace};
use wirecopy::trace::{Relation, Trace};
use wirecopy::verify::{Form, Outlets, Suspicion, filling};

/// The rule that a pair fulfils by itself; a pair without one is kin.
fn rule(a: &Document, b: &Document, jaccard: f64) -> String {
    let (text_a, text_b) = (support::text(a), support::text(b));
    let outlets = match (&a.source, &b.source) {
        (Some(x), Some(y)) if x == y => Outlets::Same,
        (Some(_), Some(_)) if jaccard >= 0.8 => Outlets::DifferentButClose,
        (Some(_), Some(_)) => Outlets::Different,
        _ => Outlets::Unknown,
    };
    let all = Suspicion {
        figures: true,
        names: true,
    };
    let rule = filling(&Form::new(text_a), &Form::new(text_b), outlets, all);
    rule.map_or("kin".to_string(), |rule| format!("{rule:?}"))
}

/// Template pairs with their rules.
fn templates(trace: &Trace) -> Vec<(DocId, DocId, f64, String)> {
    let mut templates = Vec::new();
    let pairs = trace.pairs.iter();
    for pair in pairs.map(Result::unwrap) {
        if pair.relation == Relation::Template {
            let [a, b] = [pair.a, pair.b].map(|doc| &trace.documents[doc.index()]);
            templates.push((pair.a, pair.b, pair.jaccard, rule(a, b, pair.jaccard)));
        }
    }
    templates
}

fn list(name: &str, trace: &Trace) -> Vec<(DocId, DocId, f64, String)> {
    let templates = templates(trace);
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, _, _, rule) in &templates {
        *by_rule.entry(rule).or_default() += 1;
    }
    println!("{name}: {} template pairs, {by_rule:?}", templates.len());
    if let Some(folder) = std::env::var_os("WIRECOPY_LIST") {
        let mut lines = String::new();
        for (a, b, jaccard, rule) in &templates {
            let [a, b] = [a, b].map(|doc| &trace.documents[doc.index()].key);
            writeln!(lines, "{a}\t{b}\t{jaccard:.4}\t{rule}").unwrap();
        }
        let mut docs = String::new();
        if name == "ordinary" || name == "held_out" {
            for d in &trace.documents {
                writeln!(docs, "{}", serde_json::json!({"id": &*d.key, "source": d.source.as_deref(), "text": support::text(d)})).unwrap();
            }
            std::fs::write(Path::new(&folder).join(format!("{name}.jsonl")), docs).unwrap();
        }
        std::fs::write(Path::new(&folder).join(format!("{name}.tsv")), lines).unwrap();
    }
    templates
}

/// Pairs within the stories of a world that are taken for forms, and all listed ones.
fn taken_for_forms(name: &str, world: &World, intake: Intake) -> (usize, usize) {
    let trace = trace(intake, &Settings::default(), &Silent).unwrap();
    let of_one_story = |a: DocId, b: DocId| {
        let group = |doc: DocId| world.truth[doc.index()].group;
        group(a).is_some() && group(a) == group(b)
    };
    let templates = list(name, &trace);
    let wrong = templates.iter().filter(|(a, b, _, _)| of_one_story(*a, *b));
    let pairs = trace.pairs.iter().map(Result::unwrap);
    let within = pairs.filter(|pair| of_one_story(pair.a, pair.b)).count();
    let wrong = wrong.count();
    println!("{name}: {wrong} of {within} pairs of one story are taken for forms");
    (wrong, within)
}

/// Each page names its outlet above and below the story, and figures are corrected.
#[test]
fn copies_on_other_pages_are_no_forms() {
    for (name, world) in [
        ("ordinary", World::ordinary(3, 400, &[40, 40, 40, 300])),
        ("held_out", World::held_out(3, 160, &[40])),
    ] {
        let (wrong, within) = taken_for_forms(name, &world, world.intake());
        assert!(200 * wrong < within, "{wrong} of {within}");
        let mut without_sources = world.intake();
        for document in &mut without_sources.documents {
            document.source = None;
        }
        let (wrong, within) = taken_for_forms(&format!("{name}_unknown"), &world, without_sources);
        assert!(200 * wrong < within, "{wrong} of {within}");
    }
}

#[test]
#[ignore = "texts that are not here; run with --release"]
fn forms_of_real_texts() {
    for name in ["reuters21578", "bbc", "senate_press_dev"] {
        let Some(path) = shared(&format!("data/{name}.jsonl.zst")) else {
            continue;
        };
        let documents = documents(&[path.to_str().unwrap()]);
        let intake = Intake {
            documents,
            ..Intake::default()
        };
        let trace = trace(intake, &Settings::default(), &Silent).unwrap();
        list(name, &trace);
    }
}

/// A batch has the texts by key and a stream as they come: both must see one form.
#[test]
fn a_form_is_one_whichever_text_comes_first() {
    let mut random = Random(3);
    let mut word = |figures: usize| match random.below(figures) {
        0 => (1000 + random.below(90_000)).to_string(),
        _ => {
            ["ba", "lo", "mi", "ne", "so", "tu", "ra", "ve"][random.below(8)]
                .repeat(1 + random.below(2))
                + ["k", "d", "p", "n", "st", "r", "f", "g"][random.below(8)]
        }
    };
    let mut chances = Random(5);
    let (mut forms, mut copies) = (0, 0);
    for _ in 0..120 {
        let first: Vec<String> = (0..150).map(|_| word(5)).collect();
        let own = |old: &String| match chances.below(12) {
            0 => word(2),
            _ => old.clone(),
        };
        let second: Vec<String> = first.iter().map(own).collect();
        let texts = [first.join(" "), second.join(" ")];
        let relations = |texts: &[String]| {
            let trace = trace(intake(texts), &Settings::default(), &Silent).unwrap();
            let relations = trace
                .pairs
                .iter()
                .map(|pair| pair.unwrap().relation == Relation::Template);
            relations.collect::<Vec<bool>>()
        };
        let [x, y] = &texts;
        let forth = relations(&texts);
        assert_eq!(forth, relations(&[y.clone(), x.clone()]), "{texts:?}");
        forms += usize::from(forth == [true]);
        copies += usize::from(forth == [false]);
    }
    assert!(forms > 5 && copies > 5, "{forms} forms, {copies} copies");
}
