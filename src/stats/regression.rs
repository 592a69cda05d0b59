//! Least squares, autoregression of several series on each other, and the spectral radius that says whether they settle.

use super::maths::{exp, log};

/// A column whose part independent of the columns before it is below this share of its length adds nothing.
const DEPENDENT: f64 = 1e-10;

/// A linear model fitted by ordinary least squares.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The intercept, then one coefficient for each regressor.
    pub coefficients: Vec<f64>,
    /// Their standard errors, were the residuals independent and of equal variance.
    pub standard_errors: Vec<f64>,
    /// y minus the fitted values.
    pub residuals: Vec<f64>,
    /// Σresidual²/(n − p), p coefficients.
    pub residual_variance: f64,
    /// The share of the variance of y that is fitted; 0 where y is constant.
    pub r_squared: f64,
}

/// A vector autoregression of order 1: z_i(t) = a_i + Σ_j A_ij z_j(t − 1) + Σ_c B_ic x_c(t) + residual.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorAutoregression {
    /// A, row by row: the effect of series j one step ago on series i at `i * k + j`.
    pub coupling: Vec<f64>,
    /// The standard errors of A, in the same order.
    pub coupling_errors: Vec<f64>,
    /// The equation of each series: intercept, its row of A, then the covariates.
    pub equations: Vec<Fit>,
}

/// Regresses `y` on an intercept and `regressors` (each as long as `y`) by Householder's QR decomposition (Golub and Van Loan
/// 2013, *Matrix Computations*, §5.3).
///
/// None where there are not more observations than coefficients or a regressor depends on the others (a constant one depends
/// on the intercept). Panics where lengths differ.
pub fn least_squares(y: &[f64], regressors: &[&[f64]]) -> Option<Fit> {
    assert!(regressors.iter().all(|column| column.len() == y.len()), "a regressor is as long as what it explains");
    let (n, p) = (y.len(), regressors.len() + 1);
    if n <= p {
        return None;
    }
    let mut columns: Vec<Vec<f64>> =
        std::iter::once(vec![1.0; n]).chain(regressors.iter().map(|c| c.to_vec())).collect();
    let lengths: Vec<f64> = columns.iter().map(|column| length(column)).collect();
    let mut rotated = y.to_vec();
    let mut diagonal = vec![0.0; p];
    for k in 0..p {
        let size = length(&columns[k][k..]);
        if size.is_nan() || size <= DEPENDENT * lengths[k] {
            return None;
        }
        diagonal[k] = if columns[k][k] > 0.0 { -size } else { size };
        let mut mirror = columns[k][k..].to_vec();
        mirror[0] -= diagonal[k];
        let scale = 2.0 / dot(&mirror, &mirror);
        for column in columns[k + 1..].iter_mut().chain([&mut rotated]) {
            reflect(&mut column[k..], &mirror, scale);
        }
    }
    // The upper triangle: `diagonal`, and above it the first entries of later columns.
    let solve = |mut right: Vec<f64>| {
        for k in (0..p).rev() {
            for j in k + 1..p {
                right[k] -= columns[j][k] * right[j];
            }
            right[k] /= diagonal[k];
        }
        right
    };
    let coefficients = solve(rotated[..p].to_vec());
    let residuals: Vec<f64> = (0..n)
        .map(|t| {
            let fitted: f64 = regressors.iter().zip(&coefficients[1..]).map(|(column, b)| b * column[t]).sum();
            y[t] - coefficients[0] - fitted
        })
        .collect();
    let left = dot(&residuals, &residuals);
    let residual_variance = left / (n - p) as f64;
    // (XᵀX)⁻¹ = R⁻¹R⁻ᵀ: its diagonal holds the squared lengths of the rows of R⁻¹.
    let mut inverse_squares = vec![0.0; p];
    for j in 0..p {
        let unit = (0..p).map(|i| if i == j { 1.0 } else { 0.0 }).collect();
        solve(unit).iter().zip(&mut inverse_squares).for_each(|(entry, sum)| *sum += entry * entry);
    }
    let standard_errors = inverse_squares.iter().map(|square| (square * residual_variance).sqrt()).collect();
    let mean = y.iter().sum::<f64>() / n as f64;
    let total: f64 = y.iter().map(|value| (value - mean) * (value - mean)).sum();
    let r_squared = if total > 0.0 { (1.0 - left / total).max(0.0) } else { 0.0 };
    Some(Fit { coefficients, standard_errors, residuals, residual_variance, r_squared })
}

