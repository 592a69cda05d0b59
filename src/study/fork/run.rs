//! One replication: the trunk, and from each instant its branches.

use std::sync::Arc;

use crate::domain::probe::Probe;
use crate::engine::hash::Hasher128;
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::record::windows::Windows;
use crate::scenario::Scenario;
use crate::simulate::{Run, probes};

use super::super::course::Measured;
use super::super::measure::Measure;
use super::super::work::Prepared;
use super::{Branch, Fork};

/// Runs the trunk to the end of its last fork, and every branch. `look` is asked now and then whether to go on.
///
/// The digest is over those of the trunk and of all branches.
pub fn run(
    (fork, measures): (&Fork, &[Measure]),
    prepared: &Prepared,
    seed: Seed,
    look: impl Fn(&Run) -> Result<(), String>,
) -> Result<Measured, String> {
    let instants = fork.instants.of(seed);
    let mut trunk = Run::open(prepared.scenario.clone(), seed);
    let count = fork.passing.as_ref().map_or(0, |passing| passing.probes);
    let probes: Arc<[Probe]> = probes(&prepared.scenario, seed, count).into();
    let mut windows = Windows::new(&instants, fork.bin, fork.bins, &probes);
    let (mut hasher, mut arms) = (Hasher128::new(), Vec::new());
    for instant in &instants {
        trunk.until_watched(*instant, &mut windows, &look)?;
        let mut fresh = trunk.clone();
        fresh.draw_anew();
        let placebo = fork.goes_on(fresh, &probes, &mut hasher, &look)?;
        let mut own = vec![placebo];
        for (branch, scenario) in fork.branches.iter().zip(&prepared.branches) {
            own.push(fork.branch((&trunk, &probes), (branch, scenario), &mut hasher, &look)?);
        }
        for ((index, _), scenario) in fork.random.iter().zip(&prepared.random) {
            own.push(fork.branch((&trunk, &probes), (&fork.branches[*index], scenario), &mut hasher, &look)?);
        }
        arms.push(own);
    }
    trunk.until_watched(fork.end(instants[instants.len() - 1]), &mut windows, &look)?;
    trunk.audit();
    hasher.update(trunk.digest().to_string().as_bytes());
    let mut values = Vec::new();
    for (window, own) in windows.all().iter().zip(&arms) {
        for rows in std::iter::once(window.rows()).chain(own.iter().map(|arm| arm.all()[0].rows())) {
            assert_eq!(rows.len(), fork.bins, "a stretch is watched to its end");
            values.extend(rows.iter().flat_map(|row| measures.iter().map(|measure| measure.of_series(row))));
        }
    }
    Ok(Measured { digest: hasher.hex(), values })
}

impl Fork {
    fn end(&self, instant: Time) -> Time {
        instant + self.span()
    }

    /// A copy of the trunk under the scenario of a branch, and under its own again where the branch says how long.
    fn branch(
        &self,
        (trunk, probes): (&Run, &Arc<[Probe]>),
        (branch, scenario): (&Branch, &Arc<Scenario>),
        hasher: &mut Hasher128,
        look: &impl Fn(&Run) -> Result<(), String>,
    ) -> Result<Windows, String> {
        let mut run = trunk.clone();
        run.adopt(scenario).map_err(|refusals| refusals.to_string())?;
        let Some(lasts) = branch.lasts.filter(|lasts| *lasts < self.span()) else {
            return self.goes_on(run, probes, hasher, look);
        };
        let mut windows = Windows::new(&[trunk.now()], self.bin, self.bins, probes);
        let end = self.end(trunk.now());
        run.until_watched(trunk.now() + lasts, &mut windows, look)?;
        run.adopt(trunk.scenario()).map_err(|refusals| refusals.to_string())?;
        run.until_watched(end, &mut windows, look)?;
        Ok(ended(run, windows, hasher))
    }

    /// A copy to the end of its span.
    fn goes_on(
        &self,
        mut run: Run,
        probes: &Arc<[Probe]>,
        hasher: &mut Hasher128,
        look: &impl Fn(&Run) -> Result<(), String>,
    ) -> Result<Windows, String> {
        let mut windows = Windows::new(&[run.now()], self.bin, self.bins, probes);
        run.until_watched(self.end(run.now()), &mut windows, look)?;
        Ok(ended(run, windows, hasher))
    }
}

/// What a copy was seen to do; its money is conserved.
fn ended(run: Run, windows: Windows, hasher: &mut Hasher128) -> Windows {
    run.audit();
    hasher.update(run.digest().to_string().as_bytes());
    windows
}
