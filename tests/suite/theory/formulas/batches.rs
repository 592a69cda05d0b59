//! A server that takes all that wait as one batch, such as a language model with dynamic batching.
//!
//! A batch of b takes αb + τ₀; arrivals are Poisson. The sizes of successive batches are a Markov chain: the next one is what
//! arrives meanwhile, or 1 if nothing does (Y. Inoue, "Queueing analysis of GPU-based inference servers with dynamic
//! batching", Performance Evaluation 147, 2021).

use reliance::maths;

/// A server with dynamic batching.
pub struct Batches {
    lambda: f64,
    each: f64,
    setup: f64,
    /// P(a batch has b jobs), b from 0 on.
    shares: Vec<f64>,
}

impl Batches {
    /// Arrivals at the rate `lambda`; a batch of b takes `each` · b + `setup`. The load `lambda` · `each` is below 1.
    pub fn new(lambda: f64, each: f64, setup: f64) -> Batches {
        let spare = 1.0 - lambda * each;
        // Sizes fall off geometrically; this many are beyond every digit.
        let top = (60.0 * (1.0 + lambda * setup) / spare) as usize;
        let rows: Vec<Vec<f64>> = (1..=top).map(|b| poisson(lambda * (each * b as f64 + setup), top)).collect();
        let mut shares = vec![0.0; top + 1];
        shares[1] = 1.0;
        for _ in 0..10_000 {
            let mut next = vec![0.0; top + 1];
            for (row, share) in rows.iter().zip(&shares[1..]) {
                next.iter_mut().zip(row).for_each(|(next, p)| *next += share * p);
            }
            next[1] += std::mem::take(&mut next[0]);
            let change: f64 = next.iter().zip(&shares).map(|(next, share)| (next - share).abs()).sum();
            shares = next;
            if change < 1e-15 {
                break;
            }
        }
        let total: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= total);
        Batches { lambda, each, setup, shares }
    }

    /// E B, the mean size of a batch.
    pub fn size(&self) -> f64 {
        super::markov::mean(&self.shares)
    }

    /// E T, from Little's law and the jobs there over a cycle: b of them throughout a service of length h, those who arrive
    /// meanwhile for h/2 on average, and nobody in the idle time that follows if nobody came.
    pub fn sojourn(&self) -> f64 {
        let (mut area, mut length) = (0.0, 0.0);
        for (b, share) in self.shares.iter().enumerate().skip(1) {
            let service = self.each * b as f64 + self.setup;
            area += share * (b as f64 * service + self.lambda * service * service / 2.0);
            length += share * (service + maths::exp(-self.lambda * service) / self.lambda);
        }
        area / length / self.lambda
    }
}

/// The Poisson law on 0, 1, …, `top`.
fn poisson(mean: f64, top: usize) -> Vec<f64> {
    let mut log = -mean;
    let mut shares = Vec::with_capacity(top + 1);
    for n in 0..=top {
        shares.push(maths::exp(log));
        log += maths::ln(mean) - maths::ln(n as f64 + 1.0);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn two_servers() {
        let slow = Batches::new(0.5, 1.0, 1.0);
        assert_known(slow.sojourn(), 4.417_357_204_640_769);
        assert_known(slow.size(), 1.597_352_721_490_767_2);
        let quick = Batches::new(2.0, 0.3, 1.0);
        assert_known(quick.sojourn(), 4.353_703_444_317_523);
        assert_known(quick.size(), 5.041_590_782_352_483);
    }
}
