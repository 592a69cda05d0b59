//! Votes that are alone decide by themselves, whatever the rule of the verdict.

use reliance::domain::fate::Fate;

use super::super::properties::kept;
use super::super::trial::trial;

/// The rules, each so that one approval of one is enough.
const RULES: [&str; 5] = [
    r#"{ rule = "any-alarm" }"#,
    r#"{ rule = "majority" }"#,
    r#"{ rule = "unanimous" }"#,
    r#"{ rule = "quorum", quorum = { approvals = 1 } }"#,
    r#"{ rule = "stake-weighted", stake-weighted = { share = 1 } }"#,
];

/// An attestation and a proof have no stake behind them, and the validators of this market have none either.
#[test]
fn one_vote_decides_by_every_rule() {
    for by in ["attestation", "proof", "validators"] {
        let mut digests = Vec::new();
        for rule in RULES {
            let check = format!("{{ by = \"{by}\", work = 0.1, detects = 0.5, false-alarm = 0.1, verdict = {rule} }}");
            let set = format!("verification.define.looked-at.checks=[{check}]");
            let (witness, digest) = kept(&trial("weighed", &[&set]));
            for fate in [Fate::FinalRight, Fate::FinalWrong, Fate::RejectedRight, Fate::RejectedWrong] {
                let met = witness.stories.iter().filter(|story| story.fate == fate).count();
                assert!(met > 20, "{by} {rule}: {met} {}", fate.name());
            }
            digests.push(digest);
        }
        digests.dedup();
        assert_eq!(digests.len(), 1, "{by}: {digests:?}");
    }
}
