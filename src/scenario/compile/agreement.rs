//! How agreement is measured.

use super::Compiler;
use crate::domain::agreement::{Patience, Rules, WeightOf};
use crate::domain::count::thousands;
use crate::domain::share::Share;
use crate::engine::time::{SimDuration, Time};
use crate::scenario::schema::ScenarioTable;

/// The most epochs of a run: at each of them all parties are looked at.
const EPOCHS: u64 = 10_000_000;

/// The measure, if it is written.
pub(super) fn agreement(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> Option<Rules> {
    let written = table.agreement.as_ref()?;
    for (key, share) in [("threshold", written.threshold), ("seen-threshold", written.seen_threshold)] {
        if share == Share::ZERO {
            let help = "write a share above 0, such as 0.67";
            compiler.wrong(format!("agreement.{key}"), "a threshold that is never missed", help);
        }
    }
    let lengths = [("memory", written.memory), ("epoch", written.epoch), ("window", written.window)];
    for (key, _) in lengths.into_iter().filter(|(_, span)| *span == SimDuration::ZERO) {
        let help = "write a length of time, such as `1h`, or leave it out";
        compiler.wrong(format!("agreement.{key}"), format!("{} of no length", words(key)), help);
    }
    if written.epoch > SimDuration::ZERO && table.horizon.0 / written.epoch.0 > EPOCHS {
        let message = format!("more than {} epochs: `agreement.epoch` is `{}`", thousands(EPOCHS), written.epoch);
        compiler.wrong("agreement.epoch", message, format!("write `{}` or more", table.horizon.part(EPOCHS)));
    }
    if written.settlements == 0 {
        compiler.wrong("agreement.settlements", "parties that remember no settlement", "write at least 1");
    }
    if written.lasting < written.grace {
        let message =
            format!("a lasting breakdown of `{}` is shorter than the grace of `{}`", written.lasting, written.grace);
        compiler.wrong("agreement.lasting", message, "write a longer time, or shorten `grace`");
    }
    let mut groups = table.nodes.iter().chain(&table.validators).chain(&table.provers);
    if written.weight == WeightOf::Stake && groups.all(|group| group.stake.is_none()) {
        let help = "write the `stake` of a group, or `weight = \"party\"`";
        compiler.wrong("agreement.weight", "parties weigh what they stake, and none stakes anything", help);
    }
    Some(Rules {
        threshold: written.threshold,
        seen_threshold: written.seen_threshold,
        weight: written.weight,
        looks: written.looks,
        settlements: f64::from(written.settlements),
        memory: written.memory,
        horizon: written.horizon,
        saving: written.saving,
        epoch: written.epoch,
        patience: Patience { from: Time::ZERO + table.warm_up, grace: written.grace, lasting: written.lasting },
        window: written.window,
    })
}

/// What a key names, in a message.
fn words(key: &str) -> &'static str {
    match key {
        "memory" => "a memory",
        "epoch" => "an epoch",
        _ => "a window",
    }
}
