//! Who is in agreement, and what each party remembers of its settlements (model §14.2). Empty where it is not measured.
//!
//! What happens only notes whom it touches. Once the event is over, the margins of those parties are computed, and with them the sums. So
//! nothing here changes what happens.

use serde::{Deserialize, Serialize};

use crate::domain::agreement::{Breakdown, Cut, Decided, Memory, Rules, Settled, Window};
use crate::domain::ids::{Id, IdVec, MethodId, PartyId};
use crate::domain::money::Money;
use crate::domain::participation::Smoothed;
use crate::engine::ranked::Ranked;
use crate::engine::time::{SimDuration, Time};
use crate::record::agreement::AgreementGauge;

use super::levels::TimeWeightedCount;

/// All that is kept for the measure.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Agreement {
    /// By party; empty where nothing is measured.
    pub members: IdVec<PartyId, Member>,
    /// Those whose margins are to be looked at once the present event is over.
    touched: Vec<PartyId>,
    /// By method, what it is posted to find.
    pub methods: IdVec<MethodId, Posted>,
    /// The sums over parties.
    pub sums: Sums,
    /// By what is cut, the thresholds of all parties.
    pub cuts: [Ranked; Cut::ALL.len()],
    /// What was decided lately.
    pub window: Window,
    /// Agreement over the roster, and agreement as it is seen by the value accepted.
    pub breakdowns: [Breakdown; 2],
    /// Nanoseconds in which agreement was lost, and those of them in which nobody saw it.
    pub lost: [u128; 2],
    /// Up to when those are counted.
    since: Time,
}

/// Weights of parties.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Of all that have ever come.
    pub roster: TimeWeightedCount,
    /// Of those that are there.
    pub present: u64,
    /// Of those in agreement: where each goes by its own settlements, and where it goes by what is posted.
    pub inside: [TimeWeightedCount; 2],
    /// Of those whose margin of staying is above 0, and whose margin of honesty is, with which somebody deals.
    pub by_margin: [u64; 2],
}

/// What is known of a party.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// What it weighs.
    pub weight: u64,
    /// Micro-credits a second that it earns.
    pub income: Smoothed,
    /// Micro-credits a second that its work costs it.
    pub cost: Smoothed,
    /// θ of both.
    pub memory: SimDuration,
    /// What its work had cost it when that was last looked at.
    pub spent: f64,
    /// What it remembers of its settlements.
    pub settled: Memory,
    /// What it is counted as at present.
    pub is: Counted,
    is_touched: bool,
}

/// As what a party is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// It has come at some time.
    pub on_roster: bool,
    /// It is there.
    pub present: bool,
    /// It is in agreement, by its own settlements and by what is posted.
    pub inside: [bool; 2],
    /// Somebody deals with it, and its margins of staying and of honesty are above 0.
    pub by_margin: [bool; 2],
}

/// What a method is posted to find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Posted {
    /// The probability that a checker looks.
    pub looks: f64,
    /// The probability that a checker that looks at a cheat detects it.
    pub finds: f64,
}

impl Member {
    /// A party before the market opens, with its weight, what it counts on earning, and the time constant of its averages.
    pub fn new(weight: u64, income: Smoothed, memory: SimDuration) -> Member {
        Member {
            weight,
            income,
            cost: Smoothed::default(),
            memory,
            spent: 0.0,
            settled: Memory::default(),
            is: Counted::default(),
            is_touched: false,
        }
    }
}

impl Agreement {
    /// Before the market opens, with these parties.
    pub fn of(members: IdVec<PartyId, Member>) -> Agreement {
        let cuts = Cut::ALL.map(|_| Ranked::new(members.len()));
        Agreement { members, cuts, ..Agreement::default() }
    }

    /// Whether it is measured.
    #[inline]
    pub fn is_measured(&self) -> bool {
        !self.members.is_empty()
    }

    /// Whether margins are to be looked at.
    #[inline]
    pub fn is_stirred(&self) -> bool {
        !self.touched.is_empty()
    }

    /// Something happens to a party on which its margin depends.
    #[inline]
    pub fn touch(&mut self, party: PartyId) {
        if self.is_measured() && !std::mem::replace(&mut self.members[party].is_touched, true) {
            self.touched.push(party);
        }
    }

    /// All parties are to be looked at.
    pub fn touch_all(&mut self) {
        (0..self.members.len()).for_each(|party| self.touch(PartyId::from_index(party)));
    }

    /// One that is to be looked at.
    pub fn next(&mut self) -> Option<PartyId> {
        let party = self.touched.pop()?;
        self.members[party].is_touched = false;
        Some(party)
    }

    /// A party is paid so much, or gives so much back.
    #[inline]
    pub fn earn(&mut self, party: PartyId, amount: Money, now: Time) {
        if self.is_measured() {
            let member = &mut self.members[party];
            member.income.add(amount.0 as f64, now, member.memory);
            self.touch(party);
        }
    }

