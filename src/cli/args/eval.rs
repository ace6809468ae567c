//! What can be typed behind `wirecopy eval`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ColorArg, CsvArg, FormatArg, ReadingArgs};

/// Arguments of `eval`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  wirecopy trace articles/ -o result && wirecopy eval result --truth truth.csv
  wirecopy eval result --truth groups.csv --truth lineage.csv --format json
  wirecopy eval sample result -n 100 --in articles/ -o sheet.csv    pairs for people to label
  wirecopy eval score sheet.csv                                     what the labels say

A truth has a column doc_id and a column group, or parent, or both. An empty group is a group of its own.
An empty parent means that the document was made from no other; `?`, or `no` in a column `known`, or `unknown` in a
column `note`, that nobody can know. A folder that is called sample or score is ./sample or ./score.")]
pub struct EvalArgs {
    /// What else to do.
    #[command(subcommand)]
    pub task: Option<EvalTask>,
    /// Folder that `wirecopy trace -o DIR` wrote
    #[arg(required = true, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// CSV with what is true: doc_id and group, or doc_id and parent; may be given more than once
    #[arg(long, required = true, value_name = "CSV")]
    pub truth: Vec<PathBuf>,
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: FormatArg,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

/// What `eval` does beside measuring with a truth.
#[derive(Debug, Subcommand)]
pub enum EvalTask {
    /// Write a sheet of pairs, some of every band of scores, for people to label
    Sample(Box<SampleArgs>),
    /// Show what the labels of a sheet say
    Score(ScoreArgs),
}

/// Arguments of `eval sample`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wirecopy eval sample result -n 100 -o sheet.csv
  wirecopy eval sample result --in articles/ --chars 1000 -o sheet.csv

Write y, n or ? into the column `label`: y where one text republishes the other, or both one source. The
rows stand in an order that says nothing of their score, so whoever stops early has labelled a sample.
The same folder, number and seed give the same sheet.")]
pub struct SampleArgs {
    /// Folder that `wirecopy trace -o DIR` wrote
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Pairs to draw, spread evenly over the bands of Jaccard
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50, value_parser = pairs)]
    pub pairs: usize,
    /// Another number draws other pairs
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// File to write the sheet to [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
    /// Put the texts of this input beside the pairs; may be given more than once
    #[arg(long = "in", value_name = "INPUT")]
    pub inputs: Vec<OsString>,
    /// Characters of each text to put there
    #[arg(long, value_name = "N", default_value_t = 600)]
    pub chars: usize,
    /// Whether cells that a spreadsheet could take for formulas get a `'`
    #[arg(long, value_name = "STYLE", default_value = "neutral")]
    pub csv: CsvArg,
    /// How fields are called.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// Arguments of `eval score`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wirecopy eval score sheet.csv
  wirecopy eval score sheet.csv --format json")]
pub struct ScoreArgs {
    /// A sheet that `wirecopy eval sample` wrote, with labels
    #[arg(value_name = "SHEET")]
    pub sheet: PathBuf,
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: FormatArg,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

/// More than anybody labels; the pairs of a draw are held in memory.
const MOST_PAIRS: usize = 1_000_000;

fn pairs(typed: &str) -> Result<usize, String> {
    let pairs = typed
        .parse()
        .ok()
        .filter(|pairs| (1..=MOST_PAIRS).contains(pairs));
    pairs.ok_or_else(|| format!("give a number from 1 to {MOST_PAIRS}"))
}
