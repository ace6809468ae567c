//! What aligning two articles costs, beside two libraries for sequences.
//!
//! `cargo bench --bench align [-- A B]` compares two files, or else made pairs of
//! about 5 KB with ten edits each: three words replaced, two figures changed, two
//! sentences added, two left out, one moved. The libraries get the words as the
//! 64-bit hashes that a [`PreparedText`] holds, which is what ours starts from;
//! they say which words match, ours also which sentences were added, dropped,
//! edited and moved. All take turns, pair by pair; the median pair counts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs
)]

#[path = "../tests/support/dice.rs"]
mod dice;

use std::hint::black_box;
use std::time::Instant;

use dice::Dice;
use gix_imara_diff as imara;
use wirecopy::align::{PreparedText, align};

// As in the program; the libraries have it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PAIRS: u64 = 200;
const ROUNDS: usize = 21;

/// A word as common as words are.
fn word(dice: &mut Dice) -> String {
    let rank = dice.rank(20_000);
    let mut dice = Dice::new(rank as u64);
    let syllables = 1 + dice.roll(2) + (rank > 60) as usize;
    let part = |dice: &mut Dice| [*dice.pick(b"bcdfghklmnprstvw"), *dice.pick(b"aeiou")];
    let letters = (0..syllables).flat_map(|_| part(&mut dice).map(char::from));
    let word: String = letters.collect();
    word + *dice.pick::<&str>(&["", "n", "s", "r"])
}

fn sentence(dice: &mut Dice) -> Vec<String> {
    let mut words: Vec<String> = (0..12 + dice.roll(16)).map(|_| word(dice)).collect();
    let figure = dice.roll(words.len() - 2) + 1;
    words[figure] = (10 + dice.roll(900)).to_string();
    words[0] = words[0][..1].to_uppercase() + &words[0][1..];
    words
}

/// An article of about 5 KB and a copy of it with ten edits.
fn pair(dice: &mut Dice) -> (String, String) {
    let article: Vec<Vec<String>> = (0..45).map(|_| sentence(dice)).collect();
    let mut copy = article.clone();
    for edit in 0..10 {
        let at = 4 * edit + dice.roll(4);
        let place = 1 + dice.roll(copy[at].len() - 2);
        match edit % 5 {
            0 => copy[at][place] = word(dice),
            1 if edit == 1 => copy[at][place] = word(dice),
            1 => {
                let sentence = copy.remove(at);
                copy.insert(3, sentence);
            }
            2 => {
                let figure = copy[at].iter().position(|w| w.parse::<u32>().is_ok());
                copy[at][figure.unwrap_or(1)] = (10 + dice.roll(900)).to_string();
            }
            3 => copy.insert(at, sentence(dice)),
            _ => drop(copy.remove(at)),
        }
    }
    let text = |list: &[Vec<String>], between: &str| {
        let list: Vec<String> = list.iter().map(|words| words.join(" ") + ".").collect();
        list.join(between)
    };
    (text(&article, " "), text(&copy, "\n"))
}

type Way = (
    &'static str,
    fn(&PreparedText<'_>, &PreparedText<'_>) -> usize,
);

const WAYS: [Way; 6] = [
    ("wirecopy: align", |a, b| align(a, b).changes.len()),
    ("wirecopy: from the texts", |a, b| {
        align(&PreparedText::new(a.text), &PreparedText::new(b.text))
            .changes
            .len()
    }),
    ("gix-imara-diff: histogram", |a, b| {
        imara_diff(imara::Algorithm::Histogram, a, b)
    }),
    ("gix-imara-diff: myers", |a, b| {
        imara_diff(imara::Algorithm::Myers, a, b)
    }),
    ("similar: patience", |a, b| {
        similar_diff(similar::Algorithm::Patience, a, b)
    }),
    ("similar: myers", |a, b| {
        similar_diff(similar::Algorithm::Myers, a, b)
    }),
];

fn imara_diff(algorithm: imara::Algorithm, a: &PreparedText<'_>, b: &PreparedText<'_>) -> usize {
    let mut input = imara::InternedInput::default();
    input.reserve(a.words().len() as u32, b.words().len() as u32);
    input.update_before(a.words().iter().copied());
    input.update_after(b.words().iter().copied());
    imara::Diff::compute(algorithm, &input).hunks().count()
}

fn similar_diff(
    algorithm: similar::Algorithm,
    a: &PreparedText<'_>,
    b: &PreparedText<'_>,
) -> usize {
    similar::capture_diff_slices(algorithm, a.words(), b.words()).len()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let files: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .map(|path| std::fs::read_to_string(path).expect("a text file"))
        .collect();
    let pairs: Vec<(String, String)> = match files.as_slice() {
        [a, b] => vec![(a.clone(), b.clone())],
        _ => (0..PAIRS).map(|seed| pair(&mut Dice::new(seed))).collect(),
    };
    // Of each way the median pair, each pair's time being its median round.
    let mut medians = vec![Vec::new(); WAYS.len()];
    for (a, b) in &pairs {
        let (a, b) = (PreparedText::new(a), PreparedText::new(b));
        let mut times = vec![Vec::new(); WAYS.len()];
        for _ in 0..ROUNDS {
            for ((_, way), times) in WAYS.iter().zip(&mut times) {
                let start = Instant::now();
                black_box(way(black_box(&a), black_box(&b)));
                times.push(start.elapsed().as_secs_f64());
            }
        }
        for (times, medians) in times.into_iter().zip(&mut medians) {
            medians.push(median(times));
        }
    }
    let (a, b) = &pairs[0];
    println!(
        "{} pairs; the first of {} and {} bytes, {} and {} words; median of {ROUNDS} rounds",
        pairs.len(),
        a.len(),
        b.len(),
        PreparedText::new(a).words().len(),
        PreparedText::new(b).words().len(),
    );
    let medians: Vec<f64> = medians.into_iter().map(median).collect();
    println!("{:<30} {:>10} {:>10}", "", "us a pair", "to ours");
    for ((name, _), time) in WAYS.iter().zip(&medians) {
        println!(
            "{name:<30} {:>10.2} {:>9.2}x",
            time * 1e6,
            time / medians[0]
        );
    }
}
