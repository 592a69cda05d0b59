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
