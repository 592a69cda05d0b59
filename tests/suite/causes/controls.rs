//! Markets in which it is known beforehand what causes, ignorance and suspects must be.

use reliance::domain::causes::{CauseRecord, Guard, Level, predicted};
use reliance::engine::random::{KeyedRng, RandomSource, key};

use super::super::trial::seed;
use super::{Told, market};

/// One check by so many validators that look with this probability, behind nodes that leave out every third job.
fn looked_at(check: &str, careless: f64, prior: f64, more: &str) -> Told {
    let more = format!(
        "[verification]\nmethods = [\"m\"]\nopinions = {{ prior = {prior} }}\n[verification.define.m]\nchecks = [{check}]\n\
         [[nodes]]\nname = \"lazy\"\ncount = 30\nconduct = {{ rule = \"lazy\", lazy = {{ share = 0.3 }} }}\n\
         [[validators]]\nname = \"validators\"\ncount = 40\nslots = \"unbounded\"\n\
         conduct = {{ rule = \"lazy\", lazy = {{ share = {careless} }} }}\n{more}"
    );
    Told::of(&market("controls", 2_000, &more))
}

/// Without honest errors and with no check, or with one that careful checkers make, only the one that gave the answer is suspected. With
/// honest errors in the market it is not so.
#[test]
fn a_lone_liar_is_the_only_suspect() {
    for check in ["", "{ by = \"validators\", detects = 0.6 }"] {
        let suspected = looked_at(check, 0.0, 1.0, "").suspected();
        assert!(suspected.levels[0][1] < 1.1, "`{check}`: {suspected:?}");
        assert!(suspected.levels[0][0] < 1.000_001 && suspected.roles[0] > 0.999_999, "`{check}`: {suspected:?}");
    }
    let errs =
        "[[nodes]]\nname = \"errs\"\ncount = 30\nconduct = { rule = \"error-prone\", error-prone = { rate = 0.3 } }\n";
    let suspected = looked_at("", 0.0, 0.7, errs).suspected();
    assert!(suspected.levels[0][1] > 1.5, "half of the wrong answers are honest errors: {suspected:?}");
    assert!(suspected.roles[3] > 0.4 && suspected.levels[0][0] < 1.000_001, "{suspected:?}");
}

/// Where all checkers are alike, all checks take place and opinions are the truth, roles tell all that there is to tell. With opinions
/// that are not the truth they tell more than these.
#[test]
fn alike_parties_are_told_apart_by_roles_alone() {
    let check = "{ by = \"validators\", count = 4, detects = 0.8 }";
    let suspected = looked_at(check, 0.5, 0.5, "").suspected();
    let ratio = suspected.levels[0][1] / suspected.rivals[0];
    assert!((ratio - 1.0).abs() < 0.02, "{ratio}: {suspected:?}");
    let ratio = suspected.rivals[1] / suspected.rivals[0];
    assert!((ratio - 1.0).abs() < 0.02, "{ratio}: {suspected:?}");
    let wrong = looked_at(check, 0.5, 0.95, "").suspected();
    assert!(wrong.levels[0][1] > 1.02 * wrong.rivals[0], "{wrong:?}");
}

/// Checkers that can see nothing change nothing: they cost nothing, take no time and disturb no draw.
#[test]
fn decorative_checkers_are_not_suspected() {
    let check = "{ by = \"validators\", count = 2, detects = 0.8 }";
    let bare = looked_at(check, 0.5, 0.5, "").suspected();
    let decorated = looked_at(&format!("{check}, {{ by = \"validators\", count = 6, detects = 0 }}"), 0.5, 0.5, "");
    let parts: usize = decorated.causes.iter().map(|record| record.parts.len()).max().unwrap();
    assert_eq!(parts, 9, "the one that answers, two that look and six that see nothing");
    let decorated = decorated.suspected();
    let same = |one: f64, other: f64| assert!((one / other - 1.0).abs() < 0.02, "{bare:?} {decorated:?}");
    same(bare.levels[0][0], decorated.levels[0][0]);
    same(bare.levels[0][1], decorated.levels[0][1]);
    same(bare.ignorance(Level::Party), decorated.ignorance(Level::Party));
    assert!(bare.levels[0][0] > 1.5 && bare.ignorance(Level::Party) > 1.1, "there was something to change: {bare:?}");
}

/// The opinions of the checkers of all answers, changed among those of one method and vote.
fn permuted(causes: &[CauseRecord]) -> Vec<CauseRecord> {
    let mut permuted = causes.to_vec();
    let mut draw = KeyedRng::new(key(seed(), 3, 0, 0, 0));
    for said in [None, Some(false), Some(true)] {
        let votes = permuted.iter_mut().flat_map(|record| &mut record.public.checks).flat_map(|check| &mut check.votes);
        let mut cares: Vec<&mut f64> = votes.filter(|vote| vote.alarm == said).map(|vote| &mut vote.care).collect();
        for last in (1..cares.len()).rev() {
            let other = draw.below(last as u64 + 1) as usize;
            let (before, after) = cares.split_at_mut(last);
            if other < last {
                std::mem::swap(before[other], after[0]);
            }
        }
    }
    permuted
}

/// Reputations tell who is careless; the same reputations of others do not, and are worse than none.
#[test]
fn permuted_opinions_tell_less_than_votes() {
    let check = "{ by = \"validators\", count = 5, detects = 0.9, verdict = { rule = \"majority\" } }";
    let more = format!(
        "[verification]\nmethods = [\"m\"]\nopinions = {{ rule = {{ rule = \"beta\" }}, prior = 0.5 }}\n[verification.define.m]\nchecks = [{check}]\n\
         [[nodes]]\nname = \"lazy\"\ncount = 30\nconduct = {{ rule = \"lazy\", lazy = {{ share = 0.3 }} }}\n\
         [[validators]]\nname = \"careful\"\ncount = 10\nslots = \"unbounded\"\n\
         conduct = {{ rule = \"lazy\", lazy = {{ share = 0.1 }} }}\n\
         [[validators]]\nname = \"careless\"\ncount = 10\nslots = \"unbounded\"\n\
         conduct = {{ rule = \"lazy\", lazy = {{ share = 0.9 }} }}\n"
    );
    let mut told = Told::of(&market("reputed", 2_000, &more));
    let real = told.suspected();
    told.causes = permuted(&told.causes);
    for record in &mut told.causes {
        let found = predicted(&record.public, &told.wrongs);
        record.predict(&found);
    }
    let changed = told.suspected();
    assert!(changed.levels[0][1] >= real.rivals[1], "{changed:?} {real:?}");
    assert!(real.levels[0][1] < 0.98 * changed.levels[0][1], "reputations tell something: {real:?} {changed:?}");
    assert!(
        told.causes.iter().any(|record| record.guard == Guard::Overdetermined),
        "a majority can be over-determined"
    );
}
