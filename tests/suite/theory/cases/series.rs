//! What moves outside the market by itself.

use reliance::domain::fate::Fate;
use reliance::maths::{ln, normal_cdf};

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::series::{break_even, gained, kept, lognormal_mean, long_run, mean_above_zero};
use crate::suite::theory::watch::{Seen, Wish};

/// How often a node does the other thing, so as to learn of it.
const EXPLORE: f64 = 0.2;

/// What becomes of a cheat.
const WRONG: [Fate; 3] = [Fate::FinalWrong, Fate::RevokedWrong, Fate::RejectedWrong];

/// Micro-credits of a token that is worth one.
const MICRO: f64 = 1e6;

/// The same in the two cases without a level.
const THOUSAND: f64 = 1e9;

pub fn chapter() -> Chapter {
    let (level, v) = (2.0_f64, long_run(0.5, 0.3));
    let at = break_even(1.0, 0.5, 1.0, 0.4);
    let cheats = normal_cdf(ln(at / level) / long_run(1.0, 0.5).sqrt());
    Chapter {
        title: "Series outside the market",
        about: "What a token is worth follows a series that steps by its exact transition. Its logarithm X reverts to ln 2 with rate r = 0.5 an hour \
                and volatility s = 0.3 per √hour, v = s²/2r (*Ornstein–Uhlenbeck*), and a busy second costs 0.001 times the value; or it is a geometric \
                Brownian motion, μ = 0.0004 and σ = 0.002; or that of μ = 0.0001 and σ = 0.001 with λ = 0.25 jumps of mean m = 0.0008 and deviation \
                s = 0.002 (*Merton*). One reverts itself to 0.2 and falls below zero, where a busy second costs nothing. Last a node that is checked with p = ½, saves C = 1 by a cheat and risks R = 1 and S = 0.4 tokens: it cheats while a \
                token is worth less than T* = (C/p − R)/S = 2.5, and does the other thing once in five; r = 1 and s = 0.5 in units of 20 s."
            .into(),
        cases: vec![
            looked("series-ou", vec![
                Row::new("mean logarithm", "ln 2", ln(level), |seen| sum(seen, MICRO, 1, |x| x[0])),
                Row::new("its variance", "v = s²/2r", v, move |seen| sum(seen, MICRO, 1, |x| square(x[0] - ln(level)))),
                Row::new("its correlation an hour apart", "e^(−r)", kept(0.5, 1.0), move |seen| {
                    let apart = |x: &[f64]| (x[0] - ln(level)) * (x[1] - ln(level));
                    let over = sum(seen, MICRO, 2, |x| square(x[0] - ln(level)));
                    Part::new(sum(seen, MICRO, 2, apart).sum, over.sum)
                }),
                Row::new("cost of a busy second, credits", "0.001 · 2e^(v/2)", 1e-3 * lognormal_mean(level, v), |seen| {
                    let nodes = &seen.summary.nodes;
                    Part::new(nodes.cost * 1e-6, nodes.busy as f64 * 1e-9)
                }),
            ]),
            growing("series-gbm", ["μ − σ²/2", "σ²", "24σ²"], gained((0.0004, 0.002), (0.0, 0.0, 0.0))),
            growing("series-jumps", ["μ − σ²/2 + λm", "σ² + λ(m² + s²)", "24(σ² + λ(m² + s²))"], {
                gained((0.0001, 0.001), (0.25, 0.0008, 0.002))
            }),
            below_zero(),
            Case::new("series-deterrence", vec![Row::new(
                "share of answers that are cheats",
                "e + (1 − 2e) Φ(ln(T*/2)/√v)",
                EXPLORE + (1.0 - 2.0 * EXPLORE) * cheats,
                |seen| {
                    let fates = WRONG.map(|fate| seen.summary.fate(fate));
                    Part::share(fates.iter().sum(), seen.summary.jobs)
                },
            )]),
        ],
    }
}

/// A process that may fall below zero: the series itself, and what a busy second costs while it does not.
fn below_zero() -> Case {
    let (level, v) = (0.2, long_run(0.5, 0.3));
    let moments = move |seen: &Seen, apart: usize| {
        let values = seen.probe.series.windows(apart + 1);
        Part::new(values.clone().map(|x| (x[0] - level) * (x[apart] - level)).sum(), values.len() as f64)
    };
    let square = move |seen: &Seen| moments(seen, 0).sum;
    let sd = v.sqrt();
    Case::new(
        "series-below-zero",
        vec![
            Row::new("mean of the series", "0.2", level, |seen| {
                Part::new(seen.probe.series.iter().sum(), seen.probe.series.len() as f64)
            }),
            Row::new("its variance", "v = s²/2r", v, move |seen| moments(seen, 0)),
            Row::new("its correlation an hour apart", "e^(−r)", kept(0.5, 1.0), move |seen| {
                Part::new(moments(seen, 1).sum, square(seen))
            }),
            Row::new("share of its values below zero", "Φ(−0.2/√v)", normal_cdf(-level / sd), |seen| {
                let below = seen.probe.series.iter().filter(|value| **value < 0.0).count();
                Part::share(below as u64, seen.probe.series.len() as u64)
            }),
            Row::new(
                "cost of a busy second, credits",
                "0.001 · E max(0, X)",
                1e-3 * mean_above_zero(level, sd),
                |seen| {
                    let nodes = &seen.summary.nodes;
                    Part::new(nodes.cost * 1e-6, nodes.busy as f64 * 1e-9)
                },
            ),
        ],
    )
    .watching(Wish { series: true, ..Wish::default() })
}

fn square(x: f64) -> f64 {
    x * x
}

/// A case whose token is looked at every hour.
fn looked(scenario: &'static str, rows: Vec<Row>) -> Case {
    Case::new(scenario, rows).watching(Wish { looks: vec![0.0], again: 3600.0, ..Wish::default() })
}

/// The sum of something over all so many looks after one another, at the logarithm of what a token of the worth `unit` was worth.
fn sum(seen: &Seen, unit: f64, count: usize, of: impl Fn(&[f64]) -> f64) -> Part {
    let logs: Vec<f64> = seen.probe.looks.iter().map(|gauge| ln(gauge.token.0 as f64 / unit)).collect();
    let windows = logs.windows(count);
    Part::new(windows.clone().map(of).sum(), windows.len() as f64)
}

/// What the logarithm gains from one hour to the next, and in days that do not overlap.
fn growing(scenario: &'static str, formulas: [&'static str; 3], (mean, variance): (f64, f64)) -> Case {
    let gain = |x: &[f64]| x[x.len() - 1] - x[0];
    looked(
        scenario,
        vec![
            Row::new("mean logarithm gained in an hour", formulas[0], mean, move |seen| sum(seen, THOUSAND, 2, gain)),
            Row::new("its variance", formulas[1], variance, move |seen| {
                sum(seen, THOUSAND, 2, |x| square(gain(x) - mean))
            }),
            Row::new("variance of what is gained in a day", formulas[2], 24.0 * variance, move |seen| {
                let looks: Vec<f64> = seen.probe.looks.iter().map(|gauge| ln(gauge.token.0 as f64)).collect();
                let days: Vec<f64> = looks.iter().step_by(24).copied().collect();
                let gains = days.windows(2).map(|day| square(day[1] - day[0] - 24.0 * mean));
                Part::new(gains.clone().sum(), gains.len() as f64)
            }),
        ],
    )
}
