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
//! A range of amounts or counts is searched at values that can be written: a share of the way is moved to that of the
//! rounded value, and a gap with no such value inside is done. A probe of which a run failed ends the search of its line:
//! what the other runs say would be a mean over those that the failure spared.
//!
//! What is tried next follows from the results of earlier generations alone, never from how they were computed.

use crate::maths::ln;
use crate::stats::interval::replication_interval;

use super::super::axis::Level;
use super::super::range::Range;
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
    /// The range of that axis, where its numbers may be rounded.
    pub range: Option<Range>,
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
    /// Replications that failed.
    pub failed: u64,
}

/// What to run next on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The bits of the share of the way.
    share: u64,
    /// The replications.
    pub replications: std::ops::Range<u64>,
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
    /// A run failed: nothing is said of this line.
    Failed,
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
        ("failed", "a run of it failed, so nothing is said of a crossing"),
    ];

    /// In tables.
    pub fn name(self) -> &'static str {
        Found::WORDS[self as usize].0
    }
}

impl Frontier {
    /// What to run next on a line with these probes, sorted by share; nothing once it is done.
    pub fn next(&self, probes: &[Probe], replications: &Replications) -> Vec<Ask> {
        let ask = |share: f64, replications: std::ops::Range<u64>| Ask { share: share.to_bits(), replications };
        if probes.is_empty() {
            return vec![ask(0.0, 0..replications.first), ask(1.0, 0..replications.first)];
        }
        if failed(probes) {
            return Vec::new();
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
                let quarters = self.untried(probes, QUARTERS.into_iter());
                return quarters.into_iter().map(|share| ask(share, 0..replications.first)).collect();
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
        let cuts = self.untried(probes, wide.flat_map(cuts));
        cuts.into_iter().map(|share| ask(share, 0..replications.first)).collect()
    }

    /// The shares whose values have not been tried, each value once.
    fn untried(&self, probes: &[Probe], shares: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut untried: Vec<f64> = Vec::new();
        for share in shares.map(|share| self.range.as_ref().map_or(share, |range| range.snapped(share))) {
            if probes.iter().all(|probe| probe.share != share) && !untried.contains(&share) {
                untried.push(share);
            }
        }
        untried
    }

    /// Where a line with these probes, sorted by share, is crossed.
    pub fn crossing(&self, probes: &[Probe], replications: &Replications) -> Crossing {
        if failed(probes) {
            return Crossing { found: Found::Failed, share: None, lower: None, upper: None };
        }
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

fn failed(probes: &[Probe]) -> bool {
    probes.iter().any(|probe| probe.failed > 0)
}

fn mean(probe: &Probe) -> Option<f64> {
    let count = probe.values.len() as f64;
    (count > 0.0).then(|| probe.values.iter().sum::<f64>() / count)
}

#[cfg(test)]
mod tests;
