//! The values of what a scenario leaves out. Each is documented, with its source, on the field it serves.

use super::{Choice, TableName};
use crate::domain::money::{MICRO, Money};
use crate::domain::price::Price;
use crate::domain::share::{Factor, Share};
use crate::engine::time::SimDuration;
use crate::policy::chooser::{ChooserName, ChooserTable};
use crate::policy::pool::{PoolName, PoolTable};
use crate::policy::pricing::{PricingName, PricingTable, list};
use crate::policy::selection::{SelectionName, SelectionTable};
use crate::policy::verdict::{VerdictName, VerdictTable};

pub(super) fn one_u64() -> u64 {
    1
}

pub(super) fn two() -> u16 {
    2
}

pub(super) fn yes() -> bool {
    true
}

pub(super) fn all() -> Share {
    Share::ONE
}

pub(super) fn second() -> SimDuration {
    SimDuration::SECOND
}

pub(super) fn ten_minutes() -> SimDuration {
    SimDuration(600 * SimDuration::SECOND.0)
}

pub(super) fn minute() -> SimDuration {
    SimDuration(60 * SimDuration::SECOND.0)
}

pub(super) fn day() -> SimDuration {
    SimDuration(86_400 * SimDuration::SECOND.0)
}

pub(super) fn hour() -> SimDuration {
    SimDuration(3_600 * SimDuration::SECOND.0)
}

pub(super) fn results_kept() -> u32 {
    1_024
}

pub(super) fn million() -> u32 {
    1_000_000
}

pub(super) fn pool() -> PoolTable {
    PoolTable::named(PoolName::Random)
}

pub(super) fn selection() -> SelectionTable {
    SelectionTable::named(SelectionName::Random)
}

pub(super) fn verdict() -> VerdictTable {
    VerdictTable::named(VerdictName::AnyAlarm)
}

pub(super) fn no_method() -> Vec<String> {
    vec!["none".to_owned()]
}

pub(super) fn one() -> Factor {
    Factor::ONE
}

pub(super) fn two_factor() -> Factor {
    Factor::try_from(2.0).expect("two is a factor")
}

pub(super) fn half() -> Share {
    Share::try_from(0.5).expect("a half is a share")
}

pub(super) fn one_u32() -> u32 {
    1
}

pub(super) fn micro() -> Price {
    Price::MICRO
}

pub(super) fn one_credit() -> Money {
    Money(MICRO)
}

pub(super) fn two_seconds() -> SimDuration {
    SimDuration(2 * SimDuration::SECOND.0)
}

pub(super) fn block_target() -> u64 {
    15_000_000
}

pub(super) fn free() -> PricingTable {
    let mut table = PricingTable::named(PricingName::List);
    table.list = Some(list::Spec { price: Price::ZERO });
    table
}

pub(super) fn all_tables() -> Vec<TableName> {
    use TableName::{Checks, Classes, Jobs, Nodes, Parties, Series, Summary, Validators};
    vec![Summary, Classes, Jobs, Series, Nodes, Validators, Checks, Parties]
}

impl Choice {
    /// The chooser that goes with the choice where none is written.
    pub(in crate::scenario) fn chooser(self) -> ChooserTable {
        ChooserTable::named(match self {
            Choice::Surplus => ChooserName::BestSurplus,
            Choice::First => ChooserName::LeastDelay,
        })
    }
}
