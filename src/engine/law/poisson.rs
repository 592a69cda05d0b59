//! The Poisson law of counts.

use crate::engine::random::RandomSource;
use crate::maths::{exp, ln, ln_gamma};

/// A Poisson variate. Panics where the mean is negative; one above 1e9 costs accuracy.
///
/// Below a mean of 10 by counting uniforms whose product stays above e^(−mean) (D. E. Knuth, "The Art of Computer Programming", volume 2,
/// section 3.4.1), else by transformed rejection (W. Hörmann, "The transformed rejection method for generating Poisson random
/// variables", Insurance: Mathematics and Economics 12, 1993).
pub fn poisson(mean: f64, chance: &mut impl RandomSource) -> u64 {
    assert!(mean >= 0.0, "a Poisson mean of {mean}");
    if mean < 10.0 {
        let (floor, mut product, mut count) = (exp(-mean), chance.unit(), 0);
        while product > floor {
            product *= chance.unit();
            count += 1;
        }
        return count;
    }
    let b = 0.931 + 2.53 * mean.sqrt();
    let a = -0.059 + 0.024_83 * b;
    let (inverse_alpha, v_most) = (1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2.0));
    loop {
        let (u, v) = (chance.unit() - 0.5, chance.unit());
        let side = 0.5 - u.abs();
        let count = ((2.0 * a / side + b) * u + mean + 0.43).floor();
        if side >= 0.07 && v <= v_most {
            return count as u64;
        }
        if count < 0.0 || (side < 0.013 && v > side) {
            continue;
        }
        let bound = count * ln(mean) - mean - ln_gamma(count + 1.0);
        if ln(v * inverse_alpha / (a / (side * side) + b)) <= bound {
            return count as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Seed, Stream};
    use crate::maths::gamma_cdf;

    /// χ² of Poisson counts against their probabilities, either side of the change of method; limits passed once in ten thousand.
    #[test]
    fn counts_are_as_frequent_as_they_should_be() {
        const COUNT: u32 = 1_000_000;
        for mean in [0.3, 4.0, 10.0, 47.5, 300.0] {
            let mut stream = Stream::new(Seed::from(1), 1, 0);
            let mut seen = vec![0.0; 1000];
            (0..COUNT).for_each(|_| seen[poisson(mean, &mut stream) as usize] += 1.0);
            let (mut sum, mut cells, mut rest) = (0.0, 0.0, (0.0, 0.0));
            for (count, &seen) in (0u32..).zip(&seen) {
                let k = f64::from(count);
                let expected = f64::from(COUNT) * exp(k * ln(mean) - mean - ln_gamma(k + 1.0));
                if expected < 20.0 {
                    rest = (rest.0 + seen, rest.1 + expected);
                    continue;
                }
                sum += (seen - expected) * (seen - expected) / expected;
                cells += 1.0;
            }
            sum += (rest.0 - rest.1) * (rest.0 - rest.1) / rest.1;
            let p = gamma_cdf(0.5 * cells, 0.5 * sum);
            assert!((5e-5..1.0 - 5e-5).contains(&p), "mean {mean}: χ² {sum} in {cells} cells, at {p}");
        }
    }

    #[test]
    fn no_mean_is_no_count() {
        let mut stream = Stream::new(Seed::from(1), 1, 0);
        assert!((0..1000).all(|_| poisson(0.0, &mut stream) == 0));
        let far = poisson(1e12, &mut stream) as f64;
        assert!((far - 1e12).abs() < 4.89e6);
    }
}
