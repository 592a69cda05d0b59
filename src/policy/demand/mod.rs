//! When jobs are asked for (model §4): arrival laws and recorded traces.

use crate::domain::job::Arrival;
use crate::engine::random::Stream;
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
        fn next(stream: &mut Stream) -> Option<Arrival>;
    }
}

impl Arrivals {
    /// Whether the law says each job's class.
    pub fn names_classes(&self) -> bool {
        matches!(self, Arrivals::Trace(spec) if spec.class.is_some())
    }

    /// Whether the law says which client asks for each job.
    pub fn names_clients(&self) -> bool {
        match self {
            Arrivals::Clients(_) => true,
            Arrivals::Trace(spec) => spec.client.is_some(),
            _ => false,
        }
    }

    /// Checks the parameters together and reads the file the law replays, if it replays one; to be called before the first
    /// arrival is asked for. `Err` is a message for the person who wrote the scenario.
    pub fn resolve(&mut self, reader: &mut dyn Reader) -> Result<(), String> {
        match self {
            Arrivals::Poisson(_) => Ok(()),
            Arrivals::Day(spec) => spec.check(),
            Arrivals::Clients(spec) => spec.resolve(reader),
            Arrivals::Mmpp(spec) => spec.check(),
            Arrivals::Hawkes(spec) => spec.check(),
            Arrivals::Trace(spec) => spec.resolve(reader),
            Arrivals::Renewal(spec) => spec.check(),
        }
    }
}
