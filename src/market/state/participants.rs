//! What parties that come and go by their income know of it. Nothing is kept where no group does.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, IdVec, NodeGroupId, PartyId};
use crate::domain::money::Money;
use crate::domain::participation::{IncomeSeen, Participation, Purse, Smoothed, margin};
use crate::engine::random::Stream;
use crate::engine::time::Time;
use crate::scenario::Scenario;

/// All who may come and go.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Participants {
    /// By party; empty where no group comes and goes.
    pub parties: IdVec<PartyId, Participant>,
    /// By group.
    pub groups: IdVec<NodeGroupId, GroupFlows>,
    /// Those that decide to take another name in the present event.
    renaming: Vec<PartyId>,
}

/// What one of them knows of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Participant {
    /// Its group.
    pub group: NodeGroupId,
    /// Whether it has left, or has not come yet.
    pub is_away: bool,
    /// Rises when it leaves or comes: what was due before is due no more.
    pub turn: u32,
    /// When it may decide, and how.
    pub chance: Stream,
    /// Micro-credits a second that it earns.
    income: Smoothed,
    /// Micro-credits a second that its work costs it.
    cost: Smoothed,
    /// What its work had cost it when that was last looked at.
    spent: f64,
    /// What it has to live on.
    pub purse: Purse,
    /// Whether it takes another name: it is about to leave, or away until it comes back.
    pub is_renaming: bool,
}

/// What those of a group earn together, and what it costs them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GroupFlows {
    /// How many are there.
    pub present: u32,
    income: Smoothed,
    cost: Smoothed,
}

impl Participant {
    /// A party before the market opens.
    pub fn new(group: NodeGroupId, is_away: bool, rule: Option<&Participation>, chance: Stream) -> Participant {
        let income = Smoothed::begin(rule.map_or(0.0, |rule| rule.expects), Time::ZERO);
        let (cost, purse) = (Smoothed::default(), Purse::default());
        Participant { group, is_away, turn: 0, chance, income, cost, spent: 0.0, purse, is_renaming: false }
    }
}

impl GroupFlows {
    /// A group before the market opens, of which so many are there.
    pub fn new(present: u32, rule: Option<&Participation>) -> GroupFlows {
        let income = rule.map_or(0.0, |rule| rule.expects) * f64::from(present);
        GroupFlows { present, income: Smoothed::begin(income, Time::ZERO), cost: Smoothed::default() }
    }
}

impl Participants {
    /// A party is paid so much, or gives so much back.
    #[inline]
    pub fn earn(&mut self, scenario: &Scenario, party: PartyId, amount: Money, now: Time) {
        if self.parties.is_empty() {
            return;
        }
        let participant = &mut self.parties[party];
        if let Some(rule) = &scenario.groups[participant.group].participation {
            participant.income.add(amount.0 as f64, now, rule.memory);
            self.groups[participant.group].income.add(amount.0 as f64, now, rule.memory);
        }
    }

    /// The rule of a party that has savings to live on.
    #[inline]
    pub fn saver<'s>(&self, scenario: &'s Scenario, party: PartyId) -> Option<&'s Participation> {
        let participant = self.parties.get(party)?;
        scenario.groups[participant.group].participation.as_ref().filter(|rule| rule.savings.is_some())
    }

    /// An opinion of a party has moved to this trust: where it is too low, the party takes another name.
    pub fn hear(&mut self, scenario: &Scenario, party: PartyId, trust: f64) {
        let Some(participant) = self.parties.get(party) else { return };
        let rule = scenario.groups[participant.group].participation.as_ref();
        let below = rule.and_then(|rule| rule.whitewash).map(|whitewash| whitewash.below.get());
        if below.is_some_and(|below| trust < below) && !participant.is_away && !participant.is_renaming {
            self.parties[party].is_renaming = true;
            self.renaming.push(party);
        }
    }

    /// Whether some decide to take another name.
    #[inline]
    pub fn is_stirred(&self) -> bool {
        !self.renaming.is_empty()
    }

    /// One that does, with its turn.
    pub fn next_renaming(&mut self) -> Option<(PartyId, u32)> {
        let party = self.renaming.pop()?;
        Some((party, self.parties[party].turn))
    }

    /// Whether a party has left, or has not come yet.
    pub fn is_away(&self, party: PartyId) -> bool {
        self.parties.get(party).is_some_and(|participant| participant.is_away)
    }

    /// What the work of a party has cost it in all, in micro-credits, is taken into account.
    pub fn look_at_cost(&mut self, rule: &Participation, party: PartyId, spent: f64, now: Time) {
        let participant = &mut self.parties[party];
        let since = spent - participant.spent;
        participant.spent = spent;
        participant.cost.spread(since, now, rule.memory);
        self.groups[participant.group].cost.add(since, now, rule.memory);
    }

    /// The margin that a party has, or that one which is away would have.
    pub fn margin(&self, rule: &Participation, party: PartyId, now: Time) -> f64 {
        let participant = &self.parties[party];
        let (income, cost) = match (participant.is_away, rule.income) {
            (true, _) => self.posted(rule, participant.group, 1, now),
            (false, IncomeSeen::Posted) => self.posted(rule, participant.group, 0, now),
            (false, IncomeSeen::Own) => {
                (participant.income.at(now, rule.memory), participant.cost.at(now, rule.memory))
            }
        };
        margin(income, cost, rule.outside)
    }

    /// What a party that is there earns a second and what it costs it, by what is posted; of one that is away, if it came.
    pub fn posted_to(&self, rule: &Participation, party: PartyId, now: Time) -> (f64, f64) {
        let participant = &self.parties[party];
        self.posted(rule, participant.group, u32::from(participant.is_away), now)
    }

    /// What each of a group earns a second, and what it costs it, if so many more were there.
    fn posted(&self, rule: &Participation, group: NodeGroupId, more: u32, now: Time) -> (f64, f64) {
        let flows = &self.groups[group];
        let shared = f64::from((flows.present + more).max(1));
        (flows.income.at(now, rule.memory) / shared, flows.cost.at(now, rule.memory) / shared)
    }

    /// A party leaves.
    pub fn leave(&mut self, party: PartyId) {
        let participant = &mut self.parties[party];
        (participant.is_away, participant.turn) = (true, participant.turn.wrapping_add(1));
        self.groups[participant.group].present -= 1;
    }

    /// A party comes. It counts on what those have who are there: its income and its cost begin with theirs.
    pub fn enter(&mut self, rule: &Participation, party: PartyId, now: Time) -> [Smoothed; 2] {
        let group = self.parties[party].group;
        let (income, cost) = self.posted(rule, group, 1, now);
        self.groups[group].present += 1;
        let participant = &mut self.parties[party];
        (participant.is_away, participant.turn) = (false, participant.turn.wrapping_add(1));
        (participant.income, participant.cost) = (Smoothed::begin(income, now), Smoothed::begin(cost, now));
        [participant.income, participant.cost]
    }

    /// The turn of a party, of which events that are due for it must be.
    pub fn is(&self, party: PartyId, turn: u32) -> bool {
        self.parties.as_slice().get(party.index()).is_some_and(|participant| participant.turn == turn)
    }
}
