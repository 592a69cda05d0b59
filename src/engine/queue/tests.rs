//! The queue against the plain heap of `oracle.rs`, on random and on long interleavings.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::oracle::Oracle;
use super::{DelayLine, Queue, SimDuration, Time};

/// The queue and its oracle, side by side; every step compares them.
#[derive(Clone)]
struct Pair {
    queue: Queue<u32>,
    oracle: Oracle,
    lanes: Vec<(DelayLine, SimDuration)>,
    pushed: u32,
    /// What is being tried, for messages.
    name: &'static str,
}

impl Pair {
    fn new(name: &'static str) -> Self {
        Pair { queue: Queue::new(), oracle: Oracle::new(), lanes: Vec::new(), pushed: 0, name }
    }

    fn push(&mut self, delay: u64) {
        let at = self.queue.now() + SimDuration(delay);
        self.queue.push(at, self.pushed);
        self.oracle.push(at, self.pushed);
        self.pushed += 1;
    }

    fn push_after(&mut self, span: SimDuration) {
        let lane = self.queue.delay_line(span);
        if !self.lanes.contains(&(lane, span)) {
            self.lanes.push((lane, span));
        }
        self.queue.push_after(lane, self.pushed);
        self.oracle.push_after(span, self.pushed);
        self.pushed += 1;
    }

    /// Whether there was something to pop.
    fn pop_before(&mut self, end: Time) -> bool {
        let popped = self.queue.pop_before(end);
        assert_eq!(popped, self.oracle.pop_before(end), "{}", self.name);
        self.compare();
        popped.is_some()
    }

    fn compare(&self) {
        assert_eq!(self.queue.len(), self.oracle.len());
        assert_eq!(self.queue.is_empty(), self.oracle.len() == 0);
        assert_eq!(self.queue.peak(), self.oracle.peak());
        assert_eq!(self.queue.now(), self.oracle.now());
    }

    fn reload(&mut self) {
        let text = serde_json::to_string(&self.queue).unwrap();
        self.queue = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&self.queue).unwrap(), text, "a loaded queue saves the same file");
        for &(lane, span) in &self.lanes {
            assert_eq!(self.queue.delay_line(span), lane, "a loaded queue has the same lanes");
        }
        self.compare();
    }

    fn drain(&mut self) {
        while self.pop_before(Time::NEVER) {}
        // What is left is never due.
        assert!(self.queue.next_time().is_none_or(|time| time == Time::NEVER));
    }
}

#[derive(Clone, Debug)]
enum Step {
    Push(Vec<u64>),
    PushAfter(u64, u8),
    Pop(u8),
    Until(u64),
    Look,
    Reload,
    Fork,
}

/// Delays of every scale: none, ties, clusters, and further than time reaches.
fn delay() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => Just(0),
        3 => 0..4u64,
        3 => 0..1000u64,
        2 => (0..64u32, any::<u64>()).prop_map(|(bits, value)| value >> bits),
        2 => (1..4u64, 0..8u64).prop_map(|(cluster, offset)| cluster * 1_000_000_000 + offset),
        1 => (0..3u64).prop_map(|short| u64::MAX - short),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec(delay(), 1..8).prop_map(Step::Push),
        2 => (delay(), 50..200usize).prop_map(|(delay, count)| Step::Push(vec![delay; count])),
        2 => prop::collection::vec(delay(), 50..200).prop_map(Step::Push),
        3 => (0..6u64, 1..5u8).prop_map(|(lane, count)| Step::PushAfter(lane * lane * 100, count)),
        8 => (1..120u8).prop_map(Step::Pop),
        3 => delay().prop_map(Step::Until),
        2 => Just(Step::Look),
        1 => Just(Step::Reload),
        1 => Just(Step::Fork),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_is_served_as_by_a_plain_heap(steps in prop::collection::vec(step(), 1..120)) {
        let mut pair = Pair::new("any interleaving");
        let mut forks = Vec::new();
        for step in steps {
            match step {
                Step::Push(delays) => delays.into_iter().for_each(|delay| pair.push(delay)),
                Step::PushAfter(span, count) => (0..count).for_each(|_| pair.push_after(SimDuration(span))),
                Step::Pop(count) => {
                    (0..count).all(|_| pair.pop_before(Time::NEVER));
                }
                Step::Until(span) => {
                    let end = pair.queue.now() + SimDuration(span);
                    while pair.pop_before(end) {}
                }
                Step::Look => prop_assert_eq!(pair.queue.next_time(), pair.oracle.next_time()),
                Step::Reload => pair.reload(),
                Step::Fork => forks.push(pair.clone()),
            }
        }
        forks.push(pair);
        forks.iter_mut().for_each(Pair::drain);
    }
}

/// A law of delays for the long interleavings.
type Law = fn(&mut Xoshiro256PlusPlus) -> u64;

const LAWS: [(&str, Law); 9] = [
    ("exponential", |chance| (-libm::log(1.0 - chance.random::<f64>()) * 1e9) as u64),
    ("uniform", |chance| chance.random_range(0..2_000_000_000)),
    ("bimodal", |chance| chance.random_range(0..1_000_000) * if chance.random_bool(0.1) { 10_000 } else { 1 }),
    ("pareto 1.1", |chance| (libm::pow(1.0 - chance.random::<f64>(), -1.0 / 1.1) * 1e6) as u64),
    ("constant", |_| 1_000_000_000),
    ("half zero", |chance| if chance.random() { 0 } else { chance.random_range(0..2_000_000) }),
    ("ties", |chance| chance.random_range(0..3)),
    ("every scale", |chance| chance.next_u64() >> chance.random_range(20..64)),
    ("clusters", |chance| chance.random_range(0..5) * 1_000_000_000_000 + chance.random_range(0..10)),
];

