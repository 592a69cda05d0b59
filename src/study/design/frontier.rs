//! The value of one axis at which the mean of a measure crosses a level: stochastic bisection, a generation at a time.
//!
//! On each line (a combination of the other axes) both ends of the range are run first. A probe lies on a side of the
//! level if the t interval of its mean over replications leaves the level out, and is undecided otherwise. Between the
//! last probe on the near side and the first on the far side the gap is halved until it is as narrow as the resolution;
//! where probes between the two stay undecided, the gaps on both sides of them are.
//!
//! Where both ends lie on one side, the quarters between them are tried before it is said that the line is not crossed: a
//! mean that rises and falls again would be overlooked. If one of them lies on the other side, the line is no monotone one,
//! and the first crossing is searched. A bump narrower than a quarter of the range may still be overlooked.
//!
//! The interval of the crossing reaches from the last probe on the near side to the first on the far side. It asks only
//! that the mean be monotone between them, and holds both the noise and the width of the bracket. A crossing for each
//! replication would need a search for each, and the mean of such crossings is not the crossing of the mean where the
//! response is curved. The error of 5 % is shared among all looks a line can take (Bonferroni), so that the interval
//! covers at least as often as it says if means are nearly normal.
//!
//! What is tried next follows from the results of earlier generations alone, never from how they were computed.

use std::ops::Range;

use crate::engine::maths::ln;
use crate::stats::interval::replication_interval;

use super::super::axis::Level;
use super::super::replicate::Replications;
use super::sides::{Side, changes, gap};

/// Tried where both ends agree, as shares of the way.
const QUARTERS: [f64; 3] = [0.25, 0.5, 0.75];

/// The nominal coverage of a crossing's interval.
const LEVEL: f64 = 0.95;

/// A search along one axis, on a line for each combination of the others.
#[derive(Clone, Debug)]
pub struct Frontier {
    /// The axis searched.
    pub axis: usize,
    /// The levels of the other axes on each line.
    pub lines: Vec<Vec<Level>>,
    /// What is crossed.
    pub level: f64,
    /// Gaps are not cut below this share of the range.
    pub resolution: f64,
    /// Points tried in each gap and generation.
    pub probes: u32,
}

/// A value that has been tried on a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The share of the way along the range.
    pub share: f64,
    /// The measure in each replication that did not fail.
    pub values: Vec<f64>,
    /// Replications in all.
    pub runs: u64,
}

/// What to run next on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The bits of the share of the way.
    share: u64,
    /// The replications.
    pub replications: Range<u64>,
}

/// How the search on a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The level is crossed inside the range.
    Crossed,
    /// The mean is below the level at both ends and wherever it was tried between.
    Below,
    /// The mean is above the level at both ends and wherever it was tried between.
    Above,
    /// The level is crossed more than once: the mean is not monotone, and the first crossing is the one that is given.
    NonMonotone,
    /// One end, or both, cannot be told from the level, so that the interval is open there; or both lie on one side, but not
    /// all that was tried between.
    Open,
}

/// Where a line is crossed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// How the search ended.
    pub found: Found,
    /// Where the line through the means crosses the level, as a share of the way.
    pub share: Option<f64>,
    /// The interval, as shares of the way; none where it is open or there is no crossing.
    pub lower: Option<f64>,
    /// Its upper end.
    pub upper: Option<f64>,
}

impl Ask {
    /// The share of the way along the range.
    pub fn share(&self) -> f64 {
        f64::from_bits(self.share)
    }
}

impl Found {
    /// As tables show them, with what they say, in their order.
    pub const WORDS: &[(&str, &str)] = &[
        ("crossed", "the level is crossed inside the range"),
        ("below", "the mean is below the level at both ends and wherever it was tried between"),
        ("above", "the mean is above the level at both ends and wherever it was tried between"),
        ("non-monotone", "the level is crossed more than once, and the first crossing is given"),
        ("open", "some end cannot be told from the level, or both lie on one side but not all that was tried between"),
    ];

    /// In tables.
    pub fn name(self) -> &'static str {
        Found::WORDS[self as usize].0
    }
}

