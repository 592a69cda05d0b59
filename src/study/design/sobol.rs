//! Sobol's sequence: points that fill a cube evenly, whatever part of it is looked at (Sobol 1967), in Gray-code order
//! (Antonov and Saleev 1979), with the direction numbers of Joe and Kuo (2008), scrambled as by Owen (1995).

use crate::domain::purpose::Purpose;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};

/// The most axes it serves.
pub const AXES_MAX: usize = 16;

/// Binary digits of a coordinate.
const DIGITS: u32 = 32;

/// 2³².
const WHOLE: f64 = (1_u64 << DIGITS) as f64;

/// Of each axis from the second on: the degree of its primitive polynomial, the polynomial's inner coefficients as
/// binary digits, and the first direction numbers (S. Joe and F. Kuo, "Constructing Sobol sequences with better
/// two-dimensional projections", SIAM Journal on Scientific Computing 30, 2008).
const STARTS: [(u32, u32, &[u32]); AXES_MAX - 1] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
    (5, 11, &[1, 1, 5, 1, 1]),
    (5, 13, &[1, 1, 1, 3, 11]),
    (5, 14, &[1, 3, 5, 5, 31]),
    (6, 1, &[1, 3, 3, 9, 7, 49]),
    (6, 13, &[1, 1, 1, 15, 21, 21]),
    (6, 16, &[1, 3, 1, 13, 27, 49]),
];

/// The first `count` points in so many dimensions, each coordinate inside (0, 1).
///
/// Every axis is scrambled on its own: a digit is turned or not by a draw that is keyed by the digits before it, which
/// keeps the evenness and makes each point uniform. Panics beyond [`AXES_MAX`] axes.
pub fn scrambled(axes: usize, count: u32, seed: u64) -> Vec<Vec<f64>> {
    let place = |digits: u32| (f64::from(digits) + 0.5) / WHOLE;
    let scramble = |point: Vec<u32>| {
        point.iter().enumerate().map(|(axis, &digits)| place(owen(digits, axis as u64, seed))).collect()
    };
    plain(axes, count).into_iter().map(scramble).collect()
}

/// The first `count` points as they are, in digits after the binary point.
fn plain(axes: usize, count: u32) -> Vec<Vec<u32>> {
    assert!(axes <= AXES_MAX, "a Sobol sequence of {axes} axes");
    let directions: Vec<[u32; DIGITS as usize]> = (0..axes).map(directions).collect();
    let mut point = vec![0; axes];
    let mut points = Vec::with_capacity(count as usize);
    for index in 0..count {
        points.push(point.clone());
        let turned = index.trailing_ones().min(DIGITS - 1) as usize;
        point.iter_mut().zip(&directions).for_each(|(digits, direction)| *digits ^= direction[turned]);
    }
    points
}

/// The direction numbers of an axis, each with its digits after the binary point.
fn directions(axis: usize) -> [u32; DIGITS as usize] {
    let mut numbers = [0; DIGITS as usize];
    if axis == 0 {
        (0..DIGITS).for_each(|digit| numbers[digit as usize] = 1 << (DIGITS - 1 - digit));
        return numbers;
    }
    let (degree, coefficients, starts) = STARTS[axis - 1];
    for digit in 0..DIGITS as usize {
        let degree = degree as usize;
        numbers[digit] = if digit < degree {
            starts[digit] << (DIGITS as usize - 1 - digit)
        } else {
            let first = numbers[digit - degree] ^ (numbers[digit - degree] >> degree);
            (1..degree).fold(first, |number, back| {
                let has = coefficients >> (degree - 1 - back) & 1;
                number ^ (has * numbers[digit - back])
            })
        };
    }
    numbers
}

/// Nested uniform scrambling of one coordinate.
fn owen(digits: u32, axis: u64, seed: u64) -> u32 {
    let mut scrambled = 0;
    for digit in 0..DIGITS {
        // The digits before this one, with a one in front that tells how many they are.
        let before = (1_u64 << digit) | (u64::from(digits) >> (DIGITS - digit));
        let turn = KeyedRng::new(key(Seed::from(seed), Purpose::Design as u32, axis, before, 0)).bits() >> 63;
        let own = digits >> (DIGITS - 1 - digit) & 1;
        scrambled = scrambled << 1 | (own ^ turn as u32);
    }
    scrambled
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published first points in three dimensions.
    #[test]
    fn the_first_points_are_known() {
        let expected = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875],
            [0.125, 0.625, 0.375],
        ];
        let found = plain(3, 8);
        for (found, expected) in found.iter().zip(expected) {
            let found: Vec<f64> = found.iter().map(|digits| f64::from(*digits) / WHOLE).collect();
            assert_eq!(found, expected);
        }
    }

    /// Each of 256 parts of every axis holds one of 256 points, before and after scrambling.
    #[test]
    fn every_axis_is_filled_evenly() {
        let parts = |points: Vec<Vec<f64>>, axis: usize| {
            let mut seen: Vec<u32> = points.iter().map(|point| (point[axis] * 256.0) as u32).collect();
            seen.sort_unstable();
            seen == (0..256).collect::<Vec<u32>>()
        };
        let as_numbers = |points: Vec<Vec<u32>>| -> Vec<Vec<f64>> {
            points.iter().map(|point| point.iter().map(|digits| f64::from(*digits) / WHOLE).collect()).collect()
        };
        for axis in 0..AXES_MAX {
            assert!(parts(as_numbers(plain(AXES_MAX, 256)), axis), "axis {axis}");
            assert!(parts(scrambled(AXES_MAX, 256, 1), axis), "axis {axis}");
        }
    }

    /// The first two axes are a (0, m, 2)-net: every box of area 1/64 holds one of the first 64 points, scrambled or not.
    #[test]
    fn boxes_of_two_axes_hold_one_point_each() {
        for seed in 1..4 {
            let points = scrambled(2, 64, seed);
            for wide in 0..=6 {
                let (columns, rows) = (1_u32 << wide, 64 >> wide);
                let cell = |point: &Vec<f64>| {
                    (point[0] * f64::from(columns)) as u32 * rows + (point[1] * f64::from(rows)) as u32
                };
                let mut seen: Vec<u32> = points.iter().map(cell).collect();
                seen.sort_unstable();
                assert_eq!(seen, (0..64).collect::<Vec<u32>>(), "{columns} × {rows}");
            }
        }
    }

    #[test]
    fn the_seed_scrambles() {
        assert_eq!(scrambled(3, 16, 7), scrambled(3, 16, 7));
        assert_ne!(scrambled(3, 16, 7), scrambled(3, 16, 8));
    }

    /// The mean of the product of coordinates is 2⁻ᵈ; plain chance would miss it by about 0.06/√n.
    #[test]
    fn integrals_come_out_better_than_by_chance() {
        let points = scrambled(4, 4096, 1);
        let mean = points.iter().map(|point| point.iter().product::<f64>()).sum::<f64>() / 4096.0;
        assert!((mean - 1.0 / 16.0).abs() < 1e-4, "{mean}");
    }
}
