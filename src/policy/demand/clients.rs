//! Many clients, each with its own rhythm: a renewal process per client whose rate and law of gaps a file gives window
//! by window, in the manner of ServeGen (Y. Xiang et al., "ServeGen: workload characterization and generation of large
//! language model serving in production", 2025, and the client files published with it).
//!
//! A row of the file says that from a start on, for the length of `window`, a client asks at a mean rate with gamma or
//! Weibull gaps of a shape. A gap is drawn with mean 1 and passes as fast as the rate says: gap = rate(t) · dt. So
//! `scale` changes lengths alone and keeps every coefficient of variation; the scale column of a fitted law is not
//! needed.
//!
//! At the edge of a window a gap that has not passed is carried over, in units of the mean gap, if the law stays the
//! same. If the law changes, the client starts anew in the equilibrium of the new law: the gap left is u · Y with u
//! uniform and Y a gap weighted by its length (D. R. Cox, "Renewal Theory", 1962): gamma with shape + 1 for the gamma,
//! and for the Weibull scale · G^(1/shape), G gamma with shape 1 + 1/shape. The first window of a client starts so too.
//! Hence the expected number of arrivals of every client in every window is exactly its rate times its length, however
//! bursty its gaps are. Between windows without a row a client is silent.
//!
//! Every client draws from a stream of its own that depends on the source's stream and on the client's number, so
//! leaving clients out (`clients`) does not disturb the others.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Replay, Tells};
use crate::domain::job::Arrival;
use crate::domain::purpose::Purpose;
use crate::domain::share::Factor;
use crate::engine::mistake::Mistake;
use crate::engine::random::{RandomSource, Seed, Stream};
use crate::engine::time::{SimDuration, Time};
use crate::policy::Described;
use crate::policy::input::Reader;
use windows::{Client, Windows};

mod windows;

/// Parameters of many clients. The columns' defaults are those of ServeGen's client files.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The file of client windows, relative to the scenario.
    pub file: String,
    /// Column: the client, a whole number; `"client"` unless given.
    #[serde(default = "client")]
    pub client: String,
    /// Column: when the window starts, in `unit`s; `"t_s"` unless given.
    #[serde(default = "start")]
    pub start: String,
    /// Column: the mean rate in the window, in arrivals per second; `"rate_rps"` unless given.
    #[serde(default = "rate")]
    pub rate: String,
    /// Column: the law of gaps, `Gamma`, `Weibull` or `Exponential`; `"iat_dist"` unless given.
    #[serde(default = "law")]
    pub law: String,
    /// Column: the shape of the law of gaps; `"p1"` unless given.
    #[serde(default = "shape")]
    pub shape: String,
    /// Column: the coefficient of variation of the gaps, such as `"iat_cv"`. If given, it takes the place of the shape:
    /// the law keeps the measured spread rather than the fitted form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cv: Option<String>,
    /// What the start is counted in; `"1s"` unless given.
    #[serde(default = "second")]
    pub unit: SimDuration,
    /// The length of a window; `"600s"` unless given.
    #[serde(default = "ten_minutes")]
    pub window: SimDuration,
    /// Multiplies every rate and keeps the spread of the gaps; 1 unless given.
    #[serde(default = "one")]
    pub scale: Factor,
    /// Where in the file the run starts, from the start of its earliest window on; 0 unless given.
    #[serde(default)]
    pub from: SimDuration,
    /// Whether the file begins again at its end, after the last of its windows; not unless given.
    #[serde(default, rename = "loop")]
    pub repeats: bool,
    /// How many clients are taken: those with the most arrivals over the whole file. All unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients: Option<u32>,
    /// The file, once it is read.
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) data: Arc<Windows>,
}

fn client() -> String {
    "client".into()
}

fn start() -> String {
    "t_s".into()
}

fn rate() -> String {
    "rate_rps".into()
}

fn law() -> String {
    "iat_dist".into()
}

fn shape() -> String {
    "p1".into()
}

fn second() -> SimDuration {
    SimDuration::SECOND
}

fn ten_minutes() -> SimDuration {
    SimDuration(600 * SimDuration::SECOND.0)
}

fn one() -> Factor {
    Factor::ONE
}

/// The most windows per arrival of a file that begins again, on average; beyond it a run does little but change windows.
const CHANGES_MAX: f64 = 1e3;

impl Described for Spec {
    const NAME: &'static str = "clients";
    const SUMMARY: &'static str = "a renewal process per client, with the rates and bursts of a file, window by window";
    const SOURCE: &'static str = "Xiang et al., ServeGen: workload characterization and generation, 2025";
    const EXAMPLE: &'static str = r#"{ file = "traces/clients.csv.gz", loop = true, clients = 20 }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn check(&self) -> Result<(), Mistake> {
        for (key, span) in [("window", self.window), ("unit", self.unit)] {
            if span == SimDuration::ZERO {
                return Err(Mistake::new(key, "`window` and `unit` must be longer than zero", ""));
            }
        }
        if self.clients == Some(0) {
            return Err(Mistake::new("clients", "`clients` must be at least 1", ""));
        }
        Ok(())
    }
}

/// Where every client stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Memory {
    /// Whether the clients have begun; they draw when the first arrival is asked for.
    begun: bool,
    /// By place in the list of clients.
    clients: Vec<State>,
    /// When each client that goes on acts next: an arrival or the end of its window.
    queue: BinaryHeap<Reverse<(Time, u32)>>,
}

