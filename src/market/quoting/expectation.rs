//! What a check is expected to take and to cost, given who may be drawn for it (model §5).
//!
//! For one checker the mean is exact. Of several, the check is decided by so many votes: an order statistic of their times. These
//! are taken to be lognormal with the mean and variance of the draw; with equal times the factor is 1.

use crate::domain::checking::{CalledOff, Stopping};
use crate::domain::work::Work;
use crate::market::state::checkers::Drawn;
use crate::maths;
use crate::policy::chooser::Offer;
use crate::scenario::verification::Check;

use super::missing::{Seat, relative};

/// What `count` looks of one check are expected to come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Looks {
    /// Nanoseconds from asking until so many votes are there that decide, the way there and back apart.
    pub time: f64,
    /// Looks that are paid: those that vote, and of the others the share done when they are called off. Of a look that would end
    /// later than the deciding vote by some part of its service, the rest is done.
    pub paid: f64,
    /// The probability that one of them never comes.
    pub missing: f64,
}

impl Looks {
    /// What one check is expected to come to, the way there and back among it, when each look is so much work and careful with probability
    /// `care`; a careless one takes no time. `votes` of them decide where a verdict stops the others.
    #[inline(always)]
    pub fn of(drawn: &Drawn, each: Work, check: &Check, care: f64, votes: f64) -> Looks {
        let (trip, count) = (drawn.trip, f64::from(check.count));
        if let Some(vote) = check.vote {
            // Its window is waited for in any case, and those that vote are taken to vote within it.
            return Looks { time: vote.window.nanos(), paid: count * (1.0 - vote.abstention), missing: 0.0 };
        }
        if each == Work::ZERO {
            // What takes no time does not queue.
            return Looks { time: trip + check.reveal.nanos(), paid: count, missing: 0.0 };
        }
        // Most checks have no time-out, and end with the vote that decides them.
        let looks = match check.timeout.is_none() && check.stopping == Stopping::Decided {
            true => Looks::careful(drawn, each.nanos(), check, (care, votes)),
            false => Looks::stopped(drawn, each, check, (care, votes)),
        };
        match check.called_off {
            CalledOff::ShareDone if check.ways == 1 => looks,
            _ => Looks { paid: looks.paid_if_called_off(check, votes), ..looks },
        }
    }

    /// Where votes may be missing, or more of them are waited for than decide.
    #[inline(never)]
    fn stopped(drawn: &Drawn, each: Work, check: &Check, (care, votes): (f64, f64)) -> Looks {
        let (trip, count, relative) = (drawn.trip, f64::from(check.count), relative(check, each));
        match (check.timeout, check.stopping) {
            (Some(timeout), _) => Looks::timed(&Seat::of(check, timeout, drawn, care, relative), check, votes),
            (None, Stopping::Decided) => Looks::careful(drawn, each.nanos(), check, (care, votes)),
            (None, Stopping::AllVotes) => Looks::careful(drawn, each.nanos(), check, (care, count)),
            (None, Stopping::Reveal) => {
                let first = Looks::expected(drawn, each.nanos(), check, 1.0).time;
                let [missing, done] = Seat::sealed(check, drawn, first, relative);
                let time = trip + care * first + check.reveal.nanos();
                Looks { time, paid: count * (1.0 - missing * (1.0 - done)), missing }
            }
        }
    }

    /// Looks that are paid, where that goes by what is paid for work that is called off.
    #[inline(never)]
    fn paid_if_called_off(&self, check: &Check, votes: f64) -> f64 {
        let count = f64::from(check.count);
        match check.called_off {
            _ if check.ways > 1 => 1.0,
            CalledOff::ShareDone => self.paid,
            CalledOff::All if check.timeout.is_none() => count,
            CalledOff::None if check.stopping == Stopping::Decided => votes.min(self.paid),
            CalledOff::All | CalledOff::None => count * (1.0 - self.missing),
        }
    }

    #[inline(always)]
    fn careful(drawn: &Drawn, work: f64, check: &Check, (care, votes): (f64, f64)) -> Looks {
        let looks = Looks::expected(drawn, work, check, votes);
        Looks { time: drawn.trip + care * looks.time, ..looks }
    }

    /// With a time-out: what is missing is waited for as well, as far as it may matter.
    fn timed(seat: &Seat, check: &Check, votes: f64) -> Looks {
        let ([mean, variance], missing) = (seat.time, seat.missing);
        let count = f64::from(check.count);
        let times = Times::of(check, mean, variance);
        let rank = match check.stopping {
            _ if check.count == 1 => return Looks { time: mean, paid: 1.0 - missing, missing },
            Stopping::Decided if missing < 1.0 => (votes / (1.0 - missing)).min(count),
            _ => count,
        };
        let looks = Looks::until(&times, (mean, variance), rank);
        Looks { paid: looks.paid * (1.0 - missing), missing, ..looks }
    }