/// Fits a vector autoregression of order 1 to `series` of equal length, with `covariates` of that length acting at once.
///
/// None without series, or where [`least_squares`] is none. Panics where lengths differ.
pub fn vector_autoregression(series: &[&[f64]], covariates: &[&[f64]]) -> Option<VectorAutoregression> {
    let n = series.first()?.len();
    assert!(series.iter().chain(covariates).all(|column| column.len() == n), "series and covariates are equally long");
    let before = series.iter().map(|column| &column[..n.saturating_sub(1)]);
    let now = covariates.iter().map(|column| &column[n.min(1)..]);
    let regressors: Vec<&[f64]> = before.chain(now).collect();
    let equations: Vec<Fit> =
        series.iter().map(|column| least_squares(&column[n.min(1)..], &regressors)).collect::<Option<_>>()?;
    let of_series = 1..series.len() + 1;
    let coupling = equations.iter().flat_map(|fit| fit.coefficients[of_series.clone()].to_vec()).collect();
    let coupling_errors = equations.iter().flat_map(|fit| fit.standard_errors[of_series.clone()].to_vec()).collect();
    Some(VectorAutoregression { coupling, coupling_errors, equations })
}

impl VectorAutoregression {
    /// The greatest modulus of an eigenvalue of A: a shock dies out iff it is below 1.
    pub fn spectral_radius(&self) -> f64 {
        spectral_radius(&self.coupling, self.equations.len())
    }
}

/// The greatest modulus of an eigenvalue of a square `matrix` of `order`, row by row: ρ = lim ‖Aᵐ‖^{1/m} (Gelfand 1941) along
/// m = 2, 4, 8, … by squaring, which needs no eigenvalue and is at ease with complex and repeated ones. Relative error about
/// 1e-12. Panics where the size does not fit or an entry is not finite.
pub fn spectral_radius(matrix: &[f64], order: usize) -> f64 {
    assert_eq!(matrix.len(), order * order, "a square matrix of order `{order}`");
    assert!(matrix.iter().all(|entry| entry.is_finite()), "a matrix of finite entries");
    let mut power = matrix.to_vec();
    let (mut ln_radius, mut share) = (0.0, 1.0);
    for _ in 0..60 {
        let size = length(&power);
        if size == 0.0 {
            return 0.0;
        }
        ln_radius += share * log(size);
        share *= 0.5;
        power.iter_mut().for_each(|entry| *entry /= size);
        let row = |i: usize| power[i * order..(i + 1) * order].iter();
        let product = |i: usize, j: usize| row(i).zip(power[j..].iter().step_by(order)).map(|(a, b)| a * b).sum();
        power = (0..order * order).map(|at| product(at / order, at % order)).collect();
    }
    exp(ln_radius)
}

fn reflect(column: &mut [f64], mirror: &[f64], scale: f64) {
    let along = scale * dot(column, mirror);
    column.iter_mut().zip(mirror).for_each(|(entry, direction)| *entry -= along * direction);
}

