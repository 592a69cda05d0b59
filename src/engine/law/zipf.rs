//! Zipf's law over a finite number of ranks.

use serde::{Deserialize, Serialize};

use crate::engine::maths::{exp, exp_m1, ln, ln_1p};
use crate::engine::random::Chance;
use crate::engine::weights::Alias;

/// Zipf's law: rank k of n, from 1, has probability in proportion to k^(−exponent). Ranks are handed out from zero.
///
/// Up to 65 536 ranks an alias table answers with one draw; beyond, rejection-inversion: W. Hörmann and G. Derflinger,
/// "Rejection-inversion to generate variates from monotone discrete distributions", ACM Transactions on Modeling and Computer
/// Simulation 6 (1996). A save holds the two parameters alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters", into = "Parameters")]
pub struct Zipf {
    parameters: Parameters,
    table: Option<Alias>,
    /// The integral of the envelope up to n + ½, and up to ½ less what rank 1 has too much there.
    top: f64,
    bottom: f64,
    /// Ranks this far below the point drawn are accepted without a look at the envelope.
    margin: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Parameters {
    ranks: u64,
    exponent: f64,
}

/// Beyond this many ranks no table is built.
const TABLE_MAX: u64 = 1 << 16;

impl Zipf {
    /// The law over `ranks` ranks. Panics unless there is at least one and at most 2⁵⁰, and the exponent is between 0 and 100.
    pub fn new(ranks: u64, exponent: f64) -> Zipf {
        Zipf::try_from(Parameters { ranks, exponent }).expect("the parameters of a Zipf law")
    }

    fn build(parameters: Parameters, tabled: bool) -> Zipf {
        let weights = || (1..=parameters.ranks).map(|rank| parameters.density(rank as f64)).collect::<Vec<_>>();
        Zipf {
            table: tabled.then(|| Alias::new(&weights())),
            top: parameters.integral(parameters.ranks as f64 + 0.5),
            bottom: parameters.integral(1.5) - 1.0,
            margin: 2.0 - parameters.inverse(parameters.integral(2.5) - parameters.density(2.0)),
            parameters,
        }
    }

    /// How many ranks there are.
    pub fn ranks(&self) -> u64 {
        self.parameters.ranks
    }

    /// A rank from zero, the commonest first.
    #[inline]
    pub fn sample(&self, chance: &mut impl Chance) -> u64 {
        match &self.table {
            Some(table) => table.sample(chance) as u64,
            None => self.reject(chance),
        }
    }

    fn reject(&self, chance: &mut impl Chance) -> u64 {
        loop {
            let area = self.top + chance.unit() * (self.bottom - self.top);
            let point = self.parameters.inverse(area);
            let rank = (point + 0.5).floor().clamp(1.0, self.parameters.ranks as f64);
            if rank - point <= self.margin
                || area >= self.parameters.integral(rank + 0.5) - self.parameters.density(rank)
            {
                return rank as u64 - 1;
            }
        }
    }
}

impl Parameters {
    /// x^(−exponent).
    fn density(self, x: f64) -> f64 {
        exp(-self.exponent * ln(x))
    }

    /// The integral of the density from 1 to `x`: (x^(1−s) − 1)/(1−s), which tends to ln x.
    fn integral(self, x: f64) -> f64 {
        let rise = 1.0 - self.exponent;
        if rise == 0.0 { ln(x) } else { exp_m1(rise * ln(x)) / rise }
    }

    /// Where the integral is `area`.
    fn inverse(self, area: f64) -> f64 {
        let rise = 1.0 - self.exponent;
        // Rounding may carry the argument just below −1, where the logarithm ends.
        if rise == 0.0 { exp(area) } else { exp(ln_1p((rise * area).max(-1.0)) / rise) }
    }
}

impl TryFrom<Parameters> for Zipf {
    type Error = String;
    fn try_from(parameters: Parameters) -> Result<Zipf, String> {
        let Parameters { ranks, exponent } = parameters;
        if !(1..=1 << 50).contains(&ranks) || !(0.0..=100.0).contains(&exponent) {
            return Err(format!("no Zipf law over `{ranks}` ranks with exponent `{exponent}`"));
        }
        Ok(Zipf::build(parameters, ranks <= TABLE_MAX))
    }
}

impl From<Zipf> for Parameters {
    fn from(zipf: Zipf) -> Parameters {
        zipf.parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::maths::gamma_cdf;
    use crate::engine::random::{Seed, Stream};

    /// Table and rejection against the exact probabilities: χ² of a million variates of seed 1, over ranks expected at least
    /// twenty times and the rest together; each limit is passed by chance once in ten thousand.
    #[test]
    fn ranks_are_as_frequent_as_they_should_be() {
        const COUNT: f64 = 1e6;
        for (ranks, exponent) in
            [(1, 1.0), (2, 1.5), (10, 0.0), (1000, 0.6), (1000, 1.0), (60_000, 1.1), (1 << 20, 1.0), (1 << 20, 2.5)]
        {
            let parameters = Parameters { ranks, exponent };
            let mut expected: Vec<f64> = (1..=ranks).map(|rank| parameters.density(rank as f64)).collect();
            let total: f64 = expected.iter().sum();
            expected.iter_mut().for_each(|weight| *weight *= COUNT / total);
            for tabled in [true, false] {
                let zipf = Zipf::build(parameters, tabled);
                let mut stream = Stream::new(Seed::from(1), 1, 0);
                let mut seen = vec![0.0; ranks as usize];
                (0..COUNT as u32).for_each(|_| seen[zipf.sample(&mut stream) as usize] += 1.0);
                let (mut sum, mut cells, mut rest) = (0.0, 0.0, (0.0, 0.0));
                let mut count = |seen: f64, expected: f64| {
                    sum += (seen - expected) * (seen - expected) / expected;
                    cells += 1.0;
                };
                for (&seen, &expected) in seen.iter().zip(&expected) {
                    if expected >= 20.0 {
                        count(seen, expected);
                    } else {
                        rest = (rest.0 + seen, rest.1 + expected);
                    }
                }
                if rest.1 > 0.0 {
                    count(rest.0, rest.1);
                }
                let p = if cells > 1.0 { gamma_cdf((cells - 1.0) / 2.0, sum / 2.0) } else { 0.5 };
                assert!((5e-5..1.0 - 5e-5).contains(&p), "{parameters:?}: χ² {sum} in {cells} cells, at {p}");
            }
        }
    }

    #[test]
    fn extremes_stay_in_range() {
        let mut stream = Stream::new(Seed::from(1), 1, 0);
        for (ranks, exponent) in [(1, 100.0), (1 << 50, 0.0), (1 << 50, 1.0), (1 << 50, 100.0), (70_000, 0.999_999_999)]
        {
            let zipf = Zipf::new(ranks, exponent);
            (0..10_000).for_each(|_| assert!(zipf.sample(&mut stream) < ranks));
        }
    }

    #[test]
    fn a_law_is_saved_as_its_parameters() {
        let zipf = Zipf::new(1000, 1.1);
        let saved = serde_json::to_string(&zipf).unwrap();
        assert_eq!(saved, r#"{"ranks":1000,"exponent":1.1}"#);
        assert_eq!(serde_json::from_str::<Zipf>(&saved).unwrap(), zipf);
        assert!(serde_json::from_str::<Zipf>(r#"{"ranks":0,"exponent":1.1}"#).is_err());
    }
}
