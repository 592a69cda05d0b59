//! Prices of blocks: what a base fee and a dead band come to.

use reliance::maths;

/// The base fee after each block, in whole units (EIP-1559 as go-ethereum has it: the difference times the fee, over the target, over
/// the denominator, each rounded down; up by at least one).
pub fn base_fee(start: u64, target: u64, denominator: u64, used: &[u64]) -> Vec<u64> {
    let step = |fee: &mut u64, &used: &u64| {
        let change = (u128::from(*fee) * u128::from(used.abs_diff(target)) / u128::from(target)) as u64 / denominator;
        match used.cmp(&target) {
            std::cmp::Ordering::Greater => *fee += change.max(1),
            _ => *fee -= change,
        }
        Some(*fee)
    };
    used.iter().scan(start, step).collect()
}

/// The price of a dead band after each block, in whole units, rounded up or down: with u per cent of the room used, more by (u − 60)/20
/// per cent above 60, less by (40 − u)/20 below 40, and by no more than two.
pub fn band(start: u64, up: bool, percents: &[u64]) -> Vec<u64> {
    let step = |price: &mut u64, &percent: &u64| {
        // In parts of 2 000, of which one is a twentieth of a per cent.
        let parts = match percent {
            61.. => 2000 + (percent - 60).min(40),
            40..=60 => return Some(*price),
            _ => 2000 - (40 - percent).min(40),
        };
        let product = *price * parts;
        *price = if up { product.div_ceil(2000) } else { product / 2000 };
        Some(*price)
    };
    percents.iter().scan(start, step).collect()
}

/// The fee at which the target is used, where λ targets are asked for in a block and values are uniform from 0 to 1: 1 − 1/λ.
pub fn rest_uniform(lambda: f64) -> f64 {
    1.0 - 1.0 / lambda
}

/// The same where values are exponential with mean 1: ln λ.
pub fn rest_exponential(lambda: f64) -> f64 {
    maths::ln(lambda)
}

/// The mean fees of every other block, the lower first, with a denominator of 1, values uniform from 0 to 1 and λ targets asked for in
/// a block.
///
/// Without chance the fee follows the logistic map b ← λb(1 − b), which rests for λ < 3, and for λ from 3 to 1 + √6 swings between
/// ((λ+1) ± √((λ−3)(λ+1)))/2λ (R. M. May, "Simple mathematical models with very complicated dynamics", Nature 261, 1976). A block of
/// Poisson demand has b' = b·g/T with g of mean and variance λ(1−b)T, so with the variance v of b the mean becomes λ(b(1−b) − v), and
/// the variance b²λ(1−b)/T + (λ(1−2b))²v, up to terms of the order 1/T².
pub fn swings(lambda: f64, target: f64) -> [f64; 2] {
    let step = |(b, v): (f64, f64)| {
        let slope = lambda * (1.0 - 2.0 * b);
        (lambda * (b * (1.0 - b) - v), b * b * lambda * (1.0 - b) / target + slope * slope * v)
    };
    let even = (0..10_000).fold((0.5, 0.0), |state, _| step(state));
    let odd = step(even);
    [even.0.min(odd.0), even.0.max(odd.0)]
}

/// The base fee at which users that come to λ targets a block, with values uniform from 0 to `top`, leave the target: those come whose value
/// is above the fee and the `cost` of a premium and a wait, so it is top · (1 − 1/λ) − cost.
///
/// A block of demand g has b' = b(1 + (g − T)/(Td)). In the long run the mean of b' is that of b, so E\[b(g − T)\] = 0. As the mean
/// of g falls in a straight line with b, this is exactly E\[b²\]/E\[b\]: the mean itself is a little less.
pub fn rest_with_costs(top: f64, lambda: f64, cost: f64) -> f64 {
    top * rest_uniform(lambda) - cost
}

/// The mean fee of that market: E\[b\] = r − v/r to the first order in the variance v. With Poisson blocks of variance T and the slope
/// s = 1 − rλ/(top · d) of b' on b, v = r²/(T d²)/(1 − s²).
pub fn mean_with_costs(top: f64, lambda: f64, cost: f64, (target, denominator): (f64, f64)) -> f64 {
    let rest = rest_with_costs(top, lambda, cost);
    let slope = 1.0 - rest * lambda / (top * denominator);
    rest - rest / (target * denominator * denominator) / (1.0 - slope * slope)
}

