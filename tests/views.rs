//! What the forms of `diff` promise, on every pair of the sample and on texts
//! that are hard to show.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::schema::check;
use support::{put, table, temp, traced, wirecopy};
use unicode_width::UnicodeWidthStr;

const SAMPLE: &str = "data/sample";

/// Every document of the sample that is compared with another, and that one.
fn pairs() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let result = traced(root, &[SAMPLE], &[]);
    let ends = |row: &support::Row| (row["exemplar_id"].clone(), row["copy_id"].clone());
    let changed: BTreeSet<_> = table(&result, "changes.csv").iter().map(ends).collect();
    let mut pairs: Vec<_> = changed.into_iter().collect();
    pairs.push((
        "harbour-ferry/tarnwire".into(),
        "harbour-ferry/ledger".into(),
    ));
    pairs.push((
        "harbour-ferry/tarnwire".into(),
        "harbour-ferry/evening-mail".into(),
    ));
    assert!(pairs.len() > 10);
    pairs
}

fn run(arguments: &[&str]) -> (String, String) {
    let run = wirecopy().arg("diff").args(arguments).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{arguments:?}");
    (
        String::from_utf8(run.stdout).unwrap(),
        String::from_utf8(run.stderr).unwrap(),
    )
}

/// `diff` of two texts of our own.
fn compared(a: &str, b: &str, flags: &[&str]) -> String {
    let folder = temp();
    let (a, b) = (put(&folder, "a.txt", a), put(&folder, "b.txt", b));
    let files = [a.to_str().unwrap(), b.to_str().unwrap()];
    let page = run(&[&files[..], flags].concat()).0;
    page.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn pages_keep_to_their_width() {
    for (a, b) in pairs() {
        for (format, widths) in [("text", [20, 36, 80]), ("side-by-side", [60, 80, 131])] {
            for width in widths {
                let columns = width.to_string();
                let flags = ["--format", format, "--width", &columns, "--in", SAMPLE];
                let (page, _) = run(&[&[a.as_str(), &b], &flags[..]].concat());
                for line in page.lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                    assert_eq!(line, line.trim_end(), "{format}");
                }
            }
        }
    }
}

#[test]
fn too_narrow_for_two_columns_is_said_and_shown_as_text() {
    let pair = [
        "--in",
        SAMPLE,
        "three-valleys/ledger",
        "three-valleys/observer",
    ];
    let narrow = [&pair[..], &["--width", "59"]].concat();
    let (page, said) = run(&[&narrow[..], &["--format", "side-by-side"]].concat());
    assert_eq!(page, run(&narrow).0);
    assert!(said.contains("60 columns"), "{said}");
    let (page, said) = run(&[&pair[..], &["--format", "side-by-side"]].concat());
    assert!(page.contains(" > ") && said.is_empty());
}

#[test]
fn context_is_what_was_asked_for() {
    let pair = [
        "--in",
        SAMPLE,
        "harbour-ferry/tarnwire",
        "harbour-ferry/skerra-post",
    ];
    let rows = |context: &str| {
        let (page, _) = run(&[&pair[..], &["--context", context]].concat());
        let same = page.matches("the same …").count();
        (same, page.lines().count())
    };
    assert_eq!(rows("all").0, 0);
    assert_eq!(rows("99"), rows("all"));
    assert!(rows("0").1 < rows("1").1 && rows("1").1 < rows("all").1);
}

#[test]
fn of_a_very_long_sentence_the_words_beside_a_change_are_shown() {
    let words: Vec<String> = (0..300).map(|at| format!("word{at}")).collect();
    let text = words.join(" ");
    let other = text.replace("word150", "other");
    let page = compared(&text, &other, &[]);
    assert!(
        page.contains("word149 [-word150-]{+other+} word151"),
        "{page}"
    );
    assert!(page.contains('…') && !page.contains("word20 "), "{page}");
    let page = compared(&text, &other, &["--context", "all"]);
    assert!(words.iter().all(|word| page.contains(word)), "{page}");
}

