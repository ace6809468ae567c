//! The command line: what was typed ([`args`]), what it means (`plan`), and one
//! file per subcommand.

pub mod args;
mod config;
mod curve;
mod dedup;
mod diff;
mod eval;
mod explain;
mod feed_filter;
mod index;
mod keys;
mod live;
mod plan;
mod progress;
mod shell;
mod stop;
mod trace;

use std::io;

use args::{Cli, Command};
pub use config::with_config;

use crate::error::{Error, ErrorKind};

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// `--exit-code` was given, and there were copies or differences.
    Found,
    /// Done, but some records were rejected.
    Rejected,
}

impl Outcome {
    /// The exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Found => 1,
            Outcome::Rejected => 3,
        }
    }
}

/// Runs what was typed. Data goes to standard output, messages to standard error.
///
/// # Errors
/// Whatever ended the command before it was done.
pub fn run(cli: Cli) -> Result<Outcome, Error> {
    stop::listen();
    match cli.command {
        Command::Trace(args) => trace::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Dedup(args) => dedup::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Index(args) => index::run(&args),
        Command::Curve(args) => curve::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { folder } => shell::man(&folder),
    }
}

/// The exit code of a command that failed: that of a signal, where one stopped it.
pub fn failure(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::Cancelled => stop::code().unwrap_or(2),
        _ => 2,
    }
}

/// True for an error that only says that nobody reads the output any more.
pub fn is_broken_pipe(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Io { cause, .. } if cause.kind() == io::ErrorKind::BrokenPipe)
}
