//! What is said of a life at its use, with its times kept, against the life lived again with the one draw replaced.

use std::sync::Arc;

use reliance::domain::causes::{CauseRecord, Part, Role};
use reliance::domain::ids::PartyId;
use reliance::engine::random::{KeyedRng, RandomSource, key};
use reliance::engine::time::{SimDuration, Time};
use reliance::scenario::Scenario;
use reliance::simulate::Run;

use super::super::trial::{seed, trial};
use super::Told;

/// A committee whose looks queue and are called off when it has decided; copies of which two of five must agree, and the others are
/// called off; and two checks before the use, one of which a vendor guards that breaks, while the alarm of the other goes to a committee.
const SCENARIOS: [&str; 3] = ["causes-committee", "causes-copies", "causes-ladder"];

/// A party as it is made honest: one that serves, or a vendor.
fn whom(part: &Part) -> (Vec<PartyId>, Vec<u8>) {
    match part.role {
        Role::Vendor => (Vec::new(), vec![part.party as u8]),
        Role::Executor | Role::Checker(_) => (vec![PartyId(part.party)], Vec::new()),
    }
}

/// What is made honest in one comparison, and whether that is said to stop the use.
struct Claim {
    parties: Vec<PartyId>,
    vendors: Vec<u8>,
    stops: bool,
}

/// Each part alone, and all together.
fn claims(record: &CauseRecord) -> Vec<Claim> {
    let alone = record.parts.iter().map(|part| {
        let (parties, vendors) = whom(part);
        Claim { parties, vendors, stops: part.decisive }
    });
    let mut claims: Vec<Claim> = alone.collect();
    let (mut parties, mut vendors) = (Vec::new(), Vec::new());
    for part in &record.parts {
        let (more, broken) = whom(part);
        parties.extend(more);
        vendors.extend(broken);
    }
    claims.push(Claim { parties, vendors, stops: record.nobody == 0.0 });
    claims
}

/// Lives the lives of wrong answers again, drawn at random, until there are so many comparisons; says how many claims stopped the use and
/// which were not borne out.
fn compare(scenario: &Arc<Scenario>, wanted: usize) -> (usize, usize, Vec<String>) {
    let told = Told::of(scenario);
    assert!(told.causes.len() > 200, "{}: {} used wrong answers", scenario.name, told.causes.len());
    // Whoever is open at the horizon is served beyond it: of those asked for late no life is lived again.
    let last = scenario.horizon.since(Time::ZERO).seconds() - 150.0;
    let early = |record: &&CauseRecord| record.asked.since(Time::ZERO).seconds() < last;
    let mut chosen: Vec<&CauseRecord> = told.causes.iter().filter(early).collect();
    let mut draw = KeyedRng::new(key(seed(), 0, 0, 0, 0));
    (1..chosen.len()).rev().for_each(|last| chosen.swap(last, draw.below(last as u64 + 1) as usize));
    let mut count = 0;
    let few: Vec<&CauseRecord> = chosen
        .into_iter()
        .take_while(|record| {
            let is_wanted = count < wanted;
            count += claims(record).len();
            is_wanted
        })
        .collect();
    let mut few = few;
    few.sort_by_key(|record| record.asked);
    let mut trunk = Run::open(scenario.clone(), seed());
    let (mut compared, mut stopped, mut differ) = (0, 0, Vec::new());
    for record in few {
        trunk.until(record.asked, &mut ());
        for claim in claims(record) {
            let mut run = trunk.clone();
            run.make_honest(record.key, &claim.parties, &claim.vendors);
            let mut again = Told::default();
            let mut end = record.asked;
            let life = loop {
                end += SimDuration::from_nanos(10_000_000_000.0);
                run.until(end, &mut again);
                if let Some(life) = again.lives.iter().find(|life| life.key == record.key) {
                    break *life;
                }
                assert!(end < scenario.horizon, "{:?} leaves before the end", record.key);
            };
            let is_stopped = life.is_right() || life.at.used == Time::NEVER;
            compared += 1;
            stopped += usize::from(is_stopped);
            if is_stopped != claim.stops {
                let (parties, vendors) = (&claim.parties, &claim.vendors);
                let then = again.causes.iter().find(|other| other.key == record.key);
                differ.push(format!(
                    "{:?}: {parties:?} {vendors:?} honest: {is_stopped} and not {}; {:?}\n  was {:?} {:?}\n  is {:?}",
                    record.key,
                    claim.stops,
                    life.fate,
                    record.guard,
                    record.parts,
                    then.map(|then| &then.parts)
                ));
            }
        }
    }
    (compared, stopped, differ)
}

/// With its times kept a life ends as it does when it is lived again; where not, its times are the cause. At most 2 % do.
#[test]
fn what_is_said_of_a_life_is_so_when_it_is_lived_again() {
    let each = if std::env::var_os("RELIANCE_LONG").is_some() { 400 } else { 80 };
    for scenario in SCENARIOS.map(|name| trial(name, &[])) {
        let (compared, stopped, differ) = compare(&scenario, each);
        assert!(
            compared >= each && stopped > each / 10 && stopped < compared * 9 / 10,
            "{}: {stopped} of {compared}",
            scenario.name
        );
        let list = differ.join("\n");
        assert!(differ.len() * 50 <= compared, "{}: {} of {compared} differ\n{list}", scenario.name, differ.len());
    }
}

/// Recording causes changes nothing: the digest is that of the same run without it.
#[test]
fn recording_causes_changes_nothing() {
    use reliance::simulate::simulate;
    for scenario in SCENARIOS.map(|name| trial(name, &[])) {
        let mut without = (*scenario).clone();
        without.record.causes = false;
        let digest = |scenario: &Arc<Scenario>| simulate(scenario, seed(), &mut ()).digest.to_string();
        assert_eq!(digest(&scenario), digest(&Arc::new(without)), "{}", scenario.name);
    }
}
