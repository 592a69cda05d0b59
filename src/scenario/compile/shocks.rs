//! What befalls the market from outside.

use super::Compiler;
use crate::domain::ids::{IdVec, NodeGroupId, SourceId};
use crate::domain::service::{Interruption, RevokedWork};
use crate::domain::share::Share;
use crate::engine::hash::hash_hex;
use crate::engine::time::{SimDuration, Time};
use crate::scenario::Source;
use crate::scenario::schema::{
    CostStepTable, EntryTable, NodeGroupTable, OutageTable, RevocationTable, ScenarioTable, ShockTable, SurgeTable,
    TwinName,
};
use crate::scenario::shocks::{Begins, Outage, Parties, Revocation, Shock, Surge};

/// The highest hazard, per second: a shock costs as much as all that it strikes.
const HAZARD: f64 = 1e3;

/// The most times as many jobs: each whole time is a stream of its own.
const FACTOR: f64 = 1e3;

/// The shocks, in the order written.
pub(super) fn shocks(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    regions: &[String],
    sources: &IdVec<SourceId, Source>,
) -> Vec<Shock> {
    let name =
        |(index, written): (usize, &ShockTable)| written.name.clone().unwrap_or_else(|| format!("shock-{}", index + 1));
    let names: Vec<String> = table.shocks.iter().enumerate().map(name).collect();
    compiler.named("shocks", "shocks", names.iter().map(String::as_str));
    let written = table.shocks.iter().zip(names).enumerate();
    let made = written.map(|(index, (written, name))| {
        let path = format!("shocks[{index}]");
        times(compiler, &path, written, table.horizon);
        let begins = match (written.at, written.hazard) {
            (Some(at), _) => Begins::At(Time::ZERO + at),
            (None, Some(hazard)) => Begins::After(1e9 / hazard.get()),
            (None, None) => Begins::AtOnce,
        };
        does_something(compiler, &path, written);
        let outage = written.outage.as_ref().and_then(|outage| {
            if table.drain && written.lasts.is_none() {
                let help = "write how long it lasts as `for`, or leave `drain` out";
                compiler.wrong(&path, "an outage for good in a market that runs on until no job is open", help);
            }
            self::outage(compiler, &format!("{path}.outage"), outage, table, regions)
        });
        let surge = written.surge.as_ref();
        let surge = surge.and_then(|surge| self::surge(compiler, &format!("{path}.surge"), surge, table, sources));
        let stake = written.stake.as_ref().and_then(|stake| {
            let path = format!("{path}.stake");
            let named = [&stake.nodes, &stake.validators, &stake.provers];
            let (groups, _, sound) = groups(compiler, &path, named, table);
            if groups.is_empty() && sound {
                let help = "name a group as `nodes`, `validators` or `provers`";
                compiler.wrong(&path, "the stakes of nobody", help);
            }
            sound.then_some((Parties::Groups(groups), stake.factor))
        });
        let cost = written.cost.as_ref().and_then(|cost| self::cost(compiler, &format!("{path}.cost"), cost, table));
        let known: Vec<String> = table.verification.vendors.keys().cloned().collect();
        let vendor = written.vendor.as_ref();
        let vendor = vendor.and_then(|name| compiler.find(format!("{path}.vendor"), "vendor", name, &known));
        let image = written.image.as_ref();
        let image = image.and_then(|image| self::image(compiler, &format!("{path}.image"), image, table));
        let vendor = vendor.map(|number| number as u8);
        let entry = written.entry.as_ref();
        let entry = entry.and_then(|entry| self::entry(compiler, &format!("{path}.entry"), entry, table));
        Shock {
            key: key(&name),
            name,
            begins,
            lasts: written.lasts,
            outage,
            surge,
            stake,
            at_random: false,
            cost,
            vendor,
            image,
            entry,
        }
    });
    made.collect()
}

/// Says where a shock does nothing, or strikes nodes in two ways.
fn does_something(compiler: &mut Compiler<'_>, path: &str, written: &ShockTable) {
    let ShockTable { outage, surge, stake, cost, vendor, image, entry, .. } = written;
    let comes = [surge.is_some(), stake.is_some(), cost.is_some(), vendor.is_some(), entry.is_some()];
    if outage.is_none() && image.is_none() && !comes.contains(&true) {
        let help = "say what it does: `outage`, `surge`, `stake`, `cost`, `vendor`, `image` or `entry`";
        compiler.wrong(path, "a shock that does nothing", help);
    }
    if outage.is_some() && image.is_some() {
        let help = "write two shocks";
        compiler.wrong(format!("{path}.image"), "an outage and a revoked image are two causes", help);
    }
}

