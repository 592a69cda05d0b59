//! A recorder that keeps simpler books than the `auditor`, for markets whose answers are verified: whose money went where,
//! who is open, and what each life must be once it is over.

use std::collections::BTreeMap;
use std::sync::Arc;

use reliance::domain::answer::Use;
use reliance::domain::checking::Backtrack;
use reliance::domain::fate::{Fate, Stage};
use reliance::domain::money::{Asset, Money};
use reliance::domain::payment::SlashTo;
use reliance::domain::price::Price;
use reliance::domain::record::{CheckRecord, JobKey, JobRecord};
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::record::recorder::{Gauges, MarketGauge, Recorder};
use reliance::scenario::Scenario;

/// Watches a run and panics at the first thing that cannot be.
pub struct Keeper {
    scenario: Arc<Scenario>,
    /// What each open job has paid.
    open: BTreeMap<JobKey, Money>,
    /// The number of each source's next job.
    next: Vec<u64>,
    closed: u64,
    stakes: Vec<Money>,
    charged: Money,
    income: Money,
    open_area: u128,
    seen: Time,
}

impl Keeper {
    /// A watch over a run of this scenario.
    pub fn new(scenario: &Arc<Scenario>) -> Keeper {
        let parties: u32 = scenario.groups.iter().map(|group| group.count).sum();
        Keeper {
            scenario: scenario.clone(),
            open: BTreeMap::new(),
            next: vec![0; scenario.sources.len()],
            closed: 0,
            stakes: vec![Money::ZERO; parties as usize],
            charged: Money::ZERO,
            income: Money::ZERO,
            open_area: 0,
            seen: Time::ZERO,
        }
    }

    fn is_open(&self, job: JobKey, fact: &Fact) {
        assert!(self.open.contains_key(&job), "{fact:?} of a job that is not open");
    }

    fn compare(&mut self, at: Time, market: &MarketGauge) {
        self.open_area += self.open.len() as u128 * at.since(self.seen).0 as u128;
        self.seen = at;
        assert_eq!((market.open, market.open_area), (self.open.len() as u64, self.open_area), "open jobs at {at}");
        assert!(market.escrow >= Money::ZERO && (market.open > 0 || market.escrow == Money::ZERO), "escrow at {at}");
    }

    fn close(&mut self, now: Time, record: &JobRecord) {
        let paid = self.open.remove(&record.key).unwrap_or_else(|| panic!("{:?} is closed twice", record.key));
        match record.fate {
            Fate::RevokedRight | Fate::RevokedWrong => {
                assert_eq!(record.charged_compute, record.shortfall, "all that can be had comes back: {record:?}");
                assert!(record.charged() <= paid, "{record:?} has paid {paid}");
            }
            _ => assert_eq!((record.charged(), record.shortfall), (paid, Money::ZERO), "what was paid: {record:?}"),
        }
        assert_eq!(record.at.closed, now, "{record:?}");
        self.closed += 1;
        self.charged += record.charged();
        self.income += record.charged_compute + record.charged_verification;
        check(&self.scenario, record);
    }
}

