//! The cold part of a job: everything that will be written down about it once it is closed.

use crate::domain::work::Work;
use serde::{Deserialize, Serialize};

use crate::domain::answer::{Answer, Use};
use crate::domain::fate::{Cause, Deduction, Fate, Stage};
use crate::domain::ids::{ClassId, MethodId, PartyId, RequesterId, SourceId};
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::engine::time::{SimDuration, Time};

/// Which job this is: its source and its number within the source, never a global count (so that adding a source
/// renames nobody).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobKey {
    /// Where the job came from.
    pub source: SourceId,
    /// Its number among the jobs of that source, from 0.
    pub index: u64,
}

/// The instants of a life; [`Time::NEVER`] where it did not come to that. With several attempts, the last one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instants {
    /// The requester asked.
    pub asked: Time,
    /// An offer was taken and its price put into escrow (the first placement).
    pub placed: Time,
    /// The request reached the node.
    pub reached: Time,
    /// Execution began (loading the model, where it must be loaded, comes before).
    pub started: Time,
    /// The first output token was made.
    pub first_token: Time,
    /// Execution ended at the node.
    pub finished: Time,
    /// The answer reached the requester: the response clock.
    pub answered: Time,
    /// The requester began to rely on the answer.
    pub used: Time,
    /// Verification let it pass.
    pub accepted: Time,
    /// The node was paid: the payment clock.
    pub paid: Time,
    /// Nothing can revoke the result any more, though payments may follow: the finality clock.
    pub finalised: Time,
    /// The job left the market.
    pub closed: Time,
}

/// A job's whole life, handed on once when it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Which job.
    pub key: JobKey,
    /// When what happened.
    pub at: Instants,
    /// The work of the job on the reference GPU, before noise.
    pub work: Work,
    /// What the market expected the work to be, given the input.
    pub expected_work: Work,
    /// The deadline, as an instant.
    pub deadline: Time,
    /// What a right answer in time is worth to the requester; while the job is open, at its expected work.
    pub value: Money,
    /// The price of the compute channel, as agreed.
    pub compute_price: Money,
    /// The price of the coordination channel, as agreed.
    pub coordination_price: Money,
    /// The price of the verification channel, as agreed.
    pub verification_price: Money,
    /// Of the price of verification, what the node gets for work beyond that of the answer; nothing where copies are compared, as
    /// each has its own.
    pub overhead_price: Money,
    /// The price of a checker's GPU-second, as agreed.
    pub check_price: Price,
    /// What the requester paid for computing, revoked payments apart.
    pub charged_compute: Money,
    /// What the requester paid for coordination.
    pub charged_coordination: Money,
    /// What the requester paid those who check, and nodes for copies and for work beyond that of the answer.
    pub charged_verification: Money,
    /// Where the last attempt ran, or [`PartyId::NONE`].
    pub node: PartyId,
    /// Input tokens; 0 where the class has a work law instead.
    pub input_tokens: u32,
    /// Output tokens; 0 where the class has a work law instead.
    pub output_tokens: u32,
    /// The client within the source, where it has several.
    pub client: u32,
    /// The requester's group.
    pub requester: RequesterId,
    /// The job's class.
    pub class: ClassId,
    /// Placements, the first one included.
    pub attempts: u16,
    /// Offers compared at the last placement.
    pub offers: u16,
    /// What became of it; while the job is open, [`Fate::Censored`].
    pub fate: Fate,
    /// Where it stood when it was closed.
    pub stage: Stage,
    /// Why it was declined, if it was.
    pub cause: Option<Cause>,
    /// The last answer.
    pub answer: Answer,
    /// Whether an input was wrong in a way that makes the result wrong, whatever its own computation is.
    pub inherited: bool,
    /// How the answer is verified.
    pub method: MethodId,
    /// When the requester begins to rely on it.
    pub use_at: Use,
    /// Of a declined job: with which deduction alone removed it would have been placed; one bit each, in the order of
    /// [`Deduction::ALL`](crate::domain::fate::Deduction::ALL).
    pub placeable_without: u8,
    /// Of a declined job: whether it would have been placed on the same offers with the method `none`.
    pub placeable_with_none: bool,
    /// Checks of its answer that took place.
    pub checks: u16,
    /// Of which raised an alarm.
    pub alarms: u16,
    /// How often its price was agreed anew while it waited.
    pub renegotiations: u16,
    /// The price of all channels at the first placement.
    pub first_price: Money,
    /// The probability of a right answer as the requester saw it at the placement.
    pub trust: f64,
    /// What is lost where a refund could not be had.
    pub shortfall: Money,
    /// The time from the placement to the answer, as expected at the placement.
    pub quoted_answer: SimDuration,
    /// The time from the answer to the end of its checks, as expected at the placement, whether or not they take place.
    pub quoted_checks: SimDuration,
    /// Output tokens that were expected when it was asked for; 0 where the class has a work law instead.
    pub expected_output: f32,
    /// By which factor what earlier checks took has corrected `quoted_checks`.
    pub correction: f32,
    /// What a right answer was worth when it was used, if that was in time; known when the job is closed.
    pub delivered: Money,
    /// What a wrong answer in use cost; known when the job is closed.
    pub harm: Money,
}

