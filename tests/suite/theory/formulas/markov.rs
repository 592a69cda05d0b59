//! Queues that are birth and death processes: M/M/1, M/M/1/K, the formulas of Erlang, and waiting with impatience.
//!
//! L. Kleinrock, "Queueing Systems", volume 1 (1975), chapter 3; A. K. Erlang's B and C formulas (1917) by the stable
//! recursion B(0) = 1, B(n) = aB(n−1)/(n + aB(n−1)); C. Palm, "Research on telephone traffic carried by full availability
//! groups" (1957), for waiting with exponential patience.

use reliance::maths;

use super::power;

/// M/M/1 with first come, first served.
#[derive(Clone, Copy)]
pub struct Single {
    /// The rate of arrivals.
    pub lambda: f64,
    /// The rate of service.
    pub mu: f64,
}

impl Single {
    pub fn load(self) -> f64 {
        self.lambda / self.mu
    }

    /// E N = ρ/(1−ρ).
    pub fn jobs(self) -> f64 {
        self.load() / (1.0 - self.load())
    }

    /// E Nq = ρ²/(1−ρ).
    pub fn waiting(self) -> f64 {
        self.load() * self.jobs()
    }

    /// E T = 1/(μ−λ); T is exponential.
    pub fn sojourn(self) -> f64 {
        1.0 / (self.mu - self.lambda)
    }

    /// E Wq = ρ/(μ−λ).
    pub fn wait(self) -> f64 {
        self.load() * self.sojourn()
    }

    /// Var N = ρ/(1−ρ)².
    pub fn jobs_variance(self) -> f64 {
        self.jobs() / (1.0 - self.load())
    }

    /// Var Wq = ρ(2−ρ)/(μ−λ)²: no wait with probability 1−ρ, otherwise one like T.
    pub fn wait_variance(self) -> f64 {
        self.load() * (2.0 - self.load()) * self.sojourn() * self.sojourn()
    }

    /// P(N ≥ n) = ρⁿ.
    pub fn at_least(self, n: u32) -> f64 {
        power(self.load(), n)
    }

    /// The p-quantile of T, −ln(1−p)/(μ−λ).
    pub fn sojourn_quantile(self, p: f64) -> f64 {
        -maths::ln(1.0 - p) * self.sojourn()
    }
}

/// The stationary law of a birth and death process on 0, 1, …, `top`.
pub fn birth_and_death(top: usize, birth: impl Fn(usize) -> f64, death: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut weights = vec![1.0];
    for n in 1..=top {
        weights.push(weights[n - 1] * birth(n - 1) / death(n));
    }
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

/// The mean of a law on 0, 1, 2, …
pub fn mean(shares: &[f64]) -> f64 {
    shares.iter().enumerate().map(|(n, share)| n as f64 * share).sum()
}

/// The probability of loss of M/G/c/c at `offered` = λE\[S\]; it depends on the law of service through its mean alone.
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |lost, n| offered * lost / (f64::from(n) + offered * lost))
}

/// M/M/c.
#[derive(Clone, Copy)]
pub struct Many {
    pub servers: u32,
    pub lambda: f64,
    pub mu: f64,
}

impl Many {
    /// P(a job waits), Erlang's C = B/(1 − ρ(1−B)).
    pub fn waits(self) -> f64 {
        let offered = self.lambda / self.mu;
        let (lost, load) = (erlang_b(self.servers, offered), offered / f64::from(self.servers));
        lost / (1.0 - load * (1.0 - lost))
    }

    /// E Wq = C/(cμ−λ).
    pub fn wait(self) -> f64 {
        self.waits() / self.spare()
    }

    /// E T = E Wq + 1/μ.
    pub fn sojourn(self) -> f64 {
        self.wait() + 1.0 / self.mu
    }

    /// E N = λ E T.
    pub fn jobs(self) -> f64 {
        self.lambda * self.sojourn()
    }

    /// P(Wq > t) = C e^(−(cμ−λ)t).
    pub fn waits_longer(self, t: f64) -> f64 {
        self.waits() * maths::exp(-self.spare() * t)
    }

    fn spare(self) -> f64 {
        f64::from(self.servers) * self.mu - self.lambda
    }
}

/// M/M/c/K: `room` jobs in all, others are turned away.
pub struct Bounded {
    lambda: f64,
    shares: Vec<f64>,
}

impl Bounded {
    pub fn new(servers: u32, room: usize, lambda: f64, mu: f64) -> Bounded {
        let shares = birth_and_death(room, |_| lambda, |n| mu * (n as f64).min(f64::from(servers)));
        Bounded { lambda, shares }
    }

    /// P(a job is turned away), the probability of a full house.
    pub fn lost(&self) -> f64 {
        self.shares[self.shares.len() - 1]
    }

    /// E N.
    pub fn jobs(&self) -> f64 {
        mean(&self.shares)
    }

    /// E T of those let in, by Little's law.
    pub fn sojourn(&self) -> f64 {
        self.jobs() / (self.lambda * (1.0 - self.lost()))
    }
}

