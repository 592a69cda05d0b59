//! Arrivals in moods: a Markov-modulated Poisson process. A hidden chain of k states changes at random; in each state
//! arrivals are Poisson at the state's rate.
//!
//! The sojourn in a state is exponential; then another state follows, any of the others with equal probability, or by
//! `transitions`. The chain starts in its stationary law π, so the counts are stationary from the first instant on, at
//! the rate Σ πᵢλᵢ. With two states left at the rates q₁ and q₂ the index of dispersion of counts over a span t is I(t)
//! = I∞ − (I∞ − 1)(1 − e^{−rt})/(rt) with r = q₁ + q₂ and I∞ = 1 + 2 (λ₁ − λ₂)² q₁q₂ / (r² (λ₁q₂ + λ₂q₁)) (H. Heffes
//! and D. M. Lucantoni, "A Markov modulated characterization of packetized voice and data traffic and related
//! statistical multiplexer performance", IEEE Journal on Selected Areas in Communications 4, 1986).
//!
//! The simulation is exact: an exponential is used up state by state at the rate of each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::job::Arrival;
use crate::domain::share::{Factor, Rate};
use crate::engine::mistake::Mistake;
use crate::engine::random::{RandomSource, Stream};
use crate::engine::time::{SimDuration, Time};
use crate::maths;
use crate::policy::Described;

/// Parameters of a Markov-modulated Poisson process.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The rate of arrivals in each state, from two states upwards.
    pub rates: Vec<Rate>,
    /// The mean time spent in each state before another follows.
    pub sojourns: Vec<SimDuration>,
    /// How likely each state (column) follows each state (row), as weights of any sum, with zeros on the diagonal.
    /// Unless given, all others are equally likely, so that two states alternate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Vec<Factor>>,
}

/// The most changes of state per arrival, on average; beyond it the states are noise that only costs time.
const CHANGES_MAX: f64 = 1e3;

impl Described for Spec {
    const NAME: &'static str = "mmpp";
    const SUMMARY: &'static str = "a Poisson process whose rate jumps between the states of a hidden Markov chain";
    const SOURCE: &'static str =
        "Heffes and Lucantoni, A Markov modulated characterization of packetized traffic, 1986";
    const EXAMPLE: &'static str = r#"{ rates = ["5/s", "0.5/s"], sojourns = ["2.5s", "5s"] }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn check(&self) -> Result<(), Mistake> {
        let count = self.rates.len();
        if count < 2 {
            let message = format!("`rates` must hold two states or more, not {count}");
            return Err(Mistake::new("rates", message, ""));
        }
        let of_sojourns = |message| Err(Mistake::new("sojourns", message, ""));
        if self.sojourns.len() != count {
            let given = self.sojourns.len();
            return of_sojourns(format!("`sojourns` must hold one span per state: {count} of them, not {given}"));
        }
        if let Some(state) = self.sojourns.iter().position(|&sojourn| sojourn == SimDuration::ZERO) {
            return of_sojourns(format!("`sojourns` must be longer than zero; that of state {} is not", state + 1));
        }
        self.check_transitions().map_err(|message| Mistake::new("transitions", message, ""))?;
        let law = self.stationary();
        let sum = |part: &dyn Fn(usize) -> f64| (0..count).map(|i| law[i] * part(i)).sum::<f64>();
        let (rate, changes) = (self.mean_rate(), sum(&|i| 1.0 / self.sojourns[i].seconds()));
        if rate > 0.0 && changes > CHANGES_MAX * rate {
            let times = changes / rate;
            return of_sojourns(format!(
                "the states change {times:.0} times per arrival, beyond {CHANGES_MAX}: lengthen `sojourns`"
            ));
        }
        Ok(())
    }
}

/// Where the chain and the arrivals stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The last arrival, or the last change of state.
    at: Time,
    /// The next change of state.
    until: Time,
    /// The state; none before the first arrival is asked for.
    state: Option<u32>,
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory { at: Time::ZERO, until: Time::ZERO, state: None }
    }

    fn next(&self, memory: &mut Memory, stream: &mut Stream) -> Option<Arrival> {
        let mut state = match memory.state {
            Some(state) => state as usize,
            None if self.rates.iter().all(|rate| rate.get() == 0.0) => return None,
            None => {
                let first = choose(self.stationary().into_iter(), stream);
                memory.until = Time::ZERO + self.sojourn(first, stream);
                first
            }
        };
        let mut left = -maths::ln(stream.unit());
        while memory.at != Time::NEVER {
            let rate = self.rates[state].get();
            let there = memory.at + SimDuration::from_seconds(left / rate);
            if there < memory.until {
                memory.at = there;
                memory.state = Some(state as u32);
                return Some(Arrival { at: there, ..Arrival::default() });
            }
            // Rounding must not use up more than there is, nor all of it where the rate is zero.
            left = (left - rate * memory.until.since(memory.at).seconds()).max(f64::MIN_POSITIVE);
            memory.at = memory.until;
            state = self.follower(state, stream);
            memory.until = memory.at + self.sojourn(state, stream);
        }
        memory.state = Some(state as u32);
        None
    }
}

