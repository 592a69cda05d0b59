//! Votes that may never come: what a time-out makes of the time of a look, and of the chance that an answer passes (model §5, §8).

use crate::domain::acceptance::{Acceptance, binomial_tail};
use crate::domain::work::Work;
use crate::market::state::checkers::Drawn;
use crate::scenario::verification::{Check, Timeout};

use super::passing::Expected;

/// What becomes of one seat of a check: the time until its vote is in or will never be, and the probability that it never is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seat {
    /// Nanoseconds from the asking, and their variance.
    pub time: [f64; 2],
    /// The probability that none of those drawn for it votes.
    pub missing: f64,
}

impl Seat {
    /// Of checkers as they are drawn, that look carefully with probability `care` and else answer at once, when the part of the work that
    /// grows with the job takes `relative` nanoseconds on the reference GPU. A look begins after the mean wait. One that has not
    /// ended after the time-out τ is begun anew, r times at most: with p = P(T ≤ τ), Σ_j (1 − p)^j (jτ + E[T; T ≤ τ]/p) p over
    /// j ≤ r, and (r + 1)τ where none ends.
    pub fn of(check: &Check, timeout: Timeout, drawn: &Drawn, care: f64, relative: f64) -> Seat {
        let (limit, slowness) = (timeout.after.nanos(), drawn.slowness[0]);
        let base = drawn.trip + drawn.wait[0] + relative * slowness;
        let [share, first, second] = check.times.up_to((limit - base) / slowness);
        let careless = if drawn.trip <= limit { 1.0 - care } else { 0.0 };
        let p = care * share + careless;
        let mean = care * (base * share + slowness * first) + careless * drawn.trip;
        let square = care * (base * base * share + 2.0 * base * slowness * first + slowness * slowness * second)
            + careless * drawn.trip * drawn.trip;
        let (mut open, mut passed, mut sums) = (1.0, 0.0, [0.0; 2]);
        for _ in 0..=timeout.redraws {
            sums[0] += open * (passed * p + mean);
            sums[1] += open * (passed * passed * p + 2.0 * passed * mean + square);
            open *= 1.0 - p;
            passed += limit;
        }
        let [time, square] = [sums[0] + open * passed, sums[1] + open * passed * passed];
        Seat { time: [time, (square - time * time).max(0.0)], missing: open }
    }

    /// Of sealed votes that are published so long after the first of `count`, which is expected after `first` nanoseconds: each other is in by
    /// then or is missing. The probability that one is, and the share that a missing one has done.
    pub fn sealed(check: &Check, drawn: &Drawn, first: f64, relative: f64) -> [f64; 2] {
        let slowness = drawn.slowness[0];
        let value = |time: f64| (time - drawn.wait[0] - relative * slowness) / slowness;
        let limit = value(first + check.reveal.nanos());
        let [[before, ..], [by, sum, _]] = [value(first), limit].map(|limit| check.times.up_to(limit));
        let late = if before < 1.0 { (1.0 - by) / (1.0 - before) } else { 0.0 };
        let whole = relative + if by < 1.0 { (check.mean_time - sum) / (1.0 - by) } else { limit };
        let done = if whole > 0.0 { ((relative + limit.max(0.0)) / whole).min(1.0) } else { 1.0 };
        [late * (1.0 - 1.0 / f64::from(check.count)), done]
    }
}

/// How likely an answer passes the method whose check this is, if each vote is missing with this probability. Of a wrong answer the kinds
/// are taken to be found alike.
#[cold]
pub fn with_missing(acceptance: &Acceptance, check: &Check, expects: &Expected, care: f64, missing: f64) -> Acceptance {
    let factor = |alarm: f64| {
        let approves = 1.0 - care * alarm;
        let passes = |missing: f64| 1.0 - check.sample + check.sample * lets_pass(check, approves, missing);
        if passes(0.0) > 0.0 { passes(missing) / passes(0.0) } else { 1.0 }
    };
    let (right, wrong) = (factor(expects.false_alarm), factor(expects.detection));
    // What is unresolved before it is accepted never is; what is unresolved afterwards stays accepted.
    let both =
        |pair: [f64; 2], factor: f64| [if check.deferred { pair[0] } else { pair[0] * factor }, pair[1] * factor];
    Acceptance { right: both(acceptance.right, right), wrong: both(acceptance.wrong, wrong), ..*acceptance }
}

/// The probability that a check that takes place does not stop an answer that each checker approves with this probability.
fn lets_pass(check: &Check, approves: f64, missing: f64) -> f64 {
    let (count, votes) = (check.count, 1.0 - missing);
    let needed = check.verdict.threshold(count).needed(count);
    if check.deferred {
        // Where missing votes are tolerated one alarm is enough; otherwise so many that the others are too few.
        let alarms = if check.tolerates && needed == count { 1 } else { count - needed.min(count) + 1 };
        return 1.0 - binomial_tail(count, alarms, votes * (1.0 - approves));
    }
    match check.tolerates && needed == count {
        true => {
            let all = |each: f64| (0..count).fold(1.0, |product, _| product * each);
            all(missing + votes * approves) - all(missing)
        }
        false => binomial_tail(count, needed, votes * approves),
    }
}

/// Nanoseconds of the part of a check that grows with the job.
pub fn relative(check: &Check, each: Work) -> f64 {
    (each.nanos() - check.mean_time).max(0.0)
}

