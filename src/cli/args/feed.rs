//! What can be typed of feeds.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// A feed as it comes from an outlet.
#[derive(Debug, Args)]
#[command(next_help_heading = "Feeds")]
pub struct FeedArgs {
    /// What the input is and how it is written again
    #[arg(long, value_name = "FORMAT", default_value = "records")]
    pub format: DedupFormatArg,
    /// Remove nothing: mark copies and updates among the items of a feed (with --index, copies of items of other feeds too); of records with --index, write every one with the answer as its member `wirecopy`
    #[arg(long)]
    pub annotate: bool,
    /// With --format feed: outlets or hosts, one a line, whose items are neither removed nor marked; by outlet, link, source and the feed's own address
    #[arg(long, value_name = "FILE")]
    pub never: Option<PathBuf>,
}

/// What is deduplicated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DedupFormatArg {
    /// Records of any inputs
    Records,
    /// One feed (RSS, Atom, JSON Feed), byte for byte but for its copies
    Feed,
}
