//! What moves outside the market by itself, as the market meets it (model §15.4).

use std::fmt;

use crate::engine::process::ProcessSpec;
use crate::engine::time::SimDuration;

/// A number outside the market that multiplies what follows it.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// What its stream is keyed by: a hash of its name, so that another series beside it moves none of its steps.
    pub key: u64,
    /// The time between two steps.
    pub every: SimDuration,
    /// How it moves.
    pub moves: Moves,
}

/// How a series moves.
#[derive(Clone, Debug)]
pub enum Moves {
    /// By a process.
    Process(ProcessSpec),
    /// Through these values: one at the start, one at each step, and on at the last.
    Recorded(Vec<f64>),
}

impl Series {
    /// Its value at the start.
    pub fn start(&self) -> f64 {
        match &self.moves {
            Moves::Process(process) => process.start,
            Moves::Recorded(values) => values[0],
        }
    }

    /// The same, held at its start.
    pub fn held(&self) -> Series {
        Series { moves: Moves::Process(ProcessSpec::constant(self.start())), ..self.clone() }
    }
}

impl fmt::Display for Series {
    /// Its name, where it starts, and how often it steps.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: starts at {}, steps every {}", self.name, self.start(), self.every)
    }
}
