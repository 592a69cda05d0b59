//! Standing: tests of a node that are repeated at each of its answers, and what remains of the work of those that are found out. Laws
//! of what a node has gone through are carried on from one answer to the next, without a draw.

use reliance::maths::ln;

use super::power;

/// The probability that a node that fails each check with probability `p` is told by the test at some of its first `looks` checks: with k
/// failures in n ≥ `least` checks, (k − n `p0`)/√(n `p0` (1 − `p0`)) is above `z`. The binomial law of k among the paths not yet told.
pub fn told_by_z(p: f64, (p0, z, least): (f64, f64, u32), looks: u32) -> f64 {
    let mut paths = vec![1.0];
    for n in 1..=looks {
        let mut next = vec![0.0; paths.len() + 1];
        for (k, share) in paths.iter().enumerate() {
            next[k] += share * (1.0 - p);
            next[k + 1] += share * p;
        }
        let told = |k: usize| (k as f64 - f64::from(n) * p0) > z * (f64::from(n) * p0 * (1.0 - p0)).sqrt();
        next.iter_mut().enumerate().filter(|(k, _)| n >= least && told(*k)).for_each(|(_, share)| *share = 0.0);
        paths = next;
    }
    1.0 - paths.iter().sum::<f64>()
}

/// The probability that a run of `run` failures of probability `p` each is among the first `looks` checks (W. Feller, *An Introduction
/// to Probability Theory and Its Applications*, volume 1, 1968, XIII.7): by the length of the run under way.
pub fn run_within(p: f64, run: usize, looks: u32) -> f64 {
    let mut lengths = vec![0.0; run];
    lengths[0] = 1.0;
    for _ in 0..looks {
        let alive: f64 = lengths.iter().sum();
        let longer = lengths[..run - 1].iter().map(|share| share * p);
        lengths = std::iter::once(alive * (1.0 - p)).chain(longer).collect();
    }
    1.0 - lengths.iter().sum::<f64>()
}

/// Wald's test of p₁ against p₀ (A. Wald, 1945) at a node that fails with probability `p`, its sums carried exactly and not by Wald's
/// approximations: the probability that one test tells it, and how many checks a test takes on the average.
pub fn sequential(p: f64, [p0, p1]: [f64; 2], [alpha, beta]: [f64; 2]) -> (f64, f64) {
    let (failure, pass) = (ln(p1 / p0), ln((1.0 - p1) / (1.0 - p0)));
    let (high, low) = (ln((1.0 - beta) / alpha), ln(beta / (1.0 - alpha)));
    let (mut told, mut checks, mut paths) = (0.0, 0.0, vec![1.0]);
    // Beyond this nothing is left of them that could be seen.
    for n in 1..=20_000 {
        let mut next = vec![0.0; paths.len() + 1];
        for (k, share) in paths.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            for (k, share) in [(k, share * (1.0 - p)), (k + 1, share * p)] {
                let sum = k as f64 * failure + (n - k) as f64 * pass;
                match () {
                    () if sum >= high => (told, checks) = (told + share, checks + share * n as f64),
                    () if sum <= low => checks += share * n as f64,
                    () => next[k] += share,
                }
            }
        }
        next.truncate(next.iter().rposition(|share| *share > 0.0).map_or(0, |last| last + 1));
        if next.is_empty() {
            break;
        }
        paths = next;
    }
    (told, checks)
}

/// Of the first `jobs` answers of a host that errs with probability `e`: the share that is replicated, and that of wrong answers accepted.
/// With v valid replicas in a row each is replicated while v < `trusted`, and else one in v (BOINC's adaptive replication; D. Anderson,
/// 2020); a wrong answer that is replicated is found out, and v is 0.
pub fn adaptive(e: f64, trusted: usize, jobs: usize) -> (f64, f64) {
    let mut runs = vec![0.0; jobs + 1];
    runs[0] = 1.0;
    let mut replicated = 0.0;
    for _ in 0..jobs {
        let mut next = vec![0.0; jobs + 1];
        for (v, share) in runs.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let looked = share * if v < trusted { 1.0 } else { 1.0 / v as f64 };
            replicated += looked;
            next[v] += share - looked;
            next[0] += looked * e;
            if v < jobs {
                next[v + 1] += looked * (1.0 - e);
            }
        }
        runs = next;
    }
    let replicated = replicated / jobs as f64;
    (replicated, e * (1.0 - replicated))
}

