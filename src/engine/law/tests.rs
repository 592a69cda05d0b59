//! Laws against their formulas, against the samplers of `rand_distr`, and against nonsense.

use proptest::prelude::*;
use rand::distr::Distribution;
use rand_distr as reference;

use super::*;
use crate::engine::random::{RandomSource, Seed, Stream};
use crate::maths::{exp, gamma, ln};

/// A source of always the same uniform, as near as one is.
struct Always(f64);

impl RandomSource for Always {
    fn bits(&mut self) -> u64 {
        ((self.0 * (1u64 << 53) as f64) as u64) << 11
    }
}

fn law(name: LawName, set: impl Fn(&mut Law<f64>)) -> Law<f64> {
    let mut law = Law::new(name);
    set(&mut law);
    law
}

/// Every law, in every way to state it, with a finite fourth moment.
fn cases() -> Vec<Law<f64>> {
    use LawName::*;
    vec![
        Law::uniform(2.0, 5.0),
        Law::exponential(3.0),
        law(Erlang, |l| (l.mean, l.stages) = (Some(2.0), Some(3))),
        law(Erlang, |l| (l.mean, l.stages) = (Some(2.0), Some(40))),
        law(Hyperexponential, |l| (l.mean, l.cv) = (Some(1.5), Some(2.0))),
        law(Hyperexponential, |l| (l.means, l.weights) = (Some(vec![1.0, 5.0, 0.2]), Some(vec![6.0, 0.5, 3.5]))),
        law(Gamma, |l| (l.mean, l.shape) = (Some(3.0), Some(2.5))),
        law(Gamma, |l| (l.mean, l.cv) = (Some(3.0), Some(1.5))),
        law(Weibull, |l| (l.mean, l.shape) = (Some(0.5), Some(0.7))),
        law(Weibull, |l| (l.mean, l.shape) = (Some(0.5), Some(3.0))),
        Law::lognormal(2.0, 0.5),
        law(Lognormal, |l| (l.mean, l.cv) = (Some(4.0), Some(0.8))),
        law(Lognormal, |l| (l.mean, l.sigma) = (Some(4.0), Some(0.4))),
        law(Lognormal, |l| (l.median, l.cv) = (Some(4.0), Some(0.6))),
        law(Normal, |l| (l.mean, l.deviation) = (Some(1.0), Some(1.0))),
        law(Normal, |l| (l.mean, l.cv) = (Some(10.0), Some(0.1))),
        law(Normal, |l| (l.mean, l.deviation, l.min, l.max) = (Some(-1.0), Some(2.0), Some(-2.0), Some(0.5))),
        law(Pareto, |l| (l.min, l.shape) = (Some(2.0), Some(9.0))),
        law(Pareto, |l| (l.mean, l.shape) = (Some(2.0), Some(12.0))),
        law(Pareto, |l| (l.min, l.shape, l.max) = (Some(2.0), Some(1.1), Some(50.0))),
        law(Pareto, |l| (l.min, l.shape, l.max) = (Some(2.0), Some(1.0), Some(50.0))),
        law(Triangular, |l| (l.min, l.mode, l.max) = (Some(-1.0), Some(3.0), Some(4.0))),
        law(Either, |l| (l.low, l.high, l.share) = (Some(1.0), Some(9.0), Some(0.3))),
        law(Empirical, |l| (l.values, l.weights) = (Some(vec![1.0, 4.0, 9.0]), Some(vec![5.0, 0.0, 2.0]))),
        law(Empirical, |l| l.values = Some(vec![1.0, -4.0, 9.0])),
    ]
}

/// A sample size, twenty times as large where a long run is asked for.
fn size(count: usize) -> usize {
    if std::env::var_os("RELIANCE_LONG").is_some() { 20 * count } else { count }
}

fn variates(sampler: &Sampler, count: usize) -> Vec<f64> {
    let mut stream = Stream::new(Seed::from(1), 1, 0);
    (0..count).map(|_| sampler.sample(&mut stream)).collect()
}

/// Sample means and variances against the formulas, on a million variates of seed 1.
#[test]
fn moments_agree_with_their_formulas() {
    for case in cases() {
        assert_eq!(case.check(), []);
        let sampler = case.sampler();
        let sample = variates(&sampler, size(1_000_000));
        let count = sample.len() as f64;
        let (mean, variance) = (sampler.mean(), sampler.variance());
        let average = |f: &dyn Fn(f64) -> f64| sample.iter().map(|x| f(x - mean)).sum::<f64>() / count;
        let (first, second) = (average(&|x| x), average(&|x| x * x));
        let fourth = average(&|x| x * x * x * x);
        let z_mean = first / (variance / count).sqrt();
        let z_variance = (second - variance) / ((fourth - second * second) / count).sqrt();
        assert!(z_mean.abs() < 4.89 && z_variance.abs() < 4.89, "z {z_mean}, {z_variance}: {case:?}");
    }
}

