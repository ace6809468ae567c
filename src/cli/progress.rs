//! Messages on standard error: how far a run is, and what was wrong with the input.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::args::{ColorArg, RunningArgs};
use super::stop;
use crate::error::{Error, ErrorKind};
use crate::ingest::Intake;
use crate::pipeline::Observer;
use crate::write::{inert, plural};

/// Rejections that are named one by one.
const NAMED: usize = 10;
/// A run shorter than this shows no bar: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(300);
/// Items, or bytes of input, from which a run is large. Only large runs say
/// their stages where no bar can be drawn; what is said must not hang on the
/// speed of the machine.
const LARGE: u64 = 20_000;
const LARGE_INPUT: u64 = 64 << 20;
/// Later stages of a large run that are over sooner are not worth a line.
const BRIEF: Duration = Duration::from_millis(500);

/// Says on standard error how far a run is: by a bar on a terminal, else by a
/// line a stage in large runs.
pub(super) struct Messages {
    quiet: bool,
    /// A terminal that bars can be drawn on.
    terminal: bool,
    coloured: bool,
    began: Instant,
    now: Mutex<Now>,
}

/// The stage that a run is in.
#[derive(Default)]
struct Now {
    stage: Option<Stage>,
    large: bool,
}

struct Stage {
    name: &'static str,
    items: u64,
    of_bytes: bool,
    done: u64,
    began: Instant,
    bar: Option<ProgressBar>,
}

