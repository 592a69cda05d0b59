//! The event queue against the standard library's binary heap.
//!
//! `queue/<law>/<size>` is the hold model: take the earliest of `size` pending events and schedule another one a delay
//! of the law later (D. W. Jones, "An empirical comparison of priority-queue and event-set implementations", CACM 29(4),
//! 1986). `ours` and `std K32` carry 16 bytes with each event; `std P16` carries 4 and packs all into one integer.
//!
//! `phold/<processes>x<events>` is PHOLD (R. M. Fujimoto, "Performance of Time Warp under synthetic workloads", SCS 1990):
//! each event is sent on to a random process, which counts it.
//!
//! Without other arguments the figures are followed by a table of ratios from alternating rounds, which a busy machine
//! disturbs least.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a benchmark measures time and prints what it found"
)]

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use reliance::engine::queue::Queue;
use reliance::engine::time::Time;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .configure_from_args();
    for_every_law(&mut Figures(&mut criterion));
    phold_figures(&mut criterion);
    criterion.final_summary();
    if std::env::args().skip(1).eq(["--bench"]) {
        println!(
            "\n{:<20} {:>9} {:>7} {:>8} {:>8} {:>8}   times ours",
            "ns each", "pending", "ours", "std K32", "std P16", "loop"
        );
        for_every_law(&mut Ratios);
        println!("{:<20} {:>9} {:>7} {:>17}", "ns each", "pending", "ours", "std P16");
        PHOLD.iter().for_each(|&(processes, events)| phold_ratio(processes, events));
    }
}

/// Whether each benchmark is only to be tried once.
fn trying() -> bool {
    std::env::args().any(|argument| argument == "--test") || !std::env::args().any(|argument| argument == "--bench")
}

/// The numbers of pending events.
fn sizes<L: Law>() -> &'static [usize] {
    match L::NAME {
        _ if trying() => &[1_000],
        "exponential" => &[1_000, 10_000, 100_000, 1_000_000, 10_000_000],
        _ => &[1_000, 10_000, 100_000, 1_000_000],
    }
}

/// What is done with every law.
trait Visit {
    fn visit<L: Law>(&mut self, size: usize);
}

fn for_every_law(visit: &mut impl Visit) {
    fn sizes_of<L: Law>(visit: &mut impl Visit) {
        sizes::<L>().iter().for_each(|&size| visit.visit::<L>(size));
    }
    sizes_of::<Exponential>(visit);
    sizes_of::<Uniform>(visit);
    sizes_of::<Bimodal>(visit);
    sizes_of::<Pareto>(visit);
    sizes_of::<Constant>(visit);
    sizes_of::<HalfZero>(visit);
}

/// Criterion's figures.
struct Figures<'a>(&'a mut Criterion);

impl Visit for Figures<'_> {
    fn visit<L: Law>(&mut self, size: usize) {
        fn figure<Q: Pending, L: Law>(criterion: &mut Criterion, size: usize) {
            let mut group = criterion.benchmark_group(format!("queue/{}", L::NAME));
            // Made at the first call, as the closure is called for every sample and not at all when filtered out.
            let mut hold = None;
            group.bench_function(BenchmarkId::new(Q::NAME, size), |bencher| {
                let hold = hold.get_or_insert_with(|| Hold::<Q>::new::<L>(size));
                bencher.iter(|| hold.step::<L>());
            });
            group.finish();
        }
        figure::<Queue<[u64; 2]>, L>(self.0, size);
        figure::<HeapK32, L>(self.0, size);
        figure::<HeapP16, L>(self.0, size);
    }
}

/// The table of ratios.
struct Ratios;

impl Visit for Ratios {
    fn visit<L: Law>(&mut self, size: usize) {
        let mut ours = Hold::<Queue<[u64; 2]>>::new::<L>(size);
        let mut k32 = Hold::<HeapK32>::new::<L>(size);
        let mut p16 = Hold::<HeapP16>::new::<L>(size);
        let mut chance = RandomSource::seed_from_u64(1);
        let [ours, k32, p16, bare, to_k32, to_p16] = rounds(|| {
            let ours = nanoseconds(|| ours.step::<L>());
            let k32 = nanoseconds(|| k32.step::<L>());
            let p16 = nanoseconds(|| p16.step::<L>());
            let bare = nanoseconds(|| L::delay(&mut chance));
            [ours, k32, p16, bare, k32 / ours, p16 / ours]
        });
        let name = L::NAME;
        println!("{name:<20} {size:>9} {ours:>7.1} {k32:>8.1} {p16:>8.1} {bare:>8.1}   {to_k32:.2} {to_p16:.2}");
    }
}