/// Where one client stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    /// The client's own chance.
    stream: Stream,
    /// The last arrival, or the start of the window.
    at: Time,
    /// The end of the window.
    until: Time,
    /// What is left at `at` of the gap to the next arrival, in mean gaps.
    gap: f64,
    /// What a standard variate of this window's law is multiplied with.
    unit: f64,
    /// How often the file has begun again.
    pass: u64,
    /// The window's row.
    row: u32,
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory { begun: false, clients: Vec::new(), queue: BinaryHeap::new() }
    }

    fn next(&self, memory: &mut Memory, stream: &mut Stream) -> Option<Arrival> {
        if !memory.begun {
            self.begin(memory, stream);
        }
        loop {
            let mut top = memory.queue.peek_mut()?;
            let Reverse((now, index)) = *top;
            let (client, state) = (&self.data.clients[index as usize], &mut memory.clients[index as usize]);
            let arrives = now < state.until;
            if arrives {
                state.at = now;
                state.gap = self.data.rows[state.row as usize].gaps.gap(state.unit, &mut state.stream);
            } else if !self.follow(client, state) {
                PeekMut::pop(top);
                continue;
            }
            *top = Reverse((self.wake(state), index));
            if arrives {
                return Some(Arrival { at: now, client: client.number, ..Arrival::default() });
            }
        }
    }

    fn prepare(&mut self, reader: &mut dyn Reader) -> Result<(), Mistake> {
        let windows = Windows::read(self, reader)?;
        if self.from >= windows.length {
            let message = format!("`from` = {} is beyond `{}`, which covers {}", self.from, self.file, windows.length);
            return Err(Mistake::new("from", message, ""));
        }
        let arrivals = windows.rows.iter().map(|row| row.rate).sum::<f64>() * self.scale.get() * self.window.seconds();
        let changes = windows.rows.len() as f64 / arrivals;
        if self.repeats && changes > CHANGES_MAX && changes.is_finite() {
            let message = format!("the windows change {changes:.0} times per arrival, beyond {CHANGES_MAX}");
            return Err(Mistake::new("window", message, "lengthen `window`, or raise `scale`"));
        }
        self.data = Arc::new(windows);
        Ok(())
    }

    fn tells(&self) -> Tells {
        Tells { client: true, ..Tells::default() }
    }

    fn replay(&self) -> Option<Replay<'_>> {
        Some(Replay::Windows(self))
    }
}

impl Spec {
    /// Puts every client into its first window.
    fn begin(&self, memory: &mut Memory, stream: &mut Stream) {
        assert!(!self.data.rows.is_empty(), "a file of clients is read before it is replayed");
        memory.begun = true;
        let seed = Seed { root: stream.bits(), replication: stream.bits() };
        let places = if self.scale.get() > 0.0 { self.data.clients.len() } else { 0 };
        for (index, client) in self.data.clients[..places].iter().enumerate() {
            let rows = &self.data.rows[client.first as usize..client.end as usize];
            let past = rows.partition_point(|row| row.start + self.window <= self.from) as u32;
            let (row, pass) = if past < rows.len() as u32 { (client.first + past, 0) } else { (client.first, 1) };
            let mut state = State {
                stream: Stream::new(seed, Purpose::Arrivals as u32, u64::from(client.number)),
                at: Time::ZERO,
                until: Time::ZERO,
                gap: 0.0,
                unit: 0.0,
                pass,
                row,
            };
            self.renew(&mut state);
            if (pass == 0 || self.repeats) && self.enter(&mut state) {
                memory.queue.push(Reverse((self.wake(&state), index as u32)));
            }
            memory.clients.push(state);
        }
    }

    /// Takes a client from the end of its window into the next one; false when there is none.
    fn follow(&self, client: &Client, state: &mut State) -> bool {
        let rows = &self.data.rows;
        let (last, spent) = (state.row as usize, self.rate(state) * state.until.since(state.at).seconds());
        state.row += 1;
        if state.row == client.end {
            if !self.repeats {
                return false;
            }
            (state.row, state.pass) = (client.first, state.pass + 1);
        }
        if rows[last].gaps == rows[state.row as usize].gaps {
            state.gap = (state.gap - spent).max(0.0);
        } else {
            self.renew(state);
        }
        self.enter(state)
    }

    /// Starts anew in the equilibrium of the window's law.
    fn renew(&self, state: &mut State) {
        let gaps = self.data.rows[state.row as usize].gaps;
        state.unit = gaps.unit();
        state.gap = gaps.left(state.unit, &mut state.stream);
    }

    /// Moves to the start of the window; false where that is beyond the end of time.
    fn enter(&self, state: &mut State) -> bool {
        let start = self.data.rows[state.row as usize].start;
        let instant = |offset: SimDuration| {
            let since = u128::from(state.pass) * u128::from(self.data.length.0) + u128::from(offset.0);
            Time(u64::try_from(since.saturating_sub(u128::from(self.from.0))).unwrap_or(u64::MAX))
        };
        (state.at, state.until) = (instant(start), instant(start + self.window));
        state.at < state.until
    }

    /// When the client acts next: its next arrival or the end of its window, whichever is earlier.
    #[inline]
    fn wake(&self, state: &State) -> Time {
        (state.at + SimDuration::from_seconds(state.gap / self.rate(state))).min(state.until)
    }

    /// The rate of the client's window, per second.
    #[inline]
    fn rate(&self, state: &State) -> f64 {
        self.data.rows[state.row as usize].rate * self.scale.get()
    }
}

#[cfg(test)]
mod tests;
