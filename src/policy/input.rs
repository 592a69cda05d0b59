//! How a rule asks for the real data it replays: it names a file and columns, the scenario reads them.

use crate::engine::mistake::Mistake;
use crate::engine::time::SimDuration;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Content {
    /// Finite numbers.
    Number,
    /// Finite numbers from 0 upwards.
    Amount,
    /// Whole numbers from 0 upwards.
    Count,
    /// Text.
    Text,
    /// Instants; where they are plain numbers, so many of this span. Handed on as nanoseconds since the first row.
    Instant(SimDuration),
}

/// A column a rule wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The name in the file.
    pub name: String,
    /// What it must hold.
    pub content: Content,
}

/// A column as it was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Filled {
    /// Finite numbers.
    Numbers(Vec<f64>),
    /// Counts, or nanoseconds.
    Counts(Vec<u64>),
    /// Text.
    Texts(Vec<String>),
}

impl Filled {
    /// The counts. Panics if the column was not asked for as [`Content::Count`] or [`Content::Instant`].
    pub fn counts(self) -> Vec<u64> {
        match self {
            Filled::Counts(counts) => counts,
            other => panic!("a column of counts was asked for, not {other:?}"),
        }
    }

    /// The numbers. Panics if the column was not asked for as [`Content::Number`] or [`Content::Amount`].
    pub fn numbers(self) -> Vec<f64> {
        match self {
            Filled::Numbers(numbers) => numbers,
            other => panic!("a column of numbers was asked for, not {other:?}"),
        }
    }

    /// The texts. Panics if the column was not asked for as [`Content::Text`].
    pub fn texts(self) -> Vec<String> {
        match self {
            Filled::Texts(texts) => texts,
            other => panic!("a column of texts was asked for, not {other:?}"),
        }
    }
}

/// Reads columns for a rule; the scenario implements it over files.
pub trait Reader {
    /// The wanted columns of `file` (relative to the scenario), in the order asked for, all of one length. `Err` names file,
    /// line and column.
    fn columns(&mut self, file: &str, wanted: &[Wanted]) -> Result<Vec<Filled>, Mistake>;
    /// The earliest instant of the file read last, in nanoseconds since the start of 1970 in UTC; none where its times are plain
    /// numbers.
    fn began(&self) -> Option<i128> {
        None
    }
    /// A class by its name, for sources that know the class of a job.
    fn class(&self, name: &str) -> Option<crate::domain::ids::ClassId>;
}
