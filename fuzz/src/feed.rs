//! A feed in which items are cut out and marked.

use wirecopy::ingest::{FeedItem, IngestOptions, Limits, read_feed};
use wirecopy::write::{FeedEdit, edited_feed};

/// Reads bytes as a feed that is to be written again: its items lie in it, in order and apart; with
/// every second one cut out it is a feed of the others; without a change it is what it was.
pub fn cut_in_feed(bytes: &[u8]) {
    let options = IngestOptions {
        limits: Limits {
            text_bytes: 1 << 20,
            ..Limits::default()
        },
        ..IngestOptions::default()
    };
    let Ok(feed) = read_feed(bytes, "feed", &options) else {
        return;
    };
    let mut last = 0;
    for (number, item) in feed.items().iter().enumerate() {
        assert!(last <= item.range.start && item.range.start <= item.range.end);
        last = item.range.end;
        if let Some(mark) = feed.mark(number) {
            assert!(item.range.start <= mark.range.start && mark.range.end <= item.range.end);
            assert!(mark.range.start <= mark.range.end);
            assert!(bytes.get(mark.indentation).is_some());
        }
    }
    assert!(last <= bytes.len());
    assert_eq!(edited(bytes, &[]), bytes);
    let is_cut = |number: usize| number % 2 == 1;
    let cuts = feed.cuts(&is_cut);
    let mut last = 0;
    for cut in &cuts {
        assert!(last <= cut.start && cut.start <= cut.end);
        last = cut.end;
    }
    let edits: Vec<FeedEdit> = cuts
        .into_iter()
        .map(|range| FeedEdit {
            range,
            text: Vec::new(),
        })
        .collect();
    let cut = edited(bytes, &edits);
    // Of other encodings what is left may be guessed otherwise.
    if edits.is_empty() || std::str::from_utf8(bytes).is_err() {
        return;
    }
    let again = read_feed(&cut, "feed", &options).expect("a feed still");
    let kept = feed.items().iter().enumerate();
    let kept = kept
        .filter(|(number, _)| !is_cut(*number))
        .map(|(_, item)| hash(item));
    assert!(kept.eq(again.items().iter().map(hash)));
}

fn hash(item: &FeedItem) -> Option<[u8; 16]> {
    item.document.as_ref().map(|document| document.record_hash)
}

fn edited(bytes: &[u8], edits: &[FeedEdit]) -> Vec<u8> {
    let mut out = Vec::new();
    edited_feed(bytes, edits, &mut out).expect("memory takes all");
    out
}
