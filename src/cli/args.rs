//! What can be typed.

mod eval;
mod feed;
mod index;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

use values::{containment, context, memory, size};

pub use eval::{EvalArgs, EvalTask, SampleArgs, ScoreArgs};
pub use feed::{DedupFormatArg, FeedArgs};
pub use index::{IndexArgs, IndexTask, LiveArgs, SyncArg};
pub use values::{
    ColorArg, Containment, ContextArg, CsvArg, DiffFormatArg, FormatArg, GraphArg, PageArg,
    SearchArg,
};

/// Finds every news article that republishes the same text, shows line by line
/// what each copy added or dropped, and works out who copied whom.
#[derive(Debug, Parser)]
#[command(name = "wirecopy", version, max_term_width = 100)]
#[command(after_help = "\
Examples:
  wirecopy trace articles/                    groups, changes and lineage on the terminal
  wirecopy trace feed.jsonl.gz -o result      the same as CSV files in result/
  wirecopy diff ours.txt theirs.txt           which lines the second added, dropped, edited, moved
  wirecopy dedup feed.jsonl -o unique.jsonl   the feed without its copies
  wirecopy explain feed.jsonl -- KEY KEY      why two of them are, or are not, one group
  wirecopy curve --threshold 0.7              which pairs the search finds, at what cost
  wirecopy eval result --truth truth.csv      how good a result is, where the truth is known

Exit codes: 0 done; 1 copies or differences found (with --exit-code only); 2 usage or failure, or no
document at all (but for a stream); 3 done, but some records were rejected.")]
pub struct Cli {
    /// TOML file with flags, named as they are typed, without dashes; typed flags win
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Group republished texts, show their changes, work out who copied whom
    Trace(Box<TraceArgs>),
    /// Show which lines B added, dropped, edited or moved against A
    Diff(Box<DiffArgs>),
    /// Write the input without its copies
    Dedup(Box<DedupArgs>),
    /// Show why two documents are, or are not, one group
    Explain(Box<ExplainArgs>),
    /// Look after the index of a live feed
    Index(Box<IndexArgs>),
    /// Show which Jaccards a setting of bands and rows finds, and at what cost
    Curve(Box<CurveArgs>),
    /// Show how good a result is, beside a truth or people's labels
    Eval(Box<EvalArgs>),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the man pages into a folder
    Man {
        /// The folder; it must exist
        folder: PathBuf,
    },
}

/// Inputs and how to read them.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Files and folders: text, HTML, JSON, CSV, feeds, NewsML, NITF, mail, WARC, Parquet, Arrow, each also .gz, .zst, .bz2, .xz, in .zip or .tar; `-` is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<OsString>,
    /// How fields are called.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// An archive to match with.
#[derive(Debug, Args)]
pub struct AgainstArgs {
    /// Match the inputs against this archive only, not with one another; may be given more than once
    #[arg(long, value_name = "INPUT")]
    pub against: Vec<OsString>,
}

