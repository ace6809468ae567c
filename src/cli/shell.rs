//! Completions and man pages, from the same definition as `--help`.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory;

use super::Outcome;
use super::args::Cli;
use crate::error::Error;

pub(super) fn completions(shell: clap_complete::Shell) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "wirecopy", &mut script);
    super::plan::to_stream(io::stdout().lock(), |out| out.write_all(&script))?;
    Ok(Outcome::Done)
}

pub(super) fn man(folder: &Path) -> Result<Outcome, Error> {
    if !folder.is_dir() {
        let advice = format!("{} is no folder; make it first", folder.display());
        return Err(Error::setting("man", advice));
    }
    let mut command = Cli::command();
    command.build();
    pages(folder, &command, "wirecopy")?;
    Ok(Outcome::Done)
}

/// The page of a command and those of what it can do.
fn pages(folder: &Path, command: &clap::Command, name: &str) -> Result<(), Error> {
    page(folder, command, name)?;
    let subs = command.get_subcommands();
    for sub in subs.filter(|sub| sub.get_name() != "help") {
        pages(folder, sub, &format!("{name}-{}", sub.get_name()))?;
    }
    Ok(())
}

fn page(folder: &Path, command: &clap::Command, name: &str) -> Result<(), Error> {
    let path = folder.join(format!("{name}.1"));
    let error = |cause: io::Error| Error::io("writing", &path, cause);
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone().display_name(name.to_string()))
        .render(&mut text)
        .map_err(error)?;
    fs::write(&path, text).map_err(error)
}
