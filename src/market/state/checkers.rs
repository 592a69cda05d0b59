//! How long a check that is asked for now would wait for whoever does it: validators and provers, each taken together.

use serde::{Deserialize, Serialize};

use crate::engine::time::Span;
use crate::market::MeanSpan;

/// The parties of a kind and how busy they are.
///
/// Who checks is drawn when the answer is there. The mean is over all of them alike, which is right where they are drawn alike
/// and assumed where they are drawn by their stakes or opinions. A party with a free slot does not let anybody wait; at any
/// other, each job beyond those that fill the slots takes the mean time of the checks so far, shared by the slots. It is what
/// is so now and not what was so on the average: where nobody asks, the queues empty, and checking is worth asking for again.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Checkers {
    parties: u64,
    /// What every check is held for, over all parties.
    hold: Span,
    /// Jobs ahead per slot, over all parties, in millionths.
    ahead: u64,
    /// The checks so far.
    served: MeanSpan,
    /// How long they took on the average: divided once per check, and not whenever somebody asks.
    took: Span,
}

/// Jobs ahead per slot of one party with so many jobs, in millionths.
pub fn ahead(jobs: u32, slots: u32) -> u64 {
    match jobs.checked_sub(slots) {
        None => 0,
        Some(waiting) => (u64::from(waiting) + 1) * 1_000_000 / u64::from(slots),
    }
}

impl Checkers {
    /// So many more parties, each of which holds every check for so long.
    pub fn join(&mut self, parties: u32, hold: Span) {
        self.parties += u64::from(parties);
        self.hold += Span(hold.0 * u64::from(parties));
    }

    /// What is [`ahead`] at one party has changed.
    pub fn change(&mut self, from: u64, to: u64) {
        self.ahead = self.ahead + to - from;
    }

    /// A check has taken so long.
    pub fn note(&mut self, took: Span) {
        self.served.note(took);
        self.took = self.served.mean();
    }

    /// Nanoseconds that a check would wait, if checks take as long as those so far, or `each` where there was none.
    // Apart, since it is seldom asked for: in a loop over methods its divisions would be made ahead for each of them.
    #[inline(never)]
    pub fn wait(&self, each: Span) -> f64 {
        if self.parties == 0 {
            return 0.0;
        }
        let took = if self.served.count == 0 { each } else { self.took };
        (Span(self.ahead).nanos() * 1e-6 * took.nanos() + self.hold.nanos()) / Span(self.parties).nanos()
    }

    /// The same where it does not depend on the check.
    #[inline]
    pub fn known_wait(&self) -> Option<f64> {
        (self.parties == 0 || self.served.count > 0).then(|| self.wait(Span::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of two parties has a free slot; at the other two jobs are ahead of three slots' worth of a newcomer.
    #[test]
    fn who_is_drawn_at_random_waits_the_mean() {
        let mut checkers = Checkers::default();
        checkers.join(2, Span(7));
        checkers.change(0, ahead(4, 3));
        assert_eq!(ahead(2, 3), 0);
        assert_eq!(checkers.wait(Span(300)), 666_666.0 * 1e-6 * 300.0 / 2.0 + 7.0);
        checkers.note(Span(30));
        assert_eq!(checkers.wait(Span(300)), 666_666.0 * 1e-6 * 30.0 / 2.0 + 7.0);
        checkers.change(ahead(4, 3), ahead(1, 3));
        assert_eq!(checkers.wait(Span(300)), 7.0, "nobody asks: nobody waits");
    }

    /// In front of one server without memory each job ahead takes as long as any (M/M/1: the mean wait is ρ/(1 − ρ) services).
    #[test]
    fn in_front_of_one_server_all_are_ahead() {
        assert_eq!((0..4).map(|jobs| ahead(jobs, 1)).collect::<Vec<_>>(), [0, 1_000_000, 2_000_000, 3_000_000]);
        assert_eq!(ahead(u32::MAX - 1, u32::MAX), 0, "slots without end");
    }
}