/// Processes, and events for each at the beginning.
const PHOLD: [(u32, u32); 2] = [(1 << 10, 16), (1 << 20, 1)];

fn phold_figures(criterion: &mut Criterion) {
    fn figure<Q: Pending>(criterion: &mut Criterion, processes: u32, events: u32) {
        let mut group = criterion.benchmark_group("phold");
        let mut phold = None;
        group.bench_function(format!("{processes}x{events}/{}", Q::NAME), |bencher| {
            let phold = phold.get_or_insert_with(|| Phold::<Q>::new(processes, events));
            bencher.iter(|| phold.step());
        });
        group.finish();
    }
    for (processes, events) in PHOLD {
        let processes = if trying() { 1 << 10 } else { processes };
        figure::<Queue<u32>>(criterion, processes, events);
        figure::<HeapP16>(criterion, processes, events);
    }
}

fn phold_ratio(processes: u32, events: u32) {
    let mut ours = Phold::<Queue<u32>>::new(processes, events);
    let mut p16 = Phold::<HeapP16>::new(processes, events);
    let [ours, p16, to_p16] = rounds(|| {
        let ours = nanoseconds(|| ours.step());
        let p16 = nanoseconds(|| p16.step());
        [ours, p16, p16 / ours]
    });
    let name = format!("phold {processes}x{events}");
    println!("{name:<20} {:>9} {ours:>7.1} {p16:>17.1} {:>10} {to_p16:.2}", processes * events, "");
}

/// The medians of what `round` measures.
fn rounds<const N: usize>(mut round: impl FnMut() -> [f64; N]) -> [f64; N] {
    let figures: Vec<[f64; N]> = (0..75).map(|_| round()).collect();
    std::array::from_fn(|column| {
        let mut values: Vec<f64> = figures.iter().map(|row| row[column]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    })
}

/// Nanoseconds for one of many steps.
fn nanoseconds<T>(mut step: impl FnMut() -> T) -> f64 {
    // Few enough that another program seldom comes between, many enough to warm the caches again.
    const STEPS: u32 = 20_000;
    let start = Instant::now();
    for _ in 0..STEPS {
        black_box(step());
    }
    start.elapsed().as_nanos() as f64 / f64::from(STEPS)
}

type RandomSource = Xoshiro256PlusPlus;

/// The hold model.
struct Hold<Q> {
    queue: Q,
    chance: RandomSource,
}

impl<Q: Pending> Hold<Q> {
    /// `size` pending events, held until the start is forgotten.
    fn new<L: Law>(size: usize) -> Self {
        let mut hold = Hold { queue: Q::default(), chance: RandomSource::seed_from_u64(1) };
        for number in 0..size {
            hold.queue.schedule(L::delay(&mut hold.chance), number as u32);
        }
        for _ in 0..(2 * size).min(Q::WARM_UP_MAX) {
            hold.step::<L>();
        }
        hold
    }

    #[inline]
    fn step<L: Law>(&mut self) -> u32 {
        let (now, number) = self.queue.next();
        self.queue.schedule(now + L::delay(&mut self.chance), number);
        number
    }
}

/// PHOLD with a delay of 0.1 + 0.9 Exp(1) and a uniform destination.
struct Phold<Q> {
    queue: Q,
    visits: Vec<u64>,
    chance: RandomSource,
}

impl<Q: Pending> Phold<Q> {
    fn new(processes: u32, events: u32) -> Self {
        let visits = vec![0; processes as usize];
        let mut phold = Phold { queue: Q::default(), visits, chance: RandomSource::seed_from_u64(1) };
        for process in (0..processes).flat_map(|process| (0..events).map(move |_| process)) {
            phold.send(0, process);
        }
        for _ in 0..2 * processes * events {
            phold.step();
        }
        phold
    }

    #[inline]
    fn step(&mut self) -> u64 {
        let (now, process) = self.queue.next();
        self.visits[process as usize] += 1;
        let to = (u64::from(self.chance.next_u32()) * self.visits.len() as u64) >> 32;
        self.send(now, to as u32);
        now
    }

    #[inline]
    fn send(&mut self, now: u64, to: u32) {
        let exponential: f64 = Exp1.sample(&mut self.chance);
        self.queue.schedule(now + ((0.1 + 0.9 * exponential) * 1e9) as u64, to);
    }
}

/// A law of delays, in nanoseconds.
trait Law {
    const NAME: &'static str;
    fn delay(chance: &mut RandomSource) -> u64;
}

macro_rules! law {
    ($law:ident, $name:literal, $chance:ident => $delay:expr) => {
        struct $law;
        impl Law for $law {
            const NAME: &'static str = $name;
            #[inline]
            fn delay($chance: &mut RandomSource) -> u64 {
                $delay
            }
        }
    };
}

law!(Exponential, "exponential", chance => (exponential(chance) * 1e9) as u64);
law!(Uniform, "uniform", chance => (chance.random::<f64>() * 2e9) as u64);
// Nine of ten are a hundred times shorter.
law!(Bimodal, "bimodal", chance => {
    let share: f64 = chance.random();
    if share < 0.9 { (share * 1e8) as u64 } else { ((share - 0.9) * 1e11) as u64 }
});
// The tail index is 1.1, so the variance is infinite.
law!(Pareto, "pareto", chance => (libm::exp(exponential(chance) / 1.1) * 1e8) as u64);
law!(Constant, "constant", _chance => 1_000_000_000);
law!(HalfZero, "zero", chance => if chance.random() { 0 } else { (exponential(chance) * 1e9) as u64 });

#[inline]
fn exponential(chance: &mut RandomSource) -> f64 {
    Exp1.sample(chance)
}

/// A queue on trial.
trait Pending: Default {
    const NAME: &'static str;
    /// Holds that suffice to forget the start.
    const WARM_UP_MAX: usize = 2_000_000;
    fn schedule(&mut self, at: u64, number: u32);
    fn next(&mut self) -> (u64, u32);
}

impl Pending for Queue<[u64; 2]> {
    const NAME: &'static str = "ours";
    const WARM_UP_MAX: usize = usize::MAX;
    #[inline]
    fn schedule(&mut self, at: u64, number: u32) {
        self.push(Time(at), [u64::from(number); 2]);
    }
    #[inline]
    fn next(&mut self) -> (u64, u32) {
        let (now, [number, _]) = self.pop_before(Time::NEVER).expect("a pending event");
        (now.0, number as u32)
    }
}

impl Pending for Queue<u32> {
    const NAME: &'static str = "ours";
    const WARM_UP_MAX: usize = usize::MAX;
    #[inline]
    fn schedule(&mut self, at: u64, number: u32) {
        self.push(Time(at), number);
    }
    #[inline]
    fn next(&mut self) -> (u64, u32) {
        let (now, number) = self.pop_before(Time::NEVER).expect("a pending event");
        (now.0, number)
    }
}

/// The standard heap of 32-byte items, compared by one integer of time and sequence.
#[derive(Default)]
struct HeapK32 {
    heap: BinaryHeap<K32>,
    sequence: u64,
}

#[derive(Clone, Copy)]
struct K32 {
    key: u128,
    event: [u64; 2],
}

impl Ord for K32 {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key)
    }
}

