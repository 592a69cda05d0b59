//! One check of a method as the market uses it.

use super::*;
use crate::domain::work::Work;

/// One check of a method; factors of the scenario's `cost-factor` are in it.
#[derive(Clone, Debug)]
pub struct Check {
    /// Who does it.
    pub by: Checker,
    /// The probability that it takes place.
    pub sample: f64,
    /// Work of each checker, or of making the proof, relative to what `work_of` says.
    pub work: f64,
    /// What `work` is relative to.
    pub work_of: WorkOf,
    /// By model what `work` is, where it differs; otherwise empty.
    pub work_by_model: Vec<f64>,
    /// Of proofs: over how many provers one is divided.
    pub ways: u32,
    /// How long a checker may take, and who looks then.
    pub timeout: Option<Timeout>,
    /// When votes become a verdict.
    pub stopping: Stopping,
    /// Of sealed votes: how long after the first they are published.
    pub reveal: SimDuration,
    /// What is paid for work that is called off.
    pub called_off: CalledOff,
    /// Where votes may be missing, what is known of `time` beyond its moments.
    pub times: Times,
    /// Whether the verdict may be acceptance although votes are missing.
    pub tolerates: bool,
    /// What it takes beyond that, in nanoseconds on the reference GPU.
    pub time: Option<Sampler>,
    /// The factor on `time`.
    pub time_factor: f64,
    /// The mean of `time` with its factor, in nanoseconds.
    pub mean_time: f64,
    /// Gas if it takes place.
    pub gas: u64,
    /// Checkers, or copies in all.
    pub count: u32,
    /// Of validators and provers: the way they are drawn, by its place among [`Verification::draws`].
    pub way: usize,
    /// The expected standard normal order statistics of so many, the smallest first.
    pub scores: Vec<f64>,
    /// Their variances.
    pub score_variances: Vec<f64>,
    /// Of `time`, the variance with its factor, in square nanoseconds.
    pub time_variance: f64,
    /// Of replicas: how many answers must agree.
    pub agree: u32,
    /// Of replicas: whether the others are called off at the verdict.
    pub cancel: bool,
    /// When votes are a verdict.
    pub verdict: VerdictRule,
    /// Whether the answer is accepted before it.
    pub deferred: bool,
    /// The probability that a careful look finds a wrong answer, by kind.
    pub detects: [f64; 5],
    /// The probability that a careful look takes a right answer for a wrong one.
    pub false_alarm: f64,
    /// Whether `sample` is multiplied by what the rule of standing says of the node.
    pub by_standing: bool,
    /// The check whose alarm begins it; `None`: it begins by itself.
    pub of: Option<u8>,
    /// The check that its own alarm begins.
    pub appeal: Option<u8>,
    /// How many alarms come before it.
    pub round: u8,
    /// Of watchers: the probability that one of them looks.
    pub attention: f64,
    /// What a challenger loses whose alarm is overturned: tokens.
    pub bond: Money,
    /// How a dispute is narrowed down before the check; `None`: it is not.
    pub bisection: Option<Bisection>,
    /// What a look of the requester itself costs it, in credits.
    pub cost: Money,
    /// What a checker that approved loses when the answer is found wrong after all.
    pub liability: Option<Liability>,
    /// Of replicas: copies are added until a group of equal answers is right with more than this probability.
    pub credibility: Option<f64>,
    /// How copies that agree share what is paid for them.
    pub shares: Shares,
    /// The same for the last of 1, 2, … copies up to `count`: the expected standard normal order statistic, and its variance.
    pub last_scores: Vec<[f64; 2]>,
    /// Where it is a vote of a group about an alarm: how that is held.
    pub vote: Option<GroupVote>,
    /// Of canaries: the share that the node can tell from jobs.
    pub recognised: f64,
    /// Of canaries: one is due at each node in every such span; zero: beside the share `sample` of answers there is one.
    pub every: SimDuration,
    /// Whether the conduct of the party that is asked has no say: it looks carefully.
    pub is_guarded: bool,
    /// While which vendor is broken it approves whatever it sees.
    pub vendor: Option<Vendor>,
    /// Errors that are forced upon its checkers.
    pub forced: Option<Forced>,
}

/// Errors that are forced upon checkers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forced {
    /// The probability that a check that takes place is shown one.
    pub rate: f64,
    /// Tokens: of k that find it each gets this over 2ᵏ⁻¹.
    pub jackpot: Money,
}

impl Forced {
    /// The probability that a careful look finds a forced error.
    pub fn detected(&self, check: &Check) -> f64 {
        check.detects[Wrong::Tamper as usize]
    }

