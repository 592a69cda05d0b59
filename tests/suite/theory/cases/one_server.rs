//! One server, first come, first served.

use reliance::stats::quantile::LogGrid;

use crate::suite::theory::case::{
    Case, Chapter, Part, Row, declined, jobs, sojourn, wait, wait_variance, waiting, waits,
};
use crate::suite::theory::formulas::markov::{Bounded, Single};
use crate::suite::theory::formulas::single::{self, Moments};
use crate::suite::theory::formulas::transient::jobs_from_empty;
use crate::suite::theory::watch::{Seen, Wish};

/// When a market that starts empty is looked at, in seconds.
const LOOKS: [f64; 6] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0];

/// Replications of the market that starts empty; they are short.
const STARTS: u64 = 60_000;

pub fn chapters() -> Vec<Chapter> {
    let stationary = [("mm1-0.5", 0.5), ("mm1-0.8", 0.8), ("mm1-0.9", 0.9)];
    let mut exponential: Vec<Case> = stationary.map(|(name, load)| mm1(name, load)).into();
    exponential.extend([from_empty(), room()]);
    vec![
        Chapter {
            title: "One server, exponential gaps and work",
            about: "M/M/1 with μ = 1/s and λ = ρ/s. L. Kleinrock, *Queueing Systems* 1 (1975), chapter 3. The market from empty is \
                    computed by uniformisation (A. Jensen 1953); its replications are short and many."
                .into(),
            cases: exponential,
        },
        Chapter {
            title: "One server, other gaps and other work",
            about: "M/G/1, D/M/1 and bulk arrivals with E S = 1 s. Mean waits by F. Pollaczek and A. Khinchine, variances by \
                    L. Takács (1962); σ is the root of σ = e^(−(1−σ)/ρ). Variances of waits are taken about the expected mean."
                .into(),
            cases: vec![
                mg1("md1-0.7", Moments::constant(1.0)),
                mg1("mg1-erlang-0.7", Moments::erlang(1.0, 4)),
                mg1("mg1-lognormal-0.7", Moments::lognormal(1.0, 2.0)),
                mg1("mg1-hyperexponential-0.7", Moments::hyperexponential(1.0, 4.0)),
                regular(),
                bulk(),
            ],
        },
    ]
}

fn mm1(scenario: &'static str, load: f64) -> Case {
    let queue = Single { lambda: load, mu: 1.0 };
    let mean = queue.jobs();
    let rows = vec![
        Row::new("mean number of jobs", "ρ/(1−ρ)", mean, jobs),
        Row::new("mean number waiting", "ρ²/(1−ρ)", queue.waiting(), waiting),
        Row::new("mean time to answer", "1/(μ−λ)", queue.sojourn(), sojourn),
        Row::new("mean wait", "ρ/(μ−λ)", queue.wait(), wait),
        Row::new("variance of the number", "ρ/(1−ρ)²", queue.jobs_variance(), move |seen| {
            // About the mean it should have: Σ(n−m)² = Σn² − 2mΣn + m²Σ1.
            let (seconds, area) = (seen.probe.seconds(), seen.probe.area(|gauge| gauge.open_area));
            Part::new(seen.probe.level.squares as f64 * 1e-9 - 2.0 * mean * area + mean * mean * seconds, seconds)
        }),
        Row::new("variance of the wait", "ρ(2−ρ)/(μ−λ)²", queue.wait_variance(), wait_variance(queue.wait())),
        Row::new("95 % of answers come within", "ln 20/(μ−λ)", queue.sojourn_quantile(0.95), |seen| {
            Part::new(quantile(&seen.summary.response.grid, 0.95), 1.0)
        }),
        Row::new("time with ten jobs or more", "ρ¹⁰", queue.at_least(10), |seen| {
            let nanos: u64 = seen.probe.level.nanos[10..].iter().sum();
            Part::new(nanos as f64 * 1e-9, seen.probe.seconds())
        }),
    ];
    Case::new(scenario, rows)
}

/// A quantile, in seconds, by a straight line through its cell of the grid.
fn quantile(grid: &LogGrid, share: f64) -> f64 {
    let rank = share * grid.count() as f64;
    let mut below = 0.0;
    for cell in grid.cells() {
        let count = cell.count as f64;
        if below + count >= rank {
            let width = (cell.high - cell.low + 1) as f64;
            return (cell.low as f64 + width * (rank - below) / count) * 1e-9;
        }
        below += count;
    }
    f64::NAN
}

fn from_empty() -> Case {
    let row = |(index, at): (usize, f64)| {
        let name = format!("mean number after {at} s");
        Row::new(name, "uniformisation", jobs_from_empty(0.8, 1.0, at), move |seen: &Seen| {
            Part::new(seen.probe.looks[index].open as f64, 1.0)
        })
    };
    Case {
        runs: STARTS,
        fixed_horizon: true,
        wish: Wish { looks: LOOKS.to_vec(), ..Wish::default() },
        ..Case::new("mm1-transient", LOOKS.into_iter().enumerate().map(row).collect())
    }
}

fn room() -> Case {
    let queue = Bounded::new(1, 10, 0.8, 1.0);
    let rows = vec![
        Row::new("share turned away", "birth and death", queue.lost(), declined),
        Row::new("mean number of jobs", "birth and death", queue.jobs(), jobs),
        Row::new("mean time to answer", "L/λ(1−p)", queue.sojourn(), sojourn),
    ];
    Case::new("mm1-room-10", rows)
}

fn mg1(scenario: &'static str, service: Moments) -> Case {
    let mean = single::wait(0.7, service);
    let rows = vec![
        Row::new("mean wait", "λE S²/2(1−ρ)", mean, wait),
        Row::new(
            "variance of the wait",
            "E Wq² + λE S³/3(1−ρ)",
            single::wait_variance(0.7, service),
            wait_variance(mean),
        ),
        Row::new("mean time to answer", "E Wq + E S", mean + service.first, sojourn),
    ];
    Case::new(scenario, rows)
}

fn regular() -> Case {
    let sigma = single::busy_on_regular_arrival(1.0, 1.25);
    let rows = vec![
        Row::new("share that waits", "σ", sigma, waits),
        Row::new("mean wait", "σ/μ(1−σ)", sigma / (1.0 - sigma), wait),
        Row::new("mean time to answer", "1/μ(1−σ)", 1.0 / (1.0 - sigma), sojourn),
    ];
    Case::new("dm1-0.8", rows)
}

fn bulk() -> Case {
    let expected = single::jobs_of_bulk_arrivals(0.8, 4);
    let rows = vec![
        Row::new("mean number of jobs", "ρ(1+b)/2(1−ρ)", expected, jobs),
        Row::new("mean time to answer", "L/λ", expected / 0.8, sojourn),
    ];
    Case::new("mxm1-0.8", rows)
}
