//! One job on several servers: how long until enough of its copies are done.

/// The mean and the variance of the k-th smallest of n independent exponentials of mean 1 (A. Rényi, "On the theory of order
/// statistics", 1953): the gaps between them are exponential with rates n, n − 1, …
pub fn order(n: u32, k: u32) -> (f64, f64) {
    let rates = || (n - k + 1..=n).map(f64::from);
    (rates().map(|rate| 1.0 / rate).sum(), rates().map(|rate| 1.0 / (rate * rate)).sum())
}

/// The mean time to answer where each job has d copies at d random ones of k exponential servers of rate 1, each with
/// arrivals at the rate `lambda` if copies were not counted, and the first copy done calls the others off: Σ from i = d to k of
/// 1/(k(C(k−1, d−1)/C(i−1, d−1) − λ)) (K. Gardner and others, "Redundancy-d: the power of d choices for redundancy",
/// Operations Research 65, 2017).
pub fn race(k: u32, d: u32, lambda: f64) -> f64 {
    let servers = f64::from(k);
    (d..=k).map(|i| 1.0 / (servers * (super::choose(k - 1, d - 1) / super::choose(i - 1, d - 1) - lambda))).sum()
}

/// The mean time to answer where two exponential servers of rate 1 must both serve each job: (12 − ρ)/(8(1 − ρ)) (R. Nelson
/// and A. N. Tantawi, "Approximate analysis of fork/join synchronization in parallel queues", 1988; exact for two).
pub fn fork_join(load: f64) -> f64 {
    (12.0 - load) / (8.0 * (1.0 - load))
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn copies() {
        assert_known(order(5, 5).0, 2.283_333_333_333_333);
        assert_known(order(5, 3).0, 0.783_333_333_333_333_2);
        assert_known(order(5, 3).1, 0.213_611_111_111_111_1);
        assert_known(race(2, 2, 0.8), 2.5);
        assert_known(race(3, 2, 0.7), 1.367_521_367_521_367);
        assert_known(race(4, 2, 0.7), 1.254_528_985_507_246_3);
        assert_known(race(10, 2, 0.7), 1.101_626_621_353_148);
        assert_known(fork_join(0.5), 2.875);
        assert_known(fork_join(0.8), 7.0);
    }
}
