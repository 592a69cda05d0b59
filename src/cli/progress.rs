//! How far a run has come, on standard error: one line for a person, a plain line now and then for a file.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::note;
use crate::domain::count::thousands;
use crate::engine::time::Time;

/// The time between two looks at the terminal.
const OFTEN: Duration = Duration::from_millis(100);

/// Nothing is shown of a run that takes less.
const SHORT: Duration = Duration::from_secs(1);

/// The time between two plain lines.
const PLAIN: Duration = Duration::from_secs(30);

/// The progress of a run towards an instant.
pub(super) struct Progress {
    started: Instant,
    from: Time,
    end: Time,
    bar: Option<ProgressBar>,
    said: Instant,
    shown: Instant,
}

#[allow(clippy::disallowed_methods, reason = "progress is about the clock; no result depends on it")]
fn now() -> Instant {
    Instant::now()
}

impl Progress {
    /// A run that stands at `from` and is to come to `end`.
    pub fn new(from: Time, end: Time) -> Progress {
        Progress { started: now(), from, end, bar: None, said: now(), shown: now() }
    }

    /// The run stands at `at` after so many events.
    pub fn show(&mut self, at: Time, events: u64) {
        let passed = self.started.elapsed();
        if passed < SHORT || self.shown.elapsed() < OFTEN {
            return;
        }
        self.shown = now();
        let rate = events as f64 / passed.as_secs_f64();
        let (come, whole) = (at.0 - self.from.0, self.end.0 - self.from.0);
        let share = come as f64 / whole.max(1) as f64;
        // As a thousandth of the way, which is short to write where the whole is.
        let step = (whole / 1_000).max(1);
        let at = Time(self.from.0 + come / step * step);
        if stderr().is_terminal() {
            let words = format!("{}, {at} of {}, {} events/s", to_go(passed, share), self.end, thousands(rate as u64));
            draw(&mut self.bar, (share * 1_000.0) as u64, 1_000, words);
        } else if self.said.elapsed() >= PLAIN {
            self.said = now();
            let (rate, left) = (thousands(rate as u64), to_go(passed, share));
            note(&format!("{at} of {} ({:.0} %), {rate} events/s, {left}", self.end, 100.0 * share));
        }
    }

    /// The run has come to its end: clears the line and says how long it took.
    pub fn end(self, events: u64, jobs: u64) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let per_second = |count: u64| thousands((count as f64 / seconds.max(1e-9)) as u64);
        note(&format!(
            "{} events in {seconds:.2} s ({} events/s, {} jobs/s), peak memory {}",
            thousands(events),
            per_second(events),
            per_second(jobs),
            peak_memory()
        ));
    }

    /// There is no more to wait for: clears the line and says nothing.
    pub fn clear(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Seconds since the run began.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

/// The progress of a task of a few steps, such as drawing charts.
pub(super) struct Steps {
    task: &'static str,
    count: usize,
    begun: usize,
    started: Instant,
    said: Instant,
    bar: Option<ProgressBar>,
}

impl Steps {
    /// A task of so many steps, none of which has begun.
    pub fn new(task: &'static str, count: usize) -> Steps {
        Steps { task, count, begun: 0, started: now(), said: now(), bar: None }
    }

    /// The next step begins.
    pub fn begin(&mut self, name: &str) {
        self.begun += 1;
        if self.started.elapsed() < SHORT {
            return;
        }
        let (task, begun, count) = (self.task, self.begun, self.count);
        if stderr().is_terminal() {
            draw(&mut self.bar, begun as u64, count as u64, format!("{task} {name}, {begun} of {count}"));
        } else if self.said.elapsed() >= PLAIN {
            self.said = now();
            note(&format!("{task} {name}, {begun} of {count}"));
        }
    }

    /// The task is done: clears the line.
    pub fn end(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Draws a line that is cut to the width of the terminal; what matters most stands first in `words`.
pub(super) fn draw(bar: &mut Option<ProgressBar>, position: u64, length: u64, words: String) {
    match bar {
        Some(bar) => {
            bar.set_message(words);
            bar.set_position(position);
        }
        None => {
            let new = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:20} {percent:>3} % {wide_msg}").expect("a template");
            // Nothing is drawn before it is whole.
            let new = new.with_style(style).with_message(words).with_position(position);
            new.tick();
            *bar = Some(new);
        }
    }
}

/// The time that is left where so long has brought it to this share, in words.
pub(super) fn to_go(passed: Duration, share: f64) -> String {
    match share > 0.0 {
        true => format!("{} to go", duration(passed.as_secs_f64() * (1.0 - share).max(0.0) / share)),
        false => "just begun".to_string(),
    }
}

/// A length of time in the unit that suits it.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.1} s"),
        s if s < 7_200.0 => format!("{:.1} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}

/// The most memory this process has held, where the system says.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.map_or("not known".to_string(), |kilobytes| format!("{:.1} MB", kilobytes / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first line is whole: without a share there is no time to tell.
    #[test]
    fn what_is_left_follows_from_what_is_done() {
        let told = [(10, 0.5), (10, 1.0), (1, 0.001), (0, 0.5), (10, 0.0)]
            .map(|(s, share)| to_go(Duration::from_secs(s), share));
        assert_eq!(told, ["10.0 s to go", "0.0 s to go", "16.6 min to go", "0.0 s to go", "just begun"]);
    }
}
