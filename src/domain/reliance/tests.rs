//! Against the sum over all sets of adversaries, with every way to vote counted one by one, and against closed forms.

use super::*;
use crate::domain::acceptance::KINDS;

/// A plan as it is counted by hand. Parties have the numbers 0, 1, 2, …
#[derive(Clone, Default)]
struct Shape {
    name: &'static str,
    /// Of each party: how likely it is broken by itself.
    broken: Vec<f64>,
    /// Who executes, and how likely each is wrong by kind.
    executors: Vec<(usize, [f64; KINDS])>,
    agree: usize,
    adversary: usize,
    /// Ladders of looks.
    ladders: Vec<Vec<Look>>,
}

#[derive(Clone)]
struct Look {
    guard: Option<usize>,
    /// Party, η d by kind, and weight of each vote.
    votes: Vec<(Option<usize>, [f64; KINDS], u64)>,
    needed: u64,
}

impl Shape {
    /// F where these parties are adversarial and no others, one bit each.
    fn risk(&self, set: usize) -> f64 {
        let is_adverse = |party: usize| set >> party & 1 == 1;
        (0..KINDS).map(|kind| self.wrong(kind, &is_adverse) * self.passes(kind, &is_adverse)).sum()
    }

    /// A wrong answer of this kind comes of the executors: every way in which each is right or wrong.
    fn wrong(&self, kind: usize, is_adverse: &dyn Fn(usize) -> bool) -> f64 {
        let count = self.executors.len();
        let shares: Vec<f64> =
            (0..KINDS).map(|kind| self.executors.iter().map(|(_, wrong)| wrong[kind]).sum()).collect();
        let all: f64 = shares.iter().sum();
        let some_adverse = self.executors.iter().any(|(party, _)| is_adverse(*party));
        let mut sum = 0.0;
        for ways in 0..1_usize << count {
            if (ways.count_ones() as usize) < self.agree {
                continue;
            }
            let one = |(place, (party, wrong)): (usize, &(usize, [f64; KINDS]))| {
                let bad = if is_adverse(*party) { 1.0 } else { wrong.iter().sum() };
                if ways >> place & 1 == 1 { bad } else { 1.0 - bad }
            };
            let likely: f64 = self.executors.iter().enumerate().map(one).product();
            let of_kind = if some_adverse && (count > 1 || ways == 1) {
                f64::from(u8::from(kind == self.adversary))
            } else {
                shares[kind] / all
            };
            sum += if likely > 0.0 { likely * of_kind } else { 0.0 };
        }
        sum
    }

    /// It passes: every way in which vendors are whole or broken, and in which each vote approves or not.
    fn passes(&self, kind: usize, is_adverse: &dyn Fn(usize) -> bool) -> f64 {
        let mut sum = 0.0;
        for broken in 0..1_usize << self.broken.len() {
            let vendor = |(party, chance): (usize, &f64)| {
                let chance = if is_adverse(party) { 1.0 } else { *chance };
                if broken >> party & 1 == 1 { chance } else { 1.0 - chance }
            };
            let likely: f64 = self.broken.iter().enumerate().map(vendor).product();
            if likely == 0.0 {
                continue;
            }
            let passes: f64 = self
                .ladders
                .iter()
                .map(|ladder| {
                    let refuses = |look: &Look| match look.guard.is_some_and(|guard| broken >> guard & 1 == 1) {
                        true => 0.0,
                        false => 1.0 - look.approve(kind, is_adverse),
                    };
                    1.0 - ladder.iter().map(refuses).product::<f64>()
                })
                .product();
            sum += likely * passes;
        }
        sum
    }

    /// φ by the formula of Shapley: the mean over the sizes of sets of what a party adds to those without it.
    fn shapley(&self) -> Vec<f64> {
        let n = self.broken.len();
        let risks: Vec<f64> = (0..1 << n).map(|set| self.risk(set)).collect();
        let choose = |k: usize| (0..k).fold(1.0, |ways, i| ways * (n - 1 - i) as f64 / (i + 1) as f64);
        let party = |party: usize| {
            let without = (0..1_usize << n).filter(|set| set >> party & 1 == 0);
            let adds = |set: usize| risks[set | 1 << party] - risks[set];
            without.map(|set| adds(set) / (n as f64 * choose(set.count_ones() as usize))).sum()
        };
        (0..n).map(party).collect()
    }

