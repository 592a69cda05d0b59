//! One run: open it, let it go on until some instant, save and load it, close it.

mod amending;

use std::convert::Infallible;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::choice::Choice;
use crate::domain::ids::PartyId;
use crate::domain::probe::Probe;
use crate::domain::record::JobKey;
use crate::engine::queue::Queue;
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::market::{Context, Derived, Event, Inspection, Market};
use crate::record::digest::Digest;
use crate::record::facts::Facts;
use crate::record::means::{MeanFieldRecorder, Means};
use crate::record::probing::ProbePlan;
use crate::record::recorder::Recorder;
use crate::scenario::Scenario;
use crate::scenario::twin::Twin;

/// So many events are handled between two looks at whether to go on. A look costs about as much as an event; the slowest
/// events take some ten microseconds, so that looks are much less than a second apart at any rate.
pub const LOOK: u64 = 1_000;

/// A running market. It is plain data: a clone is a fork that goes its own way.
#[derive(Clone)]
pub struct Run {
    /// What it was opened with, with all amendments.
    scenario: Arc<Scenario>,
    /// What the market is at present, with the amendments still to come.
    present: Arc<Scenario>,
    derived: Arc<Derived>,
    state: State,
}

/// What a save holds.
#[derive(Clone, Serialize, Deserialize)]
struct State {
    seed: Seed,
    now: Time,
    events: u64,
    queue: Queue<Event>,
    market: Market,
    /// The digest of what happened, and what has not been handed on: at the opening, until the run goes on.
    facts: Facts,
    /// How many amendments of the scenario have been made.
    amended: u32,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed it ran with.
    pub seed: Seed,
    /// When it ended: the horizon, or later if it was drained.
    pub ended: Time,
    /// Events handled.
    pub events: u64,
    /// The most events ever pending.
    pub pending_max: usize,
    /// Over everything that happened.
    pub digest: Digest,
}

impl Run {
    /// A market at the start of time. A scenario that asks for a twin is not run itself: [`twin`] makes the twin beforehand.
    pub fn open(scenario: Arc<Scenario>, seed: Seed) -> Run {
        assert!(!scenario.twin.is_to_be_made(), "`simulate::twin` makes a twin before it is opened");
        let derived = Arc::new(Derived::of(&scenario, seed));
        let mut queue = Queue::new();
        let mut facts = Facts::default();
        let mut at =
            Context { scenario: &scenario, derived: &derived, now: Time::ZERO, queue: &mut queue, facts: &mut facts };
        let market = Market::open(seed, &mut at);
        let state = State { seed, now: Time::ZERO, events: 0, queue, market, facts, amended: 0 };
        Run { present: scenario.clone(), scenario, derived, state }
    }

    /// Handles every event strictly before `end` (and before the horizon), then takes every sample due by `end`. Cutting
    /// a run into slices changes nothing.
    pub fn until(&mut self, end: Time, recorder: &mut impl Recorder) {
        while self.advance(end, u64::MAX, recorder) {}
    }

    /// As [`Run::until`], for at most so many events. Says whether there may be more to do before `end`; whoever may have to
    /// stop in between asks again, and changes nothing by it.
    pub fn advance(&mut self, end: Time, events: u64, recorder: &mut impl Recorder) -> bool {
        let end = end.min(self.scenario.horizon);
        self.hand_on(self.state.now, recorder);
        self.state.facts.keep(recorder.filter());
        let mut left = events;
        loop {
            let amendment = self.present.next.as_ref().filter(|next| next.at < end);
            let stop = amendment.map_or(end, |next| next.at);
            while let Some((now, event)) = self.state.queue.pop_before(stop) {
                self.happen(now, event, recorder);
                left -= 1;
                if left == 0 {
                    self.state.now = now;
                    return true;
                }
            }
            self.state.now = stop;
            self.samples(stop, recorder);
            if stop == end {
                return false;
            }
            self.amend();
            self.hand_on(stop, recorder);
        }
    }

    /// Runs to `end` and asks after every [`LOOK`] events, and at the end, whether to go on; an error of `look` stops it there.
    pub fn until_watched<E>(
        &mut self,
        end: Time,
        recorder: &mut impl Recorder,
        mut look: impl FnMut(&Run) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.advance(end, LOOK, recorder) {
            look(self)?;
        }
        look(self)
    }

    /// Runs to the horizon and drains as [`Run::drain`] does, asking like [`Run::until_watched`].
    pub fn drain_watched<E>(
        &mut self,
        recorder: &mut impl Recorder,
        mut look: impl FnMut(&Run) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.drain(LOOK, recorder) {
            look(self)?;
        }
        look(self)
    }

