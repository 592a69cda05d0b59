//! When jobs are asked for (model §4): arrival laws and recorded traces.

use crate::domain::job::Arrival;
use crate::engine::mistake::Mistake;
use crate::engine::random::Stream;
use crate::engine::time::Time;
use crate::policy::input::Reader;

pub mod clients;
pub mod day;
pub mod hawkes;
pub mod mmpp;
pub mod poisson;
pub mod renewal;
#[cfg(test)]
mod tests;
pub mod trace;

/// An arrival law.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first. Draws nothing; the first call of [`next`](Rule::next) does.
    fn memory(&self) -> Self::Memory;

    /// The next arrival; they come in order of time, the first from the start of the run on. `None` when there are no
    /// more. A law draws from the source's own stream alone, so that no other source can disturb it.
    fn next(&self, memory: &mut Self::Memory, stream: &mut Stream) -> Option<Arrival>;

    /// Goes on from an instant, as if it had run until then without a look: `false` of a law that remembers what came before.
    fn restart(&self, _: &mut Self::Memory, _: Time) -> bool {
        false
    }

    /// Makes ready what the law computes before the run, and reads the file it replays, if it replays one. The parameters
    /// have been checked.
    fn prepare(&mut self, _: &mut dyn Reader) -> Result<(), Mistake> {
        Ok(())
    }

    /// What the law says of each job beside its time.
    fn tells(&self) -> Tells {
        Tells::default()
    }

    /// What it replays of a file, if it replays one.
    fn replay(&self) -> Option<Replay<'_>> {
        None
    }
}

/// What a law says of each job beside its time; the rest is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tells {
    /// Its class.
    pub class: bool,
    /// The client that asks for it.
    pub client: bool,
    /// How many input tokens it has.
    pub input: bool,
    /// How many output tokens it has.
    pub output: bool,
}

/// What is replayed of a file.
#[derive(Clone, Copy, Debug)]
pub enum Replay<'a> {
    /// Recorded jobs, row by row.
    Rows(&'a trace::Spec),
    /// Recorded rates of clients, window by window.
    Windows(&'a clients::Spec),
}

crate::policy::policies! {
    kind "arrivals": ArrivalsTable, Arrivals, ArrivalsName, ArrivalsMemory;
    rules {
        poisson: Poisson,
        day: Day,
        clients: Clients,
        mmpp: Mmpp,
        hawkes: Hawkes,
        trace: Trace,
        renewal: Renewal,
    }
    methods {
        /// The next arrival; `None` when there are no more.
        fn next(&mut memory, stream: &mut Stream) -> Option<Arrival>;
        /// Goes on from an instant, as if it had run until then without a look: `false` of a law that remembers what came before.
        fn restart(&mut memory, at: Time) -> bool;
        /// Makes ready what the law computes before the run, and reads the file it replays, if it replays one.
        fn prepare(&mut self, reader: &mut dyn Reader) -> Result<(), Mistake>;
        /// What the law says of each job beside its time.
        fn tells() -> Tells;
        /// What the law replays of a file, if it replays one.
        fn replay() -> Option<Replay<'_>>;
    }
}

impl Arrivals {
    /// Checks the parameters together and makes the law ready, with its file read if it replays one; to be called before the
    /// first arrival is asked for.
    pub fn resolve(&mut self, reader: &mut dyn Reader) -> Result<(), Mistake> {
        self.check()?;
        self.prepare(reader)
    }
}
