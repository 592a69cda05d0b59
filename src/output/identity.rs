//! What a result is a result of: everything that decides its bytes, and nothing else.
//!
//! Two runs of one identity give the same tables on every machine. The identity is known before the first event and
//! is written into every file; when and where the run happened is in the manifest alone.

use serde::{Deserialize, Serialize};

use crate::engine::hash::Hasher128;

/// The version of the layout of outputs; it rises when a reader of the old one would go wrong.
/// The names of columns before format 2 are in [`super::renamed`].
pub const FORMAT: u32 = 2;

/// Everything that decides the bytes of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The layout of the output, [`FORMAT`] when written by this version.
    pub format: u32,
    /// The version of this crate.
    pub version: String,
    /// The resolved scenario as canonical JSON, without what it says about recording.
    pub scenario: String,
    /// The seed of the run.
    pub seed: u64,
    /// The replication, where it is not the first.
    #[serde(default, skip_serializing_if = "is_first")]
    pub replication: u64,
    /// The files the scenario reads, in its order.
    pub inputs: Vec<Input>,
}

/// A file that a scenario reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// As written in the scenario.
    pub path: String,
    /// The [`Hasher128`] of its bytes.
    pub hash: String,
}

const FORMAT_KEY: &str = "reliance.format";
const VERSION_KEY: &str = "reliance.version";
const SCENARIO_KEY: &str = "reliance.scenario";
const SEED_KEY: &str = "reliance.seed";
const REPLICATION_KEY: &str = "reliance.replication";
const INPUTS_KEY: &str = "reliance.inputs";
const ID_KEY: &str = "reliance.id";
const TABLE_KEY: &str = "reliance.table";

impl Identity {
    /// The identity of a run of this version.
    pub fn new(scenario: String, seed: u64, inputs: Vec<Input>) -> Identity {
        Identity {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_string(),
            scenario,
            seed,
            replication: 0,
            inputs,
        }
    }

    /// The whole identity as one name: 32 hexadecimal digits, the [`Hasher128`] of the parts, each after its length.
    pub fn id(&self) -> String {
        let mut hasher = Hasher128::new();
        let mut part = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        part(&self.format.to_string());
        part(&self.version);
        part(&self.scenario);
        part(&self.seed.to_string());
        // Names of first replications are older than the field.
        if !is_first(&self.replication) {
            part(&format!("replication {}", self.replication));
        }
        for input in &self.inputs {
            part(&input.path);
            part(&input.hash);
        }
        hasher.hex()
    }

    /// The first six digits of [`Identity::id`], for the names of folders.
    pub fn short(&self) -> String {
        self.id()[..6].to_string()
    }

    /// The identity as the pairs of a file's footer, in order, for the file of one table.
    pub fn pairs(&self, table: &str) -> Vec<(String, String)> {
        let inputs = serde_json::to_string(&self.inputs).expect("texts become JSON");
        let pairs = [
            (FORMAT_KEY, self.format.to_string()),
            (VERSION_KEY, self.version.clone()),
            (SCENARIO_KEY, self.scenario.clone()),
            (SEED_KEY, self.seed.to_string()),
            (INPUTS_KEY, inputs),
            (ID_KEY, self.id()),
            (TABLE_KEY, table.to_string()),
        ];
        let replication = (!is_first(&self.replication)).then(|| (REPLICATION_KEY, self.replication.to_string()));
        pairs.into_iter().chain(replication).map(|(key, value)| (key.to_string(), value)).collect()
    }

