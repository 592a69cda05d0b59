//! Why a job is declined that no offer leaves anything of (model §5): the first deduction that takes all of every one, and without
//! which alone it would have been placed.

use crate::domain::fate::{Cause, Deduction};

/// Why a job was not placed, and what would have let it be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The first deduction that takes all of every offer, or that there was none to take.
    pub cause: Cause,
    /// Without which deduction alone it would have been placed; one bit each, in the order of [`Deduction::ALL`].
    pub placeable_without: u8,
    /// Whether some of the same offers leaves something with the method `none`.
    pub placeable_with_none: bool,
}

impl Refusal {
    /// Nothing was offered that could be taken.
    pub const NO_SUPPLY: Refusal = Refusal { cause: Cause::NoSupply, placeable_without: 0, placeable_with_none: false };
}

/// What the best offers leave after each deduction, and without each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeclineDiagnosis {
    after: [f64; 5],
    without: [f64; 5],
}

/// What is left at most of the value of an offer with one method, in micro-credits.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Of all that it is worth, before anything is taken off.
    pub value: f64,
    /// After its delay alone.
    pub worth: f64,
    /// After all that is taken off.
    pub surplus: f64,
    /// What the arithmetic may be off by.
    pub slack: f64,
}

/// What these deductions leave of a value. They are taken off one by one: the same order gives the same bits.
#[inline]
pub fn left_of(value: f64, deductions: &[f64]) -> f64 {
    deductions.iter().fold(value, |left, deduction| left - deduction)
}

impl Default for DeclineDiagnosis {
    fn default() -> Self {
        DeclineDiagnosis { after: [f64::NEG_INFINITY; 5], without: [f64::NEG_INFINITY; 5] }
    }
}

impl DeclineDiagnosis {
    /// Whether a quote with these prices of computing, coordination and verification can tell anything new. What is known to be left
    /// of another quote is nothing new, and neither is that nothing is left.
    #[inline]
    pub fn may_learn(&self, [compute, coordination, verification]: [f64; 3], most: &Reach) -> bool {
        let Reach { value, worth, surplus, slack } = *most;
        let bare = worth - compute - coordination;
        let all = bare - verification;
        let least = |one: f64, other: f64| if one < other { one } else { other };
        let after = [value - compute, value - compute - coordination, bare, all];
        let without = [
            least(surplus + compute, worth - coordination - verification),
            least(surplus + coordination, worth - compute - verification),
            value - compute - coordination - verification,
            bare,
            all,
        ];
        let is_new =
            |known: &[f64], most: &[f64]| known.iter().zip(most).any(|(&known, &most)| known <= 0.0 && most > -slack);
        is_new(&self.without, &without) || is_new(&self.after, &after)
    }

    /// Takes a quote in.
    pub fn see(&mut self, value: f64, deductions: &[f64; 5]) {
        let mut before = value;
        for (index, deduction) in deductions.iter().enumerate() {
            // Without this one, the sum goes on from those before it.
            raise(&mut self.without[index], left_of(before, &deductions[index + 1..]));
            before -= deduction;
            raise(&mut self.after[index], before);
        }
    }

    /// The first deduction that leaves nothing of any offer; `None` where some offer leaves something.
    pub fn cause(&self) -> Option<Cause> {
        self.after.iter().position(|&left| left <= 0.0).map(|index| Deduction::ALL[index].cause())
    }

    /// Which deductions alone make the difference, one bit each.
    pub fn placeable_without(&self) -> u8 {
        self.without.iter().enumerate().fold(0, |bits, (index, &left)| bits | u8::from(left > 0.0) << index)
    }
}

/// The larger of two numbers; `f64::max` looks for what is none, and takes three times as long.
#[inline]
fn raise(most: &mut f64, left: f64) {
    if left > *most {
        *most = left;
    }
}
