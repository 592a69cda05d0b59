//! Do several series move as one? Correlations, their principal values, and bands from shifted series.

use serde::{Deserialize, Serialize};

pub use super::regression::{Fit, VectorAutoregression, least_squares, spectral_radius, vector_autoregression};

use super::interval::assert_level;
use super::quantile::sorted_quantile;

/// Sweeps before the rotations are given up; about eight do.
const SWEEPS_MAX: usize = 100;

/// A symmetric matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Symmetric {
    order: usize,
    /// All entries, row by row.
    entries: Vec<f64>,
}

/// One eigenvalue with its eigenvector of length 1, whose largest entry is positive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Principal {
    /// The eigenvalue.
    pub value: f64,
    /// The weight of each series in it.
    pub vector: Vec<f64>,
}

/// A statistic of several series beside the range it takes where they keep their own course but not their common time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftBand {
    /// The statistic of the series as they are.
    pub observed: f64,
    /// The lower end of the band of shifted series.
    pub lower: f64,
    /// The upper end of the band of shifted series.
    pub upper: f64,
    /// (1 + shifts that reach `observed`)/(1 + shifts): the one-sided tail probability.
    pub tail: f64,
    /// How many shifts were tried.
    pub shifts: u64,
}

impl Symmetric {
    /// A matrix from its entries, row by row; none where they are not finite or not symmetric to 1e-9 of the largest.
    ///
    /// Panics where there are not `order`² of them.
    pub fn new(order: usize, entries: Vec<f64>) -> Option<Symmetric> {
        assert_eq!(entries.len(), order * order, "a square matrix of order `{order}`");
        let largest = entries.iter().fold(0.0, |largest: f64, entry| largest.max(entry.abs()));
        let same = |at: usize| (entries[at] - entries[at % order * order + at / order]).abs() <= 1e-9 * largest;
        let sound = entries.iter().all(|entry| entry.is_finite()) && (0..order * order).all(same);
        sound.then_some(Symmetric { order, entries })
    }

    /// How many rows there are.
    pub fn order(&self) -> usize {
        self.order
    }

    /// The entry in row `i` and column `j`.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.entries[i * self.order + j]
    }

    /// All eigenvalues with their vectors, largest first, by Jacobi's cyclic rotations (Golub and Van Loan 2013, *Matrix
    /// Computations*, §8.5): small relative to the largest, errors are about 1e-15.
    pub fn principals(&self) -> Vec<Principal> {
        let k = self.order;
        let mut a = self.entries.clone();
        let mut vectors: Vec<f64> = (0..k * k).map(|at| if at / k == at % k { 1.0 } else { 0.0 }).collect();
        let scale: f64 = a.iter().map(|entry| entry * entry).sum();
        for _ in 0..SWEEPS_MAX {
            let off: f64 = (0..k * k).filter(|at| at / k != at % k).map(|at| a[at] * a[at]).sum();
            if off <= 1e-32 * scale {
                break;
            }
            for p in 0..k {
                for q in p + 1..k {
                    rotate(&mut a, &mut vectors, k, p, q);
                }
            }
        }
        let mut principals: Vec<Principal> = (0..k)
            .map(|i| {
                let vector: Vec<f64> = (0..k).map(|row| vectors[row * k + i]).collect();
                let largest = vector.iter().fold(0.0, |best: f64, &w| if w.abs() > best.abs() { w } else { best });
                let sign = if largest < 0.0 { -1.0 } else { 1.0 };
                Principal { value: a[i * k + i], vector: vector.into_iter().map(|weight| sign * weight).collect() }
            })
            .collect();
        principals.sort_by(|one, other| other.value.total_cmp(&one.value));
        principals
    }
}

/// Pearson's correlations of `series` of equal length. None with fewer than two observations or where a series is constant or
/// not finite. Panics where lengths differ.
pub fn correlations<S: AsRef<[f64]>>(series: &[S]) -> Option<Symmetric> {
    let k = series.len();
    let n = series.first()?.as_ref().len();
    let mut unit = Vec::with_capacity(k);
    for one in series {
        let one = one.as_ref();
        assert_eq!(one.len(), n, "series are equally long");
        let mean = one.iter().sum::<f64>() / n as f64;
        let mut apart: Vec<f64> = one.iter().map(|x| x - mean).collect();
        let length = apart.iter().map(|x| x * x).sum::<f64>().sqrt();
        // A constant series may differ from its rounded mean by a hair.
        let largest = one.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
        if !length.is_finite() || length <= 1e-14 * largest * (n as f64).sqrt() {
            return None;
        }
        apart.iter_mut().for_each(|x| *x /= length);
        unit.push(apart);
    }
    let entry = |i: usize, j: usize| match i == j {
        true => 1.0,
        false => unit[i].iter().zip(&unit[j]).map(|(x, y)| x * y).sum::<f64>().clamp(-1.0, 1.0),
    };
    let entries = (0..k * k).map(|at| entry((at / k).min(at % k), (at / k).max(at % k))).collect();
    Some(Symmetric { order: k, entries })
}

