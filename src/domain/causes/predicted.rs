//! Who will have caused it, by what is public: the method, the parties, their votes, and the opinions of them at that time.
//!
//! Hypotheses about how the answer came to be wrong are an honest error, each kind of wrong answer on purpose, and each ring. Their
//! prior is by the opinion of the executor and by what the groups of the scenario do. The likelihood is that of all votes, checkers
//! being independent given the hypothesis. Under each, an approval would have become an alarm with probability
//! d (1 − a)/(1 − a d), where a careful look comes with a = (1 − x̂) η̂ and finds the answer with d. So the expected repair game has
//! a polynomial as its multilinear extension f, and the share of a party is ∫₀¹ ∂f/∂t_e dt along the diagonal (G. Owen,
//! Multilinear Extensions of Games, 1972).

use serde::{Deserialize, Serialize};

use crate::domain::acceptance::{KINDS, binomial};
use crate::domain::answer::Wrong;
use crate::maths::{exp, gauss_legendre, ln};

/// No predicted share counts as less: a cause that was thought impossible costs −ln of it.
pub const LEAST: f64 = 1e-4;

/// The most points of the quadrature: exact to degree 47, and to some 3 · 10⁻⁶ for a polynomial of 128 parties.
const POINTS: usize = 24;

/// What is public of a used wrong answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Public {
    /// Those that gave the answer.
    pub executors: u32,
    /// How many of them must give another one for it to fall.
    pub needed: u32,
    /// Those that were asked for a copy too, and whose answers had not come.
    pub silent: u32,
    /// τ̂: the probability that the executor was thought to be right.
    pub trust: f64,
    /// The checks that could have stopped the use of the answer and took place.
    pub checks: Vec<PublicCheck>,
    /// Of each vendor that they rely on, the probability that it is broken.
    pub vendors: Vec<f64>,
}

/// What is public of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicCheck {
    /// Its place in the list of the method.
    pub check: u8,
    /// How many approvals would have to be alarms for a refusal.
    pub needed: u32,
    /// d: the probability that a careful look finds a wrong answer, by kind.
    pub detects: [f64; KINDS],
    /// The place of the vendor that it relies on among those of the answer.
    pub vendor: Option<usize>,
    /// Whether nodes look, and not validators.
    pub peers: bool,
    /// Those that were asked.
    pub votes: Vec<PublicVote>,
}

/// A vote, as all see it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicVote {
    /// η̂: the probability that it was thought to look carefully.
    pub care: f64,
    /// Whether it raised an alarm; `None`: it did not vote before the verdict.
    pub alarm: Option<bool>,
}

/// How answers come to be wrong in a market, by what its groups do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wrongs {
    /// ε: the share of answers that are honest errors.
    pub error: f64,
    /// The share of answers that are wrong on purpose, by kind, rings apart.
    pub kinds: [f64; KINDS],
    /// The rings.
    pub rings: Vec<Ring>,
}

/// A ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ring {
    /// The share of answers that it tampers with.
    pub share: f64,
    /// x̂: the share of validators that belong to it, and of nodes.
    pub checkers: [f64; 2],
}

/// The predicted shares of the cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicted {
    /// Of each executor.
    pub executor: f64,
    /// Of each whose answer had not come.
    pub silent: f64,
    /// Of each vote, by check.
    pub checks: Vec<Vec<f64>>,
    /// Of each vendor.
    pub vendors: Vec<f64>,
    /// Of nobody.
    pub nobody: f64,
}

/// One way in which the answer may have come to be wrong.
struct Hypothesis {
    kind: usize,
    is_error: bool,
    /// x̂ of validators, and of nodes.
    ring: [f64; 2],
    prior: f64,
    /// The probability that another copy gives the same wrong answer.
    agrees: f64,
}

/// A vote under one hypothesis: once its party is honest with probability t it raises an alarm with `base + slope t`, if the vendor
/// is whole.
#[derive(Clone, Copy)]
struct Turn {
    base: f64,
    slope: f64,
}

