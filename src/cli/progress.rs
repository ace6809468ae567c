//! Messages on standard error.

use std::io::{self, Write};

use crate::error::Error;
use crate::ingest::Intake;
use crate::pipeline::Observer;
use crate::write::{inert, plural};

/// Rejections that are named one by one.
const NAMED: usize = 10;

/// Says on standard error how far a run is, and what was wrong with the input.
pub(super) struct Messages {
    quiet: bool,
}

impl Messages {
    pub(super) fn new(quiet: bool) -> Self {
        Messages { quiet }
    }

    /// One line. A standard error that cannot be written to is no reason to stop.
    pub(super) fn say(&self, line: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{}", inert(line));
        }
    }

    /// Names the first rejections and counts the rest; tells of folders that
    /// were left out.
    pub(super) fn intake(&self, intake: &Intake) {
        let rejected = &intake.rejected;
        for rejection in rejected.iter().take(NAMED) {
            self.say(&format!("rejected: {rejection}"));
        }
        if rejected.len() > NAMED {
            self.say(&format!(
                "rejected: {} more; `trace -o DIR` lists them all in rejected.csv",
                rejected.len() - NAMED
            ));
        }
        if intake.counts.skipped > 0 {
            let folders = plural(intake.counts.skipped as usize, "folder");
            self.say(&format!("left out: {folders} with results of wirecopy"));
        }
    }
}

impl Observer for Messages {
    fn stage(&self, name: &'static str, items: usize) -> Result<(), Error> {
        // Small runs are over before a line could be read.
        const WORTH_TELLING: usize = 20_000;
        if items >= WORTH_TELLING {
            self.say(&format!("{name}: {items}"));
        }
        Ok(())
    }
}
