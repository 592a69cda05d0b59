//! How far a run has come, on standard error: one line for a person, a plain line now and then for a file.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::note;
use crate::engine::time::Time;
use crate::report::terminal::thousands;

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
}

#[allow(clippy::disallowed_methods, reason = "progress is about the clock; no result depends on it")]
fn now() -> Instant {
    Instant::now()
}

impl Progress {
    /// A run that stands at `from` and is to come to `end`.
    pub fn new(from: Time, end: Time) -> Progress {
        Progress { started: now(), from, end, bar: None, said: now() }
    }

    /// The run stands at `at` after so many events.
    pub fn show(&mut self, at: Time, events: u64) {
        let passed = self.started.elapsed();
        if passed < SHORT {
            return;
        }
        let rate = events as f64 / passed.as_secs_f64();
        let share = (at.0 - self.from.0) as f64 / (self.end.0 - self.from.0).max(1) as f64;
        if stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(|| {
                let bar = ProgressBar::with_draw_target(Some(1_000), ProgressDrawTarget::stderr());
                let style = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}, {eta} to go");
                bar.with_style(style.expect("a template")).with_elapsed(passed)
            });
            bar.set_position((share * 1_000.0) as u64);
            bar.set_message(format!("{at} of {}, {} events/s", self.end, thousands(rate as u64)));
        } else if self.said.elapsed() >= PLAIN {
            self.said = now();
            let left = passed.as_secs_f64() * (1.0 - share) / share.max(1e-9);
            let rate = thousands(rate as u64);
            note(&format!("{at} of {} ({:.0} %), {rate} events/s, {left:.0} s to go", self.end, 100.0 * share));
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
        let passed = self.started.elapsed();
        if passed < SHORT {
            return;
        }
        let (task, begun, count) = (self.task, self.begun, self.count);
        if stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(|| {
                let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr());
                let style = ProgressStyle::with_template("{bar:30} {pos} of {len}: {msg}");
                bar.with_style(style.expect("a template")).with_elapsed(passed)
            });
            bar.set_position(begun as u64);
            bar.set_message(format!("{task} {name}"));
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

/// The most memory this process has held, where the system says.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.map_or("not known".to_string(), |kilobytes| format!("{:.1} MB", kilobytes / 1000.0))
}
