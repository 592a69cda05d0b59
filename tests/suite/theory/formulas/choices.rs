//! Many servers and a choice among few: power of d choices with its error of finite size, and the shorter of two queues.

use reliance::maths;

use super::power;

/// E T of a job that joins the shortest of d random queues of infinitely many, exponential service at the rate 1:
/// Σᵢ λ^((dⁱ−d)/(d−1)) (N. D. Vvedenskaya, R. L. Dobrushin and F. I. Karpelevich 1996; M. Mitzenmacher 2001).
pub fn sojourn(lambda: f64, d: u32) -> f64 {
    tails(lambda, d).iter().skip(1).sum::<f64>() / lambda
}

/// The shares πᵢ of queues with at least i jobs, i from 0 on: λ^((dⁱ−1)/(d−1)).
pub fn tails(lambda: f64, d: u32) -> Vec<f64> {
    let mut found = vec![1.0];
    while let Some(&last) = found.last().filter(|&&last| last > 1e-17) {
        found.push(lambda * power(last, d));
    }
    found
}

/// What `sojourn` lacks with n servers, d of them drawn without replacement, times n, to the first order in 1/n.
///
/// N. Gast and B. Van Houdt, "A refined mean field approximation", VerificationCases of the ACM on Measurement and Analysis of
/// Computing Systems 1 (2017): for the drift f with the fixed point π, A = Df(π), the covariance W solves AW + WAᵀ + Q = 0
/// and the shift V of the mean solves AV + ½ D²f(π)·W + C = 0. Here fᵢ = λ(xᵢ₋₁ᵈ − xᵢᵈ) − (xᵢ − xᵢ₊₁), and C is what drawing
/// without replacement changes: all of d draws are at least i with the probability xᵈ − d(d−1)/2n · xᵈ⁻¹(1−x).
pub fn sojourn_shift(lambda: f64, d: u32) -> f64 {
    shift(lambda, d, false)
}

fn shift(lambda: f64, d: u32, replacement: bool) -> f64 {
    if d == 1 {
        return 0.0;
    }
    let at: Vec<f64> = tails(lambda, d).into_iter().filter(|&share| share > 1e-12).collect();
    let (size, pairs) = (at.len() - 1, f64::from(d * (d - 1)) * lambda);
    let tail = |i: usize| at.get(i).copied().unwrap_or(0.0);
    let drift = |i: usize, j: usize| {
        let into = |i: usize| f64::from(d) * lambda * power(tail(i), d - 1);
        // The coordinates are the shares from i = 1 on; the share of at least none is one and does not move.
        match (i + 1, j + 1) {
            (i, j) if j + 1 == i => into(i - 1),
            (i, j) if i == j => -into(i) - 1.0,
            (i, j) if i + 1 == j => 1.0,
            _ => 0.0,
        }
    };
    let square = |matrix: &dyn Fn(usize, usize) -> f64, n: usize| -> Vec<Vec<f64>> {
        (0..n).map(|i| (0..n).map(|j| matrix(i, j)).collect()).collect()
    };
    // AW + WAᵀ = −Q with the entries of W in one long vector.
    let lyapunov = |row: usize, column: usize| {
        let (i, j, k, l) = (row / size, row % size, column / size, column % size);
        (if j == l { drift(i, k) } else { 0.0 }) + (if i == k { drift(j, l) } else { 0.0 })
    };
    let mut noise = vec![0.0; size * size];
    (0..size).for_each(|i| noise[i * size + i] = -2.0 * (tail(i + 1) - tail(i + 2)));
    let covariance = solve(square(&lyapunov, size * size), noise);
    let bend = |i: usize| if i == 0 { 0.0 } else { pairs * power(tail(i), d - 2) * covariance[(i - 1) * (size + 1)] };
    let drawn = |i: usize| if replacement { 0.0 } else { pairs / 2.0 * power(tail(i), d - 1) * (1.0 - tail(i)) };
    let forcing = (0..size).map(|i| -0.5 * (bend(i) - bend(i + 1)) + (drawn(i) - drawn(i + 1))).collect();
    solve(square(&drift, size), forcing).iter().sum::<f64>() / lambda
}

