//! A wish to stop, by Ctrl-C or by SIGTERM.
//!
//! While input is read there is nothing to clean up, since temporary files have
//! no names: a signal ends the process at once, even where it waits for a pipe.
//! Later the first signal ends the run at its next step, as an error, so that
//! what is half written goes; a second one ends the process at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What signals come to.
struct Signals {
    /// The one that came; 0 before one.
    came: Arc<AtomicUsize>,
    /// Whether the next one ends the process.
    at_once: Arc<AtomicBool>,
}

static SIGNALS: OnceLock<Signals> = OnceLock::new();

/// Listens to signals from here on. Where the system refuses, they end the
/// process as ever.
pub(super) fn listen() {
    SIGNALS.get_or_init(|| {
        let came = Arc::new(AtomicUsize::new(0));
        let at_once = Arc::new(AtomicBool::new(true));
        for signal in [SIGINT, SIGTERM] {
            // In this order: a signal acts on what held before it came.
            let _ = flag::register_conditional_shutdown(signal, 128 + signal, at_once.clone());
            let _ = flag::register(signal, at_once.clone());
            let _ = flag::register_usize(signal, came.clone(), signal as usize);
        }
        Signals { came, at_once }
    });
}

/// From here on a run must clean up before it ends.
pub(super) fn cleanly() {
    if let Some(signals) = SIGNALS.get()
        && code().is_none()
    {
        signals.at_once.store(false, Ordering::Relaxed);
    }
}

/// The exit code of a run that a signal stopped; `None` before one came.
pub(super) fn code() -> Option<u8> {
    let came = SIGNALS.get()?.came.load(Ordering::Relaxed);
    (came > 0).then(|| 128 + came as u8)
}
