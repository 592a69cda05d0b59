//! Who is outvoted, and how often.

use reliance::maths::{exp, exp_m1};

use super::{choose, power};

/// P(k or more of n), each with probability p by itself; with n = 2k − 1 the error of m-first voting (L. Sarmenta,
/// "Sabotage-tolerance mechanisms for volunteer computing systems", 2001) and Condorcet's majority (1785).
pub fn at_least(n: u32, k: u32, p: f64) -> f64 {
    (k..=n).map(|j| choose(n, j) * power(p, j) * power(1.0 - p, n - j)).sum()
}

/// P(k or more of n drawn without replacement from `all`, of which `marked` are marked, are marked): the hypergeometric tail.
pub fn drawn(all: u32, marked: u32, n: u32, k: u32) -> f64 {
    (k..=n).map(|j| choose(marked, j) * choose(all - marked, n - j)).sum::<f64>() / choose(all, n)
}

/// P(both of two drawn, one after the other and by weight, are marked), where `marked` of a weight each and `others` of another
/// are there.
pub fn both_by_weight(marked: (u32, f64), others: (u32, f64)) -> f64 {
    let total = f64::from(marked.0) * marked.1 + f64::from(others.0) * others.1;
    let first = f64::from(marked.0) * marked.1 / total;
    first * f64::from(marked.0 - 1) * marked.1 / (total - marked.1)
}

/// P(a tampered answer is accepted) where each party looks by itself with its probability, those of the ring (`true`) approve and the others
/// raise an alarm: by more approvals than alarms, or because nobody looks.
pub fn majority_of_lookers(parties: &[(f64, bool)]) -> f64 {
    let sets = 0..1u32 << parties.len();
    let chances = sets.map(|set| {
        let (mut chance, mut approvals) = (1.0, 0i32);
        for (place, (looks, ring)) in parties.iter().enumerate() {
            match set >> place & 1 == 1 {
                true => (chance, approvals) = (chance * looks, approvals + if *ring { 1 } else { -1 }),
                false => chance *= 1.0 - looks,
            }
        }
        if set == 0 || approvals > 0 { chance } else { 0.0 }
    });
    chances.sum()
}

/// The probability that a majority of `n` is decided by the `m`-th vote, where each approves with probability p by itself: the last of
/// them completes the majority of its kind.
fn decided_by(n: u32, m: u32, p: f64) -> f64 {
    let q = n / 2 + 1;
    let completes = |p: f64| match m >= q {
        true => choose(m - 1, q - 1) * power(p, q) * power(1.0 - p, m - q),
        false => 0.0,
    };
    completes(p) + completes(1.0 - p)
}

/// The mean number of votes until a majority of `n` (odd) is decided.
pub fn votes_until(n: u32, p: f64) -> f64 {
    (1..=n).map(|m| f64::from(m) * decided_by(n, m, p)).sum()
}

/// The mean number of looks paid, where looks take exponential times and one that is called off is paid the share done. At the m-th
/// vote the time is T, the m-th order statistic of n exponentials, with density n C(n − 1, m − 1) (1 − e⁻ᵗ)ᵐ⁻¹ e⁻⁽ⁿ⁻ᵐ⁺¹⁾ᵗ; a look under way
/// then has an exponential time R left, and T/(T + R) of it is done. By Simpson's rule in both.
pub fn looks_paid(n: u32, p: f64) -> f64 {
    (1..=n).map(|m| decided_by(n, m, p) * (f64::from(m) + f64::from(n - m) * share_done(n, m))).sum()
}

fn share_done(n: u32, m: u32) -> f64 {
    let density = |t: f64| {
        let ended = -exp_m1(-t);
        f64::from(n) * choose(n - 1, m - 1) * power(ended, m - 1) * exp(-f64::from(n - m + 1) * t)
    };
    simpson(0.0, 40.0, 4_000, |t| density(t) * simpson(0.0, 40.0, 4_000, |r| t / (t + r).max(1e-300) * exp(-r)))
}

fn simpson(from: f64, to: f64, steps: u32, of: impl Fn(f64) -> f64) -> f64 {
    let step = (to - from) / f64::from(steps);
    let weight = |i: u32| {
        if i == 0 || i == steps {
            1.0
        } else if i % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    (0..=steps).map(|i| weight(i) * of(from + step * f64::from(i))).sum::<f64>() * step / 3.0
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn tails() {
        assert_known(at_least(3, 2, 0.1), 0.028);
        assert_known(at_least(5, 3, 0.1), 0.008_56);
        assert_known(at_least(7, 4, 0.2), 0.033_344);
        assert_known(at_least(3, 2, 0.6), 0.648);
        assert_known(at_least(11, 6, 0.6), 0.753_498_132_479_999_9);
        assert_known(at_least(10, 7, 0.95), 0.998_971_502_062_109_4);
        assert_known(at_least(64, 33, 0.30), 0.000_250_431_893_608_672_4);
        assert_known(at_least(64, 33, 0.45), 0.176_165_769_575_070_5);
        // Of 4 with 2 marked, 2 are drawn: both in one of six pairs, at least one in five.
        assert_known(drawn(4, 2, 2, 2), 1.0 / 6.0);
        assert_known(drawn(4, 2, 2, 1), 5.0 / 6.0);
        // Three votes at p = 1/2: decided by two with probability one half.
        assert_known(votes_until(3, 0.5), 2.5);
        // Of two exponential looks, T/(T + R) with T of rate 2 and R of rate 1 has the mean 2 ln 2 − 1.
        assert!((share_done(2, 1) - 0.386_294).abs() < 1e-4, "{}", share_done(2, 1));
        // Nobody looks, or the one of the ring alone.
        assert_known(majority_of_lookers(&[(0.5, true), (0.25, false)]), 0.375 + 0.375);
        // Weights 2, 2 and 1: 4/5 · 2/3.
        assert_known(both_by_weight((2, 2.0), (1, 1.0)), 8.0 / 15.0);
    }
}
