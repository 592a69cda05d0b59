//! Signals: what ends a run from outside ends it cleanly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Failure;

/// The exit code of a program that a second signal ends at once: as a shell reports an interrupt.
const AT_ONCE: i32 = 130;

/// What comes within this time of the first signal is the same wish: `timeout` signals its command and then the group that
/// the command is in, and so does a terminal that closes.
const SAME: Duration = Duration::from_millis(200);

/// Set when the run is to stop: at an interrupt, a termination (as batch systems send it), a hang-up of the terminal, or
/// when the processor time that the system allows is used up. A second signal ends the program at once; what is unfinished
/// is still recognised as such by its name.
pub(super) fn on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    // Where nothing listens the signals end the program as ever.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXCPU, Arc::clone(&stop));
    // One handler hears all three others. Under `nohup` a hang-up has to stay ignored, so there the other two have theirs.
    if ignores_hang_up() {
        #[cfg(unix)]
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            let _ = signal_hook::flag::register(signal, Arc::clone(&stop));
        }
        return stop;
    }
    let (seen, mut first) = (Arc::clone(&stop), None);
    #[allow(
        clippy::disallowed_methods,
        reason = "a second wish is told from the first by time; no result depends on it"
    )]
    let _ = ctrlc::set_handler(move || {
        seen.store(true, Ordering::Relaxed);
        if first.get_or_insert_with(Instant::now).elapsed() > SAME {
            at_once();
        }
    });
    stop
}

/// From here on a file that grows beyond the size which the system allows (`ulimit -f`) is an error of its writer, which
/// names the file; by itself the system ends the program without a word.
pub fn hear_size_limits() {
    // A signal that is heard does not end the program. Nothing looks at the flag: the writer gets its error all the same.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
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
