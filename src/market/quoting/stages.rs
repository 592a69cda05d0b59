//! When a requester begins to rely on an answer, where it may choose (model §5.4): at the instant that leaves the most.

use crate::domain::answer::Use;

use super::quote::Valuation;

/// An instant from which an answer may be used, and what is at risk from then on.
#[derive(Clone, Copy)]
pub struct Begin {
    /// Nanoseconds from now.
    pub at: f64,
    /// The probability that a wrong answer is in use from then on, less the part of its harm that is undone later.
    pub risk: f64,
    /// The probability that it comes in time, beyond what the instant says.
    pub in_time: f64,
}

/// The first of the three instants, in the order of [`Use`], such that waiting for any later one costs no less than it protects;
/// `right` is the probability that the answer is right and accepted.
#[inline(always)]
pub fn chosen(valuation: &Valuation<'_>, right: f64, [answered, accepted, last]: [Begin; 3]) -> Use {
    let is_not_worth = |now: Begin, later: Begin| {
        let protects = valuation.harm * (now.risk * now.in_time - later.risk * later.in_time);
        is_not_worth(valuation, right, (now.at, now.in_time), (later.at, later.in_time), protects)
    };
    if is_not_worth(answered, accepted) && is_not_worth(answered, last) {
        Use::Answered
    } else if is_not_worth(accepted, last) {
        Use::Accepted
    } else {
        Use::Final
    }
}

