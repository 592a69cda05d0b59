//! What independent replications say about a mean, by what its values can be.

use super::interval::{assert_level, mean_interval};
use super::online::Online;
use crate::maths::exp;

/// What the values of a measure can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Values {
    /// Any number.
    Any,
    /// Nothing below 0, such as a length of time.
    NotNegative,
    /// A share, inside [0, 1].
    Share,
    /// A number of events in a replication.
    Events,
    /// The part of so many trials, on average over the replications, that an event befell.
    EventShare(f64),
}

/// How an interval came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Student's t of the replications; an end that would be impossible is set to the nearest possible value.
    Student,
    /// Student's t on the scale of the logit, so that both ends lie inside (0, 1).
    Logit,
    /// No replication has the event: a bound from one side, from how many replications there are.
    Unseen,
    /// All replications have the same value: no interval.
    Same,
    /// One replication has the measure: no interval.
    Single,
}

/// A mean over replications with its interval, in the units of what was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replicated {
    /// The mean.
    pub mean: f64,
    /// t(n − 1)·s/√n; none where the values do not differ.
    pub half_width: Option<f64>,
    /// The lower end of the interval; none where there is none.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// How many replications have the measure.
    pub n: u64,
    /// How the ends came about.
    pub method: Method,
}

impl Method {
    /// How each is written in tables, and what it means, in the order of the methods.
    pub const WORDS: &[(&str, &str)] = &[
        ("t", "Student's t of the replications"),
        ("t-of-logit", "Student's t on the logit, so that both ends lie between 0 and 1"),
        ("unseen", "no run has it, or every job of every run does: a bound from one side"),
        ("same", "all runs have the same value, and there is no interval"),
        ("single", "one run has the measure, and there is no interval"),
    ];

    /// How it is written in tables.
    pub fn name(self) -> &'static str {
        Method::WORDS[self as usize].0
    }

    /// Reads [`Method::name`].
    pub fn from_name(name: &str) -> Option<Method> {
        [Method::Student, Method::Logit, Method::Unseen, Method::Same, Method::Single]
            .into_iter()
            .find(|method| method.name() == name)
    }
}

/// The share of replications that may have an event which none of `n` has: 1 − (1 − level)^{1/n}, the one-sided bound of Clopper
/// and Pearson (1934) with the replication as the trial. Nothing is taken for independent within a replication.
///
/// Panics without replications, or unless `level` lies inside (0, 1).
pub fn unseen_bound(n: u64, level: f64) -> f64 {
    assert_level(level);
    assert!(n > 0, "a bound needs a replication");
    1.0 - crate::maths::pow(1.0 - level, 1.0 / n as f64)
}

/// The mean of independent replications with its interval. None without a value.
///
/// An event that no replication has gets an upper bound of its mean: [`unseen_bound`] times what one event in a replication
/// amounts to. It holds where such an event comes alone; where events come together, read the bound of the replications. The
/// same goes, turned round, for a share of events that is 1 throughout.
///
/// Panics unless `level` lies inside (0, 1) and all values are finite.
pub fn replicated(values: &[f64], kind: Values, level: f64) -> Option<Replicated> {
    let online: Online = values.iter().copied().collect();
    let (mean, n) = (online.mean()?, online.count());
    let bare = |method| Replicated { mean, half_width: None, low: None, high: None, n, method };
    let first = values[0];
    if values.iter().all(|value| *value == first) {
        let one = match kind {
            Values::Events => Some(1.0),
            Values::EventShare(trials) => Some(1.0 / trials),
            Values::Any | Values::NotNegative | Values::Share => None,
        };
        let reach = one.map(|one| unseen_bound(n, level) * one);
        let bare = Replicated { mean: first, ..bare(Method::Unseen) };
        return Some(match (reach, kind) {
            (Some(reach), _) if first == 0.0 => Replicated { low: Some(0.0), high: Some(reach), ..bare },
            (Some(reach), Values::EventShare(_)) if first == 1.0 => {
                Replicated { low: Some(1.0 - reach), high: Some(1.0), ..bare }
            }
            _ => Replicated { method: if n == 1 { Method::Single } else { Method::Same }, ..bare },
        });
    }
    let half = mean_interval(&online, level)?.half_width;
    let is_share = matches!(kind, Values::Share | Values::EventShare(_)) && mean > 0.0 && mean < 1.0;
    let (low, high, method) = match kind {
        _ if is_share => {
            let (low, high) = of_logit(mean, half);
            (low, high, Method::Logit)
        }
        Values::Any => (mean - half, mean + half, Method::Student),
        _ => ((mean - half).max(0.0), mean + half, Method::Student),
    };
    Some(Replicated { half_width: Some(half), low: Some(low), high: Some(high), ..bare(method) })
}