impl Frontier {
    /// What to run next on a line with these probes, sorted by share; nothing once it is done.
    pub fn next(&self, probes: &[Probe], replications: &Replications) -> Vec<Ask> {
        let ask = |share: f64, replications: Range<u64>| Ask { share: share.to_bits(), replications };
        if probes.is_empty() {
            return vec![ask(0.0, 0..replications.first), ask(1.0, 0..replications.first)];
        }
        let sides = self.sides(probes, replications);
        let more: Vec<Ask> = probes
            .iter()
            .zip(&sides)
            .filter(|(probe, side)| **side == Side::Undecided && probe.values.len() as u64 == probe.runs)
            .filter(|(probe, _)| probe.runs < replications.most)
            .map(|(probe, _)| ask(probe.share, probe.runs..replications.after(probe.runs)))
            .collect();
        if !more.is_empty() {
            return more;
        }
        let gap = match gap(probes, &sides) {
            Ok(gap) => gap,
            Err(Found::Open) => return Vec::new(),
            Err(_) => {
                let is_new = |share: &f64| probes.iter().all(|probe| probe.share != *share);
                return QUARTERS.into_iter().filter(is_new).map(|share| ask(share, 0..replications.first)).collect();
            }
        };
        let gaps = match gap.undecided {
            None => [gap.near.zip(gap.far), None],
            Some((first, last)) => [gap.near.map(|near| (near, first)), gap.far.map(|far| (last, far))],
        };
        let parts = f64::from(self.probes) + 1.0;
        let cuts =
            |(from, to): (f64, f64)| (1..=self.probes).map(move |part| from + (to - from) * f64::from(part) / parts);
        let wide = gaps.into_iter().flatten().filter(|(from, to)| to - from > self.resolution);
        wide.flat_map(cuts).map(|share| ask(share, 0..replications.first)).collect()
    }

    /// Where a line with these probes, sorted by share, is crossed.
    pub fn crossing(&self, probes: &[Probe], replications: &Replications) -> Crossing {
        let sides = self.sides(probes, replications);
        let gap = match gap(probes, &sides) {
            Ok(gap) => gap,
            Err(found) => return Crossing { found, share: None, lower: None, upper: None },
        };
        let found = match (gap.near, gap.far) {
            _ if changes(&sides) > 1 => Found::NonMonotone,
            (Some(_), Some(_)) => Found::Crossed,
            _ => Found::Open,
        };
        let inside = probes.iter().filter(|probe| {
            gap.near.is_none_or(|near| near <= probe.share) && gap.far.is_none_or(|far| probe.share <= far)
        });
        let means: Vec<(f64, f64)> =
            inside.filter_map(|probe| Some((probe.share, mean(probe)? - self.level))).collect();
        let crossed = means.windows(2).find(|pair| (pair[0].1 < 0.0) != (pair[1].1 < 0.0));
        let share = crossed.map(|pair| {
            let ((from, before), (to, after)) = (pair[0], pair[1]);
            from + (to - from) * before / (before - after)
        });
        Crossing { found, share, lower: gap.near, upper: gap.far }
    }

    fn sides(&self, probes: &[Probe], replications: &Replications) -> Vec<Side> {
        let level = 1.0 - (1.0 - LEVEL) / self.looks(replications);
        probes.iter().map(|probe| self.side(probe, level)).collect()
    }

    fn side(&self, probe: &Probe, confidence: f64) -> Side {
        match replication_interval(&probe.values, confidence) {
            Some(interval) if interval.upper() < self.level => Side::Below,
            Some(interval) if interval.lower() > self.level => Side::Above,
            _ => Side::Undecided,
        }
    }

    /// How often a line is looked at, at most: both ends, two gaps cut down to the resolution, each probe after every wave.
    /// Where the quarters are tried, a gap is no wider than one of them.
    fn looks(&self, replications: &Replications) -> f64 {
        let probes = f64::from(self.probes);
        let cuts = |width: f64| (ln(width / self.resolution) / ln(probes + 1.0) - 1e-9).ceil();
        let (whole, quarter) = (cuts(1.0).max(1.0), cuts(QUARTERS[0]).max(0.0));
        let tried = f64::max(2.0 * probes * whole, QUARTERS.len() as f64 + 2.0 * probes * quarter);
        (2.0 + tried) * replications.looks() as f64
    }
}