    /// The mean of what holds for the answer and what holds for a forced error in its place.
    pub fn mean(&self, answer: f64, error: f64) -> f64 {
        (1.0 - self.rate) * answer + self.rate * error
    }

    /// What each of so many that find a forced error gets.
    pub fn each(&self, finders: u32) -> Money {
        self.jackpot.share(1.0 / f64::from(1_u32 << (finders.clamp(1, 31) - 1)))
    }
}

/// A vendor that checks rely on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vendor {
    /// Its place among the vendors of the scenario.
    pub number: u8,
    /// The probability that it is broken for a job.
    pub broken: f64,
    /// From when on it is broken for good.
    pub from: Time,
}

/// A vote of a group about an alarm, within a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupVote {
    /// How long it takes.
    pub window: SimDuration,
    /// The share of those asked that must vote.
    pub quorum: f64,
    /// The probability that one of them abstains.
    pub abstention: f64,
    /// What each checker loses whose alarm is not upheld: tokens.
    pub deposit: Money,
}

impl GroupVote {
    /// How many of so many heads or micro-tokens must vote; at least one.
    pub fn needed(&self, asked: u64) -> u64 {
        ((self.quorum * asked as f64).ceil() as u64).clamp(1, asked.max(1))
    }

    /// What the votes that are cast come to when the window has passed; unresolved where they are too few.
    pub fn verdict(&self, rule: &VerdictRule, votes: &Votes) -> Verdict {
        let staked = votes.stake_approving + votes.stake_alarming;
        let (cast, asked) = match rule.weighs_stakes() {
            true => (staked, votes.stake_asked),
            false => (u64::from(votes.cast()), votes.asked.into()),
        };
        if cast < self.needed(asked) {
            return Verdict::Unresolved;
        }
        let of_cast = Votes { asked: votes.cast(), missing: 0, stake_asked: staked, stake_missing: 0, ..*votes };
        rule.decide(&of_cast).unwrap_or(Verdict::Unresolved)
    }
}

/// How a dispute is narrowed down to one step of the execution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bisection {
    /// Rounds: the steps of the execution as a power of two, rounded up.
    pub rounds: u8,
    /// What all rounds take.
    pub takes: SimDuration,
    /// What each round costs each side: credits.
    pub gas: Money,
}

/// What a checker that approved an answer loses when it is found wrong after all.
#[derive(Clone, Debug)]
pub struct Liability {
    /// How much; the fee is that of its vote.
    pub slash: Slash,
    /// Whether it loses that too where its own check finds the answer wrong.
    pub outvoted: bool,
}

/// How long a checker may take, and who looks then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeout {
    /// From the asking on.
    pub after: SimDuration,
    /// How often another is drawn for the same seat.
    pub redraws: u32,
}

/// Equally likely values of a law, the smallest first; none where they are not needed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    values: Vec<f64>,
    /// Up to each, the sum of the values and of their squares.
    sums: Vec<[f64; 2]>,
}

impl Times {
    /// Of these values.
    pub fn new(mut values: Vec<f64>) -> Times {
        values.sort_unstable_by(f64::total_cmp);
        let mut sum = [0.0; 2];
        let add = |value: &f64| {
            sum = [sum[0] + value, sum[1] + value * value];
            sum
        };
        let sums = values.iter().map(add).collect();
        Times { values, sums }
    }

    /// The share of values up to a limit, and the sums of those values and of their squares over the number of all.
    pub fn up_to(&self, limit: f64) -> [f64; 3] {
        let (count, all) = (self.values.partition_point(|&value| value <= limit), self.values.len() as f64);
        let [first, second] = if count == 0 { [0.0; 2] } else { self.sums[count - 1] };
        [count as f64 / all, first / all, second / all]
    }
}

/// What a job is to those who check its answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct JobSize {
    /// The model that was asked for.
    pub model: ModelId,
    /// The work of the job on the reference GPU.
    pub generation: Work,
    /// One forward pass over all of its tokens, on the reference GPU.
    pub pass: Work,
}

impl Scenario {
    /// What a job whose answer is there is to those who check it.
    pub fn size(&self, record: &JobRecord) -> JobSize {
        self.size_of(record, record.work, f64::from(record.output_tokens))
    }

    /// What it was expected to be when it was asked for.
    pub fn expected_size(&self, record: &JobRecord) -> JobSize {
        self.size_of(record, record.expected_work, f64::from(record.expected_output))
    }

    fn size_of(&self, record: &JobRecord, generation: Work, output: f64) -> JobSize {
        let class = &self.classes[record.class];
        let pass = class.pass(&self.models[class.model], generation, (record.input_tokens, output));
        JobSize { model: class.model, generation, pass }
    }
}