/// The one-process share (λ₁ − 1)/(k − 1) of the correlation of `series`: 0 where they are uncorrelated, 1 where they move as one
/// (in either direction). None with fewer than two series or where [`correlations`] is none.
pub fn one_process_share<S: AsRef<[f64]>>(series: &[S]) -> Option<f64> {
    let k = series.len();
    if k < 2 {
        return None;
    }
    let largest = correlations(series)?.principals()[0].value;
    Some(((largest - 1.0) / (k - 1) as f64).clamp(0.0, 1.0))
}

/// Compares `statistic` of the series as they are with its values where each series is turned round in time by its own number of
/// places: every series keeps its law and its dependence on itself, what they share by acting at the same time is gone (the
/// toroidal shift of Lotwick and Silverman 1982). `shifts` gives for each trial one offset per series.
///
/// None where the statistic is none or there are no shifts. Panics where lengths differ, or unless `level` lies inside (0, 1).
pub fn circular_shift_band<S: AsRef<[f64]>>(
    series: &[S],
    shifts: impl IntoIterator<Item = Vec<usize>>,
    level: f64,
    statistic: impl Fn(&[Vec<f64>]) -> Option<f64>,
) -> Option<ShiftBand> {
    assert_level(level);
    let own: Vec<Vec<f64>> = series.iter().map(|one| one.as_ref().to_vec()).collect();
    let n = own.first()?.len();
    assert!(own.iter().all(|one| one.len() == n), "series are equally long");
    let observed = statistic(&own)?;
    let mut turned = own.clone();
    let mut values = Vec::new();
    for offsets in shifts {
        assert_eq!(offsets.len(), own.len(), "every series has an offset");
        for ((into, from), offset) in turned.iter_mut().zip(&own).zip(offsets) {
            let (head, tail) = from.split_at(offset % n.max(1));
            into[..tail.len()].copy_from_slice(tail);
            into[tail.len()..].copy_from_slice(head);
        }
        values.push(statistic(&turned)?);
    }
    values.sort_by(f64::total_cmp);
    let reached = values.len() - values.partition_point(|&value| value < observed);
    Some(ShiftBand {
        observed,
        lower: sorted_quantile(&values, 0.5 * (1.0 - level))?,
        upper: sorted_quantile(&values, 0.5 * (1.0 + level))?,
        tail: (1 + reached) as f64 / (1 + values.len()) as f64,
        shifts: values.len() as u64,
    })
}

