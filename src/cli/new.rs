//! `new`: a scenario or a study to begin with.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};

use clap::{Args, ValueEnum};

use super::{Done, Failure, say};
use crate::scenario::plain::reason;

/// What `new` is asked.
#[derive(Args, Debug)]
pub struct New {
    /// The name of the scenario or the study; it is written to NAME.toml
    name: String,
    /// What the scenario begins with
    #[arg(long, value_enum, default_value = "market")]
    template: Template,
    /// Write a study NAME.toml, and beside it NAME-base.toml, the scenario that it varies
    #[arg(long, conflicts_with = "template")]
    study: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Template {
    /// Nodes with prices of their own; nothing is checked
    Market,
    /// Nodes that err, validators that check one answer in twenty, and a price of checking
    Verification,
}

impl Template {
    fn text(self) -> &'static str {
        match self {
            Template::Market => include_str!("new/market.toml"),
            Template::Verification => include_str!("new/verification.toml"),
        }
    }
}

/// A search for the price of checking at which half of the jobs of `NAME-base.toml` are no longer asked for.
const STUDY: &str = include_str!("new/study.toml");

/// Writes the files, unless something of such a name is there.
pub fn new(new: New) -> Done {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let (name, kind) = (&new.name, if new.study { "study" } else { "scenario" });
    if name.is_empty() || !name.chars().all(plain) {
        let message = format!("error: `{name}` cannot name a {kind}\nhelp: use letters, digits, `-` and `_`");
        return Err(Failure::Wrong(message));
    }
    let file = format!("{name}.toml");
    if !new.study {
        write(&[(&file, new.template.text().replace("NAME", name))])?;
        return say(&format!("wrote {file}; run it with\n  reliance run {file}"));
    }
    let base = format!("{name}-base.toml");
    let scenario = Template::Verification.text().replace("NAME", &format!("{name}-base"));
    write(&[(&file, STUDY.replace("NAME", name)), (&base, scenario)])?;
    say(&format!("wrote {file} and its scenario {base}; run it with\n  reliance study run {file}"))
}

/// Writes all of the files, or none where one of the names is taken.
fn write(files: &[(&String, String)]) -> Done {
    let taken = |name: &str| Failure::Wrong(format!("error: `{name}` is there already\nhelp: choose another name"));
    // A link to nowhere is something, too.
    if let Some((name, _)) = files.iter().find(|(name, _)| fs::symlink_metadata(name).is_ok()) {
        return Err(taken(name));
    }
    for (name, text) in files {
        let mut file = File::create_new(name).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => taken(name),
            _ => Failure::Failed(format!("error: cannot write `{name}`: {}", reason(&error))),
        })?;
        file.write_all(text.as_bytes()).map_err(|error| {
            // Half a scenario is none.
            let _ = fs::remove_file(name);
            Failure::Failed(format!("error: cannot write `{name}`: {}", reason(&error)))
        })?;
    }
    Ok(())
}
