//! How long the checks of a method are expected to take where an alarm begins another check (model §9).

use crate::domain::checking::Checker;
use crate::scenario::verification::{CHECKS, JobSize, Method};

/// How long checks are expected to take, each with those that its alarm leads to.
#[derive(Default)]
pub struct Disputes {
    /// Nanoseconds of a check that begins by itself, at its place; of one that it leads to, added there.
    takes: [f64; CHECKS],
    /// Of checks by watchers, where one challenges: the probability, and how long the dispute takes.
    challenged: [(f64, f64); CHECKS],
}

impl Disputes {
    /// A check that begins with this probability and takes so many nanoseconds if it does.
    #[inline(never)]
    pub fn add(&mut self, method: &Method, index: usize, begins: f64, takes: f64) {
        let (mut first, mut is_first) = (index, true);
        while let Some(of) = method.checks[first].of {
            (first, is_first) = (usize::from(of), false);
        }
        if is_first || method.checks[first].by != Checker::Watchers {
            self.takes[first] += begins * takes;
        } else {
            let (chance, longest) = &mut self.challenged[first];
            // The dispute begins with its first check; what later ones take is weighed by how likely they begin then.
            *chance = if *chance == 0.0 { begins } else { *chance };
            *longest += if *chance > 0.0 { takes * begins / *chance } else { 0.0 };
        }
    }

    /// Nanoseconds that blocking checks take, and those from the acceptance until all has ended: a challenge comes while the answer
    /// stands for its window, and its dispute may outlast that. All that takes time takes `factor` times what it is expected to.
    #[inline(never)]
    pub fn end(&self, method: &Method, size: &JobSize, factor: f64) -> (f64, f64) {
        let window = method.window.nanos();
        let (mut blocking, mut standing) = (0.0, 0.0);
        for (index, check) in method.checks.iter().enumerate() {
            let until = if check.deferred { &mut standing } else { &mut blocking };
            let takes = self.takes[index] * factor;
            *until = if takes > *until { takes } else { *until };
        }
        standing = if window > standing { window } else { standing };
        for (index, check) in method.checks.iter().enumerate() {
            let (chance, takes) = self.challenged[index];
            if chance > 0.0 {
                let from = check.expected_work(size).nanos().min(window);
                standing += chance * (from + takes * factor - window).max(0.0);
            }
        }
        (blocking, standing)
    }
}
