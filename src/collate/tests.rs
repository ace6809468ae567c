use super::*;
use crate::normalise::normalise;
use proptest::prelude::*;

fn collated(texts: &[String]) -> Collation {
    collate(texts.iter().map(|text| Cow::from(text.as_str())))
}

/// The matrix as a reader sees it: a wording's letter for each text, or a point.
fn matrix(collation: &Collation, texts: usize) -> Vec<String> {
    let letter = |row: &CollatedUnit, text: usize| match row.of(text) {
        Some((variant, cell)) => {
            let letter = (b'a' + variant as u8) as char;
            if cell.moved {
                letter.to_ascii_uppercase()
            } else {
                letter
            }
        }
        None => '.',
    };
    let line = |row: &CollatedUnit| (0..texts).map(|text| letter(row, text)).collect();
    collation.rows.iter().map(line).collect()
}

const STORY: [&str; 4] = [
    "The level of the river fell by two metres on Friday.",
    "Crews began to take away the sandbags before noon.",
    "The mayor of Ostia thanked them in a short speech at the old bridge.",
    "Schools will open again on Monday morning.",
];

#[test]
fn lines_are_told_by_row_and_wording() {
    let [one, two, three, four] = STORY.map(str::to_string);
    let three_metres = one.replace("two", "three");
    let texts = [
        STORY.join(" "),
        format!("{three_metres} {two}\n{four}\nRead more"),
        format!("River falls\n{one}\n{four} {two} {three}"),
        format!("{three_metres} {two} {three} {four} Read more."),
    ];
    let collation = collated(&texts);
    assert_eq!(
        matrix(&collation, 4),
        ["..a.", "abab", "aaaa", "a.aa", "aaAa", ".a.a"]
    );
}

#[test]
fn a_sentence_cut_in_two_stays_one_row() {
    let whole =
        "The mayor thanked the crews at the bridge and the schools will open on Monday morning.";
    let cut =
        "The mayor thanked the crews at the bridge. And the schools will open on Monday morning.";
    let collation = collated(&[whole.to_string(), cut.to_string()]);
    assert_eq!(matrix(&collation, 2), ["aa"]);
    assert_eq!(collation.rows[0].variants[0].cells[1].bytes.len(), 2);
    // The other way round: one sentence that holds two rows.
    let collation = collated(&[cut.to_string(), whole.to_string()]);
    assert_eq!(matrix(&collation, 2), ["aa", "aa"]);
}

#[test]
fn what_texts_add_at_one_place_stands_in_their_order() {
    let story = STORY.map(str::to_string);
    let texts = [
        story.join("\n"),
        format!(
            "Ostia dry again\n{}\nRead more\nShare this",
            story.join("\n")
        ),
        format!(
            "No more rain\n{}\nBoats are back on the canal.\n{}\nSubscribe",
            story[0],
            story[1..].join("\n")
        ),
        format!(
            "{}\nA dog was saved.\nBoats are back on the canal.\n{}\nSubscribe\nWrite to us",
            story[0],
            story[1..].join("\n")
        ),
    ];
    let collation = collated(&texts);
    let own = |row: &CollatedUnit| row.variants[0].text.clone();
    let lines: Vec<String> = collation
        .rows
        .iter()
        .map(own)
        .filter(|line| !story.contains(line))
        .collect();
    assert_eq!(
        lines,
        [
            "Ostia dry again",
            "No more rain",
            "A dog was saved.",
            "Boats are back on the canal.",
            "Read more",
            "Share this",
            "Subscribe",
            "Write to us"
        ]
    );
}

#[test]
fn a_short_line_elsewhere_is_the_same_line_moved() {
    let story = STORY.map(str::to_string);
    let texts = [
        format!("{}\nShare", story.join("\n")),
        format!("Share\n{}", story.join("\n")),
        format!("Share\n{}\nShare", story.join("\n")),
    ];
    // Twice in one text it is two lines.
    assert_eq!(
        matrix(&collated(&texts), 3),
        ["..a", "aaa", "aaa", "aaa", "aaa", "aAa"]
    );
}

#[test]
fn a_line_is_told_by_the_wording_that_it_is_most_like() {
    // The third text has little of the first's words, but most of the second's.
    let texts = [
        "Crews began to take away the sandbags before noon. Schools will open on Monday.",
        "Before noon crews and many helpers from Orme took the sandbags away. Schools will open on Monday.",
        "Many helpers from Orme took the sandbags. Schools will open on Monday.",
    ];
    let collation = collated(&texts.map(str::to_string));
    assert_eq!(collation.rows.last().map(|row| row.variants.len()), Some(1));
    let of = |text: usize| collation.rows.iter().position(|row| row.of(text).is_some());
    assert_eq!(of(2), of(1));
}

