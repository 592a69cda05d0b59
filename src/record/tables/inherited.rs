//! What the summary says of results that consume results, where they are written down.

use crate::record::columns::{Cell, Column};
use crate::record::results::Results;
use crate::record::tally::Summary;

type C = Column<Summary>;

/// What a column tells, and that not every run has it.
macro_rules! recorded {
    ($meaning:literal) => {
        concat!($meaning, "; only where the scenario has `record.results`")
    };
}

/// The columns of `summary` on results.
pub const INHERITED: [C; 12] = [
    C::number("contaminated_share", "", recorded!("share of used results that an input has made wrong"), |run| {
        number(run, |results| results.share(|depth| depth.inherited, |depth| depth.results))
    })
    .nullable(),
    C::number("own_wrong_share", "", recorded!("share of used results whose own computation was wrong"), |run| {
        number(run, |results| results.share(|depth| depth.own_wrong, |depth| depth.results))
    })
    .nullable(),
    C::number("depth_mean", "", recorded!("mean depth of used results"), |run| {
        number(run, |results| results.mean(results.depth as f64))
    })
    .nullable(),
    C::count("noticed_errors", recorded!("number of used wrong results that came to nothing"), |run| {
        count(run, |results| results.all(|depth| depth.noticed))
    })
    .nullable(),
    C::number("noticed_share", "", recorded!("share of used wrong results that came to nothing"), |run| {
        number(run, |results| results.share(|depth| depth.noticed, |depth| depth.wrong))
    })
    .nullable(),
    C::number("silent_share", "", recorded!("part of the risk in ancestries that no check could notice"), |run| {
        number(run, Results::silent_share)
    })
    .nullable()
    .formula("Σ silent_risk / Σ risk"),
    C::number(
        "inherited_trust",
        "",
        "part of trust that rests on parties of ancestors; only where the scenario has `record.reliance` too",
        |run| number(run, Results::inherited_trust),
    )
    .nullable()
    .formula("Σ results.inherited_trust / Σ (own_trust + inherited_trust)"),
    C::number(
        "examinable_mean_s",
        "s",
        recorded!("mean time for which a third party could check a used result"),
        |run| number(run, |results| results.mean(results.examinable as f64 * 1e-9)),
    )
    .nullable(),
    C::count("recalled", recorded!("number of used results that came to nothing because of an input"), |run| {
        count(run, |results| results.all(|depth| depth.recalled))
    })
    .nullable(),
    C::number("cascade_mean", "", recorded!("mean number of results in a cascade, its origin included"), |run| {
        number(run, Results::cascade_mean)
    })
    .nullable(),
    C::count(
        "cascade_most",
        recorded!("most results that came to nothing at one instant through one of them"),
        |run| count(run, |results| results.most),
    )
    .nullable(),
    C::count("hollow", recorded!("number of final results of which an input came to nothing"), |run| {
        count(run, |results| results.hollow)
    })
    .nullable(),
];

fn number(run: &Summary, value: impl Fn(&Results) -> Option<f64>) -> Cell<'_> {
    run.results.as_deref().and_then(value).map_or(Cell::Null, Cell::F64)
}

fn count(run: &Summary, value: impl Fn(&Results) -> u64) -> Cell<'_> {
    run.results.as_deref().map_or(Cell::Null, |results| Cell::U64(value(results)))
}
