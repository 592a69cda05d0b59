//! What the summary says of causes, where they are recorded.

use crate::domain::causes::Level;
use crate::record::columns::{Cell, Column};
use crate::record::suspects::Suspected;
use crate::record::tally::Summary;

type C = Column<Summary>;

/// A number of what is said, with the scenarios in which it stands.
macro_rules! said {
    ($name:literal $meaning:literal $value:expr) => {
        C::number($name, "", concat!($meaning, "; only where the scenario has `record.causes`"), |run| of(run, $value))
            .nullable()
    };
}

/// The columns of the summary about causes.
pub(super) const SUSPECTS: [C; 21] = [
    C::count(
        "causes_examined",
        "number of used wrong answers that were examined; only where the scenario has `record.causes`",
        |run| Cell::U64(run.suspects.examined),
    ),
    said!("causes" "number of parties that caused a used wrong answer" |of| of.levels[0][0])
        .formula("exp of the mean of −Σ share · ln share"),
    said!("ignorance" "factor by which suspects are more than causes" |of| of.ignorance(Level::Party))
        .formula("suspects / causes"),
    said!("suspects" "number of possible causes for all that is public" |of| of.levels[0][1])
        .formula("exp of the mean of −Σ share · ln predicted share"),
    said!("suspects_by_role" "suspects for all that the roles of parties tell" |of| of.rivals[0]),
    said!("suspects_by_vote" "suspects for all that roles and votes tell" |of| of.rivals[1]),
    said!("untold_share" "part of what roles leave open that reputations leave open too" |of| of.untold())
        .formula("ln(suspects / causes) / ln(suspects_by_role / causes)"),
    said!("causes_by_operator" "causes, all parties of an operator counted as one" |of| of.levels[1][0]),
    said!("suspects_by_operator" "suspects, all parties of an operator counted as one" |of| of.levels[1][1]),
    said!("causes_by_vendor" "causes, all checkers that rely on a vendor counted as one" |of| of.levels[2][0]),
    said!("suspects_by_vendor" "suspects, all checkers that rely on a vendor counted as one" |of| of.levels[2][1]),
    said!("executor_cause" "part of the cause of harm that executors have" |of| of.roles[0]),
    said!("checker_cause" "part of the cause of harm that checkers have" |of| of.roles[1]),
    said!("vendor_cause" "part of the cause of harm that vendors have" |of| of.roles[2]),
    said!("ownerless_cause" "part of the cause of harm that no party has" |of| of.roles[3]),
    said!("harm_deliberate" "part of harm from answers that were wrong on purpose" |of| of.deliberate),
    said!("harm_unchecked" "part of harm from answers without a check before their use" |of| of.guards[0]),
    said!("harm_honest_miss" "part of harm that careful looks would not have prevented" |of| of.guards[1]),
    said!("harm_one_careless" "part of harm that the look of one checker would have prevented" |of| of.guards[2]),
    said!("harm_several_careless" "part of harm that the look of any of several would have prevented" |of| of.guards[3]),
    said!("harm_overdetermined" "part of harm that only looks of several together would have prevented" |of| of.guards[4]),
];

fn of(run: &Summary, value: fn(&Suspected) -> f64) -> Cell<'_> {
    run.suspected.as_ref().map_or(Cell::Null, |of| Cell::F64(value(of)))
}