    /// Of a check whose looks are `work` nanoseconds each on the reference GPU, when `votes` of them decide.
    #[inline(always)]
    pub fn expected(drawn: &Drawn, work: f64, check: &Check, votes: f64) -> Looks {
        match check.ways == 1 && (check.count == 1 || votes <= 0.0) {
            true => Looks { time: drawn.wait[0] + work * drawn.slowness[0], paid: 1.0, missing: 0.0 },
            false => Looks::of_several(drawn, work, check, votes),
        }
    }

    #[inline(never)]
    fn of_several(drawn: &Drawn, work: f64, check: &Check, votes: f64) -> Looks {
        let ([wait, wait_variance], [slowness, slowness_variance]) = (drawn.wait, drawn.slowness);
        let service = work * slowness;
        if check.ways > 1 {
            // A proof is there with the last of its parts. Their work is equal: only queues and speeds tell them apart.
            let (ways, part) = (f64::from(check.ways), service / f64::from(check.ways));
            let variance = wait_variance + part * part * slowness_variance / (slowness * slowness);
            let times = Times::of(check, wait + part, variance);
            return Looks { time: times.at(ways), paid: 1.0, missing: 0.0 };
        }
        let service_variance = work * work * slowness_variance + check.time_variance * slowness * slowness;
        let times = Times::of(check, wait + service, wait_variance + service_variance);
        Looks::until(&times, (service, service_variance), votes)
    }

    /// Nanoseconds until the last of so many copies is there that are asked at once, each `work` nanoseconds on the reference GPU; the way
    /// there and back apart.
    pub fn last_of(copies: usize, drawn: &Drawn, work: f64, check: &Check) -> f64 {
        let ([wait, wait_variance], [slowness, slowness_variance]) = (drawn.wait, drawn.slowness);
        let times = Times::of(check, wait + work * slowness, wait_variance + work * work * slowness_variance);
        let [score, variance] = check.last_scores[copies - 1];
        times.of_score(score, || variance)
    }

    /// Until so many have voted; those behind them are paid the share done.
    fn until(times: &Times<'_>, (service, service_variance): (f64, f64), votes: f64) -> Looks {
        let time = times.at(votes);
        let whole = (votes.floor() as usize).min(times.check.scores.len());
        let part = (whole + 1) as f64 - votes;
        let done = |rank: usize| {
            // The longer a look takes in all, the longer it serves: as far as service is what makes the times differ.
            let late = times.at_rank(rank);
            let serves = service
                + if times.variance > 0.0 { service_variance / times.variance * (late - times.mean) } else { 0.0 };
            if late > time { (1.0 - (late - time) / serves.max(1e-9 * time)).max(0.0) } else { 1.0 }
        };
        let behind = |rank: usize| if rank == whole + 1 { part * done(rank) } else { done(rank) };
        let shares: f64 = (whole + 1..=times.check.scores.len()).map(behind).sum();
        Looks { time, paid: votes + shares, missing: 0.0 }
    }
}

/// The times of several looks of one check, in their order.
#[derive(Clone, Copy, Debug)]
struct Times<'a> {
    check: &'a Check,
    mean: f64,
    variance: f64,
    /// Of the logarithms, the variance.
    spread: f64,
}