fn length(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::online::Pair;
    use crate::stats::trial::{Trial, assert_close};
    use proptest::prelude::*;

    // worked example: y = 1, 3, 2, 5 on x = 1, 2, 3, 4 has slope 1.1, intercept 0, residual squares 2.7, Var slope 1.35/5.
    #[test]
    fn four_points_have_their_known_line() {
        let fit = least_squares(&[1.0, 3.0, 2.0, 5.0], &[&[1.0, 2.0, 3.0, 4.0]]).unwrap();
        assert!(fit.coefficients[0].abs() < 1e-14);
        assert_close(fit.coefficients[1], 1.1, 1e-14);
        assert_close(fit.residual_variance, 1.35, 1e-13);
        assert_close(fit.standard_errors[1], 0.27_f64.sqrt(), 1e-13);
        assert_close(fit.standard_errors[0], (1.35_f64 * 1.5).sqrt(), 1e-13);
        assert_close(fit.r_squared, 1.0 - 2.7 / 8.75, 1e-13);
    }

    #[test]
    fn dependent_or_too_many_regressors_are_refused() {
        let x = [1.0, 2.0, 3.0, 4.0, 7.0];
        let twice = x.map(|x| 2.0 * x - 1.0);
        assert_eq!(least_squares(&x, &[&x, &twice]), None);
        assert_eq!(least_squares(&x, &[&[3.0; 5]]), None);
        assert_eq!(least_squares(&x[..2], &[&x[1..3]]), None);
        assert_eq!(least_squares(&x, &[&[1.0, 2.0, f64::NAN, 0.0, 1.0]]), None);
        assert_eq!(vector_autoregression(&[], &[]), None);
        assert_eq!(vector_autoregression(&[&[]], &[]), None);
    }

    // worked example: how fast damped trust (a = 0.1) settles, as 0.9 of the radius without the stationary part.
    #[test]
    fn radii_have_their_known_values() {
        let trust = [0.0, 0.6, 0.4, 0.5, 0.0, 0.5, 0.9, 0.1, 0.0];
        assert_close(spectral_radius(&trust, 3), 1.0, 1e-12);
        let mut stationary = [1.0 / 3.0; 3];
        for _ in 0..200 {
            stationary = [0, 1, 2].map(|j| (0..3).map(|i| stationary[i] * trust[3 * i + j]).sum());
        }
        let rest: Vec<f64> = (0..9).map(|at| 0.9 * (trust[at] - stationary[at % 3])).collect();
        assert_close(spectral_radius(&rest, 3), 0.484_664_832_642_105_25, 1e-11);
        // A rotation, a matrix that forgets, a Jordan block.
        assert_close(spectral_radius(&[0.6, -0.8, 0.8, 0.6], 2), 1.0, 1e-12);
        assert_eq!(spectral_radius(&[0.0, 1.0, 0.0, 0.0], 2), 0.0);
        assert_close(spectral_radius(&[0.9, 1.0, 0.0, 0.9], 2), 0.9, 1e-11);
    }

    #[test]
    fn an_autoregression_recovers_what_made_it() {
        let mut trial = Trial::new();
        let (coupling, effect) = ([0.5, -0.3, 0.2, 0.4], [2.0, 0.0]);
        let n = 40_000;
        let (mut series, mut arrivals) = ([vec![0.0], vec![0.0]], vec![0.0]);
        for t in 1..n {
            let x = trial.normal();
            for i in 0..2 {
                let drawn = 1.0 + coupling[2 * i] * series[0][t - 1] + coupling[2 * i + 1] * series[1][t - 1];
                let next = drawn + effect[i] * x + trial.normal();
                series[i].push(next);
            }
            arrivals.push(x);
        }
        let fitted = vector_autoregression(&[&series[0], &series[1]], &[&arrivals]).unwrap();
        for ((seen, error), made) in fitted.coupling.iter().zip(&fitted.coupling_errors).zip(coupling) {
            assert!((seen - made).abs() < 4.89 * error && *error < 0.01, "`{seen}` for `{made}`");
        }
        for (fit, made) in fitted.equations.iter().zip(effect) {
            assert!((fit.coefficients[3] - made).abs() < 4.89 * fit.standard_errors[3]);
            assert_close(fit.residual_variance, 1.0, 4.89 * (2.0 / n as f64).sqrt());
        }
        // det A = 0.26, complex pair: the radius is √0.26; near it A's own errors of 0.005 act about linearly.
        assert!((fitted.spectral_radius() - 0.26_f64.sqrt()).abs() < 4.89 * 0.01);
        // Blind to the arrivals, the first series' residuals hold their variance 2² too.
        let blind = vector_autoregression(&[&series[0], &series[1]], &[]).unwrap();
        assert_close(blind.equations[0].residual_variance, 5.0, 4.89 * (2.0 / n as f64).sqrt());
    }

    proptest! {
        #[test]
        fn residuals_are_orthogonal_and_one_regressor_is_the_line(
            points in prop::collection::vec((-1e3_f64..1e3, -1e3_f64..1e3, -1.0_f64..1.0), 5..60),
        ) {
            let y: Vec<f64> = points.iter().map(|point| point.0).collect();
            let x: Vec<f64> = points.iter().map(|point| point.1).collect();
            let w: Vec<f64> = points.iter().map(|point| point.2).collect();
            let fit = least_squares(&y, &[&x, &w]).unwrap();
            let ones = vec![1.0; y.len()];
            for column in [&ones, &x, &w] {
                prop_assert!(dot(&fit.residuals, column).abs() <= 1e-9 * (1.0 + length(&y)) * (1.0 + length(column)));
            }
            let mut pair = Pair::new();
            points.iter().for_each(|point| pair.push(point.1, point.0));
            let (line, fit) = (pair.line().unwrap(), least_squares(&y, &[&x]).unwrap());
            prop_assert!((fit.coefficients[1] - line.slope).abs() < 1e-9 * (1.0 + line.slope.abs()));
            prop_assert!((fit.r_squared - pair.correlation().unwrap() * pair.correlation().unwrap()).abs() < 1e-9);
        }
    }
}