/// The shares that are to be expected by what is public.
pub fn predicted(public: &Public, wrongs: &Wrongs) -> Predicted {
    let mut sum = Predicted {
        executor: 0.0,
        silent: 0.0,
        checks: public.checks.iter().map(|check| vec![0.0; check.votes.len()]).collect(),
        vendors: vec![0.0; public.vendors.len()],
        nobody: 0.0,
    };
    let hypotheses = hypotheses(public.trust, wrongs);
    let mut cases: Vec<(&Hypothesis, usize, f64)> = Vec::new();
    for hypothesis in &hypotheses {
        for broken in 0..1usize << public.vendors.len() {
            let weight = ln(hypothesis.prior) + ln_likelihood(public, hypothesis, broken);
            if weight > f64::NEG_INFINITY {
                cases.push((hypothesis, broken, weight));
            }
        }
    }
    let most = cases.iter().map(|(.., weight)| *weight).fold(f64::NEG_INFINITY, f64::max);
    let all: f64 = cases.iter().map(|(.., weight)| exp(weight - most)).sum();
    for (hypothesis, broken, weight) in &cases {
        // So many of those whose answers had not come would have given the same one.
        for (like, chance) in binomial(public.silent, hypothesis.agrees).into_iter().enumerate() {
            if chance > 0.0 {
                let weight = exp(weight - most) / all * chance;
                Game::of(public, hypothesis, *broken, like as u32).add_to(&mut sum, weight);
            }
        }
    }
    if cases.is_empty() {
        // What happened was thought impossible: nothing is known of it.
        sum.nobody = 1.0;
    }
    sum
}

/// The hypotheses that are not impossible. Of a wrong answer it is an honest error with probability min(1, ε/(1 − τ̂)).
fn hypotheses(trust: f64, wrongs: &Wrongs) -> Vec<Hypothesis> {
    let deliberate: f64 = wrongs.kinds.iter().sum::<f64>() + wrongs.rings.iter().map(|ring| ring.share).sum::<f64>();
    let error = match (wrongs.error > 0.0, deliberate > 0.0) {
        (true, true) if trust < 1.0 => (wrongs.error / (1.0 - trust)).min(1.0),
        // It was thought to be never wrong: what the groups do is all that there is to go by.
        (true, true) => wrongs.error / (wrongs.error + deliberate),
        (is_possible, _) => f64::from(u8::from(is_possible)),
    };
    // Where no group says that it does wrong, every kind is as likely.
    let (kinds, all) = if deliberate > 0.0 { (wrongs.kinds, deliberate) } else { ([1.0; KINDS], KINDS as f64) };
    // Whoever makes a mistake may make that of another; who does wrong alone agrees with nobody.
    let honest =
        Hypothesis { kind: Wrong::Error as usize, is_error: true, ring: [0.0; 2], prior: error, agrees: wrongs.error };
    let rest = 1.0 - error;
    let of_kind = |(kind, share): (usize, f64)| {
        (kind != Wrong::Error as usize || deliberate == 0.0).then_some(Hypothesis {
            kind,
            is_error: false,
            ring: [0.0; 2],
            prior: rest * share / all,
            agrees: 0.0,
        })
    };
    let of_ring = |ring: &Ring| {
        let prior = rest * ring.share / all;
        Hypothesis { kind: Wrong::Tamper as usize, is_error: false, ring: ring.checkers, prior, agrees: ring.share }
    };
    let mut every = vec![honest];
    every.extend(kinds.into_iter().enumerate().filter_map(of_kind));
    every.extend(wrongs.rings.iter().map(of_ring));
    every.retain(|hypothesis| hypothesis.prior > 0.0);
    every
}

