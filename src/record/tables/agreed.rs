//! The columns of the summary that tell of agreement. A run has them where it is measured.

use crate::engine::time::{SimDuration, Time};
use crate::record::agreement::AgreementGauge;
use crate::record::columns::{Cell, Column};
use crate::record::tally::Summary;

type C = Column<Summary>;

/// Where no run has them otherwise.
macro_rules! measured {
    ($meaning:literal) => {
        concat!($meaning, "; only where the scenario has `agreement`")
    };
}

pub(super) const AGREEMENT: [C; 7] = [
    C::number("agreement_mean", "", measured!("mean share of the roster's weight in agreement"), |run| {
        let of = |gauge: fn(&AgreementGauge) -> u128| read(run, |end, begin| Some(gauge(end) - gauge(begin)));
        match [of(|gauge| gauge.areas[0]), of(|gauge| gauge.areas[1])] {
            [Some(inside), Some(roster)] if roster > 0 => Cell::F64(inside as f64 / roster as f64),
            _ => Cell::Null,
        }
    })
    .nullable()
    .formula("∫ weight in agreement dt / ∫ weight of the roster dt"),
    C::number("agreement_end", "", measured!("share of the roster's weight in agreement at the end"), |run| {
        read(run, |end, _| end.share()).map_or(Cell::Null, Cell::F64)
    })
    .nullable(),
    C::time(
        "breakdown_ns",
        measured!("instant from which agreement was below `agreement.threshold` for `agreement.grace`"),
        |run| instant(read(run, |end, _| end.broken[0])),
    )
    .nullable(),
    C::time("lasting_breakdown_ns", measured!("the same for `agreement.lasting`"), |run| {
        instant(read(run, |end, _| end.broken[1]))
    })
    .nullable(),
    C::time(
        "seen_breakdown_ns",
        measured!("instant from which undisputed value was below `agreement.seen-threshold` for `agreement.grace`"),
        |run| instant(read(run, |end, _| end.seen)),
    )
    .nullable(),
    C::span("lost_agreement_ns", measured!("time in which agreement was lost"), |run| lost(run, 0)).nullable(),
    C::span(
        "pretended_ns",
        measured!("time in which agreement was lost and undisputed value was not below its threshold"),
        |run| lost(run, 1),
    )
    .nullable()
    .formula("∫ [agreement < threshold, undisputed ≥ seen-threshold] dt"),
];

/// What the end and the begin of the time counted tell.
fn read<T>(run: &Summary, of: impl Fn(&AgreementGauge, &AgreementGauge) -> Option<T>) -> Option<T> {
    of(run.end.agreement.as_ref()?, &run.begin.agreement.unwrap_or_default())
}

fn instant(at: Option<Time>) -> Cell<'static> {
    at.map_or(Cell::Null, Cell::from)
}

fn lost(run: &Summary, which: usize) -> Cell<'static> {
    let span = read(run, |end, begin| u64::try_from(end.lost[which] - begin.lost[which]).ok());
    span.map_or(Cell::Null, |nanos| SimDuration(nanos).into())
}
