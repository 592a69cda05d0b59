//! An answer comes into use: where trust in it sits is accounted for, if the scenario asks for it (model §16.2).
//!
//! The plan of an answer is what has happened to it by then: who executed, which checks have come to a verdict, and who was drawn for them,
//! also if called off before the vote. It is taken twice with the same parties. As *believed*, it has the opinions of the requester at that instant.
//! As it *is*, it has what the conduct of each party would do at that instant.

use crate::domain::acceptance::{Assigned, KINDS};
use crate::domain::answer::{Answer, Wrong};
use crate::domain::checking::{Checker, Stopping};
use crate::domain::ids::{JobSlot, PartyId, TaskSlot};
use crate::domain::money::Money;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::JobRecord;
use crate::domain::reliance::{Held, Holder, Relied, holders, misplaced};
use crate::domain::task::TaskKind;
use crate::engine::random::{RandomSource, mix};
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::drawn::{DrawnSeat, Trusting};
use crate::policy::conduct::{Assignment, Stakes, Submission, ring};
use crate::policy::verdict::Verdict;
use crate::scenario::verification::{Check, Method};

use super::{at_stake, causes, checking, copies, inputs, seats, voting};

/// A requester begins to rely on an answer. All that is examined at use begins here.
#[inline]
pub fn begin(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    market.jobs.record_mut(slot).at.used = at.now;
    if at.scenario.record.reliance {
        account(market, at, slot);
    }
    causes::examine(market, at, slot);
    if market.ancestry.is_some() {
        inputs::offer(market, at, slot);
    }
}

/// A seat in a check of a job has its checker.
#[inline]
pub fn note_checker(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    (check, round, ordinal): (u8, u8, u16),
    by: PartyId,
) {
    if at.scenario.record.reliance {
        let (case, job, stake) = (market.jobs[slot].case, market.jobs.record(slot).key, seats::weight(market, by));
        market.drawn.note(case, job, DrawnSeat { check, round, ordinal, by, stake });
    }
}

/// A checker will never vote.
#[inline]
pub fn leave(market: &mut State, at: &Context<'_>, child: TaskSlot) {
    if at.scenario.record.reliance {
        let task = &market.jobs[child];
        if task.kind == TaskKind::Check {
            market.drawn.leave(market.jobs[task.parent].case, (task.check, task.round, task.ordinal));
        }
    }
}

/// Accounts for an answer that is used from now on.
#[inline(never)]
fn account(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let mut room = std::mem::take(&mut market.scratch.trusting);
    let view = View { market, at, slot, record: market.jobs.record(slot), actual: false };
    view.assign(&mut room);
    let believed = room.accountant.settle(&room.plan);
    room.believed.clone_from(&room.accountant.reliance);
    room.held.clear();
    let (parts, lone) = (&room.accountant.reliance, &room.accountant.lone);
    let each = room.holders.iter().zip(parts.iter().zip(lone));
    room.held.extend(each.map(|(&holder, (&reliance, &lone))| Held { holder, reliance, lone }));
    let (count, largest) = holders(parts).unzip();
    let curve = market.ancestry.is_some().then(|| room.accountant.curve(&room.plan));
    View { actual: true, ..view }.assign(&mut room);
    let actual = room.accountant.settle(&room.plan);
    let record = view.record;
    let relied = Relied {
        key: record.key,
        class: record.class,
        method: record.method,
        requester: record.requester,
        asked: record.at.asked,
        at: at.now,
        value: view.value(),
        is_right: record.is_right(),
        examined: view.is_examined(),
        believed,
        actual,
        holders: count,
        largest,
        misplaced: misplaced(&room.believed, &room.accountant.reliance),
        lone_most: room.held.iter().map(|held| held.lone).fold(0.0, f64::max),
        parties: room.held.len() as u32,
    };
    at.facts.rely(&relied, &room.held);
    market.scratch.trusting = room;
    if let Some(curve) = curve {
        inputs::account(market, slot, &curve);
    }
}