/// The logarithm of how likely all votes are, with that of the vendors that are broken and that of the copies that agree.
fn ln_likelihood(public: &Public, hypothesis: &Hypothesis, broken: usize) -> f64 {
    let states = public.vendors.iter().enumerate();
    let state = |(vendor, &chance): (usize, &f64)| ln(if broken >> vendor & 1 == 1 { chance } else { 1.0 - chance });
    let mut sum: f64 = states.map(state).sum();
    sum += (1..public.executors).map(|_| ln(hypothesis.agrees)).sum::<f64>();
    for check in &public.checks {
        let is_broken = check.vendor.is_some_and(|vendor| broken >> vendor & 1 == 1);
        for vote in &check.votes {
            let seen = if is_broken { 0.0 } else { hypothesis.careful(check, vote) * check.detects[hypothesis.kind] };
            sum += vote.alarm.map_or(0.0, |alarm| ln(if alarm { seen } else { 1.0 - seen }));
        }
    }
    sum
}

impl Hypothesis {
    /// a: the probability of a careful look.
    fn careful(&self, check: &PublicCheck, vote: &PublicVote) -> f64 {
        (1.0 - self.ring[usize::from(check.peers)]) * vote.care
    }

    /// What a vote would become.
    fn turn(&self, check: &PublicCheck, vote: &PublicVote, is_broken: bool) -> Turn {
        let (careful, detects) = (self.careful(check, vote), check.detects[self.kind]);
        match vote.alarm {
            // An alarm stays one, and is counted among those that need not come about any more.
            Some(true) => Turn { base: 0.0, slope: 0.0 },
            Some(false) if !is_broken => {
                let passed = 1.0 - careful * detects;
                Turn { base: 0.0, slope: if passed > 0.0 { detects * (1.0 - careful) / passed } else { 0.0 } }
            }
            _ => Turn { base: careful * detects, slope: detects * (1.0 - careful) },
        }
    }
}

/// The expected repair game under one hypothesis.
struct Game<'a> {
    public: &'a Public,
    turns: Vec<Vec<Turn>>,
    /// The vendors that are broken, one bit each.
    broken: usize,
    is_error: bool,
    /// Of those whose answers had not come, how many would have given the same one.
    like: u32,
}

impl Game<'_> {
    fn of<'a>(public: &'a Public, hypothesis: &Hypothesis, broken: usize, like: u32) -> Game<'a> {
        let is_broken = |check: &PublicCheck| check.vendor.is_some_and(|vendor| broken >> vendor & 1 == 1);
        let turns = |check: &PublicCheck| {
            check.votes.iter().map(|vote| hypothesis.turn(check, vote, is_broken(check))).collect()
        };
        let turns = public.checks.iter().map(turns).collect();
        Game { public, turns, broken, is_error: hypothesis.is_error, like }
    }

    /// Adds the shares with a weight.
    fn add_to(&self, sum: &mut Predicted, weight: f64) {
        let votes: usize = self.turns.iter().map(Vec::len).sum();
        let degree = (self.public.executors + self.like) as usize + votes + self.broken.count_ones() as usize;
        let mut stopped = 0.0;
        // The slopes are polynomials of a degree less by one, for which half as many points are exact.
        for point in gauss_legendre(degree.div_ceil(2).clamp(1, POINTS)).iter() {
            stopped += self.add_slopes(point.at, weight * point.weight, sum);
        }
        sum.nobody += weight - stopped;
    }

    /// Adds ∂f/∂t_e of every party at t, times a weight; gives the sum of what it has added.
    fn add_slopes(&self, t: f64, weight: f64, sum: &mut Predicted) -> f64 {
        let (executors, mut added) = (self.public.executors + self.like, 0.0);
        let (stands, falls) = match self.is_error {
            true => (1.0, 0.0),
            false => fallen(executors, self.public.needed + self.like, t),
        };
        let passes: Vec<Passing> = self
            .turns
            .iter()
            .zip(&self.public.checks)
            .map(|(turns, check)| Passing::of(turns, check.needed, t))
            .collect();
        // The vendors that are made whole, among those that are broken.
        let mut whole = self.broken;
        loop {
            let blind = self.broken & !whole;
            let sees = |check: &PublicCheck| check.vendor.is_none_or(|vendor| blind >> vendor & 1 == 0);
            let seeing = passes.iter().zip(&self.public.checks);
            let pass: Vec<f64> = seeing.map(|(of, check)| if sees(check) { of.all } else { 1.0 }).collect();
            let product: f64 = pass.iter().product();
            let (made, left) = (whole.count_ones(), blind.count_ones());
            let chance = weight * power(t, made) * power(1.0 - t, left);
            sum.executor += chance * product * falls;
            if self.like > 0 {
                sum.silent += chance * product * falls * f64::from(self.like) / f64::from(self.public.silent);
            }
            added += chance * product * falls * f64::from(executors);
            for place in (0..pass.len()).filter(|&place| sees(&self.public.checks[place])) {
                let but = |(other, pass): (usize, &f64)| if other == place { 1.0 } else { *pass };
                let others: f64 = pass.iter().enumerate().map(but).product();
                for (share, pivotal) in sum.checks[place].iter_mut().zip(&passes[place].pivotal) {
                    *share += chance * stands * others * pivotal;
                    added += chance * stands * others * pivotal;
                }
            }
            // What the being whole of a vendor adds, over the states of the other ones.
            for vendor in (0..sum.vendors.len()).filter(|vendor| self.broken >> vendor & 1 == 1) {
                let slope = match whole >> vendor & 1 == 1 {
                    true => -power(t, made - 1) * power(1.0 - t, left),
                    false => power(t, made) * power(1.0 - t, left - 1),
                };
                sum.vendors[vendor] += weight * slope * stands * product;
                added += weight * slope * stands * product;
            }
            if whole == 0 {
                return added;
            }
            whole = (whole - 1) & self.broken;
        }
    }
}

