//! What all arrival laws promise, and what their tests share.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{Arrivals, ArrivalsTable, clients};
use crate::domain::ids::ClassId;
use crate::domain::job::Arrival;
use crate::domain::purpose::Purpose;
use crate::domain::share::Rate;
use crate::engine::mistake::Mistake;
use crate::engine::random::{RandomSource, Seed, Stream};
use crate::engine::time::{SimDuration, Time};
use crate::maths;
use crate::policy::Described;
use crate::policy::input::{Content, Filled, Reader, Wanted};

/// The stream of a replication of seed 1.
pub fn stream(replication: u64) -> Stream {
    Stream::new(Seed::from(1).replicate(replication), Purpose::Arrivals as u32, 0)
}

/// So many events per second.
pub fn rate(per_second: f64) -> Rate {
    Rate::per_second(per_second).unwrap()
}

/// The parameters an inline table states.
pub fn spec<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let mut table: BTreeMap<String, T> =
        toml::from_str(&format!("spec = {text}")).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
    table.remove("spec").unwrap()
}

/// The rule `name` with the parameters of an inline table, not yet resolved.
pub fn unresolved(name: &str, text: &str) -> Arrivals {
    let table: ArrivalsTable = toml::from_str(&format!("rule = \"{name}\"\n{name} = {text}")).unwrap();
    table.chosen().unwrap()
}

/// The same, resolved without files.
pub fn rule(name: &str, text: &str) -> Arrivals {
    resolved(name, text, &mut Table::default())
}

/// The same, resolved with a table for its file.
pub fn resolved(name: &str, text: &str, table: &mut Table) -> Arrivals {
    let mut rule = unresolved(name, text);
    rule.resolve(table).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
    rule
}

/// All arrivals before `end` in a replication.
pub fn arrivals(rule: &Arrivals, replication: u64, end: SimDuration) -> Vec<Arrival> {
    let (mut memory, mut stream) = (rule.memory(), stream(replication));
    std::iter::from_fn(|| rule.next(&mut memory, &mut stream)).take_while(|arrival| arrival.at.0 < end.0).collect()
}

/// Independent samples of a quantity with mean zero: |z| < 4.89, one false alarm in a million tests.
#[track_caller]
pub fn assert_zero_mean(what: &str, samples: &[f64]) {
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let variance = samples.iter().map(|sample| (sample - mean) * (sample - mean)).sum::<f64>() / (count - 1.0);
    let z = mean / (variance / count).sqrt();
    assert!(samples.len() >= 1000 && z.abs() < 4.89, "{what}: {mean} off in {count} samples, z {z}");
}

/// Counts against their expectations: χ² within limits passed by chance once in a million tests.
#[track_caller]
pub fn assert_counts(what: &str, found: &[f64], expected: &[f64]) {
    assert!(found.len() == expected.len() && expected.iter().all(|&count| count >= 10.0));
    let sum: f64 =
        found.iter().zip(expected).map(|(found, expected)| (found - expected) * (found - expected) / expected).sum();
    let p = maths::gamma_cdf(found.len() as f64 / 2.0, sum / 2.0);
    assert!((5e-7..1.0 - 5e-7).contains(&p), "{what}: χ² is {sum} with {} degrees, at {p}", found.len());
}

/// A file in memory: columns by name, as text.
#[derive(Default)]
pub struct Table(BTreeMap<String, Vec<String>>);

impl Table {
    /// A table from lines of comma-separated values, the first of which names the columns.
    pub fn new(text: &str) -> Table {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        let mut table = Table(names.iter().map(|name| (name.to_string(), Vec::new())).collect());
        for line in lines {
            for (name, cell) in names.iter().zip(line.split(',')) {
                table.0.get_mut(*name).unwrap().push(cell.into());
            }
        }
        table
    }
}

