//! `exact CORPUS OUT.csv [JACCARD [CONTAINMENT]]`: every pair of texts whose word 5-shingles have
//! at least that Jaccard (.5) or, where given, of which one holds at least that share of the
//! other's. Columns: a, b, jaccard, shared, size_a, size_b (a is the one with fewer shingles).
//!
//! A word is a maximal run of letters, digits and underscores of the lower-cased text; a text of
//! under five words is one shingle. No sketch takes part: a pair that reaches a bar shares at
//! least a given number of shingles, so one of them is among the rarest of the smaller text, and
//! an inverted index over all shingles that stand in two texts or more finds it.

use rayon::prelude::*;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use wirecopy_peers::{Record, blocks};
use xxhash_rust::xxh3::xxh3_64;

const SHINGLE: usize = 5;

fn shingles(text: &str) -> Vec<u64> {
    let lower = text.to_lowercase();
    let words: Vec<u64> = lower
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .map(|word| xxh3_64(word.as_bytes()))
        .collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut bytes = Vec::with_capacity(8 * SHINGLE);
    let mut set: Vec<u64> = words
        .windows(SHINGLE.min(words.len()))
        .map(|window| {
            bytes.clear();
            window.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
            xxh3_64(&bytes)
        })
        .collect();
    set.sort_unstable();
    set.dedup();
    set
}

/// Lists of numbers in one allocation.
struct Lists {
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    fn get(&self, i: u32) -> &[u32] {
        &self.items[self.starts[i as usize]..self.starts[i as usize + 1]]
    }
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let bar = |i: usize, none: f64| arguments.get(i).map_or(none, |text| text.parse().expect("a number"));
    let (corpus, out) = (&arguments[0], &arguments[1]);
    let (jaccard_bar, containment_bar) = (bar(2, 0.5), bar(3, f64::INFINITY));
    let (ids, sizes, mut hashes) = read(Path::new(corpus))?;

    // Shingles that stand in one text only match nothing; the others are numbered, rarest first.
    let mut sorted = hashes.clone();
    sorted.par_sort_unstable();
    let mut common: Vec<(u32, u64)> =
        sorted.chunk_by(|a, b| a == b).filter(|run| run.len() > 1).map(|run| (run.len() as u32, run[0])).collect();
    drop(sorted);
    common.par_sort_unstable();
    let mut rank: Vec<(u64, u32)> = common.iter().zip(0..).map(|(&(_, hash), rank)| (hash, rank)).collect();
    rank.par_sort_unstable();

    // Texts in order of size, each as its ascending ranks.
    let mut order: Vec<u32> = (0..ids.len() as u32).collect();
    order.sort_by_key(|&i| (sizes[i as usize], i));
    let mut starts = vec![0];
    starts.extend(sizes.iter().scan(0, |end, &size| {
        *end += size as usize;
        Some(*end)
    }));
    let ranked: Vec<Vec<u32>> = order
        .par_iter()
        .map(|&i| {
            let own = &hashes[starts[i as usize]..starts[i as usize + 1]];
            let known = own.iter().filter_map(|hash| rank.binary_search_by_key(hash, |entry| entry.0).ok());
            let mut ranks: Vec<u32> = known.map(|at| rank[at].1).collect();
            ranks.sort_unstable();
            ranks.shrink_to_fit();
            ranks
        })
        .collect();
    hashes = Vec::new();
    drop((hashes, rank, starts));

    let mut postings = Lists { starts: vec![0], items: Vec::new() };
    let mut end = 0;
    for &(count, _) in &common {
        end += count as usize;
        postings.starts.push(end);
    }
    drop(common);
    postings.items.resize(end, 0);
    let mut next = postings.starts.clone();
    for (text, ranks) in ranked.iter().enumerate() {
        for &rank in ranks {
            postings.items[next[rank as usize]] = text as u32;
            next[rank as usize] += 1;
        }
    }
    drop(next);

    // The larger text of a pair is later in the order.
    let lowest = jaccard_bar.min(containment_bar);
    let size = |text: u32| sizes[order[text as usize] as usize] as usize;
    let found: Vec<(u32, u32, f64, usize)> = (0..ids.len() as u32)
        .into_par_iter()
        .flat_map_iter(|small| {
            let own = &ranked[small as usize];
            let needed = ((lowest * size(small) as f64 - 1e-9).ceil() as usize).max(1);
            // Any `needed` shingles of the text hold one of these.
            let probes = (own.len() + 1).saturating_sub(needed);
            let mut near: Vec<u32> = Vec::new();
            for &rank in &own[..probes] {
                let list = postings.get(rank);
                let later = &list[list.partition_point(|&text| text <= small)..];
                if containment_bar.is_infinite() {
                    let most = size(small) as f64 / jaccard_bar + 1e-9;
                    near.extend(later.iter().take_while(|&&text| size(text) as f64 <= most));
                } else {
                    near.extend(later);
                }
            }
            near.sort_unstable();
            near.dedup();
            near.into_iter()
                .filter_map(|large| {
                    let shared = common_count(own, &ranked[large as usize]);
                    let jaccard = shared as f64 / (size(small) + size(large) - shared) as f64;
                    let containment = shared as f64 / size(small) as f64;
                    let reached = jaccard + 1e-9 >= jaccard_bar || containment + 1e-9 >= containment_bar;
                    reached.then_some((small, large, jaccard, shared))
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let mut out = BufWriter::new(File::create(out)?);
    writeln!(out, "a,b,jaccard,shared,size_a,size_b")?;
    for &(small, large, jaccard, shared) in &found {
        let id = |text: u32| &ids[order[text as usize] as usize];
        writeln!(out, "{},{},{jaccard:.5},{shared},{},{}", id(small), id(large), size(small), size(large))?;
    }
    out.flush()?;
    eprintln!("{} texts, {} pairs", ids.len(), found.len());
    Ok(())
}

/// Keys, numbers of distinct shingles, and all shingles, text after text.
fn read(corpus: &Path) -> std::io::Result<(Vec<String>, Vec<u32>, Vec<u64>)> {
    let (mut ids, mut sizes, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    blocks(corpus, |lines| {
        let block: Vec<_> = lines
            .par_iter()
            .map(|line| {
                let record = Record::parse(line);
                (shingles(&record.text), record.id.into_owned())
            })
            .collect();
        for (set, id) in block {
            sizes.push(set.len() as u32);
            hashes.extend(set);
            ids.push(id);
        }
    })?;
    Ok((ids, sizes, hashes))
}

fn common_count(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        count += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    count
}
