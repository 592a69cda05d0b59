//! What a replication is watched for: the recorder of this suite, beside the product's own tally.

use reliance::Work;
use reliance::domain::ancestry::ResultRecord;
use reliance::domain::fate::Fate;
use reliance::domain::ids::PartyId;
use reliance::domain::record::JobRecord;
use reliance::engine::time::{SimDuration, Time};
use reliance::record::fact::Fact;
use reliance::record::recorder::{Gauges, MarketGauge, Recorder};
use reliance::record::tally::Summary;
use reliance::scenario::Scenario;

mod asked;
mod cascades;
mod quorum;

pub use asked::Asked;
use cascades::Cascades;
use quorum::Quorum;

/// Levels up to here are told apart.
const LEVELS: usize = 64;

/// What a case wants watched beyond what is always counted.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Look at the market so long after the warm-up's end, in seconds.
    pub looks: Vec<f64>,
    /// Look again after so long, until the horizon; zero: only once.
    pub again: f64,
    /// Count waits longer than this, in seconds.
    pub long_wait: f64,
    /// Sum responses by bands of work, cut at these seconds.
    pub bands: Vec<f64>,
    /// Count the arrivals of windows of this length, in seconds.
    pub window: f64,
    /// Keep every price of every channel.
    pub prices: bool,
    /// Count the answers of each node until it loses its standing.
    pub standing: bool,
    /// Keep the values of the series from the warm-up's end on.
    pub series: bool,
    /// Watch how long it takes from all being listed, so many, until fewer than a quorum are.
    pub quorum: Option<[u64; 2]>,
    /// Count cascades whose origin was asked for so many seconds before the horizon.
    pub cascades: f64,
}

/// Everything known about a replication.
pub struct Seen {
    /// The tally.
    pub summary: Summary,
    /// The rest.
    pub probe: Probe,
}

/// The recorder. Jobs count if they were asked for from the warm-up's end to the horizon, levels between the two.
pub struct Probe {
    from: Time,
    to: Time,
    schedule: Vec<Time>,
    next: usize,
    long_wait: SimDuration,
    /// The market at the warm-up's end.
    pub begin: MarketGauge,
    /// The market at the horizon.
    pub end: MarketGauge,
    /// The market at each look, in their order.
    pub looks: Vec<MarketGauge>,
    /// The jobs in the market over time.
    pub level: Level,
    /// By class.
    pub classes: Vec<Class>,
    /// By band of work.
    pub bands: Vec<Band>,
    /// Services begun.
    pub starts: Starts,
    /// When jobs were asked for.
    pub asked: Asked,
    /// The nodes that routing can see.
    pub listed: Listed,
    /// How long a quorum of them lasts.
    pub quorum: Quorum,
    wants_prices: bool,
    /// When a channel closed, which, and its price from then on in thousandths of a micro-credit.
    pub prices: Vec<(Time, u8, i64)>,
    /// Answers to canaries, and those of them taken for wrong.
    pub canaries: [u64; 2],
    /// The credits that sides of disputes paid for rounds, in micro-units.
    pub posted: i64,
    /// Forced errors that checkers found, and the tokens that this brought them in micro-units.
    pub jackpots: [i64; 2],
    wants_series: bool,
    /// The values of the first series, in the order of its steps.
    pub series: Vec<f64>,
    wants_standing: bool,
    /// By node: its answers, and how many of them were there when it lost its standing.
    pub standing: Vec<(u32, Option<u32>)>,
    /// What comes to nothing with what.
    pub cascades: Cascades,
}

/// How long the market held how many jobs.
pub struct Level {
    count: usize,
    since: Time,
    counting: bool,
    /// Nanoseconds by number of jobs, the last for all higher numbers.
    pub nanos: [u64; LEVELS],
    /// Σ number² × nanoseconds.
    pub squares: u128,
}

/// How long how many nodes were listed, and how often one was taken off the lists.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    count: u64,
    since: Time,
    /// Nodes × nanoseconds.
    pub nanos: u128,
    /// Listings that lapsed.
    pub lapses: u64,
}

