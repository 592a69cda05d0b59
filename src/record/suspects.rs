//! Causes, ignorance and suspects: how many it really was that caused harm, and what the public record does not tell of it (model §13).
//!
//! All means are weighted by harm. N = exp H(c) are the causes of a wrong answer, with H(c) = −mean Σ c ln c. S = exp CE are the
//! suspects, with CE = −mean Σ c ln ĉ, and Q = S/N is the ignorance. Two rivals of ĉ know less. One goes by roles alone: the mean
//! shares of its stratum, which is the method with the checks that took place and how many were asked. The other knows the votes too, and
//! of each role its mean opinion. What they have to fit is fitted on one half of the jobs and judged on the other. Memory grows with
//! strata and patterns of votes, not with jobs.

use std::collections::BTreeMap;

use crate::domain::causes::{CauseRecord, Guard, LEAST, Level, Origin, Public, Role, Wrongs, predicted};
use crate::engine::random::mix;
use crate::maths::{exp, ln};

/// Sums over the used wrong answers of a run.
#[derive(Clone, Debug, Default)]
pub struct Suspects {
    /// How many were examined.
    pub examined: u64,
    /// Their harm, in micro-credits.
    harm: f64,
    /// By level: Σ c ln c and Σ c ln ĉ, without their signs.
    levels: [[f64; 2]; 3],
    /// By role: executors, checkers, vendors, nobody.
    roles: [f64; 4],
    guards: [f64; Guard::ALL.len()],
    deliberate: f64,
    but_for: u64,
    strata: BTreeMap<Vec<u32>, Stratum>,
}

/// The wrong answers of one method with the same checks.
#[derive(Clone, Debug, Default)]
struct Stratum {
    halves: [Half; 2],
    patterns: BTreeMap<Vec<u32>, Pattern>,
}

/// What is fitted on one half of the jobs.
#[derive(Clone, Debug, Default)]
struct Half {
    harm: f64,
    trust: f64,
    /// By check.
    care: Vec<f64>,
    shares: RoleShares,
}

/// Shares of the cause by role: executors, nobody, then vendors and checks.
#[derive(Clone, Debug, Default)]
struct RoleShares {
    executors: f64,
    nobody: f64,
    vendors: Vec<f64>,
    checks: Vec<f64>,
}

/// The wrong answers of a stratum with the same votes.
#[derive(Clone, Debug)]
struct Pattern {
    /// What all of them have in common; its opinions are those of the first.
    public: Public,
    halves: [PatternHalf; 2],
}

/// Shares of the cause by role and vote.
#[derive(Clone, Debug, Default)]
struct PatternHalf {
    executors: f64,
    /// Those whose answers had not come, and those that gave another one.
    silent: f64,
    nobody: f64,
    vendors: Vec<f64>,
    /// By check: of those that approved, raised an alarm, and have not voted.
    votes: Vec<[f64; 3]>,
}

/// What is said of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Suspected {
    /// Used wrong answers that were examined.
    pub examined: u64,
    /// Causes and suspects by party, by operator, and by vendor.
    pub levels: [[f64; 2]; 3],
    /// Suspects by roles alone, and by roles and votes.
    pub rivals: [f64; 2],
    /// Shares of the cause: of executors, checkers, vendors and nobody.
    pub roles: [f64; 4],
    /// Shares of the harm by guard, in the order of [`Guard::ALL`].
    pub guards: [f64; Guard::ALL.len()],
    /// The share of the harm that was meant.
    pub deliberate: f64,
    /// Parties that alone would have stopped an answer, on the average.
    pub but_for: f64,
}

impl Suspected {
    /// Q: what the record does not tell, as a factor, by party, operator or vendor.
    pub fn ignorance(&self, level: Level) -> f64 {
        let [causes, suspects] = self.levels[level as usize];
        suspects / causes
    }

    /// Λ = (CE − H)/(CE_role − H): the part of what roles leave open that the whole record leaves open too.
    pub fn untold(&self) -> f64 {
        let [causes, suspects] = self.levels[Level::Party as usize].map(ln);
        (suspects - causes) / (ln(self.rivals[0]) - causes)
    }
}

