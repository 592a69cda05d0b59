//! What is known of the cause of one used wrong answer.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ClassId, MethodId, OperatorId};
use crate::domain::money::Money;
use crate::domain::record::JobKey;
use crate::engine::time::Time;
use crate::maths::ln;

use super::{Predicted, Public};

/// How a used answer came to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Who gave it meant it to be wrong.
    Deliberate,
    /// Who gave it made an honest mistake.
    Error,
}

/// Why no check stopped a wrong answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guard {
    /// No check that could have stopped its use took place.
    Unchecked,
    /// Even careful looks of all checkers would have let it pass.
    HonestMiss,
    /// One checker did not look, and its look would have stopped it.
    One,
    /// Several did not look, and the look of any one of them would have stopped it.
    Several,
    /// Several did not look, and no one of them alone could have stopped it.
    Overdetermined,
}

impl Origin {
    /// The names with what they say, in their order.
    pub const WORDS: &[(&str, &str)] =
        &[("deliberate", "the executor meant it to be wrong"), ("error", "the executor made an honest mistake")];

    /// The name, as tables show it.
    pub fn name(self) -> &'static str {
        Origin::WORDS[self as usize].0
    }
}

impl Guard {
    /// All of them, in their order.
    pub const ALL: [Guard; 5] =
        [Guard::Unchecked, Guard::HonestMiss, Guard::One, Guard::Several, Guard::Overdetermined];

    /// The names with what they say, in their order.
    pub const WORDS: &[(&str, &str)] = &[
        ("unchecked", "no check that could have stopped its use took place"),
        ("honest-miss", "careful looks of all checkers would have let it pass"),
        ("one", "one checker did not look, and its look would have stopped it"),
        ("several", "several checkers did not look, and any one look would have stopped it"),
        ("over-determined", "several checkers did not look, and no look alone would have stopped it"),
    ];

    /// The name, as tables show it.
    pub fn name(self) -> &'static str {
        Guard::WORDS[self as usize].0
    }
}

/// How a check failed to stop a wrong answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarding {
    /// m: alarms that were missing for a refusal; 1 or more.
    pub missing: u32,
    /// b: checkers that did not look and whose careful look would have raised an alarm.
    pub careless: u32,
}

impl Guarding {
    /// Why the check that came nearest to a refusal let the answer pass; `None`: no check took place.
    pub fn guard(nearest: Option<Guarding>) -> Guard {
        match nearest {
            None => Guard::Unchecked,
            Some(Guarding { missing, careless }) if missing > careless => Guard::HonestMiss,
            Some(Guarding { missing: 1, careless: 1 }) => Guard::One,
            Some(Guarding { missing: 1, .. }) => Guard::Several,
            Some(_) => Guard::Overdetermined,
        }
    }

    /// Of several checks the one that came nearest: that with the fewest alarms missing among those that could have refused, otherwise
    /// among all.
    pub fn nearest(checks: impl Iterator<Item = Guarding> + Clone) -> Option<Guarding> {
        let least = |of: &mut dyn Iterator<Item = Guarding>| of.min_by_key(|check| check.missing);
        let could = |check: &Guarding| check.missing <= check.careless;
        least(&mut checks.clone().filter(could)).or_else(|| least(&mut checks.clone()))
    }

    /// The shares of the cause with one check by heads in closed form: of an executor that gave the answer on purpose, of each careless
    /// checker, and of nobody.
    ///
    /// In a random order of the executor and b checkers the executor comes before the mth checker with probability m/(b + 1).
    pub fn shares(self, is_deliberate: bool) -> (f64, f64, f64) {
        let (missing, careless) = (f64::from(self.missing), f64::from(self.careless));
        match (self.missing <= self.careless, is_deliberate) {
            (true, true) => {
                let executor = missing / (careless + 1.0);
                (executor, (1.0 - executor) / careless, 0.0)
            }
            (true, false) => (0.0, 1.0 / careless, 0.0),
            (false, true) => (1.0, 0.0, 0.0),
            (false, false) => (0.0, 0.0, 1.0),
        }
    }
}

/// In what role a party had a hand in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// It gave the answer.
    Executor,
    /// It was drawn for a check, whose place in the list of the method this is.
    Checker(u8),
    /// It vouches for the machines that checks rely on.
    Vendor,
}

