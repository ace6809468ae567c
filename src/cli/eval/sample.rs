//! `wirecopy eval sample`: pairs for people to label.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use unicode_segmentation::UnicodeSegmentation as _;

use super::result::{LINEAGE, PAIRS, as_it_was, share};
use crate::cli::Outcome;
use crate::cli::args::SampleArgs;
use crate::cli::plan;
use crate::document::DocId;
use crate::error::Error;
use crate::eval::{Drawn, Scored, band, draw};
use crate::ingest::Sheet;
use crate::trace::Relation;
use crate::write::{self, CsvStyle, SheetPair, SheetText, inert, plural};

/// Relations of pairs that the result does not claim as copies.
const NO_COPIES: [Relation; 3] = [Relation::Template, Relation::Passage, Relation::Borderline];

/// What a pair has beside its keys and its band.
struct Scores {
    relation: String,
    scores: [f64; 3],
    longest_run_words: u64,
}

pub(super) fn run(args: &SampleArgs) -> Result<Outcome, Error> {
    let style = write::result_style(&args.folder)?;
    let output = args
        .output
        .as_deref()
        .filter(|file| file.as_os_str() != "-");
    if let Some(file) = output {
        let inputs: Vec<OsString> = [&args.inputs[..], &[args.folder.clone().into()]].concat();
        plan::check_target(file, &inputs, args.force)?;
    }
    let drawn = pairs(&args.folder, args.pairs, args.seed, style)?;
    let all_pairs: u64 = drawn.sizes.iter().sum();
    if drawn.pairs.is_empty() {
        let advice = format!(
            "{} claims no pair as copies, so there is nothing to label",
            args.folder.join(PAIRS).display()
        );
        return Err(Error::setting("eval sample", advice));
    }
    let keys = drawn
        .pairs
        .iter()
        .flat_map(|pair| [&pair.keys.0, &pair.keys.1]);
    let keys: BTreeSet<&str> = keys.map(String::as_str).collect();
    let mut texts = described(&args.folder, &keys, style)?;
    let mut outcome = Outcome::Done;
    if !args.inputs.is_empty() {
        outcome = put_texts(args, &mut texts)?;
    }
    let text = |key: &String| texts.get(key.as_str()).cloned().unwrap_or_default();
    let pairs: Vec<SheetPair> = drawn
        .pairs
        .into_iter()
        .map(|pair| SheetPair {
            sides: [text(&pair.keys.0), text(&pair.keys.1)],
            relation: pair.carried.relation,
            scores: pair.carried.scores,
            longest_run_words: pair.carried.longest_run_words,
            band: pair.band,
            band_pairs: drawn.sizes.get(pair.band).copied().unwrap_or_default(),
        })
        .collect();
    let style = plan::csv_style(args.csv);
    let sheet = |out: &mut dyn Write| write::sheet_csv(&pairs, all_pairs, style, out);
    match output {
        Some(file) => write::place(file, sheet)?,
        None => plan::to_stream(io::BufWriter::new(io::stdout().lock()), sheet)?,
    }
    say(&format!(
        "{} of {all_pairs} drawn",
        plural(pairs.len(), "pair")
    ));
    Ok(outcome)
}

fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", inert(line));
}

