use super::*;
use proptest::prelude::*;
use std::path::Path;

fn ops(a: &str, b: &str) -> Vec<(Status, String, String)> {
    let (a, b) = (PreparedText::new(a), PreparedText::new(b));
    let result = align(&a, &b);
    check_laws(&a, &b, &result);
    result
        .changes
        .iter()
        .map(|row| {
            (
                row.op,
                a.text[row.a.clone()].to_owned(),
                b.text[row.b.clone()].to_owned(),
            )
        })
        .collect()
}

#[test]
fn texts_of_one_hash_are_aligned_by_their_words() {
    let b = STORY.replace("two metres", "three metres");
    let (mut a, mut b) = (PreparedText::new(STORY), PreparedText::new(&b));
    let right = align(&a, &b);
    a.words.fill(7);
    b.words.fill(7);
    assert_eq!(align(&a, &b), right);
}

/// What holds for every alignment.
fn check_laws(a: &PreparedText<'_>, b: &PreparedText<'_>, result: &Alignment) {
    for (side, text) in [(&result.a, a), (&result.b, b)] {
        let mut at = 0;
        for span in side.spans(text) {
            assert_eq!(span.range.start, at);
            assert!(span.range.end > at);
            assert!(text.text.get(span.range.clone()).is_some());
            at = span.range.end;
        }
        assert_eq!(at, text.text.len());
        assert_eq!(side.units().len(), text.units.len());
    }
    let script = edit_script(a, b, result);
    assert_eq!(apply(a.text, &script), b.text);

    let mut last = None;
    for (token, partner) in result.a.partners().enumerate() {
        let Some(partner) = partner else { continue };
        assert_eq!(result.b.partner(partner), Some(token));
        assert_eq!(a.normalised.word(token), b.normalised.word(partner));
        assert_eq!(result.a.is_moved(token), result.b.is_moved(partner));
        if !result.a.is_moved(token) {
            assert!(last < Some(partner));
            last = Some(partner);
        }
    }

    for (token, partner) in result.b.partners().enumerate() {
        assert!(partner.is_none_or(|partner| result.a.partner(partner) == Some(token)));
    }

    let counts = &result.counts;
    assert_eq!(
        counts.words_matched() + counts.words_dropped,
        a.normalised.len()
    );
    assert_eq!(
        counts.words_matched() + counts.words_added,
        b.normalised.len()
    );
    let rows = |op| result.changes.iter().filter(|row| row.op == op).count();
    assert_eq!(rows(Added), counts.units_added);
    assert_eq!(rows(Dropped), counts.units_dropped);
    assert_eq!(rows(Status::Same), 0);
    let mut place = 0;
    let mut hunk = 0;
    for row in &result.changes {
        assert!(row.b.start >= place || matches!(row.op, Moved | Dropped));
        assert!(a.text.get(row.a.clone()).is_some() && b.text.get(row.b.clone()).is_some());
        assert!(row.hunk == hunk || row.hunk == hunk + 1);
        (place, hunk) = (row.b.start, row.hunk);
    }
    // Every unit that is not the same stands in a row.
    for (side, text, is_a) in [(&result.a, a, true), (&result.b, b, false)] {
        for (index, unit) in text.units.iter().enumerate() {
            let listed = result.changes.iter().any(|row| {
                let units = if is_a { &row.a_units } else { &row.b_units };
                units.contains(&index)
            });
            if unit.is_empty() {
                continue;
            }
            match side.units()[index] {
                Status::Same => assert!(
                    text.normalised.is_empty()
                        || (unit.first_token..unit.end_token).all(|t| side.partner(t).is_some())
                ),
                _ => assert!(listed, "unit {index} of {}", if is_a { "a" } else { "b" }),
            }
        }
    }
}

use Status::{Added, Dropped, Edited, Moved};

fn row(op: Status, a: &str, b: &str) -> (Status, String, String) {
    (op, a.to_owned(), b.to_owned())
}

