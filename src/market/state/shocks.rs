//! What befalls the market from outside: where each shock stands, and the jobs that come by shocks.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, PartyId, SourceId};
use crate::domain::job::Arrival;
use crate::domain::record::JobKey;
use crate::engine::random::Stream;
use crate::engine::time::Time;
use crate::policy::demand::ArrivalsMemory;

/// Where the numbers of extra jobs begin among those of their source.
const EXTRA: u64 = 1 << 62;

/// How many jobs a shock can bring for a source: 32 bits count them.
const PER_SHOCK: u32 = 32;

/// The shocks of the scenario, in its order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shocks {
    /// Where each stands.
    pub all: Vec<ShockState>,
    /// Those that an amendment has ended: one of the same name goes on with their numbers.
    pub gone: Vec<ShockState>,
    /// Rises when they are amended: what was due to them before is due no more.
    pub turn: u32,
    /// Streams of extra jobs; those of no shock that is under way are used again.
    pub streams: Vec<ExtraJobs>,
    /// Jobs that were asked for by shocks.
    pub extra: u64,
    /// Jobs that sources left out by shocks.
    pub left_out: u64,
    /// The vendors that are broken by shocks under way, one bit each.
    broken: [u64; 4],
    /// By party, whether its image is revoked; empty until one is.
    revoked: Vec<Revoked>,
}

/// Whether a party is trusted.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Revoked {
    /// By how many shocks under way it is not.
    by: u16,
    /// By how many of them its answers are refused.
    refused: u16,
    /// It is not listed before.
    until: Time,
}

/// Where a shock stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ShockState {
    /// What its draws are keyed by.
    pub key: u64,
    /// How often it has begun.
    pub begun: u64,
    /// Whether it is under way.
    pub under_way: bool,
    /// When it begins or ends next, if ever.
    pub due: Option<Time>,
    /// The parties that it strikes.
    pub down: Vec<PartyId>,
    /// By source, the jobs that it has brought.
    pub brought: Vec<u32>,
}

/// A stream of jobs that a source asks for beyond its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExtraJobs {
    /// Whose.
    pub source: SourceId,
    /// By which shock; `u16::MAX`: by none any more.
    pub shock: u16,
    /// Rises when the shock ends: what was due is due no more.
    pub version: u32,
    /// The share of its arrivals that is asked for.
    pub share: f64,
    /// What the arrival law remembers.
    pub memory: ArrivalsMemory,
    /// Its randomness.
    pub stream: Stream,
    /// Its next job.
    pub next: Option<Arrival>,
}

impl Shocks {
    /// The vendors that are broken are these.
    pub fn break_vendors(&mut self, vendors: impl Iterator<Item = u8>) {
        self.broken = [0; 4];
        vendors.for_each(|vendor| self.broken[usize::from(vendor / 64)] |= 1 << (vendor % 64));
    }

    /// Whether a shock under way has broken a vendor.
    #[inline]
    pub fn is_broken(&self, vendor: u8) -> bool {
        self.broken[usize::from(vendor / 64)] >> (vendor % 64) & 1 == 1
    }

    /// The image of a party is revoked; `parties` there are.
    pub fn revoke(&mut self, party: PartyId, refused: bool, parties: usize) {
        self.revoked.resize(parties, Revoked::default());
        let revoked = &mut self.revoked[party.index()];
        revoked.by += 1;
        revoked.refused += u16::from(refused);
    }

    /// A revocation is over; the party may be listed from an instant on, unless another one lasts.
    pub fn trust(&mut self, party: PartyId, refused: bool, from: Time) {
        let revoked = &mut self.revoked[party.index()];
        revoked.by -= 1;
        revoked.refused -= u16::from(refused);
        revoked.until = revoked.until.max(from);
    }

    /// From when on a party may be listed, as far as shocks under way say.
    #[inline]
    pub fn trusted_from(&self, party: PartyId) -> Time {
        match self.revoked.get(party.index()) {
            None => Time::ZERO,
            Some(revoked) if revoked.by > 0 => Time::NEVER,
            Some(revoked) => revoked.until,
        }
    }

    /// Whether the answers of a party are refused, as its image is revoked.
    #[inline]
    pub fn refuses(&self, party: PartyId) -> bool {
        self.revoked.get(party.index()).is_some_and(|revoked| revoked.refused > 0)
    }

    /// Whether a stream is still that of this version.
    #[inline]
    pub fn is(&self, stream: u32, version: u32) -> bool {
        self.streams[stream as usize].version == version
    }

    /// Takes in a stream, and says where it is.
    pub fn add(&mut self, mut stream: ExtraJobs) -> u32 {
        match self.streams.iter().position(|other| other.shock == u16::MAX) {
            Some(place) => {
                stream.version = self.streams[place].version;
                self.streams[place] = stream;
                place as u32
            }
            None => {
                self.streams.push(stream);
                self.streams.len() as u32 - 1
            }
        }
    }

    /// No stream brings jobs for a shock any more.
    pub fn stop(&mut self, shock: u16) {
        for stream in self.streams.iter_mut().filter(|stream| stream.shock == shock) {
            (stream.shock, stream.next) = (u16::MAX, None);
            stream.version = stream.version.wrapping_add(1);
        }
    }

    /// The number of the next job that a shock brings for a source: apart from the source's own, and from those of other shocks.
    pub fn number(&mut self, shock: usize, source: SourceId) -> JobKey {
        let state = &mut self.all[shock];
        if state.brought.len() <= source.index() {
            state.brought.resize(source.index() + 1, 0);
        }
        let count = &mut state.brought[source.index()];
        let index = EXTRA | state.key >> 34 << PER_SHOCK | u64::from(*count);
        *count += 1;
        self.extra += 1;
        JobKey { source, index }
    }
}
