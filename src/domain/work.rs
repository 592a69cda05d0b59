//! Work: how much of a reference GPU a computation takes. It becomes time only by the slowness of who does it, and money only by a
//! price.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::law::Quantity;
use crate::engine::time::SimDuration;

/// An amount of work: nanoseconds of one slot of the reference GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Work(pub u64);

impl Work {
    /// None at all.
    pub const ZERO: Work = Work(0);

    /// What the reference GPU does in this time.
    pub const fn of_reference(time: SimDuration) -> Work {
        Work(time.0)
    }

    /// The time that the reference GPU takes for it.
    pub const fn on_reference(self) -> SimDuration {
        SimDuration(self.0)
    }

    /// The time that it takes where each nanosecond of work takes `slowness` nanoseconds.
    #[inline]
    pub fn takes(self, slowness: f64) -> SimDuration {
        self.on_reference().scaled(slowness)
    }

    /// GPU-seconds, for statistics and people.
    pub fn seconds(self) -> f64 {
        self.on_reference().seconds()
    }

    /// GPU-nanoseconds as a number.
    #[inline]
    pub fn nanos(self) -> f64 {
        self.on_reference().nanos()
    }

    /// The nearest to so many GPU-nanoseconds; negative and not-a-number become none, too much becomes the most.
    #[inline]
    pub fn from_nanos(nanos: f64) -> Work {
        Work::of_reference(SimDuration::from_nanos(nanos))
    }

    /// This times a factor, to the nearest GPU-nanosecond.
    #[inline]
    pub fn scaled(self, factor: f64) -> Work {
        Work::of_reference(self.takes(factor))
    }

    /// This less other work, or none.
    #[inline]
    pub fn less(self, other: Work) -> Work {
        Work::of_reference(self.on_reference().less(other.on_reference()))
    }
}

impl Add for Work {
    type Output = Work;
    fn add(self, other: Work) -> Work {
        Work::of_reference(self.on_reference() + other.on_reference())
    }
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Work) {
        *self = *self + other;
    }
}

impl Sub for Work {
    type Output = Work;
    fn sub(self, other: Work) -> Work {
        Work::of_reference(self.on_reference() - other.on_reference())
    }
}

/// Its number is that of its GPU-nanoseconds.
impl Quantity for Work {
    fn from_number(number: f64) -> Work {
        Work::from_nanos(number)
    }

    fn number(self) -> f64 {
        self.0 as f64
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.on_reference().fmt(f)
    }
}

/// Written as the time that the reference GPU takes.
impl Serialize for Work {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.on_reference().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Work {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Work, D::Error> {
        SimDuration::deserialize(deserializer).map(Work::of_reference)
    }
}