impl Check {
    /// What one checker is expected to do for a job of this size, on the reference GPU.
    pub fn expected_work(&self, job: &JobSize) -> Work {
        Work::from_nanos(self.relative(job) + self.mean_time)
    }

    /// What one checker does for a job of this size, on the reference GPU.
    pub fn draw_work(&self, job: &JobSize, draw: &mut KeyedRng) -> Work {
        let fixed = self.time.as_ref().map_or(0.0, |law| law.sample(draw)) * self.time_factor;
        Work::from_nanos(self.relative(job) + fixed)
    }

    /// The part that grows with the job, in nanoseconds.
    fn relative(&self, job: &JobSize) -> f64 {
        let base = match self.work_of {
            WorkOf::Generation => job.generation,
            WorkOf::Pass => job.pass,
        };
        let work = self.work_by_model.get(job.model.index()).unwrap_or(&self.work);
        base.nanos() * work
    }

    /// Whether it takes neither work nor time.
    pub fn takes_nothing(&self) -> bool {
        self.work == 0.0 && self.work_by_model.iter().all(|&work| work == 0.0) && self.mean_time == 0.0
    }

    /// The probability that it takes place at a node under this scrutiny: what the rule of standing says of the node, or [`EVERY_CHECK`].
    #[inline]
    pub fn sample_at(&self, scrutiny: f64) -> f64 {
        match () {
            () if scrutiny == EVERY_CHECK && self.sample > 0.0 => 1.0,
            () if self.by_standing => self.sample * scrutiny.min(1.0),
            () => self.sample,
        }
    }

    /// Whether it begins by itself, and not by the alarm of another check; copies are compared before there is an answer.
    #[inline]
    pub fn begins_alone(&self) -> bool {
        self.of.is_none() && self.looks_at_answers()
    }

    /// Whether it looks at the answer of the job: copies are compared before there is one, and canaries have answers of their own.
    #[inline]
    pub fn looks_at_answers(&self) -> bool {
        !matches!(self.by, Checker::Replicas | Checker::Canary)
    }

    /// Whether the requester pays somebody for it.
    pub fn pays(&self) -> bool {
        matches!(self.by, Checker::Proof | Checker::Validators | Checker::Peers)
    }

    /// Whether others than the node and the requester do it, in queues of their own.
    pub fn is_asked_of_others(&self) -> bool {
        matches!(self.by, Checker::Validators | Checker::Peers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::verdict::VerdictTable;

    // worked example: seven are asked, three fifths of them must vote, and the majority of those decides.
    #[test]
    fn a_vote_of_a_group() {
        let vote = GroupVote { window: SimDuration::SECOND, quorum: 0.6, abstention: 0.2, deposit: Money::ZERO };
        let rule = toml::from_str::<VerdictTable>("rule = \"majority\"").unwrap().chosen().unwrap();
        let of = |approvals, alarms| {
            vote.verdict(
                &rule,
                &Votes { asked: 7, approvals, alarms, missing: 7 - approvals - alarms, ..Votes::default() },
            )
        };
        assert_eq!([of(4, 0), of(0, 4), of(0, 0)], [Verdict::Unresolved; 3]);
        assert_eq!(
            [of(3, 2), of(2, 3), of(3, 3), of(4, 3)].map(|verdict| verdict == Verdict::Accepted),
            [true, false, false, true]
        );
        assert_eq!(of(2, 3), Verdict::Refused);
        let anybody = GroupVote { quorum: 0.0, ..vote };
        assert_eq!(anybody.verdict(&rule, &Votes { asked: 7, alarms: 1, ..Votes::default() }), Verdict::Refused);
        assert_eq!(anybody.verdict(&rule, &Votes { asked: 7, ..Votes::default() }), Verdict::Unresolved);
    }

    // worked example: by stake those that voted must have a half, and two thirds of theirs must approve.
    #[test]
    fn a_vote_of_a_group_by_stake() {
        let vote = GroupVote { window: SimDuration::SECOND, quorum: 0.5, abstention: 0.0, deposit: Money::ZERO };
        let rule = toml::from_str::<VerdictTable>("rule = \"stake-weighted\"").unwrap().chosen().unwrap();
        let of = |stake_approving, stake_alarming| {
            let votes = Votes { asked: 3, approvals: 1, alarms: 1, ..Votes::default() };
            vote.verdict(&rule, &Votes { stake_asked: 100, stake_approving, stake_alarming, ..votes })
        };
        assert_eq!([of(30, 19), of(34, 17), of(30, 30)], [Verdict::Unresolved, Verdict::Accepted, Verdict::Refused]);
    }
}
