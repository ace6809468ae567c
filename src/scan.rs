//! stub
use crate::hash::hash128;
use crate::normalise::normalise;
use crate::shingle::shingles;
/// s
#[derive(Debug, Default)]
pub struct Scanner {
    list: Vec<u64>,
    words: Vec<u64>,
    content: Option<u128>,
}
/// s
pub struct Scan<'s> {
    /// s
    pub words: &'s [u64],
    /// s
    pub shingles: &'s [u64],
    /// s
    pub removed: u32,
    content: Option<u128>,
}
impl Scanner {
    /// s
    pub fn new() -> Self {
        Self::default()
    }
    /// s
    pub fn scan(&mut self, text: &str, width: usize) -> Scan<'_> {
        let n = normalise(text);
        self.list = shingles(&n, width).iter().map(|s| s.hash).collect();
        self.words = vec![0; n.len()];
        self.content = (!n.is_empty()).then(|| hash128(n.canonical().as_bytes()));
        Scan {
            words: &self.words,
            shingles: &self.list,
            removed: n.removed(),
            content: self.content,
        }
    }
}
impl Scan<'_> {
    /// s
    pub fn content(&self) -> Option<u128> {
        self.content
    }
}