/// The jobs of a class.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// Jobs.
    pub jobs: u64,
    /// Those that came to a node.
    pub reached: u64,
    /// Those that waited there at all.
    pub waited: u64,
    /// Those that waited longer than wished.
    pub waited_long: u64,
    /// Nanoseconds of waiting, of those who abandoned too.
    pub wait: u128,
    /// Those that were answered.
    pub answered: u64,
    /// Nanoseconds from asking to answer.
    pub response: u128,
    /// What was quoted for that.
    pub quoted: u128,
    /// Those that abandoned.
    pub abandoned: u64,
    /// Those that nobody took.
    pub declined: u64,
    /// Those whose result became final.
    pub finals: u64,
    /// Nanoseconds from asking until then.
    pub finality: u128,
    /// Those of them that somebody checked.
    pub audited: u64,
    /// Nanoseconds from asking until final, of those.
    pub audited_finality: u128,
    /// Votes on their answers.
    pub votes: u64,
    /// What was agreed for verification, and what was paid for it, in micro-credits.
    pub verification: [i64; 2],
    /// Nanoseconds from the answer to the end of its checks, as quoted and as they were, of those whose result became final.
    pub checks: [u128; 2],
    /// Nanoseconds from the answer to the job's end, as quoted and as they were, of all that were answered.
    pub settled: [u128; 2],
    /// Σ of what was thought of the node at the last placement.
    pub trust: f64,
    /// The sum of the squares of that.
    pub trust_square: f64,
}

/// Answered jobs with work up to a limit.
#[derive(Clone, Debug, Default)]
pub struct Band {
    limit: Work,
    /// Nanoseconds from asking to answer.
    pub response: u128,
    /// Nanoseconds of work.
    pub work: u128,
}

/// Services begun; those begun at one node at one instant are a batch.
#[derive(Clone, Debug, Default)]
pub struct Starts {
    last: Option<(Time, PartyId)>,
    /// Jobs that began to be served.
    pub jobs: u64,
    /// Batches.
    pub batches: u64,
}

impl Probe {
    /// A probe of a run of `scenario`.
    pub fn new(scenario: &Scenario, wish: &Wish) -> Probe {
        let (from, to) = (scenario.warm_up, scenario.horizon);
        let mut schedule = vec![from];
        let mut round = from;
        while !wish.looks.is_empty() && round < to {
            schedule
                .extend(wish.looks.iter().map(|&look| round + SimDuration::from_seconds(look)).filter(|&at| at < to));
            round = if wish.again > 0.0 { round + SimDuration::from_seconds(wish.again) } else { to };
        }
        schedule.push(to);
        let limits = wish.bands.iter().map(|&limit| SimDuration::from_seconds(limit)).chain([SimDuration::MAX]);
        let window = SimDuration::from_seconds(wish.window);
        Probe {
            from,
            to,
            schedule,
            next: 0,
            long_wait: SimDuration::from_seconds(wish.long_wait),
            begin: MarketGauge::default(),
            end: MarketGauge::default(),
            looks: Vec::new(),
            level: Level { count: 0, since: Time::ZERO, counting: false, nanos: [0; LEVELS], squares: 0 },
            classes: vec![Class::default(); scenario.classes.len()],
            bands: limits.map(|limit| Band { limit: Work::of_reference(limit), ..Band::default() }).collect(),
            starts: Starts::default(),
            asked: Asked { window, until: from + window, ..Asked::default() },
            listed: Listed::default(),
            quorum: Quorum::of(wish.quorum),
            wants_prices: wish.prices,
            prices: Vec::new(),
            canaries: [0; 2],
            posted: 0,
            jackpots: [0; 2],
            wants_series: wish.series,
            series: Vec::new(),
            wants_standing: wish.standing,
            standing: Vec::new(),
            cascades: Cascades::new(from, to, wish.cascades),
        }
    }

    /// The seconds over which it counted.
    pub fn seconds(&self) -> f64 {
        self.to.since(self.from).seconds()
    }

    /// The integral of a level over those seconds, exact but for its last rounding, from its areas at both ends.
    pub fn area(&self, area: impl Fn(&MarketGauge) -> u128) -> f64 {
        (area(&self.end) - area(&self.begin)) as f64 * 1e-9
    }

    fn of_node(&mut self, node: PartyId) -> &mut (u32, Option<u32>) {
        let place = node.0 as usize;
        self.standing.resize(self.standing.len().max(place + 1), (0, None));
        &mut self.standing[place]
    }

    /// The time counted lies between the warm-up's end and the horizon.
    fn change_listed(&mut self, now: Time, by: i64) {
        self.quorum.change(now, by);
        let (from, to) = (self.listed.since.max(self.from), now.min(self.to));
        if from < to {
            self.listed.nanos += u128::from(self.listed.count) * u128::from(to.since(from).0);
        }
        self.listed.lapses += u64::from(by < 0 && self.from <= now && now < self.to);
        self.listed.since = now;
        self.listed.count = self.listed.count.checked_add_signed(by).expect("no node lapses that was not listed");
    }

