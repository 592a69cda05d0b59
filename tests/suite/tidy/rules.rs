//! A rule is known in its own folder alone: whatever else the market or the scenario must know of it, the rule says.

use super::source::{Source, Violation, is_name};

/// A kind of decision, read off its list.
struct Kind {
    /// Its folder, with `/` at the end.
    folder: String,
    /// The enum of chosen rules and that of their names.
    enums: [String; 2],
    /// The variants.
    rules: Vec<String>,
}

/// Where rules of every kind may be named besides: what a scenario means where it leaves out a rule.
const SCHEMA: &str = "src/scenario/schema/";

/// Every place that names a rule outside the folder of its kind.
pub fn check(sources: &[Source]) -> Vec<Violation> {
    let kinds: Vec<Kind> = sources.iter().filter_map(kind).collect();
    let shipped = sources.iter().filter(|source| source.path.starts_with("src/") && source.is_rust());
    let elsewhere = shipped.filter(|source| !source.path.starts_with(SCHEMA));
    elsewhere.flat_map(|source| named(source, &kinds)).collect()
}

/// The rules in the lists of all kinds.
pub fn count(sources: &[Source]) -> usize {
    sources.iter().filter_map(kind).map(|kind| kind.rules.len()).sum()
}

/// The kind whose list stands in a file: `policies! { kind "pool": PoolTable, Pool, PoolName…; rules { all: All, … } … }`.
fn kind(source: &Source) -> Option<Kind> {
    let folder = source.path.strip_suffix("mod.rs").filter(|folder| folder.starts_with("src/policy/"))?;
    let texts: Vec<&str> = source.tokens.iter().map(|token| token.text.as_str()).collect();
    let start = texts.windows(3).position(|words| words == ["policies", "!", "{"])?;
    let names = texts[start..].iter().skip_while(|text| **text != ":").filter(|text| is_name(text));
    let names: Vec<&str> = names.take(3).copied().collect();
    let rules = start + texts[start..].windows(2).position(|words| words == ["rules", "{"])? + 2;
    let list = texts[rules..].iter().take_while(|text| **text != "}").filter(|text| is_name(text));
    let rules = list.skip(1).step_by(2).map(|rule| (*rule).to_owned()).collect();
    Some(Kind { folder: folder.to_owned(), enums: [names[1].to_owned(), names[2].to_owned()], rules })
}

fn named(source: &Source, kinds: &[Kind]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for path in source.paths() {
        let [.., of, rule] = path.names.as_slice() else { continue };
        let strangers = kinds.iter().filter(|kind| !source.path.starts_with(&kind.folder));
        if strangers.into_iter().any(|kind| kind.enums.contains(of) && kind.rules.contains(rule)) {
            let message = format!("`{of}::{rule}`: what is special about a rule is said by the rule, in its trait");
            violations.push(Violation::new(source, path.line, message));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_named_at_home_and_in_the_schema_alone() {
        let list = "crate::policy::policies! {\n kind \"pool\": PoolTable, Pool, PoolName, PoolMemory;\n\
                    rules {\n all: All,\n sticky: Sticky,\n }\n methods { fn draw(&mut memory) -> (); }\n}\n";
        let uses = "fn f(pool: &Pool) -> bool { matches!(pool, Pool::Sticky(_)) || name == PoolName::All }";
        let house = |path: &str| [Source::new("src/policy/pool/mod.rs", list), Source::new(path, uses)];
        let found = |path: &str| check(&house(path)).iter().map(Violation::to_string).collect::<Vec<_>>();
        assert_eq!(count(&house("src/x.rs")), 2);
        assert_eq!(found("src/market/life/offer.rs").len(), 2, "{:?}", found("src/market/life/offer.rs"));
        assert!(found("src/policy/conduct/mod.rs")[0].starts_with("src/policy/conduct/mod.rs:1: `Pool::Sticky`"));
        assert_eq!(found("src/policy/pool/sticky.rs"), [""; 0]);
        assert_eq!(found("src/scenario/schema/defaults.rs"), [""; 0]);
        let other = "fn f() { Pool::open(); Fate::All; }";
        assert!(check(&[Source::new("src/policy/pool/mod.rs", list), Source::new("src/a.rs", other)]).is_empty());
    }
}