    fn plan(&self) -> Assigned {
        let mut plan = Assigned::default();
        plan.clear();
        self.broken.iter().for_each(|broken| _ = plan.party(*broken));
        (plan.agree, plan.adversary) = (self.agree as u32, self.adversary);
        self.executors.iter().for_each(|(party, wrong)| plan.execute(*party, *wrong));
        for (number, ladder) in self.ladders.iter().enumerate() {
            for look in ladder {
                for (party, alarm, weight) in &look.votes {
                    plan.vote(*party, alarm.map(|alarm| 1.0 - alarm), *weight);
                }
                plan.look(number, look.guard, look.needed);
            }
        }
        plan.seal();
        plan
    }
}

impl Look {
    /// Enough approve. The votes of a party that is adversarial all do.
    fn approve(&self, kind: usize, is_adverse: &dyn Fn(usize) -> bool) -> f64 {
        let mut sum = 0.0;
        for ways in 0..1_usize << self.votes.len() {
            let approving = self.votes.iter().enumerate().filter(|(place, _)| ways >> place & 1 == 1);
            if approving.map(|(_, vote)| vote.2).sum::<u64>() >= self.needed {
                let one = |(place, (party, alarm, _)): (usize, &(Option<usize>, [f64; KINDS], u64))| {
                    let alarm = if party.is_some_and(is_adverse) { 0.0 } else { alarm[kind] };
                    if ways >> place & 1 == 1 { 1.0 - alarm } else { alarm }
                };
                sum += self.votes.iter().enumerate().map(one).product::<f64>();
            }
        }
        sum
    }
}

/// One executor, wrong with 0.07 of two kinds.
const WRONG: [f64; KINDS] = [0.05, 0.0, 0.0, 0.02, 0.0];

/// Votes of these parties with these weights; each sees the kinds a little differently.
fn votes(of: &[(usize, u64)]) -> Vec<(Option<usize>, [f64; KINDS], u64)> {
    let vote = |(place, (party, weight)): (usize, &(usize, u64))| {
        let care = 0.95 - 0.13 * place as f64;
        (Some(*party), [care, 0.9 * care, 0.8 * care, 0.4 * care, 0.0], *weight)
    };
    of.iter().enumerate().map(vote).collect()
}

fn look(of: &[usize], needed: u64) -> Look {
    let even: Vec<(usize, u64)> = of.iter().map(|party| (*party, 1)).collect();
    Look { guard: None, votes: votes(&even), needed }
}

/// One executor of so many parties, whose answer passes these ladders of looks.
fn shape(name: &'static str, parties: usize, ladders: Vec<Vec<Look>>) -> Shape {
    Shape { name, broken: vec![0.0; parties], executors: vec![(0, WRONG)], agree: 1, adversary: 3, ladders }
}

