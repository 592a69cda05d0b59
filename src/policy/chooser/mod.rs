//! Which of the offers is taken (model §6). Ties are broken at random.

use crate::domain::ids::PartyId;
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::engine::time::SimDuration;

pub mod best_surplus;
pub mod cheapest;
pub mod first;
pub mod jobs;
pub mod least_delay;
pub mod price_plus_delay;
pub mod random;

/// What a node would do for a job, as routing sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// Who offers.
    pub node: PartyId,
    /// What it asks per GPU-second.
    pub rate: Price,
    /// The price of the whole job, verification and coordination apart.
    pub price: Money,
    /// The expected wait before service.
    pub wait: SimDuration,
    /// The expected time until the answer is there: network, wait and service.
    pub delay: SimDuration,
    /// Nanoseconds that a nanosecond of work takes there, as loaded as it is.
    pub slowness: f64,
    /// Jobs at the node, waiting and in service.
    pub jobs: u32,
    /// Its results that a verdict against one of them would revoke; 0 where none does.
    pub stands: u32,
    /// The probability that its answer is right, as the requester sees it.
    pub trust: f64,
    /// What it leaves the requester with the best of the admitted methods, in micro-credits; 0 where nobody looks.
    pub surplus: f64,
}

/// A chooser rule.
pub trait Rule {
    /// The index of the offer to take; there is at least one.
    fn choose(&self, offers: &[Offer], draw: &mut KeyedRng) -> usize;

    /// Whether only offers that leave the most surplus are ever taken.
    fn takes_most_surplus(&self) -> bool {
        false
    }

    /// Whether offers differ for it by their delay alone.
    fn looks_at_delay_alone(&self) -> bool {
        false
    }
}

crate::policy::policies! {
    kind "chooser": ChooserTable, Chooser, ChooserName;
    rules {
        random: Random,
        best_surplus: BestSurplus,
        first: First,
        cheapest: Cheapest,
        least_delay: LeastDelay,
        jobs: Jobs,
        price_plus_delay: PricePlusDelay,
    }
    methods {
        /// The index of the offer to take; there is at least one.
        fn choose(offers: &[Offer], draw: &mut KeyedRng) -> usize;
        /// Whether only offers that leave the most surplus are ever taken.
        fn takes_most_surplus() -> bool;
        /// Whether offers differ for the rule by their delay alone.
        fn looks_at_delay_alone() -> bool;
    }
}

/// The index of the offer with the smallest key; among equal ones each with the same probability, by one pass and one
/// draw per tie (reservoir sampling).
#[inline]
fn least<K: PartialOrd>(offers: &[Offer], draw: &mut KeyedRng, key: impl Fn(&Offer) -> K) -> usize {
    let (mut best, mut ties) = (0, 1);
    let mut best_key = key(&offers[0]);
    for (index, offer) in offers.iter().enumerate().skip(1) {
        let this = key(offer);
        if this < best_key {
            (best, best_key, ties) = (index, this, 1);
        } else if this == best_key {
            ties += 1;
            if draw.below(ties) == 0 {
                best = index;
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Seed, key};

    fn offers(draw: &mut KeyedRng, n: u64) -> Vec<Offer> {
        (0..n)
            .map(|node| Offer {
                node: PartyId(node as u32),
                rate: Price(1),
                price: Money(draw.below(5) as i64),
                wait: SimDuration(draw.below(5)),
                delay: SimDuration(draw.below(5)),
                slowness: 1.0,
                jobs: draw.below(5) as u32,
                stands: 0,
                trust: 1.0,
                surplus: draw.below(5) as f64,
            })
            .collect()
    }

    #[test]
    fn choices_are_offers_and_the_best_of_them() {
        for rule in ChooserTable::rules() {
            let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
            let chosen = toml::from_str::<ChooserTable>(&text).unwrap().chosen().unwrap();
            for index in 0..10_000 {
                let mut draw = KeyedRng::new(key(Seed::from(1), 17, 0, index, 0));
                let count = 1 + draw.below(8);
                let offers = offers(&mut draw, count);
                let taken = offers[chosen.choose(&offers, &mut draw)];
                match rule.name {
                    "best-surplus" => assert!(offers.iter().all(|offer| taken.surplus >= offer.surplus)),
                    "cheapest" => assert!(offers.iter().all(|offer| taken.price <= offer.price)),
                    "least-delay" => assert!(offers.iter().all(|offer| taken.delay <= offer.delay)),
                    "jobs" => assert!(offers.iter().all(|offer| taken.jobs <= offer.jobs)),
                    "first" => assert_eq!(taken.node, PartyId(0)),
                    _ => {}
                }
            }
        }
    }

    /// Whatever the parameters and the offers, they are refused, or one of the offers is taken.
    #[test]
    fn random_parameters_are_refused_or_run() {
        crate::policy::trial::endure(ChooserTable::rules(), |name, table: ChooserTable, draw| {
            let rule = table.chosen().unwrap();
            rule.check()?;
            for _ in 0..10 {
                let count = 1 + draw.below(8);
                let mut offers = offers(draw, count);
                for offer in &mut offers {
                    offer.price = Money((draw.bits() >> (1 + draw.below(63))) as i64);
                    offer.delay = SimDuration(draw.bits() >> draw.below(64));
                    offer.surplus = (draw.unit() - 0.5) * 1e18;
                }
                let taken = rule.choose(&offers, draw);
                assert!(taken < offers.len(), "{taken} of {count} by {name} {rule:?}");
                let most = offers.iter().map(|offer| offer.surplus).fold(f64::MIN, f64::max);
                assert!(!rule.takes_most_surplus() || offers[taken].surplus == most, "{name}");
                let least = offers.iter().map(|offer| offer.delay).min();
                assert!(!rule.looks_at_delay_alone() || Some(offers[taken].delay) == least, "{name}");
            }
            Ok(())
        });
    }

    #[test]
    fn ties_are_fair() {
        let same = Offer {
            node: PartyId(0),
            rate: Price(1),
            price: Money(1),
            wait: SimDuration(1),
            delay: SimDuration(1),
            slowness: 1.0,
            jobs: 1,
            stands: 0,
            trust: 1.0,
            surplus: 0.0,
        };
        let offers = [same; 4];
        let mut counts = [0u32; 4];
        for index in 0..40_000 {
            let mut draw = KeyedRng::new(key(Seed::from(1), 17, 1, index, 0));
            counts[least(&offers, &mut draw, |offer| offer.jobs)] += 1;
        }
        // Binomial(40 000, 1/4): standard deviation 86.6; the limit is |z| 4.89.
        assert!(counts.iter().all(|&count| (count as f64 - 10_000.0).abs() < 4.89 * 86.6), "{counts:?}");
    }
}