const STORY: &str = "The level of the river fell by two metres on Friday. Crews began to take away \
    the sandbags before noon. The mayor of Ostia thanked them in a short speech at the old bridge. \
    Schools will open again on Monday morning. Nobody was hurt in the flood, the authority said.";

#[test]
fn a_comment_form_is_not_a_licence() {
    let a = format!(
        "{STORY} All of this text is published under a Common Share Alike licence of the agency."
    );
    let b = format!(
        "The river falls\n{}\nLeave a Comment",
        STORY.replace(". ", ".\n")
    );
    assert_eq!(
        ops(&a, &b),
        [
            row(Added, "", "The river falls"),
            row(
                Dropped,
                "All of this text is published under a Common Share Alike licence of the agency.",
                ""
            ),
            row(Added, "", "Leave a Comment"),
        ]
    );
}

#[test]
fn what_moved_out_of_joined_lines_is_not_gone() {
    let (first, moved, last) = (
        "The list also draws attention to the growing influence of the regulator",
        "Nobody expected a quick decision from them on the matter at all.",
        "It credited the legend with raw energy and an ability to create characters.",
    );
    let a = format!("{first}\n\n{moved}\n\n{last}\n");
    let b = format!("{first} {last}\n\n{moved}\n");
    let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
    let result = align(&a, &b);
    check_laws(&a, &b, &result);
    assert_eq!(
        (result.counts.words_added, result.counts.words_dropped),
        (0, 0)
    );
    let gone = result.changes.iter().flat_map(|row| &row.words);
    assert_eq!(gone.count(), 0, "{:?}", result.changes);
    assert!(result.changes.iter().any(|row| row.op == Moved));
}

#[test]
fn a_word_moves_to_one_place() {
    // Of the long sentence eight words moved into one sentence, and another is like it.
    let words: Vec<String> = (0..28).map(|at| format!("word{at}")).collect();
    let like: Vec<String> = (0..28)
        .map(|at| format!("{}{at}", if at % 4 == 0 { "other" } else { "word" }))
        .collect();
    let a = format!("{}. {STORY}", words.join(" "));
    let b = format!(
        "{STORY} Once more {} as was said. {}.",
        words[9..17].join(" "),
        like.join(" ")
    );
    for (a, b) in [(&a, &b), (&b, &a)] {
        let (a, b) = (PreparedText::new(a), PreparedText::new(b));
        let result = align(&a, &b);
        check_laws(&a, &b, &result);
        assert!(result.counts.words_moved > 8);
    }
}

#[test]
fn one_changed_figure_makes_a_unit_edited() {
    let b = STORY.replace("two metres", "three metres");
    let found = ops(STORY, &b);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Edited);
    let result = align(&PreparedText::new(STORY), &PreparedText::new(&b));
    let text = PreparedText::new(&b);
    let words: Vec<&str> = result.changes[0]
        .words
        .iter()
        .map(|edit| text.normalised.words(edit.b.start, edit.b.end))
        .collect();
    assert_eq!(words, ["three"]);
}

#[test]
fn a_sentence_cut_in_two_is_the_same() {
    let b = STORY.replace("sandbags before", "sandbags. Before");
    assert!(ops(STORY, &b).is_empty());
    let b = STORY.replace("sandbags before noon", "sandbags. They left before noon");
    let found = ops(STORY, &b);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].0, &found[0].2[..]),
        (
            Edited,
            "Crews began to take away the sandbags. They left before noon."
        )
    );
}

#[test]
fn sentences_that_share_little_are_added_and_dropped() {
    let b = STORY.replace(
        "Schools will open again on Monday morning.",
        "Trains run on time between the two towns.",
    );
    assert_eq!(
        ops(STORY, &b),
        [
            row(Dropped, "Schools will open again on Monday morning.", ""),
            row(Added, "", "Trains run on time between the two towns."),
        ]
    );
}

