//! The order of the stages. No other file knows it.

mod search;

pub use search::{Found, SearchCounts, search};

use crate::error::Error;

/// Hears how far a long call is and may stop it.
///
/// The library never prints; a caller that wants bars or lines draws them here.
pub trait Observer: Sync {
    /// A stage begins; `items` is what it will go through.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`](crate::error::ErrorKind::Cancelled) ends the call.
    fn stage(&self, name: &'static str, items: usize) -> Result<(), Error> {
        let _ = (name, items);
        Ok(())
    }

    /// `done` items of the stage are through.
    ///
    /// # Errors
    /// As [`stage`](Observer::stage).
    fn progress(&self, done: usize) -> Result<(), Error> {
        let _ = done;
        Ok(())
    }
}

/// An observer that hears nothing and never stops.
pub struct Silent;

impl Observer for Silent {}