    fn close(&mut self, now: Time, record: &JobRecord) {
        self.level.change(now, -1);
        if record.at.asked < self.from {
            return;
        }
        let at = &record.at;
        let class = &mut self.classes[record.class.0 as usize];
        class.jobs += 1;
        class.abandoned += u64::from(record.fate == Fate::Abandoned);
        class.declined += u64::from(record.fate == Fate::Declined);
        class.votes += u64::from(record.checks);
        class.verification[0] += record.verification_price.0;
        class.verification[1] += record.charged_verification.0;
        class.trust += record.trust;
        class.trust_square += record.trust * record.trust;
        if at.answered != Time::NEVER {
            class.settled[0] += u128::from(record.quoted_checks.0);
            class.settled[1] += u128::from(now.since(at.answered).0);
        }
        if at.reached != Time::NEVER {
            let wait = if at.started == Time::NEVER { now.since(at.reached) } else { at.started.since(at.reached) };
            class.reached += 1;
            class.waited += u64::from(wait > SimDuration::ZERO);
            class.waited_long += u64::from(wait > self.long_wait);
            class.wait += u128::from(wait.0);
        }
        if at.finalised != Time::NEVER {
            let finality = u128::from(at.finalised.since(at.asked).0);
            class.checks[0] += u128::from(record.quoted_checks.0);
            class.checks[1] += u128::from(at.finalised.since(at.answered).0);
            class.finals += 1;
            class.finality += finality;
            class.audited += u64::from(record.checks > 0);
            class.audited_finality += if record.checks > 0 { finality } else { 0 };
        }
        if at.answered != Time::NEVER {
            let response = u128::from(at.answered.since(at.asked).0);
            class.answered += 1;
            class.response += response;
            class.quoted += u128::from(record.quoted_answer.0);
            let band =
                self.bands.iter_mut().find(|band| record.work <= band.limit).expect("the last band has no limit");
            band.response += response;
            band.work += u128::from(record.work.0);
        }
    }
}

impl Recorder for Probe {
    #[inline]
    fn note(&mut self, now: Time, fact: &Fact, record: Option<&JobRecord>) {
        match (fact, record) {
            (Fact::Asked { .. }, _) => {
                self.level.change(now, 1);
                self.asked.note(now, self.from);
            }
            (Fact::Closed { .. }, Some(record)) => self.close(now, record),
            (Fact::Priced { channel, price }, _) if self.wants_prices => self.prices.push((now, *channel, price.0)),
            (Fact::Answered { node, .. }, _) if self.wants_standing => self.of_node(*node).0 += 1,
            (Fact::Canary { alarm, .. }, _) if self.from <= now && now < self.to => {
                self.canaries = [self.canaries[0] + 1, self.canaries[1] + u64::from(*alarm)];
            }
            (Fact::Posted { amount, .. }, _) if self.from <= now && now < self.to => self.posted += amount.0,
            (Fact::Jackpot { amount, .. }, _) if self.from <= now && now < self.to => {
                self.jackpots = [self.jackpots[0] + 1, self.jackpots[1] + amount.0];
            }
            (Fact::SeriesMoved { series: 0, value }, _) if self.wants_series && self.from <= now => {
                self.series.push(*value);
            }
            (Fact::StandingLost { node }, _) if self.wants_standing => {
                let (answers, lost) = self.of_node(*node);
                *lost = Some(*answers);
            }
            (Fact::Listed { .. }, _) => self.change_listed(now, 1),
            (Fact::Delisted { .. }, _) => self.change_listed(now, -1),
            (Fact::Started { node, .. }, _) if self.from <= now && now < self.to => self.starts.note(now, *node),
            _ => {}
        }
    }

    fn note_result(&mut self, record: &ResultRecord) {
        self.cascades.note(record);
    }

    #[inline]
    fn due(&self, now: Time) -> Option<Time> {
        self.schedule.get(self.next).copied().filter(|&at| at <= now)
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        let gauge = gauges.market(at);
        self.change_listed(at, 0);
        if self.next == 0 {
            self.begin = gauge;
            self.level.settle(at);
            (self.level.counting, self.level.nanos, self.level.squares) = (true, [0; LEVELS], 0);
        } else if self.next + 1 == self.schedule.len() {
            self.end = gauge;
            self.level.settle(at);
            self.level.counting = false;
            self.asked.pass(at);
        } else {
            self.looks.push(gauge);
        }
        self.next += 1;
    }
}

impl Level {
    #[inline]
    fn change(&mut self, now: Time, by: isize) {
        self.settle(now);
        self.count = self.count.checked_add_signed(by).expect("nobody leaves who did not come");
    }

    #[inline]
    fn settle(&mut self, now: Time) {
        if self.counting {
            let nanos = now.since(self.since).0;
            self.nanos[self.count.min(LEVELS - 1)] += nanos;
            self.squares += (self.count * self.count) as u128 * u128::from(nanos);
        }
        self.since = now;
    }
}

impl Starts {
    #[inline]
    fn note(&mut self, now: Time, node: PartyId) {
        self.jobs += 1;
        if self.last != Some((now, node)) {
            self.last = Some((now, node));
            self.batches += 1;
        }
    }
}