impl PartialOrd for K32 {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
    // The heap compares with these; the ones derived from `partial_cmp` would be slower.
    #[inline]
    fn lt(&self, other: &Self) -> bool {
        other.key < self.key
    }
    #[inline]
    fn le(&self, other: &Self) -> bool {
        other.key <= self.key
    }
}

impl PartialEq for K32 {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for K32 {}

impl Pending for HeapK32 {
    const NAME: &'static str = "std K32";
    #[inline]
    fn schedule(&mut self, at: u64, number: u32) {
        let key = u128::from(at) << 64 | u128::from(self.sequence);
        self.sequence += 1;
        self.heap.push(K32 { key, event: [u64::from(number); 2] });
    }
    #[inline]
    fn next(&mut self) -> (u64, u32) {
        let first = self.heap.pop().expect("a pending event");
        ((first.key >> 64) as u64, first.event[0] as u32)
    }
}

/// The standard heap of 16-byte items: time, a sequence of 32 bits that wraps, and 4 bytes of event.
#[derive(Default)]
struct HeapP16 {
    heap: BinaryHeap<Reverse<u128>>,
    sequence: u32,
}

impl Pending for HeapP16 {
    const NAME: &'static str = "std P16";
    #[inline]
    fn schedule(&mut self, at: u64, number: u32) {
        self.sequence = self.sequence.wrapping_add(1);
        self.heap.push(Reverse(u128::from(at) << 64 | u128::from(self.sequence) << 32 | u128::from(number)));
    }
    #[inline]
    fn next(&mut self) -> (u64, u32) {
        let Reverse(first) = self.heap.pop().expect("a pending event");
        ((first >> 64) as u64, first as u32)
    }
}
