//! How long a quorum lasts: from all being listed until fewer than the quorum are.

use reliance::engine::time::Time;

/// Passages from all to fewer than the quorum.
#[derive(Clone, Debug, Default)]
pub struct Quorum {
    /// All, and the quorum; `None` where nobody asks.
    wanted: Option<[u64; 2]>,
    count: u64,
    since: Option<Time>,
    /// Nanoseconds of the passages.
    pub nanos: u128,
    /// How many there were.
    pub losses: u64,
}

impl Quorum {
    /// Watches passages between these two.
    pub fn of(wanted: Option<[u64; 2]>) -> Quorum {
        Quorum { wanted, ..Quorum::default() }
    }

    /// A node is listed, or is no more.
    pub fn change(&mut self, now: Time, by: i64) {
        self.count = self.count.checked_add_signed(by).expect("no node lapses that was not listed");
        let Some([all, quorum]) = self.wanted else { return };
        if self.count == all && self.since.is_none() {
            self.since = Some(now);
        } else if self.count < quorum
            && let Some(since) = self.since.take()
        {
            self.nanos += u128::from(now.since(since).0);
            self.losses += 1;
        }
    }
}