impl Recorder for Keeper {
    fn note(&mut self, now: Time, fact: &Fact, record: Option<&JobRecord>) {
        assert!(self.seen <= now, "facts come in order of time");
        match *fact {
            Fact::Asked { job, .. } => {
                let next = &mut self.next[job.source.0 as usize];
                assert_eq!(job.index, *next, "jobs are numbered as they come");
                assert!(now < self.scenario.asking_ends, "{job:?} is asked for in time");
                *next += 1;
                assert!(self.open.insert(job, Money::ZERO).is_none(), "{job:?} is asked for once");
            }
            Fact::Settled { job, paid, refunded } => {
                self.is_open(job, fact);
                assert!(paid >= Money::ZERO && refunded >= Money::ZERO, "{fact:?}");
                *self.open.get_mut(&job).expect("an open job") += paid;
            }
            Fact::Slashed { job, node, amount } => {
                self.is_open(job, fact);
                let stake = &mut self.stakes[node.0 as usize];
                assert!(Money::ZERO < amount && amount <= *stake, "{fact:?} of a stake of {stake}");
                *stake -= amount;
            }
            Fact::Forfeited { job, by, amount, .. } => {
                self.is_open(job, fact);
                assert!(Money::ZERO < amount, "{fact:?}");
                // A challenger brings its bond from outside.
                if by.is_some() {
                    self.stakes[by.0 as usize] -= amount;
                }
            }
            Fact::Posted { job, by, amount, .. } => {
                self.is_open(job, fact);
                if by.is_some() {
                    self.income -= amount;
                }
            }
            Fact::Endowed { account, asset, amount } => {
                assert_eq!(asset, Asset::Token);
                self.stakes[account as usize] += amount;
            }
            Fact::Closed { .. } => self.close(now, record.expect("a closing fact comes with its record")),
            Fact::Declined { job, .. }
            | Fact::Placed { job, .. }
            | Fact::Reached { job, .. }
            | Fact::Bounced { job, .. }
            | Fact::LoadAwaited { job, .. }
            | Fact::Started { job, .. }
            | Fact::Preempted { job, .. }
            | Fact::FirstToken { job, .. }
            | Fact::Finished { job, .. }
            | Fact::Dropped { job, .. }
            | Fact::Answered { job, .. }
            | Fact::Negotiated { job, .. }
            | Fact::Escalated { job, .. }
            | Fact::Revoked { job, .. } => self.is_open(job, fact),
            // The last to be called off are so when their job has its fate.
            Fact::CalledOff { .. } => {}
            Fact::Priced { price, .. } => assert!(price >= Price::NONE, "{fact:?}"),
            Fact::Block { used, .. } => {
                let chain = &self.scenario.chain;
                assert!(used <= chain.limit || chain.background.contains(&used), "{fact:?}");
            }
            Fact::NodeFailed { .. } | Fact::NodeRepaired { .. } | Fact::Listed { .. } | Fact::Delisted { .. } => {}
            Fact::StandingLost { .. } | Fact::StandingRegained { .. } => {}
            _ => panic!("{fact:?}: say how the books follow from it"),
        }
    }

    /// A check comes with its record, which says the same as the fact.
    fn note_check(&mut self, now: Time, fact: &Fact, record: &CheckRecord) {
        let ended = match *fact {
            Fact::Checked { job, by, check, alarm } => {
                self.is_open(job, fact);
                (job, by, check, Some(alarm), now)
            }
            // The last to be called off are so when their job has its fate.
            Fact::CheckEnded { job, by, check, paid } => {
                assert_eq!(record.paid, paid, "{fact:?}");
                (job, by, check, None, Time::NEVER)
            }
            _ => panic!("{fact:?} is about no check"),
        };
        let &CheckRecord { key, checker: by, check_index: check, alarm, answered, .. } = record;
        assert_eq!((key, by, check, alarm, answered), ended, "{fact:?}");
        let method = &self.scenario.verification.methods[record.method];
        let round = method.checks[usize::from(check)].round;
        assert_eq!(record.closed, now, "{fact:?}");
        // Of copies that differ the check looks at one answer after another.
        assert!(record.round == round || method.compares() && record.round > round, "{fact:?}");
        assert!(record.asked <= now && record.paid >= Money::ZERO, "{fact:?}");
    }

    fn due(&self, now: Time) -> Option<Time> {
        (self.seen < now).then_some(now)
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        self.compare(at, &gauges.market(at));
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        let market = gauges.market(at);
        self.compare(at, &market);
        assert_eq!((self.open.len(), market.escrow), (0, Money::ZERO), "all is closed and settled");
        assert_eq!(self.closed, self.next.iter().sum::<u64>(), "every job has one fate");
        let mut income = Money::ZERO;
        let rewarded = self.scenario.verification.slash.to == SlashTo::Checkers;
        gauges.nodes(at, &mut |node| {
            income += node.income;
            let stake = self.stakes[node.node.0 as usize];
            assert!(node.stake == stake || (rewarded && node.stake > stake), "stake of {:?}", node.node);
        });
        assert_eq!(income, self.income, "what requesters pay for computing and checking is what others earn");
        if self.scenario.drain {
            let left = [market.waiting, market.executing, market.checks_waiting, market.checks_executing];
            assert_eq!(left, [0; 4], "nobody is left");
        }
    }
}

