//! The obviously right twin of the search: real words, no hashes of our own, no
//! candidates, no caps. Every pair that shares a shingle is counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wirecopy::normalise::normalise;

/// A shingle as its words.
pub type Shingle = [u32];

/// Texts as words, each distinct word with a number.
#[derive(Default)]
pub struct Corpus {
    numbers: HashMap<String, u32>,
    /// The words of each text.
    pub texts: Vec<Vec<u32>>,
    /// For each text and shingle the tokens that it spans.
    spans: Vec<Vec<(usize, usize)>>,
}

/// Exact numbers of two texts, `a < b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    pub a: usize,
    pub b: usize,
    /// Distinct shingles that both have.
    pub shared: usize,
    /// Distinct shingles of each.
    pub size_a: usize,
    pub size_b: usize,
}

impl Overlap {
    pub fn jaccard(&self) -> f64 {
        self.shared as f64 / (self.size_a + self.size_b - self.shared) as f64
    }

    pub fn containment_a(&self) -> f64 {
        self.shared as f64 / self.size_a as f64
    }

    pub fn containment_b(&self) -> f64 {
        self.shared as f64 / self.size_b as f64
    }

    /// The share of the text with fewer shingles.
    pub fn containment(&self) -> f64 {
        self.containment_a().max(self.containment_b())
    }
}

impl Corpus {
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut corpus = Corpus::default();
        for text in texts {
            let words = normalise(text);
            let words: Vec<&str> = words.canonical().split_whitespace().collect();
            corpus.spans.push(spans(&words));
            let mut number = |word: &&str| {
                let next = corpus.numbers.len() as u32;
                *corpus.numbers.entry(word.to_string()).or_insert(next)
            };
            let numbered = words.iter().map(&mut number).collect();
            corpus.texts.push(numbered);
        }
        corpus
    }

    fn shingles(&self, text: usize) -> impl Iterator<Item = &Shingle> {
        let words = &self.texts[text];
        self.spans[text].iter().map(|&(from, to)| &words[from..to])
    }

    /// The distinct shingles of a text.
    pub fn shingle_set(&self, text: usize) -> BTreeSet<&Shingle> {
        self.shingles(text).collect()
    }

    /// Every pair of texts that shares a shingle.
    pub fn all_pairs(&self) -> Vec<Overlap> {
        let sets = (0..self.texts.len()).map(|text| self.shingle_set(text));
        let sets: Vec<BTreeSet<&Shingle>> = sets.collect();
        let mut holders: HashMap<&Shingle, Vec<u32>> = HashMap::new();
        for (text, set) in (0u32..).zip(&sets) {
            for shingle in set {
                holders.entry(shingle).or_default().push(text);
            }
        }
        let mut shared: HashMap<(u32, u32), usize> = HashMap::new();
        for list in holders.values() {
            for (i, &a) in list.iter().enumerate() {
                for &b in &list[i + 1..] {
                    *shared.entry((a, b)).or_default() += 1;
                }
            }
        }
        let overlap = |((a, b), shared): ((u32, u32), usize)| Overlap {
            a: a as usize,
            b: b as usize,
            shared,
            size_a: sets[a as usize].len(),
            size_b: sets[b as usize].len(),
        };
        let mut pairs: Vec<Overlap> = shared.into_iter().map(overlap).collect();
        pairs.sort_by_key(|pair| (pair.a, pair.b));
        pairs
    }

    /// Words in shared shingles, in the text that has fewer of them.
    pub fn shared_words(&self, a: usize, b: usize) -> usize {
        let covered = |own: usize, other: usize| {
            let others = self.shingle_set(other);
            let mut words = BTreeSet::new();
            for (shingle, &(from, to)) in self.shingles(own).zip(&self.spans[own]) {
                if others.contains(shingle) {
                    words.extend(from..to);
                }
            }
            words.len()
        };
        covered(a, b).min(covered(b, a))
    }

    /// Words of the longest run in both that holds a shingle, by dynamic programming.
    pub fn longest_run(&self, a: usize, b: usize) -> usize {
        let (x, y) = (&self.texts[a], &self.texts[b]);
        let mut best = 0;
        let mut row = vec![0; y.len() + 1];
        for word in x {
            let mut next = vec![0; y.len() + 1];
            for (j, other) in y.iter().enumerate() {
                if word == other {
                    next[j + 1] = row[j] + 1;
                    best = best.max(next[j + 1]);
                }
            }
            row = next;
        }
        let narrowest = self.spans[a].iter().map(|(from, to)| to - from).min();
        if narrowest.is_some_and(|width| best >= width) {
            best
        } else {
            0
        }
    }

    /// Texts of the same words, with two texts and more, each ascending; texts
    /// without words are equal to nothing.
    pub fn classes(&self) -> Vec<Vec<usize>> {
        let mut classes: BTreeMap<&[u32], Vec<usize>> = BTreeMap::new();
        for (text, words) in self.texts.iter().enumerate() {
            if !words.is_empty() {
                classes.entry(words).or_default().push(text);
            }
        }
        let mut classes: Vec<Vec<usize>> = classes.into_values().collect();
        classes.retain(|class| class.len() > 1);
        classes
    }
}

/// The tokens that each shingle spans: five words, where eight letters of a
/// script without spaces count as five words. A narrower text is one shingle.
fn spans(words: &[&str]) -> Vec<(usize, usize)> {
    let weight = |word: &&str| {
        let first = word.chars().next().unwrap();
        let spaceless = matches!(first, '\u{E00}'..='\u{EFF}' | '\u{3040}'..='\u{9FFF}');
        if spaceless { 1.0 / 8.0 } else { 1.0 / 5.0 }
    };
    let mut spans = Vec::new();
    for from in 0..words.len() {
        let wide = |to: &usize| words[from..*to].iter().map(weight).sum::<f64>() > 0.999;
        spans.extend((from + 1..=words.len()).find(wide).map(|to| (from, to)));
    }
    if spans.is_empty() && !words.is_empty() {
        spans.push((0, words.len()));
    }
    spans
}
