//! The `wirecopy` command.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use wirecopy::cli;
use wirecopy::write::inert;

/// Texts are read, compared and forgotten by the million, on all threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let typed = cli::with_config(std::env::args_os().collect());
    match typed.and_then(|typed| cli::run(cli::args::Cli::parse_from(typed))) {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(error) if cli::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(
                io::stderr().lock(),
                "wirecopy: {}",
                inert(&error.to_string())
            );
            ExitCode::from(cli::failure(&error))
        }
    }
}