/// The ends of the interval of a share on the scale of the logit, whose standard error is that of the share over p·(1 − p).
fn of_logit(share: f64, half_width: f64) -> (f64, f64) {
    let reach = half_width / (share * (1.0 - share));
    let end = |reach: f64| share / (share + (1.0 - share) * exp(-reach));
    (end(-reach), end(reach))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::{Trial, assert_close};
    use proptest::prelude::*;

    // worked example: 0.1, 0.2, 0.3 have mean 0.2, s = 0.1 and t(2, 0.975) = 4.302653: half-width 0.248414. On the logit the
    // half-width is 0.248414/0.16 = 1.552585, so the ends are 0.2/(0.2 + 0.8·e^{±1.552585}).
    #[test]
    fn a_share_has_its_interval_on_the_logit() {
        let shares = [0.1, 0.2, 0.3];
        let found = replicated(&shares, Values::Share, 0.95).unwrap();
        assert_close(found.half_width.unwrap(), 0.248_413_771_184_375_3, 1e-10);
        assert_close(found.low.unwrap(), 0.2 / (0.2 + 0.8 * exp(1.552_586_069_902_345_5)), 1e-9);
        assert_close(found.high.unwrap(), 0.2 / (0.2 + 0.8 * exp(-1.552_586_069_902_345_5)), 1e-9);
        assert_eq!((found.n, found.method), (3, Method::Logit));
        let any = replicated(&shares, Values::Any, 0.95).unwrap();
        assert!(any.low.unwrap() < 0.0 && any.method == Method::Student);
        assert_eq!(replicated(&shares, Values::NotNegative, 0.95).unwrap().low, Some(0.0));
    }

    // worked example: none in 20 leaves 1 − 0.05^{1/20} = 0.139108 of the runs; of 1 000 jobs a run, 0.000139 of the jobs.
    #[test]
    fn what_no_replication_has_gets_a_bound() {
        assert_close(unseen_bound(20, 0.95), 0.139_108_340_668_265_16, 1e-12);
        let none = replicated(&[0.0; 20], Values::EventShare(1_000.0), 0.95).unwrap();
        assert_eq!((none.mean, none.half_width, none.low, none.method), (0.0, None, Some(0.0), Method::Unseen));
        assert_close(none.high.unwrap(), 1.391_083_406_682_651_6e-4, 1e-12);
        let all = replicated(&[1.0; 20], Values::EventShare(1_000.0), 0.95).unwrap();
        assert_close(1.0 - all.low.unwrap(), 1.391_083_406_682_651_6e-4, 1e-9);
        assert_eq!((all.high, all.method), (Some(1.0), Method::Unseen));
        assert_close(
            replicated(&[0.0; 20], Values::Events, 0.95).unwrap().high.unwrap(),
            0.139_108_340_668_265_16,
            1e-12,
        );
    }

    #[test]
    fn what_does_not_differ_has_no_interval() {
        let same = replicated(&[2.5; 4], Values::NotNegative, 0.95).unwrap();
        assert_eq!((same.mean, same.half_width, same.low, same.high, same.n), (2.5, None, None, None, 4));
        assert_eq!(same.method, Method::Same);
        assert_eq!(replicated(&[0.25; 4], Values::EventShare(4.0), 0.95).unwrap().method, Method::Same);
        assert_eq!(replicated(&[3.0], Values::Any, 0.95).unwrap().method, Method::Single);
        assert_eq!(replicated(&[], Values::Any, 0.95), None);
        for method in [Method::Student, Method::Logit, Method::Unseen, Method::Same, Method::Single] {
            assert_eq!(Method::from_name(method.name()), Some(method));
        }
    }

    // A share of 1 000 trials of probability 0.002: the mean of 20 replications is of about 40 events. By the 99 % binomial band
    // of 0.95 over 400 experiments.
    #[test]
    fn intervals_of_small_shares_cover_as_often_as_they_say() {
        let mut trial = Trial::new();
        let covered = (0..400).filter(|_| {
            let mut share = || (0..1_000).filter(|_| trial.uniform() < 0.002).count() as f64 / 1_000.0;
            let shares: Vec<f64> = (0..20).map(|_| share()).collect();
            let found = replicated(&shares, Values::EventShare(1_000.0), 0.95).unwrap();
            found.low.unwrap() <= 0.002 && 0.002 <= found.high.unwrap()
        });
        let covered = covered.count();
        assert!((368..=390).contains(&covered), "`{covered}` of 400");
    }

    proptest! {
        #[test]
        fn intervals_of_shares_hold_their_mean_and_stay_inside(
            shares in prop::collection::vec(0.0_f64..=1.0, 2..30), trials in 1.0_f64..1e6,
        ) {
            for kind in [Values::Share, Values::EventShare(trials)] {
                let found = replicated(&shares, kind, 0.95).unwrap();
                if let (Some(low), Some(high)) = (found.low, found.high) {
                    prop_assert!(0.0 <= low && low <= found.mean + 1e-12 && found.mean <= high + 1e-12 && high <= 1.0);
                }
            }
        }
    }
}
