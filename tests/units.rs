//! How well texts are cut into units: sentence ends against two libraries, and
//! the same units however a text is wrapped.
//!
//! Both measures read what is no part of the repository and are skipped without
//! it. `cargo test --release --test units -- --nocapture` prints them.

// A measure prints what it measured.
#![allow(clippy::print_stdout)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use support::{records, shared};
use unicode_segmentation::UnicodeSegmentation;
use wirecopy::normalise::normalise;
use wirecopy::segment::segment;

fn ours(text: &str) -> Vec<&str> {
    let units = segment(text, &normalise(text));
    units.iter().map(|u| &text[u.start..u.end]).collect()
}

fn uax29(text: &str) -> Vec<&str> {
    shown(text.split_sentence_bounds())
}

fn library(text: &str) -> Vec<&str> {
    shown(sentencex::segment("en", text).into_iter())
}

fn shown<'t>(sentences: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let trimmed = sentences.map(str::trim);
    trimmed.filter(|sentence| !sentence.is_empty()).collect()
}

/// The 48 English golden rules of the Pragmatic Segmenter are others' texts and
/// are read from the file that `WIRECOPY_GOLDEN_RULES` names: a rule a line in
/// their order, `|` for the single space between two sentences.
#[test]
fn golden_rules() {
    let Some(path) = std::env::var_os("WIRECOPY_GOLDEN_RULES") else {
        println!("skipped: WIRECOPY_GOLDEN_RULES names no file");
        return;
    };
    let rules = fs::read_to_string(path).unwrap();
    let score = |name: &str, cut: Cutter| {
        let mut missed = Vec::new();
        for (number, rule) in rules.lines().enumerate() {
            let text = rule.replace('|', " ");
            let found = cut(&text);
            if found != rule.split('|').collect::<Vec<_>>() {
                missed.push(number + 1);
                if name == "wirecopy" {
                    println!("{:>3}. {}", number + 1, found.join(" | "));
                }
            }
        }
        let right = rules.lines().count() - missed.len();
        println!("{name}: {right}, not {missed:?}");
        right
    };
    let own = score("wirecopy", ours);
    assert!(own > score("unicode-segmentation", uax29));
    assert!(own > score("sentencex", library));
}

/// One way to set the same paragraphs.
type Setting = (&'static str, fn(&[String]) -> String);

/// Breaks lines greedily at `width` characters, as a hard wrap does.
fn wrapped(paragraphs: &[String], width: usize, between: &str, indent: &str) -> String {
    let wrap = |paragraph: &String| {
        let mut set = indent.to_owned();
        let mut column = indent.len();
        for (number, word) in paragraph.split(' ').enumerate() {
            let length = word.chars().count();
            if number > 0 && column + 1 + length > width {
                set.push('\n');
                column = 0;
            } else if number > 0 {
                set.push(' ');
                column += 1;
            }
            set.push_str(word);
            column += length;
        }
        set
    };
    let wrapped: Vec<String> = paragraphs.iter().map(wrap).collect();
    wrapped.join(between)
}

/// Straight quotes become curly, by what stands before them.
fn curly(text: &str) -> String {
    let mut before = ' ';
    let curl = |c| {
        let opens = before.is_whitespace() || matches!(before, '(' | '[' | '-' | '"' | '—');
        let curled = match (c, opens) {
            ('"', true) => '“',
            ('"', false) => '”',
            ('\'', true) => '‘',
            ('\'', false) => '’',
            _ => c,
        };
        before = c;
        curled
    };
    text.chars().map(curl).collect()
}

/// No-break spaces where typesetters put them: before numbers and after short words.
fn no_break(text: &str) -> String {
    let mut set = String::new();
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        set.push_str(word);
        if let Some(next) = words.peek() {
            let binds = word.len() <= 3 || next.starts_with(|c: char| c.is_ascii_digit());
            set.push(if binds { '\u{A0}' } else { ' ' });
        }
    }
    set
}

const SETTINGS: &[Setting] = &[
    ("a paragraph a line", |p| p.join("\n")),
    ("blank lines, CRLF", |p| p.join("\r\n\r\n") + "\r\n"),
    ("wrapped at 40", |p| wrapped(p, 40, "\n\n", "")),
    ("wrapped at 65", |p| wrapped(p, 65, "\n\n", "")),
    ("wrapped at 72", |p| wrapped(p, 72, "\r\n\r\n", "")),
    ("wrapped at 80", |p| wrapped(p, 80, "\n\n", "  ")),
    ("wrapped, indented", |p| wrapped(p, 65, "\n", "    ")),
    ("wrapped, tight", |p| wrapped(p, 65, "\n", "")),
    ("all on one line", |p| p.join(" ")),
    ("curly quotes", |p| curly(&p.join("\n\n"))),
    ("no-break spaces", |p| no_break(&p.join("\n\n"))),
    ("two spaces", |p| p.join("\n\n").replace(". ", ".  ")),
    ("dots as one sign", |p| p.join("\n\n").replace("...", "…")),
];

/// Paragraphs of a text as it came: apart by blank lines or indents.
fn paragraphs(text: &str) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let margin = lines().map(indent).min().unwrap_or(0);
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match found.last_mut() {
            _ if words.is_empty() => open = false,
            Some(last) if open && indent(line) <= margin => {
                last.push(' ');
                last.push_str(&words.join(" "));
            }
            _ => {
                found.push(words.join(" "));
                open = true;
            }
        }
    }
    found
}

