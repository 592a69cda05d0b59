//! Facts: what happened, in the past tense. The market writes them; recorders read them; the digest covers them all.

use serde::{Deserialize, Serialize};

use crate::domain::fate::{Cause, Fate};
use crate::domain::ids::{ClassId, ModelId, PartyId};
use crate::domain::money::{Asset, Money};
use crate::domain::price::Price;
use crate::domain::record::JobKey;
use crate::engine::time::SimDuration;

/// The record that a fact is handed on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// None.
    Nothing,
    /// That of the job that left.
    Job,
    /// That of the check or the proof that ended.
    Check,
}

macro_rules! carries {
    () => {
        Carries::Nothing
    };
    ($record:ident) => {
        Carries::$record
    };
}

/// Declares the facts from one table. A row says what happened, its number, its name, which record is handed on with it
/// (`+ Job` or `+ Check`), its fields, and the words that the digest covers. The number is put into the first word's highest byte.
macro_rules! facts {
    ($(
        $(#[doc = $says:literal])*
        $name:ident = $number:literal $text:literal $(+ $record:ident)? { $($field:ident: $type:ty),* } => $words:expr,
    )*) => {
        #[allow(missing_docs, reason = "a fact says what its fields are: which job, which node, how much")]
        /// Something that happened at the instant it is handed on.
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Fact {
            $($(#[doc = $says])* $name { $($field: $type),* },)*
        }

        /// The kinds of facts, by the numbers that the digest covers; a number is never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum FactKind {
            $($(#[doc = $says])* $name = $number,)*
        }

        impl FactKind {
            /// All of them, in the order of the table.
            pub const ALL: &'static [FactKind] = &[$(FactKind::$name,)*];

            /// A short word for timelines and the digest's documentation.
            pub const fn name(self) -> &'static str {
                match self { $(FactKind::$name => $text,)* }
            }

            /// The record that a fact of this kind is handed on with.
            #[inline(always)]
            pub const fn carries(self) -> Carries {
                match self { $(FactKind::$name => carries!($($record)?),)* }
            }
        }

        impl Fact {
            /// Its kind.
            #[inline(always)]
            pub const fn kind(&self) -> FactKind {
                match self { $(Fact::$name { .. } => FactKind::$name,)* }
            }

            /// The name of its kind.
            pub const fn name(&self) -> &'static str {
                self.kind().name()
            }

            /// What the digest covers of it, in this order. The highest byte of the first word holds the kind's number, and
            /// whatever else the table puts there.
            #[inline(always)]
            pub fn words(&self) -> [u64; 3] {
                match *self {
                    $(Fact::$name { $($field),* } => {
                        let [first, second, third] = $words;
                        [$number << 56 ^ first, second, third]
                    })*
                }
            }
        }

        /// A fact of each kind, with its likes that differ in one field each.
        #[cfg(test)]
        fn samples() -> Vec<(Fact, Vec<Fact>)> {
            use tests::Sample;
            let mut samples = Vec::new();
            $(
                let fact = Fact::$name { $($field: Sample::ONE),* };
                let mut others = Vec::new();
                $(
                    let mut other = fact;
                    if let Fact::$name { $field, .. } = &mut other {
                        *$field = Sample::OTHER;
                    }
                    others.push(other);
                )*
                samples.push((fact, others));
            )*
            samples
        }
    };
}

facts! {
    /// A requester asked for a computation.
    Asked = 1 "asked" { job: JobKey, class: ClassId }
        => [about(job, u32::from(class.0)), job.index, 0],
    /// No offer was taken.
    Declined = 2 "declined" { job: JobKey, cause: Cause }
        => [about(job, cause as u32), job.index, 0],
    /// An offer was taken and its price put into escrow.
    Placed = 3 "placed" { job: JobKey, node: PartyId, attempt: u16, price: Money }
        => [about(job, node.0), job.index ^ u64::from(attempt) << 48, price.0 as u64],
    /// The request reached the node and waits there or is served at once.
    Reached = 4 "reached" { job: JobKey, node: PartyId }
        => [about(job, node.0), job.index, 0],
    /// The request found the node gone or full.
    Bounced = 5 "bounced" { job: JobKey, node: PartyId, full: bool }
        => [about(job, node.0), job.index, u64::from(full)],
    /// A job has a slot and waits until its model is loaded.
    LoadAwaited = 6 "load-awaited" { job: JobKey, node: PartyId, model: ModelId }
        => [about(job, node.0), job.index, u64::from(model.0)],
    /// Execution began, after a wait in the node's room.
    Started = 7 "started" { job: JobKey, node: PartyId, waited: SimDuration }
        => [about(job, node.0), job.index, waited.0],
    /// Execution was put aside for a job of higher priority.
    Preempted = 8 "preempted" { job: JobKey, node: PartyId }
        => [about(job, node.0), job.index, 0],
    /// The first token was made.
    FirstToken = 9 "first-token" { job: JobKey, node: PartyId }
        => [about(job, node.0), job.index, 0],
    /// Execution ended; `whole` says whether with an answer.
    Finished = 10 "finished" { job: JobKey, node: PartyId, whole: bool }
        => [about(job, node.0), job.index, u64::from(whole)],
    /// Execution stopped because the node failed; the job goes elsewhere or is lost.
    Dropped = 11 "dropped" { job: JobKey, node: PartyId }
        => [about(job, node.0), job.index, 0],
    /// The answer reached the requester.
    Answered = 12 "answered" { job: JobKey, node: PartyId, right: bool }
        => [about(job, node.0), job.index, u64::from(right)],
    /// A quote expired while its job waited, and another was taken.
    Negotiated = 20 "negotiated" { job: JobKey, node: PartyId, price: Money }
        => [about(job, node.0), job.index, price.0 as u64],
    /// A check was answered by a vote; the record of the check is handed on with this fact.
    Checked = 21 "checked" + Check { job: JobKey, by: PartyId, check: u8, alarm: bool }
        => [about(job, by.0), job.index, u64::from(check) << 1 | u64::from(alarm)],
    /// A task of a job was called off at its node.
    CalledOff = 22 "called-off" { job: JobKey, node: PartyId }
        => [about(job, node.0), job.index, 0],
    /// A check ended without a vote, called off or lost with its party; the record of the check is handed on with this fact.
    CheckEnded = 27 "check-ended" + Check { job: JobKey, by: PartyId, check: u8, paid: Money }
        => [about(job, by.0), job.index, (paid.0 as u64) << 3 ^ u64::from(check)],
    /// An accepted result was revoked.
    Revoked = 23 "revoked" { job: JobKey, right: bool }
        => [about(job, u32::from(right)), job.index, 0],
    /// A node lost a part of its stake.
    Slashed = 24 "slashed" { job: JobKey, node: PartyId, amount: Money }
        => [about(job, node.0), job.index, amount.0 as u64],
    /// A channel's price is settled anew, below zero if the channel is stopped.
    Priced = 25 "priced" { channel: u8, price: Price }
        => [0, u64::from(channel), price.word()],
    /// A block of the chain.
    Block = 26 "block" { number: u64, used: u64 }
        => [0, number, used],
    /// Money changed hands for a job.
    Settled = 13 "settled" { job: JobKey, paid: Money, refunded: Money }
        => [about(job, 0) ^ refunded.0 as u64, job.index, paid.0 as u64],
    /// A node failed.
    NodeFailed = 14 "node-failed" { node: PartyId }
        => [0, u64::from(node.0), 0],
    /// A node came back.
    NodeRepaired = 15 "node-repaired" { node: PartyId }
        => [0, u64::from(node.0), 0],
    /// Routing can see a node again.
    Listed = 16 "listed" { node: PartyId }
        => [0, u64::from(node.0), 0],
    /// Routing no longer sees a node.
    Delisted = 17 "delisted" { node: PartyId }
        => [0, u64::from(node.0), 0],
    /// A party was endowed with an asset at the start.
    Endowed = 18 "endowed" { account: u32, asset: Asset, amount: Money }
        => [asset as u64, u64::from(account), amount.0 as u64],
    /// By the verdicts on its answers a node lost its standing.
    StandingLost = 44 "standing-lost" { node: PartyId }
        => [0, u64::from(node.0), 0],
    /// Enough checks were passed, and a node has its standing again.
    StandingRegained = 45 "standing-regained" { node: PartyId }
        => [0, u64::from(node.0), 0],
    /// An alarm is handed to another check of the method, which decides about it after so many rounds of bisection.
    Escalated = 28 "escalated" { job: JobKey, check: u8, to: u8, rounds: u8 }
        => [about(job, u32::from(check)), job.index, u64::from(to) << 8 | u64::from(rounds)],
    /// An alarm was overturned, and those who raised it lost so many tokens: a challenger its bond, a checker a part of its stake.
    Forfeited = 29 "forfeited" { job: JobKey, check: u8, by: PartyId, amount: Money }
        => [about(job, by.0), job.index ^ u64::from(check) << 48, amount.0 as u64],
    /// A node answered a canary; an alarm says that the answer was taken for wrong.
    Canary = 50 "canary" { job: JobKey, node: PartyId, alarm: bool }
        => [about(job, node.0), job.index, u64::from(alarm)],
    /// A checker found a forced error, and got so many tokens.
    Jackpot = 51 "jackpot" { job: JobKey, by: PartyId, amount: Money }
        => [about(job, by.0), job.index, amount.0 as u64],
    /// Before a check decides about a dispute, one that takes part in it paid so many credits for its rounds.
    Posted = 62 "posted" { job: JobKey, check: u8, by: PartyId, amount: Money }
        => [about(job, by.0), job.index ^ u64::from(check) << 48, amount.0 as u64],
    /// A shock began, for so many parties; the shock is its place in the scenario.
    ShockBegan = 56 "shock-began" { shock: u16, parties: u32 }
        => [0, u64::from(shock), u64::from(parties)],
    /// A shock ended; the shock is its place in the scenario that it was written in.
    ShockEnded = 57 "shock-ended" { shock: u16 }
        => [0, u64::from(shock), 0],
    /// A shock burnt so many staked tokens of a party.
    StakeBurnt = 58 "stake-burnt" { node: PartyId, amount: Money }
        => [0, u64::from(node.0), amount.0 as u64],
    /// A series outside the market stepped; the series is its place in the scenario.
    SeriesMoved = 59 "series-moved" { series: u16, value: f64 }
        => [0, u64::from(series), value.to_bits()],
    /// A party left, because it did not pay to stay.
    Left = 53 "left" { node: PartyId }
        => [u64::from(node.0), 0, 0],
    /// A party came, or came back, because it would pay.
    Entered = 54 "entered" { node: PartyId }
        => [u64::from(node.0), 0, 0],
    /// A party that comes back has another name: nobody knows anything of it.
    Renamed = 46 "renamed" { node: PartyId }
        => [0, u64::from(node.0), 0],
    /// A party that has left got what was left of its stake.
    Unbonded = 55 "unbonded" { node: PartyId, amount: Money }
        => [0, u64::from(node.0), amount.0 as u64],
    /// A job consumed an earlier result.
    Consumed = 47 "consumed" { job: JobKey, input: JobKey }
        => [about(job, input.source.0), job.index, input.index],
    /// A result came to nothing because of an input; `origin` is the result whose end began it.
    Recalled = 48 "recalled" { job: JobKey, origin: JobKey }
        => [about(job, origin.source.0), job.index, origin.index],
    /// A job left the market; its whole record is handed on with this fact.
    Closed = 19 "closed" + Job { job: JobKey, fate: Fate }
        => [about(job, fate as u32), job.index, 0],
}

const _: () = assert!(size_of::<Fact>() <= 48);

/// The first word of a fact about a job: where the job came from, and 32 bits more.
#[inline(always)]
fn about(job: JobKey, low: u32) -> u64 {
    u64::from(job.source.0) << 32 ^ u64::from(low)
}

/// Which kinds of facts a recorder is told, one bit each. A fact of another kind need not be kept until it is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactFilter(u64);

const _: () = {
    let mut index = 0;
    while index < FactKind::ALL.len() {
        assert!((FactKind::ALL[index] as u32) < u64::BITS, "the filter of facts has a bit for every number");
        index += 1;
    }
};

impl FactFilter {
    /// No fact passes.
    pub const NONE: FactFilter = FactFilter(0);
    /// Every fact passes.
    pub const ALL: FactFilter = FactFilter(u64::MAX);

    /// Facts of these kinds pass.
    pub const fn of(kinds: &[FactKind]) -> FactFilter {
        let (mut bits, mut index) = (0, 0);
        while index < kinds.len() {
            bits |= 1 << kinds[index] as u8;
            index += 1;
        }
        FactFilter(bits)
    }

    /// What either of two filters lets pass.
    pub const fn or(self, other: FactFilter) -> FactFilter {
        FactFilter(self.0 | other.0)
    }

    /// Whether facts of a kind pass.
    #[inline(always)]
    pub const fn passes(self, kind: FactKind) -> bool {
        self.0 >> kind as u8 & 1 == 1
    }
}

impl Default for FactFilter {
    fn default() -> FactFilter {
        FactFilter::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SourceId;

    /// Two values of what a fact may say. They are small, so that they reach no word's highest byte.
    pub(super) trait Sample {
        const ONE: Self;
        const OTHER: Self;
    }

    macro_rules! samples {
        ($($type:ty: $one:expr, $other:expr;)*) => {
            $(impl Sample for $type { const ONE: $type = $one; const OTHER: $type = $other; })*
        };
    }

    samples! {
        bool: false, true;
        u8: 1, 2;
        u16: 1, 2;
        u32: 1, 2;
        u64: 1, 2;
        f64: 1.0, 2.0;
        JobKey: JobKey { source: SourceId(1), index: 1 }, JobKey { source: SourceId(2), index: 1 };
        ClassId: ClassId(1), ClassId(2);
        ModelId: ModelId(1), ModelId(2);
        PartyId: PartyId(1), PartyId(2);
        Money: Money(1), Money(2);
        Price: Price(1), Price(2);
        Asset: Asset::Credit, Asset::Token;
        SimDuration: SimDuration(1), SimDuration(2);
        Cause: Cause::Compute, Cause::Distrust;
        Fate: Fate::Late, Fate::FinalRight;
    }

    /// The number in the first word is the kind's own, and every field moves the words.
    #[test]
    fn the_digest_covers_the_number_and_every_field() {
        for (fact, others) in samples() {
            let words = fact.words();
            assert_eq!(words[0] >> 56, fact.kind() as u64, "{fact:?}");
            assert!(!others.is_empty(), "{fact:?} says nothing");
            for other in others {
                assert_ne!(other, fact);
                assert_ne!(other.words(), words, "{fact:?} and {other:?} are the same to the digest");
            }
        }
    }

    #[test]
    fn numbers_and_names_are_unique() {
        for (index, kind) in FactKind::ALL.iter().enumerate() {
            assert!(*kind as u8 > 0, "no fact at all has the number 0");
            let earlier = &FactKind::ALL[..index];
            assert!(earlier.iter().all(|other| *other as u8 != *kind as u8 && other.name() != kind.name()), "{kind:?}");
        }
        assert_eq!(samples().len(), FactKind::ALL.len());
    }

    /// A filter tells every kind from every other.
    #[test]
    fn a_filter_lets_its_own_kinds_pass() {
        for kind in FactKind::ALL {
            let passing = |filter: FactFilter| FactKind::ALL.iter().filter(|other| filter.passes(**other)).count();
            assert!(FactFilter::of(&[*kind]).passes(*kind));
            assert_eq!(passing(FactFilter::of(&[*kind])), 1, "{kind:?}");
            assert_eq!((passing(FactFilter::ALL), passing(FactFilter::NONE)), (FactKind::ALL.len(), 0));
        }
    }
}
