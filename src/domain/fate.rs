//! What becomes of a computation (model §3): one fate per job, and the cause where it was never placed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $says:literal])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum $name { $($(#[doc = $says])* $variant,)* }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The names with what they say, in the order of their numbers.
            pub const WORDS: &'static [(&'static str, &'static str)] = &[$(($text, concat!($($says),*)),)*];

            /// The name, as tables and terminals show it.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }
    };
}

pub(super) use named;

named! {
    /// The end of a job's life; every job has exactly one.
    Fate {
        /// No offer was worth taking, or there was none, at first or when the job was to be placed or priced anew; the cause says
        /// which.
        Declined = "declined",
        /// Patience ran out while waiting.
        Abandoned = "abandoned",
        /// The node left or failed, and the retries are spent.
        Lost = "lost",
        /// A right answer that verification refused.
        RejectedRight = "rejected-right",
        /// A wrong answer that verification refused.
        RejectedWrong = "rejected-wrong",
        /// No verdict was reached in time.
        Unresolved = "unresolved",
        /// The verdict came after the deadline.
        Late = "late",
        /// Right, accepted, and revoked afterwards.
        RevokedRight = "revoked-right",
        /// Wrong, accepted, and revoked afterwards.
        RevokedWrong = "revoked-wrong",
        /// Accepted, right, and beyond revocation.
        FinalRight = "final-right",
        /// Accepted, wrong, and beyond revocation.
        FinalWrong = "final-wrong",
        /// Still open when the run ended; the stage says where it stood.
        Censored = "censored",
    }
}

named! {
    /// Why a job was declined (model §5).
    Cause {
        /// No node would make an offer.
        NoSupply = "no-supply",
        /// Computing costs more than the answer is worth.
        Compute = "compute",
        /// Coordination on top of computing costs more than it is worth.
        Coordination = "coordination",
        /// The answer would come too late, verification apart.
        Latency = "latency",
        /// What verification costs and delays is more than what remains.
        Verification = "verification",
        /// The answer is not likely enough to be right.
        Distrust = "distrust",
    }
}

named! {
    /// What is taken off the value of an answer, in this order; what is left is the surplus (model §5).
    Deduction {
        /// The price of computing.
        Compute = "compute",
        /// The price of coordination.
        Coordination = "coordination",
        /// What the delay takes from the value, verification apart.
        Latency = "latency",
        /// The price of verification, and what its delay takes from the value.
        Verification = "verification",
        /// What is lost because the answer may be wrong, or refused though right.
        Distrust = "distrust",
    }
}

impl Deduction {
    /// The cause of a decline where this is the first deduction that leaves nothing of any offer.
    pub fn cause(self) -> Cause {
        match self {
            Deduction::Compute => Cause::Compute,
            Deduction::Coordination => Cause::Coordination,
            Deduction::Latency => Cause::Latency,
            Deduction::Verification => Cause::Verification,
            Deduction::Distrust => Cause::Distrust,
        }
    }
}

named! {
    /// Where an open job stands.
    Stage {
        /// Asked, not yet placed.
        Asked = "asked",
        /// On its way to a node.
        Placed = "placed",
        /// In a node's waiting room.
        Waiting = "waiting",
        /// Being computed.
        Executing = "executing",
        /// The answer is on its way.
        Answered = "answered",
        /// Under verification.
        Checking = "checking",
        /// Accepted, not yet final.
        Accepted = "accepted",
        /// Between two attempts.
        Retrying = "retrying",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_serde_writes() {
        for &fate in Fate::ALL {
            assert_eq!(serde_json::to_string(&fate).unwrap(), format!("\"{}\"", fate.name()));
        }
        assert!(Fate::WORDS.iter().all(|(_, says)| says.trim().len() > 10), "{:?}", Fate::WORDS);
        for &cause in Cause::ALL {
            assert_eq!(serde_json::to_string(&cause).unwrap(), format!("\"{}\"", cause.name()));
        }
    }
}
