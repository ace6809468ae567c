//! The two texts re-flowed, a unit a line, as a unified diff.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::page::NamedPair;
use crate::align::{Row, RowOp};
use crate::pipeline::PlacedUnit;
use crate::write::inert::{inert, inert_line};

const REMOVED: Style = AnsiColor::Red.on_default();
const INSERTED: Style = AnsiColor::Green.on_default();
const HUNK: Style = AnsiColor::Cyan.on_default();

/// A line of the diff.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Keep(String),
    Remove(String),
    Insert(String),
}

/// Writes a unified diff of the re-flowed texts: one unit (sentence or line) a
/// line, white space within it one space, control characters shown as `\u{..}`.
/// Hunks are numbered by units.
///
/// `patch` applied to a re-flowed so gives b re-flowed so, to the byte: words are
/// the same where only punctuation or case differ, but lines are not, and those
/// are removed and added. What is moved is removed and added as well. Texts
/// that are the same when re-flowed give no output.
///
/// # Errors
/// What the output says.
pub fn diff_unified(
    pair: NamedPair<'_>,
    context: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let steps = steps(pair);
    let hunks = hunks(&steps, context.unwrap_or(steps.len()));
    if hunks.is_empty() {
        return Ok(());
    }
    // A tab ends a name with spaces, else `patch` would end it at the first.
    let name = |key: &str| {
        let end = if key.contains(' ') { "\t" } else { "" };
        inert(key).into_owned() + end
    };
    writeln!(out, "{REMOVED}--- {}{REMOVED:#}", name(pair.a.key))?;
    writeln!(out, "{INSERTED}+++ {}{INSERTED:#}", name(pair.b.key))?;
    for hunk in hunks {
        let (a, b) = (
            range(hunk.a, &steps, &hunk, true),
            range(hunk.b, &steps, &hunk, false),
        );
        writeln!(out, "{HUNK}@@ -{a} +{b} @@{HUNK:#}")?;
        for step in steps.get(hunk.steps.clone()).unwrap_or(&[]) {
            match step {
                Step::Keep(line) => writeln!(out, " {line}")?,
                Step::Remove(line) => writeln!(out, "{REMOVED}-{line}{REMOVED:#}")?,
                Step::Insert(line) => writeln!(out, "{INSERTED}+{line}{INSERTED:#}")?,
            }
        }
    }
    Ok(())
}

/// The re-flowed texts in one list; of each stretch that differs a's lines first.
fn steps(pair: NamedPair<'_>) -> Vec<Step> {
    let lines = |text: &str, units: &[PlacedUnit], range: &std::ops::Range<usize>| -> Vec<String> {
        let units = units.get(range.clone()).unwrap_or(&[]);
        let line = |unit: &PlacedUnit| inert_line(text.get(unit.place.bytes.clone()).unwrap_or(""));
        units.iter().map(line).collect()
    };
    let of = |row: &Row| {
        (
            lines(pair.a.text, &pair.whole.a, &row.a),
            lines(pair.b.text, &pair.whole.b, &row.b),
        )
    };
    let mut steps = Vec::new();
    let mut inserted = Vec::new();
    for row in &pair.whole.rows {
        let (a, b) = of(row);
        if row.op == RowOp::Same && a == b {
            steps.append(&mut inserted);
            steps.extend(a.into_iter().map(Step::Keep));
        } else {
            steps.extend(a.into_iter().map(Step::Remove));
            inserted.extend(b.into_iter().map(Step::Insert));
        }
    }
    steps.append(&mut inserted);
    steps
}

/// Steps that stand together, and how many lines of each text stand before them.
struct Hunk {
    steps: std::ops::Range<usize>,
    a: usize,
    b: usize,
}

/// Changed steps with `context` others on either side; what meets is one hunk.
fn hunks(steps: &[Step], context: usize) -> Vec<Hunk> {
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        if matches!(step, Step::Keep(_)) {
            continue;
        }
        let from = i.saturating_sub(context);
        let to = i.saturating_add(context).saturating_add(1).min(steps.len());
        match ranges.last_mut() {
            Some(last) if last.end >= from => last.end = to,
            _ => ranges.push(from..to),
        }
    }
    let (mut a, mut b, mut at) = (0, 0, 0);
    let mut hunks = Vec::with_capacity(ranges.len());
    for range in ranges {
        for step in steps.get(at..range.start).unwrap_or(&[]) {
            a += usize::from(!matches!(step, Step::Insert(_)));
            b += usize::from(!matches!(step, Step::Remove(_)));
        }
        at = range.start;
        hunks.push(Hunk { steps: range, a, b });
    }
    hunks
}

