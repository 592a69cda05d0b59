//! How copies that agree share what is paid for them: each what it asked, or by what is known of its node (iExec, contract
//! IexecPoco2Facet: in proportion to the logarithm of the weight).

use crate::domain::checking::Shares;
use crate::domain::ids::JobSlot;
use crate::domain::money::Money;
use crate::market::state::State;
use crate::maths;
use crate::scenario::Scenario;

use super::copies;

/// Notes the odds of the node of a copy whose answer has just come: later evidence does not change its share.
pub fn note_odds(market: &mut State, scenario: &Scenario, slot: JobSlot, number: usize) {
    let id = market.jobs[slot].case;
    let odds = copies::odds(market, scenario, slot, &market.cases[id].answers[number]);
    market.cases[id].answers[number].odds = odds;
}

/// Before the copies that gave the accepted answer are paid: what each of them gets, where it is not what was agreed.
pub fn share_out(market: &mut State, scenario: &Scenario, slot: JobSlot) {
    let (id, record) = (market.jobs[slot].case, market.jobs.record(slot));
    let shares = scenario.verification.methods[record.method].replicas().map(|check| check.shares);
    if shares != Some(Shares::LogOdds) {
        return;
    }
    let key = record.answer.key;
    let agree = || market.cases[id].answers.iter().enumerate().filter(|(_, copy)| copy.answer.key == key);
    let pool = agree().map(|(_, copy)| copy.price).sum();
    let parts = parts(pool, &agree().map(|(_, copy)| copy.odds).collect::<Vec<f64>>());
    let places: Vec<usize> = agree().map(|(place, _)| place).collect();
    for (place, part) in places.into_iter().zip(parts) {
        market.cases[id].answers[place].price = part;
    }
}

/// An amount in parts that go by log₂ of odds. Odds of 1 and less weigh nothing; if all do, the parts are equal. The sum of the first parts
/// is rounded down to a whole amount, so that nothing is left over.
fn parts(pool: Money, odds: &[f64]) -> Vec<Money> {
    let logs: Vec<f64> = odds.iter().map(|odds| maths::log2(odds.max(1.0))).collect();
    let none = logs.iter().sum::<f64>() <= 0.0;
    let weights = || logs.iter().map(|log| if none { 1.0 } else { *log });
    let all: f64 = weights().sum();
    let (mut sum, mut given) = (0.0, Money::ZERO);
    let mut parts: Vec<Money> = weights()
        .map(|weight| {
            sum += weight;
            let until = Money((pool.0 as f64 * (sum / all)) as i64).min(pool);
            let part = until - given;
            given = until;
            part
        })
        .collect();
    if let Some(last) = parts.last_mut() {
        *last += pool - given;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights 2, 4 and 16 have logarithms 1, 2 and 4.
    #[test]
    fn parts_go_by_logarithms_and_leave_nothing_over() {
        assert_eq!(parts(Money(700), &[2.0, 4.0, 16.0]), [Money(100), Money(200), Money(400)]);
        assert_eq!(parts(Money(10), &[2.0, 2.0, 2.0]), [Money(3), Money(3), Money(4)]);
        assert_eq!(parts(Money(10), &[1.0, 0.5]), [Money(5), Money(5)]);
        assert_eq!(parts(Money(10), &[2.0, 0.5]), [Money(10), Money(0)]);
        assert_eq!(parts(Money(10), &[]), []);
    }
}