impl Messages {
    pub(super) fn new(typed: &RunningArgs) -> Self {
        let coloured = match typed.color {
            ColorArg::Auto => AutoStream::choice(&io::stderr()) != ColorChoice::Never,
            ColorArg::Always => true,
            ColorArg::Never => false,
        };
        Messages {
            quiet: typed.quiet,
            terminal: !typed.quiet && !ProgressDrawTarget::stderr().is_hidden(),
            coloured,
            began: Instant::now(),
            now: Mutex::default(),
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One line. A standard error that cannot be written to is no reason to stop.
    pub(super) fn say(&self, line: &str) {
        if self.quiet {
            return;
        }
        let write = || _ = writeln!(io::stderr().lock(), "{}", inert(line));
        let now = self.now();
        match now.stage.as_ref().and_then(|stage| stage.bar.as_ref()) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Ends the last stage and takes its bar away, so that results have the
    /// terminal for themselves.
    pub(super) fn end(&self) {
        let line = end_stage(&mut self.now());
        if let Some(line) = line.filter(|_| !self.terminal) {
            self.say(&line);
        }
    }

    /// Names the first rejections and counts the rest; tells of folders that
    /// were left out.
    pub(super) fn intake(&self, intake: &Intake) {
        self.end();
        let rejected = &intake.rejected;
        for rejection in rejected.iter().take(NAMED) {
            self.say(&format!("rejected: {rejection}"));
        }
        let named: u64 = rejected.iter().take(NAMED).map(|one| one.count).sum();
        if intake.counts.rejected > named {
            self.say(&format!(
                "rejected: {} more; `trace -o DIR` lists them in rejected.csv",
                intake.counts.rejected - named
            ));
        }
        if intake.counts.skipped > 0 {
            let folders = plural(intake.counts.skipped as usize, "folder");
            self.say(&format!("left out: {folders} with results of wirecopy"));
        }
    }

    fn begin(&self, name: &'static str, items: u64, of_bytes: bool) {
        self.end();
        if items == 0 && !of_bytes {
            return;
        }
        let mut now = self.now();
        now.large |= items >= if of_bytes { LARGE_INPUT } else { LARGE };
        now.stage = Some(Stage {
            name,
            items,
            of_bytes,
            done: 0,
            began: Instant::now(),
            bar: None,
        });
        self.draw(&mut now);
    }

    /// Shows the stage as far as it is, once the run is worth a bar.
    fn draw(&self, now: &mut Now) {
        let Some(stage) = now.stage.as_mut().filter(|_| self.terminal) else {
            return;
        };
        if stage.bar.is_none() {
            if self.began.elapsed() < PATIENCE {
                return;
            }
            stage.bar = Some(bar(stage, self.coloured));
        }
        if let Some(bar) = &stage.bar {
            bar.set_position(stage.done);
        }
    }

    fn advance(&self, done: u64) {
        let mut now = self.now();
        if let Some(stage) = &mut now.stage {
            let first = stage.done == 0 && done > 0;
            stage.done = done;
            if let Some(bar) = stage.bar.as_ref().filter(|_| first) {
                // It counts after all: from a spinner to a bar.
                bar.set_style(style(stage, self.coloured));
            }
        }
        self.draw(&mut now);
    }
}

impl Drop for Messages {
    /// An error may end a run within a stage.
    fn drop(&mut self) {
        let _ = end_stage(&mut self.now());
    }
}

impl Observer for Messages {
    fn stage(&self, name: &'static str, items: usize) -> Result<(), Error> {
        self.begin(name, items as u64, false);
        stop::cleanly();
        goes_on()
    }

    fn progress(&self, done: usize) -> Result<(), Error> {
        self.advance(done as u64);
        goes_on()
    }

    fn reading(&self, done: u64, total: Option<u64>) -> Result<(), Error> {
        const READING: &str = "reading input";
        let begun = (self.now().stage.as_ref()).is_some_and(|stage| stage.name == READING);
        if !begun {
            self.begin(READING, total.unwrap_or(0), true);
        }
        self.now().large |= done >= LARGE_INPUT;
        self.advance(done);
        goes_on()
    }
}

/// Ends the run where a signal came.
fn goes_on() -> Result<(), Error> {
    match stop::code() {
        Some(_) => Err(ErrorKind::Cancelled.into()),
        None => Ok(()),
    }
}

/// Takes the bar away; the line that the stage is worth in a large run.
fn end_stage(now: &mut Now) -> Option<String> {
    let stage = now.stage.take()?;
    if let Some(bar) = &stage.bar {
        bar.finish_and_clear();
    }
    let took = stage.began.elapsed();
    let many = if stage.of_bytes {
        format!("{} MB", stage.done / 1_000_000)
    } else {
        stage.items.to_string()
    };
    let worth = now.large && (stage.of_bytes || stage.items >= LARGE || took >= BRIEF);
    worth.then(|| format!("{}: {many} in {:.1} s", stage.name, took.as_secs_f64()))
}

fn bar(stage: &Stage, coloured: bool) -> ProgressBar {
    let bar = if stage.items == 0 {
        ProgressBar::no_length()
    } else {
        ProgressBar::new(stage.items)
    };
    let bar = bar
        .with_position(stage.done)
        .with_elapsed(stage.began.elapsed())
        .with_message(stage.name);
    bar.set_draw_target(ProgressDrawTarget::stderr());
    bar.set_style(style(stage, coloured));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar with rate and remaining time; a spinner while a stage says nothing of
/// how far it is, or cannot know.
fn style(stage: &Stage, coloured: bool) -> ProgressStyle {
    let template = match (stage.of_bytes, stage.items, stage.done) {
        (true, 0, _) => "{msg:<20} {bytes}, {bytes_per_sec} {spinner}",
        (true, ..) => "{msg:<20} BAR {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        (false, _, 0) => "{msg:<20} {human_len}, {elapsed} {spinner}",
        (false, ..) => "{msg:<20} BAR {human_pos} of {human_len}, {rate}, {eta} left",
    };
    let bar = if coloured {
        "{bar:20.cyan}"
    } else {
        "{bar:20}"
    };
    let style = ProgressStyle::with_template(&template.replace("BAR", bar));
    style
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
            let rate = state.pos() as f64 / state.elapsed().as_secs_f64().max(1e-3);
            let _ = write!(out, "{}/s", HumanCount(rate as u64));
        })
        .progress_chars("━╸ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(large: bool) -> Messages {
        Messages {
            quiet: true,
            terminal: false,
            coloured: false,
            began: Instant::now(),
            now: Mutex::new(Now { stage: None, large }),
        }
    }

    #[test]
    fn a_stage_of_a_large_run_ends_with_its_name_count_and_time() {
        let messages = messages(false);
        messages.stage("reading words", 20_000).unwrap();
        messages.progress(4096).unwrap();
        let line = end_stage(&mut messages.now()).unwrap();
        assert!(line.starts_with("reading words: 20000 in "), "{line}");
        messages.stage("grouping", 3).unwrap();
        assert_eq!(end_stage(&mut messages.now()), None, "over at once");
    }

    #[test]
    fn small_runs_say_nothing_of_their_stages() {
        let messages = messages(false);
        messages.reading(1_000, Some(2_000)).unwrap();
        messages.reading(2_000, Some(2_000)).unwrap();
        assert_eq!(end_stage(&mut messages.now()), None);
        messages.stage("grouping", 19_999).unwrap();
        assert_eq!(end_stage(&mut messages.now()), None);
        assert_eq!(end_stage(&mut messages.now()), None, "no stage is open");
    }

    #[test]
    fn a_pipe_is_counted_though_its_length_is_unknown() {
        let messages = messages(false);
        for done in [0, 32 << 20, 80 << 20] {
            messages.reading(done, None).unwrap();
        }
        let line = end_stage(&mut messages.now()).unwrap();
        assert!(line.starts_with("reading input: 83 MB in "), "{line}");
    }

    #[test]
    fn every_form_of_bar_can_be_drawn() {
        for (of_bytes, items, done) in [(true, 0, 0), (true, 9, 0), (false, 9, 0), (false, 9, 1)] {
            let stage = Stage {
                name: "reading words",
                items,
                of_bytes,
                done,
                began: Instant::now(),
                bar: None,
            };
            let hidden = bar(&stage, true);
            hidden.set_draw_target(ProgressDrawTarget::hidden());
            hidden.finish_and_clear();
        }
    }
}
