//! The market: the life of a computation (`life/`), what moves around it (`forces/`), what both do (`operations/`) to what is
//! written down (`state/`), and how offers are priced and weighed (`quoting/`).
//!
//! It is plain data. It cannot fail and does no I/O: bad input has ended in `scenario/`, what can grow has a limit, and
//! what remains is a programmer's error, which stops the run with an assert.

use serde::{Deserialize, Serialize};

use crate::domain::fate::Stage;
use crate::domain::ids::PartyId;
use crate::domain::record::JobKey;
use crate::engine::queue::{Queue, prefetch};
use crate::engine::random::Seed;
use crate::scenario::Scenario;

mod adopt;
mod context;
mod derived;
mod event;
mod forces;
mod gauges;
mod life;
mod opening;
mod operations;
mod probes;
mod quoting;
mod state;
mod wrongs;

use event::Clock;
use gauges::View;
use life::next::{Next, Planned};
use life::transitions::{self, Step, Trigger};
use state::State;
use state::causes::HonestTwin;
use state::ledger::Account;

pub(crate) use context::Context;
pub(crate) use derived::Derived;
pub(crate) use event::Event;
pub(crate) use probes::probes;
pub use quoting::quote::Quote;
pub use quoting::quote_trace::{Inspection, QuoteTrace};

/// A running market.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Market {
    state: State,
}

impl Market {
    /// A market at the start of time, with its first events in the queue.
    pub fn open(seed: Seed, at: &mut Context<'_>) -> Market {
        Market { state: State::open(seed, at) }
    }

    /// What is drawn for a job, a node or a block from now on is drawn anew; arrivals and failures come as they would have.
    pub fn draw_anew(&mut self) {
        self.state.seed = self.state.seed.anew();
    }

    /// Goes on under an amended scenario, which `at` holds; `old` is the one it ran so far.
    pub fn adopt(&mut self, old: (&Scenario, &Derived), at: &mut Context<'_>) {
        self.state.adopt(old, at);
    }

    /// Lets one event happen, and what follows from it at the same instant.
    #[inline(never)]
    pub fn handle(&mut self, event: Event, at: &mut Context<'_>) {
        let state = &mut self.state;
        let trigger = Trigger::of(&event);
        let next = match event {
            Event::Arrival { source } => life::arrival::arrive(state, at, source),
            Event::Reach { work, version } if state.jobs.is(work, version) => Next::Reach { work },
            Event::Patience { job, version } if state.jobs.is(job, version) => life::waiting::abandon(state, at, job),
            Event::Load { work, version } if state.jobs.is(work, version) => life::execution::loaded(state, at, work),
            Event::Step { node, version } if state.nodes.is(node, version) => life::execution::step(state, at, node),
            Event::Respond { work, version } if state.jobs.is(work, version) => life::execution::respond(state, work),
            Event::Retry { job, version } if state.jobs.is(job, version) => Next::Offer { job },
            Event::Fail { node } => forces::churn::fail(state, at, node),
            Event::Repair { node } => forces::churn::repair(state, at, node),
            Event::List { node, version } => forces::churn::list(state, at, node, version),
            Event::Clock { clock, turn } if turn == state.turns[clock as usize] => match clock {
                Clock::Picture => forces::churn::refresh(state, at),
                Clock::Price => forces::price::tick(state, at),
                Clock::Block => life::coordination::block(state, at),
                Clock::Agreement => forces::epochs::over(state, at),
            },
            Event::Expire { job, version } if state.jobs.is(job, version) => life::negotiation::expire(state, at, job),
            Event::Attest { job, version, check } if state.jobs.is(job, version) => {
                life::verification::attested(state, at, job, check)
            }
            Event::Overdue { job, version, ordinal, check } if state.jobs.is(job, version) => {
                life::verification::overdue(state, at, job, check, ordinal)
            }
            Event::Reveal { job, version, check } if state.jobs.is(job, version) => {
                life::verification::reveal(state, at, job, check)
            }
            Event::Late { job, version } if state.jobs.is(job, version) => life::verdict::late(state, at, job),
            Event::Window { job, version } if state.jobs.is(job, version) => life::standing::window(state, at, job),
            Event::Narrowed { job, version, check } if state.jobs.is(job, version) => {
                life::verification::referee(state, at, job, check)
            }
            Event::Aged { batch } => forces::payout::aged(state, at, batch),
            Event::Idle => forces::payout::idle(state, at),
            Event::Settle => forces::payout::settle(state),
            Event::Shock { shock, turn } if turn == state.shocks.turn => forces::shocks::turn(state, at, shock),
            Event::Series { series } => forces::series::step(state, at, series),
            Event::Extra { stream, version } if state.shocks.is(stream, version) => {
                life::arrival::arrive_extra(state, at, stream)
            }
            Event::Decide { node, turn } if state.participants.is(node, turn) => {
                forces::participation::decide(state, at, node)
            }
            Event::Unbond { node, turn } if state.participants.is(node, turn) => {
                forces::participation::unbond(state, at, node)
            }
            _ => {
                state.stale += 1;
                return;
            }
        };
        transitions::begins(trigger, &next);
        self.follow(next, at);
        if self.state.pulled.is_ready() {
            operations::pulling::hand_out(&mut self.state, at);
        }
        if self.state.participants.is_stirred() {
            forces::participation::hear(&mut self.state, at);
        }
        if self.state.agreement.is_stirred() {
            operations::margins::catch_up(&mut self.state, at);
        }
    }