impl Spec {
    /// Arrivals per second in the long run: Σ πᵢλᵢ.
    pub fn mean_rate(&self) -> f64 {
        self.stationary().iter().zip(&self.rates).map(|(share, rate)| share * rate.get()).sum()
    }

    fn check_transitions(&self) -> Result<(), String> {
        let (rows, count) = (&self.transitions, self.rates.len());
        if rows.is_empty() {
            return Ok(());
        }
        if rows.len() != count || rows.iter().any(|row| row.len() != count) {
            return Err(format!("`transitions` must hold {count} rows of {count} weights"));
        }
        if let Some(state) = (0..count).find(|&i| rows[i][i].get() != 0.0) {
            return Err(format!("`transitions` must be zero on its diagonal; state {} follows itself", state + 1));
        }
        // Irreducible: every state is reached from the first, and reaches it.
        for backwards in [false, true] {
            let reached = self.reached(backwards);
            if let Some(state) = reached.iter().position(|&reached| !reached) {
                let (from, to) = if backwards { (state + 1, 1) } else { (1, state + 1) };
                return Err(format!(
                    "`transitions` must lead from every state to every other; none leads from {from} to {to}"
                ));
            }
        }
        Ok(())
    }

    /// The states reached from the first, or those that reach it.
    fn reached(&self, backwards: bool) -> Vec<bool> {
        let weight = |from: usize, to: usize| self.transitions[from][to].get();
        let mut reached = vec![false; self.rates.len()];
        let mut open = vec![0];
        while let Some(state) = open.pop() {
            if !std::mem::replace(&mut reached[state], true) {
                let leads = |&to: &usize| if backwards { weight(to, state) } else { weight(state, to) } > 0.0;
                open.extend((0..reached.len()).filter(leads));
            }
        }
        reached
    }

    /// The share of time spent in each state. The chain of changes is solved by the elimination without subtractions of
    /// W. K. Grassmann, M. I. Taksar and D. P. Heyman, "Regenerative analysis and steady state distributions for Markov
    /// chains", Operations Research 33 (1985), and its law weighted with the sojourns.
    fn stationary(&self) -> Vec<f64> {
        let count = self.rates.len();
        let mut law = vec![1.0; count];
        if !self.transitions.is_empty() {
            let mut rows: Vec<Vec<f64>> = self.transitions.iter().map(|row| shares(row)).collect();
            for last in (1..count).rev() {
                let leaving: f64 = rows[last][..last].iter().sum();
                for from in 0..last {
                    rows[from][last] /= leaving;
                    for to in 0..last {
                        rows[from][to] += rows[from][last] * rows[last][to];
                    }
                }
            }
            for state in 1..count {
                law[state] = (0..state).map(|from| law[from] * rows[from][state]).sum();
            }
        }
        let timed: Vec<f64> =
            law.iter().zip(&self.sojourns).map(|(share, sojourn)| share * sojourn.seconds()).collect();
        let total: f64 = timed.iter().sum();
        timed.iter().map(|time| time / total).collect()
    }

    #[inline]
    fn sojourn(&self, state: usize, stream: &mut Stream) -> SimDuration {
        // A change takes a nanosecond at least, so that time moves on.
        self.sojourns[state].scaled(-maths::ln(stream.unit())).max(SimDuration(1))
    }

    #[inline]
    fn follower(&self, state: usize, stream: &mut Stream) -> usize {
        match self.transitions.get(state) {
            Some(row) => choose(row.iter().map(|weight| weight.get()), stream),
            None => {
                let other = stream.below(self.rates.len() as u64 - 1) as usize;
                if other < state { other } else { other + 1 }
            }
        }
    }
}

/// An index with the probability of its weight.
fn choose(weights: impl Iterator<Item = f64> + Clone, stream: &mut Stream) -> usize {
    let total: f64 = weights.clone().sum();
    let mut target = stream.unit() * total;
    let mut chosen = 0;
    for (index, weight) in weights.enumerate() {
        // Rounding may leave a little at the end; a weight of zero is never chosen.
        if weight > 0.0 {
            chosen = index;
            target -= weight;
            if target < 0.0 {
                break;
            }
        }
    }
    chosen
}

