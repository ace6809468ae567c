//! The instrument itself: worlds are what they say, scores and trees are right.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::support::stemma::baselines::arborescence;
use crate::support::stemma::outlets::Family;
use crate::support::stemma::score::{Claim, Forecasts, Share, score};
use crate::support::stemma::{STORIES, World};
use crate::support::text;

#[test]
fn a_world_is_what_it_says() {
    for world in [
        World::ordinary(7, 120, &[40, 300]),
        World::held_out(7, 80, &[]),
    ] {
        let truth = &world.truth;
        let members: usize = world.groups.values().map(Vec::len).sum();
        let share = |count: usize| count as f64 / members as f64;
        let depths: Vec<usize> = (0..truth.len()).map(|own| world.depth(own)).collect();
        assert!(depths.iter().filter(|&&depth| depth >= 3).count() > 10);
        let (mut missing_tops, mut wrong) = (0, 0);
        for group in world.groups.values() {
            let tops: Vec<usize> = group
                .iter()
                .copied()
                .filter(|&own| truth[own].parent.is_none())
                .collect();
            let is_missing = truth[tops[0]].missing.is_some();
            missing_tops += usize::from(is_missing);
            // One original, or copies of one that is missing.
            assert!(is_missing || tops.len() == 1);
            assert!(
                tops.iter()
                    .all(|&top| truth[top].missing == truth[tops[0]].missing)
            );
            for &own in group {
                let line = &truth[own];
                for &before in line.parent.iter().chain(&line.second) {
                    assert_eq!(truth[before].group, line.group);
                    assert!(truth[before].time < line.time);
                }
                assert!(
                    !line
                        .second
                        .iter()
                        .any(|&second| Some(second) == line.parent)
                );
                let published = world.documents[own].published;
                let civil = published.map(|moment| moment.sort_key().0 - line.time);
                wrong += usize::from(civil.is_some_and(|off| off.abs() > 86_400));
            }
        }
        let groups = world.groups.len() as f64;
        assert!((0.35..0.65).contains(&(missing_tops as f64 / groups)));
        let undated = world
            .groups
            .values()
            .flatten()
            .filter(|&&own| world.documents[own].published.is_none());
        assert!((0.15..0.25).contains(&share(undated.count())));
        assert!(wrong > 0 && share(wrong) < 0.05);
        let seconds = truth.iter().filter(|line| !line.second.is_empty()).count();
        assert!(
            (0.01..0.06).contains(&share(seconds)),
            "{seconds} of {members}"
        );
        for (number, outlet) in world.outlets.iter().enumerate() {
            let of_outlet = truth.iter().filter(|line| line.outlet == number);
            let stories: BTreeSet<(Option<usize>, i64)> = of_outlet
                .map(|line| (line.group, if line.group.is_some() { 0 } else { line.time }))
                .collect();
            assert!(
                outlet.family == Family::Site || stories.len() >= STORIES,
                "{}",
                outlet.name
            );
        }
    }
}

#[test]
fn one_seed_is_one_world_and_two_are_two() {
    let texts = |world: World| -> Vec<String> {
        let shown = |(document, truth)| format!("{document:?} {truth:?}");
        world
            .documents
            .iter()
            .zip(&world.truth)
            .map(shown)
            .collect()
    };
    let once = texts(World::ordinary(1, 10, &[]));
    assert_eq!(once, texts(World::ordinary(1, 10, &[])));
    assert_ne!(once, texts(World::ordinary(2, 10, &[])));
}