/// What cuts a text into sentences.
type Cutter = fn(&str) -> Vec<&str>;

/// The words of a text and its sentences, a sentence as its range of words.
fn ranges(text: &str, cutter: Cutter) -> (String, BTreeSet<(usize, usize)>) {
    let normalised = normalise(text);
    let tokens = normalised.tokens();
    let mut first = 0;
    let mut found = BTreeSet::new();
    for sentence in cutter(text) {
        let end = sentence.as_ptr() as usize - text.as_ptr() as usize + sentence.len();
        let last = tokens.partition_point(|token| token.end as usize <= end);
        if last > first {
            found.insert((first, last));
        }
        first = last;
    }
    (normalised.canonical().to_owned(), found)
}

/// Whether a paragraph ends as a sentence does, so that its end shows on one line.
fn is_closed(paragraph: &str) -> bool {
    let marks = ['.', '!', '?', '…', '。', '۔', '؟', '।'];
    let closers = ['"', '\'', '”', '’', ')', ']', '»'];
    paragraph.trim_end_matches(closers).ends_with(marks)
}

/// Differences of one setting from blank lines between the paragraphs.
#[derive(Default)]
struct Differing {
    units: usize,
    /// Of these, at no end of a paragraph without a full stop: once all is one
    /// line, nothing tells such a headline from what follows.
    inner: usize,
}

/// Prints which share of the units of `texts` is another in each setting, and
/// some of them for the setting that `WIRECOPY_SHOW` names. Gives the share in
/// percent that no headline explains.
fn measure(name: &str, texts: &[String], cutter: Cutter) -> BTreeMap<&'static str, f64> {
    let shown = std::env::var("WIRECOPY_SHOW").unwrap_or_default();
    let mut left = 40;
    let mut all = 0;
    let mut found: BTreeMap<&str, Differing> = BTreeMap::new();
    for text in texts {
        let paragraphs = paragraphs(text);
        let (words, units) = ranges(&paragraphs.join("\n\n"), cutter);
        let list: Vec<&str> = words.split(' ').collect();
        all += units.len();
        let open_ends = open_ends(&paragraphs);
        let settings = SETTINGS.iter().map(|(name, set)| (*name, set(&paragraphs)));
        for (setting, text) in settings.chain([("as it came", text.clone())]) {
            let (other_words, others) = ranges(&text, cutter);
            assert_eq!(other_words, words, "{setting}");
            let row = found.entry(setting).or_default();
            for &(start, end) in units.difference(&others) {
                row.units += 1;
                row.inner += usize::from(!open_ends.contains(&start) && !open_ends.contains(&end));
                if setting == shown && left > 0 {
                    left -= 1;
                    println!("{name}: {}", list[start..end].join(" "));
                    for &(from, to) in others.iter().filter(|o| o.1 > start && o.0 < end) {
                        println!("    | {}", list[from..to].join(" "));
                    }
                }
            }
        }
    }
    println!(
        "\n{name}: {} texts, {all} units; percent that differ",
        texts.len()
    );
    let percent = |count: usize| count as f64 * 100.0 / all as f64;
    let row = |(setting, row): (&&'static str, &Differing)| {
        let (units, inner) = (percent(row.units), percent(row.inner));
        println!("{setting:>20} {units:>8.3} {inner:>8.3}");
        (*setting, inner)
    };
    found.iter().map(row).collect()
}

/// Words before the ends of paragraphs that end without a full stop.
fn open_ends(paragraphs: &[String]) -> BTreeSet<usize> {
    let mut words = 0;
    let mut ends = BTreeSet::new();
    for paragraph in paragraphs {
        words += normalise(paragraph).len();
        if !is_closed(paragraph) {
            ends.insert(words);
        }
    }
    ends
}

/// The most that may differ where paragraphs show, in percent; none where they do not.
fn bound(setting: &str) -> Option<f64> {
    match setting {
        "as it came" | "all on one line" | "wrapped, tight" => None,
        _ if setting.starts_with("wrapped") => Some(0.25),
        "a paragraph a line" => Some(0.05),
        _ => Some(0.01),
    }
}

/// `WIRECOPY_EVERY=1` takes every text, not each twentieth.
#[test]
fn units_are_the_same_however_a_text_is_set() {
    let every = std::env::var("WIRECOPY_EVERY").map_or(20, |n| n.parse().unwrap());
    let mut corpora: Vec<(&str, Vec<String>)> = Vec::new();
    for name in ["reuters21578", "bbc", "senate_press_dev", "versions_dev"] {
        let Some(path) = shared(&format!("data/{name}.jsonl.zst")) else {
            continue;
        };
        let records = records(&path);
        let texts = records.iter().step_by(every);
        let text = |record: &serde_json::Value| record["text"].as_str().unwrap_or("").to_owned();
        corpora.push((name, texts.map(text).collect()));
    }
    if let Some(folder) = shared("seeds") {
        let files = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        let texts = files.map(|file| fs::read_to_string(file).unwrap());
        corpora.push(("seeds", texts.collect()));
    }
    for (name, texts) in &corpora {
        for (setting, percent) in measure(name, texts, ours) {
            if let Some(bound) = bound(setting) {
                assert!(percent <= bound, "{name}, {setting}: {percent}");
            }
        }
        if *name == "seeds" || *name == "bbc" {
            measure(&format!("{name} by sentencex"), texts, library);
            measure(&format!("{name} by unicode-segmentation"), texts, uax29);
        }
    }
}
