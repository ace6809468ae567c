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

use std::hint::black_box;
use std::time::Instant;

use gix_imara_diff as imara;
use wirecopy::align::{PreparedText, align};

const PAIRS: u64 = 200;
const ROUNDS: usize = 21;

/// Small and steady: the texts are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        ((self.0 >> 33) as usize * below) >> 31
    }

    /// A word as common as words are: the n-th with a chance of about 1/n.
    fn word(&mut self) -> String {
        const WORDS: f64 = 20_000.0;
        let share = self.roll(1 << 20) as f64 / f64::from(1 << 20);
        let rank = WORDS.powf(share) as usize;
        let mut dice = Dice(rank as u64 + 77);
        dice.roll(2);
        let syllables = 1 + dice.roll(2) + (rank > 60) as usize;
        let part = |dice: &mut Dice| {
            let (first, second) = (b"bcdfghklmnprstvw"[dice.roll(16)], b"aeiou"[dice.roll(5)]);
            [first as char, second as char]
        };
        let mut word: String = (0..syllables).flat_map(|_| part(&mut dice)).collect();
        word.extend(["", "n", "s", "r"][dice.roll(4)].chars());
        word
    }

    fn sentence(&mut self) -> Vec<String> {
        let mut words: Vec<String> = (0..12 + self.roll(16)).map(|_| self.word()).collect();
        let figure = self.roll(words.len() - 2) + 1;
        words[figure] = (10 + self.roll(900)).to_string();
        words[0] = words[0][..1].to_uppercase() + &words[0][1..];
        words
    }

    /// An article of about 5 KB and a copy of it with ten edits.
    fn pair(&mut self) -> (String, String) {
        let article: Vec<Vec<String>> = (0..45).map(|_| self.sentence()).collect();
        let mut copy = article.clone();
        for edit in 0..10 {
            let at = 4 * edit + self.roll(4);
            let word = 1 + self.roll(copy[at].len() - 2);
            match edit % 5 {
                0 => copy[at][word] = self.word(),
                1 if edit == 1 => copy[at][word] = self.word(),
                1 => {
                    let sentence = copy.remove(at);
                    copy.insert(3, sentence);
                }
                2 => {
                    let figure = copy[at].iter().position(|w| w.parse::<u32>().is_ok());
                    copy[at][figure.unwrap_or(1)] = (10 + self.roll(900)).to_string();
                }
                3 => copy.insert(at, self.sentence()),
                _ => drop(copy.remove(at)),
            }
        }
        let text = |list: &[Vec<String>], between: &str| {
            let list: Vec<String> = list.iter().map(|words| words.join(" ") + ".").collect();
            list.join(between)
        };
        (text(&article, " "), text(&copy, "\n"))
    }
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
        _ => (0..PAIRS).map(|seed| Dice(seed).pair()).collect(),
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