/// One rotation in the plane of `p` and `q` that makes their entry 0.
fn rotate(a: &mut [f64], vectors: &mut [f64], k: usize, p: usize, q: usize) {
    let entry = a[p * k + q];
    if entry == 0.0 {
        return;
    }
    let theta = (a[q * k + q] - a[p * k + p]) / (2.0 * entry);
    let tangent = if theta >= 0.0 { 1.0 } else { -1.0 } / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for i in 0..k {
        let (one, other) = (a[i * k + p], a[i * k + q]);
        a[i * k + p] = cosine * one - sine * other;
        a[i * k + q] = sine * one + cosine * other;
    }
    for i in 0..k {
        let (one, other) = (a[p * k + i], a[q * k + i]);
        a[p * k + i] = cosine * one - sine * other;
        a[q * k + i] = sine * one + cosine * other;
        let (one, other) = (vectors[i * k + p], vectors[i * k + q]);
        vectors[i * k + p] = cosine * one - sine * other;
        vectors[i * k + q] = sine * one + cosine * other;
    }
    (a[p * k + q], a[q * k + p]) = (0.0, 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::{Trial, assert_close};
    use proptest::prelude::*;

    // worked example: the second difference matrix of order 3 has eigenvalues 2 and 2 ± √2.
    #[test]
    fn the_second_difference_has_its_known_eigenvalues() {
        let matrix = Symmetric::new(3, vec![2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0]).unwrap();
        let principals = matrix.principals();
        let root = 2.0_f64.sqrt();
        for (seen, known) in principals.iter().zip([2.0 + root, 2.0, 2.0 - root]) {
            assert_close(seen.value, known, 1e-14);
        }
        let first = &principals[0].vector;
        assert!((first[1] - 1.0 / root).abs() < 1e-14 && (first[0] + 0.5).abs() < 1e-14);
        assert_eq!(Symmetric::new(2, vec![1.0, 2.0, 3.0, 1.0]), None);
    }

    // worked example: equal correlation ρ of k series has λ₁ = 1 + (k − 1)ρ, so the one-process share is ρ.
    #[test]
    fn equally_correlated_series_have_their_correlation_as_share() {
        let matrix = Symmetric::new(5, (0..25).map(|at| if at / 5 == at % 5 { 1.0 } else { 0.3 }).collect()).unwrap();
        let values: Vec<f64> = matrix.principals().iter().map(|principal| principal.value).collect();
        assert_close(values[0], 2.2, 1e-14);
        assert!(values[1..].iter().all(|value| (value - 0.7).abs() < 1e-14));
    }

    #[test]
    fn the_share_tells_one_process_from_several() {
        let ramp: Vec<f64> = (0..50).map(f64::from).collect();
        let fall: Vec<f64> = ramp.iter().map(|x| 7.0 - 3.0 * x).collect();
        assert_close(one_process_share(&[&ramp, &fall, &ramp]).unwrap(), 1.0, 1e-12);
        assert_eq!(one_process_share(&[&ramp]), None);
        assert_eq!(one_process_share(&[ramp, vec![0.1; 50]]), None);
        // Four observations of two orthogonal series.
        let (one, other) = ([1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]);
        assert_eq!(one_process_share(&[one, other]), Some(0.0));
    }

    #[test]
    fn shifts_part_common_shocks_from_own_courses() {
        let mut trial = Trial::new();
        let n = 1500;
        // Three autoregressions: alone, and with a quarter of their shocks' variance in common.
        let mut make = |common: f64| {
            let mut series = vec![vec![0.0; n]; 3];
            for t in 1..n {
                let shock = common * trial.normal();
                for one in &mut series {
                    one[t] = 0.9 * one[t - 1] + shock + (1.0 - common * common).sqrt() * trial.normal();
                }
            }
            series
        };
        let (apart, together) = (make(0.0), make(0.5));
        let mut places = Trial::new();
        let mut band = |series: &[Vec<f64>]| {
            let shifts: Vec<Vec<usize>> =
                (0..300).map(|_| vec![0, places.below(1500) as usize, places.below(1500) as usize]).collect();
            circular_shift_band(series, shifts, 0.95, one_process_share).unwrap()
        };
        let (apart, together) = (band(&apart), band(&together));
        assert!(apart.tail > 0.01 && apart.observed < 2.0 * apart.upper, "{apart:?}");
        assert!(together.tail < 0.01 && together.observed > together.upper, "{together:?}");
        assert!(apart.lower <= apart.upper && apart.shifts == 300);
    }

    #[test]
    fn a_shift_by_nothing_changes_nothing() {
        let series = [[1.0, 5.0, 2.0, 8.0], [2.0, 4.0, 1.0, 9.0]];
        let band = circular_shift_band(&series, [vec![4, 8], vec![0, 0]], 0.5, one_process_share).unwrap();
        assert_eq!((band.lower, band.upper, band.tail), (band.observed, band.observed, 1.0));
        assert_eq!(circular_shift_band(&series, [], 0.5, one_process_share), None);
    }

    proptest! {
        #[test]
        fn principals_rebuild_their_matrix(k in 1_usize..8, entries in prop::collection::vec(-10.0_f64..10.0, 64)) {
            let at = |i: usize, j: usize| entries[i.min(j) * 8 + i.max(j)];
            let matrix = Symmetric::new(k, (0..k * k).map(|index| at(index / k, index % k)).collect()).unwrap();
            let principals = matrix.principals();
            let trace: f64 = (0..k).map(|i| matrix.at(i, i)).sum();
            prop_assert!((principals.iter().map(|p| p.value).sum::<f64>() - trace).abs() < 1e-11);
            for i in 0..k {
                for j in 0..k {
                    let sum: f64 = principals.iter().map(|p| p.value * p.vector[i] * p.vector[j]).sum();
                    prop_assert!((sum - matrix.at(i, j)).abs() < 1e-11);
                    let product: f64 = principals[i].vector.iter().zip(&principals[j].vector).map(|(a, b)| a * b).sum();
                    let same = f64::from(u8::from(i == j));
                    prop_assert!((product - same).abs() < 1e-12);
                }
            }
            prop_assert!(principals.windows(2).all(|pair| pair[0].value >= pair[1].value));
        }
    }
}