/// Weights divided by their sum.
fn shares(weights: &[Factor]) -> Vec<f64> {
    let total: f64 = weights.iter().map(|weight| weight.get()).sum();
    weights.iter().map(|weight| weight.get() / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::demand::tests::{arrivals, assert_zero_mean, rule, spec, stream};

    /// The second case is a ring with a short cut: changes are shared (2, 2, 1)/5, so time is shared (2, 4, 5)/11.
    #[test]
    fn stationary_laws_are_exact() {
        let two: Spec = spec(Spec::EXAMPLE);
        assert!((two.mean_rate() - 2.0).abs() < 1e-12);
        let ring = r#"{ rates = ["0/s", "11/s", "0/s"], sojourns = ["1s", "2s", "5s"], transitions = [[0, 3, 0], [1, 0, 1], [9, 0, 0]] }"#;
        let ring: Spec = spec(ring);
        assert!((ring.mean_rate() - 4.0).abs() < 1e-12, "{}", ring.mean_rate());
        let alike = Spec { transitions: Vec::new(), ..ring };
        assert!((alike.mean_rate() - 2.75).abs() < 1e-12);
    }

    /// Rate 2 and index of dispersion 8.5 in the limit, over 40 s by the formula of Heffes and Lucantoni; and gaps
    /// whose second moment is 2 φ (Λ − Q)⁻² 1 with the law φ of the state an arrival finds.
    #[test]
    fn two_states_have_the_known_dispersion() {
        let (span, r, limit) = (40.0, 0.6, 8.5);
        let dispersion = limit - (limit - 1.0) * -maths::exp_m1(-r * span) / (r * span);
        let rule = rule("mmpp", Spec::EXAMPLE);
        let (mut means, mut spreads) = (Vec::new(), Vec::new());
        for replication in 0..20_000 {
            let found = arrivals(&rule, replication, SimDuration::from_seconds(span)).len() as f64 - 2.0 * span;
            means.push(found);
            spreads.push(found * found - dispersion * 2.0 * span);
        }
        assert_zero_mean("rate", &means);
        assert_zero_mean("dispersion", &spreads);
    }

    #[test]
    fn gaps_have_the_known_spread() {
        // (Λ − Q) of the example is [[5.4, −0.4], [−0.2, 0.7]] with determinant 3.7; an arrival finds the first state
        // with probability 5/6. So E g = 1/2 and E g² = 2 φ x, where (Λ − Q) y = 1 and (Λ − Q) x = y.
        let inverse = |(a, b): (f64, f64)| ((0.7 * a + 0.4 * b) / 3.7, (0.2 * a + 5.4 * b) / 3.7);
        let mean = inverse((1.0, 1.0));
        let square = inverse(mean);
        let average = |(a, b): (f64, f64)| a * 5.0 / 6.0 + b / 6.0;
        assert!((average(mean) - 0.5).abs() < 1e-12);
        let rule = rule("mmpp", Spec::EXAMPLE);
        let squares: Vec<f64> = (0..2000)
            .map(|replication| {
                let (mut memory, mut stream, mut last) = (rule.memory(), stream(replication), Time::ZERO);
                let mut sum = 0.0;
                for count in 0..240 {
                    let at = rule.next(&mut memory, &mut stream).unwrap().at;
                    let gap = at.since(last).seconds();
                    last = at;
                    // From arrival to arrival 0.68 of the start is left: after 40 of them nothing.
                    if count >= 40 {
                        sum += gap * gap - 2.0 * average(square);
                    }
                }
                sum
            })
            .collect();
        assert_zero_mean("squared gaps", &squares);
    }

    #[test]
    fn chains_that_cannot_be_are_refused() {
        for (text, expected) in [
            (r#"{ rates = ["5/s"], sojourns = ["1s"] }"#, "two states"),
            (r#"{ rates = ["5/s", "1/s"], sojourns = ["1s"] }"#, "one span per state"),
            (r#"{ rates = ["5/s", "1/s"], sojourns = ["1s", "0"] }"#, "state 2"),
            (r#"{ rates = ["5/s", "1/s"], sojourns = ["1s", "1s"], transitions = [[0, 1]] }"#, "2 rows of 2"),
            (
                r#"{ rates = ["5/s", "1/s"], sojourns = ["1s", "1s"], transitions = [[0, 1], [1, 1]] }"#,
                "follows itself",
            ),
            (r#"{ rates = ["5/s", "1/s"], sojourns = ["1s", "1s"], transitions = [[0, 1], [0, 0]] }"#, "from 2 to 1"),
            (r#"{ rates = ["1/h", "1/h"], sojourns = ["10ms", "10ms"] }"#, "times per arrival"),
        ] {
            let wrong = spec::<Spec>(text).check().unwrap_err();
            assert!(wrong.message.contains(expected), "{text}: {wrong}");
        }
    }

    /// A chain that changes its state as often as the matrix says: followers of the first state, counted.
    #[test]
    fn followers_follow_their_weights() {
        let three: Spec = spec(
            r#"{ rates = ["1/s", "1/s", "1/s"], sojourns = ["1s", "1s", "1s"], transitions = [[0, 3, 1], [1, 0, 1], [1, 1, 0]] }"#,
        );
        let alike = Spec { transitions: Vec::new(), ..three.clone() };
        let mut stream = stream(0);
        for (spec, share) in [(three, 0.75), (alike, 0.5)] {
            let hits: Vec<f64> = (0..10_000)
                .map(|_| match spec.follower(0, &mut stream) {
                    0 => panic!("a state followed itself"),
                    1 => 1.0 - share,
                    _ => -share,
                })
                .collect();
            assert_zero_mean("second state", &hits);
        }
    }
}
