//! Games between those who may cheat and those who may look.

use reliance::maths;

use super::power;

/// The inspection game: the inspector pays `cost` for a look that finds a cheat worth `finds` to it, and is indifferent where the
/// other side cheats with probability cost / finds (M. Dresher, 1962; R. Avenhaus, B. von Stengel and S. Zamir, 2002).
pub fn cheats(cost: f64, finds: f64) -> f64 {
    cost / finds
}

/// The other side gains `gain` by a cheat and loses `loses` by one that is found: it is indifferent where the inspector looks with
/// probability gain / loses.
pub fn looks(gain: f64, loses: f64) -> f64 {
    gain / loses
}

/// The quantal response equilibrium of the same game: x = σ(λ(gain − y · loses)) and y = σ(λ(x · finds − cost)), where x cheats and y
/// looks (R. McKelvey and T. Palfrey, 1995). The first falls in x through the second, so there is one; it is found by halving.
pub fn quantal(lambda: f64, [gain, loses]: [f64; 2], [cost, finds]: [f64; 2]) -> [f64; 2] {
    let sigma = |x: f64| 1.0 / (1.0 + maths::exp(-x));
    let looks = |x: f64| sigma(lambda * (x * finds - cost));
    let x = root(|x| sigma(lambda * (gain - looks(x) * loses)) - x);
    [x, looks(x)]
}

/// The volunteer's dilemma of n who pay `cost` to look and lose `loss` each if none does: nobody looks with probability
/// (cost / loss)^(n / (n − 1)) (A. Diekmann, 1985).
pub fn nobody(cost: f64, loss: f64, n: u32) -> f64 {
    maths::pow(cost / loss, f64::from(n) / f64::from(n - 1))
}

/// A bounty shared by those of n who look: each looks with the probability q at which bounty · (1 − (1 − q)ⁿ) / (n q) is the cost.
pub fn splits(bounty: f64, cost: f64, n: u32) -> f64 {
    root(|q| bounty * (1.0 - power(1.0 - q, n)) - cost * f64::from(n) * q)
}

/// The root between 0 and 1 of what is above zero before it and below behind.
fn root(of: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (1e-9, 1.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if of(middle) > 0.0 { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn games_of_looking() {
        assert_known(cheats(0.1, 5.0 + 2.0), 0.014_285_714_285_714_285);
        assert_known(looks(0.8, 0.8 + 5.0), 0.137_931_034_482_758_62);
        assert_known(nobody(0.1, 1.0, 2), 0.01);
        assert_known(nobody(0.1, 1.0, 10), 0.077_426_368_268_112_7);
        assert_known(splits(0.5, 0.2, 5), 0.481_209_936_324_115_63);
        let [x, y] = quantal(2.0, [0.6, 3.0], [0.8, 4.0]);
        assert_known(x, 0.177_641_388_300_527_7);
        assert_known(y, 0.455_401_620_258_821_8);
    }
}
