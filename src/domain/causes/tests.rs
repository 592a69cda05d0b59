//! Shares of causes against every order of the parties, and predicted shares against every way in which things may have gone.

use super::*;
use crate::domain::acceptance::KINDS;
use crate::domain::answer::Wrong;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};

/// The Shapley value of parties by going through all orders of them: which one, made honest after those before it, stops the answer.
fn by_orders(parties: usize, stops: &dyn Fn(&[bool]) -> bool) -> (Vec<f64>, f64) {
    let (mut counts, mut orders) = (vec![0u64; parties], 0u64);
    let mut order: Vec<usize> = (0..parties).collect();
    permute(&mut order, 0, &mut |order| {
        orders += 1;
        let mut honest = vec![false; parties];
        for &party in order {
            honest[party] = true;
            if stops(&honest) {
                counts[party] += 1;
                break;
            }
        }
    });
    let shares: Vec<f64> = counts.iter().map(|&count| count as f64 / orders as f64).collect();
    let nobody = 1.0 - shares.iter().sum::<f64>();
    (shares, nobody)
}

fn permute(order: &mut Vec<usize>, from: usize, each: &mut dyn FnMut(&[usize])) {
    if from == order.len() {
        return each(order);
    }
    for place in from..order.len() {
        order.swap(from, place);
        permute(order, from + 1, each);
        order.swap(from, place);
    }
}

fn close(found: f64, known: f64, what: &str) {
    assert!((found - known).abs() < 1e-12, "{what}: {found} and not {known}");
}

/// Every division of up to six parties into an executor, copies of an answer, a vendor and two checks, with every number of alarms
/// missing.
#[test]
fn shares_are_those_of_all_orders() {
    let mut shapes = 0;
    for (copies, vendor) in (0..=3u32).flat_map(|copies| (0..=1u32).map(move |vendor| (copies, vendor))) {
        for (first, second) in (0..=5u32).flat_map(|first| (0..=5u32).map(move |second| (first, second))) {
            if copies + vendor + first + second > 6 {
                continue;
            }
            for (m, n) in (1..=first + 1).flat_map(|m| (1..=second + 1).map(move |n| (m, n))) {
                let needed = copies.max(1) / 2 + 1;
                let classes = [copies, vendor, first, second];
                // The second check sees nothing while its vendor is broken.
                let stops = |s: &[u32]| s[0] >= needed || s[2] >= m || (s[3] >= n && s[1] == vendor);
                let found = shares(&classes, stops).expect("nobody made honest stops nothing");
                let class: Vec<usize> = (0..4).flat_map(|class| vec![class; classes[class] as usize]).collect();
                let (known, nobody) = by_orders(class.len(), &|honest| {
                    let mut counts = [0; 4];
                    honest.iter().zip(&class).for_each(|(&honest, &class)| counts[class] += u32::from(honest));
                    stops(&counts)
                });
                known.iter().zip(&class).for_each(|(known, &class)| close(found.each[class], *known, "a party"));
                close(found.nobody, nobody, "nobody");
                shapes += 1;
            }
        }
    }
    assert_eq!(shapes, 673, "every division was tried");
}

/// One check has a closed form; it is that of the enumeration, to committees of 128.
#[test]
fn one_check_has_a_closed_form() {
    for careless in (0..=12).chain([40, 127, 128]) {
        for (missing, is_deliberate) in (1..=careless + 1).flat_map(|missing| [true, false].map(|of| (missing, of))) {
            let guarding = Guarding { missing, careless };
            let (executor, each, nobody) = guarding.shares(is_deliberate);
            let classes = [u32::from(is_deliberate), careless];
            let found = shares(&classes, |s| s[0] > 0 || s[1] >= missing).unwrap();
            close(found.nobody, nobody, "nobody");
            if is_deliberate {
                close(found.each[0], executor, "the executor");
            }
            if careless > 0 {
                close(found.each[1], each, "a checker");
            }
        }
    }
    let of = |missing, careless| Guarding { missing, careless }.shares(true);
    assert_eq!(of(1, 1), (0.5, 0.5, 0.0), "the liar and the one that did not look");
    close(of(2, 2).0, 2.0 / 3.0, "the liar, of whom either of two others would have had to look too");
    close(of(2, 2).1, 1.0 / 6.0, "one of two that did not look");
    assert_eq!(of(1, 0), (1.0, 0.0, 0.0));
}