/// Whose costs are others.
fn cost(
    compiler: &mut Compiler<'_>,
    path: &str,
    written: &CostStepTable,
    table: &ScenarioTable,
) -> Option<(Vec<NodeGroupId>, f64)> {
    let named = [&written.nodes, &written.validators, &written.provers];
    let (groups, _, sound) = groups(compiler, path, named, table);
    compiler.countable(format!("{path}.factor"), written.factor.get(), FACTOR);
    if groups.is_empty() && sound {
        let help = "name a group as `nodes`, `validators` or `provers`";
        compiler.wrong(path, "the costs of nobody", help);
    }
    let lists = [&table.nodes, &table.validators, &table.provers];
    let costless = |(list, name): (&Vec<NodeGroupTable>, &Option<String>)| {
        list.iter().any(|group| name.as_ref() == Some(&group.name) && group.cost.is_none())
    };
    if lists.into_iter().zip(named).any(costless) {
        compiler.wrong(path, "the costs of a group that has none", "write `cost` in the group");
    }
    sound.then_some((groups, written.factor.get()))
}

/// Who comes; whoever does must be able to leave and to be away.
fn entry(compiler: &mut Compiler<'_>, path: &str, written: &EntryTable, table: &ScenarioTable) -> Option<Outage> {
    let named = [&written.nodes, &written.validators, &written.provers];
    let (groups, _, sound) = groups(compiler, path, named, table);
    if groups.is_empty() && sound {
        let help = "name a group as `nodes`, `validators` or `provers`";
        compiler.wrong(path, "nobody comes", help);
        return None;
    }
    let lists = [&table.nodes, &table.validators, &table.provers];
    let stays = |(list, name): (&Vec<NodeGroupTable>, &Option<String>)| {
        list.iter().any(|group| name.as_ref() == Some(&group.name) && group.participation.is_none())
    };
    if lists.into_iter().zip(named).any(stays) {
        let help = "write `participation` in the group, and `dormant` parties";
        compiler.wrong(path, "parties of a group that never leaves and of which none is away", help);
    }
    if written.share == Share::ZERO {
        compiler.wrong(format!("{path}.share"), "a share of 0 is nobody", "write a share of at least one party");
    }
    sound.then_some(Outage { parties: Parties::Groups(groups), share: written.share })
}

/// Which nodes run the image, and what becomes of them.
fn image(
    compiler: &mut Compiler<'_>,
    path: &str,
    written: &RevocationTable,
    table: &ScenarioTable,
) -> Option<Revocation> {
    let image = |group: &NodeGroupTable| group.image.clone().unwrap_or_else(|| group.name.clone());
    let running = table.nodes.iter().enumerate().filter(|(_, group)| image(group) == written.name);
    let (groups, count) = running.fold((Vec::new(), 0), |(mut groups, count), (index, group)| {
        groups.push(NodeGroupId(index as u16));
        (groups, count + group.count as usize)
    });
    if groups.is_empty() {
        let known: Vec<String> = table.nodes.iter().map(image).collect();
        compiler.find(format!("{path}.name"), "image", &written.name, &known);
        return None;
    }
    let struck = Outage { parties: Parties::Groups(groups), share: written.share };
    if count > 0 && struck.count(count) == 0 {
        let message = format!("a share of {} of {count} is nobody", written.share.get());
        compiler.wrong(format!("{path}.share"), message, "write a share of at least one node");
    }
    compiler.brief(format!("{path}.relist"), written.relist);
    if written.work == RevokedWork::Dropped {
        let keeps =
            |group: &NodeGroupTable| group.failure.as_ref().is_some_and(|failure| failure.jobs != Interruption::Lose);
        if table.nodes.iter().any(|group| image(group) == written.name && keeps(group)) {
            let message = "nodes that keep their jobs when they fail drop none";
            compiler.wrong(format!("{path}.work"), message, "write `finishes` or `refused`");
        }
    }
    Some(Revocation { struck, work: written.work, relist: written.relist })
}

/// 64 bits that are another for another name.
pub(super) fn key(name: &str) -> u64 {
    u64::from_str_radix(&hash_hex(name.as_bytes())[..16], 16).expect("a hash is hexadecimal")
}

/// Says where a shock never begins, or ends as it begins.
fn times(compiler: &mut Compiler<'_>, path: &str, written: &ShockTable, horizon: SimDuration) {
    if written.at.is_some() && written.hazard.is_some() {
        let message = "both `at` and `hazard` say when the shock begins";
        compiler.wrong(format!("{path}.hazard"), message, "keep one of them");
    }
    if let Some(at) = written.at.filter(|at| *at >= horizon) {
        let message = format!("a shock at `{at}`, and the horizon is `{horizon}`");
        compiler.wrong(format!("{path}.at"), message, "choose an instant before the horizon");
    }
    if written.lasts == Some(SimDuration::ZERO) {
        let help = "write how long it lasts, such as `1h`, or leave it out for good";
        compiler.wrong(format!("{path}.for"), "a shock of no length", help);
    }
    match written.hazard.map(|hazard| hazard.get()) {
        Some(hazard) if hazard <= 0.0 => {
            compiler.wrong(format!("{path}.hazard"), "a shock that never begins", "write a rate such as `1/30d`");
        }
        Some(hazard) if hazard > HAZARD => {
            let message = format!("a shock that begins {hazard:e} times a second");
            compiler.wrong(format!("{path}.hazard"), message, format!("write at most `{HAZARD:.0}/s`"));
        }
        _ => {}
    }
}

