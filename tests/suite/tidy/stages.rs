//! Stages of a life are strangers to one another: each changes the state and returns what comes next, and only the market goes on.

use super::source::{Source, Violation, starts};

/// Where the stages are, and the files there that are none.
const STAGES: &str = "src/market/life/";
const SHARED: &[&str] = &["mod.rs", "next.rs", "transitions.rs"];

/// What a stage may import of the market's rooms.
const ROOMS: &[&str] = &["event", "context", "operations", "quoting", "state"];

/// Every import of another stage, and every stage that takes the market or gives it methods.
pub fn check(source: &Source) -> Vec<Violation> {
    let Some(file) = source.path.strip_prefix(STAGES).filter(|file| !SHARED.contains(file)) else { return Vec::new() };
    let mut violations = Vec::new();
    for path in source.paths() {
        let names: Vec<&str> = path.names.iter().map(String::as_str).collect();
        let is_stranger = match names[..] {
            ["super", "next", ..]
            | ["super", "super", "event" | "context" | "operations" | "quoting" | "state", ..] => false,
            ["super", ..] => true,
            ["crate", "market", room, ..] => !ROOMS.contains(&room),
            _ => false,
        };
        if is_stranger {
            let message = format!("`{}`: a stage imports no other stage; it returns what comes next", names.join("::"));
            violations.push(Violation::new(source, path.line, message));
        }
    }
    for (at, token) in source.shipped.iter().enumerate() {
        let rest = &source.shipped[at..];
        let message = match () {
            () if starts(rest, &["impl", "Market"]) || starts(rest, &["impl", "State"]) => "is written for no type",
            () if starts(rest, &["&", "mut", "Market"]) => "takes the state and never the market",
            () => continue,
        };
        violations.push(Violation::new(source, token.line, format!("a stage, such as `{file}`, {message}")));
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        check(&Source::new("src/market/life/offer.rs", text)).len()
    }

    #[test]
    fn a_stage_that_knows_another_is_found() {
        for text in [
            "use super::standing;",
            "use crate::market::life::standing::close;",
            "use crate::market::forces::churn;",
            "use crate::market::Market;",
            "impl Market { fn a() {} }",
            "impl State { fn a() {} }",
            "fn a(market: &mut Market) {}",
        ] {
            assert_eq!(found(text), 1, "{text}");
        }
        let fine = "use super::next::Next; use crate::market::operations::room; fn a(market: &mut State) -> Next { Next::Done }";
        assert_eq!(found(fine), 0);
    }
}