#[test]
fn another_amount_is_an_edit_though_its_words_are_the_same() {
    let a = "The fund lost $1.5 million and 5% of its staff. Nobody was hurt at -3 degrees.";
    let b = "The fund lost €1.5 million and 5% of its staff.\nNobody was hurt at 3 degrees.";
    let page = compared(a, b, &[]);
    assert!(page.contains("The fund lost [-$1-]{+€1+}.5"), "{page}");
    assert!(page.contains("at [--3-]{+3+}"), "{page}");
    assert!(page.contains("only figures or dates differ"), "{page}");
    let page = compared(a, &a.replace("1.5", "1,5"), &[]);
    assert!(page.contains("$1[-.5-]{+,5+}"), "{page}");
    let page = compared(a, &a.replace("$1.5", "€2.5"), &[]);
    assert!(page.contains("lost [-$1-]{+€2+}.5"), "{page}");
}

#[test]
fn texts_without_a_difference_are_called_the_same() {
    let text = "The river fell by two metres on Friday. Crews went home.";
    let page = compared(text, text, &[]);
    assert!(
        page.contains("The texts are the same, byte for byte."),
        "{page}"
    );
    let page = compared(text, &text.to_uppercase().replace(". ", "!\n"), &[]);
    assert!(page.contains("The texts have the same words;"), "{page}");
    assert_eq!(
        compared(text, &text.replace(' ', "\n"), &["--format", "unified"]),
        ""
    );
    let page = compared("", text, &[]);
    assert!(
        page.contains("A has no words. B adds 2 of its own."),
        "{page}"
    );
}

/// `patch` itself makes B of A.
#[test]
fn patch_takes_the_unified_form() {
    let patch = |folder: &Path| {
        let mut patch = Command::new("patch");
        let patch = patch.current_dir(folder).args(["-s", "-p0", "a", "diff"]);
        patch.stderr(Stdio::inherit()).status()
    };
    for (a, b) in pairs() {
        let unified = ["--format", "unified", "--in", SAMPLE, &a, &b];
        let (whole, _) = run(&[&unified[..], &["--context", "all"]].concat());
        let side = |sign: char| -> String {
            let lines = whole
                .lines()
                .skip(3)
                .filter(|line| line.starts_with([' ', sign]));
            lines.map(|line| format!("{}\n", &line[1..])).collect()
        };
        for context in ["0", "3"] {
            let (diff, _) = run(&[&unified[..], &["--context", context]].concat());
            let folder = temp();
            put(&folder, "a", side('-'));
            put(&folder, "diff", &diff);
            match patch(folder.path()) {
                Err(_) => return, // There is no such program here.
                Ok(status) => assert!(status.success() || diff.is_empty(), "{a} {b}"),
            }
            let made = fs::read_to_string(folder.path().join("a")).unwrap();
            assert_eq!(made, side('+'), "{a} {b}");
        }
    }
}

#[test]
fn the_json_is_what_its_schema_says_and_holds_every_unit_once() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diff.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    for (a, b) in pairs() {
        let (json, _) = run(&["--format", "json", "--in", SAMPLE, &a, &b]);
        let value: Value = serde_json::from_str(&json).unwrap();
        check(&value, &schema, &schema, "$");
        for side in ["a", "b"] {
            let units = value[side]["units"].as_array().unwrap();
            let mut next = 0;
            for row in value["rows"].as_array().unwrap() {
                assert_eq!(row[side][0], next);
                next = row[side][1].as_u64().unwrap();
            }
            assert_eq!(next as usize, units.len());
            let mut end = 0;
            for unit in units {
                assert!(unit["start"].as_u64().unwrap() >= end);
                end = unit["end"].as_u64().unwrap();
            }
            assert!(end <= value[side]["bytes"].as_u64().unwrap());
        }
        let changes = value["changes"].as_array().unwrap();
        for row in value["rows"].as_array().unwrap() {
            let Some(change) = row["change"].as_u64() else {
                continue;
            };
            let op = row["op"].as_str().unwrap();
            let op = if op.starts_with("moved") { "moved" } else { op };
            assert_eq!(changes[change as usize]["op"], op);
        }
    }
}

