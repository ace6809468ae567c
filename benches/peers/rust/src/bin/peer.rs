//! `peer NAME CORPUS PREFIX`: finds near-duplicates with the library NAME (gaoya, txtfp or
//! lshdedup): word 5-shingles, 128 hashes, 16 bands of 8, estimated Jaccard of .7 and above.
//!
//! RAYON_NUM_THREADS sets the threads; lshdedup has one whatever it says.

use rayon::prelude::*;
use std::path::Path;
use wirecopy_peers::{Record, blocks, write_result};

const SHINGLE: usize = 5;
const BANDS: usize = 16;
const ROWS: usize = 8;
const HASHES: usize = BANDS * ROWS;
const BAR: f32 = 0.7;

type Found = (Vec<String>, Vec<(u32, u32)>);

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, corpus, prefix] = arguments.as_slice() else {
        panic!("usage: peer gaoya|txtfp|lshdedup CORPUS PREFIX");
    };
    let corpus = Path::new(corpus);
    let (ids, pairs) = match name.as_str() {
        "gaoya" => gaoya(corpus)?,
        "txtfp" => txtfp(corpus)?,
        "lshdedup" => lshdedup(corpus)?,
        other => panic!("no peer {other}"),
    };
    write_result(prefix, &ids, &pairs)
}

fn gaoya(corpus: &Path) -> std::io::Result<Found> {
    use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32, SmallVecContainer};
    let hasher = MinHasher32::new(HASHES);
    let (mut ids, mut signatures) = (Vec::new(), Vec::new());
    blocks(corpus, |lines| {
        let block: Vec<(String, Vec<u32>)> = lines
            .par_iter()
            .map(|line| {
                let record = Record::parse(line);
                let lower = record.text.to_lowercase();
                let words: Vec<&str> = gaoya::text::whitespace_split(&lower).collect();
                let width = SHINGLE.min(words.len()).max(1);
                let signature = if words.is_empty() {
                    hasher.create_signature(std::iter::once(&words[..]))
                } else {
                    hasher.create_signature(words.windows(width))
                };
                (record.id.into_owned(), signature)
            })
            .collect();
        for (id, signature) in block {
            ids.push(id);
            signatures.push(signature);
        }
    })?;
    let all = 0..ids.len() as u32;
    let mut index: MinHashIndex<u32, u32, SmallVecContainer<u32, 2>> =
        MinHashIndex::new_index(BANDS, ROWS, f64::from(BAR));
    index.par_bulk_insert(all.clone().collect(), signatures);
    let pairs = all
        .into_par_iter()
        .flat_map_iter(|later| {
            let near = index.query_by_id_owned(&later);
            near.into_iter().filter(move |&earlier| earlier < later).map(move |earlier| (earlier, later))
        })
        .collect();
    Ok((ids, pairs))
}

fn txtfp(corpus: &Path) -> std::io::Result<Found> {
    use txtfp::{
        Canonicalizer, Fingerprinter, LshIndex, MinHashFingerprinter, MinHashSig, ShingleTokenizer, WordTokenizer,
    };
    let tokens = ShingleTokenizer { k: SHINGLE, inner: WordTokenizer };
    let sketcher = MinHashFingerprinter::<_, HASHES>::new(Canonicalizer::default(), tokens);
    let (mut ids, mut sketches) = (Vec::new(), Vec::<(u64, MinHashSig<HASHES>)>::new());
    blocks(corpus, |lines| {
        let block: Vec<_> = lines
            .par_iter()
            .map(|line| {
                let record = Record::parse(line);
                (sketcher.fingerprint(&record.text).ok(), record.id.into_owned())
            })
            .collect();
        for (sketch, id) in block {
            // A text without words gets no fingerprint and is near nothing.
            sketches.extend(sketch.map(|sketch| (ids.len() as u64, sketch)));
            ids.push(id);
        }
    })?;
    let mut index: LshIndex<HASHES> = LshIndex::with_bands_rows(BANDS, ROWS).expect("bands");
    let mut pairs = Vec::new();
    for (later, sketch) in sketches {
        let near = index.query_with_threshold(&sketch, BAR);
        pairs.extend(near.into_iter().map(|earlier| (earlier as u32, later as u32)));
        index.insert(later, sketch);
    }
    Ok((ids, pairs))
}

fn lshdedup(corpus: &Path) -> std::io::Result<Found> {
    use lshdedup_core::{Config, Index, ShingleUnit};
    let mut index = Index::new(Config {
        num_hashes: HASHES,
        bands: BANDS,
        shingle_size: SHINGLE,
        shingle_unit: ShingleUnit::Word,
        ..Config::default()
    })
    .expect("settings");
    let (mut ids, mut pairs) = (Vec::new(), Vec::new());
    blocks(corpus, |lines| {
        for line in lines {
            let record = Record::parse(line);
            let later = ids.len() as u32;
            for hit in index.near_duplicates(&record.text, f64::from(BAR)) {
                pairs.push((hit.id.parse().expect("our own key"), later));
            }
            // Refused only where the text has no words.
            let _ = index.insert(later.to_string(), &record.text);
            ids.push(record.id.into_owned());
        }
    })?;
    Ok((ids, pairs))
}