/// How fields are called, and limits.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub struct ReadingArgs {
    /// TOML file that says where in odd records the fields are: `[fields]`, `text = ["body.main", "summary"]`
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Field with the key [default: id, doc_id, guid or uri]
    #[arg(long, value_name = "NAME")]
    pub id_field: Option<String>,
    /// Field with the text [default: text, body, content or article]
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// Field with the title [default: title or headline]
    #[arg(long, value_name = "NAME")]
    pub title_field: Option<String>,
    /// Field with the outlet [default: source, outlet, site, domain, publisher or series]
    #[arg(long, value_name = "NAME")]
    pub source_field: Option<String>,
    /// Field with the date [default: published, published_at, date, pubDate, timestamp or created_at]
    #[arg(long, value_name = "NAME")]
    pub date_field: Option<String>,
    /// Field with the address [default: url or link]
    #[arg(long, value_name = "NAME")]
    pub url_field: Option<String>,
    /// Longest text of a document in bytes; longer ones are rejected
    #[arg(long, value_name = "SIZE", default_value = "16MiB", value_parser = size)]
    pub max_text: u64,
    /// Longest record in bytes; longer ones are rejected
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size)]
    pub max_record: u64,
    /// Deepest nesting of JSON values; deeper records are rejected
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=512))]
    pub max_json_depth: u32,
    /// Deepest nesting of XML elements
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub max_xml_depth: u32,
    /// Deepest nesting of HTML elements
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=2048))]
    pub max_html_depth: u32,
    /// Most elements of a page that are made a tree of; the text of a larger one is found without
    #[arg(long, value_name = "N", default_value_t = 40_000, value_parser = clap::value_parser!(u32).range(1..=400_000))]
    pub max_html_tree: u32,
    /// Most elements of formatting on a page that end out of order; the ends beyond are dropped
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub max_html_misnested: u32,
    /// Most attributes of an element; XML records with more are rejected, in HTML those beyond are passed over
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_attributes: u32,
    /// Most fields of a row of CSV or TSV; wider rows are rejected
    #[arg(long, value_name = "N", default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_columns: u32,
    /// Most elements and texts of an XML record
    #[arg(long, value_name = "N", default_value_t = 500_000, value_parser = clap::value_parser!(u32).range(1..=4_000_000))]
    pub max_xml_nodes: u32,
    /// Most parts of a mail message
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_mail_parts: u32,
    /// Deepest nesting of parts of a mail message
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub max_mail_depth: u32,
    /// Deepest nesting of archives in archives
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=16))]
    pub max_archive_depth: u32,
    /// Most members of one archive; the rest are not read
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_archive_members: u64,
    /// Most rejections of one input file that are told one by one, and ten times as many of all; the rest are counted by reason
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_rejections: u64,
    /// Greatest ratio of unpacked to packed bytes, once 64 MiB are unpacked
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_ratio: u64,
    /// Largest window of zstd streams, as a power of 2 in bytes
    #[arg(long, value_name = "N", default_value_t = 27, value_parser = clap::value_parser!(u32).range(10..=31))]
    pub max_zstd_window: u32,
    /// Encoding of texts without a byte order mark, such as windows-1252 [default: UTF-8, else a guess]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
}

/// From where on texts are copies.
#[derive(Debug, Args)]
#[command(next_help_heading = "What counts as a copy")]
pub struct BarArgs {
    /// Exact Jaccard of word shingles from which two texts are copies
    #[arg(long, value_name = "J", default_value_t = 0.5)]
    pub threshold: f64,
    /// Exact containment from which a text is a copy of a longer one, or `off`
    #[arg(long, value_name = "C", default_value = "0.7", value_parser = containment)]
    pub containment: Containment,
    /// Words that must be shared before containment counts
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub min_shared_words: u32,
}

/// What counts as a copy.
#[derive(Debug, Args)]
#[command(next_help_heading = "What counts as a copy")]
pub struct MatchArgs {
    /// From where on.
    #[command(flatten)]
    pub bars: BarArgs,
    /// Words in a shingle
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub width: usize,
    /// Bands of the signature, for --search lsh
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub bands: usize,
    /// Slots in a band, for --search lsh
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub rows: usize,
    /// Seed of the signature's hash functions, for --search lsh
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// How pairs are found
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub search: SearchArg,
}

/// How to run and to talk.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub struct RunningArgs {
    /// Threads [default: one per core]
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,
    /// Memory to use, such as 500MiB or 4GiB; what does not fit goes to temporary files
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = memory)]
    pub memory: u64,
    /// Folder for temporary files [default: the system's]
    #[arg(long, value_name = "DIR")]
    pub temp_dir: Option<PathBuf>,
    /// Say nothing but data and errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Exit with 1 when copies, or differences, were found
    #[arg(long)]
    pub exit_code: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

/// Arguments of `trace`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wirecopy trace articles/
  wirecopy trace feed.jsonl.gz more.csv -o result
  zcat feed.jsonl.gz | wirecopy trace - --text-field content
  wirecopy trace odd.jsonl --map map.toml --carry lang,geo.country -o result
  wirecopy trace archive/ -o result --force --containment off
  wirecopy trace today.jsonl --against archive.jsonl -o result
  wirecopy trace feed.jsonl.gz -o result --prov --graph graphml,dot
  wirecopy trace feed.jsonl.gz --origin Reuters
  wirecopy trace today.jsonl --index kept -o result

