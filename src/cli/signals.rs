//! Signals: what ends a run from outside ends it cleanly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Failure;

/// The exit code of a program that a second signal ends at once: as a shell reports an interrupt.
const AT_ONCE: i32 = 130;

/// Set when the run is to stop: at an interrupt, a termination (as batch systems send it) or a hang-up of the terminal. A
/// hang-up that is ignored when the program starts, as `nohup` has it, stays ignored. A second signal ends the program at
/// once; what is unfinished is still recognised as such by its name.
pub(super) fn on_interrupt() -> Arc<AtomicBool> {
    too_long_is_an_error();
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    let ignores = ignores_hang_up();
    // Without a handler the signals end the program as ever.
    let _ = ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            at_once();
        }
    });
    if ignores {
        ignore_hang_up();
    }
    stop
}

/// It is an error if the run is to stop.
pub(super) fn go_on(stop: &AtomicBool) -> Result<(), Failure> {
    match stop.load(Ordering::Relaxed) {
        true => Err(Failure::Failed("stopped; nothing was written".to_string())),
        false => Ok(()),
    }
}

#[allow(
    clippy::exit,
    reason = "the second signal asks for exactly this: an end without the steps that the first one began"
)]
fn at_once() -> ! {
    std::process::exit(AT_ONCE)
}

/// Whether hang-ups are ignored. Asking means to set something; between this and the handler they are ignored.
#[cfg(unix)]
fn ignores_hang_up() -> bool {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: no handler of ours runs in a signal; the disposition is one that the system provides.
    let before = unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn) };
    matches!(before, Ok(SigHandler::SigIgn))
}

#[cfg(unix)]
fn ignore_hang_up() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: as above.
    let _ = unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn) };
}

/// Where a file may not grow further (`ulimit -f`), writing fails, and is told like any other failure, instead of ending the
/// program by a signal.
#[cfg(unix)]
fn too_long_is_an_error() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: as above.
    let _ = unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) };
}

#[cfg(not(unix))]
fn too_long_is_an_error() {}

#[cfg(not(unix))]
fn ignores_hang_up() -> bool {
    false
}

#[cfg(not(unix))]
fn ignore_hang_up() {}
