//! Equality with the slow twin, on every level of the machine.

use proptest::prelude::*;

use super::Scanner;
use crate::cpu;
use crate::hash::{content_hash, word_hash};
use crate::normalise::normalise;
use crate::shingle::shingles;

fn scanners() -> Vec<(&'static str, Scanner)> {
    let at = |(name, level)| (name, Scanner::at_level(level));
    cpu::tested().into_iter().map(at).collect()
}

fn assert_equals_the_twin(scanners: &mut [(&'static str, Scanner)], text: &str, width: usize) {
    let twin = normalise(text);
    let words: Vec<u64> = (0..twin.len())
        .map(|i| word_hash(twin.word(i).as_bytes()))
        .collect();
    let list: Vec<u64> = shingles(&twin, width).iter().map(|s| s.hash).collect();
    for (name, scanner) in scanners {
        let scan = scanner.scan(text, width);
        assert_eq!(scan.words, words, "{name} {text:?}");
        assert_eq!(scan.shingles, list, "{name} {width} {text:?}");
        assert_eq!(scan.removed, twin.removed(), "{name} {text:?}");
        let content = (!words.is_empty()).then(|| content_hash(&words));
        assert_eq!(scan.content(), content);
    }
}

#[test]
fn every_character_in_every_company() {
    let mut scanners = vec![("best", Scanner::new())];
    for c in '\0'..=char::MAX {
        // Behind and before a letter, a mark, a letter without spaces, itself.
        let text = format!("a{c}b {c} {c}\u{301}x{c}\u{30A}水{c}水 é{c}é.{c}{c}\u{200B}{c}");
        assert_equals_the_twin(&mut scanners, &text, 2);
    }
}

#[test]
fn characters_on_every_side_of_a_block_border() {
    let mut scanners = scanners();
    for c in [
        "’",
        "é",
        "e\u{301}",
        "\u{AD}",
        "水",
        "ﬃ",
        "🙂",
        "Ω\u{345}",
        "ß",
        "\u{FDFA}",
        "Z",
    ] {
        for lead in (0..70).chain(120..135).chain(4080..4100) {
            let text = format!("{}{c}{}", "x".repeat(lead), " of the word".repeat(8));
            assert_equals_the_twin(&mut scanners, &text, 5);
            let text = format!("{}{c}", "ab ".repeat(lead / 3 + 1));
            assert_equals_the_twin(&mut scanners, &text, 5);
        }
    }
}

#[test]
fn words_and_gaps_of_every_length_at_every_place() {
    let mut scanners = scanners();
    for length in (0..40).chain([63, 64, 65, 4095, 4096, 4097, 9000]) {
        for lead in [0, 1, 15, 31, 47, 48, 49, 63, 64, 4090] {
            let text = format!("{}{}", " ".repeat(lead), "W".repeat(length));
            assert_equals_the_twin(&mut scanners, &text, 5);
            let text = format!("{}{}end", "w".repeat(lead), "-".repeat(length));
            assert_equals_the_twin(&mut scanners, &text, 5);
        }
    }
    assert_equals_the_twin(&mut scanners, &"a ".repeat(5000), 5);
    assert_equals_the_twin(&mut scanners, &"\u{FDFA}".repeat(3000), 5);
    assert_equals_the_twin(&mut scanners, &"水a\u{301}".repeat(3000), 5);
}

#[test]
fn every_width() {
    let mut scanners = scanners();
    let words = "the cat sat on the mat and looked at 25 king’s ships ".repeat(30);
    let mixed = "水位下降 the river fell 水位 again ".repeat(30);
    for width in (0..=130).chain([330, 1000, usize::MAX]) {
        for take in [0, 3, width.saturating_mul(4), words.len()] {
            for text in [&words, &mixed] {
                let head: String = text.chars().take(take).collect();
                assert_equals_the_twin(&mut scanners, &head, width);
            }
        }
    }
}

#[test]
fn nothing_of_the_text_before_is_left() {
    let mut scanners = scanners();
    assert_equals_the_twin(&mut scanners, &"水 und straße\u{AD} ".repeat(300), 3);
    assert_equals_the_twin(&mut scanners, "ab", 3);
    assert_equals_the_twin(&mut scanners, "", 3);
}

/// Text of news and text of everything, in pieces that end anywhere in a block.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 .,'-]{0,40}",
        1 => "[a-zA-Z]{10,20}",
        2 => "[“”‘’–—…\u{A0}\u{2009}\u{2011}\u{2017}\u{202F}«»€]{0,3}",
        2 => "[à-ÿÀ-ÞĀ-ſ\u{300}-\u{310}]{0,4}",
        1 => "[\u{AD}\u{200B}-\u{200F}\u{FEFF}\u{FE0F}]{0,2}",
        1 => "[\u{370}-\u{3FF}\u{400}-\u{4FF}]{0,12}",
        1 => "[\u{590}-\u{6FF}\u{200B}-\u{200F}]{0,6}",
        1 => "[\u{900}-\u{97F}]{0,6}",
        1 => "[\u{E01}-\u{E5B}]{0,6}",
        1 => "[\u{1100}-\u{11FF}가-깋]{0,4}",
        1 => "[\u{3040}-\u{30FF}一-三\u{FF61}-\u{FFDC}]{0,12}",
        1 => "[😀-😂\u{1F3FB}\u{20000}-\u{20010}\u{1D400}-\u{1D410}]{0,3}",
        1 => "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_twin(text in text(), width in 1usize..9) {
        assert_equals_the_twin(&mut scanners(), &text, width);
    }
}
