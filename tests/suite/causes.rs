//! Who caused that wrong answers were used: what is said of a life against that life lived again, and markets in which the answer is
//! known beforehand.

mod again;
mod controls;

use std::sync::Arc;

use reliance::domain::causes::{CauseRecord, Wrongs};
use reliance::domain::record::JobRecord;
use reliance::engine::time::Time;
use reliance::record::fact::{Fact, FactFilter, FactKind};
use reliance::record::recorder::{Gauges, Recorder};
use reliance::record::suspects::{Suspected, Suspects};
use reliance::scenario::Scenario;
use reliance::simulate::simulate;

use super::trial::seed;

/// Keeps the causes of all used wrong answers, and the lives of all jobs.
#[derive(Clone, Default)]
struct Told {
    causes: Vec<CauseRecord>,
    lives: Vec<JobRecord>,
    wrongs: Wrongs,
}

impl Recorder for Told {
    fn filter(&self) -> FactFilter {
        FactFilter::of(&[FactKind::Closed])
    }

    fn note(&mut self, _: Time, _: &Fact, record: Option<&JobRecord>) {
        self.lives.extend(record);
    }

    fn note_cause(&mut self, record: &CauseRecord) {
        self.causes.push(record.clone());
    }

    fn end(&mut self, _: Time, gauges: &impl Gauges) {
        self.wrongs = gauges.wrongs().clone();
    }
}

impl Told {
    fn of(scenario: &Arc<Scenario>) -> Told {
        let mut told = Told::default();
        simulate(scenario, seed(), &mut told);
        told
    }

    /// Causes, ignorance and suspects.
    fn suspected(&self) -> Suspected {
        let mut suspects = Suspects::default();
        self.causes.iter().for_each(|record| suspects.note(record));
        suspects.suspected(&self.wrongs).expect("some wrong answer cost something")
    }
}

/// A market with causes: jobs for `seconds`, ten a second; then what verifies them and who serves.
fn market(name: &str, seconds: u32, more: &str) -> Arc<Scenario> {
    let text = format!(
        "name = \"{name}\"\nhorizon = \"{seconds}s\"\ndrain = true\n[record]\ncauses = true\n[models.m]\n\
         [classes.job]\nwork = {{ law = \"exponential\", mean = \"1s\" }}\nvalue = {{ law = \"exponential\", mean = \"1\" }}\n\
         [[demand.sources]]\nname = \"all\"\narrivals = {{ rule = \"poisson\", poisson = {{ rate = \"10/s\" }} }}\n\
         [routing]\nchoice = \"first\"\n{more}"
    );
    Scenario::from_text(name, &text).unwrap_or_else(|wrong| panic!("{wrong}"))
}
