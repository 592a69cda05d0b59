//! Shocks from outside the market begin and end (model §15.3). No quote expects them.

use crate::domain::ids::{Id, PartyId};
use crate::domain::money::Money;
use crate::domain::party::PartyKind;
use crate::domain::purpose::Purpose;
use crate::engine::random::{KeyedRng, RandomSource, Seed, Stream, key, mix};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::life::arrival;
use crate::market::life::next::Next;
use crate::market::operations::costs;
use crate::market::state::State;
use crate::market::state::ledger::Account;
use crate::market::state::shocks::{ExtraJobs, ShockState};
use crate::maths;
use crate::record::fact::Fact;
use crate::scenario::amended::alike;
use crate::scenario::shocks::{Begins, Shock};

use super::{churn, participation};

/// The shocks of the scenario that the market opens with.
pub fn open(market: &mut State, at: &mut Context<'_>) {
    market.shocks.all =
        at.scenario.shocks.iter().map(|shock| at_first(market.seed, shock, ShockState::default(), at.now)).collect();
    schedule(market, at);
}

/// A shock begins, or ends.
pub fn turn(market: &mut State, at: &mut Context<'_>, shock: u16) -> Next {
    let place = usize::from(shock);
    let written = &at.scenario.shocks[place];
    let mut state = std::mem::take(&mut market.shocks.all[place]);
    if state.under_way {
        end(market, at, (shock, written), &mut state);
        state.due = gap(market.seed, written, state.begun, at.now);
    } else {
        begin(market, at, shock, &mut state);
        state.due = written.lasts.map(|lasts| match written.begins {
            // One that is under way when the market comes to it ends when it would have.
            Begins::At(began) => began + lasts,
            _ => at.now + lasts,
        });
    }
    push(at, (shock, market.shocks.turn), &state);
    market.shocks.all[place] = state;
    keep(market, at);
    if written.cost.is_some() {
        costs::renew(market, at);
    }
    Next::Done
}

/// Goes on with the shocks of an amended scenario: one that is written alike keeps its state, another begins anew, and one that is
/// gone ends.
pub fn adopt(market: &mut State, old: &[Shock], at: &mut Context<'_>) {
    let new = &at.scenario.shocks;
    if old.len() == new.len() && old.iter().zip(new).all(|(old, new)| alike(old, new)) {
        return;
    }
    let mut before = std::mem::take(&mut market.shocks.all);
    let stays = |shock: &Shock| new.iter().position(|other| alike(other, shock));
    let places: Vec<Option<usize>> = old.iter().map(stays).collect();
    for (place, state) in before.iter_mut().enumerate() {
        if places[place].is_none() && state.under_way {
            end(market, at, (place as u16, &old[place]), state);
        }
    }
    for stream in market.shocks.streams.iter_mut().filter(|stream| stream.shock != u16::MAX) {
        stream.shock = places[usize::from(stream.shock)].expect("a shock that is gone has ended") as u16;
    }
    let mut all: Vec<Option<ShockState>> = vec![None; new.len()];
    for (state, place) in before.into_iter().zip(places) {
        match place {
            Some(place) => all[place] = Some(state),
            None => market.shocks.gone.push(state),
        }
    }
    for (state, shock) in all.into_iter().zip(new) {
        let gone = &mut market.shocks.gone;
        let mut past = || gone.iter().position(|state| state.key == shock.key).map(|place| gone.swap_remove(place));
        let state = state.unwrap_or_else(|| at_first(market.seed, shock, past().unwrap_or_default(), at.now));
        market.shocks.all.push(state);
    }
    keep(market, at);
    market.shocks.turn = market.shocks.turn.wrapping_add(1);
    schedule(market, at);
}

