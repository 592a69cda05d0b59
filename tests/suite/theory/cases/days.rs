//! Arrivals that follow the day, and no limit to what is served.

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::transient::Sine;
use crate::suite::theory::watch::{Seen, Wish};

const HOUR: f64 = 3600.0;

/// The hours at which the market is looked at.
const HOURS: [f64; 3] = [0.0, 6.0, 12.0];

pub fn chapter() -> Chapter {
    let day = Sine { mean: 10.0, swing: 4.0, period: 24.0 };
    Chapter {
        title: "A day without limits",
        about: "M_t/G/∞ with arrivals at the rate 10 + 4 sin(2πt/24 h) per hour and work of 2 h on average: N(t) is Poisson with \
                the mean m(t) (S. G. Eick, W. A. Massey and W. Whitt 1993). Counts at an hour are over all days."
            .into(),
        cases: vec![
            case("day-exponential", "a/μ + b(μ sin γt − γ cos γt)/(μ²+γ²)", |t| day.jobs_exponential(0.5, t)),
            case("day-constant", "aD + b(cos γ(t−D) − cos γt)/γ", |t| day.jobs_constant(2.0, t)),
        ],
    }
}

fn case(scenario: &'static str, formula: &'static str, mean: impl Fn(f64) -> f64) -> Case {
    let mut rows: Vec<Row> = HOURS
        .iter()
        .enumerate()
        .map(|(place, &hour)| {
            Row::new(format!("mean number at hour {hour}"), formula, mean(hour), move |seen| {
                let (sum, days) = days(seen, place, |count| count);
                Part::new(sum, days)
            })
        })
        .collect();
    let at_six = mean(6.0);
    rows.push(Row::new("variance of the number at hour 6", "m(6), as it is Poisson", at_six, move |seen| {
        let (sum, days) = days(seen, 1, |count| (count - at_six) * (count - at_six));
        Part::new(sum, days)
    }));
    let looks = HOURS.iter().map(|hour| hour * HOUR).collect();
    Case::new(scenario, rows).watching(Wish { looks, again: 24.0 * HOUR, ..Wish::default() })
}

/// The sum over all days of what is made of the number of jobs at one of the hours, and how many days there are.
fn days(seen: &Seen, place: usize, of: impl Fn(f64) -> f64) -> (f64, f64) {
    let looks = seen.probe.looks.iter().skip(place).step_by(HOURS.len());
    looks.fold((0.0, 0.0), |(sum, days), gauge| (sum + of(gauge.executing as f64), days + 1.0))
}
