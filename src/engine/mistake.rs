//! What is wrong with something that a person wrote, and what would be right.

use std::fmt;

/// A mistake in a value, a law or a rule. Its key says where the mistake stands, so code never parses the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The parameter at fault, as it is written; empty where the value itself is at fault, or the whole table.
    pub key: &'static str,
    /// What is wrong: lower case, values in backticks, no final stop.
    pub message: String,
    /// What would be right; empty where the message says it.
    pub help: String,
}

/// Stands between message and help where a mistake is handed through an interface that takes text alone.
pub const SEPARATOR: char = '\u{1f}';

impl Mistake {
    /// A mistake in the parameter `key`.
    pub fn new(key: &'static str, message: impl Into<String>, help: impl Into<String>) -> Mistake {
        Mistake { key, message: message.into(), help: help.into() }
    }

    /// A mistake in a value that has no parameters.
    pub fn of_value(message: impl Into<String>, help: impl Into<String>) -> Mistake {
        Mistake::new("", message, help)
    }
}

impl fmt::Display for Mistake {
    /// Message and help in a sentence; in the alternate form (`{:#}`) with [`SEPARATOR`] between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (self.help.is_empty(), f.alternate()) {
            (true, _) => Ok(()),
            (false, true) => write!(f, "{SEPARATOR}{}", self.help),
            (false, false) => write!(f, "; {}", self.help),
        }
    }
}

impl std::error::Error for Mistake {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_follows_the_message() {
        let full = Mistake::new("low", "`low` is `2`", "write a share; such as 0.5");
        assert_eq!(full.to_string(), "`low` is `2`; write a share; such as 0.5");
        assert_eq!(format!("{full:#}").split_once(SEPARATOR), Some(("`low` is `2`", "write a share; such as 0.5")));
        let bare = Mistake::of_value("nothing here", "");
        assert_eq!((bare.to_string(), format!("{bare:#}")), ("nothing here".to_owned(), "nothing here".to_owned()));
    }
}