/// What was asked for is what the formulas give back.
#[test]
fn laws_have_the_moments_they_are_stated_by() {
    let near = |found: f64, asked: f64| assert!((found - asked).abs() < 1e-13 * asked.abs(), "{found} for {asked}");
    for case in cases().into_iter().filter(|case| case.law != LawName::Normal) {
        let sampler = case.sampler();
        case.mean.inspect(|&mean| near(sampler.mean(), mean));
        case.cv.inspect(|&cv| near(sampler.cv(), cv));
        case.median.inspect(|&median| near(sampler.sample(&mut Always(0.5)), median));
    }
}

/// The two-sample statistic of Kolmogorov and Smirnov, scaled: above 2.2253 once in ten thousand.
fn distance(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let (mut i, mut j, mut most) = (0, 0, 0.0f64);
    while i < a.len() && j < b.len() {
        let at = a[i].min(b[j]);
        while i < a.len() && a[i] <= at {
            i += 1;
        }
        while j < b.len() && b[j] <= at {
            j += 1;
        }
        most = most.max((i as f64 / n - j as f64 / m).abs());
    }
    most * (n * m / (n + m)).sqrt()
}

#[test]
fn samples_agree_with_rand_distr() {
    use LawName::*;
    type Reference = Box<dyn Fn(&mut Stream) -> f64>;
    fn by(distribution: impl Distribution<f64> + 'static) -> Reference {
        Box::new(move |stream| distribution.sample(stream))
    }
    let refer = |case: &Law<f64>| -> Option<Reference> {
        let (mean, shape) = (case.mean.unwrap_or(0.0), case.shape.unwrap_or(1.0));
        let sampler = case.sampler();
        Some(match case.law {
            Uniform => by(reference::Uniform::new(case.min?, case.max?).unwrap()),
            Exponential => by(reference::Exp::new(1.0 / mean).unwrap()),
            Erlang => {
                let stages = f64::from(case.stages?);
                by(reference::Gamma::new(stages, mean / stages).unwrap())
            }
            Gamma => {
                let shape = case.shape.unwrap_or_else(|| 1.0 / (case.cv.unwrap() * case.cv.unwrap()));
                by(reference::Gamma::new(shape, mean / shape).unwrap())
            }
            Weibull => by(reference::Weibull::new(mean / gamma(1.0 + 1.0 / shape), shape).unwrap()),
            Lognormal => {
                let sigma = ln(1.0 + sampler.cv() * sampler.cv()).sqrt();
                by(reference::LogNormal::new(ln(sampler.mean()) - sigma * sigma / 2.0, sigma).unwrap())
            }
            Normal => {
                let deviation = case.deviation.unwrap_or_else(|| case.cv.unwrap() * mean);
                let (min, max) = (case.min.unwrap_or(0.0), case.max.unwrap_or(f64::MAX));
                let whole = reference::Normal::new(mean, deviation).unwrap();
                Box::new(move |stream| whole.sample_iter(stream).find(|x| (min..=max).contains(x)).unwrap())
            }
            Pareto => {
                let whole = reference::Pareto::new(case.min.unwrap_or(mean * (shape - 1.0) / shape), shape).unwrap();
                let max = case.max.unwrap_or(f64::MAX);
                Box::new(move |stream| whole.sample_iter(stream).find(|x| *x <= max).unwrap())
            }
            Triangular => by(reference::Triangular::new(case.min?, case.max?, case.mode?).unwrap()),
            Hyperexponential => {
                let (means, weights) = match (&case.means, &case.weights) {
                    (Some(means), Some(weights)) => (means.clone(), weights.clone()),
                    // Mean 1.5 and cv 2, worked by hand: p₁ = (1 + √(3/5))/2.
                    _ => (vec![0.845_239_950_3, 6.654_760_049_7], vec![0.887_298_334_62, 0.112_701_665_38]),
                };
                let choice = reference::weighted::WeightedIndex::new(weights).unwrap();
                Box::new(move |stream| reference::Exp::new(1.0 / means[choice.sample(stream)]).unwrap().sample(stream))
            }
            Constant | Either | Empirical => return None,
        })
    };
    let mut compared = 0;
    for case in cases() {
        let Some(other) = refer(&case) else { continue };
        let mut stream = Stream::new(Seed::from(1), 2, 0);
        let theirs = (0..size(100_000)).map(|_| other(&mut stream)).collect();
        let distance = distance(variates(&case.sampler(), size(100_000)), theirs);
        assert!(distance < 2.2253, "distance {distance}: {case:?}");
        compared += 1;
    }
    assert_eq!(compared, cases().len() - 3);
}