/// `first,count` of a hunk in one text; the first of none is the line before.
fn range(before: usize, steps: &[Step], hunk: &Hunk, of_a: bool) -> String {
    let steps = steps.get(hunk.steps.clone()).unwrap_or(&[]);
    let counts = |step: &&Step| match step {
        Step::Keep(_) => true,
        Step::Remove(_) => of_a,
        Step::Insert(_) => !of_a,
    };
    let count = steps.iter().filter(counts).count();
    format!("{},{count}", before + usize::from(count > 0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::page::Named;
    use super::*;
    use crate::config::Settings;
    use crate::pipeline::{WholeTexts, compare_whole};

    fn diff(a: &str, b: &str, whole: &WholeTexts, context: Option<usize>) -> String {
        let named = |key, text| Named {
            key,
            title: None,
            text,
        };
        let pair = NamedPair {
            a: named("a", a),
            b: named("b", b),
            whole,
        };
        let mut out = Vec::new();
        diff_unified(pair, context, &mut out).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    }

    fn reflowed(text: &str, units: &[PlacedUnit]) -> Vec<String> {
        units
            .iter()
            .map(|unit| inert_line(&text[unit.place.bytes.clone()]))
            .collect()
    }

    /// Applies a unified diff strictly: every line of `a` that it names must be there.
    fn patched(a: &[String], diff: &str) -> Vec<String> {
        let (mut out, mut next) = (Vec::new(), 0);
        let mut left = (0, 0);
        for line in diff.lines().skip(2) {
            if let Some(numbers) = line.strip_prefix("@@ -") {
                assert_eq!(left, (0, 0), "a hunk was cut short");
                let (old, new) = numbers
                    .strip_suffix(" @@")
                    .unwrap()
                    .split_once(" +")
                    .unwrap();
                let pair = |text: &str| {
                    let (first, count) = text.split_once(',').unwrap();
                    (
                        first.parse::<usize>().unwrap(),
                        count.parse::<usize>().unwrap(),
                    )
                };
                let (old, new) = (pair(old), pair(new));
                let start = old.0 - usize::from(old.1 > 0);
                out.extend(a[next..start].iter().cloned());
                next = start;
                assert_eq!(out.len(), new.0 - usize::from(new.1 > 0));
                left = (old.1, new.1);
                continue;
            }
            let (sign, text) = line.split_at(1);
            if sign != "+" {
                assert_eq!(a[next], text);
                next += 1;
                left.0 -= 1;
            }
            if sign != "-" {
                out.push(text.to_string());
                left.1 -= 1;
            }
        }
        assert_eq!(left, (0, 0));
        out.extend(a[next..].iter().cloned());
        out
    }

    proptest! {
        #[test]
        fn the_diff_makes_b_of_a(
            a in "((The|river|fell|12|\u{202e}|--- a|\\+\\+) ?(\\. |\n|! )?){0,25}",
            b in "((The|river|fell|14|\r|@@ -1,1|- ) ?(\\. |\n\n|\\? )?){0,25}",
            context in prop::option::of(0usize..4),
        ) {
            let mixed = format!("{a} {b}");
            for (a, b) in [(&a, &b), (&a, &mixed), (&mixed, &b), (&mixed, &mixed)] {
                let whole = compare_whole(a.as_str().into(), b.as_str().into(), &Settings::default());
                let (old, new) = (reflowed(a, &whole.a), reflowed(b, &whole.b));
                let diff = diff(a, b, &whole, context);
                prop_assert_eq!(patched(&old, &diff), new.clone());
                prop_assert_eq!(diff.is_empty(), old == new);
            }
        }
    }

    #[test]
    fn hunks_are_numbered_by_units_and_keep_their_distance() {
        let sentence = |i: usize| {
            format!(
                "The harbour master of the town number {i} said that boats number {i} were lost."
            )
        };
        let a: Vec<String> = (1..10).map(sentence).collect();
        let mut b = a.clone();
        b.remove(1);
        b.push("Nobody was hurt, the coastguard at Orme said on Monday.".to_string());
        let (a, b) = (a.join("\n"), b.join(" "));
        let whole = compare_whole(a.as_str().into(), b.as_str().into(), &Settings::default());
        let heads: Vec<String> = diff(&a, &b, &whole, Some(1))
            .lines()
            .filter(|line| line.starts_with('@'))
            .map(str::to_string)
            .collect();
        assert_eq!(heads, ["@@ -1,3 +1,2 @@", "@@ -9,1 +8,2 @@"]);
    }
}