    /// A party comes, and counts on such an income and such a cost.
    pub fn begin(&mut self, party: PartyId, [income, cost]: [Smoothed; 2]) {
        if self.is_measured() {
            let member = &mut self.members[party];
            (member.income, member.cost) = (income, cost);
            self.touch(party);
        }
    }

    /// A job or a vote of a party is settled.
    pub fn settle(&mut self, rules: &Rules, party: PartyId, settled: &Settled) {
        self.members[party].settled.settle(settled, rules.settlements);
        self.touch(party);
    }

    /// An answer on which a party voted turned out to be wrong.
    pub fn reveal(&mut self, rules: &Rules, party: PartyId) {
        self.members[party].settled.reveal(rules.settlements);
        self.touch(party);
    }

    /// A look has brought a party so much, or would have.
    pub fn bring(&mut self, rules: &Rules, party: PartyId, amount: f64) {
        self.members[party].settled.bring(amount, rules.settlements);
        self.touch(party);
    }

    /// An answer was decided about.
    pub fn decide(&mut self, rules: &Rules, decided: &Decided, now: Time) {
        self.window.note(decided, now, rules.window);
        self.look(rules, now);
    }

    /// A party is counted otherwise from now on.
    pub fn count(&mut self, party: PartyId, is: Counted, now: Time) {
        let member = &mut self.members[party];
        let (was, weight, sums) = (std::mem::replace(&mut member.is, is), member.weight, &mut self.sums);
        let step = |level: &mut TimeWeightedCount, was: bool, is: bool| match (was, is) {
            (false, true) => level.rise(now, weight),
            (true, false) => level.fall(now, weight),
            _ => {}
        };
        let shift = |sum: &mut u64, was: bool, is: bool| *sum = *sum + u64::from(is) * weight - u64::from(was) * weight;
        step(&mut sums.roster, was.on_roster, is.on_roster);
        shift(&mut sums.present, was.present, is.present);
        for place in 0..2 {
            step(&mut sums.inside[place], was.inside[place], is.inside[place]);
            shift(&mut sums.by_margin[place], was.by_margin[place], is.by_margin[place]);
        }
    }

    /// The weight that has to be in agreement: the threshold's share of the roster. What is a hair above a whole number is that number.
    pub fn quorum(&self, rules: &Rules) -> u64 {
        let wanted = rules.threshold.get() * self.sums.roster.count() as f64;
        (wanted * (1.0 - 1e-12)).ceil() as u64
    }

    /// The sums have changed, or what was decided has: agreement may be lost, and everyone may see it.
    pub fn look(&mut self, rules: &Rules, now: Time) {
        self.lost = self.lost_by(now);
        self.since = now;
        self.window.pass(now, rules.window);
        let is_lost = self.sums.inside[rules.looks as usize].count() < self.quorum(rules);
        let seen = self.window.sum().share(|sum| sum.undisputed);
        let is_seen = seen.is_some_and(|share| share < rules.seen_threshold.get());
        self.breakdowns[0].see(is_lost, now, &rules.patience);
        self.breakdowns[1].see(is_seen, now, &rules.patience);
    }

    /// Nanoseconds in which agreement was lost, and those of them in which nobody saw it.
    pub fn lost_by(&self, now: Time) -> [u128; 2] {
        let span = u128::from(now.since(self.since).0);
        let [is_lost, is_seen] = [0, 1].map(|place| self.breakdowns[place].is_below());
        let [lost, pretended] = self.lost;
        [lost + if is_lost { span } else { 0 }, pretended + if is_lost && !is_seen { span } else { 0 }]
    }

    /// What can be read off at an instant not before the last event.
    pub fn gauge(&self, rules: &Rules, now: Time) -> AgreementGauge {
        let sums = &self.sums;
        let mut window = self.window.clone();
        window.pass(now, rules.window);
        let [broken, seen] = [0, 1].map(|place| self.breakdowns[place].by(now, &rules.patience));
        AgreementGauge {
            roster: sums.roster.count(),
            present: sums.present,
            inside: [0, 1].map(|place| sums.inside[place].count()),
            by: rules.looks as usize,
            by_margin: sums.by_margin,
            areas: [sums.inside[rules.looks as usize].area(now), sums.roster.area(now)],
            decided: *window.sum(),
            distances: Cut::ALL.map(|cut| self.distance(rules, cut)),
            broken,
            seen: seen[0],
            lost: self.lost_by(now),
        }
    }

    /// δ: the smallest cut after which agreement is lost, below 0 where a rise is needed for it; `None` where no cut loses it, or no rise
    /// brings it.
    pub fn distance(&self, rules: &Rules, cut: Cut) -> Option<f64> {
        let spare = self.sums.roster.count().checked_sub(self.quorum(rules))?;
        self.cuts[cut as usize].lowest_above(spare).filter(|cut| cut.is_finite())
    }
}
