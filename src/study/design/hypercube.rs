//! Latin hypercubes: n points of which each of n equal parts of every axis holds one (McKay, Beckman and Conover 1979).

use crate::domain::purpose::Purpose;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};

/// `count` points, each coordinate inside (0, 1).
pub fn points(axes: usize, count: u32, seed: u64) -> Vec<Vec<f64>> {
    let mut points = vec![Vec::with_capacity(axes); count as usize];
    for axis in 0..axes {
        let mut chance = KeyedRng::new(key(Seed::from(seed), Purpose::Design as u32, axis as u64, 0, 0));
        let mut parts: Vec<u32> = (0..count).collect();
        // Fisher and Yates, from the back.
        for last in (1..parts.len()).rev() {
            parts.swap(last, chance.below(last as u64 + 1) as usize);
        }
        for (point, part) in points.iter_mut().zip(parts) {
            point.push((f64::from(part) + chance.unit()) / f64::from(count));
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_every_axis_holds_one_point() {
        let found = points(5, 37, 1);
        for axis in 0..5 {
            let mut parts: Vec<u32> = found.iter().map(|point| (point[axis] * 37.0) as u32).collect();
            assert_ne!(parts, (0..37).collect::<Vec<u32>>(), "shuffled");
            parts.sort_unstable();
            assert_eq!(parts, (0..37).collect::<Vec<u32>>());
        }
        assert_eq!(found, points(5, 37, 1));
        assert_ne!(found, points(5, 37, 2));
    }

    /// Axes are uncorrelated: with 400 points |r| stays below 4.9/√400.
    #[test]
    fn axes_are_shuffled_apart() {
        let found = points(2, 400, 1);
        let mut pair = crate::stats::online::Pair::new();
        found.iter().for_each(|point| pair.push(point[0], point[1]));
        assert!(pair.correlation().expect("they vary").abs() < 0.245);
    }
}