fn outage(
    compiler: &mut Compiler<'_>,
    path: &str,
    written: &OutageTable,
    table: &ScenarioTable,
    regions: &[String],
) -> Option<Outage> {
    let named = [&written.nodes, &written.validators, &written.provers];
    let (groups, count, sound) = groups(compiler, path, named, table);
    let parties = match &written.region {
        Some(_) if !groups.is_empty() => {
            let message = "both a region and a group say who goes down";
            compiler.wrong(format!("{path}.region"), message, "keep one of them, or write two shocks");
            return None;
        }
        Some(region) => Parties::Region(compiler.region(format!("{path}.region"), region, regions)?),
        None if groups.is_empty() && sound => {
            let help = "name a group as `nodes`, `validators` or `provers`, or a `region`";
            compiler.wrong(path, "an outage of nobody", help);
            return None;
        }
        None => Parties::Groups(groups),
    };
    let outage = Outage { parties, share: written.share };
    let strikes_none = matches!(outage.parties, Parties::Groups(_)) && count > 0 && outage.count(count) == 0;
    if sound && (strikes_none || written.share == Share::ZERO) {
        let message = match outage.parties {
            Parties::Groups(_) => format!("a share of {} of {count} is nobody", written.share.get()),
            Parties::Region(_) => "a share of 0 is nobody".to_owned(),
        };
        compiler.wrong(format!("{path}.share"), message, "write a share of at least one party");
    }
    Some(outage)
}

/// The groups of nodes, validators and provers that are named, how many parties they have, and whether all are there.
fn groups(
    compiler: &mut Compiler<'_>,
    path: &str,
    named: [&Option<String>; 3],
    table: &ScenarioTable,
) -> (Vec<NodeGroupId>, usize, bool) {
    let lists = [("nodes", &table.nodes), ("validators", &table.validators), ("provers", &table.provers)];
    let (mut before, mut count, mut groups, mut sound) = (0, 0, Vec::new(), true);
    for ((kind, list), name) in lists.into_iter().zip(named) {
        if let Some(name) = name {
            let found = group(compiler, &format!("{path}.{kind}"), kind, name, list);
            sound &= found.is_some();
            if let Some(index) = found {
                groups.push(NodeGroupId((before + index) as u16));
                count += list[index].count as usize;
            }
        }
        before += list.len();
    }
    (groups, count, sound)
}

/// How much more is asked for; where there are problems with sources they are not looked at again.
fn surge(
    compiler: &mut Compiler<'_>,
    path: &str,
    written: &SurgeTable,
    table: &ScenarioTable,
    sources: &IdVec<SourceId, Source>,
) -> Option<Surge> {
    let known: Vec<String> = table.demand.sources.iter().map(|source| source.name.clone()).collect();
    let source = match &written.source {
        Some(name) => Some(compiler.find(format!("{path}.source"), "source", name, &known)?),
        None => None,
    };
    let source = source.map(|index| SourceId(index as u32));
    let factor = written.factor.get();
    compiler.countable(format!("{path}.factor"), factor, FACTOR);
    if table.twin == TwinName::Stationary {
        let help = "leave the surge out, or run another twin";
        compiler.wrong(path, "the jobs of a surge have no other instant in the stationary twin", help);
    }
    let mut struck = sources.pairs().filter(|(id, _)| source.is_none_or(|named| named == *id));
    let remembers = struck.find(|(_, source)| !source.arrivals.restart(&mut source.arrivals.memory(), Time::ZERO));
    if let Some((_, source)) = remembers.filter(|_| factor > 1.0 && sources.len() == known.len()) {
        let (name, law) = (&source.name, source.arrivals.name());
        let message = format!("the arrivals `{law}` of `{name}` remember what came before, and cannot be multiplied");
        let help = "name a source whose arrivals are `poisson` or `day`, or write a factor of at most 1";
        compiler.wrong(path, message, help);
    }
    Some(Surge { source, factor })
}

/// The place of a group among those of its kind.
fn group(compiler: &mut Compiler<'_>, path: &str, kind: &str, name: &str, list: &[NodeGroupTable]) -> Option<usize> {
    let known: Vec<String> = list.iter().map(|group| group.name.clone()).collect();
    compiler.find(path, &format!("group of {kind}"), name, &known)
}
