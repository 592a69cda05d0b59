//! The values of what a scenario leaves out. Each is documented, with its source, on the field it serves.

use super::TableName;
use crate::domain::money::Money;
use crate::domain::share::Share;
use crate::engine::time::Span;
use crate::policy::chooser::{ChooserName, ChooserTable};
use crate::policy::pool::{PoolName, PoolTable};
use crate::policy::pricing::{PricingName, PricingTable, list};

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

pub(super) fn second() -> Span {
    Span::SECOND
}

pub(super) fn minute() -> Span {
    Span(60 * Span::SECOND.0)
}

pub(super) fn ten_million() -> u32 {
    10_000_000
}

pub(super) fn pool() -> PoolTable {
    PoolTable::named(PoolName::Random)
}

pub(super) fn chooser() -> ChooserTable {
    ChooserTable::named(ChooserName::LeastDelay)
}

pub(super) fn free() -> PricingTable {
    let mut table = PricingTable::named(PricingName::List);
    table.list = Some(list::Spec { price: Money::ZERO });
    table
}

pub(super) fn all_tables() -> Vec<TableName> {
    vec![TableName::Summary, TableName::Jobs, TableName::Series, TableName::Nodes]
}