/// A party that had a hand in a used wrong answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// In what role.
    pub role: Role,
    /// Its number among the parties that serve, or among the vendors of the scenario.
    pub party: u32,
    /// Its operator; a vendor has none.
    pub operator: Option<OperatorId>,
    /// Of a checker: the vendor that its check relies on.
    pub vendor: Option<u8>,
    /// Of a checker: what it said; `None` if it never voted.
    pub alarm: Option<bool>,
    /// Whether it is at fault: it gave a wrong answer on purpose, did not look at what it was asked to check, or was broken.
    pub at_fault: bool,
    /// Whether it alone, made honest in all of its roles, would have stopped the use of the answer.
    pub decisive: bool,
    /// Its share of the cause.
    pub cause: f64,
    /// Its share by what is public.
    pub predicted: f64,
}

/// One used wrong answer, and who caused that it was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CauseRecord {
    /// The job.
    pub key: JobKey,
    /// Its class.
    pub class: ClassId,
    /// How it was verified.
    pub method: MethodId,
    /// When it was asked for.
    pub asked: Time,
    /// When its answer was used.
    pub used: Time,
    /// What the answer cost, in credits.
    pub harm: Money,
    /// How the answer came to be wrong.
    pub origin: Origin,
    /// Why no check stopped it.
    pub guard: Guard,
    /// The check that came nearest to stopping it; `None`: none took place.
    pub nearest: Option<Guarding>,
    /// Parties that alone, made honest, would have stopped it.
    pub but_for: u32,
    /// The share of nobody.
    pub nobody: f64,
    /// The share of nobody by what is public.
    pub predicted_nobody: f64,
    /// Each party in each of its roles.
    pub parts: Vec<Part>,
    /// What is public of it.
    pub public: Public,
}

/// Who counts as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Each party.
    Party,
    /// All parties of an operator.
    Operator,
    /// All checkers that rely on one vendor, and the vendor; others each.
    Vendor,
}

impl Level {
    /// All of them, in their order.
    pub const ALL: [Level; 3] = [Level::Party, Level::Operator, Level::Vendor];
}

impl CauseRecord {
    /// −Σ c ln c: the logarithm of how many caused it.
    pub fn entropy(&self, level: Level) -> f64 {
        self.merged(level).iter().map(|(_, cause, _)| -cause * if *cause > 0.0 { ln(*cause) } else { 0.0 }).sum()
    }

    /// −Σ c ln ĉ: what the public record lets one be surprised by, with every predicted share at least [`LEAST`](super::LEAST).
    pub fn log_loss(&self, level: Level) -> f64 {
        let loss =
            |cause: f64, predicted: f64| if cause > 0.0 { -cause * ln(predicted.max(super::LEAST)) } else { 0.0 };
        self.merged(level).iter().map(|(_, cause, predicted)| loss(*cause, *predicted)).sum()
    }

    /// The shares and predicted shares of those who count as one, in the order of their first parts; nobody comes last.
    pub fn merged(&self, level: Level) -> Vec<((u8, u32), f64, f64)> {
        let mut merged: Vec<((u8, u32), f64, f64)> = Vec::with_capacity(self.parts.len() + 1);
        for part in &self.parts {
            let whose = match (level, part.role, part.operator, part.vendor) {
                (_, Role::Vendor, ..) => (1, part.party),
                (Level::Operator, _, Some(operator), _) => (2, operator.0),
                (Level::Vendor, _, _, Some(vendor)) => (1, vendor.into()),
                _ => (0, part.party),
            };
            match merged.iter_mut().find(|(other, ..)| *other == whose) {
                Some((_, cause, predicted)) => {
                    (*cause, *predicted) = (*cause + part.cause, *predicted + part.predicted);
                }
                None => merged.push((whose, part.cause, part.predicted)),
            }
        }
        merged.push(((u8::MAX, 0), self.nobody, self.predicted_nobody));
        merged
    }

    /// Writes down the shares that are predicted of it.
    pub fn predict(&mut self, of: &Predicted) {
        self.predicted_nobody = of.nobody;
        let mut seats: Vec<std::slice::Iter<'_, f64>> = of.checks.iter().map(|check| check.iter()).collect();
        let (mut vendors, mut executors) = (of.vendors.iter(), 0..self.public.executors);
        let mut silent = 0..self.public.silent;
        for part in &mut self.parts {
            let place = |check: u8| self.public.checks.iter().position(|public| public.check == check);
            part.predicted = match part.role {
                // Those that gave the answer come first, then those whose answers had not come; the others gave another one.
                Role::Executor => match executors.next() {
                    Some(_) => of.executor,
                    None => silent.next().map_or(0.0, |_| of.silent),
                },
                Role::Vendor => vendors.next().copied().unwrap_or_default(),
                Role::Checker(check) => place(check).and_then(|place| seats[place].next().copied()).unwrap_or_default(),
            };
        }
    }
}
