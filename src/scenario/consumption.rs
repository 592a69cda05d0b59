//! Which classes consume results of which, as the market uses it (model §4.1).

use crate::domain::ancestry::{AfterInput, InputChoice};
use crate::domain::ids::{ClassId, IdVec};
use crate::engine::law::Sampler;
use crate::engine::time::SimDuration;

/// The most inputs of a job.
pub const INPUTS: u32 = 16;

/// What flows between classes; a scenario has it where some class consumes.
#[derive(Clone, Debug)]
pub struct Consumption {
    /// Of each class.
    pub flows: IdVec<ClassId, Flow>,
    /// The classes that consume, each by its number in [`Flow::feeds`].
    pub consuming: Vec<ClassId>,
}

/// What flows into a class and out of it.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// What its jobs consume, if anything.
    pub inputs: Option<Inputs>,
    /// Which consuming classes its results are offered to.
    pub feeds: Vec<u16>,
}

/// What the jobs of a class consume.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The place of the class in [`Consumption::consuming`].
    pub place: u16,
    /// How many, before the fraction is cut off.
    pub count: Sampler,
    /// Which.
    pub choice: InputChoice,
    /// How long a result is on offer after it came into use.
    pub age: Option<SimDuration>,
    /// How many are on offer at most: the newest.
    pub keeps: u32,
    /// The probability that a wrong input makes the result wrong.
    pub inherits: f64,
    /// What becomes of an accepted result when an input of it comes to nothing.
    pub after: AfterInput,
}

impl Flow {
    /// Whether its jobs consume, or are consumed.
    pub fn takes_part(&self) -> bool {
        self.inputs.is_some() || !self.feeds.is_empty()
    }
}

impl Consumption {
    /// What a consuming class consumes, by its number.
    pub fn of(&self, place: u16) -> &Inputs {
        let class = self.consuming[usize::from(place)];
        self.flows[class].inputs.as_ref().expect("a consuming class has inputs")
    }
}
