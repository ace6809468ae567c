//! Messages on standard error.

use std::io::{self, Write};

use crate::error::Error;
use crate::ingest::Rejection;
use crate::pipeline::Observer;

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
            let _ = writeln!(io::stderr().lock(), "{line}");
        }
    }

    /// Names the first rejections and counts the rest.
    pub(super) fn rejections(&self, rejected: &[Rejection]) {
        for rejection in rejected.iter().take(NAMED) {
            self.say(&format!("rejected: {rejection}"));
        }
        if rejected.len() > NAMED {
            self.say(&format!(
                "rejected: {} more; `trace -o DIR` lists them all in rejected.csv",
                rejected.len() - NAMED
            ));
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
