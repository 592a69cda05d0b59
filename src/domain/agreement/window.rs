//! What was decided lately, by value.

use std::ops::{AddAssign, SubAssign};

use serde::{Deserialize, Serialize};

use crate::engine::time::{SimDuration, Time};

/// So many parts a window has; the oldest is dropped as a whole.
const PARTS: u64 = 60;

/// Sums over answers that were decided about, in micro-credits of their value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Of all.
    pub value: i128,
    /// Of those that were accepted and never disputed.
    pub undisputed: i128,
    /// Of those whose node was in agreement.
    pub agreed: i128,
    /// 1 − τ times the value, by the trust in the node when the job was placed.
    pub suspicion: i128,
    /// The part of that which is owed to wrong answers on purpose.
    pub conduct: i128,
}

/// A trailing window, in parts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Window {
    parts: Vec<Decided>,
    /// The number of the present part since the start of time.
    part: u64,
    sum: Decided,
}

impl Window {
    /// Takes an answer in.
    pub fn note(&mut self, decided: &Decided, now: Time, length: SimDuration) {
        self.pass(now, length);
        self.parts[(self.part % PARTS) as usize] += *decided;
        self.sum += *decided;
    }

    /// Drops what is older than the window: its present part, and those before that together are no longer.
    pub fn pass(&mut self, now: Time, length: SimDuration) {
        self.parts.resize(PARTS as usize, Decided::default());
        let part = now.0 / (length.0 / PARTS).max(1);
        // After a whole window nothing of it is left.
        let first = self.part.max(part.saturating_sub(PARTS));
        for next in first..part {
            let place = ((next + 1) % PARTS) as usize;
            self.sum -= std::mem::take(&mut self.parts[place]);
        }
        self.part = self.part.max(part);
    }

    /// What is in it.
    pub fn sum(&self) -> &Decided {
        &self.sum
    }
}

impl Decided {
    /// What a part of the value comes to as a share; `None` where nothing was decided.
    pub fn share(&self, of: impl Fn(&Decided) -> i128) -> Option<f64> {
        (self.value > 0).then(|| of(self) as f64 / self.value as f64)
    }
}

impl AddAssign for Decided {
    fn add_assign(&mut self, other: Decided) {
        self.value += other.value;
        self.undisputed += other.undisputed;
        self.agreed += other.agreed;
        self.suspicion += other.suspicion;
        self.conduct += other.conduct;
    }
}

impl SubAssign for Decided {
    fn sub_assign(&mut self, other: Decided) {
        self.value -= other.value;
        self.undisputed -= other.undisputed;
        self.agreed -= other.agreed;
        self.suspicion -= other.suspicion;
        self.conduct -= other.conduct;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum is that of all in the present part and in the 59 before, whatever the gaps.
    #[test]
    fn what_is_older_is_dropped() {
        let length = SimDuration(60_000);
        let (mut window, mut all) = (Window::default(), Vec::new());
        let mut now = Time::ZERO;
        for step in 1..3_000_u64 {
            now += SimDuration(step * 7_919 % 1_500 + if step % 500 == 0 { 200_000 } else { 0 });
            let decided = Decided { value: step.into(), agreed: (step / 2).into(), ..Decided::default() };
            window.note(&decided, now, length);
            all.push((now.0 / 1_000, decided.value));
            let part = now.0 / 1_000;
            let expected: i128 = all.iter().filter(|(of, _)| of + 60 > part).map(|(_, value)| value).sum();
            assert_eq!(window.sum().value, expected, "{step}");
        }
        window.pass(now + length, length);
        assert_eq!(window.sum(), &Decided::default());
        assert_eq!(window.sum().share(|sum| sum.agreed), None);
    }
}