/// Panics where a record cannot be true.
fn check(scenario: &Scenario, record: &JobRecord) {
    let at = &record.at;
    let came = |instant: Time| instant != Time::NEVER;
    let ways = [
        [
            at.asked,
            at.placed,
            at.reached,
            at.started,
            at.first_token,
            at.finished,
            at.answered,
            at.accepted,
            at.finalised,
        ],
        [at.asked, at.placed, at.reached, at.started, at.finished, at.answered, at.used, at.closed, at.closed],
        [at.asked, at.accepted, at.paid, at.paid, at.paid, at.paid, at.paid, at.paid, at.closed],
        [at.asked, at.accepted, at.finalised, at.closed, at.closed, at.closed, at.closed, at.closed, at.closed],
    ];
    for way in ways {
        assert!(way.iter().filter(|instant| came(**instant)).is_sorted(), "out of order: {record:?}");
    }
    assert!(record.attempts <= scenario.retries.most + 1 && record.alarms <= record.checks, "{record:?}");
    assert_eq!(record.cause.is_some(), record.fate == Fate::Declined, "{record:?}");
    let nothing_let_it_be = record.placeable_without == 0 && !record.placeable_with_none;
    assert!(record.cause.is_some() || nothing_let_it_be, "{record:?}");
    let (answered, accepted, right) = (came(at.answered), came(at.accepted), record.is_right());
    // Used by the deadline, or not used at all and closed by then.
    let in_time = if came(at.used) { at.used <= record.deadline } else { at.closed <= record.deadline };
    // By an alarm at it, or at another answer of its node.
    let is_found = record.alarms > 0 || scenario.verification.backtrack == Backtrack::Revoke;
    let as_it_should = match record.fate {
        Fate::Declined => !answered,
        Fate::Abandoned => record.stage == Stage::Waiting && came(at.reached) && !came(at.started),
        Fate::Lost => !answered && record.attempts > 0,
        Fate::RejectedRight => answered && !accepted && right && record.alarms > 0,
        Fate::RejectedWrong => answered && !accepted && !right && record.alarms > 0,
        Fate::Unresolved => !accepted && !came(at.finalised),
        Fate::Late => answered && !came(at.used) && at.closed > record.deadline,
        Fate::RevokedRight => accepted && right && is_found && in_time,
        Fate::RevokedWrong => accepted && !right && is_found && in_time,
        // What survives was used by its deadline.
        Fate::FinalRight => right && came(at.used) && in_time,
        Fate::FinalWrong => !right && came(at.used) && in_time,
        Fate::Censored => at.closed >= scenario.horizon,
        other => panic!("{other:?}: say what a job of this fate has behind it"),
    };
    assert!(as_it_should, "{record:?}");
    let is_final = matches!(record.fate, Fate::FinalRight | Fate::FinalWrong);
    if is_final {
        assert!([at.answered, at.accepted, at.used, at.paid, at.finalised].into_iter().all(came), "{record:?}");
        assert_eq!(at.closed, at.finalised.max(at.paid), "{record:?}");
    }
    if !accepted {
        assert_eq!(
            (record.charged_compute, came(at.paid), came(at.finalised)),
            (Money::ZERO, false, false),
            "{record:?}"
        );
    }
    let used = match record.use_at {
        // One that comes after its deadline is not used.
        Use::Answered if at.answered != Time::NEVER && at.answered > record.deadline => Time::NEVER,
        Use::Answered => at.answered,
        Use::Accepted => at.accepted,
        Use::Final => at.finalised,
        Use::WhenWorthIt => panic!("a placement says when: {record:?}"),
    };
    assert_eq!(at.used, used, "{record:?}");
}
