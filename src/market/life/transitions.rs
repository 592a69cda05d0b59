//! What may follow what: the one table of the life of a computation. The market asserts it at every step, and the diagram in
//! [`super`] is printed from it.

use std::fmt::Debug;

use super::next::Next;
use crate::market::event::Event;

/// The kinds of a closed enum, by name and number.
macro_rules! kinds {
    ($(#[$about:meta])* $kind:ident of $whole:ident { $($name:ident),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind { $($name),* }

        impl $kind {
            /// How many there are.
            const COUNT: usize = [$($kind::$name),*].len();

            /// The kind of one.
            #[inline]
            pub fn of(whole: &$whole) -> $kind {
                match whole { $($whole::$name { .. } => $kind::$name),* }
            }

            #[cfg(test)]
            fn name(self) -> String {
                let mut name = String::new();
                for letter in format!("{self:?}").chars() {
                    if letter.is_uppercase() && !name.is_empty() {
                        name.push('-');
                    }
                    name.extend(letter.to_lowercase());
                }
                name
            }
        }
    };
}

kinds! {
    /// What an event begins.
    Trigger of Event {
        Arrival, Reach, Patience, Load, Step, Respond, Retry, Fail, Repair, List, Clock, Expire, Attest, Overdue, Reveal, Late, Window, Narrowed,
        Aged, Idle, Settle, Shock, Series, Extra, Decide, Unbond,
    }
}

kinds! {
    /// A step from one stage to the next.
    Step of Next {
        Done, Offer, Send, Depart, Reach, Fail, Return, Answer, CopyAnswer, CopyLost, Report, CheckLost, Canary, Check, Count, Escalate, Settle, Accept, Stand, Finalise, Reject, Decline, Close, Pay, Paid, Drop, Gone, Reopen, Recall,
    }
}

/// What may follow each event.
const AFTER_EVENT: &[(Trigger, &[Step])] = &[
    (Trigger::Arrival, &[Step::Done, Step::Offer, Step::Decline]),
    (Trigger::Reach, &[Step::Reach]),
    (Trigger::Patience, &[Step::Close]),
    (Trigger::Load, &[Step::Done]),
    (Trigger::Step, &[Step::Done, Step::Fail, Step::Answer, Step::CopyAnswer, Step::Report, Step::Canary]),
    (Trigger::Respond, &[Step::Answer, Step::CopyAnswer, Step::Report, Step::Canary]),
    (Trigger::Retry, &[Step::Offer]),
    (Trigger::Fail, &[Step::Done]),
    (Trigger::Repair, &[Step::Done]),
    (Trigger::List, &[Step::Done]),
    (Trigger::Clock, &[Step::Done]),
    (Trigger::Expire, &[Step::Done, Step::Send, Step::Decline]),
    (Trigger::Attest, &[Step::Count]),
    (Trigger::Overdue, &[Step::Count]),
    (Trigger::Reveal, &[Step::Count]),
    (Trigger::Late, &[Step::Done, Step::Reject]),
    (Trigger::Window, &[Step::Done, Step::Close]),
    (Trigger::Narrowed, &[Step::Done, Step::Count]),
    (Trigger::Aged, &[Step::Done]),
    (Trigger::Idle, &[Step::Done]),
    (Trigger::Settle, &[Step::Pay]),
    (Trigger::Shock, &[Step::Done]),
    (Trigger::Series, &[Step::Done]),
    (Trigger::Extra, &[Step::Done, Step::Offer, Step::Decline]),
    (Trigger::Decide, &[Step::Done]),
    (Trigger::Unbond, &[Step::Done]),
];

/// What may follow each step, whatever is on the agenda. A step that is not `Done` goes on at once.
const AFTER_STEP: &[(Step, &[Step])] = &[
    (Step::Offer, &[Step::Send, Step::Decline, Step::Close]),
    (Step::Send, &[Step::Done, Step::Depart]),
    (Step::Depart, &[Step::Done, Step::Reach]),
    (Step::Reach, &[Step::Done, Step::Fail]),
    (Step::Fail, &[Step::Done, Step::CopyLost, Step::CheckLost, Step::Canary, Step::Close]),
    (Step::Return, &[Step::Done, Step::Fail, Step::Answer]),
    (Step::Answer, &[Step::Check, Step::Accept, Step::Reject]),
    (Step::CopyAnswer, &[Step::Done, Step::Answer, Step::Close]),
    (Step::CopyLost, &[Step::Done, Step::Answer, Step::Close]),
    (Step::Report, &[Step::Count]),
    (Step::CheckLost, &[Step::Count]),
    (Step::Canary, &[Step::Done, Step::Close]),
    (Step::Check, &[Step::Done, Step::Count, Step::Escalate, Step::Settle]),
    (Step::Count, &[Step::Done, Step::Escalate, Step::Accept, Step::Finalise, Step::Reject]),
    (Step::Escalate, &[Step::Done, Step::Count]),
    (Step::Settle, &[Step::Done, Step::Accept, Step::Finalise]),
    (Step::Accept, &[Step::Stand, Step::Reject]),
    (Step::Stand, &[Step::Done, Step::Check, Step::Close]),
    (Step::Finalise, &[Step::Done, Step::Close]),
    (Step::Reject, &[Step::Close]),
    (Step::Decline, &[Step::Close]),
    (Step::Close, &[Step::Done]),
    (Step::Pay, &[Step::Done, Step::Paid]),
    (Step::Paid, &[Step::Done, Step::Close]),
    (Step::Drop, &[Step::Fail]),
    (Step::Gone, &[Step::Done]),
    (Step::Reopen, &[Step::Done, Step::Check, Step::Reject]),
    (Step::Recall, &[Step::Check, Step::Finalise, Step::Reject]),
];

/// The steps that may follow, one bit each.
type Followers = u32;

const _: () = assert!(Step::COUNT <= Followers::BITS as usize);

const fn bits(steps: &[Step]) -> Followers {
    let (mut bits, mut index) = (0, 0);
    while index < steps.len() {
        bits |= 1 << steps[index] as u32;
        index += 1;
    }
    bits
}

const EVENTS: [Followers; Trigger::COUNT] = {
    let (mut found, mut index) = ([0; Trigger::COUNT], 0);
    while index < AFTER_EVENT.len() {
        found[AFTER_EVENT[index].0 as usize] = bits(AFTER_EVENT[index].1);
        index += 1;
    }
    found
};

const STEPS: [Followers; Step::COUNT] = {
    let (mut found, mut index) = ([0; Step::COUNT], 0);
    while index < AFTER_STEP.len() {
        found[AFTER_STEP[index].0 as usize] = bits(AFTER_STEP[index].1);
        index += 1;
    }
    found
};

/// Asserts that this may follow the event.
#[inline]
pub fn begins(event: Trigger, next: &Next) {
    let step = Step::of(next);
    if EVENTS[event as usize] >> step as u32 & 1 == 0 {
        refuse(event, step);
    }
    #[cfg(test)]
    tests::see(event as usize, step);
}

/// Asserts that this may follow the step.
#[inline]
pub fn follows(before: Step, next: &Next) {
    let step = Step::of(next);
    if STEPS[before as usize] >> step as u32 & 1 == 0 {
        refuse(before, step);
    }
    #[cfg(test)]
    tests::see(Trigger::COUNT + before as usize, step);
}

/// Apart and cold, so that what it prints is not kept at hand at every step.
#[cold]
#[inline(never)]
fn refuse(before: impl Debug, step: Step) -> ! {
    panic!("{step:?} does not follow {before:?}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::engine::random::Seed;
    use crate::engine::time::Time;
    use crate::scenario::Scenario;
    use crate::scenario::document::Set;
    use crate::simulate::Run;

    static SEEN: [AtomicU32; Trigger::COUNT + Step::COUNT] =
        [const { AtomicU32::new(0) }; Trigger::COUNT + Step::COUNT];

    pub fn see(row: usize, step: Step) {
        SEEN[row].fetch_or(1 << step as u32, Ordering::Relaxed);
    }

    /// The rows of the table: a name, what may follow, and where the row is kept.
    fn rows() -> impl Iterator<Item = (String, &'static [Step], usize)> {
        let events = AFTER_EVENT.iter().map(|(event, steps)| (event.name(), *steps, *event as usize));
        events.chain(AFTER_STEP.iter().map(|(step, steps)| (step.name(), *steps, Trigger::COUNT + *step as usize)))
    }

    fn names(steps: &[Step]) -> String {
        steps.iter().map(|step| step.name()).collect::<Vec<_>>().join(", ")
    }

    /// The diagram of the life of a computation, as it stands in `life/mod.rs`.
    fn diagram() -> String {
        let mut text = String::from("//! ```text\n");
        for (index, (name, steps, _)) in rows().enumerate() {
            match index {
                0 => text += "//! event         may begin\n",
                index if index == AFTER_EVENT.len() => text += "//!\n//! step          may be followed by\n",
                _ => {}
            }
            text += &format!("//! {name:<12}  {}\n", names(steps));
        }
        text + "//! ```\n"
    }

    #[test]
    fn the_diagram_is_the_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/market/life/mod.rs");
        let text = std::fs::read_to_string(&path).expect("the folder of the stages");
        let start = text.find("//! ```text\n").expect("a diagram");
        let length = text[start..].find("//! ```\n").expect("its end") + "//! ```\n".len();
        let (written, printed) = (&text[start..start + length], diagram());
        if std::env::var_os("RELIANCE_BLESS").is_some_and(|value| value == "1") {
            std::fs::write(&path, text.replace(written, &printed)).expect("the folder of the stages");
        } else {
            assert_eq!(written, printed, "`RELIANCE_BLESS=1 cargo test --release the_diagram` writes it anew");
        }
    }

    /// Every row is there once, and whatever it promises comes about in some run.
    #[test]
    fn every_transition_happens() {
        assert_eq!(AFTER_EVENT.len(), Trigger::COUNT);
        assert_eq!(AFTER_STEP.len() + 1, Step::COUNT, "nothing follows `done` but the agenda and the next event");
        for path in [
            "tests/scenarios/everything.toml",
            "tests/scenarios/everything-drained.toml",
            "tests/scenarios/everything-staked.toml",
            "tests/scenarios/verified.toml",
            "tests/scenarios/timed-checks.toml",
            "tests/scenarios/weighed.toml",
            "tests/scenarios/rush.toml",
            "tests/scenarios/crossroads.toml",
            "tests/scenarios/crossroads-batched.toml",
            "tests/scenarios/standing.toml",
            "tests/scenarios/standing-revoked.toml",
            "tests/scenarios/disputes.toml",
            "tests/scenarios/canaries.toml",
            "tests/scenarios/shocks.toml",
            "tests/scenarios/outside.toml",
            "tests/scenarios/come-and-go.toml",
            "tests/scenarios/chains.toml",
            "tests/scenarios/shocks.toml limits.open-jobs=30",
            "scenarios/oracles/canary-recognised.toml",
            "scenarios/oracles/batches-2.toml",
            "scenarios/oracles/dispute-copies.toml nodes[0].flaky=0.1",
        ] {
            let (path, set) = path.split_once(' ').unwrap_or((path, ""));
            let sets: Vec<Set> = set.split_whitespace().map(|set| set.parse().expect("a key and a value")).collect();
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            let scenario = Scenario::load(&path, &sets).unwrap_or_else(|wrong| panic!("{wrong}"));
            let mut run = Run::open(scenario, Seed::from(1));
            run.advance(Time::NEVER, 100_000, &mut ());
        }
        let missing = rows().filter_map(|(name, steps, row)| {
            let seen = SEEN[row].load(Ordering::Relaxed);
            let never: Vec<Step> = steps.iter().copied().filter(|step| seen >> *step as u32 & 1 == 0).collect();
            (!never.is_empty()).then(|| format!("{name}: {}", names(&never)))
        });
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<String>::new(), "transitions that never happen");
    }

    #[test]
    #[should_panic(expected = "Close does not follow Send")]
    fn what_the_table_does_not_hold_stops_the_run() {
        follows(
            Step::Send,
            &Next::Close { job: crate::domain::ids::JobSlot(0), fate: crate::domain::fate::Fate::Lost },
        );
    }
}
