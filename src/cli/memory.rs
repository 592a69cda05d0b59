//! What a run may take of the memory, and what its recorded rows hold, told before it starts.

use crate::domain::count::{counted, thousands};
use crate::policy::demand::Replay;
use crate::scenario::Scenario;

/// Bytes that an open job takes, with its place in the queues: measured at a million jobs open at once.
const JOB: u64 = 850;

/// Bytes that a node, a validator or a prover takes: measured at a million of each.
const PARTY: u64 = 700;

/// A line on the bound of the memory, and one for each trace with rows that are no work.
pub(super) fn said(scenario: &Scenario) -> Vec<String> {
    let traces = || {
        scenario.sources.iter().filter_map(|source| match source.arrivals.replay()? {
            Replay::Rows(spec) => Some((&source.name, spec.recorded())),
            Replay::Windows(_) => None,
        })
    };
    let parties: u64 = scenario.groups.iter().map(|group| u64::from(group.count)).sum();
    let (rows, bytes) = traces().fold((0, 0), |(rows, bytes), (_, trace)| (rows + trace.replayed, bytes + trace.bytes));
    let open = u64::from(scenario.limits.open_jobs);
    let most = megabytes(open * JOB + parties * PARTY + bytes);
    let recorded = match rows {
        0 => String::new(),
        rows => format!(" and {}", counted(rows, "recorded row", "recorded rows")),
    };
    let (jobs, parties) = (counted(open, "open job", "open jobs"), counted(parties, "party", "parties"));
    let mut lines = vec![format!(
        "memory: at most {} MB, for at most {jobs} (`limits.open-jobs`), {parties}{recorded}",
        thousands(most)
    )];
    for (name, trace) in traces() {
        for (count, of) in [(trace.without_input, "input"), (trace.without_output, "output")] {
            if let Some(count) = count.filter(|count| *count > 0) {
                let (some, all) = (thousands(count), counted(trace.replayed, "row", "rows"));
                let have = if count == 1 { "has" } else { "have" };
                lines.push(format!("source `{name}`: {some} of {all} {have} no {of} token"));
            }
        }
    }
    lines
}

/// Rounded up, so that it stays a bound.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scenario with a trace of three rows, its limit set.
    fn scenario() -> std::sync::Arc<Scenario> {
        let folder = crate::parquet::scratch::Scratch::new("memory");
        let path = folder.join("x.toml");
        std::fs::write(folder.join("t.csv"), "timestamp,in,out\n0,1,0\n1,2,0\n2,0,3\n").expect("a trace");
        let text = "name = \"x\"\nhorizon = \"1min\"\nlimits.open-jobs = 1000\n[models.m]\nprefill = [[1, \"1ms\"]]\n\
                    decode = \"1ms\"\n[classes.c]\n[[nodes]]\nname = \"n\"\ncount = 2\n[[demand.sources]]\nname = \"s\"\n\
                    [demand.sources.arrivals]\nrule = \"trace\"\n\
                    trace = { file = \"t.csv\", input = \"in\", output = \"out\" }\n";
        std::fs::write(&path, text).expect("a scenario");
        Scenario::load(&path, &[]).unwrap_or_else(|problems| panic!("{problems}"))
    }

    #[test]
    fn the_bound_and_the_rows_without_tokens_are_said() {
        assert_eq!(
            said(&scenario()),
            [
                "memory: at most 1 MB, for at most 1 000 open jobs (`limits.open-jobs`), 2 parties and 3 recorded rows",
                "source `s`: 1 of 3 rows has no input token",
                "source `s`: 2 of 3 rows have no output token",
            ]
        );
    }
}
