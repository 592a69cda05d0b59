//! What is kept of the looks at wrong answers, so that it can be said afterwards who would have stopped them (model §13).
//!
//! It is empty unless the scenario records causes. Then it holds what is in flight: of each open case the looks at its answer, where
//! that is wrong.

use serde::{Deserialize, Serialize};

use crate::domain::causes::CauseRecord;
use crate::domain::ids::{CaseId, Id, PartyId};
use crate::domain::record::JobKey;

/// The looks at wrong answers of open jobs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Causes {
    /// By case.
    files: Vec<CaseFile>,
    /// A job in which some parties are honest, whatever they would do.
    #[serde(skip)]
    twin: Option<Box<HonestTwin>>,
}

/// What is kept of one case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CaseFile {
    /// The looks at the answer, in the order in which they were asked for.
    pub looks: Vec<Look>,
    /// The copies whose answers have come, in their order.
    pub arrived: Vec<u8>,
    /// The copies that came to nothing.
    pub lost: Vec<u8>,
    /// Who caused that it was used, once it is.
    pub examined: Option<Box<CauseRecord>>,
}

/// One look at a wrong answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The check, its round, and the number of the checker in it.
    pub seat: (u8, u8, u16),
    /// Who looks.
    pub by: PartyId,
    /// What its vote weighs.
    pub stake: u64,
    /// The probability that it was thought to look carefully.
    pub care: f64,
    /// Whether it raises an alarm.
    pub alarm: bool,
    /// Whether it looks at all.
    pub looked: bool,
    /// What would turn its approval into an alarm.
    pub turns: Turns,
    /// What has become of it.
    pub fate: LookFate,
}

/// What would turn an approval of a wrong answer into an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Turns {
    /// Nothing would: it is an alarm already, or a careful look would miss it.
    Never,
    /// A careful look.
    Care,
    /// A vendor that is whole.
    Vendor,
    /// A careful look, with a vendor that is whole.
    Both,
}

/// What has become of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LookFate {
    /// It is under way, or was called off: what it would have said is known all the same.
    Open,
    /// Its vote was counted.
    Cast,
    /// Its vote never came.
    Missing,
    /// Another checker took its seat.
    Replaced,
}

/// A job in which some parties are honest.
#[derive(Clone, Debug)]
pub struct HonestTwin {
    /// The job.
    pub job: JobKey,
    /// The parties that serve.
    pub parties: Vec<PartyId>,
    /// The vendors that are whole.
    pub vendors: Vec<u8>,
}

impl Causes {
    /// A case begins.
    pub fn begin(&mut self, case: CaseId) {
        let file = self.file(case);
        file.looks.clear();
        file.arrived.clear();
        file.lost.clear();
        file.examined = None;
    }

    /// What is kept of a case.
    pub fn file(&mut self, case: CaseId) -> &mut CaseFile {
        if self.files.len() <= case.index() {
            self.files.resize_with(case.index() + 1, CaseFile::default);
        }
        &mut self.files[case.index()]
    }

    /// Something has become of a look.
    pub fn settle(&mut self, case: CaseId, seat: (u8, u8, u16), fate: LookFate) {
        if let Some(look) = self.file(case).looks.iter_mut().rev().find(|look| look.seat == seat) {
            look.fate = fate;
        }
    }

    /// From now on some parties are honest in one job.
    pub fn make_honest(&mut self, twin: HonestTwin) {
        self.twin = Some(Box::new(twin));
    }

    /// Whether a party is honest in a job, whatever it would do.
    pub fn is_honest(&self, job: JobKey, party: PartyId) -> bool {
        self.twin.as_ref().is_some_and(|twin| twin.job == job && twin.parties.contains(&party))
    }

    /// Whether a vendor is whole in a job, whatever has broken it.
    pub fn is_whole(&self, job: JobKey, vendor: u8) -> bool {
        self.twin.as_ref().is_some_and(|twin| twin.job == job && twin.vendors.contains(&vendor))
    }
}
