//! What parties that come and go may do beside: live on savings, take another name, appear under several, and come in a wave.

use reliance::domain::ids::PartyId;
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;

use super::amend::{SECOND, written};
use super::trial::Witness;

/// A shop of six nodes that earn nothing and could have 3600 credits an hour elsewhere, one a second, with these keys.
fn shop(keys: &str, rule: &str, more: &str) -> String {
    format!(
        "name = \"shop\"\nhorizon = \"20min\"\n[models.m]\n[classes.job]\nwork = {{ law = \"exponential\", mean = \"1s\" }}\n\
         [[demand.sources]]\nname = \"s\"\narrivals = {{ rule = \"poisson\", poisson = {{ rate = \"3/s\" }} }}\n\
         [[nodes]]\nname = \"many\"\ncount = 6\nstake = {{ law = \"constant\", value = 8 }}\n{keys}\
         participation = {{ outside = 3600, {rule} }}\n{more}"
    )
}

fn seen(text: &str) -> Witness {
    Witness::of(&written(text)).0
}

/// When parties left, in seconds.
fn left(witness: &Witness) -> Vec<(u32, u64)> {
    let left = witness.facts.iter().filter_map(|(now, fact)| match fact {
        Fact::Left { node } => Some((node.0, now.0 / SECOND)),
        _ => None,
    });
    left.collect()
}

const EXIT: &str = "exit = { rate = \"1/s\", slope = 1000 }";

/// Each stays while its own savings last, and they differ. Without any all leave at once, and savings of nothing are none.
#[test]
fn parties_stay_while_their_savings_last() {
    let of = |savings: &str| left(&seen(&shop("", &format!("{EXIT}{savings}"), "")));
    let (none, same) = (of(""), of(", savings = { law = \"constant\", value = 300 }"));
    assert!(none.len() == 6 && none.iter().all(|(_, at)| *at < 20), "{none:?}");
    assert!(same.len() == 6 && same.iter().all(|(_, at)| (300..320).contains(at)), "{same:?}");
    let mut spread: Vec<u64> =
        of(", savings = { law = \"uniform\", min = 100, max = 1000 }").into_iter().map(|(_, at)| at).collect();
    spread.sort_unstable();
    assert!(spread.len() == 6 && spread[5] - spread[0] > 200 && spread[0] >= 100, "{spread:?}");
    let nothing = of(", savings = { law = \"constant\", value = 0 }");
    assert_eq!(nothing, none);
}

/// Cheats that are found out: their opinion falls, they are away until the old stake is free, and come back as strangers with a new one.
#[test]
fn a_party_comes_back_under_another_name() {
    let checks = "conduct = { rule = \"error-prone\", error-prone = { rate = 0.6 } }\n[[validators]]\nname = \"judge\"\ncount = 1\nslots = \"unbounded\"\n\
                  [verification]\nslash = { share = 0.1 }\nopinions = { rule = { rule = \"beta\" } }\n[verification.define.looked-at]\n\
                  checks = [{ by = \"validators\", time = { law = \"constant\", value = \"1ms\" }, detects = 1 }]\n";
    let market = |rule: &str| {
        let text = shop("", rule, checks).replace("[classes.job]", "[classes.job]\nmethods = [\"looked-at\"]");
        seen(&text.replace("outside = 3600", "outside = 0"))
    };
    let rule = "whitewash = { below = 0.35, pause = \"10s\" }, unbonding = \"30s\"";
    let witness = market(rule);
    let (mut away, mut names, mut unbonded) = ([None; 6], 0, 0);
    for (now, fact) in &witness.facts {
        match *fact {
            Fact::Left { node } => assert!(away[node.0 as usize].replace(now.0).is_none()),
            Fact::Unbonded { node, amount } => {
                assert!(away[node.0 as usize].is_some() && amount.0 < 8_000_000, "it was slashed before");
                unbonded += 1;
            }
            Fact::Renamed { node } => {
                let since = away[node.0 as usize].take().expect("it has left");
                assert_eq!((now.0 - since) / SECOND, 30, "not before its stake is free");
                names += 1;
            }
            Fact::Started { node, .. } if node.0 < 6 => assert!(away[node.0 as usize].is_none()),
            _ => {}
        }
    }
    assert!(names > 20 && unbonded >= names, "{names} {unbonded}");
    // Just back, or not bad enough yet: nobody is known for what it did.
    let there = witness.nodes.iter().filter(|node| node.node.0 < 6 && node.up);
    assert!(there.clone().all(|node| node.trust >= 0.35), "{:?}", there.map(|node| node.trust).collect::<Vec<_>>());
    let plain = market("exit = { rate = \"1/7d\" }");
    assert!(plain.nodes.iter().filter(|node| node.node.0 < 6).all(|node| node.trust < 0.5));
    assert!(plain.facts.iter().all(|(_, fact)| !matches!(fact, Fact::Renamed { .. })));
    assert!(
        market("whitewash = { below = 0.000001 }").facts.iter().all(|(_, fact)| !matches!(fact, Fact::Left { .. }))
    );
}

