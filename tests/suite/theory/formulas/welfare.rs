//! What answers are worth whose value goes by the length of their job, and what remains of it after the costs.

use reliance::maths::exp;

/// E[l; l ≤ r] of an exponential length l of mean 1: the delivered value of a job of value l that is worthless beyond r.
pub fn by_length(r: f64) -> f64 {
    1.0 - (1.0 + r) * exp(-r)
}

/// P(l ≤ r): the delivered value of a job of value 1 that is worthless beyond r.
pub fn alike(r: f64) -> f64 {
    1.0 - exp(-r)
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    /// Worked by hand: ∫₀² l e⁻ˡ dl = 1 − 3e⁻², and all of the mean of 1 where nothing is too late.
    #[test]
    fn worked_examples() {
        assert_known(by_length(2.0), 0.593_994_150_290_162);
        assert_known(by_length(700.0), 1.0);
        assert_known(alike(2.0), 0.864_664_716_763_387);
    }
}