    /// Goes on from stage to stage until nothing more follows at this instant. What a stage returns comes first, then the last thing
    /// on the agenda: a stage that several things follow puts the later ones there, so that each is done with all that follows
    /// from it before the next.
    ///
    /// Each stage is a call of its own. Inlined here together, every event would pay for what the largest of them keeps at hand.
    #[inline(always)]
    fn follow(&mut self, first: Next, at: &mut Context<'_>) {
        let state = &mut self.state;
        let mut next = first;
        loop {
            let before = Step::of(&next);
            let follows = match next {
                Next::Done => match state.agenda.pop() {
                    Some(Planned { only: Some((work, version)), .. }) if !state.jobs.is(work, version) => continue,
                    Some(Planned { next: planned, .. }) => {
                        next = planned;
                        continue;
                    }
                    None => return,
                },
                Next::Offer { job } => life::offer::offer(state, at, job),
                Next::Send { job } => life::coordination::send(state, at, job),
                Next::Depart { job } => life::placement::depart(state, at, job),
                Next::Reach { work } => life::placement::reach(state, at, work),
                Next::Fail { work, is_silent } => life::placement::fail(state, at, work, is_silent),
                Next::Return { work } => life::execution::returned(state, at, work),
                Next::Answer { job } => life::verification::answered(state, at, job),
                Next::CopyAnswer { copy } => life::replication::answered(state, at, copy),
                Next::CopyLost { copy } => life::replication::lost(state, at, copy),
                Next::Report { check } => life::verification::reported(state, at, check),
                Next::CheckLost { check } => life::verification::lost(state, at, check),
                Next::Canary { canary, is_lost } => life::standing::probed(state, at, canary, is_lost),
                Next::Check { job, from, deferred } => life::verification::check(state, at, job, from, deferred),
                Next::Count { job, check } => life::verdict::count(state, at, job, check),
                Next::Escalate { job, check } => life::verification::escalate(state, at, job, check),
                Next::Settle { job } => life::verdict::settle(state, job),
                Next::Accept { job } => life::verdict::accept(state, at, job),
                Next::Stand { job } => life::standing::stand(state, at, job),
                Next::Finalise { job } => life::standing::finalise(state, at, job),
                Next::Reject { job, fate } => life::standing::reject(state, at, job, fate),
                Next::Decline { job, cause } => life::standing::decline(state, at, job, cause),
                Next::Close { job, fate } => life::standing::close(state, at, job, fate),
                Next::Pay { left } => forces::payout::pay(state, at, left),
                Next::Paid { job } => life::standing::paid(state, at, job),
                Next::Drop { work } => life::placement::dropped(state, at, work),
                Next::Gone { node } => forces::churn::gone(state, at, node),
                Next::Reopen { job } => life::backtracking::reopen(state, at, job),
                Next::Recall { job } => life::backtracking::recall(state, at, job),
            };
            transitions::follows(before, &follows);
            next = follows;
        }
    }

