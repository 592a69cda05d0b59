//! `agreement`: one row per tick, where agreement is measured.

use crate::domain::agreement::{Cut, Decided};
use crate::engine::time::Time;
use crate::record::agreement::AgreementGauge;
use crate::record::columns::{Cell, Column, Table};

/// Agreement at a tick.
#[derive(Clone, Copy, Debug)]
pub struct AgreementRow {
    /// The tick.
    pub at: Time,
    /// What was read off.
    pub gauge: AgreementGauge,
}

type C = Column<AgreementRow>;

/// One row per tick.
pub static AGREEMENT: Table<AgreementRow> = Table {
    name: "agreement",
    grain: "one row per tick of `record.tick`, where the scenario has `agreement`",
    columns: &[
        C::time("at_ns", "instant of the tick", |row| row.at.into()),
        C::number("agreement", "", "share of the roster's weight in agreement, by `agreement.looks`", |row| {
            number(row.gauge.share())
        })
        .nullable()
        .formula("Σ weight · [margin > 0 and somebody deals with the party] / Σ weight; who has left counts as out"),
        C::number("agreement_own", "", "the same where each party goes by its own settlements", |row| {
            number(row.gauge.of_roster(row.gauge.inside[0]))
        })
        .nullable(),
        C::number("agreement_posted", "", "the same where each party goes by what its methods post", |row| {
            number(row.gauge.of_roster(row.gauge.inside[1]))
        })
        .nullable(),
        C::number("agreement_present", "", "share of the weight of parties that are there in agreement", |row| {
            number(row.gauge.of_present())
        })
        .nullable(),
        C::number("agreement_by_value", "", "share of the value decided whose node was in agreement", |row| {
            decided(row, |sum| sum.agreed)
        })
        .nullable(),
        C::number(
            "staying",
            "",
            "share of the roster's weight that is dealt with and has a stay margin above 0",
            |row| number(row.gauge.of_roster(row.gauge.by_margin[0])),
        )
        .nullable(),
        C::number(
            "honesty_pays",
            "",
            "share of the roster's weight that is dealt with and to which a cheat does not pay",
            |row| number(row.gauge.of_roster(row.gauge.by_margin[1])),
        )
        .nullable(),
        C::number("undisputed", "", "share of the value decided that was accepted and never disputed", |row| {
            decided(row, |sum| sum.undisputed)
        })
        .nullable()
        .formula("over the trailing `agreement.window`"),
        C::number("suspicion", "", "mean of 1 − τ of the nodes, weighted by the value decided", |row| {
            decided(row, |sum| sum.suspicion)
        })
        .nullable()
        .formula("Σ value · (1 − trust) / Σ value, over the trailing `agreement.window`"),
        C::number("suspicion_conduct", "", "part of the suspicion that is owed to wrong answers on purpose", |row| {
            decided(row, |sum| sum.conduct)
        })
        .nullable()
        .formula("each node's share of wrong answers on purpose in its wrong answers times 1 − trust"),
        C::number("suspicion_error", "", "rest of the suspicion: honest errors, and doubt without cause", |row| {
            decided(row, |sum| sum.suspicion - sum.conduct)
        })
        .nullable(),
        C::number("fee_distance", "", FEE, |row| distance(row, Cut::Fee)).nullable(),
        C::number("stake_distance", "", STAKE, |row| distance(row, Cut::Stake)).nullable(),
        C::number("check_distance", "", CHECKS, |row| distance(row, Cut::Checks)).nullable(),
    ],
};

const FEE: &str = "smallest relative cut of payments after which agreement is lost; below 0 for a rise";
const STAKE: &str = "the same of the worth of a token";
const CHECKS: &str = "the same of the frequency of checks";

fn number(value: Option<f64>) -> Cell<'static> {
    value.map_or(Cell::Null, Cell::F64)
}

fn decided(row: &AgreementRow, of: impl Fn(&Decided) -> i128) -> Cell<'static> {
    number(row.gauge.decided.share(of))
}

fn distance(row: &AgreementRow, cut: Cut) -> Cell<'static> {
    number(row.gauge.distances[cut as usize])
}
