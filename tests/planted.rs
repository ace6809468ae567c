//! Edits that were planted in made texts are found, and nothing else is.
//!
//! `cargo test --test planted -- --nocapture` prints the table.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::ops::Range;

use support::dice::Dice;
use support::languages::{LANGUAGES, Language};
use support::planted::{
    Fate, OPERATORS, Operator, Pair, Paragraphs, Sentence, WRAPPINGS, article, real, set,
};
use support::{documents, shared, text};
use wirecopy::align::{Alignment, PreparedText, Status, align};
use wirecopy::normalise::normalise;

/// What was planted, what was found, what was made up.
#[derive(Clone, Copy, Default)]
struct Score {
    words: usize,
    words_planted: usize,
    words_found: usize,
    words_reported: usize,
    edited: usize,
    edited_found: usize,
    moved: usize,
    moved_found: usize,
    wrong_units: usize,
    units: usize,
}

impl Score {
    fn add(&mut self, other: Score) {
        let into = |own: &mut usize, more: usize| *own += more;
        into(&mut self.words, other.words);
        into(&mut self.words_planted, other.words_planted);
        into(&mut self.words_found, other.words_found);
        into(&mut self.words_reported, other.words_reported);
        into(&mut self.edited, other.edited);
        into(&mut self.edited_found, other.edited_found);
        into(&mut self.moved, other.moved);
        into(&mut self.moved_found, other.moved_found);
        into(&mut self.wrong_units, other.wrong_units);
        into(&mut self.units, other.units);
    }

    /// Of the words that were added or dropped, those reported so.
    fn recall(&self) -> f64 {
        share(self.words_found, self.words_planted)
    }

    /// Of the words reported as added or dropped, those that were not.
    fn falsely(&self) -> f64 {
        1.0 - share(self.words_found, self.words_reported)
    }

    /// The same as a share of all words.
    fn falsely_of_all(&self) -> f64 {
        share(self.words_reported - self.words_found, self.words)
    }

    fn edits(&self) -> f64 {
        share(self.edited_found, self.edited)
    }

