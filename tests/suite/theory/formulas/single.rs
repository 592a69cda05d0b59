//! One server with Poisson arrivals and any law of service, or any renewal arrivals and exponential service.
//!
//! F. Pollaczek and A. Khinchine for the mean wait, L. Takács (1962) for its variance; L. Kleinrock, "Queueing Systems",
//! volumes 1 (G/M/1) and 2 (processor sharing, priorities after A. Cobham 1954).

use reliance::maths;

/// The first three moments of a law.
#[derive(Clone, Copy)]
pub struct Moments {
    pub first: f64,
    pub second: f64,
    pub third: f64,
}

impl Moments {
    pub fn constant(value: f64) -> Moments {
        Moments { first: value, second: value * value, third: value * value * value }
    }

    pub fn exponential(mean: f64) -> Moments {
        Moments { first: mean, second: 2.0 * mean * mean, third: 6.0 * mean * mean * mean }
    }

    /// The sum of `stages` exponentials: E Sᵏ = θᵏ n(n+1)…(n+k−1) with θ = mean/n.
    pub fn erlang(mean: f64, stages: u32) -> Moments {
        let (n, part) = (f64::from(stages), mean / f64::from(stages));
        let second = part * part * n * (n + 1.0);
        Moments { first: mean, second, third: second * part * (n + 2.0) }
    }

    /// Two exponentials with balanced means (W. Whitt, 1982) and squared coefficient of variation `scv` ≥ 1.
    pub fn hyperexponential(mean: f64, scv: f64) -> Moments {
        let [(p, a), (q, b)] = balanced(mean, scv);
        let moment = |factor: f64, power: u32| factor * (p * super::power(a, power) + q * super::power(b, power));
        Moments { first: mean, second: moment(2.0, 2), third: moment(6.0, 3) }
    }

    /// E Sᵏ = mᵏ (1 + scv)^(k(k−1)/2).
    pub fn lognormal(mean: f64, scv: f64) -> Moments {
        let spread = 1.0 + scv;
        Moments { first: mean, second: mean * mean * spread, third: super::power(mean * spread, 3) }
    }
}

/// The shares and means of the two branches of a hyperexponential with balanced means.
pub fn balanced(mean: f64, scv: f64) -> [(f64, f64); 2] {
    let first = 0.5 * (1.0 + ((scv - 1.0) / (scv + 1.0)).sqrt());
    [first, 1.0 - first].map(|share| (share, mean / (2.0 * share)))
}

/// M/G/1: E Wq = λE S²/2(1−ρ).
pub fn wait(lambda: f64, service: Moments) -> f64 {
    lambda * service.second / (2.0 * (1.0 - lambda * service.first))
}

/// M/G/1: Var Wq = (E Wq)² + λE S³/3(1−ρ).
pub fn wait_variance(lambda: f64, service: Moments) -> f64 {
    let mean = wait(lambda, service);
    mean * mean + lambda * service.third / (3.0 * (1.0 - lambda * service.first))
}

/// G/M/1: the root σ < 1 of σ = A*(μ(1−σ)), A* the transform of the gaps. It is P(a job waits), and E T = 1/μ(1−σ).
pub fn busy_on_arrival(mu: f64, transform: impl Fn(f64) -> f64) -> f64 {
    // The map is increasing and convex with the roots σ and 1, so from 0 it climbs to σ.
    let mut sigma = 0.0;
    loop {
        let next = transform(mu * (1.0 - sigma));
        if next <= sigma {
            return sigma;
        }
        sigma = next;
    }
}

/// D/M/1: the root for gaps that are all `gap`.
pub fn busy_on_regular_arrival(mu: f64, gap: f64) -> f64 {
    busy_on_arrival(mu, |s| maths::exp(-s * gap))
}

/// M^X/M/1 with `together` jobs at each instant: E N = ρ(1+b)/2(1−ρ) at the load ρ.
pub fn jobs_of_bulk_arrivals(load: f64, together: u32) -> f64 {
    load * (1.0 + f64::from(together)) / (2.0 * (1.0 - load))
}

/// M/G/1 with processor sharing: E\[T | work x\] = x/(1−ρ), whatever the law of work.
pub fn shared_sojourn(load: f64, work: f64) -> f64 {
    work / (1.0 - load)
}

/// A class of a priority queue: its rate of arrivals and its law of service.
pub type Class = (f64, Moments);