/// Draws from a folder's `pairs.csv`, which is read once and not held.
fn pairs(folder: &Path, most: usize, seed: u64, style: CsvStyle) -> Result<Drawn<Scores>, Error> {
    let mut sheet = Sheet::open(&folder.join(PAIRS), "reading the pairs of the result")?;
    let [a, b, relation, run] = [
        sheet.required("a_id")?,
        sheet.required("b_id")?,
        sheet.required("relation")?,
        sheet.required("longest_run_words")?,
    ];
    let scores = ["jaccard", "containment_a", "containment_b"];
    let scores = [
        (scores[0], sheet.required(scores[0])?),
        (scores[1], sheet.required(scores[1])?),
        (scores[2], sheet.required(scores[2])?),
    ];
    let mut next = || -> Result<Option<Scored<Scores>>, Error> {
        while let Some(row) = sheet.next_row()? {
            let relation = row.cell(relation);
            if NO_COPIES.iter().any(|other| other.code() == relation) {
                continue;
            }
            let mut values = [0.0; 3];
            for (value, (name, column)) in values.iter_mut().zip(scores) {
                let typed = row.cell(column);
                *value = share(typed).ok_or_else(|| {
                    row.wrong(&format!("{name} {typed:?} is no number from 0 to 1"))
                })?;
            }
            let key = |column| as_it_was(row.cell(column), style).to_string();
            let keys = (key(a), key(b));
            let own = Scores {
                relation: relation.to_string(),
                scores: values,
                longest_run_words: row.cell(run).parse().unwrap_or_default(),
            };
            return Ok(Some(Scored {
                keys,
                band: band(values[0]),
                carried: own,
            }));
        }
        Ok(None)
    };
    draw(std::iter::from_fn(|| next().transpose()), most, seed)
}

/// Titles and outlets of documents, from a folder's `lineage.csv`.
fn described(
    folder: &Path,
    keys: &BTreeSet<&str>,
    style: CsvStyle,
) -> Result<BTreeMap<String, SheetText>, Error> {
    let bare = |key: &&str| {
        let text = SheetText {
            key: key.to_string(),
            ..SheetText::default()
        };
        (key.to_string(), text)
    };
    let mut texts: BTreeMap<String, SheetText> = keys.iter().map(bare).collect();
    let mut sheet = Sheet::open(&folder.join(LINEAGE), "reading the titles of the result")?;
    let [key, title, source] = [
        sheet.required("doc_id")?,
        sheet.required("title")?,
        sheet.required("source")?,
    ];
    let own = |cell: &str| as_it_was(cell, style).to_string();
    while let Some(row) = sheet.next_row()? {
        if let Some(text) = texts.get_mut(as_it_was(row.cell(key), style)) {
            text.title = own(row.cell(title));
            text.source = own(row.cell(source));
        }
    }
    Ok(texts)
}

/// Puts the beginnings of the texts beside the documents.
fn put_texts(args: &SampleArgs, texts: &mut BTreeMap<String, SheetText>) -> Result<Outcome, Error> {
    let intake = plan::read(&args.inputs, &args.reading, false, None)?;
    let mut lacking = 0;
    for (key, side) in texts.iter_mut() {
        let documents = &intake.documents;
        match documents.binary_search_by(|document| (*document.key).cmp(key)) {
            Ok(at) => {
                side.text = beginning(&intake.corpus().text(DocId(at as u32)), args.chars);
            }
            Err(_) => lacking += 1,
        }
    }
    intake.archive.intact()?;
    if lacking == texts.len() {
        let key = texts.keys().next().map_or("", String::as_str);
        let advice = format!(
            "it has none of the documents of the sheet, such as {key:?}; give what was given to \
             `wirecopy trace`, in the same way"
        );
        return Err(Error::setting("--in", advice));
    }
    if lacking > 0 {
        say(&format!(
            "{} of the sheet not in --in: no text beside them",
            plural(lacking, "document")
        ));
    }
    Ok(if intake.rejected.is_empty() {
        Outcome::Done
    } else {
        say(&format!(
            "rejected: {} of --in",
            plural(intake.counts.rejected as usize, "record")
        ));
        Outcome::Rejected
    })
}

/// The first characters as readers count them; what is cut ends in `…`.
fn beginning(text: &str, most: usize) -> String {
    match text.grapheme_indices(true).nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_cuts_no_character() {
        assert_eq!(beginning("abc", 3), "abc");
        assert_eq!(beginning("ab d", 3), "ab…");
        assert_eq!(beginning("ae\u{301}b", 2), "ae\u{301}…");
        assert_eq!(beginning("", 0), "");
    }
}