/// Of copies that agree on a wrong answer each has the same share, however many must fall.
#[test]
fn copies_share_alike() {
    for (copies, needed) in (1..=6u32).flat_map(|copies| (1..=copies).map(move |needed| (copies, needed))) {
        close(shares(&[copies], |s| s[0] >= needed).unwrap().each[0], 1.0 / f64::from(copies), "a copy");
    }
    assert_eq!(shares(&[2], |_| true), None, "it was stopped as it was");
    assert_eq!(states(&[1, 3, 0]), 8);
}

#[test]
fn guards_are_told_apart() {
    let of = |missing, careless| Guarding { missing, careless };
    let guard = |checks: &[Guarding]| Guarding::guard(Guarding::nearest(checks.iter().copied()));
    assert_eq!(guard(&[]), Guard::Unchecked);
    assert_eq!(guard(&[of(1, 0)]), Guard::HonestMiss);
    assert_eq!(guard(&[of(1, 1)]), Guard::One);
    assert_eq!(guard(&[of(1, 3)]), Guard::Several);
    assert_eq!(guard(&[of(2, 3)]), Guard::Overdetermined);
    assert_eq!(guard(&[of(1, 0), of(2, 2)]), Guard::Overdetermined, "only the second could have refused");
    assert_eq!(guard(&[of(3, 3), of(1, 1)]), Guard::One, "the nearest to a refusal");
    assert_eq!(Guard::ALL.map(Guard::name).to_vec(), Guard::WORDS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

/// A public record and a market drawn at random.
fn random(draw: &mut KeyedRng) -> (Public, Wrongs) {
    let vendors: Vec<f64> = (0..draw.below(3)).map(|_| draw.unit()).collect();
    let mut left = 4;
    let checks = (0..draw.below(3) as u8).map(|check| {
        let count = 1 + draw.below(left.min(3)) as usize;
        left = (left - count as u64).max(1);
        let vendor = (!vendors.is_empty() && draw.chance(0.5)).then(|| draw.below(vendors.len() as u64) as usize);
        let detects = [(); KINDS].map(|()| draw.unit());
        let said = [Some(false), Some(false), Some(true), None];
        let votes = (0..count).map(|_| PublicVote { care: draw.unit(), alarm: said[draw.below(4) as usize] }).collect();
        PublicCheck {
            check,
            needed: 1 + draw.below(count as u64 + 1) as u32,
            detects,
            vendor,
            peers: draw.chance(0.5),
            votes,
        }
    });
    let checks: Vec<PublicCheck> = checks.collect();
    let executors = 1 + draw.below(2) as u32;
    let trust = draw.unit();
    let (needed, silent) = (1 + draw.below(executors.into()) as u32, draw.below(2) as u32);
    let public = Public { executors, needed, silent, trust, checks, vendors };
    let mut kinds = [(); KINDS].map(|()| draw.unit());
    kinds[Wrong::Error as usize] = 0.0;
    let ring = Ring { share: draw.unit(), checkers: [draw.unit(), draw.unit()] };
    (public, Wrongs { error: draw.unit() * 0.5, kinds, rings: vec![ring] })
}

/// Goes through every hypothesis, every state of the vendors and every set of votes that would have become alarms, weighs each by its
/// probability, and takes the Shapley value of each by all orders.
fn by_enumeration(public: &Public, wrongs: &Wrongs) -> (Vec<f64>, f64) {
    let votes: Vec<(usize, usize)> = public
        .checks
        .iter()
        .enumerate()
        .flat_map(|(check, of)| (0..of.votes.len()).map(move |vote| (check, vote)))
        .collect();
    let (gave, silent) = (public.executors as usize, public.silent);
    let executors = gave + silent as usize;
    let parties = executors + votes.len() + public.vendors.len();
    let all: f64 = wrongs.kinds.iter().sum::<f64>() + wrongs.rings[0].share;
    let error = (wrongs.error / (1.0 - public.trust)).min(1.0);
    // The last is the chance that another copy gives the same answer.
    let mut ways = vec![(Wrong::Error as usize, true, [0.0; 2], error, wrongs.error)];
    ways.extend((0..KINDS - 1).map(|kind| (kind, false, [0.0; 2], (1.0 - error) * wrongs.kinds[kind] / all, 0.0)));
    let ring = wrongs.rings[0];
    ways.push((Wrong::Tamper as usize, false, ring.checkers, (1.0 - error) * ring.share / all, ring.share));
    let (mut sums, mut nobody, mut weight) = (vec![0.0; parties], 0.0, 0.0);
    for ((kind, is_error, ring, prior, agrees), broken, like) in ways.into_iter().flat_map(|way| {
        (0..1usize << public.vendors.len()).flat_map(move |broken| (0..=silent).map(move |like| (way, broken, like)))
    }) {
        let vendors = public.vendors.iter().enumerate();
        let states: f64 = vendors.map(|(vendor, of)| if broken >> vendor & 1 == 1 { *of } else { 1.0 - of }).product();
        // A vote is careful and sees it, careless and would see it, or neither: three states each.
        for state in 0..3usize.pow(votes.len() as u32) {
            let of = |place: usize| state / 3usize.pow(place as u32) % 3;
            // At most one is silent.
            let like_chance = [1.0 - f64::from(silent) * agrees, agrees][like as usize];
            let mut chance = prior * states * if gave == 2 { agrees } else { 1.0 } * like_chance;
            for (place, &(check, vote)) in votes.iter().enumerate() {
                let (check, vote) = (&public.checks[check], &public.checks[check].votes[vote]);
                let (careful, d) = ((1.0 - ring[usize::from(check.peers)]) * vote.care, check.detects[kind]);
                let is_broken = check.vendor.is_some_and(|vendor| broken >> vendor & 1 == 1);
                chance *= [careful * d, (1.0 - careful) * d, 1.0 - d][of(place)];
                let alarm = of(place) == 0 && !is_broken;
                chance *= f64::from(u8::from(vote.alarm.is_none_or(|said| said == alarm)));
            }
            if chance == 0.0 {
                continue;
            }
            let stops = |honest: &[bool]| {
                let right = honest[..gave + like as usize].iter().filter(|honest| **honest).count() as u32;
                let refuses = |index: usize, check: &PublicCheck| {
                    let guard = check
                        .vendor
                        .map(|vendor| (broken >> vendor & 1 == 0, honest[executors + votes.len() + vendor]));
                    let sees = guard.is_none_or(|(was_whole, made_whole)| was_whole || made_whole);
                    let alarms = votes.iter().enumerate().filter(|(place, (of_check, vote))| {
                        let said = public.checks[*of_check].votes[*vote].alarm == Some(true);
                        let careful = of(*place) == 0 || of(*place) == 1 && honest[executors + place];
                        *of_check == index && !said && careful && sees
                    });
                    alarms.count() as u32 >= check.needed
                };
                (!is_error && right >= public.needed + like)
                    || public.checks.iter().enumerate().any(|(index, check)| refuses(index, check))
            };
            let (shares, none) = by_orders_or_stopped(parties, &stops);
            sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += chance * share);
            nobody += chance * none;
            weight += chance;
        }
    }
    (sums.iter().map(|sum| sum / weight).collect(), nobody / weight)
}

/// As by all orders; an answer that is stopped with nobody made honest has no cause and is not nobody's.
fn by_orders_or_stopped(parties: usize, stops: &dyn Fn(&[bool]) -> bool) -> (Vec<f64>, f64) {
    if stops(&vec![false; parties]) { (vec![0.0; parties], 0.0) } else { by_orders(parties, stops) }
}

/// The quadrature is the expectation of the Shapley value over all that may have happened.
#[test]
fn predictions_are_expectations() {
    let mut tried = 0;
    for index in 0..60 {
        let mut draw = KeyedRng::new(key(Seed::from(8), 1, 0, index, 0));
        let (public, wrongs) = random(&mut draw);
        let votes: usize = public.checks.iter().map(|check| check.votes.len()).sum();
        if votes > 4 || (public.executors + public.silent) as usize + votes + public.vendors.len() > 7 {
            continue;
        }
        // Votes still to come may not turn the verdict by themselves: the answer was used.
        let silent = |check: &PublicCheck| check.votes.iter().filter(|vote| vote.alarm != Some(true)).count() as u32;
        let open = |check: &PublicCheck| check.votes.iter().filter(|vote| vote.alarm.is_none()).count() as u32;
        if public.checks.iter().any(|check| open(check) >= check.needed && silent(check) >= check.needed) {
            continue;
        }
        tried += 1;
        let found = predicted(&public, &wrongs);
        let (known, nobody) = by_enumeration(&public, &wrongs);
        let mut each = vec![found.executor; public.executors as usize];
        each.extend(vec![found.silent; public.silent as usize]);
        each.extend(found.checks.iter().flatten());
        each.extend(&found.vendors);
        assert!((nobody - found.nobody).abs() < 1e-10, "nobody in {public:?}: {} and not {nobody}", found.nobody);
        for (place, (found, known)) in each.iter().zip(&known).enumerate() {
            assert!((found - known).abs() < 1e-10, "party {place} of {public:?}: {found} and not {known}");
        }
    }
    assert!(tried >= 20, "{tried}");
}

/// With one check of alike opinions: c₀ = p₀ (1 − G + M) and nobody (1 − p₀)(1 − G), the rest in equal parts.
#[test]
fn one_check_is_predicted_in_closed_form() {
    let (care, detects, error, trust) = (0.7, 0.9, 0.02, 0.95);
    for (count, needed) in [(1u32, 1u32), (3, 1), (5, 3), (9, 5), (40, 21)] {
        let vote = PublicVote { care, alarm: Some(false) };
        let check = PublicCheck {
            check: 0,
            needed,
            detects: [detects; KINDS],
            vendor: None,
            peers: false,
            votes: vec![vote; count as usize],
        };
        let public = Public { executors: 1, needed: 1, silent: 0, trust, checks: vec![check], vendors: Vec::new() };
        let mut kinds = [0.0; KINDS];
        kinds[Wrong::Skip as usize] = 0.03;
        let found = predicted(&public, &Wrongs { error, kinds, rings: Vec::new() });
        // Both hypotheses see the same detection, so that votes tell nothing of the origin.
        let deliberate = 1.0 - error / (1.0 - trust);
        let flip: f64 = detects * (1.0 - care) / (1.0 - care * detects);
        let chance = crate::domain::acceptance::binomial(count, flip);
        let (mut g, mut m) = (0.0, 0.0);
        for b in needed..=count {
            g += chance[b as usize];
            m += chance[b as usize] * f64::from(needed) / f64::from(b + 1);
        }
        close(found.executor, deliberate * (1.0 - g + m), "the executor");
        close(found.nobody, (1.0 - deliberate) * (1.0 - g), "nobody");
        let each = (1.0 - found.executor - found.nobody) / f64::from(count);
        found.checks[0].iter().for_each(|share| close(*share, each, "a checker"));
    }
}

/// A market without honest errors and without checks leaves no doubt; one whose groups say nothing is known to nobody to be honest.
#[test]
fn without_honest_errors_the_executor_is_known() {
    let public = Public { executors: 1, needed: 1, silent: 0, trust: 0.5, checks: Vec::new(), vendors: Vec::new() };
    let mut wrongs = Wrongs { kinds: [0.1; KINDS], ..Wrongs::default() };
    assert_eq!(predicted(&public, &wrongs).executor, 1.0);
    wrongs.kinds = [0.0; KINDS];
    close(predicted(&public, &wrongs).executor, 1.0, "nothing is known of what groups do");
    wrongs.error = 0.1;
    close(predicted(&public, &wrongs).nobody, 1.0, "only honest errors are known");
}