/// A shock that the market comes to at `now`; one that is over by then never begins. It goes on with the numbers of the one of its
/// name in the `past`.
fn at_first(seed: Seed, shock: &Shock, past: ShockState, now: Time) -> ShockState {
    let due = match shock.begins {
        Begins::AtOnce => Some(now),
        Begins::At(began) => {
            let is_over = shock.lasts.is_some_and(|lasts| began + lasts <= now);
            (!is_over).then_some(began.max(now))
        }
        Begins::After(_) => gap(seed, shock, past.begun, now),
    };
    ShockState { key: shock.key, due, ..past }
}

/// When a shock that comes by chance begins next. It is `None` of one that begins once.
fn gap(seed: Seed, shock: &Shock, begun: u64, now: Time) -> Option<Time> {
    let Begins::After(mean) = shock.begins else { return None };
    let way = KeyedRng::new(key(seed, Purpose::ShockGap as u32, shock.key, begun, 0)).unit();
    Some(now + SimDuration::from_nanos(-maths::ln(way) * mean))
}

fn schedule(market: &State, at: &mut Context<'_>) {
    for (place, state) in market.shocks.all.iter().enumerate() {
        push(at, (place as u16, market.shocks.turn), state);
    }
}

fn push(at: &mut Context<'_>, (shock, turn): (u16, u32), state: &ShockState) {
    if let Some(due) = state.due {
        at.queue.push(due, Event::Shock { shock, turn });
    }
}

fn begin(market: &mut State, at: &mut Context<'_>, shock: u16, state: &mut ShockState) {
    let written = &at.scenario.shocks[usize::from(shock)];
    state.under_way = true;
    if let Some(outage) = written.struck() {
        let named = &at.derived.struck[usize::from(shock)];
        strike(market.seed, (written.key, state.begun), (named, outage.count(named.len())), &mut state.down);
        if written.at_random {
            state.down = at_random(market, at, (written, state.begun), &state.down);
        }
    }
    state.begun += 1;
    let entering = entering(market, at, shock, state.begun - 1);
    at.facts.note(Fact::ShockBegan { shock, parties: (state.down.len() + entering.len()) as u32 });
    match &written.image {
        Some(image) => churn::revoke(market, at, &state.down, image.work),
        None => churn::take_down(market, at, &state.down),
    }
    bring(market, at, shock, state.begun);
    burn(market, at, shock, state.begun);
    entering.into_iter().for_each(|party| participation::come(market, at, party));
}

/// Those of the parties away that come by a shock.
fn entering(market: &State, at: &Context<'_>, shock: u16, begun: u64) -> Vec<PartyId> {
    let written = &at.scenario.shocks[usize::from(shock)];
    let Some(entry) = &written.entry else { return Vec::new() };
    let all = at.derived.entering[usize::from(shock)].iter().copied();
    // Who is away to take another name comes when it does.
    let parties = &market.participants.parties;
    let is_away = |party: &PartyId| parties[*party].is_away && !parties[*party].is_renaming;
    let away: Vec<PartyId> = all.filter(is_away).collect();
    let mut coming = Vec::new();
    strike(market.seed, (mix(!written.key), begun), (&away, entry.count(away.len())), &mut coming);
    coming
}

/// Sources ask for more. So many whole times more are so many streams like that of the source, each thinned to its share.
fn bring(market: &mut State, at: &mut Context<'_>, shock: u16, begun: u64) {
    let written = &at.scenario.shocks[usize::from(shock)];
    let Some(surge) = written.surge.filter(|surge| surge.factor > 1.0) else { return };
    let more = surge.factor - 1.0;
    let streams = more.ceil();
    for source in at.scenario.sources.ids().filter(|source| surge.strikes(*source)) {
        let arrivals = &at.scenario.sources[source].arrivals;
        for number in 0..streams as u64 {
            let mut memory = arrivals.memory();
            arrivals.restart(&mut memory, at.now);
            let entity = mix(mix(mix(written.key ^ begun) ^ u64::from(source.0)) ^ number);
            let stream = Stream::new(market.seed, Purpose::Surge as u32, entity);
            let (share, version, next) = (more / streams, 0, None);
            let place = market.shocks.add(ExtraJobs { source, shock, version, share, memory, stream, next });
            arrival::schedule_extra(market, at, place);
        }
    }
}