/// tⁿ.
fn power(t: f64, n: u32) -> f64 {
    (0..n).fold(1.0, |product, _| product * t)
}

/// The probability that fewer than `needed` of so many executors have become honest, each with t, and minus its slope by one of them.
fn fallen(executors: u32, needed: u32, t: f64) -> (f64, f64) {
    let turns = vec![Turn { base: 0.0, slope: 1.0 }; executors as usize];
    let passing = Passing::of(&turns, needed, t);
    (passing.all, passing.pivotal.first().copied().unwrap_or_default())
}

/// How a check lets an answer pass.
struct Passing {
    /// The probability that too few alarms come.
    all: f64,
    /// By vote: minus the slope of that by its t.
    pivotal: Vec<f64>,
}

impl Passing {
    fn of(turns: &[Turn], needed: u32, t: f64) -> Passing {
        let (count, needed) = (turns.len(), needed as usize);
        if needed == 0 || needed > count {
            return Passing { all: 1.0, pivotal: vec![0.0; count] };
        }
        let alarm = |turn: &Turn| turn.base + turn.slope * t;
        // How many of those before each, and of those after it, raise an alarm: up to one less than are needed.
        let step = |before: &[f64], chance: f64| -> Vec<f64> {
            let fewer = |number: usize| if number > 0 { before[number - 1] } else { 0.0 };
            (0..needed).map(|number| before[number] * (1.0 - chance) + fewer(number) * chance).collect()
        };
        let none = || (0..needed).map(|number| if number == 0 { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
        let mut after = vec![none()];
        for turn in turns.iter().rev() {
            after.push(step(&after[after.len() - 1], alarm(turn)));
        }
        let all = after[count].iter().sum();
        let mut before = none();
        let mut pivotal = Vec::with_capacity(count);
        for (place, turn) in turns.iter().enumerate() {
            let rest = &after[count - 1 - place];
            let exactly: f64 = (0..needed).map(|number| before[number] * rest[needed - 1 - number]).sum();
            pivotal.push(turn.slope * exactly);
            before = step(&before, alarm(turn));
        }
        Passing { all, pivotal }
    }
}