fn mean(probe: &Probe) -> Option<f64> {
    let count = probe.values.len() as f64;
    (count > 0.0).then(|| probe.values.iter().sum::<f64>() / count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::maths::exp;
    use crate::engine::random::{Chance, Draw, Seed, key};
    use crate::stats::interval::normal_quantile;

    /// Where the mean crosses a half.
    const TRUTH: f64 = 0.377;

    fn frontier(resolution: f64, probes: u32) -> Frontier {
        Frontier { axis: 0, lines: vec![Vec::new()], level: 0.5, resolution, probes }
    }

    /// A falling logistic curve with the noise of one replication; `trial` chooses the noise.
    fn measured(share: f64, replication: u64, trial: u64, noise: f64) -> f64 {
        let mut draw = Draw::new(key(Seed::from(trial).replicate(replication), 0, share.to_bits(), 0, 0));
        1.0 / (1.0 + exp(8.0 * (share - TRUTH))) + noise * normal_quantile(draw.unit())
    }

    /// Runs the search to its end: the probes, and how many runs and generations it took.
    fn search(
        frontier: &Frontier,
        replications: &Replications,
        measure: impl Fn(f64, u64) -> f64,
    ) -> (Vec<Probe>, u64, u64) {
        let (mut probes, mut runs, mut generations): (Vec<Probe>, u64, u64) = (Vec::new(), 0, 0);
        loop {
            let asks = frontier.next(&probes, replications);
            if asks.is_empty() {
                return (probes, runs, generations);
            }
            generations += 1;
            for ask in asks {
                let share = ask.share();
                if probes.iter().all(|probe| probe.share != share) {
                    probes.push(Probe { share, values: Vec::new(), runs: 0 });
                }
                let probe = probes.iter_mut().find(|probe| probe.share == share).expect("it was added");
                runs += ask.replications.end - ask.replications.start;
                probe.runs = ask.replications.end;
                probe.values.extend(ask.replications.map(|replication| measure(share, replication)));
            }
            probes.sort_by(|one, other| one.share.total_cmp(&other.share));
        }
    }

    #[test]
    fn without_noise_the_bracket_halves_to_the_resolution() {
        let frontier = frontier(1.0 / 64.0, 1);
        let (probes, runs, generations) =
            search(&frontier, &Replications::fixed(2), |share, _| if share < TRUTH { 1.0 } else { 0.0 });
        assert_eq!((probes.len(), runs, generations), (8, 16, 7));
        let crossing = frontier.crossing(&probes, &Replications::fixed(2));
        let (lower, upper) = (crossing.lower.unwrap(), crossing.upper.unwrap());
        assert!(lower < TRUTH && TRUTH <= upper && upper - lower == 1.0 / 64.0);
        assert_eq!(crossing.found, Found::Crossed);
    }

    #[test]
    fn a_line_that_is_not_crossed_says_so() {
        let frontier = frontier(1.0 / 64.0, 1);
        for (value, found, points) in [(0.9, Found::Above, 5), (0.1, Found::Below, 5), (0.5, Found::Open, 2)] {
            let (probes, runs, _) = search(&frontier, &Replications::fixed(3), |_, _| value);
            assert_eq!(
                (probes.len(), runs),
                (points, 3 * points as u64),
                "both ends, and the quarters where they agree"
            );
            assert_eq!(frontier.crossing(&probes, &Replications::fixed(3)).found, found);
        }
    }

    /// A mean that rises above the level and falls again before the end: both ends lie below.
    #[test]
    fn a_bump_between_the_ends_is_found() {
        let (frontier, replications) = (frontier(1.0 / 64.0, 1), Replications::fixed(6));
        let bump = |from: f64, to: f64| {
            move |share: f64, replication: u64| {
                let mean = if (from..to).contains(&share) { 0.8 } else { 0.2 };
                mean + 0.2 * (measured(share, replication, 1, 0.1) - measured(share, replication, 1, 0.0))
            }
        };
        for (from, to) in [(0.3, 0.6), (0.7, 0.9), (0.01, 0.99)] {
            let (probes, runs, _) = search(&frontier, &replications, bump(from, to));
            let crossing = frontier.crossing(&probes, &replications);
            assert_eq!(crossing.found, Found::NonMonotone, "{from} to {to}");
            assert!(
                crossing.lower.unwrap() < from && from <= crossing.upper.unwrap(),
                "the first of two: {crossing:?}"
            );
            assert!(crossing.upper.unwrap() - crossing.lower.unwrap() <= 1.0 / 64.0);
            assert!(runs * 4 <= 65 * 6, "{runs} runs");
        }
        // A mean that touches the level between the ends is neither.
        let (probes, ..) = search(&frontier, &replications, |share, replication| {
            let noise = measured(share, replication, 1, 0.1) - measured(share, replication, 1, 0.0);
            if share == 0.5 { 0.5 + noise } else { 0.2 + noise }
        });
        assert_eq!(frontier.crossing(&probes, &replications).found, Found::Open);
        // What falls between the quarters is not seen, and not claimed.
        let (probes, ..) = search(&frontier, &replications, bump(0.3, 0.4));
        assert_eq!((frontier.crossing(&probes, &replications).found, probes.len()), (Found::Below, 5));
    }

    /// At the same rule, the same replications and the same half-width, a grid takes several times as many runs.
    #[test]
    fn a_search_takes_far_fewer_runs_than_a_grid() {
        let (frontier, replications) = (frontier(1.0 / 64.0, 1), Replications::fixed(20));
        for trial in 1..=20 {
            let measure = |share: f64, replication: u64| measured(share, replication, trial, 0.05);
            let (probes, runs, _) = search(&frontier, &replications, measure);
            let on_grid = |step: u32| {
                let share = f64::from(step) / 64.0;
                Probe { share, values: (0..20).map(|replication| measure(share, replication)).collect(), runs: 20 }
            };
            let grid: Vec<Probe> = (0..=64).map(on_grid).collect();
            let width = |probes: &[Probe]| {
                let crossing = frontier.crossing(probes, &replications);
                crossing.upper.unwrap() - crossing.lower.unwrap()
            };
            assert!(width(&probes) <= width(&grid) + 2.0 / 64.0, "trial {trial}");
            assert!(runs * 4 <= 65 * 20, "{runs} runs in trial {trial}");
        }
    }

    /// 400 searches, the limit fixed beforehand: with the error shared among all looks at least 95 % cover.
    #[test]
    fn intervals_cover_the_truth() {
        let replications = Replications::fixed(10);
        let frontier = frontier(1.0 / 32.0, 1);
        let covers = |trial: u64| {
            let (probes, ..) = search(&frontier, &replications, |share, run| measured(share, run, trial, 0.1));
            let crossing = frontier.crossing(&probes, &replications);
            crossing.lower.is_none_or(|lower| lower <= TRUTH) && crossing.upper.is_none_or(|upper| TRUTH <= upper)
        };
        let covered = (1..=400).filter(|&trial| covers(trial)).count();
        assert!(covered >= 380, "{covered} of 400");
    }

    /// Waves are spent where the level cannot be told, and nowhere else.
    #[test]
    fn undecided_probes_get_more_replications() {
        let waves = Replications { first: 5, wave: 10, most: 45, relative: None };
        let frontier = frontier(1.0 / 16.0, 1);
        let (probes, runs, _) = search(&frontier, &waves, |share, run| measured(share, run, 1, 0.2));
        let ends = [&probes[0], &probes[probes.len() - 1]];
        assert!(ends.iter().all(|probe| probe.runs < 45), "far from the level few are enough");
        assert!(probes.iter().any(|probe| probe.runs > 5));
        assert!(runs < 45 * probes.len() as u64);
    }

    #[test]
    fn more_probes_make_fewer_generations() {
        let measure = |share: f64, _| if share < TRUTH { 1.0 } else { 0.0 };
        let (_, _, one) = search(&frontier(1.0 / 64.0, 1), &Replications::fixed(2), measure);
        let (probes, _, three) = search(&frontier(1.0 / 64.0, 3), &Replications::fixed(2), measure);
        assert_eq!((one, three, probes.len()), (7, 4, 11));
    }
}