/// M/M/c+M, Erlang A: whoever waits leaves at the rate `theta`.
pub struct Impatient {
    servers: u32,
    lambda: f64,
    theta: f64,
    shares: Vec<f64>,
}

impl Impatient {
    pub fn new(servers: u32, lambda: f64, mu: f64, theta: f64) -> Impatient {
        let death = |n: usize| {
            let (n, c) = (n as f64, f64::from(servers));
            mu * n.min(c) + theta * (n - c).max(0.0)
        };
        // Far beyond what either patience or service ever lets build up.
        let top = servers as usize + (40.0 * lambda / theta.min(mu)) as usize;
        Impatient { servers, lambda, theta, shares: birth_and_death(top, |_| lambda, death) }
    }

    /// E Nq.
    pub fn waiting(&self) -> f64 {
        let c = self.servers as usize;
        self.shares.iter().enumerate().skip(c).map(|(n, share)| (n - c) as f64 * share).sum()
    }

    /// P(a job abandons) = θ E Nq / λ.
    pub fn abandons(&self) -> f64 {
        self.theta * self.waiting() / self.lambda
    }

    /// P(a job finds all servers busy).
    pub fn waits(&self) -> f64 {
        self.shares[self.servers as usize..].iter().sum()
    }

    /// E Wq of all, those who abandon among them.
    pub fn wait(&self) -> f64 {
        self.waiting() / self.lambda
    }

    /// The share of the servers' time that is used.
    pub fn utilisation(&self) -> f64 {
        let c = f64::from(self.servers);
        self.shares.iter().enumerate().map(|(n, share)| (n as f64).min(c) * share).sum::<f64>() / c
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn one_server() {
        let queue = Single { lambda: 0.8, mu: 1.0 };
        assert_known(queue.jobs(), 4.0);
        assert_known(queue.waiting(), 3.2);
        assert_known(queue.sojourn(), 5.0);
        assert_known(queue.wait(), 4.0);
        assert_known(queue.jobs_variance(), 20.0);
        assert_known(queue.sojourn_quantile(0.95), 14.978_661_367_769_957);
        assert_known(queue.at_least(10), 0.107_374_182_4);
        assert_known(Single { lambda: 0.7, mu: 1.0 }.wait_variance(), 10.111_111_111_111_107);
        assert_known(Single { lambda: 0.5, mu: 1.0 }.at_least(10), 0.000_976_562_5);
    }

    // worked example
    #[test]
    fn many_servers() {
        let ten = Many { servers: 10, lambda: 8.0, mu: 1.0 };
        assert_known(ten.waits(), 0.409_180_150_796_443_54);
        assert_known(ten.wait(), 0.204_590_075_398_221_77);
        assert_known(ten.jobs(), 9.636_720_603_185_774);
        assert_known(ten.waits_longer(0.5), 0.150_528_965_213_442_17);
        let two = Many { servers: 2, lambda: 1.6, mu: 1.0 };
        assert_known(two.waits(), 0.711_111_111_111_111_2);
        assert_known(two.sojourn(), 2.777_777_777_777_778_6);
        assert_known(erlang_b(10, 8.0), 0.121_661_064_252_951_5);
        assert_known(erlang_b(5, 5.0), 0.284_867_821_330_902_5);
    }

    // worked example: with one server P(N = n) is proportional to ρⁿ, so E N at ρ = 1/2, K = 2 is (2 + 2·1)/7.
    #[test]
    fn a_full_house() {
        let small = Bounded::new(1, 2, 0.5, 1.0);
        assert_known(small.lost(), 1.0 / 7.0);
        assert_known(small.jobs(), 4.0 / 7.0);
        assert_known(small.sojourn(), (4.0 / 7.0) / (0.5 * 6.0 / 7.0));
        assert_known(Bounded::new(10, 10, 8.0, 1.0).lost(), erlang_b(10, 8.0));
        let unbounded = Many { servers: 3, lambda: 2.5, mu: 1.0 };
        assert_known(Bounded::new(3, 400, 2.5, 1.0).jobs(), unbounded.jobs());
    }

    // worked example
    #[test]
    fn impatience() {
        let ten = Impatient::new(10, 10.0, 1.0, 0.5);
        assert_known(ten.abandons(), 0.103_913_212_326_308_1);
        assert_known(ten.waits(), 0.619_655_230_884_077);
        assert_known(ten.wait(), 0.207_826_424_652_616_2);
        assert_known(ten.utilisation(), 0.896_086_787_673_691_7);
        let twelve = Impatient::new(10, 12.0, 1.0, 1.0);
        assert_known(twelve.abandons(), 0.213_632_352_957_963_7);
        assert_known(twelve.waits(), 0.757_607_838_329_487_1);
        // Where patience is as short as service, N is Poisson.
        assert_known(twelve.shares[0], maths::exp(-12.0));
        assert_known(mean(&twelve.shares), 12.0);
    }
}