/// A method that knows the truth has full marks, and one that says nothing has none.
#[test]
fn the_score_knows_the_truth_from_silence() {
    let world = World::ordinary(5, 60, &[]);
    let knowing: Vec<Claim> = world
        .truth
        .iter()
        .map(|line| Claim {
            exemplar: line.parent,
            missing: line.missing.clone(),
            is_origin: line.group.is_some() && line.parent.is_none() && line.missing.is_none(),
            probability: line.group.map(|_| 1.0),
            second: line.second.first().copied(),
            credit: line.credit,
            ..Claim::default()
        })
        .collect();
    let figures = score(&world, &knowing, usize::MAX);
    let shares = [
        figures.parent,
        figures.identifiable,
        figures.strict,
        figures.forced,
        figures.direction,
        figures.root,
        figures.named,
        figures.second_precision,
        figures.second_recall,
        figures.credit,
        figures.credit_stated,
        figures.claims,
    ];
    assert!(
        shares.iter().all(|share| share.1 > 0 && share.0 == share.1),
        "{shares:?}"
    );
    assert_eq!(figures.forecasts.calibration_error(), Some(0.0));
    assert_eq!(figures.forecasts.brier(), Some(0.0));
    let silent = score(
        &world,
        &vec![Claim::default(); world.truth.len()],
        usize::MAX,
    );
    assert_eq!((silent.strict.0, silent.claims.0, silent.root.0), (0, 0, 0));
    assert_eq!(silent.direction.value(), None);
    assert_eq!(silent.forecasts.brier(), None);
}

#[test]
fn calibration_is_the_distance_of_what_is_said_and_what_comes() {
    let mut forecasts = Forecasts::default();
    for came_true in [true, true, true, false] {
        forecasts.add(0.95, came_true);
        forecasts.add(0.25, !came_true);
    }
    // .95 against 3 of 4, and .25 against 1 of 4.
    assert!((forecasts.calibration_error().unwrap() - 0.1).abs() < 1e-12);
    let brier = (3.0 * 0.0025 + 0.9025 + 0.5625 + 3.0 * 0.0625) / 8.0;
    assert!((forecasts.brier().unwrap() - brier).abs() < 1e-12);
}

/// Prints a few groups, for the eye.
#[test]
#[ignore = "prints texts"]
fn shown() {
    for world in [World::ordinary(3, 12, &[]), World::held_out(3, 12, &[])] {
        for &own in world.groups.values().take(5).flatten() {
            let (document, line) = (&world.documents[own], &world.truth[own]);
            println!("\n===== {} {line:?}", document.key);
            println!(
                "{:?} {:?} {:?}",
                document.source, document.published, document.title
            );
            println!("{}", text(document));
        }
    }
}

#[test]
fn pages_of_a_copy_differ_from_its_exemplar_and_share_its_story() {
    let world = World::ordinary(11, 60, &[]);
    let mut shared = Share::default();
    for (own, line) in world.truth.iter().enumerate() {
        let Some(parent) = line.parent else { continue };
        let words = |at: usize| -> BTreeSet<&str> {
            text(&world.documents[at]).split_whitespace().collect()
        };
        let (copy, exemplar) = (words(own), words(parent));
        assert_ne!(text(&world.documents[own]), "");
        let common = copy.intersection(&exemplar).count();
        shared.count(2 * common > copy.len());
    }
    assert!(shared.value().unwrap() > 0.95, "{shared:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Edmonds against every choice of parents that is a tree.
    #[test]
    fn no_tree_is_heavier_than_the_arborescence(
        numbers in prop::collection::vec(0u32..20, 25),
        root in 0usize..5,
    ) {
        let n = 5;
        let weights: Vec<Vec<f64>> = (0..n)
            .map(|from| (0..n).map(|to| f64::from(numbers[from * n + to])).collect())
            .collect();
        let weight = |parents: &[usize]| -> Option<f64> {
            let leads = |node: usize| {
                let line = std::iter::successors(Some(node), |&at| Some(parents[at]));
                line.take(n + 1).any(|at| at == root)
            };
            let others = || (0..n).filter(|&node| node != root);
            others().all(leads).then(|| others().map(|to| weights[parents[to]][to]).sum())
        };
        let mut greatest = f64::NEG_INFINITY;
        for code in 0..n.pow(n as u32) {
            let parents: Vec<usize> = (0..n).map(|to| code / n.pow(to as u32) % n).collect();
            if let Some(sum) = weight(&parents) {
                greatest = greatest.max(sum);
            }
        }
        prop_assert_eq!(weight(&arborescence(&weights, root)), Some(greatest));
    }
}
