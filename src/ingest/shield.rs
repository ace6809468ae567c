//! A boundary that a panic does not pass.
//!
//! Readers of other people's formats are other people's code, and some of it panics on
//! input that nobody expected. Behind the boundary that is one rejected record. What it
//! cannot stop, an overflow of the stack and an abort, caps prevent before the reader.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::reason::{Reason, Refusal};

thread_local! {
    static SHIELDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `read`, and turns a panic into a refusal. Nothing is printed: the message of the
/// panic is part of the refusal's.
pub(super) fn shielded<T>(
    what: &str,
    read: impl FnOnce() -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !SHIELDED.get() {
                loud(info);
            }
        }));
    });
    let before = SHIELDED.replace(true);
    // What `read` held is dropped or poisoned with it: the stream is not read on.
    let outcome = panic::catch_unwind(AssertUnwindSafe(read));
    SHIELDED.set(before);
    outcome.unwrap_or_else(|cause| {
        let said = cause.downcast_ref::<&str>().map(|said| said.to_string());
        let said = said.or_else(|| cause.downcast_ref::<String>().cloned());
        let said = said.unwrap_or_default();
        Err(Refusal::new(
            Reason::ReaderFailed,
            format!("the reader of {what} failed on it ({said}); please report the file"),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_refusal() {
        let refused = shielded("tests", || -> Result<(), Refusal> {
            let none: [u8; 0] = [];
            let at = none.len();
            let _ = none[at];
            Ok(())
        });
        let refusal = refused.unwrap_err();
        assert_eq!(refusal.reason, Reason::ReaderFailed);
        assert!(refusal.message.contains("index out of bounds"));
        assert!(shielded("tests", || Ok(7)) == Ok(7));
    }
}
