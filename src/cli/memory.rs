//! What a run may take of the memory, and what its recorded rows hold, told before it starts.

use super::machine;
use crate::domain::checking::Checker;
use crate::domain::count::{counted, thousands};
use crate::policy::demand::Replay;
use crate::policy::demand::trace::Recorded;
use crate::scenario::Scenario;
use crate::scenario::verification::{Check, Method};

/// Bytes of the program with the tables it is writing: measured with all tables and ten million jobs.
const PROGRAM: u64 = 128_000_000;

/// Bytes that an open job takes, with its place in the queues: measured at a million jobs open at once.
const JOB: u64 = 850;

/// Bytes that a copy or a check of an open job takes: measured at four million of them.
const CHECK: u64 = 450;

/// Bytes that a node, a validator or a prover takes: measured at a million of each.
const PARTY: u64 = 700;

/// The most bytes that a run takes.
fn bound(scenario: &Scenario) -> u64 {
    let open = u64::from(scenario.limits.open_jobs);
    let rows: u64 = traces(scenario).map(|(_, trace)| trace.bytes).sum();
    let (jobs, parties) = (open * (JOB + checks(scenario) * CHECK), parties(scenario) * PARTY);
    PROGRAM + jobs + parties + rows
}

/// Nodes, validators and provers.
fn parties(scenario: &Scenario) -> u64 {
    scenario.groups.iter().map(|group| u64::from(group.count)).sum()
}

/// The most copies and checks of one job.
fn checks(scenario: &Scenario) -> u64 {
    let asked = |check: &&Check| check.is_asked_of_others() || check.by == Checker::Proof;
    let of = |method: &Method| {
        let copies = if method.copies > 1 { u64::from(method.copies) } else { 0 };
        let canaries = method.checks.iter().filter(|check| check.by == Checker::Canary).count() as u64;
        copies
            + canaries
            + method.checks.iter().filter(asked).map(|check| u64::from(check.count.max(check.ways))).sum::<u64>()
    };
    scenario.last().verification.methods.iter().map(of).max().unwrap_or(0)
}

/// The sources that replay a trace, with what was recorded.
fn traces(scenario: &Scenario) -> impl Iterator<Item = (&str, Recorded)> {
    scenario.sources.iter().filter_map(|source| match source.arrivals.replay()? {
        Replay::Rows(spec) => Some((source.name.as_str(), spec.recorded())),
        Replay::Windows(_) => None,
    })
}

/// A warning where the bound exceeds what the machine lets the program have.
pub(super) fn warning(scenario: &Scenario) -> Option<String> {
    let (most, there) = (bound(scenario), machine::memory()?);
    (most > there).then(|| {
        let (most, there) = (thousands(megabytes(most)), thousands(there / 1_000_000));
        format!(
            "warning: the run may take {most} MB of memory, and there are {there} MB: lower `limits.open-jobs`, or count \
             fewer nodes, validators and provers"
        )
    })
}

/// A line on the bound of the memory, and one for each trace with rows that are no work.
pub(super) fn said(scenario: &Scenario) -> Vec<String> {
    let (open, checks) = (u64::from(scenario.limits.open_jobs), checks(scenario));
    let rows: u64 = traces(scenario).map(|(_, trace)| trace.replayed).sum();
    let (jobs, parties) = (counted(open, "open job", "open jobs"), counted(parties(scenario), "party", "parties"));
    let each = match checks {
        0 => String::new(),
        1 => " with one check or copy each".to_owned(),
        _ => format!(" with {} checks or copies each", thousands(checks)),
    };
    let recorded = match rows {
        0 => String::new(),
        rows => format!(" and {}", counted(rows, "recorded row", "recorded rows")),
    };
    let mut lines = vec![format!(
        "memory: at most {} MB, for at most {jobs} (`limits.open-jobs`){each}, {parties}{recorded}",
        thousands(megabytes(bound(scenario)))
    )];
    for (name, trace) in traces(scenario) {
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

    /// A scenario with a trace of three rows, its limit set, and `method` as the method of its jobs.
    fn scenario(method: &str) -> std::sync::Arc<Scenario> {
        // Tests run side by side: each has a folder of its own.
        let folder = crate::parquet::scratch::Scratch::new(&format!("memory-{:?}", std::thread::current().id()));
        let path = folder.join("x.toml");
        std::fs::write(folder.join("t.csv"), "timestamp,in,out\n0,1,0\n1,2,0\n2,0,3\n").expect("a trace");
        let text = "name = \"x\"\nhorizon = \"1min\"\nlimits.open-jobs = 1000\n[models.m]\nprefill = [[1, \"1ms\"]]\n\
                    decode = \"1ms\"\n[classes.c]\n\
                    methods = [\"METHOD\"]\n[[nodes]]\nname = \"n\"\ncount = 6\n[[validators]]\nname = \"v\"\ncount = 5\n[[demand.sources]]\nname = \"s\"\n\
                    [demand.sources.arrivals]\nrule = \"trace\"\n\
                    trace = { file = \"t.csv\", input = \"in\", output = \"out\" }\n";
        std::fs::write(&path, text.replace("METHOD", method)).expect("a scenario");
        Scenario::load(&path, &[]).unwrap_or_else(|problems| panic!("{problems}"))
    }

    #[test]
    fn the_bound_and_the_rows_without_tokens_are_said() {
        assert_eq!(
            said(&scenario("none")),
            [
                "memory: at most 129 MB, for at most 1 000 open jobs (`limits.open-jobs`), 11 parties and 3 recorded rows",
                "source `s`: 1 of 3 rows has no input token",
                "source `s`: 2 of 3 rows have no output token",
            ]
        );
    }

    /// A committee looks at every answer, and copies are jobs of their own.
    #[test]
    fn checks_and_copies_take_memory() {
        for (method, expected) in
            [("none", 0), ("signature", 0), ("spot-check", 1), ("committee", 5), ("replication", 3)]
        {
            assert_eq!(checks(&scenario(method)), expected, "{method}");
        }
        assert_eq!(bound(&scenario("committee")) - bound(&scenario("none")), 1_000 * 5 * CHECK);
    }
}