#[test]
fn the_wording_of_most_documents_comes_first() {
    let mut collator = Collator::default();
    for text in ["Rain ends on Friday.", "Rain ends on Monday."] {
        collator.add(text);
    }
    let rows = collator.finish(|text| [3, 4][text]).rows;
    let texts: Vec<&str> = rows[0]
        .variants
        .iter()
        .map(|variant| variant.text.as_str())
        .collect();
    assert_eq!(texts, ["Rain ends on Monday.", "Rain ends on Friday."]);
}

fn text() -> impl Strategy<Value = String> {
    let sentence = prop::collection::vec(
        prop::sample::select(&["the", "river", "bridge", "crews", "rain", "mayor", "of"][..]),
        1..9,
    );
    let sentence = sentence.prop_map(|words| {
        let text = words.join(" ");
        text[..1].to_uppercase() + &text[1..] + "."
    });
    let end = prop::sample::select(&[" ", "\n", "\n\n", "\n* * *\n"][..]);
    prop::collection::vec((sentence, end), 0..8)
        .prop_map(|parts| parts.into_iter().map(|(s, end)| s + end).collect())
}

proptest! {
    #[test]
    fn every_word_of_every_text_is_in_one_cell(texts in prop::collection::vec(text(), 1..6)) {
        let collation = collated(&texts);
        for (number, text) in texts.iter().enumerate() {
            let mut ranges = Vec::new();
            for row in &collation.rows {
                let cells: Vec<_> = row.variants.iter().flat_map(|variant| {
                    variant.cells.iter().filter(|cell| cell.text == number).map(move |c| (variant, c))
                }).collect();
                prop_assert!(cells.len() <= 1);
                for (variant, cell) in cells {
                    let words: Vec<String> = cell.bytes.iter()
                        .map(|bytes| normalise(&text[bytes.clone()]).canonical().to_string())
                        .collect();
                    prop_assert_eq!(&words.join(" "), &variant.words);
                    ranges.extend(cell.bytes.clone());
                }
            }
            ranges.sort_by_key(|range| range.start);
            prop_assert!(ranges.windows(2).all(|two| two[0].end <= two[1].start));
            let words: usize = ranges.iter().map(|range| normalise(&text[range.clone()]).len()).sum();
            prop_assert_eq!(words, normalise(text).len());
        }
    }

    /// A line in a wording that some text had is in that text's row.
    #[test]
    fn lines_in_known_wordings_add_no_row(
        texts in prop::collection::vec(prop::collection::vec(0..STORY.len(), 1..5), 1..5),
    ) {
        let text = |lines: &Vec<usize>| {
            let mut seen = Vec::new();
            let first = |line: &&usize| {
                let new = !seen.contains(*line);
                seen.push(**line);
                new
            };
            lines.iter().filter(first).map(|&line| STORY[line]).collect::<Vec<_>>().join("\n")
        };
        let texts: Vec<String> = texts.iter().map(text).collect();
        let collation = collated(&texts);
        let known = STORY.iter().filter(|line| texts.iter().any(|text| text.contains(**line)));
        prop_assert_eq!(collation.rows.len(), known.count());
        prop_assert!(collation.rows.iter().all(|row| row.variants.len() == 1));
    }

    /// No text makes a new row of a wording that a row has which it lacks, and rows
    /// that a text has in order are in its order.
    #[test]
    fn rows_are_no_more_than_needed_and_in_order(texts in prop::collection::vec(text(), 1..6)) {
        let collation = collated(&texts);
        let first = |variant: &Variant| variant.cells[0].text;
        for row in &collation.rows {
            let made = row.variants.iter().min_by_key(|variant| first(variant)).unwrap();
            let known = collation.rows.iter().filter(|other| {
                let same = |variant: &Variant| variant.words == made.words && first(variant) < first(made);
                other.variants.iter().any(same)
            });
            prop_assert!(known.clone().all(|other| other.of(first(made)).is_some()));
        }
        for number in 0..texts.len() {
            let cells = collation.rows.iter().filter_map(|row| row.of(number));
            let in_order = cells.filter(|(_, cell)| !cell.moved);
            let starts: Vec<usize> = in_order.map(|(_, cell)| cell.bytes[0].start).collect();
            prop_assert!(starts.is_sorted());
        }
    }
}