/// Every shape of plan, of up to six parties.
fn shapes() -> Vec<Shape> {
    let guarded = |guard, look: Look| Look { guard: Some(guard), ..look };
    let vendor = |mut shape: Shape, party: usize, broken: f64| {
        shape.broken[party] = broken;
        shape
    };
    let copies = |count: usize, agree: usize, mut shape: Shape| {
        shape.executors = (0..count).map(|party| (party, WRONG.map(|share| share * (1.0 + party as f64)))).collect();
        shape.agree = agree;
        shape
    };
    let nobody = Look { guard: None, votes: vec![(None, [0.8, 0.7, 0.6, 0.5, 0.4], 1)], needed: 1 };
    let stakes = Look { guard: None, votes: votes(&[(1, 40), (2, 25), (3, 20), (4, 10), (5, 5)]), needed: 67 };
    let seats = Look { guard: None, votes: votes(&[(1, 1), (2, 1), (1, 1), (3, 1), (1, 1)]), needed: 3 };
    vec![
        shape("no check", 1, vec![]),
        shape("one checker", 2, vec![vec![look(&[1], 1)]]),
        shape("any alarm", 6, vec![vec![look(&[1, 2, 3, 4, 5], 5)]]),
        shape("majority", 6, vec![vec![look(&[1, 2, 3, 4, 5], 3)]]),
        shape("one of three", 4, vec![vec![look(&[1, 2, 3], 1)]]),
        shape("four of five", 6, vec![vec![look(&[1, 2, 3, 4, 5], 4)]]),
        shape("two thirds of the stake", 6, vec![vec![stakes]]),
        shape("seats", 4, vec![vec![seats]]),
        shape("several checks", 6, vec![vec![look(&[1, 2, 3], 2)], vec![look(&[4, 5], 2)], vec![nobody.clone()]]),
        shape("a ladder", 6, vec![vec![look(&[1], 1), look(&[2, 3, 4], 2)], vec![look(&[5], 1)]]),
        vendor(shape("a vendor", 2, vec![vec![guarded(1, nobody.clone())]]), 1, 0.03),
        vendor(
            shape(
                "a shared vendor",
                5,
                vec![vec![guarded(4, look(&[1, 2], 2))], vec![guarded(4, nobody.clone())], vec![look(&[3], 1)]],
            ),
            4,
            0.1,
        ),
        shape("in two checks", 5, vec![vec![look(&[1, 2, 3], 2)], vec![look(&[3, 2, 4], 3)]]),
        shape("in two roles", 4, vec![vec![look(&[0, 1, 2], 2)], vec![look(&[3], 1)]]),
        vendor(shape("a vendor that executes", 3, vec![vec![guarded(0, look(&[1, 2], 1))]]), 0, 0.0),
        copies(3, 2, shape("two of three copies", 3, vec![])),
        copies(3, 3, shape("three copies and a check", 5, vec![vec![look(&[3, 4], 2)]])),
        copies(2, 2, shape("a copy that checks", 4, vec![vec![look(&[0, 2, 3], 2)]])),
    ]
}

/// φ, ρ, proof and open risk of every shape, one set of adversaries after the other.
#[test]
fn every_shape_is_that_of_all_sets_of_adversaries() {
    let mut accountant = Accountant::default();
    for shape in shapes() {
        let (plan, n) = (shape.plan(), shape.broken.len());
        let account = accountant.settle(&plan);
        let name = shape.name;
        let close = |found: f64, known: f64, what: &str| {
            assert!((found - known).abs() < 1e-13, "{name}, {what}: {found} and not {known}");
        };
        close(account.open_risk, shape.risk(0), "open risk");
        close(account.proof, 1.0 - shape.risk((1 << n) - 1), "proof");
        close(account.proof + account.trust + account.open_risk, 1.0, "the whole");
        for (party, known) in shape.shapley().into_iter().enumerate() {
            close(accountant.reliance[party], known, "reliance");
            close(accountant.lone[party], shape.risk(1 << party) - shape.risk(0), "lone power");
        }
    }
}

/// A veto is the power to stop every answer alone: each checker where one alarm is enough, none in a majority.
#[test]
fn vetoes_by_hand() {
    let found: Vec<(&str, usize)> = shapes().iter().map(|shape| (shape.name, shape.plan().vetoes())).collect();
    let of = |name: &str| found.iter().find(|(other, _)| *other == name).expect("a shape").1;
    let known = [
        ("no check", 0),
        ("one checker", 1),
        ("any alarm", 5),
        ("majority", 0),
        ("two thirds of the stake", 1),
        ("seats", 1),
        ("several checks", 2),
        ("a ladder", 1),
        ("a vendor", 0),
        ("in two checks", 3),
        ("in two roles", 1),
        ("two of three copies", 0),
    ];
    known.iter().for_each(|(name, vetoes)| assert_eq!(of(name), *vetoes, "{name}"));
}

