//! The file of the named methods of verification.

use std::sync::LazyLock;

use indexmap::IndexMap;

use super::MethodTable;

/// The file of the named methods.
pub const METHODS_FILE: &str = include_str!("../methods.toml");

/// The named methods, as their file writes them.
static NAMED: LazyLock<IndexMap<String, MethodTable>> =
    LazyLock::new(|| toml::from_str(METHODS_FILE).expect("the file of named methods, which a test reads"));

/// The named methods, in the order of their names.
pub fn named_methods() -> &'static IndexMap<String, MethodTable> {
    &NAMED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_methods_are_whole() {
        let wanted = [
            "adaptive",
            "canary",
            "committee",
            "escalate",
            "fingerprint",
            "logprob-rerun",
            "none",
            "optimistic",
            "proof-of-sampling",
            "refereed",
            "replication",
            "signature",
            "spot-check",
            "tee",
            "zk",
        ];
        assert_eq!(named_methods().keys().collect::<Vec<_>>(), wanted);
        for (name, method) in named_methods() {
            let said = [&method.summary, &method.trust, &method.source];
            assert!(said.iter().all(|text| !text.is_empty()), "{name} says what it is");
            assert_eq!(method.checks.is_empty(), name == "none", "{name}");
        }
    }
}