/// Spot checks of a share q of all answers, of which a share f is by saboteurs that give each wrong with probability s, n answers each. Who is
/// found out is asked no more, and all that he answered is revoked.
pub struct SpotChecks {
    /// f.
    pub saboteurs: f64,
    /// s.
    pub wrong: f64,
    /// q.
    pub checked: f64,
    /// n.
    pub answers: u32,
}

impl SpotChecks {
    /// The probability that a saboteur is never found out, (1 − qs)ⁿ.
    pub fn never(&self) -> f64 {
        power(1.0 - self.checked * self.wrong, self.answers)
    }

    /// ε: the share of wrong answers among those that stand at last. L. Sarmenta (2001) checks by jobs of their own and has
    /// s f (1 − qs)ⁿ/((1 − f) + f (1 − qs)ⁿ); where the answers themselves are looked at, a wrong one that stands was not, so that the
    /// share s of the saboteurs' becomes s(1 − q)/(1 − qs).
    pub fn error_rate(&self) -> f64 {
        let stands = self.wrong * (1.0 - self.checked) / (1.0 - self.checked * self.wrong);
        stands * self.sarmenta() / self.wrong
    }

    /// The same where checks are jobs of their own.
    fn sarmenta(&self) -> f64 {
        self.wrong * self.saboteurs * self.never() / (1.0 - self.saboteurs + self.saboteurs * self.never())
    }

    /// How many right answers of a saboteur are revoked on the average: with the k-th answer found wrong, those of the k − 1 before
    /// it, each right with probability (1 − s)/(1 − qs).
    pub fn right_revoked(&self) -> f64 {
        let found = self.checked * self.wrong;
        let right = (1.0 - self.wrong) / (1.0 - found);
        (1..=self.answers).map(|k| power(1.0 - found, k - 1) * found * f64::from(k - 1) * right).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn tests_that_are_repeated() {
        // Of 100 checks at 0.05, more than 7 failures are above one standard deviation; at one look alone 12.8 % are told.
        let once = told_by_z(0.05, (0.05, 1.0, 100), 100);
        assert_known(once, 0.127_960_478_620_378_4);
        assert_known(told_by_z(0.05, (0.05, 1.0, 10), 10), 0.086_138_355_899_316_73);
        // Three heads in a row among four tosses: 3 of 16.
        assert_known(run_within(0.5, 3, 4), 3.0 / 16.0);
        assert_known(run_within(0.25, 1, 2), 1.0 - 0.5625);
    }

    /// Wald's own figures for (0.01, 0.05) and errors of 0.05 are 107.13 and 64.18 checks; the sums overshoot.
    #[test]
    fn the_sequential_test() {
        let (told, checks) = sequential(0.05, [0.01, 0.05], [0.05; 2]);
        assert!((0.95..0.96).contains(&told) && (64.18..80.0).contains(&checks), "{told} {checks}");
        let (told, checks) = sequential(0.01, [0.01, 0.05], [0.05; 2]);
        assert!((0.02..0.05).contains(&told) && (107.13..115.0).contains(&checks), "{told} {checks}");
    }

    // worked example
    #[test]
    fn replication_that_adapts() {
        assert_known(adaptive(0.0, 10, 100).0, 0.168_133_247_866_160_1);
        assert_known(adaptive(0.0, 10, 1000).0, 0.045_839_193_766_101_16);
        assert_known(adaptive(0.1, 10, 10).1, 0.0);
    }

    // worked example
    #[test]
    fn spot_checks() {
        let of = |wrong: f64| SpotChecks { saboteurs: 0.2, wrong, checked: 0.1, answers: 200 };
        assert!((of(1.0).sarmenta() - 1.763_77e-10).abs() < 1e-15);
        assert!((of(0.05).sarmenta() - 0.004_201_527_0).abs() < 1e-10);
        // Two answers, half of them wrong, half looked at: the first is found wrong with 1/4, and then none was before it; the second with
        // 3/4 · 1/4, and the first was right with (1/2)/(3/4).
        let two = SpotChecks { saboteurs: 0.5, wrong: 0.5, checked: 0.5, answers: 2 };
        assert_known(two.right_revoked(), 0.75 * 0.25 * 2.0 / 3.0);
        assert_known(two.error_rate(), (1.0 / 3.0) * 0.5625 / 1.5625);
    }
}