#[test]
fn a_moved_sentence_is_one_row() {
    let speech = "The mayor of Ostia thanked them in a short speech at the old bridge. ";
    let b = format!("{speech}{}", STORY.replace(speech, ""));
    assert_eq!(ops(STORY, &b), [row(Moved, speech.trim(), speech.trim())]);
    let light = speech.replace("short", "brief");
    let b = format!("{light}{}", STORY.replace(speech, ""));
    assert_eq!(ops(STORY, &b)[0].0, Moved);
}

#[test]
fn an_inserted_sentence_is_whole_though_its_first_word_repeats() {
    let b = STORY.replace(
        "The mayor of",
        "The mayor of Veii sent a boat. The mayor of",
    );
    assert_eq!(
        ops(STORY, &b),
        [row(Added, "", "The mayor of Veii sent a boat.")]
    );
}

#[test]
fn a_word_that_a_run_reaches_over_links_nothing() {
    let a =
        "Crews left the town before noon on Friday. The report of the judge named nobody at all.";
    let b = "Crews left the town before noon on Friday. The first boat came. The second sank. \
             Then a report of the judge named nobody at all.";
    let found = ops(a, b);
    let edited: Vec<&str> = found
        .iter()
        .filter(|row| row.0 == Edited)
        .map(|row| &row.2[..])
        .collect();
    assert_eq!(edited, ["Then a report of the judge named nobody at all."]);
}

#[test]
fn empty_and_wordless_texts() {
    assert!(ops("", "").is_empty());
    assert_eq!(ops("", "One line.").len(), 1);
    assert_eq!(ops("One line.", "* * *").len(), 1);
    assert!(ops("* * *", " \n ").is_empty());
}

#[test]
fn huge_repetitive_texts_end() {
    let one = "again ".repeat(700_000);
    let two = PreparedText::new(&one);
    assert!(align(&two, &two).changes.is_empty());
    let mut state = 1_u32;
    let mut noise = || -> String {
        (0..200_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if state >> 31 == 0 { "yes " } else { "no " }
            })
            .collect()
    };
    let (x, y) = (noise(), noise());
    let result = align(&PreparedText::new(&x), &PreparedText::new(&y));
    assert_eq!(result.counts.gaps_skipped, 1);
}

/// Development texts beside the repository; the test passes without them.
#[test]
fn the_republished_pair_differs_in_three_units() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here
        .ancestors()
        .flat_map(|up| [up.join("shared/seeds"), up.join("work/shared/seeds")])
        .find(|path| path.is_dir());
    let Some(folder) = folder else { return };
    let read = |prefix: &str| -> Option<String> {
        let mut files = std::fs::read_dir(&folder)
            .ok()?
            .flatten()
            .map(|entry| entry.path());
        let path = files.find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(prefix))
        })?;
        std::fs::read_to_string(path).ok()
    };
    let (Some(a), Some(b)) = (read("000_"), read("001_")) else {
        return;
    };
    let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
    let result = align(&a, &b);
    check_laws(&a, &b, &result);
    let lines_a = crate::segment::LineIndex::new(a.text);
    let lines_b = crate::segment::LineIndex::new(b.text);
    let rows: Vec<(Status, usize)> = result
        .changes
        .iter()
        .map(|row| {
            (
                row.op,
                match row.op {
                    Dropped => lines_a.place(row.a.start).0,
                    _ => lines_b.place(row.b.start).0,
                },
            )
        })
        .collect();
    assert_eq!(rows, [(Added, 1), (Dropped, 2), (Added, 30)]);
    assert_eq!(result.counts.longest_run, 794);
    assert_eq!(result.counts.words_matched(), 794);
    // The others report the same events and copy nothing.
    for other in ["002_", "003_", "004_"] {
        if let Some(other) = read(other) {
            let other = PreparedText::new(&other);
            let result = align(&a, &other);
            check_laws(&a, &other, &result);
            assert!(
                result.counts.units_same == 0 && result.counts.coverage_b() < 0.1,
                "{:?}",
                result.counts
            );
        }
    }
}

