//! What carries the work of a study: one file for each engine.
//!
//! An engine is given the chunks of a generation that are not done, and leaves a file for each. What came of them is read
//! from the files alone, so every engine gives the same tables. To add an engine, write its file and add two adjacent
//! lines here: `mod` and an entry of [`ENGINES`].

pub mod local;

use super::StudyError;
use super::course::Chunk;
use super::drive::Generation;

/// Does chunks of a study.
pub trait Engine {
    /// Does the missing chunks of a generation. It may leave out those that another driver is at: the driver asks again
    /// until every chunk has its file. [`Generation::ensure`] does one chunk in this process.
    ///
    /// # Errors
    ///
    /// [`StudyError::Stopped`] once the driver is asked to stop, and whatever keeps a chunk from being done.
    fn run(&self, generation: &Generation<'_, '_>, missing: &[&Chunk]) -> Result<(), StudyError>;
}

/// An engine as the command line offers it.
#[derive(Clone, Copy, Debug)]
pub struct Offered {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// What does the work, in a few words.
    pub says: &'static str,
    /// The engine with so many workers.
    pub open: fn(usize) -> Result<Box<dyn Engine>, StudyError>,
}

/// Every engine; the first is the one that works where none is chosen.
pub const ENGINES: &[Offered] = &[
    local::OFFERED, //
];