impl Reader for Table {
    fn columns(&mut self, file: &str, wanted: &[Wanted]) -> Result<Vec<Filled>, Mistake> {
        let column = |wanted: &Wanted| {
            let cells = self
                .0
                .get(&wanted.name)
                .ok_or_else(|| Mistake::new("file", format!("`{file}` has no column `{}`", wanted.name), ""))?;
            let wrong = |cell: &String| Mistake::new("file", format!("`{cell}` is no number"), "");
            let numbers = || cells.iter().map(|cell| cell.parse::<f64>().map_err(|_| wrong(cell)));
            Ok(match wanted.content {
                Content::Number | Content::Amount => Filled::Numbers(numbers().collect::<Result<_, _>>()?),
                Content::Count => Filled::Counts(
                    cells.iter().map(|cell| cell.parse().map_err(|_| wrong(cell))).collect::<Result<_, _>>()?,
                ),
                Content::Text => Filled::Texts(cells.clone()),
                Content::Instant(unit) => {
                    let numbers: Vec<f64> = numbers().collect::<Result<_, _>>()?;
                    let first = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                    let nanos = |number: &f64| SimDuration::from_nanos((number - first) * unit.0 as f64).0;
                    Filled::Counts(numbers.iter().map(nanos).collect())
                }
            })
        };
        wanted.iter().map(column).collect()
    }

    fn class(&self, name: &str) -> Option<ClassId> {
        ["chat", "batch"].iter().position(|&known| known == name).map(|index| ClassId(index as u16))
    }
}

/// Two clients with windows of different rates and laws, a pause, and one that starts late.
pub const CLIENTS: &str = "
    client,t_s,rate_rps,iat_cv,iat_dist,p1,p2
    7,0,0.5,2,Gamma,0.25,8
    7,600,0.05,1.29099,Gamma,0.6,3
    7,1200,1.5,2.23607,Weibull,0.5,1
    3,600,0.2,5,Gamma,0.04,125
    3,1800,2.0,0.5,Gamma,4,0.125
";

const TRACE: &str = "
    timestamp,in,out,kind,user
    0,10,20,chat,1
    0,11,21,batch,2
    3,12,22,chat,1
    6,13,23,chat,9
    6,14,24,chat,1
    6,15,25,batch,1
";