/// The fee at which work waits for `backlog` services of a node that serves one job at a time, each as long, where λ jobs are asked for in a
/// service and values are uniform from 0 to 1.
///
/// ρ²/2(1 − ρ) jobs wait (F. Pollaczek, 1930), which is the backlog, and ρ = λ(1 − b).
pub fn rest_of_queue(lambda: f64, backlog: f64) -> f64 {
    let load = (backlog * backlog + 2.0 * backlog).sqrt() - backlog;
    1.0 - load / lambda
}

/// What a checker asks on the average, relative to the price of the channel, whose price rises by that for each `twice_at` of work ahead:
/// it serves one look at a time, each of `service`, and ρ of its time.
///
/// Looks come at random and see the mean work ahead, ρs/2(1 − ρ) (Pollaczek–Khinchine; R. Wolff, "Poisson arrivals see time averages", 1982).
pub fn mean_ask(load: f64, service: f64, twice_at: f64) -> f64 {
    1.0 + load * service / (2.0 * (1.0 - load)) / twice_at
}

/// What the cheapest of d asks on the average that are drawn without replacement: of groups of so many, each with its ask, the cheapest group
/// first. It is Σ (a − a') Π (m − j)/(n − j) over the asks a, each above the one before, a', for the m of n that ask no less (order statistics of
/// a finite population).
pub fn cheapest(groups: &[(u32, f64)], drawn: u32) -> f64 {
    let all: u32 = groups.iter().map(|group| group.0).sum();
    let (mut left, mut before, mut mean) = (all, 0.0, 0.0);
    for &(count, ask) in groups {
        let none_below: f64 =
            (0..drawn).map(|j| (f64::from(left) - f64::from(j)).max(0.0) / f64::from(all - j)).product();
        mean += (ask - before) * none_below;
        (before, left) = (ask, left - count);
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn fees() {
        let after = |start, used| base_fee(start, 10_000_000, 8, &[used])[0];
        assert_eq!(after(1_000_000_000, 10_000_000), 1_000_000_000);
        assert_eq!(after(1_000_000_000, 9_000_000), 987_500_000);
        assert_eq!(after(1_000_000_000, 11_000_000), 1_012_500_000);
        assert_eq!(after(1_000_000_000, 20_000_000), 1_125_000_000);
        assert_eq!((after(7, 20_000_000), after(7, 0)), (8, 7));
        assert_eq!(base_fee(1_000_000_000, 1, 8, &[2; 30]).iter().position(|&fee| fee >= 10_000_000_000), Some(19));
        assert_eq!(band(1_000, false, &[80, 50, 100, 0]), [1_010, 1_010, 1_030, 1_009]);
        assert_eq!((band(49, false, &[100; 9])[8], band(49, true, &[0; 9])[8]), (49, 49));
        // Of 1, 2, 3 the smaller of two is 1, 1 or 2; of 1, 1, 5 always 1 but for none.
        assert_known(cheapest(&[(1, 1.0), (1, 2.0), (1, 3.0)], 2), 4.0 / 3.0);
        assert_known(cheapest(&[(2, 1.0), (1, 5.0)], 1), 7.0 / 3.0);
        assert_known(cheapest(&[(5, 1.0), (5, 2.0), (10, 3.0)], 3), 1.0 + 455.0 / 1140.0 + 120.0 / 1140.0);
        assert_known(rest_uniform(9.0), 0.888_888_888_888_888_8);
        let users = 2_000.0 / 476.0;
        assert_known(rest_with_costs(20.0, users, 3.5), 11.74);
        assert_known(mean_with_costs(20.0, users, 3.5, (f64::INFINITY, 8.0)), 11.74);
        assert_known(rest_of_queue(1.25, 0.5), 1.0 - (5.0f64.sqrt() - 1.0) / 2.5);
        assert_known(mean_ask(0.5, 1.0, 1.0), 1.5);
        let root = (0.2f64 * 4.2).sqrt();
        let [low, high] = swings(3.2, f64::INFINITY);
        assert_known(low, (4.2 - root) / 6.4);
        assert_known(high, (4.2 + root) / 6.4);
        assert_known(swings(2.5, f64::INFINITY)[0], rest_uniform(2.5));
    }
}