/// The solution of a system of linear equations, by elimination with the largest pivot.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()));
        let pivot = pivot.expect("a row is left");
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let (above, below) = matrix.split_at_mut(column + 1);
        for (offset, row) in below.iter_mut().enumerate() {
            let factor = row[column] / above[column][column];
            if factor != 0.0 {
                row.iter_mut().zip(&above[column]).skip(column).for_each(|(entry, top)| *entry -= factor * top);
                right[column + 1 + offset] -= factor * right[column];
            }
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

/// E T where each job joins the shorter of two queues, ties at random, with exponential service at the rate 1 and arrivals
/// at the rate 2·`load`: the chain of (longer, shorter), cut off where nothing is left and solved by Gauss–Seidel sweeps.
pub fn shorter_of_two(load: f64) -> f64 {
    // P(both have at least i) falls off as load²ⁱ (J. F. C. Kingman 1961).
    let top = (-38.0 / (2.0 * maths::ln(load))) as usize + 10;
    let arrivals = 2.0 * load;
    let mut weights: Vec<Vec<f64>> =
        (0..=top).map(|long| (0..=long).map(|short| power(load, (long + short) as u32)).collect()).collect();
    let mut before = 0.0;
    loop {
        for long in 0..=top {
            for short in 0..=long {
                weights[long][short] = inflow(&weights, arrivals, long, short) / outflow(arrivals, top, long, short);
            }
        }
        let total: f64 = weights.iter().flatten().sum();
        let jobs = |long: usize| {
            weights[long].iter().enumerate().map(move |(short, weight)| weight * (long + short) as f64).sum::<f64>()
        };
        let mean = (0..=top).map(jobs).sum::<f64>() / total;
        weights.iter_mut().flatten().for_each(|weight| *weight /= total);
        if (mean - before).abs() < 1e-14 * mean {
            return mean / arrivals;
        }
        before = mean;
    }
}

/// The rate at which the pair (long, short) is left.
fn outflow(arrivals: f64, top: usize, long: usize, short: usize) -> f64 {
    let enters = if short == top { 0.0 } else { arrivals };
    enters + f64::from(u8::from(long > 0)) + f64::from(u8::from(short > 0))
}

/// The flow into the pair (long, short) from its neighbours.
fn inflow(weights: &[Vec<f64>], arrivals: f64, long: usize, short: usize) -> f64 {
    let at = |long: usize, short: usize| if short <= long && long < weights.len() { weights[long][short] } else { 0.0 };
    let mut flow = at(long + 1, short);
    if short + 1 == long {
        // Either of two equal queues may have served one; and the job that joins one of two equal queues makes it longer.
        flow += 2.0 * at(long, long) + arrivals * at(short, short);
    } else if short < long {
        flow += at(long, short + 1);
    }
    if short > 0 && short <= long {
        flow += arrivals * at(long, short - 1);
    }
    flow
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn infinitely_many() {
        for (lambda, d, expected) in [
            (0.7, 1, 3.333_333_333_333_333),
            (0.7, 2, 1.614_453_770_317_711),
            (0.7, 3, 1.356_842_196_744_680_2),
            (0.9, 1, 10.0),
            (0.9, 2, 2.614_057_377_323_876),
            (0.9, 3, 2.027_855_968_995_279),
        ] {
            assert_known(sojourn(lambda, d), expected);
        }
        assert_known(tails(0.9, 2)[3], 0.478_296_9);
    }

    // worked example: the mean queue with ten servers drawn with replacement, as published by Gast and Van Houdt to 4 digits.
    #[test]
    fn finitely_many() {
        for (lambda, published) in [(0.7, 1.2150), (0.9, 2.7513)] {
            let found = lambda * (sojourn(lambda, 2) + shift(lambda, 2, true) / 10.0);
            assert!((found - published).abs() < 6e-5, "{found} is not the published {published}");
        }
    }

    // worked example
    #[test]
    fn two_queues() {
        assert_known(shorter_of_two(0.5), 1.426_320_751_167_24);
        assert_known(shorter_of_two(0.8), 2.955_736_617_468_034_4);
    }
}
