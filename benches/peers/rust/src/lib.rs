//! What the two programs of this crate share: reading a corpus, grouping pairs, and writing results.

use serde::Deserialize;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

/// A record of the corpus; other fields are skipped.
#[derive(Deserialize)]
pub struct Record<'a> {
    /// The key.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// The text.
    #[serde(borrow)]
    pub text: Cow<'a, str>,
}

impl<'a> Record<'a> {
    /// Parses one line.
    pub fn parse(line: &'a str) -> Self {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("not a record: {error}: {line:.80}"))
    }
}

/// Hands the lines of a JSONL file to `each`, a block of about eight megabytes at a time, so that
/// the texts are never in memory all at once.
pub fn blocks(corpus: &Path, mut each: impl FnMut(Vec<&str>)) -> io::Result<()> {
    const BLOCK: usize = 8 << 20;
    let mut reader = BufReader::with_capacity(1 << 20, File::open(corpus)?);
    let mut block = String::with_capacity(BLOCK + (1 << 16));
    loop {
        block.clear();
        while block.len() < BLOCK && reader.read_line(&mut block)? > 0 {}
        if block.is_empty() {
            return Ok(());
        }
        each(block.lines().filter(|line| !line.trim().is_empty()).collect());
    }
}

/// Writes `PREFIX.pairs.csv` (two keys a line) and `PREFIX.groups.csv` (a key and its group's
/// smallest member by position).
pub fn write_result(prefix: &str, ids: &[String], pairs: &[(u32, u32)]) -> io::Result<()> {
    let mut parent: Vec<u32> = (0..ids.len() as u32).collect();
    let mut out = BufWriter::new(File::create(format!("{prefix}.pairs.csv"))?);
    for &(a, b) in pairs {
        writeln!(out, "{},{}", ids[a as usize], ids[b as usize])?;
        let (a, b) = (root(&mut parent, a), root(&mut parent, b));
        parent[a.max(b) as usize] = a.min(b);
    }
    out.flush()?;
    let mut out = BufWriter::new(File::create(format!("{prefix}.groups.csv"))?);
    for (i, id) in ids.iter().enumerate() {
        let first = root(&mut parent, i as u32);
        writeln!(out, "{id},{}", ids[first as usize])?;
    }
    out.flush()
}

fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        let above = parent[parent[node as usize] as usize];
        parent[node as usize] = above;
        node = above;
    }
    node
}