impl Suspects {
    /// Takes in a used wrong answer; one that cost nothing is counted and weighs nothing.
    pub fn note(&mut self, record: &CauseRecord) {
        let harm = record.harm.0 as f64;
        self.examined += 1;
        self.harm += harm;
        for (sums, level) in self.levels.iter_mut().zip(Level::ALL) {
            sums[0] += harm * record.entropy(level);
            sums[1] += harm * record.log_loss(level);
        }
        self.guards[record.guard as usize] += harm;
        self.deliberate += if record.origin == Origin::Deliberate { harm } else { 0.0 };
        self.but_for += u64::from(record.but_for);
        self.roles[3] += harm * record.nobody;
        for part in &record.parts {
            let role = match part.role {
                Role::Executor => 0,
                Role::Checker(_) => 1,
                Role::Vendor => 2,
            };
            self.roles[role] += harm * part.cause;
        }
        self.stratify(record, harm);
    }

    fn stratify(&mut self, record: &CauseRecord, harm: f64) {
        let public = &record.public;
        let mut key = vec![u32::from(record.method.0), public.executors, public.needed, public.silent];
        let mut pattern = Vec::new();
        for check in &public.checks {
            key.extend([u32::from(check.check), check.votes.len() as u32]);
            let mut counts = [0; 3];
            check.votes.iter().for_each(|vote| counts[said(vote.alarm)] += 1);
            pattern.extend(counts);
            pattern.push(check.needed);
        }
        let stratum = self.strata.entry(key).or_default();
        let half = (mix(record.key.index ^ mix(record.key.source.0.into())) & 1) as usize;
        let (checks, vendors) = (public.checks.len(), public.vendors.len());
        let pattern = stratum.patterns.entry(pattern).or_insert_with(|| Pattern {
            public: public.clone(),
            halves: [(); 2].map(|()| PatternHalf {
                vendors: vec![0.0; vendors],
                votes: vec![[0.0; 3]; checks],
                ..PatternHalf::default()
            }),
        });
        pattern.halves[half].add(record, harm);
        stratum.halves[half].add(record, harm);
    }

    /// What is said of them; `None` where none cost anything.
    pub fn suspected(&self, wrongs: &Wrongs) -> Option<Suspected> {
        if self.harm <= 0.0 {
            return None;
        }
        let mean = |sum: f64| sum / self.harm;
        let (mut by_role, mut by_vote) = (0.0, 0.0);
        for stratum in self.strata.values() {
            let [role, vote] = stratum.losses(wrongs);
            by_role += role;
            by_vote += vote;
        }
        Some(Suspected {
            examined: self.examined,
            levels: self.levels.map(|sums| sums.map(|sum| exp(mean(sum)))),
            rivals: [by_role, by_vote].map(|sum| exp(mean(sum))),
            roles: self.roles.map(mean),
            guards: self.guards.map(mean),
            deliberate: mean(self.deliberate),
            but_for: self.but_for as f64 / self.examined as f64,
        })
    }
}

/// Whether a vote approves, raises an alarm, or has not come.
fn said(alarm: Option<bool>) -> usize {
    match alarm {
        Some(false) => 0,
        Some(true) => 1,
        None => 2,
    }
}

/// What a share costs that was predicted to be so large.
fn loss(share: f64, predicted: f64) -> f64 {
    if share > 0.0 { -share * ln(predicted.max(LEAST)) } else { 0.0 }
}

impl Half {
    fn add(&mut self, record: &CauseRecord, harm: f64) {
        let public = &record.public;
        self.care.resize(public.checks.len(), 0.0);
        self.shares.checks.resize(public.checks.len(), 0.0);
        self.shares.vendors.resize(public.vendors.len(), 0.0);
        self.harm += harm;
        self.trust += harm * public.trust;
        for (sum, check) in self.care.iter_mut().zip(&public.checks) {
            let care: f64 = check.votes.iter().map(|vote| vote.care).sum();
            *sum += harm * care / check.votes.len().max(1) as f64;
        }
        self.shares.nobody += harm * record.nobody;
        let mut vendors = self.shares.vendors.iter_mut();
        for part in &record.parts {
            match part.role {
                Role::Executor => self.shares.executors += harm * part.cause,
                Role::Vendor => vendors.next().into_iter().for_each(|sum| *sum += harm * part.cause),
                Role::Checker(check) => {
                    let place = public.checks.iter().position(|of| of.check == check);
                    place.into_iter().for_each(|place| self.shares.checks[place] += harm * part.cause);
                }
            }
        }
    }
}