/// Whether waiting from one instant, with its probability to come in time, for a later one costs no less than it protects.
#[inline(never)]
fn is_not_worth(
    valuation: &Valuation<'_>,
    right: f64,
    (now, sure): (f64, f64),
    (then, then_sure): (f64, f64),
    protects: f64,
) -> bool {
    // No exponential where nothing is waited for.
    let waiting = match now == then && now <= valuation.left() && sure == then_sure {
        true => 0.0,
        false => right * (valuation.worth(now) * sure - valuation.worth(then) * then_sure),
    };
    // Where both come too late, there is nothing to wait for.
    waiting.is_nan() || waiting >= protects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::acceptance::Acceptance;
    use crate::domain::ids::{ClassId, MethodId, PartyId, RequesterId};
    use crate::domain::money::{Money, Rounding};
    use crate::domain::price::Price;
    use crate::domain::record::{JobKey, JobRecord};
    use crate::domain::work::Work;
    use crate::engine::time::{SimDuration, Time};
    use crate::market::quoting::quote::SurplusBreakdown;
    use crate::market::quoting::terms::Terms;
    use crate::policy::chooser::Offer;
    use crate::scenario::Scenario;
    use proptest::prelude::*;

    /// One class for each rule of use, in the order of [`Use`].
    fn scenario() -> Scenario {
        let class = |name: &str, at: &str| {
            format!("[classes.{name}]\nwork = {{ law = \"constant\", value = \"1s\" }}\nuse-at = \"{at}\"\n")
        };
        let text = format!(
            "name = \"one\"\nhorizon = \"1s\"\n[models.plain]\n{}{}{}{}[[demand.sources]]\nname = \"all\"\nclass = \"a\"\n\
             arrivals = {{ rule = \"poisson\", poisson = {{ rate = \"1/s\" }} }}\n[[nodes]]\nname = \"one\"\ncount = 1\n",
            class("a", "answered"),
            class("b", "accepted"),
            class("c", "final"),
            class("d", "when-worth-it"),
        );
        let scenario = Scenario::from_text("one.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
        (*scenario).clone()
    }

    fn terms(blocking: f64, standing: f64, acceptance: Acceptance, in_time: f64, copies: [u32; 2]) -> Terms {
        Terms {
            method: MethodId(0),
            overhead: Work::ZERO,
            checkers: Money(1_000),
            checkers_most: Money(1_000),
            gas: Price::ZERO,
            check: Price::ZERO,
            coordination: Money(10),
            coordination_most: Money(10),
            inclusion: 0.0,
            agreement: 0.0,
            blocking,
            standing,
            acceptance,
            uncorrected: blocking + standing,
            in_time,
            copies: copies[0],
            paid_copies: f64::from(copies[0]),
            agree: copies[1],
            ..Terms::unchecked(0, Price::ZERO, 0.0)
        }
    }

    fn offer(trust: f64) -> Offer {
        let second = SimDuration::SECOND;
        Offer {
            node: PartyId(1),
            rate: Price(1_000),
            price: Money(1_000),
            wait: SimDuration::ZERO,
            delay: second,
            slowness: 1.0,
            jobs: 0,
            trust,
            surplus: 0.0,
            stands: 0,
        }
    }

    /// What is left with each rule of use, and when the answer would be used.
    fn left(scenario: &Scenario, offer: &Offer, terms: &Terms, deadline: Time) -> [(f64, Use); 4] {
        [0, 1, 2, 3].map(|class| {
            let record = JobRecord::begin(JobKey::default(), ClassId(class), RequesterId(0), Time(0));
            let record = JobRecord { value: Money(1_000_000), deadline, ..record };
            let valuation = Valuation::of(&record, scenario, Time(0));
            let left = SurplusBreakdown::of(&valuation, Rounding::NearestEven, offer, terms);
            (left.surplus, left.use_at)
        })
    }

    /// A check that is slow and finds nothing hides none that is quick and finds all.
    #[test]
    fn a_useless_check_hides_no_strong_one() {
        let mut scenario = scenario();
        for class in scenario.classes.iter_mut() {
            (class.harm, class.discount) = (10.0, 1e-12);
        }
        // Blocking: an hour for nothing. Deferred: a second more, and no wrong answer is left.
        let acceptance = Acceptance { wrong: [1.0, 0.0], ..Acceptance::UNCHECKED };
        let terms = terms(3.6e12, 1e9, acceptance, 1.0, [1, 1]);
        let [answered, accepted, last, chosen] = left(&scenario, &offer(0.5), &terms, Time::NEVER);
        assert!(answered.0 > accepted.0 && last.0 > answered.0, "{answered:?} {accepted:?} {last:?}");
        assert_eq!(chosen, (last.0, Use::Final));
    }

    /// Copies agree before the answer is there: one that is used at once is as safe as their agreement.
    #[test]
    fn an_answer_of_copies_is_used_with_the_risk_of_their_agreement() {
        let scenario = scenario();
        let acceptance = Acceptance::UNCHECKED;
        let [answered, accepted, ..] =
            left(&scenario, &offer(0.9), &terms(0.0, 0.0, acceptance, 1.0, [3, 2]), Time::NEVER);
        assert_eq!(answered.0, accepted.0);
    }

    proptest! {
        /// Brute force: what is chosen leaves as much as the best of the three instants, and is the first that does.
        #[test]
        fn the_best_instant_is_chosen(
            (harm, recovers, trust) in (0.0f64..20.0, 0.0f64..1.0, 0.3f64..1.0),
            (blocking, standing) in (0.0f64..20e9, prop_oneof![Just(0.0), 0.0f64..20e9]),
            (discount, linear) in (prop_oneof![Just(0.0), 0.0f64..1e-10], any::<bool>()),
            (right, wrong) in ((0.5f64..1.0, 0.5f64..1.0), (0.0f64..1.0, 0.0f64..1.0)),
            (in_time, deadline, copies) in (0.5f64..1.0, prop_oneof![Just(u64::MAX), 0u64..30_000_000_000], 1u32..4),
        ) {
            let mut scenario = scenario();
            for class in scenario.classes.iter_mut() {
                (class.harm, class.recovers) = (harm, recovers);
                // Linear costs that leave a worth after both waits: an answer worth less than nothing is another matter.
                (class.discount, class.delay_cost) = if linear { (0.0, 1e5 * discount) } else { (discount, 0.0) };
            }
            let acceptance = Acceptance { right: [right.0, right.0 * right.1], wrong: [wrong.0, wrong.0 * wrong.1], referee: None, grouped: None };
            let terms = terms(blocking, standing, acceptance, in_time, [copies, copies.min(2)]);
            let [a, b, c, chosen] = left(&scenario, &offer(trust), &terms, Time(deadline));
            let fixed = [a, b, c];
            let most = fixed.iter().fold(f64::NEG_INFINITY, |most, one| most.max(one.0));
            let slack = 1e-9 * 1e6 * (1.0 + harm);
            prop_assert!(chosen.0 == most || chosen.0 >= most - slack, "{chosen:?} of {fixed:?}");
            prop_assert_eq!(chosen.0, fixed[chosen.1 as usize].0, "the surplus is that of its instant");
            let earlier = &fixed[..chosen.1 as usize];
            prop_assert!(
                earlier.iter().all(|one| one.0 < most + slack && (one.0 < chosen.0 + slack)),
                "{chosen:?} of {fixed:?}"
            );
        }
    }
}