Without -o the groups stand on standard output, and whose texts were copied. With -o the folder holds
groups.csv, pairs.csv, changes.csv, lineage.csv, evidence.csv, sources.csv, rejected.csv, datapackage.json
and run.json, with --prov also lineage.prov.json, and with --graph lineage.graphml, lineage.dot or
lineage.gexf.

A map for --map is TOML; docs/formats.md says more:
  [fields]
  text = [\"body.main\", \"paragraphs[].text\"]
  title = { path = \"title.rendered\", html = true }
  source = { value = \"Tarnwire\" }

With --origin all of this tells only of groups in which a text was made from one of SOURCE, present or
missing, or may have been, or in which a text credits SOURCE.")]
#[command(mut_arg("inputs", |inputs| inputs.required(false).required_unless_present("index")))]
pub struct TraceArgs {
    /// Folder to write the results to
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Replace an earlier result in the folder
    #[arg(long)]
    pub force: bool,
    /// Add the inputs to this index and trace all that it holds; without inputs, what it holds
    #[arg(long, value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// Write the lineage as W3C PROV too, lineage.prov.json in the folder
    #[arg(long)]
    pub prov: bool,
    /// Write the lineage as a graph too, in one form or several; may be given more than once
    #[arg(long, value_name = "FORM", value_delimiter = ',')]
    pub graph: Vec<GraphArg>,
    /// List pairs that miss a bar by this much at most as well, to help choose one
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 0.0,
        hide_default_value = true
    )]
    pub borderline: f64,
    /// Other names of sources: lines of `Name = alias, alias, domain.example`; they win over the built-in agencies
    #[arg(long, value_name = "FILE")]
    pub aliases: Option<PathBuf>,
    /// Fields of the records, by name or path, to add to lineage.csv as columns x_NAME; may be given more than once
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub carry: Vec<String>,
    /// Tell of one source only: its texts, who copied them, how much, credited or not
    #[arg(long, value_name = "SOURCE")]
    pub origin: Option<String>,
    /// Whether cells that a spreadsheet could take for formulas get a `'`
    #[arg(long, value_name = "STYLE", default_value = "neutral")]
    pub csv: CsvArg,
    /// Inputs.
    #[command(flatten)]
    pub input: InputArgs,
    /// An archive to match with.
    #[command(flatten)]
    pub archive: AgainstArgs,
    /// What counts as a copy.
    #[command(flatten)]
    pub matching: MatchArgs,
    /// How to run.
    #[command(flatten)]
    pub running: RunningArgs,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wirecopy diff ours.txt theirs.txt
  wirecopy diff --in feed.jsonl tarnwire/31 ledger/9 --context all
  wirecopy diff ours.txt theirs.txt --format side-by-side
  wirecopy diff ours.txt theirs.txt --format html > page.html
  wirecopy diff a.txt b.txt --exit-code --quiet && echo the same words
  wirecopy diff --group tarnwire/31 --in feed.jsonl

A unit is a sentence or a line, so it does not matter how the texts are wrapped. Signs: + only in B,
- only in A, ~ in both with other words, > moved to here, < moved away from here. In an edited unit
[-words-] are A's and {+words+} are B's.

With --group the input is searched as `trace` does, with the same flags for what counts as a copy
(for two texts they change nothing), and every line of the members is shown with the wordings that
it has and who has which: as text, csv or json.

With --exit-code and --quiet together nothing is printed.")]
pub struct DiffArgs {
    /// The text compared with: a file, or a key of the input given with --in
    #[arg(value_name = "A", required_unless_present = "group")]
    pub a: Option<OsString>,
    /// The text that may have changed
    #[arg(value_name = "B", required_unless_present = "group")]
    pub b: Option<OsString>,
    /// Take A and B as keys of documents in this input; may be given more than once
    #[arg(long = "in", value_name = "INPUT")]
    pub inputs: Vec<OsString>,
    /// Instead of A and B: all members of a group of the input, by its id or the key of a member
    #[arg(long, value_name = "ID", conflicts_with_all = ["a", "b"], requires = "inputs")]
    pub group: Option<OsString>,
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DiffFormatArg,
    /// Unchanged units to show on either side of a change, or `all` [default: 1; 3 for unified]
    #[arg(long, value_name = "N", value_parser = context)]
    pub context: Option<ContextArg>,
    /// Columns of text and side-by-side [default: the terminal's; 80 where there is none]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..=1000))]
    pub width: Option<u16>,
    /// Whether cells that a spreadsheet could take for formulas get a `'`
    #[arg(long, value_name = "STYLE", default_value = "neutral")]
    pub csv: CsvArg,
    /// From where on texts are one group.
    #[command(flatten)]
    pub bars: BarArgs,
    /// How fields are called.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How to run.
    #[command(flatten)]
    pub running: RunningArgs,
}

/// Arguments of `dedup`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wirecopy dedup feed.jsonl -o unique.jsonl
  wirecopy dedup - --decisions decisions.csv < feed.jsonl > unique.jsonl
  wirecopy dedup feed.jsonl --keep prefer=agencies.txt
  wirecopy dedup today.jsonl --against archive.jsonl -o new.jsonl
  collect-news | wirecopy dedup - --index kept --window 30d | publish-news
  curl -s https://orme.example/feed.xml | wirecopy dedup - --format feed

JSON lines and tables are written as they were read, byte for byte. Of text files the paths of
those to keep are written, one a line.")]
pub struct DedupArgs {
    /// File to write the kept records to [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// File for one CSV row per document: kept or not, and why
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
    /// Which document of a group is kept: earliest, latest, longest, central, one-per-source, none, or prefer=FILE (sources, best first, one a line); with --index neither central nor none
    #[arg(long, value_name = "POLICY", default_value = "earliest")]
    pub keep: String,
    /// Replace existing files
    #[arg(long)]
    pub force: bool,
    /// An index that lasts.
    #[command(flatten)]
    pub live: LiveArgs,
    /// Whether cells that a spreadsheet could take for formulas get a `'`
    #[arg(long, value_name = "STYLE", default_value = "neutral")]
    pub csv: CsvArg,
    /// A feed.
    #[command(flatten)]
    pub feed: FeedArgs,
    /// Inputs.
    #[command(flatten)]
    pub input: InputArgs,
    /// An archive to match with.
    #[command(flatten)]
    pub archive: AgainstArgs,
    /// What counts as a copy.
    #[command(flatten)]
    pub matching: MatchArgs,
    /// How to run.
    #[command(flatten)]
    pub running: RunningArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wirecopy explain articles/ -- articles/ours.txt articles/theirs.txt
  wirecopy explain feed.jsonl more.csv --threshold 0.6 -- tarnwire/31 ledger/9
  wirecopy explain feed.jsonl --format json -- tarnwire/31 ledger/9

All inputs are searched with the flags of `trace`, so that the answer is the one that `trace` gives.")]
pub struct ExplainArgs {
    /// Inputs.
    #[command(flatten)]
    pub input: InputArgs,
    /// Keys of the two documents, after `--`
    #[arg(last = true, required = true, num_args = 2, value_names = ["A", "B"], action = ArgAction::Set)]
    pub keys: Vec<OsString>,
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PageArg,
    /// What counts as a copy.
    #[command(flatten)]
    pub matching: MatchArgs,
    /// How to run.
    #[command(flatten)]
    pub running: RunningArgs,
}

/// Arguments of `curve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wirecopy curve
  wirecopy curve --threshold 0.7 --bands 25 --rows 4
  wirecopy curve --format csv > curve.csv

It reads no input. --seed and --min-shared-words are taken, so that the flags of a search can be
given as they are, and change nothing.")]
pub struct CurveArgs {
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: FormatArg,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
    /// What counts as a copy.
    #[command(flatten)]
    pub matching: MatchArgs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
