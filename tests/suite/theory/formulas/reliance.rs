//! Where trust in an answer sits whose checkers are alike.

use super::votes::at_least;

/// An executor who is believed to be wrong with `wrong`, and `n` checkers each of whom approves a wrong answer with `u`; `q` must approve.
#[derive(Clone, Copy)]
pub struct Committee {
    pub wrong: f64,
    pub u: f64,
    pub n: u32,
    pub q: u32,
}

impl Committee {
    /// The probability that a wrong answer passes while so many checkers approve everything.
    fn passes(&self, adverse: u32) -> f64 {
        if adverse >= self.q { 1.0 } else { at_least(self.n - adverse, self.q - adverse, self.u) }
    }

    /// ω: wrong and accepted.
    pub fn open_risk(&self) -> f64 {
        self.wrong * self.passes(0)
    }

    /// φ of the executor by Shapley's formula: before it come 0, 1, …, n checkers, each number with the same probability.
    pub fn executor(&self) -> f64 {
        let adds = |before: u32| (1.0 - self.wrong) * self.passes(before);
        (0..=self.n).map(adds).sum::<f64>() / f64::from(self.n + 1)
    }

    /// What all checkers hold together: the rest of the trust.
    pub fn checkers(&self) -> f64 {
        1.0 - self.open_risk() - self.executor()
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example: τ = 0.9, u = 0.19. φ₀ = τ(1 + u)/2, φ₁ = (1 − u)(2 − τ)/2.
    #[test]
    fn one_checker() {
        let one = Committee { wrong: 0.1, u: 0.19, n: 1, q: 1 };
        assert_known(one.executor(), 0.5355);
        assert_known(one.checkers(), 0.4455);
        assert_known(one.open_risk(), 0.019);
    }

    // worked example: one of two certain checkers is enough, so an answer passes if either is adversarial: φ₀ = 0.9 · 2/3.
    #[test]
    fn one_of_two() {
        let two = Committee { wrong: 0.1, u: 0.0, n: 2, q: 1 };
        assert_known(two.executor(), 0.6);
        assert_known(two.checkers(), 0.4);
    }
}