    fn moves(&self) -> f64 {
        share(self.moved_found, self.moved)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

/// The tokens of each sentence, and of each token whether the other text has it.
fn tokens<'s>(
    sentences: impl Iterator<Item = (&'s Sentence, &'s Vec<bool>)>,
) -> (Vec<Range<usize>>, Vec<bool>) {
    let (mut ranges, mut kept_tokens) = (Vec::new(), Vec::new());
    for (sentence, kept) in sentences {
        let from = kept_tokens.len();
        for (word, &kept) in sentence.words.iter().zip(kept) {
            kept_tokens.extend(std::iter::repeat_n(kept, normalise(word).len()));
        }
        ranges.push(from..kept_tokens.len());
    }
    (ranges, kept_tokens)
}

/// The unit of a token.
fn unit_of(text: &PreparedText<'_>, token: usize) -> usize {
    text.units.partition_point(|unit| unit.end_token <= token)
}

fn score(pair: &Pair, language: &Language, wrappings: (usize, usize)) -> Score {
    let texts = (
        set(&pair.article, language, wrappings.0),
        set(&pair.copy, language, wrappings.1),
    );
    let (a, b) = (PreparedText::new(&texts.0), PreparedText::new(&texts.1));
    let aligned = align(&a, &b);
    let in_a: Vec<&Sentence> = pair.article.iter().flatten().collect();
    let in_b: Vec<&Sentence> = pair.copy.iter().flatten().collect();
    let (ranges_a, mut kept_a) = tokens(in_a.iter().copied().zip(&pair.kept_of_article));
    let (ranges_b, mut kept_b) = tokens(in_b.iter().map(|s| (*s, &s.kept)));
    for (sentence, range) in in_b.iter().zip(&ranges_b) {
        if sentence.fate == Fate::Added {
            kept_b[range.clone()].fill(false);
        }
    }
    assert_eq!(
        kept_a.len(),
        a.normalised.len(),
        "{}\n{}",
        language.name,
        texts.0
    );
    assert_eq!(
        kept_b.len(),
        b.normalised.len(),
        "{}\n{}",
        language.name,
        texts.1
    );
    let mut score = Score {
        words: kept_a.len() + kept_b.len(),
        ..Score::default()
    };
    for (kept, side) in [(&mut kept_a, &aligned.a), (&mut kept_b, &aligned.b)] {
        for (token, kept) in kept.iter().enumerate() {
            let reported = side.partner(token).is_none();
            score.words_planted += usize::from(!kept);
            score.words_reported += usize::from(reported);
            score.words_found += usize::from(reported && !kept);
        }
    }
    for (sentence, range) in in_b.iter().zip(&ranges_b) {
        let status = aligned.b.units()[unit_of(&b, range.start)];
        let reported = |op: Status| {
            let Some(origin) = sentence.origin else {
                return status == op;
            };
            rows_of(
                &aligned,
                op,
                unit_of(&a, ranges_a[origin].start),
                unit_of(&b, range.start),
            )
        };
        score.units += 1;
        let right = match sentence.fate {
            Fate::Same => status == Status::Same,
            Fate::Added => status == Status::Added,
            Fate::Edited => {
                score.edited += 1;
                score.edited_found += usize::from(reported(Status::Edited));
                reported(Status::Edited)
            }
            Fate::Moved => {
                score.moved += 1;
                score.moved_found += usize::from(reported(Status::Moved));
                reported(Status::Moved)
            }
        };
        score.wrong_units += usize::from(!right);
        if !right && std::env::var_os("WIRECOPY_SHOW").is_some() {
            println!(
                "{:?} but {status:?}: {}",
                sentence.fate,
                sentence.words.join(" ")
            );
            let unit = unit_of(&b, range.start);
            for row in aligned
                .changes
                .iter()
                .filter(|row| row.b_units.contains(&unit))
            {
                println!(
                    "   A {:?}\n   B {:?}",
                    &a.text[row.a.clone()],
                    &b.text[row.b.clone()]
                );
            }
        }
    }
    score
}

/// Whether a row of an operation sets the two units beside each other.
fn rows_of(aligned: &Alignment, op: Status, a: usize, b: usize) -> bool {
    aligned
        .changes
        .iter()
        .any(|row| row.op == op && row.a_units.contains(&a) && row.b_units.contains(&b))
}

/// Copies of articles with some operators each, in all pairs of wrappings.
fn planted(
    language: &Language,
    operators: &[Operator],
    count: usize,
    rounds: u64,
    article: impl Fn(&mut Dice) -> Paragraphs,
) -> Score {
    let mut sum = Score::default();
    for seed in 0..rounds {
        let dice = &mut Dice::new(seed);
        let mut pair = Pair::new(article(dice));
        for _ in 0..count {
            let operator = *dice.pick(operators);
            pair.apply(operator, language, dice);
        }
        let wrappings = (dice.roll(WRAPPINGS), dice.roll(WRAPPINGS));
        sum.add(score(&pair, language, wrappings));
    }
    sum
}

/// Prints all scores, then looks at each. Where little or nothing was planted, what
/// is reported falsely counts among all words, else among the words reported.
fn reach_the_bars(scores: &[(String, Score)], among_all: bool) {
    println!(
        "{:<16} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "", "words", "recall", "falsely", "edits", "moves", "wrong"
    );
    let falsely = |score: &Score| {
        if among_all {
            score.falsely_of_all()
        } else {
            score.falsely()
        }
    };
    for (name, score) in scores {
        println!(
            "{name:<16} {:>8} {:>8.4} {:>8.4} {:>8.4} {:>8.4} {:>8.4}",
            score.words,
            score.recall(),
            falsely(score),
            score.edits(),
            score.moves(),
            share(score.wrong_units, score.units),
        );
    }
    for (name, score) in scores {
        assert!(score.recall() >= 0.99, "{name}: recall");
        assert!(falsely(score) <= 0.01, "{name}: falsely");
        assert!(score.edits() >= 0.97, "{name}: edits");
        assert!(score.moves() >= 0.95, "{name}: moves");
    }
}

fn in_language(language: &Language, operators: &[Operator]) -> (String, Score) {
    let made = |dice: &mut Dice| article(language, dice);
    let score = planted(language, operators, 6, 200, made);
    (language.name.to_string(), score)
}

#[test]
fn planted_edits_are_found_in_every_language() {
    let known = &LANGUAGES[..LANGUAGES.len() - 1];
    let scores: Vec<_> = known.iter().map(|l| in_language(l, OPERATORS)).collect();
    reach_the_bars(&scores, false);
}

#[test]
fn every_operator_is_found_alone() {
    let score = |&operator: &Operator| {
        let english = &LANGUAGES[0];
        let made = |dice: &mut Dice| article(english, dice);
        let score = planted(english, &[operator], 3, 200, made);
        (format!("{operator:?}"), score)
    };
    reach_the_bars(&OPERATORS.iter().map(score).collect::<Vec<_>>(), true);
}

#[test]
fn planted_edits_are_found_in_real_articles() {
    let mut texts: Vec<String> = Vec::new();
    for name in ["bbc", "senate_press_dev"] {
        let Some(path) = shared(&format!("data/{name}.jsonl.zst")) else {
            return;
        };
        let documents = documents(&[path.to_str().unwrap()]);
        texts.extend(
            documents
                .iter()
                .map(|document| text(document).to_string())
                .take(400),
        );
    }
    // Words that are other words when a line end parts them are left out.
    let plain = |paragraphs: &Paragraphs| {
        let words = paragraphs.iter().flatten().flat_map(|s| &s.words);
        let apart: usize = words.map(|word| normalise(word).len()).sum();
        paragraphs.len() > 6 && apart == normalise(&set(paragraphs, &LANGUAGES[0], 0)).len()
    };
    let texts: Vec<Paragraphs> = texts.iter().map(|t| real(t)).filter(plain).collect();
    assert!(texts.len() > 100);
    let score = planted(&LANGUAGES[0], OPERATORS, 6, 400, |dice| {
        dice.pick(&texts).clone()
    });
    reach_the_bars(&[("real articles".to_string(), score)], false);
}

/// A language and an operator that were tried for the first time when the rules stood.
#[test]
fn what_was_left_aside_is_found_too() {
    let unseen = &LANGUAGES[LANGUAGES.len() - 1];
    let everything: Vec<Operator> = OPERATORS
        .iter()
        .copied()
        .chain([Operator::Shorten])
        .collect();
    let scores = [
        in_language(unseen, OPERATORS),
        in_language(unseen, &everything),
        in_language(&LANGUAGES[0], &everything),
    ];
    reach_the_bars(&scores, false);
    let made = |dice: &mut Dice| article(unseen, dice);
    let alone = planted(unseen, &[Operator::Shorten], 3, 200, made);
    reach_the_bars(&[("Shorten".to_string(), alone)], false);
}