/// One operator under three names: a third of its stake and of its slots each, the same draws, and an operator of its own for each three.
#[test]
fn an_operator_appears_as_several_nodes() {
    let keys = |more: &str| format!("slots = 6\nspeed = {{ law = \"uniform\", min = 0.5, max = 2 }}\n{more}");
    let rule = "exit = { rate = \"1/1000d\" }";
    let (one, three) = (seen(&shop(&keys(""), rule, "")), seen(&shop(&keys("split = 3\n"), rule, "")));
    assert_eq!((one.nodes.len(), three.nodes.len()), (6, 18));
    for (index, node) in three.nodes.iter().enumerate() {
        let first = &three.nodes[index / 3 * 3];
        assert_eq!((node.speed, node.operator), (first.speed, first.operator));
        assert_eq!(node.operator.0 as usize, index / 3);
        assert_eq!(node.stake.0, 8_000_000 / 3);
    }
    assert_eq!(three.nodes[0].speed, one.nodes[0].speed);
    assert!(three.nodes[0].speed != three.nodes[3].speed);
    // Two of the six slots each: as many are served at once as before.
    let capacity = |witness: &Witness| witness.end.capacity_area;
    assert_eq!(capacity(&three), capacity(&one));
    assert_eq!(keys(""), keys("split = 1\n").replace("split = 1\n", ""));
    let same = seen(&shop(&keys("split = 1\n"), rule, ""));
    assert_eq!(same.facts, one.facts);
}

/// Half of those away come at an instant, drawn, with their stakes; they leave by their own rule, and the end of the shock does nothing.
#[test]
fn parties_come_in_a_wave() {
    let wave = |share: f64| {
        format!(
            "[[shocks]]\nname = \"wave\"\nat = \"5min\"\nfor = \"1min\"\nentry = {{ nodes = \"many\", share = {share} }}\n"
        )
    };
    // By themselves none would come in that time.
    let rule = "exit = { rate = \"1/10000d\" }, enter = { rate = \"1/10000d\" }";
    let witness = seen(&shop("dormant = 8\n", rule, &wave(0.5)));
    let came: Vec<(u64, PartyId)> = witness
        .facts
        .iter()
        .filter_map(|(now, fact)| match fact {
            Fact::Entered { node } => Some((now.0 / SECOND, *node)),
            _ => None,
        })
        .collect();
    assert!(came.len() == 4 && came.iter().all(|(at, node)| *at == 300 && node.0 >= 6), "{came:?}");
    assert!(witness.facts.iter().any(|(_, fact)| matches!(fact, Fact::ShockBegan { shock: 0, parties: 4 })));
    assert_eq!(witness.end.up, 10);
    let served = |node: PartyId| {
        witness.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Started { node: by, .. } if *by == node)).count()
    };
    assert!(came.iter().all(|(_, node)| served(*node) > 20));
    assert!(witness.nodes.iter().all(|node| node.stake.0 == if node.up { 8_000_000 } else { 0 }));
    assert_eq!(seen(&shop("dormant = 8\n", rule, &wave(1.0))).end.up, 14);
    // Those that do not pay to stay leave again.
    let leaving = format!("{EXIT}, memory = \"10s\", enter = {{ rate = \"1/10000d\" }}");
    assert!(seen(&shop("dormant = 8\n", &leaving, &wave(1.0))).end.up < 2);
}

/// What cannot be is refused where it stands.
#[test]
fn what_cannot_be_is_refused() {
    for (keys, rule, more, words) in [
        (
            "",
            "enter = { rate = \"1/d\" }, savings = { law = \"constant\", value = 1 }",
            "",
            "savings of parties that never leave",
        ),
        ("", "whitewash = { below = 0.2 }", "", "names are taken by opinions, and nobody has one"),
        ("", "whitewash = { below = 0 }", "", "nothing is thought less of a party than nothing"),
        ("slots = 4\nsplit = 3\n", EXIT, "", "4 slots cannot be divided among 3"),
        ("split = 0\n", EXIT, "", "an operator that appears as nobody"),
        ("slots = 4\nsplit = 2\noperator = \"group\"\n", EXIT, "", "one operator owns the whole group already"),
        ("", EXIT, "[[shocks]]\nentry = {}\n", "nobody comes"),
        ("", EXIT, "[[shocks]]\nentry = { nodes = \"many\", share = 0 }\n", "a share of 0 is nobody"),
        (
            "",
            EXIT,
            "[[nodes]]\nname = \"few\"\ncount = 1\n[[shocks]]\nentry = { nodes = \"few\" }\n",
            "parties of a group that never leaves",
        ),
    ] {
        let wrong = Scenario::from_text("shop.toml", &shop(keys, rule, more)).expect_err(words).to_string();
        assert!(wrong.contains(words), "{words}\n{wrong}");
    }
}
