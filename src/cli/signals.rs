//! Signals: what ends a run from outside ends it cleanly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Failure;

/// The exit code of a program that a second signal ends at once: as a shell reports an interrupt.
const AT_ONCE: i32 = 130;

/// Set when the run is to stop: at an interrupt, a termination (as batch systems send it) or a hang-up of the terminal. A
/// second signal ends the program at once; what is unfinished is still recognised as such by its name.
pub(super) fn on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    // A handler hears all three signals. Under `nohup` a hang-up has to stay ignored, so there is none, and the other two
    // end the program as the system has it.
    if !ignores_hang_up() {
        let seen = Arc::clone(&stop);
        // Without a handler the signals end the program as ever.
        let _ = ctrlc::set_handler(move || {
            if seen.swap(true, Ordering::Relaxed) {
                at_once();
            }
        });
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

#[allow(clippy::exit, reason = "the second signal asks for an end without the steps that the first one began")]
fn at_once() -> ! {
    std::process::exit(AT_ONCE)
}

/// Whether the program was started with hang-ups ignored. Only Linux says so in a file.
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // Bit 0 is signal 1, the hang-up.
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
