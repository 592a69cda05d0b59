//! What `summary` says of reliance, where the scenario accounts for it.

use crate::record::columns::{Cell, Column};
use crate::record::reliance::{Reliance, concentration};
use crate::record::tally::Summary;

type C = Column<Summary>;

/// What a column tells, and that not every run has it.
macro_rules! recorded {
    ($meaning:literal) => {
        concat!($meaning, "; only where the scenario has `record.reliance`")
    };
}

/// The columns of `summary` on reliance.
pub const RELIED: [C; 14] = [
    C::number(
        "proof_mean",
        "",
        recorded!("mean share of used answers that no party can make wrong, weighed by value"),
        |run| of(run, |reliance| reliance.sums.mean(reliance.sums.proof)),
    )
    .nullable(),
    C::number(
        "trust_mean",
        "",
        recorded!("mean share of used answers that rests on parties, weighed by value"),
        |run| of(run, |reliance| reliance.sums.mean(reliance.sums.trust)),
    )
    .nullable(),
    C::number(
        "open_risk_mean",
        "",
        recorded!("mean open risk of used answers as is believed, weighed by value"),
        |run| of(run, |reliance| reliance.sums.mean(reliance.sums.open_risk)),
    )
    .nullable(),
    C::number("blind_risk_mean", "", recorded!("mean actual less believed open risk, weighed by value"), |run| {
        of(run, |reliance| reliance.sums.mean(reliance.sums.blind))
    })
    .nullable(),
    C::number(
        "misplaced_trust_mean",
        "",
        recorded!("mean share of trust that is misplaced, weighed by value"),
        |run| of(run, |reliance| reliance.sums.misplaced_trust()),
    )
    .nullable(),
    C::number(
        "examined_share",
        "",
        recorded!("share of the value of used answers that a checker had looked at"),
        |run| of(run, |reliance| reliance.sums.mean(reliance.sums.examined)),
    )
    .nullable(),
    C::number("vetoes_mean", "", recorded!("mean number of checkers that can refuse a used answer alone"), |run| {
        of(run, |reliance| {
            let sums = &reliance.sums;
            (sums.answers > 0).then(|| sums.vetoes as f64 / sums.answers as f64)
        })
    })
    .nullable(),
    C::number("holders_per_answer", "", recorded!("effective number of holders of the trust in one answer"), |run| {
        of(run, |reliance| reliance.sums.holders_of_an_answer())
    })
    .nullable()
    .formula("exp H(E given J)"),
    C::number(
        "holders_parties",
        "",
        recorded!("effective number of parties that hold the trust in all answers"),
        |run| of(run, |reliance| reliance.by_party().map(|shares| concentration(&shares)[0])),
    )
    .nullable()
    .formula("exp H(E)"),
    C::number("holders_parties_hhi", "", recorded!("inverse of the concentration of trust among parties"), |run| {
        of(run, |reliance| reliance.by_party().map(|shares| concentration(&shares)[1]))
    })
    .nullable()
    .formula("1 / Σ p²"),
    C::number(
        "holders_parties_nakamoto",
        "",
        recorded!("fewest parties that hold more than half of the trust"),
        |run| of(run, |reliance| reliance.by_party().map(|shares| concentration(&shares)[2])),
    )
    .nullable(),
    C::number(
        "holders_operators",
        "",
        recorded!("effective number of operators that hold the trust in all answers"),
        |run| of(run, |reliance| reliance.by_operator().map(|shares| concentration(&shares)[0])),
    )
    .nullable()
    .formula("exp H(E), E by operator; vendors and watchers stand for themselves"),
    C::number("holders_operators_hhi", "", recorded!("inverse of the concentration of trust among operators"), |run| {
        of(run, |reliance| reliance.by_operator().map(|shares| concentration(&shares)[1]))
    })
    .nullable()
    .formula("1 / Σ p²"),
    C::number(
        "holders_operators_nakamoto",
        "",
        recorded!("fewest operators that hold more than half of the trust"),
        |run| of(run, |reliance| reliance.by_operator().map(|shares| concentration(&shares)[2])),
    )
    .nullable(),
];

fn of(run: &Summary, value: impl Fn(&Reliance) -> Option<f64>) -> Cell<'static> {
    run.reliance.as_deref().and_then(value).map_or(Cell::Null, Cell::F64)
}