    /// The identity and the name of the table from the pairs of a file's footer; pairs of others are passed over.
    /// An error says which pair is missing or wrong.
    pub fn from_pairs(pairs: &[(String, String)]) -> Result<(Identity, String), String> {
        let find = |wanted: &str| {
            let found = pairs.iter().find(|(key, _)| key == wanted);
            found.map(|(_, value)| value.as_str()).ok_or_else(|| format!("there is no `{wanted}`"))
        };
        let wrong = |key: &str, error: &dyn std::fmt::Display| format!("`{key}` is wrong: {error}");
        let identity = Identity {
            format: find(FORMAT_KEY)?.parse().map_err(|error| wrong(FORMAT_KEY, &error))?,
            version: find(VERSION_KEY)?.to_string(),
            scenario: find(SCENARIO_KEY)?.to_string(),
            seed: find(SEED_KEY)?.parse().map_err(|error| wrong(SEED_KEY, &error))?,
            replication: match find(REPLICATION_KEY) {
                Ok(text) => text.parse().map_err(|error| wrong(REPLICATION_KEY, &error))?,
                Err(_) => 0,
            },
            inputs: serde_json::from_str(find(INPUTS_KEY)?).map_err(|error| wrong(INPUTS_KEY, &error))?,
        };
        if find(ID_KEY)? != identity.id() {
            return Err(wrong(ID_KEY, &"it is not the name of the rest"));
        }
        Ok((identity, find(TABLE_KEY)?.to_string()))
    }
}

fn is_first(replication: &u64) -> bool {
    *replication == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        let input = |path: &str| Input { path: path.to_string(), hash: "e3b0c44298fc1c149afbf4c8996fb924".to_string() };
        let scenario = r#"{"name":"ordinary","clients":3}"#.to_string();
        let inputs = vec![input("traces/day.csv.gz"), input("a \"quoted\" ☂.csv")];
        Identity { format: 1, version: "0.1.0".to_string(), scenario, seed: u64::MAX, replication: 0, inputs }
    }

    #[test]
    fn pairs_give_the_identity_back() {
        let pairs = identity().pairs("jobs");
        assert_eq!(Identity::from_pairs(&pairs), Ok((identity(), "jobs".to_string())));
        let later = Identity { replication: 3, ..identity() };
        assert_eq!(Identity::from_pairs(&later.pairs("jobs")), Ok((later, "jobs".to_string())));
        for missing in 0..pairs.len() {
            let mut fewer = pairs.clone();
            let (key, _) = fewer.remove(missing);
            assert_eq!(Identity::from_pairs(&fewer), Err(format!("there is no `{key}`")));
        }
    }

    #[test]
    fn a_changed_pair_is_noticed() {
        for changed in 0..6 {
            let mut pairs = identity().pairs("jobs");
            pairs[changed].1.push('1');
            assert!(Identity::from_pairs(&pairs).is_err(), "{:?}", pairs[changed]);
        }
    }

    /// Every part changes the name, and no text can move from one part to the next unnoticed.
    #[test]
    fn the_name_depends_on_every_part() {
        let change = |change: &dyn Fn(&mut Identity)| {
            let mut changed = identity();
            change(&mut changed);
            changed.id()
        };
        let mut names = vec![
            identity().id(),
            change(&|identity| identity.format = 2),
            change(&|identity| identity.version.push('1')),
            change(&|identity| identity.scenario.push(' ')),
            change(&|identity| identity.seed -= 1),
            change(&|identity| identity.replication = 1),
            change(&|identity| identity.replication = 2),
            change(&|identity| identity.inputs[0].path.push('1')),
            change(&|identity| identity.inputs[1].hash.push('1')),
            change(&|identity| identity.inputs.swap(0, 1)),
            change(&|identity| drop(identity.inputs.pop())),
            change(&|identity| {
                let moved = identity.version.pop().expect("a digit");
                identity.scenario.insert(0, moved);
            }),
        ];
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(names.iter().all(|name| name.len() == 32));
        assert!(identity().id().starts_with(&identity().short()));
        assert_eq!(identity().short().len(), 6);
    }

    /// A worked example, checked with `printf` and `sha256sum`: the promise that names last.
    #[test]
    fn names_never_change() {
        let plain = Identity {
            format: 1,
            version: "0.1.0".into(),
            scenario: "{}".into(),
            seed: 1,
            replication: 0,
            inputs: vec![],
        };
        assert_eq!(plain.id(), "dad87ced28c39923da8fbcf6e449b1d9");
    }
}
