//! Checks that wait in one queue for a validator that takes them, and the validators that could.

use crate::domain::work::Work;
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, PartyId, TaskSlot};

/// The one queue of open checks; idle where checkers are drawn.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pulled {
    /// Checks in the order in which they were opened, with their versions; those of another version have been called off.
    pub queue: VecDeque<(TaskSlot, u32)>,
    /// How many of them are not called off.
    waiting: u32,
    /// The work of these on the reference GPU, in nanoseconds: more of it than 64 bits count may wait.
    work: u128,
    /// Validators with a free slot.
    idle: Vec<PartyId>,
    /// By validator, from the first on.
    members: Vec<Member>,
    first: usize,
    /// The sums over validators.
    sums: Load,
}

/// What a validator has to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Its slots; none while it is not there.
    pub slots: u64,
    /// Checks in service.
    pub jobs: u64,
    /// Their work on the reference GPU, in nanoseconds.
    pub work: u128,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Member {
    load: Load,
    /// Checks on their way to it.
    sent: u32,
    /// Where it stands among the idle; `u32::MAX` if it does not.
    place: u32,
}

impl Pulled {
    /// An empty queue for validators of these numbers; none where checkers are drawn.
    pub fn open(parties: std::ops::Range<usize>) -> Pulled {
        let member = Member { load: Load::default(), sent: 0, place: u32::MAX };
        Pulled { members: vec![member; parties.len()], first: parties.start, ..Pulled::default() }
    }

    /// Whether validators take checks by themselves.
    #[inline]
    pub fn is_used(&self) -> bool {
        !self.members.is_empty()
    }

    /// Whether a check waits and a validator is idle.
    #[inline]
    pub fn is_ready(&self) -> bool {
        !self.idle.is_empty() && !self.queue.is_empty()
    }

    /// Validators with a free slot, in no meaningful order.
    pub fn idle(&self) -> &[PartyId] {
        &self.idle
    }

    /// A check joins the queue.
    pub fn join(&mut self, task: TaskSlot, version: u32, work: Work) {
        self.queue.push_back((task, version));
        (self.waiting, self.work) = (self.waiting + 1, self.work + u128::from(work.0));
    }

    /// A check is called off, or taken: it waits no longer.
    pub fn leave(&mut self, work: Work) {
        (self.waiting, self.work) = (self.waiting - 1, self.work - u128::from(work.0));
    }

    /// A check is on its way to a validator.
    pub fn send(&mut self, party: PartyId) {
        let place = party.index() - self.first;
        self.members[place].sent += 1;
        self.judge(place);
    }

    /// It is there, or will not come.
    pub fn arrive(&mut self, party: PartyId) {
        let place = party.index() - self.first;
        self.members[place].sent -= 1;
        self.judge(place);
    }

    /// What a validator has to do has changed.
    pub fn note(&mut self, party: PartyId, load: Load) {
        let place = party.index() - self.first;
        let before = std::mem::replace(&mut self.members[place].load, load);
        let sum = |all: u64, before: u64, now: u64| all - before + now;
        self.sums = Load {
            slots: sum(self.sums.slots, before.slots, load.slots),
            jobs: sum(self.sums.jobs, before.jobs, load.jobs),
            work: self.sums.work - before.work + load.work,
        };
        self.judge(place);
    }

    /// Puts a validator on the list of the idle, or takes it off.
    fn judge(&mut self, place: usize) {
        let Member { load, sent, place: stands } = self.members[place];
        match (load.jobs + u64::from(sent) < load.slots, stands != u32::MAX) {
            (true, false) => {
                self.members[place].place = self.idle.len() as u32;
                self.idle.push(PartyId((self.first + place) as u32));
            }
            (false, true) => {
                self.members[place].place = u32::MAX;
                self.idle.swap_remove(stands as usize);
                if let Some(moved) = self.idle.get(stands as usize) {
                    self.members[moved.index() - self.first].place = stands;
                }
            }
            _ => {}
        }
    }

    /// Nanoseconds that a check would wait, at validators of this slowness on the average.
    pub fn wait(&self, slowness: f64) -> f64 {
        let Load { slots, work, .. } = self.sums;
        if self.idle.is_empty() && slots > 0 { wait(self.work, work, slots, slowness) } else { 0.0 }
    }
}

/// Nanoseconds that a check would wait for one of so many slots, all of them taken, where it is not known when the first will be free: what
/// waits before it, and until one of those in service ends, over all slots. `waits` and `serves` are their work on the reference GPU. Of
/// a check in service half of its own work is left on the average, since longer ones are met more often; the first of several ends after a
/// part 1/slots of that, as exponential remainders do.
pub fn wait(waits: u128, serves: u128, slots: u64, slowness: f64) -> f64 {
    (waits as f64 + 0.5 * serves as f64 / slots as f64) / slots as f64 * slowness
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Behind one slot half of the check in service is left, behind four an eighth of one until the first of them ends.
    #[test]
    fn a_queue_is_waited_for() {
        assert_eq!(wait(0, 100, 1, 2.0), 100.0);
        assert_eq!(wait(200, 60, 1, 1.0), 230.0, "half of the one in service, however long the others are");
        assert_eq!(wait(0, 400, 4, 1.0), 12.5);
        assert_eq!(wait(80, 400, 4, 2.0), 65.0);
    }

    /// More work than 64 bits count waits, and what is left of it is what it is.
    #[test]
    fn work_beyond_counting_waits() {
        let mut pulled = Pulled::open(0..1);
        let works = [u64::MAX, 7, u64::MAX].map(Work);
        works.iter().for_each(|work| pulled.join(TaskSlot(0), 0, *work));
        assert_eq!(pulled.work, 2 * u128::from(u64::MAX) + 7);
        works[..2].iter().for_each(|work| pulled.leave(*work));
        assert_eq!(pulled.work, u128::from(u64::MAX));
    }
}
