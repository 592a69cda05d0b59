//! Who was drawn for the checks of answers, where trust is accounted for; otherwise nothing.

use serde::{Deserialize, Serialize};

use crate::domain::acceptance::Assigned;
use crate::domain::ids::{CaseId, Id, PartyId};
use crate::domain::record::JobKey;
use crate::domain::reliance::{Accountant, Held, Holder};

/// Room for the account of one answer.
#[derive(Clone, Debug, Default)]
pub struct Trusting {
    /// Takes the accounts.
    pub accountant: Accountant,
    /// The plan of the answer, as it is believed or as it is.
    pub plan: Assigned,
    /// Its parties, in the order of the plan.
    pub holders: Vec<Holder>,
    /// Those of them that execute, with their places.
    pub executors: Vec<(usize, PartyId)>,
    /// The kind of wrong answer that an adversary gives.
    pub adversary: usize,
    /// What each of them holds, as is believed.
    pub held: Vec<Held>,
    /// The parts of the trust that is believed.
    pub believed: Vec<f64>,
}

/// The checkers that were drawn, by case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DrawnCheckers {
    cases: Vec<OfCase>,
}

/// Those of one case, for the job that it was opened for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OfCase {
    job: JobKey,
    seats: Vec<DrawnSeat>,
}

/// A seat in a check that has its checker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnSeat {
    /// The check.
    pub check: u8,
    /// Its round.
    pub round: u8,
    /// The seat.
    pub ordinal: u16,
    /// Who has it.
    pub by: PartyId,
    /// What its vote weighs where votes are weighed by stakes.
    pub stake: u64,
}

impl DrawnCheckers {
    /// A seat has its checker. What a former job of the case has left goes.
    pub fn note(&mut self, case: CaseId, job: JobKey, seat: DrawnSeat) {
        let place = case.index();
        if self.cases.len() <= place {
            self.cases.resize(place + 1, OfCase::default());
        }
        let of = &mut self.cases[place];
        if of.job != job {
            of.seats.clear();
            of.job = job;
        }
        of.seats.push(seat);
    }

    /// A checker will never vote: its seat is empty, or another's.
    pub fn leave(&mut self, case: CaseId, (check, round, ordinal): (u8, u8, u16)) {
        if let Some(of) = self.cases.get_mut(case.index()) {
            of.seats.retain(|seat| (seat.check, seat.round, seat.ordinal) != (check, round, ordinal));
        }
    }

    /// The seats of a job's checks.
    pub fn of(&self, case: CaseId, job: JobKey) -> &[DrawnSeat] {
        let of = self.cases.get(case.index()).filter(|of| of.job == job);
        of.map_or(&[], |of| &of.seats)
    }
}