impl PatternHalf {
    fn add(&mut self, record: &CauseRecord, harm: f64) {
        self.nobody += harm * record.nobody;
        let mut vendors = self.vendors.iter_mut();
        let mut gave = 0..record.public.executors;
        for part in &record.parts {
            match part.role {
                Role::Executor if gave.next().is_some() => self.executors += harm * part.cause,
                Role::Executor => self.silent += harm * part.cause,
                Role::Vendor => vendors.next().into_iter().for_each(|sum| *sum += harm * part.cause),
                Role::Checker(check) => {
                    let place = record.public.checks.iter().position(|of| of.check == check);
                    place.into_iter().for_each(|place| self.votes[place][said(part.alarm)] += harm * part.cause);
                }
            }
        }
    }
}

impl Stratum {
    /// The losses of the two rivals, each half judged by what the other half says.
    fn losses(&self, wrongs: &Wrongs) -> [f64; 2] {
        let mut sums = [0.0; 2];
        for half in 0..2 {
            let other = &self.halves[1 - half];
            for pattern in self.patterns.values() {
                let own = &pattern.halves[half];
                sums[0] += other.loss(own, &pattern.public);
                sums[1] += pattern.loss(half, other, wrongs);
            }
        }
        sums
    }
}

impl Half {
    /// What the shares of a pattern cost by the mean shares of roles; where there is nothing to go by, each party and nobody is as likely.
    fn loss(&self, of: &PatternHalf, public: &Public) -> f64 {
        let votes: usize = public.checks.iter().map(|check| check.votes.len()).sum();
        let executors = (public.executors + public.silent) as usize;
        let all = executors + votes + public.vendors.len() + 1;
        let mean = |sum: Option<&f64>, count: usize| match sum {
            Some(sum) if self.harm > 0.0 => sum / self.harm / count as f64,
            _ => 1.0 / all as f64,
        };
        let shares = &self.shares;
        let mut sum = loss(of.executors + of.silent, mean(Some(&shares.executors), executors));
        sum += loss(of.nobody, mean(Some(&shares.nobody), 1));
        for (place, share) in of.vendors.iter().enumerate() {
            sum += loss(*share, mean(shares.vendors.get(place), 1));
        }
        for (place, said) in of.votes.iter().enumerate() {
            let each = mean(shares.checks.get(place), public.checks[place].votes.len());
            sum += said.iter().map(|share| loss(*share, each)).sum::<f64>();
        }
        sum
    }
}

impl Pattern {
    /// What the shares of one half cost by roles and votes, with the mean opinions of the other half.
    fn loss(&self, half: usize, other: &Half, wrongs: &Wrongs) -> f64 {
        let (own, mut public) = (&self.halves[half], self.public.clone());
        if other.harm > 0.0 {
            public.trust = other.trust / other.harm;
            for (check, care) in public.checks.iter_mut().zip(&other.care) {
                check.votes.iter_mut().for_each(|vote| vote.care = care / other.harm);
            }
        }
        let found = predicted(&public, wrongs);
        let mut sum = loss(own.executors, found.executor) + loss(own.silent, found.silent);
        sum += loss(own.nobody, found.nobody);
        sum += own.vendors.iter().zip(&found.vendors).map(|(share, predicted)| loss(*share, *predicted)).sum::<f64>();
        for (place, shares) in own.votes.iter().enumerate() {
            for (vote, share) in shares.iter().enumerate() {
                let votes = public.checks[place].votes.iter();
                let like = votes.zip(&found.checks[place]).find(|(of, _)| said(of.alarm) == vote);
                sum += like.map_or(0.0, |(_, predicted)| loss(*share, *predicted));
            }
        }
        sum
    }
}
