//! Results that consume results: what is wrong in a chain, and how much falls with one of it.

use reliance::maths::pow;

/// The probability that a result is wrong whose own computation is with `errs`, and each of whose inputs is with one of these
/// probabilities and is passed on with `inherits`; independent of one another.
pub fn wrong(errs: f64, inherits: f64, inputs: &[f64]) -> f64 {
    1.0 - inputs.iter().fold(1.0 - errs, |right, input| right * (1.0 - inherits * input))
}

/// Results in a row, each of which is computed, with a probability of `mean`, from one of the `window` before it, all alike.
///
/// A result has Binomial(`window`, `mean`/`window`) children, so with those that come of it it is a branching process of I. Bienaymé,
/// F. Galton and H. Watson, but for children whose windows overlap. Without bounds of the window it would be Borel's law (E. Borel, 1942).
#[derive(Clone, Copy)]
pub struct Row {
    pub mean: f64,
    pub window: u32,
}

impl Row {
    /// The mean number of a result and all that come of it: each generation is `mean` times the one before, whatever overlaps.
    pub fn progeny(&self) -> f64 {
        1.0 / (1.0 - self.mean)
    }

    /// The probability that nothing comes of a result.
    pub fn alone(&self) -> f64 {
        pow(1.0 - self.each(), f64::from(self.window))
    }

    /// The probability that one result comes of it and nothing of that one. The child is the k-th after its parent: the k before it and
    /// with it see the parent alone, the rest of the window both, and k more the child alone.
    pub fn pair(&self) -> f64 {
        let (each, window) = (self.each(), self.window);
        let of_child = |k| {
            let (both, rest) = (f64::from(2 * k - 1), f64::from(window - k));
            each * pow(1.0 - each, both) * pow(1.0 - 2.0 * each, rest)
        };
        (1..=window).map(of_child).sum()
    }

    fn each(&self) -> f64 {
        self.mean / f64::from(self.window)
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;
    use reliance::maths::exp;

    // worked example: one error in ten and a chain of three: 1 − 0.9³; with two inputs passed on by half: 1 − 0.9 · 0.95².
    #[test]
    fn errors_add_up() {
        let second = wrong(0.1, 1.0, &[wrong(0.1, 1.0, &[])]);
        assert_known(second, 0.19);
        assert_known(wrong(0.1, 1.0, &[second]), 0.271);
        assert_known(wrong(0.1, 0.5, &[0.1, 0.1]), 0.187_75);
    }

    // worked example: a window of one is a row of coins: the progeny is geometric with the mean 2 and P(1) = ½, P(2) = ¼.
    #[test]
    fn a_row_of_coins() {
        let coins = Row { mean: 0.5, window: 1 };
        assert_known(coins.progeny(), 2.0);
        assert_known(coins.alone(), 0.5);
        assert_known(coins.pair(), 0.25);
    }

    /// Every way in which a row of seven goes on, by enumeration: each result has no parent, or one of the two before it.
    #[test]
    fn a_short_row_by_enumeration() {
        let row = Row { mean: 0.4, window: 2 };
        let (mut alone, mut pair) = (0.0, 0.0);
        for ways in 0..3u32.pow(6) {
            let (mut weight, mut rest, mut comes) = (1.0, ways, vec![true]);
            for place in 1..7usize {
                let back = (rest % 3) as usize;
                rest /= 3;
                weight *= if back == 0 { 0.6 } else { 0.2 };
                comes.push(back > 0 && back <= place && comes[place - back]);
            }
            match comes.iter().filter(|comes| **comes).count() {
                1 => alone += weight,
                2 if comes[1] || comes[2] => pair += weight,
                _ => {}
            }
        }
        assert_known(row.alone(), alone);
        assert_known(row.pair(), pair);
    }

    /// With a wide window sizes go by Borel's law, e^(−mk) (mk)^(k−1)/k!.
    #[test]
    fn a_wide_window_forgets_its_bounds() {
        let row = Row { mean: 0.5, window: 1_000_000 };
        assert!((row.alone() - exp(-0.5)).abs() < 1e-6);
        assert!((row.pair() - exp(-1.0) * 0.5).abs() < 1e-6);
    }
}
