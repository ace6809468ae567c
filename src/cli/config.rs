//! Flags from a file: `--config FILE.toml`.
//!
//! A file names flags without their dashes. It is read before the arguments are
//! parsed for good, and becomes arguments itself, so that a flag in a file is
//! checked like one that was typed. Typed flags win.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, CommandFactory};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::args::Cli;
use super::keys::likeness;
use crate::error::Error;

const FLAG: &str = "--config";

/// What was typed, with the flags of the file that it names put in.
///
/// Arguments that cannot be parsed are given back as they are: the parser says
/// what is wrong with them.
///
/// # Errors
/// A file that cannot be read, is no TOML, or names a flag that no command has.
pub fn with_config(typed: Vec<OsString>) -> Result<Vec<OsString>, Error> {
    let mut command = Cli::command();
    // So that a command has the flags of the one that it belongs to.
    command.build();
    let Ok(matches) = command.clone().try_get_matches_from(&typed) else {
        return Ok(typed);
    };
    let Some((mut name, mut own)) = matches.subcommand() else {
        return Ok(typed);
    };
    let mut asked = command.find_subcommand(name);
    while let Some((deeper, of_deeper)) = own.subcommand() {
        (name, own) = (deeper, of_deeper);
        asked = asked.and_then(|sub| sub.find_subcommand(name));
    }
    let Ok(Some(path)) = own.try_get_one::<PathBuf>("config") else {
        return Ok(typed);
    };
    let text = fs::read_to_string(path)
        .map_err(|cause| Error::io("reading the flags of --config", path, cause))?;
    let file = File { path, text: &text };
    let deep = command
        .get_subcommands()
        .flat_map(clap::Command::get_subcommands);
    let flags: Vec<&Arg> = (command.get_subcommands().chain(deep))
        .flat_map(clap::Command::get_arguments)
        .filter(|arg| is_setting(arg))
        .collect();
    let of_command = asked.into_iter().flat_map(clap::Command::get_arguments);
    let of_command: Vec<&Arg> = of_command.filter(|arg| is_setting(arg)).collect();

    let table = DeTable::parse(&text)
        .map_err(|error| file.wrong(error.span().map_or(0, |span| span.start), error.message()))?;
    let mut added = Vec::new();
    for (key, value) in table.get_ref() {
        let flag = key.get_ref().as_ref();
        let called = |arg: &&&Arg| arg.get_long() == Some(flag);
        if !flags.iter().any(|arg| called(&arg)) {
            return Err(file.wrong(key.span().start, &unknown(flag, &flags)));
        }
        // A flag of another command is no mistake: one file serves them all.
        let Some(arg) = of_command.iter().find(called) else {
            continue;
        };
        if own.value_source(arg.get_id().as_str()) != Some(ValueSource::CommandLine) {
            added.extend(file.arguments(arg, flag, value)?);
        }
    }
    // Before `--`, behind which nothing is a flag.
    let at = typed.iter().position(|argument| argument == "--");
    let (before, after) = typed.split_at(at.unwrap_or(typed.len()));
    let all = [before, &added, after].concat();
    match command.try_get_matches_from(&all) {
        Ok(_) => Ok(all),
        Err(error) => {
            let said = error.to_string();
            let lines = said
                .lines()
                .map(str::trim)
                .take_while(|line| !line.is_empty());
            let said: Vec<&str> = lines
                .map(|line| line.trim_start_matches("error: "))
                .collect();
            let advice = format!("{}: {}", path.display(), said.join(" "));
            Err(Error::setting(FLAG, advice))
        }
    }
}

/// Whether a flag can stand in a file: neither one that only shows something nor the file's own.
fn is_setting(arg: &Arg) -> bool {
    use ArgAction::{Help, HelpLong, HelpShort, Version};
    let shows = matches!(arg.get_action(), Help | HelpLong | HelpShort | Version);
    !shows && arg.get_id() != "config"
}

/// A file of flags.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    /// An error at a byte of the file.
    fn wrong(&self, at: usize, what: &str) -> Error {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let path = self.path.display();
        let advice = format!("{path}, line {line}, column {column}: {what}");
        Error::setting(FLAG, advice)
    }

    /// A name and its value as they would have been typed.
    fn arguments(
        &self,
        arg: &Arg,
        flag: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<OsString>, Error> {
        let wrong =
            |what: &str| Err(self.wrong(value.span().start, &format!("{flag} takes {what}")));
        let list = matches!(arg.get_action(), ArgAction::Append);
        match (arg.get_action().takes_values(), value.get_ref()) {
            (false, DeValue::Boolean(true)) => Ok(vec![format!("--{flag}").into()]),
            (false, DeValue::Boolean(false)) => Ok(Vec::new()),
            (false, _) => wrong("true or false"),
            (true, DeValue::Array(values)) if list => {
                let each = values.iter().map(|value| typed(flag, value.get_ref()));
                match each.collect() {
                    Some(all) => Ok(all),
                    None => wrong("a list of texts or numbers"),
                }
            }
            (true, value) => match typed(flag, value) {
                Some(argument) => Ok(vec![argument]),
                None => wrong("a text or a number"),
            },
        }
    }
}

/// A text or number as it would have been typed.
fn typed(flag: &str, value: &DeValue<'_>) -> Option<OsString> {
    let value = match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .ok()?
            .to_string(),
        DeValue::Float(number) => number.as_str().to_string(),
        _ => return None,
    };
    Some(format!("--{flag}={value}").into())
}

/// Says which flag was probably meant.
fn unknown(flag: &str, flags: &[&Arg]) -> String {
    const ALIKE: f64 = 0.5;
    let names = flags.iter().filter_map(|arg| arg.get_long());
    let near = names
        .map(|name| (likeness(flag, name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|x, y| x.0.total_cmp(&y.0).then(y.1.cmp(x.1)));
    match near {
        Some((_, name)) => format!("no flag is called {flag:?}; did you mean {name}?"),
        None => format!("no flag is called {flag:?}; names are those of the flags, without dashes"),
    }
}