/// A small vocabulary, so that repetition and chance matches abound.
fn sentence() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "the",
        "of",
        "river",
        "bridge",
        "fell",
        "Friday",
        "mayor",
        "two",
        "under",
        "authority",
        "metres",
        "said",
        "on",
        "Ostia",
        "sandbags",
    ]);
    prop::collection::vec(word, 4..14).prop_map(|words| {
        let sentence = words.join(" ") + ".";
        let capital = sentence.get(..1).unwrap_or("").to_uppercase();
        capital + &sentence[1..]
    })
}

fn article() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(sentence(), 0..14)
}

#[derive(Clone, Debug)]
enum Change {
    Drop(usize),
    Insert(usize, String),
    Word(usize, usize),
    Swap(usize, usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        any::<usize>().prop_map(Change::Drop),
        (any::<usize>(), sentence()).prop_map(|(at, text)| Change::Insert(at, text)),
        any::<(usize, usize)>().prop_map(|(at, word)| Change::Word(at, word)),
        any::<(usize, usize)>().prop_map(|(x, y)| Change::Swap(x, y)),
    ];
    prop::collection::vec(change, 0..6)
}

fn changed(article: &[String], changes: &[Change]) -> Vec<String> {
    let mut text = article.to_vec();
    for change in changes {
        if text.is_empty() {
            break;
        }
        let n = text.len();
        match change {
            Change::Drop(at) => {
                text.remove(at % n);
            }
            Change::Insert(at, sentence) => text.insert(at % (n + 1), sentence.clone()),
            Change::Word(at, word) => {
                let mut words: Vec<String> = text[at % n].split(' ').map(str::to_owned).collect();
                let len = words.len();
                let at_word = word % len;
                // Its capital and its period stay, as they make the sentence.
                let new = if at_word == 0 { "Changed" } else { "changed" };
                let end = if at_word + 1 == len { "." } else { "" };
                words[at_word] = format!("{new}{end}");
                text[at % n] = words.join(" ");
            }
            Change::Swap(x, y) => text.swap(x % n, y % n),
        }
    }
    text
}

const SENTENCES: &[&str] = &[
    "The river fell by two metres on Friday and the crews went home.",
    "The crews went home on Friday and the river fell by three metres.",
    "The mayor of the town said that the river fell by two metres.",
    "The mayor said on Friday that the crews of the town went home.",
    "Two metres of the river.",
    "The mayor went home.",
    "Home.",
    "On Friday the river of the town fell by two metres, said the mayor, and the crews went home.",
    "Three crews of the town went to the river, the mayor of the town said on Friday.",
];

fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-c]{1,2}",
        "[ \n\r\t]{1,3}",
        "[.!?…。”\"')(*-]{1,2}",
        "[水雨は、。]{1,3}",
        "[\u{300}-\u{303}\u{200B}\u{A0}½\u{B4}]{1,2}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn laws_hold_for_edited_articles(article in article(), changes in changes()) {
        let (a, b) = (article.join(" "), changed(&article, &changes).join("\n"));
        let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
        check_laws(&a, &b, &align(&a, &b));
    }

    /// Sentences of few words in any order: nothing stands once, everything moved.
    #[test]
    fn laws_hold_for_shuffled_sentences(
        a in prop::collection::vec(prop::sample::select(SENTENCES), 0..12),
        b in prop::collection::vec(prop::sample::select(SENTENCES), 0..12),
    ) {
        let (a, b) = (a.join(" "), b.join("\n"));
        let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
        check_laws(&a, &b, &align(&a, &b));
    }

    #[test]
    fn laws_hold_for_odd_texts(a in odd_text(), b in odd_text()) {
        let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
        check_laws(&a, &b, &align(&a, &b));
    }

    #[test]
    fn a_text_is_the_same_as_itself(text in odd_text(), article in article()) {
        for text in [text, article.join(" ")] {
            let text = PreparedText::new(&text);
            let result = align(&text, &text);
            prop_assert!(result.changes.is_empty());
            prop_assert_eq!(result.counts.longest_run, text.normalised.len());
        }
    }

    #[test]
    fn wrapping_changes_nothing(article in article(), changes in changes()) {
        let other = changed(&article, &changes);
        let (a, b) = (article.join(" "), other.join(" "));
        let (a_lines, b_lines) = (article.join("\n"), other.join("\r\n\r\n"));
        let plain = align(&PreparedText::new(&a), &PreparedText::new(&b));
        let wrapped = align(&PreparedText::new(&a_lines), &PreparedText::new(&b_lines));
        let words = |text: &str| -> Vec<String> {
            let text = PreparedText::new(text);
            text.units.iter().map(|unit| text.normalised.words(unit.first_token, unit.end_token).to_owned()).collect()
        };
        prop_assert_eq!(words(&a), words(&a_lines));
        prop_assert_eq!(words(&b), words(&b_lines));
        prop_assert_eq!(plain.counts, wrapped.counts);
        prop_assert_eq!((plain.a, plain.b), (wrapped.a, wrapped.b));
    }

    #[test]
    fn sides_swap(article in prop::collection::vec("[A-Z][a-z]{6}( [a-z]{6}){6}\\.", 3..10), at in any::<usize>(), new in "[A-Z][a-z]{6}( [a-z]{6}){4}\\.") {
        let mut other = article.clone();
        other.insert(at % (article.len() + 1), new);
        let (a, b) = (article.join(" "), other.join(" "));
        let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
        let (there, back) = (align(&a, &b).counts, align(&b, &a).counts);
        prop_assert_eq!((there.units_added, there.units_dropped), (1, 0));
        prop_assert_eq!((back.units_added, back.units_dropped), (0, 1));
        prop_assert_eq!(there.units_same, back.units_same);
    }

    #[test]
    fn never_above_the_longest_subsequence(article in article(), changes in changes()) {
        let (a, b) = (article.join(" "), changed(&article, &changes).join(" "));
        let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
        let words = |text: &'_ PreparedText<'_>| -> (Vec<u64>, Vec<Range<usize>>) {
            (text.words.clone(), text.unit_words.clone())
        };
        let (a, b) = (words(&a), words(&b));
        let (matching, _) = tokens::match_tokens(
            Words { words: &a.0, units: &a.1 },
            Words { words: &b.0, units: &b.1 },
        );
        let found: usize = matching.runs.iter().map(|run| run.len).sum();
        let mut most = 0;
        lcs::Lcs::default().pairs(&a.0, &b.0, |_, _| most += 1);
        prop_assert!(found <= most, "{} of {}", found, most);
    }

    /// What is the same, edited or moved is so from both sides.
    #[test]
    fn the_other_way_round_is_the_mirror_image(article in article(), changes in changes()) {
        let (a, b) = (article.join(" "), changed(&article, &changes).join("\n"));
        let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
        let (there, back) = (align(&a, &b), align(&b, &a));
        prop_assert_eq!(there.a.partners().collect::<Vec<_>>(), back.b.partners().collect::<Vec<_>>());
        let mirrored = |units: &[Status]| -> Vec<Status> {
            let turned = |&status: &Status| match status {
                Added => Dropped,
                Dropped => Added,
                other => other,
            };
            units.iter().map(turned).collect()
        };
        prop_assert_eq!(there.a.units(), mirrored(back.b.units()));
        prop_assert_eq!(there.b.units(), mirrored(back.a.units()));
    }

    /// However bad the hashes of words are, words are matched with their equals.
    #[test]
    fn words_of_one_hash_are_told_apart(
        article in article(), changes in changes(), kept in 0_u64..4,
    ) {
        let (a, b) = (article.join(" "), changed(&article, &changes).join("\n"));
        let (mut a, mut b) = (PreparedText::new(&a), PreparedText::new(&b));
        for word in a.words.iter_mut().chain(&mut b.words) {
            *word &= kept;
        }
        check_laws(&a, &b, &align(&a, &b));
    }
}