const _: () = assert!(size_of::<JobRecord>() <= 328);

/// A check or a proof that was asked for, handed on once when it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// The job whose answer it is about.
    pub key: JobKey,
    /// When the party was asked.
    pub asked: Time,
    /// When the check reached its party; [`Time::NEVER`] where the party did not look.
    pub reached: Time,
    /// When the party began.
    pub started: Time,
    /// When its vote was there; [`Time::NEVER`] if it never voted.
    pub answered: Time,
    /// When it ended: with its vote, called off, or lost with its party.
    pub closed: Time,
    /// The work of the check on the reference GPU.
    pub work: Work,
    /// What the party was paid: the fee of a vote, or its share that was done.
    pub paid: Money,
    /// The validator, prover or node that was asked.
    pub checker: PartyId,
    /// How the answer is verified.
    pub method: MethodId,
    /// The place of the check in the list of its method, from 0.
    pub check_index: u8,
    /// Which round of that check, from 0.
    pub round: u8,
    /// Whether the party looked at all.
    pub looked: bool,
    /// Whether it raised an alarm; `None` if it never voted.
    pub alarm: Option<bool>,
}

const _: () = assert!(size_of::<CheckRecord>() <= 88);

impl Instants {
    /// A life of which only the asking has happened.
    #[inline]
    pub fn asked_at(asked: Time) -> Instants {
        let never = Time::NEVER;
        Instants {
            asked,
            placed: never,
            reached: never,
            started: never,
            first_token: never,
            finished: never,
            answered: never,
            used: never,
            accepted: never,
            paid: never,
            finalised: never,
            closed: never,
        }
    }
}

impl JobRecord {
    /// A life that has just begun.
    #[inline]
    pub fn begin(key: JobKey, class: ClassId, requester: RequesterId, asked: Time) -> JobRecord {
        JobRecord {
            key,
            at: Instants::asked_at(asked),
            work: Work::ZERO,
            expected_work: Work::ZERO,
            deadline: Time::NEVER,
            value: Money::ZERO,
            compute_price: Money::ZERO,
            coordination_price: Money::ZERO,
            verification_price: Money::ZERO,
            overhead_price: Money::ZERO,
            check_price: Price::ZERO,
            charged_compute: Money::ZERO,
            charged_coordination: Money::ZERO,
            charged_verification: Money::ZERO,
            node: PartyId::NONE,
            input_tokens: 0,
            output_tokens: 0,
            client: 0,
            requester,
            class,
            attempts: 0,
            offers: 0,
            fate: Fate::Censored,
            stage: Stage::Asked,
            cause: None,
            answer: Answer::RIGHT,
            inherited: false,
            method: MethodId(0),
            use_at: Use::Accepted,
            placeable_without: 0,
            placeable_with_none: false,
            checks: 0,
            alarms: 0,
            renegotiations: 0,
            first_price: Money::ZERO,
            trust: 1.0,
            shortfall: Money::ZERO,
            quoted_answer: SimDuration::ZERO,
            quoted_checks: SimDuration::ZERO,
            expected_output: 0.0,
            correction: 1.0,
            delivered: Money::ZERO,
            harm: Money::ZERO,
        }
    }

    /// Whether the last answer was right, and no input has made it wrong.
    pub fn is_right(&self) -> bool {
        self.answer.is_right() && !self.inherited
    }

    /// Whether the last answer was right for the inputs that it was computed from.
    pub fn is_right_for_inputs(&self) -> bool {
        self.answer.is_right()
    }

    /// Whether verification killed it by what it cost and delayed, and not because the answer needed a check: it would have been
    /// placed without that cost, and with no check at all.
    pub fn is_killed_by_cost(&self) -> bool {
        self.placeable_without >> Deduction::Verification as u8 & 1 == 1 && self.placeable_with_none
    }

    /// The price of all three channels, as agreed.
    pub fn price(&self) -> Money {
        self.compute_price + self.coordination_price + self.verification_price
    }

    /// What the requester paid in the end.
    pub fn charged(&self) -> Money {
        self.charged_compute + self.charged_coordination + self.charged_verification
    }

    /// The span between two instants, if both came.
    pub fn between(&self, earlier: Time, later: Time) -> Option<SimDuration> {
        (earlier != Time::NEVER && later != Time::NEVER).then(|| later.since(earlier))
    }
}
