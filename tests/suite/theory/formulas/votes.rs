//! Who is outvoted, and how often.

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
        // Of 4 with 2 marked, 2 are drawn: both in one of six pairs, at least one in five.
        assert_known(drawn(4, 2, 2, 2), 1.0 / 6.0);
        assert_known(drawn(4, 2, 2, 1), 5.0 / 6.0);
        // Weights 2, 2 and 1: 4/5 · 2/3.
        assert_known(both_by_weight((2, 2.0), (1, 1.0)), 8.0 / 15.0);
    }
}