/// Stakes lose what the shock does not leave of them: each keeps its share, rounded down.
fn burn(market: &mut State, at: &mut Context<'_>, shock: u16, begun: u64) {
    let written = &at.scenario.shocks[usize::from(shock)];
    let Some((_, left)) = &written.stake else { return };
    let named = &at.derived.losing[usize::from(shock)];
    let drawn = written.at_random.then(|| at_random(market, at, (written, begun), named));
    for &party in drawn.as_ref().unwrap_or(named) {
        let stake = market.ledger.bond(party);
        let amount = stake - stake.share(left.get());
        if amount > Money::ZERO {
            market.slash(at.scenario, party, Account::Burn, amount);
            at.facts.note(Fact::StakeBurnt { node: party, amount });
        }
    }
}

/// Sources ask for the share of their own jobs that the shocks under way leave them, and the vendors are broken that these break.
fn keep(market: &mut State, at: &Context<'_>) {
    let all = std::mem::take(&mut market.shocks.all);
    let shocks = at.scenario.shocks.iter().zip(&all);
    let under_way = shocks.clone().filter(|(_, shock)| shock.under_way);
    market.shocks.break_vendors(under_way.filter_map(|(shock, _)| shock.vendor));
    for (source, state) in at.scenario.sources.ids().zip(market.sources.iter_mut()) {
        let surges = shocks.clone().filter(|(_, shock)| shock.under_way).filter_map(|(shock, _)| shock.surge);
        state.kept = surges.filter(|surge| surge.strikes(source)).map(|surge| surge.factor.min(1.0)).product();
    }
    market.shocks.all = all;
}

fn end(market: &mut State, at: &mut Context<'_>, (shock, written): (u16, &Shock), state: &mut ShockState) {
    state.under_way = false;
    at.facts.note(Fact::ShockEnded { shock });
    match &written.image {
        Some(image) => churn::trust(market, at, &state.down, image),
        None => state.down.iter().for_each(|party| churn::come_back(market, at, *party, false)),
    }
    state.down.clear();
    market.shocks.stop(shock);
}

/// Those of the parties named with the lowest draws of their own: so many, in the order of their numbers.
fn strike(seed: Seed, (shock, begun): (u64, u64), (named, count): (&[PartyId], usize), struck: &mut Vec<PartyId>) {
    if count == named.len() {
        struck.extend(named);
        return;
    }
    let draw =
        |party: PartyId| KeyedRng::new(key(seed, Purpose::Struck as u32, shock, begun, party.index() as u32)).bits();
    let mut drawn: Vec<(u64, PartyId)> = named.iter().map(|&party| (draw(party), party)).collect();
    drawn.select_nth_unstable(count);
    struck.extend(drawn[..count].iter().map(|(_, party)| *party));
    struck.sort_unstable();
}

/// As many parties of the same kinds as were `struck`, whatever else they are: those with the lowest draws of the whole roster but for
/// those that are down by another shock of this sort.
fn at_random(market: &State, at: &Context<'_>, (shock, begun): (&Shock, u64), struck: &[PartyId]) -> Vec<PartyId> {
    let roster = at.derived.roster;
    let others = at.scenario.shocks.iter().zip(&market.shocks.all).filter(|(shock, _)| shock.at_random);
    let down: Vec<PartyId> = others.flat_map(|(_, state)| state.down.iter().copied()).collect();
    let mut drawn = Vec::new();
    for kind in PartyKind::SERVING {
        let count = struck.iter().filter(|party| roster.kind(**party) == kind).count();
        let parties = roster.range(kind).map(PartyId::from_index).filter(|party| !down.contains(party));
        let parties: Vec<PartyId> = parties.collect();
        // With draws of their own: those of the shock itself have chosen among the parties that it names.
        strike(market.seed, (mix(shock.key), begun), (&parties, count.min(parties.len())), &mut drawn);
    }
    drawn.sort_unstable();
    drawn
}