/// A story in many scripts, one word or figure changed, in every form for people.
#[test]
fn every_script_is_shown_whole() {
    for (a, b, marked) in [
        // Arabic, Persian, Hebrew: whole words, isolated.
        (
            "أعلن رئيس البلدية يوم الاثنين أن الجسر سيغلق 12 يوما بسبب أعمال الصيانة.",
            "أعلن رئيس البلدية يوم الاثنين أن الجسر سيغلق 14 يوما بسبب أعمال الصيانة.",
            "[-12-]{+14+}",
        ),
        (
            "شهردار گفت که پل تا دوشنبه بسته می‌ماند و اتوبوس‌ها از راه دیگر می‌روند.",
            "شهردار گفت که پل تا جمعه بسته می‌ماند و اتوبوس‌ها از راه دیگر می‌روند.",
            "[-\u{2068}دوشنبه\u{2069}-]{+\u{2068}جمعه\u{2069}+}",
        ),
        (
            "ראש העיר אמר ביום שני כי הגשר ייסגר לתנועה עד סוף השבוע הבא.",
            "ראש העיר אמר ביום שלישי כי הגשר ייסגר לתנועה עד סוף השבוע הבא.",
            "[-\u{2068}שני\u{2069}-]{+\u{2068}שלישי\u{2069}+}",
        ),
        // Chinese and Thai: no spaces; Hindi, Thai: marks stay on their letters.
        (
            "市长星期一表示，大桥将关闭十二天，公交车将绕行。",
            "市长星期五表示，大桥将关闭十二天，公交车将绕行。",
            "[-一-]{+五+}",
        ),
        (
            "นายกเทศมนตรีกล่าวเมื่อวันจันทร์ว่าสะพานจะปิดซ่อมและรถเมล์จะอ้อมไปทางอื่น",
            "นายกเทศมนตรีกล่าวเมื่อวันจันทร์ว่าสะพานจะเปิดซ่อมและรถเมล์จะอ้อมไปทางอื่น",
            "{+เ+}ปิด",
        ),
        (
            "महापौर ने सोमवार को कहा कि पुल मरम्मत के लिए बारह दिन बंद रहेगा।",
            "महापौर ने सोमवार को कहा कि पुल मरम्मत के लिए बीस दिन बंद रहेगा।",
            "[-बारह-]{+बीस+}",
        ),
        // Emoji in one cluster, and marks that are code points of their own.
        (
            "The mayor 👩\u{200d}🚒 said on Monday that the bridge was shut 🇨🇭 for repairs.",
            "The mayor 👩\u{200d}🚒 said on Friday that the bridge was shut 🇨🇭 for repairs.",
            "👩\u{200d}🚒 said on [-Monday-]{+Friday+}",
        ),
        (
            "The cafe\u{301}s at Orme were shut on Monday for the whole of the week.",
            "The cafe\u{301} at Orme were shut on Monday for the whole of the week.",
            "cafe\u{301}[-s-]",
        ),
    ] {
        let page = compared(a, b, &["--width", "400"]);
        assert!(page.contains(marked), "{page}");
        for (width, format) in [("24", "text"), ("60", "side-by-side")] {
            let page = compared(a, b, &["--width", width, "--format", format]);
            let columns: usize = width.parse().unwrap();
            for line in page.lines() {
                assert!(line.width() <= columns, "{line:?}");
                let first = line.trim_start().chars().next();
                let is_mark =
                    |c: char| c.to_string().width() == 0 && !"\u{2066}\u{2067}\u{2068}".contains(c);
                assert!(!first.is_some_and(is_mark), "{line:?}");
                let count = |list: &str| line.chars().filter(|c| list.contains(*c)).count();
                assert_eq!(
                    count("\u{2066}\u{2067}\u{2068}"),
                    count("\u{2069}"),
                    "{line:?}"
                );
            }
        }
    }
}

#[test]
fn what_acts_on_a_terminal_is_shown_instead() {
    let a = "The mayor said\u{1b}[2J on Monday \u{202e}that the bridge\u{7} was shut for repairs.";
    let b = "The mayor said\u{1b}[2J on Friday \u{202e}that the bridge\u{7} was shut for repairs.";
    for format in ["text", "side-by-side", "unified", "html"] {
        let page = compared(a, b, &["--format", format]);
        assert!(
            page.contains("\\u{1b}[2J") && page.contains("\\u{202e}"),
            "{page}"
        );
        assert!(
            !page
                .chars()
                .any(|c| (c.is_control() && c != '\n') || c == '\u{202e}')
        );
    }
}

#[test]
fn a_sentence_cut_in_two_is_said_so() {
    let a = "The mayor of Orme said on Monday that the bridge was shut, and that all the buses would go round by Marnby.";
    let b = "The mayor of Orme said on Friday that the bridge was shut. All the buses would go round by Marnby.";
    let page = compared(a, b, &[]);
    assert!(page.contains("[one sentence became two]"), "{page}");
    assert!(
        !page.contains("+ added") && !page.contains("- dropped"),
        "{page}"
    );
    let page = compared(b, a, &[]);
    assert!(page.contains("[two sentences became one]"), "{page}");
}