/// Committees of 5, 31, 128 and more against the closed form; above 64 parties the quadrature is close, and the sum exact.
#[test]
fn committees_alike_have_a_closed_form() {
    let mut accountant = Accountant::default();
    for (checkers, slack) in [(1_u32, 1e-14), (5, 1e-13), (31, 1e-12), (63, 1e-12), (128, 1e-5), (600, 1e-5)] {
        for needed in [1, checkers.div_ceil(2), (2 * checkers).div_ceil(3), checkers] {
            for (wrong, alarm) in [(0.08, 0.9), (0.3, 0.35), (0.01, 1.0)] {
                let mut plan = Assigned::default();
                plan.clear();
                let executor = plan.party(0.0);
                plan.execute(executor, [wrong, 0.0, 0.0, 0.0, 0.0]);
                for _ in 0..checkers {
                    let party = plan.party(0.0);
                    plan.vote(Some(party), [1.0 - alarm; KINDS], 1);
                }
                plan.look(0, None, needed.into());
                plan.seal();
                let account = accountant.settle(&plan);
                let (of_executor, of_checker) = alike(wrong, 1.0 - alarm, checkers, needed);
                let near = |found: f64, known: f64| {
                    assert!((found - known).abs() <= slack, "{needed} of {checkers}, {wrong}: {found} and not {known}");
                };
                near(accountant.reliance[0], of_executor);
                accountant.reliance[1..].iter().for_each(|found| near(*found, of_checker));
                let sum: f64 = accountant.reliance.iter().sum();
                assert!((sum - account.trust).abs() < 1e-12, "{needed} of {checkers}: the whole is trust");
            }
        }
    }
}

// worked example: an executor right with τ and one checker that is careful with η and sees d. With u = 1 − ηd, F = (x + (1 − x)(1 − τ))
// (x + (1 − x) u), so φ₀ = τ(1 + u)/2 and φ₁ = (1 − u)(2 − τ)/2.
#[test]
fn one_executor_and_one_checker() {
    let (trust, passes) = (0.9, 1.0 - 0.8 * 0.95);
    let (executor, checker) = alike(1.0 - trust, passes, 1, 1);
    assert!((executor - trust * (1.0 + passes) / 2.0).abs() < 1e-15, "{executor}");
    assert!((checker - (1.0 - passes) * (2.0 - trust) / 2.0).abs() < 1e-15, "{checker}");
    assert_eq!(alike(0.1, 0.3, 0, 0), (0.9, 0.0));
    assert_eq!(alike(0.1, 1.0, 3, 2), (0.9, 0.0), "checkers that see nothing bear nothing");
}

/// Two committees of nine of which all members are the same: eight are summed over their states, one counts twice. Both ends are exact, and
/// trust is conserved.
#[test]
fn more_shared_parties_than_are_summed() {
    let all: Vec<usize> = (1..=9).collect();
    let shape = shape("two committees", 10, vec![vec![look(&all[..5], 3), look(&all[5..], 2)], vec![look(&all, 5)]]);
    let (mut accountant, plan) = (Accountant::default(), shape.plan());
    let account = accountant.settle(&plan);
    assert!((account.open_risk - shape.risk(0)).abs() < 1e-13);
    assert!((account.proof - 1.0 + shape.risk((1 << 10) - 1)).abs() < 1e-13);
    for (found, known) in accountant.reliance.iter().zip(shape.shapley()) {
        assert!((found - known).abs() < 0.01, "{found} and not {known}");
    }
}

// worked example
#[test]
fn effective_holders_and_misplaced_trust() {
    assert_eq!(holders(&[0.2, 0.0, 0.2]), Some((2.0, 0.5)));
    assert_eq!((holders(&[]), holders(&[0.0, -1e-18])), (None, None));
    let (count, largest) = holders(&[3.0, 1.0]).unwrap();
    assert!((count - 1.754_765_350_603_323_4).abs() < 1e-14 && largest == 0.75, "{count}");
    assert_eq!(misplaced(&[1.0, 1.0], &[3.0, 1.0]), Some(0.25));
    assert_eq!(misplaced(&[1.0, 0.0], &[0.0, 0.5]), Some(1.0));
    assert_eq!(misplaced(&[0.0], &[1.0]), None);
}