    /// Runs to the horizon, and where the scenario drains on from there, for at most so many events and samples. Says whether
    /// there is more to drain: a caller that may have to stop in between asks again, and changes nothing by it. The drain ends
    /// at the latest when the clock does, after 584 years.
    pub fn drain(&mut self, events: u64, recorder: &mut impl Recorder) -> bool {
        if self.state.now < self.scenario.horizon {
            self.until(self.scenario.horizon, recorder);
        }
        self.state.facts.keep(recorder.filter());
        let mut left = events;
        while self.scenario.drain && self.state.market.open_jobs() > 0 {
            if left == 0 {
                return true;
            }
            left -= 1;
            let next = self.state.queue.next_time().expect("an open job has something due");
            if next == Time::NEVER {
                break;
            }
            // One by one: a quiet drain of years has more samples than fit between two looks.
            if let Some(at) = recorder.due(next) {
                recorder.sample(at, &self.state.market.view(&self.present, &self.derived));
                continue;
            }
            let (now, event) = self.state.queue.pop_before(Time::NEVER).expect("an event is due");
            self.happen(now, event, recorder);
            self.state.now = now;
        }
        false
    }

    /// Runs to the horizon, and on until no job is open if the scenario drains; then closes every open job as censored,
    /// asserts that money is conserved, and lets the recorder take its last look.
    pub fn close(mut self, recorder: &mut impl Recorder) -> Outcome {
        while self.drain(u64::MAX, recorder) {}
        let now = self.state.now;
        let state = &mut self.state;
        state.facts.begin(now);
        let mut at = Context {
            scenario: &self.present,
            derived: &self.derived,
            now,
            queue: &mut state.queue,
            facts: &mut state.facts,
        };
        state.market.censor(&mut at);
        self.hand_on(now, recorder);
        self.state.market.audit();
        recorder.end(now, &self.state.market.view(&self.present, &self.derived));
        Outcome {
            seed: self.state.seed,
            ended: now,
            events: self.state.events,
            pending_max: self.state.queue.peak(),
            digest: self.state.facts.digest().clone(),
        }
    }

    /// The present instant: everything before it has happened.
    pub fn now(&self) -> Time {
        self.state.now
    }

    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.state.events
    }

    /// Jobs that have left the market so far.
    pub fn jobs_closed(&self) -> u64 {
        self.state.market.closed_jobs()
    }

    /// Jobs that have been asked for and are not closed.
    pub fn jobs_open(&self) -> u32 {
        self.state.market.open_jobs()
    }

    /// The seed it runs with.
    pub fn seed(&self) -> Seed {
        self.state.seed
    }

    /// The digest of everything that has happened so far.
    pub fn digest(&self) -> &Digest {
        self.state.facts.digest()
    }

    /// The scenario it runs, as it was opened or adopted: with its amendments, those made already among them.
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// From now on every draw that is keyed by a job, a node or a block is another one; arrivals and failures come as they would have.
    /// What such a copy does differently it does by chance.
    pub fn draw_anew(&mut self) {
        self.state.market.draw_anew();
    }

    /// In one job these parties are honest from now on, at the draws that they have: what is wrong on purpose is right, who checks looks
    /// carefully, and a vendor, by its place in the scenario, is whole. The scenario must record causes.
    pub fn make_honest(&mut self, job: JobKey, parties: &[PartyId], vendors: &[u8]) {
        assert!(self.present.record.causes, "parties are made honest where causes are recorded");
        self.state.market.make_honest(job, parties, vendors);
    }

    /// Watches what one job is offered from now on, each time it is; in the place of the job watched so far.
    pub fn inspect(&mut self, job: JobKey) {
        self.state.market.inspect(job);
    }

    /// What the watched job was offered; `None` where none is watched. A save does not hold it.
    pub fn inspection(&self) -> Option<&Inspection> {
        self.state.market.inspection()
    }

    /// Slots of the market that are in use, by open jobs and by their tasks.
    pub fn slots_in_use(&self) -> u32 {
        self.state.market.slots_in_use()
    }

    /// Asserts that money is conserved now.
    pub fn audit(&self) {
        self.state.market.audit();
    }

    /// The state as bytes, with the means that a twin is held at and whether its arrivals are shuffled; the scenario is not among them, a save names it beside.
    pub fn save(&self) -> Vec<u8> {
        let (means, is_shuffled) = match &self.scenario.twin {
            Twin::Held(means) => (Some(means.as_ref()), false),
            twin => (None, matches!(twin, Twin::Shuffled(_))),
        };
        postcard::to_allocvec(&(means, is_shuffled, &self.state)).expect("plain data can be written")
    }

    /// A run from the bytes of [`save`](Run::save) and the scenario it ran, or the one whose twin it ran. `Err` if they are no
    /// save, or one of another scenario.
    pub fn load(scenario: Arc<Scenario>, bytes: &[u8]) -> Result<Run, String> {
        let (means, is_shuffled, state): (Option<Means>, bool, State) =
            postcard::from_bytes(bytes).map_err(|wrong| format!("not a saved run: {wrong}"))?;
        let scenario = match (&scenario.twin, means, is_shuffled) {
            (Twin::None, None, false) | (Twin::Shuffled(_), None, true) => scenario,
            (Twin::Held(own), Some(means), false) if **own == means => scenario,
            (Twin::Frozen, Some(means), false) if means.groups.len() == scenario.groups.len() => {
                Arc::new(scenario.frozen(Arc::new(means)))
            }
            (Twin::Rest, Some(means), false) if means == scenario.means_at_rest() => Arc::new(scenario.at_rest()),
            // Its arrivals follow from the scenario and the seed.
            (Twin::Stationary, None, true) => Arc::new(scenario.stationary(state.seed)),
            _ => return Err("the save of another scenario".to_string()),
        };
        let mut present = scenario.clone();
        for _ in 0..state.amended {
            let Some(next) = &present.next else { return Err("the save of another scenario".to_string()) };
            present = next.scenario.clone();
        }
        let derived = Arc::new(Derived::of(&present, state.seed));
        Ok(Run { scenario, present, derived, state })
    }

    #[inline(always)]
    fn happen(&mut self, now: Time, event: Event, recorder: &mut impl Recorder) {
        if recorder.due(now).is_some() {
            self.samples(now, recorder);
        }
        let state = &mut self.state;
        state.events += 1;
        state.market.prefetch(event, &state.queue);
        state.facts.begin(now);
        let mut at = Context {
            scenario: &self.present,
            derived: &self.derived,
            now,
            queue: &mut state.queue,
            facts: &mut state.facts,
        };
        state.market.handle(event, &mut at);
        self.hand_on(now, recorder);
    }

    fn samples(&mut self, now: Time, recorder: &mut impl Recorder) {
        while let Some(at) = recorder.due(now) {
            recorder.sample(at, &self.state.market.view(&self.present, &self.derived));
        }
    }

    #[inline(always)]
    fn hand_on(&mut self, now: Time, recorder: &mut impl Recorder) {
        let facts = &mut self.state.facts;
        // Most events leave no fact that is recorded: they pay for a look and no call.
        if !facts.is_empty() {
            facts.hand_on(now, recorder);
        }
    }
}