/// A million operations: grow to `size`, hold it there, let it swing, drain.
fn long_interleaving(name: &'static str, law: Law, size: usize, with_lanes: bool) {
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut pair = Pair::new(name);
    for round in 0..1_000_000 {
        let target = if (round / 100_000) % 3 == 2 { size / 8 } else { size };
        let grow = pair.queue.len() < target;
        if grow || chance.random_bool(0.45) {
            let delay = law(&mut chance);
            let in_lane = with_lanes && chance.random_bool(0.3);
            if in_lane {
                pair.push_after(SimDuration(chance.random_range(0..40) * 30_000_000));
            } else {
                pair.push(delay);
            }
        } else {
            pair.pop_before(Time::NEVER);
        }
    }
    pair.drain();
}

#[test]
fn long_interleavings_of_every_law_are_served_as_by_a_plain_heap() {
    for (name, law) in LAWS {
        long_interleaving(name, law, 3_000, false);
    }
}

#[test]
fn long_interleavings_with_lanes_and_many_events_too() {
    for (name, law) in LAWS {
        long_interleaving(name, law, 100_000, true);
    }
}

#[test]
fn small_queues_and_descending_pushes_too() {
    for (name, law) in LAWS {
        long_interleaving(name, law, 40, true);
    }
    let mut pair = Pair::new("descending");
    for round in 0..5 {
        (0..20_000u64).rev().for_each(|delay| pair.push(delay * (1 << (8 * round))));
        (0..3_000).for_each(|_| assert!(pair.pop_before(Time::NEVER)));
    }
    pair.drain();
}

#[test]
fn simultaneous_events_are_served_first_come_first_served() {
    let mut queue = Queue::new();
    let lane = queue.delay_line(SimDuration(7));
    for event in 0..100_000u32 {
        if event % 3 == 0 { queue.push_after(lane, event) } else { queue.push(Time(7), event) }
    }
    for event in 0..100_000 {
        assert_eq!(queue.pop_before(Time(8)), Some((Time(7), event)));
        // An event for the present instant waits for everything before it.
        queue.push(Time(7), 100_000 + event);
    }
    for event in 100_000..200_000 {
        assert_eq!(queue.pop_before(Time(8)), Some((Time(7), event)));
    }
    assert!(queue.is_empty());
}

#[test]
fn the_end_is_not_included_and_does_not_move_the_clock() {
    let mut queue = Queue::new();
    queue.push(Time(10), 'a');
    assert_eq!(queue.pop_before(Time(10)), None);
    assert_eq!(queue.now(), Time::ZERO);
    queue.push(Time(3), 'b');
    assert_eq!(queue.pop_before(Time(11)), Some((Time(3), 'b')));
    assert_eq!(queue.pop_before(Time(11)), Some((Time(10), 'a')));
    assert_eq!(queue.now(), Time(10));
}

#[test]
#[should_panic(expected = "an event in the past")]
fn an_event_in_the_past_is_refused() {
    let mut queue = Queue::new();
    queue.push(Time(10), ());
    queue.pop_before(Time::NEVER);
    queue.push(Time(9), ());
}

#[test]
fn what_is_upcoming_is_what_comes() {
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut queue = Queue::new();
    for event in 0..10_000u32 {
        queue.push(Time(chance.next_u64() >> 1), event);
    }
    let mut guesses = 0;
    let mut guess = None;
    while let Some((_, event)) = queue.pop_before(Time::NEVER) {
        assert!(guess.is_none_or(|guess| guess == event), "without pushes between, a guess comes true");
        guess = queue.upcoming(0).copied();
        guesses += guess.is_some() as u32;
    }
    assert!(guesses > 5_000, "{guesses} guesses of 10 000");
}

#[test]
fn memory_stays_within_what_the_peak_needs() {
    for (name, law) in LAWS {
        let mut chance = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut queue = Queue::new();
        for event in 0..50_000u32 {
            queue.push(Time(law(&mut chance)), event);
        }
        for _ in 0..1_000_000 {
            let (now, event) = queue.pop_before(Time::NEVER).unwrap();
            queue.push(now + SimDuration(law(&mut chance)), event);
        }
        let reserved = queue.ladder.reserved();
        assert!(reserved <= 2 * 50_000, "{name}: place for {reserved} entries where 50 000 are pending");
    }
}

#[test]
fn a_file_that_is_no_queue_is_refused() {
    let read = |text: &str| serde_json::from_str::<Queue<u32>>(text).map(|_| ()).unwrap_err().to_string();
    let entries = |list: &str| format!(r#"{{"now":5,"sequence":9,"peak":4,"entries":[{list}],"lanes":[]}}"#);
    assert!(read(&entries("[7,1,0],[6,2,0]")).contains("out of order"));
    assert!(read(&entries("[4,1,0],[6,2,0]")).contains("before its own time"));
    assert!(read(&entries("[6,2,0],[7,2,0]")).contains("twice"));
    assert!(read(&entries("[6,9,0]")).contains("not given out yet"));
    assert!(read(&entries("[6,1,0],[6,2,0],[6,3,0],[6,4,0],[6,5,0]")).contains("more events than its peak"));
    let lanes = |list: &str| format!(r#"{{"now":5,"sequence":9,"peak":4,"entries":[],"lanes":[{list}]}}"#);
    assert!(read(&lanes(r#"{"span_ns":2,"entries":[]},{"span_ns":2,"entries":[]}"#)).contains("two lanes"));
    assert!(read(&lanes(r#"{"span_ns":2,"entries":[[8,1,0]]}"#)).contains("later than its lane"));
    assert!(read(r#"{"now":5}"#).contains("missing field"));
}
