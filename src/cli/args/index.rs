//! What can be typed for an index: with `wirecopy dedup --index`, and behind `wirecopy index`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::{ColorArg, CsvArg, PageArg, ReadingArgs};

/// An index that lasts from run to run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Live feeds")]
pub struct LiveArgs {
    /// Folder of an index: each record is decided by all that came before, in this run and in earlier ones
    #[arg(long, value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// Forget what came longer ago than this, such as 30d, 12h
    #[arg(long, value_name = "AGE", requires = "index", value_parser = window)]
    pub window: Option<Duration>,
    /// When an answer is safe enough to be given: on the disk record by record, on the disk in batches, or handed to the system
    #[arg(long, value_name = "WHEN", requires = "index", default_value = "batch")]
    pub sync: SyncArg,
    /// Go on when the input ends: a file of JSON lines grows, a folder gets files of one kind; ends with Ctrl-C or SIGTERM, and goes on there the next time
    #[arg(long, requires = "index")]
    pub follow: bool,
}

/// When answers are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SyncArg {
    /// Each record is on the disk before its answer
    Each,
    /// At 1,000 records, after 50 ms, or when the input idles
    Batch,
    /// Survives the end of the process, not that of the power
    None,
}

/// Arguments of `index`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wirecopy index stats --index kept
  wirecopy index expire --older-than 30d --index kept
  wirecopy index query article.txt --index kept
  wirecopy index export --index kept -o archive

An index is made by `wirecopy dedup --index DIR`. One process at a time may write it; stats, verify, query
and export may run beside that one. docs/index.md says what is in the folder.")]
pub struct IndexArgs {
    /// What to do.
    #[command(subcommand)]
    pub task: IndexTask,
    /// The folder of the index
    #[arg(long, global = true, value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// Say nothing but data and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

/// What is done to an index.
#[derive(Debug, Subcommand)]
pub enum IndexTask {
    /// How much it holds
    Stats {
        /// Form of the output
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: PageArg,
    },
    /// Read every byte and say what is damaged; exits with 2 where something is
    Verify,
    /// Make a sound index of what is intact, and drop what removed documents left behind
    Rebuild,
    /// Forget what came longer ago
    Expire {
        /// Age from arrival, such as 30d or 12h
        #[arg(long, value_name = "AGE", value_parser = age)]
        older_than: Duration,
    },
    /// Remove documents
    Remove {
        /// File with their keys, one a line; `-` is standard input
        #[arg(long, value_name = "FILE")]
        ids: OsString,
    },
    /// Take in all that another index holds
    Merge {
        /// The folder of the other one, which stays as it is
        other: PathBuf,
    },
    /// What would be answered for documents, which are not taken
    Query {
        /// Files or folders, as for `dedup`
        #[arg(required = true, value_name = "FILE")]
        inputs: Vec<OsString>,
        /// Form of the output
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: PageArg,
        /// How fields are called.
        #[command(flatten)]
        reading: Box<ReadingArgs>,
    },
    /// Write what it holds: documents.jsonl, and group_events.csv with what became of groups
    Export {
        /// Folder to write to
        #[arg(short, long, value_name = "DIR")]
        output: PathBuf,
        /// Replace files that are there
        #[arg(long)]
        force: bool,
        /// Whether cells that a spreadsheet could take for formulas get a `'`
        #[arg(long, value_name = "STYLE", default_value = "neutral")]
        csv: CsvArg,
    },
}

/// The age from which a live feed forgets. None at all would empty the index before the first record.
fn window(typed: &str) -> Result<Duration, String> {
    match age(typed)? {
        Duration::ZERO => Err(
            "would forget everything at once; take 1s or more (`wirecopy index expire --older-than 0s` empties an index)"
                .to_string(),
        ),
        age => Ok(age),
    }
}

/// An age: a number of days, hours, minutes or seconds.
fn age(typed: &str) -> Result<Duration, String> {
    let advice = || "is no age; take a number with d, h, m or s, such as 30d".to_string();
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| advice())?;
    let unit = match typed.get(digits.len()..) {
        Some("d") => 86_400,
        Some("h") => 3600,
        Some("m") => 60,
        Some("s") => 1,
        _ => return Err(advice()),
    };
    number
        .checked_mul(unit)
        .map(Duration::from_secs)
        .ok_or_else(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        assert_eq!(age("30d"), Ok(Duration::from_secs(30 * 86_400)));
        assert_eq!(age("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(window("1s"), Ok(Duration::from_secs(1)));
        assert!(window("0d").is_err());
        for wrong in ["", "d", "30", "3w", "-1d", "99999999999999999d"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