/// Every law once, with parameters that visit its branches.
fn every_law() -> Vec<Arrivals> {
    let linear = r#"{ curve = "linear", period = "1min", rates = ["0/s", "3/s", "1/s"] }"#;
    vec![
        rule("poisson", r#"{ rate = "2/s" }"#),
        rule("day", r#"{ mean = "2/s", amplitude = 1.0, peak = "10s", period = "1min" }"#),
        rule("day", linear),
        rule("day", &linear.replace("linear", "steps")),
        rule("mmpp", r#"{ rates = ["5/s", "0/s", "1/s"], sojourns = ["1s", "3s", "2s"] }"#),
        rule("hawkes", r#"{ base = "0.2/s", jump = "0.9/s", decay = "1/s" }"#),
        resolved("clients", r#"{ file = "f", loop = true, from = "1000s" }"#, &mut Table::new(CLIENTS)),
        resolved("trace", r#"{ file = "f", loop = true, tick = "3s", scale = 0.7 }"#, &mut Table::new(TRACE)),
        resolved("trace", r#"{ file = "f", loop = true, input = "in", client = "user" }"#, &mut Table::new(TRACE)),
        rule("renewal", r#"{ gap = { law = "gamma", mean = "500ms", shape = 0.5 }, together = 3 }"#),
    ]
}

/// A run that is saved between any two arrivals goes on as if it had not been.
#[test]
fn memories_survive_being_saved() {
    for rule in every_law() {
        let (mut memory, mut chance) = (rule.memory(), stream(0));
        for count in 0..400 {
            if [0, 1, 7, 100, 200].contains(&count) {
                let saved = serde_json::to_value((&memory, &chance)).unwrap();
                let (mut other, mut others) = serde_json::from_value(saved).unwrap();
                let mut apart = (memory.clone(), chance.clone());
                for _ in 0..150 {
                    let next = rule.next(&mut other, &mut others);
                    assert!(next.is_some() && next == rule.next(&mut apart.0, &mut apart.1), "{rule:?} at {count}");
                }
                assert_eq!(others, apart.1);
            }
            rule.next(&mut memory, &mut chance).unwrap();
        }
    }
}

/// Until the first arrival is asked for, a law has not drawn; a replication is repeated exactly and others differ.
#[test]
fn replications_repeat_and_differ() {
    for rule in every_law() {
        let end = SimDuration::from_seconds(100.0);
        let found = arrivals(&rule, 1, end);
        assert_eq!(found, arrivals(&rule, 1, end));
        let fixed = matches!(&rule, Arrivals::Trace(spec) if spec.tick == SimDuration::ZERO);
        assert_eq!(found == arrivals(&rule, 2, end), fixed, "{rule:?}");
    }
}

/// The reference itself: rate, spread of gaps and dispersion of counts of a Poisson process.
#[test]
fn poisson_has_no_memory() {
    let rule = rule("poisson", r#"{ rate = "2/s" }"#);
    let all = arrivals(&rule, 0, SimDuration::from_seconds(100_000.0));
    let gaps: Vec<f64> = all.windows(2).map(|pair| pair[1].at.since(pair[0].at).seconds() - 0.5).collect();
    assert_zero_mean("gaps", &gaps);
    assert_zero_mean("spread", &gaps.iter().map(|gap| gap * gap - 0.25).collect::<Vec<_>>());
    let mut counts = vec![-20.0; 10_000];
    all.iter().for_each(|arrival| counts[(arrival.at.seconds() / 10.0) as usize] += 1.0);
    assert_zero_mean("counts", &counts);
    assert_zero_mean("dispersion", &counts.iter().map(|count| count * count - 20.0).collect::<Vec<_>>());
}

/// Counts by hour over days, against the integral of the curve; and counts per hour are as dispersed as Poisson counts.
#[test]
fn days_follow_their_curves() {
    let curves = [
        r#"{ mean = "0.05/s", amplitude = 0.9, peak = "9.3h" }"#,
        r#"{ curve = "steps", rates = ["0.02/s", "0.1/s", "0.04/s", "0.09/s", "0.01/s"] }"#,
        r#"{ curve = "linear", rates = ["0.02/s", "0.1/s", "0.04/s", "0.09/s", "0.02/s"] }"#,
        r#"{ mean = "0.05/s", amplitude = 0.9, peak = "1h", period = "10.5h" }"#,
    ];
    const DAYS: u64 = 400;
    const HOURS: usize = 21;
    for (number, text) in curves.iter().enumerate() {
        let rule = rule("day", text);
        let Arrivals::Day(day) = &rule else { unreachable!() };
        let hour = SimDuration(day.period.0 / HOURS as u64);
        let mut expected = [0.0; HOURS];
        for (index, expected) in expected.iter_mut().enumerate() {
            // The midpoint rule over parts that the corners of every curve fall between.
            let parts = 1000;
            let place = |part: u64| Time(hour.0 * index as u64 + (2 * part + 1) * hour.0 / (2 * parts));
            *expected = (0..parts).map(|part| day.rate(place(part))).sum::<f64>() * hour.seconds() / parts as f64;
        }
        let mut counts = vec![0.0; HOURS * DAYS as usize];
        let end = SimDuration(day.period.0 * DAYS);
        for arrival in arrivals(&rule, number as u64, end) {
            counts[(arrival.at.0 / hour.0) as usize % (HOURS * DAYS as usize)] += 1.0;
        }
        let by_hour: Vec<f64> = (0..HOURS).map(|index| counts.iter().skip(index).step_by(HOURS).sum()).collect();
        assert_counts(text, &by_hour, &expected.iter().map(|count| count * DAYS as f64).collect::<Vec<_>>());
        let off: Vec<f64> = counts
            .iter()
            .zip(expected.iter().cycle())
            .map(|(count, expected)| (count - expected) * (count - expected) / expected - 1.0)
            .collect();
        assert_zero_mean("dispersion", &off);
    }
}

/// Whatever the parameters, and whatever the columns of a file hold, they are refused, or arrivals come in order of time.
#[test]
fn random_parameters_are_refused_or_run() {
    crate::policy::trial::endure(ArrivalsTable::rules(), |name, table: ArrivalsTable, draw| {
        let mut rule = table.chosen().unwrap();
        let file = if name == clients::Spec::NAME { CLIENTS } else { TRACE };
        rule.resolve(&mut Table::new(file))?;
        let (mut memory, mut stream, mut last) = (rule.memory(), stream(draw.below(1000)), Time::ZERO);
        for _ in 0..50 {
            let Some(arrival) = rule.next(&mut memory, &mut stream) else { break };
            assert!(arrival.at >= last, "{name} {rule:?}");
            last = arrival.at;
            if last == Time::NEVER {
                break;
            }
        }
        Ok(())
    });
}

/// Rates from an event in a century to a thousand in a second, zero among them.
fn any_rate() -> impl Strategy<Value = Rate> {
    prop_oneof![1 => Just(rate(0.0)), 9 => (-9.5..3.0f64).prop_map(|power| rate(maths::pow(10.0, power)))]
}

fn any_span() -> impl Strategy<Value = SimDuration> {
    (0.0..14.0f64).prop_map(|power| SimDuration::from_nanos(maths::pow(10.0, power)))
}

fn any_law() -> impl Strategy<Value = Arrivals> {
    let share = || (0..=10u32).prop_map(|tenths| f64::from(tenths) / 10.0);
    let rates = || proptest::collection::vec(any_rate(), 1..6);
    let quoted = |rates: &[Rate]| rates.iter().map(|rate| format!("\"{rate}\"")).collect::<Vec<_>>().join(", ");
    let day = (any_rate(), share(), any_span(), any_span(), 0..3, rates()).prop_map(
        move |(mean, amplitude, peak, period, curve, rates)| {
            let text = match curve {
                0 => {
                    format!(r#"{{ mean = "{mean}", amplitude = {amplitude:?}, peak = "{peak}", period = "{period}" }}"#)
                }
                1 => format!(r#"{{ curve = "steps", rates = [{}], period = "{period}" }}"#, quoted(&rates)),
                _ => format!(r#"{{ curve = "linear", rates = [{}], period = "{period}" }}"#, quoted(&rates)),
            };
            unresolved("day", &text)
        },
    );
    let mmpp = proptest::collection::vec((any_rate(), any_span()), 1..5).prop_map(move |states| {
        let (rates, sojourns): (Vec<Rate>, Vec<SimDuration>) = states.into_iter().unzip();
        let sojourns = sojourns.iter().map(|span| format!("\"{span}\"")).collect::<Vec<_>>().join(", ");
        unresolved("mmpp", &format!("{{ rates = [{}], sojourns = [{sojourns}] }}", quoted(&rates)))
    });
    let hawkes = (any_rate(), any_rate(), any_rate()).prop_map(|(base, jump, decay)| {
        unresolved("hawkes", &format!(r#"{{ base = "{base}", jump = "{jump}", decay = "{decay}" }}"#))
    });
    let replay =
        (0.01..100.0f64, any_span(), any_span(), any::<bool>(), 0..3).prop_map(|(scale, from, tick, again, kind)| {
            let name = if kind == 0 { "clients" } else { "trace" };
            let tick = if kind == 1 { format!(", tick = \"{tick}\"") } else { String::new() };
            let from = SimDuration(from.0 % 7_000_000_000);
            unresolved(name, &format!(r#"{{ file = "f", scale = {scale:?}, from = "{from}", loop = {again}{tick} }}"#))
        });
    prop_oneof![
        any_rate().prop_map(|rate| unresolved("poisson", &format!("{{ rate = \"{rate}\" }}"))),
        day,
        mmpp,
        hawkes,
        replay,
        (any_span(), any_span(), 0..3u32).prop_map(|(min, more, together)| {
            let gap = format!(r#"{{ law = "uniform", min = "{min}", max = "{}" }}"#, min + more);
            unresolved("renewal", &format!("{{ gap = {gap}, together = {together} }}"))
        })
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3000,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever the parameters, they are refused with words, or arrivals come in order of time from the start on.
    #[test]
    fn arrivals_come_in_order((mut rule, replication) in (any_law(), 0..1000u64)) {
        let file = if matches!(rule, Arrivals::Clients(_)) { CLIENTS } else { TRACE };
        if let Err(wrong) = rule.resolve(&mut Table::new(file)) {
            prop_assert!(!wrong.message.is_empty());
            return Ok(());
        }
        let (mut memory, mut stream, mut last) = (rule.memory(), stream(replication), Time::ZERO);
        for _ in 0..200 {
            let Some(arrival) = rule.next(&mut memory, &mut stream) else { break };
            prop_assert!(arrival.at >= last);
            last = arrival.at;
            // The end of time is the end of every law, also of one that stays there.
            if last == Time::NEVER {
                break;
            }
        }
    }
}
