//! The sides of the level on which the probes of a line lie, and the gap that is left between them.

use super::frontier::{Probe, SearchOutcome};

/// On which side of the level a mean lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Its interval lies below.
    Below,
    /// Its interval lies above.
    Above,
    /// Its interval holds the level.
    Undecided,
}

/// The gap that is left between the sides of a line.
pub(super) struct Gap {
    /// The last probe on the near side.
    pub(super) near: Option<f64>,
    /// The first on the far side.
    pub(super) far: Option<f64>,
    /// The first and the last undecided probe between.
    pub(super) undecided: Option<(f64, f64)>,
}

/// What is left between the sides, or why nothing is.
pub(super) fn gap(probes: &[Probe], sides: &[Side]) -> Result<Gap, SearchOutcome> {
    let (first, last) = (sides[0], sides[sides.len() - 1]);
    let near_side = match (first, last) {
        // Both ends on one side, but not all between: that the level is not crossed cannot be said.
        (Side::Below, Side::Below) | (Side::Above, Side::Above)
            if changes(sides) == 0 && sides.contains(&Side::Undecided) =>
        {
            return Err(SearchOutcome::Open);
        }
        (Side::Below, Side::Below) if changes(sides) == 0 => return Err(SearchOutcome::Below),
        (Side::Above, Side::Above) if changes(sides) == 0 => return Err(SearchOutcome::Above),
        (Side::Undecided, Side::Undecided) => return Err(SearchOutcome::Open),
        (Side::Undecided, Side::Below) => Side::Above,
        (Side::Undecided, Side::Above) => Side::Below,
        (near, _) => near,
    };
    let decided = |probe: usize| (sides[probe] != Side::Undecided).then_some(sides[probe] == near_side);
    // Where the mean is not monotone, the first crossing is the one that counts.
    let far = (0..probes.len()).find(|&probe| decided(probe) == Some(false));
    let end = far.unwrap_or(probes.len());
    let near = (0..end).rev().find(|&probe| decided(probe) == Some(true));
    let between = near.map_or(0, |near| near + 1)..end;
    let undecided = (!between.is_empty()).then(|| (probes[between.start].share, probes[between.end - 1].share));
    Ok(Gap { near: near.map(|near| probes[near].share), far: far.map(|far| probes[far].share), undecided })
}

/// How often the sides change along a line, as far as they are told.
pub(super) fn changes(sides: &[Side]) -> usize {
    let decided: Vec<Side> = sides.iter().copied().filter(|side| *side != Side::Undecided).collect();
    decided.windows(2).filter(|pair| pair[0] != pair[1]).count()
}