#[test]
fn a_sampler_is_a_distribution_of_rand() {
    let sampler = Law::exponential(3.0).sampler();
    let mut stream = Stream::new(Seed::from(1), 1, 0);
    let through_rand: Vec<f64> = (0..10).map(|_| Distribution::sample(&sampler, &mut stream)).collect();
    assert_eq!(through_rand, variates(&sampler, 10));
}

/// Worked examples: the variate at a given uniform.
#[test]
fn variates_are_the_inverse_at_their_uniform() {
    let at = |law: Law<f64>, unit: f64| law.sampler().sample(&mut Always(unit));
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    near(at(Law::uniform(2.0, 5.0), 0.25), 2.75);
    near(at(Law::exponential(3.0), 0.75), 3.0 * ln(4.0));
    near(at(Law::lognormal(2.0, 0.5), 0.841_344_746_068_542_9), 2.0 * exp(0.5));
    let weibull = law(LawName::Weibull, |l| (l.mean, l.shape) = (Some(gamma(1.5)), Some(2.0)));
    near(at(weibull, 1.0 - exp(-4.0)), 2.0);
    let pareto = |max| law(LawName::Pareto, |l| (l.min, l.shape, l.max) = (Some(1.0), Some(2.0), max));
    near(at(pareto(None), 0.75), 2.0);
    near(at(pareto(Some(2.0)), 0.5), (1.0 / 0.625_f64).sqrt());
    let triangular = law(LawName::Triangular, |l| (l.min, l.mode, l.max) = (Some(0.0), Some(1.0), Some(4.0)));
    near(at(triangular.clone(), 0.0625), 0.5);
    near(at(triangular, 0.25), 1.0);
    let either = law(LawName::Either, |l| (l.low, l.high, l.share) = (Some(1.0), Some(9.0), Some(0.25)));
    assert_eq!((at(either.clone(), 0.7), at(either, 0.8)), (1.0, 9.0));
    // Truncated at its mean, the upper half remains: its median is the upper quartile of the whole.
    let normal = law(LawName::Normal, |l| (l.mean, l.deviation) = (Some(0.0), Some(1.0)));
    near(at(normal, 0.5), 0.674_489_750_196_081_7);
}

#[test]
fn laws_with_an_inverse_grow_with_their_uniform() {
    use LawName::*;
    for case in cases() {
        if matches!(case.law, Erlang | Gamma | Hyperexponential | Empirical) {
            continue;
        }
        let sampler = case.sampler();
        let path: Vec<f64> = (1..2000).map(|i| sampler.sample(&mut Always(f64::from(i) / 2000.0))).collect();
        assert!(path.is_sorted() && path[0] < path[1998], "{case:?}");
    }
}