#[cfg(test)]
mod tests {
    use crate::maths;
    use crate::policy::verdict::{Verdict, Votes};
    use crate::scenario::Scenario;

    use super::*;

    /// The check `CHECK` of ten validators of speed 1.
    fn check(written: &str) -> Check {
        let text = "name = \"one\"\nhorizon = \"1s\"\n[models.plain]\n[classes.job]\nwork = { law = \"constant\", value = \"1s\" }\n\
                    [[demand.sources]]\nname = \"all\"\narrivals = { rule = \"poisson\", poisson = { rate = \"1/s\" } }\n\
                    [[nodes]]\nname = \"one\"\ncount = 1\n[[validators]]\nname = \"all\"\ncount = 10\n\
                    [verification]\nmethods = [\"look\"]\n[verification.define.look]\n\
                    checks = [{ by = \"validators\", time = { law = \"exponential\", mean = \"1s\" }, CHECK }]\n";
        let text = text.replace("CHECK", written);
        let scenario = Scenario::from_text("one.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
        scenario.verification.methods.iter().next().expect("a method").checks[0].clone()
    }

    /// What becomes of an answer if each of the votes approves, alarms or is missing by itself: every combination, by the rule itself.
    fn enumerated(check: &Check, approves: f64, missing: f64) -> [f64; 2] {
        let (mut accepted, mut refused) = (0.0, 0.0);
        for state in 0..3_u32.pow(check.count) {
            let (mut votes, mut likely, mut rest) = (Votes { asked: check.count, ..Votes::default() }, 1.0, state);
            for _ in 0..check.count {
                match rest % 3 {
                    0 => (votes.approvals, likely) = (votes.approvals + 1, likely * (1.0 - missing) * approves),
                    1 => (votes.alarms, likely) = (votes.alarms + 1, likely * (1.0 - missing) * (1.0 - approves)),
                    _ => (votes.missing, likely) = (votes.missing + 1, likely * missing),
                }
                rest /= 3;
            }
            match check.verdict.decide(&votes).expect("all votes are in") {
                Verdict::Accepted => accepted += likely,
                Verdict::Refused => refused += likely,
                Verdict::Unresolved => {}
            }
        }
        [accepted, refused]
    }

    #[test]
    fn missing_votes_are_those_of_every_combination() {
        for rule in ["any-alarm", "unanimous", "majority"] {
            for count in [1, 3, 5] {
                let written = format!("count = {count}, verdict = {{ rule = \"{rule}\" }}, timeout = \"1s\"");
                let blocking = check(&written);
                let deferred = check(&format!("{written}, timing = \"deferred\""));
                for (approves, missing) in [(0.9, 0.1), (0.3, 0.5), (1.0, 0.2), (0.6, 0.0)] {
                    let [accepted, refused] = enumerated(&blocking, approves, missing);
                    let found = [&blocking, &deferred].map(|check| lets_pass(check, approves, missing));
                    assert!((found[0] - accepted).abs() < 1e-12, "{rule} {count}: {} and not {accepted}", found[0]);
                    assert!((found[1] + refused - 1.0).abs() < 1e-12, "{rule} {count}: {} and {refused}", found[1]);
                }
            }
        }
    }

    /// Looks without a memory: three of half a second each are one of a second and a half. A law is told by 256 values.
    #[test]
    fn redraws_of_memoryless_looks_go_on() {
        let timed = check("timeout = \"0.5s\", redraws = 2");
        let idle = Drawn { wait: [0.0; 2], slowness: [1.0, 0.0], trip: 0.0 };
        let seat = Seat::of(&timed, timed.timeout.expect("a time-out"), &idle, 1.0, 0.0);
        let (missing, second) = (maths::exp(-1.5), 1e9);
        assert!((seat.missing - missing).abs() < 0.01 * missing, "{seat:?}");
        assert!((seat.time[0] - (1.0 - missing) * second).abs() < 0.005 * second, "{seat:?}");
        // E[min(T, t)²] = 2 (1 − (1 + t) e⁻ᵗ).
        let square = 2.0 * (1.0 - 2.5 * missing) * second * second;
        let variance = square - seat.time[0] * seat.time[0];
        assert!((seat.time[1] / variance - 1.0).abs() < 0.02, "{seat:?} and not {variance}");
        let careless = Seat::of(&timed, timed.timeout.expect("a time-out"), &idle, 0.0, 0.0);
        assert_eq!((careless.time[0], careless.missing), (0.0, 0.0), "who does not look is not late");
    }

    /// Of five exponential looks, each of the four others is in half a second after the first with probability 1 − e^−½.
    #[test]
    fn sealed_votes_are_late_as_often_as_looks_without_memory() {
        let sealed = check("count = 5, stopping = \"reveal\", reveal = \"0.5s\"");
        let idle = Drawn { wait: [0.0; 2], slowness: [1.0, 0.0], trip: 0.0 };
        let [missing, done] = Seat::sealed(&sealed, &idle, 0.2e9, 0.0);
        let expected = 0.8 * maths::exp(-0.5);
        assert!((missing - expected).abs() < 0.01 * expected, "{missing} and not {expected}");
        assert!((done - 0.7 / 1.7).abs() < 0.01, "{done}");
    }
}
