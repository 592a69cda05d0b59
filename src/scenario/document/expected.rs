//! What would have been right at a place, as a value: serde says it in a text, which is read here and nowhere else.

use std::fmt;

use crate::scenario::schema::Limit;

/// What would have been right at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Text,
    Boolean,
    Number,
    Whole(Whole),
    /// A whole number, or that there is no limit.
    Limit,
    Array,
    Table,
    Name,
    Law,
    Rule,
    /// A rule of pricing: a price alone can be turned into one.
    PricingRule,
    /// How often each point of a study is run.
    Replications,
    /// In words of its own.
    Other(String),
}

/// A whole number in a range; open at an end that is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole {
    least: Option<i128>,
    most: Option<i128>,
    /// Whether the range reaches to both sides of zero, which is left out.
    not_zero: bool,
}

impl Whole {
    const ANY: Whole = Whole { least: None, most: None, not_zero: false };

    fn from(least: i128, most: impl Into<i128>) -> Whole {
        Whole { least: Some(least), most: Some(most.into()), not_zero: false }
    }

    fn upwards() -> Whole {
        Whole { least: Some(0), ..Whole::ANY }
    }

    fn without_zero(self) -> Whole {
        match self.least {
            Some(0) => Whole { least: Some(1), ..self },
            _ => Whole { not_zero: true, ..self },
        }
    }
}

impl Expected {
    /// What the text means in which a visitor of serde says what it expects.
    pub(super) fn from_serde(text: &str) -> Expected {
        if let Some(number) = text.strip_prefix("a nonzero ")
            && let Some(whole) = whole(number)
        {
            return Expected::Whole(whole.without_zero());
        }
        if let Some(whole) = whole(text) {
            return Expected::Whole(whole);
        }
        match text {
            "a string" => Expected::Text,
            "f32" | "f64" => Expected::Number,
            "a boolean" => Expected::Boolean,
            "a map" => Expected::Table,
            "a sequence" => Expected::Array,
            Limit::EXPECTED => Expected::Limit,
            table if table.starts_with("struct ") => Expected::Table,
            name if name.starts_with("enum ") || name == "variant identifier" => Expected::Name,
            other => Expected::Other(other.to_owned()),
        }
    }

    /// The same without a limit that what was found, as it would be called in a sentence, was not about to reach.
    pub(super) fn in_reach(&self, found: &str) -> Expected {
        let beyond = || found.trim_matches('`').parse::<i128>().is_ok_and(|number| number > i128::from(u16::MAX));
        match self {
            Expected::Whole(Whole { least: Some(0 | 1), most: Some(most), .. }) if *most <= i128::from(u8::MAX) => {
                self.clone()
            }
            Expected::Whole(Whole { least: least @ Some(0 | 1), .. }) if !beyond() => {
                Expected::Whole(Whole { least: *least, ..Whole::ANY })
            }
            _ => self.clone(),
        }
    }

    /// Whether a number would be right.
    pub(super) fn takes_numbers(&self) -> bool {
        matches!(self, Expected::Number | Expected::Whole(_) | Expected::Limit)
    }
}

/// The whole numbers that one of Rust's types holds.
fn whole(name: &str) -> Option<Whole> {
    Some(match name {
        "u8" => Whole::from(0, u8::MAX),
        "u16" => Whole::from(0, u16::MAX),
        "u32" => Whole::from(0, u32::MAX),
        "u64" | "usize" | "u128" => Whole::upwards(),
        "i8" => Whole::from(i8::MIN.into(), i8::MAX),
        "i16" => Whole::from(i16::MIN.into(), i16::MAX),
        "i32" => Whole::from(i32::MIN.into(), i32::MAX),
        "i64" | "isize" | "i128" => Whole::ANY,
        _ => return None,
    })
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Expected::Text => "a string",
            Expected::Boolean => "`true` or `false`",
            Expected::Number => "a number",
            Expected::Whole(whole) => return write!(f, "{whole}"),
            Expected::Limit => Limit::EXPECTED,
            Expected::Array => "an array",
            Expected::Table => "a table",
            Expected::Name => "a name",
            Expected::Law => "a law",
            Expected::Rule => "a rule",
            Expected::PricingRule => "a rule of pricing",
            Expected::Replications => "a rule of replications",
            Expected::Other(words) => words,
        })
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")?;
        match (self.least, self.most) {
            (Some(least), Some(most)) => write!(f, " from {least} to {most}")?,
            (Some(least), None) => write!(f, ", {least} or more")?,
            (None, _) => {}
        }
        if self.not_zero { f.write_str(", and not 0") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zero is never among what is expected where it was refused.
    #[test]
    fn numbers_in_words() {
        let cases = [
            ("u8", "300", "a whole number from 0 to 255"),
            ("u32", "-1", "a whole number, 0 or more"),
            ("u32", "5000000000", "a whole number from 0 to 4294967295"),
            ("a nonzero u32", "0", "a whole number, 1 or more"),
            ("a nonzero u8", "0", "a whole number from 1 to 255"),
            ("a nonzero i64", "0", "a whole number, and not 0"),
            ("u64", "-1", "a whole number, 0 or more"),
            ("i16", "40000", "a whole number from -32768 to 32767"),
            ("i64", "x", "a whole number"),
        ];
        for (serde, found, words) in cases {
            assert_eq!(Expected::from_serde(serde).in_reach(found).to_string(), words, "{serde}");
        }
    }
}