    /// Asks for the memory that events a few places off will touch: first the node, later the jobs it serves and serves
    /// next. A market of many nodes is larger than any cache, and its events jump about in it.
    #[inline(always)]
    pub fn prefetch(&self, event: Event, queue: &Queue<Event>) {
        if self.state.is_wide() {
            self.prefetch_far(event, queue);
        }
    }

    #[inline(never)]
    fn prefetch_far(&self, event: Event, queue: &Queue<Event>) {
        if let Some(Event::Step { node, .. }) = queue.upcoming(8) {
            prefetch(&self.state.nodes.states[*node]);
        }
        match queue.upcoming(4) {
            Some(Event::Step { node, .. }) => {
                let state = &self.state.nodes.states[*node];
                if let Some(due) = state.due {
                    self.state.jobs.prefetch(due.work);
                }
                if let Some(next) = state.waiting.first(|_| 0) {
                    self.state.jobs.prefetch(next);
                }
                self.state.ledger.prefetch(Account::Party(*node));
            }
            Some(Event::Reach { work, .. } | Event::Respond { work, .. }) => self.state.jobs.prefetch(*work),
            _ => {}
        }
        if let (Event::Patience { .. }, Some(Event::Patience { job, .. })) = (event, queue.upcoming_in_lane(8)) {
            self.state.jobs.prefetch_hot(*job);
        }
    }

    /// What can be read off the market.
    pub fn view<'a>(&'a self, scenario: &'a Scenario, derived: &'a Derived) -> View<'a> {
        View { market: &self.state, scenario, derived }
    }

    /// Asserts that money is conserved, that the books agree with the jobs in hand, and that results stand for open jobs alone.
    pub fn audit(&self) {
        self.state.ledger.assert_balanced();
        self.state.ledger.assert_escrowed(self.state.jobs.escrow());
        let jobs = &self.state.jobs;
        self.state.results.audit(|job| jobs[job].open && jobs[job].stage == Stage::Accepted);
        if let Some(ancestry) = &self.state.ancestry {
            ancestry.audit(|job, key| jobs[job].open && jobs.record(job).key == key);
        }
    }

    /// Jobs that have been asked for and are not closed.
    pub fn open_jobs(&self) -> u32 {
        self.state.jobs.open()
    }

    /// Slots in use, by open jobs and by their tasks.
    pub fn slots_in_use(&self) -> u32 {
        self.state.jobs.slots()
    }

    /// Watches the quotes of one job from now on.
    pub fn inspect(&mut self, job: JobKey) {
        self.state.inspection = Some(Box::new(Inspection { job, quote_traces: Vec::new() }));
    }

    /// In one job these parties and vendors are honest from now on.
    pub fn make_honest(&mut self, job: JobKey, parties: &[PartyId], vendors: &[u8]) {
        let (parties, vendors) = (parties.to_vec(), vendors.to_vec());
        self.state.causes.make_honest(HonestTwin { job, parties, vendors });
    }

    /// What the watched job was offered.
    pub fn inspection(&self) -> Option<&Inspection> {
        self.state.inspection.as_deref()
    }

    /// Jobs that have left the market.
    pub fn closed_jobs(&self) -> u64 {
        let asked: u64 = self.state.sources.iter().map(|source| source.index).sum();
        asked + self.state.shocks.extra - self.state.shocks.left_out - u64::from(self.state.jobs.open())
    }

    /// Closes every open job as censored, where it stands, and asserts that requesters have paid what jobs were charged.
    pub fn censor(&mut self, at: &mut Context<'_>) {
        for slot in self.state.jobs.open_slots() {
            life::standing::censor(&mut self.state, at, slot);
        }
        for party in at.derived.roster.parties() {
            operations::costs::pay(&mut self.state, at, party);
        }
        self.state.ledger.assert_paid(self.state.welfare.charged);
    }
}
