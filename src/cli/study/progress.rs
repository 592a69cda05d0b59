//! How far a study has come, on standard error: one line for all its workers.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use crate::cli::note;
pub(super) use crate::cli::progress::duration;
use crate::cli::progress::{draw, to_go};
use crate::domain::count::thousands;
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
    all_runs: u64,
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
        let state = State { generation: 0, began, runs: 0, done: 0, all_runs: 0, bar: None, said: began };
        Progress { started: began, state: Mutex::new(state) }
    }

    /// Runs that are done, here or by another driver, now or before.
    pub fn all_runs(&self) -> u64 {
        self.state().all_runs
    }

    /// The work has ended, with so many runs done by it: clears the line and says how long it took.
    pub fn end(&self, ran: u64) {
        let state = self.state();
        if let Some(bar) = &state.bar {
            bar.finish_and_clear();
        }
        let seconds = self.seconds();
        let rate = ran as f64 / seconds.max(1e-9);
        let kept = match state.all_runs.saturating_sub(ran) {
            0 => String::new(),
            kept => format!("{} kept, ", thousands(kept)),
        };
        note(&format!("{kept}{} run in {seconds:.2} s ({rate:.1} runs/s)", thousands(ran)));
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
        state.all_runs += runs;
        if self.started.elapsed() < SHORT {
            return;
        }
        let passed = state.began.elapsed();
        let (generation, done, all) = (state.generation, state.done, state.runs);
        let left = to_go(passed, done as f64 / all.max(1) as f64);
        if stderr().is_terminal() {
            let which = nth(generation, ", ");
            let words = format!("{left}, {which}{} of {} runs", thousands(done), thousands(all));
            draw(&mut state.bar, done, all, words);
        } else if state.said.elapsed() >= PLAIN {
            state.said = now();
            let (done, all) = (thousands(done), thousands(all));
            note(&format!("{}{done} of {all} runs, {left}", nth(generation, ": ")));
        }
    }
}

/// Which generation, where there was one before it.
fn nth(generation: usize, then: &str) -> String {
    if generation > 0 { format!("generation {generation}{then}") } else { String::new() }
}

/// The first of many numbers.
pub(super) fn listed(numbers: &[usize]) -> String {
    const SHOWN: usize = 10;
    if numbers.is_empty() {
        return String::new();
    }
    let first: Vec<String> = numbers.iter().take(SHOWN).map(usize::to_string).collect();
    let more = if numbers.len() > SHOWN { ", …" } else { "" };
    format!(" ({}{more})", first.join(", "))
}
