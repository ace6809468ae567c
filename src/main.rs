//! The `wirecopy` command.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use wirecopy::cli;
use wirecopy::write::inert;

fn main() -> ExitCode {
    match cli::run(cli::args::Cli::parse()) {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(error) if cli::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(
                io::stderr().lock(),
                "wirecopy: {}",
                inert(&error.to_string())
            );
            ExitCode::from(2)
        }
    }
}
