//! Searches over a curve that is known.

use super::*;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};
use crate::maths::exp;
use crate::stats::interval::normal_quantile;

/// Where the mean crosses a half.
const TRUTH: f64 = 0.377;

fn frontier(resolution: f64, probes: u32) -> Frontier {
    Frontier { axis: 0, range: None, lines: vec![Vec::new()], level: 0.5, resolution, probes }
}

/// A falling logistic curve with the noise of one replication; `trial` chooses the noise.
fn measured(share: f64, replication: u64, trial: u64, noise: f64) -> f64 {
    let mut draw = KeyedRng::new(key(Seed::from(trial).replicate(replication), 0, share.to_bits(), 0, 0));
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
                probes.push(Probe { share, values: Vec::new(), runs: 0, failed: 0 });
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
        assert_eq!((probes.len(), runs), (points, 3 * points as u64), "both ends, and the quarters where they agree");
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
        assert!(crossing.lower.unwrap() < from && from <= crossing.upper.unwrap(), "the first of two: {crossing:?}");
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
            Probe {
                share,
                values: (0..20).map(|replication| measure(share, replication)).collect(),
                runs: 20,
                failed: 0,
            }
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

/// A range of amounts whose ends are a few millionths apart, or of a few counts, ends as soon as no value is left between.
#[test]
fn a_rounded_range_is_searched_at_values_that_can_be_written() {
    use super::super::super::file::Scale;
    use super::super::super::grain::Grain;
    let cases = [(0.0001, 1.0, Scale::Log, Grain::Money), (1.0, 9.0, Scale::Linear, Grain::Whole)];
    for (from, to, scale, grain) in cases {
        for probes in [1, 3] {
            let range = Range { from, to, count: None, scale, unit: String::new(), grain };
            let frontier = Frontier { range: Some(range.clone()), ..frontier(1.0 / 1024.0, probes) };
            // The measure falls at a value, not at a share, as a scenario's would.
            let falls_at = range.at(TRUTH);
            let measure = |share: f64, _| if range.at(share) < falls_at { 1.0 } else { 0.0 };
            let (tried, ..) = search(&frontier, &Replications::fixed(2), measure);
            let values: Vec<f64> = tried.iter().map(|probe| range.at(probe.share)).collect();
            assert!(values.is_sorted_by(|one, next| one < next), "each value once: {values:?}");
            assert!(values.iter().all(|value| grain.rounded(*value) == *value));
            let crossing = frontier.crossing(&tried, &Replications::fixed(2));
            assert_eq!(crossing.found, Found::Crossed);
            let (lower, upper) = (range.at(crossing.lower.unwrap()), range.at(crossing.upper.unwrap()));
            assert!(lower < falls_at && falls_at <= upper, "{lower} {falls_at} {upper}");
            if grain == Grain::Whole {
                assert_eq!(upper - lower, 1.0, "nothing lies between neighbours");
            }
        }
    }
}

/// Whatever the runs that did not fail say, and wherever the failed one is.
#[test]
fn a_failed_run_ends_the_search_without_a_crossing() {
    let (frontier, replications) = (frontier(1.0 / 64.0, 1), Replications::fixed(3));
    let measure = |share: f64, _| if share < TRUTH { 1.0 } else { 0.0 };
    let (mut probes, ..) = search(&frontier, &replications, measure);
    assert_eq!(frontier.crossing(&probes, &replications).found, Found::Crossed);
    for place in 0..probes.len() {
        probes[place].failed = 1;
        let failed = Crossing { found: Found::Failed, share: None, lower: None, upper: None };
        assert_eq!(frontier.crossing(&probes, &replications), failed);
        assert!(frontier.next(&probes[..=place], &replications).is_empty());
        probes[place].failed = 0;
    }
}
