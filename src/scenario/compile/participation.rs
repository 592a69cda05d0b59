//! Parties that come and go.

use super::Compiler;
use crate::domain::money::Money;
use crate::domain::participation::{Hazard, Participation, Whitewash};
use crate::domain::share::Share;
use crate::engine::law::Sampler;
use crate::engine::mistake::Mistake;
use crate::engine::time::SimDuration;
use crate::policy::check_amount;
use crate::scenario::schema::{HazardTable, NodeGroupTable, ParticipationTable, ScenarioTable};
use crate::scenario::verification::Verification;

/// The highest rate, per second: each party decides so often.
const HAZARD: f64 = 1e3;

/// The steepest slope: above it the share is 0 or 1 but for margins below a millionth.
const STEEPEST: f64 = 1e7;

/// Whether and how the parties of a group come and go, if it is written.
pub(super) fn participation(
    compiler: &mut Compiler<'_>,
    path: &str,
    written: &NodeGroupTable,
) -> Option<Participation> {
    let Some(table) = &written.participation else {
        if written.dormant > 0 {
            let help = "write `participation = { enter = { rate = \"1/7d\" } }` in the group, or leave `dormant` out";
            compiler.wrong(format!("{path}.dormant"), "dormant parties that never come", help);
        }
        return None;
    };
    let path = format!("{path}.participation");
    if table.exit.is_none() && table.enter.is_none() && table.whitewash.is_none() {
        let help = "write `exit = { rate = \"1/7d\" }`, or `enter`, or both";
        compiler.wrong(&path, "nobody leaves, and nobody comes", help);
    } else if written.dormant > 0 && table.enter.is_none() {
        compiler.wrong(&path, "dormant parties that never come", "write `enter = { rate = \"1/7d\" }`");
    }
    if table.memory == SimDuration::ZERO {
        let help = "write the time over which a party averages, such as `1h`";
        compiler.wrong(format!("{path}.memory"), "parties that remember no income", help);
    }
    let expects = table.expects.unwrap_or(table.outside);
    for (key, amount) in [("outside", Some(table.outside)), ("expects", table.expects)] {
        let Some(amount) = amount else { continue };
        if let Err(Mistake { key, message, help }) = check_amount(key, amount) {
            compiler.wrong(format!("{path}.{key}"), message, help);
        }
    }
    if table.unbonding > SimDuration::ZERO && written.stake.is_none() {
        let help = "write the `stake` of the group, or leave `unbonding` out";
        compiler.wrong(format!("{path}.unbonding"), "there is no stake to hold", help);
    }
    let (savings, whitewash) = (savings(compiler, &path, table), whitewash(compiler, &path, table));
    let mut hazard = |key: &str, table: Option<&HazardTable>| {
        let table = table?;
        let (place, rate) = (format!("{path}.{key}.rate"), table.rate.get());
        if rate == 0.0 {
            let help = format!("write a rate above 0, such as `1/7d`, or leave `{key}` out");
            compiler.wrong(place, "a rate of 0", help);
        } else if rate > HAZARD {
            compiler.wrong(
                place,
                format!("each decides {rate:e} times a second"),
                format!("write at most `{HAZARD:.0}/s`"),
            );
        }
        compiler.countable(format!("{path}.{key}.slope"), table.slope.get(), STEEPEST);
        Some(Hazard { rate: table.rate.get(), slope: table.slope.get() })
    };
    let per_second = |hourly: Money| hourly.0 as f64 / 3600.0;
    Some(Participation {
        exit: hazard("exit", table.exit.as_ref()),
        enter: hazard("enter", table.enter.as_ref()),
        income: table.income,
        memory: table.memory,
        outside: per_second(table.outside),
        expects: per_second(expects),
        unbonding: table.unbonding,
        savings,
        whitewash,
    })
}

/// Says where nobody thinks anything of parties that take another name by it, or would think too little of a new one.
pub(super) fn names(compiler: &mut Compiler<'_>, table: &ScenarioTable, verification: Option<&Verification>) {
    let Some(verification) = verification else { return };
    let new = verification.opinion.as_ref().map(|rule| rule.trust(&rule.memory()));
    let lists = [("nodes", &table.nodes, new), ("validators", &table.validators, new.map(|_| verification.prior))];
    for (kind, list, new) in lists {
        for (index, group) in list.iter().enumerate() {
            let Some(written) = group.participation.as_ref().and_then(|rule| rule.whitewash.as_ref()) else { continue };
            let path = format!("{kind}[{index}].participation.whitewash.below");
            match new {
                None => {
                    let help = "write `verification.opinions.rule`";
                    compiler.wrong(path, "names are taken by opinions, and nobody has one", help);
                }
                Some(new) if written.below.get() >= new => {
                    let message = format!("`{}`, and a party that nobody has seen has {new}", written.below.get());
                    compiler.wrong(path, message, "write less than that: otherwise no name is good enough");
                }
                Some(_) => {}
            }
        }
    }
}

/// What each has to live on.
fn savings(compiler: &mut Compiler<'_>, path: &str, table: &ParticipationTable) -> Option<Sampler> {
    let path = format!("{path}.savings");
    if table.savings.is_some() && table.exit.is_none() {
        compiler.wrong(&path, "savings of parties that never leave", "write `exit = { rate = \"1/7d\" }`");
    }
    table.savings.as_ref().and_then(|law| compiler.law(path, law))
}

/// When a party takes another name.
fn whitewash(compiler: &mut Compiler<'_>, path: &str, table: &ParticipationTable) -> Option<Whitewash> {
    let written = table.whitewash.as_ref()?;
    let path = format!("{path}.whitewash");
    if written.below == Share::ZERO {
        let help = "write a share above 0, such as 0.3";
        compiler.wrong(format!("{path}.below"), "nothing is thought less of a party than nothing", help);
    }
    compiler.brief(format!("{path}.pause"), written.pause);
    Some(Whitewash { below: written.below, pause: written.pause })
}
