//! How far a study has come, on standard error: one line for all its workers.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::note;
use crate::report::terminal::thousands;
use crate::study::drive::Watch;

/// Nothing is shown of a study that takes less.
const SHORT: Duration = Duration::from_secs(1);

/// The time between two plain lines.
const PLAIN: Duration = Duration::from_secs(30);

/// The progress of a study.
pub(in crate::cli) struct Progress {
    started: Instant,
    state: Mutex<State>,
}

struct State {
    generation: usize,
    began: Instant,
    runs: u64,
    done: u64,
    all: u64,
    bar: Option<ProgressBar>,
    said: Instant,
}

#[allow(clippy::disallowed_methods, reason = "progress is about the clock; no result depends on it")]
fn now() -> Instant {
    Instant::now()
}

impl Progress {
    /// A study that begins now.
    pub fn new() -> Progress {
        let began = now();
        let state = State { generation: 0, began, runs: 0, done: 0, all: 0, bar: None, said: began };
        Progress { started: began, state: Mutex::new(state) }
    }

    /// The work has ended: clears the line and says how long it took.
    pub fn end(&self) {
        let state = self.state();
        if let Some(bar) = &state.bar {
            bar.finish_and_clear();
        }
        let seconds = self.seconds();
        let rate = state.all as f64 / seconds.max(1e-9);
        note(&format!("{} runs in {seconds:.2} s ({rate:.1} runs/s)", thousands(state.all)));
    }

    /// Seconds since the study began.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics while it shows progress")
    }
}

impl Watch for Progress {
    fn generation(&self, number: usize, _: usize, runs: u64) {
        let mut state = self.state();
        (state.generation, state.runs, state.done, state.began) = (number, runs, 0, now());
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn done(&self, runs: u64) {
        let mut state = self.state();
        state.done += runs;
        state.all += runs;
        if self.started.elapsed() < SHORT {
            return;
        }
        let passed = state.began.elapsed();
        let (generation, done, all) = (state.generation, state.done, state.runs);
        if stderr().is_terminal() {
            let bar = state.bar.get_or_insert_with(|| {
                let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
                let style = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}, {eta} to go");
                bar.with_style(style.expect("a template")).with_elapsed(passed)
            });
            bar.set_position(done);
            bar.set_message(format!("{}{} of {} runs", nth(generation, ", "), thousands(done), thousands(all)));
        } else if state.said.elapsed() >= PLAIN {
            state.said = now();
            let left = passed.as_secs_f64() * (all - done.min(all)) as f64 / done.max(1) as f64;
            let (done, all) = (thousands(done), thousands(all));
            note(&format!("{}{done} of {all} runs, {} to go", nth(generation, ": "), duration(left)));
        }
    }
}

/// Which generation, where there was one before it.
fn nth(generation: usize, then: &str) -> String {
    if generation > 0 { format!("generation {generation}{then}") } else { String::new() }
}

/// A length of time in the unit that suits it.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.1} s"),
        s if s < 7_200.0 => format!("{:.1} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}