/// An answer as it is looked at: as is believed, or as it is.
#[derive(Clone, Copy)]
struct View<'a> {
    market: &'a State,
    at: &'a Context<'a>,
    slot: JobSlot,
    record: &'a JobRecord,
    actual: bool,
}

impl View<'_> {
    fn method(&self) -> &Method {
        &self.at.scenario.verification.methods[self.record.method]
    }

    /// What a right answer is worth, now that its length is known.
    fn value(&self) -> Money {
        let (record, class) = (self.record, &self.at.scenario.classes[self.record.class]);
        match class.value_by {
            Some(by) => by.known(record.value, record.work, record.expected_work),
            None => record.value,
        }
    }

    /// Puts the plan of the answer into the room, with its parties.
    fn assign(&self, room: &mut Trusting) {
        let Trusting { plan, holders, executors, accountant, .. } = room;
        plan.clear();
        holders.clear();
        executors.clear();
        let mut parties = Parties { plan, holders };
        let agree = self.add_executors(&mut parties, executors);
        if self.market.jobs[self.slot].case.is_some() {
            self.add_ladders(&mut parties);
        }
        // The adversary's kind is the same in both views: the one that the plan sees least as it is believed.
        if !self.actual {
            room.adversary = accountant.least_seen(plan);
        }
        (plan.adversary, plan.agree) = (room.adversary, agree);
        let worst = std::array::from_fn(|kind| f64::from(u8::from(kind == room.adversary)));
        for &(party, node) in executors.iter() {
            plan.execute(party, if self.actual { self.errs(node) } else { self.believed_wrong(node, worst) });
        }
        plan.seal();
    }

    /// Adds those that execute, and says how many must agree. Where copies are compared, all that were sent count: one that was called off
    /// would have answered. A check that decided between copies has left one answer.
    fn add_executors(&self, parties: &mut Parties<'_>, executors: &mut Vec<(usize, PartyId)>) -> u32 {
        let (market, record) = (self.market, self.record);
        let case = Some(market.jobs[self.slot].case).filter(|case| case.is_some()).map(|case| &market.cases[case]);
        let scenario = self.at.scenario;
        let compared = case.filter(|case| {
            self.method().compares() && !case.disputed && !copies::is_alone(market, scenario, self.slot)
        });
        let Some(case) = compared else {
            executors.push((parties.place(Holder::Party(record.node), 0.0), record.node));
            return 1;
        };
        for copy in case.answers.iter().filter(|copy| copy.sent) {
            executors.push((parties.place(Holder::Party(copy.node), 0.0), copy.node));
        }
        match copies::credibility(market, scenario, self.slot) {
            Some(_) => case.answers.iter().filter(|copy| copy.answer.key == record.answer.key).count() as u32,
            None => self.method().agree,
        }
    }

    /// Adds the checks that have come to a verdict, each with those that decided about its alarm. One that lets pass whatever it was
    /// shown is left out: it was shown a forced error, or too few have voted.
    fn add_ladders(&self, parties: &mut Parties<'_>) {
        let case = &self.market.cases[self.market.jobs[self.slot].case];
        let method = self.method();
        for (root, check) in method.checks.iter().enumerate().filter(|(_, check)| check.looks_at_answers()) {
            if check.of.is_some() && !(case.disputed && check.of == Some(0)) {
                continue;
            }
            let next = |index: &usize| method.checks[*index].appeal.map(usize::from);
            let ladder = || std::iter::successors(Some(root), next).take_while(|index| self.has_verdict(*index));
            if ladder().all(|index| self.decides(index)) {
                ladder().for_each(|index| self.add_look(root, index, parties));
            }
        }
    }

    /// Whether a check has begun and come to a verdict.
    fn has_verdict(&self, index: usize) -> bool {
        let case = &self.market.cases[self.market.jobs[self.slot].case];
        case.votes[index].asked > 0 && case.open >> index & 1 == 0
    }

    /// Whether its votes on this answer have decided.
    fn decides(&self, index: usize) -> bool {
        let check = &self.method().checks[index];
        let votes = &self.market.cases[self.market.jobs[self.slot].case].votes[index];
        let is_forced = voting::is_forced(self.market.seed, self.record.key, index, check);
        !is_forced && checking::verdict(check, votes, true).is_some_and(|verdict| verdict != Verdict::Unresolved)
    }

    /// Adds one check with its votes.
    fn add_look(&self, ladder: usize, index: usize, parties: &mut Parties<'_>) {
        let (market, at, check) = (self.market, self.at, &self.method().checks[index]);
        let case = &market.cases[market.jobs[self.slot].case];
        let votes = &case.votes[index];
        let seen = |care: f64| check.detects.map(|detects| 1.0 - care * detects);
        let needed = match check.by {
            Checker::Watchers => {
                for _ in 0..check.count {
                    let party = parties.add(Holder::Watcher(check.count), 0.0);
                    parties.plan.vote(Some(party), seen(check.attention), 1);
                }
                check.count.into()
            }
            Checker::Validators | Checker::Peers => {
                let weighs = check.verdict.weighs_stakes();
                for seat in self.seats(index) {
                    let party = (!check.is_guarded).then(|| parties.place(Holder::Party(seat.by), 0.0));
                    let approves = match (party, self.actual) {
                        (None, _) => seen(1.0),
                        (_, true) => self.alarms(seat.by, index).map(|alarms| 1.0 - alarms),
                        (_, false) => {
                            seen(market.opinions.care_of(&at.scenario.verification, self.record.requester, seat.by))
                        }
                    };
                    parties.plan.vote(party, approves, if weighs { seat.stake } else { 1 });
                }
                let asked = match (check.vote.is_some(), weighs) {
                    (false, false) => votes.asked.into(),
                    (false, true) => votes.stake_asked,
                    (true, false) => votes.cast().into(),
                    (true, true) => votes.stake_approving + votes.stake_alarming,
                };
                check.verdict.needed(asked)
            }
            by => {
                let own = by == Checker::Requester;
                let (requester, method) = (self.record.requester, self.record.method);
                let care = if own { market.own_care(at.scenario, requester, method, check.cost) } else { 1.0 };
                parties.plan.vote(None, seen(care), 1);
                1
            }
        };
        let guard = check.vendor.map(|vendor| {
            let is_broken = self.actual && (at.now >= vendor.from || market.shocks.is_broken(vendor.number));
            parties.place(Holder::Vendor(vendor.number), if is_broken { 1.0 } else { vendor.broken })
        });
        parties.plan.look(ladder, guard, needed);
    }

    /// The seats of a check whose votes count: those that were cast, and where it was decided before all had voted those that were called
    /// off.
    fn seats(&self, index: usize) -> impl Iterator<Item = &DrawnSeat> {
        let (market, check) = (self.market, &self.method().checks[index]);
        let id = market.jobs[self.slot].case;
        let (round, own) = (seats::round(market, self.slot, check), index as u8);
        let drawn = market.drawn.of(id, self.record.key);
        let of_look = move |seat: &&DrawnSeat| (seat.check, seat.round) == (own, round);
        let all = check.stopping == Stopping::Decided && check.vote.is_none();
        let cast = &market.cases[id].cast;
        drawn
            .iter()
            .enumerate()
            .filter(move |(place, seat)| {
                let same = |other: &&DrawnSeat| of_look(other) && other.by == seat.by;
                let votes = || cast.iter().filter(|cast| cast.check == own && cast.by == seat.by).count();
                of_look(seat) && (all || drawn[..*place].iter().filter(same).count() < votes())
            })
            .map(|(_, seat)| seat)
    }

    /// How likely the answer of a node is wrong by kind, as the requester believes.
    fn believed_wrong(&self, node: PartyId, worst: [f64; KINDS]) -> [f64; KINDS] {
        let verification = &self.at.scenario.verification;
        let trust = self.market.opinions.trust(verification, self.record.requester, node);
        verification.kinds.unwrap_or(worst).map(|share| (1.0 - trust) * share)
    }

    /// How likely the answer of a node would be wrong by kind, as its conduct is now.
    fn errs(&self, node: PartyId) -> [f64; KINDS] {
        let (market, record, scenario) = (self.market, self.record, self.at.scenario);
        let assignment = Assignment {
            party: node.0.into(),
            job: self.job(),
            stakes: at_stake::of_node(market, scenario, node, (record.compute_price, record.work)),
            now: self.at.now,
            trust: market.opinions.trust(&scenario.verification, record.requester, node),
        };
        let conduct = &scenario.groups[market.nodes.quotes[node].group].conduct;
        conduct.errs(market.conducts.seen_of(&market.nodes, node, record.method), &assignment)
    }

    /// How likely a checker would raise an alarm at a wrong answer of each kind by the node, as its conduct is now and while no vendor is
    /// broken.
    fn alarms(&self, by: PartyId, index: usize) -> [f64; KINDS] {
        let (market, record, scenario) = (self.market, self.record, self.at.scenario);
        let check = &self.method().checks[index];
        let conduct = |party: PartyId| &scenario.groups[market.nodes.quotes[party].group].conduct;
        let conduct_of = conduct(by);
        let Stakes { fee, cost, slash: fine } = match conduct_of.weighs_stakes() {
            true => at_stake::of_vote(market, self.at, self.slot, (index as u8, check), by),
            false => Stakes::default(),
        };
        let ring = conduct(record.node).ring(&market.nodes.backrooms[record.node].conduct);
        let memory = market.conducts.seen_of(&market.nodes, by, record.method);
        Wrong::ALL.map(|kind| {
            let answer = match kind {
                Wrong::Tamper if ring != 0 => ring::answer(self.job(), ring),
                _ => Answer::wrong(kind, mix(self.job())),
            };
            let submission = Submission {
                party: by.0.into(),
                job: self.job(),
                answer,
                alarm: check.detects[kind as usize],
                cost,
                fee,
                fine,
                now: self.at.now,
                trust: market.opinions.trust(&scenario.verification, record.requester, by),
                ring,
            };
            conduct_of.alarms(memory, &submission)
        })
    }

    /// A number that is the same for all copies of the job, as conducts see it.
    fn job(&self) -> u64 {
        mix(mix(self.record.key.source.0.into()) ^ self.record.key.index)
    }

    /// Whether some checker has looked at the answer.
    fn is_examined(&self) -> bool {
        let id = self.market.jobs[self.slot].case;
        if !id.is_some() {
            return false;
        }
        let case = &self.market.cases[id];
        let looked = |(index, check): (usize, &Check)| match check.by {
            Checker::Validators | Checker::Peers => {
                case.cast.iter().any(|cast| usize::from(cast.check) == index && cast.looked)
            }
            Checker::Requester => case.decided(index as u8).looked,
            Checker::Watchers => (0..check.count).any(|watcher| {
                let number = DrawIndex::checker(index as u8, watcher as u16, check.round);
                draw(self.market.seed, Purpose::Attention, self.record.key, number).chance(check.attention)
            }),
            Checker::Attestation | Checker::Proof => true,
            Checker::Replicas | Checker::Canary => false,
        };
        let checks = self.method().checks.iter().enumerate();
        checks.filter(|(index, _)| self.has_verdict(*index)).any(looked)
    }
}

/// The parties of a plan, each once.
struct Parties<'a> {
    plan: &'a mut Assigned,
    holders: &'a mut Vec<Holder>,
}

impl Parties<'_> {
    /// The place of a party, which is added where it is not there yet.
    fn place(&mut self, holder: Holder, broken: f64) -> usize {
        let there = self.holders.iter().position(|other| *other == holder);
        there.unwrap_or_else(|| self.add(holder, broken))
    }

    fn add(&mut self, holder: Holder, broken: f64) -> usize {
        self.holders.push(holder);
        self.plan.party(broken)
    }
}
