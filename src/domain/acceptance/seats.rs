//! Those that vote in a check.

/// Those that vote in a check.
#[derive(Clone, Copy, Debug)]
pub enum Seats<'a> {
    /// So many of whom the same is believed: none is adversarial, and each is careful with probability `diligence`.
    Alike {
        /// How many.
        count: u32,
        /// η.
        diligence: f64,
    },
    /// So many that are yet to be drawn without replacement, all members of the pool alike. No stratum is in another pool or has a
    /// seat.
    Drawn {
        /// How many; at most [`VOTES`](super::VOTES).
        count: u32,
        /// Those that may be drawn.
        pool: &'a [Stratum],
    },
    /// So many seats that are yet to be drawn with replacement, each by weight. A member that is adversarial is so in all of its seats;
    /// one that is not is careful or not in each look by itself. No stratum is in another pool or has a seat.
    Weighted {
        /// How many.
        count: u32,
        /// Those that may be drawn; their shares sum to 1.
        pool: &'a [Weighted],
    },
    /// Parties that are known, at most [`VOTES`](super::VOTES) seats. One that holds several is adversarial in all of them or in none.
    Taken(&'a [Seat]),
}

/// Members of a pool of which the same is known.
#[derive(Clone, Copy, Debug)]
pub struct Stratum {
    /// Their place among the x; each member is adversarial or not by itself.
    pub party: usize,
    /// How many there are.
    pub members: u32,
    /// η.
    pub diligence: f64,
}

/// Members of a pool that weigh the same and of which the same is known.
#[derive(Clone, Copy, Debug)]
pub struct Weighted {
    /// Their place among the x; each member is adversarial or not by itself.
    pub party: usize,
    /// How many there are.
    pub members: u32,
    /// The share of all weight that each of them has.
    pub share: f64,
    /// η.
    pub diligence: f64,
}

/// A seat of a known party.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// Its place among the x.
    pub party: usize,
    /// η.
    pub diligence: f64,
}

impl Seats<'_> {
    /// Whether a party is known to vote.
    pub(super) fn have(&self, party: usize) -> bool {
        match self {
            Seats::Alike { .. } | Seats::Drawn { .. } | Seats::Weighted { .. } => false,
            Seats::Taken(seats) => seats.iter().any(|seat| seat.party == party),
        }
    }
}