impl<'a> Times<'a> {
    fn of(check: &'a Check, mean: f64, variance: f64) -> Times<'a> {
        let spread = if variance > 0.0 && mean > 0.0 { maths::ln_1p(variance / (mean * mean)) } else { 0.0 };
        Times { check, mean, variance, spread }
    }

    /// The expected time of the look of this rank, from 1; between two ranks where it is not a whole number.
    fn at(&self, rank: f64) -> f64 {
        let score = self.score(rank);
        self.of_score(score, || maths::normal_score_variance(score, rank, self.check.scores.len()))
    }

    /// The expected time of the look of this rank, from 1.
    fn at_rank(&self, rank: usize) -> f64 {
        self.of_score(self.check.scores[rank - 1], || self.check.score_variances[rank - 1])
    }

    /// The mean of the logarithmic normal law at an order statistic of mean `score` and some variance v: e^(σz + σ²(v − 1)/2) times
    /// the mean.
    #[inline]
    fn of_score(&self, score: f64, variance: impl Fn() -> f64) -> f64 {
        if self.variance <= 0.0 || self.mean <= 0.0 {
            return self.mean;
        }
        self.mean * maths::exp(self.spread.sqrt() * score + 0.5 * self.spread * (variance() - 1.0))
    }

    fn score(&self, rank: f64) -> f64 {
        let scores = &self.check.scores;
        let below = (rank.max(1.0) as usize).min(scores.len());
        let (low, part) = (scores[below - 1], rank - below as f64);
        match scores.get(below) {
            Some(high) if part > 0.0 => low + part * (high - low),
            _ => low,
        }
    }
}

/// What copies and checks by peers meet: nodes like those that offer. `None` without offers.
pub fn of_offers(offers: &[Offer], trip: f64) -> Option<Drawn> {
    let count = offers.len() as f64;
    if offers.is_empty() {
        return None;
    }
    let moments = |value: &dyn Fn(&Offer) -> f64| {
        let mean = offers.iter().map(value).sum::<f64>() / count;
        let square = offers.iter().map(|offer| value(offer) * value(offer)).sum::<f64>() / count;
        [mean, (square - mean * mean).max(0.0)]
    };
    Some(Drawn { wait: moments(&|offer| offer.wait.nanos()), slowness: moments(&|offer| offer.slowness), trip })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(wait: [f64; 2], slowness: [f64; 2]) -> Drawn {
        Drawn { wait, slowness, trip: 0.0 }
    }

    fn check(count: u32, time_variance: f64) -> Check {
        let text = "name = \"one\"\nhorizon = \"1s\"\n[models.plain]\n[classes.job]\nwork = { law = \"constant\", value = \"1s\" }\n\
                    [[demand.sources]]\nname = \"all\"\narrivals = { rule = \"poisson\", poisson = { rate = \"1/s\" } }\n\
                    [[nodes]]\nname = \"one\"\ncount = 1\n[[validators]]\nname = \"all\"\ncount = 20\n\
                    [verification]\nmethods = [\"look\"]\n[verification.define.look]\n\
                    checks = [{ by = \"validators\", count = COUNT, verdict = { rule = \"majority\" } }]\n";
        let text = text.replace("COUNT", &count.to_string());
        let scenario =
            crate::scenario::Scenario::from_text("one.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
        let methods = &scenario.verification.methods;
        Check { time_variance, ..methods.iter().next().expect("a method").checks[0].clone() }
    }

    /// Equal machines that all begin at once end in the same instant: the third vote decides, and all five are paid.
    #[test]
    fn equal_looks_are_all_paid() {
        let looks = Looks::expected(&drawn([0.0, 0.0], [0.5, 0.0]), 100.0, &check(5, 0.0), 3.0);
        assert_eq!(looks, Looks { time: 50.0, paid: 5.0, missing: 0.0 });
        let one = Looks::expected(&drawn([7.0, 49.0], [0.5, 1.0]), 100.0, &check(1, 0.0), 1.0);
        assert_eq!(one, Looks { time: 57.0, paid: 1.0, missing: 0.0 });
    }

    /// Where some wait for hours, only the votes that decide are paid, and a part of those that begin with them.
    #[test]
    fn looks_that_have_not_begun_are_not_paid() {
        let hours = Looks::expected(&drawn([1e6, 1e12], [1.0, 0.0]), 1.0, &check(5, 0.0), 3.0);
        assert_eq!(hours.paid, 3.0);
        let alike = Looks::expected(&drawn([1e6, 0.0], [1.0, 0.0]), 1.0, &check(5, 0.0), 3.0);
        assert_eq!(alike, Looks { time: 1e6 + 1.0, paid: 5.0, missing: 0.0 }, "all wait as long and end together");
    }

    /// Exponential looks, the third of five and the sixth of eleven: the time of the deciding vote is Σ 1/(n − i) for i < k, 0.7833 and
    /// 0.7365; of those behind it 0.5162 and 0.5200 are done (100 000 samples drawn elsewhere). The approximation is held to a twentieth.
    #[test]
    fn order_statistics_of_exponential_looks() {
        for (count, votes, time, done) in [(5, 3.0, 0.783_3, 0.516_2), (11, 6.0, 0.736_5, 0.520_0)] {
            let looks = Looks::expected(&drawn([0.0, 0.0], [1.0, 0.0]), 1.0, &check(count, 1.0), votes);
            let share = (looks.paid - votes) / (f64::from(count) - votes);
            assert!((looks.time / time - 1.0).abs() < 0.05, "{count}: {} and not {time}", looks.time);
            assert!((share / done - 1.0).abs() < 0.06, "{count}: {share} and not {done}");
        }
    }
}