/// The scenario that is run where one is asked for: itself, or the twin it asks for. The means of a frozen twin are those of a
/// run of the market itself with this seed, from its start to its end.
pub fn twin(scenario: &Arc<Scenario>, seed: Seed) -> Arc<Scenario> {
    let Ok(twin) = twin_watched(scenario, seed, |_| Ok::<(), Infallible>(()));
    twin
}

/// As [`twin`], asking now and then whether to go on; an error of `look` stops the run that gives the means.
pub fn twin_watched<E>(
    scenario: &Arc<Scenario>,
    seed: Seed,
    mut look: impl FnMut(&Run) -> Result<(), E>,
) -> Result<Arc<Scenario>, E> {
    match scenario.twin {
        Twin::Frozen => {}
        Twin::Rest => return Ok(Arc::new(scenario.at_rest())),
        Twin::Stationary => return Ok(Arc::new(scenario.stationary(seed))),
        Twin::None | Twin::Held(_) | Twin::Shuffled(_) => return Ok(scenario.clone()),
    }
    let moving = Arc::new(scenario.moving());
    let methods = moving.verification.methods.iter().map(|method| (method.overhead, method.overhead_time));
    let mut recorder = MeanFieldRecorder::new(moving.channels.interval, methods.collect());
    let mut run = Run::open(moving, seed);
    run.until_watched(scenario.horizon, &mut recorder, &mut look)?;
    run.drain_watched(&mut recorder, &mut look)?;
    run.close(&mut recorder);
    Ok(Arc::new(scenario.frozen(Arc::new(recorder.means(scenario.groups.len())))))
}

/// So many probes of a market: requests that can be quoted at any of its instants, the same at each.
pub fn probes(scenario: &Scenario, seed: Seed, count: usize) -> Vec<Probe> {
    crate::market::probes(scenario, seed, count)
}

/// Which probes the scenario asks for, in a run that stands at `from`; `None` without any. A twin is asked what its market is.
pub fn probe_plan(scenario: &Scenario, seed: Seed, from: Time) -> Option<ProbePlan> {
    let record = &scenario.record;
    (record.probes > 0).then(|| ProbePlan {
        asked: probes(scenario, seed, record.probes as usize),
        tick: record.probe_tick,
        anew: record.probes_anew,
        weighs: scenario.routing.choice == Choice::Surplus,
        from,
        counted: [scenario.warm_up.max(from), scenario.horizon],
    })
}

/// Runs a scenario, or the twin it asks for, from its start to its end.
pub fn simulate(scenario: &Arc<Scenario>, seed: Seed, recorder: &mut impl Recorder) -> Outcome {
    Run::open(twin(scenario, seed), seed).close(recorder)
}
