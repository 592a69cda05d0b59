//! Whose dishonesty voids a check: vendors, and what they guard.

use super::{Compiler, disputes};
use crate::domain::checking::{Checker, Guard};
use crate::engine::time::{SimDuration, Time};
use crate::scenario::schema::{CheckTable, ScenarioTable};
use crate::scenario::verification::{Check, Vendor};

/// The most vendors: the number of one has 8 bits.
const VENDORS: usize = 255;

/// Says what is wrong with the guard of a check.
pub(super) fn check(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    path: &str,
    (index, check): (usize, &CheckTable),
    all: &[CheckTable],
) {
    let known: Vec<String> = table.verification.vendors.keys().cloned().collect();
    if let Some(vendor) = &check.broken_by {
        let place = format!("{path}.broken-by");
        compiler.find(&place, "vendor", vendor, &known);
        let between_copies = disputes::of(all, index).is_some_and(|of| all[of].by == Checker::Replicas);
        if matches!(check.by, Checker::Replicas | Checker::Canary) || between_copies {
            let message = "a check that compares copies, decides between them or plants a canary, with a vendor";
            compiler.wrong(&place, message, "leave `broken-by` out");
        } else if check.timeout.is_some() {
            let help = "leave `timeout` or `broken-by` out";
            compiler.wrong(&place, "a check with a vendor whose votes may be missing", help);
        }
    }
    let place = format!("{path}.guard");
    let guarded = matches!(check.by, Checker::Validators | Checker::Peers | Checker::Proof | Checker::Attestation);
    match (check.guard, &check.broken_by) {
        (Guard::Checker, _) => {}
        (_, _) if !guarded => {
            let help = "leave `guard` out: watchers, the requester and copies have no other";
            compiler.wrong(place, "`guard` goes with validators, peers, proofs and attestations", help);
        }
        (Guard::Vendor, None) => {
            let help = "name it as `broken-by`, and write it in `[verification.vendors.NAME]`";
            compiler.wrong(place, "nothing says which vendor guards the check", help);
        }
        (Guard::Nobody, Some(_)) => {
            let help = "write `guard = \"vendor\"`, or leave `broken-by` out";
            compiler.wrong(place, "a check that nobody can void, and a vendor that does", help);
        }
        _ => {}
    }
}

/// Says what is wrong with the vendors.
pub(super) fn vendors(compiler: &mut Compiler<'_>, table: &ScenarioTable) {
    let vendors = &table.verification.vendors;
    if vendors.len() > VENDORS {
        let message = format!("{} vendors", vendors.len());
        compiler.wrong("verification.vendors", message, format!("write at most {VENDORS}"));
    }
}

/// The vendor behind a check.
pub(super) fn vendor(table: &ScenarioTable, check: &CheckTable) -> Option<Vendor> {
    let (number, _, written) = table.verification.vendors.get_full(check.broken_by.as_ref()?)?;
    let from = written.broken_from.map_or(Time::NEVER, |from: SimDuration| Time::ZERO + from);
    Some(Vendor { number: number as u8, broken: written.broken.get(), from })
}

/// The vendors of a method that may be broken for a job, each once.
pub(super) fn open(checks: &[Check]) -> Vec<Vendor> {
    let mut open: Vec<Vendor> = Vec::new();
    for vendor in checks.iter().filter_map(|check| check.vendor).filter(|vendor| vendor.broken > 0.0) {
        if !open.contains(&vendor) {
            open.push(vendor);
        }
    }
    open
}
