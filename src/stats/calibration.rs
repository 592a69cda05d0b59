//! What was expected held against what came about: means in tenths of equal size, and Brier's score with its parts
//! (A. H. Murphy, A new vector partition of the probability score, 1973).

/// The part of a sample with expectations from one limit to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tenth {
    /// How many.
    pub count: u64,
    /// The sum of what was expected.
    pub expected: f64,
    /// The sum of what came about.
    pub realised: f64,
}

impl Tenth {
    /// One more.
    pub fn add(&mut self, expected: f64, realised: f64) {
        *self = Tenth { count: self.count + 1, expected: self.expected + expected, realised: self.realised + realised };
    }

    /// The mean of what was expected and that of what came about; `None` without any.
    pub fn means(&self) -> Option<[f64; 2]> {
        let count = self.count as f64;
        (self.count > 0).then(|| [self.expected / count, self.realised / count])
    }

    /// What came about over what was expected; `None` where nothing was.
    pub fn ratio(&self) -> Option<f64> {
        (self.expected > 0.0).then(|| self.realised / self.expected)
    }
}

/// The nine numbers that cut a sample into tenths of equal size; equal numbers are never cut apart. Sorts the sample.
pub fn cuts(expected: &mut [f64]) -> [f64; 9] {
    expected.sort_by(f64::total_cmp);
    std::array::from_fn(|cut| expected.get(expected.len() * (cut + 1) / 10).copied().unwrap_or(f64::INFINITY))
}

/// The place of a number among the tenths, from 0: how many cuts are not above it.
pub fn place(cuts: &[f64; 9], expected: f64) -> usize {
    cuts.partition_point(|cut| *cut <= expected)
}

/// The tenths of pairs of what was expected and what came about. Those of equal expectation are in the same; then others are empty.
pub fn tenths(pairs: &[(f64, f64)]) -> [Tenth; 10] {
    let cuts = cuts(&mut pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let mut tenths = [Tenth::default(); 10];
    pairs.iter().for_each(|&(expected, realised)| tenths[place(&cuts, expected)].add(expected, realised));
    tenths
}

/// Brier's score of probabilities, and its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brier {
    /// The mean square of probability less outcome; 0 is best.
    pub score: f64,
    /// How far the probabilities of each tenth are from its share; 0 is best.
    pub reliability: f64,
    /// How far the shares of the tenths are from the share of all; more is better.
    pub resolution: f64,
    /// The score of who always says the share of all: p (1 − p).
    pub uncertainty: f64,
}

impl Brier {
    /// Of probabilities and outcomes of 0 or 1, by tenths. `None` without any. Within a tenth, score = reliability − resolution + uncertainty leaves
    /// out how the probabilities spread (D. B. Stephenson and others, Two extra components in the Brier score decomposition, 2008).
    pub fn of(pairs: &[(f64, f64)]) -> Option<Brier> {
        let all = pairs.len() as f64;
        let share = pairs.iter().map(|pair| pair.1).sum::<f64>() / all;
        let score = pairs.iter().map(|(expected, realised)| (expected - realised) * (expected - realised)).sum::<f64>();
        let mut parts = [0.0; 2];
        for tenth in tenths(pairs) {
            let Some([expected, realised]) = tenth.means() else { continue };
            let weight = tenth.count as f64 / all;
            parts[0] += weight * (expected - realised) * (expected - realised);
            parts[1] += weight * (realised - share) * (realised - share);
        }
        let [reliability, resolution] = parts;
        (!pairs.is_empty()).then(|| Brier {
            score: score / all,
            reliability,
            resolution,
            uncertainty: share * (1.0 - share),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty numbers are two to a tenth. Of equal numbers there is one tenth.
    #[test]
    fn tenths_are_of_equal_size() {
        let pairs: Vec<(f64, f64)> = (0..20).rev().map(|number| (f64::from(number), 2.0 * f64::from(number))).collect();
        let found = tenths(&pairs);
        assert!(found.iter().all(|tenth| tenth.count == 2));
        assert_eq!((found[9].means(), found[9].ratio()), (Some([18.5, 37.0]), Some(2.0)));
        let alike = tenths(&[(3.0, 1.0); 7]);
        assert_eq!(alike.iter().map(|tenth| tenth.count).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
        assert_eq!((alike[0].means(), alike[0].ratio()), (None, None));
        assert!(tenths(&[]).iter().all(|tenth| tenth.count == 0));
    }

    /// Two probabilities, each right as often as it says: 10 at ½ of which 5, 10 at 1 all. Reliability 0, uncertainty ¾·¼, resolution 1/16, so
    /// the score is ⅛. The same said a tenth too low costs a hundredth.
    #[test]
    fn a_score_has_its_parts() {
        let outcomes = |number: i32| if number < 5 { 0.0 } else { 1.0 };
        let said = |less: f64| -> Vec<(f64, f64)> {
            (0..20).map(|number| (if number < 10 { 0.5 } else { 1.0 } - less, outcomes(number))).collect()
        };
        let brier = Brier::of(&said(0.0)).expect("twenty");
        let expected = Brier { score: 0.125, reliability: 0.0, resolution: 0.0625, uncertainty: 0.1875 };
        let parts = |brier: &Brier| [brier.score, brier.reliability, brier.resolution, brier.uncertainty];
        assert!(parts(&brier).iter().zip(parts(&expected)).all(|(a, b)| (a - b).abs() < 1e-12), "{brier:?}");
        let low = Brier::of(&said(0.1)).expect("twenty");
        assert!((low.reliability - 0.01).abs() < 1e-12, "{low:?}");
        assert!((low.score - (low.reliability - low.resolution + low.uncertainty)).abs() < 1e-12, "{low:?}");
        assert_eq!(Brier::of(&[]), None);
    }
}