/// M/G/1 with priorities, nobody put aside: E Wq of class k (the first goes first) is R/(1−σₖ₋₁)(1−σₖ), R = Σλᵢ E Sᵢ²/2.
pub fn priority_wait(classes: &[Class], k: usize) -> f64 {
    let rest: f64 = classes.iter().map(|(lambda, service)| lambda * service.second / 2.0).sum();
    rest / ((1.0 - load(&classes[..k])) * (1.0 - load(&classes[..=k])))
}

/// M/G/1 with priorities that put the one in service aside, who goes on later: E T of class k is
/// (E Sₖ(1−σₖ) + Σᵢ≤ₖ λᵢ E Sᵢ²/2)/(1−σₖ₋₁)(1−σₖ).
pub fn preemptive_sojourn(classes: &[Class], k: usize) -> f64 {
    let up_to = load(&classes[..=k]);
    let rest: f64 = classes[..=k].iter().map(|(lambda, service)| lambda * service.second / 2.0).sum();
    (classes[k].1.first * (1.0 - up_to) + rest) / ((1.0 - load(&classes[..k])) * (1.0 - up_to))
}

/// Kleinrock's conservation law: Σρᵢ E Wqᵢ = ρR/(1−ρ) for every order of service that neither looks at work nor wastes any.
pub fn conserved_wait(classes: &[Class]) -> f64 {
    let rest: f64 = classes.iter().map(|(lambda, service)| lambda * service.second / 2.0).sum();
    load(classes) * rest / (1.0 - load(classes))
}

fn load(classes: &[Class]) -> f64 {
    classes.iter().map(|(lambda, service)| lambda * service.first).sum()
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn waits_at_seven_tenths() {
        for (service, mean, variance) in [
            (Moments::constant(1.0), 1.166_666_666_666_666_5, 2.138_888_888_888_888_4),
            (Moments::exponential(1.0), 2.333_333_333_333_333, 10.111_111_111_111_107),
            (Moments::lognormal(1.0, 2.0), 3.499_999_999_999_999_6, 33.249_999_999_999_986),
        ] {
            assert_known(wait(0.7, service), mean);
            assert_known(wait_variance(0.7, service), variance);
        }
        // Kingman's form is exact for Poisson arrivals.
        assert_known(wait(0.8, Moments::hyperexponential(1.0, 4.0)), 10.0);
    }

    // worked example: one stage is an exponential, and so is a hyperexponential without spread.
    #[test]
    fn laws_meet_where_they_are_equal() {
        let exponential = Moments::exponential(2.0);
        for same in [Moments::erlang(2.0, 1), Moments::hyperexponential(2.0, 1.0)] {
            assert_known(same.second, exponential.second);
            assert_known(same.third, exponential.third);
        }
        assert_known(Moments::erlang(1.0, 4).second, 1.25);
        assert_known(Moments::hyperexponential(1.0, 4.0).second, 5.0);
    }

    // worked example
    #[test]
    fn regular_and_bulk_arrivals() {
        let sigma = busy_on_regular_arrival(1.0, 1.25);
        assert_known(sigma, 0.628_629_796_496_967_6);
        assert_known(1.0 / (1.0 - sigma), 2.692_730_839_920_049);
        assert_known(busy_on_arrival(1.0, |s| 0.6 / (0.6 + s)), 0.6);
        assert_known(jobs_of_bulk_arrivals(0.8, 4), 10.0);
        assert_known(shared_sojourn(0.7, 2.0), 6.666_666_666_666_666);
    }

    // worked example
    #[test]
    fn two_classes() {
        let classes = [(0.3, Moments::exponential(1.0)), (0.4, Moments::exponential(1.0))];
        assert_known(priority_wait(&classes, 0), 1.0);
        assert_known(priority_wait(&classes, 1), 3.333_333_333_333_332_6);
        assert_known(conserved_wait(&classes), 1.633_333_333_333_333);
        // The first class does not feel the second; with equal exponential service the jobs in all are those of M/M/1.
        assert_known(preemptive_sojourn(&classes, 0), 1.0 / 0.7);
        let jobs = 0.3 * preemptive_sojourn(&classes, 0) + 0.4 * preemptive_sojourn(&classes, 1);
        assert_known(jobs, 0.7 / 0.3);
    }
}
