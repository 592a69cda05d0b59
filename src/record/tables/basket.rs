//! What a basket of probes costs by channel, and what each channel can supply: measures of studies that fork their runs.

use super::SeriesRow;
use crate::domain::probe::ProbeQuote;
use crate::record::columns::{Cell, Column, Table};
use crate::record::recorder::MarketGauge;

/// The mean full price of a basket of probes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Basket {
    /// Probes that have an offer.
    quoted: u64,
    /// Of these the sums of full prices, in micro-credits per expected GPU-second: of computing, coordination and verification.
    full: [f64; 3],
}

impl Basket {
    /// Takes in what a probe was quoted.
    pub fn add(&mut self, quote: &ProbeQuote) {
        let Some(best) = quote.best.filter(|_| quote.expected.0 > 0) else { return };
        self.quoted += 1;
        let seconds = quote.expected.seconds();
        for (sum, full) in self.full.iter_mut().zip(best.by_channel()) {
            *sum += full / seconds;
        }
    }
}

type C = Column<SeriesRow>;

/// The full price of computing, coordination and verification, and what each can supply, in this order.
pub static BASKET: Table<SeriesRow> = Table {
    name: "basket",
    grain: "one row per tick",
    columns: &[
        C::number("full_compute", "µcredit/s", "mean full price of computing of the probes per GPU-second", |row| {
            full(row, 0)
        })
        .nullable(),
        C::number(
            "full_coordination",
            "µcredit/s",
            "mean full price of coordination of the probes per GPU-second",
            |row| full(row, 1),
        )
        .nullable(),
        C::number(
            "full_verification",
            "µcredit/s",
            "mean full price of verification of the probes per GPU-second",
            |row| full(row, 2),
        )
        .nullable(),
        C::number("compute_supply", "", "mean number of slots of working nodes since the tick before", |row| {
            slots(row, |gauge| gauge.capacity_area)
        })
        .nullable(),
        C::number("coordination_supply", "gas", "most gas of the next block", |row| {
            Cell::F64(row.now.block_limit as f64)
        }),
        C::number("verification_supply", "", "mean number of slots of working checkers since the tick before", |row| {
            slots(row, |gauge| gauge.checks_capacity_area)
        })
        .nullable(),
    ],
};

fn full(row: &SeriesRow, channel: usize) -> Cell<'static> {
    match row.basket {
        Some(basket) if basket.quoted > 0 => Cell::F64(basket.full[channel] / basket.quoted as f64),
        _ => Cell::Null,
    }
}

/// Missing where slots are not counted.
fn slots(row: &SeriesRow, of: fn(&MarketGauge) -> u128) -> Cell<'static> {
    match of(&row.now) - of(&row.before) {
        0 => Cell::Null,
        area => Cell::F64(area as f64 / row.since.0 as f64),
    }
}