/// The bits of every sampler, which a machine, a compiler or a dependency might change.
#[test]
fn bits_are_the_same_everywhere() {
    let digest = |sample: Vec<f64>| {
        sample.iter().fold(0u64, |sum, x| (sum.rotate_left(5) ^ x.to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    };
    let found: Vec<u64> = cases().iter().map(|case| digest(variates(&case.sampler(), 10_000))).collect();
    assert_eq!(
        found.iter().fold(0, |sum: u64, digest| sum.rotate_left(7) ^ digest),
        7_560_620_209_304_953_997,
        "{found:#x?}"
    );
}

#[test]
fn degenerate_laws_are_constants() {
    use LawName::*;
    let constants = [
        (Law::constant(7.0), 7.0),
        (Law::uniform(7.0, 7.0), 7.0),
        (Law::exponential(0.0), 0.0),
        (Law::lognormal(7.0, 0.0), 7.0),
        (law(Gamma, |l| (l.mean, l.cv) = (Some(7.0), Some(0.0))), 7.0),
        (law(Normal, |l| (l.mean, l.deviation) = (Some(7.0), Some(0.0))), 7.0),
        (law(Pareto, |l| (l.min, l.shape) = (Some(0.0), Some(2.0))), 0.0),
    ];
    for (law, value) in constants {
        let sampler = law.sampler();
        assert_eq!(sampler.is_constant(), Some(value), "{law:?}");
        assert_eq!((sampler.mean(), sampler.variance(), sampler.cv()), (value, 0.0, 0.0));
        assert_eq!(sampler.sample(&mut Always(0.3)), value);
    }
    assert_eq!(law(Pareto, |l| (l.min, l.shape) = (Some(1.0), Some(1.0))).sampler().mean(), f64::INFINITY);
    assert_eq!(Law::exponential(1.0).sampler().is_constant(), None);
}

#[test]
fn a_law_of_time_draws_whole_nanoseconds() {
    let law: Law<SimDuration> = toml::from_str("law = \"lognormal\"\nmedian = \"2s\"\nsigma = 0.8").unwrap();
    assert_eq!(law, Law::lognormal(SimDuration::try_from("2s").unwrap(), 0.8));
    assert_eq!(law.sampler().span(&mut Always(0.5)), SimDuration(2_000_000_000));
    assert_eq!(law.sampler().quantity::<SimDuration>(&mut Always(0.5)), SimDuration(2_000_000_000));
    assert_eq!(toml::from_str::<Law<SimDuration>>(&toml::to_string(&law).unwrap()).unwrap(), law);
    assert_eq!(toml::from_str::<Sampler>(&toml::to_string(&law.sampler()).unwrap()).unwrap(), law.sampler());
    assert!(toml::from_str::<Law<SimDuration>>("law = \"constant\"\nvalue = \"1s\"\nrate = 3").is_err());
    assert!(toml::from_str::<Law<SimDuration>>("value = \"1s\"").is_err());
    assert!(toml::from_str::<Law<SimDuration>>("law = \"bell\"").is_err());
}

/// Gives the field called `name` a value.
fn put(law: &mut Law<f64>, name: &str, number: f64) {
    match name {
        "value" => law.value = Some(number),
        "mean" => law.mean = Some(number),
        "median" => law.median = Some(number),
        "mode" => law.mode = Some(number),
        "deviation" => law.deviation = Some(number),
        "min" => law.min = Some(number),
        "max" => law.max = Some(number),
        "low" => law.low = Some(number),
        "high" => law.high = Some(number),
        "share" => law.share = Some(number),
        "sigma" => law.sigma = Some(number),
        "cv" => law.cv = Some(number),
        "shape" => law.shape = Some(number),
        "stages" => law.stages = Some(number as u32),
        "means" => law.means = Some(vec![number, 1.0]),
        "values" => law.values = Some(vec![number, 1.0]),
        "weights" => law.weights = Some(vec![number, 1.0]),
        "file" => law.file = Some("list.csv".to_owned()),
        "column" => law.column = Some("value".to_owned()),
        "unit" => law.unit = Some(SimDuration::from_nanos(number)),
        "scale" => law.scale = Some(number),
        _ => panic!("no field `{name}`"),
    }
}

const NAMES: [LawName; 13] = {
    use LawName::*;
    [
        Constant,
        Uniform,
        Exponential,
        Erlang,
        Hyperexponential,
        Gamma,
        Weibull,
        Lognormal,
        Normal,
        Pareto,
        Triangular,
        Either,
        Empirical,
    ]
};

proptest! {
    /// Whatever `check` lets pass can be sampled: no panic, no infinity, nothing beyond the limits, and the moments are numbers.
    #[test]
    fn what_passes_the_check_can_be_sampled(
        name in prop::sample::select(&NAMES[..]),
        form in any::<prop::sample::Index>(),
        numbers in prop::collection::vec(
            prop_oneof![Just(0.0), Just(1.0), 0.0..1.0, 0.0..20.0, -5.0..5.0, 1.0..1e6, 1e-6..1e-3], 5),
        optional in any::<[bool; 2]>(),
        drop in any::<prop::sample::Index>(),
    ) {
        let form = form.get(name.forms());
        let mut law = Law::new(name);
        let also = form.also.iter().zip(optional).filter(|also| also.1).map(|also| also.0);
        for (field, number) in form.needs.iter().chain(also).zip(&numbers) {
            put(&mut law, field, *number);
        }
        let mut short = Law::new(name);
        let missing = drop.index(form.needs.len());
        form.needs.iter().enumerate().filter(|need| need.0 != missing).for_each(|need| put(&mut short, need.1, 1.0));
        prop_assert!(!short.check().is_empty(), "{short:?} lacks something");
        for problem in law.check() {
            prop_assert!(!problem.message.contains("lacks") && !problem.message.contains("no parameter"), "{problem:?}");
        }
        if law.check().is_empty() {
            let sampler = law.sampler();
            let mut stream = Stream::new(Seed::from(1), 1, 0);
            for _ in 0..200 {
                let variate = sampler.sample(&mut stream);
                prop_assert!(variate.is_finite(), "{variate} from {law:?}");
                prop_assert!(law.min.is_none_or(|min| variate >= min) && law.max.is_none_or(|max| variate <= max), "{variate} from {law:?}");
            }
            prop_assert!(!sampler.mean().is_nan() && sampler.variance() >= 0.0, "{law:?}: {} {}", sampler.mean(), sampler.variance());
        }
    }
}
